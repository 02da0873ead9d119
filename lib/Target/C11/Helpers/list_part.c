// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "list.c"
// --- emitted
/* The positions of the bytes of x that are not 0, from one on and as many as there is room for, then, four
 * times, their number. events[capacity + 4] is where the next part begins. */
static SNN_LAYER void net_list_part_position(const uint8_t *RESTRICT x, size_t size, size_t from, size_t capacity, position_t *RESTRICT events)
{
    const position_t last = (position_t)size;
    size_t n = 0;
    while (from < size && n + 64 <= capacity) {
        const size_t room = (capacity - n) / 64 * 64; /* whole words of x, but for the last */
        const size_t end = size - from < room ? size : from + room;
#if NET_LISTED == 64
        for (; from < end; from += 64)
            n += net_list_position(&x[from], end - from, from, &events[n]);
#else
        n += net_list_position(&x[from], end - from, from, &events[n]);
#endif
        from = end;
    }
    events[n] = last;
    events[n + 1] = last;
    events[n + 2] = last;
    events[n + 3] = last;
    events[capacity + 4] = (position_t)from;
}


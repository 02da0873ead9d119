// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "list.c"
// --- emitted
/* The positions of the bytes of x that are not 0, and then, four times, their number. */
static SNN_LAYER void net_list_bytes_position(const uint8_t *RESTRICT x, size_t size, position_t *RESTRICT events)
{
    size_t n = 0;
#if NET_LISTED == 64
    for (size_t i = 0; i < size; i += NET_LISTED) {
        const size_t count = net_list_position(&x[i], size - i, i, &events[n]);
        n += count;
    }
#else
    n = net_list_position(x, size, 0, events);
#endif
    const position_t end = (position_t)size;
    events[n] = end;
    events[n + 1] = end;
    events[n + 2] = end;
    events[n + 3] = end;
}


// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
/* The caller's positions that are below size, from one on and as many as there is room for, each once and
 * in ascending order, and then, four times, size. events[capacity + 4] is where the next part begins. */
static SNN_LAYER void net_take_part_position(const given_t *RESTRICT x, size_t count, size_t size, size_t from, size_t capacity, position_t *RESTRICT events)
{
    size_t n = 0, given = 0, next = size;
    for (size_t k = 0; k < count; ++k) {
        const given_t event = x[k];
        size_t at = n;
        NET_CHECK(event < size || from != 0); /* a position that the input does not have */
        if (event < from || event >= next)
            continue;
        if (n > 0 && event <= events[n - 1]) {
            size_t low = 0;
            while (low < at) { /* the first that is not below it */
                const size_t middle = low + (at - low) / 2;
                if (events[middle] < event)
                    low = middle + 1;
                else
                    at = middle;
            }
            if (events[at] == event)
                continue;
        }
        if (n == capacity) { /* this one, or the last one, is for the next part */
            if (at == n) {
                next = (size_t)event;
                continue;
            }
            next = (size_t)events[--n];
        }
        memmove(&events[at + 1], &events[at], (n - at) * sizeof(*events));
        events[at] = (position_t)event;
        ++n;
    }
    for (size_t k = 0; k < count; ++k)
        if (x[k] >= from && x[k] < next)
            ++given;
    for (; given > n; --given)
        NET_CHECK(given == n); /* a second spike of a step */
    for (size_t k = 0; k < 4; ++k)
        events[n + k] = (position_t)size;
    events[capacity + 4] = (position_t)next;
}


// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
/* The caller's positions that are below size, each once and in ascending order, and then, four
 * times, size. A list that is in order takes a comparison for each; another one is put in order. */
static SNN_LAYER void net_take_events_position(const given_t *RESTRICT x, size_t count, size_t size, position_t *RESTRICT events)
{
    size_t n = 0;
    for (size_t k = 0; k < count; ++k) {
        const given_t event = x[k];
        size_t at = n;
        NET_CHECK(event < size); /* a position that the input does not have */
        if (event >= size)
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
            NET_CHECK(events[at] != event); /* a second spike of a step */
            if (events[at] == event)
                continue;
            memmove(&events[at + 1], &events[at], (n - at) * sizeof(*events));
        }
        events[at] = (position_t)event;
        ++n;
    }
    for (size_t k = 0; k < 4; ++k)
        events[n + k] = (position_t)size;
}


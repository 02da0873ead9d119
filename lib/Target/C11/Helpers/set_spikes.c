// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
/* Spikes at the caller's positions that are below size, and nowhere else. */
static SNN_LAYER void net_set_spikes_position(const given_t *RESTRICT x, size_t count, size_t size, uint8_t *RESTRICT spikes)
{
    memset(spikes, 0, size);
    for (size_t k = 0; k < count; ++k) {
        NET_CHECK(x[k] < size); /* a position that the input does not have */
        if (x[k] >= size)
            continue;
        NET_CHECK(spikes[x[k]] == 0); /* a second spike of a step */
        spikes[x[k]] = 1;
    }
}


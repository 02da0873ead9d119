// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "mask.c"
// --- emitted
#if UINTPTR_MAX > 0xffffffffu && defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Writes first + k for each k < size, k < 64 with x[k] not 0 to events; gives how many. Up to four
 * more are written behind them: a list has four elements more than x. */
static inline size_t net_list_position(const uint8_t *x, size_t size, size_t first, position_t *events)
{
    uint64_t mask = net_mask(x, size);
    const size_t n = net_count(mask);
    if (mask == UINT64_MAX) {
        for (size_t k = 0; k < 64; ++k)
            events[k] = (position_t)(first + k);
        return n;
    }
    /* Four at a time: whether there is one more is nothing that a processor can foresee. */
    do {
        for (size_t k = 0; k < 4; ++k) {
            events[k] = (position_t)(first + (size_t)__builtin_ctzll(mask | (uint64_t)1 << 63));
            mask &= mask - 1;
        }
        events += 4;
    } while (mask != 0);
    return n;
}

#else

/* Writes first + k for each k < size with x[k] not 0 to events; gives how many. */
static inline size_t net_list_position(const uint8_t *x, size_t size, size_t first, position_t *events)
{
    position_t *next = events;
    const uint8_t *const end = x + size;
    const uint8_t *const words = NET_HAS_WORD(x) ? end - size % 4 : x;
    for (; x != words; x += 4, first += 4) {
        size_t event = first;
        for (uint32_t bytes = net_four(x); bytes != 0; bytes >>= 8, ++event)
            if ((bytes & 0xff) != 0)
                *next++ = (position_t)event;
    }
    for (; x != end; ++x, ++first)
        if (*x != 0)
            *next++ = (position_t)first;
    return (size_t)(next - events);
}

#endif


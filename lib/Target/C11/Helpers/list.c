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

#elif defined(NET_HELIUM)
/* Writes first + k for each bit k of the mask; gives where the next one goes. */
static inline position_t *net_list_bits_position(uint32_t mask, size_t first, position_t *next)
{
    for (; mask != 0; mask &= mask - 1)
        *next++ = (position_t)(first + (size_t)__builtin_ctz(mask));
    return next;
}

/* Writes first + k for each k < size with x[k] not 0 to events; gives how many. */
static inline size_t net_list_position(const uint8_t *x, size_t size, size_t first, position_t *events)
{
    position_t *next = events;
    size_t k = 0;
    for (; k + 16 <= size; k += 16)
        next = net_list_bits_position(vcmpneq_n_u8(vldrbq_u8(x + k), 0), first + k, next);
    if (k < size) {
        const mve_pred16_t rest = vctp8q((uint32_t)(size - k));
        next = net_list_bits_position(vcmpneq_m_n_u8(vldrbq_z_u8(x + k, rest), 0, rest), first + k, next);
    }
    return (size_t)(next - events);
}

#else

/* Writes first + k for each of the four bytes that is not 0, the lowest first; gives where the next one goes. */
static inline position_t *net_list_four_position(uint32_t bytes, size_t first, position_t *next)
{
#if defined(__GNUC__) && defined(__ARM_FEATURE_CLZ)
    while (bytes != 0) {
        const uint32_t none = (uint32_t)__builtin_ctz(bytes) >> 3;
        first += none;
        *next++ = (position_t)first;
        bytes = bytes >> (8 * none) & ~(uint32_t)0xff;
    }
#else
    for (; bytes != 0; bytes >>= 8, ++first)
        if ((bytes & 0xff) != 0)
            *next++ = (position_t)first;
#endif
    return next;
}

/* Writes first + k for each k < size with x[k] not 0 to events; gives how many. */
static inline size_t net_list_position(const uint8_t *x, size_t size, size_t first, position_t *events)
{
    position_t *next = events;
    const uint8_t *const end = x + size, *p = x;
    if (NET_HAS_WORD(x))
        for (const uint8_t *const words = end - size % 8; p != words; p += 8) {
            const uint32_t low = net_four(p), high = net_four(p + 4);
            if ((low | high) == 0)
                continue; /* as mostly */
            const size_t at = first + (size_t)(p - x);
            next = net_list_four_position(low, at, next);
            next = net_list_four_position(high, at + 4, next);
        }
    for (; p != end; ++p)
        if (*p != 0)
            *next++ = (position_t)(first + (size_t)(p - x));
    return (size_t)(next - events);
}

#endif


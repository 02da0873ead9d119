// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
// --- emitted
#if UINTPTR_MAX > 0xffffffffu && defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* How many elements a call of net_list takes at most. */
#define NET_LISTED 64

/* Bit k says whether x[k] is not 0, for k < 8: the top bit of each byte that is not 0, then these
 * side by side. */
static inline uint64_t net_mask8(const uint8_t *x)
{
    uint64_t bytes;
    memcpy(&bytes, x, 8);
    bytes |= (bytes & 0x7f7f7f7f7f7f7f7fu) + 0x7f7f7f7f7f7f7f7fu;
    return ((bytes & 0x8080808080808080u) * 0x0002040810204081u) >> 56;
}

/* The same for k < 4. */
static inline uint64_t net_mask4(const uint8_t *x)
{
    uint32_t bytes;
    memcpy(&bytes, x, 4);
    bytes |= (bytes & 0x7f7f7f7fu) + 0x7f7f7f7fu;
    return ((bytes & 0x80808080u) * (uint64_t)0x00204081u >> 28) & 0xf;
}

/* The same for k < 16. */
static inline uint64_t net_mask16(const uint8_t *x)
{
#if defined(__SSE2__)
    typedef char bytes16 __attribute__((vector_size(16)));
    bytes16 bytes;
    memcpy(&bytes, x, 16);
    return (uint64_t)__builtin_ia32_pmovmskb128((bytes16)(bytes != 0));
#else
    return net_mask8(x) | net_mask8(x + 8) << 8;
#endif
}

/* The same for k < size and k < 64. */
static inline uint64_t net_mask(const uint8_t *x, size_t size)
{
    uint64_t mask = 0;
    size_t k = 0;
    if (size >= 64)
        return net_mask16(x) | net_mask16(x + 16) << 16 | net_mask16(x + 32) << 32
            | net_mask16(x + 48) << 48;
    for (; k + 16 <= size; k += 16)
        mask |= net_mask16(x + k) << k;
    for (; k + 8 <= size; k += 8)
        mask |= net_mask8(x + k) << k;
    for (; k + 4 <= size; k += 4)
        mask |= net_mask4(x + k) << k;
    for (; k < size; ++k)
        mask |= (uint64_t)(x[k] != 0) << k;
    return mask;
}

/* How many bits are set. */
static inline size_t net_count(uint64_t mask)
{
#if defined(__POPCNT__) || defined(__aarch64__)
    return (size_t)__builtin_popcountll(mask);
#else
    mask -= mask >> 1 & 0x5555555555555555u;
    mask = (mask & 0x3333333333333333u) + (mask >> 2 & 0x3333333333333333u);
    mask = (mask + (mask >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (size_t)(mask * 0x0101010101010101u >> 56);
#endif
}

#else

/* How many elements a call of net_list takes at most: all. */
#define NET_LISTED (SIZE_MAX / 2)

#if !defined(NET_HELIUM)
/* Where any address has a word for this core. */
#if defined(__ARM_FEATURE_UNALIGNED) || UINTPTR_MAX <= 0xffffu
#define NET_HAS_WORD(x) 1
#else
#define NET_HAS_WORD(x) ((uintptr_t)(x) % 4 == 0)
#endif

/* x[k] in the bits from 8 k on, for k < 4; x has a word. */
static inline uint32_t net_four(const uint8_t *x)
{
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint32_t bytes;
#if defined(__ARM_FEATURE_UNALIGNED) || UINTPTR_MAX <= 0xffffu
    memcpy(&bytes, x, 4);
#else
    memcpy(&bytes, __builtin_assume_aligned(x, 4), 4);
#endif
    return bytes;
#else
    return (uint32_t)x[0] | (uint32_t)x[1] << 8 | (uint32_t)x[2] << 16 | (uint32_t)x[3] << 24;
#endif
}

#endif

#endif


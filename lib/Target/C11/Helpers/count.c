// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
// --- emitted
#if (defined(__SSE2__) || defined(__aarch64__)) && defined(__GNUC__)
/* x where there is something to count, else 0. gcc makes branches of "there ? x : 0", and vectors only of what
 * has none. */
NET_HELPER float net_where(bool there, float x)
{
    uint32_t bits;
    memcpy(&bits, &x, 4);
    bits &= 0u - (uint32_t)there;
    memcpy(&x, &bits, 4);
    return x;
}

/* x, which is not below 0, as an integer, and most if it is more. Such floats are in the order of their bits. */
NET_HELPER uint8_t net_to_count(float x, float most)
{
    int32_t bits, limit;
    memcpy(&bits, &x, 4);
    memcpy(&limit, &most, 4);
    bits = bits < limit ? bits : limit;
    memcpy(&x, &bits, 4);
    return (uint8_t)(int32_t)x;
}
#else
#define net_where(there, x) ((there) ? (x) : 0.0f)
NET_HELPER uint8_t net_to_count(float x, float most)
{
    return (uint8_t)(x > most ? most : x);
}
#endif


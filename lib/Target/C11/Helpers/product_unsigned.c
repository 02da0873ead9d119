// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
// --- emitted
/* The product of a number below 2^16 and one of 16 bits, in the same way as others of 16 bits. */
NET_HELPER int32_t net_product_unsigned(int32_t x, int32_t y)
{
    uint16_t a = (uint16_t)x;
    int16_t b = (int16_t)y;
#if defined(__AVR__)
    __asm__("" : "+r"(a), "+r"(b));
#endif
    return (int32_t)a * b;
}


// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
// --- emitted
/* The product of two numbers of 16 bits. avr-gcc would multiply 32 bits by 32 where it sees that a factor
 * is a part of 32 bits. */
NET_HELPER int32_t net_product(int32_t x, int32_t y)
{
    int16_t a = (int16_t)x, b = (int16_t)y;
#if defined(__AVR__)
    __asm__("" : "+r"(a), "+r"(b));
#endif
    return (int32_t)a * b;
}


// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
// --- emitted
/* The product of a number of 16 bits and 256 times one below 256. */
NET_HELPER int32_t net_product_byte(int32_t x, int32_t y)
{
#if defined(__AVR_HAVE_MUL__) && !defined(__clang__)
    const int16_t a = (int16_t)x;
    int32_t product;
    __asm__("mul %B[x], %[y]\n\tmovw %C[product], r0\n\t"
            "sbrc %B[x], 7\n\tsub %D[product], %[y]\n\t"
            "mul %A[x], %[y]\n\tclr %A[product]\n\tmov %B[product], r0\n\tadd %C[product], r1\n\t"
            "clr r1\n\tadc %D[product], r1"
            : [product] "=&r"(product)
            : [x] "r"(a), [y] "r"((uint8_t)y));
    return product;
#else
    return x * (256 * y);
#endif
}


// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
// --- emitted
/* (x * y + rounding) / 2^by, rounded down, for x of 16 bits, y and rounding from 0 to below 2^by, and by up
 * to 16. On an AVR the bytes of x are multiplied as if it had no sign. */
NET_HELPER int32_t net_product_shifted_short(int32_t x, int32_t y, int32_t rounding, unsigned by)
{
#if defined(__AVR_HAVE_MUL__) && !defined(__clang__)
    const int16_t a = (int16_t)x;
    const uint16_t factor = (uint16_t)((uint16_t)y << (16 - by));
    uint16_t low = (uint16_t)((uint16_t)rounding << (16 - by));
    int16_t high;
    uint8_t zero;
    __asm__("clr %[zero]\n\t"
            "mul %B[x], %B[y]\n\tmovw %A[high], r0\n\t"
            "mul %A[x], %A[y]\n\tadd %A[low], r0\n\tadc %B[low], r1\n\t"
            "adc %A[high], %[zero]\n\tadc %B[high], %[zero]\n\t"
            "mul %A[x], %B[y]\n\tadd %B[low], r0\n\tadc %A[high], r1\n\tadc %B[high], %[zero]\n\t"
            "mul %B[x], %A[y]\n\tadd %B[low], r0\n\tadc %A[high], r1\n\tadc %B[high], %[zero]\n\t"
            "sbrs %B[x], 7\n\trjmp 1f\n\tsub %A[high], %A[y]\n\tsbc %B[high], %B[y]\n"
            "1:\tclr r1"
            : [high] "=&r"(high), [low] "+&r"(low), [zero] "=&r"(zero)
            : [x] "r"(a), [y] "r"(factor));
    return high;
#else
    return (x * y + rounding) >> by;
#endif
}


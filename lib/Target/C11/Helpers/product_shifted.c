// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
// --- emitted
/* (x * y + rounding) / 2^by, rounded down, for y and rounding from 0 to below 2^by, and by up to 16. On
 * an AVR the bytes of x are multiplied as if it had no sign: for a negative x that is y * 2^32 too much. With
 * DSP one instruction takes a product with a fraction of 32 bits, which has a sign, from x, and rounds halves of
 * the rest up. */
NET_HELPER int32_t net_product_shifted(int32_t x, int32_t y, int32_t rounding, unsigned by)
{
#if defined(__AVR_HAVE_MUL__) && !defined(__clang__)
    const uint16_t factor = (uint16_t)((uint16_t)y << (16 - by));
    uint16_t low = (uint16_t)((uint16_t)rounding << (16 - by));
    int32_t high;
    uint8_t zero;
    __asm__("clr %[zero]\n\t"
            "mul %C[x], %A[y]\n\tmovw %A[high], r0\n\t"
            "mul %D[x], %B[y]\n\tmovw %C[high], r0\n\t"
            "mul %A[x], %A[y]\n\tadd %A[low], r0\n\tadc %B[low], r1\n\t"
            "adc %A[high], %[zero]\n\tadc %B[high], %[zero]\n\t"
            "mul %A[x], %B[y]\n\tadd %B[low], r0\n\tadc %A[high], r1\n\tadc %B[high], %[zero]\n\t"
            "mul %B[x], %A[y]\n\tadd %B[low], r0\n\tadc %A[high], r1\n\tadc %B[high], %[zero]\n\t"
            "mul %B[x], %B[y]\n\tadd %A[high], r0\n\tadc %B[high], r1\n\t"
            "adc %C[high], %[zero]\n\tadc %D[high], %[zero]\n\t"
            "mul %C[x], %B[y]\n\tadd %B[high], r0\n\tadc %C[high], r1\n\tadc %D[high], %[zero]\n\t"
            "mul %D[x], %A[y]\n\tadd %B[high], r0\n\tadc %C[high], r1\n\tadc %D[high], %[zero]\n\t"
            "sbrs %D[x], 7\n\trjmp 1f\n\tsub %C[high], %A[y]\n\tsbc %D[high], %B[y]\n"
            "1:\tclr r1"
            : [high] "=&r"(high), [low] "+&r"(low), [zero] "=&r"(zero)
            : [x] "r"(x), [y] "r"(factor));
    return high;
#else
#if defined(__GNUC__) && defined(__arm__) && defined(__ARM_FEATURE_DSP)
    if (by == 16 && rounding == 32767 && y <= 32767) {
        int32_t rest;
        __asm__("smmlsr %0, %1, %2, %1" : "=r"(rest) : "r"(x), "r"((uint32_t)y << 16));
        return x - rest;
    }
#endif
    const uint32_t low = (uint32_t)x & (((uint32_t)1 << by) - 1);
    return (x >> by) * y + (int32_t)((low * (uint32_t)y + (uint32_t)rounding) >> by);
#endif
}


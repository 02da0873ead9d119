// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
// --- emitted
/* Two numbers of 16 bits, the first in the low half. What is computed of them fits 16 bits; which of
 * two numbers, and whether something holds, is all bits of a half or none. */
typedef uint32_t net_pair;

/* Whether instructions compute with both halves of a word. */
#ifndef NET_DSP
#if defined(__GNUC__) && defined(__ARM_FEATURE_DSP) && !defined(__ARM_FEATURE_MVE) \
    && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NET_DSP 1
#else
#define NET_DSP 0
#endif
#endif

NET_HELPER int32_t net_low(net_pair x)
{
    return (int16_t)(uint16_t)x;
}

NET_HELPER int32_t net_high(net_pair x)
{
    return (int32_t)x >> 16;
}

NET_HELPER net_pair net_join(int32_t low, int32_t high)
{
#if NET_DSP
    net_pair x;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(x) : "r"(low), "r"(high));
    return x;
#else
    return (uint32_t)(uint16_t)low | (uint32_t)high << 16;
#endif
}

NET_HELPER net_pair net_both(int16_t x)
{
    return (uint32_t)(uint16_t)x * 0x00010001u;
}

NET_HELPER net_pair net_load2(const int16_t *x)
{
#if NET_DSP
    net_pair both;
    memcpy(&both, x, 4);
    return both;
#else
    return net_join(x[0], x[1]);
#endif
}

NET_HELPER net_pair net_table2(const NET_SPACE int16_t *x)
{
#if NET_DSP
    net_pair both;
    memcpy(&both, x, 4);
    __asm__("" : "+r"(both)); /* it stays in a register */
    return both;
#else
    return net_join(x[0], x[1]);
#endif
}

NET_HELPER net_pair net_bytes2(const NET_SPACE int8_t *x)
{
    return net_join(x[0], x[1]);
}

NET_HELPER void net_store2(int16_t *x, net_pair both)
{
#if NET_DSP
    memcpy(x, &both, 4);
#else
    x[0] = (int16_t)net_low(both);
    x[1] = (int16_t)net_high(both);
#endif
}

/* 1 where something holds, else 0. */
NET_HELPER net_pair net_number2(net_pair holds)
{
    return holds & 0x00010001u;
}

NET_HELPER void net_store_spikes2(uint8_t *spikes, net_pair fires)
{
    spikes[0] = (uint8_t)(fires & 1);
    spikes[1] = (uint8_t)(fires >> 31);
}

NET_HELPER net_pair net_plus2(net_pair a, net_pair b)
{
#if NET_DSP
    __asm__("sadd16 %0, %1, %2" : "=r"(a) : "r"(a), "r"(b) : "cc");
    return a;
#else
    return net_join(net_low(a) + net_low(b), net_high(a) + net_high(b));
#endif
}

NET_HELPER net_pair net_minus2(net_pair a, net_pair b)
{
#if NET_DSP
    __asm__("ssub16 %0, %1, %2" : "=r"(a) : "r"(a), "r"(b) : "cc");
    return a;
#else
    return net_join(net_low(a) - net_low(b), net_high(a) - net_high(b));
#endif
}

NET_HELPER net_pair net_times2(net_pair a, net_pair b)
{
    return net_join(net_low(a) * net_low(b), net_high(a) * net_high(b));
}

/* a * 2^by */
NET_HELPER net_pair net_shift_left2(net_pair a, unsigned by)
{
    return (a << by) & ~((((uint32_t)1 << by) - 1) << 16);
}

/* floor(a / 2^by) */
NET_HELPER net_pair net_shift_right2(net_pair a, unsigned by)
{
#if NET_DSP
    if (by == 1) {
        __asm__("shadd16 %0, %1, %2" : "=r"(a) : "r"(a), "r"(0));
        return a;
    }
#endif
    return net_join(net_low(a) >> by, net_high(a) >> by);
}

#if NET_DSP
/* The upper parts of two numbers, without their lowest bits. */
NET_HELPER net_pair net_upper2(int32_t low, int32_t high, unsigned by)
{
    net_pair both;
    if (by == 16)
        __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(both) : "r"(high), "r"(low));
    else if (by == 15)
        __asm__("pkhbt %0, %1, %2, lsl #1" : "=r"(both) : "r"(low >> 15), "r"(high));
    else
        both = net_join(low >> by, high >> by);
    return both;
}
#endif

/* floor((a * b + rounding) / 2^by) */
NET_HELPER net_pair net_product2(net_pair a, net_pair b, int32_t rounding, unsigned by)
{
#if NET_DSP
    int32_t low, high;
    if (rounding == 0) {
        __asm__("smulbb %0, %1, %2" : "=r"(low) : "r"(a), "r"(b));
        __asm__("smultt %0, %1, %2" : "=r"(high) : "r"(a), "r"(b));
    } else {
        __asm__("smlabb %0, %1, %2, %3" : "=r"(low) : "r"(a), "r"(b), "r"(rounding));
        __asm__("smlatt %0, %1, %2, %3" : "=r"(high) : "r"(a), "r"(b), "r"(rounding));
    }
    return net_upper2(low, high, by);
#else
    return net_join((net_low(a) * net_low(b) + rounding) >> by,
                    (net_high(a) * net_high(b) + rounding) >> by);
#endif
}

/* The same where both factors are the same one. */
NET_HELPER net_pair net_scaled2(net_pair a, int32_t factor, int32_t rounding, unsigned by)
{
#if NET_DSP
    int32_t low, high;
    __asm__("smlabb %0, %1, %2, %3" : "=r"(low) : "r"(a), "r"(factor), "r"(rounding));
    __asm__("smlatb %0, %1, %2, %3" : "=r"(high) : "r"(a), "r"(factor), "r"(rounding));
    return net_upper2(low, high, by);
#else
    return net_join((net_low(a) * factor + rounding) >> by, (net_high(a) * factor + rounding) >> by);
#endif
}

/* Where a > b. */
NET_HELPER net_pair net_above2(net_pair a, net_pair b)
{
#if NET_DSP
    net_pair holds;
    __asm__("ssub16 %0, %2, %1\n\tsel %0, %3, %4" : "=&r"(holds) : "r"(a), "r"(b), "r"(0), "r"(-1) : "cc");
    return holds;
#else
    return net_join(-(net_low(a) > net_low(b)), -(net_high(a) > net_high(b)));
#endif
}

/* A spike where a > b. */
NET_HELPER void net_store_above2(uint8_t *spikes, net_pair a, net_pair b)
{
#if NET_DSP
    net_pair signs;
    __asm__("qsub16 %0, %1, %2" : "=r"(signs) : "r"(b), "r"(a));
    signs = signs >> 15 & 0x00010001u;
    const uint16_t both = (uint16_t)(signs | signs >> 8);
    memcpy(spikes, &both, 2);
#else
    net_store_spikes2(spikes, net_above2(a, b));
#endif
}

/* Where a >= b. */
NET_HELPER net_pair net_at_least2(net_pair a, net_pair b)
{
#if NET_DSP
    net_pair holds;
    __asm__("ssub16 %0, %1, %2\n\tsel %0, %3, %4" : "=&r"(holds) : "r"(a), "r"(b), "r"(-1), "r"(0) : "cc");
    return holds;
#else
    return net_join(-(net_low(a) >= net_low(b)), -(net_high(a) >= net_high(b)));
#endif
}

/* Whether a > b holds for one of the two. */
NET_HELPER bool net_any_above2(net_pair a, net_pair b)
{
#if NET_DSP
    net_pair above;
    __asm__("qsub16 %0, %1, %2" : "=r"(above) : "r"(b), "r"(a));
    return (above & 0x80008000u) != 0;
#else
    return net_above2(a, b) != 0;
#endif
}

/* Whether a >= b holds for one of the two. */
NET_HELPER bool net_any_at_least2(net_pair a, net_pair b)
{
#if NET_DSP
    net_pair below, signs = 0x80008000u;
    __asm__("" : "+r"(signs)); /* in a register, one instruction compares them */
    __asm__("qsub16 %0, %1, %2" : "=r"(below) : "r"(a), "r"(b));
    return (signs & ~below) != 0;
#else
    return net_at_least2(a, b) != 0;
#endif
}

NET_HELPER net_pair net_choose2(net_pair holds, net_pair a, net_pair b)
{
    return (a & holds) | (b & ~holds);
}

/* Where a > b, first, else second. */
NET_HELPER net_pair net_choose_above2(net_pair a, net_pair b, net_pair first, net_pair second)
{
#if NET_DSP
    net_pair chosen;
    __asm__("ssub16 %0, %2, %1\n\tsel %0, %4, %3" : "=&r"(chosen) : "r"(a), "r"(b), "r"(first), "r"(second) : "cc");
    return chosen;
#else
    return net_choose2(net_above2(a, b), first, second);
#endif
}

/* Where a >= b, first, else second. */
NET_HELPER net_pair net_choose_at_least2(net_pair a, net_pair b, net_pair first, net_pair second)
{
#if NET_DSP
    net_pair chosen;
    __asm__("ssub16 %0, %1, %2\n\tsel %0, %3, %4" : "=&r"(chosen) : "r"(a), "r"(b), "r"(first), "r"(second) : "cc");
    return chosen;
#else
    return net_choose2(net_at_least2(a, b), first, second);
#endif
}

NET_HELPER net_pair net_max2(net_pair a, net_pair b)
{
#if NET_DSP
    net_pair most;
    __asm__("ssub16 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(most) : "r"(a), "r"(b) : "cc");
    return most;
#else
    return net_choose2(net_above2(a, b), a, b);
#endif
}

NET_HELPER net_pair net_min2(net_pair a, net_pair b)
{
#if NET_DSP
    net_pair least;
    __asm__("ssub16 %0, %1, %2\n\tsel %0, %2, %1" : "=&r"(least) : "r"(a), "r"(b) : "cc");
    return least;
#else
    return net_choose2(net_above2(a, b), b, a);
#endif
}


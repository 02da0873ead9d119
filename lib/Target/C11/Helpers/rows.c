// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
#include "sums.c"
// --- emitted
/* Rows of weights are added to sums in memory, four or eight at a time. A word of weights has those of
 * the first two sums in its bytes 0 and 2, and those of the other two in 1 and 3. Sums of 16 bits are
 * at multiples of 4. */

/* Two words of sums, which are of 16 or 32 bits. */
NET_HELPER net_words2 net_load_sums(const void *y)
{
#if NET_BLOCKS
    return net_words((const int8_t *)y);
#else
    net_words2 sums;
    memcpy(&sums, y, 8);
    return sums;
#endif
}

NET_HELPER void net_store_sums(void *y, uint32_t first, uint32_t second)
{
#if NET_BLOCKS && defined(__thumb2__)
    typedef uint64_t __attribute__((may_alias, aligned(4))) both_t;
    __asm__("strd %1, %2, %0" : "=Uv"(*(both_t *)y) : "r"(first), "r"(second));
#else
    const net_words2 sums = {first, second};
#if NET_BLOCKS
    memcpy(__builtin_assume_aligned(y, 4), &sums, 8);
#else
    memcpy(y, &sums, 8);
#endif
#endif
}

/* y[k] = (y[k] + x * weight) mod 2^16 */
NET_HELPER void net_add_one(int16_t *y, int32_t x, int32_t weight)
{
    *y = (int16_t)(uint16_t)((uint32_t)*y + (uint32_t)x * (uint32_t)weight);
}

/* Four weights one by one, x times. */
NET_HELPER void net_add_bytes4(int16_t *y, const NET_SPACE int8_t *p, int32_t x)
{
    net_add_one(y, x, p[0]);
    net_add_one(y + 1, x, p[2]);
    net_add_one(y + 2, x, p[1]);
    net_add_one(y + 3, x, p[3]);
}

NET_HELPER void net_add_row4(int16_t *y, const NET_SPACE int8_t *p)
{
#if NET_BLOCKS && defined(__ARM_FEATURE_DSP)
    net_words2 sums = net_load_sums(y);
    const uint32_t word = net_word(p);
    __asm__("sxtab16 %0, %0, %1" : "+r"(sums.first) : "r"(word));
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sums.second) : "r"(word));
    net_store_sums(y, sums.first, sums.second);
#else
    net_add_bytes4(y, p, 1);
#endif
}

/* The same at no multiple of 4. */
NET_HELPER void net_add_unaligned_row4(int16_t *y, const NET_SPACE int8_t *p)
{
#if NET_UNALIGNED_BLOCKS
    net_add_row4(y, p);
#else
    net_add_bytes4(y, p, 1);
#endif
}

/* Weights times 2^by. */
NET_HELPER void net_add_row_shifted4(int16_t *y, const NET_SPACE int8_t *p, unsigned by)
{
#if NET_BLOCKS && defined(__ARM_FEATURE_DSP)
    const uint32_t within = ~((((uint32_t)1 << by) - 1) << 16), word = net_word(p);
    net_words2 sums = net_load_sums(y);
    uint32_t even, odd;
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(word));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(word));
    __asm__("sadd16 %0, %0, %1" : "+r"(sums.first) : "r"(even << by & within) : "cc");
    __asm__("sadd16 %0, %0, %1" : "+r"(sums.second) : "r"(odd << by & within) : "cc");
    net_store_sums(y, sums.first, sums.second);
#else
    net_add_bytes4(y, p, (int32_t)1 << by);
#endif
}

NET_HELPER void net_add_row_shifted8(int16_t *y, const NET_SPACE int8_t *p, unsigned by)
{
    net_add_row_shifted4(y, p, by);
    net_add_row_shifted4(y + 4, p + 4, by);
}

NET_HELPER void net_add_unaligned_row_shifted4(int16_t *y, const NET_SPACE int8_t *p, unsigned by)
{
#if NET_UNALIGNED_BLOCKS
    net_add_row_shifted4(y, p, by);
#else
    net_add_bytes4(y, p, (int32_t)1 << by);
#endif
}

NET_HELPER void net_add_row8(int16_t *y, const NET_SPACE int8_t *p)
{
#if NET_BLOCKS && defined(__ARM_FEATURE_DSP)
    net_words2 low = net_load_sums(y), high = net_load_sums(y + 4);
    const net_words2 words = net_words(p);
    __asm__("sxtab16 %0, %0, %1" : "+r"(low.first) : "r"(words.first));
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(low.second) : "r"(words.first));
    __asm__("sxtab16 %0, %0, %1" : "+r"(high.first) : "r"(words.second));
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(high.second) : "r"(words.second));
    net_store_sums(y, low.first, low.second);
    net_store_sums(y + 4, high.first, high.second);
#else
    net_add_row4(y, p);
    net_add_row4(y + 4, p + 4);
#endif
}

/* The same for n weights that are taken x times; n is a multiple of 4. */
static NET_SELDOM void net_add_row_times(int16_t *y, const NET_SPACE int8_t *p, size_t n, int32_t x)
{
    for (size_t k = 0; k < n; k += 4)
        net_add_bytes4(y + k, p + k, x);
}

/* The same of weights whose sign bits are flipped. */
NET_HELPER void net_add_flipped_bytes4(int16_t *y, const NET_SPACE int8_t *p, int32_t x)
{
    net_add_one(y, x, (int8_t)(p[0] ^ -128));
    net_add_one(y + 1, x, (int8_t)(p[2] ^ -128));
    net_add_one(y + 2, x, (int8_t)(p[1] ^ -128));
    net_add_one(y + 3, x, (int8_t)(p[3] ^ -128));
}

/* Two biased sums, to which two weights times 2^by are added: neither borrows or carries in the end. */
NET_HELPER uint32_t net_add_biased2(uint32_t sums, uint32_t weights, unsigned by)
{
    return sums + ((weights & 0x00ff00ffu) << by) - ((uint32_t)0x00800080u << by);
}

/* The weights' sign bits are flipped, and 2^15 is added to the sums. */
NET_HELPER void net_add_biased_row_shifted4(int16_t *y, const NET_SPACE int8_t *p, unsigned by)
{
#if NET_BLOCKS
    const net_words2 sums = net_load_sums(y);
    const uint32_t word = net_word(p);
    net_store_sums(y, net_add_biased2(sums.first, word, by), net_add_biased2(sums.second, word >> 8, by));
#else
    net_add_flipped_bytes4(y, p, (int32_t)1 << by);
#endif
}

NET_HELPER void net_add_biased_row4(int16_t *y, const NET_SPACE int8_t *p)
{
    net_add_biased_row_shifted4(y, p, 0);
}

NET_HELPER void net_add_biased_row_shifted8(int16_t *y, const NET_SPACE int8_t *p, unsigned by)
{
#if NET_BLOCKS && defined(__thumb2__)
    const net_words2 low = net_load_sums(y), high = net_load_sums(y + 4), words = net_words(p);
    net_store_sums(y, net_add_biased2(low.first, words.first, by), net_add_biased2(low.second, words.first >> 8, by));
    net_store_sums(y + 4, net_add_biased2(high.first, words.second, by),
                   net_add_biased2(high.second, words.second >> 8, by));
#else
    net_add_biased_row_shifted4(y, p, by);
    net_add_biased_row_shifted4(y + 4, p + 4, by);
#endif
}

NET_HELPER void net_add_biased_row8(int16_t *y, const NET_SPACE int8_t *p)
{
    net_add_biased_row_shifted8(y, p, 0);
}

static NET_SELDOM void net_add_biased_row_times(int16_t *y, const NET_SPACE int8_t *p, size_t n, int32_t x)
{
    for (size_t k = 0; k < n; k += 4)
        net_add_flipped_bytes4(y + k, p + k, x);
}

/* y[k] + weight for four sums of 32 bits; their weights are in their order. */
NET_HELPER void net_add_wide4(int32_t *y, const NET_SPACE int8_t *p)
{
#if NET_BLOCKS && defined(__ARM_FEATURE_DSP)
    const uint32_t word = net_word(p);
    net_words2 low = net_load_sums(y), high = net_load_sums(y + 2);
    __asm__("sxtab %0, %0, %1" : "+r"(low.first) : "r"(word));
    __asm__("sxtab %0, %0, %1, ror #8" : "+r"(low.second) : "r"(word));
    __asm__("sxtab %0, %0, %1, ror #16" : "+r"(high.first) : "r"(word));
    __asm__("sxtab %0, %0, %1, ror #24" : "+r"(high.second) : "r"(word));
    net_store_sums(y, low.first, low.second);
    net_store_sums(y + 2, high.first, high.second);
#else
    y[0] += p[0];
    y[1] += p[1];
    y[2] += p[2];
    y[3] += p[3];
#endif
}

NET_HELPER void net_add_wide8(int32_t *y, const NET_SPACE int8_t *p)
{
    net_add_wide4(y, p);
    net_add_wide4(y + 4, p + 4);
}

/* The same for weights that are taken x times; x fits 16 bits. */
NET_HELPER void net_add_wide_times4(int32_t *y, const NET_SPACE int8_t *p, int32_t x)
{
#if NET_BLOCKS && defined(__ARM_FEATURE_DSP)
    const uint32_t word = net_word(p);
    uint32_t even, odd;
    net_words2 low = net_load_sums(y), high = net_load_sums(y + 2);
    __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(word));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(word));
    __asm__("smlabb %0, %1, %2, %0" : "+r"(low.first) : "r"(even), "r"(x));
    __asm__("smlabb %0, %1, %2, %0" : "+r"(low.second) : "r"(odd), "r"(x));
    __asm__("smlatb %0, %1, %2, %0" : "+r"(high.first) : "r"(even), "r"(x));
    __asm__("smlatb %0, %1, %2, %0" : "+r"(high.second) : "r"(odd), "r"(x));
    net_store_sums(y, low.first, low.second);
    net_store_sums(y + 2, high.first, high.second);
#else
    y[0] += (int32_t)p[0] * x;
    y[1] += (int32_t)p[1] * x;
    y[2] += (int32_t)p[2] * x;
    y[3] += (int32_t)p[3] * x;
#endif
}

NET_HELPER void net_add_wide_times8(int32_t *y, const NET_SPACE int8_t *p, int32_t x)
{
    net_add_wide_times4(y, p, x);
    net_add_wide_times4(y + 4, p + 4, x);
}

/* Four spikes or counts at a multiple of 4. */
NET_HELPER uint32_t net_bytes4(const uint8_t *x)
{
    uint32_t word;
#if NET_BLOCKS
    memcpy(&word, __builtin_assume_aligned(x, 4), 4);
#else
    memcpy(&word, x, 4);
#endif
    return word;
}

/* Sums of four spikes or counts. */
NET_HELPER void net_sum_rows4(int16_t *y, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d)
{
#if NET_BLOCKS
    const uint32_t p = net_bytes4(a), q = net_bytes4(b), r = net_bytes4(c), s = net_bytes4(d);
#if defined(__ARM_FEATURE_DSP)
    uint32_t even, odd, low, high;
    __asm__("uxtb16 %0, %1" : "=r"(even) : "r"(p));
    __asm__("uxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(p));
    __asm__("uxtab16 %0, %0, %1" : "+r"(even) : "r"(q));
    __asm__("uxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(q));
    __asm__("uxtab16 %0, %0, %1" : "+r"(even) : "r"(r));
    __asm__("uxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(r));
    __asm__("uxtab16 %0, %0, %1" : "+r"(even) : "r"(s));
    __asm__("uxtab16 %0, %0, %1, ror #8" : "+r"(odd) : "r"(s));
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(low) : "r"(even), "r"(odd));
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(high) : "r"(odd), "r"(even));
    net_store_sums(y, low, high);
#else
    const uint32_t halves = 0x00ff00ffu;
    const uint32_t even = (p & halves) + (q & halves) + (r & halves) + (s & halves);
    const uint32_t odd = (p >> 8 & halves) + (q >> 8 & halves) + (r >> 8 & halves) + (s >> 8 & halves);
    net_store_sums(y, (even & 0xffffu) | odd << 16, even >> 16 | (odd & 0xffff0000u));
#endif
#else
    for (size_t k = 0; k < 4; ++k)
        y[k] = (int16_t)(a[k] + b[k] + c[k] + d[k]);
#endif
}

NET_HELPER void net_fill4(int16_t *y, int16_t x)
{
    const uint32_t both = (uint32_t)(uint16_t)x * 0x00010001u;
    net_store_sums(y, both, both);
}

NET_HELPER void net_fill8(int16_t *y, int16_t x)
{
    net_fill4(y, x);
    net_fill4(y + 4, x);
}

/* Adds the bias to four sums, or takes it off. */
NET_HELPER void net_flip4(int16_t *y)
{
    const net_words2 sums = net_load_sums(y);
    net_store_sums(y, sums.first ^ 0x80008000u, sums.second ^ 0x80008000u);
}

NET_HELPER void net_flip8(int16_t *y)
{
    net_flip4(y);
    net_flip4(y + 4);
}


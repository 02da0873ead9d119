// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alone.h"
#include "small.c"
// --- emitted
/* Whether sums are kept in registers while all events are visited, which small cores without vectors
 * do faster. UNALIGNED: also where rows of weights are not whole words. */
#ifndef NET_BLOCKS
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ \
    && ((defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && !defined(__ARM_FEATURE_MVE)) \
        || (defined(__riscv) && !defined(__riscv_vector)))
#define NET_BLOCKS 1
#else
#define NET_BLOCKS 0
#endif
#endif
#ifndef NET_UNALIGNED_BLOCKS
#if defined(__ARM_FEATURE_UNALIGNED)
#define NET_UNALIGNED_BLOCKS NET_BLOCKS
#else
#define NET_UNALIGNED_BLOCKS 0
#endif
#endif

/* Cores with Thumb-1 alone: no instruction shifts and adds, and most have eight registers. */
#ifndef NET_FEW_REGISTERS
#if NET_BLOCKS && defined(__thumb__) && !defined(__thumb2__)
#define NET_FEW_REGISTERS 1
#else
#define NET_FEW_REGISTERS 0
#endif
#endif

/* For tables that are read in words. */
#if defined(__GNUC__)
#define NET_WORDS __attribute__((aligned(4)))
#else
#define NET_WORDS
#endif

typedef struct {
    int16_t x0, x1, x2, x3;
} net_lanes4;

#if defined(__AVR__)
/* Four sums of 16 bits, each in two registers. */
typedef net_lanes4 net_sums4;
#else
/* Four sums of 16 bits, two in a word: x0 and x2 in even, x1 and x3 in odd. Without DSP they borrow from
 * their neighbours and carry into them while rows are added, and x2 is also in odd, at bit 8; or even is the
 * sum of whole words, which takes an instruction and a register less where none shifts and adds. net_settle4
 * takes that back, whatever happened on the way, as in the end all of them fit 16 bits. */
typedef struct {
    uint32_t even, odd;
} net_sums4;
#endif

/* avr-gcc would have both a position of a list and the next one in registers, and sums elsewhere. */
#if defined(__AVR__)
#define NET_HIDE(position) __asm__("" : "+r"(position))
#else
#define NET_HIDE(position) ((void)0)
#endif

/* Sums to which nothing was added. */
NET_HELPER net_sums4 net_zero4(void)
{
#if defined(__AVR__)
    const net_sums4 zero = {0, 0, 0, 0};
#else
    const net_sums4 zero = {0, 0};
#endif
    return zero;
}

/* A row of weights, of which the compiler knows nothing: it adds to one pointer. */
NET_HELPER const NET_SPACE int8_t *net_row(const NET_SPACE int8_t *p)
{
#if NET_BLOCKS
    __asm__("" : "+r"(p));
#endif
    return p;
}

/* The row at offset. Additions can have the other registers, too: the pointer to rows is there. */
NET_HELPER const NET_SPACE int8_t *net_row_at(const NET_SPACE int8_t *rows, size_t offset)
{
#if NET_FEW_REGISTERS && defined(__thumb__)
    __asm__("add %0, %1" : "+l"(offset) : "h"(rows) : "cc");
    return (const int8_t *)offset;
#else
    return rows + offset;
#endif
}

/* Where sums are stored, of which the compiler knows nothing either. */
NET_HELPER int16_t *net_place(int16_t *p)
{
#if NET_BLOCKS && defined(__thumb2__)
    __asm__("" : "+r"(p));
#endif
    return p;
}

/* Four weights; the address of a row that has no whole words is one of a core that can read it. */
NET_HELPER uint32_t net_word(const NET_SPACE int8_t *p)
{
#if NET_UNALIGNED_BLOCKS
    uint32_t word;
    memcpy(&word, p, 4);
    return word;
#elif NET_BLOCKS
    uint32_t word;
    memcpy(&word, __builtin_assume_aligned(p, 4), 4);
    return word;
#else
    return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8 | (uint32_t)(uint8_t)p[2] << 16
        | (uint32_t)(uint8_t)p[3] << 24;
#endif
}

/* Four weights at a multiple of 2. */
NET_HELPER uint32_t net_halves(const NET_SPACE int8_t *p)
{
#if NET_BLOCKS && !NET_UNALIGNED_BLOCKS
    uint16_t low, high;
    memcpy(&low, __builtin_assume_aligned(p, 2), 2);
    memcpy(&high, __builtin_assume_aligned(p + 2, 2), 2);
    return low | (uint32_t)high << 16;
#else
    return net_word(p);
#endif
}

/* Eight weights at a multiple of 4. */
typedef struct {
    uint32_t first, second;
} net_words2;

NET_HELPER net_words2 net_words(const NET_SPACE int8_t *p)
{
#if NET_BLOCKS && defined(__thumb2__)
    typedef uint64_t __attribute__((may_alias, aligned(4))) both_t;
    net_words2 words;
    __asm__("ldrd %0, %1, %2" : "=r"(words.first), "=r"(words.second) : "Uv"(*(const both_t *)(const void *)p));
    return words;
#else
    const net_words2 words = {net_word(p), net_word(p + 4)};
    return words;
#endif
}

#if defined(__AVR__)
/* Whether tables are in the flash that LPM reads. */
#if defined(__FLASH) && !defined(__STRICT_ANSI__)
#define NET_IN_FLASH __builtin_types_compatible_p(const NET_SPACE int8_t *, const __flash int8_t *)
#endif

/* The sum with the weight at p added, and p goes on: avr-gcc would work out the address of each weight
 * of a row. */
NET_HELPER int16_t net_add_next(int16_t sum, const NET_SPACE int8_t **p)
{
#if defined(NET_IN_FLASH)
    if (NET_IN_FLASH) {
        const __flash int8_t *next = (const __flash int8_t *)*p;
        __asm__("lpm __tmp_reg__, %a1+\n\tadd %A0, __tmp_reg__\n\tadc %B0, __zero_reg__\n\t"
                "sbrc __tmp_reg__, 7\n\tdec %B0"
                : "+r"(sum), "+z"(next));
        *p = (const NET_SPACE int8_t *)next;
        return sum;
    }
#endif
    return (int16_t)(sum + *(*p)++);
}

/* The same of a weight whose sign bit is flipped: 128 more. */
NET_HELPER int16_t net_add_next_flipped(int16_t sum, const NET_SPACE int8_t **p)
{
#if defined(NET_IN_FLASH)
    if (NET_IN_FLASH) {
        const __flash int8_t *next = (const __flash int8_t *)*p;
        __asm__("lpm __tmp_reg__, %a1+\n\tadd %A0, __tmp_reg__\n\tadc %B0, __zero_reg__"
                : "+r"(sum), "+z"(next));
        *p = (const NET_SPACE int8_t *)next;
        return sum;
    }
#endif
    return (int16_t)((uint16_t)sum + (uint8_t)*(*p)++);
}

/* The sums with four weights added, behind which p is then. */
NET_HELPER net_sums4 net_add_next4(net_sums4 sums, const NET_SPACE int8_t **p)
{
    sums.x0 = net_add_next(sums.x0, p);
    sums.x1 = net_add_next(sums.x1, p);
    sums.x2 = net_add_next(sums.x2, p);
    sums.x3 = net_add_next(sums.x3, p);
    return sums;
}

NET_HELPER net_sums4 net_add_next_flipped4(net_sums4 sums, const NET_SPACE int8_t **p)
{
    sums.x0 = net_add_next_flipped(sums.x0, p);
    sums.x1 = net_add_next_flipped(sums.x1, p);
    sums.x2 = net_add_next_flipped(sums.x2, p);
    sums.x3 = net_add_next_flipped(sums.x3, p);
    return sums;
}

/* The sums with the four weights at p added. */
NET_HELPER net_sums4 net_add4(net_sums4 sums, const NET_SPACE int8_t *p)
{
    return net_add_next4(sums, &p);
}

NET_HELPER net_sums4 net_add_halves4(net_sums4 sums, const NET_SPACE int8_t *p)
{
    return net_add_next4(sums, &p);
}

/* Adds the eight weights of a row from first on. */
NET_HELPER void net_add8(net_sums4 *sums, net_sums4 *more, const NET_SPACE int8_t **row, size_t first)
{
    const NET_SPACE int8_t *p = *row + first;
    *sums = net_add_next4(*sums, &p);
    *more = net_add_next4(*more, &p);
}

/* What is in the sums after n rows. */
NET_HELPER net_sums4 net_settle4(net_sums4 sums, size_t n)
{
    (void)n;
    return sums;
}

/* The same as net_add4 for weights whose sign bits are flipped. */
NET_HELPER net_sums4 net_add_flipped4(net_sums4 sums, const NET_SPACE int8_t *p)
{
    return net_add_next_flipped4(sums, &p);
}

NET_HELPER net_sums4 net_add_flipped_halves4(net_sums4 sums, const NET_SPACE int8_t *p)
{
    return net_add_next_flipped4(sums, &p);
}

/* The same as net_add8 for these. */
NET_HELPER void net_add_flipped8(net_sums4 *sums, net_sums4 *more, const NET_SPACE int8_t **row, size_t first)
{
    const NET_SPACE int8_t *p = *row + first;
    *sums = net_add_next_flipped4(*sums, &p);
    *more = net_add_next_flipped4(*more, &p);
}

/* What is in the sums after n rows of these. */
NET_HELPER net_sums4 net_settle_biased4(net_sums4 sums, size_t n)
{
    const uint16_t added = (uint16_t)(128u * (uint16_t)n);
    sums.x0 = (int16_t)((uint16_t)sums.x0 - added);
    sums.x1 = (int16_t)((uint16_t)sums.x1 - added);
    sums.x2 = (int16_t)((uint16_t)sums.x2 - added);
    sums.x3 = (int16_t)((uint16_t)sums.x3 - added);
    return sums;
}

/* Each of the sums. */
NET_HELPER net_lanes4 net_get4(net_sums4 sums)
{
    return sums;
}

#else

/* sum + x, now: gcc would add later, with more registers. */
NET_HELPER uint32_t net_plus(uint32_t sum, uint32_t x)
{
#if NET_FEW_REGISTERS && defined(__thumb__)
    __asm__("add %0, %1" : "+l"(sum) : "l"(x) : "cc");
    return sum;
#else
    return sum + x;
#endif
}

/* The sums with four weights added, to each of which 128 was. */
NET_HELPER net_sums4 net_add_biased4(net_sums4 sums, uint32_t word)
{
#if NET_FEW_REGISTERS
    sums.even = net_plus(sums.even, word);
    sums.odd = net_plus(sums.odd, word >> 8 & 0x00ff00ffu);
#else
    sums.even += word & 0x00ff00ffu;
    sums.odd += word >> 8;
#endif
    return sums;
}

/* What is in the sums after n rows of these. */
NET_HELPER net_sums4 net_settle_biased4(net_sums4 sums, size_t n)
{
    /* With 2^15 more the lower sum is not below 0, so nothing was borrowed for it. */
    const uint32_t added = (uint32_t)n * 0x00800080u - 0x8000u;
#if NET_FEW_REGISTERS
    sums.even -= sums.odd << 8;
    sums.even -= added;
    sums.odd -= added;
#else
    sums.even -= added;
    sums.odd -= added + ((uint32_t)n << 15);
    sums.odd -= (uint32_t)((int32_t)sums.even >> 16) << 8;
#endif
    sums.even ^= 0x8000u;
    sums.odd ^= 0x8000u;
    return sums;
}

/* The sums with four weights added. */
NET_HELPER net_sums4 net_add_word4(net_sums4 sums, uint32_t word)
{
#if NET_BLOCKS && defined(__ARM_FEATURE_DSP)
    __asm__("sxtab16 %0, %0, %1" : "+r"(sums.even) : "r"(word));
    __asm__("sxtab16 %0, %0, %1, ror #8" : "+r"(sums.odd) : "r"(word));
    return sums;
#else
    return net_add_biased4(sums, word ^ 0x80808080u);
#endif
}

/* The sums with the four weights at p added. */
NET_HELPER net_sums4 net_add4(net_sums4 sums, const NET_SPACE int8_t *p)
{
    return net_add_word4(sums, net_word(p));
}

NET_HELPER net_sums4 net_add_halves4(net_sums4 sums, const NET_SPACE int8_t *p)
{
    return net_add_word4(sums, net_halves(p));
}

/* gcc for RISC-V would load all of a long row at once, and run out of registers: what is behind eight
 * weights it does not know before these are added. */
#if NET_BLOCKS && defined(__riscv)
#define NET_AFTER(row, sums, more) \
    __asm__("" : "+r"(row), "+r"((sums)->even), "+r"((sums)->odd), "+r"((more)->even), "+r"((more)->odd))
#else
#define NET_AFTER(row, sums, more) ((void)0)
#endif

/* Adds the eight weights of a row from a multiple of 4 on. */
NET_HELPER void net_add8(net_sums4 *sums, net_sums4 *more, const NET_SPACE int8_t **row, size_t first)
{
    const net_words2 words = net_words(*row + first);
    *sums = net_add_word4(*sums, words.first);
    *more = net_add_word4(*more, words.second);
    NET_AFTER(*row, sums, more);
}

/* What is in the sums after n rows. */
NET_HELPER net_sums4 net_settle4(net_sums4 sums, size_t n)
{
#if NET_BLOCKS && defined(__ARM_FEATURE_DSP)
    (void)n;
#if !defined(__OPTIMIZE_SIZE__)
    /* They stay in words: gcc would take these apart in a copy of the code for n = 0, too. */
    __asm__("" : "+r"(sums.even), "+r"(sums.odd));
#endif
    return sums;
#else
    return net_settle_biased4(sums, n);
#endif
}

/* The same as net_add4 for weights whose sign bits are flipped. */
NET_HELPER net_sums4 net_add_flipped4(net_sums4 sums, const NET_SPACE int8_t *p)
{
    return net_add_biased4(sums, net_word(p));
}

NET_HELPER net_sums4 net_add_flipped_halves4(net_sums4 sums, const NET_SPACE int8_t *p)
{
    return net_add_biased4(sums, net_halves(p));
}

/* The same as net_add8 for these. */
NET_HELPER void net_add_flipped8(net_sums4 *sums, net_sums4 *more, const NET_SPACE int8_t **row, size_t first)
{
    const net_words2 words = net_words(*row + first);
    *sums = net_add_biased4(*sums, words.first);
    *more = net_add_biased4(*more, words.second);
    NET_AFTER(*row, sums, more);
}

/* Each of the sums. */
NET_HELPER net_lanes4 net_get4(net_sums4 sums)
{
    const net_lanes4 lanes = {
        (int16_t)(uint16_t)sums.even,
        (int16_t)(uint16_t)sums.odd,
        (int16_t)(uint16_t)(sums.even >> 16),
        (int16_t)(uint16_t)(sums.odd >> 16),
    };
    return lanes;
}

#endif

/* Stores the sums. */
NET_HELPER void net_put4(int16_t *y, net_sums4 sums)
{
#if NET_UNALIGNED_BLOCKS && defined(__ARM_FEATURE_DSP)
    uint32_t low, high;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(low) : "r"(sums.even), "r"(sums.odd));
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(high) : "r"(sums.odd), "r"(sums.even));
    memcpy(y, &low, 4);
    memcpy(y + 2, &high, 4);
#elif NET_UNALIGNED_BLOCKS
    const uint32_t low = (sums.even & 0xffffu) | sums.odd << 16;
    const uint32_t high = sums.even >> 16 | (sums.odd & 0xffff0000u);
    memcpy(y, &low, 4);
    memcpy(y + 2, &high, 4);
#else
    const net_lanes4 lanes = net_get4(sums);
    y[0] = lanes.x0;
    y[1] = lanes.x1;
    y[2] = lanes.x2;
    y[3] = lanes.x3;
#endif
}

/* Adds the sums to what is stored. */
NET_HELPER void net_add_to4(int16_t *y, net_sums4 sums)
{
#if NET_UNALIGNED_BLOCKS && defined(__ARM_FEATURE_DSP)
    uint32_t low, high, y0, y2;
    memcpy(&y0, y, 4);
    memcpy(&y2, y + 2, 4);
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(low) : "r"(sums.even), "r"(sums.odd));
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(high) : "r"(sums.odd), "r"(sums.even));
    __asm__("sadd16 %0, %1, %2" : "=r"(low) : "r"(low), "r"(y0) : "cc");
    __asm__("sadd16 %0, %1, %2" : "=r"(high) : "r"(high), "r"(y2) : "cc");
    memcpy(y, &low, 4);
    memcpy(y + 2, &high, 4);
#else
    const net_lanes4 lanes = net_get4(sums);
    y[0] = (int16_t)(y[0] + lanes.x0);
    y[1] = (int16_t)(y[1] + lanes.x1);
    y[2] = (int16_t)(y[2] + lanes.x2);
    y[3] = (int16_t)(y[3] + lanes.x3);
#endif
}


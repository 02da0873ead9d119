// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t
// RUN: arm-linux-gnueabihf-gcc %strict -O0 -static -I%helpers %s -o %t && qemu-arm %t
// RUN: arm-linux-gnueabihf-gcc %strict -O2 -static -I%helpers %s -o %t && qemu-arm %t

// Products are those of 64 bits, at the ends of what fits, too.

#include "product.c"
#include "product_byte.c"
#include "product_shifted.c"
#include "product_shifted_short.c"
#include "product_unsigned.c"

#include <stdio.h>
#include <stdlib.h>

// How many numbers are tried with each factor beside the ends; the test of an AVR takes fewer.
#ifndef RANDOM
#define RANDOM 2000
#endif

static void expect(int64_t found, int64_t x, int64_t y)
{
    if (found != x * y) {
        fprintf(stderr, "%ld * %ld is not %ld\n", (long)x, (long)y, (long)found);
        exit(1);
    }
}

// By 1, 15 and 16 bits, and what the largest factors and terms are then.
static void expect_shifted(int32_t x, int32_t y, int32_t rounding, unsigned by)
{
    // Rounded down, not toward zero.
    const int64_t product = (int64_t)x * y + rounding, unit = (int64_t)1 << by;
    const int64_t high = product / unit - (product % unit < 0);
    const int32_t found = net_product_shifted(x, y, rounding, by);
    const int32_t of_short = x == (int16_t)x ? net_product_shifted_short(x, y, rounding, by) : found;
    if (high == (int32_t)high && (found != high || of_short != high)) {
        fprintf(stderr, "%ld * %ld + %ld >> %u is not %ld\n", (long)x, (long)y, (long)rounding, by, (long)found);
        exit(1);
    }
}

int main(void)
{
    static const int32_t numbers[] = {-32768, -32767, -256, -1, 0, 1, 2, 255, 2048, 32767};
    static const int32_t more[] = {0, 1, 255, 32767, 32768, 65535};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; ++k)
            expect(net_product(numbers[i], numbers[k]), numbers[i], numbers[k]);
        for (size_t k = 0; k < sizeof more / sizeof *more; ++k)
            expect(net_product_unsigned(more[k], numbers[i]), more[k], numbers[i]);
    }
    static const int32_t units[] = {2, 8, 128, 255};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i)
        for (size_t k = 0; k < sizeof units / sizeof *units; ++k)
            if (net_product_byte(numbers[i], units[k]) != numbers[i] * 256 * units[k])
                exit(1);
    static const int32_t words[] = {INT32_MIN, INT32_MIN + 1, -65537, -65536, -1, 0, 1, 65535, 65536, INT32_MAX};
    static const unsigned shifts[] = {1, 15, 16};
    for (size_t s = 0; s < sizeof shifts / sizeof *shifts; ++s) {
        const int32_t most = ((int32_t)1 << shifts[s]) - 1;
        const int32_t factors[] = {0, 1, most / 2, most / 2 + 1, most - 1, most}, terms[] = {0, 1, most / 2, most};
        for (size_t y = 0; y < sizeof factors / sizeof *factors; ++y)
            for (size_t k = 0; k < sizeof terms / sizeof *terms; ++k) {
                for (size_t x = 0; x < sizeof words / sizeof *words; ++x)
                    expect_shifted(words[x], factors[y], terms[k], shifts[s]);
                for (size_t x = 0; x < sizeof numbers / sizeof *numbers; ++x)
                    expect_shifted(numbers[x], factors[y], terms[k], shifts[s]);
                srand(1);
                for (int n = 0; n < RANDOM; ++n) {
                    const int32_t x = (int32_t)((uint32_t)rand() << 16 ^ (uint32_t)rand());
                    expect_shifted(x, factors[y], terms[k], shifts[s]);
                    expect_shifted((int16_t)x, factors[y], terms[k], shifts[s]);
                }
            }
    }
    return 0;
}

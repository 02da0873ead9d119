// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t

// Both halves of a word are what the numbers would be alone, also at the ends of their range and beside
// numbers of another sign.

#include "pairs.c"

#include <stdio.h>
#include <stdlib.h>

static const int16_t numbers[] = {-32768, -32767, -16384, -300, -2, -1, 0, 1, 2, 3, 300, 16383, 32766, 32767};
enum { SIZE = sizeof numbers / sizeof *numbers };

static void expect(net_pair found, int32_t low, int32_t high, const char *what)
{
    if (net_low(found) != low || net_high(found) != high) {
        fprintf(stderr, "%s: %d %d, expected %d %d\n", what, (int)net_low(found), (int)net_high(found), (int)low, (int)high);
        exit(1);
    }
}

static bool fits(int32_t x)
{
    return x >= -32768 && x <= 32767;
}

static void check(int32_t a, int32_t b, int32_t c, int32_t d)
{
    const int16_t ab[2] = {(int16_t)a, (int16_t)b}, cd[2] = {(int16_t)c, (int16_t)d};
    int16_t stored[2];
    uint8_t spikes[2];
    const net_pair x = net_load2(ab), y = net_table2(cd);
    expect(x, a, b, "load");
    net_store2(stored, x);
    expect(net_join(stored[0], stored[1]), a, b, "store");
    if (fits(a + c) && fits(b + d))
        expect(net_plus2(x, y), a + c, b + d, "plus");
    if (fits(a - c) && fits(b - d))
        expect(net_minus2(x, y), a - c, b - d, "minus");
    if (fits(a * c) && fits(b * d))
        expect(net_times2(x, y), a * c, b * d, "times");
    if (fits(a * 8) && fits(b * 8))
        expect(net_shift_left2(x, 3), a * 8, b * 8, "shift left");
    expect(net_shift_right2(x, 1), a >> 1, b >> 1, "shift right by 1");
    expect(net_shift_right2(x, 5), a >> 5, b >> 5, "shift right by 5");
    if (a * c < 1073741824 && b * d < 1073741824)
        expect(net_product2(x, y, 0, 16), (a * c) >> 16, (b * d) >> 16, "upper half");
    if (fits((a * c + 16384) >> 15) && fits((b * d + 16384) >> 15))
        expect(net_product2(x, y, 16384, 15), (a * c + 16384) >> 15, (b * d + 16384) >> 15, "product");
    if (fits((a * c + 5 * c) >> 16) && fits((b * c + 5 * c) >> 16)) {
        expect(net_scaled2(x, c, 0, 16), (a * c) >> 16, (b * c) >> 16, "scaled");
        expect(net_scaled2(x, c, 5 * c, 16), (a * c + 5 * c) >> 16, (b * c + 5 * c) >> 16, "scaled sum");
    }
    if (fits((a * c + 16384) >> 15) && fits((b * c + 16384) >> 15))
        expect(net_scaled2(x, c, 16384, 15), (a * c + 16384) >> 15, (b * c + 16384) >> 15, "scaled half");
    expect(net_both((int16_t)-net_any_above2(x, y)), -(a > c || b > d), -(a > c || b > d), "any above");
    expect(net_both((int16_t)-net_any_at_least2(x, y)), -(a >= c || b >= d), -(a >= c || b >= d), "any at least");
    expect(net_above2(x, y), -(a > c), -(b > d), "above");
    expect(net_at_least2(x, y), -(a >= c), -(b >= d), "at least");
    expect(net_max2(x, y), a > c ? a : c, b > d ? b : d, "max");
    expect(net_min2(x, y), a < c ? a : c, b < d ? b : d, "min");
    expect(net_choose2(net_above2(x, y), x, net_both(7)), a > c ? a : 7, b > d ? b : 7, "choose");
    expect(net_number2(net_above2(x, y)), a > c, b > d, "number");
    net_store_spikes2(spikes, net_above2(x, y));
    expect(net_join(spikes[0], spikes[1]), a > c, b > d, "spikes");
}

int main(void)
{
    const int8_t bytes[2] = {-128, 127};
    expect(net_bytes2(bytes), -128, 127, "bytes");
    for (size_t i = 0; i < SIZE; ++i)
        for (size_t j = 0; j < SIZE; ++j)
            for (size_t k = 0; k < SIZE; ++k)
                check(numbers[i], numbers[j], numbers[k], numbers[(i + 5 * j + 3 * k) % SIZE]);
    return 0;
}

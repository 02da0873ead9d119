// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: gcc %strict %sanitized -I%helpers -DNET_BLOCKS=1 -DNET_UNALIGNED_BLOCKS=1 %s -o %t && %t
// RUN: gcc %strict %sanitized -I%helpers -DNET_BLOCKS=1 -DNET_FEW_REGISTERS=1 %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t

// Sums of rows of weights, and of weights whose signs are flipped, are what they are one by one, also
// where the sums of bytes that have no sign leave 16 bits.

#include "sums.c"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 600 };

static _Alignas(4) int8_t weights[ROWS][8];
static _Alignas(4) int8_t flipped[ROWS][8];

static void check(size_t rows)
{
    net_sums4 plain = net_zero4(), other = plain, more = plain, rest = plain;
    int32_t expected[4] = {0, 0, 0, 0};
    int16_t put[4] = {1, 2, 3, 4}, added[4] = {1000, -1000, 7, -7};
    for (size_t row = 0; row < rows; ++row) {
        const int8_t *p = weights[row], *q = flipped[row];
        if (row % 3 == 0) {
            plain = net_add4(plain, net_row(p));
            other = net_add_flipped4(other, net_row(q));
        } else if (row % 3 == 1) {
            plain = net_add_halves4(plain, net_row(p));
            other = net_add_flipped_halves4(other, net_row(q));
        } else {
            net_add8(&plain, &more, &p, 0);
            net_add_flipped8(&other, &rest, &q, 0);
        }
        for (size_t k = 0; k < 4; ++k)
            expected[k] += weights[row][k];
    }
    net_put4(put, net_settle4(plain, rows));
    net_add_to4(added, net_settle_biased4(other, rows));
    const net_lanes4 lanes = net_get4(net_settle4(plain, rows));
    const int16_t each[4] = {lanes.x0, lanes.x1, lanes.x2, lanes.x3};
    const int16_t before[4] = {1000, -1000, 7, -7};
    for (size_t k = 0; k < 4; ++k)
        if (put[k] != expected[k] || each[k] != expected[k] || added[k] != before[k] + expected[k]) {
            fprintf(stderr, "%zu rows, sum %zu\n", rows, k);
            exit(1);
        }
}

int main(void)
{
    srand(1);
    for (int bias = -2; bias <= 2; ++bias)
        for (size_t rows = 0; rows <= ROWS; ++rows) {
            for (size_t row = 0; row < ROWS; ++row)
                for (size_t k = 0; k < 4; ++k) {
                    // Sums up to 240 times 128, beside others of the same or another sign.
                    const int most = bias == 2 ? 127 : bias == -2 ? -128 : rand() % 256 - 128;
                    weights[row][k] = (int8_t)(row < 240 ? most : -(most / 2));
                    flipped[row][k] = (int8_t)(weights[row][k] ^ -128);
                }
            check(rows);
        }
    return 0;
}

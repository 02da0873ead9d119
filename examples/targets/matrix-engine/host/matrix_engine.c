/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The driver, and a model of the engine that it drives: it sees nothing but what DMA has brought. */
#include "matrix_engine.h"

#include <assert.h>
#include <string.h>

static void dma(void *to, const void *from, size_t bytes)
{
    assert((uintptr_t)to % 4 == 0 && bytes % 4 == 0);
    memcpy(to, from, bytes);
}

/* The engine: 16 sums of 32 bits from a block of weights. */
static void multiply_block(const uint8_t *x, const int8_t *block, int32_t inputs, int32_t sums[16])
{
    assert((uintptr_t)block % 16 == 0);
    memset(sums, 0, 16 * sizeof(int32_t));
    for (int32_t i = 0; i < inputs; ++i)
        for (int32_t lane = 0; x[i] != 0 && lane < 16; ++lane)
            sums[lane] += block[i * 16 + lane];
}

void matrix_engine_matvec(const uint8_t *x, const int8_t *weight, int16_t *y, int32_t *scratch,
                          int32_t inputs, int32_t outputs)
{
    int32_t *sums = scratch;
    uint8_t *moved = (uint8_t *)(scratch + 16);
    assert(inputs % 4 == 0 && outputs % 16 == 0);
    dma(moved, x, (size_t)inputs);
    for (int32_t block = 0; block < outputs / 16; ++block) {
        multiply_block(moved, weight + block * inputs * 16, inputs, sums);
        for (int32_t lane = 0; lane < 16; ++lane)
            y[block * 16 + lane] = (int16_t)sums[lane];
    }
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The driver of an engine that adds weights of 16 rows at a time. */
#ifndef MATRIX_ENGINE_H
#define MATRIX_ENGINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* y[o] = sum of weight[o][i] where x[i] is 1. The weights are blocks of 16 outputs, in each for every
 * input 16 of them, in the engine's memory, at a multiple of 16; inputs is a multiple of 4, outputs
 * of 16. Scratch has inputs + 68 bytes. */
void matrix_engine_matvec(const uint8_t *x, const int8_t *weight, int16_t *y, int32_t *scratch,
                          int32_t inputs, int32_t outputs);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Layers of networks of integers by functions of CMSIS-NN 6 or later.
 *
 * Spikes become numbers of 16 bits. The functions multiply each sum by a real number, in fixed point:
 * here by 2^30 * 2^1 / 2^31 = 1, which leaves it what it is, as long as 16 bits hold it. */
#ifndef SNN_CMSIS_NN_H
#define SNN_CMSIS_NN_H

#include "arm_nnfunctions.h"

#include <stddef.h>
#include <stdint.h>

#define SNN_CMSIS_NN_ONE 0x40000000

static inline void snn_cmsis_nn_widen(const uint8_t *x, int32_t size, int16_t *wide)
{
    for (int32_t i = 0; i < size; ++i)
        wide[i] = x[i];
}

/* y = W x; scratch has 2 * inputs bytes. */
static inline void snn_cmsis_nn_fully_connected(const uint8_t *x, const int8_t *weight, int16_t *y,
                                                int32_t *scratch, int32_t inputs, int32_t outputs)
{
    int16_t *wide = (int16_t *)scratch;
    const cmsis_nn_context context = {NULL, 0};
    const cmsis_nn_fc_params parameters = {0, 0, 0, {INT16_MIN, INT16_MAX}};
    const cmsis_nn_per_tensor_quant_params quantization = {SNN_CMSIS_NN_ONE, 1};
    const cmsis_nn_dims input = {1, 1, 1, inputs};
    const cmsis_nn_dims filter = {inputs, 1, 1, outputs};
    const cmsis_nn_dims bias = {1, 1, 1, outputs};
    const cmsis_nn_dims output = {1, 1, 1, outputs};
    snn_cmsis_nn_widen(x, inputs, wide);
    (void)arm_fully_connected_s16(&context, &parameters, &quantization, &input, wide, &filter, weight,
                                  &bias, NULL, &output, y);
}

/* A cross-correlation of maps [height, width, channels]. Scratch has room for the wide input, four
 * columns, and two numbers for each channel of the output. */
static inline void snn_cmsis_nn_convolve(const uint8_t *x, const int8_t *weight, int16_t *y,
                                         int32_t *scratch, int32_t height, int32_t width,
                                         int32_t channels, int32_t out_height, int32_t out_width,
                                         int32_t out_channels, int32_t kernel_height,
                                         int32_t kernel_width, int32_t stride_height,
                                         int32_t stride_width, int32_t pad_height, int32_t pad_width,
                                         int32_t dilation_height, int32_t dilation_width)
{
    int32_t *multipliers = scratch;
    int32_t *shifts = scratch + out_channels;
    int16_t *wide = (int16_t *)(scratch + 2 * out_channels);
    int16_t *columns = wide + height * width * channels;
    const int32_t column_bytes = 8 * kernel_height * kernel_width * channels;
    const cmsis_nn_context context = {columns, column_bytes};
    const cmsis_nn_conv_params parameters = {
        0, 0, {stride_width, stride_height}, {pad_width, pad_height},
        {dilation_width, dilation_height}, {INT16_MIN, INT16_MAX}};
    const cmsis_nn_per_channel_quant_params quantization = {multipliers, shifts};
    const cmsis_nn_dims input = {1, height, width, channels};
    const cmsis_nn_dims filter = {out_channels, kernel_height, kernel_width, channels};
    const cmsis_nn_dims bias_size = {1, 1, 1, out_channels};
    const cmsis_nn_bias_data bias = {NULL, true};
    const cmsis_nn_dims output = {1, out_height, out_width, out_channels};
    for (int32_t c = 0; c < out_channels; ++c) {
        multipliers[c] = SNN_CMSIS_NN_ONE;
        shifts[c] = 1;
    }
    snn_cmsis_nn_widen(x, height * width * channels, wide);
    (void)arm_convolve_s16(&context, &parameters, &quantization, &input, wide, &filter, weight,
                           &bias_size, &bias, &output, y);
}

#endif

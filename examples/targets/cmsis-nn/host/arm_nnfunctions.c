/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A model of two functions of CMSIS-NN, written from their documentation: sums, an optional bias, a
 * product with multiplier * 2^(shift - 31) that rounds to nearest, and the activation's bounds. */
#include "arm_nnfunctions.h"

#include <stddef.h>

static int16_t requantize(int64_t sum, int32_t multiplier, int32_t shift, cmsis_nn_activation bounds)
{
    const int bits = 31 - shift;
    int64_t value = (sum * multiplier + ((int64_t)1 << (bits - 1))) >> bits;
    value = value < bounds.min ? bounds.min : value > bounds.max ? bounds.max : value;
    return (int16_t)value;
}

arm_cmsis_nn_status arm_fully_connected_s16(
    const cmsis_nn_context *ctx, const cmsis_nn_fc_params *fc_params,
    const cmsis_nn_per_tensor_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const int64_t *bias_data, const cmsis_nn_dims *output_dims,
    int16_t *output_data)
{
    (void)ctx;
    (void)bias_dims;
    for (int32_t batch = 0; batch < input_dims->n; ++batch)
        for (int32_t o = 0; o < output_dims->c; ++o) {
            int64_t sum = bias_data == NULL ? 0 : bias_data[o];
            for (int32_t i = 0; i < filter_dims->n; ++i)
                sum += (int32_t)filter_data[o * filter_dims->n + i]
                    * input_data[batch * filter_dims->n + i];
            output_data[batch * output_dims->c + o] = requantize(
                sum, quant_params->multiplier, quant_params->shift, fc_params->activation);
        }
    return ARM_CMSIS_NN_SUCCESS;
}

arm_cmsis_nn_status arm_convolve_s16(
    const cmsis_nn_context *ctx, const cmsis_nn_conv_params *conv_params,
    const cmsis_nn_per_channel_quant_params *quant_params, const cmsis_nn_dims *input_dims,
    const int16_t *input_data, const cmsis_nn_dims *filter_dims, const int8_t *filter_data,
    const cmsis_nn_dims *bias_dims, const cmsis_nn_bias_data *bias_data,
    const cmsis_nn_dims *output_dims, int16_t *output_data)
{
    (void)bias_dims;
    if (ctx->buf == NULL || bias_data->data != NULL)
        return ARM_CMSIS_NN_ARG_ERROR; /* a bias is not modelled */
    const int32_t channels = input_dims->c;
    /* As the real one does: whoever gives too little memory sees it. */
    for (int32_t k = 0; k < 4 * filter_dims->h * filter_dims->w * channels; ++k)
        ((int16_t *)ctx->buf)[k] = 0;
    for (int32_t p = 0; p < output_dims->h; ++p)
        for (int32_t q = 0; q < output_dims->w; ++q)
            for (int32_t o = 0; o < output_dims->c; ++o) {
                int64_t sum = 0;
                for (int32_t k = 0; k < filter_dims->h; ++k)
                    for (int32_t l = 0; l < filter_dims->w; ++l) {
                        const int32_t y = p * conv_params->stride.h - conv_params->padding.h
                            + k * conv_params->dilation.h;
                        const int32_t x = q * conv_params->stride.w - conv_params->padding.w
                            + l * conv_params->dilation.w;
                        if (y < 0 || y >= input_dims->h || x < 0 || x >= input_dims->w)
                            continue;
                        for (int32_t c = 0; c < channels; ++c)
                            sum += (int32_t)filter_data[((o * filter_dims->h + k) * filter_dims->w + l)
                                                            * channels + c]
                                * input_data[(y * input_dims->w + x) * channels + c];
                    }
                output_data[(p * output_dims->w + q) * output_dims->c + o]
                    = requantize(sum, quant_params->multiplier[o], quant_params->shift[o],
                                 conv_params->activation);
            }
    return ARM_CMSIS_NN_SUCCESS;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The driver of a neuromorphic core with two layers, each of up to 64 inputs and 32 neurons:
 *
 *   u = floor((decay * v + half) / 2^fraction) + (sum of weights of events) * 2^shift + leak
 *   v = v > threshold ? u - threshold : u
 *   spike = v > threshold
 */
#ifndef EVENT_CORE_H
#define EVENT_CORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Brings the layer's weights, input after input, and numbers of each neuron into the core. */
void event_core_setup(int32_t layer, const int8_t *weight, const int32_t *decay, const int32_t *leak,
                      const int32_t *threshold, int32_t inputs, int32_t neurons, int32_t fraction,
                      int32_t shift);

/* One step: the positions in `events`, up to one that is `inputs`; 0 or 1 for each neuron. */
void event_core_step(int32_t layer, const uint16_t *events, int32_t inputs, uint8_t *spikes,
                     int32_t neurons);

#ifdef __cplusplus
}
#endif

#endif

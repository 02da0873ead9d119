/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "event_core.h"
#include "event_core_bus.h"
#include "event_core_registers.h"

static void load(uint32_t address, const int32_t *words, int32_t count)
{
    event_core_write(EVENT_CORE_ADDRESS, address);
    for (int32_t n = 0; n < count; ++n)
        event_core_write(EVENT_CORE_DATA, (uint32_t)words[n]);
}

void event_core_setup(int32_t layer, const int8_t *weight, const int32_t *decay, const int32_t *leak,
                      const int32_t *threshold, int32_t inputs, int32_t neurons, int32_t fraction,
                      int32_t shift)
{
    event_core_write(EVENT_CORE_LAYER, (uint32_t)layer);
    event_core_write(EVENT_CORE_CONTROL, 1);
    event_core_write(EVENT_CORE_SHAPE, (uint32_t)inputs | (uint32_t)neurons << 16);
    event_core_write(EVENT_CORE_SCALE, (uint32_t)fraction | (uint32_t)shift << 16);
    for (int32_t i = 0; i < inputs; ++i) {
        event_core_write(EVENT_CORE_ADDRESS, EVENT_CORE_WEIGHTS + 32 * (uint32_t)i);
        for (int32_t n = 0; n < neurons; ++n)
            event_core_write(EVENT_CORE_DATA, (uint32_t)weight[i * neurons + n]);
    }
    load(EVENT_CORE_DECAYS, decay, neurons);
    load(EVENT_CORE_LEAKS, leak, neurons);
    load(EVENT_CORE_THRESHOLDS, threshold, neurons);
}

void event_core_step(int32_t layer, const uint16_t *events, int32_t inputs, uint8_t *spikes,
                     int32_t neurons)
{
    event_core_write(EVENT_CORE_LAYER, (uint32_t)layer);
    for (; *events != inputs; ++events) {
        while (event_core_read(EVENT_CORE_STATUS) & 2u) {
        }
        event_core_write(EVENT_CORE_QUEUE, *events);
    }
    event_core_write(EVENT_CORE_CONTROL, 2);
    while (event_core_read(EVENT_CORE_STATUS) & 1u) {
    }
    const uint32_t fired = event_core_read(EVENT_CORE_SPIKES);
    for (int32_t n = 0; n < neurons; ++n)
        spikes[n] = fired >> n & 1u;
}

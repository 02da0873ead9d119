/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* A model of the core behind its registers. Its queue holds four events, which it takes one at a time
 * whenever the status is read, and a step is busy for two reads. */
#include "event_core_bus.h"
#include "event_core_registers.h"

#include <assert.h>
#include <string.h>

enum { LAYERS = 2, INPUTS = 64, NEURONS = 32, QUEUE = 4 };

struct layer {
    uint32_t inputs, neurons, fraction, shift;
    int32_t memory[EVENT_CORE_THRESHOLDS + NEURONS];
    int32_t voltage[NEURONS], sum[NEURONS];
    uint32_t fired;
};

/* Each thread has a core of its own, as runs in parallel have networks of their own. */
static _Thread_local struct layer layers[LAYERS];
static _Thread_local uint32_t current, address, queued, queue[QUEUE], busy;

static void take_event(struct layer *layer)
{
    if (queued == 0)
        return;
    const uint32_t input = queue[0];
    memmove(queue, queue + 1, --queued * sizeof(queue[0]));
    assert(input < layer->inputs);
    for (uint32_t n = 0; n < layer->neurons; ++n)
        layer->sum[n] += layer->memory[EVENT_CORE_WEIGHTS + input * NEURONS + n];
}

static void step(struct layer *layer)
{
    while (queued != 0)
        take_event(layer);
    layer->fired = 0;
    for (uint32_t n = 0; n < layer->neurons; ++n) {
        const int64_t half = layer->fraction == 0 ? 0 : (int64_t)1 << (layer->fraction - 1);
        const int64_t left
            = ((int64_t)layer->voltage[n] * layer->memory[EVENT_CORE_DECAYS + n] + half)
            >> layer->fraction;
        const int64_t u = left + (int64_t)layer->sum[n] * ((int64_t)1 << layer->shift)
            + layer->memory[EVENT_CORE_LEAKS + n];
        const int32_t threshold = layer->memory[EVENT_CORE_THRESHOLDS + n];
        const int64_t v = layer->voltage[n] > threshold ? u - threshold : u;
        assert(v == (int32_t)v);
        layer->fired |= (uint32_t)(v > threshold) << n;
        layer->voltage[n] = (int32_t)v;
        layer->sum[n] = 0;
    }
    busy = 2;
}

void event_core_write(uint32_t offset, uint32_t value)
{
    struct layer *layer = &layers[current];
    switch (offset) {
    case EVENT_CORE_LAYER:
        assert(value < LAYERS);
        current = value;
        break;
    case EVENT_CORE_CONTROL:
        if (value == 1)
            memset(layer, 0, sizeof(*layer));
        else
            step(layer);
        break;
    case EVENT_CORE_QUEUE:
        assert(queued < QUEUE);
        queue[queued++] = value;
        break;
    case EVENT_CORE_SHAPE:
        layer->inputs = value & 0xffffu;
        layer->neurons = value >> 16;
        assert(layer->inputs <= INPUTS && layer->neurons <= NEURONS);
        break;
    case EVENT_CORE_SCALE:
        layer->fraction = value & 0xffffu;
        layer->shift = value >> 16;
        break;
    case EVENT_CORE_ADDRESS:
        address = value;
        break;
    case EVENT_CORE_DATA:
        assert(address < sizeof(layer->memory) / sizeof(layer->memory[0]));
        layer->memory[address++] = (int32_t)value;
        break;
    default:
        assert(!"a register that can be written");
    }
}

uint32_t event_core_read(uint32_t offset)
{
    if (offset == EVENT_CORE_SPIKES)
        return layers[current].fired;
    assert(offset == EVENT_CORE_STATUS);
    const uint32_t status = (busy != 0) | (uint32_t)(queued == QUEUE) << 1;
    busy -= busy != 0;
    take_event(&layers[current]);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The registers of the core, words at a base address. The board's header says how they are reached:
 * void event_core_write(uint32_t offset, uint32_t value); uint32_t event_core_read(uint32_t offset); */
#ifndef EVENT_CORE_REGISTERS_H
#define EVENT_CORE_REGISTERS_H

enum {
    EVENT_CORE_LAYER = 0x00,     /* the layer that all others are about */
    EVENT_CORE_CONTROL = 0x04,   /* write 1: clear the layer; 2: one step */
    EVENT_CORE_STATUS = 0x08,    /* bit 0: busy; bit 1: the queue of events is full */
    EVENT_CORE_QUEUE = 0x0c,     /* write: an event */
    EVENT_CORE_SPIKES = 0x10,    /* the neurons that spiked, a bit each */
    EVENT_CORE_SHAPE = 0x14,     /* inputs | neurons << 16 */
    EVENT_CORE_SCALE = 0x18,     /* fraction | shift << 16 */
    EVENT_CORE_ADDRESS = 0x1c,   /* where the next data goes; it counts on */
    EVENT_CORE_DATA = 0x20,      /* write: a word of the layer's memory */
};

/* Addresses in the layer's memory. */
enum {
    EVENT_CORE_WEIGHTS = 0x000,    /* weight of input i and neuron n at i * 32 + n */
    EVENT_CORE_DECAYS = 0x800,     /* of neuron n at + n */
    EVENT_CORE_LEAKS = 0x820,
    EVENT_CORE_THRESHOLDS = 0x840,
};

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* The bus of a host: registers of a core that device.c models. */
#ifndef EVENT_CORE_BUS_H
#define EVENT_CORE_BUS_H

#include <stdint.h>

void event_core_write(uint32_t offset, uint32_t value);
uint32_t event_core_read(uint32_t offset);

#endif

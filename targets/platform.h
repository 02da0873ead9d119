/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What main.c needs of the machine it runs on. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

void put_char(char c);

/* Ends the emulation; with another status than 0 as a failure, where the emulator can say so. */
_Noreturn void leave(int status);

/* counter() counts instructions, or ticks that are proportional to them, or cycles, as
 * targets/emulation.py says; from start_counter() on, modulo 2^32. */
void start_counter(void);
uint32_t counter(void);

/* Fills unused stack, STACK_PAINTED bytes of it or what there is, with a pattern. */
#define STACK_PAINTED 2048
void paint_stack(void);

/* Bytes of stack that have been used since then below the frame of the caller, who also called
 * paint_stack; STACK_PAINTED or more if all that was painted is used. */
size_t stack_used(void);

/* Where constants have to be put that the program reads with copy_constant. */
#ifdef __AVR__
#include <avr/pgmspace.h>
#define CONSTANT_MEMORY PROGMEM
#define copy_constant memcpy_P
#else
#include <string.h>
#define CONSTANT_MEMORY
#define copy_constant memcpy
#endif

#endif /* PLATFORM_H */

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What programs need of the machine they run on. */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
#define _Noreturn [[noreturn]]
extern "C" {
#endif

void put_char(char c);

/* The next byte from whoever started the emulator, which is waited for; -1 if there are no more.
 * And a byte for them. */
int get_byte(void);
void put_byte(uint8_t byte);

/* Ends the emulation; with another status than 0 as a failure, where the emulator can say so. */
_Noreturn void leave(int status);

/* counter() counts instructions, or ticks that are proportional to them, or cycles, as
 * machines.py says; from start_counter() on, modulo 2^32. */
void start_counter(void);
uint32_t counter(void);

/* Fills unused stack, STACK_PAINTED bytes of it or what there is, with a pattern. */
#define STACK_PAINTED 2048
void paint_stack(void);

/* Bytes of stack that have been used since then below the frame of the caller, who also called
 * paint_stack; STACK_PAINTED or more if all that was painted is used. */
size_t stack_used(void);

#ifdef __cplusplus
}
#endif

#endif /* PLATFORM_H */

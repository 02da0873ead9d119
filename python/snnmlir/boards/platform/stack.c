/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "platform.h"

#ifdef __AVR__
#include <avr/io.h>
#endif

#ifdef __linux__
#define LOWEST ((uintptr_t)0) /* the kernel lets the stack grow */
#else
extern unsigned char stack_bottom[]; /* the linker script's: where other memory ends */
#define LOWEST ((uintptr_t)stack_bottom)
#endif

#define PATTERN 0xa5u

static volatile uint8_t *bottom;
static volatile uint8_t *top;

__attribute__((noinline)) void paint_stack(void)
{
    /* This function calls none, so that all below the stack pointer is unused. */
    uintptr_t pointer;
#if defined(__AVR__)
    pointer = SP + 1u; /* it points to the byte that is free */
#elif defined(__riscv)
    __asm__ volatile("mv %0, sp" : "=r"(pointer));
#else
    __asm__ volatile("mov %0, sp" : "=r"(pointer));
#endif
    top = (volatile uint8_t *)pointer;
    bottom = (volatile uint8_t *)(pointer - LOWEST > STACK_PAINTED ? pointer - STACK_PAINTED : LOWEST);
    for (volatile uint8_t *p = bottom; p != top; ++p)
        *p = PATTERN;
}

size_t stack_used(void)
{
    const volatile uint8_t *p = bottom;
    while (p != top && *p == PATTERN)
        ++p;
    return p == bottom ? STACK_PAINTED : (size_t)(top - p);
}

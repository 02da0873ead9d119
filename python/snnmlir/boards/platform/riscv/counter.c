/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "platform.h"

void start_counter(void)
{
    /* It runs from reset on. */
}

uint32_t counter(void)
{
    uint32_t instructions;
    __asm__ volatile(".option push\n"
                     ".option arch, +zicsr\n"
                     "csrr %0, minstret\n"
                     ".option pop"
                     : "=r"(instructions)
                     :
                     : "memory");
    return instructions;
}

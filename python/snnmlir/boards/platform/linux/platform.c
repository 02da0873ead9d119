/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "platform.h"

#include <stdio.h>
#include <stdlib.h>

void put_char(char c)
{
    putchar(c);
}

int get_byte(void)
{
    fflush(stdout);
    return getchar();
}

void put_byte(uint8_t byte)
{
    putchar(byte);
}

_Noreturn void leave(int status)
{
    exit(status);
}

/* User-mode emulation counts nothing. */
void start_counter(void)
{
}

uint32_t counter(void)
{
    return 0;
}

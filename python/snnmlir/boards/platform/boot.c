/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Makes the memory what C expects, then runs main. The start-up code of the core has set the stack
 * pointer. */
#include "platform.h"

extern unsigned char data_load[], data_start[], data_end[], bss_start[], bss_end[];

int main(void);
_Noreturn void boot(void);

_Noreturn void boot(void)
{
    memcpy(data_start, data_load, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    (void)main();
    leave(0);
}

/* What assert calls in newlib and picolibc, without their messages, which need more of an operating
 * system: models of kernels have assertions. */
_Noreturn void __assert_func(const char *file, int line, const char *function, const char *condition);

_Noreturn void __assert_func(const char *file, int line, const char *function, const char *condition)
{
    (void)file, (void)line, (void)function, (void)condition;
    leave(1);
}

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Console and exit through the debugger, which the emulator plays: "Semihosting for AArch32 and
 * AArch64", and "RISC-V Semihosting", which numbers the operations alike. */
#include "platform.h"

enum { SYS_WRITEC = 0x03, SYS_EXIT = 0x18 };
enum { STOPPED_RUN_TIME_ERROR = 0x20023, STOPPED_APPLICATION_EXIT = 0x20026 };

static void call_host(uintptr_t operation, uintptr_t argument)
{
#ifdef __riscv
    register uintptr_t a0 __asm__("a0") = operation;
    register uintptr_t a1 __asm__("a1") = argument;
    /* These three, uncompressed and in one page, are what the host looks for. */
    __asm__ volatile(".option push\n"
                     ".option norvc\n"
                     ".balign 16\n"
                     "slli zero, zero, 0x1f\n"
                     "ebreak\n"
                     "srai zero, zero, 7\n"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
#else
    register uintptr_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
#endif
}

void put_char(char c)
{
    call_host(SYS_WRITEC, (uintptr_t)&c);
}

_Noreturn void leave(int status)
{
    call_host(SYS_EXIT, status == 0 ? STOPPED_APPLICATION_EXIT : STOPPED_RUN_TIME_ERROR);
    for (;;) {
    }
}

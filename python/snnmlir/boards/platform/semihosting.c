/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Console, bytes and exit through the debugger, which the emulator plays: "Semihosting for AArch32 and
 * AArch64", and "RISC-V Semihosting", which numbers the operations alike. */
#include "platform.h"

enum { SYS_OPEN = 0x01, SYS_WRITEC = 0x03, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT = 0x18 };
enum { READ_BINARY = 1, WRITE_BINARY = 5 };
enum { STOPPED_RUN_TIME_ERROR = 0x20023, STOPPED_APPLICATION_EXIT = 0x20026 };

static uintptr_t call_host(uintptr_t operation, uintptr_t argument)
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
    return a0;
#else
    register uintptr_t r0 __asm__("r0") = operation;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
#endif
}

void put_char(char c)
{
    (void)call_host(SYS_WRITEC, (uintptr_t)&c);
}

/* A file of the host with the bytes that wait to be read or written. */
struct stream {
    const char *name;
    uintptr_t mode;
    uintptr_t file; /* 0: not yet open; the host has no such number for what it opened */
    size_t next;
    size_t end;
    uint8_t bytes[128];
};

static struct stream from_host = {"/dev/stdin", READ_BINARY, 0, 0, 0, {0}};
static struct stream to_host = {"/dev/stdout", WRITE_BINARY, 0, 0, 0, {0}};

/* How many of `size` bytes were not read or written. */
static size_t transfer(struct stream *stream, uintptr_t operation, size_t size)
{
    if (stream->file == 0) {
        const uintptr_t name[3] = {(uintptr_t)stream->name, stream->mode, strlen(stream->name)};
        stream->file = call_host(SYS_OPEN, (uintptr_t)name);
    }
    const uintptr_t block[3] = {stream->file, (uintptr_t)stream->bytes, size};
    return call_host(operation, (uintptr_t)block);
}

int get_byte(void)
{
    if (to_host.end > 0) {
        (void)transfer(&to_host, SYS_WRITE, to_host.end);
        to_host.end = 0;
    }
    if (from_host.next == from_host.end) {
        const size_t missing = transfer(&from_host, SYS_READ, sizeof from_host.bytes);
        if (missing >= sizeof from_host.bytes)
            return -1;
        from_host.next = 0;
        from_host.end = sizeof from_host.bytes - missing;
    }
    return from_host.bytes[from_host.next++];
}

void put_byte(uint8_t byte)
{
    if (to_host.end == sizeof to_host.bytes) {
        (void)transfer(&to_host, SYS_WRITE, to_host.end);
        to_host.end = 0;
    }
    to_host.bytes[to_host.end++] = byte;
}

_Noreturn void leave(int status)
{
    (void)call_host(SYS_EXIT, status == 0 ? STOPPED_APPLICATION_EXIT : STOPPED_RUN_TIME_ERROR);
    for (;;) {
    }
}

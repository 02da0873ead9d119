/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* An AVR that reads and writes bytes, which simavr's own program lets it not: `simulator MCU ELF`, for
 * this machine, with libsimavr. */
#include "bytes.h"

#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>
#include <stdarg.h>
#include <stdio.h>

static int no_more;

static uint8_t read_byte(struct avr_t *avr, avr_io_addr_t address, void *unused)
{
    (void)avr, (void)address, (void)unused;
    fflush(stdout);
    const int byte = getchar();
    no_more = byte == EOF;
    return (uint8_t)byte;
}

static uint8_t read_state(struct avr_t *avr, avr_io_addr_t address, void *unused)
{
    (void)avr, (void)address, (void)unused;
    return (uint8_t)no_more;
}

static void write_byte(struct avr_t *avr, avr_io_addr_t address, uint8_t byte, void *unused)
{
    (void)avr, (void)address, (void)unused;
    putchar(byte);
}

/* What simavr says would be among the program's bytes. */
static void say(struct avr_t *avr, const int level, const char *format, va_list arguments)
{
    (void)avr;
    if (level <= LOG_WARNING)
        vfprintf(stderr, format, arguments);
}

int main(int count, char **arguments)
{
    static elf_firmware_t firmware;
    avr_global_logger_set(say);
    if (count != 3 || elf_read_firmware(arguments[2], &firmware) != 0)
        return 2;
    avr_t *avr = avr_make_mcu_by_name(arguments[1]);
    if (avr == NULL)
        return 2;
    avr_init(avr);
    avr_load_firmware(avr, &firmware);
    avr_register_io_read(avr, BYTE_FROM_HOST, read_byte, NULL);
    avr_register_io_read(avr, NO_MORE, read_state, NULL);
    avr_register_io_write(avr, BYTE_TO_HOST, write_byte, NULL);
    int state = cpu_Running;
    while (state != cpu_Done && state != cpu_Crashed)
        state = avr_run(avr);
    fflush(stdout);
    return state == cpu_Crashed;
}

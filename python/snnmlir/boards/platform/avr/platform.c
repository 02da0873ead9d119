/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Console, counter and exit of an ATmega with USART0; avr-libc has the start-up code. */
#include "platform.h"

#include "bytes.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

void put_char(char c)
{
    UBRR0 = 0;
    UCSR0A = 1 << U2X0; /* as fast as it goes */
    UCSR0B = 1 << TXEN0;
    while ((UCSR0A & 1 << UDRE0) == 0) {
    }
    UDR0 = (uint8_t)c;
}

#define REGISTER(address) (*(volatile uint8_t *)(address))

int get_byte(void)
{
    const uint8_t byte = REGISTER(BYTE_FROM_HOST);
    return REGISTER(NO_MORE) != 0 ? -1 : byte;
}

void put_byte(uint8_t byte)
{
    REGISTER(BYTE_TO_HOST) = byte;
}

_Noreturn void leave(int status)
{
    if (status != 0)
        put_char('!'); /* there is no status: what is missing is the last line */
    cli();
    sleep_mode(); /* without interrupts it never wakes up: simavr ends */
    for (;;) {
    }
}

/* Timer 1 counts cycles, in 16 bits, and interrupts when it comes to 0. Each reading starts it again, so
 * that how many interrupts fall between two readings depends on nothing that was before them. */
static volatile uint16_t rounds;
static uint32_t cycles;

ISR(TIMER1_OVF_vect)
{
    ++rounds;
}

void start_counter(void)
{
    TCCR1A = 0;
    TCCR1B = 1 << CS10;
    TIMSK1 = 1 << TOIE1;
    sei();
}

uint32_t counter(void)
{
    cli();
    uint16_t value = TCNT1;
    uint16_t complete = rounds;
    if (TIFR1 & 1 << TOV1) { /* it came to 0, perhaps after value was read */
        value = TCNT1;
        ++complete;
    }
    TCNT1 = 0;
    TIFR1 = 1 << TOV1;
    rounds = 0;
    sei();
    cycles += (uint32_t)complete << 16 | value;
    return cycles;
}

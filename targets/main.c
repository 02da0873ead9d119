/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Runs a network over the input in ports.h, twice, and prints what it does: a first time for the
 * stack, a second time for the counter, whose interrupt needs stack itself. Every sample begins in
 * the initial state.
 *
 *   memory N     bytes of the network's struct
 *   y HEX        a piece of a step's output, all outputs one after the other
 *   count N      what the counter counted in that step, in the second run only
 *   stack N      bytes of stack that the step function used, after the first run
 *   end
 */
#include "platform.h"
#include "ports.h"

static void put_string(const char *s)
{
    while (*s != '\0')
        put_char(*s++);
}

static void put_number(const char *name, uint32_t number)
{
    char digits[11];
    char *digit = digits + sizeof digits;
    *--digit = '\0';
    do {
        *--digit = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    put_string(name);
    put_char(' ');
    put_string(digit);
    put_char('\n');
}

/* Short lines, as simavr cuts long ones. */
static void put_bytes(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; ++i) {
        if (i % 32 == 0)
            put_string("y ");
        put_char("0123456789abcdef"[bytes[i] >> 4]);
        put_char("0123456789abcdef"[bytes[i] & 15]);
        if (i % 32 == 31 || i + 1 == size)
            put_char('\n');
    }
}

int main(void)
{
    static net_t net;
    put_number("memory", (uint32_t)sizeof net);

    size_t stack = 0;
    for (size_t t = 0; t < STEPS; ++t) {
        if (t % SAMPLE_STEPS == 0)
            net_init(&net);
        load_inputs(t);
        paint_stack();
        step(&net);
        const size_t used = stack_used();
        stack = used > stack ? used : stack;
        put_outputs(put_bytes);
    }
    put_number("stack", (uint32_t)stack);

    start_counter();
    for (size_t t = 0; t < STEPS; ++t) {
        if (t % SAMPLE_STEPS == 0)
            net_init(&net);
        load_inputs(t);
        /* Reading the counter counts, too. */
        const uint32_t before = counter();
        const uint32_t start = counter();
        step(&net);
        const uint32_t end = counter();
        put_outputs(put_bytes);
        put_number("count", end - start - (start - before));
    }
    put_string("end\n");
    leave(0);
}

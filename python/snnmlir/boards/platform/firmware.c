/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* Steps a network for the machine that emulates this one: a board as any other. */
#include "net_board.h"
#include "platform.h"

#ifdef HAS_COUNTER
/* It starts when it is first asked for: its interrupt takes stack. */
static uint32_t count(void)
{
    static unsigned char started;
    if (!started) {
        start_counter();
        started = 1;
    }
    return counter();
}
#else
#define count NULL
#endif

#ifndef HAS_STACK
#define paint_stack NULL
#define stack_used NULL
#endif

int main(void)
{
    static const net_board_t board = {get_byte, put_byte, count, paint_stack, stack_used};
    net_board(&board);
    leave(0);
}

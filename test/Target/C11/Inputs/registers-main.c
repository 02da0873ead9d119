/* Runs the network of vectors-registers.mlir on lists that are the same everywhere, and prints all bits it computes. */
#include "net.h"

#include <stdio.h>
#include <string.h>

static void print(const float *y, size_t size)
{
    for (size_t k = 0; k < size; ++k) {
        uint32_t bits;
        memcpy(&bits, &y[k], sizeof bits);
        printf("0x%08lx\n", (unsigned long)bits);
    }
}

int main(void)
{
    static net_t net;
    static float y3[3], y1[1], y16[16], y17[17];
    uint16_t events[8];
    uint32_t state = 1;
    net_init(&net);
    for (unsigned step = 0; step < 60; ++step) {
        for (unsigned k = 0; k < 8; ++k) {
            state = state * 1664525u + 1013904223u;
            events[k] = (uint16_t)(k < step % 8 ? (state >> 8) % 3 : 3);
        }
        net_step(&net, events, y3, y1, y16, y17);
        print(y3, 3);
        print(y1, 1);
        print(y16, 16);
        print(y17, 17);
    }
    return 0;
}

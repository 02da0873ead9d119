/* Runs the network of vectors-in-place.mlir on spikes that are the same everywhere, and prints all bits it computes. */
#include "net.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    static net_t net;
    uint8_t spikes[2][9];
    float v[7];
    uint32_t state = 1;
    net_init(&net);
    for (unsigned step = 0; step < 40; ++step) {
        for (unsigned k = 0; k < 18; ++k) {
            state = state * 1664525u + 1013904223u;
            spikes[k / 9][k % 9] = (state >> 16) % 10 < step % 11;
        }
        net_step(&net, spikes[0], spikes[1], v);
        for (unsigned k = 0; k < 7; ++k) {
            uint32_t bits;
            memcpy(&bits, &v[k], sizeof bits);
            printf("0x%08lx\n", (unsigned long)bits);
        }
    }
    return 0;
}

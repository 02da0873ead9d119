/* Runs the network of vectors.mlir on numbers that are the same everywhere, and prints all it computes. */
#include "net.h"

#include <stdio.h>

static uint32_t state = 1;

static uint32_t draw(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

int main(void)
{
    static net_t net;
    uint16_t events[8];
    int16_t x[24], y[24];
    float r[7];
    uint8_t n[7], spikes[24], counts[24];
    int32_t wide[24];
    net_init(&net);
    for (int step = 0; step < 50; ++step) {
        const unsigned size = draw() % 8;
        for (unsigned k = 0; k < 8; ++k)
            events[k] = (uint16_t)(k < size ? draw() % 3 : 3);
        for (unsigned k = 0; k < 24; ++k)
            x[k] = (int16_t)((int32_t)(draw() % 65536) - 32768);
        for (unsigned k = 0; k < 7; ++k) {
            r[k] = (float)(draw() % 64) / 16.0f - 2.0f;
            n[k] = (uint8_t)draw();
        }
        net_step(&net, events, x, r, n, y, wide, spikes, counts);
        for (unsigned k = 0; k < 24; ++k)
            printf("%d %ld %d %d\n", (int)y[k], (long)wide[k], (int)spikes[k], (int)counts[k]);
        for (unsigned k = 0; k < 7; ++k)
            printf("%a %d\n", (double)net.v[k], (int)net.fires[k]);
    }
    return 0;
}

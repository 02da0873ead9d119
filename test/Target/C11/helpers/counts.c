// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t

// Floats as counts: what is cut off, what is more than fits, and what is none.

#include "count.c"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void expect(uint8_t found, uint8_t expected, float x)
{
    if (found != expected) {
        fprintf(stderr, "%g counts as %d\n", (double)x, found);
        exit(1);
    }
}

int main(void)
{
    static const float numbers[] = {0.0f, 0.99f, 1.0f, 1.5f, 2.0f, 254.999f, 255.0f, 256.0f, 1e30f, INFINITY};
    static const uint8_t counts[] = {0, 0, 1, 1, 2, 254, 255, 255, 255, 255};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
        expect(net_to_count(net_where(true, numbers[i]), 255.0f), counts[i], numbers[i]);
        expect(net_to_count(net_where(false, -numbers[i]), 255.0f), 0, -numbers[i]);
    }
    expect(net_to_count(net_where(false, NAN), 255.0f), 0, NAN);
    expect(net_to_count(net_where(true, -0.0f), 255.0f), 0, -0.0f);
    expect(net_to_count(net_where(true, 4.0f), 3.0f), 3, 4.0f);
    return 0;
}

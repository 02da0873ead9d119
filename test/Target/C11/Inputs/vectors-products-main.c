// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net.h"

static const int16_t factor[8] = {32767, -32767, 1, -1, 16384, 12345, -3, 29491};
static const int16_t least[8] = {-32768, 1, 2, 3, 4, 5, 6, 7};

/* Whether all products of all numbers are those of plain C. */
int main(void)
{
    net_t net;
    net_init(&net);
    for (int32_t x = -32768; x < 32768; ++x) {
        int16_t in[8], y[8], z[8], u[8], h[8];
        for (size_t k = 0; k < 8; ++k)
            in[k] = (int16_t)x;
        net_step(&net, in, y, z, u, h);
        for (size_t k = 0; k < 8; ++k) {
            const int16_t rounded = (int16_t)((x * factor[k] + 16384) >> 15);
            const int16_t upper = (int16_t)((x * least[k]) >> 16);
            const int16_t other = (int16_t)((x * least[k] + 16384) >> 15);
            const int16_t half = (int16_t)((x * factor[k] + 32767) >> 16);
            if (y[k] != rounded || z[k] != upper || u[k] != other || h[k] != half)
                return 1;
        }
    }
    return 0;
}

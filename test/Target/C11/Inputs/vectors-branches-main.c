// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net.h"

/* Whether all is as plain C computes it: for all numbers times some, among them the least, in the places of seven
 * neurons, of which a vector has the fourth twice. */
int main(void)
{
    static const int16_t factors[] = {-32768, -32767, -255, -1, 0, 1, 2, 255, 1020, 32767};
    net_t net;
    net_init(&net);
    for (size_t n = 0; n < sizeof factors / sizeof *factors; ++n)
        for (int32_t x = -32768; x < 32768; ++x) {
            int16_t in[7], v[16], z[7];
            int32_t y[8];
            uint8_t s[16];
            for (size_t k = 0; k < 7; ++k)
                in[k] = (int16_t)(uint16_t)(x + 4681 * (int32_t)k);
            for (size_t k = 0; k < 16; ++k)
                v[k] = (int16_t)(uint16_t)(x + 4096 * (int32_t)k);
            net_step(&net, in, &factors[n], v, y, z, s);
            for (size_t k = 0; k < 8; ++k)
                if (y[k] != in[k > 3 ? k - 1 : k] * factors[n])
                    return 1;
            for (size_t k = 0; k < 7; ++k)
                if (z[k] != (int16_t)(uint16_t)(in[k] + 1))
                    return 2;
            for (size_t k = 0; k < 16; ++k)
                if (s[k] != (v[k] > 0))
                    return 3;
        }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net.h"

static const int8_t bytes[16] = {127, 1, -128, 0, -64, -64, 100, -28, 1, 1, -1, -127, 0, 0, 64, 64};
static const int16_t shorts[16] = {32767, -32768, -32768, -32768, 1, 1, -1, 1, 0, 32767, 12345, -321, 2, 3, -5, 7};

/* Whether the sums of all pairs of bytes, and of some of 16 bits, are those of plain C. */
int main(void)
{
    net_t net;
    net_init(&net);
    for (int32_t a = 0; a < 256; ++a)
        for (int32_t b = 0; b < 256; ++b) {
            uint8_t x[16];
            int16_t s[16], y[8];
            int32_t z[8];
            for (size_t k = 0; k < 16; ++k) {
                x[k] = (uint8_t)(k % 2 ? b : a);
                s[k] = (int16_t)(k % 2 ? 128 * b : 32767 - 128 * a);
            }
            net_step(&net, x, s, y, z);
            for (size_t k = 0; k < 8; ++k) {
                const int32_t sum = bytes[2 * k] * a + bytes[2 * k + 1] * b;
                const int32_t wide = shorts[2 * k] * s[2 * k] + shorts[2 * k + 1] * s[2 * k + 1];
                if (y[k] != sum || z[k] != wide)
                    return 1;
            }
        }
    return 0;
}

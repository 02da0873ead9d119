/* A model of the accelerator: the same numbers, on any machine. */
#include "{{ prefix }}.h"

void {{ prefix }}_dense(const uint8_t *x, const int8_t *weight, int16_t *y, int32_t inputs,
    int32_t outputs)
{
    for (int32_t o = 0; o < outputs; ++o) {
        int32_t sum = 0;
        for (int32_t i = 0; i < inputs; ++i)
            sum += x[i] * weight[o * inputs + i];
        y[o] = (int16_t)sum;
    }
}

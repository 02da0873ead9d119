/* What the C of a network calls. */
#ifndef {{ prefix | upper }}_H
#define {{ prefix | upper }}_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* y[o] = sum over i of weight[o][i] * x[i]; each x is 0 or 1, and outputs a multiple of 4. */
void {{ prefix }}_dense(const uint8_t *x, const int8_t *weight, int16_t *y, int32_t inputs,
    int32_t outputs);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * Times one network: reads steps of input from the file argv[1] and prints nanoseconds per step,
 * also of what it is compared with unless argv[2] is "ours". */
#include "baseline.h"
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void naive_step(void);
void rows_step(void);
TYPE read_all(const TYPE *w, size_t count);
extern TYPE weights[];
extern const size_t weight_count;
extern const int has_rows;

_Alignas(64) static net_t net;
static OUTPUT output[NET_OUTPUT_SIZE];
static uint8_t *input;
static size_t steps;
volatile TYPE sink;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void ours(void)
{
    for (size_t t = 0; t < steps; ++t)
        net_step(&net, input + t * NET_INPUT_SIZE, output);
}

static void naive(void)
{
    naive_step();
}

static void rows(void)
{
    rows_step();
}

static void bandwidth(void)
{
    sink = read_all(weights, weight_count);
}

/* Medians over repetitions that take `budget` seconds in all. */
static void measure(const char *name, void (*run)(void), double per, double budget)
{
    enum { N = 15 };
    double times[N];
    run();
    double start = now();
    run();
    double once = now() - start;
    size_t repeat = (size_t)(budget * 1e9 / N / (once + 1)) + 1;
    for (int k = 0; k < N; ++k) {
        start = now();
        for (size_t r = 0; r < repeat; ++r)
            run();
        times[k] = (now() - start) / (double)repeat / per;
        for (int j = k; j > 0 && times[j] < times[j - 1]; --j) {
            double swap = times[j];
            times[j] = times[j - 1];
            times[j - 1] = swap;
        }
    }
    printf("%s %.6g %.6g %.6g\n", name, times[N / 2], times[2], times[N - 3]);
}

int main(int argc, char **argv)
{
    FILE *file = fopen(argv[1], "rb");
    if (!file)
        return 1;
    fseek(file, 0, SEEK_END);
    steps = (size_t)ftell(file) / NET_INPUT_SIZE;
    rewind(file);
    input = malloc(steps * NET_INPUT_SIZE);
    if (fread(input, NET_INPUT_SIZE, steps, file) != steps)
        return 1;
    fclose(file);
    net_init(&net);
    const char *only = argc > 2 ? argv[2] : "";
    if (strcmp(only, "once") == 0) { /* for counting instructions */
        ours();
        return 0;
    }
    for (size_t i = 0; i < weight_count; ++i)
        weights[i] = (TYPE)(i % 17) - 8;
    measure("ours", ours, (double)steps, 0.03);
    if (strcmp(only, "ours") == 0)
        return 0;
    measure("naive", naive, 1, 0.1);
    if (has_rows)
        measure("rows", rows, 1, 0.1);
    measure("bandwidth", bandwidth, (double)weight_count * sizeof(TYPE), 0.1);
    return 0;
}

// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: gcc %strict %sanitized -I%helpers -DPOSITIONS_OF_32_BITS %s -o %t && %t
// RUN: gcc %strict %sanitized -I%helpers -DPOSITIONS_OF_8_BITS %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t

// Whatever a caller gives, a list and spikes hold what the input has, and the check macro hears of the
// rest, event by event.

#include <stddef.h>

static size_t failures;
#define NET_CHECK(condition) ((condition) ? (void)0 : (void)++failures)

#include "set_spikes.c"
#include "take_events.c"

#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what, size_t size, size_t count)
{
    fprintf(stderr, "%s: size %zu, %zu positions\n", what, size, count);
    exit(1);
}

/* kind: 0 good, 1 in any order, 2 repeated, 3 anything. */
static void check(size_t size, size_t count, int kind)
{
    given_t *const x = malloc((count + 1) * sizeof *x);
    position_t *const events = malloc((size + 4) * sizeof *events);
    uint8_t *const spikes = malloc(size), *const expected = calloc(size, 1);
    size_t bad = 0, n = 0;
    for (size_t k = 0; k < count; ++k) {
        const size_t any = (size_t)rand();
        x[k] = (given_t)(kind == 0   ? k * size / count
                            : kind == 1 ? (k + count / 2) % count * size / count
                            : kind == 2 ? any % size
                                        : any);
        if (x[k] >= size || expected[x[k]])
            ++bad;
        else
            expected[x[k]] = 1;
    }
    failures = 0;
    net_take_events_position(x, count, size, events);
    if (failures != bad)
        fail("take_events reports", size, count);
    for (size_t k = 0; k < size; ++k)
        if (expected[k] && events[n++] != k)
            fail("take_events", size, count);
    for (size_t k = n; k < n + 4; ++k)
        if (events[k] != size)
            fail("the end of take_events", size, count);
    failures = 0;
    net_set_spikes_position(x, count, size, spikes);
    if (failures != bad)
        fail("set_spikes reports", size, count);
    if (memcmp(spikes, expected, size))
        fail("set_spikes", size, count);
    free(x);
    free(events);
    free(spikes);
    free(expected);
}

int main(void)
{
    for (size_t size = 1; size < 70; ++size)
        for (int kind = 0; kind < 4; ++kind)
            for (size_t count = 0; count < (kind < 2 ? size + 1 : 3 * size); ++count)
                check(size, count, kind);
#if defined(POSITIONS_OF_8_BITS)
    check(255, 255, 0);
    check(255, 20000, 2);
    check(255, 65535, 3);
#else
    check(65535, 65535, 0);
    check(65535, 20000, 2);
    check(1000, 65535, 3);
#endif
    return 0;
}

// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: gcc %strict %sanitized -I%helpers -DPOSITIONS_OF_32_BITS %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t

// Whatever a caller gives, the parts of its list have, one after the other, what the input has, and the
// check macro hears of the rest, event by event, once.

#include <stddef.h>

static size_t failures;
#define NET_CHECK(condition) ((condition) ? (void)0 : (void)++failures)

#include "take_part.c"

#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what, size_t size, size_t capacity, size_t count)
{
    fprintf(stderr, "%s: size %zu, capacity %zu, %zu positions\n", what, size, capacity, count);
    exit(1);
}

/* kind: 0 good, 1 in any order, 2 repeated, 3 anything, 4 backwards. */
static void check(size_t size, size_t capacity, size_t count, int kind)
{
    given_t *const x = malloc((count + 1) * sizeof *x);
    position_t *const events = malloc((capacity + 5) * sizeof *events);
    uint8_t *const expected = calloc(size, 1);
    size_t bad = 0, from = 0, i = 0;
    for (size_t k = 0; k < count; ++k) {
        const size_t any = (size_t)rand();
        x[k] = (given_t)(kind == 0   ? k * size / count
                         : kind == 1 ? (k + count / 2) % count * size / count
                         : kind == 2 ? any % size
                         : kind == 3 ? any % (2 * size)
                                     : (count - 1 - k) * size / count);
        if (x[k] >= size || expected[x[k]])
            ++bad;
        else
            expected[x[k]] = 1;
    }
    failures = 0;
    do {
        size_t n = 0;
        net_take_part_position(x, count, size, from, capacity, events);
        if (events[capacity + 4] <= from)
            fail("no end", size, capacity, count);
        for (from = events[capacity + 4]; i < from; ++i)
            if (expected[i] && events[n++] != i)
                fail("take_part", size, capacity, count);
        if (n > capacity)
            fail("no room", size, capacity, count);
        for (size_t k = n; k < n + 4; ++k)
            if (events[k] != size)
                fail("the end of take_part", size, capacity, count);
    } while (from < size);
    if (from != size)
        fail("not all", size, capacity, count);
    if (failures != bad)
        fail("take_part reports", size, capacity, count);
    free(x);
    free(events);
    free(expected);
}

int main(void)
{
    for (size_t size = 1; size < 60; ++size)
        for (size_t capacity = 1; capacity <= size; capacity += 1 + capacity / 4)
            for (int kind = 0; kind < 5; ++kind)
                for (size_t count = 0; count < (kind < 2 ? size + 1 : 3 * size); count += 1 + count / 8)
                    check(size, capacity, count, kind);
    check(65535, 16384, 65535, 0);
    check(65535, 16384, 20000, 2);
    check(1000, 256, 65535, 3);
    return 0;
}

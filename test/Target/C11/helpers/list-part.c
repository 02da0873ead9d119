// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: gcc %strict %sanitized -I%helpers -DPOSITIONS_OF_32_BITS %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t

// The parts of a list have, one after the other, the positions of the bytes that are not 0, and each
// ends in four times their number. None has more than there is room for.

#include "list_part.c"

#include <stdio.h>
#include <stdlib.h>

static void check(size_t size, size_t capacity, int density)
{
    uint8_t *const x = malloc(size + 1);
    position_t *const events = malloc((capacity + 5) * sizeof *events);
    size_t from = 0, k = 0;
    for (size_t i = 0; i < size; ++i)
        x[i] = (uint8_t)(rand() % 100 < density ? 1 + rand() % 255 : 0);
    do {
        size_t n = 0;
        net_list_part_position(x, size, from, capacity, events);
        if (events[capacity + 4] <= from && size != 0)
            exit(1);
        for (from = events[capacity + 4]; k < from; ++k)
            if (x[k] != 0 && events[n++] != k)
                exit(2);
        if (n > capacity)
            exit(3);
        for (size_t last = n; last < n + 4; ++last)
            if (events[last] != size)
                exit(4);
    } while (from < size);
    if (from != size)
        exit(5);
    free(x);
    free(events);
}

int main(void)
{
    for (size_t size = 0; size < 700; size += 1 + size / 40)
        for (size_t capacity = 64; capacity < 300; capacity += 32)
            for (int density = 0; density <= 100; density += 20)
                check(size, capacity, density);
    return 0;
}

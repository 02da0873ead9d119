// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: gcc %strict %sanitized -I%helpers -DPOSITIONS_OF_32_BITS %s -o %t && %t
// RUN: gcc %strict %sanitized -I%helpers -DPOSITIONS_OF_8_BITS %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t

// A list has the positions of the bytes that are not 0, in their order, and then four times their
// number, whatever the length.

#include "list_bytes.c"

#include <stdio.h>
#include <stdlib.h>

static void check(size_t size, int density)
{
    uint8_t *const x = malloc(size + 1);
    position_t *const events = malloc((size + 4) * sizeof *events);
    size_t n = 0;
    for (size_t k = 0; k < size; ++k)
        x[k] = (uint8_t)(rand() % 100 < density ? 1 + rand() % 255 : 0);
    net_list_bytes_position(x, size, events);
    for (size_t k = 0; k < size; ++k)
        if (x[k] != 0 && events[n++] != k)
            exit(1);
    for (size_t k = 0; k < 4; ++k)
        if (events[n + k] != size)
            exit(2);
    free(x);
    free(events);
}

int main(void)
{
    for (size_t size = 0; size < 200; ++size)
        for (int density = 0; density <= 100; density += 20)
            check(size, density);
    return 0;
}

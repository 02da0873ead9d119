// RUN: gcc %strict %sanitized -I%helpers %s -o %t && %t
// RUN: clang %strict %sanitized -I%helpers %s -o %t && %t

// Products are those of 64 bits, at the ends of what fits, too.

#include "product.c"
#include "product_unsigned.c"

#include <stdio.h>
#include <stdlib.h>

static void expect(int64_t found, int64_t x, int64_t y)
{
    if (found != x * y) {
        fprintf(stderr, "%ld * %ld is not %ld\n", (long)x, (long)y, (long)found);
        exit(1);
    }
}

int main(void)
{
    static const int32_t numbers[] = {-32768, -32767, -256, -1, 0, 1, 2, 255, 2048, 32767};
    static const int32_t more[] = {0, 1, 255, 32767, 32768, 65535};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; ++i) {
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; ++k)
            expect(net_product(numbers[i], numbers[k]), numbers[i], numbers[k]);
        for (size_t k = 0; k < sizeof more / sizeof *more; ++k)
            expect(net_product_unsigned(more[k], numbers[i]), more[k], numbers[i]);
    }
    return 0;
}

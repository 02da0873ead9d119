/* An example of {{ name }}.h. */
#include "{{ name }}.h"
#include "{{ name }}_selftest.h"

#include <stdio.h>

{% include "packages/example.c" %}

void app_main(void)
{
    printf("self-test: %d\n", {{ name }}_selftest());
    printf("decision: %u\n", (unsigned)decide());
}

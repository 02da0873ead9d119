/* An example of {{ name }}.h. */
#include <zephyr/kernel.h>

#include <{{ name }}.h>
#include <{{ name }}_selftest.h>

{% include "packages/example.c" %}

int main(void)
{
    printk("self-test: %d\n", {{ name }}_selftest());
    printk("decision: %u\n", (unsigned)decide());
    return 0;
}

/* An example of {{ name }}.h. */
#include "{{ name }}.h"
#include "{{ name }}_selftest.h"
{% if apart %}
#include "{{ name }}_weights.h"
{% endif %}

#include <stdio.h>

{% include "packages/example.c" %}

int main(void)
{
    const int failed = {{ name }}_selftest({{ loaded if apart }});
    printf("self-test: %d\n", failed);
    printf("decision: %u\n", (unsigned)decide());
    return failed;
}

/* {{ name }}_weights: the constants of a network, apart from its code; made by snn-mlir-compile. */
#include "{{ own_header }}"

/* Where the blob lies: a section. */
#ifndef {{ name | upper }}_WEIGHTS_PLACE
#define {{ name | upper }}_WEIGHTS_PLACE
#endif

_Alignas({{ name | upper }}_WEIGHTS_ALIGNMENT) const uint8_t {{ name }}_blob[] {{ name | upper }}_WEIGHTS_PLACE = {
{% for row in rows %}
    {{ row }},
{% endfor %}
};

/* {{ name }}_selftest: the network on this machine, compared with the one that compiled it; made by
 * snn-mlir-compile. */
#include "{{ own_header }}"

#include "{{ header }}"

{% if float_types %}
#include <stdbool.h>
{% endif %}
#include <stddef.h>
#include <stdint.h>
#include <string.h>

{% if float_types %}
/* Outputs that are floats may differ by this, times 1 + their magnitude: a compiler that rounds once
 * where the C says twice computes other bits. With -ffp-contract=off for all files this can be 0. */
#ifndef {{ name | upper }}_SELFTEST_TOLERANCE
#define {{ name | upper }}_SELFTEST_TOLERANCE {{ tolerance }}
#endif

{% endif %}
/* Where constants are; AVR reads those that are in flash with an instruction of its own. */
#ifdef __AVR__
#include <avr/pgmspace.h>
#define CONSTANT_MEMORY PROGMEM
#define copy_constant memcpy_P
#else
#define CONSTANT_MEMORY
#define copy_constant memcpy
#endif

#define STEPS {{ steps }}

{% for port in inputs %}
static const {{ port.c_type }} steps_of_{{ port.variable }}[STEPS][{{ port.size }}] CONSTANT_MEMORY = {
{% for row in input_rows[port.variable] %}
    {{ "{" }}{{ row }}{{ "}" }},
{% endfor %}
};

{% endfor %}
{% for port in outputs %}
static const {{ port.c_type }} steps_of_{{ port.variable }}[STEPS][{{ port.size }}] CONSTANT_MEMORY = {
{% for row in output_rows[port.variable] %}
    {{ "{" }}{{ row }}{{ "}" }},
{% endfor %}
};

{% endfor %}
static {{ name }}_t net;
{% for port in inputs + outputs %}
static {{ port.c_type }} {{ port.variable }}[{{ port.size }}];
{% endfor %}

{% for type in float_types %}
static bool is_near_{{ type }}({{ type }} value, {{ type }} expected)
{
    const {{ type }} error = value > expected ? value - expected : expected - value;
    const {{ type }} magnitude = expected < 0 ? -expected : expected;
    return error <= ({{ type }}){{ name | upper }}_SELFTEST_TOLERANCE * (1 + magnitude);
}

{% endfor %}
{% if apart %}
int {{ name }}_selftest({{ name }}_weights_t weights)
{
    if (weights.error != {{ name | upper }}_WEIGHTS_LOADED)
        return -1;
    {{ name }}_init(&net, weights);
{% else %}
int {{ name }}_selftest(void)
{
    {{ name }}_init(&net);
{% endif %}
    for (int t = 0; t < STEPS; ++t) {
{% for port in inputs %}
        copy_constant({{ port.variable }}, steps_of_{{ port.variable }}[t], sizeof {{ port.variable }});
{% endfor %}
        {{ name }}_step(&net, {{ (inputs + outputs) | map(attribute="variable") | join(", ") }});
{% for port in outputs %}
        for (size_t n = 0; n < {{ port.size }}; ++n) {
            {{ port.c_type }} expected;
            copy_constant(&expected, &steps_of_{{ port.variable }}[t][n], sizeof expected);
{% if port.c_type in float_types %}
            if (!is_near_{{ port.c_type }}({{ port.variable }}[n], expected))
{% else %}
            if ({{ port.variable }}[n] != expected)
{% endif %}
                return t + 1;
        }
{% endfor %}
    }
    return 0;
}

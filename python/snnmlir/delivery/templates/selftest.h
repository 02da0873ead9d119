/* {{ name }}_selftest: the network on this machine, compared with the one that compiled it; made by
 * snn-mlir-compile. */
#ifndef {{ name | upper }}_SELFTEST_H
#define {{ name | upper }}_SELFTEST_H

{% if apart %}
#include "{{ header }}"

{% endif %}
#ifdef __cplusplus
extern "C" {
#endif

/* Runs {{ steps }} steps from the initial state. Returns 0 if all outputs are what they have to be, else
 * the number of the first step in which one is not, from 1 on{{ ";\n * -1 if there is something wrong with the weights" if apart }}. */
{% if apart %}
int {{ name }}_selftest({{ name }}_weights_t weights);
{% else %}
int {{ name }}_selftest(void);
{% endif %}

#ifdef __cplusplus
}
#endif

#endif /* {{ name | upper }}_SELFTEST_H */

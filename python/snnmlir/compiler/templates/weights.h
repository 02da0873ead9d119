/* {{ name }}_weights: the constants of a network, apart from its code; made by snn-mlir-compile. */
#ifndef {{ name | upper }}_WEIGHTS_H
#define {{ name | upper }}_WEIGHTS_H

#include "{{ header }}"

#ifdef __cplusplus
extern "C" {
#endif

/* What {{ name }}_load takes, {{ name | upper }}_WEIGHTS_BYTES bytes. */
extern const uint8_t {{ name }}_blob[];

#ifdef __cplusplus
}
#endif

#endif /* {{ name | upper }}_WEIGHTS_H */

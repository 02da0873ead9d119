/* {{ name }}_board: a network that another machine steps, over two functions that read and write a
 * byte; made by snn-mlir-compile. */
#ifndef {{ name | upper }}_BOARD_H
#define {{ name | upper }}_BOARD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the board has. All but the first two may be NULL. */
typedef struct {
    int (*read)(void);            /* waits for the next byte; -1 ends {{ name }}_board */
    void (*write)(uint8_t byte);  /* sends a byte */
    uint32_t (*counter)(void);    /* cycles, or any other ticks, modulo 2^32 */
    void (*paint_stack)(void);    /* fills the stack below its caller with a pattern ... */
    size_t (*stack_used)(void);   /* ... and how many bytes of that have been used since */
} {{ name }}_board_t;

/* Answers what snn-mlir-run and --verify ask with --on, as long as there are bytes. */
void {{ name }}_board(const {{ name }}_board_t *board);

{% if taps %}
/* What {{ name }}.c shows of each step is kept to be sent. */
enum {
{% for tap in taps %}
    {{ name | upper }}_BOARD_TAP_{{ tap.name }},
{% endfor %}
};
void {{ name }}_board_keep(int signal, const void *data, size_t bytes);
#ifndef {{ name | upper }}_TAP
#define {{ name | upper }}_TAP(signal, data, n) \
    {{ name }}_board_keep({{ name | upper }}_BOARD_TAP_##signal, data, (size_t)(n) * sizeof *(data))
#endif

{% endif %}
{% if layers %}
/* Each layer of {{ name }}_step is measured. */
enum {
{% for layer in layers + other_layers %}
    {{ name | upper }}_BOARD_LAYER_{{ layer }},
{% endfor %}
};
uint32_t {{ name }}_board_ticks(void);
void {{ name }}_board_layer(int layer, uint32_t start);
#ifndef {{ name | upper }}_PROFILE
#define {{ name | upper }}_PROFILE(layer, call)                                     \
    do {                                                                   \
        const uint32_t board_start = {{ name }}_board_ticks();                \
        call;                                                              \
        {{ name }}_board_layer({{ name | upper }}_BOARD_LAYER_##layer, board_start); \
    } while (0)
#endif

{% endif %}
{% if lists %}
/* Of each list of events in {{ name }}_step it is counted how many these are. */
enum {
{% for list in lists %}
    {{ name | upper }}_BOARD_LIST_{{ list }},
{% endfor %}
};
void {{ name }}_board_events(int list, uint32_t count, uint32_t start);
#ifndef {{ name | upper }}_EVENTS
#define {{ name | upper }}_EVENTS(list, events, end)                                        \
    do {                                                                           \
        const uint32_t board_start = {{ name }}_board_ticks();                        \
        uint32_t board_count = 0;                                                  \
        while ((events)[board_count] != (end))                                     \
            ++board_count;                                                         \
        {{ name }}_board_events({{ name | upper }}_BOARD_LIST_##list, board_count, board_start); \
    } while (0)
#endif

{% endif %}
#ifdef __cplusplus
}
#endif

#endif /* {{ name | upper }}_BOARD_H */

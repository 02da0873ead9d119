/* {{ name }}_board: a network that another machine steps, over two functions that read and write a
 * byte; made by snn-mlir-compile. docs/boards.md of snn-mlir-compile has the protocol. */
#include "{{ own_header }}"

#include "{{ header }}"
{% if weights_header %}
#include "{{ weights_header }}"
{% endif %}

#include <stdbool.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "numbers are sent as they lie in memory, the least significant byte first"
#endif

/* Most bytes of data in a frame, from 32 to 236; this takes as much memory. */
#ifndef {{ name | upper }}_BOARD_ROOM
#define {{ name | upper }}_BOARD_ROOM 224
#endif
#if {{ name | upper }}_BOARD_ROOM < 32 || {{ name | upper }}_BOARD_ROOM > 236
#error "{{ name | upper }}_BOARD_ROOM has to be from 32 to 236"
#endif

#if defined(__GNUC__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE
#endif

enum { VERSION = {{ version }}, ROOM = {{ name | upper }}_BOARD_ROOM };
enum { KIND = 0, NUMBER = 1, SESSION = 3, STEP = 5, OFFSET = 9, DATA = 13 }; /* where fields begin */
enum { CHECK_BYTES = 4, FRAME_BYTES = DATA + ROOM + CHECK_BYTES };
enum { ASK_ABOUT = 1, ASK_OPEN, ASK_WRITE, ASK_STEP, ASK_READ };
enum { ANSWER = 0x80, DAMAGED = 0xc0, REFUSED = 0xc1 };
enum { NO_SUCH_KIND = 1, OTHER_SESSION, OTHER_STEP, OUT_OF_RANGE };
enum { MEASURE_NOTHING, MEASURE_TIME, MEASURE_STACK };

/* Inputs, and what a step gives, are sent as the bytes of these parts beside each other. */
struct part {
    void *data;
    uint32_t bytes;
    bool spikes; /* sent as bits, the least significant first */
};

static {{ name }}_t net;
{% for port in inputs + outputs %}
static {{ port.c_type }} {{ port.variable }}[{{ port.size }}];
{% endfor %}
{% for tap in taps %}
static {{ tap.type }} tap_{{ tap.name }}[{{ tap.elements }}];
{% endfor %}
{% if layers %}
static uint32_t layer_ticks[{{ layers | length }}];
{% endif %}
{% if lists %}
static uint32_t list_events[{{ lists | length }}];
static uint32_t counting_ticks; /* what counting them took */
{% endif %}
static uint32_t step_ticks;
static uint32_t step_stack;

static const struct part inputs[] = {
{% for port in inputs %}
    { {{- port.variable }}, sizeof {{ port.variable }}, {{ "true" if port.spikes else "false" -}} },
{% endfor %}
};
static const struct part results[] = {
    {&step_ticks, sizeof step_ticks, false},
    {&step_stack, sizeof step_stack, false},
{% if layers %}
    {layer_ticks, sizeof layer_ticks, false},
{% endif %}
{% if lists %}
    {list_events, sizeof list_events, false},
{% endif %}
{% for port in outputs %}
    { {{- port.variable }}, sizeof {{ port.variable }}, {{ "true" if port.spikes else "false" -}} },
{% endfor %}
{% for tap in taps %}
    {tap_{{ tap.name }}, sizeof tap_{{ tap.name }}, {{ "true" if tap.spikes else "false" }}},
{% endfor %}
};
#define INPUT_BYTES UINT32_C({{ input_bytes }})
#define RESULT_BYTES UINT32_C({{ result_bytes }})

#define BYTES(n) (uint8_t)(n), (uint8_t)((n) >> 8), (uint8_t)((n) >> 16), (uint8_t)((n) >> 24)
static const uint8_t about[] = {
    VERSION, ROOM,
    {{ digest | join(", ") }}, /* which network this is */
    BYTES(INPUT_BYTES),
    BYTES(RESULT_BYTES),
    BYTES((uint32_t)sizeof(net)),
{% for text, characters in names %}
    {{ characters | join(", ") }}, /* {{ text }} */
{% endfor %}
};

static const {{ name }}_board_t *used;
static uint8_t frame[FRAME_BYTES];
static uint16_t session; /* 0: nobody has opened one */
static uint32_t steps;   /* steps since it was opened */
static uint8_t measured;
static uint32_t overhead; /* ticks that reading the counter takes */

static uint32_t get(size_t at, size_t bytes)
{
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; ++i)
        value |= (uint32_t)frame[at + i] << 8 * i;
    return value;
}

static void put(size_t at, size_t bytes, uint32_t value)
{
    for (size_t i = 0; i < bytes; ++i)
        frame[at + i] = (uint8_t)(value >> 8 * i);
}

/* CRC-32 as zlib and Ethernet have it. */
static uint32_t crc(size_t bytes)
{
    uint32_t value = UINT32_C(0xffffffff);
    for (size_t i = 0; i < bytes; ++i) {
        value ^= frame[i];
        for (int bit = 0; bit < 8; ++bit)
            value = (value & 1) != 0 ? value >> 1 ^ UINT32_C(0xedb88320) : value >> 1;
    }
    return ~value;
}

/* Sends the frame of so many bytes, consistent overhead byte stuffing between two zeros. */
static void send_frame(size_t size)
{
    put(size, CHECK_BYTES, crc(size));
    size += CHECK_BYTES;
    used->write(0);
    size_t start = 0;
    for (size_t i = 0; i <= size; ++i) {
        if (i < size && frame[i] != 0)
            continue;
        used->write((uint8_t)(i - start + 1));
        for (; start < i; ++start)
            used->write(frame[start]);
        start = i + 1;
    }
    used->write(0);
}

/* Waits for a frame that is whole, and says how many bytes it has before its check; 0 if there are
 * no more bytes. Asks for those again that are not whole. */
static size_t receive_frame(void)
{
    size_t size = 0;
    uint8_t left = 0; /* bytes up to the next one that says how many follow */
    bool begun = false;
    bool fits = true;
    for (;;) {
        const int byte = used->read();
        if (byte < 0)
            return 0;
        if (byte != 0) {
            const bool says_length = left == 0;
            if (!says_length || begun) { /* what stands between two blocks is a zero */
                if (size < FRAME_BYTES)
                    frame[size++] = (uint8_t)(says_length ? 0 : byte);
                else
                    fits = false;
            }
            left = (uint8_t)(says_length ? byte - 1 : left - 1);
            begun = true;
            continue;
        }
        if (begun) {
            if (fits && left == 0 && size >= DATA + CHECK_BYTES &&
                get(size - CHECK_BYTES, CHECK_BYTES) == crc(size - CHECK_BYTES))
                return size - CHECK_BYTES;
            memset(frame, 0, DATA);
            frame[KIND] = DAMAGED;
            send_frame(DATA);
        }
        size = 0;
        left = 0;
        begun = false;
        fits = true;
    }
}

/* Copies bytes of parts, which have them, from the frame or into it. */
static void copy(const struct part *part, uint32_t offset, size_t bytes, bool from_frame)
{
    for (uint8_t *at = frame + DATA; bytes > 0; ++at, --bytes, ++offset) {
        for (;; ++part) {
            const uint32_t length = part->spikes ? (part->bytes + 7) / 8 : part->bytes;
            if (offset < length)
                break;
            offset -= length;
        }
        uint8_t *const data = (uint8_t *)part->data;
        if (!part->spikes) {
            if (from_frame)
                data[offset] = *at;
            else
                *at = data[offset];
            continue;
        }
        if (!from_frame)
            *at = 0;
        for (uint8_t bit = 0; bit < 8 && offset * 8 + bit < part->bytes; ++bit) {
            if (from_frame)
                data[offset * 8 + bit] = (uint8_t)(*at >> bit & 1);
            else
                *at = (uint8_t)(*at | (data[offset * 8 + bit] != 0) << bit);
        }
    }
}

NOINLINE static void step(void)
{
    {{ name }}_step(&net, {{ (inputs + outputs) | map(attribute="variable") | join(", ") }});
}

static void measure(void)
{
    step_ticks = 0;
    step_stack = 0;
{% if layers %}
    memset(layer_ticks, 0, sizeof layer_ticks);
{% endif %}
{% if lists %}
    memset(list_events, 0, sizeof list_events);
    counting_ticks = 0;
{% endif %}
    if (measured == MEASURE_STACK) {
        used->paint_stack();
        step();
        step_stack = (uint32_t)used->stack_used();
    } else if (measured == MEASURE_TIME) {
        const uint32_t before = used->counter();
        const uint32_t start = used->counter();
        overhead = start - before;
        step();
        step_ticks = used->counter() - start - overhead{{ " - counting_ticks" if lists }};
    } else {
        step();
    }
}

/* Puts up to ROOM bytes from `offset` on into the frame; returns how many. */
static size_t put_results(uint32_t offset)
{
    const uint32_t left = RESULT_BYTES - offset;
    const size_t bytes = left < ROOM ? (size_t)left : (size_t)ROOM;
    copy(results, offset, bytes, false);
    return bytes;
}

static void begin_session(uint8_t wanted)
{
    const bool time = wanted == MEASURE_TIME && used->counter != NULL;
    const bool stack = wanted == MEASURE_STACK && used->paint_stack != NULL && used->stack_used != NULL;
    measured = time || stack ? wanted : (uint8_t)MEASURE_NOTHING;
    steps = 0;
{% if weights_header %}
    {{ name }}_init(&net, {{ name }}_load({{ name }}_blob, {{ name | upper }}_WEIGHTS_BYTES));
{% else %}
    {{ name }}_init(&net);
{% endif %}
}

/* Does what a frame asks for and puts the answer's data in its place; returns how many bytes, or the
 * reason why not, negative. */
static int answer(size_t bytes)
{
    const uint16_t asked_session = (uint16_t)get(SESSION, 2);
    const uint32_t asked_step = get(STEP, 4);
    const uint32_t offset = get(OFFSET, 4);
    const bool fits = offset <= INPUT_BYTES && bytes <= INPUT_BYTES - offset;

    switch (frame[KIND]) {
    case ASK_ABOUT: {
        if (offset > sizeof about)
            return -OUT_OF_RANGE;
        const size_t left = sizeof about - (size_t)offset;
        bytes = left < ROOM ? left : (size_t)ROOM;
        memcpy(frame + DATA, about + offset, bytes);
        return (int)bytes;
    }
    case ASK_OPEN: {
        const uint16_t next = (uint16_t)(session == UINT16_MAX ? 1 : session + 1);
        if (bytes != 1)
            return -OUT_OF_RANGE;
        if (asked_session == next) {
            session = next;
            begin_session(frame[DATA]);
        } else if (asked_session != session || session == 0) {
            return -OTHER_SESSION;
        } /* else it is the same question again */
        frame[DATA] = measured;
        return 1;
    }
    case ASK_WRITE:
        if (asked_session != session || session == 0)
            return -OTHER_SESSION;
        if (asked_step != steps)
            return -OTHER_STEP;
        if (!fits)
            return -OUT_OF_RANGE;
        copy(inputs, offset, bytes, true);
        return 0;
    case ASK_STEP:
        if (asked_session != session || session == 0)
            return -OTHER_SESSION;
        if (!fits)
            return -OUT_OF_RANGE;
        if (asked_step == steps) {
            copy(inputs, offset, bytes, true);
            measure();
            ++steps;
        } else if (asked_step + 1 != steps) {
            return -OTHER_STEP;
        } /* else it is the same question again */
        return (int)put_results(0);
    case ASK_READ:
        if (asked_session != session || session == 0)
            return -OTHER_SESSION;
        if (asked_step + 1 != steps)
            return -OTHER_STEP;
        if (offset > RESULT_BYTES)
            return -OUT_OF_RANGE;
        return (int)put_results(offset);
    default:
        return -NO_SUCH_KIND;
    }
}

void {{ name }}_board(const {{ name }}_board_t *board)
{
    used = board;
    session = 0;
    for (size_t size = receive_frame(); size != 0; size = receive_frame()) {
        int bytes = answer(size - DATA);
        frame[KIND] = (uint8_t)(frame[KIND] | ANSWER);
        if (bytes < 0) {
            frame[KIND] = REFUSED;
            frame[DATA] = (uint8_t)-bytes;
            bytes = 1;
        }
        put(SESSION, 2, session);
        put(STEP, 4, steps);
        send_frame(DATA + (size_t)bytes);
    }
}
{% if taps %}

void {{ name }}_board_keep(int signal, const void *data, size_t bytes)
{
    static void *const kept[] = {
{% for tap in taps %}
        tap_{{ tap.name }},
{% endfor %}
    };
    memcpy(kept[signal], data, bytes);
}
{% endif %}
{% if layers %}

uint32_t {{ name }}_board_ticks(void)
{
    return measured == MEASURE_TIME ? used->counter() : 0;
}

void {{ name }}_board_layer(int layer, uint32_t start)
{
    if (measured == MEASURE_TIME && layer < {{ layers | length }})
        layer_ticks[layer] += used->counter() - start - overhead;
}
{% endif %}
{% if lists %}

void {{ name }}_board_events(int list, uint32_t count, uint32_t start)
{
    list_events[list] += count; /* a list may hold some of them at a time */
    if (measured == MEASURE_TIME)
        counting_ticks += used->counter() - start;
}
{% endif %}

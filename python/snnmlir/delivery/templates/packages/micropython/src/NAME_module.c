/* {{ name }}_module: {{ name }}.h as a native module of MicroPython; made by snn-mlir-compile. */
#include "{{ name }}.h"

#include "py/dynruntime.h"

#include <stdint.h>
{% set constant = name | upper %}

/* What C compilers call, and a native module is not given. */

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    return mp_fun_table.memmove_(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
    return mp_fun_table.memmove_(to, from, size);
}

void *memset(void *to, int value, size_t size)
{
    return mp_fun_table.memset_(to, value, size);
}
{% if apart %}

int memcmp(const void *left, const void *right, size_t size)
{
    const uint8_t *const a = left;
    const uint8_t *const b = right;
    for (size_t i = 0; i < size; ++i)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}
{% endif %}

typedef struct {
    mp_obj_base_t base;
{% if apart %}
    mp_obj_t buffer; /* what `weights` points into, so that it stays */
    const void *place; /* where its bytes were when they were checked */
    size_t length;
    {{ name }}_weights_t weights;
{% endif %}
    {{ name }}_t net;
} network_t;

/* A native module has no static variables, and none that are initialized. */
mp_obj_full_type_t {{ name }}_network_type;
mp_map_elem_t {{ name }}_network_table[{{ methods | length + 1 }}];

/* Raises an exception with a text that has values in the places of its %s and %d. */
static NORETURN void refuse(const mp_obj_type_t *type, mp_obj_t text, size_t n, const mp_obj_t *values)
{
    nlr_raise(mp_obj_new_exception_arg1(
        type, mp_binary_op(MP_BINARY_OP_MODULO, text, mp_obj_new_tuple(n, values))));
}

#define TEXT(literal) mp_obj_new_str(literal, sizeof(literal) - 1)
#define ANY_NUMBER SIZE_MAX

/* The elements of a buffer, if it has so many of this type, or bytes for them. `code` is the type in
 * MicroPython's module array. */
static mp_buffer_info_t take(
    mp_obj_t object, mp_uint_t access, qstr argument, char code, size_t size, size_t elements)
{
    mp_buffer_info_t found;
    mp_get_buffer_raise(object, &found, access);
    const char type = found.typecode == BYTEARRAY_TYPECODE ? 'B' : (char)found.typecode;
    const bool bytes = type == 'B' && elements != ANY_NUMBER;
    if (type != code && !bytes && !(size == 1 && type == 'b')) {
        refuse(&mp_type_TypeError, TEXT("%s: expected elements of type '%s', found '%s'"), 3,
            (mp_obj_t[]){MP_OBJ_NEW_QSTR(argument), mp_obj_new_str(&code, 1), mp_obj_new_str(&type, 1)});
    }
    if (elements != ANY_NUMBER && found.len != elements * size) {
        refuse(&mp_type_ValueError, TEXT("%s: expected %d bytes (%d of type '%s'), found %d bytes"), 5,
            (mp_obj_t[]){MP_OBJ_NEW_QSTR(argument), mp_obj_new_int_from_uint(elements * size),
                mp_obj_new_int_from_uint(elements), mp_obj_new_str(&code, 1),
                mp_obj_new_int_from_uint(found.len)});
    }
    if (found.len != 0 && (uintptr_t)found.buf % size != 0) {
        refuse(&mp_type_ValueError, TEXT("%s: expected an address that %d divides, found %d"), 3,
            (mp_obj_t[]){MP_OBJ_NEW_QSTR(argument), mp_obj_new_int_from_uint(size),
                mp_obj_new_int_from_uint((uintptr_t)found.buf)});
    }
    return found;
}

/* The C has the compiler rely on this. */
static void check_apart(mp_buffer_info_t a, mp_buffer_info_t b, qstr name_of_a, qstr name_of_b)
{
    const uintptr_t at = (uintptr_t)a.buf;
    const uintptr_t other = (uintptr_t)b.buf;
    if (at < other + b.len && other < at + a.len)
        refuse(&mp_type_ValueError, TEXT("%s and %s: expected two buffers, found one memory"), 2,
            (mp_obj_t[]){MP_OBJ_NEW_QSTR(name_of_a), MP_OBJ_NEW_QSTR(name_of_b)});
}

/* Memory for an output: a bytearray, or an array of another type. */
static mp_obj_t make_output(char code, size_t size, size_t elements)
{
    const size_t bytes = size * elements;
    const mp_obj_t memory = mp_obj_new_bytearray_by_ref(bytes, m_malloc(bytes));
    if (code == 'B')
        return memory;
    const mp_obj_t module = mp_import_name(MP_QSTR_array, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    return mp_call_function_n_kw(mp_load_attr(module, MP_QSTR_array), 2, 0,
        ((mp_obj_t[]){mp_obj_new_str(&code, 1), memory}));
}
{% if apart %}

/* Checks weights, and says what is wrong with them. */
static {{ name }}_weights_t load(mp_obj_t object)
{
    mp_buffer_info_t found;
    mp_get_buffer_raise(object, &found, MP_BUFFER_READ);
    const {{ name }}_weights_t weights = {{ name }}_load(found.buf, found.len);
    switch (weights.error) {
    case {{ constant }}_WEIGHTS_LOADED:
        break;
    case {{ constant }}_WEIGHTS_MISPLACED:
        refuse(&mp_type_ValueError, TEXT("weights: expected an address that %d divides, found %d"), 2,
            (mp_obj_t[]){mp_obj_new_int_from_uint({{ constant }}_WEIGHTS_ALIGNMENT),
                mp_obj_new_int_from_uint((uintptr_t)found.buf)});
    case {{ constant }}_WEIGHTS_TOO_SHORT:
        refuse(&mp_type_ValueError, TEXT("weights: expected %d bytes, found %d"), 2,
            (mp_obj_t[]){mp_obj_new_int_from_uint({{ constant }}_WEIGHTS_BYTES),
                mp_obj_new_int_from_uint(found.len)});
    case {{ constant }}_WEIGHTS_NOT_A_BLOB:
        mp_raise_ValueError("weights: expected a file of snn-mlir-compile --weights, found other bytes");
    case {{ constant }}_WEIGHTS_OTHER_VERSION:
        mp_raise_ValueError("weights: they have another version than this module");
    case {{ constant }}_WEIGHTS_OTHER_NETWORK:
        mp_raise_ValueError("weights: they are those of another network than this module's");
    default:
        mp_raise_ValueError("weights: they are damaged, their checksum is another one");
    }
    return weights;
}

/* A bytearray that grows is elsewhere afterwards, and where it was is free. */
static void check_place(const network_t *self)
{
    mp_buffer_info_t found;
    mp_get_buffer_raise(self->buffer, &found, MP_BUFFER_READ);
    if (found.buf != self->place || found.len != self->length)
        mp_raise_ValueError("weights: expected them where they were, found them moved or of another length");
}
{% endif %}

/* Network({{ "weights" if apart }}) */
static mp_obj_t make_network(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, {{ "1, 1" if apart else "0, 0" }}, false);
{% if apart %}
    const {{ name }}_weights_t weights = load(args[0]);
{% endif %}
    network_t *const self = mp_obj_malloc(network_t, type);
{% if apart %}
    mp_buffer_info_t found;
    mp_get_buffer_raise(args[0], &found, MP_BUFFER_READ);
    self->buffer = args[0];
    self->place = found.buf;
    self->length = found.len;
    self->weights = weights;
    {{ name }}_init(&self->net, weights);
{% else %}
    (void)args;
    {{ name }}_init(&self->net);
{% endif %}
    return MP_OBJ_FROM_PTR(self);
}

/* Network.reset() */
static mp_obj_t reset(mp_obj_t object)
{
    network_t *const self = MP_OBJ_TO_PTR(object);
{% if apart %}
    check_place(self);
{% endif %}
    {{ name }}_init(&self->net{{ ", self->weights" if apart }});
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(reset_object, reset);
{% for method in methods %}
{% set taken = method.inputs | length %}
{% set given = outputs | length %}

/* Network.{{ method.name }}({{ method.inputs | map(attribute="variable") | join(", ") }}[, {{ outputs | map(attribute="variable") | join(", ") }}]) */
static mp_obj_t {{ method.name }}(size_t n_args, const mp_obj_t *args)
{
    network_t *const self = MP_OBJ_TO_PTR(args[0]);
{% if apart %}
    check_place(self);
{% endif %}
{% if given > 1 %}
    if (n_args != 1 + {{ taken }} && n_args != 1 + {{ taken }} + {{ given }})
        mp_raise_TypeError("{{ method.name }}: expected {{ taken }} input{{ "s" if taken > 1 }}, and all {{ given }} outputs or none");
{% endif %}
{% for input in method.inputs %}
    const mp_buffer_info_t {{ input.variable }} = take(args[{{ loop.index }}], MP_BUFFER_READ, MP_QSTR_{{ input.variable }},
        '{{ input.code }}', sizeof({{ input.c_type }}), {{ input.size or "ANY_NUMBER" }});
{% endfor %}
    mp_obj_t results[{{ given }}];
    const bool made = n_args == 1 + {{ taken }};
{% for output in outputs %}
    results[{{ loop.index0 }}] = made ? make_output('{{ codes[output.c_type] }}', sizeof({{ output.c_type }}), {{ output.size }}) : args[1 + {{ taken }} + {{ loop.index0 }}];
    const mp_buffer_info_t {{ output.variable }} = take(results[{{ loop.index0 }}], MP_BUFFER_WRITE, MP_QSTR_{{ output.variable }},
        '{{ codes[output.c_type] }}', sizeof({{ output.c_type }}), {{ output.size }});
{% set number = loop.index0 %}
{% for other in (method.inputs | list) + outputs[:number] %}
    check_apart({{ output.variable }}, {{ other.variable }}, MP_QSTR_{{ output.variable }}, MP_QSTR_{{ other.variable }});
{% endfor %}
{% endfor %}
    {{ name }}_{{ method.name }}(&self->net,
{%- for input in method.inputs %} {{ input.variable }}.buf,{{ " " ~ input.variable ~ ".len / sizeof(" ~ input.c_type ~ ")," if not input.size }}{% endfor %}
{%- for output in outputs %} {{ output.variable }}.buf{{ "," if not loop.last }}{% endfor %});
    if (!made)
        return mp_const_none;
    return {{ "results[0]" if given == 1 else "mp_obj_new_tuple(" ~ given ~ ", results)" }};
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN({{ method.name }}_object, 1 + {{ taken }}, 1 + {{ taken }} + {{ given }}, {{ method.name }});
{% endfor %}

static MP_DEFINE_CONST_DICT({{ name }}_network_dict, {{ name }}_network_table);

/* What integers are multiplied by, and seconds: where MicroPython has numbers for them. */
static void store_floats(void)
{
    mp_obj_t found[2];
    const mp_obj_t module = mp_import_name(MP_QSTR_builtins, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    mp_load_method_maybe(module, MP_QSTR_float, found);
    if (found[0] == MP_OBJ_NULL)
        return;
    mp_store_global(MP_QSTR_DT, mp_obj_new_float_from_d({{ constant }}_DT));
{% for scale in scales %}
{% if scale.is_list %}
    static const float values_of_{{ scale.name }}[] = {{ scale.macro }};
    enum { MANY_OF_{{ scale.name }} = sizeof values_of_{{ scale.name }} / sizeof(float) };
    mp_obj_t numbers_of_{{ scale.name }}[MANY_OF_{{ scale.name }}];
    for (size_t i = 0; i < MANY_OF_{{ scale.name }}; ++i)
        numbers_of_{{ scale.name }}[i] = mp_obj_new_float_from_f(values_of_{{ scale.name }}[i]);
    mp_store_global(MP_QSTR_{{ scale.name }}, mp_obj_new_tuple(MANY_OF_{{ scale.name }}, numbers_of_{{ scale.name }}));
{% else %}
    mp_store_global(MP_QSTR_{{ scale.name }}, mp_obj_new_float_from_f({{ scale.macro }}));
{% endif %}
{% endfor %}
}

/* What `import {{ name }}` calls. */
mp_obj_t mpy_init(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args)
{
    MP_DYNRUNTIME_INIT_ENTRY
    mp_map_elem_t *const table = {{ name }}_network_table;
    table[0] = (mp_map_elem_t){MP_OBJ_NEW_QSTR(MP_QSTR_reset), MP_OBJ_FROM_PTR(&reset_object)};
{% for method in methods %}
    table[{{ loop.index }}] = (mp_map_elem_t){MP_OBJ_NEW_QSTR(MP_QSTR_{{ method.name }}), MP_OBJ_FROM_PTR(&{{ method.name }}_object)};
{% endfor %}
    {{ name }}_network_type.base.type = (void *)&mp_type_type;
    {{ name }}_network_type.flags = MP_TYPE_FLAG_NONE;
    {{ name }}_network_type.name = MP_QSTR_Network;
    MP_OBJ_TYPE_SET_SLOT(&{{ name }}_network_type, make_new, make_network, 0);
    MP_OBJ_TYPE_SET_SLOT(&{{ name }}_network_type, locals_dict, (void *)&{{ name }}_network_dict, 1);
    mp_store_global(MP_QSTR_Network, MP_OBJ_FROM_PTR(&{{ name }}_network_type));
{% for port in inputs + outputs %}
    mp_store_global(MP_QSTR_{{ own(port.size) }}, MP_OBJ_NEW_SMALL_INT({{ port.size }}));
{% endfor %}
    mp_store_global(MP_QSTR_STATE_BYTES, MP_OBJ_NEW_SMALL_INT({{ constant }}_STATE_BYTES));
    store_floats();
    MP_DYNRUNTIME_INIT_EXIT
}

{% from "packages/ports.txt" import kind %}
{% set decided = outputs[0] %}
/* How many steps, {{ name | upper }}_DT seconds each, it takes to decide. */
#define STEPS 100

static {{ name }}_t net;
{% for port in inputs + outputs %}
static {{ port.c_type }} {{ port.variable }}[{{ port.size }}];
{% endfor %}
static {{ sum_type }} sum[{{ decided.size }}];

/* Puts the input of one step into place. Put what your sensor gives where the zeros are. */
static void read_input(void)
{
{% for port in inputs %}
    for (size_t i = 0; i < {{ port.size }}; ++i)
        {{ port.variable }}[i] = 0; /* {{ kind(port) | trim }}{{ ", 0 or 1" if port.c_type == "uint8_t" }} */
{% endfor %}
}

/* Which element of {{ decided.variable }} {{ "has most spikes" if decided.c_type == "uint8_t" else "is the greatest in sum" }} over STEPS steps. */
static size_t decide(void)
{
    {{ name }}_init(&net{{ ", " ~ loaded if apart }});
    for (size_t i = 0; i < {{ decided.size }}; ++i)
        sum[i] = 0;
    for (int t = 0; t < STEPS; ++t) {
        read_input();
        {{ name }}_step(&net, {{ (inputs + outputs) | map(attribute="variable") | join(", ") }});
        for (size_t i = 0; i < {{ decided.size }}; ++i)
            sum[i] += {{ decided.variable }}[i];
    }
    size_t best = 0;
    for (size_t i = 1; i < {{ decided.size }}; ++i)
        if (sum[i] > sum[best])
            best = i;
    return best;
}

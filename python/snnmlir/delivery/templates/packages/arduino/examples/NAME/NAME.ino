/* An example of {{ name }}.h: prints a number after each STEPS steps. */
#include <{{ name }}.h>
#include <{{ name }}_selftest.h>
{% if apart %}
#include <{{ name }}_weights.h>
{% endif %}

{% include "packages/example.c" %}

void setup()
{
    Serial.begin(115200);
    Serial.print("self-test: ");
    Serial.println({{ name }}_selftest({{ loaded if apart }}));
}

void loop()
{
    Serial.print("decision: ");
    Serial.println((unsigned)decide());
}

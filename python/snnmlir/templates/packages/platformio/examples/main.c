{% include "packages/main.c" %}

/* Steps {{ name }} for snn-mlir-run --on serial:PORT@115200. */
#include <{{ name }}.h>
#include <{{ name }}_board.h>

static int read_byte()
{
    while (Serial.available() == 0) {
    }
    return Serial.read();
}

static void write_byte(uint8_t byte)
{
    Serial.write(byte);
}

/* What a step takes is counted in microseconds. */
static uint32_t count()
{
    return micros();
}

void setup()
{
    Serial.begin(115200);
}

void loop()
{
    static const {{ name }}_board_t board = {read_byte, write_byte, count, nullptr, nullptr};
    {{ name }}_board(&board);
}

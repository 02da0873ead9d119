# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Breaks something in a module that is text: a type, an attribute, an operand, an operation.

    text = damaged(text, random.Random(7))

What it breaks are tokens and lines, so it works for networks as they are written, in MLIR's generic
form, and for what passes made of them. The result may still be valid.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

VALUE = re.compile(r"%[\w]+")
NUMBER = re.compile(r"(?<![\w%#.x\"])-?\d+(\.\d+)?(e[+-]?\d+)?(?![\w.])")
ELEMENT = re.compile(r"(?<=[x<])(f32|f64|i1|ui8|i8|i16|i32|index)(?=>)|: (f32|f64|i\d+|index)\b")
DIMENSION = re.compile(r"(?<=[<x])\d+(?=x)")
WORD = re.compile(r"(?<=<)[a-z_]+(?=>)|(?<== )[a-z_]{3,}(?=[,>])")
OPERATION = re.compile(r"\b(snn|arith|tensor|quant|memref|scf|linalg|func|math|vector)\.[a-z_0-9]+")
ATTRIBUTE = re.compile(
    r"([\w.]+) = (\[[^\[\]]*\]|\"[^\"]*\"|#snn\.\w+<[^<>]*>|-?[\d.e+-]+( : \w+)?)"
)
SEPARATED = re.compile(r", [^,(){}<>\[\]]+(?=[,)])")

NUMBERS = (
    "0", "1", "-1", "2", "3", "7", "8", "255", "256", "65536", "2147483647", "-2147483648",
    "4294967295",
    "4294967296", "9223372036854775807", "-9223372036854775808", "0.0", "-0.0", "0.5", "1.0e-45",
    "1.0e-320", "1.0e+38", "1.0e+308", "0x7FC00000", "0x7F800000", "0xFF800000",
)  # fmt: skip
ELEMENTS = (
    "f32", "f64", "f16", "bf16", "i1", "ui8", "i8", "i16", "i32", "i64", "ui1", "si8", "index",
    "i4", "i5",
    "i128", "none", "complex<f32>", "!snn.events<3>", "tensor<2xf32>", "vector<4xf32>",
    "memref<2xf32>",
    "!quant.uniform<i8:f32, 0.5>", "!quant.uniform<i8<-4:4>:f32, 1.0>",
    "!quant.uniform<u8:f32, 0.5>", "!quant.uniform<i8:f32, 0.5:3>", "!quant.uniform<i4:f32, 0.5>",
    "!quant.uniform<i16:f64, 0.5>", "!quant.uniform<i32:f32:0, {0.5,0.25}>",
    "!quant.uniform<i8:f32:1, {0.5}>", "!quant.any<i8:f32>",
    "!quant.calibrated<f32<-1.0:1.0>>", "!quant.uniform<i32:f32, 1.0e-38>",
)  # fmt: skip
WORDS = (
    "gt", "ge", "count_trunc", "count_floor", "post", "pre", "value", "subtract", "none",
    "immediate",
    "delayed", "carried", "pending", "updated", "half_up", "toward_zero", "shift", "once", "each",
    "wrap",
    "slt", "ult", "true", "false",
)  # fmt: skip
ATTRIBUTES = (
    'snn.name = "x0"', 'snn.name = ""', "snn.name = 3 : i64", 'snn.node = "*/"',
    "snn.bits = 8 : i64", "snn.weight_bits = 2 : i64", "snn.weight_bits = 5 : i64",
    "snn.bits = 4 : i64", "snn.range = [1.0, 2.0]", "snn.range = [2.0, 1.0]", "snn.range = []",
    "snn.record", "snn.record = 1 : i64", 'snn.kind = "state"', 'snn.kind = "scratch"',
    'snn.role = "step"', 'snn.role = "init"', "snn.dt = 1.0 : f64", "snn.scales = array<f64: 1.0>",
    'snn.helper = "blocks"', 'snn.helper = "take_events"', "snn.lists", "snn.size = 3 : index",
    "snn.buffer = 0 : index", "snn.scale_axis = 7 : index", "snn.alignment = 8 : i64",
    "snn.provenance = {}", 'snn.comment = "*/ int x;"', 'snn.signals = ["a"]', "snn.variant",
    "snn.nothing", "saturate", "short_decay", "short_current_decay", "channels_last",
    "groups = 0 : i64",
    "max_spikes = 0 : i64", "arithmetic = #snn.arithmetic<decay = shift, sum = wrap>",
    "current_arithmetic = #snn.arithmetic<sum = each>", "steps = dense<-1> : tensor<i64>",
    "stride = array<i64: 0>", "padding = array<i64: -1, 2>",
    "operandSegmentSizes = array<i32: 1, 1>",
    "permutation = array<i64: 0, 0>", 'sym_visibility = "private"', 'sym_name = "n0"',
    "dt = 0.0 : f64",
)  # fmt: skip

Damage = Callable[[str, random.Random], str]


def damaged(text: str, chance: random.Random) -> str:
    """`text` with one to three things broken."""
    for _ in range(chance.choice([1, 1, 2, 3])):
        text = chance.choice(DAMAGES)(text, chance)
    return text


def _replace(pattern: re.Pattern[str], options: tuple[str, ...] | None) -> Damage:
    """Puts another in the place of one match: of `options`, or one from elsewhere in the text."""

    def change(text: str, chance: random.Random) -> str:
        found = list(pattern.finditer(text))
        if not found:
            return text
        match = chance.choice(found)
        new = chance.choice(options or [other.group() for other in found])
        if match.group().startswith(": "):
            new = f": {new}"
        return text[: match.start()] + new + text[match.end() :]

    return change


def _remove(pattern: re.Pattern[str]) -> Damage:
    def change(text: str, chance: random.Random) -> str:
        found = list(pattern.finditer(text))
        if not found:
            return text
        match = chance.choice(found)
        return text[: match.start()] + text[match.end() :]

    return change


def _lines(change: Callable[[list[str], random.Random], None]) -> Damage:
    def changed(text: str, chance: random.Random) -> str:
        lines = text.split("\n")
        change(lines, chance)
        return "\n".join(lines)

    return changed


def _delete(lines: list[str], chance: random.Random) -> None:
    del lines[chance.randrange(len(lines))]


def _move(lines: list[str], chance: random.Random) -> None:
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randint(0, len(lines)), line)


def _duplicate(lines: list[str], chance: random.Random) -> None:
    """Another of the same, with results of its own."""
    line = chance.choice(lines)
    results, equals, rest = line.partition(" = ")
    if equals and results.strip().startswith("%"):
        own = VALUE.sub(lambda match: f"{match.group()}_{chance.randrange(99)}", results)
        line = f"{own} = {rest}"
    lines.insert(chance.randint(0, len(lines)), line)


def _swap(lines: list[str], chance: random.Random) -> None:
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]


def _nest(lines: list[str], chance: random.Random) -> None:
    """Puts everything before a resource section into a module, or a function."""
    end = lines.index("{-#") if "{-#" in lines else len(lines)
    around = chance.choice(["module {", "func.func @around() {", "module @m attributes {snn.x} {"])
    lines.insert(end, "}")
    lines.insert(0, around)


def _add_attribute(text: str, chance: random.Random) -> str:
    places = [match.end() for match in re.finditer(r"(?<!<)\{(?![-\n#])|<\{", text)]
    if not places:
        return text
    at = chance.choice(places)
    separator = "" if text[at : at + 1] in "}\n" else ", "
    return text[:at] + chance.choice(ATTRIBUTES) + separator + text[at:]


DAMAGES: tuple[Damage, ...] = (
    _replace(VALUE, None),
    _replace(VALUE, None),
    _replace(NUMBER, NUMBERS),
    _replace(NUMBER, NUMBERS),
    _replace(NUMBER, None),
    _replace(ELEMENT, ELEMENTS),
    _replace(ELEMENT, ELEMENTS),
    _replace(DIMENSION, ("0", "1", "2", "3", "5", "8", "100000", "4294967296", "?")),
    _replace(WORD, WORDS),
    _replace(OPERATION, None),
    _replace(ATTRIBUTE, ATTRIBUTES),
    _remove(ATTRIBUTE),
    _remove(SEPARATED),
    _add_attribute,
    _lines(_delete),
    _lines(_move),
    _lines(_duplicate),
    _lines(_swap),
    _lines(_nest),
)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the templates of a native module for MicroPython need to know of a network."""

from __future__ import annotations

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snnmlir.compiler.interface import CPort
from snnmlir.delivery.selftest import SelfTest

CODES = {
    "uint8_t": "B", "int8_t": "b", "uint16_t": "H", "int16_t": "h", "uint32_t": "I",
    "int32_t": "i", "float": "f", "double": "d",
}  # fmt: skip
"""What MicroPython's module array calls these types, where an int has 32 bits."""

_MODULES = frozenset(
    (
        "array", "asyncio", "binascii", "bluetooth", "btree", "builtins", "cmath", "collections",
        "cryptolib", "deflate", "errno", "esp", "esp32", "espnow", "framebuf", "gc", "hashlib",
        "heapq", "io", "json", "lwip", "machine", "math", "mimxrt", "micropython", "neopixel",
        "network", "openamp", "os", "platform", "pyb", "random", "re", "rp2", "select", "socket",
        "ssl", "stm", "struct", "sys", "termios", "time", "tls", "uctypes", "vfs", "websocket",
        "zephyr",
    )
)  # fmt: skip
"""Modules that MicroPython, on some machines, finds before it looks for files."""

_BYTES_IN_ROW = 24


@dataclass(frozen=True)
class Argument:
    """A buffer that a method of the module takes.

    Attributes:
        variable: Its name in C and in messages.
        c_type: The type of its elements.
        size: The macro with their number; None if any number will do.
    """

    variable: str
    c_type: str
    size: str | None

    @property
    def code(self) -> str:
        """The type's code in MicroPython's module array."""
        return CODES[self.c_type]


@dataclass(frozen=True)
class Method:
    """A method that steps the network: the C function's name after the prefix, and its buffers."""

    name: str
    inputs: tuple[Argument, ...]


def cannot_be_imported(name: str) -> bool:
    """Whether `import NAME` is no statement, or finds another module."""
    # "import uos" is "import os", as it was called before.
    return keyword.iskeyword(name) or name in _MODULES or name.removeprefix("u") in _MODULES


def methods(interface: Mapping[str, Any], inputs: Sequence[CPort]) -> list[Method]:
    """The methods that step a network with this interface."""
    found = [Method("step", tuple(Argument(p.variable, p.c_type, p.size) for p in inputs))]
    if (function := interface["functions"]["step_events"]) is not None:
        taken = [p for p in function["parameters"] if p["role"] in ("input", "events")]
        found.append(
            Method(
                "step_events",
                tuple(
                    Argument(port.variable, p["type"], port.size if p["role"] == "input" else None)
                    for port, p in zip(inputs, taken, strict=True)
                ),
            )
        )
    return found


@dataclass(frozen=True)
class Constant:
    """What is known of a signal beside its size.

    Attributes:
        name: In Python.
        macro: In C.
        is_list: Whether the macro is a list of numbers.
    """

    name: str
    macro: str
    is_list: bool


def scales(prefix: str, ports: Sequence[CPort]) -> list[Constant]:
    """The scales of a network."""
    return [
        Constant(
            port.scale.removeprefix(f"{prefix.upper()}_"), port.scale, port.port.scales.size > 1
        )
        for port in ports
        if port.scale is not None and port.port.scales is not None
    ]


def step_rows(test: SelfTest, inputs: Sequence[CPort], outputs: Sequence[CPort]) -> dict[str, Any]:
    """The bytes of each port in all steps of a self-test as Python literals, a row in each."""
    return {
        port.variable: _rows(values[port.port.name].tobytes())
        for ports, values in ((inputs, test.inputs), (outputs, test.outputs))
        for port in ports
    }


def _rows(data: bytes) -> list[str]:
    return [
        "".join(f"\\x{byte:02x}" for byte in data[at : at + _BYTES_IN_ROW])
        for at in range(0, len(data), _BYTES_IN_ROW)
    ]

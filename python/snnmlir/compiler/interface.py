# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What Python finds out about the generated C by itself: its struct's layout, its header's names.

All of that is here, so that it can be replaced by what the compiler says.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from snnmlir._mlir import Module
from snnmlir.execution.ports import Port
from snnmlir.execution.runner import C_TYPES

_BYTES = {"i1": 1, "i8": 1, "i16": 2, "i32": 4, "f32": 4, "f64": 8, "index": 8}


def struct_bytes(loops: Module) -> int:
    """Bytes of the C struct of one network on a 64-bit machine: state, and scratch memory."""
    end, alignment = 0, 1
    for _, _, shape, element, aligned in loops.buffers():
        size = _BYTES[element]
        alignment = max(alignment, aligned or size)
        end = _round_up(end, aligned or size) + size * math.prod(shape)
    return max(1, _round_up(end, alignment))


def state_bytes(loops: Module) -> dict[str, int]:
    """Bytes carried from step to step by node, and by edge ("source_to_target") that does so."""
    states: Counter[str] = Counter()
    for kind, node, shape, element, _ in loops.buffers():
        if kind == "state":
            states[node] += _BYTES[element] * math.prod(shape)
    return dict(states)


def scratch_bytes(loops: Module) -> int:
    """Bytes of the memory in the struct that layers share."""
    return sum(
        _BYTES[element] * math.prod(shape)
        for kind, _, shape, element, _ in loops.buffers()
        if kind != "state"
    )


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


@dataclass(frozen=True)
class CPort:
    """An input or output as C code names it; all of it are identifiers, whatever NIR's names are.

    Attributes:
        port: The port.
        variable: A name for an array of its elements: "input", or "input_left" if there are several
            inputs; likewise for outputs.
        c_type: The type of the elements.
        size: The macro with their number.
        scale: The macro with what the integers are multiplied by; None for what stands for itself.
    """

    port: Port
    variable: str
    c_type: str
    size: str
    scale: str | None


def c_ports(
    header: str, inputs: Sequence[Port], outputs: Sequence[Port]
) -> tuple[list[CPort], list[CPort]]:
    """The inputs and outputs of the network whose C header has this text."""
    (parameters,) = re.findall(r"^void \w+_step\(\w+ \*\w+, (.*)\);$", header, re.M)
    names = re.findall(r"(\w+)(?:,|$)", parameters)
    sizes = re.findall(r"^#define (\w+_SIZE(?:_\d+)?) \d+$", header, re.M)
    scales = iter(re.findall(r"^#define (\w+_SCALE(?:_\d+)?) [\d{]", header, re.M))
    kinds = ["input"] * len(inputs) + ["output"] * len(outputs)
    ports = [
        CPort(
            port,
            variable=kind if kinds.count(kind) == 1 else f"{kind}_{name}",
            c_type=C_TYPES[port.dtype.name],
            size=size,
            scale=None if port.scales is None else next(scales),
        )
        for kind, port, name, size in zip(kinds, (*inputs, *outputs), names, sizes, strict=True)
    ]
    return ports[: len(inputs)], ports[len(inputs) :]

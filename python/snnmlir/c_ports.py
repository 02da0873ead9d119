# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the C header calls a network's inputs and outputs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from snnmlir.runner import C_TYPES

if TYPE_CHECKING:
    from snnmlir.compiler import Port


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

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A network in a few lines, for people who print it."""

from __future__ import annotations

from collections.abc import Sequence

from snnmlir.common.tables import printable
from snnmlir.compiler.options import Options
from snnmlir.execution.ports import Port
from snnmlir.nir_import.graph import Graph, Input, Output, weight_count


def summary(
    name: str,
    options: Options,
    graph: Graph,
    inputs: Sequence[Port],
    outputs: Sequence[Port],
    state_bytes: int,
    constant_bytes: int,
) -> str:
    """What a network is and what it takes, gives and needs, a line each."""
    layers = [node for node in graph.nodes.values() if not isinstance(node, Input | Output)]
    weights = sum(map(weight_count, layers))
    convention = options.convention
    lines = [
        ("convention", f"{convention.name}, dt {convention.dt:g} s"),
        *(("input", _port(port)) for port in inputs),
        *(("output", _port(port)) for port in outputs),
        ("layers", f"{len(layers)} with {weights} parameters"),
        ("bytes", f"{state_bytes} of state, {constant_bytes} of constants"),
    ]
    title = f"snnmlir.Network {name} in {options.type_name}"
    return "\n".join([title, *(f"  {key:<10}  {value}" for key, value in lines)])


def _port(port: Port) -> str:
    text = f"{printable(port.name)} [{', '.join(map(str, port.shape))}] {port.dtype}"
    if port.scales is None:
        return text
    unit = f"{float(port.scales.flat[0]):.4g}" if port.scales.size == 1 else "scales of their own"
    return f"{text} times {unit}"

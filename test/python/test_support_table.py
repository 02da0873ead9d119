# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/support.md: what becomes of every NIR node, taken from the compiler itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import nir
import numpy as np

import snnmlir
from ir_constants import ops
from networks import graph
from snnmlir.nir_import.nodes import PARSERS
from test_constants import DT, NEURONS, STATELESS

PAGE = """\
<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->
<!-- Made by test/python/test_support_table.py: ./dev docs writes it. -->

# What becomes of NIR's nodes

Every primitive of nir {version}, the operations of the dialect that it becomes, and the state that
the generated C keeps for it. All of them compile to C in all types. A node with several incoming
edges gets their sum, an `snn.add`. An edge that closes a cycle becomes an `snn.delay` of one step,
unless something on the cycle has memory of its own ([conventions](conventions.md)).
What becomes of files that are odd or broken is in [odd files](odd-files.md).

| NIR node | operations | state |
|---|---|---|
"""


def samples() -> dict[str, tuple[nir.NIRNode, tuple[int, ...], tuple[int, ...]]]:
    """A node of each type, with the shapes of its input and output."""
    found = {}
    for node, *_ in NEURONS.values():
        found[type(node).__name__] = (node, (1,), (1,))
    for node, inputs, outputs, _ in STATELESS.values():
        found[type(node).__name__] = (node, inputs, outputs)
    return found


def row(name: str) -> str:
    if name in ("Input", "Output"):
        return f"| {name} | a parameter of the step function | |\n"
    node, inputs, outputs = samples()[name]
    nodes = {
        "input": nir.Input(input_type={"input": np.array(inputs)}),
        "n": node,
        "output": nir.Output(output_type={"output": np.array(outputs)}),
    }
    source = graph(nodes, ("input", "n"), ("n", "output"))
    networks = [snnmlir.compile(source, dtype=dtype, dt=DT) for dtype in ("f32", "f64")]
    operations, states = set(), set()
    for network in networks:
        assert network.c
        operations.add(", ".join(f"`{op.name}`" for op in ops(network)))
        state = re.findall(r'snn.kind = "state", snn.name = "n_(\w+)"', network.emit("loops"))
        states.add(", ".join(dict.fromkeys(state)))
    return f"| {name} | {operations.pop()} | {states.pop()} |\n"


def test_table_of_nodes(check_page: Callable[[str, str], None]) -> None:
    assert {*samples(), "Input", "Output"} == set(PARSERS)
    rows = "".join(row(name) for name in PARSERS)
    nested = "| NIRGraph | its nodes, named `graph/node`, at any depth | theirs |\n"
    check_page("support.md", PAGE.format(version="1.0.8") + rows + nested)


def test_all_primitives_of_nir_are_there() -> None:
    primitives = {
        name
        for name, value in vars(nir.ir).items()
        if isinstance(value, type) and issubclass(value, nir.NIRNode)
    } - {"NIRNode", "NIRGraph"}
    assert primitives == set(PARSERS)

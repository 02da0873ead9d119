# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the tools of a platform make of a graph's numbers: the choice `parameters`.

Each platform is a function from a graph to nodes in place of others, whose equations under the
platform's choices (`snnmlir.conventions.platforms`) are the platform's own. docs/conventions.md,
section "Platforms", has the arithmetic. What a platform does not have is refused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from snnmlir.common.wording import option
from snnmlir.conventions import Convention
from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.cycles import find_cycles
from snnmlir.nir_import.graph import (
    IF,
    LIF,
    Affine,
    Conv,
    CubaLIF,
    Delay,
    Flatten,
    Graph,
    Input,
    Node,
    Output,
    Pool2d,
)
from snnmlir.nir_import.platforms import fixed, real
from snnmlir.nir_import.platforms.checks import found_type, type_name


def with_parameters(graph: Graph, convention: Convention) -> Graph:
    """The graph with the numbers that a platform computes with.

    Raises:
        NirError: The platform has no such node, or none with such parameters.
    """
    if convention.parameters == "nir":
        return graph
    tools = _TOOLS[convention.parameters]
    for node in graph.nodes.values():
        _check_taken(node, tools, convention.parameters)
    changed = {node.name: node for node in tools.made_of(graph, convention)}
    return dataclasses.replace(
        graph,
        nodes={name: changed.get(name, node) for name, node in graph.nodes.items()},
        notes=(*graph.notes, *filter(None, [tools.units])),
    )


def check_recurrence(graph: Graph, convention: Convention) -> None:
    """Refuses cycles in which no edge takes a step of the platform's own.

    Raises:
        NirError: There is one.
    """
    if convention.parameters == "nir" or _TOOLS[convention.parameters].recurs:
        return
    for source, target in sorted(find_cycles(graph, convention).cut):
        raise NirError(
            f"a recurrent edge from {quoted(source)} leads to it, and nothing on the cycle takes a "
            f"step in {convention.parameters}",
            node=target,
            help="train without this recurrence, or use another convention",
        )


@dataclass(frozen=True)
class _Tools:
    """What a platform's tools do.

    Attributes:
        takes: The types of nodes that they take, beside Input and Output.
        made_of: The nodes that they put in place of a graph's.
        units: What voltages are in, for the user, where these are not NIR's.
        recurs: Whether a cycle is taken in which no edge takes a step: its closing edge does then.
    """

    takes: tuple[type[Node], ...]
    made_of: Callable[[Graph, Convention], Iterator[Node]]
    units: str
    recurs: bool = False


def _check_taken(node: Node, tools: _Tools, platform: str) -> None:
    names = ", ".join(map(type_name, tools.takes))
    known = isinstance(node, (Input, Output)) or found_type(node) in map(type_name, tools.takes)
    if not known:
        raise NirError(
            f"found a node of type {found_type(node)}, and {platform} has {names}",
            node=node.name,
            help=f"use one of these, or another {option('convention')}: those of frameworks take "
            "every node",
        )


_SPINNAKER2 = _Tools(
    (Affine, LIF, CubaLIF, IF),
    real.spinnaker2,
    "voltages and currents are in the units of spinnaker2's 8-bit weights",
)
_LAVA_DL = "voltages and currents are lava-dl's integers, 4096 times NIR's"

_TOOLS: dict[str, _Tools] = {
    "lava": _Tools((Affine, LIF), real.lava, ""),
    "lava-dl": _Tools((Affine, CubaLIF), fixed.lava_dl, _LAVA_DL, recurs=True),
    "lava-dl-unquantized": _Tools(
        (Affine, CubaLIF), fixed.lava_dl_unquantized, _LAVA_DL, recurs=True
    ),
    "loihi": _Tools(
        (Affine, CubaLIF, LIF, Delay), fixed.loihi, "voltages and currents are loihi's integers"
    ),
    "nengo": _Tools(
        (Affine, LIF, CubaLIF, IF),
        real.nengo,
        "voltages are in units of the threshold, as nengo's are",
    ),
    "speck": _Tools(
        (Affine, Conv, IF, Pool2d, Flatten),
        real.speck,
        "weights, biases, voltages and thresholds are speck's integers",
    ),
    "spinnaker2": _SPINNAKER2,
    "spinnaker2-unscaled": _SPINNAKER2,
    "xylo": _Tools(
        (Affine, CubaLIF), fixed.xylo, "voltages and currents are xylo's integers of 16 bits"
    ),
}

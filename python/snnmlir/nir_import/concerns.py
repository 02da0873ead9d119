# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which choices of a convention concern which nodes."""

from __future__ import annotations

import difflib

from snnmlir.conventions import Convention, option_name
from snnmlir.errors import OptionError, quoted
from snnmlir.nir_import.graph import (
    IF,
    LI,
    LIF,
    SPIKING,
    STATEFUL,
    CubaLI,
    CubaLIF,
    Delay,
    Flatten,
    Graph,
    Input,
    Integrator,
    Node,
    Output,
)

_LEAKY = (LI, LIF, CubaLI, CubaLIF)
_CUBA = (CubaLI, CubaLIF)
_NEURONS = (Integrator, IF, *_LEAKY)

CONCERNS: dict[str, tuple[type[Node], ...]] = {
    "parameters": (),
    "dt": STATEFUL,
    "time_unit": STATEFUL,
    "integrator": _LEAKY,
    "decay": _LEAKY,
    "input_gain": _LEAKY,
    "current_gain": _CUBA,
    "if_gain": (IF,),
    "leak": _LEAKY,
    "current_leak": _CUBA,
    "reset": SPIKING,
    "spike": SPIKING,
    "max_spikes": SPIKING,
    "spike_timing": SPIKING,
    "current_decay": (LI, *_CUBA),
    "v_init": _NEURONS,
    "v_floor": _NEURONS,
    "edge_steps": (),
    "flatten": (Flatten,),
    "delays": (Delay,),
    "recurrent_input": (),
    "ports": (),
}
"""The types of nodes that a choice concerns, by attribute name.

`feedback` and `feedback_bias` are not here: they concern whatever node a closing edge leads to.
"""


def concerned(choice: str, node: Node) -> bool:
    """Whether a choice concerns a node."""
    if choice in CONCERNS:
        return isinstance(node, CONCERNS[choice])
    return not isinstance(node, Input)


def _nir_name(kind: type[Node]) -> str:
    return "I" if kind is Integrator else kind.__name__


def check_nodes(convention: Convention, graph: Graph) -> None:
    """Refuses choices for nodes that the graph does not have, or that do not concern the node.

    Raises:
        OptionError: There is one.
    """
    for name, choices in convention.nodes.items():
        if name not in graph.nodes:
            named = ", ".join(map(option_name, choices))
            near = difflib.get_close_matches(name, graph.nodes, n=1)
            hint = f"did you mean {quoted(near[0])}? " if near else ""
            able = [n.name for n in graph.nodes.values() if not isinstance(n, Input | Output)]
            raise OptionError(
                f"there is no node {quoted(name)} to choose {named} for",
                help=f"{hint}the nodes are " + ", ".join(map(quoted, able)),
            )
        node = graph.nodes[name]
        for choice in choices:
            if not concerned(choice, node):
                types = ", ".join(map(_nir_name, CONCERNS.get(choice, ())))
                kind = _nir_name(type(node))
                raise OptionError(
                    f"{option_name(choice)} does not concern a node of type {kind}",
                    node=name,
                    help=f"it is for {types}" if types else "leave it out",
                )

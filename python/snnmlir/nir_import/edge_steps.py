# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Edges that take a step, as Delays of the graph: the choice `edge-steps`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from snnmlir.conventions import Convention
from snnmlir.nir_import.graph import (
    STATEFUL,
    Affine,
    Conv,
    CubaLI,
    CubaLIF,
    Delay,
    Edge,
    Graph,
    Node,
)


def with_edge_steps(graph: Graph, convention: Convention) -> Graph:
    """The graph with a Delay of one step in front of each node whose edges take one.

    A Delay stands behind the sum of these edges. It is called as the node with "_step" behind it.
    """
    takes = _TAKES[convention.edge_steps]
    late = {edge for edge in graph.edges if takes(graph, edge)}
    if not late:
        return graph
    taken = set(graph.nodes)
    delays: dict[str, Delay] = {}
    for target in dict.fromkeys(edge[1] for edge in graph.edges if edge in late):
        shape = graph.nodes[target].input_shape
        delays[target] = Delay(
            name=_free(f"{target}_step", taken),
            input_shape=shape,
            output_shape=shape,
            delay=np.asarray(convention.step, np.float64),
        )
    return _inserted(graph, delays, late)


def _inserted(graph: Graph, delays: dict[str, Delay], late: set[Edge]) -> Graph:
    nodes: dict[str, Node] = {}
    for name, node in graph.nodes.items():
        if name in delays:
            nodes[delays[name].name] = delays[name]
        nodes[name] = node

    def moved(edge: Edge) -> Edge:
        return (edge[0], delays[edge[1]].name) if edge in late else edge

    edges = [*map(moved, graph.edges), *((delay.name, target) for target, delay in delays.items())]
    position = {name: n for n, name in enumerate(nodes)}
    return dataclasses.replace(
        graph,
        nodes=nodes,
        edges=tuple(sorted(edges, key=lambda edge: (position[edge[1]], position[edge[0]]))),
        closing=frozenset(map(moved, graph.closing)),
    )


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _into_synapse(graph: Graph, edge: Edge) -> bool:
    return isinstance(graph.nodes[edge[1]], Affine | Conv)


def _from_neuron_into_synapse(graph: Graph, edge: Edge) -> bool:
    """Whether something with state is behind the edge, with nothing but stateless nodes between."""
    if not _into_synapse(graph, edge):
        return False
    seen: set[str] = set()
    pending = [edge[0]]
    while pending:
        name = pending.pop()
        if isinstance(graph.nodes[name], STATEFUL):
            return True
        if name not in seen:
            seen.add(name)
            pending += graph.sources(name)
    return False


def _into_current(graph: Graph, edge: Edge) -> bool:
    return isinstance(graph.nodes[edge[1]], CubaLI | CubaLIF)


_TAKES: dict[str, Callable[[Graph, Edge], bool]] = {
    "none": lambda graph, edge: False,
    "synapses": _into_synapse,
    "between-neurons": _from_neuron_into_synapse,
    "currents": _into_current,
}

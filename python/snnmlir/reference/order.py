# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which edges of a cyclic graph carry the past, and the order of a step's work.

This is the rule of docs/conventions.md, section "Cycles".
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from snnmlir.conventions import Convention
from snnmlir.errors import NirError
from snnmlir.nir_import.graph import SPIKING, Delay, Edge, Graph
from snnmlir.reference.neurons import delay_steps
from snnmlir.reference.stateless import STATELESS


@dataclass(frozen=True)
class Order:
    """How the nodes of a graph are stepped.

    Attributes:
        registers: Nodes whose output does not depend on this step's input: they emit before all
            others and take their input after all others.
        others: The remaining nodes, sources before targets.
        cut: The edges that carry what their source sent in the previous step.
        paths: For each closing edge its path: the stateless nodes directly upstream of the edge
            that lie on a cycle with it, the edge's source included.
        recurrent: The nodes that lie on a cycle.
    """

    registers: tuple[str, ...]
    others: tuple[str, ...]
    cut: frozenset[Edge]
    paths: Mapping[Edge, frozenset[str]]
    recurrent: frozenset[str]


def plan(graph: Graph, convention: Convention) -> Order:
    """The order of a step of `graph`.

    Raises:
        NirError: A negative delay, or a cycle none of whose edges is in `graph.closing`.
    """
    registers = tuple(name for name in graph.nodes if _is_register(graph, name, convention))
    instant = tuple(edge for edge in graph.edges if edge[1] not in registers)
    cut = frozenset(
        (source, target)
        for source, target in graph.closing
        if (source, target) in instant and source in _reachable(target, instant)
    )
    return Order(
        registers=registers,
        others=_topological(graph, registers, [edge for edge in instant if edge not in cut]),
        cut=cut,
        paths={edge: _closing_path(graph, edge) for edge in graph.closing},
        recurrent=_recurrent(graph),
    )


def _is_register(graph: Graph, name: str, convention: Convention) -> bool:
    node = graph.nodes[name]
    if isinstance(node, Delay):
        return bool(np.all(delay_steps(node, convention.at(name).step) >= 1))
    return convention.at(name).feedback == "current" and isinstance(node, SPIKING)


def _reachable(start: str, edges: tuple[Edge, ...]) -> set[str]:
    """`start` and every node a path along `edges` leads to."""
    targets: dict[str, list[str]] = {}
    for source, target in edges:
        targets.setdefault(source, []).append(target)
    seen = {start}
    pending = [start]
    while pending:
        for target in targets.get(pending.pop(), ()):
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return seen


def _closing_path(graph: Graph, edge: Edge) -> frozenset[str]:
    source, target = edge
    on_cycle = _reachable(target, graph.edges)
    path: set[str] = set()
    pending = [source]
    while pending:
        name = pending.pop()
        if name in path or name not in on_cycle or not isinstance(graph.nodes[name], STATELESS):
            continue
        path.add(name)
        pending += [s for s in graph.sources(name) if (s, name) not in graph.closing]
    return frozenset(path)


def _recurrent(graph: Graph) -> frozenset[str]:
    backwards = tuple((target, source) for source, target in graph.edges)
    cycles = (
        _reachable(target, graph.edges) & _reachable(source, backwards)
        for source, target in graph.closing
    )
    return frozenset[str]().union(*cycles)


def _topological(graph: Graph, registers: tuple[str, ...], edges: list[Edge]) -> tuple[str, ...]:
    """All nodes but the registers, sources first, otherwise in the graph's order."""
    names = [name for name in graph.nodes if name not in registers]
    position = {name: index for index, name in enumerate(names)}
    waiting = dict.fromkeys(names, 0)
    targets: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        if source in position:
            waiting[target] += 1
            targets[source].append(target)
    ready = [position[name] for name in names if waiting[name] == 0]
    order = []
    while ready:
        name = names[heapq.heappop(ready)]
        order.append(name)
        for target in targets[name]:
            waiting[target] -= 1
            if waiting[target] == 0:
                heapq.heappush(ready, position[target])
    if len(order) < len(names):
        stuck = next(name for name in names if name not in order)
        raise NirError("lies on or behind a cycle that no closing edge closes", node=stuck)
    return tuple(order)

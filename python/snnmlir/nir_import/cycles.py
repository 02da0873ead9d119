# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which edges of a cyclic graph carry the previous step: docs/conventions.md, section "Cycles"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from snnmlir.conventions import Convention
from snnmlir.nir_import.discretize import delay_steps
from snnmlir.nir_import.graph import IF, LIF, STATEFUL, CubaLIF, Delay, Edge, Graph, Input


@dataclass(frozen=True)
class Cycles:
    """What the cycles of a graph mean for a step.

    Attributes:
        cut: The edges that carry what their source sent in the previous step.
        paths: For each closing edge the stateless nodes directly upstream that lie on a cycle
            with it, the edge's source included; in node order.
        recurrent: The nodes that lie on a cycle.
    """

    cut: frozenset[Edge]
    paths: dict[Edge, tuple[str, ...]]
    recurrent: frozenset[str]


def find_cycles(graph: Graph, convention: Convention) -> Cycles:
    """Decides which closing edges of `graph` are cut."""
    registers = {name for name in graph.nodes if _is_register(graph, name, convention)}
    instant = [edge for edge in graph.edges if edge[1] not in registers]
    component = components(graph.nodes, instant)
    whole = components(graph.nodes, graph.edges)
    closed = {whole[source] for source, target in graph.closing if whole[source] == whole[target]}
    return Cycles(
        cut=frozenset(
            edge
            for edge in graph.closing
            if edge[1] not in registers and component[edge[0]] == component[edge[1]]
        ),
        paths={edge: _path(graph, edge) for edge in sorted(graph.closing)},
        recurrent=frozenset(name for name in graph.nodes if whole[name] in closed),
    )


def _is_register(graph: Graph, name: str, convention: Convention) -> bool:
    """Whether the node's output does not depend on its input in the same step."""
    node = graph.nodes[name]
    if isinstance(node, Delay):
        return bool(np.all(delay_steps(node, convention.at(name)) >= 1))
    return convention.at(name).feedback == "current" and isinstance(node, (IF, LIF, CubaLIF))


def components(nodes: Iterable[str], edges: Iterable[Edge]) -> dict[str, int]:
    """The strongly connected component of each node (Tarjan 1972, without recursion)."""
    targets: dict[str, list[str]] = {name: [] for name in nodes}
    for source, target in edges:
        targets[source].append(target)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    component: dict[str, int] = {}
    stack: list[str] = []
    for root in targets:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        path = [(root, iter(targets[root]))]
        while path:
            name, rest = path[-1]
            for target in rest:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    path.append((target, iter(targets[target])))
                    break
                if target not in component:
                    low[name] = min(low[name], index[target])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[name])
                if low[name] == index[name]:
                    while name not in component:
                        component[stack.pop()] = index[name]
    return component


def _path(graph: Graph, edge: Edge) -> tuple[str, ...]:
    """The stateless nodes upstream of a closing edge that its target can reach."""
    source, target = edge
    reachable = _reachable(graph, target)
    path: set[str] = set()
    pending = [source]
    while pending:
        name = pending.pop()
        stateless = not isinstance(graph.nodes[name], (*STATEFUL, Input))
        if name in path or name not in reachable or not stateless:
            continue
        path.add(name)
        pending += [s for s in graph.sources(name) if (s, name) not in graph.closing]
    return tuple(name for name in graph.nodes if name in path)


def _reachable(graph: Graph, start: str) -> set[str]:
    targets: dict[str, list[str]] = {}
    for source, target in graph.edges:
        targets.setdefault(source, []).append(target)
    seen = {start}
    pending = [start]
    while pending:
        new = [name for name in targets.get(pending.pop(), ()) if name not in seen]
        seen.update(new)
        pending += new
    return seen

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The order of the nodes, the edges that close cycles, and the nodes that do not matter.

All of it is a function of names and edges, not of the order in which a file stores them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from snnmlir.errors import quoted
from snnmlir.nir_import.graph import Edge

Adjacency: TypeAlias = Mapping[str, Sequence[str]]


def natural_key(name: str) -> tuple[object, ...]:
    """Sorts "fc2" before "fc10", and is different for different names."""
    parts = re.split("([0-9]+)", name)
    # A number sorts by its length first: int() refuses numbers of thousands of digits.
    numbers = [part.lstrip("0") for part in parts[1::2]]
    key: list[object] = [parts[0]]
    for number, text in zip(numbers, parts[2::2], strict=True):
        key += [len(number), number, text]
    return tuple(key), name


def successors(names: Iterable[str], edges: Iterable[Edge]) -> dict[str, list[str]]:
    """The targets of every node, in natural order."""
    targets: dict[str, list[str]] = {name: [] for name in sorted(names, key=natural_key)}
    position = {name: i for i, name in enumerate(targets)}
    for source, target in edges:
        targets[source].append(target)
    for names_of_targets in targets.values():
        names_of_targets.sort(key=position.__getitem__)
    return targets


def reachable(starts: Iterable[str], adjacency: Adjacency) -> set[str]:
    """All nodes that a path leads to from one of `starts`, these included."""
    found = set(starts)
    todo = list(found)
    while todo:
        for target in adjacency[todo.pop()]:
            if target not in found:
                found.add(target)
                todo.append(target)
    return found


def topological_order(
    names: Collection[str], edges: Collection[Edge], inputs: Sequence[str]
) -> tuple[list[str], frozenset[Edge]]:
    """Orders nodes so that every edge but the closing ones points forward.

    The closing edges are the back edges of a depth-first walk from the inputs that takes the
    targets of a node in natural order: a cycle is cut where the walk came in. For
    fc -> lif -> w_rec -> lif that is the edge from w_rec to lif.

    Args:
        names: All nodes.
        edges: All edges.
        inputs: The Input nodes, in natural order.

    Returns:
        The names in order, and the closing edges.
    """
    adjacency = successors(names, edges)
    roots = _roots(adjacency, edges, inputs)
    _, closing = _depth_first(roots, adjacency)
    forward = {
        source: [target for target in reversed(targets) if (source, target) not in closing]
        for source, targets in adjacency.items()
    }
    # Backwards through everything, for a reverse postorder that begins with the first names.
    postorder, _ = _depth_first(list(reversed(roots)), forward)
    return postorder[::-1], closing


def loops(names: Collection[str], edges: Collection[Edge]) -> list[str]:
    """One node on a cycle, if the graph has any: the targets of all back edges, in natural order.

    Edges from or to other nodes are ignored.
    """
    inner = [edge for edge in edges if edge[0] in names and edge[1] in names]
    adjacency = successors(names, inner)
    _, back = _depth_first(adjacency, adjacency)
    return sorted({target for _, target in back}, key=natural_key)


def shortest_cycle(name: str, names: Collection[str], edges: Collection[Edge]) -> list[str]:
    """The nodes of a shortest cycle through `name` within `names`, with `name` first and last."""
    adjacency = successors(names, [e for e in edges if e[0] in names and e[1] in names])
    came_from: dict[str, str] = {}
    pending = deque([name])
    while pending:
        source = pending.popleft()
        for target in adjacency[source]:
            if target == name:
                cycle = [name]
                while source != name:
                    cycle.append(source)
                    source = came_from[source]
                return [name, *reversed(cycle)]
            if target not in came_from:
                came_from[target] = source
                pending.append(target)
    raise ValueError(f"{quoted(name)} lies on no cycle")


def _roots(adjacency: Adjacency, edges: Collection[Edge], inputs: Sequence[str]) -> list[str]:
    """Inputs, then nodes without sources, then what only lies on cycles."""
    targets = {target for _, target in edges}
    sourceless = [name for name in adjacency if name not in targets]
    return list(dict.fromkeys([*inputs, *sourceless, *adjacency]))


def _depth_first(roots: Iterable[str], adjacency: Adjacency) -> tuple[list[str], frozenset[Edge]]:
    """Postorder of a depth-first walk, and its back edges (to a node not yet left)."""
    postorder: list[str] = []
    back: list[Edge] = []
    entered: set[str] = set()
    left: set[str] = set()
    for root in roots:
        if root in entered:
            continue
        entered.add(root)
        stack = [(root, iter(adjacency[root]))]
        while stack:
            name, targets = stack[-1]
            for target in targets:
                if target not in entered:
                    entered.add(target)
                    stack.append((target, iter(adjacency[target])))
                    break
                if target not in left:
                    back.append((name, target))
            else:
                stack.pop()
                left.add(name)
                postorder.append(name)
    return postorder, frozenset(back)

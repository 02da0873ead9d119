# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Adds the Input and Output that a graph lacks, as nir 1.0.8 does when it reads the file.

nir puts an Input before every node without a source, and an Output behind every node without a
target. Here only graphs get them that have no Input or no Output at all: where there are some, the
nodes that these do not reach were left over, and no data is meant for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.graph import Shape
from snnmlir.nir_import.nodes.boundary import PendingOutput
from snnmlir.nir_import.nodes.elementwise import Elementwise
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.notes import Notes
from snnmlir.nir_import.order import natural_key, reachable, successors
from snnmlir.nir_import.raw import RawGraph, RawNode, owner

_LISTED = 20


def add_missing(graph: RawGraph, path: str | None, type: str, notes: Notes) -> list[str]:
    """Adds Inputs or Outputs, without a shape, to a graph that has none.

    Args:
        graph: The graph, which is changed.
        path: Its name, None for the outermost.
        type: "Input" or "Output".
        notes: Where it is noted.

    Returns:
        The names of the new nodes.

    Raises:
        NirError: Nothing says where the input goes or where the output comes from.
    """
    unknown = any(name not in graph.nodes for edge in graph.edges for name in edge)
    if unknown or _of_type(graph, type):  # such an edge is an error that says more
        return []
    ends = _ends(graph, type)
    _check(ends, graph, path, type)
    added = []
    for end in ends:
        name = _unused_name(f"{type.lower()}_{end}", graph)
        added.append(name)
        graph.nodes[name] = RawNode(type, {})
        graph.edges.append((name, end) if type == "Input" else (end, name))
        where = "before" if type == "Input" else "behind"
        notes.add(
            f"{owner(path)} has no {type}: {quoted(name)} is added {where} {quoted(end)}, as nir "
            "does when it reads the file"
        )
    return added


def shape_behind(
    name: str, pending: Mapping[str, Pending], targets: Mapping[str, Iterable[str]]
) -> Shape:
    """The shape that the nodes behind an added Input take.

    Raises:
        NirError: Their parameters do not say it.
    """
    todo, seen = [*targets[name]], {name}
    while todo:
        node = pending[target := todo.pop()]
        shape = node.input_shape or node.fallback
        if shape:
            return shape
        if not isinstance(node, Elementwise | PendingOutput):
            raise node.params.error(
                "has no Input before it, and its parameters do not say the shape of its input",
                help=_help("Input"),
            )
        seen.add(target)
        todo += [after for after in targets[target] if after not in seen]
    return ()


def _of_type(graph: RawGraph, type: str) -> list[str]:
    return [n for n, node in graph.nodes.items() if isinstance(node, RawNode) and node.type == type]


def _ends(graph: RawGraph, type: str) -> list[str]:
    """The nodes where edges begin but do not end (or the other way round), in natural order.

    Where the graph has nodes of the other type, only those that have to do with them.
    """
    edges, other = graph.edges, "Output"
    if type == "Output":
        edges, other = [(target, source) for source, target in edges], "Input"
    begin, end = {source for source, _ in edges}, {target for _, target in edges}
    ends = begin - end
    anchors = _of_type(graph, other)
    if anchors:
        backwards = successors(graph.nodes, [(target, source) for source, target in edges])
        ends &= reachable(anchors, backwards)
    if len(graph.nodes) == 1 and not anchors:
        ends = set(graph.nodes)
    return sorted(ends, key=natural_key)


def _check(ends: list[str], graph: RawGraph, path: str | None, type: str) -> None:
    lacking = "source" if type == "Input" else "target"
    if not ends:
        reason = f"every node has a {lacking}"
        if not graph.edges:
            reason = "there are no edges" if graph.nodes else "there are no nodes"
        raise NirError(
            f"{owner(path)} has no {type} node, expected at least one: {reason}",
            node=path,
            help=_help(type),
        )
    if path is not None and len(ends) > 1:
        names = ", ".join(quoted(end) for end in ends[:_LISTED])
        raise NirError(
            f"an edge names this subgraph, which has no {type} and {len(ends)} nodes without a "
            f"{lacking} ({names}), expected one",
            node=path,
            help=_help(type),
        )


def _help(type: str) -> str:
    return f"add a nir.{type} with the shape of one time step, and its edges"


def _unused_name(name: str, graph: RawGraph) -> str:
    """The name, or what nir calls a second node of that name."""
    number, found = 0, name
    while found in graph.nodes:
        found, number = f"{name}_{number}", number + 1
    return found

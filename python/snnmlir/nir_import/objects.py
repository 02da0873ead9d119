# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes a `nir.NIRGraph` object apart into a `Model`."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from typing import Any

import nir
import numpy as np

from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.graph import Edge
from snnmlir.nir_import.raw import (
    MAX_DEPTH,
    METADATA_NAMES,
    Model,
    RawGraph,
    RawNode,
    Value,
    join,
    owner,
)


def read_object(graph: nir.NIRGraph) -> Model:
    """Reads a graph object, whose arrays are copied.

    Subgraphs are walked here rather than by `NIRGraph.to_dict`, which is recursive and copies
    a node once for every level above it.

    Raises:
        NirError: The object does not have the attributes of a NIR graph.
    """
    root = RawGraph(metadata=_metadata(graph))
    todo: list[tuple[nir.NIRGraph, str | None, int, RawGraph]] = [(graph, None, 0, root)]
    while todo:
        source, path, depth, target = todo.pop()
        if depth > MAX_DEPTH:
            raise NirError(
                f"subgraphs are nested more than {MAX_DEPTH} deep",
                help="flatten the graph, and check that it does not contain itself",
            )
        target.edges.extend(_edges(source, path))
        for name, node in _nodes(source, path):
            if isinstance(node, nir.NIRGraph):
                inner = RawGraph(metadata=_metadata(node))
                target.nodes[name] = inner
                todo.append((node, join(path, name), depth + 1, inner))
            else:
                target.nodes[name] = _node(node, join(path, name))
    return Model(graph=root, version=None, sha256=_digest(root))


def _nodes(graph: nir.NIRGraph, path: str | None) -> Iterator[tuple[str, Any]]:
    nodes = getattr(graph, "nodes", None)
    if not isinstance(nodes, dict) or not all(isinstance(name, str) for name in nodes):
        raise NirError(
            f"the nodes of {owner(path)} are not a dictionary by name",
            node=path,
            help="build the graph with nir.NIRGraph(nodes={name: node}, edges=[(from, to)])",
        )
    return iter(nodes.items())


def _edges(graph: nir.NIRGraph, path: str | None) -> Iterator[Edge]:
    try:
        pairs = [tuple(_text(name) for name in edge) for edge in graph.edges]
    except (TypeError, AttributeError):
        pairs = [()]
    for pair in pairs:
        if len(pair) != 2 or not all(isinstance(name, str) for name in pair):
            raise NirError(
                f"the edges of {owner(path)} are not pairs of node names",
                node=path,
                help="build the graph with nir.NIRGraph(nodes={name: node}, edges=[(from, to)])",
            )
        yield pair[0], pair[1]


def _node(node: Any, path: str) -> RawNode:
    if not isinstance(node, nir.NIRNode):
        raise NirError(
            f"is a Python {type(node).__name__}, expected a nir.NIRNode",
            node=path,
            help="use the node classes of the nir package",
        )
    try:
        fields = node.to_dict()
    except Exception as error:  # any: the node's own code ran on attributes of any type
        raise NirError(
            f"to_dict() of this {type(node).__name__} failed ({error})",
            node=path,
            help="build the node with the constructor of its class",
        ) from error
    params = {
        str(key): _value(value, path, str(key))
        for key, value in fields.items()
        if key not in ("type", "metadata")
    }
    return RawNode(str(fields["type"]), params, _metadata(node))


def _metadata(node: Any) -> tuple[str, ...]:
    """The first names in a node's metadata, if it has any."""
    metadata = getattr(node, "metadata", None)
    names = itertools.islice(metadata, METADATA_NAMES) if isinstance(metadata, dict) else ()
    return tuple(str(name) for name in names)


def _value(value: Any, path: str, key: str) -> Value:
    value = _text(value)
    if value is None or isinstance(value, str):
        return value
    try:
        return np.array(value)
    except Exception as error:  # any: __array__ of an arbitrary object
        raise NirError(
            f"{quoted(key)} is a Python {type(value).__name__}, expected numbers or a text",
            node=path,
            help="give parameters as NumPy arrays",
        ) from error


def _text(value: Any) -> Any:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _digest(root: RawGraph) -> str:
    """SHA-256 of the graph, the same whatever the order of nodes, edges and parameters."""
    digest = hashlib.sha256()

    def add(*items: str | bytes) -> None:
        for item in items:
            data = item.encode("utf-8", "surrogatepass") if isinstance(item, str) else item
            digest.update(len(data).to_bytes(8, "little") + data)

    todo: list[tuple[str, RawGraph | RawNode]] = [("", root)]
    while todo:
        name, node = todo.pop()
        if isinstance(node, RawGraph):
            edges = sorted(set(node.edges))
            add("NIRGraph", name, str(len(node.nodes)), str(len(edges)))
            for edge in edges:
                add(*edge)
            todo.extend(sorted(node.nodes.items(), key=lambda item: item[0]))
            continue
        add(node.type, name, str(len(node.params)))
        for key, value in sorted(node.params.items()):
            if isinstance(value, np.ndarray):
                add(key, value.dtype.str, str(value.shape), value.tobytes())
            else:
                add(key, repr(value))
    return digest.hexdigest()

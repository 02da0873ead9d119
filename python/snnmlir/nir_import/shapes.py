# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gives every node its shapes, in two walks over the ordered nodes.

Backwards, to see how many leading dimensions of the Inputs' declared shapes are batch and time;
forwards, to resolve each node for the shape that its sources deliver.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from snnmlir.errors import quoted
from snnmlir.nir_import.graph import Edge, Flatten, Node, Shape
from snnmlir.nir_import.nodes.boundary import PendingInput
from snnmlir.nir_import.nodes.linear import PendingAffine, transposed
from snnmlir.nir_import.nodes.pending import Pending


def infer(
    pending: Mapping[str, Pending], edges: Iterable[Edge], closing: frozenset[Edge]
) -> dict[str, Node]:
    """Resolves all nodes.

    Args:
        pending: The nodes, in an order in which all edges but `closing` point forward.
        edges: All edges.
        closing: Those that close a cycle.

    Returns:
        The nodes with their shapes, in the same order.

    Raises:
        NirError: A node cannot take what it is fed, or nothing says what its shape is.
    """
    forward: dict[str, list[str]] = {name: [] for name in pending}
    closed: dict[str, list[str]] = {name: [] for name in pending}
    for source, target in sorted(edges):
        (closed if (source, target) in closing else forward)[target].append(source)

    batch = _batch_dimensions(pending, forward)
    nodes: dict[str, Node] = {}
    for name, unresolved in pending.items():
        for source in forward[name]:
            unresolved = unresolved.accepting(nodes[source].output_shape)
        shape = _input_shape(
            unresolved,
            batch[name],
            (nodes[source] for source in forward[name]),
            (pending[source] for source in closed[name]),
        )
        for source in forward[name]:
            _check_edge(nodes[source], unresolved, shape)
        nodes[name] = unresolved.without_batch(batch[name]).resolve(shape)
    for source, target in sorted(closing):
        _check_edge(nodes[source], pending[target], nodes[target].input_shape)
    return nodes


def _batch_dimensions(
    pending: Mapping[str, Pending], sources: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """How many leading dimensions each node's input has too many, as the Inputs declare them.

    A node that insists on a number of dimensions says so; the others hand on what the nodes behind
    them find. Nodes behind one that insists never see those dimensions.
    """
    ranks = _ranks(pending, sources)
    excess = dict.fromkeys(pending, 0)
    for name in reversed(list(pending)):
        node = pending[name]
        wanted = node.rank if node.rank is not None else node.declared_rank
        if wanted is not None:
            excess[name] = max(excess[name], ranks[name] - wanted)
        for source in sources[name]:
            if pending[source].rank is None:
                excess[source] = max(excess[source], excess[name])

    batch = dict.fromkeys(pending, 0)
    for name, node in pending.items():
        if isinstance(node, PendingInput):
            batch[name] = min(excess[name], node.leading_ones())
        else:
            free = [batch[source] for source in sources[name] if pending[source].rank is None]
            batch[name] = max(free, default=0)
    return batch


def _ranks(pending: Mapping[str, Pending], sources: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Number of dimensions of each node's input if the Inputs' shapes are taken as declared."""
    ranks: dict[str, int] = {}
    for name, node in pending.items():
        known = node.fallback if node.input_shape is None else node.input_shape
        ranks[name] = len(known) if known is not None else 0
        if sources[name]:
            ranks[name] = max(_output_rank(pending[s], ranks[s]) for s in sources[name])
    return ranks


def _output_rank(node: Pending, rank: int) -> int:
    return node.output_rank(rank if node.rank is None else node.rank)


def _input_shape(
    node: Pending,
    batch: int,
    sources: Iterable[Node],
    later: Iterable[Pending],
) -> Shape:
    """The shape that the node's input must have, from what is known best."""
    if isinstance(node, PendingInput):
        return node.declared[batch:]
    known = [source.output_shape for source in sources]
    waiting = list(later)
    from_later = [source.output_shape() for source in waiting]
    assumed = [node.fallback, *(source.output_fallback() for source in waiting)]
    for shape in (node.input_shape, *known, *from_later, *assumed):
        if shape is not None:
            return shape
    raise node.params.error(
        "nothing says what shape its input has: no node before it has a known shape",
        help="connect it to an Input, or declare its input_shape",
    )


def _check_edge(source: Node, target: Pending, shape: Shape) -> None:
    if source.output_shape != shape:
        raise target.params.error(
            f"what arrives from {quoted(source.name)} has shape {source.output_shape}, expected "
            f"{shape}",
            help=_advice(source, target, shape),
        )


def _advice(source: Node, target: Pending, shape: Shape) -> str:
    if isinstance(source, Flatten):
        return "start_dim and end_dim of a Flatten count dimensions without the batch"
    if isinstance(target, PendingAffine) and source.output_shape == target.output_shape():
        return transposed(target.weight)
    if isinstance(target, PendingAffine) and math.prod(source.output_shape) == math.prod(shape):
        return "put a Flatten between the two"
    return "check the parameters of both nodes and the edge between them"

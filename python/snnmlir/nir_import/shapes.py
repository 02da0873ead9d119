# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gives every node its shapes, in two walks over the ordered nodes.

Backwards, to see how many leading dimensions of the Inputs' declared shapes are batch and time;
forwards, to resolve each node for the shape that its sources deliver.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.graph import Edge, Flatten, Node, Shape
from snnmlir.nir_import.nodes.boundary import PendingInput
from snnmlir.nir_import.nodes.elementwise import MATRIX_HELP, Elementwise
from snnmlir.nir_import.nodes.flatten import PendingFlatten
from snnmlir.nir_import.nodes.linear import PendingAffine, transposed
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.notes import Notes


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
    behind: dict[str, list[str]] = {name: [] for name in pending}
    for source, target in sorted(edges):
        behind[source].append(target)
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
        node = unresolved.without_batch(batch[name])
        if isinstance(node, PendingFlatten):
            node = _reading(node, shape, _Behind(pending, behind, forward, nodes))
        nodes[name] = node.resolve(shape)
    for source, target in sorted(closing):
        _check_edge(nodes[source], pending[target], nodes[target].input_shape)
    return nodes


@dataclass(frozen=True, eq=False)
class _Behind:
    """What is known of the nodes behind one that is about to be resolved."""

    pending: Mapping[str, Pending]
    targets: Mapping[str, Sequence[str]]
    sources: Mapping[str, Sequence[str]]
    nodes: Mapping[str, Node]

    def take(self, name: str, shape: Shape) -> bool:
        """Whether they can take `shape` from the node `name`, as far as their parameters say."""
        todo = [(target, shape) for target in self.targets[name]]
        seen: set[str] = set()
        while todo:
            target, arriving = todo.pop()
            if target in seen:
                continue
            seen.add(target)
            sent = self._sent(target, arriving)
            if sent is None:
                return False
            todo += [(after, shape) for shape in sent for after in self.targets[target]]
        return True

    def _sent(self, name: str, shape: Shape) -> list[Shape] | None:
        """None if a node cannot take `shape`, else the shape that it sends on if it is open."""
        node = self.pending[name]
        others = [self.nodes[n].output_shape for n in self.sources[name] if n in self.nodes]
        known = self.nodes[name].input_shape if name in self.nodes else node.input_shape
        if any(other != shape for other in others) or known not in (None, shape):
            return None
        if known is not None or isinstance(node, PendingFlatten):
            return []
        try:
            unnoted = replace(node, params=replace(node.params, notes=Notes()))
            return [unnoted.resolve(shape).output_shape]
        except NirError:
            return None


def _reading(node: PendingFlatten, shape: Shape, behind: _Behind) -> PendingFlatten:
    """The literal reading of a Flatten's numbering, unless only another one fits what follows."""
    literal, *others = node.readings(shape)
    fitting = [reading for reading in others if behind.take(node.params.name, reading.sent(shape))]
    if literal.is_possible(shape) and (
        not others or behind.take(node.params.name, literal.sent(shape))
    ):
        for other in fitting:
            node.params.note(
                f"dimensions {node.start} to {node.end} of the input {shape} become "
                f"{literal.sent(shape)}; if they count a batch dimension, they are meant to become "
                f"{other.sent(shape)}, which fits what follows as well"
            )
        return literal
    return fitting[0] if len(fitting) == 1 else literal


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
            batch[name] = min(excess[name], node.leading())
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
    if isinstance(target, Elementwise) and target.is_matrix("w_in", source.output_shape):
        return MATRIX_HELP
    if isinstance(target, PendingAffine) and source.output_shape == target.output_shape():
        return transposed(target.weight)
    if isinstance(target, PendingAffine) and math.prod(source.output_shape) == math.prod(shape):
        return "put a Flatten between the two"
    return "check the parameters of both nodes and the edge between them"

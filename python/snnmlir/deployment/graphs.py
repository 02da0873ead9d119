# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""NIR graphs as exporters leave them: completed, and compared with what the layers did."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from snnmlir.deployment.protocol import Layer, Signal
from snnmlir.errors import DeployError
from snnmlir.nir_import import read_graph
from snnmlir.nir_import.graph import Flatten, Graph, Input, Output
from snnmlir.reference import stateless

if TYPE_CHECKING:
    import nir

TOLERANCE = 5e-5
"""Allowed difference of values, times the largest magnitude, at least 1."""


def completed(
    nodes: Mapping[str, nir.NIRNode],
    edges: Iterable[tuple[str, str]],
    layers: Mapping[str, Layer],
    x: Signal,
    output: Signal,
) -> nir.NIRGraph:
    """A graph whose nodes have arrays of NumPy and the shapes that were recorded.

    Exporters leave scalars, tensors, and the shapes of batches in it, or no shapes at all.
    """
    import nir

    made: dict[str, nir.NIRNode] = {}
    for name, node in nodes.items():
        if isinstance(node, nir.Input):
            made[name] = nir.Input(np.array(x.shape[1:]))
        elif isinstance(node, nir.Output):
            made[name] = nir.Output(np.array(output.shape[1:]))
        elif isinstance(node, nir.NIRGraph):
            made[name] = node
        else:
            made[name] = _completed_node(node, layers.get(name))
    return nir.NIRGraph(made, sorted(set(edges)), type_check=False)


def _completed_node(node: nir.NIRNode, layer: Layer | None) -> nir.NIRNode:
    import nir

    fields = {field.name: field for field in dataclasses.fields(node) if field.init}
    values = {name: _plain(getattr(node, name)) for name in fields if name != "metadata"}
    if layer is not None and isinstance(node, nir.IF | nir.LIF | nir.LI | nir.CubaLIF | nir.CubaLI):
        shape = layer.sent.shape[1:]
        values = {
            name: np.broadcast_to(value, shape).copy() if isinstance(value, np.ndarray) else value
            for name, value in values.items()
        }
    elif layer is not None and isinstance(node, nir.Conv1d):
        values["input_shape"] = layer.received.shape[-1]
    elif layer is not None and isinstance(node, nir.Conv2d):
        values["input_shape"] = layer.received.shape[-2:]
    elif layer is not None and isinstance(node, nir.Flatten):
        values["input_type"] = {"input": np.array(layer.received.shape[1:])}
    return type(node)(**values)


def _plain(value: Any) -> Any:
    """Tensors, and numbers of NumPy, as arrays."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value) if isinstance(value, np.number | np.ndarray) else value


# --- comparison --------------------------------------------------------------------------------


def differing(found: Signal, expected: Signal) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which entries differ by more than rounding."""
    magnitude = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    return ~(np.abs(found.astype(np.float64) - expected) <= TOLERANCE * magnitude)


def first_step(different: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    """The first row with a true entry."""
    return int(np.argmax(different.reshape(len(different), -1).any(axis=1)))


def check_layers(
    graph: nir.NIRGraph,
    layers: Mapping[str, Layer],
    x: Signal,
    output: Signal,
    flatten: Literal["chw", "hwc"],
    framework: str,
) -> None:
    """Compares every edge, and every node without state, with what was recorded.

    This needs no convention: what a layer received has to be the sum over the edges of the graph,
    and what a synapse or pool sent has to be what its node makes of what it received.

    Raises:
        DeployError: One is different; the layer is named.
    """
    known = read_graph(graph)
    signals: dict[str, Signal | None] = {}
    for name, node in known.nodes.items():
        layer = layers.get(name)
        if isinstance(node, Input):
            signals[name] = x
            continue
        total = _total(known, name, signals)
        if isinstance(node, Output):
            if total is not None:
                _check_same(total, output, name, None, f"{framework} sends something else")
            continue
        if layer is not None and total is not None:
            _check_same(
                total,
                layer.received,
                name,
                layer,
                f"receives something else than the sum of {_sources(known, name, layers)}, "
                f"which is what the exporter of {framework} wrote: something that the network "
                "computes between its layers is lost",
                help="put what is computed there into a layer that NIR has, or leave it out",
            )
        if not isinstance(node, stateless.STATELESS):
            signals[name] = None if layer is None else layer.sent
            continue
        received = layer.received if layer is not None else total
        if received is None:
            signals[name] = None
            continue
        sent = np.stack(
            [
                stateless.apply(node, np.asarray(row, np.float64), flatten=flatten)
                for row in received
            ]
        )
        if layer is not None:
            kind = "order" if isinstance(node, Flatten) else "layer"
            _check_same(
                sent,
                layer.sent,
                name,
                layer,
                f"sends something else than the node that the exporter of {framework} wrote: "
                f"it is another {kind}",
                help="use arguments of the layer that NIR has",
            )
            sent = layer.sent
        signals[name] = sent


def _total(graph: Graph, name: str, signals: Mapping[str, Signal | None]) -> Signal | None:
    """The sum over the edges to a node, those of its own feedback left out; None if unknown."""
    feedback = _reachable(graph, name)
    arrived = [signals.get(source) for source in graph.sources(name) if source not in feedback]
    if not arrived or any(signal is None for signal in arrived):
        return None
    try:
        return sum(np.asarray(signal, np.float64) for signal in arrived)  # type: ignore[return-value]
    except ValueError:  # of other shapes
        return None


def _reachable(graph: Graph, name: str) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        source = todo.pop()
        for a, b in graph.edges:
            if a == source and b not in found:
                found.add(b)
                todo.append(b)
    return found


def _sources(graph: Graph, name: str, layers: Mapping[str, Layer]) -> str:
    return " and ".join(str(layers.get(s, s)) for s in graph.sources(name)) or "nothing"


def _check_same(
    found: Signal,
    expected: Signal,
    node: str,
    layer: Layer | None,
    message: str,
    help: str | None = None,
) -> None:
    label = None if layer is None else str(layer)
    if found.shape != expected.shape:
        shapes = f"{list(expected.shape[1:])} and {list(found.shape[1:])}"
        raise DeployError(f"{message} (shapes {shapes})", layer=label, node=node, help=help)
    different = differing(found, expected)
    if different.any():
        step, count = first_step(different), int(different.sum())
        raise DeployError(
            f"{message} (first in step {step}, {count} of {different.size} entries)",
            layer=label,
            node=node,
            step=step,
            differing=count,
            help=help,
        )

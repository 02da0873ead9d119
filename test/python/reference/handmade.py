# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Graphs built by hand, so that the tests of the interpreter need no file and no reader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir import reference
from snnmlir.nir_import import graph as g

Shape = tuple[int, ...]


def network(nodes: Iterable[g.Node], edges: str, closing: str = "") -> g.Graph:
    """Edges and closing edges are written "a>b b>c"; nodes must be in topological order."""
    by_name = {node.name: node for node in nodes}
    position = {name: index for index, name in enumerate(by_name)}
    listed = sorted(_edges(edges), key=lambda edge: (position[edge[1]], position[edge[0]]))
    return g.Graph(
        nodes=by_name,
        edges=tuple(listed),
        closing=frozenset(_edges(closing)),
        inputs=tuple(n for n, node in by_name.items() if isinstance(node, g.Input)),
        outputs=tuple(n for n, node in by_name.items() if isinstance(node, g.Output)),
    )


def _edges(text: str) -> list[g.Edge]:
    pairs = (edge.split(">") for edge in text.split())
    return [(source, target) for source, target in pairs]


def alone(node: g.Node) -> g.Graph:
    """The network in -> node -> out."""
    nodes = [source("in", node.input_shape), node, sink("out", node.output_shape)]
    return network(nodes, f"in>{node.name} {node.name}>out")


def source(name: str, shape: Shape = (1,)) -> g.Input:
    return g.Input(name=name, input_shape=shape, output_shape=shape)


def sink(name: str, shape: Shape = (1,)) -> g.Output:
    return g.Output(name=name, input_shape=shape, output_shape=shape)


def node(kind: type[g.Node], name: str = "n", shape: Shape = (1,), **parameters: Any) -> Any:
    """A node with equal input and output shapes; parameters become float64 arrays."""
    arrays: dict[str, Any] = {k: np.asarray(v, np.float64) for k, v in parameters.items()}
    return kind(name=name, input_shape=shape, output_shape=shape, **arrays)


def integrate_and_fire(name: str = "n", shape: Shape = (1,), **parameters: Any) -> Any:
    """An IF that, at dt = 1, takes its input as it is."""
    given = {"r": 1.0, "v_threshold": 1.0, "v_reset": 0.0} | parameters
    return node(g.IF, name, shape, **given)


def leaky(name: str = "n", shape: Shape = (1,), **parameters: Any) -> Any:
    """A LIF that, at dt = 1, halves its voltage in a step and takes its input as it is."""
    given = {"tau": 2.0, "r": 2.0, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0} | parameters
    return node(g.LIF, name, shape, **given)


def cuba(name: str = "n", shape: Shape = (1,), **parameters: Any) -> Any:
    """A CubaLIF that, at dt = 1, halves current and voltage in a step, with gains of 1."""
    given = {
        "tau_mem": 2.0,
        "tau_syn": 2.0,
        "r": 2.0,
        "w_in": 2.0,
        "v_leak": 0.0,
        "v_threshold": 1.0,
        "v_reset": 0.0,
    } | parameters
    return node(g.CubaLIF, name, shape, **given)


def affine(name: str = "n", weight: Any = 1.0, bias: Any = None) -> g.Affine:
    """An Affine without batch dimensions; a number stands for a 1 x 1 matrix."""
    matrix = np.atleast_2d(np.asarray(weight, np.float64))
    return g.Affine(
        name=name,
        input_shape=matrix.shape[1:],
        output_shape=matrix.shape[:1],
        weight=matrix,
        bias=None if bias is None else np.atleast_1d(np.asarray(bias, np.float64)),
    )


def voltages(neuron: g.Node, x: list[float], **options: Any) -> list[float]:
    """The voltage of a single neuron after every step, at dt = 1."""
    return _recorded(neuron, x, ".v", **options)


def currents(neuron: g.Node, x: list[float], **options: Any) -> list[float]:
    """The synaptic current of a single neuron after every step, at dt = 1."""
    return _recorded(neuron, x, ".i", **options)


def sent(neuron: g.Node, x: list[float], **options: Any) -> list[float]:
    """The output of a single neuron in every step, at dt = 1."""
    return _recorded(neuron, x, "", **options)


def _recorded(neuron: g.Node, x: list[float], key: str, **options: Any) -> list[float]:
    recorded = reference.record(alone(neuron), column(x), **({"dt": 1.0} | options))
    return [float(value) for value in recorded[f"{neuron.name}{key}"][:, 0]]


def column(x: list[float]) -> npt.NDArray[np.float64]:
    """The input [T, 1] of a network that takes one number per step."""
    return np.asarray(x, np.float64)[:, np.newaxis]

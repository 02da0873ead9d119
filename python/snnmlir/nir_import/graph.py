# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The checked, typed form of a NIR graph: what everything after the reader works on.

A `Graph` is flat (subgraphs are dissolved, node names joined with "/"), its nodes are in
topological order up to the edges that close cycles, and every node knows the shapes of its input
and output. Parameters are NumPy arrays, already checked: finite, real, of a shape that fits the
node. Shapes never contain batch or time dimensions, feature maps are channels first.

Time constants are not 0 but may be negative or infinite, and where they are infinite, so may be the
`r` or `w_in` that exporters write as tau / dt: what these mean depends on the convention.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.conventions import FlattenOrder

Array: TypeAlias = npt.NDArray[np.floating]
Shape: TypeAlias = tuple[int, ...]
Edge: TypeAlias = tuple[str, str]


@dataclass(frozen=True, eq=False, kw_only=True)
class Node:
    """A node of the graph.

    Attributes:
        name: The node's name in the file; "a/b" is node b inside the subgraph a.
        input_shape: Shape of one step's input, the sum over the incoming edges. () for a scalar.
        output_shape: Shape of one step's output.
    """

    name: str
    input_shape: Shape
    output_shape: Shape


@dataclass(frozen=True, eq=False, kw_only=True)
class Input(Node):
    """An input of the whole network (inputs of subgraphs are dissolved)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Output(Node):
    """An output of the whole network."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Affine(Node):
    """y = W x + b; NIR's Linear is the Affine without `bias`.

    `weight` is [*batch, out, in] and applies to inputs [*batch, in]; it keeps the file's dtype
    (float32 or float64). `bias` is broadcastable to [*batch, out].
    """

    weight: Array
    bias: Array | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Scale(Node):
    """y = s * x, element by element."""

    scale: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Conv(Node):
    """Cross-correlation in one (Conv1d) or two (Conv2d) spatial dimensions.

    `weight` is [C_out, C_in/groups, *kernel]; input [C_in, *spatial]; output [C_out, *spatial'].
    `stride` and `dilation` have one entry per spatial dimension, `padding` one (low, high) pair
    ('same' and 'valid' are resolved: 'same' pads the odd element at the high end, as PyTorch does).
    """

    weight: Array
    bias: Array | None
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Pool2d(Node):
    """SumPool2d or, with `average`, AvgPool2d (padding counts in the divisor, as in PyTorch).

    Input [C, H, W], output [C, H', W'].
    """

    average: bool
    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Flatten(Node):
    """Dimensions start_dim..end_dim (both included, non-negative) become one.

    `order` is "hwc" where a whole feature map [C, H, W] is read with its channels innermost, that
    is as if transposed to [H, W, C] first; "chw" reads it as it is stored.
    """

    start_dim: int
    end_dim: int
    order: FlattenOrder = "chw"


@dataclass(frozen=True, eq=False, kw_only=True)
class Delay(Node):
    """y(t) = x(t - delay), `delay` in seconds, broadcast to the node's shape."""

    delay: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Threshold(Node):
    """z = [x > threshold]."""

    threshold: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Integrator(Node):
    """NIR's I: dv/dt = r x, output v."""

    r: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class IF(Node):
    """dv/dt = r x, spikes when v passes v_threshold."""

    r: Array
    v_threshold: Array
    v_reset: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class LI(Node):
    """tau dv/dt = v_leak - v + r x, output v."""

    tau: Array
    r: Array
    v_leak: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class LIF(Node):
    """tau dv/dt = v_leak - v + r x, spikes when v passes v_threshold."""

    tau: Array
    r: Array
    v_leak: Array
    v_threshold: Array
    v_reset: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class CubaLI(Node):
    """tau_syn di/dt = -i + w_in x; tau_mem dv/dt = v_leak - v + r i; output v."""

    tau_mem: Array
    tau_syn: Array
    r: Array
    v_leak: Array
    w_in: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class CubaLIF(Node):
    """tau_syn di/dt = -i + w_in x; tau_mem dv/dt = v_leak - v + r i; spikes past v_threshold."""

    tau_mem: Array
    tau_syn: Array
    r: Array
    v_leak: Array
    w_in: Array
    v_threshold: Array
    v_reset: Array


# Parameters of neurons, Delay and Threshold are float64, and either of shape () (one value for all
# neurons: the reader collapses uniform arrays) or exactly of the node's shape. So is the factor of
# Scale, but in the file's dtype. Arrays may be read-only and, where the file's was broadcast, not
# contiguous.

SPIKING = (IF, LIF, CubaLIF)
STATEFUL = (Integrator, IF, LI, LIF, CubaLI, CubaLIF, Delay)


@dataclass(frozen=True, eq=False)
class Graph:
    """A flat, checked NIR graph.

    Attributes:
        nodes: All nodes by name, in an order in which every edge that is not in `closing` points
            forward. The order is a function of the graph alone, not of the file's storage order.
        edges: All edges, sorted by (position of target, position of source), each once.
        closing: The edges that close a cycle (back edges of a depth-first walk from the inputs).
        inputs: Names of the Input nodes, in order of their names' natural sort.
        outputs: Names of the Output nodes, likewise.
        version: The nir version in the file, or None.
        sha256: Hex digest of the file's bytes, or of a canonical serialization of a graph object.
        notes: What was assumed while reading, for the user, one sentence each.
        rewirings: Edges that Spyx wires otherwise than it computes, each with the one that it
            means: from the Input of a subgraph into its recurrent synapse, and to its neuron. They
            are as in the file; `read_graph(input_to_neuron=True)` replaces them.
    """

    nodes: dict[str, Node]
    edges: tuple[Edge, ...]
    closing: frozenset[Edge]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    version: str | None = None
    sha256: str = ""
    notes: tuple[str, ...] = field(default=())
    rewirings: tuple[tuple[Edge, Edge], ...] = ()

    def sources(self, name: str) -> tuple[str, ...]:
        """Names of the nodes with an edge to `name`, in node order."""
        return self._sources.get(name, ())

    @cached_property
    def _sources(self) -> dict[str, tuple[str, ...]]:
        sources: dict[str, list[str]] = {}
        for source, target in self.edges:
            sources.setdefault(target, []).append(source)
        return {target: tuple(names) for target, names in sources.items()}


def weight_count(node: Node) -> int:
    """Number of weights and biases of a synapse; 0 of other nodes."""
    if not isinstance(node, Affine | Conv):
        return 0
    return int(node.weight.size + (0 if node.bias is None else node.bias.size))

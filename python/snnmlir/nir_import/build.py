# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From a checked graph and a convention to an `snn.network`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir._mlir import Context, Module, NetworkBuilder, Value
from snnmlir.common.wording import option
from snnmlir.conventions import Convention
from snnmlir.errors import NirError, OptionError, quoted
from snnmlir.nir_import.cycles import find_cycles
from snnmlir.nir_import.discretize import NEURONS, Update, delay_steps, discretize
from snnmlir.nir_import.fixed_point import (
    SUM,
    FixedUpdate,
    Integers,
    integer_type,
    narrowest_type,
    whole,
)
from snnmlir.nir_import.graph import (
    IF,
    LIF,
    Affine,
    Conv,
    CubaLI,
    CubaLIF,
    Delay,
    Edge,
    Flatten,
    Graph,
    Input,
    Node,
    Output,
    Pool2d,
    Scale,
    Shape,
    Threshold,
)
from snnmlir.nir_import.platforms.fixed import fixed_update, is_real, stored_weight

Dtype: TypeAlias = Literal["f32", "f64"]
InputType: TypeAlias = Literal["float", "spikes", "counts", "int8"]

_INPUTS = {"spikes": "i1", "counts": "ui8"}
_SHIFT = "decay = shift"
_NUMPY: dict[str, Any] = {"f32": np.float32, "f64": np.float64}


def build(
    context: Context,
    graph: Graph,
    convention: Convention,
    *,
    dtype: Dtype,
    input_types: Mapping[str, InputType],
    record: Sequence[str] = (),
    provenance: Mapping[str, str],
    ranges: Mapping[str, tuple[float, float]] | None = None,
    weight_bits: Mapping[str, int] | None = None,
) -> Module:
    """The network of `graph`, one operation per node.

    Args:
        context: Where the module lives.
        graph: A checked graph.
        convention: How to step it.
        dtype: Type of weights, voltages and analog signals, where the convention is not that of a
            platform with integers of its own.
        input_types: What the caller passes, by name of the Input.
        record: Signals that become outputs after the graph's own: names of nodes, and those of
            neurons with ".v" for the voltage or ".i" for the current after the step.
        provenance: What the header of the generated code says about the origin.
        ranges: What data showed for signals, by name as in `record`: least and greatest number.
            Quantization takes their scales from it.
        weight_bits: Bits that quantization gives the weights of a node, by its name, where they are
            not those of the network.

    Raises:
        NirError: A node that cannot be compiled.
        OptionError: A name in `record` that the graph does not have.
        MLIRError: The dialect's verifier refused the network: an error in this module.
    """
    network = _NetworkBuild(context, graph, convention, dtype, input_types, weight_bits or {})
    return network.run(record, provenance, ranges or {})


class _NetworkBuild:
    """Values of the network while it is built."""

    def __init__(
        self,
        context: Context,
        graph: Graph,
        convention: Convention,
        dtype: Dtype,
        input_types: Mapping[str, InputType],
        weight_bits: Mapping[str, int],
    ) -> None:
        self.graph = graph
        self.convention = convention
        self.dtype = dtype
        self.input_types = input_types
        self.weight_bits = weight_bits
        self.has_integers = convention.is_fixed and not is_real(convention)
        # Of sums and other signals that are neither spikes nor counts.
        self.analog = SUM if self.has_integers else dtype
        self.cycles = find_cycles(graph, convention)
        self.signals: dict[str, Value] = {}
        self.states: dict[str, Value] = {}
        self.backedges: dict[str, Value] = {}
        self.feedback: dict[Edge, Value] = {}
        self.builder = NetworkBuilder(
            context,
            "network",
            [
                (name, graph.nodes[name].output_shape, self.element_type(name))
                for name in graph.inputs
            ],
            convention.dt,
            convention.records(),
        )

    def run(
        self,
        record: Sequence[str],
        provenance: Mapping[str, str],
        ranges: Mapping[str, tuple[float, float]],
    ) -> Module:
        for index, name in enumerate(self.graph.inputs):
            self.signals[name] = self.builder.input(index)
            if self.input_types[name] == "int8":
                self.builder.set_bits(index, 8)
        for name, node in self.graph.nodes.items():
            if not isinstance(node, Input):
                self.signals[name] = self.add_node(node)
        for name, backedge in self.backedges.items():
            self.builder.resolve(backedge, self.signals[name])
        for name, (least, greatest) in ranges.items():
            self.builder.set_range(self.recorded(name), least, greatest)
        return self.builder.finish(
            [(name, self.recorded(name)) for name in self.graph.outputs],
            [(name, self.recorded(name)) for name in record],
            dict(provenance),
        )

    def recorded(self, name: str) -> Value:
        signals = self.states | self.signals
        if name not in signals:
            raise OptionError(
                f"there is no signal {quoted(name)} to record",
                help="names of nodes, and those of neurons followed by .v or .i, can be recorded: "
                + ", ".join(quoted(known) for known in sorted(signals)),
            )
        return signals[name]

    def element_type(self, name: str) -> str:
        """What the node sends: spikes (i1), counts (ui8) or values."""
        seen = set()
        while name not in seen:
            seen.add(name)
            node = self.graph.nodes[name]
            if isinstance(node, Input):
                return _INPUTS.get(self.input_types[name], self.analog)
            if isinstance(node, IF | LIF | CubaLIF):
                return "ui8" if self.convention.at(name).counts else "i1"
            if isinstance(node, Threshold):
                return "i1"
            sources = self.graph.sources(name)
            if not isinstance(node, Flatten | Delay | Output) or len(sources) != 1:
                return self.analog
            name = sources[0]
        return self.analog

    # Edges

    def signal(self, name: str) -> Value:
        """What a node sends in this step, also if it is only built later."""
        if name in self.signals:
            return self.signals[name]
        if name not in self.backedges:
            shape = self.graph.nodes[name].output_shape
            self.backedges[name] = self.builder.backedge(shape, self.element_type(name))
        return self.backedges[name]

    def carried(self, edge: Edge) -> Value:
        """What an edge carries."""
        if edge not in self.graph.closing:
            return self.signal(edge[0])
        if edge not in self.feedback:
            # The paths of two closing edges may contain each other's targets.
            source = edge[0]
            shape = self.graph.nodes[source].output_shape
            backedge = self.builder.backedge(shape, self.element_type(source))
            self.feedback[edge] = backedge
            self.builder.resolve(backedge, self.add_feedback(edge))
        return self.feedback[edge]

    def add_feedback(self, edge: Edge) -> Value:
        source, target = edge
        path = self.cycles.paths[edge]
        choices = self.convention.at(target)
        bias = choices.feedback_bias == "keep"
        cut = edge in self.cycles.cut
        if cut and path and choices.feedback == "spikes":
            return self.add_path(edge, bias=bias, delayed=True)
        has_bias = any(getattr(self.graph.nodes[name], "bias", None) is not None for name in path)
        value = self.signal(source) if bias or not has_bias else self.add_path(edge, bias=False)
        return self.builder.delay(value, [1], node=f"{source}_to_{target}") if cut else value

    def add_path(self, edge: Edge, *, bias: bool, delayed: bool = False) -> Value:
        """A copy of the stateless nodes that lead to a closing edge.

        Args:
            edge: The closing edge.
            bias: Whether synapses in the copy keep their bias.
            delayed: Whether the copy sees what its sources sent in the previous step.
        """
        copies: dict[str, Value] = {}
        for name in self.cycles.paths[edge]:
            node = self.graph.nodes[name]
            if isinstance(node, Affine | Conv) and not bias:
                node = dataclasses.replace(node, bias=None)
            values = []
            for source in self.graph.sources(name):
                if source in copies and (source, name) not in self.graph.closing:
                    values.append(copies[source])
                    continue
                value = self.carried((source, name))
                if delayed:
                    value = self.builder.delay(value, [1], node=f"{source}_to_{name}")
                values.append(value)
            copies[name] = self.add_stateless(node, self.add_sum(node, values))
            self.builder.mark_variant(copies[name])
        return copies[edge[0]]

    def add_sum(self, node: Node, values: list[Value]) -> Value:
        """A node's input: the sum of what its edges carry."""
        shape = list(node.input_shape)
        values = [
            value
            if value.shape == shape
            else self.builder.reshape(value, shape, node=f"{node.name}_in")
            for value in values
        ]
        if not values:
            if self.has_integers:
                return self.builder.integers(np.zeros(shape, np.int64), SUM)
            return self.builder.zeros(shape, self.dtype)
        if len(values) == 1:
            return values[0]
        return self.builder.add(values, self.analog, node=f"{node.name}_in")

    # Nodes

    def add_node(self, node: Node) -> Value:
        values = [self.carried((source, node.name)) for source in self.graph.sources(node.name)]
        if self.convention.is_fixed and isinstance(node, LIF | CubaLIF):
            update = fixed_update(node, self.graph, self.convention.at(node.name))
            return self.add_fixed(node, values, update)
        x = self.add_sum(node, values)
        if isinstance(node, NEURONS):
            recurrent = node.name in self.cycles.recurrent
            choices = self.convention.at(node.name)
            return self.add_neuron(node, x, discretize(node, choices, recurrent=recurrent))
        if isinstance(node, Delay):
            return self.add_delay(node, x)
        return self.add_stateless(node, x)

    def add_stateless(self, node: Node, x: Value) -> Value:
        name = node.name
        if isinstance(node, Output):
            return x
        if isinstance(node, Affine | Conv):
            result = self.add_synapse(node, x)
            if name in self.weight_bits:
                self.builder.set_weight_bits(result, self.weight_bits[name])
            return result
        if isinstance(node, Pool2d):
            return self.builder.pool2d(
                node.average,
                x,
                kernel=node.kernel_size,
                stride=node.stride,
                padding=[size for size in node.padding for _ in ("low", "high")],
                element_type=self.dtype,
                node=name,
            )
        if isinstance(node, Scale):
            return self.builder.scale(x, self.constant(node.scale, "scale", name), node=name)
        if isinstance(node, Threshold):
            threshold = self.constant(node.threshold, "threshold", name)
            return self.builder.threshold(x, threshold, node=name)
        if isinstance(node, Flatten):
            if self.reads_channels_last(node):
                x = self.builder.transpose(x, [1, 2, 0], node=f"{name}_hwc")
            return self.builder.reshape(x, list(node.output_shape), node=name)
        raise AssertionError(f"{type(node).__name__} has a state")

    def add_synapse(self, node: Affine | Conv, x: Value) -> Value:
        name = node.name
        if isinstance(node, Affine):
            return self.builder.linear(x, self.weight(node), self.sum_bias(node), node=name)
        return self.builder.conv(
            x,
            self.array(node.weight, f"{name}_weight", name),
            self.bias(node, node.output_shape[:1]),
            stride=node.stride,
            padding=[size for pair in node.padding for size in pair],
            dilation=node.dilation,
            groups=node.groups,
            node=name,
        )

    def reads_channels_last(self, node: Flatten) -> bool:
        """Whether a feature map is flattened in the order H, W, C."""
        whole = len(node.input_shape) == 3 and len(node.output_shape) == 1
        return whole and "hwc" in (node.order, self.convention.at(node.name).flatten)

    def add_delay(self, node: Delay, x: Value) -> Value:
        steps = delay_steps(node, self.convention.at(node.name))
        if steps.ndim and np.all(steps == steps.flat[0]):
            steps = steps.flat[:1]
        return self.builder.delay(x, [int(n) for n in steps.flat], node=node.name)

    def add_neuron(self, node: Node, x: Value, update: Update) -> Value:
        """Adds the neuron, makes its states recordable, and gives its output."""
        coefficients = {
            name: self.constant(value, name, node.name)
            for name, value in update.coefficients.items()
        }
        results = self.builder.neuron(
            update.op,
            x,
            coefficients,
            update.attributes,
            max_spikes=update.max_spikes,
            element_type=self.dtype,
            node=node.name,
        )
        return self.named(node, results)

    def named(self, node: Node, results: Sequence[Value]) -> Value:
        """Makes the states of a neuron recordable, and gives its output."""
        values = list(results)
        output = values[0]
        if isinstance(node, CubaLI | CubaLIF) and f"{node.name}.i" not in self.states:
            self.states[f"{node.name}.i"] = values.pop()
        self.states[f"{node.name}.v"] = values[-1]
        return output

    # Neurons of platforms with integers of their own

    def add_fixed(self, node: Node, values: list[Value], update: FixedUpdate) -> Value:
        """The same in a platform's integers, from what the edges to the neuron carry."""
        if update.collects is not None:
            x = self.add_collected(node, *update.collects)
        else:
            x = self.add_sum(node, values)
            if not self.has_integers:
                x = self.builder.truncate(x, SUM, node=f"{node.name}_in")
        results = self.builder.neuron(
            update.op,
            x,
            {
                name: self.integers(integers, kind, name)
                for name, (integers, kind) in update.coefficients.items()
            },
            update.attributes,
            max_spikes=update.max_spikes,
            element_type=update.voltage,
            current_type=update.current,
            node=node.name,
        )
        return self.named(node, results)

    def add_collected(self, node: Node, decay: Integers, kind: str) -> Value:
        """A current to which synapses add, saturating after each presynaptic neuron.

        Those of the graph's inputs come first, then those of neurons, in the graph's order.
        """
        state, name = integer_type(16), f"{node.name}.i"
        current = self.builder.backedge(list(node.input_shape), state)
        total = self.builder.delay(current, [1], node=f"{name}_before")
        for synapse in sorted(self.graph.sources(node.name), key=self.is_late):
            affine = self.graph.nodes[synapse]
            assert isinstance(affine, Affine)
            (source,) = self.graph.sources(synapse)
            x = self.add_sum(affine, [self.carried((source, synapse))])
            total = self.builder.linear(x, self.weight(affine), total, saturate=True, node=synapse)
            self.builder.mark_variant(total)
        self.states[name] = self.builder.decay(
            total, self.integers(decay, kind, "current_decay"), arithmetic=_SHIFT, node=name
        )
        self.builder.resolve(current, self.states[name])
        return self.states[name]

    def is_late(self, synapse: str) -> bool:
        """Whether a synapse carries what its source sent in the previous step."""
        return any(isinstance(self.graph.nodes[s], Delay) for s in self.graph.sources(synapse))

    # Constants

    def weight(self, node: Affine) -> Value:
        """The weights of an Affine."""
        name = f"{node.name}_weight"
        if not self.has_integers:
            return self.array(node.weight, name, node.name)
        weight = whole(stored_weight(node, self.graph, self.convention))
        return self.builder.integers(np.array(weight, order="C"), narrowest_type(weight), name)

    def sum_bias(self, node: Affine) -> Value | None:
        """The bias of an Affine."""
        if not self.has_integers or node.bias is None:
            return self.bias(node, node.output_shape)
        bias = np.broadcast_to(whole(node.bias), node.output_shape)
        return self.builder.integers(np.array(bias, order="C"), SUM, f"{node.name}_bias")

    def integers(self, values: Integers, kind: str, name: str) -> Value:
        """A coefficient of integers: one number where all are equal."""
        if np.all(values == values.flat[0]):
            values = values.flat[0:1].reshape(())
        return self.builder.integers(np.array(values, order="C"), kind, name)

    def bias(self, node: Affine | Conv, shape: Shape) -> Value | None:
        """The bias of a synapse as a tensor of `shape`."""
        if node.bias is None:
            return None
        return self.array(np.broadcast_to(node.bias, shape), f"{node.name}_bias", node.name)

    def array(self, values: npt.NDArray[Any], name: str, node: str) -> Value:
        """A constant tensor, rounded to the network's type."""
        with np.errstate(over="ignore"):
            rounded = np.asarray(values, dtype=_NUMPY[self.dtype], order="C")
        if not np.all(np.isfinite(rounded)):
            largest = float(np.max(np.abs(values)))
            raise NirError(
                f"{name} has a value of magnitude {largest:g}, which {self.dtype} cannot hold",
                node=node,
                help=f"compile with {option('dtype', 'f64')}",
            )
        return self.builder.constant(rounded, name)

    def constant(self, values: npt.NDArray[Any], name: str, node: str) -> Value:
        """A coefficient: one number where all values are equal."""
        if values.size and np.all(values == values.flat[0]):
            values = values.flat[0:1].reshape(())
        return self.array(np.asarray(values), name, node)

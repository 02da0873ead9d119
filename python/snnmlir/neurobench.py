# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiled networks in NeuroBench's harness.

from neurobench.benchmarks import Benchmark
from neurobench.metrics.static import ConnectionSparsity, Footprint
from neurobench.metrics.workload import ActivationSparsity, MembraneUpdates, SynapticOperations
from snnmlir.neurobench import CompiledModel, NeuronUpdates, Operations

model = CompiledModel(net)
metrics = [
    [Footprint, ConnectionSparsity],
    [ActivationSparsity, SynapticOperations, MembraneUpdates, Operations, NeuronUpdates],
]
Benchmark(model, loader, [], [postprocess], metrics).run()

Imports PyTorch and the package neurobench, which are not installed with this one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from neurobench.metrics.abstract import AccumulatedMetric
from neurobench.models import NeuroBenchModel

from snnmlir.compiler import Network
from snnmlir.compiler.resources import Layer
from snnmlir.errors import OptionError, quoted
from snnmlir.nir_import.cycles import find_cycles
from snnmlir.nir_import.discretize import NEURONS
from snnmlir.nir_import.graph import SPIKING, Affine, Conv, Graph, Node, weight_count

Tensor = Any
Signals = dict[str, npt.NDArray[Any]]


class CompiledModel(NeuroBenchModel):  # type: ignore[misc]
    """A compiled network for NeuroBench's `Benchmark`, whose metrics then measure the C.

    What the harness sees of a layer are its weights as the C has them, and what the C computed:
    inputs of synapses, spikes, and voltages after each step. Its footprint are the bytes of the C:
    constants, states and scratch memory.

    Args:
        network: A network with one input and one output. A layer of the harness is a node with
            weights, or a neuron.

    Raises:
        OptionError: The network has several inputs or outputs, MLIR has changed it, or a synapse is
            a batch of matrices, which no layer of PyTorch is.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        network.check_follows_graph()
        for what, ports in (("inputs", network.inputs), ("outputs", network.outputs)):
            if len(ports) != 1:
                raise OptionError(
                    f"NeuroBench passes one tensor, and the network has {len(ports)} {what}"
                )
        self.network = network
        self.net = _Mirror(network)
        self.add_activation_module(_Neuron)
        self._cut = find_cycles(network.graph, network.convention).cut
        self._batch: _Batch | None = None

    def __call__(self, batch: Tensor) -> Tensor:
        """Runs the C.

        Args:
            batch: [N, T, *input shape].

        Returns:
            The output, [N, T, *output shape].
        """
        x = np.asarray(batch.detach().cpu().numpy())
        if self.activation_hooks or self.connection_hooks:
            self._batch = _Batch(self.network, self._cut, x)
            self._fill_hooks(self._batch)
        found = self.network.run_batch(x)
        return torch.from_numpy(np.asarray(found))

    def __net__(self) -> Any:
        """Layers as the harness looks for them; they hold weights, and compute nothing."""
        return self.net

    @property
    def batch(self) -> _Batch:
        """What the C computed in the last call."""
        if self._batch is None:
            raise OptionError(
                "there is no batch to count operations in", help="run it by the harness"
            )
        return self._batch

    def _fill_hooks(self, batch: _Batch) -> None:
        """Gives the harness's hooks what they would have seen in PyTorch."""
        for hook in self.connection_hooks:
            for step in _steps(hook.layer.arranged(batch.inputs(hook.layer.node))):
                hook.inputs.append((step,))
        for hook in self.activation_hooks:
            node = hook.layer.node
            if isinstance(node, SPIKING):
                hook.activation_outputs.extend(_steps(batch.signals[node.name]))
            voltages = _steps(batch.signals[f"{node.name}.v"])
            before = [torch.zeros_like(voltages[0]), *voltages[:-1]] if voltages else []
            hook.pre_fire_mem_potential.extend(before)
            hook.post_fire_mem_potential.extend(voltages)


class Operations(AccumulatedMetric):  # type: ignore[misc]
    """Additions and multiplications that the C does, those of neurons included, per sample.

    Those of weights, sums and states, as reports count them (docs/reports.md); of every weight of
    an input that is active, also of weights that are 0.
    """

    def __init__(self) -> None:
        super().__init__(requires_hooks=True)
        self.reset()

    def reset(self) -> None:
        """Forgets all samples."""
        self.adds = self.multiplies = 0.0
        self.samples = 0

    def __call__(self, model: CompiledModel, preds: Tensor, data: Any) -> dict[str, float]:
        """Adds those of a batch."""
        adds, multiplies = model.batch.operations(model.net)
        self.adds += adds
        self.multiplies += multiplies
        self.samples += len(data[0])
        return self.compute()

    def compute(self) -> dict[str, float]:
        """The mean over all samples."""
        return {
            "Adds": self.adds / max(self.samples, 1),
            "Multiplies": self.multiplies / max(self.samples, 1),
        }


class NeuronUpdates(AccumulatedMetric):  # type: ignore[misc]
    """Updates of neurons that the C does, per sample: one of each neuron in each step.

    NeuroBench's `MembraneUpdates` has those that change the voltage.
    """

    def __init__(self) -> None:
        super().__init__(requires_hooks=True)
        self.reset()

    def reset(self) -> None:
        """Forgets all samples."""
        self.updates = self.samples = 0

    def __call__(self, model: CompiledModel, preds: Tensor, data: Any) -> float:
        """Adds those of a batch."""
        nodes = model.network.graph.nodes.values()
        neurons = sum(math.prod(n.output_shape) for n in nodes if isinstance(n, NEURONS))
        self.updates += neurons * model.batch.steps
        self.samples += len(data[0])
        return self.compute()

    def compute(self) -> float:
        """The mean over all samples."""
        return self.updates / max(self.samples, 1)


# What the C computed


class _Batch:
    """The signals of a batch, [N, T, *shape]."""

    def __init__(self, network: Network, cut: Any, x: npt.NDArray[Any]) -> None:
        self.graph: Graph = network.graph
        self.resources = network.resources
        self._cut = cut
        found = network.recorder().run_batch(x)
        assert isinstance(found, dict)
        self.signals: Signals = {name: np.asarray(values) for name, values in found.items()}
        self.signals[network.inputs[0].name] = x
        self.steps = x.shape[0] * x.shape[1]

    def inputs(self, node: Node) -> npt.NDArray[np.float32]:
        """What enters a node: the sum of what its edges carry, [N, T, *input shape]."""
        count, steps = next(iter(self.signals.values())).shape[:2]
        total = np.zeros((count, steps, *node.input_shape), np.float32)
        for source in self.graph.sources(node.name):
            carried = self.signals[source].reshape(total.shape)
            if (source, node.name) in self._cut:
                total[:, 1:] += carried[:, :-1]
            else:
                total += carried
        return total

    def operations(self, mirror: _Mirror) -> tuple[float, float]:
        """Additions and multiplications of all layers."""
        adds = multiplies = 0.0
        for layer in self.resources.layers:
            part = self._active(layer, mirror)
            least, most = layer.least, layer.most
            adds += least.adds * self.steps + (most.adds - least.adds) * part
            multiplies += least.multiplies * self.steps
            multiplies += (most.multiplies - least.multiplies) * part
        return adds, multiplies

    def _active(self, layer: Layer, mirror: _Mirror) -> float:
        """For how many steps' worth of inputs work is done that no zero needs."""
        node = self.graph.nodes.get(layer.node)
        if not layer.skippable or node is None:
            return 0.0
        x = self.inputs(node)
        synapse = mirror.synapses.get(layer.node)
        if synapse is None:
            return float(np.count_nonzero(x)) / layer.skippable
        every = np.ones((1, 1, *node.input_shape))
        return float(synapse.meetings(x)) / float(synapse.meetings(every))


def _steps(signal: npt.NDArray[Any]) -> list[Tensor]:
    """A tensor [N, *shape] for each step of [N, T, *shape]."""
    tensor = torch.from_numpy(np.ascontiguousarray(signal, np.float32))
    return list(tensor.unbind(1))


# Layers for the harness


class _Neuron(torch.nn.Module):  # type: ignore[misc]
    """A layer of neurons, by name."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


class _Synapse:
    """What is added to a layer of PyTorch: the node, and its weights, as the C has them."""

    node: Node
    weight: Any

    def take(self, node: Affine | Conv, weight: npt.NDArray[np.float64]) -> None:
        """Holds weights, which are no parameters: their bytes are counted in the C."""
        self.node = node
        del self.weight
        self.weight = torch.from_numpy(weight.astype(np.float32))

    def arranged(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Inputs [N, T, *input shape] as the layer takes them."""
        return x

    def meetings(self, x: npt.NDArray[Any]) -> float:
        """How many pairs of an input that is not 0 and a weight there are."""
        arranged = self.arranged(np.asarray(x != 0, np.float32))
        flat = torch.from_numpy(arranged.reshape(-1, *arranged.shape[2:]))
        kept = self.weight
        self.weight = torch.ones_like(kept)
        try:
            return float(self.forward(flat).sum(dtype=torch.float64))  # type: ignore[attr-defined]
        finally:
            self.weight = kept


class _Linear(_Synapse, torch.nn.Linear):  # type: ignore[misc]
    def __init__(self, node: Affine, weight: npt.NDArray[np.float64]) -> None:
        torch.nn.Linear.__init__(self, weight.shape[1], weight.shape[0], bias=False)
        self.take(node, weight)

    def arranged(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return x.reshape(*x.shape[:2], -1)


class _Conv(_Synapse):
    """A convolution; what surrounds the map is a part of its input where the ends differ."""

    def take(self, node: Affine | Conv, weight: npt.NDArray[np.float64]) -> None:
        super().take(node, weight)
        assert isinstance(node, Conv)
        self.around = () if _is_even(node) else node.padding

    def arranged(self, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.pad(x, [(0, 0)] * 3 + [*self.around]) if self.around else x


class _Conv1d(_Conv, torch.nn.Conv1d):  # type: ignore[misc]
    def __init__(self, node: Conv, weight: npt.NDArray[np.float64]) -> None:
        torch.nn.Conv1d.__init__(self, **_arguments(node))
        self.take(node, weight)


class _Conv2d(_Conv, torch.nn.Conv2d):  # type: ignore[misc]
    def __init__(self, node: Conv, weight: npt.NDArray[np.float64]) -> None:
        torch.nn.Conv2d.__init__(self, **_arguments(node))
        self.take(node, weight)


def _is_even(node: Conv) -> bool:
    return all(low == high for low, high in node.padding)


def _arguments(node: Conv) -> dict[str, Any]:
    outputs, inputs, *kernel = node.weight.shape
    return {
        "in_channels": inputs * node.groups,
        "out_channels": outputs,
        "kernel_size": tuple(kernel),
        "stride": tuple(node.stride),
        "padding": tuple(low for low, _ in node.padding) if _is_even(node) else 0,
        "dilation": tuple(node.dilation),
        "groups": node.groups,
        "bias": False,
    }


class _Counted:
    """The weights and biases of a node as parameters; their bytes are those of a buffer."""

    def __init__(self, count: int) -> None:
        self._count = count

    def numel(self) -> int:
        return self._count

    def element_size(self) -> int:
        return 0


class _Mirror(torch.nn.Module):  # type: ignore[misc]
    """The layers of a network, and the bytes of its C as buffers."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.synapses: dict[str, Any] = {}
        weights = _weights(network)
        for name, node in network.graph.nodes.items():
            layer: Any = None
            if name in weights:
                layer = self.synapses[name] = _synapse(node, weights[name])
            elif isinstance(node, NEURONS):
                layer = _Neuron(node)
            if layer is not None:
                self.add_module(name.replace(".", "_"), layer)
        self._counts = [weight_count(node) for node in network.graph.nodes.values()]
        resources = network.resources
        for what, size in (
            ("c_constants", resources.constant_bytes),
            ("c_memory", resources.memory_bytes),
        ):
            self.register_buffer(what, torch.zeros(1, dtype=torch.uint8).expand(size))

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """The parameters, to be counted."""
        return map(_Counted, filter(None, self._counts))


def _synapse(node: Node, weight: npt.NDArray[np.float64]) -> Any:
    if isinstance(node, Conv):
        return (_Conv1d if weight.ndim == 3 else _Conv2d)(node, weight)
    assert isinstance(node, Affine)
    if weight.ndim != 2:
        raise OptionError(
            f"the weights of {quoted(node.name)} are {list(weight.shape)}: NeuroBench knows no "
            "batch of matrices"
        )
    return _Linear(node, weight)


def _weights(network: Network) -> dict[str, npt.NDArray[np.float64]]:
    """The weights that the C multiplies by, by node."""
    description = network.describe()
    found: dict[str, npt.NDArray[np.float64]] = {}
    for op in description["ops"]:
        node = network.graph.nodes.get(op["node"])
        if not isinstance(node, Affine | Conv) or "weight" not in op["operands"]:
            continue
        value = op["operands"]["weight"]
        weight = np.asarray(description["constants"][value], np.float64)
        kind = description["types"][value]
        if kind.get("axis") is not None:
            shape = [1] * weight.ndim
            shape[kind["axis"]] = -1
            weight = weight * np.reshape(kind["scales"], shape)
        elif "scales" in kind:
            weight = weight * np.asarray(kind["scales"])
        found.setdefault(node.name, weight)
    return found

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Other systems that compute the same networks: a part of ./dev bench --peers.

bench/run.py runs this file once for each system and network, in an environment of its own
(bench/requirements-peers.txt), and reads the JSON that it writes. Every system is built from the
same NIR file, with the modules that it offers for the purpose, and gets the same spikes.

What can be done before the clock starts is done before: the gains that NIR keeps apart are
multiplied into the weights, and the input is a tensor of the system's own for every step.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import nir
import numpy as np

REPETITIONS = 15

Options = dict[str, Any]  # of snnmlir.compile
# Computes all steps of the input that it was made for; gives the output of each. One that has an
# attribute `seconds` says itself how long these took.
Run = Callable[[], Iterable[Any]]


# --- the network -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dense:
    """All-to-all synapses: weight [outputs, inputs], bias [outputs]."""

    weight: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True)
class Conv:
    """A convolution: weight [outputs, inputs, height, width], bias [outputs]."""

    weight: np.ndarray
    bias: np.ndarray
    stride: tuple[int, ...]
    padding: tuple[int, ...]


@dataclass(frozen=True)
class SumPool:
    """Sums over windows, none of which overlap."""

    size: tuple[int, ...]


@dataclass(frozen=True)
class Flatten:
    """[channels, height, width], in one row."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Neurons:
    """Spiking neurons.

    With a current a step is i = synaptic i + x and v = membrane v + i, else v = membrane v + x.

    Attributes:
        shape: Without the batch.
        threshold: Of the voltage.
        membrane: What a step leaves of the voltage; 1 where nothing leaks.
        synaptic: What a step leaves of the current; None if there is no current.
        counts: Whether they emit as many spikes as thresholds fit into the voltage, subtract these
            and never fall below minus one threshold. Others emit one spike and start at 0 again.
        feedback: Synapses from the neurons' spikes of the step before back to them, or None.
    """

    shape: tuple[int, ...]
    threshold: float
    membrane: float
    synaptic: float | None
    counts: bool
    feedback: Dense | None = None


Layer = Dense | Conv | SumPool | Flatten | Neurons
Synapses = TypeVar("Synapses", Dense, Conv)


def same(values: np.ndarray) -> float:
    """The value that all elements have."""
    assert np.all(values == values.flat[0]), "neurons with parameters of their own"
    return float(values.flat[0])


def integers(values: np.ndarray) -> tuple[int, ...]:
    """Sizes as Python's integers."""
    return tuple(int(value) for value in values)


def neurons(node: nir.NIRNode, options: Options) -> tuple[Neurons, float]:
    """A node as Neurons, and the gain of its input."""
    counts = options["convention"] == "sinabs"
    threshold, shape = same(node.v_threshold), node.v_threshold.shape
    if isinstance(node, nir.IF):
        return Neurons(shape, threshold, 1.0, None, counts), 1.0
    dt = options["dt"]
    if isinstance(node, nir.LIF):
        share = dt / same(node.tau)
        return Neurons(shape, threshold, 1 - share, None, counts), share * same(node.r)
    assert isinstance(node, nir.CubaLIF), f"not a layer: {type(node).__name__}"
    share, current = dt / same(node.tau_mem), dt / same(node.tau_syn)
    gain = share * same(node.r) * current * same(node.w_in)
    return Neurons(shape, threshold, 1 - share, 1 - current, counts), gain


def read(path: Path, options: Options, gain: Callable[[Neurons], float]) -> list[Layer]:
    """The layers of a network without branches.

    Args:
        path: The NIR file.
        options: How snnmlir compiles it.
        gain: What else to multiply into the synapses of these neurons.
    """
    graph = nir.read(path, type_check=False)

    def targets(name: str) -> list[str]:
        return [target for source, target in graph.edges if source == name]

    layers: list[Layer] = []
    (name,) = (key for key, node in graph.nodes.items() if isinstance(node, nir.Input))
    while True:
        (name,) = (target for target in targets(name) if targets(target) != [name])
        node = graph.nodes[name]
        if isinstance(node, nir.Output):
            return layers
        if isinstance(node, nir.Affine):
            layers.append(Dense(node.weight, node.bias))
        elif isinstance(node, nir.Conv2d):
            stride, padding = integers(node.stride), integers(node.padding)
            layers.append(Conv(node.weight, node.bias, stride, padding))
        elif isinstance(node, nir.SumPool2d):
            layers.append(SumPool(integers(node.kernel_size)))
        elif isinstance(node, nir.Flatten):
            layers.append(Flatten(integers(node.input_type["input"])))
        else:
            layer, factor = neurons(node, options)
            factor *= gain(layer)
            for back in (graph.nodes[t] for t in targets(name) if targets(t) == [name]):
                layer = replace(layer, feedback=scaled(Dense(back.weight, back.bias), factor))
            layers[-1] = scaled(layers[-1], factor)
            layers.append(layer)


def scaled(synapses: Synapses, factor: float) -> Synapses:
    """The synapses, all multiplied."""
    weight, bias = np.float32(synapses.weight * factor), np.float32(synapses.bias * factor)
    return replace(synapses, weight=weight, bias=bias)


# --- PyTorch: snnTorch, Norse, Sinabs ----------------------------------------------------------


def torch_module(layer: Dense | Conv | SumPool | Flatten) -> Any:
    """What PyTorch itself has."""
    from torch import from_numpy, nn

    if isinstance(layer, SumPool):
        return nn.AvgPool2d(layer.size, divisor_override=1)
    if isinstance(layer, Flatten):
        return nn.Flatten()
    outputs, inputs, *size = layer.weight.shape
    if isinstance(layer, Dense):
        module: Any = nn.Linear(inputs, outputs)
    else:
        module = nn.Conv2d(inputs, outputs, size, layer.stride, layer.padding)
    module.weight.data, module.bias.data = from_numpy(layer.weight), from_numpy(layer.bias)
    return module


def torch_recurrent(layer: Neurons, module: Any) -> Any:
    """The neurons' module, which gets the spikes of the step before beside its input."""
    import torch

    class Recurrent(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module, self.feedback = module, torch_module(layer.feedback)
            self.spikes = torch.zeros(1, *layer.shape)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.spikes = self.module(x + self.feedback(self.spikes))
            return self.spikes

    return module if layer.feedback is None else Recurrent()


def torch_steps(x: np.ndarray) -> Any:
    """One tensor [1, ...] for each step."""
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    return torch.from_numpy(x).float()[:, None].unbind()


def snntorch(layers: list[Layer], x: np.ndarray) -> Run:
    """snn.Leaky and snn.Synaptic in a Sequential.

    snn.RSynaptic cannot reset neurons in the step in which they spike; a Linear feeds back instead.
    """
    import snntorch as snn
    from torch import nn

    def module(layer: Layer) -> nn.Module:
        if not isinstance(layer, Neurons):
            return torch_module(layer)
        common = {
            "beta": layer.membrane,
            "threshold": layer.threshold,
            "reset_mechanism": "zero",
            "reset_delay": False,
            "init_hidden": True,
        }
        if layer.synaptic is None:
            return torch_recurrent(layer, snn.Leaky(**common))
        return torch_recurrent(layer, snn.Synaptic(alpha=layer.synaptic, **common))

    steps = torch_steps(x)
    network = nn.Sequential(*map(module, layers))
    return lambda: [network(step) for step in steps]


def norse(layers: list[Layer], x: np.ndarray) -> Run:
    """LIFBoxCell, LIBoxCell and IAFCell in a SequentialState."""
    import norse.torch as norse
    import torch

    class Cuba(torch.nn.Module):
        """What Norse makes of a CubaLIF of NIR, and recurrent synapses if there are any."""

        def __init__(self, layer: Neurons) -> None:
            super().__init__()
            decay = torch.tensor(1 - (layer.synaptic or 0.0))
            self.synapse = norse.LIBoxCell(norse.LIBoxParameters(tau_mem_inv=decay), dt=1.0)
            self.lif = lif(layer)
            self.feedback = torch_module(layer.feedback) if layer.feedback else None
            self.silence = torch.zeros(1, *layer.shape)

        def forward(self, x: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
            current, voltage, spikes = state or (None, None, self.silence)
            if self.feedback is not None:
                x = x + self.feedback(spikes)
            x, current = self.synapse(x, current)
            spikes, voltage = self.lif(x, voltage)
            return spikes, (current, voltage, spikes)

    def lif(layer: Neurons) -> torch.nn.Module:
        decay, threshold = torch.tensor(1 - layer.membrane), torch.tensor(layer.threshold)
        return norse.LIFBoxCell(norse.LIFBoxParameters(tau_mem_inv=decay, v_th=threshold), dt=1.0)

    def module(layer: Layer) -> torch.nn.Module:
        if not isinstance(layer, Neurons):
            return torch_module(layer)
        if layer.membrane == 1:
            return norse.IAFCell(norse.IAFParameters(v_th=torch.tensor(layer.threshold)))
        return lif(layer) if layer.synaptic is None else Cuba(layer)

    steps = torch_steps(x)
    network = norse.SequentialState(*map(module, layers))
    state: Any = None

    def run() -> list[torch.Tensor]:
        nonlocal state
        outputs = []
        for step in steps:
            output, state = network(step, state)
            outputs.append(output)
        return outputs

    return run


def norse_gain(layer: Neurons) -> float:
    """Norse's cells multiply their input with what they lose in a step; IAFCell does not."""
    if layer.membrane == 1:
        return 1.0
    return 1 / (1 - layer.membrane) / (1 - (layer.synaptic or 0.0))


def sinabs_network(layers: list[Layer], sequence: bool) -> Any:
    """sinabs.layers in a Sequential that takes [steps, ...]."""
    import sinabs.activation
    import sinabs.layers
    import torch

    class Steps(torch.nn.Module):
        """Neurons, which want [batch, steps, ...]."""

        def __init__(self, neurons: torch.nn.Module) -> None:
            super().__init__()
            self.neurons = neurons

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.neurons(x[None])[0]

    def module(layer: Layer) -> torch.nn.Module:
        if isinstance(layer, SumPool):
            return sinabs.layers.SumPool2d(layer.size)
        if not isinstance(layer, Neurons):
            return torch_module(layer)
        threshold = torch.tensor(layer.threshold)
        if layer.membrane == 1:
            return Steps(sinabs.layers.IAF(threshold, min_v_mem=-layer.threshold))
        common = {
            "tau_mem": -1 / np.log(layer.membrane),
            "tau_syn": None if layer.synaptic is None else -1 / np.log(layer.synaptic),
            "spike_threshold": threshold,
            "spike_fn": sinabs.activation.SingleSpike,
            "reset_fn": sinabs.activation.MembraneReset(),
            "norm_input": False,
        }
        if sequence and layer.feedback is not None:
            feedback = torch_module(layer.feedback)
            return Steps(sinabs.layers.LIFRecurrent(rec_connect=feedback, **common))
        # LIFRecurrent forgets the last spikes between two calls.
        return torch_recurrent(layer, Steps(sinabs.layers.LIF(**common)))

    return torch.nn.Sequential(*map(module, layers))


def sinabs_steps(layers: list[Layer], x: np.ndarray) -> Run:
    """Layers of Sinabs, called for each step."""
    steps = torch_steps(x)
    network = sinabs_network(layers, sequence=False)
    return lambda: [network(step) for step in steps]


def sinabs_sequence(layers: list[Layer], x: np.ndarray) -> Run:
    """Layers of Sinabs, each of which computes all steps at once."""
    import torch

    steps = torch.cat(torch_steps(x))
    network = sinabs_network(layers, sequence=True)
    return lambda: network(steps)


def sinabs_gain(layer: Neurons) -> float:
    """The current of Sinabs decays after it has taken in its input."""
    return 1 / (layer.synaptic or 1.0)


# --- JAX: Spyx ---------------------------------------------------------------------------------


def spyx(layers: list[Layer], x: np.ndarray) -> Run:
    """spyx.nn.run, which is one jax.lax.scan over all steps, compiled by jax.jit."""
    import jax
    import jax.numpy as jnp
    import spyx.nn as spyx
    from flax import nnx

    rngs = nnx.Rngs(0)

    def neurons(layer: Neurons) -> nnx.Module:
        channels, *size = layer.shape
        common = {"threshold": layer.threshold, "rngs": rngs}
        if layer.membrane == 1:
            return spyx.IF((*size, channels), **common)
        common["beta"] = layer.membrane
        if layer.synaptic is None:
            return spyx.LIF((*size, channels), **common)
        common["alpha"] = layer.synaptic
        if layer.feedback is None:
            return spyx.CuBaLIF(layer.shape, **common)
        made = spyx.RCuBaLIF(layer.shape, **common)
        made.recurrent_w[...] = jnp.array(layer.feedback.weight.T)
        return made

    def module(layer: Layer, before: Layer | None) -> nnx.Module:
        if isinstance(layer, Neurons):
            return neurons(layer)
        if isinstance(layer, Flatten):
            return spyx.Flatten()
        if isinstance(layer, SumPool):
            return spyx.SumPool(layer.size, layer.size, "VALID")
        outputs, inputs, *size = layer.weight.shape
        if isinstance(layer, Conv):
            padding = [(p, p) for p in layer.padding]
            made: Any = nnx.Conv(inputs, outputs, size, layer.stride, padding=padding, rngs=rngs)
            kernel = layer.weight.transpose(2, 3, 1, 0)
        else:
            made = nnx.Linear(inputs, outputs, rngs=rngs)
            kernel = layer.weight.T
            if isinstance(before, Flatten):  # channels are last in Spyx
                kernel = kernel.reshape(*before.shape, outputs).transpose(1, 2, 0, 3)
                kernel = kernel.reshape(inputs, outputs)
        made.kernel[...], made.bias[...] = jnp.array(kernel), jnp.array(layer.bias)
        return made

    pairs = zip(layers, [None, *layers], strict=False)
    network = spyx.Sequential(*(module(*pair) for pair in pairs))
    steps = jnp.array(np.moveaxis(x, 1, -1), jnp.float32)[:, None]
    run = jax.jit(lambda steps: spyx.run(network, steps)[0])
    return lambda: run(steps).block_until_ready()


# --- onnxruntime -------------------------------------------------------------------------------


class OnnxStep:
    """One step as an ONNX graph: inputs x and states, outputs y and NAME_next for each state.

    Attributes:
        states: The shapes of the states.
    """

    def __init__(self, layers: list[Layer], shape: tuple[int, ...]) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}
        self.states: dict[str, tuple[int, ...]] = {}
        self.input, self.output = (1, *shape), (1, *layers[-1].shape)
        x = "x"
        for layer in layers:
            x = self.layer(layer, x)
        self.add("Identity", x, into="y")

    def constant(self, value: Any) -> str:
        """A float, or an array of them."""
        name = f"constant{len(self.constants)}"
        self.constants[name] = np.array(value, np.float32)
        return name

    def state(self, shape: tuple[int, ...]) -> str:
        """What the next step gets as NAME if this one gives NAME_next."""
        name = f"state{len(self.states)}"
        self.states[name] = (1, *shape)
        return name

    def add(self, operator: str, *inputs: str, into: str | None = None, **attributes: Any) -> str:
        """Adds a node; gives the name of its output."""
        from onnx import helper

        output = into or f"value{len(self.nodes)}"
        node = helper.make_node(operator, inputs, [output])
        node.attribute.extend(helper.make_attribute(*pair) for pair in attributes.items())
        self.nodes.append(node)
        return output

    def layer(self, layer: Layer, x: str) -> str:
        """Adds a layer."""
        if isinstance(layer, Neurons):
            return self.neurons(layer, x)
        if isinstance(layer, Flatten):
            return self.add("Flatten", x)
        if isinstance(layer, SumPool):
            # A good deal faster than LpPool, which has the sum itself.
            mean = self.add("AveragePool", x, kernel_shape=layer.size, strides=layer.size)
            return self.add("Mul", mean, self.constant(np.prod(layer.size)))
        weight, bias = layer.weight, self.constant(layer.bias)
        if isinstance(layer, Dense):
            return self.add("Gemm", x, self.constant(weight.T), bias)
        pads = layer.padding * 2
        return self.add("Conv", x, self.constant(weight), bias, strides=layer.stride, pads=pads)

    def neurons(self, layer: Neurons, x: str) -> str:
        """Adds neurons, and what feeds them back."""
        from onnx import TensorProto

        if layer.feedback is not None:
            last = self.state(layer.shape)
            weight, bias = layer.feedback.weight.T, layer.feedback.bias
            x = self.add("Add", x, self.add("Gemm", last, *map(self.constant, (weight, bias))))
        if layer.synaptic is not None:
            current = self.state(layer.shape)
            rest = self.add("Mul", current, self.constant(layer.synaptic))
            x = self.add("Add", rest, x, into=f"{current}_next")
        voltage = rest = self.state(layer.shape)
        if layer.membrane != 1:
            rest = self.add("Mul", voltage, self.constant(layer.membrane))
        v = self.add("Add", rest, x)
        threshold = self.constant(layer.threshold)
        if layer.counts:
            times = self.add("Floor", self.add("Div", v, threshold))
            spikes = self.add("Clip", times, self.constant(0), self.constant(255))
            rest = self.add("Sub", v, self.add("Mul", spikes, threshold))
            self.add("Max", rest, self.constant(-layer.threshold), into=f"{voltage}_next")
            return spikes
        fires = self.add("Greater", v, threshold)
        self.add("Where", fires, self.constant(0), v, into=f"{voltage}_next")
        spikes = self.add("Cast", fires, to=TensorProto.FLOAT)
        if layer.feedback is not None:
            self.add("Identity", spikes, into=f"{last}_next")
        return spikes

    def serialized(self) -> bytes:
        """The model."""
        from onnx import TensorProto, checker, helper, numpy_helper

        def values(shapes: dict[str, tuple[int, ...]]) -> list[Any]:
            return [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in shapes.items()
            ]

        graph = helper.make_graph(
            self.nodes,
            "step",
            values({"x": self.input} | self.states),
            values({"y": self.output} | {f"{k}_next": v for k, v in self.states.items()}),
            [numpy_helper.from_array(array, name) for name, array in self.constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
        model.ir_version = 10
        checker.check_model(model)
        return model.SerializeToString()


def onnxruntime(layers: list[Layer], x: np.ndarray) -> Run:
    """A graph of dense operators for one step.

    All inputs and outputs are bound before: states to two buffers, which take turns.
    """
    import onnxruntime as ort

    step = OnnxStep(layers, x.shape[1:])
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(step.serialized(), options, providers=["CPUExecutionProvider"])

    def zeros(shape: tuple[int, ...]) -> Any:
        return ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32))

    def bound(t: int) -> tuple[Any, Any]:
        binding, output = session.io_binding(), zeros(step.output)
        row = ort.OrtValue.ortvalue_from_numpy(x[t : t + 1].astype(np.float32))
        binding.bind_ortvalue_input("x", row)
        binding.bind_ortvalue_output("y", output)
        for name, pair in buffers.items():
            binding.bind_ortvalue_input(name, pair[t % 2])
            binding.bind_ortvalue_output(f"{name}_next", pair[1 - t % 2])
        return binding, output

    assert len(x) % 2 == 0, "the last step has to write what the first one reads"
    buffers = {name: (zeros(shape), zeros(shape)) for name, shape in step.states.items()}
    bindings = [bound(t) for t in range(len(x))]

    def run() -> list[Any]:
        for binding, _ in bindings:
            session.run_with_iobinding(binding)
        return [output for _, output in bindings]

    return run


# --- Brian2 ------------------------------------------------------------------------------------


def sparse_matrix(layer: Layer, shape: tuple[int, ...]) -> tuple[Any, np.ndarray, tuple[int, ...]]:
    """What synapses, a pool or a reshape do to a signal of `shape`, without a batch.

    Returns:
        A sparse matrix [outputs, inputs], the bias of each output, and the output's shape.
    """
    from scipy import sparse

    size = int(np.prod(shape))
    if isinstance(layer, Dense):
        return sparse.csr_matrix(layer.weight), layer.bias, layer.bias.shape
    if isinstance(layer, Flatten):
        return sparse.identity(size, np.float32, "csr"), np.zeros(size, np.float32), (size,)
    assert isinstance(layer, Conv | SumPool)
    if isinstance(layer, Conv):
        weight, bias, stride, padding = layer.weight, layer.bias, layer.stride, layer.padding
    else:
        weight = np.eye(shape[0], dtype=np.float32)[:, :, None, None] * np.ones(layer.size)
        bias, stride, padding = np.zeros(shape[0]), layer.size, (0, 0)
    kernel = weight.shape[2:]
    place = np.arange(size).reshape(shape)
    padded = np.pad(place, [(0, 0), *((p, p) for p in padding)], constant_values=-1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel, axis=(1, 2))
    windows = windows[:, :: stride[0], :: stride[1]]  # [channels, height, width, kernel...]
    height, width = windows.shape[1:3]
    rows = np.arange(len(weight) * height * width).reshape(len(weight), 1, height, width, 1, 1)
    values = weight[:, :, None, None]
    parts = np.broadcast_arrays(rows, windows[None], values)
    row, column, value = (part.reshape(-1) for part in parts)
    kept = (column >= 0) & (value != 0)
    matrix = sparse.csr_matrix(
        (value[kept].astype(np.float32), (row[kept], column[kept])),
        (len(weight) * height * width, size),
    )
    return matrix, np.repeat(bias, height * width), (len(weight), height, width)


def populations(
    layers: list[Layer], shape: tuple[int, ...]
) -> list[tuple[Any, np.ndarray, Neurons]]:
    """Each layer of neurons with one matrix and one bias for all that is in front of it."""
    from scipy import sparse

    found = []
    matrix, bias = sparse.identity(int(np.prod(shape)), np.float32, "csr"), np.float32(0)
    for layer in layers:
        if isinstance(layer, Neurons):
            found.append((matrix, bias, layer))
            size = matrix.shape[0]
            matrix, bias = sparse.identity(size, np.float32, "csr"), np.float32(0)
            continue
        step, added, shape = sparse_matrix(layer, shape)
        matrix, bias = step @ matrix, step @ np.broadcast_to(bias, step.shape[1]) + added
    return found


class Standalone:
    """A program that Brian2 made, which computes all steps.

    Attributes:
        seconds: How long the last run's loop over the steps took, without reading its input.
    """

    def __init__(self, monitor: Any, dt: Any, shape: tuple[int, int]) -> None:
        self.monitor, self.dt, self.shape = monitor, dt, shape
        self.seconds = 0.0

    def __call__(self) -> np.ndarray:
        """Spikes [steps, neurons]."""
        import brian2

        brian2.device.run(with_output=False, run_args=[])
        self.seconds = brian2.device._last_run_time
        spikes = np.zeros(self.shape, np.uint8)
        times = np.rint(np.asarray(self.monitor.t / self.dt)).astype(int)
        spikes[times, np.asarray(self.monitor.i)] = 1
        return spikes


def brian2(layers: list[Layer], x: np.ndarray) -> Run:
    """NeuronGroups and Synapses in C++ standalone mode, with the compiler's options of Brian2.

    All layers compute in the same step, as in the other systems: each has its own slots in the
    schedule, one behind the other.
    """
    import brian2 as b

    b.device.reinit()
    b.device.activate(build_on_run=False, directory=tempfile.mkdtemp(prefix="brian2-"))
    b.prefs.core.default_float_dtype = np.float32
    b.prefs.logging.delete_log_on_exit = False  # it is gone by then, with its folder
    dt = b.defaultclock.dt = 1 * b.ms
    steps, places = np.nonzero(x.reshape(len(x), -1))
    source = b.SpikeGeneratorGroup(int(np.prod(x.shape[1:])), places, steps * dt, when="start")
    schedule, objects = ["start", "groups", "thresholds", "synapses", "resets"], [source]

    def connect(source: Any, target: Any, matrix: Any, variable: str, slot: str) -> None:
        entries = matrix.tocoo()
        synapses = b.Synapses(source, target, "w : 1", on_pre=f"{variable}_post += w")
        synapses.connect(i=entries.col, j=entries.row)
        synapses.w = entries.data
        synapses.pre.when = slot
        objects.append(synapses)

    for k, (matrix, bias, layer) in enumerate(populations(layers, x.shape[1:])):
        slots = [f"{name}{k}" for name in ("decay", "synapses", "update", "threshold", "reset")]
        decay, add, update, threshold, reset = slots
        schedule += slots
        has_current = layer.synaptic is not None
        group = b.NeuronGroup(
            matrix.shape[0],
            "v : 1\ncurrent : 1\nbias : 1 (constant)"
            if has_current
            else "v : 1\nbias : 1 (constant)",
            threshold=f"v > {layer.threshold!r}",
            reset="v = 0",
        )
        if layer.feedback is not None:
            bias = bias + layer.feedback.bias
        driven, kept = ("current", layer.synaptic) if has_current else ("v", layer.membrane)
        plus = " + bias" if np.any(bias) else ""
        group.bias = np.broadcast_to(bias, matrix.shape[0])
        if kept != 1 or plus:
            group.run_regularly(f"{driven} = {kept!r} * {driven}{plus}", dt=dt, when=decay)
        if has_current:
            group.run_regularly(f"v = {layer.membrane!r} * v + current", dt=dt, when=update)
        group.thresholder["spike"].when, group.resetter["spike"].when = threshold, reset
        objects.append(group)
        connect(source, group, matrix, driven, add)
        if layer.feedback is not None:  # the spikes that are there are those of the step before
            connect(group, group, sparse_matrix(layer.feedback, layer.shape)[0], driven, add)
        source = group
    monitor = b.SpikeMonitor(source)
    network = b.Network(*objects, monitor)
    network.schedule = [*schedule, "end"]
    network.run(len(x) * dt)
    b.device.build(run=False, compile=True, with_output=False)
    return Standalone(monitor, dt, (len(x), len(source)))


# --- Qualia-CodeGen ----------------------------------------------------------------------------

QUALIA_LOOP = """\
#include "model.c"
void run(const MODEL_INPUT_NUMBER_T *x, MODEL_OUTPUT_NUMBER_T *y, int steps)
{
    for (int t = 0; t < steps; ++t)
        cnn((const void *)(x + t * (MODEL_INPUT_DIMS)), y + t * MODEL_OUTPUT_SAMPLES);
}
"""


def qualia_lacks(layers: list[Layer]) -> str:
    """Its neurons are IF and LIF without a current, and no layer has two inputs from others."""
    neurons = [layer for layer in layers if isinstance(layer, Neurons)]
    if any(layer.feedback is not None for layer in neurons):
        return "no recurrent synapses"
    return "no neurons with a current" if any(n.synaptic is not None for n in neurons) else ""


def qualia(layers: list[Layer], x: np.ndarray) -> Run:
    """The C that Qualia-CodeGen makes of a PyTorch module with SpikingJelly's neurons, in float.

    A loop in C calls it; gcc compiles both as it compiles ours.
    """
    import ctypes

    from qualia_codegen_core.graph.Quantization import Quantization
    from qualia_codegen_core.graph.RoundMode import RoundMode
    from qualia_codegen_plugin_snn import Converter
    from qualia_codegen_plugin_snn.graph import TorchModelGraph
    from spikingjelly.activation_based.neuron import IFNode, LIFNode
    from torch import nn

    pooled = 1.0

    def module(layer: Layer) -> nn.Module:
        nonlocal pooled
        if isinstance(layer, Neurons):
            common = {"v_threshold": layer.threshold, "v_reset": 0.0}
            if layer.membrane == 1:
                return IFNode(**common)
            return LIFNode(tau=1 / (1 - layer.membrane), decay_input=False, **common)
        if isinstance(layer, SumPool):  # its pools have means; the next weights make them sums
            pooled *= float(np.prod(layer.size))
            return nn.AvgPool2d(layer.size)
        if not isinstance(layer, Flatten):
            layer = replace(layer, weight=np.float32(layer.weight * pooled))
            pooled = 1.0
        return torch_module(layer)

    model = nn.Sequential(*map(module, layers))
    channels_last = np.ascontiguousarray(np.moveaxis(x, 1, -1), np.float32)
    model.input_shape, model.is_snn = (1, *channels_last.shape[1:]), True
    graph = TorchModelGraph(model).convert()
    for node in graph.nodes:
        node.q = Quantization(
            float, 32, 32, weights_scale_factor=0, output_scale_factor=0,
            weights_round_mode=RoundMode.NONE, output_round_mode=RoundMode.NONE,
        )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="qualia-"))
    assert Converter(output_path=folder).convert_model(graph)
    (folder / "run.c").write_text(QUALIA_LOOP)
    command = ["gcc", "-O3", "-march=native", "-w", "-shared", "-fPIC", "-Iinclude", "-I."]
    subprocess.run([*command, "run.c", "-o", "run.so", "-lm"], check=True, cwd=folder)
    library = ctypes.CDLL(str(folder / "run.so"))
    outputs = np.zeros((len(x), layers[-1].shape[0]), np.float32)

    def run() -> np.ndarray:
        library.run(
            channels_last.ctypes.data_as(ctypes.c_void_p),
            outputs.ctypes.data_as(ctypes.c_void_p),
            len(x),
        )
        return outputs

    return run


# --- all of them -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peer:
    """Another system.

    Attributes:
        name: As in the table.
        package: Its distribution.
        how: What one call computes.
        make: Builds a network for an input [T, ...].
        gain: What its synapses have to be multiplied with, for what its neurons do to their input.
        neurons: The options under which snnmlir makes the same neurons, from those of the network.
        lacks: What a network has that the system cannot express; empty if it can.
    """

    name: str
    package: str
    how: str
    make: Callable[[list[Layer], np.ndarray], Run]
    gain: Callable[[Neurons], float] = lambda layer: 1.0
    neurons: Callable[[Options], Options] = lambda options: options
    lacks: Callable[[list[Layer]], str] = lambda layers: ""


def single(options: Options) -> Options:
    """Systems that have no neurons that count spikes."""
    return options if options["convention"] == "snntorch" else {"convention": "snntorch"}


def no_feedback_first(options: Options) -> Options:
    """LIFRecurrent feeds back nothing in the first step, not even the synapses' bias."""
    return {**options, "feedback": "output"}


def spyx_neurons(options: Options) -> Options:
    """Spyx looks for spikes before it takes in the input.

    Weights come with their gain here, and those behind a Flatten in the file's order.
    """
    return {**options, "convention": "spyx", "input_gain": "nir", "flatten": "chw"}


PEERS = (
    Peer("snnTorch", "snntorch", "one step", snntorch, neurons=single),
    Peer("Norse", "norse", "one step", norse, norse_gain, single),
    Peer("Sinabs", "sinabs", "one step", sinabs_steps, sinabs_gain),
    Peer("Sinabs", "sinabs", "all steps", sinabs_sequence, sinabs_gain, no_feedback_first),
    Peer("Spyx", "spyx", "all steps (jitted lax.scan)", spyx, neurons=spyx_neurons),
    Peer("onnxruntime", "onnxruntime", "one step (io_binding)", onnxruntime),
    Peer("Brian2", "brian2", "all steps (C++ standalone)", brian2, neurons=single),
    Peer(
        "Qualia-CodeGen",
        "qualia-codegen-plugin-snn",
        "one step (C, gcc -O3 native)",
        qualia,
        neurons=single,
        lacks=qualia_lacks,
    ),
)


def measure(run: Run, steps: int) -> dict[str, Any]:
    """Spikes of all steps, and microseconds per step."""
    outputs = np.stack([np.asarray(output).reshape(-1) for output in run()])
    times = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        run()
        seconds = getattr(run, "seconds", time.perf_counter() - start)
        times.append(1e6 * seconds / steps)
    return {"output": outputs.tolist(), "time": min(times)}


def main(peer: Peer, folder: Path) -> None:
    """Measures one system: network.nir, options.json and inputs.npz to result.json."""
    # One core, also for those that start a thread for each.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    options = json.loads((folder / "options.json").read_text())
    layers = read(folder / "network.nir", peer.neurons(options), peer.gain)
    inputs, lacks = np.load(folder / "inputs.npz"), peer.lacks(layers)
    made = [] if lacks else list(inputs.values())
    with tempfile.TemporaryDirectory(prefix="snn-peers-") as scratch:
        tempfile.tempdir = scratch  # of the programs that some make
        results = [measure(peer.make(layers, x), len(x)) for x in made]
    answer = {
        "version": importlib.metadata.version(peer.package),
        "lacks": lacks,
        "results": results,
    }
    (folder / "result.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main(PEERS[int(sys.argv[1])], Path(sys.argv[2]))

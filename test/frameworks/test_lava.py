# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks against Lava itself: lava-nc 0.10.0 and lava-dl 0.6.0.

`loihi`: layers of CubaLIF are built by lava-dl's `netx` from the weights that `slayer` exports,
layers of LIF as the importer of the NIR paper builds them, and both run in lava-nc's runtime, in
`fixed_pt`. `lava`: LIF in `floating_pt`. `lava-dl`: `slayer` by itself. All spikes of all layers
have to be equal, and all currents and voltages that are integers.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import nir
import numpy as np
import numpy.typing as npt
import pytest
import torch

import snnmlir
import test_fixed_platforms as fixed
import test_platforms as real
from networks import graph, ports


@contextmanager
def as_in_python_3_10() -> Iterator[None]:
    """Lava was written for Python 3.10. Later ones refuse a default that has no hash."""
    original = dataclasses.dataclass

    def with_hash(cls: Any = None, /, **options: Any) -> Any:
        def decorated(cls: Any) -> Any:
            missing = "__hash__" not in cls.__dict__ and not options.get("frozen")
            return original(cls, **({"unsafe_hash": True} if missing else {}) | options)

        return decorated if cls is None else decorated(cls)

    dataclasses.dataclass = with_hash  # type: ignore[assignment]
    try:
        yield
    finally:
        dataclasses.dataclass = original


# Detection of objects is none of what is compared, and wants OpenCV and torchvision.
_DETECTION = "lava.lib.dl.slayer.object_detection"
sys.modules.setdefault(_DETECTION, types.ModuleType(_DETECTION))
with as_in_python_3_10():
    from lava.lib.dl import slayer
    from lava.lib.dl.netx.hdf5 import Network as Netx
    from lava.lib.dl.netx.utils import NetDict
    from lava.magma.core.run_conditions import RunSteps
    from lava.magma.core.run_configs import Loihi2SimCfg
    from lava.proc.dense.process import Dense
    from lava.proc.io.source import RingBuffer
    from lava.proc.lif.process import LIF
    from lava.proc.monitor.process import Monitor

DT = 1e-3
STEPS = 120
SEEDS = range(12)
Signal = npt.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class Layer:
    """A neuron of a chain, and what leads to it.

    Attributes:
        name: The neuron's.
        node: The neuron.
        synapse: What leads to it from the layer before.
        recurrent: Its recurrent synapse, if it has one.
        delay: Steps of a Delay before the synapse, for each input, if it has one.
    """

    name: str
    node: Any
    synapse: Any
    recurrent: Any = None
    delay: Signal | None = None


def chain(layers: list[Layer]) -> nir.NIRGraph:
    inputs, outputs = layers[0].synapse.weight.shape[1], layers[-1].synapse.weight.shape[0]
    nodes: dict[str, nir.NIRNode] = ports(inputs, outputs)
    edges, before = [], "input"
    for layer in layers:
        if layer.delay is not None:
            nodes[f"{layer.name}_delay"] = nir.Delay(layer.delay * DT)
            edges.append((before, f"{layer.name}_delay"))
            before = f"{layer.name}_delay"
        nodes |= {f"{layer.name}_in": layer.synapse, layer.name: layer.node}
        edges += [(before, f"{layer.name}_in"), (f"{layer.name}_in", layer.name)]
        if layer.recurrent is not None:
            nodes[f"{layer.name}_rec"] = layer.recurrent
            edges += [(layer.name, f"{layer.name}_rec"), (f"{layer.name}_rec", layer.name)]
        before = layer.name
    return graph(nodes, *edges, (before, "output"))


def drawn_synapse(name: str, outputs: int, inputs: int, rng: np.random.Generator) -> Any:
    """As in test_fixed_platforms; netx divides by the largest weight, so one of them is not 0."""
    synapse = fixed.random_synapse(name, outputs, inputs, rng, bias=bool(rng.random() < 0.4))
    if np.max(np.abs(synapse.weight)) < 0.1:
        synapse.weight[0, 0] = 1.0
    return synapse


def drawn(name: str, seed: int) -> list[Layer]:
    """Up to three layers, some recurrent; those of CubaLIF have one threshold, as slayer has."""
    rng = np.random.default_rng(seed)
    sizes = [int(n) for n in rng.integers(1, 13, rng.integers(2, 5))]
    layers = []
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        node = fixed.random_neuron(name, outputs, rng, DT)
        synapse = drawn_synapse(name, outputs, inputs, rng)
        delay = None
        if isinstance(node, nir.LIF):
            node.v_threshold *= 0.1
        else:
            node.v_threshold[:] = node.v_threshold[0]
            if name == "loihi" and rng.random() < 0.3:  # currents that wrap around
                node.tau_syn[:], node.w_in[:] = 4.0, 4.0 / DT
                synapse.weight[:] = 3.0 + 0.1 * synapse.weight
        recurs = rng.random() < 0.5
        # netx takes delays for those of inputs where they are not as many as the outputs.
        delays = name == "loihi" and not recurs and inputs != outputs
        if delays and isinstance(node, nir.CubaLIF):
            delay = rng.integers(0, 8, inputs)
        recurrent = drawn_synapse(name, outputs, outputs, rng) if recurs else None
        layers.append(Layer(f"n{number}", node, synapse, recurrent, delay))
    return layers


def drawn_input(layers: list[Layer], seed: int) -> Signal:
    rng = np.random.default_rng(seed + 1)
    shape = (STEPS, layers[0].synapse.weight.shape[1])
    return (rng.random(shape) < rng.choice([0.2, 0.8])).astype(np.uint8)


# lava-dl's slayer


def block_of(layer: Layer) -> Any:
    """The layer in slayer, with its own quantization of weights."""
    node = layer.node
    parameters = {
        "threshold": float(node.v_threshold[0]),
        "current_decay": DT / float(node.tau_syn[0]),
        "voltage_decay": DT / float(node.tau_mem[0]),
    }
    outputs, inputs = layer.synapse.weight.shape
    bias = getattr(layer.synapse, "bias", None)
    bias = None if bias is None else torch.tensor(bias, dtype=torch.float32)
    if layer.recurrent is None:
        block = slayer.block.cuba.Dense(parameters, inputs, outputs, delay_shift=False)
        synapse = block.synapse
        synapse.bias = None if bias is None else torch.nn.Parameter(bias)
    else:
        block = slayer.block.cuba.Recurrent(parameters, inputs, outputs, delay_shift=False)
        synapse = block.input_synapse
        block.bias = None if bias is None else bias[:, None]
        _weigh(block.recurrent_synapse, layer.recurrent)
    _weigh(synapse, layer.synapse)
    block.neuron.shape = torch.Size([outputs])
    return block


def _weigh(synapse: Any, source: Any) -> None:
    weight = torch.tensor(source.weight, dtype=torch.float32)
    synapse.weight.data = weight.reshape(synapse.weight.shape)


def in_slayer(layers: list[Layer], x: Signal) -> dict[str, Signal]:
    """Spikes, and currents and voltages in 4096ths, after the reset, which slayer makes later."""
    found: dict[str, Signal] = {}
    spikes = torch.tensor(x.T[np.newaxis], dtype=torch.float32)
    for layer in layers:
        block = block_of(layer)
        states = _listened(block.neuron)
        with torch.no_grad():
            spikes = block(spikes)
        fired = spikes[0].numpy().T
        current, voltage = (
            torch.cat(parts, -1)[0].detach().numpy().T * 4096 for parts in zip(*states, strict=True)
        )
        found |= {layer.name: fired, f"{layer.name}.i": current}
        found[f"{layer.name}.v"] = np.where(fired, 0.0, voltage)
    return found


def _listened(neuron: Any) -> list[tuple[Any, Any]]:
    """Currents and voltages, as slayer's neuron computes them: a recurrent one step by step."""
    states: list[tuple[Any, Any]] = []
    dynamics: Callable[[Any], tuple[Any, Any]] = neuron.dynamics

    def listening(x: Any) -> tuple[Any, Any]:
        states.append(dynamics(x))
        return states[-1]

    neuron.dynamics = listening
    return states


def test_of_slayer_every_integer() -> None:
    spikes = 0
    for seed in SEEDS:
        layers = drawn("lava-dl", seed)
        x = drawn_input(layers, seed)
        expected = in_slayer(layers, x)
        found = snnmlir.compile(chain(layers), convention="lava-dl", dt=DT).record(x)
        assert differing(found, expected) == dict.fromkeys(expected, 0), seed
        spikes += int(sum(np.sum(expected[layer.name]) for layer in layers))
    assert spikes > 1000


# lava-nc's runtime


def fixed_layer(layer: Layer, path: Path) -> tuple[Any, Any, Any]:
    """What spikes enter, the neuron, and what its spikes leave by."""
    if isinstance(layer.node, nir.CubaLIF):
        block = from_netx(layer, path)
        if layer.recurrent is None:
            return block.inp, block.neuron, block.out
        # netx makes recurrent blocks, and has no model to run them: what is in them runs.
        inner = block.neuron
        values = {key: getattr(inner, key).init for key in ("vth", "du", "dv", "bias_mant")}
        synapses = [_taken_out(synapse) for synapse in (block.synapse, block.synapse_rec)]
        return _wired(LIF(shape=block.shape, bias_exp=6, **values), synapses)
    # The importer of the NIR paper.
    k = DT / float(layer.node.tau[0])
    neuron = LIF(
        shape=layer.node.v_threshold.shape,
        du=4095,
        dv=int(4095 * k),
        vth=(131071 * layer.node.v_threshold).astype(int) >> 9,
    )
    synapses = [
        Dense(weights=np.trunc(256 * k * synapse.weight.astype(np.float64)).astype(int))
        for synapse in (layer.synapse, layer.recurrent)
        if synapse is not None
    ]
    return _wired(neuron, synapses)


def float_layer(layer: Layer, path: Path) -> tuple[Any, Any, Any]:
    """The importer of the NIR paper, whose files hold float32."""
    del path
    k = np.float32(DT) / layer.node.tau.astype(np.float32)
    neuron = LIF(shape=k.shape, du=1, dv=k, vth=layer.node.v_threshold)
    synapses = [
        Dense(weights=k.astype(np.float64)[:, np.newaxis] * synapse.weight.astype(np.float64))
        for synapse in (layer.synapse, layer.recurrent)
        if synapse is not None
    ]
    return _wired(neuron, synapses)


def _wired(neuron: Any, synapses: list[Any]) -> tuple[Any, Any, Any]:
    for synapse in synapses:
        synapse.a_out.connect(neuron.a_in)
    for synapse in synapses[1:]:
        neuron.s_out.connect(synapse.s_in)
    return synapses[0].s_in, neuron, neuron.s_out


def _taken_out(synapse: Any) -> Any:
    options = {key: synapse.proc_params[key] for key in ("weight_exp", "num_weight_bits")}
    return Dense(weights=synapse.weights.init, **options)


def from_netx(layer: Layer, path: Path) -> Any:
    """The block that netx makes of what slayer exports."""
    with h5py.File(path / f"{layer.name}.net", "w") as file:
        block_of(layer).export_hdf5(file.create_group("layer/0"))
        if layer.delay is not None:
            file["layer/0/delay"] = layer.delay
    config = NetDict(str(path / f"{layer.name}.net"))["layer"][0]
    return Netx.create_dense(config, rec=layer.recurrent is not None)[0]


def in_lava(
    layers: list[Layer], x: Signal, path: Path, tag: str, of: Callable[..., Any]
) -> dict[str, Signal]:
    """Spikes, currents and voltages of all layers."""
    source = RingBuffer(data=x.T.astype(int))
    before, monitors = source.s_out, {}
    for layer in layers:
        entry, neuron, leaves = of(layer, path)
        before.connect(entry)
        before = leaves
        for suffix, signal in (("", neuron.s_out), (".v", neuron.v), (".i", neuron.u)):
            monitors[layer.name + suffix] = Monitor()
            monitors[layer.name + suffix].probe(signal, len(x))
    try:
        source.run(condition=RunSteps(len(x)), run_cfg=Loihi2SimCfg(select_tag=tag))
        return {name: _recorded(monitor) for name, monitor in monitors.items()}
    finally:
        source.stop()


def _recorded(monitor: Any) -> Signal:
    ((signal,),) = (process.values() for process in monitor.get_data().values())
    return np.asarray(signal)


def differing(found: dict[str, Signal], expected: dict[str, Signal]) -> dict[str, int]:
    wrong = {}
    for name, values in expected.items():
        assert found[name].shape == values.shape, name
        wrong[name] = int(np.sum(found[name].astype(np.float64) != values))
    return wrong


def on_loihi(layers: list[Layer], x: Signal, path: Path) -> dict[str, Signal]:
    """What lava-nc computes; of a LIF the current is no state, and ours has none."""
    expected = in_lava(layers, x, path, "fixed_pt", fixed_layer)
    return {
        name: values
        for name, values in expected.items()
        if not name.endswith(".i") or isinstance(nodes_of(layers)[name[:-2]], nir.CubaLIF)
    }


def nodes_of(layers: list[Layer]) -> dict[str, Any]:
    return {layer.name: layer.node for layer in layers}


@pytest.mark.parametrize("seed", SEEDS)
def test_on_loihi_every_integer(seed: int, tmp_path: Path) -> None:
    layers = drawn("loihi", seed)
    x = drawn_input(layers, seed)
    expected = on_loihi(layers, x, tmp_path)
    found = snnmlir.compile(chain(layers), convention="loihi", dt=DT).record(x)
    assert differing(found, expected) == dict.fromkeys(expected, 0)


def test_what_is_drawn_for_loihi() -> None:
    """Both kinds of neurons, recurrence and delays; spikes, currents that wrap, full voltages."""
    every = [(seed, layers) for seed in SEEDS for layers in [drawn("loihi", seed)]]
    drawn_layers = [layer for _, layers in every for layer in layers]
    kinds = Counter(type(layer.node) for layer in drawn_layers)
    assert min(kinds[nir.LIF], kinds[nir.CubaLIF]) >= 5
    assert sum(layer.recurrent is not None for layer in drawn_layers) >= 5
    assert sum(layer.delay is not None for layer in drawn_layers) >= 3
    ends: Counter[str] = Counter()
    for seed, layers in every:
        network = snnmlir.compile(chain(layers), convention="loihi", dt=DT)
        found = network.record(drawn_input(layers, seed))
        ends += fixed.ends_of("loihi", found)
        ends["spikes"] += int(sum(np.sum(found[layer.name]) for layer in layers))
    assert ends["wraps"] >= 10
    assert min(ends["clipped"], ends["spikes"]) > 100


@pytest.mark.parametrize(
    ("weight", "recurrent"),
    [
        ([[-8.0, -0.25], [-0.5, -1.0]], None),  # -256 becomes -240
        ([[-8.0, 0.0], [-0.5, -1 / 32]], None),  # -255: netx takes 0 for the other sign
        ([[-8.0, 0.0], [-0.5, -1.0]], None),  # -240
        ([[-8.0, -1.0], [-0.5, -4.0]], [[3.0, 1.0], [2.0, 3.0]]),  # -240
        ([[8.0, 1.0], [0.5, 4.0]], [[-8.0, -1.0], [-0.5, -4.0]]),  # 254, and -255
    ],
)
def test_weights_of_one_sign(weight: Any, recurrent: Any, tmp_path: Path) -> None:
    """What netx and the chip's 8 bits make of -256, which is none of them."""
    node = fixed.cuba(2, 4e-3, 8e-3, 20.0 if recurrent is None else 0.5, DT)
    synapses = [None if w is None else nir.Linear(np.array(w)) for w in (weight, recurrent)]
    layers = [Layer("n0", node, *synapses)]
    x = drawn_input(layers, 3)
    expected = on_loihi(layers, x, tmp_path)
    found = snnmlir.compile(chain(layers), convention="loihi", dt=DT).record(x)
    assert expected["n0.i"].any()
    assert differing(found, expected) == dict.fromkeys(expected, 0)


# Floating point


def drawn_floats(seed: int) -> list[Layer]:
    """Layers of LIF, whose time constants and thresholds differ between neurons."""
    rng = np.random.default_rng(seed)
    sizes = [int(n) for n in rng.integers(1, 9, rng.integers(2, 5))]
    layers = []
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        node = real.random_neuron("lava", outputs, rng, DT)
        synapse = nir.Linear(real.random_weights(rng, outputs, inputs))
        node.v_threshold *= 0.3
        synapse.weight[0, 0] = 1.5
        recurrent = nir.Linear(real.random_weights(rng, outputs, outputs))
        layers.append(Layer(f"n{number}", node, synapse, recurrent if rng.random() < 0.5 else None))
    return layers


@pytest.mark.parametrize("seed", range(6))
def test_in_floating_point_every_spike(seed: int, tmp_path: Path) -> None:
    """Voltages within 1e-12; lava-nc keeps weights times dt/tau."""
    layers = drawn_floats(seed)
    x = drawn_input(layers, seed)
    expected = in_lava(layers, x, tmp_path, "floating_pt", float_layer)
    found = snnmlir.compile(chain(layers), convention="lava", dt=DT, dtype="f64").record(x)
    for layer in layers:
        assert int(np.sum(found[layer.name] != expected[layer.name])) == 0
        voltages = expected[f"{layer.name}.v"]
        allowed = 1e-12 * max(1.0, float(np.max(np.abs(voltages))))
        assert np.max(np.abs(found[f"{layer.name}.v"] - voltages)) < allowed
    assert expected["n0"].any()

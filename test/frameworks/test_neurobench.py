# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""NeuroBench's harness, on compiled networks and on snnTorch's of the same weights."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
import snntorch as snn
import torch
from neurobench.benchmarks import Benchmark
from neurobench.metrics.static import ConnectionSparsity, Footprint, ParameterCount
from neurobench.metrics.workload import (
    ActivationSparsity,
    ActivationSparsityByLayer,
    ClassificationAccuracy,
    MembraneUpdates,
    SynapticOperations,
)
from neurobench.models import SNNTorchModel
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import snnmlir
from emulation import FLAGS, run
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import NoRoomError, build
from snnmlir.errors import OptionError
from snnmlir.neurobench import CompiledModel, NeuronUpdates, Operations

EXAMPLES = Path(__file__).parents[2] / "examples"
OPTIONS = {
    "digits": {"convention": "snntorch", "dt": 1e-4, "input_type": "spikes"},
    "gestures": {"convention": "snntorch-default", "dt": 1e-4, "input_type": "spikes"},
}
STATIC = [Footprint, ConnectionSparsity, ParameterCount]
WORKLOAD = [
    ActivationSparsity,
    ActivationSparsityByLayer,
    SynapticOperations,
    MembraneUpdates,
    ClassificationAccuracy,
]


def leaky(node: nir.LIF, last: bool, **arguments: Any) -> snn.Leaky:
    """The neurons of a node, as snnTorch had them before it exported them."""
    beta = 1 - 1e-4 / torch.from_numpy(np.asarray(node.tau))
    threshold = torch.from_numpy(np.asarray(node.v_threshold))
    if beta.numel() and torch.all(beta == beta.reshape(-1)[0]):
        beta, threshold = beta.reshape(-1)[0], threshold.reshape(-1)[0]
    return snn.Leaky(beta=beta, threshold=threshold, init_hidden=True, output=last, **arguments)


def with_values(layer: nn.Module, weight: np.ndarray, bias: np.ndarray) -> nn.Module:
    layer.weight.data = torch.from_numpy(weight.copy())
    layer.bias.data = torch.from_numpy(bias.copy())
    return layer


def torch_network(graph: nir.NIRGraph, name: str) -> nn.Sequential:
    """The network of an example in snnTorch."""
    arguments = {"digits": {"reset_mechanism": "zero", "reset_delay": False}, "gestures": {}}[name]
    parts = nn.Sequential()
    order = {
        "digits": ("fc1", "lif1", "fc2", "lif2"),
        "gestures": ("conv1", "lif1", "conv2", "lif2", "flatten", "fc3", "lif3", "fc4", "lif4"),
    }[name]
    for part in order:
        node = graph.nodes.get(part)
        if part == "flatten":
            parts.add_module(part, nn.Flatten())
        elif isinstance(node, nir.Affine):
            outputs, inputs = node.weight.shape
            parts.add_module(part, with_values(nn.Linear(inputs, outputs), node.weight, node.bias))
        elif isinstance(node, nir.Conv2d):
            outputs, inputs, *kernel = node.weight.shape
            layer = nn.Conv2d(
                inputs, outputs, kernel, tuple(node.stride), tuple(node.padding),
                tuple(node.dilation), int(node.groups),
            )  # fmt: skip
            parts.add_module(part, with_values(layer, node.weight, node.bias))
        else:
            parts.add_module(part, leaky(node, part == order[-1], **arguments))
    return parts


@functools.cache
def data(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Samples and labels."""
    if name == "digits":
        stored = np.load(EXAMPLES / "digits/test_set.npz")
        x = np.unpackbits(stored["spikes"], count=stored["shape"].prod())
        return x.reshape(stored["shape"]), stored["labels"].astype(np.int64)
    sys.path.insert(0, str(EXAMPLES / "gestures"))
    from gestures import gestures

    x, labels = gestures(800, seed=1)
    return x, labels.astype(np.int64)


def loader(name: str, count: int | None = None) -> DataLoader:
    x, labels = data(name)
    tensors = (torch.from_numpy(x[:count].astype(np.float32)), torch.from_numpy(labels[:count]))
    return DataLoader(TensorDataset(*tensors), batch_size=50)


def decide(spikes: torch.Tensor) -> torch.Tensor:
    """The class with most spikes."""
    return spikes.sum(1).argmax(1)


def measured(model: Any, batches: DataLoader, *more: Any) -> dict[str, Any]:
    with torch.no_grad():
        harness = Benchmark(model, batches, [], [decide], [STATIC, [*WORKLOAD, *more]])
        found: dict[str, Any] = harness.run(quiet=True)
    return found


def compiled(name: str, graph: Any = None, **options: Any) -> snnmlir.Network:
    source = EXAMPLES / name / f"{name}.nir" if graph is None else graph
    return snnmlir.compile(source, **(OPTIONS[name] | options))


def pruned(name: str) -> nir.NIRGraph:
    """The example with three of ten weights 0."""
    graph = nir.read(EXAMPLES / name / f"{name}.nir")
    rng = np.random.default_rng(0)
    for node in graph.nodes.values():
        if isinstance(node, nir.Affine | nir.Conv2d):
            node.weight = np.where(rng.random(node.weight.shape) < 0.3, 0, node.weight)
    return graph


@pytest.mark.parametrize("is_pruned", [False, True], ids=["whole", "pruned"])
@pytest.mark.parametrize("name", ["digits", "gestures"])
def test_the_harness_finds_what_it_finds_of_snntorch(name: str, is_pruned: bool) -> None:
    """Of the C in float32 the same numbers as of PyTorch, but for the bytes."""
    graph = pruned(name) if is_pruned else nir.read(EXAMPLES / name / f"{name}.nir")
    network = compiled(name, graph)
    ours = measured(CompiledModel(network), loader(name, 100))
    theirs = measured(SNNTorchModel(torch_network(graph, name)), loader(name, 100))
    assert ours.keys() == theirs.keys()
    assert (ours["ConnectionSparsity"] > 0.29) == is_pruned
    assert ours["SynapticOperations"]["Effective_ACs"] > 0
    resources = network.resources
    assert ours.pop("Footprint") == resources.constant_bytes + resources.memory_bytes
    assert theirs.pop("Footprint") > 4 * ours["ParameterCount"]
    # Gains of 1, give or take a rounding, are multiplied into weights: a spike in millions may
    # come a step earlier.
    assert ours["ConnectionSparsity"] == theirs["ConnectionSparsity"]
    assert ours["ParameterCount"] == theirs["ParameterCount"]
    assert ours["SynapticOperations"] == pytest.approx(theirs["SynapticOperations"], rel=1e-5)
    assert ours["MembraneUpdates"] == pytest.approx(theirs["MembraneUpdates"], rel=1e-5)
    assert ours["ActivationSparsity"] == pytest.approx(theirs["ActivationSparsity"], rel=1e-5)
    for layer, sparsity in theirs["ActivationSparsityByLayer"].items():
        assert ours["ActivationSparsityByLayer"][layer] == pytest.approx(sparsity, rel=1e-4)
    assert ours["ClassificationAccuracy"] == pytest.approx(theirs["ClassificationAccuracy"])


def test_zeros_of_integers_are_sparse() -> None:
    """A weight that was rounded to 0 is none."""
    network = compiled("digits", dtype="int2")
    found = measured(CompiledModel(network), loader("digits", 50))
    assert 0.2 < found["ConnectionSparsity"] < 0.6
    operations = found["SynapticOperations"]
    assert operations["Effective_MACs"] == 0
    assert operations["Effective_ACs"] < operations["Dense"]
    assert found["Footprint"] == network.resources.constant_bytes + network.resources.memory_bytes


def dense(x: np.ndarray, bias: bool = False) -> snnmlir.Network:
    rng = np.random.default_rng(3)
    ones = np.ones(6, np.float32)
    weight = rng.normal(size=(6, x.shape[-1])).astype(np.float32)
    lif = nir.LIF(tau=3e-4 * ones, r=ones, v_leak=0 * ones, v_threshold=ones, v_reset=0 * ones)
    return snnmlir.compile(nir.NIRGraph.from_list(nir.Linear(weight), lif), dt=1e-4)


def test_values_are_multiplied() -> None:
    """Inputs that are no spikes make MACs, zeros among them none."""
    rng = np.random.default_rng(1)
    x = (rng.normal(size=(4, 9, 5)) * (rng.random((4, 9, 5)) < 0.5)).astype(np.float32)
    batches = DataLoader(TensorDataset(torch.from_numpy(x), torch.zeros(4, dtype=torch.int64)), 4)
    found = measured(CompiledModel(dense(x)), batches)
    assert found["SynapticOperations"] == {
        "Effective_MACs": np.count_nonzero(x) * 6 / 4,
        "Effective_ACs": 0.0,
        "Dense": 9 * 5 * 6,
    }


def test_recurrent_synapses_see_the_step_before() -> None:
    rng = np.random.default_rng(4)
    ones = np.ones(8, np.float32)
    weights = [rng.normal(size=(8, 8)).astype(np.float32) for _ in range(2)]
    nodes = {
        "input": nir.Input({"input": np.array([8])}),
        "fc": nir.Linear(3 * np.abs(weights[0])),
        "lif": nir.LIF(tau=3e-4 * ones, r=ones, v_leak=0 * ones, v_threshold=ones),
        "again": nir.Linear(weights[1]),
        "output": nir.Output({"output": np.array([8])}),
    }
    edges = [("input", "fc"), ("fc", "lif"), ("lif", "again"), ("again", "lif"), ("lif", "output")]
    network = snnmlir.compile(nir.NIRGraph(nodes, edges), dt=1e-4, input_type="spikes")
    x = (rng.random((2, 12, 8)) < 0.4).astype(np.float32)
    batches = DataLoader(TensorDataset(torch.from_numpy(x), torch.zeros(2, dtype=torch.int64)), 2)
    found = measured(CompiledModel(network), batches)
    spikes = np.asarray(network.run_batch(x))
    assert spikes.any()
    # The edge back to "lif" takes the step, not the one to "again".
    assert found["SynapticOperations"]["Effective_ACs"] == 8 * (x.sum() + spikes.sum()) / 2


# --- What the C does ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "dtype"), [("digits", "f32"), ("digits", "int4"),
                                              ("gestures", "int8")])  # fmt: skip
def test_operations_of_neurons_and_weights(name: str, dtype: str) -> None:
    """Of each active input those of a row; of a convolution, of the windows that it is in."""
    network = compiled(name, dtype=dtype)
    found = measured(CompiledModel(network), loader(name, 20), Operations, NeuronUpdates)
    layers = {layer.node: layer for layer in network.resources.layers}
    steps = data(name)[0].shape[1]
    quiet = steps * sum(layer.least.adds for layer in layers.values())
    if name == "digits":
        parts = {"fc1": 128, "fc2": 10}
        signals = network.recorder(["lif1"]).run_batch(data(name)[0][:20])
        events = {"fc1": data(name)[0][:20].sum() / 20, "fc2": signals["lif1"].sum() / 20}
        each = {"f32": 1.0, "int4": 1.5}[dtype]
        weights = sum(events[layer] * size * each for layer, size in parts.items())
        assert found["Operations"]["Adds"] == pytest.approx(quiet + weights)
        assert found["SynapticOperations"]["Effective_ACs"] <= weights
    else:
        added = found["Operations"]["Adds"] - quiet
        # Each weight of an active input is added, those that are 0 among them.
        kept = found["SynapticOperations"]["Effective_ACs"]
        assert kept / (1 - found["ConnectionSparsity"]) == pytest.approx(added, rel=0.05)
        assert kept <= added
    neurons = {"digits": 138, "gestures": 12 * 64 + 24 * 16 + 64 + 8}[name]
    assert found["NeuronUpdates"] == neurons * steps
    assert found["MembraneUpdates"] <= found["NeuronUpdates"]


def test_what_does_not_fit() -> None:
    network = compiled("digits", record=["lif1"])
    with pytest.raises(OptionError, match="NeuroBench passes one tensor, and the network has 2"):
        CompiledModel(network)
    model = CompiledModel(compiled("digits"))
    with pytest.raises(OptionError, match="there is no batch to count operations in"):
        _ = model.batch


# --- The page -------------------------------------------------------------------------------------

FOUND = {
    "digits": {"fc1": "int4", "fc2": "int4"},
    "gestures": {"conv1": "int2", "conv2": "int4", "fc3": "int4", "fc4": "int4"},
}
"""What a search found: docs/weights.md."""

Rows = Callable[[str, str, list[str]], None]


def networks(name: str) -> dict[str, snnmlir.Network]:
    return {
        "f32": compiled(name),
        "int8": compiled(name, dtype="int8"),
        "searched": compiled(name, dtype="int8", dtypes=FOUND[name]),
    }


def numbers(found: dict[str, Any]) -> list[str]:
    operations = found["SynapticOperations"]
    return [
        f"{100 * found['ClassificationAccuracy']:.2f} %",
        f"{found['Footprint']:,}",
        f"{found['ConnectionSparsity']:.4f}",
        f"{found['ActivationSparsity']:.4f}",
        f"{operations['Effective_MACs']:,.0f}",
        f"{operations['Effective_ACs']:,.0f}",
        f"{operations['Dense']:,.0f}",
        f"{found['MembraneUpdates']:,.0f}",
    ]


@pytest.mark.slow
def test_table_of_metrics(check_table: Rows) -> None:
    lines = [
        "| network | accuracy | footprint | connection sparsity | activation sparsity "
        "| effective MACs | effective ACs | dense | membrane updates | adds of the C "
        "| multiplies of the C | updates of the C |",
        "|---|" + 11 * "---:|",
    ]
    for name in OPTIONS:
        graph = nir.read(EXAMPLES / name / f"{name}.nir")
        theirs = measured(SNNTorchModel(torch_network(graph, name)), loader(name))
        lines.append(f"| {name}, snnTorch | " + " | ".join([*numbers(theirs), "", "", ""]) + " |")
        for dtype, network in networks(name).items():
            ours = measured(CompiledModel(network), loader(name), Operations, NeuronUpdates)
            does = ours["Operations"]["Adds"], ours["Operations"]["Multiplies"]
            more = [f"{value:,.0f}" for value in (*does, ours["NeuronUpdates"])]
            lines.append(f"| {name}, {dtype} | " + " | ".join([*numbers(ours), *more]) + " |")
    check_table("docs/neurobench.md", "metrics", lines)


def test_table_of_targets(check_table: Rows, tmp_path: Path) -> None:
    lines = [
        "| network | flash | RAM | Cortex-M0, instructions | Cortex-M4F, instructions "
        "| ATmega1284P, cycles |",
        "|---|" + 5 * "---:|",
    ]
    for name in OPTIONS:
        x = data(name)[0][0, 8:24]
        for dtype, network in networks(name).items():
            cells = []
            for target in ("cortex-m0", "cortex-m4f", "atmega1284p"):
                folder = tmp_path / f"{name}-{dtype}-{target}"
                folder.mkdir()
                try:
                    program = build(MACHINES[target], folder, network, (*FLAGS, "-O2"))
                except NoRoomError:
                    cells.append("too large")
                    continue
                result = run(program, x)
                expected = network.run(x)
                np.testing.assert_array_equal(
                    result.outputs["output"].reshape(expected.shape), expected
                )
                cells.append(f"{np.mean(result.counts):,.0f}")
                if target == "cortex-m4f":
                    sizes = [f"{program.network_sections.text:,}", f"{result.memory:,}"]
            lines.append(f"| {name}, {dtype} | " + " | ".join([*sizes, *cells]) + " |")
    check_table("docs/neurobench.md", "targets", lines)

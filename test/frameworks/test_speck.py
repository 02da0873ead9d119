# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks under `speck` against Sinabs 3.1.3: DynapcnnNetwork with discretized weights.

Sinabs discretizes the network, and steps it by a clock; the graph that it exported before is
compiled. All counts and voltages of all layers have to be equal.
"""

from __future__ import annotations

import sys
import types
from collections import Counter
from pathlib import Path
from typing import Any

import nir
import numpy as np
import numpy.typing as npt
import pytest
import sinabs.layers as sl
import torch
from live import drawn
from sinabs.nir import to_nir
from torch import nn

import snnmlir


class _NotThere:
    """A class of samna. Nothing that is compared makes one, and a test that did would fail."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise AssertionError("samna is not there, and was used")


class _Samna(types.ModuleType):
    """Stands in for samna, which drives the chip and is a download of its own.

    Sinabs imports it, and discretizes and simulates networks in PyTorch without it.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _NotThere if name[0].isupper() else _Samna(f"{self.__name__}.{name}")


for name in ("samna", "samnagui", "samna.specksim", "samna.specksim.nodes"):
    sys.modules.setdefault(name, _Samna(name))
for chip in ("speck2e", "speck2f"):
    for name in (f"samna.{chip}", f"samna.{chip}.configuration"):
        sys.modules.setdefault(name, _Samna(name))

from sinabs.backend.dynapcnn import DynapcnnNetwork  # noqa: E402

STEPS = 40
Signal = npt.NDArray[Any]
Shape = tuple[int, int, int]


def iaf(threshold: float) -> nn.Module:
    return sl.IAFSqueeze(
        batch_size=1,
        spike_threshold=torch.tensor(threshold),
        min_v_mem=torch.tensor(-threshold),
        record_states=True,
    )


def random_network(seed: int) -> tuple[nn.Sequential, Shape]:
    """Up to three convolutions, some with a pool, and one or two linear layers."""
    rng = np.random.default_rng(seed)
    channels, size = int(rng.integers(1, 4)), int(rng.integers(6, 14))
    shape: Shape = (channels, size, size)  # Sinabs makes convolutions of linear layers: square
    layers: list[nn.Module] = []
    for _ in range(rng.integers(0, 4)):
        kernel, stride, padding = (int(rng.integers(*ends)) for ends in ((1, 4), (1, 3), (0, 2)))
        features = int(rng.integers(1, 7))
        bias = bool(rng.random() < 0.5)
        layers += [nn.Conv2d(channels, features, kernel, stride, padding, bias=bias)]
        layers += [iaf(float(rng.uniform(0.1, 1.0)))]
        channels, size = features, 1 + (size + 2 * padding - kernel) // stride
        if size >= 2 and rng.random() < 0.5:
            layers.append(sl.SumPool2d(2))
            size //= 2
        if size < 4:
            break
    layers.append(nn.Flatten())
    features = channels * size * size
    for _ in range(rng.integers(1, 3)):
        outputs = int(rng.integers(1, 12))
        layers.append(nn.Linear(features, outputs, bias=bool(rng.random() < 0.5)))
        layers.append(iaf(float(rng.uniform(0.1, 1.0))))
        features = outputs
    network = drawn(nn.Sequential(*layers), 2.0, seed)
    for layer in network:
        if hasattr(layer, "weight"):
            _reshaped(layer, rng)
    return network, shape


def _reshaped(layer: Any, rng: np.random.Generator) -> None:
    """Weights of one sign, or mostly negative ones, or biases or thresholds that set the scale."""
    kind = rng.integers(0, 5)
    if kind == 0:
        layer.weight.data.abs_()
    elif kind == 1:
        layer.weight.data.mul_(0.05)
    elif kind == 2 and layer.bias is not None:
        layer.bias.data.mul_(float(rng.choice([-20.0, 20.0])))
    elif kind == 3:
        layer.weight.data.flatten()[0] = -1.2 * float(layer.weight.abs().max())


def random_input(shape: Shape, seed: int) -> Signal:
    rng = np.random.default_rng(seed + 1)
    return (rng.random((STEPS, *shape)) < rng.choice([0.1, 0.5])).astype(np.float32)


def on_speck(network: nn.Sequential, shape: Shape, x: Signal) -> dict[str, Signal]:
    """Counts and voltages of all layers as Sinabs discretizes them, by the name in the sequence."""
    with torch.no_grad():
        discretized = DynapcnnNetwork(network, input_shape=shape, batch_size=1, discretize=True)
    names = [str(n) for n, layer in enumerate(network) if isinstance(layer, sl.IAFSqueeze)]
    found: dict[str, Signal] = {}
    for name, layer in zip(names, _in_order(discretized), strict=True):

        def listen(spiking: Any, _: Any, out: Any, name: str = name) -> None:
            found[name] = out.numpy()
            found[f"{name}.v"] = spiking.recordings["v_mem"][0].numpy()

        # Sinabs ran random input to find the layers.
        layer.spk_layer.v_mem = torch.zeros_like(layer.spk_layer.v_mem)
        layer.spk_layer.register_forward_hook(listen)
    with torch.no_grad():
        discretized(torch.tensor(x))
    return found


def _in_order(discretized: Any) -> list[Any]:
    return [discretized.dynapcnn_layers[n] for n in sorted(discretized.dynapcnn_layers)]


def exported(network: nn.Sequential, shape: Shape) -> Any:
    """The graph of the network as it was trained, with real weights."""
    with torch.no_grad():
        return to_nir(network, torch.zeros((1, *shape)))


def differing(found: dict[str, Signal], expected: dict[str, Signal]) -> dict[str, int]:
    """Entries by signal; Sinabs keeps a map of one pixel behind a linear layer."""
    steps = len(next(iter(expected.values())))
    return {
        name: int(np.sum(found[name].reshape(steps, -1) != values.reshape(steps, -1)))
        for name, values in expected.items()
    }


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_every_integer_is_sinabs(seed: int, dtype: str) -> None:
    network, shape = random_network(seed)
    x = random_input(shape, seed)
    graph = exported(network, shape)
    expected = on_speck(network, shape, x)
    found = snnmlir.compile(graph, convention="speck", dtype=dtype).record(x)
    assert differing(found, expected) == dict.fromkeys(expected, 0)


def test_what_is_drawn() -> None:
    """Layers of all kinds; several spikes in a step, and voltages at the floor."""
    kinds: Counter[type] = Counter()
    most = floors = spiking = 0
    for seed in range(16):
        network, shape = random_network(seed)
        kinds.update(type(layer) for layer in network)
        expected = on_speck(network, shape, random_input(shape, seed))
        counts = [values for name, values in expected.items() if not name.endswith(".v")]
        most = max(most, *(int(values.max()) for values in counts))
        floors += sum(int(np.sum(v == v.min())) for n, v in expected.items() if n.endswith(".v"))
        spiking += all(values.any() for values in counts)
    assert min(kinds[kind] for kind in (nn.Conv2d, nn.Linear, sl.SumPool2d)) >= 5
    assert spiking >= 6
    assert most > 1
    assert floors > 1000


def in_sinabs(node: Any) -> nn.Module:
    """A node of the paper's network."""
    if isinstance(node, nir.Conv2d):
        features, channels, *kernel = node.weight.shape
        stride, padding = tuple(map(int, node.stride)), tuple(map(int, node.padding))
        return _weighed(nn.Conv2d(channels, features, kernel, stride, padding), node)
    if isinstance(node, nir.Affine):
        return _weighed(nn.Linear(*reversed(node.weight.shape)), node)
    if isinstance(node, nir.IF):
        return iaf(float(np.ravel(node.v_threshold)[0]))
    if isinstance(node, nir.SumPool2d):
        return sl.SumPool2d(tuple(map(int, node.kernel_size)))
    assert isinstance(node, nir.Flatten)
    return nn.Flatten()


def _weighed(layer: Any, node: Any) -> nn.Module:
    layer.weight.data = torch.tensor(node.weight, dtype=torch.float32)
    layer.bias.data = torch.tensor(node.bias, dtype=torch.float32)
    return layer


def test_the_papers_network(test_data: Path) -> None:
    """All layers of N-MNIST of the NIR paper, on random input: the paper's is not published."""
    model = test_data / "nir-paper/cnn_sinabs.nir"
    if not model.is_file():
        pytest.skip(f"no {model}; set SNN_TEST_DATA")
    nodes = dict(nir.read(model).nodes)
    network = nn.Sequential(*(in_sinabs(nodes[str(n)]) for n in range(len(nodes) - 2)))
    x = (np.random.default_rng(0).random((STEPS, 2, 34, 34)) < 0.1).astype(np.float32)
    expected = on_speck(network, (2, 34, 34), x)
    found = snnmlir.compile(model, convention="speck").record(x)
    assert expected["12"].any()
    assert differing(found, expected) == dict.fromkeys(expected, 0)

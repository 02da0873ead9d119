# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks that are measured: seeded random weights, or real models where they are there."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nir
import numpy as np

DATA = Path(os.environ.get("SNN_TEST_DATA", Path(__file__).resolve().parents[2] / "shared"))
DT = 1e-4


@dataclass(frozen=True)
class Subject:
    """A network to measure.

    Attributes:
        name: As in the table.
        make: Gives the network, a graph or a path; None if it is not there.
        options: Options of snnmlir.compile.
        samples: Gives recorded input [T, *shape] instead of random spikes, or None.
        densities: Parts of the random inputs that spike.
        large: Whether compiling its C takes minutes.
        neurons: Whether there are any; other systems are compared on these networks only.
    """

    name: str
    make: Callable[[], nir.NIRGraph | Path | None]
    options: dict[str, Any]
    samples: Callable[[], np.ndarray] | None = None
    densities: tuple[float, ...] = (0.01, 0.05, 0.2, 1.0)
    large: bool = False
    neurons: bool = True


def _graph(nodes: dict[str, nir.NIRNode], edges: list[tuple[str, str]]) -> nir.NIRGraph:
    return nir.NIRGraph(nodes=nodes, edges=edges, type_check=False)


def _ports(inputs: int, outputs: int) -> dict[str, nir.NIRNode]:
    return {
        "input": nir.Input(input_type={"input": np.array([inputs])}),
        "output": nir.Output(output_type={"output": np.array([outputs])}),
    }


def _affine(outputs: int, inputs: int, rng: np.random.Generator) -> nir.Affine:
    weight = rng.normal(0.02, 1.0, (outputs, inputs)) / np.sqrt(0.1 * inputs)
    return nir.Affine(weight.astype(np.float32), np.zeros(outputs, np.float32))


def _lif(size: int) -> nir.LIF:
    tau = np.full(size, 2e-3)
    return nir.LIF(tau, tau / DT, np.zeros(size), np.ones(size), np.zeros(size))


def _cuba(size: int) -> nir.CubaLIF:
    mem, syn = np.full(size, 2e-3), np.full(size, 1e-3)
    ones, zeros = np.ones(size), np.zeros(size)
    return nir.CubaLIF(
        tau_mem=mem,
        tau_syn=syn,
        r=mem / DT,
        v_leak=zeros,
        v_threshold=ones,
        v_reset=zeros,
        w_in=0.2 * syn / DT,
    )


def feedforward(*sizes: int, neuron: Callable[[int], nir.NIRNode] = _lif) -> nir.NIRGraph:
    """Layers of all-to-all synapses and neurons."""
    rng = np.random.default_rng(0)
    nodes = _ports(sizes[0], sizes[-1])
    path = ["input"]
    for index, (inputs, outputs) in enumerate(itertools.pairwise(sizes), 1):
        nodes |= {f"fc{index}": _affine(outputs, inputs, rng), f"n{index}": neuron(outputs)}
        path += [f"fc{index}", f"n{index}"]
    path.append("output")
    return _graph(nodes, list(itertools.pairwise(path)))


def synapses(inputs: int, outputs: int) -> nir.NIRGraph:
    """One layer of synapses, without neurons."""
    nodes = _ports(inputs, outputs) | {"fc": _affine(outputs, inputs, np.random.default_rng(0))}
    return _graph(nodes, [("input", "fc"), ("fc", "output")])


def recurrent(inputs: int, hidden: int, outputs: int) -> nir.NIRGraph:
    """A layer of CubaLIF that feeds itself back, and a readout."""
    rng = np.random.default_rng(0)
    nodes = _ports(inputs, outputs) | {
        "fc1": _affine(hidden, inputs, rng),
        "n1": _cuba(hidden),
        "rec": _affine(hidden, hidden, rng),
        "fc2": _affine(outputs, hidden, rng),
        "n2": _cuba(outputs),
    }
    edges = ["input fc1", "fc1 n1", "n1 rec", "rec n1", "n1 fc2", "fc2 n2", "n2 output"]
    return _graph(nodes, [tuple(edge.split()) for edge in edges])


def _shared(path: str) -> Path | None:
    return DATA / path if (DATA / path).exists() else None


_SNNTORCH = {"convention": "snntorch", "dt": DT}

SUBJECTS = (
    Subject("784-256-10 LIF", lambda: feedforward(784, 256, 10), _SNNTORCH),
    Subject("784-256 synapses alone", lambda: synapses(784, 256), _SNNTORCH, neurons=False),
    Subject("200-256-200 CubaLIF", lambda: feedforward(200, 256, 200, neuron=_cuba), _SNNTORCH),
    Subject(
        "12-38-7 recurrent (Braille)",
        lambda: _shared("nir-paper/braille_noDelay_bias_zero.nir"),
        _SNNTORCH,
        samples=lambda: np.load(DATA / "nir-paper/braille_sample.npy"),
    ),
    Subject(
        "N-MNIST CNN",
        lambda: _shared("nir-paper/cnn_sinabs.nir"),
        {"convention": "sinabs"},
        densities=(0.01, 0.02, 0.05, 0.2, 1.0),
    ),
    Subject("700-256-20 recurrent", lambda: recurrent(700, 256, 20), _SNNTORCH),
    Subject("4096-4096 LIF", lambda: feedforward(4096, 4096), _SNNTORCH, large=True),
)

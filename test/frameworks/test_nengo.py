# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks under `nengo` in f64 against Nengo 4.1.0 itself.

The networks are built here as the importer of the NIR paper builds them: LIF without a refractory
period, whose spikes count 1, weights divided by the threshold, and for CubaLIF a Lowpass on each
connection, recurrent ones as well.
"""

from __future__ import annotations

import itertools
from typing import Any

import nengo
import nir
import numpy as np
import numpy.typing as npt
import pytest

import snnmlir
from networks import graph, ports

DT = 1e-3
STEPS = 150
Signal = npt.NDArray[Any]


def lif(size: int, rng: np.random.Generator) -> nir.LIF:
    tau = np.full(size, DT * rng.uniform(2.0, 30.0))
    one, zero = np.ones(size), np.zeros(size)
    return nir.LIF(tau, one, zero, rng.uniform(0.02, 0.2, size), zero)


def cuba(size: int, rng: np.random.Generator) -> nir.CubaLIF:
    tau = [np.full(size, DT * rng.uniform(2.0, 20.0)) for _ in range(2)]
    threshold, r, w_in = (
        np.full(size, rng.uniform(*ends)) for ends in ((0.05, 0.2), (0.5, 2), (0.5, 2))
    )
    zero = np.zeros(size)
    return nir.CubaLIF(tau[0], tau[1], r, zero, threshold, zero, w_in)


def synapse(outputs: int, inputs: int, rng: np.random.Generator) -> nir.NIRNode:
    weight = rng.normal(0.1, 0.4, (outputs, inputs))
    bias = rng.normal(0.0, 0.02, outputs)
    return nir.Affine(weight, bias) if rng.random() < 0.5 else nir.Linear(weight)


def random_network(seed: int) -> nir.NIRGraph:
    """Two layers of either kind, with biases or without; those of CubaLIF may be recurrent."""
    rng = np.random.default_rng(seed)
    sizes = [int(n) for n in rng.integers(1, 12, 3)]
    nodes = ports(sizes[0], sizes[-1])
    edges: list[tuple[str, str]] = []
    for number in (0, 1):
        shape = (sizes[number + 1], sizes[number])
        nodes[f"fc{number}"] = synapse(*shape, rng)
        nodes[f"n{number}"] = (cuba if rng.random() < 0.5 else lif)(shape[0], rng)
        if isinstance(nodes[f"n{number}"], nir.CubaLIF) and rng.random() < 0.7:
            nodes[f"w{number}"] = synapse(shape[0], shape[0], rng)
            edges += [(f"n{number}", f"w{number}"), (f"w{number}", f"n{number}")]
    way = ("input", "fc0", "n0", "fc1", "n1", "output")
    return graph(nodes, *itertools.pairwise(way), *edges)


def simulated(source: nir.NIRGraph, x: Signal) -> dict[str, Signal]:
    """Spikes and voltages of both layers."""
    with nengo.Network() as network:
        before: Any = nengo.Node(lambda t: x[round(t / DT) - 1], size_out=x.shape[1])
        probes = {}
        for number in (0, 1):
            node = source.nodes[f"n{number}"]
            size = len(node.v_threshold)
            is_cuba = isinstance(node, nir.CubaLIF)
            tau = float(node.tau_mem[0] if is_cuba else node.tau[0])
            kind = nengo.LIF(
                tau_rc=tau,
                tau_ref=0.0,
                amplitude=DT,
                initial_state={"voltage": nengo.dists.Choice([0.0])},  # random otherwise
            )
            ensemble = nengo.Ensemble(
                size, 1, neuron_type=kind, gain=np.ones(size), bias=np.zeros(size)
            )
            gain = (node.r * node.w_in if is_cuba else 1.0) / node.v_threshold
            filtered = None
            if is_cuba:
                filtered = nengo.Lowpass(-DT / np.log1p(-DT / float(node.tau_syn[0])))
            into = [(before, source.nodes[f"fc{number}"])]
            if f"w{number}" in source.nodes:
                into.append((ensemble.neurons, source.nodes[f"w{number}"]))
            for presynaptic, weighing in into:
                summed = nengo.Node(size_in=size)
                nengo.Connection(presynaptic, summed, transform=weighing.weight, synapse=None)
                bias = np.asarray(getattr(weighing, "bias", np.zeros(size)), np.float64)
                nengo.Connection(nengo.Node(bias), summed, synapse=None)
                nengo.Connection(summed, ensemble.neurons, transform=gain, synapse=filtered)
            before = ensemble.neurons
            probes[f"n{number}"] = nengo.Probe(ensemble.neurons, synapse=None)
            probes[f"n{number}.v"] = nengo.Probe(ensemble.neurons, "voltage", synapse=None)
    with nengo.Simulator(network, dt=DT, progress_bar=False, optimize=False) as simulator:
        simulator.run_steps(STEPS)
        return {name: simulator.data[probe].copy() for name, probe in probes.items()}


def test_what_is_drawn() -> None:
    networks = [random_network(seed).nodes for seed in range(12)]
    kinds = [type(node) for nodes in networks for node in nodes.values()]
    assert min(kinds.count(nir.LIF), kinds.count(nir.CubaLIF)) >= 5
    assert sum("w0" in nodes or "w1" in nodes for nodes in networks) >= 5


@pytest.mark.parametrize("seed", range(12))
def test_every_spike_is_nengos(seed: int) -> None:
    source = random_network(seed)
    inputs = int(source.nodes["input"].input_type["input"][0])
    x = (np.random.default_rng(seed + 1).random((STEPS, inputs)) < 0.5).astype(np.float64)
    expected = simulated(source, x)
    network = snnmlir.compile(source, convention="nengo", dt=DT, dtype="f64")
    found = network.record(x, list(expected))
    assert expected["n0"].any()
    for name in ("n0", "n1"):
        assert int(np.sum(found[name] != expected[name])) == 0, name
        largest = max(1.0, float(np.max(np.abs(expected[f"{name}.v"]))))
        assert np.max(np.abs(found[f"{name}.v"] - expected[f"{name}.v"])) < 1e-9 * largest

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""All-to-all synapses of counts: small counts are events as often as they count."""

from __future__ import annotations

import itertools
from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from emulation import FLAGS, run
from networks import graph, ports
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.places import started
from snnmlir.boards.programs import build
from snnmlir.reports.verify import verify

TARGETS = ("cortex-m4", "cortex-m3", "cortex-m0", "rv32imac", "avr")


def counting(size: int, threshold: float) -> nir.IF:
    ones = np.ones(size)
    return nir.IF(r=ones, v_threshold=threshold * ones, v_reset=0 * ones)


def layers(size: int, outputs: int, threshold: float) -> nir.NIRGraph:
    """Neurons that count more the lower their threshold is, and two layers that add for it."""
    rng = np.random.default_rng(outputs)
    nodes = ports(12, 7) | {
        "fc1": nir.Linear(rng.normal(0.4, 0.6, (size, 12))),
        "n1": counting(size, threshold),
        "fc2": nir.Linear(rng.normal(0.0, 1.0, (outputs, size)) / size),
        "n2": counting(outputs, 0.4),
        "fc3": nir.Affine(rng.normal(0.1, 1.0, (7, outputs)) / outputs, rng.normal(0, 0.1, 7)),
        "n3": counting(7, 0.5),
    }
    path = ["input", "fc1", "n1", "fc2", "n2", "fc3", "n3", "output"]
    return graph(nodes, *itertools.pairwise(path))


def pooled(outputs: int) -> nir.NIRGraph:
    """Counts that a pool adds up, of which 16 bits do not hold the sums of a layer."""
    rng = np.random.default_rng(outputs)
    ones = np.ones((8, 8, 8))
    nodes = {
        "input": nir.Input({"input": np.array([2, 8, 8])}),
        "output": nir.Output({"output": np.array([outputs])}),
        "c1": nir.Conv2d((8, 8), rng.normal(0.2, 1.0, (8, 2, 3, 3)), 1, 1, 1, 1, np.zeros(8)),
        "n1": nir.IF(r=ones, v_threshold=0.3 * ones, v_reset=0 * ones),
        "pool": nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        "flat": nir.Flatten({"input": np.array([8, 4, 4])}, 0, -1),
        "fc": nir.Linear(rng.normal(0.05, 1.0, (outputs, 128))),
        "n2": counting(outputs, 6.0),
    }
    path = ["input", "c1", "n1", "pool", "flat", "fc", "n2", "output"]
    return graph(nodes, *itertools.pairwise(path))


def spikes(*shape: int) -> np.ndarray:
    """[T, *shape]: steps of all densities, without any and with all."""
    rng = np.random.default_rng(0)
    densities = np.array([0.0, 0.05, 0.5, 1.0, 1.0, 0.0, 0.3, 0.02])
    return rng.random((len(densities), *shape)) < densities.reshape(-1, *[1] * len(shape))


def compiled(source: nir.NIRGraph, target: str, profile: bool = False) -> snnmlir.Network:
    return snnmlir.compile(
        source,
        dtype="int8",
        dt=1.0,
        input_type="spikes",
        name="net",
        convention="sinabs",
        target=target,
        profile=profile,
    )


def is_repeated(network: snnmlir.Network) -> bool:
    return "RESTRICT repeated)" in network.c


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("target", TARGETS)
def test_counts_of_any_size(target: str) -> None:
    """Thresholds from which neurons count 1, a few, and more than is repeated."""
    for outputs, threshold in itertools.product((16, 17, 40, 64), (2.0, 0.5, 0.02)):
        network = compiled(layers(40, outputs, threshold), target)
        assert is_repeated(network) == (outputs % 8 == 0)
        assert verify(network, spikes(12)).mismatches == (), (outputs, threshold)


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("target", TARGETS)
def test_more_events_than_there_is_room_for(target: str) -> None:
    for outputs in (16, 64):
        network = compiled(pooled(outputs), target)
        assert is_repeated(network)
        assert verify(network, spikes(2, 8, 8)).mismatches == (), outputs


def test_who_repeats() -> None:
    """Not where sums are in memory or in vectors, nor for a few outputs, nor where the last block
    would add again to sums of the one before."""
    assert not is_repeated(compiled(layers(40, 32, 1.0), "generic"))
    assert not is_repeated(compiled(layers(40, 32, 1.0), "x86-64"))
    assert not is_repeated(compiled(layers(40, 8, 1.0), "cortex-m4"))
    assert not is_repeated(compiled(layers(40, 33, 1.0), "cortex-m4"))


@pytest.mark.parametrize(
    "machine", ["cortex-m4f", "cortex-m33", "cortex-m3", "cortex-m0", "rv32imac", "atmega1284p"]
)
def test_bits_on_machines(machine: str, tmp_path: Path) -> None:
    cases = [(layers(40, 64, 0.5), (12,)), (layers(40, 16, 0.02), (12,)), (pooled(32), (2, 8, 8))]
    for source, shape in cases:
        network = compiled(source, MACHINES[machine].target)
        assert is_repeated(network)
        x = spikes(*shape)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x))


def test_repeating_takes_fewer_instructions(tmp_path: Path) -> None:
    """Than the products of generic C, in the layer, on a Cortex-M3: two thirds at most."""
    source, x = layers(128, 128, 2.0), spikes(12)[[2, 6]]
    counts = {}
    for target in ("cortex-m3", "generic"):
        network = compiled(source, target, profile=True)
        with started(build(MACHINES["cortex-m3"], tmp_path, network, FLAGS)) as board:
            counts[target] = np.mean(board.run([x]).layers["fc2"][0])
    assert counts["cortex-m3"] < 0.67 * counts["generic"]

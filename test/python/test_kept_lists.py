# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Spikes that feed back: their list is kept for the next step."""

from __future__ import annotations

from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from emulation import FLAGS, run
from networks import graph, ports
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import build
from snnmlir.compiler import TARGETS
from snnmlir.reports.verify import verify


def recurrent(size: int, readout: bool = True) -> nir.NIRGraph:
    """Neurons that feed back, and one layer behind them or none."""
    rng = np.random.default_rng(size)
    ones, zeros = np.ones(size), np.zeros(size)
    nodes = ports(12, 5 if readout else size) | {
        "fc1": nir.Linear(rng.normal(0.2, 0.6, (size, 12))),
        "n1": nir.CubaLIF(2e-3 * ones, 1e-3 * ones, 20 * ones, zeros, ones, zeros, 2 * ones),
        "rec": nir.Affine(rng.normal(0, 0.4, (size, size)) / np.sqrt(size), 0.1 * ones),
    }
    edges = [("input", "fc1"), ("fc1", "n1"), ("n1", "rec"), ("rec", "n1")]
    if not readout:
        return graph(nodes, *edges, ("n1", "output"))
    nodes["fc2"] = nir.Linear(rng.normal(0.1, 1.0, (5, size)) / np.sqrt(0.3 * size))
    nodes["n2"] = nir.LIF(*(np.full(5, value) for value in (2e-3, 20, 0, 1, 0)))
    return graph(nodes, *edges, ("n1", "fc2"), ("fc2", "n2"), ("n2", "output"))


def spikes() -> np.ndarray:
    """[T, 12]: steps of all densities, without any and with all."""
    rng = np.random.default_rng(0)
    densities = np.array([0.0, 0.3, 0.0, 1.0, 0.5, 0.0, 0.1, 0.8])
    return rng.random((8, 12)) < densities[:, None]


def compiled(source: nir.NIRGraph, dtype: str, target: str, **options: str) -> snnmlir.Network:
    return snnmlir.compile(
        source,
        dtype=dtype,
        dt=1e-4,
        input_type="spikes",
        name="net",
        target=target,
        **{"convention": "snntorch", **options},
    )


def keeps(network: snnmlir.Network) -> bool:
    """Whether there is a list in the struct, and no signal of the step before."""
    header = network.h
    assert ("_events_list[" in header) != ("_past[" in header)
    return "_events_list[" in header


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_same_numbers(dtype: str, target: str) -> None:
    """From the beginning, and again after a reset."""
    for size in (16, 38, 70):
        network = compiled(recurrent(size), dtype, target)
        assert keeps(network)
        assert verify(network, spikes()).mismatches == (), size
        first, second = network.run(spikes()), network.run(spikes())
        np.testing.assert_array_equal(first, second)


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("convention", ["spyx", "snntorch-default", "norse", "sinabs"])
def test_other_neurons(convention: str) -> None:
    """Those that spike before they are updated, too, whose list may be made before past spikes are
    read."""
    for target, dtype in (("generic", "f32"), ("generic", "int8"), ("cortex-m4", "int8")):
        network = compiled(recurrent(38), dtype, target, convention=convention)
        assert verify(network, spikes()).mismatches == (), (target, dtype)


def test_who_keeps_none() -> None:
    """Without lists, where the list of this step is in parts or nobody needs it, and where memory
    is short and the list would be longer than the spikes."""
    assert not keeps(compiled(recurrent(38), "int8", "generic", optimize="ram"))
    assert not keeps(compiled(recurrent(300), "int8", "generic"))
    assert not keeps(compiled(recurrent(38, readout=False), "int8", "cortex-m4"))
    assert not keeps(compiled(recurrent(300), "int8", "avr"))
    assert keeps(compiled(recurrent(300), "int8", "cortex-m4"))
    assert keeps(compiled(recurrent(70), "int8", "avr"))


def test_the_signal_can_be_recorded() -> None:
    """Then it is remembered as it is."""
    network = snnmlir.compile(
        recurrent(38), dtype="f32", dt=1e-4, convention="snntorch", record=["n1"], name="net"
    )
    assert verify(network, spikes().astype(np.float32)).mismatches == ()


@pytest.mark.parametrize(
    "machine", ["cortex-m4f", "cortex-m3", "cortex-m0", "rv32imac", "atmega1284p"]
)
def test_bits_on_machines(machine: str, tmp_path: Path) -> None:
    for size, dtype in ((38, "int8"), (70, "int8"), (38, "f32")):
        network = compiled(recurrent(size), dtype, MACHINES[machine].target)
        assert keeps(network)
        (found,) = run(
            build(MACHINES[machine], tmp_path, network, FLAGS), spikes()
        ).outputs.values()
        np.testing.assert_array_equal(found, network.run(spikes()))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neurons as targets update them: the integers of the interpreter, at every size."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from emulation import FLAGS, run
from generated import body
from networks import graph, ports
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import build
from snnmlir.compiler import TARGETS
from snnmlir.reports.verify import verify
from test_vectors import FORMS

SIZES = (1, 3, 15, 17, 31, 33, 64, 70)
CONVENTIONS = {
    # what is after a reset: 0 at once, 0 with a current, a count's rest, less in the next step
    "LIF": "snntorch",
    "CubaLIF": "snntorch",
    "IF": "sinabs",
    "LIF after": "snntorch-default",
    # decays that differ, to half of a voltage and more
    "LIF fast": "snntorch-default",
}


def neurons(kind: str, size: int, rng: np.random.Generator) -> nir.NIRNode:
    """A layer whose update fits 16 bits, with a threshold for each neuron."""
    ones, zeros = np.ones(size), np.zeros(size)
    ends = {"v_threshold": rng.uniform(0.7, 1.3, size), "v_reset": zeros}
    if kind == "IF":
        return nir.IF(r=ones, **ends)
    if kind == "CubaLIF":
        return nir.CubaLIF(
            tau_mem=2e-3 * ones,
            tau_syn=1e-3 * ones,
            r=20 * ones,
            v_leak=zeros,
            w_in=2 * ones,
            **ends,
        )
    if kind == "LIF fast":
        tau = rng.uniform(2.1e-4, 4e-4, size)
        return nir.LIF(tau=tau, r=tau / 1e-4, v_leak=zeros, **ends)
    return nir.LIF(tau=2e-3 * ones, r=20 * ones, v_leak=zeros, **ends)


def dense(size: int, kind: str) -> nir.NIRGraph:
    """Synapses, neurons, and synapses behind them, which want a list of their spikes."""
    rng = np.random.default_rng(size)
    nodes = ports(12, 5) | {
        "fc1": nir.Linear(rng.normal(0.2, 0.6, (size, 12))),
        "n1": neurons(kind, size, rng),
        "fc2": nir.Linear(rng.normal(0.1, 1.0, (5, size)) / np.sqrt(0.3 * size)),
        "n2": neurons(kind, 5, rng),
    }
    path = ["input", "fc1", "n1", "fc2", "n2", "output"]
    return graph(nodes, *itertools.pairwise(path))


def convolution(channels: int, side: int = 6) -> nir.NIRGraph:
    """Two convolutions with IF neurons, whose thresholds belong to channels."""
    rng = np.random.default_rng(channels)
    nodes = {
        "input": nir.Input({"input": np.array([2, side, side])}),
        "output": nir.Output({"output": np.array([3, side, side])}),
    }
    path = ["input"]
    for index, (inputs, outputs) in enumerate(itertools.pairwise((2, channels, 3)), 1):
        weight = rng.normal(0.1, 1.0, (outputs, inputs, 3, 3)) / np.sqrt(inputs)
        bias = np.zeros(outputs)
        nodes[f"c{index}"] = nir.Conv2d((side, side), weight, 1, 1, 1, 1, bias)
        ones = np.ones((outputs, side, side))
        nodes[f"n{index}"] = nir.IF(r=ones, v_threshold=1.2 * ones, v_reset=0 * ones)
        path += [f"c{index}", f"n{index}"]
    return graph(nodes, *itertools.pairwise([*path, "output"]))


def spikes(*shape: int) -> np.ndarray:
    """[T, *shape]: steps of all densities, without any and with all."""
    rng = np.random.default_rng(0)
    densities = np.array([0.0, 0.1, 0.5, 1.0, 1.0, 0.0, 0.3, 0.8, 0.05, 0.0])
    return rng.random((len(densities), *shape)) < densities.reshape(-1, *[1] * len(shape))


def compiled(source: nir.NIRGraph, convention: str, target: str) -> snnmlir.Network:
    return snnmlir.compile(
        source,
        dtype="int8",
        dt=1e-4,
        input_type="spikes",
        name="net",
        convention=convention,
        target=target,
    )


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("target", ["cortex-m4", "cortex-m3", "rv32imac", "cortex-m55"])
@pytest.mark.parametrize("kind", CONVENTIONS)
def test_neurons_compute_the_same_here(kind: str, target: str) -> None:
    """In the portable form, whatever is behind the names of instructions elsewhere."""
    for size in SIZES:
        network = compiled(dense(size, kind), CONVENTIONS[kind], target)
        assert verify(network, spikes(12)).mismatches == (), size
        least = 64 if kind == "IF" else 32
        assert ("net_pair" in network.c) == (size >= least and target == "cortex-m4")


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("flag", FORMS)
@pytest.mark.parametrize("kind", CONVENTIONS)
def test_rests_in_vectors(kind: str, flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 1 to 31 neurons behind vectors of 32, in vectors of 8, 16 and 32, and of none."""
    monkeypatch.setenv("CC", f"{os.environ.get('CC', 'gcc')} {flag}")
    in_vectors = []
    for size in (33, 38, 40, 47, 56, 63, 64, 70):
        network = compiled(dense(size, kind), CONVENTIONS[kind], "x86-64")
        assert verify(network, spikes(12)).mismatches == (), size
        if "i16x32" in body(network.c, "net_n1"):
            in_vectors.append(size)
    # The numbers of some kinds need 32 bits at one of the sizes.
    assert len(in_vectors) >= 7


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("channels", [1, 2, 3, 8, 15, 17, 33, 70])
def test_maps_compute_the_same_here(channels: int) -> None:
    for target, side in itertools.product(("cortex-m4", "cortex-m3", "generic"), (5, 6)):
        network = compiled(convolution(channels, side), "sinabs", target)
        assert verify(network, spikes(2, side, side)).mismatches == (), (target, side)


@pytest.mark.parametrize(
    ("machine", "target"),
    [
        ("cortex-m4f", "cortex-m4"),
        ("cortex-m33", "cortex-m33"),
        ("cortex-m3", "cortex-m4"),
        ("cortex-m3", "cortex-m3"),
        ("cortex-m0", "cortex-m0"),
        ("rv32imac", "rv32imac"),
        ("atmega1284p", "cortex-m4"),
        ("cortex-m55", "cortex-m55"),
        ("cortex-m55-clang", "cortex-m55"),
        ("rv32imc-zve32x", "rv32imc-zve32x"),
    ],
)
def test_bits_on_machines(machine: str, target: str, tmp_path: Path) -> None:
    """Instructions for halves of words and for vectors compute what the portable form does."""
    cases = [(dense(size, kind), CONVENTIONS[kind]) for kind, size in zip(
        CONVENTIONS, (33, 38, 64, 70, 44), strict=True
    )]  # fmt: skip
    shapes = [(12,)] * len(cases)
    for channels, side in ((3, 6), (16, 6), (16, 5)):
        cases.append((convolution(channels, side), "sinabs"))
        shapes.append((2, side, side))
    for (source, convention), shape in zip(cases, shapes, strict=True):
        network = compiled(source, convention, target)
        x = spikes(*shape)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x))


@pytest.mark.parametrize(
    ("machine", "target"),
    [("cortex-m4f", "cortex-m4"), ("cortex-m33", "cortex-m33"), ("cortex-m3", "cortex-m4")],
)
def test_decays_of_32_bits(machine: str, target: str, tmp_path: Path) -> None:
    """The upper half of a product is an instruction where there is DSP."""
    for convention in ("snntorch", "snntorch-default"):
        network = snnmlir.compile(
            dense(44, "LIF fast"), convention=convention, dt=1e-4, dtype="int16",
            input_type="spikes", name="net", target=target,
        )  # fmt: skip
        assert re.search(r"net_product_shifted\(v_old, .*decay.*, 32767, 16\)", network.c)
        x = spikes(12)
        program = build(MACHINES[machine], tmp_path, network, FLAGS)
        (found,) = run(program, x).outputs.values()
        assert found.any()
        np.testing.assert_array_equal(found, network.run(x))


@pytest.mark.parametrize("threshold", [1.0, 30.0])
def test_a_part_of_the_sum_drives_pairs(threshold: float, tmp_path: Path) -> None:
    """Sums up to 32,767, of which half or less is added: that and the half of one rounding leaves
    16 bits."""
    weight = np.ones((32, 259))
    weight[:, 0] = 0.0113
    n = nir.LIF(*(np.full(32, v) for v in (5e-3, 1.0, 0.0, threshold, 0.0)))
    nodes = ports(259, 32) | {"fc": nir.Linear(weight), "n": n}
    source = graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))
    network = snnmlir.compile(
        source,
        convention="snntorch",
        dt=1e-3,
        dtype="int8",
        input_type="spikes",
        name="net",
        target="cortex-m4",
    )
    assert re.search(r"driven = net_scaled2\(.*, 1, \d+, \d+\)", network.c)
    x = spikes(259)
    assert verify(network, x).mismatches == ()
    (found,) = run(build(MACHINES["cortex-m4f"], tmp_path, network, FLAGS), x).outputs.values()
    np.testing.assert_array_equal(found, network.run(x))


def test_which_forms_targets_have() -> None:
    for target, description in TARGETS.items():
        c = compiled(dense(64, "CubaLIF"), "snntorch", target).c
        body = c.split("static SNN_LAYER void net_n1(")[1].split("\n}\n")[0]
        assert ("net_pair" in body) == description.pairs
        assert ("events[count]" in body) == description.list_with_neurons


def test_neurons_take_a_fraction_of_the_instructions(tmp_path: Path) -> None:
    """256 LIF on a Cortex-M4, of which none spikes: six fewer for each than one by one, and its
    list; pairs alone are in between."""
    source = dense(256, "LIF")
    x = np.zeros((2, 12), bool)
    machine = MACHINES["cortex-m4f"]
    counts = [
        run(
            build(machine, tmp_path, compiled(source, "snntorch", target), (*FLAGS, *flags)), x
        ).counts[1]
        for target, flags in (("cortex-m4", ()), ("generic", ()), ("generic", ("-DNET_DSP=0",)))
    ]
    assert counts[2] - counts[0] > 256 * 6
    assert counts[0] < counts[1] < counts[2]

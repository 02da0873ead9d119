# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Convolutions and pools in words, for small cores: the interpreter's integers, at every size."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest

import snnmlir
from emulation import FLAGS, FORMS_ELSEWHERE, run
from networks import graph
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import build
from snnmlir.compiler import TARGETS
from snnmlir.reports.verify import verify

SMALL_CORES = tuple(name for name, target in TARGETS.items() if target.words)
SHAPES = (
    # channels, outputs in words or not, groups, stride, padding, dilation, rows, columns
    (1, 4, 1, 1, 1, 1, 5, 5),
    (2, 16, 1, 2, 1, 1, 9, 7),
    (3, 5, 1, 1, 0, 1, 6, 5),
    (4, 8, 2, 1, 2, 2, 7, 6),
    (6, 20, 2, (2, 1), (0, 1), 1, 7, 5),
    (1, 28, 1, 3, 2, (1, 2), 8, 9),
    (5, 70, 1, 1, 1, 1, 4, 4),
    (17, 68, 1, 1, 1, 1, 4, 3),
    (70, 12, 1, 1, 1, 1, 3, 3),
)


def conv(shape: tuple[Any, ...], kind: str, seed: int = 0) -> nir.NIRGraph:
    """A convolution with neurons.

    Args:
        shape: As in `SHAPES`.
        kind: "plain", "bias", "counts": behind neurons that spike several times in a step, whose
            spikes a pool sums, "deep": the same without a pool.
        seed: Of the weights.
    """
    channels, outputs, groups, stride, padding, dilation, rows, columns = shape
    rng = np.random.default_rng(seed)

    def weights(out: int, each: int, size: int) -> np.ndarray:
        return rng.normal(0.1, 1.0, (out, each, size, size)) / np.sqrt(0.4 * each * size * size)

    def neurons(size: tuple[int, ...]) -> nir.NIRNode:
        return nir.IF(np.ones(size), rng.uniform(0.4, 0.8, size), np.zeros(size))

    scale = 2 if kind == "counts" else 1
    shape_of_input = np.array([channels, scale * rows, scale * columns])
    nodes: dict[str, nir.NIRNode] = {"input": nir.Input({"input": shape_of_input})}
    chain = ["input"]
    if kind in ("counts", "deep"):
        first = weights(channels, channels, 1)
        nodes["before"] = nir.Conv2d((scale * rows, scale * columns), 3 * first, 1, 0, 1, 1,
                                     np.zeros(channels))  # fmt: skip
        nodes["many"] = neurons((channels, scale * rows, scale * columns))
        chain += ["before", "many"]
    if kind == "counts":
        nodes["pool"] = nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0]))
        chain.append("pool")
    weight = weights(outputs, channels // groups, 3)
    bias = rng.normal(0.0, 0.1, outputs) if kind == "bias" else np.zeros(outputs)
    nodes["conv"] = nir.Conv2d((rows, columns), weight, stride, padding, dilation, groups, bias)
    size = tuple(int(n) for n in nodes["conv"].output_type["output"])
    nodes["n"] = neurons(size)
    nodes["output"] = nir.Output({"output": np.array(size)})
    chain += ["conv", "n", "output"]
    return graph(nodes, *itertools.pairwise(chain))


def spikes(network: snnmlir.Network, seed: int = 0) -> np.ndarray:
    """[T, *shape]: steps of all densities, without any and with all."""
    rng = np.random.default_rng(seed)
    densities = np.array([0.0, 0.05, 0.3, 0.7, 1.0, 1.0, 0.1, 0.5, 0.0, 0.9])
    x = rng.random((len(densities), *network.inputs[0].shape))
    return x < densities.reshape(-1, *(1 for _ in network.inputs[0].shape))


def compiled(source: nir.NIRGraph, **options: Any) -> snnmlir.Network:
    defaults = {"dtype": "int8", "convention": "sinabs", "input_type": "spikes", "name": "net"}
    return snnmlir.compile(source, **defaults | options)


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("takes_words", [False, True])
@pytest.mark.parametrize("kind", ["plain", "bias", "counts", "deep"])
def test_words_compute_the_same(
    kind: str, takes_words: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words, which this machine takes if it is told to, and one by one."""
    if takes_words:
        command = os.environ.get("CC", "gcc")
        monkeypatch.setenv("CC", f"{command} -DNET_BLOCKS=1 -DNET_UNALIGNED_BLOCKS=1")
    for shape in SHAPES:
        for target in ("cortex-m4", "cortex-m3"):
            network = compiled(conv(shape, kind), target=target)
            verdict = verify(network, spikes(network))
            assert verdict.mismatches == (), (shape, target)


@pytest.mark.parametrize("target", TARGETS)
def test_words_where_they_fit(target: str) -> None:
    """Rows of 4 n weights on small cores."""
    for shape in SHAPES:
        network = compiled(conv(shape, "plain"), target=target)
        in_words = target in SMALL_CORES and (shape[1] // shape[2]) % 4 == 0
        body = network.c.split("static SNN_LAYER void net_conv(")[1].split("\n}\n")[0]
        assert bool(re.search("net_add_(biased_)?(row|wide)", body)) == in_words, shape
        if in_words:
            assert "uint32_t u32[" in network.h or "int32_t i32[" in network.h, shape


def test_forms_of_counts() -> None:
    """Several spikes in a step are counted apart from the loop, and pools of them in words."""
    for kind, shape, factor in (
        ("deep", SHAPES[1], "net_add_row_times("),
        ("counts", (8, 16, 1, 1, 1, 1, 5, 5), "net_add_wide_times"),
    ):
        network = compiled(conv(shape, kind), target="cortex-m4")
        assert "net_count_spikes(" in network.c
        assert ("net_sum_rows4(&y" in network.c) == (kind == "counts")
        assert factor in network.c.split("static SNN_LAYER void net_conv(")[1], kind


@pytest.mark.parametrize(
    ("machine", "target"),
    [
        ("cortex-m4f", "cortex-m4"),
        ("cortex-m4f", "cortex-m3"),
        ("cortex-m3", "cortex-m3"),
        ("cortex-m3", "cortex-m4"),
        *FORMS_ELSEWHERE,
    ],
)
def test_bits_on_machines(machine: str, target: str, tmp_path: Path) -> None:
    for kind, shape in (
        ("plain", SHAPES[1]), ("bias", SHAPES[4]), ("counts", SHAPES[3]), ("deep", SHAPES[5]),
    ):  # fmt: skip
        network = compiled(conv(shape, kind), target=target)
        x = spikes(network)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x))


def test_a_convolution_takes_a_fraction_of_the_instructions(tmp_path: Path) -> None:
    """A weight of a full map on a Cortex-M4, its share of all else in the step included."""
    weights = 2 * 16 * (3 * 8 - 2) ** 2
    x = np.repeat([False, True, False, True], 2 * 8 * 8).reshape(4, 2, 8, 8)
    found = {}
    for target in ("cortex-m4", "generic"):
        network = compiled(conv((2, 16, 1, 1, 1, 1, 8, 8), "plain"), target=target)
        counts = run(build(MACHINES["cortex-m4f"], tmp_path, network), x).counts
        found[target] = (counts[1] - counts[0]) / weights
    assert found["cortex-m4"] < 0.6 * found["generic"], found

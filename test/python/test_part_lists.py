# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Lists that hold a part of the events at a time: the same bits, in less memory."""

from __future__ import annotations

import re
from pathlib import Path

import nir
import numpy as np
import pytest
from subjects import feedforward

import snnmlir
from emulation import FLAGS, run
from generated import step_body
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import build
from snnmlir.compiler import Dtype
from snnmlir.reports.verify import verify
from test_memory import WAYS, layers, steps

SIZES = (300, 280, 260, 7)
"""The lists of the first three are long; where the first hidden layer feeds itself its list has two
readers, and only the input's is longer."""
SNNTORCH = WAYS["zero"]


def compiled(source: nir.NIRGraph, dtype: Dtype = "int8", **options: object) -> snnmlir.Network:
    given = {"dtype": dtype, "input_type": "spikes", "name": "net"} | SNNTORCH | options
    return snnmlir.compile(source, **given)


def parts(network: snnmlir.Network) -> int:
    """How many lists hold a part of the events."""
    step = step_body(network.c)
    return len(re.findall(r"net_list_\w+_part\(", step))


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("dtype", ["f32", "f64", "int16", "int8", "int4"])
@pytest.mark.parametrize("way", WAYS)
def test_bits_are_the_same(way: str, dtype: Dtype) -> None:
    """From no event to all, in networks with and without a feedback."""
    for kind in ("LIF", "CubaLIF"):
        network = compiled(layers(kind, SIZES), dtype, **WAYS[way])
        assert parts(network) >= 1
        assert verify(network, steps(network, 12)).mismatches == ()
    network = compiled(feedforward(*SIZES), dtype, **WAYS[way])
    assert parts(network) == 3
    assert verify(network, steps(network, 12)).mismatches == ()


def test_memory() -> None:
    """A quarter of the positions and 64 more; integers have no sums, floats have."""
    source = feedforward(784, 256, 10)
    integers, floats = compiled(source), compiled(source, "f32")
    assert integers.resources.memory_bytes <= 1200
    assert "fc1_out" not in integers.c
    assert floats.resources.scratch_bytes <= 2 * (192 + 64 + 5) + 4 * 256 + 2
    assert compiled(source, optimize="speed").resources.memory_bytes > 2600
    assert compiled(source, "f32", optimize="ram").resources == floats.resources


@pytest.mark.parametrize("target", ["cortex-m4", "x86-64", "avr"])
def test_named_targets_have_whole_lists(target: str) -> None:
    assert parts(compiled(feedforward(*SIZES), target=target)) == 0
    assert parts(compiled(feedforward(*SIZES), "f32", target=target, optimize="ram")) > 0


@pytest.mark.parametrize("target", ["cortex-m0", "cortex-m4", "cortex-m55", "x86-64", "avr"])
@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_saving_memory_for_a_target(target: str, dtype: Dtype) -> None:
    for source in (feedforward(*SIZES), layers("CubaLIF", SIZES)):
        network = compiled(source, dtype, target=target, optimize="ram")
        assert verify(network, steps(network, 12)).mismatches == ()


@pytest.mark.parametrize("machine", ["cortex-m0", "cortex-m4f", "rv32imac"])
def test_on_machines(machine: str, tmp_path: Path) -> None:
    """Where all of a part is listed at once, not 64 inputs at a time."""
    network = compiled(feedforward(300, 280, 9))
    assert parts(network) == 2
    x = steps(network, 8)
    (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
    np.testing.assert_array_equal(found, network.run(x))


def test_taps_show_finished_sums() -> None:
    """Behind the loop, once in a step; a sum that is recorded has memory."""
    network = compiled(feedforward(*SIZES), "f32", taps="all")
    step = step_body(network.c)
    loop = step.split("for (;;) {")[1]
    assert loop.index("    }\n") < loop.index("NET_TAP(")
    x = steps(network, 12)
    for dtype in ("f32", "int8"):
        network = compiled(feedforward(*SIZES), dtype)
        assert set(network.record(x, ["fc1", "fc2"])) == {"fc1", "fc2"}


def test_shared_helpers_list_parts() -> None:
    network = compiled(feedforward(*SIZES), helpers="snn_helpers")
    assert "snn_helpers_list_part(" in network.c
    assert "snn_helpers_take_part(" in network.c
    assert verify(network, steps(network, 12)).mismatches == ()

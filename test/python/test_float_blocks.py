# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sums of floats in the registers of an FPU: the bits of rows, at every size."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import snnmlir
from emulation import FLAGS, run
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import build
from snnmlir.compiler import TARGETS
from snnmlir.reports.verify import verify
from test_blocks import layer, spikes

SIGNALS = ("fc", "n.v")
KINDS = ("plain", "bias", "recurrent")
SIZES = (1, 3, 10, 15, 16, 17, 31, 38, 40, 64)
WITH_BLOCKS = tuple(name for name in TARGETS if TARGETS[name].float_outputs)


def compiled(
    kind: str, outputs: int, target: str, inputs: int = 24, record: Sequence[str] = ()
) -> snnmlir.Network:
    return snnmlir.compile(
        layer(inputs, outputs, kind),
        dtype="f32",
        dt=1e-4,
        input_type="spikes",
        name="net",
        target=target,
        record=record,
    )


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("defined", ["-DNET_VECTORS=0", ""])
def test_blocks_of_floats_compute_the_same_here(
    defined: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In arrays, and in the vectors of this machine."""
    monkeypatch.setenv("CC", f"{os.environ.get('CC', 'gcc')} {defined}")
    x = spikes(24)
    for kind, outputs in itertools.product(KINDS, SIZES):
        blocks, rows = (compiled(kind, outputs, target) for target in ("cortex-m4", "generic"))
        assert verify(blocks, x).mismatches == (), (kind, outputs)
        found, expected = (network.record(x, SIGNALS) for network in (blocks, rows))
        for name in SIGNALS:
            assert found[name].tobytes() == expected[name].tobytes(), (kind, outputs, name)


@pytest.mark.parametrize(
    ("machine", "target"),
    [
        ("cortex-m4f", "cortex-m4"),
        ("cortex-m7", "cortex-m7"),
        ("cortex-m33", "cortex-m33"),
        ("cortex-m3", "cortex-m4"),
        ("cortex-m55", "cortex-m4"),
        ("cortex-m55-clang", "cortex-m4"),
        ("armhf-linux", "cortex-m4"),
        ("rv32imafc", "cortex-m4"),
    ],
)
def test_bits_on_machines(machine: str, target: str, tmp_path: Path) -> None:
    """With an FPU, without, and with vectors beside it: every sum and every voltage."""
    x = spikes(24)
    for kind, outputs in (("plain", 3), ("bias", 17), ("recurrent", 38), ("recurrent", 1)):
        network = compiled(kind, outputs, target, record=SIGNALS)
        found = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs
        expected = compiled(kind, outputs, "generic").record(x, SIGNALS)
        for name in SIGNALS:
            assert found[name].dtype == np.float32
            assert found[name].tobytes() == expected[name].tobytes(), (kind, outputs, name)


def test_blocks_of_floats_are_for_fpus_without_vectors() -> None:
    assert set(WITH_BLOCKS) == {"cortex-m4", "cortex-m7", "cortex-m33"}
    for target in TARGETS:
        c = compiled("plain", 40, target).c
        blocks = set(re.findall(r"net_add_f32x14\(sum", c))
        assert bool(blocks) == (target in WITH_BLOCKS), target


def test_blocks_of_floats_take_a_fraction_of_the_instructions(tmp_path: Path) -> None:
    """A synapse on a Cortex-M4F: less than one and a half instructions; in rows over 1.8."""
    x = np.repeat([[0], [1], [0], [1]], 64, axis=1)
    machine = MACHINES["cortex-m4f"]
    found = {}
    for target in ("generic", "cortex-m4"):
        network = compiled("plain", 128, target, inputs=64)
        counts = run(build(machine, tmp_path, network), x).counts
        found[target] = (counts[1] - counts[0]) / (64 * 128)
    assert found["cortex-m4"] < 1.5
    assert found["generic"] > 1.8

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers in the C compiler's vectors: the same numbers in all forms, at every size."""

from __future__ import annotations

import itertools
import os
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

SIZES = (3, 8, 17, 40, 70)
VECTORS = tuple(name for name in TARGETS if TARGETS[name].vector_sums)


def compiled(kind: str, outputs: int, dtype: str, target: str) -> snnmlir.Network:
    return snnmlir.compile(
        layer(24, outputs, kind),
        dtype=dtype,
        dt=1e-4,
        input_type="spikes",
        name="net",
        target=target,
    )


@pytest.mark.parametrize("bytes_of_vectors", ["0", "16", None])
@pytest.mark.parametrize("dtype", ["int8", "int16", "int4", "f32"])
def test_vectors_compute_the_same_here(
    dtype: str, bytes_of_vectors: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In arrays, in vectors of 16 bytes, and in those that this machine has."""
    defined = f" -DNET_INTEGER_VECTORS={bytes_of_vectors}" if bytes_of_vectors else " -march=native"
    monkeypatch.setenv("CC", os.environ.get("CC", "gcc") + defined)
    for outputs, target in itertools.product(SIZES, ("cortex-m55", "x86-64")):
        network = compiled("recurrent" if outputs % 2 else "bias", outputs, dtype, target)
        assert verify(network, spikes(24)).mismatches == (), (outputs, target)


@pytest.mark.parametrize("target", VECTORS)
def test_sums_are_in_vectors_where_there_are_enough(target: str) -> None:
    """Those of floats only where the processor has vectors of them that round as IEEE 754 says."""
    for dtype, least in (("int8", 8), ("f32", 4)):
        for outputs in (least - 1, least):
            c = compiled("plain", outputs, dtype, target).c
            expected = outputs >= least and (dtype == "int8" or TARGETS[target].vector_floats)
            assert ("net_add_" in c) == expected, (dtype, outputs)


@pytest.mark.parametrize(
    ("machine", "target"),
    [
        ("cortex-m55", "cortex-m55"),
        ("cortex-m55-clang", "cortex-m55"),
        ("rv32imc-zve32x", "rv32imc-zve32x"),
        ("rv32imc-zve32x", "cortex-m55"),
        ("aarch64-linux", "aarch64"),
        ("armhf-linux", "cortex-m55"),
        ("cortex-m4f", "cortex-m55"),
        ("atmega1284p", "cortex-m55"),
    ],
)
def test_bits_on_machines(machine: str, target: str, tmp_path: Path) -> None:
    for outputs, dtype in ((17, "int8"), (38, "int8"), (64, "int16"), (9, "f32")):
        network = compiled("recurrent", outputs, dtype, target)
        x = spikes(24)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x))


@pytest.mark.parametrize("machine", ["cortex-m55", "rv32imc-zve32x"])
def test_vectors_take_a_fraction_of_the_instructions(machine: str, tmp_path: Path) -> None:
    """A synapse: less than two thirds of an instruction; in rows GCC for a Cortex-M55 takes 2.5."""
    source = layer(64, 128, "plain")
    network = snnmlir.compile(
        source, dtype="int8", dt=1e-4, input_type="spikes", name="net", target=machine
    )
    x = np.repeat([[0], [1], [0], [1]], 64, axis=1)
    counts = run(build(MACHINES[machine], tmp_path, network), x).counts
    assert (counts[1] - counts[0]) / (64 * 128) < 0.67

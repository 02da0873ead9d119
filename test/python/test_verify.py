# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is verified is the C that is written, not only the C that records signals."""

from __future__ import annotations

from typing import Any

import nir
import numpy as np
import pytest

import snnmlir
from networks import affine, graph, neuron, ports
from snnmlir.errors import CompileError
from snnmlir.inference.recording import Recording
from snnmlir.reports.verify import verified_by_recordings, verify

X = (np.random.default_rng(1).random((40, 6)) < 0.5).astype(np.uint8)


def compiled(seed: int, dtype: Any) -> snnmlir.Network:
    rng = np.random.default_rng(seed)
    weights = affine(5, 6, rng)
    nodes: dict[str, nir.NIRNode] = ports(6, 5) | {"fc": weights, "n": neuron("LIF", 5, rng)}
    source = graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))
    return snnmlir.compile(source, dtype=dtype, dt=1e-4, input_type="spikes")


def with_another_program(dtype: Any) -> snnmlir.Network:
    """What it records is right, and what it computes otherwise is not."""
    network, other = compiled(0, dtype), compiled(1, dtype)
    assert verify(network, X).mismatches == ()
    assert np.any(network.run(X) != other.run(X))
    vars(network)["executable"] = other.executable
    return network


@pytest.mark.parametrize("dtype", ["f32", "f64", "int8"])
def test_another_program_than_the_recorder_is_seen(dtype: Any) -> None:
    (mismatch,) = verify(with_another_program(dtype), X).mismatches
    assert mismatch.startswith("output: ")
    assert mismatch.endswith(" of 200 entries differ if no signals are recorded")


@pytest.mark.parametrize("signal", ["output", "n"])
def test_recordings_are_compared_with_it(signal: str) -> None:
    """Whether they name the output or the neurons whose spikes it is."""
    right = compiled(0, "f32")
    recorded = Recording({"input": X}, {signal: right.record(X, ["n"])["n"]})
    assert verified_by_recordings(right, [recorded]).recording.differing == 0
    with pytest.raises(CompileError, match="the C and the recording differ in "):
        verified_by_recordings(with_another_program("f32"), [recorded])

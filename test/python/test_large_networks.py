# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks of thousands of layers: compiled within 2 GB."""

from __future__ import annotations

import itertools
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from generated import step_body
from networks import graph, ports

LAYERS = 10_000
MEMORY = 2 << 30


def chain(kind: str) -> nir.NIRGraph:
    """`LAYERS` integrators one behind the other, which have no bound, or as many layers."""
    rng = np.random.default_rng(0)
    nodes: dict[str, nir.NIRNode] = {}
    for k in range(LAYERS if kind == "integrators" else LAYERS // 2):
        if kind == "integrators":
            nodes[f"i{k}"] = nir.I(np.ones(2))
        else:
            nodes[f"fc{k}"] = nir.Affine(rng.normal(size=(2, 2)), rng.normal(size=2))
            nodes[f"n{k}"] = nir.LIF(np.full(2, 0.01), np.ones(2), np.zeros(2), np.ones(2))
    path = ["input", *nodes, "output"]
    return graph(ports(2, 2) | nodes, *itertools.pairwise(path))


def count_calls(kind: str, dtype: str) -> int:
    """Compiles a chain with limited memory; gives how many layers a step calls."""
    source = chain(kind)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    network = snnmlir.compile(source, dtype=dtype, dt=1e-4, name="net")
    return len(re.findall(r"^    net_\w+\(", step_body(network.c), re.M))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "dtype"), [("layers", "int8"), ("layers", "f32"), ("integrators", "int8")]
)
def test_ten_thousand_layers(kind: str, dtype: str) -> None:
    """In a process of its own: its memory stays limited."""
    done = subprocess.run(
        [sys.executable, __file__, kind, dtype],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= LAYERS


if __name__ == "__main__":
    print(count_calls(sys.argv[1], sys.argv[2]))

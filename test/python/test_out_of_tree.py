# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The CMake package: a project that finds it builds, and its pass runs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import snnmlir
from commands import call
from test_generated_c import DIGITS

ROOT = Path(__file__).parents[2]


def weights(text: str) -> list[float]:
    """Those of the tables of the C."""
    tables = re.findall(r"SNN_TABLE float \w+_weight\[[^]]*\] = \{(.*?)\};", text, re.DOTALL)
    return [float(number) for table in tables for number in re.findall(r"-?[\d.e-]+(?=f)", table)]


@pytest.mark.slow
def test_a_project_of_its_own_finds_the_package_and_prunes_weights(tmp_path: Path) -> None:
    package, build = tmp_path / "package", tmp_path / "build"
    call("cmake", "--install", ROOT / "build", "--prefix", package, cwd=tmp_path)
    example = ROOT / "examples/out-of-tree"
    call(
        "cmake", "-S", example, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={package}",
        cwd=tmp_path,
    )  # fmt: skip
    call("cmake", "--build", build, cwd=tmp_path, timeout=1200)
    network = snnmlir.compile(DIGITS / "digits.nir", convention="snntorch", dt=1e-4)
    network.write(tmp_path / "digits.mlir")
    pipeline = "builtin.module(snn.network(prune-weights{below=0.2}))"
    call(
        build / "prune-opt", "digits.mlir", f"--pass-pipeline={pipeline}", "-o", "pruned.mlir",
        cwd=tmp_path,
    )  # fmt: skip
    tools = {"PATH": f"{ROOT / 'build/bin'}:{os.environ['PATH']}"}
    pruned = weights(call("snn-translate", "--snn-to-c11", "pruned.mlir", cwd=tmp_path, env=tools))
    whole = weights(network.c)
    assert len(pruned) == len(whole) > 9000
    assert whole.count(0) < 100 < pruned.count(0) < len(pruned)
    assert all(p in (0, w) for p, w in zip(pruned, whole, strict=True))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which C compiler builds the C for this machine."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import snnmlir
from snnmlir.execution import toolchain

DIGITS = Path(__file__).parents[2] / "examples/digits/digits.nir"


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only folder on PATH, empty; there is no package ziglang."""
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    return tmp_path


def add_program(folder: Path, name: str) -> None:
    (folder / name).touch(mode=0o755)


def test_environment_comes_first(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_program(programs, "cc")
    monkeypatch.setenv("CC", "ccache gcc-12 -g")
    assert toolchain.compiler() == ["ccache", "gcc-12", "-g"]
    monkeypatch.setenv("CC", " ")
    assert toolchain.compiler() == ["cc"]


def test_programs_come_in_an_order(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    assert toolchain.compiler() == [sys.executable, "-m", "ziglang", "cc"]
    for name in ("clang", "gcc", "cc"):
        add_program(programs, name)
        assert toolchain.compiler() == [name]


def test_error_names_the_ways(programs: Path) -> None:
    network = snnmlir.compile(DIGITS, convention="snntorch", dt=1e-4)
    with pytest.raises(snnmlir.CompileError, match="no C compiler") as caught:
        network.run(np.zeros((1, 64)))
    for way in ("gcc", "clang", "CC", "snn-mlir-compile[cc]"):
        assert way in str(caught.value)


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("ziglang"), reason="needs the package ziglang")
def test_ziglang_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x = (np.random.default_rng(1).random((20, 64)) < 0.3).astype(np.uint8)
    results = []
    for command in ("cc", f"{sys.executable} -m ziglang cc"):
        monkeypatch.setenv("CC", command)
        network = snnmlir.compile(DIGITS, convention="snntorch", dt=1e-4, input_type="spikes")
        results.append(network.record(x, ["lif1.v"])["lif1.v"])
    np.testing.assert_array_equal(*results)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Names are in the IR: without any location the C is the same, from the tools as from Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import snnmlir
from snnmlir.compiler import Stage
from test_generated_c import DIGITS
from test_interface import NAMES, compiled


def piped(text: str, *commands: list[str]) -> str:
    for command in commands:
        text = subprocess.run(
            command, input=text, capture_output=True, text=True, check=True
        ).stdout
    return text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("dtype", "input_type"), [("f32", "spikes"), ("int8", "float")])
def test_without_locations_the_c_is_the_same(
    name: str, dtype: str, input_type: str, tmp_path: Path
) -> None:
    network = compiled(name, dtype, input_type)
    network.write(tmp_path / "net.c")
    expected = (tmp_path / "net.c").read_text()
    strip = ["snn-opt", "--strip-debuginfo"]
    translate = ["snn-translate", "--snn-to-c11", "--c11-prefix=net"]
    stages: list[Stage] = ["snn", "loops"]
    for stage in stages:
        assert piped(network.emit(stage), strip, translate) == expected
        assert piped(network.emit(stage), translate) == expected


def operations(text: str) -> list[str]:
    """The names of the dialect's operations, in the order of the text."""
    return [line.split(" = ")[1].split()[0] for line in text.splitlines() if " = snn." in line]


def test_the_pipeline_of_integers_is_a_pipeline_of_snn_opt() -> None:
    network = snnmlir.compile(DIGITS / "digits.nir", convention="snntorch", dt=1e-4)
    integers = snnmlir.compile(DIGITS / "digits.nir", dtype="int8", convention="snntorch", dt=1e-4)
    text = piped(network.emit("snn"), ["snn-opt", "--snn-to-int=weight-bits=8"])
    assert "!quant.uniform<i8" in text
    assert operations(text) == operations(integers.emit("snn"))

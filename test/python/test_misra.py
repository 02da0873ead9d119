# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Deviations from MISRA C:2012: cppcheck's add-on finds them, and each has a reason."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nir
import pytest

import snnmlir
from networks import GRAPHS
from snnmlir.delivery import misra
from test_cli import check_refused, compile_main, invoke

EXAMPLES = Path(__file__).parents[2] / "examples"
DIGITS = (EXAMPLES / "digits/digits.nir", "--convention", "snntorch", "--input-type", "spikes")
GESTURES = (EXAMPLES / "gestures/gestures.nir", "--convention", "snntorch-default")

pytestmark = pytest.mark.skipif(not shutil.which("cppcheck"), reason="needs cppcheck")


def record(folder: Path, *arguments: object) -> tuple[str, list[str]]:
    """What --misra writes, and the lines of the C."""
    result = invoke(
        compile_main, *arguments, "--dt", "1e-4", "-o", folder / "net.c", "--misra", folder / "r.md"
    )
    assert result.exit_code == 0, result.output
    return (folder / "r.md").read_text(), (folder / "net.c").read_text().splitlines()


def test_places_are_those_of_the_c(tmp_path: Path) -> None:
    text, lines = record(tmp_path, *DIGITS)
    assert re.search(r"Of `net\.c`, `net\.h`, as Cppcheck \d", text)
    (place,) = re.findall(r"### Rule 8\.14, required: 1\n\n.*\n\nnet\.c:(\d+)\n", text)
    assert lines[int(place) - 1] == "#define RESTRICT restrict"
    places = re.search(r"### Rule 17\.7, required: \d+\n\n.*\n\n(.*)\n", text)
    assert places
    assert all("memcpy(" in lines[int(at) - 1] for at in re.findall(r"\d+(?=,|$)", places[1]))
    assert set(re.findall(r"### Rule ([\d.]+),", text)) <= set(misra.REASONS)
    assert "sha256: " in text


def test_weights_apart(tmp_path: Path) -> None:
    text, _ = record(tmp_path, *DIGITS, "--weights", tmp_path / "net.bin")
    assert "mandatory:" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        *("f64", "int8", "int4", "int2 --optimize ram"),
        *("int8 --target cortex-m4", "int8 --target cortex-m3"),
        *("f32 --target x86-64", "int8 --target cortex-m55", "int8 --target rv32imc-zve32x"),
    ],
)
@pytest.mark.parametrize("model", [DIGITS, GESTURES], ids=["digits", "gestures"])
def test_each_deviation_has_a_reason(
    model: tuple[object, ...], options: str, tmp_path: Path
) -> None:
    text, _ = record(tmp_path, *model, "--dtype", *options.split())
    assert "mandatory:" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["recurrent-CubaLIF", "convolutions", "delays-per-element", "lists-and-sums"]
)
def test_each_deviation_of_other_networks_has_a_reason(name: str) -> None:
    network = snnmlir.compile(GRAPHS[name], dt=1e-4, profile=True)
    text = misra.misra_record(network, network.files("net.c")).decode()
    assert "Rule 10.4, required:" in text
    assert "mandatory:" not in text


def test_a_deviation_without_a_reason_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nir.write(tmp_path / "model.nir", GRAPHS["layer-LIF"])
    monkeypatch.delitem(misra.REASONS, "8.14")
    monkeypatch.chdir(tmp_path)
    arguments = ("model.nir", "--dt", "1e-4", "-o", "net.c", "--misra", "record.md")
    message = r"violation of the required rule 8\.14 of MISRA C:2012 at net\.c:\d+"
    check_refused(compile_main, message, tmp_path, *arguments)


def test_without_the_tool_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nir.write(tmp_path / "model.nir", GRAPHS["layer-LIF"])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    arguments = ("model.nir", "--dt", "1e-4", "-o", "net.c", "--misra", "record.md")
    check_refused(compile_main, "apt-get install cppcheck", tmp_path, *arguments)


@pytest.mark.parametrize("other", [("--emit", "snn"), ("--package", "cmake")])
def test_only_c_has_a_record(other: tuple[str, str], tmp_path: Path) -> None:
    nir.write(tmp_path / "model.nir", GRAPHS["layer-LIF"])
    arguments = (tmp_path / "model.nir", "--dt", "1e-4", "-o", tmp_path / "n.c", *other)
    message = "--misra is about a .c file"
    check_refused(compile_main, message, tmp_path, *arguments, "--misra", tmp_path / "r.md")


def test_lines_stay_where_tables_are_left_out() -> None:
    text = "static const SNN_TABLE int8_t a[4] = {\n    1, 2,\n    3, 4,\n};\nint b;\n"
    short = misra._without_tables(text)
    assert short.splitlines().index("int b;") == text.splitlines().index("int b;")
    assert "1, 2" not in short


def test_rules_have_categories() -> None:
    assert [misra.category(rule) for rule in ("17.6", "10.4", "18.4")] == [
        "mandatory", "required", "advisory",
    ]  # fmt: skip

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Odd but legal files, and broken ones: test/data/nir-odd, with the outcome that is right.

Files that are legal compile and compute what their arrays hold. The others are refused by the
commands, with the facts that help, and nothing else happens.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import snnmlir
from shared_cases import VOLTAGE_TOLERANCE
from snnmlir.cli.check import main as check_main
from snnmlir.cli.compile import main as compile_main
from snnmlir.cli.flags import Flags
from snnmlir.common.wording import spelled_by

DATA = Path(__file__).parents[1] / "data/nir-odd"
CASES: list[dict[str, Any]] = json.loads((DATA / "cases.json").read_text())
ACCEPTED = [case for case in CASES if case["kind"] == "accept"]
REFUSED = [case for case in CASES if case["kind"] == "refuse"]
# Of these it is the convention (nir_import/discretize.py) that decides: tau_inf, tau_inf_one,
# tau_inf_li, tau_inf_r_one. The reader decides about all others.
COMMANDS = {"snn-mlir-check": check_main, "snn-mlir-compile": compile_main}

PAGE = """\
<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->
<!-- Made by test/python/test_nir_odd.py: ./dev docs writes it. -->

# What becomes of odd files

The files of [test/data/nir-odd](../test/data/nir-odd/README.md), odd but legal or broken, and what
the compiler does with them. What it accepts computes the outputs that are right, and the notes say
what it had to assume.

| file | what is odd | outcome |
|---|---|---|
"""


def name_of(case: dict[str, Any]) -> str:
    return Path(case["nir"]).stem


def signals(case: dict[str, Any], kind: str) -> Any:
    """The input or output of a case: an array, or one for each port by name."""
    with np.load(DATA / case["ref"]) as arrays:
        if kind in arrays:
            return arrays[kind]
        prefix = f"{kind}."
        return {
            key.removeprefix(prefix): arrays[key] for key in arrays.files if key.startswith(prefix)
        }


@pytest.fixture(scope="session")
def outcomes() -> dict[str, str]:
    """What became of every case: the compiler's notes, or its message, as the commands say it."""
    found = {}
    for case in CASES:
        try:
            with spelled_by(Flags()):
                network = snnmlir.compile(DATA / case["nir"], **case["options"])
                found[case["nir"]] = "; ".join(("accepted", *network.notes))
        except snnmlir.SnnError as error:
            where = f"node '{error.node}': " if error.node is not None else ""
            found[case["nir"]] = f"refused: {where}{error.message}; help: {error.help}"
    return found


@pytest.mark.parametrize("case", ACCEPTED, ids=name_of)
def test_accepted(case: dict[str, Any]) -> None:
    network = snnmlir.compile(DATA / case["nir"], **case["options"])
    expected, found = signals(case, "output"), network.run(signals(case, "input"))
    if not isinstance(expected, Mapping):
        expected, found = {"output": expected}, {"output": found}
    assert found.keys() == expected.keys()
    for port, values in expected.items():
        assert found[port].shape == values.shape
        spikes = values.dtype.kind in "biu"
        allowed = 0 if spikes else VOLTAGE_TOLERANCE * max(1.0, float(np.abs(values).max()))
        distance = np.abs(found[port].astype(np.float64) - values.astype(np.float64))
        assert np.all(distance <= allowed), port
    notes = " ".join(network.notes)
    assert [fact for fact in case.get("should_mention", []) if fact not in notes] == []


def arguments_of(options: Mapping[str, Any]) -> list[str]:
    return [text for key, value in options.items() for text in (f"--{key}", str(value))]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_refused(case: dict[str, Any], command: str, tmp_path: Path) -> None:
    arguments = [str(DATA / case["nir"]), *arguments_of(case["options"])]
    if command == "snn-mlir-compile":
        arguments += ["-o", str(tmp_path / "net.c")]
    result: Result = CliRunner().invoke(COMMANDS[command], arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert list(tmp_path.iterdir()) == []
    # The name of the file holds some of the facts.
    said = " ".join(result.output.replace(str(DATA / case["nir"]), "").lower().split())
    assert "traceback" not in said
    missing = [
        fact
        for fact in case["must_say"]
        if not any(word.lower() in said for word in fact.split("|"))
    ]
    assert missing == [], result.output


def test_all_files_have_an_outcome() -> None:
    assert {case["nir"] for case in CASES} == {path.name for path in DATA.glob("*.nir")}


def test_table_of_odd_files(
    outcomes: dict[str, str], check_page: Callable[[str, str], None]
) -> None:
    rows = (
        f"| {name_of(case)} | {cell(case['why'])} | {cell(outcomes[case['nir']])} |\n"
        for case in CASES
    )
    check_page("odd-files.md", PAGE + "".join(rows))


def cell(text: str) -> str:
    """A text in a cell of a table, with names from files that may hold anything."""
    return text.replace(str(DATA) + "/", "").replace("|", "\\|").replace("\n", " ")

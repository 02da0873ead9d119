# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Presets, choices and what contradicts what."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from snnmlir.conventions import CHOICES, DEFAULT_DT, PRESETS, Convention, convention
from snnmlir.errors import OptionError

DOCS = Path(__file__).resolve().parents[2] / "docs" / "conventions.md"


def test_default_is_the_preset_nir() -> None:
    assert convention() == PRESETS["nir"] == Convention()
    assert convention().dt == DEFAULT_DT == 1e-4


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_consistent_and_carry_their_name(name: str) -> None:
    assert convention(name) == PRESETS[name]
    assert PRESETS[name].name == name
    for choice, values in CHOICES.items():
        assert getattr(PRESETS[name], choice) in values


def test_every_attribute_but_name_and_dt_is_a_choice() -> None:
    attributes = {field.name for field in dataclasses.fields(Convention)}
    assert attributes - set(CHOICES) == {"name", "dt"}


def test_overrides_replace_single_choices() -> None:
    chosen = convention("sinabs", dt=1e-3, reset="zero", spike="gt", leak=None)
    expected = dataclasses.replace(PRESETS["sinabs"], dt=1e-3, reset="zero", spike="gt")
    assert chosen == expected


def test_a_convention_can_be_refined() -> None:
    assert convention(Convention(dt=0.5), reset="zero") == Convention(dt=0.5, reset="zero")


@pytest.mark.parametrize("dt", [1, 0.5, np.float32(0.5), np.int64(2)])
def test_dt_is_any_positive_number(dt: Any) -> None:
    assert convention(dt=dt).dt == dt


@pytest.mark.parametrize("dt", [0, -1.0, float("nan"), float("inf"), "1e-3", True, 1j])
def test_dt_that_is_none(dt: Any) -> None:
    with pytest.raises(OptionError, match=r"dt is .*, expected a positive number of seconds"):
        convention(dt=dt)


@pytest.mark.parametrize(
    ("name", "choices", "message", "help"),
    [
        ("snntroch", {}, "unknown convention 'snntroch'", "did you mean 'snntorch'?"),
        ("nir", {"rest": "zero"}, "unknown choice 'rest'", "did you mean 'reset'?"),
        ("nir", {"name": "x"}, "unknown choice 'name'", "use one of dt, integrator"),
        ("nir", {"v_init": "null"}, "v-init cannot be 'null'", "use one of zero, leak, reset"),
        ("nir", {"spike": 1}, "spike cannot be '1'", "use one of gt, ge"),
    ],
)
def test_unknown_words(name: str, choices: dict[str, Any], message: str, help: str) -> None:
    with pytest.raises(OptionError) as raised:
        convention(name, **choices)
    assert raised.value.message == message
    assert help in str(raised.value.help)


@pytest.mark.parametrize(
    "choices",
    [
        {"spike_timing": "pre", "reset": "subtract-delayed"},
        {"spike_timing": "pre", "reset": "zero-delayed"},
        {"spike_timing": "pre", "reset": "subtract-carried"},
        {"spike": "count-trunc", "reset": "zero"},
        {"spike": "count-floor", "reset": "subtract-delayed"},
        {"spike": "count-floor", "reset": "subtract", "spike_timing": "pre"},
        {"feedback": "current"},
    ],
)
def test_contradictions(choices: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"contradicts|needs") as raised:
        convention(**choices)
    assert all(str(value) in raised.value.message for value in choices.values())
    assert raised.value.help


def table(first_cell: str) -> list[list[str]]:
    """The rows of the table in docs/conventions.md whose header begins so, its header first."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_cell} |"))
    end = lines.index("", start)
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [rows[start], *rows[start + 2 : end]]


def test_documented_presets_are_those_of_the_code() -> None:
    (_, *names), *rows = table("choice | `nir`")
    columns = dict(zip(names, zip(*(row[1:] for row in rows), strict=True), strict=True))
    choices = [row[0].replace("-", "_") for row in rows]
    documented = {name: dict(zip(choices, columns[name], strict=True)) for name in names}
    for name, base, difference in table("preset")[1:]:
        choice, value = difference.split("=")
        documented[name] = documented[base] | {choice.replace("-", "_"): value}
    found = {name: dataclasses.asdict(preset) for name, preset in PRESETS.items()}
    for name, preset in found.items():
        assert preset.pop("name") == name
        preset["dt"] = f"{preset['dt']:g}"
    assert documented == found


def test_documented_choices_are_those_of_the_code() -> None:
    rows = table("choice | values")[1:]
    documented = {
        row[0].replace("-", "_"): tuple(value.strip("`") for value in row[1].split(", "))
        for row in rows
    }
    assert documented == CHOICES
    defaults = {row[0].replace("-", "_"): row[2] for row in rows}
    assert defaults == {choice: getattr(Convention(), choice) for choice in CHOICES}

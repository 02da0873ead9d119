# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Bits of each layer under an accuracy floor, in as few bytes as there are."""

from __future__ import annotations

import functools
import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nir
import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

import snnmlir
from snnmlir.cli.compile import main as compile_main
from snnmlir.cli.flags import Flags
from snnmlir.common.wording import spelled_by
from snnmlir.errors import OptionError
from snnmlir.evaluation.search import Point, Search, search

EXAMPLES = Path(__file__).parents[2] / "examples"
DIGITS = EXAMPLES / "digits/digits.nir"
OF_DIGITS = {"convention": "snntorch", "dt": 1e-4, "input_type": "spikes"}
OF_GESTURES = {"convention": "snntorch-default", "dt": 1e-4, "input_type": "spikes"}
FLAGS = ["--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes"]

Set = tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]


@functools.cache
def digits() -> tuple[Set, Set]:
    """The test images, one half to search on and one to measure on."""
    data = np.load(EXAMPLES / "digits/test_set.npz")
    x = np.unpackbits(data["spikes"], count=data["shape"].prod()).reshape(data["shape"])
    return (x[::2], data["labels"][::2]), (x[1::2], data["labels"][1::2])


@functools.cache
def gestures() -> tuple[Set, Set]:
    """Gestures that the network was not trained on; those to measure on are the example's."""
    sys.path.insert(0, str(EXAMPLES / "gestures"))
    from gestures import gestures as make  # type: ignore[import-not-found]

    return make(400, seed=2), make(800, seed=1)


def network(**options: Any) -> snnmlir.Network:
    return snnmlir.compile(DIGITS, **(OF_DIGITS | options))


def few(**options: Any) -> Search:
    """A search on some of the digits, which takes seconds."""
    x, labels = digits()[0]
    return search(network(), x[:90], labels=labels[:90], **options)


@functools.cache
def found() -> Search:
    return few()


def test_the_smallest_network_is_accurate() -> None:
    result = found()
    sizes = [point.bytes for point in result.curve]
    assert len(sizes) >= 5
    assert sizes == sorted(sizes, reverse=True)
    assert all(point.accuracy >= result.floor for point in result.curve)
    assert result.floor == result.real.accuracy - 0.005
    assert result.chosen == result.curve[-1]
    assert result.chosen.constant_bytes < result.real.constant_bytes / 5
    # It is the network that was measured.
    x, labels = digits()[0]
    again = snnmlir.evaluate(result.network, x[:90], labels=labels[:90], metrics=())
    assert again.accuracy == result.chosen.accuracy
    resources = result.network.resources
    assert resources.constant_bytes == result.chosen.constant_bytes
    assert resources.memory_bytes == result.chosen.memory_bytes
    # No step from there is possible: each of its layers would lose too much in fewer bits.
    tried = {point.choice: point for point in result.points}
    narrower = {"int16": "int8", "int8": "int4", "int4": "int2"}
    choice = result.chosen.choice
    assert choice is not None
    for node, dtype in choice.dtypes:
        if dtype == "int2":
            continue
        smaller = [
            point
            for other, point in tried.items()
            if other and dict(other.dtypes)[node] == narrower[dtype]
        ]
        assert smaller
        assert all(point.accuracy < result.floor for point in smaller)


def test_a_search_finds_the_same_again() -> None:
    shares: list[float] = []
    again = few(progress=lambda _, share: shares.append(share), executor=1)
    assert again.as_json() == found().as_json()
    assert again.network.c == found().network.c
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] < 1


def test_limits_end_it() -> None:
    """No further down than to the limit."""
    result = few(max_flash=11_000)
    assert result.chosen.constant_bytes <= 11_000 < result.curve[-2].constant_bytes
    assert result.chosen.constant_bytes > found().chosen.constant_bytes
    small = few(max_ram=700, min_accuracy=0.5)
    assert small.chosen.memory_bytes <= 700 < small.curve[-2].memory_bytes
    with pytest.raises(OptionError) as caught:
        few(max_flash=100, max_ram=500)
    smallest = found().chosen
    assert str(caught.value).startswith(
        "no network within max_flash 100 B and max_ram 500 B recognizes "
        f"{100 * found().floor:.2f} %: the smallest that does has {smallest.constant_bytes} B of "
        f"constants and {smallest.memory_bytes} B of state and scratch memory\n"
    )


def test_what_was_chosen_is_kept() -> None:
    x, labels = digits()[0]
    given = network(dtype="int8", dtypes={"fc2": "int8"}, scales="pow2", states="proved")
    result = search(given, x[:90], labels=labels[:90], min_accuracy=0.5)
    for point in result.points:
        assert point.choice is not None
        assert dict(point.choice.dtypes)["fc2"] == "int8"
        assert (point.choice.scales, point.choice.states) == ("pow2", "proved")
    assert dict(result.chosen.choice.dtypes)["fc1"] in ("int4", "int2")  # type: ignore[union-attr]


def test_ranges_of_analog_signals_are_kept() -> None:
    rng = np.random.default_rng(3)
    x = rng.random((40, 12, 5))
    labels = x.sum(1).argmax(1)
    ones = np.ones(5)
    lif = nir.LIF(tau=3e-4 * ones, r=ones, v_leak=0 * ones, v_threshold=ones, v_reset=0 * ones)
    weight = 3 * np.eye(5) + rng.normal(0, 0.1, (5, 5))
    graph = nir.NIRGraph.from_list(nir.Linear(weight), lif)
    given = snnmlir.compile(graph, dtype="int8", dt=1e-4, calibrate=list(x))
    result = search(given, x, labels=labels)
    assert result.real.accuracy > 0.5
    assert result.network.request.ranges == given.request.ranges != {}
    assert result.network.inputs[0].scales == given.inputs[0].scales


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": None}, "there are no labels to measure accuracy by"),
        ({"min_accuracy": 1.5}, "min_accuracy is 1.5, expected a part of the samples from 0 to 1"),
        ({"min_accuracy": 1.0}, "in 16 bits 89 of 90 samples are recognized (98.89 %), and 100.00"),
    ],
)
def test_errors(options: dict[str, Any], message: str) -> None:
    x, labels = digits()[0]
    arguments = {"labels": labels[:90]} | options
    with pytest.raises(OptionError) as caught:
        search(network(), x[:90], **arguments)
    assert message in str(caught.value)


def test_a_network_without_weights() -> None:
    ones, zeros = np.ones(3), np.zeros(3)
    lif = nir.LIF(tau=ones, r=ones, v_leak=zeros, v_threshold=ones, v_reset=zeros)
    graph = nir.NIRGraph.from_list(nir.Scale(ones), lif)
    with pytest.raises(OptionError, match="no node has weights to choose bits for"):
        search(snnmlir.compile(graph, dt=1e-4), np.ones((2, 5, 3)), labels=[0, 1])


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Path:
    x, labels = digits()[0]
    path = tmp_path / "data.npz"
    np.savez(path, input=x[:90], labels=labels[:90])
    return path


def run(tmp_path: Path, *arguments: Any) -> Any:
    given = [str(DIGITS), "-o", str(tmp_path / "digits.c"), *FLAGS, *map(str, arguments)]
    return CliRunner().invoke(compile_main, given)


def test_command(tmp_path: Path, data: Path) -> None:
    result = run(tmp_path, "--search", data)
    assert result.exit_code == 0, result.output
    with spelled_by(Flags()):
        assert result.stdout == str(found())
        flags = shlex.split(found().chosen.choice.options)  # type: ignore[union-attr]
    expected = found().network.emit_c("digits", "digits.h")
    assert (tmp_path / "digits.c").read_text() == expected[0]
    # What it prints chooses the same.
    assert run(tmp_path, *flags).exit_code == 0
    assert (tmp_path / "digits.c").read_text() == expected[0]


@pytest.mark.parametrize("suffix", ["json", "txt", "html"])
def test_reports(suffix: str, tmp_path: Path, data: Path) -> None:
    report = tmp_path / f"report.{suffix}"
    result = run(
        tmp_path, "--search", data, "--labels", "labels", "--min-accuracy", "90%",
        "--max-flash", "12K", "--report", report,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    text = report.read_text()
    expected = few(min_accuracy=0.9, max_flash=12 * 1024)
    with spelled_by(Flags()):
        shown, chosen = str(expected), expected.chosen
        choice = chosen.choice.options  # type: ignore[union-attr]
    if suffix == "json":
        assert json.loads(text)["search"] == json.loads(json.dumps(expected.as_json()))
    elif suffix == "txt":
        assert shown in text
    else:
        assert f"Chosen: <code>{choice}</code>" in text
        assert text.count(f'<td class="n">{chosen.constant_bytes:,} B</td>') >= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--search", "{data}", "--dtype", "int8"],
         "--search chooses the types, found --dtype int8\n  help: leave it out; --dtype NODE=intN"),
        (["--min-accuracy", "90%"], "--min-accuracy is for a search, and there is none"),
        (["--labels", "labels"], "--labels is for a search, and there is none"),
        (["--search", "{data}", "--min-accuracy", "many"], "--min-accuracy is 'many', expected"),
        (["--search", "{data}", "--labels", "other"], "other"),
        (["--search", "none.npz"], "none.npz"),
        (["--search", "{data}", "--max-flash", "1K"], "no network within --max-flash 1024 B"),
        (["--search", "{data}", "--dtype", "lif1=int4"], "node 'lif1' has no weights"),
    ],
)  # fmt: skip
def test_bad_commands(arguments: list[str], message: str, tmp_path: Path, data: Path) -> None:
    result = run(tmp_path, *(part.replace("{data}", str(data)) for part in arguments))
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["data.npz"]


# --- What it finds --------------------------------------------------------------------------------


def rows(model: Path, options: dict[str, Any], data: tuple[Set, Set]) -> tuple[Search, list[str]]:
    """The curve, measured on samples that the search has not seen."""
    real = snnmlir.compile(model, **options)
    (x, labels), (other, other_labels) = data
    result = search(real, x, labels=labels)
    lines = [
        f"| weights | constants | RAM | searched on {len(x)} | others, {len(other)} |",
        "|---|---:|---:|---:|---:|",
    ]

    def accuracy(point: Point) -> float:
        tried = real
        if (choice := point.choice) is not None:
            integers = {"dtype": "int8", "scales": choice.scales, "states": choice.states}
            tried = snnmlir.compile(model, dtypes=dict(choice.dtypes), **options, **integers)
        return snnmlir.evaluate(tried, other, labels=other_labels, metrics=()).accuracy

    accuracies = []
    for point in (result.real, *result.curve):
        accuracies.append(accuracy(point))
        lines.append(
            f"| {point.choice or 'float32'} | {point.constant_bytes:,} B "
            f"| {point.memory_bytes:,} B | {100 * point.accuracy:.2f} % "
            f"| {100 * accuracies[-1]:.2f} % |"
        )
    assert accuracies[-1] >= accuracies[0] - 0.005
    return result, lines


def test_table_of_digits(check_table: Callable[[str, str, list[str]], None]) -> None:
    result, lines = rows(DIGITS, OF_DIGITS, digits())
    assert result.chosen.bytes < result.real.bytes / 6
    check_table("docs/weights.md", "digits", lines)


@pytest.mark.slow
def test_table_of_gestures(check_table: Callable[[str, str, list[str]], None]) -> None:
    result, lines = rows(EXAMPLES / "gestures/gestures.nir", OF_GESTURES, gestures())
    assert result.chosen.bytes < result.real.bytes / 6
    check_table("docs/weights.md", "gestures", lines)

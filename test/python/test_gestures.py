# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The gestures of examples/gestures: as snnTorch recognizes them, and on an emulated Cortex-M4F."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from check import baseline, digest, held_out, report
from gestures import NAMES, SIZE, STEPS, USUAL, Noise, gestures

import snnmlir
from emulation import Run, run
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import Program, build
from snnmlir.compiler import Dtype

EXAMPLE = Path(__file__).parents[2] / "examples/gestures"
TARGET = MACHINES["cortex-m4f"]
FLASH, RAM = 256 * 1024, 64 * 1024
"""Bytes of the microcontroller that the network is meant for."""

FEW = len(NAMES)
"""Gestures that are emulated in every run: one of each kind."""

AT_ONCE = 50
"""Gestures in one program, whose input has to fit into the emulated flash."""

EMULATED: tuple[Dtype, ...] = ("f32", "int8")


@functools.cache
def network(dtype: Dtype) -> snnmlir.Network:
    return snnmlir.compile(
        EXAMPLE / "gestures.nir",
        dtype=dtype,
        convention="snntorch-default",
        dt=1e-4,
        input_type="spikes",
    )


@functools.cache
def outputs(dtype: Dtype, noise: Noise = USUAL) -> np.ndarray:
    """The output spikes [N, T, 8] for all held-out gestures, on this machine."""
    executable = network(dtype).executable
    events, _ = held_out(noise)
    return np.stack([executable.run_integers({"input": e})["output"] for e in events])


def accuracy(spikes: np.ndarray) -> float:
    """The part of the gestures, the first ones held out, whose class has most spikes."""
    _, labels = held_out()
    return float(np.mean(spikes.sum(axis=1).argmax(axis=1) == labels[: len(spikes)]))


def emulate(dtype: Dtype, which: slice, folder: Path) -> tuple[np.ndarray, Program, Run]:
    """Runs some of the held-out gestures: the output spikes [N, T, 8], and what else there is."""
    x = held_out()[0][which]
    steps = x.reshape(-1, *x.shape[2:])
    program = build(TARGET, folder, network(dtype))
    result = run(program, steps, sample_steps=STEPS)
    return result.outputs["output"].reshape(len(x), STEPS, -1), program, result


def test_events_are_those_that_snntorch_saw() -> None:
    with np.load(EXAMPLE / "recorded.npz") as recorded:
        assert digest(held_out()[0]) == recorded["digest"]


@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_spikes_are_exactly_what_snntorch_computed(dtype: Dtype) -> None:
    events, _ = held_out()
    layers = ("lif1", "lif2", "lif3", "lif4")
    recorder = network(dtype).recorder((*layers, "lif4.v")).executable
    with np.load(EXAMPLE / "recorded.npz") as recorded:
        ours = [recorder.run(events[index]) for index in recorded["index"]]
        for name in layers:
            spikes = np.stack([signals[name] for signals in ours])
            np.testing.assert_array_equal(np.packbits(spikes), recorded[name], name)
            assert spikes.any()
        voltages = np.stack([signals["lif4.v"] for signals in ours])
        np.testing.assert_allclose(voltages, recorded["lif4.v"], atol=5e-5)
        np.testing.assert_array_equal(
            outputs(dtype).sum(axis=1).argmax(axis=1), recorded["counts"].argmax(axis=1)
        )


@pytest.mark.slow
def test_numpy_alone_computes_what_snntorch_computed() -> None:
    assert report(EXAMPLE) == 0


def test_integers_recognize_gestures_as_well() -> None:
    assert accuracy(outputs("f32")) >= 0.95
    assert accuracy(outputs("int8")) >= accuracy(outputs("f32")) - 0.005


def course(events: np.ndarray) -> tuple[float, float, float]:
    """How far the middle of the events goes to the right and downwards, and how much it turns."""
    frames = [frame for frame in events.sum(axis=1, dtype=float) if frame.any()]
    y, x = ([np.average(axis, weights=f) for f in frames] for axis in np.mgrid[:SIZE, :SIZE])
    right, down = x - np.mean(x), y - np.mean(y)
    turn = np.sum(right[:-1] * down[1:] - down[:-1] * right[1:])
    return x[-1] - x[0], y[-1] - y[0], float(turn)


def test_events_move_as_the_label_says() -> None:
    events, labels = gestures(400, 0, Noise(background=0, dropped=0, tremor=0, mismatch=0))
    assert not events[labels == NAMES.index("rest")].any()
    for name, coordinate, sign in (
        ("left", 0, -1),
        ("right", 0, 1),
        ("up", 1, -1),
        ("down", 1, 1),
        ("clockwise", 2, 1),
        ("counter-clockwise", 2, -1),
    ):
        courses = np.array([course(sample) for sample in events[labels == NAMES.index(name)]])
        assert np.all(sign * courses[:, coordinate] > 2), name


def test_noise_is_what_it_says() -> None:
    clean, labels = gestures(400, 0, Noise(background=0, dropped=0, tremor=0, mismatch=0))
    rest = labels == NAMES.index("rest")
    noisy, _ = gestures(400, 0, Noise(background=0.02, dropped=0, tremor=0, mismatch=0))
    assert noisy[rest].mean() == pytest.approx(0.02, rel=0.05)
    fewer, _ = gestures(400, 0, Noise(background=0, dropped=0.3, tremor=0, mismatch=0))
    assert np.all(fewer <= clean)
    assert fewer.sum() / clean.sum() == pytest.approx(0.7, rel=0.05)
    shaken, _ = gestures(400, 0, Noise(background=0, dropped=0, tremor=0.2, mismatch=0))
    assert shaken[rest].any()
    uneven, _ = gestures(400, 0, Noise(background=0, dropped=0, tremor=0, mismatch=0.2))
    assert not np.array_equal(uneven, clean)
    assert uneven.sum() / clean.sum() == pytest.approx(1, rel=0.05)


def test_directions_need_time() -> None:
    """A linear classifier of the summed events guesses between opposite directions."""
    events, labels = held_out()
    told = baseline(events)
    directions = labels < NAMES.index("wave")
    assert np.mean(told[directions] // 2 == labels[directions] // 2) > 0.7
    assert np.mean(told[directions] == labels[directions]) < 0.5


@pytest.mark.parametrize("dtype", EMULATED)
def test_target_recognizes_what_this_machine_does(
    dtype: Dtype, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    count = len(held_out()[0]) if pytestconfig.getoption("--targets") == "all" else FEW
    parts = [slice(first, min(first + AT_ONCE, count)) for first in range(0, count, AT_ONCE)]
    spikes = np.concatenate([emulate(dtype, part, tmp_path)[0] for part in parts])
    assert spikes.tobytes() == outputs(dtype)[:count].tobytes()
    assert accuracy(spikes) == accuracy(outputs(dtype)[:count]) > 0.8


@pytest.mark.parametrize("dtype", EMULATED)
def test_the_network_fits(dtype: Dtype, tmp_path: Path) -> None:
    _, program, result = emulate(dtype, slice(1), tmp_path)
    assert (program.network_sections.data, program.network_sections.bss) == (0, 0)
    assert program.network_sections.text < FLASH
    assert result.memory + result.stack < RAM


def test_table_of_the_accuracy(check_table: Callable[[str, str, list[str]], None]) -> None:
    noises = USUAL, Noise(*(2 * value for value in USUAL))
    rows = ["| | usual noise | twice the noise |", "|---|---|---|"]

    def add(title: str, *parts: float) -> None:
        rows.append(f"| {title} | " + " | ".join(f"{100 * part:.2f} %" for part in parts) + " |")

    sets = [held_out(noise) for noise in noises]
    add("linear, summed over time", *(np.mean(baseline(e) == labels) for e, labels in sets))
    for dtype in ("f32", "f64", "int16", "int8", "int4"):
        add(f"`--dtype {dtype}`", *(accuracy(outputs(dtype, noise)) for noise in noises))
    check_table("examples/gestures/README.md", "accuracy", rows)


def test_table_of_the_target(
    check_table: Callable[[str, str, list[str]], None], tmp_path: Path
) -> None:
    rows = [
        "| | flash | RAM | stack | instructions per step | at most |",
        "|---|---|---|---|---|---|",
    ]
    for dtype in EMULATED:
        _, program, result = emulate(dtype, slice(FEW), tmp_path)
        mean, most = round(np.mean(result.counts)), max(result.counts)
        rows.append(
            f"| `--dtype {dtype}` | {program.network_sections.text} | {result.memory} "
            f"| {result.stack} | {mean} | {most} |"
        )
    check_table("examples/gestures/README.md", "cortex-m4f", rows)

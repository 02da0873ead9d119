# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The step that takes events: whatever a caller gives, it computes what the step of spikes does."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import nir
import numpy as np
import pytest
from subjects import feedforward

import snnmlir
from emulation import console
from fuzzing.events import SANITIZED, driver, fuzz_one
from networks import GRAPHS
from random_networks import Example
from snnmlir.boards.machines import MACHINES, PLATFORM
from snnmlir.compiler import Dtype
from test_generated_c import DIGITS, STRICT


def wide() -> nir.NIRGraph:
    """An input that a convolution lists, and that is an output itself."""
    nodes = {
        "input": nir.Input({"input": np.array([4, 9, 7])}),
        "conv": nir.Conv2d(None, np.ones((3, 4, 2, 2)), 1, 0, 1, 1, np.zeros(3)),
        "map": nir.Output({"output": np.array([3, 8, 6])}),
        "spikes": nir.Output({"output": np.array([4, 9, 7])}),
    }
    edges = [("input", "conv"), ("conv", "map"), ("input", "spikes")]
    return nir.NIRGraph(nodes, edges, type_check=False)


def compiled(name: str, dtype: Dtype) -> snnmlir.Network:
    others = {
        "digits": DIGITS / "digits.nir",
        "gestures": DIGITS.parent / "gestures/gestures.nir",
        "wide": wide(),
        "parts": feedforward(300, 80, 9),
    }
    source = others.get(name) or GRAPHS[name]
    return snnmlir.compile(source, dtype=dtype, convention="snntorch", dt=1e-4, input_type="spikes")


def build(folder: Path, command: Sequence[str], network: snnmlir.Network, main: str) -> None:
    network.write(folder / "net.c")
    (folder / "main.c").write_text(driver(network, 60) + main)
    subprocess.run([*command, "main.c", "-o", "program"], cwd=folder, check=True)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *((name, "f32") for name in (*GRAPHS, "digits", "wide", "parts")),
        *((name, "int8") for name in ("digits", "gestures", "wide", "parts", "branches")),
        ("recurrent-LIF", "int8"),
    ],
)
def test_any_list_of_positions(name: str, dtype: Dtype, tmp_path: Path) -> None:
    """Good lists, other orders, repetitions, positions that are not there: under sanitizers."""
    command = [*SANITIZED, *STRICT, "-Wno-conversion"]
    build(tmp_path, command, compiled(name, dtype), "int main(void) { return run(); }\n")
    done = subprocess.run(["./program"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    "name", ["layer-LIF", "recurrent-LIF", "convolutions", "feature-map", "parts"]
)
def test_any_list_of_positions_on_avr(name: str, tmp_path: Path) -> None:
    """The same where size_t and int have 16 bits."""
    target = MACHINES["atmega1284p"]
    command = [
        *target.compiler, f"-std={target.standard}", "-Os", f"-I{PLATFORM}",
        *(str(PLATFORM / source) for source in target.sources),
    ]  # fmt: skip
    main = '#include "platform.h"\nint main(void)\n{\n    put_char((char)("0123"[run()]));\n'
    main += "    put_char('\\n');\n    leave(0);\n}\n"
    build(tmp_path, command, compiled(name, "int8"), main)
    done = subprocess.run(
        [*target.emulator, "program"],
        cwd=tmp_path, capture_output=True, check=True, text=True, timeout=300,
    )  # fmt: skip
    assert "0" in console(done.stdout + done.stderr)


def test_positions_of_a_camera(tmp_path: Path) -> None:
    """Events of (x, y, polarity) in the header's order; those outside of the map are dropped."""
    network = compiled("wide", "f32")
    network.write(tmp_path / "net.c")
    (tmp_path / "main.c").write_text(
        '#include "net.h"\nint main(void)\n{\n    size_t next = 0;\n'
        "    for (size_t polarity = 0; polarity < 4; ++polarity)\n"
        "        for (size_t y = 0; y < 9; ++y)\n            for (size_t x = 0; x < 7; ++x)\n"
        "                if (net_position(x, y, polarity) != next++)\n"
        "                    return 1;\n"
        "    return next != NET_MAX_EVENTS || next != NET_INPUT_SIZE"
        " || net_position(7, 0, 0) < next || net_position(0, 9, 0) < next"
        " || net_position(0, 0, 4) < next || net_position((size_t)-1, 0, 0) < next;\n}\n"
    )
    subprocess.run(
        ["gcc", "-std=c11", *STRICT, "main.c", "-o", "program"], cwd=tmp_path, check=True
    )
    assert subprocess.run(["./program"], cwd=tmp_path, check=False).returncode == 0


def test_lists_for_random_networks() -> None:
    found: list[tuple[str, Example]] = []
    takes, _ = fuzz_one(1, found, networks=3)
    assert found == []
    assert takes > 0


@pytest.mark.slow
def test_lists_for_more_random_networks() -> None:
    found: list[tuple[str, Example]] = []
    takes, others = fuzz_one(2, found, networks=60)
    assert found == []
    assert takes > others

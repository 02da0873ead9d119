# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks on emulated machines, as several tests look at them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.boards import machines
from snnmlir.boards.places import started
from snnmlir.boards.programs import Program

WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
FLAGS = (*WARNINGS, *machines.FLAGS)

FORMS_ELSEWHERE = (
    ("cortex-m0", "cortex-m0"),
    ("cortex-m0", "cortex-m4"),
    ("rv32imac", "rv32imac"),
    ("atmega1284p", "cortex-m3"),
    ("atmega1284p", "cortex-m4"),
    ("aarch64-linux", "cortex-m4"),
)
"""Machines beside Cortex-M3 and larger, and targets whose C they run."""


@dataclass(frozen=True)
class Run:
    """What a program computed: outputs in the C's types, and what each step took."""

    outputs: dict[str, npt.NDArray[Any]]
    counts: tuple[int, ...]
    stack: int | None
    memory: int


def run(
    program: Program,
    x: npt.NDArray[Any] | Mapping[str, npt.NDArray[Any]],
    sample_steps: int | None = None,
) -> Run:
    """Runs one sample [T, ...], or several of so many steps that follow each other."""
    by_name = dict(x) if isinstance(x, Mapping) else {program.network.inputs[0].name: x}
    steps = len(next(iter(by_name.values()), ()))
    length = sample_steps or steps
    samples = [
        {name: values[first : first + length] for name, values in by_name.items()}
        for first in range(0, steps, length or 1)
    ]
    with started(program) as board:
        result = board.run(samples)
        assert board.link.damaged == 0
    return Run(
        {
            name: np.concatenate([sample[name] for sample in result.integers])
            for name in result.integers[0]
        },
        tuple(int(count) for counts in result.counts for count in counts),
        result.stack,
        result.memory,
    )


def console(text: str) -> list[str]:
    """The lines that a program printed: simavr adds colours, and a dot for each end of a line."""
    return [re.sub(r"^((?:\x1b\[[0-9;]*m)+)(.*)\.$", r"\2", line) for line in text.splitlines()]

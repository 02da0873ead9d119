# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the generated C on emulated microcontrollers: ./dev bench --targets.

The table goes to docs/benchmarks-targets.md.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
from gestures import gestures
from rich.console import Console
from rich.progress import track
from subjects import DT, SUBJECTS, Subject

import snnmlir
from snnmlir.boards.machines import FLAGS, MACHINES, Machine
from snnmlir.boards.places import started
from snnmlir.boards.programs import NoRoomError, build

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs/benchmarks-targets.md"
EXAMPLES = HERE.parent / "examples"
STEPS = 16
DENSITY = 0.05
DTYPES = ("f32", "int8")
OPTIMIZATIONS = ("-Os", "-O2")
FLASH_OF_AVR = 128 << 10
"""Bytes; avr-gcc takes minutes for larger tables, only to find that they do not fit."""

MODELS = (
    Subject(
        "64-128-10 LIF (examples/digits)",
        lambda: EXAMPLES / "digits/digits.nir",
        {"convention": "snntorch", "dt": DT},
        samples=lambda: np.load(EXAMPLES / "digits/recorded.npz")["input"][0],
    ),
    Subject(
        "2x16x16 convolutions (examples/gestures)",
        lambda: EXAMPLES / "gestures/gestures.nir",
        {"convention": "snntorch-default", "dt": DT},
        samples=lambda: gestures(1, seed=1)[0][0, 8:],
    ),
    *(
        subject
        for subject in SUBJECTS
        if subject.name
        in ("784-256-10 LIF", "700-256-20 recurrent", "12-38-7 recurrent (Braille)", "N-MNIST CNN")
    ),
)
MEASURED = {name: target for name, target in MACHINES.items() if target.unit}
LARGER = {
    "cortex-m0": replace(
        MACHINES["cortex-m3"],
        name="cortex-m0-on-m3",
        target="cortex-m0",
        network_compiler=MACHINES["cortex-m0"].compiler,
    )
}
"""Machines that execute the same instructions, for networks that do not fit those of `MEASURED`."""


@dataclass(frozen=True)
class Result:
    """One network on one target.

    Attributes:
        target: Its name.
        unit: What is counted, instructions or cycles.
        code: Bytes of the object's text beyond the constants.
        stack: Bytes of stack that a step needs at most.
        memory: Bytes of the network's struct.
        count: Instructions or cycles of one step, mean.
    """

    target: str
    unit: str
    code: int
    stack: int
    memory: int
    count: float


def input_for(subject: Subject, network: snnmlir.Network) -> np.ndarray:
    """[T, *shape]: the beginning of a recorded sample, or random spikes."""
    if subject.samples is not None:
        return subject.samples()[:STEPS]
    rng = np.random.default_rng(0)
    return rng.random((STEPS, *network.inputs[0].shape)) < DENSITY


def measure(
    target: Machine, network: snnmlir.Network, x: np.ndarray, optimization: str
) -> Result | None:
    """Builds and runs a network on a target; None if it does not fit in memory."""
    if target.target == "avr" and network.resources.constant_bytes > FLASH_OF_AVR:
        return None
    with tempfile.TemporaryDirectory(prefix="snn-bench-") as folder:
        try:
            program = build(target, Path(folder), network, (*FLAGS, optimization))
        except NoRoomError:
            return None
        code = program.network_sections.text - network.resources.constant_bytes
        with started(program) as board:
            result = board.run([x])
    return Result(
        target.name,
        target.unit or "",
        code,
        result.stack or 0,
        result.memory,
        float(np.mean(result.counts[0])),
    )


def compiled(subject: Subject, dtype: str, target: str) -> snnmlir.Network:
    """The network as C for `--target`."""
    source = subject.make()
    assert source is not None
    return snnmlir.compile(
        source, dtype=dtype, input_type="spikes", name="net", target=target, **subject.options
    )


def section(subject: Subject, dtype: str) -> list[str]:
    """The lines for one network in one type on all machines: generic C, then that of `--target`."""
    generic = compiled(subject, dtype, "generic")
    x = input_for(subject, generic)
    needs = generic.resources
    lines = [
        f"## {subject.name}, {dtype}",
        "",
        f"{needs.constant_bytes:,} bytes of constants, {needs.state_bytes:,} of state, "
        f"{needs.scratch_bytes:,} of scratch memory. {x.mean():.1%} of the inputs are active in "
        "a step.",
        "",
        "| machine | RAM | code, `-Os` | `-O2` | stack, `-Os` | `-O2` "
        "| a step takes, `-Os` | `-O2` | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    portable: dict[str, Result] = {}
    used: dict[str, Machine] = {}
    for machine in MEASURED.values():
        for larger in (machine, LARGER.get(machine.name)):
            found = [
                measure(larger, generic, x, optimization) if larger else None
                for optimization in OPTIMIZATIONS
            ]
            results = [result for result in found if result is not None]
            if larger and len(results) == len(found):
                lines.append(row(results))
                portable[larger.name] = results[-1]
                used[machine.name] = larger
                break
    lines += [
        "",
        "With `--target`, `-O2`:",
        "",
        "| machine | `--target` | RAM | code | stack | a step takes | of generic's | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    networks = {
        target: compiled(subject, dtype, target)
        for target in dict.fromkeys(machine.target for machine in MEASURED.values())
    }
    for machine in used.values():
        result = measure(machine, networks[machine.target], x, "-O2")
        if result is not None:
            lines.append(target_row(machine.target, result, portable[machine.name]))
    too_small = [name for name in MEASURED if name not in used]
    lines.append("")
    if too_small:
        lines += [f"Does not fit: {', '.join(too_small)}.", ""]
    return lines


def row(results: Sequence[Result]) -> str:
    """One line of the table of generic C, from the results of all optimizations."""
    return _cells(
        results[0].target,
        f"{results[0].memory:,}",
        *(f"{result.code:,}" for result in results),
        *(f"{result.stack:,}" for result in results),
        *(f"{result.count:,.0f}" for result in results),
        results[0].unit,
    )


def target_row(target: str, result: Result, before: Result) -> str:
    """One line of the table of C for a target; `before` is the generic C on the same machine."""
    return _cells(
        result.target,
        target,
        f"{result.memory:,}",
        f"{result.code:,}",
        f"{result.stack:,}",
        f"{result.count:,.0f}",
        f"{result.count / before.count:.2f}",
        result.unit,
    )


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def versions() -> str:
    """The compilers' own words."""
    compilers = dict.fromkeys(
        (machine.network_compiler or machine.compiler)[0] for machine in MEASURED.values()
    )
    texts = [
        subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout
        for name in compilers
    ]
    return "; ".join(text.splitlines()[0] for text in texts)


@click.command()
@click.option("--only", default="", help="Networks with this in their name.")
@click.option("--write", is_flag=True, help="Write docs/benchmarks-targets.md.")
def main(only: str, write: bool) -> None:
    """Measure the generated C on emulated targets."""
    command = " ".join(["./dev bench --targets", *sys.argv[1:]])
    lines = [
        "<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->",
        "<!-- Made by ./dev bench --targets. -->",
        "",
        "# Benchmarks on microcontrollers",
        "",
        f"`{command}`, in emulators. {versions()}. [targets.md](targets.md) has the machines and "
        "says what is counted.",
        "",
        "- *RAM*: bytes of the network's struct, state and scratch memory.",
        "- *code*: bytes of text in the network's object file beyond its constants: `init`, `step`",
        "  and `step_events`, of which a program links what it calls.",
        "- *stack*: bytes that a step needs at most, its call and the compiler's library included.",
        f"- *a step takes*: instructions (QEMU) or cycles (simavr), the mean of the first {STEPS}",
        "  steps. Instructions are no cycles. Inputs are spikes, random but for the samples of",
        "  the examples and of Braille.",
        "- *of generic's*: the same divided by what the C without `--target` takes there.",
        "",
        "In cortex-m55-clang and rv32imc-zve32x, clang compiles the network. cortex-m0-on-m3: a",
        "network that does not fit the Cortex-M0's memory is compiled for it, and run by the",
        "Cortex-M3, which executes the same instructions.",
        "",
    ]
    subjects = [subject for subject in MODELS if only in subject.name and subject.make()]
    runs = [(subject, dtype) for subject in subjects for dtype in DTYPES]
    click.echo("\n".join(lines))
    for subject, dtype in track(runs, console=Console(stderr=True), description="measuring"):
        found = section(subject, dtype)
        click.echo("\n".join(found))
        lines += found
    if write:
        PAGE.write_text("\n".join(lines))


if __name__ == "__main__":
    main()

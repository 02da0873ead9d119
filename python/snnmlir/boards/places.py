# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where a network can be run, by name: in a program, in an emulator, on a board."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from snnmlir.boards.board import Board, BoardRun
from snnmlir.boards.link import Link, ProgramWire, SerialWire, Wire
from snnmlir.boards.machines import MACHINES, Machine, native
from snnmlir.boards.programs import NoRoomError, Program, build, missing_error
from snnmlir.compiler import Network
from snnmlir.errors import BoardError, OptionError, quoted
from snnmlir.execution.ports import Sample, Signal

STACK_STEPS = 100
"""Steps of the first sample in which the stack is measured, before all is run."""

_BAUD = 115200


@dataclass(frozen=True)
class BoardResult:
    """What a network computed on a board, and what it took.

    Attributes:
        samples: Outputs and recorded signals of each sample by name, [T, *shape], in real numbers.
        integers: The same as the C has them.
        unit: What `counts` count: "instructions", "cycles", or "ticks" of a board's own counter;
            None if nothing was counted.
        counts: Of each sample [T], what a step took.
        layers: The same by layer, where the network was compiled with `profile`.
        events: Of each sample [T], how many events a list had, by list, likewise.
        stack: Bytes of stack that a step used at most; None if the board cannot say.
        memory: Bytes of the network's struct there.
    """

    samples: tuple[dict[str, Signal], ...]
    integers: tuple[dict[str, Signal], ...]
    unit: str | None
    counts: tuple[npt.NDArray[np.int64], ...]
    layers: dict[str, tuple[npt.NDArray[np.int64], ...]]
    events: dict[str, tuple[npt.NDArray[np.int64], ...]]
    stack: int | None
    memory: int


class Connection:
    """A board that runs a network.

    Args:
        board: Who is asked.
        link: What it is asked over.
        machine: What the board is, if that is known.

    Attributes:
        board: Who is asked.
        link: What it is asked over.
    """

    def __init__(self, board: Board, link: Link, machine: Machine | None) -> None:
        self.board = board
        self.link = link
        self._machine = machine

    def run(
        self, samples: Sequence[Sample], progress: Callable[[], None] | None = None
    ) -> BoardResult:
        """Runs samples, each from the initial state.

        The stack is measured first, and apart: the interrupt of a counter needs stack, too.

        Args:
            samples: [T, *input shape] each, or such an array for each input by name.
            progress: Called after each step.

        Raises:
            OptionError: A sample does not fit the network.
            BoardError: The board does not answer, or was restarted.
        """
        first = None
        if samples and self.board.measures("stack"):
            first = self.board.run(_beginning(samples[0]), "stack")
        runs = [self.board.run(x, "time", progress) for x in samples]
        if first is not None:
            _check_same(first, runs[0])
        unit = None
        if runs and all(run.ticks is not None for run in runs):
            unit = "ticks" if self._machine is None else self._machine.unit
        return BoardResult(
            tuple(self.board.real(run.signals) for run in runs),
            tuple(run.signals for run in runs),
            unit,
            tuple(self._counted(run.ticks) for run in runs if run.ticks is not None),
            self._layers(runs) if unit else {},
            {
                name: tuple(run.events[name].astype(np.int64) for run in runs)
                for name in self.board.about.lists
            },
            None if first is None else first.stack,
            self.board.about.memory,
        )

    def record(self, x: Sample) -> dict[str, Signal]:
        """What the board sends of one run, by name in real numbers, [T, *shape] each.

        Raises:
            OptionError: As `run` does.
            BoardError: As `run` does.
        """
        return self.board.real(self.board.run(x).signals)

    def record_integers(self, x: Mapping[str, Signal]) -> dict[str, Signal]:
        """The same with numbers as the C has them, in and out.

        Raises:
            BoardError: As `run` does.
        """
        return self.board.run_integers(x).signals

    def _layers(self, runs: Sequence[BoardRun]) -> dict[str, tuple[npt.NDArray[np.int64], ...]]:
        return {
            name: tuple(self._counted(run.layer_ticks[name]) for run in runs)
            for name in self.board.about.layers
        }

    def _counted(self, ticks: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """Instructions or cycles, whatever the machine's counter tells."""
        per_count = 1.0 if self._machine is None else self._machine.per_count
        counts: npt.NDArray[np.int64] = np.rint(ticks * per_count).astype(np.int64)
        return counts


def _beginning(x: Sample) -> Sample:
    if isinstance(x, np.ndarray):
        return x[:STACK_STEPS]
    if hasattr(x, "items"):
        return {name: np.asarray(values)[:STACK_STEPS] for name, values in x.items()}
    return np.asarray(x)[:STACK_STEPS]


def _check_same(first: BoardRun, again: BoardRun) -> None:
    """Refuses what is not the same when it begins anew."""
    for name, values in first.signals.items():
        if again.signals[name][: len(values)].tobytes() != values.tobytes():
            raise BoardError(
                f"the board gives another {quoted(name)} when it runs the same sample again",
                help="what the network carries is not set by its init function alone: see that "
                "memory is not written by others, and what kernels keep",
            )


def place_names() -> tuple[str, ...]:
    """What `connected` knows."""
    emulated = (machine.place for machine in MACHINES.values())
    return ("native", *emulated, "serial:DEVICE[@BAUD]")


def check_place(place: str) -> None:
    """Refuses a place that there is none of.

    Raises:
        OptionError: It is none of `place_names`.
    """
    if place == "native" or any(place == machine.place for machine in MACHINES.values()):
        return
    if not re.fullmatch(r"serial:[^@]+(@[1-9]\d*)?", place):
        raise OptionError(
            f"there is no place {quoted(place)} to run a network on",
            help="use one of " + ", ".join(place_names()),
        )


@contextlib.contextmanager
def connected(place: str, network: Network) -> Iterator[Connection]:
    """A board with the network: a program that is built and started, or what is at a line.

    Args:
        place: One of `place_names`: "native", "qemu:cortex-m4f", "serial:/dev/ttyACM0@115200".
        network: Its taps are recorded, and with `profile` its layers are measured.

    Raises:
        OptionError: There is no such place.
        BoardError: Something is missing on this machine, the network does not fit, or the board
            does not answer or runs another network.
    """
    check_place(place)
    if place.startswith("serial:"):
        device, _, baud = place.removeprefix("serial:").partition("@")
        with _linked(SerialWire(device, int(baud or _BAUD)), network, None) as connection:
            connection.board.check_sends(network.taps)
            yield connection
        return
    machine = native() if place == "native" else MACHINES[place.partition(":")[2]]
    with (
        tempfile.TemporaryDirectory(prefix="snn-") as folder,
        started(build(machine, Path(folder), network)) as connection,
    ):
        yield connection


@contextlib.contextmanager
def verifiable(place: str, network: Network) -> Iterator[Connection]:
    """As `connected`, and a program sends as many signals as it has memory for: all, or none.

    Raises:
        OptionError: As `connected` does.
        BoardError: As `connected` does.
    """
    with contextlib.ExitStack() as stack:
        try:
            everything = network if place.startswith("serial:") else network.tapped("all")
            connection = stack.enter_context(connected(place, everything))
        except NoRoomError:
            connection = stack.enter_context(connected(place, network.tapped(())))
        yield connection


@contextlib.contextmanager
def started(program: Program) -> Iterator[Connection]:
    """A board that is a program.

    Raises:
        BoardError: There is no emulator, or the program does not answer.
    """
    machine = program.machine
    try:
        wire = ProgramWire(program.command, program.path.parent, f"'{machine.name}'")
    except FileNotFoundError as error:
        raise missing_error(machine, program.command[0]) from error
    with _linked(wire, program.network, machine) as connection:
        yield connection


@contextlib.contextmanager
def _linked(wire: Wire, network: Network, machine: Machine | None) -> Iterator[Connection]:
    with contextlib.closing(wire):
        link = Link(wire)
        yield Connection(Board(link, network), link, machine)


def run_on(place: str, network: Network, samples: Sequence[Sample]) -> BoardResult:
    """Runs a network where it will live.

    Args:
        place: "native", "qemu:cortex-m4f" and other emulated machines, or
            "serial:/dev/ttyACM0@115200", at which a board has the firmware that `write_package`
            writes.
        network: With taps=... of `compile` these signals are recorded, with profile=True layers
            are measured.
        samples: [T, *input shape] each, or such an array for each input by name. Each is a run
            from the initial state.

    Raises:
        OptionError: There is no such place, or a sample does not fit the network.
        BoardError: Something is missing on this machine, the network does not fit, or the board
            does not answer, was restarted, or runs another network.
    """
    with connected(place, network) as connection:
        return connection.run(samples)

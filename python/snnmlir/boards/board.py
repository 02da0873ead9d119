# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A network on a board: what it is sent, and what comes back."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from snnmlir.boards.firmware import (
    VERSION,
    digest,
    input_parts,
    output_parts,
    tap_parts,
)
from snnmlir.boards.link import Frame, Kind, Link, Refusal, RefusedError
from snnmlir.common.wording import option
from snnmlir.compiler import Network
from snnmlir.errors import BoardError, quoted
from snnmlir.execution.ports import Sample, Signal, check_inputs

Measure = Literal["nothing", "time", "stack"]
_MEASURES: tuple[Measure, ...] = ("nothing", "time", "stack")

_ABOUT_BYTES = 22
"""Those that are numbers; names of signals and layers follow."""


@dataclass(frozen=True)
class About:
    """What a board says of itself.

    Attributes:
        room: Most bytes of data in a frame.
        digest: Which network it runs.
        input_bytes: What a step is sent.
        result_bytes: What a step gives.
        memory: Bytes of the network's struct.
        taps: The names in C of the signals that it sends beside the outputs.
        layers: The names in C of the layers that it measures.
        lists: The names in C of the lists whose events it counts.
    """

    room: int
    digest: bytes
    input_bytes: int
    result_bytes: int
    memory: int
    taps: tuple[str, ...]
    layers: tuple[str, ...]
    lists: tuple[str, ...]


@dataclass(frozen=True)
class BoardRun:
    """What a board computed, from the initial state on.

    Attributes:
        signals: Outputs and recorded signals by name, [T, *shape], in the C's types.
        ticks: [T], what each step took of the board's counter; None if it was not measured.
        layer_ticks: The same by layer, where the firmware has them.
        events: [T] by list of events, how many these are, likewise.
        stack: Bytes of stack that a step used at most; None if it was not measured.
    """

    signals: dict[str, Signal]
    ticks: npt.NDArray[np.uint32] | None
    layer_ticks: dict[str, npt.NDArray[np.uint32]]
    events: dict[str, npt.NDArray[np.uint32]]
    stack: int | None


class Board:
    """A network's firmware behind a wire.

    Args:
        link: Asks it.
        network: The network that it has to run.

    Raises:
        BoardError: It does not answer, runs another network, or speaks another protocol.
    """

    def __init__(self, link: Link, network: Network) -> None:
        self._link = link
        self._network = network
        answer = link.ask(Kind.ABOUT)
        self._session = 0
        self.about = self._read_about(answer)
        self._inputs = input_parts(network)
        known = tap_parts(network) if self.about.taps else {}
        if unknown := [name for name in self.about.taps if name not in known]:
            raise self._other_network(f"it sends {unknown}, which this network has not")
        self._results = (*output_parts(network), *(known[name] for name in self.about.taps))
        self._times = 8 + 4 * len(self.about.layers + self.about.lists)
        if (self.about.input_bytes, self.about.result_bytes) != (
            sum(part.bytes for part in self._inputs),
            self._times + sum(part.bytes for part in self._results),
        ):
            raise self._other_network("its inputs or outputs have other sizes")

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the signals that it sends beside the outputs."""
        outputs = len(self._network.outputs)
        return tuple(part.port.name for part in self._results[outputs:])

    def _read_about(self, answer: Frame) -> About:
        data = answer.data
        if not data or data[0] != VERSION:
            found = data[0] if data else "none"
            raise BoardError(
                f"the board speaks version {found} of the protocol, expected {VERSION}",
                help="write the package with this version of snn-mlir-compile and flash it again",
            )
        if len(data) < _ABOUT_BYTES:
            raise BoardError(f"the board says {len(data)} bytes about itself, which is too little")
        while True:
            more = self._link.ask(Kind.ABOUT, offset=len(data)).data
            if not more:
                break
            data += more
        _, room, told, input_bytes, result_bytes, memory = struct.unpack_from("<BB8sIII", data)
        lines = data[_ABOUT_BYTES:].decode("ascii", errors="replace").splitlines()
        named = [line.partition(" ")[::2] for line in lines]
        about = About(
            room,
            told,
            input_bytes,
            result_bytes,
            memory,
            taps=tuple(name for kind, name in named if kind == "tap"),
            layers=tuple(name for kind, name in named if kind == "layer"),
            lists=tuple(name for kind, name in named if kind == "list"),
        )
        expected = digest(self._network)
        if about.digest != expected:
            raise self._other_network(
                f"its digest is {about.digest.hex()}, expected {expected.hex()}"
            )
        if about.room == 0:
            raise BoardError("the board has no room for data in its frames")
        return about

    @staticmethod
    def _other_network(what: str) -> BoardError:
        return BoardError(
            f"the board runs another network: {what}",
            help="flash the package of this model, written with the same options and the same "
            "version of snn-mlir-compile",
        )

    def measures(self, measure: Measure) -> bool:
        """Whether the board can measure this of a step.

        Raises:
            BoardError: The board does not answer.
        """
        return self._open(measure) == measure

    def run(
        self, x: Sample, measure: Measure = "nothing", progress: Callable[[], None] | None = None
    ) -> BoardRun:
        """Steps the network from its initial state.

        Args:
            x: [T, *input shape], or such an array for each input by name.
            measure: What is measured of each step, if the board can.
            progress: Called after each step.

        Raises:
            OptionError: The input does not fit the network.
            BoardError: The board does not answer, or was restarted.
        """
        arrays = check_inputs(self._network.inputs, x)
        return self._run(arrays, measure, progress)

    def run_integers(self, x: Mapping[str, Signal], measure: Measure = "nothing") -> BoardRun:
        """The same with inputs as the C code takes them."""
        return self._run([x[port.name] for port in self._network.inputs], measure, None)

    def _run(
        self, arrays: Sequence[Signal], measure: Measure, progress: Callable[[], None] | None
    ) -> BoardRun:
        packed = np.concatenate(
            [part.pack(array) for part, array in zip(self._inputs, arrays, strict=True)], axis=1
        )
        measured = self._open(measure)
        sent = np.zeros((len(packed), self.about.result_bytes), np.uint8)
        for step, row in enumerate(packed):
            sent[step] = np.frombuffer(self._step(step, row.tobytes()), np.uint8)
            if progress is not None:
                progress()
        return self._taken_apart(sent, measured)

    def _open(self, measure: Measure) -> Measure:
        """Begins at the initial state; says what the board measures."""
        # A board that was restarted counts sessions anew.
        self._session = self._link.ask(Kind.ABOUT).session % 0xFFFF + 1
        wanted = bytes([_MEASURES.index(measure)])
        try:
            answer = self._link.ask(Kind.OPEN, self._session, data=wanted)
        except RefusedError as error:
            raise self._restarted(0, error) from error
        if answer.step != 0:
            raise self._restarted(0, None)
        if answer.data not in (wanted, b"\0"):
            raise BoardError(f"the board measures {answer.data.hex()}, which was not asked for")
        return measure if answer.data == wanted else "nothing"

    def _step(self, step: int, row: bytes) -> bytes:
        """What a step gives."""
        room = self.about.room
        last = (len(row) - 1) // room * room
        try:
            for offset in range(0, last, room):
                data = row[offset : offset + room]
                self._link.ask(Kind.WRITE, self._session, step, offset, data)
            answer = self._link.ask(Kind.STEP, self._session, step, last, row[last:])
            found = answer.data
            while len(found) < self.about.result_bytes and answer.data:
                answer = self._link.ask(Kind.READ, self._session, step, len(found))
                found += answer.data
        except RefusedError as error:
            raise self._restarted(step, error) from error
        if answer.step != step + 1 or len(found) != self.about.result_bytes:
            raise self._restarted(step, None)
        return found

    def _restarted(self, step: int, error: RefusedError | None) -> BoardError:
        if error is not None and error.reason not in (Refusal.OTHER_SESSION, Refusal.OTHER_STEP):
            return error
        return BoardError(
            f"the board lost the state of the network in step {step}: it was restarted, or another "
            "program uses it",
            help="see that its supply and its watchdog let it run, and that nobody else has the "
            "line; then run it again",
        )

    def _taken_apart(self, sent: npt.NDArray[np.uint8], measured: Measure) -> BoardRun:
        times = np.ascontiguousarray(sent[:, : self._times]).view("<u4").astype(np.uint32)
        signals = {}
        at = self._times
        for part in self._results:
            signals[part.port.name] = part.unpack(sent[:, at : at + part.bytes])
            at += part.bytes
        time, stack = measured == "time", measured == "stack"
        layers = enumerate(self.about.layers, start=2)
        lists = enumerate(self.about.lists, start=2 + len(self.about.layers))
        return BoardRun(
            signals,
            ticks=times[:, 0] if time else None,
            layer_ticks={name: times[:, column] for column, name in layers} if time else {},
            events={name: times[:, column] for column, name in lists},
            stack=int(times[:, 1].max(initial=0)) if stack else None,
        )

    def real(self, signals: Mapping[str, Signal]) -> dict[str, Signal]:
        """Signals in real numbers: integers times their scales."""
        scales = {part.port.name: part.port.scales for part in self._results}
        return {
            name: values if (scale := scales[name]) is None else values * scale
            for name, values in signals.items()
        }

    def check_sends(self, names: Sequence[str]) -> None:
        """Refuses signals that the firmware does not send.

        Raises:
            BoardError: One is not among them.
        """
        there = {*self.signals, *(port.name for port in self._network.outputs)}
        for name in names:
            if name not in there:
                sent = ", ".join(map(quoted, self.signals)) or "outputs alone"
                raise BoardError(
                    f"the firmware does not send {quoted(name)}; it sends {sent}",
                    help=f"write the package with {option('record', name)} and flash it",
                )

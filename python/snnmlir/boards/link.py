# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Frames on a line that loses, damages, doubles and delays bytes. docs/boards.md has their fields.

Whoever asks asks again until the answer is there; a question that comes twice changes nothing.
"""

from __future__ import annotations

import contextlib
import enum
import itertools
import os
import select
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from snnmlir.errors import BoardError, quoted


class Kind(enum.IntEnum):
    """What a frame asks for; the answer's kind has `ANSWER` set."""

    ABOUT = 1
    OPEN = 2
    WRITE = 3
    STEP = 4
    READ = 5
    ANSWER = 0x80
    DAMAGED = 0xC0
    REFUSED = 0xC1


class Refusal(enum.IntEnum):
    """Why a board does not do what was asked for."""

    NO_SUCH_KIND = 1
    OTHER_SESSION = 2
    OTHER_STEP = 3
    OUT_OF_RANGE = 4


@dataclass(frozen=True)
class Frame:
    """A question or an answer.

    Attributes:
        kind: See `Kind`.
        number: Of the question; its answer has the same.
        session: Which run from the initial state this is about, 0 for none.
        step: Of a question, the step that it is about; of an answer, how many are done.
        offset: Where the data begin among all bytes of the step.
        data: Bytes.
    """

    kind: int
    number: int = 0
    session: int = 0
    step: int = 0
    offset: int = 0
    data: bytes = b""

    def encoded(self) -> bytes:
        """The bytes on the line, between two zeros."""
        numbers = (self.kind, self.number, self.session, self.step, self.offset)
        body = struct.pack(_HEADER, *numbers) + self.data
        body += zlib.crc32(body).to_bytes(4, "little")
        blocks = (bytes([len(block) + 1]) + block for block in body.split(b"\0"))
        return b"\0" + b"".join(blocks) + b"\0"


PATIENCE = 60.0
"""Seconds without a valid answer after which a board is given up."""

_FIRST_WAIT, _SHORTEST_WAIT, _LONGEST_WAIT = 0.5, 0.05, 2.0
"""Seconds after which a question is asked again: the first one, and whatever answers take."""

_LONGEST = 1024
"""Bytes without a zero after which what has come is no frame."""

_HEADER = "<BHHII"
HEADER_BYTES = 13
CHECK_BYTES = 4
MOST_BYTES = 236
"""Of data in a frame: with more, a block could be longer than its first byte says."""


def decoded(line: bytes) -> Frame | None:
    """The frame between two zeros; None if it is damaged."""
    body = bytearray()
    at = 0
    while at < len(line):
        end = at + line[at]
        if end > len(line):
            return None
        body += line[at + 1 : end] + b"\0"
        at = end
    body = body[:-1]
    if len(body) < HEADER_BYTES + CHECK_BYTES:
        return None
    content, check = bytes(body[:-CHECK_BYTES]), body[-CHECK_BYTES:]
    if zlib.crc32(content) != int.from_bytes(check, "little"):
        return None
    kind, number, session, step, offset = struct.unpack_from(_HEADER, content)
    return Frame(kind, number, session, step, offset, content[HEADER_BYTES:])


class Wire(Protocol):
    """What bytes are sent and received over."""

    def read(self, timeout: float) -> bytes:
        """The bytes that are there, or come within so many seconds; b"" if none do.

        Raises:
            BoardError: There will be no more.
        """

    def write(self, data: bytes) -> None:
        """Sends bytes.

        Raises:
            BoardError: There is nobody to read them.
        """

    def close(self) -> None:
        """Ends the connection, and what is at its other end if that was started for it."""


class ProgramWire:
    """A program on this machine, an emulator mostly, that reads and writes.

    Args:
        command: The program with its arguments.
        folder: Where it runs, and what it says about itself is kept.
        name: What messages call it.

    Raises:
        FileNotFoundError: There is no such program.
    """

    def __init__(self, command: Sequence[str], folder: Path, name: str) -> None:
        self._name = name
        self._said = folder / "said.txt"
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                bufsize=0,
            )

    def read(self, timeout: float) -> bytes:
        """See `Wire`."""
        output = self._pipe(self._process.stdout)
        if not select.select([output], [], [], timeout)[0]:
            return b""
        data = os.read(output.fileno(), 1 << 16)
        if not data:
            raise self._ended()
        return data

    def write(self, data: bytes) -> None:
        """See `Wire`."""
        view = memoryview(data)
        try:
            while view:
                view = view[self._pipe(self._process.stdin).write(view) :]
        except OSError as error:
            raise self._ended() from error

    def close(self) -> None:
        """See `Wire`."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                self._pipe(pipe).close()
        try:
            self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:  # subprocess makes both
            raise AssertionError("the program was started without pipes")
        return pipe

    def _ended(self) -> BoardError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5.0)
        said = self._said.read_text(encoding="utf-8", errors="replace").strip()
        return BoardError(
            f"{self._name} ended with status {self._process.poll()} before the network's last step"
            + (f":\n{said}" if said else ""),
            help="if it reports no memory, or nothing, the network may be too large for its stack",
        )


class SerialWire:
    """A serial line.

    Args:
        device: "/dev/ttyACM0", or another address that pyserial knows.
        baud: Bits per second.

    Raises:
        BoardError: There is no pyserial, or the line cannot be opened.
    """

    def __init__(self, device: str, baud: int) -> None:
        try:
            import serial
        except ImportError as error:
            raise BoardError(
                "serial lines need pyserial, which is not installed",
                help="pip install 'snn-mlir-compile[serial]'",
            ) from error
        self._device = device
        try:
            self._line: Any = serial.serial_for_url(device, baudrate=baud, timeout=0)
        except (OSError, ValueError) as error:  # pyserial's own is an OSError
            raise BoardError(
                f"the serial line {quoted(device)} cannot be opened: {error}",
                help="see that the board is plugged in and nobody else uses the line; on Linux, "
                "that you are in the group dialout",
            ) from error

    def read(self, timeout: float) -> bytes:
        """See `Wire`."""
        try:
            self._line.timeout = timeout
            first = self._line.read(1)
            return bytes(first + self._line.read(self._line.in_waiting) if first else first)
        except OSError as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        """See `Wire`."""
        try:
            self._line.write(data)
        except OSError as error:
            raise self._lost(error) from error

    def close(self) -> None:
        """See `Wire`."""
        with contextlib.suppress(OSError):
            self._line.close()

    def _lost(self, error: OSError) -> BoardError:
        return BoardError(
            f"the serial line {quoted(self._device)} is gone: {error}",
            help="see that the board is plugged in",
        )


class RefusedError(BoardError):
    """A board does not do what was asked for.

    Args:
        question: What was asked for.
        answer: What it says.
    """

    def __init__(self, question: Frame, answer: Frame) -> None:
        self.answer = answer
        try:
            self.reason: int = Refusal(answer.data[0] if answer.data else 0)
            told = Refusal(self.reason).name
        except ValueError:
            self.reason, told = 0, "no known reason"
        super().__init__(
            f"the board refused a frame of kind {question.kind} for step {question.step}: {told}",
            help="the firmware and this program do not understand each other; write and flash the "
            "package again",
        )


class Link:
    """Questions to a board, asked until they are answered.

    Args:
        wire: What the board is behind.

    Attributes:
        asked: How many questions were asked.
        again: How often one was asked again.
        damaged: How many frames were not whole, here and at the board.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._usual = _FIRST_WAIT / 4  # seconds that an answer takes
        self._number = int.from_bytes(os.urandom(2), "little")
        self._received = bytearray()
        self._timed_out = False
        self.asked = 0
        self.again = 0
        self.damaged = 0

    def ask(
        self, kind: Kind, session: int = 0, step: int = 0, offset: int = 0, data: bytes = b""
    ) -> Frame:
        """The answer to a question.

        Raises:
            BoardError: None came, or the other end is gone.
            RefusedError: The board does not do it.
        """
        self._number = (self._number + 1) & 0xFFFF
        question = Frame(kind, self._number, session, step, offset, data)
        line = question.encoded()
        self.asked += 1
        started = time.monotonic()
        wait = max(_SHORTEST_WAIT, 4 * self._usual)
        for tried in itertools.count(1):
            self._wire.write(line)
            answer = self._answer(question, min(wait, _LONGEST_WAIT))
            took = time.monotonic() - started
            if answer is not None:
                self._learn(took, tried)
                if answer.kind == Kind.REFUSED:
                    raise RefusedError(question, answer)
                return answer
            if took > PATIENCE:
                break
            self.again += 1
            if self._timed_out:
                wait *= 2
        raise BoardError(
            f"the board did not answer for {took:.0f} s",
            help="see that it runs the firmware of this network's package, and that both ends "
            "have the same rate",
        )

    def _learn(self, took: float, tried: int) -> None:
        """How long an answer takes; it may be to the first question, if that was asked again."""
        if tried == 1:
            self._usual += (took - self._usual) / 8
        else:
            self._usual = min(1.1 * self._usual, took)

    def _answer(self, question: Frame, wait: float) -> Frame | None:
        """The answer, or None if it is time to ask again."""
        asked = time.monotonic()
        end = asked + wait
        self._timed_out = True
        answers = (question.kind | Kind.ANSWER, Kind.REFUSED)
        while True:
            for frame in self._frames():
                if frame is None or frame.kind == Kind.DAMAGED:
                    # The answer may come all the same. To ask at once for each piece of a frame
                    # would fill the line with questions.
                    self.damaged += 1
                    self._timed_out = False
                    end = min(end, asked + 2 * self._usual)
                elif frame.number == question.number and frame.kind in answers:
                    return frame
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._received += self._wire.read(left)

    def _frames(self) -> Iterator[Frame | None]:
        """The frames that are complete; None for those that are damaged."""
        while (end := self._received.find(0)) >= 0:
            line = bytes(self._received[:end])
            del self._received[: end + 1]
            if line:
                yield decoded(line)
        if len(self._received) > _LONGEST:
            self._received.clear()
            yield None

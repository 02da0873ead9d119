# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rubbish for the firmware of a board, built with sanitizers, and for the host that asks it.

The firmware answers what is whole, and touches no memory but its own. The host gives an error of
boards, or takes what is said for an answer; it never ends otherwise.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
import time
from pathlib import Path

import nir
import numpy as np

import snnmlir
from emulation import FLAGS
from networks import affine, graph, neuron, ports
from snnmlir.boards import firmware, link
from snnmlir.boards.board import Board
from snnmlir.boards.link import Frame, Kind, Link, decoded
from snnmlir.boards.machines import native
from snnmlir.boards.programs import Program, build
from snnmlir.errors import BoardError

SANITIZE = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def source_of_small() -> nir.NIRGraph:
    """A network that a lost or doubled step shows in."""
    rng = np.random.default_rng(5)
    nodes = ports(5, 3) | {"fc": affine(3, 5, rng), "n": neuron("LIF", 3, rng)}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


def sanitized(folder: Path) -> Program:
    """Its firmware, which sends a signal and measures layers, watched by sanitizers."""
    network = snnmlir.compile(source_of_small(), dt=1e-4, taps=["n.v"], profile=True)
    return build(native(), folder, network, (*FLAGS, *SANITIZE))


def rubbish(rng: random.Random) -> bytes:
    """Bytes of no meaning, frames that are damaged, and whole ones that ask for anything."""
    if rng.random() < 0.3:
        return rng.randbytes(rng.randrange(1, 600))
    frame = Frame(
        rng.choice((0, 1, 2, 3, 4, 5, 6, 0x81, 0xC0, 0xC1, 255)),
        rng.randrange(1 << 16),
        rng.choice((0, 1, 2, rng.randrange(1 << 16))),
        rng.choice((0, 1, 2, rng.randrange(1 << 32))),
        rng.choice((0, 1, 7, 20, rng.randrange(1 << 32))),
        rng.randbytes(rng.choice((0, 1, 8, 20, rng.randrange(400)))),
    )
    line = bytearray(frame.encoded()) if len(frame.data) < 237 else bytearray(rng.randbytes(400))
    while rng.random() < 0.3:
        line[rng.randrange(len(line))] = rng.randrange(256)
    return bytes(line[: rng.randrange(len(line))] if rng.random() < 0.1 else line)


def wrong_after_rubbish(program: Program, seed: int, count: int) -> str | None:
    """What is wrong with a board that has got any bytes, if anything is."""
    rng = random.Random(seed)
    sent = b"".join(rubbish(rng) for _ in range(count))
    good = Frame(Kind.ABOUT, number=4711)
    done = subprocess.run(
        program.command, input=sent + b"\0" + good.encoded(), capture_output=True, check=False
    )
    if (done.returncode, done.stderr) != (0, b""):
        return f"it ended with {done.returncode}: {done.stderr.decode()}"
    answers = [decoded(line) for line in done.stdout.split(b"\0") if line]
    if None in answers:
        return "an answer is not whole"
    last = answers[-1]
    if last is None or (last.number, last.kind) != (4711, Kind.ABOUT | Kind.ANSWER):
        return f"the last answer is {last}"
    return None


class Liar:
    """A wire whose other end answers with anything."""

    def __init__(self, seed: int, digest: bytes) -> None:
        self._random = random.Random(seed)
        self._digest = digest
        self._asked = Frame(Kind.ABOUT)

    def write(self, data: bytes) -> None:
        frame = decoded(data[1:-1])
        assert frame is not None
        self._asked = frame

    def read(self, timeout: float) -> bytes:
        rng = self._random
        if rng.random() < 0.3:
            return rubbish(rng)
        data = rng.randbytes(rng.choice((0, 1, 9, 22, rng.randrange(237))))
        if rng.random() < 0.7:
            known = bytes((1, rng.choice((0, 32, 224)))) + self._digest
            sizes = b"".join(
                rng.choice((right, rng.randrange(1 << 32))).to_bytes(4, "little")
                for right in (20, 9, 44)
            )
            names = rng.choice((b"", b"tap n_v\n", b"tap \xff\n", b"layer x\n"))
            data = rng.choice((data, known + sizes + names))
        return Frame(
            rng.choice((self._asked.kind | Kind.ANSWER, Kind.REFUSED, rng.randrange(256))),
            self._asked.number,
            rng.choice((self._asked.session, rng.randrange(1 << 16))),
            rng.choice((self._asked.step + 1, 0, rng.randrange(1 << 32))),
            0,
            data,
        ).encoded()

    def close(self) -> None:
        pass


def survives_lies(network: snnmlir.Network, seed: int) -> bool:
    """Whether a host that is told anything took it for what a board computed.

    Raises:
        Exception: It ended in another error than one of boards.
    """
    x = np.ones((2, 5), np.float32)
    try:
        Board(Link(Liar(seed, firmware.digest(network))), network).run(x)
    except BoardError:
        return False
    return True


def main(minutes: float, seed: int, folder: Path) -> int:
    """Tries until the time is over; writes the seeds that fail."""
    link.PATIENCE = 0.05
    network = snnmlir.compile(source_of_small(), dt=1e-4)
    end = time.monotonic() + 60 * minutes
    frames = told = failures = 0
    with tempfile.TemporaryDirectory() as work:
        program = sanitized(Path(work))
        while time.monotonic() < end:
            wrong = wrong_after_rubbish(program, seed, 500)
            frames += 500
            for lie in range(100 * seed, 100 * seed + 100):
                try:
                    survives_lies(network, lie)
                except Exception as error:
                    wrong = f"the host, of lie {lie}: {error!r}"
                told += 1
            if wrong is not None:
                failures += 1
                (folder / f"boards-{seed}.txt").write_text(f"{wrong}\n")
            seed += 1
    print(
        f"{frames} pieces of rubbish for the firmware, {told} runs with a liar: {failures} failed"
    )
    return 1 if failures else 0

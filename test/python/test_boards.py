# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks where they will live: in emulators and programs, and at lines that damage bytes."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import pty
import random
import re
import subprocess
import threading
import time
import tty
from collections.abc import Iterator, Sequence
from pathlib import Path

import nir
import numpy as np
import pytest
from gestures import gestures

import snnmlir
from commands import call, call_page
from emulation import FLAGS, WARNINGS
from fuzzing.boards import sanitized as build_sanitized
from fuzzing.boards import source_of_small, survives_lies, wrong_after_rubbish
from networks import GRAPHS, affine, graph, neuron, ports, random_input, several_sources
from snnmlir.boards import board as board_module
from snnmlir.boards import firmware, link
from snnmlir.boards.board import Board
from snnmlir.boards.link import Frame, Kind, Link, ProgramWire, Refusal, RefusedError, decoded
from snnmlir.boards.machines import MACHINES, PLATFORM, native
from snnmlir.boards.places import connected, run_on, started
from snnmlir.boards.programs import Program, build
from snnmlir.delivery.package import write_package
from snnmlir.errors import BoardError
from test_cli import check_refused, invoke
from test_cli import compile_main as compile_main
from test_cli import run_main as run_main

MICROCONTROLLERS = [machine.place for machine in MACHINES.values() if machine.unit]
OPTIONS = ("--dt", "1e-4", "--dtype", "int8")


@functools.cache
def wide() -> nir.NIRGraph:
    """More input and output than a frame has room for, and spikes that are no whole bytes."""
    rng = np.random.default_rng(3)
    nodes = ports(301, 67) | {"fc": affine(67, 301, rng), "n": neuron("CubaLIF", 67, rng)}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


@functools.cache
def small(hooks: bool = False) -> snnmlir.Network:
    """A network that a lost or doubled step shows in."""
    taps = ("n.v",) if hooks else ()
    return snnmlir.compile(source_of_small(), dt=1e-4, taps=taps, profile=hooks)


def input_of(network: snnmlir.Network, steps: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        port.name: rng.normal(0.5, 1.5, (steps, *port.shape)).astype(np.float32)
        for port in network.inputs
    }


# --- Where a network can be run -------------------------------------------------------------------


@pytest.mark.parametrize("place", ["native", *MICROCONTROLLERS])
def test_outputs_are_those_of_this_machine(place: str, tmp_path: Path) -> None:
    """Bit for bit, with a signal that is recorded; what it takes is printed."""
    model, data = tmp_path / "model.nir", tmp_path / "x.npz"
    nir.write(model, GRAPHS["branches"])
    np.savez(data, **random_input(GRAPHS["branches"], 12))
    name = snnmlir.compile(GRAPHS["branches"], dt=1e-4).tappable[-1]
    arguments = (*OPTIONS, "--record", name)
    here, there = tmp_path / "here.npz", tmp_path / "there.npz"
    assert invoke(run_main, model, data, "-o", here, *arguments).exit_code == 0
    result = invoke(run_main, model, data, "-o", there, *arguments, "--on", place, "--profile")
    assert result.exit_code == 0, result.output
    with np.load(here) as expected, np.load(there) as found:
        assert set(expected.files) == set(found.files)
        for each in expected.files:
            assert found[each].dtype == expected[each].dtype
            assert found[each].tobytes() == expected[each].tobytes()
            assert len(np.unique(found[each])) > 1
    assert f"on {place}: 12 steps, 1 sample\n" in result.stdout
    counted = re.findall(r"^layer \S+ +([\d,]+) +([\d,]+)$", result.stdout, re.M)
    stack = re.search(r"^stack of a step: (\d+) bytes$", result.stdout, re.M)
    if place == "native":
        assert (counted, stack) == ([], None)
    else:
        step = re.search(r"^step +([\d,]+) +([\d,]+)$", result.stdout, re.M)
        assert step
        assert stack
        assert 0 < int(stack[1]) < 512
        numbers = [int(mean.replace(",", "")) for mean, _ in counted]
        assert len(numbers) > 2
        assert min(numbers) > 0
        assert sum(numbers) < int(step[1].replace(",", ""))


def test_several_samples_begin_in_the_initial_state() -> None:
    network = small()
    samples = [input_of(network, 9, seed) for seed in range(3)]
    result = run_on("native", network, samples)
    for x, found in zip(samples, result.samples, strict=True):
        np.testing.assert_array_equal(found["output"], network.run(x))


def test_no_steps_are_a_run_as_well() -> None:
    for network in (small(), snnmlir.compile(source_of_small(), dt=1e-4, input_type="spikes")):
        (found,) = run_on("native", network, [np.zeros((0, 5), np.float32)]).samples
        assert found["output"].shape == (0, 3)


@pytest.mark.parametrize("kind", ["float", "spikes", "counts"])
@pytest.mark.parametrize("dtype", ["f32", "f64", "int8", "int16"])
def test_more_than_a_frame(dtype: str, kind: str) -> None:
    """Inputs and outputs in several frames, of every type, with maps and what is tapped."""
    network = snnmlir.compile(wide(), dt=1e-4, dtype=dtype, input_type=kind)
    rng = np.random.default_rng(0)
    x = rng.random((7, 301)) < 0.4
    network = network.tapped("all")
    result = run_on("native", network, [x * 3 if kind == "counts" else x])
    names = [name for name in network.taps if name.startswith("n")]
    expected = network.recorder(tuple(names)).executable.run(x * 3 if kind == "counts" else x)
    assert len(names) == 3
    for name in (*names, "output"):
        assert result.samples[0][name].tobytes() == expected[name].tobytes(), name


def test_maps_that_the_c_has_in_another_order() -> None:
    network = snnmlir.compile(GRAPHS["convolutions"], dt=1e-4, dtype="int8", taps="all")
    parts = firmware.tap_parts(network).values()
    maps = [part.port.name for part in parts if part.channels_last]
    assert maps
    x = random_input(GRAPHS["convolutions"], 6)
    (found,) = run_on("native", network, [x]).samples
    names = ("lif.v", "back", "average")
    assert set(names) <= set(maps)
    expected = network.recorder(names).executable.run(x)
    for name in names:
        np.testing.assert_array_equal(found[name], expected[name], name)


@pytest.mark.parametrize("dtype", ["f32", "int8"])
@pytest.mark.parametrize("place", ["native", "qemu:cortex-m4f", "simavr:atmega1284p"])
def test_verify(place: str, dtype: str, tmp_path: Path) -> None:
    model = tmp_path / "model.nir"
    nir.write(model, GRAPHS["recurrent-LIF"])
    arguments = (model, "-o", tmp_path / "m.c", "--dt", "1e-4", "--dtype", dtype, "--verify")
    result = invoke(compile_main, *arguments, "--on", place)
    assert result.exit_code == 0, result.output
    assert "verified: equal to the reference interpreter" in result.stderr
    assert re.search(rf"^on {place}, which sent the outputs and \d signals$", result.stderr, re.M)


@pytest.mark.parametrize("place", ["native", "qemu:cortex-m4f", "qemu:rv32imac"])
def test_verify_with_kernels(place: str, repo_root: Path, tmp_path: Path) -> None:
    """The models of the three targets of the examples, in the emulated machine."""
    examples = repo_root / "examples"
    data = tmp_path / "x.npy"
    np.save(data, gestures(1, seed=1)[0][0, :8])
    result = invoke(
        compile_main, examples / "gestures/gestures.nir", "-o", tmp_path / "m.c",
        "--target", examples / "targets/all.toml", "--dtype", "int8", "--dt", "1e-4",
        "--convention", "snntorch-default", "--input-type", "spikes", "--verify", data,
        "--on", place,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "8 steps, every integer" in result.stderr
    source = (tmp_path / "m.c").read_text()
    for header in ("snn_cmsis_nn.h", "event_core.h", "matrix_engine.h"):
        assert header in source, header


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_verify_finds_another_computer(
    dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The C on the board has another threshold than the network."""
    emit = firmware.emit_board

    def changed(*arguments: object) -> tuple[str, str, str]:
        source, *rest = emit(*arguments)  # type: ignore[arg-type]
        wrong = re.sub(r"(spike = u > )", r"\1 2 * ", source)
        assert wrong != source
        return (wrong, *rest)  # type: ignore[return-value]

    monkeypatch.setattr("snnmlir.boards.programs.emit_board", changed)
    model = tmp_path / "model.nir"
    nir.write(model, GRAPHS["recurrent-LIF"])
    arguments = (model, "-o", tmp_path / "m.c", "--dt", "1e-4", "--dtype", dtype)
    check_refused(
        compile_main, "the generated C and the reference differ", tmp_path, *arguments,
        "--verify", "--on", "native",
    )  # fmt: skip


def test_what_the_first_run_leaves_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The init function of the C on the board does nothing."""
    emit = firmware.emit_board

    def changed(*arguments: object) -> tuple[str, str, str]:
        source, *rest = emit(*arguments)  # type: ignore[arg-type]
        wrong = source.replace(
            "void net_init(net_t *net)\n{", "void net_init(net_t *net)\n{ if (net) return;"
        )
        assert wrong != source
        return (wrong, *rest)  # type: ignore[return-value]

    monkeypatch.setattr("snnmlir.boards.programs.emit_board", changed)
    network = snnmlir.compile(source_of_small(), dt=1e-4, taps=["n.v"])
    with pytest.raises(BoardError, match=r"gives another 'n.v' when it runs the same sample again"):
        run_on("qemu:cortex-m3", network, [input_of(network, 5)])


def test_a_network_that_is_too_large_for_all_signals_sends_its_outputs(tmp_path: Path) -> None:
    """The micro:bit has 16 KiB."""
    rng = np.random.default_rng(0)
    nodes = ports(4, 1200) | {"fc": affine(1200, 4, rng), "n": neuron("LIF", 1200, rng)}
    model = tmp_path / "model.nir"
    nir.write(model, graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output")))
    result = invoke(
        compile_main, model, "-o", tmp_path / "m.c", "--dt", "1e-4", "--verify",
        "--on", "qemu:cortex-m0",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "on qemu:cortex-m0, which sent the outputs alone" in result.stderr


@pytest.mark.parametrize(
    ("main", "arguments", "message"),
    [
        (run_main, ["--on", "qemu:pdp11"], "no place 'qemu:pdp11'.*\n.*use one of native, qemu:co"),
        (run_main, ["--on", "serial:"], "there is no place 'serial:'"),
        (run_main, ["--on", "serial:/dev/x@fast"], "there is no place 'serial:/dev/x@fast'"),
        (run_main, ["--profile", "-o", "y.npz"], "--profile measures layers where --on runs"),
        (run_main, ["--on", "native", "--labels", "y"], "a data set is measured on this machine"),
        (run_main, ["--on", "serial:/dev/no-such"], "'/dev/no-such' cannot be opened"),
        (run_main, ["--on", "native", "--record", "x"], "signal 'x' cannot be tapped"),
        (compile_main, ["--on", "native"], "there is no --verify"),
        (compile_main, ["--verify", "--on", "here"], "there is no place 'here'"),
    ],
)
def test_bad_options(main: object, arguments: list[str], message: str, tmp_path: Path) -> None:
    model, data = tmp_path / "model.nir", tmp_path / "x.npy"
    nir.write(model, GRAPHS["layer-LIF"])
    np.save(data, np.zeros((3, 5), np.float32))
    files = [model, data] if main is run_main else [model, "-o", tmp_path / "model.c"]
    check_refused(main, message, tmp_path, *files, "--dt", "1e-4", *arguments)


def test_pyserial_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "serial", None)
    with pytest.raises(BoardError, match=r"pip install 'snn-mlir-compile\[serial\]'"):
        run_on("serial:/dev/ttyACM0", small(), [])


@pytest.mark.parametrize("place", ["native", "qemu:cortex-m4f", "simavr:atmega1284p"])
def test_events_of_lists_are_counted(place: str) -> None:
    """In each step those of the signal; a step with more events is not longer by counting them."""
    network = snnmlir.compile(
        several_sources(), dt=1e-4, dtype="int8", input_type="spikes", profile=True
    )
    rng = np.random.default_rng(1)
    x = {port.name: rng.random((9, *port.shape)) < 0.3 for port in network.inputs}
    result = run_on(place, network, [x])
    lists = network.interface["profile"]["lists"]
    signals = x | network.record(x, ["n", "n2"])
    assert set(result.events) == {item["name"] for item in lists}
    for item in lists:
        expected = np.count_nonzero(signals[item["node"]].reshape(9, -1), axis=1)
        assert expected.any()
        np.testing.assert_array_equal(result.events[item["name"]][0], expected)
    if place != "native":
        plain = run_on(place, network.tapped(()), [x]).counts[0]
        assert np.ptp(plain) > 100
        assert np.ptp(result.counts[0] - plain) <= 4  # a counter's ticks


def test_reports_have_what_was_measured(tmp_path: Path) -> None:
    model = tmp_path / "model.nir"
    nir.write(model, several_sources())
    arguments = (*OPTIONS, "--input-type", "spikes", "--profile", "--verify", "--on")
    found = {}
    for suffix in ("json", "txt"):
        report = tmp_path / f"report.{suffix}"
        where = ("qemu:cortex-m4f", "--report", report)
        result = invoke(compile_main, model, "-o", tmp_path / "m.c", *arguments, *where)
        assert result.exit_code == 0, result.output
        found[suffix] = report.read_text()
    measured = json.loads(found["json"])["measured"]
    assert (measured["place"], measured["unit"]) == ("qemu:cortex-m4f", "instructions")
    names = [layer["name"] for layer in measured["layers"]]
    assert len(names) == len(set(names)) > 10
    for item in (measured["step"], *measured["layers"], *measured["lists"]):
        assert 0 <= item["mean"] <= item["most"]
    for item in measured["lists"]:
        assert f"list {item['name']} " in found["txt"]
    assert f"layer {names[0]} " in found["txt"]


def test_commands_of_the_page(repo_root: Path, tmp_path: Path) -> None:
    """The shell commands of docs/boards.md, one after the other, print what the page says."""
    page = (repo_root / "docs/boards.md").read_text().partition("## The protocol")[0]
    blocks = re.findall(r"^```(sh|text)\n(.*?)^```", page, re.M | re.S)
    script = "set -e\n" + "".join(text for language, text in blocks if language == "sh")
    printed = call_page(script, cwd=repo_root, folder=tmp_path)
    texts = [text for language, text in blocks if language == "text"]
    assert len(texts) == 3
    for text in texts:
        assert text in printed


def test_the_page_has_all_places(repo_root: Path) -> None:
    """In its table some are written short: `-m3`, `rv32imafc`."""
    table = (repo_root / "docs/boards.md").read_text().partition("| place |")[2]
    rows = re.findall(r"^\| (`.*?) \|", table, re.M)[:5]
    words = [word for row in rows for word in re.findall(r"`([^`]+)`", row)]
    for machine in MACHINES.values():
        short = machine.name.replace("cortex", "")
        assert {machine.place, machine.name, short} & set(words), machine.place


# --- The protocol ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return build(native(), tmp_path_factory.mktemp("native"), small(), FLAGS)


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return build_sanitized(tmp_path_factory.mktemp("sanitized"))


def test_a_frame_of_the_documentation(repo_root: Path) -> None:
    """The example of docs/boards.md is what is sent."""
    page = (repo_root / "docs/boards.md").read_text()
    (line,) = re.findall(r"^00 [0-9a-f ]+ 00$", page, re.M)
    frame = Frame(Kind.OPEN, number=7, session=1, data=b"\1")
    assert frame.encoded().hex(" ") == line
    assert decoded(bytes.fromhex(line)[1:-1]) == frame


def test_frames_come_back() -> None:
    rng = random.Random(0)
    for _ in range(500):
        zeros = rng.random()
        data = bytes(0 if rng.random() < zeros else rng.randrange(256) for _ in range(236))
        frame = Frame(rng.randrange(256), 7, 0, 2**32 - 1, 256, data[: rng.randrange(237)])
        line = frame.encoded()
        assert 0 not in line[1:-1]
        assert decoded(line[1:-1]) == frame
        changed = bytearray(line[1:-1])
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        assert 0 in changed or decoded(bytes(changed)) is None


@contextlib.contextmanager
def asked(program: Program) -> Iterator[Link]:
    wire = ProgramWire(program.command, program.path.parent, "the program")
    with contextlib.closing(wire):
        yield Link(wire)


def refusal(ask: Link, *question: object) -> int:
    with pytest.raises(RefusedError) as refused:
        ask.ask(*question)  # type: ignore[arg-type]
    return refused.value.reason


def test_a_step_is_never_done_twice(program: Program) -> None:
    x = input_of(small(), 3)["input"]
    outputs = small().run(x)
    with asked(program) as ask:
        assert refusal(ask, Kind.STEP, 0, 0, 0, x[0].tobytes()) == Refusal.OTHER_SESSION
        assert ask.ask(Kind.OPEN, 1, data=b"\0").step == 0
        first = ask.ask(Kind.STEP, 1, 0, 0, x[0].tobytes())
        assert first.step == 1
        # The question comes again, later: with another input, even.
        again = ask.ask(Kind.STEP, 1, 0, 0, x[1].tobytes())
        assert (again.step, again.data) == (1, first.data)
        assert ask.ask(Kind.OPEN, 1, data=b"\0").step == 1  # likewise: it does not begin anew
        assert ask.ask(Kind.STEP, 1, 1, 0, x[1].tobytes()).step == 2
        assert refusal(ask, Kind.STEP, 1, 0, 0, x[0].tobytes()) == Refusal.OTHER_STEP
        assert refusal(ask, Kind.STEP, 1, 3, 0, x[0].tobytes()) == Refusal.OTHER_STEP
        assert refusal(ask, Kind.WRITE, 1, 1, 0, x[0].tobytes()) == Refusal.OTHER_STEP
        assert refusal(ask, Kind.READ, 1, 0, 0) == Refusal.OTHER_STEP
        third = ask.ask(Kind.STEP, 1, 2, 0, x[2].tobytes())
        (bits,) = third.data[8:]
        assert [bits >> n & 1 for n in range(3)] == list(outputs[2])


def test_what_is_out_of_range_is_refused(program: Program) -> None:
    with asked(program) as ask:
        ask.ask(Kind.OPEN, 1, data=b"\0")
        for offset, size in ((0, 21), (20, 1), (2**32 - 1, 2), (21, 0)):
            for kind in (Kind.WRITE, Kind.STEP):
                assert refusal(ask, kind, 1, 0, offset, bytes(size)) == Refusal.OUT_OF_RANGE
        ask.ask(Kind.STEP, 1, 0, 0, bytes(20))
        assert refusal(ask, Kind.READ, 1, 0, 10) == Refusal.OUT_OF_RANGE
        assert refusal(ask, Kind.ABOUT, 0, 0, 2**31) == Refusal.OUT_OF_RANGE
        assert refusal(ask, Kind.OPEN, 2, 0, 0) == Refusal.OUT_OF_RANGE
        assert refusal(ask, Kind.OPEN, 5, 0, 0, b"\0") == Refusal.OTHER_SESSION
        with pytest.raises(RefusedError):
            ask.ask(0x7F)  # type: ignore[arg-type]


def test_another_network_is_refused(program: Program) -> None:
    other = snnmlir.compile(GRAPHS["layer-LIF"], dt=1e-4)
    with asked(program) as ask, pytest.raises(BoardError, match="the board runs another network"):
        Board(ask, other)
    of_another_step = snnmlir.compile(source_of_small(), dt=2e-4)
    with asked(program) as ask, pytest.raises(BoardError, match=r"its digest is [0-9a-f]{16}, exp"):
        Board(ask, of_another_step)


def test_the_same_network_of_another_file_is_taken(program: Program, tmp_path: Path) -> None:
    """Names and comments are no part of what it is."""
    for name in ("one.nir", "two.nir"):
        nir.write(tmp_path / name, source_of_small())
        with asked(program) as ask:
            Board(ask, snnmlir.compile(tmp_path / name, dt=1e-4))


def test_another_version_is_refused(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board_module, "VERSION", 2)
    with asked(program) as ask, pytest.raises(BoardError, match=r"speaks version 1 .* expected 2"):
        Board(ask, small())


def test_a_measure_that_nobody_asked_for(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzzer found it."""
    with asked(program) as ask:
        board, honest = Board(ask, small()), ask.ask

        def lying(kind: Kind, *arguments: int, data: bytes = b"") -> Frame:
            answer = honest(kind, *arguments, data=data)
            return dataclasses.replace(answer, data=b"\5") if kind == Kind.OPEN else answer

        monkeypatch.setattr(ask, "ask", lying)
        with pytest.raises(BoardError, match="the board measures 05, which was not asked for"):
            board.run(input_of(small(), 2), "time")


# --- Lines that damage what is on them ------------------------------------------------------------


class Faults:
    """What a line does to bytes: each rate is of bytes, but for delays, of what comes at once."""

    def __init__(self, seed: int, rate: float) -> None:
        self._random = random.Random(seed)
        self._rate = rate
        self.done = dict.fromkeys(("drop", "double", "flip", "garbage", "delay", "repeat"), 0)

    def pass_on(self, data: bytes) -> bytes:
        rng, rate = self._random, self._rate
        out = bytearray()
        for byte in data:
            if rng.random() >= rate:
                out.append(byte)
                continue
            kind = rng.choice(("drop", "double", "flip", "garbage"))
            self.done[kind] += 1
            if kind == "double":
                out += bytes((byte, byte))
            elif kind == "flip":
                out.append(byte ^ 1 << rng.randrange(8))
            elif kind == "garbage":
                out += bytes(rng.randrange(256) for _ in range(rng.randrange(1, 40)))
                out.append(byte)
        if rng.random() < rate:
            self.done["delay"] += 1
            time.sleep(rng.random() * 0.1)
        if rng.random() < rate:
            self.done["repeat"] += 1
            out *= 2
        return bytes(out)


class Line:
    """A pseudo-terminal, at whose other end is a program, which can be started again."""

    def __init__(self, command: Sequence[str], faults: tuple[Faults, Faults] | None = None) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.device = os.ttyname(slave)
        self._slave = slave
        self._command = command
        self._faults = faults
        self._process = self._started()
        threading.Thread(target=self._pump_in, daemon=True).start()

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        threading.Thread(target=self._pump_out, args=(process,), daemon=True).start()
        return process

    def _pump_in(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # it was closed
            while data := os.read(self._master, 4096):
                with contextlib.suppress(BrokenPipeError):
                    self._process.stdin.write(
                        self._faults[0].pass_on(data) if self._faults else data
                    )

    def _pump_out(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(process.stdout.fileno(), 4096):
                os.write(self._master, self._faults[1].pass_on(data) if self._faults else data)

    def restart(self) -> None:
        old, self._process = self._process, self._started()
        for pipe in (old.stdin, old.stdout):
            pipe.close()
        old.kill()
        old.wait()

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            pipe.close()
        self._process.kill()
        self._process.wait()
        os.close(self._slave)


def over_a_bad_line(program: Program, steps: int, rate: float) -> dict[str, int]:
    """Runs a network over a line with faults both ways; says what faults there were."""
    network = program.network
    faults = Faults(1, rate), Faults(2, rate)
    x = input_of(network, steps)
    with (
        contextlib.closing(Line(program.command, faults)) as line,
        connected(f"serial:{line.device}", network) as board,
    ):
        result = board.run([x])
        assert board.link.again > 0
        assert board.link.damaged > 0
    assert result.samples[0]["output"].tobytes() == network.run(x).tobytes()
    return {kind: sum(each.done[kind] for each in faults) for kind in faults[0].done}


def test_nothing_is_lost_on_a_bad_line(program: Program) -> None:
    done = over_a_bad_line(program, 80, 0.005)
    assert min(done[kind] for kind in ("drop", "double", "flip", "garbage")) > 0, done


@pytest.mark.slow
def test_nothing_is_lost_in_10000_steps(program: Program) -> None:
    done = over_a_bad_line(program, 10_000, 0.002)
    assert all(count > 30 for count in done.values()), done


def test_a_restart_is_noticed(program: Program) -> None:
    network = small()
    done: list[None] = []
    with (
        contextlib.closing(Line(program.command)) as line,
        connected(f"serial:{line.device}", network) as board,
    ):

        def after_a_step() -> None:
            done.append(None)
            if len(done) == 20:
                line.restart()

        with pytest.raises(BoardError, match="lost the state of the network in step 20: it"):
            board.board.run(input_of(network, 50), progress=after_a_step)
        # It is there again.
        x = input_of(network, 5)
        found = board.board.run(x).signals["output"]
        np.testing.assert_array_equal(found, network.run(x))


def test_a_line_that_nobody_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "PATIENCE", 0.3)
    with (
        contextlib.closing(Line(("sleep", "60"))) as line,
        pytest.raises(BoardError, match=r"the board did not answer for .* s\n  help: see that"),
    ):
        run_on(f"serial:{line.device}", small(), [])


# --- Rubbish --------------------------------------------------------------------------------------


def test_rubbish_for_the_firmware(sanitized: Program) -> None:
    for seed in range(20):
        assert wrong_after_rubbish(sanitized, seed, 200) is None


@pytest.mark.slow
def test_much_rubbish_for_the_firmware(sanitized: Program) -> None:
    for seed in range(100, 300):
        assert wrong_after_rubbish(sanitized, seed, 500) is None


def test_the_firmware_is_clean(sanitized: Program) -> None:
    x = input_of(small(), 20)
    with started(sanitized) as board:
        assert board.board.signals == ("n.v",)
        (found,) = board.run([x]).samples
    np.testing.assert_array_equal(found["output"], small().run(x))


def test_rubbish_for_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "PATIENCE", 0.05)
    taken = [survives_lies(small(), seed) for seed in range(300)]
    assert not all(taken)


@pytest.mark.slow
def test_much_rubbish_for_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "PATIENCE", 0.05)
    taken = [survives_lies(small(), seed) for seed in range(1000, 9000)]
    assert not all(taken)


# --- Packages -------------------------------------------------------------------------------------

PROGRAM = """\
#include "brain_board.h"
#include <stdio.h>
#include <time.h>

static int read_byte(void) { fflush(stdout); return getchar(); }
static void write_byte(uint8_t byte) { putchar(byte); }
static uint32_t ticks(void) { return (uint32_t)clock(); }

int main(void)
{
    const brain_board_t board = {read_byte, write_byte, ticks, NULL, NULL};
    brain_board(&board);
    return 0;
}
"""


@pytest.mark.parametrize("language", [["gcc", "-std=c11"], ["g++", "-std=c++17", "-x", "c++"]])
def test_firmware_of_a_package(language: list[str], tmp_path: Path) -> None:
    """At a serial line; with signals and layers if the package was written so."""
    model, package = tmp_path / "model.nir", tmp_path / "brain"
    nir.write(model, GRAPHS["recurrent-LIF"])
    options = ("--dt", "1e-4", "--dtype", "int8")
    name = snnmlir.compile(model, dt=1e-4, dtype="int8").tappable[-1]
    arguments = ("--package", "cmake", "--record", name, "--profile")
    assert invoke(compile_main, model, "-o", package, *options, *arguments).exit_code == 0
    (tmp_path / "main.c").write_text(PROGRAM)
    sources = [*sorted((package / "src").glob("*.c")), "main.c"]
    includes = ["-I", package / "include"]
    call(*language, *WARNINGS, "-O2", *includes, *sources, "-o", "program", cwd=tmp_path)
    data, here, there = (tmp_path / each for each in ("x.npz", "here.npz", "there.npz"))
    np.savez(data, **random_input(GRAPHS["recurrent-LIF"], 12))
    with contextlib.closing(Line([str(tmp_path / "program")])) as line:
        place = ("--on", f"serial:{line.device}@9600")
        result = invoke(run_main, model, data, "-o", there, *options, "--record", name, *place)
        assert result.exit_code == 0, result.output
        assert "ticks, mean" in result.stdout
        assert re.search(r"^layer ", result.stdout, re.M)
        verified = invoke(compile_main, model, "-o", tmp_path / "m.c", *options, "--verify", *place)
        assert "which sent the outputs and 1 signals" in verified.stderr, verified.output
        check_refused(
            run_main, "does not send .*; it sends ", tmp_path, model, data, *options, *place,
            "--record", "all",
        )  # fmt: skip
        check_refused(
            run_main, "the board runs another network", tmp_path, model, data, "--dt", "1e-4",
            "-o", tmp_path / "none.npz", *place,
        )  # fmt: skip
    assert invoke(run_main, model, data, "-o", here, *options, "--record", name).exit_code == 0
    with np.load(here) as expected, np.load(there) as found:
        for each in expected.files:
            assert found[each].tobytes() == expected[each].tobytes()


ARDUINO_H = """\
#include <stddef.h>
#include <stdint.h>
#include "platform.h"

struct Port {
    void begin(long) {}
    int available() { return 1; }
    int read()
    {
        const int byte = get_byte();
        if (byte < 0)
            leave(0);
        return byte;
    }
    void write(uint8_t byte) { put_byte(byte); }
};
static Port Serial;
static uint32_t micros() { static uint32_t time; return ++time; }
"""


def test_arduino_sketch(tmp_path: Path) -> None:
    """The sketch of the package steps the network on an emulated AVR."""
    machine = MACHINES["atmega1284p"]
    network = small(hooks=True)
    package = tmp_path / "brain"
    write_package(network, "arduino", package)
    compiler = machine.compiler
    c_flags = ["-std=gnu11", *WARNINGS, "-Os", "-I", package / "src"]
    call(*compiler, *c_flags, "-c", *sorted((package / "src").glob("*.c")), cwd=tmp_path)
    sketch = (package / "examples/brain_board/brain_board.ino").read_text()
    (tmp_path / "Arduino.h").write_text(ARDUINO_H)
    main = "int main() { setup(); loop(); }"
    (tmp_path / "sketch.cpp").write_text(f"#include <Arduino.h>\n{sketch}\n{main}\n")
    call(
        "avr-g++", *compiler[1:], "-std=gnu++11", *WARNINGS, "-Os", "-I.", f"-I{PLATFORM}", "-I",
        package / "src", "-c", "sketch.cpp", cwd=tmp_path,
    )  # fmt: skip
    call(
        *compiler, f"-I{PLATFORM}", "-Os", "sketch.o", "brain.o", "brain_board.o",
        PLATFORM / "avr/platform.c", *machine.link, "-o", "program.elf", cwd=tmp_path,
    )  # fmt: skip
    x = input_of(network, 6)
    simulator = build(machine, tmp_path, network).command[0]
    command = (simulator, machine.name, str(tmp_path / "program.elf"))
    with contextlib.closing(Line(command)) as line:
        result = run_on(f"serial:{line.device}", network, [x])
    np.testing.assert_array_equal(result.samples[0]["output"], network.run(x))
    assert result.unit == "ticks"
    assert list(result.layers) == ["fc", "n"]

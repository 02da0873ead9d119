# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Native modules of MicroPython, built by its own Makefile and imported by MicroPython itself."""

from __future__ import annotations

import functools
import os
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import snnmlir
from commands import call
from networks import GRAPHS
from snnmlir.delivery.package import write_package
from snnmlir.execution.ports import Signal

pytestmark = pytest.mark.slow


@pytest.fixture
def micropython(repo_root: Path) -> Path:
    """Its source, in which what runs modules is built."""
    missing = repo_root / ".micropython/missing"
    if missing.exists():
        pytest.skip(missing.read_text().strip())
    if not (repo_root / ".micropython/.made").exists():
        pytest.skip("there is no .micropython: ./dev test --all makes it")
    return repo_root / ".micropython/source"


# What makes files of memory, as MicroPython's own tests do (tests/run-natmodtests.py).
FILES = """
import io, os, sys, uctypes, vfs

class File(io.IOBase):
    def __init__(self, at, size):
        self.data = memoryview(uctypes.bytearray_at(at, size))
    def __enter__(self):
        return self
    def __exit__(self, *raised):
        pass
    def ioctl(self, request, argument):
        return 0
    def read(self):
        return bytes(self.data)
    def readinto(self, buffer):
        n = min(len(buffer), len(self.data))
        buffer[:n] = self.data[:n]
        self.data = self.data[n:]
        return n

class Files:
    def mount(self, readonly, mkfs):
        pass
    def chdir(self, path):
        pass
    def stat(self, path):
        if path.lstrip("/") not in places:
            raise OSError(2)
        return (0,) * 10
    def open(self, path, mode):
        return File(*places[path.lstrip("/")])

vfs.mount(Files(), "/package")
os.chdir("/package")
sys.path.append("/package")
import program
"""

AT_A_SERIAL_LINE = """
import sys

sys.path.insert(0, sys.argv[1])
from pyboard import Pyboard

board = Pyboard("execpty:" + sys.argv[2])
board.enter_raw_repl(soft_reset=False)
try:
    printed, raised = board.exec_raw(sys.argv[3], timeout=100)
finally:
    board.close()
sys.stdout.buffer.write(printed)
sys.exit(raised.decode() or None)
"""


@dataclass(frozen=True)
class Emulator:
    """What runs MicroPython: the command with its firmware, and where memory is not used."""

    command: str
    memory: int


@dataclass(frozen=True)
class Target:
    """A processor with MicroPython: what a module is built for, and what runs it."""

    architecture: str
    emulator: Emulator | None = None

    def run(self, micropython: Path, package: Path, program: str) -> str:
        """What a program prints that finds the files of a package."""
        (package / "program.py").write_text(program)
        if self.emulator is None:
            unix = micropython / "ports/unix/build-standard/micropython"
            return call(unix, "program.py", cwd=package, env={"MICROPYPATH": "."})
        places, memory = {}, b""
        for path in sorted(package.iterdir()):
            if path.suffix in (".mpy", ".py", ".bin"):
                places[path.name] = (self.emulator.memory + len(memory), path.stat().st_size)
                memory += path.read_bytes()
        (package / "memory").write_bytes(memory)
        emulator = (
            f"{self.emulator.command.format(micropython / 'ports/qemu')} -semihosting -nographic "
            "-monitor null -serial pty "
            f"-device loader,file=memory,addr={self.emulator.memory:#x}"
        )
        python = micropython.parents[1] / ".venv-packages/bin/python"
        printed = call(
            python, "-c", AT_A_SERIAL_LINE, micropython / "tools", emulator,
            f"places = {places}\n{FILES}", cwd=package,
        )  # fmt: skip
        return printed.replace("\r\n", "\n")


TARGETS = {
    "x64": Target("x64"),
    "cortex-m3": Target(
        "armv7m",
        Emulator(
            "qemu-system-arm -machine mps2-an385 -kernel {}/build-MPS2_AN385/firmware.elf",
            0x21000000,
        ),
    ),
    "rv32": Target(
        "rv32imc",
        Emulator(
            "qemu-system-riscv32 -machine virt -bios none -kernel {}/build-VIRT_RV32/firmware.elf",
            0x84000000,
        ),
    ),
}


def build(package: Path, micropython: Path, architecture: str) -> Path:
    """Makes the module, with a Python that has what MicroPython's linker needs."""
    path = f"{micropython.parents[1] / '.venv-packages/bin'}:{os.environ['PATH']}"
    libraries = package / ".mpy_ld_cache"  # what the linker read of GCC's
    if not libraries.exists():
        libraries.symlink_to(micropython.parent / "libraries")
    call("make", f"MPY_DIR={micropython}", f"ARCH={architecture}", cwd=package, env={"PATH": path})
    return package / f"{package.name}.mpy"


@functools.cache
def digits(dtype: str) -> tuple[snnmlir.Network, Signal]:
    """The network of the example, and the spikes of all samples that were recorded."""
    folder = Path(__file__).parents[2] / "examples/digits"
    network = snnmlir.compile(
        folder / "digits.nir", convention="snntorch", dt=1e-4, input_type="spikes", dtype=dtype
    )
    return network, np.load(folder / "recorded.npz")["input"]


# Two instances take turns; each way to step is compared with the others.
ALL_SAMPLES = """
from array import array
import gc
import digits

samples, steps = {shape}
size = digits.INPUT_SIZE
bits = {bits!r}
one, other = digits.Network(), digits.Network()
output = bytearray(digits.OUTPUT_SIZE)
for sample in range(samples):
    gc.collect()
    one.reset()
    other.reset()
    for step in range(steps):
        first = (sample * steps + step) * size
        spikes = bytearray((bits[k >> 3] >> (k & 7)) & 1 for k in range(first, first + size))
        made = one.step(spikes)
        positions = array("H", [k for k in range(size) if spikes[k]])
        other.step_events(positions, output)
        assert made == output
        print("".join(str(spike) for spike in made))
"""


@pytest.mark.parametrize("dtype", ["int8", "f32"])
@pytest.mark.parametrize("target", TARGETS)
def test_same_spikes(target: str, dtype: str, micropython: Path, tmp_path: Path) -> None:
    """All recorded samples, bit for bit."""
    network, x = digits(dtype)
    write_package(network, "micropython", tmp_path / "digits")
    build(tmp_path / "digits", micropython, TARGETS[target].architecture)
    bits = np.packbits(x.astype(np.uint8), bitorder="little").tobytes()
    program = ALL_SAMPLES.format(shape=x.shape[:2], bits=bits)
    lines = TARGETS[target].run(micropython, tmp_path / "digits", program).split()
    found = np.array([list(map(int, line)) for line in lines], np.uint8)
    expected = np.concatenate([network.run(sample) for sample in x])
    np.testing.assert_array_equal(found, expected)
    assert expected.any()


def write(folder: Path, name: str, dtype: str, apart: bool = False) -> Path:
    """The package of a network called brain."""
    network = snnmlir.compile(GRAPHS[name], dtype=dtype, dt=1e-4, weights_apart=apart)
    write_package(network, "micropython", folder / "brain")
    return folder / "brain"


@pytest.mark.parametrize(
    ("name", "dtype", "apart"),
    [
        ("branches", "f32", False),
        ("branches", "int8", True),
        ("lists-and-sums", "int8", False),
        ("convolutions", "int4", False),
        ("recurrent-CubaLIF", "f64", False),
        ("scalar", "int16", False),
    ],
)
@pytest.mark.parametrize("target", TARGETS)
def test_example(
    target: str, name: str, dtype: str, apart: bool, micropython: Path, tmp_path: Path
) -> None:
    """With its self-test."""
    package = write(tmp_path, name, dtype, apart)
    build(package, micropython, TARGETS[target].architecture)
    example = (package / "examples/main.py").read_text()
    printed = TARGETS[target].run(micropython, package, example).splitlines()
    assert printed[0] == "self-test: 0"
    assert printed[1].startswith("decision: ")
    assert len(printed) == 2


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_self_test_finds_another_output(dtype: str, micropython: Path, tmp_path: Path) -> None:
    package = write(tmp_path, "branches", dtype)
    build(package, micropython, "x64")
    program = textwrap.dedent("""
        import brain_selftest
        size = len(brain_selftest._OUTPUT_SUM) // brain_selftest.STEPS
        expected = bytearray(brain_selftest._OUTPUT_SUM)
        expected[6 * size + 3] ^= 0x40
        brain_selftest._OUTPUT_SUM = expected
        print(brain_selftest.run())
    """)
    assert TARGETS["x64"].run(micropython, package, program) == "7\n"


@pytest.mark.parametrize("architecture", ["armv6m", "armv7emsp", "armv7emdp"])
@pytest.mark.parametrize("dtype", ["int8", "f32"])
def test_links(dtype: str, architecture: str, micropython: Path, tmp_path: Path) -> None:
    """For what has no emulator here; the file is of the architecture that was asked for last."""
    package = write(tmp_path, "lists-and-sums", dtype)
    first = build(package, micropython, architecture).read_bytes()
    assert first[:2] == b"M\x06"
    assert build(package, micropython, "x64").read_bytes()[2] != first[2]
    assert build(package, micropython, architecture).read_bytes() == first


def refused(micropython: Path, package: Path, *lines: str) -> list[str]:
    """What each of some lines raises, with a network `net` of a package."""
    program = "from array import array\nimport brain\nnet = brain.Network()\n"
    for line in lines:
        program += (
            f"try:\n    {line}\n    print('nothing')\n"
            "except Exception as error:\n    print(type(error).__name__ + ':', error)\n"
        )
    return TARGETS["x64"].run(micropython, package, program).splitlines()


def test_wrong_buffers(micropython: Path, tmp_path: Path) -> None:
    package = write(tmp_path, "branches", "int8")
    build(package, micropython, "x64")
    left, right = "array('h', [0] * 6)", "array('h', [0] * 6)"
    spikes, total = "bytearray(6)", "array('h', [0] * 6)"
    found = refused(
        micropython, package,
        f"net.step(array('h', [0] * 5), {right})",
        f"net.step({left}, array('f', [0] * 3))",
        f"net.step({left}, {right}, bytearray(7), {total})",
        f"net.step({left}, {right}, {spikes}, bytes(12))",
        f"net.step({left}, {right}, {spikes}, 3)",
        f"net.step({left}, {right}, {spikes})",
        f"x = {left}; net.step(x, {right}, {spikes}, x)",
        f"net.step(memoryview(bytes(13))[1:], {right})",
        f"net.step({left})",
        "brain.Network(1)",
        f"brain.Network.step(3, {left}, {right})",
        f"net.step(memoryview(bytes(14))[2:], bytes(12), {spikes}, {total})",
    )  # fmt: skip
    assert found[0] == "ValueError: input_left: expected 12 bytes (6 of type 'h'), found 10 bytes"
    assert found[1] == "TypeError: input_right: expected elements of type 'h', found 'f'"
    assert found[2] == "ValueError: output_spikes: expected 6 bytes (6 of type 'B'), found 7 bytes"
    assert found[3].startswith("TypeError: ")
    assert found[4].startswith("TypeError: ")
    assert found[5] == "TypeError: step: expected 2 inputs, and all 2 outputs or none"
    assert found[6] == (
        "ValueError: output_sum and input_left: expected two buffers, found one memory"
    )
    assert found[7].startswith("ValueError: input_left: expected an address that 2 divides, found")
    assert [line.split(":")[0] for line in found[8:11]] == ["TypeError"] * 3
    assert found[11] == "nothing"


def test_no_new_memory(micropython: Path, tmp_path: Path) -> None:
    """Where a step is given arrays for its outputs."""
    package = write(tmp_path, "branches", "int8")
    build(package, micropython, "x64")
    program = textwrap.dedent("""
        from array import array
        from micropython import heap_lock, heap_unlock
        import brain
        net = brain.Network()
        x, spikes, total = array("h", [300] * 6), bytearray(6), array("h", [0] * 6)
        failed = False
        heap_lock()
        net.step(x, x, spikes, total)
        net.reset()
        try:
            net.step(x, x)
        except MemoryError:
            failed = True
        heap_unlock()
        print(failed)
    """)
    assert TARGETS["x64"].run(micropython, package, program) == "True\n"


def test_wrong_positions(micropython: Path, tmp_path: Path) -> None:
    """Those that the input does not have change nothing."""
    network, _ = digits("int8")
    write_package(network, "micropython", tmp_path / "brain")
    build(tmp_path / "brain", micropython, "x64")
    found = refused(
        micropython, tmp_path / "brain",
        "net.step_events(bytes([1, 2]))",
        "net.step_events(array('H', [64, 65535])); net.step_events(array('H'))",
        "net.step_events(array('H', [3]), bytearray(9))",
    )  # fmt: skip
    assert found == [
        "TypeError: input: expected elements of type 'H', found 'B'",
        "nothing",
        "ValueError: output: expected 10 bytes (10 of type 'B'), found 9 bytes",
    ]


def test_constants(micropython: Path, tmp_path: Path) -> None:
    package = write(tmp_path, "lists-and-sums", "int8")
    build(package, micropython, "x64")
    network = snnmlir.compile(GRAPHS["lists-and-sums"], dtype="int8", dt=1e-4)
    expected = {"DT": 1e-4}
    for parameter in network.interface["functions"]["step"]["parameters"]:
        size, scale = parameter["size"], parameter["scale"]
        expected[size["macro"].removeprefix("MODEL_")] = size["value"]
        if scale:
            values = tuple(scale["values"])
            name = scale["macro"].removeprefix("MODEL_")
            expected[name] = values if len(values) > 1 else values[0]
    program = f"import brain\nfor name in {list(expected)}:\n    print(getattr(brain, name))\n"
    printed = TARGETS["x64"].run(micropython, package, program).splitlines()
    for line, value in zip(printed, expected.values(), strict=True):
        assert eval(line) == pytest.approx(value, rel=1e-6)


def test_weights(micropython: Path, tmp_path: Path) -> None:
    """Those of another training, and what are no weights."""
    package = write(tmp_path, "branches", "int8", apart=True)
    build(package, micropython, "x64")
    weights = (package / "brain_weights.bin").read_bytes()
    other = snnmlir.compile(GRAPHS["layer-LIF"], dtype="int8", dt=1e-4, weights_apart=True).weights
    assert other is not None
    changed = bytearray(weights)
    changed[-1] ^= 1
    program = f"weights = {weights!r}\nother = {other!r}\nchanged = {bytes(changed)!r}\n"
    program += textwrap.dedent("""
        import brain, brain_selftest
        misplaced = memoryview(weights)[1:]
        for given in (weights[:50], weights[:70], b"x" * 1000, other, changed, misplaced):
            try:
                brain.Network(given)
                print("nothing")
            except ValueError as error:
                print(error)
        print(brain_selftest.run(weights))

        from array import array
        import gc
        x = array("h", [300] * 6)
        def kept_ones():
            return [brain.Network(memoryview(bytes(32) + weights)[32:]) for _ in range(50)]
        networks = kept_ones()
        gc.collect()
        filled = [b"x" * (len(weights) + 32 + i) for i in range(200)]
        expected = brain.Network(weights).step(x, x)
        print(all(net.step(x, x) == expected for net in networks))

        growing = bytearray(weights)
        net = brain.Network(growing)
        growing.extend(bytes(100))
        for call in (net.reset, lambda: net.step(x, x)):
            try:
                call()
                print("nothing")
            except ValueError as error:
                print(error)
    """)
    printed = TARGETS["x64"].run(micropython, package, program).splitlines()
    assert printed[0] == f"weights: expected {len(weights)} bytes, found 50"
    assert printed[1] == f"weights: expected {len(weights)} bytes, found 70"
    assert "found other bytes" in printed[2]
    assert "another network" in printed[3]
    assert "damaged" in printed[4]
    assert "expected an address that 8 divides" in printed[5]
    assert printed[6:8] == ["0", "True"]
    assert all("found them moved or of another length" in line for line in printed[8:])
    assert len(printed) == 10

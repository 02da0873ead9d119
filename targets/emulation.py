# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds networks for other machines and runs them in emulators.

docs/targets says how to do that by hand.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

import snnmlir
from snnmlir.compiler import Port
from snnmlir.errors import SnnError
from snnmlir.execution.ports import check_inputs

Signal: TypeAlias = npt.NDArray[Any]

HERE = Path(__file__).parent
FLAGS = (
    "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
    "-O2", "-ffp-contract=off", "-ffunction-sections", "-fdata-sections",
)  # fmt: skip
"""For all targets. Contraction is off so that all of them compute the same bits."""

TIMEOUT = 60
"""Seconds after which an emulator is ended."""


class TargetError(SnnError):
    """A compiler or an emulator is missing, or refused, or the program did not come to its end."""


@dataclass(frozen=True)
class Target:
    """A machine, and what builds and emulates programs for it.

    Attributes:
        name: A word.
        compiler: The C compiler, with the flags that select the core.
        sources: Start-up code and platform, below targets/.
        link: Flags for the linker.
        emulator: The command, before the program's path.
        per_count: Units of `unit` for each tick of the counter.
        unit: What is counted, if anything is.
        standard: The C that is compiled.
    """

    name: str
    compiler: tuple[str, ...]
    sources: tuple[str, ...]
    link: tuple[str, ...]
    emulator: tuple[str, ...]
    unit: Literal["instructions", "cycles"] | None = None
    per_count: float = 1.0
    standard: str = "c11"

    @property
    def size(self) -> str:
        """The binutils' size command."""
        return self.compiler[0].removesuffix("gcc") + "size"


def _memory(flash: str, flash_size: str, ram: str, ram_size: str) -> tuple[str, ...]:
    """Linker flags for a core without C runtime: start and size of both memories."""
    symbols = (
        f"flash_start={flash}",
        f"flash_size={flash_size}",
        f"ram_start={ram}",
        f"ram_size={ram_size}",
    )
    return (
        "-nostartfiles",
        "-Wl," + ",".join(f"--defsym={symbol}" for symbol in symbols),
        "-T",
        str(HERE / "bare-metal.ld"),
    )


_ICOUNT_SHIFT = 10
"""Each instruction takes 2^10 ns, at least 16 ticks of SysTick, so that ticks tell their number."""


def _cortex_m(name: str, core: str, machine: str, link: tuple[str, ...], megahertz: int) -> Target:
    return Target(
        name,
        compiler=("arm-none-eabi-gcc", "-mthumb", *core.split()),
        sources=("cortex-m/start.c", "boot.c", "semihosting.c"),
        link=link,
        emulator=(
            "qemu-system-arm", "-M", machine, "-icount", f"shift={_ICOUNT_SHIFT}",
            "-display", "none", "-semihosting", "-kernel",
        ),
        unit="instructions",
        per_count=1000 / megahertz / 2**_ICOUNT_SHIFT,
    )  # fmt: skip


def _riscv(name: str, core: str) -> Target:
    return Target(
        name,
        compiler=("riscv64-unknown-elf-gcc", "--specs=picolibc.specs", *core.split()),
        sources=("riscv/start.S", "riscv/counter.c", "boot.c", "semihosting.c"),
        link=_memory("0x80000000", "1M", "0x80100000", "1M"),
        emulator=(
            "qemu-system-riscv32", "-M", "virt", "-bios", "none", "-icount", "shift=0",
            "-display", "none", "-semihosting", "-kernel",
        ),
        unit="instructions",
    )  # fmt: skip


def _linux(name: str, triple: str, emulator: str) -> Target:
    return Target(
        name,
        compiler=(f"{triple}-gcc",),
        sources=("linux/platform.c",),
        link=("-static",),
        emulator=(emulator,),
    )


_MPS2 = _memory("0", "4M", "0x20000000", "4M")

TARGETS = {
    target.name: target
    for target in (
        # QEMU's Cortex-M0 refuses instructions and unaligned accesses that an M0 does not have.
        _cortex_m(
            "cortex-m0", "-mcpu=cortex-m0", "microbit",
            _memory("0", "256K", "0x20000000", "16K"), 16,
        ),
        _cortex_m("cortex-m3", "-mcpu=cortex-m3", "mps2-an385", _MPS2, 25),
        _cortex_m(
            "cortex-m4f", "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16", "mps2-an386",
            _MPS2, 25,
        ),
        _cortex_m(
            "cortex-m7", "-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16", "mps2-an500", _MPS2, 25
        ),
        # It starts in the secure state, where memory has addresses of its own.
        _cortex_m(
            "cortex-m33", "-mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16", "mps2-an505",
            _memory("0x10000000", "4M", "0x38000000", "4M"), 20,
        ),
        _riscv("rv32imac", "-march=rv32imac -mabi=ilp32"),
        _riscv("rv32imafc", "-march=rv32imafc -mabi=ilp32f"),
        Target(
            "atmega1284p",
            compiler=("avr-gcc", "-mmcu=atmega1284p"),
            sources=("avr/platform.c",),
            link=("-Wl,--defsym=stack_bottom=__heap_start",),
            emulator=("simavr", "-m", "atmega1284p", "-f", "16000000"),
            unit="cycles",
            standard="gnu11",  # for __flash
        ),
        _linux("aarch64-linux", "aarch64-linux-gnu", "qemu-aarch64"),
        _linux("armhf-linux", "arm-linux-gnueabihf", "qemu-arm"),
        _linux("riscv64-linux", "riscv64-linux-gnu", "qemu-riscv64"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Sections:
    """Bytes of an object file.

    Attributes:
        text: Code and constants.
        data: Initialized variables; in programs for AVR also constants in C++, or in strict C11.
        bss: Variables that begin as zero.
    """

    text: int
    data: int
    bss: int


@dataclass(frozen=True)
class Program:
    """A network, its input and the harness, built for a target.

    Attributes:
        target: What it is built for.
        path: The ELF file.
        outputs: The network's outputs.
        steps: How many steps the input has.
        network: Sections of the network's object file, before unused functions are left out.
        whole: Sections of the program.
    """

    target: Target
    path: Path
    outputs: tuple[Port, ...]
    steps: int
    network: Sections
    whole: Sections


@dataclass(frozen=True)
class Run:
    """What a program printed.

    Attributes:
        outputs: By name, [T, *shape], in the types of the network.
        counts: Instructions or cycles of each step; empty if the target counts nothing.
        stack: Bytes of stack that the step function used at most, with its call.
        memory: Bytes of the network's struct.
    """

    outputs: dict[str, Signal]
    counts: tuple[int, ...]
    stack: int
    memory: int


def build(
    target: Target,
    folder: Path,
    network: snnmlir.Network,
    x: Signal | Mapping[str, Signal],
    flags: Sequence[str] = FLAGS,
    *,
    sample_steps: int | None = None,
) -> Program:
    """Builds a program that runs a network over an input.

    Args:
        target: What to build it for.
        folder: Where the files go; it exists.
        network: The network.
        x: [T, *input shape], or such an array for each input by name.
        flags: For the compiler.
        sample_steps: The input is samples of so many steps, one after the other; each of them
            begins in the initial state. By default it is one sample.

    Raises:
        TargetError: There is no compiler, or it refuses the code.
        OptionError: The input does not fit the network.
    """
    arrays = check_inputs(network.inputs, x)
    source, header = network.emit_c("net", "net.h")
    files = {
        "net.c": source,
        "net.h": header,
        "ports.h": _ports(network.inputs, network.outputs, arrays, sample_steps),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    sources = (HERE / name for name in ("main.c", "stack.c", *target.sources))
    compiler = (*target.compiler, f"-std={target.standard}", *flags)
    program = folder / "program.elf"
    _call(target, *compiler, "-c", "net.c", "-o", "net.o", folder=folder)
    _call(
        target, *compiler, f"-I{HERE}", "-I.", *map(str, sources), "net.o", *target.link,
        "-Wl,--gc-sections", "-o", program.name, folder=folder,
    )  # fmt: skip
    return Program(
        target,
        program,
        network.outputs,
        len(arrays[0]),
        _sections(target, folder / "net.o"),
        _sections(target, program),
    )


def run(program: Program) -> Run:
    """Runs a program in the target's emulator.

    Raises:
        TargetError: There is no emulator, or the program did not come to its end.
    """
    target = program.target
    text = _call(target, *target.emulator, str(program.path), folder=program.path.parent)
    lines = console(text)
    records = [line.split() for line in lines if re.fullmatch(r"(y|memory|stack|count) \w+", line)]
    values = {kind: [v for k, v in records if k == kind] for kind in ("y", "memory", "stack")}
    counts = [round(int(n) * target.per_count) for kind, n in records if kind == "count"]
    first, second = _halves(bytes.fromhex("".join(values["y"])))
    if "end" not in lines or len(counts) != program.steps:
        raise TargetError(f"target '{target.name}': the program did not end:\n{text}")
    if first != second:
        raise TargetError(f"target '{target.name}': after _init the outputs are not the same")
    return Run(
        outputs=_split(first, program),
        counts=tuple(counts) if target.unit else (),
        stack=int(values["stack"][0]),
        memory=int(values["memory"][0]),
    )


def console(text: str) -> list[str]:
    """The lines that a program printed: simavr adds colours, and a dot for each end of a line."""
    return [re.sub(r"^((?:\x1b\[[0-9;]*m)+)(.*)\.$", r"\2", line) for line in text.splitlines()]


def _halves(data: bytes) -> tuple[bytes, bytes]:
    return data[: len(data) // 2], data[len(data) // 2 :]


def _split(data: bytes, program: Program) -> dict[str, Signal]:
    """Outputs by name, from those of each step side by side."""
    step = np.dtype(
        [(port.name, port.dtype.newbyteorder("<"), port.shape) for port in program.outputs]
    )
    steps = np.frombuffer(data, step, program.steps)
    return {port.name: steps[port.name].astype(port.dtype) for port in program.outputs}


def _ports(
    inputs: Sequence[Port],
    outputs: Sequence[Port],
    arrays: Sequence[Signal],
    sample_steps: int | None,
) -> str:
    """The header that main.c includes: the input, and functions that name all ports."""
    names = [f"in{i}" for i in range(len(inputs))] + [f"out{i}" for i in range(len(outputs))]
    sizes = [int(np.prod(port.shape)) for port in (*inputs, *outputs)]
    lines = [
        "/* Made by targets/emulation.py. */",
        '#include "net.h"',
        f"enum {{ STEPS = {len(arrays[0])}, SAMPLE_STEPS = {sample_steps or len(arrays[0])} }};",
    ]
    for name, port, size in zip(names, (*inputs, *outputs), sizes, strict=True):
        lines.append(f"static {_c_type(port)} {name}[{size}];")
    for name, port, array in zip(names, inputs, arrays, strict=False):
        lines.append(f"static const {_c_type(port)} {name}_steps[STEPS][{array[0].size}]")
        lines.append("    CONSTANT_MEMORY = {")
        lines += [f"    {{{', '.join(_literals(step))}}}," for step in array]
        lines.append("};")
    lines.append("static void load_inputs(size_t t)\n{")
    for name in names[: len(inputs)]:
        lines.append(f"    copy_constant({name}, {name}_steps[t], sizeof {name});")
    lines.append("}\n__attribute__((noinline)) static void step(net_t *net)\n{")
    lines.append(f"    net_step(net, {', '.join(names)});")
    lines.append("}\nstatic void put_outputs(void (*put)(const void *data, size_t size))\n{")
    for name in names[len(inputs) :]:
        lines.append(f"    put({name}, sizeof {name});")
    lines.append("}\n")
    return "\n".join(lines)


def _c_type(port: Port) -> str:
    kinds = {"float32": "float", "float64": "double"}
    return kinds.get(port.dtype.name) or f"{port.dtype.name}_t"


def _literals(values: Signal) -> Iterator[str]:
    suffix = "f" if values.dtype == np.float32 else ""
    for value in values.reshape(-1).tolist():
        yield f"{value.hex()}{suffix}" if isinstance(value, float) else str(value)


def _sections(target: Target, path: Path) -> Sections:
    report = _call(target, target.size, "--format=berkeley", path.name, folder=path.parent)
    text, data, bss = map(int, report.splitlines()[1].split()[:3])
    return Sections(text, data, bss)


def _call(target: Target, *command: str, folder: Path) -> str:
    """What a command prints; the messages, too."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=TIMEOUT,
        )
    except FileNotFoundError as error:
        raise TargetError(
            f"target '{target.name}': there is no command '{command[0]}'",
            help="./dev setup installs the compilers and emulators",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise TargetError(
            f"target '{target.name}': '{command[0]}' did not end within {TIMEOUT} s"
        ) from error
    if done.returncode != 0:
        raise TargetError(
            f"target '{target.name}': '{command[0]}' ended with {done.returncode}:\n{done.stdout}"
        )
    return done.stdout

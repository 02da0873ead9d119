# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The machines that programs can be built for and emulated on.

docs/targets.md has them in a table, and says how to build for them by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from snnmlir.execution import toolchain

PLATFORM = Path(__file__).parent / "platform"
"""Start-up code, consoles, counters, a linker script."""

FLAGS = ("-O2", "-ffp-contract=off", "-ffunction-sections", "-fdata-sections")
"""For all machines. Contraction is off so that all of them compute the same bits."""

PACKAGES = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
    "riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
    "avr-gcc": "gcc-avr avr-libc",
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
    "arm-linux-gnueabihf-gcc": "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross",
    "riscv64-linux-gnu-gcc": "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross",
    "qemu-system-arm": "qemu-system-arm",
    "qemu-system-riscv32": "qemu-system-misc",
    "qemu-aarch64": "qemu-user",
    "qemu-arm": "qemu-user",
    "qemu-riscv64": "qemu-user",
    "simavr": "simavr libsimavr-dev",
    "clang-22": "clang-22",
}
"""The packages of Debian and Ubuntu that have a command."""


@dataclass(frozen=True)
class Machine:
    """A machine, and what builds and emulates programs for it.

    Attributes:
        name: A word.
        target: What C is made for it with (`--target`); "generic" is for all of them.
        compiler: The C compiler, with the flags that select the core.
        sources: Start-up code and platform, below `PLATFORM`.
        link: Flags for the linker.
        emulator: The command, before the program's path; nothing if it runs here.
        per_count: Units of `unit` for each tick of the counter.
        unit: What is counted, if anything is.
        standard: The C that is compiled.
        measures_stack: Whether `stack.c` knows its stack.
        has_threads: Whether variables can be of a thread; models of kernels have such.
        simulator: A program for this machine, below `PLATFORM`, that emulates in the emulator's
            place where the program reads bytes; built when it is needed.
        network_compiler: What compiles the network in the compiler's place, with the flags that
            select the core; nothing if the compiler does.
    """

    name: str
    target: str
    compiler: tuple[str, ...]
    sources: tuple[str, ...]
    link: tuple[str, ...]
    emulator: tuple[str, ...]
    unit: Literal["instructions", "cycles"] | None = None
    per_count: float = 1.0
    standard: str = "c11"
    measures_stack: bool = True
    has_threads: bool = False
    simulator: str | None = None
    network_compiler: tuple[str, ...] = ()

    @property
    def size(self) -> str:
        """The binutils' size command."""
        return self.compiler[0].removesuffix("gcc") + "size"

    @property
    def place(self) -> str:
        """What a user calls it: its emulator, and its name."""
        return f"{'simavr' if self.simulator else 'qemu'}:{self.name}"


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
        "-Wl" + "".join(f",--defsym={symbol}" for symbol in symbols),
        "-T",
        str(PLATFORM / "bare-metal.ld"),
    )


_ICOUNT_SHIFT = 10
"""Each instruction takes 2^10 ns, at least 16 ticks of SysTick, so that ticks tell their number."""


def _cortex_m(
    name: str,
    target: str,
    core: str,
    machine: str,
    link: tuple[str, ...],
    megahertz: int,
    network_compiler: tuple[str, ...] = (),
) -> Machine:
    return Machine(
        name,
        target,
        compiler=("arm-none-eabi-gcc", "-mthumb", *core.split()),
        sources=("cortex-m/start.c", "boot.c", "semihosting.c"),
        link=link,
        emulator=(
            "qemu-system-arm", "-M", machine, "-icount", f"shift={_ICOUNT_SHIFT}",
            "-display", "none", "-semihosting", "-kernel",
        ),
        unit="instructions",
        per_count=1000 / megahertz / 2**_ICOUNT_SHIFT,
        network_compiler=network_compiler,
    )  # fmt: skip


def _riscv(
    name: str,
    target: str,
    core: str,
    cpu: tuple[str, ...] = (),
    network_compiler: tuple[str, ...] = (),
) -> Machine:
    return Machine(
        name,
        target,
        compiler=("riscv64-unknown-elf-gcc", "-specs=picolibc.specs", *core.split()),
        sources=("riscv/start.S", "riscv/counter.c", "boot.c", "semihosting.c"),
        link=_memory("0x80000000", "1M", "0x80100000", "1M"),
        emulator=(
            "qemu-system-riscv32", "-M", "virt", *cpu, "-bios", "none", "-icount", "shift=0",
            "-display", "none", "-semihosting", "-kernel",
        ),
        unit="instructions",
        network_compiler=network_compiler,
    )  # fmt: skip


def _linux(name: str, target: str, triple: str, emulator: str) -> Machine:
    return Machine(
        name,
        target,
        compiler=(f"{triple}-gcc",),
        sources=("linux/platform.c",),
        link=("-static",),
        emulator=(emulator,),
        has_threads=True,
    )


_MPS2 = _memory("0", "4M", "0x20000000", "4M")
# The secure state's instruction and data memories.
_MPS3 = _memory("0x10000000", "512K", "0x30000000", "512K")

MACHINES = {
    machine.name: machine
    for machine in (
        # QEMU's Cortex-M0 refuses instructions and unaligned accesses that an M0 does not have.
        _cortex_m(
            "cortex-m0", "cortex-m0", "-mcpu=cortex-m0", "microbit",
            _memory("0", "256K", "0x20000000", "16K"), 16,
        ),
        _cortex_m("cortex-m3", "cortex-m3", "-mcpu=cortex-m3", "mps2-an385", _MPS2, 25),
        _cortex_m(
            "cortex-m4f", "cortex-m4", "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16",
            "mps2-an386", _MPS2, 25,
        ),
        _cortex_m(
            "cortex-m7", "cortex-m7", "-mcpu=cortex-m7 -mfloat-abi=hard -mfpu=fpv5-d16",
            "mps2-an500", _MPS2, 25,
        ),
        # It starts in the secure state, where memory has addresses of its own.
        _cortex_m(
            "cortex-m33", "cortex-m33", "-mcpu=cortex-m33 -mfloat-abi=hard -mfpu=fpv5-sp-d16",
            "mps2-an505", _memory("0x10000000", "4M", "0x38000000", "4M"), 20,
        ),
        _cortex_m(
            "cortex-m55", "cortex-m55", "-mcpu=cortex-m55 -mfloat-abi=hard", "mps3-an547",
            _MPS3, 32,
        ),
        _cortex_m(
            "cortex-m55-clang", "cortex-m55", "-mcpu=cortex-m55 -mfloat-abi=hard", "mps3-an547",
            _MPS3, 32,
            ("clang-22", "--target=thumbv8.1m.main-none-eabihf", "-mcpu=cortex-m55"),
        ),
        _riscv("rv32imac", "rv32imac", "-march=rv32imac -mabi=ilp32"),
        _riscv("rv32imafc", "rv32imac", "-march=rv32imafc -mabi=ilp32f"),
        _riscv(
            "rv32imc-zve32x", "rv32imc-zve32x", "-march=rv32imc -mabi=ilp32",
            ("-cpu", "rv32,v=true,vlen=128"),
            ("clang-22", "--target=riscv32-unknown-elf", "-march=rv32imc_zve32x_zvl128b",
             "-mabi=ilp32"),
        ),
        Machine(
            "atmega1284p",
            "avr",
            compiler=("avr-gcc", "-mmcu=atmega1284p"),
            sources=("avr/platform.c",),
            link=("-Wl,--defsym=stack_bottom=__heap_start",),
            emulator=("simavr", "-m", "atmega1284p", "-f", "16000000"),
            unit="cycles",
            standard="gnu11",  # for __flash
            simulator="avr/simulator.c",
        ),
        _linux("aarch64-linux", "aarch64", "aarch64-linux-gnu", "qemu-aarch64"),
        _linux("armhf-linux", "generic", "arm-linux-gnueabihf", "qemu-arm"),
        _linux("riscv64-linux", "generic", "riscv64-linux-gnu", "qemu-riscv64"),
    )
}  # fmt: skip


def native() -> Machine:
    """This machine, as one to build for; nothing is counted.

    Raises:
        CompileError: There is no C compiler.
    """
    return Machine(
        "native",
        "generic",
        compiler=tuple(toolchain.compiler()),
        sources=("linux/platform.c",),
        link=(),
        emulator=(),
        measures_stack=False,
        has_threads=True,
    )

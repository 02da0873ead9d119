# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks with what serves them, built as programs for a machine."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from snnmlir.boards.firmware import emit_board
from snnmlir.boards.machines import FLAGS, PACKAGES, PLATFORM, Machine
from snnmlir.common.wording import option
from snnmlir.compiler import Network
from snnmlir.compiler.blobs import blob_as_c
from snnmlir.errors import BoardError
from snnmlir.execution import toolchain

TIMEOUT = 120
"""Seconds after which a compiler is ended."""

_NO_ROOM = (
    *("overflowed by", "will not fit", "is too large", "memory is full", "no memory is left"),
    "is negative",
)
"""What linkers and compilers say of a program that a machine has no memory for; avr-gcc says the
last one of an array of 32,768 bytes."""


class NoRoomError(BoardError):
    """The machine has too little memory for the program."""


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
    """A network and what serves it, built for a machine.

    Attributes:
        machine: What it is built for.
        network: The network.
        path: The program.
        command: What runs it.
    """

    machine: Machine
    network: Network
    path: Path
    command: tuple[str, ...]

    @property
    def network_sections(self) -> Sections:
        """Sections of the network's object file, before unused functions are left out."""
        return _sections(self.machine, self.path.parent / "net.o")

    @property
    def sections(self) -> Sections:
        """Sections of the program."""
        return _sections(self.machine, self.path)


def build(
    machine: Machine, folder: Path, network: Network, flags: Sequence[str] = FLAGS
) -> Program:
    """Builds a program that steps a network for the machine that started it.

    Args:
        machine: What to build it for.
        folder: Where the files go; it exists.
        network: The network; its taps are sent, too, and with `profile` its layers are measured.
        flags: For the compiler.

    Raises:
        BoardError: There is no compiler or emulator, or it refuses the code.
        NoRoomError: The machine has too little memory.
        CompileError: There are kernels without C that computes the same on any machine.
    """
    network = network.with_own_helpers()
    source, board, board_header = emit_board(network, "net", "net.h")
    files = {
        "net.c": source,
        "net.h": network.emit_c("net", "net.h")[1],
        "net_board.c": board,
        "net_board.h": board_header,
    }
    kept = ["net_board.c", "net.o"]
    if network.weights is not None:
        files |= zip(
            ("net_weights.c", "net_weights.h"),
            blob_as_c(network.weights, "net", "net.h"),
            strict=True,
        )
        kept.append("net_weights.c")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    sources = [str(PLATFORM / name) for name in ("firmware.c", *machine.sources)]
    abilities = []
    if machine.unit is not None:
        abilities.append("-DHAS_COUNTER")
    if machine.measures_stack:
        abilities.append("-DHAS_STACK")
        sources.append(str(PLATFORM / "stack.c"))
    if not machine.has_threads:
        abilities.append("-D_Thread_local=")
    compiler = (*machine.compiler, f"-std={machine.standard}", *flags)
    network_compiler = compiler
    if machine.network_compiler:
        network_compiler = (
            *machine.network_compiler, *_library_headers(machine, folder),
            f"-std={machine.standard}", *flags,
        )  # fmt: skip
    kernels = network.host_arguments()
    includes = [argument for argument in kernels if argument.startswith("-")]
    program = folder / "program.elf"
    call(machine, *network_compiler, *includes, "-c", "net.c", "-o", "net.o", folder=folder)
    # Of the linker, as not all have it: macOS has another one.
    collect = () if machine.name == "native" else ("-Wl,--gc-sections",)
    call(
        machine, *compiler, f"-I{PLATFORM}", "-I.", *abilities, *sources, *kept,
        *kernels, *machine.link, *collect, "-o", program.name, folder=folder,
    )  # fmt: skip
    return Program(machine, network, program, _command(machine, program))


def _library_headers(machine: Machine, folder: Path) -> list[str]:
    """Flags that name the folders with the headers of the C library of the machine's compiler.

    Those of GCC itself are for no other compiler.
    """
    said = call(machine, *machine.compiler, "-E", "-v", "-x", "c", "/dev/null", folder=folder)
    listed = said.split("search starts here:\n")[-1].split("End of search list")[0]
    folders = [Path(line.strip()).resolve() for line in listed.splitlines()]
    return [
        flag for found in folders if "gcc" not in found.parts for flag in ("-isystem", str(found))
    ]


def _command(machine: Machine, program: Path) -> tuple[str, ...]:
    """What runs a program."""
    if machine.simulator is None:
        return (*machine.emulator, str(program))
    simulator = program.with_name("simulator")
    call(
        machine, *toolchain.compiler(), "-O2", str(PLATFORM / machine.simulator), "-lsimavr",
        "-o", str(simulator), folder=program.parent,
    )  # fmt: skip
    return (str(simulator), machine.name, str(program))


def _sections(machine: Machine, path: Path) -> Sections:
    report = call(machine, machine.size, "-B", path.name, folder=path.parent)
    text, data, bss = map(int, report.splitlines()[1].split()[:3])
    return Sections(text, data, bss)


def missing_error(machine: Machine, command: str) -> BoardError:
    """What is raised where a compiler or an emulator is not there."""
    package = PACKAGES.get(command)
    return BoardError(
        f"machine '{machine.name}': there is no command '{command}'",
        help=f"install {package}: Debian and Ubuntu call the packages so"
        if package
        else "install it, or put its folder on PATH",
    )


def call(machine: Machine, *command: str, folder: Path) -> str:
    """What a command of a machine's tools prints; the messages, too.

    Raises:
        BoardError: It is not there, or does not succeed.
        NoRoomError: It says that there is too little memory.
    """
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
        raise missing_error(machine, command[0]) from error
    except subprocess.TimeoutExpired as error:
        raise BoardError(
            f"machine '{machine.name}': '{command[0]}' did not end within {TIMEOUT} s"
        ) from error
    if done.returncode == 0:
        return done.stdout
    if "simavr" in done.stdout and "No such file" in done.stdout:
        raise BoardError(
            f"machine '{machine.name}': there is no libsimavr to build its emulator with",
            help=f"install {PACKAGES['simavr']}: Debian and Ubuntu call the packages so",
        )
    said = f"machine '{machine.name}': '{shlex.join(command[:1])}' refuses the C:\n{done.stdout}"
    if any(text in done.stdout for text in _NO_ROOM):
        raise NoRoomError(
            said,
            help=f"the machine has too little memory; leave signals out of {option('record')}, or "
            "take a smaller type",
        )
    raise BoardError(said)

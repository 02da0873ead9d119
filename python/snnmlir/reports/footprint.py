# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a C compiler makes of the generated C: bytes of code, and of stack."""

from __future__ import annotations

import re
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from snnmlir.common.tables import table
from snnmlir.compiler import Network
from snnmlir.errors import CompileError, OptionError, quoted

FLAGS = ("-std=c11", "-ffunction-sections", "-fdata-sections", "-fcallgraph-info=su", "-c")
"""Each function in a section of its own, and beside the object who calls whom with what stack."""


@dataclass(frozen=True)
class Function:
    """One function of the generated C.

    Attributes:
        name: Its name in C, made from the node's.
        code_bytes: Its machine code.
        stack_bytes: Its stack, with all that it calls but the compiler's library.
    """

    name: str
    code_bytes: int
    stack_bytes: int


@dataclass(frozen=True)
class Footprint:
    """All functions that are not part of another one.

    Attributes:
        compiler: The command.
        code_bytes: All machine code.
        stack_bytes: The stack of the function that needs the most.
        functions: In the order of the call graph.
    """

    compiler: str
    code_bytes: int
    stack_bytes: int
    functions: tuple[Function, ...]

    def __str__(self) -> str:
        rows = [
            (function.name, f"{function.code_bytes} B", f"{function.stack_bytes} B")
            for function in self.functions
        ]
        total = ("(all)", f"{self.code_bytes} B", f"{self.stack_bytes} B")
        return "\n".join(table(("function", "code", "stack"), [*rows, total])) + "\n"


def footprint(network: Network, compiler: str, prefix: str | None = None) -> Footprint:
    """Builds the C and looks at the object.

    Args:
        network: The network.
        compiler: A GCC with flags, as in a shell: "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os".
        prefix: Prefix of the functions' names; the network's if not given.

    Raises:
        OptionError: It is no command, or the compiler is not GCC 10 or newer.
        CompileError: It refuses the C.
    """
    try:
        command = shlex.split(compiler)
    except ValueError as error:
        raise OptionError(f"{quoted(compiler)} is no command: {error}", help=_HELP) from error
    if not command:
        raise OptionError("the C compiler's command is empty", help=_HELP)
    source, header = network.with_own_helpers().emit_c(prefix or network.prefix, "net.h")
    with tempfile.TemporaryDirectory(prefix="snn-") as name:
        folder = Path(name)
        (folder / "net.h").write_text(header, encoding="utf-8")
        (folder / "net.c").write_text(source, encoding="utf-8")
        _call([*command, *FLAGS, "net.c", "-o", "net.o"], folder)
        graph = folder / "net.ci"
        if not graph.exists():
            raise OptionError(
                f"{quoted(compiler)} writes no call graph (-fcallgraph-info=su)", help=_HELP
            )
        stacks = _stacks(graph.read_text(encoding="utf-8"))
        size = _call([command[0], "-print-prog-name=size"], folder).strip()
        codes = _codes(_call([size, "-A", "net.o"], folder))
    return Footprint(
        compiler=compiler,
        code_bytes=sum(codes.values()),
        stack_bytes=max(stacks.values()),
        functions=tuple(
            Function(name, codes.get(name, 0), stack) for name, stack in stacks.items()
        ),
    )


_HELP = "name GCC 10 or newer, with the flags for the target: 'arm-none-eabi-gcc -mcpu=cortex-m4'"

_NO_LIBRARY = (
    "it finds no C library: install one, and name it if the compiler wants that: "
    "'riscv64-unknown-elf-gcc -specs=picolibc.specs -march=rv32imac -mabi=ilp32' with Debian's "
    "package picolibc-riscv64-unknown-elf"
)


def _codes(sections: str) -> dict[str, int]:
    """Bytes of code by function, from what `size -A` prints."""
    found = re.findall(r"^\.text\.(\S+)\s+(\d+)", sections, re.M)
    return {name: int(size) for name, size in found}


def _stacks(graph: str) -> dict[str, int]:
    """Stack by function, with that of what it calls, from a call graph in VCG."""
    own = {
        _function(title): int(size)
        for title, size in re.findall(
            r'^node: \{ title: "([^"]*)" label: "[^"]*\\n(\d+) bytes', graph, re.M
        )
    }
    calls: dict[str, set[str]] = {name: set() for name in own}
    for caller, callee in re.findall(
        r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"', graph, re.M
    ):
        if _function(callee) in own:
            calls[_function(caller)].add(_function(callee))
    return {name: _deepest(name, own, calls) for name in own}


def _function(title: str) -> str:
    """The name in "net.c:name"; functions that other files see have no file."""
    return title.rpartition(":")[2]


def _deepest(name: str, own: Mapping[str, int], calls: Mapping[str, set[str]]) -> int:
    """The generated C has no recursion."""
    return own[name] + max((_deepest(callee, own, calls) for callee in calls[name]), default=0)


def _call(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise OptionError(
            f"the C compiler {quoted(command[0])} cannot be run: {error.strerror}", help=_HELP
        ) from error
    if done.returncode != 0:
        no_library = re.search(r"fatal error: (std\w+|string)\.h: No such file", done.stderr)
        raise CompileError(
            f"{quoted(shlex.join(command))} ended with {done.returncode}:\n{done.stderr}",
            help=_NO_LIBRARY if no_library else _HELP,
        )
    return done.stdout

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds generated C into WebAssembly, which browsers run: one module that needs nothing else."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from snnmlir.errors import CompileError

FLAGS = (
    "-std=c11", "-O2", "-ffp-contract=off", "-ffreestanding", "-nostdlib", "-Wl,--no-entry",
    "-Wl,--strip-all",
)  # fmt: skip
"""Contraction is off so that the bits are those of other machines."""

HELP = (
    "install clang and its linker for WebAssembly, Debian's packages clang and lld, or let pip "
    "install 'snn-mlir-compile[cc]', which brings both"
)

_STRING_H = """\
#ifndef STRING_H
#define STRING_H
#include <stddef.h>
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
#endif
"""

_ASSERT_H = """\
#define assert(condition) ((condition) ? (void)0 : __builtin_trap())
"""

_STRING_C = """\
#include <string.h>

/* The loops are not to become calls of what they define. */
#define PLAIN __attribute__((no_builtin("memcpy", "memmove", "memset")))

PLAIN void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    for (size_t i = 0; i < size; ++i)
        ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
    return to;
}

PLAIN void *memmove(void *to, const void *from, size_t size)
{
    if ((const char *)to < (const char *)from)
        return memcpy(to, from, size);
    while (size-- > 0)
        ((unsigned char *)to)[size] = ((const unsigned char *)from)[size];
    return to;
}

PLAIN void *memset(void *to, int value, size_t size)
{
    for (size_t i = 0; i < size; ++i)
        ((unsigned char *)to)[i] = (unsigned char)value;
    return to;
}
"""


_LIBRARY = {"assert.h": _ASSERT_H, "string.h": _STRING_H, "string.c": _STRING_C}
"""What browsers do not have: memcpy and the like, and for models of kernels assert."""


@dataclass(frozen=True)
class Binary:
    """A module.

    Attributes:
        code: Its bytes.
        compiler: What built it, "clang 22.1.8" or the like.
    """

    code: bytes
    compiler: str


def build_binary(
    files: Mapping[str, str], main: str, exports: Sequence[str], arguments: Sequence[str] = ()
) -> Binary:
    """Builds a C file that may include the others, <string.h> and <assert.h>.

    Args:
        files: Their texts by name.
        main: Which of them is compiled.
        exports: Its functions and variables that the module shows.
        arguments: Further arguments of the compiler: files that belong to the code, and flags.

    Raises:
        CompileError: There is no compiler for WebAssembly here, or it refuses the C.
    """
    with tempfile.TemporaryDirectory(prefix="snn-") as name:
        folder = Path(name)
        for file, text in {**files, **_LIBRARY}.items():
            (folder / file).write_text(text, encoding="utf-8")
        tail = [
            *FLAGS, *(f"-Wl,--export={symbol}" for symbol in exports),
            "-I.", "-o", "net.wasm", main, "string.c", *arguments,
        ]  # fmt: skip
        for command in _compilers():
            if not _links(command, folder):
                continue
            done = _call([*command, *tail], folder)
            if done.returncode != 0:
                found = re.search(r"error: (.*)", done.stderr)  # without the folder of this machine
                said = found[1] if found else f"it ended with {done.returncode}"
                name = _version(command, folder)
                raise CompileError(f"{name} refuses the C for WebAssembly: {said}")
            return Binary((folder / "net.wasm").read_bytes(), _version(command, folder))
    raise CompileError("there is no C compiler for WebAssembly here", help=HELP)


def _compilers() -> Iterator[list[str]]:
    """What may build for WebAssembly: clang, the newest first, and ziglang's."""
    found: dict[int, str] = {}
    for folder in os.get_exec_path():
        for path in Path(folder).glob("clang-[0-9]*") if Path(folder).is_dir() else ():
            if match := re.fullmatch(r"clang-(\d+)", path.name):
                found.setdefault(int(match[1]), str(path))
    if plain := shutil.which("clang"):
        yield [plain, "-target", "wasm32"]
    for version in sorted(found, reverse=True):
        yield [found[version], "-target", "wasm32"]
    if importlib.util.find_spec("ziglang"):
        yield [sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-freestanding"]


def _links(command: Sequence[str], folder: Path) -> bool:
    """Whether a compiler is whole: many a clang comes without the linker."""
    (folder / "try.c").write_text("int probe(void) { return 1; }\n", encoding="utf-8")
    try_it = [*command, *FLAGS, "-Wl,--export=probe", "-o", "try.wasm", "try.c"]
    return _call(try_it, folder).returncode == 0


def _version(command: Sequence[str], folder: Path) -> str:
    """What it calls itself, without anything of this machine."""
    name = "ziglang's clang" if "ziglang" in command else "clang"
    return f"{name} {_call([*command, '-dumpversion'], folder).stdout.strip()}"


def _call(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))

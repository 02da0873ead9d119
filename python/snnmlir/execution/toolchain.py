# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The C compiler of this machine."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from snnmlir.errors import CompileError

FLAGS = ("-std=c11", "-O2", "-ffp-contract=off", "-fPIC", "-shared")
"""Contraction is off so that every compiler computes the same bits."""

_HELP = (
    "install gcc or clang, or name another compiler in the environment variable CC, "
    "or let pip install 'snn-mlir-compile[cc]', which brings one"
)


def compiler() -> list[str]:
    """The command: what the environment variable CC names, else cc, gcc, clang, else ziglang's.

    Raises:
        CompileError: There is none.
    """
    if command := shlex.split(os.environ.get("CC", "")):
        return command
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    raise CompileError(
        "there is no C compiler here: CC is not set, and cc, gcc, clang and the package ziglang "
        "were not found",
        help=_HELP,
    )


def build_library(sources: Sequence[Path], library: Path, arguments: Sequence[str] = ()) -> None:
    """Builds a shared library.

    Args:
        sources: C files.
        library: What to write.
        arguments: Further arguments of the compiler.

    Raises:
        CompileError: There is no C compiler, or it refuses the code.
    """
    command = compiler()
    name = shlex.join(command)
    try:
        done = subprocess.run(
            [*command, *FLAGS, *arguments, "-o", str(library), *map(str, sources)],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise CompileError(
            f"the C compiler '{name}' cannot be run: {error.strerror}", help=_HELP
        ) from error
    if done.returncode != 0:
        raise CompileError(f"'{name}' refuses the generated C:\n{done.stderr}")

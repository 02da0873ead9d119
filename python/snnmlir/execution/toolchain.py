# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The C compiler of this machine."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from snnmlir.errors import CompileError

FLAGS = ("-std=c11", "-O2", "-ffp-contract=off", "-fPIC", "-shared")
"""Contraction is off so that every compiler computes the same bits."""


def build_library(sources: Sequence[Path], library: Path) -> None:
    """Builds a shared library with `cc`, or what the environment variable CC names.

    Raises:
        CompileError: There is no C compiler, or it refuses the code.
    """
    compiler = shlex.split(os.environ.get("CC", "cc"))
    command = [*compiler, *FLAGS, "-o", str(library), *map(str, sources)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CompileError(
            f"the C compiler '{' '.join(compiler)}' cannot be run: {error.strerror}",
            help="install gcc or clang, or name another compiler in the environment variable CC",
        ) from error
    if done.returncode != 0:
        raise CompileError(f"'{' '.join(compiler)}' refuses the generated C:\n{done.stderr}")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Commands that tests run, and what these print."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from emulation import console
from snnmlir.boards.machines import Machine


def call(
    *command: object, cwd: Path, timeout: float = 120, env: Mapping[str, str] | None = None
) -> str:
    """What a command prints, messages included; it has to succeed."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=os.environ | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def call_page(script: str, *, cwd: Path, folder: Path) -> str:
    """What the shell commands of a page print, which find ours and `folder` for their files."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {"TMPDIR": str(folder), "PATH": path}
    return call("bash", "-c", script, cwd=cwd, timeout=300, env=env)


def emulate(target: Machine, program: Path) -> list[str]:
    """The lines that a program prints in the target's emulator."""
    return console(call(*target.emulator, program.name, cwd=program.parent))

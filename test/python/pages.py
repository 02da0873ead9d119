# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the blocks of a page of docs/: Python and commands, in order, in the current folder.

What they print is the ```text block behind a block of Python, or stands below the command.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BLOCK = re.compile(r"^```(python|console|text)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def run_python(code: str, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "page", "exec"), names)
    return printed.getvalue()


def run_console(text: str) -> Iterator[str]:
    bin_folder = Path(sys.executable).parent
    environment = os.environ | {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    for line in text.splitlines():
        if not line.startswith("$ "):
            continue
        yield line
        done = subprocess.run(
            line[2:], shell=True, capture_output=True, text=True, check=False, env=environment
        )
        assert done.returncode == 0, done.stderr
        yield from (done.stdout + done.stderr).rstrip().splitlines()


def rendered(page: str) -> str:
    """The page with what its blocks print now."""
    names: dict[str, Any] = {"__name__": "page"}
    output, end, parts = "", 0, []
    for block in BLOCK.finditer(page):
        kind, body = block.groups()
        if kind == "python":
            output = run_python(body, names)
        elif kind == "text":
            body = output
        else:
            body = "".join(f"{line}\n" for line in run_console(body))
        parts += [page[end : block.start()], f"```{kind}\n{body}```\n"]
        end = block.end()
    return "".join(parts) + page[end:]

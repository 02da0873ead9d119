# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs docs/evaluation.md in a folder with the gestures' network, as test_guides does guides."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from test_guides import rendered


def test_guide_to_evaluation(
    repo_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    check_page: Callable[[str, str], None],
) -> None:
    shutil.copy(repo_root / "examples/gestures/gestures.nir", tmp_path)
    page = (repo_root / "docs/evaluation.md").read_text()
    monkeypatch.chdir(tmp_path)
    check_page("evaluation.md", rendered(page))


def test_readme_shows_what_the_command_prints(repo_root: Path) -> None:
    page = (repo_root / "README.md").read_text()
    command, printed = re.findall(r"```\n\$ (snn-mlir-run (?:.*\\\n)*.*)\n((?:.*\n)*?)```", page)[0]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        command, shell=True, cwd=repo_root, env=environment,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == printed

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

import numpy as np
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


def test_readme_shows_what_the_commands_print(repo_root: Path, tmp_path: Path) -> None:
    """Those that run a network: on a data set, and in an emulator."""
    page = (repo_root / "README.md").read_text()
    blocks = re.findall(r"```\n\$ (snn-mlir-run (?:.*\\\n)*.*)\n((?:.*\n)*?)```", page)
    assert ["--on" in command for command, _ in blocks] == [True, False]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    (tmp_path / "examples").symlink_to(repo_root / "examples")
    with np.load(repo_root / "examples/digits/recorded.npz") as recorded:
        np.save(tmp_path / "x.npy", recorded["input"][:2])
    for command, printed in blocks:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout + done.stderr == printed

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs docs/evaluation.md in a folder with the gestures' network, as test_guides runs the guides."""

from __future__ import annotations

import shutil
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

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the pages of docs/guides that need no framework, each in a folder with its example."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pages import rendered

GUIDES = {
    "on-a-cortex-m4": ("digits/digits.nir", "digits/recorded.npz"),
    "fidelity": ("gestures/gestures.nir", "gestures/gestures.py", "gestures/recorded.npz"),
    "a-new-neuron": ("neuron/fading_lif.patch",),
}
"""What is in the folder."""


@pytest.mark.parametrize("guide", GUIDES)
def test_guide_to(
    guide: str,
    repo_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    check_page: Callable[[str, str], None],
) -> None:
    for name in GUIDES[guide]:
        shutil.copy(repo_root / "examples" / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    page = (repo_root / f"docs/guides/{guide}.md").read_text()
    check_page(f"guides/{guide}.md", rendered(page))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs docs/guides: every block, in a folder of its own. `./dev docs` writes what they print."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pages import rendered

GUIDES = ("snntorch", "norse", "sinabs", "spikingjelly", "rockpool", "spyx")


@pytest.mark.parametrize("framework", GUIDES)
def test_guide(
    framework: str,
    repo_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    check_page: Callable[[str, str], None],
) -> None:
    name = f"guides/from-{framework}.md"
    page = (repo_root / "docs" / name).read_text()
    monkeypatch.chdir(tmp_path)
    check_page(name, rendered(page))

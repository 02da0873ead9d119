# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fixtures that all Python tests share."""

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

# The same examples in every run, however slow the machine.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of this project's tests."""
    parser.addoption(
        "--write-tables",
        action="store_true",
        help="write the tables in docs/ that the tests make, instead of comparing them",
    )
    parser.addoption(
        "--targets",
        choices=["few", "all"],
        default="few",
        help="how many models test_targets.py runs on each emulated target",
    )


@pytest.fixture
def check_page(pytestconfig: pytest.Config) -> Callable[[str, str], None]:
    """Compares a page of docs/ with what it should be, or writes it: --write-tables."""

    def check(name: str, text: str) -> None:
        page = pytestconfig.rootpath / "docs" / name
        if pytestconfig.getoption("--write-tables"):
            page.write_text(text)
        assert page.read_text() == text, f"docs/{name} is out of date: run ./dev docs"

    return check


@pytest.fixture(scope="session")
def repo_root(pytestconfig: pytest.Config) -> Path:
    """The folder of this repository."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def test_data(repo_root: Path) -> Path:
    """The folder of real models and recordings: SNN_TEST_DATA, or shared/ beside the repository."""
    folder = Path(os.environ.get("SNN_TEST_DATA", repo_root.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no test data: {folder} does not exist; set SNN_TEST_DATA")
    return folder

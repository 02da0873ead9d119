# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fixtures that all Python tests share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from snnmlir import reference

# The same examples in every run, however slow the machine.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of this project's tests."""
    parser.addoption(
        "--write-tables",
        action="store_true",
        help="write the tables that the tests make into docs/ and examples/, instead of comparing",
    )
    parser.addoption(
        "--targets",
        choices=["few", "all"],
        default="few",
        help="how many models, and how many of the gestures, run on emulated targets",
    )


@pytest.fixture
def wrong_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """The voltages of a node "out" are not what the C computes."""
    record = reference.record

    def wrong(*args: object, **kwargs: object) -> dict[str, np.ndarray]:
        signals = record(*args, **kwargs)  # type: ignore[arg-type]
        signals["out.v"] = 1.01 * signals["out.v"] + 0.1
        return signals

    monkeypatch.setattr(reference, "record", wrong)


@pytest.fixture
def no_undefined_behaviour(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """Builds the C with a sanitizer, and looks at what it said. Not optimized: that is faster."""
    flags = ("-std=c11", "-O0", "-fsanitize=undefined", "-fPIC", "-shared")
    monkeypatch.setattr("snnmlir.execution.toolchain.FLAGS", flags)
    yield
    assert "runtime error" not in (said := capfd.readouterr().err), said


@pytest.fixture
def check_page(pytestconfig: pytest.Config) -> Callable[[str, str], None]:
    """Compares a page of docs/ with what it should be, or writes it: --write-tables."""

    def check(name: str, text: str) -> None:
        page = pytestconfig.rootpath / "docs" / name
        if pytestconfig.getoption("--write-tables"):
            page.write_text(text)
        assert page.read_text() == text, f"docs/{name} is out of date: run ./dev docs"

    return check


@pytest.fixture
def check_table(pytestconfig: pytest.Config) -> Callable[[str, str, list[str]], None]:
    """Compares the lines below a page's comment `<!-- NAME: ... -->`, or writes them.

    They end before the first empty line.
    """

    def check(name: str, table: str, lines: list[str]) -> None:
        page = pytestconfig.rootpath / name
        text = page.read_text()
        start = text.index("-->\n", text.index(f"<!-- {table}: ")) + len("-->\n")
        end = text.index("\n\n", start)
        if pytestconfig.getoption("--write-tables"):
            page.write_text(text[:start] + "\n".join(lines) + text[end:])
        elif text[start:end].split("\n") != lines:
            now = "\n".join(lines)
            pytest.fail(f"{name} is out of date: run ./dev docs; the table is now\n{now}")

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

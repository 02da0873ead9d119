# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fixtures that all Python tests share."""

import os
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from _pytest.junitxml import xml_key

from sampling import sample
from snnmlir import reference
from snnmlir.boards.machines import MACHINES
from snnmlir.compiler import DTYPES, TARGETS
from snnmlir.conventions import PRESETS

# How many cases this process left out, and what the one that counts knows of it.
LEFT_OUT, NOTED = pytest.StashKey[int](), pytest.StashKey[int]()

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
    parser.addoption(
        "--sample",
        type=int,
        metavar="N",
        help="of a test with more than N cases, run N, and as many as show each value of its "
        "parameters that have N values or fewer",
    )


def keep_words(items: list[pytest.Item], left_out: set[pytest.Item]) -> set[pytest.Item]:
    """Without a case for each type, convention and target that no other kept case names."""
    machines = (getattr(machine, "name", machine) for machine in MACHINES)
    for word in (*DTYPES, *PRESETS, *TARGETS, *machines):
        named = re.compile(rf"[-\[_ ]{re.escape(str(word))}[-\]_ ]")
        cases = [item for item in items if named.search(item.nodeid.partition("::")[2])]
        cases = [case for case in cases if not case.get_closest_marker("slow")]
        if cases and left_out.issuperset(cases):
            left_out = left_out - {cases[0]}
    return left_out


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves cases out, and puts the files first that may take long."""
    leave_out(config, items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    count = Counter(item.path for item in items)
    # pytest-xdist gives files away in this order, so that no long one is left for the end.
    items.sort(key=lambda item: (item.path not in slow, -count[item.path]))


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves cases out: --sample. What -m and -k leave out counts before, or after."""
    most = config.getoption("--sample")
    if most is None:
        return
    functions = defaultdict(list)
    for item in items:
        # Slow ones are left out as a whole, or wanted as a whole.
        if getattr(item, "callspec", None) and not item.get_closest_marker("slow"):
            functions[item.nodeid.partition("[")[0]].append(item)
    left_out = set()
    for name, cases in functions.items():
        if len(cases) > most:
            indices = [case.callspec.indices for case in cases]  # type: ignore[attr-defined]
            kept = set(sample(indices, most, zlib.crc32(name.encode()) % len(cases)))
            left_out |= {case for index, case in enumerate(cases) if index not in kept}
    left_out = keep_words(items, left_out)
    config.stash[LEFT_OUT] = len(left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of pytest-xdist tells the one that counts what it left out."""
    if output := getattr(session.config, "workeroutput", None):
        output["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """All processes of pytest-xdist leave the same out."""
    if output := getattr(node, "workeroutput", None):
        note_left_out(node.config, output["left_out"])


def pytest_collection_finish(session: pytest.Session) -> None:
    """Without pytest-xdist."""
    note_left_out(session.config, session.config.stash.get(LEFT_OUT, 0))


def note_left_out(config: pytest.Config, count: int) -> None:
    """Keeps the number for the summary, and for test/count.py in the report."""
    xml = config.stash.get(xml_key, None)
    if count and xml and config.stash.get(NOTED, None) is None:
        xml.add_global_property("left_out", count)
    if count:
        config.stash[NOTED] = count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many cases --sample left out."""
    config = terminalreporter.config
    if count := config.stash.get(NOTED, 0):
        most = config.getoption("--sample")
        terminalreporter.write_line(
            f"{count} cases left out, of tests with more than {most}: --all runs them"
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

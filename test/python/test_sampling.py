# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What ./dev test leaves out: cases of tests with many, and no value of a parameter with few."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from sampling import sample, spread

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("count", [1, 2, 7, 24, 375])
@pytest.mark.parametrize("start", [0, 5])
def test_every_case_comes_once_and_no_part_is_passed_over(count: int, start: int) -> None:
    order = spread(count, start)
    assert sorted(order) == list(range(count))
    if count > 100:
        first = sorted(order[:20])
        assert max(b - a for a, b in itertools.pairwise(first)) < 3 * count / 20


@pytest.mark.parametrize("start", range(12))
def test_few_values_are_all_shown(start: int) -> None:
    # As in a table: 5 types, within 4 targets, within 30 models.
    numbers = itertools.product(range(30), range(4), range(5))
    cases = [dict(zip(("model", "target", "type"), case, strict=True)) for case in numbers]
    kept = sample(cases, 6, start)
    assert 6 <= len(kept) <= 9
    assert kept == sorted(set(kept)) == sample(cases, 6, start)
    for name, count in (("target", 4), ("type", 5)):
        assert {cases[index][name] for index in kept} == set(range(count))
    assert len({cases[index]["model"] for index in kept}) >= 4


def test_the_report_says_how_many_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "test/conftest.py").read_text())
    (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT / 'test/python'}\n")
    (tmp_path / "test_many.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('number', range(50))\n"
        "def test_many(number): pass\n"
        "@pytest.mark.parametrize('number', range(6))\n"
        "def test_few(number): pass\n"
    )

    def count(*options: str) -> tuple[str, str]:
        report = tmp_path / "report.xml"
        command = [sys.executable, "-m", "pytest", "--junit-xml", str(report), *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        counted = [sys.executable, str(ROOT / "test/count.py"), str(report)]
        total = subprocess.run(counted, capture_output=True, text=True, check=True)
        return done.stdout, total.stdout

    for processes in ("0", "2"):
        said, total = count("--sample", "6", "-n", processes)
        assert "44 cases left out, of tests with more than 6" in said
        assert total == "12 passed, 0 failed, 0 skipped, 44 cases left out (--all runs them)\n"
    said, total = count()
    assert "left out" not in said
    assert total == "56 passed, 0 failed, 0 skipped\n"

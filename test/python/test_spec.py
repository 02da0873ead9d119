# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dialect/spec.md defines what the dialect's messages and descriptions cite."""

import re
from collections import Counter
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
NUMBER = r"[A-Z]\d+"


def cited() -> set[str]:
    numbers: set[str] = set()
    for path in [*REPO.glob("lib/IR/*.cpp"), *REPO.glob("dialect/*.td")]:
        text = path.read_text()
        # "... [N1, N2]", but not the type in StaticShapeTensorOf<[I1]>.
        for group in re.findall(rf"(?<!<)\[({NUMBER}(?:, {NUMBER})*)\]", text):
            numbers.update(group.split(", "))
        # The rule that is an argument of verifySameShape.
        numbers.update(re.findall(rf'"({NUMBER})"', text))
    return numbers


def defined() -> Counter[str]:
    text = (REPO / "dialect/spec.md").read_text()
    return Counter(re.findall(rf"^- \*\*\[({NUMBER})\]\*\* ", text, flags=re.MULTILINE))


def mentioned() -> set[str]:
    return set(re.findall(rf"\[({NUMBER})\]", (REPO / "dialect/spec.md").read_text()))


def test_numbers_are_found() -> None:
    assert {"T1", "N3", "L5", "U6"} <= cited()


def test_every_cited_number_is_defined() -> None:
    assert cited() - set(defined()) == set()


def test_every_defined_number_is_cited() -> None:
    assert set(defined()) - cited() == set()


def test_every_number_is_defined_once() -> None:
    assert {number for number, count in defined().items() if count > 1} == set()
    assert mentioned() == set(defined())


def test_every_number_is_tested() -> None:
    files = (REPO / "test/Dialect").glob("*invalid.mlir")
    tests = "".join(path.read_text() for path in files)
    assert {number for number in defined() if f"[{number}]" not in tests} == set()

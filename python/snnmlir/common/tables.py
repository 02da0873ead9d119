# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables of plain text."""

from __future__ import annotations

from collections.abc import Sequence


def printable(name: str) -> str:
    """A name from a file, on one line whatever it holds."""
    return name if name.isprintable() else ascii(name)


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table: the first column to the left, all others to the right."""
    lines = [titles, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in lines
    ]

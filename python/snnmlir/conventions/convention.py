# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`convention`: from a name, a file or a convention, and single choices, to a convention."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snnmlir.conventions.choices import Convention, with_choices
from snnmlir.conventions.files import read_convention
from snnmlir.conventions.presets import PRESETS
from snnmlir.errors import OptionError, quoted


def convention(
    base: str | os.PathLike[str] | Convention = "nir",
    *,
    nodes: Mapping[str, Mapping[str, Any]] | None = None,
    edges: Mapping[str, str] | None = None,
    **overrides: Any,
) -> Convention:
    """A preset, a file, or any convention, with single choices replaced.

    Args:
        base: A key of `PRESETS`, the path of a convention file (.toml), or a Convention.
        nodes: Choices of single nodes by name; beside those of `base`, and before them.
        edges: Edges to replace, "a -> b" by "a -> c"; likewise.
        **overrides: Choices for all nodes by attribute name; None leaves the value of `base`.

    Raises:
        OptionError: An unknown preset, choice or value, a `dt` that is not a positive finite
            number, choices that contradict each other, or a file that cannot be read.
    """
    if not isinstance(base, Convention):
        base = _named(base)
    return with_choices(base, nodes=nodes, edges=edges, **overrides)


def _named(base: str | os.PathLike[str]) -> Convention:
    name = os.fspath(base)
    if name in PRESETS:
        return PRESETS[name]
    if Path(name).suffix == ".toml":
        return read_convention(name)
    close = difflib.get_close_matches(name, PRESETS, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    raise OptionError(
        f"unknown convention {quoted(name)}",
        help=f"{hint}use one of {', '.join(PRESETS)}, or a file whose name ends in .toml",
    )

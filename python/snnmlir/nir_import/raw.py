# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The form in which a NIR graph leaves its source: nested, untyped, unchecked.

Files and graph objects both become a `Model`; every check of their contents comes after it and is
the same for both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.errors import quoted
from snnmlir.nir_import.graph import Edge

# A number or an array of them (of any dtype), a text, or nothing (Python's None, an empty dataset).
Value: TypeAlias = "npt.NDArray[Any] | str | None"

# Of metadata only the first few names are kept, to say that it is not used.
METADATA_NAMES = 10

# Deeper nesting is no network but an attack, or a graph that contains itself.
MAX_DEPTH = 1000


@dataclass(frozen=True, eq=False)
class RawNode:
    """A node that is not a graph: its NIR type, its parameters, and the names in its metadata."""

    type: str
    params: dict[str, Value]
    metadata: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RawGraph:
    """A graph or subgraph. Edges are pairs of names as the source has them."""

    nodes: dict[str, RawNode | RawGraph] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    metadata: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Model:
    """A whole source: its graph, the nir version that wrote it and its SHA-256."""

    graph: RawGraph
    version: str | None
    sha256: str


def join(path: str | None, name: str) -> str:
    """The name of a node inside the subgraph `path`; None is the outermost graph."""
    return name if path is None else f"{path}/{name}"


def owner(path: str | None) -> str:
    """How messages call the graph `path`."""
    return "the graph" if path is None else f"subgraph {quoted(path)}"


def is_numeric(dtype: np.dtype[Any]) -> bool:
    """Whether values of this type are real numbers (bool and complex are not)."""
    return dtype.kind in "fiu"

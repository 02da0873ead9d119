# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Samples of data sets, a chunk of them at a time: what goes to a worker at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np

from snnmlir.errors import SnnError, quoted

MOST_SAMPLES = 64
MOST_BYTES = 4 << 20
"""Bytes of the inputs of a chunk, but for a sample that is larger than that alone."""


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """A sample of a data set.

    Attributes:
        x: Its input: [T, *shape], such an array for each input, or an array of events.
        label: What it should be recognized as, if the data set says so.
        name: What the data set calls it, if it does.
    """

    x: Any
    label: Any = None
    name: str | None = None

    @property
    def nbytes(self) -> int:
        """Bytes of the input."""
        if isinstance(self.x, np.ndarray):
            return self.x.nbytes
        arrays = self.x.values() if isinstance(self.x, Mapping) else [self.x]
        return sum(getattr(array, "nbytes", 0) for array in arrays)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some samples that follow each other.

    Attributes:
        first: The number of the first of them in the data set.
        entries: The samples.
    """

    first: int
    entries: tuple[Entry, ...]

    def __str__(self) -> str:
        last = self.first + len(self.entries) - 1
        return f"samples {self.first} to {last}" if last > self.first else f"sample {last}"


def chunks(entries: Iterable[Entry]) -> Iterator[Chunk]:
    """The samples in chunks, which depend on nothing but the samples."""
    first, waiting, size = 0, list[Entry](), 0
    for entry in entries:
        waiting.append(entry)
        size += entry.nbytes
        if len(waiting) == MOST_SAMPLES or size >= MOST_BYTES:
            yield Chunk(first, tuple(waiting))
            first, waiting, size = first + len(waiting), [], 0
    if waiting:
        yield Chunk(first, tuple(waiting))


@contextlib.contextmanager
def at_sample(chunk: Chunk, done: Sized) -> Iterator[None]:
    """Makes errors say at which sample of a chunk they are: `done` has as many as went well."""
    try:
        yield
    except SnnError as error:
        k = len(done)
        raise located(error, chunk.first + k, chunk.entries[k].name) from error


def located(error: SnnError, number: int, name: str | None) -> SnnError:
    """The same error, which says at which sample."""
    where = f"sample {number}" + (f" ({quoted(name)})" if name is not None else "")
    message = f"{where}: {error.message}"
    return type(error)(message, node=error.node, help=error.help)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Data sets as people have them in Python, read sample by sample.

What they may be is in the docstring of `entries`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from snnmlir.errors import OptionError, SnnError, quoted
from snnmlir.execution.arrays import as_array
from snnmlir.execution.chunks import MOST_BYTES, MOST_SAMPLES, Entry, located
from snnmlir.execution.events import is_events
from snnmlir.execution.ports import Port

_FORMS = (
    "give an array [N, T, ...], a list of arrays [T, ...] or of events, or a data set or loader of "
    "these or of pairs (sample, label)"
)


def entries(ports: Sequence[Port], samples: Any, *, time_first: bool = False) -> Iterator[Entry]:
    """The samples of a data set, one after the other.

    Args:
        ports: The inputs of the network.
        samples: One of
            - an array [N, T, *input shape], also of h5py, PyTorch or JAX; with several inputs such
              an array for each by name;
            - anything with a length and items, such as a list or a data set of PyTorch or tonic;
            - anything that gives items, such as a DataLoader or a generator.
            Items are arrays [T, *input shape], structured arrays of events, dictionaries of arrays
            by input, batches [N, T, ...] of arrays, or pairs of one of these with its label.
        time_first: Whether arrays of several samples are [T, N, ...].

    Raises:
        OptionError: It is none of these, or an item is not.
    """
    if isinstance(samples, Mapping):
        for port in ports:
            if _is_array(array := samples.get(port.name)):
                _check_rank(array, port)
        yield from _split(_Item(samples), ports, time_first)
    elif is_events(samples):
        raise OptionError(
            "the data set is a single array of events, expected one for each sample",
            help="give a list of them, [events]",
        )
    elif _is_array(samples):
        _rank(ports)
        _check_rank(samples, ports[0])
        yield from _split(_Item(samples), ports, time_first)
    elif isinstance(samples, str | bytes) or (
        not hasattr(samples, "__iter__")
        and not (hasattr(samples, "__getitem__") and hasattr(samples, "__len__"))
    ):
        raise OptionError(f"the data set is a {type(samples).__name__}", help=_FORMS)
    else:
        count = 0
        for element in _elements(samples):
            try:
                for entry in _split(_item(element, ports), ports, time_first):
                    yield entry
                    count += 1
            except SnnError as error:
                raise located(error, count, None) from error


def length_of(samples: Any, ports: Sequence[Port], *, time_first: bool = False) -> int | None:
    """How many samples there are, if that can be told without reading them."""
    if isinstance(samples, Mapping):
        samples = next(iter(samples.values()), None)
        if not _is_array(samples):
            return None
    if _is_array(samples):
        return int(samples.shape[1 if time_first else 0]) if len(samples.shape) > 1 else None
    if isinstance(samples, list | tuple) and all(
        _is_array(item) and len(item.shape) <= 1 + _rank(ports) for item in samples
    ):
        return len(samples)
    if hasattr(samples, "__len__") and hasattr(samples, "__getitem__"):
        return len(samples)
    return None


class _Item:
    """What a data set gives at once: a sample or a batch, and its label or labels."""

    def __init__(self, x: Any, label: Any = None) -> None:
        self.x = x
        self.label = label


def _elements(samples: Any) -> Iterator[Any]:
    if hasattr(samples, "__getitem__") and hasattr(samples, "__len__"):
        for index in range(len(samples)):  # data sets of PyTorch do not end otherwise
            yield samples[index]
    else:
        yield from samples


def _item(element: Any, ports: Sequence[Port]) -> _Item:
    if isinstance(element, Entry):
        return _Item(element.x, element.label)
    if isinstance(element, list | tuple) and len(element) == 2 and _is_sample(element[0], ports):
        return _Item(element[0], element[1])
    if isinstance(element, tuple):
        raise OptionError(
            f"found {len(element)} things at once, expected a sample or a pair (sample, label)",
            help="let the data set give pairs, or give labels apart",
        )
    return _Item(element)


def _is_sample(value: Any, ports: Sequence[Port]) -> bool:
    if isinstance(value, Mapping) or is_events(value):
        return True
    return _is_array(value) and len(value.shape) > _rank(ports)


def _split(item: _Item, ports: Sequence[Port], time_first: bool) -> Iterator[Entry]:
    """The samples of an item."""
    x = item.x
    if is_events(x):
        yield Entry(x, item.label)
        return
    if isinstance(x, Mapping):
        arrays = {name: _arrayed(value, f"input {quoted(name)}") for name, value in x.items()}
        ranks = {port.name: len(port.shape) for port in ports}
        batched = [
            len(array.shape) == 2 + ranks[name] for name, array in arrays.items() if name in ranks
        ]
        if not all(batched) or not batched:
            yield Entry({name: as_array(a, quoted(name)) for name, a in arrays.items()}, item.label)
            return
        counts = {a.shape[1 if time_first else 0] for a in arrays.values()}
        if len(counts) != 1:
            raise OptionError(f"the inputs have different numbers of samples: {sorted(counts)}")
        parts = [_rows(array, time_first, name) for name, array in arrays.items()]
        for rows, label in _labelled(zip(*parts, strict=True), item.label, counts.pop()):
            yield Entry(dict(zip(arrays, rows, strict=True)), label)
        return
    array = _arrayed(x, "the sample")
    if len(array.shape) == 2 + _rank(ports):
        count = array.shape[1 if time_first else 0]
        for row, label in _labelled(_rows(array, time_first, "samples"), item.label, count):
            yield Entry(row, label)
    else:
        yield Entry(as_array(array, "the sample"), item.label)


def _labelled(rows: Iterable[Any], labels: Any, count: int) -> Iterator[tuple[Any, Any]]:
    if labels is None:
        yield from ((row, None) for row in rows)
        return
    known = as_array(labels, "the labels of a batch")
    if known.ndim == 0 or len(known) != count:
        raise OptionError(
            f"a batch has {count} samples and labels of shape {list(known.shape)}",
            help="batches are [N, T, ...]; with time_first they are [T, N, ...]",
        )
    yield from zip(rows, known, strict=True)


def _rows(array: Any, time_first: bool, where: str) -> Iterator[Any]:
    """The samples of [N, T, ...] or [T, N, ...], of which some are read at a time."""
    axis = 1 if time_first else 0
    count = int(array.shape[axis])
    itemsize = getattr(getattr(array, "dtype", None), "itemsize", 8)
    sample = max(1, math.prod(array.shape) // max(count, 1) * itemsize)
    block = max(1, min(MOST_SAMPLES, MOST_BYTES // sample))
    if isinstance(array, np.ndarray):
        block = max(count, 1)  # views cost nothing
    for first in range(0, count, block):
        part = array[:, first : first + block] if time_first else array[first : first + block]
        part = as_array(part, where)
        yield from (np.moveaxis(part, 1, 0) if time_first else part)


def _check_rank(array: Any, port: Port) -> None:
    expected = 2 + len(port.shape)
    if len(array.shape) != expected:
        shape = ", ".join(map(str, ("N", "T", *port.shape)))
        raise OptionError(
            f"the data set of input {quoted(port.name)} is an array {list(array.shape)}, expected "
            f"[{shape}]",
            help="of one sample, give [x]; of samples of different length, a list"
            if len(array.shape) < expected
            else "the first dimension counts samples, the second steps",
        )


def _rank(ports: Sequence[Port]) -> int:
    """The rank of an input that is given without its name."""
    if len(ports) != 1:
        raise OptionError(
            f"the network has {len(ports)} inputs, found one array",
            help="give an array for each of " + ", ".join(quoted(port.name) for port in ports),
        )
    return len(ports[0].shape)


def _is_array(value: Any) -> bool:
    return hasattr(value, "shape") and hasattr(value, "dtype") and hasattr(value, "__getitem__")


def _arrayed(value: Any, where: str) -> Any:
    return value if _is_array(value) else as_array(value, where)

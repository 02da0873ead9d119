# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Data sets in files and folders, read sample by sample.

- .npy: an array [N, T, *input shape], or one sample, [T, *input shape] or an array of events.
- .npz: such an array for each input, by its name or as "input"; of a network with one input also
  as the only array that fits. Arrays x, t (y, p) are one sample of events. Labels may be another.
- HDF5: datasets likewise; times and units of events as in the Heidelberg data sets; or NIRData.
- A folder: all such files below it, in the order of their names. The folders in it, if there are
  some, are the classes, in the order of their names.
"""

from __future__ import annotations

import contextlib
import math
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, TypeAlias

import h5py
import numpy as np
import numpy.typing as npt

from snnmlir.errors import OptionError, SnnError, quoted
from snnmlir.execution.chunks import MOST_BYTES, MOST_SAMPLES, Entry
from snnmlir.execution.events import events_of
from snnmlir.execution.ports import Port
from snnmlir.nir_import.nirdata import read_data, to_signals

ARRAYS = (".npy", ".npz")
HDF5 = (".h5", ".hdf5", ".nir", ".nirdata")
LABELS = ("labels", "label", "targets", "target", "y")
"""What labels may be called in a file if nobody says."""

_EVENT_FIELDS = ("x", "y", "t", "p")
_DAMAGED = (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, RuntimeError)
_READABLE = "a data set is .npy, .npz, HDF5 (.h5, .hdf5), NIRData, or a folder of these"

Rows: TypeAlias = Callable[[], Iterator[Any]]
"""The samples of an array in a file, read some at a time."""


class DataFile:
    """A data set in a file or folder.

    Attributes:
        length: Number of samples; None of a folder, whose files may hold several.
        classes: The names of the classes, if folders are.
    """

    def __init__(
        self,
        length: int | None,
        rows: Callable[[], Iterator[Entry]],
        classes: tuple[str, ...] | None = None,
    ) -> None:
        self.length = length
        self._rows = rows
        self.classes = classes

    def __iter__(self) -> Iterator[Entry]:
        return self._rows()


def open_data(path: Path, ports: Sequence[Port], dt: float, labels: str | None = None) -> DataFile:
    """The data set of a file or folder.

    Args:
        path: The file or folder.
        ports: The network's inputs.
        dt: Seconds per step, for NIRData.
        labels: The name of the labels in the file; None takes one of `LABELS` that is there.

    Raises:
        OptionError: It has no data that fit, or no such labels.
        NirError: A NIRData file is damaged.
        OSError: It cannot be read.
    """
    if path.is_dir():
        if labels is not None:
            raise OptionError(
                f"there is no file of labels {quoted(labels)}",
                help="labels of a folder are the names of the folders in it, or a file: one label "
                "for each sample, or lines 'name,label'",
            )
        return _folder(path, ports, dt)
    with path.open("rb"):  # says what is wrong otherwise
        pass
    if h5py.is_hdf5(path):
        return _hdf5(path, ports, dt, labels)
    if path.suffix == ".npz":
        return _npz(path, ports, labels)
    if path.suffix == ".npy":
        return _npy(path, ports, labels)
    raise OptionError(f"{quoted(path)} is no data set", help=_READABLE)


# Folders


def _folder(path: Path, ports: Sequence[Port], dt: float) -> DataFile:
    files = sorted(
        file for file in path.rglob("*") if file.suffix in ARRAYS + HDF5 and file.is_file()
    )
    if not files:
        raise OptionError(f"the folder {quoted(path)} has no data", help=_READABLE)
    inner = [file.relative_to(path).parts for file in files]
    in_folders = [len(parts) > 1 for parts in inner]
    if any(in_folders) and not all(in_folders):
        raise OptionError(
            f"the folder {quoted(path)} has data both in it, such as "
            f"{quoted(files[in_folders.index(False)].name)}, and in folders of classes",
            help="move all samples into folders of classes, or all of them out",
        )
    classes = tuple(sorted({parts[0] for parts in inner})) if all(in_folders) else None

    def rows() -> Iterator[Entry]:
        for file, parts in zip(files, inner, strict=True):
            name = "/".join(parts)
            try:
                data = open_data(file, ports, dt)
            except SnnError as error:
                raise type(error)(f"{quoted(name)}: {error.message}", help=error.help) from error
            for number, entry in enumerate(data):
                label = entry.label if classes is None else parts[0]
                where = name if data.length == 1 else f"{name}[{number}]"
                yield replace(entry, label=label, name=where)

    # A file may hold several samples, and is opened when it is its turn.
    return DataFile(None, rows, classes)


# Arrays of NumPy


def _npy(path: Path, ports: Sequence[Port], labels: str | None) -> DataFile:
    if labels is not None:
        raise OptionError(
            f"{quoted(path)} has no labels {quoted(labels)}: it is a single array",
            help="name a file of labels that is there",
        )
    with _damage(path), path.open("rb") as file:
        header = _Header(file)

    def stream() -> IO[bytes]:
        return path.open("rb")

    return _entries({"": (header, stream)}, path, ports, None)


def _npz(path: Path, ports: Sequence[Port], labels: str | None) -> DataFile:
    arrays: dict[str, tuple[_Header, Callable[[], IO[bytes]]]] = {}
    with _damage(path), zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            with archive.open(member) as file:
                arrays[member.removesuffix(".npy")] = (_Header(file), _member(path, member))
    return _entries(arrays, path, ports, labels)


def _member(path: Path, member: str) -> Callable[[], IO[bytes]]:
    def stream() -> IO[bytes]:
        # The archive ends with the stream, which holds its file.
        return zipfile.ZipFile(path).open(member)

    return stream


class _Header:
    """What an array in a file is, without its data."""

    def __init__(self, file: IO[bytes]) -> None:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        self.shape, self.fortran, self.dtype = read(file)
        if self.dtype.hasobject:
            raise ValueError("it holds Python objects")


def _entries(
    arrays: Mapping[str, tuple[_Header, Callable[[], IO[bytes]]]],
    path: Path,
    ports: Sequence[Port],
    labels: str | None,
) -> DataFile:
    def whole(name: str) -> npt.NDArray[Any]:
        with _damage(path), arrays[name][1]() as file:
            return np.lib.format.read_array(file, allow_pickle=False)

    def rows(name: str) -> Iterator[Any]:
        header, stream = arrays[name]
        if header.fortran:
            yield from whole(name)
            return
        count, *shape = header.shape
        sample = max(1, int(np.prod(shape)) * header.dtype.itemsize)
        with _damage(path), stream() as file:
            _Header(file)
            for first, last in _blocks(count, sample):
                data = file.read((last - first) * sample)
                if len(data) != (last - first) * sample:
                    raise OptionError(f"{quoted(path)} ends too early, in sample {first}")
                yield from np.frombuffer(data, header.dtype).reshape(last - first, *shape)

    headers = {name: header for name, (header, _) in arrays.items()}
    if {"x", "t"} <= set(headers) <= set(_EVENT_FIELDS) and all(
        len(header.shape) == 1 for header in headers.values()
    ):
        return DataFile(1, lambda: iter([Entry(events_of({n: whole(n) for n in headers}))]))
    if len(headers) == 1:
        (name,) = headers
        if {"x", "t"} <= set(headers[name].dtype.names or ()) and len(headers[name].shape) == 1:
            return DataFile(1, lambda: iter([Entry(whole(name))]))
    return _chosen(headers, whole, rows, path, ports, labels)


# HDF5


def _hdf5(path: Path, ports: Sequence[Port], dt: float, labels: str | None) -> DataFile:
    found: dict[str, _Declared] = {}

    def visit(name: str, member: Any) -> None:
        if isinstance(member, h5py.Dataset) and member.shape is not None:
            found[name] = _Declared(member)

    def whole(name: str) -> npt.NDArray[Any]:
        with _open(path) as file:
            return np.asarray(file[name][()])

    def rows(name: str) -> Iterator[Any]:
        with _open(path) as file:
            dataset = file[name]
            count, *shape = dataset.shape
            sample = max(1, int(np.prod(shape)) * dataset.dtype.itemsize)
            for first, last in _blocks(count, sample, _chunk_rows(dataset)):
                yield from dataset[first:last]

    with _open(path) as file:
        if "__type__" in file.attrs:
            return _nirdata(path, ports, dt, labels, _grids(file, ports, dt), rows)
        file.visititems(visit)
    if {"spikes/times", "spikes/units"} <= set(found):
        return _heidelberg(path, found, whole, rows, labels)
    return _chosen(found, whole, rows, path, ports, labels)


@contextlib.contextmanager
def _open(path: Path) -> Iterator[h5py.File]:
    """Opens an HDF5 file; what the library raises meanwhile becomes an OptionError."""
    try:
        with h5py.File(path, "r") as file:
            yield file
    except SnnError:
        raise
    except (OSError, *_DAMAGED) as error:
        raise OptionError(
            f"{quoted(path)} cannot be read as HDF5: {str(error).splitlines()[0]}",
            help="the file is damaged or incomplete: copy it again",
        ) from error


class _Declared:
    """Shape and type of a dataset, which outlive the open file."""

    def __init__(self, dataset: h5py.Dataset) -> None:
        self.shape = tuple(dataset.shape)
        self.dtype = dataset.dtype


def _chunk_rows(dataset: h5py.Dataset) -> int:
    """Samples in a chunk of the file, which is better read once."""
    return int(dataset.chunks[0]) if dataset.chunks else 1


def _heidelberg(
    path: Path,
    found: Mapping[str, _Declared],
    whole: Callable[[str], npt.NDArray[Any]],
    rows: Callable[[str], Iterator[Any]],
    labels: str | None,
) -> DataFile:
    """Lists of times in seconds and of units, one for each sample."""
    count = found["spikes/times"].shape[0]
    if found["spikes/units"].shape != found["spikes/times"].shape:
        raise OptionError(f"{quoted(path)} has times and units of other numbers of samples")

    def entries() -> Iterator[Entry]:
        known = _labels(found, whole, path, labels, count)
        pairs = zip(rows("spikes/times"), rows("spikes/units"), strict=True)
        for number, (times, units) in enumerate(pairs):
            microseconds = np.asarray(times, np.float64) * 1e6
            events = events_of({"x": np.asarray(units, np.int64), "t": microseconds})
            yield Entry(events, None if known is None else known[number])

    _labels(found, whole, path, labels, count)  # refuses now what does not fit
    return DataFile(count, entries)


def _nirdata(
    path: Path,
    ports: Sequence[Port],
    dt: float,
    labels: str | None,
    grids: Mapping[str, h5py.Dataset] | None,
    rows: Callable[[str], Iterator[Any]],
) -> DataFile:
    """Signals in steps are read some at a time, and everything else at once."""
    if labels is not None:
        raise OptionError(
            f"there is no file of labels {quoted(labels)}, and a NIRData file holds none",
            help="give a file: one label for each sample",
        )
    if grids is None:
        signals = to_signals(read_data(str(path)), ports, dt)
        count = len(next(iter(signals.values())))
        return DataFile(
            count,
            lambda: (
                Entry({name: signal[k] for name, signal in signals.items()}) for k in range(count)
            ),
        )
    count, steps, _ = next(iter(grids.values())).shape
    names = {port: dataset.name for port, dataset in grids.items()}
    shapes = {port.name: (steps, *port.shape) for port in ports}

    def entries() -> Iterator[Entry]:
        for parts in zip(*(rows(name) for name in names.values()), strict=True):
            yield Entry(
                {port: part.reshape(shapes[port]) for port, part in zip(names, parts, strict=True)}
            )

    return DataFile(count, entries)


def _grids(file: h5py.File, ports: Sequence[Port], dt: float) -> dict[str, h5py.Dataset] | None:
    """The data of each input, [samples, steps, neurons], in steps of `dt`.

    None if some are anything else, of which `to_signals` then makes arrays, or says what is wrong.
    """
    grids = {}
    for port in ports:
        parts = [part for name in port.name.split("/") for part in ("nodes", name)]
        observables = _inside(file, [*parts, "observables"])
        if not isinstance(observables, h5py.Group) or len(observables) != 1:
            return None
        name = next(iter(observables))
        data = _inside(observables, [name, "data"])
        attributes = dict(observables[name].attrs) if data is not None else {}
        if (
            not isinstance(data, h5py.Dataset)
            or data.dtype.kind not in "biuf"
            or data.ndim != 3
            or data.shape[2] != math.prod(port.shape)
            or attributes.get("__type__") != "TimeGriddedData"
            or not math.isclose(float(attributes.get("dt", 0)), dt, rel_tol=1e-6)
        ):
            return None
        grids[port.name] = data
    return grids if len({data.shape[:2] for data in grids.values()}) == 1 else None


def _inside(group: Any, names: Sequence[str]) -> Any:
    """A member of a group, whose links all stay in the file; or None."""
    for name in names:
        if not isinstance(group, h5py.Group):
            return None
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            return None
        group = group[name]
    return group


# Which array is what


def _chosen(
    headers: Mapping[str, Any],
    whole: Callable[[str], npt.NDArray[Any]],
    rows: Callable[[str], Iterator[Any]],
    path: Path,
    ports: Sequence[Port],
    labels: str | None,
) -> DataFile:
    """The samples in the arrays of a file."""
    arrays = {port.name: _array_of(port, headers, path, len(ports) == 1) for port in ports}
    single = [
        len(headers[name].shape) == 1 + len(port.shape)
        for port, name in zip(ports, arrays.values(), strict=True)
    ]
    if all(single):
        return DataFile(1, lambda: iter([Entry({p: whole(name) for p, name in arrays.items()})]))
    counts = {headers[name].shape[0] for name in arrays.values()}
    if len(counts) != 1:
        raise OptionError(
            f"the inputs in {quoted(path)} have different numbers of samples: {sorted(counts)}"
        )
    count = counts.pop()
    _labels(headers, whole, path, labels, count)  # refuses now what does not fit

    def entries() -> Iterator[Entry]:
        known = _labels(headers, whole, path, labels, count)
        parts = zip(*(rows(name) for name in arrays.values()), strict=True)
        for number, values in enumerate(parts):
            x = dict(zip(arrays, values, strict=True))
            yield Entry(x, None if known is None else known[number])

    return DataFile(count, entries)


def _array_of(port: Port, headers: Mapping[str, Any], path: Path, alone: bool) -> str:
    """The name of the array that is for an input."""
    expected = f"[N, {', '.join(map(str, ('T', *port.shape)))}]"
    fits = [
        name
        for name, header in headers.items()
        if len(header.shape) - len(port.shape) in (1, 2)
        and tuple(header.shape[len(header.shape) - len(port.shape) :]) == port.shape
    ]
    names = [port.name, f"input.{port.name}", *(["input", ""] if alone else [])]
    for name in names:
        if name in headers:
            if name not in fits:
                raise OptionError(
                    f"the array {quoted(name or path.name)} in {quoted(path)} has shape "
                    f"{list(headers[name].shape)}, expected {expected}"
                )
            return name
    if alone and len(fits) == 1:
        return fits[0]
    there = ", ".join(f"{quoted(n)} {list(h.shape)}" for n, h in headers.items())
    raise OptionError(
        f"{quoted(path)} has "
        + ("several arrays" if fits and alone else "no array")
        + f" for the input {quoted(port.name)}, {expected}: it has {there or 'none'}",
        help=f"name the array {quoted(port.name)}",
    )


def _labels(
    headers: Mapping[str, Any],
    whole: Callable[[str], npt.NDArray[Any]],
    path: Path,
    name: str | None,
    count: int,
) -> npt.NDArray[Any] | None:
    """The labels in a file."""
    if name is None:
        fitting = [n for n in LABELS if n in headers and headers[n].shape[:1] == (count,)]
        name = fitting[0] if fitting else None
        if name is None:
            return None
    if name not in headers:
        raise OptionError(
            f"there are no labels {quoted(name)}, neither a file nor an array in {quoted(path)}",
            help="the file has " + (", ".join(map(quoted, headers)) or "nothing"),
        )
    shape = headers[name].shape
    if len(shape) not in (1, 2) or shape[0] != count:
        raise OptionError(
            f"the labels {quoted(name)} in {quoted(path)} have shape {list(shape)}, expected one "
            f"for each of {count} samples"
        )
    return whole(name)


def _blocks(count: int, sample: int, together: int = 1) -> Iterator[tuple[int, int]]:
    """Ranges of samples of so many bytes to be read at once."""
    size = max(1, min(MOST_SAMPLES, MOST_BYTES // sample))
    if together > 1 and together * sample <= 4 * MOST_BYTES:
        size = -(-size // together) * together
    for first in range(0, count, size):
        yield first, min(first + size, count)


@contextlib.contextmanager
def _damage(path: Path) -> Iterator[None]:
    """What NumPy and zipfile raise for what they cannot read, as one message."""
    try:
        yield
    except SnnError:
        raise
    except _DAMAGED as error:
        raise OptionError(
            f"{quoted(path)} is not an array of NumPy, or damaged: {error}",
            help="write it with numpy.save or numpy.savez",
        ) from error

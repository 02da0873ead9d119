# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads .nir files, which are HDF5, into a `Model`.

The layout, as `nir.write` makes it:

    version                     text, optional
    node/                       a graph:
      type                        "NIRGraph"
      edges                       [N, 2] text
      nodes/<name>/               per node: `type`, and one dataset per parameter, or a graph again
      metadata/                   anything; never looked at

Nothing is read that was not sized before, and no link is followed out of the file.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.graph import Edge
from snnmlir.nir_import.heap import has_endless_heap
from snnmlir.nir_import.raw import (
    MAX_DEPTH,
    Model,
    RawGraph,
    RawNode,
    Value,
    is_numeric,
    join,
    owner,
)

# Bytes that the datasets of one file may declare together.
MAX_BYTES = 4 << 30
# Edges are read a few at a time: how long a text is, is only known once it was read.
_EDGES_PER_READ = 256

_NOT_NIR = "give a file written by nir.write or by a framework's NIR export"
_DAMAGED = "the file is damaged or was not written by nir.write; export it again"
_WRITE_AGAIN = "write the file again with nir.write"

# What h5py raises for what it cannot make sense of.
_H5PY_ERRORS = (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError)


def read_file(path: str) -> Model:
    """Reads a .nir file.

    Raises:
        NirError: There is no such file, it is not HDF5, damaged, not laid out as NIR, or declares
            more than `MAX_BYTES`.
    """
    sha256 = _sha256(path)
    with open_hdf5(path) as file:
        return _FileReader().read(file, sha256)


@contextlib.contextmanager
def open_hdf5(path: str) -> Iterator[h5py.File]:
    """Opens an HDF5 file for reading; what the library raises meanwhile becomes a NirError."""
    if not h5py.is_hdf5(path):
        raise NirError(f"{quoted(path)} is not an HDF5 file, expected a .nir file", help=_NOT_NIR)
    try:
        if has_endless_heap(path):
            raise NirError(f"{quoted(path)} has a damaged heap of texts", help=_DAMAGED)
        with h5py.File(path, "r") as file:
            yield file
    except _H5PY_ERRORS as error:
        raise NirError(
            f"{quoted(path)} cannot be read as HDF5 ({_first_line(error)})", help=_DAMAGED
        ) from error


def _sha256(path: str) -> str:
    file = Path(path)
    try:
        if file.exists() and not file.is_file():
            raise NirError(f"{quoted(path)} is not a file, expected a .nir file", help=_NOT_NIR)
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or _first_line(error)
        raise NirError(
            f"{quoted(path)} cannot be opened ({reason}), expected a .nir file",
            help="check the path",
        ) from error


class Guard:
    """Looks at what a file declares before it is read, and keeps count of the bytes."""

    def __init__(self) -> None:
        self._bytes = 0

    def member(self, group: h5py.Group, key: str, path: str | None) -> Any:
        """A member of a group that is in the file itself, or None."""
        link = group.get(key, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise NirError(
                f"{quoted(key)} is a soft or external link, expected the data itself",
                node=path,
                help=_WRITE_AGAIN,
            )
        return group[key]

    def account(self, dataset: h5py.Dataset, path: str | None, key: str) -> None:
        """Refuses data outside the file, and counts what is about to be read."""
        if dataset.external or dataset.is_virtual:
            raise NirError(
                f"{quoted(key)} is stored outside the file, expected the data itself",
                node=path,
                help=_WRITE_AGAIN,
            )
        # HDF5 reads whole chunks, which may be larger than the dataset.
        elements = max(int(dataset.size or 0), math.prod(dataset.chunks or ()))
        self.count(elements * dataset.dtype.itemsize)

    def count(self, size: int) -> None:
        """Refuses more than `MAX_BYTES` in all."""
        self._bytes += size
        if self._bytes > MAX_BYTES:
            raise NirError(
                f"the file declares more than {MAX_BYTES} bytes of data",
                help="networks of this size are not for the targets of this compiler",
            )


class _FileReader(Guard):
    """Walks one file, and keeps count of the bytes and groups it went through."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: set[tuple[int, int]] = set()

    def read(self, file: h5py.File, sha256: str) -> Model:
        """Reads the graph in the group `node`."""
        root = self.member(file, "node", None)
        if not isinstance(root, h5py.Group):
            raise NirError(
                "the file has no group 'node', which holds the graph of a NIR file", help=_NOT_NIR
            )
        version = self.member(file, "version", None)
        text = self._value(version, None, "version") if isinstance(version, h5py.Dataset) else None
        return Model(
            graph=self._root(root),
            version=text if isinstance(text, str) else None,
            sha256=sha256,
        )

    def _root(self, group: h5py.Group) -> RawGraph:
        self._enter(group, None)
        fields = self._fields(group, None)
        kind = self._type(fields, None)
        if kind != "NIRGraph":
            raise NirError(
                f"the file holds a single node of type {quoted(kind)}, expected a NIRGraph",
                help="put the node between an Input and an Output in a nir.NIRGraph",
            )
        graph = RawGraph()
        todo: list[tuple[dict[str, Any], str | None, int, RawGraph]] = [(fields, None, 0, graph)]
        while todo:
            fields, path, depth, target = todo.pop()
            if depth > MAX_DEPTH:
                raise NirError(
                    f"subgraphs are nested more than {MAX_DEPTH} deep", help="flatten the graph"
                )
            self._check_graph(fields, path)
            target.edges.extend(self._edges(fields["edges"], path))
            for name, node in self._nodes(fields["nodes"], path):
                full = join(path, name)
                inner = self._fields(node, full)
                kind = self._type(inner, full)
                if kind == "NIRGraph":
                    target.nodes[name] = subgraph = RawGraph()
                    todo.append((inner, full, depth + 1, subgraph))
                else:
                    target.nodes[name] = RawNode(kind, self._params(inner, full))
        return graph

    def _check_graph(self, fields: dict[str, Any], path: str | None) -> None:
        for key, kind in (("nodes", h5py.Group), ("edges", h5py.Dataset)):
            if not isinstance(fields.get(key), kind):
                raise NirError(
                    f"{owner(path)} has no {kind.__name__.lower()} '{key}'",
                    node=path,
                    help=_NOT_NIR,
                )
        for key in fields.keys() - {"nodes", "edges", "type"}:
            raise NirError(
                f"{owner(path)} holds {quoted(key)}, expected nodes, edges, type and metadata",
                node=path,
                help=_WRITE_AGAIN,
            )

    def _nodes(self, group: h5py.Group, path: str | None) -> Iterator[tuple[str, h5py.Group]]:
        self._enter(group, path)
        for key in group:
            name = _text(key, path)
            node = self.member(group, name, path)
            if not isinstance(node, h5py.Group):
                raise NirError(
                    "is a dataset, expected the group of a node",
                    node=join(path, name),
                    help=_DAMAGED,
                )
            self._enter(node, join(path, name))
            yield name, node

    def _enter(self, group: h5py.Group, path: str | None) -> None:
        """Refuses a second hard link to a group: through it, a graph could contain itself."""
        info = h5py.h5o.get_info(group.id)
        if (info.fileno, info.addr) in self._groups:
            raise NirError(
                "is a second link to a group that occurred before", node=path, help=_WRITE_AGAIN
            )
        self._groups.add((info.fileno, info.addr))

    def _fields(self, node: h5py.Group, path: str | None) -> dict[str, Any]:
        """Everything in the group of a node but the metadata."""
        names = [_text(key, path) for key in node]
        return {name: self.member(node, name, path) for name in names if name != "metadata"}

    def _type(self, fields: dict[str, Any], path: str | None) -> str:
        dataset = fields.get("type")
        value = None
        if isinstance(dataset, h5py.Dataset):
            value = self._value(dataset, path, "type")
        if not isinstance(value, str):
            raise NirError(
                "has no text 'type', expected the type of the NIR node",
                node="node" if path is None else path,
                help=_NOT_NIR,
            )
        return value

    def _params(self, fields: dict[str, Any], path: str) -> dict[str, Value]:
        params: dict[str, Value] = {}
        for key, dataset in fields.items():
            if not isinstance(dataset, h5py.Dataset):
                raise NirError(
                    f"{quoted(key)} is not a dataset, expected a parameter",
                    node=path,
                    help=_DAMAGED,
                )
            if key != "type":
                params[key] = self._value(dataset, path, key)
        return params

    def _value(self, dataset: h5py.Dataset, path: str | None, key: str) -> Value:
        self.account(dataset, path, key)
        if dataset.shape is None:
            return None
        if is_numeric(dataset.dtype):
            return np.asarray(load(dataset, (), path, key))
        if _holds_text(dataset) and dataset.shape == ():
            value = load(dataset, (), path, key)
            if isinstance(value, bytes):
                return _text(value, path)
        raise NirError(
            f"{quoted(key)} has type {dataset.dtype} and shape {dataset.shape}, expected real "
            "numbers or one text",
            node=path,
            help=_DAMAGED,
        )

    def _edges(self, dataset: h5py.Dataset, path: str | None) -> Iterator[Edge]:
        self.account(dataset, path, "edges")
        if dataset.shape is None or dataset.size == 0:
            return
        if len(dataset.shape) != 2 or dataset.shape[1] != 2 or not _holds_text(dataset):
            raise NirError(
                f"the edges of {owner(path)} have type {dataset.dtype} and shape {dataset.shape}, "
                "expected pairs of node names, shape (N, 2)",
                node=path,
                help=_DAMAGED,
            )
        for start in range(0, dataset.shape[0], _EDGES_PER_READ):
            for pair in load(dataset, slice(start, start + _EDGES_PER_READ), path, "edges"):
                if not all(isinstance(name, bytes) for name in pair):
                    raise NirError(
                        f"the edges of {owner(path)} are not names", node=path, help=_DAMAGED
                    )
                self.count(sum(len(name) for name in pair))
                yield _text(pair[0], path), _text(pair[1], path)


def load(dataset: h5py.Dataset, selection: Any, path: str | None, key: str) -> Any:
    """A part of a dataset."""
    try:
        return dataset[selection]
    except _H5PY_ERRORS as error:
        raise NirError(
            f"{quoted(key)} cannot be read ({_first_line(error)})", node=path, help=_DAMAGED
        ) from error


def _holds_text(dataset: h5py.Dataset) -> bool:
    """Whether it is safe to read as text: damaged types of variable length crash the library."""
    return h5py.check_string_dtype(dataset.dtype) is not None


def _text(text: str | bytes, path: str | None) -> str:
    """A name or text from the file; h5py leaves bytes where it could not decode."""
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise NirError(
            f"the name or text {text[:64]!r} is not UTF-8", node=path, help=_WRITE_AGAIN
        ) from None


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]

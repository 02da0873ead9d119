# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads .nir files, which are HDF5, into a `Model`.

The layout, as `nir.write` makes it:

    version                     text, optional
    node/                       a graph:
      type                        "NIRGraph"
      edges                       [N, 2] text
      nodes/<name>/               per node: `type`, and one dataset per parameter, or a graph again
      metadata/                   anything; only its names are looked at

Nothing is read that was not sized before. Links inside the file are followed, as nir.read does, and
none out of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import h5py
import numpy as np

from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.foreign import foreign
from snnmlir.nir_import.graph import Edge
from snnmlir.nir_import.heap import has_endless_heap, longest_text
from snnmlir.nir_import.raw import (
    MAX_DEPTH,
    METADATA_NAMES,
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
# Bytes of one dataset that may be declared and never written: its values are all the same.
MAX_UNWRITTEN = 64 << 20
# Links to follow to one member, and groups to read that were read before: sharing is fine, growing
# exponentially is not.
MAX_LINKS = 64
MAX_SHARED = 10_000
# Members of a file of another program that are named.
_LISTED = 10
# Edges are read a few at a time: how long a text is, is only known once it was read.
_EDGES_PER_READ = 256

_NOT_NIR = "give a file written by nir.write or by a framework's NIR export"
_DAMAGED = "the file is damaged or was not written by nir.write; export it again"
_COPY_AGAIN = "the file is incomplete: download or copy it again, or export it again"
_WRITE_AGAIN = "write the file again with nir.write"
_TOO_LARGE = "networks of this size are not for the targets of this compiler"
_INTERRUPTED = (
    "writing was probably interrupted, so that the file is incomplete: mend what nir.write or the "
    "exporter complained about, such as a parameter that is None, and export again"
)

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
    try:
        if not h5py.is_hdf5(path):
            raise foreign(path)
        if has_endless_heap(path):
            raise NirError(f"{quoted(path)} has a damaged heap of texts", help=_DAMAGED)
        with h5py.File(path, "r") as file:
            yield file
    except _H5PY_ERRORS as error:
        reason = _first_line(error)
        raise NirError(
            f"{quoted(path)} cannot be read as HDF5 ({reason})",
            help=_COPY_AGAIN if "truncated" in reason else _DAMAGED,
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
        """A member of a group that is in the file itself, or None.

        Links are followed here, one by one: the library would leave the file where a link leads to
        a link out of it.
        """
        if "/" in key or key in ("", "."):
            raise NirError(f"{quoted(key)} is no name in HDF5", node=path, help=_DAMAGED)
        names, followed = [key], 0
        while names:
            name = names.pop()
            link = group.get(name, getlink=True) if isinstance(group, h5py.Group) else None
            if link is None and followed == 0:
                return None
            if isinstance(link, h5py.HardLink):
                group = group[name]
            elif isinstance(link, h5py.SoftLink) and followed < MAX_LINKS:
                followed += 1
                group = group.file["/"] if link.path.startswith("/") else group
                names += [step for step in reversed(link.path.split("/")) if step not in ("", ".")]
            else:
                raise NirError(
                    f"{quoted(key)} is {_wrong_link(link)}, expected the data itself",
                    node=path,
                    help=_WRITE_AGAIN,
                )
        return group

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
        size = elements * dataset.dtype.itemsize
        takes = f"{quoted(key)} of shape {dataset.shape} takes {size} bytes"
        if self._bytes + size > MAX_BYTES:
            raise NirError(
                f"{takes}, so that the file declares more than {MAX_BYTES} bytes of data",
                node=path,
                help=_TOO_LARGE,
            )
        if size > MAX_UNWRITTEN and dataset.id.get_storage_size() == 0:
            raise NirError(f"{takes}, which were never written", node=path, help=_INTERRUPTED)
        self._bytes += size
        if longest_text(dataset) > dataset.file.id.get_filesize():
            raise NirError(
                f"{quoted(key)} has a text that is longer than the file", node=path, help=_DAMAGED
            )

    def count(self, size: int) -> None:
        """Refuses more than `MAX_BYTES` in all."""
        self._bytes += size
        if self._bytes > MAX_BYTES:
            raise NirError(
                f"the file declares more than {MAX_BYTES} bytes of data", help=_TOO_LARGE
            )


# The file and the place of a group in it.
_Address: TypeAlias = tuple[int, int]


@dataclass(frozen=True, eq=False)
class _Unread:
    """A graph whose nodes are still to be read.

    Attributes:
        graph: What will hold them.
        fields: What is in its group.
        path: Its name, None for the outermost.
        within: Where its group and all those around it lie.
    """

    graph: RawGraph
    fields: dict[str, Any]
    path: str | None
    within: tuple[_Address, ...]


class _FileReader(Guard):
    """Walks one file, and keeps count of the bytes and groups it went through."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[_Address] = set()
        self._shared = 0

    def read(self, file: h5py.File, sha256: str) -> Model:
        """Reads the graph in the group `node`."""
        root = self.member(file, "node", None)
        if not isinstance(root, h5py.Group):
            raise _no_graph(file)
        version = self.member(file, "version", None)
        text = self._value(version, None, "version") if isinstance(version, h5py.Dataset) else None
        return Model(
            graph=self._root(root),
            version=text if isinstance(text, str) else None,
            sha256=sha256,
        )

    def _root(self, group: h5py.Group) -> RawGraph:
        fields = self._fields(group, None)
        kind = self._type(fields, None)
        if kind != "NIRGraph":
            raise NirError(
                f"the file holds a single node of type {quoted(kind)}, expected a NIRGraph",
                help="put the node between an Input and an Output in a nir.NIRGraph",
            )
        graph = RawGraph(metadata=_metadata(group))
        todo = [_Unread(graph, fields, None, (self._enter(group, None),))]
        while todo:
            level = todo.pop()
            if len(level.within) > MAX_DEPTH + 1:
                raise NirError(
                    f"subgraphs are nested more than {MAX_DEPTH} deep", help="flatten the graph"
                )
            self._check_graph(level.fields, level.path)
            level.graph.edges.extend(self._edges(level.fields["edges"], level.path))
            for name, node in self._nodes(level.fields["nodes"], level.path):
                full = join(level.path, name)
                address = self._enter(node, full)
                inner = self._fields(node, full)
                kind = self._type(inner, full)
                if kind != "NIRGraph":
                    level.graph.nodes[name] = RawNode(
                        kind, self._params(inner, full), _metadata(node)
                    )
                    continue
                if address in level.within:
                    raise NirError(
                        "is a link to a graph that it lies in, so that the graph contains itself",
                        node=full,
                        help=_WRITE_AGAIN,
                    )
                level.graph.nodes[name] = subgraph = RawGraph(metadata=_metadata(node))
                todo.append(_Unread(subgraph, inner, full, (*level.within, address)))
        return graph

    def _check_graph(self, fields: dict[str, Any], path: str | None) -> None:
        for key, kind in (("nodes", h5py.Group), ("edges", h5py.Dataset)):
            if not isinstance(fields.get(key), kind):
                raise NirError(
                    f"{owner(path)} has no {kind.__name__.lower()} '{key}'",
                    node=path,
                    help=_NOT_NIR if key in fields else _INTERRUPTED,
                )
        for key in fields.keys() - {"nodes", "edges", "type"}:
            raise NirError(
                f"{owner(path)} holds {quoted(key)}, expected nodes, edges, type and metadata",
                node=path,
                help=_WRITE_AGAIN,
            )

    def _nodes(self, group: h5py.Group, path: str | None) -> Iterator[tuple[str, h5py.Group]]:
        for key in group:
            name = _text(key, path)
            node = self.member(group, name, path)
            if not isinstance(node, h5py.Group):
                raise NirError(
                    "is a dataset, expected the group of a node",
                    node=join(path, name),
                    help=_DAMAGED,
                )
            yield name, node

    def _enter(self, group: h5py.Group, path: str | None) -> _Address:
        """Where a group lies; several nodes may be links to one, but not any number of them."""
        info = h5py.h5o.get_info(group.id)
        address = (info.fileno, info.addr)
        self._shared += address in self._seen
        self._seen.add(address)
        if self._shared > MAX_SHARED:
            raise NirError(
                f"more than {MAX_SHARED} nodes are links to other nodes",
                node=path,
                help=_WRITE_AGAIN,
            )
        return address

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
            written = "" if "type" in fields else ", which nir.write writes last"
            raise NirError(
                f"has no text 'type', expected the type of the NIR node{written}",
                node="node" if path is None else path,
                help=_INTERRUPTED if written else _NOT_NIR,
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
        if dataset.dtype == np.bool_:  # in HDF5 bytes, which may be neither 0 nor 1
            stored = np.asarray(load(dataset, (), path, key)).view(np.uint8)
            return np.asarray(stored != 0)
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


def _no_graph(file: h5py.File) -> NirError:
    """The error for an HDF5 file without the group `node`."""
    message, help = "the file has no group 'node', which holds the graph of a NIR file", _NOT_NIR
    names = sorted(str(name) for name in itertools.islice(file, _LISTED))
    if file.attrs.get("__type__") == "NIRGraphData":
        message += "; it holds NIRGraphData, recordings of a network"
        help = "give the file that nir.write wrote; this one is from nir.write_data"
    elif names == ["version"]:
        help = _INTERRUPTED
    elif names:
        message += "; it holds " + ", ".join(quoted(name) for name in names)
    return NirError(message, help=help)


def _wrong_link(link: Any) -> str:
    """What is wrong with a link that cannot be followed."""
    if isinstance(link, h5py.ExternalLink):
        return f"a link to another file, {quoted(link.filename)}, which is not opened"
    if isinstance(link, h5py.SoftLink):
        return f"a link that leads over more than {MAX_LINKS} links, such as to itself"
    return "a link to nothing"


def _metadata(node: h5py.Group) -> tuple[str, ...]:
    """The first names in a node's metadata, if it has any."""
    if not isinstance(node.get("metadata", getlink=True), h5py.HardLink):
        return ()
    group = node["metadata"]
    names = itertools.islice(group, METADATA_NAMES) if isinstance(group, h5py.Group) else ()
    return tuple(str(name) for name in names)


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

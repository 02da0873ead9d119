# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Output files that appear complete or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.errors import OptionError, quoted


def check_targets(paths: Iterable[Path], inputs: Iterable[Path] = ()) -> None:
    """Refuses files that cannot be written, or whose writing would lose something.

    Args:
        paths: The files to be written.
        inputs: Files that are read.

    Raises:
        OptionError: There is no such folder, a file is another one of these or an input, or there
            is something that is not a file.
    """
    taken = {path.resolve(): "the input" for path in inputs}
    for path in paths:
        target = path.resolve()
        if not target.parent.is_dir():
            raise OptionError(
                f"there is no folder {quoted(path.parent)} for {quoted(path.name)}",
                help="make it, or choose another one",
            )
        if target.exists() and not target.is_file():
            kind = "a folder" if target.is_dir() else "no regular file"
            raise OptionError(f"{quoted(path)} is {kind}", help="choose another name")
        if target in taken:
            raise OptionError(
                f"{quoted(path)} is {taken[target]}, which would be lost",
                help="choose another name",
            )
        taken[target] = "another output"


Content: TypeAlias = bytes | Callable[[IO[bytes]], object]
"""Of a file: all of it, or what writes it."""


def write_files(contents: Mapping[Path, Content], inputs: Iterable[Path] = ()) -> None:
    """Writes all files beside their places first, then moves them there.

    Args:
        contents: The files; links are followed. Those before one are written before it.
        inputs: Files that were read, which are not to be lost.

    Raises:
        OptionError: As `check_targets` does.
        OSError: A file cannot be written; then none of those that are new is there, nor a part of
            one.
    """
    check_targets(contents, inputs)
    mode = 0o666 & ~_umask()
    finished: list[tuple[Path, Path]] = []
    new: list[Path] = []
    try:
        for path, content in contents.items():
            target = path.resolve()
            with _named(path):
                folder = target.parent
                with tempfile.NamedTemporaryFile(dir=folder, prefix=".snn-", delete=False) as file:
                    finished.append((Path(file.name), target))
                    _write(file, content)
                Path(file.name).chmod(mode)
        for temporary, target in finished:
            if not target.exists():
                new.append(target)
            with _named(target):
                temporary.replace(target)
    except BaseException:
        for left in (*(temporary for temporary, _ in finished), *new):
            with contextlib.suppress(OSError):
                left.unlink()
        raise


def whole(content: Content) -> bytes:
    """All of a file."""
    file = io.BytesIO()
    _write(file, content)
    return file.getvalue()


def _write(file: IO[bytes], content: Content) -> None:
    if isinstance(content, bytes):
        file.write(content)
    else:
        content(file)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Makes errors name `path`, not the temporary file."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Writes a folder beside its place first, then moves it there.

    Args:
        folder: What is not there yet, or an empty folder.
        contents: The files, by their paths in the folder, which have "/" in them.

    Raises:
        OptionError: There is something that would be lost.
        OSError: The folder cannot be written; then it is not there, nor a part of it.
    """
    target = folder.resolve()
    if target.exists() and not target.is_dir():
        raise OptionError(
            f"{quoted(folder)} is a file, expected a folder", help="name a folder that is not there"
        )
    if target.is_dir() and (entries := sorted(entry.name for entry in target.iterdir())):
        more = ", ..." if len(entries) > 3 else ""
        raise OptionError(
            f"the folder {quoted(folder)} is not empty: it has "
            + ", ".join(map(quoted, entries[:3]))
            + more,
            help="name a folder that is not there, or remove it before",
        )
    if target == Path.cwd():
        raise OptionError(
            f"{quoted(folder)} is the current folder", help="name a folder that is not there"
        )
    with _named(folder):
        temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=".snn-"))
    try:
        for name, content in contents.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        temporary.chmod(0o777 & ~_umask())
        temporary.replace(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def pack_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """An .npz file, the same bytes for the same arrays; any text may be a name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy")
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.getvalue())
    return buffer.getvalue()

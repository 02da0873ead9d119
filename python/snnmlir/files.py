# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Output files that appear complete or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.errors import OptionError, quoted


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Writes all files beside their places first, then moves them there.

    Raises:
        OSError: A file cannot be written; then none of them is there, nor a part of one.
    """
    mode = 0o666 & ~_umask()
    finished: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".snn-", delete=False) as file:
                finished.append((Path(file.name), path))
                file.write(content)
            Path(file.name).chmod(mode)
        for temporary, path in finished:
            temporary.replace(path)
    except BaseException:
        for temporary, _ in finished:
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise


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

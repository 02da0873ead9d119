# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Output files that appear complete or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Writes all files beside their places first, then moves them there.

    Raises:
        OSError: A file cannot be written; then none of them is there, nor a part of one.
    """
    umask = os.umask(0)
    os.umask(umask)
    finished: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".snn-", delete=False) as file:
                finished.append((Path(file.name), path))
                file.write(content)
            Path(file.name).chmod(0o666 & ~umask)
        for temporary, path in finished:
            temporary.replace(path)
    except BaseException:
        for temporary, _ in finished:
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise


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

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Says what a file is that is not HDF5, by its first bytes. Nothing is unpacked or unpickled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from snnmlir.errors import NirError, quoted

_LOOKED_AT = 1 << 16

_EXPORT = "give a file written by nir.write or by a framework's NIR export"
_AGAIN = "export the network again, or copy the file again"
_UNPACK = "unpack it, and give the .nir file itself"
_NO_PICKLE = (
    "pickles are not read, since that would run code from the file: load it where it was made, "
    "export the network to NIR, and save that with nir.write(path, graph)"
)
_TORCH_HELP = f"write the file with nir.write(path, graph) instead of torch.save; {_NO_PICKLE}"
_TORCH = "a PyTorch file, made by torch.save or torch.jit.save"


@dataclass(frozen=True)
class _Kind:
    """A kind of file: how it begins, what it is, and what to do."""

    begin: re.Pattern[bytes]
    what: str
    help: str = _EXPORT


def _kind(begin: bytes, what: str, help: str = _EXPORT) -> _Kind:
    return _Kind(re.compile(begin, re.DOTALL | re.IGNORECASE), what, help)


# The first that fits counts.
_KINDS = (
    _kind(
        rb"version https?://(git-lfs\.github|hawser\.github|git-media\.io)\S*",
        "a Git LFS pointer, which stands for a file that was not downloaded",
        "run git lfs install and git lfs pull in the checkout it comes from",
    ),
    _kind(
        rb"\S*/annex/objects/",
        "a git-annex pointer, which stands for a file that was not downloaded",
        "run git annex get in the checkout it comes from",
    ),
    _kind(rb"PK\x03\x04.*/(data|constants)\.pkl", _TORCH, _TORCH_HELP),
    _kind(rb"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19\.", _TORCH, _TORCH_HELP),
    _kind(
        rb"PK\x03\x04.*\.npy",
        "a NumPy archive (.npz)",
        "arrays alone do not say how nodes are connected: " + _EXPORT,
    ),
    _kind(rb"PK[\x03\x05\x07][\x04\x06\x08]", "a zip archive", _UNPACK),
    _kind(
        rb"\x80[\x02-\x05]|\([dl]p\d+\n|c[\w.]+\n\w+\np\d+\n",
        "a Python pickle",
        f"write the file with nir.write(path, graph) instead of pickle.dump; {_NO_PICKLE}",
    ),
    _kind(rb"\x1f\x8b", "compressed with gzip", "unpack it with gunzip"),
    _kind(rb"BZh[1-9]", "compressed with bzip2", "unpack it with bunzip2"),
    _kind(rb"\xfd7zXZ\0", "compressed with xz", "unpack it with unxz"),
    _kind(rb"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it with unzstd"),
    _kind(rb"\x04\x22\x4d\x18", "compressed with lz4", "unpack it with unlz4"),
    _kind(rb"7z\xbc\xaf\x27\x1c|Rar!", "an archive", _UNPACK),
    _kind(rb".{257}ustar", "a tar archive", _UNPACK),
    _kind(rb"\x78[\x01\x9c\xda]", "compressed with zlib", "unpack it with zlib"),
    _kind(rb"\x93NUMPY", "a NumPy array (.npy)", "an array alone is no network: " + _EXPORT),
    _kind(rb".{5}\0\0\0\{\"", "a safetensors file", "weights alone are no network: " + _EXPORT),
    _kind(rb".{4}TFL3", "a TensorFlow Lite file"),
    _kind(rb"\x08[\x01-\x20][\x12\x1a\x22\x3a\x42]", "a protocol buffer, such as an ONNX file"),
    _kind(rb"MATLAB 5\.0 MAT-file", "a MATLAB file"),
    _kind(rb"ML\xefR", "MLIR bytecode"),
    _kind(rb"SQLite format 3|PAR1|CDF[\x01\x02\x05]|\x0e\x03\x13\x01", "a file of another kind"),
    _kind(
        rb"\x89HDF",
        "the beginning of an HDF5 file that was cut short or changed on its way, as a transfer in "
        "text mode does",
        _AGAIN + ", as binary data",
    ),
    _kind(rb"\0+\Z", "nothing but zeros: writing or copying it was interrupted", _AGAIN),
    _kind(
        rb"(\xef\xbb\xbf)?\s*<(!doctype|html)",
        "a web page (HTML)",
        "download the file itself, in a browser by its link 'raw' or 'download'",
    ),
    _kind(rb"(\xef\xbb\xbf)?\s*[{\[]", "a text, which may be JSON"),
)


def foreign(path: str) -> NirError:
    """The error that says what the file at `path` is, which is not HDF5.

    Raises:
        OSError: The file cannot be read.
    """
    with Path(path).open("rb") as file:
        begin = file.read(_LOOKED_AT)
    if not begin:
        return NirError(f"{quoted(path)} is empty (0 bytes), expected a .nir file", help=_AGAIN)
    for kind in _KINDS:
        if kind.begin.match(begin):
            return _error(path, kind.what, kind.help)
    return _error(path, "a text" if _is_text(begin) else None, _EXPORT)


def _error(path: str, what: str | None, help: str) -> NirError:
    known = f" but {what}" if what is not None else ""
    return NirError(f"{quoted(path)} is not an HDF5 file{known}, expected a .nir file", help=help)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 3:  # else a character at the end of what was looked at
            return False
        text = data[: error.start].decode("utf-8")
    return all(c.isprintable() or c.isspace() for c in text)

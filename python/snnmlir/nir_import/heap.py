# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what the HDF5 library does not: one damaged byte in a heap makes it loop for ever.

HDF5 keeps texts of variable length in global heap collections (HDF5 File Format Specification,
III.E). The library walks the objects of a collection by their sizes, and never ends where an object
takes no space.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

# Signature, version 1, three reserved bytes; then the collection's size.
_SIGNATURE = b"GCOL\x01\0\0\0"
_COLLECTION = struct.Struct("<8sQ")
# Index (0: free space), reference count, reserved, size (of free space: with this header).
_OBJECT = struct.Struct("<HHIQ")


def has_endless_heap(path: str) -> bool:
    """Whether reading a text from this HDF5 file could make the library loop for ever."""
    with (
        Path(path).open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        start = data.find(_SIGNATURE)
        while start >= 0:
            if _is_endless(data, start):
                return True
            start = data.find(_SIGNATURE, start + 1)
    return False


def _is_endless(data: mmap.mmap, start: int) -> bool:
    if start + _COLLECTION.size > len(data):
        return False
    _, size = _COLLECTION.unpack_from(data, start)
    end = min(start + size, len(data))
    at = start + _COLLECTION.size
    while at + _OBJECT.size <= end:
        index, _, _, length = _OBJECT.unpack_from(data, at)
        # The library computes modulo 2**64.
        step = (length if index == 0 else _OBJECT.size + (length + 7) // 8 * 8) % 2**64
        if step == 0:
            return True
        at += step
    return False

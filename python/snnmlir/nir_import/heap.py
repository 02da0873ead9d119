# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what the HDF5 library does not: one damaged byte makes it loop, or take gigabytes.

HDF5 keeps texts of variable length in global heap collections (HDF5 File Format Specification,
III.E). The library walks the objects of a collection by their sizes, and never ends where an object
takes no space. A dataset of texts holds a reference for each, which begins with its length; the
library takes memory for that length before it looks at the heap.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path

import h5py
import numpy as np

# Signature, version 1, three reserved bytes; then the collection's size.
_SIGNATURE = b"GCOL\x01\0\0\0"
_COLLECTION = struct.Struct("<8sQ")
# Index (0: free space), reference count, reserved, size (of free space: with this header).
_OBJECT = struct.Struct("<HHIQ")
# A reference: length, address of the collection, index in it.
_REFERENCE = np.dtype([("length", "<u4"), ("address", "<u8"), ("index", "<u4")])


def longest_text(dataset: h5py.Dataset) -> int:
    """The length of the longest text of variable length that a dataset says it has.

    Only where the references are stored as they are, which is how h5py and nir.write store them.
    """
    text = h5py.check_string_dtype(dataset.dtype)
    place, size = dataset.id.get_offset(), dataset.id.get_storage_size()
    if text is None or text.length is not None or place is None:
        return 0
    file = dataset.file.id.get_vfd_handle()
    # A damaged file may say that it has more than it holds, or than a number of the system can be.
    there = max(os.fstat(file).st_size - place, 0)
    stored = os.pread(file, min(size, there), place if there else 0)
    whole = len(stored) // _REFERENCE.itemsize
    return int(np.frombuffer(stored, _REFERENCE, whole)["length"].max(initial=0))


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

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Arrays as text in a page; assets/decode.js reads them."""

from __future__ import annotations

import base64
from typing import Any, TypeAlias

import numpy as np

from snnmlir.execution.ports import Signal

Packed: TypeAlias = dict[str, Any]


def pack_values(values: Signal) -> Packed:
    """Numbers of any type, [T, ...], as little-endian bytes."""
    data = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    return {"type": values.dtype.name, "data": base64.b64encode(data.tobytes()).decode()}


def pack_spikes(spikes: Signal) -> Packed:
    """Spikes or counts [T, N], as the gaps between them in time and, within a step, in neurons.

    Each gap is a number of bits in groups of 7, the lowest first; all but the last group of a
    number have the bit 128. Of several spikes in one place the gaps are 0.
    """
    flat = np.reshape(spikes, -1)
    places = np.repeat(np.arange(flat.size), flat.astype(np.int64))
    gaps = np.diff(places, prepend=0)
    data = bytearray()
    for gap in gaps.tolist():
        while gap > 127:
            data.append(gap & 127 | 128)
            gap >>= 7
        data.append(gap)
    return {"type": "spikes", "data": base64.b64encode(bytes(data)).decode()}

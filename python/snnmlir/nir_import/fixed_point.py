# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One step of a neuron in the integers of a platform, in the terms of the dialect's operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Integers: TypeAlias = npt.NDArray[np.int64]


def integer_type(bits: int, limits: tuple[int, int] | None = None, fraction: int = 0) -> str:
    """The dialect's type of integers that stand for themselves, or for as many 2^-`fraction`.

    Args:
        bits: 8, 16 or 32.
        limits: The least and the greatest, if not those of so many bits.
        fraction: Places behind the binary point.
    """
    within = f"<{limits[0]}:{limits[1]}>" if limits else ""
    return f"!quant.uniform<i{bits}{within}:f32, {2.0**-fraction!r}>"


def narrowest_type(integers: Integers) -> str:
    """The type of the fewest bits that holds all of these."""
    for bits in (8, 16, 32):
        if np.all(np.abs(2 * integers + 1) < 1 << bits):
            return integer_type(bits)
    raise ValueError(f"integers up to {np.max(np.abs(integers))}, expected less than 2^31")


SUM = integer_type(32)
"""What weights add up to."""


@dataclass(frozen=True, eq=False)
class FixedUpdate:
    """One step of a neuron.

    Attributes:
        op: The operation: "lif" or "cuba_lif".
        coefficients: Operands by name: integers of shape () or the node's, and their type.
        attributes: Attributes by name; of an arithmetic, what stands in its brackets.
        voltage: The voltage's type.
        current: The current's type, if it has one.
        max_spikes: Most spikes in a step, of neurons that count.
        collects: Of a current that is no state of the operation's: its decay, 1 - 2^-k. Synapses
            add to it, each presynaptic neuron in turn, and it saturates after each.
    """

    op: str
    coefficients: Mapping[str, tuple[Integers, str]]
    attributes: Mapping[str, str]
    voltage: str
    current: str = ""
    max_spikes: int | None = None
    collects: tuple[Integers, str] | None = field(default=None)


def whole(values: Any) -> Integers:
    """Numbers that are whole, as integers of 64 bits."""
    return np.asarray(values).astype(np.int64)


def shift_decay(shift: Integers) -> tuple[Integers, str]:
    """The decays 1 - 2^-shift, for shifts from 0 to 30."""
    places = 30
    return (1 << places) - (np.int64(1) << (places - shift)), integer_type(32, fraction=places)

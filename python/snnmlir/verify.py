# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the generated C with the NumPy reference, signal by signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir import reference
from snnmlir.compiler import Network

Signal: TypeAlias = npt.NDArray[Any]

TOLERANCE = {"f32": 5e-5, "f64": 1e-9}
"""Allowed difference of values, times max(1, largest magnitude)."""

RANDOM_STEPS = 64
RANDOM_DENSITY = 0.1


@dataclass(frozen=True)
class Verdict:
    """How far the C and the reference agree.

    Attributes:
        steps: Steps that were run.
        compared: Steps that were compared: all of them, or those before the first in which a
            voltage is so close to its threshold that rounding decides about the spike.
        spikes: Number of spike entries compared.
        largest_error: Largest difference of values over its tolerance.
        mismatches: A sentence for each signal that differs.
    """

    steps: int
    compared: int
    spikes: int
    largest_error: float
    mismatches: tuple[str, ...]


def random_input(network: Network, seed: int = 0) -> dict[str, Signal]:
    """Seeded random spikes for every input, [T, *shape]."""
    rng = np.random.default_rng(seed)
    return {
        port.name: (rng.random((RANDOM_STEPS, *port.shape)) < RANDOM_DENSITY).astype(np.uint8)
        for port in network.inputs
    }


def verify(network: Network, x: Signal | Mapping[str, Signal]) -> Verdict:
    """Runs `network` and the reference in float64 on `x`, [T, *shape] or by input.

    Spikes must be equal and values within `TOLERANCE`, up to the first step in which the
    reference's margin to a threshold is within the tolerance.
    """
    found = network.record(x)
    data = dict(x) if isinstance(x, Mapping) else x
    expected = reference.record(network.graph, data, convention=network.convention)
    margins = reference.margins(network.graph, data, convention=network.convention)
    tolerance = TOLERANCE[network.dtype]
    steps = len(next(iter(expected.values())))
    bounds = {
        node: tolerance * max(1.0, _magnitude(expected.get(f"{node}.v", np.zeros(1))))
        for node in margins
    }
    doubtful = [
        int(np.argmax(margin <= bounds[node]))
        for node, margin in margins.items()
        if np.any(margin <= bounds[node])
    ]
    compared = min([steps, *doubtful])
    mismatches = []
    largest = 0.0
    spikes = 0
    for name in network.signals:
        ours, theirs = found[name][:compared], np.asarray(expected[name])[:compared]
        if ours.dtype == np.uint8:
            spikes += ours.size
            wrong = int(np.sum(ours != theirs))
            if wrong:
                mismatches.append(f"{name}: {wrong} of {ours.size} spikes differ")
            continue
        allowed = tolerance * max(1.0, _magnitude(theirs))
        error = _magnitude(ours.astype(np.float64) - theirs) / allowed
        largest = max(largest, error)
        if not error <= 1.0:
            mismatches.append(f"{name}: values differ by up to {error * allowed:g}")
    return Verdict(steps, compared, spikes, largest, tuple(mismatches))


def _magnitude(values: Signal) -> float:
    return float(np.max(np.abs(values))) if values.size else 0.0

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long a step may be: from what exporters write, and from what people choose."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from snnmlir.conventions import DEFAULT_DT
from snnmlir.nir_import.graph import IF, LI, LIF, CubaLI, CubaLIF, Delay, Graph, Integrator, Node

_SLOWEST, _FASTEST = 2e-3, 4.0
"""dt over the shortest time constant of a layer: below, nothing seems to decay; above, all does."""

_MOST_STEPS = 1000
"""Steps that a delay may take."""


def step_candidates(graph: Graph) -> list[float]:
    """Lengths of a step in the file's unit, the likeliest first."""
    derived = [dt for node in graph.nodes.values() for dt in _derived(node)]
    usual = [m * 10.0**e for m in (1, 5, 2, 4, 2.5, 8) for e in range(-9, 4)]
    found = dict.fromkeys(map(_rounded, derived))
    found |= dict.fromkeys(
        _rounded(dt)
        for dt in sorted(usual, key=_distance_from_usual)
        if any(_is_plausible(node, dt) for node in graph.nodes.values())
    )
    return list(found) or [DEFAULT_DT]


def _distance_from_usual(dt: float) -> tuple[bool, float]:
    """Powers of ten first, those near a millisecond before others."""
    power = math.log10(dt)
    return abs(power - round(power)) > 1e-9, abs(power + 3)


def _rounded(dt: float) -> float:
    """Exporters store float32: a number of three digits, where that is what was meant."""
    short = float(f"{dt:.3g}")
    return short if abs(short - dt) <= 2e-6 * dt else float(f"{dt:.7g}")


def _derived(node: Node) -> list[float]:
    with np.errstate(invalid="ignore"):
        return list(_from_gains(node))


def _from_gains(node: Node) -> Iterator[float]:
    """Gains that are functions of tau and dt: r = tau / dt, r = 1 - dt / tau, r = 1 / dt."""
    if isinstance(node, LI | LIF):
        yield from _agreed(node.tau / _nonzero(node.r), node.tau * (1.0 - node.r))
    elif isinstance(node, CubaLI | CubaLIF):
        yield from _agreed(node.tau_syn / _nonzero(node.w_in), node.tau_mem / _nonzero(node.r))
        yield from _agreed(node.tau_mem * (1.0 - node.r), node.tau_syn * (1.0 - node.w_in))
    elif isinstance(node, IF | Integrator):
        yield from _agreed(1.0 / _nonzero(node.r))


def _nonzero(values: np.ndarray) -> np.ndarray:
    return np.where(values == 0, np.nan, values)


def _agreed(*candidates: np.ndarray) -> Iterator[float]:
    """Those that are the same for all neurons of the node."""
    for candidate in candidates:  # with infinite gains some are no numbers
        found = np.asarray(candidate, np.float64).reshape(-1)
        found = found[np.isfinite(found)]
        if found.size and np.all(found > 0) and np.ptp(found) <= 1e-4 * np.max(found):
            yield float(np.median(found))


def _is_plausible(node: Node, dt: float) -> bool:
    """Whether a node would do something sensible with steps of this length."""
    if isinstance(node, Delay):
        steps = node.delay / dt
        whole = np.all(np.abs(steps - np.rint(steps)) <= 0.51)
        return bool(whole and 1 <= float(np.max(steps)) <= _MOST_STEPS)
    taus = [np.abs(tau) for tau in _time_constants(node)]
    finite = [tau[np.isfinite(tau)] for tau in taus]
    shortest = min((float(np.min(tau)) for tau in finite if tau.size), default=math.nan)
    return _SLOWEST <= dt / shortest <= _FASTEST


def _time_constants(node: Node) -> Iterable[np.ndarray]:
    return (
        np.atleast_1d(getattr(node, key))
        for key in ("tau", "tau_mem", "tau_syn")
        if hasattr(node, key)
    )

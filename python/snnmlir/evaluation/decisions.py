# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What an output decides for: scores of its elements, of which the greatest wins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.errors import OptionError

Scores: TypeAlias = npt.NDArray[np.float64]
Rule: TypeAlias = Literal["most-spikes", "largest-sum", "last-value", "largest-peak", "first-spike"]
Decision: TypeAlias = "Rule | Callable[[npt.NDArray[Any]], npt.ArrayLike]"
"""A rule by name, or a function from an output [T, K] to scores [K]."""


def _sum(signal: npt.NDArray[Any]) -> Scores:
    return np.asarray(signal.sum(-2, dtype=np.float64))


def _last(signal: npt.NDArray[Any]) -> Scores:
    return np.asarray(signal[..., -1, :], np.float64)


def _peak(signal: npt.NDArray[Any]) -> Scores:
    return np.asarray(signal.max(-2), np.float64)


def _first(signal: npt.NDArray[Any]) -> Scores:
    active = signal != 0
    first = np.where(active.any(-2), active.argmax(-2), signal.shape[-2])
    return np.asarray(-first, np.float64)


RULES: dict[Rule, Callable[[npt.NDArray[Any]], Scores]] = {
    "most-spikes": _sum,
    "largest-sum": _sum,
    "last-value": _last,
    "largest-peak": _peak,
    "first-spike": _first,
}
_OF_SPIKES = ("most-spikes", "first-spike")


def check_rule(rule: Decision | None, *, spikes: bool) -> Decision:
    """The rule; for None, "most-spikes" of outputs that are spikes and "largest-sum" of values.

    Raises:
        OptionError: There is no such rule, or it is one of spikes and the output has values.
    """
    if rule is None:
        return "most-spikes" if spikes else "largest-sum"
    if callable(rule):
        return rule
    if rule not in RULES:
        raise OptionError(f"there is no decision {rule!r}", help="there are " + ", ".join(RULES))
    if rule in _OF_SPIKES and not spikes:
        raise OptionError(
            f"the decision {rule!r} is for spikes, and the readout has values",
            help="decide by largest-sum, last-value or largest-peak, or read out a spiking neuron",
        )
    return rule


def scores_together(
    rule: Decision, readouts: Sequence[npt.NDArray[Any]]
) -> npt.NDArray[np.float64] | None:
    """The scores of several samples, [N, K]; None if they have to be computed one by one."""
    first = readouts[0].shape
    if callable(rule) or not first[0] or any(readout.shape != first for readout in readouts):
        return None
    return RULES[rule](np.stack(readouts))


def scores_of(rule: Decision, readout: npt.NDArray[Any]) -> Scores:
    """The scores of the elements of a readout [T, K], [K].

    Raises:
        OptionError: There is no step, or a function gives something else.
    """
    if not len(readout):
        raise OptionError("there is no step of input", help="leave empty samples out")
    if not callable(rule):
        return RULES[rule](readout)
    scores = np.asarray(rule(readout), np.float64)
    if scores.shape != readout.shape[1:] or np.any(np.isnan(scores)):
        raise OptionError(
            f"the decision gives scores of shape {list(scores.shape)}, expected "
            f"{list(readout.shape[1:])} numbers"
        )
    return scores


def rule_name(rule: Decision) -> str:
    """What reports call a rule."""
    return str(getattr(rule, "__name__", type(rule).__name__)) if callable(rule) else rule

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From NIR's differential equations to the coefficients of one step.

The equations are those of docs/conventions.md. Everything is computed in float64; rounding to the
network's type comes last, when the constants are made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.conventions import Convention
from snnmlir.errors import NirError, OptionError
from snnmlir.nir_import.graph import (
    IF,
    LI,
    LIF,
    CubaLI,
    CubaLIF,
    Delay,
    Integrator,
)

Neuron: TypeAlias = "Integrator | IF | LI | LIF | CubaLI | CubaLIF"
Coefficient: TypeAlias = npt.NDArray[np.floating]

NEURONS = (Integrator, IF, LI, LIF, CubaLI, CubaLIF)

_NEXT_TO_ONE = 2.0**-22
"""Exporters write r = tau / dt in float32; a gain this close to 1 was meant to be 1."""

MAX_KEPT = 1 << 28
"""Past values that the delays of one node may keep."""

_NEUTRAL = {"decay": 1.0, "current_decay": 1.0, "gain": 1.0, "current_gain": 1.0}


@dataclass(frozen=True, eq=False)
class Update:
    """One step of a neuron, in the terms of the dialect's operations.

    Attributes:
        op: The operation: "lif", "li", "cuba_lif" or "cuba_li".
        coefficients: Operands by name, of shape () or the node's; neutral ones are left out.
        attributes: Attributes by name.
    """

    op: str
    coefficients: dict[str, Coefficient]
    attributes: dict[str, str] = field(default_factory=dict)


def delay_steps(node: Delay, dt: float) -> npt.NDArray[np.int64]:
    """The delays in whole steps, a half rounded up; shape () or the node's.

    Raises:
        NirError: The past values that the delays keep would not fit into any memory.
    """
    with np.errstate(over="ignore"):
        steps = np.floor(node.delay / dt * (1.0 + _NEXT_TO_ONE) + 0.5)
    kept = float(np.sum(np.broadcast_to(steps, node.output_shape)))
    if not kept <= MAX_KEPT:
        raise NirError(
            f"delays by up to {float(np.max(steps)):g} steps of {dt:g} s and keeps {kept:g} past "
            f"values, expected at most {MAX_KEPT}",
            node=node.name,
            help="use shorter delays, or a longer --dt if the network was trained with it",
        )
    return np.asarray(steps.astype(np.int64))


def discretize(node: Neuron, convention: Convention, *, recurrent: bool) -> Update:
    """The update of `node` under `convention`.

    Args:
        node: A neuron.
        convention: How to step it.
        recurrent: Whether the node lies on a cycle; some frameworks reset such neurons otherwise.

    Raises:
        OptionError: Spikes are counted and a threshold is not positive.
    """
    if isinstance(node, CubaLI | CubaLIF):
        coefficients = _cuba(node, convention)
    elif isinstance(node, LI | LIF):
        coefficients = _leaky(node, convention)
    else:
        coefficients = _leak_free(node, convention)
    coefficients["init"] = _initial_voltage(node, convention)
    spiking = isinstance(node, IF | LIF | CubaLIF)
    attributes = {}
    if isinstance(node, IF | LIF | CubaLIF):
        _check_threshold(node, convention)
        coefficients["threshold"] = node.v_threshold
        if convention.reset == "value":
            coefficients["reset_value"] = node.v_reset
        if convention.v_floor == "-threshold" and isinstance(node, IF):
            coefficients["floor"] = -node.v_threshold
        attributes = _spike_attributes(node, convention, recurrent)
    cuba = "cuba_" if isinstance(node, CubaLI | CubaLIF) else ""
    return Update(
        op=f"{cuba}{'lif' if spiking else 'li'}",
        coefficients={
            name: value for name, value in coefficients.items() if not _is_neutral(name, value)
        },
        attributes=attributes,
    )


def _is_neutral(name: str, value: Coefficient) -> bool:
    if name in ("threshold", "floor"):
        return False
    return bool(np.all(value == _NEUTRAL.get(name, 0.0)))


def _snap(gain: Coefficient) -> Coefficient:
    return np.where(np.abs(gain - 1.0) <= _NEXT_TO_ONE, 1.0, gain)


def _decay_and_share(tau: Coefficient, c: Convention) -> tuple[Coefficient, Coefficient]:
    """What is left of a state after one step, and the share that its drive gets."""
    k = np.asarray(c.dt / tau)
    if c.integrator == "euler":
        return 1.0 - k, k
    return np.exp(-k), 1.0 - np.exp(-k)


def _input_gain(r: Coefficient, share: Coefficient, c: Convention) -> Coefficient:
    return np.ones(()) if c.input_gain == "unit" else _snap(r * share)


def _leak_free(node: Integrator | IF, c: Convention) -> dict[str, Coefficient]:
    unit = isinstance(node, IF) and c.if_gain == "unit"
    return {"gain": np.ones(()) if unit else _snap(node.r * c.dt)}


def _leaky(node: LI | LIF, c: Convention) -> dict[str, Coefficient]:
    decay, share = _decay_and_share(node.tau, c)
    r = np.ones(()) if c.input_gain == "ignore-r" else node.r
    gain = _input_gain(r, share, c)
    if c.current_decay == "after-input" and isinstance(node, LI):
        gain = decay * gain
    target: Coefficient = np.zeros(())
    if c.leak == "reset" and isinstance(node, LIF):
        target = node.v_reset
    elif c.leak != "none":
        target = node.v_leak
    return {"decay": decay, "gain": gain, "leak": share * target}


def _cuba(node: CubaLI | CubaLIF, c: Convention) -> dict[str, Coefficient]:
    decay, share = _decay_and_share(node.tau_mem, c)
    current_decay, current_share = _decay_and_share(node.tau_syn, c)
    current_gain = _input_gain(node.w_in, current_share, c)
    if c.current_decay == "after-input":
        current_gain = current_decay * current_gain
    leak = node.v_leak if c.leak == "nir" else np.zeros(())
    current_leak = node.v_leak if c.current_leak == "leak" else np.zeros(())
    starts_at_leak = c.v_init == "leak" and c.current_leak == "leak"
    return {
        "current_decay": current_decay,
        "current_gain": current_gain,
        "current_leak": current_share * current_leak,
        "decay": decay,
        "gain": _input_gain(node.r, share, c),
        "leak": share * leak,
        "current_init": node.v_leak if starts_at_leak else np.zeros(()),
    }


def _initial_voltage(node: Neuron, c: Convention) -> Coefficient:
    if c.v_init == "leak" and isinstance(node, LI | LIF | CubaLI | CubaLIF):
        return node.v_leak
    if c.v_init == "reset" and isinstance(node, IF | LIF | CubaLIF):
        return node.v_reset
    return np.zeros(())


def _check_threshold(node: IF | LIF | CubaLIF, c: Convention) -> None:
    if c.spike.startswith("count") and not np.all(node.v_threshold > 0):
        raise OptionError(
            f"v_threshold is {float(np.min(node.v_threshold)):g}, and spike '{c.spike}' needs "
            "positive thresholds",
            node=node.name,
            help="choose spike 'gt' or 'ge'",
        )


def _spike_attributes(node: IF | LIF | CubaLIF, c: Convention, recurrent: bool) -> dict[str, str]:
    reset = "subtract" if c.reset.startswith("subtract") else "value"
    return {
        "spike": c.spike.replace("-", "_"),
        "spike_timing": c.spike_timing,
        "reset": reset,
        "reset_timing": _reset_timing(node, c, recurrent),
    }


def _reset_timing(node: IF | LIF | CubaLIF, c: Convention, recurrent: bool) -> str:
    """Where in the update the reset acts; see the table of snn.lif."""
    cuba = isinstance(node, CubaLIF)
    if c.spike_timing == "pre":
        return "delayed" if c.reset == "subtract" and not cuba else "carried"
    if c.reset == "zero-delayed":
        return "delayed" if cuba or recurrent else "carried"
    return {"subtract-delayed": "delayed", "subtract-carried": "pending"}.get(c.reset, "immediate")

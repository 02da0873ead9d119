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

from snnmlir.common.wording import option
from snnmlir.conventions import MAX_SPIKES, Convention
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
        max_spikes: Most spikes in a step, where that is not what a count can hold.
    """

    op: str
    coefficients: dict[str, Coefficient]
    attributes: dict[str, str] = field(default_factory=dict)
    max_spikes: int | None = None


def delay_steps(node: Delay, convention: Convention) -> npt.NDArray[np.int64]:
    """The delays in whole steps, a half rounded up; shape () or the node's.

    Args:
        node: A Delay.
        convention: The one of this node.

    Raises:
        NirError: The past values that the delays keep would not fit into any memory.
    """
    if convention.delays == "exact" and np.any(broken := fractional_steps(node, convention)):
        raise NirError(
            f"delay is {float(node.delay.flat[np.argmax(broken.reshape(-1))]):g} s, which is no "
            f"whole number of steps of {convention.dt:g} s",
            node=node.name,
            help=f"{option('delays', 'round')} rounds to whole steps, a half up",
        )
    with np.errstate(over="ignore"):
        steps = np.floor(node.delay / convention.step * (1.0 + _NEXT_TO_ONE) + 0.5)
    kept = float(np.sum(np.broadcast_to(steps, node.output_shape)))
    if not kept <= MAX_KEPT:
        raise NirError(
            f"delays by up to {float(np.max(steps)):g} steps of {convention.dt:g} s and keeps "
            f"{kept:g} past values, expected at most {MAX_KEPT}",
            node=node.name,
            help=f"use shorter delays, or a longer {option('dt')} if the network was trained with "
            f"it; {option('time_unit')} says what the file counts time in",
        )
    return np.asarray(steps.astype(np.int64))


def fractional_steps(node: Delay, convention: Convention) -> npt.NDArray[np.bool_]:
    """Which delays are no whole number of steps; float32 has seven digits."""
    with np.errstate(over="ignore"):
        steps = np.asarray(node.delay / convention.step)
    if not np.all(np.isfinite(steps)):
        return np.zeros(steps.shape, np.bool_)  # refused for their length
    return np.asarray(np.abs(steps - np.rint(steps)) > 1e-5 * np.maximum(1.0, steps))


def discretize(node: Neuron, convention: Convention, *, recurrent: bool) -> Update:
    """The update of `node` under `convention`.

    Args:
        node: A neuron.
        convention: How to step it: the choices of this node, `Convention.at`.
        recurrent: Whether the node lies on a cycle; some frameworks reset such neurons otherwise.

    Raises:
        OptionError: Spikes are counted and a threshold is not positive, or time constants are
            infinite or negative where the choices give that no meaning.
    """
    if isinstance(node, CubaLI | CubaLIF):
        coefficients = _cuba(node, convention)
    elif isinstance(node, LI | LIF):
        coefficients = _leaky(node, convention)
    else:
        coefficients = _leak_free(node, convention)
    coefficients["init"] = _initial_voltage(node, convention)
    spiking = isinstance(node, IF | LIF | CubaLIF)
    attributes: dict[str, str] = {}
    most = None
    if isinstance(convention.v_floor, float):
        coefficients["floor"] = np.asarray(convention.v_floor)
    if isinstance(node, IF | LIF | CubaLIF):
        _check_threshold(node, convention)
        coefficients["threshold"] = node.v_threshold
        if convention.reset == "value":
            coefficients["reset_value"] = node.v_reset
        if convention.v_floor == "-threshold" and isinstance(node, IF):
            coefficients["floor"] = -node.v_threshold
        if convention.v_floor == "leaky-zero" and isinstance(node, LIF | CubaLIF):
            coefficients["floor"] = np.zeros(())
        attributes = _spike_attributes(node, convention, recurrent)
        if convention.counts and convention.max_spikes != MAX_SPIKES:
            most = convention.max_spikes
    cuba = "cuba_" if isinstance(node, CubaLI | CubaLIF) else ""
    return Update(
        op=f"{cuba}{'lif' if spiking else 'li'}",
        coefficients={
            name: value for name, value in coefficients.items() if not _is_neutral(name, value)
        },
        attributes=attributes,
        max_spikes=most,
    )


def _is_neutral(name: str, value: Coefficient) -> bool:
    if name in ("threshold", "floor"):
        return False
    return bool(np.all(value == _NEUTRAL.get(name, 0.0)))


def _snap(gain: Coefficient) -> Coefficient:
    return np.where(np.abs(gain - 1.0) <= _NEXT_TO_ONE, 1.0, gain)


@dataclass(frozen=True, eq=False)
class _Leak:
    """What is left of a state after one step, and the share that its drive gets."""

    node: Neuron
    key: str
    tau: Coefficient
    decay: Coefficient
    share: Coefficient

    def gain(self, key: str, factor: Coefficient, *, unit: bool) -> Coefficient:
        """The gain of what drives the state: `factor`, the parameter `key`, times the share.

        Without a leak (tau = inf) exporters write r = tau / dt = inf for a gain of 1.
        """
        if unit:
            return np.ones(())
        endless, unbounded = np.broadcast_arrays(np.isinf(self.tau), np.isinf(factor))
        if np.any(endless & ~unbounded):
            finite = float(np.broadcast_to(factor, endless.shape)[endless & ~unbounded].flat[0])
            raise OptionError(
                f"{self.key} is inf and {key} is {finite:g}, so that no input ever moves the state",
                node=self.node.name,
                help="a neuron without leak is an IF or I, or has "
                f"{key} = inf, too, for a gain of 1; {option('input_gain', 'unit')} gives its "
                "input a gain of 1",
            )
        if np.any(unbounded & ~endless):
            raise OptionError(
                f"{key} is inf and {self.key} is not, expected a finite {key}",
                node=self.node.name,
                help=f"{key} = inf has a meaning only beside {self.key} = inf: no leak",
            )
        with np.errstate(invalid="ignore"):
            return _snap(np.where(unbounded, 1.0, factor * self.share))


def _leak(node: Neuron, key: str, c: Convention) -> _Leak:
    tau = getattr(node, key)
    k = np.asarray(c.step / tau)
    if np.any(tau < 0) and c.decay != "clipped":
        shortest = float(np.max(tau[tau < 0]))
        raise OptionError(
            f"{key} is {shortest:g}, expected a positive time constant",
            node=node.name,
            help="a learned beta above 1 is exported as a negative time constant, and frameworks "
            f"that hold beta inside [0, 1] clip it when they run: {option('decay', 'clipped')} "
            "does the same; or clip beta to 1 before the export",
        )
    exponential = c.integrator == "exponential"
    with np.errstate(over="ignore"):
        decay = np.exp(-k) if exponential else 1.0 - k
        share = -np.expm1(-k) if exponential else k
    if c.decay == "clipped":
        decay = np.clip(decay, 0.0, 1.0)
    return _Leak(node, key, tau, decay, share)


def _leak_free(node: Integrator | IF, c: Convention) -> dict[str, Coefficient]:
    unit = isinstance(node, IF) and c.if_gain == "unit"
    return {"gain": np.ones(()) if unit else _snap(node.r * c.step)}


def _leaky(node: LI | LIF, c: Convention) -> dict[str, Coefficient]:
    leak = _leak(node, "tau", c)
    r = np.ones(()) if c.input_gain == "ignore-r" else node.r
    gain = leak.gain("r", r, unit=c.input_gain == "unit")
    if c.current_decay == "after-input" and isinstance(node, LI):
        gain = leak.decay * gain
    target: Coefficient = np.zeros(())
    if c.leak == "reset" and isinstance(node, LIF):
        target = node.v_reset
    elif c.leak != "none":
        target = node.v_leak
    return {"decay": leak.decay, "gain": gain, "leak": leak.share * target}


def _cuba(node: CubaLI | CubaLIF, c: Convention) -> dict[str, Coefficient]:
    voltage, current = _leak(node, "tau_mem", c), _leak(node, "tau_syn", c)
    unit = "unit" in (c.input_gain, c.current_gain)
    current_gain = current.gain("w_in", node.w_in, unit=unit)
    if c.current_decay == "after-input":
        current_gain = current.decay * current_gain
    target = node.v_leak if c.leak == "nir" else np.zeros(())
    current_target = node.v_leak if c.current_leak == "leak" else np.zeros(())
    starts_at_leak = c.v_init == "leak" and c.current_leak == "leak"
    return {
        "current_decay": current.decay,
        "current_gain": current_gain,
        "current_leak": current.share * current_target,
        "decay": voltage.decay,
        "gain": voltage.gain("r", node.r, unit=c.input_gain == "unit"),
        "leak": voltage.share * target,
        "current_init": node.v_leak if starts_at_leak else np.zeros(()),
    }


def _initial_voltage(node: Neuron, c: Convention) -> Coefficient:
    if c.v_init == "leak" and isinstance(node, LI | LIF | CubaLI | CubaLIF):
        return node.v_leak
    if c.v_init == "reset" and isinstance(node, IF | LIF | CubaLIF):
        return node.v_reset
    return np.zeros(())


def _check_threshold(node: IF | LIF | CubaLIF, c: Convention) -> None:
    if c.counts and not np.all(node.v_threshold > 0):
        raise OptionError(
            f"v_threshold is {float(np.min(node.v_threshold)):g}, and spike '{c.spike}' needs "
            "positive thresholds",
            node=node.name,
            help="choose spike 'gt' or 'ge'",
        )


def _spike_attributes(node: IF | LIF | CubaLIF, c: Convention, recurrent: bool) -> dict[str, str]:
    kinds = {"none": "none", "subtract": "subtract"}
    return {
        "spike": c.spike.replace("-", "_"),
        "spike_timing": c.spike_timing,
        "reset": kinds.get(c.reset.partition("-")[0], "value"),
        "reset_timing": _reset_timing(node, c, recurrent),
    }


def _reset_timing(node: IF | LIF | CubaLIF, c: Convention, recurrent: bool) -> str:
    """Where in the update the reset acts; see the table of snn.lif."""
    cuba = isinstance(node, CubaLIF)
    if c.spike_timing == "pre":
        straight = c.reset == "none" or (c.reset == "subtract" and not cuba)
        return "delayed" if straight else "carried"
    if c.reset == "zero-delayed":
        return "delayed" if cuba or recurrent else "carried"
    return {"subtract-delayed": "delayed", "subtract-carried": "pending"}.get(c.reset, "immediate")

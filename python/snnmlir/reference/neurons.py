# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Nodes with state: neurons and delays, stepped as a convention says.

The equations are those of docs/conventions.md, which names their sources. Everything is computed
element by element on arrays of the node's shape. Coefficients are computed in float64 and only
then rounded to the interpreter's dtype.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.conventions import Convention
from snnmlir.errors import NirError, OptionError
from snnmlir.nir_import.graph import (
    IF,
    LI,
    LIF,
    SPIKING,
    Array,
    CubaLI,
    CubaLIF,
    Delay,
    Integrator,
    Node,
)

ROUNDING = 2.0**-22
"""Relative distance below which a gain counts as 1, and a delay as a half step."""

DType: TypeAlias = "np.dtype[np.floating[Any]]"


class Cell(ABC):
    """One stateful node."""

    @property
    def state(self) -> dict[str, Array]:
        """`v` and `i`, of the node's shape, after the last step; empty for a Delay."""
        return {}

    @property
    def margin(self) -> Array | None:
        """Distance of each neuron, in the last step, from the nearest other number of spikes."""
        return None

    def emit(self) -> Array:
        """This step's output, for nodes whose output does not depend on this step's input."""
        raise TypeError("the output depends on this step's input")

    @abstractmethod
    def step(self, x: Array) -> Array:
        """Advances by one step with input x of the node's shape; this step's output."""


def make_cell(node: Node, convention: Convention, dtype: DType, *, recurrent: bool) -> Cell:
    """A stateful node at t = 0 under its own convention.

    `recurrent` says whether it lies on a cycle.

    Raises:
        OptionError: The convention cannot be applied to the node.
        NirError: A negative delay.
    """
    match node:
        case Delay():
            return DelayLine(node, convention.step, dtype)
        case IF() | LIF() | CubaLIF():
            return SpikingNeuron(node, convention, dtype, recurrent)
        case Integrator() | LI() | CubaLI():
            return AnalogNeuron(node, convention, dtype)
    raise TypeError(f"{type(node).__name__} has no state")


class DelayLine(Cell):
    """y(t) = x(t - delay), zero before the first step."""

    def __init__(self, node: Delay, step: float, dtype: DType) -> None:
        self._steps = np.broadcast_to(delay_steps(node, step), node.output_shape)
        length = int(self._steps.max(initial=0)) + 1
        self._past: Array = np.zeros((length, *node.output_shape), dtype)

    def emit(self) -> Array:
        """This step's output, where every delay is at least one step."""
        return self._read(self._steps - 1)

    def step(self, x: Array) -> Array:
        """Takes in x; this step's output."""
        self._past = np.concatenate([x[np.newaxis], self._past[:-1]])
        return self._read(self._steps)

    def _read(self, steps: npt.NDArray[np.int64]) -> Array:
        return np.asarray(np.take_along_axis(self._past, steps[np.newaxis], axis=0)[0])


def delay_steps(node: Delay, step: float) -> npt.NDArray[np.int64]:
    """`delay / step` rounded to whole steps, a half up; shape of `node.delay`.

    `step` is the length of a step in the unit of the file. Files store delays in float32 and it is
    a decimal fraction, so what was meant as a half step can arrive as a little less: within a
    relative 2^-22 it is a half.

    Raises:
        NirError: A negative delay.
    """
    if np.any(node.delay < 0):
        shortest = float(np.min(node.delay))
        raise NirError(f"delay is {shortest!r} s, expected no negative delays", node=node.name)
    steps = node.delay.astype(np.float64) / step
    return np.floor(steps * (1.0 + ROUNDING) + 0.5).astype(np.int64)


class Membrane:
    """The dynamics between spikes: the voltage v and, in Cuba neurons, the current i."""

    def __init__(self, node: Node, convention: Convention, dtype: DType) -> None:
        def rounded(value: Array | float) -> Array:
            return np.broadcast_to(np.asarray(value, np.float64).astype(dtype), node.output_shape)

        self.has_current = isinstance(node, (CubaLI, CubaLIF))
        after_input = convention.current_decay == "after-input"
        self._voltage_after_input = after_input and isinstance(node, LI)
        self._current_after_input = after_input
        self.v = rounded(_initial_voltage(node, convention))
        self.i = rounded(0.0)
        self._decay = self._gain = rounded(1.0)
        self._rest = rounded(0.0)
        match node:
            case Integrator() | IF():
                self._gain = rounded(_integrator_gain(node, convention))
            case LI() | LIF():
                leak = _leak_target(node, convention)
                r = _resistance(node, convention)
                coefficients = _leaky(node.name, node.tau, r, leak, convention)
                self._decay, self._gain, self._rest = map(rounded, coefficients)
            case CubaLI() | CubaLIF():
                leak = _leak_target(node, convention)
                coefficients = _leaky(node.name, node.tau_mem, node.r, leak, convention)
                self._decay, self._gain, self._rest = map(rounded, coefficients)
                leaks = convention.current_leak == "leak"
                leak = node.v_leak if leaks else np.zeros(())
                as_it_is = convention.current_gain == "unit"
                coefficients = _leaky(
                    node.name, node.tau_syn, node.w_in, leak, convention, unit=as_it_is
                )
                self._current_decay, self._current_gain, self._current_rest = map(
                    rounded, coefficients
                )
                if leaks and convention.v_init == "leak":
                    self.i = rounded(node.v_leak)

    @property
    def state(self) -> dict[str, Array]:
        """`v` and, where there is a current, `i`."""
        return {"v": self.v, "i": self.i} if self.has_current else {"v": self.v}

    def advance(self, v: Array, x: Array) -> Array:
        """Moves the current; returns the voltage that follows `v`, and leaves `self.v` alone."""
        if self.has_current:
            self.i = self._moved_current(x)
            x = self.i
        if self._voltage_after_input:
            return np.asarray(self._decay * (v + self._gain * x) + self._rest)
        return np.asarray(self._decay * v + self._gain * x + self._rest)

    def _moved_current(self, x: Array) -> Array:
        drive = self._current_gain * x
        if self._current_after_input:
            return np.asarray(self._current_decay * (self.i + drive) + self._current_rest)
        return np.asarray(self._current_decay * self.i + drive + self._current_rest)


class AnalogNeuron(Cell):
    """I, LI and CubaLI: the output is the voltage after the step."""

    def __init__(self, node: Node, convention: Convention, dtype: DType) -> None:
        self._membrane = Membrane(node, convention, dtype)
        self._floor = _number_floor(convention, dtype)

    @property
    def state(self) -> dict[str, Array]:
        """`v` and, in Cuba neurons, `i`, after the last step."""
        return self._membrane.state

    def step(self, x: Array) -> Array:
        """Advances by one step; the voltage, which only the next step bounds."""
        carried = self._membrane.v
        if self._floor is not None:
            carried = np.maximum(carried, self._floor)
        self._membrane.v = self._membrane.advance(carried, x)
        return self._membrane.v


class SpikingNeuron(Cell):
    """IF, LIF and CubaLIF: the output is the number of spikes in the step."""

    def __init__(
        self, node: IF | LIF | CubaLIF, convention: Convention, dtype: DType, recurrent: bool
    ) -> None:
        self._subtract_before_decay = isinstance(node, CubaLIF)
        self._zero_whole_update = isinstance(node, CubaLIF) or recurrent
        self._convention = convention
        self._membrane = Membrane(node, convention, dtype)
        self._threshold = node.v_threshold.astype(dtype)
        reset_value = node.v_reset if convention.reset == "value" else np.zeros(())
        self._reset_value = reset_value.astype(dtype)
        self._floor = _number_floor(convention, dtype)
        if convention.v_floor == "-threshold" and isinstance(node, IF):
            self._floor = -self._threshold
        if convention.v_floor == "leaky-zero" and isinstance(node, (LIF, CubaLIF)):
            self._floor = np.zeros((), dtype)
        self._compared: list[Array] = []
        if convention.counts and np.any(node.v_threshold <= 0):
            lowest = float(np.min(node.v_threshold))
            raise OptionError(
                f"spike '{convention.spike}' divides by v_threshold, which is {lowest!r} here",
                node=node.name,
                help="use spike 'gt' or 'ge'",
            )

    @property
    def state(self) -> dict[str, Array]:
        """`v` and, in Cuba neurons, `i`, after the last step."""
        return self._membrane.state

    @property
    def margin(self) -> Array:
        """Smallest distance of the voltages compared in the last step from a threshold."""
        return np.asarray(np.min([self._distance(v) for v in self._compared], axis=0))

    def emit(self) -> Array:
        """This step's spikes, where they are read from the carried voltage."""
        if self._convention.spike_timing == "pre":
            return self._spikes(self._membrane.v)
        return super().emit()

    def step(self, x: Array) -> Array:
        """Advances by one step; the number of spikes."""
        self._compared = []
        pre = self._convention.spike_timing == "pre"
        spikes, v = self._step_pre(x) if pre else self._step_post(x)
        self._membrane.v = v if self._floor is None else np.maximum(v, self._floor)
        return spikes

    def _step_pre(self, x: Array) -> tuple[Array, Array]:
        """Spikes from the carried voltage, and the next voltage."""
        carried = self._membrane.v
        s = self._spikes(carried)
        if self._convention.reset == "none":
            return s, self._membrane.advance(carried, x)
        if self._convention.reset != "subtract":
            return s, self._membrane.advance(self._replaced(carried, s), x)
        if self._subtract_before_decay:
            return s, self._membrane.advance(carried - s * self._threshold, x)
        return s, self._membrane.advance(carried, x) - s * self._threshold

    def _step_post(self, x: Array) -> tuple[Array, Array]:
        """Spikes from the updated voltage, and the next voltage."""
        carried = self._membrane.v
        if self._convention.reset == "zero-delayed":
            u = self._zeroed_after_spike(carried, x)
            return self._spikes(u), u
        u = self._membrane.advance(carried, x)
        match self._convention.reset:
            case "none":
                return self._spikes(u), u
            case "subtract":
                s = self._spikes(u)
                return s, u - s * self._threshold
            case "value" | "zero":
                s = self._spikes(u)
                return s, self._replaced(u, s)
            case "subtract-delayed":
                u = u - self._spikes(carried) * self._threshold
                return self._spikes(u), u
            case "subtract-carried":
                p = self._spikes(carried)
                u = u - p * self._threshold
                s = self._spikes(u)
                return s, u - (s - p) * self._threshold

    def _zeroed_after_spike(self, carried: Array, x: Array) -> Array:
        """Zeroed before the update as in snnTorch's Leaky, or after it as in its other neurons."""
        p = self._spikes(carried)
        if self._zero_whole_update:
            return self._replaced(self._membrane.advance(carried, x), p)
        return self._membrane.advance(self._replaced(carried, p), x)

    def _replaced(self, v: Array, spikes: Array) -> Array:
        return np.where(spikes > 0, self._reset_value, v)

    def _spikes(self, v: Array) -> Array:
        self._compared.append(v)
        match self._convention.spike:
            case "gt":
                return (v > self._threshold).astype(v.dtype)
            case "ge":
                return (v >= self._threshold).astype(v.dtype)
            case "count-trunc" | "count-floor":
                # Thresholds are positive, so trunc and floor are the same wherever v > 0.
                count = np.floor(np.maximum(v, 0.0) / self._threshold)
                return np.asarray(np.minimum(count, self._convention.max_spikes).astype(v.dtype))

    def _distance(self, v: Array) -> Array:
        boundary = self._threshold
        if self._convention.counts:
            most = self._convention.max_spikes
            boundary = boundary * np.clip(np.rint(v / boundary), 1, most)
        return np.asarray(np.abs(v - boundary))


def _number_floor(convention: Convention, dtype: DType) -> Array | None:
    """The lower bound that is a number, if there is one."""
    floor = convention.v_floor
    return np.asarray(floor, dtype) if isinstance(floor, float) else None


def _leaky(
    name: str,
    tau: Array,
    factor: Array,
    target: Array,
    convention: Convention,
    *,
    unit: bool = False,
) -> tuple[Array, Array, Array]:
    """Decay, gain and constant term of tau dy/dt = target - y + factor x, stepped by dt.

    Euler: y + k (target - y + factor x), with k = dt / tau. Exponential: exact for an input that is
    constant over the step. Where tau is infinite, nothing decays; an infinite factor then stands
    for a gain of 1.
    """
    clipped = convention.decay == "clipped"
    if np.any(tau < 0) and not clipped:
        raise OptionError(
            f"a time constant of {float(np.min(tau))!r} lets the state grow",
            node=name,
            help="choose decay 'clipped'",
        )
    k = np.asarray(convention.step / tau)
    exponential = convention.integrator == "exponential"
    decay = np.exp(-k) if exponential else 1.0 - k
    share = -np.expm1(-k) if exponential else k
    if clipped:
        decay = np.minimum(np.maximum(decay, 0.0), 1.0)
    if unit or convention.input_gain == "unit":
        return decay, np.ones(()), target * share
    forever = np.isinf(tau)
    if np.any(forever != np.isinf(factor)):
        raise OptionError(
            "the time constant or the factor of its input is infinite, and the other is not",
            node=name,
            help="choose input-gain 'unit'",
        )
    gain = np.where(forever, 1.0, np.where(forever, 0.0, factor) * share)
    return decay, snap_to_one(gain), target * share


def _resistance(node: LI | LIF, convention: Convention) -> Array:
    return np.ones(()) if convention.input_gain == "ignore-r" else node.r


def _integrator_gain(node: Integrator | IF, convention: Convention) -> Array:
    if isinstance(node, IF) and convention.if_gain == "unit":
        return np.ones(())
    return snap_to_one(node.r * convention.step)


def snap_to_one(gain: Array) -> Array:
    """`gain` with every element within a relative 2^-22 of 1 replaced by 1.

    Exporters write gains as r = tau / dt rounded to float32, for networks whose own gain is 1;
    the difference is rounding noise.
    """
    return np.where(np.abs(gain - 1.0) <= ROUNDING, 1.0, gain)


def _leak_target(node: LI | LIF | CubaLI | CubaLIF, convention: Convention) -> Array:
    """What the voltage decays towards."""
    match convention.leak:
        case "nir":
            return node.v_leak
        case "reset" if isinstance(node, LIF):
            return node.v_reset
        case "reset" if isinstance(node, LI):
            return node.v_leak
        case _:
            return np.zeros(())


def _initial_voltage(node: Node, convention: Convention) -> Array:
    if convention.v_init == "leak" and isinstance(node, (LI, LIF, CubaLI, CubaLIF)):
        return node.v_leak
    if convention.v_init == "reset" and isinstance(node, SPIKING):
        return node.v_reset
    return np.zeros(())

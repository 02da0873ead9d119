# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The neuron models, Delay and Threshold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.nir_import.graph import (
    IF,
    LI,
    LIF,
    CubaLI,
    CubaLIF,
    Delay,
    Integrator,
    Node,
    Threshold,
)
from snnmlir.nir_import.nodes.elementwise import MATRIX_HELP, Elementwise, elementwise
from snnmlir.nir_import.params import Params, at_first, collapsed, drop_leading_ones

Values: TypeAlias = npt.NDArray[np.float64]

# Time constants, and the gains that exporters write as a multiple of them.
_GAIN_OF_TIME_CONSTANT = (("tau", "r"), ("tau_mem", "r"), ("tau_syn", "w_in"))

# What nir itself assumes for parameters that older versions did not write.
_DEFAULTS = {"v_reset": 0.0, "w_in": 1.0}


def parse_delay(params: Params) -> Elementwise:
    """Delay: y(t) = x(t - delay), in seconds."""
    params.check_keys(["delay"])
    delay = params.real("delay")
    if (delay < 0).any():
        raise params.error(f"delay is {delay.min()}, expected at least 0 seconds")
    return elementwise(params, Delay, {"delay": delay})


def parse_threshold(params: Params) -> Elementwise:
    """Threshold: z = [x > threshold]."""
    params.check_keys(["threshold"])
    return elementwise(params, Threshold, {"threshold": params.real("threshold")})


def parse_i(params: Params) -> Elementwise:
    """I: dv/dt = r x."""
    return _neuron(params, Integrator, "r")


def parse_if(params: Params) -> Elementwise:
    """IF: an I that spikes."""
    return _neuron(params, IF, "r", "v_threshold", "v_reset")


def parse_li(params: Params) -> Elementwise:
    """LI: tau dv/dt = v_leak - v + r x."""
    return _neuron(params, LI, "tau", "r", "v_leak")


def parse_lif(params: Params) -> Elementwise:
    """LIF: an LI that spikes."""
    return _neuron(params, LIF, "tau", "r", "v_leak", "v_threshold", "v_reset")


def parse_cuba_li(params: Params) -> Elementwise:
    """CubaLI: an LI behind a leaky synaptic current."""
    return _neuron(params, CubaLI, "tau_mem", "tau_syn", "r", "v_leak", "w_in")


def parse_cuba_lif(params: Params) -> Elementwise:
    """CubaLIF: a CubaLI that spikes."""
    keys = ("tau_mem", "tau_syn", "r", "v_leak", "w_in", "v_threshold", "v_reset")
    return _neuron(params, CubaLIF, *keys)


def _neuron(params: Params, make: Callable[..., Node], *keys: str) -> Elementwise:
    params.check_keys([key for key in keys if key not in _DEFAULTS], _optional(keys))
    pairs = [pair for pair in _GAIN_OF_TIME_CONSTANT if pair[0] in keys]
    endless = {key for pair in pairs for key in pair}
    values = {key: _value(params, key, infinite=key in endless) for key in keys}
    for tau, _ in pairs:
        _check_time_constant(params, tau, values[tau])
    if "w_in" in values:
        _check_w_in(params, values)
    node = elementwise(params, make, values)
    for tau, gain in pairs:
        _check_gain(params, gain, values[gain], tau, values[tau])
    if "v_threshold" in values and (values["v_threshold"] <= 0).any():
        params.note(
            f"v_threshold is {values['v_threshold'].min()}: not above 0, the neuron may spike "
            "without any input"
        )
    return node


def _optional(keys: tuple[str, ...]) -> list[str]:
    return [key for key in keys if key in _DEFAULTS]


def _value(params: Params, key: str, *, infinite: bool) -> Values:
    if key in _DEFAULTS and not params.has(key):
        params.note(f"{key} is missing and taken as {_DEFAULTS[key]:g}")
        return np.array(_DEFAULTS[key])
    return params.real(key, infinite=infinite)


def _check_time_constant(params: Params, key: str, tau: Values) -> None:
    """Refuses 0. What a negative or infinite one means depends on the convention."""
    if (tau != 0).all():
        return
    others = f", of values from {tau.min():g} to {tau.max():g}" if tau.any() else ""
    raise params.error(
        f"{key} is {at_first(tau == 0, tau)}{others}, expected time constants other than 0",
        help="a time constant of 0 forgets at once and divides by 0"
        if (tau >= 0).all()
        else "time constants of 0 and below come from a learned decay beta that is 0 or above 1; "
        "clip it to what the framework computes with, and export again",
    )


def _check_gain(params: Params, key: str, gain: Values, key_of_tau: str, tau: Values) -> None:
    """An infinite gain is tau / dt, and means something only where tau is infinite, too."""
    # Parameters that all have one value may have shapes that do not fit each other.
    wrong = np.isinf(collapsed(gain)) & ~np.isinf(collapsed(tau))
    if wrong.any():
        raise params.error(
            f"{key} is {at_first(wrong, collapsed(gain))}, expected finite numbers where "
            f"{key_of_tau} is finite"
        )


def _check_w_in(params: Params, values: Mapping[str, Values]) -> None:
    """Refuses a matrix from inputs to neurons."""
    w_in = drop_leading_ones(values["w_in"], 2)
    others = [drop_leading_ones(value, 1) for key, value in values.items() if key != "w_in"]
    if w_in.ndim == 2 and w_in.size > 1 and any(value.shape == w_in.shape[:1] for value in others):
        raise params.error(
            f"w_in is a matrix of shape {w_in.shape}, expected one number for each neuron, "
            f"{w_in.shape[:1]}",
            help=MATRIX_HELP,
        )

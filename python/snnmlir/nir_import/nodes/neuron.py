# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The neuron models, Delay and Threshold."""

from __future__ import annotations

from collections.abc import Callable

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
from snnmlir.nir_import.nodes.elementwise import Elementwise, elementwise
from snnmlir.nir_import.params import Params

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
    values = {key: _value(params, key) for key in keys}
    for key in ("tau", "tau_mem", "tau_syn"):
        if key in values and (values[key] <= 0).any():
            raise params.error(
                f"{key} is {values[key].min()}, expected more than 0 seconds",
                help="a neuron without leak is an IF (spiking) or an I",
            )
    if "v_threshold" in values and (values["v_threshold"] <= 0).any():
        params.note(
            f"v_threshold is {values['v_threshold'].min()}: not above 0, the neuron may spike "
            "without any input"
        )
    return elementwise(params, make, values)


def _optional(keys: tuple[str, ...]) -> list[str]:
    return [key for key in keys if key in _DEFAULTS]


def _value(params: Params, key: str) -> npt.NDArray[np.float64]:
    if key in _DEFAULTS and not params.has(key):
        params.note(f"{key} is missing and taken as {_DEFAULTS[key]:g}")
        return np.array(_DEFAULTS[key])
    return params.real(key)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How continuous NIR becomes discrete steps: the choices, and a preset per framework.

NIR describes neurons as differential equations; how they are stepped is up to whoever runs them.
A `Convention` is that decision, spelled out. See docs/conventions.md for the update equations.
"""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, TypeAlias, cast, get_args, get_type_hints

from snnmlir.errors import OptionError, quoted

Integrator: TypeAlias = Literal["euler", "exponential"]
InputGain: TypeAlias = Literal["nir", "ignore-r", "unit"]
IfGain: TypeAlias = Literal["nir", "unit"]
Leak: TypeAlias = Literal["nir", "reset", "none"]
CurrentLeak: TypeAlias = Literal["none", "leak"]
Reset: TypeAlias = Literal[
    "value", "zero", "subtract", "subtract-delayed", "subtract-carried", "zero-delayed"
]
Spike: TypeAlias = Literal["gt", "ge", "count-trunc", "count-floor"]
SpikeTiming: TypeAlias = Literal["post", "pre"]
CurrentDecay: TypeAlias = Literal["before-input", "after-input"]
VInit: TypeAlias = Literal["zero", "leak", "reset"]
VFloor: TypeAlias = Literal["none", "-threshold"]
Feedback: TypeAlias = Literal["output", "spikes", "current"]
FeedbackBias: TypeAlias = Literal["keep", "drop"]
FlattenOrder: TypeAlias = Literal["chw", "hwc"]

DEFAULT_DT = 1e-4


@dataclass(frozen=True, kw_only=True)
class Convention:
    """A full set of choices, with `k = dt/tau_mem`, `ks = dt/tau_syn`, `x` the node's input.

    Attributes:
        name: The preset this was made from.
        dt: Seconds per step.
        integrator: Decay 1-k (`euler`) or exp(-k) (`exponential`).
        input_gain: Gain of x (and, for Cuba neurons, of the current): r*k and w_in*ks
            (exponential: r*(1-exp(-k)), w_in*(1-exp(-ks))) for `nir`, 1 for `unit`. `ignore-r`:
            as `nir`, but with r = 1 in LI and LIF, as Norse does.
        if_gain: Gain of x in IF: r*dt or 1.
        leak: What the voltage decays towards: v_leak, v_reset (`reset`: LIF only, CubaLIF then
            decays towards 0, as SpikingJelly does) or 0.
        current_leak: `leak`: the synaptic current, too, decays towards v_leak, as Norse does.
        reset: After a spike v = v_reset, v = 0, or v = v - v_threshold; `-delayed`: in the next
            step's update instead; `subtract-carried`: at once, and in the next step once more, and
            back, should the voltage still be above the threshold (snnTorch, reset_delay=False).
        spike: v > v_threshold, v >= v_threshold, or a count of trunc or floor(v / v_threshold).
        spike_timing: Spikes are read from the updated voltage (`post`) or the carried one (`pre`).
        current_decay: i = a*i + x (`before-input`) or i = a*(i + x) (`after-input`).
        v_init: State at t = 0: 0, v_leak or v_reset.
        v_floor: `-threshold`: the voltage of an IF is kept at or above -v_threshold.
        feedback: What the edge that closes a cycle carries.
        feedback_bias: `drop`: the bias of a synapse in a closing path is left out.
        flatten: The order in which Flatten reads a feature map.
    """

    name: str = "nir"
    dt: float = DEFAULT_DT
    integrator: Integrator = "euler"
    input_gain: InputGain = "nir"
    if_gain: IfGain = "nir"
    leak: Leak = "nir"
    current_leak: CurrentLeak = "none"
    reset: Reset = "value"
    spike: Spike = "gt"
    spike_timing: SpikeTiming = "post"
    current_decay: CurrentDecay = "before-input"
    v_init: VInit = "zero"
    v_floor: VFloor = "none"
    feedback: Feedback = "output"
    feedback_bias: FeedbackBias = "keep"
    flatten: FlattenOrder = "chw"


_SNNTORCH = Convention(
    name="snntorch", if_gain="unit", leak="none", reset="zero", feedback="spikes"
)
_NORSE = Convention(
    name="norse",
    input_gain="ignore-r",
    if_gain="unit",
    current_leak="leak",
    reset="zero",
    v_init="leak",
)

PRESETS: dict[str, Convention] = {
    preset.name: preset
    for preset in (
        Convention(name="nir"),
        _SNNTORCH,
        dataclasses.replace(_SNNTORCH, name="snntorch-default", reset="subtract-delayed"),
        dataclasses.replace(_SNNTORCH, name="snntorch-subtract", reset="subtract-carried"),
        dataclasses.replace(_SNNTORCH, name="snntorch-zero-delayed", reset="zero-delayed"),
        _NORSE,
        dataclasses.replace(_NORSE, name="norse-subtract", reset="subtract"),
        Convention(
            name="sinabs",
            dt=1.0,
            integrator="exponential",
            input_gain="unit",
            if_gain="unit",
            leak="none",
            reset="subtract",
            spike="count-trunc",
            v_floor="-threshold",
        ),
        Convention(
            name="rockpool",
            integrator="exponential",
            input_gain="unit",
            if_gain="unit",
            leak="none",
            reset="subtract",
            spike="count-floor",
            current_decay="after-input",
        ),
        Convention(
            name="spyx",
            input_gain="unit",
            if_gain="unit",
            leak="none",
            reset="subtract",
            spike_timing="pre",
            feedback="current",
            feedback_bias="drop",
        ),
        Convention(name="spikingjelly", leak="reset", spike="ge", v_init="reset"),
    )
}

CHOICES: dict[str, tuple[str, ...]] = {
    field: get_args(hint) for field, hint in get_type_hints(Convention).items() if get_args(hint)
}
"""Allowed values per choice, by attribute name (`input_gain`, not `input-gain`)."""


def convention(base: str | Convention = "nir", **overrides: Any) -> Convention:
    """A preset, or any convention, with single choices replaced.

    Args:
        base: A key of `PRESETS`, or a Convention.
        **overrides: Choices by attribute name; None leaves the preset's value.

    Raises:
        OptionError: An unknown preset, choice or value, a `dt` that is not a positive finite
            number, or choices that contradict each other.
    """
    if isinstance(base, str):
        if base not in PRESETS:
            raise OptionError(
                f"unknown convention {quoted(base)}", help=_did_you_mean(base, tuple(PRESETS))
            )
        base = PRESETS[base]
    given = {key: value for key, value in overrides.items() if value is not None}
    for key, value in given.items():
        if key == "dt":
            _check_dt(value)
        elif key not in CHOICES:
            raise OptionError(
                f"unknown choice {quoted(key)}", help=_did_you_mean(key, ("dt", *CHOICES))
            )
        elif value not in CHOICES[key]:
            raise OptionError(
                f"{key.replace('_', '-')} cannot be {quoted(value)}",
                help=_did_you_mean(str(value), CHOICES[key]),
            )
    chosen = dataclasses.replace(base, **given)
    _check_consistent(chosen)
    return chosen


def _check_dt(dt: object) -> None:
    number = isinstance(dt, Real) and not isinstance(dt, bool)
    if not number or not 0.0 < float(cast(float, dt)) < float("inf"):
        raise OptionError(f"dt is {dt!r}, expected a positive number of seconds")


def _check_consistent(c: Convention) -> None:
    counts = c.spike.startswith("count")
    if c.spike_timing == "pre" and c.reset.endswith(("-delayed", "-carried")):
        raise OptionError(
            f"spike-timing 'pre' contradicts reset '{c.reset}'",
            help="with 'pre' the spike is read from the carried voltage, so its reset falls into "
            "the same step already; use reset 'subtract', 'zero' or 'value'",
        )
    if counts and (c.spike_timing == "pre" or c.reset != "subtract"):
        raise OptionError(
            f"spike '{c.spike}' needs reset 'subtract' and spike-timing 'post', "
            f"found reset '{c.reset}' and spike-timing '{c.spike_timing}'",
            help="several spikes per step only make sense when each subtracts one threshold",
        )
    if c.feedback == "current" and c.spike_timing != "pre":
        raise OptionError(
            "feedback 'current' needs spike-timing 'pre'",
            help="only spikes read from the carried voltage are known before the update; use "
            "feedback 'output' or 'spikes'",
        )


def _did_you_mean(value: str, allowed: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(value, allowed, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}use one of {', '.join(allowed)}"

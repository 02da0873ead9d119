# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How continuous NIR becomes discrete steps: the choices, for all nodes and for single ones.

NIR describes neurons as differential equations; how they are stepped is up to whoever runs them.
A `Convention` is that decision, spelled out. See docs/conventions.md for the update equations.
"""

from __future__ import annotations

import dataclasses
import difflib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, Literal, TypeAlias, cast, get_args

from snnmlir.conventions.platforms import PLATFORMS, Platform
from snnmlir.errors import OptionError, quoted

Parameters: TypeAlias = Literal[
    "nir",
    "lava",
    "lava-dl",
    "lava-dl-unquantized",
    "loihi",
    "nengo",
    "speck",
    "spinnaker2",
    "spinnaker2-unscaled",
    "xylo",
]
TimeUnit: TypeAlias = Literal["s", "ms", "us", "steps"]
Integrator: TypeAlias = Literal["euler", "exponential"]
Decay: TypeAlias = Literal["nir", "clipped"]
InputGain: TypeAlias = Literal["nir", "ignore-r", "unit"]
CurrentGain: TypeAlias = Literal["input-gain", "unit"]
IfGain: TypeAlias = Literal["nir", "unit"]
Leak: TypeAlias = Literal["nir", "reset", "none"]
CurrentLeak: TypeAlias = Literal["none", "leak"]
Reset: TypeAlias = Literal[
    "value", "zero", "subtract", "subtract-delayed", "subtract-carried", "zero-delayed", "none"
]
Spike: TypeAlias = Literal["gt", "ge", "count-trunc", "count-floor"]
SpikeTiming: TypeAlias = Literal["post", "pre"]
CurrentDecay: TypeAlias = Literal["before-input", "after-input"]
VInit: TypeAlias = Literal["zero", "leak", "reset"]
VFloor: TypeAlias = Literal["none", "-threshold", "leaky-zero"]
EdgeSteps: TypeAlias = Literal["none", "synapses", "between-neurons", "currents"]
Delays: TypeAlias = Literal["round", "exact"]
RecurrentInput: TypeAlias = Literal["nir", "neuron"]
Ports: TypeAlias = Literal["nir", "time-first"]
Feedback: TypeAlias = Literal["output", "spikes", "current"]
FeedbackBias: TypeAlias = Literal["keep", "drop"]
FlattenOrder: TypeAlias = Literal["chw", "hwc"]

DEFAULT_DT = 1e-4
MAX_SPIKES = 255

_LARGEST = sys.float_info.max

_SECONDS: dict[str, float] = {"s": 1.0, "ms": 1e-3, "us": 1e-6}


@dataclass(frozen=True, kw_only=True)
class Convention:
    """A full set of choices, with `k = dt/tau_mem`, `ks = dt/tau_syn`, `x` the node's input.

    Attributes:
        name: The preset this was made from.
        dt: Seconds per step.
        parameters: What is stepped: the file's numbers (`nir`), or what a platform's own tools make
            of them: other units, quantized weights. It needs the choices of the platform's preset.
        time_unit: What the file counts time constants and delays in: seconds, milliseconds,
            microseconds, or steps (whatever `dt` is).
        integrator: Decay 1-k (`euler`) or exp(-k) (`exponential`).
        decay: `clipped`: decays are held inside [0, 1], as snnTorch and Spyx hold their beta.
        input_gain: Gain of x (and, for Cuba neurons, of the current): r*k and w_in*ks
            (exponential: r*(1-exp(-k)), w_in*(1-exp(-ks))) for `nir`, 1 for `unit`. `ignore-r`:
            as `nir`, but with r = 1 in LI and LIF, as Norse does.
        current_gain: `unit`: the current of a Cuba neuron takes x as it is; otherwise with the
            gain that `input_gain` says.
        if_gain: Gain of x in IF: r*dt or 1.
        leak: What the voltage decays towards: v_leak, v_reset (`reset`: LIF only, CubaLIF then
            decays towards 0, as SpikingJelly does) or 0.
        current_leak: `leak`: the synaptic current, too, decays towards v_leak, as Norse does.
        reset: After a spike v = v_reset, v = 0, v = v - v_threshold, or nothing; `-delayed`: in the
            next step's update instead; `subtract-carried`: at once, and in the next step once
            more, and back, should the voltage still be above the threshold (snnTorch,
            reset_delay=False).
        spike: v > v_threshold, v >= v_threshold, or a count of trunc or floor(v / v_threshold).
        max_spikes: Most spikes that a neuron counts in one step, 1 to 255.
        spike_timing: Spikes are read from the updated voltage (`post`) or the carried one (`pre`).
        current_decay: i = a*i + x (`before-input`) or i = a*(i + x) (`after-input`).
        v_init: State at t = 0: 0, v_leak or v_reset.
        v_floor: A number: the lower bound of every voltage; LI and CubaLI send it unbounded.
            `-threshold`: the voltage of an IF is kept at or above -v_threshold. `leaky-zero`: that
            of a LIF or CubaLIF at or above 0.
        edge_steps: Which edges carry what their source sent in the previous step, beside those that
            have to: none, those into `synapses`, those of them that come from neurons
            (`between-neurons`), or those into neurons with a current (`currents`).
        feedback: What the edge that closes a cycle carries.
        feedback_bias: `drop`: the bias of a synapse in a closing path is left out.
        flatten: The order in which Flatten reads a feature map.
        delays: Delays are rounded to whole steps (`round`), or refused where they are none
            (`exact`).
        recurrent_input: `neuron`: what enters a subgraph of a neuron and its recurrent synapse is
            added to the neuron, where the file leads it through the synapse, as Spyx writes it.
        ports: `time-first`: the shapes of Inputs and Outputs may begin with a number of steps, as
            Sinabs writes them for layers that take [batch, time, ...].
        nodes: Choices of single nodes by name, `dt` among them: {"lif1": {"reset": "zero"}}.
        edges: Edges of the file that are replaced: {"a -> b": "a -> c"}.
    """

    name: str = "nir"
    dt: float = DEFAULT_DT
    parameters: Parameters = "nir"
    time_unit: TimeUnit = "s"
    integrator: Integrator = "euler"
    decay: Decay = "nir"
    input_gain: InputGain = "nir"
    current_gain: CurrentGain = "input-gain"
    if_gain: IfGain = "nir"
    leak: Leak = "nir"
    current_leak: CurrentLeak = "none"
    reset: Reset = "value"
    spike: Spike = "gt"
    max_spikes: int = MAX_SPIKES
    spike_timing: SpikeTiming = "post"
    current_decay: CurrentDecay = "before-input"
    v_init: VInit = "zero"
    v_floor: VFloor | float = "none"
    edge_steps: EdgeSteps = "none"
    feedback: Feedback = "output"
    feedback_bias: FeedbackBias = "keep"
    flatten: FlattenOrder = "chw"
    delays: Delays = "round"
    recurrent_input: RecurrentInput = "nir"
    ports: Ports = "nir"
    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)
    edges: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def platform(self) -> Platform | None:
        """The platform whose numbers are stepped, or None for the file's own."""
        return PLATFORMS.get(self.parameters)

    @property
    def is_fixed(self) -> bool:
        """Whether it is that of a platform with integers of its own."""
        return self.platform is not None and self.platform.is_fixed

    @property
    def step(self) -> float:
        """The length of a step in the unit of the file."""
        return 1.0 if self.time_unit == "steps" else self.dt / _SECONDS[self.time_unit]

    @property
    def counts(self) -> bool:
        """Whether neurons emit several spikes in a step."""
        return self.spike.startswith("count")

    def at(self, node: str) -> Convention:
        """The choices for one node, without those for others."""
        return dataclasses.replace(self, nodes={}, edges={}, **self.nodes.get(node, {}))

    def rewired(self) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
        """`edges` as pairs of pairs of names."""
        return tuple((_edge(old), _edge(new)) for old, new in self.edges.items())

    def choices(self) -> dict[str, Any]:
        """The choices for all nodes by attribute name, `dt` first."""
        return {key: getattr(self, key) for key in ("dt", *CHOICES)}

    def records(self) -> dict[str, str]:
        """What a header says: all choices, then those of single nodes, then replaced edges.

        Keys are names as on the command line: "reset", "lif1.reset", "edge a -> b".
        """
        found = {"name": self.name}
        found |= {option_name(key): str(value) for key, value in self.choices().items()}
        for node, choices in sorted(self.nodes.items()):
            found |= {f"{node}.{option_name(key)}": str(value) for key, value in choices.items()}
        return found | {f"edge {old}": new for old, new in sorted(self.edges.items())}


CHOICES: dict[str, tuple[str, ...]] = {
    "parameters": get_args(Parameters),
    "time_unit": get_args(TimeUnit),
    "integrator": get_args(Integrator),
    "decay": get_args(Decay),
    "input_gain": get_args(InputGain),
    "current_gain": get_args(CurrentGain),
    "if_gain": get_args(IfGain),
    "leak": get_args(Leak),
    "current_leak": get_args(CurrentLeak),
    "reset": get_args(Reset),
    "spike": get_args(Spike),
    "max_spikes": (),
    "spike_timing": get_args(SpikeTiming),
    "current_decay": get_args(CurrentDecay),
    "v_init": get_args(VInit),
    "v_floor": get_args(VFloor),
    "edge_steps": get_args(EdgeSteps),
    "feedback": get_args(Feedback),
    "feedback_bias": get_args(FeedbackBias),
    "flatten": get_args(FlattenOrder),
    "delays": get_args(Delays),
    "recurrent_input": get_args(RecurrentInput),
    "ports": get_args(Ports),
}
"""The words a choice can be, by attribute name (`input_gain`, not `input-gain`)."""

NUMBERS: dict[str, str] = {"max_spikes": "1 to 255", "v_floor": "NUMBER"}
"""The choices that can be, or are, numbers; and which."""


def option_name(attribute: str) -> str:
    """A choice as files and the command line call it: `input-gain`."""
    return attribute.replace("_", "-")


def choice_values(choice: str) -> str:
    """What a choice can be, for help texts: "none|-threshold|NUMBER"."""
    number = (NUMBERS[choice],) if choice in NUMBERS else ()
    return "|".join((*CHOICES[choice], *number))


def checked_choices(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Choices by attribute name with values of their types; hyphens and texts are taken, too.

    Raises:
        OptionError: An unknown choice or value.
    """
    return {_attribute(key): _value(_attribute(key), value) for key, value in choices.items()}


def _attribute(key: str) -> str:
    attribute = key.replace("-", "_")
    if attribute != "dt" and attribute not in CHOICES:
        raise OptionError(
            f"unknown choice {quoted(key)}",
            help=_did_you_mean(attribute, ("dt", *CHOICES)),
        )
    return attribute


def _value(choice: str, value: Any) -> Any:
    if choice == "dt":
        return _checked_dt(value)
    if value in CHOICES[choice] and isinstance(value, str):
        return value
    number = _number(value) if choice in NUMBERS else None
    if choice == "v_floor" and number is not None and abs(number) <= _LARGEST:
        return float(number) + 0.0  # no -0.0
    if choice == "max_spikes" and number in range(1, MAX_SPIKES + 1):
        return int(cast(float, number))
    raise OptionError(
        f"{option_name(choice)} cannot be {quoted(value)}",
        help=_did_you_mean(str(value), (*CHOICES[choice], *filter(None, [NUMBERS.get(choice)]))),
    )


def _number(value: Any) -> float | None:
    """A number, or a text that is one."""
    if isinstance(value, bool) or not isinstance(value, Real | str):
        return None
    try:
        return float(value) if not isinstance(value, Integral) else int(value)
    except (ValueError, OverflowError):
        return None


def _checked_dt(dt: object) -> float:
    number = _number(dt) if isinstance(dt, str) else dt
    real = isinstance(number, Real) and not isinstance(number, bool)
    value = cast(float, number)
    # Integers of any length compare; they do not all become floats.
    if not real or not 0.0 < (value if isinstance(value, Integral) else float(value)) <= _LARGEST:
        raise OptionError(f"dt is {dt!r}, expected a positive number of seconds")
    return value


def _edge(text: str) -> tuple[str, str]:
    source, arrow, target = text.partition(" -> ")
    if not arrow or not source or not target or " -> " in target:
        raise OptionError(
            f"{quoted(text)} is not an edge, expected FROM -> TO",
            help="name two nodes with ' -> ' between them, as in 'fc1 -> lif1'",
        )
    return source, target


def check_consistent(convention: Convention) -> None:
    """Refuses choices that contradict each other, for all nodes or at a single one.

    Raises:
        OptionError: They do.
    """
    convention.rewired()
    check_node_consistent(convention)
    for node in convention.nodes:
        try:
            check_node_consistent(convention.at(node))
        except OptionError as error:
            raise OptionError(error.message, node=node, help=error.help) from None


def check_node_consistent(c: Convention) -> None:
    """The same for the choices of one node."""
    if c.spike_timing == "pre" and c.reset.endswith(("-delayed", "-carried")):
        raise OptionError(
            f"spike-timing 'pre' contradicts reset '{c.reset}'",
            help="with 'pre' the spike is read from the carried voltage, so its reset falls into "
            "the same step already; use reset 'subtract', 'zero', 'value' or 'none'",
        )
    if c.counts and (c.spike_timing == "pre" or c.reset.endswith(("-delayed", "-carried"))):
        raise OptionError(
            f"spike '{c.spike}' needs a reset at once and spike-timing 'post', "
            f"found reset '{c.reset}' and spike-timing '{c.spike_timing}'",
            help="a count is known only when the voltage is updated; use reset 'subtract', 'zero', "
            "'value' or 'none'",
        )
    if c.feedback == "current" and c.spike_timing != "pre":
        raise OptionError(
            "feedback 'current' needs spike-timing 'pre'",
            help="only spikes read from the carried voltage are known before the update; use "
            "feedback 'output' or 'spikes'",
        )
    for choice, values in (c.platform.choices if c.platform else {}).items():
        if (found := getattr(c, choice)) not in values:
            expected = " or ".join(f"'{value}'" for value in values)
            raise OptionError(
                f"parameters '{c.parameters}' needs {option_name(choice)} {expected}, found "
                f"'{found}'",
                help=f"convention '{c.parameters}' has all that the platform's arithmetic is made "
                "of; parameters 'nir' steps the file's own numbers as you like",
            )


def with_choices(
    base: Convention,
    *,
    nodes: Mapping[str, Mapping[str, Any]] | None = None,
    edges: Mapping[str, str] | None = None,
    **overrides: Any,
) -> Convention:
    """A convention with single choices replaced; arguments and errors as those of `convention`."""
    given = {key: value for key, value in overrides.items() if value is not None}
    merged: dict[str, dict[str, Any]] = {}
    for name, choices in (*base.nodes.items(), *(nodes or {}).items()):
        try:
            merged[name] = merged.get(name, {}) | checked_choices(choices)
        except OptionError as error:
            raise OptionError(error.message, node=name, help=error.help) from None
    chosen = dataclasses.replace(
        base, nodes=merged, edges=dict(base.edges) | dict(edges or {}), **checked_choices(given)
    )
    check_consistent(chosen)
    return chosen


def _did_you_mean(value: str, allowed: Iterable[str]) -> str:
    words = tuple(map(option_name, allowed))
    close = difflib.get_close_matches(value, words, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{hint}use one of {', '.join(words)}"

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What NIR's nodes and the choices of a convention say, for people who read a page."""

from __future__ import annotations

from dataclasses import dataclass

from snnmlir.conventions import CHOICES, Convention, option_name

_LEAK = "τ dv/dt = v_leak − v + r x"
_CURRENT = "τ_syn di/dt = −i + w_in x,  τ_mem dv/dt = v_leak − v + r i"
_SPIKE = "a spike where v passes v_threshold, then v = v_reset"

EQUATIONS = {
    "Affine": "y = W x + b",
    "AvgPool2d": "y = mean of x over each window",
    "Conv1d": "y = W ∗ x + b",
    "Conv2d": "y = W ∗ x + b",
    "CubaLI": f"{_CURRENT},  y = v",
    "CubaLIF": f"{_CURRENT},  {_SPIKE}",
    "Delay": "y(t) = x(t − delay)",
    "Flatten": "y = x, its dimensions joined",
    "I": "dv/dt = r x,  y = v",
    "IF": f"dv/dt = r x,  {_SPIKE}",
    "Input": "what the caller gives",
    "LI": f"{_LEAK},  y = v",
    "LIF": f"{_LEAK},  {_SPIKE}",
    "Linear": "y = W x",
    "Output": "what the caller gets",
    "Scale": "y = s x",
    "SumPool2d": "y = sum of x over each window",
    "Threshold": "y = 1 where x > threshold, else 0",
}
"""What NIR says a node computes, by its type."""

_WORDS = {
    "time_unit": {
        "s": "The file counts time in seconds.",
        "ms": "The file counts time in milliseconds.",
        "us": "The file counts time in microseconds.",
        "steps": "The file counts time in steps.",
    },
    "integrator": {
        "euler": "In a step a state keeps 1 − dt/τ of itself.",
        "exponential": "In a step a state keeps exp(−dt/τ) of itself.",
    },
    "decay": {
        "nir": "Decays are as computed.",
        "clipped": "Decays are held inside 0 and 1.",
    },
    "input_gain": {
        "nir": "Inputs are multiplied by the gain that NIR's equation gives them.",
        "ignore-r": "Inputs have the gain of NIR's equation, with r = 1 in LI and LIF.",
        "unit": "Inputs are added as they are.",
    },
    "current_gain": {
        "input-gain": "The inputs of currents have a gain likewise.",
        "unit": "The inputs of currents are added as they are.",
    },
    "if_gain": {
        "nir": "The inputs of IF neurons are multiplied by r dt.",
        "unit": "The inputs of IF neurons are added as they are.",
    },
    "leak": {
        "nir": "Voltages decay towards v_leak.",
        "reset": "Voltages of LIF neurons decay towards v_reset, those of CubaLIF towards 0.",
        "none": "Voltages decay towards 0.",
    },
    "current_leak": {
        "none": "Currents decay towards 0.",
        "leak": "Currents, too, decay towards v_leak.",
    },
    "reset": {
        "value": "A spike sets the voltage to v_reset.",
        "zero": "A spike sets the voltage to 0.",
        "subtract": "A spike takes v_threshold from the voltage.",
        "subtract-delayed": "A spike takes v_threshold from the voltage, in the next step.",
        "subtract-carried": "A spike takes v_threshold from the voltage at once; once more, and "
        "back, in the next step where the voltage is still above it.",
        "zero-delayed": "A spike sets the voltage to 0, in the next step.",
        "none": "A spike leaves the voltage as it is.",
    },
    "spike": {
        "gt": "A neuron spikes where v > v_threshold.",
        "ge": "A neuron spikes where v ≥ v_threshold.",
        "count-trunc": "A neuron sends v / v_threshold spikes in a step, rounded towards 0.",
        "count-floor": "A neuron sends v / v_threshold spikes in a step, rounded down.",
    },
    "spike_timing": {
        "post": "Spikes are read from the updated voltage.",
        "pre": "Spikes are read from the voltage that was carried into the step.",
    },
    "current_decay": {
        "before-input": "A current decays before its input is added.",
        "after-input": "A current decays after its input was added.",
    },
    "v_init": {
        "zero": "Voltages begin at 0.",
        "leak": "Voltages begin at v_leak.",
        "reset": "Voltages begin at v_reset.",
    },
    "v_floor": {
        "none": "Voltages have no lower bound.",
        "-threshold": "The voltage of an IF neuron is never below −v_threshold.",
        "leaky-zero": "The voltage of a LIF or CubaLIF neuron is never below 0.",
    },
    "edge_steps": {
        "none": "Signals pass all edges within a step, but for those that close a cycle.",
        "synapses": "Edges into synapses take a step.",
        "between-neurons": "Edges from neurons into synapses take a step.",
        "currents": "Edges into neurons with a current take a step.",
    },
    "feedback": {
        "output": "An edge that closes a cycle carries the output of the step before.",
        "spikes": "An edge that closes a cycle carries the spikes of the step before, and its "
        "synapse is applied to these.",
        "current": "Spikes go round a cycle within a step, as they are read before the update.",
    },
    "feedback_bias": {
        "keep": "Recurrent synapses keep their biases.",
        "drop": "The biases of recurrent synapses are left out.",
    },
    "flatten": {
        "chw": "Flatten reads a feature map channel by channel.",
        "hwc": "Flatten reads a feature map pixel by pixel, its channels together.",
    },
    "delays": {
        "round": "Delays are rounded to whole steps.",
        "exact": "Delays are whole steps, others are refused.",
    },
    "recurrent_input": {
        "nir": "What enters a recurrent subgraph goes where the file leads it.",
        "neuron": "What enters a recurrent subgraph is added to its neuron, not to its synapse.",
    },
    "ports": {
        "nir": "Inputs and outputs have the shapes of one step.",
        "time-first": "The shapes of inputs and outputs may begin with a number of steps.",
    },
}


@dataclass(frozen=True)
class Said:
    """A choice of a convention.

    Attributes:
        choice: Its name as on the command line; with the node's in front if it is for one alone.
        value: What was chosen.
        words: What that means.
        usual: Whether it is what the convention `nir` has.
    """

    choice: str
    value: str
    words: str
    usual: bool


def said(convention: Convention) -> list[Said]:
    """All that a convention says: for all nodes, for single ones, and of edges."""
    plain = Convention()
    lines = [
        Said("dt", f"{convention.dt:g}", f"A step is {time_text(convention.dt)}.", True),
        *(_said(choice, getattr(convention, choice), plain) for choice in CHOICES),
    ]
    for node, choices in sorted(convention.nodes.items()):
        for choice, value in sorted(choices.items()):
            words = sentence(choice, value)
            lines.append(Said(f"{node}.{option_name(choice)}", _text(value), words, False))
    for old, new in sorted(convention.edges.items()):
        lines.append(Said(f"edge {old}", new, "This edge takes the place of the file's.", False))
    return lines


def _said(choice: str, value: object, plain: Convention) -> Said:
    usual = value == getattr(plain, choice)
    return Said(option_name(choice), _text(value), sentence(choice, value), usual)


def time_text(seconds: float) -> str:
    """A time in a unit that suits it."""
    for unit, length in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= length:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def sentence(choice: str, value: object) -> str:
    """What a value of a choice, by attribute name, means."""
    if choice == "dt":
        return f"A step is {time_text(float(str(value)))}."
    if choice == "parameters":
        if value == "nir":
            return "The numbers are the file's."
        return f"The numbers are what the tools of {value} make of the file's."
    if choice == "max_spikes":
        return f"A neuron that counts sends at most {value} spikes in a step."
    if choice == "v_floor" and isinstance(value, int | float):
        return f"Voltages are never below {value:g}."
    return _WORDS[choice][str(value)]

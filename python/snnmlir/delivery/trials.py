# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tries the kernels of a target: random networks, with them and without, number for number.

Networks are drawn at the borders of what a kernel takes. Each that it is selected for is built with
the target's model of this machine and run; what it computes is compared with the C without kernels,
which is compared with the NumPy interpreter. What differs is made smaller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from snnmlir.compiler import Network, Placement, Scales, States
from snnmlir.compiler import compile as compile_network
from snnmlir.errors import CompileError, OptionError, quoted
from snnmlir.execution.ports import Signal
from snnmlir.reports.verify import TOLERANCE, verify
from snnmlir.targets import Kernel, Target

if TYPE_CHECKING:
    import nir

STEPS = 40
DT = 1e-3
_CONVENTIONS = ("nir", "snntorch", "snntorch-default", "snntorch-subtract", "norse", "sinabs")
_INPUTS = ("spikes", "counts", "float")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The sizes of a network that is tried: a synapse, perhaps behind it neurons.

    Attributes:
        inputs: Inputs, or channels of a map.
        outputs: Outputs, or channels.
        size: Height and width of a map.
        window: Height and width of a convolution's window.
        stride: Of a convolution.
        padding: Of a convolution, on all sides.
        groups: Of a convolution.
    """

    inputs: int
    outputs: int
    size: tuple[int, int] = (1, 1)
    window: tuple[int, int] = (1, 1)
    stride: int = 1
    padding: int = 0
    groups: int = 1

    def __str__(self) -> str:
        text = f"{self.inputs} to {self.outputs}"
        if self.size != (1, 1):
            text += (
                f" on {self.size[0]}x{self.size[1]}, window {self.window[0]}x{self.window[1]}, "
                f"stride {self.stride}, padding {self.padding}, groups {self.groups}"
            )
        return text


@dataclass(frozen=True)
class Way:
    """What is chosen of a network beside sizes and numbers.

    Attributes:
        neuron: The class of NIR of the neurons behind the synapse, "" for none.
        bias: Whether the synapse has a bias.
        dtype: The type.
        convention: The convention.
        input_type: The type of the input.
        scales: Those of integers, "real" or "pow2".
        states: Those of integers, "short" or "proved".
        steps: Time constants are 2 to 30 steps, or 60 to 600: "few" or "many".
        leak: Whether the neurons have a leak.
        each: Whether each neuron has parameters of its own.
    """

    neuron: str
    bias: bool
    dtype: str
    convention: str
    input_type: str
    scales: Scales
    states: States
    steps: str = "few"
    leak: bool = False
    each: bool = False

    def __str__(self) -> str:
        return (
            f"{'with' if self.bias else 'no'} bias, {self.dtype}, scales {self.scales}, "
            f"states {self.states}, convention {self.convention}, input {self.input_type}, "
            f"time constants of {self.steps} steps, {'a leak' if self.leak else 'no leak'}, "
            f"parameters {'of each neuron' if self.each else 'of all neurons'}"
        )


@dataclass(frozen=True)
class Draw:
    """A network that is tried.

    Attributes:
        operation: The operation of the synapse, "snn.linear" or "snn.conv2d".
        shape: Its sizes.
        way: What else is chosen.
        seed: Of weights, parameters and input.
    """

    operation: str
    shape: Shape
    way: Way
    seed: int

    def __str__(self) -> str:
        behind = f" and {self.way.neuron}" if self.way.neuron else ""
        return f"{self.operation}{behind}, {self.shape}, {self.way}, seed {self.seed}"


@dataclass(frozen=True)
class Difference:
    """Where a kernel computes something else.

    Attributes:
        draw: The smallest network that was found.
        step: The first step that differs.
        output: The index in the output.
        expected: What the C without kernels has there.
        found: What it has with them.
    """

    draw: Draw
    step: int
    output: int
    expected: float
    found: float

    def __str__(self) -> str:
        return (
            f"{self.draw}: output {self.output} in step {self.step} is {self.found:g}, "
            f"expected {self.expected:g}"
        )


@dataclass
class Trial:
    """What came out for one kernel.

    Attributes:
        kernel: Its name.
        networks: How many networks it computed a part of.
        entries: How many numbers were compared.
        differences: Where they differ.
        reasons: Why it was not selected, and how often.
        closest: A network with the fewest reasons, and these.
    """

    kernel: str
    networks: int = 0
    entries: int = 0
    differences: list[Difference] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    closest: tuple[Draw, tuple[str, ...]] | None = None

    @property
    def passed(self) -> bool:
        """Whether it was tried, and computed what it had to."""
        return self.networks > 0 and not self.differences


def try_kernels(
    target: Target,
    networks: int = 40,
    seed: int = 0,
    progress: Callable[[str, float], None] = lambda what, share: None,
) -> list[Trial]:
    """Tries each kernel of a target.

    Args:
        target: It has a model for this machine.
        networks: How many networks each kernel is to compute; ten times as many are drawn at most.
        seed: Of what is drawn.
        progress: Called with what is tried, and with what share of it is done.

    Raises:
        OptionError: The target has no kernels, or no model of them.
        CompileError: The model cannot be built.
    """
    if not target.kernels:
        raise OptionError(
            f"target {quoted(target.name)} has no kernels", help="describe one in [[kernel]]"
        )
    if target.host is None:
        raise OptionError(
            f"target {quoted(target.name)} has no model of its kernels for this machine",
            help="add [host] with the sources of one",
        )
    return [_try_kernel(target, kernel, networks, seed, progress) for kernel in target.kernels]


def _try_kernel(
    target: Target,
    kernel: Kernel,
    networks: int,
    seed: int,
    progress: Callable[[str, float], None],
) -> Trial:
    trial = Trial(kernel.name)
    # The kernel by itself, whatever it costs.
    alone = replace(target, kernels=(replace(kernel, cost="0"),), cost="1")
    untold = Trial(kernel.name)

    def fits(draw: Draw) -> bool:
        progress(f"{kernel.name}: looking for networks that it computes", 0.0)
        return _compiled(draw, alone, untold) is not None

    for draw in draws(kernel, seed, 10 * networks, fits):
        network = _compiled(draw, alone, trial)
        if network is not None:
            trial.networks += 1
            if found := _difference(draw, network, trial):
                trial.differences.append(_smaller(found, alone))
                return trial
        progress(f"{kernel.name}: {trial.networks} networks", trial.networks / networks)
        if trial.networks == networks:
            break
    return trial


def _compiled(draw: Draw, target: Target, trial: Trial) -> Network | None:
    """The network, if the kernel computes a part of it."""
    try:
        network = _compile(draw, target)
        placements: tuple[Placement, ...] = network.placements
    except CompileError as error:
        if "[K1]" in error.message:  # of the description, whatever the network
            raise
        trial.reasons[error.message.partition("\n")[0]] += 1
        return None
    if any(place.kernel for place in placements):
        return network
    reasons = [reason for place in placements for reason in place.reasons]
    # Those of the kernel, "NAME: what does not hold"; else that its pattern begins nowhere.
    told = [what for reason in reasons if (what := reason.partition(": ")[2])]
    trial.reasons.update(told or reasons)
    if told and (trial.closest is None or len(told) < len(trial.closest[1])):
        trial.closest = (draw, tuple(told))
    return None


def _compile(draw: Draw, target: Target | str) -> Network:
    return compile_network(
        graph(draw),
        dtype=draw.way.dtype,
        convention=draw.way.convention,
        dt=DT,
        input_type=draw.way.input_type,
        scales=draw.way.scales,
        states=draw.way.states,
        target=target,
    )


def _difference(draw: Draw, network: Network, trial: Trial | None = None) -> Difference | None:
    plain = _compile(draw, network.options.target.processor)
    x = input_for(draw, network)
    # What is made smaller was compared before.
    if trial is not None and (mismatches := verify(plain, x).mismatches):
        raise CompileError(
            f"without kernels, the C and the reference differ: {'; '.join(mismatches)}",
            help="this is an error of the compiler; please report it",
        )
    if network.is_quantized:
        integers = plain.executable.quantized(x)
        expected = plain.executable.run_integers(integers)
        found = network.executable.run_integers(integers)
    else:
        expected, found = plain.executable.run(x), network.executable.run(x)
    for name, values in expected.items():
        first = _first_difference(values, found[name], TOLERANCE.get(draw.way.dtype, 0.0))
        if trial is not None:
            trial.entries += values.size
        if first is not None:
            step, output = first
            theirs = found[name].reshape(len(values), -1)[step, output]
            ours = values.reshape(len(values), -1)[step, output]
            return Difference(draw, step, output, float(ours), float(theirs))
    return None


def _first_difference(expected: Signal, found: Signal, tolerance: float) -> tuple[int, int] | None:
    """The first step and index where they differ."""
    rows = expected.astype(np.float64).reshape(len(expected), -1)
    others = found.astype(np.float64).reshape(len(found), -1)
    allowed = tolerance * max(1.0, float(np.max(np.abs(rows), initial=0.0)))
    wrong = np.argwhere(~(np.abs(rows - others) <= allowed))
    return None if len(wrong) == 0 else (int(wrong[0][0]), int(wrong[0][1]))


def _smaller(found: Difference, target: Target) -> Difference:
    """A smaller network that differs, too."""
    while True:
        for draw in _reduced(found.draw):
            network = _compiled(draw, target, Trial(""))
            if network is not None and (less := _difference(draw, network)):
                found = less
                break
        else:
            return found


def _reduced(draw: Draw) -> Iterator[Draw]:
    """Smaller networks, the smallest first."""
    shape = draw.shape
    for name in ("outputs", "inputs"):
        size: int = getattr(shape, name)
        for less in sorted({1, 2, 4, 8, 16, size // 2, size - 1}):
            if 1 <= less < size and less % shape.groups == 0:
                smaller: dict[str, Any] = {name: less}
                yield replace(draw, shape=replace(shape, **smaller))
    if shape.size[0] > shape.window[0] or shape.size[1] > shape.window[1]:
        height, width = (max(w, s // 2) for w, s in zip(shape.window, shape.size, strict=True))
        yield replace(draw, shape=replace(shape, size=(height, width)))
    if shape.stride > 1:
        yield replace(draw, shape=replace(shape, stride=1))
    if shape.padding > 0:
        yield replace(draw, shape=replace(shape, padding=0))
    for name in ("bias", "leak", "each"):
        if getattr(draw.way, name):
            without: dict[str, Any] = {name: False}
            yield replace(draw, way=replace(draw.way, **without))
    if draw.way.convention != "nir":
        yield replace(draw, way=replace(draw.way, convention="nir"))


# What is drawn


def draws(kernel: Kernel, seed: int, count: int, fits: Callable[[Draw], bool]) -> Iterator[Draw]:
    """Networks at and around the borders of what a kernel takes.

    Args:
        kernel: The kernel.
        seed: Of what is drawn.
        count: How many networks.
        fits: Whether the kernel computes a part of a network; asked of one with inner sizes in each
            way in which networks are drawn. Most are then drawn in the ways that fit.

    Raises:
        OptionError: Its pattern begins with an operation that no network here is drawn for.
    """
    rng = np.random.default_rng(seed)
    operation = "snn.linear" if kernel.pattern[0] in _NEURONS else kernel.pattern[0]
    shapes = {"snn.linear": _linear_shape, "snn.conv2d": _conv_shape}
    if operation not in shapes:
        raise OptionError(
            f"kernel {quoted(kernel.name)}: its pattern begins with {operation}, for which no "
            "networks are drawn",
            help="try patterns with snn.linear, snn.conv2d or a neuron yourself",
        )
    asked = kernel.where.get("neuron.leak.given")
    leaks = [asked] if isinstance(asked, bool) else [False, True]
    ways = [replace(way, leak=leaks[0]) for way in _ways(kernel)]
    shape = shapes[operation]
    inner = shape(kernel, np.random.default_rng(1), inside=True)
    first = seed * 1_000_003
    fitting = [way for way in ways if fits(Draw(operation, inner, way, first))]
    for number in range(count):
        pool = fitting if fitting and rng.random() < 0.9 else ways
        way = pool[int(rng.integers(len(pool)))]
        sized, leak = shape(kernel, rng), leaks[int(rng.integers(len(leaks)))]
        way = replace(way, leak=leak, each=bool(rng.random() < 0.5))
        yield Draw(operation, sized, way, first + number)


_INTEGERS: tuple[tuple[Scales, States], ...] = (
    ("real", "short"),
    ("real", "proved"),
    ("pow2", "proved"),
)
_LEAKY = ("LIF", "LI", "CubaLIF")
_NEURONS = {"snn.lif": ("LIF", "IF"), "snn.cuba_lif": ("CubaLIF",), "snn.li": ("LI", "I")}


def _ways(kernel: Kernel) -> list[Way]:
    """The ways that the words of a kernel's conditions leave open, and a few others."""
    behind = [name for name in kernel.pattern if name in _NEURONS]
    types = {"i8": "int8", "i16": "int16", "i4": "int4", "i2": "int2", "f32": "f32"}
    asked = _words(kernel, "synapse.weight.type")
    dtypes = [types[word] for word in asked if word in types] or ["int8", "int16", "int4", "f32"]
    asked = _words(kernel, "synapse.input.type")
    inputs = [word for word in asked if word in _INPUTS] or list(_INPUTS)
    biases = [word == "constant" for word in _words(kernel, "synapse.bias")] or [False, True]
    # What is behind the kernel does not matter to it.
    neurons = _NEURONS[behind[0]] if behind else ("", "LIF")
    conventions = _CONVENTIONS if behind else ("nir",)
    ways = []
    for neuron, bias, dtype, convention, kind in product(
        neurons, biases, dtypes, conventions, inputs
    ):
        for scales, states in _INTEGERS[: 3 if dtype in ("int8", "int4", "int2") else 1]:
            way = Way(neuron, bias, dtype, convention, kind, scales, states)
            ways += [way, replace(way, steps="many")] if behind and neuron in _LEAKY else [way]
    return ways


def _words(kernel: Kernel, fact: str) -> list[str]:
    """The words that a condition allows."""
    wanted = kernel.where.get(fact, ())
    choices = wanted if isinstance(wanted, tuple) else (wanted,)
    return [word for word in choices if isinstance(word, str)]


def sizes(kernel: Kernel, fact: str, most: int, inside: bool = False) -> list[int]:
    """Sizes at and around the borders of a condition, or only those inside."""
    condition = kernel.where.get(fact)
    if isinstance(condition, (bool, str)) or condition is None:
        return [1, 2, 3, most // 2, most]
    if isinstance(condition, int):
        return [condition, condition, condition, condition + (not inside)]
    if isinstance(condition, Mapping):
        multiple = condition.get("multiple", 1)
        least = max(1, condition.get("min", 1))
        first = -(-least // multiple) * multiple
        last = condition.get("max", max(most, first + 2 * multiple)) // multiple * multiple
        borders = [first, first + multiple, (first + last) // 2 // multiple * multiple, last]
        beyond = () if inside else (first - 1, last + 1)
        return [size for size in (*borders, *borders, *beyond) if size > 0]
    return [size for size in condition if isinstance(size, int)] or [1]


def _linear_shape(kernel: Kernel, rng: np.random.Generator, inside: bool = False) -> Shape:
    return Shape(
        inputs=int(rng.choice(sizes(kernel, "synapse.weight.i", 40, inside))),
        outputs=int(rng.choice(sizes(kernel, "synapse.weight.o", 20, inside))),
    )


def _conv_shape(kernel: Kernel, rng: np.random.Generator, inside: bool = False) -> Shape:
    def drawn(fact: str, most: int) -> int:
        return int(rng.choice(sizes(kernel, fact, most, inside)))

    window = (drawn("synapse.weight.h", 5), drawn("synapse.weight.w", 5))
    groups = int(rng.choice(sizes(kernel, "synapse.groups", 2, inside)[:2]))
    size = tuple(max(w, int(rng.integers(3, 12))) for w in window)
    return Shape(
        inputs=drawn("synapse.weight.i", 4) * groups,
        outputs=-(-drawn("synapse.weight.o", 8) // groups) * groups,
        size=(size[0], size[1]),
        window=window,
        stride=drawn("synapse.stride.0", 2),
        padding=int(rng.integers(0, 3)),
        groups=groups,
    )


def graph(draw: Draw) -> nir.NIRGraph:
    """The NIR graph of what was drawn."""
    import nir

    rng = np.random.default_rng(draw.seed)
    shape = draw.shape
    if draw.operation == "snn.linear":
        weight = rng.normal(0, 1, (shape.outputs, shape.inputs)) / np.sqrt(max(1, shape.inputs / 4))
        input_shape: tuple[int, ...] = (shape.inputs,)
        output_shape: tuple[int, ...] = (shape.outputs,)
        synapse: Any = nir.Linear(weight)
        if draw.way.bias:
            synapse = nir.Affine(weight, rng.normal(0, 0.1, shape.outputs))
    else:
        weight = rng.normal(0, 0.5, (shape.outputs, shape.inputs // shape.groups, *shape.window))
        synapse = nir.Conv2d(
            input_shape=shape.size,
            weight=weight,
            stride=shape.stride,
            padding=shape.padding,
            dilation=1,
            groups=shape.groups,
            bias=rng.normal(0, 0.1, shape.outputs) if draw.way.bias else np.zeros(shape.outputs),
        )
        input_shape = (shape.inputs, *shape.size)
        output_shape = (
            shape.outputs,
            *(
                (s + 2 * shape.padding - w) // shape.stride + 1
                for s, w in zip(shape.size, shape.window, strict=True)
            ),
        )
    nodes = {"input": nir.Input({"input": np.array(input_shape)}), "synapse": synapse}
    edges = [("input", "synapse")]
    if draw.way.neuron:
        nodes["neuron"] = _neuron(draw, output_shape, rng)
        edges.append(("synapse", "neuron"))
    nodes["output"] = nir.Output({"output": np.array(output_shape)})
    edges.append((edges[-1][1], "output"))
    return nir.NIRGraph(nodes, edges, type_check=False)


def _neuron(draw: Draw, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    import nir

    each: tuple[int, ...] = shape if draw.way.each else ()

    def drawn(least: float, most: float) -> np.ndarray[Any, Any]:
        return np.broadcast_to(rng.uniform(least, most, each), shape).copy()

    few = draw.way.steps == "few"
    tau = drawn(2 * DT, 30 * DT) if few else drawn(60 * DT, 600 * DT)
    r = drawn(1.0, 4.0) if few else drawn(20.0, 80.0)
    threshold, leak = drawn(0.3, 1.5), drawn(-0.05, 0.05) * draw.way.leak
    parameters = {
        "LIF": {"tau": tau, "r": r, "v_leak": leak, "v_threshold": threshold},
        "IF": {"r": r / DT, "v_threshold": threshold},
        "LI": {"tau": tau, "r": r, "v_leak": leak},
        "I": {"r": r / DT},
        "CubaLIF": {
            "tau_mem": tau, "tau_syn": drawn(2 * DT, 10 * DT), "r": r, "v_leak": leak,
            "v_threshold": threshold, "w_in": drawn(0.5, 2.0),
        },
    }  # fmt: skip
    return getattr(nir, draw.way.neuron)(**parameters[draw.way.neuron])


def input_for(draw: Draw, network: Network) -> dict[str, Signal]:
    """Input of a drawn density; none in the first steps and all in a few."""
    rng = np.random.default_rng(draw.seed + 1)
    density = float(rng.choice([0.02, 0.1, 0.5]))
    inputs = {}
    for port in network.inputs:
        x = (rng.random((STEPS, *port.shape)) < density).astype(np.float64)
        x[:2], x[STEPS // 2 : STEPS // 2 + 2] = 0, 1
        if draw.way.input_type == "counts":
            x *= rng.integers(1, 20, x.shape)
        elif draw.way.input_type == "float":
            x *= rng.uniform(-1, 1, x.shape)
        inputs[port.name] = x if draw.way.input_type == "float" else x.astype(np.uint8)
    return inputs

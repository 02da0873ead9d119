# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A quantized `snn.network`, integer for integer, in NumPy and nothing else.

It is the oracle the generated C of quantized networks is compared with, bit for bit. It computes
what dialect/spec.md says, section "Quantized arithmetic", from the operations of the network, and
shares no code with the compiler. Floating point occurs only where the spec has real numbers: in
the factors that are made from scales once, before the first step.

Integers are int64. Those of a network are below 2^31, what they are multiplied by is at most 2^30
and in synapses a weight of few bits, so that nothing wraps.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.errors import OptionError, quoted

Array: TypeAlias = npt.NDArray[np.int64]
Reals: TypeAlias = npt.NDArray[np.float64]
Values: TypeAlias = dict[int, Array]

_BEYOND = 2**62
"""Products stop here. It is so far outside of every type that no sum brings them back."""

_BEYOND_PER_SPIKE = 2**54
"""The same for what a single spike adds, of which there are up to 255."""

_DRIVE_LIMIT = 2**29
"""What drives a state that saturates is below this."""

_LARGEST_COUNT = {"i1": 1, "ui8": 255}

_REALS: dict[str, type[np.floating]] = {"f32": np.float32, "f64": np.float64}


class IntegerInterpreter:
    """A quantized network at some point in time.

    Args:
        network: What `Module.network()` returns: the inputs, outputs, types, constants and
            operations of a network all of whose signals are quantized, spikes or counts.

    Raises:
        OptionError: The network is not quantized, or has a cycle without a carried result.
    """

    def __init__(self, network: Mapping[str, Any]) -> None:
        definitions = [
            _Definition(network, given)
            for given in network["ops"]
            if given["op"] != "snn.events"  # lists what the signal itself says
        ]
        self._operations = _ordered([_operation(definition) for definition in definitions])
        self._inputs = {
            name: (value, _Type.of(network["types"][value], f"input {quoted(name)}"))
            for value, name in network["inputs"]
        }
        self._outputs = {name: value for value, name in network["outputs"]}
        for name, value in self._outputs.items():
            if network["types"][value]["element"] not in _REALS or not self._truncates(network):
                _Type.of(network["types"][value], f"output {quoted(name)}")
        self._constants = {
            value: np.asarray(constant).astype(np.int64)
            for value, constant in network["constants"].items()
            if _holds_integers(network["types"][value])
        }

    @staticmethod
    def _truncates(network: Mapping[str, Any]) -> bool:
        """Whether sums of floating-point numbers become integers, which neurons compute with."""
        return any(given["op"] == "snn.truncate" for given in network["ops"])

    def reset(self) -> None:
        """Back to the state before the first step."""
        for operation in self._operations:
            operation.reset()

    def step(self, x: Mapping[str, npt.NDArray[Any]]) -> dict[str, Array]:
        """One step.

        Args:
            x: [*shape] for every input, by name: integers, in units of the input's scale; 0 or 1
                for spikes.

        Returns:
            [*shape] for every output, by name, in units of its scale.

        Raises:
            OptionError: The input does not fit the network.
            OverflowError: The result of an operation that does not saturate is outside of its
                type. What is carried is undefined from then on, until `reset`.
        """
        self._check_names(x)
        signals = {name: self._checked(name, np.asarray(x[name]), ()) for name in x}
        return self._step(signals)

    def run(self, x: Mapping[str, npt.NDArray[Any]]) -> dict[str, Array]:
        """The outputs for a whole input, from the initial state.

        Args:
            x: [T, *shape] for every input, by name; as for `step`.

        Returns:
            [T, *shape] for every output, by name.

        Raises:
            OptionError: The input does not fit the network.
            OverflowError: As in `step`.
        """
        self._check_names(x)
        lengths = {name: len(np.atleast_1d(x[name])) for name in x}
        if len(set(lengths.values())) != 1 or 0 in lengths.values():
            found = ", ".join(f"{n} for {quoted(name)}" for name, n in lengths.items())
            raise OptionError(
                f"the inputs have {found or 'no'} steps, expected the same number of steps for "
                "all inputs, and at least one"
            )
        (length,) = set(lengths.values())
        signals = {name: self._checked(name, np.asarray(x[name]), (length,)) for name in x}
        self.reset()
        rows = [self._step({name: s[t] for name, s in signals.items()}) for t in range(length)]
        return {name: np.stack([row[name] for row in rows]) for name in self._outputs}

    def _step(self, x: Mapping[str, Array]) -> dict[str, Array]:
        values: Values = dict(self._constants)
        values.update((self._inputs[name][0], signal) for name, signal in x.items())
        for operation in self._operations:
            values.update(operation.emit())
        for operation in self._operations:
            values.update(operation.step(values))
        return {name: values[value].copy() for name, value in self._outputs.items()}

    def _check_names(self, x: Mapping[str, npt.NDArray[Any]]) -> None:
        if set(x) != set(self._inputs):
            raise OptionError(
                f"inputs were given for {_listed(x)}, expected {_listed(self._inputs)}"
            )

    def _checked(self, name: str, signal: npt.NDArray[Any], leading: tuple[int, ...]) -> Array:
        _, kind = self._inputs[name]
        shape = (*leading, *(kind.shape or ()))
        if signal.shape != shape:
            raise OptionError(
                f"input {quoted(name)} has shape {list(signal.shape)}, expected {list(shape)}"
            )
        if signal.dtype.kind not in "biu":
            raise OptionError(f"input {quoted(name)} is {signal.dtype}, expected integers")
        if np.any(signal < kind.low) or np.any(signal > kind.high):
            raise OptionError(
                f"input {quoted(name)} holds integers from {signal.min()} to {signal.max()}, "
                f"expected {kind.low} to {kind.high}"
            )
        return signal.astype(np.int64)


# --- Arithmetic -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Factor:
    """A factor of integers: `multiplier * 2^-shift`.

    Attributes:
        multiplier: At most 2^30 in size; for all elements or for each.
        shift: At most 46; where it is negative, the product is shifted to the left.
    """

    multiplier: Array
    shift: Array

    @classmethod
    def of(cls, real: npt.ArrayLike) -> Factor:
        """A real number, of which 15 bits are kept; below 2^-32 fewer."""
        # 2^(exponent - 1) <= |real| < 2^exponent
        _, exponent = np.frexp(np.asarray(real, np.float64))
        shift = np.minimum(15 - exponent.astype(np.int64), 46)
        multiplier = round_half_up(np.ldexp(real, shift))
        return cls(multiplier.astype(np.int64), shift)

    def times(self, q: Array) -> Array:
        """The product with integers of at most 2^32, rounded to whole numbers, halves up.

        It is exact up to 2^62; what is greater is 2^62.
        """
        right, left = np.maximum(self.shift, 0), np.clip(-self.shift, 0, 62)
        half = (np.int64(1) << right) >> 1
        product = (q * self.multiplier + half) >> right
        bound = np.int64(_BEYOND) >> left
        return np.asarray(np.clip(product, -bound, bound) * (np.int64(1) << left))


def round_half_up(x: npt.ArrayLike) -> Reals:
    """floor(x + 1/2) as if computed exactly: in floating point x + 1/2 itself can round up."""
    below = np.floor(x)
    return np.asarray(np.where(x - below >= 0.5, below + 1.0, below), np.float64)


def _entering(source: _Type, target: _Type, factor: Reals) -> Callable[[Array], Array]:
    """The function that multiplies by a real factor, from integers of one type to another's."""
    if not source.is_count:
        return Factor.of(factor * source.scale / target.scale).times
    whole = round_half_up(factor / target.scale)
    per_spike = np.clip(whole, -_BEYOND_PER_SPIKE, _BEYOND_PER_SPIKE).astype(np.int64)
    return lambda x: np.asarray(x * per_spike)


# --- What the network says ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Type:
    """The type of a signal or a coefficient.

    Attributes:
        shape: None for a single coefficient.
        is_count: Whether the elements are spikes or counts.
        scale: The real number that 1 stands for, of rank 0 or of the rank of the shape.
        low: The least integer.
        high: The greatest integer.
    """

    shape: tuple[int, ...] | None
    is_count: bool
    scale: Reals
    low: int
    high: int

    @classmethod
    def of(cls, given: Mapping[str, Any], what: str, *, node: str | None = None) -> _Type:
        """The type that the network gives for `what`."""
        element = given["element"]
        if not _holds_integers(given):
            raise OptionError(
                f"{what} has elements of type {element}, expected a quantized network: quantized "
                "types, i1 and ui8",
                node=node,
            )
        shape = None if given["shape"] is None else tuple(int(n) for n in given["shape"])
        if element in _LARGEST_COUNT:
            return cls(shape, True, np.ones(()), 0, _LARGEST_COUNT[element])
        scale = np.asarray(given["scales"], np.float64)
        if given["axis"] is None:
            scale = scale.reshape(())
        else:
            dimensions = [1] * len(shape or ())
            dimensions[given["axis"]] = scale.size
            scale = scale.reshape(dimensions)
        return cls(shape, False, scale, int(given["min"]), int(given["max"]))


def _holds_integers(given: Mapping[str, Any]) -> bool:
    return given["element"] == "quant" or given["element"] in _LARGEST_COUNT


_RESULTS = {
    "snn.lif": ("spikes", "voltage"),
    "snn.li": ("voltage",),
    "snn.cuba_lif": ("spikes", "voltage", "current"),
    "snn.cuba_li": ("voltage", "current"),
}


class _Definition:
    """One operation as the network gives it."""

    def __init__(self, network: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        self._types = network["types"]
        self._constants = network["constants"]
        self._operands = given["operands"]
        self.name: str = given["op"]
        self.node: str = given["node"]
        self.attributes: Mapping[str, Any] = given["attrs"]
        names = _RESULTS.get(self.name, ("result",))
        self.results: dict[str, int] = dict(zip(names, given["results"], strict=True))

    @property
    def signals(self) -> tuple[int, ...]:
        """The operands that have another value in every step."""
        if "inputs" in self._operands:
            return tuple(self._operands["inputs"])
        # The reshapes of MLIR's own tensor dialect call their input `src`.
        first = self._operands["input" if "input" in self._operands else "src"]
        return (first, self._operands["bias"]) if self.begins_with_signal else (first,)

    @property
    def begins_with_signal(self) -> bool:
        """Whether the sum of a synapse begins with a signal, not with a constant bias."""
        return self.has("bias") and self._operands["bias"] not in self._constants

    @property
    def is_real(self) -> bool:
        """Whether what it computes are floating-point numbers."""
        return self._types[next(iter(self.results.values()))]["element"] in _REALS

    def real(self, name: str) -> npt.NDArray[Any]:
        """A weight or bias of floating-point numbers, in their type; 0 if absent."""
        kind = _REALS[self._types[next(iter(self.results.values()))]["element"]]
        if not self.has(name):
            return np.zeros((), kind)
        return np.asarray(self._constants[self._operands[name]]).astype(kind)

    @property
    def signal_types(self) -> tuple[_Type, ...]:
        return tuple(self._type(value, "an input") for value in self.signals)

    def result_type(self, name: str) -> _Type:
        return self._type(self.results[name], f"the {name}")

    def has(self, name: str) -> bool:
        return name in self._operands

    def integers(self, name: str) -> Array:
        """A coefficient, weight or bias; 0 if absent."""
        if not self.has(name):
            return np.zeros((), np.int64)
        self._operand_type(name)
        value = self._operands[name]
        if value not in self._constants:
            raise self.error(f"the {name} is computed, expected a constant")
        return np.asarray(self._constants[value]).astype(np.int64)

    def factor(self, name: str) -> Reals:
        """The real numbers that a gain or factor stands for; 1 if absent."""
        if not self.has(name):
            return np.ones(())
        return np.asarray(self.integers(name) * self._operand_type(name).scale)

    def decay(self, name: str, state: str) -> Callable[[Array], Array]:
        """What is left of `state` after its decay, whose scale is a power of two; 1 if absent."""
        if not self.has(name):
            return lambda q: q
        shift = np.rint(-np.log2(self._operand_type(name).scale)).astype(np.int64)
        if np.any(shift < 0) or np.any(shift > 30):
            raise self.error(f"the scale of the {name} is 2^{-shift}, expected 2^-30 to 1")
        integers = self.integers(name)
        rule = self.arithmetic(state)["decay"]
        if rule == "toward_zero":
            return lambda q: np.asarray(np.sign(q) * ((np.abs(q) * integers) >> shift))
        if rule == "shift":
            lost = np.rint(shift - np.log2((np.int64(1) << shift) - integers)).astype(np.int64)
            return lambda q: np.asarray(q - _by_shift(q, lost))
        if not self.attributes.get(f"short_{name}"):
            return Factor(integers, shift).times
        return _short_decay(integers, shift, self.result_type(state))

    def arithmetic(self, state: str) -> Mapping[str, str]:
        """The rules by which the next `state` is computed."""
        name = "current_arithmetic" if state == "current" else "arithmetic"
        return self.attributes.get(name) or {"decay": "half_up", "sum": "once"}

    def error(self, message: str) -> OptionError:
        return OptionError(f"{self.name}: {message}", node=self.node)

    def _operand_type(self, name: str) -> _Type:
        return self._type(self._operands[name], f"the {name}")

    def _type(self, value: int, what: str) -> _Type:
        return _Type.of(self._types[value], f"{what} of {self.name}", node=self.node)


# --- Operations -----------------------------------------------------------------------------------


class _Operation(ABC):
    """One operation and what it carries from step to step.

    Attributes:
        signals: The values it reads.
        results: The values it computes.
        carried: Those of them that are known before the step.
    """

    def __init__(self, definition: _Definition) -> None:
        self._definition = definition
        self.signals = definition.signals
        self.results = definition.results
        self.carried: frozenset[int] = frozenset()
        self._types = {name: definition.result_type(name) for name in self.results}
        self._saturates = bool(definition.attributes.get("saturate", False))

    @property
    def node(self) -> str:
        return self._definition.node

    def reset(self) -> None:
        """Back to the state before the first step."""
        return

    def emit(self) -> Values:
        """The carried results, before anything else of the step."""
        return {}

    @abstractmethod
    def step(self, values: Values) -> Values:
        """All results, once the signals are known; carries on to the next step."""

    def _stored(self, y: Array, name: str) -> Array:
        """A result as its type can hold it."""
        kind = self._types[name]
        if self._saturates:
            return np.asarray(np.clip(y, kind.low, kind.high))
        outside = (y < kind.low) | (y > kind.high)
        if np.any(outside):
            index = [int(i) for i in np.argwhere(outside)[0]]
            raise OverflowError(
                f"node {quoted(self.node)}: the {name} of {self._definition.name} is "
                f"{y[tuple(index)]} at {index}, outside of {kind.low} to {kind.high}"
            )
        return y


class _Stateless(_Operation):
    """y(t) is a function of x(t) alone."""

    def __init__(self, definition: _Definition, function: Callable[..., Array]) -> None:
        super().__init__(definition)
        self._function = function

    def step(self, values: Values) -> Values:
        y = self._function(*(values[signal] for signal in self.signals))
        return {self.results["result"]: self._stored(y, "result")}


def _by_shift(q: Array, shift: Array) -> Array:
    """floor(q / 2^shift), but 1 where that is 0 and q is not."""
    floor = q >> shift
    return np.where((floor == 0) & (q != 0), 1, floor)


def _linear(d: _Definition) -> Callable[..., Array]:
    weight = d.integers("weight")
    if d.attributes.get("saturate"):
        return _saturating_linear(d)
    if d.begins_with_signal:
        return lambda x, y: np.matmul(weight, x[..., np.newaxis])[..., 0] + y
    bias = d.integers("bias")
    return lambda x: np.matmul(weight, x[..., np.newaxis])[..., 0] + bias


def _saturating_linear(d: _Definition) -> Callable[..., Array]:
    """A sum that is clamped after each presynaptic neuron."""
    weight, kind = d.integers("weight"), d.result_type("result")

    def add(x: Array, *start: Array) -> Array:
        y = start[0] if start else np.broadcast_to(d.integers("bias"), weight.shape[:-1])
        for index in range(weight.shape[-1]):
            y = np.clip(y + weight[..., index] * x[..., index, np.newaxis], kind.low, kind.high)
        return np.asarray(y)

    return add


def _decay(d: _Definition) -> Callable[..., Array]:
    return d.decay("decay", "result")


def _truncate(d: _Definition) -> Callable[..., Array]:
    kind = d.result_type("result")

    def truncate(x: npt.NDArray[Any]) -> Array:
        limits = np.array([kind.low, kind.high], x.dtype)
        beyond = np.abs(limits.astype(np.float64)) > np.abs([kind.low, kind.high])
        low, high = np.where(beyond, np.nextafter(limits, x.dtype.type(0)), limits)
        units = x / x.dtype.type(kind.scale)
        whole = np.where(units < high, np.trunc(np.maximum(units, low)), high)
        return np.asarray(whole, np.int64)

    return truncate


def _conv(d: _Definition) -> Callable[..., Array]:
    weight, bias = d.integers("weight"), d.integers("bias")
    _, channels, *kernel = weight.shape  # channels of one group
    groups = d.attributes["groups"]
    # [*kernel, groups, out / groups, channels]
    weight = np.moveaxis(weight, (0, 1), (-2, -1)).reshape(*kernel, groups, -1, channels)
    bias = bias.reshape(-1, *(1 for _ in kernel))

    def convolve(x: Array) -> Array:
        y = bias
        for position, tap in _taps(x, kernel, d.attributes):
            columns = tap.reshape(groups, channels, -1)
            y = y + np.matmul(weight[position], columns).reshape(-1, *tap.shape[1:])
        return y

    return _channels_first(d, convolve)


def _pool(d: _Definition) -> Callable[..., Array]:
    # An average is the same sum: its result's scale is divided instead.
    kernel = d.attributes["kernel"]

    def pool(x: Array) -> Array:
        return np.asarray(sum(tap for _, tap in _taps(x, kernel, d.attributes)))

    return _channels_first(d, pool)


def _channels_first(d: _Definition, function: Callable[[Array], Array]) -> Callable[..., Array]:
    """`function`, which maps [C, *in] to [C, *out], in the order of channels of an operation."""
    if not d.attributes.get("channels_last", False):
        return function
    return lambda x: np.moveaxis(function(np.moveaxis(x, -1, 0)), 0, -1)


def _taps(
    x: Array, kernel: Sequence[int], attributes: Mapping[str, Any]
) -> Iterator[tuple[tuple[int, ...], Array]]:
    """For every position in the kernel, what it sees of a map [C, *in], zero outside: [C, *out].

    A kernel has few positions and a map many, so this is what makes large maps fast.
    """
    stride = attributes["stride"]
    dilation = attributes.get("dilation", [1] * len(kernel))
    low, high = attributes["padding"][0::2], attributes["padding"][1::2]
    padded = np.pad(x, [(0, 0), *zip(low, high, strict=True)])
    last = [
        size - ((extent - 1) * apart + 1)
        for size, extent, apart in zip(padded.shape[1:], kernel, dilation, strict=True)
    ]
    for position in np.ndindex(*kernel):
        starts = [k * apart for k, apart in zip(position, dilation, strict=True)]
        seen = (
            slice(start, start + end + 1, every)
            for start, end, every in zip(starts, last, stride, strict=True)
        )
        yield position, padded[(slice(None), *seen)]


def _transpose(d: _Definition) -> Callable[..., Array]:
    permutation = tuple(d.attributes["permutation"])
    return lambda x: np.transpose(x, permutation)


def _reshape(d: _Definition) -> Callable[..., Array]:
    shape = d.result_type("result").shape
    assert shape is not None
    return lambda x: x.reshape(shape)


def _scale(d: _Definition) -> Callable[..., Array]:
    return _entering(d.signal_types[0], d.result_type("result"), d.factor("factor"))


def _rescale(d: _Definition) -> Callable[..., Array]:
    return _entering(d.signal_types[0], d.result_type("result"), np.ones(()))


def _add(d: _Definition) -> Callable[..., Array]:
    result = d.result_type("result")
    # Quantized operands have the scale of the result already.
    enter = [
        _entering(kind, result, np.ones(())) if kind.is_count else np.asarray
        for kind in d.signal_types
    ]
    return lambda *xs: np.asarray(sum(f(x) for f, x in zip(enter, xs, strict=True)))


def _threshold(d: _Definition) -> Callable[..., Array]:
    threshold = d.integers("threshold")
    return lambda x: (x > threshold).astype(np.int64)


class _Real(_Operation):
    """A sum of floating-point numbers, term by term as they come, which then becomes integers."""

    def __init__(self, definition: _Definition) -> None:
        self._definition = definition
        self.signals = definition.signals
        self.results = definition.results
        self.carried = frozenset()

    def step(self, values: Values) -> Values:
        d = self._definition
        first, *others = (values[signal] for signal in self.signals)
        if d.name == "snn.add":
            for other in others:
                first = first + other
            return {self.results["result"]: first}
        weight = d.real("weight")
        y = np.broadcast_to(d.real("bias"), weight.shape[:-1])
        for index in range(weight.shape[-1]):
            if first[index]:
                y = y + weight[:, index] * first[index].astype(weight.dtype)
        return {self.results["result"]: np.asarray(y)}


class _Delay(_Operation):
    """y[n](t) = x[n](t - steps[n])."""

    def __init__(self, definition: _Definition) -> None:
        super().__init__(definition)
        shape = self._types["result"].shape
        assert shape is not None
        self._steps = np.broadcast_to(np.asarray(definition.attributes["steps"], np.int64), shape)
        self._init = np.broadcast_to(definition.integers("init"), shape)
        if np.all(self._steps >= 1):
            self.carried = frozenset(self.results.values())
        self.reset()

    def reset(self) -> None:
        length = int(self._steps.max(initial=0)) + 1
        # What came in in step t is in slot t modulo the length, until step t + length.
        self._past = np.repeat(self._init[np.newaxis], length, axis=0)
        self._now = 0

    def emit(self) -> Values:
        return self._read() if self.carried else {}

    def step(self, values: Values) -> Values:
        self._past[self._now % len(self._past)] = values[self.signals[0]]
        y = self._read()
        self._now += 1
        return y

    def _read(self) -> Values:
        slots = (self._now - self._steps) % len(self._past)
        y = np.take_along_axis(self._past, slots[np.newaxis], axis=0)[0]
        return {self.results["result"]: self._stored(y, "result")}


def _short_decay(decay: Array, shift: Array, state: _Type) -> Callable[[Array], Array]:
    """The product with 16 bits of the state; with 1 - decay where no decay is less than a half."""
    largest = max(-state.low, state.high)
    dropped = 0
    while (largest + (1 << dropped >> 1)) >> dropped > 32767:
        dropped += 1
    if dropped >= shift:
        return Factor(decay, shift).times
    one = np.int64(1) << shift
    left = shift - dropped
    half = np.int64(1) << dropped >> 1

    def high(q: Array) -> Array:
        return np.asarray((q + half) >> dropped)

    if np.all((2 * decay >= one) & (decay <= one)):
        forgotten = one - decay
        if dropped == 0 and np.all(forgotten == forgotten.flat[0]):
            # Half a unit of the product, in units of the state.
            lost = int(forgotten.flat[0])
            nearest = (int(one) + lost) // (2 * lost) if lost > 0 else 0
            return lambda q: np.asarray(q - (((q + nearest) * lost) >> shift))
        below = (np.int64(1) << left >> 1) - 1 if left > 0 else np.int64(0)
        return lambda q: np.asarray(q - ((high(q) * forgotten + below) >> left))
    return lambda q: np.asarray((high(q) * decay + (np.int64(1) << left >> 1)) >> left)


class _Integrator(_Operation):
    """snn.li and snn.cuba_li: the voltage v and, in the latter, the current i.

    The spiking neurons are integrators that fire in addition.
    """

    def __init__(self, definition: _Definition) -> None:
        super().__init__(definition)
        d = definition
        (source,) = d.signal_types
        self._has_current = "current" in self.results
        if self._has_current:
            current = self._types["current"]
            self._current_decay = d.decay("current_decay", "current")
            self._enter_current = self._limited(
                _entering(source, current, d.factor("current_gain")), source, "current"
            )
            self._current_leak = d.integers("current_leak")
            self._current_sum = d.arithmetic("current")["sum"]
            self._sees_updated = d.attributes["current_order"] == "updated"
            self._current_init = self._initial("current", "current_init")
            source = current
        self._decay = d.decay("decay", "voltage")
        self._sum = d.arithmetic("voltage")["sum"]
        self._enter = self._limited(
            _entering(source, self._types["voltage"], d.factor("gain")), source, "voltage"
        )
        self._leak = d.integers("leak")
        self._floor = d.integers("floor") if d.has("floor") else None
        self._init = self._initial("voltage", "init")
        self.reset()

    def reset(self) -> None:
        self._v = self._init
        if self._has_current:
            self._i = self._current_init

    def step(self, values: Values) -> Values:
        drive = self._drive(values[self.signals[0]])
        v = self._v
        if self._floor is not None:
            kind = self._types["voltage"]
            v = np.maximum(v, np.clip(self._floor, kind.low, kind.high))
        self._v = self._stored(self._integrated(v, drive), "voltage")
        return self._states()

    def _integrated(self, v: Array, drive: Array) -> Array:
        """What is left of the voltage, with what drives it and the leak."""
        return self._added(v, self._decay(v), drive, self._leak, "voltage", self._sum)

    def _added(
        self, before: Array, left: Array, drive: Array, leak: Array, state: str, rule: str
    ) -> Array:
        """A state's sum under its rule."""
        kind = self._types[state]

        def clip(q: Array) -> Array:
            return np.asarray(np.clip(q, kind.low, kind.high))

        match rule:
            case "each":
                return clip(before + clip(clip(left - before + drive) + leak))
            case "wrap":
                size = kind.high - kind.low + 1
                q = left + drive + leak
                return np.where(q > kind.high, q - size, np.where(q < kind.low, q + size, q))
            case _:
                return left + drive + leak

    def _states(self) -> Values:
        states = {self.results["voltage"]: self._v}
        if self._has_current:
            states[self.results["current"]] = self._i
        return states

    def _drive(self, x: Array) -> Array:
        """Moves the current; what the voltage gets in addition to what is left of it."""
        if self._has_current:
            carried = self._i
            updated = self._added(
                carried,
                self._current_decay(carried),
                self._enter_current(x),
                self._current_leak,
                "current",
                self._current_sum,
            )
            self._i = self._stored(updated, "current")
            x = self._i if self._sees_updated else carried
        return self._enter(x)

    def _limited(
        self, enter: Callable[[Array], Array], source: _Type, state: str
    ) -> Callable[[Array], Array]:
        """What drives a state that saturates is clamped, unless it comes from spikes."""
        saturates = self._saturates or self._definition.arithmetic(state)["sum"] == "each"
        if not saturates or source.is_count:
            return enter
        return lambda x: np.clip(enter(x), -_DRIVE_LIMIT, _DRIVE_LIMIT - 1)

    def _initial(self, state: str, name: str) -> Array:
        shape = self._types[state].shape
        assert shape is not None
        return np.broadcast_to(self._definition.integers(name), shape)


class _Spiking(_Integrator):
    """snn.lif and snn.cuba_lif."""

    def __init__(self, definition: _Definition) -> None:
        super().__init__(definition)
        d = definition
        self._rule: str = d.attributes["spike"]
        self._timing: str = d.attributes["reset_timing"]
        self._kind: str = d.attributes["reset"]
        self._most = int(d.attributes.get("max_spikes", _LARGEST_COUNT["ui8"]))
        self._fires_before = d.attributes["spike_timing"] == "pre"
        if self._fires_before:
            self.carried = frozenset([self.results["spikes"]])
        self._threshold = d.integers("threshold")
        if self._rule.startswith("count") and np.any(self._threshold <= 0):
            raise d.error(f"counts with a threshold of {self._threshold.min()}, expected above 0")
        by_threshold = self._kind == "subtract" and not d.has("reset_value")
        self._reset = self._threshold if by_threshold else d.integers("reset_value")

    def emit(self) -> Values:
        return {self.results["spikes"]: self._fire(self._v)} if self._fires_before else {}

    def step(self, values: Values) -> Values:
        spikes, v = self._update(self._v, self._drive(values[self.signals[0]]))
        if self._floor is not None:
            v = np.maximum(v, self._floor)
        self._v = self._stored(v, "voltage")
        if self._timing in ("delayed", "carried") and not self._fires_before:
            spikes = self._fire(self._v)
        return {self.results["spikes"]: spikes, **self._states()}

    def _update(self, v: Array, drive: Array) -> tuple[Array, Array]:
        """Spikes and the next voltage; with resets delayed or carried, the spikes before it."""
        if self._timing == "carried":
            previous = self._fire(v)
            w = self._integrated(self._after(v, previous), drive)
            return previous, w
        u = self._integrated(v, drive)
        if self._timing == "immediate":
            spikes = self._fire(u)
            return spikes, self._after(u, spikes)
        previous = self._fire(v)
        w = self._after(u, previous)
        if self._timing == "delayed":
            return previous, w
        # Pending: what was subtracted for the previous spikes is given back.
        spikes = self._fire(w)
        return spikes, w - (spikes - previous) * self._reset

    def _after(self, v: Array, spikes: Array) -> Array:
        """The voltage `v` after a reset by spikes."""
        match self._kind:
            case "subtract":
                return np.asarray(v - spikes * self._reset)
            case "value":
                return np.where(spikes > 0, self._reset, v)
            case _:
                return v

    def _fire(self, v: Array) -> Array:
        match self._rule:
            case "gt":
                return (v > self._threshold).astype(np.int64)
            case "ge":
                return (v >= self._threshold).astype(np.int64)
            case _:
                count = np.minimum(v // self._threshold, self._most)
                return np.where(v >= self._threshold, count, 0)


_STATEFUL: dict[str, Callable[[_Definition], _Operation]] = {
    "snn.delay": _Delay,
    "snn.lif": _Spiking,
    "snn.li": _Integrator,
    "snn.cuba_lif": _Spiking,
    "snn.cuba_li": _Integrator,
}

_STATELESS: dict[str, Callable[[_Definition], Callable[..., Array]]] = {
    "snn.linear": _linear,
    "snn.conv1d": _conv,
    "snn.conv2d": _conv,
    "snn.sum_pool2d": _pool,
    "snn.avg_pool2d": _pool,
    "snn.transpose": _transpose,
    "snn.scale": _scale,
    "snn.add": _add,
    "snn.threshold": _threshold,
    "snn.rescale": _rescale,
    "snn.decay": _decay,
    "snn.truncate": _truncate,
    "tensor.collapse_shape": _reshape,
    "tensor.expand_shape": _reshape,
}


def _operation(definition: _Definition) -> _Operation:
    if definition.name in _STATEFUL:
        return _STATEFUL[definition.name](definition)
    if definition.is_real and definition.name in ("snn.linear", "snn.add"):
        return _Real(definition)
    if definition.name in _STATELESS:
        return _Stateless(definition, _STATELESS[definition.name](definition))
    raise definition.error("not an operation of a quantized network")


def _ordered(operations: Sequence[_Operation]) -> list[_Operation]:
    """The operations, definitions before uses; carried results are no definitions."""
    producers = {
        value: index
        for index, operation in enumerate(operations)
        for value in operation.results.values()
        if value not in operation.carried
    }
    sorter = TopologicalSorter(
        {
            index: [producers[value] for value in operation.signals if value in producers]
            for index, operation in enumerate(operations)
        }
    )
    try:
        return [operations[index] for index in sorter.static_order()]
    except CycleError as error:
        names = _listed(operations[index].node for index in error.args[1][:-1])
        raise OptionError(f"a cycle without a carried result goes through {names}") from None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names)) or "nothing"

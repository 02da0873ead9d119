# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random modules of `snn` IR that the verifier accepts, as text.

    text = random_module(random.Random(7))

Each rule of dialect/spec.md is kept on purpose, so that what is refused behind the verifier is
a finding or one of `REFUSALS` of tools.py. Networks compute in f32, f64 or integers. Signals,
coefficients, windows, reshapes, events, cycles and the attributes that passes read are drawn from
their domains; operations of a network stand in any order.
"""

from __future__ import annotations

import dataclasses
import math
import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

MAX_ELEMENTS = 48
MAX_OPERATIONS = 14
KINDS = ("f32", "f64", "integers")
BYTES = {"f32": "f", "f64": "d", "i8": "b", "i16": "h", "i32": "i"}
SCALES = (1.0, 0.5, 0.25, 2.0**-6, 2.0**-12, 0.1, 0.037, 3.0)
SPIKING = ("lif", "cuba_lif")
COEFFICIENTS = {
    "lif": ["decay", "gain", "leak", "threshold", "reset", "floor", "init"],
    "li": ["decay", "gain", "leak", "floor", "init"],
}
CURRENT = ["current_decay", "current_gain", "current_leak"]
COEFFICIENTS["cuba_lif"] = [*CURRENT, *COEFFICIENTS["lif"], "current_init"]
COEFFICIENTS["cuba_li"] = [*CURRENT, *COEFFICIENTS["li"], "current_init"]


@dataclass(frozen=True)
class Quantized:
    """`!quant.uniform<iBITS<least:most>:f32[:axis], scales>`, symmetric [Q1]."""

    bits: int
    least: int
    most: int
    scales: tuple[float, ...]
    axis: int | None = None

    def __str__(self) -> str:
        ends = f"<{self.least}:{self.most}>" if self != self.whole() else ""
        numbers = ",".join(map(written, self.scales))
        where = f":{self.axis}, {{{numbers}}}" if self.axis is not None else f", {numbers}"
        return f"!quant.uniform<i{self.bits}{ends}:f32{where}>"

    def whole(self) -> Self:
        half = 1 << (self.bits - 1)
        return dataclasses.replace(self, least=-half, most=half - 1)


Element = str | Quantized
UNIT = Quantized(32, 0, 0, (1.0,))  # of spikes and counts


@dataclass(frozen=True)
class Signal:
    """A value of the network, and what it is a tensor of."""

    name: str
    shape: tuple[int, ...]
    element: Element

    @property
    def type(self) -> str:
        return tensor(self.shape, self.element)

    @property
    def is_spikes(self) -> bool:
        return self.element in ("i1", "ui8")


def tensor(shape: Sequence[int], element: Element) -> str:
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


def written(number: float) -> str:
    """As MLIR reads it: with a point also before an exponent."""
    mantissa, *exponent = repr(float(number)).split("e")
    return "e".join([mantissa if "." in mantissa else mantissa + ".0", *exponent])


# What a kernel of a target computes [K1], and what it is called with.
KERNELS = (
    'pattern = ["snn.linear"], arguments = ["input", "synapse.weight", "synapse.result"]',
    'pattern = ["snn.conv2d"], arguments = ["input", "synapse.weight", "synapse.result"], '
    'where = {"synapse.weight.o" = {multiple = 2 : i64}}',
    'pattern = ["snn.lif"], arguments = ["input", "neuron.threshold.value", "neuron.v", '
    '"neuron.spikes"], cost = "neuron.size"',
    'pattern = ["snn.linear", "snn.lif"], arguments = ["input", "synapse.weight", '
    '"neuron.threshold.value", "neuron.v", "neuron.spikes"], headers = ["stddef.h"], '
    "alignment = 16 : i64",
)


def random_module(chance: random.Random) -> str:
    """A module with one network or several, each of a kind of its own, and perhaps kernels."""
    kernels = chance.sample(KERNELS, chance.randint(1, 2)) if chance.randrange(5) == 0 else []
    networks = [
        Network(chance, f"n{i}", chance.choice(KINDS))
        for i in range(chance.choice([1, 1, 1, 2, 3]))
    ]
    text = "".join(
        f'snn.kernel @kernel{i} {{function = "kernel_{i}", {what}}}\n'
        for i, what in enumerate(kernels)
    )
    text += "".join(network.build() for network in networks)
    blobs = "".join(blob for network in networks for blob in network.blobs)
    if blobs:
        inner = f"  dialect_resources: {{\n    builtin: {{\n{blobs[:-2]}\n    }}\n  }}\n"
        text += f"{{-#\n{inner}#-}}\n"
    return text


@dataclass
class Network:
    """A network while it grows."""

    chance: random.Random
    name: str
    kind: str
    signals: list[Signal] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    blobs: list[str] = field(default_factory=list)
    # Signals that are used already, and defined when everything else is there.
    promised: list[Signal] = field(default_factory=list)
    numbers: int = 0

    # Numbers and choices

    def often(self, of: int = 2) -> bool:
        return self.chance.randrange(of) > 0

    def seldom(self, of: int = 4) -> bool:
        return self.chance.randrange(of) == 0

    def fresh(self) -> str:
        self.numbers += 1
        return f"%v{self.numbers}"

    def range(self) -> str:
        least, most = sorted(self.chance.uniform(-9, 9) for _ in range(2))
        return f"snn.range = [{written(least)}, {written(most)}]"

    def shape(self) -> tuple[int, ...]:
        rank = self.chance.choice([0, 1, 1, 1, 2, 2, 3, 3])
        return tuple(self.chance.randint(1, (9, 9, 6, 4)[rank]) for _ in range(rank))

    def real(self, least: float = -1.5, most: float = 1.5) -> float:
        if self.seldom(12):
            return self.chance.choice([0.0, -0.0, 1.0, -1.0, 1e-30, 1e30, least, most, 2.0**-40])
        return round(self.chance.uniform(least, most), self.chance.choice([1, 3, 6]))

    def quantized(self, shape: Sequence[int], *, per_axis: bool = True) -> Quantized:
        """A type of quantized numbers for a tensor of `shape`."""
        bits = self.chance.choice([8, 16, 32])
        axis = self.chance.randrange(len(shape)) if per_axis and shape and self.seldom(5) else None
        count = 1 if axis is None else shape[axis]
        scales = tuple(self.chance.choice(SCALES) for _ in range(count))
        return self.narrowed(Quantized(bits, 0, 0, scales, axis).whole())

    def narrowed(self, element: Quantized) -> Quantized:
        if self.often(3):
            return element
        half = 1 << (element.bits - 1)
        least, most = self.chance.randint(-half, 0), self.chance.randint(1, half - 1)
        if self.seldom(2):
            least, most = max(least, -100), min(most, 100)
        return dataclasses.replace(element, least=least, most=most)

    def element(self, shape: Sequence[int]) -> Element:
        """What the network computes in."""
        return self.quantized(shape) if self.kind == "integers" else self.kind

    # Lines

    def emit(self, text: str, attributes: Sequence[str] = (), types: str = "") -> None:
        inside = [*attributes, *self.discardable()]
        self.lines.append(text + (f" {{{', '.join(inside)}}}" if inside else "") + types)

    def discardable(self) -> list[str]:
        found = []
        if self.seldom(8):
            found.append(f'snn.node = "{self.chance.choice(["a", "b.c", "for", "7", "x*/y"])}"')
        if self.seldom(10):
            found.append(self.range())
        return found

    def add(self, text: str, shape: Sequence[int], element: Element, *more: str) -> Signal:
        """A line with one result: `text`, attributes and `more`, its types."""
        signal = Signal(self.fresh(), tuple(shape), element)
        *attributes, types = more
        self.emit(f"{signal.name} = {text}", attributes, f" : {types}")
        self.signals.append(signal)
        return signal

    def constant(self, shape: Sequence[int] | None, element: Element, values: list[float]) -> str:
        """An `arith.constant`, quantized where `element` is; one value for all, or one for each."""
        stored = f"i{element.bits}" if isinstance(element, Quantized) else str(element)
        texts = [written(v) if stored[0] == "f" else str(int(v)) for v in values]
        name, type_ = self.fresh(), stored if shape is None else tensor(shape, stored)
        if shape is None:
            attribute = f"{texts[0]} : {type_}"
        elif len(values) > 4 and self.seldom(3):
            key = f"{self.name}_{name[1:]}"
            self.blobs.append(f'      {key}: "0x08000000{self.raw(stored, values)}",\n')
            attribute = f"dense_resource<{key}> : {type_}"
        elif len(values) == 1:
            attribute = f"dense<{texts[0]}> : {type_}"
        else:
            attribute = f'dense<"0x{self.raw(stored, values)}"> : {type_}'
        self.lines.append(f"{name} = arith.constant {attribute}")
        if not isinstance(element, Quantized):
            return name
        cast = self.fresh()
        outer = str(element) if shape is None else tensor(shape, element)
        self.lines.append(f"{cast} = quant.scast {name} : {type_} to {outer}")
        return cast

    def raw(self, stored: str, values: list[float]) -> str:
        numbers = values if stored[0] == "f" else [int(v) for v in values]
        return struct.pack(f"<{len(values)}{BYTES[stored]}", *numbers).hex().upper()

    def values(self, count: int, element: Element, least: float, most: float) -> list[float]:
        if not isinstance(element, Quantized):
            return [self.real(least, most) for _ in range(count)]
        low, high = element.least, element.most
        if self.often(4):
            low, high = max(low, -60), min(high, 60)
        return [self.chance.randint(low, high) for _ in range(count)]

    def weight(self, shape: Sequence[int], element: Element) -> str:
        count = math.prod(shape)
        one = count == 1 or self.seldom(6)
        values = self.values(1 if one else count, element, -1.0, 1.0)
        return self.constant(shape, element, values)

    def coefficient(
        self, shape: tuple[int, ...], element: Element, least: float = -1.0, most: float = 1.5
    ) -> tuple[str, str]:
        """A constant for a signal of `shape` [T2], and its type."""
        per_axis = isinstance(element, Quantized) and element.axis is not None
        if (self.seldom(2) or not shape) and not per_axis:
            return self.constant(None, element, self.values(1, element, least, most)), str(element)
        sizes = [1 if self.seldom(4) else size for size in shape]
        if per_axis:
            sizes[element.axis] = shape[element.axis]  # type: ignore[union-attr, index]
        count = 1 if self.seldom(4) else math.prod(sizes)
        values = self.values(count, element, least, most)
        return self.constant(sizes, element, values), tensor(sizes, element)

    # The network

    def build(self) -> str:
        inputs = [self.input(i) for i in range(self.chance.choice([1, 1, 2, 3]))]
        if self.seldom(3):
            self.promise()
        for _ in range(self.chance.randint(1, MAX_OPERATIONS)):
            self.grow()
        for signal in self.promised:
            self.keep(signal)
        outputs = [
            signal for signal in self.signals if self.seldom(3) or signal == self.signals[-1]
        ]
        if self.seldom(3):
            self.chance.shuffle(self.lines)
        results = [f"{signal.type}{self.port(i, 'y')}" for i, signal in enumerate(outputs)]
        names = ", ".join(signal.name for signal in outputs)
        types = ", ".join(signal.type for signal in outputs)
        dt = self.chance.choice(["1.0e-3", "1.0", "5.0e-5"])
        return (
            f"snn.network @{self.name}({', '.join(inputs)}) -> ({', '.join(results)})"
            f" attributes {{dt = {dt} : f64}} {{\n"
            + "".join(f"  {line}\n" for line in self.lines)
            + f"  snn.output {names} : {types}\n}}\n"
        )

    def port(self, index: int, letter: str) -> str:
        inside = []
        if self.often(8):
            inside.append(f'snn.name = "{letter}{index}"')
        if letter == "x" and self.seldom(5):
            inside.append(f"snn.bits = {self.chance.choice([8, 16, 32])} : i64")
        if letter == "x" and self.seldom(5):
            inside.append(self.range())
        if letter == "y" and self.seldom(5):
            inside.append("snn.record")
        return f" {{{', '.join(inside)}}}" if inside else ""

    def input(self, index: int) -> str:
        shape = self.shape()
        element = self.chance.choice(["i1", "i1", "ui8", self.element(shape), self.element(shape)])
        if self.kind == "integers" and self.seldom(8):
            element = self.chance.choice(["f32", "f64"])  # for snn.truncate
        self.signals.append(Signal(f"%x{index}", shape, element))
        return f"{self.signals[-1].name}: {self.signals[-1].type}{self.port(index, 'x')}"

    def promise(self) -> None:
        """A signal that closes a cycle: of a delay, or of a neuron with spike timing `pre` [N3]."""
        for _ in range(self.chance.randint(1, 2)):
            like = self.chance.choice(self.signals)
            element = "i1" if self.seldom(2) else like.element
            self.promised.append(Signal(self.fresh(), like.shape, element))
        self.signals += self.promised

    def keep(self, signal: Signal) -> None:
        if signal.element == "i1" and self.seldom(2):
            same = [s for s in self.signals if s.shape == signal.shape]
            sources = [s for s in same if s.is_spikes or isinstance(s.element, Quantized)]
            sources = sources if self.kind == "integers" else same
            self.neuron(self.chance.choice(SPIKING), self.chance.choice(sources), carried=signal)
            return
        source = self.chance.choice([s for s in self.signals if s.type == signal.type])
        steps = self.chance.randint(1, 4)
        types = f" : {signal.type}"
        self.lines.append(
            f"{signal.name} = snn.delay {source.name} by dense<{steps}> : tensor<i64>{types}"
        )

    def usable(self, result: Element, signals: Sequence[Signal]) -> list[Signal]:
        """Those that may enter the arithmetic of `result` [T3]."""
        return [
            s
            for s in signals
            if s.is_spikes
            or s.element == result
            or (isinstance(s.element, Quantized) and isinstance(result, Quantized))
        ]

    def grow(self) -> None:
        signal = self.chance.choice(self.signals[-4:] if self.often(3) else self.signals)
        if isinstance(signal.element, str) and self.kind == "integers" and not signal.is_spikes:
            self.truncate(signal)
            return
        kinds = [self.scale, self.add_, self.threshold, self.delay, self.neuron_of, self.neuron_of]
        if signal.shape:
            kinds += [self.linear, self.linear, self.linear, self.reshape, self.transpose]
        if len(signal.shape) == 2:
            kinds += [self.conv] * 4
        if len(signal.shape) == 3:
            kinds += [self.conv] * 4 + [self.pool] * 3
        if isinstance(signal.element, Quantized):
            kinds += [self.decay, self.rescale, self.casts]
        self.chance.choice(kinds)(signal)

    # Operations

    def products(
        self, signal: Signal, weight: Sequence[int], out_dim: int, axis: int
    ) -> tuple[str, Element, Element] | None:
        """A weight for `signal`, with its element and that of the sums [Q2]."""
        if self.kind != "integers":
            return self.weight(weight, self.kind), self.kind, self.kind
        if isinstance(signal.element, Quantized) and signal.element.axis is not None:
            return None
        bits = self.chance.choice([8, 8, 16])
        per_axis = self.seldom(3)
        count = weight[out_dim] if per_axis else 1
        scales = tuple(self.chance.choice(SCALES) for _ in range(count))
        element = self.narrowed(
            Quantized(bits, 0, 0, scales, out_dim if per_axis else None).whole()
        )
        unit = signal.element.scales[0] if isinstance(signal.element, Quantized) else 1.0
        sums = Quantized(32, 0, 0, tuple(s * unit for s in scales), axis if per_axis else None)
        sums = dataclasses.replace(sums, bits=self.chance.choice([16, 32, 32])).whole()
        return self.weight(weight, element), element, sums

    def events(self, signal: Signal) -> tuple[str, str]:
        """Events of a signal, now and then: the operand with its keyword, and its type."""
        if self.often(3):
            return "", ""
        name, type_ = self.fresh(), f"!snn.events<{math.prod(signal.shape)}>"
        self.lines.append(f"{name} = snn.events {signal.name} : {signal.type} -> {type_}")
        return f" events {name}", f", {type_}"

    def bias(self, shape: tuple[int, ...], element: Element) -> tuple[str, str]:
        """The bias of a synapse, now and then, with its keyword, and its type."""
        if self.often(3):
            return "", ""
        if isinstance(element, Quantized) and self.seldom(3):
            same = [s for s in self.signals if s.shape == shape and s.element == element]
            if same:
                return f" bias {same[-1].name}", f", {same[-1].type}"
        return f" bias {self.weight(shape, element)}", f", {tensor(shape, element)}"

    def linear(self, signal: Signal) -> None:
        *batch, size = signal.shape
        out = self.chance.randint(1, 8)
        weight, result = (*batch, out, size), (*batch, out)
        if math.prod(result) > MAX_ELEMENTS:
            return
        found = self.products(signal, weight, len(batch), len(batch))
        if found is None:
            return
        name, element, sums = found
        bias, bias_type = self.bias(result, sums)
        events, events_type = self.events(signal)
        attributes = []
        if isinstance(sums, Quantized) and not batch and self.seldom(5):
            attributes.append("saturate")
        if self.seldom(5):
            attributes.append(f"snn.weight_bits = {self.chance.choice([2, 4, 8, 16])} : i64")
        types = f"({signal.type}, {tensor(weight, element)}{bias_type}{events_type})"
        self.add(
            f"snn.linear {signal.name}, {name}{bias}{events}", result, sums,
            *attributes, f"{types} -> {tensor(result, sums)}",
        )  # fmt: skip

    def window(self, size: int, *, dilated: bool = True) -> tuple[int, int, int, int, int, int]:
        """Kernel, stride, low and high padding, dilation and positions along a dimension."""
        low, high = (self.chance.choice([0, 0, 1, 2]) for _ in range(2))
        dilation = self.chance.choice([1, 1, 2]) if dilated else 1
        room = size + low + high
        kernel = self.chance.randint(1, min(3, (room - 1) // dilation + 1))
        stride = self.chance.choice([1, 1, 2, 3])
        positions = (room - (kernel - 1) * dilation - 1) // stride + 1
        return kernel, stride, low, high, dilation, positions

    def conv(self, signal: Signal) -> None:
        last = self.seldom(3)
        channels = signal.shape[-1] if last else signal.shape[0]
        spatial = signal.shape[:-1] if last else signal.shape[1:]
        groups = self.chance.choice([n for n in range(1, channels + 1) if channels % n == 0])
        out = groups * self.chance.randint(1, 3)
        windows = [self.window(size) for size in spatial]
        kernel, stride, low, high, dilation, positions = zip(*windows, strict=True)
        weight = (out, channels // groups, *kernel)
        result = (*positions, out) if last else (out, *positions)
        if math.prod(result) > MAX_ELEMENTS:
            return
        found = self.products(signal, weight, 0, len(spatial) if last else 0)
        if found is None:
            return
        name, element, sums = found
        bias, bias_type = "", ""
        if self.seldom(3):
            of = sums
            if isinstance(of, Quantized) and of.axis is not None:
                of = dataclasses.replace(of, axis=0)
            bias, bias_type = f" bias {self.weight((out,), of)}", f", {tensor((out,), of)}"
        events, events_type = self.events(signal)
        text = f"snn.conv{len(spatial)}d {signal.name}, {name}{bias}{events}"
        if any(s != 1 for s in stride) or self.seldom(5):
            text += f" stride {list(stride)}"
        if any(low) or any(high):
            text += f" padding {[n for pair in zip(low, high, strict=True) for n in pair]}"
        if any(d != 1 for d in dilation):
            text += f" dilation {list(dilation)}"
        if groups > 1:
            text += f" groups {groups}"
        if last:
            text += " channels_last"
        types = f"({signal.type}, {tensor(weight, element)}{bias_type}{events_type})"
        self.add(text, result, sums, f"{types} -> {tensor(result, sums)}")

    def pool(self, signal: Signal) -> None:
        if isinstance(signal.element, Quantized) and signal.element.axis is not None:
            return
        last, average = self.seldom(3), self.seldom(2)
        channels = signal.shape[-1] if last else signal.shape[0]
        spatial = signal.shape[:-1] if last else signal.shape[1:]
        windows = [self.window(size, dilated=False) for size in spatial]
        kernel, stride, low, high, _, positions = zip(*windows, strict=True)
        result = (*positions, channels) if last else (channels, *positions)
        if math.prod(result) > MAX_ELEMENTS:
            return
        element: Element = self.kind
        if self.kind == "integers":
            unit = signal.element.scales[0] if isinstance(signal.element, Quantized) else 1.0
            scale = unit / math.prod(kernel) if average else unit
            element = Quantized(self.chance.choice([16, 32]), 0, 0, (scale,)).whole()
        text = f"snn.{'avg' if average else 'sum'}_pool2d {signal.name} kernel {list(kernel)}"
        if any(s != 1 for s in stride):
            text += f" stride {list(stride)}"
        if any(low) or any(high):
            text += f" padding {[n for pair in zip(low, high, strict=True) for n in pair]}"
        text += " channels_last" if last else ""
        self.add(text, result, element, f"({signal.type}) -> {tensor(result, element)}")

    def transpose(self, signal: Signal) -> None:
        order = list(range(len(signal.shape)))
        self.chance.shuffle(order)
        element = signal.element
        if isinstance(element, Quantized) and element.axis is not None:
            element = dataclasses.replace(element, axis=order.index(element.axis))
        shape = [signal.shape[d] for d in order]
        types = f"{signal.type} -> {tensor(shape, element)}"
        self.add(f"snn.transpose {signal.name} {order}", shape, element, types)

    def reshape(self, signal: Signal) -> None:
        if isinstance(signal.element, Quantized) and signal.element.axis is not None:
            return
        rank, count = len(signal.shape), math.prod(signal.shape)
        if rank > 1:
            text = f"tensor.collapse_shape {signal.name} [{list(range(rank))}]"
            types = f"{signal.type} into {tensor((count,), signal.element)}"
            self.add(text, (count,), signal.element, types)
            return
        first = self.chance.choice([n for n in range(1, count + 1) if count % n == 0])
        shape = (first, count // first)
        text = f"tensor.expand_shape {signal.name} [[0, 1]] output_shape {list(shape)}"
        self.add(text, shape, signal.element, f"{signal.type} into {tensor(shape, signal.element)}")

    def scale(self, signal: Signal) -> None:
        result = self.element(signal.shape)
        of = self.quantized(signal.shape) if self.kind == "integers" else self.kind
        factor, type_ = self.coefficient(signal.shape, of)
        saturates = isinstance(result, Quantized) and self.often(3)
        self.add(
            f"snn.scale {signal.name}, {factor}", signal.shape, result,
            *(["saturate"] if saturates else []),
            f"({signal.type}, {type_}) -> {tensor(signal.shape, result)}",
        )  # fmt: skip

    def add_(self, signal: Signal) -> None:
        result = signal.element if not signal.is_spikes else self.element(signal.shape)
        if isinstance(result, Quantized):
            result = dataclasses.replace(result, bits=32).whole()
        inputs = [
            s
            for s in self.usable(result, self.signals)
            if s.shape == signal.shape
            and (s.is_spikes or not isinstance(result, Quantized) or (
                isinstance(s.element, Quantized)
                and (s.element.scales, s.element.axis) == (result.scales, result.axis)
            ))
        ]  # fmt: skip
        chosen = [signal, *self.chance.choices(inputs, k=self.chance.randint(0, 3))]
        self.chance.shuffle(chosen)
        names, types = ", ".join(s.name for s in chosen), ", ".join(s.type for s in chosen)
        self.add(
            f"snn.add {names}", signal.shape, result, f"({types}) -> {tensor(signal.shape, result)}"
        )

    def threshold(self, signal: Signal) -> None:
        of: Element = self.kind
        if self.kind == "integers":
            unit = signal.element if isinstance(signal.element, Quantized) else UNIT
            of = dataclasses.replace(unit, bits=32).whole()
        threshold, type_ = self.coefficient(signal.shape, of)
        self.add(
            f"snn.threshold {signal.name}, {threshold}", signal.shape, "i1",
            f"({signal.type}, {type_}) -> {tensor(signal.shape, 'i1')}",
        )  # fmt: skip

    def delay(self, signal: Signal) -> None:
        count = math.prod(signal.shape)
        steps = self.chance.choice([1, 0, 2, 5])
        by = f"dense<{steps}> : tensor<i64>"
        if self.seldom(3):
            each = [self.chance.randint(0, 3) for _ in range(count)]
            by = f'dense<"0x{struct.pack(f"<{count}q", *each).hex()}"> : ' + tensor(
                signal.shape, "i64"
            )
            if count == 1:
                by = f"dense<{each[0]}> : {tensor(signal.shape, 'i64')}"
        init = ""
        if not signal.is_spikes and self.seldom(2):
            name, type_ = self.coefficient(signal.shape, signal.element)
            init = f" init({name} : {type_})"
        self.add(
            f"snn.delay {signal.name} by {by}{init}", signal.shape, signal.element, signal.type
        )

    def decay_number(self, shape: tuple[int, ...], rule: str) -> tuple[str, str]:
        """A decay from 0 to 1, with `shift` 1 - 2^-k [U9]."""
        bits = self.chance.choice([1, 8, 12, 16, 30])
        of = Quantized(32, 0, 0, (2.0**-bits,)).whole()
        if rule == "shift":
            value = (1 << bits) - (1 << bits - self.chance.randint(0, bits))
        else:
            value = self.chance.randint(0, 1 << bits)
        if self.seldom(2) or not shape:
            return self.constant(None, of, [value]), str(of)
        return self.constant(shape, of, [value]), tensor(shape, of)

    def decay(self, signal: Signal) -> None:
        rule = self.chance.choice(["half_up", "toward_zero", "shift"])
        name, type_ = self.decay_number(signal.shape, rule)
        attributes = [f"arithmetic = #snn.arithmetic<decay = {rule}>"] if self.often(3) or (
            rule != "half_up"
        ) else []  # fmt: skip
        self.add(
            f"snn.decay {signal.name} by({name})", signal.shape, signal.element, *attributes,
            f"{signal.type}, {type_}",
        )  # fmt: skip

    def truncate(self, signal: Signal) -> None:
        scale = 2.0 ** -self.chance.choice([0, 4, 12])
        of = self.narrowed(Quantized(self.chance.choice([8, 16, 32]), 0, 0, (scale,)).whole())
        types = f"{signal.type} -> {tensor(signal.shape, of)}"
        self.add(f"snn.truncate {signal.name}", signal.shape, of, types)

    def rescale(self, signal: Signal) -> None:
        of = self.quantized(signal.shape)
        self.add(
            f"snn.rescale {signal.name}", signal.shape, of,
            *(["saturate"] if self.often() else []),
            f"{signal.type} -> {tensor(signal.shape, of)}",
        )  # fmt: skip

    def casts(self, signal: Signal) -> None:
        """What snn-insert-rescale replaces."""
        of, real = self.quantized(signal.shape), self.fresh()
        floats = tensor(signal.shape, "f32")
        self.lines.append(f"{real} = quant.dcast {signal.name} : {signal.type} to {floats}")
        types = f"{floats} to {tensor(signal.shape, of)}"
        self.add(f"quant.qcast {real}", signal.shape, of, types)

    def neuron_of(self, signal: Signal) -> None:
        self.neuron(self.chance.choice(list(COEFFICIENTS)), signal)

    def neuron(self, op: str, signal: Signal, carried: Signal | None = None) -> None:
        shape, integers = signal.shape, self.kind == "integers"
        voltage: Element = self.quantized(shape) if integers else self.kind
        current: Element = self.quantized(shape) if integers else self.kind
        attributes, spikes, absent = self.choices(op, pre=carried is not None)
        rules = {"arithmetic": "half_up", "current_arithmetic": "half_up"}
        for state, short in (
            ("arithmetic", "short_decay"), ("current_arithmetic", "short_current_decay"),
        ):  # fmt: skip
            if not integers or (state.startswith("current") and not op.startswith("cuba")):
                continue
            if self.seldom(3):
                rules[state] = self.chance.choice(["half_up", "toward_zero", "shift"])
                sums = self.chance.choice(["once", "each", "wrap"])
                of = voltage if state == "arithmetic" else current
                if sums == "wrap":
                    of = of.whole()  # type: ignore[union-attr]
                    voltage, current = (of, current) if state == "arithmetic" else (voltage, of)
                attributes.append(
                    f"{state} = #snn.arithmetic<decay = {rules[state]}, sum = {sums}>"
                )
            elif self.seldom(3):
                attributes.append(short)
        if integers and self.often():
            attributes.append("saturate")
        text, types = f"snn.{op} {signal.name}", [signal.type]
        for name in COEFFICIENTS[op]:
            if name != "threshold" and (name in absent or self.often()):
                continue
            least, most = {"threshold": (0.1, 2.0), "decay": (0.0, 1.0)}.get(name, (-1.0, 1.0))
            of = current if name in ("current_leak", "current_init") else voltage
            if isinstance(of, Quantized):
                of = dataclasses.replace(of, bits=32).whole()
            if name.endswith("decay") and integers:
                state = "current_arithmetic" if name.startswith("current") else "arithmetic"
                value, type_ = self.decay_number(shape, rules[state])
            elif name.endswith("gain") and integers:
                value, type_ = self.coefficient(shape, self.quantized(shape))
            else:
                value, type_ = self.coefficient(shape, of, least, most)
            text += f" {name}({value})"
            types.append(type_)
        results = [Signal(self.fresh(), shape, voltage)]
        if op in SPIKING:
            results.insert(0, carried or Signal(self.fresh(), shape, spikes))
        if op.startswith("cuba"):
            results.append(Signal(self.fresh(), shape, current))
        names = ", ".join(s.name for s in results)
        self.emit(
            f"{names} = {text}",
            attributes,
            f" : ({', '.join(types)}) -> ({', '.join(s.type for s in results)})",
        )
        self.signals += [s for s in results if s != carried]

    def choices(self, op: str, *, pre: bool) -> tuple[list[str], str, set[str]]:
        """Attributes that go together [U3]-[U8], the type of spikes, and what cannot be there."""
        found, absent = [], set[str]()
        if op.startswith("cuba") and self.seldom(3):
            found.append("current_order = #snn.current_order<carried>")
        if op not in SPIKING:
            return found, "", absent
        rules = ["gt", "ge"] if pre else ["gt", "ge", "count_trunc", "count_floor"]
        rule = self.chance.choice(rules)
        counts = rule.startswith("count")
        timing = "pre" if pre or (not counts and self.seldom(4)) else "post"
        reset = self.chance.choice(["value", "subtract", "none"])
        when = ["immediate", "delayed", "carried", "pending"]
        if counts or (reset == "none" and timing == "post"):
            when = ["immediate"]
        elif timing == "pre":
            when = ["delayed"] if reset == "none" else ["delayed", "carried"]
        elif reset != "subtract":
            when.remove("pending")
        if reset == "none":
            absent.add("reset")
        if counts and self.seldom(2):
            found.append(f"max_spikes = {self.chance.choice([1, 2, 7, 255])}")
        reset_timing = self.chance.choice(when)
        found += [
            f"spike = #snn.spike<{rule}>",
            f"spike_timing = #snn.spike_timing<{timing}>",
            f"reset = #snn.reset<{reset}>",
            f"reset_timing = #snn.reset_timing<{reset_timing}>",
        ]
        return found, "ui8" if counts else "i1", absent

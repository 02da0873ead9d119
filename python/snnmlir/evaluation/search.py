# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`search`: the smallest network of integers that is still accurate on a data set."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.common.kinds import Dtype
from snnmlir.common.tables import printable, table
from snnmlir.common.wording import node_types, option, options
from snnmlir.compiler import Network
from snnmlir.compiler.network import network_for
from snnmlir.compiler.options import WEIGHT_BITS, Options, Scales, States
from snnmlir.compiler.request import Request
from snnmlir.errors import OptionError
from snnmlir.evaluation.decisions import Decision
from snnmlir.evaluation.evaluate import evaluate
from snnmlir.evaluation.result import Evaluation
from snnmlir.execution.events import EventFormat
from snnmlir.execution.pool import Workers
from snnmlir.nir_import.graph import weight_count

LOSS = 0.005
"""How far below float32 the accuracy may be where no floor is given."""

_TYPES: tuple[Dtype, ...] = tuple(sorted(WEIGHT_BITS, key=lambda dtype: -WEIGHT_BITS[dtype]))
"""From the widest to the narrowest."""

Progress = Callable[[str, float], None]
"""Is told what is tried, and what part of the search is done."""


@dataclass(frozen=True)
class Choice:
    """What a search chooses.

    Attributes:
        dtypes: The type of the weights of each node that has any.
        scales: "real" or "pow2".
        states: "short" or "proved".
    """

    dtypes: tuple[tuple[str, Dtype], ...]
    scales: Scales
    states: States

    def __str__(self) -> str:
        nodes = ", ".join(f"{printable(node)} {dtype}" for node, dtype in self.dtypes)
        others = [self.scales] * (self.scales != "real") + [self.states] * (self.states != "short")
        return "; ".join([nodes, *others])

    @property
    def options(self) -> str:
        """The same as options that choose it without a search."""
        words = [option("dtype", "int8"), node_types(dict(self.dtypes))]
        if self.scales != "real":
            words.append(option("scales", self.scales))
        if self.states != "short":
            words.append(option("states", self.states))
        return options(*words)


@dataclass(frozen=True)
class Point:
    """One network that was measured.

    Attributes:
        choice: What it is, None for float32.
        constant_bytes: Its constants.
        memory_bytes: State and scratch memory.
        right: How many samples it recognized.
        accuracy: The same as a part of all.
        loss: Cross entropy of the scores, divided by the standard deviation of those of float32,
            and the labels.
        taken: Whether the search went on from it.
    """

    choice: Choice | None
    constant_bytes: int
    memory_bytes: int
    right: int
    accuracy: float
    loss: float
    taken: bool = False

    @property
    def bytes(self) -> int:
        """All of them."""
        return self.constant_bytes + self.memory_bytes


@dataclass(frozen=True, eq=False)
class Search:
    """What a search found.

    Attributes:
        network: The network that was chosen.
        floor: The accuracy that was asked for.
        samples: How many samples it was measured on.
        real: The network in float32.
        chosen: The network that was chosen.
        points: All that were measured, in this order; those that were taken are the curve of
            accuracy over bytes.
    """

    network: Network = field(repr=False)
    floor: float
    samples: int
    real: Point
    chosen: Point
    points: tuple[Point, ...]

    @property
    def curve(self) -> tuple[Point, ...]:
        """The points that were taken, from the largest to the smallest."""
        return tuple(point for point in self.points if point.taken)

    def __str__(self) -> str:
        titles = ("", "constants", "RAM", "accuracy", "loss")
        rows = [
            (
                "float32" if point.choice is None else str(point.choice),
                f"{point.constant_bytes} B",
                f"{point.memory_bytes} B",
                f"{100 * point.accuracy:.2f} %",
                f"{point.loss:.4f}",
            )
            for point in (self.real, *self.curve)
        ]
        assert self.chosen.choice is not None
        return (
            f"accuracy over bytes, on {self.samples} samples; at least "
            f"{100 * self.floor:.2f} %, {len(self.points)} networks tried\n\n"
            + "\n".join(table(titles, rows))
            + f"\n\nchosen: {self.chosen.choice.options}\n"
        )

    def as_json(self) -> dict[str, Any]:
        """The same as an object of JSON; docs/weights.md says what is in it."""
        return {
            "floor": self.floor,
            "samples": self.samples,
            "real": _as_json(self.real),
            "chosen": _as_json(self.chosen),
            "points": [_as_json(point) for point in self.points],
        }


def _as_json(point: Point) -> dict[str, Any]:
    choice = point.choice
    return {
        "dtypes": None if choice is None else dict(choice.dtypes),
        "scales": None if choice is None else choice.scales,
        "states": None if choice is None else choice.states,
        "constant_bytes": point.constant_bytes,
        "memory_bytes": point.memory_bytes,
        "right": point.right,
        "accuracy": point.accuracy,
        "loss": point.loss,
        "taken": point.taken,
    }


def search(
    network: Network,
    samples: Any,
    *,
    labels: Any = None,
    min_accuracy: float | None = None,
    max_flash: int | None = None,
    max_ram: int | None = None,
    readout: str | None = None,
    decision: Decision | None = None,
    classes: Sequence[str] | None = None,
    events: EventFormat | None = None,
    executor: Workers = None,
    progress: Progress | None = None,
) -> Search:
    """Finds bits for the weights of each layer, scales and states with which a network is small.

    From 16 bits everywhere, what loses least for each byte that it saves is taken, one step after
    the other: a layer with the next fewer bits, or short states. Without limits until nothing can
    be saved any more, with limits until these are kept. The same arguments give the same network.

    Args:
        network: In floats, or in integers whose types of single nodes, power-of-two scales and
            proved states are kept, as are the ranges that it was calibrated with.
        samples: As for `snnmlir.evaluate`; they are read again for each network that is tried.
        labels: As there; without them the data set has to have some.
        min_accuracy: The least part of the samples that has to be recognized, from 0 to 1; 0.5
            percentage points less than in float32 if not given.
        max_flash: The most bytes of constants, or None.
        max_ram: The most bytes of state and scratch memory, or None.
        readout: As for `snnmlir.evaluate`.
        decision: As there.
        classes: As there.
        events: As there.
        executor: As there.
        progress: Called before each network is tried.

    Raises:
        OptionError: No network within the limits is accurate enough, none in 16 bits is, there are
            no labels, or no weights; or as `snnmlir.evaluate` does.
        CompileError: There is no C compiler, or it refuses the code.
    """
    network.check_follows_graph()
    if min_accuracy is not None and not 0 <= min_accuracy <= 1:
        raise OptionError(
            f"{option('min_accuracy')} is {min_accuracy:g}, expected a part of the samples from 0 "
            "to 1"
        )
    nodes = [node.name for node in network.graph.nodes.values() if weight_count(node)]
    if not nodes:
        raise OptionError("no node has weights to choose bits for")
    bench = _Bench(
        network,
        lambda tried: evaluate(
            tried,
            samples,
            labels=labels,
            metrics=(),
            readout=readout,
            decision=decision,
            classes=classes,
            events=events,
            executor=executor,
        ),
    )
    floor = bench.real.accuracy - LOSS if min_accuracy is None else min_accuracy
    descent = _Descent(network, bench, nodes, floor, progress or (lambda _, __: None))
    chosen = descent.run(_Limits(max_flash, max_ram))
    assert chosen.choice is not None
    return Search(
        network=bench.compiled(chosen.choice),
        floor=floor,
        samples=bench.samples,
        real=bench.real,
        chosen=chosen,
        points=tuple(bench.points.values()),
    )


def _request(network: Network, choice: Choice) -> Request:
    """The request of a variant of a network."""
    chosen: Options = replace(
        network.options,
        dtype="int8",
        dtypes=choice.dtypes,
        scales=choice.scales,
        states=choice.states,
    )
    return replace(network.request, options=chosen)


@dataclass(frozen=True)
class _Limits:
    """The most bytes there are."""

    flash: int | None
    ram: int | None

    @property
    def are_given(self) -> bool:
        return self.flash is not None or self.ram is not None

    def hold(self, point: Point) -> bool:
        return (self.flash is None or point.constant_bytes <= self.flash) and (
            self.ram is None or point.memory_bytes <= self.ram
        )

    def __str__(self) -> str:
        parts = (("max_flash", self.flash), ("max_ram", self.ram))
        return " and ".join(f"{option(name)} {size} B" for name, size in parts if size is not None)


class _Bench:
    """Measures networks, each choice once."""

    def __init__(self, network: Network, measure: Callable[[Network], Evaluation]) -> None:
        self.network = network
        self.measure = measure
        self.points: dict[Choice, Point] = {}
        self._sizes: dict[Choice, int] = {}
        self._last: tuple[Choice, Network] | None = None
        real = network.as_float()
        found = measure(real)
        if found.labels is None:
            raise OptionError(
                "there are no labels to measure accuracy by",
                help=f"give them: {option('labels', 'LABELS')}",
            )
        self.samples = found.samples
        self._unit = float(np.std(found.scores)) or 1.0
        self.real = self._point(None, real, found)

    def compiled(self, choice: Choice) -> Network:
        """The network of a choice; only the last is kept, as they can be large."""
        if self._last is None or self._last[0] != choice:
            self._last = choice, network_for(_request(self.network, choice))
        return self._last[1]

    def bytes(self, choice: Choice) -> int:
        """The bytes that a choice takes, which need no data."""
        if choice not in self._sizes:
            resources = self.compiled(choice).resources
            self._sizes[choice] = resources.constant_bytes + resources.memory_bytes
        return self._sizes[choice]

    def at(self, choice: Choice) -> Point:
        """What a choice gives."""
        if choice not in self.points:
            tried = self.compiled(choice)
            self.points[choice] = self._point(choice, tried, self.measure(tried))
        return self.points[choice]

    def take(self, choice: Choice) -> Point:
        """The same, marked as a point of the curve."""
        self.points[choice] = replace(self.at(choice), taken=True)
        return self.points[choice]

    def _point(self, choice: Choice | None, tried: Network, found: Evaluation) -> Point:
        assert found.labels is not None
        return Point(
            choice=choice,
            constant_bytes=tried.resources.constant_bytes,
            memory_bytes=tried.resources.memory_bytes,
            right=int(np.sum(found.labels == found.decisions)),
            accuracy=found.accuracy,
            loss=_cross_entropy(found.scores / self._unit, found.labels),
        )


def _cross_entropy(scores: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> float:
    """Of softmax(scores) [N, K] and labels [N], the mean."""
    shifted = scores - scores.max(1, keepdims=True)
    right = np.take_along_axis(shifted, labels[:, None], 1)[:, 0]
    return float(np.mean(np.log(np.exp(shifted).sum(1)) - right))


@dataclass
class _Descent:
    """The way from 16 bits down.

    What a step loses is measured where it is first possible, and again, further down, before it is
    taken: so most steps are measured once or twice, not once for each step of the others.
    """

    network: Network
    bench: _Bench
    nodes: Sequence[str]
    floor: float
    progress: Progress

    def run(self, limits: _Limits) -> Point:
        """The last point that was taken.

        Raises:
            OptionError: There is none that is accurate enough and within the limits.
        """
        kept = dict(self.network.options.dtypes)
        choice = Choice(
            dtypes=tuple((node, kept.get(node, _TYPES[0])) for node in self.nodes),
            scales=self.network.options.scales,
            states="proved",
        )
        free = [node for node in self.nodes if node not in kept]
        steps: list[str | None] = [*free]  # a node, or None for states
        if self.network.options.states != "proved" or not self.network.is_quantized:
            steps.append(None)
        total = len(free) * (len(_TYPES) - 1) + len(steps) - len(free) + 1
        self.progress("16 bits", 0.0)
        point = self.bench.at(choice)
        if point.accuracy < self.floor:
            raise OptionError(
                f"in 16 bits {point.right} of {self.bench.samples} samples are recognized "
                f"({100 * point.accuracy:.2f} %), and {100 * self.floor:.2f} % are wanted; in "
                f"float32 it is {100 * self.bench.real.accuracy:.2f} %",
                help=f"lower {option('min_accuracy')}, or give {option('calibrate', 'DATA')} for "
                "the scales of analog signals",
            )
        point = self.bench.take(choice)
        queue: list[tuple[float, int, str | None, Choice]] = []
        done = 1

        def push(step: str | None) -> None:
            """Measures a step from here; keeps it if it is accurate enough and saves something."""
            after = _after(choice, step)
            if after is None:
                return
            saved = point.bytes - self.bench.bytes(after)
            if saved <= 0:  # perhaps after another step: 16 bits leave no states to be short
                waiting.append(step)
                return
            self.progress(str(after), done / total)
            found = self.bench.at(after)
            if found.accuracy >= self.floor:
                rate = (found.loss - point.loss) / saved
                heapq.heappush(queue, (rate, order[step], step, choice))

        order = {step: number for number, step in enumerate(steps)}
        waiting = [*steps]
        while not (limits.are_given and limits.hold(point)):
            again, waiting = waiting, []
            for step in again:
                push(step)
            if not queue:
                break
            _, _, step, measured = heapq.heappop(queue)
            if measured != choice:  # things have changed since
                push(step)
                continue
            after = _after(choice, step)
            assert after is not None
            choice, point = after, self.bench.take(after)
            done += 1
            waiting.append(step)
        if not limits.hold(point):
            raise OptionError(
                f"no network within {limits} recognizes {100 * self.floor:.2f} %: the smallest "
                f"that does has {point.constant_bytes} B of constants and {point.memory_bytes} B "
                f"of state and scratch memory",
                help=f"raise the limit, or lower {option('min_accuracy')}; that network is "
                + (point.choice.options if point.choice else ""),
            )
        return self._scaled(point)

    def _scaled(self, point: Point) -> Point:
        """The same with the other scales, if these lose less and take no more bytes."""
        assert point.choice is not None
        if point.choice.scales == "pow2":
            return point
        other = self.bench.at(replace(point.choice, scales="pow2"))
        better = (other.right, -other.loss) > (point.right, -point.loss)
        if not better or other.bytes > point.bytes:
            return point
        assert other.choice is not None
        return self.bench.take(other.choice)


def _after(choice: Choice, step: str | None) -> Choice | None:
    """A choice with fewer bits for a node, or with short states; None if there is none."""
    if step is None:
        return replace(choice, states="short") if choice.states == "proved" else None
    dtype = dict(itertools.pairwise(_TYPES)).get(dict(choice.dtypes)[step])
    if dtype is None:
        return None
    return replace(
        choice,
        dtypes=tuple((node, dtype if node == step else own) for node, own in choice.dtypes),
    )

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs one network under many configurations at a time.

A configuration gives every neuron and Delay a class of its `Space`. Layers are run one after the
other, each once for every different input and class: most configurations of a layer come to the
same spikes. What differs from the recording is dropped at the first layer and step where it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.conventions import Convention
from snnmlir.inference.recording import Recording, holds_values
from snnmlir.inference.spaces import Array, Space
from snnmlir.nir_import.cycles import components
from snnmlir.nir_import.discretize import Update
from snnmlir.nir_import.graph import (
    Affine,
    Conv,
    Delay,
    Edge,
    Flatten,
    Graph,
    Input,
    Node,
    Output,
    Pool2d,
    Scale,
    Threshold,
)
from snnmlir.reference import stateless
from snnmlir.reference.order import Order, plan

Indices: TypeAlias = npt.NDArray[np.int64]

LOST = 1 << 30
"""The number of differing entries of a configuration that was dropped."""

_MOST_ELEMENTS = 1 << 24
"""Values of one signal that are held at a time."""

_MOST_MATRIX = 1 << 22
"""Elements of the matrix that a convolution or pool is run as; above, it is run as it is."""


@dataclass(frozen=True, eq=False)
class Structure:
    """What is the same for all configurations of a run.

    Attributes:
        graph: The network.
        convention: The choices for all nodes; of these only structural ones and dt count here.
        spaces: The spaces of its neurons and Delays by name, in node order.
    """

    graph: Graph
    convention: Convention
    spaces: dict[str, Space]

    @cached_property
    def order(self) -> Order:
        """How a step goes."""
        return plan(self.graph, self.convention)

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of a node in an array of configurations."""
        return {name: column for column, name in enumerate(self.spaces)}

    @cached_property
    def blocks(self) -> list[list[str]]:
        """Nodes that lie on cycles together, and single ones, sources first."""
        return _blocks(self.graph)


def _blocks(graph: Graph) -> list[list[str]]:
    """The strongly connected components, sources first, each in node order."""
    blocks: dict[int, list[str]] = {}
    for name, component in components(graph.nodes, graph.edges).items():
        blocks.setdefault(component, []).append(name)
    place = {name: number for number, name in enumerate(graph.nodes)}
    for block in blocks.values():
        block.sort(key=place.__getitem__)
    return _sources_first(sorted(blocks.values(), key=lambda block: place[block[0]]), graph)


def _sources_first(blocks: list[list[str]], graph: Graph) -> list[list[str]]:
    of = {name: index for index, block in enumerate(blocks) for name in block}
    waiting = {
        index: {of[s] for n in block for s in graph.sources(n)} - {index}
        for index, block in enumerate(blocks)
    }
    order: list[list[str]] = []
    done: set[int] = set()
    while len(order) < len(blocks):
        ready = next(i for i in waiting if i not in done and waiting[i] <= done)
        done.add(ready)
        order.append(blocks[ready])
    return order


@dataclass(eq=False)
class _Histories:
    """What one signal does over all steps under many configurations.

    Most configurations come to the same, so every course is kept once: `values` holds the different
    ones, and `of` says which of them each configuration has.
    """

    values: Array  # [number, T, *shape]
    of: Indices  # [configurations]


class Batch:
    """Runs configurations of one structure on one recording.

    Args:
        structure: The network.
        recording: Its input, and what to compare with.
    """

    def __init__(self, structure: Structure, recording: Recording) -> None:
        self.structure = structure
        self.graph = structure.graph
        self.recording = recording
        self._linear: dict[tuple[str, bool], tuple[Array, Array] | None] = {}
        self._watched = self._targets()

    @property
    def judged(self) -> set[str]:
        """The nodes whose signals are compared."""
        return set(self._watched)

    def _targets(self) -> dict[str, list[str]]:
        """The recorded signals that a node decides: its own, and that of an Output it alone feeds.

        Other signals, such as an Output that sums, are compared where they are computed.
        """
        watched: dict[str, list[str]] = {}
        for name in self.recording.signals:
            node = self.graph.nodes.get(name)
            if node is None:
                watched.setdefault(name.rpartition(".")[0], []).append(name)
                continue
            source = name
            while isinstance(self.graph.nodes[source], Output):
                sources = self.graph.sources(source)
                if len(sources) != 1:
                    break
                source = sources[0]
            shapes = self.graph.nodes[source].output_shape, node.output_shape
            watched.setdefault(source if shapes[0] == shapes[1] else name, []).append(name)
        return watched

    def run(self, configurations: Indices, slack: int, until: str | None = None) -> Indices:
        """Compares all configurations, [number, nodes], with the recording.

        Args:
            configurations: A class for each node of `structure.spaces`.
            slack: Configurations with more differing entries than this are dropped.
            until: The last node that is run and compared; all if None.

        Returns:
            Entries of the recording that differ, for each configuration; `LOST` where it was
            dropped.
        """
        number = len(configurations)
        every = np.full(number, LOST, np.int64)
        alive = np.arange(number)
        errors = np.zeros(number, np.int64)
        signals: dict[str, _Histories] = {}
        last = {
            name: index
            for index, block in enumerate(self.structure.blocks)
            for target in block
            for name in (*self.graph.sources(target), target)
        }
        for index, block in enumerate(self.structure.blocks):
            found, extra = self._run_block(block, configurations[alive], signals, errors, slack)
            errors = errors + extra
            kept = errors <= slack
            signals |= found
            signals = {n: h for n, h in signals.items() if last[n] > index}
            if not np.all(kept):
                alive, errors = alive[kept], errors[kept]
                signals = {n: _Histories(h.values, h.of[kept]) for n, h in signals.items()}
            if not len(alive):
                return every
            if until in block:
                break
        every[alive] = errors
        return every

    # One block after the other

    def _run_block(
        self,
        block: list[str],
        configurations: Indices,
        signals: Mapping[str, _Histories],
        errors: Indices,
        slack: int,
    ) -> tuple[dict[str, _Histories], Indices]:
        """The signals of a block's nodes, and how many more entries differ."""
        number = len(configurations)
        name = block[0]
        node = self.graph.nodes[name]
        if isinstance(node, Input):
            values = self.recording.inputs[name].astype(np.float64)[np.newaxis]
            return {name: _Histories(values, np.zeros(number, np.int64))}, errors * 0
        outside = {
            member: self._sum(
                self.graph.nodes[member],
                [s for s in self.graph.sources(member) if s not in block],
                signals,
                number,
            )
            for member in block
        }
        loop = len(block) > 1 or name in self.graph.sources(name)
        if not loop and name not in self.structure.spaces:
            total = outside[name]
            courses = self._stateless_courses(node, total.values)
            extra = self._compare_whole(name, courses)[total.of]
            courses, of = _distinct(courses)
            return {name: _Histories(courses, of[total.of])}, extra
        columns = [self.structure.columns[n] for n in block if n in self.structure.spaces]
        keys = np.stack(
            [*(outside[n].of for n in block), *(configurations[:, c] for c in columns)], axis=1
        )
        unique, back = np.unique(keys, axis=0, return_inverse=True)
        back = back.reshape(-1)
        least = np.full(len(unique), LOST, np.int64)
        np.minimum.at(least, back, errors)
        return self._run_rows(block, outside, unique, back, slack - least)

    def _run_rows(
        self,
        block: list[str],
        outside: Mapping[str, _Histories],
        rows: Indices,
        back: Indices,
        slack: Indices,
    ) -> tuple[dict[str, _Histories], Indices]:
        """Runs the rows of a block: for each its inputs, and its classes."""
        steps = self.recording.steps
        size = max(int(np.prod(self.graph.nodes[n].output_shape, dtype=np.int64)) for n in block)
        chunk = max(1, _MOST_ELEMENTS // (steps * size * len(block)))
        courses: dict[str, list[Array]] = {name: [] for name in block}
        extra = np.full(len(rows), LOST, np.int64)
        position = np.full(len(rows), 0, np.int64)
        count = 0
        for start in range(0, len(rows), chunk):
            part = np.arange(start, min(start + chunk, len(rows)))
            walk = _Walk(self, block, outside, rows[part], slack[part])
            kept, values = walk.run(steps)
            extra[part[kept]] = walk.errors
            position[part[kept]] = count + np.arange(len(kept))
            count += len(kept)
            for name in block:
                courses[name].append(values[name])
        found = {}
        for name, arrays in courses.items():
            different, of = _distinct(np.concatenate(arrays))
            lookup = of[position] if len(of) else position
            found[name] = _Histories(different, lookup[back])
        return found, extra[back]

    def _sum(
        self,
        node: Node,
        sources: Sequence[str],
        signals: Mapping[str, _Histories],
        number: int,
    ) -> _Histories:
        """What arrives at a node from outside its block."""
        shape = (self.recording.steps, *node.input_shape)
        if not sources:
            return _Histories(np.zeros((1, *shape)), np.zeros(number, np.int64))
        if len(sources) == 1:
            only = signals[sources[0]]
            return _Histories(only.values.reshape(-1, *shape), only.of)
        keys = np.stack([signals[source].of for source in sources], axis=1)
        unique, back = np.unique(keys, axis=0, return_inverse=True)
        total = np.zeros((len(unique), *shape))
        for column, source in enumerate(sources):
            total += signals[source].values[unique[:, column]].reshape(-1, *shape)
        return _Histories(total, back.reshape(-1))

    def _stateless_courses(self, node: Node, courses: Array) -> Array:
        number, steps = courses.shape[:2]
        x = courses.reshape(number * steps, *node.input_shape)
        y = self.stateless(node, x.astype(np.float64), bias=True)
        return y.reshape(number, steps, *node.output_shape)

    def stateless(self, node: Node, x: Array, *, bias: bool) -> Array:
        """The output of a node without state for [number, *shape]."""
        if isinstance(node, Output):
            return x
        if isinstance(node, Scale):
            return np.asarray(node.scale.astype(np.float64) * x)
        if isinstance(node, Threshold):
            return (x > node.threshold).astype(np.float64)
        if isinstance(node, Flatten):
            if self.structure.convention.flatten == "hwc" and node.input_shape[1:2]:
                return self._one_by_one(node, x, bias)
            return x.reshape(len(x), *node.output_shape)
        key = (node.name, bias)
        if key not in self._linear:
            self._linear[key] = self._matrix(node, bias)
        linear = self._linear[key]
        if linear is None:
            return self._one_by_one(node, x, bias)
        matrix, constant = linear
        return (x.reshape(len(x), -1) @ matrix + constant).reshape(len(x), *node.output_shape)

    def _matrix(self, node: Node, bias: bool) -> tuple[Array, Array] | None:
        """A linear node as a matrix [inputs, outputs] and a constant, if that is not too large."""
        inputs = int(np.prod(node.input_shape, dtype=np.int64))
        outputs = int(np.prod(node.output_shape, dtype=np.int64))
        if isinstance(node, Affine) and node.weight.ndim == 2:
            with_bias = bias and node.bias is not None
            constant = node.bias if with_bias and node.bias is not None else np.zeros(())
            return node.weight.astype(np.float64).T, np.broadcast_to(constant, (outputs,))
        if not isinstance(node, Affine | Conv | Pool2d) or inputs * outputs > _MOST_MATRIX:
            return None
        constant = stateless.apply(node, np.zeros(node.input_shape), bias=bias).reshape(-1)
        units = np.eye(inputs).reshape(inputs, *node.input_shape)
        rows = [stateless.apply(node, unit, bias=False).reshape(-1) for unit in units]
        return np.stack(rows), constant

    def _one_by_one(self, node: Node, x: Array, bias: bool) -> Array:
        order = self.structure.convention.flatten
        return np.stack([stateless.apply(node, one, flatten=order, bias=bias) for one in x])

    def _compare_whole(self, name: str, courses: Array) -> Indices:
        """Differing entries of each course of a stateless node."""
        total = np.zeros(len(courses), np.int64)
        for signal in self._watched.get(name, ()):
            total += self._differing(signal, courses, slice(None))
        return total

    def watched(self, name: str) -> list[tuple[str, str]]:
        """The recorded signals of a node, each with what it is: "", "v" or "i"."""
        found = []
        for signal in self._watched.get(name, ()):
            own = signal in self.graph.nodes
            found.append((signal, "" if own else signal.rpartition(".")[2]))
        return found

    def _differing(self, signal: str, values: Array, at: int | slice) -> Indices:
        """Entries of a signal that differ, for each of `values`, [number, *recorded]."""
        expected = self.recording.signals[signal][at]
        if holds_values(self.recording.signals[signal]):
            # A little more than what is allowed: the interpreter has the last word.
            wrong = ~(np.abs(values - expected) <= 1.01 * self.allowed[signal])
        else:
            wrong = values != expected
        return np.asarray(wrong.reshape(len(values), -1).sum(axis=1), np.int64)

    def differing_at(self, signal: str, values: Array, step: int) -> Indices:
        """The same for one step."""
        return self._differing(signal, values, step)

    @cached_property
    def allowed(self) -> dict[str, float]:
        """By how much values may differ, by signal."""
        return {name: self.recording.allowed(name) for name in self.recording.signals}


def _distinct(values: Array) -> tuple[Array, Indices]:
    """The different rows of [number, ...], and for each row which one it is."""
    seen: dict[bytes, int] = {}
    firsts: list[int] = []
    of = np.zeros(len(values), np.int64)
    for index, row in enumerate(values):
        key = row.tobytes()
        if key not in seen:
            seen[key] = len(firsts)
            firsts.append(index)
        of[index] = seen[key]
    return values[firsts], of


class _Walk:
    """Steps the nodes of a block for a number of rows, and drops those that differ too much."""

    def __init__(
        self,
        batch: Batch,
        block: list[str],
        outside: Mapping[str, _Histories],
        rows: Indices,
        slack: Indices,
    ) -> None:
        self.batch = batch
        self.graph = batch.graph
        self.block = block
        self.outside = outside
        self.slack = slack
        self.errors = np.zeros(len(rows), np.int64)
        self.kept = np.arange(len(rows))
        self.inputs = {name: rows[:, column] for column, name in enumerate(block)}
        spaces = batch.structure.spaces
        members = [name for name in block if name in spaces]
        self.cells = {
            name: _cell(spaces[name], rows[:, len(block) + column])
            for column, name in enumerate(members)
        }
        order = batch.structure.order
        inside = set(block)
        self.registers = [n for n in order.registers if n in inside]
        self.others = [n for n in order.others if n in inside]
        self.cut = [e for e in order.cut if e[0] in inside and e[1] in inside]
        self.held = {edge: self._silence(edge[0]) for edge in self.cut}
        if batch.structure.convention.feedback == "spikes":
            silence = {name: self._silence(name) for name in self.graph.nodes}
            keep = batch.structure.convention.feedback_bias == "keep"
            self.held = {e: self._along(e, e[0], silence, bias=keep) for e in self.cut}

    def run(self, steps: int) -> tuple[Indices, dict[str, Array]]:
        """The rows that are left, and the course of each node in them."""
        rows: dict[str, list[Array]] = {name: [] for name in self.block}
        marks: list[Indices] = []
        for step in range(steps):
            outputs = self._step(step)
            for name in self.block:
                rows[name].append(outputs[name])
            marks.append(self.kept)
            bad = self.errors > self.slack
            wrong = int(np.sum(bad))
            if wrong == len(bad):
                self._keep(~bad)
                break
            if wrong and (2 * wrong > len(bad) or step == steps - 1):
                self._keep(~bad)
        if not len(self.kept):
            shapes = {n: self.graph.nodes[n].output_shape for n in self.block}
            return self.kept, {n: np.zeros((0, steps, *shapes[n])) for n in self.block}
        found = {}
        for name in self.block:
            parts = [
                values[np.searchsorted(mark, self.kept)]
                for values, mark in zip(rows[name], marks, strict=True)
            ]
            found[name] = np.stack(parts, axis=1)
        return self.kept, found

    def _keep(self, mask: npt.NDArray[np.bool_]) -> None:
        self.kept, self.errors, self.slack = self.kept[mask], self.errors[mask], self.slack[mask]
        self.inputs = {name: of[mask] for name, of in self.inputs.items()}
        self.held = {edge: values[mask] for edge, values in self.held.items()}
        for cell in self.cells.values():
            cell.keep(mask)

    def _step(self, step: int) -> dict[str, Array]:
        outputs = {name: self.cells[name].emit() for name in self.registers}
        for name in self.others:
            total = self._total(name, outputs, step)
            if name in self.cells:
                outputs[name] = self.cells[name].step(total)
            else:
                outputs[name] = self.batch.stateless(self.graph.nodes[name], total, bias=True)
        for name in self.registers:
            self.cells[name].step(self._total(name, outputs, step))
        self.held = {edge: self._sent(edge, outputs) for edge in self.cut}
        for name in self.block:
            for signal, kind in self.batch.watched(name):
                values = {"": outputs[name]} if kind == "" else self.cells[name].state()
                self.errors = self.errors + self.batch.differing_at(signal, values[kind], step)
        return outputs

    def _silence(self, name: str) -> Array:
        return np.zeros((len(self.kept), *self.graph.nodes[name].output_shape))

    def _total(self, name: str, outputs: Mapping[str, Array], step: int) -> Array:
        """The sum over the incoming edges of a node, the outer ones first."""
        total = self.outside[name].values[self.inputs[name], step]
        for source in self.graph.sources(name):
            if source in self.inputs:
                total = total + self._carried((source, name), outputs)
        return np.asarray(total)

    def _carried(self, edge: Edge, outputs: Mapping[str, Array]) -> Array:
        return self.held[edge] if edge in self.held else self._sent(edge, outputs)

    def _sent(self, edge: Edge, outputs: Mapping[str, Array]) -> Array:
        drops = self.batch.structure.convention.feedback_bias == "drop"
        if drops and edge in self.batch.structure.order.paths:
            return self._along(edge, edge[0], outputs, bias=False)
        return outputs[edge[0]]

    def _along(self, edge: Edge, name: str, outputs: Mapping[str, Array], *, bias: bool) -> Array:
        """As in the interpreter: the path of a closing edge, computed anew."""
        paths = self.batch.structure.order.paths
        if name not in paths[edge]:
            return outputs[name]
        node = self.graph.nodes[name]
        total = np.zeros((len(self.kept), *node.input_shape))
        for source in self.graph.sources(name):
            if (source, name) in paths:
                total = total + self._carried((source, name), outputs)
            else:
                total = total + self._along(edge, source, outputs, bias=bias)
        return self.batch.stateless(node, total, bias=bias)


def _cell(space: Space, members: Indices) -> _DelayRows | _NeuronRows:
    flows, rules = np.divmod(members, len(space.rules.updates))
    if isinstance(space.node, Delay):
        return _DelayRows(space, flows)
    return _NeuronRows(space, flows, rules)


class _DelayRows:
    """A Delay in a number of rows."""

    def __init__(self, space: Space, flows: Indices) -> None:
        shape = space.node.output_shape
        every = [np.broadcast_to(u.coefficients["steps"], shape) for u in space.flows.updates]
        self.steps = np.stack(every).astype(np.int64)[flows]
        self.past = np.zeros((int(self.steps.max(initial=0)) + 1, len(flows), *shape))

    def keep(self, mask: npt.NDArray[np.bool_]) -> None:
        self.steps, self.past = self.steps[mask], self.past[:, mask]

    def state(self) -> dict[str, Array]:
        return {}

    def emit(self) -> Array:
        return self._read(self.steps - 1)

    def step(self, x: Array) -> Array:
        self.past = np.concatenate([x[np.newaxis], self.past[:-1]])
        return self._read(self.steps)

    def _read(self, steps: Indices) -> Array:
        return np.asarray(np.take_along_axis(self.past, steps[np.newaxis], axis=0)[0])


@dataclass(eq=False)
class _Group:
    """Rows whose updates have the same form."""

    rows: Indices
    attributes: Mapping[str, Any]
    coefficients: dict[str, Array] = field(default_factory=dict)

    def get(self, name: str) -> Array | None:
        return self.coefficients.get(name)


_NEUTRAL = {"decay": 1.0, "gain": 1.0, "current_decay": 1.0, "current_gain": 1.0}


class _NeuronRows:
    """A neuron in a number of rows: the table in the description of snn.lif."""

    def __init__(self, space: Space, flows: Indices, rules: Indices) -> None:
        self.space, self.flows, self.rules = space, flows, rules
        shape = (len(flows), *space.node.output_shape)
        self.has_current = space.flows.updates[0].op.startswith("cuba")
        self.spikes = space.flows.updates[0].op.endswith("lif")
        start = self._table(space.flows.updates, "init", 0.0)[flows]
        self.v = np.array(np.broadcast_to(start, shape))
        start = self._table(space.flows.updates, "current_init", 0.0)[flows]
        self.i = np.array(np.broadcast_to(start, shape)) if self.has_current else None
        self.groups = list(self._groups())

    def _table(self, updates: Sequence[Update], name: str, neutral: float) -> Array:
        """A coefficient of every class, [classes, *shape] with ones for what is the same."""
        values = [np.asarray(u.coefficients.get(name, neutral), np.float64) for u in updates]
        rank = len(self.space.node.output_shape)
        full = [v.reshape(v.shape or (1,) * rank) for v in values]
        return np.stack(np.broadcast_arrays(*full)) if full else np.zeros((0,))

    def _groups(self) -> Iterator[_Group]:
        flows, rules = self.space.flows.updates, self.space.rules.updates
        names = {name for update in flows for name in update.coefficients}
        tables = {n: self._table(flows, n, _NEUTRAL.get(n, 0.0)) for n in sorted(names)}
        forms: dict[tuple[object, ...], list[int]] = {}
        for index, update in enumerate(rules):
            a = update.attributes
            form = (
                *(a.get("spike") == "count", a.get("spike_timing"), a.get("reset")),
                *(a.get("reset_timing"), "floor" in update.coefficients),
            )
            forms.setdefault(form, []).append(index)
        for members in forms.values():
            lookup = np.full(len(rules), -1, np.int64)
            lookup[members] = np.arange(len(members))
            rows = np.flatnonzero(lookup[self.rules] >= 0)
            if not len(rows):
                continue
            chosen = [rules[index] for index in members]
            of = lookup[self.rules[rows]]
            group = _Group(rows, chosen[0].attributes)
            for name, table in tables.items():
                if name not in ("init", "current_init"):
                    group.coefficients[name] = table[self.flows[rows]]
            for name in ("threshold", "reset_value", "floor"):
                if any(name in update.coefficients for update in chosen):
                    group.coefficients[name] = self._table(chosen, name, 0.0)[of]
            if self.spikes:
                ones = (len(rows), *(1,) * len(self.space.node.output_shape))
                equal = np.asarray([u.attributes["spike"] == "ge" for u in chosen])[of]
                most = np.asarray([u.attributes.get("max_spikes", 255) for u in chosen])[of]
                group.coefficients["equal"] = equal.reshape(ones)
                group.coefficients["most"] = most.reshape(ones).astype(np.float64)
            yield group

    def keep(self, mask: npt.NDArray[np.bool_]) -> None:
        self.flows, self.rules, self.v = self.flows[mask], self.rules[mask], self.v[mask]
        if self.i is not None:
            self.i = self.i[mask]
        self.groups = list(self._groups())

    def state(self) -> dict[str, Array]:
        return {"v": self.v} if self.i is None else {"v": self.v, "i": self.i}

    def emit(self) -> Array:
        spikes = np.zeros(self.v.shape)
        for group in self.groups:
            spikes[group.rows] = _fire(group, self.v[group.rows])
        return spikes

    def step(self, x: Array) -> Array:
        out = np.empty(self.v.shape)
        whole = len(self.groups) == 1
        for group in self.groups:
            rows: Any = slice(None) if whole else group.rows
            drive = x[rows]
            if self.i is not None:
                i = _decayed(group, "current_", self.i[rows]) + _driven(group, "current_", drive)
                drive = self.i[rows] = _with_leak(group, "current_", i)
            sent, v = self._update(group, self.v[rows], drive)
            self.v[rows] = v
            out[rows] = sent
        return out

    def _update(self, group: _Group, v: Array, drive: Array) -> tuple[Array, Array]:
        """What is sent, and the new voltage."""
        floor = group.get("floor")
        if not self.spikes:
            new = _integrated(group, v if floor is None else np.maximum(v, floor), drive)
            return new, new
        sent, new = _spiked(group, v, drive)
        if floor is None:
            return sent, new
        new = np.maximum(new, floor)
        carried = group.attributes["reset_timing"] in ("delayed", "carried")
        if carried and group.attributes["spike_timing"] == "post":
            return _fire(group, new), new
        return sent, new


def _decayed(group: _Group, prefix: str, state: Array) -> Array:
    decay = group.get(f"{prefix}decay")
    return state if decay is None else np.asarray(decay * state)


def _driven(group: _Group, prefix: str, x: Array) -> Array:
    gain = group.get(f"{prefix}gain")
    return x if gain is None else np.asarray(gain * x)


def _with_leak(group: _Group, prefix: str, value: Array) -> Array:
    leak = group.get(f"{prefix}leak")
    return value if leak is None else np.asarray(value + leak)


def _integrated(group: _Group, v: Array, drive: Array) -> Array:
    moved = _decayed(group, "", v) + _driven(group, "", drive)
    return _with_leak(group, "", np.asarray(moved))


def _fire(group: _Group, v: Array) -> Array:
    threshold = group.coefficients["threshold"]
    if group.attributes["spike"] == "count":
        count = np.floor(np.maximum(v, 0.0) / threshold)
        return np.asarray(np.minimum(count, group.coefficients["most"]))
    return np.asarray(
        (v > threshold) | (group.coefficients["equal"] & (v == threshold)), np.float64
    )


def _spiked(group: _Group, v: Array, drive: Array) -> tuple[Array, Array]:
    """Spikes and new voltage, but for the floor."""
    attributes = group.attributes
    subtracts = attributes["reset"] == "subtract"
    threshold = group.coefficients["threshold"]
    value = group.get("reset_value")

    def lowered(voltage: Array, spikes: Array) -> Array:
        if attributes["reset"] == "none":
            return voltage
        if subtracts:
            return np.asarray(voltage - spikes * threshold)
        return np.where(spikes > 0, 0.0 if value is None else value, voltage)

    timing = attributes["reset_timing"]
    if timing in ("delayed", "carried"):
        before = _fire(group, v)
        if timing == "carried":
            new = _integrated(group, lowered(v, before), drive)
        else:
            new = lowered(_integrated(group, v, drive), before)
        return (before if attributes["spike_timing"] == "pre" else _fire(group, new)), new
    if timing == "immediate":
        u = _integrated(group, v, drive)
        spikes = _fire(group, u)
        return spikes, lowered(u, spikes)
    before = _fire(group, v)  # pending
    w = _integrated(group, v, drive) - before * threshold
    spikes = _fire(group, w)
    return spikes, w - (spikes - before) * threshold

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Finds choices that reproduce a recording, the simplest first.

A convention costs as many choices as it takes beside a preset: one for each choice that is made for
all nodes, one for each that is made for a single node. Conventions are tried in the order of what
they cost, presets first, and the search ends where one reproduces every entry. Where nodes between
input and output were recorded, it goes layer by layer, and every layer is settled for itself.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from snnmlir.conventions import DEFAULT_DT, FRAMEWORKS, MAX_SPIKES, PRESETS, Convention
from snnmlir.errors import SnnError
from snnmlir.inference.batch import LOST, Batch, Indices, Structure
from snnmlir.inference.recording import Recording
from snnmlir.inference.spaces import (
    FLOORS,
    Space,
    Values,
    relevant_choices,
    space_of,
    structural_choices,
)
from snnmlir.inference.steps import step_candidates
from snnmlir.nir_import.cycles import find_cycles
from snnmlir.nir_import.discretize import NEURONS, Update
from snnmlir.nir_import.graph import Delay, Graph
from snnmlir.nir_import.hints import suggested_presets

Override: TypeAlias = tuple[str, Any]
Vector: TypeAlias = tuple[int, ...]
StructureKey: TypeAlias = tuple[Values, int]

SLACK = 3
"""Entries that may differ without a convention being dropped: a recording may be damaged."""

_MOST_WORK = 2_000_000_000
"""Neurons times steps times configurations that one stage may take."""

_MOST_ROWS = 150_000
_LEAST_ROWS = 500
_BEAM = 1500
_SETTLED_BEAM = 40


@dataclass(frozen=True)
class Base:
    """Choices for all nodes: a preset, with others beside it.

    Attributes:
        preset: Name of the preset.
        dt: Index of the length of a step.
        overrides: Choices beside the preset, in the order of their names.
    """

    preset: str
    dt: int
    overrides: tuple[Override, ...] = ()

    @property
    def cost(self) -> int:
        """Number of choices beside the preset."""
        return len(self.overrides)


@dataclass(frozen=True)
class Candidate:
    """One configuration.

    Attributes:
        base: What holds for all nodes.
        members: The class of each neuron and Delay.
        cost: Choices beside the preset, those for single nodes included.
    """

    base: Base
    members: Vector
    cost: int


@dataclass
class Progress:
    """What is told while the search goes on, and how long it may.

    Attributes:
        report: Called with what is tried, and the share of it that is done.
        seconds: How long the search goes on to further conventions; None until all were tried.
        started: When it began.
        tried: Configurations that were tried.
    """

    report: Callable[[str, float], None] | None = None
    seconds: float | None = None
    started: float = field(default_factory=time.monotonic)
    tried: int = 0

    def say(self, what: str, share: float) -> None:
        """Says which stage goes on, and how much of it is done."""
        if self.report is not None:
            self.report(what, share)

    def is_late(self) -> bool:
        """Whether the search has gone on for long enough."""
        return self.seconds is not None and time.monotonic() - self.started > self.seconds


class Search:
    """The search over the conventions of a graph.

    Args:
        graph: The graph as the file has it.
        rewired: The graph with `recurrent_input` "neuron", if that makes a difference.
        recording: What to reproduce.
        fixed: Choices that the caller knows, for all nodes; `dt` among them.
        progress: What is told meanwhile.
    """

    def __init__(
        self,
        graph: Graph,
        rewired: Graph | None,
        recording: Recording,
        fixed: Mapping[str, Any],
        progress: Progress,
        floors: Sequence[float] = FLOORS,
    ) -> None:
        self.graphs = {"nir": graph} | ({"neuron": rewired} if rewired is not None else {})
        self.recording = recording
        self.fixed = {key: value for key, value in fixed.items() if key != "dt"}
        self.progress = progress
        likely = suggested_presets(graph)
        self.presets = sorted(FRAMEWORKS, key=lambda name: name not in likely)
        dt = fixed.get("dt")
        unit = self.fixed.get("time_unit", "s")
        self.dts: list[float] = [dt] if dt is not None else _seconds(step_candidates(graph), unit)
        recurrent = _recurrent(graph)
        self.spaces: dict[str, Space] = {
            name: space_of(node, self.dts, recurrent=name in recurrent, floors=floors, unit=unit)
            for name, node in graph.nodes.items()
            if isinstance(node, (*NEURONS, Delay))
        }
        self.structural = structural_choices(graph)
        self.alternatives = {
            choice: values
            for choice, values in relevant_choices(self.spaces, self.structural).items()
            if choice not in self.fixed
        }
        size = sum(int(np.prod(s.node.output_shape, dtype=np.int64)) for s in self.spaces.values())
        work = max(1, size) * recording.steps
        self.most_rows = min(_MOST_ROWS, max(_LEAST_ROWS, _MOST_WORK // work))
        self.batches: dict[StructureKey, Batch] = {}
        self.stuck: str | None = None
        # Not decorators, whose caches would outlive the search.
        self._part = functools.cache(self._find_part)
        self._nearby = functools.cache(self._find_nearby)
        self._cheapest = functools.cache(self._find_cheapest)
        self.evaluated: set[tuple[StructureKey, Vector]] = set()

    # Conventions and configurations

    def convention(self, base: Base, **more: Any) -> Convention:
        """The convention of a base."""
        preset = PRESETS[base.preset]
        chosen = {"dt": self.dts[base.dt]} | self.fixed | dict(base.overrides) | more
        return dataclasses.replace(preset, **chosen)

    def complete(self, candidate: Candidate) -> Convention:
        """The convention of a candidate, with choices for single nodes and replaced edges."""
        base = self.convention(candidate.base)
        nodes = {}
        for (name, space), member in zip(self.spaces.items(), candidate.members, strict=True):
            if space.member(base, candidate.base.dt) == member:
                continue
            index, choices = space.choices(member, base, candidate.base.dt)
            if index != candidate.base.dt:
                choices = {"dt": self.dts[index]} | choices
            nodes[name] = choices
        return dataclasses.replace(base, nodes=nodes)

    def members(self, base: Base) -> Vector | None:
        """The classes of all nodes under a base, None where it cannot be applied to one."""
        preset = PRESETS[base.preset]
        chosen = self.fixed | dict(base.overrides)
        feedback = chosen.get("feedback", preset.feedback)
        timing = chosen.get("spike_timing", preset.spike_timing)
        if "feedback" in self.structural and feedback == "current" and timing != "pre":
            return None
        found = []
        for name in self.spaces:
            member = self._member(name, base.preset, base.dt, base.overrides)
            if member is None:
                return None
            found.append(member)
        return tuple(found)

    def _member(
        self, name: str, preset: str, dt: int, overrides: tuple[Override, ...]
    ) -> int | None:
        space = self.spaces[name]
        flow_choices, rule_choices = space.flows.choices, space.rules.choices
        flow = self._part(name, preset, dt, tuple(o for o in overrides if o[0] in flow_choices))
        rule = self._part(name, preset, None, tuple(o for o in overrides if o[0] in rule_choices))
        if flow is None or rule is None:
            return None
        return flow * len(space.rules.updates) + rule

    def _find_part(
        self, name: str, preset: str, dt: int | None, overrides: tuple[Override, ...]
    ) -> int | None:
        """The flow (with dt) or the rule of a node."""
        space = self.spaces[name]
        part = space.rules if dt is None else space.flows
        values = self.fixed | dict(overrides)
        setting = [values.get(c, getattr(PRESETS[preset], c)) for c in part.choices]
        if dt is None and "spike" in part.choices:
            spike = setting[part.choices.index("spike")]
            if not str(spike).startswith("count"):
                setting[part.choices.index("max_spikes")] = MAX_SPIKES
        key = (*(() if dt is None else (dt,)), *setting)
        return part.by_setting.get(key)

    def structure(self, base: Base) -> StructureKey:
        """What has to be the same for configurations to be run together."""
        convention = PRESETS[base.preset]
        chosen = self.fixed | dict(base.overrides)
        key = tuple(chosen.get(c, getattr(convention, c)) for c in self.structural)
        loops_wait = self.graphs["nir"].closing and any(
            isinstance(s.node, Delay) for s in self.spaces.values()
        )
        return key, base.dt if loops_wait else 0

    def batch(self, key: StructureKey) -> Batch:
        """The batch for a structure."""
        if key not in self.batches:
            values, dt = key
            chosen: dict[str, Any] = dict(zip(self.structural, values, strict=True))
            graph = self.graphs[chosen.get("recurrent_input", "nir")]
            timing = "pre" if chosen.get("feedback") == "current" else "post"
            chosen |= {"dt": self.dts[dt], "spike_timing": timing}
            chosen["time_unit"] = self.fixed.get("time_unit", "s")
            convention = dataclasses.replace(Convention(), **chosen)
            structure = Structure(graph, convention, self.spaces)
            self.batches[key] = Batch(structure, self.recording)
        return self.batches[key]

    # Stages

    def bases(self, cost: int, dts: slice = slice(None)) -> Iterator[Base]:
        """All bases that cost this much, with some of the lengths of a step."""
        choices = list(self.alternatives)
        for dt, preset in itertools.product(range(len(self.dts))[dts], self.presets):
            if self.progress.is_late():
                return
            for names in itertools.combinations(choices, cost):
                for values in itertools.product(*(self._others(c, preset, cost) for c in names)):
                    yield Base(preset, dt, tuple(zip(names, values, strict=True)))

    def _others(self, choice: str, preset: str, cost: int) -> list[Any]:
        own = self.fixed.get(choice, getattr(PRESETS[preset], choice))
        values = [v for v in self.alternatives[choice] if v != own]
        if cost >= 3:  # numbers are for conventions that are otherwise known
            values = [v for v in values if isinstance(v, str)]
        return values

    def uniform(self, cost: int, dts: slice = slice(None)) -> list[Candidate]:
        """Candidates whose choices are for all nodes."""
        found: dict[tuple[StructureKey, Vector], Candidate] = {}
        for base in self.bases(cost, dts):
            members = self.members(base)
            if members is None:
                continue
            key = self.structure(base), members
            if key not in found and key not in self.evaluated:
                found[key] = Candidate(base, members, cost)
                if len(found) >= self.most_rows:
                    break
        return list(found.values())

    def deviating(self, bases: Iterable[Base], cost: int) -> list[Candidate]:
        """Candidates with choices for single nodes beside a base, `cost` of them."""
        found: dict[tuple[StructureKey, Vector], Candidate] = {}
        seen: set[tuple[StructureKey, Vector, int]] = set()
        for base in bases:
            members = self.members(base)
            if members is None:
                continue
            structure = self.structure(base)
            if (structure, members, base.dt) in seen:
                continue
            seen.add((structure, members, base.dt))
            for vector in self._deviations(base, members, cost):
                key = structure, vector
                if key not in found and key not in self.evaluated:
                    found[key] = Candidate(base, vector, base.cost + cost)
            if len(found) >= self.most_rows or self.progress.is_late():
                break
        return list(found.values())

    def _deviations(self, base: Base, members: Vector, cost: int) -> Iterator[Vector]:
        lists = [
            [self._nearby(name, base, distance) for distance in range(1, cost + 1)]
            for name in self.spaces
        ]
        for split in _splits(cost, len(lists)):
            options = [
                [members[n]] if not share else lists[n][share - 1] for n, share in enumerate(split)
            ]
            yield from itertools.product(*options)

    def _find_nearby(self, name: str, base: Base, distance: int) -> list[int]:
        """Classes of a node that differ from a base in this many choices, or are a preset's."""
        space = self.spaces[name]
        apart = space.distances(self.convention(base), base.dt)
        found = dict.fromkeys(np.flatnonzero(apart == distance).tolist())
        if distance == 1:
            for preset in self.presets:
                member = self._member(name, preset, base.dt, ())
                if member is not None and apart[member] > 1:
                    found[member] = None
        return list(found)

    def evaluate(
        self, candidates: Sequence[Candidate], what: str, slack: int = SLACK
    ) -> list[tuple[Candidate, int]]:
        """Runs candidates; those that are left, with how many entries differ."""
        left = []
        groups: dict[StructureKey, list[Candidate]] = {}
        for candidate in candidates:
            groups.setdefault(self.structure(candidate.base), []).append(candidate)
        for number, (key, group) in enumerate(groups.items()):
            self.progress.say(what, number / len(groups))
            try:
                batch = self.batch(key)
                rows = np.asarray([c.members for c in group], np.int64).reshape(len(group), -1)
                errors = batch.run(rows, slack)
            except SnnError:
                continue  # a structure that cannot be run, such as a cycle that nothing cuts
            self.progress.tried += len(group)
            for candidate, error in zip(group, errors.tolist(), strict=True):
                self.evaluated.add((key, candidate.members))
                if error < LOST:
                    left.append((candidate, error))
        return left

    def nearest(self) -> list[tuple[Candidate, int]]:
        """Candidates of the cheapest stages with all their differing entries, however many."""
        self.progress.seconds = None
        self.evaluated.clear()
        candidates = [*self.uniform(0), *self.uniform(1)]
        return self.evaluate(candidates, "the nearest conventions", slack=LOST - 1)

    def layer_by_layer(self) -> list[tuple[Candidate, int]]:
        """Settles one layer after the other, which takes recorded signals between them.

        Returns:
            The candidates that are left behind the last layer.
        """
        left: list[tuple[Candidate, int]] = []
        starts: dict[tuple[StructureKey, int], Base] = {}
        for base in itertools.chain(self.bases(0), self._structural_bases()):
            if self.members(base) is not None:
                starts.setdefault((self.structure(base), base.dt), base)
        groups: dict[StructureKey, list[Base]] = {}
        for (key, _), base in starts.items():
            groups.setdefault(key, []).append(base)
        for key, bases in groups.items():
            try:
                batch = self.batch(key)
                left += self._through_layers(batch, bases)
            except SnnError:
                continue
        return left

    def _structural_bases(self) -> Iterator[Base]:
        """A base for every structure."""
        names = [c for c in self.structural if c not in self.fixed]
        for dt in range(len(self.dts)):
            for values in itertools.product(*(self.structural[c] for c in names)):
                overrides = list(zip(names, values, strict=True))
                if ("feedback", "current") in overrides and "spike_timing" not in self.fixed:
                    overrides.append(("spike_timing", "pre"))
                yield Base("nir", dt, tuple(overrides))

    def _through_layers(self, batch: Batch, bases: list[Base]) -> list[tuple[Candidate, int]]:
        costs = {name: self._cheapest(name) for name in self.spaces}
        prefixes = np.zeros((1, 0), np.int64)
        spent = np.zeros(1, np.int64)
        errors = np.zeros(1, np.int64)
        done: list[str] = []
        for block in batch.structure.blocks:
            names = [n for n in block if n in self.spaces]
            if not names:
                continue
            done += names
            for tier in (0, 1, 2, 3, 99):
                options = [costs[n] for n in names]
                # What was recorded drops most of them in the first steps.
                told = set(names) <= batch.judged
                most = self.most_rows * (8 if told else 1)
                rows, cost = _extended(prefixes, spent, options, tier, most)
                self.progress.say(f"layer {names[0]}", len(done) / len(self.spaces))
                errors = batch.run(self._padded(rows, done), SLACK, until=done[-1])
                self.progress.tried += len(rows)
                if np.any(errors == 0) or len(rows) >= most or self.progress.is_late():
                    break
            if not np.any(errors == 0):
                self._stuck_at(names)
            exact = errors == 0 if np.any(errors == 0) else errors < LOST
            # All that send what was recorded are one network for the layers behind.
            settled = bool(np.any(errors == 0)) and set(names) <= batch.judged
            beam = _SETTLED_BEAM if settled else _BEAM
            order = np.argsort(cost[exact], kind="stable")[:beam]
            prefixes, spent, errors = rows[exact][order], cost[exact][order], errors[exact][order]
            if not len(prefixes):
                return []
        full = self._padded(prefixes, done)
        errors = batch.run(full, SLACK)
        left = errors < LOST
        if len(full) and not np.any(errors == 0):
            self._stuck_at([n for n in self.graphs["nir"].nodes if n in batch.judged])
        return self._best_described(full[left], errors[left], bases)

    def _stuck_at(self, names: list[str]) -> None:
        """Keeps the last layer that was reached and could not be reproduced."""
        position = list(self.graphs["nir"].nodes)
        reached = max(names, key=position.index)
        if self.stuck is None or position.index(reached) > position.index(self.stuck):
            self.stuck = reached

    def _padded(self, rows: Indices, done: list[str]) -> Indices:
        """Columns in the order of the spaces; 0 for nodes that come later."""
        full = np.zeros((len(rows), len(self.spaces)), np.int64)
        position = {name: column for column, name in enumerate(self.spaces)}
        full[:, [position[name] for name in done]] = rows
        return full

    def _best_described(
        self, full: Indices, errors: Indices, bases: list[Base]
    ) -> list[tuple[Candidate, int]]:
        """Each configuration beside the base with which it takes fewest choices."""
        if not len(full):
            return []
        total = np.full((len(full), len(bases)), 0, np.int64)
        for column, name in enumerate(self.spaces):
            for number, base in enumerate(bases):
                apart = self.spaces[name].distances(self.convention(base), base.dt)
                total[:, number] += apart[full[:, column]]
        total += np.asarray([base.cost for base in bases], np.int64)
        best = np.argmin(total, axis=1)
        return [
            (Candidate(bases[int(b)], tuple(row.tolist()), int(t[b])), int(error))
            for row, b, t, error in zip(full, best, total, errors, strict=True)
        ]

    def _find_cheapest(self, name: str) -> Indices:
        """For each class of a node, the fewest choices that it takes beside a preset."""
        space = self.spaces[name]
        cheapest = np.full(space.size, 99, np.int8)
        for preset, dt in itertools.product(FRAMEWORKS, range(len(self.dts))):
            apart = space.distances(self.convention(Base(preset, dt)), dt)
            np.minimum(cheapest, apart, out=cheapest)
        # A number is likelier to fit by chance than a word.
        numbers = np.asarray([_has_number(update) for update in space.rules.updates])
        rarer = np.tile(numbers, len(space.flows.updates)) * 3
        return np.asarray(cheapest + rarer, np.int64)


def _seconds(steps: list[float], unit: Any) -> list[float]:
    """Lengths of a step in the unit of the file, in seconds."""
    if unit == "steps":
        return [DEFAULT_DT]  # whatever it is
    length = dataclasses.replace(Convention(), dt=1.0, time_unit=unit).step
    return [float(f"{step / length:.12g}") for step in steps]


def _has_number(update: Update) -> bool:
    """Whether a rule has a floor that is a number, or a bound on counts."""
    floor, threshold = update.coefficients.get("floor"), update.coefficients.get("threshold")
    if floor is not None and (threshold is None or not np.array_equal(floor, -threshold)):
        return True
    return update.attributes.get("max_spikes", MAX_SPIKES) != MAX_SPIKES


def _extended(
    prefixes: Indices, spent: Indices, costs: Sequence[Indices], most: int, number: int
) -> tuple[Indices, Indices]:
    """Every prefix with every class of the next nodes that costs at most `most`.

    Of more than `number`, the cheapest.
    """
    options = [np.flatnonzero(cost <= most) for cost in costs]
    rows, total = prefixes, spent
    for cost, option in zip(costs, options, strict=True):
        rows = np.concatenate(
            [np.repeat(rows, len(option), axis=0), np.tile(option, len(rows))[:, np.newaxis]],
            axis=1,
        )
        total = np.repeat(total, len(option)) + np.tile(cost[option], len(total))
        if len(rows) > number:
            cheapest = np.argsort(total, kind="stable")[:number]
            rows, total = rows[cheapest], total[cheapest]
    return rows, total


def _splits(cost: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to spend a cost on nodes."""
    if parts == 1:
        yield (cost,)
        return
    for first in range(cost + 1):
        for rest in _splits(cost - first, parts - 1):
            yield first, *rest


def _recurrent(graph: Graph) -> frozenset[str]:
    return find_cycles(graph, Convention()).recurrent

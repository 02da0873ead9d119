# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`infer`: from a recording to a convention, and what the recording leaves open."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir import reference
from snnmlir.conventions import Convention, convention_keywords, option_name
from snnmlir.conventions.choices import checked_choices
from snnmlir.errors import NirError, OptionError, SnnError, quoted
from snnmlir.inference.batch import Batch
from snnmlir.inference.recording import Recording, holds_values, recording_for
from snnmlir.inference.search import SLACK, Base, Candidate, Progress, Search
from snnmlir.inference.spaces import FLOORS
from snnmlir.nir_import import Graph, read_graph
from snnmlir.nir_import.graph import IF, Output

if TYPE_CHECKING:
    import nir

Source: TypeAlias = "str | os.PathLike[str] | nir.NIRGraph"
Report: TypeAlias = Callable[[str, float], None]

_FINER_FLOORS = tuple(-round(0.01 * n, 2) for n in range(1, 201) if n % 5)

_MOST_SHOWN = 3
_MOST_OTHERS = 200
_STRENGTHS = (0.5, 2.0, 4.0)
_FRESH_STEPS = (80, 320)
"""Least and most steps of each kind of further input."""
_FRESH_ELEMENTS = 200_000
"""Elements of all signals in these steps: small networks get more of them."""
_MOST_CHECKED = 12

_WOULD_TELL = {
    "reset": "input strong enough that neurons spike in several steps, one soon after the other",
    "spike": "input strong enough that a neuron spikes several times in a step",
    "max_spikes": "input strong enough that neurons spike more often in a step",
    "spike_timing": "input that makes neurons spike in the first steps",
    "v_floor": "input that drives voltages far below 0",
    "v_init": "the first steps after a start, without input",
    "dt": "a longer recording",
}
_WOULD_TELL_ELSE = "a longer recording, with stronger and weaker input"


@dataclass(frozen=True)
class Difference:
    """Where a convention and the recording first differ.

    Attributes:
        signal: The recorded signal.
        node: The node that sends it; of an Output, the one that feeds it.
        step: The first step with other entries.
        entries: Entries of this signal that differ in all steps.
        layer: Where the node stands in the order of the network.
    """

    signal: str
    node: str
    step: int
    entries: int
    layer: int = 0

    def __str__(self) -> str:
        plural = "entry" if self.entries == 1 else "entries"
        return f"{self.entries} {plural} of node {quoted(self.node)}, first in step {self.step}"


@dataclass(frozen=True)
class Open:
    """A choice that the recording does not determine.

    Attributes:
        choice: The choice, by attribute name.
        node: The node, or None for all.
        chosen: What the convention says; a `Convention` where whole ones are open.
        others: What it could be as well; on other input these give other outputs.
        would_tell: What a recording needs to determine it.
    """

    choice: str
    node: str | None
    chosen: Any
    others: tuple[Any, ...]
    would_tell: str

    def __str__(self) -> str:
        where = f"{self.node}." if self.node is not None else ""
        others = " or ".join(map(_worded, self.others[:_MOST_SHOWN]))
        if len(self.others) > _MOST_SHOWN:
            others += f" or one of {len(self.others) - _MOST_SHOWN} more"
        return (
            f"{where}{option_name(self.choice)} is {_worded(self.chosen)}, and could be {others}: "
            f"{self.would_tell} would tell"
        )


def _worded(value: Any) -> str:
    return convention_keywords(value) if isinstance(value, Convention) else str(value)


@dataclass(frozen=True)
class Inference:
    """What a recording says about a convention.

    Attributes:
        convention: The convention that reproduces the recording; or, where none was found, the one
            with the fewest differing entries.
        exact: Whether it reproduces every spike, and every value within 5e-5 times the largest.
        differing: Entries of the recording that differ.
        first: Where they first differ, None where nothing does.
        undetermined: Choices that the recording leaves open.
        nearest: Where none is exact, the best conventions with their differing entries.
        lost: The layer that no choices reproduce although all layers before it agree, where the
            signals between them were recorded: the file does not hold what the framework computes
            there. None where nothing says which layer it is.
        entries: Entries that were compared.
        steps: Steps of the recording.
        tried: Conventions that were tried.
        notes: What else there is to say, one sentence each.
    """

    convention: Convention
    exact: bool
    differing: int
    first: Difference | None
    undetermined: tuple[Open, ...]
    nearest: tuple[tuple[Convention, Difference], ...]
    entries: int
    steps: int
    tried: int
    lost: str | None = None
    notes: tuple[str, ...] = ()


def infer(
    source: Source,
    recording: Mapping[str, npt.ArrayLike] | Sequence[Mapping[str, npt.ArrayLike]],
    *,
    dt: float | None = None,
    seconds: float | None = None,
    progress: Report | None = None,
    **choices: Any,
) -> Inference:
    """Finds the convention under which a network computes what was recorded.

    Args:
        source: Path of a .nir file, or a `nir.NIRGraph`.
        recording: Arrays [T, *shape]: "input" and "output" (with several "input.NAME",
            "output.NAME"), and any signals in between by node name, voltages as "NODE.v". Or
            several of these, each a run from the initial state; the first is searched, and all of
            them have to be reproduced.
        dt: Seconds per step, if it is known.
        seconds: How long the search goes on to further conventions; until all were tried if None,
            and the same recording then gives the same convention on every machine.
        progress: Called with what is tried, and the share of it that is done.
        **choices: Choices for all nodes that are known, by attribute name.

    Returns:
        The convention, and whether it is exact. It is never called exact unless the reference
        interpreter, which shares nothing with the search, reproduces every recorded entry with it.

    Raises:
        NirError: The source cannot be read.
        OptionError: The recording does not fit the network, or a choice is unknown.
    """
    fixed = checked_choices({k: v for k, v in choices.items() if v is not None})
    _check_searched(fixed)
    graph, rewired = _graphs(source, fixed)
    runs = [recording] if isinstance(recording, Mapping) else list(recording)
    if not runs:
        raise OptionError("there is no recording", help="give at least one run")
    recorded = [recording_for(graph, run) for run in runs]
    if dt is not None:
        fixed["dt"] = checked_choices({"dt": dt})["dt"]
    told = Progress(progress, seconds)

    def search(floors: Sequence[float]) -> Search:
        return Search(graph, rewired, recorded[0], fixed, told, floors)

    found = _Inferrer(search((*FLOORS, *_repeated_minima(recorded))), recorded).run()
    if found.exact or found.lost is not None or "v_floor" in fixed or not _has_floor(found):
        return found
    finer = _Inferrer(search(_FINER_FLOORS), recorded).run(quick=True)
    return finer if finer.exact else found


def _has_floor(found: Inference) -> bool:
    """Whether the nearest convention has a floor that is a number: another may be right."""
    every = map(found.convention.at, ("", *found.convention.nodes))
    return any(isinstance(choices.v_floor, float) for choices in every)


def _repeated_minima(runs: Sequence[Recording]) -> list[float]:
    """Lowest voltages that were recorded more than once: they may be floors."""
    found = []
    for run in runs:
        for name, signal in run.signals.items():
            lowest = float(np.min(signal))
            if name.endswith(".v") and lowest < 0 and np.sum(signal == lowest) > 2:
                found.append(float(f"{lowest:.6g}"))
    return list(dict.fromkeys(found))


def read_recorded(source: Source) -> Graph:
    """A graph whose ports may or may not begin with time, for the shapes of its signals."""
    return _graphs(source, {})[0]


def _check_searched(fixed: Mapping[str, Any]) -> None:
    """Refuses what is known of platforms, whose conventions are not searched."""
    for choice, value in (("parameters", "nir"), ("edge_steps", "none")):
        if fixed.get(choice, value) != value:
            raise OptionError(
                f"{option_name(choice)} is {quoted(fixed[choice])}, and only conventions with "
                f"'{value}' are searched",
                help="compile with the platform's convention, and verify against the recording",
            )


def _graphs(source: Source, fixed: dict[str, Any]) -> tuple[Graph, Graph | None]:
    """The graph of the file, and that with wrong edges replaced; says how ports were read."""
    ports = [fixed["ports"]] if "ports" in fixed else ["nir", "time-first"]
    for number, choice in enumerate(ports):
        try:
            first = choice == "time-first"
            graph = read_graph(source, time_first=first)
            if first:
                fixed["ports"] = choice
            if not graph.rewirings:
                return graph, None
            return graph, read_graph(source, input_to_neuron=True, time_first=first)
        except NirError:
            if number == len(ports) - 1:
                return read_graph(source, time_first=ports[0] == "time-first"), None
    raise AssertionError("one of the two ways was taken")


class _Inferrer:
    """One search, and what is said about its end."""

    def __init__(self, search: Search, runs: Sequence[Recording]) -> None:
        self.search = search
        self.recorded = runs[0]
        self.runs = runs
        self.facts: dict[str, Any] = {
            "entries": sum(run.entries for run in runs),
            "steps": sum(run.steps for run in runs),
            "notes": tuple(dict.fromkeys(note for run in runs for note in run.notes)),
        }
        self.progress = search.progress
        self.best: list[tuple[int, int, Candidate]] = []

    def run(self, *, quick: bool = False) -> Inference:
        """Goes through the stages; `quick`: only through those that take little time."""
        for number, candidates in enumerate(self._stages()):
            if quick and number > 3:
                break
            left = candidates()
            exact = sorted((c.cost, n, c) for n, (c, error) in enumerate(left) if error == 0)
            for _, _, candidate in exact[:_MOST_CHECKED]:
                differences = self.differences(candidate)
                if not differences:
                    return self._exact(candidate, [c for _, _, c in exact])
                self._remember(candidate, differences)
            left.sort(key=lambda item: (item[1], item[0].cost))
            self.best += [(e, c.cost, c) for c, e in left[:_MOST_CHECKED]]
            if self.progress.is_late() or self._is_lost():
                break
        return self._inexact()

    def _is_lost(self) -> bool:
        """Whether a layer was tried with all choices, on signals that agree, and none fits."""
        stuck = self.search.stuck
        if stuck is None:
            return False
        graph = self.search.graphs["nir"]
        before = list(graph.nodes)[: list(graph.nodes).index(stuck) + 1]
        recorded = {_sender(graph, name) for name in self.recorded.signals} | {
            *self.recorded.signals
        }
        return all(name in recorded for name in before if name in self.search.spaces)

    def _stages(self) -> Iterator[Callable[[], list[tuple[Candidate, int]]]]:
        """What is tried, one after the other: cheap conventions first, likely steps first."""
        search = self.search
        inner = len(self.recorded.signals) > len(search.graphs["nir"].outputs)
        several = len(search.spaces) > 1
        likely, others = slice(0, 4), slice(4, None)

        def uniform(cost: int, dts: slice) -> Callable[[], list[tuple[Candidate, int]]]:
            what = f"{cost} choices for all nodes"
            return lambda: search.evaluate(search.uniform(cost, dts), what)

        def deviating(base: int, cost: int, dts: slice) -> Callable[..., Any]:
            what = f"{base} choices for all nodes and {cost} for single ones"
            return lambda: search.evaluate(search.deviating(search.bases(base, dts), cost), what)

        yield uniform(0, slice(None))
        yield uniform(1, slice(None))
        if inner:
            yield search.layer_by_layer
        if several:
            yield deviating(0, 1, slice(None))
        yield uniform(2, likely)
        if several:
            yield deviating(1, 1, likely)
            yield deviating(0, 2, likely)
        yield uniform(2, others)
        if not inner:
            yield search.layer_by_layer
        yield uniform(3, slice(0, 1))

    # Verdicts

    def differences(self, candidate: Candidate) -> list[Difference]:
        """What the reference interpreter says about a candidate."""
        convention = self.search.complete(candidate)
        graph = self._graph(candidate)
        return [d for run in self.runs for d in _differences(graph, convention, run)]

    def _graph(self, candidate: Candidate) -> Graph:
        chosen = self.search.complete(candidate).recurrent_input
        return self.search.graphs.get(chosen, self.search.graphs["nir"])

    def _remember(self, candidate: Candidate, differences: list[Difference]) -> None:
        self.best.append((sum(d.entries for d in differences), candidate.cost, candidate))

    def _exact(self, candidate: Candidate, found: Sequence[Candidate]) -> Inference:
        fresh = self._fresh(candidate)
        undetermined = [
            *self._undetermined(candidate, fresh),
            *self._other_conventions(candidate, found, fresh),
        ]
        silent = [
            name
            for name, signal in self.recorded.signals.items()
            if not holds_values(signal) and not np.any(signal)
        ]
        if silent:
            note = f"there is no spike in {', '.join(map(quoted, silent))}: that says little"
            self.facts["notes"] = (*self.facts["notes"], note)
        return Inference(
            convention=self.search.complete(candidate),
            exact=True,
            differing=0,
            first=None,
            undetermined=tuple(undetermined),
            nearest=(),
            tried=self.progress.tried,
            **self.facts,
        )

    def _inexact(self) -> Inference:
        if not self.best:
            left = self.search.nearest()
            left.sort(key=lambda item: (item[1], item[0].cost))
            self.best = [(error, c.cost, c) for c, error in left[:_MOST_CHECKED]]
        found = []
        best: dict[Any, Candidate] = {}
        for _, _, candidate in sorted(self.best, key=lambda item: item[:2]):
            best.setdefault((self.search.structure(candidate.base), candidate.members), candidate)
        for candidate in list(best.values())[:_MOST_CHECKED]:
            differences = self.differences(candidate)
            if not differences:
                continue
            total = sum(d.entries for d in differences)
            found.append((total, self.search.complete(candidate), earliest(differences)))
        found.sort(key=lambda item: item[0])
        if not found:
            raise SnnError("no convention can be applied to this network")
        total, convention, first = found[0]
        return Inference(
            convention=convention,
            exact=False,
            differing=total,
            first=first,
            undetermined=(),
            nearest=tuple((c, d) for _, c, d in found[:3]),
            lost=self.search.stuck if self._is_lost() and total > SLACK else None,
            tried=self.progress.tried,
            **self.facts,
        )

    # What the recording leaves open

    def _other_conventions(
        self, candidate: Candidate, found: Sequence[Candidate], fresh: Recording
    ) -> Iterator[Open]:
        """Conventions that cost as much, are exact, too, and differ on other input."""
        others = []
        groups: dict[Any, list[Candidate]] = {}
        for other in found[:_MOST_OTHERS]:
            if other.members != candidate.members and other.cost <= candidate.cost:
                groups.setdefault(self.search.structure(other.base), []).append(other)
        for structure, group in groups.items():
            rows = np.asarray([c.members for c in group], np.int64).reshape(len(group), -1)
            batch = Batch(self.search.batch(structure).structure, fresh)
            others += [c for c, e in zip(group, batch.run(rows, 0), strict=True) if e != 0]
        if others:
            chosen, *rest = map(self.search.complete, (candidate, *others))
            yield Open("convention", None, chosen, tuple(rest), _WOULD_TELL_ELSE)

    def _undetermined(self, candidate: Candidate, fresh: Recording) -> Iterator[Open]:
        """Single changes that reproduce the recording, too, and differ on other input."""
        changes = list(self._changes(candidate))
        if not changes:
            return
        left = []
        for change in changes:
            key = self.search.structure(change[3].base), change[3].members
            left.append((key, change))
        same = []
        for structure in dict.fromkeys(key[0] for key, _ in left):
            group = [change for key, change in left if key[0] == structure]
            try:
                batch = self.search.batch(structure)
                rows = np.asarray([c.members for *_, c in group], np.int64)
                errors = batch.run(rows.reshape(len(group), -1), 0)
                kept = [change for change, e in zip(group, errors, strict=True) if e == 0]
                if not kept:
                    continue
                rows = np.asarray([c.members for *_, c in kept], np.int64)
                other = Batch(batch.structure, fresh)
                errors = other.run(rows.reshape(len(kept), -1), 0)
            except SnnError:
                continue
            same += [change for change, e in zip(kept, errors, strict=True) if e != 0]
        others: dict[tuple[str, str | None, Any], list[Any]] = {}
        for choice, node, value, changed in same:
            chosen = self._chosen(candidate, choice, node)
            others.setdefault((choice, node, chosen), []).append(value)
            del changed
        for (choice, node, chosen), values in others.items():
            if node is not None and (choice, None, self._chosen(candidate, choice, None)) in others:
                continue
            tell = _WOULD_TELL.get(choice, _WOULD_TELL_ELSE)
            yield Open(choice, node, chosen, tuple(values), tell)

    def _chosen(self, candidate: Candidate, choice: str, node: str | None) -> Any:
        convention = self.search.complete(candidate)
        value = getattr(convention if node is None else convention.at(node), choice)
        if value == "-threshold" and node is not None:
            here = self.search.spaces[node].node
            return value if isinstance(here, IF) else "none"
        return value

    def _changes(self, candidate: Candidate) -> Iterator[tuple[str, str | None, Any, Candidate]]:
        """Choices that differ in one value, for all nodes or a single one."""
        search = self.search
        convention = search.complete(candidate)
        seen = {(search.structure(candidate.base), candidate.members)}
        names = list(search.spaces)
        for choice, values in {**search.alternatives, "dt": tuple(search.dts)}.items():
            for value in values:
                if value == getattr(convention, choice):
                    continue
                base = candidate.base
                if choice in search.structural:
                    base = _with(base, choice, value)
                if search.members(base) is None:
                    continue
                for node in (None, *names):
                    if node is not None and choice in search.structural:
                        continue
                    members = list(candidate.members)
                    for column, name in enumerate(names):
                        if node not in (None, name):
                            continue
                        at = dataclasses.replace(convention.at(name), **{choice: value})
                        index = search.dts.index(at.dt)
                        member = search.spaces[name].member(at, index)
                        if member is not None:
                            members[column] = member
                    changed = Candidate(base, tuple(members), candidate.cost + 1)
                    key = search.structure(changed.base), changed.members
                    if key not in seen:
                        seen.add(key)
                        yield choice, node, value, changed

    def _fresh(self, candidate: Candidate) -> Recording:
        """Other input of the same kind, and what the convention makes of it."""
        rng = np.random.default_rng(0)
        inputs = {}
        nodes = self.search.graphs["nir"].nodes.values()
        elements = sum(int(np.prod(node.output_shape, dtype=np.int64)) for node in nodes)
        steps = int(np.clip(_FRESH_ELEMENTS // max(1, elements), *_FRESH_STEPS))
        for name, signal in self.recorded.inputs.items():
            flat, shape = signal.reshape(-1), (steps, *signal.shape[1:])
            binary = np.all((flat == 0) | (flat == 1))
            parts = [rng.choice(flat, (3 * steps, *signal.shape[1:]))]
            for strength in _STRENGTHS:  # weaker and stronger than what was recorded
                chance = min(0.9, max(0.05, strength * float(np.mean(flat != 0))))
                present = rng.random(shape) < chance
                values = 1.0 if binary else strength * rng.choice(flat, shape)
                parts.append(present * values)
            inputs[name] = np.concatenate(parts)
        graph = self._graph(candidate)
        result = reference.record(
            graph, inputs, graph.outputs, convention=self.search.complete(candidate)
        )
        signals = {
            name: result[name].astype(np.int64 if result[name].dtype == np.uint8 else np.float64)
            for name in graph.outputs
        }
        return Recording(inputs, signals)


def _with(base: Base, choice: str, value: Any) -> Base:
    overrides = dict(base.overrides) | {choice: value}
    return dataclasses.replace(base, overrides=tuple(sorted(overrides.items())))


def _differences(graph: Graph, convention: Convention, recorded: Recording) -> list[Difference]:
    """Every recorded signal that differs from the reference interpreter's."""
    names = dict.fromkeys(
        name if name in graph.nodes else name.rpartition(".")[0] for name in recorded.signals
    )
    found = reference.record(graph, recorded.inputs, names, convention=convention)
    return list(compare(graph, found, recorded))


def compare(
    graph: Graph, found: Mapping[str, npt.NDArray[Any]], recorded: Recording
) -> Iterable[Difference]:
    """Every recorded signal that differs from what was found."""
    for name, expected in recorded.signals.items():
        apart = np.abs(found[name].astype(np.float64) - expected.astype(np.float64))
        wrong = ~(apart <= recorded.allowed(name)) if holds_values(expected) else apart != 0
        if np.any(wrong):
            step = int(np.argmax(wrong.reshape(len(wrong), -1).any(axis=1)))
            node = _sender(graph, name)
            layer = list(graph.nodes).index(node)
            yield Difference(name, node, step, int(np.sum(wrong)), layer)


def earliest(differences: Sequence[Difference]) -> Difference:
    """The difference of the first step; of the first layer, where several are of that step."""
    return min(differences, key=lambda difference: (difference.step, difference.layer))


def _sender(graph: Graph, name: str) -> str:
    node = name if name in graph.nodes else name.rpartition(".")[0]
    while isinstance(graph.nodes[node], Output) and len(graph.sources(node)) == 1:
        node = graph.sources(node)[0]
    return node

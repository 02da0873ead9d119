# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the choices can make of one node, each different update once.

Choices fall into two independent parts: those about the state between spikes (with dt), and those
about spikes. Many come to the same numbers: with v_leak = 0 it does not matter what the voltage
decays to. So the space of a node is a product of two short lists, "flows" and "rules".
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.conventions import CHOICES, MAX_SPIKES, Convention
from snnmlir.conventions.choices import check_node_consistent
from snnmlir.errors import SnnError
from snnmlir.nir_import.concerns import concerned
from snnmlir.nir_import.discretize import NEURONS, Neuron, Update, delay_steps, discretize
from snnmlir.nir_import.graph import SPIKING, Delay, Flatten, Graph, Node

Array: TypeAlias = npt.NDArray[Any]
Values: TypeAlias = tuple[Any, ...]

FLOW_CHOICES = (
    *("integrator", "decay", "input_gain", "current_gain", "if_gain"),
    *("leak", "current_leak", "current_decay", "v_init"),
)
RULE_CHOICES = ("reset", "spike", "max_spikes", "spike_timing", "v_floor")

_RULE_COEFFICIENTS = ("threshold", "reset_value", "floor")

_FLOOR_WORDS = ("none", "-threshold")
"""`leaky-zero` is 0 in the neurons that it concerns, and no framework writes it."""

FLOORS = (
    *(0.0, *(-round(0.05 * n, 2) for n in range(1, 21))),
    *(-1.25, -1.5, -2.0, -2.5, -3.0, -4.0, -5.0, -10.0),
)
"""Lower bounds that people write; a finer search follows where one of them comes close."""

COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 16, 20, 31, 32, 63, 64, 100, 127, 128)
"""Most spikes in a step that people write."""


@dataclass(frozen=True, eq=False)
class Part:
    """One of the two lists of a node.

    Attributes:
        choices: The choices that it is about.
        settings: Each setting of these choices, and with flows the index of dt in front.
        members: The class of each setting.
        updates: An update for each class.
    """

    choices: tuple[str, ...]
    settings: list[Values]
    members: npt.NDArray[np.int64]
    updates: list[Update]

    @cached_property
    def by_setting(self) -> dict[Values, int]:
        """The class of a setting."""
        return dict(zip(self.settings, self.members.tolist(), strict=True))

    @cached_property
    def _codes(self) -> tuple[npt.NDArray[np.int64], list[dict[Any, int]]]:
        """The settings as numbers, column by column."""
        columns = [
            {value: n for n, value in enumerate(dict.fromkeys(column))}
            for column in zip(*self.settings, strict=True)
        ]
        rows = [
            [codes[value] for codes, value in zip(columns, setting, strict=True)]
            for setting in self.settings
        ]
        return np.asarray(rows, np.int64).reshape(len(rows), len(columns)), columns

    def distances(self, setting: Values) -> npt.NDArray[np.int8]:
        """For each class, in how many choices its nearest setting differs from `setting`."""
        codes, columns = self._codes
        target = [known.get(value, -1) for known, value in zip(columns, setting, strict=True)]
        apart = np.sum(codes != np.asarray(target, np.int64), axis=1, dtype=np.int8)
        nearest = np.full(len(self.updates), 99, np.int8)
        np.minimum.at(nearest, self.members, apart)
        return nearest

    def nearest(self, member: int, setting: Values) -> Values:
        """The setting of a class that differs least from `setting`."""
        indices = np.flatnonzero(self.members == member)
        codes, columns = self._codes
        target = [known.get(value, -1) for known, value in zip(columns, setting, strict=True)]
        apart = np.sum(codes[indices] != np.asarray(target, np.int64), axis=1)
        return self.settings[int(indices[int(np.argmin(apart))])]


@dataclass(frozen=True, eq=False)
class Space:
    """All that choices can make of a node: class `flow * len(rules) + rule`.

    Attributes:
        node: A neuron or a Delay.
        flows: What the state does between spikes.
        rules: What spikes do.
    """

    node: Node
    flows: Part
    rules: Part

    @property
    def size(self) -> int:
        """Number of classes."""
        return len(self.flows.updates) * len(self.rules.updates)

    def parts(self, member: int) -> tuple[int, int]:
        """Flow and rule of a class."""
        return divmod(member, len(self.rules.updates))

    def setting(self, convention: Convention, dt_index: int) -> tuple[Values, Values]:
        """The settings of both parts under a convention."""
        flow = (dt_index, *(getattr(convention, choice) for choice in self.flows.choices))
        rule = tuple(getattr(convention, choice) for choice in self.rules.choices)
        return flow, rule

    def member(self, convention: Convention, dt_index: int) -> int | None:
        """The class of a node under its own convention, None if that cannot be applied."""
        flow, rule = self.setting(convention, dt_index)
        flow_member = self.flows.by_setting.get(self._plain(self.flows, flow))
        rule_member = self.rules.by_setting.get(self._plain(self.rules, rule))
        if flow_member is None or rule_member is None:
            return None
        return flow_member * len(self.rules.updates) + rule_member

    def _plain(self, part: Part, setting: Values) -> Values:
        """Without a bound on counts where nothing counts."""
        if part is self.rules and "spike" in part.choices:
            values = dict(zip(part.choices, setting, strict=True))
            if not str(values["spike"]).startswith("count"):
                values["max_spikes"] = MAX_SPIKES
            return tuple(values.values())
        return setting

    def distances(self, convention: Convention, dt_index: int) -> npt.NDArray[np.int8]:
        """For each class, how many choices set it apart from a convention."""
        flow, rule = self.setting(convention, dt_index)
        flows, rules = self.flows.distances(flow), self.rules.distances(rule)
        return (flows[:, np.newaxis] + rules).reshape(-1)

    def choices(self, member: int, near: Convention, dt_index: int) -> tuple[int, dict[str, Any]]:
        """Choices that give a class, as few as can be beside `near`; and the index of its dt."""
        flow, rule = self.setting(near, dt_index)
        flow_member, rule_member = self.parts(member)
        index, *flow_values = self.flows.nearest(flow_member, flow)
        found = dict(zip(self.flows.choices, flow_values, strict=True))
        found |= zip(self.rules.choices, self.rules.nearest(rule_member, rule), strict=True)
        return index, {key: value for key, value in found.items() if value != getattr(near, key)}


def space_of(
    node: Node,
    dts: Sequence[float],
    *,
    recurrent: bool,
    floors: Sequence[float] = FLOORS,
    unit: str = "s",
) -> Space:
    """The space of a neuron or Delay.

    Args:
        node: The node.
        dts: Lengths of a step that are possible.
        recurrent: Whether the node lies on a cycle.
        floors: Numbers that a floor may be.
        unit: What the file counts time in.
    """
    if isinstance(node, Delay):
        return Space(node, _delays(node, dts, unit), _no_rules())
    assert isinstance(node, NEURONS)
    return Space(node, _flows(node, dts, recurrent, unit), _rules(node, recurrent, floors))


def _delays(node: Delay, dts: Sequence[float], unit: str) -> Part:
    settings, updates = [], []
    for index, dt in enumerate(dts):
        try:
            steps = delay_steps(node, _replaced(Convention(), dt=dt, time_unit=unit))
        except SnnError:
            continue
        if float(np.max(steps)) <= 1 << 16:
            settings.append((index,))
            updates.append(Update("delay", {"steps": steps.astype(np.float64)}))
    return _part((), settings, updates)


def _no_rules() -> Part:
    return _part((), [()], [Update("none", {})])


def _flows(node: Neuron, dts: Sequence[float], recurrent: bool, unit: str) -> Part:
    choices = tuple(choice for choice in FLOW_CHOICES if concerned(choice, node))
    base = _replaced(Convention(), time_unit=unit)
    settings, updates = [], []
    for index, dt in enumerate(dts):
        known: dict[Values, Update | None] = {}
        step = _replaced(base, dt=dt).step
        for values in itertools.product(*(CHOICES[choice] for choice in choices)):
            given = _without_idle(dict(zip(choices, values, strict=True)), node, step)
            key = tuple(given.values())
            if key not in known:
                known[key] = _discretized(node, _replaced(base, dt=dt, **given), recurrent)
            update = known[key]
            if update is not None:
                settings.append((index, *values))
                updates.append(update)
    kept = [
        Update(u.op, {k: v for k, v in u.coefficients.items() if k not in _RULE_COEFFICIENTS})
        for u in updates
    ]
    return _part(choices, settings, kept)


def _without_idle(given: dict[str, Any], node: Neuron, step: float) -> dict[str, Any]:
    """The same choices, where one makes no difference for this node with its first value.

    Only to save time: what is left equal is found when updates are compared.
    """
    levels = [getattr(node, key) for key in ("v_leak", "v_reset") if hasattr(node, key)]
    if not any(np.any(level) for level in levels):
        idle = {"leak": "none", "current_leak": "none", "v_init": "zero"}
        given |= {key: value for key, value in idle.items() if key in given}
    taus = [getattr(node, key) for key in ("tau", "tau_mem", "tau_syn") if hasattr(node, key)]
    if "decay" in given and all(np.all(tau >= step) for tau in taus):
        given["decay"] = "nir"
    return given


def _rules(node: Neuron, recurrent: bool, floors: Sequence[float]) -> Part:
    choices = tuple(choice for choice in RULE_CHOICES if concerned(choice, node))
    values: dict[str, Sequence[Any]] = {choice: CHOICES[choice] for choice in choices}
    values["v_floor"] = (*_FLOOR_WORDS, *(float(floor) for floor in floors))
    if isinstance(node, SPIKING):
        values["max_spikes"] = (MAX_SPIKES, *COUNTS)
    # dt is such that every time constant has a meaning: only the rules are looked at.
    neutral = Convention(dt=1e-9, input_gain="unit", if_gain="unit", decay="clipped")

    @functools.cache
    def spikes(*given: Any) -> Update | None:
        """What spikes do, without a floor and a bound."""
        named = dict(zip(choices, given, strict=True))
        return _discretized(node, _replaced(neutral, **named), recurrent)

    @functools.cache
    def floor(value: Any) -> dict[str, Array]:
        update = _discretized(node, _replaced(neutral, v_floor=value), recurrent)
        return {k: v for k, v in (update.coefficients if update else {}).items() if k == "floor"}

    settings, updates = [], []
    for setting in itertools.product(*(values[choice] for choice in choices)):
        given = dict(zip(choices, setting, strict=True))
        most = given.get("max_spikes", MAX_SPIKES)
        counts = str(given.get("spike", "")).startswith("count")
        if most != MAX_SPIKES and not counts:
            continue
        plain = {"max_spikes": MAX_SPIKES, "v_floor": "none"}
        update = spikes(*(plain.get(choice, value) for choice, value in given.items()))
        if update is None:
            continue
        coefficients = {k: v for k, v in update.coefficients.items() if k in _RULE_COEFFICIENTS}
        attributes = dict(update.attributes)
        if counts:  # thresholds are positive: truncated and rounded down are the same
            attributes |= {"spike": "count", "max_spikes": most}
        settings.append(setting)
        updates.append(Update(update.op, coefficients | floor(given["v_floor"]), attributes))
    return _part(choices, settings, updates)


def _replaced(base: Convention, **given: Any) -> Convention:
    return Convention(**({"name": base.name} | base.choices() | given))


def _discretized(node: Neuron, convention: Convention, recurrent: bool) -> Update | None:
    try:
        check_node_consistent(convention)
        return discretize(node, convention, recurrent=recurrent)
    except SnnError:
        return None


def _part(choices: tuple[str, ...], settings: list[Values], updates: list[Update]) -> Part:
    """Gives equal updates one class."""
    classes: dict[object, int] = {}
    members: list[int] = []
    kept: list[Update] = []
    for update in updates:
        key = (
            update.op,
            tuple(sorted((k, v.tobytes(), v.shape) for k, v in _plain(update).items())),
            tuple(sorted(update.attributes.items())),
        )
        if key not in classes:
            classes[key] = len(kept)
            kept.append(update)
        members.append(classes[key])
    return Part(choices, settings, np.asarray(members, np.int64), kept)


def _plain(update: Update) -> dict[str, Array]:
    """Coefficients, one number where all are equal."""
    found = {}
    for name, value in update.coefficients.items():
        array = np.asarray(value, np.float64)
        same = array.size and np.all(array == array.flat[0])
        found[name] = array.flat[0:1].reshape(()) if same else np.ascontiguousarray(array)
    return found


def structural_choices(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Choices that change what is connected how, where the network has what they are about."""
    found: dict[str, tuple[str, ...]] = {}
    if graph.rewirings:
        found["recurrent_input"] = CHOICES["recurrent_input"]
    if graph.closing:
        found["feedback"] = CHOICES["feedback"]
        found["feedback_bias"] = CHOICES["feedback_bias"]
    if any(isinstance(n, Flatten) and reads_maps(n) for n in graph.nodes.values()):
        found["flatten"] = CHOICES["flatten"]
    return found


def reads_maps(node: Flatten) -> bool:
    """Whether the order in which a Flatten reads its map matters."""
    whole = len(node.input_shape) == 3 and len(node.output_shape) == 1
    return whole and node.input_shape[0] > 1 and node.input_shape[1] * node.input_shape[2] > 1


def relevant_choices(spaces: Mapping[str, Space], structural: Mapping[str, Any]) -> dict[str, Any]:
    """Every choice that matters in a network, with the values that it can have."""
    found: dict[str, Any] = dict(structural)
    for space in spaces.values():
        for part, offset in ((space.flows, 1), (space.rules, 0)):
            for column, choice in enumerate(part.choices):
                values = dict.fromkeys(setting[column + offset] for setting in part.settings)
                found[choice] = tuple(dict.fromkeys((*found.get(choice, ()), *values)))
    return found

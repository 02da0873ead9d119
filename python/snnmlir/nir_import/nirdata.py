# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""NIRData files: signals of a network's nodes over time, as `nir.write_data` writes them.

The layout, HDF5:

    nodes/<node>/              attribute __type__ "NIRNodeData", or "NIRGraphData": nodes again
      observables/<name>/        attribute __type__ says which of these it is:
        "TimeGriddedData"          data [samples, steps, neurons], attribute dt
        "EventData"                idx, time [samples, events], attributes n_neurons and t_max;
                                   idx -1 and time inf where there is no event
        "ValuedEventData"          also value [samples, events]

Neurons are counted in row-major order of the node's shape.
"""

from __future__ import annotations

import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import h5py
import numpy as np
import numpy.typing as npt

from snnmlir.common.wording import option
from snnmlir.errors import NirError, OptionError, quoted
from snnmlir.nir_import.graph import Graph
from snnmlir.nir_import.hdf5 import Guard, load, open_hdf5
from snnmlir.nir_import.raw import MAX_DEPTH, is_numeric, join

Signal: TypeAlias = npt.NDArray[Any]
Format: TypeAlias = Literal["grid", "events"]

_TYPE = "__type__"
_SAME_STEP = 1e-6
"""How far a time may be from a whole number of steps, in steps, to be meant as that number."""


@dataclass(frozen=True)
class Gridded:
    """A value for each neuron in each step: `data` is [samples, steps, neurons]."""

    data: Signal
    dt: float


@dataclass(frozen=True)
class Events:
    """Events in order of the file: [samples, events] each, `idx` -1 where there is none.

    `value` is None where events have none.
    """

    idx: Signal
    time: Signal
    value: Signal | None
    n_neurons: int
    t_max: float


Observable: TypeAlias = "Gridded | Events"
Data: TypeAlias = dict[str, dict[str, Observable]]


def read_data(path: str) -> Data:
    """The observables of a NIRData file, by node ("a/b" in nested graphs) and name.

    Raises:
        NirError: The file is not HDF5, damaged, or not laid out as NIRData.
    """
    with open_hdf5(path) as file:
        return _Reader().read(file)


class _Reader(Guard):
    def read(self, file: h5py.File) -> Data:
        if _kind(file) != "NIRGraphData":
            raise NirError(
                "the file holds no NIRGraphData",
                help="give a file written by nir.write_data, or an array as .npy or .npz",
            )
        data: Data = {}
        todo: list[tuple[h5py.Group, str | None, int]] = [(file, None, 0)]
        while todo:
            group, path, depth = todo.pop()
            if depth > MAX_DEPTH:
                raise NirError(f"graphs are nested more than {MAX_DEPTH} deep", node=path)
            for name, member in self.groups(group, "nodes", path):
                full = join(path, name)
                kind = _kind(member)
                if kind == "NIRGraphData":
                    todo.append((member, full, depth + 1))
                elif kind == "NIRNodeData":
                    data[full] = {
                        observable: self.observable(inner, full)
                        for observable, inner in self.groups(member, "observables", full)
                    }
                else:
                    raise NirError(f"is of the unknown type {quoted(kind)}", node=full)
        return data

    def groups(
        self, group: h5py.Group, key: str, path: str | None
    ) -> Iterator[tuple[str, h5py.Group]]:
        members = self.member(group, key, path)
        if not isinstance(members, h5py.Group):
            raise NirError(f"has no group {quoted(key)}", node=path)
        for name in members:
            member = self.member(members, name, path)
            if not isinstance(member, h5py.Group):
                raise NirError(f"{quoted(name)} is not a group", node=path)
            yield name, member

    def observable(self, group: h5py.Group, node: str) -> Observable:
        kind = _kind(group)
        if kind == "TimeGriddedData":
            return Gridded(self.array(group, "data", node, 3), _positive(group, "dt", node))
        if kind not in ("EventData", "ValuedEventData"):
            raise NirError(f"has an observable of the unknown type {quoted(kind)}", node=node)
        n_neurons = _positive(group, "n_neurons", node)
        if n_neurons != int(n_neurons):
            raise NirError(f"n_neurons is {n_neurons:g}, expected a whole number", node=node)
        idx, time = self.array(group, "idx", node, 2), self.array(group, "time", node, 2)
        value = self.array(group, "value", node, 2) if kind == "ValuedEventData" else None
        t_max = _positive(group, "t_max", node)
        for name, array in (("time", time), ("value", value)):
            if array is not None and array.shape != idx.shape:
                raise NirError(
                    f"{name} has shape {array.shape}, expected that of idx, {idx.shape}", node=node
                )
        events = Events(idx, time, value, int(n_neurons), t_max)
        _check_events(events, node)
        return events

    def array(self, group: h5py.Group, key: str, node: str, rank: int) -> Signal:
        dataset = self.member(group, key, node)
        if not isinstance(dataset, h5py.Dataset):
            raise NirError(f"has no dataset {quoted(key)}", node=node)
        self.account(dataset, node, key)
        numbers = is_numeric(dataset.dtype) or dataset.dtype.kind == "b"
        if dataset.shape is None or len(dataset.shape) != rank or not numbers:
            raise NirError(
                f"{quoted(key)} has type {dataset.dtype} and shape {dataset.shape}, expected "
                f"numbers in {rank} dimensions",
                node=node,
            )
        return np.asarray(load(dataset, (), node, key))


def _kind(group: h5py.Group) -> str:
    kind = group.attrs.get(_TYPE, "")
    return kind.decode("utf-8", "replace") if isinstance(kind, bytes) else str(kind)


def _positive(group: h5py.Group, key: str, node: str) -> float:
    value = group.attrs.get(key)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not (number > 0 and math.isfinite(number)):
        raise NirError(f"attribute {key} is {value!r:.64}, expected a positive number", node=node)
    return number


def _check_events(events: Events, node: str) -> None:
    there = events.idx != -1
    idx, time = events.idx[there], events.time[there]
    if events.idx.dtype.kind not in "iu" or np.any((idx < 0) | (idx >= events.n_neurons)):
        raise NirError(
            f"idx holds other values than -1 and the numbers of {events.n_neurons} neurons",
            node=node,
        )
    if not np.all(np.isfinite(time)) or np.any((time < 0) | (time > events.t_max)):
        raise NirError(f"an event's time is not within 0 and t_max = {events.t_max:g}", node=node)
    if events.value is not None and not np.all(np.isfinite(events.value[there])):
        raise NirError("an event's value is not a finite number", node=node)


# Into arrays


class Place(Protocol):
    """Where a signal belongs: an input of a network, or a node."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one step."""


def to_signals(data: Data, inputs: Sequence[Place], dt: float) -> dict[str, Signal]:
    """The signals of the inputs, [samples, T, *shape] each, in steps of `dt` seconds.

    Raises:
        OptionError: An input's data is missing, ambiguous, of another shape or another dt.
    """
    signals = {port.name: _signal(data, port, dt) for port in inputs}
    counts = {len(signal) for signal in signals.values()}
    if len(counts) > 1:
        raise OptionError(f"the inputs have different numbers of samples: {sorted(counts)}")
    return signals


def recorded_signals(data: Data, graph: Graph, dt: float | None) -> list[dict[str, Signal]]:
    """Everything that a file holds of a network's nodes, a dictionary for each sample.

    Args:
        data: The file.
        graph: The network.
        dt: Seconds per step; None takes that of the file.

    Returns:
        Arrays [T, *shape] by node, those of observables "v" and "i" as "NODE.v" and "NODE.i".

    Raises:
        OptionError: There is no dt, or an array does not fit its node.
    """
    found: dict[str, Signal] = {}
    for name, observables in data.items():
        if name not in graph.nodes:
            continue
        node = _Node(name, graph.nodes[name].output_shape)
        for key, observable in observables.items():
            step = observable.dt if isinstance(observable, Gridded) else dt
            if step is None:
                raise OptionError(
                    f"the events of node {quoted(name)} have times, and no step is known",
                    help=f"say how long a step is: {option('dt')}",
                )
            signal = _signal({name: {key: observable}}, node, step)
            found[f"{name}.{key}" if key in ("v", "i") else name] = signal
    counts = {len(signal) for signal in found.values()}
    if len(counts) > 1:
        raise OptionError(f"the nodes have different numbers of samples: {sorted(counts)}")
    samples = counts.pop() if counts else 0
    return [{name: signal[k] for name, signal in found.items()} for k in range(samples)]


@dataclass(frozen=True)
class _Node:
    """A node as a place."""

    name: str
    shape: tuple[int, ...]


def _signal(data: Data, place: Place, dt: float) -> Signal:
    where = f"input {quoted(place.name)}"
    if place.name not in data:
        raise OptionError(
            f"there is no data for {where}",
            help="the file has data of " + (", ".join(map(quoted, data)) or "no node"),
        )
    observable = _choose(data[place.name], where)
    size = math.prod(place.shape)
    if isinstance(observable, Gridded):
        if abs(observable.dt / dt - 1) > _SAME_STEP:
            raise OptionError(
                f"the data of {where} has dt {observable.dt:g}, the network {dt:g}",
                help=f"{option('dt', f'{observable.dt:g}')}, if the network was trained with it",
            )
        neurons, signal = observable.data.shape[2], observable.data
    else:
        neurons = observable.n_neurons
    if neurons != size:
        raise OptionError(f"the data of {where} is of {neurons} neurons, expected {size}")
    if isinstance(observable, Events):
        signal = _binned(observable, dt, where)
    return signal.reshape((*signal.shape[:2], *place.shape))


def _choose(observables: dict[str, Observable], where: str) -> Observable:
    if len(observables) == 1:
        return next(iter(observables.values()))
    for name in ("spikes", "input", "output"):
        if name in observables:
            return observables[name]
    raise OptionError(
        f"cannot tell which observable of {where} is meant",
        help="there are " + (", ".join(map(quoted, observables)) or "none") + "; name it 'spikes'",
    )


def _binned(events: Events, dt: float, where: str) -> Signal:
    """[samples, steps, neurons]: an event at time t belongs to step floor(t / dt)."""
    steps = math.ceil(events.t_max / dt - _SAME_STEP)
    samples = len(events.idx)
    if samples * steps * events.n_neurons > 1 << 32:
        raise OptionError(
            f"the data of {where} has {steps} steps of {dt:g} s in t_max = {events.t_max:g} s, "
            "which does not fit into memory",
            help=f"use a longer {option('dt')}, if the network was trained with it",
        )
    valued = events.value is not None
    binned = np.zeros((samples, steps, events.n_neurons), np.float64 if valued else np.uint8)
    sample, position = np.nonzero(events.idx != -1)
    step = np.floor(events.time[sample, position] / dt + _SAME_STEP).astype(np.int64)
    if np.any(step >= steps):
        raise OptionError(f"an event of {where} is at or after t_max = {events.t_max:g}")
    target = (sample, step, events.idx[sample, position].astype(np.int64))
    if events.value is not None:
        np.add.at(binned, target, events.value[sample, position])
        return binned
    np.add.at(binned, target, 1)
    if np.any(binned > 1):
        raise OptionError(
            f"a neuron of {where} has several events in one step of {dt:g} s",
            help=f"use a shorter {option('dt')}, if the network was trained with it",
        )
    return binned


# Into files


def pack_data(
    arrays: Mapping[str, Signal], nodes: Collection[str], dt: float, form: Format = "grid"
) -> bytes:
    """A NIRData file with recorded signals, the same bytes for the same signals.

    Args:
        arrays: [samples, T, *shape] by the name of the signal: of a node, which becomes its
            observable "spikes" (if it is uint8) or "output", or with ".v" and ".i" for a neuron's
            voltage and current, which become its observables "v" and "i".
        nodes: The names of all nodes.
        dt: Seconds per step.
        form: "grid" for a value in each step, "events" for a list of the spikes.
    """
    recorded: dict[str, dict[str, Signal]] = {}
    for name, array in arrays.items():
        node, _, observable = name.rpartition(".")
        if name in nodes:
            node, observable = name, "spikes" if array.dtype == np.uint8 else "output"
        recorded.setdefault(node, {})[observable] = array
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs[_TYPE] = "NIRGraphData"
        file.create_group("nodes")
        for name, observables in recorded.items():
            group = _node_group(file, name)
            for observable, array in observables.items():
                flat = array.reshape((*array.shape[:2], -1))
                if form == "events" and array.dtype == np.uint8:
                    _write_events(group.create_group(observable), flat, dt)
                else:
                    _write_grid(group.create_group(observable), flat, dt)
    return buffer.getvalue()


def _node_group(file: h5py.File, name: str) -> h5py.Group:
    """The group of a node's observables; graphs around it are made as needed."""
    *graphs, node = name.split("/")
    group = file
    for graph in graphs:
        nodes = group["nodes"]
        if graph not in nodes:
            inner = nodes.create_group(graph)
            inner.attrs[_TYPE] = "NIRGraphData"
            inner.create_group("nodes")
        group = nodes[graph]
    member = group["nodes"].create_group(node)
    member.attrs[_TYPE] = "NIRNodeData"
    return member.create_group("observables")


def _write_grid(group: h5py.Group, data: Signal, dt: float) -> None:
    group.attrs[_TYPE] = "TimeGriddedData"
    group.attrs["dt"] = dt
    binary = data.dtype == np.uint8 and not np.any(data > 1)
    values = data.astype(bool) if binary else data
    group.create_dataset("data", data=values, compression="gzip")


def _write_events(group: h5py.Group, data: Signal, dt: float) -> None:
    """Events at the beginning of their steps; counts have values."""
    samples, steps, neurons = data.shape
    width = max((int(np.count_nonzero(sample)) for sample in data), default=0)
    idx = np.full((samples, width), -1, np.int64)
    time = np.full((samples, width), np.inf)
    value = np.zeros((samples, width))
    for number, sample in enumerate(data):
        step, neuron = np.nonzero(sample)
        idx[number, : len(step)] = neuron
        time[number, : len(step)] = step * dt
        value[number, : len(step)] = sample[step, neuron]
    counts = bool(np.any(data > 1))
    group.attrs[_TYPE] = "ValuedEventData" if counts else "EventData"
    group.attrs["n_neurons"] = neurons
    group.attrs["t_max"] = steps * dt
    for key, array in (("idx", idx), ("time", time), *([("value", value)] if counts else [])):
        group.create_dataset(key, data=array, compression="gzip" if array.size else None)

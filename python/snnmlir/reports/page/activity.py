# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a network did with the data given: rasters, voltages, rates, and what that costs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from snnmlir.compiler import Network
from snnmlir.errors import OptionError
from snnmlir.execution.ports import Sample, Signal
from snnmlir.nir_import.discretize import NEURONS
from snnmlir.nir_import.graph import SPIKING, Affine, Conv, Node, Threshold
from snnmlir.reports.page.packing import Packed, pack_spikes, pack_values

MOST_SAMPLES = 3
MOST_STEPS = 500
MOST_ROWS = 1024
MOST_TRACES = 6
MOST_BYTES = 4_000_000
"""What a page shows of the data: more makes it slow to load."""


@dataclass(frozen=True)
class Rate:
    """The spikes of a node in all samples that are shown.

    Attributes:
        node: The node's name.
        spikes: All spikes, counts added up.
        rate: Spikes per neuron and step.
        silent: Neurons without any spike.
        neurons: How many there are.
        busiest: The neuron with the most spikes, and how many; None without any spike.
    """

    node: str
    spikes: int
    rate: float
    silent: int
    neurons: int
    busiest: tuple[int, int] | None


@dataclass(frozen=True)
class Activity:
    """What a page shows of data.

    Attributes:
        data: What the samples are.
        samples: How many were given.
        shown: How many are shown.
        steps: Steps of each of these.
        cut: Whether some have more steps than are shown.
        rates: Of the inputs that are spikes, and of all nodes that give spikes.
        active: How many inputs of a node are not 0 in a step, on average, by node.
        runs: The signals themselves, for the page's script.
    """

    data: str
    samples: int
    shown: int
    steps: tuple[int, ...]
    cut: bool
    rates: tuple[Rate, ...]
    active: Mapping[str, float]
    runs: list[dict[str, Any]]

    def rate_of(self, node: str) -> Rate | None:
        """The spikes of a node, if it gives any."""
        return next((rate for rate in self.rates if rate.node == node), None)


def activity(network: Network, samples: Iterable[Sample], data: str) -> Activity:
    """Runs the network on the first samples and keeps what it did.

    Raises:
        OptionError: There is no step in any of them, or one does not fit.
        CompileError: There is no C compiler, or it refuses the code.
    """
    given = list(samples)
    found: list[_Run] = []
    runs: list[dict[str, Any]] = []
    size = 0
    for x in given[:MOST_SAMPLES]:
        run = _run(network, x)
        packed = _packed(network, run)
        size += _bytes(packed)
        if runs and size > MOST_BYTES:
            break
        found.append(run)
        runs.append(packed)
    if not any(run.steps for run in found):
        raise OptionError("there is no step of input to show")
    return Activity(
        data=data,
        samples=len(given),
        shown=len(runs),
        steps=tuple(run.steps for run in found),
        cut=any(run.is_cut for run in found),
        rates=tuple(_rates(network, found)),
        active=dict(_active(network, found)),
        runs=runs,
    )


@dataclass(frozen=True)
class _Run:
    """One sample: inputs and outputs as the C has them, and all signals in real numbers."""

    inputs: dict[str, Signal]
    outputs: dict[str, Signal]
    signals: dict[str, Signal]
    is_cut: bool

    @property
    def steps(self) -> int:
        return len(next(iter(self.inputs.values())))


def _run(network: Network, x: Sample) -> _Run:
    by_name = x if isinstance(x, Mapping) else {network.inputs[0].name: x}
    most = _most_steps(network)
    cut = {name: np.asarray(values)[:most] for name, values in by_name.items()}
    longest = max(map(len, by_name.values()), default=0)
    inputs = network.executable.quantized(cut)
    outputs = network.executable.run_integers(inputs)
    signals = network.record(cut, _recorded(network))
    return _Run(inputs, outputs, cut | signals, longest > most)


def _most_steps(network: Network) -> int:
    """As many steps as keep the inputs and outputs of a sample, which are in the page, small."""
    values = [port for port in network.inputs if port.dtype != np.uint8]
    step = sum(port.dtype.itemsize * math.prod(port.shape) for port in (*values, *network.outputs))
    return max(1, min(MOST_STEPS, MOST_BYTES * 3 // 4 // max(step, 1)))


def _recorded(network: Network) -> list[str]:
    """What neurons do, and what comes to synapses: what these make of it takes the most memory."""
    nodes = network.graph.nodes
    neurons = {name for name, node in nodes.items() if isinstance(node, (*NEURONS, Threshold))}
    senders = {source for source, target in network.graph.edges if target not in neurons}
    silent = {name for name, node in nodes.items() if isinstance(node, Affine | Conv)}
    wanted = neurons | (senders - silent)
    return [name for name in network.signals if name in wanted or name[:-2] in neurons]


def _packed(network: Network, run: _Run) -> dict[str, Any]:
    spikes = {port.name for port in network.inputs if port.dtype == np.uint8}
    return {
        "steps": run.steps,
        "inputs": [
            pack_spikes(_flat(values)) if name in spikes else pack_values(values)
            for name, values in run.inputs.items()
        ],
        "outputs": [pack_values(values) for values in run.outputs.values()],
        "layers": [*_layers(network, run)],
    }


def _layers(network: Network, run: _Run) -> Iterator[dict[str, Any]]:
    """What is drawn of each input, neuron and output of values."""
    for port in network.inputs:
        yield {"node": port.name, "input": True} | _drawn(
            run.signals[port.name], port.dtype == np.uint8
        )
    for name, node in network.graph.nodes.items():
        if not isinstance(node, (*NEURONS, Threshold)):
            continue
        layer: dict[str, Any] = {"node": name}
        if isinstance(node, (*SPIKING, Threshold)):
            layer |= _drawn(run.signals[name], True)
        rows = _busiest(run.signals[name], run.signals.get(f"{name}.v"))
        layer["rows"] = rows.tolist()
        for kind in ("v", "i"):
            if (values := run.signals.get(f"{name}.{kind}")) is not None:
                layer[kind] = pack_values(_flat(values)[:, rows].astype(np.float32))
        if (threshold := _threshold(node)) is not None:
            layer["threshold"] = threshold
        yield layer


def _drawn(values: Signal, are_spikes: bool) -> dict[str, Any]:
    """A raster with every neuron, or every k-th; or some values."""
    flat = _flat(values)
    neurons = flat.shape[1]
    if not are_spikes:
        rows = _busiest(values, None)
        some = pack_values(flat[:, rows].astype(np.float32))
        return {"neurons": neurons, "rows": rows.tolist(), "values": some}
    every = -(-neurons // MOST_ROWS)
    shown = flat[:, ::every]
    return {
        "neurons": neurons,
        "every": every,
        "shown": shown.shape[1],
        "count": int(flat.sum(dtype=np.int64)),
        "spikes": pack_spikes(shown),
    }


def _busiest(values: Signal, voltages: Signal | None) -> Signal:
    """The neurons to draw: those with the most spikes, or the largest values; in their order."""
    totals = np.abs(_flat(values).astype(np.float64)).sum(axis=0)
    if voltages is not None:  # where no spike decides, the voltage does
        change = np.ptp(_flat(voltages).astype(np.float64), axis=0) if len(voltages) else totals
        totals = totals + change / (2 * max(float(change.max(initial=0.0)), 1e-300))
    return np.sort(np.argsort(-totals, kind="stable")[:MOST_TRACES])


def _threshold(node: Node) -> float | None:
    """The threshold that all neurons share."""
    threshold = getattr(node, "v_threshold", None)
    if threshold is None or np.size(threshold) != 1 or not np.all(np.isfinite(threshold)):
        return None
    return float(np.reshape(threshold, ()))


def _rates(network: Network, runs: Sequence[_Run]) -> Iterator[Rate]:
    names = [port.name for port in network.inputs if port.dtype == np.uint8]
    nodes = network.graph.nodes.items()
    names += [name for name, node in nodes if isinstance(node, (*SPIKING, Threshold))]
    for name in names:
        spikes = np.concatenate([_flat(run.signals[name]) for run in runs])
        totals = spikes.sum(axis=0, dtype=np.int64)
        total = int(totals.sum())
        first = int(np.argmax(totals)) if totals.size else 0
        yield Rate(
            node=name,
            spikes=total,
            rate=total / max(spikes.size, 1),
            silent=int(np.sum(totals == 0)),
            neurons=int(totals.size),
            busiest=(first, int(totals[first])) if total else None,
        )


def _active(network: Network, runs: Sequence[_Run]) -> Iterator[tuple[str, float]]:
    """Of every node that one other alone sends to."""
    steps = sum(run.steps for run in runs)
    for name in network.graph.nodes:
        sources = network.graph.sources(name)
        if len(sources) == 1 and sources[0] in runs[0].signals:
            found = (int(np.count_nonzero(run.signals[sources[0]])) for run in runs)
            yield name, sum(found) / steps


def _flat(values: Signal) -> Signal:
    return np.reshape(values, (len(values), math.prod(values.shape[1:])))


def _bytes(packed: Mapping[str, Any]) -> int:
    """About what a run takes in the page."""
    layers: list[Packed] = [
        value for layer in packed["layers"] for value in layer.values() if isinstance(value, dict)
    ]
    arrays = itertools.chain(packed["inputs"], packed["outputs"], layers)
    return sum(len(array["data"]) for array in arrays)

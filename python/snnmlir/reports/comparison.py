# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How two networks that were made of the same graph differ, layer by layer, on data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from snnmlir.common.tables import printable, table
from snnmlir.compiler import Network
from snnmlir.errors import OptionError, quoted
from snnmlir.execution.ports import Sample, Signal
from snnmlir.nir_import.graph import SPIKING

Run: TypeAlias = "tuple[dict[str, Signal], dict[str, Signal]]"
"""What both networks record of one sample, [T, *shape] by signal."""


@dataclass(frozen=True)
class LayerDifference:
    """How the spikes of one node differ between two networks.

    Attributes:
        node: The node's name.
        spikes: Spikes in the first network, counts added up.
        other_spikes: Those in the other one.
        lag: Steps by which the other's spikes come later, at which most of them coincide; of
            several such lags that next to 0. What follows is said at this lag.
        differing: Entries, one for each neuron and step, in which the two have other spikes.
        entries: How many entries were compared.
        jaccard: Spikes that both have, as a part of those that either has; None where neither has
            any.
        correlation: Pearson's correlation of the neurons' spike counts; None if one of them is the
            same for all neurons.
        voltage_error: Root mean square of the difference of the voltages, each in its network's
            own thresholds; None if these are 0.
    """

    node: str
    spikes: int
    other_spikes: int
    lag: int
    differing: int
    entries: int
    jaccard: float | None
    correlation: float | None
    voltage_error: float | None


@dataclass(frozen=True)
class Comparison:
    """How a network differs under another convention: what one loses by moving.

    Attributes:
        convention: Name of the convention of the first network.
        other: Name of that of the other one.
        samples: How many runs were compared.
        layers: In the order of the network.
        decisions: By output, the part of the samples in which the same element is the greatest in
            sum over all steps, the first of several; None where nothing is decided: by an output
            with one element, or that is 0 throughout in both networks.
        data: What the samples are.
    """

    convention: str
    other: str
    samples: int
    layers: tuple[LayerDifference, ...]
    decisions: dict[str, float | None]
    data: str

    def __str__(self) -> str:
        titles = ("node", "spikes", "other", "lag", "differing", "Jaccard", "correlation",
                  "voltage error")  # fmt: skip
        rows = [
            (
                printable(layer.node),
                str(layer.spikes),
                str(layer.other_spikes),
                str(layer.lag),
                f"{layer.differing} of {layer.entries}",
                number(layer.jaccard),
                number(layer.correlation),
                number(layer.voltage_error),
            )
            for layer in self.layers
        ]
        headline = f"{self.other} against {self.convention}, on {self.data}"
        return text_of(headline, titles, rows, self.decisions, self.samples)


def compare(
    network: Network, other: Network, samples: Iterable[Sample], data: str = "the given samples"
) -> Comparison:
    """Runs both networks and compares them, layer by layer.

    Where a platform's edges take a step, spikes of later layers come later: each layer is compared
    at the lag at which most of its spikes coincide, of at most one step more than there are layers.

    Args:
        network: A network.
        other: The same graph under another convention, or in another type.
        samples: Inputs as for `Network.run`, which both take; each is a run of its own.
        data: What to call them.

    Raises:
        OptionError: They have other layers, there is no sample, or one does not fit.
    """
    names = [name for name, node in network.graph.nodes.items() if isinstance(node, SPIKING)]
    for name in names:
        theirs = other.graph.nodes.get(name)
        ours = network.graph.nodes[name]
        if not isinstance(theirs, SPIKING) or theirs.output_shape != ours.output_shape:
            raise OptionError(
                f"the other network has no layer {quoted(name)} of shape {list(ours.output_shape)}",
                help="compare networks that are made of the same file",
            )
    runs = record_both(network, other, samples)
    most = len(names) + 1
    layers = tuple(_difference(name, network, other, runs, most) for name in names)
    shared = [name for name in network.graph.outputs if name in other.graph.outputs]
    decisions = {name: agreement(name, runs) for name in shared}
    first, second = (_name(each) for each in (network, other))
    return Comparison(first, second, len(runs), layers, decisions, data)


def _name(network: Network) -> str:
    """The convention, with the type where it is not the convention's own."""
    name = network.convention.name
    return name if network.dtype in ("f32", "fixed") else f"{name} in {network.type_name}"


def record_both(network: Network, other: Network, samples: Iterable[Sample]) -> list[Run]:
    """Both networks' signals on each sample.

    Raises:
        OptionError: There is no step in any of them.
    """
    runs = [(network.record(x), other.record(x)) for x in samples]
    if not any(array.size for run in runs for array in run[0].values()):
        raise OptionError("there is no step of input to compare the networks on")
    return runs


def _difference(
    name: str, network: Network, other: Network, runs: Sequence[Run], most: int
) -> LayerDifference:
    def score(lag: int) -> tuple[int, int]:
        """How many spikes coincide, and then how small the lag is."""
        return int(sum(np.minimum(a, b).sum() for a, b in _shifted(name, runs, lag))), -abs(lag)

    lag = max(range(-most, most + 1), key=score)
    pairs = _shifted(name, runs, lag)
    ours = np.concatenate([a for a, _ in pairs])
    theirs = np.concatenate([b for _, b in pairs])
    voltages = _shifted(f"{name}.v", runs, lag, float)
    return LayerDifference(
        node=name,
        spikes=int(sum(a[name].sum(dtype=np.int64) for a, _ in runs)),
        other_spikes=int(sum(b[name].sum(dtype=np.int64) for _, b in runs)),
        lag=lag,
        differing=int(np.sum(ours != theirs)),
        entries=ours.size,
        jaccard=jaccard(ours, theirs),
        correlation=correlation(ours, theirs),
        voltage_error=voltage_error(
            np.concatenate([a for a, _ in voltages]),
            np.concatenate([b for _, b in voltages]),
            _threshold(network, name),
            _threshold(other, name),
        ),
    )


def _threshold(network: Network, name: str) -> Signal:
    node = network.graph.nodes[name]
    assert isinstance(node, SPIKING)
    return np.asarray(node.v_threshold, np.float64)


def _shifted(
    name: str, runs: Sequence[Run], lag: int, kind: type = np.int64
) -> list[tuple[Signal, Signal]]:
    """The steps of a signal in both networks that belong together, by run."""
    pairs: list[tuple[Signal, Signal]] = []
    for a, b in runs:
        steps = max(len(a[name]) - abs(lag), 0)
        start, other_start = max(-lag, 0), max(lag, 0)
        pairs.append(
            (
                a[name][start : start + steps].astype(kind),
                b[name][other_start : other_start + steps].astype(kind),
            )
        )
    return pairs


# What reports say of two signals


def jaccard(ours: Signal, theirs: Signal) -> float | None:
    """Spikes that both have, as a part of those that either has; None where neither has any."""
    either = int(np.maximum(ours, theirs).sum())
    return float(np.minimum(ours, theirs).sum() / either) if either else None


def correlation(ours: Signal, theirs: Signal) -> float | None:
    """Pearson's correlation of spike counts, [T, *shape]; None if one is the same throughout."""
    counts = [np.reshape(values.sum(0), -1) for values in (ours, theirs)]
    if not all(np.ptp(count) > 0 for count in counts):
        return None
    return float(np.corrcoef(counts[0], counts[1])[0, 1])


def rate_distance(ours: Signal, theirs: Signal) -> float:
    """The earth mover's distance of the neurons' firing rates, in spikes per step.

    What is moved, if neurons have no names: the mean difference of the sorted rates.
    """
    rates = [np.sort(values.mean(0, dtype=np.float64), axis=None) for values in (ours, theirs)]
    return float(np.mean(np.abs(rates[0] - rates[1])))


def voltage_error(
    ours: Signal, theirs: Signal, our_threshold: Signal, their_threshold: Signal
) -> float | None:
    """Root mean square of the difference of voltages in thresholds; None if these are 0."""
    units = [
        np.where(threshold == 0, math.nan, np.abs(threshold))
        for threshold in (our_threshold, their_threshold)
    ]
    relative = theirs / units[1] - ours / units[0]
    if np.all(np.isnan(relative)):
        return None
    return float(np.sqrt(np.nanmean(relative**2)))


def agreement(name: str, runs: Sequence[Run]) -> float | None:
    """The part of the runs in which an output decides alike; None where nothing is decided."""
    signals = [(a[name], b[name]) for a, b in runs]
    if math.prod(signals[0][0].shape[1:]) == 1 or not any(a.any() or b.any() for a, b in signals):
        return None
    return float(np.mean([_decision(a) == _decision(b) for a, b in signals]))


def _decision(signal: Signal) -> int:
    return int(np.argmax(signal.reshape(len(signal), -1).sum(0, dtype=np.float64)))


def text_of(
    headline: str,
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    decisions: dict[str, float | None],
    samples: int,
) -> str:
    """A headline, a row for each layer, and a sentence for each output."""
    lines = [headline, ""]
    if rows:
        lines += [*table(titles, rows), ""]
    for name, part in decisions.items():
        if part is None:
            lines.append(f"output {printable(name)}: decides nothing")
            continue
        lines.append(
            f"output {printable(name)}: the same decision in {round(part * samples)} of "
            f"{samples} samples ({100 * part:.1f} %)"
        )
    return "\n".join(lines) + "\n"


def number(value: float | None) -> str:
    """Four digits, or nothing."""
    return "" if value is None else f"{value:.4f}"

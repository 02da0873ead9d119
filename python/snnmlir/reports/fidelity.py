# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How close a network of integers comes to the same network in float32."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from snnmlir.common.tables import printable, table
from snnmlir.compiler import Network
from snnmlir.errors import OptionError
from snnmlir.execution.ports import Sample, Signal
from snnmlir.nir_import.graph import SPIKING


@dataclass(frozen=True)
class Layer:
    """One node that gives spikes.

    Attributes:
        node: The node's name.
        spikes: Spikes in float32.
        jaccard: Spikes that both networks have, as a part of those that either has; None where
            neither has any.
        correlation: Pearson's correlation of the neurons' spike counts; None if one of them is the
            same for all neurons.
        voltage_error: Root mean square of the difference of the voltages, in thresholds; None
            if these are 0.
    """

    node: str
    spikes: int
    jaccard: float | None
    correlation: float | None
    voltage_error: float | None


@dataclass(frozen=True)
class Fidelity:
    """All layers, and how often the outputs decide alike.

    Attributes:
        dtype: Of the network of integers.
        samples: How many runs were compared.
        layers: In the order of the network.
        decisions: By output, the part of the samples in which the same element is the greatest in
            sum over all steps, the first of several; None where nothing is decided: by an output
            with one element, or that is 0 throughout in both networks.
        data: What the samples are.
    """

    dtype: str
    samples: int
    layers: tuple[Layer, ...]
    decisions: dict[str, float | None]
    data: str

    def __str__(self) -> str:
        lines = [f"{self.dtype} against float32, on {self.data}", ""]
        if self.layers:
            titles = ("node", "spikes", "Jaccard", "correlation", "voltage error")
            rows = [
                (
                    printable(layer.node),
                    str(layer.spikes),
                    _number(layer.jaccard),
                    _number(layer.correlation),
                    _number(layer.voltage_error),
                )
                for layer in self.layers
            ]
            lines += [*table(titles, rows), ""]
        for name, part in self.decisions.items():
            if part is None:
                lines.append(f"output {printable(name)}: decides nothing")
                continue
            lines.append(
                f"output {printable(name)}: the same decision in {round(part * self.samples)} of "
                f"{self.samples} samples ({100 * part:.1f} %)"
            )
        return "\n".join(lines) + "\n"


def fidelity(
    network: Network, samples: Iterable[Sample], data: str = "the given samples"
) -> Fidelity:
    """Runs `network` and the same in float32 and compares them, layer by layer.

    Args:
        network: A network of integers.
        samples: Inputs as for `Network.run`; each is a run of its own.
        data: What to call them.

    Raises:
        OptionError: The network is one of floats, there is no sample, or one does not fit.
    """
    if not network.is_quantized:
        raise OptionError(
            f"dtype '{network.dtype}' is what integers are compared with",
            help="choose dtype int8, int16 or int4",
        )
    real = network.as_float()
    pairs = [(real.record(x), network.record(x)) for x in samples]
    if not any(array.size for pair in pairs for array in pair[0].values()):
        raise OptionError("there is no step of input to compare the networks on")
    layers = tuple(
        _layer(name, node.v_threshold, pairs)
        for name, node in network.graph.nodes.items()
        if isinstance(node, SPIKING)
    )
    decisions = {name: _agreement(name, pairs) for name in network.graph.outputs}
    return Fidelity(network.dtype, len(pairs), layers, decisions, data)


def _agreement(name: str, pairs: list[tuple[dict[str, Signal], dict[str, Signal]]]) -> float | None:
    signals = [(a[name], b[name]) for a, b in pairs]
    if math.prod(signals[0][0].shape[1:]) == 1 or not any(a.any() or b.any() for a, b in signals):
        return None
    return float(np.mean([_decision(a) == _decision(b) for a, b in signals]))


def _layer(
    name: str, threshold: Signal, pairs: list[tuple[dict[str, Signal], dict[str, Signal]]]
) -> Layer:
    ours = np.concatenate([b[name] for _, b in pairs]).astype(np.int64)
    theirs = np.concatenate([a[name] for a, _ in pairs]).astype(np.int64)
    either = int(np.maximum(ours, theirs).sum())
    jaccard = float(np.minimum(ours, theirs).sum() / either) if either else None
    counts = [np.reshape(values.sum(0), -1) for values in (ours, theirs)]
    correlation = error = None
    if all(np.ptp(count) > 0 for count in counts):
        correlation = float(np.corrcoef(counts[0], counts[1])[0, 1])
    difference = np.concatenate([b[f"{name}.v"] - a[f"{name}.v"] for a, b in pairs])
    relative = difference / np.where(threshold == 0, math.nan, np.abs(threshold))
    if not np.all(np.isnan(relative)):
        error = float(np.sqrt(np.nanmean(relative**2)))
    return Layer(name, int(theirs.sum()), jaccard, correlation, error)


def _decision(signal: Signal) -> int:
    return int(np.argmax(signal.reshape(len(signal), -1).sum(0)))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"

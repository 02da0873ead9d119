# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How close a network of integers comes to the same network in float32."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from snnmlir.common.tables import printable
from snnmlir.compiler import Network
from snnmlir.errors import OptionError
from snnmlir.execution.ports import Sample, Signal
from snnmlir.nir_import.graph import SPIKING
from snnmlir.reports.comparison import (
    Run,
    agreement,
    correlation,
    jaccard,
    number,
    rate_distance,
    record_both,
    text_of,
    voltage_error,
)


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
        rate_distance: Earth mover's distance between the distributions of the neurons' firing
            rates, in spikes per step.
        voltage_error: Root mean square of the difference of the voltages, in thresholds; None
            if these are 0.
    """

    node: str
    spikes: int
    jaccard: float | None
    correlation: float | None
    rate_distance: float
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
        titles = ("node", "spikes", "Jaccard", "correlation", "rate distance", "voltage error")
        rows = [
            (
                printable(layer.node),
                str(layer.spikes),
                number(layer.jaccard),
                number(layer.correlation),
                number(layer.rate_distance),
                number(layer.voltage_error),
            )
            for layer in self.layers
        ]
        headline = f"{self.dtype} against float32, on {self.data}"
        return text_of(headline, titles, rows, self.decisions, self.samples)


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
            help="choose dtype int8, int16, int4 or int2",
        )
    runs = record_both(network.as_float(), network, samples)
    layers = tuple(
        _layer(name, node.v_threshold, runs)
        for name, node in network.graph.nodes.items()
        if isinstance(node, SPIKING)
    )
    decisions = {name: agreement(name, runs) for name in network.graph.outputs}
    return Fidelity(network.type_name, len(runs), layers, decisions, data)


def _layer(name: str, threshold: Signal, runs: Sequence[Run]) -> Layer:
    real = np.concatenate([a[name] for a, _ in runs]).astype(np.int64)
    integers = np.concatenate([b[name] for _, b in runs]).astype(np.int64)
    real_voltage, integer_voltage = (
        np.concatenate([run[n][f"{name}.v"] for run in runs]) for n in (0, 1)
    )
    return Layer(
        node=name,
        spikes=int(real.sum()),
        jaccard=jaccard(real, integers),
        correlation=correlation(real, integers),
        rate_distance=rate_distance(real, integers),
        voltage_error=voltage_error(real_voltage, integer_voltage, threshold, threshold),
    )

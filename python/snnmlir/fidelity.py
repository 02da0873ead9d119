# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How close a network of integers comes to the same network in float32."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.compiler import Network
from snnmlir.errors import OptionError
from snnmlir.nir_import.graph import SPIKING, Graph
from snnmlir.quantize import WEIGHT_BITS

Signal: TypeAlias = npt.NDArray[Any]
Sample: TypeAlias = "Signal | Mapping[str, Signal]"


@dataclass(frozen=True)
class Layer:
    """One node that has weights or a state, or gives spikes.

    Attributes:
        node: The node's name.
        spikes: Spikes in float32; None if it gives none.
        jaccard: Spikes that both networks have, as a part of those that either has; 1 where neither
            has any.
        correlation: Pearson's correlation of the neurons' spike counts; None if one of them is the
            same for all neurons.
        voltage_error: Root mean square of the difference of the voltages, in thresholds; None
            without voltage or threshold.
        weight_bytes: Bytes of its weights.
        state_bytes: Bytes that it carries from step to step.
    """

    node: str
    spikes: int | None
    jaccard: float | None
    correlation: float | None
    voltage_error: float | None
    weight_bytes: int
    state_bytes: int


@dataclass(frozen=True)
class Fidelity:
    """All layers, and how often the outputs decide alike.

    Attributes:
        dtype: Of the network of integers.
        samples: How many runs were compared.
        layers: In the order of the network.
        decisions: By output, the part of the samples in which the same element is the greatest in
            sum over all steps.
    """

    dtype: str
    samples: int
    layers: tuple[Layer, ...]
    decisions: dict[str, float]

    def as_json(self) -> str:
        """The same as a JSON object, with these names."""
        return json.dumps(dataclasses.asdict(self), indent=1) + "\n"

    def __str__(self) -> str:
        titles = ("node", "spikes", "Jaccard", "correlation", "voltage error", "weights", "state")
        rows = [
            (
                layer.node,
                "" if layer.spikes is None else str(layer.spikes),
                _number(layer.jaccard),
                _number(layer.correlation),
                _number(layer.voltage_error),
                f"{layer.weight_bytes} B" if layer.weight_bytes else "",
                f"{layer.state_bytes} B" if layer.state_bytes else "",
            )
            for layer in self.layers
        ]
        widths = [max(len(row[k]) for row in (titles, *rows)) for k in range(len(titles))]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
            for row in (titles, *rows)
        ]
        lines.append("")
        lines += [
            f"output {name}: the same decision in {100 * part:.1f} % of {self.samples} samples"
            for name, part in self.decisions.items()
        ]
        return "\n".join([f"{self.dtype} against float32", "", *lines]) + "\n"


def fidelity(network: Network, samples: Iterable[Sample]) -> Fidelity:
    """Runs `network` and the same in float32 and compares them, layer by layer.

    Args:
        network: A network of integers.
        samples: Inputs as for `Network.run`; each is a run of its own.

    Raises:
        OptionError: The network is one of floats, there is no sample, or one does not fit.
    """
    if not network.is_quantized:
        raise OptionError(
            f"dtype '{network.dtype}' is what integers are compared with",
            help="choose dtype int8, int16 or int4",
        )
    real, integer = network.as_float(), network.recorder()
    pairs = []
    for x in samples:
        found = integer.executable.run(x)
        pairs.append((real.record(x), {name: found[name] for name in found}))
    if not pairs:
        raise OptionError("there is no sample to compare the networks on")
    sizes = _sizes(network)
    layers = [
        _layer(name, network.graph, pairs, sizes.get(name, (0, 0))) for name in network.graph.nodes
    ]
    decisions = {
        name: float(np.mean([_decision(a[name]) == _decision(b[name]) for a, b in pairs]))
        for name in network.graph.outputs
    }
    interesting = tuple(
        layer for layer in layers if layer.weight_bytes or layer.state_bytes or layer.spikes
    )
    return Fidelity(network.dtype, len(pairs), interesting, decisions)


def _layer(
    name: str,
    graph: Graph,
    pairs: list[tuple[dict[str, Signal], dict[str, Signal]]],
    sizes: tuple[int, int],
) -> Layer:
    node = graph.nodes[name]
    spikes = jaccard = correlation = error = None
    if isinstance(node, SPIKING):
        ours = np.concatenate([b[name] for _, b in pairs]).astype(np.int64)
        theirs = np.concatenate([a[name] for a, _ in pairs]).astype(np.int64)
        spikes = int(theirs.sum())
        either = int(np.maximum(ours, theirs).sum())
        jaccard = float(np.minimum(ours, theirs).sum() / either) if either else 1.0
        counts = [np.reshape(values.sum(0), -1) for values in (ours, theirs)]
        if all(np.ptp(count) > 0 for count in counts):
            correlation = float(np.corrcoef(counts[0], counts[1])[0, 1])
        voltage = f"{name}.v"
        difference = np.concatenate([b[voltage] - a[voltage] for a, b in pairs])
        scale = np.where(node.v_threshold == 0, math.nan, np.abs(node.v_threshold))
        relative = difference / scale
        if not np.all(np.isnan(relative)):
            error = float(np.sqrt(np.nanmean(relative**2)))
    return Layer(name, spikes, jaccard, correlation, error, *sizes)


def _decision(signal: Signal) -> int:
    return int(np.argmax(signal.reshape(len(signal), -1).sum(0)))


def _sizes(network: Network) -> dict[str, tuple[int, int]]:
    """Bytes of weights and of state, by node."""
    described = network.describe()
    sizes: dict[str, tuple[int, int]] = {}
    for op in described["ops"]:
        weights = state = 0
        if "weight" in op["operands"]:
            count = described["constants"][op["operands"]["weight"]].size
            weights = math.ceil(count * WEIGHT_BITS[network.dtype] / 8)
        kinds = [described["types"][value] for value in op["results"]]
        if op["op"] == "snn.delay":
            steps = np.broadcast_to(op["attrs"]["steps"], kinds[0]["shape"])
            state = int(steps.sum()) * _bytes(kinds[0])
        elif op["op"] in ("snn.lif", "snn.li", "snn.cuba_lif", "snn.cuba_li"):
            states = [kind for kind in kinds if kind["element"] == "quant"]
            state = sum(_bytes(kind) * math.prod(kind["shape"]) for kind in states)
        before = sizes.get(op["node"], (0, 0))
        sizes[op["node"]] = (before[0] + weights, before[1] + state)
    return sizes


def _bytes(kind: Mapping[str, Any]) -> int:
    return kind["bits"] // 8 if kind["element"] == "quant" else 1


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"

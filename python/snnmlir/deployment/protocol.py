# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a framework's adapter does: from a live network to a NIR graph and what the network sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import nir

Signal: TypeAlias = npt.NDArray[Any]
Layout: TypeAlias = Literal["auto", "step", "sequence"]


@dataclass(frozen=True)
class Layer:
    """What a layer of the network did, step by step.

    Attributes:
        path: Where it is in the network: "0", "features.conv1".
        type: Its class.
        received: Its input, [T, *shape].
        sent: Its output, [T, *shape].
        voltage: Its voltage after the step, [T, *shape], if it is a neuron whose voltage is known.
        spiking: Whether it is a neuron that spikes.
    """

    path: str
    type: str
    received: Signal
    sent: Signal
    voltage: Signal | None = None
    spiking: bool = False

    def __str__(self) -> str:
        return f"{self.path} ({self.type})"


@dataclass(frozen=True)
class Exported:
    """A network as a NIR graph, and what the network computed.

    Attributes:
        graph: What the framework's exporter wrote, with what could be mended mended.
        x: The sample as the graph takes it, [T, *shape], feature maps channels first.
        output: What the network sent, [T, *shape], likewise.
        layers: By the NIR node that stands for the layer; other nodes have none.
        notes: What was changed so that the exporter could write it, one sentence each.
        known: What the network says of its convention, for all nodes, by attribute name: that of
            which all its neurons say the same. The recording has the last word.
    """

    graph: nir.NIRGraph
    x: Signal
    output: Signal
    layers: Mapping[str, Layer]
    notes: tuple[str, ...]
    known: Mapping[str, Any] = field(default_factory=dict)


class Adapter(Protocol):
    """One framework.

    Attributes:
        framework: Its name.
        flatten: The order in which its Flatten reads a feature map.
    """

    framework: str
    flatten: Literal["chw", "hwc"]

    def export(self, module: Any, sample: Any, layout: Layout) -> Exported:
        """Runs and exports a network, which stays as it is.

        Args:
            module: The network.
            sample: [T, *input shape] as the framework has it, or [T, 1, *input shape].
            layout: Whether a call of the module computes one step or all of them.

        Raises:
            DeployError: The exporter loses a layer, or part of one.
        """


def as_array(sample: Any) -> Signal:
    """A sample as an array of float32: of NumPy, PyTorch, JAX, or nested lists."""
    if hasattr(sample, "detach"):
        sample = sample.detach().cpu()
    return np.asarray(sample, np.float32)


def agreed(choices: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The choices of which all that make them say the same."""
    found: dict[str, Any] = {}
    disputed: set[str] = set()
    for each in choices:
        disputed |= {key for key, value in each.items() if found.setdefault(key, value) != value}
    return {key: value for key, value in found.items() if key not in disputed}

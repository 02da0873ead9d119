# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What platforms ask of a graph, and refuse of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.common.wording import option
from snnmlir.conventions import Convention
from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.graph import (
    IF,
    LIF,
    SPIKING,
    Affine,
    Array,
    Conv,
    CubaLIF,
    Graph,
    Integrator,
    Node,
    Pool2d,
)

Values: TypeAlias = npt.NDArray[np.float64]
Neuron: TypeAlias = "IF | LIF | CubaLIF"
Synapse: TypeAlias = "Affine | Conv"

TIMES: dict[type[Node], tuple[str, ...]] = {
    IF: (),
    LIF: ("tau",),
    CubaLIF: ("tau_mem", "tau_syn"),
}


@dataclass(frozen=True)
class Layer:
    """A neuron, and the synapses that lead to it."""

    neuron: Neuron
    synapses: tuple[Synapse, ...]


def type_name(kind: type[Node]) -> str:
    """What users call the nodes of a type."""
    names: dict[type[Node], str] = {
        Affine: "Affine, Linear",
        Conv: "Conv2d",
        Integrator: "I",
        Pool2d: "SumPool2d",
    }
    return names.get(kind, kind.__name__)


def found_type(node: Node) -> str:
    """The type of a node that a platform does not have."""
    if isinstance(node, Conv):
        return f"Conv{node.weight.ndim - 2}d"
    if isinstance(node, Pool2d):
        return "AvgPool2d" if node.average else "SumPool2d"
    return type_name(type(node))


def expect(node: Node, key: str, value: float, platform: str, *also: float) -> None:
    """Refuses a parameter that a platform does not have, unless it says nothing."""
    found = getattr(node, key)
    wrong = ~np.isin(found, (value, *also))
    if np.any(wrong):
        shown = float(np.broadcast_to(found, wrong.shape)[wrong].flat[0])
        raise NirError(
            f"{key} is {shown:g}, and {platform} has no {key}, expected {value:g}",
            node=node.name,
            help="fold it into the weights or the threshold where the network is made, or use "
            "another convention",
        )


def expect_uniform(node: Node, *keys: str, platform: str) -> None:
    """Refuses values that differ between neurons; the reader made one number of equal ones."""
    for key in keys:
        values = getattr(node, key)
        if np.ptp(values) > 0:
            raise NirError(
                f"{key} is from {float(np.min(values)):g} to {float(np.max(values)):g}, and "
                f"{platform} has one for all neurons of a layer",
                node=node.name,
                help="train with one value for the layer, or use another convention",
            )


def expect_positive(node: Node, *keys: str, platform: str) -> None:
    """Refuses 0, what is negative, and infinity."""
    for key in keys:
        values = np.ravel(getattr(node, key))
        wrong = ~((values > 0) & np.isfinite(values))
        if np.any(wrong):
            raise NirError(
                f"{key} is {float(values[wrong][0]):g}, and {platform} divides by it, expected a "
                "positive number",
                node=node.name,
                help="change it where the network is made, or use another convention",
            )


def neurons(graph: Graph, convention: Convention) -> Iterator[Neuron]:
    """The neurons, whose reset needs no value."""
    for node in graph.nodes.values():
        if isinstance(node, IF | LIF | CubaLIF):
            if convention.at(node.name).reset == "zero":
                expect(node, "v_reset", 0.0, convention.parameters)
            yield node


def check_wiring(graph: Graph, platform: str) -> None:
    """Refuses a neuron without a synapse before it, and a synapse without a neuron behind it."""
    for source, target in graph.edges:
        synapse = isinstance(graph.nodes[source], Affine | Conv)
        if synapse != isinstance(graph.nodes[target], SPIKING):
            raise NirError(
                f"leads to {quoted(target)}, and in {platform} a synapse leads to a neuron, and "
                "nothing else does",
                node=source,
                help="put an Affine or Linear, or a neuron, between the two",
            )


def layers(graph: Graph, convention: Convention) -> Iterator[Layer]:
    """Each neuron with its synapses, which are nobody else's.

    Raises:
        NirError: Something else leads to a neuron or nothing, or a synapse to something else.
    """
    platform = convention.parameters
    check_wiring(graph, platform)
    for node in graph.nodes.values():
        if isinstance(node, (Affine, Conv, *SPIKING)) and not graph.sources(node.name):
            raise NirError(
                f"nothing leads to it, and in {platform} spikes do",
                node=node.name,
                help="leave it out, or give it an input",
            )
    synapses = [name for name, _ in graph.edges if isinstance(graph.nodes[name], Affine | Conv)]
    for name in synapses:
        if synapses.count(name) > 1:
            raise NirError(
                f"leads to several neurons, and {platform} scales the weights of each neuron's "
                "synapses by themselves",
                node=name,
                help="give each neuron a synapse of its own",
            )
    for neuron in neurons(graph, convention):
        sources = [graph.nodes[name] for name in graph.sources(neuron.name)]
        yield Layer(neuron, tuple(s for s in sources if isinstance(s, Affine | Conv)))


def lost_share(node: Neuron, key: str, step: float) -> Array:
    """1 - (1 - dt/tau), where the platform computes the decay in float32."""
    tau = np.asarray(getattr(node, key), np.float32)
    decay = np.asarray(np.float32(1.0) - np.float32(step) / tau, np.float64)
    if np.any(decay == 1.0):
        longest = float(np.max(tau))
        raise NirError(
            f"{key} is {longest:g}, and in float32 nothing decays in a step of {step:g}",
            node=node.name,
            help="without leak a neuron is an IF, or a longer "
            f"{option('dt')} if the network was trained with it",
        )
    return np.asarray(1.0 - decay)

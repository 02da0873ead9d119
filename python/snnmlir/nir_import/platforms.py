# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the tools of a platform make of a graph's numbers: the choice `parameters`.

Each platform is a function from a graph to nodes in place of others, whose equations under the
platform's choices (`snnmlir.conventions.platforms`) are the platform's own. docs/conventions.md,
section "Platforms", has the arithmetic. What a platform does not have is refused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.common.wording import option
from snnmlir.conventions import Convention
from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.cycles import find_cycles
from snnmlir.nir_import.graph import (
    IF,
    LIF,
    SPIKING,
    Affine,
    Array,
    Conv,
    CubaLIF,
    Flatten,
    Graph,
    Input,
    Integrator,
    Node,
    Output,
    Pool2d,
)

Values: TypeAlias = npt.NDArray[np.float64]
Neuron: TypeAlias = "IF | LIF | CubaLIF"
Synapse: TypeAlias = "Affine | Conv"

_TIMES: dict[type[Node], tuple[str, ...]] = {
    IF: (),
    LIF: ("tau",),
    CubaLIF: ("tau_mem", "tau_syn"),
}


def with_parameters(graph: Graph, convention: Convention) -> Graph:
    """The graph with the numbers that a platform computes with.

    Raises:
        NirError: The platform has no such node, or none with such parameters.
    """
    if convention.parameters == "nir":
        return graph
    tools = _TOOLS[convention.parameters]
    for node in graph.nodes.values():
        _check_taken(node, tools, convention.parameters)
    changed = {node.name: node for node in tools.made_of(graph, convention)}
    return dataclasses.replace(
        graph,
        nodes={name: changed.get(name, node) for name, node in graph.nodes.items()},
        notes=(*graph.notes, *filter(None, [tools.units])),
    )


def check_recurrence(graph: Graph, convention: Convention) -> None:
    """Refuses cycles in which no edge takes a step of the platform's own.

    Raises:
        NirError: There is one.
    """
    if convention.parameters == "nir":
        return
    for source, target in sorted(find_cycles(graph, convention).cut):
        raise NirError(
            f"a recurrent edge from {quoted(source)} leads to it, and nothing on the cycle takes a "
            f"step in {convention.parameters}",
            node=target,
            help="train without this recurrence, or use another convention",
        )


@dataclass(frozen=True)
class _Tools:
    """What a platform's tools do.

    Attributes:
        takes: The types of nodes that they take, beside Input and Output.
        made_of: The nodes that they put in place of a graph's.
        units: What voltages are in, for the user, where these are not NIR's.
    """

    takes: tuple[type[Node], ...]
    made_of: Callable[[Graph, Convention], Iterator[Node]]
    units: str


@dataclass(frozen=True)
class _Layer:
    """A neuron, and the synapses that lead to it."""

    neuron: Neuron
    synapses: tuple[Synapse, ...]


def _type_name(kind: type[Node]) -> str:
    names: dict[type[Node], str] = {
        Affine: "Affine, Linear",
        Conv: "Conv2d",
        Integrator: "I",
        Pool2d: "SumPool2d",
    }
    return names.get(kind, kind.__name__)


def _found(node: Node) -> str:
    """The type of a node that a platform does not have."""
    if isinstance(node, Conv):
        return f"Conv{node.weight.ndim - 2}d"
    if isinstance(node, Pool2d):
        return "AvgPool2d" if node.average else "SumPool2d"
    return _type_name(type(node))


def _check_taken(node: Node, tools: _Tools, platform: str) -> None:
    names = ", ".join(map(_type_name, tools.takes))
    known = isinstance(node, (Input, Output)) or _found(node) in map(_type_name, tools.takes)
    if not known:
        raise NirError(
            f"found a node of type {_found(node)}, and {platform} has {names}",
            node=node.name,
            help=f"use one of these, or another {option('convention')}: those of frameworks take "
            "every node",
        )


def _expect(node: Node, key: str, value: float, platform: str, *also: float) -> None:
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


def _expect_uniform(node: Node, *keys: str, platform: str) -> None:
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


def _expect_positive(node: Node, *keys: str, platform: str) -> None:
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


def _neurons(graph: Graph, convention: Convention) -> Iterator[Neuron]:
    """The neurons, whose reset needs no value."""
    for node in graph.nodes.values():
        if isinstance(node, IF | LIF | CubaLIF):
            if convention.at(node.name).reset == "zero":
                _expect(node, "v_reset", 0.0, convention.parameters)
            yield node


def _check_wiring(graph: Graph, platform: str) -> None:
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


def _layers(graph: Graph, convention: Convention) -> Iterator[_Layer]:
    """Each neuron with its synapses, which are nobody else's.

    Raises:
        NirError: Something else leads to a neuron, or a synapse to something else.
    """
    platform = convention.parameters
    _check_wiring(graph, platform)
    synapses = [name for name, _ in graph.edges if isinstance(graph.nodes[name], Affine | Conv)]
    for name in synapses:
        if synapses.count(name) > 1:
            raise NirError(
                f"leads to several neurons, and {platform} scales the weights of each neuron's "
                "synapses by themselves",
                node=name,
                help="give each neuron a synapse of its own",
            )
    for neuron in _neurons(graph, convention):
        sources = [graph.nodes[name] for name in graph.sources(neuron.name)]
        yield _Layer(neuron, tuple(s for s in sources if isinstance(s, Affine | Conv)))


def _lost(node: Neuron, key: str, step: float) -> Array:
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


# Lava, floating point


def _lava(graph: Graph, convention: Convention) -> Iterator[Node]:
    """v = (1 - k) v + k x with k = dt/tau and 1 - k in float32, everything else in float64.

    lava-nc 0.10.0, `proc/lif/models.py`, PyLifModelFloat, with du = 1, and the importer of the NIR
    paper, which has no r, no v_leak and no biases.
    """
    _check_wiring(graph, "lava")
    for synapse in graph.nodes.values():
        if isinstance(synapse, Affine) and synapse.bias is not None and np.any(synapse.bias):
            raise NirError(
                f"the bias is up to {float(np.max(np.abs(synapse.bias))):g}, and lava's Dense has "
                "none, expected a Linear",
                node=synapse.name,
                help="train without a bias, or use another convention",
            )
    for neuron in _neurons(graph, convention):
        assert isinstance(neuron, LIF)
        _expect(neuron, "r", 1.0, "lava")
        _expect(neuron, "v_leak", 0.0, "lava")
        _expect_positive(neuron, "tau", platform="lava")
        step = convention.at(neuron.name).step
        k = np.asarray(np.float32(step) / neuron.tau.astype(np.float32), np.float64)
        lost = _lost(neuron, "tau", step)
        # NIR's equation has the decay 1 - dt/tau and the gain r dt/tau.
        yield dataclasses.replace(neuron, tau=step / lost, r=k / lost)


# Nengo


def _nengo(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Voltages in units of the threshold, currents with the decay 1 - dt/tau_syn.

    Nengo 4.1.0, `LIF` with tau_ref = 0 and `Lowpass`, and the importer of the NIR paper,
    03_rnn/nir_to_nengo.py, which takes r of LIF and IF to be 1 and one tau for a layer.
    """
    for neuron in _neurons(graph, convention):
        _expect_positive(neuron, "v_threshold", *_TIMES[type(neuron)], platform="nengo")
        step = convention.at(neuron.name).step
        one = np.ones(())
        if isinstance(neuron, IF):
            _expect(neuron, "r", 1.0, "nengo")
            r = 1.0 / (neuron.v_threshold * step)
            yield dataclasses.replace(neuron, r=r, v_threshold=one)
            continue
        _expect(neuron, "v_leak", 0.0, "nengo")
        if isinstance(neuron, LIF):
            _expect(neuron, "r", 1.0, "nengo")
            _expect_uniform(neuron, "tau", platform="nengo")
            yield dataclasses.replace(neuron, r=1.0 / neuron.v_threshold, v_threshold=one)
            continue
        _expect_uniform(neuron, "tau_mem", "tau_syn", "r", "v_threshold", platform="nengo")
        if np.any(neuron.tau_syn <= step):
            raise NirError(
                f"tau_syn is {float(np.min(neuron.tau_syn)):g}, and nengo takes the logarithm of "
                f"1 - dt/tau_syn, expected more than a step of {step:g}",
                node=neuron.name,
                help=f"a smaller {option('dt')}, if the network was trained with it",
            )
        yield dataclasses.replace(
            neuron,
            tau_syn=-step / np.log1p(-step / neuron.tau_syn),
            w_in=one,
            r=neuron.r * neuron.w_in / neuron.v_threshold,
            v_threshold=one,
        )


# SpiNNaker2


def _spinnaker2(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Weights of 8 bits, rounded towards zero, one scale for all that lead to a neuron.

    py-spinnaker2, s2_nir.from_nir. The current takes the weights as they are, so voltages and
    thresholds have the scale; a bias acts on the voltage, as strongly as it would in the end.
    """
    platform = convention.parameters
    for layer in _layers(graph, convention):
        neuron, synapses = layer.neuron, layer.synapses
        most = max((float(np.max(np.abs(s.weight))) for s in synapses), default=1.0)
        if most == 0.0:
            raise NirError(
                f"all weights that lead to it are 0, and {platform} takes its scale from them",
                node=neuron.name,
                help="leave the layer out",
            )
        unscaled = platform == "spinnaker2-unscaled"
        if unscaled and most >= 128.0:
            raise NirError(
                f"a weight that leads to it is {most:g}, and {platform} has weights of 8 bits, "
                "expected at most 127",
                node=neuron.name,
                help=f"{option('convention', 'spinnaker2')} scales them",
            )
        scale = 1.0 if unscaled else 127.0 / most
        offset: Values = np.zeros(())
        for synapse in synapses:
            bias = None if synapse.bias is None else synapse.bias.astype(np.float64) * scale
            if bias is not None and not isinstance(neuron, IF):
                offset, bias = offset + np.broadcast_to(bias, neuron.input_shape), None
            weight = np.trunc(synapse.weight.astype(np.float64) * scale)
            yield dataclasses.replace(synapse, weight=weight, bias=bias)
        yield _on_spinnaker2(neuron, scale, offset, convention.at(neuron.name).step)


def _on_spinnaker2(neuron: Neuron, scale: float, bias: Values, step: float) -> Node:
    """The neuron in the units of its weights, with biases as a part of what it decays to."""
    divisors = ("r", "w_in") if isinstance(neuron, CubaLIF) else ("r",)
    _expect_positive(neuron, *divisors, *_TIMES[type(neuron)], platform="spinnaker2")
    if isinstance(neuron, IF):
        return dataclasses.replace(neuron, v_threshold=neuron.v_threshold * scale / neuron.r)
    if isinstance(neuron, LIF):
        k, lost = step / neuron.tau, _lost(neuron, "tau", step)
        units = scale / (k * neuron.r)
        return dataclasses.replace(
            neuron,
            tau=step / lost,
            v_leak=(k * neuron.v_leak * units + bias) / lost,
            v_threshold=neuron.v_threshold * units,
        )
    k, ks = step / neuron.tau_mem, step / neuron.tau_syn
    lost = _lost(neuron, "tau_mem", step)
    units = scale / (neuron.r * k * neuron.w_in * ks)
    return dataclasses.replace(
        neuron,
        tau_mem=step / lost,
        tau_syn=step / _lost(neuron, "tau_syn", step),
        v_leak=(k * neuron.v_leak * units + bias / ks) / lost,
        v_threshold=neuron.v_threshold * units,
    )


# Speck


def _speck(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Weights and biases of 8 bits, thresholds of 16, with one scale for a layer.

    Sinabs 3.1.3, backend/dynapcnn/discretize.py: in float32, rounded half to even.
    """
    for node in graph.nodes.values():
        sources = [graph.nodes[name] for name in graph.sources(node.name)]
        if isinstance(node, Pool2d) and not all(isinstance(s, IF) for s in sources):
            raise NirError(
                "sums something else than the spikes of an IF, and in speck pools follow neurons",
                node=node.name,
                help="put the pool behind the neurons",
            )
        if isinstance(node, Pool2d) and (any(node.padding) or node.stride != node.kernel_size):
            raise NirError(
                f"the stride is {node.stride} and the padding {node.padding}, and pools of speck "
                f"have windows side by side, expected {node.kernel_size} and (0, 0)",
                node=node.name,
                help="train with such a pool, or use another convention",
            )
    for layer in _layers(graph, convention):
        yield from _on_speck(layer, convention.at(layer.neuron.name).step)


def _on_speck(layer: _Layer, step: float) -> Iterator[Node]:
    neuron, synapses = layer.neuron, layer.synapses
    assert isinstance(neuron, IF)
    _expect(neuron, "r", 1.0, "speck", 1.0 / step)
    _expect_positive(neuron, "v_threshold", platform="speck")
    _expect_uniform(neuron, "v_threshold", platform="speck")
    if len(synapses) != 1:
        raise NirError(
            f"{len(synapses)} synapses lead to it, and a layer of speck has one",
            node=neuron.name,
            help="make one synapse of them, or use another convention",
        )
    synapse = synapses[0]
    threshold = np.float32(np.ravel(neuron.v_threshold)[0])
    scale = min(
        _scale(synapse.weight, 8),
        _scale(np.zeros(1) if synapse.bias is None else synapse.bias, 8),
        _scale(np.array([-threshold, threshold]), 16),
    )

    def whole(values: npt.NDArray[Any]) -> Values:
        return np.asarray(np.rint(values.astype(np.float32) * scale), np.float64)

    bias = None if synapse.bias is None else whole(synapse.bias)
    yield dataclasses.replace(synapse, weight=whole(synapse.weight), bias=bias)
    yield dataclasses.replace(neuron, v_threshold=whole(np.asarray(threshold)))


def _scale(values: npt.NDArray[Any], bits: int) -> np.float32:
    """What the values can be multiplied by to fit into two's complement; inf for zeros."""
    most = np.float32(2 ** (bits - 1) - 1)
    least, greatest = np.abs(values.min()), np.abs(values.max())
    ratio = np.float32((most + 1) / most)
    with np.errstate(divide="ignore"):
        if np.float32(least) <= np.float32(greatest) * ratio:
            return most / np.float32(greatest)
        return (most + np.float32(1)) / np.float32(least)


_SPINNAKER2 = _Tools(
    (Affine, LIF, CubaLIF, IF),
    _spinnaker2,
    "voltages and currents are in the units of spinnaker2's 8-bit weights",
)

_TOOLS: dict[str, _Tools] = {
    "lava": _Tools((Affine, LIF), _lava, ""),
    "nengo": _Tools(
        (Affine, LIF, CubaLIF, IF), _nengo, "voltages are in units of the threshold, as nengo's are"
    ),
    "speck": _Tools(
        (Affine, Conv, IF, Pool2d, Flatten),
        _speck,
        "weights, biases, voltages and thresholds are speck's integers",
    ),
    "spinnaker2": _SPINNAKER2,
    "spinnaker2-unscaled": _SPINNAKER2,
}

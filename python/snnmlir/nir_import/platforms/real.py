# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Platforms of floating-point numbers, or of integers that these hold exactly.

Lava, Nengo, SpiNNaker2 and Speck.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.common.wording import option
from snnmlir.conventions import Convention
from snnmlir.errors import NirError
from snnmlir.nir_import.graph import IF, LIF, Affine, CubaLIF, Graph, Node, Pool2d
from snnmlir.nir_import.platforms.checks import (
    TIMES,
    Layer,
    Neuron,
    Values,
    check_wiring,
    expect,
    expect_positive,
    expect_uniform,
    layers,
    lost_share,
    neurons,
)

# Lava, floating point


def lava(graph: Graph, convention: Convention) -> Iterator[Node]:
    """v = (1 - k) v + k x with k = dt/tau and 1 - k in float32, everything else in float64.

    lava-nc 0.10.0, `proc/lif/models.py`, PyLifModelFloat, with du = 1, and the importer of the NIR
    paper, which has no r, no v_leak and no biases.
    """
    check_wiring(graph, "lava")
    for synapse in graph.nodes.values():
        if isinstance(synapse, Affine) and synapse.bias is not None and np.any(synapse.bias):
            raise NirError(
                f"the bias is up to {float(np.max(np.abs(synapse.bias))):g}, and lava's Dense has "
                "none, expected a Linear",
                node=synapse.name,
                help="train without a bias, or use another convention",
            )
    for neuron in neurons(graph, convention):
        assert isinstance(neuron, LIF)
        expect(neuron, "r", 1.0, "lava")
        expect(neuron, "v_leak", 0.0, "lava")
        expect_positive(neuron, "tau", platform="lava")
        step = convention.at(neuron.name).step
        k = np.asarray(np.float32(step) / neuron.tau.astype(np.float32), np.float64)
        lost = lost_share(neuron, "tau", step)
        # NIR's equation has the decay 1 - dt/tau and the gain r dt/tau.
        yield dataclasses.replace(neuron, tau=step / lost, r=k / lost)


# Nengo


def nengo(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Voltages in units of the threshold, currents with the decay 1 - dt/tau_syn.

    Nengo 4.1.0, `LIF` with tau_ref = 0 and `Lowpass`, and the importer of the NIR paper,
    03_rnn/nir_to_nengo.py, which takes r of LIF and IF to be 1 and one tau for a layer.
    """
    for neuron in neurons(graph, convention):
        expect_positive(neuron, "v_threshold", *TIMES[type(neuron)], platform="nengo")
        step = convention.at(neuron.name).step
        one = np.ones(())
        if isinstance(neuron, IF):
            expect(neuron, "r", 1.0, "nengo")
            r = 1.0 / (neuron.v_threshold * step)
            yield dataclasses.replace(neuron, r=r, v_threshold=one)
            continue
        expect(neuron, "v_leak", 0.0, "nengo")
        if isinstance(neuron, LIF):
            expect(neuron, "r", 1.0, "nengo")
            expect_uniform(neuron, "tau", platform="nengo")
            yield dataclasses.replace(neuron, r=1.0 / neuron.v_threshold, v_threshold=one)
            continue
        expect_uniform(neuron, "tau_mem", "tau_syn", "r", "v_threshold", platform="nengo")
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


def spinnaker2(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Weights of 8 bits, rounded towards zero, one scale for all that lead to a neuron.

    py-spinnaker2, s2_nir.from_nir. The current takes the weights as they are, so voltages and
    thresholds have the scale; a bias acts on the voltage, as strongly as it would in the end.
    """
    platform = convention.parameters
    for layer in layers(graph, convention):
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
    expect_positive(neuron, *divisors, *TIMES[type(neuron)], platform="spinnaker2")
    if isinstance(neuron, IF):
        return dataclasses.replace(neuron, v_threshold=neuron.v_threshold * scale / neuron.r)
    if isinstance(neuron, LIF):
        k, lost = step / neuron.tau, lost_share(neuron, "tau", step)
        units = scale / (k * neuron.r)
        return dataclasses.replace(
            neuron,
            tau=step / lost,
            v_leak=(k * neuron.v_leak * units + bias) / lost,
            v_threshold=neuron.v_threshold * units,
        )
    k, ks = step / neuron.tau_mem, step / neuron.tau_syn
    lost = lost_share(neuron, "tau_mem", step)
    units = scale / (neuron.r * k * neuron.w_in * ks)
    return dataclasses.replace(
        neuron,
        tau_mem=step / lost,
        tau_syn=step / lost_share(neuron, "tau_syn", step),
        v_leak=(k * neuron.v_leak * units + bias / ks) / lost,
        v_threshold=neuron.v_threshold * units,
    )


# Speck


def speck(graph: Graph, convention: Convention) -> Iterator[Node]:
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
    for layer in layers(graph, convention):
        yield from _on_speck(layer, convention.at(layer.neuron.name).step)


def _on_speck(layer: Layer, step: float) -> Iterator[Node]:
    neuron, synapses = layer.neuron, layer.synapses
    assert isinstance(neuron, IF)
    expect(neuron, "r", 1.0, "speck", 1.0 / step)
    expect_positive(neuron, "v_threshold", platform="speck")
    expect_uniform(neuron, "v_threshold", platform="speck")
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

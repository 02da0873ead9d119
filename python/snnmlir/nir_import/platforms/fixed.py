# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Platforms that compute in integers of their own: Loihi 2, lava-dl and Xylo.

What their tools make of weights and thresholds is whole numbers in place of the file's; time
constants stay the file's, and `fixed_update` makes decays of them. docs/conventions.md, section
"Platforms", has the arithmetic.
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
from snnmlir.nir_import.fixed_point import (
    SUM,
    FixedUpdate,
    Integers,
    integer_type,
    shift_decay,
    whole,
)
from snnmlir.nir_import.graph import LIF, Affine, CubaLIF, Delay, Graph, Node
from snnmlir.nir_import.platforms.checks import (
    Layer,
    Synapse,
    Values,
    expect,
    expect_positive,
    expect_uniform,
    layers,
)

_PLACES = 12
"""Binary places of decays on Loihi."""

_TOWARD_ZERO = "decay = toward_zero"
_WRAPS = "decay = toward_zero, sum = wrap"
_EACH = "decay = shift, sum = each"

_LOIHI_CURRENT = integer_type(32, (1 - (1 << 23), 1 << 23))
_LOIHI_VOLTAGE = integer_type(32, (1 - (1 << 23), (1 << 23) - 1))
_LOIHI_THRESHOLD = (1 << 17) - 1
_SLAYER_LARGEST = 1 << 30
_SLAYER_STATE = integer_type(32, (-_SLAYER_LARGEST, _SLAYER_LARGEST))
_XYLO_STATE = integer_type(16)
_XYLO_LARGEST = (1 << 15) - 1
_XYLO_HIDDEN, _XYLO_OUTPUT = 31, 1


def fixed_update(node: LIF | CubaLIF, graph: Graph, convention: Convention) -> FixedUpdate:
    """One step of a neuron whose numbers are a platform's.

    Args:
        node: The neuron, as `with_parameters` made it.
        graph: The graph that it is in.
        convention: How to step it: the choices of this node, `Convention.at`.

    Raises:
        NirError: The platform has no such time constants.
    """
    match convention.parameters:
        case "xylo":
            return _xylo_update(node, graph, convention)
        case "loihi":
            return _loihi_update(node, graph, convention)
        case _:
            return _lava_dl_update(node, graph, convention)


def is_real(convention: Convention) -> bool:
    """Whether synapses compute with the file's own real weights."""
    return convention.parameters == "lava-dl-unquantized"


# Loihi 2 and lava-dl


def loihi(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Weights in even 64ths, thresholds in 64ths, rounded down.

    lava-dl 0.6.0, `netx`, and lava-nc 0.10.0, `proc/dense` and `proc/lif` in fixed_pt; LIF as the
    importer of the NIR paper has it.
    """
    for layer in layers(graph, convention):
        for synapse in layer.synapses:
            if synapse.bias is not None and np.any(synapse.bias):
                raise NirError(
                    f"the bias is up to {float(np.max(np.abs(synapse.bias))):g}, and loihi's "
                    "synapses have none, expected a Linear",
                    node=synapse.name,
                    help="train without a bias, or use another convention",
                )
        if isinstance(layer.neuron, LIF):
            yield from _loihi_lif(layer, convention)
            continue
        assert isinstance(layer.neuron, CubaLIF)
        _expect_slayer(layer.neuron, convention)
        threshold = _slayer_threshold(layer.neuron)
        if np.any(threshold > _LOIHI_THRESHOLD):
            raise NirError(
                f"v_threshold is {float(np.max(layer.neuron.v_threshold)):g}, and loihi's have 17 "
                f"bits, expected at most {_LOIHI_THRESHOLD / 64:g}",
                node=layer.neuron.name,
                help="scale the weights and the threshold of the layer",
            )
        weights = [2.0 * _slayer_weights(synapse.weight) for synapse in layer.synapses]
        cleared = _netx_cleared_bits(weights)
        for synapse, weight in zip(layer.synapses, weights, strict=True):
            yield dataclasses.replace(synapse, weight=_loihi_weights(weight, cleared), bias=None)
        yield dataclasses.replace(layer.neuron, v_threshold=64.0 * threshold)


def _netx_cleared_bits(weights: list[Values]) -> int:
    """The lowest bits that weights of one sign lose, of those of size 256 alone.

    netx counts the bits that a layer needs, `utils.optimize_weight_bits`: those that are 0 in all
    weights are left out, but for one where there are both signs, as which it takes 0 beside
    negative ones, too.
    """
    whole_layer = np.concatenate([np.ravel(weight) for weight in weights])
    if not np.any(whole_layer):
        return 0
    both_signs = bool(whole_layer.max() >= 0 and whole_layer.min() < 0)
    zeros = sum(not np.any(np.mod(whole_layer, 2.0**n)) for n in range(1, 9))
    return zeros - both_signs


def _loihi_lif(layer: Layer, convention: Convention) -> Iterator[Node]:
    """In units of 2^-14: w = int(256 dt/tau), vth = int(131071 th) >> 9."""
    neuron = layer.neuron
    assert isinstance(neuron, LIF)
    expect(neuron, "r", 1.0, "loihi")
    expect(neuron, "v_leak", 0.0, "loihi")
    expect_positive(neuron, "tau", "v_threshold", platform="loihi")
    expect_uniform(neuron, "tau", platform="loihi")
    k = convention.at(neuron.name).step / float(np.ravel(neuron.tau)[0])
    threshold = np.floor(np.trunc(_LOIHI_THRESHOLD * neuron.v_threshold) / 512)
    if np.any(threshold > _LOIHI_THRESHOLD):
        raise NirError(
            f"v_threshold is {float(np.max(neuron.v_threshold)):g}, and loihi's have 17 bits",
            node=neuron.name,
            help="scale the weights and the threshold of the layer",
        )
    for synapse in layer.synapses:
        weight = _loihi_weights(np.trunc(256.0 * k * synapse.weight.astype(np.float64)))
        yield dataclasses.replace(synapse, weight=weight, bias=None)
    yield dataclasses.replace(neuron, v_threshold=64.0 * threshold)


def _loihi_weights(weight: Values, cleared: int = 0) -> Values:
    """8 bits and an exponent of the sign: even ones of both signs, or any of one."""
    if np.any(weight > 0) and np.any(weight < 0):
        return np.asarray(2.0 * np.floor(np.clip(weight, -256.0, 255.0) / 2.0))
    size = np.minimum(np.abs(weight), 255.0)
    return np.sign(weight) * 2.0**cleared * np.floor(size / 2.0**cleared)


def _loihi_update(node: LIF | CubaLIF, graph: Graph, convention: Convention) -> FixedUpdate:
    """u = tz(u (4096 - ci)) + 64 a, wrapping; v = tz(v (4096 - cv)) + u within 24 bits."""
    gain = whole(_weight_units(node, graph))
    coefficients = {"threshold": (whole(node.v_threshold), SUM)}
    if isinstance(node, LIF):
        lost = np.trunc(4095.0 * convention.step / node.tau)
        _check_drive(node, graph)
        coefficients |= {"decay": _decay(node, "tau", lost), "gain": (gain, SUM)}
        return FixedUpdate(
            op="lif",
            coefficients=coefficients,
            attributes={"arithmetic": _TOWARD_ZERO, "saturate": ""},
            voltage=_LOIHI_VOLTAGE,
        )
    return _cuba_update(
        node, convention, gain, _WRAPS, voltage=_LOIHI_VOLTAGE, current=_LOIHI_CURRENT
    )


def _weight_units(node: Node, graph: Graph) -> int:
    """What 1 of the weights that are stored is in the state's units: see `stored_weight`."""
    return 128 if _halves(node, graph) else 64


def _halves(node: Node, graph: Graph) -> bool:
    """Whether all weights that lead to a neuron are even."""
    synapses = _synapses(node, graph)
    return all(not np.any(np.mod(synapse.weight, 2.0)) for synapse in synapses)


def stored_weight(synapse: Affine, graph: Graph, convention: Convention) -> Values:
    """A synapse's weights as they are stored; Loihi's even ones fit into 8 bits when halved."""
    if convention.parameters != "loihi":
        return np.asarray(synapse.weight, np.float64)
    targets = [graph.nodes[target] for source, target in graph.edges if source == synapse.name]
    halved = all(_halves(target, graph) for target in targets)
    return np.asarray(synapse.weight / 2.0 if halved else synapse.weight, np.float64)


def _synapses(node: Node, graph: Graph) -> list[Affine]:
    sources = [graph.nodes[name] for name in graph.sources(node.name)]
    return [source for source in sources if isinstance(source, Affine)]


def _check_drive(node: LIF, graph: Graph) -> None:
    """What reaches a LIF in a step is a current of 24 bits, which is not to wrap around."""
    most = 64 * sum(
        np.max(np.sum(np.abs(synapse.weight), axis=-1)) * _spikes_at_once(synapse.name, graph)
        for synapse in _synapses(node, graph)
    )
    if most >= 1 << 23:
        raise NirError(
            f"its synapses add up to {most:g} in a step, and a current of loihi has 24 "
            f"bits, expected less than {1 << 23}",
            node=node.name,
            help="use smaller weights, or fewer of them",
        )


def _spikes_at_once(name: str, graph: Graph, behind: frozenset[str] = frozenset()) -> float:
    """How many spikes can arrive at an input of a node in a step: one from each source.

    A cycle of nothing but Delays collects any number of them.
    """
    if name in behind:
        return float("inf")
    return sum(
        _spikes_at_once(source, graph, behind | {name})
        if isinstance(graph.nodes[source], Delay)
        else 1
        for source in graph.sources(name)
    )


def lava_dl(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Weights in 32nds of 8 bits, thresholds in 64ths, rounded down.

    lava-dl 0.6.0, `slayer.utils.quantize`, `slayer.neuron.cuba`, `slayer.synapse.Dense`.
    """
    for layer in layers(graph, convention):
        assert isinstance(layer.neuron, CubaLIF)
        _expect_slayer(layer.neuron, convention)
        for synapse in layer.synapses:
            bias = _slayer_bias(synapse.bias, synapse.name)
            yield dataclasses.replace(synapse, weight=_slayer_weights(synapse.weight), bias=bias)
        yield _slayer_neuron(layer.neuron, convention)


def lava_dl_unquantized(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Weights and biases in 4096ths, the unit of currents, as the real numbers that they are."""
    for layer in layers(graph, convention):
        assert isinstance(layer.neuron, CubaLIF)
        _expect_slayer(layer.neuron, convention)
        for synapse in layer.synapses:
            _expect_matrix(synapse, "lava-dl-unquantized")
            bias = None if synapse.bias is None else synapse.bias * 4096.0
            yield dataclasses.replace(synapse, weight=synapse.weight * 4096.0, bias=bias)
        yield _slayer_neuron(layer.neuron, convention)


def _slayer_neuron(neuron: CubaLIF, convention: Convention) -> Node:
    """The neuron in 4096ths."""
    threshold = 64.0 * _slayer_threshold(neuron)
    if np.any(threshold > _SLAYER_LARGEST):
        raise NirError(
            f"v_threshold is {float(np.max(neuron.v_threshold)):g}, and states of "
            f"{convention.parameters} stay below 2^30 4096ths, expected at most "
            f"{_SLAYER_LARGEST / 4096:g}",
            node=neuron.name,
            help="scale the weights and the threshold of the layer",
        )
    return dataclasses.replace(neuron, v_threshold=threshold)


def _expect_matrix(synapse: Synapse, platform: str) -> None:
    """Refuses a matrix for each row of the input, which MLIR and NIR have."""
    if synapse.weight.ndim != 2:
        raise NirError(
            f"its weights have the shape {synapse.weight.shape}, and {platform} has matrices, "
            "expected 2 dimensions",
            node=synapse.name,
            help="put a Flatten in front, and give the whole matrix",
        )


def _expect_slayer(neuron: CubaLIF, convention: Convention) -> None:
    """Refuses what a CUBA neuron of lava-dl does not have: gains, leaks, numbers per neuron."""
    platform = convention.parameters
    step = convention.at(neuron.name).step
    expect(neuron, "v_leak", 0.0, platform)
    expect_positive(neuron, "tau_mem", "tau_syn", "v_threshold", platform=platform)
    expect_uniform(neuron, "tau_mem", "tau_syn", platform=platform)
    for key, tau in (("r", neuron.tau_mem), ("w_in", neuron.tau_syn)):
        gain = np.asarray(getattr(neuron, key) * step / tau)
        if np.any(np.abs(gain - 1.0) > 1e-4):
            raise NirError(
                f"{key} is {float(np.ravel(getattr(neuron, key))[0]):g}, which is a gain of "
                f"{float(np.ravel(gain)[0]):g} for a dt of {step:g}, and {platform} has gains of 1",
                node=neuron.name,
                help=f"{option('dt')} is the step that it was trained with; or fold the gain into "
                "the weights where the network is made",
            )


def _slayer_weights(weight: npt.NDArray[Any]) -> Values:
    """clip(round(32 w), -128, 127)."""
    return np.clip(np.rint(weight.astype(np.float64) * 32.0), -128.0, 127.0)


def _slayer_threshold(neuron: CubaLIF) -> Values:
    """int(64 th)."""
    return np.trunc(64.0 * np.asarray(neuron.v_threshold, np.float64))


def _slayer_bias(bias: npt.NDArray[Any] | None, name: str) -> Values | None:
    """The bias in 32nds, the unit of weights."""
    if bias is None or not np.any(bias):
        return None
    units = np.asarray(bias, np.float64) * 32.0
    if np.any(units != np.rint(units)):
        wrong = float(np.ravel(bias)[np.ravel(units != np.rint(units))][0])
        raise NirError(
            f"the bias is {wrong:g}, which is no multiple of 1/32",
            node=name,
            help="lava-dl does not quantize biases: train without, or use "
            f"{option('convention', 'lava-dl-unquantized')}",
        )
    return units


def _lava_dl_update(node: LIF | CubaLIF, graph: Graph, convention: Convention) -> FixedUpdate:
    """i = tz(i (4096 - ci)) + trunc(4096 x); v = tz(v (4096 - cv)) + i."""
    assert isinstance(node, CubaLIF)
    gain = whole(1 if is_real(convention) else 128)
    return _cuba_update(
        node, convention, gain, _TOWARD_ZERO, voltage=_SLAYER_STATE, current=_SLAYER_STATE
    )


def _cuba_update(
    node: CubaLIF,
    convention: Convention,
    gain: Integers,
    arithmetic: str,
    *,
    voltage: str,
    current: str,
) -> FixedUpdate:
    coefficients = {
        "threshold": (whole(node.v_threshold), SUM),
        "current_gain": (gain, SUM),
        "current_decay": _decay(node, "tau_syn", np.rint(4096.0 * convention.step / node.tau_syn)),
        "decay": _decay(node, "tau_mem", np.rint(4096.0 * convention.step / node.tau_mem)),
    }
    return FixedUpdate(
        op="cuba_lif",
        coefficients=coefficients,
        attributes={"current_arithmetic": arithmetic, "arithmetic": _TOWARD_ZERO}
        | ({"saturate": ""} if voltage == _LOIHI_VOLTAGE else {}),
        voltage=voltage,
        current=current,
    )


def _decay(node: LIF | CubaLIF, key: str, lost: Values) -> tuple[Integers, str]:
    """What is left of 4096."""
    one = 1 << _PLACES
    if np.any(lost > one):
        shortest = float(np.min(getattr(node, key)))
        raise NirError(
            f"{key} is {shortest:g}, less than a step, and decays have 12 bits, expected at least "
            "one step",
            node=node.name,
            help=f"a smaller {option('dt')}, if the network was trained with it",
        )
    return whole(one - lost), integer_type(32, fraction=_PLACES)


# Xylo


def xylo(graph: Graph, convention: Convention) -> Iterator[Node]:
    """Weights of 8 bits and thresholds of 16, with one scale for each neuron.

    rockpool 3.1.0, `devices/xylo`: from_nir, mapper and `channel_quantize`. r, w_in and the biases
    of recurrent synapses are ignored, other biases are rounded and not scaled.
    """
    for layer in layers(graph, convention):
        neuron, synapses = layer.neuron, layer.synapses
        assert isinstance(neuron, CubaLIF)
        expect(neuron, "v_leak", 0.0, "xylo")
        expect_positive(neuron, "tau_mem", "tau_syn", "v_threshold", platform="xylo")
        for synapse in synapses:
            _expect_matrix(synapse, "xylo")
            _check_source(synapse, graph)
        scale = _xylo_scale(layer)
        for synapse in synapses:
            weight = np.rint(synapse.weight.astype(np.float64) * scale[:, np.newaxis])
            bias = None
            if synapse.bias is not None and not _recurs(synapse, neuron, graph):
                bias = np.rint(synapse.bias.astype(np.float64))
            yield dataclasses.replace(synapse, weight=weight, bias=bias)
        threshold = np.rint(neuron.v_threshold * scale)
        if np.any(threshold < 1.0):
            raise NirError(
                f"v_threshold is {float(np.min(neuron.v_threshold)):g}, which is 0 in the units of "
                "its 8-bit weights",
                node=neuron.name,
                help="raise the threshold, or lower the weights of the layer",
            )
        yield dataclasses.replace(neuron, v_threshold=threshold)


def _check_source(synapse: Node, graph: Graph) -> None:
    sources = graph.sources(synapse.name)
    if len(sources) != 1:
        raise NirError(
            f"{len(sources)} nodes lead to it, and a synapse of xylo has one presynaptic layer",
            node=synapse.name,
            help="give each presynaptic layer a synapse of its own",
        )


def _recurs(synapse: Node, neuron: Node, graph: Graph) -> bool:
    return neuron.name in graph.sources(synapse.name)


def _xylo_scale(layer: Layer) -> Values:
    """127 / max|w| for each neuron, or less where its threshold would not fit into 16 bits."""
    size = int(np.prod(layer.neuron.input_shape))
    most = np.max(
        [np.max(np.abs(synapse.weight.astype(np.float64)), axis=1) for synapse in layer.synapses],
        axis=0,
    )
    if np.any(most == 0.0):
        raise NirError(
            f"all weights that lead to its neuron {int(np.argmin(most))} are 0, and xylo takes the "
            "scale of a neuron from them",
            node=layer.neuron.name,
            help="leave the neuron out",
        )
    threshold = np.broadcast_to(layer.neuron.v_threshold, layer.neuron.input_shape).reshape(size)
    scale = 127.0 / most
    return np.where(scale * threshold > _XYLO_LARGEST, _XYLO_LARGEST / threshold, scale)


def _xylo_update(node: LIF | CubaLIF, graph: Graph, convention: Convention) -> FixedUpdate:
    """Decays by shifts, sums that saturate after each addend, several spikes in a step."""
    assert isinstance(node, CubaLIF)
    coefficients = {
        "threshold": (whole(node.v_threshold), SUM),
        "decay": shift_decay(_dash(node, "tau_mem", convention)),
    }
    biases = [s.bias for s in _synapses(node, graph) if s.bias is not None and np.any(s.bias)]
    if biases:
        bias = whole(np.sum(biases, axis=0))
        if np.any(np.abs(bias) > _XYLO_LARGEST):
            raise NirError(
                f"the bias is up to {int(np.max(np.abs(bias)))}, and xylo's have 16 bits",
                node=node.name,
                help="scale the layer's weights, biases and threshold",
            )
        coefficients["leak"] = bias, SUM
    hidden = any(
        isinstance(graph.nodes[target], Affine) or _leads_to_synapse(target, graph)
        for source, target in graph.edges
        if source == node.name
    )
    return FixedUpdate(
        op="lif",
        coefficients=coefficients,
        attributes={"arithmetic": _EACH, "spike": "count_floor", "reset": "subtract"},
        voltage=_XYLO_STATE,
        max_spikes=_XYLO_HIDDEN if hidden else _XYLO_OUTPUT,
        collects=shift_decay(_dash(node, "tau_syn", convention)),
    )


def _leads_to_synapse(name: str, graph: Graph) -> bool:
    """Whether a node, such as the Delay of an edge that takes a step, leads to a synapse."""
    return any(
        isinstance(graph.nodes[target], Affine) for source, target in graph.edges if source == name
    )


def _dash(node: CubaLIF, key: str, convention: Convention) -> Integers:
    """round(log2(tau/dt))."""
    shift = np.rint(np.log2(np.asarray(getattr(node, key), np.float64) / convention.step))
    if np.any(shift < 0) or np.any(shift > 15):
        wrong = float(np.ravel(getattr(node, key))[np.ravel((shift < 0) | (shift > 15))][0])
        raise NirError(
            f"{key} is {wrong:g}, which is no shift from 0 to 15 for a dt of {convention.step:g}",
            node=node.name,
            help=f"{option('dt')} is the step that the network was trained with",
        )
    return whole(shift)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks under `xylo` against xylosim 0.1.3, integer for integer.

Rockpool's tools are not in between: the weights, shifts, thresholds and biases that they would make
of a graph are computed here once more and given to `xylosim.v2.XyloLayer`, the bit-exact simulator
of Xylo 2, whose states and spikes the generated C has to reproduce.
"""

from __future__ import annotations

from typing import Any

import nir
import numpy as np
import numpy.typing as npt
import pytest
from xylosim import v2 as xylosim

import snnmlir
from networks import graph, ports
from test_fixed_platforms import cuba, random_synapse

DT = 1e-3
STEPS = 120
Signal = npt.NDArray[Any]


def neuron(size: int, rng: np.random.Generator) -> nir.CubaLIF:
    tau = DT * 2.0 ** rng.uniform(-0.4, 6.0, (2, size))
    return cuba(size, tau[0], tau[1], rng.uniform(0.3, 2.0, size), DT)


def random_network(seed: int) -> tuple[nir.NIRGraph, bool]:
    """Inputs, hidden neurons, which may be recurrent, and outputs; many of them saturate."""
    rng = np.random.default_rng(seed)
    inputs, hidden, outputs = (int(n) for n in (rng.integers(1, 17), *rng.integers(1, (25, 9))))
    recurs = bool(rng.random() < 0.6)
    nodes = ports(inputs, outputs)
    for name, shape in (("fc", (hidden, inputs)), ("out", (outputs, hidden))):
        nodes[name] = random_synapse("xylo", *shape, rng, bias=bool(rng.random() < 0.5))
    nodes |= {"n": neuron(hidden, rng), "last": neuron(outputs, rng)}
    edges = [("input", "fc"), ("fc", "n"), ("n", "out"), ("out", "last"), ("last", "output")]
    if recurs:
        nodes["w"] = random_synapse("xylo", hidden, hidden, rng, bias=False)
        edges += [("n", "w"), ("w", "n")]
    return graph(nodes, *edges), recurs


def of_weights(weights: Signal) -> list[list[Any]]:
    """[out, in]: for each presynaptic neuron the synapses that it has."""
    return [
        [xylosim.XyloSynapse(target, 0, int(w)) for target, w in enumerate(column)]
        for column in weights.T
    ]


def quantized(source: nir.NIRGraph, neurons: str, synapses: tuple[str, ...]) -> dict[str, Any]:
    """The rules of Rockpool's channel_quantize, from docs/conventions.md, written once more."""
    node = source.nodes[neurons]
    weights = [np.asarray(source.nodes[name].weight, np.float64) for name in synapses]
    scale = 127.0 / np.max([np.max(np.abs(w), axis=1) for w in weights], axis=0)
    scale = np.where(scale * node.v_threshold > 32767, 32767 / node.v_threshold, scale)
    bias = getattr(source.nodes[synapses[0]], "bias", np.zeros(len(scale)))
    return {
        "weights": [np.rint(w * scale[:, None]).astype(int) for w in weights],
        "threshold": np.rint(node.v_threshold * scale).astype(int).tolist(),
        "bias": np.rint(np.asarray(bias, np.float64)).astype(int).tolist(),
        "dash_mem": np.rint(np.log2(node.tau_mem / DT)).astype(int).tolist(),
        "dash_syns": [[int(d)] for d in np.rint(np.log2(node.tau_syn / DT))],
    }


def simulated(source: nir.NIRGraph, recurs: bool, x: Signal) -> dict[str, Signal]:
    hidden = quantized(source, "n", ("fc", "w") if recurs else ("fc",))
    outputs = quantized(source, "last", ("out",))
    size = len(hidden["threshold"])
    # The layer keeps pointers to synapses, and these do not outlive Python's.
    kept = [of_weights(w) for w in (*hidden["weights"], *outputs["weights"])]
    layer = xylosim.XyloLayer(
        synapses_in=kept[0],
        synapses_rec=kept[1] if recurs else [[] for _ in range(size)],
        synapses_out=kept[-1],
        aliases=[[] for _ in range(size)],
        threshold=hidden["threshold"],
        threshold_out=outputs["threshold"],
        has_bias=True,
        bias=hidden["bias"],
        bias_out=outputs["bias"],
        weight_shift_inp=0,
        weight_shift_rec=0,
        weight_shift_out=0,
        dash_mem=hidden["dash_mem"],
        dash_mem_out=outputs["dash_mem"],
        dash_syns=hidden["dash_syns"],
        dash_syns_out=outputs["dash_syns"],
        name="layer",
    )
    layer.evolve(x.tolist())
    return {
        "n": np.array(layer.rec_recurrent_spikes),
        "n.v": np.array(layer.rec_v_mem).T,
        "n.i": np.array(layer.rec_i_syn).T,
        "last": np.array(layer.rec_out_spikes),
        "last.v": np.array(layer.rec_v_mem_out).T,
        "last.i": np.array(layer.rec_i_syn_out).T,
    }


def compared(seed: int) -> tuple[dict[str, int], int, dict[str, Signal]]:
    """Entries that differ by signal, how many there are, and what xylosim computed."""
    source, recurs = random_network(seed)
    rng = np.random.default_rng(seed + 1)
    inputs = int(source.nodes["input"].input_type["input"][0])
    x = rng.integers(0, 16, (STEPS, inputs)) * (rng.random((STEPS, inputs)) < 0.4)
    expected = simulated(source, recurs, x)
    found = snnmlir.compile(source, convention="xylo", dt=DT).record(x, list(expected))
    wrong = {}
    for name, values in expected.items():
        assert found[name].shape == values.shape, name
        wrong[name] = int(np.sum(found[name].astype(np.int64) != values))
    return wrong, sum(values.size for values in expected.values()), expected


@pytest.mark.parametrize("seed", range(12))
def test_every_integer_is_xylosims(seed: int) -> None:
    wrong, _, expected = compared(seed)
    assert set(wrong.values()) == {0}, wrong
    assert expected["n.v"].any()


def test_the_ends_are_reached() -> None:
    """Among these networks states saturate and counts are full."""
    runs = [compared(seed)[2] for seed in range(12)]
    states = np.concatenate([run[key].ravel() for run in runs for key in ("n.v", "n.i", "last.v")])
    assert np.any(np.isin(states, (-32768, 32767)))
    assert max(int(run["n"].max()) for run in runs) == 31
    assert max(int(run["last"].max()) for run in runs) == 1

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each NIR node becomes the operation, and the numbers, that docs/conventions.md says.

The expected numbers are worked out by hand from the equations, with dt = 1e-4.
"""

from __future__ import annotations

import math
from typing import Any

import nir
import numpy as np
import pytest

import snnmlir
from ir_constants import Op, ops
from networks import graph

DT = 1e-4


def compiled(
    node: nir.NIRNode, inputs: tuple[int, ...], outputs: tuple[int, ...], **options: Any
) -> Op:
    """The one operation of a network of one node."""
    nodes = {
        "input": nir.Input(input_type={"input": np.array(inputs, dtype=np.int64)}),
        "n": node,
        "output": nir.Output(output_type={"output": np.array(outputs, dtype=np.int64)}),
    }
    source = graph(nodes, ("input", "n"), ("n", "output"))
    (op,) = ops(snnmlir.compile(source, dtype="f64", dt=DT, **options))
    return op


def one(value: float) -> np.ndarray:
    return np.array([value])


LEAKY = {"tau": one(2e-3), "r": one(3.0), "v_leak": one(0.5)}
SPIKING = {"v_threshold": one(1.5), "v_reset": one(0.25)}
CUBA = {
    "tau_mem": one(2e-3),
    "tau_syn": one(5e-4),
    "r": one(3.0),
    "v_leak": one(0.5),
    "w_in": one(4.0),
}
A = math.exp(-0.05)  # dt / tau = 0.05
B = math.exp(-0.2)  # dt / tau_syn = 0.2

NEURONS: dict[str, tuple[nir.NIRNode, dict[str, Any], str, dict[str, float], str]] = {
    "I": (nir.I(r=one(3.0)), {}, "li", {"gain": 3e-4}, ""),
    "IF": (
        nir.IF(r=one(3.0), **SPIKING),
        {},
        "lif",
        {"gain": 3e-4, "threshold": 1.5, "reset": 0.25},
        "",
    ),
    "IF, unit gain": (
        nir.IF(r=one(3.0), **SPIKING),
        {"if_gain": "unit"},
        "lif",
        {"threshold": 1.5, "reset": 0.25},
        "",
    ),
    "LI": (nir.LI(**LEAKY), {}, "li", {"decay": 0.95, "gain": 0.15, "leak": 0.025}, ""),
    "LI, exponential": (
        nir.LI(**LEAKY),
        {"integrator": "exponential"},
        "li",
        {"decay": A, "gain": 3 * (1 - A), "leak": 0.5 * (1 - A)},
        "",
    ),
    "LIF": (
        nir.LIF(**LEAKY, **SPIKING),
        {},
        "lif",
        {"decay": 0.95, "gain": 0.15, "leak": 0.025, "threshold": 1.5, "reset": 0.25},
        "",
    ),
    "LIF, subtraction, starts at the leak": (
        nir.LIF(**LEAKY, **SPIKING),
        {"reset": "subtract", "v_init": "leak", "input_gain": "unit"},
        "lif",
        {"decay": 0.95, "leak": 0.025, "threshold": 1.5, "init": 0.5},
        "{reset = #snn.reset<subtract>}",
    ),
    "CubaLI": (
        nir.CubaLI(**CUBA),
        {},
        "cuba_li",
        {"current_decay": 0.8, "current_gain": 0.8, "decay": 0.95, "gain": 0.15, "leak": 0.025},
        "",
    ),
    "CubaLIF": (
        nir.CubaLIF(**CUBA, **SPIKING),
        {"integrator": "exponential", "reset": "zero", "spike": "ge"},
        "cuba_lif",
        {
            "current_decay": B,
            "current_gain": 4 * (1 - B),
            "decay": A,
            "gain": 3 * (1 - A),
            "leak": 0.5 * (1 - A),
            "threshold": 1.5,
        },
        "{spike = #snn.spike<ge>}",
    ),
    "CubaLIF, decay after the input": (
        nir.CubaLIF(**CUBA, **SPIKING),
        {"current_decay": "after-input"},
        "cuba_lif",
        {
            "current_decay": 0.8,
            "current_gain": 0.8 * 0.8,
            "decay": 0.95,
            "gain": 0.15,
            "leak": 0.025,
            "threshold": 1.5,
            "reset": 0.25,
        },
        "",
    ),
}


@pytest.mark.parametrize("name", NEURONS)
def test_neurons(name: str) -> None:
    node, options, op_name, expected, attributes = NEURONS[name]
    op = compiled(node, (1,), (1,), **options)
    assert op.name == op_name
    assert op.operands == pytest.approx(expected, rel=1e-14)
    assert op.attributes == attributes


def test_parameters_per_neuron() -> None:
    tau = np.array([1e-3, 2e-3])
    lif = nir.LIF(tau, np.ones(2), np.zeros(2), np.ones(2), np.zeros(2))
    op = compiled(lif, (2,), (2,))
    assert op.operands["decay"] == pytest.approx([0.9, 0.95])
    assert op.operands["gain"] == pytest.approx([0.1, 0.05])
    assert op.operands["threshold"] == 1.0


WEIGHT = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
KERNEL = [[[[1.0, 2.0]], [[3.0, 4.0]]]]

STATELESS: dict[str, tuple[nir.NIRNode, tuple[int, ...], tuple[int, ...], Op]] = {
    "Linear": (nir.Linear(np.array(WEIGHT)), (2,), (3,), Op("linear", {"1": WEIGHT})),
    "Affine": (
        nir.Affine(np.array(WEIGHT), np.array([0.5, 0.25, 0.0])),
        (2,),
        (3,),
        Op("linear", {"1": WEIGHT, "bias": [0.5, 0.25, 0.0]}),
    ),
    "Scale": (
        nir.Scale(np.array([1.0, 2.0])),
        (2,),
        (2,),
        Op("scale", {"1": [1.0, 2.0]}),
    ),
    "Threshold": (nir.Threshold(np.full(2, 0.5)), (2,), (2,), Op("threshold", {"1": 0.5})),
    "Conv1d": (
        nir.Conv1d(None, np.array(KERNEL)[:, :, 0], 2, 1, 1, 1, np.array([0.5])),
        (2, 5),
        (1, 3),
        Op(
            "conv1d",
            {"1": [[[1.0, 2.0], [3.0, 4.0]]], "bias": 0.5},
            "stride [2] padding [1, 1]",
        ),
    ),
    "Conv2d": (
        nir.Conv2d(None, np.array(KERNEL), (1, 2), (0, 1), (1, 3), 1, np.array([0.5])),
        (2, 4, 6),
        (1, 4, 3),
        Op(
            "conv2d",
            {"1": KERNEL, "bias": 0.5},
            "stride [1, 2] padding [0, 0, 1, 1] dilation [1, 3]",
        ),
    ),
    "Conv2d, same": (
        nir.Conv2d(None, np.array(KERNEL), 1, "same", 1, 1, np.array([0.5])),
        (2, 4, 6),
        (1, 4, 6),
        Op("conv2d", {"1": KERNEL, "bias": 0.5}, "padding [0, 0, 0, 1]"),
    ),
    "SumPool2d": (
        nir.SumPool2d(np.array([2, 3]), np.array([2, 1]), np.array([1, 0])),
        (2, 4, 6),
        (2, 3, 4),
        Op("sum_pool2d", {}, "kernel [2, 3] stride [2, 1] padding [1, 1, 0, 0]"),
    ),
    "AvgPool2d": (
        nir.AvgPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        (2, 4, 6),
        (2, 2, 3),
        Op("avg_pool2d", {}, "kernel [2, 2] stride [2, 2]"),
    ),
    "Flatten": (
        nir.Flatten({"input": np.array([2, 3, 4])}, 1, 2),
        (2, 3, 4),
        (2, 12),
        Op("collapse_shape", {}, "[[0], [1, 2]]"),
    ),
    "Delay": (nir.Delay(one(3e-4)), (1,), (1,), Op("delay", {}, "by dense<3> : tensor<i64>")),
    "Delay per element": (
        nir.Delay(np.array([3e-4, 0.0])),
        (2,),
        (2,),
        Op("delay", {}, "by dense<[3, 0]> : tensor<2xi64>"),
    ),
}


@pytest.mark.parametrize("name", STATELESS)
def test_synapses_and_others(name: str) -> None:
    node, inputs, outputs, expected = STATELESS[name]
    assert compiled(node, inputs, outputs) == expected


def test_fan_in_is_a_sum() -> None:
    nodes = {
        "a": nir.Input(input_type={"input": np.array([2])}),
        "b": nir.Input(input_type={"input": np.array([2])}),
        "output": nir.Output(output_type={"output": np.array([2])}),
    }
    network = snnmlir.compile(graph(nodes, ("a", "output"), ("b", "output")), dtype="f64", dt=DT)
    assert ops(network) == [Op("add")]


def test_flatten_of_channels_last_is_a_transpose_and_a_reshape() -> None:
    nodes = {
        "input": nir.Input(input_type={"input": np.array([2, 3, 4])}),
        "flat": nir.Flatten({"input": np.array([2, 3, 4])}, 0, -1),
        "output": nir.Output(output_type={"output": np.array([24])}),
    }
    source = graph(nodes, ("input", "flat"), ("flat", "output"))
    network = snnmlir.compile(source, dtype="f64", dt=DT, flatten="hwc")
    assert ops(network) == [
        Op("transpose", {}, "[1, 2, 0]"),
        Op("collapse_shape", {}, "[[0, 1, 2]]"),
    ]


def test_a_cut_edge_is_a_delay_of_one_step() -> None:
    nodes = {
        "input": nir.Input(input_type={"input": np.array([1])}),
        "w": nir.Linear(np.array([[2.0]])),
        "n": nir.LIF(**LEAKY, **SPIKING),
        "output": nir.Output(output_type={"output": np.array([1])}),
    }
    source = graph(nodes, ("input", "n"), ("n", "w"), ("w", "n"), ("n", "output"))
    for feedback, order in (("output", ["linear", "delay"]), ("spikes", ["delay", "linear"])):
        network = snnmlir.compile(source, dtype="f64", dt=DT, feedback=feedback)
        found = {op.name: op for op in ops(network)}
        assert found["delay"].attributes == "by dense<1> : tensor<i64>"
        (delayed,) = [line for line in network.mlir.splitlines() if "snn.delay" in line]
        assert ("tensor<1xi1>" in delayed) == (order[0] == "delay")

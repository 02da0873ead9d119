# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Inputs, outputs, recordings and errors of the interpreter."""

from typing import Any

import nir
import numpy as np
import pytest

from reference.handmade import (
    affine,
    alone,
    column,
    cuba,
    integrate_and_fire,
    leaky,
    network,
    node,
    sink,
    source,
)
from snnmlir import reference
from snnmlir.conventions import Convention
from snnmlir.errors import OptionError
from snnmlir.nir_import import graph as g

TWO_WAYS = network(
    [source("a"), source("b"), integrate_and_fire(), sink("spikes"), sink("sum")],
    "a>n b>n n>spikes a>sum b>sum",
)


def test_one_output_is_an_array() -> None:
    y = reference.run(alone(integrate_and_fire()), [[0.5], [1.0]], dt=1.0)
    assert isinstance(y, np.ndarray)
    assert y.dtype == np.uint8
    assert y.tolist() == [[0], [1]]


def test_several_inputs_and_outputs_go_by_name() -> None:
    y = reference.run(TWO_WAYS, {"a": [[1.0], [0.5]], "b": [[0.5], [0.25]]}, dt=1.0)
    assert isinstance(y, dict)
    assert {key: value.tolist() for key, value in y.items()} == {
        "spikes": [[1], [0]],
        "sum": [[1.5], [0.75]],
    }
    assert [y[name].dtype.name for name in ("spikes", "sum")] == ["uint8", "float64"]


def test_scalar_nodes() -> None:
    y = reference.run(alone(integrate_and_fire(shape=())), [0.5, 1.0], dt=1.0)
    assert np.asarray(y).tolist() == [0, 1]


def test_record_everything() -> None:
    recorded = reference.record(alone(cuba()), column([1, 2]), dt=1.0)
    assert {key: value.dtype.name for key, value in recorded.items()} == {
        "in": "float64",
        "n": "uint8",
        "n.v": "float64",
        "n.i": "float64",
        "out": "uint8",
    }
    assert all(value.shape == (2, 1) for value in recorded.values())


def test_record_some() -> None:
    recorded = reference.record(alone(leaky()), column([1]), ["n"], dt=1.0)
    assert list(recorded) == ["n", "n.v"]


def test_a_node_may_be_called_like_a_recording() -> None:
    net = network([source("in"), leaky(), affine("n.v", 4.0), sink("out")], "in>n n>n.v n.v>out")
    assert reference.record(net, column([1.5]), dt=1.0)["n.v"].tolist() == [[4.0]]


def test_spikes_stay_spikes_through_delay_and_flatten() -> None:
    net = network(
        [
            source("in"),
            leaky(),
            node(g.Delay, "d", delay=1.0),
            g.Flatten(name="f", input_shape=(1,), output_shape=(1,), start_dim=0, end_dim=0),
            node(g.Scale, "s", scale=1.0),
            sink("out"),
        ],
        "in>n n>d d>f f>s s>out",
    )
    recorded = reference.record(net, column([1]), dt=1.0)
    kinds = {name: recorded[name].dtype.name for name in ("n", "d", "f", "s", "out")}
    assert kinds == {
        "n": "uint8", "d": "uint8", "f": "uint8", "s": "float64", "out": "float64"
    }  # fmt: skip


def test_merged_spikes_are_a_sum() -> None:
    net = network([source("in"), leaky("a"), leaky("b"), sink("out")], "in>a in>b a>out b>out")
    y = reference.run(net, column([1.5]), dt=1.0)
    assert isinstance(y, np.ndarray)
    assert (y.tolist(), y.dtype.name) == ([[2.0]], "float64")


def test_float32_rounds() -> None:
    net = alone(node(g.Integrator, r=1.0))
    y32 = reference.run(net, column([1, 2.0**-30]), dt=1.0, dtype=np.float32)
    y64 = reference.run(net, column([1, 2.0**-30]), dt=1.0)
    assert (np.asarray(y32).dtype.name, np.asarray(y32)[1, 0]) == ("float32", 1.0)
    assert np.asarray(y64)[1, 0] == 1.0 + 2.0**-30


def test_steps_continue_until_reset() -> None:
    interpreter = reference.Interpreter(alone(node(g.Integrator, r=1.0)), dt=1.0)
    x = {"in": np.ones(1)}
    assert [float(interpreter.step(x)["out"][0]) for _ in range(2)] == [1.0, 2.0]
    interpreter.reset()
    assert float(interpreter.step(x)["out"][0]) == 1.0


def test_run_starts_from_zero_every_time() -> None:
    interpreter = reference.Interpreter(alone(node(g.Integrator, r=1.0)), dt=1.0)
    first, second = (np.asarray(interpreter.run(column([1, 1]))) for _ in range(2))
    assert first.tolist() == second.tolist() == [[1.0], [2.0]]


def test_input_is_not_changed() -> None:
    x = column([1.5, 0.5])
    reference.run(alone(leaky()), x, dt=1.0)
    assert x.tolist() == [[1.5], [0.5]]


def test_convention_object_and_preset_name_are_the_same() -> None:
    interpreter = reference.Interpreter(alone(leaky()), Convention(dt=1.0), reset="subtract")
    assert (interpreter.convention.dt, interpreter.convention.reset) == (1.0, "subtract")


def test_reads_a_nir_graph() -> None:
    one = np.ones(1)
    net = nir.NIRGraph(
        nodes={
            "input": nir.Input({"input": np.array([1])}),
            "n": nir.LIF(tau=2 * one, r=2 * one, v_leak=0 * one, v_threshold=one),
            "output": nir.Output({"output": np.array([1])}),
        },
        edges=[("input", "n"), ("n", "output")],
    )
    assert np.asarray(reference.run(net, column([0.75, 0.75]), dt=1.0)).tolist() == [[0], [1]]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones((3, 2)), r"input 'in' has shape \[3, 2\], expected \[T, 1\]"),
        (np.ones((0, 1)), r"input 'in' has shape \[0, 1\], .*at least one step"),
        (1.0, r"input 'in' has shape \[\], expected \[T, 1\]"),
        ([[np.nan]], "input 'in' holds values that are not finite numbers"),
        ([["a"]], "input 'in' holds values that are not finite numbers"),
        ({"other": [[1.0]]}, "inputs were given for 'other', expected 'in'"),
        ({}, "inputs were given for nothing, expected 'in'"),
    ],
)
def test_unfit_inputs(x: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        reference.run(alone(leaky()), x)


def test_one_array_for_two_inputs() -> None:
    with pytest.raises(OptionError, match="one input array was given, the network has 2 inputs"):
        reference.run(TWO_WAYS, [[1.0]])


def test_inputs_of_different_lengths() -> None:
    with pytest.raises(OptionError, match="number of steps: 1 for 'a', 2 for 'b'"):
        reference.run(TWO_WAYS, {"a": [[1.0]], "b": [[1.0], [2.0]]})


def test_recording_an_unknown_node() -> None:
    with pytest.raises(OptionError, match=r"there is no node 'm' to record\n.*'in', 'n', 'out'"):
        reference.record(alone(leaky()), [[1.0]], ["m"])


def test_integer_arithmetic_is_refused() -> None:
    with pytest.raises(OptionError, match="dtype is int8, expected float32 or float64"):
        reference.run(alone(leaky()), [[1.0]], dtype=np.int8)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Parameters of every node type: what is taken, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest

from snnmlir.errors import NirError
from snnmlir.nir_import import Graph
from snnmlir.nir_import import graph as g

Chain = Callable[..., Graph]
Refusal = Callable[..., NirError]

NEURONS: dict[str, tuple[type[g.Node], tuple[str, ...]]] = {
    "scale": (g.Scale, ("scale",)),
    "delay": (g.Delay, ("delay",)),
    "threshold": (g.Threshold, ("threshold",)),
    "i": (g.Integrator, ("r",)),
    "if_": (g.IF, ("r", "v_threshold", "v_reset")),
    "li": (g.LI, ("tau", "r", "v_leak")),
    "lif": (g.LIF, ("tau", "r", "v_leak", "v_threshold", "v_reset")),
    "cuba_li": (g.CubaLI, ("tau_mem", "tau_syn", "r", "v_leak", "w_in")),
    "cuba_lif": (
        g.CubaLIF,
        ("tau_mem", "tau_syn", "r", "v_leak", "w_in", "v_threshold", "v_reset"),
    ),
}
EVERY_PARAMETER = [(kind, key) for kind, (_, keys) in NEURONS.items() for key in keys]


@pytest.mark.parametrize("kind", NEURONS)
@pytest.mark.parametrize("size", [(), (1,), (4,), (1, 4)])
def test_uniform_parameters_become_scalars(
    chain: Chain, make: SimpleNamespace, kind: str, size: tuple[int, ...]
) -> None:
    graph = chain(make.input(4), getattr(make, kind)(size), make.output(4))
    expected, keys = NEURONS[kind]
    node = graph.nodes["n1"]
    assert type(node) is expected
    assert (node.input_shape, node.output_shape) == ((4,), (4,))
    for key in keys:
        value = getattr(node, key)
        assert value.shape == ()
        assert value == 1
        assert value.dtype == (np.float32 if kind == "scale" else np.float64)


@pytest.mark.parametrize(("kind", "key"), EVERY_PARAMETER)
def test_one_parameter_per_neuron(chain: Chain, make: SimpleNamespace, kind: str, key: str) -> None:
    values = np.array([1, 2, 3], np.int64)
    node = chain(make.input(3), getattr(make, kind)(**{key: values}), make.output(3)).nodes["n1"]
    assert getattr(node, key).tolist() == [1, 2, 3]


@pytest.mark.parametrize(("kind", "key"), EVERY_PARAMETER)
def test_parameter_per_channel(chain: Chain, make: SimpleNamespace, kind: str, key: str) -> None:
    channels = np.array([1.0, 2.0]).reshape(2, 1, 1)
    graph = chain(make.input(2, 3, 3), getattr(make, kind)(**{key: channels}), make.output(2, 3, 3))
    value = getattr(graph.nodes["n1"], key)
    assert value.shape == (2, 3, 3)
    assert (value[0] == 1).all()
    assert (value[1] == 2).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("kind", "key"), EVERY_PARAMETER)
def test_not_finite(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, kind: str, key: str, value: float
) -> None:
    node = getattr(make, kind)(**{key: np.array([1, value, 1])})
    if key.startswith("tau") and not np.isnan(value):
        chain(make.input(3), node, make.output(3))
        return
    error = refusal(chain, make.input(3), node, make.output(3))
    assert error.node == "n1"
    assert error.message.startswith(f"{key} is {value} at [1], expected finite numbers")


@pytest.mark.parametrize(
    ("kind", "tau", "gain"),
    [
        ("li", "tau", "r"),
        ("lif", "tau", "r"),
        ("cuba_li", "tau_mem", "r"),
        ("cuba_lif", "tau_mem", "r"),
        ("cuba_li", "tau_syn", "w_in"),
        ("cuba_lif", "tau_syn", "w_in"),
    ],
)
def test_a_gain_may_be_infinite_where_its_time_constant_is(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, kind: str, tau: str, gain: str
) -> None:
    values = np.array([1, np.inf, 1])
    node = getattr(make, kind)(**{tau: values, gain: values})
    assert getattr(chain(make.input(3), node, make.output(3)).nodes["n1"], gain)[1] == np.inf
    node[gain] = np.array([np.inf, np.inf, 1])
    error = refusal(chain, make.input(3), node, make.output(3))
    assert error.message == f"{gain} is inf at [0], expected finite numbers where {tau} is finite"
    node[tau] = node[gain] = np.array(np.inf)
    assert getattr(chain(make.input(3), node, make.output(3)).nodes["n1"], gain) == np.inf


@pytest.mark.parametrize(
    ("kind", "key"), [pair for pair in EVERY_PARAMETER if pair[1] not in ("v_reset", "w_in")]
)
def test_missing(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, kind: str, key: str
) -> None:
    node = getattr(make, kind)()
    del node[key]
    error = refusal(chain, make.input(3), node, make.output(3))
    assert error.node == "n1"
    assert error.message.startswith(f"parameter '{key}' is missing; a {node['type']} has '")


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("if_", "v_reset", 0),
        ("lif", "v_reset", 0),
        ("cuba_lif", "v_reset", 0),
        ("cuba_lif", "w_in", 1),
        ("cuba_li", "w_in", 1),
    ],
)
def test_defaults_are_noted(
    chain: Chain, make: SimpleNamespace, kind: str, key: str, value: float
) -> None:
    node = getattr(make, kind)()
    del node[key]
    graph = chain(make.input(3), node, make.output(3))
    assert getattr(graph.nodes["n1"], key) == value
    assert graph.notes == (f"'n1': {key} is missing and taken as {value}",)


@pytest.mark.parametrize("kind", NEURONS)
def test_unknown_parameter(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, kind: str
) -> None:
    node = getattr(make, kind)(refractory=1.0)
    message = refusal(chain, make.input(3), node, make.output(3)).message
    assert message.startswith(f"parameter 'refractory' is unknown; a {node['type']} has ")


@pytest.mark.parametrize(("kind", "key"), EVERY_PARAMETER)
def test_text_for_a_number(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, kind: str, key: str
) -> None:
    node = getattr(make, kind)(**{key: "fast"})
    message = refusal(chain, make.input(3), node, make.output(3)).message
    assert message == f"{key} holds the text 'fast', expected real numbers"


def test_nothing_for_a_number(chain: Chain, make: SimpleNamespace, refusal: Refusal) -> None:
    node = make.lif(tau=h5py.Empty("f4"))
    message = refusal(chain, make.input(3), node, make.output(3)).message
    assert message == "tau holds nothing, expected real numbers"


@pytest.mark.parametrize(
    ("kind", "key"), [pair for pair in EVERY_PARAMETER if pair[1].startswith("tau")]
)
def test_time_constants_are_not_zero(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, kind: str, key: str
) -> None:
    node = getattr(make, kind)(**{key: np.array([1, -1e-3, 1])})
    assert getattr(chain(make.input(3), node, make.output(3)).nodes["n1"], key)[1] == -1e-3
    node[key] = np.array([-2.0, 0, 1])
    error = refusal(chain, make.input(3), node, make.output(3))
    assert error.message == (
        f"{key} is 0.0 at [1], of values from -2 to 1, expected time constants other than 0"
    )
    assert "beta" in str(error.help)
    node[key] = np.array(0.0)
    error = refusal(chain, make.input(3), node, make.output(3))
    assert error.message == f"{key} is 0.0, expected time constants other than 0"
    assert "beta" not in str(error.help)


def test_delay_is_not_negative(chain: Chain, make: SimpleNamespace, refusal: Refusal) -> None:
    error = refusal(chain, make.input(3), make.delay(delay=-0.5), make.output(3))
    assert error.message == "delay is -0.5, expected at least 0 seconds"


def test_threshold_of_zero_is_noted(chain: Chain, make: SimpleNamespace) -> None:
    graph = chain(make.input(3), make.lif(v_threshold=0.0), make.output(3))
    assert graph.notes == (
        "'n1': v_threshold is 0.0: not above 0, the neuron may spike without any input",
    )


def test_parameters_that_do_not_fit_each_other(
    chain: Chain, make: SimpleNamespace, refusal: Refusal
) -> None:
    node = make.li(tau=np.ones(3), r=np.ones(4))
    message = refusal(chain, make.input(3), node, make.output(3)).message
    assert message == "the parameters have different shapes: tau (3,), r (4,), v_leak ()"


@pytest.mark.parametrize("shape", [(2,), (4,), (2, 1), (1, 3, 4), (2, 3, 1, 1)])
def test_parameters_that_do_not_fit_the_input(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, shape: tuple[int, ...]
) -> None:
    values = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    error = refusal(
        chain, make.input(2, 3, 3), make.threshold(threshold=values), make.output(2, 3, 3)
    )
    assert error.node == "n1"
    assert str(shape) in error.message
    assert "(2, 3, 3)" in error.message


@pytest.mark.parametrize("kind", NEURONS)
@pytest.mark.parametrize("shape", [(2,), (4, 3), (2, 3), (1, 4), (24,), (2, 1)])
def test_equal_parameters_need_not_have_the_shape_of_the_neurons(
    chain: Chain, make: SimpleNamespace, kind: str, shape: tuple[int, ...]
) -> None:
    before = make.conv(2, 1, 1, 1), make.conv(2, 2, 1, 1)
    graph = chain(make.input(1, 4, 3), *before, getattr(make, kind)(shape), make.any_output)
    node = graph.nodes["n3"]
    assert (node.input_shape, node.output_shape) == ((2, 4, 3), (2, 4, 3))
    assert all(getattr(node, key).shape == () for key in NEURONS[kind][1])
    assert graph.notes[-1] == (
        f"'n3': parameters of shape {shape} hold one number, which is taken for all neurons, "
        "(2, 4, 3)"
    )


@pytest.mark.parametrize("shape", [(3, 4), (5,), (2, 4, 3, 2), (3, 2)])
def test_equal_parameters_of_a_foreign_shape_are_refused(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, shape: tuple[int, ...]
) -> None:
    nodes = [make.input(1, 4, 3), make.conv(2, 1, 1, 1), make.lif(shape), make.any_output]
    error = refusal(chain, *nodes)
    assert (error.node, str(shape) in error.message) == ("n2", True)


def test_equal_parameters_beside_others(chain: Chain, make: SimpleNamespace) -> None:
    thresholds = np.arange(1.0, 25).reshape(2, 4, 3)
    neuron = make.lif(v_threshold=thresholds, tau=np.full(2, 3.0), r=np.ones((4, 3)))
    node = chain(make.input(2, 4, 3), neuron, make.output(2, 4, 3)).nodes["n1"]
    assert isinstance(node, g.LIF)
    assert (node.tau.shape, node.r.shape, node.v_threshold.shape) == ((), (), (2, 4, 3))
    assert node.tau == 3


@pytest.mark.parametrize("kind", ["cuba_li", "cuba_lif"])
@pytest.mark.parametrize("shape", [(3, 5), (3, 3), (1, 3, 5), (3, 1)])
def test_a_matrix_in_place_of_w_in(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, kind: str, shape: tuple[int, ...]
) -> None:
    node = getattr(make, kind)(3, w_in=np.ones(shape))
    error = refusal(chain, make.input(shape[-1]), node, make.output(3))
    assert error.node == "n1"
    assert error.message == (
        f"w_in is a matrix of shape {shape[-2:]}, expected one number for each neuron, (3,)"
    )
    assert "Linear or Affine" in str(error.help)


def test_a_matrix_in_place_of_w_in_beside_scalars(
    chain: Chain, make: SimpleNamespace, refusal: Refusal
) -> None:
    node = make.cuba_lif(w_in=np.ones((3, 5)))
    error = refusal(chain, make.input(5), node, make.output(3))
    assert error.message == "what arrives from 'n0' has shape (5,), expected (3, 5)"
    assert "w_in is no matrix of weights" in str(error.help)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (np.float16, np.float32),
        (np.float32, np.float32),
        (np.float64, np.float64),
        (">f4", np.float32),
        (np.int8, np.float32),
        (np.int64, np.float32),
        (np.uint64, np.float32),
    ],
)
def test_dtype_of_weights(
    chain: Chain, make: SimpleNamespace, stored: Any, expected: type[np.floating[Any]]
) -> None:
    weight = np.array([[1, 2], [3, 4], [5, 6]], stored)
    graph = chain(make.input(2), make.affine(2, 3, weight=weight), make.output(3))
    node = graph.nodes["n1"]
    assert isinstance(node, g.Affine)
    assert node.weight.dtype == expected
    assert node.weight.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_integers_that_float32_cannot_hold(chain: Chain, make: SimpleNamespace) -> None:
    weight = np.array([[2**24 + 1]])
    node = chain(make.input(1), make.affine(1, 1, weight=weight), make.output(1)).nodes["n1"]
    assert isinstance(node, g.Affine)
    assert node.weight.dtype == np.float64
    assert node.weight[0, 0] == 2**24 + 1


def test_integers_that_no_float_can_hold(
    chain: Chain, make: SimpleNamespace, refusal: Refusal
) -> None:
    node = make.affine(1, 1, weight=np.array([[2**53 + 1]]))
    message = refusal(chain, make.input(1), node, make.output(1)).message
    assert message == "weight holds integers of 2**53 or more, which floats do not hold exactly"


def test_linear_has_no_bias(chain: Chain, make: SimpleNamespace) -> None:
    node = chain(make.input(2), make.linear(2, 3), make.output(3)).nodes["n1"]
    assert isinstance(node, g.Affine)
    assert node.bias is None


def test_affine_with_batch_dimensions(chain: Chain, make: SimpleNamespace) -> None:
    node = make.affine(1, 1, weight=np.ones((4, 3, 2)), bias=np.ones((1, 4, 3)))
    node = chain(make.input(4, 2), node, make.output(4, 3)).nodes["n1"]
    assert isinstance(node, g.Affine)
    assert (node.input_shape, node.output_shape) == ((4, 2), (4, 3))
    assert node.bias is not None
    assert node.bias.shape == (4, 3)


AFFINE = {
    "vector": (
        {"weight": np.ones(3)},
        "weight has shape (3,), expected (out, in)",
    ),
    "empty": (
        {"weight": np.ones((3, 0))},
        "weight has shape (3, 0), expected no dimension of size 0",
    ),
    "bias too long": (
        {"bias": np.ones(4)},
        "bias has shape (4,), expected (3,) for a weight of shape (3, 2)",
    ),
    "bias of higher rank": (
        {"bias": np.ones((2, 3))},
        "bias has shape (2, 3), expected (3,) for a weight of shape (3, 2)",
    ),
    "bias is True": (
        {"bias": True},
        "bias is True, a bool that says there is one, expected its values",
    ),
    "weight of bools": (
        {"weight": np.ones((3, 2), bool)},
        "weight has type bool, expected real numbers",
    ),
    "bias not finite": (
        {"bias": np.array([0, 0, np.nan])},
        "bias is nan at [2], expected finite numbers",
    ),
}


@pytest.mark.parametrize("case", AFFINE)
def test_affine_refuses(chain: Chain, make: SimpleNamespace, refusal: Refusal, case: str) -> None:
    changed, message = AFFINE[case]
    error = refusal(chain, make.input(2), make.affine(2, 3, **changed), make.output(3))
    assert (error.node, error.message) == ("n1", message)


@pytest.mark.parametrize("bias", [False, np.zeros(3, bool), np.array([[False]])])
def test_a_bias_of_false_is_none(chain: Chain, make: SimpleNamespace, bias: Any) -> None:
    for before, node, after in (
        ((2,), make.affine(2, 3, bias=bias), (3,)),
        ((2, 6, 6), make.conv(3, 2, 3, 3, bias=bias), (3, 4, 4)),
    ):
        graph = chain(make.input(*before), node, make.output(*after))
        assert graph.nodes["n1"].bias is None  # type: ignore[attr-defined]
        assert graph.notes == ("'n1': bias is False and taken as no bias",)


def test_a_transposed_weight(chain: Chain, make: SimpleNamespace, refusal: Refusal) -> None:
    """Seen by its bias, or by what arrives and what is expected behind."""
    weight = np.ones((4, 3))
    affine = make.affine(1, 1, weight=weight, bias=np.ones(3))
    linear = {"type": "Linear", "weight": weight}
    for node in (affine, linear):
        error = refusal(chain, make.input(4), node, make.output(3))
        assert error.node == "n1"
        assert "the weight of shape (4, 3) seems to be transposed" in str(error.help)


@pytest.mark.parametrize("shape", [(4, 1, 1), (1, 4), (1, 4, 1, 1)])
def test_a_conv_bias_may_have_dimensions_of_1(
    chain: Chain, make: SimpleNamespace, shape: tuple[int, ...]
) -> None:
    bias = np.arange(4.0).reshape(shape)
    graph = chain(make.input(2, 6, 6), make.conv(4, 2, 3, 3, bias=bias), make.any_output)
    node = graph.nodes["n1"]
    assert isinstance(node, g.Conv)
    assert node.bias is not None
    assert node.bias.tolist() == [0, 1, 2, 3]


CONV = {
    "rank": ({"weight": np.ones((4, 2, 3))}, "weight has shape (4, 2, 3), expected (C_out, C_in/"),
    "stride 0": ({"stride": 0}, "stride is [0], expected at least 1"),
    "dilation 0": ({"dilation": [1, 0]}, "dilation is [1, 0], expected at least 1"),
    "padding negative": ({"padding": -1}, "padding is [-1], expected at least 0"),
    "padding text": ({"padding": "full"}, "padding is 'full', expected numbers, 'same' or 'valid'"),
    "padding triple": ({"padding": [1, 1, 1]}, "padding has 3 entries, expected 1 or 2"),
    "padding matrix": (
        {"padding": [[1, 2], [0, 1]]},
        "padding has shape (2, 2) and seems to be asymmetric, a number for each side, expected one",
    ),
    "padding for each side": ({"padding": [1, 2, 0, 1]}, "padding has shape (4,) and seems to be"),
    "padding of many dimensions": (
        {"padding": [[[1]]]},
        "padding has shape (1, 1, 1), expected one or several integers",
    ),
    "padding fraction": ({"padding": 0.5}, "padding is [0.5], expected integers"),
    "padding endless": ({"padding": np.zeros(100)}, "padding has 100 entries, expected at most 32"),
    "same with stride": (
        {"padding": "same", "stride": 2},
        "padding is 'same' with stride [2, 2], expected stride 1",
    ),
    "groups 0": ({"groups": 0}, "groups is [0], expected at least 1"),
    "groups do not divide": (
        {"groups": 3},
        "groups is 3, which does not divide the 4 output channels",
    ),
    "groups list": ({"groups": [1, 1]}, "groups has 2 entries, expected 1"),
    "bias": ({"bias": np.zeros(3)}, "bias has shape (3,), expected (4,)"),
    "channels": (
        {"groups": 2},
        "the input has shape (2, 6, 6), expected (4, height, width)",
    ),
    "kernel too large": (
        {"weight": np.ones((4, 2, 7, 3))},
        "the kernel spans 7 elements, but the input has 6 with padding",
    ),
    "dilated kernel too large": (
        {"dilation": 3},
        "the kernel spans 7 elements, but the input has 6 with padding",
    ),
    "contradicting input_shape": (
        {"input_shape": [5, 6]},
        "input_shape declares (5, 6), but the input has shape (2, 6, 6)",
    ),
    "endless output": (
        {"padding": 2**30},
        "the output's shape (4, 2147483652, 2147483652) has 18446744142429028416 elements",
    ),
}


@pytest.mark.parametrize("case", CONV)
def test_conv_refuses(chain: Chain, make: SimpleNamespace, refusal: Refusal, case: str) -> None:
    changed, message = CONV[case]
    error = refusal(chain, make.input(2, 6, 6), make.conv(4, 2, 3, 3, **changed), make.any_output)
    assert error.node == "n1"
    assert message in error.message


@pytest.mark.parametrize("key", ["weight", "bias", "stride", "padding", "dilation", "groups"])
def test_conv_parameters_are_needed(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, key: str
) -> None:
    node = make.conv(4, 2, 3, 3)
    del node[key]
    error = refusal(chain, make.input(2, 6, 6), node, make.output(4, 4, 4))
    assert error.message.startswith(f"parameter '{key}' is missing; a Conv2d has 'weight', ")


POOL = {
    "stride 0": ({"stride": [2, 0]}, "stride is [2, 0], expected at least 1"),
    "kernel 0": ({"kernel_size": 0}, "kernel_size is [0], expected at least 1"),
    "kernel too large": (
        {"kernel_size": 7},
        "the kernel spans 7 elements, but the input has 6 with padding",
    ),
    "padding": ({"padding": [0, 0, 0]}, "padding has 3 entries, expected 1 or 2"),
    "padding for each side": (
        {"padding": [[0, 1], [0, 1]]},
        "padding has shape (2, 2) and seems to be asymmetric, a number for each side, expected one",
    ),
}


@pytest.mark.parametrize("type", ["SumPool2d", "AvgPool2d"])
@pytest.mark.parametrize("case", POOL)
def test_pool_refuses(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, type: str, case: str
) -> None:
    changed, message = POOL[case]
    error = refusal(chain, make.input(2, 6, 6), make.pool(type, **changed), make.any_output)
    assert error.node == "n1"
    assert message in error.message


INPUT = {
    "negative": ([2, -1], "shape is (2, -1), expected dimensions of at least 1"),
    "zero": ([0], "shape is (0,), expected dimensions of at least 1"),
    "huge": ([2**16, 2**16], "shape (65536, 65536) has 4294967296 elements, expected at most 21"),
    "fraction": ([1.5], "shape is [1.5], expected integers"),
    "nan": ([np.nan], "shape is [nan], expected integers"),
    "matrix": ([[1, 2]], "shape has shape (1, 2), expected one or several integers"),
    "nothing": (h5py.Empty("i8"), "declares no shape"),
    "text": ("wide", "shape holds the text 'wide', expected real numbers"),
}


@pytest.mark.parametrize("case", INPUT)
def test_input_refuses(chain: Chain, make: SimpleNamespace, refusal: Refusal, case: str) -> None:
    shape, message = INPUT[case]
    error = refusal(chain, {"type": "Input", "shape": shape}, make.lif(), make.output(2))
    assert error.node == "n0"
    assert message in error.message

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Shape inference: sizes, batch and time dimensions, cycles, contradictions."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snnmlir.errors import NirError
from snnmlir.nir_import import Graph
from snnmlir.nir_import.graph import Conv, Flatten, Pool2d
from snnmlir.nir_import.nodes.window import window_output
from snnmlir.nir_import.notes import Notes
from snnmlir.nir_import.params import Params
from snnmlir.nir_import.raw import RawNode

Chain = Callable[..., Graph]
Read = Callable[..., Graph]
Refusal = Callable[..., NirError]

# Node, input shape, output shape; sizes as PyTorch computes them.
WINDOWS: dict[
    str, tuple[str, tuple[Any, ...], dict[str, Any], tuple[int, ...], tuple[int, ...]]
] = {
    "plain": ("conv", (4, 2, 3, 3), {}, (2, 6, 6), (4, 4, 4)),
    "kernel not square": ("conv", (4, 2, 5, 3), {}, (2, 6, 6), (4, 2, 4)),
    "stride": ("conv", (4, 2, 3, 3), {"stride": [2, 1]}, (2, 6, 6), (4, 2, 4)),
    "padding": ("conv", (4, 2, 3, 3), {"padding": [0, 2]}, (2, 6, 6), (4, 4, 8)),
    "dilation": ("conv", (4, 2, 3, 3), {"dilation": [2, 1]}, (2, 6, 6), (4, 2, 4)),
    "groups": ("conv", (4, 2, 3, 3), {"groups": 2}, (4, 6, 6), (4, 4, 4)),
    "valid": ("conv", (4, 2, 3, 3), {"padding": "valid"}, (2, 6, 6), (4, 4, 4)),
    "same": ("conv", (4, 2, 4, 3), {"padding": "same", "dilation": 3}, (2, 6, 6), (4, 6, 6)),
    "input_shape": ("conv", (4, 2, 3, 3), {"input_shape": [6, 5]}, (2, 6, 5), (4, 4, 3)),
    "square input_shape": ("conv", (4, 2, 3, 3), {"input_shape": 6}, (2, 6, 6), (4, 4, 4)),
    "1d": ("conv", (4, 2, 3), {"stride": 2, "padding": 1}, (2, 7), (4, 4)),
    "1d input_shape": ("conv", (4, 2, 3), {"input_shape": 7}, (2, 7), (4, 5)),
    "1d as lists": ("conv", (4, 2, 3), {"stride": [2], "padding": [1]}, (2, 7), (4, 4)),
    "1d same": ("conv", (4, 2, 4), {"padding": "same"}, (2, 7), (4, 7)),
    "pool": ("pool", ("SumPool2d",), {}, (2, 7, 6), (2, 3, 3)),
    "average": ("pool", ("AvgPool2d",), {"padding": 1}, (2, 7, 6), (2, 4, 4)),
    "pool by one number": (
        "pool",
        ("SumPool2d",),
        {"kernel_size": 3, "stride": 1, "padding": 0},
        (2, 7, 6),
        (2, 5, 4),
    ),
}


@pytest.mark.parametrize("case", WINDOWS)
def test_windows(chain: Chain, make: SimpleNamespace, case: str) -> None:
    kind, args, changed, before, after = WINDOWS[case]
    node = getattr(make, kind)(*args, **changed)
    graph = chain(make.input(*before), node, make.if_(after), make.output(*after))
    assert graph.nodes["n1"].input_shape == before
    assert graph.nodes["n1"].output_shape == after
    assert graph.notes == ()


def test_same_pads_the_odd_element_at_the_high_end(chain: Chain, make: SimpleNamespace) -> None:
    node = chain(make.input(2, 7), make.conv(4, 2, 4, padding="same"), make.any_output).nodes
    assert isinstance(node["n1"], Conv)
    assert node["n1"].padding == ((1, 2),)


def test_pool_parameters(chain: Chain, make: SimpleNamespace) -> None:
    pool = make.pool("AvgPool2d", kernel_size=[3, 2], stride=[1, 2], padding=[1, 0])
    node = chain(make.input(2, 7, 6), pool, make.output(2, 7, 3)).nodes["n1"]
    assert isinstance(node, Pool2d)
    assert (node.average, node.kernel_size, node.stride) == (True, (3, 2), (1, 2))
    assert node.padding == (1, 0)


@given(
    size=st.integers(1, 40),
    kernel=st.integers(1, 8),
    stride=st.integers(1, 5),
    low=st.integers(0, 4),
    high=st.integers(0, 4),
    dilation=st.integers(1, 4),
)
def test_window_output_counts_positions(
    size: int, kernel: int, stride: int, low: int, high: int, dilation: int
) -> None:
    last_tap = dilation * (kernel - 1)
    starts = range(-low, size + high - last_tap, stride)
    params = Params("conv", RawNode("Conv1d", {}), Notes())
    args = (params, (size,), (kernel,), (stride,), ((low, high),), (dilation,))
    if len(starts) == 0:
        with pytest.raises(NirError, match="the kernel spans"):
            window_output(*args)
    else:
        assert window_output(*args) == (len(starts),)


FLATTEN = {
    "all": ((2, 3, 4), (0, -1), (24,), (0, 2)),
    "all, positive": ((2, 3, 4), (0, 2), (24,), (0, 2)),
    "spatial": ((2, 3, 4), (1, -1), (2, 12), (1, 2)),
    "first two": ((2, 3, 4), (0, 1), (6, 4), (0, 1)),
    "from the end": ((2, 3, 4), (-3, -2), (6, 4), (0, 1)),
    "one": ((2, 3, 4), (1, 1), (2, 3, 4), (1, 1)),
}


@pytest.mark.parametrize("case", FLATTEN)
def test_flatten(chain: Chain, make: SimpleNamespace, case: str) -> None:
    before, dims, after, normal = FLATTEN[case]
    node = chain(make.input(*before), make.flatten(*dims), make.output(*after)).nodes["n1"]
    assert isinstance(node, Flatten)
    assert node.output_shape == after
    assert (node.start_dim, node.end_dim) == normal


@pytest.mark.parametrize("dims", [(3, -1), (2, 1), (-4, -1), (0, -4), (0, 6), (5, 7)])
def test_flatten_out_of_range(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, dims: tuple[int, int]
) -> None:
    error = refusal(chain, make.input(2, 3, 4), make.flatten(*dims), make.output(24))
    assert error.node == "n1"
    assert error.message == (
        f"flattens dimensions {dims[0]} to {dims[1]} of an input of shape (2, 3, 4), expected two "
        "of its 3 dimensions, in order"
    )


@pytest.mark.parametrize(
    ("order", "dims", "expected"),
    [
        ("chw", (0, -1), "chw"),
        ("hwc", (0, 2), "hwc"),
        ("hwc", (1, -1), "chw"),
        ("hwc", (0, 1), "chw"),
    ],
)
def test_flatten_order(
    chain: Chain, make: SimpleNamespace, order: str, dims: tuple[int, int], expected: str
) -> None:
    graph = chain(make.input(2, 3, 4), make.flatten(*dims), make.any_output, flatten_order=order)
    node = graph.nodes["n1"]
    assert isinstance(node, Flatten)
    assert node.order == expected


# Nodes, and what is left of the declared shape of the Input.
BATCH: dict[
    str, tuple[tuple[int, ...], Callable[[SimpleNamespace], list[Any]], tuple[int, ...]]
] = {
    "affine": ((1, 12), lambda m: [m.affine(12, 3)], (12,)),
    "two of them": ((1, 1, 12), lambda m: [m.affine(12, 3)], (12,)),
    "as many as needed": ((1, 1, 3), lambda m: [m.affine(1, 1, weight=np.ones((1, 2, 3)))], (1, 3)),
    "behind scalars": ((1, 12), lambda m: [m.lif(), m.delay((1,)), m.affine(12, 3)], (12,)),
    "neurons": ((1, 1, 4), lambda m: [m.lif(4)], (4,)),
    "conv": ((1, 2, 6, 6), lambda m: [m.conv(4, 2, 3, 3)], (2, 6, 6)),
    "one channel": ((1, 6, 6), lambda m: [m.conv(4, 1, 3, 3)], (1, 6, 6)),
    "pool": ((1, 1, 6, 6), lambda m: [m.if_(), m.pool()], (1, 6, 6)),
    "flatten, declared": (
        (1, 8, 2, 2),
        lambda m: [m.flatten(0, -1, input_type=[8, 2, 2]), m.affine(32, 3)],
        (8, 2, 2),
    ),
    "flatten, declared with batch": (
        (1, 8, 2, 2),
        lambda m: [m.flatten(1, -1, input_type=[1, 8, 2, 2]), m.affine(32, 3)],
        (8, 2, 2),
    ),
    "flatten, counted with batch": (
        (1, 8, 2, 2),
        lambda m: [m.flatten(1, -1), m.lif(), m.affine(32, 3)],
        (8, 2, 2),
    ),
    "flatten takes the batch in": (
        (1, 8, 2, 2),
        lambda m: [m.flatten(0, -1), m.affine(32, 3)],
        (1, 8, 2, 2),
    ),
    "nothing asks": ((1, 5), lambda m: [m.lif()], (1, 5)),
}


@pytest.mark.parametrize("case", BATCH)
def test_batch_dimensions(chain: Chain, make: SimpleNamespace, case: str) -> None:
    declared, nodes, expected = BATCH[case]
    graph = chain(make.input(*declared), *nodes(make), make.any_output)
    assert graph.nodes["n0"].output_shape == expected
    noted = [note for note in graph.notes if note.startswith("'n0': the declared shape")]
    assert len(noted) == (declared != expected)


def test_the_output_may_ask_too(chain: Chain, make: SimpleNamespace) -> None:
    graph = chain(make.input(1, 5), make.lif(), make.output(5))
    assert graph.nodes["n0"].output_shape == (5,)


def test_batch_dimension_of_one_input_of_several(read: Read, make: SimpleNamespace) -> None:
    nodes = {"a": make.input(3), "b": make.input(1, 3), "lif": make.lif(), "fc": make.affine(3, 2)}
    nodes["out"] = make.output(2)
    edges = [("a", "lif"), ("b", "lif"), ("lif", "fc"), ("fc", "out")]
    graph = read(nodes, edges)
    assert graph.nodes["b"].output_shape == (3,)
    assert graph.notes == (
        "'b': the declared shape (1, 3) is taken as (3,), its leading ones as batch and time",
    )


def test_a_batch_of_two_is_refused(chain: Chain, make: SimpleNamespace, refusal: Refusal) -> None:
    error = refusal(chain, make.input(2, 12), make.affine(12, 3), make.output(3))
    assert error.node == "n1"
    assert error.message == "what arrives from 'n0' has shape (2, 12), expected (12,)"


def test_flatten_behind_a_conv_may_declare_a_batch(chain: Chain, make: SimpleNamespace) -> None:
    graph = chain(
        make.input(2, 4, 4),
        make.conv(8, 2, 3, 3),
        make.flatten(1, -1, input_type=[1, 8, 2, 2]),
        make.output(32),
    )
    assert graph.nodes["n2"].output_shape == (32,)
    assert graph.notes == (
        "'n2': dimensions 1 to -1 count 1 leading batch or time dimension(s); of the input "
        "(8, 2, 2), 0 to 2 are flattened",
    )


MAP = (2, 4, 3)
Nodes = Callable[[SimpleNamespace], list[Any]]


def affine(make: SimpleNamespace) -> list[Any]:
    return [make.affine(24, 3)]


# The Flatten, what is behind it, the dimensions it flattens, and how many of them were not there.
COUNTS: dict[str, tuple[dict[str, Any], Nodes, tuple[int, int], int]] = {
    "affine": ({"start": 1}, affine, (0, 2), 1),
    "end, too": ({"start": 1, "end": 3}, affine, (0, 2), 1),
    "batch and time": ({"start": 2}, affine, (0, 2), 2),
    "the batch is flattened": ({"start": 0, "end": 3}, affine, (0, 2), 1),
    "neurons": ({"start": 1}, lambda m: [m.lif(24)], (0, 2), 1),
    "behind scalars": ({"start": 1}, lambda m: [m.scale(), m.lif(), m.affine(24, 3)], (0, 2), 1),
    "output": ({"start": 1}, lambda m: [m.lif(), m.output(24)], (0, 2), 1),
    "typed": ({"start": 1, "input_type": MAP}, affine, (0, 2), 1),
    "typed with batch": ({"start": 1, "input_type": (1, *MAP)}, affine, (0, 2), 1),
    "two of three": ({"start": 1, "end": 2}, lambda m: [m.conv(4, 8, 1)], (0, 1), 1),
    "conv1d": ({"start": 2}, lambda m: [m.conv(4, 2, 3)], (1, 2), 1),
    "zeros": ({"start": 0, "input_type": (0, 0, 0)}, affine, (0, 2), 0),
    "zeros and batch": ({"start": 1, "input_type": (0, 0, 0)}, affine, (0, 2), 1),
    "zeros with batch": ({"start": 1, "input_type": (0,) * 4}, affine, (0, 2), 1),
    "zeros in vain": ({"start": 1, "input_type": (0,) * 4}, lambda m: [m.conv(4, 2, 3)], (1, 2), 0),
    "some zeros": ({"start": 1, "input_type": (0, 2, 4, 3)}, affine, (0, 2), 1),
    "literally": ({"start": 1}, lambda m: [m.conv(4, 2, 3)], (1, 2), 0),
    "both ends count backwards": ({"start": -2}, lambda m: [m.conv(4, 2, 3)], (1, 2), 0),
}


@pytest.mark.parametrize("before", ["input", "input with batch", "conv", "conv with batch"])
@pytest.mark.parametrize("case", COUNTS)
def test_flatten_may_count_what_is_not_there(
    chain: Chain, make: SimpleNamespace, case: str, before: str
) -> None:
    changed, behind, dims, counted = COUNTS[case]
    batch = (1,) if before.endswith("batch") else ()
    conv = [make.conv(2, 2, 1, 1)] if before.startswith("conv") else [make.lif(MAP)]
    nodes = [make.input(*batch, *MAP), *conv, make.flatten(**changed), *behind(make)]
    if nodes[-1]["type"] != "Output":
        nodes.append(make.any_output)
    graph = chain(*nodes)
    flatten = graph.nodes["n2"]
    assert isinstance(flatten, Flatten)
    assert (flatten.start_dim, flatten.end_dim) == dims
    noted = [note for note in graph.notes if note.startswith("'n2': dimensions")]
    note = (
        f"'n2': dimensions {changed['start']} to {changed.get('end', -1)} count {counted} leading "
        f"batch or time dimension(s); of the input {MAP}, {dims[0]} to {dims[1]} are flattened"
    )
    assert noted == ([note] if counted else [])


def test_what_is_not_said_is_read_literally(chain: Chain, make: SimpleNamespace) -> None:
    graph = chain(make.input(*MAP), make.flatten(1), make.lif(), make.any_output)
    assert graph.nodes["n1"].output_shape == (2, 12)
    assert graph.notes == (
        "'n1': dimensions 1 to -1 of the input (2, 4, 3) become (2, 12); if they count a batch "
        "dimension, they are meant to become (24,), which fits what follows as well",
    )


def test_what_joins_a_flatten_says_how_it_counts(read: Read, make: SimpleNamespace) -> None:
    nodes = {"in": make.input(*MAP), "flat": make.flatten(1), "lif": make.lif()}
    nodes |= {"other": make.input(24), "out": make.any_output}
    edges = [("in", "flat"), ("flat", "lif"), ("other", "lif"), ("lif", "out")]
    assert read(nodes, edges).nodes["flat"].output_shape == (24,)


def test_a_flatten_that_fits_in_no_way_is_read_literally(
    chain: Chain, make: SimpleNamespace, refusal: Refusal
) -> None:
    error = refusal(chain, make.input(*MAP), make.flatten(1), make.affine(7, 2), make.any_output)
    assert error.message == "what arrives from 'n1' has shape (2, 12), expected (7,)"


@pytest.mark.parametrize("declared", [(3, 5, 4), (0, 5, 4), (2, 2, 4, 3), (2, 0, 4, 3), (0, 0, 5)])
def test_an_input_type_that_contradicts(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, declared: tuple[int, ...]
) -> None:
    flatten = make.flatten(0, input_type=declared)
    error = refusal(chain, make.input(*MAP), flatten, make.affine(24, 3), make.any_output)
    assert error.message == f"input_type declares {declared}, but the input has shape {MAP}"


CONTRADICTIONS: dict[str, tuple[Callable[[SimpleNamespace], list[Any]], str, str]] = {
    "affine": (
        lambda m: [m.input(3), m.affine(4, 2), m.output(2)],
        "n1",
        "what arrives from 'n0' has shape (3,), expected (4,)",
    ),
    "neurons": (
        lambda m: [m.input(3), m.lif(4), m.output(4)],
        "n1",
        "what arrives from 'n0' has shape (3,), expected (4,)",
    ),
    "output": (
        lambda m: [m.input(3), m.lif(3), m.output(4)],
        "n2",
        "declares shape (4,), but what arrives has shape (3,)",
    ),
    "output transposed": (
        lambda m: [m.input(3, 1), m.lif(), m.output(1, 3)],
        "n2",
        "declares shape (1, 3), but what arrives has shape (3, 1)",
    ),
    "flatten": (
        lambda m: [m.input(2, 3), m.flatten(input_type=[3, 3]), m.output(6)],
        "n1",
        "input_type declares (3, 3), but the input has shape (2, 3)",
    ),
    "pool of a vector": (
        lambda m: [m.input(6), m.pool(), m.output(3)],
        "n1",
        "the input has shape (6,), expected (channels, height, width)",
    ),
    "conv1d of a map": (
        lambda m: [m.input(2, 6, 6), m.conv(4, 2, 3), m.output(4, 4)],
        "n1",
        "the input has shape (2, 6, 6), expected (2, length)",
    ),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_contradictions(chain: Chain, make: SimpleNamespace, refusal: Refusal, case: str) -> None:
    nodes, node, message = CONTRADICTIONS[case]
    error = refusal(chain, *nodes(make))
    assert (error.node, error.message) == (node, message)


def test_advice_to_flatten(chain: Chain, make: SimpleNamespace, refusal: Refusal) -> None:
    error = refusal(chain, make.input(2, 3), make.affine(6, 2), make.output(2))
    assert error.help == "put a Flatten between the two"


def test_advice_on_start_dim(chain: Chain, make: SimpleNamespace, refusal: Refusal) -> None:
    nodes = [make.input(2, 3), make.lif((2, 3)), make.flatten(1), make.affine(7, 2), make.output(2)]
    assert "count dimensions without the batch" in str(refusal(chain, *nodes).help)


def test_sources_must_agree(read: Read, make: SimpleNamespace, refusal: Refusal) -> None:
    nodes = {"a": make.input(3), "b": make.input(4), "lif": make.lif(), "out": make.output(3)}
    error = refusal(read, nodes, [("a", "lif"), ("b", "lif"), ("lif", "out")])
    assert error.node == "lif"
    assert error.message == "what arrives from 'b' has shape (4,), expected (3,)"


def test_recurrent_weights_must_fit(read: Read, make: SimpleNamespace, refusal: Refusal) -> None:
    nodes = {"in": make.input(3), "lif": make.lif(3), "w": make.affine(3, 4), "out": make.output(3)}
    error = refusal(read, nodes, [("in", "lif"), ("lif", "w"), ("w", "lif"), ("lif", "out")])
    assert error.node == "lif"
    assert error.message == "what arrives from 'w' has shape (4,), expected (3,)"


def test_a_cycle_without_input_takes_its_shape_from_its_weights(
    read: Read, make: SimpleNamespace
) -> None:
    nodes = {
        "in": make.input(3),
        "a": make.lif(),
        "w": make.affine(3, 3),
        "sum": make.lif(),
        "out": make.output(3),
    }
    edges = [("a", "w"), ("w", "a"), ("a", "sum"), ("in", "sum"), ("sum", "out")]
    graph = read(nodes, edges)
    assert graph.nodes["a"].output_shape == (3,)
    assert graph.closing == {("w", "a")}


def test_a_conv_in_a_cycle_may_declare_its_input(read: Read, make: SimpleNamespace) -> None:
    conv = make.conv(1, 1, 3, 3, padding=1, input_shape=[4, 5])
    nodes = {"a": conv, "lif": make.lif(), "in": make.input(2), "out": make.output(1, 4, 5)}
    edges = [("a", "lif"), ("lif", "a"), ("lif", "out")]
    assert read(nodes, edges).nodes["lif"].output_shape == (1, 4, 5)
    del conv["input_shape"]
    with pytest.raises(NirError, match="nothing says what shape its input has"):
        read(nodes, edges)


def test_scalar_network(chain: Chain, make: SimpleNamespace) -> None:
    graph = chain(make.input(), make.lif(), make.output())
    assert {node.output_shape for node in graph.nodes.values()} == {()}


@pytest.mark.slow
def test_thousands_of_nodes(read: Read, make: SimpleNamespace) -> None:
    size = 3000
    nodes = {f"n{i}": make.if_() for i in range(size)}
    nodes |= {"in": make.input(1, 4), "fc": make.linear(4, 4), "out": make.output(4)}
    edges = [("in", "n0"), *((f"n{i}", f"n{i + 1}") for i in range(size - 1))]
    edges += [(f"n{size - 1}", "fc"), ("fc", "out"), (f"n{size - 1}", "n0")]
    start = time.process_time()
    graph = read(nodes, edges)
    assert list(graph.nodes) == ["in", *(f"n{i}" for i in range(size)), "fc", "out"]
    assert {node.output_shape for node in graph.nodes.values()} == {(4,)}
    assert time.process_time() - start < 60  # seconds; quadratic behaviour would need minutes


def test_a_cycle_without_input_takes_its_shape_from_a_neuron(
    read: Read, make: SimpleNamespace
) -> None:
    """With a dimension of 1 the parameters could be broadcast; nothing says that they are."""
    nodes = {
        "a": make.pool(
            kernel_size=np.array([1, 3]), stride=np.array([1, 1]), padding=np.array([0, 1])
        ),
        "n": make.lif((1, 1, 3)),
        "in": make.input(2),
        "out": make.output(1, 1, 3),
    }
    graph = read(nodes, [("a", "n"), ("n", "a"), ("n", "out")])
    assert graph.nodes["a"].input_shape == graph.nodes["n"].output_shape == (1, 1, 3)

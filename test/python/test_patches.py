# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Convolutions that add patches to a map with a border: the same bits, at every size."""

from __future__ import annotations

import itertools
import platform
import re
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest

import snnmlir
from emulation import FLAGS, run
from networks import graph
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import build
from snnmlir.compiler import TARGETS
from snnmlir.reports.verify import verify

HOSTS = tuple(name for name, target in TARGETS.items() if target.patches)
SHAPES = (
    # channels, outputs, kernel, stride, padding, rows, columns
    (1, 1, 3, 1, 1, 5, 6),
    (2, 16, 5, 2, 1, 11, 10),
    (3, 5, (1, 3), 1, 0, 6, 5),
    (4, 7, (3, 2), (2, 1), (0, 1), 7, 5),
    (1, 28, 3, (1, 2), (2, 0), 8, 9),
    (5, 70, 3, 1, "same", 4, 4),
    (17, 33, 2, 1, "valid", 5, 4),
    (70, 12, 1, 1, 0, 3, 3),
    (2, 3, 3, 1, (4, 3), 9, 9),
)


def conv(shape: tuple[Any, ...], kind: str, *, groups: int = 1, dilation: int = 1) -> nir.NIRGraph:
    """A convolution with neurons.

    Args:
        shape: As in `SHAPES`.
        kind: "plain"; "bias"; "counts": behind neurons that spike several times in a step; "pool":
            the same, with a pool of their counts; "line": in one dimension, that of columns, four
            times as many.
        groups: Groups of channels.
        dilation: Distance of two positions of the kernel.
    """
    channels, outputs, kernel, stride, padding, rows, columns = shape
    rng = np.random.default_rng(0)
    kernel = np.broadcast_to(kernel, 2)
    if kind == "line":
        columns *= 4  # few inputs are not listed

    def neurons(size: tuple[int, ...]) -> nir.NIRNode:
        return nir.IF(np.ones(size), rng.uniform(0.4, 0.8, size), np.zeros(size))

    def second(value: Any) -> Any:
        return value[1] if isinstance(value, tuple) else value

    scale = 2 if kind == "pool" else 1
    sizes = (columns,) if kind == "line" else (scale * rows, scale * columns)
    nodes: dict[str, nir.NIRNode] = {"input": nir.Input({"input": np.array([channels, *sizes])})}
    chain = ["input"]
    if kind in ("counts", "pool"):
        weight = rng.normal(0.3, 1.0, (channels, channels, 1, 1)) * 3 / np.sqrt(channels)
        nodes["before"] = nir.Conv2d(sizes, weight, 1, 0, 1, 1, np.zeros(channels))
        nodes["many"] = neurons((channels, *sizes))
        chain += ["before", "many"]
    if kind == "pool":
        nodes["pool"] = nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0]))
        chain.append("pool")
    bias = rng.normal(0.0, 0.3, outputs) if kind == "bias" else np.zeros(outputs)
    weight = rng.normal(0.1, 0.6, (outputs, channels // groups, *kernel)) / np.sqrt(channels)
    if kind == "line":
        line = second(stride), second(padding), second(dilation)
        nodes["conv"] = nir.Conv1d(columns, weight[:, :, 0], *line, groups, bias)
    else:
        nodes["conv"] = nir.Conv2d((rows, columns), weight, stride, padding, dilation, groups, bias)
    size = (outputs, *map(_outputs, (rows, columns), kernel, _both(stride), _both(padding)))
    if dilation > 1:
        size = tuple(int(n) for n in nodes["conv"].output_type["output"])
    elif kind == "line":
        size = (outputs, size[2])
    nodes["n"] = neurons(size)
    nodes["output"] = nir.Output({"output": np.array(size)})
    return graph(nodes, *itertools.pairwise([*chain, "conv", "n", "output"]))


def _both(value: Any) -> Any:
    return (value, value) if isinstance(value, int | str) else value


def _outputs(inputs: int, kernel: int, stride: int, padding: int | str) -> int:
    """How many windows there are along one dimension."""
    if padding == "same":
        return inputs
    around = 0 if isinstance(padding, str) else 2 * padding
    return (inputs + around - int(kernel)) // stride + 1


def inputs(network: snnmlir.Network) -> np.ndarray:
    """[T, *shape]: steps of all densities, without any and with all."""
    rng = np.random.default_rng(1)
    densities = np.array([0.0, 0.05, 0.3, 0.7, 1.0, 1.0, 0.1, 0.5, 0.0, 0.9])
    x = rng.random((len(densities), *network.inputs[0].shape))
    return x < densities.reshape(-1, *(1 for _ in network.inputs[0].shape))


def compiled(source: nir.NIRGraph, target: str, **options: Any) -> snnmlir.Network:
    defaults = {"convention": "sinabs", "input_type": "spikes", "name": "net"}
    return snnmlir.compile(source, target=target, **defaults | options)


def body(network: snnmlir.Network) -> str:
    """The function of the convolution."""
    return network.c.split("void net_conv(")[1].split("\n}\n")[0]


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize(
    ("kind", "dtype"),
    [
        *itertools.product(("plain", "bias", "counts", "pool", "line"), ("f32", "int8")),
        ("bias", "f64"), ("counts", "int4"), ("pool", "int16"),
    ],
)  # fmt: skip
def test_patches_compute_the_same(kind: str, dtype: str) -> None:
    """As the interpreter."""
    for shape in SHAPES:
        network = compiled(conv(shape, kind), HOSTS[0], dtype=dtype)
        assert "map[" in body(network), shape
        assert verify(network, inputs(network)).mismatches == (), shape


# SSE2, what has an instruction for bytes, what this machine has, halves and arrays.
FORMS = ("", "-mssse3", "-march=native", "-DNET_INTEGER_VECTORS=16", "-DNET_INTEGER_VECTORS=0")
PAIRS = (
    (2, 16, 5, 2, 1, 11, 10),
    (4, 24, 3, 1, 1, 6, 5),
    (6, 8, (1, 3), (1, 2), 0, 7, 9),
    (16, 20, (3, 2), 1, "same", 5, 4),
    (8, 64, 1, 1, 0, 4, 5),
)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="these are instructions of x86-64")
@pytest.mark.parametrize(
    ("compiler", "form"),
    [*(("gcc", form) for form in FORMS), ("clang-22", ""), ("clang-22", "-march=native")],
)
def test_pairs_compute_the_same(
    compiler: str, form: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products of two channels at a time: of bytes, and of 16 bits where sums have 32."""
    if compiler == "gcc":
        request.getfixturevalue("no_undefined_behaviour")
    monkeypatch.setenv("CC", f"{compiler} {form}")
    functions = set()
    for index, shape in enumerate(PAIRS):
        for kind, dtype in itertools.product(
            ("plain", "counts", "pool", "line"), ("int8", "int16")
        ):
            if (dtype == "int16") == (index % 2 == 0):
                continue  # each shape in one of them
            network = compiled(conv(shape, kind), "x86-64", dtype=dtype)
            assert verify(network, inputs(network)).mismatches == (), (shape, kind)
            functions |= set(re.findall(r"net_dot2_(i\d+)x", body(network)))
    assert functions == {"i8", "i16"}


def test_pairs_where_no_sum_overflows() -> None:
    """That of two products of bytes: not where neurons spike so often that it may."""
    shape = (2, 16, 3, 1, 1, 6, 6)
    source = conv(shape, "counts")
    network = compiled(source, "x86-64", dtype="int8")
    assert "dot2_i8" in body(network)
    source.nodes["many"].v_threshold[:] = 0.01
    source.nodes["before"].weight = np.abs(source.nodes["before"].weight)
    source.nodes["conv"].weight = np.abs(source.nodes["conv"].weight)
    often = compiled(source, "x86-64", dtype="int8")
    assert "dot2_i8" not in body(often)
    x = inputs(often)
    assert often.record(x, ["many"])["many"].max() > 127
    assert verify(often, x).mismatches == ()
    # An odd number of channels has none.
    assert "dot2" not in body(compiled(conv((3, *shape[1:]), "plain"), "x86-64", dtype="int8"))


def test_zeros_keep_their_sign() -> None:
    """What fills patches up is -0.0, beside weights that are 0.0 all."""
    weight, bias = np.zeros((4, 1, 3, 3)), np.array([-0.0, 0.25, 0.25, 0.25])
    nodes = {
        "input": nir.Input({"input": np.array([1, 9, 9])}),
        "conv": nir.Conv2d((9, 9), weight, 2, 1, 1, 1, bias),
        "output": nir.Output({"output": np.array([4, 5, 5])}),
    }
    network = graph(nodes, ("input", "conv"), ("conv", "output"))
    x = np.random.default_rng(0).random((10, 1, 9, 9)) < np.linspace(0, 1, 10).reshape(-1, 1, 1, 1)
    computed = [
        snnmlir.compile(network, dt=1e-4, input_type="spikes", target=target).run(x).tobytes()
        for target in ("generic", "x86-64")
    ]
    assert computed[0] == computed[1]


def test_the_order_of_floats_is_kept() -> None:
    """Of voltages every bit is the same, where zeros have a sign, too."""
    for kind, shape in itertools.product(("plain", "bias", "counts", "pool"), SHAPES[:5]):
        source = conv(shape, kind)
        source.nodes["conv"].bias[:1] = -0.0
        found = []
        for target in (HOSTS[0], "generic"):
            network = compiled(source, target, dtype="f32")
            found.append(network.record(inputs(network), ["n.v"])["n.v"].tobytes())
        assert found[0] == found[1], (kind, shape)


@pytest.mark.parametrize("target", TARGETS)
def test_patches_where_they_fit(target: str) -> None:
    """On hosts, without groups and dilation, and where patches are not mostly zeros."""
    shape = SHAPES[4]

    def has_map(source: nir.NIRGraph, **options: Any) -> bool:
        return "map[" in body(compiled(source, target, **options))

    assert has_map(conv(shape, "plain")) == (target in HOSTS)
    assert ("all[" in body(compiled(conv(SHAPES[1], "plain"), target))) == (target in HOSTS)
    assert not has_map(conv((2, 4, 3, 1, 1, 5, 5), "plain", groups=2))
    assert not has_map(conv(shape, "plain", dilation=2))
    assert not has_map(conv((2, 4, 1, 2, 0, 5, 5), "plain")), "a kernel that is a quarter"
    assert not has_map(conv((2, 4, 4, 1, 3, 1, 1), "plain")), "a map that is mostly border"


def test_numbers_that_may_be_infinite_have_none() -> None:
    """0 times infinity is no zero: what is beside a kernel must not see it."""
    source = conv(SHAPES[0], "plain")
    network = compiled(source, HOSTS[0], dtype="f32", input_type="float")
    assert "map[" not in body(network)


@pytest.mark.parametrize("machine", ["aarch64-linux", "cortex-m4f", "rv32imac"])
def test_bits_on_machines(machine: str, tmp_path: Path) -> None:
    """The C computes the same where it was not made for, too."""
    for kind, dtype, shape, target in (
        ("bias", "f32", SHAPES[1], "aarch64"), ("counts", "f32", SHAPES[3], "aarch64"),
        ("pool", "int8", SHAPES[1], "aarch64"), ("counts", "int8", PAIRS[0], "x86-64"),
        ("counts", "int16", PAIRS[2], "x86-64"),
    ):  # fmt: skip
        network = compiled(conv(shape, kind), target, dtype=dtype)
        x = inputs(network)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x))

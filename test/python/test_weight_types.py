# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Weights of single nodes in bits of their own, and weights that were trained on a grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nir
import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

import snnmlir
from networks import GRAPHS, graph, ports, random_input
from snnmlir.cli.compile import main as compile_main
from snnmlir.compiler.options import WEIGHT_BITS
from snnmlir.errors import OptionError
from snnmlir.nir_import.graph import weight_count
from snnmlir.reports.verify import verify

DIGITS = Path(__file__).parents[2] / "examples/digits/digits.nir"
MIXED = {"convention": "snntorch", "dt": 1e-4, "input_type": "spikes"}

RNG = np.random.default_rng(5)
SIGNS = RNG.integers(-1, 2, (24, 40))
UNITS = RNG.uniform(0.1, 2.0, (24, 1))
GRIDS = {
    "ternary": (0.37 * SIGNS, 2),
    "ternary, a scale for each output": (UNITS * SIGNS, 2),
    "binary": (0.05 * RNG.choice([-1, 1], (24, 40)), 2),
    "powers of two": (SIGNS * 2.0 ** -RNG.integers(0, 3, (24, 40)), 4),
    "int4, a scale for each output": (UNITS * RNG.integers(-7, 8, (24, 40)), 4),
    "six bits": (0.011 * RNG.integers(-31, 32, (24, 40)), 8),
    "int8": (0.003 * RNG.integers(-127, 128, (24, 40)), 8),
}
"""Weights, and the bits that they need."""


def single(weight: npt.NDArray[Any], inputs: int = 40) -> nir.NIRGraph:
    """Weights between an input and LIF neurons."""
    size = len(weight)
    neurons = nir.LIF(
        tau=np.full(size, 3e-3), r=np.ones(size), v_leak=np.zeros(size), v_threshold=np.ones(size)
    )
    nodes = ports(inputs, size) | {"fc": nir.Linear(weight.astype(np.float32)), "lif": neurons}
    return graph(nodes, ("input", "fc"), ("fc", "lif"), ("lif", "output"))


def stored(network: snnmlir.Network) -> npt.NDArray[np.float64]:
    """The weights that the only synapse of a network computes with."""
    description = network.describe()
    (op,) = [op for op in description["ops"] if op["op"] == "snn.linear"]
    value = op["operands"]["weight"]
    scales = np.asarray(description["types"][value]["scales"])
    return np.asarray(description["constants"][value], np.float64) * scales[:, None]


def weight_bytes(network: snnmlir.Network, node: str = "fc") -> int:
    (layer,) = [layer for layer in network.resources.layers if layer.node == node]
    return layer.constant_bytes


# --- Bits of single nodes -------------------------------------------------------------------------


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("name", GRAPHS)
def test_the_interpreter_computes_the_same(name: str) -> None:
    """Each synapse in other bits than the one before, in networks of both."""
    source = GRAPHS[name]
    dtype = ("int8", "int2")[list(GRAPHS).index(name) % 2]
    plain = snnmlir.compile(source, dtype=dtype, dt=1e-4)
    synapses = [node.name for node in plain.graph.nodes.values() if weight_count(node)]
    kinds = [tuple(WEIGHT_BITS)[number % 4] for number in range(len(synapses))]
    network = snnmlir.compile(
        source, dtype=dtype, dtypes=dict(zip(synapses, kinds, strict=True)), dt=1e-4
    )
    verdict = verify(network, random_input(source, 30, scale=8.0))
    assert verdict.mismatches == ()


def test_bytes() -> None:
    """A byte for each weight, a half, or a quarter; in the last rows of fc2 are 10 of them."""
    sizes = {}
    for dtypes in ({}, {"fc1": "int4"}, {"fc2": "int2"}, {"fc1": "int16", "fc2": "int4"}):
        network = snnmlir.compile(DIGITS, dtype="int8", dtypes=dtypes, **MIXED)
        sizes[network.type_name] = (weight_bytes(network, "fc1"), weight_bytes(network, "fc2"))
    assert sizes == {
        "int8": (64 * 128, 128 * 10),
        "int8 with fc1 in int4": (64 * 64, 128 * 10),
        "int8 with fc2 in int2": (64 * 128, 128 * 3),
        "int8 with fc1 in int16, fc2 in int4": (2 * 64 * 128, 128 * 5),
    }


def test_commands_and_python_give_the_same(tmp_path: Path) -> None:
    network = snnmlir.compile(DIGITS, dtype="int8", dtypes={"fc1": "int4", "fc2": "int2"}, **MIXED)
    arguments = ["--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes", "--verify"]
    for dtype in ("int16", "fc2=int2", "int8", "fc1=int2", "fc1=int4"):  # of several the last
        arguments += ["--dtype", dtype]
    output = tmp_path / "digits.c"
    result = CliRunner().invoke(compile_main, [str(DIGITS), "-o", str(output), *arguments])
    assert result.exit_code == 0, result.output
    c, h = network.emit_c("digits", "digits.h")
    # The command's order is that in which the nodes were named first.
    text = output.read_text().replace("int8 with fc2 in int2, fc1 in int4", network.type_name)
    assert text == c
    assert output.with_suffix(".h").read_text().count("\n") == h.count("\n")


@pytest.mark.parametrize(
    ("dtype", "dtypes", "message"),
    [
        ("int8", {"fc3": "int4"}, "there is no node 'fc3' to have weights in int4\n  help: those "
         "with weights are 'fc1', 'fc2'"),
        ("int8", {"lif1": "int4"}, "node 'lif1' has no weights to have in int4\n  help: those with "
         "weights are 'fc1', 'fc2'"),
        ("int8", {"fc1": "int3"}, "dtype 'int3' of node 'fc1' is none that weights of single nodes "
         "have\n  help: use one of int8, int16, int4, int2"),
        ("int8", {"fc1": "f32"}, "dtype 'f32' of node 'fc1' is none"),
        ("f32", {"fc1": "int4"}, "dtype 'int4' of node 'fc1' does not go with 'f32' of the network"
         "\n  help: choose dtype int8, int16, int4 or int2 for the network, too"),
    ],
)  # fmt: skip
def test_errors(dtype: str, dtypes: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError) as caught:
        snnmlir.compile(DIGITS, dtype=dtype, dtypes=dtypes, **MIXED)
    assert message in str(caught.value)
    arguments = [str(DIGITS), "-o", str(tmp_path / "out.c"), "--dtype", dtype]
    for node, kind in dtypes.items():
        arguments += ["--dtype", f"{node}={kind}"]
    result = CliRunner().invoke(compile_main, arguments)
    assert result.exit_code == 1
    assert message.partition("\n")[0] in result.output
    assert list(tmp_path.iterdir()) == []


# --- Grids ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("name", GRIDS)
def test_weights_on_a_grid_are_kept(name: str) -> None:
    weight, bits = GRIDS[name]
    network = snnmlir.compile(single(weight), dtype="int8", dt=1e-4, input_type="spikes")
    np.testing.assert_allclose(stored(network), weight, rtol=2**-22, atol=0)
    assert weight_bytes(network) == 24 * 40 * bits // 8
    x = np.random.default_rng(1).random((40, 40)) < 0.3
    assert verify(network, x).mismatches == ()
    # A sum is as exact as the one of float32.
    sums = network.recorder(["fc"]).run(x)["fc"]
    np.testing.assert_allclose(sums, x @ weight.T, rtol=1e-6, atol=1e-6)


def test_a_grid_has_the_bits_that_are_asked_for() -> None:
    weight, _ = GRIDS["ternary"]
    for dtype, bits in (("int16", 16), ("int8", 8), ("int4", 4), ("int2", 2)):
        network = snnmlir.compile(
            single(weight), dtype="int8", dtypes={"fc": dtype}, dt=1e-4, input_type="spikes"
        )
        assert weight_bytes(network) == 24 * 40 * bits // 8, dtype
        np.testing.assert_allclose(stored(network), weight, rtol=2**-22, atol=0)


def test_what_is_no_grid_is_rounded() -> None:
    """One weight off it; a grid of more bits than there are; one that is no power of two."""
    weight = GRIDS["ternary"][0].copy()
    weight[3, 4] = 0.3701
    for source, dtype, options in (
        (weight, "int8", {}),
        (GRIDS["int8"][0], "int4", {}),
        (GRIDS["ternary"][0], "int8", {"scales": "pow2"}),
    ):
        network = snnmlir.compile(
            single(source), dtype=dtype, dt=1e-4, input_type="spikes", **options
        )
        assert weight_bytes(network) == 24 * 40 * WEIGHT_BITS[dtype] // 8
        assert np.abs(stored(network) - source).max() > 1e-5
    powers = single(GRIDS["powers of two"][0])
    network = snnmlir.compile(powers, dtype="int8", dt=1e-4, input_type="spikes", scales="pow2")
    assert weight_bytes(network) == 24 * 40 // 2


def test_few_weights_are_no_grid() -> None:
    network = snnmlir.compile(single(np.ones((3, 5)), 5), dtype="int8", dt=1e-4)
    assert weight_bytes(network) == 15


def test_values_reach_no_further_than_sums() -> None:
    """With analog input the sum of the largest weights and inputs would not fit: it is rounded."""
    wide = RNG.integers(-127, 128, (4, 4000)) * 0.25
    network = snnmlir.compile(single(wide, 4000), dtype="int8", dt=1e-4)
    x = RNG.uniform(-100, 100, (6, 4000))
    assert verify(network, x).mismatches == ()
    assert np.abs(stored(network) - wide).max() > 1e-3


def test_two_bits_are_the_nearest() -> None:
    """No other scale brings -1, 0 and 1 nearer to the weights."""
    weight = RNG.normal(size=(24, 40))
    network = snnmlir.compile(single(weight), dtype="int2", dt=1e-4, input_type="spikes")
    for row, found in zip(weight, stored(network), strict=True):
        others = [
            np.sum((np.clip(np.floor(row / scale + 0.5), -1, 1) * scale - row) ** 2)
            for scale in np.linspace(0.05, 3, 600)
        ]
        assert np.sum((found - row) ** 2) <= min(others) * (1 + 1e-6)

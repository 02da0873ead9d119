# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Platforms with integers of their own: Loihi 2, lava-dl and Xylo, integer for integer.

The networks of test/data/nir-platforms with what lava-nc, lava-dl and xylosim computed, the
recordings of the NIR paper, random networks in C against the integer interpreter, and what is
refused.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nir
import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

import snnmlir
from networks import graph, ports
from snnmlir import reference
from snnmlir.cli.compile import main as compile_main
from snnmlir.conventions import PLATFORMS
from snnmlir.errors import CompileError, NirError, OptionError
from snnmlir.reports.verify import verify

DATA = Path(__file__).parents[1] / "data/nir-platforms"
FIXED = sorted(name for name, platform in PLATFORMS.items() if platform.is_fixed)
CASES = [
    case for case in json.loads((DATA / "cases.json").read_text()) if case["convention"] in FIXED
]

Signal = npt.NDArray[Any]


def recording(name: str) -> dict[str, Signal]:
    with np.load(DATA / name) as arrays:
        return {key: arrays[key] for key in arrays.files}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["nir"]))
def test_what_the_package_computes(case: dict[str, Any]) -> None:
    """Spikes, counts, voltages and currents are equal, all of them integers."""
    expected = recording(case["ref"])
    x = expected.pop("input")
    network = snnmlir.compile(DATA / case["nir"], convention=case["convention"], **case["options"])
    found = network.record(x)
    assert all(values.dtype.kind in "iu" for values in expected.values())
    assert all(values.any() for values in expected.values())
    wrong = {name: int(np.sum(found[name] != values)) for name, values in expected.items()}
    assert set(wrong.values()) == {0}
    assert verify(network, x).mismatches == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["nir"]))
def test_the_c_has_no_floating_point(case: dict[str, Any]) -> None:
    network = snnmlir.compile(DATA / case["nir"], convention=case["convention"], **case["options"])
    assert "float" not in network.c.replace("floating", "")
    assert "double" not in network.c


# The NIR paper


@pytest.fixture
def paper(test_data: Path) -> Path:
    folder = test_data / "nir-paper"
    if not folder.is_dir():
        pytest.skip(f"no {folder}; set SNN_TEST_DATA")
    return folder


def test_braille(paper: Path) -> None:
    """The paper's recording is of weights that were not quantized."""
    model = paper / "braille_noDelay_bias_zero.nir"
    x = np.load(paper / "braille_sample.npy")
    with np.load(paper / "braille_zero_activity.npz") as arrays:
        expected = arrays["lava"]
    network = snnmlir.compile(model, convention="lava-dl-unquantized", dt=1e-4)
    found = network.record(x, ["lif1.lif"])["lif1.lif"]
    assert expected.size == 9728
    assert expected.any()
    assert int(np.sum(found != expected)) == 0
    assert verify(network, x).mismatches == ()


@pytest.mark.parametrize(
    ("csv", "differing"), [("lif_lava_cpu_fixed.csv", 0), ("lif_lava_loihi_fixed.csv", 4)]
)
def test_one_neuron(paper: Path, csv: str, differing: int) -> None:
    """The chip's voltage reads 128 in the step of each of its 4 spikes, and 0 here."""
    table = np.loadtxt(paper / csv, delimiter=",")
    network = snnmlir.compile(paper / "lif_norse.nir", convention="loihi", dt=1e-4)
    found = network.record(table[:, :1])
    assert table[:, 2].sum() == 4
    assert np.array_equal(found["1"][:, 0], table[:, 2])
    wrong = found["1.v"][:, 0] != table[:, 1]
    assert int(np.sum(wrong)) == differing
    assert set(table[wrong, 1]) <= {128.0}


# Random networks


def cuba(size: int, tau_syn: Any, tau_mem: Any, threshold: Any, dt: float) -> nir.CubaLIF:
    """A neuron whose gains are 1."""
    full = [np.broadcast_to(np.asarray(v, np.float64), size).copy() for v in (tau_syn, tau_mem)]
    zero = np.zeros(size)
    return nir.CubaLIF(
        tau_syn=full[0],
        tau_mem=full[1],
        r=full[1] / dt,
        w_in=full[0] / dt,
        v_leak=zero,
        v_reset=zero,
        v_threshold=np.broadcast_to(np.asarray(threshold, np.float64), size).copy(),
    )


def random_neuron(name: str, size: int, rng: np.random.Generator, dt: float) -> nir.NIRNode:
    """A neuron of the platform; some decay so slowly that their states reach the ends."""
    if name == "xylo":
        tau = dt * 2.0 ** rng.uniform(-0.4, 6.0, (2, size))
        return cuba(size, tau[0], tau[1], rng.uniform(0.3, 2.0, size), dt)
    if name == "loihi" and rng.random() < 0.3:
        tau, one = np.full(size, dt * rng.uniform(1.0, 40.0)), np.ones(size)
        threshold = rng.uniform(0.2, 3.0, size)
        return nir.LIF(tau, one, 0.0 * one, threshold, 0.0 * one)
    longest = 4000.0 if name == "loihi" else 60.0
    tau = dt * np.exp(rng.uniform(0.0, np.log(longest), 2))
    return cuba(size, tau[0], tau[1], rng.uniform(0.2, 20.0, size), dt)


def random_synapse(
    name: str, outputs: int, inputs: int, rng: np.random.Generator, *, bias: bool
) -> nir.NIRNode:
    scale = rng.choice([0.1, 1.0, 3.0])
    weight = (rng.normal(0.3, 1.0, (outputs, inputs)) * scale).astype(rng.choice(["f4", "f8"]))
    if rng.random() < 0.2:
        weight = np.abs(weight)  # Loihi's weights of one sign
    weight[:, 0] = np.where(weight[:, 0] == 0.0, 1.0, weight[:, 0])
    if name == "loihi" or not bias:
        return nir.Linear(weight)
    values = rng.integers(-40, 60, outputs) / (32.0 if name == "lava-dl" else 1.0)
    return nir.Affine(weight, values.astype(np.float32))


def random_network(name: str, seed: int, dt: float) -> nir.NIRGraph:
    """Up to three layers, some of them recurrent."""
    rng = np.random.default_rng(seed)
    sizes = [int(n) for n in rng.integers(1, 9, rng.integers(2, 5))]
    nodes: dict[str, nir.NIRNode] = ports(sizes[0], sizes[-1])
    edges, before = [], "input"
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        synapse, neuron = f"fc{number}", f"n{number}"
        nodes[neuron] = random_neuron(name, outputs, rng, dt)
        nodes[synapse] = random_synapse(name, outputs, inputs, rng, bias=rng.random() < 0.4)
        edges += [(before, synapse), (synapse, neuron)]
        last = number == len(sizes) - 2
        if rng.random() < 0.5 and not (name == "xylo" and last):
            recurrent = random_synapse(name, outputs, outputs, rng, bias=rng.random() < 0.4)
            nodes[f"w{number}"] = recurrent
            edges += [(neuron, f"w{number}"), (f"w{number}", neuron)]
        before = neuron
    return graph(nodes, *edges, (before, "output"))


def random_input(name: str, source: nir.NIRGraph, seed: int, steps: int) -> Signal:
    rng = np.random.default_rng(seed)
    shape = (steps, int(source.nodes["input"].input_type["input"][0]))
    if name == "xylo":
        return rng.integers(0, 16, shape) * (rng.random(shape) < 0.4)
    return (rng.random(shape) < rng.choice([0.2, 0.8])).astype(np.uint8)


@pytest.mark.parametrize("name", FIXED)
@pytest.mark.parametrize("seed", range(15))
def test_random_networks_bit_for_bit(name: str, seed: int) -> None:
    source = random_network(name, seed, 1e-3)
    network = snnmlir.compile(source, convention=name, dt=1e-3)
    assert verify(network, random_input(name, source, seed, 80)).mismatches == ()


def ends_of(name: str, found: Mapping[str, Signal]) -> Counter[str]:
    """How often currents wrap around, and states and counts are at their ends."""
    ends: Counter[str] = Counter()
    for signal, values in found.items():
        if name == "loihi" and signal.endswith(".i"):
            ends["wraps"] += int(np.sum(np.abs(np.diff(values, axis=0)) > 1 << 23))
        elif name == "loihi" and signal.endswith(".v"):
            ends["clipped"] += int(np.sum(np.abs(values) == (1 << 23) - 1))
        elif signal.endswith(".v"):
            ends["saturated"] += int(np.sum(np.isin(values, (-32768, 32767))))
        elif signal.startswith("n") and values.dtype == np.uint8:
            ends["full"] += int(np.sum(values == 31))
    return ends


@pytest.mark.slow
def test_bit_for_bit_at_the_ends() -> None:
    """Random networks in which currents wrap around, and states and counts are at their ends."""
    reached: Counter[str] = Counter()
    for seed, name in itertools.product(range(40), ("loihi", "xylo")):
        source = random_network(name, seed, 1e-3)
        network = snnmlir.compile(source, convention=name, dt=1e-3)
        x = random_input(name, source, seed, 200)
        ends = +ends_of(name, network.record(x))
        if ends.keys() - reached.keys():  # the first network of each kind
            assert verify(network, x).mismatches == ()
        reached += ends
    assert reached.keys() == {"wraps", "clipped", "saturated", "full"}


# What is refused


def layer(neuron: nir.NIRNode, weight: Signal, bias: Signal | None = None) -> nir.NIRGraph:
    outputs, inputs = weight.shape
    synapse = nir.Linear(weight) if bias is None else nir.Affine(weight, bias)
    nodes = ports(inputs, outputs) | {"fc": synapse, "n": neuron}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


WEIGHT = np.array([[0.5, -0.25], [0.125, 0.25]])
GOOD = cuba(2, 4e-3, 8e-3, 1.0, 1e-3)


def unconnected(neuron: nir.NIRNode) -> nir.NIRGraph:
    found = layer(GOOD, WEIGHT)
    found.nodes["m"] = neuron
    found.edges += [("m", "output")]
    return found


def matrices(neuron: nir.NIRNode) -> nir.NIRGraph:
    """One for each row of the input."""
    nodes: dict[str, nir.NIRNode] = {"fc": nir.Linear(np.ones((2, 4, 3))), "n": neuron}
    nodes |= {"input": nir.Input({"input": np.array([2, 3])})}
    nodes |= {"output": nir.Output({"output": np.array([2, 4])})}
    return graph(nodes, *itertools.pairwise(("input", "fc", "n", "output")))


def merged(size: int) -> nir.NIRGraph:
    """Two layers of LIF, of which the second sees the input, too, through the same synapse."""
    found = layer(lif_of(size), np.full((size, size), 0.5))
    found.nodes |= {"again": nir.Linear(np.full((1, size), 1e3)), "m": lif_of(1)}
    found.nodes["output"] = nir.Output({"output": np.array([1])})
    found.edges = [edge for edge in found.edges if edge[1] != "output"]
    found.edges += [("input", "again"), ("n", "again"), ("again", "m"), ("m", "output")]
    return found


def changed(**values: float) -> nir.CubaLIF:
    node = cuba(2, 4e-3, 8e-3, 1.0, 1e-3)
    for key, value in values.items():
        setattr(node, key, np.full(2, value))
    return node


def lif_of(size: int, **values: float) -> nir.LIF:
    given = {"tau": 4e-3, "r": 1.0, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0} | values
    return nir.LIF(**{key: np.full(size, value) for key, value in given.items()})


def lif(**values: float) -> nir.LIF:
    return lif_of(2, **values)


@pytest.mark.parametrize(
    ("name", "source", "node", "message"),
    [
        ("loihi", layer(GOOD, WEIGHT, np.full(2, 0.5)), "fc", "the bias is up to 0.5"),
        ("loihi", layer(changed(v_leak=0.5), WEIGHT), "n", "v_leak is 0.5"),
        ("loihi", layer(changed(r=1.0), WEIGHT), "n", "r is 1, which is a gain of 0.125"),
        ("loihi", layer(changed(w_in=2.0), WEIGHT), "n", "w_in is 2, which is a gain of 0.5"),
        ("loihi", layer(changed(v_threshold=3000.0), WEIGHT), "n", "have 17 bits"),
        ("loihi", layer(lif(r=2.0), WEIGHT), "n", "r is 2"),
        ("loihi", layer(lif(tau=2e-4), WEIGHT), "n", "less than a step"),
        ("loihi", layer(nir.IF(np.ones(2), np.ones(2)), WEIGHT), "n", "a node of type IF"),
        ("lava-dl", layer(GOOD, WEIGHT, np.full(2, 0.3)), "fc", "no multiple of 1/32"),
        ("loihi", unconnected(cuba(2, 4e-3, 8e-3, 1.0, 1e-3)), "m", "nothing leads to it"),
        ("loihi", merged(258), "m", "add up to 8.42112e\\+06 in a step"),
        ("lava-dl", layer(lif(), WEIGHT), "n", "found a node of type LIF"),
        ("lava-dl", layer(changed(v_threshold=3e5), WEIGHT), "n", "expected at most 262144"),
        ("lava-dl-unquantized", matrices(cuba(1, 4e-3, 8e-3, 1.0, 1e-3)), "fc", "has matrices"),
        ("xylo", matrices(cuba(1, 4e-3, 8e-3, 1.0, 1e-3)), "fc", "expected 2 dimensions"),
        ("xylo", layer(changed(tau_syn=1e-4, w_in=0.1), WEIGHT), "n", "no shift from 0 to 15"),
        ("xylo", layer(GOOD, 0.0 * WEIGHT), "n", "all weights that lead to its neuron 0 are 0"),
        ("xylo", layer(changed(v_threshold=1e-3), WEIGHT), "n", "is 0 in the units"),
        ("xylo", layer(GOOD, WEIGHT, np.full(2, 4e4)), "n", "the bias is up to 40000"),
    ],
)
def test_what_the_platform_does_not_have(
    name: str, source: nir.NIRGraph, node: str, message: str
) -> None:
    with pytest.raises(NirError, match=message) as error:
        snnmlir.compile(source, convention=name, dt=1e-3)
    assert error.value.node == node
    assert error.value.help


def test_different_time_constants_are_refused() -> None:
    node = cuba(2, np.array([2e-3, 4e-3]), 8e-3, 1.0, 1e-3)
    with pytest.raises(NirError, match=r"tau_syn is from 0.002 to 0.004, and loihi has one"):
        snnmlir.compile(layer(node, WEIGHT), convention="loihi", dt=1e-3)


def test_as_many_spikes_at_once_as_there_are_sources() -> None:
    """256 weights of 255 are 2^22 in a step, twice of which would be one bit more."""
    snnmlir.compile(merged(250), convention="loihi", dt=1e-3)


@pytest.mark.parametrize(
    ("weight", "recurrent", "largest"),
    [
        ([[-8.0, -0.25], [-0.5, -1.0]], None, 240),
        ([[-8.0, 0.0], [-0.5, -1 / 32]], None, 255),
        ([[-8.0, -1 / 32], [-0.5, -1.0]], None, 254),
        ([[-8.0, -1.0], [-0.5, -4.0]], [[3.0, 1.0], [2.0, 3.0]], 240),
        ([[-8.0, -1.0], [0.5, -4.0]], None, 256),
        ([[8.0, 1.0], [0.5, 4.0]], None, -254),
    ],
)
def test_loihi_has_no_256_of_one_sign(weight: Any, recurrent: Any, largest: int) -> None:
    """test/frameworks/test_lava.py has them from Lava itself."""
    source = layer(GOOD, np.array(weight))
    if recurrent is not None:
        source.nodes["w"] = nir.Linear(np.array(recurrent))
        source.edges += [("n", "w"), ("w", "n")]
    network = snnmlir.compile(source, convention="loihi", dt=1e-3)
    found = network.record(np.array([[1, 0], [0, 0]]))
    assert found["n.i"][1, 0] == -64 * largest


def test_a_current_that_could_wrap_around_twice() -> None:
    """A sum that leaves 24 bits more than once is none of the chip's."""
    node = cuba(1, 4e-3, 8e-3, 1.0, 1e-3)
    source = layer(node, np.full((1, 1100), 3.96))
    with pytest.raises(CompileError, match=r"adds more in one step than the 16777215"):
        snnmlir.compile(source, convention="loihi", dt=1e-3)


def test_a_current_of_a_lif_that_could_wrap_around() -> None:
    """Of a LIF the current is no state, so that it has nowhere to wrap around."""
    source = layer(lif_of(1), np.full((1, 514), 1e3))  # 514 weights of 255 are below 2^17
    snnmlir.compile(source, convention="loihi", dt=1e-3)
    with pytest.raises(NirError, match=r"add up to 8.4048e\+06 in a step, .* less than 8388608"):
        snnmlir.compile(layer(lif_of(1), np.full((1, 515), 1e3)), convention="loihi", dt=1e-3)


def test_states_without_an_end_are_refused() -> None:
    """lava-dl's 32 bits neither saturate nor wrap around."""
    node = cuba(2, 1e6, 1e6, 1.0, 1e-3)
    with pytest.raises(CompileError, match=r"may leave its type"):
        snnmlir.compile(layer(node, WEIGHT), convention="lava-dl", dt=1e-3)


def test_types_are_the_platforms() -> None:
    network = snnmlir.compile(layer(GOOD, WEIGHT), convention="xylo", dt=1e-3)
    assert network.dtype == "fixed"
    (port,) = network.inputs
    assert (port.dtype, port.most) == (np.uint8, 255)
    with pytest.raises(OptionError, match=r"dtype 'f32' does not go with parameters 'xylo'"):
        snnmlir.compile(layer(GOOD, WEIGHT), convention="xylo", dt=1e-3, dtype="f32")
    with pytest.raises(OptionError, match=r"dtype 'fixed' does not go with parameters 'nir'"):
        snnmlir.compile(layer(GOOD, WEIGHT), dt=1e-3, dtype="fixed")
    with pytest.raises(OptionError, match=r"input type 'float' does not go with .* 'loihi'"):
        snnmlir.compile(layer(GOOD, WEIGHT), convention="loihi", dt=1e-3, input_type="float")
    with pytest.raises(OptionError, match=r"no scales to calibrate"):
        snnmlir.compile(layer(GOOD, WEIGHT), convention="loihi", dt=1e-3, calibrate=np.ones((1, 2)))
    with pytest.raises(OptionError, match=r"integers of its own and nothing in float32"):
        network.as_float()
    with pytest.raises(OptionError, match=r"computes in integers of its own"):
        reference.run(layer(GOOD, WEIGHT), np.ones((1, 2)), convention="xylo", dt=1e-3)


def test_counts_are_checked() -> None:
    network = snnmlir.compile(layer(GOOD, WEIGHT), convention="xylo", dt=1e-3)
    for wrong in (-1.0, 0.5, 256.0):
        with pytest.raises(OptionError, match=r"other values than whole numbers from 0 to 255"):
            network.run(np.full((1, 2), wrong))


def test_counts_enter_other_networks() -> None:
    source = layer(lif(), WEIGHT)
    x = np.random.default_rng(0).integers(0, 9, (30, 2))
    counts = snnmlir.compile(source, dt=1e-3, input_type="counts", dtype="f64")
    values = snnmlir.compile(source, dt=1e-3, dtype="f64")
    assert counts.inputs[0].dtype == np.uint8
    found, expected = counts.record(x), values.record(x)
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
    assert found["n"].any()


def test_the_command(tmp_path: Path) -> None:
    source = tmp_path / "model.nir"
    nir.write(source, layer(GOOD, WEIGHT))
    output = tmp_path / "model.c"
    arguments = [str(source), "--convention", "loihi", "--dt", "1e-3", "-o", str(output)]
    result = CliRunner().invoke(compile_main, [*arguments, "--verify"])
    assert result.exit_code == 0, result.output
    assert "loihi's integers" in result.output
    assert "wrap(trunc(" in output.read_text()
    result = CliRunner().invoke(compile_main, [*arguments, "--dtype", "int8"])
    assert result.exit_code == 1
    assert "leave --dtype out" in result.output


def test_a_recording_has_to_be_equal(tmp_path: Path) -> None:
    """What a platform's package recorded is verified, not counted as with rounded weights."""
    recorded = recording("loihi_mlp.npz")
    arguments = [str(DATA / "loihi_mlp.nir"), "--convention", "loihi", "--dt", "1e-4"]
    arguments += ["-o", str(tmp_path / "m.c"), "--verify"]
    result = CliRunner().invoke(compile_main, [*arguments, str(DATA / "loihi_mlp.npz")])
    assert result.exit_code == 0, result.output
    assert "verified: equal to the recording" in result.output
    recorded["lif1"][7, 3] ^= 1
    np.savez(tmp_path / "wrong.npz", **recorded)
    result = CliRunner().invoke(compile_main, [*arguments, str(tmp_path / "wrong.npz")])
    assert result.exit_code == 1
    assert "the C and the recording differ in 1 of" in result.output

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Conventions of platforms: the C computes what their packages and chips computed.

The networks of test/data/nir-platforms, the recordings of the NIR paper, random networks against
the interpreter, and what is refused.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
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
from shared_cases import VOLTAGE_TOLERANCE
from snnmlir import reference
from snnmlir.cli.check import main as check_main
from snnmlir.cli.compile import main as compile_main
from snnmlir.conventions import CHOICES, FRAMEWORKS, PLATFORMS, PRESETS, convention
from snnmlir.errors import NirError, OptionError, SnnError
from snnmlir.nir_import import read_network
from snnmlir.nir_import.graph import Affine, Delay, Graph

DATA = Path(__file__).parents[1] / "data/nir-platforms"
ALL_CASES: list[dict[str, Any]] = json.loads((DATA / "cases.json").read_text())
# Those with integers of their own are in test_fixed_platforms.py.
REAL = {name for name, platform in PLATFORMS.items() if not platform.is_fixed}
CASES = [case for case in ALL_CASES if case["convention"] in REAL]
NUMPY = {"f32": np.float32, "f64": np.float64}

Signal = npt.NDArray[Any]


def differing(found: Mapping[str, Signal], expected: Mapping[str, Signal]) -> dict[str, int]:
    """Entries that differ, by signal: spikes and counts at all, voltages by what is too much."""
    wrong = {}
    for name, values in expected.items():
        apart = np.abs(found[name].astype(np.float64) - values.astype(np.float64))
        allowed = 0.0
        if values.dtype.kind == "f":
            allowed = VOLTAGE_TOLERANCE * max(1.0, float(np.max(np.abs(values))))
        assert apart.shape == values.shape
        wrong[name] = int(np.sum(~(apart <= allowed)))
    return wrong


def recording(name: str) -> dict[str, Signal]:
    with np.load(DATA / name) as arrays:
        return {key: arrays[key] for key in arrays.files}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["nir"]))
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_what_the_package_computes(case: dict[str, Any], dtype: str) -> None:
    expected = recording(case["ref"])
    x = expected.pop("input")
    network = snnmlir.compile(
        DATA / case["nir"], convention=case["convention"], dtype=dtype, **case["options"]
    )
    assert any(values.any() for values in expected.values())
    assert set(differing(network.record(x), expected).values()) == {0}


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["nir"]))
def test_no_other_convention_does(case: dict[str, Any]) -> None:
    """The recordings tell: NIR's own, or another platform's, gives other spikes."""
    expected = recording(case["ref"])
    x = expected.pop("input")
    options = {"dt": case["options"]["dt"]}
    for name in ("nir", *PLATFORMS):
        if name.startswith(case["convention"]):
            continue
        try:
            found = reference.record(DATA / case["nir"], x, convention=name, **options)
        except SnnError:
            continue
        assert differing(found, {"output": expected["output"]})["output"], name


# The NIR paper


@pytest.fixture
def paper(test_data: Path) -> Path:
    folder = test_data / "nir-paper"
    if not folder.is_dir():
        pytest.skip(f"no {folder}; set SNN_TEST_DATA")
    return folder


@pytest.mark.parametrize(
    ("name", "recorded"),
    [("nengo", "nengo"), ("spinnaker2", "s2")],
)
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_braille(paper: Path, name: str, recorded: str, dtype: str) -> None:
    model = paper / "braille_noDelay_bias_zero.nir"
    network = snnmlir.compile(model, convention=name, dt=1e-4, dtype=dtype)
    with np.load(paper / "braille_zero_activity.npz") as arrays:
        expected = {"lif1.lif": arrays[recorded]}
    found = network.record(np.load(paper / "braille_sample.npy"), ["lif1.lif"])
    assert expected["lif1.lif"].size == 9728
    assert differing(found, expected) == {"lif1.lif": 0}


def lif(paper: Path, factor: float) -> nir.NIRGraph:
    """The neuron of the paper, in units of its script: paper/01_lif/lif_spinnaker2.py."""
    found = nir.read(paper / "lif_norse.nir")
    found.nodes["0"].weight = found.nodes["0"].weight * factor
    found.nodes["0"].bias = found.nodes["0"].bias * factor
    found.nodes["1"].v_threshold = found.nodes["1"].v_threshold * factor
    return found


@pytest.mark.parametrize(
    ("csv", "name", "factor", "choices"),
    [
        ("lif_lava_cpu_float.csv", "lava", 1.0, {}),
        ("lif_nengo.csv", "nengo", 1.0, {}),
        ("lif_spinnaker2.csv", "spinnaker2-unscaled", 102.02, {"edge_steps": "none"}),
    ],
)
def test_one_neuron(
    paper: Path, csv: str, name: str, factor: float, choices: dict[str, Any]
) -> None:
    table = np.loadtxt(paper / csv, delimiter=",")
    network = snnmlir.compile(lif(paper, factor), convention=name, dt=1e-4, dtype="f64", **choices)
    found = network.record(table[:, :1])
    assert table[:, 2].any()
    assert np.array_equal(found["1"][:, 0], table[:, 2])
    assert np.max(np.abs(found["1.v"][:, 0] / factor - table[:, 1])) < 1e-15


# Random networks against the interpreter


def random_weights(rng: np.random.Generator, *shape: int) -> Signal:
    """Eighths, so that sums are exact in any order."""
    return np.asarray(rng.integers(-12, 17, shape) / 8.0).astype(rng.choice(["f4", "f8"]))


def random_neuron(name: str, size: int, rng: np.random.Generator, dt: float) -> nir.NIRNode:
    """A neuron that the platform has, with values that differ between neurons where they may."""
    uniform = name in ("nengo", "speck")

    def between(low: float, high: float) -> Signal:
        return np.full(size, rng.uniform(low, high)) if uniform else rng.uniform(low, high, size)

    threshold, zero = between(0.4, 2.0), np.zeros(size)
    kinds = {"lava": ["LIF"], "speck": ["IF"]}.get(name, ["LIF", "CubaLIF", "IF"])
    kind = rng.choice(kinds)
    one = name != "spinnaker2"
    r = np.ones(size) if one else rng.uniform(1.0, 4.0, size)
    if kind == "IF":
        return nir.IF(r=r, v_threshold=threshold)
    leak = zero if one else rng.uniform(-0.2, 0.2, size)
    tau = between(1.5, 12.0) * dt
    if kind == "LIF":
        return nir.LIF(tau=tau, r=r, v_leak=leak, v_threshold=threshold, v_reset=zero)
    return nir.CubaLIF(
        tau_mem=tau,
        tau_syn=between(1.5, 6.0) * dt,
        r=np.full(size, 2.0) if one else r,
        v_leak=leak,
        v_threshold=threshold,
        v_reset=zero,
        w_in=between(0.5, 3.0),
    )


def random_network(name: str, seed: int, dt: float) -> nir.NIRGraph:
    """Up to four layers, some of them recurrent where the platform can have that."""
    rng = np.random.default_rng(seed)
    sizes = [int(n) for n in rng.integers(1, 9, rng.integers(2, 6))]
    nodes: dict[str, nir.NIRNode] = ports(sizes[0], sizes[-1])
    edges = []
    before = "input"
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        synapse, neuron = f"fc{number}", f"n{number}"
        nodes[neuron] = random_neuron(name, outputs, rng, dt)
        nodes[synapse] = random_synapse(name, nodes[neuron], inputs, rng)
        edges += [(before, synapse), (synapse, neuron)]
        cuba = isinstance(nodes[neuron], nir.CubaLIF)
        loops = {"lava": True, "speck": False, "nengo": cuba}.get(name, True)
        if loops and rng.random() < 0.5:
            nodes[f"w{number}"] = random_synapse(name, nodes[neuron], outputs, rng)
            edges += [(neuron, f"w{number}"), (f"w{number}", neuron)]
        before = neuron
    return graph(nodes, *edges, (before, "output"))


def random_synapse(
    name: str, neuron: nir.NIRNode, inputs: int, rng: np.random.Generator
) -> nir.NIRNode:
    """The weights into a neuron; with a bias where there can be one that is not rounded."""
    outputs = neuron.v_threshold.size
    weight = random_weights(rng, outputs, inputs)
    weight[0, 0] = 1.0
    scaled = name == "spinnaker2" and isinstance(neuron, nir.IF)
    if name == "lava" or scaled or rng.random() < 0.3:
        return nir.Linear(weight)
    return nir.Affine(weight, random_weights(rng, outputs) / 8.0)


@pytest.mark.parametrize("name", ["lava", "nengo", "speck", "spinnaker2"])
@pytest.mark.parametrize("seed", range(12))
def test_random_networks_bit_for_bit(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    dt = float(rng.choice([1e-4, 1e-3, 1.0]))
    source = random_network(name, seed, dt)
    size = int(source.nodes["input"].input_type["input"][0])
    x = (rng.random((60, size)) < 0.4).astype(np.uint8)
    reset = {"reset": "subtract"} if name == "spinnaker2" and seed % 3 == 0 else {}
    for dtype in ("f32", "f64"):
        network = snnmlir.compile(source, convention=name, dt=dt, dtype=dtype, **reset)
        found = network.record(x)
        expected = reference.record(
            network.graph, x, convention=network.convention, dtype=NUMPY[dtype]
        )
        del expected["input"]
        assert found.keys() == expected.keys()
        assert [key for key, v in expected.items() if not np.array_equal(found[key], v)] == []


def test_random_networks_spike() -> None:
    for name in ("lava", "nengo", "speck", "spinnaker2"):
        spikes = 0
        for seed in range(4):
            source = random_network(name, seed, 1e-3)
            x = np.ones((30, int(source.nodes["input"].input_type["input"][0])))
            spikes += int(np.sum(reference.run(source, x, convention=name, dt=1e-3)))
        assert spikes > 10, name


# Edges that take a step


def chain() -> nir.NIRGraph:
    """Two recurrent layers; the second one has a current."""
    rng = np.random.default_rng(0)
    lif = nir.LIF(*(np.full(3, v) for v in (1e-3, 8.0, 0.0, 1.0, 0.0)))
    cuba = nir.CubaLIF(*(np.full(3, v) for v in (5e-4, 1e-3, 8.0, 0.0, 1.0)), w_in=np.full(3, 4.0))
    names = ("fc1", "w1", "fc2", "w2")
    nodes = ports(3, 3) | {name: nir.Linear(rng.normal(0.4, 1.0, (3, 3))) for name in names}
    nodes |= {"n1": lif, "n2": cuba}
    way = ("input", "fc1", "n1", "fc2", "n2", "output")
    return graph(nodes, *itertools.pairwise(way), *itertools.pairwise(("n1", "w1", "n1")),
                 *itertools.pairwise(("n2", "w2", "n2")))  # fmt: skip


@pytest.mark.parametrize(
    ("edge_steps", "delayed", "carried"),
    [
        ("none", [], ["w1_to_n1", "w2_to_n2"]),
        ("synapses", ["fc1", "fc2", "w1", "w2"], ["fc1_step", "fc2_step", "w2_step"]),
        ("between-neurons", ["fc2", "w1", "w2"], ["fc2_step", "w2_step"]),
        ("currents", ["n2"], ["w1_to_n1", "n2_step"]),
    ],
)
def test_edges_that_take_a_step(edge_steps: str, delayed: list[str], carried: list[str]) -> None:
    """fc2 and w1 hear the same neuron, so that they share what is carried."""
    network = snnmlir.compile(chain(), dt=1e-4, edge_steps=edge_steps)
    delays = [node for node in network.graph.nodes.values() if isinstance(node, Delay)]
    assert sorted(node.name for node in delays) == [f"{name}_step" for name in delayed]
    assert sorted(network.states.keys() - {"n1", "n2"}) == sorted(carried)


def test_a_delay_has_a_name_of_its_own() -> None:
    source = chain()
    source.nodes["n2_step"] = nir.Scale(np.ones(3))
    source.edges += [("input", "n2_step"), ("n2_step", "n2")]
    found = read_network(source, convention(edge_steps="currents"))
    assert isinstance(found.nodes["n2_step_"], Delay)
    assert found.sources("n2") == ("n2_step_",)
    assert set(found.sources("n2_step_")) == {"n2_step", "fc2", "w2"}


def test_steps_add_up_along_a_way() -> None:
    weight = np.eye(2)
    nodes = ports(2, 2) | {"a": nir.Linear(weight), "b": nir.Linear(weight)}
    source = graph(nodes, ("input", "a"), ("a", "b"), ("b", "output"))
    x = np.arange(10.0).reshape(5, 2)
    late = snnmlir.compile(source, edge_steps="synapses", dtype="f64").run(x)
    assert np.array_equal(late, np.concatenate([np.zeros((2, 2)), x[:3]]))


# What a platform's tools make of numbers


def layer(neuron: nir.NIRNode, weight: Signal, bias: Signal | None = None) -> nir.NIRGraph:
    outputs, inputs = weight.shape
    synapse = nir.Linear(weight) if bias is None else nir.Affine(weight, bias)
    nodes = ports(inputs, outputs) | {"fc": synapse, "n": neuron}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


def lif_node(**values: float) -> nir.LIF:
    given = {"tau": 1e-3, "r": 1.0, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0} | values
    return nir.LIF(**{key: np.full(2, value) for key, value in given.items()})


def cuba_node(**values: float) -> nir.CubaLIF:
    given = {"tau_syn": 5e-4, "tau_mem": 1e-3, "r": 2.0, "v_leak": 0.0, "v_threshold": 1.0}
    given |= {"v_reset": 0.0, "w_in": 1.0} | values
    return nir.CubaLIF(**{key: np.full(2, value) for key, value in given.items()})


def if_node(**values: float) -> nir.IF:
    given = {"r": 1.0, "v_threshold": 1.0, "v_reset": 0.0} | values
    return nir.IF(**{key: np.full(2, value) for key, value in given.items()})


WEIGHT = np.array([[0.5, -0.3], [0.1, 0.2]])


def weights_of(found: Graph) -> Affine:
    synapse = found.nodes["fc"]
    assert isinstance(synapse, Affine)
    return synapse


def test_spinnaker2_rounds_towards_zero() -> None:
    found = read_network(layer(lif_node(), WEIGHT), PRESETS["spinnaker2"])
    assert weights_of(found).weight.tolist() == [[127, -76], [25, 50]]  # of 76.2, 25.4, 50.8
    unscaled = read_network(layer(lif_node(), WEIGHT * 10), PRESETS["spinnaker2-unscaled"])
    assert weights_of(unscaled).weight.tolist() == [[5, -3], [1, 2]]


def test_spinnaker2_moves_biases_to_the_voltage() -> None:
    bias = np.array([0.25, -0.5])
    found = read_network(layer(cuba_node(), WEIGHT, bias), PRESETS["spinnaker2"])
    assert weights_of(found).bias is None
    steady = 127 / 0.5 * bias * 5.0 / 0.1  # scale, tau_syn / dt, dt / tau_mem
    assert np.allclose(found.nodes["n"].v_leak, steady, rtol=1e-6)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("weight", "threshold", "weights", "of_threshold"),
    [
        ([[0.5, -0.3], [0.1, 0.2]], 1.0, [[127, -76], [25, 51]], 254),
        ([[0.5, -0.51], [0.1, 0.2]], 1.0, [[125, -128], [25, 50]], 251),
        ([[0.5, -0.501], [0.1, 0.2]], 1.0, [[127, -127], [25, 51]], 254),
        ([[0.5, -0.3], [0.1, 0.2]], 200.0, [[82, -49], [16, 33]], 32767),
    ],
)
def test_speck_has_one_scale_for_a_layer(
    weight: Any, threshold: float, weights: Any, of_threshold: int
) -> None:
    source = layer(if_node(v_threshold=threshold), np.array(weight, np.float32))
    found = read_network(source, PRESETS["speck"])
    assert weights_of(found).weight.tolist() == weights
    assert found.nodes["n"].v_threshold == of_threshold  # type: ignore[attr-defined]


def test_a_graph_has_the_numbers_once() -> None:
    """Who is given a graph that was read with a convention changes nothing in it."""
    source = layer(lif_node(v_threshold=0.05), WEIGHT)
    x = np.ones((20, 2))
    chosen = convention("spinnaker2", dt=1e-4)
    again = reference.run(read_network(source, chosen), x, convention=chosen)
    assert np.array_equal(again, reference.run(source, x, convention=chosen))
    assert again.any()


# What is refused


def without_synapse(neuron: nir.NIRNode) -> nir.NIRGraph:
    return graph(ports(2, 2) | {"n": neuron}, ("input", "n"), ("n", "output"))


def recurrent(neuron: nir.NIRNode, weight: Signal = WEIGHT) -> nir.NIRGraph:
    found = layer(neuron, weight)
    found.nodes["w"] = nir.Linear(weight)
    found.edges += [("n", "w"), ("w", "n")]
    return found


def shared_synapse() -> nir.NIRGraph:
    found = layer(lif_node(), WEIGHT)
    found.nodes["m"] = lif_node()
    found.edges += [("fc", "m"), ("m", "output")]
    return found


def two_synapses() -> nir.NIRGraph:
    found = layer(if_node(), WEIGHT)
    found.nodes["again"] = nir.Linear(WEIGHT)
    found.edges += [("input", "again"), ("again", "n")]
    return found


def pooled(pool: nir.NIRNode, size: int = 2, first: bool = False) -> nir.NIRGraph:
    shape = np.array([1, 4, 4])
    neuron = nir.IF(np.ones((1, 4, 4)), np.ones((1, 4, 4)), np.zeros((1, 4, 4)))
    synapse = nir.Conv2d((4, 4), np.ones((1, 1, 1, 1)), 1, 0, 1, 1, np.zeros(1))
    nodes = {"input": nir.Input(input_type={"input": shape}), "pool": pool}
    nodes |= {"output": nir.Output(output_type={"output": np.array([1, size, size])})}
    if first:
        return graph(nodes, *itertools.pairwise(("input", "pool", "output")))
    nodes |= {"conv": synapse, "n": neuron}
    return graph(nodes, *itertools.pairwise(("input", "conv", "n", "pool", "output")))


UNEVEN = nir.LIF(np.array([1e-3, 2e-3]), *(np.full(2, v) for v in (1.0, 0.0, 1.0, 0.0)))


@pytest.mark.parametrize(
    ("name", "source", "node", "message"),
    [
        ("lava", layer(cuba_node(), WEIGHT), "n", "type CubaLIF, and lava has Affine, Linear, LIF"),
        ("lava", layer(lif_node(r=2.0), WEIGHT), "n", "r is 2, and lava has no r, expected 1"),
        ("lava", layer(lif_node(v_leak=0.5), WEIGHT), "n", "v_leak is 0.5"),
        ("lava", layer(lif_node(v_reset=0.5), WEIGHT), "n", "v_reset is 0.5"),
        ("lava", layer(lif_node(tau=1e5), WEIGHT), "n", "tau is 100000, and in float32 nothing"),
        ("lava", layer(lif_node(tau=np.inf, r=1.0), WEIGHT), "n", "tau is inf"),
        ("lava", layer(lif_node(), WEIGHT, np.full(2, 0.5)), "fc", "the bias is up to 0.5"),
        ("lava", without_synapse(lif_node()), "input", "a synapse leads to a neuron"),
        ("nengo", layer(UNEVEN, WEIGHT), "n", "tau is from 0.001 to 0.002"),
        ("nengo", layer(lif_node(v_threshold=-1.0), WEIGHT), "n", "v_threshold is -1"),
        ("nengo", layer(cuba_node(tau_syn=1e-4), WEIGHT), "n", "tau_syn is 0.0001"),
        ("nengo", recurrent(lif_node()), "n", "nothing on the cycle takes a step in nengo"),
        ("speck", layer(lif_node(), WEIGHT), "n", "found a node of type LIF, and speck has"),
        ("speck", layer(if_node(r=5.0), WEIGHT), "n", "r is 5"),
        ("speck", recurrent(if_node()), "n", "2 synapses lead to it"),
        ("speck", two_synapses(), "n", "2 synapses lead to it"),
        ("speck", pooled(nir.AvgPool2d(2, 2, 0)), "pool", "type AvgPool2d"),
        ("speck", pooled(nir.SumPool2d(2, 1, 0), size=3), "pool", "the stride is (1, 1)"),
        ("speck", pooled(nir.SumPool2d(2, 2, 0), first=True), "pool", "pools follow neurons"),
        ("spinnaker2", layer(lif_node(), 0 * WEIGHT), "n", "all weights that lead to it are 0"),
        ("spinnaker2", layer(lif_node(r=-1.0), WEIGHT), "n", "r is -1, and spinnaker2 divides"),
        ("spinnaker2", shared_synapse(), "fc", "leads to several neurons"),
        ("spinnaker2-unscaled", layer(lif_node(), 400 * WEIGHT), "n", "that leads to it is 200"),
    ],
)
def test_what_a_platform_does_not_have(
    name: str, source: nir.NIRGraph, node: str, message: str
) -> None:
    with pytest.raises(NirError) as raised:
        snnmlir.compile(source, convention=name, dt=1e-4)
    assert raised.value.node == node
    assert message in raised.value.message
    assert raised.value.help


def test_recurrence_without_a_delay_of_connections() -> None:
    with pytest.raises(NirError, match="nothing on the cycle takes a step in spinnaker2"):
        snnmlir.compile(recurrent(lif_node()), convention="spinnaker2", edge_steps="none")


@pytest.mark.parametrize("name", PLATFORMS)
def test_choices_of_a_platform_are_its_own(name: str) -> None:
    for choice, values in PLATFORMS[name].choices.items():
        for value in values:
            assert getattr(convention(name, **{choice: value}), choice) == value
        for value in set(CHOICES[choice]) - set(values):
            with pytest.raises(OptionError):
                convention(name, **{choice: value})
            with pytest.raises(OptionError) as raised:
                convention(name, nodes={"n": {choice: value}})
            assert raised.value.node == "n"


def test_parameters_of_a_platform_with_the_choices_of_another_preset() -> None:
    with pytest.raises(OptionError) as raised:
        convention("snntorch", parameters="speck")
    assert raised.value.message == ("parameters 'speck' needs reset 'subtract', found 'zero'")
    assert "convention 'speck'" in str(raised.value.help)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int4"])
def test_integers_of_another_kind(dtype: str) -> None:
    with pytest.raises(OptionError, match=f"dtype '{dtype}' makes integers") as raised:
        snnmlir.compile(layer(lif_node(), WEIGHT), convention="spinnaker2", dtype=dtype)
    assert "f32 or f64" in str(raised.value.help)
    network = snnmlir.compile(layer(lif_node(), WEIGHT), convention="spinnaker2")
    with pytest.raises(OptionError, match="makes integers"):
        network.calibrated("int8", [np.ones((2, 2))])


@pytest.mark.parametrize(
    ("name", "dtype", "said"),
    [
        ("lava", "f32", True),
        ("lava", "f64", False),
        ("spinnaker2", "f32", False),
        ("spinnaker2", "f64", True),
    ],
)
def test_a_note_says_where_the_platform_has_another_type(name: str, dtype: str, said: bool) -> None:
    network = snnmlir.compile(layer(lif_node(), WEIGHT), convention=name, dtype=dtype)
    assert any(note.startswith(f"{name} computes in") for note in network.notes) == said


def test_platforms_are_not_inferred() -> None:
    x = np.ones((10, 2))
    source = layer(lif_node(), WEIGHT)
    recorded = {"input": x, "output": np.zeros((10, 2), np.uint8)}
    assert set(FRAMEWORKS) == {name for name, p in PRESETS.items() if p.parameters == "nir"}
    for known in ({"parameters": "speck"}, {"edge_steps": "synapses"}):
        with pytest.raises(OptionError, match=r"and only conventions with .* are searched"):
            snnmlir.infer(source, recorded, **known)


# The commands


def test_check_shows_the_file_where_a_platform_refuses_it(tmp_path: Path) -> None:
    model = tmp_path / "model.nir"
    nir.write(model, layer(cuba_node(), WEIGHT))
    result = CliRunner().invoke(check_main, [str(model), "--convention", "lava", "--json"])
    report = json.loads(result.output)
    assert result.exit_code == 1
    assert (report["error"]["node"], report["suggested_convention"]) == ("n", None)
    refused = {node["name"]: node["error"] is not None for node in report["nodes"]}
    assert refused == {"input": False, "fc": False, "n": True, "output": False}
    plain = CliRunner().invoke(check_main, [str(model), "--convention", "lava"])
    assert "found a node of type CubaLIF" in plain.output


def test_check_shows_what_is_compiled(tmp_path: Path) -> None:
    model = tmp_path / "model.nir"
    nir.write(model, layer(cuba_node(), WEIGHT))
    result = CliRunner().invoke(check_main, [str(model), "--convention", "spinnaker2", "--json"])
    report = json.loads(result.output)
    assert result.exit_code == 0, result.output
    assert [node["name"] for node in report["nodes"]] == ["input", "fc_step", "fc", "n", "output"]
    assert any("units of spinnaker2's 8-bit weights" in note for note in report["notes"])


def test_commands(tmp_path: Path) -> None:
    case = next(case for case in CASES if case["convention"] == "spinnaker2")
    output, saved = tmp_path / "model.c", tmp_path / "model.toml"
    arguments = [str(DATA / case["nir"]), "-o", str(output), "--verify", str(DATA / case["ref"])]
    arguments += ["--convention", "spinnaker2", "--dt", "1e-4", "--save-convention", str(saved)]
    result = CliRunner().invoke(compile_main, arguments)
    assert result.exit_code == 0, result.output
    assert "verified: equal to the recording" in result.output
    assert snnmlir.convention(saved) == dataclasses.replace(PRESETS["spinnaker2"], dt=1e-4)
    header = output.with_suffix(".h").read_text()
    assert "spinnaker2" in header
    listed = CliRunner().invoke(compile_main, ["--help"]).output
    assert all(name in listed for name in PLATFORMS)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the C saves: with every choice of `optimize` it computes the interpreter's bits."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
from click.testing import CliRunner
from subjects import SUBJECTS, feedforward

import snnmlir
from emulation import FLAGS, FORMS_ELSEWHERE, run
from networks import GRAPHS, graph, neuron, ports
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import build
from snnmlir.cli.compile import main
from snnmlir.compiler import TARGETS
from snnmlir.errors import OptionError
from snnmlir.reports.verify import verify

SNNTORCH = {"convention": "snntorch", "dt": 1e-4}
DELAYED = {"convention": "snntorch-default", "dt": 1e-4}
WAYS = {
    "zero": SNNTORCH,
    "subtract": SNNTORCH | {"reset": "subtract"},
    "delayed": DELAYED,
    "counts": {"convention": "sinabs"},
    "nir": {"dt": 1e-4},
}
"""Resets before and after the spikes are read, and several spikes in a step."""


def layers(kind: str, sizes: tuple[int, ...] = (12, 9, 7, 3)) -> nir.NIRGraph:
    """All-to-all synapses and neurons, the first of which feed themselves back."""
    rng = np.random.default_rng(3)
    nodes = ports(sizes[0], sizes[-1])
    path = ["input"]
    for k, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        weight = rng.normal(0.2, 1.0, (outputs, inputs)) / np.sqrt(0.3 * inputs)
        nodes[f"fc{k}"] = nir.Affine(weight, rng.normal(0.0, 0.05, outputs))
        nodes[f"n{k}"] = neuron(kind, outputs, rng)
        path += [f"fc{k}", f"n{k}"]
    nodes["back"] = nir.Linear(rng.normal(0.0, 0.4, (sizes[1], sizes[1])))
    edges = [*itertools.pairwise([*path, "output"]), ("n0", "back"), ("back", "n0")]
    return graph(nodes, *edges)


def maps(scale: int = 1) -> nir.NIRGraph:
    """Convolutions with strides, padding and groups, a pool, and a flattened map.

    Args:
        scale: How many times as many channels the maps have.
    """
    rng = np.random.default_rng(4)
    more = [scale * channels for channels in (4, 6, 3)]

    def conv(outputs: int, inputs: int, **options: Any) -> nir.Conv2d:
        given = {"stride": 1, "padding": 1, "dilation": 1, "groups": 1} | options
        weight = rng.normal(0.1, 0.7, (outputs, inputs, 3, 3))
        return nir.Conv2d(None, weight=weight, bias=rng.normal(0.1, 0.05, outputs), **given)

    def spiking(*shape: int) -> nir.IF:
        full = np.ones(shape)
        return nir.IF(r=full, v_threshold=full * rng.uniform(0.8, 1.5), v_reset=full * 0)

    nodes = {
        "input": nir.Input(input_type={"input": np.array([2, 9, 8])}),
        "conv1": conv(more[0], 2, stride=2),
        "n1": spiking(more[0], 5, 4),
        "conv2": conv(more[1], more[0] // 2, groups=2),
        "n2": spiking(more[1], 5, 4),
        "pool": nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        "conv3": conv(more[2], more[1], dilation=2, padding=2),
        "n3": spiking(more[2], 2, 2),
        "flatten": nir.Flatten({"input": np.array([more[2], 2, 2])}, start_dim=0),
        "fc": nir.Linear(rng.normal(0.1, 0.6, (5, 4 * more[2]))),
        "n4": spiking(5),
        "output": nir.Output(output_type={"output": np.array([5])}),
    }
    return graph(nodes, *itertools.pairwise(nodes))


def delays(steps: np.ndarray, outputs: int = 6) -> nir.NIRGraph:
    """Spikes that reach the next layer after as many steps of 1e-4 s."""
    rng = np.random.default_rng(5)
    size = steps.size
    nodes = ports(size, outputs) | {
        "fc1": nir.Linear(rng.normal(0.0, 1.0, (size, size)) / np.sqrt(0.2 * size)),
        "n1": neuron("LIF", size, rng),
        "delay": nir.Delay(steps * 1e-4),
        "fc2": nir.Linear(rng.normal(0.1, 1.0, (outputs, size)) / np.sqrt(0.1 * size)),
        "n2": neuron("LIF", outputs, rng),
    }
    path = ["input", "fc1", "n1", "delay", "fc2", "n2", "output"]
    return graph(nodes, *itertools.pairwise(path))


def compiled(source: Any, **options: Any) -> snnmlir.Network:
    given = {"dtype": "int8", "input_type": "spikes", "name": "net"} | options
    return snnmlir.compile(source, **given)


def steps(network: snnmlir.Network, count: int = 24) -> np.ndarray:
    """[T, *shape]: spikes of all densities."""
    rng = np.random.default_rng(0)
    shape = network.inputs[0].shape
    density = rng.choice([0.0, 0.1, 0.3, 0.6, 1.0], count).reshape(-1, *(1 for _ in shape))
    return rng.random((count, *shape)) < density


def check_bits(network: snnmlir.Network) -> None:
    assert verify(network, steps(network)).mismatches == ()


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize("way", WAYS)
def test_sums_in_states_are_the_same(way: str, dtype: str) -> None:
    for kind, target in itertools.product(
        ("LIF", "IF", "CubaLIF", "LI"), ("generic", "cortex-m4", "cortex-m3")
    ):
        if kind == "LI" and way == "counts":
            continue
        source = layers(kind if kind != "LI" else "LIF")
        if kind == "LI":
            source.nodes["n2"] = neuron("LI", 3, np.random.default_rng(6))
        network = compiled(source, dtype=dtype, optimize="ram", target=target, **WAYS[way])
        check_bits(network)


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("dtype", ["int8", "int4"])
@pytest.mark.parametrize("way", WAYS)
def test_maps_are_the_same(way: str, dtype: str) -> None:
    for scale, target in ((1, "generic"), (4, "cortex-m4"), (4, "cortex-m3"), (4, "avr")):
        source = maps(scale)
        check_bits(compiled(source, dtype=dtype, optimize="ram", target=target, **WAYS[way]))


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("target", ["cortex-m4", "cortex-m3"])
def test_words_in_states_are_the_same(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, which this machine takes if it is told to."""
    command = os.environ.get("CC", "gcc")
    monkeypatch.setenv("CC", f"{command} -DNET_BLOCKS=1 -DNET_UNALIGNED_BLOCKS=1")
    # States of 16 bits in units of which a weight has several, of sizes with a rest, too.
    sources = (layers("LIF", (12, 28, 24, 10, 4)), maps(4), feedforward(40, 38, 28, 11))
    forms = []
    for source, way in itertools.product(sources, WAYS):
        network = compiled(source, optimize="ram", target=target, **WAYS[way])
        forms.append("net_add_row4(" in network.c)
        check_bits(network)
    assert sum(forms) >= 10


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("flag", ["-DNET_INTEGER_VECTORS=0", "-DNET_INTEGER_VECTORS=16"])
@pytest.mark.parametrize("target", ["cortex-m55", "rv32imc-zve32x"])
def test_vectors_in_states_are_the_same(
    target: str, flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of convolutions in vectors, which add to voltages without decay."""
    monkeypatch.setenv("CC", f"{os.environ.get('CC', 'gcc')} {flag}")
    source, forms = maps(4), []
    for node in source.nodes.values():
        if isinstance(node, nir.Conv2d):
            node.bias[:] = 0.0  # otherwise the neurons have it
    for way, dtype in itertools.product(WAYS, ("int8", "int4")):
        network = compiled(source, dtype=dtype, target=target, **WAYS[way])
        bodies = re.findall(r"y = y \+ W \* x \*/\nstatic .*?\n}\n", network.c, re.DOTALL)
        forms.append(sum("net_add_i" in body for body in bodies))
        check_bits(network)
    assert sum(forms) >= 1, forms


def test_counted_inputs_are_the_same() -> None:
    network = compiled(layers("LIF"), input_type="counts", optimize="ram", **SNNTORCH)
    x = np.random.default_rng(1).integers(0, 4, (20, 12)).astype(np.uint8)
    assert verify(network, x).mismatches == ()


def test_neither_sums_nor_lists_nor_spikes_have_memory() -> None:
    network = compiled(layers("LIF", (30, 20, 10)), optimize="ram", **DELAYED)
    # The spikes of n0, which are fed back in the next step.
    assert network.resources.scratch_bytes == 20
    assert "events" not in network.c
    hidden = compiled(feedforward(30, 20, 10), optimize="ram", **SNNTORCH)
    assert hidden.resources.memory_bytes == 2 * (20 + 10)
    assert "events" not in hidden.c


def test_floating_point_has_sums() -> None:
    """Their order matters."""
    small, fast = (
        compiled(layers("LIF"), dtype="f32", optimize=choice, **SNNTORCH).resources
        for choice in ("ram", "speed")
    )
    assert small.scratch_bytes == fast.scratch_bytes


@pytest.mark.parametrize("name", GRAPHS)
def test_all_networks_are_the_same(name: str) -> None:
    network = snnmlir.compile(GRAPHS[name], dtype="int8", dt=1e-4, optimize="ram")
    rng = np.random.default_rng(0)
    x = {port.name: rng.normal(0.5, 1.0, (12, *port.shape)) for port in network.inputs}
    assert verify(network, x if len(x) > 1 else next(iter(x.values()))).mismatches == ()


STEPS = {
    "several words": np.random.default_rng(7).integers(1, 9, 70),
    "a word": np.random.default_rng(8).integers(1, 31, 32),
    "a byte": np.array([2, 3, 9, 4, 1]),
    "16 bits": np.random.default_rng(9).integers(2, 7, 13),
    "all the same": np.full(19, 5),
    "none for some": np.array([0, 3, 1, 0, 7]),
    "one long among short": np.array([1, 1, 1, 1, 1, 1, 1, 40]),
    "more than a byte counts": np.full(8, 300),
}


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("optimize", ["speed", "balanced", "ram"])
@pytest.mark.parametrize("name", STEPS)
def test_delayed_spikes_are_the_same(name: str, optimize: str) -> None:
    for dtype in ("f32", "int8"):
        network = compiled(delays(STEPS[name]), dtype=dtype, optimize=optimize, **SNNTORCH)
        assert verify(network, steps(network, 80)).mismatches == ()


def test_delayed_spikes_are_bits() -> None:
    source = delays(STEPS["a word"])
    longest = int(STEPS["a word"].max())
    for optimize in ("balanced", "ram"):
        states = compiled(source, optimize=optimize, **SNNTORCH).states
        assert states["delay"] == 4 * longest + 1 <= 130, optimize
    assert compiled(source, optimize="speed", **SNNTORCH).states["delay"] > 600


@pytest.mark.parametrize(
    ("machine", "target"),
    [
        *((machine, "generic") for machine in ("cortex-m4f", "cortex-m0", "atmega1284p")),
        ("cortex-m4f", "cortex-m4"),
        ("cortex-m3", "cortex-m3"),
        ("cortex-m3", "cortex-m4"),
        ("cortex-m0", "cortex-m0"),
        *FORMS_ELSEWHERE,
    ],
)
def test_bits_on_machines(machine: str, target: str, tmp_path: Path) -> None:
    wide = layers("LIF", (12, 28, 24, 10, 4))
    sources = {
        "wide": (wide, SNNTORCH),
        "wide, delayed": (wide, DELAYED),
        "rests": (feedforward(40, 38, 28, 11), SNNTORCH),
        "wide maps": (maps(4), SNNTORCH),
        "wide maps, counts": (maps(4), WAYS["counts"]),
        "LIF": (layers("LIF"), SNNTORCH),
        "CubaLIF": (layers("CubaLIF"), SNNTORCH),
        "delayed": (layers("LIF"), DELAYED),
        "maps": (maps(), WAYS["counts"]),
        "delays": (delays(STEPS["several words"]), SNNTORCH),
    }
    for name, (source, convention) in sources.items():
        network = compiled(source, optimize="ram", target=target, **convention)
        x = steps(network, 8)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x), name)


def test_memory_of_the_gestures() -> None:
    source = Path(__file__).parents[2] / "examples/gestures/gestures.nir"
    for target in TARGETS:
        network = compiled(source, optimize="ram", target=target, **DELAYED)
        assert network.resources.memory_bytes <= 3400, target


LIMITS = {"784-256-10 LIF": 560, "12-38-7 recurrent (Braille)": 280, "N-MNIST CNN": 22_000}


@pytest.mark.parametrize("name", LIMITS)
def test_memory_of_measured_networks(name: str) -> None:
    subject = next(subject for subject in SUBJECTS if subject.name == name)
    source = subject.make()
    if source is None:
        pytest.skip("there are no shared networks")
    network = compiled(source, optimize="ram", **subject.options)
    assert network.resources.memory_bytes <= LIMITS[name]
    check_bits(network)


def test_commands_take_it(tmp_path: Path) -> None:
    path = tmp_path / "model.nir"
    nir.write(path, feedforward(30, 20, 10))
    options = ["--dtype", "int8", "--input-type", "spikes", "--convention", "snntorch"]
    done = CliRunner().invoke(
        main, [str(path), *options, "--optimize", "ram", "-o", str(tmp_path / "m.c")]
    )
    assert done.exit_code == 0, done.output
    assert "fc1_out" not in (tmp_path / "m.c").read_text()


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(OptionError, match="unknown optimize 'size'"):
        compiled(layers("LIF"), optimize="size", **SNNTORCH)

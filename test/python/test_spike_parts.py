# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neurons of feature maps that spike some at a time: the same bits, in less memory."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest

import snnmlir
from emulation import FLAGS, run
from generated import step_body
from networks import affine, graph, neuron
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.places import started
from snnmlir.boards.programs import build
from test_memory import DELAYED, WAYS, check_bits, compiled, steps

GESTURES = Path(__file__).parents[2] / "examples/gestures/gestures.nir"


def spiking(shape: tuple[int, ...], rng: np.random.Generator) -> nir.NIRNode:
    """A map of neurons whose parameters differ: not at all, by channel or all of them."""
    kind = rng.choice(["LIF", "LIF", "CubaLIF", "IF"])
    differ = rng.choice([(1,) * len(shape), (shape[0], *(1 for _ in shape[1:])), shape])

    def values(least: float, most: float) -> np.ndarray:
        return np.broadcast_to(rng.uniform(least, most, differ), shape).copy()

    common = {"v_threshold": values(0.8, 1.6), "v_reset": np.zeros(shape)}
    if kind == "IF":
        return nir.IF(r=np.ones(shape), **common)
    tau, leak = values(3e-4, 3e-3), np.zeros(shape)
    if kind == "LIF":
        return nir.LIF(tau=tau, r=np.full(shape, 3.0), v_leak=leak, **common)
    synaptic = {"tau_syn": values(2e-4, 2e-3), "w_in": np.ones(shape)}
    return nir.CubaLIF(tau_mem=tau, r=np.full(shape, 2.0), v_leak=leak, **synaptic, **common)


def convolutions(seed: int, channels: tuple[int, int] = (2, 6)) -> nir.NIRGraph:
    """Two or three convolutions of random sizes, each before neurons, and a layer of ten.

    In some the spikes of a map have two readers, or are an output, too.
    """
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers((1, 11, 9), (4, 16, 15)))
    nodes: dict[str, nir.NIRNode] = {"input": nir.Input({"input": np.array(shape)})}
    edges: list[tuple[str, str]] = []
    last = "input"
    for n in range(rng.integers(2, 4)):
        groups = 2 if shape[0] % 2 == 0 and rng.integers(2) else 1
        outputs, size = groups * int(rng.integers(*channels)), int(rng.integers(2, 4))
        stride, padding = (int(rng.integers(1, 3)) if n else 1), int(rng.integers(0, 2))
        weight = rng.normal(0.15, 0.6, (outputs, shape[0] // groups, size, size))
        bias = rng.normal(0.0, 0.05, outputs)
        conv = nir.Conv2d(shape[1:], weight, stride, padding, 1, groups, bias)
        shape = (outputs, *((s + 2 * padding - size) // stride + 1 for s in shape[1:]))
        nodes |= {f"conv{n}": conv, f"n{n}": spiking(shape, rng)}
        edges += [(last, f"conv{n}"), (f"conv{n}", f"n{n}")]
        last = f"n{n}"
    nodes |= {
        "flatten": nir.Flatten({"input": np.array(shape)}, start_dim=0),
        "fc": affine(10, int(np.prod(shape)), rng),
        "end": neuron("LIF", 10, rng),
        "output": nir.Output({"output": np.array([10])}),
    }
    edges += [(last, "flatten"), *itertools.pairwise(("flatten", "fc", "end", "output"))]
    extra = rng.integers(4)
    if extra == 0:
        nodes["spikes"] = nir.Output({"output": np.array(shape)})
        edges.append((last, "spikes"))
    elif extra == 1:
        nodes["side"] = affine(10, int(np.prod(shape)), rng)
        edges += [("flatten", "side"), ("side", "end")]
    return graph(nodes, *edges)


def parts(network: snnmlir.Network) -> int:
    """How many maps spike some neurons at a time."""
    return step_body(network.c).count("size_t part = 0;")


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("dtype", ["int8", "int16"])
@pytest.mark.parametrize("way", WAYS)
def test_bits_are_the_same(way: str, dtype: Any) -> None:
    """With counts, which are in no parts, too."""
    found = 0
    for seed in range(12):
        network = compiled(convolutions(seed), dtype=dtype, **WAYS[way])
        check_bits(network)
        found += parts(network)
    assert (found > 0) == (way != "counts")


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("way", ["zero", "subtract", "delayed", "nir"])
def test_vectors_of_a_part(way: str) -> None:
    """Channels that are no whole vectors, of neurons that a spike resets now or later."""
    found = set()
    for seed in range(8):
        network = compiled(convolutions(seed, (8, 24)), **WAYS[way])
        check_bits(network)
        found |= set(re.findall(r"net_any_(i\d\d)x\d", network.c))
    assert "i16" in found


@pytest.mark.parametrize("machine", ["cortex-m0", "cortex-m4f", "rv32imac"])
def test_on_machines(machine: str, tmp_path: Path) -> None:
    network = compiled(convolutions(6), **DELAYED)
    assert parts(network) == 2
    x = steps(network, 8)
    (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
    np.testing.assert_array_equal(found, network.run(x))


def test_events_of_all_parts_count(tmp_path: Path) -> None:
    """On a board, where a list has a turn for each part, whatever is in the last one."""
    network = compiled(convolutions(6), profile=True, **DELAYED)
    x = steps(network, 8)
    x[5:] = True
    with started(build(MACHINES["cortex-m4f"], tmp_path, network, FLAGS)) as board:
        events = board.run([x]).events
    spikes = network.record(x, ["n0", "n1"]) | {"input": x}
    for name in ("input", "n0", "n1"):
        expected = spikes[name].reshape(len(x), -1).sum(1)
        np.testing.assert_array_equal(events[f"{name}_events"][0], expected)


def test_spikes_that_others_read_are_all_there() -> None:
    """An output, and what is recorded."""
    source = convolutions(9)
    assert "spikes" in source.nodes
    network = compiled(source, **WAYS["zero"])
    step = step_body(network.c)
    assert parts(network) == 1
    assert "net_n1(net->n1_v, part" not in step
    recorded = network.record(steps(network), ["n0", "n1", "n0.v"])
    assert set(recorded) == {"n0", "n1", "n0.v"}


def test_maps_of_floats_and_named_targets_have_whole_lists() -> None:
    assert parts(compiled(convolutions(6), dtype="f32", **DELAYED)) == 0
    for target in ("cortex-m3", "cortex-m4", "x86-64"):
        assert parts(compiled(convolutions(6), target=target, **DELAYED)) == 0


def test_memory_of_the_gestures() -> None:
    """It is that of the states, and of one list; the report says what each byte is for."""
    network = compiled(GESTURES, **DELAYED)
    needs = network.resources
    assert needs.state_bytes == 3360
    assert needs.memory_bytes <= 4000
    used = {use.name: use for use in needs.memory}
    assert used["lif1_events"].nodes == ("lif1", "conv2")
    assert used["lif2_events"].nodes == ("lif2", "fc3")
    assert used["input_events"].nodes == ("conv1",)
    assert max(use.offset + use.bytes for use in needs.memory if use.offset is not None) == (
        needs.scratch_bytes
    )


def test_operations_of_all_parts_count() -> None:
    """As many for one step as where all neurons spike at once, which they do for taps."""
    for source in (GESTURES, convolutions(6)):
        network = compiled(source, **DELAYED)
        assert parts(network) == 2
        found = {layer.node: layer.most for layer in network.resources.layers}
        whole = network.tapped("all").resources.layers
        assert found == {layer.node: layer.most for layer in whole}
    # Neurons whose voltage is updated when they spike, after their current.
    assert found["n1"].multiplies == 800


def test_what_is_tapped_is_stored() -> None:
    """Spikes of all maps; without taps the same network has them in parts."""
    network = compiled(GESTURES, taps=["lif1", "lif2.v"], **DELAYED)
    assert parts(network) == 0
    assert "NET_TAP(lif1, " in network.c
    check_bits(network)
    plain = compiled(GESTURES, **DELAYED)
    assert {"lif1", "lif2", "lif2.v"} <= set(plain.tappable)
    assert plain.tapped(["lif1"]).tapped([]).c == plain.c
    assert parts(plain) == 2

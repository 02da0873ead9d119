# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small NIR graphs that together have every node and every kind of edge the compiler takes."""

from __future__ import annotations

import itertools
import math

import nir
import numpy as np


def neuron(kind: str, size: int, rng: np.random.Generator) -> nir.NIRNode:
    """A layer of neurons with a parameter value for each; time constants of some ten steps."""

    def between(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, size)

    v = {"v_leak": between(-0.1, 0.1)}
    spike = {"v_threshold": between(0.5, 1.0), "v_reset": between(-0.2, 0.2)}
    tau = {"tau": between(5e-4, 2e-3), "r": between(5.0, 20.0)}
    cuba = {
        "tau_mem": between(5e-4, 2e-3),
        "tau_syn": between(2e-4, 1e-3),
        "r": between(5.0, 20.0),
        "w_in": between(1.0, 5.0),
    }
    return {
        "I": lambda: nir.I(r=between(1e3, 1e4)),
        "IF": lambda: nir.IF(r=between(5e3, 2e4), **spike),
        "LI": lambda: nir.LI(**tau, **v),
        "LIF": lambda: nir.LIF(**tau, **v, **spike),
        "CubaLI": lambda: nir.CubaLI(**cuba, **v),
        "CubaLIF": lambda: nir.CubaLIF(**cuba, **v, **spike),
    }[kind]()


def lif_map(shape: tuple[int, ...], rng: np.random.Generator) -> nir.LIF:
    """LIF neurons in several dimensions, with parameters for each."""
    lif = neuron("LIF", math.prod(shape), rng)
    for name in ("tau", "r", "v_leak", "v_threshold", "v_reset"):
        setattr(lif, name, getattr(lif, name).reshape(shape))
    return lif


def affine(outputs: int, inputs: int, rng: np.random.Generator) -> nir.Affine:
    return nir.Affine(
        weight=rng.normal(0.0, 0.7, (outputs, inputs)), bias=rng.normal(0.1, 0.2, outputs)
    )


def graph(nodes: dict[str, nir.NIRNode], *edges: tuple[str, str]) -> nir.NIRGraph:
    return nir.NIRGraph(nodes=nodes, edges=list(edges), type_check=False)


def ports(inputs: int, outputs: int) -> dict[str, nir.NIRNode]:
    return {
        "input": nir.Input(input_type={"input": np.array([inputs])}),
        "output": nir.Output(output_type={"output": np.array([outputs])}),
    }


def layer(kind: str) -> nir.NIRGraph:
    rng = np.random.default_rng(len(kind))
    nodes = ports(5, 7) | {"fc": affine(7, 5, rng), "n": neuron(kind, 7, rng)}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


def recurrent(kind: str) -> nir.NIRGraph:
    """n feeds itself through weights with a bias, and a second layer."""
    rng = np.random.default_rng(10 + len(kind))
    nodes = ports(5, 3) | {
        "fc1": affine(7, 5, rng),
        "n": neuron(kind, 7, rng),
        "w_rec": affine(7, 7, rng),
        "fc2": affine(3, 7, rng),
        "out": neuron("LI", 3, rng),
    }
    return graph(
        nodes,
        ("input", "fc1"),
        ("fc1", "n"),
        ("n", "w_rec"),
        ("w_rec", "n"),
        ("n", "fc2"),
        ("fc2", "out"),
        ("out", "output"),
    )


def feedback_over_layers() -> nir.NIRGraph:
    """The second layer feeds the first back, and itself without a synapse."""
    rng = np.random.default_rng(3)
    nodes = ports(4, 4) | {
        "fc1": affine(4, 4, rng),
        "a": neuron("LIF", 4, rng),
        "fc2": affine(4, 4, rng),
        "b": neuron("CubaLIF", 4, rng),
        "back": affine(4, 4, rng),
    }
    return graph(
        nodes,
        ("input", "fc1"),
        ("fc1", "a"),
        ("a", "fc2"),
        ("fc2", "b"),
        ("b", "b"),
        ("b", "back"),
        ("back", "a"),
        ("b", "output"),
    )


def delayed_loop() -> nir.NIRGraph:
    """A loop that a Delay of three steps carries; no further delay may come in."""
    rng = np.random.default_rng(4)
    nodes = ports(4, 4) | {
        "a": neuron("LIF", 4, rng),
        "w": affine(4, 4, rng),
        "wait": nir.Delay(delay=np.full(4, 3e-4)),
    }
    return graph(nodes, ("input", "a"), ("a", "w"), ("w", "wait"), ("wait", "a"), ("a", "output"))


def branches() -> nir.NIRGraph:
    """Two inputs, two outputs, a skip connection, and every node without state."""
    rng = np.random.default_rng(5)
    nodes = {
        "left": nir.Input(input_type={"input": np.array([2, 3])}),
        "right": nir.Input(input_type={"input": np.array([6])}),
        "flat": nir.Flatten(input_type={"input": np.array([2, 3])}, start_dim=0, end_dim=-1),
        "scale": nir.Scale(scale=rng.uniform(0.5, 2.0, 6)),
        "step": nir.Threshold(threshold=np.full(6, 0.7)),
        "late": nir.Delay(delay=np.full(6, 2e-4)),
        "fc": nir.Linear(weight=rng.normal(0.0, 1.0, (6, 6))),
        "n": neuron("LIF", 6, rng),
        "spikes": nir.Output(output_type={"output": np.array([6])}),
        "sum": nir.Output(output_type={"output": np.array([6])}),
    }
    return graph(
        nodes,
        ("left", "flat"),
        ("flat", "scale"),
        ("scale", "step"),
        ("right", "late"),
        ("step", "fc"),
        ("late", "fc"),
        ("fc", "n"),
        ("step", "n"),
        ("n", "spikes"),
        ("n", "sum"),
        ("scale", "sum"),
        ("right", "sum"),
    )


def pass_through() -> nir.NIRGraph:
    """Nothing but an edge; the input that nobody listens to stays a parameter."""
    nodes = ports(3, 3) | {
        "unheard": nir.Input(input_type={"input": np.array([2])}),
        "again": nir.Output(output_type={"output": np.array([3])}),
    }
    return graph(nodes, ("input", "output"), ("input", "again"))


def scalar() -> nir.NIRGraph:
    """Signals without dimensions."""
    nodes = {
        "input": nir.Input(input_type={"input": np.array([], dtype=np.int64)}),
        "n": nir.LIF(*(np.array(value) for value in (1e-3, 8.0, 0.1, 0.5, 0.0))),
        "wait": nir.Delay(delay=np.array(1e-4)),
        "output": nir.Output(output_type={"output": np.array([], dtype=np.int64)}),
    }
    return graph(nodes, ("input", "n"), ("n", "wait"), ("wait", "output"))


def feature_map() -> nir.NIRGraph:
    """Neurons in two dimensions, with parameters for each; one layer without any input."""
    rng = np.random.default_rng(6)
    nodes = {
        "input": nir.Input(input_type={"input": np.array([2, 3])}),
        "n": lif_map((2, 3), rng),
        "alone": nir.LIF(*(np.full((2, 3), v) for v in (1e-3, 1.0, 2.0, 1.0, 0.0))),
        "output": nir.Output(output_type={"output": np.array([2, 3])}),
    }
    return graph(nodes, ("input", "n"), ("n", "output"), ("alone", "output"))


def chain_of_delays() -> nir.NIRGraph:
    """Delays of one step and of several, one after the other, and one of none."""
    nodes = ports(3, 3) | {
        "a": nir.Delay(delay=np.full(3, 1e-4)),
        "b": nir.Delay(delay=np.full(3, 1e-4)),
        "c": nir.Delay(delay=np.full(3, 3e-4)),
        "none": nir.Delay(delay=np.full(3, 1e-9)),
    }
    return graph(nodes, ("input", "a"), ("a", "b"), ("b", "c"), ("c", "none"), ("none", "output"))


def delays_per_element() -> nir.NIRGraph:
    """Delays of none to five steps, in and out of a loop."""
    rng = np.random.default_rng(7)
    nodes = ports(4, 4) | {
        "n": neuron("LIF", 4, rng),
        "w": affine(4, 4, rng),
        "loop": nir.Delay(delay=np.array([1e-4, 5e-4, 2e-4, 1e-4])),
        "some": nir.Delay(delay=np.array([0.0, 3e-4, 0.0, 1e-4])),
    }
    return graph(
        nodes,
        ("input", "n"),
        ("n", "w"),
        ("w", "loop"),
        ("loop", "n"),
        ("n", "some"),
        ("some", "output"),
    )


def convolutions() -> nir.NIRGraph:
    """Kernels of all sorts: padding, stride, dilation, groups, not square; pools; no activation."""
    rng = np.random.default_rng(8)

    def conv(outputs: int, inputs: int, *kernel: int, **options: object) -> nir.NIRNode:
        given = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1} | options
        kind = nir.Conv2d if len(kernel) == 2 else nir.Conv1d
        weight = rng.normal(0.0, 0.7, (outputs, inputs, *kernel))
        return kind(None, weight=weight, bias=rng.normal(0.1, 0.2, outputs), **given)

    lif = neuron("LIF", 4 * 5 * 7, rng)
    for name in ("tau", "r", "v_leak", "v_threshold", "v_reset"):
        setattr(lif, name, getattr(lif, name).reshape(4, 5, 7))
    nodes = {
        "input": nir.Input(input_type={"input": np.array([2, 9, 7])}),
        "strided": conv(4, 2, 3, 2, stride=(2, 1), padding=(1, 1)),  # [4, 5, 8]
        "grouped": conv(4, 2, 1, 2, groups=2),  # [4, 5, 7]
        "lif": lif,
        "back": conv(4, 4, 3, 3, padding="same"),
        "dilated": conv(3, 4, 2, 3, dilation=(2, 2), padding=(0, 1)),  # [3, 3, 5]
        "sum": nir.SumPool2d(kernel_size=np.array([2, 3]), stride=1, padding=np.array([1, 0])),
        "average": nir.AvgPool2d(kernel_size=2, stride=np.array([2, 1]), padding=0),
        "flat": nir.Flatten(input_type={"input": np.array([3, 2, 2])}, start_dim=0, end_dim=-1),
        "fc": affine(6, 12, rng),
        "lines": nir.Input(input_type={"input": np.array([2, 6])}),
        "line": conv(3, 2, 3, padding=1, stride=2),  # [3, 3]
        "depthwise": conv(6, 1, 2, groups=3, dilation=2),  # [6, 1]
        "row": nir.Flatten(input_type={"input": np.array([6, 1])}, start_dim=0, end_dim=-1),
        "out": neuron("LIF", 6, rng),
        "output": nir.Output(output_type={"output": np.array([6])}),
        "map": nir.Output(output_type={"output": np.array([3, 3, 5])}),
    }
    return graph(
        nodes,
        *[(a, b) for a, b in itertools.pairwise(["input", "strided", "grouped", "lif"])],
        *[(a, b) for a, b in itertools.pairwise(["lif", "back", "lif"])],
        *[(a, b) for a, b in itertools.pairwise(["lif", "dilated", "sum", "average", "flat"])],
        ("flat", "fc"),
        ("fc", "out"),
        *[(a, b) for a, b in itertools.pairwise(["lines", "line", "depthwise", "row", "out"])],
        ("out", "output"),
        ("dilated", "map"),
    )


def batch_of_matrices() -> nir.NIRGraph:
    """A matrix for each row of the input, and the rows' sum over two edges."""
    rng = np.random.default_rng(9)
    nodes = {
        "input": nir.Input(input_type={"input": np.array([2, 3])}),
        "rows": nir.Affine(weight=rng.normal(0, 1, (2, 4, 3)), bias=rng.normal(0, 1, (2, 4))),
        "again": nir.Linear(weight=rng.normal(0, 1, (2, 4, 4))),
        "step": nir.Threshold(threshold=np.full((2, 4), 0.2)),
        "output": nir.Output(output_type={"output": np.array([2, 4])}),
    }
    return graph(
        nodes,
        ("input", "rows"),
        ("rows", "again"),
        ("rows", "step"),
        ("again", "step"),
        ("step", "output"),
    )


def lists_and_sums() -> nir.NIRGraph:
    """A list of spikes as large as a sum, which can have its place; nodes with names of helpers."""
    rng = np.random.default_rng(10)
    nodes = ports(10, 14) | {
        "list_spikes_a": affine(10, 10, rng),
        "list_spikes": neuron("LIF", 10, rng),
        "take_events": affine(2, 10, rng),
        "set_spikes": neuron("LIF", 2, rng),
        "step_events": affine(14, 2, rng),
        "list_counts": neuron("LIF", 14, rng),
    }
    names = list(nodes)
    chain = ["input", *names[2:], "output"]
    return graph(nodes, *itertools.pairwise(chain))


def flat_sequence() -> nir.NIRGraph:
    """Spikes of a map, flattened to the channels of a convolution over one position."""
    rng = np.random.default_rng(11)
    nodes = {
        "input": nir.Input(input_type={"input": np.array([2, 4, 1])}),
        "map": nir.Conv2d((4, 1), rng.normal(0.3, 1, (3, 2, 1, 1)), 1, 0, 1, 1, np.zeros(3)),
        "n": lif_map((3, 4, 1), rng),
        "flat": nir.Flatten({"input": np.array([3, 4, 1])}, start_dim=0, end_dim=1),
        "line": nir.Conv1d(1, rng.normal(0, 1, (2, 12, 1)), 1, 0, 1, 1, np.zeros(2)),
        "output": nir.Output(output_type={"output": np.array([2, 1])}),
    }
    return graph(nodes, *itertools.pairwise(["input", "map", "n", "flat", "line", "output"]))


def ring() -> nir.NIRGraph:
    """Two layers of neurons that drive each other."""
    rng = np.random.default_rng(12)
    nodes = ports(4, 4) | {"a": neuron("LIF", 4, rng), "b": neuron("LIF", 4, rng)}
    return graph(nodes, ("input", "a"), ("a", "b"), ("b", "a"), ("a", "output"))


def several_sources() -> nir.NIRGraph:
    """Two inputs, a recurrent neuron, feedback, and a node that is called like a list."""
    rng = np.random.default_rng(5)
    nodes = {
        "in": nir.Input(np.array([24])),
        "in2": nir.Input(np.array([12])),
        "in_events": affine(16, 24, rng),
        "b": affine(16, 12, rng),
        "rec": affine(16, 16, rng),
        "n": neuron("LIF", 16, rng),
        "fc": affine(8, 16, rng),
        "skip": affine(8, 24, rng),
        "n2": neuron("LIF", 8, rng),
        "back": affine(16, 8, rng),
        "out": nir.Output(np.array([8])),
    }
    return graph(
        nodes, ("in", "in_events"), ("in_events", "n"), ("in2", "b"), ("b", "n"), ("n", "rec"),
        ("rec", "n"), ("n", "fc"), ("fc", "n2"), ("in", "skip"), ("skip", "n2"), ("n2", "back"),
        ("back", "n"), ("n2", "out"),
    )  # fmt: skip


KINDS = ("I", "IF", "LI", "LIF", "CubaLI", "CubaLIF")
SPIKING = ("IF", "LIF", "CubaLIF")

GRAPHS = (
    {f"layer-{kind}": layer(kind) for kind in KINDS}
    | {f"recurrent-{kind}": recurrent(kind) for kind in KINDS}
    | {
        "feedback-over-layers": feedback_over_layers(),
        "delayed-loop": delayed_loop(),
        "branches": branches(),
        "pass-through": pass_through(),
        "scalar": scalar(),
        "feature-map": feature_map(),
        "chain-of-delays": chain_of_delays(),
        "delays-per-element": delays_per_element(),
        "convolutions": convolutions(),
        "batch-of-matrices": batch_of_matrices(),
        "lists-and-sums": lists_and_sums(),
        "flat-sequence": flat_sequence(),
        "ring": ring(),
    }
)


def random_input(source: nir.NIRGraph, steps: int, scale: float = 1.0) -> dict[str, np.ndarray]:
    """Analog input with many zeros for every Input, [T, *shape]."""
    rng = np.random.default_rng(steps)
    shapes = {
        name: tuple(node.input_type["input"])
        for name, node in source.nodes.items()
        if isinstance(node, nir.Input)
    }
    return {
        name: rng.normal(0.3, scale, (steps, *shape)) * (rng.random((steps, *shape)) < 0.4)
        for name, shape in shapes.items()
    }

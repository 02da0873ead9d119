# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Inputs and Outputs that a graph lacks: added as nir does when it reads the file."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nir
import pytest

from snnmlir.errors import NirError
from snnmlir.nir_import import Graph, read_graph

Chain = Callable[..., Graph]
Read = Callable[..., Graph]
Refusal = Callable[..., NirError]


def added(type: str, name: str, end: str, whose: str = "the graph") -> str:
    where = f"{'before' if type == 'Input' else 'behind'} '{end}'"
    return f"{whose} has no {type}: '{name}' is added {where}, as nir does when it reads the file"


@pytest.mark.parametrize("lacking", [("Input",), ("Output",), ("Input", "Output")])
def test_they_are_those_of_nir(
    write: Callable[..., Path], make: SimpleNamespace, lacking: tuple[str, ...]
) -> None:
    nodes = {"fc": make.affine(4, 3), "lif": make.lif(3)}
    edges = [("fc", "lif")]
    if "Input" not in lacking:
        nodes["in"] = make.input(4)
        edges.append(("in", "fc"))
    if "Output" not in lacking:
        nodes["out"] = make.output(3)
        edges.append(("lif", "out"))
    path = write(nodes, edges)
    graph, theirs = read_graph(path), nir.read(path)
    assert graph.nodes.keys() == theirs.nodes.keys()
    assert set(graph.edges) == set(theirs.edges)
    for name in (*graph.inputs, *graph.outputs):
        node = theirs.nodes[name]
        assert graph.nodes[name].output_shape == tuple(node.output_type["output"].tolist())
    names = {"Input": ("input_fc", "fc"), "Output": ("output_lif", "lif")}
    assert graph.notes == tuple(added(type, *names[type]) for type in lacking)
    assert read_graph(nir.read(path, type_check=False)).notes == graph.notes


SHAPES: dict[str, tuple[Callable[[SimpleNamespace], list[Any]], tuple[int, ...]]] = {
    "neurons": (lambda m: [m.lif((2, 3)), m.any_output], (2, 3)),
    "behind scalars": (lambda m: [m.lif(), m.scale(), m.affine(4, 3), m.any_output], (4,)),
    "conv": (lambda m: [m.conv(4, 2, 3, 3, input_shape=[5, 6]), m.any_output], (2, 5, 6)),
    "flatten": (lambda m: [m.flatten(input_type=[2, 3]), m.any_output], (2, 3)),
    "output": (lambda m: [m.lif(), m.output(5)], (5,)),
    "scalars": (lambda m: [m.lif(), m.any_output], ()),
    "one node": (lambda m: [m.lif(3)], (3,)),
}


@pytest.mark.parametrize("case", SHAPES)
def test_the_shape_is_that_of_what_is_behind(
    chain: Chain, make: SimpleNamespace, case: str
) -> None:
    nodes, shape = SHAPES[case]
    graph = chain(*nodes(make))
    assert graph.inputs == ("input_n0",)
    assert graph.nodes["input_n0"].output_shape == shape


@pytest.mark.parametrize("kind", ["conv", "pool", "flatten"])
def test_a_shape_that_nothing_says(
    chain: Chain, make: SimpleNamespace, refusal: Refusal, kind: str
) -> None:
    node = make.conv(4, 2, 3, 3) if kind == "conv" else getattr(make, kind)()
    error = refusal(chain, make.lif(), node, make.any_output)
    assert error.node == "n1"
    assert "has no Input before it, and its parameters do not say the shape" in error.message
    assert "add a nir.Input" in str(error.help)


def test_several(read: Read, make: SimpleNamespace) -> None:
    nodes = {"a": make.affine(2, 3), "b": make.affine(4, 3), "x": make.lif(3), "y": make.li(3)}
    nodes |= {"input_a": make.lif(3), "alone": make.lif(9)}
    edges = [("a", "input_a"), ("b", "input_a"), ("input_a", "x"), ("input_a", "y")]
    graph = read(nodes, edges)
    assert graph.inputs == ("input_a_0", "input_b")
    assert graph.outputs == ("output_x", "output_y")
    assert [graph.nodes[name].output_shape for name in graph.inputs] == [(2,), (4,)]
    assert "'alone': reaches no Output and is left out" in graph.notes


def test_what_was_left_over_gets_none(read: Read, make: SimpleNamespace) -> None:
    nodes = {"fc": make.affine(4, 3), "out": make.output(3), "x": make.lif(2), "y": make.lif(2)}
    assert read(nodes, [("fc", "out"), ("x", "y")]).inputs == ("input_fc",)
    nodes = {"in": make.input(4), "fc": make.affine(4, 3), "x": make.lif(2), "y": make.lif(2)}
    assert read(nodes, [("in", "fc"), ("x", "y")]).outputs == ("output_fc",)


CYCLES = {
    "no entry": ([("a", "b"), ("b", "a")], "Input", "every node has a source"),
    "no entry, but an exit": (
        [("a", "b"), ("b", "a"), ("b", "out")],
        "Input",
        "every node has a source",
    ),
    "no exit": ([("in", "a"), ("a", "b"), ("b", "a")], "Output", "every node has a target"),
    "nothing": ([], "Input", "there are no edges"),
}


@pytest.mark.parametrize("case", CYCLES)
def test_where_nothing_says_where_they_are(
    read: Read, make: SimpleNamespace, refusal: Refusal, case: str
) -> None:
    edges, type, reason = CYCLES[case]
    nodes = {"in": make.input(3), "a": make.lif(3), "b": make.affine(3, 3), "out": make.output(3)}
    used = {name for edge in edges for name in edge} | {"a", "b"}
    error = refusal(read, {name: nodes[name] for name in nodes if name in used}, edges)
    assert error.message == f"the graph has no {type} node, expected at least one: {reason}"


def test_a_recurrent_layer_may_be_the_entry(read: Read, make: SimpleNamespace) -> None:
    nodes = {"fc": make.affine(4, 3), "lif": make.lif(3), "w": make.affine(3, 3), "o": make.li(3)}
    graph = read(nodes, [("fc", "lif"), ("lif", "w"), ("w", "lif"), ("lif", "o")])
    assert (graph.inputs, graph.outputs) == (("input_fc",), ("output_o",))
    assert graph.closing == {("w", "lif")}


@pytest.mark.parametrize("lacking", [("Input",), ("Output",), ("Input", "Output")])
def test_in_subgraphs(read: Read, make: SimpleNamespace, lacking: tuple[str, ...]) -> None:
    members = {"i": make.input(3), "fc": make.affine(3, 3), "lif": make.lif(3), "o": make.output(3)}
    if "Input" in lacking:
        del members["i"]
    if "Output" in lacking:
        del members["o"]
    inner = make.graph(members, [*itertools.pairwise(members)])
    nodes = {"in": make.input(3), "g": inner, "out": make.output(3)}
    graph = read(nodes, [("in", "g"), ("g", "out")])
    assert list(graph.nodes) == ["in", "g/fc", "g/lif", "out"]
    names = {"Input": ("input_fc", "fc"), "Output": ("output_lif", "lif")}
    assert graph.notes == tuple(added(type, *names[type], "subgraph 'g'") for type in lacking)


def test_a_subgraph_may_be_all_there_is(read: Read, make: SimpleNamespace) -> None:
    inner = make.graph({"fc": make.affine(4, 3), "lif": make.lif(3)}, [("fc", "lif")])
    graph = read({"g": inner}, [])
    assert list(graph.nodes) == ["input_g", "g/fc", "g/lif", "output_g"]
    members = {"i": make.input(4), "lif": make.lif(), "o": make.any_output}
    declared = make.graph(members, [*itertools.pairwise(members)])
    assert read({"g": declared}, []).nodes["input_g"].output_shape == (4,)


def test_an_edge_to_one_of_several_nodes_of_a_subgraph(
    read: Read, make: SimpleNamespace, refusal: Refusal
) -> None:
    inner = make.graph(
        {"a": make.lif(3), "b": make.lif(3), "o": make.output(3)}, [("a", "o"), ("b", "o")]
    )
    nodes = {"in": make.input(3), "g": inner, "out": make.output(3)}
    error = refusal(read, nodes, [("in", "g"), ("g", "out")])
    assert error.node == "g"
    assert error.message == (
        "an edge names this subgraph, which has no Input and 2 nodes without a source ('a', 'b'), "
        "expected one"
    )

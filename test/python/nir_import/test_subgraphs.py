# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Subgraphs, edges and names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from snnmlir.errors import NirError
from snnmlir.nir_import import Graph, flatten, raw, read_graph
from snnmlir.nir_import.graph import Scale

Read = Callable[..., Graph]
Refusal = Callable[..., NirError]


def recurrent(make: SimpleNamespace) -> dict[str, object]:
    """A subgraph in -> lif -> out with lif -> w -> lif."""
    nodes = {"in": make.input(3), "lif": make.lif(3), "w": make.affine(3, 3), "out": make.output(3)}
    return make.graph(nodes, [("in", "lif"), ("lif", "w"), ("w", "lif"), ("lif", "out")])


def test_recurrence_in_a_subgraph(read: Read, make: SimpleNamespace) -> None:
    nodes = {"in": make.input(2), "fc": make.affine(2, 3), "rec": recurrent(make)}
    nodes["out"] = make.output(3)
    graph = read(nodes, [("in", "fc"), ("fc", "rec"), ("rec", "out")])
    assert set(graph.nodes) == {"in", "fc", "rec/lif", "rec/w", "out"}
    assert graph.closing == {("rec/w", "rec/lif")}
    assert set(graph.edges) == {
        ("in", "fc"),
        ("fc", "rec/lif"),
        ("rec/w", "rec/lif"),
        ("rec/lif", "rec/w"),
        ("rec/lif", "out"),
    }
    assert graph.sources("rec/lif") == ("fc", "rec/w")
    assert graph.sources("in") == ()
    assert (graph.inputs, graph.outputs) == (("in",), ("out",))


def test_nesting(read: Read, make: SimpleNamespace) -> None:
    inner = recurrent(make)
    for _ in range(20):
        nodes = {"in": make.input(1, 3), "deep": inner, "out": make.output(1, 1, 3)}
        inner = make.graph(nodes, [("in", "deep"), ("deep", "out")])
    graph = read(
        {"in": make.input(3), "g": inner, "out": make.output(3)}, [("in", "g"), ("g", "out")]
    )
    assert "/".join(["g", *["deep"] * 20, "lif"]) in graph.nodes
    assert len(graph.nodes) == 4


def test_nesting_is_limited(
    read: Read, make: SimpleNamespace, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    from snnmlir.nir_import import hdf5

    monkeypatch.setattr(hdf5, "MAX_DEPTH", 1)
    nodes = {"g": make.graph({"g": make.graph({}, [])}, [])}
    assert refusal(read, nodes, []).message == "subgraphs are nested more than 1 deep"


def test_subgraph_may_feed_itself(read: Read, make: SimpleNamespace) -> None:
    inner = make.graph(
        {"in": make.input(3), "lif": make.lif(3), "out": make.output(3)},
        [("in", "lif"), ("lif", "out")],
    )
    nodes = {"in": make.input(3), "g": inner, "out": make.output(3)}
    graph = read(nodes, [("in", "g"), ("g", "g"), ("g", "out")])
    assert graph.closing == {("g/lif", "g/lif")}
    assert graph.sources("g/lif") == ("in", "g/lif")


def test_empty_subgraph_is_a_wire(read: Read, make: SimpleNamespace) -> None:
    wire = make.graph({"i": make.input(3), "o": make.output(3)}, [("i", "o")])
    nodes = {"in": make.input(3), "wire": wire, "lif": make.lif(), "out": make.output(3)}
    graph = read(nodes, [("in", "wire"), ("wire", "lif"), ("lif", "out")])
    assert graph.edges == (("in", "lif"), ("lif", "out"))


def test_fan_in_and_fan_out_of_a_port(read: Read, make: SimpleNamespace) -> None:
    inner = make.graph(
        {"i": make.input(3), "x": make.lif(3), "y": make.lif(3), "o": make.output(3)},
        [("i", "x"), ("i", "y"), ("x", "o"), ("y", "o")],
    )
    nodes = {"a": make.input(3), "b": make.input(3), "g": inner, "out": make.output(3)}
    graph = read(nodes, [("a", "g"), ("b", "g"), ("g", "out")])
    assert graph.sources("g/x") == graph.sources("g/y") == ("a", "b")
    assert set(graph.sources("out")) == {"g/x", "g/y"}


def test_two_ways_to_one_node_add(read: Read, make: SimpleNamespace) -> None:
    wire = make.graph({"i": make.input(3), "o": make.output(3)}, [("i", "o")])
    nodes = {"in": make.input(3), "wire": wire, "lif": make.lif(3), "out": make.output(3)}
    edges = [("in", "wire"), ("wire", "lif"), ("in", "lif"), ("lif", "out")]
    graph = read(nodes, edges)
    assert graph.sources("lif") == ("in", "wire/o")
    assert graph.sources("wire/o") == ("in",)
    assert isinstance(graph.nodes["wire/o"], Scale)
    assert graph.nodes["wire/o"].scale == 1.0


def test_loop_of_wires_is_refused(read: Read, make: SimpleNamespace, refusal: Refusal) -> None:
    wire = make.graph({"i": make.input(3), "o": make.output(3)}, [("i", "o")])
    nodes = {"in": make.input(3), "wire": wire, "lif": make.lif(3), "out": make.output(3)}
    edges = [("in", "wire"), ("wire", "wire"), ("wire", "lif"), ("lif", "out")]
    error = refusal(read, nodes, edges)
    assert error.node == "wire/i"
    assert "loop of edges that goes through Inputs and Outputs of subgraphs only" in error.message


def test_number_of_joined_edges_is_limited(
    read: Read, make: SimpleNamespace, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flatten, "MAX_EDGES", 40)
    before = {f"a{i}": make.input(3) for i in range(10)}
    behind = {f"b{i}": make.output(3) for i in range(10)}
    wire = make.graph({"i": make.input(3), "o": make.output(3)}, [("i", "o")])
    edges = [(a, "wire") for a in before] + [("wire", b) for b in behind]
    error = refusal(read, {**before, "wire": wire, **behind}, edges)
    assert error.message == "the graph has more than 40 edges once its subgraphs are dissolved"


def test_ambiguous_input_of_a_subgraph(read: Read, make: SimpleNamespace, refusal: Refusal) -> None:
    inner = make.graph(
        {"a": make.input(3), "b": make.input(3), "lif": make.lif(3), "o": make.output(3)},
        [("a", "lif"), ("b", "lif"), ("lif", "o")],
    )
    nodes = {"in": make.input(3), "g": inner, "out": make.output(3)}
    error = refusal(read, nodes, [("in", "g"), ("g", "out")])
    assert error.node == "g"
    assert "an edge names this subgraph, which has 2 nodes of type Input" in error.message


def test_ambiguous_output_of_a_subgraph(
    read: Read, make: SimpleNamespace, refusal: Refusal
) -> None:
    inner = make.graph(
        {"i": make.input(3), "x": make.output(3), "y": make.output(3)}, [("i", "x"), ("i", "y")]
    )
    nodes = {"in": make.input(3), "g": inner, "out": make.output(3)}
    error = refusal(read, nodes, [("in", "g"), ("g", "out")])
    assert "which has 2 nodes of type Output ('x', 'y'), expected exactly one" in error.message


def test_declared_shape_of_a_port_is_compared(
    read: Read, make: SimpleNamespace, refusal: Refusal
) -> None:
    inner = make.graph(
        {"i": make.input(4), "lif": make.lif(), "o": make.output(3)}, [("i", "lif"), ("lif", "o")]
    )
    nodes = {"in": make.input(3), "g": inner, "out": make.output(3)}
    error = refusal(read, nodes, [("in", "g"), ("g", "out")])
    assert error.node == "g/i"
    assert error.message == "declares shape (4,), but what arrives from 'in' has shape (3,)"


EDGES = {
    "no such source": (
        ("fc1", "lif"),
        None,
        "the edge from 'fc1' to 'lif' names 'fc1', which is not a node of the graph; its nodes are "
        "'in', 'lif', 'out'",
    ),
    "no such target": (
        ("lif", ""),
        None,
        "the edge from 'lif' to '' names '', which is not a node of the graph; its nodes are 'in', "
        "'lif', 'out'",
    ),
    "into an Input": (
        ("lif", "in"),
        "in",
        "an edge leads from 'lif' into this Input, expected edges only out of it",
    ),
    "out of an Output": (
        ("out", "lif"),
        "out",
        "an edge leads from this Output to 'lif', expected edges only into it",
    ),
    "Input to itself": (
        ("in", "in"),
        "in",
        "an edge leads from 'in' into this Input, expected edges only out of it",
    ),
}


@pytest.mark.parametrize("case", EDGES)
def test_wrong_edges(read: Read, make: SimpleNamespace, refusal: Refusal, case: str) -> None:
    edge, node, message = EDGES[case]
    nodes = {"in": make.input(3), "lif": make.lif(3), "out": make.output(3)}
    error = refusal(read, nodes, [("in", "lif"), ("lif", "out"), edge])
    assert (error.node, error.message) == (node, message)


def test_many_nodes_are_not_all_listed(read: Read, make: SimpleNamespace, refusal: Refusal) -> None:
    nodes = {f"n{i}": make.lif(3) for i in range(25)}
    message = refusal(read, nodes, [("n1", "x")]).message
    assert message.endswith("'n18', 'n19' and 5 more")


def test_repeated_edge_counts_once(read: Read, make: SimpleNamespace) -> None:
    nodes = {"in": make.input(3), "lif": make.lif(3), "out": make.output(3)}
    graph = read(nodes, [("in", "lif"), ("lif", "out"), ("in", "lif")])
    assert graph.edges == (("in", "lif"), ("lif", "out"))
    assert graph.notes == ("the graph lists the edge from 'in' to 'lif' 2 times; it is taken once",)


NAMES = [
    "* int main() {",
    "\\",
    "quote \" and '",
    "new\nline",
    "Größe 大",
    "\u202e",
    "a.b",
    " ",
    "%s{}",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_data(read: Read, make: SimpleNamespace, name: str) -> None:
    nodes = {"in": make.input(3), name: make.lif(3), "out": make.output(3)}
    assert list(read(nodes, [("in", name), (name, "out")]).nodes) == ["in", name, "out"]


@pytest.mark.parametrize("name", NAMES)
def test_messages_stay_on_their_line(
    read: Read, make: SimpleNamespace, refusal: Refusal, name: str
) -> None:
    nodes = {"in": make.input(3), name: make.lif(3), "out": make.output(3)}
    error = refusal(read, nodes, [(name, name + "?")])
    assert str(error).isprintable() or str(error).replace("\n  help: ", "").isprintable()


def test_raw_paths() -> None:
    assert raw.join(None, "a") == "a"
    assert raw.join("a", "") == "a/"
    assert raw.owner("a\nb") == r"subgraph 'a\nb'"


def test_path_of_any_kind(write: Callable[..., Path], make: SimpleNamespace) -> None:
    path = write({"in": make.input(1), "out": make.output(1)}, [("in", "out")])
    assert read_graph(path).edges == read_graph(str(path)).edges == (("in", "out"),)

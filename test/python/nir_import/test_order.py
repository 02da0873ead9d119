# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Order of the nodes, closing edges, and nodes without use."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snnmlir.errors import NirError
from snnmlir.nir_import import Graph
from snnmlir.nir_import.order import loops, natural_key, topological_order

Read = Callable[..., Graph]
Refusal = Callable[..., NirError]

NAMES = st.text(st.sampled_from("ab019_²"), max_size=4)


def test_natural_order() -> None:
    names = ["fc10", "fc2", "10", "9", "fc", "fc02", "a1b2", "a1b10", "", "1"]
    assert sorted(names, key=natural_key) == [
        "",
        "1",
        "9",
        "10",
        "a1b2",
        "a1b10",
        "fc",
        "fc02",
        "fc2",
        "fc10",
    ]


def test_natural_order_of_endless_numbers() -> None:
    assert natural_key("9" * 10_000) < natural_key("1" + "0" * 10_000)


@given(st.lists(NAMES))
def test_natural_order_is_total(names: list[str]) -> None:
    shuffled = names[::-1]
    assert sorted(names, key=natural_key) == sorted(shuffled, key=natural_key)
    assert all(a == b or natural_key(a) != natural_key(b) for a in names for b in names)


GRAPHS = st.integers(1, 8).flatmap(
    lambda size: st.tuples(
        st.just([f"n{i}" for i in range(size)]),
        st.sets(st.tuples(*[st.integers(0, size - 1).map("n{}".format)] * 2)),
    )
)


@given(graph=GRAPHS, seed=st.integers(0, 1000))
def test_order_of_any_graph(graph: tuple[list[str], set[tuple[str, str]]], seed: int) -> None:
    names, edges = graph
    order, closing = topological_order(names, edges, names[:1])
    assert sorted(order) == sorted(names)
    position = {name: i for i, name in enumerate(order)}
    assert closing <= edges
    assert all(position[a] < position[b] for a, b in edges - closing)
    # Each closing edge closes a cycle: without it, its target still leads to its source.
    for source, target in closing:
        reached, todo = {target}, [target]
        while todo:
            name = todo.pop()
            new = {b for a, b in edges - closing if a == name} - reached
            reached |= new
            todo += new
        assert source in reached
    shuffled_names, shuffled_edges = list(names), list(edges)
    random.Random(seed).shuffle(shuffled_names)
    random.Random(seed).shuffle(shuffled_edges)
    assert topological_order(shuffled_names, shuffled_edges, names[:1]) == (order, closing)
    assert bool(loops(names, edges)) == bool(closing)


def test_branches_come_in_natural_order() -> None:
    names = ["in", "b10", "b2", "c", "out"]
    edges = [("in", "b10"), ("in", "b2"), ("in", "c"), ("b2", "out"), ("b10", "out"), ("c", "out")]
    order, closing = topological_order(names, edges, ["in"])
    assert order == ["in", "b2", "b10", "c", "out"]
    assert closing == frozenset()


def test_the_cycle_is_cut_where_it_was_entered() -> None:
    names = ["in", "fc1", "lif", "w_rec", "fc2", "out"]
    edges = [("in", "fc1"), ("fc1", "lif"), ("lif", "w_rec"), ("w_rec", "lif")]
    edges += [("lif", "fc2"), ("fc2", "out")]
    order, closing = topological_order(names, edges, ["in"])
    assert closing == {("w_rec", "lif")}
    assert order == ["in", "fc1", "lif", "fc2", "out", "w_rec"]


def test_long_chains_need_no_recursion() -> None:
    names = [f"n{i}" for i in range(20_000)]
    edges = [*itertools.pairwise(names), (names[-1], names[0])]
    order, closing = topological_order(names, edges, names[:1])
    assert order == names
    assert closing == {(names[-1], names[0])}


def test_graph_does_not_depend_on_storage_order(read: Read, make: SimpleNamespace) -> None:
    def build(seed: int) -> Graph:
        nodes = {"in2": make.input(3), "in10": make.input(3), "out": make.output(3)}
        nodes |= {"lif": make.lif(), "a": make.delay(), "w": make.affine(3, 3)}
        edges = [("in2", "lif"), ("in10", "a"), ("a", "lif"), ("lif", "w"), ("w", "lif")]
        edges += [("lif", "out"), ("in2", "out"), ("in2", "a")]
        random.Random(seed).shuffle(edges)
        return read(nodes, edges)

    first = build(0)
    assert first.inputs == ("in2", "in10")
    for seed in range(1, 10):
        other = build(seed)
        assert list(other.nodes) == list(first.nodes)
        assert (other.edges, other.closing) == (first.edges, first.closing)


def test_edges_are_sorted_by_position(read: Read, make: SimpleNamespace) -> None:
    nodes = {"in": make.input(3), "lif": make.lif(3), "w": make.affine(3, 3), "out": make.output(3)}
    edges = {("in", "lif"), ("lif", "w"), ("w", "lif"), ("lif", "out")}
    graph = read(nodes, edges)
    position = {name: i for i, name in enumerate(graph.nodes)}
    keys = [(position[b], position[a]) for a, b in graph.edges]
    assert keys == sorted(keys)
    assert set(graph.edges) == edges
    for name in graph.nodes:
        assert graph.sources(name) == tuple(a for a, b in graph.edges if b == name)


def test_a_neuron_may_feed_itself(read: Read, make: SimpleNamespace) -> None:
    nodes = {"in": make.input(3), "lif": make.lif(3), "out": make.output(3)}
    graph = read(nodes, [("in", "lif"), ("lif", "lif"), ("lif", "out")])
    assert graph.closing == {("lif", "lif")}


@pytest.mark.parametrize(
    ("edge", "cycle"), [(("fc", "fc"), "'fc' -> 'fc'"), (("s", "fc"), "'fc' -> 's' -> 'fc'")]
)
def test_cycles_need_memory(
    read: Read, make: SimpleNamespace, refusal: Refusal, edge: tuple[str, str], cycle: str
) -> None:
    nodes = {
        "in": make.input(3),
        "fc": make.affine(3, 3),
        "s": make.scale(3),
        "out": make.output(3),
    }
    error = refusal(read, nodes, [("in", "fc"), ("fc", "s"), ("s", "out"), edge])
    assert error.node == "fc"
    assert "lies on a cycle without a neuron or Delay" in error.message
    assert error.message.endswith(f": {cycle}")


def test_long_cycles_are_cut_short(read: Read, make: SimpleNamespace, refusal: Refusal) -> None:
    scales = {f"s{i}": make.scale(3) for i in range(20)}
    nodes = {"in": make.input(3), **scales, "out": make.output(3)}
    names = list(scales)
    edges = [*itertools.pairwise(["in", *names, "out"]), ("s19", "s0")]
    error = refusal(read, nodes, edges)
    assert "'s4' -> 's5' -> ... -> 's16'" in error.message


def test_a_delay_is_memory(read: Read, make: SimpleNamespace) -> None:
    nodes = {
        "in": make.input(3),
        "fc": make.affine(3, 3),
        "d": make.delay(3),
        "out": make.output(3),
    }
    graph = read(nodes, [("in", "fc"), ("fc", "d"), ("d", "fc"), ("fc", "out")])
    assert graph.closing == {("d", "fc")}


@pytest.mark.parametrize("type", ["Input", "Output"])
def test_boundary_is_needed(read: Read, make: SimpleNamespace, refusal: Refusal, type: str) -> None:
    nodes = {"in": make.input(3), "lif": make.lif(3), "out": make.output(3)}
    del nodes["in" if type == "Input" else "out"]
    error = refusal(read, nodes, [])
    assert error.message == (
        f"the graph has no {type} node, expected at least one: there are no edges"
    )
    assert f"add a nir.{type}" in str(error.help)


def test_empty_graph(read: Read, refusal: Refusal) -> None:
    assert "has no Input node" in refusal(read, {}, []).message


def test_output_without_edge(read: Read, make: SimpleNamespace, refusal: Refusal) -> None:
    nodes = {"in": make.input(3), "a": make.output(3), "b": make.output(3)}
    error = refusal(read, nodes, [("in", "a")])
    assert (error.node, error.message) == ("b", "no edge leads to this Output")


def test_unused_nodes_are_left_out(read: Read, make: SimpleNamespace) -> None:
    nodes = {"in": make.input(3), "out": make.output(3), "other": make.input(5)}
    nodes |= {"x1": make.lif(), "x2": make.affine(7, 7)}
    graph = read(nodes, [("in", "out"), ("in", "x1"), ("other", "x1"), ("x1", "x2")])
    assert list(graph.nodes) == ["in", "other", "out"]
    assert graph.inputs == ("in", "other")
    assert graph.edges == (("in", "out"),)
    assert graph.notes == (
        "'other': this Input reaches no Output, its values are ignored",
        "'x1', 'x2': reaches no Output and is left out",
    )


def test_neurons_without_input_are_fed_zeros(read: Read, make: SimpleNamespace) -> None:
    nodes = {"in": make.input(3), "clock": make.lif(3), "out": make.output(3)}
    graph = read(nodes, [("in", "out"), ("clock", "out")])
    assert graph.sources("out") == ("in", "clock")
    assert graph.notes == ("'clock': no edge leads to it, its input is always 0",)

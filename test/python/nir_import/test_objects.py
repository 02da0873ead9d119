# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Graph objects of the nir package."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest

from snnmlir.errors import NirError
from snnmlir.nir_import import objects, read_graph
from snnmlir.nir_import.graph import Affine, Conv

Refusal = Callable[..., NirError]


def graph(nodes: dict[str, Any], edges: list[Any]) -> nir.NIRGraph:
    return nir.NIRGraph(nodes=nodes, edges=edges, type_check=False)


def lif(size: int, **changed: Any) -> nir.LIF:
    values = {key: np.ones(size) for key in ("tau", "r", "v_leak", "v_threshold")}
    return nir.LIF(**{**values, **changed})


def affine(inputs: int, outputs: int) -> nir.Affine:
    return nir.Affine(weight=np.ones((outputs, inputs), np.float32), bias=np.zeros(outputs))


def net(**changed: Any) -> nir.NIRGraph:
    nodes = {
        "in": nir.Input(np.array([2])),
        "fc": affine(2, 3),
        "lif": lif(3),
        "out": nir.Output(np.array([3])),
        **changed,
    }
    return graph(nodes, [("in", "fc"), ("fc", "lif"), ("lif", "out")])


def all_types() -> nir.NIRGraph:
    """A chain of all types of nodes, and a subgraph."""
    one = np.ones(1)
    inner = graph(
        {"i": nir.Input(np.array([4])), "o": nir.Output(np.array([4])), "s": nir.Scale(np.ones(4))},
        [("i", "s"), ("s", "o")],
    )
    nodes = [
        nir.Input(np.array([2, 9, 8])),
        nir.Conv2d(None, np.ones((4, 1, 3, 2)), (1, 2), "valid", 1, 2, np.zeros(4)),
        nir.IF(r=np.ones((4, 7, 4)), v_threshold=np.ones((4, 7, 4))),
        nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        nir.AvgPool2d(np.array([2]), np.array([1]), np.array([1])),
        nir.Flatten(None, 1, -1),
        nir.Conv1d(None, np.ones((2, 4, 3)), 1, "same", 1, 1, np.zeros(2)),
        nir.Flatten(None, 0, -1),
        affine(24, 4),
        nir.CubaLIF(*[one] * 5),
        nir.Linear(np.ones((4, 4))),
        nir.CubaLI(*[one] * 4),
        nir.LI(*[one] * 3),
        nir.Threshold(one),
        nir.Delay(one),
        nir.I(one),
        inner,
        lif(4),
        nir.Output(np.array([4])),
    ]
    names = [f"n{i}" for i in range(len(nodes))]
    return graph(dict(zip(names, nodes, strict=True)), list(itertools.pairwise(names)))


def test_all_types() -> None:
    result = read_graph(all_types())
    shapes = [node.output_shape for node in result.nodes.values()]
    assert shapes[:9] == [
        (2, 9, 8),
        (4, 7, 4),
        (4, 7, 4),
        (4, 3, 2),
        (4, 4, 3),
        (4, 12),
        (2, 12),
        (24,),
        (4,),
    ]
    assert set(shapes[9:]) == {(4,)}
    conv = result.nodes["n6"]
    assert isinstance(conv, Conv)
    assert conv.padding == ((1, 1),)
    assert (result.version, result.notes) == (None, ())


def test_all_types_through_a_file(tmp_path: Path) -> None:
    source = all_types()
    for node in source.nodes.values():  # nir.write cannot write None
        if isinstance(node, nir.Conv1d | nir.Conv2d):
            node.input_shape = 12 if isinstance(node, nir.Conv1d) else (9, 8)
        if isinstance(node, nir.Flatten):
            node.input_type = {"input": np.array([4, 4, 3] if node.start_dim else [2, 12])}
    nir.write(tmp_path / "all.nir", source)
    from_file, from_object = read_graph(tmp_path / "all.nir"), read_graph(source)
    assert list(from_file.nodes) == list(from_object.nodes)
    assert from_file.edges == from_object.edges
    assert from_file.notes == from_object.notes


def test_bias_of_none_is_no_bias() -> None:
    node = affine(2, 3)
    node.bias = None
    result = read_graph(net(fc=node)).nodes["fc"]
    assert isinstance(result, Affine)
    assert result.bias is None


def test_arrays_are_copied() -> None:
    source = net()
    result = read_graph(source).nodes["fc"]
    source.nodes["fc"].weight[:] = 7
    assert isinstance(result, Affine)
    assert (result.weight == 1).all()


def test_lists_and_numbers_are_taken() -> None:
    fc = affine(2, 3)
    fc.weight, fc.bias = [[1, 2], [3, 4], [5, 6]], 0.5
    result = read_graph(net(fc=fc)).nodes["fc"]
    assert isinstance(result, Affine)
    assert result.weight.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert result.bias == 0.5


def test_digest_does_not_depend_on_order() -> None:
    first = net()
    reordered = graph(dict(reversed(first.nodes.items())), list(reversed(first.edges)))
    assert read_graph(reordered).sha256 == read_graph(first).sha256
    assert len(read_graph(first).sha256) == 64


CHANGES: dict[str, Callable[[nir.NIRGraph], object]] = {
    "value": lambda g: g.nodes["fc"].weight.__setitem__((0, 0), 2),
    "dtype": lambda g: setattr(g.nodes["fc"], "weight", g.nodes["fc"].weight.astype("f8")),
    "shape": lambda g: setattr(g.nodes["fc"], "bias", np.zeros((1, 3))),
    "edge": lambda g: g.edges.append(("in", "out2")),
    "node": lambda g: g.nodes.update(other=lif(3)),
}


@pytest.mark.parametrize("change", ["value", "dtype", "shape", "node"])
def test_digest_depends_on(change: str) -> None:
    changed = net()
    CHANGES[change](changed)
    assert read_graph(changed).sha256 != read_graph(net()).sha256


def test_digest_ignores_metadata() -> None:
    changed = net()
    changed.nodes["fc"].metadata = {"author": "me"}
    assert read_graph(changed).sha256 == read_graph(net()).sha256


@pytest.mark.parametrize("name", ["a/b", "*/ int main() {", "/", "", "\ud800", "\0"])
def test_names_that_no_file_can_hold_survive(name: str) -> None:
    nodes = {"in": nir.Input(np.array([3])), "out": nir.Output(np.array([3])), name: lif(3)}
    assert list(read_graph(graph(nodes, [("in", name), (name, "out")])).nodes) == [
        "in",
        name,
        "out",
    ]


def test_names_that_become_equal_are_refused(refusal: Refusal) -> None:
    inner = graph({"b": lif(3)}, [])
    nodes = {"in": nir.Input(np.array([3])), "a/b": lif(3), "a": inner}
    error = refusal(read_graph, graph(nodes, [("in", "a/b")]))
    assert error.node == "a/b"
    assert error.message.startswith("is the name of two nodes")


def test_shared_subgraph_becomes_two() -> None:
    inner = graph(
        {"i": nir.Input(np.array([3])), "lif": lif(3), "o": nir.Output(np.array([3]))},
        [("i", "lif"), ("lif", "o")],
    )
    nodes = {
        "in": nir.Input(np.array([3])),
        "a": inner,
        "b": inner,
        "out": nir.Output(np.array([3])),
    }
    result = read_graph(graph(nodes, [("in", "a"), ("a", "b"), ("b", "out")]))
    assert list(result.nodes) == ["in", "a/lif", "b/lif", "out"]


def test_graph_that_contains_itself_is_refused(refusal: Refusal) -> None:
    source = net()
    source.nodes["self"] = source
    assert "nested more than 1000 deep" in refusal(read_graph, source).message


def test_deep_nesting_needs_no_recursion(monkeypatch: pytest.MonkeyPatch) -> None:
    inner: Any = lif(3)
    for _ in range(900):
        shape = np.array([3])
        inner = graph(
            {"i": nir.Input(shape), "x": inner, "o": nir.Output(shape)}, [("i", "x"), ("x", "o")]
        )
    result = read_graph(inner)
    assert len(result.nodes) == 3
    assert result.edges[0][0] == "i"


def without(node: Any, *names: str) -> Any:
    for name in names:
        delattr(node, name)
    return node


WRONG: dict[str, tuple[Callable[[], Any], str | None, str]] = {
    "not a node": (lambda: net(fc="fc"), "fc", "is a Python str, expected a nir.NIRNode"),
    "nodes": (lambda: with_attribute("nodes", [1]), None, "the nodes of the graph are not a dict"),
    "names": (lambda: with_attribute("nodes", {1: lif(3)}), None, "the nodes of the graph are not"),
    "edges": (lambda: with_attribute("edges", 5), None, "the edges of the graph are not pairs"),
    "edge of three": (
        lambda: with_attribute("edges", [("in", "fc", "lif")]),
        None,
        "the edges of the graph are not pairs of node names",
    ),
    "edge of numbers": (
        lambda: with_attribute("edges", [(1, 2)]),
        None,
        "the edges of the graph are not pairs of node names",
    ),
    "to_dict fails": (
        lambda: net(fc=without(affine(2, 3), "weight")),
        "fc",
        "to_dict() of this Affine failed",
    ),
    "ragged": (
        lambda: net(lif=with_attribute("tau", [[1], [1, 2]], lif(3))),
        "lif",
        "'tau' is a Python list, expected numbers or a text",
    ),
    "object": (
        lambda: net(lif=with_attribute("tau", object(), lif(3))),
        "lif",
        "tau has type object, expected real numbers",
    ),
    "text": (
        lambda: net(lif=with_attribute("tau", "slow", lif(3))),
        "lif",
        "tau holds the text 'slow', expected real numbers",
    ),
    "texts": (
        lambda: net(lif=with_attribute("tau", ["slow"], lif(3))),
        "lif",
        "tau has type <U4, expected real numbers",
    ),
    "complex": (
        lambda: net(lif=with_attribute("tau", np.ones(3) * 1j, lif(3))),
        "lif",
        "tau has type complex128, expected real numbers",
    ),
    "none": (
        lambda: net(lif=with_attribute("tau", None, lif(3))),
        "lif",
        "tau holds nothing, expected real numbers",
    ),
    "input without shape": (lambda: net(**{"in": nir.Input(None)}), "in", "declares no shape"),
}


def with_attribute(name: str, value: object, target: Any = None) -> Any:
    result = net() if target is None else target
    setattr(result, name, value)
    return result


@pytest.mark.parametrize("case", WRONG)
def test_wrong_objects(refusal: Refusal, case: str) -> None:
    build, node, message = WRONG[case]
    error = refusal(read_graph, build())
    assert error.node == node
    assert error.message.startswith(message)


def test_single_node_is_refused(refusal: Refusal) -> None:
    assert "a Python LIF was given" in refusal(read_graph, lif(3)).message


def test_subclass_is_not_taken_for_its_base(refusal: Refusal) -> None:
    class Special(nir.Threshold):
        """A node that nir does not know."""

    error = refusal(read_graph, net(lif=Special(np.ones(3))))
    assert "has the unknown type 'Special'" in error.message


def test_depth_limit_is_shared() -> None:
    assert objects.MAX_DEPTH == 1000

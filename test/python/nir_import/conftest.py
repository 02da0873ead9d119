# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small .nir files, written dataset by dataset so that they can be wrong in any way."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pytest

from snnmlir.errors import NirError
from snnmlir.nir_import import Graph, read_graph

Nodes = dict[str, dict[str, Any]]
Edges = Iterable[tuple[str, str]]


def fill(group: h5py.Group, nodes: Nodes, edges: Edges) -> None:
    """Writes a graph as nir.write lays it out; "nodes" in a node makes it a subgraph."""
    group["type"] = "NIRGraph"
    pairs = list(edges)
    group.create_dataset("edges", shape=(len(pairs), 2), dtype=h5py.string_dtype())
    for i, pair in enumerate(pairs):
        group["edges"][i] = pair
    children = group.create_group("nodes")
    for name, fields in nodes.items():
        node = children.create_group(name)
        if "nodes" in fields:
            fill(node, fields["nodes"], fields["edges"])
            continue
        for key, value in fields.items():
            node[key] = value


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a .nir file, `write(nodes, edges)`, and returns its path."""

    def write_file(nodes: Nodes, edges: Edges, version: str | None = "1.0.8") -> Path:
        path = tmp_path / "model.nir"
        with h5py.File(path, "w") as file:
            if version is not None:
                file["version"] = version
            fill(file.create_group("node"), nodes, edges)
        return path

    return write_file


@pytest.fixture
def read(write: Callable[..., Path]) -> Callable[..., Graph]:
    """Writes a .nir file and reads it, `read(nodes, edges)`."""
    return lambda nodes, edges, **options: read_graph(write(nodes, edges), **options)


@pytest.fixture
def chain(read: Callable[..., Graph]) -> Callable[..., Graph]:
    """Reads the graph a -> b -> ..., `chain(a, b, ...)`; its nodes are named n0, n1, ..."""

    def read_chain(*nodes: dict[str, Any], **options: Any) -> Graph:
        names = [f"n{i}" for i in range(len(nodes))]
        nodes_by_name = dict(zip(names, nodes, strict=True))
        return read(nodes_by_name, itertools.pairwise(names), **options)

    return read_chain


@pytest.fixture
def refusal() -> Callable[..., NirError]:
    """The error that a call raises, `refusal(f, *args)`: it has a help and a one-line message."""

    def error_of(function: Callable[..., object], *args: Any, **options: Any) -> NirError:
        with pytest.raises(NirError) as caught:
            function(*args, **options)
        error = caught.value
        assert error.help
        assert "\n" not in error.message
        assert not error.message.endswith(".")
        return error

    return error_of


def _neuron(type: str, *keys: str) -> Callable[..., dict[str, Any]]:
    def make(size: Any = (), **changed: Any) -> dict[str, Any]:
        return {"type": type, **{key: np.full(size, 1.0, np.float32) for key in keys}, **changed}

    return make


def _shape(type: str) -> Callable[..., dict[str, Any]]:
    return lambda *shape: {"type": type, "shape": np.array(shape, dtype=np.int64)}


def _affine(inputs: int, outputs: int, **changed: Any) -> dict[str, Any]:
    weight = np.arange(inputs * outputs, dtype=np.float32).reshape(outputs, inputs)
    return {"type": "Affine", "weight": weight, "bias": np.zeros(outputs, np.float32), **changed}


def _conv(*weight_shape: int, **changed: Any) -> dict[str, Any]:
    return {
        "type": f"Conv{len(weight_shape) - 2}d",
        "weight": np.ones(weight_shape, np.float32),
        "bias": np.zeros(weight_shape[0], np.float32),
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        **changed,
    }


@pytest.fixture
def make() -> SimpleNamespace:
    """Constructors of nodes as files hold them."""
    return SimpleNamespace(
        input=_shape("Input"),
        output=_shape("Output"),
        any_output={"type": "Output"},
        affine=_affine,
        linear=lambda inputs, outputs: {
            "type": "Linear",
            "weight": np.ones((outputs, inputs), np.float32),
        },
        conv=_conv,
        pool=lambda type="SumPool2d", **changed: {
            "type": type,
            "kernel_size": np.array([2, 2]),
            "stride": np.array([2, 2]),
            "padding": np.array([0, 0]),
            **changed,
        },
        flatten=lambda start=0, end=-1, **more: {
            "type": "Flatten",
            "start_dim": start,
            "end_dim": end,
            **more,
        },
        scale=_neuron("Scale", "scale"),
        delay=_neuron("Delay", "delay"),
        threshold=_neuron("Threshold", "threshold"),
        i=_neuron("I", "r"),
        if_=_neuron("IF", "r", "v_threshold", "v_reset"),
        li=_neuron("LI", "tau", "r", "v_leak"),
        lif=_neuron("LIF", "tau", "r", "v_leak", "v_threshold", "v_reset"),
        cuba_li=_neuron("CubaLI", "tau_mem", "tau_syn", "r", "v_leak", "w_in"),
        cuba_lif=_neuron(
            "CubaLIF", "tau_mem", "tau_syn", "r", "v_leak", "w_in", "v_threshold", "v_reset"
        ),
        graph=lambda nodes, edges: {"nodes": nodes, "edges": edges},
    )


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder with nir-paper and nir-exported: $SNN_TEST_DATA, or `shared` beside the repo."""
    default = Path(__file__).resolve().parents[4] / "shared"
    folder = Path(os.environ.get("SNN_TEST_DATA", default))
    if not (folder / "nir-paper").is_dir():
        pytest.skip(f"no test data in {folder}; set SNN_TEST_DATA")
    return folder

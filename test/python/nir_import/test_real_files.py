# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The files of the NIR paper, and those that the frameworks export."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import nir
import numpy as np
import pytest

from snnmlir.errors import NirError
from snnmlir.nir_import import read_graph
from snnmlir.nir_import.graph import Affine, Conv, Flatten, Pool2d

# Per file: the nodes in order, the shapes of its input and output, and the closing edges.
MLP = ["input", "0", "1", "2", "3", "output"]
EXPECTED = {
    "nir-exported/norse_mlp_lifbox.nir": (MLP, (12,), (6,), set()),
    "nir-exported/rockpool_mlp_cuba.nir": (
        ["input", "0_LinearTorch", "1_LIFTorch", "2_LinearTorch", "3_LIFTorch", "output"],
        (12,),
        (5,),
        set(),
    ),
    "nir-exported/sinabs_cnn_iaf.nir": (
        ["input", *map(str, range(9)), "output"],
        (2, 19, 19),
        (10,),
        set(),
    ),
    "nir-exported/snntorch_mlp_leaky.nir": (MLP, (12,), (6,), set()),
    "nir-exported/snntorch_rsynaptic.nir": (
        ["input", "fc1", "lif1.lif", "fc2", "lif1.w_rec", "lif2", "output"],
        (12,),
        (5,),
        {("lif1.w_rec", "lif1.lif")},
    ),
    "nir-exported/spikingjelly_mlp.nir": (
        ["input_1", "_0", "_1", "_2", "_3", "_4", "_5", "output"],
        (12,),
        (5,),
        set(),
    ),
    "nir-exported/spyx_mlp.nir": (
        ["input", "layer_0", "layer_1", "layer_2", "layer_3", "output"],
        (12,),
        (6,),
        set(),
    ),
    "nir-paper/braille_noDelay_bias_zero.nir": (
        ["input", "fc1", "lif1.lif", "fc2", "lif1.w_rec", "lif2", "output"],
        (12,),
        (7,),
        {("lif1.w_rec", "lif1.lif")},
    ),
    "nir-paper/cnn_sinabs.nir": (
        ["input", *map(str, range(13)), "output"],
        (2, 34, 34),
        (10,),
        set(),
    ),
    "nir-paper/lif_norse.nir": (["input", "0", "1", "output"], (1,), (1,), set()),
    "nir-paper/lif_rockpool.nir": (
        ["input", "0_LinearTorch", "1_LIFNeuronTorch", "output"],
        (1,),
        (1,),
        set(),
    ),
    "nir-paper/two_lif_neurons.nir": (
        ["in", "linear1", "lif1", "linear2", "lif2", "out"],
        (1,),
        (1,),
        set(),
    ),
}


def test_every_file_is_expected(test_data: Path) -> None:
    folders = ("nir-paper", "nir-exported")
    found = {
        f"{folder}/{path.name}" for folder in folders for path in test_data.glob(f"{folder}/*.nir")
    }
    assert found - set(EXPECTED) == {"nir-paper/braille_noDelay_bias_zero_subgraph.nir"}


@pytest.mark.parametrize("file", EXPECTED)
def test_reads(test_data: Path, file: str) -> None:
    names, input_shape, output_shape, closing = EXPECTED[file]
    graph = read_graph(test_data / file)
    # Two outgoing branches may come in either order; everything else is a chain.
    assert sorted(graph.nodes) == sorted(names)
    assert closing == graph.closing
    position = {name: i for i, name in enumerate(graph.nodes)}
    assert all(position[a] < position[b] for a, b in set(graph.edges) - graph.closing)
    if not closing:
        assert list(graph.nodes) == names
    assert graph.nodes[graph.inputs[0]].output_shape == input_shape
    assert graph.nodes[graph.outputs[0]].input_shape == output_shape
    assert graph.sha256 == hashlib.sha256((test_data / file).read_bytes()).hexdigest()


@pytest.mark.parametrize("file", EXPECTED)
def test_object_and_file_are_the_same_graph(test_data: Path, file: str) -> None:
    from_file = read_graph(test_data / file)
    from_object = read_graph(nir.read(test_data / file, type_check=False))
    assert list(from_object.nodes) == list(from_file.nodes)
    assert from_object.edges == from_file.edges
    for name, node in from_file.nodes.items():
        other = from_object.nodes[name]
        assert type(other) is type(node)
        assert (other.input_shape, other.output_shape) == (node.input_shape, node.output_shape)
        for key, value in vars(node).items():
            assert np.array_equal(value, getattr(other, key)), (name, key)


def test_malformed_subgraph_is_refused(test_data: Path, refusal: Callable[..., NirError]) -> None:
    error = refusal(read_graph, test_data / "nir-paper/braille_noDelay_bias_zero_subgraph.nir")
    assert error.node == "lif1"
    assert error.message == (
        "the edge from 'input' to 'lif' names 'lif', which is not a node of subgraph 'lif1'; "
        "its nodes are 'input', 'lif1', 'lin', 'output'"
    )
    assert "did you mean 'lif1'?" in str(error.help)


def test_batch_and_time_dimensions_are_dropped_with_a_note(test_data: Path) -> None:
    graph = read_graph(test_data / "nir-exported/rockpool_mlp_cuba.nir")
    assert graph.notes == (
        "'input': the declared shape (1, 12) is taken as (12,), its leading ones as batch and time",
        "'output': the declared shape (1, 1, 5) is taken as (5,), its leading ones as batch and "
        "time",
    )


def test_old_files_have_no_v_reset(test_data: Path) -> None:
    graph = read_graph(test_data / "nir-paper/cnn_sinabs.nir")
    assert graph.version == "0.2.0"
    assert graph.notes == ("'1', '3', '6' and 2 more: v_reset is missing and taken as 0",)


def test_cnn(test_data: Path) -> None:
    nodes = read_graph(test_data / "nir-paper/cnn_sinabs.nir").nodes
    conv, pool, flatten, affine = nodes["0"], nodes["4"], nodes["8"], nodes["9"]
    assert isinstance(conv, Conv)
    assert (conv.input_shape, conv.output_shape) == ((2, 34, 34), (16, 16, 16))
    assert (conv.stride, conv.padding) == ((2, 2), ((1, 1), (1, 1)))
    assert isinstance(pool, Pool2d)
    assert (pool.output_shape, pool.average) == ((16, 8, 8), False)
    assert isinstance(flatten, Flatten)
    assert (flatten.start_dim, flatten.end_dim, flatten.output_shape) == (0, 2, (128,))
    assert isinstance(affine, Affine)
    assert (affine.weight.shape, affine.weight.dtype) == ((256, 128), np.float32)

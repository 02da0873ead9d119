# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a file can be other than a NIR file, and what it must not make the reader do."""

from __future__ import annotations

import bz2
import gzip
import itertools
import lzma
import os
import pickle
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from commands import call
from snnmlir.errors import NirError
from snnmlir.nir_import import hdf5, read_graph

Refusal = Callable[..., NirError]


@pytest.fixture
def good(write: Callable[..., Path], make: SimpleNamespace) -> Path:
    nodes = {
        "in": make.input(2),
        "fc": make.affine(2, 3),
        "lif": make.lif(3),
        "out": make.output(3),
    }
    return write(nodes, [("in", "fc"), ("fc", "lif"), ("lif", "out")])


def test_good_file(good: Path) -> None:
    graph = read_graph(good)
    assert list(graph.nodes) == ["in", "fc", "lif", "out"]
    assert (graph.version, graph.notes) == ("1.0.8", ())
    assert read_graph(str(good)).sha256 == graph.sha256


def test_missing_file(tmp_path: Path, refusal: Refusal) -> None:
    error = refusal(read_graph, tmp_path / "no.nir")
    assert "no.nir' cannot be opened (No such file or directory)" in error.message


def test_directory(tmp_path: Path, refusal: Refusal) -> None:
    assert "is not a file, expected a .nir file" in refusal(read_graph, tmp_path).message


def test_endless_file(refusal: Refusal) -> None:
    assert "'/dev/zero' is not a file" in refusal(read_graph, "/dev/zero").message


def test_nul_in_path(refusal: Refusal) -> None:
    assert "cannot be opened (embedded null byte)" in refusal(read_graph, "a\0b").message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(good: Path, refusal: Refusal) -> None:
    good.chmod(0)
    assert "cannot be opened (Permission denied)" in refusal(read_graph, good).message


FOREIGN = {
    "empty": (b"", "is empty (0 bytes)", "export the network again, or copy the file again"),
    "text": (b"not HDF5 at all", "not an HDF5 file but a text", "a file written by nir.write"),
    "utf-8": ("Größe\n".encode() * 20_000, "not an HDF5 file but a text", "nir.write"),
    "binary": (b"\x01\x02\xff\xfe" * 9, "is not an HDF5 file, expected", "nir.write"),
    "begun": (b"\x89HDF", "the beginning of an HDF5 file that was cut short", "copy the file"),
    "text mode": (b"\x89HDF\n\x1a\n" + bytes(99), "changed on its way", "as binary data"),
    "zeros": (bytes(999), "but nothing but zeros", "copy the file again"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS", "git lfs pull"),
    "git-annex": (b"/annex/objects/SHA256E-s9--0\n", "a git-annex pointer", "git annex get"),
    "torch": (b"PK\x03\x04" + bytes(26) + b"model/data.pkl", "made by torch.save", "nir.write("),
    "old torch": (pickle.dumps(0x1950A86A20F9469CFC6C, 2), "made by torch.save", "nir.write("),
    "pickle": (pickle.dumps([1]), "but a Python pickle", "nir.write(path, graph)"),
    "pickle of text": (pickle.dumps({1: 2}, 0), "but a Python pickle", "nir.write(path, graph)"),
    "npz": (b"PK\x03\x04" + bytes(26) + b"arr_0.npy", "but a NumPy archive", "how nodes are"),
    "zip": (b"PK\x03\x04" + bytes(26) + b"model.nir", "but a zip archive", "unpack it"),
    "npy": (b"\x93NUMPY\x01\x00", "but a NumPy array", "an array alone is no network"),
    "gzip": (gzip.compress(b"x"), "but compressed with gzip", "gunzip"),
    "bzip2": (bz2.compress(b"x"), "but compressed with bzip2", "bunzip2"),
    "xz": (lzma.compress(b"x"), "but compressed with xz", "unxz"),
    "zlib": (zlib.compress(b"x"), "but compressed with zlib", "zlib"),
    "tar": (b"model.nir".ljust(257, b"\0") + b"ustar", "but a tar archive", "unpack it"),
    "safetensors": (b"\x40" + bytes(7) + b'{"fc":{}}', "but a safetensors file", "no network"),
    "ONNX": (b"\x08\x08\x12\x07pytorch\x1a", "such as an ONNX file", "NIR export"),
    "HTML": (b"\n<!DOCTYPE html><html>", "but a web page", "link 'raw'"),
    "JSON": (b'{"nodes": {}}', "but a text, which may be JSON", "nir.write"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_files_of_other_kinds_are_recognized(tmp_path: Path, kind: str, refusal: Refusal) -> None:
    content, message, help = FOREIGN[kind]
    path = tmp_path / "model.nir"
    path.write_bytes(content)
    error = refusal(read_graph, path)
    assert message in error.message
    assert error.message.endswith(", expected a .nir file")
    assert help in str(error.help)


def test_pickles_are_not_loaded(tmp_path: Path, refusal: Refusal) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        path = tmp_path / "model.nir"
        path.write_bytes(pickle.dumps(Trap(tmp_path / "touched"), protocol))
        refusal(read_graph, path)
    assert not (tmp_path / "touched").exists()


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_truncated(good: Path, refusal: Refusal) -> None:
    good.write_bytes(good.read_bytes()[:-100])
    error = refusal(read_graph, good)
    assert "cannot be read as HDF5 (" in error.message
    assert "truncated file" in error.message


@pytest.mark.parametrize(
    "header",
    [
        struct.pack("<HHIQ", 0, 0, 0, 0),  # free space of no size
        struct.pack("<HHIQ", 1, 1, 0, 2**64 - 16),  # with its header, 2**64 bytes: none
    ],
)
def test_heap_on_which_the_hdf5_library_loops_for_ever(
    good: Path, header: bytes, refusal: Refusal
) -> None:
    content = bytearray(good.read_bytes())
    first_object = content.index(b"GCOL") + 16
    content[first_object : first_object + 16] = header
    good.write_bytes(content)
    assert "has a damaged heap of texts" in refusal(read_graph, good).message


DAMAGED = ["stored_gzip", "stored_latest", "soft_link", "subgraph_nested", "flatten_type_zeros"]


@pytest.mark.parametrize("key", ["version", "node/edges", "node/nodes/lif/type"])
def test_a_text_that_is_longer_than_the_file(good: Path, key: str, refusal: Refusal) -> None:
    with h5py.File(good) as file:
        place = file[key].id.get_offset()
    content = bytearray(good.read_bytes())
    content[place : place + 4] = struct.pack("<I", 4_000_000_000)
    good.write_bytes(content)
    message = refusal(read_graph, good).message
    assert message == f"'{key.rpartition('/')[2]}' has a text that is longer than the file"


# In a process of its own, because the HDF5 library is not safe against damage of every kind.
@pytest.mark.parametrize("name", DAMAGED)
def test_damage_ends_in_a_graph_or_a_nir_error(name: str, tmp_path: Path) -> None:
    model = Path(__file__).parents[2] / f"data/nir-odd/{name}.nir"
    call(sys.executable, Path(__file__).with_name("damage.py"), model, "--count", 300, cwd=tmp_path)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.complex_numbers(),
    st.booleans(),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
    st.lists(st.integers(-3, 5), max_size=4),
    st.lists(st.floats(width=32), max_size=4),
    st.lists(st.sampled_from([b"in", b"lif", b"\xff"]), min_size=1, max_size=3),
    arrays(
        st.sampled_from(["f2", "f4", ">f8", "i1", "u8", "?", "c8", "S2"]),
        array_shapes(min_dims=0, max_dims=5, max_side=3),
    ),
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_value_in_any_place_is_taken_or_refused(good: Path, data: st.DataObject) -> None:
    path = good.with_name("changed.nir")
    path.write_bytes(good.read_bytes())
    with h5py.File(path, "r+") as file:
        keys: list[str] = []
        file.visit(keys.append)
        key = data.draw(st.sampled_from(keys))
        value = data.draw(VALUES)
        del file[key]
        if value is not None:
            file[key] = value
    check_only_nir_errors(path, path.read_bytes())


def check_only_nir_errors(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        graph = read_graph(path)
    except NirError as error:
        assert error.help  # noqa: PT017 - most examples do not raise
        return
    assert next(iter(graph.nodes)) == graph.inputs[0]
    assert {target for _, target in graph.edges} >= set(graph.outputs)


@pytest.mark.parametrize("dtype", [h5py.vlen_dtype("i4"), h5py.ref_dtype])
@pytest.mark.parametrize("key", ["version", "node/type", "node/nodes/lif/tau"])
def test_types_that_crash_the_library_when_damaged_are_not_read(
    good: Path, key: str, dtype: object, refusal: Refusal
) -> None:
    def edit(file: h5py.File) -> None:
        del file[key]
        file.create_dataset(key, shape=(), dtype=dtype)

    edited(good, edit)
    error = refusal(read_graph, good)
    assert "has type object and shape (), expected real numbers or one text" in error.message


def test_unsupported_source(refusal: Refusal) -> None:
    assert "a Python int was given, expected a path" in refusal(read_graph, 1).message


def edited(path: Path, edit: Callable[[h5py.File], object]) -> Path:
    with h5py.File(path, "r+") as file:
        edit(file)
    return path


def replace(key: str, value: object) -> Callable[[h5py.File], object]:
    """An edit that puts another dataset in a place."""

    def edit(file: h5py.File) -> None:
        if key in file:
            del file[key]
        file[key] = value

    return edit


NODES = "node/nodes"
LAYOUT = {
    "no node": (lambda f: f.pop("node"), None, "the file has no group 'node'"),
    "another program's": (
        lambda f: f.move("node", "model_weights"),
        None,
        "holds the graph of a NIR file; it holds 'model_weights', 'version'",
    ),
    "a recording": (
        lambda f: f.attrs.__setitem__("__type__", "NIRGraphData") or f.pop("node"),
        None,
        "it holds NIRGraphData, recordings of a network",
    ),
    "node is data": (replace("node", 1), None, "the file has no group 'node'"),
    "root without type": (lambda f: f.pop("node/type"), "node", "has no text 'type'"),
    "root of another type": (
        replace("node/type", "LIF"),
        None,
        "the file holds a single node of type 'LIF', expected a NIRGraph",
    ),
    "no nodes": (lambda f: f.pop(NODES), None, "the graph has no group 'nodes'"),
    "nodes is data": (replace(NODES, 1), None, "the graph has no group 'nodes'"),
    "no edges": (lambda f: f.pop("node/edges"), None, "the graph has no dataset 'edges'"),
    "extra in graph": (replace("node/more", 1), None, "the graph holds 'more', expected nodes, "),
    "node is a dataset": (replace(f"{NODES}/x", 1), "x", "is a dataset, expected the group of a"),
    "node without type": (lambda f: f.pop(f"{NODES}/lif/type"), "lif", "has no text 'type'"),
    "type is a number": (replace(f"{NODES}/lif/type", 1), "lif", "has no text 'type'"),
    "unknown type": (
        replace(f"{NODES}/lif/type", "LIFF"),
        "lif",
        "has the unknown type 'LIFF', expected one of Input, Output, Affine",
    ),
    "group as parameter": (
        lambda f: f.create_group(f"{NODES}/lif/more"),
        "lif",
        "'more' is not a dataset, expected a parameter",
    ),
    "edges are numbers": (
        replace("node/edges", np.ones((2, 2))),
        None,
        "the edges of the graph have type float64 and shape (2, 2), expected pairs of node names",
    ),
    "edges are triples": (
        replace("node/edges", np.array([[b"in", b"fc", b"lif"]])),
        None,
        "have type |S3 and shape (1, 3), expected pairs of node names, shape (N, 2)",
    ),
    "complex": (
        replace(f"{NODES}/lif/tau", np.array([1j])),
        "lif",
        "'tau' has type complex128 and shape (1,), expected real numbers or one text",
    ),
    "bool": (replace(f"{NODES}/lif/tau", True), "lif", "tau has type bool, expected real numbers"),
    "texts": (
        replace(f"{NODES}/lif/tau", [b"a", b"b"]),
        "lif",
        "'tau' has type object and shape (2,), expected real numbers or one text",
    ),
}


@pytest.mark.parametrize("case", LAYOUT)
def test_wrong_layout(good: Path, case: str, refusal: Refusal) -> None:
    edit, node, message = LAYOUT[case]
    error = refusal(read_graph, edited(good, edit))
    assert message in error.message
    assert error.node == node


@pytest.mark.parametrize(
    "gone",
    [
        ["node/type"],
        ["node/type", f"{NODES}/out"],
        ["node/nodes"],
        ["node/edges"],
        [f"{NODES}/lif/type", f"{NODES}/lif/r", f"{NODES}/out"],
        [f"{NODES}/{name}/type" for name in ("in", "fc", "lif", "out")],
        ["node"],
    ],
)
def test_writing_that_was_interrupted(good: Path, gone: list[str], refusal: Refusal) -> None:
    def edit(file: h5py.File) -> None:
        for key in gone:
            del file[key]

    assert "writing was probably interrupted" in str(refusal(read_graph, edited(good, edit)).help)


UNKNOWN_TYPES = {
    "CubaLIFF": "did you mean CubaLIF?",
    "conv2d": "did you mean Conv2d?",
    "MaxPool2d": "a SumPool2d and then a Threshold",
    "MaxPool1d": "AvgPool2d or SumPool2d",
    "AdaptiveAvgPool2d": "NIR has SumPool2d and AvgPool2d",
    "BatchNorm2d": "fold it into the Affine or convolution before it",
    "LayerNorm": "train without it",
    "Dropout2d": "in inference, a module in eval mode, it does nothing",
    "Identity": "remove it, and join the edges",
    "Add": "edges that lead to the same node add",
    "Concat": "NIR can add edges",
    "Reshape": "NIR has Flatten",
    "ConvTranspose2d": "NIR has Conv1d and Conv2d",
    "Dense": "write it as a Linear",
    "ReLU": "NIR has no activations",
    "LSTM": "write a recurrence as edges",
    "Leaky": "NIR has the neurons I, IF, LI, LIF, CubaLI and CubaLIF",
    "?" * 10_000: "express the node with NIR's own primitives",
}


@pytest.mark.parametrize("type", UNKNOWN_TYPES, ids=lambda type: type[:20])
def test_advice_on_unknown_types(good: Path, type: str, refusal: Refusal) -> None:
    edited(good, replace(f"{NODES}/lif/type", type))
    assert UNKNOWN_TYPES[type] in str(refusal(read_graph, good).help)


def test_a_name_with_a_slash_leads_nowhere(good: Path, refusal: Refusal) -> None:
    """The library cannot write such a name, and would go through the link that it begins with."""
    os.mkfifo(good.with_name("pipe.nir"))  # who opens it waits for ever

    def edit(file: h5py.File) -> None:
        file[f"{NODES}/lif/metadata"] = h5py.ExternalLink("pipe.nir", "/")
        file[f"{NODES}/lif/metadata.x"] = 1.0

    content = edited(good, edit).read_bytes()
    good.write_bytes(content.replace(b"metadata.x", b"metadata/x"))
    assert refusal(read_graph, good).message == "'metadata/x' is no name in HDF5"


PLACES = ["node", NODES, f"{NODES}/lif", f"{NODES}/lif/tau", "node/edges"]


@pytest.mark.parametrize("key", PLACES)
def test_links_inside_the_file_are_followed(good: Path, key: str) -> None:
    def edit(file: h5py.File) -> None:
        file.create_group("elsewhere")
        file.move(key, "elsewhere/there")
        file["elsewhere/again"] = h5py.SoftLink("./there")
        file[key] = h5py.SoftLink("/elsewhere//again")

    before = read_graph(good)
    after = read_graph(edited(good, edit))
    assert (list(after.nodes), after.edges) == (list(before.nodes), before.edges)


WRONG_LINKS = {
    "out": (h5py.ExternalLink("pipe.nir", "/x"), "to another file, 'pipe.nir', which is not"),
    "link out": (h5py.SoftLink("/out"), "a link to another file, 'pipe.nir', which is not opened"),
    "way out": (h5py.SoftLink("/out/x/y"), "a link to another file, 'pipe.nir', which is not"),
    "dangling": (h5py.SoftLink("/nowhere/at/all"), "a link to nothing"),
    "through data": (h5py.SoftLink("/version/x"), "a link to nothing"),
    "in circles": (h5py.SoftLink("/a"), "a link that leads over more than 64 links"),
    "to itself": (h5py.SoftLink("/a/x"), "a link that leads over more than 64 links"),
}


@pytest.mark.parametrize("case", WRONG_LINKS)
@pytest.mark.parametrize("key", PLACES)
def test_other_links_are_refused(good: Path, key: str, case: str, refusal: Refusal) -> None:
    os.mkfifo(good.with_name("pipe.nir"))  # who opens it waits for ever
    link, expected = WRONG_LINKS[case]

    def edit(file: h5py.File) -> None:
        file["out"] = h5py.ExternalLink("pipe.nir", "/x")
        file["a"], file["b"] = h5py.SoftLink("/b"), h5py.SoftLink("/a")
        replace(key, link)(file)

    message = refusal(read_graph, edited(good, edit)).message
    assert message.startswith(f"'{key.rpartition('/')[2]}' is ")
    assert message.endswith(", expected the data itself")
    assert expected in message


def test_nodes_may_share_a_group(good: Path, make: SimpleNamespace) -> None:
    def edit(file: h5py.File) -> None:
        file[f"{NODES}/lif2"] = h5py.SoftLink(f"/{NODES}/lif")
        file[f"{NODES}/lif3"] = file[f"{NODES}/lif"]
        del file["node/edges"]
        names = ["in", "fc", "lif", "lif2", "lif3", "out"]
        file["node/edges"] = np.array([*itertools.pairwise(names)], "S4")

    graph = read_graph(edited(good, edit))
    assert list(graph.nodes) == ["in", "fc", "lif", "lif2", "lif3", "out"]


def test_shared_subgraphs_do_not_grow_exponentially(
    good: Path, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(file: h5py.File) -> None:
        inner = file["node"]
        for i in range(20):
            outer = file.create_group(f"level{i}")
            outer["type"] = "NIRGraph"
            outer.create_dataset("edges", shape=(0, 2), dtype=h5py.string_dtype())
            outer["nodes/a"], outer["nodes/b"] = inner, inner
            inner = outer
        del file["node"]
        file["node"] = inner

    monkeypatch.setattr(hdf5, "MAX_SHARED", 100)
    message = refusal(read_graph, edited(good, edit)).message
    assert message == "more than 100 nodes are links to other nodes"


def test_external_storage_is_refused(good: Path, refusal: Refusal) -> None:
    (good.parent / "secret").write_bytes(bytes(12))

    def edit(file: h5py.File) -> None:
        del file[f"{NODES}/lif/tau"]
        external = [(good.parent / "secret", 0, 12)]
        file.create_dataset(f"{NODES}/lif/tau", shape=3, dtype="f4", external=external)

    error = refusal(read_graph, edited(good, edit))
    assert error.node == "lif"
    assert error.message == "'tau' is stored outside the file, expected the data itself"


def test_virtual_storage_is_refused(good: Path, refusal: Refusal) -> None:
    def edit(file: h5py.File) -> None:
        del file[f"{NODES}/lif/tau"]
        layout = h5py.VirtualLayout(shape=(3,), dtype="f4")
        layout[:] = h5py.VirtualSource("other.h5", "x", shape=(3,))
        file.create_virtual_dataset(f"{NODES}/lif/tau", layout)

    error = refusal(read_graph, edited(good, edit))
    assert error.message == "'tau' is stored outside the file, expected the data itself"


def test_a_graph_that_contains_itself_is_refused(good: Path, refusal: Refusal) -> None:
    def edit(file: h5py.File) -> None:
        file[f"{NODES}/again"] = file["node"]

    error = refusal(read_graph, edited(good, edit))
    assert error.node == "again"
    assert error.message.startswith("is a link to a graph that it lies in")
    edited(good, replace(f"{NODES}/again", h5py.SoftLink("/node")))
    assert refusal(read_graph, good).message == error.message


def test_declared_size_is_limited_before_reading(good: Path, refusal: Refusal) -> None:
    def edit(file: h5py.File) -> None:
        del file[f"{NODES}/fc/weight"]  # never written, so that the file stays small
        file.create_dataset(
            f"{NODES}/fc/weight", shape=(2**20, 2**20), dtype="f4", chunks=(1024, 1024)
        )

    edited(good, edit)
    assert good.stat().st_size < 1 << 20
    error = refusal(read_graph, good)
    assert error.node == "fc"
    assert error.message == (
        "'weight' of shape (1048576, 1048576) takes 4398046511104 bytes, so that the file declares "
        "more than 4294967296 bytes of data"
    )


def test_large_data_that_was_never_written(good: Path, refusal: Refusal) -> None:
    def edit(file: h5py.File) -> None:
        del file[f"{NODES}/fc/weight"]
        file.create_dataset(f"{NODES}/fc/weight", shape=(2**14, 2**14), dtype="f4")

    error = refusal(read_graph, edited(good, edit))
    assert error.node == "fc"
    assert error.message == (
        "'weight' of shape (16384, 16384) takes 1073741824 bytes, which were never written"
    )


def test_declared_size_is_limited_for_all_datasets_together(
    good: Path, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = 2 * 3 * 4 + 3 * 4 + 5 * 3 * 4  # weight, bias and the five parameters of the LIF
    monkeypatch.setattr(hdf5, "MAX_BYTES", needed)
    assert "declares more than" in refusal(read_graph, good).message
    monkeypatch.setattr(hdf5, "MAX_BYTES", needed + 1000)  # shapes and texts
    assert read_graph(good).inputs == ("in",)


def test_a_chunk_larger_than_its_dataset_counts(
    good: Path, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edit(file: h5py.File) -> None:
        for key in ("tau", "r", "v_leak"):
            del file[f"{NODES}/lif/{key}"]
            file.create_dataset(
                f"{NODES}/lif/{key}", shape=3, dtype="f8", chunks=(1 << 28,), maxshape=(None,)
            )

    monkeypatch.setattr(hdf5, "MAX_UNWRITTEN", 1 << 40)
    assert "declares more than" in refusal(read_graph, edited(good, edit)).message


def test_of_metadata_only_the_names_are_looked_at(good: Path) -> None:
    def edit(file: h5py.File) -> None:
        file["node/metadata/dt"] = h5py.ExternalLink("nowhere", "/")
        file[f"{NODES}/fc/metadata"] = h5py.ExternalLink("nowhere", "/")
        for i in range(20):
            file[f"{NODES}/lif/metadata/{i:02}"] = "free"

    ten = ", ".join(f"'{i:02}'" for i in range(10))
    unused = "which is not used: the convention and dt decide"
    assert read_graph(edited(good, edit)).notes == (
        f"the graph has metadata ('dt'), {unused}",
        f"'lif': has metadata ({ten}), {unused}",
    )


def test_a_node_may_be_called_metadata_or_type(
    read: Callable[..., object], make: SimpleNamespace
) -> None:
    nodes = {"metadata": make.input(2), "type": make.lif(2), "nodes": make.output(2)}
    graph = read(nodes, [("metadata", "type"), ("type", "nodes")])
    assert list(graph.nodes) == ["metadata", "type", "nodes"]


def test_edges_of_fixed_length(good: Path) -> None:
    before = read_graph(good)
    edited(
        good, replace("node/edges", np.array([[b"in", b"fc"], [b"fc", b"lif"], [b"lif", b"out"]]))
    )
    assert read_graph(good).edges == before.edges


def test_version_is_optional(good: Path) -> None:
    assert read_graph(edited(good, lambda file: file.pop("version"))).version is None


def test_names_that_are_not_utf8_are_refused(good: Path, refusal: Refusal) -> None:
    edited(good, lambda file: file[NODES].move("lif", b"\xff"))
    assert refusal(read_graph, good).message == "the name or text b'\\xff' is not UTF-8"


def test_edges_that_are_not_utf8_are_refused(good: Path, refusal: Refusal) -> None:
    edited(good, replace("node/edges", np.array([[b"in", b"\xff"]])))
    assert refusal(read_graph, good).message == "the name or text b'\\xff' is not UTF-8"


def test_a_failing_checksum_names_the_parameter(good: Path, refusal: Refusal) -> None:
    def edit(file: h5py.File) -> None:
        del file[f"{NODES}/fc/weight"]
        weight = file.create_dataset(
            f"{NODES}/fc/weight", data=np.ones((3, 2), "f4"), chunks=(3, 2), fletcher32=True
        )
        offset.append(weight.id.get_chunk_info(0).byte_offset)

    offset: list[int] = []
    edited(good, edit)
    content = bytearray(good.read_bytes())
    content[offset[0]] ^= 0xFF
    good.write_bytes(content)
    error = refusal(read_graph, good)
    assert error.node == "fc"
    assert error.message.startswith("'weight' cannot be read (")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a file can be other than a NIR file, and what it must not make the reader do."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

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


@pytest.mark.parametrize("content", [b"", b"not HDF5 at all", b"\x89HDF"])
def test_not_hdf5(tmp_path: Path, content: bytes, refusal: Refusal) -> None:
    path = tmp_path / "model.nir"
    path.write_bytes(content)
    assert "is not an HDF5 file, expected a .nir file" in refusal(read_graph, path).message


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


# Derandomized, because the HDF5 library is not safe against damage of every kind.
@settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_damage_never_escapes_as_another_exception(good: Path, data: st.DataObject) -> None:
    content = bytearray(good.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    check_only_nir_errors(good.with_name("damaged.nir"), bytes(content))


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
    "bool": (replace(f"{NODES}/lif/tau", True), "lif", "'tau' has type bool"),
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


def test_unknown_type_suggests_a_near_one(good: Path, refusal: Refusal) -> None:
    edited(good, replace(f"{NODES}/lif/type", "CubaLIFF"))
    assert refusal(read_graph, good).help == "did you mean CubaLIF?"


@pytest.mark.parametrize(
    "link", [h5py.SoftLink("/node/nodes/fc/weight"), h5py.ExternalLink("other.nir", "/x")]
)
@pytest.mark.parametrize("key", ["node", NODES, f"{NODES}/lif", f"{NODES}/lif/tau"])
def test_links_are_refused(good: Path, key: str, link: object, refusal: Refusal) -> None:
    edited(good, replace(key, link))
    expected = f"'{key.rpartition('/')[2]}' is a soft or external link, expected the data itself"
    assert refusal(read_graph, good).message == expected


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
    assert "is a second link to a group that occurred before" in error.message


def test_declared_size_is_limited_before_reading(good: Path, refusal: Refusal) -> None:
    def edit(file: h5py.File) -> None:
        del file[f"{NODES}/fc/weight"]  # never written, so that the file stays small
        file.create_dataset(
            f"{NODES}/fc/weight", shape=(2**20, 2**20), dtype="f4", chunks=(1024, 1024)
        )

    edited(good, edit)
    assert good.stat().st_size < 1 << 20
    assert (
        refusal(read_graph, good).message == "the file declares more than 4294967296 bytes of data"
    )


def test_declared_size_is_limited_for_all_datasets_together(
    good: Path, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = 2 * 3 * 4 + 3 * 4 + 5 * 3 * 4  # weight, bias and the five parameters of the LIF
    monkeypatch.setattr(hdf5, "MAX_BYTES", needed)
    assert "declares more than" in refusal(read_graph, good).message
    monkeypatch.setattr(hdf5, "MAX_BYTES", needed + 1000)  # shapes and texts
    assert read_graph(good).inputs == ("in",)


def test_a_chunk_larger_than_its_dataset_counts(good: Path, refusal: Refusal) -> None:
    def edit(file: h5py.File) -> None:
        for key in ("tau", "r", "v_leak"):
            del file[f"{NODES}/lif/{key}"]
            file.create_dataset(
                f"{NODES}/lif/{key}", shape=3, dtype="f8", chunks=(1 << 28,), maxshape=(None,)
            )

    assert "declares more than" in refusal(read_graph, edited(good, edit)).message


def test_metadata_is_never_looked_at(good: Path) -> None:
    def edit(file: h5py.File) -> None:
        file["node/metadata"] = h5py.ExternalLink("nowhere", "/")
        file[f"{NODES}/lif/metadata/text"] = "free"

    assert read_graph(edited(good, edit)).inputs == ("in",)


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

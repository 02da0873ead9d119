# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The commands: what they write, and that bad input is one clear message and nothing else."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import nir
import numpy as np
import pytest
from click.testing import CliRunner, Result

import snnmlir
from networks import GRAPHS, affine, graph, neuron, ports, random_input
from snnmlir import reference
from snnmlir.cli.compile import main as compile_main
from snnmlir.cli.run import main as run_main
from snnmlir.reports.verify import verify

DIGITS = Path(__file__).parents[2] / "examples/digits"


def invoke(main: object, *arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])  # type: ignore[arg-type]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.nir"
    nir.write(path, GRAPHS["recurrent-LIF"])
    return path


def test_writes_c_and_header(model: Path) -> None:
    output = model.with_name("my-net.c")
    result = invoke(compile_main, model, "-o", output)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[0] == "note: dt was not given, 0.0001 s is used"
    assert '#include "my-net.h"' in output.read_text()
    assert "void my_net_step(my_net_t *net, const float *input, float *output);" in (
        output.with_suffix(".h").read_text()
    )


def test_name_is_the_prefix(model: Path) -> None:
    output = model.with_name("net.c")
    assert invoke(compile_main, model, "-o", output, "--name", "brain").exit_code == 0
    assert "void brain_init(brain_t *net)" in output.read_text()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-o", "net.mlir"], "snn.network"),
        (["-o", "net.txt", "--emit", "linalg"], "linalg.generic"),
        (["-o", "net.mlir", "--emit", "generic"], '"snn.lif"(%'),
        (["-o", "net.mlir", "--emit", "loops"], "scf.for"),
        (["-o", "net.anything", "--emit", "c"], "void net_step("),
    ],
)
def test_emits(arguments: list[str], expected: str, model: Path) -> None:
    output = model.with_name(arguments[1])
    assert invoke(compile_main, model, "-o", output, *arguments[2:]).exit_code == 0
    assert expected in output.read_text()


def test_same_input_same_bytes(model: Path) -> None:
    texts = []
    for folder in ("a", "b"):
        output = model.parent / folder / "net.c"
        output.parent.mkdir()
        # In processes of their own: nothing may depend on hash seeds or addresses.
        command = [sys.executable, "-m", "snnmlir.cli.compile", model, "-o", output]
        program = "import sys; from snnmlir.cli.compile import main; sys.exit(main())"
        subprocess.run([sys.executable, "-c", program, *map(str, command[3:])], check=True)
        texts.append(output.read_bytes() + output.with_suffix(".h").read_bytes())
    assert texts[0] == texts[1]


def test_convention_is_recorded(model: Path) -> None:
    output = model.with_name("net.c")
    arguments = ("--convention", "norse", "--reset", "subtract", "--dt", "2e-4")
    assert invoke(compile_main, model, "-o", output, *arguments).exit_code == 0
    header = output.with_suffix(".h").read_text()
    assert re.search(r"\* +name +norse\n", header)
    assert re.search(r"\* +reset +subtract\n", header)
    assert "#define NET_DT 2e-04" in header


def test_verify_says_what_it_compared(model: Path) -> None:
    result = invoke(compile_main, model, "-o", model.with_name("net.c"), "--verify")
    assert result.exit_code == 0
    assert re.search(
        r"verified: equal to the reference interpreter under this convention, 64 steps, \d+ spike "
        r"entries, values within \S+ of the tolerance\n"
        r"what the framework computes was not compared\n",
        result.stderr,
    )


def test_verify_on_data(model: Path) -> None:
    data = model.with_name("x.npy")
    np.save(data, np.zeros((9, 5)))
    result = invoke(compile_main, model, "-o", model.with_name("net.c"), "--verify", data)
    assert "under this convention, 9 steps, " in result.stderr
    assert "what the framework computes was not compared" in result.stderr


@pytest.mark.usefixtures("wrong_reference")
def test_verify_fails_on_a_difference(model: Path) -> None:
    output = model.with_name("net.c")
    result = invoke(compile_main, model, "-o", output, "--verify")
    assert result.exit_code == 1
    assert "out.v: values differ by up to " in result.stderr
    assert not output.exists()


def no_hdf5(path: Path) -> None:
    path.write_text("no HDF5 at all")


def directory(path: Path) -> None:
    path.mkdir()


def missing(path: Path) -> None:
    assert not path.exists()


def edited(edit: Callable[[h5py.Group], None]) -> Callable[[Path], None]:
    """The digits model with something wrong in it."""

    def write(path: Path) -> None:
        path.write_bytes((DIGITS / "digits.nir").read_bytes())
        with h5py.File(path, "r+") as file:
            edit(file["node"])

    write.__name__ = edit.__name__
    return write


def unknown_node(root: h5py.Group) -> None:
    del root["nodes/lif1/type"]
    root["nodes/lif1"].create_dataset("type", data="Izhikevich", dtype=h5py.string_dtype())


def unknown_edge(root: h5py.Group) -> None:
    edges = root["edges"][()].tolist()
    del root["edges"]
    root.create_dataset("edges", data=[*edges, [b"lif1", b"lif7"]], dtype=h5py.string_dtype())


def edge_into_input(root: h5py.Group) -> None:
    edges = root["edges"][()].tolist()
    del root["edges"]
    root.create_dataset("edges", data=[*edges, [b"lif1", b"input"]], dtype=h5py.string_dtype())


def nan(root: h5py.Group) -> None:
    root["nodes/lif1/tau"][3] = np.nan


def too_large(root: h5py.Group) -> None:
    weight = root["nodes/fc1/weight"][()].astype(np.float64)
    weight[0, 0] = 1e300
    del root["nodes/fc1/weight"]
    root["nodes/fc1"].create_dataset("weight", data=weight)


BAD_MODELS = [
    (no_hdf5, "HDF5"),
    (directory, "directory"),
    (missing, "bad.nir"),
    (edited(unknown_node), "node 'lif1': .*Izhikevich"),
    (edited(unknown_edge), "lif7"),
    (edited(edge_into_input), "input"),
    (edited(nan), "node 'lif1': .*tau"),
    (edited(too_large), "node 'fc1': fc1_weight has a value of magnitude 1e\\+300.*f32"),
]


@pytest.mark.parametrize(("write", "message"), BAD_MODELS, ids=lambda v: getattr(v, "__name__", ""))
def test_bad_models(write: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    model = tmp_path / "bad.nir"
    write(model)
    check_refused(compile_main, message, tmp_path, model, "-o", tmp_path / "out.c")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--convention", "snntorhc"], "unknown convention 'snntorhc'\n  help: did you mean"),
        (["--reset", "never"], "reset cannot be 'never'"),
        (
            ["--spike", "count-trunc", "--reset", "zero-delayed"],
            "spike 'count-trunc' needs a reset at once",
        ),
        (["--max-spikes", "256"], "max-spikes cannot be '256'"),
        (["--dtype", "f16"], "unknown dtype 'f16'"),
        (["--calibrate", "x.npy"], "dtype 'f32' has no scales to calibrate"),
        (["--dt", "0"], "dt is 0"),
        (["--dt", "nan"], "dt is nan"),
        (
            ["--input-type", "int8"],
            "input type 'int8' needs a network of integers, found dtype 'f32'",
        ),
        (["--input-type", "picture"], "unknown input type 'picture'"),
        (["--input-type", "other=spikes"], "there is no input 'other'"),
        (["--name", "int"], "the name 'int' cannot be used in C"),
        (["--name", "a b"], "the name 'a b' cannot be used in C"),
        (["--verify", "no.npy"], "'no.npy': No such file"),
        (["-o", "{folder}/none/out.c"], "there is no folder '{folder}/none' for 'out.c'"),
        (["-o", "{folder}"], "'{folder}' is a folder"),
        (["-o", "/dev/null"], "'/dev/null' is no regular file"),
        (["--report", "{folder}/model.nir"], "model.nir' is the input, which would be lost"),
        (
            ["--states", "proved"],
            "dtype 'f32' has no integers to choose for scales 'real' and states 'proved'",
        ),
        (["-o", "{folder}/string.c"], "the header would be 'string.h', which C has itself"),
        (["--name", "uint8"], "the name 'uint8' cannot be used in C"),
        (["-o", "{folder}/out.xyz"], "cannot tell from 'out.xyz' what to write"),
        (["-o", '{folder}/o"ut.c'], "cannot be included from C"),
        (["-o", "{folder}/out.h", "--emit", "c"], "'out.h' is the name of the header"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_bad_options(arguments: list[str], message: str, model: Path) -> None:
    given = [a.replace("{folder}", str(model.parent)) for a in arguments]
    if "-o" not in given:
        given += ["-o", str(model.with_name("out.c"))]
    text = message.replace("{folder}", str(model.parent))
    check_refused(compile_main, text, model.parent, model, *given)


def check_refused(main: object, message: str, folder: Path, *arguments: object) -> None:
    before = sorted(folder.rglob("*"))
    result = invoke(main, *arguments)
    assert result.exit_code == 1
    assert re.search("^error: ", result.stderr, re.MULTILINE)
    assert re.search(message, result.stderr, re.DOTALL)
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert sorted(folder.rglob("*")) == before


NAMES = [
    '"quoted"',
    "*/ #error",
    "new\nline",
    "Ünïcødé ‮",
    "int",
    "a b",
    "a.b",
    "a-b",
    "??/",
    "\\",
]


def hostile_graph(names: list[str]) -> nir.NIRGraph:
    """A chain of nodes with these names."""
    rng = np.random.default_rng(0)
    nodes: dict[str, nir.NIRNode] = ports(3, 3)
    chain = ["input", *names, "output"]
    for index, name in enumerate(names):
        nodes[name] = neuron("LIF", 3, rng) if index % 2 else affine(3, 3, rng)
    return graph(nodes, *itertools.pairwise(chain))


def test_hostile_node_names(tmp_path: Path) -> None:
    # As an object: a name with a slash cannot be in a file.
    network = snnmlir.compile(hostile_graph(NAMES), dt=1e-4)
    verdict = verify(network, {"input": np.eye(3)[np.arange(20) % 3]})
    assert (verdict.mismatches, verdict.compared) == ((), 20)
    output = tmp_path / "model.c"
    network.write(output)
    for compiler in ("gcc", "clang-22"):
        flags = "-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only"
        subprocess.run([compiler, *flags.split(), str(output)], check=True)
    assert output.read_text().isascii()


def test_hostile_node_names_in_a_file(tmp_path: Path) -> None:
    model = tmp_path / "model.nir"
    nir.write(model, hostile_graph([name for name in NAMES if "/" not in name]))
    result = invoke(compile_main, model, "-o", tmp_path / "model.c", "--verify")
    assert result.exit_code == 0, result.stderr


def test_run_writes_outputs(model: Path) -> None:
    x = random_input(GRAPHS["recurrent-LIF"], 12)["input"].astype(np.float32)
    data, output = model.with_name("x.npy"), model.with_name("y.npz")
    np.save(data, x)
    result = invoke(run_main, model, data, "-o", output, "--record", "n,n.v", "--dt", "1e-4")
    assert result.exit_code == 0, result.stderr
    with np.load(output) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    expected = reference.record(GRAPHS["recurrent-LIF"], x, dt=1e-4)
    assert set(found) == {"n", "n.v", "output"}
    np.testing.assert_array_equal(found["n"], expected["n"])
    np.testing.assert_allclose(found["output"], expected["output"], atol=1e-4)


def test_run_takes_an_array_per_input(tmp_path: Path) -> None:
    model, data, output = (tmp_path / name for name in ("m.nir", "x.npz", "y.npz"))
    nir.write(model, GRAPHS["branches"])
    np.savez(data, **random_input(GRAPHS["branches"], 8))
    result = invoke(run_main, model, data, "-o", output, "--record", "all")
    assert result.exit_code == 0, result.stderr
    with np.load(output) as arrays:
        assert {"spikes", "sum", "n", "n.v", "scale", "step", "late", "fc"} <= set(arrays.files)


def pickled(path: Path) -> None:
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda p: np.save(p, np.zeros((4, 6))), r"shape \[4, 6\], expected \[T, 5\]"),
        (lambda p: np.save(p, np.zeros(5)), r"shape \[5\], expected \[T, 5\]"),
        (lambda p: np.save(p, np.full((4, 5), np.inf)), "not finite"),
        (lambda p: np.save(p, np.array([["a"] * 5])), "expected numbers"),
        (pickled, "not a NumPy or NIRData file"),
        (lambda p: p.write_text("text"), "not a NumPy or NIRData file"),
        (lambda p: p.write_bytes(b""), "not a NumPy or NIRData file"),
        (lambda p: p.write_bytes(b"PK\x03\x04 broken"), "not a NumPy or NIRData file"),
        (missing, "No such file"),
    ],
    ids=["size", "rank", "inf", "text", "pickle", "garbage", "empty", "zip", "missing"],
)
def test_bad_input_data(write: Callable[[Path], None], message: str, model: Path) -> None:
    data = model.with_name("x.npy")
    write(data)
    check_refused(run_main, message, model.parent, model, data, "-o", model.with_name("y.npz"))


def test_record_of_an_unknown_signal(model: Path) -> None:
    data = model.with_name("x.npy")
    np.save(data, np.zeros((3, 5)))
    arguments = (model, data, "-o", model.with_name("y.npz"), "--record", "nobody")
    check_refused(run_main, "there is no signal 'nobody' to record", model.parent, *arguments)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("y.npy", "neither .npz nor NIRData"),
        ("x.npz", "x.npz' is the input, which would be lost"),
        ("model.nir", "model.nir' is the input, which would be lost"),
        ("none/y.npz", "there is no folder"),
    ],
)
def test_run_replaces_nothing(output: str, message: str, model: Path) -> None:
    data = model.with_name("x.npz")
    np.savez(data, input=np.zeros((3, 5)))
    before = {path: path.read_bytes() for path in model.parent.iterdir() if path.is_file()}
    check_refused(run_main, message, model.parent, model, data, "-o", model.parent / output)
    assert before == {path: path.read_bytes() for path in before}


@pytest.mark.parametrize("arguments", [["--scales", "both"], ["--dt", "abc"], ["--none"]])
def test_wrong_options_have_the_status_of_errors(arguments: list[str], model: Path) -> None:
    result = invoke(compile_main, model, *arguments)
    assert result.exit_code == 1
    assert "Error: " in result.stderr

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The commands with conventions of single nodes, and with recordings: --set, --edge, --like."""

from __future__ import annotations

import itertools
import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
from click.testing import CliRunner, Result

import snnmlir
from networks import graph, ports
from snnmlir import reference
from snnmlir.cli.check import main as check_main
from snnmlir.cli.compile import main as compile_main
from snnmlir.cli.run import main as run_main
from snnmlir.conventions import Convention, convention, read_convention
from snnmlir.nir_import.nirdata import pack_data

DT = 1e-4
MIXED = convention("snntorch", dt=DT, nodes={"lif2": {"reset": "subtract-delayed"}})


def lif(size: int) -> nir.LIF:
    """As snnTorch exports a Leaky: r is tau / dt."""
    ones = np.ones(size)
    tau = np.linspace(4e-4, 12e-4, size)
    return nir.LIF(tau, tau / DT, 0 * ones, ones, 0 * ones)


def two_layers() -> nir.NIRGraph:
    rng = np.random.default_rng(0)
    nodes = ports(5, 3) | {
        "fc1": nir.Affine(rng.normal(0.3, 0.6, (6, 5)), rng.normal(0, 0.1, 6)),
        "lif1": lif(6),
        "fc2": nir.Affine(rng.normal(0.3, 0.5, (3, 6)), rng.normal(0, 0.1, 3)),
        "lif2": lif(3),
    }
    return graph(nodes, *itertools.pairwise(["input", "fc1", "lif1", "fc2", "lif2", "output"]))


def one_layer() -> nir.NIRGraph:
    nodes = ports(5, 6) | {
        "fc1": nir.Affine(np.random.default_rng(0).normal(0.3, 0.6, (6, 5)), np.zeros(6)),
        "lif1": lif(6),
    }
    return graph(nodes, *itertools.pairwise(["input", "fc1", "lif1", "output"]))


def recording(source: nir.NIRGraph, chosen: Convention, steps: int = 60) -> dict[str, Any]:
    """What a framework that steps like this would record."""
    rng = np.random.default_rng(steps)
    x = (rng.random((steps, 5)) < 0.5).astype(np.float32)
    found = reference.record(source, x, convention=chosen)
    return {"input": x, "output": found["output"], "lif1": found["lif1"]}


def invoke(main: object, *arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])  # type: ignore[arg-type]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.nir"
    nir.write(path, two_layers())
    return path


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """What the model computes where its layers are stepped in different ways."""
    path = tmp_path / "recording.npz"
    np.savez(path, **recording(two_layers(), MIXED))
    return path


def header_of(output: Path) -> dict[str, str]:
    lines = re.findall(r"^ \*   (\S.*?)  +(\S.*)$", output.with_suffix(".h").read_text(), re.M)
    return dict(lines)


def refused(folder: Path, main: object, *arguments: object) -> str:
    """The message; nothing was written."""
    before = sorted(folder.rglob("*"))
    result = invoke(main, *arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert sorted(folder.rglob("*")) == before
    return result.output


# Single nodes and edges


def test_set_is_for_one_node(model: Path) -> None:
    output, x = model.with_name("net.c"), model.with_name("x.npy")
    np.save(x, recording(two_layers(), MIXED)["input"])
    arguments = ("--convention", "snntorch", "--dt", DT, "--set", "lif2.reset=subtract-delayed")
    result = invoke(compile_main, model, "-o", output, *arguments, "--verify", x)
    assert result.exit_code == 0, result.stderr
    header = header_of(output)
    assert (header["reset"], header["lif2.reset"]) == ("zero", "subtract-delayed")
    assert "lif1.reset" not in header
    y = model.with_name("y.npz")
    assert invoke(run_main, model, x, "-o", y, *arguments).exit_code == 0
    with np.load(y) as arrays:
        np.testing.assert_array_equal(arrays["output"], recording(two_layers(), MIXED)["output"])


def test_set_may_be_repeated(model: Path) -> None:
    output = model.with_name("net.c")
    sets = ("lif1.reset=none", "lif1.v-floor=-0.5", "fc2.feedback=output", "lif2.dt=2e-4")
    arguments = [word for text in sets for word in ("--set", text)]
    result = invoke(compile_main, model, "-o", output, "--dt", DT, *arguments)
    assert result.exit_code == 0, result.stderr
    expected = {
        "lif1.reset": "none",
        "lif1.v-floor": "-0.5",
        "fc2.feedback": "output",
        "lif2.dt": "0.0002",
    }
    assert header_of(output).items() >= expected.items()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lif3.reset=zero", "there is no node 'lif3' to choose reset for"),
        ("fc1.reset=zero", "node 'fc1': reset does not concern a node of type Affine"),
        ("lif1.ports=nir", "node 'lif1': ports does not concern a node of type LIF"),
        ("lif1.reset=never", "node 'lif1': reset cannot be 'never'"),
        ("lif1.spike-timing=pre", "node 'lif1': spike-timing 'pre' contradicts reset"),
        ("lif1", "is not NODE.CHOICE=VALUE"),
    ],
)
@pytest.mark.parametrize("main", [compile_main, check_main])
def test_sets_that_are_refused(main: object, text: str, message: str, model: Path) -> None:
    output = ("-o", model.with_name("net.c")) if main is compile_main else ()
    arguments = ("--convention", "snntorch-default", "--set", text)
    assert message in refused(model.parent, main, model, *output, *arguments)


def recurrent(entrance: str) -> nir.NIRGraph:
    """A layer with a recurrent synapse; the input enters the synapse or the neurons."""
    rng = np.random.default_rng(1)
    nodes = ports(4, 4) | {"lif": lif(4), "w_rec": nir.Linear(rng.normal(0, 0.5, (4, 4)))}
    edges = [("input", entrance), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")]
    return graph(nodes, *edges)


def test_edge_takes_the_place_of_another(tmp_path: Path) -> None:
    wrong, right = tmp_path / "wrong.nir", tmp_path / "right.nir"
    nir.write(wrong, recurrent("w_rec"))
    nir.write(right, recurrent("lif"))
    x, outputs = tmp_path / "x.npy", {}
    np.save(x, np.random.default_rng(2).random((40, 4)))
    edge = ("--edge", "input -> w_rec = input -> lif")
    for name, arguments in {"wrong": (), "right": (), "mended": edge}.items():
        source = right if name == "right" else wrong
        y = tmp_path / f"{name}.npz"
        result = invoke(run_main, source, x, "-o", y, "--dt", DT, *arguments)
        assert result.exit_code == 0, result.stderr
        with np.load(y) as arrays:
            outputs[name] = arrays["output"]
    np.testing.assert_array_equal(outputs["mended"], outputs["right"])
    assert np.any(outputs["wrong"] != outputs["right"])
    output = tmp_path / "net.c"
    assert invoke(compile_main, wrong, "-o", output, "--dt", DT, *edge).exit_code == 0
    assert header_of(output)["edge input -> w_rec"] == "input -> lif"


@pytest.mark.parametrize(
    ("edge", "message"),
    [
        ("lif1 -> fc1 = lif1 -> fc2", "there is no edge from 'lif1' to 'fc1' to replace"),
        ("lif1 -> fc2 = lif1 -> fc3", "there is no node 'fc3' for an edge to lead to or from"),
        ("lif1 -> fc2", "is not 'A -> B = A -> C'"),
    ],
)
def test_edges_that_are_refused(edge: str, message: str, model: Path) -> None:
    assert message in refused(
        model.parent, compile_main, model, "-o", model.with_name("net.c"), "--edge", edge
    )


# Convention files


def test_a_saved_convention_compiles_to_the_same(model: Path) -> None:
    first, second = model.with_name("a") / "net.c", model.with_name("b") / "net.c"
    saved = model.with_name("saved.toml")
    for folder in (first.parent, second.parent):
        folder.mkdir()
    given = (
        "--convention",
        "snntorch",
        "--dt",
        DT,
        "--set",
        "lif2.reset=none",
        "--v-floor",
        "-0.5",
    )
    result = invoke(compile_main, model, "-o", first, *given, "--save-convention", saved)
    assert result.exit_code == 0, result.stderr
    assert read_convention(saved) == convention(
        "snntorch", dt=DT, v_floor=-0.5, nodes={"lif2": {"reset": "none"}}
    )
    result = invoke(compile_main, model, "-o", second, "--convention", saved)
    assert result.exit_code == 0, result.stderr
    for suffix in (".c", ".h"):
        assert first.with_suffix(suffix).read_text() == second.with_suffix(suffix).read_text()
    again = model.with_name("again.toml")
    result = invoke(check_main, model, "--convention", saved, "--save-convention", again)
    assert result.exit_code == 0, result.stderr
    assert again.read_text() == saved.read_text()
    assert snnmlir.compile(model, convention=saved).convention == read_convention(saved)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("saved.txt", "a convention file cannot be called 'saved.txt'"),
        ("none/saved.toml", "there is no folder"),
    ],
)
def test_convention_files_that_are_not_written(name: str, message: str, model: Path) -> None:
    path = model.parent / name
    assert message in refused(model.parent, check_main, model, "--save-convention", path)


def test_convention_files_that_are_refused(model: Path) -> None:
    path = model.with_name("bad.toml")
    path.write_text("reset = 'never'\n")
    for main, output in ((check_main, ()), (compile_main, ("-o", model.with_name("net.c")))):
        message = refused(model.parent, main, model, *output, "--convention", path)
        assert message.startswith("error: ")
        assert "bad.toml': reset cannot be 'never'" in message


# A recording finds the convention


def test_check_finds_what_was_recorded(model: Path, recorded: Path) -> None:
    saved = model.with_name("found.toml")
    result = invoke(check_main, model, "--like", recorded, "--save-convention", saved)
    assert result.exit_code == 0, result.output
    found = re.search(
        r"this convention reproduces every entry of the recording \(60 steps, 540 entries; "
        r"\d+ conventions were tried\):\n  (--convention .*)\n",
        result.stdout,
    )
    assert found is not None
    x = np.random.default_rng(7).random((200, 5))
    expected = reference.run(two_layers(), x, convention=MIXED)
    np.testing.assert_array_equal(reference.run(two_layers(), x, convention=saved), expected)


def test_compile_finds_what_was_recorded(model: Path, recorded: Path) -> None:
    output = model.with_name("net.c")
    arguments = ("--dt", DT, "--like", recorded, "--verify", recorded)
    result = invoke(compile_main, model, "-o", output, *arguments)
    assert result.exit_code == 0, result.stderr
    assert "this convention reproduces every entry of the recording" in result.stderr
    assert "verified: equal to the recording, 60 steps, 540 entries" in result.stderr
    assert "reference" not in result.stderr
    header = header_of(output)
    assert {value for key, value in header.items() if key.endswith("reset")} > {"subtract-delayed"}


def test_json_of_what_was_found(model: Path, recorded: Path) -> None:
    result = invoke(check_main, model, "--json", "--like", recorded, "--dt", DT)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    inference = report["inference"]
    assert (inference["exact"], inference["differing"], inference["first"]) == (True, 0, None)
    assert (inference["steps"], inference["entries"]) == (60, 540)
    assert report["convention"]["name"] == inference["convention"]["name"]
    assert "inference" not in json.loads(invoke(check_main, model, "--json").stdout)


def test_known_choices_are_kept(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "known.npz"
    # Where v_reset is 0, both say the same.
    np.savez(path, **recording(two_layers(), convention("snntorch", dt=DT)))
    for reset in ("zero", "value"):
        saved = tmp_path / f"{reset}.toml"
        arguments = ("--like", path, "--reset", reset, "--dt", DT, "--save-convention", saved)
        result = invoke(check_main, model, *arguments)
        assert result.exit_code == 0, result.output
        chosen = read_convention(saved)
        assert (chosen.reset, chosen.dt) == (reset, DT)


@pytest.mark.parametrize(
    ("option", "value"),
    [("--convention", "nir"), ("--set", "lif1.reset=zero"), ("--edge", "a -> b = a -> c")],
)
def test_like_finds_what_other_options_give(
    option: str, value: str, model: Path, recorded: Path
) -> None:
    message = refused(model.parent, check_main, model, "--like", recorded, option, value)
    assert f"--like finds the convention, and {option} gives it" in message


def test_one_flipped_spike_is_told(tmp_path: Path) -> None:
    model, path, output = (tmp_path / name for name in ("model.nir", "recording.npz", "net.c"))
    nir.write(model, one_layer())
    found = recording(one_layer(), convention("snntorch", dt=DT))
    found["output"][33, 1] ^= 1
    np.savez(path, input=found["input"], output=found["output"])
    arguments = ("--like", path, "--dt", DT)
    result = invoke(check_main, model, *arguments)
    assert result.exit_code == 1
    assert "no convention reproduces the recording" in result.stdout
    assert "1 entry of node 'lif1', first in step 33:" in result.stdout
    assert "one or a few entries may be damaged" in result.stdout
    assert "compiles: " in result.stdout
    text = refused(tmp_path, compile_main, model, "-o", output, *arguments)
    assert "error: no convention reproduces '" in text


def test_what_a_short_recording_leaves_open(model: Path, recorded: Path) -> None:
    short = recording(two_layers(), MIXED, 4)
    np.savez(recorded, input=short["input"], output=short["output"])
    result = invoke(check_main, model, "--like", recorded, "--dt", DT)
    assert result.exit_code == 0, result.output
    opened = result.stdout.partition("the recording does not determine:\n")[2]
    assert re.search(
        r"^  (lif.\.)?reset is .*, and could be .*: input strong enough that", opened, re.M
    )
    assert " would tell" in opened


def test_like_takes_nirdata(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "recording.nirdata"
    runs = recording(two_layers(), convention("snntorch", dt=DT))
    samples = {name: array[np.newaxis] for name, array in runs.items()}
    path.write_bytes(pack_data(samples, two_layers().nodes, DT))
    result = invoke(check_main, model, "--like", path, "--dt", DT)
    assert result.exit_code == 0, result.output
    assert "this convention reproduces every entry of the recording" in result.stdout


# --verify says what it compared


def test_verify_compares_with_the_recording(model: Path, recorded: Path) -> None:
    output = model.with_name("net.c")
    right = ("--convention", "snntorch", "--dt", DT, "--set", "lif2.reset=subtract-delayed")
    result = invoke(compile_main, model, "-o", output, *right, "--verify", recorded)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == "verified: equal to the recording, 60 steps, 540 entries\n"


def test_verify_refuses_another_convention(model: Path, recorded: Path) -> None:
    wrong = ("--convention", "snntorch", "--dt", DT)
    arguments = (model, "-o", model.with_name("net.c"), *wrong, "--verify", recorded)
    message = refused(model.parent, compile_main, *arguments)
    assert re.search(
        r"error: the C and the recording differ in \d+ of 540 entries; the first: \d+ entr\w+ of "
        r"node 'lif2', first in step \d+\n  help: --like RECORDING",
        message,
    )


def test_verify_without_outputs_says_so(model: Path, recorded: Path) -> None:
    with np.load(recorded) as arrays:
        x = arrays["input"]
    np.savez(recorded, input=x)
    result = invoke(
        compile_main, model, "-o", model.with_name("net.c"), "--dt", DT, "--verify", recorded
    )
    assert result.exit_code == 0, result.stderr
    assert (
        "verified: equal to the reference interpreter under this convention, 60 steps"
        in result.stderr
    )
    assert "what the framework computes was not compared" in result.stderr


def test_verify_of_integers_tells_both(model: Path, recorded: Path) -> None:
    right = ("--convention", "snntorch", "--dt", DT, "--set", "lif2.reset=subtract-delayed")
    arguments = (*right, "--dtype", "int8", "--input-type", "spikes", "--verify", recorded)
    result = invoke(compile_main, model, "-o", model.with_name("net.c"), *arguments)
    assert result.exit_code == 0, result.stderr
    assert re.search(
        r"verified: equal to the reference interpreter under this convention, 60 steps, every "
        r"integer\ncompared with the recording, int8 gives \d+ of 540 other entries\n",
        result.stderr,
    )


# Recordings that do not fit


def changed(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        arrays = recording(two_layers(), MIXED, 8)
        change(arrays)
        np.savez(path, **arrays)

    return write


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (
            changed(lambda r: r.pop("input")),
            "the recording has no input 'input', found output, lif1|has no input",
        ),
        (changed(lambda r: [r.pop("output"), r.pop("lif1")]), "the recording has no output"),
        (changed(lambda r: r.update(output=r["output"][:5])), "expected one number above 0"),
        (
            changed(lambda r: r.update(output=r["output"][:, :2])),
            r"has shape \[8, 2\], expected \[T, 3\]",
        ),
        (changed(lambda r: r.update(input=r["input"].T)), "expected"),
        (changed(lambda r: r.update(input=r["input"] + np.nan)), "values that are not finite"),
        (changed(lambda r: r.update(output=r["output"].astype(str))), "not numbers"),
        (
            changed(lambda r: r.update({k: v[:0] for k, v in r.items()})),
            "expected one number above 0",
        ),
        (lambda path: path.write_text("text"), "is not a NumPy or NIRData file, or damaged"),
        (lambda path: path.write_bytes(b""), "is not a NumPy or NIRData file, or damaged"),
        (lambda path: path.unlink(missing_ok=True), "No such file or directory"),
        (lambda path: path.mkdir(), "Is a directory"),
    ],
    ids=[
        *("no-input", "no-output", "steps", "shape", "time-last", "nan", "text", "no-steps"),
        *("garbage", "empty", "missing", "folder"),
    ],
)
def test_recordings_that_are_refused(
    write: Callable[[Path], None], message: str, model: Path
) -> None:
    path = model.with_name("bad.npz")
    write(path)
    for main, output in ((check_main, ()), (compile_main, ("-o", model.with_name("net.c")))):
        text = refused(model.parent, main, model, *output, "--like", path)
        assert text.startswith("error: ")
        assert re.search(message, text)


def test_arrays_of_no_signal_are_noted(model: Path, recorded: Path) -> None:
    with np.load(recorded) as arrays:
        np.savez(recorded, **dict(arrays), other=np.zeros(3))
    result = invoke(check_main, model, "--like", recorded, "--dt", DT)
    assert result.exit_code == 0, result.output
    assert "note: the recording's 'other' is no signal of the network, and ignored" in result.stdout


# The page


def shown(page: str) -> list[tuple[str, list[str]]]:
    """The commands of a page, and what it shows of their output."""
    blocks = re.findall(r"^```console\n(.*?)^```$", page, re.M | re.S)
    commands = [text for block in blocks for text in re.split(r"^\$ ", block, flags=re.M)[1:]]
    return [(lines[0], lines[1:]) for lines in map(str.splitlines, commands)]


def printed_by(command: str) -> str:
    main = {"snn-mlir-check": check_main, "snn-mlir-compile": compile_main}
    name, *arguments = shlex.split(command)
    return (
        Path(arguments[0]).read_text() if name == "cat" else invoke(main[name], *arguments).output
    )


@pytest.mark.slow
def test_page_shows_what_the_commands_print(
    repo_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(repo_root / "test/data/nir-native", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    commands = shown((repo_root / "docs/inference.md").read_text())
    assert len(commands) == 5
    for command, lines in commands:
        pattern = "\n".join(".*" if line == "..." else re.escape(line) for line in lines)
        pattern = re.sub(r"\d+(?=\\ conventions\\ were\\ tried)", r"\\d+", pattern)
        output = printed_by(command).rstrip("\n")
        assert re.fullmatch(pattern, output, re.S), f"$ {command}\n{output}"

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-mlir-check: its verdict is the compiler's, and it never breaks."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
from click.testing import CliRunner, Result

import snnmlir
from native_cases import FOLDER
from networks import GRAPHS, graph, neuron, ports
from shared_cases import DATA
from snnmlir.cli.check import main

DIGITS = Path(__file__).parents[2] / "examples/digits/digits.nir"
SHARED = [path for path in sorted(DATA.glob("nir-*/*.nir")) if path.parent.name != "nir-odd"]

# What of these the convention "nir", or any, refuses: the node, what is said, and what helps.
REFUSED = {
    "braille_noDelay_bias_zero_subgraph.nir": ("lif1", "names 'lif'", "did you mean 'lif1'?"),
    "sinabs_unsqueezed.nir": ("0", "has shape (3, 10), expected (10,)", ""),
    "snntorch_beta_above_one.nir": ("1", "tau is -0.00333334", "--decay clipped"),
    "spyx_beta_above_one.nir": ("layer_1", "tau is -6.66667", "--decay clipped"),
    "spyx_psu_beta_one.nir": ("layer_1", "tau is inf and r is 1", "--input-gain unit"),
}


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def report_of(path: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    result = invoke(path, "--json", *arguments)
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.nir"
    nir.write(path, GRAPHS["recurrent-CubaLIF"])
    return path


@pytest.mark.parametrize("name", GRAPHS)
def test_verdict_and_memory_are_the_compilers(name: str, tmp_path: Path) -> None:
    report = snnmlir.check(GRAPHS[name], dt=1e-4)
    assert (report.compiles, report.error) == (True, None)
    network = snnmlir.compile(GRAPHS[name], dt=1e-4)
    assert [node.name for node in report.nodes] == list(network.graph.nodes)
    network.write(tmp_path / "net.c")
    (tmp_path / "size.c").write_text(
        f'#include "net.h"\n_Static_assert(sizeof(net_t) == {report.memory_bytes}, "size");\n'
    )
    subprocess.run(["gcc", "-std=c11", "-c", "size.c"], cwd=tmp_path, check=True)


C_BYTES = {"uint8_t": 1, "int16_t": 2, "int32_t": 4, "float": 4, "double": 8, "size_t": 8}


@pytest.mark.parametrize("dtype", ["f32", "f64", "int8"])
@pytest.mark.parametrize("name", GRAPHS)
def test_state_is_what_the_code_keeps(name: str, dtype: str) -> None:
    report = snnmlir.check(GRAPHS[name], dt=1e-4, dtype=dtype)
    header = snnmlir.compile(GRAPHS[name], dt=1e-4, dtype=dtype).h
    members: Counter[str] = Counter()
    for kind, owner, size in re.findall(r"^    (\w+) (\w+)_[a-z]+\[(\d+)\];$", header, re.M):
        members[owner] += C_BYTES[kind] * int(size)
    expected = {node.name: members[node.name] for node in report.nodes}
    for source, target, _ in report.cut:
        expected[source] += members[f"{source}_to_{target}"]
    assert {node.name: node.state_bytes for node in report.nodes} == expected
    assert sum(expected.values()) == sum(members.values()) == report.state_bytes


def test_nodes_of_a_recurrent_network(model: Path) -> None:
    status, report = report_of(model, "--dt", "1e-4")
    assert status == 0
    assert report["compiles"] is True
    nodes = {node["name"]: node for node in report["nodes"]}
    assert {name for name, node in nodes.items() if node["recurrent"]} == {"n", "w_rec"}
    assert report["cut"] == [["w_rec", "n", 7]]
    assert nodes["n"]["type"] == "CubaLIF"
    assert nodes["n"]["state"] == {"i": 7, "v": 7}
    assert {name: n["state_bytes"] for name, n in nodes.items() if n["state_bytes"]} == {
        "n": 4 * (7 + 7),
        "w_rec": 4 * 7,
        "out": 4 * 3,
    }
    assert nodes["n"]["sources"] == ["fc1", "w_rec"]
    assert nodes["fc1"]["weights"] == 7 * 5 + 7
    assert report["weights"] == sum(node["weights"] for node in nodes.values())
    tau = next(p for p in nodes["n"]["parameters"] if p["name"] == "tau_mem")
    assert tau["shape"] == [7]
    assert 0 < tau["low"] < tau["high"]
    assert (report["inputs"], report["outputs"]) == (["input"], ["output"])


def test_tables(model: Path) -> None:
    result = invoke(model, "--dt", "1e-4", "--convention", "norse")
    assert result.exit_code == 0
    assert "convention: norse (" in result.stdout
    assert "cut: w_rec -> n carries the 7 values of the previous step" in result.stdout
    assert re.search(r"^ *w_rec .* 28 bytes +recurrent *$", result.stdout, re.M)
    assert result.stdout.splitlines()[-1].startswith("compiles: ")
    assert result.stdout == invoke(model, "--dt", "1e-4", "--convention", "norse").stdout


def test_node_that_is_refused(tmp_path: Path) -> None:
    source = graph(
        ports(2, 2) | {"fc": nir.Linear(np.array([[1e300, 0.0], [0.0, 1.0]]))},
        ("input", "fc"),
        ("fc", "output"),
    )
    path = tmp_path / "model.nir"
    nir.write(path, source)
    status, report = report_of(path)
    assert (status, report["compiles"]) == (1, False)
    assert report["error"]["node"] == "fc"
    assert [n["name"] for n in report["nodes"] if n["error"]] == ["fc"]
    assert {n["state_bytes"] for n in report["nodes"]} == {None}
    text = invoke(path).stdout
    assert "does not compile: node 'fc': fc_weight has a value of magnitude 1e+300" in text
    assert "  help: compile with --dtype f64" in text
    assert report_of(path, "--dtype", "f64")[0] == 0


def test_every_refused_node_is_told(tmp_path: Path) -> None:
    low = nir.IF(np.ones(2), np.array([1.0, -1.0]), np.zeros(2))
    nodes = ports(2, 2) | {
        "a": nir.Linear(np.full((2, 2), 1e300)),
        "b": low,
        "good": nir.Linear(np.ones((2, 2))),
        "c": low,
    }
    path = tmp_path / "model.nir"
    nir.write(path, graph(nodes, *itertools.pairwise(["input", "a", "b", "good", "c", "output"])))
    status, report = report_of(path, "--convention", "sinabs")
    assert (status, report["compiles"], report["error"]["node"]) == (1, False, "a")
    assert {n["name"] for n in report["nodes"] if n["error"]} == {"a", "b", "c"}
    lines = invoke(path, "--convention", "sinabs").stdout.splitlines()
    told = [line for line in lines if line.startswith("does not compile: ")]
    assert [line.split("'")[1] for line in told] == ["a", "b", "c"]
    assert "spike 'count-trunc' needs positive thresholds" in told[1]
    rows = {line.split()[0]: line.split()[-1] for line in lines if line.strip()}
    assert (rows["c"], rows["good"]) == ("refused", "compiles")


def test_option_that_does_not_fit_a_node() -> None:
    source = graph(
        ports(1, 1) | {"n": nir.IF(np.ones(1), np.full(1, -1.0), np.zeros(1))},
        ("input", "n"),
        ("n", "output"),
    )
    report = snnmlir.check(source, convention="sinabs")
    assert report.error is not None
    assert (report.compiles, report.error.node) == (False, "n")
    assert report.error.help == "choose spike 'gt' or 'ge'"
    assert snnmlir.check(source, convention="sinabs", spike="ge", reset="subtract").compiles


def test_choices_of_single_nodes_are_shown(model: Path) -> None:
    result = invoke(model, "--dt", "1e-4", "--set", "n.reset=none", "--set", "n.v-floor=-0.5")
    assert result.exit_code == 0
    assert "\n  n: reset none, v-floor -0.5\n" in result.stdout
    _, report = report_of(model, "--dt", "1e-4", "--set", "n.reset=none")
    assert (report["convention"]["nodes"], report["convention"]["edges"]) == (
        {"n": {"reset": "none"}},
        {},
    )


def test_cycle_that_cannot_be_cut(tmp_path: Path) -> None:
    nodes = ports(2, 2) | {"w": nir.Linear(np.eye(2))}
    path = tmp_path / "model.nir"
    nir.write(path, graph(nodes, ("input", "w"), ("w", "w"), ("w", "output")))
    status, report = report_of(path)
    assert (status, report["compiles"], report["error"]["node"]) == (1, False, "w")
    assert "cycle without a neuron or Delay" in report["error"]["message"]


def test_delays_in_seconds_and_steps() -> None:
    report = snnmlir.check(GRAPHS["delays-per-element"], dt=1e-4)
    loop = next(node for node in report.nodes if node.name == "loop")
    delay, steps = loop.parameters
    assert (delay.name, delay.low, delay.high) == ("delay", 1e-4, 5e-4)
    assert (steps.name, steps.shape, steps.low, steps.high) == ("steps", (4,), 1, 5)
    assert loop.state == {"past": 9}
    assert loop.state_bytes == 9 * 4 + 3 * 8  # and positions of rings of three lengths


def test_nodes_that_are_left_out_are_noted() -> None:
    nodes = ports(2, 2) | {"w": nir.Linear(np.eye(2)), "dead": nir.Linear(np.eye(2))}
    source = graph(nodes, ("input", "w"), ("w", "output"), ("input", "dead"))
    report = snnmlir.check(source, dt=1e-4)
    assert "dead" not in {node.name for node in report.nodes}
    assert any(note.startswith("'dead': reaches no Output") for note in report.notes)


@pytest.mark.parametrize("wide", [False, True])
def test_two_thousand_nodes(wide: bool) -> None:
    names = [f"n{k}" for k in range(2000)]
    rng = np.random.default_rng(0)
    nodes = ports(1, 1) | {name: neuron("LIF", 1, rng) for name in names}
    chain = [*itertools.pairwise(["input", *names, "output"])]
    parallel = [(a, b) for name in names for a, b in (("input", name), (name, "output"))]
    source = graph(nodes, *(parallel if wide else chain))
    report = snnmlir.check(source, dt=1e-4)
    assert (report.compiles, len(report.nodes), report.state_bytes) == (True, 2002, 8000)


KEYS = {
    "report": {
        *("compiles", "error", "file", "nir_version", "sha256", "dtype", "convention"),
        *("suggested_convention", "notes", "inputs", "outputs", "nodes", "cut", "weights"),
        *("state_bytes", "memory_bytes"),
    },
    "node": {
        *("name", "type", "input_shape", "output_shape", "sources", "parameters", "weights"),
        *("state", "state_bytes", "recurrent", "error"),
    },
    "parameter": {"name", "shape", "dtype", "low", "high", "value"},
    "error": {"message", "node", "help"},
}


def test_keys_of_the_json(model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nir"
    broken.write_text("no HDF5")
    for path in (model, DIGITS, broken):
        _, report = report_of(path)
        assert set(report) == KEYS["report"]
        for node in report["nodes"]:
            assert set(node) == KEYS["node"]
            assert all(set(p) == KEYS["parameter"] for p in node["parameters"])
    assert set(report["error"]) == KEYS["error"]


def test_same_file_same_bytes(model: Path) -> None:
    program = "import sys; from snnmlir.cli.check import main; sys.exit(main())"
    for options in ([], ["--json"]):
        command = [sys.executable, "-c", program, str(model), *options]
        environments = [os.environ | {"PYTHONHASHSEED": seed} for seed in ("1", "2")]
        first, second = (
            subprocess.run(command, env=env, check=True, capture_output=True).stdout
            for env in environments
        )
        assert first == second


def test_terminal_that_knows_few_characters(tmp_path: Path) -> None:
    path = tmp_path / "model.nir"
    nodes = ports(1, 1) | {"漢字é": neuron("LIF", 1, np.random.default_rng(0))}
    nir.write(path, graph(nodes, ("input", "漢字é"), ("漢字é", "output")))
    program = "import sys; from snnmlir.cli.check import main; sys.exit(main())"
    result = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert b"\\u6f22\\u5b57\\xe9" in result.stdout


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "model.nir"
    path.write_text("no HDF5")
    status, report = report_of(path)
    assert (status, report["compiles"], report["nodes"]) == (1, False, [])
    assert report["error"]["message"]
    result = invoke(path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: ")


def test_missing_file(model: Path) -> None:
    result = invoke(model.with_name("none.nir"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.search("^error: .*No such file or directory", result.stderr)


def test_wrong_options_are_errors(model: Path) -> None:
    result = invoke(model, "--reset", "never")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: ")


def test_names_from_the_file_are_only_text(tmp_path: Path) -> None:
    names = ["[red]x[-red]", "a\nb", "\x1b[31mred", "[bold", ":smile:", "\x9b31m"]
    nodes = ports(1, 1) | {name: neuron("LIF", 1, np.random.default_rng(0)) for name in names}
    source = graph(nodes, *[("input", name) for name in names], *[(n, "output") for n in names])
    path = tmp_path / "model.nir"
    nir.write(path, source)
    result = invoke(path)
    assert result.exit_code == 0
    for name in ("[red]x[-red]", "[bold", ":smile:"):
        assert name in result.stdout
    assert "'a\\nb'" in result.stdout
    assert not {"\x1b", "\x9b"} & set(result.stdout)
    assert {node["name"] for node in report_of(path)[1]["nodes"]} == set(nodes)


def test_what_the_parameters_look_like() -> None:
    tau = np.array([1e-3, 2e-3, 5e-3])

    def suggested(tau: np.ndarray, r: np.ndarray) -> str | None:
        lif = nir.LIF(tau, r, np.zeros(3), np.ones(3), np.zeros(3))
        source = graph(ports(3, 3) | {"n": lif}, ("input", "n"), ("n", "output"))
        report = snnmlir.check(source)
        found = report.suggested_convention
        assert report.to_dict()["suggested_convention"] == (str(found) if found else None)
        return str(found) if found else None

    assert suggested(tau, tau / 2e-4) == "convention='snntorch', dt=0.0002"
    assert suggested(tau, 1.0 - 5e-4 / tau) == "convention='spyx', dt=0.0005"
    assert suggested(tau * 1e4, np.ones(3)) == "convention='sinabs'"
    assert suggested(tau, np.array([1.0, 2.0, 2.5])) is None
    assert suggested(np.full(3, 1e-3), np.full(3, 10.0)) is None


def test_hint_at_neurons_that_take_their_input_as_it_is() -> None:
    neurons = nir.IF(np.ones(2), np.ones(2), np.zeros(2))
    source = graph(ports(2, 2) | {"n": neurons}, ("input", "n"), ("n", "output"))
    assert any("if_gain='unit'" in note for note in snnmlir.check(source).notes)
    assert snnmlir.check(source, convention="sinabs").notes == ()


@pytest.mark.parametrize("path", SHARED or [None], ids=lambda path: path.name if path else "none")
def test_real_files(path: Path | None) -> None:
    if path is None:
        pytest.skip(f"no .nir files in {DATA} (set SNN_TEST_DATA)")
    status, report = report_of(path)
    assert invoke(path).exit_code == status
    if path.name not in REFUSED:
        assert (status, report["compiles"]) == (0, True)
        return
    node, message, help = REFUSED[path.name]
    assert (status, report["compiles"], report["error"]["node"]) == (1, False, node)
    assert message in report["error"]["message"]
    assert help in report["error"]["help"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sinabs_unsqueezed.nir", ["--convention", "sinabs-default"]),
        ("snntorch_beta_above_one.nir", ["--convention", "snntorch-default"]),
        ("spyx_beta_above_one.nir", ["--convention", "spyx"]),
        ("spyx_psu_beta_one.nir", ["--input-gain", "unit"]),
    ],
)
def test_what_helps(name: str, options: list[str]) -> None:
    assert report_of(FOLDER / name, *options)[0] == 0


def test_digits() -> None:
    status, report = report_of(DIGITS)
    assert status == 0
    assert report["suggested_convention"] == "--convention snntorch --dt 0.0001"
    assert "how snnTorch's neurons reset is not in the file" in invoke(DIGITS).stdout


def test_memory_of_platforms() -> None:
    """Xylo's neurons carry their current of the step before."""
    status, report = report_of(FOLDER.parent / "nir-platforms/xylo_mlp.nir", "--convention", "xylo")
    assert status == 0
    sizes = {node["name"]: node["state_bytes"] for node in report["nodes"]}
    assert sizes["lif1"] == 24 * 2 * 2
    assert sum(sizes.values()) == report["state_bytes"]

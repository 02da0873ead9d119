# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Presets, choices for all nodes and for single ones, convention files, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import random
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import nir
import numpy as np
import pytest
from click.testing import CliRunner

from networks import GRAPHS, graph, ports
from snnmlir import reference
from snnmlir.cli.common import options_of
from snnmlir.cli.flags import convention_arguments
from snnmlir.cli.options import Command, compiler_options
from snnmlir.conventions import (
    CHOICES,
    DEFAULT_DT,
    MAX_SPIKES,
    NUMBERS,
    PRESETS,
    SOURCES,
    Convention,
    choice_values,
    convention,
    convention_keywords,
    convention_text,
    option_name,
    read_convention,
)
from snnmlir.conventions.choices import check_node_consistent, checked_choices
from snnmlir.errors import OptionError, SnnError
from snnmlir.nir_import import read_graph
from snnmlir.nir_import.concerns import CONCERNS, check_nodes
from snnmlir.nir_import.graph import Graph

DOCS = Path(__file__).resolve().parents[2] / "docs" / "conventions.md"

ODD_NAMES = [
    *("lif1", "1", "a.b", "layer 1", "a/b", "it's", 'say "x"', "a=b", "v=1.reset", "a -> b"),
    *("#", "\\", "é漢", "nodes", "", "tab\there", "line\nbreak", "-x", "[x]", "lif.reset"),
]


# Presets and choices


def test_default_is_the_preset_nir() -> None:
    assert convention() == PRESETS["nir"] == Convention()
    assert convention().dt == DEFAULT_DT == 1e-4


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_consistent_and_carry_their_name(name: str) -> None:
    preset = PRESETS[name]
    assert convention(name) == preset
    assert preset.name == name
    assert (preset.nodes, preset.edges) == ({}, {})
    assert checked_choices(preset.choices()) == preset.choices()


def test_every_preset_says_what_it_was_compared_with() -> None:
    assert SOURCES.keys() == PRESETS.keys()


def test_every_other_attribute_is_a_choice() -> None:
    attributes = {field.name for field in dataclasses.fields(Convention)}
    assert attributes - set(CHOICES) == {"name", "dt", "nodes", "edges"}
    assert set(CHOICES) < attributes
    assert NUMBERS.keys() < CHOICES.keys()
    assert list(Convention().choices()) == ["dt", *CHOICES]


def test_overrides_replace_single_choices() -> None:
    chosen = convention("sinabs", dt=1e-3, reset="zero", spike="gt", leak=None)
    expected = dataclasses.replace(PRESETS["sinabs"], dt=1e-3, reset="zero", spike="gt")
    assert chosen == expected


def test_a_convention_can_be_refined() -> None:
    assert convention(Convention(dt=0.5), reset="zero") == Convention(dt=0.5, reset="zero")


@pytest.mark.parametrize("dt", [1, 0.5, np.float32(0.5), np.int64(2)])
def test_dt_is_any_positive_number(dt: Any) -> None:
    assert convention(dt=dt).dt == dt


def test_dt_of_a_text_is_its_number() -> None:
    assert checked_choices({"dt": "1e-3"}) == {"dt": 1e-3}


@pytest.mark.parametrize("dt", [0, -1.0, float("nan"), float("inf"), "soon", "-1", True, 1j, [1]])
def test_dt_that_is_none(dt: Any) -> None:
    with pytest.raises(OptionError, match=r"dt is .*, expected a positive number of seconds"):
        convention(dt=dt)


@pytest.mark.parametrize(
    ("choice", "given", "taken"),
    [
        ("v_floor", -0.5, -0.5),
        ("v_floor", "-0.5", -0.5),
        ("v_floor", 0, 0.0),
        ("v_floor", np.float32(0.5), 0.5),
        ("v_floor", "-threshold", "-threshold"),
        ("v-floor", "none", "none"),
        ("max_spikes", 1, 1),
        ("max-spikes", "255", 255),
        ("max_spikes", np.int64(2), 2),
        ("input-gain", "ignore-r", "ignore-r"),
        ("reset", "none", "none"),
    ],
)
def test_values_get_their_types(choice: str, given: Any, taken: Any) -> None:
    (found,) = checked_choices({choice: given}).values()
    assert (type(found), found) == (type(taken), taken)


@pytest.mark.parametrize(
    ("choice", "value"),
    [
        *[("v_floor", value) for value in ("threshold", "", float("nan"), "inf", True, None, [0])],
        *[("max_spikes", value) for value in (0, 256, -1, 1.5, "many", "none", True, float("nan"))],
        *[("reset", value) for value in ("None", "", 0, True, None, ["zero"], "Zero")],
        ("input_gain", "ignore_r"),
        ("time_unit", "seconds"),
    ],
)
def test_values_that_a_choice_cannot_be(choice: str, value: Any) -> None:
    with pytest.raises(OptionError) as raised:
        checked_choices({choice: value})
    assert raised.value.message.startswith(f"{option_name(choice)} cannot be '")
    for word in choice_values(choice).split("|"):
        assert word in str(raised.value.help)


@pytest.mark.parametrize(
    ("name", "choices", "message", "help"),
    [
        ("snntroch", {}, "unknown convention 'snntroch'", "did you mean 'snntorch'?"),
        ("none.toml.bak", {}, "unknown convention 'none.toml.bak'", "a file whose name ends in"),
        ("nir", {"rest": "zero"}, "unknown choice 'rest'", "did you mean 'reset'?"),
        ("nir", {"name": "x"}, "unknown choice 'name'", "use one of dt, parameters, time-unit"),
        ("nir", {"v_init": "null"}, "v-init cannot be 'null'", "use one of zero, leak, reset"),
        ("nir", {"spike": 1}, "spike cannot be '1'", "use one of gt, ge"),
    ],
)
def test_unknown_words(name: str, choices: dict[str, Any], message: str, help: str) -> None:
    with pytest.raises(OptionError) as raised:
        convention(name, **choices)
    assert raised.value.message == message
    assert help in str(raised.value.help)


CONTRADICTIONS: list[dict[str, Any]] = [
    {"spike_timing": "pre", "reset": "subtract-delayed"},
    {"spike_timing": "pre", "reset": "zero-delayed"},
    {"spike_timing": "pre", "reset": "subtract-carried"},
    {"spike": "count-trunc", "reset": "zero-delayed"},
    {"spike": "count-floor", "reset": "subtract-delayed"},
    {"spike": "count-floor", "reset": "subtract-carried"},
    {"spike": "count-floor", "reset": "subtract", "spike_timing": "pre"},
    {"feedback": "current"},
]


@pytest.mark.parametrize("choices", CONTRADICTIONS)
def test_contradictions(choices: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"contradicts|needs") as raised:
        convention(**choices)
    assert all(str(value) in raised.value.message for value in choices.values())
    assert raised.value.help
    with pytest.raises(OptionError) as at_node:
        convention(nodes={"lif1": choices})
    assert (at_node.value.node, at_node.value.message) == ("lif1", raised.value.message)


@pytest.mark.parametrize("reset", ["value", "zero", "subtract", "none"])
@pytest.mark.parametrize("spike", ["gt", "ge", "count-trunc", "count-floor"])
def test_resets_at_once_go_with_every_spike(spike: str, reset: str) -> None:
    chosen = convention(spike=spike, reset=reset)
    assert (chosen.spike, chosen.reset) == (spike, reset)
    assert chosen.counts == spike.startswith("count")


@pytest.mark.parametrize(
    ("unit", "step"), [("s", 5e-4), ("ms", 0.5), ("us", 500.0), ("steps", 1.0)]
)
def test_the_step_in_the_unit_of_the_file(unit: str, step: float) -> None:
    assert convention(dt=5e-4, time_unit=unit).step == pytest.approx(step, rel=1e-12)


# Single nodes


def test_a_node_has_its_own_choices() -> None:
    chosen = convention(
        "snntorch",
        reset="subtract",
        nodes={"lif1": {"v-floor": "-0.5", "dt": "1e-3"}, "lif2": {"reset": "none"}},
    )
    assert chosen.nodes == {"lif1": {"v_floor": -0.5, "dt": 1e-3}, "lif2": {"reset": "none"}}
    at = chosen.at("lif1")
    assert (at.v_floor, at.dt, at.reset, at.nodes) == (-0.5, 1e-3, "subtract", {})
    assert chosen.at("lif2").reset == "none"
    assert chosen.at("other") == dataclasses.replace(chosen, nodes={})


def test_choices_of_nodes_are_added_to_those_of_the_base() -> None:
    base = convention(nodes={"a": {"reset": "zero", "spike": "ge"}}, edges={"x -> a": "x -> b"})
    chosen = convention(
        base,
        reset="subtract",
        nodes={"a": {"reset": "none"}, "b": {"leak": "none"}},
        edges={"y -> a": "y -> b", "x -> a": "x -> c"},
    )
    assert chosen.nodes == {"a": {"reset": "none", "spike": "ge"}, "b": {"leak": "none"}}
    assert chosen.edges == {"x -> a": "x -> c", "y -> a": "y -> b"}
    assert base.nodes == {"a": {"reset": "zero", "spike": "ge"}}


def test_errors_name_the_node() -> None:
    with pytest.raises(OptionError, match="node 'lif1': reset cannot be 'never'"):
        convention(nodes={"lif1": {"reset": "never"}})
    with pytest.raises(OptionError, match="node 'lif1': unknown choice 'nodes'"):
        convention(nodes={"lif1": {"nodes": {}}})


@pytest.fixture(scope="module")
def every_node() -> Graph:
    """A network with nodes of many types; `n` is on a cycle."""
    return read_graph(GRAPHS["recurrent-CubaLIF"])


def test_nodes_that_are_not_there(every_node: Graph) -> None:
    with pytest.raises(OptionError) as raised:
        check_nodes(convention(nodes={"fc3": {"v_floor": 0.0, "reset": "zero"}}), every_node)
    assert raised.value.message == "there is no node 'fc3' to choose v-floor, reset for"
    assert (
        raised.value.help == "did you mean 'fc2'? the nodes are 'fc1', 'n', 'fc2', 'out', 'w_rec'"
    )


@pytest.mark.parametrize(
    ("node", "choice", "types"),
    [
        ("fc1", {"reset": "zero"}, "IF, LIF, CubaLIF"),
        ("fc1", {"dt": 1e-3}, "IF, LI, LIF, CubaLI, CubaLIF, Delay"),
        ("out", {"spike": "ge"}, "IF, LIF, CubaLIF"),
        ("out", {"current_gain": "unit"}, "CubaLI, CubaLIF"),
        ("n", {"if_gain": "unit"}, "it is for IF"),
        ("n", {"flatten": "hwc"}, "it is for Flatten"),
        ("n", {"delays": "exact"}, "it is for Delay"),
        ("n", {"ports": "time-first"}, "leave it out"),
        ("n", {"recurrent_input": "neuron"}, "leave it out"),
        ("input", {"feedback": "output"}, "leave it out"),
        ("output", {"v_init": "leak"}, "it is for"),
    ],
)
def test_choices_that_do_not_concern_a_node(
    every_node: Graph, node: str, choice: dict[str, Any], types: str
) -> None:
    with pytest.raises(OptionError) as raised:
        check_nodes(convention(nodes={node: choice}), every_node)
    assert raised.value.node == node
    (name,) = choice
    kind = type(every_node.nodes[node]).__name__
    assert raised.value.message == f"{option_name(name)} does not concern a node of type {kind}"
    assert types in str(raised.value.help)


def test_choices_that_concern_a_node(every_node: Graph) -> None:
    chosen = convention(
        nodes={
            "n": {"reset": "none", "v_floor": -1.0, "current_gain": "unit", "dt": 1e-3},
            "out": {"v_floor": -1.0, "input_gain": "unit", "current_decay": "after-input"},
            "w_rec": {"feedback_bias": "drop", "feedback": "spikes"},
        }
    )
    check_nodes(chosen, every_node)


def test_every_choice_concerns_something() -> None:
    assert CONCERNS.keys() | {"feedback", "feedback_bias"} == {"dt", *CHOICES}


def test_a_node_is_stepped_by_its_own_choices() -> None:
    neurons = nir.IF(np.ones(1), np.ones(1), np.zeros(1))
    source = graph(
        ports(1, 1) | {"a": neurons, "b": neurons}, ("input", "a"), ("a", "b"), ("b", "output")
    )
    x = np.full((4, 1), 0.75)
    chosen = convention(if_gain="unit", reset="zero", nodes={"a": {"reset": "none"}})
    found = reference.record(source, x, convention=chosen)
    # a: 0.75, 1.5, 2.25, 3; above its threshold from the second step on. b: 0, 1, 2 and 0, 1.
    assert found["a"][:, 0].tolist() == [0, 1, 1, 1]
    assert found["b"][:, 0].tolist() == [0, 0, 1, 0]
    with pytest.raises(OptionError, match="there is no node 'c' to choose reset for"):
        reference.run(source, x, convention=convention(nodes={"c": {"reset": "none"}}))


# Edges


def test_edges_are_pairs_of_names() -> None:
    chosen = convention(edges={"a/b.c -> d": "a/b.c -> e f"})
    assert chosen.rewired() == ((("a/b.c", "d"), ("a/b.c", "e f")),)


@pytest.mark.parametrize("edge", ["", "a", "a->b", "a -> ", " -> b", "a -> b -> c"])
def test_texts_that_are_no_edge(edge: str) -> None:
    for edges in ({edge: "a -> b"}, {"a -> b": edge}):
        with pytest.raises(OptionError, match=r"is not an edge, expected FROM -> TO"):
            convention(edges=edges)


# Files


def file_with(text: str | bytes, folder: Path) -> Path:
    path = folder / "convention.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def random_convention(rng: random.Random, names: list[str]) -> Convention:
    """Any choices, for all nodes and some single ones, that do not contradict each other."""

    def value(choice: str) -> Any:
        number = {
            "dt": rng.choice([1.0, 1e-6, 1 / 3, 5e-324, 1e300, rng.random() + 1e-9]),
            "v_floor": rng.choice([-1.0, 0.0, 1e-300, -rng.random(), 1 / 3]),
            "max_spikes": rng.randint(1, MAX_SPIKES),
        }
        if choice not in number or (choice == "v_floor" and rng.random() < 0.5):
            return rng.choice(CHOICES[choice])
        return number[choice]

    def choices(of: Convention) -> dict[str, Any]:
        while True:
            found = {c: value(c) for c in ("dt", *CHOICES) if rng.random() < 0.3}
            try:
                check_node_consistent(dataclasses.replace(of, **found))
            except OptionError:
                continue
            return found

    base = rng.choice(list(PRESETS.values()))
    chosen = dataclasses.replace(base, **choices(base))
    nodes = {name: choices(chosen) for name in rng.sample(names, rng.randint(0, 4))}
    named = [name for name in names if name and " -> " not in name and "=" not in name]
    edges = {
        f"{rng.choice(named)} -> {rng.choice(named)}": f"{rng.choice(named)} -> {rng.choice(named)}"
        for _ in range(rng.randint(0, 2))
    }
    nodes = {name: found for name, found in nodes.items() if found}
    return convention(dataclasses.replace(chosen, nodes=nodes, edges=edges))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_a_file(name: str, tmp_path: Path) -> None:
    text = convention_text(PRESETS[name])
    assert read_convention(file_with(text, tmp_path)) == PRESETS[name]
    assert tomllib.loads(text) == {"schema": 1, "convention": name, "dt": PRESETS[name].dt}


@pytest.mark.parametrize("seed", range(100))
def test_conventions_survive_a_file(seed: int, tmp_path: Path) -> None:
    chosen = random_convention(random.Random(seed), ODD_NAMES)
    path = file_with(convention_text(chosen), tmp_path)
    assert read_convention(path) == chosen
    assert convention(path) == convention(str(path)) == chosen
    assert convention_text(read_convention(path)) == convention_text(chosen)


def test_a_file_can_be_refined(tmp_path: Path) -> None:
    path = file_with('convention = "norse"\n[nodes.a]\nreset = "none"\n', tmp_path)
    chosen = convention(path, dt=1e-3, nodes={"a": {"spike": "ge"}})
    assert chosen == convention("norse", dt=1e-3, nodes={"a": {"reset": "none", "spike": "ge"}})


def test_what_a_file_may_leave_out(tmp_path: Path) -> None:
    assert read_convention(file_with("", tmp_path)) == Convention()
    assert read_convention(file_with("v_floor = 0\nmax-spikes = '3'", tmp_path)) == Convention(
        v_floor=0.0, max_spikes=3
    )


def test_documented_file_is_read(tmp_path: Path) -> None:
    text = DOCS.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    assert read_convention(file_with(text, tmp_path)) == convention(
        "sinabs",
        dt=1.0,
        v_floor=-0.5,
        nodes={"1": {"input_gain": "nir", "reset": "zero"}},
        edges={"sub/in -> sub/w_rec": "sub/in -> sub/lif"},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reset = ", "is not a convention file: "),
        ("reset", "is not a convention file: "),
        ("reset = 'zero'\nreset = 'value'", "is not a convention file: "),
        (b"name = '\xff'", "is not a convention file: "),
        (b"\x89HDF\r\n\x1a\n", "is not a convention file: "),
        (b"#" * (1 << 20) + b"\n", "it has more than 1048576 bytes"),
        ("schema = 2", "schema is '2', expected 1"),
        ("schema = '1'", "schema is '1', expected 1"),
        ("convention = 'snntroch'", "convention is 'snntroch', expected a preset"),
        ("convention = 'other.toml'", "convention is 'other.toml', expected a preset"),
        ("convention = 3", "convention is '3', expected a preset"),
        ("name = 'nir'", "unknown choice 'name'"),
        ("rest = 'zero'", "unknown choice 'rest'"),
        ("reset = 'never'", "reset cannot be 'never'"),
        ("reset = 1", "reset cannot be '1'"),
        ("reset = ['zero']", "reset cannot be "),
        ("v-floor = nan", "v-floor cannot be 'nan'"),
        ("v-floor = true", "v-floor cannot be 'True'"),
        ("max-spikes = 256", "max-spikes cannot be '256'"),
        ("dt = 'soon'", "dt is 'soon', expected a positive number of seconds"),
        ("dt = 0", "dt is 0, expected a positive number of seconds"),
        ("dt = 2026-11-28", "expected a positive number of seconds"),
        ("spike = 'count-floor'\nreset = 'zero-delayed'", "spike 'count-floor' needs"),
        ("nodes = 1", "nodes is no table of tables"),
        ("[nodes]\nlif1 = 'zero'", "nodes is no table of tables"),
        ("[nodes.lif1]\nrest = 'zero'", "node 'lif1': "),
        ("[nodes.lif1.reset]\nx = 1", "node 'lif1': "),
        ("[nodes.lif1]\nfeedback = 'current'", "feedback 'current' needs spike-timing 'pre'"),
        ("edges = ['a -> b']", "edges is no table of texts"),
        ("[edges]\n'a -> b' = 1", "edges is no table of texts"),
        ("[edges]\n'a - b' = 'a -> c'", "'a - b' is not an edge, expected FROM -> TO"),
    ],
)
def test_files_that_are_refused(text: str | bytes, message: str, tmp_path: Path) -> None:
    path = file_with(text, tmp_path)
    with pytest.raises(OptionError) as raised:
        read_convention(path)
    assert message in str(raised.value)
    assert str(path) in raised.value.message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(OptionError, match=r"cannot be read \(.*\), expected a convention file"):
            read_convention(path)
    with pytest.raises(OptionError, match=r"none\.toml' cannot be read"):
        convention(str(tmp_path / "none.toml"))


# The command line


@click.command(cls=Command)
@compiler_options
def parsed(**options: Any) -> None:
    """What the commands make of their options: a convention, as the text of a file."""
    arguments = options_of(options)
    keys = ("dt", "nodes", "edges", *CHOICES)
    try:
        chosen = convention(arguments["convention"], **{key: arguments[key] for key in keys})
    except SnnError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps({"text": convention_text(chosen)}))


def from_arguments(*arguments: str, folder: Path) -> Convention:
    result = CliRunner().invoke(parsed, arguments)
    assert result.exit_code == 0, result.output
    return read_convention(file_with(json.loads(result.stdout)["text"], folder))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_the_command_line(name: str, tmp_path: Path) -> None:
    text = convention_arguments(PRESETS[name])
    assert text == f"--convention {name} --dt {PRESETS[name].dt:.12g}"
    assert from_arguments(*shlex.split(text), folder=tmp_path) == PRESETS[name]


def approximately(chosen: Convention) -> dict[str, Any]:
    """With numbers of 12 digits, which is what a command line has."""

    def rounded(choices: Mapping[str, Any]) -> dict[str, Any]:
        return {k: float(f"{v:.12g}") if isinstance(v, float) else v for k, v in choices.items()}

    nodes = {name: rounded(choices) for name, choices in chosen.nodes.items()}
    return rounded(dataclasses.asdict(chosen) | {"nodes": {}}) | {"nodes": nodes}


@pytest.mark.parametrize("seed", range(100))
def test_conventions_survive_the_command_line(seed: int, tmp_path: Path) -> None:
    chosen = random_convention(random.Random(seed), [name for name in ODD_NAMES if name])
    found = from_arguments(*shlex.split(convention_arguments(chosen)), folder=tmp_path)
    assert approximately(found) == approximately(chosen)


@pytest.mark.parametrize("seed", range(100))
def test_conventions_survive_as_arguments_in_python(seed: int) -> None:
    chosen = random_convention(random.Random(seed), ODD_NAMES)
    arguments = eval(f"dict({convention_keywords(chosen)})")
    found = convention(arguments.pop("convention"), **arguments)
    assert approximately(found) == approximately(chosen)


@pytest.mark.parametrize("name", [name for name in ODD_NAMES if name])
def test_any_name_of_a_node_can_be_set(name: str, tmp_path: Path) -> None:
    chosen = from_arguments("--set", f"{name}.v-floor=-0.5", folder=tmp_path)
    assert chosen.nodes == {name: {"v_floor": -0.5}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "lif1"], "--set 'lif1' is not NODE.CHOICE=VALUE"),
        (["--set", "reset=zero"], "--set 'reset=zero' is not NODE.CHOICE=VALUE"),
        (["--set", ".reset=zero"], "--set '.reset=zero' is not NODE.CHOICE=VALUE"),
        (["--set", "lif1.reset=never"], "node 'lif1': reset cannot be 'never'"),
        (["--set", "lif1.rest=zero"], "node 'lif1': unknown choice 'rest'"),
        (["--edge", "a -> b"], "--edge 'a -> b' is not 'A -> B = A -> C'"),
        (["--edge", "a -> b=a -> c"], "is not 'A -> B = A -> C'"),
        (["--edge", "a -> b = a"], "'a' is not an edge, expected FROM -> TO"),
        (["--v-floor", "low"], "v-floor cannot be 'low'"),
        (["--dt", "0"], "dt is 0.0, expected a positive number of seconds"),
    ],
)
def test_options_that_are_refused(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(parsed, arguments)
    assert result.exit_code != 0
    assert message in str(result.exception) + result.output


# What is recorded


def test_records_name_everything() -> None:
    chosen = convention(
        "sinabs",
        v_floor=-0.25,
        nodes={"b": {"reset": "zero"}, "a": {"dt": 0.5, "max-spikes": 3}},
        edges={"x -> y": "x -> z"},
    )
    records = chosen.records()
    assert set(records) == {
        *("name", "dt", *map(option_name, CHOICES)),
        *("a.dt", "a.max-spikes", "b.reset", "edge x -> y"),
    }
    assert records["name"] == "sinabs"
    assert (records["v-floor"], records["dt"]) == ("-0.25", "1.0")
    assert (records["a.dt"], records["a.max-spikes"], records["b.reset"]) == ("0.5", "3", "zero")
    assert records["edge x -> y"] == "x -> z"


# The page


def table(first_cell: str) -> list[list[str]]:
    """The rows of the table in docs/conventions.md whose header begins so, its header first."""
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_cell} |"))
    end = lines.index("", start)
    rows = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [rows[start], *rows[start + 2 : end]]


def attribute(option: str) -> str:
    return option.strip("`").replace("-", "_")


def test_documented_presets_are_those_of_the_code() -> None:
    (_, *names), *rows = table("choice | `nir`")
    columns = dict(zip(names, zip(*(row[1:] for row in rows), strict=True), strict=True))
    choices = [attribute(row[0]) for row in rows]
    documented = {name: dict(zip(choices, columns[name], strict=True)) for name in names}
    for name, base, differences in table("preset | as")[1:]:
        changes = (text.strip("`").split("=") for text in differences.split(", "))
        documented[name] = documented[base] | {attribute(c): value for c, value in changes}
    assert documented == {
        name: {k: f"{v:g}" if k == "dt" else str(v) for k, v in preset.choices().items()}
        for name, preset in PRESETS.items()
    }


def test_documented_choices_are_those_of_the_code() -> None:
    rows = table("choice | values")[1:]
    documented = {
        attribute(row[0]): "|".join(value.strip("`") for value in row[1].split(", "))
        for row in rows
    }
    assert documented == {choice: choice_values(choice) for choice in CHOICES}
    defaults = {attribute(row[0]): row[2] for row in rows}
    assert defaults == {choice: str(getattr(Convention(), choice)) for choice in CHOICES}


def test_documented_sources_are_those_of_the_code() -> None:
    assert dict(table("preset | compared with")[1:]) == SOURCES


def test_documented_concerns_are_those_of_the_code() -> None:
    documented = {}
    for choices, types in table("choice | concerns")[1:]:
        for choice in choices.split(", "):
            documented[attribute(choice)] = types
    assert documented.pop("feedback") == documented.pop("feedback_bias")
    names = {
        choice: ", ".join(type.__name__.replace("Integrator", "I") for type in types) or "none"
        for choice, types in CONCERNS.items()
    }
    assert documented == names

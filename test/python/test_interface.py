# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The interface in JSON: what it says is what a C compiler sees."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
from click.testing import CliRunner
from subjects import feedforward

import snnmlir
from networks import GRAPHS, graph
from snnmlir.cli.compile import main
from test_generated_c import DIGITS, STRICT

OPTIONS = ["--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes"]


def program(interface: dict[str, Any]) -> str:
    """A C program that does not compile, or fails, where the header says something else."""
    name, functions = interface["struct"]["name"], interface["functions"]
    facts = [
        f"sizeof({name}) == {interface['struct']['bytes']}",
        f"alignof({name}) == {interface['struct']['alignment']}",
    ]
    if functions["step_events"]:
        facts.append(f"{interface['prefix'].upper()}_MAX_EVENTS == {interface['most_events']}")
    for member in interface["struct"]["members"]:
        access = f"(({name} *)0)->{member['name']}"
        # A union is rounded up to the alignment of its widest type.
        relation = ">=" if member["role"] == "arena" else "=="
        facts.append(f"sizeof({access}) {relation} {member['bytes']}")
        if member["role"] != "arena":
            size = int(np.prod(member["shape"], dtype=np.int64))
            facts.append(f"sizeof({access}) == {size} * sizeof({member['type']})")
            facts.append(f"_Generic({access}, {member['type']} *: 1, default: 0)")
    pointers = [f"void (*const init)({name} *) = {functions['init']};"]
    scales = []
    for function in filter(None, (functions["step"], functions["step_events"])):
        types = [f"{name} *"]
        for parameter in function["parameters"]:
            const = "" if parameter["role"] == "output" else "const "
            is_count = parameter["role"] == "count"
            types.append("size_t" if is_count else f"{const}{parameter['type']} *")
            if "size" in parameter:
                facts.append(f"{parameter['size']['macro']} == {parameter['size']['value']}")
            if parameter["scale"] and function is functions["step"]:
                scales.append(parameter["scale"])
        pointers.append(
            f"void (*const step{len(pointers)})({', '.join(types)}) = {function['name']};"
        )
    checks = []
    for scale in scales:
        values = scale["values"]
        macro = scale["macro"] if len(values) > 1 else f"{{{scale['macro']}}}"
        expected = ", ".join(repr(float(np.float32(value))) + "f" for value in values)
        checks.append(
            f"    {{\n        const float found[] = {macro};\n"
            f"        const float expected[] = {{{expected}}};\n"
            "        if (sizeof found != sizeof expected\n"
            "            || memcmp(found, expected, sizeof found))\n"
            f"            return {len(checks) + 1};\n    }}\n"
        )
    return (
        f'#include "{interface["header"]}"\n#include <stdalign.h>\n#include <string.h>\n'
        + "".join(f'_Static_assert({fact}, "");\n' for fact in facts)
        + "".join(f"extern {p.partition(' = ')[0]};\n{p}\n" for p in pointers)
        + f"int main(void)\n{{\n{''.join(checks)}    return 0;\n}}\n"
    )


NAMES = [*GRAPHS, "digits"]


def compiled(name: str, dtype: str, input_type: str) -> snnmlir.Network:
    """The network of that name in NAMES."""
    source = DIGITS / "digits.nir" if name == "digits" else GRAPHS[name]
    return snnmlir.compile(
        source, dtype=dtype, convention="snntorch", dt=1e-4, input_type=input_type
    )


def check(network: snnmlir.Network, folder: Path) -> None:
    network.write(folder / "net.c")
    network.write(folder / "net.json")
    interface = json.loads((folder / "net.json").read_text())
    assert interface == network.interface_for("net", "net.h")
    (folder / "main.c").write_text(program(interface))
    command = ["gcc", "-std=c11", *STRICT, "main.c", "net.c", "-o", "program"]
    subprocess.run(command, cwd=folder, check=True)
    assert subprocess.run(["./program"], cwd=folder, check=False).returncode == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("dtype", "input_type"), [("f32", "spikes"), ("f64", "float"), ("int8", "float")]
)
def test_the_header_is_what_the_interface_says(
    name: str, dtype: str, input_type: str, tmp_path: Path
) -> None:
    check(compiled(name, dtype, input_type), tmp_path)


def test_states_in_words_are_what_the_interface_says(tmp_path: Path) -> None:
    """Arrays of 16-bit numbers of odd sizes, each at a multiple of 4."""
    network = snnmlir.compile(
        feedforward(9, 7, 5, 11),
        dtype="int8", convention="snntorch", dt=1e-4, input_type="spikes",
        target="cortex-m4", optimize="ram", name="net",
    )  # fmt: skip
    assert network.interface["struct"]["bytes"] == 2 * (7 + 1 + 5 + 1 + 11 + 1)
    assert "uint32_t n1_v_words[4];" in network.h
    check(network, tmp_path)


def test_memory_is_that_of_the_struct() -> None:
    network = snnmlir.compile(DIGITS / "digits.nir", convention="snntorch", dt=1e-4)
    members = network.interface["struct"]["members"]
    states = {m["owner"]: m["bytes"] for m in members if m["role"] == "state"}
    assert network.states == states == {"lif1": 512, "lif2": 40}
    assert network.memory_bytes == network.interface["struct"]["bytes"] > network.state_bytes


def test_scales_of_channels_name_their_dimension() -> None:
    """The voltage of an int8 layer has a scale for each of its channels."""
    network = snnmlir.compile(
        DIGITS / "digits.nir",
        dtype="int8", convention="snntorch", dt=1e-4, input_type="spikes", record=["lif1.v"],
    )  # fmt: skip
    parameters = network.interface_for("net", "net.h")["functions"]["step"]["parameters"]
    given, voltage = parameters[0], parameters[-1]
    assert (given["content"], given["scale"]) == ("spikes", None)
    assert voltage["content"] == "integers"
    assert voltage["scale"]["axis"] == 0
    assert voltage["scale"]["macro"] == "NET_LIF1_V_SCALE"
    assert np.array_equal(voltage["scale"]["values"], network.outputs[-1].scales)


def test_the_command_writes_the_interface(tmp_path: Path) -> None:
    target = tmp_path / "digits.json"
    command = [str(DIGITS / "digits.nir"), "-o", str(target), *OPTIONS]
    assert CliRunner().invoke(main, command).exit_code == 0
    interface = json.loads(target.read_text())
    assert interface["schema"] == 1
    assert (interface["source"], interface["header"]) == ("digits.c", "digits.h")
    assert interface["functions"]["step_events"]["name"] == "digits_step_events"
    assert interface["provenance"]["model"] == "digits.nir"


def test_names_of_nodes_are_data() -> None:
    """What no identifier can hold is in the JSON as it is, and not in the C."""
    name = 'evil"\n*/ \x07 node'
    nodes = {
        name: nir.Input({"input": np.array([2])}),
        "output": nir.Output({"output": np.array([2])}),
    }
    network = snnmlir.compile(graph(nodes, (name, "output")), dt=1e-4, name="net")
    (parameter, _) = network.interface["functions"]["step"]["parameters"]
    assert parameter["node"] == name
    assert parameter["name"].isidentifier()


def test_the_page_has_the_names_of_the_header(repo_root: Path) -> None:
    """Those of a network with all that is optional, and the macros that its C asks for."""
    source, header = snnmlir.compile(
        repo_root / "examples/gestures/gestures.nir", convention="snntorch-default", dt=1e-4,
        dtype="int8", input_type="spikes", taps=["lif4.v"], profile=True, weights_apart=True,
    ).emit_c("net", "net.h")  # fmt: skip
    page = (repo_root / "docs/interface.md").read_text().partition("## As JSON")[0]
    known = [
        re.compile(re.escape(name).replace("<NODE>", r"\w+").replace(r"\.\.\.", r"\w+") + r"\b")
        for name in re.findall(r"`((?:net|NET)_[\w<>]+(?:\.\.\.)?)", page)
    ]
    code = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    names = set(re.findall(r"\b(?:net|NET)_\w+", code)) - {"NET_H", "net_tables"}
    names |= set(re.findall(r"^#ifndef (NET_\w+)", source, re.M))
    assert len(names) > 20
    assert [name for name in sorted(names) if not any(k.fullmatch(name) for k in known)] == []

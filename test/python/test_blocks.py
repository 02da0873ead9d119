# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""All-to-all synapses with sums in registers: the integers of the interpreter, at every size."""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
from click.testing import CliRunner

import snnmlir
from commands import call, emulate
from emulation import FLAGS, FORMS_ELSEWHERE, run
from networks import graph, neuron, ports
from snnmlir.boards.machines import MACHINES, PLATFORM
from snnmlir.boards.programs import build
from snnmlir.cli.compile import main
from snnmlir.compiler import TARGETS
from snnmlir.errors import OptionError
from snnmlir.reports.verify import verify

ROOT = Path(__file__).parents[2]
SIZES = (
    # inputs, outputs
    *((9, outputs) for outputs in (1, 3, 4, 5, 10, 15, 16, 17, 20, 21, 24, 33, 38, 40, 64)),
    *((inputs, 17) for inputs in (1, 7, 8, 70)),
    (70, 38),
)
NAMED = tuple(name for name in TARGETS if TARGETS[name].block_outputs)


def layer(inputs: int, outputs: int, kind: str, seed: int = 0) -> nir.NIRGraph:
    """Synapses and neurons.

    Args:
        inputs: How many.
        outputs: How many neurons.
        kind: "plain", "bias", "recurrent": neurons that also feed themselves back, and "largest":
            weights of which many are the largest.
        seed: Of the weights.
    """
    rng = np.random.default_rng(seed)
    weight = rng.normal(0.1, 1.0, (outputs, inputs)) / np.sqrt(0.3 * inputs)
    if kind == "largest":
        weight = np.sign(weight) * np.where(
            rng.random(weight.shape) < 0.9, 1.0, rng.uniform(0.3, 0.7, weight.shape)
        )
    bias = rng.normal(0.0, 0.1, outputs) if kind == "bias" else np.zeros(outputs)
    nodes = ports(inputs, outputs) | {
        "fc": nir.Affine(weight, bias),
        "n": neuron("LIF", outputs, rng),
    }
    edges = [("input", "fc"), ("fc", "n"), ("n", "output")]
    if kind == "recurrent":
        back = rng.normal(0.0, 1.0, (outputs, outputs)) / np.sqrt(0.3 * outputs)
        nodes["back"] = nir.Linear(back)
        edges += [("n", "back"), ("back", "n")]
    return graph(nodes, *edges)


def spikes(inputs: int, seed: int = 0) -> np.ndarray:
    """[T, inputs]: steps of all densities, without any and with all."""
    rng = np.random.default_rng(seed)
    densities = np.array([0.0, 0.05, 0.3, 0.7, 1.0, 1.0, 0.1, 0.5, 0.0, 0.9])
    return rng.random((len(densities), inputs)) < densities[:, None]


def compiled(source: nir.NIRGraph, **options: Any) -> snnmlir.Network:
    return snnmlir.compile(
        source, **{"dtype": "int8", "dt": 1e-4, "input_type": "spikes", "name": "net"} | options
    )


@pytest.fixture
def forced_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine takes blocks."""
    command = os.environ.get("CC", "gcc")
    monkeypatch.setenv("CC", f"{command} -DNET_BLOCKS=1 -DNET_UNALIGNED_BLOCKS=1")


@pytest.mark.usefixtures("no_undefined_behaviour", "forced_blocks")
@pytest.mark.parametrize("kind", ["plain", "bias", "recurrent", "largest"])
def test_blocks_compute_the_same(kind: str) -> None:
    for inputs, outputs in SIZES:
        network = compiled(layer(inputs, outputs, kind))
        verdict = verify(network, spikes(inputs))
        assert verdict.mismatches == (), (inputs, outputs)
        body = network.c.split("static SNN_LAYER void net_fc(")[1].split("\n}\n")[0]
        assert ("BLOCKS)" in body) == (inputs >= 8 and outputs >= 4), (inputs, outputs)


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("target", TARGETS)
def test_every_target_computes_the_same_here(target: str) -> None:
    """Whatever was named, the C computes the same on this machine: in the portable form."""
    for kind, (inputs, outputs) in itertools.product(
        ("plain", "recurrent"), ((9, 10), (16, 16), (40, 36), (70, 38), (12, 64))
    ):
        network = compiled(layer(inputs, outputs, kind), target=target)
        assert verify(network, spikes(inputs)).mismatches == (), (kind, inputs, outputs)


@pytest.mark.parametrize(
    ("machine", "target"),
    [
        *itertools.product(("cortex-m4f", "cortex-m3", "cortex-m0", "rv32imac"), ("generic",)),
        *itertools.product(("cortex-m4f", "cortex-m33"), ("cortex-m4", "cortex-m3")),
        *FORMS_ELSEWHERE,
        ("atmega1284p", "avr"),
        ("cortex-m4f", "avr"),
    ],
)
def test_bits_on_machines(machine: str, target: str, tmp_path: Path) -> None:
    """What each machine's own form computes, at sizes that are no whole words, and with a rest."""
    for kind, (inputs, outputs) in (
        ("plain", (24, 10)), ("recurrent", (70, 38)), ("recurrent", (40, 36)),
        ("largest", (64, 20)),
    ):  # fmt: skip
        network = compiled(layer(inputs, outputs, kind), target=target)
        x = spikes(inputs)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x))


def two_layers(outputs: int) -> nir.NIRGraph:
    """Two inputs whose synapses have the same neurons, and weights in the same units."""
    rng = np.random.default_rng(0)
    nodes: dict[str, nir.NIRNode] = {
        "a": nir.Input({"input": np.array([9])}),
        "b": nir.Input({"input": np.array([12])}),
        "n": neuron("LIF", outputs, rng),
        "output": nir.Output({"output": np.array([outputs])}),
    }
    edges = [("n", "output")]
    for name, inputs in (("a", 9), ("b", 12)):
        weight = rng.normal(0.1, 0.5, (outputs, inputs))
        weight[0, 0] = 3.0
        nodes[f"to_{name}"] = nir.Linear(weight)
        edges += [(name, f"to_{name}"), (f"to_{name}", "n")]
    return graph(nodes, *edges)


@pytest.mark.parametrize("flag", ["-munaligned-access", "-mno-unaligned-access"])
def test_rows_in_words(flag: str, tmp_path: Path) -> None:
    """What is added to sums in sizes that blocks do not have: rows in words, a rest one by one."""
    forms = {20: "to4", 21: "unaligned_row4", 22: "unaligned_row4", 23: "unaligned_row4", 24: "to4",
             28: "row8", 38: "unaligned_row4", 41: "unaligned_row4", 44: "row8"}  # fmt: skip
    for outputs, form in forms.items():
        network = compiled(two_layers(outputs), target="cortex-m4")
        body = network.c.split("static SNN_LAYER void net_to_b(")[1].split("\n}\n")[0]
        assert f"net_add_{form}(" in body, outputs
        x = {"a": spikes(9), "b": spikes(12, seed=1)}
        program = build(MACHINES["cortex-m4f"], tmp_path, network, (*FLAGS, flag))
        (found,) = run(program, x).outputs.values()
        assert found.any()
        np.testing.assert_array_equal(found, network.run(x), str(outputs))


def test_sums_that_do_not_fit_16_bits_are_in_rows() -> None:
    """600 weights of 127 are 76,200: a block would lose what the sum carries."""
    weight = np.ones((16, 600)) - np.eye(16, 600) * 0.01
    nodes = ports(600, 16) | {
        "fc": nir.Linear(weight), "n": nir.IF(*(np.full(16, v) for v in (1.0, 590.0, 0.0)))
    }  # fmt: skip
    source = graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))
    network = compiled(source, target="cortex-m4")
    body = network.c.split("static SNN_LAYER void net_fc(")[1].split("\n}\n")[0]
    assert "net_add_wide8(" in body
    x = np.ones((3, 600), bool)
    assert verify(network, x).mismatches == ()


def test_blocks_take_a_fraction_of_the_instructions(tmp_path: Path) -> None:
    """A synapse on a Cortex-M4: less than one and a half instructions; in rows over 2.5."""
    network = compiled(layer(64, 128, "plain"))
    x = np.repeat([[0], [1], [0], [1]], 64, axis=1)
    machine = MACHINES["cortex-m4f"]
    counts = run(build(machine, tmp_path, network), x).counts
    assert (counts[1] - counts[0]) / (64 * 128) < 1.5
    rows = compiled(layer(64, 128, "plain"), target="x86-64")
    counts = run(build(machine, tmp_path, rows), x).counts
    assert (counts[1] - counts[0]) / (64 * 128) > 2.5


@pytest.mark.parametrize("optimization", ["-O2", "-Os"])
def test_products_of_16_bits_on_an_avr(optimization: str, tmp_path: Path) -> None:
    """States of 32 bits decay by halves, and the C for an AVR takes a fraction of the cycles."""
    x = np.load(ROOT / "examples/digits/recorded.npz")["input"][0][:12]
    counts = {}
    for target in ("generic", "avr"):
        network = snnmlir.compile(
            ROOT / "examples/digits/digits.nir", dtype="int8", convention="snntorch", dt=1e-4,
            input_type="spikes", name="net", target=target,
        )  # fmt: skip
        assert ("net_product_shifted(" in network.c) == (target == "avr")
        program = build(MACHINES["atmega1284p"], tmp_path, network, (*FLAGS, optimization))
        result = run(program, x)
        (found,) = result.outputs.values()
        expected = network.run(x)
        assert expected.any()
        np.testing.assert_array_equal(found.reshape(expected.shape), expected)
        counts[target] = sum(result.counts)
    assert counts["avr"] < 0.52 * counts["generic"]


@pytest.mark.parametrize("optimization", ["-O0", "-O2", "-Os"])
def test_helpers_for_products_on_an_avr(optimization: str, tmp_path: Path) -> None:
    """What an AVR multiplies byte by byte, at the ends of all that fits, too."""
    machine = MACHINES["atmega1284p"]
    (tmp_path / "main.c").write_text(
        '#include "platform.h"\nint test(void);\nint main(void)\n{\n'
        "    put_char((char)('0' + test()));\n    put_char('\\n');\n    leave(0);\n}\n"
    )
    flags = [optimization, "-std=gnu11", f"-I{PLATFORM}", f"-I{ROOT / 'lib/Target/C11/Helpers'}"]
    test = ROOT / "test/Target/C11/helpers/products.c"
    renamed = ["-Dmain=test", "-Dexit=leave", "-DRANDOM=40"]
    call(*machine.compiler, *flags, *renamed, "-c", test, "-o", "test.o", cwd=tmp_path)
    call(
        *machine.compiler, *flags, "main.c", "test.o",
        *(PLATFORM / name for name in machine.sources), *machine.link, "-o", "program.elf",
        cwd=tmp_path,
    )  # fmt: skip
    assert emulate(machine, tmp_path / "program.elf")[0] == "0"


def test_weights_take_no_more_flash() -> None:
    for outputs, target in itertools.product((10, 16, 38), TARGETS):
        network = compiled(layer(24, outputs, "plain"), target=target)
        (table,) = re.findall(r"int8_t net_fc_weight\[(\d+) \* (\d+)\]", network.c)
        assert tuple(map(int, table)) == (24, outputs)


@pytest.mark.parametrize("target", NAMED)
def test_signs_are_flipped_where_that_saves_operations(target: str) -> None:
    source = layer(24, 16, "plain")
    network = compiled(source, target=target)
    assert ("net_add_flipped8(&sums" in network.c) == TARGETS[target].flipped_signs
    assert ("else" in network.c.split("void net_fc(")[1].split("\n}\n")[0]) == TARGETS[target].rows


def test_a_target_that_is_not_there() -> None:
    with pytest.raises(OptionError, match="unknown target 'z80'") as error:
        compiled(layer(8, 4, "plain"), target="z80")
    assert "generic, cortex-m0" in str(error.value.help)


def test_the_command_names_a_target(tmp_path: Path) -> None:
    nir.write(tmp_path / "layer.nir", layer(24, 16, "plain"))
    arguments = [str(tmp_path / "layer.nir"), "-o", str(tmp_path / "net.c"), "--dt", "1e-4"]
    arguments += ["--dtype", "int8", "--input-type", "spikes", "--target", "cortex-m3"]
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 0, found.output
    assert "net_add_flipped8(&sums" in (tmp_path / "net.c").read_text()
    found = CliRunner().invoke(main, [*arguments[:-1], "z80"])
    assert found.exit_code == 1
    assert "unknown target 'z80'" in found.output

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a chip has no room for is refused where that is asked for, and at the limit it is taken."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
from click.testing import CliRunner

import snnmlir
from networks import graph, ports
from snnmlir.cli.check import main as check_main
from snnmlir.cli.compile import main as compile_main
from snnmlir.conventions import PRESETS
from snnmlir.conventions import convention as make_convention
from snnmlir.errors import NirError, OptionError
from snnmlir.nir_import import read_network
from snnmlir.nir_import.platforms import limits
from test_fixed_platforms import cuba

DATA = Path(__file__).parents[1] / "data/nir-platforms"
DT = 1e-3


def stack(*sizes: int, delay: float | None = None) -> nir.NIRGraph:
    """Layers of CubaLIF, one behind the other; a Delay in front of the last synapse."""
    rng = np.random.default_rng(0)
    nodes = ports(sizes[0], sizes[-1])
    way = ["input"]
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        if delay is not None and number == len(sizes) - 2:
            nodes["late"] = nir.Delay(np.full(inputs, delay))
            way.append("late")
        nodes[f"fc{number}"] = nir.Linear(rng.normal(0.3, 1.0, (outputs, inputs)))
        nodes[f"n{number}"] = cuba(outputs, 4e-3, 8e-3, 1.0, DT)
        way += [f"fc{number}", f"n{number}"]
    return graph(nodes, *itertools.pairwise([*way, "output"]))


def read(source: nir.NIRGraph, name: str) -> None:
    """What `compile` does first; the rest would take long for large networks."""
    read_network(source, make_convention(name, dt=DT if name != "speck" else 1.0), limits=True)


def refused(source: nir.NIRGraph, name: str) -> tuple[str | None, str]:
    with pytest.raises(NirError) as raised:
        read(source, name)
    assert raised.value.help
    return raised.value.node, raised.value.message


# Xylo


def test_xylo_at_its_limits() -> None:
    read(stack(16, 600, 400, 8), "xylo")


@pytest.mark.parametrize(
    ("sizes", "node", "message"),
    [
        ((17, 8, 8), "input", "the network has 17 input channels, expected at most 16"),
        (
            (16, 400, 601, 8),
            "n1",
            "is the largest of 2 layers with together 1001 hidden neurons, and xylo has one pool "
            "of them, expected at most 1000",
        ),
        ((4, 4, 9), "n1", "is the largest of 1 layers with together 9 output neurons, expected at "
         "most 8"),
        ((4, 4), "n0", "is the only layer"),
    ],
)  # fmt: skip
def test_too_much_for_xylo(sizes: tuple[int, ...], node: str, message: str) -> None:
    found = refused(stack(*sizes), "xylo")
    assert found[0] == node
    assert found[1].startswith(message)
    snnmlir.compile(stack(4, 4, 9), convention="xylo", dt=DT)  # where nobody asks


def test_outputs_of_xylo_lead_nowhere() -> None:
    source = stack(4, 4, 4)
    source.edges.append(("n0", "output"))
    assert refused(source, "xylo")[0] == "n0"


# Loihi


def test_delays_of_loihi() -> None:
    read(stack(2, 2, 2, delay=63 * DT), "loihi")
    node, message = refused(stack(2, 2, 2, delay=64 * DT), "loihi")
    assert (node, message) == (
        "late",
        "delays by 64 steps beside that of the synapse, expected at most 63",
    )


def test_sizes_of_loihi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_LOIHI_NEURONS", 10)
    read(stack(2, 4, 6), "loihi")
    assert refused(stack(2, 4, 7), "loihi") == (
        "n1",
        "is the largest of 2 layers with together 11 neurons on one chip, expected at most 10",
    )
    monkeypatch.setattr(limits, "_LOIHI_SYNAPSES", 32)
    read(stack(2, 4, 6), "loihi")
    assert refused(stack(3, 4, 6), "loihi")[0] == "fc1"


# Speck


def maps(*shapes: tuple[int, int, int], **convolution: Any) -> nir.NIRGraph:
    """IF maps behind convolutions that keep the size of a map unless told otherwise."""
    given: dict[str, Any] = {"kernel": (1, 1), "stride": 1, "padding": 0} | convolution
    nodes: dict[str, nir.NIRNode] = {
        "input": nir.Input(input_type={"input": np.array(shapes[0])}),
        "output": nir.Output(output_type={"output": np.array(shapes[-1])}),
    }
    way = ["input"]
    for number, (before, behind) in enumerate(itertools.pairwise(shapes)):
        weight = np.ones((behind[0], before[0], *given["kernel"]), np.float32)
        nodes[f"conv{number}"] = nir.Conv2d(
            before[1:], weight, given["stride"], given["padding"], 1, 1, np.zeros(behind[0])
        )
        nodes[f"n{number}"] = nir.IF(*(np.full(behind, v) for v in (1.0, 1.0, 0.0)))
        way += [f"conv{number}", f"n{number}"]
    return graph(nodes, *itertools.pairwise([*way, "output"]))


def test_speck_at_its_limits() -> None:
    read(maps(*[(1, 4, 4)] * 10), "speck")
    read(maps((1, 128, 128), (1, 64, 64), kernel=(2, 2), stride=2), "speck")
    read(maps((2, 16, 16), (2, 1, 1), kernel=(16, 16)), "speck")


@pytest.mark.parametrize(
    ("source", "node", "message"),
    [
        (maps(*[(1, 4, 4)] * 11), "n9", "is the first that is too much of 10 layers"),
        (maps((1, 17, 17), (1, 1, 1), kernel=(17, 17)), "conv0", "the kernel is 17 x 17"),
        (maps((1, 4, 4), (1, 4, 3), kernel=(1, 2)), "conv0", "the kernel is 1 x 2"),
        (maps((1, 7, 7), (1, 3, 3), stride=3), "conv0", "the stride is (3, 3)"),
        (maps((1, 1, 1), (1, 17, 17), padding=8), "conv0", "the padding is 8 pixels"),
        (maps((1, 1, 1), (1025, 1, 1)), "conv0", "it has 1025 channels"),
        (maps((1, 129, 129), (1, 33, 33), stride=4), "conv0", "the input map has 129 pixels"),
        (maps((1, 65, 65), (1, 65, 65)), "conv0", "the output map has 65 pixels"),
        # 32 maps of 64 x 64 are 128 Ki neurons: the example of sinabs' documentation.
        (
            maps((16, 64, 64), (32, 64, 64), kernel=(3, 3), padding=1),
            "n0",
            "its layer takes 8192 entries of kernel memory and 131072 of neuron memory",
        ),
    ],
)
def test_too_much_for_speck(source: nir.NIRGraph, node: str, message: str) -> None:
    found = refused(source, "speck")
    assert found[0] == node
    assert found[1].startswith(message)


def test_layers_of_speck_share_cores() -> None:
    """Three cores have 64 Ki neurons, so that four maps of 16 times 64 x 64 do not fit."""
    large = (16, 64, 64)
    read(maps(large, large, large, large), "speck")
    assert refused(maps(large, large, large, large, large), "speck")[0] == "n3"


def test_a_layer_moves_where_that_makes_room() -> None:
    """Three small layers come first, and the first cores are the only ones for large maps."""
    read(maps((1, 64, 64), *[(1, 64, 64)] * 3, *[(16, 64, 64)] * 3), "speck")


def test_dense_layers_of_speck_are_kernels_of_the_whole_map() -> None:
    def dense(channels: int, outputs: int) -> nir.NIRGraph:
        source = maps((1, 8, 8), (channels, 8, 8))
        source.nodes["flat"] = nir.Flatten({"input": np.array((channels, 8, 8))}, 0, -1)
        source.nodes["fc"] = nir.Linear(np.ones((outputs, channels * 64), np.float32))
        source.nodes["last"] = nir.IF(*(np.full(outputs, v) for v in (1.0, 1.0, 0.0)))
        source.nodes["output"] = nir.Output(output_type={"output": np.array([outputs])})
        source.edges.remove(("n0", "output"))
        way = ("n0", "flat", "fc", "last", "output")
        source.edges += list(itertools.pairwise(way))
        return source

    read(dense(64, 16), "speck")
    assert refused(dense(64, 17), "speck") == (
        "last",
        "its layer takes 131072 entries of kernel memory and 17 of neuron memory, and no core of "
        "speck is left for it, expected at most 16 Ki and 64 Ki, 32 Ki and 32 Ki, 64 Ki and 16 Ki, "
        "16 Ki and 16 Ki",
    )


# What is asked for


@pytest.mark.parametrize("name", ["nir", "snntorch", "nengo", "spinnaker2", "lava-dl"])
def test_no_limits_are_known(name: str) -> None:
    with pytest.raises(OptionError, match=f"none are known of parameters '{_parameters(name)}'"):
        snnmlir.compile(stack(2, 2), convention=name, dt=DT, limits=True)


def _parameters(name: str) -> str:
    return PRESETS[name].parameters


def test_the_networks_of_the_packages_fit() -> None:
    for case in json.loads((DATA / "cases.json").read_text()):
        if case["convention"] in ("loihi", "speck", "xylo"):
            options = case["options"] | {"limits": True}
            network = snnmlir.compile(DATA / case["nir"], convention=case["convention"], **options)
            assert network.options.limits


def test_commands(tmp_path: Path) -> None:
    model = tmp_path / "model.nir"
    nir.write(model, stack(4, 4, 9))
    flags = [str(model), "--convention", "xylo", "--limits"]
    result = CliRunner().invoke(compile_main, [*flags, "-o", str(tmp_path / "model.c")])
    assert result.exit_code == 1
    assert "node 'n1': is the largest of 1 layers with together 9 output neurons" in result.output
    assert not (tmp_path / "model.c").exists()
    result = CliRunner().invoke(check_main, [*flags, "--json"])
    report = json.loads(result.output)
    assert (result.exit_code, report["error"]["node"]) == (1, "n1")
    assert [node["name"] for node in report["nodes"] if node["error"]] == ["n1"]
    result = CliRunner().invoke(check_main, [str(model), "--convention", "nir", "--limits"])
    assert result.exit_code == 1
    assert "leave --limits out; there are limits of loihi, speck, xylo" in result.output


def test_documented() -> None:
    """The numbers of docs/conventions.md are those of the code."""
    page = (Path(__file__).parents[2] / "docs/conventions.md").read_text()
    table = page.partition("<!-- limits: ")[2].partition("\n\n")[0]
    for row in (
        f"beside that of the synapse | {limits._LOIHI_DELAY} |",
        f"| {limits._LOIHI_NEURONS}, {limits._LOIHI_SYNAPSES} |",
        f"| {len(limits._SPECK_CORES)} |",
        f"| {limits._SPECK_KERNEL} x {limits._SPECK_KERNEL} |",
        f"; {limits._SPECK_PADDING}; ",
        f"| {limits._SPECK_CHANNELS}; {limits._SPECK_INPUT} x {limits._SPECK_INPUT}; "
        f"{limits._SPECK_MAP} x {limits._SPECK_MAP} |",
        f"| {limits._SPECK_FANOUT} |",
        f"| {limits._SPECK_BIASES} |",
        f"| {limits._XYLO_INPUTS} |",
        f"| {limits._XYLO_HIDDEN}; {limits._XYLO_OUTPUTS} |",
    ):
        assert row in table, row

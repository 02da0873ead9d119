# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Targets with kernels: descriptions, who computes what, and whether it is the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
from check import held_out
from click.testing import CliRunner

import snnmlir
from snnmlir._mlir import Context, Module
from snnmlir.cli.compile import main as compile_main
from snnmlir.cli.target import main as target_main
from snnmlir.delivery.trials import sizes, try_kernels
from snnmlir.errors import CompileError, OptionError
from snnmlir.reports.verify import verify
from snnmlir.targets import HostModel, Kernel, Memory, Target, load_target, target_names
from snnmlir.targets.ir import kernels_text

REPO = Path(__file__).parents[2]
TARGETS = REPO / "examples" / "targets"
GESTURES = REPO / "examples" / "gestures" / "gestures.nir"
EACH = ["cmsis-nn/target.toml", "event-core/target.toml", "matrix-engine/target.toml"]
WHO = {
    "cmsis-nn/target.toml": {
        "conv1": "convolve",
        "conv2": "convolve",
        "fc3": "fully-connected",
        "fc4": "fully-connected",
    },
    "event-core/target.toml": {"fc4": "lif", "lif4": "lif"},
    "matrix-engine/target.toml": {"fc3": "matvec"},
    "all.toml": {
        "conv1": "convolve",
        "conv2": "convolve",
        "fc3": "matvec",
        "fc4": "lif",
        "lif4": "lif",
    },
}

DENSE = """
schema = 1
name = "mine"
[host]
sources = ["mine.c"]
[[kernel]]
name = "dense"
function = "mine_dense"
pattern = ["snn.linear"]
arguments = ["input", "synapse.weight", "synapse.result", "synapse.weight.i", "synapse.weight.o"]
[kernel.where]
"synapse.weight.type" = "i8"
"synapse.input.type" = "spikes"
"synapse.result.type" = "i16"
"synapse.bias" = "none"
"""
DENSE_C = """
#include <stdint.h>
void mine_dense(const uint8_t *x, const int8_t *w, int16_t *y, int32_t inputs, int32_t outputs) {
    for (int32_t o = 0; o < outputs; ++o) {
        y[o] = 0;
        for (int32_t i = 0; i < inputs; ++i) y[o] += x[i] * w[o * inputs + i];
    }
}
"""


def written(folder: Path, description: str = DENSE, code: str = DENSE_C) -> Path:
    (folder / "mine.c").write_text(code)
    (folder / "target.toml").write_text(description)
    return folder / "target.toml"


def gestures(target: Any, **options: Any) -> snnmlir.Network:
    return snnmlir.compile(
        GESTURES,
        dtype="int8",
        convention="snntorch-default",
        dt=1e-4,
        input_type="spikes",
        target=target,
        **options,
    )


def who(network: snnmlir.Network) -> dict[str, str]:
    return {
        node: place.kernel
        for place in network.placements
        if place.kernel is not None
        for node in place.nodes
    }


@pytest.mark.parametrize("name", [*EACH, "all.toml"])
def test_gestures_are_the_same_with_each_target_and_with_all(name: str) -> None:
    network = gestures(TARGETS / name)
    plain = gestures("cortex-m4")
    assert who(network) == WHO[name]
    rng = np.random.default_rng(0)
    for density in (0.0, 0.02, 0.2, 1.0):
        x = (rng.random((48, 2, 16, 16)) < density).astype(np.uint8)
        np.testing.assert_array_equal(network.run(x), plain.run(x))
    found = gestures(TARGETS / name, record=["lif2", "lif1.v"])
    expected = gestures("cortex-m4", record=["lif2", "lif1.v"])
    for signal, values in found.run(x).items():
        np.testing.assert_array_equal(values, expected.run(x)[signal])
    assert not verify(network, x).mismatches


@pytest.mark.slow
@pytest.mark.parametrize("name", [*EACH, "all.toml"])
def test_all_800_gestures_are_the_same(name: str) -> None:
    x, _ = held_out()
    assert len(x) == 800
    network, plain = gestures(TARGETS / name), gestures("generic")
    np.testing.assert_array_equal(network.run_batch(x), plain.run_batch(x))


def test_every_other_layer_is_told_why() -> None:
    network = gestures(TARGETS / "matrix-engine" / "target.toml")
    reasons = {place.nodes: place.reasons for place in network.placements if not place.kernel}
    assert reasons[("fc4",)] == ("matvec: synapse.weight.o is 8, expected a multiple of 16",)
    assert reasons[("conv1",)] == ("no kernel has a pattern that begins with snn.conv2d",)
    assert {node for (node,) in reasons} == {
        *["conv1", "lif1", "conv2", "lif2", "lif3", "fc4", "lif4"]
    }


@pytest.mark.parametrize("name", EACH)
def test_kernels_of_the_examples_compute_what_networks_do(name: str) -> None:
    for trial in try_kernels(load_target(TARGETS / name), networks=5):
        assert trial.passed, (trial.differences, trial.reasons.most_common(5))
        assert trial.networks == 5


def test_reports_and_commands_say_who_computes_what(tmp_path: Path) -> None:
    for suffix in ("json", "txt"):
        arguments = [
            str(GESTURES), "-o", str(tmp_path / "g.c"), "--dtype", "int8", "--input-type", "spikes",
            "--convention", "snntorch-default", "--target", str(TARGETS / "all.toml"), "--verify",
            "--report", str(tmp_path / f"report.{suffix}"),
        ]  # fmt: skip
        result = CliRunner().invoke(compile_main, arguments)
        assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "report.json").read_text())["placements"]
    assert {"nodes": ["fc3"], "kernel": "matvec", "reasons": []} in found
    text = (tmp_path / "report.txt").read_text()
    assert "fc4 + lif4: kernel lif\n" in text
    assert "lif3: processor\n  no kernel has a pattern that begins with snn.lif\n" in text


def test_the_c_builds_for_a_microcontroller(tmp_path: Path) -> None:
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not here")
    gestures(TARGETS / "all.toml", name="g").write(tmp_path / "g.c")
    sources = [tmp_path / "g.c", *load_target(TARGETS / "all.toml").host.sources]
    folders = [f"-I{folder}" for folder in load_target(TARGETS / "all.toml").host.include]
    for source in sources:
        if source.name == "device.c":
            continue  # the host's
        subprocess.run(
            ["arm-none-eabi-gcc", "-std=c11", "-mcpu=cortex-m4", "-mthumb", "-O2", "-Wall",
             "-Wextra", "-Werror", *folders, "-c", str(source), "-o", str(tmp_path / "x.o")],
            check=True,
        )  # fmt: skip


def test_a_kernel_that_computes_something_else_is_found(tmp_path: Path) -> None:
    wrong = DENSE_C.replace("y[o] = 0;", "y[o] = inputs > 5 && o == 2;")
    target = written(tmp_path, code=wrong)
    result = CliRunner().invoke(target_main, ["check", str(target)])
    assert result.exit_code == 1
    # As small as it can be: the third output, and six inputs.
    assert re.fullmatch(
        r"dense: differs\n  snn\.linear.*, 6 to 3, .*: output 2 in step \d+ is \d+, expected .*\n",
        result.output,
    )


def test_verify_sees_what_a_kernel_computes(tmp_path: Path) -> None:
    """Also where it keeps the states, so that the network that records them has no kernel."""
    silent = DENSE.replace('["snn.linear"]', '["snn.linear", "snn.lif"]').replace(
        '["input", "synapse.weight", "synapse.result", "synapse.weight.i", "synapse.weight.o"]',
        '["neuron.spikes", "neuron.size"]\nsetup = "mine_setup"',
    )
    code = """
    #include <stdint.h>
    void mine_setup(void) {}
    void mine_dense(uint8_t *s, int32_t n) { for (int32_t i = 0; i < n; ++i) s[i] = 0; }
    """
    network = gestures(written(tmp_path, silent, code))
    x = (np.random.default_rng(0).random((40, 2, 16, 16)) < 0.1).astype(np.uint8)
    (mismatch,) = verify(network, x).mismatches
    assert re.fullmatch(r"output: \d+ of 320 entries differ if no signals are recorded", mismatch)


def test_a_header_that_was_edited_is_read_again(tmp_path: Path) -> None:
    """The library of the same C in the same process is another one then."""
    (tmp_path / "include").mkdir()
    header = tmp_path / "include/mine.h"
    code = '#include "mine.h"\n' + DENSE_C.replace("y[o] = 0;", "y[o] = BIAS;")
    text = DENSE.replace('sources = ["mine.c"]', 'sources = ["mine.c"]\ninclude = ["include"]')
    x = (np.random.default_rng(0).random((40, 2, 16, 16)) < 0.1).astype(np.uint8)
    wrong = []
    for bias in (0, 100):
        header.write_text(f"#define BIAS {bias}\n")
        wrong.append(bool(verify(gestures(written(tmp_path, text, code)), x).mismatches))
    assert wrong == [False, True]


def test_names_of_a_description_reach_mlir_as_they_are() -> None:
    where = {'a"b\\': "\u00e9\n"}
    kernel = Kernel(
        name="k", function="k", pattern=("snn.li",), arguments=("neuron.v",), where=where
    )
    module = Module.parse(kernels_text(Target(name="t", kernels=(kernel,))), Context())
    assert r'where = {"a\22b\\" = "\C3\A9\0A"}' in module.get_asm()


def test_a_pattern_that_matches_nothing_is_found(tmp_path: Path) -> None:
    nothing = DENSE.replace('"synapse.bias" = "none"', '"synapse.macs" = 0')
    target = written(tmp_path, nothing)
    result = CliRunner().invoke(target_main, ["check", str(target), "--networks", "3"])
    assert result.exit_code == 1
    assert "dense: selected for none of the networks that were tried" in result.output
    assert "synapse.macs is " in result.output


def test_check_counts(tmp_path: Path) -> None:
    result = CliRunner().invoke(target_main, ["check", str(written(tmp_path)), "--networks", "5"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("dense: 5 networks, ")
    assert result.output.endswith(" entries, 0 differing\n")


def test_a_new_target_works(tmp_path: Path) -> None:
    folder = tmp_path / "my-engine"
    result = CliRunner().invoke(target_main, ["new", "my-engine", "-o", str(folder)])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [
        "README.md", "my_engine.c", "my_engine.h", "target.toml", "test_my_engine.py",
    ]  # fmt: skip
    done = subprocess.run(
        ["python", "-m", "pytest", "-q", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    again = CliRunner().invoke(target_main, ["new", "my-engine", "-o", str(folder)])
    assert again.exit_code == 1
    assert "new: " not in again.output
    assert CliRunner().invoke(target_main, ["new", "../x"]).exit_code == 1


MISTAKES = {
    "schema = 1": ("schema = 2", "schema is 2, and this compiler reads 1"),
    'name = "mine"': ('name = "a b"', "target 'a b': name is 'a b'"),
    'pattern = ["snn.linear"]': ("pattern = []", "kernel 'dense': pattern is empty"),
    'function = "mine_dense"': ('function = "f()"', "kernel 'dense': function is 'f()'"),
    '"synapse.bias" = "none"': (
        '"synapse.bias" = { most = 3 }',
        "kernel 'dense': where 'synapse.bias' has 'most'",
    ),
    '[[kernel]]\nname = "dense"': (
        '[[kernel]]\nname = "dense"\ncolour = "red"',
        "kernel 'dense' has the unknown field 'colour'",
    ),
    'sources = ["mine.c"]': ('sources = ["other.c"]', "[host]: there is no "),
    '"synapse.weight.i", "synapse.weight.o"]': (
        "3]",
        "kernel 'dense': arguments has a whole number",
    ),
    '[host]\nsources = ["mine.c"]': (
        '[host]\nsources = "mine.c"',
        "[host]: sources is a string",
    ),
    "[[kernel]]": (
        '[[memory]]\nname = "a"\nbytes = "lots"\n[[kernel]]',
        "memory 'a': bytes is 'lots'",
    ),
    'function = "mine_dense"\n': (
        'function = "mine_dense"\nmemory = "tcm"\n',
        "kernel 'dense': memory is 'tcm'",
    ),
    '"synapse.weight.type" = "i8"': (
        "synapse.weight.o = 8",
        "kernel 'dense': where 'synapse' has 'weight'",
    ),
    '"synapse.result.type" = "i16"': (
        '"synapse.macs" = 1.5',
        "kernel 'dense': where 'synapse.macs' has '1.5'",
    ),
    '"synapse.input.type" = "spikes"': (
        '"synapse.macs" = { min = 99999999999999999999 }',
        "kernel 'dense': where 'synapse.macs' has 99999999999999999999",
    ),
    '"synapse.bias" = "none"\n': (
        "layer = { max = 3 }\n",
        "kernel 'dense': where has 'layer', which is counted once kernels are selected",
    ),
    '["snn.linear"]': (
        '["snn.linear", "snn.cuba_lif"]',
        "kernel 'dense': arguments lack 'neuron.i', 'neuron.v', so the kernel keeps it",
    ),
    'arguments = ["input", ': (
        'arguments = ["scratch", ',
        "kernel 'dense': arguments has 'scratch', and the kernel has none",
    ),
}
ADDED = {
    'scratch = "4 * layer"': "kernel 'dense': scratch has 'layer'",
    'cost = "1e-3 * density"': "kernel 'dense': cost has '1e-3'",
    'cost = "4 * layer"': "kernel 'dense': cost has 'layer'",
    'cost = "2 3"': "kernel 'dense': cost has '2 3'",
    'cost = "}"': "kernel 'dense': cost is '}'",
    'setup = "mine_dense"': "kernel 'dense': setup and function are both 'mine_dense'",
    'setup = "int"': "kernel 'dense': setup is 'int'",
    **{
        f'setup = "s"\nsetup_arguments = ["{text}"]': f"setup_arguments has '{text}'"
        for text in ("input", "input.events", "scratch", "synapse.result", "neuron.v")
    },
}


@pytest.mark.parametrize("old", MISTAKES)
def test_mistakes_of_a_description_name_the_field(old: str, tmp_path: Path) -> None:
    new, message = MISTAKES[old]
    path = written(tmp_path, DENSE.replace(old, new, 1))
    with pytest.raises(OptionError) as error:
        load_target(path)
    assert message in error.value.message
    assert error.value.help


@pytest.mark.parametrize("field", ADDED)
def test_fields_that_no_kernel_can_have(field: str, tmp_path: Path) -> None:
    path = written(tmp_path, DENSE.replace("pattern =", f"{field}\npattern =", 1))
    with pytest.raises(OptionError) as error:
        load_target(path)
    assert ADDED[field] in error.value.message
    assert error.value.help


def test_memories_with_one_macro_and_passes_that_are_no_text(tmp_path: Path) -> None:
    memories = '[[memory]]\nname = "a"\n[[memory]]\nname = "A"\n[[kernel]]'
    with pytest.raises(OptionError, match="two memories are called 'A'"):
        load_target(written(tmp_path, DENSE.replace("[[kernel]]", memories)))
    with pytest.raises(OptionError, match="passes at 'network' are '3'"):
        load_target(written(tmp_path, DENSE.replace("[host]", "[passes]\nnetwork = 3\n[host]")))


def test_a_header_with_other_types_than_its_layers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.h").write_text(DENSE_C.partition(" {")[0] + ";\n")
    text = DENSE.replace('name = "dense"', 'name = "dense"\nheaders = ["mine.h"]')
    text = text.replace('"mine.c"]', '"mine.c"]\ninclude = ["."]')
    path = written(tmp_path, text.replace('"synapse.result.type" = "i16"\n', ""))
    (tmp_path / "mine.h").write_text((tmp_path / "mine.h").read_text().replace("int16_t", "float"))
    with pytest.raises(CompileError, match="incompatible pointer type"):
        gestures(path).run(np.zeros((1, 2, 16, 16), np.uint8))


def test_a_check_says_which_network_came_closest(tmp_path: Path) -> None:
    nothing = DENSE.replace('"synapse.bias" = "none"', '"synapse.macs" = 0')
    (trial,) = try_kernels(load_target(written(tmp_path, nothing)), networks=2)
    assert trial.closest is not None
    assert trial.closest[1][0].startswith("synapse.macs is ")
    layout = DENSE.replace('name = "dense"', 'name = "dense"\nlayout = "oo"')
    with pytest.raises(CompileError, match="kernel 'dense': layout: layout 'oo' has 'o' twice"):
        try_kernels(load_target(written(tmp_path, layout)))


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ('cost = "2 +"', "cost: '2 +' has nothing where a number or a fact was expected"),
        ('layout = "Oi"', "layout 'Oi' has a capital without its block"),
        ('scratch = "(1"', "scratch: '(1' lacks a )"),
        ('headers = ["a\\"b"]', "kernel 'dense': headers is"),
    ],
)
def test_mistakes_that_the_compiler_finds(field: str, message: str, tmp_path: Path) -> None:
    text = DENSE.replace('name = "dense"\n', f'name = "dense"\n{field}\n')
    with pytest.raises(
        (OptionError, CompileError),
    ) as error:
        gestures(written(tmp_path, text))
    assert message in error.value.message


def test_unknown_operations_layouts_and_facts(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match=r"snn\.magic.* in its pattern, which is no"):
        gestures(written(tmp_path, DENSE.replace("snn.linear", "snn.magic")))
    other = DENSE.replace('name = "dense"', 'name = "dense"\nlayout = "ox"')
    network = gestures(written(tmp_path, other))
    reasons = {place.nodes: place.reasons for place in network.placements}
    assert reasons[("fc3",)] == (
        "dense: synapse.weight: layout 'ox' has 'x', and the weights have the dimensions 'oi'",
    )
    network = gestures(written(tmp_path, DENSE.replace("synapse.bias", "synapse.colour")))
    reasons = {place.nodes: place.reasons for place in network.placements}
    assert reasons[("fc3",)] == ("dense: synapse.colour is not known of the layer",)


def test_a_target_without_a_model_is_written_but_not_run(tmp_path: Path) -> None:
    text = DENSE.replace('[host]\nsources = ["mine.c"]\n', "")
    network = gestures(written(tmp_path, text), name="g")
    declared = "void mine_dense(const uint8_t *, const int8_t *, int16_t *, int32_t, int32_t);"
    assert declared in network.c
    with pytest.raises(CompileError, match="has no model of that for this machine"):
        network.run(np.zeros((1, 2, 16, 16), np.uint8))
    with pytest.raises(OptionError, match="has no model of its kernels"):
        try_kernels(load_target(tmp_path / "target.toml"))


def test_tables_that_do_not_fit_their_memory_are_refused(tmp_path: Path) -> None:
    text = DENSE.replace("[[kernel]]", '[[memory]]\nname = "tcm"\nbytes = "1K"\n[[kernel]]')
    text = text.replace('name = "dense"', 'name = "dense"\nmemory = "tcm"')
    with pytest.raises(CompileError, match="memory 'tcm' of target 'mine' has 1024 bytes, and"):
        gestures(written(tmp_path, text))


def test_a_function_with_a_name_of_the_network_is_refused(tmp_path: Path) -> None:
    network = gestures(written(tmp_path), name="mine")
    with pytest.raises(CompileError, match="kernel 'mine_dense' has a name that the C of"):
        _ = network.c


def test_passes_run_at_their_points(tmp_path: Path) -> None:
    text = DENSE.replace("[host]", '[passes]\nnetwork = "canonicalize"\nloops = "cse"\n[host]')
    assert who(gestures(written(tmp_path, text))) == {"fc3": "dense", "fc4": "dense"}
    with pytest.raises(CompileError, match="passes of target 'mine' at loops"):
        gestures(written(tmp_path, text.replace('"cse"', '"no-such-pass"')))
    with pytest.raises(OptionError, match="passes at 'end'"):
        load_target(written(tmp_path, text.replace("loops =", "end =")))


def test_a_description_that_includes_itself(tmp_path: Path) -> None:
    name = 'name = "mine"'
    path = written(tmp_path, DENSE.replace(name, f'{name}\ninclude = ["target.toml"]'))
    with pytest.raises(OptionError, match="includes itself"):
        load_target(path)


def test_targets_of_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Target(
        name="vendor",
        kernels=(
            Kernel(name="k", function="k", pattern=("snn.linear",), arguments=("synapse.result",)),
        ),
        memories=(Memory(name="tcm"),),
        host=HostModel(),
    )

    class Point:
        name = "vendor"

        def load(self) -> Any:
            return lambda: mine

    class Wrong(Point):
        name = "wrong"

        def load(self) -> Any:
            return 3

    def found(*, group: str) -> list[Any]:
        assert group == "snnmlir.targets"
        return [Point(), Wrong()]

    monkeypatch.setattr("snnmlir.targets.load.entry_points", found)
    assert load_target("vendor") is mine
    assert target_names()[-2:] == ("vendor", "wrong")
    with pytest.raises(OptionError, match="the package that has target 'wrong' gives int"):
        load_target("wrong")
    assert metadata.version("snn-mlir-compile")


def test_unknown_targets() -> None:
    with pytest.raises(OptionError, match="unknown target 'engine'") as error:
        load_target("engine")
    assert "cortex-m4" in str(error.value.help)
    with pytest.raises(OptionError, match="cannot be read: No such file"):
        load_target("/nowhere/target.toml")
    result = CliRunner().invoke(target_main, ["list"])
    assert "cortex-m4\n" in result.output


def test_sizes_are_those_of_the_borders() -> None:
    kernel = Kernel(name="k", function="k", pattern=("snn.linear",), arguments=())
    bounded = replace(kernel, where={"synapse.weight.o": {"multiple": 8, "min": 9, "max": 40}})
    assert set(sizes(bounded, "synapse.weight.o", 20)) == {16, 24, 40, 15, 41}
    exact = replace(kernel, where={"synapse.weight.o": 7})
    assert set(sizes(exact, "synapse.weight.o", 20)) == {7, 8}
    assert set(sizes(exact, "synapse.weight.o", 20, inside=True)) == {7}


def test_a_network_as_text_has_its_kernels(tmp_path: Path) -> None:
    network = gestures(written(tmp_path))
    assert network.mlir.count("snn.kernel @dense") == 1
    again = network.with_mlir(network.mlir)
    assert again.c == network.c


def test_networks_of_nir_objects_with_recurrence_stay_correct(tmp_path: Path) -> None:
    """A synapse whose sum meets another one in front of the neurons is a layer by itself."""
    rng = np.random.default_rng(3)
    nodes = {
        "input": nir.Input({"input": np.array([6])}),
        "fc": nir.Linear(rng.normal(0, 1, (8, 6))),
        "rec": nir.Linear(rng.normal(0, 0.3, (8, 8))),
        "lif": nir.LIF(
            tau=np.full(8, 0.01), r=np.ones(8), v_leak=np.zeros(8), v_threshold=np.full(8, 0.3)
        ),
        "output": nir.Output({"output": np.array([8])}),
    }
    edges = [("input", "fc"), ("fc", "lif"), ("lif", "rec"), ("rec", "lif"), ("lif", "output")]
    graph = nir.NIRGraph(nodes, edges, type_check=False)
    options: dict[str, Any] = {"dtype": "int8", "dt": 1e-3, "input_type": "spikes"}
    network = snnmlir.compile(graph, target=written(tmp_path), **options)
    plain = snnmlir.compile(graph, **options)
    x = (rng.random((200, 6)) < 0.4).astype(np.uint8)
    assert who(network)
    np.testing.assert_array_equal(network.run(x), plain.run(x))
    assert plain.run(x).any()


TILE = """
schema = 1
name = "tile"
[host]
sources = ["mine.c"]
[[kernel]]
name = "tile"
function = "tile"
pattern = ["snn.conv2d", "snn.lif"]
layout = "Ohwi8o"
arguments = [
  "input", "synapse.weight", "synapse.bias", "neuron.leak", "neuron.decay",
  "neuron.decay.fraction", "neuron.gain.shift", "neuron.threshold", "neuron.v", "neuron.spikes",
  "synapse.input.shape.0", "synapse.input.shape.1", "synapse.weight.i",
  "synapse.result.shape.0", "synapse.result.shape.1", "synapse.weight.o", "synapse.weight.h",
  "synapse.weight.w", "synapse.stride.0", "synapse.padding.0",
]
[kernel.where]
"synapse.input.type" = ["spikes", "counts"]
"synapse.weight.type" = ["i8", "i4"]
"synapse.groups" = 1
"neuron.v.type" = "i32"
"neuron.decay.type" = "i32"
"neuron.gain.shift" = { min = 0, max = 16 }
"neuron.floor.given" = false
"neuron.reset" = "value"
"neuron.reset_value.given" = false
"neuron.reset_timing" = "immediate"
"neuron.spike" = "gt"
"neuron.short_decay" = false
"neuron.saturate" = false
"""
TILE_C = """
#include <stdint.h>
void tile(const uint8_t *x, const int8_t *w, const int32_t *bias, const int32_t *leak,
    const int32_t *decay, int32_t fraction, int32_t shift, const int32_t *threshold, int32_t *v,
    uint8_t *spikes, int32_t ih, int32_t iw, int32_t ic, int32_t oh, int32_t ow, int32_t oc,
    int32_t kh, int32_t kw, int32_t stride, int32_t pad) {
    for (int32_t n = 0; n < oh * ow * oc; ++n) {
        int64_t y = bias[n % oc];
        for (int32_t k = 0; k < kh * kw * ic; ++k) {
            int32_t a = n / oc / ow * stride + k / ic / kw - pad, c = k % ic;
            int32_t b = n / oc % ow * stride + k / ic % kw - pad;
            if (a >= 0 && a < ih && b >= 0 && b < iw)
                y += x[(a * iw + b) * ic + c] * w[(n % oc / 8 * kh * kw * ic + k) * 8 + n % oc % 8];
        }
        int64_t u = (((int64_t)v[n] * decay[n] + ((int64_t)1 << fraction >> 1)) >> fraction);
        u += y * ((int64_t)1 << shift) + leak[n];
        spikes[n] = u > threshold[n];
        v[n] = spikes[n] ? 0 : (int32_t)u;
    }
}
"""


@pytest.mark.slow
def test_a_convolution_with_its_neurons_and_weights_in_blocks(tmp_path: Path) -> None:
    path = written(tmp_path, TILE, TILE_C)
    (trial,) = try_kernels(load_target(path), networks=6)
    assert trial.passed, (trial.differences, trial.closest)
    network, plain = gestures(path, states="proved"), gestures("generic", states="proved")
    x = (np.random.default_rng(1).random((40, 2, 16, 16)) < 0.1).astype(np.uint8)
    np.testing.assert_array_equal(network.run(x), plain.run(x))

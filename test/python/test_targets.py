# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The generated C on emulated machines: the bits that it computes on this one."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import re
import shlex
from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from commands import call_page
from emulation import FLAGS, Run, console, run
from networks import GRAPHS, affine, graph, neuron, ports, random_input
from shared_cases import CASES
from snnmlir.boards import link
from snnmlir.boards.machines import MACHINES, PACKAGES, PLATFORM, Machine
from snnmlir.boards.places import started
from snnmlir.boards.programs import Program, build
from snnmlir.compiler import Dtype
from snnmlir.conventions import PLATFORMS
from snnmlir.errors import BoardError, OptionError
from snnmlir.execution.runner import Executable

ROOT = Path(__file__).parents[2]
DIGITS = ROOT / "examples/digits"
PLATFORM_DATA = ROOT / "test/data/nir-platforms"
PAGE = ROOT / "docs/targets.md"
STEPS = 12
FEW_BUILDS: tuple[tuple[Dtype, str], ...] = (("f32", "-O2"), ("int8", "-O2"))
ALL_BUILDS: tuple[tuple[Dtype, str], ...] = (
    *FEW_BUILDS,
    ("f32", "-Os"),
    ("f64", "-O2"),
    ("int8", "-Os"),
    ("int16", "-O2"),
    ("int4", "-O2"),
)


def wide() -> nir.NIRGraph:
    """Enough inputs for a list of events, few enough weights for an AVR."""
    rng = np.random.default_rng(1)
    nodes = ports(48, 8) | {"fc": affine(8, 48, rng), "n": neuron("LIF", 8, rng)}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


SOURCES = GRAPHS | {"wide": wide()}
# Networks of platforms with integers of their own: their only type, and what the packages computed.
CHIPS = {
    case["nir"].removesuffix(".nir"): case
    for case in json.loads((PLATFORM_DATA / "cases.json").read_text())
    if PLATFORMS[case["convention"]].is_fixed
}
FEW_CHIPS = ("loihi_mlp", "loihi_rec", "xylo_mlp", "xylo_rsnn")
FEW = ("branches", "convolutions", "digits", "recurrent-CubaLIF", "wide-spikes")
REAL = {case.name: case for case in CASES if not case.missing}
ALL = (*SOURCES, *(f"{name}-spikes" for name in SOURCES), "counts", "digits", "pre", *REAL)


def fits(name: str, dtype: str, target: str) -> bool:
    """Whether a target has the memory and the types for a model."""
    cnn = name in REAL and REAL[name].model == "cnn_sinabs.nir"  # 65 kB of state and scratch in f32
    if target == "atmega1284p":  # arrays have at most 32767 bytes, and double has 32 bits
        return dtype != "f64" and not cnn and (name, dtype) != ("digits", "f32")
    if target == "cortex-m0":  # 16 KiB of RAM, less 6 for input and output
        return not cnn and (name, dtype) != ("sinabs_cnn_iaf", "f64")
    return True


@functools.cache
def model(
    name: str, dtype: str
) -> tuple[snnmlir.Network, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A network, its input, and what it computes on this machine."""
    if name == "digits":
        network = snnmlir.compile(
            DIGITS / "digits.nir", dtype=dtype, convention="snntorch", input_type="spikes"
        )
        with np.load(DIGITS / "recorded.npz") as recorded:
            x = {"input": recorded["input"][0][:STEPS]}
    elif name in CHIPS:
        chip = CHIPS[name]
        network = snnmlir.compile(
            PLATFORM_DATA / chip["nir"], convention=chip["convention"], **chip["options"]
        )
        network = network.recorder()
        with np.load(PLATFORM_DATA / chip["ref"]) as recorded:
            x = {network.inputs[0].name: recorded["input"]}
    elif name in REAL:
        case = REAL[name]
        network = snnmlir.compile(
            case.model_path, dtype=dtype, convention=case.convention, **case.choices
        )
        x = {network.inputs[0].name: case.input()[: STEPS // 2]}
    else:
        of, convention = {
            "counts": ("layer-LIF", "sinabs"),
            "pre": ("recurrent-CubaLIF", "spyx"),
        }.get(name, (name.removesuffix("-spikes"), "nir"))
        spikes = name.endswith("-spikes")
        network = snnmlir.compile(
            SOURCES[of],
            dtype=dtype,
            convention=convention,
            dt=1e-4,
            input_type="spikes" if spikes else "float",
        )
        x = random_input(SOURCES[of], STEPS, scale=3.0 if name == "counts" else 1.0)
        if spikes:
            x = {port: values != 0 for port, values in x.items()}
    here = Executable(*network.emit_c("net", "net.h"), network.inputs, network.outputs)
    return network, x, here.run_integers(here.quantized(x))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Few models on all targets, or with --targets all as many as there are, in all types."""
    if {"name", "dtype", "optimization"} <= set(metafunc.fixturenames):
        all_of_them = metafunc.config.getoption("--targets") == "all"
        metafunc.parametrize(
            ("target", "name", "dtype", "optimization"),
            [
                pytest.param(
                    target, name, dtype, optimization, id=f"{target}-{name}-{dtype}{optimization}"
                )
                for target in MACHINES
                for name in (ALL if all_of_them else FEW)
                for dtype, optimization in (ALL_BUILDS if all_of_them else FEW_BUILDS)
                if fits(name, dtype, target)
            ]
            + [
                pytest.param(target, name, "fixed", "-O2", id=f"{target}-{name}")
                for target in MACHINES
                for name in (CHIPS if all_of_them else FEW_CHIPS)
            ],
        )


def emulate(target: str, name: str, folder: Path, dtype: str = "f32") -> Run:
    network, x, _ = model(name, dtype)
    return run(build(MACHINES[target], folder, network, FLAGS), x)


def test_bits_are_those_of_this_machine(
    target: str, name: str, dtype: str, optimization: str, tmp_path: Path
) -> None:
    network, x, expected = model(name, dtype)
    program = build(MACHINES[target], tmp_path, network, (*FLAGS, optimization))
    result = run(program, x)
    assert list(result.outputs) == list(expected)
    for port, values in expected.items():
        assert result.outputs[port].dtype == values.dtype
        assert result.outputs[port].shape == values.shape
        assert result.outputs[port].tobytes() == values.tobytes()
    # No global variables, a stack that fits any machine, all memory in the struct.
    assert (program.network_sections.data, program.network_sections.bss) == (0, 0)
    assert result.stack < 512
    assert 0 < result.memory <= network.memory_bytes


@pytest.mark.parametrize("target", ["cortex-m4f", "atmega1284p"])
@pytest.mark.parametrize("name", CHIPS)
def test_integers_are_those_of_the_chip(target: str, name: str, tmp_path: Path) -> None:
    """What the platforms' packages recorded: spikes, counts, voltages and currents."""
    network, x, _ = model(name, "fixed")
    found = run(build(MACHINES[target], tmp_path, network), x).outputs
    with np.load(PLATFORM_DATA / CHIPS[name]["ref"]) as recorded:
        expected = {key: recorded[key] for key in recorded.files if key != "input"}
    assert expected.keys() <= found.keys()
    for key, values in expected.items():
        assert values.any()
        assert np.array_equal(found[key].reshape(values.shape), values), key


def test_inputs_make_spikes() -> None:
    """Else the comparison would say little."""
    for name, dtype in itertools.product({*FEW, "counts", "pre"}, ("f32", "int8")):
        outputs = model(name, dtype)[2].values()
        assert all(len(np.unique(values)) > 1 for values in outputs), (name, dtype)
    (counts,) = model("counts", "f32")[2].values()
    assert counts.max() > 1


@pytest.mark.parametrize("target", [name for name, target in MACHINES.items() if target.unit])
def test_steps_with_more_spikes_take_longer(target: str, tmp_path: Path) -> None:
    network = model("wide-spikes", "f32")[0]
    x = np.repeat([[0], [1], [0], [1]], 48, axis=1)
    result = run(build(MACHINES[target], tmp_path, network), x)
    assert len(result.counts) == 4
    assert min(result.counts[1::2]) > max(result.counts[::2]) > 100


def test_each_sample_begins_in_the_initial_state(tmp_path: Path) -> None:
    network, x, expected = model("recurrent-LIF", "f32")
    twice = {name: np.concatenate([values, values]) for name, values in x.items()}
    result = run(build(MACHINES["cortex-m4f"], tmp_path, network), twice, sample_steps=STEPS)
    assert {name: values.tobytes() for name, values in result.outputs.items()} == {
        name: 2 * values.tobytes() for name, values in expected.items()
    }


@pytest.mark.parametrize("target", [name for name, target in MACHINES.items() if target.unit])
def test_counts_are_repeatable(target: str, tmp_path: Path) -> None:
    first, second = (emulate(target, "recurrent-LIF", tmp_path) for _ in range(2))
    assert first.counts == second.counts
    assert first.stack == second.stack > 0


def test_counts_are_those_of_the_steps(tmp_path: Path) -> None:
    """An AVR's counter interrupts each 65,536 cycles: when, no earlier work decides.

    A network's name is in the digest that its firmware sends before the first step.
    """
    x = model("digits", "int8")[1]
    counts = set()
    for name in ("one", "two", "three", "four"):
        network = snnmlir.compile(
            DIGITS / "digits.nir",
            dtype="int8", convention="snntorch", input_type="spikes", name=name,
        )  # fmt: skip
        (folder := tmp_path / name).mkdir()
        counts.add(run(build(MACHINES["atmega1284p"], folder, network), x).counts)
    assert len(counts) == 1
    assert max(counts.pop()) > 1 << 16


def test_overhead_of_a_dense_network(tmp_path: Path) -> None:
    """784-256-10 LIF in int8 on a Cortex-M4: what it takes beyond what nobody can do without.

    - Flash: the text of the object, code and all tables, less a byte for each weight.
    - RAM: the struct, less the neurons' states, less a list of events for each of the two layers
      of synapses: two bytes for every input and four for the end. The lists share memory with the
      sums of other layers, so that this can be less than nothing.
    - Stack: what a step uses, with its call.
    """
    rng = np.random.default_rng(0)
    layers = [("fc1", "n1", 784, 256), ("fc2", "n2", 256, 10)]
    nodes = ports(784, 10)
    for synapses, neurons, inputs, outputs in layers:
        weight = rng.normal(0.02, 1.0, (outputs, inputs)) / np.sqrt(0.1 * inputs)
        nodes |= {synapses: nir.Linear(weight), neurons: nir.LIF(
            *(np.full(outputs, value) for value in (2e-3, 20.0, 0.0, 1.0, 0.0))
        )}  # fmt: skip
    path = ["input", "fc1", "n1", "fc2", "n2", "output"]
    network = snnmlir.compile(
        graph(nodes, *itertools.pairwise(path)),
        dtype="int8", convention="snntorch", dt=1e-4, input_type="spikes",
    )  # fmt: skip
    x = rng.random((8, 784)) < 0.2
    result = run(program := build(MACHINES["cortex-m4f"], tmp_path, network), x)
    assert result.outputs["output"].any()
    weights = sum(inputs * outputs for _, _, inputs, outputs in layers)
    lists = sum(2 * (inputs + 4) for _, _, inputs, _ in layers)
    assert 0 < program.network_sections.text - weights < 4096
    assert result.memory - network.state_bytes - lists < 256
    assert result.stack < 256


def test_constants_of_avr_stay_in_flash(tmp_path: Path) -> None:
    network, _, _ = model("digits", "int8")
    program = build(MACHINES["atmega1284p"], tmp_path, network)
    assert program.network_sections.text > 64 * 128
    assert program.sections.data < 64


def test_a_table_of_32_kib_is_too_large_for_avr(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match=r"size of array .net_fc1_weight. is too large"):
        emulate("atmega1284p", "digits", tmp_path)


def test_f64_is_refused_for_avr(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="the network needs a double of 64 bits"):
        emulate("atmega1284p", "layer-LIF", tmp_path, dtype="f64")


def program_for(target: Machine, folder: Path) -> Program:
    return build(target, folder, model("recurrent-LIF", "f32")[0])


def test_a_fault_is_an_error(tmp_path: Path) -> None:
    """The emulated cores have nothing but their own instructions."""
    m0, rv32 = MACHINES["cortex-m0"], MACHINES["rv32imafc"]
    no_fpu = ("qemu-system-riscv32", "-cpu", "rv32,f=false,d=false", *rv32.emulator[1:])
    for target in (
        dataclasses.replace(m0, compiler=MACHINES["cortex-m3"].compiler),
        dataclasses.replace(rv32, emulator=no_fpu),
    ):
        program = program_for(target, tmp_path)
        with pytest.raises(BoardError, match=f"'{target.name}' ended with status 1 before"):
            run(program, model("recurrent-LIF", "f32")[1])


def test_a_program_without_end_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_for(MACHINES["cortex-m0"], tmp_path)
    monkeypatch.setattr(link, "PATIENCE", 0.1)
    with pytest.raises(BoardError, match="the board did not answer for"):
        run(dataclasses.replace(program, command=("sleep", "60")), {})
    with pytest.raises(BoardError, match="'cortex-m0' ended with status 0 before"):
        run(dataclasses.replace(program, command=("true",)), {})


def test_missing_tools_are_errors(tmp_path: Path) -> None:
    target = MACHINES["cortex-m0"]
    no_compiler = dataclasses.replace(target, compiler=("no-such-gcc",))
    with pytest.raises(BoardError, match="'cortex-m0': there is no command 'no-such-gcc'"):
        program_for(no_compiler, tmp_path)
    program = dataclasses.replace(program_for(target, tmp_path), command=("no-such-qemu",))
    with pytest.raises(BoardError, match="'cortex-m0': there is no command 'no-such-qemu'"):
        run(program, {})


def test_packages_of_missing_tools_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = {name for each in MACHINES.values() for name in (each.compiler[0], each.emulator[0])}
    assert commands <= set(PACKAGES)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BoardError, match="install gcc-arm-none-eabi libnewlib-arm-none-eabi:"):
        program_for(MACHINES["cortex-m0"], tmp_path)


def test_inputs_are_checked(tmp_path: Path) -> None:
    network, x, _ = model("branches", "f32")
    with (
        started(build(MACHINES["cortex-m0"], tmp_path, network)) as board,
        pytest.raises(OptionError, match=r"inputs \['left'\] were given"),
    ):
        board.run([{"left": x["left"]}])


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.M | re.S)


def test_commands_of_the_pages(tmp_path: Path) -> None:
    """The shell commands of docs/targets.md, then of the families' pages, print what it says.

    For each target they have the flags, files and emulator that the tests use.
    """
    page = PAGE.read_text()
    families = sorted(PAGE.with_suffix("").glob("*.md"))
    assert all(f"](targets/{family.name})" in page for family in families)
    others = ["avr", "memcpy", "memset", "memmove", "memcmp", "bcmp"]  # the other tables'
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.M)
    assert [name for name in rows if name not in others] == list(MACHINES)
    own = blocks(page, "sh")
    commands = sum((blocks(family.read_text(), "sh") for family in families), own)
    script = "set -ex\n" + "echo ==\n".join(commands)
    expected, inside = blocks(page, "text")
    outputs = call_page(script, cwd=ROOT, folder=tmp_path).split("+ echo ==\n==\n")
    assert inside in outputs[len(own) - 1]
    for target in MACHINES.values():
        (index,) = (i for i, text in enumerate(commands) if text.startswith(f"# {target.name}\n"))
        lines = console(outputs[index])
        assert expected in "\n".join(lines) + "\n", target.name
        traces = [shlex.split(line) for line in lines if line.startswith("+ ")]
        sources = {str(PLATFORM / source) for source in target.sources}
        standard = f"-std={target.standard}"
        build_words = {*target.compiler, *target.link, *sources, standard, "-ffp-contract=off"}
        run_words = {word for word in target.emulator if not re.match("-icount|shift=", word)}
        for words in (build_words, run_words, set(target.network_compiler)):
            assert any(words <= set(trace) for trace in traces), (target.name, words, traces)

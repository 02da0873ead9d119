# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What --report says a network needs, against the generated C, and the limits on it."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import nir
import numpy as np
import pytest
from click.testing import CliRunner, Result

import snnmlir
from generated import step_body
from networks import GRAPHS, affine, graph, neuron, ports
from snnmlir._mlir import Context, MLIRError, Module
from snnmlir.cli.compile import main
from snnmlir.compiler import TARGETS
from snnmlir.compiler.resources import Operations

DIGITS = Path(__file__).parents[2] / "examples/digits/digits.nir"
OPTIONS = {"convention": "snntorch", "dt": 1e-4, "input_type": "spikes"}
ARGUMENTS = ["--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes"]
CORTEX_M4 = "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os"


def wide(inputs: int = 48) -> nir.NIRGraph:
    """Enough inputs for a list of events; not a multiple of four, as many as are visited."""
    rng = np.random.default_rng(1)
    nodes = ports(inputs, 9) | {"fc": affine(9, inputs, rng), "n": neuron("LIF", 9, rng)}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


def convolution(inputs: tuple[int, ...], **options: object) -> nir.NIRGraph:
    """One convolution, of an image [channels, rows, columns]."""
    weight = np.random.default_rng(2).normal(size=(4, inputs[0], 3, 3))
    choices = {"stride": 1, "padding": 1, "dilation": 1, "groups": 1, "bias": np.zeros(4)} | options
    conv = nir.Conv2d(input_shape=inputs[1:], weight=weight, **choices)
    nodes = {
        "input": nir.Input(input_type={"input": np.array(inputs)}),
        "conv": conv,
        "output": nir.Output(output_type={"output": np.array(conv.output_type["output"])}),
    }
    return graph(nodes, ("input", "conv"), ("conv", "output"))


ONE_SYNAPSE = {
    "few": (wide(5), "spikes"),
    "wide": (wide(51), "spikes"),
    "wide-values": (wide(51), "float"),
    "conv": (convolution((2, 7, 5)), "spikes"),
    "conv-values": (convolution((2, 7, 5), stride=2), "float"),
    "conv-dilated": (convolution((2, 7, 5), dilation=2, padding=0), "spikes"),
    **{name: (GRAPHS[name], "float") for name in GRAPHS if name.startswith("layer-")},
}


@pytest.mark.parametrize("dtype", ["f32", "f64", "int8", "int4"])
@pytest.mark.parametrize("name", GRAPHS)
def test_bytes_are_those_of_the_c(name: str, dtype: str) -> None:
    network = snnmlir.compile(GRAPHS[name], dtype=dtype, dt=1e-4)
    found = network.resources
    tables = re.findall(r"^static const SNN_TABLE (\w+) \w+\[([\d *]+)\] = ", network.c, re.M)
    sizes = {"float": 4, "double": 8, "size_t": 8} | {
        f"{sign}int{bits}_t": bits // 8 for sign in ("", "u") for bits in (8, 16, 32)
    }
    expected = sum(sizes[kind] * math.prod(map(int, shape.split(" * "))) for kind, shape in tables)
    assert found.constant_bytes == expected
    assert found.memory_bytes == network.memory_bytes
    assert found.state_bytes == network.state_bytes
    assert 0 <= network.memory_bytes - found.state_bytes - found.scratch_bytes < 16
    assert all(layer.scratch_bytes <= found.scratch_bytes for layer in found.layers)


def sizes_in_c(network: snnmlir.Network, folder: Path) -> dict[str, int]:
    """What a C compiler says of the struct and of its members."""
    network.write(folder / "net.c")
    members = [member["name"] for member in network.interface["struct"]["members"]]
    lines = [f'printf("{name} %zu\\n", sizeof(((net_t *)0)->{name}));' for name in members]
    lines.append('printf("net_t %zu\\n", sizeof(net_t));')
    program = '#include <stdio.h>\n#include "net.h"\nint main(void)\n{\n%s\n}\n'
    (folder / "sizes.c").write_text(program % "\n".join(lines))
    subprocess.run(["gcc", "-w", "sizes.c", "-o", "sizes"], cwd=folder, check=True)
    done = subprocess.run([folder / "sizes"], capture_output=True, text=True, check=True)
    return {name: int(size) for name, size in map(str.split, done.stdout.splitlines())}


PLACE = re.compile(r"^    (\w+) \*const \w+ = net->scratch\.\w+(?: \+ (\d+))?;$", re.M)
BYTES = {"float": 4, "double": 8} | {
    f"{sign}int{bits}_t": bits // 8 for sign in ("", "u") for bits in (8, 16, 32)
}
USES = {
    "voltage", "current", "delay ring", "position in the ring", "signal of the step before",
    "list of events", "sums", "spikes", "all inputs", "signal",
}  # fmt: skip


@pytest.mark.parametrize("optimize", ["balanced", "ram"])
@pytest.mark.parametrize("name", GRAPHS)
def test_memory_is_that_of_the_struct(name: str, optimize: str, tmp_path: Path) -> None:
    network = snnmlir.compile(GRAPHS[name], dt=1e-4, dtype="int8", optimize=optimize, name="net")
    found, sizes = network.resources, sizes_in_c(network, tmp_path)
    assert {use.use for use in found.memory} <= USES
    states = {use.name: use.bytes for use in found.memory if use.offset is None}
    assert states == {name: sizes[name] for name in sizes if name not in ("scratch", "net_t")}
    assert found.scratch_bytes == sizes.get("scratch", 0)
    assert sum(states.values()) + found.scratch_bytes + found.padding_bytes == sizes["net_t"]
    assert 0 <= found.padding_bytes < 16
    parts = [use for use in found.memory if use.offset is not None and use.function == "step"]
    places = sorted(BYTES[kind] * int(at or 0) for kind, at in PLACE.findall(step_body(network.c)))
    assert sorted(use.offset for use in parts) == places
    assert all(use.offset + use.bytes <= found.scratch_bytes for use in parts)
    assert all(use.nodes for use in parts)


@pytest.mark.parametrize("target", TARGETS)
def test_memory_has_a_use_for_each_target(target: str) -> None:
    found = snnmlir.compile(GRAPHS["convolutions"], dtype="int8", dt=1e-4, target=target).resources
    assert {use.use for use in found.memory} <= USES


def test_memory_of_digits() -> None:
    """Each part by its name, with who uses it; what step_events needs too is there once."""
    network = snnmlir.compile(DIGITS, dtype="int8", **OPTIONS, name="net")
    found = network.resources
    assert [(use.name, use.node, use.use, use.bytes, use.nodes) for use in found.memory] == [
        ("lif1_v", "lif1", "voltage", 512, ("lif1",)),
        ("lif2_v", "lif2", "voltage", 20, ("lif2",)),
        ("input_events", "input_events", "list of events", 136, ("fc1",)),
        ("fc1_out", "fc1", "sums", 256, ("fc1", "lif1")),
        ("lif1_out", "lif1", "spikes", 128, ("lif1",)),
        ("lif1_events", "lif1_events", "list of events", 264, ("fc2",)),
        ("fc2_out", "fc2", "sums", 20, ("fc2", "lif2")),
    ]
    rows = found.memory_table().splitlines()
    assert len(rows) == 1 + len(found.memory) + 2
    assert rows[3].split() == ["input_events", "input_events", "list", "of", "events", "136", "B",
                               "256..391", "fc1"]  # fmt: skip
    assert rows[-1].split() == ["(all)", "924", "B"]


COUNTER = """\
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

/* A number that counts what is done with it. */
static long multiplies, adds;
struct Counter {
    float value;
    Counter() = default;
    template <typename T> Counter(T number) : value((float)number) {}
    explicit operator uint8_t() const { return (uint8_t)value; }
};
static Counter operator*(Counter a, Counter b) { ++multiplies; return {a.value * b.value}; }
static Counter operator+(Counter a, Counter b) { ++adds; return {a.value + b.value}; }
static Counter operator-(Counter a, Counter b) { ++adds; return {a.value - b.value}; }
static Counter &operator+=(Counter &a, Counter b) { return a = a + b; }
static bool operator>(Counter a, Counter b) { return a.value > b.value; }
static bool operator<(Counter a, Counter b) { return a.value < b.value; }
static bool operator!=(Counter a, Counter b) { return a.value != b.value; }
#define float Counter
#include "net.c"

int main()
{
    static net_t net;
    for (int active = 0; active < 2; ++active) {
        INPUT input[NET_INPUT_SIZE];
        OUTPUT output[NET_OUTPUT_SIZE];
        for (INPUT &x : input)
            x = active;
        net_init(&net);
        multiplies = adds = 0;
        net_step(&net, input, output);
        printf("%ld %ld\\n", multiplies, adds);
    }
}
"""


def counted(network: snnmlir.Network, folder: Path) -> list[Operations]:
    """What one step of the C does, with all inputs zero, and with all of them one."""
    network.write(folder / "net.c")
    (folder / "count.cpp").write_text(COUNTER)
    (x,), (y,) = network.inputs, network.outputs
    types = {"uint8": "uint8_t", "float32": "Counter"}
    subprocess.run(
        ["g++", "-w", "-std=c++17", f"-DINPUT={types[x.dtype.name]}",
         f"-DOUTPUT={types[y.dtype.name]}", "count.cpp", "-o", "count"],
        cwd=folder, check=True,
    )  # fmt: skip
    done = subprocess.run([folder / "count"], capture_output=True, text=True, check=True)
    return [Operations(*map(int, line.split())) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", ONE_SYNAPSE)
def test_operations_are_those_of_the_c(name: str, tmp_path: Path) -> None:
    """Numbers of a type that counts, in the place of floats."""
    source, kind = ONE_SYNAPSE[name]
    network = snnmlir.compile(source, dt=1e-4, input_type=kind, name="net")
    found = network.resources
    assert counted(network, tmp_path) == [found.least, found.most]
    assert found.most.adds > 0


def test_operations_of_digits(tmp_path: Path) -> None:
    network = snnmlir.compile(DIGITS, **OPTIONS, name="net")
    layers = {layer.node: layer for layer in network.resources.layers}
    assert list(layers) == ["fc1", "lif1", "fc2", "lif2"]
    fc1, lif1 = layers["fc1"], layers["lif1"]
    assert (fc1.skippable, fc1.least, fc1.most) == (64, Operations(0, 0), Operations(0, 64 * 128))
    assert (lif1.skippable, lif1.least) == (0, Operations(128, 128))
    assert lif1.state_bytes == 4 * 128
    assert fc1.scratch_bytes == 2 * (64 + 4) + 4 * 128  # events, sums
    # Hidden neurons are neither all silent nor all active.
    quiet, active = counted(network, tmp_path)
    assert quiet.adds == network.resources.least.adds < active.adds < network.resources.most.adds


def test_operations_are_those_of_plain_c() -> None:
    """Also where a helper has another form of products for a processor."""
    found = {}
    for target in ("generic", "cortex-m4", "avr"):
        network = snnmlir.compile(
            DIGITS, convention="snntorch", dt=1e-4, dtype="int8", input_type="spikes", name="net",
            target=target,
        )  # fmt: skip
        (found[target],) = (layer for layer in network.resources.layers if layer.node == "lif1")
        assert ("net_product_shifted(" in network.c) == (target != "generic")
    # A decay in halves, and the drive in units of the voltage.
    assert {(layer.most.multiplies, layer.most.adds) for layer in found.values()} == {
        (3 * 128, 5 * 128)
    }


def test_integers_have_the_same_additions() -> None:
    """Of int4, the sign of every second weight takes one more."""
    f32, int8, int4 = (
        next(
            layer
            for layer in snnmlir.compile(DIGITS, dtype=dtype, **OPTIONS).resources.layers
            if layer.node == "fc1"
        )
        for dtype in ("f32", "int8", "int4")
    )
    assert f32.most.adds == int8.most.adds == 64 * 128
    assert int4.most.adds == 64 * 128 * 3 // 2
    assert [layer.constant_bytes for layer in (f32, int8, int4)][1:] == [64 * 128, 64 * 64]


def invoke(output: Path, *arguments: object, model: Path = DIGITS) -> Result:
    return CliRunner().invoke(
        main, [str(model), "-o", str(output), *ARGUMENTS, *map(str, arguments)]
    )


@pytest.mark.parametrize("option", ["--max-flash", "--max-ram"])
def test_limits(option: str, tmp_path: Path) -> None:
    needs = snnmlir.compile(DIGITS, dtype="int8", **OPTIONS).resources
    limit = needs.constant_bytes if option == "--max-flash" else needs.memory_bytes
    output, report = tmp_path / "net.c", tmp_path / "report.txt"
    files = ("--report", report)
    result = invoke(output, "--dtype", "int8", option, limit - 1, *files)
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []
    assert result.stderr.startswith(f"error: {option} is {limit - 1} B, found {limit} B of ")
    assert "\n  help: " in result.stderr
    rows = re.findall(r"^  (\w+) +(\d+) B(?: +(\d+) B)?$", result.stderr, re.M)
    sizes = [sum(int(size or 0) for size in row[1:]) for row in rows]
    assert {row[0] for row in rows} == {"fc1", "lif1", "fc2", "lif2"}
    assert sizes == sorted(sizes, reverse=True)
    assert invoke(output, "--dtype", "int8", option, limit, *files).exit_code == 0
    assert output.exists()
    assert report.exists()


def test_limits_count_code_and_stack_with_a_compiler(tmp_path: Path) -> None:
    output, report = tmp_path / "net.c", tmp_path / "report.json"
    compiler = ("--dtype", "int8", "--cc", CORTEX_M4)
    assert invoke(output, *compiler, "--report", report).exit_code == 0
    found = json.loads(report.read_text())
    flash = found["resources"]["constant_bytes"] + found["footprint"]["code_bytes"]
    ram = found["resources"]["memory_bytes"] + found["footprint"]["stack_bytes"]
    output.unlink()
    result = invoke(output, *compiler, "--max-flash", flash - 1)
    assert result.exit_code == 1
    assert re.search(rf"^  \(code\) +{found['footprint']['code_bytes']} B$", result.stderr, re.M)
    result = invoke(output, *compiler, "--max-ram", ram - 1)
    assert result.exit_code == 1
    assert f"stack, which is {found['footprint']['stack_bytes']} B" in result.stderr
    assert not output.exists()
    limits = ("--max-flash", flash, "--max-ram", ram)
    assert invoke(output, *compiler, *limits).exit_code == 0


@pytest.mark.parametrize(
    ("size", "status"),
    [
        ("64K", 0), ("64KiB", 0), ("1M", 0), ("10K", 1), ("10802", 0), ("10801", 1), ("0", 1),
        ("10802 B", 0), ("10.802kB", 0), ("10.801kB", 1), ("10.55K", 0), ("10.54K", 1),
        ("0.02 MB", 0), ("64k", 0), ("10801.9", 1),
    ],
)  # fmt: skip
def test_units_of_limits(size: str, status: int, tmp_path: Path) -> None:
    result = invoke(tmp_path / "net.c", "--dtype", "int8", "--max-flash", size)
    assert result.exit_code == status, result.stderr


@pytest.mark.parametrize(
    "size", ["", "K", "1,5K", "-1", "1.K", "many", "1G", "64Kib", "1e3", "9" * 20, "²"]
)
def test_sizes_that_are_none(size: str, tmp_path: Path) -> None:
    result = invoke(tmp_path / "net.c", "--max-ram", size)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: --max-ram is ")
    assert "which is no number of bytes\n  help: give bytes, such as 65536" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dtype", ["f32", "f64", "int8"])
def test_report(dtype: str, tmp_path: Path) -> None:
    texts = {}
    for suffix in ("txt", "json"):
        file = tmp_path / f"report.{suffix}"
        result = invoke(tmp_path / "net.c", "--dtype", dtype, "--report", file, "--cc", CORTEX_M4)
        assert result.exit_code == 0, result.stderr
        texts[suffix] = file.read_text()
    found = json.loads(texts["json"])
    assert list(found) == [
        "dtype", "resources", "footprint", "fidelity", "comparison", "verification", "placements",
        "search", "measured",
    ]  # fmt: skip
    assert (found["fidelity"] is None) == (dtype != "int8")
    assert ("int8 against float32" in texts["txt"]) == (dtype == "int8")
    needs = found["resources"]
    assert [layer["node"] for layer in needs["layers"]] == ["fc1", "lif1", "fc2", "lif2"]
    assert sum(layer["constant_bytes"] for layer in needs["layers"]) == needs["constant_bytes"]
    all_row = re.search(r"^\(all\) +(\d+) B +(\d+) B +(\d+) B +(\d+) +(\d+)$", texts["txt"], re.M)
    assert all_row is not None
    assert [int(cell) for cell in all_row.groups()] == [
        needs["constant_bytes"],
        needs["state_bytes"],
        needs["scratch_bytes"],
        needs["most"]["multiplies"],
        needs["most"]["adds"],
    ]
    functions = {f["name"]: f for f in found["footprint"]["functions"]}
    assert {"net_init", "net_step", "net_step_events"} <= set(functions)
    sizes = [function["code_bytes"] for function in functions.values()]
    assert sum(sizes) == found["footprint"]["code_bytes"]
    assert all(0 < size < 2000 for size in sizes)
    # A step has its own stack and that of the layer that needs the most.
    step, layer = functions["net_step"], functions["net_fc1"]
    assert 0 < layer["stack_bytes"] < step["stack_bytes"] <= found["footprint"]["stack_bytes"]


def test_a_report_replaces_no_other_file(tmp_path: Path) -> None:
    for file in ("net.c", "net.h"):
        result = invoke(tmp_path / "net.c", "--report", tmp_path / file)
        assert result.exit_code == 1
        assert "is another output, which would be lost" in result.stderr
    assert invoke(tmp_path / "net.c", "--report", tmp_path / "nowhere" / "report").exit_code == 1
    assert not any(tmp_path.iterdir())


def test_reports_are_repeatable(tmp_path: Path) -> None:
    texts = []
    for name in ("a.json", "b.json"):
        file = tmp_path / name
        assert invoke(tmp_path / "net.c", "--dtype", "int4", "--report", file).exit_code == 0
        texts.append(file.read_bytes())
    assert texts[0] == texts[1]


def test_names_stay_on_one_line(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    name = "a\nb \x1b[31m"
    nodes = ports(20, 3) | {name: affine(3, 20, rng)}
    nir.write(tmp_path / "m.nir", graph(nodes, ("input", name), (name, "output")))
    report = tmp_path / "report.txt"
    arguments = ("--report", report)
    assert invoke(tmp_path / "net.c", *arguments, model=tmp_path / "m.nir").exit_code == 0
    assert "'a\\nb \\x1b[31m'" in report.read_text()
    result = invoke(tmp_path / "net.c", "--max-flash", 1, model=tmp_path / "m.nir")
    assert "  'a\\nb \\x1b[31m'" in result.stderr


@pytest.mark.parametrize(
    ("compiler", "message"),
    [
        ("no-such-gcc -Os", "the C compiler 'no-such-gcc' cannot be run: No such file"),
        ("gcc '", "is no command: No closing quotation"),
        ("", "the C compiler's command is empty"),
        ("gcc -mcpu=none", "ended with 1:"),
        ("gcc -flto", "'gcc -flto' writes no call graph"),
        ("clang-22", "unknown argument: '-fcallgraph-info=su'"),
        ("true", "'true' writes no call graph"),
    ],
)
def test_compilers_that_do_not_do(compiler: str, message: str, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    result = invoke(tmp_path / "net.c", "--report", report, "--cc", compiler)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "help: name GCC 10 or newer" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_compiler_without_use(tmp_path: Path) -> None:
    result = invoke(tmp_path / "net.c", "--cc", "gcc")
    assert result.exit_code == 1
    assert "help: add --report, --max-flash or --max-ram" in result.stderr


@pytest.mark.parametrize(
    ("page", "begin", "count"),
    [("docs/reports.md", "", 4), ("README.md", "$ snn-mlir-compile examples/digits", 3)],
)
def test_commands_of_the_page(page: str, begin: str, count: int, tmp_path: Path) -> None:
    """The pages have what the commands in them print."""
    text = (DIGITS.parents[2] / page).read_text()
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    blocks = [block for kind, block in fenced if not kind and block.startswith(begin)]
    blocks = [block for block in blocks if "--package" not in block]
    assert len(blocks) == count
    (tmp_path / "examples").symlink_to(DIGITS.parents[1])
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for block in blocks:
        script = re.findall(r"^\$ ((?:.*\\\n)*.*)$", block, re.M)
        expected = re.sub(r"^\$ (?:.*\\\n)*.*\n", "", block, flags=re.M)
        done = subprocess.run(
            ["bash", "-c", "\n".join(script)],
            cwd=tmp_path,
            env=os.environ | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.stdout == expected


def test_loops_of_unknown_length_are_errors() -> None:
    context = Context()
    module = Module.parse(
        """
        func.func @step(%n: index, %x: memref<4xf32>) attributes {snn.role = "step"} {
          call @layer(%n, %x) : (index, memref<4xf32>) -> ()
          return
        }
        func.func private @layer(%n: index, %x: memref<4xf32>) {
          %c0 = arith.constant 0 : index
          %c1 = arith.constant 1 : index
          scf.for %i = %c0 to %n step %c1 {
          }
          return
        }
        """,
        context,
    )
    with pytest.raises(MLIRError, match="has a length that is not known"):
        module.resources()


def test_a_compiler_without_a_library_is_told_of_picolibc(tmp_path: Path) -> None:
    compiler = "riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32"
    arguments = ("--dtype", "int8", "--report", tmp_path / "report.txt", "--cc")
    result = invoke(tmp_path / "net.c", *arguments, compiler)
    assert result.exit_code == 1
    assert "help: it finds no C library: " in result.stderr
    assert list(tmp_path.iterdir()) == []
    advice = re.search(r"'(riscv64-unknown-elf-gcc -specs=.*?)'", result.stderr)
    assert advice is not None
    assert invoke(tmp_path / "net.c", *arguments, advice[1]).exit_code == 0

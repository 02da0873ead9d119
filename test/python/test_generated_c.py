# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The generated C: what frameworks computed, without a warning, clean under sanitizers."""

from __future__ import annotations

import functools
import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from networks import GRAPHS, random_input
from shared_cases import CASES, Case
from snnmlir._mlir import Context, Module, PassManager, emit_c11
from snnmlir.compiler import Dtype, Port
from snnmlir.execution.runner import Executable
from snnmlir.nir_import.build import InputType

DIGITS = Path(__file__).parents[2] / "examples/digits"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]
LANGUAGES = {
    "gcc": ["gcc", "-std=c11"],
    "clang": ["clang-22", "-std=c11"],
    "g++": ["g++", "-x", "c++", "-std=c++17"],
    "clang++": ["clang-22", "-x", "c++", "-std=c++17"],
    "arm-gcc": ["arm-none-eabi-gcc", "-std=c11"],
    "arm-g++": ["arm-none-eabi-gcc", "-x", "c++", "-std=c++17"],
}
INTEGERS: tuple[Dtype, ...] = ("int8", "int16", "int4", "int2")


ROWS: dict[str, str] = {}
"""Rows of docs/frameworks.md, by case, as far as the tests below have come."""

FRAMEWORKS_PAGE = """\
<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->
<!-- Made by test/python/test_generated_c.py: ./dev docs writes it. -->

# What frameworks computed, and what the generated C computes

Each row is a network that a framework exported, or that the NIR paper published, with an input and
what the framework made of it. The network is compiled to C, in f32 and in f64, built and run. All
spikes are equal, and all voltages and currents within 5e-5 * max(1, largest magnitude). The tests
do this in every run; the files are not part of this repository.

| reference | model | convention | steps | spike entries, differing | values |
|---|---|---|---|---|---|
"""


def row(case: Case) -> str:
    """What is compared in a case, as a row of the table."""
    choices = ", ".join(
        f"{choice.replace('_', '-')} {value:g}"
        if isinstance(value, float)
        else f"{choice.replace('_', '-')} {value}"
        for choice, value in case.choices.items()
    )
    entries = sum(e.values.size for e in case.expected() if e.exact)
    values = sum(e.values.size for e in case.expected() if not e.exact)
    return (
        f"| {case.folder}: {case.name} | {case.model} "
        f"| {case.convention}{', ' + choices if choices else ''} | {len(case.input())} "
        f"| {entries}, 0 | {values or ''} |\n"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_frameworks_results(case: Case) -> None:
    if case.missing:
        pytest.skip(case.missing)
    for dtype in ("f32", "f64"):
        network = snnmlir.compile(
            case.model_path, dtype=dtype, convention=case.convention, **case.choices
        )
        recorded = network.record(case.input())
        assert [m for e in case.expected() if (m := e.mismatch(recorded))] == []
    ROWS[case.name] = row(case)


def test_table_of_frameworks(check_page: Callable[[str, str], None]) -> None:
    if missing := {case.name for case in CASES} - set(ROWS):
        pytest.skip(f"{len(missing)} cases did not run before, among them {min(missing)}")
    check_page("frameworks.md", FRAMEWORKS_PAGE + "".join(ROWS[case.name] for case in CASES))


@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_digits_are_exactly_what_snntorch_computed(dtype: str) -> None:
    network = snnmlir.compile(
        DIGITS / "digits.nir", convention="snntorch", dt=1e-4, input_type="spikes", dtype=dtype
    )
    with np.load(DIGITS / "recorded.npz") as recorded:
        for index in range(0, 24, 6):
            ours = network.record(recorded["input"][index])
            np.testing.assert_array_equal(ours["lif1"], recorded["lif1"][index])
            np.testing.assert_array_equal(ours["lif2"], recorded["lif2"][index])
        ours = network.record(recorded["input"][0])
        np.testing.assert_allclose(ours["lif1.v"], recorded["lif1.v"], atol=5e-5)
        np.testing.assert_allclose(ours["lif2.v"], recorded["lif2.v"], atol=5e-5)


THRESHOLDS = (-1.0, 0.0, 1.0, 1.5)
KINDS: tuple[InputType, ...] = ("spikes", "counts")


def thresholds(threshold: float, kind: InputType, dtype: Dtype) -> snnmlir.Network:
    """A step function of inputs that are 0 or more, some of which are always above it."""
    shape = np.array([5])
    graph = nir.NIRGraph(
        {
            "input": nir.Input({"input": shape}),
            "step": nir.Threshold(np.full(5, threshold)),
            "output": nir.Output({"output": shape}),
        },
        [("input", "step"), ("step", "output")],
    )
    return snnmlir.compile(graph, dtype=dtype, dt=1e-4, input_type=kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_thresholds_of_spikes(threshold: float, kind: InputType, dtype: Dtype) -> None:
    x = np.array([[0, 1, 1, 0, 1], [0, 0, 0, 0, 0]], np.uint8) * (2 if kind == "counts" else 1)
    computed = thresholds(threshold, kind, dtype).run(x)
    np.testing.assert_array_equal(computed, x > threshold)


@functools.cache
def networks(dtype: Dtype) -> dict[str, snnmlir.Network]:
    """All models of the tests, by name."""
    compiled = {
        name: snnmlir.compile(source, dtype=dtype, dt=1e-4) for name, source in GRAPHS.items()
    }
    if dtype in INTEGERS:
        for name, source in GRAPHS.items():
            compiled[f"{name}-spikes"] = snnmlir.compile(
                source, dtype=dtype, dt=1e-4, input_type="spikes"
            )
        compiled["pow2"] = snnmlir.compile(
            GRAPHS["convolutions"], dtype=dtype, dt=1e-4, input_type="int8", scales="pow2"
        )
    for threshold, kind in itertools.product(THRESHOLDS, KINDS):
        compiled[f"threshold {threshold} of {kind}"] = thresholds(threshold, kind, dtype)
    compiled["counts"] = snnmlir.compile(GRAPHS["layer-LIF"], dtype=dtype, convention="sinabs")
    compiled["pre"] = snnmlir.compile(GRAPHS["recurrent-CubaLIF"], dtype=dtype, convention="spyx")
    compiled["digits"] = snnmlir.compile(
        DIGITS / "digits.nir", dtype=dtype, convention="snntorch", input_type="spikes"
    )
    for case in CASES:
        if not case.missing:
            compiled[case.name] = snnmlir.compile(
                case.model_path, dtype=dtype, convention=case.convention, **case.choices
            )
    return compiled


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dtype", ["f32", "f64", *INTEGERS])
def test_no_warnings(language: str, dtype: Dtype, tmp_path: Path) -> None:
    sources = []
    for index, network in enumerate(networks(dtype).values()):
        path = tmp_path / f"net{index}.c"
        network.write(path)
        sources.append(path.name)
    command = [*LANGUAGES[language], *STRICT, "-fsyntax-only", *sources]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_headers_can_be_used_from_cpp(tmp_path: Path) -> None:
    snnmlir.compile(GRAPHS["branches"], dt=1e-4).write(tmp_path / "net.c")
    (tmp_path / "main.cpp").write_text(
        '#include "net.h"\nint main() { net_t net; net_init(&net); return 0; }\n'
    )
    subprocess.run(["gcc", "-c", "net.c"], cwd=tmp_path, check=True)
    subprocess.run(["g++", "main.cpp", "net.o", "-o", "net"], cwd=tmp_path, check=True)
    subprocess.run(["./net"], cwd=tmp_path, check=True)


def c_type(port: Port) -> str:
    floats = {"float32": "float", "float64": "double"}
    return floats.get(port.dtype.name, f"{port.dtype.name}_t")


def driver(network: snnmlir.Network, steps: int) -> str:
    """A main that reads all steps of one input after the other and prints the outputs."""
    ports = [*network.inputs, *network.outputs]
    sizes = [int(np.prod(port.shape)) for port in ports]
    arrays = "".join(
        f"    static {c_type(port)} p{i}[{steps} * {sizes[i]}];\n" for i, port in enumerate(ports)
    )
    reads = "".join(
        f"    if (fread(p{i}, sizeof p{i}, 1, stdin) != 1) return 1;\n"
        for i in range(len(network.inputs))
    )
    writes = "".join(
        f"    fwrite(p{i}, sizeof p{i}, 1, stdout);\n"
        for i in range(len(network.inputs), len(ports))
    )
    arguments = ", ".join(f"p{i} + t * {size}" for i, size in enumerate(sizes))
    return (
        f'#include <stdio.h>\n#include "net.h"\nint main(void)\n{{\n{arrays}{reads}'
        "    net_t *net = malloc(sizeof *net);\n    net_init(net);\n"
        f"    for (size_t t = 0; t < {steps}; ++t)\n        net_step(net, {arguments});\n{writes}"
        "    free(net);\n    return 0;\n}\n"
    ).replace("#include <stdio.h>", "#include <stdio.h>\n#include <stdlib.h>")


def test_readme_shows_the_digits(tmp_path: Path) -> None:
    network = snnmlir.compile(
        DIGITS / "digits.nir", convention="snntorch", dt=1e-4, input_type="spikes"
    )
    network.write(tmp_path / "digits.c")
    code = (tmp_path / "digits.c").read_text()
    readme = (DIGITS.parents[1] / "README.md").read_text()
    block = readme.split("```c\n", 1)[1].split("```", 1)[0]
    functions = block.strip().split("\n}\n")
    assert len(functions) == 4
    for function in functions:
        assert function.strip() in code


@pytest.mark.parametrize("density", [0.0, 0.01, 0.2, 1.0])
@pytest.mark.parametrize("name", ["recurrent-LIF", "convolutions", "delayed-loop"])
def test_events_change_no_bit(name: str, density: float) -> None:
    """Without lists every input is visited; the sums come out the same."""
    source = GRAPHS[name]
    rng = np.random.default_rng(0)
    x = {
        key: (rng.random(values.shape) < density) * values
        for key, values in random_input(source, 20).items()
    }
    context = Context()
    for dtype in ("f32", "f64"):
        network = snnmlir.compile(source, dtype=dtype, dt=1e-4)
        outputs = []
        for least in (1, 1_000_000):
            module = Module.parse(network.mlir, context)
            PassManager.parse(f"snn-to-loops{{min-event-inputs={least}}}", context).run(module)
            code, header = emit_c11(module, "net", "net.h")
            assert ("net_list_" in code) == (least == 1)
            outputs.append(Executable(code, header, network.inputs, network.outputs).run(x))
        for key, values in outputs[0].items():
            np.testing.assert_array_equal(values, outputs[1][key])


LISTS_DRIVER = """
#include "net.c"
#include <stdio.h>
#include <stdlib.h>

/* Nothing, everything, few spikes, many values. */
static uint8_t value(int kind)
{
    const int random = rand();
    return (uint8_t)(kind == 0 ? 0 : kind == 1 ? 1 : kind == 2 ? random % 20 == 0 : random % 256);
}

#define CHECK(list, type)                                                        \\
    for (size_t size = 1; size <= 200; ++size)                                   \\
        for (int kind = 0; kind < 4; ++kind) {                                   \\
            uint8_t *const memory = (uint8_t *)malloc(size + size % 4);          \\
            uint8_t *const x = memory + size % 4;                                \\
            type *const events = (type *)malloc((size + 4) * sizeof *events);    \\
            size_t n = 0;                                                        \\
            for (size_t k = 0; k < size; ++k)                                    \\
                x[k] = value(kind);                                              \\
            list(x, size, events);                                               \\
            for (size_t k = 0; k < size; ++k)                                    \\
                if (x[k] != 0 && events[n++] != k)                               \\
                    return fprintf(stderr, #list ": %zu of %zu\\n", k, size);    \\
            for (size_t k = n; k < n + 4; ++k)                                   \\
                if (events[k] != size)                                           \\
                    return fprintf(stderr, #list ": the end of %zu\\n", size);   \\
            free(memory);                                                        \\
            free(events);                                                        \\
        }

int main(void)
{
    CHECK(net_list_spikes, uint16_t)
    CHECK(net_list_spikes_32, uint32_t)
    return 0;
}
"""


@pytest.mark.parametrize("compiler", ["gcc", "clang-22"])
@pytest.mark.parametrize(
    ("flags", "word"),
    [
        ([], "pmovmskb"),
        (["-mpopcnt"], "popcountll"),
        (["-U__SSE2__"], "net_mask8(x) | net_mask8(x + 8)"),
        (["-U__BYTE_ORDER__"], "(uint32_t)x[1] << 8"),
        (["-U__BYTE_ORDER__", "-D__ARM_FEATURE_UNALIGNED"], "if (1)"),
    ],
    ids=["vectors", "popcount", "words", "bytes", "unaligned"],
)
def test_lists_of_all_sizes(compiler: str, flags: list[str], word: str, tmp_path: Path) -> None:
    """What other machines compile, too: lists in buffers that hold nothing else."""
    sizes = {"few": 16, "many": 1 << 16}
    nodes = {"output": nir.Output({"output": np.array([1])})}
    edges = []
    for name, size in sizes.items():
        nodes |= {name: nir.Input({"input": np.array([size])}),
                  f"fc_{name}": nir.Linear(np.ones((1, size)))}  # fmt: skip
        edges += [(name, f"fc_{name}"), (f"fc_{name}", "output")]
    source = nir.NIRGraph(nodes, edges, type_check=False)
    given = {"dtype": "int8", "dt": 1e-4, "input_type": "spikes", "optimize": "speed"}
    snnmlir.compile(source, **given).write(tmp_path / "net.c")
    (tmp_path / "main.c").write_text(LISTS_DRIVER)
    command = [compiler, "-std=c11", *STRICT, *flags]
    preprocessed = subprocess.run(
        [*command, "-E", "main.c"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert word in preprocessed
    command += [
        "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "main.c", "-o", "main"
    ]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True)
    done = subprocess.run(["./main"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_stack_of_16_kib_is_enough(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weight = rng.normal(0.0, 0.3, (32, 1, 3, 3)).astype(np.float32)
    again = rng.normal(0.0, 0.1, (4, 32, 3, 3)).astype(np.float32)
    size = np.array([32, 128, 128])
    neurons = nir.LIF(*(np.full(size, v) for v in (1e-3, 10.0, 0.0, 0.5, 0.0)))
    nodes = {
        "input": nir.Input({"input": np.array([1, 128, 128])}),
        "conv1": nir.Conv2d(None, weight, 1, "same", 1, 1, np.zeros(32)),
        "n1": neurons,
        "conv2": nir.Conv2d(None, again, 2, 1, 1, 1, np.zeros(4)),
        "output": nir.Output({"output": np.array([4, 64, 64])}),
    }
    names = list(nodes)
    source = nir.NIRGraph(nodes, [*itertools.pairwise(names)], type_check=False)
    snnmlir.compile(source, dt=1e-4, input_type="spikes").write(tmp_path / "net.c")
    (tmp_path / "main.c").write_text(
        """\
#include "net.h"
#include <pthread.h>
#include <stdlib.h>
static net_t net;
static uint8_t input[NET_INPUT_SIZE];
static float output[NET_OUTPUT_SIZE];
static void *run(void *unused)
{
    net_init(&net);
    for (int t = 0; t < 3; ++t)
        net_step(&net, input, output);
    return unused;
}
int main(void)
{
    for (size_t i = 0; i < NET_INPUT_SIZE; i += 3)
        input[i] = 1;
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, 16384) != 0)
        return 2;
    if (pthread_create(&thread, &attributes, run, NULL) != 0)
        return 3;
    pthread_join(thread, NULL);
    double sum = 0;
    for (size_t i = 0; i < NET_OUTPUT_SIZE; ++i)
        sum += output[i] < 0 ? -output[i] : output[i];
    return sum > 0 ? 0 : 1;
}
"""
    )
    subprocess.run(
        ["gcc", "-O2", "-pthread", "net.c", "main.c", "-o", "net"], cwd=tmp_path, check=True
    )
    subprocess.run(["./net"], cwd=tmp_path, check=True)


@pytest.mark.parametrize(
    ("compiler", "dtype"), [("gcc", "f32"), ("clang-22", "f32"), ("clang-22", "int8")]
)
@pytest.mark.parametrize("name", [*GRAPHS, "counts", "pre"])
def test_sanitizers_find_nothing(name: str, compiler: str, dtype: Dtype, tmp_path: Path) -> None:
    source, preset = {
        "counts": (GRAPHS["layer-LIF"], "sinabs"),
        "pre": (GRAPHS["recurrent-CubaLIF"], "spyx"),
    }.get(name) or (GRAPHS[name], "nir")
    network = snnmlir.compile(source, dtype=dtype, convention=preset, dt=1e-4)
    steps = 20
    x = network.executable.quantized(random_input(source, steps, scale=5.0))
    network.write(tmp_path / "net.c")
    (tmp_path / "main.c").write_text(driver(network, steps))
    command = [
        compiler, "-std=c11", "-g", "-O1", "-ffp-contract=off", "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all", "net.c", "main.c", "-o", "net",
    ]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True)
    data = b"".join(x[port.name].tobytes() for port in network.inputs)
    done = subprocess.run(["./net"], cwd=tmp_path, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    outputs = network.executable.run_integers(x)
    expected = b"".join(outputs[port.name].tobytes() for port in network.outputs)
    assert done.stdout == expected

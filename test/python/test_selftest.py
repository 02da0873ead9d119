# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The self-test of a network: 0 where it is right, on this machine and on emulated ones."""

from __future__ import annotations

import functools
import re
import subprocess
from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from commands import emulate
from emulation import FLAGS
from networks import GRAPHS, affine, graph, neuron, ports, random_input
from snnmlir import reference
from snnmlir.boards.machines import MACHINES, PLATFORM
from snnmlir.delivery.selftest import MAX_STEPS, self_test
from snnmlir.errors import CompileError, OptionError
from test_cli import NAMES, check_refused, hostile_graph, invoke
from test_cli import compile_main as main
from test_generated_c import LANGUAGES, STRICT

STEPS = 12
HOSTS = [name for name in LANGUAGES if not name.startswith("arm")]
CALLER = '#include "net_selftest.h"\nint main(void) { return net_selftest(); }\n'
ON_TARGET = """
#include "net_selftest.h"
#include "platform.h"

int main(void)
{
    const int failed = net_selftest();
    put_char((char)('0' + failed / 10));
    put_char((char)('0' + failed % 10));
    put_char('\\n');
    leave(0);
}
"""


@functools.cache
def net_and_test(
    name: str, dtype: str, input_type: str = "float"
) -> tuple[snnmlir.Network, snnmlir.SelfTest]:
    """A network with its self-test, on input that makes spikes."""
    network = snnmlir.compile(GRAPHS[name], dtype=dtype, dt=1e-4, input_type=input_type, name="net")
    x = random_input(GRAPHS[name], STEPS, scale=3.0)
    if input_type == "spikes":
        x = {port: values != 0 for port, values in x.items()}
    return network, self_test(network, x)


def write(folder: Path, name: str = "recurrent-LIF", dtype: str = "f32") -> snnmlir.SelfTest:
    """net.c with its self-test."""
    network, test = net_and_test(name, dtype)
    network.write(folder / "net.c", self_test=test)
    return test


def run(folder: Path, *flags: str, language: str = "gcc") -> int:
    """What the self-test in a folder returns."""
    (folder / "main.c").write_text(CALLER)
    command = [*LANGUAGES[language], *STRICT, "-O2", *flags, "-o", "test"]
    subprocess.run([*command, "net.c", "net_selftest.c", "main.c"], cwd=folder, check=True)
    return subprocess.run([folder / "test"], check=False).returncode


def change(folder: Path, constant: str, value: str = r"-(\2)") -> None:
    """Gives the first element of a constant another value, by default one of the other sign."""
    path = folder / "net.c"
    text, count = re.subn(
        rf"( net_{constant}\[[^]]*\] = {{\n +)([^,]+)", rf"\g<1>{value}", path.read_text()
    )
    assert count == 1
    path.write_text(text)


@pytest.mark.parametrize("language", HOSTS)
@pytest.mark.parametrize("dtype", ["f32", "f64", "int8"])
@pytest.mark.parametrize("name", ["recurrent-CubaLIF", "branches", "scalar"])
def test_the_network_is_right(name: str, dtype: str, language: str, tmp_path: Path) -> None:
    write(tmp_path, name, dtype)
    assert run(tmp_path, "-ffp-contract=off", language=language) == 0


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_spikes_as_input(dtype: str, tmp_path: Path) -> None:
    network, test = net_and_test("recurrent-LIF", dtype, "spikes")
    network.write(tmp_path / "net.c", self_test=test)
    assert run(tmp_path) == 0


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_a_changed_number_is_found(dtype: str, tmp_path: Path) -> None:
    for constant, value in (
        ("fc1_weight", r"-(\2)"), ("fc2_weight", r"-(\2)"), ("n_threshold", "-32000")
    ):  # fmt: skip
        write(tmp_path, dtype=dtype)
        change(tmp_path, constant, value)
        assert 1 <= run(tmp_path) <= STEPS, constant


def threshold() -> snnmlir.Network:
    """A spike where the input is above 0.5."""
    nodes = ports(1, 1) | {"n": nir.Threshold(threshold=np.array([0.5]))}
    source = graph(nodes, ("input", "n"), ("n", "output"))
    return snnmlir.compile(source, dt=1e-4, name="net")


def test_returns_the_first_step_that_differs(tmp_path: Path) -> None:
    """The input exceeds the threshold in the fourth step only."""
    network = threshold()
    x = np.array([[0.1], [0.2], [0.3], [1.0], [0.4]])
    network.write(tmp_path / "net.c", self_test=self_test(network, x))
    assert run(tmp_path) == 0
    path = tmp_path / "net.c"
    path.write_text(path.read_text().replace("> 0.5f", "> 1.5f"))
    assert run(tmp_path) == 4


def test_tolerance(tmp_path: Path) -> None:
    """Of floats that are no spikes: by default what rounding can do, and none if told so."""
    exact = "-DNET_SELFTEST_TOLERANCE=0"
    write(tmp_path, "layer-LI")
    assert run(tmp_path, "-ffp-contract=off", exact) == 0
    change(tmp_path, "fc_weight", r"(\2 * 1.000004f)")
    assert run(tmp_path, "-ffp-contract=off") == 0
    assert run(tmp_path, "-ffp-contract=off", exact) > 0
    assert run(tmp_path, "-ffp-contract=off", "-DNET_SELFTEST_TOLERANCE=1e-9") > 0


def test_what_is_not_a_number_is_found(tmp_path: Path) -> None:
    write(tmp_path, "layer-LI")
    change(tmp_path, "fc_weight", "(0.0f / 0.0f)")
    assert run(tmp_path) == 1


@pytest.mark.parametrize(
    ("target", "name", "dtype"),
    [
        (target, name, dtype)
        for target in ("cortex-m4f", "rv32imafc", "atmega1284p")
        for name in ("recurrent-LIF", "branches")
        for dtype in ("f32", "int8")
    ],
)
def test_on_targets(target: str, name: str, dtype: str, tmp_path: Path) -> None:
    """With contraction: the Cortex-M4F has a fused multiply-add."""
    write(tmp_path, name, dtype)
    assert run_on(target, tmp_path) == 0
    change(tmp_path, {"branches": "fc_weight"}.get(name, "fc2_weight"))
    assert 1 <= run_on(target, tmp_path) <= STEPS


def run_on(name: str, folder: Path) -> int:
    """What the self-test returns on an emulated machine."""
    target = MACHINES[name]
    (folder / "main.c").write_text(ON_TARGET)
    flags = [flag.replace("contract=off", "contract=fast") for flag in FLAGS]
    sources = [str(PLATFORM / source) for source in target.sources]
    command = [*target.compiler, *flags, f"-I{PLATFORM}", "main.c", "net.c", "net_selftest.c"]
    subprocess.run([*command, *sources, *target.link, "-o", "test.elf"], cwd=folder, check=True)
    lines = emulate(target, folder / "test.elf")
    (failed,) = (line for line in lines if re.fullmatch(r"\d\d", line))
    return int(failed)


def test_constants_are_in_flash_on_avr(tmp_path: Path) -> None:
    test = write(tmp_path)
    command = [*MACHINES["atmega1284p"].compiler, *FLAGS, "-c", "net_selftest.c"]
    subprocess.run(command, cwd=tmp_path, check=True)
    report = subprocess.run(
        ["avr-size", "net_selftest.o"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    text, data, _ = map(int, report.splitlines()[1].split()[:3])
    assert (data, text > test.constant_bytes > 0) == (0, True)


def test_stack(tmp_path: Path) -> None:
    """Arrays are static, however large."""
    write(tmp_path, "convolutions")
    command = [*MACHINES["cortex-m4f"].compiler, *FLAGS, "-fstack-usage", "-c", "net_selftest.c"]
    subprocess.run(command, cwd=tmp_path, check=True)
    used = [line.split()[1] for line in (tmp_path / "net_selftest.su").read_text().splitlines()]
    assert 0 < max(map(int, used)) < 256


def test_steps_and_bytes() -> None:
    network = snnmlir.compile(GRAPHS["layer-LIF"], dt=1e-4)
    x = random_input(GRAPHS["layer-LIF"], 2 * MAX_STEPS, scale=3.0)
    test = self_test(network, x)
    assert test.steps == MAX_STEPS
    assert test.notes == (f"the self-test has the first {MAX_STEPS} of {2 * MAX_STEPS} steps",)
    assert test.constant_bytes == MAX_STEPS * (5 * 4 + 7)
    np.testing.assert_array_equal(test.outputs["output"], network.run(x)[:MAX_STEPS])


def test_outputs_that_never_change_are_noted() -> None:
    (note,) = self_test(threshold(), np.zeros((3, 1))).notes
    assert "finds little" in note


def test_a_spike_that_rounding_decides_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps in which the reference's spikes need not be the C's are left out."""
    network = snnmlir.compile(GRAPHS["layer-LIF"], dt=1e-4)
    x = random_input(GRAPHS["layer-LIF"], 8, scale=3.0)
    record, margins = reference.record, reference.margins
    tied = 5

    def other_spikes(*args: object, **kwargs: object) -> dict[str, np.ndarray]:
        signals = record(*args, **kwargs)  # type: ignore[arg-type]
        signals["n"][tied] = 1 - signals["n"][tied]
        return signals

    def no_margin(*args: object, **kwargs: object) -> dict[str, np.ndarray]:
        found = margins(*args, **kwargs)  # type: ignore[arg-type]
        found["n"][tied] = 0.0
        return found

    monkeypatch.setattr(reference, "record", other_spikes)
    monkeypatch.setattr(reference, "margins", no_margin)
    assert self_test(network, x).steps == tied
    tied = 0
    with pytest.raises(CompileError, match=r"first step .* at its threshold"):
        self_test(network, x)


@pytest.mark.usefixtures("wrong_reference")
def test_no_files_where_the_reference_differs(tmp_path: Path) -> None:
    model = tmp_path / "model.nir"
    nir.write(model, GRAPHS["recurrent-LIF"])
    check_refused(
        main, "out.v: values differ", tmp_path, model, "-o", tmp_path / "m.c", "--self-test"
    )


def test_command(tmp_path: Path) -> None:
    """Random spikes without DATA; the data's first steps with it."""
    model, data = tmp_path / "model.nir", tmp_path / "x.npy"
    nir.write(model, GRAPHS["recurrent-LIF"])
    arguments = (model, "-o", tmp_path / "net.c", "--dt", "1e-4", "--self-test")
    result = invoke(main, *arguments)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "self-test: 32 steps, 1024 bytes" in result.stderr
    assert run(tmp_path) == 0
    first = [path.read_bytes() for path in sorted(tmp_path.glob("net*"))]
    assert len(first) == 4
    invoke(main, *arguments)
    assert [path.read_bytes() for path in sorted(tmp_path.glob("net*"))] == first

    np.save(data, random_input(GRAPHS["recurrent-LIF"], 40)["input"])
    result = invoke(main, *arguments, data)
    assert "note: the self-test has the first 32 of 40 steps" in result.stderr
    assert [path.read_bytes() for path in sorted(tmp_path.glob("net*"))] != first
    assert run(tmp_path) == 0


@pytest.mark.parametrize(
    ("data", "arguments", "message"),
    [
        (np.zeros((0, 5)), [], "the data for the self-test has no steps"),
        (np.zeros((4, 6)), [], r"shape \[4, 6\], expected \[T, 5\]"),
        (np.full((4, 5), 0.5), ["--input-type", "spikes"], "other values than 0 and 1"),
        (np.zeros((4, 5)), ["--emit", "snn"], "a self-test is C, found the stage 'snn'"),
    ],
    ids=["steps", "shape", "spikes", "emit"],
)
def test_bad_options(data: np.ndarray, arguments: list[str], message: str, tmp_path: Path) -> None:
    model, path = tmp_path / "model.nir", tmp_path / "x.npy"
    nir.write(model, GRAPHS["recurrent-LIF"])
    np.save(path, data)
    given = (model, "-o", tmp_path / "net.c", *arguments, "--self-test", path)
    check_refused(main, message, tmp_path, *given)


def test_input_of_another_network_is_refused() -> None:
    network = snnmlir.compile(GRAPHS["branches"], dt=1e-4)
    with pytest.raises(OptionError, match="the network has 2 inputs, found one array"):
        self_test(network, np.zeros((3, 6)))


def test_hostile_names(tmp_path: Path) -> None:
    """Of nodes, and of inputs and outputs."""
    rng = np.random.default_rng(0)
    nodes = {name: neuron("LIF", 3, rng) for name in NAMES}
    ins = [f"{name} in" for name in NAMES]
    outs = [f"{name} out" for name in NAMES]
    ins[:2], outs[:2] = ["left", "left_steps"], ["steps_of_left", "net"]
    edges = []
    for name, before, after in zip(list(nodes), ins, outs, strict=True):
        nodes[before] = nir.Input(input_type={"input": np.array([3])})
        nodes[f"{name} w"] = affine(3, 3, rng)
        nodes[after] = nir.Output(output_type={"output": np.array([3])})
        edges += [(before, f"{name} w"), (f"{name} w", name), (name, after)]
    for source in (graph(nodes, *edges), hostile_graph(NAMES)):
        network = snnmlir.compile(source, dt=1e-4, name="net")
        network.write(tmp_path / "net.c", self_test=self_test(network))
        assert (tmp_path / "net_selftest.c").read_text().isascii()
        for language in ("gcc", "clang++"):
            assert run(tmp_path, language=language) == 0

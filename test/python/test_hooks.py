# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Taps and profiling: what a user's macros see of a step, and that unused ones cost nothing."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from generated import step_body
from networks import GRAPHS, random_input, several_sources
from snnmlir.compiler import TARGETS, Dtype
from snnmlir.errors import OptionError
from test_cli import check_refused, compile_main, invoke
from test_generated_c import DIGITS, LANGUAGES, STRICT, c_type

STEPS = 15
WATCH = """\
#include <stdio.h>
static inline void show(const char *kind, const char *name, const void *data, size_t size)
{
    printf("%s %s %zu\\n", kind, name, size);
    fwrite(data, 1, size, stdout);
}
#define NET_TAP(signal, data, n) show("tap", #signal, data, (n) * sizeof *(data))
#define NET_PROFILE(layer, call) do { \\
        show("begin", #layer, "", 0); call; show("end", #layer, "", 0); \\
    } while (0)
#define NET_EVENTS(list, events, end) do { \\
        size_t count = 0; \\
        while ((events)[count] != (end)) ++count; \\
        show("list", #list, events, count * sizeof *(events)); \\
    } while (0)
"""


def compiled(name: str, dtype: Dtype = "f32", **options: object) -> snnmlir.Network:
    """A network of the tests; "digits", or one of GRAPHS, with the convention behind a colon."""
    if name == "digits":
        return snnmlir.compile(
            DIGITS / "digits.nir",
            dtype=dtype,
            convention="snntorch",
            input_type="spikes",
            **options,
        )
    graph, _, convention = name.partition(":")
    return snnmlir.compile(
        GRAPHS[graph], dtype=dtype, convention=convention or "nir", dt=1e-4, **options
    )


def integers(name: str, network: snnmlir.Network) -> dict[str, np.ndarray]:
    """An input, as the C takes it."""
    if name == "digits":
        with np.load(DIGITS / "recorded.npz") as recorded:
            return {"input": recorded["input"][0][:STEPS].astype(np.uint8)}
    x = random_input(GRAPHS[name.partition(":")[0]], STEPS)
    return network.executable.quantized(x)


def watch(network: snnmlir.Network, x: dict[str, np.ndarray], folder: Path) -> Iterator[tuple]:
    """What the macros of WATCH see in all steps: kind, name and bytes."""
    network.write(folder / "net.c")
    ports = (*network.inputs, *network.outputs)
    arrays = "".join(
        f"static {c_type(port)} p{i}[{int(np.prod(port.shape))}];\n" for i, port in enumerate(ports)
    )
    reads = "".join(f"fread(p{i}, sizeof p{i}, 1, stdin) != 1 || " for i in range(len(x)))
    arguments = ", ".join(f"p{i}" for i in range(len(ports)))
    (folder / "watch.h").write_text(WATCH)
    (folder / "main.c").write_text(
        f'#include "watch.h"\n#include "net.c"\n{arrays}static net_t net;\nint main(void)\n{{\n'
        f"    net_init(&net);\n    for (int t = 0; t < {STEPS}; ++t) {{\n"
        f"        if ({reads}0) return 1;\n        net_step(&net, {arguments});\n    }}\n"
        "    return 0;\n}\n"
    )
    flags = ["-std=c11", "-O2", "-ffp-contract=off", *STRICT]
    subprocess.run(["gcc", *flags, "main.c", "-o", "net"], cwd=folder, check=True)
    data = b"".join(
        np.ascontiguousarray(x[port.name][t], port.dtype).tobytes()
        for t in range(STEPS)
        for port in network.inputs
    )
    seen = subprocess.run([folder / "net"], input=data, capture_output=True, check=True).stdout
    while seen:
        line, _, seen = seen.partition(b"\n")
        kind, signal, size = line.decode().split()
        yield kind, signal, seen[: int(size)]
        seen = seen[int(size) :]


def taps_of(header: str) -> dict[str, tuple[str, np.dtype, tuple[int, ...], bool]]:
    """What the header says of taps, by signal: C name, type, shape, whether channels are last."""
    row = r"^ \*   (\w+): (\w+), .*, shape \[(.*)\](, channels last)?, signal '(.*)'$"
    rows = re.findall(row, header, re.M)
    return {
        signal: (
            name,
            np.dtype({"float": "f4", "double": "f8"}.get(kind) or kind.removesuffix("_t")),
            tuple(map(int, filter(None, shape.split(", ")))),
            bool(last),
        )
        for name, kind, shape, last, signal in rows
    }


ALL = [*GRAPHS, "layer-LIF:sinabs", "recurrent-CubaLIF:spyx", "recurrent-LIF:snntorch", "digits"]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_taps_see_what_is_recorded(name: str, dtype: Dtype, tmp_path: Path) -> None:
    network = compiled(name, dtype, taps="all")
    names = list(network.taps)
    x = integers(name, network)
    seen: dict[str, list[bytes]] = {}
    for _, signal, data in watch(network, x, tmp_path):
        seen.setdefault(signal, []).append(data)
    header = (tmp_path / "net.h").read_text()
    described = taps_of(header)
    assert list(described) == names
    states = [n for n in names if n.endswith((".v", ".i"))]
    assert states or not any(n.endswith(".v") for n in network.signals)
    # A recorded synapse has a copy of its own, with other integers.
    compared = names if dtype == "f32" else [n for n in names if is_state_or_spikes(network, n)]
    recorder = network.recorder(compared)
    expected = recorder.executable.run_integers(x)
    scales = {port.name: port.scales for port in recorder.outputs}
    for signal in compared:
        c_name, kind, shape, channels_last = described[signal]
        assert len(seen[c_name]) == STEPS
        values = np.frombuffer(b"".join(seen[c_name]), kind).reshape(STEPS, *shape)
        if channels_last:
            values = np.moveaxis(values, -1, 1)
        np.testing.assert_array_equal(values, expected[signal], err_msg=signal)
        if (of := scales[signal]) is not None:
            found = re.search(rf"#define NET_{c_name.upper()}_SCALE (.*)", header)
            assert found is not None
            numbers = [float(n.rstrip("f")) for n in found[1].strip("{}").split(", ")]
            np.testing.assert_allclose(numbers, np.ravel(of), rtol=1e-6)


def is_state_or_spikes(network: snnmlir.Network, name: str) -> bool:
    return name.endswith((".v", ".i")) or f"{name}.v" in network.signals


def test_taps_are_not_nothing() -> None:
    """What the comparison above is of."""
    assert compiled("digits").tappable == (
        "fc1", "lif1", "lif1.v", "fc2", "lif2", "lif2.v",
    )  # fmt: skip
    # In integers the neurons have the biases.
    assert "fc1" not in compiled("digits", "int8").tappable
    assert {"n", "n.v", "n.i"} <= set(compiled("recurrent-CubaLIF").tappable)
    # The loop's synapse is a copy: it sees the spikes of the step before.
    assert "w_rec" in compiled("recurrent-CubaLIF").tappable
    assert "w_rec" not in compiled("recurrent-CubaLIF:snntorch").tappable


@pytest.mark.parametrize("name", ["digits", "recurrent-CubaLIF"])
def test_calls_are_profiled_in_order(name: str, tmp_path: Path) -> None:
    network = compiled(name, profile=True)
    watched = watch(network, integers(name, network), tmp_path)
    seen = [(kind, layer) for kind, layer, _ in watched if kind != "list"]
    step = step_body(network.emit_c("net", "net.h")[0])
    calls = re.findall(r"^    NET_PROFILE\((\w+), net_\w+\(.*\)\);$", step, re.M)
    others = re.findall(r"^    (?!NET_PROFILE\().*net_\w+\(.*", step, re.M)
    assert set(others) <= {"    net_fence();"}
    assert len(calls) + len(others) == len(re.findall(r"^    .*net_\w+\(", step, re.M))
    assert len(calls) > 3
    assert seen == [(kind, call) for call in calls for kind in ("begin", "end")] * STEPS


@pytest.mark.parametrize("target", ["generic", "cortex-m4"])
@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_each_list_and_call_has_a_name(dtype: Dtype, target: str, tmp_path: Path) -> None:
    """No two in a step have the same, and the events are those of the signal, in both steps."""
    network = snnmlir.compile(
        several_sources(), dt=1e-4, dtype=dtype, input_type="spikes", target=target, profile=True
    )
    rng = np.random.default_rng(0)
    x = {port.name: rng.random((STEPS, *port.shape)) < 0.2 for port in network.inputs}
    x = {name: values.astype(np.uint8) for name, values in x.items()}
    seen = list(watch(network, x, tmp_path))
    profile = network.interface["profile"]
    assert profile is not None
    calls = [name for kind, name, _ in seen if kind == "begin"]
    assert calls == [call["name"] for call in profile["calls"]] * STEPS
    assert len(set(calls)) == len(calls) // STEPS
    nodes = {call["name"]: call["node"] for call in profile["calls"]}
    assert {"in", "in2", "n", "n2", "in_events", "b", "rec", "fc", "skip", "back"} <= set(
        nodes.values()
    )
    assert set(network.graph.nodes) > {item["node"] for item in profile["lists"]}
    signals = x | network.record(x, ["n", "n2"])
    lists = {item["name"]: item for item in profile["lists"]}
    assert {item["node"] for item in lists.values()} == set(signals)
    found = dict.fromkeys(lists, 0)
    for what, name, data in seen:
        if what == "list":
            step = signals[lists[name]["node"]][found[name]].ravel()
            assert len(step) == lists[name]["size"]
            kind = np.uint8 if TARGETS[target].byte_lists and len(step) < 256 else np.uint16
            np.testing.assert_array_equal(np.frombuffer(data, kind), np.flatnonzero(step))
            found[name] += 1
    assert set(found.values()) == {STEPS}
    steps = [step_body(network.c, network.prefix, name) for name in ("step", "step_events")]
    both = [set(re.findall(r"_(PROFILE|EVENTS)\((\w+), ", text)) for text in steps]
    assert both[0] >= both[1] > set()
    assert {call["name"] for call in profile["calls"] if "step_events" in call["functions"]} == {
        name for kind, name in both[1] if kind == "PROFILE"
    }


@pytest.mark.parametrize("compiler", ["gcc", "clang", "g++", "arm-gcc"])
@pytest.mark.parametrize("dtype", ["f32", "int8"])
@pytest.mark.parametrize("name", ["digits", "convolutions", "recurrent-CubaLIF", "branches"])
def test_unused_hooks_cost_nothing(name: str, dtype: Dtype, compiler: str, tmp_path: Path) -> None:
    dumps = []
    for options in ({}, {"taps": "all", "profile": True}):
        network = compiled(name, dtype, **options)
        network.write(tmp_path / "net.c")
        assert ("NET_TAP(" in (tmp_path / "net.c").read_text()) == bool(options)
        command = [*LANGUAGES[compiler], *STRICT, "-O2", "-c", "net.c", "-o", "net.o"]
        subprocess.run(command, cwd=tmp_path, check=True)
        dumps.append((tmp_path / "net.o").read_bytes())
    assert dumps[0] == dumps[1]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.nir"
    nir.write(path, GRAPHS["recurrent-LIF"])
    return path


def test_taps_by_the_command(model: Path) -> None:
    output = model.with_name("net.c")
    result = invoke(compile_main, model, "-o", output, "--record", "n,n.v", "--profile")
    assert result.exit_code == 0, result.stderr
    step = step_body(output.read_text())
    assert re.search(r"NET_PROFILE\(n, .*\n    NET_TAP\(n, .*\n    NET_TAP\(n_v, net->n_v, ", step)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--record", "n,nobody"], "'nobody' cannot be tapped: there is no such .*help: these can"),
        (["--record", ""], "signal '' cannot be tapped: there is no such signal"),
        (["--record", "output"], "'output' cannot be tapped: it is folded into another layer, a"),
        (["--profile", "--emit", "snn"], "in C, not in snn"),
        (["--record", "n", "--emit", "loops"], "in C, not in loops"),
    ],
    ids=" ".join,
)
def test_bad_taps(arguments: list[str], message: str, model: Path) -> None:
    output = model.with_name("net.c")
    check_refused(compile_main, message, model.parent, model, "-o", output, *arguments)


def test_a_folded_layer_has_no_tap() -> None:
    with pytest.raises(OptionError, match="signal 'fc' cannot be tapped: it is folded"):
        compiled("layer-LIF", taps=["fc"])


def test_taps_with_calibration() -> None:
    """The signals are those of the integers, not of the float32 network that is calibrated with."""
    x = random_input(GRAPHS["layer-LIF"], 5)
    network = compiled("layer-LIF", "int8", calibrate=x, taps="all", profile=True)
    source = network.c
    assert set(network.taps) == set(network.tappable) >= {"n", "n.v"}
    assert "_TAP(n_v, net->n_v, " in source
    assert "_PROFILE(n, " in source

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks of integers: every bit is the interpreter's, nothing overflows, nothing is a float."""

from __future__ import annotations

import functools
import itertools
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import nir
import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

import snnmlir
from networks import GRAPHS, affine, graph, neuron, ports, random_input
from shared_cases import CASES, Case
from snnmlir.cli.compile import main as compile_main
from snnmlir.compiler import Dtype, Port
from snnmlir.compiler.options import Scales, States
from snnmlir.compiler.quantize import Bound
from snnmlir.errors import OptionError
from snnmlir.reference.integer import IntegerInterpreter
from snnmlir.reports.verify import verify

Signal: TypeAlias = npt.NDArray[Any]
Signals: TypeAlias = dict[str, Signal]

DIGITS = Path(__file__).parents[2] / "examples/digits"
LARGEST = {"float": 127.0, "int8": 1.98}
"""What 16-bit and 8-bit inputs hold without calibration."""


# --- The interpreter's bits -----------------------------------------------------------------------


def example(source: nir.NIRGraph, kind: str, steps: int = 20) -> Signals:
    """Random input; analog ones are as usual first, and then as large as the type allows."""
    x = random_input(source, steps)
    if kind == "spikes":
        return {name: values != 0 for name, values in x.items()}
    most = LARGEST[kind]
    return {
        name: np.concatenate([np.clip(values * s, -most, most) for s in (1.0, 80.0)])
        for name, values in x.items()
    }


def variants() -> list[Any]:
    """Graph, dtype, input type, scales and convention of what is compared."""
    found: list[tuple[str, str, str, str, str]] = []
    for number, name in enumerate(GRAPHS):
        for dtype, kind in itertools.product(("int8", "int16", "int4"), ("spikes", "float")):
            found.append((name, dtype, kind, "real", "nir"))
        # Powers of two, with each dtype and input type in turn.
        dtype, kind = ("int8", "int16", "int4")[number % 3], ("float", "spikes")[number % 2]
        found.append((name, dtype, kind, "pow2", "nir"))
    for name in ("layer-LIF", "recurrent-CubaLIF", "branches", "delayed-loop", "convolutions"):
        found += [(name, "int8", "int8", "real", "nir"), (name, "int4", "int8", "pow2", "nir")]
    found.append(("recurrent-CubaLI", "int4", "int8", "pow2", "nir"))
    presets = (
        "sinabs", "rockpool", "spyx", "norse", "norse-subtract", "spikingjelly", "snntorch",
        "snntorch-default", "snntorch-subtract", "snntorch-zero-delayed",
    )  # fmt: skip
    for preset, name in itertools.product(presets, ("layer-LIF", "layer-IF", "recurrent-CubaLIF")):
        kind = "float" if name == "layer-LIF" else "spikes"
        found.append((name, "int16" if name == "layer-IF" else "int8", kind, "real", preset))
    return [pytest.param(*f, id="-".join(f)) for f in found]


def watched(network: snnmlir.Network) -> dict[str, Any]:
    """The network as the interpreter takes it, with all signals and states as further outputs."""
    description = network.describe()
    outputs = [*description["outputs"]]
    for op in description["ops"]:
        if op["op"].startswith("snn.") and op["op"] != "snn.events":
            outputs += [(value, f"value {value}") for value in op["results"]]
    return description | {"outputs": outputs}


def run_both(network: snnmlir.Network, x: Signals) -> Signals:
    """All signals and states from the interpreter; the outputs are those of the C, bit for bit."""
    expected = IntegerInterpreter(watched(network)).run(x)
    found = network.executable.run_integers(x)
    for port in network.outputs:
        np.testing.assert_array_equal(found[port.name], expected[port.name])
    return expected


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize(("name", "dtype", "kind", "scales", "preset"), variants())
def test_the_interpreter_computes_the_same(
    name: str, dtype: Dtype, kind: str, scales: Scales, preset: str
) -> None:
    source = GRAPHS[name]
    network = snnmlir.compile(
        source, dtype=dtype, convention=preset, dt=1e-4, input_type=kind, scales=scales
    )
    verdict = verify(network, example(source, kind))
    assert verdict.mismatches == ()
    assert verdict.steps >= 20


def test_examples_make_all_neurons_of_the_graphs_spike() -> None:
    """Else the comparison would say little."""
    for name, source in GRAPHS.items():
        if name == "pass-through":
            continue
        network = snnmlir.compile(source, dtype="int8", dt=1e-4)
        values = network.run(example(source, "float"))
        outputs = values if isinstance(values, dict) else {"": values}
        assert all(len(np.unique(output)) > 1 for output in outputs.values()), name


def test_counts_are_made() -> None:
    source = GRAPHS["layer-LIF"]
    network = snnmlir.compile(source, dtype="int8", convention="sinabs", dt=1e-4)
    counts = network.run(example(source, "float"))
    assert isinstance(counts, np.ndarray)
    assert counts.max() == 255


# --- The worst that can come in -------------------------------------------------------------------


ROUNDING = 32
"""What roundings of decays can add up to at most, for the analysis; no input makes them all."""


@dataclass(frozen=True)
class Worst:
    """A network of one layer, and what the worst inputs reach.

    Attributes:
        source: The network.
        options: Of the compiler.
        low: The part of the least voltage and current that is reached; 0 if none must be, as
            where the network gives the voltage, in all of its type.
        high: The same for the greatest.
        saturates: What of the neurons is not proved to have a bound.
        steps: For how long an input is held.
    """

    source: nir.NIRGraph
    options: dict[str, Any] = field(default_factory=dict)
    low: float = 0.9
    high: float = 0.0
    saturates: tuple[str, ...] = ()
    steps: int = 200


def chain(shape: tuple[int, ...], *nodes: nir.NIRNode) -> nir.NIRGraph:
    named = {f"n{i}": node for i, node in enumerate(nodes)}
    ends = {
        "input": nir.Input({"input": np.array(shape)}),
        "output": nir.Output({"output": np.array(np.shape(nodes[-1].tau))}),
    }
    return graph(ends | named, *itertools.pairwise(["input", *named, "output"]))


def dense(kind: str, *, size: int = 3, **changes: float) -> nir.NIRGraph:
    """Synapses without a bias and a layer of neurons."""
    rng = np.random.default_rng(len(kind))
    layer = neuron(kind, size, rng)
    for name, value in changes.items():
        setattr(layer, name, np.full(size, value))
    weight = rng.normal(0.0, 0.7, (size, 6))
    weight[:, :2] = [0.5, -0.5]  # every neuron can be moved both ways
    nodes = ports(6, size) | {"fc": nir.Linear(weight), "n": layer}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


def two_paths() -> nir.NIRGraph:
    rng = np.random.default_rng(2)
    nodes = ports(4, 3) | {
        "other": nir.Input({"input": np.array([5])}),
        "a": nir.Linear(rng.normal(0.0, 0.7, (3, 4))),
        "b": nir.Linear(rng.normal(0.0, 0.2, (3, 5))),
        "n": neuron("LI", 3, rng),
    }
    edges = [("input", "a"), ("other", "b"), ("a", "n"), ("b", "n"), ("n", "output")]
    return graph(nodes, *edges)


def leaky(*shape: int) -> nir.LI:
    return nir.LI(np.full(shape, 1e-3), np.full(shape, 10.0), np.zeros(shape))


def conv(*weight: int, **options: Any) -> nir.NIRNode:
    given = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1} | options
    values = np.random.default_rng(3).normal(0.0, 0.7, weight)
    kind = nir.Conv1d if len(weight) == 3 else nir.Conv2d
    return kind(None, values, bias=np.zeros(weight[0]), **given)


def pool(kind: type[nir.NIRNode], kernel: int, stride: int) -> nir.NIRNode:
    return kind(kernel_size=np.array([kernel] * 2), stride=np.array([stride] * 2), padding=0)


SNNTORCH = {"convention": "snntorch"}
SINABS = {"convention": "sinabs"}
LINEAR = {
    "linear": Worst(dense("LI"), high=0.9),
    "conv1d": Worst(chain((2, 9), conv(3, 2, 3, padding=1, stride=2), leaky(3, 5)), high=0.9),
    "conv2d": Worst(
        chain((2, 6, 5), conv(4, 1, 3, 2, padding=(1, 0), groups=2), leaky(4, 6, 4)), high=0.9
    ),
    "sum-pool": Worst(chain((2, 6, 6), pool(nir.SumPool2d, 3, 2), leaky(2, 2, 2)), low=0.0),
    "avg-pool": Worst(chain((2, 6, 6), pool(nir.AvgPool2d, 2, 2), leaky(2, 3, 3)), low=0.0),
    "add": Worst(two_paths(), high=0.9),
}
WORST = LINEAR | {
    "CubaLI": Worst(dense("CubaLI"), high=0.9),
    "LIF-value": Worst(dense("LIF")),
    "LIF-subtract": Worst(dense("LIF"), {"reset": "subtract"}),
    "LIF-subtract-delayed": Worst(dense("LIF"), {"reset": "subtract-delayed"}),
    "LIF-subtract-carried": Worst(dense("LIF"), {"reset": "subtract-carried"}, low=0.7),
    "LIF-pre": Worst(dense("LIF"), {"convention": "spyx"}),
    "LIF-never": Worst(dense("LIF", v_threshold=1e6), {"reset": "subtract"}, high=0.9),
    "CubaLIF": Worst(dense("CubaLIF")),
    "CubaLIF-norse": Worst(dense("CubaLIF"), {"convention": "norse-subtract"}),
    "IF-floor": Worst(dense("IF"), SNNTORCH | {"v_floor": "-threshold"}, low=1.0),
    "IF-counts": Worst(dense("IF", v_threshold=0.02), SINABS, low=1.0),
    "IF-no-floor": Worst(dense("IF"), SNNTORCH, low=1.0, saturates=("voltage",), steps=2500),
    "I": Worst(dense("I", r=1e4), low=1.0, high=1.0, saturates=("voltage",), steps=1500),
}


def limits(port: Port) -> tuple[int, int]:
    if port.scales is None:
        return 0, 1
    kind = np.iinfo(port.dtype)
    return kind.min, kind.max


def held(network: snnmlir.Network, steps: int) -> Signals:
    """For the elements of each sum, the inputs that move them up most, and down, held.

    What an input does to a sum is seen where it alone is 1.
    """
    sizes = [int(np.prod(port.shape)) for port in network.inputs]
    size = sum(sizes)

    def split(x: Signal) -> Signals:
        parts = np.split(x, np.cumsum(sizes)[:-1], axis=1)
        return {
            port.name: part.reshape(-1, *port.shape)
            for port, part in zip(network.inputs, parts, strict=True)
        }

    low, high = (np.repeat([limits(port)[end] for port in network.inputs], sizes) for end in (0, 1))
    once = np.vstack([np.zeros((1, size), np.int64), np.eye(size, dtype=np.int64)])
    responses = IntegerInterpreter(watched(network)).run(split(once))
    patterns = []
    for bound, value in results(network):
        if bound.name != "sum":
            continue
        sums = responses[f"value {value}"].reshape(size + 1, -1)
        weights = (sums[1:] - sums[0]).T
        up = np.where(weights > 0, high, np.where(weights < 0, low, 0))
        down = np.where(weights > 0, low, np.where(weights < 0, high, 0))
        reach = (weights * up).sum(1), (weights * down).sum(1)
        few = len(weights) <= 4
        for n in range(len(weights)) if few else {reach[0].argmax(), reach[1].argmin()}:
            patterns += [up[n], down[n], up[n]]
    return split(np.repeat(np.stack(patterns), steps, axis=0))


def results(network: snnmlir.Network) -> Iterator[tuple[Bound, int]]:
    """The bounds, and the value of the description that each is of."""
    names = {"snn.lif": ("", "voltage"), "snn.li": ("voltage",), "snn.rescale": ("rescaled",)}
    names |= {"snn.cuba_lif": ("", "voltage", "current"), "snn.cuba_li": ("voltage", "current")}
    bounds = {(bound.node, bound.name): bound for bound in network.bounds}
    for op in network.describe()["ops"]:
        for name, value in zip(names.get(op["op"], ("sum",)), op["results"], strict=True):
            if (op["node"], name) in bounds:
                yield bounds[op["node"], name], value


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("dtype", ["int8", "int16", "int4"])
@pytest.mark.parametrize("name", WORST)
def test_worst_spikes(name: str, dtype: Dtype) -> None:
    check_worst(WORST[name], dtype, "spikes", "proved")


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("name", [name for name in WORST if "LIF" in name])
def test_worst_spikes_of_short_states(name: str) -> None:
    check_worst(WORST[name], "int8", "spikes", "short")


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("kind", ["float", "int8"])
@pytest.mark.parametrize("name", LINEAR)
def test_worst_analog_input(name: str, kind: Literal["float", "int8"]) -> None:
    check_worst(LINEAR[name], "int8", kind, "proved")


def check_worst(worst: Worst, dtype: Dtype, kind: str, states: States) -> None:
    options = {"dt": 1e-4, "states": states} | worst.options
    network = snnmlir.compile(worst.source, dtype=dtype, input_type=kind, **options)
    values = run_both(network, held(network, worst.steps))
    seen = set()
    for bound, value in results(network):
        least, greatest = values[f"value {value}"].min(), values[f"value {value}"].max()
        assert bound.least <= least <= greatest <= bound.greatest, bound
        if bound.name == "sum":
            # Of analog signals with other scales, factors of 15 bits are between.
            of_factors = bound.node == "n_in" and kind != "spikes"
            slack = bound.greatest >> 14 if of_factors else 0
            assert least <= bound.least + slack, (bound, least)
            assert greatest >= bound.greatest - slack, (bound, greatest)
        if bound.name in ("voltage", "current"):
            if states == "proved":
                assert bound.proved == (bound.name not in worst.saturates), bound
            else:
                assert bound.proved or bound.bits == 16, bound
            assert least <= bound.least * worst.low + ROUNDING, (bound, least)
            assert greatest >= bound.greatest * worst.high - ROUNDING, (bound, greatest)
        seen.add(bound.name)
    assert {"sum", "voltage"} <= seen


# --- No floating point ----------------------------------------------------------------------------


@functools.cache
def models() -> dict[str, snnmlir.Network]:
    """All models of the tests in int8, with analog input and with spikes."""
    compiled = {}
    for name, source in GRAPHS.items():
        for kind in ("float", "spikes"):
            compiled[f"{name}-{kind}"] = snnmlir.compile(
                source, dtype="int8", dt=1e-4, input_type=kind
            )
    compiled["int4"] = snnmlir.compile(GRAPHS["convolutions"], dtype="int4", dt=1e-4)
    compiled["int16"] = snnmlir.compile(GRAPHS["convolutions"], dtype="int16", dt=1e-4)
    compiled["counts"] = snnmlir.compile(GRAPHS["layer-LIF"], dtype="int8", convention="sinabs")
    compiled["pre"] = snnmlir.compile(GRAPHS["recurrent-CubaLIF"], dtype="int8", convention="spyx")
    compiled["digits"] = digits("int8")
    for case in CASES:
        if not case.missing:
            compiled[case.name] = real(case, "int8")
    return compiled


def build_all(folder: Path, *compiler: str) -> None:
    for index, network in enumerate(models().values()):
        network.write(folder / f"net{index}.c")
    sources = [path.name for path in folder.glob("*.c")]
    strict = ("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror")
    command = ["arm-none-eabi-gcc", "-mthumb", *compiler, "-std=c11", *strict, "-c", *sources]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def binutil(folder: Path, *command: str) -> str:
    objects = sorted(path.name for path in folder.glob("*.o"))
    assert len(objects) == len(models())
    return subprocess.run(
        [f"arm-none-eabi-{command[0]}", *command[1:], *objects],
        cwd=folder, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


def test_nothing_of_the_floating_point_library_is_called(tmp_path: Path) -> None:
    build_all(tmp_path, "-mcpu=cortex-m0", "-Os")
    called = {
        line.split()[-1] for line in binutil(tmp_path, "nm", "-u").splitlines() if " U " in line
    }
    integers = {"__aeabi_idiv", "__aeabi_uidiv", "__aeabi_idivmod", "__aeabi_uidivmod"}
    assert called <= integers | {"__aeabi_lmul", "__ctzsi2", "memcpy", "memmove", "memset"}


def test_a_floating_point_unit_has_nothing_to_do(tmp_path: Path) -> None:
    build_all(tmp_path, "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard", "-O2")
    listing = binutil(tmp_path, "objdump", "-d", "--no-show-raw-insn")
    mnemonics = set(re.findall(r"^ +[0-9a-f]+:\t(\S+)", listing, re.MULTILINE))
    assert {"bx", "adds"} <= mnemonics
    assert [m for m in mnemonics if m.startswith("v")] == []


def test_no_floating_point_is_written() -> None:
    for name, network in models().items():
        code = re.sub(r"/\*.*?\*/", "", network.c, flags=re.DOTALL)
        assert not re.search(r"\b(float|double)\b|[0-9]\.[0-9]", code), name
        # For the caller there are the scales, as macros.
        code = re.sub(r"/\*.*?\*/|#define \w+_SCALES? .*", "", network.h, flags=re.DOTALL)
        assert not re.search(r"\b(float|double)\b", code), name


def test_scaled_integers_have_a_sign() -> None:
    """Of ports, used or not; spikes and counts have none."""
    for name, network in models().items():
        (step,) = re.findall(r"^void \w+_step\((.*?)\);", network.h, re.MULTILINE | re.DOTALL)
        types = [text.split()[-2].removeprefix("const ") for text in step.split(",")[1:]]
        ports = (*network.inputs, *network.outputs)
        assert sorted(types) == sorted(f"{port.dtype.name}_t" for port in ports), name


# --- As good as floating point --------------------------------------------------------------------


def digits(dtype: Dtype) -> snnmlir.Network:
    return snnmlir.compile(
        DIGITS / "digits.nir", dtype=dtype, convention="snntorch", dt=1e-4, input_type="spikes"
    )


def real(case: Case, dtype: Dtype) -> snnmlir.Network:
    x = case.input()
    kind = "spikes" if np.all((x == 0) | (x == 1)) else "float"
    return snnmlir.compile(
        case.model_path, dtype=dtype, convention=case.convention, input_type=kind, **case.choices
    )


def random_layer(kind: str, inputs: int) -> nir.NIRGraph:
    """Inputs to 256 neurons, as in bench/subjects.py."""
    rng = np.random.default_rng(0)
    weight = rng.normal(0.02, 1.0, (256, inputs)) / np.sqrt(0.1 * inputs)
    mem, syn, ones, zeros = (np.full(256, value) for value in (2e-3, 1e-3, 1.0, 0.0))
    layer = {
        "LIF": lambda: nir.LIF(mem, mem / 1e-4, zeros, ones, zeros),
        "CubaLIF": lambda: nir.CubaLIF(
            tau_mem=mem, tau_syn=syn, r=mem / 1e-4, v_leak=zeros, v_threshold=ones,
            v_reset=zeros, w_in=0.2 * syn / 1e-4,
        ),
    }[kind]()  # fmt: skip
    nodes = ports(inputs, 256) | {"fc": nir.Affine(weight.astype(np.float32), zeros), "n": layer}
    return graph(nodes, ("input", "fc"), ("fc", "n"), ("n", "output"))


@pytest.mark.parametrize(
    ("kind", "inputs", "dtype", "least"),
    [
        ("LIF", 784, "int8", 0.93),
        ("LIF", 784, "int16", 0.99),
        ("CubaLIF", 200, "int8", 0.80),
        ("CubaLIF", 200, "int16", 0.99),
    ],
)
def test_spikes_are_those_of_floating_point(
    kind: str, inputs: int, dtype: Dtype, least: float
) -> None:
    """The part of the spikes of either that both have, at the same time in the same neuron."""
    source = random_layer(kind, inputs)
    x = np.random.default_rng(0).random((500, inputs)) < 0.05
    ours, theirs = (
        snnmlir.compile(source, dtype=d, convention="snntorch", dt=1e-4, input_type="spikes").run(x)
        for d in (dtype, "f32")
    )
    assert isinstance(ours, np.ndarray)
    assert isinstance(theirs, np.ndarray)
    assert 0.05 < theirs.mean() < 0.2
    assert np.sum(ours & theirs) / np.sum(ours | theirs) >= least


@functools.cache
def right_digits(dtype: Dtype) -> float:
    """The part of the test images that the network recognizes."""
    with np.load(DIGITS / "test_set.npz") as test:
        shape, labels = test["shape"], test["labels"]
        images = np.unpackbits(test["spikes"], count=shape.prod()).reshape(shape)
    executable = digits(dtype).executable
    counts = [
        executable.run_integers({"input": image})["output"].sum(axis=0, dtype=int)
        for image in images
    ]
    return float(np.mean(np.argmax(counts, axis=1) == labels))


@pytest.mark.parametrize(("dtype", "lost"), [("int8", 0.005), ("int4", 0.02), ("int16", 0.002)])
def test_digits_are_recognized_as_well(dtype: Dtype, lost: float) -> None:
    assert right_digits("f32") == pytest.approx(529 / 540)
    assert right_digits(dtype) >= right_digits("f32") - lost


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_decisions_of_real_models(case: Case) -> None:
    """The output with most spikes: that of floating point."""
    if case.missing:
        pytest.skip(case.missing)
    ours, theirs = (
        np.sum(next(iter(real(case, dtype).executable.run(case.input()).values())), axis=0)
        for dtype in ("int8", "f32")
    )
    if theirs.size == 1:  # no decision, but a number of spikes
        assert ours == theirs
        return
    assert np.argmax(ours) == np.argmax(theirs)
    assert np.sum(theirs == np.max(theirs)) == 1


# --- Calibration ----------------------------------------------------------------------------------


def readout() -> nir.NIRGraph:
    """Analog input, spikes in between, analog output: a voltage."""
    rng = np.random.default_rng(5)
    nodes = ports(6, 3) | {
        "fc1": affine(12, 6, rng),
        "n": neuron("LIF", 12, rng),
        "fc2": nir.Linear(rng.normal(0.0, 0.3, (3, 12))),
        "out": neuron("LI", 3, rng),
    }
    return graph(nodes, *itertools.pairwise(["input", "fc1", "n", "fc2", "out", "output"]))


@functools.cache
def readouts() -> tuple[nir.NIRGraph, Signal, snnmlir.Network, snnmlir.Network]:
    """A network, data, and it in int8 without and with calibration."""
    source = readout()
    x = np.random.default_rng(6).normal(0.0, 0.3, (100, 6))
    return (
        source,
        x,
        snnmlir.compile(source, dtype="int8", dt=1e-4),
        snnmlir.compile(source, dtype="int8", dt=1e-4, calibrate=x),
    )


def test_calibration_makes_units_and_errors_smaller() -> None:
    source, x, plain, fitted = readouts()
    exact = snnmlir.compile(source, dtype="f64", dt=1e-4).executable.run(x)["output"]
    for port, finer in ((plain.inputs[0], fitted.inputs[0]), (plain.outputs[0], fitted.outputs[0])):
        assert port.scales is not None
        assert finer.scales is not None
        assert finer.scales < port.scales / 2
    errors = [
        np.sqrt(np.mean((network.executable.run(x)["output"] - exact) ** 2))
        for network in (plain, fitted)
    ]
    assert errors[1] < errors[0]
    assert errors[1] < 0.05 * np.std(exact)


def test_notes_name_what_was_not_calibrated() -> None:
    _, _, plain, fitted = readouts()
    told = [note for note in plain.notes if "calibrate=DATA" in note]
    assert [re.match("(input|output) '(.*?)'", note) is not None for note in told] == [True, True]
    assert not any("calibrate" in note for note in fitted.notes)


def test_calibrated_networks_keep_what_is_recorded() -> None:
    source = GRAPHS["layer-LI"]
    x = np.ones((5, *snnmlir.compile(source, dt=1e-4).inputs[0].shape))
    network = snnmlir.compile(source, dtype="int8", dt=1e-4, calibrate=x, record=["n.v"])
    assert [port.name for port in network.outputs] == ["output", "n.v"]


def test_several_runs_calibrate_together() -> None:
    source, x, _, fitted = readouts()
    parts = [{"input": x[:10]}, {"input": x[10:20] * 2}]
    wider = snnmlir.compile(source, dtype="int8", dt=1e-4, calibrate=parts).inputs[0].scales
    assert wider == pytest.approx(np.abs(np.vstack([x[:10], x[10:20] * 2])).max() / 32767)
    assert fitted.inputs[0].scales == pytest.approx(np.abs(x).max() / 32767)


def test_powers_of_two() -> None:
    source, x, _, fitted = readouts()
    network = snnmlir.compile(source, dtype="int8", dt=1e-4, calibrate=x, scales="pow2")
    for port, other in (
        (network.inputs[0], fitted.inputs[0]),
        (network.outputs[0], fitted.outputs[0]),
    ):
        assert port.scales is not None
        assert other.scales is not None
        assert np.frexp(port.scales)[0] == 0.5
        assert 1 <= port.scales / other.scales < 2


def test_data_beyond_the_calibration_are_refused() -> None:
    _, x, _, fitted = readouts()
    fitted.run(x)
    message = r"input 'input' has numbers from .* to .*, int16 in units of .* holds .* at most"
    with pytest.raises(OptionError, match=message) as caught:
        fitted.run(2 * x)
    assert caught.value.help == "calibrate the network with data like these"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "f32", "calibrate": np.ones((3, 6))}, "dtype 'f32' has no scales to calibrate"),
        ({"calibrate": []}, "there is no data to calibrate with"),
        ({"calibrate": np.ones((3, 5))}, r"input 'input' has shape \[3, 5\], expected \[T, 6\]"),
        ({"calibrate": np.full((3, 6), np.nan)}, "values that are not finite"),
        ({"calibrate": {"other": np.ones((3, 6))}}, r"inputs \['other'\] were given"),
        ({"scales": "decimal"}, "unknown scales 'decimal'"),
        ({"states": "long"}, "unknown states 'long'"),
        ({"dtype": "f32", "input_type": "int8"}, "input type 'int8' needs a network of integers"),
    ],
)
def test_bad_calibration(options: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"dtype": "int8", "dt": 1e-4} | options
    with pytest.raises(OptionError, match=message):
        snnmlir.compile(readouts()[0], **given)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "error: '.*data.npy': No such file"),
        (b"no numbers", "is not a NumPy or NIRData file, or damaged"),
        (np.ones((3, 5)), r"input 'input' has shape \[3, 5\], expected \[T, 6\]"),
        (np.full((3, 6), np.inf), "values that are not finite"),
        (np.ones((3, 6)), None),
    ],
)
def test_calibration_files(
    data: bytes | Signal | None, message: str | None, tmp_path: Path
) -> None:
    model, path, output = tmp_path / "model.nir", tmp_path / "data.npy", tmp_path / "out.c"
    nir.write(model, readouts()[0])
    if isinstance(data, bytes):
        path.write_bytes(data)
    elif data is not None:
        np.save(path, data)
    arguments = [model, "-o", output, "--dtype", "int8", "--calibrate", path]
    result = CliRunner().invoke(compile_main, [str(argument) for argument in arguments])
    assert (result.exit_code == 0) == (message is None) == output.exists()
    assert re.search(message or "", result.stderr)

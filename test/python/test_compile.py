# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The Python API: what a Network says, writes, runs and records."""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path
from unittest.mock import Mock

import nir
import numpy as np
import pytest

import snnmlir
from networks import GRAPHS, affine, graph, neuron, ports, random_input
from snnmlir import OptionError
from snnmlir._mlir import Context, MLIRError, NetworkBuilder
from snnmlir.common.files import pack_arrays, write_files
from snnmlir.compiler import Options
from snnmlir.compiler.names import prefix_from
from snnmlir.errors import ConventionWarning
from snnmlir.execution import runner, toolchain

RECURRENT = GRAPHS["recurrent-CubaLIF"]


def test_ports_and_signals() -> None:
    network = snnmlir.compile(RECURRENT, dt=1e-4, input_type="spikes", record=["n", "n.i"])
    assert [(p.name, p.shape, p.dtype) for p in network.inputs] == [("input", (5,), np.uint8)]
    assert [(p.name, p.shape, p.dtype) for p in network.outputs] == [
        ("output", (3,), np.float32),
        ("n", (7,), np.uint8),
        ("n.i", (7,), np.float32),
    ]
    assert network.signals == (
        "fc1", "n", "n.v", "n.i", "fc2", "out", "out.v", "output", "w_rec",
    )  # fmt: skip


def test_stages() -> None:
    network = snnmlir.compile(RECURRENT, dt=1e-4, name="brain")
    assert "void brain_step(brain_t *net" in network.c
    assert "} brain_t;" in network.h
    assert "snn.cuba_lif" in network.mlir
    assert "linalg.generic" in network.emit("linalg")
    assert "scf.for" in network.emit("loops")
    with pytest.raises(OptionError, match="unknown stage 'x'"):
        network.emit("x")


def test_runs_start_from_the_initial_state() -> None:
    network = snnmlir.compile(RECURRENT, dt=1e-4)
    x = random_input(RECURRENT, 20)["input"]
    first, second = network.run(x), network.run(x)
    assert isinstance(first, np.ndarray)
    assert first.shape == (20, 3)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(network.record(x, ["output"])["output"], first)


def test_several_outputs_are_a_dictionary() -> None:
    network = snnmlir.compile(GRAPHS["branches"], dt=1e-4)
    results = network.run(random_input(GRAPHS["branches"], 4))
    assert isinstance(results, dict)
    assert {name: a.shape for name, a in results.items()} == {"spikes": (4, 6), "sum": (4, 6)}


def test_no_steps() -> None:
    assert snnmlir.compile(RECURRENT, dt=1e-4).run(np.zeros((0, 5))).shape == (0, 3)


def test_spike_input_gives_the_same_as_float_input() -> None:
    x = (np.random.default_rng(1).random((30, 5)) < 0.3).astype(np.uint8)
    as_floats = snnmlir.compile(RECURRENT, dt=1e-4).run(x)
    as_spikes = snnmlir.compile(RECURRENT, dt=1e-4, input_type="input=spikes").run(x)
    np.testing.assert_array_equal(as_floats, as_spikes)


def test_spikes_are_zero_or_one() -> None:
    network = snnmlir.compile(RECURRENT, dt=1e-4, input_type="spikes")
    with pytest.raises(OptionError, match="other values than 0 and 1"):
        network.run(np.full((2, 5), 2))


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ({"left": np.zeros((2, 2, 3))}, r"inputs \['left'\] were given, expected"),
        (np.zeros((2, 6)), "the network has 2 inputs, found one array"),
        (
            {"left": np.zeros((2, 2, 3)), "right": np.zeros((3, 6))},
            r"different numbers of steps: \[2, 3\]",
        ),
    ],
    ids=["missing", "array", "lengths"],
)
def test_inputs_must_fit(x: object, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        snnmlir.compile(GRAPHS["branches"], dt=1e-4).run(x)  # type: ignore[arg-type]


def test_the_same_signals_are_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Mock(wraps=toolchain.build_library)
    monkeypatch.setattr(toolchain, "build_library", build)
    monkeypatch.setattr(runner, "_libraries", {})  # what other tests have built
    network = snnmlir.compile(RECURRENT, dt=1e-4)
    x = random_input(RECURRENT, 20)["input"]
    first, second = network.record(x, ["n", "n.v"]), network.record(x, ["n", "n.v"])
    assert build.call_count == 1
    assert list(first) == list(second) == ["n", "n.v"]
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    assert set(network.record(x)) == set(network.record(x, network.signals)) == {*network.signals}
    assert build.call_count == 2
    assert list(network.record(x, ["n.v"])) == ["n.v"]
    assert build.call_count == 3


def test_calibration_builds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Mock(wraps=toolchain.build_library)
    monkeypatch.setattr(toolchain, "build_library", build)
    monkeypatch.setattr(runner, "_libraries", {})  # what other tests have built
    x = random_input(RECURRENT, 20)["input"]
    network = snnmlir.compile(RECURRENT, dt=1e-4, dtype="int8", calibrate=[x, 0.5 * x, -x])
    assert network.dtype == "int8"
    assert build.call_count == 1


def test_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "/no/such/compiler")
    with pytest.raises(snnmlir.CompileError, match="'/no/such/compiler' cannot be run"):
        snnmlir.compile(RECURRENT, dt=1e-4).run(np.zeros((1, 5)))


def test_compiler_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false")
    with pytest.raises(snnmlir.CompileError, match="'false' refuses the generated C"):
        snnmlir.compile(RECURRENT, dt=1e-4).run(np.zeros((1, 5)))


@pytest.mark.parametrize(
    ("stem", "prefix"),
    [
        ("digits", "digits"),
        ("my-model v2", "my_model_v2"),
        ("2nd", "model_2nd"),
        ("int", "model_int"),
        ("int8", "model_int8"),
        ("size", "model_size"),
        ("__x", "x"),
        ("Ünï", "n"),
        ("", "model"),
        ("x" * 300, "x" * 40),
    ],
)
def test_prefix_from_a_file_name(stem: str, prefix: str) -> None:
    assert prefix_from(stem) == prefix


def like_snntorch() -> nir.NIRGraph:
    """r is tau / dt."""
    lif = neuron("LIF", 3, np.random.default_rng(0))
    lif.r = lif.tau / 1e-4
    return graph(ports(3, 3) | {"n": lif}, ("input", "n"), ("n", "output"))


def test_a_hint_is_a_warning_given_once() -> None:
    with pytest.warns(ConventionWarning, match="r is tau/dt, as snnTorch writes it") as given:
        network = snnmlir.compile(like_snntorch())
    assert [str(warning.message) for warning in given] == [network.notes[-1]]
    assert given[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConventionWarning)
        network.record(np.zeros((2, 3)))  # compiles the network once more


def test_nothing_is_warned_of_where_the_convention_fits_or_the_report_says_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConventionWarning)
        snnmlir.compile(like_snntorch(), convention="snntorch", dt=1e-4)
        assert any("as snnTorch writes it" in note for note in snnmlir.check(like_snntorch()).notes)


def test_hints_at_snntorch() -> None:
    source = like_snntorch()
    assert any("convention='snntorch'" in note for note in snnmlir.compile(source).notes)
    assert snnmlir.compile(source, convention="snntorch", dt=1e-4).notes == ()


def test_hints_at_time_constants_in_steps() -> None:
    rng = np.random.default_rng(0)
    lif = neuron("LIF", 3, rng)
    lif.tau, lif.r = np.full(3, 20.0), np.ones(3)
    source = graph(ports(3, 3) | {"n": lif}, ("input", "n"), ("n", "output"))
    assert any(
        "convention='sinabs' or 'sinabs-default'" in note for note in snnmlir.compile(source).notes
    )
    assert snnmlir.compile(source, convention="sinabs").notes == ()


def test_hints_at_a_step_that_is_too_long() -> None:
    source = GRAPHS["layer-LIF"]
    assert any("is shorter than dt" in note for note in snnmlir.compile(source, dt=0.1).notes)


def test_choices_of_single_nodes_are_recorded() -> None:
    network = snnmlir.compile(RECURRENT, dt=1e-4, nodes={"n": {"v-floor": "-0.5"}})
    assert network.convention.nodes == {"n": {"v_floor": -0.5}}
    assert "n.v-floor" in network.h
    again = snnmlir.compile(RECURRENT, convention=network.convention)
    assert (again.c, again.h) == (network.c, network.h)
    with pytest.raises(OptionError, match="there is no node 'm' to choose reset for"):
        snnmlir.compile(RECURRENT, nodes={"m": {"reset": "none"}})


def test_feedback_bias_matters() -> None:
    x = np.zeros((4, 5))
    runs = [
        snnmlir.compile(RECURRENT, dt=1e-4, feedback_bias=bias).record(x)["n.v"]
        for bias in ("keep", "drop")
    ]
    assert np.any(runs[0] != runs[1])


def test_uniform_parameters_stay_one_number() -> None:
    rng = np.random.default_rng(0)
    lif = neuron("LIF", 3, rng)
    lif.v_threshold = np.full(3, 0.5)
    source = graph(
        ports(3, 3) | {"fc": affine(3, 3, rng), "n": lif},
        ("input", "fc"),
        ("fc", "n"),
        ("n", "output"),
    )
    code = snnmlir.compile(source, dt=1e-4).c
    assert "u > 0.5f" in code
    assert "n_threshold" not in code
    assert "n_decay[3]" in code


def test_files_appear_together_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.h").mkdir()
    with pytest.raises(OptionError, match=r"a.h' is a folder"):
        write_files({tmp_path / "a.c": b"0", tmp_path / "a.h": b"1"})
    with pytest.raises(OptionError, match="there is no folder"):
        write_files({tmp_path / "a.c": b"1", tmp_path / "none" / "b": b"2"})
    with pytest.raises(OptionError, match=r"b.c' is another output"):
        write_files({tmp_path / "b.c": b"1", tmp_path / "a.h" / ".." / "b.c": b"2"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.h"]


def test_links_are_followed_and_inputs_kept(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"0")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_files({tmp_path / "link": b"1"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"1"
    with pytest.raises(OptionError, match=r"link' is the input, which would be lost"):
        write_files({tmp_path / "link": b"2"}, inputs=[tmp_path / "real"])
    assert (tmp_path / "real").read_bytes() == b"1"


def test_what_fails_between_two_files_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if target.name == "b":
            raise PermissionError(13, "Permission denied", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(PermissionError) as error:
        write_files({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert error.value.filename == str(tmp_path / "b")
    assert not any(tmp_path.iterdir())


def test_packed_arrays_read_back(tmp_path: Path) -> None:
    arrays = {"file": np.arange(3), "a/b.v": np.eye(2), "Ü": np.zeros((0, 4))}
    packed = pack_arrays(arrays)
    assert packed == pack_arrays(arrays)
    (tmp_path / "x.npz").write_bytes(packed)
    with np.load(tmp_path / "x.npz") as loaded:
        assert set(loaded.files) == set(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(loaded[name], array)


@pytest.mark.parametrize("delay", [1e300, 1e9, np.finfo(np.float64).max])
def test_delays_that_no_memory_holds(delay: float) -> None:
    nodes = ports(2, 2) | {"d": nir.Delay(np.array([0.0, delay]))}
    source = graph(nodes, ("input", "d"), ("d", "output"))
    with pytest.raises(snnmlir.NirError, match="node 'd': delays by up to") as refused:
        snnmlir.compile(source, dt=1e-4)
    assert refused.value.node == "d"
    report = snnmlir.check(source, dt=1e-4)
    assert report.error is not None
    assert report.error.node == "d"


def test_errors_of_mlir_are_printable() -> None:
    builder = NetworkBuilder(Context(), "net", [("x", [2], "f32")], 1.0, {})
    weight = builder.constant(np.zeros((3, 4), np.float32))
    y = builder.linear(builder.input(0), weight, node="a\n\x1b[31m")
    with pytest.raises(MLIRError) as refused:
        builder.finish([("y", y)])
    assert str(refused.value).isprintable()
    assert "node 'a\\0A\\1B[31m'" in str(refused.value)


# What compile returns


def test_a_network_prints_as_a_summary() -> None:
    network = snnmlir.compile(GRAPHS["branches"], dt=1e-4, name="branches")
    assert repr(network).splitlines() == [
        "snnmlir.Network branches in f32",
        "  convention  nir, dt 0.0001 s",
        "  input       left [2, 3] float32",
        "  input       right [6] float32",
        "  output      spikes [6] uint8",
        "  output      sum [6] float32",
        f"  layers      {len(network.graph.nodes) - 4} with 36 parameters",
        f"  bytes       {network.state_bytes} of state, "
        f"{network.resources.constant_bytes} of constants",
    ]


def test_units_are_in_the_summary() -> None:
    network = snnmlir.compile(RECURRENT, dt=1e-4, dtype="int8")
    (port,) = network.inputs
    assert f"  input       input [5] int16 times {float(port.scales):.4g}" in repr(network)


def test_a_summary_is_no_reason_for_an_error() -> None:
    broken = snnmlir.Network(request=None, stages=None)  # type: ignore[arg-type]
    assert "Network object at" in repr(broken)


def test_a_network_does_not_change() -> None:
    network = snnmlir.compile(RECURRENT, dt=1e-4)
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.request = None  # type: ignore[misc, assignment]
    assert network.options.dtype == network.dtype == "f32"
    assert network.as_float() is network


def test_options_are_checked_when_they_are_made() -> None:
    nir_convention = snnmlir.convention("nir")
    with pytest.raises(OptionError, match="unknown dtype 'f16'"):
        Options(convention=nir_convention, dtype="f16")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="unknown scales 'pow3'"):
        snnmlir.compile(RECURRENT, dtype="int8", scales="pow3")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="unknown states 'long'"):
        snnmlir.compile(RECURRENT, dtype="int8", states="long")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="the name 'int' cannot be used in C"):
        snnmlir.compile(RECURRENT, name="int")
    assert Options(convention=nir_convention) == Options(convention=nir_convention)


def test_messages_name_arguments_in_python() -> None:
    network = snnmlir.compile(RECURRENT, dt=1e-4, input_type="spikes")
    with pytest.raises(OptionError, match=r"compile with input_type='float'"):
        network.run(np.full((2, 5), 2))
    with pytest.raises(
        OptionError, match=r"or say emit='c', 'json', 'snn', 'generic', 'linalg' or 'loops'"
    ):
        network.write("model.txt")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""NIRData files in and out of snn-mlir-run, against nir's own reader and writer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import nir
import numpy as np
import pytest
from click.testing import CliRunner, Result

import snnmlir
from networks import GRAPHS, graph, neuron
from snnmlir.cli.compile import main as compile_main
from snnmlir.cli.run import main as run_main
from snnmlir.nir_import.nirdata import pack_data

DT = 1e-4
STEPS = 20


def invoke(main: Any, *arguments: object) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def write_data(path: Path, **observables: Any) -> Path:
    """A NIRData file with the observables of the node `input`."""
    nir.write_data(path, nir.NIRGraphData({"input": nir.NIRNodeData(observables)}))
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.nir"
    nir.write(path, GRAPHS["recurrent-CubaLIF"])
    return path


@pytest.fixture
def spikes() -> np.ndarray:
    """[samples, steps, neurons]"""
    return np.random.default_rng(0).random((3, STEPS, 5)) < 0.3


def run(model: Path, data: Path, *options: object) -> dict[str, np.ndarray]:
    output = data.with_name("out.npz")
    result = invoke(run_main, model, data, "-o", output, "--dt", DT, *options)
    assert result.exit_code == 0, result.stderr
    with np.load(output) as arrays:
        return dict(arrays)


def expected(spikes: np.ndarray) -> np.ndarray:
    network = snnmlir.compile(GRAPHS["recurrent-CubaLIF"], dt=DT)
    return np.stack([network.run(sample) for sample in spikes])


def test_gridded_samples_are_runs_of_their_own(
    model: Path, tmp_path: Path, spikes: np.ndarray
) -> None:
    data = write_data(tmp_path / "in.h5", spikes=nir.TimeGriddedData(spikes, DT))
    np.testing.assert_array_equal(run(model, data)["output"], expected(spikes))
    data = write_data(tmp_path / "in.h5", spikes=nir.TimeGriddedData(spikes[:1], DT))
    np.testing.assert_array_equal(run(model, data)["output"], expected(spikes)[0])


def test_events(model: Path, tmp_path: Path, spikes: np.ndarray) -> None:
    for shift in (0.0, 0.4 * DT):
        events = nir.TimeGriddedData(spikes, DT).to_event(100, time_shift=shift)
        data = write_data(tmp_path / "in.h5", spikes=events)
        np.testing.assert_array_equal(run(model, data)["output"], expected(spikes))


def test_events_at_the_edges_of_steps(model: Path, tmp_path: Path) -> None:
    # 3 * 1e-4 / 1e-4 is less than 3 in floating point; the step is 3 nevertheless.
    times = np.arange(STEPS) * DT
    events = nir.EventData(np.full((1, STEPS), 2), times[None], 5, STEPS * DT)
    spikes = np.zeros((1, STEPS, 5))
    spikes[0, :, 2] = 1
    found = run(model, write_data(tmp_path / "in.h5", spikes=events))
    np.testing.assert_array_equal(found["output"], expected(spikes)[0])


def test_valued_events_add_up(model: Path, tmp_path: Path) -> None:
    idx = np.array([[0, 0, 4, -1]])
    time = np.array([[0.0, 0.5 * DT, 3.2 * DT, np.inf]])
    value = np.array([[1.5, 2.0, -1.0, 9.0]])
    events = nir.ValuedEventData(idx, time, 5, STEPS * DT, value)
    signal = np.zeros((1, STEPS, 5))
    signal[0, 0, 0], signal[0, 3, 4] = 3.5, -1.0
    found = run(model, write_data(tmp_path / "in.h5", input=events))
    np.testing.assert_array_equal(found["output"], expected(signal)[0])


def test_verify_takes_nirdata(model: Path, tmp_path: Path, spikes: np.ndarray) -> None:
    data = write_data(tmp_path / "in.h5", spikes=nir.TimeGriddedData(spikes, DT))
    result = invoke(compile_main, model, "-o", tmp_path / "net.c", "--dt", DT, "--verify", data)
    assert result.exit_code == 0
    assert (
        f"verified: equal to the reference interpreter under this convention, {3 * STEPS} steps"
        in (result.stderr)
    )


@pytest.mark.parametrize("events", [False, True])
def test_output(model: Path, tmp_path: Path, spikes: np.ndarray, events: bool) -> None:
    data = write_data(tmp_path / "in.h5", spikes=nir.TimeGriddedData(spikes, DT))
    arrays = run(model, data, "--record", "all")
    output = tmp_path / "out.nir"
    options = ["--dt", DT, "--record", "all", *(["--events"] if events else [])]
    assert invoke(run_main, model, data, "-o", output, *options).exit_code == 0
    first = output.read_bytes()
    found = nir.read_data(output)
    assert set(found.nodes) == {name.removesuffix(".v").removesuffix(".i") for name in arrays}
    for name, array in arrays.items():
        node, observable = name, "spikes" if array.dtype == np.uint8 else "output"
        if name.endswith((".v", ".i")):
            node, _, observable = name.rpartition(".")
        signal = found.nodes[node].observables[observable]
        if isinstance(signal, nir.EventData):
            assert events
            assert observable == "spikes"
            # nir takes int(time / dt), which loses a step where that is not exact.
            signal.time += 0.5 * DT
            signal.t_max += 0.5 * DT
            signal = signal.to_time_gridded(DT)
        np.testing.assert_array_equal(signal.data, array)
        assert signal.dt == DT
    assert invoke(run_main, model, data, "-o", output, *options).exit_code == 0
    assert output.read_bytes() == first


def test_counts_are_valued_events(tmp_path: Path) -> None:
    counts = np.array([[[0, 3], [1, 0]]], np.uint8)
    path = tmp_path / "out.h5"
    path.write_bytes(pack_data({"n": counts}, {"n"}, DT, "events"))
    events = nir.read_data(path).nodes["n"].observables["spikes"]
    assert isinstance(events, nir.ValuedEventData)
    np.testing.assert_array_equal(events.idx, [[1, 0]])
    np.testing.assert_array_equal(events.value, [[3, 1]])
    np.testing.assert_allclose(events.time, [[0, DT]])


def test_nodes_of_subgraphs_are_nested(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    port = {"input": np.array([3])}
    inner = graph(
        {
            "i": nir.Input(port),
            "n": neuron("LIF", 3, rng),
            "o": nir.Output({"output": np.array([3])}),
        },
        ("i", "n"),
        ("n", "o"),
    )
    nodes = {"input": nir.Input(port), "sub": inner, "out": nir.Output({"output": np.array([3])})}
    nir.write(tmp_path / "model.nir", graph(nodes, ("input", "sub"), ("sub", "out")))
    np.save(tmp_path / "in.npy", np.ones((4, 3)))
    output = tmp_path / "out.nir"
    result = invoke(
        run_main, tmp_path / "model.nir", tmp_path / "in.npy", "-o", output, "--record", "all"
    )
    assert result.exit_code == 0, result.stderr
    found = nir.read_data(output)
    assert set(found.nodes["sub"].nodes["n"].observables) == {"spikes", "v"}


def damaged(change: Callable[[h5py.File], None]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        write_data(path, spikes=nir.TimeGriddedData(np.zeros((1, 4, 5)), DT))
        with h5py.File(path, "a") as file:
            change(file)

    return write


def with_events(**changes: Any) -> Callable[[Path], None]:
    fields = {
        "idx": np.array([[1]]),
        "time": np.array([[DT]]),
        "n_neurons": 5,
        "t_max": 4 * DT,
    } | changes

    def write(path: Path) -> None:
        write_data(path, spikes=nir.EventData(**fields))

    return write


SPIKES = "nodes/input/observables/spikes"


def delete(name: str) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[name]

    return change


def set_attribute(name: str, key: str, value: object) -> Callable[[h5py.File], None]:
    return lambda file: file[name].attrs.__setitem__(key, value)


def replace_data(value: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[SPIKES]["data"]
        file[SPIKES]["data"] = value

    return change


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (damaged(lambda file: file.attrs.clear()), "the file holds no NIRGraphData"),
        (damaged(delete("nodes")), "has no group 'nodes'"),
        (damaged(delete("nodes/input/observables")), "node 'input': has no group 'observables'"),
        (damaged(delete("nodes/input")), "there is no data for input 'input'"),
        (damaged(delete(SPIKES)), "cannot tell which observable of input 'input' is meant"),
        (damaged(delete(f"{SPIKES}/data")), "node 'input': has no dataset 'data'"),
        (damaged(set_attribute("nodes/input", "__type__", "?")), "of the unknown type '?'"),
        (damaged(set_attribute(SPIKES, "__type__", "?")), "observable of the unknown type '?'"),
        (damaged(set_attribute(SPIKES, "dt", -1.0)), "attribute dt is"),
        (damaged(set_attribute(SPIKES, "dt", "soon")), "expected a positive number"),
        (damaged(set_attribute(SPIKES, "dt", 2e-4)), "has dt 0.0002, the network 0.0001"),
        (damaged(replace_data(np.zeros((4, 5)))), "expected numbers in 3 dimensions"),
        (damaged(replace_data("text")), "expected numbers in 3 dimensions"),
        (damaged(replace_data(np.zeros((1, 4, 6)))), "is of 6 neurons, expected 5"),
        (damaged(replace_data(np.zeros((0, 4, 5)))), "the input holds no sample"),
        (damaged(replace_data(np.full((1, 4, 5), np.nan))), "not finite"),
        (with_events(idx=np.array([[5]])), "idx holds other values than -1 and the numbers of 5"),
        (with_events(idx=np.array([[-2]])), "idx holds other values"),
        (with_events(idx=np.array([[0.5]])), "idx holds other values"),
        (with_events(time=np.array([[np.nan]])), "time is not within 0 and t_max"),
        (with_events(time=np.array([[-1.0]])), "time is not within 0 and t_max"),
        (with_events(time=np.array([[5 * DT]])), "time is not within 0 and t_max"),
        (with_events(time=np.array([[4 * DT]])), "is at or after t_max"),
        (with_events(n_neurons=4), "is of 4 neurons, expected 5"),
        (with_events(t_max=np.inf), "attribute t_max is "),
        (with_events(t_max=1e9), "does not fit into memory"),
        (
            with_events(idx=np.array([[1, 1]]), time=np.array([[DT, 1.5 * DT]])),
            "has several events in one step of 0.0001 s",
        ),
    ],
)
def test_data_that_cannot_be_used(
    write: Callable[[Path], None], message: str, model: Path, tmp_path: Path
) -> None:
    data, output = tmp_path / "in.h5", tmp_path / "out.npz"
    write(data)
    result = invoke(run_main, model, data, "-o", output, "--dt", DT)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert not output.exists()


def test_events_need_a_nirdata_file(model: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", np.zeros((4, 5)))
    result = invoke(run_main, model, tmp_path / "in.npy", "-o", tmp_path / "o.npz", "--events")
    assert result.exit_code == 1
    assert "--events is for NIRData files" in result.stderr

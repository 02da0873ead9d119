# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Data sets: what is decided, measured, read and written, in Python and by snn-mlir-run."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import h5py
import nir
import numpy as np
import pytest
from click.testing import CliRunner, Result

import snnmlir
from networks import GRAPHS
from snnmlir import EventFormat, evaluate
from snnmlir.cli.run import main as run_main
from test_batches import TONIC, ByDLPack, Loader, echo, events_of
from workers import Samples, last_half

RNG = np.random.default_rng(1)
FORK = "forkserver"

# Spikes of three neurons in four steps: the first and the last have two, the second one, at once.
SAMPLE = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 1]], np.uint8)


@pytest.fixture(scope="module")
def network() -> snnmlir.Network:
    return snnmlir.compile(echo(3), dt=1e-3, input_type="spikes")


@pytest.fixture(scope="module")
def voltages() -> snnmlir.Network:
    """One whose output are spikes of n; its voltage can be read out."""
    return snnmlir.compile(GRAPHS["layer-LIF"], dt=1e-4)


def dataset(count: int, steps: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Samples whose class is the neuron that spikes most, but for every fifth one."""
    labels = np.arange(count) % 3
    x = np.zeros((count, steps, 3), np.uint8)
    x[np.arange(count), :3, labels] = 1
    x[::5, :, 1] = 1  # always 1
    return x, labels


# --- Decisions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "scores"),
    [
        (None, [2, 1, 2]),
        ("most-spikes", [2, 1, 2]),
        ("largest-sum", [2, 1, 2]),
        ("last-value", [1, 0, 1]),
        ("largest-peak", [1, 1, 1]),
        ("first-spike", [-1, 0, -2]),
        (last_half, [1, 0, 2]),
    ],
)
@pytest.mark.parametrize("ragged", [True, False])
def test_scores_of_each_rule(
    decision: Any, scores: list[int], ragged: bool, network: snnmlir.Network
) -> None:
    samples = [SAMPLE, SAMPLE[:3]] if ragged else [SAMPLE, SAMPLE]
    found = evaluate(network, samples, decision=decision)
    assert found.scores[0].tolist() == scores
    assert found.decisions[0] == np.argmax(scores)
    assert found.steps.tolist() == [len(each) for each in samples]


def test_silent_neurons_never_spike_first(network: snnmlir.Network) -> None:
    found = evaluate(network, [np.zeros((5, 3)), SAMPLE], decision="first-spike")
    assert found.scores[0].tolist() == [-5, -5, -5]
    assert found.ties == 1


def test_ties_are_counted(network: snnmlir.Network) -> None:
    found = evaluate(network, np.stack([SAMPLE, np.eye(3, dtype=int)[[1, 1, 0, 1]]]))
    assert found.ties == 1
    assert "ties, the first class taken: 1" in str(found)


def test_a_voltage_decides(voltages: snnmlir.Network) -> None:
    x = RNG.normal(0, 5, (9, 7, 5))
    expected = [voltages.record(each, ["n.v"])["n.v"] for each in x]
    found = evaluate(voltages, x, readout="n.v")
    assert (found.readout, found.decision) == ("n.v", "largest-sum")
    np.testing.assert_allclose(found.scores, [v.sum(0, dtype=float) for v in expected])
    last = evaluate(voltages, x, readout="n.v", decision="last-value")
    np.testing.assert_array_equal(last.scores, [v[-1] for v in expected])


def test_maps_decide_in_row_major_order() -> None:
    network = snnmlir.compile(echo(2, 3, 4), dt=1e-3, input_type="spikes")
    x = np.zeros((1, 2, 2, 3, 4))
    x[0, 0, 1, 2, 0] = 1
    assert evaluate(network, x, labels=[20]).accuracy == 1


# --- Metrics --------------------------------------------------------------------------------------


def test_what_is_measured_is_what_numpy_says(network: snnmlir.Network) -> None:
    x, labels = dataset(200)
    found = evaluate(network, x, labels=labels)
    decisions = x.sum(1).argmax(1)
    np.testing.assert_array_equal(found.decisions, decisions)
    assert found.accuracy == found.metrics["accuracy"] == np.mean(decisions == labels)
    matrix = [[np.sum((labels == a) & (decisions == b)) for b in range(3)] for a in range(3)]
    np.testing.assert_array_equal(found.metrics["confusion"], matrix)
    assert found.metrics["recall"] == {
        str(k): np.mean(decisions[labels == k] == k) for k in range(3)
    }
    assert 0 < found.accuracy < 1


def test_recall_of_a_class_without_samples(network: snnmlir.Network) -> None:
    found = evaluate(network, SAMPLE[None], labels=[2], classes=("a", "b", "c"))
    assert found.metrics["recall"] == {"a": None, "b": None, "c": 0.0}
    assert json.loads(found.as_file("x.json"))["metrics"]["recall"]["a"] is None


def test_rates_are_spikes_per_neuron_and_step(voltages: snnmlir.Network) -> None:
    x = [RNG.normal(0, 5, (steps, 5)) for steps in (4, 9)]
    found = evaluate(voltages, x, metrics="rates")
    recorded = [voltages.record(each)["n"] for each in x]
    assert found.metrics == {"rates": {"n": sum(r.sum() for r in recorded) / (13 * 7)}}
    assert found.metrics["rates"]["n"] > 0


def test_measuring_rates_leaves_outputs_as_they_are() -> None:
    x = RNG.normal(0, 5, (30, 8, 5))
    integers = snnmlir.compile(GRAPHS["recurrent-LIF"], dt=1e-4, dtype="int8", calibrate=list(x))
    with_rates = evaluate(integers, x, metrics=["rates"])
    np.testing.assert_array_equal(with_rates.scores, evaluate(integers, x).scores)
    expected = [integers.run(each).sum(0) for each in x]  # type: ignore[union-attr]
    np.testing.assert_allclose(with_rates.scores, expected)


class Latency:
    name = "latency"
    signals = ("t",)

    def of_sample(self, outcome: snnmlir.Outcome) -> int:
        np.testing.assert_array_equal(outcome.signals["t"], outcome.readout)
        return int(outcome.readout.any(axis=1).argmax())

    def of_all(self, values: Any, classes: Any) -> dict[str, Any]:
        return {"steps": np.array(values), "classes": classes}


def test_a_metric_of_ones_own(network: snnmlir.Network) -> None:
    found = evaluate(network, [SAMPLE, SAMPLE[1:]], metrics=[Latency(), "rates"])
    assert found.metrics["latency"]["steps"].tolist() == [0, 0]
    assert "latency" in str(found)
    assert json.loads(found.as_file("x.json"))["metrics"]["latency"]["steps"] == [0, 0]


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        (["precision"], "no metric 'precision'\n.*accuracy"),
        ([Latency], "is a class"),
        ([object()], "without name, signals, of_sample, of_all"),
        (["accuracy", "accuracy"], "two metrics are called 'accuracy'"),
        (["recall"], "no labels to measure recall"),
    ],
)
def test_wrong_metrics(metrics: Any, message: str, network: snnmlir.Network) -> None:
    labels = None if metrics == ["recall"] else [0]
    with pytest.raises(snnmlir.OptionError, match=message):
        evaluate(network, SAMPLE[None], labels=labels, metrics=metrics)


# --- Labels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 2, 0],
        (np.int64(each) for each in (0, 1, 2, 0)),
        np.array([0.0, 1.0, 2.0, 0.0]),
        np.eye(3)[[0, 1, 2, 0]],
        ByDLPack(np.array([0, 1, 2, 0])),
        ["left", "up", "right", "left"],
        ["0", "1", "2", "0"],
    ],
    ids=["list", "generator", "floats", "one-hot", "tensor", "names", "text"],
)
def test_labels_of_many_kinds(labels: Any, network: snnmlir.Network) -> None:
    x, _ = dataset(4)
    found = evaluate(network, x, labels=labels, classes=("left", "up", "right"))
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1, 2, 0]


class Dataset:
    """As PyTorch's and tonic's: pairs by number, without an end of its own."""

    def __init__(self, x: Any, y: Any) -> None:
        self._x, self._y = x, y

    def __len__(self) -> int:
        return len(self._x)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._x[index % len(self._x)], self._y[index % len(self._x)]


def generated(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
    yield from ((each, int(label)) for each, label in zip(x, y, strict=True))


@pytest.mark.parametrize(
    "make",
    [
        Dataset,
        generated,
        lambda x, y: list(zip(x, y, strict=True)),
        lambda x, y: Loader(x, y, 7),
        lambda x, y: Dataset(
            [ByDLPack(each) for each in x], [ByDLPack(np.array(each)) for each in y]
        ),
        lambda x, y: [{"input": each} for each in x],
        lambda x, y: [each.tolist() for each in x],
        lambda x, y: [(events_of(x[k][:, None, None]), y[k]) for k in range(len(x))],
    ],
    ids=["dataset", "generator", "list", "loader", "tensors", "dicts", "lists", "events"],
)
def test_data_sets_of_many_kinds(make: Any, network: snnmlir.Network) -> None:
    x, y = dataset(20)
    expected = evaluate(network, x, labels=y)
    samples = make(x, y)
    unlabelled = isinstance(samples, list) and not isinstance(samples[0], tuple)
    found = evaluate(
        network, samples, labels=y if unlabelled else None, events=EventFormat(steps=6)
    )
    assert found.as_file("x.json") == expected.as_file("x.json")


@pytest.mark.parametrize(
    ("samples", "labels", "message"),
    [
        ([SAMPLE] * 3, [0, 1], "3 samples and 2 labels"),
        ([SAMPLE] * 2, [0, 1, 2], "2 samples and 3 labels"),
        ([SAMPLE] * 3, iter([0, 1]), "sample 2: there are 2 labels, and more samples"),
        ([SAMPLE], iter([0, 1]), "1 samples and 2 labels"),
        ([SAMPLE] * 2, [0, 3], "sample 1: the label is 3, expected a class from 0 to 2"),
        ([SAMPLE] * 2, [0, -1], "sample 1: the label is -1"),
        ([SAMPLE] * 2, [0, 0.5], r"sample 1: the label is 0\.5"),
        ([SAMPLE] * 2, ["0", "left"], "sample 1: the label is 'left', .*\n.*give classes"),
        ([(SAMPLE, 0), SAMPLE], None, "sample 1: the sample has no label, unlike"),
        ([SAMPLE, (SAMPLE, 0)], None, "sample 1: the sample has a label, unlike"),
        ([SAMPLE, SAMPLE[:0]], None, "sample 1: there is no step"),
        ([SAMPLE, SAMPLE + 1], None, "sample 1: .* other values than 0 and 1"),
        ([], None, "holds no sample"),
    ],
)
@pytest.mark.parametrize("executor", [1, 2])
def test_wrong_samples_and_labels_are_named(
    samples: Any, labels: Any, message: str, executor: int, network: snnmlir.Network
) -> None:
    if not isinstance(labels, list):
        labels = None if labels is None else iter({0: [0, 1]}[0])
    with pytest.raises(snnmlir.OptionError, match=message):
        evaluate(network, samples, labels=labels, executor=executor)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decision": "majority"}, "no decision 'majority'\n.*most-spikes"),
        ({"readout": "nobody"}, "no signal 'nobody'.*\n.*'t'"),
        ({"classes": ["a", "b"]}, "2 classes, and the readout has 3 elements"),
        ({"classes": ["a", "b", "a"]}, "two of the classes have one name"),
        ({"decision": lambda y: y}, r"sample 0: the decision gives scores of shape \[4, 3\]"),
    ],
)
def test_wrong_options(options: Any, message: str, network: snnmlir.Network) -> None:
    with pytest.raises(snnmlir.OptionError, match=message):
        evaluate(network, SAMPLE[None], **options)


def test_values_have_no_spikes_to_decide_by(voltages: snnmlir.Network) -> None:
    with pytest.raises(snnmlir.OptionError, match="is for spikes, and the readout has values"):
        evaluate(voltages, np.zeros((1, 2, 5)), readout="n.v", decision="first-spike")


def test_one_of_several_outputs_has_to_be_named() -> None:
    network = snnmlir.compile(GRAPHS["branches"], dt=1e-4)
    x = {port.name: np.zeros((1, 2, *port.shape)) for port in network.inputs}
    with pytest.raises(snnmlir.OptionError, match=r"2 outputs, and one has to.*\n.*readout='"):
        evaluate(network, x)
    assert evaluate(network, x, readout=network.outputs[0].name).samples == 1


# --- Results --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".json", ".csv", ".npz"])
def test_who_computes_changes_no_byte(suffix: str, network: snnmlir.Network) -> None:
    x, labels = dataset(400)
    metrics = ("accuracy", "confusion", "recall", "rates", Samples())
    names = {"labels": labels, "metrics": metrics, "classes": ("a", "b", "c")}
    serial = evaluate(network, x, executor=1, **names)
    assert serial.metrics["samples"] == list(range(400))
    with ProcessPoolExecutor(2, mp_context=get_context(FORK)) as pool:
        for executor in (2, 7, None, pool):
            other = evaluate(network, x, executor=executor, **names)
            assert other.as_file(f"x{suffix}") == serial.as_file(f"x{suffix}")


def test_results_as_files(network: snnmlir.Network, tmp_path: Path) -> None:
    x, labels = dataset(7)
    found = evaluate(network, x, labels=labels, classes=("a", "b", "c,d"))
    for suffix in ("json", "csv", "npz"):
        found.write(tmp_path / f"r.{suffix}")
    known = json.loads((tmp_path / "r.json").read_text())
    assert known["decisions"] == found.decisions.tolist()
    assert known["metrics"]["confusion"] == found.metrics["confusion"].tolist()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text())))
    assert [row["decision"] for row in rows] == [found.classes[k] for k in found.decisions]
    assert [row["label"] for row in rows] == [found.classes[k] for k in labels]
    assert [int(row["score c,d"]) for row in rows] == x[:, :, 2].sum(1).tolist()
    with np.load(tmp_path / "r.npz") as arrays:
        np.testing.assert_array_equal(arrays["scores"], found.scores)
        np.testing.assert_array_equal(arrays["metric.confusion"], found.metrics["confusion"])
        assert arrays["metric.accuracy"] == found.accuracy
    with pytest.raises(snnmlir.OptionError, match=r"end its name in \.json, \.csv or \.npz"):
        found.write(tmp_path / "r.txt")


def test_of_many_classes_those_with_samples_are_printed() -> None:
    network = snnmlir.compile(echo(30), dt=1e-3, input_type="spikes")
    x = np.zeros((2, 4, 30))
    x[:, :, 7] = 1
    lines = str(evaluate(network, x, labels=[7, 25])).splitlines()
    assert lines[-3:] == ["class    recall", "7      100.00 %", "25       0.00 %"]


def test_files_of_json_have_a_line_for_each_key(network: snnmlir.Network) -> None:
    text = evaluate(network, [SAMPLE] * 9, labels=[0] * 9).as_file("r.json").decode()
    assert '\n  "decisions": [0, 0, 0, 0, 0, 0, 0, 0, 0]\n' in text
    assert len(text.splitlines()) == 2 + len(json.loads(text))


def test_progress_is_told(network: snnmlir.Network) -> None:
    x, _ = dataset(150)
    told: list[tuple[int, int | None]] = []
    evaluate(network, x, executor=2, progress=lambda *a: told.append(a))
    assert told == [(64, 150), (128, 150), (150, 150)]
    told.clear()
    evaluate(network, iter(x), progress=lambda *a: told.append(a))
    assert told[-1] == (150, None)


# --- Files ----------------------------------------------------------------------------------------

Writer = Callable[[Path, np.ndarray, np.ndarray], Path]


def npy(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    np.save(folder / "y.npy", y)
    np.save(folder / "x.npy", x)
    return folder / "x.npy"


def npz(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    np.savez_compressed(folder / "x.npz", labels=y, images=x)
    return folder / "x.npz"


def fortran(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    np.savez(folder / "x.npz", input=np.asfortranarray(x), y=y)
    return folder / "x.npz"


def hdf5(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("test/x", data=x, chunks=(10, *x.shape[1:]), compression="gzip")
        file["label"] = y
    return folder / "x.h5"


def heidelberg(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    with h5py.File(folder / "x.h5", "w") as file:
        times = file.create_dataset("spikes/times", len(x), h5py.vlen_dtype(np.float32))
        units = file.create_dataset("spikes/units", len(x), h5py.vlen_dtype(np.uint16))
        for k, each in enumerate(x):
            step, units[k] = np.nonzero(each)
            times[k] = (step + 0.5) / 1000
        file["labels"] = y
        file["extra/speaker"] = np.zeros(len(x))
    return folder / "x.h5"


def classes_of_files(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    for k, (each, label) in enumerate(zip(x, y, strict=True)):
        inner = folder / "set" / str(label)
        inner.mkdir(parents=True, exist_ok=True)
        np.save(inner / f"{k:04}.npy", each)
    (folder / "set" / "README.txt").write_text("no data")
    return folder / "set"


def classes_of_events(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    """As SpikingJelly keeps them: an array of each field."""
    for k, (each, label) in enumerate(zip(x, y, strict=True)):
        inner = folder / "set" / str(label)
        inner.mkdir(parents=True, exist_ok=True)
        events = events_of(each[:, None, None])
        np.savez(inner / f"{k:04}.npz", **{name: events[name] for name in "xytp"})
    return folder / "set"


def classes_of_structured(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    """As tonic caches them."""
    for k, (each, label) in enumerate(zip(x, y, strict=True)):
        inner = folder / "set" / str(label)
        inner.mkdir(parents=True, exist_ok=True)
        np.save(inner / f"{k:04}.npy", events_of(each[:, None, None]))
    return folder / "set"


WRITERS: list[Writer] = [
    npy, npz, fortran, hdf5, heidelberg, classes_of_files, classes_of_events,
    classes_of_structured,
]  # fmt: skip


@pytest.mark.parametrize("write", WRITERS)
def test_files_hold_what_arrays_do(write: Writer, network: snnmlir.Network, tmp_path: Path) -> None:
    x, labels = dataset(135)
    if "classes" in write.__name__:  # these come back class by class
        order = np.argsort(labels, kind="stable")
        x, labels = x[order], labels[order]
    beside = tmp_path / "y.npy"
    path = write(tmp_path, x, labels)
    found = evaluate(
        network, path, labels=beside if write is npy else None, events=EventFormat(steps=6)
    )
    expected = evaluate(network, x, labels=labels)
    np.testing.assert_array_equal(found.labels, labels)
    np.testing.assert_array_equal(found.scores, expected.scores)
    if "classes" in write.__name__:
        assert found.names[0] is not None
        assert found.names[0].startswith("0/0000.np")


def test_files_of_a_folder_may_hold_several_samples(
    network: snnmlir.Network, tmp_path: Path
) -> None:
    x, labels = dataset(9)
    np.savez(tmp_path / "a.npz", input=x[:5], labels=labels[:5])
    np.savez(tmp_path / "b.npz", input=x[5:], labels=labels[5:])
    np.save(tmp_path.parent / "labels.npy", labels)
    expected = evaluate(network, x, labels=labels)
    for given in (None, tmp_path.parent / "labels.npy"):
        found = evaluate(network, tmp_path, labels=given)
        np.testing.assert_array_equal(found.scores, expected.scores)
        assert found.accuracy == expected.accuracy
        assert found.names[:2] == ("a.npz[0]", "a.npz[1]")
    np.save(tmp_path.parent / "labels.npy", labels[:-1])
    with pytest.raises(snnmlir.OptionError, match=r"sample 8 .*there are 8 labels, and more"):
        evaluate(network, tmp_path, labels=tmp_path.parent / "labels.npy")


def test_given_labels_are_taken_in_place_of_folders(
    network: snnmlir.Network, tmp_path: Path
) -> None:
    (tmp_path / "set/any").mkdir(parents=True)
    np.save(tmp_path / "set/any/a.npy", SAMPLE)
    found = evaluate(network, tmp_path / "set", labels=[2])
    assert (found.labels, found.classes) == ([2], ("0", "1", "2"))


def nirdata(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    data = nir.NIRNodeData({"spikes": nir.TimeGriddedData(x, 1e-3)})
    nir.write_data(folder / "x.nir", nir.NIRGraphData({"input": data}))
    return folder / "x.nir"


def test_nirdata_of_another_dt_is_refused(network: snnmlir.Network, tmp_path: Path) -> None:
    path = nirdata(tmp_path, *dataset(2))
    with h5py.File(path, "r+") as file:
        file["nodes/input/observables/spikes"].attrs["dt"] = 2e-3
    with pytest.raises(snnmlir.OptionError, match=r"dt 0\.002, the network 0\.001"):
        evaluate(network, path)


def nirdata_events(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    idx = np.full((len(x), x[0].size), -1)
    time = np.full(idx.shape, np.inf)
    for k, each in enumerate(x):
        step, neuron = np.nonzero(each)
        idx[k, : len(neuron)] = neuron
        time[k, : len(step)] = (step + 0.5) / 1000
    events = nir.EventData(idx, time, x.shape[2], x.shape[1] / 1000)
    data = nir.NIRNodeData({"spikes": events})
    nir.write_data(folder / "x.nir", nir.NIRGraphData({"input": data}))
    return folder / "x.nir"


@pytest.mark.parametrize("write", [nirdata, nirdata_events])
def test_nirdata_is_read(write: Writer, network: snnmlir.Network, tmp_path: Path) -> None:
    x, labels = dataset(135)
    write(tmp_path, x, labels)
    (tmp_path / "y.txt").write_text("".join(f"{label}\n" for label in labels))
    found = evaluate(network, tmp_path / "x.nir", labels=tmp_path / "y.txt")
    np.testing.assert_array_equal(found.scores, evaluate(network, x).scores)


@pytest.mark.parametrize(
    "text",
    ["{0}\n{1}\n{2}\n", "label\n{0}\n{1}\n{2}\n", "name,label\nc.npy,{2}\na,{0}\nb,{1}\n"],
    ids=["lines", "title", "names"],
)
def test_labels_in_text_files(text: str, network: snnmlir.Network, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    for name in "abc":
        np.save(tmp_path / f"set/{name}.npy", SAMPLE)
    (tmp_path / "y.csv").write_text(text.format("left", "up", "right"))
    found = evaluate(
        network, tmp_path / "set", labels=tmp_path / "y.csv", classes=("left", "up", "right")
    )
    assert found.labels is not None
    assert found.labels.tolist() == [0, 1, 2]
    assert found.names == ("a.npy", "b.npy", "c.npy")


@pytest.mark.parametrize("write", [npy, npz, hdf5, nirdata])
def test_memory_does_not_grow_with_the_file(
    write: Writer, network: snnmlir.Network, tmp_path: Path
) -> None:
    """40 MB of samples, of which no more than a few chunks are in memory."""
    x = np.zeros((200, 70_000, 3), np.uint8)
    path = write(tmp_path, x, np.zeros(200, int))
    del x
    evaluate(network, SAMPLE[None])  # builds
    tracemalloc.start()
    try:
        found = evaluate(network, path, executor=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.samples == 200
    assert peak < 25_000_000


def two_arrays(path: Path) -> None:
    np.savez(path.with_suffix(".npz"), a=SAMPLE, b=SAMPLE)
    path.with_suffix(".npz").rename(path)


def damaged(path: Path) -> None:
    np.save(path.with_suffix(".npy"), np.stack([SAMPLE] * 200))
    data = path.with_suffix(".npy").read_bytes()
    path.write_bytes(data[:-5])


def hdf5_of_others(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["weights"] = np.zeros((4, 4, 4))


def cut_hdf5(path: Path) -> None:
    hdf5_of_others(path)
    path.write_bytes(path.read_bytes()[:1000])


def objects(path: Path) -> None:
    np.save(path, np.array([SAMPLE, None], dtype=object), allow_pickle=True)


def empty_folder(path: Path) -> None:
    path.mkdir()


def mixed_folder(path: Path) -> None:
    (path / "a").mkdir(parents=True)
    np.save(path / "a/x.npy", SAMPLE)
    np.save(path / "x.npy", SAMPLE)


def bad_file_in_folder(path: Path) -> None:
    (path / "0").mkdir(parents=True)
    np.save(path / "0/a.npy", SAMPLE)
    (path / "0/b.npy").write_text("no array")


@pytest.mark.parametrize(
    ("name", "write", "options", "message"),
    [
        ("x.npz", two_arrays, [], r"several arrays for the input 'input', .*'a' \[4, 3\], 'b'"),
        ("x.npy", damaged, [], "ends too early, in sample 192"),
        ("x.npy", objects, [], "holds Python objects"),
        ("x.npy", lambda p: np.save(p, np.zeros((2, 4, 7))), [], r"shape \[2, 4, 7\], expected"),
        ("x.npy", lambda p: p.write_text("none"), [], "is not an array of NumPy, or damaged"),
        ("x.npz", lambda p: p.write_text("none"), [], "is not an array of NumPy, or damaged"),
        ("x.h5", hdf5_of_others, [], r"no array for the input .*'weights' \[4, 4, 4\]"),
        ("x.h5", cut_hdf5, [], "cannot be read as HDF5"),
        ("x.csv", lambda p: p.write_text("1,2"), [], "is no data set"),
        ("x", empty_folder, [], "has no data"),
        ("x", mixed_folder, [], "both in it, such as 'x.npy', and in folders of classes"),
        ("x", bad_file_in_folder, ["--classes", "0,1,2"], "2 classes|'0/b.npy': .*no array|1 cl"),
        ("none.npy", lambda p: None, [], "No such file"),
    ],
)  # fmt: skip
def test_wrong_files_are_named(
    name: str, write: Callable[[Path], None], options: list[str], message: str, tmp_path: Path
) -> None:
    nir.write(tmp_path / "m.nir", echo(3))
    write(tmp_path / name)
    result = run(tmp_path, tmp_path / name, "--metrics", "rates", "-o", tmp_path / "r.json")
    assert_refused(result, message, tmp_path)


# --- snn-mlir-run ---------------------------------------------------------------------------------


def run(folder: Path, data: Path, *arguments: Any) -> Result:
    given = [folder / "m.nir", data, "--dt", "1e-3", "--input-type", "spikes", *arguments]
    return CliRunner().invoke(run_main, [str(each) for each in given])


def assert_refused(result: Result, message: str, folder: Path) -> None:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert re.search(message, result.stderr), result.stderr
    assert not (folder / "r.json").exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a model, m.nir, and a data set, x.npz."""
    nir.write(tmp_path / "m.nir", echo(3))
    npz(tmp_path, *dataset(135))
    return tmp_path


def test_command_prints_and_writes(folder: Path, network: snnmlir.Network) -> None:
    x, labels = dataset(135)
    result = run(
        folder, folder / "x.npz", "--labels", "labels", "--classes", "a,b,c",
        "--metrics", "accuracy,confusion,recall,rates", "-o", folder / "r.json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    expected = evaluate(
        network,
        x,
        labels=labels,
        classes=("a", "b", "c"),
        metrics=("accuracy", "confusion", "recall", "rates"),
    )
    assert result.stdout == f"{expected}\n"
    assert (folder / "r.json").read_bytes() == expected.as_file("r.json")


def test_command_is_the_same_on_any_number_of_threads(folder: Path) -> None:
    outputs = [
        run(folder, folder / "x.npz", "--labels", "labels", "-o", folder / "r.csv", *jobs).stdout
        + (folder / "r.csv").read_text()
        for jobs in ([], ["--jobs", 1], ["--jobs", 3])
    ]
    assert outputs[0] == outputs[1] == outputs[2] != ""


def test_command_evaluates_folders(folder: Path) -> None:
    x, labels = dataset(12)
    classes_of_events(folder, x, labels)
    result = run(folder, folder / "set", "--steps", 6, "-o", folder / "r.csv")
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO((folder / "r.csv").read_text())))
    assert rows[4]["name"] == "1/0001.npz"
    assert rows[4]["label"] == "1"


def test_command_runs_batches(folder: Path) -> None:
    x, _ = dataset(135)
    np.save(folder / "x.npy", x)
    result = run(folder, folder / "x.npy", "--record", "t", "-o", folder / "y.npz")
    assert result.exit_code == 0, result.output
    with np.load(folder / "y.npz") as arrays:
        np.testing.assert_array_equal(arrays["output"], x)
        np.testing.assert_array_equal(arrays["t"], x)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--labels", "none"], "no labels 'none', neither a file nor an array"),
        (["--labels", "images"], r"shape \[135, 6, 3\], expected one for each of 135 samples"),
        (["--labels", "labels", "--readout", "v"], "no signal 'v' to decide by\n  help: .*'t'"),
        (["--labels", "labels", "--metrics", "f1"], "no metric 'f1'"),
        (["--labels", "labels", "--classes", "a,b"], "2 classes, and the readout has 3"),
        (["--labels", "labels", "--record", "t"], "--record is for outputs"),
        (["--labels", "labels", "--jobs", "0"], "--jobs is 0, expected 1 or more"),
        (["--metrics", "accuracy"], r"^$|accuracy"),
        (["--labels", "labels", "--sensor-size", "3"], "--sensor-size is '3', expected width"),
        (["--labels", "labels", "--first-step", "x"], "--first-step is 'x'"),
        (["--labels", "labels", "--time-bin", "0"], "--time-bin is 0.0, expected a positive"),
        (["--decision", "first"], "Invalid value for '--decision'"),
    ],
)
def test_wrong_options_of_the_command(options: list[str], message: str, folder: Path) -> None:
    if options == ["--metrics", "accuracy"]:
        with np.load(folder / "x.npz") as arrays:
            np.savez(folder / "x.npz", images=arrays["images"])
        message = "no labels to measure accuracy by\n  help: give them: --labels LABELS"
    result = run(folder, folder / "x.npz", *options, "-o", folder / "r.json")
    assert_refused(result, message, folder)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("r.txt", r"end its name in \.json, \.csv or \.npz"),
        ("x.npz", "is the input, which would be lost"),
        ("none/r.json", "there is no folder"),
    ],
)
def test_command_replaces_nothing(output: str, message: str, folder: Path) -> None:
    before = (folder / "x.npz").read_bytes()
    result = run(folder, folder / "x.npz", "--labels", "labels", "-o", folder / output)
    assert_refused(result, message, folder)
    assert (folder / "x.npz").read_bytes() == before


def test_command_names_the_sample_and_the_flag(folder: Path) -> None:
    x, labels = dataset(135)
    x[77, 2, 1] = 9
    npz(folder, x, labels)
    result = run(folder, folder / "x.npz", "--labels", "labels", "-o", folder / "r.json")
    assert_refused(result, "sample 77: input 'input' has other .*\n.*--input-type float", folder)


def test_command_names_the_flags_of_events(folder: Path) -> None:
    events = np.zeros(5, TONIC)
    (folder / "set/0").mkdir(parents=True)
    np.save(folder / "set/0/a.npy", events)
    result = run(folder, folder / "set", "--metrics", "rates", "--classes", "0,1,2")
    assert_refused(result, r"sample 0 \('0/a.npy'\): 5 events .*\n.*--repeated-events once", folder)


def test_a_name_of_a_signal_is_no_output(folder: Path) -> None:
    result = run(folder, folder / "x.npz", "-o", "lif3.v")
    assert_refused(result, "neither .npz nor NIRData\n  help: .*--readout SIGNAL", folder)


def test_an_output_or_labels_are_needed(folder: Path) -> None:
    assert_refused(run(folder, folder / "x.npz"), "there is no --output .*\n.*--labels", folder)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Many samples at once, sessions, events, and who computes."""

from __future__ import annotations

import itertools
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import h5py
import nir
import numpy as np
import pytest

import snnmlir
from networks import GRAPHS, graph, ports, random_input
from snnmlir import EventFormat
from snnmlir.common.wording import spelled_by
from snnmlir.execution import runner
from snnmlir.execution.chunks import MOST_SAMPLES, Entry, chunks
from snnmlir.execution.pool import executor_for, in_order
from workers import leave, libraries_here

RNG = np.random.default_rng(0)


def echo(*shape: int) -> nir.NIRGraph:
    """Sends the spikes that it gets."""
    nodes = {
        "input": nir.Input({"input": np.array(shape)}),
        "t": nir.Threshold(np.full(shape, 0.5)),
        "output": nir.Output({"output": np.array(shape)}),
    }
    return graph(nodes, ("input", "t"), ("t", "output"))


def spikes(*shape: int) -> np.ndarray:
    return RNG.integers(0, 2, shape, np.uint8)


@pytest.fixture(scope="module")
def network() -> snnmlir.Network:
    """One with state, whose outputs are voltages."""
    return snnmlir.compile(GRAPHS["recurrent-LIF"], dt=1e-4)


@pytest.fixture(scope="module")
def camera() -> snnmlir.Network:
    return snnmlir.compile(echo(2, 3, 4), dt=1e-3, input_type="spikes")


# --- Batches --------------------------------------------------------------------------------------


class NoArray:
    """A tensor of another library: all that is known of it is one of the two protocols."""

    def __init__(self, array: np.ndarray) -> None:
        self.shape, self.dtype = array.shape, array.dtype
        self._array = array

    def __getitem__(self, index: Any) -> NoArray:
        return type(self)(self._array[index])


class ByDLPack(NoArray):
    def __dlpack__(self, **options: Any) -> Any:
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()


class ByArray(NoArray):
    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return self._array


class WithGradient(NoArray):
    """As PyTorch's: an array can be had behind detach() and cpu() alone."""

    def detach(self) -> Any:
        array = self._array

        class Detached:
            def cpu(self) -> np.ndarray:
                return array

        return Detached()


@pytest.mark.parametrize("executor", [None, 1, 2, 5])
@pytest.mark.parametrize("count", [1, 3, 2 * MOST_SAMPLES + 1])
def test_batch_is_the_runs_of_its_samples(
    network: snnmlir.Network, executor: int | None, count: int
) -> None:
    x = RNG.normal(0, 5, (count, 9, 5)).astype(np.float32)
    y = network.run_batch(x, executor=executor)
    assert isinstance(y, np.ndarray)
    np.testing.assert_array_equal(y, np.stack([network.run(each) for each in x]))


@pytest.mark.parametrize("kind", [ByDLPack, ByArray, WithGradient])
@pytest.mark.parametrize("whole", [True, False])
def test_arrays_of_other_libraries(network: snnmlir.Network, kind: Any, whole: bool) -> None:
    x = RNG.normal(0, 5, (4, 9, 5)).astype(np.float32)
    y = network.run_batch(kind(x) if whole else [kind(each) for each in x])
    np.testing.assert_array_equal(np.stack(y), network.run_batch(x))
    np.testing.assert_array_equal(network.run(kind(x[0])), network.run(x[0]))


def test_what_is_no_array_is_refused(network: snnmlir.Network) -> None:
    with pytest.raises(snnmlir.OptionError, match=r"sample 1: .* is a .*\.NoArray"):
        network.run_batch([np.zeros((3, 5)), NoArray(np.zeros((3, 5)))])


def test_ragged_samples_come_back_as_they_were(network: snnmlir.Network) -> None:
    x = [RNG.normal(0, 5, (steps, 5)) for steps in (4, 9, 1)]
    y = network.run_batch(x)
    assert isinstance(y, list)
    assert [each.shape for each in y] == [(4, 3), (9, 3), (1, 3)]
    for one, other in zip(x, y, strict=True):
        np.testing.assert_array_equal(network.run(one), other)


def test_several_inputs_and_outputs() -> None:
    several = snnmlir.compile(GRAPHS["branches"], dt=1e-4)
    samples = [
        {name: scale * x for name, x in random_input(GRAPHS["branches"], 8).items()}
        for scale in (1, 2, -1)
    ]
    arrays = {name: np.stack([each[name] for each in samples]) for name in samples[0]}
    expected = [several.run(each) for each in samples]
    whole, one_by_one = several.run_batch(arrays), several.run_batch(samples)
    assert isinstance(whole, dict)
    assert isinstance(one_by_one, dict)
    for name in expected[0]:
        np.testing.assert_array_equal(whole[name], np.stack([y[name] for y in expected]))
        np.testing.assert_array_equal(np.stack(one_by_one[name]), whole[name])


def test_integers_are_those_of_single_runs() -> None:
    x = RNG.normal(0, 5, (70, 9, 5))
    integers = snnmlir.compile(GRAPHS["recurrent-LIF"], dt=1e-4, dtype="int8", calibrate=list(x))
    expected = np.stack([integers.run(each) for each in x])
    np.testing.assert_array_equal(integers.run_batch(x), expected)


def test_time_first_in_and_out(network: snnmlir.Network) -> None:
    x = RNG.normal(0, 5, (6, 9, 5))
    y = network.run_batch(np.moveaxis(x, 1, 0), time_first=True)
    np.testing.assert_array_equal(np.moveaxis(y, 0, 1), network.run_batch(x))


def test_samples_are_read_when_they_are_needed(network: snnmlir.Network) -> None:
    """A generator without an end is read a little before what is wanted of it."""
    read = itertools.count()
    endless = (np.full((2, 5), next(read)) for _ in itertools.count())
    with executor_for(2) as pool:
        found = in_order(lambda chunk: chunk.first, chunks(map(Entry, endless)), pool, str)
        assert list(itertools.islice(found, 5)) == [64 * k for k in range(5)]
        found.close()  # type: ignore[attr-defined]
    assert next(read) <= (5 + 2 * 3) * MOST_SAMPLES


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((3, 5)), r"array \[3, 5\], expected \[N, T, 5\]\n.*of one sample"),
        (np.zeros((2, 3, 6)), r"sample 0: input 'input' has shape \[3, 6\], expected \[T, 5\]"),
        ([np.zeros((3, 5)), np.full((3, 5), np.nan)], "sample 1: .* not finite"),
        ([np.zeros((3, 5)), np.zeros((2, 3, 4, 5))], r"sample 1: .* shape \[2, 3, 4, 5\]"),
        ([(np.zeros((3, 5)), 1, 2)], "sample 0: found 3 things at once"),
        ([np.array([["a"] * 5])], "sample 0: .* expected numbers"),
        ({"input": np.zeros((3, 5))}, r"array \[3, 5\], expected \[N, T, 5\]"),
        (7, "the data set is a int"),
        ("file", "the data set is a str"),
        (np.zeros((0, 3, 5)), "there is no sample"),
    ],
)  # fmt: skip
def test_wrong_samples_are_named(samples: Any, message: str, network: snnmlir.Network) -> None:
    with pytest.raises(snnmlir.OptionError, match=message):
        network.run_batch(samples)


def test_messages_of_workers_name_options_as_the_caller_does(camera: snnmlir.Network) -> None:
    class Shouting:
        def option(self, name: str, values: tuple[str, ...]) -> str:
            return f"{name.upper()}!"

    wrong = [np.full((2, 2, 3, 4), 7)]
    with spelled_by(Shouting()), pytest.raises(snnmlir.OptionError, match="INPUT_TYPE!"):  # type: ignore[arg-type]
        camera.run_batch(wrong, executor=2)


# --- Who computes ---------------------------------------------------------------------------------


def test_other_processes_build_the_code_once_each(
    network: snnmlir.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = RNG.normal(0, 5, (5 * MOST_SAMPLES, 9, 5))
    expected = network.run_batch(x)
    monkeypatch.setattr(runner, "_libraries", {})  # what forked processes would find
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        np.testing.assert_array_equal(network.run_batch(x, executor=pool), expected)
        assert max(pool.map(libraries_here, range(8))) == 1


def test_pickled_code_is_built_where_it_runs(
    network: snnmlir.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = RNG.normal(0, 5, (9, 5))
    expected, data = network.run(x), pickle.dumps(network.executable)
    builds = []
    build = runner._build
    monkeypatch.setattr(runner, "_libraries", {})
    monkeypatch.setattr(runner, "_build", lambda *code: builds.append(1) or build(*code))
    copies = [pickle.loads(data) for _ in range(4)]
    assert not builds
    threads = [threading.Thread(target=copy.run, args=(x,)) for copy in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(builds) == 1
    np.testing.assert_array_equal(copies[0].run(x)["output"], expected)


def test_threads_do_not_share_state(network: snnmlir.Network) -> None:
    """More threads than cores, of which each takes samples in turn, many times."""
    x = [RNG.normal(0, 5, (steps, 5)) for steps in RNG.integers(1, 30, 300)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(network.run, x))
    for one, other in zip(found, map(network.run, x), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_c_runs_without_the_interpreters_lock(network: snnmlir.Network) -> None:
    """While a thread is in the C, another one computes in Python."""
    x = np.zeros((1_000_000, 5), np.float32)
    run = runner.Run(network.executable)
    inside, done, counted = threading.Event(), threading.Event(), 0

    def compute() -> None:
        inside.set()
        run._run_arrays([x])
        done.set()

    thread = threading.Thread(target=compute)
    thread.start()
    inside.wait()
    while not done.is_set():
        counted += 1
    thread.join()
    assert counted > 100


def test_a_pool_that_lost_a_worker_is_named(network: snnmlir.Network) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as pool:
        pool.submit(leave, 0).exception()
        with pytest.raises(snnmlir.ExecutorError, match=r"samples 0 to 63 could not be computed"):
            network.run_batch(np.zeros((100, 2, 5)), executor=pool)


def test_what_cannot_be_sent_is_named(camera: snnmlir.Network) -> None:
    with (
        ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as pool,
        pytest.raises(snnmlir.ExecutorError, match="sample 0 could not be computed"),
    ):
        snnmlir.evaluate(
            camera, np.zeros((1, 2, 2, 3, 4)), decision=lambda y: y.sum(0), executor=pool
        )


@pytest.mark.parametrize("executor", [0, -1, "threads", True])
def test_wrong_executors(executor: Any, network: snnmlir.Network) -> None:
    with pytest.raises(snnmlir.OptionError, match=r"executor is a|workers, expected"):
        network.run_batch(np.zeros((1, 2, 5)), executor=executor)


class Backwards(Executor):
    """Computes what it has only when somebody asks for a result, the last first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Any, tuple[Any, ...]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        outer = self

        class Lazy(Future):  # type: ignore[type-arg]
            def result(self, timeout: float | None = None) -> Any:
                while outer.waiting:
                    future, function, given = outer.waiting.pop()
                    future.set_result(function(*given))
                return super().result(timeout)

        future: Future[Any] = Lazy()
        self.waiting.append((future, fn, args))
        return future


def test_any_order_of_computing_gives_the_same(network: snnmlir.Network) -> None:
    x = RNG.normal(0, 5, (300, 4, 5))
    np.testing.assert_array_equal(
        network.run_batch(x, executor=Backwards()), network.run_batch(x, executor=1)
    )


def test_errors_survive_pickling() -> None:
    error = snnmlir.OptionError("found a, expected b", node="n", help="do c")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.message, copy.node, copy.help) == (
        str(error), "found a, expected b", "n", "do c",
    )  # fmt: skip


def test_chunks_are_small() -> None:
    sizes = [len(c.entries) for c in chunks(Entry(np.zeros(1 << 18)) for _ in range(5))]
    assert sizes == [2, 2, 1]  # 2 MiB each
    firsts = [c.first for c in chunks(Entry(np.zeros(1)) for _ in range(130))]
    assert firsts == [0, 64, 128]


# --- Sessions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_steps_are_those_of_a_run(dtype: str) -> None:
    x = RNG.normal(0, 5, (12, 5))
    network = snnmlir.compile(GRAPHS["recurrent-LIF"], dt=1e-4, dtype=dtype)
    expected = network.run(x)
    session, other = network.start(), network.start()
    found = []
    for row in x:
        found.append(session.step(row))
        other.step(np.zeros(5))  # has memory of its own
    np.testing.assert_array_equal(np.stack(found), expected)
    assert session.steps == 12
    session.reset()
    assert session.steps == 0
    first = session.run(x[:5])
    np.testing.assert_array_equal(np.concatenate([first, session.run(x[5:])]), expected)


def test_sessions_show_voltages(network: snnmlir.Network) -> None:
    x = RNG.normal(0, 5, (6, 5))
    session = network.start(record=("n.v", "n"))
    found = [session.step(row) for row in x]
    expected = network.record(x, ("n.v", "n"))
    for name in ("n.v", "n"):
        np.testing.assert_array_equal(np.stack([step[name] for step in found]), expected[name])


def test_steps_of_several_inputs() -> None:
    x = random_input(GRAPHS["branches"], 6)
    network = snnmlir.compile(GRAPHS["branches"], dt=1e-4)
    expected, session = network.run(x), network.start()
    found = [session.step({name: each[t] for name, each in x.items()}) for t in range(6)]
    for name in expected:
        np.testing.assert_array_equal(np.stack([step[name] for step in found]), expected[name])


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((1, 5)), r"shape \[1, 5\], expected that of one step, \[5\]\n.*run takes"),
        (np.zeros(4), r"shape \[4\], expected that of one step"),
        (np.full(5, np.inf), "not finite"),
        ({"other": np.zeros(5)}, "inputs .* expected"),
    ],
)  # fmt: skip
def test_wrong_steps_are_refused(x: Any, message: str, network: snnmlir.Network) -> None:
    session = network.start()
    with pytest.raises(snnmlir.OptionError, match=message):
        session.step(x)
    assert session.steps == 0


def test_sessions_of_unknown_signals(network: snnmlir.Network) -> None:
    with pytest.raises(snnmlir.OptionError, match="no signal 'nobody'"):
        network.start(record=["nobody"])


# --- Events ---------------------------------------------------------------------------------------

TONIC = np.dtype([("x", "<i2"), ("y", "<i2"), ("t", "<i8"), ("p", "<i8")])


def events_of(frames: np.ndarray, step: int = 1000, dtype: np.dtype = TONIC) -> np.ndarray:
    """Events as tonic gives them, of frames [T, p, y, x], in the middle of steps."""
    t, p, y, x = np.nonzero(frames)
    events = np.zeros(len(t), dtype)
    events["t"] = t * step + step // 2
    for name, values in (("x", x), ("y", y), ("p", p)):
        events[name] = values
    return events


@pytest.mark.parametrize("polarity", ["<i8", "?", "i1"])
def test_events_are_frames(camera: snnmlir.Network, polarity: str) -> None:
    frames = [spikes(steps, 2, 3, 4) for steps in (5, 9)]
    for each in frames:
        each[-1, 0, 0, 0] = 1  # so that the last step is known
    dtype = np.dtype([("t", "<i8"), ("x", "<i2"), ("y", "<i2"), ("p", polarity)])
    events = [events_of(each, dtype=dtype) for each in frames]
    shuffled = [RNG.permutation(each) for each in events]
    for given in (events, shuffled):
        for one, other in zip(camera.run_batch(given), frames, strict=True):
            np.testing.assert_array_equal(one, other)


def test_events_reach_the_step_of_events_where_there_is_state() -> None:
    nodes = ports(5, 5) | {"n": nir.LIF(*(np.full(5, v) for v in (1e-3, 3.0, 0.0, 1.0)))}
    network = snnmlir.compile(
        graph(nodes, ("input", "n"), ("n", "output")), dt=1e-3, input_type="spikes"
    )
    frames = spikes(30, 5)
    t, x = np.nonzero(frames)
    events = np.zeros(len(t), [("x", "i4"), ("t", "f8")])
    events["t"], events["x"] = t / 1000, x
    form = EventFormat(event_unit=1.0, steps=30)
    (found,) = network.run_batch([events], events=form)
    np.testing.assert_array_equal(found, network.run(frames))
    assert found.any()
    assert network.executable.positions == np.uint16


def test_inputs_of_values_get_the_number_of_events() -> None:
    floats = snnmlir.compile(GRAPHS["layer-LI"], dt=1e-3)
    events = np.zeros(4, [("x", "i4"), ("t", "i8")])
    events["x"], events["t"] = [0, 0, 4, 0], [100, 900, 1000, 1999]
    expected = np.array([[2, 0, 0, 0, 0], [1, 0, 0, 0, 1]])
    np.testing.assert_array_equal(EventFormat().frames(events, (5,), dt=1e-3), expected)
    (found,) = floats.run_batch([events])
    np.testing.assert_array_equal(found, floats.run(expected))


def test_steps_begin_where_it_says(camera: snnmlir.Network) -> None:
    frames = spikes(6, 2, 3, 4)
    frames[[0, -1], 0, 0, 0] = 1
    events = events_of(frames)
    events["t"] += 40_000_000
    (late,) = camera.run_batch([events], events=EventFormat(first_step=40.0))
    np.testing.assert_array_equal(late, frames)
    (first,) = camera.run_batch([events], events=EventFormat(first_step="first"))
    np.testing.assert_array_equal(first, frames)
    (cut,) = camera.run_batch([events], events=EventFormat(first_step=40.002, steps=3))
    np.testing.assert_array_equal(cut, frames[2:5])
    (bins,) = camera.run_batch(
        [events], events=EventFormat(first_step=40.0, time_bin=2e-3, repeated_events="once")
    )
    np.testing.assert_array_equal(bins, frames[::2] | frames[1::2])


def test_one_channel_takes_one_polarity() -> None:
    network = snnmlir.compile(echo(1, 3, 4), dt=1e-3, input_type="spikes")
    events = np.zeros(2, TONIC)
    events["p"], events["x"], events["y"] = 1, [1, 3], [2, 0]
    (found,) = network.run_batch([events])
    assert np.argwhere(found).tolist() == [[0, 0, 0, 3], [0, 0, 2, 1]]


def test_two_polarities_do_not_fit_one_channel() -> None:
    network = snnmlir.compile(echo(1, 3, 4), dt=1e-3, input_type="spikes")
    events = np.zeros(2, TONIC)
    events["p"] = [0, 1]
    with pytest.raises(snnmlir.OptionError, match=r"two polarities.*\n.*set p of all events to 0"):
        network.run_batch([events])


def test_events_without_y() -> None:
    network = snnmlir.compile(echo(2, 5), dt=1e-3, input_type="spikes")
    events = np.zeros(2, [("t", int), ("x", int), ("p", int)])
    events["p"], events["x"], events["t"] = [0, 1], [4, 3], [1000, 0]
    (found,) = network.run_batch([events])
    assert np.argwhere(found).tolist() == [[0, 1, 3], [1, 0, 4]]


def test_polarities_of_either_sign(camera: snnmlir.Network) -> None:
    events = np.zeros(2, TONIC)
    events["p"], events["x"] = [-1, 1], [1, 2]
    (found,) = camera.run_batch([events])
    assert np.argwhere(found).tolist() == [[0, 0, 0, 1], [0, 1, 0, 2]]


def test_flat_inputs_need_the_sensors_size() -> None:
    network = snnmlir.compile(echo(24), dt=1e-3, input_type="spikes")
    frames = spikes(4, 2, 3, 4)
    frames[-1, 1] = 1
    form = EventFormat(sensor_size=(4, 3, 2))
    (found,) = network.run_batch([events_of(frames)], events=form)
    np.testing.assert_array_equal(found, frames.reshape(4, 24))
    with pytest.raises(snnmlir.OptionError, match=r"two polarities(.*\n)*.*sensor_size"):
        network.run_batch([events_of(frames)])


def test_large_inputs_have_wide_positions() -> None:
    network = snnmlir.compile(echo(2, 200, 200), dt=1e-3, input_type="spikes")
    events = np.zeros(1, TONIC)
    events["p"], events["x"], events["y"] = 1, 199, 198
    (found,) = network.run_batch([events])
    assert np.argwhere(found).tolist() == [[0, 1, 198, 199]]


def _changed(name: str, value: Any, count: int = 3) -> np.ndarray:
    events = np.zeros(count, TONIC)
    events["x"] = np.arange(count)
    events[name] = value
    return events


@pytest.mark.parametrize(
    ("events", "form", "message"),
    [
        (_changed("x", [0, 1, 4]), {}, r"x from 0 to 4, expected 0 to 3: .* input is \[2, 3, 4\]"),
        (_changed("y", -1), {}, "y from -1 to -1, expected 0 to 2"),
        (_changed("p", 2), {}, "p from 2 to 2, expected 0 to 1"),
        (_changed("t", -1), {}, "3 events are before the first step.*\n.*first_step=SECONDS or"),
        (_changed("t", 10**15), {}, "too far\n.*event_unit"),
        (_changed("x", 1), {}, "3 events share .*\n.*repeated_events='once' .*input_type='float'"),
        (_changed("x", 1, 0), {}, "there is no event.*\n.*steps=T"),
        (_changed("x", [0, 1, 2]), {"sensor_size": (4, 4, 2)}, "does not fit the input"),
    ],
)
def test_wrong_events_are_named(
    events: np.ndarray, form: dict[str, Any], message: str, camera: snnmlir.Network
) -> None:
    good = _changed("x", [0, 1, 2])
    samples = [events] if form else [good, events]
    with pytest.raises(snnmlir.OptionError, match=f"sample {len(samples) - 1}: .*{message}"):
        camera.run_batch(samples, events=EventFormat(**form))


@pytest.mark.parametrize(
    "form",
    [
        {"time_bin": 0}, {"event_unit": -1}, {"first_step": "last"}, {"steps": 0},
        {"repeated_events": "twice"}, {"time_bin": float("nan")},
    ],
)  # fmt: skip
def test_wrong_event_formats(form: dict[str, Any]) -> None:
    with pytest.raises(snnmlir.OptionError, match=f"{next(iter(form))} is .*, expected"):
        EventFormat(**form)


def test_single_array_of_events_is_no_data_set(camera: snnmlir.Network) -> None:
    with pytest.raises(snnmlir.OptionError, match="single array of events"):
        camera.run_batch(_changed("x", [0, 1, 2]))


def test_datasets_of_hdf5_are_read_in_parts(camera: snnmlir.Network, tmp_path: Any) -> None:
    frames = spikes(150, 4, 2, 3, 4)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        dataset = file.create_dataset("x", data=frames)

        class Watched:
            shape, dtype = dataset.shape, dataset.dtype

            def __getitem__(self, index: slice) -> np.ndarray:
                assert index.stop - index.start <= MOST_SAMPLES
                return np.asarray(dataset[index])

        np.testing.assert_array_equal(camera.run_batch(Watched()), frames)
        np.testing.assert_array_equal(camera.run_batch(dataset), frames)


class Loader:
    """As PyTorch's DataLoader: batches, which are lists, and no item by number."""

    def __init__(self, x: np.ndarray, y: np.ndarray, size: int) -> None:
        self._parts = [slice(k, k + size) for k in range(0, len(x), size)]
        self._x, self._y = x, y

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterator[list[Any]]:
        return ([ByDLPack(self._x[part]), ByDLPack(self._y[part])] for part in self._parts)


def test_batches_of_a_loader(camera: snnmlir.Network) -> None:
    x = spikes(10, 4, 2, 3, 4)
    y = camera.run_batch(Loader(x, np.arange(10), 4))
    np.testing.assert_array_equal(np.stack(y), x)
    with pytest.raises(snnmlir.OptionError, match=r"sample 8: .* shape \[2\]\n.*time_first"):
        camera.run_batch(Loader(x, np.arange(10), 4), time_first=True)

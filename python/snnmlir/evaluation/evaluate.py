# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`evaluate`: what a network makes of a whole data set."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.common.wording import Speller, option, spelled_by, speller
from snnmlir.compiler import Network
from snnmlir.errors import OptionError, SnnError, quoted
from snnmlir.evaluation.decisions import Decision, check_rule, rule_name, scores_of, scores_together
from snnmlir.evaluation.files import DataFile, open_data
from snnmlir.evaluation.labels import Labels, check_classes, class_of, read_labels
from snnmlir.evaluation.metrics import OF_LABELS, Metric, OfLabels, Outcome, metric_for
from snnmlir.evaluation.result import Evaluation
from snnmlir.execution.batch import InputReader, run_chunk
from snnmlir.execution.chunks import Chunk, Entry, at_sample, chunks, located
from snnmlir.execution.events import EventFormat
from snnmlir.execution.pool import Workers, executor_for, in_order
from snnmlir.execution.ports import Port, Signal
from snnmlir.execution.runner import Executable
from snnmlir.execution.samples import entries, length_of
from snnmlir.nir_import.graph import SPIKING

Progress = Callable[[int, "int | None"], None]
"""Is told how many samples are done, and of how many, if that is known."""


def evaluate(
    network: Network,
    samples: Any,
    *,
    labels: Any = None,
    executor: Workers = None,
    metrics: Iterable[str | Metric] | None = None,
    readout: str | None = None,
    decision: Decision | None = None,
    classes: Sequence[str] | None = None,
    events: EventFormat | None = None,
    time_first: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Runs a network on every sample of a data set, and measures what it recognizes.

    Samples are read as they are needed, and only what the metrics keep of them stays in memory. The
    result depends neither on who computes nor on how many do.

    Args:
        network: The network.
        samples: An array [N, T, *input shape]; a list, a data set or a loader of samples
            [T, *input shape] or of pairs (sample, label); arrays of events among them; or the path
            of a file or a folder. docs/evaluation.md has all of it.
        labels: [N] numbers of classes, names of classes or rows with one 1; a file of them; or,
            where `samples` is a file, their name in it. None takes those that the data set has.
        executor: Who computes: None for a thread on each core, a number of threads, or any
            `concurrent.futures.Executor`.
        metrics: "accuracy", "confusion", "recall", "rates", or objects as `Metric` says. By
            default the first three if there are labels, else none.
        readout: The output, or the signal to be recorded, such as "lif3.v", that decides.
        decision: "most-spikes" (the default of spikes), "first-spike", "largest-sum" (the default
            of values), "last-value", "largest-peak", or a function from [T, K] to scores [K]. Of
            elements with the same score the first one is taken.
        classes: The names of the classes, in the order of the readout's elements.
        events: How arrays of events are read.
        time_first: Whether arrays of several samples are [T, N, ...].
        progress: Called with the number of samples that are done, and with their number or None.

    Raises:
        OptionError: An option, a sample or a label does not fit the network; the message says
            which.
        CompileError: There is no C compiler, or it refuses the code.
        ExecutorError: A worker ended, or something cannot be sent to it.
    """
    data, given = _data_and_labels(network, samples, labels)
    reading = _readout(network, readout)
    port = reading.port
    rule = check_rule(decision, spikes=port.dtype == np.uint8)
    count = math.prod(port.shape)
    named = classes
    if classes is None and given is None and isinstance(data, DataFile):
        named = data.classes  # folders
    names = check_classes(named, count)
    source = (
        data if isinstance(data, DataFile) else entries(network.inputs, data, time_first=time_first)
    )
    expected = (
        data.length
        if isinstance(data, DataFile)
        else length_of(data, network.inputs, time_first=time_first)
    )
    _check_counts(given, expected)
    labelled = _Labelled(source, given, names, named=named is not None)
    first = list(labelled.first())
    known = first[0].label is not None
    asked = OF_LABELS if metrics is None and known else metrics or ()
    chosen = tuple(map(metric_for, [asked] if isinstance(asked, str) else asked))
    task = _task(network, reading, rule, chosen, events or EventFormat())
    of_labels = [metric.name for metric in chosen if isinstance(metric, OfLabels)]
    if of_labels and not known:
        raise OptionError(
            f"there are no labels to measure {', '.join(of_labels)} by",
            help=f"give them: {option('labels', 'LABELS')}",
        )
    found: list[_Part] = []
    done = 0
    with executor_for(executor) as pool:
        parts = chunks(entry for part in (first, labelled) for entry in part)
        for part in in_order(task, parts, pool, str):
            found.append(part)
            done += len(part.names)
            if progress is not None:
                progress(done, expected)
    if given is not None:
        given.check_end(done)
    decisions = np.concatenate([part.decisions for part in found])
    numbers = (
        np.array([label for part in found for label in part.labels], np.int64) if known else None
    )
    results: dict[str, Any] = {}
    for k, metric in enumerate(chosen):
        if isinstance(metric, OfLabels) and numbers is not None:
            results[metric.name] = metric.of_labels(numbers, decisions, names)
        else:
            values = [value for part in found for value in part.values[k]]
            results[metric.name] = metric.of_all(values, names)
    return Evaluation(
        dtype=network.type_name,
        readout=port.name,
        decision=rule_name(rule),
        classes=names,
        names=tuple(name for part in found for name in part.names),
        steps=np.concatenate([part.steps for part in found]),
        labels=numbers,
        decisions=decisions,
        scores=np.concatenate([part.scores for part in found]),
        metrics=results,
    )


# What it is about


def _data_and_labels(network: Network, samples: Any, labels: Any) -> tuple[Any, Labels | None]:
    """The data set, files opened, and the labels beside it."""
    if isinstance(samples, str | os.PathLike):
        path = Path(samples)
        inside = None
        if isinstance(labels, str | os.PathLike) and not Path(labels).is_file():
            inside = str(labels)
        data = open_data(path, network.inputs, network.convention.dt, inside)
        if inside is not None:
            return data, None
        samples = data
    if labels is None:
        return samples, None
    if isinstance(labels, str | os.PathLike):
        return samples, Labels(read_labels(Path(labels)))
    return samples, Labels(labels)


@dataclass(frozen=True, eq=False)
class _Readout:
    """What decides: a signal of a network that sends it."""

    network: Network
    port: Port


def _readout(network: Network, name: str | None) -> _Readout:
    outputs = {port.name: port for port in network.outputs}
    if name is None:
        if len(outputs) > 1:
            raise OptionError(
                f"the network has {len(outputs)} outputs, and one has to decide",
                help=f"name it: {option('readout', *outputs)}",
            )
        return _Readout(network, network.outputs[0])
    if name in outputs:
        return _Readout(network, outputs[name])
    if name not in network.signals:
        raise OptionError(
            f"there is no signal {quoted(name)} to decide by",
            help="there are " + ", ".join(map(quoted, dict.fromkeys((*outputs, *network.signals)))),
        )
    recorder = network.recorder((name,))
    return _Readout(recorder, next(port for port in recorder.outputs if port.name == name))


def _check_counts(labels: Labels | None, samples: int | None) -> None:
    if labels is None or labels.count is None or samples is None:
        return
    if labels.count != samples and not labels.by_name:
        raise OptionError(
            f"there are {samples} samples and {labels.count} labels",
            help="give a label for each sample, in their order; arrays are [N, T, ...]",
        )


class _Labelled:
    """The entries of a data set, with numbers of classes as labels: all of them or none."""

    def __init__(
        self,
        source: Iterable[Entry],
        given: Labels | None,
        classes: tuple[str, ...],
        *,
        named: bool,
    ) -> None:
        self._entries = iter(source)
        self._given = given
        self._classes = classes
        self._named = named
        self._number = 0
        self._known: bool | None = None

    def first(self) -> Iterator[Entry]:
        """The first entry.

        Raises:
            OptionError: There is none.
        """
        entry = next(self, None)
        if entry is None:
            raise OptionError("the data set holds no sample")
        yield entry

    def __iter__(self) -> _Labelled:
        return self

    def __next__(self) -> Entry:
        entry = next(self._entries)
        number, self._number = self._number, self._number + 1
        try:
            return self._labelled(entry)
        except SnnError as error:
            raise located(error, number, entry.name) from error

    def _labelled(self, entry: Entry) -> Entry:
        label = entry.label if self._given is None else self._given.label_of(entry.name)
        if self._known is None:
            self._known = label is not None
        if self._known != (label is not None):
            raise OptionError(
                "the sample has "
                + ("no label" if self._known else "a label")
                + ", unlike those before it",
                help="label all samples, or none",
            )
        if label is not None:
            label = class_of(label, self._classes, named=self._named)
        return Entry(entry.x, label, entry.name)


# What a worker does


@dataclass(frozen=True, eq=False)
class _Part:
    """What is kept of a chunk: arrays and lists by sample, and for each metric a list."""

    names: tuple[str | None, ...]
    labels: tuple[int | None, ...]
    steps: npt.NDArray[np.int64]
    decisions: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    values: tuple[list[Any], ...]


def _task(
    network: Network,
    reading: _Readout,
    rule: Decision,
    metrics: tuple[Metric, ...],
    events: EventFormat,
) -> _EvaluateChunk:
    names = [metric.name for metric in metrics]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise OptionError(f"two metrics are called {', '.join(map(quoted, twice))}")
    wanted = tuple(_signals(network, metric) for metric in metrics)
    there = {port.name for port in reading.network.outputs}
    more = tuple(dict.fromkeys(name for each in wanted for name in each if name not in there))
    return _EvaluateChunk(
        executable=reading.network.executable,
        recorder=network.recorder(more).executable if more else None,
        recorded=more,
        reader=InputReader(network.inputs, events, network.convention.dt),
        readout=reading.port.name,
        rule=rule,
        metrics=metrics,
        wanted=wanted,
        speller=speller(),
    )


def _signals(network: Network, metric: Metric) -> tuple[str, ...]:
    names: list[str] = []
    outputs = {port.name for port in network.outputs}
    for name in metric.signals:
        if name == "spikes" and name not in network.graph.nodes:
            names += [n for n, node in network.graph.nodes.items() if isinstance(node, SPIKING)]
        elif name in network.signals or name in outputs:
            names.append(name)
        else:
            raise OptionError(
                f"the metric {quoted(metric.name)} asks for the signal {quoted(name)}",
                help="there are " + ", ".join(map(quoted, network.signals)),
            )
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, eq=False)
class _EvaluateChunk:
    """What goes to a worker, pickled if that is another process: runs and measures a chunk."""

    executable: Executable
    recorder: Executable | None
    recorded: tuple[str, ...]
    reader: InputReader
    readout: str
    rule: Decision
    metrics: tuple[Metric, ...]
    wanted: tuple[tuple[str, ...], ...]
    speller: Speller

    def __call__(self, chunk: Chunk) -> _Part:
        with spelled_by(self.speller):
            inputs = self.reader.read_chunk(chunk)
            signals = run_chunk(self.executable, inputs, chunk)
            if self.recorder is not None:
                more = run_chunk(self.recorder, inputs, chunk)
                for one, other in zip(signals, more, strict=True):
                    one |= {name: other[name] for name in self.recorded}
            flat = math.prod(signals[0][self.readout].shape[1:])
            readouts = [one[self.readout].reshape(-1, flat) for one in signals]
            scores = self._scores(readouts, chunk)
            decisions = scores.argmax(1)
            values = tuple(
                self._values(metric, names, chunk, signals, readouts, scores, decisions)
                for metric, names in zip(self.metrics, self.wanted, strict=True)
            )
        return _Part(
            names=tuple(entry.name for entry in chunk.entries),
            labels=tuple(entry.label for entry in chunk.entries),
            steps=np.array([len(readout) for readout in readouts], np.int64),
            decisions=decisions,
            scores=scores,
            values=values,
        )

    def _scores(self, readouts: Sequence[Signal], chunk: Chunk) -> npt.NDArray[np.float64]:
        if (together := scores_together(self.rule, readouts)) is not None:
            return together
        scores: list[npt.NDArray[np.float64]] = []
        with at_sample(chunk, scores):
            for readout in readouts:
                scores.append(scores_of(self.rule, readout))  # noqa: PERF401, they are counted
        return np.stack(scores)

    def _values(
        self,
        metric: Metric,
        names: tuple[str, ...],
        chunk: Chunk,
        signals: Sequence[Mapping[str, Signal]],
        readouts: Sequence[Signal],
        scores: npt.NDArray[np.float64],
        decisions: npt.NDArray[np.int64],
    ) -> list[Any]:
        """What a metric keeps of each sample; nothing if labels and decisions are all it needs."""
        values: list[Any] = []
        if isinstance(metric, OfLabels):
            return values
        with at_sample(chunk, values):
            for k, entry in enumerate(chunk.entries):
                outcome = Outcome(
                    index=chunk.first + k,
                    name=entry.name,
                    label=entry.label,
                    decision=int(decisions[k]),
                    scores=scores[k],
                    steps=len(readouts[k]),
                    readout=readouts[k],
                    signals={name: signals[k][name] for name in names},
                )
                values.append(metric.of_sample(outcome))
        return values

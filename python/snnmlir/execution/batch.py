# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs of many samples, in parallel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np

from snnmlir.common.wording import Speller, spelled_by, speller
from snnmlir.errors import OptionError
from snnmlir.execution.chunks import Chunk, at_sample, chunks
from snnmlir.execution.events import EventFormat, EventList, is_events
from snnmlir.execution.pool import Workers, executor_for, in_order
from snnmlir.execution.ports import Port, Sample, Signal
from snnmlir.execution.runner import Executable, Run
from snnmlir.execution.samples import entries

Batch: TypeAlias = "Signal | list[Signal] | dict[str, Signal] | dict[str, list[Signal]]"


@dataclass(frozen=True)
class InputReader:
    """Makes of samples what the C takes.

    Attributes:
        ports: The inputs.
        events: How arrays of events are read.
        dt: Seconds per step of the network.
    """

    ports: tuple[Port, ...]
    events: EventFormat
    dt: float

    def read_chunk(self, chunk: Chunk) -> list[Sample | EventList]:
        """The inputs of the samples of a chunk.

        Raises:
            OptionError: Events do not fit the network; the message says of which sample.
        """
        inputs: list[Sample | EventList] = []
        with at_sample(chunk, inputs):
            for entry in chunk.entries:
                inputs.append(self.read(entry.x))  # noqa: PERF401, they are counted
        return inputs

    def read(self, x: Any) -> Sample | EventList:
        """The input of one sample, arrays of events as lists or frames.

        Raises:
            OptionError: Events do not fit the network.
        """
        if isinstance(x, Mapping):
            return {name: self._frames(name, value) for name, value in x.items()}
        if not is_events(x):
            return cast("Sample", x)
        if len(self.ports) != 1:
            raise OptionError(
                f"the network has {len(self.ports)} inputs, found one array of events",
                help="give a dictionary of arrays by input",
            )
        (port,) = self.ports
        if port.dtype == np.uint8:
            return self.events.listed(x, port.shape, self.dt)
        return self.events.frames(x, port.shape, self.dt)

    def _frames(self, name: str, value: Any) -> Any:
        shapes = {port.name: port for port in self.ports}
        if not is_events(value) or name not in shapes:
            return value
        port = shapes[name]
        if port.dtype == np.uint8:
            return self.events.listed(value, port.shape, self.dt).dense()
        return self.events.frames(value, port.shape, self.dt)


@dataclass(frozen=True)
class _RunChunk:
    """What goes to a worker: runs the samples of a chunk, each from the initial state."""

    executable: Executable
    reader: InputReader
    speller: Speller

    def __call__(self, chunk: Chunk) -> list[dict[str, Signal]]:
        with spelled_by(self.speller):
            return run_chunk(self.executable, self.reader.read_chunk(chunk), chunk)


def run_chunk(
    executable: Executable, inputs: Sequence[Sample | EventList], chunk: Chunk
) -> list[dict[str, Signal]]:
    """The outputs of the samples of a chunk by name, each from the initial state.

    Raises:
        OptionError: An input is not what the network takes; the message says of which sample.
    """
    run = Run(executable)
    if (found := run.run_together(inputs)) is not None:
        return [{name: s[k] for name, s in found.items()} for k in range(len(inputs))]
    results: list[dict[str, Signal]] = []
    with at_sample(chunk, results):
        for x in inputs:
            run.reset()
            results.append(run.run(x))
    return results


def run_batch(
    executable: Executable,
    samples: Any,
    dt: float,
    *,
    executor: Workers = None,
    events: EventFormat | None = None,
    time_first: bool = False,
) -> dict[str, list[Signal]]:
    """The outputs by name of each sample, [T, *shape], in the order of the samples.

    Args:
        executable: The network's code.
        samples: As for `samples.entries`.
        dt: Seconds per step of the network.
        executor: Who computes.
        events: How arrays of events are read.
        time_first: Whether arrays of several samples are [T, N, ...].

    Raises:
        OptionError: A sample is not what the network takes.
        ExecutorError: A worker ended.
    """
    reader = InputReader(executable.inputs, events or EventFormat(), dt)
    task = _RunChunk(executable, reader, speller())
    found: dict[str, list[Signal]] = {port.name: [] for port in executable.outputs}
    parts = chunks(entries(executable.inputs, samples, time_first=time_first))
    with executor_for(executor) as pool:
        for results in in_order(task, parts, pool, str):
            for result in results:
                for name, signal in result.items():
                    found[name].append(signal)
    return found


def is_one_array(samples: Any) -> bool:
    """Whether samples are arrays [N, T, ...], which all have the same number of steps."""
    if isinstance(samples, Mapping):
        return True
    return hasattr(samples, "shape") and not isinstance(samples, list | tuple)


def joined(found: dict[str, list[Signal]], samples: Any, time_first: bool) -> Batch:
    """Outputs as the samples were given: arrays for arrays, lists for anything else."""
    if not is_one_array(samples):
        return found if len(found) > 1 else next(iter(found.values()))
    axis = 1 if time_first else 0
    arrays = {name: np.stack(signals, axis) for name, signals in found.items() if signals}
    if not arrays:
        raise OptionError("there is no sample")
    return arrays if len(arrays) > 1 else next(iter(arrays.values()))

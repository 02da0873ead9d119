# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What snn-mlir-run does."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import click
import numpy as np

from snnmlir.boards.places import check_place, connected
from snnmlir.cli.common import Bar, network_from, recorded
from snnmlir.cli.data import read_samples
from snnmlir.common.files import check_targets, pack_arrays, write_files
from snnmlir.compiler import Network
from snnmlir.errors import OptionError, quoted
from snnmlir.evaluation.decisions import Rule
from snnmlir.evaluation.evaluate import evaluate
from snnmlir.evaluation.result import SUFFIXES, check_suffix
from snnmlir.execution.batch import run_batch
from snnmlir.execution.events import EventFormat
from snnmlir.execution.ports import Signal, Signals
from snnmlir.nir_import.nirdata import Format, pack_data
from snnmlir.reports.measured import summed_up

_NIRDATA = (".nir", ".nirdata", ".h5", ".hdf5")
_EVALUATING = ("labels", "metrics", "readout", "decision", "classes")


def run(
    model: Path,
    data: Path,
    output: Path | None,
    record: str | None,
    place: str | None,
    profile: bool,
    events: bool,
    jobs: int | None,
    **options: Any,
) -> None:
    """Compiles the network, runs it and writes what it sends, or measures it."""
    evaluating = data.is_dir() or any(options[key] is not None for key in _EVALUATING)
    if evaluating or (output is not None and output.suffix in (".json", ".csv")):
        if place is not None:
            raise OptionError(
                "--on is for samples, and a data set is measured on this machine",
                help="give samples in a .npy, .npz or NIRData file, without options of data sets",
            )
        if record is not None or events:
            raise OptionError(
                f"{'--events' if events else '--record'} is for outputs, and a data set is "
                "measured",
                help="leave it out; --metrics rates measures spikes, --readout names what decides",
            )
        _evaluate(model, data, output, jobs, options)
        return
    if profile and place is None:
        raise OptionError(
            "--profile measures layers where --on runs the network, and there is no --on",
            help="add a place, such as --on qemu:cortex-m4f",
        )
    if place is not None:
        check_place(place)
    if output is None and place is None:
        raise OptionError(
            "there is no --output for what the network sends",
            help="name a file: -o OUTPUT.npz; to evaluate a data set, add --labels",
        )
    as_data = output is not None and output.suffix in _NIRDATA
    if events and not as_data:
        raise OptionError(
            "--events is for NIRData files", help=f"end the output's name in {_NIRDATA[0]}"
        )
    if output is not None and not as_data and output.suffix != ".npz":
        raise OptionError(
            f"the output {quoted(output)} is neither .npz nor NIRData",
            help="end its name in .npz or in " + ", ".join(_NIRDATA) + "; to see a signal such as "
            "a voltage, --record SIGNAL; to decide by it, --readout SIGNAL",
        )
    check_targets([output] if output else [], [model, data])
    hooks = {} if place is None else {"taps": recorded(record), "profile": profile}
    network = network_from(model, options, **hooks)
    inputs = read_samples(data, network)
    if not inputs:
        raise OptionError("the input holds no sample")
    if place is None:
        samples = _run(network, inputs, record, jobs)
    else:
        samples = _run_on(place, network, inputs, verbose=options["verbose"])
    if output is None:
        return
    if as_data:
        form: Format = "events" if events else "grid"
        content = pack_data(samples, network.graph.nodes, network.convention.dt, form)
    else:
        content = pack_arrays(
            samples if len(inputs) > 1 else {name: array[0] for name, array in samples.items()}
        )
    write_files({output: content}, [model, data])


def _run(
    network: Network, inputs: list[Signals], record: str | None, jobs: int | None
) -> dict[str, Signal]:
    """Outputs and recorded signals by name, [sample, T, *shape]."""
    arrays = _outputs(network, inputs, jobs)
    if names := recorded(record):
        recorder = network.recorder(None if names == "all" else names)
        wanted = network.signals if names == "all" else names
        found = _outputs(recorder, inputs, jobs)
        arrays = {name: found[name] for name in wanted} | arrays
    return arrays


def _run_on(
    place: str, network: Network, inputs: list[Signals], *, verbose: bool
) -> dict[str, Signal]:
    """The same from where the network lives; says what it took there."""
    steps = sum(len(next(iter(x.values())) if isinstance(x, dict) else x) for x in inputs)
    done = itertools.count(1)
    with Bar() as bar, connected(place, network) as board:
        result = board.run(inputs, lambda: bar.show(f"on {place}", next(done) / max(steps, 1)))
        link = board.link
    click.echo(str(summed_up(place, result, steps)), nl=False)
    if verbose:
        click.echo(
            f"link: {link.asked} questions, {link.again} again, {link.damaged} frames damaged",
            err=True,
        )
    names = result.samples[0]
    return {name: np.stack([sample[name] for sample in result.samples]) for name in names}


def _outputs(network: Network, inputs: list[Signals], jobs: int | None) -> dict[str, Signal]:
    if len(inputs) == 1:  # messages then need not say which sample
        found = network.executable.run(inputs[0])
        return {name: signal[None] for name, signal in found.items()}
    signals = run_batch(network.executable, inputs, network.convention.dt, executor=jobs)
    return {name: np.stack(parts) for name, parts in signals.items()}


def _evaluate(
    model: Path, data: Path, output: Path | None, jobs: int | None, options: dict[str, Any]
) -> None:
    """Prints what the network makes of a data set, and writes it."""
    labels = options["labels"]
    inputs = [model, data, *([Path(labels)] if labels and Path(labels).is_file() else [])]
    if output is not None:
        if output.suffix not in SUFFIXES:
            check_suffix(output)
        check_targets([output], [path for path in inputs if path.is_file()])
    if jobs is not None and jobs < 1:
        raise OptionError(f"--jobs is {jobs}, expected 1 or more")
    events = _event_format(options)
    with Bar() as bar:
        result = evaluate(
            network_from(model, options),
            data,
            labels=labels,
            executor=jobs,
            metrics=_names(options["metrics"]),
            readout=options["readout"],
            decision=cast("Rule | None", options["decision"]),
            classes=_names(options["classes"]),
            events=events,
            progress=bar.count,
        )
    if output is not None:
        write_files({output: result.as_file(output)}, [path for path in inputs if path.is_file()])
    click.echo(str(result))


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.split(","))


def _event_format(options: Mapping[str, Any]) -> EventFormat:
    start, size = options["first_step"], options["sensor_size"]
    try:
        seconds = start if start == "first" else float(start)
    except ValueError:
        raise OptionError(f"--first-step is {quoted(start)}, expected seconds or 'first'") from None
    try:
        sensor = None if size is None else tuple(int(part) for part in size.split(","))
    except ValueError:
        sensor = ()
    if sensor is not None and len(sensor) != 3:
        raise OptionError(
            f"--sensor-size is {quoted(size)}, expected width, height and polarities",
            help="write it as in --sensor-size 34,34,2",
        )
    return EventFormat(
        time_bin=options["time_bin"],
        event_unit=options["event_unit"],
        sensor_size=sensor,
        first_step=seconds,
        steps=options["steps"],
        repeated_events=options["repeated_events"],
    )

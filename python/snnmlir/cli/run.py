# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-mlir-run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np

from snnmlir.cli.common import (
    Command,
    compiler_options,
    network_from,
    recorded,
    reports_errors,
)
from snnmlir.cli.data import read_samples
from snnmlir.common.files import check_targets, pack_arrays, write_files
from snnmlir.compiler import Network
from snnmlir.errors import OptionError, quoted
from snnmlir.execution.ports import Signal, Signals
from snnmlir.nir_import.nirdata import Format, pack_data

_NIRDATA = (".nir", ".nirdata", ".h5", ".hdf5")


@click.command(cls=Command)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", metavar="INPUT", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="OUTPUT",
    help="Where the outputs go: OUTPUT.npz with an array [T, *shape] for each, or OUTPUT.nir "
    "(.nirdata, .h5) as NIRData.",
)
@click.option(
    "--record",
    metavar="NODE,...|all",
    help="Also write these signals: nodes, and neurons with .v or .i for voltage and current.",
)
@click.option("--events", is_flag=True, help="In NIRData, list spikes as events.")
@compiler_options
@click.version_option(package_name="snn-mlir-compile")
@reports_errors
def main(
    model: Path, data: Path, output: Path, record: str | None, events: bool, **options: Any
) -> None:
    """Compile MODEL, a .nir file, to C, run it on INPUT and write what it sends.

    INPUT is a .npy file with an array [T, *input shape], a .npz file with one for each input, or
    a NIRData file, with signals or events of the Input nodes. Every sample of a NIRData file is a
    run of its own from the initial state; of several, OUTPUT.npz has arrays [sample, T, *shape].
    """
    as_data = output.suffix in _NIRDATA
    if events and not as_data:
        raise OptionError(
            "--events is for NIRData files", help=f"end the output's name in {_NIRDATA[0]}"
        )
    if not as_data and output.suffix != ".npz":
        raise OptionError(
            f"the output {quoted(output)} is neither .npz nor NIRData",
            help="end its name in .npz or in " + ", ".join(_NIRDATA),
        )
    check_targets([output], [model, data])
    network = network_from(model, options)
    runs = [_run(network, x, record) for x in read_samples(data, network)]
    if not runs:
        raise OptionError("the input holds no sample")
    samples = {name: np.stack([run[name] for run in runs]) for name in runs[0]}
    if as_data:
        form: Format = "events" if events else "grid"
        content = pack_data(samples, network.graph.nodes, network.convention.dt, form)
    else:
        content = pack_arrays(samples if len(runs) > 1 else runs[0])
    write_files({output: content}, [model, data])


def _run(network: Network, x: Signals, record: str | None) -> dict[str, Signal]:
    results = network.run(x)
    arrays = results if isinstance(results, dict) else {network.outputs[0].name: results}
    if names := recorded(record):
        arrays = network.record(x, None if names == "all" else names) | arrays
    return arrays

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What snn-mlir-run does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from snnmlir.cli.common import (
    network_from,
    recorded,
)
from snnmlir.cli.data import read_samples
from snnmlir.common.files import check_targets, pack_arrays, write_files
from snnmlir.compiler import Network
from snnmlir.errors import OptionError, quoted
from snnmlir.execution.ports import Signal, Signals
from snnmlir.nir_import.nirdata import Format, pack_data

_NIRDATA = (".nir", ".nirdata", ".h5", ".hdf5")


def run(
    model: Path, data: Path, output: Path, record: str | None, events: bool, **options: Any
) -> None:
    """Compiles the network, runs it and writes what it sends."""
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

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-mlir-run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snnmlir.cli.common import compiler_options, network_from, read_signals, reports_errors
from snnmlir.files import pack_arrays, write_files


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", metavar="INPUT", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="OUTPUT.npz",
    help="Where the outputs go, an array [T, *shape] for each.",
)
@click.option(
    "--record",
    metavar="NODE,...|all",
    help="Also write these signals: nodes, and neurons with .v or .i for voltage and current.",
)
@compiler_options
@click.version_option(package_name="snn-mlir-compile")
@reports_errors
def main(model: Path, data: Path, output: Path, record: str | None, **options: Any) -> None:
    """Compile MODEL, a .nir file, to C, run it on INPUT and write what it sends.

    INPUT is a .npy file with an array [T, *input shape], or a .npz file with one for each input.
    """
    x = read_signals(data)
    network = network_from(model, options)
    results = network.run(x)
    arrays = results if isinstance(results, dict) else {network.outputs[0].name: results}
    if record:
        names = None if record == "all" else record.split(",")
        arrays = network.record(x, names) | arrays
    write_files({output: pack_arrays(arrays)})

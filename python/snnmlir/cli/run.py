# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-mlir-run: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snnmlir.cli.options import Command, compiler_options, reports_errors


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
def main(**arguments: Any) -> None:
    """Compile MODEL, a .nir file, to C, run it on INPUT and write what it sends.

    INPUT is a .npy file with an array [T, *input shape], a .npz file with one for each input, or
    a NIRData file, with signals or events of the Input nodes. Every sample of a NIRData file is a
    run of its own from the initial state; of several, OUTPUT.npz has arrays [sample, T, *shape].
    """
    from snnmlir.cli.running import run

    run(**arguments)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-mlir-run: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snnmlir.cli.options import Command, compiler_options, deciding_options, reports_errors
from snnmlir.common.kinds import METRICS


@click.command(cls=Command)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUTPUT",
    help="Where the outputs go: OUTPUT.npz with an array [T, *shape] for each, or OUTPUT.nir "
    "(.nirdata, .h5) as NIRData. Of a data set, where the results go: .json, .csv or .npz.",
)
@click.option(
    "--record",
    metavar="NODE,...|all",
    help="Also write these signals: nodes, and neurons with .v or .i for voltage and current.",
)
@click.option(
    "--on",
    "place",
    metavar="PLACE",
    help="Run it there: native (another program), qemu:cortex-m4f and other emulated machines of "
    "docs/targets.md, or serial:DEVICE[@BAUD], a board with the firmware of --package. What a step "
    "takes, and its stack, are printed; then no --output is needed.",
)
@click.option("--profile", is_flag=True, help="With --on, also what each layer takes.")
@click.option("--events", is_flag=True, help="In NIRData, list spikes as events.")
@click.option(
    "--labels",
    metavar="FILE|NAME",
    help="Evaluate a data set: a file with a label for each sample (.npy, .txt, .csv), or the name "
    "of the labels in DATA. Folders of classes need none.",
)
@click.option(
    "--metrics",
    metavar="NAME,...",
    help=f"What is measured of a data set: {', '.join(METRICS)}.  [default: with labels the first "
    "three]",
)
@deciding_options
@click.option(
    "--classes",
    metavar="NAME,...",
    help="Names of the classes, in the order of the readout's elements.",
)
@click.option(
    "--jobs", type=int, metavar="N", help="Threads that compute.  [default: one on each core]"
)
@click.option(
    "--time-bin",
    type=float,
    metavar="SECONDS",
    help="Of arrays of events: seconds of the recording in a step.  [default: --dt]",
)
@click.option(
    "--event-unit",
    type=float,
    default=1e-6,
    show_default=True,
    metavar="SECONDS",
    help="Of arrays of events: what their times count.",
)
@click.option(
    "--sensor-size",
    metavar="W,H,P",
    help="Of arrays of events: the sensor's width, height and polarities, if the input is flat.",
)
@click.option(
    "--first-step",
    default="0",
    show_default=True,
    metavar="SECONDS|first",
    help="Of arrays of events: when the first step begins, or with the first event.",
)
@click.option(
    "--steps",
    type=int,
    metavar="T",
    help="Of arrays of events: steps of each sample.  [default: up to the last event]",
)
@click.option(
    "--repeated-events",
    type=click.Choice(["error", "once"]),
    default="error",
    show_default=True,
    help="Several events of one element in one step, for an input of spikes: refuse them, or make "
    "them one spike.",
)
@compiler_options
@click.version_option(package_name="snn-mlir-compile")
@reports_errors
def main(**arguments: Any) -> None:
    """Compile MODEL, a .nir file, to C, run it on DATA and write what it sends, or measure it.

    DATA is a .npy file with an array [T, *input shape] or [N, T, *input shape], a .npz file with
    one for each input, or a NIRData file, with signals or events of the Input nodes. Every sample
    is a run of its own from the initial state; of several, OUTPUT.npz has arrays [N, T, *shape].

    With --labels, or with another option of data sets, or where DATA is a folder, DATA is a data
    set: [N, T, *input shape], arrays of events, or files of these. What the network recognizes is
    printed, and written to OUTPUT (.json, .csv, .npz).
    """
    from snnmlir.cli.running import run

    run(**arguments)

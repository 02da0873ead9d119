# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-mlir-compile: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snnmlir.cli.options import Command, compiler_options, deciding_options, reports_errors
from snnmlir.common.kinds import PACKAGES


@click.command(cls=Command)
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="model.c (and model.h beside it), model.json or model.mlir; with --package a folder. Left "
    "out only with --weights-for.",
)
@click.option(
    "--emit",
    type=click.Choice(["c", "json", "snn", "generic", "linalg", "loops"]),
    help="What to write.  [default: c for .c, json for .json, snn for .mlir]",
)
@click.option("--name", metavar="PREFIX", help="Prefix of all names in C.  [default: the output's]")
@click.option(
    "--verify",
    "verify_on",
    is_flag=False,
    flag_value="",
    type=str,
    metavar="[DATA]",
    help="Build the C for this machine, run it on DATA (.npy, .npz, NIRData) or on random spikes, "
    "and compare it with the outputs that DATA has, or else with the NumPy reference.",
)
@click.option(
    "--on",
    "place",
    metavar="PLACE",
    help="With --verify, where the C runs: native (another program), qemu:cortex-m4f and other "
    "emulated machines, or serial:DEVICE[@BAUD], a board with the firmware of --package.",
)
@click.option(
    "--self-test",
    "self_test_on",
    is_flag=False,
    flag_value="",
    type=str,
    metavar="[DATA]",
    help="Also write model_selftest.c with input from DATA, or random spikes, and with the outputs "
    "expected for it; and in it int model_selftest(void), to call on the target.",
)
@click.option(
    "--package",
    metavar="|".join(PACKAGES),
    help="Write a folder that this tool takes as a library, with the self-test, the firmware for "
    "--on serial: and an example.",
)
@click.option(
    "--package-version",
    metavar="X.Y.Z",
    help="The package's own version.  [default: 1.0.0]",
)
@click.option("--author", metavar="NAME", help="Whose package it is: 'Name' or 'Name <address>'.")
@click.option(
    "--license",
    metavar="SPDX",
    help="The package's license, such as MIT or Apache-2.0 OR MIT.",
)
@click.option("--url", metavar="URL", help="The package's page.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Constants, memory and arithmetic, layer by layer; with intN also how close it comes to "
    "float32, on the data of --calibrate or else on random spikes. A page for .html, with the "
    "graph, what the network does with the data of --verify or --calibrate, its C, and itself, "
    "running. JSON for .json, text otherwise.",
)
@click.option(
    "--compare",
    "compare_with",
    metavar="CONVENTION",
    help="How the network differs under another convention, such as that of a chip, layer by "
    "layer: in the report, or else printed. On the data of --verify or --calibrate, or on random "
    "spikes.",
)
@click.option(
    "--max-flash",
    metavar="BYTES",
    help="Refuse a network with more constants, such as weights. Code comes on top, some KiB, "
    "unless --cc says how much. Also 64K or 64KiB for 65536, 1.5K, 12kB for 12000.",
)
@click.option(
    "--max-ram",
    metavar="BYTES",
    help="Refuse a network with more state and scratch memory. The stack comes on top, some "
    "hundred bytes, unless --cc says how much.",
)
@click.option(
    "--cc",
    "compiler",
    metavar="COMMAND",
    help="The GCC of the target with its flags, such as 'arm-none-eabi-gcc -mcpu=cortex-m4 -Os'; "
    "--report then has the code's size and the stack, and the limits count them.",
)
@click.option(
    "--record",
    metavar="NODE,...|all",
    help="In the C, show these signals to a macro PREFIX_TAP in each step: nodes, and neurons with "
    ".v or .i for voltage and current. The firmware of --package sends them.",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the constants to this file, and C without them: model_load() takes them at an "
    "address, checks them, and gives what model_init() wants.",
)
@click.option(
    "--weights-for",
    type=click.Path(path_type=Path),
    metavar="model.c",
    help="Write nothing but --weights, for C that is there: a network that was trained anew. "
    "Refused, with the node, unless it gives the same C with the same options.",
)
@click.option(
    "--place",
    "places",
    multiple=True,
    metavar="NODE=SECTION",
    help="Put the constants of a node into a section, such as fc1=.fast_data; a macro says which, "
    "SNN_IN_FAST_DATA.",
)
@click.option(
    "--helpers",
    metavar="NAME",
    help="Put functions that several networks of a program share into NAME.c and NAME.h beside the "
    "C, such as snn_helpers; all names in them begin with NAME.",
)
@click.option(
    "--misra",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a record, in Markdown, of the deviations from MISRA C:2012 that cppcheck's add-on "
    "finds in the C, with their places and reasons.",
)
@click.option(
    "--search",
    "search_on",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Choose the bits of the weights of each layer, scales and states, so that the network is "
    "as small as it can be with --min-accuracy on DATA, a labelled data set as snn-mlir-run takes "
    "it; with --max-flash or --max-ram only as small as these say. --dtype NODE=intN, --scales "
    "pow2 and --states proved are kept. The table of what was found is printed, or in the report.",
)
@click.option(
    "--labels",
    metavar="FILE|NAME",
    help="The labels of --search: a file with one for each sample (.npy, .txt, .csv), or their "
    "name in DATA.  [default: those of DATA]",
)
@click.option(
    "--min-accuracy",
    metavar="PERCENT",
    help="The least part of the samples of --search that is recognized, such as 97.5%.  [default: "
    "0.5 percentage points less than in float32]",
)
@deciding_options
@click.option(
    "--profile",
    is_flag=True,
    help="In the C, call layers in a macro PREFIX_PROFILE, and show "
    "lists of events to PREFIX_EVENTS.",
)
@compiler_options
@click.version_option(package_name="snn-mlir-compile")
@reports_errors
def main(**arguments: Any) -> None:
    """Compile the spiking network in MODEL, a .nir file, to dependency-free C11."""
    from snnmlir.cli.compiling import run

    run(**arguments)

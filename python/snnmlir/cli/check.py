# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-mlir-check: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from snnmlir.cli.options import Command, compiler_options, reports_errors


@click.command(cls=Command)
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON document instead of tables: a snnmlir.Report.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write a page with the graph as a drawing.",
)
@compiler_options
@click.version_option(package_name="snn-mlir-compile")
@reports_errors
def main(**arguments: Any) -> None:
    """Say what MODEL, a .nir file, holds, and whether and how it compiles with these options.

    With --like it also says which convention reproduces a recording, and what the recording leaves
    open. The exit status is 0 if it compiles, and with --like if such a convention was found, and
    1 otherwise. The keys of the JSON document are
    the attributes of snnmlir.Report; "error" is null, or has "message", "node" and "help".
    With --like there is "inference", too.
    """
    from snnmlir.cli.checking import run

    run(**arguments)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-mlir-target: its options."""

from __future__ import annotations

from pathlib import Path

import click

from snnmlir.cli.options import Command, reports_errors


@click.group()
@click.version_option(package_name="snn-mlir-compile")
def main() -> None:
    """Describe and try what C is made for: processors, and accelerators that compute layers."""


@main.command(cls=Command)
@click.argument("target", metavar="NAME|FILE")
@click.option(
    "--networks",
    type=click.IntRange(1, 100_000),
    default=40,
    show_default=True,
    help="How many networks each kernel computes.",
)
@click.option("--seed", type=click.IntRange(0), default=0, help="Of what is drawn.")
@reports_errors
def check(target: str, networks: int, seed: int) -> None:
    """Try the kernels of a target, a name or a .toml file, with its model for this machine.

    Random networks at the borders of what each kernel takes are computed with it and without; all
    integers have to be equal. The exit status is 1 if they are not, or if a kernel was never
    selected.
    """
    from snnmlir.cli.targeting import run_check

    run_check(target, networks, seed)


@main.command(cls=Command)
@click.argument("name")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The folder to write; it is not there yet.  [default: NAME]",
)
@reports_errors
def new(name: str, output: Path | None) -> None:
    """Write a target that works: a description, a header, a model in C, a test."""
    from snnmlir.cli.targeting import run_new

    run_new(name, output)


@main.command("list", cls=Command)
@reports_errors
def list_targets() -> None:
    """List the targets that --target knows by name."""
    from snnmlir.cli.targeting import run_list

    run_list()

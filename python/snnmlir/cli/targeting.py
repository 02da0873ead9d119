# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What snn-mlir-target does."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from snnmlir.cli.common import Bar
from snnmlir.common.files import write_folder
from snnmlir.delivery.skeleton import skeleton
from snnmlir.delivery.trials import Trial, try_kernels
from snnmlir.targets import load_target, target_names

_MOST_REASONS = 3


def run_check(name: str, networks: int, seed: int) -> None:
    """Tries the kernels and prints what came out; ends the process."""
    target = load_target(name)
    with Bar() as bar:
        trials = try_kernels(target, networks, seed, bar.show)
    for trial in trials:
        _print(trial)
    sys.exit(0 if all(trial.passed for trial in trials) else 1)


def _print(trial: Trial) -> None:
    if trial.passed:
        counts = f"{trial.networks} networks, {trial.entries} entries"
        click.echo(f"{trial.kernel}: {counts}, 0 differing")
        return
    for difference in trial.differences:
        click.echo(f"{trial.kernel}: differs\n  {difference}")
    if not trial.networks:
        click.echo(f"{trial.kernel}: selected for none of the networks that were tried")
        for reason, count in trial.reasons.most_common(_MOST_REASONS):
            click.echo(f"  {count} times: {reason}")
        if trial.closest is not None:
            draw, reasons = trial.closest
            click.echo(f"  the closest, {draw}: {'; '.join(reasons)}")


def run_new(name: str, output: Path | None) -> None:
    """Writes the skeleton of a target."""
    folder = output or Path(name)
    write_folder(folder, skeleton(name))
    click.echo(f"wrote {folder}; try it: snn-mlir-target check {folder / 'target.toml'}")


def run_list() -> None:
    """Prints the names."""
    for name in target_names():
        click.echo(name)

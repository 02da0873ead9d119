# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What snn-mlir-check does."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from snnmlir.cli.common import (
    found_convention,
    inference_from,
    options_of,
    save_convention,
)
from snnmlir.cli.inference import advice, as_dict, describe
from snnmlir.common.files import check_targets, write_files
from snnmlir.common.tables import printable
from snnmlir.conventions import PRESETS, option_name
from snnmlir.errors import SnnError
from snnmlir.nir_import.hints import Suggestion
from snnmlir.reports.check import NodeReport, Refusal, Report, check, shape_text

_WIDTH = 100
"""Where the output is no terminal."""


def run(model: Path, as_json: bool, html: Path | None, **options: Any) -> None:
    """Prints what the file holds and whether it compiles; ends the process."""
    arguments = options_of(options)
    if html is not None:
        check_targets([html], [model])
    inference = inference_from(model, options) if options["like"] is not None else None
    if inference is not None:
        arguments |= found_convention(inference)
    report = check(model, **arguments)
    if options["save_convention"] is not None:
        save_convention(options["save_convention"], arguments, [model])
    if html is not None and report.nodes:
        from snnmlir.reports.page.page import graph_page

        write_files({html: graph_page(report).html.encode()}, [model])
    if as_json:
        found = {"inference": as_dict(inference)} if inference is not None else {}
        click.echo(json.dumps(report.to_dict() | found, indent=2))
    elif report.error is not None and not report.nodes:
        raise _error(report.error)  # nothing could be read
    else:
        _print(report)
        for line in describe(inference) if inference is not None else ():
            click.echo(line)
        if inference is not None and not inference.exact:
            click.echo(f"help: {advice(inference)}")
    sys.exit(0 if report.compiles and (inference is None or inference.exact) else 1)


def _print(report: Report) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names may hold what it cannot print
    width = None if sys.stdout.isatty() else _WIDTH
    console = Console(width=width, highlight=False, markup=False, emoji=False)
    for line in _summary(report):
        console.print(line, soft_wrap=True)
    if report.nodes:
        console.print(_table(report))
    for source, target, size in report.cut:
        console.print(
            f"cut: {printable(source)} -> {printable(target)} carries the {size} values of the "
            "previous step",
            soft_wrap=True,
        )
    for note in report.notes:
        console.print(f"note: {note}", soft_wrap=True)
    if report.error is None:
        console.print(
            f"compiles: {report.weights} weights, {report.state_bytes} bytes of state, "
            f"{report.memory_bytes} bytes with scratch memory"
        )
        return
    for refusal in _refusals(report):
        console.print(f"does not compile: {_error(refusal)}", soft_wrap=True)


def _refusals(report: Report) -> list[Refusal]:
    """The reason, and those of other nodes."""
    others = [node.error for node in report.nodes if node.error != report.error]
    return [refusal for refusal in (report.error, *others) if refusal is not None]


def _error(refusal: Refusal) -> SnnError:
    # The dialect's messages have names as they are.
    return SnnError(_printable(refusal.message), node=refusal.node, help=refusal.help)


def _summary(report: Report) -> list[str]:
    choices = dict(report.convention)
    name, dt = choices.pop("name"), choices.pop("dt")
    nodes, edges = choices.pop("nodes"), choices.pop("edges")
    lines = [
        f"file: {printable(report.file or '')}, nir {printable(report.nir_version or 'unknown')}"
    ]
    if report.sha256:
        lines.append(f"sha256: {report.sha256}")
    lines.append(f"type: {report.dtype}, dt {dt:g} s")
    lines.append(
        f"convention: {name} ("
        + ", ".join(f"{option_name(choice)} {value}" for choice, value in choices.items())
        + ")"
    )
    for node, chosen in nodes.items():
        values = ", ".join(f"{option_name(choice)} {value}" for choice, value in chosen.items())
        lines.append(f"  {printable(node)}: {values}")
    lines += [f"  edge {printable(old)} becomes {printable(new)}" for old, new in edges.items()]
    if report.suggested_convention:
        lines.append(f"the parameters look like: {report.suggested_convention}")
        lines += _not_in_the_file(report.suggested_convention)
    if report.nodes:
        lines.append(f"inputs: {', '.join(map(printable, report.inputs))}")
        lines.append(f"outputs: {', '.join(map(printable, report.outputs))}")
    return lines


def _not_in_the_file(suggested: Suggestion) -> list[str]:
    """What a suggestion cannot know, and what tells."""
    family = suggested.preset
    presets = [name for name in PRESETS if name.startswith(family)]
    lines = []
    if family == "snntorch":
        lines.append(
            "how snnTorch's neurons reset is not in the file: snntorch is reset_mechanism='zero' "
            "without delay, snntorch-default what Leaky() does unless told otherwise"
        )
    if len(presets) > 1:
        lines.append(
            f"{', '.join(presets)} all fit the parameters, and compute something else each; a "
            "recording tells which it is: --like RECORDING"
        )
    return lines


def _table(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("node", "type", "from", "shape", "parameters", "state", ""):
        table.add_column(heading, overflow="fold")
    for node in report.nodes:
        table.add_row(*(Text(cell) for cell in _cells(node, report.compiles)))
    return table


def _cells(node: NodeReport, compiles: bool) -> list[str]:
    shape = shape_text(node.output_shape)
    if node.input_shape != node.output_shape:
        shape = f"{shape_text(node.input_shape)} to {shape}"
    parameters = [*map(str, node.parameters)]
    if node.weights:
        parameters.append(f"{node.weights} weights")
    state = [", ".join(f"{size} {name}" for name, size in node.state.items())] if node.state else []
    if node.state_bytes:
        state.append(f"{node.state_bytes} bytes")
    verdict = ["recurrent"] if node.recurrent else []
    if not compiles:
        verdict.append("refused" if node.error else "compiles")
    return [
        printable(node.name),
        node.type,
        ", ".join(map(printable, node.sources)),
        shape,
        "\n".join(parameters),
        "\n".join(state),
        ", ".join(verdict),
    ]


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What snn-mlir-compile does."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import click

from snnmlir.boards.places import Connection, check_place, verifiable
from snnmlir.cli.common import (
    Bar,
    network_from,
    recorded,
    save_convention,
)
from snnmlir.cli.data import read_runs, read_samples
from snnmlir.common.files import Content, check_targets, write_files
from snnmlir.common.sizes import parse_size
from snnmlir.common.tables import printable
from snnmlir.common.wording import option
from snnmlir.compiler import Network, Stage
from snnmlir.compiler import compile as compile_network
from snnmlir.compiler.names import prefix_from
from snnmlir.compiler.options import QUANTIZED
from snnmlir.compiler.output import stage_of
from snnmlir.conventions import CHOICES
from snnmlir.delivery.misra import misra_record
from snnmlir.delivery.package import PackageInfo, write_package
from snnmlir.delivery.selftest import SelfTest, self_test
from snnmlir.errors import ConventionWarning, OptionError, quoted
from snnmlir.evaluation.search import Search, search
from snnmlir.inference.recording import has_outputs, recording_for
from snnmlir.reports.budgets import check_flash, check_ram
from snnmlir.reports.comparison import Comparison, compare
from snnmlir.reports.fidelity import Fidelity, fidelity
from snnmlir.reports.footprint import footprint
from snnmlir.reports.measured import Measured, measured
from snnmlir.reports.report import NetworkReport
from snnmlir.reports.verify import (
    Verification,
    random_input,
    verified_by_recordings,
    verified_by_reference,
)

_OF_PACKAGES = {
    "version": "package_version", "author": "author", "license": "license", "url": "url",
}  # fmt: skip
"""Fields of `PackageInfo`, and their options."""


def run(
    model: Path,
    output: Path | None,
    emit: str | None,
    name: str | None,
    verify_on: str | None,
    place: str | None,
    self_test_on: str | None,
    package: str | None,
    report: Path | None,
    max_flash: str | None,
    max_ram: str | None,
    compiler: str | None,
    record: str | None,
    profile: bool,
    compare_with: str | None,
    misra: Path | None,
    weights: Path | None,
    weights_for: Path | None,
    places: tuple[str, ...],
    helpers: str | None,
    search_on: Path | None,
    labels: str | None,
    min_accuracy: str | None,
    readout: str | None,
    decision: str | None,
    **options: Any,
) -> None:
    """Compiles a network, and writes and checks what was asked for."""
    apart = {"weights_apart": weights is not None, "places": _places(places), "helpers": helpers}
    output = _output(output, weights, weights_for)
    if package and emit not in (None, "c"):
        raise OptionError(f"a package has C, found --emit {emit}", help="leave one of them out")
    about = _about(package, options)
    if misra and (package or (emit or stage_of(output)) != "c"):
        raise OptionError(
            "--misra is about a .c file and its header, which are not written",
            help="give -o a .c file without --package and --emit, or leave it out",
        )
    if place is not None and verify_on is None:
        raise OptionError(
            "--on says where the C is compared, and there is no --verify",
            help="add --verify; to see outputs, snn-mlir-run has --on, too",
        )
    if place is not None:
        check_place(place)
    limits = {
        check: parse_size(size, flag)
        for check, size, flag in (
            (check_flash, max_flash, "--max-flash"),
            (check_ram, max_ram, "--max-ram"),
        )
        if size is not None
    }
    if compiler is not None and not report and not limits:
        raise OptionError(
            "--cc says what builds the C for a report or a limit, and there is none",
            help="add --report, --max-flash or --max-ram",
        )
    data = (
        options["calibrate"],
        search_on if search_on is None or search_on.is_file() else None,
        *(Path(name) for name in (verify_on, self_test_on) if name),
    )
    inputs = [model, *(path for path in data if path)]
    if weights_for:
        inputs.append(weights_for)
    kept = package or weights_for
    written = [path for path in (report, misra, weights, None if kept else output) if path]
    check_targets(written, inputs)
    if weights and not package and (emit or stage_of(output)) not in ("c", "json"):
        raise OptionError(
            "--weights is about a .c file, which is not written",
            help="give -o a .c file, or leave it out",
        )
    choosing = {
        "labels": labels,
        "min_accuracy": min_accuracy,
        "readout": readout,
        "decision": decision,
    }
    _check_search(search_on, choosing, options)
    network = network_from(
        model, options, name=name, taps=recorded(record), profile=profile, **apart
    )
    if weights_for:
        network.check_fits(weights_for)
    searched = None
    if search_on is not None:
        limited = {"max_flash": limits.get(check_flash), "max_ram": limits.get(check_ram)}
        searched = _search(network, search_on, choosing | limited)
        network = searched.network
        if not report:
            click.echo(str(searched), nl=False)
    content: dict[Path, Content] = {}
    compared = None
    told = _name if report and report.suffix == ".html" else _path
    if compare_with is not None:
        data_file = Path(verify_on) if verify_on else options["calibrate"]
        compared = _compare(model, network, compare_with, data_file, told)
        if not report:
            click.echo(str(compared), nl=False)
    prefix = name or prefix_from(output.stem)
    known = None
    if report or limits:
        known = NetworkReport(
            network.type_name,
            network.resources,
            footprint(network, compiler, prefix) if compiler is not None else None,
            placements=network.placements,
            search=searched,
        )
        for check, limit in limits.items():
            check(known, limit)
    verified = _verify(network, verify_on, place) if verify_on is not None else None
    if report and known:
        fidelity_found = _fidelity(network, options["calibrate"], told)
        known = replace(
            known,
            fidelity=fidelity_found,
            comparison=compared,
            verification=verified,
            measured=_measured(network, verify_on or "", place) if place else None,
        )
        if report.suffix == ".html":
            data_file = Path(verify_on) if verify_on else options["calibrate"]
            content[report] = _page(network, known, data_file, prefix)
        else:
            content[report] = known.as_file(report)
    test = _self_test(network, self_test_on or "") if self_test_on is not None or package else None
    if weights:
        content[weights] = network.weights or b""
    if weights_for:
        pass  # the C is there
    elif package:
        write_package(network, package, output, test, about)
    else:
        stage = cast("Stage | None", emit)
        files = network.contents(output, stage, test)
        if misra:
            content[misra] = misra_record(network, network.files(output, stage, test))
        check_targets([*content, *files])  # what is there twice is once in a dictionary
        content |= files
    write_files(content, inputs)
    if options["save_convention"] is not None:
        save_convention(options["save_convention"], {"convention": network.convention}, inputs)
    if options["verbose"]:
        for port in network.inputs:
            click.echo(f"input {port.name}: {list(port.shape)} {port.dtype}", err=True)
        for port in network.outputs:
            click.echo(f"output {port.name}: {list(port.shape)} {port.dtype}", err=True)
        for bound in network.bounds:
            click.echo(f"bound {bound}", err=True)
        click.echo(f"wrote {weights if weights_for else output}", err=True)


def _output(output: Path | None, weights: Path | None, weights_for: Path | None) -> Path:
    """The C file or folder that is written, or that is there."""
    if weights_for is None:
        if output is None:
            raise OptionError("there is no --output", help="say what to write: -o model.c")
        return output
    if output is not None or weights is None:
        raise OptionError(
            "--weights-for makes the weights for C that is there, found "
            + ("no --weights" if weights is None else "-o, which makes C"),
            help="write it as in --weights new.bin --weights-for model.c, without -o",
        )
    return weights_for


def _places(texts: tuple[str, ...]) -> dict[str, str]:
    """What --place says: {"fc1": ".fast_data"}."""
    places = {}
    for text in texts:
        node, separator, section = text.rpartition("=")
        if not separator:
            raise OptionError(
                f"--place {quoted(text)} is not NODE=SECTION",
                help="write it as in --place fc1=.fast_data",
            )
        places[node] = section
    return places


def _about(package: str | None, options: dict[str, Any]) -> PackageInfo:
    """What the package says of itself; its options are taken out."""
    given = {
        field: value
        for field, name in _OF_PACKAGES.items()
        if (value := options.pop(name)) is not None
    }
    if given and not package:
        raise OptionError(
            f"{option(_OF_PACKAGES[next(iter(given))])} is for a package, and there is none",
            help=f"add {option('package', 'KIND')}, or leave it out",
        )
    return PackageInfo(**given)


def _check_search(data: Path | None, choosing: dict[str, Any], options: dict[str, Any]) -> None:
    """Refuses what goes with a search only, or not with one; single nodes may have types."""
    given = [dtype for dtype in options["dtype"] if "=" not in dtype]
    needless = [key for key, value in choosing.items() if value is not None]
    if data is None:
        if needless:
            raise OptionError(
                f"{option(needless[0])} is for a search, and there is none",
                help=f"add {option('search', 'DATA')}, or leave it out",
            )
        return
    if given:
        raise OptionError(
            f"--search chooses the types, found --dtype {given[-1]}",
            help="leave it out; --dtype NODE=intN keeps the type of a node",
        )
    options["dtype"] = ("int8", *options["dtype"])


def _search(network: Network, data: Path, choosing: dict[str, Any]) -> Search:
    """The smallest network that is accurate on a data set, with a progress bar."""
    if choosing["min_accuracy"] is not None:
        choosing["min_accuracy"] = _part(choosing["min_accuracy"])
    with Bar() as bar:
        return search(network, data, progress=bar.show, **choosing)


def _part(text: str) -> float:
    """What --min-accuracy says: "97.5%", or 0.975."""
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise OptionError(
            f"--min-accuracy is {quoted(text)}, expected a part of the samples",
            help="write it as in 97.5%",
        ) from None


def _path(data: Path) -> str:
    """What a report calls its data."""
    return printable(str(data))


def _name(data: Path) -> str:
    """What a page calls it: the same wherever the file is."""
    return printable(data.name)


def _page(network: Network, known: NetworkReport, data: Path | None, prefix: str) -> bytes:
    """The report as a page, with what the network does with data, or with random input."""
    from snnmlir.reports.page.page import network_page

    samples = [random_input(network)] if data is None else read_samples(data, network)
    name = "random input" if data is None else _name(data)
    return network_page(network, known, samples, name, prefix).html.encode()


def _fidelity(network: Network, data: Path | None, told: Callable[[Path], str]) -> Fidelity | None:
    if network.dtype not in QUANTIZED:
        return None
    if data is None:
        return fidelity(network, [random_input(network)], "random input")
    return fidelity(network, read_samples(data, network), told(data))


def _compare(
    model: Path,
    network: Network,
    convention: str,
    data: Path | None,
    told: Callable[[Path], str],
) -> Comparison:
    """The network against what the same file is under another convention.

    What the first convention says of the file and of the length of a step holds for both.
    """
    ours = network.convention
    about_the_file = {
        choice: getattr(ours, choice)
        for choice in ("time_unit", "flatten", "recurrent_input", "ports")
        if getattr(ours, choice) != CHOICES[choice][0]
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConventionWarning)
        other = compile_network(
            model,
            convention=convention,
            dt=ours.dt,
            edges=ours.edges,
            **about_the_file,
        )
    for note in other.notes:
        click.echo(f"note: in {other.convention.name}: {note}", err=True)
    if data is None:
        return compare(network, other, [random_input(network)], "random input")
    return compare(network, other, read_samples(data, network), told(data))


def _self_test(network: Network, data: str) -> SelfTest:
    """The test with the first sample of the data; says what was left out."""
    samples = read_samples(Path(data), network) if data else [None]
    if not samples:
        raise OptionError(f"there is no sample in {quoted(data)}")
    test = self_test(network, samples[0])
    notes = [f"the self-test has the first of {len(samples)} samples"] if len(samples) > 1 else []
    for text in (*notes, *test.notes):
        click.echo(f"note: {text}", err=True)
    click.echo(f"self-test: {test.steps} steps, {test.constant_bytes} bytes", err=True)
    return test


def _measured(network: Network, data: str, place: str) -> Measured:
    """What the network takes there, on the inputs that it was verified with."""
    samples = read_samples(Path(data), network) if data else [random_input(network)]
    return measured(place, network, samples)


def _verify(network: Network, data: str, place: str | None) -> Verification:
    """Compares the C with what a file recorded, or else with the reference; says which.

    Raises:
        CompileError: They differ.
        BoardError: The C is to run elsewhere, and cannot.
    """
    if place is None:
        found = _compared(network, data, None)
    else:
        with verifiable(place, network) as board:
            found = _compared(network, data, board)
            signals = len(board.board.signals)
        sent = f"the outputs and {signals} signals" if signals else "the outputs alone"
        found = replace(found, outcome=(*found.outcome, f"on {place}, which sent {sent}"))
    click.echo(str(found), err=True, nl=False)
    return found


def _compared(network: Network, data: str, board: Connection | None) -> Verification:
    runs = read_runs(Path(data), network.graph, network.convention.dt) if data else []
    if runs and all(has_outputs(network.graph, run) for run in runs):
        recordings = [recording_for(network.graph, run) for run in runs]
        for note in dict.fromkeys(note for run in recordings for note in run.notes):
            click.echo(f"note: {note}", err=True)
        return verified_by_recordings(network, recordings, board)
    samples = read_samples(Path(data), network) if data else [random_input(network)]
    return verified_by_reference(network, samples, board)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the commands share when they run: the network, conventions, and messages."""

from __future__ import annotations

import functools
import re
import sys
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import click
from rich.console import Console
from rich.progress import Progress

from snnmlir.cli.data import read_runs, read_samples
from snnmlir.cli.inference import advice, describe
from snnmlir.common.files import write_files
from snnmlir.compiler import Network
from snnmlir.compiler import compile as compile_network
from snnmlir.conventions import CHOICES, convention, convention_text
from snnmlir.errors import ConventionWarning, OptionError, quoted
from snnmlir.inference import Inference, infer
from snnmlir.inference.infer import read_recorded

_PATIENCE = 1.0
"""Seconds before a progress bar appears."""


def options_of(options: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `snnmlir.compile` that the command line gives."""
    return {
        **_dtypes(options["dtype"]),
        "convention": options["convention"] or "nir",
        "dt": options["dt"],
        "nodes": _node_choices(options["node_choices"]),
        "edges": _edges(options["edges"]),
        "input_type": options["input_type"],
        "scales": options["scales"],
        "states": options["states"],
        "optimize": options["optimize"],
        "target": options["target"],
        "limits": options["limits"],
        **{key: value for key, value in options.items() if key in CHOICES},
    }


def _dtypes(texts: Iterable[str]) -> dict[str, Any]:
    """What --dtype says: "int8" of all, "fc1=int4" of a node. Of several the last counts."""
    dtype: str | None = None
    nodes: dict[str, str] = {}
    for text in texts:
        node, separator, kind = text.rpartition("=")
        if separator:
            nodes[node] = kind
        else:
            dtype = text
    return {"dtype": dtype, "dtypes": nodes}


def _node_choices(texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """What --set says: {"lif1": {"reset": "zero"}}. Names of nodes may hold dots."""
    nodes: dict[str, dict[str, str]] = {}
    for text in texts:
        found = re.fullmatch(r"(?s)(.+)\.([A-Za-z_-]+)=([^=]*)", text)
        if not found:
            raise OptionError(
                f"--set {quoted(text)} is not NODE.CHOICE=VALUE",
                help="write it as in --set lif1.reset=zero",
            )
        node, choice, value = found.groups()
        nodes.setdefault(node, {})[choice] = value
    return nodes


def _edges(texts: Iterable[str]) -> dict[str, str]:
    """What --edge says: {"a -> b": "a -> c"}."""
    edges = {}
    for text in texts:
        old, separator, new = text.partition(" = ")
        if not separator:
            raise OptionError(
                f"--edge {quoted(text)} is not 'A -> B = A -> C'",
                help="name the edge of the file, and after ' = ' the one in its place",
            )
        edges[old] = new
    return edges


def network_from(model: Path, options: dict[str, Any], **more: Any) -> Network:
    """Compiles `model` as the options say, and prints what was assumed.

    Raises:
        OptionError: --like found no convention.
    """
    arguments = options_of(options) | more
    if options.get("like") is not None:
        inference = inference_from(model, options)
        for line in describe(inference):
            click.echo(line, err=True)
        if not inference.exact:
            raise OptionError(
                f"no convention reproduces {quoted(options['like'])}", help=advice(inference)
            )
        arguments |= found_convention(inference)
    data = options.get("calibrate")
    if data is not None:
        arguments["calibrate"] = functools.partial(read_samples, data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConventionWarning)  # printed as notes
        network = compile_network(model, **arguments)
    for text in network.notes:
        click.echo(f"note: {text}", err=True)
    return network


def found_convention(inference: Inference) -> dict[str, Any]:
    """The arguments of `snnmlir.compile` in place of what options say of the convention."""
    known = dict.fromkeys(("dt", "nodes", "edges", *CHOICES))
    return known | {"convention": inference.convention}


def inference_from(model: Path, options: dict[str, Any]) -> Inference:
    """What --like finds, with a progress bar where it takes longer.

    Raises:
        OptionError: An option says what --like is to find, or the recording does not fit.
    """
    for option in ("convention", "node_choices", "edges"):
        if options[option]:
            name = {"node_choices": "set", "edges": "edge"}.get(option, option)
            raise OptionError(
                f"--like finds the convention, and --{name} gives it",
                help="leave one of them out; --verify RECORDING compares a convention with what "
                "was recorded",
            )
    runs = read_runs(options["like"], read_recorded(model), options["dt"])
    known = {key: options[key] for key in CHOICES}
    with Bar() as bar:
        return infer(model, runs, dt=options["dt"], progress=bar.show, **known)


def save_convention(path: Path, arguments: Mapping[str, Any], inputs: Sequence[Path]) -> None:
    """Writes the convention that `arguments` of `snnmlir.compile` give to a file.

    Raises:
        OptionError: The file is no .toml, or one of `inputs`.
    """
    if path.suffix != ".toml":
        raise OptionError(
            f"a convention file cannot be called {quoted(path.name)}", help="end its name in .toml"
        )
    keys = ("dt", "nodes", "edges", *CHOICES)
    chosen = convention(arguments["convention"], **{key: arguments.get(key) for key in keys})
    write_files({path: convention_text(chosen).encode()}, inputs)


class Bar:
    """A progress bar on a terminal, once something takes longer."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=1.0)
        self._shown = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self._shown:
            self._bar.stop()

    def show(self, what: str, share: float) -> None:
        """Shows what is tried."""
        if not sys.stderr.isatty() or time.monotonic() - self._started < _PATIENCE:
            return
        if not self._shown:
            self._bar.start()
            self._shown = True
        self._bar.update(self._task, description=what, total=1.0, completed=share)

    def count(self, done: int, of: int | None) -> None:
        """Shows how many samples are done, and of how many if that is known."""
        self.show(f"{done} of {of} samples" if of else f"{done} samples", done / of if of else 0.0)


def recorded(text: str | None) -> tuple[str, ...] | Literal["all"]:
    """The signals that --record names."""
    if text == "all":
        return "all"
    return () if text is None else tuple(text.split(","))

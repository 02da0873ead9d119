# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Convention files: TOML, written and read by us.

    schema = 1
    convention = "snntorch-default"     # a preset; "nir" if it is left out
    dt = 1e-4                           # choices for all nodes, as on the command line
    reset = "zero-delayed"

    [nodes."lif1"]                      # choices for single nodes
    reset = "subtract-delayed"

    [edges]                             # edges of the file that are replaced
    "a -> b" = "a -> c"

docs/conventions.md has all choices.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from snnmlir.conventions.choices import CHOICES, Convention, option_name, with_choices
from snnmlir.conventions.presets import PRESETS
from snnmlir.errors import OptionError, quoted

SCHEMA = 1

_KEYS = ("schema", "convention", "nodes", "edges")
_MOST_BYTES = 1 << 20


def read_convention(path: str | os.PathLike[str]) -> Convention:
    """The convention in a file.

    Raises:
        OptionError: The file cannot be read, is no TOML, or holds what a convention does not have.
    """
    name = quoted(os.fspath(path))
    try:
        with Path(path).open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise OptionError(
            f"{name} cannot be read ({error.strerror}), expected a convention file",
            help=f"give a .toml file, or one of {', '.join(PRESETS)}",
        ) from error
    try:
        if len(text) > _MOST_BYTES:
            raise ValueError(f"it has more than {_MOST_BYTES} bytes")
        table = tomllib.loads(text.decode("utf-8"))
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError, too
        raise OptionError(
            f"{name} is not a convention file: {error}", help="docs/conventions.md has the schema"
        ) from error
    try:
        return _convention(table)
    except OptionError as error:
        raise OptionError(f"{name}: {error.message}", node=error.node, help=error.help) from error


def _convention(table: dict[str, Any]) -> Convention:
    schema = table.get("schema", SCHEMA)
    if schema != SCHEMA or isinstance(schema, bool):
        raise OptionError(
            f"schema is {quoted(schema)}, expected {SCHEMA}",
            help="the file was written by another version of snn-mlir-compile",
        )
    base = table.get("convention", "nir")
    if not isinstance(base, str) or base not in PRESETS:
        raise OptionError(
            f"convention is {quoted(base)}, expected a preset", help=f"use {', '.join(PRESETS)}"
        )
    nodes, edges = table.get("nodes", {}), table.get("edges", {})
    if not isinstance(nodes, dict) or not all(isinstance(c, dict) for c in nodes.values()):
        raise OptionError("nodes is no table of tables", help='write [nodes."NAME"] before choices')
    if not isinstance(edges, dict) or not all(isinstance(e, str) for e in edges.values()):
        raise OptionError(
            "edges is no table of texts", help='write [edges], and "a -> b" = "a -> c"'
        )
    names = [key.replace("-", "_") for key in table]
    if twice := [key for key in names if names.count(key) > 1]:
        raise OptionError(
            f"{option_name(twice[0])} is there twice, with a hyphen and with an underscore",
            help="write it once, with hyphens",
        )
    choices = {key.replace("-", "_"): value for key, value in table.items() if key not in _KEYS}
    for key in choices.keys() - {"dt", *CHOICES}:
        raise OptionError(
            f"unknown choice {quoted(option_name(key))}",
            help="use " + ", ".join(map(option_name, ("dt", *CHOICES))),
        )
    return with_choices(PRESETS[base], nodes=nodes, edges=edges, **choices)


def convention_text(chosen: Convention) -> str:
    """The text of a convention file, with what differs from the preset."""
    preset = PRESETS.get(chosen.name, PRESETS["nir"])
    table: dict[str, Any] = {"schema": SCHEMA, "convention": preset.name, "dt": float(chosen.dt)}
    table |= {
        option_name(key): value
        for key, value in chosen.choices().items()
        if key != "dt" and value != getattr(preset, key)
    }
    if chosen.nodes:
        table["nodes"] = {
            name: {option_name(key): value for key, value in choices.items()}
            for name, choices in sorted(chosen.nodes.items())
            if choices
        }
    if chosen.edges:
        table["edges"] = dict(sorted(chosen.edges.items()))
    return tomli_w.dumps(table)


def convention_keywords(chosen: Convention) -> str:
    """The same as arguments of `snnmlir.compile`."""
    preset = PRESETS.get(chosen.name, PRESETS["nir"])
    words = [f"convention={preset.name!r}", f"dt={plain(float(chosen.dt))}"]
    words += [
        f"{key}={_literal(value)}"
        for key, value in chosen.choices().items()
        if key != "dt" and value != getattr(preset, key)
    ]
    if chosen.nodes:
        nodes = (f"{name!r}: {{{_items(each)}}}" for name, each in sorted(chosen.nodes.items()))
        words.append(f"nodes={{{', '.join(nodes)}}}")
    if chosen.edges:
        words.append(f"edges={{{_items(dict(sorted(chosen.edges.items())))}}}")
    return ", ".join(words)


def _items(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{key!r}: {_literal(value)}" for key, value in values.items())


def _literal(value: Any) -> str:
    return plain(value) if isinstance(value, float) else repr(value)


def plain(value: Any) -> str:
    """A number with all its digits, and no more."""
    short = f"{value:.12g}" if isinstance(value, float) else str(value)
    return short if not isinstance(value, float) or float(short) == value else repr(value)

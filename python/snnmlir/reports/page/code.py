# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The C of each layer, with the equations that stand above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from snnmlir.compiler import Network
from snnmlir.compiler.stages import layer_functions

_DEFINITION = re.compile(
    r"^(?P<comment>/\* (?:(?!\*/).)*? \*/\n)?"
    r"(?P<text>static SNN_LAYER void (?P<name>\w+)\(.*?^}\n)",
    re.MULTILINE | re.DOTALL,
)
_PUBLIC = re.compile(r"^void (?P<name>\w+)\(.*?^}\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class LayerCode:
    """A function of the generated C.

    Attributes:
        name: Its name in C.
        node: The node that it is for; None of one that serves all.
        title: What the comment above it says first.
        equations: The lines behind that: what it computes.
        text: The function.
    """

    name: str
    node: str | None
    title: str
    equations: tuple[str, ...]
    text: str


def layer_codes(network: Network, prefix: str) -> list[LayerCode]:
    """The functions of all layers in the order of the file, then those that the caller calls."""
    source, _ = network.emit_c(prefix, f"{prefix}.h")
    nodes = iter(layer_functions(network.stages.loops))
    helpers = {f"{prefix}_{name}{bits}" for name in _HELPERS for bits in ("", "_32")}
    found = [
        _layer(match, None if match["name"] in helpers else next(nodes, None))
        for match in _DEFINITION.finditer(source)
    ]
    return [*found, *_entries(source, prefix)]


_HELPERS = ("take_events", "set_spikes")
"""Functions in the C that are no functions of the loops."""


def _layer(match: re.Match[str], node: str | None) -> LayerCode:
    comment = (match["comment"] or "").strip().removeprefix("/* ").removesuffix(" */")
    title, *lines = (line.removeprefix(" * ").strip() for line in comment.split("\n"))
    if node is None:  # what serves all layers is told in prose
        title, lines = " ".join([title, *lines]), []
    return LayerCode(
        match["name"], node, _without_name(title), tuple(lines), match["text"].rstrip()
    )


def _without_name(title: str) -> str:
    name, colon, rest = title.partition(": ")
    return rest if colon and name.isidentifier() else title


def _entries(source: str, prefix: str) -> Iterator[LayerCode]:
    titles = {
        f"{prefix}_init": "Sets the state before the first step.",
        f"{prefix}_step": "One step.",
        f"{prefix}_step_events": "The same step, for callers that have positions of spikes.",
    }
    for match in _PUBLIC.finditer(source):
        if title := titles.get(match["name"]):
            yield LayerCode(match["name"], None, title, (), match[0].rstrip())

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How messages name options: as arguments in Python, as flags on the command line.

Whoever writes a message says `option("calibrate", "DATA")` and gets `calibrate=DATA`. The commands
run inside `spelled_by` with a speller of their own, and there it is `--calibrate DATA`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

FUNCTIONS = {
    "like": "snnmlir.infer(source, {})",
    "self_test": "snnmlir.self_test(network, {})",
    "cc": "snnmlir.footprint(network, {})",
    "compare": "snnmlir.compare(network, other, samples)",
}
"""What does in Python what only the commands have an option for."""


class Speller(Protocol):
    """How one kind of user writes options."""

    def option(self, name: str, values: tuple[str, ...]) -> str:
        """An option, alone or with one of some values."""

    def node_option(self, node: str, choice: str, value: str) -> str:
        """A choice of the convention for a single node."""

    def node_types(self, types: Mapping[str, str]) -> str:
        """The types of the weights of single nodes."""

    def options(self, *options: str) -> str:
        """Several options beside each other."""


@dataclass(frozen=True)
class _Python:
    """The arguments of `snnmlir.compile`, and functions beside it."""

    def option(self, name: str, values: tuple[str, ...]) -> str:
        if name in FUNCTIONS:
            call = FUNCTIONS[name]
            return call.format(any_of(values)) if values else call.partition("(")[0]
        return f"{name}={any_of([_literal(value) for value in values])}" if values else name

    def node_option(self, node: str, choice: str, value: str) -> str:
        return f"nodes={{{node!r}: {{{choice!r}: {_literal(value)}}}}}"

    def node_types(self, types: Mapping[str, str]) -> str:
        return f"dtypes={dict(types)!r}"

    def options(self, *options: str) -> str:
        return ", ".join(options)


_PYTHON = _Python()

_speller: ContextVar[Speller] = ContextVar("speller", default=_PYTHON)


def speller() -> Speller:
    """Who spells options now; for work that is done in other threads or processes."""
    return _speller.get()


@contextlib.contextmanager
def spelled_by(speller: Speller) -> Iterator[None]:
    """Messages that are made meanwhile name options as `speller` does."""
    token = _speller.set(speller)
    try:
        yield
    finally:
        _speller.reset(token)


def option(name: str, *values: str) -> str:
    """An option as the user writes it.

    Args:
        name: The argument's name in Python: "input_type".
        values: What it could be. A number, or capitals that stand for something, such as DATA, is
            written as it is, a word in Python as a string: `dtype='f32'`.
    """
    return _speller.get().option(name, values)


def node_option(node: str, choice: str, value: str) -> str:
    """A choice of the convention for a single node, likewise."""
    return _speller.get().node_option(node, choice, value)


def node_types(types: Mapping[str, str]) -> str:
    """The types of the weights of single nodes, by name, likewise."""
    return _speller.get().node_types(types)


def options(*options: str) -> str:
    """Several of what `option` gives, to be used together."""
    return _speller.get().options(*options)


def any_of(words: Sequence[str]) -> str:
    """Words as in "a", "a or b", "a, b or c"."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _literal(value: str) -> str:
    if value.isupper():
        return value
    try:
        float(value)
    except ValueError:
        return repr(value)
    return value

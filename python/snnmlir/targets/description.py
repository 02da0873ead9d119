# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A target as data: its processor, its memories, and the kernels that compute layers on it.

docs/kernels.md describes each field for people who write targets. What only the compiler can judge
(expressions, layouts, facts) its pass `snn-select-kernels` checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from snnmlir.common.targets import TARGETS
from snnmlir.errors import OptionError, quoted

SCHEMA = 1
"""The version of the description."""

Scalar: TypeAlias = "str | int | bool"
Condition: TypeAlias = "Scalar | tuple[Scalar, ...] | Mapping[str, int]"

PROCESSOR_COST = "synapse.macs * density + 4 * neuron.size"
"""What a layer costs the processor, unless a description says otherwise."""

_C_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_HEADER = re.compile(r"[A-Za-z0-9_./+-]+")
_SECTION = re.compile(r"[A-Za-z0-9_.]+")


@dataclass(frozen=True, kw_only=True)
class Memory:
    """A memory in which tables may lie.

    Attributes:
        name: A name of C; the C has a macro SNN_IN_<NAME> for tables in it.
        bytes: Its size, or None if it is not checked.
        section: The linker's section that the macro names where it is not defined, or None.
    """

    name: str
    bytes: int | None = None
    section: str | None = None

    def __post_init__(self) -> None:
        _check(_C_NAME, self.name, f"memory {quoted(self.name)}", "name", "a name of C")
        if self.section is not None:
            what = "letters, digits, _ and ."
            _check(_SECTION, self.section, f"memory {quoted(self.name)}", "section", what)
        if self.bytes is not None and self.bytes < 1:
            raise OptionError(
                f"memory {quoted(self.name)}: bytes is {self.bytes}",
                help="give its size, 1 or more",
            )


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """A C function that computes a layer; the attributes are those of `snn.kernel`.

    Attributes:
        name: What messages and reports call it.
        function: Its name in C.
        pattern: The operations that it computes, such as ("snn.linear", "snn.lif").
        arguments: What it is called with.
        headers: What declares it; without any the generated C does.
        where: What has to hold of the layer, by fact.
        setup: A function that is called once, before the first step, or None.
        setup_arguments: What that is called with.
        layout: Order of the weights, such as "Oi8o", or None for that of the operation.
        memory: The memory that its tables lie in, or None.
        alignment: Of its tables, in bytes, or None.
        scratch: Bytes that it needs while it runs, an expression of facts, or None.
        cost: What a step costs, an expression of facts.
    """

    name: str
    function: str
    pattern: tuple[str, ...]
    arguments: tuple[str, ...]
    headers: tuple[str, ...] = ()
    where: Mapping[str, Condition] = field(default_factory=dict)
    setup: str | None = None
    setup_arguments: tuple[str, ...] = ()
    layout: str | None = None
    memory: str | None = None
    alignment: int | None = None
    scratch: str | None = None
    cost: str = "0"

    def __post_init__(self) -> None:
        kernel = f"kernel {quoted(self.name)}"
        _check(_NAME, self.name, kernel, "name", "letters, digits, _ and -")
        _check(_C_NAME, self.function, kernel, "function", "a name of C")
        if self.setup is not None:
            _check(_C_NAME, self.setup, kernel, "setup", "a name of C")
        elif self.setup_arguments:
            raise OptionError(
                f"{kernel}: setup_arguments without setup", help="name the function in setup"
            )
        for header in self.headers:
            _check(_HEADER, header, kernel, "headers", "names of files")
        if not self.pattern:
            raise OptionError(
                f"{kernel}: pattern is empty", help="name an operation, such as snn.linear"
            )
        for name, condition in self.where.items():
            _check_condition(condition, f"{kernel}: where {quoted(name)}")
        size = self.alignment
        if size is not None and (size < 1 or size > 4096 or size & (size - 1)):
            raise OptionError(
                f"{kernel}: alignment is {size}", help="use a power of two up to 4096"
            )


@dataclass(frozen=True, kw_only=True)
class HostModel:
    """C that computes on this machine what a target's kernels do.

    Attributes:
        sources: C files.
        include: Folders with headers.
        flags: Further arguments of the C compiler.
    """

    sources: tuple[Path, ...] = ()
    include: tuple[Path, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """As a C compiler takes them."""
        return (*self.flags, *(f"-I{folder}" for folder in self.include), *map(str, self.sources))


@dataclass(frozen=True, kw_only=True)
class Target:
    """What C is made for.

    Attributes:
        name: What messages call it.
        processor: The processor that the rest runs on: one of `TARGETS`.
        kernels: What computes layers in its place.
        memories: Where tables may lie.
        host: A model of the kernels for this machine, or None.
        cost: What a layer costs the processor, an expression of facts.
        density: Share of inputs that are not zero, which expressions can use.
        passes: Pipelines of MLIR at points of the compilation: "network", before kernels are
            selected, and "loops", before C is written.
    """

    name: str
    processor: str = "generic"
    kernels: tuple[Kernel, ...] = ()
    memories: tuple[Memory, ...] = ()
    host: HostModel | None = None
    cost: str = PROCESSOR_COST
    density: float = 1.0
    passes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        target = f"target {quoted(self.name)}"
        _check(_NAME, self.name, target, "name", "letters, digits, _ and -")
        if self.processor not in TARGETS:
            raise OptionError(
                f"{target}: processor is {quoted(self.processor)}",
                help="use one of " + ", ".join(TARGETS),
            )
        if not 0 <= self.density <= 1:
            raise OptionError(f"{target}: density is {self.density:g}", help="use 0 to 1")
        for point in self.passes:
            if point not in PASS_POINTS:
                raise OptionError(
                    f"{target}: passes at {quoted(point)}", help="use " + " or ".join(PASS_POINTS)
                )
        for what, names in (
            ("kernels", [kernel.name for kernel in self.kernels]),
            ("memories", [memory.name for memory in self.memories]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise OptionError(
                        f"{target}: two {what} are called {quoted(name)}",
                        help="give each a name of its own",
                    )
        known = {memory.name for memory in self.memories}
        for kernel in self.kernels:
            if kernel.memory is not None and kernel.memory not in known:
                raise OptionError(
                    f"kernel {quoted(kernel.name)}: memory is {quoted(kernel.memory)}",
                    help="use one of " + (", ".join(sorted(known)) or "[[memory]], which lacks"),
                )

    @property
    def pipeline_options(self) -> str:
        """As the pipelines snn-to-linalg and snn-to-loops take them."""
        forms = TARGETS[self.processor].pipeline_options
        if not self.kernels:
            return forms
        # Options end at a space.
        return f"{forms} processor-cost={self.cost.replace(' ', '')} density={self.density!r}"


PASS_POINTS = ("network", "loops")
"""Where a target can run passes of its own."""


def _check(form: re.Pattern[str], text: str, owner: str, name: str, expected: str) -> None:
    if not form.fullmatch(text):
        raise OptionError(f"{owner}: {name} is {quoted(text)}", help=f"use {expected}")


def _check_condition(condition: Condition, owner: str) -> None:
    if isinstance(condition, Mapping):
        for name, value in condition.items():
            if name not in ("min", "max", "multiple"):
                raise OptionError(f"{owner} has {quoted(name)}", help="use min, max and multiple")
            if isinstance(value, bool) or not isinstance(value, int):
                raise OptionError(
                    f"{owner}: {name} is {quoted(str(value))}", help="use a whole number"
                )
            if name == "multiple" and value < 1:
                raise OptionError(f"{owner}: multiple is {value}", help="use 1 or more")
    choices = condition if isinstance(condition, tuple) else ()
    if isinstance(condition, (tuple, Mapping)) and not condition:
        raise OptionError(f"{owner} is empty", help="say what has to hold")
    for choice in choices:
        if not isinstance(choice, (str, int)):
            raise OptionError(
                f"{owner} has {quoted(str(choice))}",
                help="use words, whole numbers, true and false",
            )

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A target as data: its processor, its memories, and the kernels that compute layers on it.

docs/kernels.md describes each field for people who write targets. What only the compiler can judge
(expressions, layouts, facts) its pass `snn-select-kernels` checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
_EXPRESSION = re.compile(r"[A-Za-z0-9_.+\-*/()\s]+")
_NOTHING_BETWEEN = re.compile(r"[A-Za-z0-9_.]\s+[A-Za-z0-9_.]")
# What exists in a step alone.
_OF_A_STEP = re.compile(r"input|input\.events|scratch|[a-z_]+\d*\.(result|spikes|v|i)")
_RESERVED = re.compile(
    "auto|break|case|char|const|continue|default|do|double|else|enum|extern|float|for|goto|if|"
    "inline|int|long|main|register|restrict|return|short|signed|sizeof|static|struct|switch|"
    "typedef|union|unsigned|void|volatile|while"
)


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


_STATES = {
    "snn.lif": ("v",),
    "snn.li": ("v",),
    "snn.cuba_lif": ("v", "i"),
    "snn.cuba_li": ("v", "i"),
}
"""What neurons carry from step to step."""


def _states(pattern: Sequence[str]) -> set[str]:
    """The states of a pattern as arguments name them; that of a delay has no such name."""
    neurons = [operation for operation in pattern if operation in _STATES]
    states = {
        f"neuron{number if number > 1 else ''}.{state}"
        for number, operation in enumerate(neurons, start=1)
        for state in _STATES[operation]
    }
    return states | ({"the state of snn.delay"} if "snn.delay" in pattern else set())


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
        _check_function(self.function, kernel, "function")
        if self.setup is not None:
            _check_function(self.setup, kernel, "setup")
            if self.setup == self.function:
                raise OptionError(
                    f"{kernel}: setup and function are both {quoted(self.setup)}",
                    help="name another function",
                )
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
        if "layer" in self.where or "layer" in re.findall(r"[\w.]+", self.cost):
            raise OptionError(
                f"{kernel}: {'where' if 'layer' in self.where else 'cost'} has 'layer', which is "
                "counted once kernels are selected",
                help="use it in arguments",
            )
        if self.setup is None and (kept := sorted(_states(self.pattern) - {*self.arguments})):
            raise OptionError(
                f"{kernel}: arguments lack {', '.join(map(quoted, kept))}, so the kernel keeps it, "
                "and there is no setup that clears it",
                help="name a function in setup, or give the kernel the state",
            )
        for text in self.setup_arguments:
            if _OF_A_STEP.fullmatch(text):
                raise OptionError(
                    f"{kernel}: setup_arguments has {quoted(text)}",
                    help="a setup can be given tables and numbers: signals, states and scratch "
                    "are those of a step",
                )
        _check_expression(self.cost, kernel, "cost")
        if self.scratch is not None:
            _check_expression(self.scratch, kernel, "scratch")
            if found := {"layer", "density"} & set(re.findall(r"[\w.]+", self.scratch)):
                raise OptionError(
                    f"{kernel}: scratch has {quoted(min(found))}",
                    help="use facts of the layer itself",
                )
        elif "scratch" in self.arguments:
            raise OptionError(
                f"{kernel}: arguments has 'scratch', and the kernel has none",
                help="say how many bytes it needs: scratch = ...",
            )
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
        _check_expression(self.cost, target, "cost")
        for point, pipeline in self.passes.items():
            if point not in PASS_POINTS:
                raise OptionError(
                    f"{target}: passes at {quoted(point)}", help="use " + " or ".join(PASS_POINTS)
                )
            if not isinstance(pipeline, str):
                raise OptionError(
                    f"{target}: passes at {quoted(point)} are {quoted(pipeline)}",
                    help="write a pipeline, a string",
                )
        for what, names in (
            ("kernels", [kernel.name for kernel in self.kernels]),
            # Names of macros are in capitals.
            ("memories", [memory.name.upper() for memory in self.memories]),
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

    def pipeline_options(self, shares_helpers: bool) -> str:
        """As the pipelines snn-to-linalg and snn-to-loops take them.

        Args:
            shares_helpers: Whether several networks share the helpers.
        """
        processor = TARGETS[self.processor]
        forms = (processor.sharing if shares_helpers else processor).pipeline_options
        if not self.kernels:
            return forms
        # Options end at a space.
        cost = "".join(self.cost.split())
        return f"{forms} processor-cost={cost} density={self.density!r}"


PASS_POINTS = ("network", "loops")
"""Where a target can run passes of its own."""


def _check(form: re.Pattern[str], text: str, owner: str, name: str, expected: str) -> None:
    if not form.fullmatch(text):
        raise OptionError(f"{owner}: {name} is {quoted(text)}", help=f"use {expected}")


def _check_function(name: str, owner: str, what: str) -> None:
    _check(_C_NAME, name, owner, what, "a name of C")
    if _RESERVED.fullmatch(name):
        raise OptionError(f"{owner}: {what} is {quoted(name)}", help="C has this word; use another")


def _check_expression(text: str, owner: str, name: str) -> None:
    """Refuses what the options of a pass cannot hold; the compiler checks the rest."""
    if not _EXPRESSION.fullmatch(text):
        expected = "use numbers, facts, + - * / and parentheses"
        raise OptionError(f"{owner}: {name} is {quoted(text)}", help=expected)
    if found := _NOTHING_BETWEEN.search(text):
        raise OptionError(
            f"{owner}: {name} has {quoted(found[0])}", help="write + - * or / between the two"
        )
    if found := re.search(r"\b[\d.]+[eE][+-]\s*\d*", text):
        raise OptionError(f"{owner}: {name} has {quoted(found[0])}", help="write it without e")


def _check_condition(condition: Condition, owner: str) -> None:
    if isinstance(condition, Mapping):
        for name, value in condition.items():
            if name not in ("min", "max", "multiple"):
                raise OptionError(
                    f"{owner} has {quoted(name)}",
                    help="use min, max and multiple; a fact with dots is written in quotes: "
                    '"synapse.groups" = 1',
                )
            if isinstance(value, bool) or not isinstance(value, int):
                raise OptionError(
                    f"{owner}: {name} is {quoted(str(value))}", help="use a whole number"
                )
            _check_size(value, owner)
            if name == "multiple" and value < 1:
                raise OptionError(f"{owner}: multiple is {value}", help="use 1 or more")
    elif isinstance(condition, tuple):
        for choice in condition:
            _check_scalar(choice, owner)
    else:
        _check_scalar(condition, owner)
    if isinstance(condition, (tuple, Mapping)) and not condition:
        raise OptionError(f"{owner} is empty", help="say what has to hold")


def _check_scalar(value: object, owner: str) -> None:
    if not isinstance(value, (str, int)):
        raise OptionError(
            f"{owner} has {quoted(value)}", help="use words, whole numbers, true and false"
        )
    if isinstance(value, int):
        _check_size(value, owner)


def _check_size(value: int, owner: str) -> None:
    if not -(2**63) <= value < 2**63:
        raise OptionError(f"{owner} has {value}", help="use a whole number of 64 bits")

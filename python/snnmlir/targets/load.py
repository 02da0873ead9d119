# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Targets by name, from installed packages, and from files."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeAlias

from snnmlir.common.sizes import parse_size
from snnmlir.common.targets import TARGETS
from snnmlir.errors import OptionError, quoted
from snnmlir.targets.description import SCHEMA, HostModel, Kernel, Memory, Target

TargetLike: TypeAlias = "str | os.PathLike[str] | Target"

GROUP = "snnmlir.targets"
"""The group of entry points; each gives a `Target`, or a function without arguments that does."""


def target_names() -> tuple[str, ...]:
    """The names that `load_target` knows: the processors, then those of installed packages."""
    return (*TARGETS, *sorted(point.name for point in entry_points(group=GROUP)))


def load_target(target: TargetLike) -> Target:
    """The target of a name, or that a .toml file describes.

    Raises:
        OptionError: There is no such target, or its description has a mistake.
    """
    if isinstance(target, Target):
        return target
    text = os.fspath(target)
    if text in TARGETS:
        return Target(name=text, processor=text)
    for point in entry_points(group=GROUP):
        if point.name == text:
            return _from_package(point.name, point.load())
    if not text.endswith(".toml"):
        raise OptionError(
            f"unknown target {quoted(text)}",
            help="use one of " + ", ".join(target_names()) + ", or a .toml file that describes one",
        )
    return _read(Path(text), ())


def _read(path: Path, including: tuple[Path, ...]) -> Target:
    """The target in a file, which those in `including` include."""
    text = str(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(
            f"target {quoted(text)} cannot be read: {error.strerror}", help="name a .toml file"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"target {quoted(text)} is no TOML: {error}", help="mend it") from error
    whole = path.resolve()
    if whole in including:
        raise OptionError(f"{text} includes itself", help="leave one of these includes out")
    try:
        return _target(table, path.parent, (*including, whole))
    except OptionError as error:
        raise OptionError(f"{text}: {error.message}", help=error.help) from error


def _from_package(name: str, found: Any) -> Target:
    target = found() if callable(found) else found
    if not isinstance(target, Target):
        raise OptionError(
            f"the package that has target {quoted(name)} gives {type(target).__name__}",
            help="the entry point has to be an snnmlir.Target, or a function that gives one",
        )
    return target


class _Table:
    """A table of a description, whose fields are taken one by one."""

    def __init__(self, owner: str, table: Any) -> None:
        if not isinstance(table, Mapping):
            raise OptionError(f"{owner} is {_kind(table)}", help="write a table")
        self.owner = owner
        self.left = dict(table)

    def take(self, name: str, kind: type, default: Any = ...) -> Any:
        if name not in self.left:
            if default is ...:
                raise OptionError(f"{self.owner} lacks {name}", help=f"add {name} = ...")
            return default
        value = self.left.pop(name)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise OptionError(
                f"{self.owner}: {name} is {_kind(value)}", help=f"write {_NAMES[kind]}"
            )
        return value

    def words(self, name: str, default: Any = ...) -> tuple[str, ...]:
        values = self.take(name, list, default)
        for value in values:
            if not isinstance(value, str):
                raise OptionError(f"{self.owner}: {name} has {_kind(value)}", help="write strings")
        return tuple(values)

    def tables(self, name: str) -> list[Any]:
        found: list[Any] = self.take(name, list, [])
        return found

    def finish(self) -> None:
        for name in self.left:
            raise OptionError(
                f"{self.owner} has the unknown field {quoted(name)}",
                help="docs/kernels.md lists the fields",
            )


_NAMES = {
    str: "a string",
    list: "a list",
    float: "a number",
    int: "a whole number",
    dict: "a table",
}


def _kind(value: Any) -> str:
    names = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}
    return names.get(type(value), "a list" if isinstance(value, list) else "a table")


def _target(table: Mapping[str, Any], folder: Path, including: tuple[Path, ...]) -> Target:
    top = _Table("the description", table)
    schema = top.take("schema", int)
    if schema != SCHEMA:
        raise OptionError(
            f"schema is {schema}, and this compiler reads {SCHEMA}",
            help="use the compiler that the description was written for, or adapt it",
        )
    top.take("description", str, "")
    parts = [_read(folder / name, including) for name in top.words("include", [])]
    target = Target(
        name=top.take("name", str),
        processor=top.take("processor", str, "generic"),
        cost=top.take("cost", str, Target.cost),
        density=top.take("density", float, 1.0),
        passes=dict(top.take("passes", dict, {})),
        memories=(
            *(memory for part in parts for memory in part.memories),
            *(_memory(entry) for entry in top.tables("memory")),
        ),
        kernels=(
            *(kernel for part in parts for kernel in part.kernels),
            *(_kernel(entry) for entry in top.tables("kernel")),
        ),
        host=_joined([*(part.host for part in parts), _host(top.take("host", dict, None), folder)]),
    )
    top.finish()
    return target


def _memory(entry: Any) -> Memory:
    table = _Table("[[memory]]", entry)
    name = table.take("name", str)
    table.owner = f"memory {quoted(name)}"
    size = table.left.pop("bytes", None)
    if isinstance(size, str):
        try:
            size = parse_size(size, "bytes")
        except OptionError as error:
            raise OptionError(
                f"{table.owner}: bytes is {quoted(size)}", help="write a size, such as 65536 or 64K"
            ) from error
    if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
        raise OptionError(f"{table.owner}: bytes is {_kind(size)}", help="write 65536 or '64K'")
    memory = Memory(name=name, bytes=size, section=table.take("section", str, None))
    table.finish()
    return memory


def _kernel(entry: Any) -> Kernel:
    table = _Table("[[kernel]]", entry)
    name = table.take("name", str)
    table.owner = f"kernel {quoted(name)}"
    where = {
        fact: tuple(value) if isinstance(value, list) else value
        for fact, value in table.take("where", dict, {}).items()
    }
    kernel = Kernel(
        name=name,
        function=table.take("function", str),
        pattern=table.words("pattern"),
        arguments=table.words("arguments"),
        headers=table.words("headers", []),
        where=where,
        setup=table.take("setup", str, None),
        setup_arguments=table.words("setup_arguments", []),
        layout=table.take("layout", str, None),
        memory=table.take("memory", str, None),
        alignment=table.take("alignment", int, None),
        scratch=table.take("scratch", str, None),
        cost=table.take("cost", str, "0"),
    )
    table.finish()
    return kernel


def _host(entry: Any, folder: Path) -> HostModel | None:
    if entry is None:
        return None
    table = _Table("[host]", entry)
    host = HostModel(
        sources=tuple(folder / name for name in table.words("sources", [])),
        include=tuple(folder / name for name in table.words("include", [])),
        flags=table.words("flags", []),
    )
    table.finish()
    for path in (*host.sources, *host.include):
        if not path.exists():
            raise OptionError(f"[host]: there is no {quoted(str(path))}", help="mend the name")
    return host


def _joined(models: Iterable[HostModel | None]) -> HostModel | None:
    """The models of several descriptions as one."""
    there = [model for model in models if model is not None]
    if not there:
        return None
    return HostModel(
        sources=tuple(source for model in there for source in model.sources),
        include=tuple(folder for model in there for folder in model.include),
        flags=tuple(flag for model in there for flag in model.flags),
    )

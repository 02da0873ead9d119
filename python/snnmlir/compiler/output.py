# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The files that a network is written to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from snnmlir.common.files import Content
from snnmlir.common.wording import option
from snnmlir.compiler.names import header_for, self_test_name
from snnmlir.compiler.stages import Stage
from snnmlir.errors import OptionError, quoted


def stage_of(path: Path) -> Stage:
    """What a file of this name holds.

    Raises:
        OptionError: Its suffix does not say.
    """
    stages: dict[str, Stage] = {".c": "c", ".json": "json", ".mlir": "snn"}
    if path.suffix not in stages:
        raise OptionError(
            f"cannot tell from {quoted(path.name)} what to write",
            help="end the name in .c, .json or .mlir, or say "
            + option("emit", "c", "json", "snn", "generic", "linalg", "loops"),
        )
    return stages[path.suffix]


def check_no_c(stage: Stage, *, hooks: bool, test: bool, helpers: bool) -> None:
    """Refuses to write what only C has.

    Args:
        stage: What is written instead.
        hooks: Whether signals are tapped or layers profiled.
        test: Whether there is a self-test.
        helpers: Whether helpers have files of their own.

    Raises:
        OptionError: There is one of these.
    """
    if helpers:
        raise OptionError(
            f"helpers that networks share are C, found the stage '{stage}'",
            help="write a .c file, or leave them out",
        )
    if test:
        raise OptionError(
            f"a self-test is C, found the stage '{stage}'", help="write a .c file, or no test"
        )
    if hooks:
        raise OptionError(
            f"signals are tapped and layers profiled in C, not in {stage}", help="write a .c file"
        )


def c_files(
    target: Path,
    prefix: str,
    write: Callable[[Callable[[bytes], object], str, str], str],
    emit_test: Callable[[str, str], tuple[str, str]] | None,
    helpers: Mapping[str, str],
) -> dict[Path, Content]:
    """The C source, its header beside it, and likewise those of a self-test and of helpers.

    Args:
        target: The C file.
        prefix: What all names begin with.
        write: Hands the source on and gives the header, for a prefix and the header's file name.
        emit_test: Gives both for the self-test, if there is one.
        helpers: The files that other networks share, by their names.

    Raises:
        OptionError: The header's name cannot be included, or a file would be there twice.
    """
    header = header_for(target)
    headers: list[str] = []

    def write_source(file: IO[bytes]) -> None:
        headers.append(write(file.write, prefix, header.name))

    def write_header(file: IO[bytes]) -> None:
        file.write(headers.pop().encode())

    files: dict[Path, Content] = {target: write_source, header: write_header}
    if emit_test is not None:
        names = (self_test_name(target), self_test_name(header))
        texts = (text.encode() for text in emit_test(prefix, header.name))
        files |= zip(names, texts, strict=True)
    taken = {path.name.lower() for path in files}  # not every file system tells "A" from "a"
    for name, text in helpers.items():
        if name.lower() in taken:
            raise OptionError(
                f"the helpers are called like {quoted(name)}", help="choose another name for them"
            )
        files[target.with_name(name)] = text.encode()
    return files

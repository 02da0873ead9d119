# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""File names and the prefix of the C code's names."""

from __future__ import annotations

import re
from pathlib import Path

from snnmlir._mlir import is_c11_prefix
from snnmlir.errors import OptionError, quoted

_STANDARD_HEADERS = (
    "assert", "complex", "ctype", "errno", "features", "fenv", "float", "inttypes", "iso646",
    "limits", "locale", "math", "memory", "setjmp", "signal", "stdalign", "stdarg", "stdatomic",
    "stdbool", "stddef", "stdint", "stdio", "stdlib", "stdnoreturn", "string", "tgmath",
    "threads", "time", "uchar", "unistd", "wchar", "wctype",
)  # fmt: skip


def prefix_from(stem: str) -> str:
    """A prefix like a file name's stem: "my-model" gives "my_model"."""
    text = re.sub(r"[^A-Za-z0-9]+", "_", stem).strip("_")[:40]
    if text and text[0].isdigit():
        text = f"model_{text}"
    return text if is_c11_prefix(text) else f"model_{text}".rstrip("_")


def check_prefix(name: str) -> str:
    """`name` if it can be a prefix.

    Raises:
        OptionError: It is no C identifier, a keyword, or makes the name of one of C's types.
    """
    if not is_c11_prefix(name):
        raise OptionError(
            f"the name {quoted(name)} cannot be used in C",
            help="begin with a letter, go on with letters, digits and underscores, 48 characters "
            "at most; use no keyword, and no NAME for which C has a type NAME_t",
        )
    return name


def check_helpers(name: str) -> None:
    """Refuses a name for the files with helpers.

    Raises:
        OptionError: As `check_prefix` does, or C has a header of this name.
    """
    check_prefix(name)
    _check_header(f"{name}.h", "choose another name for the helpers, such as snn_helpers")


def _check_header(name: str, advice: str) -> None:
    if name.removesuffix(".h").lower() in _STANDARD_HEADERS:
        raise OptionError(f"the header would be {quoted(name)}, which C has itself", help=advice)


def header_for(path: Path) -> Path:
    """The header that belongs to a C file.

    Raises:
        OptionError: The file's name cannot stand in an #include, or there means another header.
    """
    header = path.with_suffix(".h")
    if header == path:
        raise OptionError(
            f"{quoted(path.name)} is the name of the header", help="give the C file's name"
        )
    _check_header(header.name, "choose another file name")
    if not header.name.isprintable() or any(c in header.name for c in '"\\?'):
        raise OptionError(
            f"the file name {quoted(path.name)} cannot be included from C",
            help="choose a name of printable characters without quotes and backslashes",
        )
    return header


def self_test_name(path: Path) -> Path:
    """The file beside a C file that holds its self-test: model.c gives model_selftest.c."""
    return path.with_stem(f"{path.stem}_selftest")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""File names and the prefix of the C code's names."""

from __future__ import annotations

import re
from pathlib import Path

from snnmlir.errors import OptionError, quoted

_C_WORDS = frozenset(
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept "
    "const consteval constexpr constinit const_cast continue decltype default delete do double "
    "dynamic_cast else enum explicit export extern false float for friend goto if inline int long "
    "mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public "
    "register reinterpret_cast requires restrict return short signed sizeof static static_assert "
    "static_cast struct switch template this thread_local throw true try typedef typeid typename "
    "typeof union unsigned using virtual void volatile wchar_t while xor xor_eq linux unix".split()
)


def is_identifier(text: str) -> bool:
    """Whether `text` can prefix the names in a C file."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", text) is not None and text not in _C_WORDS


def prefix_from(stem: str) -> str:
    """A prefix like a file name's stem: "my-model" gives "my_model"."""
    text = re.sub(r"[^A-Za-z0-9]+", "_", stem).strip("_")[:48]
    if text and text[0].isdigit():
        text = f"model_{text}"
    return text if is_identifier(text) else f"model_{text}".rstrip("_")


def check_prefix(name: str) -> str:
    """`name` if it can be a prefix.

    Raises:
        OptionError: It is no C identifier, or a keyword.
    """
    if not is_identifier(name):
        raise OptionError(
            f"the name {quoted(name)} cannot be used in C",
            help="use letters, digits and underscores, beginning with a letter, and no keyword",
        )
    return name


def header_for(path: Path) -> Path:
    """The header that belongs to a C file.

    Raises:
        OptionError: The file's name cannot stand in an #include.
    """
    header = path.with_suffix(".h")
    if not header.name.isprintable() or any(c in header.name for c in '"\\?'):
        raise OptionError(
            f"the file name {quoted(path.name)} cannot be included from C",
            help="choose a name of printable characters without quotes and backslashes",
        )
    return header

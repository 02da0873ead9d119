# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The kernels of a target as operations of the snn dialect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from snnmlir.targets.description import Condition, Kernel, Target


def kernels_text(target: Target) -> str:
    """The text of a module with an `snn.kernel` for each kernel of a target."""
    sections = {memory.name: memory.section for memory in target.memories}
    return "".join(
        f"{_kernel(kernel, sections.get(kernel.memory or ''))}\n" for kernel in target.kernels
    )


def _kernel(kernel: Kernel, section: str | None) -> str:
    attributes = {
        "function": _string(kernel.function),
        "pattern": _strings(kernel.pattern),
        "arguments": _strings(kernel.arguments),
    }
    if kernel.headers:
        attributes["headers"] = _strings(kernel.headers)
    if kernel.where:
        attributes["where"] = _dictionary(
            {name: _condition(condition) for name, condition in kernel.where.items()}
        )
    if kernel.setup is not None:
        attributes["setup"] = _string(kernel.setup)
        attributes["setup_arguments"] = _strings(kernel.setup_arguments)
    for name in ("layout", "memory", "scratch", "cost"):
        text = getattr(kernel, name)
        if text is not None:
            attributes[name] = _string(text)
    if section is not None:
        attributes["section"] = _string(section)
    if kernel.alignment is not None:
        attributes["alignment"] = f"{kernel.alignment} : i64"
    name = _string(kernel.name)
    # Messages name the location.
    return f"snn.kernel @{name} {_dictionary(attributes)} loc({name})"


def _condition(condition: Condition) -> str:
    if isinstance(condition, Mapping):
        return _dictionary({name: f"{value} : i64" for name, value in condition.items()})
    if isinstance(condition, tuple):
        return f"[{', '.join(map(_scalar, condition))}]"
    return _scalar(condition)


def _scalar(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value} : i64" if isinstance(value, int) else _string(value)


def _dictionary(attributes: Mapping[str, str]) -> str:
    entries = (f"{_string(name)} = {text}" for name, text in attributes.items())
    return "{" + ", ".join(entries) + "}"


def _strings(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_string, texts))}]"


_SPECIAL = re.compile(r"[^ !#-\[\]-~]")
"""All but the printable characters of ASCII, and of these the quote and the backslash."""


def _string(text: str) -> str:
    """A string of MLIR: what is special as two hexadecimal digits for each byte."""

    def digits(found: re.Match[str]) -> str:
        return "".join(f"\\{byte:02X}" for byte in found[0].encode("utf-8", "replace"))

    return f'"{_SPECIAL.sub(digits, text)}"'

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Constants apart from the code: blobs as C, and whether C takes the blob of another network.

docs/blobs.md describes the bytes of a blob.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snnmlir.common.rendering import render
from snnmlir.errors import CompileError, OptionError, quoted

_EXPECTED = re.compile(r"static const uint8_t \w+_expected\[48\] = \{(.*?)\};", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FACT = re.compile(r"^ \*   (\S+) {2,}(.*)$", re.MULTILINE)
_OPTIONS_SAY = ("compiler", "type")
"""Facts in the comment at the top that have to be the same; the convention's have to be, too."""
_MODEL_SAYS = ("model", "sha256", "nir")


def weights_name(path: Path) -> Path:
    """The file beside a C file that has its blob as C: model.c gives model_weights.c."""
    return path.with_stem(f"{path.stem}_weights")


def blob_as_c(blob: bytes, prefix: str, header: str) -> tuple[str, str]:
    """A blob as a constant array, the C source and its header.

    Args:
        blob: The bytes.
        prefix: What all names begin with.
        header: The file name of the network's header.
    """
    rows = [", ".join(map(str, blob[at : at + 24])) for at in range(0, len(blob), 24)]
    own = weights_name(Path(header)).name
    values = {"name": prefix, "header": header, "own_header": own, "rows": rows}
    return (
        render("compiler", "weights.c", **values),
        render("compiler", "weights.h", **values),
    )


@dataclass(frozen=True)
class Part:
    """A piece of generated C that can differ between two networks.

    Attributes:
        what: What it is, in words, with the node it belongs to if that is known.
        lines: Its lines without comments.
    """

    what: str
    lines: tuple[str, ...]


def check_fits(c_file: Path, new: str, interface: Mapping[str, Any]) -> None:
    """Refuses the weights of a network for C that was made of another one.

    They fit if both networks give the same C, but for comments: then shapes, types, scales that the
    code has, and all that was proved of sums and states hold for both.

    Args:
        c_file: The C that is there, made with its weights apart.
        new: What the C of the network would be, with the same name.
        interface: The new C's.

    Raises:
        OptionError: The file is no such C.
        CompileError: They do not fit; the message names the node, what is found and expected.
        OSError: The file cannot be read.
    """
    old = c_file.read_text(encoding="utf-8", errors="replace")
    if (there := _EXPECTED.search(old)) is None:
        raise OptionError(
            f"{quoted(c_file.name)} has its weights in the code, expected C that takes a blob",
            help="compile it once with its weights apart",
        )
    found = _EXPECTED.search(new)
    if found is not None and found[1].split() == there[1].split():
        return
    _check_facts(c_file, old, new)
    nodes = {str(table["name"]): str(table["node"]) for table in interface["weights"]["tables"]}
    olds, news = _parts(old, nodes), _parts(new, nodes)
    for key in sorted(dict.fromkeys((*news, *olds)), key=_order):
        if key not in olds:
            raise _misfit(f"{news[key].what} is not in {quoted(c_file.name)}")
        if key not in news:
            raise _misfit(f"{olds[key].what} of {quoted(c_file.name)} is not in this network")
        if news[key].lines != olds[key].lines:
            one, other = _first_difference(news[key].lines, olds[key].lines)
            raise _misfit(
                f"{news[key].what}: found {one}, expected {other} as in {quoted(c_file.name)}"
            )
    raise _misfit(f"the C of this network differs from {quoted(c_file.name)}")


def _order(key: str) -> int:
    """What says most about a difference comes first."""
    return ("table", "function", "lines").index(key.split()[0])


def _misfit(text: str) -> CompileError:
    return CompileError(
        f"these weights do not fit the code: {text}",
        help="use the options that the C was made with; where these are the same, new weights need "
        "new code",
    )


def _check_facts(c_file: Path, old: str, new: str) -> None:
    """Refuses C of another compiler, type or convention, which the comment at the top says."""
    facts = dict(_FACT.findall(new.split("*/")[0]))
    before = dict(_FACT.findall(old.split("*/")[0]))
    for name in dict.fromkeys((*_OPTIONS_SAY, *facts, *before)):
        if name not in _MODEL_SAYS and facts.get(name) != before.get(name):
            raise _misfit(
                f"{name} is {facts.get(name, 'not there')}, expected "
                f"{before.get(name, 'not there')} as in {quoted(c_file.name)}"
            )


def _first_difference(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, str]:
    for a, b in zip(one, other, strict=False):
        if a != b:
            return quoted(a), quoted(b)
    longer = max(one, other, key=len)[min(len(one), len(other))]
    return (quoted(longer), "nothing") if len(one) > len(other) else ("nothing", quoted(longer))


def _parts(source: str, nodes: Mapping[str, str]) -> dict[str, Part]:
    """The C in pieces: each table of the blob, each function, and what is between these."""
    text = _EXPECTED.sub("", source)
    parts: dict[str, Part] = {}
    for chunk in re.split(r"(?<=\n\n)", text):
        comment = re.match(r"/\* ([^:*\n]+): ", chunk)
        code = _COMMENT.sub("", chunk).strip()
        if not code:
            continue
        if re.match(r"struct \w+_tables \{", code) or "_tables {\n" in code:
            parts |= _tables(code, nodes)
            continue
        lines = tuple(line.strip() for line in code.splitlines() if line.strip())
        if function := re.match(r"(?:static SNN_LAYER )?void (\w+)\(", code):
            what = f"node {quoted(comment[1])}" if comment else f"function {function[1]}"
            parts[f"function {function[1]}"] = Part(what, lines)
        elif table := re.match(r"static const [^=]*?(\w+)\[", code):
            parts[f"table {table[1]}"] = Part(f"constants {table[1]}", lines)
        else:
            parts.setdefault(f"lines {lines[0]}", Part("the code around the layers", lines))
    return parts


def _tables(code: str, nodes: Mapping[str, str]) -> dict[str, Part]:
    """The tables of a blob, by what they are called."""
    found = re.findall(r"^    (\w+) (\w+)\[(.*)\];$", code, re.MULTILINE)
    tables = {}
    for kind, name, size in found:
        if name in nodes or not re.fullmatch(r"header|padding_\d+", name):
            what = f"node {quoted(nodes[name])}, {name}" if name in nodes else f"constants {name}"
            tables[f"table {name}"] = Part(what, (f"{kind}[{size}]",))
    return tables

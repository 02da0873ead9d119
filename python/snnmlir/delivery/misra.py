# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The deviations of the generated C from MISRA C:2012, as cppcheck's add-on finds them."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from snnmlir.common.rendering import render
from snnmlir.compiler import Network
from snnmlir.errors import CompileError

REASONS = {
    "2.2": "A factor of 1 is a table's row, or a dimension of its shape, written like the others.",
    "8.14": "restrict tells the compiler that arrays do not overlap. They do not: each layer is "
    "called with arrays of the network's own memory, whose places the compiler gave.",
    "9.3": "cppcheck takes the declaration of a vector, which a function's result initializes, for "
    "that of an array.",
    "10.1": "A negative number is shifted to the right, which has to keep the sign. A "
    "compiler that does otherwise stops at an #error.",
    "10.4": "Integer constants are of type int where they stand beside size_t or a wider unsigned "
    "type. They are not negative, so the conversion keeps their values.",
    "10.7": "The position of an event in a map is computed in the type of positions. Its "
    "coordinates are below the map's size, and all positions of the map fit that type.",
    "10.8": "An expression is converted to a type that holds its value: the difference of two "
    "places in a list, which is not negative, or a sum whose range is proved.",
    "15.6": "The body of a loop or a condition is one statement, which stands without braces.",
    "17.7": "memcpy returns its first argument, which is known.",
    "20.8": "The bytes of the processor's vectors stand for whether there are any.",
    "20.9": "__GNUC__ and __BYTE_ORDER__ are the compiler's. Where they are missing, the portable "
    "form is compiled.",
}
"""Why the C deviates from a required rule. There is none for a mandatory rule."""

_MANDATORY = {"9.1", "12.5", "13.6", "17.3", "17.4", "17.6", "19.1", "22.2", "22.4", "22.5", "22.6"}
_MANDATORY |= {"21.13", "21.17", "21.18", "21.19", "21.20"}
_ADVISORY = {"2.3", "2.4", "2.5", "2.6", "2.7", "4.2", "5.9", "8.7", "8.9", "8.11", "8.13"}
_ADVISORY |= {"10.5", "11.4", "11.5", "12.1", "12.3", "12.4", "13.3", "13.4", "15.1", "15.4"}
_ADVISORY |= {"15.5", "17.5", "17.8", "18.4", "18.5", "19.2", "20.1", "20.5", "21.12"}

_TABLE = re.compile(r"(SNN_TABLE[^=;]*= )\{(.*?)\};", re.DOTALL)
_FOUND = re.compile(r"misra-c2012-([\d.]+)\t([^\t]*)\t(\d+)")


@dataclass(frozen=True)
class Deviation:
    """A rule, and where the C deviates from it.

    Attributes:
        rule: Its number, such as "10.4".
        category: "mandatory", "required" or "advisory".
        places: "file:line", in order.
        reason: Why; None for an advisory rule.
    """

    rule: str
    category: str
    places: tuple[str, ...]
    reason: str | None


def category(rule: str) -> str:
    """What MISRA C:2012 calls a rule: "mandatory", "required" or "advisory"."""
    if rule in _MANDATORY:
        return "mandatory"
    return "advisory" if rule in _ADVISORY else "required"


def deviations(files: dict[str, str]) -> list[Deviation]:
    """What cppcheck's add-on for MISRA C:2012 finds in C files.

    The values of constant tables are left out: the rules say nothing about them, and the add-on
    takes minutes for them.

    Args:
        files: Names and texts, sources and headers.

    Raises:
        CompileError: There is no cppcheck, it cannot read the C, or a mandatory or required rule is
            violated that has no reason in `REASONS`.
    """
    said = _cppcheck({name: _without_tables(text) for name, text in files.items()})
    places: dict[str, list[str]] = defaultdict(list)
    for rule, file, line in sorted(set(_FOUND.findall(said)), key=lambda f: (f[1], int(f[2]))):
        places[rule].append(f"{file}:{line}")
    found = [
        Deviation(rule, category(rule), tuple(places[rule]), REASONS.get(rule))
        for rule in sorted(places, key=lambda rule: [int(part) for part in rule.split(".")])
    ]
    for deviation in found:
        if deviation.category != "advisory" and deviation.reason is None:
            raise CompileError(
                f"cppcheck finds a violation of the {deviation.category} rule {deviation.rule} of "
                f"MISRA C:2012 at {deviation.places[0]}, expected only those that have a reason: "
                f"{', '.join(REASONS)}",
                help="please report the network; the C can be written without the record",
            )
    return found


def misra_record(network: Network, files: dict[Path, bytes]) -> bytes:
    """The record of deviations, Markdown.

    Args:
        network: What the C was made of.
        files: What `Network.files` gave, with C sources and headers.

    Raises:
        CompileError: As `deviations` does.
    """
    texts = {path.name: content.decode() for path, content in files.items()}
    found = deviations(texts)
    record = render(
        "delivery",
        "misra.md",
        files=sorted(texts),
        version=_version(),
        recorded=[deviation for deviation in found if deviation.category != "advisory"],
        advisory=[deviation for deviation in found if deviation.category == "advisory"],
        provenance=network.interface["provenance"],
    )
    return record.encode()


def _without_tables(text: str) -> str:
    return _TABLE.sub(lambda table: f"{table[1]}{{0}};" + "\n" * table[2].count("\n"), text)


def _version() -> str:
    done = subprocess.run(["cppcheck", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _cppcheck(files: dict[str, str]) -> str:
    """What the tool says: lines of rule, file and line."""
    if not shutil.which("cppcheck"):
        raise CompileError(
            "there is no cppcheck here, whose add-on checks MISRA C:2012",
            help="install it (Debian: apt-get install cppcheck), or leave the record out",
        )
    with tempfile.TemporaryDirectory(prefix="snn-misra-") as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        done = subprocess.run(
            [
                *("cppcheck", "--std=c11", "--addon=misra", "--enable=style", "--quiet"),
                *("--template={id}\t{file}\t{line}\t{message}", "--template-location="),
                *sorted(name for name in files if name.endswith(".c")),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    broken = [line for line in done.stderr.splitlines() if _is_failure(line)]
    if done.returncode != 0 or broken:
        told = (broken or done.stdout.splitlines() or ["no reason given"])[0]
        raise CompileError(f"cppcheck did not check the C: {told}")
    return done.stderr


def _is_failure(line: str) -> bool:
    """Whether cppcheck did not read a file, or its add-on ended."""
    return line.startswith(("syntaxError", "internalError", "preprocessorErrorDirective"))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Folders that CMake, Arduino, PlatformIO, Zephyr, ESP-IDF, CMSIS tools and MicroPython take."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from snnmlir.boards.firmware import emit_board
from snnmlir.common.files import write_folder
from snnmlir.common.kinds import PACKAGES
from snnmlir.common.rendering import below, render
from snnmlir.common.wording import option
from snnmlir.compiler import Network
from snnmlir.compiler.blobs import blob_as_c
from snnmlir.compiler.interface import c_ports
from snnmlir.delivery import micropython
from snnmlir.delivery.selftest import SelfTest, self_test
from snnmlir.errors import OptionError, quoted


@dataclass(frozen=True)
class Layout:
    """Where a tool looks for C files; what else it wants is in templates/packages."""

    sources: str = "src"
    headers: str = "include"


_BESIDE_THE_SOURCES = ("arduino", "micropython")

KINDS = {
    kind: Layout(headers="src" if kind in _BESIDE_THE_SOURCES else "include") for kind in PACKAGES
}

_SUM_TYPES = {
    "uint8_t": "uint32_t",
    "int8_t": "int32_t",
    "int16_t": "int32_t",
    "int32_t": "int64_t",
}
"""What holds the sum of an output over some steps."""


_TAKEN = (
    "arduino", "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646",
    "limits", "locale", "math", "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool",
    "stddef", "stdint", "stdio", "stdlib", "stdnoreturn", "string", "tgmath", "threads", "time",
    "uchar", "wchar", "wctype",
)  # fmt: skip
"""Headers that every compiler or tool has; one of the same name would hide them."""


_CMSIS_NAME = re.compile(r"[A-Za-z]\w{0,31}", re.ASCII)

_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", re.ASCII)
_AUTHOR = re.compile(r"(?P<name>[^<>]*[^<>\s])(\s+<(?P<email>[^<>@\s]+@[^<>@\s]+)>)?")
_URL = re.compile(r"https?://[\w.~:/?#@!&*+,=%-]+", re.ASCII)


@dataclass(frozen=True)
class PackageInfo:
    """Whose package it is, and which; the tools publish no package that does not say it.

    What is None is left out, or where a tool wants it, stands for this compiler.

    Args:
        version: Three numbers.
        author: "Name" or "Name <address>".
        license: An expression of SPDX identifiers.
        url: Where the package is to be found.

    Raises:
        OptionError: One of them has not its form.
    """

    version: str = "1.0.0"
    author: str | None = None
    license: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        _check_form("version", self.version, _VERSION, "three numbers, such as 1.0.0")
        _check_form("author", self.author, _AUTHOR, "such as 'Ann Lee <ann@example.org>'")
        _check_form("url", self.url, _URL, "such as https://example.org/brain")
        if self.license is not None:
            from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

            try:
                canonicalize_license_expression(self.license)
            except InvalidLicenseExpression:
                raise OptionError(
                    f"{quoted(self.license)} is not a license as SPDX names them",
                    help="use an identifier such as MIT, or several with OR, AND, WITH",
                ) from None

    @property
    def author_name(self) -> str | None:
        """The author without address."""
        return self._of_author("name")

    @property
    def author_email(self) -> str | None:
        """The author's address."""
        return self._of_author("email")

    @property
    def vendor(self) -> str:
        """Who made it, in letters, digits, "-" and "_"."""
        name = re.sub(r"[^A-Za-z0-9-]+", "_", self.author_name or "").strip("_-")
        return name or "snn-mlir-compile"

    def _of_author(self, part: str) -> str | None:
        found = _AUTHOR.fullmatch(self.author or "")
        return found and found[part]


def _check_form(what: str, text: str | None, form: re.Pattern[str], expected: str) -> None:
    if text is not None and not (form.fullmatch(text) and text.isprintable()):
        raise OptionError(
            f"{quoted(text)} is not the {what} of a package", help=f"give it as {expected}"
        )


def write_package(
    network: Network,
    kind: str,
    folder: str | os.PathLike[str],
    test: SelfTest | None = None,
    about: PackageInfo | None = None,
) -> None:
    """Writes a folder with the C code, its self-test, firmware and an example, as a library.

    The firmware steps the network for `run_on` at a serial line; signals that are tapped are sent,
    and with `profile` layers are measured.

    It appears complete or not at all.

    Args:
        network: The network; names in C begin with its name, or with the folder's.
        kind: A key of `KINDS`.
        folder: What is not there yet, or an empty folder.
        test: What `snnmlir.self_test` made; by default one with random spikes.
        about: Version, author, license and address.

    Raises:
        OptionError: There is no such kind, the folder is not empty, or the name is not to be used.
        CompileError: No self-test was given, and `snnmlir.self_test` raised it.
        OSError: The folder cannot be written.
    """
    if kind not in KINDS:
        raise OptionError(f"unknown package '{kind}'", help="use one of " + ", ".join(KINDS))
    path = Path(folder)
    if path.suffix in (".c", ".json", ".mlir"):
        raise OptionError(
            f"{quoted(path.name)} is the name of a file, a package is a folder",
            help="give a name without suffix",
        )
    prefix = network.prefix_for(path.resolve().name)
    write_folder(path, package(network, kind, prefix, test, about))


def package(
    network: Network,
    kind: str,
    prefix: str,
    test: SelfTest | None = None,
    about: PackageInfo | None = None,
) -> dict[str, bytes]:
    """The files of a package by their paths in it; `prefix` begins all names in C."""
    if prefix.lower() in _TAKEN:
        raise OptionError(
            f"the header '{prefix}.h' would hide another one",
            help=f"choose another {option('name')}",
        )
    if kind == "cmsis-pack" and not _CMSIS_NAME.fullmatch(prefix):
        raise OptionError(
            f"'{prefix}' cannot be the name of a CMSIS component: it has up to 32 characters, "
            "the first a letter",
            help=f"choose another {option('name')}",
        )
    if kind == "micropython" and micropython.cannot_be_imported(prefix):
        raise OptionError(
            f"'import {prefix}' would find no module of that name, but Python's own",
            help=f"choose another {option('name')}",
        )
    if kind == "micropython" and network.options.places:
        raise OptionError(
            "the constants of a native module of MicroPython have no sections of their own",
            help="leave out the sections of nodes",
        )
    if kind == "micropython" and network.options.helpers:
        raise OptionError(
            "a native module of MicroPython is linked alone, and shares no helpers",
            help=f"leave out {option('helpers')}",
        )
    about = about or PackageInfo()
    test = test or self_test(network)
    header = f"{prefix}.h"
    files = (_module_files if kind == "micropython" else _library_files)(
        network, KINDS[kind], prefix, header, test
    )
    templates = {
        path.removeprefix(f"packages/{kind}/")
        .removesuffix(".in")  # of Python's files, which are not yet Python
        .replace("VENDOR", about.vendor)
        .replace("NAME", prefix): path
        for path in below("delivery", f"packages/{kind}")
    }
    interface = network.interface_for(prefix, header)
    inputs, outputs = c_ports(interface, network.inputs, network.outputs)
    values = {
        "name": prefix,
        "about": about,
        "version": version("snn-mlir-compile"),
        "dtype": network.type_name,
        "has_floats": not network.is_quantized,
        "dt": network.convention.dt,
        "state_bytes": network.state_bytes,
        "memory_bytes": network.memory_bytes,
        "inputs": inputs,
        "outputs": outputs,
        "sum_type": _SUM_TYPES.get(outputs[0].c_type, outputs[0].c_type),
        "test": test,
        "apart": network.options.weights_apart,
        "helpers": network.options.helpers,
        "methods": micropython.methods(interface, inputs),
        "scales": micropython.scales(prefix, [*inputs, *outputs]),
        "codes": micropython.CODES,
        "own": lambda macro: macro.removeprefix(f"{prefix.upper()}_"),
        "float_outputs": [port for port in outputs if port.port.dtype.kind == "f"],
        "rows": micropython.step_rows(test, inputs, outputs),
        "loaded": f"{prefix}_load({prefix}_blob, {prefix.upper()}_WEIGHTS_BYTES)",
        "taps": network.taps,
        "profile": network.options.profile,
        "files": sorted([*files, *templates]),
    }
    files |= {name: render("delivery", path, **values).encode() for name, path in templates.items()}
    return files


def _library_files(
    network: Network, layout: Layout, prefix: str, header: str, test: SelfTest
) -> dict[str, bytes]:
    """The C of a library, with self-test and firmware."""
    sources, headers = layout.sources, layout.headers
    source, board_source, board_header = emit_board(network, prefix, header)
    test_source, test_header = test.emit_c(network, prefix, header)
    files = {
        f"{sources}/{prefix}.c": source,
        f"{headers}/{header}": network.emit_c(prefix, header)[1],
        f"{sources}/{prefix}_selftest.c": test_source,
        f"{headers}/{prefix}_selftest.h": test_header,
        f"{sources}/{prefix}_board.c": board_source,
        f"{headers}/{prefix}_board.h": board_header,
    }
    if network.weights is not None:
        blob_source, blob_header = blob_as_c(network.weights, prefix, header)
        files[f"{sources}/{prefix}_weights.c"] = blob_source
        files[f"{headers}/{prefix}_weights.h"] = blob_header
    # Not every file system tells "A" from "a".
    taken = {Path(path).name.lower() for path in files} | {f"{name}.h" for name in _TAKEN}
    for name, text in network.helper_files(prefix, prefix).items():
        if name.lower() in taken:
            raise OptionError(
                f"the helpers' file '{name}' would hide another one",
                help="choose another name for them",
            )
        files[f"{sources if name.endswith('.c') else headers}/{name}"] = text
    return {name: text.encode() for name, text in files.items()}


def _module_files(
    network: Network, layout: Layout, prefix: str, header: str, test: SelfTest
) -> dict[str, bytes]:
    """The C of a module for MicroPython, whose templates have the rest."""
    source, header_text = network.plain_c(prefix, header)
    files = {
        f"{layout.sources}/{prefix}.c": source.encode(),
        f"{layout.headers}/{header}": header_text.encode(),
    }
    if network.weights is not None:
        files[f"{prefix}_weights.bin"] = network.weights
    return files

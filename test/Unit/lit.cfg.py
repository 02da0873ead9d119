# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The unit tests in C++, in the build folder: SNN_BUILD_DIR, or build/."""

import os
from pathlib import Path

import lit.formats

build = Path(os.environ.get("SNN_BUILD_DIR", Path(__file__).resolve().parents[2] / "build"))

config.name = "snn-unit"
config.test_format = lit.formats.GoogleTest(".", "Tests")
config.test_source_root = config.test_exec_root = str(build / "test/Unit")

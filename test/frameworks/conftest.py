# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests that need the frameworks: run in .venv-frameworks by `./dev test test/frameworks`."""

import os

import pytest

# Threads of several workers, on small networks, wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A training rounds as its vectors are wide, and the guides print what depends on it: the same ones
# on all processors that have these.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false --xla_cpu_max_isa=AVX2")
os.environ.setdefault("ATEN_CPU_CAPABILITY", "avx2")


def pytest_configure(config: pytest.Config) -> None:
    """What the frameworks warn of is not ours."""
    config.addinivalue_line("filterwarnings", "ignore")

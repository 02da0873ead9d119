# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests that need the frameworks: run in .venv-frameworks by `./dev test test/frameworks`."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """What the frameworks warn of is not ours."""
    config.addinivalue_line("filterwarnings", "ignore")

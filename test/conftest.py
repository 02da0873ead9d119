# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fixtures that all Python tests share."""

import os
from pathlib import Path

import hypothesis
import pytest

# The same examples in every run, however slow the machine.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def repo_root(pytestconfig: pytest.Config) -> Path:
    """The folder of this repository."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def test_data(repo_root: Path) -> Path:
    """The folder of real models and recordings: SNN_TEST_DATA, or shared/ beside the repository."""
    folder = Path(os.environ.get("SNN_TEST_DATA", repo_root.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no test data: {folder} does not exist; set SNN_TEST_DATA")
    return folder

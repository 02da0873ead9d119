# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks, and those that once were wrong; random_networks.py runs more of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from random_networks import REGRESSIONS, Example, check, examples, load


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(example=examples())
def test_random_networks(example: Example) -> None:
    check(example)


@pytest.mark.parametrize("path", sorted(REGRESSIONS.glob("*.json")), ids=lambda path: path.stem)
def test_regressions(path: Path) -> None:
    check(load(path))

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random conventions of single nodes are found; random_inference.py runs any number of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from random_inference import run_one


@pytest.mark.slow
@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32 - 1))
def test_random_conventions_are_inferred(seed: int) -> None:
    outcome = run_one(seed)
    assert outcome.is_right, outcome.text


@pytest.mark.parametrize(
    "seed",
    [
        31762,  # a layer with more classes than are tried at a time, of which only spikes are known
        3000257,  # conventions that differ in one of a thousand entries
    ],
)
def test_regressions(seed: int) -> None:
    outcome = run_one(seed)
    assert outcome.is_right, outcome.text

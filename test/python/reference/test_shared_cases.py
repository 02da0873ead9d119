# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The interpreter reproduces what the frameworks computed."""

from typing import Any

import numpy as np
import pytest

from shared_cases import CASES, Case
from snnmlir import reference


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_spikes_equal_and_voltages_close(case: Case, dtype: type[np.floating[Any]]) -> None:
    if case.missing:
        pytest.skip(case.missing)
    recorded = reference.record(
        case.model_path, case.input(), convention=case.convention, dtype=dtype, **case.choices
    )
    expected = case.expected()
    assert any(e.exact and e.values.any() for e in expected)
    assert [e.mismatch(recorded) for e in expected] == [None] * len(expected)


def test_cases_have_different_names() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_different_convention_does_not_match() -> None:
    case = next(case for case in CASES if case.name == "snntorch_mlp_leaky")
    if case.missing:
        pytest.skip(case.missing)
    recorded = reference.record(case.model_path, case.input(), convention="spikingjelly")
    assert any(e.mismatch(recorded) for e in case.expected())

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every signal of the generated C against the NumPy reference, in both types."""

from __future__ import annotations

from typing import Any

import nir
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import snnmlir
from networks import GRAPHS, KINDS, SPIKING, layer, random_input, recurrent
from snnmlir.conventions import CHOICES, FRAMEWORKS
from snnmlir.reports.verify import verify

STEPS = 60


def check(
    source: nir.NIRGraph, x: dict[str, np.ndarray], dtype: str, least: int = 1, **options: Any
) -> None:
    # As long in the unit of the file, whatever that is.
    dt = 1e-4 * {"ms": 1e-3, "us": 1e-6}.get(options.get("time_unit", "s"), 1.0)
    network = snnmlir.compile(source, dtype=dtype, dt=dt, **options)
    verdict = verify(network, x)
    assert verdict.mismatches == ()
    assert verdict.compared >= least


@pytest.mark.parametrize("preset", FRAMEWORKS)
@pytest.mark.parametrize("name", GRAPHS)
def test_presets(name: str, preset: str) -> None:
    x = random_input(GRAPHS[name], STEPS)
    check(GRAPHS[name], x, "f64", STEPS, convention=preset)
    check(GRAPHS[name], x, "f32", STEPS // 4, convention=preset)


CHOICES_OF_ONE = (
    [
        {choice: value}
        for choice, values in CHOICES.items()
        for value in values
        if choice != "parameters"
        and not (choice == "spike" and value.startswith("count"))
        and (choice, value) not in (("feedback", "current"), ("spike_timing", "pre"))
    ]
    + [
        {"spike_timing": "pre", "reset": reset, "feedback": feedback}
        for reset in ("value", "zero", "subtract")
        for feedback in CHOICES["feedback"]
    ]
    + [{"spike_timing": "pre", "reset": "none"}, {"v_floor": -0.3}, {"v_floor": -2.0}]
    + [
        {"spike": spike, "reset": reset, "max_spikes": most}
        for spike in ("count-trunc", "count-floor")
        for reset in ("subtract", "value", "zero", "none")
        for most in (1, 3, 255)
    ]
)


@pytest.mark.parametrize("choices", CHOICES_OF_ONE, ids=str)
@pytest.mark.parametrize("kind", SPIKING)
def test_single_choices_with_large_inputs(kind: str, choices: dict[str, str]) -> None:
    # Large enough for voltages that stay above the threshold after a reset.
    source = recurrent(kind)
    check(source, random_input(source, STEPS, scale=8.0), "f64", STEPS, **choices)


def test_feedback_sees_the_bias_from_the_first_step() -> None:
    x = {"input": np.zeros((3, 5))}
    voltages = {
        feedback: snnmlir.compile(recurrent("LI"), dt=1e-4, feedback=feedback).record(x)["n.v"]
        for feedback in ("output", "spikes")
    }
    assert np.all(voltages["output"][0] != voltages["spikes"][0])


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_random_parameters_and_choices(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    source = data.draw(st.sampled_from([layer(kind), recurrent(kind)]))
    numbers = {"max_spikes": (1, 2, 255), "v_floor": (*CHOICES["v_floor"], -0.3)}
    # A file that counts steps has other time constants: random_networks.py makes such.
    allowed = CHOICES | numbers | {"time_unit": ("s", "ms", "us")}
    choices = {name: data.draw(st.sampled_from(values)) for name, values in allowed.items()}
    try:
        snnmlir.convention(**choices)
    except snnmlir.OptionError:
        assume(False)
    scale = data.draw(st.sampled_from([0.5, 2.0, 10.0]))
    for name, node in source.nodes.items():
        if hasattr(node, "v_threshold") and data.draw(st.booleans(), label=f"uniform {name}"):
            node.v_threshold = np.full_like(node.v_threshold, 0.75)
    dtype = data.draw(st.sampled_from(["f32", "f64"]))
    check(source, random_input(source, 30, scale), dtype, **choices)

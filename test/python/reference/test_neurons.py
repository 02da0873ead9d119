# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every neuron under every choice, against values computed by hand. Steps are of dt = 1."""

import math
from typing import Any

import numpy as np
import pytest

from reference.handmade import (
    alone,
    column,
    cuba,
    currents,
    integrate_and_fire,
    leaky,
    node,
    sent,
    voltages,
)
from snnmlir import reference
from snnmlir.errors import NirError, OptionError
from snnmlir.nir_import import graph as g

HIGH = 100.0  # a threshold that is not reached


class TestEquationsOfNir:
    def test_integrator(self) -> None:
        assert sent(node(g.Integrator, r=3.0), [1, 1, -1], dt=0.5) == [1.5, 3.0, 1.5]

    def test_integrate_and_fire(self) -> None:
        neuron = integrate_and_fire(r=0.5, v_reset=0.25)
        assert sent(neuron, [1, 1, 1, 1]) == [0, 0, 1, 0]
        assert voltages(neuron, [1, 1, 1, 1]) == [0.5, 1.0, 0.25, 0.75]

    def test_leaky_integrator(self) -> None:
        assert sent(node(g.LI, tau=2.0, r=4.0, v_leak=1.0), [1, 0]) == [2.5, 1.75]

    def test_leaky_integrate_and_fire(self) -> None:
        neuron = leaky(v_leak=0.25, v_reset=-1.0)
        assert sent(neuron, [1, 1, 0]) == [1, 0, 0]
        assert voltages(neuron, [1, 1, 0]) == [-1.0, 0.625, 0.4375]

    def test_cuba_leaky_integrator(self) -> None:
        neuron = node(g.CubaLI, tau_mem=4.0, tau_syn=2.0, r=2.0, w_in=4.0, v_leak=0.5)
        assert sent(neuron, [1, 0]) == [1.125, 1.46875]
        assert currents(neuron, [1, 0]) == [2.0, 1.0]

    def test_cuba_leaky_integrate_and_fire(self) -> None:
        neuron = cuba(v_reset=0.25)
        assert currents(neuron, [2, 0, 0]) == [2.0, 1.0, 0.5]
        assert sent(neuron, [2, 0, 0]) == [1, 1, 0]
        assert voltages(neuron, [2, 0, 0]) == [0.25, 0.25, 0.625]

    def test_parameters_per_neuron(self) -> None:
        neurons = leaky(shape=(2,), v_threshold=[0.5, 2.0], v_reset=[-1.0, 0.0])
        recorded = reference.record(alone(neurons), np.ones((1, 2)), dt=1.0)
        assert recorded["n"].tolist() == [[1, 0]]
        assert recorded["n.v"].tolist() == [[-1.0, 1.0]]


class TestCoefficients:
    def test_exponential(self) -> None:
        neuron = node(g.LI, tau=2.0, r=3.0, v_leak=0.5)
        decay = math.exp(-0.5)
        first = 3.5 * (1 - decay)
        expected = [first, first * decay + 0.5 * (1 - decay)]
        assert sent(neuron, [1, 0], integrator="exponential") == pytest.approx(expected, rel=1e-14)

    def test_unit_gain_ignores_r_and_w_in(self) -> None:
        assert voltages(leaky(r=8.0, v_threshold=HIGH), [1, 0], input_gain="unit") == [1, 0.5]
        neuron = cuba(r=8.0, w_in=8.0, v_threshold=HIGH)
        assert voltages(neuron, [1, 0], input_gain="unit") == [1.0, 1.0]

    def test_ignore_r_is_for_neurons_without_current(self) -> None:
        assert voltages(leaky(r=8.0, v_threshold=HIGH), [1], input_gain="ignore-r") == [0.5]
        assert sent(node(g.LI, tau=2.0, r=8.0, v_leak=0.0), [1], input_gain="ignore-r") == [0.5]
        neuron = cuba(r=8.0, w_in=4.0, v_threshold=HIGH)
        assert voltages(neuron, [1], input_gain="ignore-r") == [8.0]

    def test_if_gain(self) -> None:
        neuron = integrate_and_fire(r=8.0, v_threshold=HIGH)
        assert voltages(neuron, [1], dt=0.5) == [4.0]
        assert voltages(neuron, [1], dt=0.5, if_gain="unit") == [1.0]

    def test_if_gain_leaves_the_integrator_alone(self) -> None:
        assert sent(node(g.Integrator, r=8.0), [1], if_gain="unit") == [8.0]

    @pytest.mark.parametrize(("r", "gain"), [(1 + 2.0**-22, 1.0), (1 + 2.0**-21, 1 + 2.0**-21)])
    def test_gains_next_to_one_are_one(self, r: float, gain: float) -> None:
        assert voltages(integrate_and_fire(r=r, v_threshold=HIGH), [1]) == [gain]
        assert voltages(leaky(r=2 * r, v_threshold=HIGH), [1]) == [gain]
        assert voltages(cuba(r=2 * r, v_threshold=HIGH), [1]) == [gain]
        assert currents(cuba(w_in=2 * r, v_threshold=HIGH), [1]) == [gain]
        assert sent(node(g.Integrator, r=r), [1]) == [gain]

    def test_leak(self) -> None:
        neuron = leaky(v_leak=1.0, v_reset=-1.0, v_threshold=HIGH)
        assert voltages(neuron, [0]) == [0.5]
        assert voltages(neuron, [0], leak="reset") == [-0.5]
        assert voltages(neuron, [0], leak="none") == [0.0]

    def test_leak_to_reset_is_for_lif(self) -> None:
        assert voltages(cuba(v_leak=1.0, v_reset=-1.0), [0], leak="reset") == [0.0]
        assert sent(node(g.LI, tau=2.0, r=2.0, v_leak=1.0), [0], leak="reset") == [0.5]

    def test_current_leak(self) -> None:
        neuron = cuba(v_leak=1.0, v_threshold=HIGH)
        assert currents(neuron, [0]) == [0.0]
        assert currents(neuron, [0, 0], current_leak="leak") == [0.5, 0.75]
        assert voltages(neuron, [0], current_leak="leak") == [1.0]

    def test_current_decays_after_the_input(self) -> None:
        neuron = cuba(v_threshold=HIGH)
        assert currents(neuron, [1, 0], current_decay="after-input") == [0.5, 0.25]
        assert voltages(neuron, [1, 0], current_decay="after-input") == [0.5, 0.5]

    def test_decay_after_the_input_applies_to_li_but_not_to_lif(self) -> None:
        integrator = node(g.LI, tau=2.0, r=2.0, v_leak=0.0)
        assert sent(integrator, [1, 0], current_decay="after-input") == [0.5, 0.25]
        neuron = leaky(v_threshold=HIGH)
        assert voltages(neuron, [1, 0], current_decay="after-input") == [1.0, 0.5]

    @pytest.mark.parametrize(
        ("v_init", "expected"), [("zero", 0.0), ("leak", 0.125), ("reset", -0.25)]
    )
    def test_v_init(self, v_init: str, expected: float) -> None:
        neuron = leaky(v_leak=0.25, v_reset=-0.5)
        assert voltages(neuron, [0], v_init=v_init, leak="none") == [expected]

    def test_current_starts_at_the_leak_it_decays_to(self) -> None:
        neuron = cuba(v_leak=1.0, v_threshold=HIGH)
        assert currents(neuron, [0], v_init="leak", current_leak="leak") == [1.0]
        assert currents(neuron, [0], v_init="leak") == [0.0]


# v, s of an IF that gets 2.5, 0, 0, 0 and has v_threshold = 1, v_reset = -0.25.
RESETS: dict[str, tuple[list[float], list[float]]] = {
    "value": ([-0.25, -0.25, -0.25, -0.25], [1, 0, 0, 0]),
    "zero": ([0, 0, 0, 0], [1, 0, 0, 0]),
    "subtract": ([1.5, 0.5, 0.5, 0.5], [1, 1, 0, 0]),
    "subtract-delayed": ([2.5, 1.5, 0.5, 0.5], [1, 1, 0, 0]),
    # p = 0 1 1 1, compared with the threshold: 2.5 0.5 0.5 0.5.
    "subtract-carried": ([1.5, 1.5, 1.5, 1.5], [1, 0, 0, 0]),
    "zero-delayed": ([2.5, 0, 0, 0], [1, 0, 0, 0]),
}


class TestSpikes:
    @pytest.mark.parametrize("reset", RESETS)
    def test_reset(self, reset: str) -> None:
        neuron = integrate_and_fire(v_reset=-0.25)
        v, s = RESETS[reset]
        assert voltages(neuron, [2.5, 0, 0, 0], reset=reset) == v
        assert sent(neuron, [2.5, 0, 0, 0], reset=reset) == s

    def test_delayed_subtraction_comes_after_the_decay(self) -> None:
        assert voltages(leaky(), [1.5, 0], reset="subtract-delayed") == [1.5, -0.25]

    def test_delayed_zero_of_lif_comes_before_the_update(self) -> None:
        assert voltages(leaky(), [1.5, 0.5], reset="zero-delayed") == [1.5, 0.5]

    def test_delayed_zero_of_cuba_replaces_the_update(self) -> None:
        assert voltages(cuba(), [1.5, 0.5, 0], reset="zero-delayed") == [1.5, 0.0, 0.625]
        assert currents(cuba(), [1.5, 0.5, 0], reset="zero-delayed") == [1.5, 1.25, 0.625]

    @pytest.mark.parametrize(("spike", "expected"), [("gt", 0), ("ge", 1)])
    def test_at_the_threshold(self, spike: str, expected: int) -> None:
        assert sent(integrate_and_fire(), [1], spike=spike) == [expected]

    @pytest.mark.parametrize("spike", ["count-trunc", "count-floor"])
    def test_count(self, spike: str) -> None:
        neuron = integrate_and_fire(v_threshold=0.5)
        options = {"spike": spike, "reset": "subtract"}
        assert sent(neuron, [1.75, -3, 2.0], **options) == [3, 0, 0]
        assert voltages(neuron, [1.75, -3, 2.0], **options) == [0.25, -2.75, -0.75]
        assert sent(neuron, [0.5], **options) == [1]

    def test_at_most_255_spikes_in_a_step(self) -> None:
        options = {"spike": "count-trunc", "reset": "subtract"}
        assert sent(integrate_and_fire(), [300.5, 0], **options) == [255, 45]
        assert voltages(integrate_and_fire(), [300.5, 0], **options) == [45.5, 0.5]

    def test_count_needs_positive_thresholds(self) -> None:
        neuron = integrate_and_fire(v_threshold=0.0)
        with pytest.raises(OptionError, match=r"node 'n': spike 'count-trunc' divides.*0\.0"):
            sent(neuron, [1], spike="count-trunc", reset="subtract")

    def test_floor_is_for_if(self) -> None:
        neuron = integrate_and_fire(v_threshold=0.5)
        assert voltages(neuron, [-2, 0.25], v_floor="-threshold") == [-0.5, -0.25]
        assert voltages(leaky(v_threshold=0.5), [-2], v_floor="-threshold") == [-2.0]
        assert voltages(cuba(v_threshold=0.5), [-2], v_floor="-threshold") == [-2.0]


class TestSpikesFromTheCarriedVoltage:
    PRE = {"spike_timing": "pre", "reset": "subtract"}  # noqa: RUF012

    def test_outputs_lag_one_step(self) -> None:
        assert sent(integrate_and_fire(), [1.5, 0, 0], **self.PRE) == [0, 1, 0]

    def test_lif_subtracts_after_the_decay(self) -> None:
        assert voltages(leaky(), [1.5, 0, 0], **self.PRE) == [1.5, -0.25, -0.125]

    def test_cuba_subtracts_before_the_decay(self) -> None:
        assert voltages(cuba(), [1.5, 0, 0], **self.PRE) == [1.5, 1.0, 0.875]

    @pytest.mark.parametrize(("reset", "expected"), [("zero", 0.25), ("value", 0.125)])
    def test_other_resets_come_before_the_update(self, reset: str, expected: float) -> None:
        neuron = leaky(v_reset=-0.25)
        found = voltages(neuron, [1.5, 0.25], spike_timing="pre", reset=reset)
        assert found == [1.5, expected]


class TestDelay:
    @staticmethod
    def shifted(delay: Any, steps: int, dt: float = 1.0) -> list[float]:
        return sent(node(g.Delay, delay=delay), [float(t + 1) for t in range(steps)], dt=dt)

    def test_shifts_and_starts_with_zeros(self) -> None:
        assert self.shifted(2.0, 4) == [0, 0, 1, 2]

    def test_zero(self) -> None:
        assert self.shifted(0.0, 2) == [1, 2]

    @pytest.mark.parametrize(
        ("delay", "steps"),
        [
            (1.4, 1),
            (1.5, 2),
            (2.5, 3),
            (0.49, 0),
            (2.5 * (1 - 2.0**-23), 3),
            (2.5 * (1 - 2.0**-21), 2),
        ],
    )
    def test_rounds_to_steps_a_half_up(self, delay: float, steps: int) -> None:
        assert self.shifted(delay, 4).index(1.0) == steps

    def test_counts_in_seconds(self) -> None:
        assert self.shifted(3e-4, 4, dt=1e-4) == [0, 0, 0, 1]

    def test_differs_per_element(self) -> None:
        y = reference.run(
            alone(node(g.Delay, shape=(2,), delay=[0.0, 1.0])), [[1, 2], [3, 4]], dt=1
        )
        assert np.asarray(y).tolist() == [[1, 0], [3, 2]]

    def test_negative(self) -> None:
        with pytest.raises(NirError, match=r"node 'n': delay is -1\.0 s"):
            self.shifted(-1.0, 1)


def margin(neuron: g.Node, x: list[float], **options: Any) -> list[float]:
    found = reference.margins(alone(neuron), column(x), **({"dt": 1.0} | options))
    assert list(found) == ["n"]
    return [float(distance) for distance in found["n"]]


class TestMargins:
    def test_distance_of_the_compared_voltage(self) -> None:
        assert margin(integrate_and_fire(), [0.75, 0.75, 0.0]) == [0.25, 0.5, 1.0]

    def test_smallest_over_the_neurons(self) -> None:
        neurons = integrate_and_fire(shape=(2,), v_threshold=[1.0, 4.0])
        found = reference.margins(alone(neurons), [[3.0, 3.5]], dt=1.0)
        assert found["n"].tolist() == [0.5]

    def test_counts_are_measured_to_the_nearest_multiple(self) -> None:
        found = margin(integrate_and_fire(), [2.75, -0.5], spike="count-trunc", reset="subtract")
        assert found == [0.25, 0.75]

    def test_of_the_carried_voltage(self) -> None:
        assert margin(integrate_and_fire(), [0.75, 0], spike_timing="pre") == [1.0, 0.25]

    def test_carried_voltage_is_compared_too(self) -> None:
        assert margin(integrate_and_fire(), [0.75, -0.5], reset="subtract-carried") == [0.25, 0.25]

    def test_of_a_threshold(self) -> None:
        assert margin(node(g.Threshold, threshold=1.0), [0.5, 3.0]) == [0.5, 2.0]

    def test_none_without_comparison(self) -> None:
        assert reference.margins(alone(node(g.Integrator, r=1.0)), column([1])) == {}

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What edges carry in networks with cycles, against values computed by hand."""

from typing import Any

import numpy as np
import pytest

from reference.handmade import (
    affine,
    column,
    cuba,
    integrate_and_fire,
    leaky,
    network,
    node,
    sink,
    source,
)
from snnmlir import reference
from snnmlir.conventions import Convention
from snnmlir.errors import NirError
from snnmlir.nir_import import graph as g
from snnmlir.reference.order import plan


def voltages(net: g.Graph, x: list[float], name: str = "n", **options: Any) -> list[float]:
    recorded = reference.record(net, column(x), **({"dt": 1.0} | options))
    return [float(v) for v in recorded[f"{name}.v"][:, 0]]


def recurrent(neuron: g.Node, weight: float = 2.0, bias: float = 0.25) -> g.Graph:
    """A neuron with a recurrent synapse, as snnTorch exports it."""
    return network(
        [source("in"), neuron, affine("w", weight, bias), sink("out")],
        "in>n w>n n>w n>out",
        closing="w>n",
    )


class TestFeedback:
    NEURON = integrate_and_fire(v_reset=0.0)
    X = [1.5, 0.0, 0.0, 0.0]  # noqa: RUF012

    def test_output_carries_nothing_in_the_first_step(self) -> None:
        # The neuron fires at t = 0; the synapse sends 2.25 into t = 1, where it fires again.
        assert voltages(recurrent(self.NEURON), [0.5, 0, 0]) == [0.5, 0.75, 1.0]
        assert voltages(recurrent(self.NEURON, weight=-2.0), self.X) == [0, -1.75, -1.5, -1.25]

    def test_spikes_lets_the_bias_act_in_the_first_step(self) -> None:
        found = voltages(recurrent(self.NEURON), [0.5, 0, 0], feedback="spikes")
        assert found == [0.75, 1.0, 0.0]
        found = voltages(recurrent(self.NEURON, weight=-2.0), self.X, feedback="spikes")
        assert found == [0, -1.75, -1.5, -1.25]

    @pytest.mark.parametrize("feedback", ["output", "spikes"])
    def test_dropped_bias(self, feedback: str) -> None:
        net = recurrent(self.NEURON, weight=-2.0)
        found = voltages(net, self.X, feedback=feedback, feedback_bias="drop")
        assert found == [0, -2.0, -2.0, -2.0]

    def test_current_carries_the_spikes_of_the_same_step(self) -> None:
        options = {"feedback": "current", "spike_timing": "pre", "reset": "subtract"}
        # v = 1.5 after the first step; it fires in the second: 1.5 - 1 - 2 + 0.25.
        found = voltages(recurrent(self.NEURON, weight=-2.0), self.X, **options)
        assert found == [1.75, -1.0, -0.75, -0.5]
        found = voltages(
            recurrent(self.NEURON, weight=-2.0), self.X, **options, feedback_bias="drop"
        )
        assert found == [1.5, -1.5, -1.5, -1.5]

    def test_spikes_known_early_still_wait_a_step_with_output(self) -> None:
        options = {"feedback": "output", "spike_timing": "pre", "reset": "subtract"}
        found = voltages(recurrent(self.NEURON, weight=-2.0, bias=0.0), self.X, **options)
        assert found == [1.5, 0.5, -1.5, -1.5]

    @pytest.mark.parametrize("feedback", ["output", "spikes"])
    def test_self_loop(self, feedback: str) -> None:
        net = network([source("in"), self.NEURON, sink("out")], "in>n n>n n>out", closing="n>n")
        assert voltages(net, [1.5, 0.25, 0.25], feedback=feedback) == [0.0, 0.0, 0.0]
        found = reference.run(net, column([1.5, 0.25, 0.25]), dt=1.0, feedback=feedback)
        assert np.asarray(found).tolist() == [[1], [1], [1]]

    def test_closing_edge_may_leave_the_neuron(self) -> None:
        """The synapse comes first: its bias acts from t = 0 whatever the convention."""
        net = network(
            [source("in"), affine("w", 2.0, 0.25), self.NEURON, sink("out")],
            "in>w n>w w>n n>out",
            closing="n>w",
        )
        for feedback in ("output", "spikes"):
            assert voltages(net, [0, 0.25, 0], feedback=feedback) == [0.25, 1.0, 0.0]

    def test_path_of_several_synapses(self) -> None:
        net = network(
            [
                source("in"),
                integrate_and_fire(v_threshold=100.0),
                affine("a", 1.0, 1.0),
                affine("b", 10.0, 2.0),
                sink("out"),
            ],
            "in>n b>n n>a a>b n>out",
            closing="b>n",
        )
        assert voltages(net, [0, 0]) == [0.0, 12.0]
        assert voltages(net, [0, 0], feedback="spikes") == [12.0, 24.0]
        assert voltages(net, [0, 0], feedback="spikes", feedback_bias="drop") == [0.0, 0.0]

    def test_what_enters_a_path_from_outside_is_as_old_as_the_spikes(self) -> None:
        net = network(
            [
                source("in"),
                affine("aside", 1.0, 4.0),
                integrate_and_fire(v_threshold=100.0),
                affine("w", 1.0, 0.25),
                sink("out"),
            ],
            "in>aside in>n w>n aside>w n>w n>out",
            closing="w>n",
        )
        assert voltages(net, [1, 2, 3], feedback="spikes") == [1.25, 8.5, 17.75]
        assert voltages(net, [1, 2, 3], feedback="output") == [1.0, 8.25, 17.5]
        dropped = voltages(net, [1, 2, 3], feedback="output", feedback_bias="drop")
        assert dropped == [1.0, 8.0, 17.0]

    def test_other_targets_of_a_path_keep_bias_and_time(self) -> None:
        net = network(
            [source("in"), self.NEURON, affine("w", 2.0, 0.25), sink("out")],
            "in>n w>n n>w w>out",
            closing="w>n",
        )
        found = reference.run(net, column(self.X), dt=1.0, feedback_bias="drop")
        assert np.asarray(found)[:, 0].tolist() == [2.25, 2.25, 2.25, 2.25]

    def test_two_loops_of_one_neuron(self) -> None:
        net = network(
            [
                source("in"),
                integrate_and_fire(),
                affine("a", -1.0, 0.25),
                affine("b", -2.0, 0.5),
                sink("out"),
            ],
            "in>n a>n b>n n>a n>b n>out",
            closing="a>n b>n",
        )
        assert voltages(net, [1.5, 0], feedback="output") == [0.0, -2.25]
        assert voltages(net, [0, 0], feedback="spikes") == [0.75, 0.0]

    def test_a_loop_within_the_path_of_another(self) -> None:
        net = network(
            [
                source("in"),
                node(g.Integrator, r=1.0),
                affine("w", 1.0, 1.0),
                affine("a", 1.0, 10.0),
                sink("out"),
            ],
            "in>n w>n n>w a>w w>a n>out",
            closing="w>n a>w",
        )
        assert voltages(net, [1, 0, 0, 0], feedback_bias="drop") == [1, 2, 5, 13]
        # w sends 1, a 1 + 10 into the first step; w sends 2 + 11 + 1 into the second.
        assert voltages(net, [1, 0], feedback="spikes") == [2, 16]
        paths = plan(net, Convention()).paths
        assert paths == {("w", "n"): {"w"}, ("a", "w"): {"a", "w"}}

    def test_zero_delayed_reset_of_a_recurrent_lif(self) -> None:
        """As in snnTorch: RLeaky zeroes the whole update, Leaky only the carried voltage."""
        options = {"reset": "zero-delayed", "feedback": "spikes"}
        assert voltages(recurrent(leaky(), weight=0.0), [1.5, 0.25], **options) == [1.75, 0.0]
        assert voltages(recurrent(cuba(), weight=0.0), [1.5, 0.25], **options) == [1.75, 0.0]


def delayed_loop(delay: float, closing: str) -> g.Graph:
    """A neuron whose spikes come back, times -4, after a Delay."""
    return network(
        [
            source("in"),
            integrate_and_fire(),
            node(g.Delay, "d", delay=delay),
            affine("w", -4.0),
            sink("out"),
        ],
        "in>n w>n n>d d>w n>out",
        closing=closing,
    )


class TestDelayInACycle:
    @pytest.mark.parametrize("closing", ["w>n", "n>d", "d>w"])
    @pytest.mark.parametrize(
        ("delay", "expected"),
        [
            (0.0, [0.0, -4.0, -4.0, -4.0]),
            (1.0, [0.0, -4.0, -4.0, -4.0]),
            (2.0, [0.0, 0.0, -4.0, -4.0]),
        ],
    )
    def test_a_step_or_more_needs_no_cut(
        self, closing: str, delay: float, expected: list[float]
    ) -> None:
        assert voltages(delayed_loop(delay, closing), [1.5, 0, 0, 0]) == expected

    def test_shorter_than_a_step_for_one_neuron(self) -> None:
        """One element without delay: the edge is cut, and the other one waits a step longer."""
        net = network(
            [
                source("in", (2,)),
                integrate_and_fire(shape=(2,)),
                node(g.Delay, "d", shape=(2,), delay=[0.0, 1.0]),
                node(g.Scale, "w", shape=(2,), scale=-4.0),
                sink("out", (2,)),
            ],
            "in>n w>n n>d d>w n>out",
            closing="w>n",
        )
        recorded = reference.record(net, [[1.5, 1.5], [0.0, 0.0], [0.0, 0.0]], dt=1.0)
        assert recorded["n.v"].tolist() == [[0, 0], [-4, 0], [-4, -4]]

    def test_bias_behind_a_delay_is_in_the_closing_path(self) -> None:
        net = network(
            [
                source("in"),
                integrate_and_fire(),
                node(g.Delay, "d", delay=1.0),
                affine("w", -4.0, 0.25),
                sink("out"),
            ],
            "in>n w>n n>d d>w n>out",
            closing="w>n",
        )
        assert voltages(net, [0, 0]) == [0.25, 0.5]
        assert voltages(net, [0, 0], feedback_bias="drop") == [0.0, 0.0]


def test_current_feedback_without_spikes_carries_the_previous_output() -> None:
    net = network(
        [source("in"), node(g.Integrator, r=1.0), sink("out")], "in>n n>n n>out", closing="n>n"
    )
    options = {"feedback": "current", "spike_timing": "pre", "reset": "subtract"}
    assert voltages(net, [1, 0, 0], **options) == [1.0, 2.0, 4.0]


def test_cycle_without_a_closing_edge() -> None:
    net = network(
        [source("in"), integrate_and_fire("a"), integrate_and_fire("b"), sink("out")],
        "in>a b>a a>b b>out",
    )
    with pytest.raises(NirError, match="node 'a': lies on or behind a cycle"):
        reference.run(net, column([1]))


@pytest.mark.parametrize("seed", range(5))
def test_without_bias_output_and_spikes_are_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = network(
        [
            source("in", (4,)),
            cuba(shape=(4,), v_threshold=0.5),
            affine("w", rng.normal(size=(4, 4))),
            sink("out", (4,)),
        ],
        "in>n w>n n>w n>out",
        closing="w>n",
    )
    x = rng.normal(size=(50, 4))
    first, second = (
        reference.record(net, x, dt=1.0, feedback=feedback) for feedback in ("output", "spikes")
    )
    assert first["n"].any()
    assert first["n.v"].tolist() == second["n.v"].tolist()

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from typing import Any

import nir
import numpy as np
import pytest
import torch
from live import deployed, drawn, refused, spikes
from spikingjelly.activation_based import functional, layer, neuron
from torch import nn

X = spikes(12)
IMAGES = spikes(2, 8, 8, steps=40)


def made(mode: str, gain: float, *layers: nn.Module) -> nn.Module:
    network = drawn(nn.Sequential(*layers), gain)
    functional.set_step_mode(network, mode)
    return network


def dense(first: nn.Module, second: nn.Module, gain: float = 8.0, mode: str = "s") -> nn.Module:
    return made(mode, gain, layer.Linear(12, 20), first, layer.Linear(20, 6), second)


def run(x: np.ndarray, mode: str = "s") -> Any:
    def steps(module: nn.Module) -> np.ndarray:
        module.eval()
        functional.reset_net(module)
        given = torch.tensor(x)[:, None]
        with torch.no_grad():
            if mode == "m":
                return module(given)[:, 0].numpy()
            return np.concatenate([module(step).numpy() for step in given])

    return steps


@pytest.mark.parametrize("mode", ["s", "m"])
def test_defaults(mode: str) -> None:
    network = dense(neuron.LIFNode(), neuron.LIFNode(), mode=mode)
    result = deployed(network, X, run(X, mode))
    assert "_1.v" in result.recording


@pytest.mark.parametrize("reset", [None, -0.3])
def test_leak(reset: float | None) -> None:
    first = neuron.LIFNode(tau=3.0, v_reset=reset, decay_input=False)
    deployed(dense(first, neuron.LIFNode(v_reset=reset), gain=7.0), X, run(X))


def test_trained_leak() -> None:
    deployed(dense(neuron.ParametricLIFNode(init_tau=3.0), neuron.LIFNode(), 14.0), X, run(X))


def test_currents() -> None:
    first = neuron.CUBALIFNode(c_decay=0.5, v_decay=0.75)
    deployed(dense(first, neuron.IFNode(), gain=2.0), X, run(X))


@pytest.mark.parametrize("mode", ["s", "m"])
def test_norm_pool_dropout_and_subtraction(mode: str) -> None:
    network = made(
        *(mode, 2.0, layer.Conv2d(2, 4, 3, padding=1, bias=False), layer.BatchNorm2d(4)),
        *(neuron.IFNode(v_reset=None), layer.MaxPool2d(2), layer.Dropout(0.5)),
        *(layer.Flatten(), layer.Linear(64, 6), neuron.IFNode()),
    )
    result = deployed(network, IMAGES, run(IMAGES, mode))
    assert isinstance(result.graph.nodes["_3_spike"], nir.Threshold)
    assert any("v_reset=None was exported as 0" in note for note in result.notes)


def test_averages() -> None:
    network = made(
        *("m", 2.0, layer.Conv2d(2, 4, 3, padding=1), neuron.IFNode()),
        *(layer.AvgPool2d(3, 2, 1), layer.Flatten(), layer.Linear(64, 6), neuron.IFNode()),
    )
    deployed(network, IMAGES, run(IMAGES, "m"))


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.lif1 = layer.Linear(12, 20), neuron.LIFNode()
        self.fc2, self.lif2 = layer.Linear(20, 20), neuron.LIFNode()
        self.constant = nn.Parameter(torch.tensor(0.3))


class Residual(Two):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.lif1(self.fc1(x))
        return self.lif2(self.fc2(a) + a)


class Constant(Two):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.lif2(self.fc2(self.lif1(self.fc1(x))) + self.constant)


class Factor(Two):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.lif2(self.fc2(self.lif1(self.fc1(x))) * 2)


def test_residual_is_written() -> None:
    result = deployed(drawn(Residual(), 7.0), X, run(X))
    assert {("fc2", "lif2"), ("lif1", "lif2")} <= set(result.graph.edges)


def test_constant_is_lost() -> None:
    found = refused(
        drawn(Constant(), 4.0), X, "lif2 (LIFNode)", "something else than the sum of fc2 .Linear."
    )
    assert (found.node, found.step, found.differing) == ("lif2", 0, 1200)


def test_function_is_refused() -> None:
    refused(drawn(Factor(), 4.0), X, "lif2 (LIFNode)", "the result of 'mul'")


def test_neuron_that_is_not_written() -> None:
    network = dense(neuron.QIFNode(), neuron.LIFNode())
    refused(network, X, "1 (QIFNode)", "is not written by the exporter of SpikingJelly")


def test_recurrence_is_not_written() -> None:
    inner = layer.ElementWiseRecurrentContainer(neuron.LIFNode(), lambda x, y: x + y)
    network = nn.Sequential(layer.Linear(12, 20), inner, layer.Linear(20, 6), neuron.LIFNode())
    layer_ = "1 (ElementWiseRecurrentContainer)"
    refused(drawn(network, 4.0), X, layer_, "does more than hold layers")

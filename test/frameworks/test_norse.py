# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from typing import Any

import norse.torch as norse
import numpy as np
import pytest
import torch
from live import deployed, drawn, refused, spikes
from norse.torch.functional.reset import reset_subtract
from torch import nn

X = spikes(12)
IMAGES = spikes(2, 8, 8, steps=40)
GAIN = 18.0


def dense(first: nn.Module, second: nn.Module, gain: float = GAIN) -> nn.Module:
    layers = nn.Linear(12, 20), first, nn.Linear(20, 6), second
    return drawn(norse.SequentialState(*layers), gain)


def conv(*after: nn.Module, **arguments: Any) -> nn.Module:
    first = nn.Conv2d(2, 4, 3, padding=1, **arguments)
    layers = first, *after, nn.Flatten(), nn.Linear(64, 6), norse.LIFBoxCell()
    return drawn(norse.SequentialState(*layers), GAIN)


def run(x: np.ndarray) -> Any:
    def steps(module: nn.Module) -> np.ndarray:
        module.eval()
        outputs, state = [], None
        with torch.no_grad():
            for step in x:
                output, state = module(torch.tensor(step)[None], state)
                outputs.append(output.numpy())
        return np.concatenate(outputs)

    return steps


def test_defaults() -> None:
    result = deployed(dense(norse.LIFBoxCell(), norse.LIFBoxCell()), X, run(X))
    assert result.graph.nodes["1"].tau.shape == (20,)
    np.testing.assert_allclose(result.graph.nodes["1"].tau, 0.01, rtol=1e-6)
    assert "1.v" in result.recording


def test_currents_at_their_defaults() -> None:
    deployed(dense(norse.LIFCell(), norse.LIFCell(), gain=8.0), X, run(X))


def test_integrators() -> None:
    deployed(dense(norse.IAFCell(), norse.IAFCell(), gain=2.0), X, run(X))


def test_readout() -> None:
    deployed(dense(norse.LIFBoxCell(), norse.LIBoxCell()), X, run(X))


def test_values_of_each_neuron() -> None:
    torch.manual_seed(0)
    parameters = norse.LIFBoxParameters(
        tau_mem_inv=torch.rand(20) * 120 + 80,
        v_th=torch.rand(20) * 0.5 + 0.5,
        v_leak=torch.rand(20) * 0.4 - 0.2,
    )
    deployed(dense(norse.LIFBoxCell(parameters), norse.LIFBoxCell()), X, run(X))


def test_subtraction_and_steps_of_each_layer() -> None:
    parameters = norse.LIFBoxParameters(reset_method=reset_subtract)
    deployed(dense(norse.LIFBoxCell(parameters), norse.LIFBoxCell(dt=0.0005), 24.0), X, run(X))


def test_norm_pool_flatten_and_dropout() -> None:
    network = conv(nn.BatchNorm2d(4), norse.LIFBoxCell(), nn.MaxPool2d(2), nn.Dropout(), bias=False)
    result = deployed(network, IMAGES, run(IMAGES))
    assert sorted(result.graph.nodes) == [*"02", "3", "3_spike", *"567", "input", "output"]


def test_averages() -> None:
    deployed(conv(norse.LIFBoxCell(), nn.AvgPool2d(2)), IMAGES, run(IMAGES))


class Stateful(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.lif1 = nn.Linear(12, 20), norse.LIFBoxCell()
        self.fc2, self.lif2 = nn.Linear(20, 6), norse.LIFBoxCell()

    def forward(self, x: torch.Tensor, state: Any = None) -> Any:
        one, two = state or (None, None)
        x, one = self.lif1(self.fc1(x), one)
        x, two = self.lif2(self.fc2(x), two)
        return x, (one, two)


class Loop(Stateful):
    def forward(self, x: torch.Tensor) -> Any:  # type: ignore[override]
        state, outputs = None, []
        for step in x:
            output, state = super().forward(step, state)
            outputs.append(output)
        return torch.stack(outputs)


def test_a_module_of_ones_own() -> None:
    deployed(drawn(Stateful(), GAIN), X, run(X))


def test_steps_in_forward() -> None:
    def all_steps(module: nn.Module) -> np.ndarray:
        with torch.no_grad():
            return module(torch.tensor(X)[:, None])[:, 0].numpy()

    deployed(drawn(Loop(), GAIN), X, all_steps)


@pytest.mark.parametrize(
    "cell",
    [
        norse.LIFBoxCell(norse.LIFBoxParameters(v_reset=torch.tensor(-0.4))),
        norse.LIFCell(norse.LIFParameters(v_reset=torch.tensor(-0.4))),
        norse.IAFCell(norse.IAFParameters(v_reset=torch.tensor(-0.4))),
    ],
    ids=lambda cell: type(cell).__name__,
)
def test_v_reset_is_lost(cell: nn.Module) -> None:
    layer = f"1 ({type(cell).__name__})"
    refused(dense(cell, norse.LIFBoxCell()), X, layer, "v_reset = -0.4, which .* does not write")


def test_recurrence_is_not_written() -> None:
    network = dense(norse.LIFRecurrentCell(20, 20), norse.LIFBoxCell())
    refused(network, X, "1 (LIFRecurrentCell)", "is not written by the exporter of Norse")


class Residual(Stateful):
    def __init__(self) -> None:
        super().__init__()
        self.fc2 = nn.Linear(20, 20)

    def forward(self, x: torch.Tensor, state: Any = None) -> Any:
        one, two = state or (None, None)
        a, one = self.lif1(self.fc1(x), one)
        x, two = self.lif2(self.fc2(a) + a, two)
        return x, (one, two)


def test_residual_is_lost() -> None:
    refused(drawn(Residual(), GAIN), X, "lif2 (LIFBoxCell)", "'add'.*loses this addition")

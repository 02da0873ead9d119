# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from typing import Any

import nir
import numpy as np
import pytest
import snntorch as snn
import torch
from live import deployed, drawn, refused, spikes
from snntorch import utils
from torch import nn

import snnmlir

X = spikes(12)
IMAGES = spikes(2, 8, 8, steps=40)


def leaky(beta: float = 0.9, **arguments: Any) -> snn.Leaky:
    return snn.Leaky(beta=beta, init_hidden=True, **arguments)


def dense(*neurons: nn.Module, gain: float = 2.5) -> nn.Module:
    first, second = neurons
    return drawn(nn.Sequential(nn.Linear(12, 20), first, nn.Linear(20, 6), second), gain)


def conv(*after: nn.Module) -> nn.Module:
    parts = (nn.Conv2d(2, 4, 3, padding=1), *after, nn.Flatten(), nn.Linear(64, 6), leaky(0.8))
    return drawn(nn.Sequential(*parts), 2.5)


def run(x: np.ndarray) -> Any:
    def steps(module: nn.Module) -> np.ndarray:
        module.eval()
        utils.reset(module)
        with torch.no_grad():
            results = [module(torch.tensor(step)[None]) for step in x]
        return np.concatenate([(r[0] if isinstance(r, tuple) else r).numpy() for r in results])

    return steps


def test_defaults() -> None:
    result = deployed(dense(leaky(), leaky(0.8, output=True)), X, run(X))
    assert sorted(result.graph.nodes) == ["0", "1", "2", "3", "input", "output"]
    assert set(result.recording) == {"input", "output", "0", "1", "1.v", "2", "3", "3.v"}
    assert any("beta and threshold got the layer's shape" in note for note in result.notes)


@pytest.mark.parametrize("delay", [True, False])
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_resets(reset: str, delay: bool) -> None:
    arguments = {"reset_mechanism": reset, "reset_delay": delay}
    deployed(dense(leaky(**arguments), leaky(0.8, **arguments)), X, run(X))


def test_resets_of_each_layer() -> None:
    deployed(dense(leaky(reset_mechanism="zero"), leaky(0.8)), X, run(X))


def test_no_reset() -> None:
    arguments = {"reset_mechanism": "none"}
    deployed(dense(leaky(0.5, **arguments), leaky(0.5, **arguments), gain=4.0), X, run(X))


def test_values_of_each_neuron() -> None:
    torch.manual_seed(0)
    neurons = [
        leaky(torch.rand(size) * 0.3 + 0.6, threshold=torch.rand(size) * 0.5 + 0.7)
        for size in (20, 6)
    ]
    deployed(dense(*neurons), X, run(X))


def test_synaptic() -> None:
    neurons = [snn.Synaptic(alpha=a, beta=0.8, init_hidden=True) for a in (0.5, 0.7)]
    deployed(dense(*neurons, gain=1.5), X, run(X))


def test_betas_outside_of_0_and_1() -> None:
    beta = torch.full((20,), 0.8)
    beta[:2] = torch.tensor([1.1, -0.2])
    result = deployed(dense(leaky(beta, learn_beta=True), leaky(0.8)), X, run(X))
    assert any("held inside 0 and 1" in note for note in result.notes)


def test_norm_pool_and_dropout() -> None:
    network = conv(nn.BatchNorm2d(4), leaky(), nn.MaxPool2d(2), nn.Dropout(0.5))
    result = deployed(network.train(), IMAGES, run(IMAGES))
    assert isinstance(result.graph.nodes["3"], nir.SumPool2d)
    assert isinstance(result.graph.nodes["3_spike"], nir.Threshold)
    assert len(result.notes) == 5


def test_padding_of_averages() -> None:
    network = conv(leaky(), nn.AvgPool2d(3, stride=2, padding=1))
    result = deployed(network, IMAGES, run(IMAGES))
    assert tuple(result.graph.nodes["2"].padding) == (1, 1)


@pytest.mark.parametrize(
    "neurons",
    [
        snn.RLeaky(beta=0.9, linear_features=20, init_hidden=True),
        snn.RLeaky(beta=0.9, V=0.4, all_to_all=False, init_hidden=True),
        snn.RLeaky(beta=0.9, linear_features=20, init_hidden=True, reset_mechanism="zero"),
        snn.RSynaptic(alpha=0.5, beta=0.8, linear_features=20, init_hidden=True),
    ],
    ids=["dense", "one to one", "zero", "synaptic"],
)
def test_recurrence(neurons: nn.Module) -> None:
    deployed(dense(neurons, leaky(0.8)), X, run(X))


class Block(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.fc, self.norm = nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs)
        self.drop, self.lif = nn.Dropout(0.3), leaky(0.8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.drop(self.lif(self.norm(self.fc(x))))


def test_modules_in_modules() -> None:
    network = drawn(nn.Sequential(Block(12, 20), Block(20, 6)), 3.0)
    result = deployed(network, X, run(X))
    assert "1.lif" in result.graph.nodes


class Loop(nn.Module):
    """As in snnTorch's tutorials: the steps are in forward."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.lif1 = nn.Linear(12, 20), snn.Leaky(beta=0.9)
        self.fc2, self.lif2 = nn.Linear(20, 6), snn.Leaky(beta=0.8)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mem1, mem2 = self.lif1.init_leaky(), self.lif2.init_leaky()
        spikes, voltages = [], []
        for step in range(x.size(0)):
            spk1, mem1 = self.lif1(self.fc1(x[step]), mem1)
            spk2, mem2 = self.lif2(self.fc2(spk1), mem2)
            spikes.append(spk2)
            voltages.append(mem2)
        return torch.stack(spikes), torch.stack(voltages)


@pytest.mark.parametrize("layout", ["auto", "sequence"])
def test_steps_in_forward(layout: str) -> None:
    def all_steps(module: nn.Module) -> np.ndarray:
        with torch.no_grad():
            return module(torch.tensor(X)[:, None])[0][:, 0].numpy()

    deployed(drawn(Loop(), 2.5), X, all_steps, layout=layout)


def test_a_batch_of_one_and_states_left_from_training() -> None:
    network = dense(leaky(), leaky(0.8))
    loss = network(torch.rand(1, 12)).sum() + network(torch.rand(1, 12)).sum()
    assert network[1].mem.grad_fn is not None
    del loss
    deployed(network, X, run(X), given=torch.tensor(X)[:, None])


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.lif1 = nn.Linear(12, 20), leaky()
        self.fc2, self.lif2 = nn.Linear(20, 20), leaky(0.8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.lif1(self.fc1(x))
        return self.lif2(self.fc2(a) + a)


class Function(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.lif1 = nn.Conv2d(2, 4, 3), leaky()
        self.fc, self.lif2 = nn.Linear(144, 6), leaky(0.8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.lif2(self.fc(self.lif1(self.conv(x)).flatten(1)))


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.lif1, self.fc2 = nn.Linear(12, 20), leaky(), nn.Linear(20, 20)
        self.lif2, self.lif3 = leaky(), leaky()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.lif1(self.fc1(x))
        return self.lif3(self.fc2(self.lif2(self.fc2(x))))


def test_residual_is_lost() -> None:
    refused(drawn(Residual(), 2.5), X, "lif2 (Leaky)", "'add'.*loses this addition")


def test_function_is_lost() -> None:
    refused(drawn(Function(), 2.5), IMAGES, "fc (Linear)", "'flatten'.*loses this function")


def test_shared_layer() -> None:
    refused(drawn(Shared(), 2.5), X, "fc2 (Linear)", "called 120 times in 60 steps")


@pytest.mark.parametrize(
    ("neurons", "words"),
    [
        (leaky(graded_spikes_factor=0.5), "graded spikes .0.5 each., which the exporter loses"),
        (leaky(inhibition=True), "has inhibition, which the exporter loses"),
        (leaky(state_quant=lambda mem: torch.round(mem * 4) / 4), "quantizes its state"),
    ],
)
def test_lost_arguments(neurons: snn.Leaky, words: str) -> None:
    name = "1 (Leaky)"
    refused(dense(neurons, leaky(0.8)), X, name, words)


def test_neuron_that_nir_has_not() -> None:
    network = dense(snn.Alpha(alpha=0.9, beta=0.8, init_hidden=True), leaky(0.8))
    refused(network, X, "1 (Alpha)", "that NIR has not")


def test_maximum_of_analog_values() -> None:
    network = conv(nn.MaxPool2d(2), leaky())
    refused(network, IMAGES, "1 (MaxPool2d)", "maximum of values other than 0 and 1")


def test_norm_of_spikes() -> None:
    network = nn.Sequential(
        nn.Linear(12, 20), leaky(), nn.BatchNorm1d(20), nn.Linear(20, 6), leaky()
    )
    refused(network, X, "2 (BatchNorm1d)", "does not follow a Linear or Conv")


def test_layer_without_a_node() -> None:
    network = nn.Sequential(nn.Linear(12, 20), nn.ReLU(), nn.Linear(20, 6), leaky())
    refused(network, X, "1 (ReLU)", "has no node in NIR")


def test_averages_that_nir_has_not() -> None:
    network = conv(leaky(), nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False))
    refused(network, IMAGES, "2 (AvgPool2d)", "count_include_pad=False")


def test_doubles() -> None:
    deployed(dense(leaky(), leaky(0.8)), X, run(X), dtype="f64")


def test_spikes_as_input() -> None:
    result = deployed(dense(leaky(), leaky(0.8)), X, run(X), input_type="spikes", name="net1")
    assert "const uint8_t" in result.network.h


def test_integers() -> None:
    result = snnmlir.deploy(dense(leaky(), leaky(0.8)), X, dtype="int8", name="net8")
    assert result.network.is_quantized
    assert "net8_step" in result.network.h


def test_sample_of_another_shape() -> None:
    with pytest.raises(snnmlir.DeployError, match=r"cannot be run on the sample, \[60, 5\]"):
        snnmlir.deploy(dense(leaky(), leaky(0.8)), spikes(5))


def test_silence_is_noted() -> None:
    network = dense(leaky(), leaky(0.8, threshold=1000.0))
    notes = snnmlir.deploy(network, X).notes
    assert "3 (Leaky) does not spike on the sample, which tells nothing of its reset" in notes

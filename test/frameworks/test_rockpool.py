# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from typing import Any

import numpy as np
import pytest
import torch
from live import deployed, refused, spikes
from rockpool.nn.combinators import Sequential
from rockpool.nn.modules import ExpSynTorch, LIFNeuronTorch, LIFTorch, LinearTorch
from rockpool.nn.modules.torch.dropout import UnitDropout

X = spikes(12)


def linear(inputs: int, outputs: int, seed: int, gain: float = 1.0, **arguments: Any) -> Any:
    generator = torch.Generator().manual_seed(seed)
    weight = (torch.rand(inputs, outputs, generator=generator) - 0.4) * gain / np.sqrt(inputs)
    return LinearTorch((inputs, outputs), weight=weight, **arguments)


def dense(first: Any, second: Any, *between: Any, gain: float = 1.0) -> Any:
    bias = {"has_bias": False}
    layers = linear(12, 20, 1, gain, **bias), first, *between, linear(20, 6, 2, gain, **bias)
    return Sequential(*layers, second)


def run(module: Any) -> np.ndarray:
    module.reset_state()
    with torch.no_grad():
        return module(torch.tensor(X)[None])[0][0].numpy()


def test_defaults() -> None:
    torch.manual_seed(0)
    network = Sequential(linear(12, 20, 1), LIFTorch(20), linear(20, 6, 2), LIFTorch(6))
    result = deployed(network, X, run)
    assert "1_LIFTorch.v" in result.recording


def test_values_of_each_neuron() -> None:
    generator = torch.Generator().manual_seed(0)
    first = LIFTorch(
        20,
        tau_mem=torch.rand(20, generator=generator) * 0.02 + 0.008,
        tau_syn=torch.rand((20, 1), generator=generator) * 0.01 + 0.004,
        threshold=torch.rand(20, generator=generator) * 0.7 + 0.7,
    )
    deployed(dense(first, LIFTorch(6)), X, run)


def test_other_steps() -> None:
    deployed(dense(LIFTorch(20, dt=0.004), LIFTorch(6, dt=0.004)), X, run)


def test_bitshifts() -> None:
    first = LIFTorch(20, leak_mode="bitshifts", dash_mem=3, dash_syn=2)
    deployed(dense(first, LIFTorch(6)), X, run)


def test_one_spike_in_a_step() -> None:
    one = {"max_spikes_per_dt": 1}
    deployed(dense(LIFTorch(20, **one), LIFTorch(6, **one)), X, run)


def test_dropout_and_neurons_without_currents() -> None:
    network = dense(LIFTorch(20), LIFNeuronTorch(6), UnitDropout((20,)), gain=1.5)
    for part in network.modules().values():
        if isinstance(part, UnitDropout):
            part.training = False
    result = deployed(network, X, run)
    assert "2_UnitDropout (UnitDropout) does nothing after training and was left out" in (
        result.notes
    )


def test_readout() -> None:
    deployed(dense(LIFTorch(20), ExpSynTorch(6)), X, run)


def test_bias_is_lost() -> None:
    refused(dense(LIFTorch(20, bias=0.06), LIFTorch(6)), X, "1_LIFTorch (LIFTorch)", "has a bias")


def test_recurrence_is_lost() -> None:
    network = dense(LIFTorch(20, has_rec=True), LIFTorch(6))
    refused(network, X, "1_LIFTorch (LIFTorch)", "has recurrent weights, which .* does not write")


def test_noise() -> None:
    network = dense(LIFTorch(20, noise_std=0.1), LIFTorch(6))
    refused(network, X, "1_LIFTorch (LIFTorch)", "adds noise")


@pytest.mark.parametrize("name", ["LIFBitshiftTorch", "aLIFTorch"])
def test_neurons_that_are_not_written(name: str) -> None:
    from rockpool.nn import modules

    if not hasattr(modules, name):
        pytest.skip(f"this Rockpool has no {name}")
    network = dense(getattr(modules, name)(20), LIFTorch(6))
    refused(network, X, f"1_{name} ({name})", "is not written by the exporter of Rockpool")

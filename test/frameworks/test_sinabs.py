# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
from typing import Any

import nir
import numpy as np
import pytest
import sinabs
import sinabs.layers as sl
import torch
from live import deployed, drawn, refused, spikes
from sinabs.activation import MembraneReset, SingleSpike
from sinabs.from_torch import from_model
from torch import nn

X = spikes(12)
IMAGES = spikes(2, 8, 8, steps=40)


def dense(first: nn.Module, second: nn.Module, gain: float) -> nn.Module:
    return drawn(nn.Sequential(nn.Linear(12, 20), first, nn.Linear(20, 6), second), gain)


def lif(tau: float = 20.0, **arguments: Any) -> nn.Module:
    return sl.LIFSqueeze(tau_mem=tau, batch_size=1, **arguments)


def iaf(**arguments: Any) -> nn.Module:
    return sl.IAFSqueeze(batch_size=1, **arguments)


def run(x: np.ndarray, batch: bool = False) -> Any:
    def sequence(module: nn.Module) -> np.ndarray:
        module.eval()
        sinabs.reset_states(module)
        given = torch.tensor(x)
        with torch.no_grad():
            return module(given[None])[0].numpy() if batch else module(given).numpy()

    return sequence


def test_leak_at_its_defaults() -> None:
    result = deployed(dense(lif(), lif(9.0), 24.0), X, run(X))
    assert result.graph.nodes["1"].tau.shape == (20,)
    assert "1.v" in result.recording


def test_integrators_at_their_defaults() -> None:
    deployed(dense(iaf(), iaf(), 1.5), X, run(X))


@pytest.mark.parametrize("floor", [-1.0, -0.25])
def test_floors_of_each_layer(floor: float) -> None:
    deployed(dense(iaf(min_v_mem=floor), iaf(), 1.5), X, run(X))


def test_norms_of_each_layer() -> None:
    deployed(
        dense(lif(norm_input=False), lif(9.0, spike_threshold=torch.tensor(0.2)), 3.0), X, run(X)
    )


def test_readout() -> None:
    second = sl.ExpLeakSqueeze(tau_mem=9.0, batch_size=1)
    deployed(dense(lif(), second, 24.0), X, run(X))


def test_layers_with_a_batch() -> None:
    deployed(dense(sl.LIF(tau_mem=20.0), sl.LIF(tau_mem=9.0), 24.0), X, run(X, batch=True))


def test_trained_decays() -> None:
    deployed(dense(lif(train_alphas=True), lif(9.0), 24.0), X, run(X))


def test_norm_pools_and_dropout() -> None:
    layers = (
        *(nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), iaf(min_v_mem=-1.0)),
        *(sl.SumPool2d(2), nn.Dropout(), nn.Conv2d(4, 4, 3, padding=1), iaf(min_v_mem=-1.0)),
        *(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(16, 6), iaf(min_v_mem=-1.0)),
    )
    result = deployed(drawn(nn.Sequential(*layers), 1.5), IMAGES, run(IMAGES))
    assert isinstance(result.graph.nodes["7"], nir.AvgPool2d)


def test_maximum_of_spikes() -> None:
    one = {"spike_fn": SingleSpike, "reset_fn": MembraneReset()}
    layers = nn.Conv2d(2, 4, 3, padding=1), iaf(**one), nn.MaxPool2d(2)
    layers += nn.Flatten(), nn.Linear(64, 6), iaf(**one)
    result = deployed(drawn(nn.Sequential(*layers), 2.0), IMAGES, run(IMAGES))
    assert isinstance(result.graph.nodes["2"], nir.SumPool2d)


def test_maximum_of_counts() -> None:
    layers = nn.Conv2d(2, 4, 3, padding=1), iaf(), nn.MaxPool2d(2)
    layers += nn.Flatten(), nn.Linear(64, 6), iaf()
    network = drawn(nn.Sequential(*layers), 4.0)
    refused(network, IMAGES, "2 (MaxPool2d)", "maximum of values other than 0 and 1")


def test_from_model() -> None:
    torch.manual_seed(4)
    ann = nn.Sequential(nn.Linear(12, 20), nn.ReLU(), nn.Linear(20, 6), nn.ReLU())
    network = from_model(drawn(ann, 2.0), batch_size=1)
    deployed(network.spiking_model, X, run(X))


def test_tau_syn_is_lost() -> None:
    network = dense(lif(tau_syn=4.0), lif(9.0), 24.0)
    refused(network, X, "1 (LIFSqueeze)", "tau_syn = 4, which .* does not write")


def test_recurrence_is_not_written() -> None:
    recurrent = sl.LIFRecurrent(tau_mem=20.0, rec_connect=nn.Linear(20, 20, bias=False))
    network = dense(recurrent, sl.LIF(tau_mem=9.0), 24.0)
    refused(network, X, "1 (LIFRecurrent)", "recurrent synapses")


def test_adaptation_is_not_written() -> None:
    first = sl.ALIF(tau_mem=20.0, tau_adapt=10.0)
    network = dense(first, sl.LIF(tau_mem=9.0), 24.0)
    refused(network, X, "1 (ALIF)", "is not written by the exporter")

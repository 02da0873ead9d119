# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Data sets of PyTorch and arrays of JAX, as these give them."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import nir
import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset

import snnmlir

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def network() -> snnmlir.Network:
    """Sends the spikes that it gets."""
    nodes = {
        "input": nir.Input({"input": np.array([3])}),
        "t": nir.Threshold(np.full(3, 0.5)),
        "output": nir.Output({"output": np.array([3])}),
    }
    graph = nir.NIRGraph(nodes, [("input", "t"), ("t", "output")], type_check=False)
    return snnmlir.compile(graph, dt=1e-3, input_type="spikes")


class Ragged(Dataset):  # type: ignore[type-arg]
    """Samples of different length, which a DataLoader collates one by one."""

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        self._x, self._y = x, y

    def __len__(self) -> int:
        return len(self._x)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        steps = 3 + index % 4
        return torch.from_numpy(self._x[index][:steps]), int(self._y[index])


@pytest.mark.parametrize("dtype", [torch.uint8, torch.bool, torch.float32, torch.float64])
def test_loaders_and_data_sets(network: snnmlir.Network, dtype: torch.dtype) -> None:
    x, y = RNG.integers(0, 2, (50, 6, 3), np.uint8), RNG.integers(0, 3, 50)
    expected = snnmlir.evaluate(network, x, labels=y).as_file("r.json")
    tensors = TensorDataset(torch.from_numpy(x).to(dtype), torch.from_numpy(y))
    samples: list[Any] = [tensors, DataLoader(tensors, batch_size=8)]
    for each in samples:
        assert snnmlir.evaluate(network, each).as_file("r.json") == expected
    time_first = DataLoader(tensors, batch_size=8, collate_fn=_time_first)
    found = snnmlir.evaluate(network, time_first, time_first=True)
    assert found.as_file("r.json") == expected


def _time_first(pairs: list[tuple[torch.Tensor, torch.Tensor]]) -> Any:
    x, y = zip(*pairs, strict=True)
    return torch.stack(x, 1), torch.stack(y)


def test_samples_of_different_length(network: snnmlir.Network) -> None:
    x, y = RNG.integers(0, 2, (20, 6, 3), np.uint8), RNG.integers(0, 3, 20)
    found = snnmlir.evaluate(network, Ragged(x, y))
    one_by_one = snnmlir.evaluate(network, DataLoader(Ragged(x, y), batch_size=1))
    assert found.steps.tolist() == [3 + k % 4 for k in range(20)]
    assert found.as_file("r.json") == one_by_one.as_file("r.json")


def test_tensors_with_gradients_and_other_layouts(network: snnmlir.Network) -> None:
    x = RNG.integers(0, 2, (5, 6, 3)).astype(np.float32)
    tensor = torch.from_numpy(x).requires_grad_()
    np.testing.assert_array_equal(network.run_batch(tensor), x)
    np.testing.assert_array_equal(network.run(tensor[0]), x[0])
    turned = torch.from_numpy(np.ascontiguousarray(np.moveaxis(x, 1, 0))).transpose(0, 1)
    np.testing.assert_array_equal(network.run_batch(turned), x)
    sparse = [torch.from_numpy(each).to_sparse() for each in x]
    np.testing.assert_array_equal(np.stack(network.run_batch(sparse)), x)
    session = network.start()
    np.testing.assert_array_equal(session.step(tensor[0, 0]), x[0, 0])


def test_types_without_a_numpy_type_are_named(network: snnmlir.Network) -> None:
    x = torch.zeros(4, 3, dtype=torch.bfloat16)
    with pytest.raises(snnmlir.OptionError, match=r"sample 0: .*(\n.*)*float\(\)"):
        network.run_batch([x])


def test_arrays_of_jax(network: snnmlir.Network) -> None:
    x, y = RNG.integers(0, 2, (50, 6, 3), np.uint8), RNG.integers(0, 3, 50)
    found = snnmlir.evaluate(network, jnp.asarray(x), labels=jnp.asarray(y))
    expected = snnmlir.evaluate(network, x, labels=y)
    assert found.as_file("r.json") == expected.as_file("r.json")
    np.testing.assert_array_equal(network.run_batch(jnp.asarray(x, jnp.float32)), x)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Live networks: weights, input, and what a deployed one has to be."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import snnmlir
from snnmlir import DeployError, Deployment

STEPS = 60


def spikes(*shape: int, density: float = 0.4, steps: int = STEPS) -> np.ndarray:
    """Random input, [T, *shape]."""
    return (np.random.default_rng(1).random((steps, *shape)) < density).astype(np.float32)


def drawn(module: Any, gain: float, seed: int = 3) -> Any:
    """The module with synapses drawn anew, and statistics for its norms."""
    torch.manual_seed(seed)
    for part in nn.Module.modules(module):
        if isinstance(part, nn.Linear | nn.Conv1d | nn.Conv2d):
            fan_in = part.weight[0].numel()
            part.weight.data.uniform_(-0.4, 0.6).mul_(gain / fan_in**0.5)
            if part.bias is not None:
                part.bias.data.uniform_(-0.1, 0.1)
        elif isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_(0.0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
            part.weight.data.uniform_(0.8, 1.2)
            part.bias.data.uniform_(0.0, 0.2)
    return module


def deployed(
    module: Any, x: np.ndarray, run: Callable[[Any], np.ndarray], given: Any = None, **options: Any
) -> Deployment:
    """Deploys a module and checks that the C computes what the module does.

    Args:
        module: The network.
        x: The input as the graph takes it, [T, *shape].
        run: What the module itself computes, without anything of snnmlir.
        given: The sample, if it is not `x`.
        options: Of deploy.
    """
    before = _fingerprint(module)
    result = snnmlir.deploy(module, x if given is None else given, **options)
    assert _fingerprint(module) == before, "the module was changed"
    expected = run(module)
    found = result.network.run(x)
    assert found.shape == expected.shape
    if np.all(expected == np.round(expected)):
        assert np.count_nonzero(found != expected) == 0
    else:
        np.testing.assert_allclose(
            found, expected, rtol=0, atol=5e-5 * max(1.0, np.max(np.abs(expected)))
        )
    assert result.inference.exact
    assert result.inference.differing == 0
    np.testing.assert_array_equal(result.recording["input"], x)
    for name, signal in result.recording.items():
        if name == "input" or name.endswith(".v"):
            continue
        if signal.dtype == np.uint8:
            rate = np.mean(signal > 0)
            assert 0.02 < rate < 0.9, f"{name} is silent or saturated: {rate:.1%}"
        else:
            assert np.std(signal) > 1e-3, f"{name} does not change"
    return result


def refused(module: Any, x: Any, layer: str, words: str, **options: Any) -> DeployError:
    """Checks that deploy names the layer and says what is the matter."""
    with pytest.raises(DeployError, match=words) as caught:
        snnmlir.deploy(module, x, **options)
    assert caught.value.layer == layer
    assert caught.value.help
    return caught.value


def _fingerprint(module: Any) -> Any:
    if not isinstance(module, nn.Module):
        return None
    state = nn.Module.state_dict(module)
    parts = [type(part) for part in nn.Module.modules(module)]
    return (
        parts,
        [part.training for part in nn.Module.modules(module)],
        {key: copy.deepcopy(value.numpy().tobytes()) for key, value in state.items()},
    )

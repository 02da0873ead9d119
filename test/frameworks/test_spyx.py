# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import functools
from typing import Any

import jax
import jax.numpy as jnp
import nir
import numpy as np
import spyx.nn as spyx
from flax import nnx
from live import deployed, refused, spikes

X = spikes(12)
IMAGES = spikes(2, 8, 8, steps=40)
CHANNELS_LAST = np.moveaxis(IMAGES, 1, -1)


def made(*layers: Any) -> Any:
    """Layers, or functions that take random numbers and give one."""
    rngs = nnx.Rngs(0)
    found = []
    for layer in layers:
        if isinstance(layer, functools.partial) and "rngs" not in layer.keywords:
            layer = layer if layer.func is nnx.max_pool else layer(rngs=rngs)
        if isinstance(layer, nnx.Linear | nnx.Conv):
            layer.kernel[...] = layer.kernel[...] * 2.5
        found.append(layer)
    return spyx.Sequential(*found)


def dense(first: Any, second: Any) -> Any:
    part = functools.partial
    return made(part(nnx.Linear, 12, 20), first, part(nnx.Linear, 20, 6), second)


def run(x: np.ndarray) -> Any:
    def steps(model: Any) -> np.ndarray:
        for layer in model.layers:
            if isinstance(layer, nnx.BatchNorm | nnx.Dropout):
                layer.eval()
        return np.asarray(spyx.run(model, jnp.asarray(x)[:, None])[0])[:, 0]

    return steps


LIF20 = functools.partial(spyx.LIF, (20,))
LIF6 = functools.partial(spyx.LIF, (6,))


def test_defaults() -> None:
    result = deployed(dense(LIF20, LIF6), X, run(X))
    assert "layer_1.v" in result.recording


def test_one_value_for_all_neurons() -> None:
    first = functools.partial(spyx.LIF, (20,), beta=0.7)
    second = functools.partial(spyx.CuBaLIF, (6,), alpha=0.5, beta=0.8)
    deployed(dense(first, second), X, run(X))


def test_without_leak() -> None:
    deployed(dense(spyx.IF((20,)), spyx.IF((6,))), X, run(X))


def test_without_reset() -> None:
    deployed(dense(functools.partial(spyx.PSU_LIF, (20,)), LIF6), X, run(X))


def test_betas_outside_of_0_and_1() -> None:
    network = dense(LIF20, LIF6)
    beta = np.array(network.layers[1].beta[...])
    beta[:2] = 1.1, -0.2
    network.layers[1].beta[...] = jnp.asarray(beta)
    result = deployed(network, X, run(X))
    assert any("held inside 0 and 1" in note for note in result.notes)


def test_recurrence() -> None:
    for first in (spyx.RLIF, spyx.RIF, spyx.RCuBaLIF):
        network = dense(functools.partial(first, (20,)), LIF6)
        weights = network.layers[1].recurrent_w
        weights[...] = weights[...] * 0.3
        deployed(network, X, run(X))


def test_norm_pool_dropout_and_flatten() -> None:
    part = functools.partial
    network = made(
        part(nnx.Conv, 2, 4, (3, 3), use_bias=False),
        part(nnx.BatchNorm, 4),
        part(spyx.LIF, (8, 8, 4)),
        part(nnx.max_pool, window_shape=(2, 2), strides=(2, 2)),
        part(nnx.Dropout, 0.5),
        spyx.Flatten(),
        part(nnx.Linear, 64, 6),
        LIF6,
    )
    network.layers[1].mean[...] = jnp.linspace(-0.1, 0.1, 4)
    network.layers[1].var[...] = jnp.linspace(0.5, 1.5, 4)

    result = deployed(network, IMAGES, run(CHANNELS_LAST), given=CHANNELS_LAST)
    assert isinstance(result.graph.nodes["layer_2"], nir.SumPool2d)
    assert len(result.notes) == 3


def test_pool_of_sums() -> None:
    part = functools.partial
    network = made(
        part(nnx.Conv, 2, 4, (3, 3)),
        part(spyx.LIF, (8, 8, 4)),
        spyx.SumPool((2, 2), (2, 2), "SAME"),
        spyx.Flatten(),
        part(nnx.Linear, 64, 6),
        LIF6,
    )
    deployed(network, IMAGES, run(CHANNELS_LAST), given=CHANNELS_LAST)


def test_readout_is_lost() -> None:
    network = dense(LIF20, functools.partial(spyx.LI, (6,)))
    refused(network, X, "3 (LI)", "is left out by the exporter of Spyx")


def test_uneven_padding_is_lost() -> None:
    part = functools.partial
    network = made(
        part(nnx.Conv, 2, 4, (2, 2), padding="VALID"),
        part(spyx.LIF, (7, 7, 4)),
        spyx.SumPool((2, 2), (2, 2), "SAME"),
        spyx.Flatten(),
        part(nnx.Linear, 64, 6),
        LIF6,
    )
    refused(network, CHANNELS_LAST, "2 (SumPool)", "pads 1 rows and 1 columns in total with SAME")


def test_function_is_lost() -> None:
    network = dense(jax.nn.relu, LIF6)
    with_name = f"1 ({type(jax.nn.relu).__name__})"
    refused(network, X, with_name, "is left out by the exporter of Spyx")


def test_maximum_of_analog_values() -> None:
    part = functools.partial
    network = made(
        part(nnx.Conv, 2, 4, (3, 3)),
        part(nnx.max_pool, window_shape=(2, 2), strides=(2, 2)),
        part(spyx.LIF, (4, 4, 4)),
        spyx.Flatten(),
        part(nnx.Linear, 64, 6),
        LIF6,
    )
    refused(network, CHANNELS_LAST, "1 (max_pool)", "maximum of values other than 0 and 1")


def test_adaptation_is_lost() -> None:
    network = dense(functools.partial(spyx.ALIF, (20,)), LIF6)
    refused(network, X, "1 (ALIF)", "is left out by the exporter of Spyx")

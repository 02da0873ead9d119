# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Spyx: spyx.nir.to_nir. Networks of JAX, channels last."""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from snnmlir.deployment.graphs import completed
from snnmlir.deployment.protocol import Exported, Layer, Layout, Signal, as_array
from snnmlir.deployment.torch_modules import Pool, pair
from snnmlir.errors import DeployError

if TYPE_CHECKING:
    import nir

_NEURONS = ("IF", "LIF", "CuBaLIF", "RIF", "RLIF", "RCuBaLIF", "PSU_LIF", "AssociativeLIF")
_SYNAPSES = ("Linear", "Conv", "SumPool", "Flatten")
_KNOWN = {
    "dt": 1.0,
    "integrator": "euler",
    "flatten": "hwc",
    "reset": "subtract",
    "spike": "gt",
    "spike_timing": "pre",
    "v_floor": "none",
}


class Adapter:
    """See `snnmlir.deployment.protocol.Adapter`."""

    framework = "Spyx"
    flatten: Literal["chw", "hwc"] = "hwc"

    def export(self, module: Any, sample: Any, layout: Layout) -> Exported:
        """See `Adapter`."""
        import jax.numpy as jnp

        layers = list(getattr(module, "layers", [module]))
        x = _without_batch(as_array(sample), layers)
        records, output = _record(layers, jnp.asarray(x)[:, None])
        notes: list[str] = []
        kept, pools, paths = _rewritten(layers, records, notes)
        raw = self._to_nir(kept, _first(x), _first(output))
        nodes, edges = dict(raw.nodes), list(raw.edges)
        found: dict[str, Layer] = {}
        for index, path in enumerate(paths):
            name = f"layer_{index}"
            record = records[path[-1]]
            first = records[path[0]]
            made = Layer(
                str(path[0]),
                type(layers[path[0]]).__name__,
                _first(first.received),
                _first(record.sent),
                None if first.voltage is None else _first(first.voltage),
                first.type in _NEURONS,
            )
            self._mend(name, made, layers[path[0]], kept[index], nodes, edges, pools, found)
        graph = completed(nodes, edges, found, _first(x), _first(output))
        return Exported(graph, _first(x), _first(output), found, tuple(notes), _KNOWN)

    def _to_nir(self, layers: list[Any], x: Signal, output: Signal) -> nir.NIRGraph:
        from spyx.nir import to_nir
        from spyx.nn import Sequential

        try:
            with contextlib.redirect_stdout(io.StringIO()):
                return to_nir(
                    Sequential(*layers),
                    {"input": np.array(x.shape[1:])},
                    {"output": np.array(output.shape[1:])},
                )
        except Exception as error:
            raise DeployError(
                f"the exporter of Spyx refuses the network: {type(error).__name__}: {error}",
                help="use the layers that it knows: " + ", ".join(_NEURONS + _SYNAPSES),
            ) from error

    def _mend(
        self,
        name: str,
        layer: Layer,
        original: Any,
        kept: Any,
        nodes: dict[str, Any],
        edges: list[tuple[str, str]],
        pools: Mapping[int, Pool],
        found: dict[str, Layer],
    ) -> None:
        """What the exporter writes wrongly, and which node stands for the layer."""
        import nir

        node = nodes[name]
        if isinstance(node, nir.NIRGraph):
            # The input of a recurrent layer is wired into its weights instead of its neurons.
            inner, weights = f"{name}.lif", f"{name}.w_rec"
            node.edges = [
                (source, inner if source == f"{name}.input" and target == weights else target)
                for source, target in node.edges
            ]
            found[f"{name}/{inner}"] = layer
        elif f"{name}_threshold" in nodes:
            assert layer.voltage is not None
            voltage = layer.voltage
            found[f"{name}_threshold"] = replace(layer, received=voltage, voltage=None)
            found[name] = replace(layer, sent=voltage, voltage=None, spiking=False)
        elif id(kept) in pools:
            made = pools[id(kept)].nodes(name, layer.sent.shape[1:])
            nodes |= made
            *_, last = made
            edges[:] = [(last if source == name else source, target) for source, target in edges]
            edges += list(zip(made, list(made)[1:], strict=False))
        else:
            if isinstance(node, nir.SumPool2d):
                nodes[name] = nir.SumPool2d(
                    node.kernel_size, node.stride, _padding(original, layer)
                )
            elif isinstance(node, nir.Conv2d):
                dilation = pair(getattr(original, "kernel_dilation", 1) or 1)
                groups = int(getattr(original, "feature_group_count", 1))
                nodes[name] = nir.Conv2d(
                    layer.received.shape[-2:],
                    node.weight,
                    node.stride,
                    node.padding,
                    dilation,
                    groups,
                    node.bias,
                )
            found[name] = layer


class _Record:
    """What a layer did: channels last, [T, 1, ...]."""

    def __init__(self, type: str) -> None:
        self.type = type
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.voltages: list[Any] = []

    @property
    def received(self) -> Signal:
        return np.concatenate([np.asarray(x) for x in self.inputs])

    @property
    def sent(self) -> Signal:
        return np.concatenate([np.asarray(y) for y in self.outputs])

    @property
    def voltage(self) -> Signal | None:
        return np.concatenate([np.asarray(v) for v in self.voltages]) if self.voltages else None


def _record(layers: list[Any], x: Any) -> tuple[list[_Record], Signal]:
    """Runs the layers on [T, 1, ...] from their initial states, step by step."""
    records = [_Record(type(layer).__name__) for layer in layers]
    states = [
        layer.initial_state(1) if hasattr(layer, "initial_state") else None for layer in layers
    ]
    for step in x:
        value = step
        for index, layer in enumerate(layers):
            record = records[index]
            record.inputs.append(value)
            if states[index] is None:
                value = _evaluated(layer)(value)
            else:
                value, states[index] = layer(value, states[index])
                state = states[index]
                if record.type in ("CuBaLIF", "RCuBaLIF"):
                    record.voltages.append(np.split(np.asarray(state), 2, -1)[0])
                elif record.type in _NEURONS:
                    record.voltages.append(state)
            record.outputs.append(value)
    return records, records[-1].sent


def _evaluated(layer: Any) -> Any:
    """A layer as it is after training."""
    kind = type(layer).__name__
    if kind == "Dropout":
        return lambda x: x
    if kind == "BatchNorm":
        return functools.partial(layer, use_running_average=True)
    return layer


def _rewritten(
    layers: list[Any], records: list[_Record], notes: list[str]
) -> tuple[list[Any], dict[int, Pool], list[tuple[int, ...]]]:
    """Layers that the exporter writes, pools among them by identity, and where they come from."""
    from flax import nnx
    from spyx.nn import SumPool

    kept: list[Any] = []
    pools: dict[int, Pool] = {}
    paths: list[tuple[int, ...]] = []
    for index, layer in enumerate(layers):
        kind = type(layer).__name__
        label = f"{index} ({kind})"
        if kind in ("Dropout", "ActivityRegularization"):
            notes.append(f"{label} does nothing after training and was left out")
            continue
        if kind == "BatchNorm":
            if not kept or type(kept[-1]).__name__ not in ("Linear", "Conv"):
                raise DeployError(
                    "is not in NIR, and does not follow a Linear or Conv, into which it could be "
                    "multiplied",
                    layer=label,
                    help="put it behind a Linear or Conv, before the neurons",
                )
            kept[-1] = _folded(kept[-1], layer)
            paths[-1] = (*paths[-1], index)
            notes.append(
                f"{label} was multiplied into {paths[-1][0]} ({type(kept[-1]).__name__}), with its "
                "running statistics"
            )
            continue
        pool = _max_pool(layer)
        if pool is not None:
            label = f"{index} (max_pool)"
            values = records[index].received
            if not np.all((values == 0) | (values == 1)):
                raise DeployError(
                    "takes the maximum of values other than 0 and 1, which NIR cannot",
                    layer=label,
                    help="put it behind spiking neurons, or use SumPool",
                )
            layer = SumPool(pool.kernel, pool.stride, "VALID")
            pools[id(layer)] = pool
            notes.append(
                f"{label} was written as SumPool2d and Threshold, which is the same for spikes"
            )
        elif kind not in _NEURONS + _SYNAPSES:
            raise DeployError(
                "is left out by the exporter of Spyx, with no more than a warning on the screen",
                layer=label,
                help="use the layers that it knows: " + ", ".join(_NEURONS + _SYNAPSES),
            )
        elif kind in _NEURONS:
            layer = _clipped(layer, label, notes)
        elif kind == "Conv" and layer.bias is None:
            layer = nnx.clone(layer)
            layer.bias = nnx.Param(np.zeros(layer.out_features, np.float32))
        kept.append(layer)
        paths.append((index,))
    return kept, pools, paths


def _clipped(layer: Any, label: str, notes: list[str]) -> Any:
    """Decays inside 0 and 1, as Spyx holds them when it runs."""
    from flax import nnx

    outside = []
    for name in ("alpha", "beta"):
        decay = getattr(layer, name, None)
        if decay is None:
            continue
        values = np.asarray(decay[...])
        if np.any((values < 0) | (values > 1)):
            outside.append(name)
    if not outside:
        return layer
    layer = nnx.clone(layer)
    for name in outside:
        decay = getattr(layer, name)
        decay[...] = np.clip(np.asarray(decay[...]), 0, 1)
    notes.append(f"{label}: {' and '.join(outside)} is held inside 0 and 1, as Spyx does")
    return layer


def _folded(synapse: Any, norm: Any) -> Any:
    """A Linear or Conv, its outputs last, with a norm multiplied into it."""
    from flax import nnx

    made = nnx.clone(synapse)
    scale = 1 / np.sqrt(np.asarray(norm.var[...], np.float64) + norm.epsilon)
    if norm.scale is not None:
        scale = scale * np.asarray(norm.scale[...], np.float64)
    shift = -np.asarray(norm.mean[...], np.float64) * scale
    if norm.bias is not None:
        shift = shift + np.asarray(norm.bias[...], np.float64)
    if made.bias is not None:
        shift = shift + np.asarray(made.bias[...], np.float64) * scale
    kernel = np.asarray(made.kernel[...], np.float64) * scale
    made.kernel[...] = kernel.astype(np.float32)
    made.bias = nnx.Param(shift.astype(np.float32))
    return made


def _max_pool(layer: Any) -> Pool | None:
    """A functools.partial of flax.nnx.max_pool."""
    from flax import nnx

    if not isinstance(layer, functools.partial) or layer.func is not nnx.max_pool:
        return None
    values = dict(zip(("window_shape", "strides", "padding"), layer.args, strict=False))
    values |= layer.keywords
    if values.get("padding", "VALID") != "VALID":
        return None
    kernel = pair(values["window_shape"])
    strides = values.get("strides")
    return Pool(True, kernel, (1, 1) if strides is None else pair(strides), (0, 0))


def _padding(pool: Any, layer: Layer) -> Any:
    """Of a SumPool, on each side; the exporter writes the total."""
    if str(pool.padding).upper() != "SAME":
        return np.array((0, 0))
    kernel, stride = pair(pool.window_shape), pair(pool.strides)
    total = [
        max(0, (out - 1) * step + size - given)
        for given, out, size, step in zip(
            layer.received.shape[-2:], layer.sent.shape[-2:], kernel, stride, strict=True
        )
    ]
    if any(number % 2 for number in total):
        raise DeployError(
            f"pads {total[0]} rows and {total[1]} columns in total with SAME, not the same on both "
            "sides, which NIR cannot; the exporter of Spyx writes another padding",
            layer=str(layer),
            help="use padding='VALID', or a window that pads evenly",
        )
    return np.array(total) // 2


def _first(signal: Signal) -> Signal:
    """[T, ...] with channels first."""
    return np.moveaxis(signal, -1, 1) if signal.ndim == 4 else signal


def _without_batch(x: Signal, layers: list[Any]) -> Signal:
    """[T, *shape] from [T, 1, *shape]."""
    ranks = {"Linear": 1, "Conv": 3, "SumPool": 3}
    rank = next((ranks[type(a).__name__] for a in layers if type(a).__name__ in ranks), 0)
    return x[:, 0] if rank and x.ndim == rank + 2 and x.shape[1] == 1 else x

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a compiled network takes and gives: names, shapes, types, and checks of what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.common.wording import option
from snnmlir.errors import OptionError, quoted
from snnmlir.execution.arrays import as_array

Signal: TypeAlias = npt.NDArray[Any]
Signals: TypeAlias = "Signal | dict[str, Signal]"
Sample: TypeAlias = "Signal | Mapping[str, Signal]"

FLOATS: dict[str, npt.DTypeLike] = {"f32": np.float32, "f64": np.float64}
"""The types of real numbers, as the compiler names them."""


@dataclass(frozen=True)
class Port:
    """An input or output of a compiled network.

    Attributes:
        name: Name of the NIR node, or of a recorded signal.
        shape: Shape of one step.
        dtype: What the C code takes: uint8 for spikes and counts.
        scales: What the integers of a quantized signal stand for: [] for one number for all, or
            broadcastable to `shape`; None for what stands for itself.
        most: The greatest number of spikes or counts, 1 or 255.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scales: npt.NDArray[np.float64] | None = None
    most: int = 1


def alone(signals: dict[str, Signal]) -> Signals:
    """Signals by name, or the one there is."""
    return signals if len(signals) > 1 else next(iter(signals.values()))


def ports_of(network: Mapping[str, Any], side: str) -> tuple[Port, ...]:
    """The "inputs" or "outputs" of `Module.network()`."""
    return tuple(_port(name, network["types"][value]) for value, name in network[side])


def _port(name: str, kind: Mapping[str, Any]) -> Port:
    """The port for a value's description by `Module.network`."""
    shape = tuple(kind["shape"])
    if kind["element"] != "quant":
        most = 255 if kind["element"] == "ui8" else 1
        return Port(name, shape, np.dtype(FLOATS.get(kind["element"], np.uint8)), most=most)
    scales = np.asarray(kind["scales"])
    if kind["axis"] is None:
        scales = scales.reshape(())
    else:
        scales = scales.reshape([-1 if d == kind["axis"] else 1 for d in range(len(shape))])
    return Port(name, shape, np.dtype(f"int{kind['bits']}"), scales)


def check_inputs(ports: Sequence[Port], x: Sample) -> list[Signal]:
    """The input of each port as the C code takes it, [T, *shape].

    Raises:
        OptionError: A name, a shape or a value is not what the network takes.
    """
    if not isinstance(x, Mapping):
        if len(ports) != 1:
            raise OptionError(
                f"the network has {len(ports)} inputs, found one array",
                help="give an array for each of " + ", ".join(quoted(port.name) for port in ports),
            )
        x = {ports[0].name: x}
    missing = [port.name for port in ports if port.name not in x]
    unknown = [name for name in x if name not in {port.name for port in ports}]
    if missing or unknown:
        raise OptionError(f"inputs {list(x)} were given, expected {[port.name for port in ports]}")
    arrays = [_check_input(port, as_array(x[port.name], _where(port))) for port in ports]
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1:
        raise OptionError(f"the inputs have different numbers of steps: {sorted(lengths)}")
    return arrays


def _check_input(port: Port, array: Signal) -> Signal:
    """The array as the C code takes it."""
    where = _where(port)
    if array.ndim != 1 + len(port.shape) or array.shape[1:] != port.shape:
        raise OptionError(
            f"{where} has shape {list(array.shape)}, expected [T, "
            f"{', '.join(map(str, port.shape))}]",
            help="the first dimension counts time steps; run_batch takes batches, [N, T, ...]",
        )
    if array.dtype.kind not in "biuf":
        raise OptionError(f"{where} has dtype {array.dtype}, expected numbers")
    if array.dtype.kind == "f" and not np.all(np.isfinite(array)):
        raise OptionError(f"{where} has values that are not finite")
    if port.most > 1 and not np.all((array >= 0) & (array <= port.most) & (array == array // 1)):
        raise OptionError(
            f"{where} has other values than whole numbers from 0 to {port.most}",
            help="counts of spikes are such numbers",
        )
    if port.dtype == np.uint8 and port.most == 1 and not _is_binary(array):
        raise OptionError(
            f"{where} has other values than 0 and 1",
            help="spikes are 0 or 1; for other values compile with "
            + option("input_type", "float"),
        )
    if port.scales is None:
        return np.ascontiguousarray(array, port.dtype)
    integers = _to_integers(array, port.scales)
    kind = np.iinfo(port.dtype)
    if np.any((integers < kind.min) | (integers > kind.max)):
        raise OptionError(
            f"{where} has numbers from {float(np.min(array)):g} to {float(np.max(array)):g}, "
            f"{port.dtype} in units of {float(np.max(port.scales)):g} holds "
            f"{float(np.max(port.scales)) * kind.max:g} at most",
            help="calibrate the network with data like these",
        )
    return np.ascontiguousarray(integers, port.dtype)


def _where(port: Port) -> str:
    return f"input {quoted(port.name)}"


def _is_binary(array: Signal) -> bool:
    if array.dtype.kind == "b" or not array.size:
        return True
    if array.dtype.kind == "u":
        return bool(array.max() <= 1)
    return bool(np.all((array == 0) | (array == 1)))


def _to_integers(real: npt.NDArray[Any], scales: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The integers that stand for real numbers, halves up; `scales` broadcasts with them.

    Numbers too large for 64 bits become ones that no port takes.
    """
    return np.clip(np.floor(real / scales + 0.5), -(2.0**62), 2.0**62).astype(np.int64)

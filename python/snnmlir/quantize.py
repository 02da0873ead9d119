# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks of integers: what the compiler's passes are told, and what they decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir._mlir import Context, Module, PassManager

Ranges: TypeAlias = "dict[str, tuple[float, float]]"
Scales: TypeAlias = Literal["real", "pow2"]
States: TypeAlias = Literal["short", "proved"]

WEIGHT_BITS = {"int8": 8, "int16": 16, "int4": 4}
"""Bits of the weights, by dtype."""


def quantize(module: Module, context: Context, dtype: str, scales: Scales, states: States) -> None:
    """Turns a network of float32 into one of integers, in place.

    Args:
        module: The network, as the front end builds it.
        context: The module's.
        dtype: "int8", "int16" or "int4".
        scales: "pow2" rounds scales up to powers of two.
        states: "short" lets states of leaky spiking neurons saturate in 16 bits.

    Raises:
        MLIRError: The network cannot be computed in 32 bits.
    """
    options = (
        f"weight-bits={WEIGHT_BITS[dtype]} powers-of-two={int(scales == 'pow2')} "
        f"short-states={int(states == 'short')}"
    )
    passes = f"snn-quantize{{{options}}},snn-insert-rescale,snn-infer-ranges"
    PassManager.parse(f"snn.network({passes})", context).run(module)


def merge_ranges(recordings: Iterable[Mapping[str, npt.NDArray[Any]]]) -> Ranges:
    """The least and greatest number of every signal, over several runs; 0 is always within."""
    ranges: Ranges = {}
    for recording in recordings:
        for name, signal in recording.items():
            if signal.dtype.kind != "f":
                continue
            least, greatest = ranges.get(name, (0.0, 0.0))
            ranges[name] = (
                min(least, float(np.min(signal, initial=0.0))),
                max(greatest, float(np.max(signal, initial=0.0))),
            )
    return ranges


@dataclass(frozen=True)
class Bound:
    """What the integers of one signal or state can be.

    Attributes:
        node: The node's name.
        name: What it is: "sum", "voltage", "current", ...
        bits: How many bits it is stored in.
        least: The least integer.
        greatest: The greatest.
        proved: Whether no input leads out of these; otherwise it saturates there.
    """

    node: str
    name: str
    bits: int
    least: int
    greatest: int
    proved: bool

    def __str__(self) -> str:
        kind = "proved" if self.proved else "saturates"
        return (
            f"{self.node}: {self.name} in {self.bits} bits, {self.least} to {self.greatest}, {kind}"
        )


_RESULTS = {
    "snn.lif": ("", "voltage"),
    "snn.li": ("voltage",),
    "snn.cuba_lif": ("", "voltage", "current"),
    "snn.cuba_li": ("voltage", "current"),
    "snn.rescale": ("rescaled",),
    "snn.scale": ("product",),
}


def bounds(network: Mapping[str, Any]) -> list[Bound]:
    """The bounds of all sums and states of `Module.network()`."""
    found = []
    for op in network["ops"]:
        names = _RESULTS.get(op["op"], ("sum",))
        for name, value in zip(names, op["results"], strict=False):
            kind = network["types"][value]
            if kind["element"] != "quant" or not op["op"].startswith("snn."):
                continue
            saturates = bool(op["attrs"].get("saturate", False))
            found.append(
                Bound(op["node"], name, kind["bits"], kind["min"], kind["max"], not saturates)
            )
    return found


def to_integers(real: npt.NDArray[Any], scales: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """The integers that stand for real numbers, halves up; `scales` broadcasts with them.

    Numbers too large for 64 bits become ones that no port takes.
    """
    return np.clip(np.floor(real / scales + 0.5), -(2.0**62), 2.0**62).astype(np.int64)

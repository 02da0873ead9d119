# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks of integers: what the compiler's passes are told, and what they decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir._mlir import Context, Module, PassManager
from snnmlir.common.kinds import Dtype
from snnmlir.common.wording import option
from snnmlir.compiler.options import WEIGHT_BITS, Scales, States
from snnmlir.errors import OptionError, quoted
from snnmlir.execution.ports import Port, Sample
from snnmlir.nir_import.graph import Graph

Ranges: TypeAlias = "dict[str, tuple[float, float]]"


def quantize(
    module: Module, context: Context, dtype: Dtype, scales: Scales, states: States
) -> None:
    """Turns a network of float32 into one of integers, in place.

    Args:
        module: The network, as the front end builds it.
        context: The module's.
        dtype: "int8", "int16", "int4" or "int2".
        scales: "pow2" rounds scales up to powers of two.
        states: "short" lets states of leaky spiking neurons saturate in 16 bits.

    Raises:
        MLIRError: The network cannot be computed in 32 bits.
    """
    options = (
        f"weight-bits={WEIGHT_BITS[dtype]} powers-of-two={int(scales == 'pow2')} "
        f"short-states={int(states == 'short')}"
    )
    PassManager.parse(f"snn-to-int{{{options}}}", context).run(module)


def prove_sums(module: Module, context: Context) -> None:
    """Gives the sums of a network in a platform's integers the fewest bits that hold them.

    Raises:
        MLIRError: A sum, or a state that neither saturates nor wraps around, may leave 32 bits.
    """
    PassManager.parse("snn.network(snn-infer-ranges)", context).run(module)


def measured_ranges(
    record: Callable[[Sample], Mapping[str, npt.NDArray[Any]]],
    inputs: Sequence[Port],
    samples: Iterable[Sample],
) -> Ranges:
    """What the signals of a network are for the given inputs.

    Args:
        record: Runs the network in float32 and gives all its signals by name.
        inputs: What it takes.
        samples: [T, *input shape], or by input; each is a run of its own.

    Raises:
        OptionError: There is no step of input.
    """
    recordings = []
    for x in samples:
        by_name = x if isinstance(x, Mapping) else {inputs[0].name: x}
        given = {name: np.asarray(by_name[name], np.float64) for name in by_name}
        recordings.append({**record(x), **given})
    if not any(array.size for recording in recordings for array in recording.values()):
        raise OptionError(
            "there is no data to calibrate with", help="give at least one step of input"
        )
    return merge_ranges(recordings)


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


def unit_notes(
    graph: Graph, inputs: Sequence[Port], outputs: Sequence[Port], ranges: Ranges
) -> tuple[str, ...]:
    """What was assumed about numbers that the weights do not bound."""
    notes = [
        f"input {quoted(name)} is 0 throughout in the data, which says nothing about its unit; "
        f"{option('calibrate')} takes data that the network is for"
        for name in graph.inputs
        if ranges.get(name) == (0.0, 0.0)
    ]
    for port in inputs:
        if port.scales is not None and port.name not in ranges:
            most = float(port.scales) * np.iinfo(port.dtype).max
            notes.append(
                f"input {quoted(port.name)} takes {port.dtype} in units of "
                f"{float(port.scales):g}, so numbers up to {most:g}; {option('calibrate', 'DATA')} "
                f"fits the unit to data, {option('input_type', 'spikes')} takes 0 and 1"
            )
    for port in outputs:
        graph_output = port.name in graph.outputs
        if port.scales is not None and graph_output and port.name not in ranges:
            most = float(np.max(port.scales)) * np.iinfo(port.dtype).max
            notes.append(
                f"output {quoted(port.name)} gives {port.dtype} in units of "
                f"{float(np.max(port.scales)):g}, so numbers up to {most:g}; "
                "no input gives more, or the output saturates there; "
                f"{option('calibrate', 'DATA')} gives smaller units where data stay far below that"
            )
    return tuple(notes)


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

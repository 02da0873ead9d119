# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a framework computed: inputs, outputs, and signals in between, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.errors import OptionError, quoted
from snnmlir.nir_import.graph import LI, SPIKING, CubaLI, Graph, Integrator, Threshold

Signal: TypeAlias = npt.NDArray[Any]

TOLERANCE = 5e-5
"""Allowed difference of values, times the largest magnitude of the signal, at least 1."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A run of the network in the framework.

    Attributes:
        inputs: [T, *shape] by name of the Input.
        signals: What was recorded: Outputs, nodes, and ".v" or ".i" of neurons, [T, *shape].
        notes: Arrays that belong to no signal of the network, one sentence each.
    """

    inputs: dict[str, Signal]
    signals: dict[str, Signal]
    notes: tuple[str, ...] = field(default=())

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(next(iter(self.inputs.values())))

    @property
    def entries(self) -> int:
        """Number of values that were recorded."""
        return sum(signal.size for signal in self.signals.values())

    def allowed(self, name: str) -> float:
        """By how much a value of a signal may differ: spikes must be equal."""
        signal = self.signals[name]
        if not holds_values(signal):
            return 0.0
        return TOLERANCE * max(1.0, float(np.max(np.abs(signal))))


def holds_values(signal: Signal) -> bool:
    """Whether a signal holds real values, not spikes or counts."""
    return signal.dtype.kind == "f"


def recording_for(graph: Graph, given: Mapping[str, npt.ArrayLike]) -> Recording:
    """The recording of a network, checked against its graph.

    Args:
        graph: The network.
        given: Arrays [T, *shape] by name: "input" and "output" (with several "input.NAME",
            "output.NAME"), or the names of Inputs and Outputs; further signals by node name, those
            of neurons with ".v" for the voltage and ".i" for the current after the step.

    Raises:
        OptionError: An input or every output is missing, or an array does not fit its signal.
    """
    arrays = {name: np.asarray(array) for name, array in given.items()}
    inputs = _ports(graph, arrays, "input", graph.inputs)
    if missing := [name for name in graph.inputs if name not in inputs]:
        raise OptionError(
            f"the recording has no input {', '.join(map(quoted, missing))}, found "
            + (", ".join(map(quoted, arrays)) or "nothing"),
            help="give what the framework was fed as 'input', or by the name of the Input",
        )
    signals = _ports(graph, arrays, "output", graph.outputs)
    known = {"input", "output", *(f"input.{n}" for n in graph.inputs)}
    known |= {*graph.inputs, *graph.outputs, *(f"output.{n}" for n in graph.outputs)}
    notes = []
    for name, array in arrays.items():
        node = name if name in graph.nodes else name.rpartition(".")[0]
        if name in known:
            continue
        if node in graph.nodes and (name == node or name.endswith((".v", ".i"))):
            if name == node and array.dtype.kind in "bu" and _sends_values(graph, name):
                notes.append(
                    f"the recording's {quoted(name)} holds spikes, and node {quoted(name)} sends "
                    "values: it is ignored"
                )
            else:
                signals[name] = array
        else:
            notes.append(f"the recording's {quoted(name)} is no signal of the network, and ignored")
    if not signals:
        raise OptionError(
            "the recording has no output, found " + ", ".join(map(quoted, arrays)),
            help="give what the framework computed as 'output', or by the name of the Output",
        )
    steps = {len(array) if array.ndim else 0 for array in (*inputs.values(), *signals.values())}
    if len(steps) != 1 or 0 in steps:
        raise OptionError(
            f"the arrays of the recording have {sorted(steps)} steps, expected one number above 0",
            help="the first dimension of every array counts steps",
        )
    checked = {name: _checked(graph, name, array) for name, array in signals.items()}
    return Recording(
        {name: _checked(graph, name, array) for name, array in inputs.items()},
        {name: _spikes(graph, name, array) for name, array in checked.items()},
        tuple(notes),
    )


def inputs_of(graph: Graph, given: Mapping[str, npt.ArrayLike]) -> dict[str, Signal]:
    """What a recording, or a file of inputs, holds for the Inputs; unchecked."""
    arrays = {name: np.asarray(array) for name, array in given.items()}
    return _ports(graph, arrays, "input", graph.inputs)


def has_outputs(graph: Graph, given: Mapping[str, npt.ArrayLike]) -> bool:
    """Whether arrays hold what an Output sent."""
    arrays = {name: np.asarray(array) for name, array in given.items()}
    return bool(_ports(graph, arrays, "output", graph.outputs))


def _ports(
    graph: Graph, arrays: Mapping[str, Signal], kind: str, names: tuple[str, ...]
) -> dict[str, Signal]:
    """The arrays of the Inputs or Outputs: by "input", "input.NAME" or NAME."""
    found = {}
    for name in names:
        keys = [f"{kind}.{name}", name, *([kind] if len(names) == 1 else [])]
        for key in keys:
            if key in arrays and (key == name or key not in graph.nodes or len(names) == 1):
                found[name] = arrays[key]
                break
    return found


def _checked(graph: Graph, name: str, array: Signal) -> Signal:
    """The array with the shape of its signal; a batch dimension of 1 goes."""
    node = graph.nodes[name if name in graph.nodes else name.rpartition(".")[0]]
    shape = node.output_shape
    if array.dtype.kind not in "biuf":
        raise OptionError(f"the recording's {quoted(name)} has dtype {array.dtype}, not numbers")
    if array.ndim == len(shape) + 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.shape[1:] != shape:
        raise OptionError(
            f"the recording's {quoted(name)} has shape {list(array.shape)}, expected "
            f"[{', '.join(map(str, ('T', *shape)))}]",
            help="time comes first; give the samples of a batch as several recordings",
        )
    if not np.all(np.isfinite(array)):
        raise OptionError(f"the recording's {quoted(name)} has values that are not finite")
    return array


def _spikes(graph: Graph, name: str, array: Signal) -> Signal:
    """Spikes and counts as integers, values in float64."""
    node = graph.nodes.get(name)
    whole = bool(np.all(array == np.rint(array))) and np.all(array >= 0)
    if whole and node is not None and (array.dtype.kind in "biu" or _sends_spikes(graph, name)):
        return array.astype(np.int64)
    return array.astype(np.float64)


def _sends_values(graph: Graph, name: str) -> bool:
    return isinstance(graph.nodes[name], Integrator | LI | CubaLI)


def _sends_spikes(graph: Graph, name: str) -> bool:
    """Whether a node makes spikes, or an Output gets those of one."""
    if isinstance(graph.nodes[name], (*SPIKING, Threshold)):
        return True
    sources = graph.sources(name)
    return len(sources) == 1 and isinstance(graph.nodes[sources[0]], (*SPIKING, Threshold))

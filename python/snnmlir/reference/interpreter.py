# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps a whole graph: sums over edges, feedback, recording."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

import nir
import numpy as np
import numpy.typing as npt

from snnmlir import conventions
from snnmlir.conventions import Convention
from snnmlir.errors import OptionError, quoted
from snnmlir.nir_import import read_network
from snnmlir.nir_import.concerns import check_nodes
from snnmlir.nir_import.graph import (
    SPIKING,
    STATEFUL,
    Array,
    Delay,
    Edge,
    Flatten,
    Graph,
    Input,
    Output,
    Threshold,
)
from snnmlir.reference import stateless
from snnmlir.reference.neurons import DType, make_cell
from snnmlir.reference.order import plan

Source: TypeAlias = "str | os.PathLike[str] | nir.NIRGraph | Graph"
Signal: TypeAlias = npt.NDArray[Any]
Signals: TypeAlias = "npt.ArrayLike | Mapping[str, npt.ArrayLike]"


class Interpreter:
    """A graph at some point in time.

    Args:
        source: Path of a .nir file, a nir.NIRGraph, or a Graph.
        convention: The name of a preset, the path of a convention file, or a Convention. The edges
            that it replaces are those of a file or nir.NIRGraph: a Graph has been read already.
        dt: Seconds per step; None leaves the convention's.
        dtype: float64, or float32 to see how sensitive a network is to rounding.
        **choices: Single choices that replace the convention's, by attribute name.

    Raises:
        NirError: The file or graph cannot be used.
        OptionError: Unknown or contradictory choices.
    """

    def __init__(
        self,
        source: Source,
        convention: str | Convention = "nir",
        *,
        dt: float | None = None,
        dtype: npt.DTypeLike = np.float64,
        **choices: Any,
    ) -> None:
        self.convention = conventions.convention(convention, dt=dt, **choices)
        _check_real(self.convention)
        self.graph = source if isinstance(source, Graph) else _read(source, self.convention)
        check_nodes(self.convention, self.graph)
        self._at = {name: self.convention.at(name) for name in self.graph.nodes}
        self._dtype = _float_type(dtype)
        self._order = plan(self.graph, self.convention)
        self._sources = {name: self.graph.sources(name) for name in self.graph.nodes}
        self.reset()

    def reset(self) -> None:
        """Back to t = 0."""
        nodes = self.graph.nodes
        recurrent = self._order.recurrent
        self._cells = {
            name: make_cell(node, self._at[name], self._dtype, recurrent=name in recurrent)
            for name, node in nodes.items()
            if isinstance(node, STATEFUL)
        }
        silence: dict[str, Array] = {
            name: np.zeros(node.output_shape, self._dtype) for name, node in nodes.items()
        }
        self._totals: dict[str, Array] = {}
        self._held = {edge: silence[edge[0]] for edge in self._order.cut}
        self._held |= {
            edge: self._along(
                edge, edge[0], silence, bias=self._at[edge[1]].feedback_bias == "keep"
            )
            for edge in self._order.cut
            if self._at[edge[1]].feedback == "spikes"
        }

    def step(self, x: Mapping[str, Signal]) -> dict[str, Array]:
        """One step.

        Args:
            x: [*shape] for every Input, by name.

        Returns:
            The output of every node, by name, as floats.
        """
        outputs: dict[str, Array] = {n: self._cells[n].emit() for n in self._order.registers}
        for name in self._order.others:
            node = self.graph.nodes[name]
            if isinstance(node, Input):
                outputs[name] = np.asarray(x[name]).astype(self._dtype)
                continue
            total = self._totals[name] = self._total(name, outputs)
            if name in self._cells:
                outputs[name] = self._cells[name].step(total)
            else:
                outputs[name] = stateless.apply(node, total, flatten=self._at[name].flatten)
        for name in self._order.registers:
            self._cells[name].step(self._total(name, outputs))
        self._held = {edge: self._sent(edge, outputs) for edge in self._order.cut}
        return outputs

    def run(self, x: Signals) -> Signal | dict[str, Signal]:
        """The network's outputs for a whole input, from t = 0.

        Args:
            x: [T, *input shape], or such arrays by Input name.

        Returns:
            [T, *output shape], or such arrays by Output name when there are several: uint8 where
            an Output receives the spikes of one node, else float.

        Raises:
            OptionError: The input does not fit the network.
        """
        recorded = self.record(x, self.graph.outputs)
        if len(self.graph.outputs) == 1:
            return recorded[self.graph.outputs[0]]
        return recorded

    def record(self, x: Signals, nodes: Iterable[str] | None = None) -> dict[str, Signal]:
        """What nodes send in every step, and the state of neurons after every step.

        Args:
            x: As for `run`.
            nodes: Names of nodes; all when None.

        Returns:
            `name`: [T, *shape], uint8 for spikes, else float. For neurons also `name.v`, the
            voltage after the step (after the reset, unless that is a delayed one), and for Cuba
            neurons `name.i`, the synaptic current. A node whose own name is "a.v" hides the
            voltage of the node "a".

        Raises:
            OptionError: The input does not fit the network, or an unknown node.
        """
        names = self._known(nodes)
        rows: dict[str, list[Array]] = {}
        for outputs in self._steps(x):
            for name in names:
                rows.setdefault(name, []).append(outputs[name])
                state = self._cells[name].state if name in self._cells else {}
                for key in state:
                    if f"{name}.{key}" not in self.graph.nodes:
                        rows.setdefault(f"{name}.{key}", []).append(state[key])
        return {
            key: np.stack(row).astype(np.uint8 if self._sends_spikes(key) else self._dtype)
            for key, row in rows.items()
        }

    def margins(self, x: Signals) -> dict[str, Array]:
        """How close each step came to having other spikes.

        Returns:
            For every node that compares, [T]: the smallest distance, over its neurons, of a
            compared value from its threshold (with several spikes per step: from the nearest
            multiple of it). An error in that value smaller than this cannot change the spikes.

        Raises:
            OptionError: The input does not fit the network.
        """
        rows: dict[str, list[float]] = {}
        for _ in self._steps(x):
            for name in self.graph.nodes:
                distance = self._margin(name)
                if distance is not None:
                    rows.setdefault(name, []).append(float(np.min(distance)))
        return {name: np.asarray(row) for name, row in rows.items()}

    def _margin(self, name: str) -> Array | None:
        node = self.graph.nodes[name]
        if isinstance(node, Threshold):
            return np.asarray(np.abs(self._totals[name] - node.threshold))
        return self._cells[name].margin if name in self._cells else None

    def _steps(self, x: Signals) -> Iterator[dict[str, Array]]:
        signals = self._checked(x)
        self.reset()
        for t in range(len(next(iter(signals.values())))):
            yield self.step({name: signal[t] for name, signal in signals.items()})

    def _total(self, name: str, outputs: Mapping[str, Array]) -> Array:
        """The sum over the incoming edges of a node."""
        total: Array = np.zeros(self.graph.nodes[name].input_shape, self._dtype)
        for source in self._sources[name]:
            total = total + self._carried((source, name), outputs)
        return total

    def _carried(self, edge: Edge, outputs: Mapping[str, Array]) -> Array:
        """What an edge delivers in this step."""
        return self._held[edge] if edge in self._held else self._sent(edge, outputs)

    def _sent(self, edge: Edge, outputs: Mapping[str, Array]) -> Array:
        """What the source of an edge puts onto it in this step."""
        if edge in self._order.paths and self._at[edge[1]].feedback_bias == "drop":
            return self._along(edge, edge[0], outputs, bias=False)
        return outputs[edge[0]]

    def _along(self, edge: Edge, name: str, outputs: Mapping[str, Array], *, bias: bool) -> Array:
        """The output of `name`, computed anew if it is in the path of the closing edge `edge`."""
        if name not in self._order.paths[edge]:
            return outputs[name]
        node = self.graph.nodes[name]
        total: Array = np.zeros(node.input_shape, self._dtype)
        for source in self._sources[name]:
            if (source, name) in self._order.paths:
                total = total + self._carried((source, name), outputs)
            else:
                total = total + self._along(edge, source, outputs, bias=bias)
        return stateless.apply(node, total, flatten=self._at[name].flatten, bias=bias)

    def _sends_spikes(self, name: str) -> bool:
        """Whether a node sends spikes or counts: it makes them, or passes on those of one node."""
        seen: set[str] = set()
        while name in self.graph.nodes and name not in seen:
            seen.add(name)
            node = self.graph.nodes[name]
            if isinstance(node, (*SPIKING, Threshold)):
                return True
            if not isinstance(node, (Delay, Flatten, Output)) or len(self._sources[name]) != 1:
                return False
            name = self._sources[name][0]
        return False

    def _known(self, nodes: Iterable[str] | None) -> tuple[str, ...]:
        names = tuple(self.graph.nodes if nodes is None else nodes)
        for name in names:
            if name not in self.graph.nodes:
                raise OptionError(
                    f"there is no node {quoted(name)} to record",
                    help=f"the nodes are {_listed(self.graph.nodes)}",
                )
        return names

    def _checked(self, x: Signals) -> dict[str, Signal]:
        names = self.graph.inputs
        if not isinstance(x, Mapping):
            if len(names) != 1:
                raise OptionError(
                    f"one input array was given, the network has {len(names)} inputs",
                    help=f"give a dictionary with the keys {_listed(names)}",
                )
            x = {names[0]: x}
        if set(x) != set(names):
            raise OptionError(f"inputs were given for {_listed(x)}, expected {_listed(names)}")
        signals = {name: self._checked_signal(name, np.asarray(x[name])) for name in names}
        if len({len(signal) for signal in signals.values()}) > 1:
            lengths = ", ".join(f"{len(s)} for {quoted(n)}" for n, s in signals.items())
            raise OptionError(f"the inputs differ in their number of steps: {lengths}")
        return signals

    def _checked_signal(self, name: str, signal: Signal) -> Signal:
        shape = self.graph.nodes[name].output_shape
        if signal.ndim == 0 or signal.shape[1:] != shape or len(signal) == 0:
            expected = ", ".join(map(str, ("T", *shape)))
            raise OptionError(
                f"input {quoted(name)} has shape {list(signal.shape)}, expected [{expected}] "
                "with at least one step"
            )
        if signal.dtype.kind not in "biuf" or not np.all(np.isfinite(signal)):
            raise OptionError(f"input {quoted(name)} holds values that are not finite numbers")
        return signal


def run(
    source: Source,
    x: Signals,
    *,
    convention: str | Convention = "nir",
    dt: float | None = None,
    dtype: npt.DTypeLike = np.float64,
    **choices: Any,
) -> Signal | dict[str, Signal]:
    """The outputs of a network for the input `x`; see `Interpreter` and `Interpreter.run`."""
    return Interpreter(source, convention, dt=dt, dtype=dtype, **choices).run(x)


def record(
    source: Source,
    x: Signals,
    nodes: Iterable[str] | None = None,
    *,
    convention: str | Convention = "nir",
    dt: float | None = None,
    dtype: npt.DTypeLike = np.float64,
    **choices: Any,
) -> dict[str, Signal]:
    """Outputs and states of nodes in every step; see `Interpreter.record`."""
    return Interpreter(source, convention, dt=dt, dtype=dtype, **choices).record(x, nodes)


def margins(
    source: Source,
    x: Signals,
    *,
    convention: str | Convention = "nir",
    dt: float | None = None,
    dtype: npt.DTypeLike = np.float64,
    **choices: Any,
) -> dict[str, Array]:
    """Distance from the thresholds in every step; see `Interpreter.margins`."""
    return Interpreter(source, convention, dt=dt, dtype=dtype, **choices).margins(x)


def _read(source: str | os.PathLike[str] | nir.NIRGraph, convention: Convention) -> Graph:
    return read_network(source, convention)


def _check_real(convention: Convention) -> None:
    """Refuses the platforms whose integers no graph says: the compiled network's interpreter does.

    Raises:
        OptionError: The convention is that of one.
    """
    if convention.is_fixed:
        raise OptionError(
            f"parameters '{convention.parameters}' computes in integers of its own, and this "
            "interpreter in floating-point numbers",
            help="compile the network: its `record` gives the platform's integers",
        )


def _float_type(dtype: npt.DTypeLike) -> DType:
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise OptionError(f"dtype is {np.dtype(dtype)}, expected float32 or float64")
    return cast(DType, np.dtype(dtype))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names)) or "nothing"

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a NIR file holds, and whether and how it compiles."""

from __future__ import annotations

import dataclasses
import functools
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from snnmlir import conventions
from snnmlir.compiler import compile as compile_network
from snnmlir.conventions import Convention
from snnmlir.errors import CompileError, NirError
from snnmlir.hints import hints, suggested_convention
from snnmlir.nir_import import Graph, read_graph
from snnmlir.nir_import.cycles import Cycles, find_cycles
from snnmlir.nir_import.discretize import NEURONS, delay_steps
from snnmlir.nir_import.graph import Affine, Conv, CubaLI, CubaLIF, Delay, Integrator, Node, Pool2d

if TYPE_CHECKING:
    import nir

Source: TypeAlias = "str | os.PathLike[str] | nir.NIRGraph"


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be compiled.

    Attributes:
        message: What was found and what was expected.
        node: Name of the node concerned, if it is one.
        help: What the user can do.
    """

    message: str
    node: str | None
    help: str | None


@dataclass(frozen=True)
class Parameter:
    """A parameter of a node: an array, or something short such as a stride.

    Attributes:
        name: As in NIR.
        shape: Shape of the array; () where all neurons share one value; None if it is no array.
        low: Smallest value of an array.
        high: Largest value of an array.
        value: What it is, if it is no array.
    """

    name: str
    shape: tuple[int, ...] | None = None
    low: float | None = None
    high: float | None = None
    value: Any = None


@dataclass(frozen=True)
class NodeReport:
    """A node.

    Attributes:
        name: Its name; "a/b" is node b in the subgraph a.
        type: Its NIR type.
        input_shape: Shape of one step's input.
        output_shape: Shape of one step's output.
        sources: The nodes with an edge to it.
        parameters: Its parameters.
        weights: Number of weights and biases of a synapse.
        state: Number of values that it carries from step to step, by name.
        recurrent: Whether it lies on a cycle.
        refusal: Why it cannot be compiled, if it is this node that is refused.
    """

    name: str
    type: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    sources: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    weights: int
    state: dict[str, int]
    recurrent: bool
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Report:
    """What a file holds.

    Attributes:
        compiles: Whether it compiles with these options.
        refusal: If not, why.
        file: Name of the file, or None for a graph object.
        nir_version: The nir version in the file, if any.
        sha256: Digest of the file.
        dtype: Type of weights, voltages and analog signals.
        convention: The convention in force, choice by choice; dt in seconds.
        suggested_convention: Options that the parameters look like, or None.
        notes: What was assumed, and hints, one sentence each.
        inputs: Names of the Inputs.
        outputs: Names of the Outputs.
        nodes: All nodes, sources before targets but for cycles.
        cut: The edges that carry what their source sent in the previous step, with how many
            values that are.
        weights: Number of weights and biases.
        state_bytes: What the generated C carries from step to step, on a 64-bit machine.
        memory_bytes: Size of the C struct of one network: state, and scratch memory.
    """

    compiles: bool
    refusal: Refusal | None
    file: str | None
    dtype: str
    convention: dict[str, Any]
    nir_version: str | None = None
    sha256: str | None = None
    suggested_convention: str | None = None
    notes: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    nodes: tuple[NodeReport, ...] = ()
    cut: tuple[tuple[str, str, int], ...] = ()
    weights: int = 0
    state_bytes: int | None = None
    memory_bytes: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON's types, with the attributes' names as keys."""
        return dataclasses.asdict(self)


def check(
    source: Source,
    *,
    dtype: str = "f32",
    convention: str | Convention = "nir",
    dt: float | None = None,
    input_type: str | Iterable[str] = "float",
    **choices: Any,
) -> Report:
    """Reads and compiles a network, and says what came of it. Arguments as for `compile`.

    Raises:
        OptionError: An option is unknown or contradicts another.
    """
    chosen = conventions.convention(convention, dt=dt, **choices)
    report = functools.partial(
        Report,
        file=Path(source).name if isinstance(source, str | os.PathLike) else None,
        dtype=dtype,
        convention=dataclasses.asdict(chosen),
    )
    try:
        graph = read_graph(source)
    except NirError as error:
        return report(compiles=False, refusal=_refusal(error))
    network, refusal = None, None
    try:
        network = compile_network(
            source, dtype=dtype, convention=chosen, dt=dt, input_type=input_type
        )
    except (NirError, CompileError) as error:
        refusal = _refusal(error)
    cycles = find_cycles(graph, chosen)
    nodes = tuple(_node(graph, node, cycles, chosen, refusal) for node in graph.nodes.values())
    cut = tuple(
        (source, target, math.prod(graph.nodes[source].output_shape))
        for source, target in sorted(cycles.cut)
    )
    return report(
        compiles=refusal is None,
        refusal=refusal,
        nir_version=graph.version,
        sha256=graph.sha256,
        suggested_convention=suggested_convention(graph),
        notes=network.notes if network else (*graph.notes, *hints(graph, chosen)),
        inputs=graph.inputs,
        outputs=graph.outputs,
        nodes=nodes,
        cut=cut,
        weights=sum(node.weights for node in nodes),
        state_bytes=network.state_bytes if network else None,
        memory_bytes=network.memory_bytes if network else None,
    )


def _refusal(error: NirError | CompileError) -> Refusal:
    return Refusal(error.message, error.node, error.help)


def _node(
    graph: Graph, node: Node, cycles: Cycles, convention: Convention, refusal: Refusal | None
) -> NodeReport:
    return NodeReport(
        name=node.name,
        type=nir_type(node),
        input_shape=node.input_shape,
        output_shape=node.output_shape,
        sources=graph.sources(node.name),
        parameters=tuple(_parameters(node)),
        weights=_weights(node),
        state=_state(node, convention),
        recurrent=node.name in cycles.recurrent,
        refusal=refusal if refusal is not None and refusal.node == node.name else None,
    )


def nir_type(node: Node) -> str:
    """The name of the NIR type of a node."""
    if isinstance(node, Affine):
        return "Linear" if node.bias is None else "Affine"
    if isinstance(node, Conv):
        return f"Conv{node.weight.ndim - 2}d"
    if isinstance(node, Pool2d):
        return "AvgPool2d" if node.average else "SumPool2d"
    return "I" if isinstance(node, Integrator) else type(node).__name__


def _parameters(node: Node) -> Iterable[Parameter]:
    common = {field.name for field in dataclasses.fields(Node)}
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if field.name in common or (isinstance(node, Pool2d) and field.name == "average"):
            continue
        if isinstance(value, np.ndarray):
            low, high = (float(value.min()), float(value.max())) if value.size else (0.0, 0.0)
            shape = () if low == high and not isinstance(node, Affine | Conv) else value.shape
            yield Parameter(field.name, shape, low, high)
        elif value is not None:
            yield Parameter(field.name, value=value)


def _weights(node: Node) -> int:
    if not isinstance(node, Affine | Conv):
        return 0
    return int(node.weight.size + (0 if node.bias is None else node.bias.size))


def _state(node: Node, convention: Convention) -> dict[str, int]:
    size = math.prod(node.output_shape)
    if isinstance(node, Delay):
        steps = np.broadcast_to(delay_steps(node, convention.dt), node.output_shape)
        return {"past": int(steps.sum())} if steps.any() else {}
    if isinstance(node, CubaLI | CubaLIF):
        return {"i": size, "v": size}
    return {"v": size} if isinstance(node, NEURONS) else {}

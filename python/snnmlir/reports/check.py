# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a NIR file holds, and whether and how it compiles."""

from __future__ import annotations

import dataclasses
import math
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from snnmlir import conventions
from snnmlir.compiler import Dtype, Network, Optimize, Scales, Source, States
from snnmlir.compiler import compile as compile_network
from snnmlir.compiler.options import Options, default_dtype
from snnmlir.compiler.request import Request
from snnmlir.compiler.stages import make_stages
from snnmlir.conventions import Convention
from snnmlir.errors import ConventionWarning, NirError, OptionError, SnnError
from snnmlir.nir_import import Graph, read_network
from snnmlir.nir_import.cycles import Cycles, find_cycles
from snnmlir.nir_import.discretize import NEURONS, delay_steps
from snnmlir.nir_import.graph import (
    Affine,
    Conv,
    CubaLI,
    CubaLIF,
    Delay,
    Input,
    Integrator,
    Node,
    Output,
    Pool2d,
    weight_count,
)
from snnmlir.nir_import.hints import Suggestion, hints, suggested_convention


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
        name: As in NIR; and "steps" beside the "delay" in seconds.
        shape: Shape of the array; () where all neurons share one value; None if it is no array.
        dtype: Type of the array: the file's for weights, biases and scales; float64 for what is
            read as such whatever the file's; int64 for steps.
        low: Smallest value of an array.
        high: Largest value of an array.
        value: What it is, if it is no array.
    """

    name: str
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    low: float | None = None
    high: float | None = None
    value: Any = None

    def __str__(self) -> str:
        if self.shape is None:
            return f"{self.name} {_short(self.value)}"
        shape = f" {shape_text(self.shape)}" if self.shape else ""
        span = f"{self.low:.4g}"
        if self.low != self.high:
            span += f"..{self.high:.4g}"
        return f"{self.name}{shape} {span}"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as tables have it: "[12, 8, 8]"."""
    return f"[{', '.join(map(str, shape))}]"


def _short(value: Any) -> str:
    """Sizes of dimensions joined by "x"; a padding that differs by side is (low, high)."""
    if not isinstance(value, tuple):
        return str(value)
    return "x".join(
        str(size[0] if isinstance(size, tuple) and size[0] == size[1] else size) for size in value
    )


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
        state_bytes: Bytes of these in the generated C on a 64-bit machine, and of what an edge from
            it carries to the next step; None if the network is refused.
        recurrent: Whether it lies on a cycle.
        error: Why it cannot be compiled, if it is this node that is refused.
    """

    name: str
    type: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    sources: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    weights: int
    state: dict[str, int]
    state_bytes: int | None
    recurrent: bool
    error: Refusal | None = None


@dataclass(frozen=True)
class Report:
    """What a file holds.

    Attributes:
        compiles: Whether it compiles with these options.
        error: If not, why: the first reason. Nodes have their own.
        file: Name of the file, or None for a graph object.
        nir_version: The nir version in the file, if any.
        sha256: Digest of the file.
        dtype: Type of weights, voltages and analog signals.
        convention: The convention in force, choice by choice; dt in seconds.
        suggested_convention: What the parameters look like, or None. How neurons reset is
            not in a file: for "snntorch", see its other presets, too.
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
    error: Refusal | None
    file: str | None
    dtype: str
    convention: dict[str, Any]
    nir_version: str | None = None
    sha256: str | None = None
    suggested_convention: Suggestion | None = None
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
        suggested = self.suggested_convention
        text = None if suggested is None else str(suggested)
        return dataclasses.asdict(self) | {"suggested_convention": text}


def check(
    source: Source,
    *,
    dtype: str | None = None,
    dtypes: Mapping[str, str] | None = None,
    convention: str | os.PathLike[str] | Convention = "nir",
    dt: float | None = None,
    nodes: Mapping[str, Mapping[str, Any]] | None = None,
    edges: Mapping[str, str] | None = None,
    input_type: str | Iterable[str] = (),
    scales: Scales = "real",
    states: States = "short",
    optimize: Optimize = "balanced",
    target: str = "generic",
    limits: bool = False,
    **choices: Any,
) -> Report:
    """Reads and compiles a network, and says what came of it. Arguments as for `compile`.

    A network that cannot even be read has a report without nodes.

    Raises:
        OptionError: An option is unknown or contradicts another.
    """
    chosen = conventions.convention(convention, dt=dt, nodes=nodes, edges=edges, **choices)
    dtype = dtype or default_dtype(chosen)
    name = Path(source).name if isinstance(source, str | os.PathLike) else None
    network, refusal = None, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConventionWarning)  # the report has them as notes
            network = compile_network(
                source,
                dtype=dtype,
                dtypes=dtypes,
                convention=chosen,
                dt=dt,
                input_type=input_type,
                scales=scales,
                states=states,
                optimize=optimize,
                target=target,
                limits=limits,
            )
    except SnnError as error:
        if isinstance(error, OptionError) and error.node is None:
            raise
        refusal = _refusal(error)
    if network is not None:
        return described(network)
    try:
        graph = _readable(source, chosen, refusal)
        cycles = find_cycles(graph, chosen)
    except NirError as error:
        return Report(
            compiles=False,
            error=_refusal(error),
            file=name,
            dtype=dtype,
            convention=dataclasses.asdict(chosen),
        )
    refusals: dict[str, Refusal | None] = {}
    # In a platform's integers no node means anything by itself.
    if refusal is not None and dtype != "fixed":
        refusals = {
            name: _alone(node, chosen.at(name), dtype) for name, node in graph.nodes.items()
        }
    if refusal is not None and refusal.node is not None:
        refusals[refusal.node] = refusal
    return _report(
        graph,
        cycles,
        chosen,
        refusals,
        {},
        compiles=False,
        error=refusal,
        file=name,
        dtype=dtype,
        notes=(*graph.notes, *hints(graph, chosen)),
    )


def described(network: Network) -> Report:
    """What is to be said of the graph of a network that compiles.

    Raises:
        OptionError: MLIR has changed the network, see `Network.with_mlir`.
    """
    network.check_follows_graph()
    return _report(
        network.graph,
        find_cycles(network.graph, network.convention),
        network.convention,
        {},
        _state_bytes(network),
        compiles=True,
        error=None,
        file=network.request.file_name,
        dtype=network.type_name,
        notes=network.notes,
        state_bytes=network.state_bytes,
        memory_bytes=network.memory_bytes,
    )


def _report(
    graph: Graph,
    cycles: Cycles,
    convention: Convention,
    refusals: Mapping[str, Refusal | None],
    sizes: Mapping[str, int],
    **known: Any,
) -> Report:
    """A report of a graph that could be read; `known` are the attributes that it does not say."""
    nodes = tuple(
        _node(graph, node, cycles, convention, sizes.get(node.name), refusals.get(node.name))
        for node in graph.nodes.values()
    )
    cut = tuple(
        (source, target, math.prod(graph.nodes[source].output_shape))
        for source, target in sorted(cycles.cut)
    )
    return Report(
        convention=dataclasses.asdict(convention),
        nir_version=graph.version,
        sha256=graph.sha256,
        suggested_convention=suggested_convention(graph) if _is_as_in_file(convention) else None,
        inputs=graph.inputs,
        outputs=graph.outputs,
        nodes=nodes,
        cut=cut,
        weights=sum(node.weights for node in nodes),
        **known,
    )


def _readable(source: Source, chosen: Convention, refusal: Refusal | None) -> Graph:
    """The network; as it is in the file where a platform refuses one of its nodes."""
    try:
        return read_network(source, chosen)
    except NirError as error:
        if _is_as_in_file(chosen) or refusal is None or error.message != refusal.message:
            raise
        return read_network(
            source, dataclasses.replace(chosen, parameters="nir", edge_steps="none")
        )


def _is_as_in_file(convention: Convention) -> bool:
    """Whether the numbers are those of the file."""
    return convention.parameters == "nir"


def _refusal(error: SnnError) -> Refusal:
    return Refusal(error.message, error.node, error.help)


def _alone(node: Node, convention: Convention, dtype: str) -> Refusal | None:
    """Compiles a node between an Input and an Output."""
    if isinstance(node, Input | Output):
        return None
    before = Input(
        name=f"{node.name} in", input_shape=node.input_shape, output_shape=node.input_shape
    )
    after = Output(
        name=f"{node.name} out", input_shape=node.output_shape, output_shape=node.output_shape
    )
    graph = Graph(
        nodes={part.name: part for part in (before, node, after)},
        edges=((before.name, node.name), (node.name, after.name)),
        closing=frozenset(),
        inputs=(before.name,),
        outputs=(after.name,),
    )
    try:
        make_stages(
            Request(
                graph=graph,
                options=Options(convention=convention, dtype=cast(Dtype, dtype)),
                input_types={before.name: "float"},
            )
        )
    except SnnError as error:
        return _refusal(error)
    return None


def _state_bytes(network: Network) -> dict[str, int]:
    """Bytes of state of each node, with those of the edges that leave it."""
    names = {f"{source}_to_{target}": source for source, target in network.graph.edges}
    names |= {name: name for name in network.graph.nodes}
    found = dict.fromkeys(network.graph.nodes, 0)
    for name, size in network.states.items():
        # What a platform's neuron carries beside its state is called "lif1.i_before".
        found[names.get(name) or name.rpartition(".")[0]] += size
    return found


def _node(
    graph: Graph,
    node: Node,
    cycles: Cycles,
    convention: Convention,
    state_bytes: int | None,
    refusal: Refusal | None,
) -> NodeReport:
    return NodeReport(
        name=node.name,
        type=nir_type(node),
        input_shape=node.input_shape,
        output_shape=node.output_shape,
        sources=graph.sources(node.name),
        parameters=tuple(_parameters(node, convention.at(node.name))),
        weights=weight_count(node),
        state=_state(node, convention.at(node.name)),
        state_bytes=state_bytes,
        recurrent=node.name in cycles.recurrent,
        error=refusal,
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


def _parameters(node: Node, convention: Convention) -> Iterable[Parameter]:
    common = {field.name for field in dataclasses.fields(Node)}
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if field.name in common or (isinstance(node, Pool2d) and field.name == "average"):
            continue
        if isinstance(value, np.ndarray):
            yield _array(field.name, value, whole=isinstance(node, Affine | Conv))
        elif value is not None:
            yield Parameter(field.name, value=value)
    if isinstance(node, Delay):
        yield _array("steps", delay_steps(node, convention))


def _array(name: str, values: npt.NDArray[Any], *, whole: bool = False) -> Parameter:
    """An array; of equal values it is one value, unless its shape is that of a synapse."""
    low, high = (values.min().item(), values.max().item()) if values.size else (0.0, 0.0)
    shape = () if low == high and not whole else values.shape
    return Parameter(name, shape, str(values.dtype), low, high)


def _state(node: Node, convention: Convention) -> dict[str, int]:
    size = math.prod(node.output_shape)
    if isinstance(node, Delay):
        steps = np.broadcast_to(delay_steps(node, convention), node.output_shape)
        return {"past": int(steps.sum())} if steps.any() else {}
    if isinstance(node, CubaLI | CubaLIF):
        return {"i": size, "v": size}
    return {"v": size} if isinstance(node, NEURONS) else {}

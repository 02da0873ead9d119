# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`read_graph`: the way from a file to a `Graph`, one step after the other."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

import nir
import numpy as np

from snnmlir.conventions import Convention, FlattenOrder
from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.edge_steps import with_edge_steps
from snnmlir.nir_import.ends import shape_behind
from snnmlir.nir_import.flatten import FlatGraph, Port, flatten
from snnmlir.nir_import.graph import STATEFUL, Edge, Graph, Node
from snnmlir.nir_import.hdf5 import read_file
from snnmlir.nir_import.nodes import parse
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.notes import Notes
from snnmlir.nir_import.objects import read_object
from snnmlir.nir_import.order import (
    loops,
    natural_key,
    reachable,
    shortest_cycle,
    successors,
    topological_order,
)
from snnmlir.nir_import.params import Params, without_leading_ones
from snnmlir.nir_import.platforms import check_recurrence, with_parameters
from snnmlir.nir_import.platforms.limits import check_limits
from snnmlir.nir_import.raw import Model, RawNode
from snnmlir.nir_import.shapes import infer


def read_graph(
    source: str | os.PathLike[str] | nir.NIRGraph,
    *,
    flatten_order: FlattenOrder = "chw",
    edges: Sequence[tuple[Edge, Edge]] = (),
    input_to_neuron: bool = False,
    time_first: bool = False,
) -> Graph:
    """Reads and checks a NIR graph.

    The source is not trusted: whatever it holds, the result is a graph that keeps the promises of
    `snnmlir.nir_import.graph`, or an error.

    Args:
        source: Path of a .nir (HDF5) file, or a `nir.NIRGraph`.
        flatten_order: The order in which Flatten nodes read a whole feature map.
        edges: Edges to replace, old by new, by full names of nodes ("a/b" is b in subgraph a).
        input_to_neuron: Whether edges from Inputs of subgraphs into recurrent synapses lead to
            the neurons instead.
        time_first: Whether declared shapes of Inputs and Outputs may begin with a number of steps.

    Returns:
        The flat graph, with every shape known and a note for everything that was assumed.

    Raises:
        NirError: The source cannot be read, is malformed, or means nothing that could be compiled.
        OptionError: An edge to replace is not there.
    """
    model = _load(source)
    notes = Notes()
    flat = flatten(model.graph, notes, edges, input_to_neuron)
    inputs, outputs = flat.names("Input"), flat.names("Output")
    _check_boundary(flat, outputs)
    pending = _parse(flat, notes, flatten_order, time_first)
    kept = _used(flat, inputs, outputs, notes)
    used = [edge for edge in flat.edges if edge[0] in kept and edge[1] in kept]
    names, closing = topological_order(kept, used, inputs)
    nodes = infer({name: pending[name] for name in names}, used, closing)
    _check_ports(flat.ports, nodes, notes)
    _check_loops(nodes, used)
    _note_silent(nodes, used, inputs, notes)
    position = {name: i for i, name in enumerate(names)}
    return Graph(
        nodes=nodes,
        edges=tuple(sorted(used, key=lambda edge: (position[edge[1]], position[edge[0]]))),
        closing=closing,
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        version=model.version,
        sha256=model.sha256,
        notes=notes.sentences(),
        rewirings=flat.rewirings,
    )


def read_network(
    source: str | os.PathLike[str] | nir.NIRGraph, convention: Convention, *, limits: bool = False
) -> Graph:
    """Reads a graph as a convention says, with what it makes of it before anything is stepped.

    Edges are replaced, ports are with or without time, numbers are the file's or what a platform's
    tools make of them, and where an edge takes a step there is a Delay. With `limits` the network
    has to fit the platform's chip.

    Raises:
        NirError: As `read_graph` does, or the platform cannot have the network.
        OptionError: An edge to replace is not there, or no limits of the platform are known.
    """
    graph = read_graph(
        source,
        edges=convention.rewired(),
        input_to_neuron=convention.recurrent_input == "neuron",
        time_first=convention.ports == "time-first",
    )
    graph = with_parameters(graph, convention)
    if limits:
        check_limits(graph, convention)
    graph = with_edge_steps(graph, convention)
    check_recurrence(graph, convention)
    return graph


def _load(source: object) -> Model:
    if isinstance(source, nir.NIRGraph):
        return read_object(source)
    if isinstance(source, (str, os.PathLike)):
        return read_file(os.fsdecode(source))
    raise NirError(
        f"a Python {type(source).__name__} was given, expected a path or a nir.NIRGraph",
        help="put single nodes between an Input and an Output in a nir.NIRGraph",
    )


def _parse(
    flat: FlatGraph, notes: Notes, flatten_order: FlattenOrder, time_first: bool
) -> dict[str, Pending]:
    """The checked parameters of all nodes; added Inputs get the shape that is behind them."""
    names = sorted(flat.nodes, key=natural_key)
    pending = {
        name: parse(Params(name, flat.nodes[name], notes, flatten_order, time_first))
        for name in names
        if name not in flat.added
    }
    targets = successors(flat.nodes, flat.edges)
    for name in sorted(flat.added, key=natural_key):
        ports = [port.declared(notes) for port in flat.ports if name in port.sources]
        shape = next(filter(None, ports), None) or shape_behind(name, pending, targets)
        raw = RawNode("Input", {"shape": np.array(shape, dtype=np.int64)})
        pending[name] = parse(Params(name, raw, notes))
    return pending


def _check_boundary(flat: FlatGraph, outputs: Sequence[str]) -> None:
    fed = {target for _, target in flat.edges}
    for name in outputs:
        if name not in fed:
            raise NirError(
                "no edge leads to this Output", node=name, help="add the edge, or remove the node"
            )


def _used(
    flat: FlatGraph, inputs: Collection[str], outputs: Sequence[str], notes: Notes
) -> set[str]:
    """The nodes that reach an Output, and all Inputs: those are part of the interface."""
    backwards = successors(flat.nodes, [(target, source) for source, target in flat.edges])
    used = reachable(outputs, backwards)
    for name in sorted(flat.nodes.keys() - used, key=natural_key):
        if name in inputs:
            notes.add("this Input reaches no Output, its values are ignored", name)
        else:
            notes.add("reaches no Output and is left out", name)
    return used.union(inputs)


def _check_ports(ports: Sequence[Port], nodes: Mapping[str, Node], notes: Notes) -> None:
    """Compares the declared shapes of dissolved Inputs and Outputs with what they carried."""
    for port in ports:
        declared = port.declared(notes)
        for source in port.sources:
            if declared is None or source not in nodes:
                continue
            found = nodes[source].output_shape
            if without_leading_ones(found) != without_leading_ones(declared):
                raise NirError(
                    f"declares shape {declared}, but what arrives from {quoted(source)} has shape "
                    f"{found}",
                    node=port.name,
                    help="declare the shape of one time step, without batch and time dimensions",
                )


def _check_loops(nodes: Mapping[str, Node], edges: Collection[Edge]) -> None:
    """A cycle needs a node that remembers, or its values would depend on themselves."""
    stateless = {name for name, node in nodes.items() if not isinstance(node, STATEFUL)}
    for name in loops(stateless, edges):
        cycle = shortest_cycle(name, stateless, edges)
        shown = cycle if len(cycle) <= 12 else [*cycle[:6], "...", *cycle[-5:]]
        raise NirError(
            "lies on a cycle without a neuron or Delay, so its output would depend on itself in "
            "the same instant: " + " -> ".join("..." if n == "..." else quoted(n) for n in shown),
            node=name,
            help="put a neuron or a Delay in the cycle",
        )


def _note_silent(
    nodes: Mapping[str, Node], edges: Collection[Edge], inputs: Sequence[str], notes: Notes
) -> None:
    fed = {target for _, target in edges} | set(inputs)
    for name in nodes:
        if name not in fed:
            notes.add("no edge leads to it, its input is always 0", name)

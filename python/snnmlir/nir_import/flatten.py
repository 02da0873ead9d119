# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Dissolves subgraphs: one level of nodes, names joined with "/", checked edges.

An edge of the outer graph names a subgraph where it means its only Input or only Output. Those are
ports here: they carry values and compute nothing, so they vanish once their edges are joined.
"""

from __future__ import annotations

import difflib
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from snnmlir.errors import NirError, OptionError, quoted
from snnmlir.nir_import.ends import add_missing
from snnmlir.nir_import.graph import Edge, Shape
from snnmlir.nir_import.notes import Notes
from snnmlir.nir_import.order import natural_key
from snnmlir.nir_import.params import Params
from snnmlir.nir_import.raw import RawGraph, RawNode, join, owner

# Joining the edges of a port multiplies them; no real network comes near this.
MAX_EDGES = 1 << 22

_LISTED = 20


@dataclass(frozen=True, eq=False)
class Port:
    """A dissolved Input or Output of a subgraph, whose declared shape remains to be compared.

    Attributes:
        name: Its full name.
        raw: The node.
        sources: The nodes whose sum it carried.
    """

    name: str
    raw: RawNode
    sources: tuple[str, ...]

    def declared(self, notes: Notes) -> Shape | None:
        """The shape that the source declares."""
        params = Params(self.name, self.raw, notes)
        params.check_keys([], ["shape"])
        return params.shape("shape")


@dataclass(frozen=True, eq=False)
class FlatGraph:
    """All nodes by full name, all edges between them, and the ports that are gone.

    Attributes:
        nodes: The nodes.
        edges: The edges.
        ports: The ports.
        added: Inputs that the source lacks, which have no shape yet.
    """

    nodes: dict[str, RawNode]
    edges: frozenset[Edge]
    ports: tuple[Port, ...]
    added: frozenset[str] = frozenset()
    rewirings: tuple[tuple[Edge, Edge], ...] = ()

    def names(self, type: str) -> list[str]:
        """Full names of the nodes of a NIR type, in natural order."""
        found = (name for name, node in self.nodes.items() if node.type == type)
        return sorted(found, key=natural_key)


def flatten(
    graph: RawGraph,
    notes: Notes,
    replaced: Sequence[tuple[Edge, Edge]] = (),
    input_to_neuron: bool = False,
) -> FlatGraph:
    """Dissolves all subgraphs.

    Args:
        graph: The graph as the source has it.
        notes: Where assumptions are noted.
        replaced: Edges to replace, old by new, by full names.
        input_to_neuron: Whether edges from Inputs of subgraphs into recurrent synapses lead to the
            neurons instead.

    Raises:
        NirError: An edge names no node, leaves an Output, enters an Input, or does not say which
            Input or Output of a subgraph it means; or nodes get the same name.
        OptionError: An edge to replace is not there, or a node of the new one.
    """
    added = add_missing(graph, None, "Input", notes)
    add_missing(graph, None, "Output", notes)
    levels = [_Level(None, graph)]
    wiring = _Wiring()
    for level in levels:  # grows while it is walked
        _note_metadata(level, notes)
        sources, targets = ({edge[side] for edge in level.graph.edges} for side in (0, 1))
        for name, node in level.graph.nodes.items():
            if isinstance(node, RawGraph):
                path = join(level.path, name)
                if name in targets:
                    add_missing(node, path, "Input", notes)
                if name in sources:
                    add_missing(node, path, "Output", notes)
                level.inner[name] = _Level(path, node)
                levels.append(level.inner[name])
            else:
                wiring.add_node(level, name, node)
    for level in levels:
        for edge in _distinct(level, notes):
            wiring.add_edge(_leaving(level, edge), _entering(level, edge))
    for old, new in replaced:
        wiring.replace_edge(old, new)
    wrong = [found for level in levels if (found := wiring.input_into_synapse(level))]
    if input_to_neuron:
        for old, new in wrong:
            wiring.replace_edge(old, new)
            notes.add(f"the edge into {quoted(old[1])} leads to {quoted(new[1])} instead", old[0])
        wrong = []
    return replace(
        wiring.dissolve(),
        added=frozenset(added),
        rewirings=tuple(wrong),
    )


@dataclass(frozen=True, eq=False)
class _Level:
    """A graph or subgraph, and the subgraphs in it."""

    path: str | None
    graph: RawGraph
    inner: dict[str, _Level] = field(default_factory=dict)

    @cached_property
    def ports(self) -> dict[str, list[str]]:
        """Names of its Inputs and Outputs by type, in natural order."""
        ports: dict[str, list[str]] = {"Input": [], "Output": []}
        for name, node in self.graph.nodes.items():
            if isinstance(node, RawNode) and node.type in ports:
                ports[node.type].append(name)
        return {type: sorted(names, key=natural_key) for type, names in ports.items()}

    def only_port(self, type: str) -> str:
        """Full name of the one Input or Output that an edge to or from this subgraph can mean."""
        ports = self.ports[type]
        if len(ports) == 1:
            return join(self.path, ports[0])
        names = ", ".join(quoted(name) for name in ports) or "none"
        raise NirError(
            f"an edge names this subgraph, which has {len(ports)} nodes of type {type} ({names}), "
            "expected exactly one",
            node=self.path,
            help="NIR has no way to say which one an edge means; flatten the subgraph or split it",
        )


def _note_metadata(level: _Level, notes: Notes) -> None:
    for name, node in [(None, level.graph), *level.graph.nodes.items()]:
        if not node.metadata or (name is not None and isinstance(node, RawGraph)):
            continue
        whose = owner(level.path) + " has" if name is None else "has"
        names = ", ".join(map(quoted, node.metadata))
        notes.add(
            f"{whose} metadata ({names}), which is not used: the convention and dt decide",
            join(level.path, name) if name is not None else None,
        )


def _distinct(level: _Level, notes: Notes) -> list[Edge]:
    """The edges without repetitions: an edge that is listed twice does not add its values twice."""
    counts = Counter(level.graph.edges)
    for (source, target), count in sorted(counts.items()):
        if count > 1:
            notes.add(
                f"{owner(level.path)} lists the edge from {quoted(source)} to {quoted(target)} "
                f"{count} times; it is taken once"
            )
    return list(counts)


def _leaving(level: _Level, edge: Edge) -> str:
    """Full name of the node or port that the edge leaves."""
    source, target = edge
    _check_member(level, source, edge)
    if source in level.inner:
        return level.inner[source].only_port("Output")
    if source in level.ports["Output"]:
        raise NirError(
            f"an edge leads from this Output to {quoted(target)}, expected edges only into it",
            node=join(level.path, source),
            help="let the edge leave the node before the Output",
        )
    return join(level.path, source)


def _entering(level: _Level, edge: Edge) -> str:
    """Full name of the node or port that the edge enters."""
    source, target = edge
    _check_member(level, target, edge)
    if target in level.inner:
        return level.inner[target].only_port("Input")
    if target in level.ports["Input"]:
        raise NirError(
            f"an edge leads from {quoted(source)} into this Input, expected edges only out of it",
            node=join(level.path, target),
            help="let the edge enter the node behind the Input",
        )
    return join(level.path, target)


def _check_member(level: _Level, name: str, edge: Edge) -> None:
    if name in level.graph.nodes:
        return
    names = sorted(level.graph.nodes, key=natural_key)
    listed = ", ".join(quoted(other) for other in names[:_LISTED]) or "none"
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    candidates = [other for other in names[:1000] if len(other) <= 64]
    near = difflib.get_close_matches(name[:64], candidates, n=1)
    raise NirError(
        f"the edge from {quoted(edge[0])} to {quoted(edge[1])} names {quoted(name)}, which is not "
        f"a node of {owner(level.path)}; its nodes are {listed}{more}",
        node=level.path,
        help=(f"did you mean {quoted(near[0])}? " if near else "")
        + "Correct the edges or the names where the network was exported",
    )


@dataclass(eq=False)
class _Wiring:
    """The flat graph while it is built."""

    nodes: dict[str, RawNode] = field(default_factory=dict)
    ports: dict[str, RawNode] = field(default_factory=dict)
    targets: dict[str, set[str]] = field(default_factory=dict)
    sources: dict[str, set[str]] = field(default_factory=dict)
    count: int = 0

    def add_node(self, level: _Level, local_name: str, node: RawNode) -> None:
        name = join(level.path, local_name)
        if name in self.targets:
            raise NirError(
                "is the name of two nodes, once with '/' in a node's name and once as a node in a "
                "subgraph",
                node=name,
                help="rename one of them",
            )
        is_port = level.path is not None and node.type in ("Input", "Output")
        (self.ports if is_port else self.nodes)[name] = node
        self.targets[name] = set()
        self.sources[name] = set()

    def add_edge(self, source: str, target: str) -> None:
        self.targets[source].add(target)
        self.sources[target].add(source)
        self.count += 1
        if self.count > MAX_EDGES:
            raise NirError(
                f"the graph has more than {MAX_EDGES} edges once its subgraphs are dissolved",
                help="networks of this size are not for the targets of this compiler",
            )

    def replace_edge(self, old: Edge, new: Edge) -> None:
        """Takes one edge for another; both by full names."""
        if old[0] not in self.targets or old[1] not in self.targets[old[0]]:
            raise OptionError(
                f"there is no edge from {quoted(old[0])} to {quoted(old[1])} to replace",
                help="name nodes with the subgraphs that they are in, as in 'a/b -> a/c'",
            )
        for name in new:
            if name not in self.targets:
                raise OptionError(f"there is no node {quoted(name)} for an edge to lead to or from")
        ends = ((new[0], "Output", "from"), (new[1], "Input", "into"))
        for name, kind, way in ends:
            if name in self.nodes and self.nodes[name].type == kind:
                raise OptionError(
                    f"an edge cannot lead {way} the {kind} {quoted(name)}",
                    help="name the node behind an Input, or before an Output",
                )
        self.targets[old[0]].remove(old[1])
        self.sources[old[1]].remove(old[0])
        self.count -= 1
        self.add_edge(*new)

    def input_into_synapse(self, level: _Level) -> tuple[Edge, Edge] | None:
        """An edge from a subgraph's Input into its recurrent synapse, and to the neuron instead.

        Spyx 1.0.0 writes RLIF, RCuBaLIF and RIF like this: the weights would act on the input, too,
        where its network adds it to the neuron.
        """
        if level.path is None or len(level.ports["Input"]) != 1:
            return None
        port = join(level.path, level.ports["Input"][0])
        if len(self.targets[port]) != 1:
            return None
        (synapse,) = self.targets[port]
        if synapse not in self.nodes or self.nodes[synapse].type not in ("Affine", "Linear"):
            return None
        for neuron in self.targets[synapse] & self.sources[synapse]:
            if neuron in self.nodes and self.nodes[neuron].type in ("LIF", "CubaLIF", "IF"):
                return (port, synapse), (port, neuron)
        return None

    def dissolve(self) -> FlatGraph:
        """Joins the edges before and after each port, from the sources on."""
        waiting = {
            name: sum(source in self.ports for source in self.sources[name]) for name in self.ports
        }
        ready = deque(name for name, count in waiting.items() if count == 0)
        done = []
        while ready:
            port = ready.popleft()
            for target in self.targets[port]:
                if target in waiting:
                    waiting[target] -= 1
                    if waiting[target] == 0:
                        ready.append(target)
            done.append(self._keep(port) if self._is_second_way(port) else self._remove(port))
        if len(done) < len(self.ports):
            stuck = min((name for name in self.ports if name in self.targets), key=natural_key)
            raise NirError(
                "lies on a loop of edges that goes through Inputs and Outputs of subgraphs only",
                node=stuck,
                help="a recurrence needs a neuron or a Delay in its loop",
            )
        edges = frozenset((a, b) for a, names in self.targets.items() for b in names)
        return FlatGraph(nodes=self.nodes, edges=edges, ports=tuple(done))

    def _is_second_way(self, port: str) -> bool:
        """Whether something behind the port already gets what arrives at the port."""
        return any(self.targets[port] & self.targets[source] for source in self.sources[port])

    def _keep(self, port: str) -> Port:
        """Makes the port a node that does nothing, so that both ways add."""
        self.nodes[port] = RawNode("Scale", {"scale": np.array(1.0)})
        return Port(port, self.ports[port], tuple(sorted(self.sources[port], key=natural_key)))

    def _remove(self, port: str) -> Port:
        sources, targets = self.sources.pop(port), self.targets.pop(port)
        for source in sources:
            self.targets[source].remove(port)
        for target in targets:
            self.sources[target].remove(port)
        self.count -= len(sources) + len(targets)
        for target in sorted(targets):
            for source in sorted(sources):
                self.add_edge(source, target)
        return Port(port, self.ports[port], tuple(sorted(sources, key=natural_key)))

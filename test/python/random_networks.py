# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random valid NIR graphs, and the generated C for them against the NumPy references.

An example is plain data that fits a JSON file: nodes by name with the names of their sources,
choices, and seeds for what is too long to write down. Nested graphs are nodes with nodes in them.

    .venv/bin/python test/python/random_networks.py --count 5000 --jobs 2

runs many of them; a failing one is shrunk and becomes a file in test/python/regressions, which
test_random_networks.py runs for ever.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import itertools
import json
import math
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import nir
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import snnmlir
from snnmlir import reference
from snnmlir.compiler import DTYPES as ALL_DTYPES
from snnmlir.compiler import TARGETS
from snnmlir.conventions import CHOICES, FRAMEWORKS, PRESETS
from snnmlir.nir_import import read_graph
from snnmlir.reference.integer import IntegerInterpreter
from snnmlir.reports.verify import TOLERANCE, Verdict, verify

# "fixed" is that of platforms: test_fixed_platforms.py.
DTYPES = tuple(dtype for dtype in ALL_DTYPES if dtype != "fixed")

Spec: TypeAlias = dict[str, Any]
Shape: TypeAlias = tuple[int, ...]

REGRESSIONS = Path(__file__).parent / "regressions"

SPIKING = ("LIF", "CubaLIF", "IF")
NEURONS = (*SPIKING, "LI", "CubaLI", "I")
STATEFUL = (*NEURONS, "Delay")
SYNAPSES = ("Linear", "Affine", "Conv1d", "Conv2d")
POOLS = ("SumPool2d", "AvgPool2d")
KINDS = (
    *STATEFUL, *SYNAPSES, *POOLS, "Scale", "Threshold", "Flatten", "Input", "Output", "NIRGraph",
)  # fmt: skip

MAX_ELEMENTS = 60
MAX_NODES = 10
MAX_DEPTH = 3

# From an example to a network


@dataclass(frozen=True)
class Example:
    """A network, how to compile it, and what to run it on; `spec` is all of it as JSON."""

    spec: Spec

    @functools.cached_property
    def options(self) -> dict[str, Any]:
        """The convention; choices for nodes that nothing needs go with these."""
        options = dict(self.spec["convention"])
        if "nodes" in options:
            kept = read_graph(self.graph()).nodes
            options["nodes"] = {n: c for n, c in options["nodes"].items() if n in kept}
        return options

    @property
    def input_type(self) -> list[str]:
        nodes = self.spec["nodes"].items()
        return [f"{name}={node['type']}" for name, node in nodes if node["kind"] == "Input"]

    def graph(self) -> nir.NIRGraph:
        options = self.spec["convention"]
        preset, dt = options.get("convention", "nir"), options["dt"]
        unit = options.get("time_unit")
        return _graph(self.spec, snnmlir.convention(preset, dt=dt, time_unit=unit).step)

    def x(self) -> dict[str, np.ndarray]:
        """[T, *shape] for every Input."""
        return {
            name: _signal(node, self.spec["steps"])
            for name, node in self.spec["nodes"].items()
            if node["kind"] == "Input"
        }

    def __repr__(self) -> str:
        return f"Example(spec={json.dumps(self.spec)})"


def _signal(node: Spec, steps: int) -> np.ndarray:
    rng = np.random.default_rng(node["seed"])
    shape = (steps, *node["shape"])
    present = rng.random(shape) < node["density"]
    if node["type"] == "spikes":
        return present.astype(np.uint8)
    return np.asarray(present * rng.normal(0.4, 1.0, shape) * node["amplitude"])


def _graph(level: Spec, dt: float) -> nir.NIRGraph:
    nodes = level["nodes"]
    return nir.NIRGraph(
        nodes={name: _node(node, dt) for name, node in nodes.items()},
        edges=[(source, name) for name, node in nodes.items() for source in node.get("from", ())],
        type_check=False,
    )


def _node(node: Spec, dt: float) -> nir.NIRNode:
    kind, shape = node["kind"], tuple(node["shape"])
    rng = np.random.default_rng(node.get("seed", 0))
    if kind == "NIRGraph":
        return _graph(node, dt)
    if kind in ("Input", "Output"):
        port = {kind.lower(): np.array(shape, dtype=np.int64)}
        return nir.Input(input_type=port) if kind == "Input" else nir.Output(output_type=port)
    if kind in ("Linear", "Affine"):
        weight = _weight(rng, (*shape[:-1], node["out"], shape[-1]), shape[-1])
        return nir.Linear(weight) if kind == "Linear" else nir.Affine(weight, _bias(node, rng))
    if kind in ("Conv1d", "Conv2d"):
        return _conv(node, rng)
    if kind in POOLS:
        return getattr(nir, kind)(*(np.array(node[k]) for k in ("kernel", "stride", "padding")))
    if kind == "Flatten":
        declared = np.array(shape) if node["declared"] else None
        return nir.Flatten({"input": declared}, node["start"], node["end"])
    return getattr(nir, kind)(**_parameters(node, rng, dt))


def _weight(rng: np.random.Generator, shape: Shape, fan_in: int) -> np.ndarray:
    weight = rng.normal(0.4, 0.9, shape) / math.sqrt(fan_in)
    if rng.random() < 0.25:
        weight *= rng.random(shape) < 0.5
    return weight.astype(rng.choice(["f4", "f8"]))


def _bias(node: Spec, rng: np.random.Generator) -> np.ndarray | None:
    shape = {"full": (*node["shape"][:-1], node["out"]), "last": (node["out"],), "one": (1,)}
    return rng.normal(0.05, 0.2, shape[node["bias"]]) if node["bias"] != "none" else None


def _conv(node: Spec, rng: np.random.Generator) -> nir.NIRNode:
    channels, *spatial = node["shape"]
    shape = (node["out"], channels // node["groups"], *node["kernel"])
    stride, dilation, padding = (
        tuple(n) if isinstance(n := node[key], list) and len(spatial) == 2 else n
        for key in ("stride", "dilation", "padding")
    )
    return getattr(nir, node["kind"])(
        input_shape=None,
        weight=_weight(rng, shape, math.prod(shape[1:])),
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=node["groups"],
        bias=rng.normal(0.05, 0.2, node["out"]) if node["bias"] == "full" else None,
    )


def _parameters(node: Spec, rng: np.random.Generator, dt: float) -> dict[str, np.ndarray]:
    """Parameters for which neurons of all conventions spike now and then."""
    shape, form = tuple(node["shape"]), node["form"]

    def between(low: float, high: float) -> np.ndarray:
        one = form == "uniform" or (form == "mixed" and rng.random() < 0.5)
        size = {"scalar": (), "column": (*shape[:1], *(1 for _ in shape[1:]))}.get(form, shape)
        values = np.full(size, rng.uniform(low, high)) if one else rng.uniform(low, high, size)
        return np.asarray(values).astype(rng.choice(["f4", "f8"]))

    if node["kind"] == "Scale":
        return {"scale": between(-0.8, 1.2)}
    if node["kind"] == "Threshold":
        return {"threshold": between(-0.2, 0.8)}
    if node["kind"] == "Delay":
        # Whole and half steps, and what lies between.
        steps = np.floor(between(node["least"], node["most"] + 1))
        part = rng.choice([0.0, 0.0, 0.25, 0.5], steps.shape) * (steps < node["most"])
        return {"delay": (steps + part) * dt}
    # Gains are some tenths, whether the convention takes them from r and w_in or not.
    gain = {"r": between(1.0, 6.0)}
    spike = {"v_threshold": between(0.4, 1.2), "v_reset": between(-0.3, 0.3)}
    leak = {"v_leak": between(-0.2, 0.2)}
    tau = between(0.8, 12.0) * dt
    return {
        "I": lambda: {"r": between(0.02, 0.3) / dt},
        "IF": lambda: {"r": between(0.2, 1.0) / dt, **spike},
        "LI": lambda: {"tau": tau, **gain, **leak},
        "LIF": lambda: {"tau": tau, **gain, **leak, **spike},
        "CubaLI": lambda: {"tau_mem": tau, **_current(between, dt), **gain, **leak},
        "CubaLIF": lambda: {"tau_mem": tau, **_current(between, dt), **gain, **leak, **spike},
    }[node["kind"]]()


def _current(between: Any, dt: float) -> dict[str, np.ndarray]:
    return {"tau_syn": between(0.8, 6.0) * dt, "w_in": between(0.5, 3.0)}


# Strategies


@st.composite
def examples(draw: st.DrawFn, dtypes: Sequence[str] = DTYPES) -> Example:
    """Networks of up to some ten nodes, grown node by node so that nearly all are valid."""
    spec = {
        "convention": draw(conventions()),
        "dtype": draw(st.sampled_from(dtypes)),
        "scales": draw(st.sampled_from(["real", "real", "pow2"])),
        "states": draw(st.sampled_from(["short", "short", "proved"])),
        "optimize": draw(st.sampled_from(["balanced", "ram", "ram", "speed"])),
        "target": draw(st.sampled_from(["generic", "generic", *TARGETS])),
        "steps": draw(st.integers(10, 25)),
    }
    level = _Level(draw, depth=0, nodes_left=[MAX_NODES])
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        level.add_input()
    level.grow()
    level.add_outputs()
    neurons = [n for n, node in level.nodes.items() if node["kind"] in NEURONS]
    synapses = [n for n, node in level.nodes.items() if node["kind"] in SYNAPSES]
    if synapses and spec["dtype"].startswith("int"):
        kinds = st.sampled_from(["int2", "int4", "int8", "int16"])
        spec["dtypes"] = draw(st.dictionaries(st.sampled_from(synapses), kinds, max_size=3))
    own = draw(node_choices(spec["convention"], level.nodes, neurons))
    if own:
        spec["convention"] = {**spec["convention"], "nodes": own}
    return Example({**spec, "nodes": level.nodes})


@st.composite
def node_choices(
    draw: st.DrawFn, whole: dict[str, Any], nodes: dict[str, Spec], neurons: list[str]
) -> dict[str, dict[str, Any]]:
    """Choices of single neurons that contradict nothing; for none, mostly."""
    preset = PRESETS[whole.get("convention", "nir")]
    timing = whole.get("spike_timing", preset.spike_timing)
    counts = str(whole.get("spike", preset.spike)).startswith("count")
    resets = {
        "pre": ("value", "zero", "subtract", "none"),
        "post": CHOICES["reset"],
    }[timing]
    if counts:
        resets = ("value", "zero", "subtract", "none")
    found: dict[str, dict[str, Any]] = {}
    for name in (
        draw(st.lists(st.sampled_from(neurons), max_size=3, unique=True)) if neurons else ()
    ):
        kind = nodes[name]["kind"]
        spikes = kind in SPIKING
        choices: dict[str, Sequence[Any]] = {"v_floor": ("none", -0.3, -1.0)}
        if spikes:
            choices |= {"reset": resets, "v_init": CHOICES["v_init"]}
        if spikes and not counts:
            choices["spike"] = ("gt", "ge")
        if kind in ("LI", "LIF", "CubaLI", "CubaLIF"):
            choices |= {key: CHOICES[key] for key in ("integrator", "input_gain", "leak")}
        if kind.startswith("Cuba"):
            choices |= {key: CHOICES[key] for key in ("current_gain", "current_decay")}
        keys = draw(st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=3, unique=True))
        found[name] = {key: draw(st.sampled_from(list(choices[key]))) for key in keys}
    return found


@st.composite
def conventions(draw: st.DrawFn) -> dict[str, Any]:
    """A preset, or every choice for itself, none of them contradicting another."""
    dt = draw(st.sampled_from([None, None, 1e-3, 0.7]))
    if draw(st.booleans()):
        return {"convention": draw(st.sampled_from(FRAMEWORKS)), "dt": dt}
    allowed: dict[str, Sequence[Any]] = dict(CHOICES) | {
        "parameters": ("nir",),
        "v_floor": ("none", "none", "-threshold", "leaky-zero", -0.3, -1.0),
        "edge_steps": ("none", "none", *CHOICES["edge_steps"]),
        "max_spikes": (255,),
        "delays": ("round",),
        "ports": ("nir",),
    }
    if draw(st.sampled_from(["post", "post", "pre"])) == "pre":
        allowed["spike_timing"] = ("pre",)
        allowed["reset"] = ("value", "zero", "subtract", "none")
        allowed["spike"] = ("gt", "ge")
    else:
        allowed["spike_timing"] = ("post",)
        allowed["feedback"] = ("output", "spikes")
        if draw(st.integers(0, 2)) == 2:
            allowed["spike"] = ("count-trunc", "count-floor")
            allowed["reset"] = ("subtract", "subtract", "value", "zero", "none")
            allowed["max_spikes"] = (255, 255, 1, 2, 5)
        else:
            allowed["spike"] = ("gt", "ge")
    return {"dt": dt} | {name: draw(st.sampled_from(vs)) for name, vs in allowed.items()}


@dataclass
class _Level:
    """A graph or subgraph while it grows.

    Attributes:
        draw: Hypothesis's.
        depth: Number of graphs around this one.
        nodes_left: How many nodes may still be added, shared by all levels.
        nodes: The nodes so far.
        sends: Shape of the output of each of them.
    """

    draw: st.DrawFn
    depth: int
    nodes_left: list[int]
    nodes: dict[str, Spec] = field(default_factory=dict)
    sends: dict[str, Shape] = field(default_factory=dict)

    def pick(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def number(self, low: int, high: int) -> int:
        return self.pick(range(low, high + 1))

    def chance(self, of: int) -> bool:
        """True once in `of` times; False in what hypothesis shrinks to."""
        return self.number(1, of) == of

    def seed(self) -> int:
        return self.draw(st.integers(0, 9999))

    def name(self) -> str:
        # Letters, because the order of names decides which edge closes a cycle.
        return f"{self.pick('nazé')}{len(self.nodes)}"

    def add(self, node: Spec, sends: Shape) -> str:
        name = self.name()
        self.nodes[name] = node
        self.sends[name] = sends
        return name

    def shape(self) -> Shape:
        return {
            0: lambda: (),
            1: lambda: (self.number(1, 9),),
            2: lambda: (self.number(1, 4), self.number(1, 8)),
            3: lambda: (self.number(1, 4), self.number(1, 5), self.width()),
        }[self.pick([1, 2, 3, 3, 1, 2, 3, 0])]()

    def width(self) -> int:
        """Of a map; with one column, what Flatten makes of the rest is a sequence of one."""
        return 1 if self.chance(3) else self.number(1, 5)

    def add_input(self) -> None:
        shape = self.shape()
        self.add(
            {
                "kind": "Input",
                "shape": shape,
                "type": self.pick(["float", "spikes"]),
                "density": self.pick([0.4, 1.0, 0.4, 0.05, 0.4, 0.4, 0.0]),
                "amplitude": self.pick([1.0, 4.0, 0.3, 20.0]),
                "seed": self.seed(),
            },
            shape,
        )

    def sources(self) -> list[str]:
        """A signal, mostly one of the last, and perhaps others of the same shape."""
        names = list(self.sends)[::-1]
        first = self.pick(names if self.chance(4) else names[:2])
        found = [first]
        while self.chance(5):
            rest = [n for n in names if self.sends[n] == self.sends[first] and n not in found]
            if not rest:
                break
            found.append(self.pick(rest))
        return found

    def grow(self) -> None:
        # Strategies of their own, because hypothesis can leave out what one of them drew.
        while self.draw(st.builds(self.grow_node)):
            pass
        for _ in range(self.number(0, 2)):
            self.draw(st.builds(self.add_feedback))

    def grow_node(self) -> bool:
        """Adds a node, with a loop perhaps, and says whether it did."""
        if self.nodes_left[0] == 0 or self.number(0, 30) == 0:
            return False
        self.nodes_left[0] -= 1
        if self.chance(25):
            self.add_node(self.pick([*NEURONS, "Affine"]), [], self.shape() or (1,))
            return True
        sources = self.sources()
        shape = self.sends[sources[0]]
        name = self.add_node(self.pick(self.kinds(shape)), sources, shape)
        if self.nodes[name]["kind"] in STATEFUL and self.chance(5):
            self.add_recurrence(name)
        return True

    def kinds(self, shape: Shape) -> list[str]:
        kinds = [*NEURONS, *SPIKING, "Scale", "Threshold", "Delay"]
        if shape:
            kinds += ["Linear", "Affine", "Linear", "Affine", "Flatten"]
        if len(shape) == 2:
            kinds += ["Conv1d"] * 6
        if len(shape) == 3:
            kinds += ["Conv2d"] * 5 + [*POOLS, "Flatten"] * 2
        if self.depth < MAX_DEPTH:
            kinds += ["NIRGraph"] * (3 if self.depth else 1)
        return kinds

    def add_node(self, kind: str, sources: list[str], shape: Shape, *, same: bool = False) -> str:
        """A node of any kind; `same` keeps the shape."""
        node = {"kind": kind, "from": sources, "shape": shape}
        sends = shape
        if kind in ("Linear", "Affine"):
            sends = self.draw_affine(node, same)
        elif kind in ("Conv1d", "Conv2d"):
            sends = self.draw_conv(node, same)
        elif kind in POOLS:
            sends = self.draw_pool(node, same)
        elif kind == "Flatten":
            sends = self.draw_flatten(node)
        elif kind == "NIRGraph":
            inner = _Level(self.draw, self.depth + 1, self.nodes_left)
            inner.add({"kind": "Input", "shape": shape}, shape)
            inner.grow()
            sends = inner.add_output()
            node["nodes"] = inner.nodes
        else:
            # Nothing but its parameters gives the shape of a node without sources.
            forms = ["each", "mixed"]
            node["form"] = self.pick([*forms, "uniform", "scalar", "column"] if sources else forms)
            if kind == "Delay":
                node["least"] = self.pick([1, 0])
                node["most"] = node["least"] + self.pick([0, 1, 4])
        if kind in (*SYNAPSES, *STATEFUL, "Scale", "Threshold"):
            node["seed"] = self.seed()
        return self.add(node, sends)

    def draw_affine(self, node: Spec, same: bool) -> Shape:
        *batch, size = node["shape"]
        out = size if same else self.pick([size, self.number(1, 6)])
        node["out"] = out if math.prod(batch) * out <= MAX_ELEMENTS else size
        if node["kind"] == "Affine":
            node["bias"] = self.pick(["full", "full", "last", "one", "none"])
        return (*batch, node["out"])

    def draw_conv(self, node: Spec, same: bool) -> Shape:
        channels, *size = node["shape"]
        groups = self.pick([n for n in range(1, channels + 1) if channels % n == 0])
        out = groups * self.number(1, 3)
        dims = range(len(size))
        padding = "same" if same else self.pick(["numbers", "same", "valid"])
        stride = [1 if padding == "same" else self.number(1, 2) for _ in dims]
        dilation = [self.number(1, 2) for _ in dims]
        pads = [self.number(0, 2) if padding == "numbers" else 0 for _ in dims]
        kernel = [self.number(1, 3) for _ in dims]
        if padding != "same":
            room = [n + 2 * p for n, p in zip(size, pads, strict=True)]
            spans = zip(kernel, room, dilation, strict=True)
            kernel = [min(k, (n - 1) // d + 1) for k, n, d in spans]
            spans = zip(room, kernel, dilation, stride, strict=True)
            sends = [(n - d * (k - 1) - 1) // s + 1 for n, k, d, s in spans]
        if padding == "same" or math.prod(sends) > MAX_ELEMENTS:
            padding, stride, sends = "same", [1 for _ in dims], size
        if same or out * math.prod(sends) > MAX_ELEMENTS:
            out = channels if channels * math.prod(sends) <= MAX_ELEMENTS else groups
        node |= {
            "out": out,
            "groups": groups,
            "kernel": kernel,
            "stride": self.written(stride),
            "dilation": self.written(dilation),
            "padding": self.written(pads) if padding == "numbers" else padding,
            "bias": self.pick(["full", "none"]),
        }
        return (out, *sends)

    def written(self, numbers: list[int]) -> list[int] | int:
        """One number where that says the same, sometimes."""
        one = len(set(numbers)) == 1
        return numbers[0] if one and (len(numbers) == 1 or self.chance(2)) else numbers

    def draw_pool(self, node: Spec, same: bool) -> Shape:
        channels, *size = node["shape"]
        kernel = [self.pick([1, 3]) if same else self.number(1, min(n, 3)) for n in size]
        padding = [k // 2 if same else self.number(0, k - 1) for k in kernel]
        stride = [1 if same else self.number(1, 3) for _ in size]
        spans = zip(size, kernel, padding, stride, strict=True)
        sends = [(n + 2 * p - k) // s + 1 for n, k, p, s in spans]
        if channels * math.prod(sends) > MAX_ELEMENTS:
            kernel, padding, stride, sends = [1, 1], [0, 0], [1, 1], size
        node |= {"kernel": kernel, "stride": stride, "padding": padding}
        return (channels, *sends)

    def draw_flatten(self, node: Spec) -> Shape:
        shape = node["shape"]
        rank = len(shape)
        start = self.number(0, rank - 1) if self.chance(2) else 0
        end = self.number(start, rank - 1) if self.chance(2) else rank - 1
        if rank == 3 and shape[2] == 1 and self.chance(2):
            start, end = 0, 1
        node["start"] = start - rank * self.pick([0, 1])
        node["end"] = end - rank * self.pick([0, 1])
        node["declared"] = self.pick([False, True])
        return (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])

    def add_recurrence(self, name: str) -> None:
        """An edge from a node to itself, or one with a synapse or Delay on it."""
        shape = self.sends[name]
        kinds = [None, "Scale", "Delay"]
        if shape:
            kinds += ["Linear", "Affine", "Affine"]
        kinds += {2: ["Conv1d"] * 5, 3: [*["Conv2d"] * 5, *POOLS * 2]}.get(len(shape), [])
        kind = self.pick(kinds)
        back = self.add_node(kind, [name], shape, same=True) if kind else name
        if self.sends[back] == shape:
            self.nodes[name]["from"].append(back)

    def add_feedback(self) -> None:
        """An edge to a node that came earlier."""
        names = list(self.nodes)
        candidates = [
            (source, target)
            for i, target in enumerate(names)
            for source in names[i:]
            # Nothing would give the shapes in a cycle that no other edge leads into.
            if self.nodes[target].get("from")
            and tuple(self.nodes[target]["shape"]) == self.sends[source]
            and source not in self.nodes[target]["from"]
            and not _instant_path(self.nodes, target, source)
        ]
        if candidates:
            source, target = self.pick(candidates)
            self.nodes[target]["from"].append(source)

    def add_output(self) -> Shape:
        sources = self.sources()
        shape = self.sends[sources[0]]
        self.nodes[self.name()] = {"kind": "Output", "from": sources, "shape": shape}
        return shape

    def add_outputs(self) -> None:
        """An Output, and more for most signals that nobody listens to."""
        self.add_output()
        used = {source for node in self.nodes.values() for source in node.get("from", ())}
        for name, shape in self.sends.items():
            if name not in used and self.number(0, 4):
                self.nodes[self.name()] = {"kind": "Output", "from": [name], "shape": shape}


def _instant_path(nodes: dict[str, Spec], start: str, end: str) -> bool:
    """Whether a path of nodes without state leads from `start` to `end`, both included."""
    pending, seen = [end], set()
    while pending:
        name = pending.pop()
        if name in seen or not _is_instant(nodes[name]):
            continue
        if name == start:
            return True
        seen.add(name)
        pending += nodes[name].get("from", ())
    return False


def _is_instant(node: Spec) -> bool:
    if node["kind"] != "NIRGraph":
        return node["kind"] not in STATEFUL
    ports = {inner["kind"]: name for name, inner in node["nodes"].items()}
    return _instant_path(node["nodes"], ports["Input"], ports["Output"])


# Checks


def check(example: Example) -> tuple[snnmlir.Network, Verdict]:
    """Compiles and runs: every signal must be the reference's, and recording change nothing.

    Raises:
        AssertionError: The C and the reference differ.
        SnnError: The network is refused, which none of them should be.
    """
    x = example.x()
    dtype = example.spec["dtype"]
    # Those of floats there are none.
    integers = {key: example.spec[key] for key in ("scales", "states") if key in example.spec}
    if dtypes := example.spec.get("dtypes"):
        known = read_graph(example.graph()).nodes  # without those that lead to no Output
        integers["dtypes"] = {name: kind for name, kind in dtypes.items() if name in known}
    network = snnmlir.compile(
        example.graph(),
        dtype=dtype,
        **(integers if dtype.startswith("int") else {}),
        optimize=example.spec.get("optimize", "balanced"),
        target=example.spec.get("target", "generic"),
        input_type=example.input_type,
        **example.options,
    )
    verdict = verify(network, x)
    assert verdict.mismatches == (), "; ".join(verdict.mismatches)
    _check_unrecorded(network, x, verdict.compared)
    return network, verdict


def _check_unrecorded(network: snnmlir.Network, x: dict[str, np.ndarray], steps: int) -> None:
    """What runs without a recorder is fused and laid out otherwise, but gives the same."""
    if network.is_quantized:
        integers = network.executable.quantized(x)
        expected = IntegerInterpreter(network.describe()).run(integers)
        for name, values in network.executable.run_integers(integers).items():
            assert np.array_equal(values, expected[name]), f"{name}, not recorded, is wrong"
        return
    found = network.run(x)
    if not isinstance(found, dict):
        found = {network.graph.outputs[0]: found}
    expected = reference.record(network.graph, x, convention=network.convention)
    margins = reference.margins(network.graph, x, convention=network.convention)
    largest = max(1.0, *(float(np.max(np.abs(values))) for values in expected.values()))
    allowed = TOLERANCE[network.dtype] * largest
    nearest = np.min([np.full(steps, np.inf), *(m[:steps] for m in margins.values())], axis=0)
    for name in network.graph.outputs:
        error = np.abs(found[name].astype(np.float64) - expected[name])[:steps]
        wrong = np.any(~(error.reshape(steps, -1) <= allowed), axis=1)
        first = int(np.argmax([*wrong, True]))
        tied = np.any(nearest[: first + 1] <= allowed)
        assert tied or first == steps, f"{name}, not recorded, is wrong in step {first}"


def load(path: Path) -> Example:
    return Example(json.loads(path.read_text(encoding="utf-8")))


def save(example: Example, folder: Path = REGRESSIONS) -> Path:
    text = json.dumps(example.spec, indent=1) + "\n"
    folder.mkdir(exist_ok=True)
    path = folder / f"found-{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"
    path.write_text(text, encoding="utf-8")
    return path


# What examples hold


def features(example: Example) -> set[str]:
    """What the example is made of, in words."""
    spec = example.spec
    found = {f"convention {spec['convention'].get('convention', 'of single choices')}"}
    whole = {c: v for c, v in spec["convention"].items() if c not in ("convention", "nodes")}
    found |= {f"{c}={v}" for c, v in whole.items()}
    for choices in spec["convention"].get("nodes", {}).values():
        found |= {f"a node's {c}={v}" for c, v in choices.items()}
    found.add(f"dtype={spec['dtype']}")
    found |= {f"a node's dtype={dtype}" for dtype in spec.get("dtypes", {}).values()}
    kinds = Counter(node["kind"] for node in spec["nodes"].values())
    found |= {f"several {kind}s" for kind in ("Input", "Output") if kinds[kind] > 1}
    return found | set(_level_features(spec["nodes"], 0))


def _level_features(nodes: dict[str, Spec], depth: int) -> Iterator[str]:
    targets: dict[str, list[str]] = {name: [] for name in nodes}
    for name, node in nodes.items():
        for source in node.get("from", ()):
            targets[source].append(name)
    after = {name: _reachable(targets, name) for name in nodes}
    outputs = {name for name, node in nodes.items() if node["kind"] == "Output"}
    for name, node in nodes.items():
        kind, sources = node["kind"], node.get("from", [])
        yield kind
        yield f"rank {len(node['shape'])}"
        yield from _parameter_features(node, depth)
        if kind == "NIRGraph":
            yield f"subgraph at depth {depth + 1}"
            yield from _level_features(node["nodes"], depth + 1)
        if len(sources) > 1:
            yield "merge"
        if kind not in ("Input", "Output") and not sources:
            yield "node without sources"
        if len(targets[name]) > 1:
            yield "branch"
        if any(target in after[other] for target in targets[name] for other in targets[name]):
            yield "skip connection"
        if name in targets[name]:
            yield "self-loop"
        if name in after[name]:
            yield "recurrence" if depth == 0 else "recurrence in a subgraph"
            yield f"recurrence through {kind}"
            cycle = {n for n in after[name] if name in after[n]}
            if sum(nodes[n]["kind"] in NEURONS for n in cycle) > 1:
                yield "recurrence over several neurons"
        if kind != "Output" and not after[name] & outputs:
            yield "Input without use" if kind == "Input" else "dead node"
        for source in sources:
            before = nodes[source]["kind"]
            yield from (
                f"{group} after {group}"
                for group, members in (("synapse", SYNAPSES), ("neuron", NEURONS))
                if kind in members and before in members
            )
            if kind == "Output" and before in (*SYNAPSES, *POOLS, "Input"):
                yield f"{before} as last node{' of a subgraph' if depth else ''}"


def _parameter_features(node: Spec, depth: int) -> Iterator[str]:
    kind = node["kind"]
    if "form" in node:
        yield f"parameters {node['form']}"
    if kind == "Input" and depth == 0:
        yield f"input of {node['type']}, density {node['density']}"
    if kind in ("Linear", "Affine") and len(node["shape"]) > 1:
        yield "batch of matrices"
    if kind == "Delay":
        yield f"Delay of {node['least']} to {node['most']} steps"
    if kind == "Flatten":
        partly = len(node["shape"]) > 1 and (node["end"] - node["start"]) % len(node["shape"])
        yield "Flatten of some" if partly != len(node["shape"]) - 1 else "Flatten of all"
    if "kernel" in node:
        yield from (
            f"{kind} with {what}"
            for what, there in {
                "groups": node.get("groups", 1) > 1,
                "dilation": np.max(node.get("dilation", 1)) > 1,
                "stride": np.max(node["stride"]) > 1,
                "a kernel that is not square": len(set(node["kernel"])) > 1,
                "padding": not isinstance(node["padding"], str) and np.max(node["padding"]) > 0,
                "padding 'same'": node["padding"] == "same",
                "padding 'valid'": node["padding"] == "valid",
            }.items()
            if there
        )


def _reachable(targets: dict[str, list[str]], start: str) -> set[str]:
    """The nodes that a path of at least one edge leads to."""
    seen: set[str] = set()
    pending = [*targets[start]]
    while pending:
        name = pending.pop()
        if name not in seen:
            seen.add(name)
            pending += targets[name]
    return seen


def activity(network: snnmlir.Network, x: dict[str, np.ndarray]) -> set[str]:
    """Whether neurons spike, and whether values stay within reason."""
    recorded = reference.record(network.graph, x, convention=network.convention)
    nodes = network.graph.nodes
    neurons = [name for name in nodes if type(nodes[name]).__name__ in SPIKING]
    spiked = (
        np.concatenate([recorded[n].reshape(len(recorded[n]), -1) for n in neurons], 1)
        if neurons
        else np.zeros((1, 0))
    )
    found = {"with spiking neurons"} if neurons else set()
    if np.any(spiked):
        found.add("with spikes")
    if np.any(spiked) and not np.all(spiked):
        found.add("with spikes and silence")
    if any(np.any(np.abs(values) > 1e6) for values in recorded.values()):
        found.add("with values above 1e6")
    return found


# The command

CHUNK = 250


@dataclass
class Summary:
    """Counts over many examples, and the shrunk ones that failed."""

    run: int = 0
    steps: int = 0
    compared: int = 0
    features: Counter[str] = field(default_factory=Counter)
    activity: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, Example]] = field(default_factory=list)

    def count(self, example: Example, network: snnmlir.Network, verdict: Verdict) -> None:
        self.run += 1
        self.steps += verdict.steps
        self.compared += verdict.compared
        self.features.update(features(example))
        self.activity.update(activity(network, example.x()))

    def add(self, other: Summary) -> None:
        self.run += other.run
        self.steps += other.steps
        self.compared += other.compared
        self.features += other.features
        self.activity += other.activity
        self.failures += other.failures

    def __str__(self) -> str:
        lines = [f"{self.run} examples, {self.compared} of {self.steps} steps compared"]
        for title, counts in (("activity", self.activity), ("features", self.features)):
            lines.append(f"{title}:")
            lines += [
                f"  {100 * n / max(self.run, 1):5.1f} %  {what}"
                for what, n in sorted(counts.items(), key=lambda item: -item[1])
            ]
        return "\n".join(lines)


def run_chunk(number: int, count: int, dtypes: Sequence[str], journal: Path) -> Summary:
    """Runs `count` examples that follow from `number`, up to the first that fails.

    Each is in the file `journal` while it runs, should it take the process with it.
    """
    summary = Summary()
    failing: list[Example] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(examples(dtypes))
    def run(example: Example) -> None:
        journal.write_text(json.dumps(example.spec), encoding="utf-8")
        try:
            network, verdict = check(example)
        except Exception:
            failing.append(example)
            raise
        if not failing:
            summary.count(example, network, verdict)

    try:
        run()
    except Exception as error:  # any: whatever goes wrong is a finding
        if not failing:
            raise
        summary.failures.append((f"{type(error).__name__}: {error}", failing[-1]))
    return summary


def run_apart(number: int, count: int, dtypes: Sequence[str]) -> Summary:
    """`run_chunk` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "example.json"
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            try:
                return pool.submit(run_chunk, number, count, dtypes, journal).result()
            except BrokenProcessPool:
                return Summary(failures=[("the process died", load(journal))])


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares random networks with the reference.")
    parser.add_argument("--count", type=int, default=1000, help="how many networks")
    parser.add_argument("--seed", type=int, default=0, help="where to begin")
    parser.add_argument(
        "--dtype", action="append", choices=DTYPES, help="only this type; may be given repeatedly"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    arguments = parser.parse_args()
    total = Summary()
    start = time.monotonic()
    sizes = [min(CHUNK, arguments.count - i) for i in range(0, arguments.count, CHUNK)]
    seeds = [arguments.seed * 1_000_000 + i for i in range(len(sizes))]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for summary in pool.map(
            run_apart, seeds, sizes, itertools.repeat(arguments.dtype or DTYPES)
        ):
            total.add(summary)
            for message, example in summary.failures:
                print(f"{save(example)}\n{message[:2000]}\n", flush=True)
    print(total)
    seconds = time.monotonic() - start
    print(f"{seconds:.0f} s, {total.run / seconds:.1f} examples/s, {len(total.failures)} failures")
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())

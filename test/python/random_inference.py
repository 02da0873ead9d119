# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks under random conventions of single nodes, and what infer makes of a recording.

    .venv/bin/python test/python/random_inference.py --count 500

records each network with the reference interpreter, infers, and compares both conventions on
another input. They may differ there only where the inference says that the recording leaves
choices open. Voltages were recorded for seven of eight.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import nir
import numpy as np

import snnmlir
from snnmlir import reference
from snnmlir.conventions import CHOICES, Convention, convention
from snnmlir.errors import OptionError

STEPS = 80
DTS = (1e-3, 1e-4, 1.0)
KINDS = ("IF", "LIF", "LIF", "CubaLIF", "LI", "CubaLI")


@dataclass(frozen=True)
class Outcome:
    """What came of one network.

    Attributes:
        exact: Whether the recording was reproduced.
        same: Whether both conventions give the same on another input.
        open: Whether the inference names choices that the recording does not determine.
        text: The conventions, for a message.
    """

    exact: bool
    same: bool
    open: bool
    text: str

    @property
    def is_right(self) -> bool:
        """Exact, and the same on other input unless it was said that it may not be."""
        return self.exact and (self.same or self.open)


def run_one(seed: int) -> Outcome:
    """Records a random network, infers its convention, and compares on another input."""
    rng = np.random.default_rng(seed)
    dt = float(rng.choice(DTS))
    graph, neurons = _graph(rng, dt)
    truth = _convention(rng, graph, neurons, dt)
    x = _input(rng)
    recorded = reference.record(graph, x, convention=truth)
    voltages = bool(rng.integers(0, 8))
    names = [*neurons, "output", *(f"{n}.v" for n in neurons if voltages)]
    signals = {"input": x, **{name: recorded[name] for name in names}}
    found = snnmlir.infer(graph, signals, dt=dt)
    other = _input(rng)
    expected = reference.run(graph, other, convention=truth)
    ours = reference.run(graph, other, convention=found.convention)
    same = found.exact and _equal(ours, expected)
    text = f"seed {seed}: {dict(truth.nodes)} inferred as {found.convention}"
    return Outcome(found.exact, same, bool(found.undetermined), text)


def _equal(found: Any, expected: Any) -> bool:
    if expected.dtype.kind != "f":
        return bool(np.array_equal(found, expected))
    return bool(np.allclose(found, expected, rtol=0, atol=5e-5 * max(1.0, np.abs(expected).max())))


def _input(rng: np.random.Generator) -> np.ndarray:
    return (rng.random((STEPS, 6)) < 0.35).astype(np.uint8)


def _graph(rng: np.random.Generator, dt: float) -> tuple[nir.NIRGraph, list[str]]:
    """A chain of one to three layers, the last of which may be analog."""
    nodes: dict[str, nir.NIRNode] = {"input": nir.Input({"input": np.array([6])})}
    edges, last, size = [], "input", 6
    layers = int(rng.integers(1, 4))
    neurons = []
    for layer in range(layers):
        kinds = KINDS if layer == layers - 1 else KINDS[:4]
        width = int(rng.integers(4, 8))
        weight = rng.normal(0.15, 0.6, (width, size)).astype(np.float32)
        nodes[f"fc{layer}"] = nir.Linear(weight)
        nodes[f"n{layer}"] = _neuron(rng, str(rng.choice(kinds)), width, dt)
        edges += [(last, f"fc{layer}"), (f"fc{layer}", f"n{layer}")]
        last, size = f"n{layer}", width
        neurons.append(last)
    nodes["output"] = nir.Output({"output": np.array([size])})
    return nir.NIRGraph(nodes, [*edges, (last, "output")], type_check=False), neurons


def _neuron(rng: np.random.Generator, kind: str, width: int, dt: float) -> nir.NIRNode:
    def between(low: float, high: float) -> np.ndarray:
        return rng.uniform(low, high, width)

    leak = {"v_leak": rng.choice([0.0, 0.1]) * np.ones(width)}
    spike = {"v_threshold": between(0.5, 1.0), "v_reset": rng.choice([0.0, -0.1]) * np.ones(width)}
    if kind == "IF":
        return nir.IF(r=between(0.6, 1.4) / dt, **spike)
    tau = between(2.0, 8.0) * dt
    gain = between(2.0, 4.0)
    if kind in ("LI", "LIF"):
        more = spike if kind == "LIF" else {}
        return getattr(nir, kind)(tau=tau, r=gain, **leak, **more)
    current = {"tau_syn": between(2.0, 5.0) * dt, "w_in": between(2.0, 4.0)}
    more = spike if kind == "CubaLIF" else {}
    return getattr(nir, kind)(tau_mem=tau, r=gain, **leak, **current, **more)


def _convention(
    rng: np.random.Generator, graph: nir.NIRGraph, neurons: list[str], dt: float
) -> Convention:
    """Random choices for every neuron that contradict nothing."""
    free = [
        key
        for key in CHOICES
        if key not in ("time_unit", "feedback", "feedback_bias", "flatten", "delays", "ports")
        and key not in ("recurrent_input", "max_spikes", "v_floor", "decay")
        and key not in ("parameters", "edge_steps")
    ]
    while True:
        nodes = {}
        for name in neurons:
            kind = type(graph.nodes[name]).__name__
            choices: dict[str, Any] = {key: str(rng.choice(CHOICES[key])) for key in free}
            choices["v_floor"] = rng.choice(np.array(["none", "none", "-threshold", "-0.5"]))
            nodes[name] = {key: str(v) for key, v in choices.items() if _concerns(key, kind)}
        try:
            chosen = convention("nir", dt=dt, nodes=nodes)
            snnmlir.compile(graph, convention=chosen)
        except OptionError:
            continue
        return chosen


def _concerns(choice: str, kind: str) -> bool:
    if choice in ("reset", "spike", "spike_timing"):
        return kind in ("IF", "LIF", "CubaLIF")
    if choice == "if_gain":
        return kind == "IF"
    if choice in ("current_gain", "current_leak"):
        return kind.startswith("Cuba")
    if choice == "current_decay":
        return kind in ("LI", "CubaLI", "CubaLIF")
    return choice in ("v_init", "v_floor") or kind != "IF"


def main() -> None:
    """Runs many, and says how they ended."""
    parser = argparse.ArgumentParser(description="Infers conventions of random recordings.")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    start = time.process_time()
    for number in range(arguments.count):
        outcome = run_one(arguments.seed * 1_000_000 + number)
        counts["exact"] += outcome.exact
        counts["the same on another input"] += outcome.same
        counts["not the same, and said to be open"] += outcome.exact and not outcome.same
        counts["wrong"] += not outcome.is_right
        if not outcome.is_right:
            print(f"wrong: {outcome.text}", flush=True)
    for what, count in counts.items():
        print(f"{count:6d}  {what}")
    print(f"{arguments.count} networks, {time.process_time() - start:.0f} CPU seconds")


if __name__ == "__main__":
    main()

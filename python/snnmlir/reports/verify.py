# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the generated C with a recording of the framework, or with the NumPy reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from snnmlir import reference
from snnmlir.common.wording import option
from snnmlir.compiler import Network
from snnmlir.errors import CompileError
from snnmlir.execution.ports import Sample, Signal
from snnmlir.inference import Difference
from snnmlir.inference.infer import compare, earliest
from snnmlir.inference.recording import Recording
from snnmlir.nir_import.graph import SPIKING
from snnmlir.reference.integer import IntegerInterpreter

TOLERANCE = {"f32": 5e-5, "f64": 1e-9}
"""Allowed difference of values, times the largest magnitude that went into them, at least 1."""

RANDOM_STEPS = 64
RANDOM_DENSITY = 0.1


@dataclass(frozen=True)
class Verdict:
    """How far the C and the reference agree.

    Attributes:
        steps: Steps that were run.
        compared: Steps that were compared: all of them, or those before the first spike that
            differs because the voltage is so close to the threshold that rounding decides.
        spikes: Number of spike entries compared.
        largest_error: Largest difference of values over its tolerance.
        mismatches: A sentence for each signal that differs.
    """

    steps: int
    compared: int
    spikes: int
    largest_error: float
    mismatches: tuple[str, ...]


@dataclass(frozen=True)
class Agreement:
    """How far the C and what the framework computed agree.

    Attributes:
        steps: Steps that were compared.
        entries: Spikes and values that were compared.
        differences: The signals that differ.
    """

    steps: int
    entries: int
    differences: tuple[Difference, ...]

    @property
    def differing(self) -> int:
        """Entries that differ."""
        return sum(difference.entries for difference in self.differences)


def agreement(network: Network, recorded: Recording) -> Agreement:
    """Runs `network` on a recording's input and compares all that was recorded.

    Spikes have to be equal, values within 5e-5 times the largest magnitude, at least 1.
    """
    names = [name for name in recorded.signals if name in {*network.signals, *network.graph.nodes}]
    found = network.record(dict(recorded.inputs), names)
    signals = {name: recorded.signals[name] for name in names}
    compared = Recording(recorded.inputs, signals)
    differences = tuple(compare(network.graph, found, compared))
    return Agreement(compared.steps, compared.entries, differences)


def disagreement_error(agreements: Sequence[Agreement]) -> CompileError:
    """What is raised where a network of floats does not compute what was recorded."""
    first = earliest([d for agreement in agreements for d in agreement.differences])
    differing = sum(agreement.differing for agreement in agreements)
    entries = sum(agreement.entries for agreement in agreements)
    return CompileError(
        f"the C and the recording differ in {differing} of {entries} entries; the first: {first}",
        help=f"{option('like', 'RECORDING')} instead of {option('convention')} finds the "
        "convention that reproduces it, or says that none does",
    )


def mismatch_error(mismatches: Sequence[str]) -> CompileError:
    """What is raised where the C and the reference have to agree and do not."""
    return CompileError(
        "the generated C and the reference differ: " + "; ".join(mismatches),
        help="this is an error of the compiler; please report it with the model",
    )


def random_input(network: Network, seed: int = 0) -> dict[str, Signal]:
    """Seeded random spikes for every input, [T, *shape]."""
    rng = np.random.default_rng(seed)
    return {
        port.name: (rng.random((RANDOM_STEPS, *port.shape)) < RANDOM_DENSITY).astype(np.uint8)
        for port in network.inputs
    }


def verify(network: Network, x: Sample) -> Verdict:
    """Runs `network` and the reference in float64 on `x`, [T, *shape] or by input.

    Values must be within `TOLERANCE` and spikes equal. A spike may differ only where the
    reference's voltage is within the tolerance of its threshold; nothing after that is compared.
    Networks of integers are compared with the integer interpreter, bit for bit.
    """
    if network.is_quantized:
        return _verify_integers(network, x)
    found = network.record(x)
    data = dict(x) if isinstance(x, Mapping) else x
    expected = reference.record(network.graph, data, convention=network.convention)
    margins = reference.margins(network.graph, data, convention=network.convention)
    tolerance = TOLERANCE[network.dtype]
    steps = len(next(iter(expected.values())))
    compared = steps
    for name, margin in margins.items():
        tied = margin <= tolerance * _magnitude_at(network, name, expected)
        differs = np.any((found[name] != expected[name]).reshape(steps, -1), axis=1)
        if np.any(differs) and tied[first := int(np.argmax(differs))]:
            compared = min(compared, first)
    spikes = 0
    largest = 0.0
    mismatches = []
    for name in network.signals:
        ours, theirs = found[name][:compared], np.asarray(expected[name])[:compared]
        if ours.dtype == np.uint8:
            spikes += ours.size
            if wrong := int(np.sum(ours != theirs)):
                mismatches.append(f"{name}: {wrong} of {ours.size} spikes differ")
            continue
        allowed = tolerance * _magnitude_at(network, name, expected)
        error = _magnitude(ours.astype(np.float64) - theirs) / allowed
        largest = max(largest, error)
        if not error <= 1.0:
            mismatches.append(f"{name}: values differ by up to {error * allowed:g}")
    if network.placements:
        largest_value = max(_magnitude(found[port.name]) for port in network.outputs)
        allowed = tolerance * max(1.0, largest_value)
        mismatches += _kernel_mismatches(network, network.executable.run(x), found, allowed)
    return Verdict(steps, compared, spikes, largest, tuple(mismatches))


def _verify_integers(network: Network, x: Sample) -> Verdict:
    recorder = network.recorder()
    inputs = recorder.executable.quantized(x)
    found = recorder.executable.run_integers(inputs)
    expected = IntegerInterpreter(recorder.describe()).run(inputs)
    spikes = 0
    mismatches = []
    for port in recorder.outputs:
        ours, theirs = found[port.name], expected[port.name]
        spikes += ours.size if port.scales is None else 0
        if wrong := int(np.sum(ours != theirs)):
            mismatches.append(f"{port.name}: {wrong} of {ours.size} integers differ")
    steps = len(next(iter(inputs.values())))
    if network.placements:
        mismatches += _kernel_mismatches(network, network.executable.run_integers(inputs), found)
    return Verdict(steps, steps, spikes, 0.0, tuple(mismatches))


def _kernel_mismatches(
    network: Network,
    found: Mapping[str, Signal],
    expected: Mapping[str, Signal],
    tolerance: float = 0,
) -> list[str]:
    """Where the outputs differ that are computed with kernels.

    The other signals are recorded by a network in which no kernel computes what they are in.
    """
    mismatches = []
    for port in network.outputs:
        ours, theirs = found[port.name], expected[port.name]
        wrong = int(np.sum(np.abs(ours.astype(np.float64) - theirs) > tolerance))
        if wrong:
            mismatches.append(f"{port.name}: {wrong} of {ours.size} entries differ with kernels")
    return mismatches


def _magnitude_at(network: Network, signal: str, expected: Mapping[str, Signal]) -> float:
    """The largest magnitude that rounding errors of a signal may come from, at least 1.

    That of the signal itself, and for a neuron's states also of its current, and of what its
    spikes took away: a voltage that is 0.5 after 200 spikes was above 200 thresholds before.
    """
    name = signal
    if signal not in network.graph.nodes:
        name = signal.rpartition(".")[0]
    node = network.graph.nodes[name]
    magnitudes = [1.0, _magnitude(expected[signal])]
    magnitudes += [
        _magnitude(expected[f"{name}{s}"]) for s in (".v", ".i") if f"{name}{s}" in expected
    ]
    if isinstance(node, SPIKING):
        magnitudes.append(_magnitude(expected[name]) * _magnitude(np.asarray(node.v_threshold)))
    return max(magnitudes)


def _magnitude(values: Signal) -> float:
    return float(np.max(np.abs(values))) if values.size else 0.0

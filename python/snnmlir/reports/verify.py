# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the generated C with a recording of the framework, or with the NumPy reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from snnmlir import reference
from snnmlir.boards.places import Connection
from snnmlir.common.wording import option
from snnmlir.compiler import Network
from snnmlir.compiler.options import QUANTIZED
from snnmlir.errors import CompileError
from snnmlir.execution.ports import Sample, Signal, check_inputs
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


@dataclass(frozen=True)
class RecordedSignal:
    """A signal of a recording.

    Attributes:
        signal: Its name.
        entries: How many of its entries differ.
        step: The first step in which one does.
    """

    signal: str
    entries: int
    step: int


@dataclass(frozen=True)
class RecordingFidelity:
    """How close the C comes to what a framework recorded.

    Attributes:
        steps: Steps that were compared.
        entries: Spikes and values that were compared.
        differing: How many of them differ.
        signals: The signals that differ.
    """

    steps: int
    entries: int
    differing: int
    signals: tuple[RecordedSignal, ...]


@dataclass(frozen=True)
class Verification:
    """What the C was compared with, and found to agree with where it has to.

    Attributes:
        outcome: What was found, one sentence each.
        recording: How close it comes to a recording, if there was one.
    """

    outcome: tuple[str, ...]
    recording: RecordingFidelity | None = None

    def __str__(self) -> str:
        return "".join(f"{sentence}\n" for sentence in self.outcome)


def verified_by_reference(
    network: Network, samples: Sequence[Sample], board: Connection | None = None
) -> Verification:
    """Compares the C with the reference interpreter on some samples.

    Args:
        network: The network.
        samples: The samples.
        board: Who runs the C, if it is not this machine.

    Raises:
        CompileError: They differ.
        BoardError: The board does not answer.
    """
    outcome = f"verified: {_compared_with_reference(network, samples, board)}"
    return Verification((outcome, "what the framework computes was not compared"))


def verified_by_recordings(
    network: Network, runs: Sequence[Recording], board: Connection | None = None
) -> Verification:
    """Compares the C with recordings; with weights of few bits also with the reference.

    Args:
        network: The network.
        runs: The recordings.
        board: Who runs the C, if it is not this machine.

    Raises:
        CompileError: They differ where they have to agree.
        BoardError: The board does not answer.
    """
    agreements = [agreement(network, run, board) for run in runs]
    found = _recording_fidelity(agreements)
    outcome = []
    if network.is_quantized:
        text = _compared_with_reference(network, [run.inputs for run in runs], board)
        outcome.append(f"verified: {text}")
    if network.dtype in QUANTIZED:
        outcome.append(
            f"compared with the recording, {network.type_name} gives {found.differing} of "
            f"{found.entries} other entries"
        )
        return Verification(tuple(outcome), found)
    if found.differing:
        raise disagreement_error(agreements)
    outcome.append(
        f"verified: equal to the recording, {found.steps} steps, {found.entries} entries"
    )
    return Verification(tuple(outcome), found)


def _recording_fidelity(agreements: Sequence[Agreement]) -> RecordingFidelity:
    signals: dict[str, RecordedSignal] = {}
    for found in agreements:
        for difference in found.differences:
            name = difference.signal
            known = signals.get(name, RecordedSignal(name, 0, difference.step))
            step = min(known.step, difference.step)
            signals[name] = RecordedSignal(name, known.entries + difference.entries, step)
    return RecordingFidelity(
        steps=sum(found.steps for found in agreements),
        entries=sum(found.entries for found in agreements),
        differing=sum(found.differing for found in agreements),
        signals=tuple(signals.values()),
    )


def _compared_with_reference(
    network: Network, samples: Sequence[Sample], board: Connection | None
) -> str:
    """What was compared with the reference interpreter.

    Raises:
        CompileError: The C and the reference differ.
    """
    verdicts = [verify(network, x, board) for x in samples]
    if mismatches := [text for verdict in verdicts for text in verdict.mismatches]:
        raise mismatch_error(mismatches)
    compared = sum(verdict.compared for verdict in verdicts)
    left_out = sum(verdict.steps for verdict in verdicts) - compared
    spikes = sum(verdict.spikes for verdict in verdicts)
    same = f"equal to the reference interpreter under this convention, {compared} steps"
    if network.is_quantized:
        return f"{same}, every integer"
    largest_error = max((verdict.largest_error for verdict in verdicts), default=0.0)
    return f"{same}, {spikes} spike entries, values within {largest_error:.2g} of the tolerance" + (
        f" ({left_out} steps left out: a voltage is at its threshold)" if left_out else ""
    )


def agreement(network: Network, recorded: Recording, board: Connection | None = None) -> Agreement:
    """Runs `network` on a recording's input and compares all that was recorded.

    A board compares what it sends of that.

    Spikes have to be equal, values within 5e-5 times the largest magnitude, at least 1.
    """
    names = [name for name in recorded.signals if name in {*network.signals, *network.graph.nodes}]
    x = dict(recorded.inputs)
    if board is None:
        found = network.record(x, names)
        own = _own_outputs(network, x)
        found |= {name: own[name] for name in own.keys() & found.keys()}
    else:
        found = board.record(x)
        names = [name for name in names if name in found]
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


def verify(network: Network, x: Sample, board: Connection | None = None) -> Verdict:
    """Runs `network` and the reference in float64 on `x`, [T, *shape] or by input.

    A board compares the outputs, and the signals that it sends. Here, the C that records signals is
    another program than the network's own, which need not store what nobody reads, so that the
    outputs of both are compared.

    Values must be within `TOLERANCE` and spikes equal. A spike may differ only where the
    reference's voltage is within the tolerance of its threshold; nothing after that is compared.
    Networks of integers are compared with the integer interpreter, bit for bit.
    """
    if network.is_quantized:
        return _verify_integers(network, x, board)
    found = network.record(x) if board is None else board.record(x)
    data = dict(x) if isinstance(x, Mapping) else x
    expected = reference.record(network.graph, data, convention=network.convention)
    margins = reference.margins(network.graph, data, convention=network.convention)
    own = _own_outputs(network, x) if board is None else {}
    allowed = {
        name: TOLERANCE[network.dtype] * _magnitude_at(network, name, expected)
        for name in {*found, *margins, *network.graph.outputs}
    }
    steps = len(next(iter(expected.values())))
    tied = {name: margin <= allowed[name] for name, margin in margins.items()}
    ties = _first_ties(found, expected, tied) + _first_ties(own, expected, tied)
    compared = min([steps, *ties])
    spikes = 0
    largest = 0.0
    mismatches = []
    for name in network.signals:
        if name not in found:
            continue
        ours, theirs = found[name][:compared], np.asarray(expected[name])[:compared]
        if ours.dtype == np.uint8:
            spikes += ours.size
            if wrong := int(np.sum(ours != theirs)):
                mismatches.append(f"{name}: {wrong} of {ours.size} spikes differ")
            continue
        error = _magnitude(ours.astype(np.float64) - theirs) / allowed[name]
        largest = max(largest, error)
        if not error <= 1.0:
            mismatches.append(f"{name}: values differ by up to {error * allowed[name]:g}")
    for name in network.graph.outputs:
        if name not in own:
            continue
        apart = _differs(own[name][:compared], np.asarray(expected[name])[:compared], allowed[name])
        if np.any(apart):
            mismatches.append(_own_mismatch(name, apart))
    return Verdict(steps, compared, spikes, largest, tuple(mismatches))


def _own_outputs(network: Network, x: Sample) -> dict[str, Signal]:
    """What the network's own C computes, by output, and by the node whose signal that is."""
    own = network.executable.run(x)
    for output in tuple(own):
        sources = network.graph.sources(output)
        if len(sources) == 1:
            own[sources[0]] = own[output]
    return own


def _first_ties(
    found: Mapping[str, Signal],
    expected: Mapping[str, Signal],
    tied: Mapping[str, npt.NDArray[np.bool_]],
) -> list[int]:
    """The steps in which a node's first spike that differs is one that rounding decides."""
    first = []
    for name in tied.keys() & found.keys():
        differs = np.any((found[name] != expected[name]).reshape(len(tied[name]), -1), axis=1)
        if np.any(differs) and tied[name][step := int(np.argmax(differs))]:
            first.append(step)
    return first


def _differs(ours: Signal, theirs: Signal, allowed: float) -> npt.NDArray[np.bool_]:
    """Which spikes are others, and which values are not within `allowed`."""
    if ours.dtype == np.uint8:
        return np.asarray(ours != theirs)
    return ~(np.abs(ours.astype(np.float64) - theirs) <= allowed)


def _own_mismatch(name: str, apart: npt.NDArray[np.bool_]) -> str:
    return f"{name}: {int(apart.sum())} of {apart.size} entries differ if no signals are recorded"


def _verify_integers(network: Network, x: Sample, board: Connection | None) -> Verdict:
    recorder = network.recorder()
    arrays = check_inputs(recorder.inputs, x)
    inputs = {port.name: array for port, array in zip(recorder.inputs, arrays, strict=True)}
    if board is None:
        found = recorder.executable.run_integers(inputs)
    else:
        found = board.record_integers(inputs)
    expected = IntegerInterpreter(recorder.describe()).run(inputs)
    spikes = 0
    mismatches = []
    for port in recorder.outputs:
        if port.name not in found:
            continue
        ours, theirs = found[port.name], expected[port.name]
        spikes += ours.size if port.scales is None else 0
        if wrong := int(np.sum(ours != theirs)):
            mismatches.append(f"{port.name}: {wrong} of {ours.size} integers differ")
    steps = len(next(iter(inputs.values())))
    if board is None:
        own = network.executable.run_integers(inputs)
        # Nodes that only a recording reaches can change how a sum is rounded.
        if any(np.any(values != found[name]) for name, values in own.items()):
            expected = IntegerInterpreter(network.describe()).run(inputs)
        apart = {name: values != expected[name] for name, values in own.items()}
        mismatches += [_own_mismatch(name, wrong) for name, wrong in apart.items() if wrong.any()]
    return Verdict(steps, steps, spikes, 0.0, tuple(mismatches))


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

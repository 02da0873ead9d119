# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a file's parameters say about the convention that fits: hints, never decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from snnmlir.common.wording import node_option, option, options
from snnmlir.conventions import PRESETS, Convention
from snnmlir.errors import SnnError, quoted
from snnmlir.nir_import.discretize import fractional_steps
from snnmlir.nir_import.graph import IF, LI, LIF, CubaLI, CubaLIF, Delay, Graph

_SINABS = ("sinabs", "sinabs-default")

_MOST_STEPS = 200
"""Steps of a delay above which whole numbers were surely no seconds."""


def hints(graph: Graph, convention: Convention) -> list[str]:
    """Sentences about parameters that do not fit `convention`, with the option that would."""
    texts = [*_delay_hints(graph, convention)]
    if graph.rewirings and convention.recurrent_input == "nir":
        (port, synapse), (_, neuron) = graph.rewirings[0]
        texts.append(
            f"{quoted(port)} leads into the recurrent weights {quoted(synapse)}, as Spyx writes "
            f"its recurrent layers, whose networks add it to {quoted(neuron)}: "
            f"{option('convention', 'spyx')}, or {option('recurrent_input', 'neuron')}"
        )
    if convention.parameters != "nir":
        return texts  # the numbers are the platform's, not those of who wrote the file
    leaky = [n for n in graph.nodes.values() if isinstance(n, LI | LIF | CubaLI | CubaLIF)]
    leakless = [n for n in graph.nodes.values() if isinstance(n, IF)]
    ones = bool(leakless) and all(np.all(n.r == 1) for n in leakless)
    if ones and convention.if_gain == "nir" and convention.step < 0.1:
        texts.append(
            "r of all IF neurons is 1, which looks like a framework that adds the input to the "
            f"voltage as it is, such as Sinabs; here it is multiplied by dt {convention.dt:g}: "
            f"{option('convention', *_SINABS)}, or {option('if_gain', 'unit')}"
        )
    if not leaky:
        return texts
    taus = [tau for n in leaky for tau in _time_constants(n)]
    rs = [np.asarray(n.r) for n in leaky]
    shortest = min(float(np.min(np.abs(tau))) for tau in taus)
    if _look_like_steps(taus, rs) and convention.step < 0.1:
        texts.append(
            f"all time constants are 1 or more and r is 1, which looks like time constants that "
            f"count steps, as Sinabs writes them, or milliseconds; with dt {convention.dt:g} they "
            f"barely decay: {option('convention', *_SINABS)}, {option('dt', '1')}, or "
            f"{option('time_unit', 'ms')}"
        )
    elif convention.integrator == "euler" and shortest < convention.step:
        texts.append(
            f"a time constant of {shortest:g} is shorter than dt {convention.dt:g}, so its decay "
            f"1 - dt/tau is negative: a smaller {option('dt')}, or "
            f"{option('integrator', 'exponential')}"
        )
    texts += _framework_hints(graph, convention)
    return texts


def _framework_hints(graph: Graph, convention: Convention) -> list[str]:
    """What speaks for another framework, or another dt, than the convention's."""
    if convention.name == "nir" and _look_like_snntorch(graph, convention.step):
        return [
            "r is tau/dt, as snnTorch writes it; how its neurons reset is not in the file: "
            f"{option('convention', 'snntorch-default')} for reset_mechanism='subtract' with "
            f"reset_delay, its defaults, {option('convention', 'snntorch')} for "
            f"reset_mechanism='zero' without; a recording tells, {option('like', 'RECORDING')}"
        ]
    suggested = suggested_convention(graph)
    if suggested is None or convention.name == "nir":
        return []
    family, step = suggested.preset, suggested.dt
    if not convention.name.startswith(family):
        return [
            f"the parameters look like {family}'s ({suggested}), and the convention is "
            f"{convention.name}; a file does not say how its neurons reset: compare with a "
            f"recording, {option('like', 'RECORDING')}"
        ]
    if step is not None and abs(step / convention.step - 1.0) > 1e-3:
        return [
            f"the parameters look like a dt of {step:g}, found {convention.step:g}: {suggested}"
        ]
    return []


def _delay_hints(graph: Graph, convention: Convention) -> Iterator[str]:
    """Delays that are rounded, and those that look like steps or milliseconds."""
    for node in graph.nodes.values():
        if not isinstance(node, Delay):
            continue
        own = convention.at(node.name)
        delays = np.ravel(node.delay)
        longest = float(np.max(delays))
        whole = bool(np.all(delays == np.rint(delays))) and longest >= 1
        if whole and longest / own.step > _MOST_STEPS:
            yield (
                f"the delays of {quoted(node.name)} are whole numbers up to {longest:g}, which "
                f"looks like steps or milliseconds; with dt {own.dt:g} the longest is "
                f"{longest / own.step:g} steps: {node_option(node.name, 'dt', '1')} for steps, or "
                f"{option('time_unit', 'ms')}"
            )
        try:
            broken = np.ravel(fractional_steps(node, own))
        except SnnError:
            continue
        if np.any(broken):
            delay = float(delays[np.argmax(broken)])
            yield (
                f"a delay of {quoted(node.name)} is {delay:g}, {delay / own.step:.4g} steps, and "
                f"rounded to {int(np.floor(delay / own.step + 0.5))}; {int(np.sum(broken))} of "
                f"{delays.size} are rounded: {option('delays', 'exact')} refuses this"
            )


@dataclass(frozen=True)
class Suggestion:
    """The convention that a graph's parameters look like.

    Attributes:
        preset: The framework's preset.
        dt: Seconds per step, four digits; None where the parameters do not say.
    """

    preset: str
    dt: float | None = None

    def __str__(self) -> str:
        words = [option("convention", self.preset)]
        if self.dt is not None:
            words.append(option("dt", f"{self.dt:.4g}"))
        return options(*words)


def suggested_convention(graph: Graph) -> Suggestion | None:
    """The convention that a graph's parameters look like, or None.

    Exporters write gains that are functions of tau and dt. Where neurons differ in tau, and one dt
    explains them all, it is hardly chance.
    """
    leaky = [n for n in graph.nodes.values() if isinstance(n, LI | LIF | CubaLI | CubaLIF)]
    if not leaky:
        return None
    every = [tau for node in leaky for tau in _time_constants(node)]
    if _look_like_steps(every, [np.asarray(node.r) for node in leaky]):
        return Suggestion("sinabs")
    pairs = [np.broadcast_arrays(_time_constants(node)[0], node.r) for node in leaky]
    tau = np.concatenate([pair[0].ravel() for pair in pairs])
    r = np.concatenate([pair[1].ravel() for pair in pairs])
    leaking = np.isfinite(tau) & np.isfinite(r)
    tau, r = tau[leaking], r[leaking]
    if not tau.size or np.ptp(tau) < 1e-3 * np.max(tau) or np.any(r <= 0):
        return None
    for name, dt in (("snntorch", tau / r), ("spyx", tau * (1.0 - r))):
        if np.all(dt > 0) and np.ptp(dt) <= 1e-4 * np.max(dt):
            return Suggestion(name, float(f"{float(np.median(dt)):.4g}"))
    return None


def suggested_presets(graph: Graph) -> list[str]:
    """The presets of the framework that a graph's parameters look like; none where nothing says."""
    found = suggested_convention(graph)
    return [name for name in PRESETS if found is not None and name.startswith(found.preset)]


def _time_constants(node: LI | LIF | CubaLI | CubaLIF) -> tuple[np.ndarray, ...]:
    return (node.tau,) if isinstance(node, LI | LIF) else (node.tau_mem, node.tau_syn)


def _look_like_steps(taus: list[np.ndarray], rs: list[np.ndarray]) -> bool:
    return all(np.all(tau >= 1) for tau in taus) and all(np.all(r == 1) for r in rs)


def _look_like_snntorch(graph: Graph, dt: float) -> bool:
    """r = tau/dt, and w_in = tau_syn/dt where there is one, in all neurons."""
    gains = []
    with np.errstate(invalid="ignore"):  # without leak both are infinite
        for node in graph.nodes.values():
            if isinstance(node, LIF | LI):
                gains.append(node.r * dt / node.tau)
            elif isinstance(node, CubaLIF | CubaLI):
                gains += [node.r * dt / node.tau_mem, node.w_in * dt / node.tau_syn]
            elif isinstance(node, IF):
                return False
    known = [gain[np.isfinite(gain)] for gain in map(np.atleast_1d, gains)]
    return any(gain.size for gain in known) and all(
        np.allclose(gain, 1.0, rtol=1e-6, atol=0.0) for gain in known
    )

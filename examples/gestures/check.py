# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Recompute recorded.npz from gestures.nir and gestures.py alone, with NumPy and no framework.

`python check.py` exits with status 1 if an event of the test set, a recorded spike or a decision
differs.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from pathlib import Path
from typing import NamedTuple, TypeAlias

import nir
import numpy as np
from gestures import NAMES, STEPS, USUAL, Noise, gestures

Layer: TypeAlias = nir.Conv2d | nir.LIF | nir.Flatten | nir.Affine

DT = 1e-4  # snnTorch's exporter always writes time constants for this step
TEST_COUNT = 800
TEST_SEED = 1
BASELINE_COUNT = 3200  # gestures that the baseline learns from
BASELINE_SEED = 3


class Trace(NamedTuple):
    """What one layer of neurons did in N samples and T steps."""

    spikes: np.ndarray  # [N, T, *shape] uint8
    voltage: np.ndarray  # [N, T, *shape]
    margin: np.ndarray  # [N], least |v - threshold|


@functools.cache
def held_out(noise: Noise = USUAL) -> tuple[np.ndarray, np.ndarray]:
    """The held-out events [800, 32, 2, 16, 16] and labels [800]."""
    return gestures(TEST_COUNT, TEST_SEED, noise)


def digest(events: np.ndarray) -> str:
    """SHA-256 of events, eight to a byte."""
    return hashlib.sha256(np.packbits(events).tobytes()).hexdigest()


def chain(path: Path) -> dict[str, Layer]:
    """The nodes of the file from input to output, by name, without these two."""
    graph = nir.read(path)
    after = dict(graph.edges)
    if len(after) != len(graph.edges):
        raise ValueError(f"{path}: not a chain: {graph.edges}")
    (name,) = (n for n, node in graph.nodes.items() if isinstance(node, nir.Input))
    nodes = {}
    while not isinstance(graph.nodes[name := after[name]], nir.Output):
        nodes[name] = graph.nodes[name]
    return nodes


def run(nodes: dict[str, Layer], events: np.ndarray, dtype: type[np.floating]) -> dict[str, Trace]:
    """Run [N, T, *shape] from rest through all layers; a trace for each LIF, by name."""
    traces = {}
    x = events.astype(dtype)
    for name, node in nodes.items():
        if isinstance(node, nir.Conv2d):
            x = _convolve(node, x)
        elif isinstance(node, nir.Flatten):
            x = x.reshape(*x.shape[:2], -1)
        elif isinstance(node, nir.Affine):
            x = x @ node.weight.astype(dtype).T + node.bias.astype(dtype)
        else:
            traces[name] = _integrate(node, x)
            x = traces[name].spikes.astype(dtype)
    return traces


def _convolve(conv: nir.Conv2d, x: np.ndarray) -> np.ndarray:
    """[N, T, C, H, W] to [N, T, C', H', W']; neither groups nor dilation."""
    weight = np.asarray(conv.weight, x.dtype)
    pads = [(0, 0)] * 3 + [(p, p) for p in np.broadcast_to(conv.padding, 2)]
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, pads), weight.shape[2:], axis=(3, 4)
    )
    down, right = np.broadcast_to(conv.stride, 2)
    y = np.tensordot(windows[:, :, :, ::down, ::right], weight, axes=((2, 5, 6), (1, 2, 3)))
    return np.moveaxis(y + np.asarray(conv.bias, x.dtype), -1, 2)


def _integrate(lif: nir.LIF, x: np.ndarray) -> Trace:
    """v = b*v + x - s*threshold with the s of the step before; s = [v > threshold].

    The exporter writes b = 1 - dt/tau, and a gain r*dt/tau of 1 give or take its rounding.
    """
    b = (1 - DT / lif.tau.astype(np.float64)).astype(x.dtype)
    threshold = lif.v_threshold.astype(x.dtype)
    v = np.zeros_like(x[:, 0])
    s = np.zeros_like(v)
    margin = np.full(len(x), np.inf)
    spikes, voltages = [], []
    for t in range(x.shape[1]):
        v = b * v + x[:, t] - s * threshold
        s = (v > threshold).astype(x.dtype)
        margin = np.minimum(margin, np.abs(v - threshold).reshape(len(x), -1).min(1))
        spikes.append(s.astype(np.uint8))
        voltages.append(v)
    return Trace(np.stack(spikes, 1), np.stack(voltages, 1), margin)


def counts(nodes: dict[str, Layer], events: np.ndarray, dtype: type[np.floating]) -> np.ndarray:
    """Spikes of the outputs over all steps, [N, 8]; some samples at a time, to save memory."""
    parts = np.array_split(events, max(1, len(events) // 50))
    last = list(nodes)[-1]
    return np.concatenate([run(nodes, part, dtype)[last].spikes.sum(1) for part in parts])


def baseline(events: np.ndarray) -> np.ndarray:
    """What a linear classifier makes of the events of each pixel, summed over time: labels [N].

    Least squares, with a little regularization.
    """
    known, labels = gestures(BASELINE_COUNT, BASELINE_SEED)
    sums = _summed(known)
    gram = sums.T @ sums + 10 * np.eye(sums.shape[1])
    weight = np.linalg.solve(gram, sums.T @ np.eye(len(NAMES))[labels])
    return (_summed(events) @ weight).argmax(1)


def _summed(events: np.ndarray) -> np.ndarray:
    sums = events.sum(1, dtype=np.float64).reshape(len(events), -1)
    return np.concatenate([sums, np.ones((len(sums), 1))], 1)


def report(folder: Path) -> int:
    """Print how far NumPy is from the framework; return how much differs."""
    nodes = chain(folder / "gestures.nir")
    recorded = np.load(folder / "recorded.npz")
    events, labels = held_out()
    total = int(digest(events) != recorded["digest"])
    print(f"test set: {'other events than recorded' if total else 'the events recorded'}")
    for dtype in (np.float32, np.float64):
        kind = dtype.__name__
        traces = run(nodes, events[recorded["index"]], dtype)
        for name, trace in traces.items():
            ours = np.packbits(trace.spikes)
            differing = int(np.unpackbits(ours ^ recorded[name]).sum())
            total += differing
            print(
                f"{kind}: {name}: {differing} of {trace.spikes.size} recorded spikes differ, "
                f"{trace.spikes.mean():.1%} are spikes, least |v - threshold| "
                f"{trace.margin.min():.1e}"
            )
        last = list(traces)[-1]
        error = np.abs(traces[last].voltage - recorded[f"{last}.v"]).max()
        print(f"{kind}: {last}: voltages differ by at most {error:.1e}")
        ours = counts(nodes, events, dtype)
        decisions = ours.argmax(1)
        differing = int((decisions != recorded["counts"].argmax(1)).sum())
        total += differing
        print(
            f"{kind}: test set: {int((ours != recorded['counts']).sum())} of {ours.size} spike "
            f"counts and {differing} decisions differ, accuracy {(decisions == labels).mean():.2%}"
        )
    told = baseline(events) == labels
    print(f"baseline, events summed over time: {told.mean():.2%}")
    for index, name in enumerate(NAMES):
        print(f"  {name}: {told[labels == index].mean():.0%}")
    print(f"{STEPS} steps, {events.mean():.2%} of the entries are events")
    return total


if __name__ == "__main__":
    sys.exit(report(Path(__file__).parent) != 0)

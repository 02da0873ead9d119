# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Recompute recorded.npz and test_set.npz from digits.nir alone, with NumPy and no framework.

`python check.py` exits with status 1 if a recorded spike differs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import nir
import numpy as np

DT = 1e-4  # snnTorch's exporter always writes time constants for this step


class Trace(NamedTuple):
    """What one layer of neurons did: N samples, T steps, n neurons."""

    spikes: np.ndarray  # [N, T, n] uint8
    voltage: np.ndarray  # [N, T, n], after the reset
    margin: np.ndarray  # [N], least |v - threshold| before the reset


def layers(path: Path) -> list[tuple[nir.Affine, nir.LIF]]:
    """The (Affine, LIF) pairs of the file from input to output, in the order of its edges."""
    graph = nir.read(path)
    after = dict(graph.edges)
    if len(after) != len(graph.edges):
        raise ValueError(f"{path}: not a chain: {graph.edges}")
    (name,) = (n for n, node in graph.nodes.items() if isinstance(node, nir.Input))
    chain = []
    while (name := after.get(name, "")) and not isinstance(graph.nodes[name], nir.Output):
        chain.append(graph.nodes[name])
    pairs = list(zip(chain[::2], chain[1::2], strict=True))
    for affine, lif in pairs:
        if not (isinstance(affine, nir.Affine) and isinstance(lif, nir.LIF)):
            raise TypeError(f"{path}: expected Affine, LIF, found {affine}, {lif}")
    return pairs


def decay_and_gain(lif: nir.LIF) -> tuple[np.ndarray, np.ndarray]:
    """b = 1 - dt/tau and the gain r*dt/tau, rounded once from float64; a gain of 1±1e-6 is 1."""
    k = DT / lif.tau.astype(np.float64)
    gain = lif.r.astype(np.float64) * k
    gain[np.abs(gain - 1) < 1e-6] = 1
    return 1 - k, gain


def run(
    pairs: list[tuple[nir.Affine, nir.LIF]], spikes: np.ndarray, dtype: type[np.floating]
) -> list[Trace]:
    """Run the input spikes [N, T, 64] from rest; one trace per layer of neurons.

    v = b*v + gain*x; s = [v > threshold]; v = 0 where s, in the same step.
    """
    result = []
    x = spikes.astype(dtype)
    for affine, lif in pairs:
        weight, bias = affine.weight.astype(dtype).T, affine.bias.astype(dtype)
        b, gain = (a.astype(dtype) for a in decay_and_gain(lif))
        threshold = lif.v_threshold.astype(dtype)
        v = np.zeros((len(x), len(threshold)), dtype)
        out, voltages, margin = [], [], np.full(len(x), np.inf)
        for t in range(x.shape[1]):
            v = b * v + gain * (x[:, t] @ weight + bias)
            s = v > threshold
            margin = np.minimum(margin, np.abs(v - threshold).min(1))
            v = np.where(s, dtype(0), v)
            out.append(s.astype(np.uint8))
            voltages.append(v)
        result.append(Trace(np.stack(out, 1), np.stack(voltages, 1), margin))
        x = result[-1].spikes.astype(dtype)
    return result


def rounded(affine: nir.Affine, bits: int) -> nir.Affine:
    """The weights on a symmetric integer grid of one scale per output channel."""
    top = 2 ** (bits - 1) - 1
    scale = np.abs(affine.weight).max(1, keepdims=True) / top
    return nir.Affine(np.round(affine.weight / scale) * scale, affine.bias)


def report(folder: Path) -> int:
    """Print how far NumPy is from the framework; return the differing entries of recorded.npz."""
    pairs = layers(folder / "digits.nir")
    recorded = np.load(folder / "recorded.npz")
    test = np.load(folder / "test_set.npz")
    shape = tuple(test["shape"])
    test_spikes = np.unpackbits(test["spikes"], count=int(np.prod(shape))).reshape(shape)
    total = 0
    for dtype in (np.float32, np.float64):
        for name, (s, v, margin) in zip(
            ("lif1", "lif2"), run(pairs, recorded["input"], dtype), strict=True
        ):
            differing = int((s != recorded[name]).sum())
            total += differing
            error = float(np.abs(v[0] - recorded[f"{name}.v"]).max())
            print(
                f"{dtype.__name__}: {name}: {differing} of {s.size} recorded spikes differ, "
                f"voltages by at most {error:.1e}, least |v - threshold| {margin.min():.1e}"
            )
        result = run(pairs, test_spikes, dtype)
        counts = result[1].spikes.sum(1)
        accuracy = float((counts.argmax(1) == test["labels"]).mean())
        print(
            f"{dtype.__name__}: test set: {int((counts != test['counts']).sum())} of {counts.size} "
            f"spike counts differ, accuracy {accuracy:.4f} (framework {test['accuracy']:.4f}), "
            f"least |v - threshold| {min(r.margin.min() for r in result):.1e}"
        )
    for bits in (8, 4):
        grid = [(rounded(affine, bits), lif) for affine, lif in pairs]
        counts = run(grid, test_spikes, np.float64)[1].spikes.sum(1)
        accuracy = float((counts.argmax(1) == test["labels"]).mean())
        print(f"weights rounded to int{bits}, the rest float64: accuracy {accuracy:.4f}")
    return total


if __name__ == "__main__":
    sys.exit(report(Path(__file__).parent) != 0)

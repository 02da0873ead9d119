# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks under the conventions of platforms: the C against the interpreters, bit for bit.

    .venv/bin/python test/python/random_platforms.py --count 1600 --seed 1

draws a platform and a network that it has, and says how many reached the ends of the platform's
integers: currents that wrap around, voltages that are clipped or saturate, and full counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

import numpy as np

import snnmlir
import test_fixed_platforms as fixed
import test_platforms as real
from snnmlir import reference
from snnmlir.reports.verify import verify

NAMES = (*fixed.FIXED, "lava", "nengo", "speck", "spinnaker2")
LONGEST = 200


def run_one(seed: int) -> Counter[str]:
    """Compares one network, and counts what it reached.

    Raises:
        AssertionError: The C and the interpreter differ.
        SnnError: The network is refused, which none of them should be.
    """
    rng = np.random.default_rng(seed)
    name = str(rng.choice(NAMES))
    reached = _fixed(name, seed) if name in fixed.FIXED else _real(name, seed, rng)
    return Counter({"networks": 1, f"of {name}": 1}) + Counter(dict.fromkeys(+reached, 1))


def _fixed(name: str, seed: int) -> Counter[str]:
    dt = 1e-3
    source = fixed.random_network(name, seed, dt)
    network = snnmlir.compile(source, convention=name, dt=dt)
    x = fixed.random_input(name, source, seed, LONGEST)
    assert verify(network, x).mismatches == (), f"seed {seed}: {name}"
    found = network.record(x)
    return fixed.ends_of(name, found) + _spikes(found["output"])


def _real(name: str, seed: int, rng: np.random.Generator) -> Counter[str]:
    dt = float(rng.choice([1e-4, 1e-3, 1.0]))
    source = real.random_network(name, seed, dt)
    size = int(source.nodes["input"].input_type["input"][0])
    x = (rng.random((60, size)) < 0.4).astype(np.uint8)
    reset = {"reset": "subtract"} if name == "spinnaker2" and rng.random() < 0.3 else {}
    dtype = str(rng.choice(["f32", "f64"]))
    network = snnmlir.compile(source, convention=name, dt=dt, dtype=dtype, **reset)
    found = network.record(x)
    expected = reference.record(
        network.graph, x, convention=network.convention, dtype=real.NUMPY[dtype]
    )
    wrong = [key for key, v in found.items() if not np.array_equal(v, expected[key])]
    assert not wrong, f"seed {seed}: {name}, {', '.join(wrong)}"
    return _spikes(found["output"])


def _spikes(output: np.ndarray) -> Counter[str]:
    return Counter({"with spikes at the output": int(np.sum(output))})


def main() -> int:
    """Runs many, and says what they reached."""
    parser = argparse.ArgumentParser(description="Compares random networks of platforms.")
    parser.add_argument("--count", type=int, default=1000, help="how many networks")
    parser.add_argument("--seed", type=int, default=0, help="where to begin")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    start = time.monotonic()
    for number in range(arguments.count):
        try:
            counts += run_one(arguments.seed * 1_000_000 + number)
        except Exception as error:  # any: whatever goes wrong is a finding
            counts["failures"] += 1
            print(f"seed {arguments.seed * 1_000_000 + number}: {error}", flush=True)
    for what, count in sorted(counts.items(), key=lambda item: -item[1]):
        print(f"{count:6d}  {what}")
    print(f"{time.monotonic() - start:.0f} s, {counts['failures']} failures")
    return 1 if counts["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())

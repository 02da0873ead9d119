# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random networks of platforms; random_platforms.py runs any number of them."""

from collections import Counter

from random_platforms import NAMES, run_one


def test_random_networks_of_platforms() -> None:
    """Every platform is drawn, and the networks spike and reach the ends of integers."""
    counts: Counter[str] = Counter()
    for seed in range(40):
        counts += run_one(seed)
    assert counts["networks"] == 40
    assert all(counts[f"of {name}"] for name in NAMES)
    assert counts["with spikes at the output"] >= 20
    assert counts["full"] + counts["saturated"] >= 2

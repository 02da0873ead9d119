# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Some of a test's many cases, for ./dev test: the same in every run, and of every kind."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence


def spread(count: int, start: int) -> list[int]:
    """The numbers below `count` in an order whose beginnings, of any length, are evenly spread.

    Its stride is near the golden ratio, and not that of any parameter's values in a table of cases.
    """
    stride = max(1, round(count * (math.sqrt(5) - 1) / 2))
    while math.gcd(stride, count) != 1:
        stride += 1
    return [(start + i * stride) % count for i in range(count)]


def sample(cases: Sequence[dict[str, int]], most: int, start: int) -> list[int]:
    """Which cases are kept: `most`, or what shows every value of parameters with few of them.

    A case is the number of the value of each parameter. `start` moves the sample along the cases:
    tests over the same table then keep different ones.
    """
    values = defaultdict(set)
    for case in cases:
        for name, value in case.items():
            values[name].add(value)
    missing = {(name, v) for name, found in values.items() if len(found) <= most for v in found}
    kept: list[int] = []
    others: list[int] = []
    for index in spread(len(cases), start):
        shown = missing.intersection(cases[index].items())
        (kept if shown else others).append(index)
        missing -= shown
    return sorted(kept + others[: max(0, most - len(kept))])

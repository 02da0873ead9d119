# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a network needs, and how it differs from itself in another type or convention."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snnmlir.common.tables import printable
from snnmlir.compiler import Placement
from snnmlir.compiler.resources import Resources
from snnmlir.evaluation.search import Search
from snnmlir.reports.comparison import Comparison
from snnmlir.reports.fidelity import Fidelity
from snnmlir.reports.footprint import Footprint
from snnmlir.reports.measured import Measured
from snnmlir.reports.verify import Verification


@dataclass(frozen=True)
class NetworkReport:
    """Everything that is known of a compiled network.

    Attributes:
        dtype: Its type.
        resources: What it needs, as far as this compiler knows.
        footprint: What a C compiler made of it, if one was named.
        fidelity: How close it comes to float32, if it is one of integers made of real numbers.
        comparison: How it differs under another convention, if one was named.
        verification: What the C was compared with, if it was.
        placements: Who computes which layers, if the target has kernels.
        search: How its types were chosen, if they were.
        measured: What it took where it ran, if it did.
    """

    dtype: str
    resources: Resources
    footprint: Footprint | None = None
    fidelity: Fidelity | None = None
    comparison: Comparison | None = None
    verification: Verification | None = None
    placements: tuple[Placement, ...] = ()
    search: Search | None = None
    measured: Measured | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON's types, with the names of the attributes, theirs included."""
        known = dataclasses.asdict(dataclasses.replace(self, search=None))
        return known | {"search": self.search.as_json() if self.search else None}

    def as_json(self) -> str:
        """The same as a JSON object."""
        return json.dumps(self.as_dict(), indent=1) + "\n"

    def __str__(self) -> str:
        needs = self.resources
        parts = [
            f"one step in {self.dtype}, with all inputs active\n\n{needs}\n"
            f"flash: {needs.constant_bytes} B of constants, and code\n"
            f"RAM: {needs.memory_bytes} B for one network, and stack\n"
        ]
        if needs.memory:
            parts.append(f"what the RAM is for\n\n{needs.memory_table()}")
        if self.placements:
            parts.append(placements_text(self.placements))
        if self.footprint:
            parts.append(f"built by {self.footprint.compiler}\n\n{self.footprint}")
        if self.measured:
            parts.append(str(self.measured))
        if self.search:
            parts.append(str(self.search))
        if self.fidelity:
            parts.append(str(self.fidelity))
        if self.comparison:
            parts.append(str(self.comparison))
        if self.verification:
            parts.append(str(self.verification))
        return "\n".join(parts)

    def as_file(self, path: Path) -> bytes:
        """The content of a file: JSON for .json, else text."""
        return (self.as_json() if path.suffix == ".json" else str(self)).encode()


def placements_text(placements: Sequence[Placement]) -> str:
    """Who computes which layers, and why no kernel computes the others."""
    lines = []
    for place in placements:
        nodes = " + ".join(map(printable, place.nodes)) or "(no node)"
        if place.kernel is not None:
            lines.append(f"{nodes}: kernel {place.kernel}")
            continue
        lines.append(f"{nodes}: processor")
        lines += [f"  {reason}" for reason in place.reasons]
    return "\n".join(lines) + "\n"

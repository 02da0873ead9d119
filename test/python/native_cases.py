# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The networks of test/data/nir-native, as users build them, and what their frameworks computed."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.conventions import Convention, convention
from snnmlir.inference.recording import TOLERANCE

FOLDER = Path(__file__).resolve().parents[1] / "data/nir-native"


@dataclass(frozen=True, eq=False)
class NativeCase:
    """One network.

    Attributes:
        facts: Its entry in cases.json.
    """

    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name of its file, without the ending."""
        return Path(self.facts["nir"]).stem

    @property
    def model(self) -> Path:
        """The .nir file."""
        return FOLDER / str(self.facts["nir"])

    @property
    def choices(self) -> dict[str, Any] | None:
        """The choices that reproduce it; None where the file has lost something."""
        found = self.facts["reproduced_by"] or self.facts.get("would_take")
        return dict(found) if found else None

    def convention(self) -> Convention:
        """The same as a Convention."""
        choices = self.choices or {}
        base, nodes = choices.pop("convention"), choices.pop("nodes", None)
        edges = choices.pop("edges", None)
        given = {key.replace("-", "_"): value for key, value in choices.items()}
        return convention(base, nodes=nodes, edges=edges, **given)

    @functools.cached_property
    def recorded(self) -> dict[str, npt.NDArray[Any]]:
        """Input, output and signals between them."""
        with np.load(FOLDER / str(self.facts["ref"])) as arrays:
            return {key: arrays[key] for key in arrays.files}

    def differing(self, output: npt.NDArray[Any]) -> int:
        """Entries of an output that differ from the recorded one."""
        expected = self.recorded["output"]
        apart = np.abs(output.astype(np.float64) - expected.astype(np.float64))
        values = expected.dtype.kind == "f"
        allowed = TOLERANCE * max(1.0, float(np.max(np.abs(expected)))) if values else 0.0
        return int(np.sum(~(apart <= allowed)))


CASES = [NativeCase(facts) for facts in json.loads((FOLDER / "cases.json").read_text())]
HELD = [case for case in CASES if case.choices is not None]
LOST = [case for case in CASES if case.choices is None]

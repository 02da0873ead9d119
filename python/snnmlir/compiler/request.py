# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a network is compiled from; variants of a network are variants of its request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from snnmlir.common.kinds import Dtype
from snnmlir.compiler.options import Options
from snnmlir.compiler.quantize import Ranges
from snnmlir.nir_import.build import InputType
from snnmlir.nir_import.graph import Graph


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """A graph, and how it is to be compiled.

    Attributes:
        graph: The NIR graph that was read.
        options: The options.
        input_types: The type of every input by name.
        file_name: Name of the file, if the graph is of one.
        ranges: What data showed for signals, by name: least and greatest number.
        notes: What was assumed so far, one sentence each.
    """

    graph: Graph
    options: Options
    input_types: Mapping[str, InputType]
    file_name: str | None = None
    ranges: Ranges = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def recording(self, names: tuple[str, ...]) -> Request:
        """The same with signals as further outputs, and without hooks in the C."""
        options = replace(self.options, record=names, taps=(), profile=False)
        return replace(self, options=options, notes=())

    def as_float(self) -> Request:
        """The same in float32, with outputs of its own only."""
        return replace(
            self,
            options=Options(convention=self.options.convention, name=self.options.name),
            input_types={
                name: "spikes" if kind == "spikes" else "float"
                for name, kind in self.input_types.items()
            },
            ranges={},
            notes=(),
        )

    def as_integers(self, dtype: Dtype, ranges: Ranges) -> Request:
        """The same in integers, with scales for these ranges; inputs of spikes have none."""
        known = {name: r for name, r in ranges.items() if self.input_types.get(name) != "spikes"}
        return replace(self, options=replace(self.options, dtype=dtype), ranges=known)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a page says of each node of the graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from snnmlir.compiler.resources import Layer
from snnmlir.reports.check import NodeReport, Report, shape_text
from snnmlir.reports.page.activity import Activity, Rate
from snnmlir.reports.page.code import LayerCode
from snnmlir.reports.page.words import EQUATIONS

_KINDS = {
    **dict.fromkeys(("Input", "Output"), "port"),
    **dict.fromkeys(("Affine", "Linear", "Conv1d", "Conv2d", "Scale"), "synapse"),
    **dict.fromkeys(("I", "IF", "LI", "LIF", "CubaLI", "CubaLIF", "Threshold"), "neuron"),
    **dict.fromkeys(("AvgPool2d", "SumPool2d"), "pool"),
}
"""Which colour a node has, by its type; "other" if it is not here."""


@dataclass(frozen=True)
class NodeView:
    """A node.

    Attributes:
        report: What is known of it.
        anchor: The id of what the page says of it.
        kind: Its colour.
        equation: What NIR says it computes.
        needs: What it needs in the C, if it has a layer there.
        rate: Its spikes, if it gives any and there is data.
        codes: The functions of the C that are for it.
    """

    report: NodeReport
    anchor: str
    kind: str
    equation: str
    needs: Layer | None = None
    rate: Rate | None = None
    codes: tuple[LayerCode, ...] = field(default=())

    @property
    def shapes(self) -> str:
        """Its shapes: one, or that of the input and that of the output."""
        before, after = (
            "×".join(map(str, shape)) or "1"
            for shape in (self.report.input_shape, self.report.output_shape)
        )
        return after if before == after else f"{before} → {after}"

    @property
    def parameters(self) -> list[str]:
        """Its parameters, one text each."""
        return [str(parameter) for parameter in self.report.parameters]

    @property
    def lines(self) -> list[str]:
        """What the drawing says below its name and type."""
        lines = [self.shapes]
        memory = []
        if self.needs and self.needs.constant_bytes:
            memory.append(f"{_size(self.needs.constant_bytes)} flash")
        if self.report.state_bytes:
            memory.append(f"{_size(self.report.state_bytes)} state")
        if self.report.weights:
            lines.append(f"{self.report.weights:,} weights")
        if memory:
            lines.append(", ".join(memory))
        if self.rate:
            lines.append(f"rate {self.rate.rate:.4f}")
        return lines

    def as_data(self) -> dict[str, Any]:
        """For the script that draws the graph."""
        return {
            "name": self.report.name,
            "type": self.report.type,
            "kind": self.kind,
            "anchor": self.anchor,
            "refused": self.report.error is not None,
            "lines": self.lines,
        }


def node_views(
    report: Report,
    layers: Iterable[Layer] = (),
    seen: Activity | None = None,
    codes: Iterable[LayerCode] = (),
) -> list[NodeView]:
    """All nodes, in the order of the graph."""
    needs = {layer.node: layer for layer in layers}
    known = tuple(codes)
    return [
        NodeView(
            node,
            anchor=f"node-{index}",
            kind=_KINDS.get(node.type, "other"),
            equation=EQUATIONS[node.type],
            needs=needs.get(node.name),
            rate=seen.rate_of(node.name) if seen else None,
            codes=tuple(code for code in known if code.node == node.name),
        )
        for index, node in enumerate(report.nodes)
    ]


def edges_data(report: Report) -> list[dict[str, Any]]:
    """The edges, for the script that draws the graph."""
    index = {node.name: k for k, node in enumerate(report.nodes)}
    cut = {(source, target) for source, target, _ in report.cut}
    return [
        {
            "source": index[source],
            "target": index[node.name],
            "cut": (source, node.name) in cut,
        }
        for node in report.nodes
        for source in node.sources
    ]


def shape(node: NodeReport) -> str:
    """The shapes as tables have them."""
    before, after = shape_text(node.input_shape), shape_text(node.output_shape)
    return after if before == after else f"{before} to {after}"


def _size(number: int) -> str:
    """A size in few characters; tables have the exact one."""
    if number < 1024:
        return f"{number} B"
    for unit in ("KiB", "MiB"):
        number_in = number / (1024 if unit == "KiB" else 1024**2)
        if number_in < 1000 or unit == "MiB":
            return f"{number_in:.1f} {unit}"
    raise AssertionError

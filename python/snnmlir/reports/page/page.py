# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The page of a compiled network, and that of a file that was only looked at."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from snnmlir.compiler import Network
from snnmlir.compiler.resources import Layer, Resources
from snnmlir.conventions import Convention
from snnmlir.errors import CompileError
from snnmlir.execution import toolchain
from snnmlir.execution.ports import Sample
from snnmlir.reports.check import Report, described
from snnmlir.reports.page.activity import Activity, activity
from snnmlir.reports.page.code import layer_codes
from snnmlir.reports.page.machine import MOST_BYTES, machine
from snnmlir.reports.page.nodes import NodeView, edges_data, node_views, shape
from snnmlir.reports.page.parts import DAGRE, GRAPH, MAIN, PLOTS, UPLOT, Assets, assets
from snnmlir.reports.page.rendering import HtmlReport, as_json, highlighted, render
from snnmlir.reports.page.words import Said, said, time_text
from snnmlir.reports.report import NetworkReport


@dataclass(frozen=True)
class Cost:
    """A row of the table of what layers cost.

    Attributes:
        layer: What the layer needs.
        anchor: Where the page says more of its node, if it is one.
        least: Multiplications and additions of a step in which no input is active.
        seen: The same of a step of the data, on average; None if that is not known.
        most: The same of a step in which all inputs are active.
    """

    layer: Layer
    anchor: str | None
    least: int
    seen: float | None
    most: int


def network_page(
    network: Network,
    known: NetworkReport,
    samples: Iterable[Sample],
    data: str,
    prefix: str | None = None,
) -> HtmlReport:
    """The page of a compiled network.

    What needs a C compiler or one for WebAssembly is left out where there is none, and the page
    says so.

    Args:
        network: The network.
        known: What is known of it.
        samples: Inputs as for `Network.run`, whose signals are drawn.
        data: What to call them.
        prefix: What names in C begin with; the network's if not given.

    Raises:
        OptionError: MLIR has changed the network, there is no step of input, or one does not fit.
        CompileError: A C compiler refuses the code.
    """
    report = described(network)
    codes = layer_codes(network, prefix or network.prefix)
    seen, unseen = _seen(network, samples, data)
    module, no_module = _module(network)
    nodes = node_views(report, known.resources.layers, seen, codes)
    libraries, own = (DAGRE, UPLOT), (*GRAPH, *PLOTS, *MAIN)
    return _page(
        report,
        nodes,
        assets(libraries, own),
        known=known,
        costs=_costs(known.resources, nodes, seen),
        seen=seen,
        unseen=unseen,
        module=module,
        no_module=no_module,
        inputs=sum(math.prod(port.shape) for port in network.inputs),
        shared=[code for code in codes if code.node is None],
        script_data={
            "runs": seen.runs if seen else [],
            "machine": module,
            "thresholds": _thresholds(seen),
            "report": known.as_dict(),
        },
    )


def graph_page(report: Report) -> HtmlReport:
    """The page of a file: its graph, and whether and why not it compiles.

    Args:
        report: What `check` found.
    """
    return _page(
        report,
        node_views(report),
        assets((DAGRE,), (*GRAPH, *MAIN)),
        known=None,
        script_data={},
    )


def _page(
    report: Report,
    nodes: Sequence[NodeView],
    carried: Assets,
    *,
    known: NetworkReport | None,
    script_data: Mapping[str, Any],
    **values: Any,
) -> HtmlReport:
    title = report.file or "a network"
    convention = Convention(**report.convention)
    data = {"nodes": [node.as_data() for node in nodes], "edges": edges_data(report)}
    more = {
        "costs": [], "seen": None, "unseen": None, "module": None, "no_module": None,
        "inputs": 0, "shared": [],
    } | values  # fmt: skip
    page = render(
        title=title,
        report=report,
        known=known,
        nodes=nodes,
        shape=shape,
        highlighted=highlighted,
        words=_words(convention),
        step=time_text(convention.dt),
        assets=carried,
        scripts=[_markup(script) for script in carried.scripts],
        style=_markup(carried.style),
        data=as_json(data | dict(script_data)),
        version=version("snn-mlir-compile"),
        **more,
    )
    return HtmlReport(title, page)


def _markup(text: str) -> Any:
    """A style sheet or script of the package, which is not escaped."""
    from markupsafe import Markup

    return Markup(text)


def _words(convention: Convention) -> tuple[list[Said], list[Said]]:
    """What differs from NIR's plain reading, the length of a step first, and what does not."""
    lines = said(convention)
    usual = [line for line in lines if line.usual and line.choice != "dt"]
    return [line for line in lines if line not in usual], usual


def _seen(
    network: Network, samples: Iterable[Sample], data: str
) -> tuple[Activity | None, CompileError | None]:
    """What the network does with the data, or that nothing can run it here."""
    try:
        toolchain.compiler()
    except CompileError as error:
        return None, error
    return activity(network, samples, data), None


def _module(network: Network) -> tuple[dict[str, Any] | None, CompileError | None]:
    """The network for the page's script, or why it is not there."""
    try:
        binary, about = machine(network)
    except CompileError as error:
        return None, error
    if len(binary.code) > MOST_BYTES:
        text = f"the network is {len(binary.code):,} bytes of WebAssembly, too many for a page"
        return None, CompileError(text, help="run it with snn-mlir-run")
    return about, None


def _costs(resources: Resources, nodes: Sequence[NodeView], seen: Activity | None) -> list[Cost]:
    anchors = {node.report.name: node.anchor for node in nodes}
    return [
        Cost(
            layer,
            anchors.get(layer.node),
            layer.least.multiplies + layer.least.adds,
            _on_data(layer, seen),
            layer.most.multiplies + layer.most.adds,
        )
        for layer in resources.layers
    ]


def _on_data(layer: Layer, seen: Activity | None) -> float | None:
    """Operations of a step, if every input that is not 0 costs what it does on average."""
    least = layer.least.multiplies + layer.least.adds
    most = layer.most.multiplies + layer.most.adds
    if seen is None:
        return None
    if not layer.skippable:
        return float(most)
    if layer.node not in seen.active:
        return None
    return least + (most - least) * min(seen.active[layer.node] / layer.skippable, 1.0)


def _thresholds(seen: Activity | None) -> dict[str, float]:
    """By layer, where all neurons have the same."""
    if seen is None or not seen.runs:
        return {}
    return {
        layer["node"]: layer["threshold"]
        for layer in seen.runs[0]["layers"]
        if "threshold" in layer
    }

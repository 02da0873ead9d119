# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The signals of a network that can be recorded, or shown to a macro of the C code."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from snnmlir._mlir import Module
from snnmlir.errors import OptionError, quoted
from snnmlir.nir_import.discretize import NEURONS
from snnmlir.nir_import.graph import CubaLI, CubaLIF, Graph, Input


def recordable(graph: Graph) -> tuple[str, ...]:
    """The names of all signals: of nodes, and of neurons with ".v" and ".i"."""
    names = []
    for name, node in graph.nodes.items():
        if isinstance(node, Input):
            continue
        names.append(name)
        if isinstance(node, NEURONS):
            names.append(f"{name}.v")
        if isinstance(node, CubaLI | CubaLIF):
            names.append(f"{name}.i")
    return tuple(names)


def tappable(loops: Module, graph: Graph) -> tuple[str, ...]:
    """The names of those that are in memory after a layer, in the order of the layers."""
    known = set(recordable(graph))
    return tuple(name for name in loops.signals() if name in known)


def check_taps(taps: Iterable[str], tappable: Collection[str], signals: Collection[str]) -> None:
    """Refuses signals to tap that are not in memory after a layer.

    Args:
        taps: The signals to tap.
        tappable: Those that can be.
        signals: Those that there are.

    Raises:
        OptionError: One cannot be tapped.
    """
    for name in taps:
        if name in tappable:
            continue
        found = (
            "it is folded into another layer, a view of another signal, or not needed"
            if name in signals
            else "there is no such signal"
        )
        raise OptionError(
            f"signal {quoted(name)} cannot be tapped: {found}",
            help="these can: " + ", ".join(map(quoted, tappable)),
        )

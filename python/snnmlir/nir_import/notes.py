# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Collects what the reader assumed, for the user."""

from __future__ import annotations

from snnmlir.errors import quoted

_NAMED = 3


class Notes:
    """Sentences, and the nodes each applies to; the same sentence is given once for all nodes."""

    def __init__(self) -> None:
        self._nodes: dict[str, list[str]] = {}

    def add(self, text: str, node: str | None = None) -> None:
        """Notes `text`, about `node` or about the whole graph."""
        nodes = self._nodes.setdefault(text, [])
        if node is not None:
            nodes.append(node)

    def sentences(self) -> tuple[str, ...]:
        """One sentence per note, such as "'lif1', 'lif2': v_reset is missing and taken as 0"."""
        return tuple(_about(nodes) + text for text, nodes in self._nodes.items())


def _about(nodes: list[str]) -> str:
    if not nodes:
        return ""
    more = f" and {len(nodes) - _NAMED} more" if len(nodes) > _NAMED else ""
    return ", ".join(quoted(name) for name in nodes[:_NAMED]) + more + ": "

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From a NIR file or graph object to a checked, typed, flat `Graph`."""

from __future__ import annotations

from snnmlir.nir_import.graph import Graph, Node
from snnmlir.nir_import.reader import read_graph, read_network

__all__ = ["Graph", "Node", "read_graph", "read_network"]

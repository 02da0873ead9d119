# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A node between its two checks: its parameters are known to be good, its shape is not yet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from snnmlir.nir_import.graph import Node, Shape
from snnmlir.nir_import.params import Params


@dataclass(frozen=True, eq=False, kw_only=True)
class Pending(ABC):
    """What the parameters of a node alone say about its shapes.

    Attributes:
        params: The parameters, for errors and notes.
        rank: Number of dimensions that the input must have, or None if any will do.
        declared_rank: Number of dimensions that the source declares, where any will do.
        input_shape: The input's shape, where the parameters leave no choice.
        fallback: The input's shape to assume when no source of the node has a known shape.
    """

    params: Params
    rank: int | None = None
    declared_rank: int | None = None
    input_shape: Shape | None = None
    fallback: Shape | None = None

    def output_rank(self, rank: int) -> int:
        """Number of dimensions of the output, given that of the input."""
        return rank

    def output_shape(self) -> Shape | None:
        """The output's shape, where the parameters leave no choice."""
        return self.input_shape

    def output_fallback(self) -> Shape | None:
        """The output's shape to assume when nothing else says what it is."""
        return None

    def without_batch(self, count: int) -> Pending:
        """The same node, told that its input lost `count` leading ones."""
        return self

    def accepting(self, shape: Shape) -> Pending:
        """The same node, told that an input of `shape` arrives."""
        return self

    @abstractmethod
    def resolve(self, shape: Shape) -> Node:
        """The finished node for an input of this shape.

        Raises:
            NirError: The node cannot take such an input.
        """

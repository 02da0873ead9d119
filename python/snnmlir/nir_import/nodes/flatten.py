# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Flatten."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from snnmlir.nir_import.graph import Flatten, Shape
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.params import Params, without_leading_ones


@dataclass(frozen=True, eq=False, kw_only=True)
class PendingFlatten(Pending):
    """A Flatten, whose dimensions count from those of `declared` where that is known.

    Attributes:
        batch: Leading ones that were taken off the shape of the network's Input before this node.
    """

    start: int
    end: int
    declared: Shape | None
    batch: int = 0

    def without_batch(self, count: int) -> PendingFlatten:
        """Remembers that dimensions count from `count` before the input's first."""
        return replace(self, batch=count)

    def output_rank(self, rank: int) -> int:
        """`rank`, less the dimensions that vanish."""
        start, end = (d + rank if d < 0 else d for d in (self.start, self.end))
        return rank - max(end - start, 0)

    def resolve(self, shape: Shape) -> Flatten:
        """The node; batch dimensions that only the file knows of are taken off the numbering."""
        extra = self._extra(shape)
        start, end = (
            d + len(shape) if d < 0 else max(d - extra, 0) for d in (self.start, self.end)
        )
        if not 0 <= start <= end < len(shape):
            raise self.params.error(
                f"flattens dimensions {self.start} to {self.end} of an input of shape {shape}, "
                f"expected two of its {len(shape)} dimensions, in order",
                help="count dimensions without the batch",
            )
        if extra:
            self.params.note(
                f"dimensions {self.start} to {self.end} count {extra} leading batch or time "
                f"dimension(s); of the input {shape}, {start} to {end} are flattened"
            )
        whole_map = len(shape) == 3 and (start, end) == (0, 2)
        return Flatten(
            name=self.params.name,
            input_shape=shape,
            output_shape=(*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]),
            start_dim=start,
            end_dim=end,
            order=self.params.flatten_order if whole_map else "chw",
        )

    def _extra(self, shape: Shape) -> int:
        """Number of leading ones in the declared shape that the input does not have."""
        declared = self.declared
        if declared is None:
            return self.batch
        extra = len(declared) - len(shape)
        if extra < 0 or without_leading_ones(declared) != without_leading_ones(shape):
            raise self.params.error(
                f"input_type declares {declared}, but the input has shape {shape}",
                help="declare the shape of one time step; without it, it is inferred",
            )
        return extra


def parse_flatten(params: Params) -> PendingFlatten:
    """Flatten: start_dim and end_dim are both included and may count from the end."""
    params.check_keys(["start_dim", "end_dim"], ["input_type"])
    declared = params.shape("input_type")
    return PendingFlatten(
        params=params,
        declared_rank=len(declared) if declared is not None else None,
        fallback=declared,
        start=params.integer("start_dim"),
        end=params.integer("end_dim"),
        declared=declared,
    )

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Flatten."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from snnmlir.nir_import.graph import Flatten, Shape
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.params import Params, without_leading_ones

# Leading dimensions that exporters count though one step of the data has none of them.
_BATCH_AND_TIME = 2


@dataclass(frozen=True, eq=False, kw_only=True)
class PendingFlatten(Pending):
    """A Flatten, whose dimensions count from those of `declared` where that is known.

    Attributes:
        declared: `input_type` of the source, if it is there; 0 is a size that it leaves open.
        batch: Leading ones that were taken off the shape of the network's Input before this node.
        extra: How many dimensions the numbering counts before the input's first, once decided.
    """

    start: int
    end: int
    declared: Shape | None
    batch: int = 0
    extra: int | None = None

    def without_batch(self, count: int) -> PendingFlatten:
        """Remembers that dimensions count from `count` before the input's first."""
        return replace(self, batch=count)

    def output_rank(self, rank: int) -> int:
        """`rank`, less the dimensions that vanish."""
        start, end = (d + rank if d < 0 else d for d in (self.start, self.end))
        return rank - max(end - start, 0)

    def readings(self, shape: Shape) -> list[PendingFlatten]:
        """The ways to read the numbering: the literal one, and others that are possible.

        Exporters count a batch or time dimension, or both, that the data does not have.
        """
        literal = replace(self, extra=self._extra(shape))
        found = {literal.dims(shape): literal}
        for extra in self._other_extras(literal.extra or 0, possible=literal.is_possible(shape)):
            reading = replace(self, extra=extra)
            found.setdefault(reading.dims(shape), reading)
        found.pop(None, None)
        return list(dict.fromkeys([literal, *found.values()]))

    def _other_extras(self, literal: int, *, possible: bool) -> list[int]:
        """How many dimensions the numbering may count, other than what it counts literally."""
        more = [literal + n for n in range(1, _BATCH_AND_TIME + 1)]
        more = [n for n in more if self.start < 0 or self.start >= n or not possible]
        return [0, *more] if self._is_open() else more

    def dims(self, shape: Shape) -> tuple[int, int] | None:
        """First and last dimension to flatten, if the input has them."""
        extra = self._extra(shape) if self.extra is None else self.extra
        start, end = (
            d + len(shape) if d < 0 else max(d - extra, 0) for d in (self.start, self.end)
        )
        return (start, end) if 0 <= start <= end < len(shape) else None

    def is_possible(self, shape: Shape) -> bool:
        """Whether the input has the dimensions to flatten."""
        return self.dims(shape) is not None

    def sent(self, shape: Shape) -> Shape:
        """The output's shape."""
        start, end = self.dims(shape) or (0, -1)
        return (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])

    def resolve(self, shape: Shape) -> Flatten:
        """The node; dimensions that only the file knows of are taken off the numbering."""
        dims = self.dims(shape)
        if dims is None:
            raise self.params.error(
                f"flattens dimensions {self.start} to {self.end} of an input of shape {shape}, "
                f"expected two of its {len(shape)} dimensions, in order",
                help="count dimensions without the batch",
            )
        start, end = dims
        extra = self._extra(shape) if self.extra is None else self.extra
        if extra:
            self.params.note(
                f"dimensions {self.start} to {self.end} count {extra} leading batch or time "
                f"dimension(s); of the input {shape}, {start} to {end} are flattened"
            )
        whole_map = len(shape) == 3 and (start, end) == (0, 2)
        return Flatten(
            name=self.params.name,
            input_shape=shape,
            output_shape=self.sent(shape),
            start_dim=start,
            end_dim=end,
            order=self.params.flatten_order if whole_map else "chw",
        )

    def _is_open(self) -> bool:
        return self.declared is not None and 0 in self.declared

    def _extra(self, shape: Shape) -> int:
        """Number of leading ones in the declared shape that the input does not have."""
        declared = self.declared
        if declared is None:
            return self.batch
        extra = len(declared) - len(shape)
        if declared and not any(declared):
            return min(max(extra, 0), _BATCH_AND_TIME)
        here = (*[1] * extra, *shape)
        filled = tuple(a or b for a, b in zip(declared, here, strict=False))
        if extra < 0 or without_leading_ones(filled) != without_leading_ones(shape):
            raise self.params.error(
                f"input_type declares {declared}, but the input has shape {shape}",
                help="declare the shape of one time step; without it, it is inferred",
            )
        return extra


def parse_flatten(params: Params) -> PendingFlatten:
    """Flatten: start_dim and end_dim are both included and may count from the end."""
    params.check_keys(["start_dim", "end_dim"], ["input_type"])
    declared = params.shape("input_type", open=True)
    known = declared is not None and 0 not in declared
    return PendingFlatten(
        params=params,
        declared_rank=len(declared) if declared is not None else None,
        fallback=declared if known else None,
        start=params.integer("start_dim"),
        end=params.integer("end_dim"),
        declared=declared,
    )

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Nodes that work element by element: their parameters are broadcast to their input's shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from snnmlir.nir_import.graph import Array, Node, Shape
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.params import Params, collapsed, drop_leading_ones

MATRIX_HELP = (
    "w_in is no matrix of weights: put that into a Linear or Affine before this node, and give "
    "w_in as one number or one for each neuron"
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Elementwise(Pending):
    """A node whose output has the shape of its input."""

    make: Callable[..., Node]
    values: Mapping[str, Array]

    def output_fallback(self) -> Shape | None:
        """What the parameters have together; single numbers say nothing."""
        return self.fallback or None

    def accepting(self, shape: Shape) -> Elementwise:
        """Gives up `input_shape` where it is that of parameters whose values are all equal."""
        if self.input_shape in (None, shape):
            return self
        if not all(_agrees(value, shape) for value in self.values.values()):
            return self
        return replace(self, input_shape=None)

    def is_matrix(self, key: str, inputs: Shape) -> bool:
        """Whether a parameter looks like weights from `inputs` to neurons."""
        return key in self.values and self.values[key].shape[1:] == inputs != ()

    def resolve(self, shape: Shape) -> Node:
        """The node, with each parameter fitted to `shape`."""
        fitted = {key: self._fit(key, value, shape) for key, value in self.values.items()}
        odd = {str(value.shape) for value in self.values.values() if not _fits(value, shape)}
        if odd:
            self.params.note(
                f"parameters of shape {', '.join(sorted(odd))} hold one number, which is taken for "
                f"all neurons, {shape}"
            )
        return self.make(name=self.params.name, input_shape=shape, output_shape=shape, **fitted)

    def _fit(self, key: str, value: Array, shape: Shape) -> Array:
        """One value for all, or an array of exactly `shape`.

        Besides scalars and exact shapes, a value of the same rank with dimensions of size 1 is
        taken, such as (C, 1, 1) for a feature map. Ranks are not padded as NumPy does: (8,) for
        an input of (8, 8, 8) could mean channels or columns. Where all values are equal, that does
        not matter.
        """
        if not _agrees(value, shape):
            raise self.params.error(
                f"{key} has shape {value.shape}, but the input has shape {shape}",
                help=f"give {key} as one number or one per element of the input; one per channel "
                "of a feature map has shape (C, 1, 1)",
            )
        one = collapsed(value)
        if one.ndim == 0:
            return one
        return np.broadcast_to(drop_leading_ones(value, len(shape)), shape)


def _fits(value: Array, shape: Shape) -> bool:
    """Whether an array says by its shape which of its values belongs to which neuron."""
    core = drop_leading_ones(value, len(shape))
    return value.size == 1 or (
        core.ndim == len(shape)
        and all(size in (1, expected) for size, expected in zip(core.shape, shape, strict=True))
    )


def _agrees(value: Array, shape: Shape) -> bool:
    """Whether it does not matter which of its values belongs to which neuron, or is clear."""
    return _fits(value, shape) or (collapsed(value).ndim == 0 and _spreads(value.shape, shape))


def _spreads(small: Shape, shape: Shape) -> bool:
    """Whether there are dimensions in `shape` for all of `small`, in order, or as many elements."""
    left = iter(shape)
    in_order = all(any(size == expected for expected in left) for size in small if size != 1)
    return in_order or math.prod(small) == math.prod(shape)


def elementwise(
    params: Params, make: Callable[..., Node], values: Mapping[str, Array]
) -> Elementwise:
    """A pending element-wise node, with what the shapes of all its parameters say together."""
    together = _together([*values.values()])
    if together is None:
        shapes = ", ".join(f"{key} {value.shape}" for key, value in values.items())
        raise params.error(
            f"the parameters have different shapes: {shapes}",
            help="give each parameter as one number or one per neuron",
        )
    params.checked(together, "the parameters' shape")
    return Elementwise(
        params=params,
        rank=len(together) if together and together[0] != 1 else None,
        input_shape=together if together and 1 not in together else None,
        fallback=together,
        make=make,
        values=values,
    )


def _together(values: Sequence[Array]) -> Shape | None:
    """The shape that the parameters have together, if they agree on one."""
    try:
        return np.broadcast_shapes(*(value.shape for value in values))
    except ValueError:
        largest = max((value.shape for value in values), key=len)
    return largest if all(_agrees(value, largest) for value in values) else None

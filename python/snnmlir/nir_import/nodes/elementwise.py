# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Nodes that work element by element: their parameters are broadcast to their input's shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from snnmlir.nir_import.graph import Array, Node, Shape
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.params import Params, drop_leading_ones


@dataclass(frozen=True, eq=False, kw_only=True)
class Elementwise(Pending):
    """A node whose output has the shape of its input."""

    make: Callable[..., Node]
    values: Mapping[str, Array]

    def output_fallback(self) -> Shape | None:
        """What the parameters have together; single numbers say nothing."""
        return self.fallback or None

    def resolve(self, shape: Shape) -> Node:
        """The node, with each parameter fitted to `shape`."""
        fitted = {key: self._fit(key, value, shape) for key, value in self.values.items()}
        return self.make(name=self.params.name, input_shape=shape, output_shape=shape, **fitted)

    def _fit(self, key: str, value: Array, shape: Shape) -> Array:
        """One value for all, or an array of exactly `shape`.

        Besides scalars and exact shapes, a value of the same rank with dimensions of size 1 is
        taken, such as (C, 1, 1) for a feature map. Ranks are not padded as NumPy does: (8,) for
        an input of (8, 8, 8) could mean channels or columns.
        """
        if value.size == 1:
            return value.reshape(())
        core = drop_leading_ones(value, len(shape))
        fits = core.ndim == len(shape) and all(
            size in (1, expected) for size, expected in zip(core.shape, shape, strict=True)
        )
        if not fits:
            raise self.params.error(
                f"{key} has shape {value.shape}, but the input has shape {shape}",
                help=f"give {key} as one number or one per element of the input",
            )
        if (core == core.flat[0]).all():
            return np.array(core.flat[0])
        return np.broadcast_to(core, shape)


def elementwise(
    params: Params, make: Callable[..., Node], values: Mapping[str, Array]
) -> Elementwise:
    """A pending element-wise node, with what the shapes of all its parameters say together."""
    try:
        together = np.broadcast_shapes(*(value.shape for value in values.values()))
    except ValueError:
        shapes = ", ".join(f"{key} {value.shape}" for key, value in values.items())
        raise params.error(
            f"the parameters have different shapes: {shapes}",
            help="give each parameter as one number or one per neuron",
        ) from None
    params.checked(together, "the parameters' shape")
    return Elementwise(
        params=params,
        rank=len(together) if together and together[0] != 1 else None,
        input_shape=together if together and 1 not in together else None,
        fallback=together,
        make=make,
        values=values,
    )

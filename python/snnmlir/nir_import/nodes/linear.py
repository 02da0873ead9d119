# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Affine, Linear and Scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from snnmlir.nir_import.graph import Affine, Array, Scale, Shape
from snnmlir.nir_import.nodes.elementwise import Elementwise, elementwise
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.params import EXPORT_AGAIN, Params, drop_leading_ones


@dataclass(frozen=True, eq=False, kw_only=True)
class PendingAffine(Pending):
    """An Affine or Linear: the weight's shape [*batch, out, in] says all."""

    weight: Array
    bias: Array | None

    def output_rank(self, rank: int) -> int:
        """That of the weight, less one."""
        return self.weight.ndim - 1

    def output_shape(self) -> Shape:
        """[*batch, out]."""
        return self.weight.shape[:-1]

    def resolve(self, shape: Shape) -> Affine:
        """The node; `shape` is always `input_shape`."""
        return Affine(
            name=self.params.name,
            input_shape=shape,
            output_shape=self.output_shape(),
            weight=self.weight,
            bias=self.bias,
        )


def parse_affine(params: Params) -> PendingAffine:
    """Affine: y = W x + b; a bias that is None is no bias."""
    params.check_keys(["weight", "bias"])
    return _affine(params)


def parse_linear(params: Params) -> PendingAffine:
    """Linear: y = W x."""
    params.check_keys(["weight"])
    return _affine(params)


def parse_scale(params: Params) -> Elementwise:
    """Scale: y = s * x, element by element."""
    params.check_keys(["scale"])
    return elementwise(params, Scale, {"scale": params.weight("scale")})


def _affine(params: Params) -> PendingAffine:
    weight = params.weight("weight")
    if weight.ndim < 2:
        raise params.error(
            f"weight has shape {weight.shape}, expected (out, in)",
            help="an element-wise factor is a Scale",
        )
    *batch, _, size = weight.shape
    shape = (*batch, size)
    params.checked(shape, "the input's shape")
    return PendingAffine(
        params=params,
        rank=len(shape),
        input_shape=shape,
        weight=weight,
        bias=_bias(params, weight, weight.shape[:-1]),
    )


def _bias(params: Params, weight: Array, shape: Shape) -> Array | None:
    bias = params.bias()
    if bias is None:
        return None
    bias = drop_leading_ones(bias, len(shape))
    try:
        np.broadcast_to(bias, shape)
    except ValueError:
        raise params.error(
            f"bias has shape {bias.shape}, expected {shape} for a weight of shape {weight.shape}",
            help=transposed(weight) if bias.shape == weight.shape[-1:] else EXPORT_AGAIN,
        ) from None
    return bias


def transposed(weight: Array) -> str:
    """The help where a weight would fit if it were transposed."""
    return (
        f"the weight of shape {weight.shape} seems to be transposed: NIR has (outputs, inputs), as "
        "PyTorch; JAX and Keras have (inputs, outputs)"
    )

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Conv1d and Conv2d."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from snnmlir.errors import quoted
from snnmlir.nir_import.graph import Array, Conv, Shape
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.nodes.window import both_sides, window_output
from snnmlir.nir_import.params import Params, without_leading_ones


@dataclass(frozen=True, eq=False, kw_only=True)
class PendingConv(Pending):
    """A convolution, whose spatial input size comes from the graph.

    Attributes:
        declared: `input_shape` of the source, spatial dimensions only, if it is there.
    """

    weight: Array
    bias: Array | None
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int
    declared: Shape | None

    def resolve(self, shape: Shape) -> Conv:
        """The node for an input [C_in, *spatial]."""
        channels = self.weight.shape[1] * self.groups
        if len(shape) != self.weight.ndim - 1 or shape[0] != channels:
            spatial = ("length",) if self.weight.ndim == 3 else ("height", "width")
            raise self.params.error(
                f"the input has shape {shape}, expected ({channels}, {', '.join(spatial)})",
                help="feature maps are channels first, without a batch dimension; the weight of "
                f"shape {self.weight.shape} is read as {_order(len(spatial))}",
            )
        self._check_declared(shape)
        output = window_output(
            self.params, shape[1:], self.weight.shape[2:], self.stride, self.padding, self.dilation
        )
        return Conv(
            name=self.params.name,
            input_shape=shape,
            output_shape=self.params.checked((self.weight.shape[0], *output), "the output's shape"),
            weight=self.weight,
            bias=self.bias,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
        )

    def _check_declared(self, shape: Shape) -> None:
        if self.declared is None:
            return
        declared = without_leading_ones(self.declared)
        if declared not in (without_leading_ones(shape[1:]), without_leading_ones(shape)):
            raise self.params.error(
                f"input_shape declares {self.declared}, but the input has shape {shape}",
                help="leave input_shape out, it is inferred; nir itself computes wrong sizes "
                "behind kernels that are not square",
            )


def parse_conv1d(params: Params) -> PendingConv:
    """Conv1d: weight [C_out, C_in/groups, K]."""
    return _parse(params, 1)


def parse_conv2d(params: Params) -> PendingConv:
    """Conv2d: weight [C_out, C_in/groups, K_h, K_w]."""
    return _parse(params, 2)


def _parse(params: Params, dims: int) -> PendingConv:
    params.check_keys(
        ["weight", "bias", "stride", "padding", "dilation", "groups"], ["input_shape"]
    )
    weight = params.weight("weight")
    if weight.ndim != dims + 2:
        raise params.error(f"weight has shape {weight.shape}, expected {_order(dims)}")
    groups = params.integer("groups", minimum=1)
    if weight.shape[0] % groups != 0:
        raise params.error(
            f"groups is {groups}, which does not divide the {weight.shape[0]} output channels"
        )
    stride = params.per_dimension("stride", dims, minimum=1)
    dilation = params.per_dimension("dilation", dims, minimum=1)
    padding = _padding(params, weight.shape[2:], stride, dilation)
    declared = _declared(params, dims)
    return PendingConv(
        params=params,
        rank=dims + 1,
        fallback=(weight.shape[1] * groups, *declared) if declared is not None else None,
        weight=weight,
        bias=_bias(params, weight.shape[0]),
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        declared=declared,
    )


def _order(dims: int) -> str:
    return "(C_out, C_in/groups, K)" if dims == 1 else "(C_out, C_in/groups, K_h, K_w)"


def _declared(params: Params, dims: int) -> Shape | None:
    shape = params.shape("input_shape")
    return shape * dims if shape is not None and len(shape) == 1 else shape


def _bias(params: Params, channels: int) -> Array | None:
    bias = params.bias()
    if bias is None:
        return None
    if bias.size == 1:
        return np.full(channels, bias.flat[0])
    if bias.size == channels and channels in bias.shape:  # such as (C, 1, 1)
        return bias.reshape(channels)
    raise params.error(f"bias has shape {bias.shape}, expected ({channels},)")


def _padding(
    params: Params, kernel: Shape, stride: tuple[int, ...], dilation: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """One (low, high) pair per dimension; 'same' puts an odd element at the high end."""
    text = params.text("padding")
    if text is None:
        return tuple((n, n) for n in both_sides(params, len(kernel)))
    if text == "valid":
        return ((0, 0),) * len(kernel)
    if text != "same":
        raise params.error(f"padding is {quoted(text)}, expected numbers, 'same' or 'valid'")
    if any(s != 1 for s in stride):
        raise params.error(
            f"padding is 'same' with stride {list(stride)}, expected stride 1",
            help="give the padding in numbers",
        )
    total = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    return tuple((n // 2, n - n // 2) for n in total)

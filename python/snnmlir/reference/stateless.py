# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Nodes without state: y(t) is a function of x(t) alone."""

from __future__ import annotations

import math

import numpy as np

from snnmlir.conventions import FlattenOrder
from snnmlir.nir_import.graph import (
    Affine,
    Array,
    Conv,
    Flatten,
    Node,
    Output,
    Pool2d,
    Scale,
    Threshold,
)

STATELESS = (Affine, Conv, Scale, Pool2d, Flatten, Threshold, Output)


def apply(node: Node, x: Array, *, flatten: FlattenOrder = "chw", bias: bool = True) -> Array:
    """The output of a stateless node for one step.

    Args:
        node: One of `STATELESS`.
        x: [*node.input_shape], sum over the incoming edges; the result has its dtype.
        flatten: The order in which Flatten reads a [C, H, W] feature map.
        bias: False leaves the bias of Affine and Conv out.
    """
    match node:
        case Affine():
            return _affine(node, x, bias)
        case Conv():
            return _conv(node, x, bias)
        case Scale():
            return np.asarray(node.scale.astype(x.dtype) * x)
        case Pool2d():
            return _pool(node, x)
        case Flatten():
            return _flatten(node, x, flatten)
        case Threshold():
            return np.asarray(x > node.threshold.astype(x.dtype)).astype(x.dtype)
        case Output():
            return x
    raise TypeError(f"{type(node).__name__} is not a stateless node")


def _affine(node: Affine, x: Array, bias: bool) -> Array:
    y = np.matmul(node.weight.astype(x.dtype), x[..., np.newaxis])[..., 0]
    if bias and node.bias is not None:
        y = y + node.bias.astype(x.dtype)
    return np.asarray(y)


def _conv(node: Conv, x: Array, bias: bool) -> Array:
    kernel = node.weight.shape[2:]
    windows = _windows(x, kernel, node.stride, node.padding, node.dilation)
    spatial = windows.shape[1 : 1 + len(kernel)]
    # [C, *spatial, *kernel] -> [groups, C/groups * kernel, spatial]
    columns = windows.reshape(windows.shape[0], math.prod(spatial), -1).swapaxes(1, 2)
    columns = columns.reshape(node.groups, -1, math.prod(spatial))
    weight = node.weight.astype(x.dtype).reshape(node.groups, -1, columns.shape[1])
    y = np.matmul(weight, columns).reshape(-1, *spatial)
    if bias and node.bias is not None:
        y = y + node.bias.astype(x.dtype).reshape(-1, *(1 for _ in spatial))
    return np.asarray(y)


def _pool(node: Pool2d, x: Array) -> Array:
    rows, columns = node.padding
    padding = ((rows, rows), (columns, columns))
    windows = _windows(x, node.kernel_size, node.stride, padding, (1, 1))
    total = windows.sum(axis=(-2, -1))
    return np.asarray(total / math.prod(node.kernel_size) if node.average else total)


def _windows(
    x: Array,
    kernel: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Array:
    """Windows of a feature map [C, *in], zero outside: [C, *out, *kernel]."""
    padded = np.pad(x, ((0, 0), *padding))
    extent = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
    axes = tuple(range(1, 1 + len(kernel)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, extent, axis=axes)
    every = (slice(None, None, step) for step in (*stride, *dilation))
    return np.asarray(windows[(slice(None), *every)])


def _flatten(node: Flatten, x: Array, order: FlattenOrder) -> Array:
    whole_map = x.ndim == 3 and node.start_dim == 0 and node.end_dim == 2
    if order == "hwc" and whole_map:
        x = np.transpose(x, (1, 2, 0))
    return x.reshape(node.output_shape)

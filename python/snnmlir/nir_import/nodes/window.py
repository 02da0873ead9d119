# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sizes of what moves a window over a feature map: convolutions and pools."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from snnmlir.nir_import.graph import Shape
from snnmlir.nir_import.params import Params


def both_sides(params: Params, dims: int) -> tuple[int, ...]:
    """The parameter `padding`: how many zeros there are on each of the two sides, by dimension.

    Raises:
        NirError: It says something else, such as another number for each side.
    """
    value = params.raw.params.get("padding")
    if isinstance(value, np.ndarray) and (value.ndim == 2 or value.shape == (2 * dims,)):
        raise params.error(
            f"padding has shape {value.shape} and seems to be asymmetric, a number for each side, "
            f"expected one for each of {dims} dimension(s)",
            help="NIR pads both sides alike: pad both by the larger number, and give the kernel "
            "rows or columns of zeros on the side that needs less",
        )
    return params.per_dimension("padding", dims, minimum=0)


def window_output(
    params: Params,
    size: Shape,
    kernel: Shape,
    stride: Sequence[int],
    padding: Sequence[tuple[int, int]],
    dilation: Sequence[int],
) -> Shape:
    """Number of positions of the window in each spatial dimension.

    floor((size + low + high - dilation * (kernel - 1) - 1) / stride) + 1, as in PyTorch.

    Raises:
        NirError: The window is larger than the padded input.
    """
    output = []
    for n, k, s, (low, high), d in zip(size, kernel, stride, padding, dilation, strict=True):
        extent = d * (k - 1) + 1
        if extent > n + low + high:
            raise params.error(
                f"the kernel spans {extent} elements, but the input has {n + low + high} with "
                f"padding (kernel {kernel}, dilation {tuple(dilation)}, input {size})",
                help="use a smaller kernel or more padding",
            )
        output.append((n + low + high - extent) // s + 1)
    return tuple(output)

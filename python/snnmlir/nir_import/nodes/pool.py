# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SumPool2d and AvgPool2d."""

from __future__ import annotations

from dataclasses import dataclass

from snnmlir.nir_import.graph import Pool2d, Shape
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.nodes.window import both_sides, window_output
from snnmlir.nir_import.params import Params


@dataclass(frozen=True, eq=False, kw_only=True)
class PendingPool(Pending):
    """A pool, whose parameters say nothing of sizes."""

    average: bool
    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]

    def resolve(self, shape: Shape) -> Pool2d:
        """The node for an input [C, H, W]."""
        if len(shape) != 3:
            raise self.params.error(
                f"the input has shape {shape}, expected (channels, height, width)",
                help="feature maps are channels first, without a batch dimension",
            )
        low_high = tuple((n, n) for n in self.padding)
        output = window_output(
            self.params, shape[1:], self.kernel_size, self.stride, low_high, (1, 1)
        )
        return Pool2d(
            name=self.params.name,
            input_shape=shape,
            output_shape=self.params.checked((shape[0], *output), "the output's shape"),
            average=self.average,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
        )


def parse_sum_pool(params: Params) -> PendingPool:
    """SumPool2d."""
    return _parse(params, average=False)


def parse_avg_pool(params: Params) -> PendingPool:
    """AvgPool2d."""
    return _parse(params, average=True)


def _parse(params: Params, *, average: bool) -> PendingPool:
    params.check_keys(["kernel_size", "stride", "padding"])
    return PendingPool(
        params=params,
        rank=3,
        average=average,
        kernel_size=_pair(params.per_dimension("kernel_size", 2, minimum=1)),
        stride=_pair(params.per_dimension("stride", 2, minimum=1)),
        padding=_pair(both_sides(params, 2)),
    )


def _pair(numbers: tuple[int, ...]) -> tuple[int, int]:
    vertical, horizontal = numbers
    return vertical, horizontal

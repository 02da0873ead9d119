# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Input and Output of the whole network."""

from __future__ import annotations

from dataclasses import dataclass

from snnmlir.nir_import.graph import Input, Output, Shape
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.params import Params, without_leading_ones


@dataclass(frozen=True, eq=False, kw_only=True)
class PendingInput(Pending):
    """An Input, whose declared shape may have batch and time dimensions in front."""

    declared: Shape

    def leading(self) -> int:
        """Number of dimensions that may be batch and time."""
        ones = len(self.declared) - len(without_leading_ones(self.declared))
        return max(ones, 1) if self.params.time_first else ones

    def resolve(self, shape: Shape) -> Input:
        """Takes `shape`, which is the declared one without some of its leading dimensions."""
        if shape != self.declared:
            self.params.note(_taken_as(self.declared, shape))
        return Input(name=self.params.name, input_shape=shape, output_shape=shape)


@dataclass(frozen=True, eq=False, kw_only=True)
class PendingOutput(Pending):
    """An Output, whose declared shape may be missing, or have leading ones more or less."""

    declared: Shape | None

    def resolve(self, shape: Shape) -> Output:
        """Takes the shape of what arrives, unless that contradicts the declared one."""
        declared = self.declared
        if declared is not None and declared != shape:
            inner = declared[1:] if self.params.time_first else declared
            if without_leading_ones(shape) not in map(without_leading_ones, (declared, inner)):
                raise self.params.error(
                    f"declares shape {declared}, but what arrives has shape {shape}",
                    help="declare the shape of one time step, without batch and time dimensions",
                )
            self.params.note(_taken_as(declared, shape))
        return Output(name=self.params.name, input_shape=shape, output_shape=shape)


def _taken_as(declared: Shape, shape: Shape) -> str:
    leading = "ones" if without_leading_ones(declared) == without_leading_ones(shape) else "numbers"
    return (
        f"the declared shape {declared} is taken as {shape}, its leading {leading} as batch and "
        "time"
    )


def parse_input(params: Params) -> PendingInput:
    """Input: the declared shape is needed."""
    params.check_keys(["shape"])
    shape = params.shape("shape")
    if shape is None:
        raise params.error(
            "declares no shape", help="give the shape of one time step, nir.Input({'input': ...})"
        )
    return PendingInput(params=params, declared=shape, fallback=shape)


def parse_output(params: Params) -> PendingOutput:
    """Output: the declared shape is only compared."""
    params.check_keys([], ["shape"])
    shape = params.shape("shape")
    return PendingOutput(
        params=params,
        declared_rank=len(shape) if shape is not None else None,
        fallback=shape,
        declared=shape,
    )

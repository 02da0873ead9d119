# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The machines that C can be made for, and what of the lowering depends on them.

The C compiles and computes the same everywhere, whatever was named: a target says which forms of a
layer are worth their code.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class TargetDescription:
    """What the passes are told of a machine.

    Attributes:
        block_outputs: How many sums of a synapse are in registers while all events are visited; 0
            where rows are added to sums in memory instead, as vectors and caches want it.
        rows: Whether the C has both forms, and its compiler takes one.
        flipped_signs: Whether weights of blocks are stored with their sign bit flipped: where no
            instruction extends the signs of two bytes.
    """

    block_outputs: int = 16
    rows: bool = True
    flipped_signs: bool = False

    @property
    def pipeline_options(self) -> str:
        """As the pipelines snn-to-linalg and snn-to-loops take them."""
        return (
            f"block-outputs={self.block_outputs} rows={int(self.rows)} "
            f"flipped-signs={int(self.flipped_signs)}"
        )


_DSP = TargetDescription(rows=False)
_SCALAR = TargetDescription(rows=False, flipped_signs=True)
_ROWS = TargetDescription(block_outputs=0)

TARGETS = MappingProxyType(
    {
        "generic": TargetDescription(),
        "cortex-m0": TargetDescription(block_outputs=8, rows=False, flipped_signs=True),
        "cortex-m3": _SCALAR,
        "cortex-m4": _DSP,
        "cortex-m7": _DSP,
        "cortex-m33": _DSP,
        "cortex-m55": _ROWS,
        "rv32imac": TargetDescription(block_outputs=32, rows=False, flipped_signs=True),
        "avr": _ROWS,
        "x86-64": _ROWS,
        "aarch64": _ROWS,
    }
)
"""By name; "generic" is what is compiled for unless another is named."""

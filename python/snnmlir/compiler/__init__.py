# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The compiler as a Python object: from a NIR file or graph to C, MLIR, or results."""

from snnmlir.common.kinds import DTYPES, Dtype
from snnmlir.common.targets import TARGETS
from snnmlir.compiler.compile import Source, compile
from snnmlir.compiler.network import Network
from snnmlir.compiler.options import Optimize, Options, Scales, States
from snnmlir.compiler.quantize import Bound
from snnmlir.compiler.stages import Placement, Stage
from snnmlir.execution.ports import Port

__all__ = [
    "DTYPES",
    "TARGETS",
    "Bound",
    "Dtype",
    "Network",
    "Optimize",
    "Options",
    "Placement",
    "Port",
    "Scales",
    "Source",
    "Stage",
    "States",
    "compile",
]

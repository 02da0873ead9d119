# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What C is made for: processors, and accelerators that are described in a file."""

from snnmlir.targets.description import HostModel, Kernel, Memory, Target
from snnmlir.targets.load import TargetLike, load_target, target_names

__all__ = ["HostModel", "Kernel", "Memory", "Target", "TargetLike", "load_target", "target_names"]

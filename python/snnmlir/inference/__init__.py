# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Finds the convention of a network from what its framework computed."""

from snnmlir.inference.infer import Difference, Inference, Open, infer

__all__ = ["Difference", "Inference", "Open", "infer"]

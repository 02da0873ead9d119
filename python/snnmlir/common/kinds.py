# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a network and a package can be, for those who only name it: the commands' help."""

from typing import Literal, TypeAlias, get_args

Dtype: TypeAlias = Literal["f32", "f64", "int8", "int16", "int4", "int2", "fixed"]

DTYPES: tuple[Dtype, ...] = get_args(Dtype)

PACKAGES = ("cmake", "arduino", "platformio", "zephyr", "esp-idf", "cmsis-pack", "micropython")

METRICS = ("accuracy", "confusion", "recall", "rates")
DECISIONS = ("most-spikes", "largest-sum", "last-value", "largest-peak", "first-spike")
"""What is measured of a data set, and how an output decides; snnmlir.evaluation has them."""

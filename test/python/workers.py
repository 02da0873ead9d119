# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What tests send to other processes, which find it by this module's name."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np

from snnmlir.execution import runner


def libraries_here(_: object = None) -> int:
    """How many networks this process has built."""
    return len(runner._libraries)


def leave(_: object) -> None:
    """Ends the process without a word."""
    os._exit(1)


class Samples:
    """A metric: the numbers of the samples, and the processes that ran them."""

    name = "samples"
    signals = ()

    def of_sample(self, outcome: Any) -> tuple[int, int]:
        return outcome.index, os.getpid()

    def of_all(self, values: Any, classes: Any) -> list[int]:
        return [index for index, _ in values]


class WithProcesses(Samples):
    """The same, and which processes there were."""

    name = "processes"

    def of_all(self, values: Any, classes: Any) -> Any:
        return super().of_all(values, classes), sorted({process for _, process in values})


class KillOnce(Samples):
    """The same, which kills the first worker that comes to a sample, as a lack of memory does."""

    def __init__(self, index: int, mark: Path) -> None:
        self._index = index
        self._mark = mark

    def of_sample(self, outcome: Any) -> tuple[int, int]:
        if outcome.index == self._index:
            try:
                self._mark.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().of_sample(outcome)


class KillAlways(KillOnce):
    """The same to all workers that come to the sample."""

    def of_sample(self, outcome: Any) -> tuple[int, int]:
        if outcome.index == self._index:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().of_sample(outcome)


def last_half(readout: np.ndarray) -> np.ndarray:
    """A decision: the sum over the last half of the steps."""
    return readout[len(readout) // 2 :].sum(0)

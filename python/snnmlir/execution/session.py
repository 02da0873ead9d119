# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A network that is stepped by hand, as a program on the target steps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snnmlir.errors import OptionError, quoted
from snnmlir.execution.arrays import as_array
from snnmlir.execution.ports import Port, Sample, Signals, alone
from snnmlir.execution.runner import Executable, Run


class Session:
    """The C of a network with memory of its own, which `step` advances. Made by `Network.start`.

    Sessions of one network do not know of each other. One session is for one thread at a time.

    Attributes:
        steps: Steps since the start or the last `reset`.
    """

    def __init__(self, executable: Executable) -> None:
        self._run = Run(executable)
        self.steps = 0

    def step(self, x: Any) -> Signals:
        """One step.

        Args:
            x: [*input shape], or such an array for each input by name.

        Returns:
            [*output shape]; a dictionary by name if there are several outputs.

        Raises:
            OptionError: `x` has the wrong shape, or holds other values than the network takes.
        """
        ports = self._run.executable.inputs
        if isinstance(x, Mapping):
            known = {port.name: port for port in ports}
            one: Sample = {
                name: _one_step(value, known[name]) if name in known else value
                for name, value in x.items()
            }
        else:
            one = _one_step(x, ports[0]) if len(ports) == 1 else x
        found = self._run.run(one)
        self.steps += 1
        return alone({name: signal[0] for name, signal in found.items()})

    def run(self, x: Sample) -> Signals:
        """Several steps at once, from the present state on.

        Args:
            x: [T, *input shape], or such an array for each input by name.

        Returns:
            [T, *output shape]; a dictionary by name if there are several outputs.

        Raises:
            OptionError: As `step` does.
        """
        found = self._run.run(x)
        self.steps += len(next(iter(found.values())))
        return alone(found)

    def reset(self) -> None:
        """Back to the state before the first step."""
        self._run.reset()
        self.steps = 0


def _one_step(value: Any, port: Port) -> Any:
    array = as_array(value, f"input {quoted(port.name)}")
    if array.shape != port.shape:
        raise OptionError(
            f"input {quoted(port.name)} has shape {list(array.shape)}, expected that of one step, "
            f"{list(port.shape)}",
            help="step takes one step; run takes several, [T, ...]",
        )
    return array[None]

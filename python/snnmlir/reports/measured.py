# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a network took where it ran, layer by layer and list by list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from snnmlir.boards.places import BoardResult, connected
from snnmlir.common.tables import table
from snnmlir.compiler import Network
from snnmlir.execution.ports import Sample


@dataclass(frozen=True)
class Amount:
    """What a part of a step took in all steps of all samples.

    Attributes:
        name: "step", or what a layer or a list of events is called in C.
        mean: In the unit of the measurement.
        most: In one step.
    """

    name: str
    mean: float
    most: int


@dataclass(frozen=True)
class Measured:
    """What a network took where it ran.

    Attributes:
        place: Where: "qemu:cortex-m4f".
        steps: How many, of all samples.
        samples: How many.
        unit: "instructions", "cycles", or "ticks" of a board's own counter; None if nothing was
            counted.
        step: A whole step; None if nothing was counted.
        layers: The calls in a step, in their order, where the network was compiled with `profile`.
        lists: How many events there were in each list, likewise.
        stack: Bytes of stack that a step used at most; None if the board cannot say.
        memory: Bytes of the network's struct there.
    """

    place: str
    steps: int
    samples: int
    unit: str | None
    step: Amount | None
    layers: tuple[Amount, ...]
    lists: tuple[Amount, ...]
    stack: int | None
    memory: int

    def __str__(self) -> str:
        plural = "s" if self.samples != 1 else ""
        lines = [f"on {self.place}: {self.steps} steps, {self.samples} sample{plural}"]
        if self.step is None:
            lines.append("what a step takes is not counted there")
        else:
            rows = [_row("step", self.step)]
            rows += [_row(f"layer {layer.name}", layer) for layer in self.layers]
            lines += table(["", f"{self.unit}, mean", "at most"], rows)
            if self.layers:
                lines.append("the step is longer by what measures the layers in it")
        if self.lists:
            rows = [
                [f"list {found.name}", f"{found.mean:,.1f}", f"{found.most:,}"]
                for found in self.lists
            ]
            lines += table(["", "events, mean", "at most"], rows)
        if self.stack is not None:
            lines.append(f"stack of a step: {self.stack:,} bytes")
        lines.append(f"memory of the network: {self.memory:,} bytes")
        return "\n".join(lines) + "\n"


def _row(name: str, amount: Amount) -> list[str]:
    return [name, f"{amount.mean:,.0f}", f"{amount.most:,}"]


def summed_up(place: str, result: BoardResult, steps: int) -> Measured:
    """The numbers of a run, over all its steps.

    Args:
        place: Where it was.
        result: What came back.
        steps: How many steps these are.
    """
    whole = _amounts({"step": result.counts}) if result.unit is not None else ()
    return Measured(
        place,
        steps,
        len(result.samples),
        result.unit,
        whole[0] if whole else None,
        _amounts(result.layers),
        _amounts(result.events),
        result.stack,
        result.memory,
    )


def measured(place: str, network: Network, samples: Sequence[Sample]) -> Measured:
    """Runs a network where it will live, for what it takes there.

    Args:
        place: As for `run_on`.
        network: With `profile` also its layers are measured, and the events of its lists counted.
        samples: As for `run_on`.

    Raises:
        OptionError: As `run_on` does.
        BoardError: As `run_on` does.
    """
    quiet = network.tapped((), profile=network.options.profile)
    with connected(place, quiet) as board:
        result = board.run(samples)
    steps = sum(len(next(iter(found.values()))) for found in result.integers)
    return summed_up(place, result, steps)


def _amounts(
    counts: Mapping[str, Sequence[npt.NDArray[np.int64]]],
) -> tuple[Amount, ...]:
    found = {name: np.concatenate(parts) for name, parts in counts.items() if len(parts)}
    return tuple(
        Amount(name, float(values.mean()), int(values.max()))
        for name, values in found.items()
        if len(values)
    )

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An inference in words and in JSON, conventions as flags."""

from __future__ import annotations

import dataclasses
from typing import Any

from snnmlir.cli.flags import convention_arguments
from snnmlir.errors import quoted
from snnmlir.inference import Inference, Open


def describe(inference: Inference) -> list[str]:
    """What was found, a sentence each."""
    compared = f"{inference.steps} steps, {inference.entries} entries"
    tried = f"{inference.tried} conventions were tried"
    if inference.exact:
        lines = [
            f"this convention reproduces every entry of the recording ({compared}; {tried}):",
            f"  {convention_arguments(inference.convention)}",
        ]
        if inference.undetermined:
            lines.append("the recording does not determine:")
            lines += [f"  {_with_flags(choice)}" for choice in inference.undetermined]
    else:
        lines = [f"no convention reproduces the recording ({compared}; {tried}); the nearest:"]
        for convention, difference in inference.nearest:
            lines += [f"  {difference}:", f"    {convention_arguments(convention)}"]
    return [*lines, *(f"note: {note}" for note in inference.notes)]


def advice(inference: Inference) -> str:
    """What to do where nothing is exact."""
    if inference.lost is not None:
        return (
            f"all layers before node {quoted(inference.lost)} agree with the recording, and no "
            "choice makes this one do so: the file does not hold what the framework computes "
            "there, such as a bias, recurrent weights, a residual or graded spikes"
        )
    if inference.differing <= 3:
        return "one or a few entries may be damaged: record the network again"
    return (
        "the file may have lost what the framework computes, such as a bias, a residual or graded "
        "spikes; record the signals of the layers, too, by node name, to see which layer it is"
    )


def as_dict(inference: Inference) -> dict[str, Any]:
    """The inference as JSON's types."""
    return {
        "exact": inference.exact,
        "arguments": convention_arguments(inference.convention),
        "convention": inference.convention.records(),
        "differing": inference.differing,
        "entries": inference.entries,
        "steps": inference.steps,
        "tried": inference.tried,
        "lost": inference.lost,
        "first": dataclasses.asdict(inference.first) if inference.first else None,
        "undetermined": [
            dataclasses.asdict(_with_flags(choice)) for choice in inference.undetermined
        ],
        "nearest": [
            {"arguments": convention_arguments(c), "difference": dataclasses.asdict(d)}
            for c, d in inference.nearest
        ],
        "notes": list(inference.notes),
    }


def _with_flags(choice: Open) -> Open:
    """Whole conventions as options of the commands."""
    if choice.choice != "convention":
        return choice
    others = tuple(map(convention_arguments, choice.others))
    return dataclasses.replace(choice, chosen=convention_arguments(choice.chosen), others=others)

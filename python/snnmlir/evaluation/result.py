# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What an evaluation found: as text, JSON, CSV or arrays."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.common.files import pack_arrays, write_files
from snnmlir.common.tables import printable, table
from snnmlir.errors import OptionError, quoted

SUFFIXES = (".json", ".csv", ".npz")
_SHOWN = 20
"""Classes up to which all are printed, and the confusion matrix."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """The decisions of a network on a data set, and what was measured.

    Attributes:
        dtype: The network's type.
        readout: The signal that decides.
        decision: The rule that it decides by.
        classes: The names of the classes, K.
        names: What the data set calls the samples, N; None where it does not.
        steps: The number of steps of each sample, [N].
        labels: The classes that they are of, [N]; None without labels.
        decisions: The classes that were decided for, [N].
        scores: What was decided by, [N, K].
        metrics: What was measured, by the metric's name.
    """

    dtype: str
    readout: str
    decision: str
    classes: tuple[str, ...]
    names: tuple[str | None, ...]
    steps: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64] | None
    decisions: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    metrics: dict[str, Any]

    @property
    def samples(self) -> int:
        """Number of samples, N."""
        return len(self.decisions)

    @property
    def ties(self) -> int:
        """Samples in which several classes have the greatest score; the first of them was taken."""
        best = self.scores == self.scores.max(1, keepdims=True)
        return int(np.sum(best.sum(1) > 1))

    @property
    def accuracy(self) -> float:
        """The part of the samples that were recognized.

        Raises:
            OptionError: There are no labels.
        """
        if self.labels is None:
            raise OptionError("there is no accuracy without labels", help="give labels")
        return float(np.mean(self.labels == self.decisions))

    def __str__(self) -> str:
        lines = [
            f"{self.samples} samples, {int(self.steps.sum())} steps in {self.dtype}; "
            f"{printable(self.readout)} decides by {self.decision}"
        ]
        if self.ties:
            lines.append(f"ties, the first class taken: {self.ties}")
        if self.labels is not None:
            right = int(np.sum(self.labels == self.decisions))
            lines.append(f"accuracy: {100 * self.accuracy:.2f} %, {right} of {self.samples}")
        blocks = ["\n".join(lines)]
        if classes := self._classes_table():
            blocks.append("\n".join(classes))
        for name, value in self.metrics.items():
            if name not in ("accuracy", "confusion", "recall"):
                blocks.append("\n".join(_metric_lines(name, value)))
        return "\n\n".join(blocks)

    def _classes_table(self) -> list[str]:
        """Recall and confusion of each class, as far as they were measured."""
        recall, confusion = self.metrics.get("recall"), self.metrics.get("confusion")
        if len(self.classes) > _SHOWN:
            confusion = None
        if recall is None and confusion is None:
            return []
        numbers = [str(k) for k in range(len(self.classes))]
        titles = ["class"]
        rows = [
            [number if number == name else f"{number} {printable(name)}"]
            for number, name in zip(numbers, self.classes, strict=True)
        ]
        if recall is not None:
            titles.append("recall")
            for row, value in zip(rows, recall.values(), strict=True):
                row.append("" if value is None else f"{100 * value:.2f} %")
            if len(self.classes) > _SHOWN:  # then those without samples say nothing
                rows = [row for row in rows if row[-1]]
        if confusion is not None:
            titles += numbers
            for row, counts in zip(rows, confusion, strict=True):
                row += [str(count) if count else "." for count in counts]
        return table(titles, rows)

    def as_json(self) -> dict[str, Any]:
        """The same as an object of JSON; docs/evaluation.md says what is in it."""
        return {
            "dtype": self.dtype,
            "readout": self.readout,
            "decision": self.decision,
            "classes": list(self.classes),
            "samples": self.samples,
            "ties": self.ties,
            "metrics": {name: _plain(value) for name, value in self.metrics.items()},
            "names": list(self.names) if any(self.names) else None,
            "steps": self.steps.tolist(),
            "labels": None if self.labels is None else self.labels.tolist(),
            "decisions": self.decisions.tolist(),
        }

    def as_csv(self) -> str:
        """A line for each sample, with its scores."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(
            ["sample", "name", "steps", "label", "decision", *(f"score {c}" for c in self.classes)]
        )
        for k in range(self.samples):
            label = "" if self.labels is None else self.classes[self.labels[k]]
            decision = self.classes[self.decisions[k]]
            scores = [_number(score) for score in self.scores[k].tolist()]
            writer.writerow([k, self.names[k] or "", self.steps[k], label, decision, *scores])
        return text.getvalue()

    def as_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The same as arrays; metrics that are numbers or arrays are "metric.NAME"."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "classes": np.array(self.classes),
            "steps": self.steps,
            "decisions": self.decisions,
            "scores": self.scores,
        }
        if any(self.names):
            arrays["names"] = np.array([name or "" for name in self.names])
        if self.labels is not None:
            arrays["labels"] = self.labels
        for name, value in self.metrics.items():
            values = list(value.values()) if isinstance(value, dict) else value
            array = (
                np.array([math.nan if v is None else v for v in values])
                if isinstance(values, list)
                else np.asarray(values)
            )
            if array.dtype.kind in "biuf":
                arrays[f"metric.{name}"] = array
        return arrays

    def as_file(self, path: str | os.PathLike[str]) -> bytes:
        """What `write` writes.

        Raises:
            OptionError: The name does not say which format.
        """
        suffix = check_suffix(Path(path))
        if suffix == ".npz":
            return pack_arrays(self.as_arrays())
        return (self.as_csv() if suffix == ".csv" else _json_text(self.as_json())).encode()

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes a .json, .csv or .npz file, complete or not at all.

        Raises:
            OptionError: The name does not say which format, or has no folder.
            OSError: The file cannot be written.
        """
        write_files({Path(path): self.as_file(path)})


def check_suffix(path: Path) -> str:
    """The format of a file of results.

    Raises:
        OptionError: There is no such format.
    """
    if path.suffix not in SUFFIXES:
        raise OptionError(
            f"results cannot be written to {quoted(path.name)}",
            help="end its name in .json, .csv or .npz",
        )
    return path.suffix


def _json_text(content: dict[str, Any]) -> str:
    """An object of JSON with a line for each key; lists have as many elements as samples."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _metric_lines(name: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        rows = [[printable(str(key)), _shown(number)] for key, number in value.items()]
        return table((name, ""), rows) if rows else [f"{name}: nothing"]
    return [f"{name}: {_shown(value)}"]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _plain(value: Any) -> Any:
    """A value as JSON has it; numbers that are not finite are null."""
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

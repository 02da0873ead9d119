# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is measured of a data set; the protocol of a metric, and the ones that there are.

A metric of one's own is a class with the members of `Metric`. It need not inherit anything:

    class Latency:
        name = "latency"
        signals = ()

        def of_sample(self, outcome):
            spikes = outcome.readout.any(axis=1)
            return int(spikes.argmax()) if spikes.any() else None

        def of_all(self, values, classes):
            return float(np.mean([v for v in values if v is not None]))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.errors import OptionError

Signal: TypeAlias = npt.NDArray[Any]
Classes: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a network made of one sample.

    Attributes:
        index: The number of the sample, from 0.
        name: What the data set calls it, if it does.
        label: The class that it is of; None without labels.
        decision: The class that was decided for.
        scores: What was decided by, [K].
        steps: Number of steps, T.
        readout: What the decision was made of, [T, K].
        signals: Outputs, and what the metric's `signals` asks for, by name: [T, *shape].
    """

    index: int
    name: str | None
    label: int | None
    decision: int
    scores: npt.NDArray[np.float64]
    steps: int
    readout: Signal
    signals: Mapping[str, Signal]


class Metric(Protocol):
    """Something that is measured of each sample, and joined for all of them.

    Attributes:
        name: Its key in `Evaluation.metrics`.
        signals: Signals to record beside the outputs: nodes, neurons with ".v" or ".i", or "spikes"
            for all nodes that spike. Recording takes a second run of each sample, so that the
            outputs stay those of the network without it.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def signals(self) -> tuple[str, ...]: ...  # noqa: D102

    def of_sample(self, outcome: Outcome) -> Any:
        """What is kept of a sample, something small; called by the worker that ran it."""

    def of_all(self, values: Sequence[Any], classes: Sequence[str]) -> Any:
        """The result: numbers, texts, None, lists, dictionaries or arrays of numbers.

        Args:
            values: What `of_sample` gave, in the order of the samples.
            classes: The names of the classes.
        """


class OfLabels:
    """Metrics that need no more than labels and decisions; these are compared for all at once."""

    signals: tuple[str, ...] = ()

    def of_sample(self, outcome: Outcome) -> tuple[int, int]:
        """Label and decision.

        Raises:
            OptionError: There is no label.
        """
        if outcome.label is None:
            raise OptionError("the sample has no label", help="leave out metrics of labels")
        return outcome.label, outcome.decision

    def of_all(self, values: Sequence[tuple[int, int]], classes: Sequence[str]) -> Any:
        """The result."""
        pairs = np.asarray(values, np.int64).reshape(-1, 2)
        return self.of_labels(pairs[:, 0], pairs[:, 1], classes)

    def of_labels(self, labels: Classes, decisions: Classes, classes: Sequence[str]) -> Any:
        """The result, of [N] labels and decisions."""
        raise NotImplementedError


class Accuracy(OfLabels):
    """The part of the samples that were recognized, from 0 to 1."""

    name = "accuracy"

    def of_labels(self, labels: Classes, decisions: Classes, classes: Sequence[str]) -> float:
        """The number."""
        return float(np.mean(labels == decisions))


class Confusion(OfLabels):
    """How many samples of a class (row) were taken for which class (column)."""

    name = "confusion"

    def of_labels(self, labels: Classes, decisions: Classes, classes: Sequence[str]) -> Classes:
        """The matrix, [K, K]."""
        matrix = np.zeros((len(classes), len(classes)), np.int64)
        np.add.at(matrix, (labels, decisions), 1)
        return matrix


class Recall(OfLabels):
    """The part of each class's samples that were recognized, None of a class without samples."""

    name = "recall"

    def of_labels(
        self, labels: Classes, decisions: Classes, classes: Sequence[str]
    ) -> dict[str, float | None]:
        """The numbers, by class."""
        matrix = Confusion().of_labels(labels, decisions, classes)
        counts = matrix.sum(1)
        return {
            name: float(matrix[k, k] / counts[k]) if counts[k] else None
            for k, name in enumerate(classes)
        }


class Rates:
    """Spikes per neuron and step of each node that spikes, over all samples."""

    name = "rates"
    signals = ("spikes",)

    def of_sample(self, outcome: Outcome) -> dict[str, tuple[int, int]]:
        """Spikes, and neurons times steps, by node."""
        return {
            name: (int(signal.sum(dtype=np.int64)), signal.size)
            for name, signal in outcome.signals.items()
        }

    def of_all(
        self, values: Sequence[dict[str, tuple[int, int]]], classes: Sequence[str]
    ) -> dict[str, float]:
        """The rates, by node."""
        return {
            name: sum(value[name][0] for value in values) / sum(value[name][1] for value in values)
            for name in values[0]
        }


METRICS: dict[str, type[Accuracy | Confusion | Recall | Rates]] = {
    kind.name: kind for kind in (Accuracy, Confusion, Recall, Rates)
}
OF_LABELS = ("accuracy", "confusion", "recall")
"""What is measured where labels are known and nothing else is asked for."""


def metric_for(metric: str | Metric) -> Metric:
    """The metric of a name, or the metric itself.

    Raises:
        OptionError: There is none of that name, or something is missing in it.
    """
    if isinstance(metric, str):
        if metric not in METRICS:
            raise OptionError(
                f"there is no metric {metric!r}", help="there are " + ", ".join(METRICS)
            )
        return METRICS[metric]()
    missing = [
        key for key in ("name", "signals", "of_sample", "of_all") if not hasattr(metric, key)
    ]
    if isinstance(metric, type) or missing:
        what = "a class" if isinstance(metric, type) else f"without {', '.join(missing)}"
        raise OptionError(
            f"the metric {metric!r} is {what}, expected an object with name, signals, of_sample "
            "and of_all",
            help="snnmlir.Metric says what they are",
        )
    return metric

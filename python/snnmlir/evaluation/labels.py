# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Labels as data sets have them, as numbers of classes."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from snnmlir.errors import OptionError, quoted
from snnmlir.execution.arrays import as_array


def class_of(label: Any, classes: Sequence[str], *, named: bool) -> int:
    """The number of the class that a label means: a number, a name, or one 1 among 0s.

    Args:
        label: The label.
        classes: The names of the classes, as many as the readout has elements.
        named: Whether the names are the user's.

    Raises:
        OptionError: It is none of these.
    """
    if isinstance(label, bytes | np.bytes_):
        label = label.decode("utf-8", "replace")
    if isinstance(label, str | np.str_):
        if named and label in classes:
            return classes.index(label)
        if label.strip().lstrip("-").isdecimal():
            label = int(label)
        else:
            raise OptionError(
                f"the label is {quoted(label)}"
                + (f", expected one of {', '.join(classes)}" if named else ", expected a number"),
                help="give classes, the names in the order of the readout's elements",
            )
    if isinstance(label, int | np.integer) and 0 <= label < len(classes):
        return int(label)
    array = as_array(label, "the label")
    if array.size == 1:
        array = array.reshape(())
    elif array.shape == (len(classes),) and np.sum(array != 0) == 1 and np.max(array) == 1:
        array = np.asarray(np.argmax(array))  # one-hot
    number = math.nan if array.shape or array.dtype.kind not in "biuf" else float(array)
    if number != number or number != int(number) or not 0 <= number < len(classes):
        raise OptionError(
            f"the label is {_shown(label)}, expected a class from 0 to {len(classes) - 1}: the "
            f"readout has {len(classes)} elements",
            help="labels count classes from 0, one for each element of the readout; another "
            "readout has another number of them",
        )
    return int(number)


def _shown(label: Any) -> str:
    return " ".join(str(label).split())[:60]


def check_classes(classes: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """The names of the classes; "0", "1", ... where there are none.

    Raises:
        OptionError: There are more or fewer than the readout's elements, or two of a name.
    """
    if classes is None:
        return tuple(map(str, range(count)))
    names = tuple(map(str, classes))
    if len(names) != count:
        raise OptionError(
            f"there are {len(names)} classes, and the readout has {count} elements: "
            + ", ".join(map(quoted, names[:20])),
            help="give a name for each element of the readout",
        )
    if len(set(names)) != count:
        raise OptionError(f"two of the classes have one name: {', '.join(map(quoted, names))}")
    return names


def read_labels(path: Path) -> list[Any] | dict[str, str]:
    """The labels of a file, in order, or by name where a CSV file has names.

    A .npy file has an array [N]. A text file has a label in each line, or a CSV file "name,label";
    a first line "label" or "name,label" is a title.

    Raises:
        OptionError: It has something else.
    """
    if path.suffix == ".npy":
        try:
            array = np.load(path, allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise OptionError(
                f"{quoted(path)} is no array of NumPy, or damaged: {error}"
            ) from error
        if array.ndim not in (1, 2):
            raise OptionError(f"{quoted(path)} has shape {list(array.shape)}, expected labels [N]")
        return list(array)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionError(
            f"{quoted(path)} is no text", help="labels are a .npy, .csv or .txt file"
        ) from error
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if row]
    if rows and rows[0][-1].lower() in ("label", "labels", "class", "target"):
        rows = rows[1:]
    if any(len(row) != len(rows[0]) or len(row) > 2 for row in rows):
        raise OptionError(
            f"{quoted(path)} has lines of {min(map(len, rows))} to {max(map(len, rows))} cells",
            help="give a label in each line, or 'name,label'",
        )
    if rows and len(rows[0]) == 2:
        names = dict(rows)
        if len(names) != len(rows):
            raise OptionError(f"{quoted(path)} has two labels for one name")
        return names
    return [row[0] for row in rows]


class Labels:
    """Labels beside a data set, taken one after the other, or by the samples' names.

    Args:
        given: [N], any iterable, or a dictionary by name.
    """

    def __init__(self, given: Any) -> None:
        self._by_name = given if isinstance(given, dict) else None
        self.by_name = self._by_name is not None
        # One array is read at once, not element by element.
        if hasattr(given, "shape"):
            given = list(as_array(given, "labels"))
        self.count = len(given) if hasattr(given, "__len__") else None
        self._rest: Iterator[Any] = iter(given if isinstance(given, Iterable) else [given])
        self._taken = 0

    def label_of(self, name: str | None) -> Any:
        """The label of the next sample.

        Raises:
            OptionError: There is none.
        """
        if self._by_name is not None:
            for key in (name, Path(name or "").name, Path(name or "").stem):
                if key in self._by_name:
                    self._taken += 1
                    return self._by_name[key]
            raise OptionError(
                f"there is no label for {quoted(name)}"
                if name is not None
                else "labels are by name, and the sample has none"
            )
        try:
            label = next(self._rest)
        except StopIteration:
            raise OptionError(
                f"there are {self._taken} labels, and more samples",
                help="give a label for each sample, in their order",
            ) from None
        self._taken += 1
        return label

    def check_end(self, samples: int) -> None:
        """Refuses labels that are left when all samples have theirs.

        Raises:
            OptionError: There are some.
        """
        left = 0 if self._by_name is not None else sum(1 for _ in self._rest)
        if left:
            raise OptionError(
                f"there are {samples} samples and {samples + left} labels",
                help="give a label for each sample, in their order",
            )

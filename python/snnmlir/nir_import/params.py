# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Typed, checked access to the parameters of one node."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.conventions import FlattenOrder
from snnmlir.errors import NirError, quoted
from snnmlir.nir_import.graph import Array, Shape
from snnmlir.nir_import.notes import Notes
from snnmlir.nir_import.raw import RawNode, is_numeric

# Elements a node's input or output may have; a larger shape is a mistake in the file.
MAX_ELEMENTS = 2**31
# Dimensions a parameter or shape may have (NumPy 1 knows no more).
MAX_RANK = 32

EXPORT_AGAIN = "check the parameter where the network was made, and export it again"


@dataclass(frozen=True, eq=False)
class Params:
    """The parameters of one node, as the source has them.

    Attributes:
        name: The node's full name.
        raw: Its type and values.
        notes: Where assumptions are noted.
        flatten_order: What the caller of the reader asked for.
        time_first: Likewise.
    """

    name: str
    raw: RawNode
    notes: Notes
    flatten_order: FlattenOrder = "chw"
    time_first: bool = False

    def error(self, message: str, help: str = EXPORT_AGAIN) -> NirError:
        """An error about this node."""
        return NirError(message, node=self.name, help=help)

    def note(self, text: str) -> None:
        """Notes an assumption about this node."""
        self.notes.add(text, self.name)

    def check_keys(self, required: Collection[str], optional: Collection[str] = ()) -> None:
        """Checks that the required parameters are there, and none that has no meaning."""
        missing = [key for key in required if key not in self.raw.params]
        extra = [key for key in self.raw.params if key not in required and key not in optional]
        expected = f"a {self.raw.type} has {_listed([*required, *optional])}"
        if missing:
            raise self.error(f"parameter {_listed(missing)} is missing; {expected}")
        if extra:
            raise self.error(f"parameter {_listed(extra)} is unknown; {expected}")

    def has(self, key: str) -> bool:
        """Whether the parameter is there and holds something."""
        return self.raw.params.get(key) is not None

    def text(self, key: str) -> str | None:
        """The parameter, if it is a text."""
        value = self.raw.params.get(key)
        return value if isinstance(value, str) else None

    def _numbers(self, key: str) -> npt.NDArray[Any]:
        value = self.raw.params.get(key)
        if not isinstance(value, np.ndarray):
            found = "nothing" if value is None else f"the text {quoted(value)}"
            raise self.error(f"{key} holds {found}, expected real numbers")
        if not is_numeric(value.dtype):
            raise self.error(f"{key} has type {value.dtype}, expected real numbers")
        return value

    def real(self, key: str, *, infinite: bool = False) -> npt.NDArray[np.float64]:
        """A parameter of neurons, in float64, of any shape without a dimension of 0.

        Args:
            key: Its name.
            infinite: Whether it may be infinite; no parameter may be NaN.
        """
        value = self._checked(key, np.dtype(np.float64), infinite=infinite)
        return value.astype(np.float64, copy=False)

    def weight(self, key: str) -> Array:
        """A weight: float32 where that holds every value exactly, else float64; finite."""
        value = self._numbers(key)
        if value.dtype.kind == "f":
            narrow = value.dtype.itemsize <= 4
        else:
            narrow = bool((value.astype(np.float32) == value.astype(np.float64)).all())
        return self._checked(key, np.dtype(np.float32 if narrow else np.float64))

    def bias(self) -> Array | None:
        """The parameter `bias`, None where there is none: files hold False for `bias=False`."""
        value = self.raw.params.get("bias")
        if not isinstance(value, np.ndarray) or value.dtype != np.bool_:
            return self.weight("bias") if value is not None else None
        if value.any():
            raise self.error(
                "bias is True, a bool that says there is one, expected its values",
                help="give the bias itself where the network was exported, and export it again",
            )
        self.note("bias is False and taken as no bias")
        return None

    def _checked(self, key: str, dtype: np.dtype[Any], *, infinite: bool = False) -> Array:
        value = self._numbers(key)
        if 0 in value.shape:
            raise self.error(f"{key} has shape {value.shape}, expected no dimension of size 0")
        if value.ndim > MAX_RANK:
            raise self.error(f"{key} has {value.ndim} dimensions, expected at most {MAX_RANK}")
        with np.errstate(over="ignore"):  # of a long double: becomes an infinity, refused below
            result = value.astype(dtype)
        wrong = np.isnan(result) if infinite else ~np.isfinite(result)
        if wrong.any():
            raise self.error(f"{key} is {at_first(wrong, value)}, expected finite numbers")
        if value.dtype.kind in "iu" and not np.all(np.abs(result) < 2**53):
            raise self.error(
                f"{key} holds integers of 2**53 or more, which floats do not hold exactly"
            )
        return result

    def integers(self, key: str, *, minimum: int | None = None) -> tuple[int, ...]:
        """One integer or a list of them."""
        value = self._numbers(key)
        if value.ndim > 1:
            raise self.error(f"{key} has shape {value.shape}, expected one or several integers")
        if value.size > MAX_RANK:
            raise self.error(f"{key} has {value.size} entries, expected at most {MAX_RANK}")
        items = np.atleast_1d(value).tolist()
        if not all(math.isfinite(item) and int(item) == item for item in items):
            raise self.error(f"{key} is {items}, expected integers")
        numbers = tuple(int(item) for item in items)
        if minimum is not None and any(number < minimum for number in numbers):
            raise self.error(f"{key} is {list(numbers)}, expected at least {minimum}")
        return numbers

    def integer(self, key: str, *, minimum: int | None = None) -> int:
        """Exactly one integer."""
        return self.per_dimension(key, 1, minimum=minimum)[0]

    def per_dimension(self, key: str, count: int, *, minimum: int | None = None) -> tuple[int, ...]:
        """One integer per spatial dimension; a single one stands for all."""
        numbers = self.integers(key, minimum=minimum)
        if len(numbers) == 1:
            return numbers * count
        if len(numbers) != count:
            raise self.error(f"{key} has {len(numbers)} entries, expected 1 or {count}")
        return numbers

    def shape(self, key: str, *, open: bool = False) -> Shape | None:
        """A declared shape, or None where the source leaves it open.

        Args:
            key: Its name.
            open: Whether sizes may be 0, which older exporters wrote for those they did not know.
        """
        if not self.has(key):
            return None
        shape = self.integers(key)
        if open and 0 in shape:
            self.note(f"{key} {shape} holds zeros, which are taken as unknown sizes")
            self.checked(tuple(size or 1 for size in shape), key)
            return shape
        return self.checked(shape, key)

    def checked(self, shape: Shape, what: str) -> Shape:
        """Refuses shapes that no network has."""
        if any(size < 1 for size in shape):
            raise self.error(f"{what} is {shape}, expected dimensions of at least 1")
        if math.prod(shape) > MAX_ELEMENTS:
            raise self.error(
                f"{what} {shape} has {math.prod(shape)} elements, expected at most {MAX_ELEMENTS}"
            )
        return shape


def at_first(where: npt.NDArray[np.bool_], value: npt.NDArray[Any]) -> str:
    """The first of the values that are meant, and where it is: "nan at [1, 2]"."""
    place = tuple(int(i) for i in np.argwhere(where)[0])
    found = np.broadcast_to(value, where.shape)[place]
    return f"{found} at {list(place)}" if place else f"{found}"


def without_leading_ones(shape: Shape) -> Shape:
    """The shape without what may be batch and time dimensions: (1, 1, 5) is (5,)."""
    first = next((i for i, size in enumerate(shape) if size != 1), len(shape))
    return shape[first:]


def collapsed(value: Array) -> Array:
    """The array, or the one number that all of its values are."""
    return value.reshape(-1)[:1].reshape(()) if (value == value.flat[0]).all() else value


def drop_leading_ones(value: Array, rank: int) -> Array:
    """The array with at most `rank` dimensions, if those before are of size 1; else as it is."""
    extra = max(value.ndim - rank, 0)
    return value if any(n != 1 for n in value.shape[:extra]) else value.reshape(value.shape[extra:])


def _listed(names: Collection[str]) -> str:
    return ", ".join(quoted(name) for name in names) or "no parameters"

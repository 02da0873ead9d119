# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Events of cameras and cochleas, as tonic gives them, in the steps of a network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from snnmlir.common.wording import option
from snnmlir.errors import OptionError

_SAME_STEP = 1e-6
"""How far a time may be from a whole number of steps, in steps, to be meant as that number."""

_MOST_STEPS = 10_000_000
_MOST_BYTES = 1 << 32


@dataclass(frozen=True, eq=False)
class EventList:
    """The spikes of one sample by position, in place of an array [T, *shape] of 0 and 1.

    Attributes:
        shape: Shape of one step.
        offsets: Where the positions of each step begin, and where the last end, [T + 1].
        positions: Row-major positions in `shape`, ascending within a step, none twice.
    """

    shape: tuple[int, ...]
    offsets: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]

    @property
    def steps(self) -> int:
        """Number of steps, T."""
        return len(self.offsets) - 1

    @property
    def nbytes(self) -> int:
        """Bytes of the lists."""
        return self.offsets.nbytes + self.positions.nbytes

    def dense(self) -> npt.NDArray[np.uint8]:
        """The same as an array [T, *shape] of 0 and 1."""
        frames = _zeros(self.steps, self.shape, np.uint8)
        steps = np.repeat(np.arange(self.steps), self.offsets[1:] - self.offsets[:-1])
        frames.reshape(self.steps, -1)[steps, self.positions] = 1
        return frames


@dataclass(frozen=True, kw_only=True)
class EventFormat:
    """How arrays of events become the steps of a network.

    Events are a structured array with the fields x and t, and perhaps y and p, as tonic gives
    them. The event at time t is in step floor((t * event_unit - first_step) / time_bin). Its
    element of the input is [p, y, x], or [p, x] of events without y. An input with a single
    channel takes events of one polarity, whichever it is.

    Attributes:
        time_bin: Seconds of the recording in a step; None for the network's dt.
        event_unit: Seconds that t counts: microseconds, as tonic's data sets do.
        sensor_size: (width, height, polarities), as tonic's data sets have it, of an input that is
            flat; None if the input's shape says it: [polarities, height, width], [height, width],
            [polarities, width] of events without y, or [width].
        first_step: The time of the first step in seconds, or "first" for that of the first event,
            as tonic's ToFrame has it.
        steps: Steps of each sample; what comes later is left out. None ends with the last event.
        repeated_events: What several events of an element in one step are for an input of spikes:
            an "error", or "once", one spike. Other inputs take their number.
    """

    time_bin: float | None = None
    event_unit: float = 1e-6
    sensor_size: tuple[int, int, int] | None = None
    first_step: float | Literal["first"] = 0.0
    steps: int | None = None
    repeated_events: Literal["error", "once"] = "error"

    def __post_init__(self) -> None:
        for name in ("time_bin", "event_unit"):
            value = getattr(self, name)
            if value is not None and not (value > 0 and math.isfinite(value)):
                raise OptionError(f"{option(name)} is {value!r}, expected a positive number")
        if self.first_step != "first" and not (
            isinstance(self.first_step, int | float) and math.isfinite(self.first_step)
        ):
            raise OptionError(
                f"{option('first_step')} is {self.first_step!r}, expected seconds or 'first'"
            )
        if self.repeated_events not in ("error", "once"):
            raise OptionError(
                f"{option('repeated_events')} is {self.repeated_events!r}, expected 'error' or "
                "'once'"
            )
        if self.steps is not None and self.steps < 1:
            raise OptionError(f"{option('steps')} is {self.steps}, expected 1 or more")

    def listed(self, events: Any, shape: tuple[int, ...], dt: float) -> EventList:
        """The spikes of one sample.

        Args:
            events: A structured array [events] with x and t, and perhaps y and p.
            shape: Shape of the input in one step.
            dt: Seconds per step, if `time_bin` is None.

        Raises:
            OptionError: The events do not fit the input, or one is there twice.
        """
        steps, keys = self._keys(events, shape, dt)
        found, counts = np.unique(keys, return_counts=True)
        if self.repeated_events == "error" and np.any(counts > 1):
            raise OptionError(
                f"{int(np.sum(counts[counts > 1]))} events share an element of the input and a "
                f"step of {self.time_bin or dt:g} s with another, and spikes are 0 or 1",
                help=f"{option('repeated_events', 'once')} makes several one spike; "
                f"{option('input_type', 'float')} takes their number; or use a shorter "
                f"{option('time_bin')}, if the network was trained with it",
            )
        size = math.prod(shape)
        offsets = np.searchsorted(found, np.arange(steps + 1) * size)
        return EventList(shape, offsets.astype(np.int64), found % size)

    def frames(
        self, events: Any, shape: tuple[int, ...], dt: float | None = None
    ) -> npt.NDArray[np.float32]:
        """The number of events by step and element, float32 [T, *shape]; arguments as `listed`."""
        if dt is None and self.time_bin is None:
            raise OptionError("no dt is known for events", help="give it, in seconds per step")
        steps, keys = self._keys(events, shape, dt or 1.0)
        frames = _zeros(steps, shape, np.float32)
        np.add.at(frames.reshape(-1), keys, 1)
        return frames

    def _keys(
        self, events: Any, shape: tuple[int, ...], dt: float
    ) -> tuple[int, npt.NDArray[np.int64]]:
        """The number of steps, and step * size + position of each event."""
        if not is_events(events):
            raise OptionError(
                f"found {type(events).__name__}, expected events: a structured array with x and t"
            )
        steps, step = self._steps(np.asarray(events["t"]), self.time_bin or dt)
        position = self._positions(events, shape)
        inside = (step >= 0) & (step < steps)
        if self.steps is None and not np.all(inside):
            raise OptionError(
                f"{int(np.sum(~inside))} events are before the first step, at {self.first_step} s",
                help=f"say when it begins: {option('first_step', 'SECONDS', 'first')}",
            )
        return steps, (step * math.prod(shape) + position)[inside]

    def _steps(self, time: npt.NDArray[Any], dt: float) -> tuple[int, npt.NDArray[np.int64]]:
        if time.dtype.kind not in "iuf" or not np.all(np.isfinite(time)):
            raise OptionError(f"the events' t has dtype {time.dtype} or is not finite")
        if not len(time):
            if self.steps is None:
                raise OptionError(
                    "there is no event, and nothing else says how long the sample is",
                    help=f"say it: {option('steps', 'T')}",
                )
            return self.steps, np.zeros(0, np.int64)
        start = 0.0 if self.first_step == "first" else self.first_step
        if self.first_step == "first":
            time = time - time.min()  # exact in integers
        step = np.floor((time * self.event_unit - start) / dt + _SAME_STEP)
        last = float(step.max())
        if self.steps is None and last >= _MOST_STEPS:
            raise OptionError(
                f"the last event is in step {last:.0f} of {dt:g} s, which is too far",
                help=f"times count {self.event_unit:g} s ({option('event_unit')}) from "
                f"{self.first_step} ({option('first_step')}): correct one of them, or give "
                f"{option('steps', 'T')}",
            )
        steps = int(last) + 1 if self.steps is None else self.steps
        return max(steps, 0), np.clip(step, -1, _MOST_STEPS).astype(np.int64)

    def _positions(self, events: Any, shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
        names = events.dtype.names
        width, height, polarities = self._sensor(shape, flat="y" not in names)
        none = np.zeros(len(events), np.int64)
        x = np.asarray(events["x"]).astype(np.int64)
        y = np.asarray(events["y"]).astype(np.int64) if "y" in names else none
        p = np.asarray(events["p"]).astype(np.int64) if "p" in names else none
        if polarities == 1 and len(p):
            if p.min() != p.max():
                raise OptionError(
                    "the events have two polarities, and the network's input "
                    f"{list(shape)} has one channel",
                    help="to merge them, set p of all events to 0; of an input that is flat, give "
                    f"{option('sensor_size')}",
                )
            p = none
        if polarities == 2 and np.any(p < 0):
            p = (p > 0).astype(np.int64)  # -1 and 1
        for name, values, size in (("x", x, width), ("y", y, height), ("p", p, polarities)):
            if len(values) and (values.min() < 0 or values.max() >= size):
                raise OptionError(
                    f"the events have {name} from {values.min()} to {values.max()}, expected 0 to "
                    f"{size - 1}: the network's input is {list(shape)}"
                    + (f" of a sensor {self.sensor_size}" if self.sensor_size else ""),
                    help="bring the events to the network's size, for example with tonic's "
                    "Downsample or CenterCrop; of an input that is flat, give "
                    f"{option('sensor_size')}",
                )
        position: npt.NDArray[np.int64] = (p * height + y) * width + x
        return position

    def _sensor(self, shape: tuple[int, ...], *, flat: bool) -> tuple[int, int, int]:
        """Width, height and polarities of an input; of a `flat` sensor the height is 1."""
        if self.sensor_size is not None:
            if len(self.sensor_size) != 3 or math.prod(self.sensor_size) != math.prod(shape):
                raise OptionError(
                    f"the sensor's size {self.sensor_size} does not fit the input {list(shape)}",
                    help="give width, height and polarities, whose product is the input's size",
                )
            return self.sensor_size
        if not 1 <= len(shape) <= 3:
            raise OptionError(
                f"the network's input {list(shape)} has no place for events",
                help="events go into inputs [polarities, height, width], [height, width] or [n]",
            )
        if flat and len(shape) == 2:
            return shape[1], 1, shape[0]
        polarities, height, width = (1,) * (3 - len(shape)) + shape
        return width, height, polarities


def is_events(value: object) -> bool:
    """Whether something is an array of events: a structured one with fields x and t."""
    names = getattr(getattr(value, "dtype", None), "names", None) or ()
    return {"x", "t"} <= set(names) and getattr(value, "ndim", None) == 1


def events_of(fields: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Events of arrays of their fields, [events] each, as files have them.

    Raises:
        OptionError: The arrays are not equally long.
    """
    shapes = {name: array.shape for name, array in fields.items()}
    if len(set(shapes.values())) != 1 or len(next(iter(shapes.values()))) != 1:
        raise OptionError(f"the fields of events have the shapes {shapes}, expected one length")
    dtype = [(name, array.dtype) for name, array in fields.items()]
    events = np.empty(len(next(iter(fields.values()))), dtype)
    for name, array in fields.items():
        events[name] = array
    return events


def _zeros(steps: int, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    bytes_needed = steps * math.prod(shape) * np.dtype(dtype).itemsize
    if bytes_needed > _MOST_BYTES:
        raise OptionError(
            f"{steps} steps of {list(shape)} are {bytes_needed >> 20} MiB, too many for one sample",
            help=f"use a longer {option('time_bin')}, if the network was trained with it",
        )
    return np.zeros((steps, *shape), dtype)

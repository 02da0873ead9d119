# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Gestures as an event camera would see them: a hand that moves before it, simulated with NumPy.

A bright or dark disc moves over 16x16 pixels. Each pixel remembers a log intensity; where it is now
further from that than its threshold, there is an event, ON where it got brighter and OFF where it
got darker, and the pixel remembers the new one (Lichtsteiner et al., "A 128x128 120 dB 15 us
Latency Asynchronous Temporal Contrast Vision Sensor", 2008).

A bright disc that moves and a dark one that moves back the same way have the same events, in the
reverse order, but for noise: what was where is not enough to tell directions.

    events, labels = gestures(800, seed=1)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

NAMES = ("left", "right", "up", "down", "clockwise", "counter-clockwise", "wave", "rest")
SIZE = 16  # pixels, in both directions
STEPS = 32
_SUBSTEPS = 2  # how often a step looks at the intensity

# Uniform ranges. Lengths are in pixels, times in steps.
_MIDDLE = (6.0, 9.0)  # of the path, both coordinates
_RADIUS = (1.3, 2.6)  # of the disc
_CONTRAST = (0.7, 1.3)  # log intensity of the disc less that of the background, or the opposite
_TILT = (-0.35, 0.35)  # of a swipe, in radians
_SWIPE = (6.0, 11.0)
_SWIPE_TIME = (10, 22)
_ORBIT = (2.5, 4.5)  # the radius of a rotation
_TURNS = (0.9, 1.6)
_WAVE = (2.0, 4.0)  # to either side
_PERIODS = (2.0, 3.5)
_LONG_TIME = (20, 28)  # of a rotation or a wave
_THRESHOLD = 0.25  # of log intensity


class Noise(NamedTuple):
    """What is wrong with the hand and the camera.

    Attributes:
        background: The probability of an event that nothing caused, for each pixel, polarity and
            step.
        dropped: The probability that an event is lost.
        tremor: Standard deviation of the hand's jitter, in pixels and for each coordinate.
        mismatch: Thresholds of pixels differ from the nominal one by up to this part of it.
    """

    background: float = 0.01
    dropped: float = 0.15
    tremor: float = 0.2
    mismatch: float = 0.2


USUAL = Noise()


def gestures(count: int, seed: int, noise: Noise = USUAL) -> tuple[np.ndarray, np.ndarray]:
    """Events and what they show; the same arguments give the same.

    Only uniform numbers are drawn, one array after the other, whose stream NumPy keeps.

    Args:
        count: How many gestures, all kinds in turn.
        seed: Of NumPy's PCG64.
        noise: How much is wrong.

    Returns:
        Events [count, STEPS, 2, SIZE, SIZE] of 0 and 1 in uint8, ON before OFF, rows from above;
        and labels [count], indices into NAMES.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    labels = np.arange(count) % len(NAMES)
    path = _paths(labels, rng) + _tremor(count, noise.tremor, rng)
    radius = _uniform(rng, _RADIUS, count)[:, None, None]
    contrast = _uniform(rng, _CONTRAST, count) * np.where(rng.random(count) < 0.5, 1, -1)
    threshold = _THRESHOLD * (1 + noise.mismatch * (2 * rng.random((count, SIZE, SIZE)) - 1))

    y, x = np.mgrid[:SIZE, :SIZE]
    events = np.zeros((count, STEPS, 2, SIZE, SIZE), np.uint8)
    remembered = None
    for t in range(STEPS * _SUBSTEPS):
        to_x = x - path[:, t, 0, None, None]
        to_y = y - path[:, t, 1, None, None]
        edge = np.sqrt(to_x * to_x + to_y * to_y) - radius
        intensity = contrast[:, None, None] / (1 + np.exp(3 * edge))
        if remembered is None:
            remembered = intensity
        crossed = np.trunc((intensity - remembered) / threshold)
        remembered = remembered + crossed * threshold
        events[:, t // _SUBSTEPS, 0] |= crossed > 0
        events[:, t // _SUBSTEPS, 1] |= crossed < 0
    for step in range(STEPS):
        events[:, step] &= rng.random(events[:, step].shape) >= noise.dropped
        events[:, step] |= rng.random(events[:, step].shape) < noise.background
    return events, labels


def _uniform(rng: np.random.Generator, limits: tuple[float, float], count: int) -> np.ndarray:
    low, high = limits
    return low + (high - low) * rng.random(count)


def _paths(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where the disc is [N, STEPS * _SUBSTEPS, 2], x to the right and y downwards.

    It rests, makes its gesture, and rests.
    """
    count = len(labels)
    kind = np.array(NAMES)[labels]
    middle = np.stack([_uniform(rng, _MIDDLE, count) for _ in "xy"], 1)
    swipes = np.isin(kind, ("left", "right", "up", "down"))
    duration = np.where(swipes, _uniform(rng, _SWIPE_TIME, count), _uniform(rng, _LONG_TIME, count))
    start = rng.random(count) * (STEPS - duration)
    time = np.arange(STEPS * _SUBSTEPS) / _SUBSTEPS
    done = np.clip((time - start[:, None]) / duration[:, None], 0, 1)  # 0 to 1, [N, time]

    heading = {"right": 0.0, "down": 0.5 * np.pi, "left": np.pi, "up": 1.5 * np.pi}
    angle = np.array([heading.get(k, 0.0) for k in kind]) + _uniform(rng, _TILT, count)
    anywhere = 2 * np.pi * rng.random(count)
    angle = np.where(kind == "wave", anywhere, angle)
    smooth = done * done * (3 - 2 * done)
    swipe = _uniform(rng, _SWIPE, count)[:, None] * (smooth - 0.5)
    periods = _uniform(rng, _PERIODS, count)[:, None]
    wave = _uniform(rng, _WAVE, count)[:, None] * np.sin(2 * np.pi * periods * done)
    along = np.where(swipes[:, None], swipe, wave * (kind == "wave")[:, None])
    straight = along[..., None] * np.stack([np.cos(angle), np.sin(angle)], 1)[:, None]

    # Clockwise as one sees it: with y downwards the angle grows.
    turn = np.where(kind == "clockwise", 1, -1) * _uniform(rng, _TURNS, count)
    phase = anywhere[:, None] + 2 * np.pi * turn[:, None] * done
    radius = _uniform(rng, _ORBIT, count)[:, None, None]
    orbit = radius * np.stack([np.cos(phase), np.sin(phase)], 2)
    rotates = np.isin(kind, ("clockwise", "counter-clockwise"))[:, None, None]
    return middle[:, None] + np.where(rotates, orbit, straight)


def _tremor(count: int, deviation: float, rng: np.random.Generator) -> np.ndarray:
    """Jitter that is smooth over some steps, [N, STEPS * _SUBSTEPS, 2]."""
    width = 4 * _SUBSTEPS
    white = rng.random((count, STEPS * _SUBSTEPS + width - 1, 2)) - 0.5  # variance 1/12
    windows = np.lib.stride_tricks.sliding_window_view(white, width, axis=1)
    return deviation * np.sqrt(12 / width) * windows.sum(-1)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What evaluating costs beside the C: `.venv/bin/python bench/evaluation.py`.

10,000 gestures of examples/gestures, in float32 and int8. "C loop" is one call of a loop in C over
all samples and steps. Processor time is what the whole process used, and depends little on what
else the machine does; times are the best of several rounds, in microseconds for a sample. The last
two columns are by the clock: how many times faster two threads are than one, here and in the loop
alone. With --large BYTES, instead the memory that a process needs for a file of that size, whose
samples are all 0 and take no disk.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples/gestures"))

from gestures import gestures

import snnmlir
from snnmlir.execution.runner import Run

MODEL = Path(__file__).resolve().parents[1] / "examples/gestures/gestures.nir"


def network(dtype: str) -> snnmlir.Network:
    """The gestures' network."""
    return snnmlir.compile(
        MODEL, dtype=dtype, convention="snntorch-default", dt=1e-4, input_type="spikes"
    )


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor and of the clock."""
    processor, clock = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - clock


def loop(net: snnmlir.Network, x: np.ndarray) -> None:
    """The loop in C over samples [N, T, ...]."""
    Run(net.executable).run_arrays_together([x.reshape(-1, *x.shape[2:])], len(x))


def loops(net: snnmlir.Network, parts: list[np.ndarray]) -> None:
    """The same in a thread for each part."""
    threads = [threading.Thread(target=loop, args=(net, part)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def compare(count: int, rounds: int) -> None:
    """Prints a table: microseconds for a sample."""
    x, labels = gestures(count, 1)
    titles = ("C loop", "1 thread", "2 threads", "speed of the loop", "on 2 cores", "C loop on 2")
    print("| | " + " | ".join(titles) + " |")
    print("|---|" + len(titles) * "---:|")
    for dtype in ("f32", "int8"):
        net = network(dtype)
        ways: list[Callable[[], object]] = [
            lambda net=net: loop(net, x),
            lambda net=net: loops(net, [x[: count // 2], x[count // 2 :]]),
            lambda net=net: snnmlir.evaluate(net, x, labels=labels, executor=1),
            lambda net=net: snnmlir.evaluate(net, x, labels=labels, executor=2),
        ]
        best = np.full((4, 2), np.inf)
        for _ in range(rounds):
            best = np.minimum(best, [seconds(work) for work in ways])
        c, _, one, two = best[:, 0] / count * 1e6
        clock = best[:, 1]
        print(
            f"| {dtype} | {c:.0f} | {one:.0f} | {two:.0f} | {100 * c / one:.0f} % "
            f"| {clock[2] / clock[3]:.2f} times | {clock[0] / clock[1]:.2f} times |",
            flush=True,
        )


def large(size: int) -> None:
    """Prints the memory of a process that evaluates a file of `size` bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.h5"
        shape = (size // (32 * 512), 32, 2, 16, 16)
        with h5py.File(path, "w") as file:
            file.create_dataset("input", shape, np.uint8, chunks=(64, *shape[1:]))
            file["labels"] = np.arange(shape[0]) % 8
        command = [sys.executable, __file__, "--evaluate", str(path)]
        subprocess.run(command, check=True)


def evaluate(path: Path) -> None:
    """Evaluates a file, and prints the most memory that this process had."""
    net = network("int8")
    found = snnmlir.evaluate(net, path, labels="labels")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{found.samples} samples, {found.samples * 32 * 512 / 1e9:.2f} GB: {most:.0f} MiB")


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description="Times snnmlir.evaluate.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=float, metavar="BYTES")
    parser.add_argument("--evaluate", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.evaluate:
        evaluate(arguments.evaluate)
    elif arguments.large:
        large(int(arguments.large))
    else:
        compare(arguments.count, arguments.rounds)


if __name__ == "__main__":
    main()

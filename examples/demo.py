# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles a network that snnTorch trained and exported, runs the C, compares, and shows it.

The last line is the path of a report that a browser opens.

    ./dev demo

The model, the recorded input and what snnTorch itself computed are in examples/digits.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.syntax import Syntax

import snnmlir

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build/demo"
DIGITS = HERE / "digits"

DRIVER = """
#include <stdio.h>
#include "digits.h"

/* Steps read from standard input, spikes written to standard output. */
int main(void)
{
    static digits_t net;
    uint8_t in[DIGITS_INPUT_SIZE], out[DIGITS_OUTPUT_SIZE];
    digits_init(&net);
    while (fread(in, sizeof in, 1, stdin) == 1) {
        digits_step(&net, in, out);
        fwrite(out, sizeof out, 1, stdout);
    }
    return 0;
}
"""


def main() -> int:
    """Prints the demonstration; 1 if a spike differs from snnTorch's."""
    console = Console(highlight=False, width=100)
    network = snnmlir.compile(
        DIGITS / "digits.nir", convention="snntorch", dt=1e-4, input_type="spikes"
    )
    BUILD.mkdir(parents=True, exist_ok=True)
    network.write(BUILD / "digits.c")
    (BUILD / "main.c").write_text(DRIVER)
    command = "cc -std=c11 -O2 -Wall -Wextra -Werror -o digits digits.c main.c"
    subprocess.run(command.split(), cwd=BUILD, check=True)
    console.print(f"[bold]examples/digits/digits.nir -> {BUILD.name}/digits.c, digits.h[/bold]")
    console.print(f"built with: {command}\n")

    source = (BUILD / "digits.c").read_text()
    begin = source.index("/* lif1: ")
    show_c(console, source[begin : source.index("\n}\n", begin) + 2])
    begin = source.index("void digits_step")
    show_c(console, source[begin:])

    with np.load(DIGITS / "recorded.npz") as arrays:
        recorded = {name: arrays[name] for name in arrays.files}
    spikes = np.stack([step_through(sample) for sample in recorded["input"]])
    differing = int(np.sum(spikes != recorded["lif2"]))
    console.print(
        f"\nsnnTorch's recorded output: {differing} of {spikes.size} spike entries differ "
        f"({len(spikes)} samples of {spikes.shape[1]} steps)"
    )

    with np.load(DIGITS / "test_set.npz") as arrays:
        shape = tuple(arrays["shape"])
        inputs = np.unpackbits(arrays["spikes"], count=int(np.prod(shape))).reshape(shape)
        labels, theirs = arrays["labels"], float(arrays["accuracy"])
    counts = np.stack([network.run(sample).sum(axis=0) for sample in inputs])
    ours = float(np.mean(counts.argmax(axis=1) == labels))
    console.print(f"test set: {ours:.2%} of {len(labels)} digits right, in snnTorch {theirs:.2%}\n")

    sample = recorded["input"][0]
    signals = network.record(sample, ["lif1", "lif2"])
    console.print(f"one digit, a {recorded['labels'][0]}: neurons downwards, time to the right")
    for name, raster in (("input", sample), ("lif1", signals["lif1"]), ("lif2", signals["lif2"])):
        console.print(f"[bold]{name}[/bold], {raster.shape[1]} neurons, {raster.sum()} spikes")
        console.print("\n".join(draw_raster(raster)))

    names = ("input", "lif1", "lif2")
    runs = [{name: recorded[name][k] for name in names} for k in range(len(spikes))]
    snnmlir.report(network, recording=runs).save(BUILD / "report.html")
    console.print(f"\na report, to look at in a browser:\n{BUILD / 'report.html'}", soft_wrap=True)
    return 1 if differing else 0


def show_c(console: Console, text: str) -> None:
    """Prints C, in colour on a terminal."""
    if console.is_terminal:
        console.print(Syntax(text, "c", background_color="default"))
    else:
        print(text)


def step_through(sample: np.ndarray) -> np.ndarray:
    """The output spikes [T, 10] of the compiled program for input spikes [T, 64]."""
    done = subprocess.run(
        [BUILD / "digits"], input=sample.tobytes(), capture_output=True, check=True
    )
    return np.frombuffer(done.stdout, np.uint8).reshape(len(sample), -1)


def draw_raster(spikes: np.ndarray) -> list[str]:
    """Spikes [T, N] as lines of Braille characters: four neurons by two steps each."""
    steps, neurons = spikes.shape
    grid = np.zeros((-(-neurons // 4) * 4, -(-steps // 2) * 2), bool)
    grid[:neurons, :steps] = spikes.T > 0
    weights = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
    cells = grid.reshape(grid.shape[0] // 4, 4, grid.shape[1] // 2, 2)
    codes = 0x2800 + np.einsum("aibj,ij->ab", cells, weights)
    return ["".join(map(chr, row)) for row in codes]


if __name__ == "__main__":
    sys.exit(main())

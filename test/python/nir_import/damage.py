# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Damages a .nir file in many ways, and reads each: damage.py MODEL --count 300 --seed 1.

Whatever the damage, reading gives a graph or a NirError, and ends. What it writes last is there for
the case that it crashes.
"""

from __future__ import annotations

import argparse
import random
import signal
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from snnmlir.errors import NirError
from snnmlir.nir_import import read_graph

SECONDS = 20  # for one file of a few kilobytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    content = options.model.read_bytes()
    path = Path("damaged.nir")
    refused = 0
    for i in range(options.count):
        chance = random.Random(options.seed * 1_000_000 + i)
        path.write_bytes(content)
        chance.choice(DAMAGES)(path, chance)
        signal.alarm(SECONDS)  # ends the process, also within the library
        try:
            graph = read_graph(path)
            assert graph.inputs
            assert {target for _, target in graph.edges} >= set(graph.outputs)
        except NirError as error:
            assert error.help  # noqa: PT017 - this is no test
            refused += 1
    print(f"{refused} of {options.count} were refused")


def change_bytes(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 8)):
        content[chance.randrange(len(content))] = chance.choice([0, 1, 255, chance.randrange(256)])
    path.write_bytes(content)


def change_texts(path: Path, chance: random.Random) -> None:
    """Bytes of names and texts, which the library takes as they are."""
    content = bytearray(path.read_bytes())
    letters = [i for i, byte in enumerate(content) if chr(byte).isalnum()]
    for _ in range(chance.randint(1, 8)):
        content[chance.choice(letters)] = chance.choice(b"/.\\0\xff%AZ09")
    path.write_bytes(content)


def move_a_part(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    size = chance.randint(1, 512)
    source, target = (chance.randrange(max(1, len(content) - size)) for _ in range(2))
    content[target : target + size] = content[source : source + size]
    path.write_bytes(content)


def cut(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: chance.randrange(len(content))] + bytes(chance.choice([0, 4096])))


def change_members(path: Path, chance: random.Random) -> None:
    """Takes members away, links them to others, or puts other data in their places."""
    with h5py.File(path, "r+") as file:
        for _ in range(chance.randint(1, 3)):
            names: list[str] = []
            file.visit(names.append)
            if not names:
                return
            name, other = chance.choice(names), chance.choice(names)
            value = chance.choice(VALUES)(file, other, chance)
            del file[name]
            if value is not None:
                file[name] = value


def numbers(file: h5py.File, other: str, chance: random.Random) -> object:
    shape = tuple(chance.choice([0, 1, 2, 3, 4]) for _ in range(chance.randint(0, 5)))
    kinds = ["f2", "f4", ">f8", "i1", "u8", "?", "c8", "S2", "V3"]
    scale = chance.choice([0.0, 1.0, -1.0, np.inf, np.nan, 1e300])
    with np.errstate(all="ignore"):
        values = (np.arange(np.prod(shape)).reshape(shape) * scale).astype("f8")
        kind = np.dtype(chance.choice(kinds))
        return np.zeros(shape, kind) if kind.kind in "SV" else values.astype(kind)


VALUES: list[Callable[[h5py.File, str, random.Random], object]] = [
    lambda file, other, chance: None,
    lambda file, other, chance: file[other],
    lambda file, other, chance: h5py.SoftLink(f"/{other}"),
    lambda file, other, chance: h5py.ExternalLink("damaged.nir", f"/{other}"),
    lambda file, other, chance: h5py.Empty("f4"),
    lambda file, other, chance: chance.choice(
        ["", "LIF", "NIRGraph", "Flatten", "same", "x" * 999]
    ),
    lambda file, other, chance: [["input", "output"], ["lif", "lif"]],
    numbers,
    numbers,
]
DAMAGES = [change_bytes, change_texts, move_a_part, cut, change_members, change_members]

if __name__ == "__main__":
    main()

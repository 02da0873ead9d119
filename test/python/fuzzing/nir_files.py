# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Damaged NIR files through `snnmlir.compile`: each gives C or an error of the project, and ends.

Files of the examples and tests are damaged as HDF5 knows them: types and names of nodes, shapes,
types and numbers of parameters, edges; and sometimes as bytes.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import random
import resource
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

import snnmlir
from nir_import.damage import DAMAGES
from snnmlir.conventions import PRESETS
from snnmlir.errors import CompileError, OptionError, SnnError

ROOT = Path(__file__).parents[3]
LARGEST = 60_000  # bytes
SECONDS = 120  # for one file, on a busy machine
MEMORY = 8 << 30  # bytes
CHUNK = 50
WITH_OPTIONS = "of these, contradict an option, and are tried again without"
DTYPES = (None, "f32", "f64", "int4", "int8", "int16", "fixed")
TYPES = (
    "LIF", "CubaLIF", "IF", "LI", "CubaLI", "I", "Linear", "Affine", "Conv1d", "Conv2d", "Scale",
    "Threshold",
    "Delay", "Flatten", "SumPool2d", "AvgPool2d", "Input", "Output", "NIRGraph", "Nothing",
)  # fmt: skip
NUMBERS = (
    0.0, -0.0, 1.0, -1.0, 1e-300, 1e300, 1e38, 1e-38, np.inf, -np.inf, np.nan, 0.1, 7.0, 2.0**31,
    2.0**63,
)  # fmt: skip


@functools.cache
def sources() -> list[list[Path]]:
    """Small files of the examples, of frameworks and of platforms, and odd ones, by folder."""
    data = Path(os.environ.get("SNN_TEST_DATA", ROOT.parent / "shared"))
    folders = [
        ROOT / "examples", ROOT / "test/data/nir-platforms", ROOT / "test/data/nir-native",
        data / "nir-paper", data / "nir-exported", ROOT / "test/data/nir-odd",
    ]  # fmt: skip
    files = [sorted(folder.rglob("*.nir")) for folder in folders]
    small = [[path for path in paths if 0 < path.stat().st_size < LARGEST] for paths in files]
    return [paths for paths in small if paths]


def change_parameter(path: Path, chance: random.Random) -> None:
    """Another shape, type or number for one data set."""
    with h5py.File(path, "r+") as file:
        found: list[str] = []
        file.visititems(
            lambda name, it: found.append(name) if isinstance(it, h5py.Dataset) else None
        )
        if not found:
            return
        name = chance.choice(found)
        if (file[name].size or 0) > LARGEST:  # a small file may say that it has a trillion numbers
            return
        value = np.asarray(file[name][()])
        if value.dtype.kind not in "biuf":
            return
        value = chance.choice(CHANGES)(value, chance)
        del file[name]
        file[name] = value


def _reshape(value: np.ndarray, chance: random.Random) -> np.ndarray:
    options = [
        lambda: value[None],
        lambda: value[..., None],
        lambda: value.reshape(-1),
        lambda: value.T,
        lambda: np.stack([value, value], chance.randint(0, value.ndim)),
        lambda: value[:0] if value.ndim else value[None],
        lambda: value[1:] if value.ndim else np.stack([value, value]),
        lambda: np.squeeze(value),
        lambda: np.asarray(value).flat[:1].copy()[0] if value.size else value,
    ]
    return np.asarray(chance.choice(options)())


def _retype(value: np.ndarray, chance: random.Random) -> np.ndarray:
    kind = chance.choice(["f2", "f4", "f8", ">f8", "i1", "i2", "i4", "i8", "u1", "u8", "?"])
    with np.errstate(all="ignore"):
        return value.astype(kind)


def _renumber(value: np.ndarray, chance: random.Random) -> np.ndarray:
    value = value.copy()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        new = np.asarray(chance.choice(NUMBERS)).astype(value.dtype)
    if chance.randrange(2) or not value.size:
        return np.full_like(value, new)
    value.flat[chance.randrange(value.size)] = new
    return value


def _scaled(value: np.ndarray, chance: random.Random) -> np.ndarray:
    with np.errstate(all="ignore"):
        factor = chance.choice([-1, 0, 2, 1000, 1e-6, 1e30])
        return np.asarray(value * np.asarray(factor)).astype(value.dtype)


CHANGES: list[Callable[[np.ndarray, random.Random], np.ndarray]] = [
    _reshape, _reshape, _retype, _renumber, _renumber, _scaled,
]  # fmt: skip


def _graphs(file: h5py.File) -> list[h5py.Group]:
    """The graph, and those within."""
    found = [file["node"]] if "node" in file else []
    file.visititems(
        lambda name, it: found.append(it) if isinstance(it, h5py.Group) and "nodes" in it else None
    )
    return [graph for graph in found if "nodes" in graph and isinstance(graph["nodes"], h5py.Group)]


def change_type(path: Path, chance: random.Random) -> None:
    """A node of another type, with the parameters that it had."""
    with h5py.File(path, "r+") as file:
        for graph in _graphs(file):
            nodes = [name for name in graph["nodes"] if "type" in graph["nodes"][name]]
            if nodes:
                node = graph["nodes"][chance.choice(nodes)]
                del node["type"]
                node["type"] = chance.choice(TYPES)


def rename(path: Path, chance: random.Random) -> None:
    """A node with another name: edges lead to none then, or to another."""
    with h5py.File(path, "r+") as file:
        graphs = _graphs(file)
        if not graphs:
            return
        nodes = chance.choice(graphs)["nodes"]
        if len(nodes):
            new = chance.choice(["input", "output", "0", "a.b", "é", "for", "x" * 300, " ", "*/"])
            if new not in nodes:
                nodes.move(chance.choice(list(nodes)), new)


def change_edges(path: Path, chance: random.Random) -> None:
    """Edges that are missing, twice there, turned around, or between any two nodes."""
    with h5py.File(path, "r+") as file:
        for graph in _graphs(file):
            if "edges" not in graph:
                continue
            ends = np.asarray(graph["edges"].asstr(errors="replace")[()]).reshape(-1, 2)
            edges = [tuple(edge) for edge in ends]
            names = [*graph["nodes"], "nowhere"]
            for _ in range(chance.randint(1, 3)):
                at = chance.randrange(len(edges)) if edges else 0
                change = chance.randrange(4)
                if change == 0 and edges:
                    del edges[at]
                elif change == 1 and edges:
                    edges.append(edges[at])
                elif change == 2 and edges:
                    edges[at] = edges[at][::-1]
                else:
                    edges.append((chance.choice(names), chance.choice(names)))
            del graph["edges"]
            data = np.array(edges, dtype=object).reshape(-1, 2)
            graph.create_dataset("edges", data=data, dtype=h5py.string_dtype())


def add_parameter(path: Path, chance: random.Random) -> None:
    """A parameter or a note that the type does not have."""
    names = ["bias", "metadata", "dt", "v_reset", "w_in", "padding", "input_type", "start_dim"]
    with h5py.File(path, "r+") as file:
        for graph in _graphs(file):
            nodes = [graph["nodes"][name] for name in graph["nodes"]]
            groups = [node for node in nodes if isinstance(node, h5py.Group)]
            name = chance.choice(names)
            if groups and name not in (node := chance.choice(groups)):
                node[name] = chance.choice([0, -1, 1.5, "same", "valid", "x"])


Damage = Callable[[Path, random.Random], None]
STRUCTURED: list[Damage] = [
    *[change_parameter] * 3, change_type, rename, change_edges, add_parameter,
]  # fmt: skip


def damage(content: bytes, path: Path, chance: random.Random) -> None:
    """Writes `content`, with one to three things broken."""
    path.write_bytes(content)
    for _ in range(chance.choice([1, 1, 2, 3])):
        try:
            change = chance.choice(STRUCTURED if chance.randrange(8) else DAMAGES)
            change(path, chance)
            if change not in STRUCTURED:
                return  # h5py may read for ever what has other bytes
        except (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError):
            return  # what is broken already can be no more


def options(chance: random.Random) -> dict[str, object]:
    """Some way to compile a file."""
    return {
        "convention": chance.choice([*PRESETS]) if chance.randrange(3) else "nir",
        "dtype": chance.choice(DTYPES),
        "dt": chance.choice([None, 1e-4, 1e-3, 0.7]),
        "input_type": chance.choice(["float", "spikes", "counts"]),
    }


@dataclass
class Summary:
    """Counts, and what was found: a message, the file as it was, and the seed."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, bytes, str]] = field(default_factory=list)

    @property
    def files(self) -> int:
        return sum(n for what, n in self.counts.items() if what != WITH_OPTIONS)

    def __str__(self) -> str:
        lines = [f"{self.files} files, {len(self.findings)} findings"]
        return "\n".join([*lines, *(f"  {n:6} {what}" for what, n in sorted(self.counts.items()))])


def fuzz_one(seed: int, path: Path, summary: Summary) -> None:
    """Damages one of the files and compiles it; `path` holds it as long as that takes."""
    chance = random.Random(seed)
    *groups, rest = sources()
    source = chance.choice(chance.choice([*groups, *groups, rest]))
    damage(source.read_bytes(), path, chance)
    how = options(chance)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                network = snnmlir.compile(path, name="net", **how)  # type: ignore[arg-type]
            except OptionError:
                summary.counts[WITH_OPTIONS] += 1
                network = snnmlir.compile(path, name="net")
            network.write(path.with_suffix(".c"))
        summary.counts["compiled"] += 1
    except SnnError as error:
        summary.counts[f"refused with a {type(error).__name__}"] += 1
        if not error.help and not isinstance(error, CompileError):  # those of passes say it all
            said = f"no help in: {error}"
            summary.findings.append((said, path.read_bytes(), f"{source.name} {how}"))
    except Exception:  # any: nobody should meet another
        summary.counts["failed"] += 1
        summary.findings.append((traceback.format_exc(), path.read_bytes(), f"{source.name} {how}"))


def run_chunk(seed: int, count: int, path: Path) -> Summary:
    """`fuzz_one` for `count` seeds, with limits of time and memory for each."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    summary = Summary()
    for number in range(seed, seed + count):
        signal.alarm(SECONDS)  # ends the process, also within a library
        fuzz_one(number, path, summary)
    signal.alarm(0)
    return summary


def run_apart(seed: int, count: int) -> Summary:
    """`run_chunk` in a process of its own, which may end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.nir"
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            try:
                return pool.submit(run_chunk, seed, count, path).result()
            except BrokenProcessPool:
                content = path.read_bytes() if path.exists() else b""
                found = [("the process died, or took too long", content, f"from seed {seed}")]
                return Summary(Counter({"ended the process": 1}), found)


def main(minutes: float, seed: int, folder: Path) -> int:
    """Runs for some time; prints counts, and writes files that fail into `folder`."""
    start, total = time.monotonic(), Summary()
    while time.monotonic() < start + 60 * minutes:
        summary = run_apart(seed, CHUNK)
        total.counts += summary.counts
        for message, content, how in summary.findings:
            total.findings.append((message, content, how))
            path = folder / f"nir-{seed}-{len(total.findings)}.nir"
            path.write_bytes(content)
            print(f"{path}: {how}\n{message[-2000:]}\n", flush=True)
        seed += CHUNK
    print(total)
    print(f"{time.monotonic() - start:.0f} s; the next seed is {seed}")
    return 1 if total.findings else 0

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures the generated C against dense C and against the memory's bandwidth: ./dev bench.

Everything is compiled with the same flags and measured in the same run, one core, batch 1. With
--peers other systems compute the same networks in the same run (bench/peers.py).
Instructions are counted with callgrind, as they do not wobble. The table goes to
docs/benchmarks.md.
"""

from __future__ import annotations

import itertools
import json
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import nir
import numpy as np
from baselines import sources
from peers import PEERS
from rich.console import Console
from rich.progress import track
from subjects import SUBJECTS, Subject, feedforward

import snnmlir
from snnmlir.compiler import DTYPES
from snnmlir.nir_import.graph import Affine, Conv

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs/benchmarks.md"
# What --target this host is.
HOST = {"x86_64": "x86-64", "aarch64": "aarch64"}.get(platform.machine(), "generic")


@dataclass(frozen=True)
class Build:
    """How the C of a network is made and built.

    Attributes:
        command: Compiler and flags.
        target: The C's --target.
    """

    command: tuple[str, ...]
    target: str = "generic"


_GCC = ("gcc", "-O3", "-march=native")
_CLANG = ("clang-22", "-O3", "-march=native")
BUILDS = {
    "gcc -O2": Build(("gcc", "-O2")),
    f"gcc -O2, {HOST}": Build(("gcc", "-O2"), HOST),
    "gcc -O3": Build(("gcc", "-O3")),
    "gcc -O3 native": Build(_GCC),
    f"gcc -O3 native, {HOST}": Build(_GCC, HOST),
    "clang -O3": Build(("clang-22", "-O3")),
    f"clang -O3, {HOST}": Build(("clang-22", "-O3"), HOST),
    "clang -O3 native": Build(_CLANG),
    f"clang -O3 native, {HOST}": Build(_CLANG, HOST),
}
STEPS = 256
# How often each program runs; the fastest counts. A shared machine is slow for seconds at a time.
ROUNDS = 16
PEERS_PYTHON = HERE.parent / ".venv-peers/bin/python"
PEER_DENSITIES = (0.02, 0.05, 0.2, 1.0)
PEER_BUILD = f"gcc -O3 native, {HOST}"


@dataclass(frozen=True)
class Result:
    """One row: times in nanoseconds per step, medians of 15 repetitions, of the fastest round.

    Attributes:
        network: Name of the network.
        dtype: f32, f64, or integers; those are compared with dense f32.
        build: Compiler, flags and --target: a name of BUILDS.
        density: Part of the inputs that are active.
        ours: Time of one whole step.
        low: The third fastest of the repetitions.
        high: The third slowest.
        naive: Dense synapses alone, a dot product for each output.
        rows: Dense synapses alone, row by row with fixed sizes; None for convolutions.
        limit: The first layer's weights that active inputs touch, at the measured bandwidth.
        instructions: Instructions of one step, mean.
    """

    network: str
    dtype: str
    build: str
    density: float
    ours: float
    low: float
    high: float
    naive: float
    rows: float | None
    limit: float
    instructions: float | None


@dataclass(frozen=True)
class PeerResult:
    """One network in another system; a number for each input in all but the names.

    Attributes:
        network: Name of the network.
        system: Name and version.
        how: What one call computes.
        neurons: Convention under which our C makes the same neurons.
        density: Part of the inputs that are active.
        time: Nanoseconds per step, the fastest of 15 repetitions.
        ours: Time of one step of our C, f32 and PEER_BUILD.
        spikes: Spikes at the outputs of our C, with the same neurons.
        differ: Outputs, of one step and one neuron each, that are not the same in our C.
        lacks: What the network has that the system cannot express, and then there are no times.
    """

    network: str
    system: str
    how: str
    neurons: str
    density: list[float]
    time: list[float]
    ours: list[float]
    spikes: list[int]
    differ: list[int]
    lacks: str


def spikes(subject: Subject, shape: tuple[int, ...], density: float) -> np.ndarray:
    """[T, *shape] of 0 and 1."""
    if subject.samples is not None:
        return subject.samples()
    rng = np.random.default_rng(int(1000 * density))
    return (rng.random((STEPS, *shape)) < density).astype(np.uint8)


def densities(subject: Subject) -> Iterable[float | None]:
    """Parts of the inputs that spike; None where the input is recorded."""
    return subject.densities if subject.samples is None else (None,)


def prepare(
    source: nir.NIRGraph | Path, options: dict[str, Any], dtype: str, target: str, folder: Path
) -> snnmlir.Network:
    """Writes the C of one network, and what it is compared with, to a new `folder`."""
    network = snnmlir.compile(
        source, dtype=dtype, target=target, input_type="spikes", name="net", **options
    )
    files = sources(network.graph, "f64" if dtype == "f64" else "f32")
    assert files is not None
    output = {
        "uint8": "uint8_t", "int16": "int16_t", "float32": "float", "float64": "double",
    }  # fmt: skip
    files["baseline.h"] += f"#define OUTPUT {output[network.outputs[0].dtype.name]}\n"
    folder.mkdir()
    network.write(folder / "net.c")
    for file, text in files.items():
        (folder / file).write_text(text)
    return network


def build(folder: Path, command: tuple[str, ...]) -> None:
    """Builds what `prepare` wrote."""
    names = sorted(file.name for file in folder.glob("*.c"))
    flags = [*command, "-std=gnu11", "-I.", "-o", "bench", *names, HERE / "harness.c"]
    subprocess.run(flags, cwd=folder, check=True)


def run(folder: Path, x: np.ndarray, *only: str) -> dict[str, tuple[float, ...]]:
    """Nanoseconds of what `build` built: median, third fastest and third slowest, by name.

    Args:
        folder: Where that is.
        x: Input of all steps.
        only: "ours" for nothing else.
    """
    (folder / "input").write_bytes(x.tobytes())
    text = subprocess.run(
        ["./bench", "input", *only], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    lines = (line.split() for line in text.splitlines())
    return {key: tuple(map(float, values)) for key, *values in lines}


def fastest(rounds: Iterable[dict[str, tuple[float, ...]]]) -> dict[str, tuple[float, ...]]:
    """Of several times of `run`, those of the least median, by name."""
    best: dict[str, tuple[float, ...]] = {}
    for times in rounds:
        for key, values in times.items():
            best[key] = min(best.get(key, values), values)
    return best


def measure(
    subject: Subject,
    dtypes: Iterable[str],
    builds: dict[str, Build],
    instructions: bool,
) -> list[Result]:
    """All types, builds and densities of one network.

    What is compared is measured in turn, several times: the machine's clock may change.
    """
    source = subject.make()
    if source is None:
        return []
    results = []
    with tempfile.TemporaryDirectory(prefix="snn-bench-") as name:
        targets = dict.fromkeys(way.target for way in builds.values())
        folders = {key: Path(name) / "-".join(key) for key in itertools.product(dtypes, targets)}
        networks = {
            key: prepare(source, subject.options, *key, folder) for key, folder in folders.items()
        }
        for built, way in builds.items():
            for dtype in dtypes:
                build(folders[dtype, way.target], way.command)
            for density in densities(subject):
                shape = networks[next(iter(dtypes)), way.target].inputs[0].shape
                x = spikes(subject, shape, density or 0.0)
                rounds = [
                    {dtype: run(folders[dtype, way.target], x, *only) for dtype in dtypes}
                    for only in ((), *(("ours",) for _ in range(1, ROUNDS)))
                ]
                for dtype in dtypes:
                    folder, network = folders[dtype, way.target], networks[dtype, way.target]
                    times = fastest(times[dtype] for times in rounds)
                    results.append(
                        Result(
                            network=subject.name,
                            dtype=dtype,
                            build=built,
                            density=float(x.mean()),
                            ours=times["ours"][0],
                            low=times["ours"][1],
                            high=times["ours"][2],
                            naive=times["naive"][0],
                            rows=times["rows"][0] if "rows" in times else None,
                            limit=times["bandwidth"][0] * touched_bytes(network, x),
                            instructions=count(folder, len(x)) if instructions else None,
                        )
                    )
    return results


def measure_peers(subject: Subject, results: list[Result]) -> list[PeerResult]:
    """Other systems on one network.

    Args:
        subject: The network.
        results: Where our times are; what is missing there is measured.
    """
    source = subject.make()
    if source is None or not subject.neurons:
        return []
    wanted = [d for d in densities(subject) if d is None or d in PEER_DENSITIES]
    found = [r for r in results if r.dtype == "f32" and r.build == PEER_BUILD]
    if not found:
        builds = {PEER_BUILD: BUILDS[PEER_BUILD]}
        found = measure(subject, ("f32",), builds, instructions=False)
    ours = [r.ours for r, d in zip(found, densities(subject), strict=True) if d in wanted]

    def compiled(options: dict[str, Any]) -> snnmlir.Network:
        return snnmlir.compile(source, dtype="f32", input_type="spikes", **options)

    shape = compiled(subject.options).inputs[0].shape
    inputs = [spikes(subject, shape, density or 0.0) for density in wanted]
    measured = []
    with tempfile.TemporaryDirectory(prefix="snn-bench-") as name:
        folder = Path(name)
        nir.write(folder / "network.nir", nir.read(source) if isinstance(source, Path) else source)
        (folder / "options.json").write_text(json.dumps(subject.options))
        np.savez(folder / "inputs.npz", *inputs)
        for index, peer in enumerate(PEERS):
            command = [PEERS_PYTHON, HERE / "peers.py", str(index), folder]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            answer = json.loads((folder / "result.json").read_text())
            theirs = [np.array(result["output"]) for result in answer["results"]]
            options = peer.neurons(subject.options)
            network = compiled(options)
            expected = [network.run(x).reshape(len(x), -1) for x in inputs]
            measured.append(
                PeerResult(
                    network=subject.name,
                    system=f"{peer.name} {answer['version']}",
                    how=peer.how,
                    neurons=options["convention"],
                    density=[float(x.mean()) for x in inputs],
                    time=[1e3 * result["time"] for result in answer["results"]],
                    ours=ours,
                    spikes=[int(y.sum()) for y in expected],
                    differ=[int((y != z).sum()) for y, z in zip(expected, theirs, strict=False)],
                    lacks=answer["lacks"],
                )
            )
    return measured


def touched_bytes(network: snnmlir.Network, x: np.ndarray) -> float:
    """Bytes of the first layer's weights that the active inputs of one step use, mean."""
    size = {"f32": 4, "f64": 8, "int16": 2, "int8": 1, "int4": 0.5}[network.dtype]
    first = next(n for n in network.graph.nodes.values() if isinstance(n, Affine | Conv))
    per_input = first.weight.shape[0]
    if isinstance(first, Conv):
        per_input *= np.prod(first.weight.shape[2:]) / np.prod(first.stride)
    return float(size * per_input * x.reshape(len(x), -1).sum(1).mean())


def count(folder: Path, steps: int) -> float:
    """Instructions of one step, by callgrind."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=callgrind.out",
         "--toggle-collect=net_step", "./bench", "input", "once"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    # Machines whose newest instructions valgrind does not know.
    return int(found[1]) / steps if done.returncode == 0 and found else float("nan")


def compile_time() -> str:
    """Seconds and peak memory of compiling a 4096 x 4096 layer to C, in a process of its own."""
    start = time.monotonic()
    network = snnmlir.compile(feedforward(4096, 4096), convention="snntorch", dt=1e-4)
    with tempfile.TemporaryDirectory() as folder:
        network.write(Path(folder) / "net.c")
    seconds = time.monotonic() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return f"{seconds:.1f} s, {peak:.2f} GB at most"


def processor() -> str:
    """Name of the processor."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def versions() -> str:
    """The compilers' own words."""
    names = [
        subprocess.run([c, "--version"], capture_output=True, text=True, check=True).stdout
        for c in ("gcc", "clang-22")
    ]
    return "; ".join(text.splitlines()[0] for text in names)


def number(value: float | None) -> str:
    """Three digits, or nothing for what was not measured."""
    if value is None or value != value:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def integer_table(results: list[Result]) -> list[str]:
    """Lines of the table of f32 and int8: by build, and by the fastest code of each type."""
    times: dict[tuple[str, float], dict[str, dict[str, float]]] = {}
    for r in results:
        place = times.setdefault((r.network, r.density), {})
        place.setdefault(r.dtype, {})[r.build] = r.ours
    builds = tuple(dict.fromkeys(r.build for r in results))
    lines = [
        "## Integers and floats",
        "",
        "How many times as long as the int8 C the f32 C takes for one step: built alike, and each",
        "as it is fastest.",
        "",
        "| network | input | " + " | ".join(builds) + " | fastest |",
        "|---|---|" + "---|" * (len(builds) + 1),
    ]
    for (name, density), types in times.items():
        if not {"f32", "int8"} <= types.keys():
            return []
        floats, integers = types["f32"], types["int8"]
        ratios = [floats[build] / integers[build] for build in builds]
        ratios.append(min(floats.values()) / min(integers.values()))
        cells = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        lines.append(f"| {name} | {density:.1%} | {cells} |")
    return [*lines, ""]


def peer_table(results: list[PeerResult]) -> list[str]:
    """Lines of the table of other systems on one network."""
    (first, *_) = results
    inputs = " | ".join(f"{density:.1%} | / ours" for density in first.density)
    ours = " | ".join(f"{number(time / 1e3)} | 1" for time in first.ours)
    lines = [
        "### Other systems",
        "",
        f"| system | one call computes | neurons as in | differ / spikes | {inputs} |",
        "|---|---|---|---" + "|---|---" * len(first.density) + "|",
        f"| this compiler, f32, {PEER_BUILD} | one step | | | {ours} |",
    ]
    for r in results:
        if r.lacks:
            lines.append(f"| {r.system} | {r.lacks} | | |" + " | |" * len(r.density))
            continue
        pairs = zip(r.time, r.ours, strict=True)
        times = " | ".join(f"{number(time / 1e3)} | {number(time / ours)}" for time, ours in pairs)
        lines.append(
            f"| {r.system} | {r.how} | `{r.neurons}` | {sum(r.differ):,} / {sum(r.spikes):,} "
            f"| {times} |"
        )
    return [*lines, ""]


def page(
    results: list[Result], peer_results: list[PeerResult], compiled: str, arguments: str
) -> str:
    """The page of the documentation."""
    about_peers = [
        "- *Other systems*: microseconds per step of the same network, weights and input, the",
        "  fastest of 15 repetitions, batch 1, one thread, float32, and how many times as long as",
        "  ours that is. A call that computes all steps has to wait for the last input; Brian2",
        "  says itself how long its program's loop over the steps took. What a network has and a",
        "  system does not stands in its row.",
        "  *Neurons as in* names the convention with the neurons that the system has, not always",
        "  the network's own; *differ* counts the outputs that are not those of our C under this",
        "  convention, *spikes* the spikes among these, over all inputs of the table.",
    ]
    lines = [
        "<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->",
        "<!-- Made by ./dev bench. -->",
        "",
        "# Benchmarks",
        "",
        f"`./dev bench{arguments}` on {processor()}, one core, batch 1. {versions()}.",
        "",
        "- *build*: the compiler and its flags; *native* is `-march=native`. The C is `generic`,",
        f"  but with *{HOST}* that of `--target {HOST}`.",
        "- *ours*: one whole step of the generated C, nanoseconds, the median of 15 repetitions",
        "  and the third fastest and slowest, in the fastest of "
        f"{ROUNDS} rounds. Inputs are spikes,",
        "  random but for Braille's sample.",
        "- *naive*: dense synapses alone, a dot product for each output with sizes known at run",
        "  time; *rows*: dense synapses alone, row by row with fixed sizes. Both without neurons.",
        "- *limit*: the time that reading the first layer's weights of the active inputs takes at",
        "  the bandwidth that was measured for this working set.",
        "- *instructions*: of one step of ours, counted by callgrind (empty where it does not know",
        "  the processor's).",
        *(about_peers if peer_results else []),
        "",
        f"Compiling a 4096 x 4096 Affine and LIF to C: {compiled}.",
        "",
        *integer_table(results),
    ]
    for name in dict.fromkeys(result.network for result in results):
        lines += [
            f"## {name}",
            "",
            "| type | build | input | ours | | naive / ours | rows / ours | ours / limit "
            "| instructions |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {r.dtype} | {r.build} | {r.density:.1%} | {number(r.ours)} "
            f"| {number(r.low)}..{number(r.high)} | {number(r.naive / r.ours)} "
            f"| {number(r.rows / r.ours if r.rows else None)} | {number(r.ours / r.limit)} "
            f"| {number(r.instructions)} |"
            for r in sorted(results, key=lambda result: result.dtype)
            if r.network == name
        ]
        lines.append("")
        peers = [result for result in peer_results if result.network == name]
        lines += peer_table(peers) if peers else []
    return "\n".join(lines)


@click.command()
@click.option("--only", help="Networks with this in their name.")
@click.option("--dtype", "dtypes", multiple=True, type=click.Choice(DTYPES))
@click.option("--build", "chosen", multiple=True, type=click.Choice(list(BUILDS)))
@click.option("--large", is_flag=True, help="Also networks whose C takes minutes to compile.")
@click.option("--instructions/--no-instructions", default=True, help="Count instructions.")
@click.option("--peers", is_flag=True, help="Also other systems, on the same networks.")
@click.option("--write", is_flag=True, help="Write docs/benchmarks.md.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the numbers.")
def main(
    only: str | None,
    dtypes: tuple[str, ...],
    chosen: tuple[str, ...],
    large: bool,
    instructions: bool,
    peers: bool,
    write: bool,
    json_file: Path | None,
) -> None:
    """Measure the generated C."""
    if peers and not PEERS_PYTHON.exists():
        raise click.UsageError(f"there is no {PEERS_PYTHON}: ./dev bench --peers makes it")
    subjects = [s for s in SUBJECTS if (not only or only in s.name) and (large or not s.large)]
    builds = {name: BUILDS[name] for name in chosen or BUILDS}
    compiled = compile_time() if not only else "not measured"
    types = tuple(dict.fromkeys(dtypes)) or ("f32", "f64", "int8")
    results: list[Result] = []
    for subject in track(subjects, console=Console(stderr=True), description="measuring"):
        results += measure(subject, types, builds, instructions)
    peer_results: list[PeerResult] = []
    for subject in track(
        subjects if peers else (), console=Console(stderr=True), description="other systems"
    ):
        peer_results += measure_peers(subject, [r for r in results if r.network == subject.name])
    arguments = "".join(f" {argument}" for argument in sys.argv[1:])
    text = page(results, peer_results, compiled, arguments)
    click.echo(text)
    if write:
        PAGE.write_text(text + "\n")
    if json_file:
        rows = {
            "results": [vars(r) for r in results],
            "peers": [vars(r) for r in peer_results],
        }
        json_file.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()

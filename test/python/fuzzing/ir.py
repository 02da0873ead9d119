# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random `snn` IR, valid and damaged, through every pipeline and to C.

Valid modules are lowered, or refused with one of `REFUSALS`; damaged ones are lowered or refused
with an error that has a location. Nothing crashes or hangs, and the same module gives the same
result with and without threads. What fails otherwise is a `Finding`, with the module as small as
taking lines away makes it.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .damage import damaged
from .networks import random_module

SECONDS = 60  # for one module of some kilobytes, also with sanitizers on a busy machine
DAMAGED = 6

# Each gets its options after the name of the program.
PASSES = (
    "snn-channels-last,snn-use-events{min-inputs=1},snn-insert-rescale,snn-fuse-sums,"
    "canonicalize,cse"
)
TO_INTEGERS = "snn.network(snn-insert-rescale,snn-infer-ranges)"
PIPELINES: dict[str, tuple[str, ...]] = {
    "verify": ("snn-opt",),
    "simplify": ("snn-opt", "--canonicalize", "--cse"),
    "network passes": ("snn-opt", f"--pass-pipeline=builtin.module(snn.network({PASSES}))"),
    "kernels": ("snn-opt", "--snn-select-kernels=processor-cost=1000000"),
    "linalg": ("snn-opt", "--snn-to-linalg=min-event-inputs=1"),
    "loops": ("snn-opt", "--snn-to-loops"),
    "loops of blocks": (
        "snn-opt",
        "--snn-to-loops=block-outputs=4 rows=false flipped-signs=true words=true upper-products=1",
    ),
    "loops of vectors": (
        "snn-opt",
        "--snn-to-loops=vector-sums=32 float-outputs=4 vector-rows=1 vector-neurons=8",
    ),
    "integers in pairs": (
        "snn-opt",
        f"--pass-pipeline=builtin.module({TO_INTEGERS},snn-to-loops{{min-event-inputs=1 "
        "patches=1 vector-sums=64 vector-rows=1 pair-products=1})",
    ),
    "integers": ("snn-opt", f"--pass-pipeline=builtin.module({TO_INTEGERS},snn-to-loops)"),
    "int4": ("snn-opt", "--snn-to-int=weight-bits=4", "--snn-to-loops"),
    "int8": ("snn-opt", "--snn-to-int=weight-bits=8 powers-of-two=true", "--snn-to-loops"),
    "int16": ("snn-opt", "--snn-to-int=weight-bits=16 short-states=false", "--snn-to-loops"),
    "C": ("snn-translate", "--snn-to-c11"),
    "header": ("snn-translate", "--snn-to-c11-header"),
}
# Forms in which the same module is read again.
FORMS: dict[str, tuple[str, ...]] = {
    "as printed": (),
    "generic": ("--mlir-print-op-generic",),
    "bytecode": ("--emit-bytecode",),
}
# What a valid network may be told, and where it is said that it may.
REFUSALS = {
    r"adds more in one step than the \d+ by which its state can wrap": "spec.md, `wrap`",
    r"is too large for 32 bits": "spec.md, 32 bits for all that is computed",
    r"adds more at once than 32 bits hold": "spec.md, 32 bits for all that is computed",
    r"sum can reach .*, expected less than 2\^31": "snn-infer-ranges",
    r"has a state that may leave its type": "snn-infer-ranges",
    r"'quant\.[dq]cast' op cannot be lowered to linalg yet": "snn-insert-rescale comes before",
    r"quantized .* already, leave snn-quantize out": "snn-quantize",
    r"has numbers so small or so large that their scale leaves f32": "snn-quantize",
    r"holds (NaN|infinity) at index": "snn-quantize",
    r"is the second step function; one network makes one C file": "one network, one C file",
    r"is neither a constant nor a signal with the storage": "snn-fuse-sums",
}
LOCATED = re.compile(r"^(\S+):\d+:\d+: error: (.*)$", re.MULTILINE)
# The innermost parser is the last that a crash names.
PARSER = r"MLIR Parser: custom op parser '{}'(?!.*MLIR Parser)"
# Where MLIR's own code asserts on what it reads.
UPSTREAM = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        # That of linalg.transpose, where a number of its permutation is none.
        PARSER.format(r"linalg\.\w+"),
        # That of memref.global, where a tensor cannot have the elements of its type.
        "error: invalid tensor element type: .*" + PARSER.format(r"memref\.global"),
        # The verifiers of tensor.expand_shape and collapse_shape, where a dimension of the
        # reassociation is negative.
        r"Assertion `willBeValidAffineMap\(.*mlir::getSymbolLessAffineMaps\(.*"
        r"mlir::tensor::(Expand|Collapse)ShapeOp::verify\(\)",
    )
]
SANITIZERS = re.compile(r"(ERROR|SUMMARY): \w*Sanitizer|runtime error:")


@dataclass(frozen=True)
class Finding:
    """A module that is not treated as it should, the command, and what happened."""

    kind: str
    command: tuple[str, ...]
    text: str
    said: str

    def __str__(self) -> str:
        return f"{self.kind}: {' '.join(self.command)}\n{self.said[:1500]}"

    def write(self, folder: Path, name: str) -> Path:
        """The reproducer: a module that says in its first lines how to run it."""
        path = folder / f"{name}.mlir"
        said = "".join(f"// {line}\n" for line in self.said.splitlines()[:20])
        path.write_text(f"// {self.kind}\n// {' '.join(self.command)}\n{said}{self.text}")
        return path


@dataclass
class Result:
    """What a program said of a module."""

    code: int
    out: bytes
    said: str

    @property
    def errors(self) -> list[str]:
        return [match.group(2) for match in LOCATED.finditer(self.said)]

    def crash(self) -> str | None:
        """What kind of end it was that no input may lead to."""
        if self.code == HUNG:
            return "does not end"
        if self.code < 0:
            if any(pattern.search(self.said) for pattern in UPSTREAM):
                return None
            return f"ended by signal {-self.code}"
        if SANITIZERS.search(self.said):
            return "stopped by a sanitizer"
        if self.code and not self.errors:
            return "refused without an error that has a location"
        return None


HUNG = 1000


def run(command: Sequence[str], text: str | bytes) -> Result:
    """Runs a program of ours on a module, which it reads as `<stdin>`."""
    try:
        done = subprocess.run(
            command,
            input=text.encode() if isinstance(text, str) else text,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return Result(HUNG, b"", f"did not end in {late.timeout} s")
    return Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def is_documented(result: Result) -> bool:
    return bool(result.errors) and all(
        any(re.search(pattern, error) for pattern in REFUSALS) for error in result.errors[:1]
    )


def check_forms(text: str) -> Iterator[Finding]:
    """Whatever it is printed as, the same module is read again."""
    first = run(["snn-opt"], text)
    for name, options in FORMS.items():
        form = run(["snn-opt", *options], text)
        again = run(["snn-opt"], form.out)
        if form.code or again.code or again.out != first.out:
            kind = f"another module when read {name}"
            yield Finding(kind, ("snn-opt", *options), text, again.said)


def check_valid(text: str, counts: Counter[str]) -> Iterator[Finding]:
    """Findings about a module that the verifier has to accept."""
    yield from check_forms(text)
    for name, command in PIPELINES.items():
        result = run(command, text)
        if result.code == 0:
            counts[f"{name}: lowered"] += 1
        elif (crash := result.crash()) is not None:
            yield Finding(crash, command, text, result.said)
        elif name not in ("verify", "simplify", "network passes", "kernels") and is_documented(
            result
        ):
            counts[f"{name}: refused"] += 1
        else:
            yield Finding("a valid module is refused", command, text, result.said)
    for name in ("loops", "integers", "int8"):
        command = PIPELINES[name]
        threads, alone = run(command, text), run([*command, "--mlir-disable-threading"], text)
        if (threads.code, threads.out) != (alone.code, alone.out):
            yield Finding("depends on threads", command, text, threads.said)


def check_damaged(text: str, names: Sequence[str], counts: Counter[str]) -> Iterator[Finding]:
    """Findings about a module of which nobody knows whether it is valid."""
    for name in names:
        command = PIPELINES[name]
        result = run(command, text)
        counts["damaged: accepted" if result.code == 0 else "damaged: refused"] += 1
        if (crash := result.crash()) is not None:
            yield Finding(crash, command, text, result.said)
        elif result.code and name == "verify":
            return  # all others would say the same
        elif result.code == 0 and name not in ("C", "header"):
            again = run(["snn-opt"], result.out)
            if again.code:
                yield Finding("what a pass made is not read again", command, text, again.said)


def check_c(text: str, folder: Path) -> Iterator[Finding]:
    """The C of a module is C, without a warning."""
    source, header = (run(PIPELINES[name], text) for name in ("C", "header"))
    if source.code:
        return
    (folder / "n0.c").write_bytes(source.out)
    (folder / "n0.h").write_bytes(header.out)
    # A spike may be compared with 28, and what is always 0 reads no input.
    odd = ("-Wno-bool-compare", "-Wno-unused-parameter")
    warnings = ("-Wall", "-Wextra", "-Wpedantic", "-Werror", *odd)
    command = ("gcc", "-std=c11", "-fsyntax-only", *warnings, "n0.c")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        yield Finding("gcc refuses the C", PIPELINES["C"], text, done.stderr)


# Where damage begins: the network as written, or what passes make of it.
STAGES: tuple[tuple[str, ...], ...] = (
    (),
    (),
    ("--mlir-print-op-generic",),
    ("--mlir-print-op-generic",),
    ("--snn-to-int", "--mlir-print-op-generic"),
    ("--snn-to-linalg",),
    ("--snn-to-loops",),
    ("--snn-to-int", "--snn-to-loops"),
    ("--snn-to-loops", "--mlir-print-op-generic"),
)


def damaged_module(chance: random.Random) -> tuple[str, list[str]]:
    """A module with something broken, and the pipelines to try on it."""
    text, stage = random_module(chance), chance.choice(STAGES)
    if stage:
        lowered = run(["snn-opt", *stage], text)
        if lowered.code == 0:
            text = lowered.out.decode()
    is_loops = "--snn-to-loops" in stage
    others = [*PIPELINES][1:] if not is_loops else ["C", "C", "header", "simplify"]
    return damaged(text, chance), ["verify", chance.choice(others)]


@dataclass
class Summary:
    """Counts, and what was found."""

    valid: int = 0
    damaged: int = 0
    compiled: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{self.valid} valid modules, {self.damaged} damaged ones, C of {self.compiled} "
            f"checked, {len(self.findings)} findings"
        ]
        return "\n".join([*lines, *(f"  {n:6} {what}" for what, n in sorted(self.counts.items()))])


def fuzz_one(seed: int, summary: Summary) -> list[Finding]:
    """One valid module, and `DAMAGED` with something broken."""
    chance = random.Random(seed)
    text = random_module(chance)
    found = list(check_valid(text, summary.counts))
    summary.valid += 1
    if seed % 5 == 0:
        with tempfile.TemporaryDirectory() as folder:
            found += check_c(text, Path(folder))
        summary.compiled += 1
    for _ in range(DAMAGED):
        text, names = damaged_module(chance)
        found += check_damaged(text, names, summary.counts)
        summary.damaged += 1
    return found


def shrunk(finding: Finding) -> Finding:
    """The same with as few lines as show it: whatever can go without another end goes."""

    def is_same(lines: Sequence[str]) -> Finding | None:
        text = "\n".join(lines)
        if finding.kind == "a valid module is refused":
            return _still_refused(finding, text)
        if finding.kind.startswith(("another module", "depends", "gcc")):
            return None
        found = check_damaged(text, _names_of(finding.command), Counter())
        return next((other for other in found if other.kind == finding.kind), None)

    before = None
    while before != finding.text:
        before = finding.text
        for text in _with_fewer_outputs(finding.text):
            smaller = is_same(text.split("\n"))
            if smaller is not None:
                finding = smaller
                break
        lines = finding.text.split("\n")
        size = max(1, len(lines) // 2)
        while size:
            at = 0
            while at < len(lines):
                fewer = lines[:at] + lines[at + size :]
                smaller = is_same(fewer)
                if smaller is not None:
                    lines, finding = fewer, smaller
                else:
                    at += size
            size //= 2
    return finding


def _with_fewer_outputs(text: str) -> Iterator[str]:
    """The module without one output of a network, so that what leads to it may go, too."""
    network = re.compile(r"(-> \()(.*)(\) attributes.*\n(?:.*\n)*?\s*snn\.output )(.*) : (.*)\n")
    for match in network.finditer(text):
        results, types = _separated(match[2]), _separated(match[5])
        names = match[4].split(", ")
        for i in range(len(names) if len(names) > 1 else 0):
            kept = [", ".join(part[:i] + part[i + 1 :]) for part in (results, names, types)]
            new = f"{match[1]}{kept[0]}{match[3]}{kept[1]} : {kept[2]}\n"
            yield text[: match.start()] + new + text[match.end() :]


def _separated(text: str) -> list[str]:
    """What commas separate that are in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "<({[") - (letter in ">)}]")
        parts[-1] += letter
        if letter == "," and depth == 0:
            parts[-1] = parts[-1][:-1]
            parts.append("")
    return [part.strip() for part in parts]


def _names_of(command: tuple[str, ...]) -> list[str]:
    return [name for name, other in PIPELINES.items() if other == command]


def _still_refused(finding: Finding, text: str) -> Finding | None:
    """Refused with the same words, and accepted by the verifier."""

    def words(said: str) -> str:
        return re.sub(r"\d+", "", next(iter(LOCATED.findall(said)), ("", ""))[1])

    result = run(finding.command, text)
    same = result.code and words(result.said) == words(finding.said)
    if not same or (finding.command != PIPELINES["verify"] and run(["snn-opt"], text).code):
        return None
    return Finding(finding.kind, finding.command, text, result.said)


def main(minutes: float, seed: int, folder: Path) -> int:
    """Runs for some time; prints counts, and writes what was found into `folder`."""
    summary, start = Summary(), time.monotonic()
    while time.monotonic() < start + 60 * minutes:
        for finding in fuzz_one(seed, summary):
            summary.findings.append(finding)
            if len(summary.findings) < 50:
                path = shrunk(finding).write(folder, f"ir-{seed}-{len(summary.findings)}")
                print(f"{path}\n{finding}\n", flush=True)
        seed += 1
    print(summary)
    print(f"{time.monotonic() - start:.0f} s; the next seed is {seed}; {shutil.which('snn-opt')}")
    return 1 if summary.findings else 0

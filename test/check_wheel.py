# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks a wheel in fresh environments, one for each Python: ``check_wheel.py WHEEL PYTHON...``.

No environment variable is inherited. All programs run, and a NIR file is compiled to C, which is
built and compared with the reference.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

DIGITS = Path(__file__).resolve().parent.parent / "examples/digits/digits.nir"
CONVENTION = ["--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes"]
VERIFIED = "verified: equal to the reference interpreter"
PROGRAMS = [
    *("snn-opt", "snn-translate", "snn-lsp-server"),
    *("snn-mlir-check", "snn-mlir-compile", "snn-mlir-run"),
]


def check(wheel: Path, python: str, folder: Path) -> str:
    """The Python's version, after everything ran."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    subprocess.run(
        [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", wheel], check=True
    )

    def run(program: str, *arguments: str) -> str:
        done = subprocess.run(
            [folder / "bin" / program, *arguments],
            cwd=folder,
            env={"PATH": f"{folder}/bin:/usr/bin:/bin"},
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.stdout

    for program in PROGRAMS:
        assert "--help" in run(program, "--help"), program
    told = run("snn-mlir-compile", str(DIGITS), "-o", "digits.c", *CONVENTION, "--verify")
    assert VERIFIED in told, told
    assert "void digits_step(" in (folder / "digits.c").read_text()
    run("snn-mlir-compile", str(DIGITS), "-o", "digits.mlir", *CONVENTION)
    (folder / "loops.mlir").write_text(run("snn-opt", "--snn-to-loops", "digits.mlir"))
    assert "_step(" in run("snn-translate", "--snn-to-c11", "loops.mlir")
    return run("python", "-c", "import platform; print(platform.python_version())").strip()


def main() -> None:
    """Checks the wheel in each Python."""
    wheel, *pythons = sys.argv[1:]
    for python in pythons:
        with tempfile.TemporaryDirectory(prefix="snn-wheel-") as folder:
            version = check(Path(wheel).resolve(), python, Path(folder))
            print(f"Python {version}: digits compiled and verified, {len(PROGRAMS)} programs run")


if __name__ == "__main__":
    main()

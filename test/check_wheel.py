# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks a wheel in fresh environments, one for each Python.

``check_wheel.py [--mlir] WHEEL PYTHON...``. No environment variable is inherited. All programs run,
and a NIR file is compiled to C, which is built and compared with the reference. With --mlir the
extra `mlir` is installed, too, and a network goes to MLIR's own Python and back.
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
    *("snn-mlir-check", "snn-mlir-compile", "snn-mlir-run", "snn-mlir-target"),
]
THERE_AND_BACK = f"""
import snnmlir
net = snnmlir.compile({str(DIGITS)!r}, convention="snntorch", dt=1e-4, input_type="spikes")
from mlir import ir
from mlir.dialects import snn
module = ir.Module.parse(net.bytecode, ir.Context())
assert snn.translate_to_c11(module, prefix="digits", header="digits.h") == (net.c, net.h)
assert net.with_mlir(str(module)).c == net.c
"""


def check(wheel: Path, python: str, folder: Path, mlir: bool) -> str:
    """The Python's version, after everything ran."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    what = f"{wheel}[mlir]" if mlir else wheel
    subprocess.run(
        [folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", what], check=True
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
    on = ("--verify", "--on", "native")
    told = run("snn-mlir-compile", str(DIGITS), "-o", "digits.c", *CONVENTION, *on)
    assert VERIFIED in told, told
    assert "void digits_step(" in (folder / "digits.c").read_text()
    run("snn-mlir-compile", str(DIGITS), "-o", "digits.mlir", *CONVENTION)
    run("snn-mlir-compile", str(DIGITS), "-o", "digits.c", *CONVENTION, "--report", "report.html")
    assert "var uPlot=function" in (folder / "report.html").read_text()
    (folder / "loops.mlir").write_text(run("snn-opt", "--snn-to-loops", "digits.mlir"))
    assert "_step(" in run("snn-translate", "--snn-to-c11", "loops.mlir")
    if mlir:
        run("python", "-c", THERE_AND_BACK)
    return run("python", "-c", "import platform; print(platform.python_version())").strip()


def main() -> None:
    """Checks the wheel in each Python."""
    mlir = sys.argv[1:2] == ["--mlir"]
    wheel, *pythons = sys.argv[1 + mlir :]
    for python in pythons:
        with tempfile.TemporaryDirectory(prefix="snn-wheel-") as folder:
            version = check(Path(wheel).resolve(), python, Path(folder), mlir)
            done = f"digits compiled and verified, {len(PROGRAMS)} programs run"
            print(f"Python {version}: {done}" + (", and MLIR's own Python" if mlir else ""))


if __name__ == "__main__":
    main()

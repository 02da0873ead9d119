# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What an import brings along: nobody waits for what is not used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import snnmlir

HEAVY = {
    *("click", "h5py", "jinja2", "mlir", "nir", "numpy", "pygments", "rich", "tomli_w", "torch"),
    *("snnmlir._mlir", "snnmlir.compiler", "snnmlir.inference", "snnmlir.reference"),
}


def imported(code: str) -> set[str]:
    """The heavy modules that are there after the code."""
    code += f"; import sys; print(*({HEAVY!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(done.stdout.splitlines()[-1].split()) if done.stdout.strip() else set()


def test_the_package_imports_nothing() -> None:
    assert imported("import snnmlir") == set()


@pytest.mark.parametrize("command", ["compile", "check", "run"])
def test_help_needs_no_compiler(command: str) -> None:
    code = f"from snnmlir.cli.{command} import main; main(['--help'], standalone_mode=False)"
    assert imported(code) <= {"click", "tomli_w"}


def test_compiling_needs_no_commands_templates_and_mlir_of_others() -> None:
    assert imported("from snnmlir import compile").isdisjoint(
        {"click", "jinja2", "mlir", "pygments", "rich", "torch"}
    )


@pytest.mark.parametrize("name", [*snnmlir.__all__, "conventions", "errors", "__version__"])
def test_public_names_are_there(name: str) -> None:
    assert name in dir(snnmlir)
    assert getattr(snnmlir, name) is not None


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'snnmlir' has no attribute 'comple'"):
        snnmlir.comple  # noqa: B018

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The wheel that ``pip install .`` builds is complete and works away from the sources."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
from pathlib import Path

import pytest

from snnmlir.delivery.package import KINDS

pytestmark = pytest.mark.slow

PROGRAMS = ["snn-opt", "snn-translate", "snn-lsp-server"]


@pytest.fixture(scope="module")
def project(repo_root: Path) -> dict[str, object]:
    return tomllib.loads((repo_root / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def installed(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has only the wheel; what it depends on is borrowed from .venv."""
    folder = tmp_path_factory.mktemp("installed")
    build = ["--no-build-isolation", "--config-settings", f"build-dir={repo_root / 'build/wheel'}"]
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", *build, "-w", folder, repo_root], check=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder)
    python = folder / "bin/python"
    subprocess.run([*pip, "--python", python, "install", "--no-deps", wheel], check=True)
    return folder


def output(folder: Path, program: str, *arguments: str) -> str:
    return subprocess.run(
        [folder / "bin" / program, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_wheel_is_for_all_pythons_and_small(installed: Path) -> None:
    (wheel,) = installed.glob("*.whl")
    assert "-cp311-abi3-" in wheel.name
    assert wheel.stat().st_size < 12e6


def test_the_extension_is_self_contained(installed: Path, repo_root: Path) -> None:
    (package,) = installed.glob("lib/python*/site-packages/snnmlir")
    assert not (package / "bin").exists()
    binary = package / "_mlir.abi3.so"
    libraries = subprocess.run(["ldd", binary], check=True, capture_output=True, text=True)
    assert not re.search("LLVM|MLIR", libraries.stdout)
    content = binary.read_bytes()
    assert str(repo_root).encode() not in content
    assert b".symtab" not in content


def test_the_dialect_for_mlir_has_no_mlir_of_its_own(installed: Path, repo_root: Path) -> None:
    (extension,) = installed.glob("lib/python*/site-packages/mlir/dialects/_snn_ext.abi3.so")
    (with_mlir,) = installed.glob("lib/python*/site-packages/snnmlir/_mlir.abi3.so")
    assert extension.stat().st_size < with_mlir.stat().st_size / 4
    assert {"snn.py", "_snn_ops_gen.py", "_snn_enum_gen.py"} <= {
        path.name for path in extension.parent.iterdir()
    }
    assert str(repo_root).encode() not in extension.read_bytes()


def test_programs_run(installed: Path) -> None:
    for program in PROGRAMS:
        assert "--help" in output(installed, program, "--help")


def test_commands_run(installed: Path, project: dict[str, dict[str, str]]) -> None:
    for command in project["scripts"]:
        assert "Usage:" in output(installed, command, "--help")


def test_templates_are_in_the_wheel(installed: Path, repo_root: Path) -> None:
    model = repo_root / "examples/digits/digits.nir"
    for kind in KINDS:
        folder = f"digits-{kind}"
        output(installed, "snn-mlir-compile", str(model), "-o", folder, "--package", kind)
        assert (installed / folder / "README.md").exists()


def test_networks_run_in_an_emulator(installed: Path, repo_root: Path) -> None:
    model = str(repo_root / "examples/digits/digits.nir")
    place = ("--verify", "--on", "qemu:cortex-m4f")
    output(installed, "snn-mlir-compile", model, "-o", "on.c", "--dtype", "int8", *place)
    assert (installed / "on.c").exists()


def test_templates_are_in_the_source_archive(repo_root: Path, tmp_path: Path) -> None:
    script = f"from scikit_build_core.build import build_sdist; build_sdist({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", script], cwd=repo_root, check=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    package = repo_root / "python/snnmlir"
    folders = ("delivery/templates", "boards/templates", "boards/platform")
    files = {path for name in folders for path in (package / name).rglob("*") if path.is_file()}
    assert {path.relative_to(repo_root).as_posix() for path in files} <= names
    assert not any(name.startswith(("test/", "docs/", "examples/")) for name in names)


def test_package_is_imported_from_the_wheel(installed: Path, project: dict[str, str]) -> None:
    script = "import snnmlir, snnmlir._mlir as m; print(snnmlir.__version__, m.__file__)"
    version, extension = output(installed, "python", "-c", script).split()
    assert version == project["version"]
    assert Path(extension).is_relative_to(installed)
    assert Path(extension).with_name("py.typed").exists()


def test_pages_have_all_their_parts(installed: Path, repo_root: Path, tmp_path: Path) -> None:
    (vendor,) = installed.glob("lib/python*/site-packages/snnmlir/reports/page/vendor")
    licences = {path.parent.name for path in vendor.glob("*/LICENSE")}
    assert licences == {path.name for path in vendor.iterdir() if path.is_dir()}
    assert {"dagre", "uplot"} == licences
    (metadata,) = installed.glob("lib/python*/site-packages/snn_mlir_compile-*.dist-info")
    assert len([*metadata.glob("licenses/**/LICENSE")]) == 3
    page = tmp_path / "page.html"
    digits = str(repo_root / "examples/digits/digits.nir")
    output(installed, "snn-mlir-check", digits, "--html", str(page))
    assert "dagre" in page.read_text()

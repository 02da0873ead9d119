# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""CMake says what is missing, and the command that helps."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

SITE = Path(sysconfig.get_path("platlib"))
DEBIAN = Path("/usr/lib/llvm-22/lib/cmake")

pytestmark = pytest.mark.skipif(not shutil.which("cmake"), reason="needs CMake")


def configure(root: Path, folder: Path, *arguments: str, **environment: str) -> str:
    """What CMake says where it fails."""
    done = subprocess.run(
        ["cmake", "-S", root, "-B", folder, "-G", "Ninja", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0, done.stdout
    return " ".join(done.stderr.split())


def test_no_static_mlir(repo_root: Path, tmp_path: Path) -> None:
    told = configure(repo_root, tmp_path, "-DCMAKE_DISABLE_FIND_PACKAGE_MLIR=ON")
    assert "MLIR 22 was not found" in told
    assert "pip install xtc-llvm-dev==22." in told
    assert "SNN_STATIC_MLIR=OFF" in told


def test_no_shared_mlir(repo_root: Path, tmp_path: Path) -> None:
    told = configure(
        repo_root, tmp_path, "-DSNN_STATIC_MLIR=OFF", "-DCMAKE_DISABLE_FIND_PACKAGE_MLIR=ON"
    )
    assert "apt-get install libmlir-22-dev" in told


def test_no_compiler(repo_root: Path, tmp_path: Path) -> None:
    told = configure(repo_root, tmp_path, CXX="/no/such/compiler")
    assert "There is no C++ compiler" in told
    assert "apt-get install g++" in told


@pytest.mark.skipif(
    not ((DEBIAN / "llvm").exists() and (SITE / "mlir/lib/cmake").exists()),
    reason="needs both builds of MLIR",
)
def test_llvm_of_another_build(repo_root: Path, tmp_path: Path) -> None:
    told = configure(
        repo_root, tmp_path, f"-DMLIR_DIR={SITE}/mlir/lib/cmake/mlir", f"-DLLVM_DIR={DEBIAN}/llvm"
    )
    assert "but LLVM in" in told

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The neuron of examples/neuron is added to a copy of the sources, and its C is run."""

from __future__ import annotations

import re
import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest

from commands import call

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/neuron"
PATCH = EXAMPLE / "fading_lif.patch"


def copy_sources(folder: Path) -> None:
    """What git knows of, as it is now."""
    for name in call("git", "ls-files", "-z", cwd=ROOT).split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    # Below another repository, git would pass over all files of the patch.
    call("git", "init", "--quiet", cwd=folder)


def apply(folder: Path) -> None:
    done = subprocess.run(
        ["git", "apply", "--verbose", PATCH],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(
            f"{PATCH.relative_to(ROOT)} does not apply: what it changes has changed. Refresh it as "
            f"examples/neuron/README.md says.\n{done.stderr}"
        )


def changed() -> list[str]:
    """The files that the patch changes."""
    return re.findall(r"^\+\+\+ b/(.*)$", PATCH.read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/extending.md"])
def test_pages_say_how_many_files_change(page: str) -> None:
    text = " ".join((ROOT / page).read_text().split())
    added = sum(
        line.startswith("+") and not line.startswith("+++")
        for line in PATCH.read_text().splitlines()
    )
    assert f"changes {len(changed())} files and adds {added} lines" in text


def test_the_patch_fits(tmp_path: Path) -> None:
    for name in changed():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    call("git", "init", "--quiet", cwd=tmp_path)
    apply(tmp_path)


@pytest.mark.slow
def test_the_c_of_a_new_neuron_computes_its_equations(tmp_path: Path) -> None:
    cache = (ROOT / "build/CMakeCache.txt").read_text()
    if not re.search(r"^SNN_BUILD_PYTHON:\w+=ON$", cache, flags=re.MULTILINE):
        pytest.skip("the build folder has no Python extension")
    copy_sources(tmp_path)
    apply(tmp_path)
    settings = [
        "-D" + "=".join(match.groups())
        for name in (
            "CMAKE_BUILD_TYPE", "CMAKE_PREFIX_PATH", "Python_EXECUTABLE", "SNN_BUILD_PYTHON",
            "SNN_STATIC_MLIR", "nanobind_DIR",
        )
        for match in re.finditer(rf"^({name}):\w+=(.*)$", cache, flags=re.MULTILINE)
    ]  # fmt: skip
    call("cmake", "-S", ".", "-B", "build", "-G", "Ninja", *settings, cwd=tmp_path)
    call("cmake", "--build", "build", "--target", "_mlir", cwd=tmp_path, timeout=1500)
    # -S: without the package that is installed from here.
    paths = ":".join([str(tmp_path / "python"), *site.getsitepackages()])
    said = call(sys.executable, "-S", EXAMPLE / "check.py", cwd=tmp_path, env={"PYTHONPATH": paths})
    assert "int8 differs in 0 of s.v" in said
    guide = (ROOT / "docs/guides/a-new-neuron.md").read_text()
    lines = "\n".join(said.splitlines()[:3])
    assert f"$ python examples/neuron/check.py | head -n 3\n{lines}\n```" in guide, said

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Packages as PlatformIO, the ESP component manager and west themselves take them."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from pathlib import Path

import pytest
import yaml

from commands import call
from snnmlir.delivery.package import PackageInfo, write_package
from test_packages import net_and_test, texts

pytestmark = pytest.mark.slow

ABOUTS = {
    "unknown": PackageInfo(),
    "known": PackageInfo(
        "2.10.3",
        'Zoë O\'Neil: "x" <zoe@example.org>',
        "MIT OR Apache-2.0",
        "https://example.org/a?b=c",
    ),
}


@pytest.fixture
def tools(repo_root: Path) -> Path:
    folder = repo_root / ".venv-packages/bin"
    if not (folder / "pio").exists():
        pytest.skip("there is no .venv-packages: ./dev test --all makes it")
    return folder


def write(kind: str, folder: Path, about: PackageInfo) -> Path:
    network, test = net_and_test("branches", "f32")
    write_package(network, kind, folder / "brain", test, about)
    return folder / "brain"


def files_in(archive: Path) -> dict[str, str]:
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and (file := tar.extractfile(member)):
                found[member.name.removeprefix("./")] = file.read().decode()
    return found


PIO = """
import sys

from packaging.licenses._spdx import LICENSES
from platformio.__main__ import main
from platformio.package.manifest.schema import ManifestSchema

# It would fetch this list.
licenses = {"licenses": [{"licenseId": entry["id"]} for entry in LICENSES.values()]}
ManifestSchema.load_spdx_licenses = staticmethod(lambda: licenses)
sys.exit(main(["pio", *sys.argv[1:]]))
"""


def pio(tools: Path, folder: Path, *arguments: object) -> str:
    env = {
        "PLATFORMIO_CORE_DIR": str(folder / "pio"),
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_SETTING_CHECK_PLATFORMIO_INTERVAL": "9999",
    }
    return call(tools / "python", "-c", PIO, *arguments, cwd=folder, env=env)


@pytest.mark.parametrize("about", ABOUTS)
def test_platformio_packs_it(about: str, tools: Path, tmp_path: Path) -> None:
    """With its check of library.json."""
    package = write("platformio", tmp_path, ABOUTS[about])
    pio(tools, tmp_path, "pkg", "pack", package, "--output", tmp_path / "brain.tar.gz")
    assert files_in(tmp_path / "brain.tar.gz") == texts(package)


@pytest.mark.parametrize("field", [{"license": "mine"}, {"version": "first"}, {"homepage": "x"}])
def test_platformio_would_refuse_it(field: dict[str, str], tools: Path, tmp_path: Path) -> None:
    package = write("platformio", tmp_path, ABOUTS["known"])
    manifest = package / "library.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | field))
    with pytest.raises(AssertionError, match=r"(?i)invalid"):
        pio(tools, tmp_path, "pkg", "pack", package, "--output", tmp_path / "brain.tar.gz")


def test_platformio_installs_it(tools: Path, tmp_path: Path) -> None:
    """As a library of a project, by the line that README.md has."""
    package = write("platformio", tmp_path, ABOUTS["known"])
    (line,) = re.findall(r"^lib_deps = .*$", (package / "README.md").read_text(), re.M)
    project = tmp_path / "project"
    project.mkdir()
    line = line.replace("/path/to/brain", str(package))
    (project / "platformio.ini").write_text(f"[env:board]\n{line}\n")
    printed = pio(tools, tmp_path, "pkg", "install", "--project-dir", project)
    assert "brain@2.10.3 has been installed" in printed


@pytest.mark.parametrize("about", ABOUTS)
def test_esp_component_manager_packs_it(about: str, tools: Path, tmp_path: Path) -> None:
    """With its check of idf_component.yml."""
    package = write("esp-idf", tmp_path, ABOUTS[about])
    pack = [tools / "compote", "component", "pack", "--name", "brain", "--dest-dir", tmp_path]
    printed = call(*pack, cwd=package)
    assert "WARNING" not in printed
    (archive,) = tmp_path.glob("*.tgz")
    assert archive.name == f"brain_{ABOUTS[about].version}.tgz"
    packed, expected = files_in(archive), texts(package)
    manifests = [yaml.safe_load(found.pop("idf_component.yml")) for found in (packed, expected)]
    assert packed == expected
    assert manifests[0] == manifests[1]
    manifest = package / "idf_component.yml"
    manifest.write_text(manifest.read_text().replace(ABOUTS[about].version, "first"))
    with pytest.raises(AssertionError, match="version"):
        call(*pack, cwd=package)


@pytest.mark.parametrize("about", ABOUTS)
def test_west_fetches_it(about: str, tools: Path, tmp_path: Path) -> None:
    """As the project in a west.yml that README.md has."""
    package = write("zephyr", tmp_path, ABOUTS[about])
    (text,) = re.findall(r"^```yaml\n(.*?)^```", (package / "README.md").read_text(), re.M | re.S)
    (project,) = yaml.safe_load(text)["manifest"]["projects"]
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", package]
    call(*git, "init", "--quiet", cwd=tmp_path)
    call(*git, "add", ".", cwd=tmp_path)
    call(*git, "commit", "--quiet", "--message", "brain", cwd=tmp_path)
    call(*git, "tag", project["revision"], cwd=tmp_path)
    app = tmp_path / "workspace/app"
    app.mkdir(parents=True)
    (app / "west.yml").write_text(text.replace(project["url"], f"file://{package}"))
    west = tools / "west"
    call(west, "init", "--local", app, cwd=app.parent)
    call(west, "manifest", "--validate", cwd=app)
    call(west, "update", cwd=app)
    listed = call(west, "list", "--format", "{name} {revision} {path}", cwd=app).splitlines()
    assert f"brain v{ABOUTS[about].version} modules/brain" in listed
    fetched = app.parent / "modules/brain"
    shutil.rmtree(fetched / ".git")
    shutil.rmtree(package / ".git")
    assert texts(fetched) == texts(package)

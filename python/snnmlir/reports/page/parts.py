# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The style sheet and the scripts of a page: ours in assets/, those of others in vendor/."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Library:
    """A library that a page has in it, in vendor/.

    Attributes:
        name: What it is called.
        version: Which of its versions is there.
        use: What it does in a page.
        script: Its file.
        style: Its style sheet, if it has one.
    """

    name: str
    version: str
    use: str
    script: str
    style: str | None = None

    @property
    def licence(self) -> str:
        """The text of its licence."""
        return _read((Path("vendor") / self.script).parent / "LICENSE").strip()


DAGRE = Library("dagre", "3.1.3", "lays out the graph", "dagre/dagre.min.js")
UPLOT = Library(
    "uPlot", "1.6.32", "draws the plots", "uplot/uPlot.iife.min.js", "uplot/uPlot.min.css"
)

GRAPH = ("decode.js", "graph.js")
PLOTS = ("plots.js", "activity.js", "machine.js", "play.js")
MAIN = ("main.js",)


@dataclass(frozen=True)
class Assets:
    """What a page carries.

    Attributes:
        style: The style sheet.
        scripts: The scripts, in the order in which they run.
        libraries: Those of others that are among them.
    """

    style: str
    scripts: tuple[str, ...]
    libraries: tuple[Library, ...]

    @property
    def policy(self) -> str:
        """What a browser is to allow: these scripts and no others, and nothing from a network."""
        hashes = " ".join(f"'sha256-{_digest(script)}'" for script in self.scripts)
        return (
            f"default-src 'none'; script-src {hashes} 'wasm-unsafe-eval'; "
            "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        )


def assets(libraries: Sequence[Library], own: Sequence[str]) -> Assets:
    """Reads libraries, and scripts of ours by their names in assets/."""
    styles = [_read(Path("vendor") / library.style) for library in libraries if library.style]
    scripts = [_script(_read(Path("vendor") / library.script)) for library in libraries]
    scripts.append("\n".join(_read(Path("assets") / name) for name in own))
    style = "\n".join([*styles, _read(Path("assets/page.css"))])
    return Assets(style, tuple(scripts), tuple(libraries))


def _script(text: str) -> str:
    """Without the address of what only a debugger would load."""
    return text.partition("//# sourceMappingURL=")[0]


def _read(path: Path) -> str:
    return (HERE / path).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Copies the pages of the repository into a folder, from which MkDocs makes the site.

``assemble.py FOLDER``, in the repository's folder, with the commands on the path. Pages keep their
places, so links between them stay; one to a folder leads to its README.md. Made here are the
references of Python, C and the commands, and of each tutorial a notebook. It holds what its blocks
print on the page, which is what tests saw.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import griffe
import nbformat
from nbformat import v4

LICENSE = "<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->\n"
COMMANDS = ("snn-mlir-compile", "snn-mlir-check", "snn-mlir-run", "snn-mlir-target")
TOOLS = ("snn-opt", "snn-translate", "snn-lsp-server")
LEFT_OUT = re.compile(r"\.github/|docs/site/|.*/templates/")
TUTORIAL = re.compile(r"docs/(guides/(?!README).*|mlir-python|evaluation)\.md")
"""Pages whose blocks tests run, all of them and in order."""
LINK = re.compile(r"(?<=\]\()([^)#:\s]+)(?=[)#])")
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```\n(?:\s*^```text\n(.*?)^```\n)?", re.M | re.S)


def pages() -> list[Path]:
    """The pages and pictures that git knows, and new ones."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md", "docs/*.png"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [Path(name) for name in listed.stdout.splitlines() if not LEFT_OUT.match(name)]


def with_links_to_pages(text: str, folder: Path) -> str:
    """The text, whose links to folders lead to their first pages."""

    def target(link: re.Match[str]) -> str:
        path = folder / link[1]
        return f"{link[1].rstrip('/')}/README.md" if (path / "README.md").is_file() else link[1]

    return LINK.sub(target, text)


def notebook(text: str) -> nbformat.NotebookNode:
    """A page's text as a notebook: blocks of Python and of commands are cells."""
    cells, end = [], 0
    for block in BLOCK.finditer(text):
        if prose := text[end : block.start()].replace(LICENSE, "").strip():
            cells.append(v4.new_markdown_cell(prose))
        kind, body, printed = block.groups()
        if kind == "console":
            commands = [line for line in body.splitlines() if line.startswith("$ ")]
            printed = "\n".join(line for line in body.splitlines() if not line.startswith("$ "))
            body = "\n".join(f"!{line[2:]}" for line in commands)
        outputs = [v4.new_output("stream", name="stdout", text=printed)] if printed else []
        cells.append(v4.new_code_cell(body.rstrip("\n"), outputs=outputs))
        end = block.end()
    if rest := text[end:].strip():
        cells.append(v4.new_markdown_cell(rest))
    for number, cell in enumerate(cells):  # ids are drawn at random otherwise
        cell.id = f"cell-{number}"
    made = v4.new_notebook(cells=cells)
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.validate(made)
    return made


def python_reference() -> str:
    """A page that names all that `snnmlir` has, for mkdocstrings."""
    package = griffe.load("snnmlir", search_paths=["python"], resolve_aliases=True)
    kinds: dict[str, list[str]] = {"Functions": [], "Classes": [], "Errors": [], "Modules": []}
    for name in package.exports or []:
        found = package[name]
        path = found.target_path if found.is_alias else found.path
        if found.is_module and name in found.members:  # a function in a module of its name
            path, found = f"{path}.{name}", found[name]
        kind = "Errors" if name.endswith("Error") else f"{found.kind.value.capitalize()}s"
        kinds[kind.replace("Classs", "Classes")].append(path)
    parts = [LICENSE, "# Python\n\n```python\nimport snnmlir\n```\n"]
    for kind, paths in kinds.items():
        parts.append(f"\n## {kind}\n")
        parts += [f"\n::: {path}\n" for path in sorted(paths)]
    return "".join(parts)


def commands_reference() -> str:
    """A page with the help of each command."""
    parts = [LICENSE, "# Commands\n"]
    for command in COMMANDS:
        done = subprocess.run([command, "--help"], check=True, capture_output=True, text=True)
        parts.append(f"\n## {command}\n\n```text\n{done.stdout.strip()}\n```\n")
    parts.append(
        f"\n## {', '.join(TOOLS)}\n\n"
        "As `mlir-opt`, `mlir-translate` and `mlir-lsp-server`, with the dialect "
        " [snn](../docs/dialect.md), its [passes and pipelines](../docs/passes.md), and\n"
        "`snn-translate --snn-to-c11`.\n"
    )
    return "".join(parts)


def c_reference() -> str:
    """A page with the header of the digits' C, and that of the dialect."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                *("snn-mlir-compile", "examples/digits/digits.nir", "-o", f"{folder}/digits.c"),
                *("--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes"),
                *("--dtype", "int8", "--record", "lif2.v", "--profile"),
            ],
            check=True,
        )
        header = (Path(folder) / "digits.h").read_text()
    dialect = Path("include/snn-c/SNN.h").read_text()
    return (
        f"{LICENSE}# C\n\n## The header of a network\n\n"
        "That of [examples/digits](../examples/digits/README.md) in int8, with `--record lif2.v` "
        "and `--profile`;\n[what the names are](../docs/interface.md).\n\n"
        f"```c\n{header}```\n\n## The dialect\n\nMLIR's C interface, `snn-c/SNN.h`:\n\n"
        f"```c\n{dialect}```\n"
    )


def main() -> None:
    """Fills the folder anew."""
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    for path in pages():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix != ".md":
            shutil.copy(path, place)
            continue
        text = path.read_text()
        made = with_links_to_pages(text, path.parent)
        if TUTORIAL.fullmatch(str(path)):
            nbformat.write(notebook(text), place.with_suffix(".ipynb"))
            made += f"\n[This page as a notebook]({path.stem}.ipynb){{ download }}\n"
        place.write_text(made)
    (folder / "reference").mkdir()
    (folder / "reference/python.md").write_text(python_reference())
    (folder / "reference/c.md").write_text(c_reference())
    (folder / "reference/commands.md").write_text(commands_reference())


if __name__ == "__main__":
    main()

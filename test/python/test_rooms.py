# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The rooms of python/snnmlir: imports lead down only, and only commands name flags."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import click
import pytest

import snnmlir
from snnmlir.cli.check import main as check_main
from snnmlir.cli.compile import main as compile_main
from snnmlir.cli.run import main as run_main
from snnmlir.common import wording
from snnmlir.conventions import CHOICES
from snnmlir.reports.budgets import check_flash, check_ram

PACKAGE = Path(snnmlir.__file__).parent
ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"

MODULES = {
    ".".join(("snnmlir", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def rooms() -> list[str]:
    """The rooms from the bottom to the top, as docs/architecture.md has them."""
    text = ARCHITECTURE.read_text(encoding="utf-8").partition("## Python rooms")[2]
    names = re.findall(r"^\| `([a-z_]+)(?:\.py)?` \|", text.partition("## C++ rooms")[0], re.M)
    return ["_mlir", *names]


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def imports(tree: ast.Module) -> Iterator[str]:
    """The modules of ours that a module names anywhere: at its top, in functions, for types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("snnmlir"))
        if not isinstance(node, ast.ImportFrom):
            continue
        assert node.level == 0, "relative imports are not looked at here"
        module = node.module or ""
        if module.partition(".")[0] != "snnmlir":
            continue
        for alias in node.names:
            inner = f"{module}.{alias.name}"
            yield inner if inner in MODULES or inner == "snnmlir._mlir" else module


def test_every_module_has_a_room() -> None:
    assert set(map(room_of, MODULES)) == set(rooms()) - {"_mlir"}


@pytest.mark.parametrize("module", MODULES)
def test_no_import_leads_up(module: str) -> None:
    order = rooms()
    here = order.index(room_of(module))
    upward = {name for name in imports(TREES[module]) if order.index(room_of(name)) > here}
    assert not upward


def test_no_modules_import_each_other() -> None:
    graph = {name: set(imports(tree)) - {name} for name, tree in TREES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("a circle of imports: " + ", ".join(error.args[1]))


# --- Options in messages --------------------------------------------------------------------------


def texts(tree: ast.Module) -> Iterator[str]:
    """All strings but docstrings, which stand as statements of their own."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


FLAGS_OF_OTHERS = {"snnmlir.boards.machines", "snnmlir.delivery.misra"}
"""Modules that call another program by its flags."""


@pytest.mark.parametrize(
    "module", [name for name in MODULES if room_of(name) != "cli" and name not in FLAGS_OF_OTHERS]
)
def test_flags_are_named_in_the_commands_alone(module: str) -> None:
    assert not [text for text in texts(TREES[module]) if re.search(r"(?<![\w,-])--[a-z]", text)]


def named_options() -> set[str]:
    """The first arguments of all calls of `option` outside the commands."""
    return {
        str(node.args[0].value)
        for name, tree in TREES.items()
        if room_of(name) != "cli"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "option"
        and isinstance(node.args[0], ast.Constant)
    }


def test_options_in_messages_are_there() -> None:
    commands = (check_main, compile_main, run_main)
    flags = {
        flag
        for command in commands
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for flag in parameter.opts
    }
    assert {f"--{name.replace('_', '-')}" for name in named_options()} <= flags
    functions = (
        snnmlir.compile, snnmlir.Network.write, snnmlir.evaluate, snnmlir.EventFormat,
        snnmlir.search, check_flash, check_ram,
    )  # fmt: skip
    arguments = {name for each in functions for name in inspect.signature(each).parameters}
    assert named_options() <= arguments | {*CHOICES} | {*wording.FUNCTIONS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (lambda: wording.option("dt"), "dt"),
        (lambda: wording.option("dt", "0.001"), "dt=0.001"),
        (lambda: wording.option("calibrate", "DATA"), "calibrate=DATA"),
        (lambda: wording.option("dtype", "f32"), "dtype='f32'"),
        (lambda: wording.option("emit", "c", "snn", "loops"), "emit='c', 'snn' or 'loops'"),
        (lambda: wording.option("like"), "snnmlir.infer"),
        (lambda: wording.option("like", "RECORDING"), "snnmlir.infer(source, RECORDING)"),
        (lambda: wording.node_option("d", "dt", "1"), "nodes={'d': {'dt': 1}}"),
        (lambda: wording.node_types({"a": "int4"}), "dtypes={'a': 'int4'}"),
        (
            lambda: wording.options(
                wording.option("convention", "spyx"), wording.option("dt", "1")
            ),
            "convention='spyx', dt=1",
        ),
    ],
)
def test_options_in_python(text: object, expected: str) -> None:
    assert callable(text)
    assert text() == expected

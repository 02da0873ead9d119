# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The exceptions a user of snnmlir can meet."""

from __future__ import annotations


class SnnError(Exception):
    """Something about the input or the options cannot be used as it is.

    The text says what was found and what was expected; `help` says what to do about it. The
    commands print it without a traceback and exit with status 1.

    Args:
        message: What was found and what was expected, one sentence, no final full stop.
        node: Name of the NIR node concerned ("a/b" is node b in the subgraph a).
        help: What the user can do.
    """

    def __init__(self, message: str, *, node: str | None = None, help: str | None = None) -> None:
        self.message = message
        self.node = node
        self.help = help
        where = f"node {quoted(node)}: " if node is not None else ""
        then = f"\n  help: {help}" if help is not None else ""
        super().__init__(f"{where}{message}{then}")


class NirError(SnnError):
    """The NIR file or graph is malformed, or holds what cannot be compiled faithfully."""


class OptionError(SnnError):
    """An option contradicts another one or the network."""


class ConventionWarning(UserWarning):
    """A network's parameters do not look like the convention that it is compiled with."""


class CompileError(SnnError):
    """The MLIR pipeline or the host's C compiler refused the network."""


class ExecutorError(SnnError):
    """An executor did not compute what was given to it: a worker ended, or could not be reached."""


class BoardError(SnnError):
    """A board or an emulator, or what builds for it, is missing, or does not answer."""


class DeployError(SnnError):
    """A live network does not compute what its NIR graph, or the C, computes.

    Args:
        message: As for `SnnError`.
        layer: The module's layer, "path (Class)".
        node: The NIR node that stands for it, if there is one.
        step: The first step that differs, if a comparison found it.
        differing: How many entries differ, if a comparison found it.
        help: What the user can do.
    """

    def __init__(
        self,
        message: str,
        *,
        layer: str | None = None,
        node: str | None = None,
        step: int | None = None,
        differing: int | None = None,
        help: str | None = None,
    ) -> None:
        self.layer = layer
        self.step = step
        self.differing = differing
        where = f"layer {quoted(layer)}: " if layer is not None else ""
        super().__init__(f"{where}{message}", node=node, help=help)


def quoted(name: object) -> str:
    """A name from a file, printable on one line of a terminal whatever it holds."""
    return ascii(str(name)) if not str(name).isprintable() else f"'{name}'"

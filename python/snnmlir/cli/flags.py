# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The commands' flags: how messages name them, and a convention in them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from snnmlir.common.wording import any_of
from snnmlir.conventions import PRESETS, Convention, option_name
from snnmlir.conventions.files import plain


class Flags:
    """Names options as the commands have them: `--calibrate DATA`. See `wording.spelled_by`."""

    def option(self, name: str, values: tuple[str, ...]) -> str:
        """A flag, alone or with one of some values."""
        flag = f"--{option_name(name)}"
        return f"{flag} {any_of(values)}" if values else flag

    def node_option(self, node: str, choice: str, value: str) -> str:
        """A choice of the convention for a single node."""
        return f"--set '{node}.{option_name(choice)}={value}'"

    def node_types(self, types: Mapping[str, str]) -> str:
        """The types of the weights of single nodes."""
        return " ".join(shlex.join(["--dtype", f"{node}={dtype}"]) for node, dtype in types.items())

    def options(self, *options: str) -> str:
        """Several flags beside each other."""
        return " ".join(options)


def convention_arguments(chosen: Convention) -> str:
    """A convention as options of the commands, for one line of a shell."""
    preset = PRESETS.get(chosen.name, PRESETS["nir"])
    words = ["--convention", preset.name, "--dt", plain(float(chosen.dt))]
    for key, value in chosen.choices().items():
        if key != "dt" and value != getattr(preset, key):
            words += [f"--{option_name(key)}", plain(value)]
    for name, choices in sorted(chosen.nodes.items()):
        for key, value in choices.items():
            words += ["--set", f"{name}.{option_name(key)}={plain(value)}"]
    for old, new in sorted(chosen.edges.items()):
        words += ["--edge", f"{old} = {new}"]
    return shlex.join(words)

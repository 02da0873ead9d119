# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A target to begin with, which works: `snn-mlir-target new`."""

from __future__ import annotations

import re

from snnmlir.common.rendering import below, render
from snnmlir.errors import OptionError, quoted


def skeleton(name: str) -> dict[str, bytes]:
    """The files of a new target, by their paths in its folder.

    Raises:
        OptionError: The name is none for a target.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise OptionError(
            f"{quoted(name)} is no name for a target", help="use letters, digits, _ and -"
        )
    prefix = name.lower().replace("-", "_")
    return {
        path.removeprefix("target/").replace("NAME", prefix): render(
            "delivery", path, name=name, prefix=prefix
        ).encode()
        for path in below("delivery", "target")
    }

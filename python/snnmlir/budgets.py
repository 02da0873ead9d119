# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks that need more memory than there is are refused, with who needs it."""

from __future__ import annotations

import re

from snnmlir.errors import OptionError, quoted
from snnmlir.report import NetworkReport
from snnmlir.tables import printable, table

_SMALLER_WEIGHTS = {
    "f64": "--dtype f32 halves the weights, int8 makes an eighth of them; or ",
    "f32": "--dtype int8 makes the weights a quarter as large, int4 an eighth; or ",
    "int16": "--dtype int8 halves the weights, int4 makes a fourth of them; or ",
    "int8": "--dtype int4 halves the weights; or ",
    "int4": "",
}
_SMALLER_STATES = {
    "f64": "--dtype f32 halves them; or ",
    "f32": "--dtype int8 has sums and states of 16 bits where that is enough; or ",
}


def parse_size(text: str, option: str) -> int:
    """The bytes that "65536", "64K" or "64KiB" says.

    Raises:
        OptionError: It says none.
    """
    found = re.fullmatch(r"([0-9]{1,12})(?:(K|M)(?:iB)?)?", text)
    if found is None:
        raise OptionError(
            f"{option} is {quoted(text)}, which is no number of bytes",
            help="give bytes, such as 65536, or units of 1024 bytes, such as 64K",
        )
    return int(found[1]) * {None: 1, "K": 1024, "M": 1024**2}[found[2]]


def check_flash(report: NetworkReport, limit: int) -> None:
    """Refuses a network whose constants, and code where it is known, take more than `limit` bytes.

    Raises:
        OptionError: With a table of what takes how much, the largest first.
    """
    needs = [
        (printable(layer.node), layer.constant_bytes)
        for layer in report.resources.layers
        if layer.constant_bytes
    ]
    what = "constants; code comes on top, --cc counts it"
    if report.footprint:
        needs.append(("(code)", report.footprint.code_bytes))
        what = "constants and code"
    needs.sort(key=lambda need: -need[1])
    total = sum(need for _, need in needs)
    if total <= limit:
        return
    rows = [(name, f"{need} B") for name, need in needs]
    raise OptionError(
        f"--max-flash is {limit} B, found {total} B of {what}\n\n"
        + _indented(table(("node", "flash"), rows)),
        help=f"{_SMALLER_WEIGHTS[report.dtype]}make the largest layers smaller",
    )


def check_ram(report: NetworkReport, limit: int) -> None:
    """Refuses a network whose struct, and stack where it is known, take more than `limit` bytes.

    Raises:
        OptionError: With a table of what takes how much, the largest first.
    """
    resources = report.resources
    needs = [
        (printable(layer.node), layer.state_bytes, layer.scratch_bytes)
        for layer in resources.layers
        if layer.state_bytes or layer.scratch_bytes
    ]
    needs.sort(key=lambda need: -(need[1] + need[2]))
    rows = [(name, f"{state} B", f"{scratch} B") for name, state, scratch in needs]
    rows.append(("(all)", f"{resources.state_bytes} B", f"{resources.scratch_bytes} B"))
    total = resources.memory_bytes
    what = "state and scratch memory; the stack comes on top, --cc counts it"
    if report.footprint:
        stack = report.footprint.stack_bytes
        total += stack
        what = f"state, scratch memory and stack, which is {stack} B"
    if total <= limit:
        return
    raise OptionError(
        f"--max-ram is {limit} B, found {total} B of {what}\n\n"
        + _indented(table(("node", "state", "scratch"), rows))
        + "\n\n  Scratch memory is what a layer needs within a step; layers share it.",
        help=f"{_SMALLER_STATES.get(report.dtype, '')}make the largest layers smaller, or pool "
        "before them",
    )


def _indented(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks that need more memory than there is are refused, with who needs it."""

from __future__ import annotations

from snnmlir.common.tables import printable, table
from snnmlir.common.wording import option
from snnmlir.errors import OptionError
from snnmlir.reports.report import NetworkReport

_SMALLER_WEIGHTS = {
    "f64": ("f32", "halves the weights, int8 makes an eighth of them"),
    "f32": ("int8", "makes the weights a quarter as large, int4 an eighth"),
    "int16": ("int8", "halves the weights, int4 makes a fourth of them"),
    "int8": ("int4", "halves the weights"),
}
_SMALLER_STATES = {
    "f64": ("f32", "halves them"),
    "f32": ("int8", "has sums and states of 16 bits where that is enough"),
}
"""Another type that needs less, and how much less, by type."""


def check_flash(report: NetworkReport, max_flash: int) -> None:
    """Refuses a network whose constants, and code where known, take more bytes than `max_flash`.

    Raises:
        OptionError: With a table of what takes how much, the largest first.
    """
    needs = [
        (printable(layer.node), layer.constant_bytes)
        for layer in report.resources.layers
        if layer.constant_bytes
    ]
    what = f"constants; code comes on top, {option('cc')} counts it"
    if report.footprint:
        needs.append(("(code)", report.footprint.code_bytes))
        what = "constants and code"
    needs.sort(key=lambda need: -need[1])
    total = sum(need for _, need in needs)
    if total <= max_flash:
        return
    rows = [(name, f"{need} B") for name, need in needs]
    raise OptionError(
        f"{option('max_flash')} is {max_flash} B, found {total} B of {what}\n\n"
        + _indented(table(("node", "flash"), rows)),
        help=f"{_smaller(_SMALLER_WEIGHTS, report.dtype)}make the largest layers smaller",
    )


def check_ram(report: NetworkReport, max_ram: int) -> None:
    """Refuses a network whose struct, and stack where known, take more bytes than `max_ram`.

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
    what = f"state and scratch memory; the stack comes on top, {option('cc')} counts it"
    if report.footprint:
        stack = report.footprint.stack_bytes
        total += stack
        what = f"state, scratch memory and stack, which is {stack} B"
    if total <= max_ram:
        return
    raise OptionError(
        f"{option('max_ram')} is {max_ram} B, found {total} B of {what}\n\n"
        + _indented(table(("node", "state", "scratch"), rows))
        + "\n\n  Scratch memory is what a layer needs within a step; layers share it.",
        help=f"{_smaller(_SMALLER_STATES, report.dtype)}make the largest layers smaller, or pool "
        "before them",
    )


def _smaller(types: dict[str, tuple[str, str]], dtype: str) -> str:
    """What another type would do, or nothing."""
    if dtype not in types:
        return ""
    other, effect = types[dtype]
    return f"{option('dtype', other)} {effect}; or "


def _indented(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)

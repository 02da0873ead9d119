# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Numbers of bytes, as people write them."""

from __future__ import annotations

import re
from decimal import Decimal

from snnmlir.errors import OptionError, quoted

_UNITS = {
    "": 1, "B": 1,
    "k": 1024, "K": 1024, "KiB": 1024, "M": 1024**2, "MiB": 1024**2,
    "kB": 1000, "KB": 1000, "MB": 1000**2,
}  # fmt: skip


def parse_size(text: str, option: str) -> int:
    """The bytes that "65536", "64K", "64 KiB" (units of 1024), "1.5K" or "64kB" (of 1000) says.

    A part of a byte is left out, so that a limit is never larger than what was said.

    Raises:
        OptionError: It says none.
    """
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,9})?) ?([A-Za-z]*)", text, re.ASCII)
    if found is None or found[2] not in _UNITS:
        raise OptionError(
            f"{option} is {quoted(text)}, which is no number of bytes",
            help="give bytes, such as 65536; or units of 1024 bytes, such as 64K, 1.5K or 2MiB; or "
            "of 1000, such as 64kB",
        )
    return int(Decimal(found[1]) * _UNITS[found[2]])

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Conventions: how NIR's equations are stepped, for all nodes and for single ones.

`choices` has what can be chosen, `platforms` which choices the arithmetic of a chip or simulator is
made of, `presets` the named sets, `files` the TOML files, and `convention` makes a convention of
any of these.
"""

from snnmlir.conventions.choices import (
    CHOICES,
    DEFAULT_DT,
    MAX_SPIKES,
    NUMBERS,
    Convention,
    FlattenOrder,
    choice_values,
    option_name,
)
from snnmlir.conventions.convention import convention
from snnmlir.conventions.files import convention_keywords, convention_text, read_convention
from snnmlir.conventions.platforms import PLATFORMS, Platform
from snnmlir.conventions.presets import FRAMEWORKS, PRESETS, SOURCES

__all__ = [
    "CHOICES",
    "DEFAULT_DT",
    "FRAMEWORKS",
    "MAX_SPIKES",
    "NUMBERS",
    "PLATFORMS",
    "PRESETS",
    "SOURCES",
    "Convention",
    "FlattenOrder",
    "Platform",
    "choice_values",
    "convention",
    "convention_keywords",
    "convention_text",
    "option_name",
    "read_convention",
]

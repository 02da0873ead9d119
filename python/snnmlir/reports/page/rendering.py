# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""templates/report.html, filled in with jinja2: all that comes from a file is escaped."""

from __future__ import annotations

import functools
import html
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from snnmlir.common.files import write_files

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@dataclass(frozen=True)
class HtmlReport:
    """A page. Notebooks show it.

    Attributes:
        title: What it is of.
        html: The page, which needs nothing else.
    """

    title: str
    html: str

    def __repr__(self) -> str:
        return f"snnmlir.HtmlReport of {self.title}, {len(self.html.encode())} bytes"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it to a file, which appears complete or not at all.

        Raises:
            OptionError: There is no such folder, or the path is no file's.
            OSError: The file cannot be written.
        """
        write_files({Path(path): self.html.encode()})

    def _repr_html_(self) -> str:
        """A frame with the page in it, which can do nothing to the notebook."""
        return (
            f'<iframe title="{html.escape(self.title)}" sandbox="allow-scripts" '
            f'style="width: 100%; height: 44rem; border: 1px solid #8884; border-radius: 6px" '
            f'srcdoc="{html.escape(self.html)}"></iframe>'
        )


def render(**values: Any) -> str:
    """The page's text."""
    return _environment().get_template("report.html").render(values)


def as_json(data: Any) -> Markup:
    """JSON for a script element, which nothing in it can end."""
    from markupsafe import Markup

    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def highlighted(c: str) -> Markup:
    """C with its words marked for the style sheet."""
    from markupsafe import Markup
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import CLexer

    return Markup(highlight(c, CLexer(), HtmlFormatter(nowrap=True, classprefix="c-")).rstrip())


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("snnmlir.reports.page"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": lambda number: f"{number:,}",
        "bytes": lambda number: f"{number:,} B",
        "four": lambda number: "" if number is None else f"{number:.4f}",
    }
    return environment

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The texts in the folders `templates` of rooms, filled in with jinja2.

What they are given are identifiers, numbers and fixed texts; names from a NIR file are not.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def render(room: str, template: str, **values: Any) -> str:
    """The text of a template.

    Args:
        room: The room whose it is, such as "delivery".
        template: A path below its folder `templates`.
        values: What it is filled in with.
    """
    return _environment(room).get_template(template).render(values)


def below(room: str, folder: str) -> list[str]:
    """The paths of all templates in a folder and the folders in it, in order."""
    return _environment(room).list_templates(filter_func=lambda path: path.startswith(f"{folder}/"))


@functools.cache
def _environment(room: str) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(f"snnmlir.{room}"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701: there is nothing to escape
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["json"] = functools.partial(json.dumps, ensure_ascii=False)
    return environment

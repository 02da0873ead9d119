# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where what is looked for is in the generated C."""

from __future__ import annotations


def body(source: str, function: str) -> str:
    """The body of a function; "" if there is none of the name."""
    _, _, found = source.partition(f"void {function}(")
    return found.partition("\n{\n")[2].partition("\n}\n")[0]


def step_body(source: str, prefix: str = "net", function: str = "step") -> str:
    """What a step does, in order, with what both functions for a step share."""
    own, shared = body(source, f"{prefix}_{function}"), body(source, f"{prefix}_step_layers")
    if not shared:
        return own
    before, call, after = own.partition(f"    {prefix}_step_layers(")
    assert call
    assert after.endswith(");")
    return f"{before}{shared}"

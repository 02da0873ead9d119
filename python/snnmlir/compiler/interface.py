# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The interface of the generated C, as the compiler describes it: memory, and names.

What is in it, docs/interface.md says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from snnmlir.execution.ports import Port


def struct_bytes(interface: Mapping[str, Any]) -> int:
    """Bytes of the C struct of one network on a 64-bit machine: state, and scratch memory."""
    size: int = interface["struct"]["bytes"]
    return size


def state_bytes(interface: Mapping[str, Any]) -> dict[str, int]:
    """Bytes carried from step to step by node, and by edge ("source_to_target") that does so."""
    states: Counter[str] = Counter()
    for member in interface["struct"]["members"]:
        if member["role"] == "state":
            states[member["owner"]] += member["bytes"]
    return dict(states)


def scratch_bytes(interface: Mapping[str, Any]) -> int:
    """Bytes of the memory in the struct that layers share."""
    members = interface["struct"]["members"]
    return sum(member["bytes"] for member in members if member["role"] != "state")


def positions_type(interface: Mapping[str, Any]) -> str | None:
    """The C type of the positions that `step_events` takes; None unless they are all it takes."""
    function = interface["functions"]["step_events"]
    if function is None:
        return None
    taken = [p for p in function["parameters"] if p["role"] in ("input", "events")]
    return str(taken[0]["type"]) if [p["role"] for p in taken] == ["events"] else None


@dataclass(frozen=True)
class CPort:
    """An input or output as C code names it; all of it are identifiers, whatever NIR's names are.

    Attributes:
        port: The port.
        variable: A name for an array of its elements: "input", or "input_left" if there are several
            inputs; likewise for outputs.
        c_type: The type of the elements.
        size: The macro with their number.
        scale: The macro with what the integers are multiplied by; None for what stands for itself.
    """

    port: Port
    variable: str
    c_type: str
    size: str
    scale: str | None


def c_ports(
    interface: Mapping[str, Any], inputs: Sequence[Port], outputs: Sequence[Port]
) -> tuple[list[CPort], list[CPort]]:
    """The inputs and outputs of a network with this interface, see `Network.interface_for`."""
    kinds = ["input"] * len(inputs) + ["output"] * len(outputs)
    parameters = interface["functions"]["step"]["parameters"]
    ports = [
        CPort(
            port,
            variable=kind if kinds.count(kind) == 1 else f"{kind}_{parameter['name']}",
            c_type=parameter["type"],
            size=parameter["size"]["macro"],
            scale=parameter["scale"] and parameter["scale"]["macro"],
        )
        for kind, port, parameter in zip(kinds, (*inputs, *outputs), parameters, strict=True)
    ]
    return ports[: len(inputs)], ports[len(inputs) :]

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads the constants of an operation from a network's text."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

import snnmlir


@dataclass
class Op:
    """One operation of a network.

    Attributes:
        name: Without "snn.".
        operands: Constant operands by keyword ("decay"), those without by their position.
        attributes: What stands between the operands and the types, without the node's name.
    """

    name: str
    operands: dict[str, object] = field(default_factory=dict)
    attributes: str = ""


def ops(network: snnmlir.Network) -> list[Op]:
    """The operations of a network of type f64, without constants and outputs."""
    constants: dict[str, object] = {}
    for value, text in re.findall(r"(%\S+) = arith.constant (.*) : \S+$", network.mlir, re.M):
        dense = re.fullmatch(r"dense<(.*)>", text)
        constants[value] = ast.literal_eval(dense[1] if dense else text)
    found = []
    for name, rest in re.findall(r"= (?:snn|tensor)\.(\w+) (.*) : ", network.mlir):
        operands: dict[str, object] = {}
        for index, (keyword, value) in enumerate(re.findall(r"(?:(\w+)[( ])?(%\w+)", rest)):
            if value in constants:
                operands[keyword or str(index)] = constants[value]
        attributes = re.sub(r"(?:(\w+)[( ])?%\w+\)?,? ?", "", rest)
        attributes = re.sub(r'snn\.node = "[^"]*"(, )?', "", attributes).replace(", }", "}")
        attributes = attributes.replace("{}", "")
        found.append(Op(name, operands, attributes.strip()))
    return found

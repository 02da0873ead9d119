# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A C function that runs a network on the real machine and compares it with this one."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from snnmlir.common.rendering import render
from snnmlir.common.wording import option
from snnmlir.compiler import Network
from snnmlir.compiler.interface import CPort, c_ports
from snnmlir.compiler.names import self_test_name
from snnmlir.errors import CompileError, OptionError
from snnmlir.execution.ports import Sample, Signal, check_inputs
from snnmlir.reports.verify import TOLERANCE, mismatch_error, random_input, verify

MAX_STEPS = 32
"""Input and output of each step take room on the target."""


@dataclass(frozen=True)
class SelfTest:
    """Input of some steps, and what the network made of it on this machine.

    Attributes:
        inputs: By name, [T, *shape], as the C code takes them.
        outputs: By name, [T, *shape], as the C code gave them.
        tolerance: Allowed difference of outputs that are floats, times 1 + the magnitude.
        notes: What was left out, or tests little, one sentence each.
    """

    inputs: dict[str, Signal]
    outputs: dict[str, Signal]
    tolerance: float | None
    notes: tuple[str, ...]

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(next(iter(self.outputs.values())))

    @property
    def constant_bytes(self) -> int:
        """Bytes that the inputs and outputs take on the target."""
        return sum(values.nbytes for values in (*self.inputs.values(), *self.outputs.values()))

    def emit_c(self, network: Network, prefix: str, header: str) -> tuple[str, str]:
        """The C source and its header.

        Args:
            network: The network that the test was made of.
            prefix: The prefix of its names in C.
            header: The file name of its header.
        """
        interface = network.interface_for(prefix, header)
        inputs, outputs = c_ports(interface, network.inputs, network.outputs)
        values = {
            "name": prefix,
            "header": header,
            "own_header": self_test_name(Path(header)).name,
            "inputs": inputs,
            "outputs": outputs,
            "input_rows": {port.variable: _rows(self.inputs, port) for port in inputs},
            "output_rows": {port.variable: _rows(self.outputs, port) for port in outputs},
            "float_types": sorted({p.c_type for p in outputs if p.port.dtype.kind == "f"}),
            "tolerance": self.tolerance,
            "steps": self.steps,
            "apart": network.options.weights_apart,
        }
        files = ("selftest.c", "selftest.h")
        source, text = (render("delivery", file, **values) for file in files)
        return source, text


def self_test(network: Network, x: Sample | None = None) -> SelfTest:
    """Runs `network` on this machine, compares it with the reference, and keeps the outputs.

    Args:
        network: Any network.
        x: [T, *input shape], or such an array for each input by name, of which the first
            `MAX_STEPS` steps are taken; random spikes if None.

    Raises:
        OptionError: The input does not fit the network, or has no steps.
        CompileError: The C and the reference differ, or there is no C compiler.
    """
    if x is None:
        x = random_input(network)
        x = {name: values[:MAX_STEPS] for name, values in x.items()}
    given = len(check_inputs(network.inputs, x)[0])
    if given == 0:
        raise OptionError("the data for the self-test has no steps")
    by_name = x if isinstance(x, Mapping) else {network.inputs[0].name: x}
    cut = {name: np.asarray(values)[:MAX_STEPS] for name, values in by_name.items()}
    verdict = verify(network, cut)
    if verdict.mismatches:
        raise mismatch_error(verdict.mismatches)
    steps = verdict.compared
    if steps == 0:
        raise CompileError(
            "in the first step of the self-test a voltage is at its threshold, so that rounding "
            "decides whether there is a spike",
            help="give other data",
        )
    inputs = network.executable.quantized(cut)
    outputs = network.executable.run_integers(inputs)
    notes = []
    if steps < given:
        notes.append(f"the self-test has the first {steps} of {given} steps")
    if all(np.all(values[:steps] == values[0]) for values in outputs.values()):
        notes.append(
            "the outputs are the same in all steps of the self-test, so that it finds little; "
            f"{option('self_test', 'DATA')} takes other input"
        )
    return SelfTest(
        {name: values[:steps] for name, values in inputs.items()},
        {name: values[:steps] for name, values in outputs.items()},
        TOLERANCE.get(network.dtype),
        tuple(notes),
    )


def _rows(signals: Mapping[str, Signal], port: CPort) -> list[str]:
    """What stands in the braces of each step."""
    return [
        textwrap.fill(
            ", ".join(_literals(step)), 100, initial_indent="     ", subsequent_indent="     "
        ).strip()
        for step in signals[port.port.name]
    ]


def _literals(values: Signal) -> Iterator[str]:
    suffix = "f" if values.dtype == np.float32 else ""
    for value in values.reshape(-1):
        yield str(value) + suffix

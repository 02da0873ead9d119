# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs generated C on this machine: builds it into a library and calls it step by step."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from snnmlir.execution import toolchain
from snnmlir.execution.ports import Port, Sample, Signal, check_inputs

C_TYPES = {
    "float32": "float",
    "float64": "double",
    "uint8": "uint8_t",
    "int8": "int8_t",
    "int16": "int16_t",
    "int32": "int32_t",
}


class Executable:
    """The C code of a network, built for this machine.

    Args:
        source: The C source, its names prefixed with "net".
        header: Its header, "net.h".
        inputs: What the step function takes.
        outputs: What it gives.

    Raises:
        CompileError: There is no C compiler, or it refuses the code.
    """

    def __init__(
        self, source: str, header: str, inputs: Sequence[Port], outputs: Sequence[Port]
    ) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        with tempfile.TemporaryDirectory(prefix="snn-") as folder:
            files = {"net.c": source, "net.h": header, "driver.c": self._driver()}
            for name, text in files.items():
                (Path(folder) / name).write_text(text, encoding="utf-8")
            library = Path(folder) / "net.so"
            toolchain.build_library([Path(folder) / "net.c", Path(folder) / "driver.c"], library)
            # Once loaded, the library does not need its file.
            self._library = ctypes.CDLL(str(library))
        self._library.driver_size.restype = ctypes.c_size_t

    def _driver(self) -> str:
        """A loop over the steps, with one array per input and output for all of them."""
        parameters = []
        arguments = []
        for index, port in enumerate((*self.inputs, *self.outputs)):
            qualifier = "const " if index < len(self.inputs) else ""
            parameters.append(f"{qualifier}{C_TYPES[port.dtype.name]} *p{index}")
            arguments.append(f"p{index} + t * {int(np.prod(port.shape))}u")
        return (
            '#include "net.h"\n'
            "size_t driver_size(void) { return sizeof(net_t); }\n"
            f"void driver_run(net_t *net, size_t steps, {', '.join(parameters)})\n"
            "{\n    net_init(net);\n    for (size_t t = 0; t < steps; ++t)\n"
            f"        net_step(net, {', '.join(arguments)});\n}}\n"
        )

    def run(self, x: Sample) -> dict[str, Signal]:
        """Outputs by name, [T, *shape] each, from the initial state.

        Numbers are real ones: what quantized inputs and outputs are times their scales.
        """
        results = self.run_integers(self.quantized(x))
        return {
            port.name: results[port.name]
            if port.scales is None
            else results[port.name] * port.scales
            for port in self.outputs
        }

    def quantized(self, x: Sample) -> dict[str, Signal]:
        """Inputs by name as the C code takes them: integers where the network is quantized."""
        arrays = check_inputs(self.inputs, x)
        return {port.name: array for port, array in zip(self.inputs, arrays, strict=True)}

    def run_integers(self, x: Mapping[str, Signal]) -> dict[str, Signal]:
        """The same with numbers as the C code has them."""
        arrays = [np.ascontiguousarray(x[port.name], port.dtype) for port in self.inputs]
        steps = len(arrays[0])
        results = [np.zeros((steps, *port.shape), port.dtype) for port in self.outputs]
        state = np.zeros(int(self._library.driver_size()) + 64, np.uint8)
        start = -state.ctypes.data % 64
        self._library.driver_run(
            ctypes.c_void_p(state.ctypes.data + start),
            ctypes.c_size_t(steps),
            *(ctypes.c_void_p(array.ctypes.data) for array in (*arrays, *results)),
        )
        return {port.name: result for port, result in zip(self.outputs, results, strict=True)}

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs generated C on this machine: builds it into a library and calls it step by step."""

from __future__ import annotations

import ctypes
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from snnmlir.errors import CompileError, OptionError, quoted
from snnmlir.quantize import to_integers

if TYPE_CHECKING:
    from snnmlir.compiler import Port

Signal: TypeAlias = npt.NDArray[Any]

FLAGS = ("-std=c11", "-O2", "-ffp-contract=off", "-fPIC", "-shared")
"""Contraction is off so that every compiler computes the same bits."""

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
            _compile([str(Path(folder) / "net.c"), str(Path(folder) / "driver.c")], library)
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

    def run(self, x: Signal | Mapping[str, Signal]) -> dict[str, Signal]:
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

    def quantized(self, x: Signal | Mapping[str, Signal]) -> dict[str, Signal]:
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


def check_inputs(ports: Sequence[Port], x: Signal | Mapping[str, Signal]) -> list[Signal]:
    """The input of each port as the C code takes it, [T, *shape].

    Raises:
        OptionError: A name, a shape or a value is not what the network takes.
    """
    if not isinstance(x, Mapping):
        if len(ports) != 1:
            raise OptionError(
                f"the network has {len(ports)} inputs, found one array",
                help="give an array for each of " + ", ".join(quoted(port.name) for port in ports),
            )
        x = {ports[0].name: x}
    missing = [port.name for port in ports if port.name not in x]
    unknown = [name for name in x if name not in {port.name for port in ports}]
    if missing or unknown:
        raise OptionError(f"inputs {list(x)} were given, expected {[port.name for port in ports]}")
    arrays = [_check_input(port, np.asarray(x[port.name])) for port in ports]
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1:
        raise OptionError(f"the inputs have different numbers of steps: {sorted(lengths)}")
    return arrays


def _check_input(port: Port, array: Signal) -> Signal:
    """The array as the C code takes it."""
    where = f"input {quoted(port.name)}"
    if array.ndim != 1 + len(port.shape) or array.shape[1:] != port.shape:
        raise OptionError(
            f"{where} has shape {list(array.shape)}, expected [T, "
            f"{', '.join(map(str, port.shape))}]",
            help="the first dimension counts time steps; run the samples of a batch one by one, "
            "x[:, i]",
        )
    if array.dtype.kind not in "biuf":
        raise OptionError(f"{where} has dtype {array.dtype}, expected numbers")
    if not np.all(np.isfinite(array)):
        raise OptionError(f"{where} has values that are not finite")
    if port.dtype == np.uint8 and not np.all((array == 0) | (array == 1)):
        raise OptionError(
            f"{where} has other values than 0 and 1",
            help="spikes are 0 or 1; for other values compile with --input-type float",
        )
    if port.scales is None:
        return np.ascontiguousarray(array, port.dtype)
    integers = to_integers(array, port.scales)
    kind = np.iinfo(port.dtype)
    if np.any((integers < kind.min) | (integers > kind.max)):
        raise OptionError(
            f"{where} has numbers from {float(np.min(array)):g} to {float(np.max(array)):g}, "
            f"{port.dtype} in units of {float(np.max(port.scales)):g} holds "
            f"{float(np.max(port.scales)) * kind.max:g} at most",
            help="calibrate the network with data like these",
        )
    return np.ascontiguousarray(integers, port.dtype)


def _compile(sources: Sequence[str], library: Path) -> None:
    compiler = shlex.split(os.environ.get("CC", "cc"))
    command = [*compiler, *FLAGS, "-o", str(library), *sources]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CompileError(
            f"the C compiler '{' '.join(compiler)}' cannot be run: {error.strerror}",
            help="install gcc or clang, or name another compiler in the environment variable CC",
        ) from error
    if done.returncode != 0:
        raise CompileError(f"'{' '.join(compiler)}' refuses the generated C:\n{done.stderr}")

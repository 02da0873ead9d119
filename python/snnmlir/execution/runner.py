# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs generated C on this machine: builds it into a library and calls it step by step."""

from __future__ import annotations

import ctypes
import hashlib
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from snnmlir.errors import CompileError, OptionError
from snnmlir.execution import toolchain
from snnmlir.execution.events import EventList
from snnmlir.execution.ports import Port, Sample, Signal, check_inputs

C_TYPES = {
    "float32": "float",
    "float64": "double",
    "uint8": "uint8_t",
    "int8": "int8_t",
    "int16": "int16_t",
    "int32": "int32_t",
}

_LOAD = """\
static net_weights_t loaded;
int driver_load(const void *weights, size_t size)
{
    loaded = net_load(weights, size);
    return loaded.error;
}
unsigned driver_alignment(void) { return NET_WEIGHTS_ALIGNMENT; }
"""

_libraries: dict[tuple[str, ...], ctypes.CDLL] = {}
_building = threading.Lock()


class Executable:
    """The C code of a network, built for this machine.

    Several threads may use it at once: what a run carries from step to step is memory of its own.
    Another process that gets it, pickled, builds the C again where it first runs it, once for all
    that it gets of the same code.

    Args:
        source: The C source, its names prefixed with "net".
        header: Its header, "net.h".
        inputs: What the step function takes.
        outputs: What it gives.
        positions: The C type of positions, "uint16_t" or "uint32_t", if there is a step function
            that takes those of a single input.
        arguments: Further arguments of the C compiler: files that belong to the code, and flags.
        weights: What the C loads, if its constants are apart from it.

    Raises:
        CompileError: There is no C compiler, or it refuses the code.
    """

    def __init__(
        self,
        source: str,
        header: str,
        inputs: Sequence[Port],
        outputs: Sequence[Port],
        positions: str | None = None,
        arguments: Sequence[str] = (),
        weights: bytes | None = None,
    ) -> None:
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.positions = None if positions is None else np.dtype(positions.removesuffix("_t"))
        self._weights = weights
        self._files = {"net.c": source, "net.h": header, "driver.c": self._driver(positions)}
        self._arguments = tuple(arguments)
        text = "\0".join((*self._files.values(), *self._arguments, *_contents(self._arguments)))
        self._digest = hashlib.sha256(text.encode() + b"\0" + (weights or b"")).hexdigest()
        self._library: ctypes.CDLL | None = None
        self._built()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_library": None}

    def _built(self) -> ctypes.CDLL:
        """The library; of equal code and the same compiler there is one in a process."""
        if self._library is None:
            key = (self._digest, *toolchain.compiler(), *toolchain.FLAGS)
            with _building:
                if key not in _libraries:
                    _libraries[key] = _build(self._files, self._arguments, self._weights)
                self._library = _libraries[key]
        return self._library

    def _driver(self, positions: str | None) -> str:
        """Loops over the steps, with one array per input and output for all of them."""
        inputs: list[str] = []
        outputs: list[str] = []
        arguments = []
        sized: tuple[list[str], list[int]] = ([], [])
        for index, port in enumerate((*self.inputs, *self.outputs)):
            qualifier = "const " if index < len(self.inputs) else ""
            parameters = inputs if index < len(self.inputs) else outputs
            parameters.append(f"{qualifier}{C_TYPES[port.dtype.name]} *p{index}")
            size = int(np.prod(port.shape))
            arguments.append(f"p{index} + t * {size}u")
            sized[0].append(f"p{index}")
            sized[1].append(size)
        init = "net" if self._weights is None else "net, loaded"
        load = "" if self._weights is None else _LOAD
        loop = "    for (size_t t = 0; t < steps; ++t)\n"
        text = (
            f'#include "net.h"\n{load}'
            "size_t driver_size(void) { return sizeof(net_t); }\n"
            f"void driver_init(net_t *net) {{ net_init({init}); }}\n"
            f"void driver_run(net_t *net, size_t steps, {', '.join(inputs + outputs)})\n"
            f"{{\n{loop}        net_step(net, {', '.join(arguments)});\n}}\n"
        )
        several = [f"{each} + s * steps * {size}u" for each, size in zip(*sized, strict=True)]
        text += (
            "void driver_run_samples(net_t *net, size_t samples, size_t steps, "
            f"{', '.join(inputs + outputs)})\n"
            "{\n    for (size_t s = 0; s < samples; ++s) {\n        driver_init(net);\n"
            f"        driver_run(net, steps, {', '.join(several)});\n    }}\n}}\n"
        )
        if positions is not None:
            first = "positions + offsets[t], (size_t)(offsets[t + 1] - offsets[t])"
            call = f"net_step_events(net, {', '.join([first, *arguments[1:]])})"
            text += (
                "void driver_run_events(net_t *net, size_t steps, const int64_t *offsets, "
                f"const {positions} *positions, {', '.join(outputs)})\n"
                f"{{\n{loop}        {call};\n}}\n"
            )
        return text

    def run(self, x: Sample | EventList) -> dict[str, Signal]:
        """Outputs by name, [T, *shape] each, from the initial state.

        Numbers are real ones: what quantized inputs and outputs are times their scales.
        """
        return Run(self).run(x)

    def quantized(self, x: Sample) -> dict[str, Signal]:
        """Inputs by name as the C code takes them: integers where the network is quantized."""
        arrays = check_inputs(self.inputs, x)
        return {port.name: array for port, array in zip(self.inputs, arrays, strict=True)}

    def run_integers(self, x: Mapping[str, Signal]) -> dict[str, Signal]:
        """The same with numbers as the C code has them."""
        return Run(self).run_integers(x)


class Run:
    """One network's memory: what it carries from step to step.

    Args:
        executable: The network's code.
    """

    def __init__(self, executable: Executable) -> None:
        self.executable = executable
        self._library = executable._built()
        self._memory = np.zeros(int(self._library.driver_size()) + 64, np.uint8)
        start = self._memory.ctypes.data
        self._network = ctypes.c_void_p(start + -start % 64)
        self.reset()

    def reset(self) -> None:
        """Back to the initial state."""
        self._library.driver_init(self._network)

    def run(self, x: Sample | EventList) -> dict[str, Signal]:
        """Outputs by name in real numbers, [T, *shape] each, from the present state on."""
        code = self.executable
        if isinstance(x, EventList):
            if code.positions is None:
                x = x.dense()
            else:
                return self._real(self._run_events(x))
        return self._real(self._run_arrays(check_inputs(code.inputs, x)))

    def run_together(self, samples: Sequence[Any]) -> dict[str, Signal] | None:
        """Outputs by name of several samples, [N, T, *shape] each, every one from the start.

        None if they have to be run one by one: they are of different length, or something is wrong
        with one of them.
        """
        ports = self.executable.inputs
        names = {port.name for port in ports}
        stacked = {}
        for port in ports:
            arrays = []
            for x in samples:
                if isinstance(x, dict):
                    x = x.get(port.name) if x.keys() == names else None
                if not isinstance(x, np.ndarray) or x.shape[1:] != port.shape or not len(x):
                    return None
                arrays.append(x)
            if any(x.shape != arrays[0].shape or x.dtype != arrays[0].dtype for x in arrays):
                return None
            stacked[port.name] = np.concatenate(arrays)
        if len(ports) > 1 and not all(isinstance(x, dict) for x in samples):
            return None
        try:
            checked = check_inputs(ports, stacked)
        except OptionError:
            return None
        results = self.run_arrays_together(checked, len(samples))
        return {
            name: signal.reshape(len(samples), -1, *signal.shape[1:])
            for name, signal in self._real(results).items()
        }

    def run_arrays_together(self, arrays: Sequence[Signal], samples: int) -> list[Signal]:
        """Outputs of samples of the same length that follow each other, [N * T, *shape] each.

        Args:
            arrays: Inputs as the C code takes them, [N * T, *shape] each.
            samples: N.
        """
        results = self._results(len(arrays[0]))
        self._library.driver_run_samples(
            self._network,
            ctypes.c_size_t(samples),
            ctypes.c_size_t(len(arrays[0]) // samples),
            *(ctypes.c_void_p(array.ctypes.data) for array in (*arrays, *results)),
        )
        return results

    def run_integers(self, x: Mapping[str, Signal]) -> dict[str, Signal]:
        """The same with numbers as the C code has them."""
        ports = self.executable.inputs
        arrays = [np.ascontiguousarray(x[port.name], port.dtype) for port in ports]
        outputs = self.executable.outputs
        return {
            port.name: result
            for port, result in zip(outputs, self._run_arrays(arrays), strict=True)
        }

    def _run_arrays(self, arrays: Sequence[Signal]) -> list[Signal]:
        steps = len(arrays[0])
        results = self._results(steps)
        self._library.driver_run(
            self._network,
            ctypes.c_size_t(steps),
            *(ctypes.c_void_p(array.ctypes.data) for array in (*arrays, *results)),
        )
        return results

    def _run_events(self, events: EventList) -> list[Signal]:
        port = self.executable.inputs[0]
        if events.shape != port.shape:
            raise OptionError(
                f"the events are of an input {list(events.shape)}, expected {list(port.shape)}"
            )
        results = self._results(events.steps)
        offsets = np.ascontiguousarray(events.offsets, np.int64)
        positions = np.ascontiguousarray(events.positions, self.executable.positions)
        self._library.driver_run_events(
            self._network,
            ctypes.c_size_t(events.steps),
            *(ctypes.c_void_p(array.ctypes.data) for array in (offsets, positions, *results)),
        )
        return results

    def _results(self, steps: int) -> list[Signal]:
        outputs = self.executable.outputs
        return [np.zeros((steps, *port.shape), port.dtype) for port in outputs]

    def _real(self, results: Sequence[Signal]) -> dict[str, Signal]:
        return {
            port.name: result if port.scales is None else result * port.scales
            for port, result in zip(self.executable.outputs, results, strict=True)
        }


def _contents(arguments: Sequence[str]) -> list[str]:
    """What is in the files among the arguments of a compiler, and in the headers of folders."""
    paths = [Path(argument) for argument in arguments if not argument.startswith("-")]
    folders = [Path(argument[2:]) for argument in arguments if argument.startswith("-I")]
    paths += sorted(path for folder in folders for path in folder.rglob("*.h"))
    return [path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file()]


def _build(
    files: Mapping[str, str], arguments: Sequence[str], weights: bytes | None
) -> ctypes.CDLL:
    with tempfile.TemporaryDirectory(prefix="snn-") as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        path = Path(folder) / "net.so"
        sources = [Path(folder) / "net.c", Path(folder) / "driver.c"]
        toolchain.build_library(sources, path, arguments)
        # Once loaded, the library does not need its file.
        library = ctypes.CDLL(str(path))
    library.driver_size.restype = ctypes.c_size_t
    if weights is not None:
        _load(library, weights)
    return library


def _load(library: ctypes.CDLL, weights: bytes) -> None:
    """Hands weights to a library, which keeps them."""
    alignment = int(library.driver_alignment())
    memory = np.zeros(len(weights) + alignment, np.uint8)
    first = -memory.ctypes.data % alignment
    blob = memory[first : first + len(weights)]
    blob[:] = np.frombuffer(weights, np.uint8)
    error = library.driver_load(ctypes.c_void_p(blob.ctypes.data), ctypes.c_size_t(len(weights)))
    if error:
        raise CompileError(f"the C does not take its weights: error {error} of its load function")
    library.weights = memory  # type: ignore[attr-defined]

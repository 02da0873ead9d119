# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The compiler as a Python object: from a NIR file or graph to C, MLIR, or results."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from snnmlir._mlir import Context, MLIRError, Module, PassManager, emit_c11
from snnmlir.conventions import DEFAULT_DT, Convention
from snnmlir.conventions import convention as make_convention
from snnmlir.errors import CompileError, OptionError, quoted
from snnmlir.files import write_files
from snnmlir.hints import hints
from snnmlir.names import check_prefix, header_for, prefix_from
from snnmlir.nir_import import Graph, read_graph
from snnmlir.nir_import.build import Dtype, InputType, build
from snnmlir.nir_import.discretize import NEURONS
from snnmlir.nir_import.graph import CubaLI, CubaLIF, Input
from snnmlir.runner import Executable

if TYPE_CHECKING:
    import nir

Source: TypeAlias = "str | os.PathLike[str] | nir.NIRGraph"
Signal: TypeAlias = npt.NDArray[Any]
Signals: TypeAlias = "Signal | dict[str, Signal]"
Stage: TypeAlias = Literal["c", "snn", "linalg", "loops"]

_NUMPY: dict[str, npt.DTypeLike] = {"f32": np.float32, "f64": np.float64}
_BYTES = {"i1": 1, "i8": 1, "i16": 2, "i32": 4, "f32": 4, "f64": 8, "index": 8}
_INTEGERS = ("int8", "int16", "int4")


@dataclass(frozen=True)
class Port:
    """An input or output of a compiled network.

    Attributes:
        name: Name of the NIR node, or of a recorded signal.
        shape: Shape of one step.
        dtype: What an array for it holds: uint8 for spikes and counts.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def compile(
    source: Source,
    *,
    dtype: str = "f32",
    convention: str | Convention = "nir",
    dt: float | None = None,
    input_type: str | Iterable[str] = "float",
    name: str | None = None,
    record: Sequence[str] = (),
    **choices: Any,
) -> Network:
    """Compiles a NIR network.

    Args:
        source: Path of a .nir file, or a `nir.NIRGraph`.
        dtype: "f32" or "f64": the type of weights, voltages and analog signals.
        convention: How NIR's differential equations are stepped: the name of a preset.
        dt: Seconds per step; the preset's if not given.
        input_type: "float" or "spikes" for all inputs, or several of "NAME=float", "NAME=spikes".
        name: Prefix of all names in the C code; by default made from the output's file name.
        record: Further outputs: names of nodes, and of neurons with ".v" or ".i".
        **choices: Single choices of the convention by name, such as `reset="subtract"`.

    Raises:
        NirError: The network is malformed or cannot be compiled faithfully.
        OptionError: An option is unknown or contradicts another.
    """
    chosen = make_convention(convention, dt=dt, **choices)
    if dtype in _INTEGERS:
        raise OptionError(
            f"dtype '{dtype}' is not supported yet", help="use one of " + ", ".join(_NUMPY)
        )
    if dtype not in _NUMPY:
        raise OptionError(f"unknown dtype '{dtype}'", help="use one of " + ", ".join(_NUMPY))
    graph = read_graph(source)
    notes = [*graph.notes]
    if dt is None and chosen.dt == DEFAULT_DT:
        notes.append(f"dt was not given, {DEFAULT_DT:g} s is used")
    notes += hints(graph, chosen)
    return Network(
        graph=graph,
        convention=chosen,
        dtype=cast(Dtype, dtype),
        input_types=_input_types(graph, input_type),
        name=check_prefix(name) if name is not None else None,
        file_name=Path(source).name if isinstance(source, str | os.PathLike) else None,
        record=record,
        notes=tuple(notes),
    )


def _input_types(graph: Graph, given: str | Iterable[str]) -> dict[str, InputType]:
    types = dict.fromkeys(graph.inputs, "float")
    for entry in (given,) if isinstance(given, str) else tuple(given):
        name, separator, kind = entry.rpartition("=")
        if kind == "int8":
            raise OptionError("input type 'int8' is not supported yet", help="use float or spikes")
        if kind not in ("float", "spikes"):
            raise OptionError(f"unknown input type {quoted(kind)}", help="use float or spikes")
        if separator and name not in types:
            raise OptionError(
                f"there is no input {quoted(name)}",
                help="the inputs are " + ", ".join(map(quoted, types)),
            )
        for target in [name] if separator else list(types):
            types[target] = kind
    return cast("dict[str, InputType]", types)


class Network:
    """A compiled network. Made by `snnmlir.compile`.

    Attributes:
        graph: The NIR graph that was read.
        convention: The convention it is stepped by.
        dtype: "f32" or "f64".
        notes: What was assumed, one sentence each.
    """

    def __init__(
        self,
        *,
        graph: Graph,
        convention: Convention,
        dtype: Dtype,
        input_types: dict[str, InputType],
        name: str | None,
        file_name: str | None,
        record: Sequence[str],
        notes: tuple[str, ...],
    ) -> None:
        self.graph = graph
        self.convention = convention
        self.dtype: Dtype = dtype
        self.notes = notes
        self._input_types = input_types
        self._name = name
        self._file_name = file_name
        self._context = Context()
        try:
            self._module = build(
                self._context,
                graph,
                convention,
                dtype=dtype,
                input_types=input_types,
                record=[name for name in dict.fromkeys(record) if name not in graph.outputs],
                provenance=self._provenance(),
            )
        except MLIRError as error:
            raise CompileError(str(error)) from error
        # What cannot be lowered is refused here, not when something is written.
        self._loops = self._lower("snn-to-loops")

    def _provenance(self) -> dict[str, str]:
        facts = {
            "compiler": f"snn-mlir-compile {version('snn-mlir-compile')}",
            "model": self._file_name,
            "sha256": self.graph.sha256,
            "nir": self.graph.version,
            "type": self.dtype,
        }
        return {name: fact for name, fact in facts.items() if fact}

    def _lower(self, pipeline: str) -> Module:
        module = self._module.clone()
        try:
            PassManager.parse(pipeline, self._context).run(module)
        except MLIRError as error:
            raise CompileError(str(error)) from error
        return module

    @property
    def prefix(self) -> str:
        """The prefix of the names in `c` and `h`."""
        return self._name or prefix_from(Path(self._file_name or "model").stem)

    @property
    def inputs(self) -> tuple[Port, ...]:
        """The inputs, in the order of the C function's parameters."""
        return tuple(
            Port(
                name,
                self.graph.nodes[name].output_shape,
                np.dtype(np.uint8 if self._input_types[name] == "spikes" else _NUMPY[self.dtype]),
            )
            for name in self.graph.inputs
        )

    @cached_property
    def outputs(self) -> tuple[Port, ...]:
        """The outputs, likewise; recorded signals last."""
        return tuple(
            Port(
                name,
                tuple(shape),
                np.dtype(_NUMPY.get(element, np.uint8)),
            )
            for name, shape, element in self._module.outputs()
        )

    @property
    def memory_bytes(self) -> int:
        """Bytes of the C struct of one network on a 64-bit machine: state, and scratch memory."""
        end, alignment = 0, 1
        for _, _, shape, element, aligned in self._loops.buffers():
            size = _BYTES[element]
            alignment = max(alignment, aligned or size)
            end = _round_up(end, aligned or size) + size * math.prod(shape)
        return max(1, _round_up(end, alignment))

    @property
    def state_bytes(self) -> int:
        """Those of them that are carried from step to step."""
        return sum(
            _BYTES[element] * math.prod(shape)
            for kind, _, shape, element, _ in self._loops.buffers()
            if kind == "state"
        )

    def emit_c(self, prefix: str, header: str) -> tuple[str, str]:
        """The C source and header, with names that begin with `prefix`."""
        try:
            source, text = emit_c11(self._loops, prefix, header)
        except MLIRError as error:
            raise CompileError(str(error)) from error
        return source, text

    @property
    def c(self) -> str:
        """The C source file."""
        return self.emit_c(self.prefix, f"{self.prefix}.h")[0]

    @property
    def h(self) -> str:
        """The header of the C source file."""
        return self.emit_c(self.prefix, f"{self.prefix}.h")[1]

    @property
    def mlir(self) -> str:
        """The network in the snn dialect."""
        return self.emit("snn")

    def emit(self, stage: Stage) -> str:
        """The text of one stage: "c", "snn", "linalg" or "loops"."""
        if stage == "c":
            return self.c
        modules = {
            "snn": lambda: self._module,
            "linalg": lambda: self._lower("snn-to-linalg"),
            "loops": lambda: self._loops,
        }
        return modules[stage]().get_asm()

    def write(self, path: str | os.PathLike[str], emit: Stage | None = None) -> None:
        """Writes the C source to `path` and its header beside it, or MLIR to `path`.

        Files appear complete or not at all.

        Args:
            path: A .c or .mlir file.
            emit: What to write; by default C for .c and the snn dialect for .mlir.

        Raises:
            OptionError: The stage cannot be told from the suffix, or the name cannot be included.
            OSError: The file cannot be written.
        """
        target = Path(path)
        stage = emit or _stage_of(target)
        if stage != "c":
            write_files({target: self.emit(stage).encode()})
            return
        header = header_for(target)
        prefix = self._name or prefix_from(target.stem)
        source, text = self.emit_c(prefix, header.name)
        write_files({target: source.encode(), header: text.encode()})

    def run(self, x: Signal | Mapping[str, Signal]) -> Signals:
        """Builds the C for this machine and runs it from the initial state.

        Args:
            x: [T, *input shape], or such an array for each input by name.

        Returns:
            [T, *output shape]; a dictionary by name if there are several outputs.

        Raises:
            OptionError: `x` has the wrong shape, or holds other values than the network takes.
            CompileError: There is no C compiler, or it refuses the code.
        """
        results = self._executable.run(x)
        return results if len(results) > 1 else next(iter(results.values()))

    def record(
        self, x: Signal | Mapping[str, Signal], nodes: Sequence[str] | None = None
    ) -> dict[str, Signal]:
        """Runs the network and records signals by name.

        Args:
            x: As for `run`.
            nodes: Names of nodes, or of neurons with ".v" or ".i"; all of them if None.

        Returns:
            {"lif1": [T, *shape], "lif1.v": ..., ...}; spikes and counts are uint8.
        """
        names = self.signals if nodes is None else tuple(nodes)
        recorder = Network(
            graph=self.graph,
            convention=self.convention,
            dtype=self.dtype,
            input_types=self._input_types,
            name=None,
            file_name=self._file_name,
            record=names,
            notes=(),
        )
        results = recorder._executable.run(x)
        return {name: results[name] for name in names}

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of all signals that can be recorded."""
        names = []
        for name, node in self.graph.nodes.items():
            if isinstance(node, Input):
                continue
            names.append(name)
            if isinstance(node, NEURONS):
                names.append(f"{name}.v")
            if isinstance(node, CubaLI | CubaLIF):
                names.append(f"{name}.i")
        return tuple(names)

    @cached_property
    def _executable(self) -> Executable:
        source, header = self.emit_c("net", "net.h")
        return Executable(source, header, self.inputs, self.outputs)


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _stage_of(path: Path) -> Stage:
    stages: dict[str, Stage] = {".c": "c", ".mlir": "snn"}
    if path.suffix not in stages:
        raise OptionError(
            f"cannot tell from {quoted(path.name)} what to write",
            help="end the name in .c or .mlir, or say --emit c, snn, linalg or loops",
        )
    return stages[path.suffix]

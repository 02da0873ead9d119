# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The compiler as a Python object: from a NIR file or graph to C, MLIR, or results."""

from __future__ import annotations

import json
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from snnmlir._mlir import Context, MLIRError, Module, PassManager, describe_c11, emit_c11
from snnmlir.conventions import DEFAULT_DT, PRESETS, Convention
from snnmlir.conventions import convention as make_convention
from snnmlir.errors import CompileError, ConventionWarning, OptionError, quoted
from snnmlir.files import write_files
from snnmlir.hints import hints
from snnmlir.names import check_prefix, header_for, prefix_from
from snnmlir.nir_import import Graph, read_network
from snnmlir.nir_import.build import InputType, build
from snnmlir.nir_import.concerns import check_nodes
from snnmlir.nir_import.discretize import NEURONS
from snnmlir.nir_import.graph import CubaLI, CubaLIF, Input
from snnmlir.quantize import Bound, Ranges, Scales, States, bounds, merge_ranges, quantize
from snnmlir.resources import Resources, add_up
from snnmlir.runner import Executable
from snnmlir.selftest import SelfTest, self_test_name

if TYPE_CHECKING:
    import nir

Source: TypeAlias = "str | os.PathLike[str] | nir.NIRGraph"
Signal: TypeAlias = npt.NDArray[Any]
Signals: TypeAlias = "Signal | dict[str, Signal]"
Sample: TypeAlias = "Signal | Mapping[str, Signal]"
Stage: TypeAlias = Literal["c", "json", "snn", "linalg", "loops"]

Dtype: TypeAlias = Literal["f32", "f64", "int8", "int16", "int4"]
DTYPES: tuple[Dtype, ...] = ("f32", "f64", "int8", "int16", "int4")

_FLOATS: dict[str, npt.DTypeLike] = {"f32": np.float32, "f64": np.float64}


@dataclass(frozen=True)
class Port:
    """An input or output of a compiled network.

    Attributes:
        name: Name of the NIR node, or of a recorded signal.
        shape: Shape of one step.
        dtype: What the C code takes: uint8 for spikes and counts.
        scales: What the integers of a quantized signal stand for: [] for one number for all, or
            broadcastable to `shape`; None for what stands for itself.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scales: npt.NDArray[np.float64] | None = None


def compile(
    source: Source,
    *,
    dtype: str = "f32",
    convention: str | os.PathLike[str] | Convention = "nir",
    dt: float | None = None,
    nodes: Mapping[str, Mapping[str, Any]] | None = None,
    edges: Mapping[str, str] | None = None,
    input_type: str | Iterable[str] = "float",
    name: str | None = None,
    record: Sequence[str] = (),
    taps: Sequence[str] | Literal["all"] = (),
    profile: bool = False,
    calibrate: Signal
    | Mapping[str, Signal]
    | Sequence[Signal | Mapping[str, Signal]]
    | Callable[[Network], Iterable[Sample]]
    | None = None,
    scales: Scales = "real",
    states: States = "short",
    **choices: Any,
) -> Network:
    """Compiles a NIR network.

    Args:
        source: Path of a .nir file, or a `nir.NIRGraph`.
        dtype: "f32" or "f64": the type of weights, voltages and analog signals; "int8", "int16" or
            "int4": integers throughout, with weights of that many bits.
        convention: How NIR's differential equations are stepped: the name of a preset, the path of
            a convention file (.toml), or a `Convention`, such as that of an `Inference`.
        dt: Seconds per step; the convention's if not given.
        nodes: Choices of single nodes by name: {"lif1": {"reset": "zero"}}.
        edges: Edges of the file to replace: {"a -> b": "a -> c"}.
        input_type: "float", "spikes" or "int8" for all inputs, or several of "NAME=float" and the
            like. With integers, a "float" input takes 16-bit integers and "int8" those of 8 bits,
            both times a scale.
        name: Prefix of all names in the C code; by default made from the output's file name.
        record: Further outputs: names of nodes, and of neurons with ".v" or ".i".
        taps: Such signals that the C code shows to the macro `<PREFIX>_TAP` where they are written,
            or "all" that can be, see `Network.tappable`.
        profile: Whether the C code calls layers through the macro `<PREFIX>_PROFILE`.
        calibrate: With integers, example input from which scales of analog signals are taken:
            [T, *input shape], such an array for each input, or several of these; or a function
            that gives them, called with the network in float32.
        scales: With integers, "real", or "pow2" for scales that are powers of two.
        states: With weights of 8 or 4 bits, "short": voltages and currents of leaky spiking neurons
            have 16 bits where these are fine enough, and saturate at 8 thresholds or further; or
            "proved": they saturate only where no range is known.
        **choices: Single choices of the convention by name, such as `reset="subtract"`.

    Raises:
        NirError: The network is malformed or cannot be compiled faithfully.
        OptionError: An option is unknown or contradicts another.
    """
    chosen = make_convention(convention, dt=dt, nodes=nodes, edges=edges, **choices)
    if dtype not in DTYPES:
        raise OptionError(f"unknown dtype '{dtype}'", help="use one of " + ", ".join(DTYPES))
    if scales not in ("real", "pow2"):
        raise OptionError(f"unknown scales '{scales}'", help="use real or pow2")
    if states not in ("short", "proved"):
        raise OptionError(f"unknown states '{states}'", help="use short or proved")
    if dtype in _FLOATS and calibrate is not None:
        raise OptionError(
            f"dtype '{dtype}' has no scales to calibrate",
            help="leave the data out, or choose dtype int8, int16 or int4",
        )
    if dtype in _FLOATS and (scales, states) != ("real", "short"):
        raise OptionError(
            f"dtype '{dtype}' has no integers for scales '{scales}' and states '{states}'",
            help="leave these out, or choose dtype int8, int16 or int4",
        )
    graph = read_network(source, chosen)
    check_nodes(chosen, graph)
    notes = [*graph.notes]
    if dt is None and convention in PRESETS and chosen.dt == DEFAULT_DT:
        notes.append(f"dt was not given, {DEFAULT_DT:g} s is used")
    for text in hints(graph, chosen):
        warnings.warn(text, ConventionWarning, stacklevel=2)
        notes.append(text)
    network = Network(
        graph=graph,
        convention=chosen,
        dtype="f32" if calibrate is not None else dtype,
        input_types=_input_types(graph, input_type, dtype),
        name=check_prefix(name) if name is not None else None,
        file_name=Path(source).name if isinstance(source, str | os.PathLike) else None,
        record=record,
        taps=taps,
        profile=profile,
        notes=tuple(notes),
        scales=scales,
        states=states,
    )
    if calibrate is not None:
        if callable(calibrate):
            samples = calibrate(network)
        else:
            samples = [calibrate] if isinstance(calibrate, Mapping | np.ndarray) else calibrate
        network = network.calibrated(dtype, samples)
    network.check_taps()
    return network


def _input_types(graph: Graph, given: str | Iterable[str], dtype: str) -> dict[str, InputType]:
    types = dict.fromkeys(graph.inputs, "float")
    for entry in (given,) if isinstance(given, str) else tuple(given):
        name, separator, kind = entry.rpartition("=")
        if kind == "int8" and dtype in _FLOATS:
            raise OptionError(
                f"input type 'int8' needs a network of integers, found dtype '{dtype}'",
                help="use float or spikes, or choose dtype int8, int16 or int4",
            )
        if kind not in ("float", "spikes", "int8"):
            raise OptionError(
                f"unknown input type {quoted(kind)}", help="use float, spikes or int8"
            )
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
        dtype: "f32", "f64", "int8", "int16" or "int4".
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
        taps: Sequence[str] = (),
        profile: bool = False,
        scales: Scales = "real",
        states: States = "short",
        ranges: Ranges | None = None,
    ) -> None:
        self.graph = graph
        self.convention = convention
        self.dtype: Dtype = dtype
        self.notes = notes
        self._input_types = input_types
        self._name = name
        self._file_name = file_name
        self._scales: Scales = scales
        self._states: States = states
        self._ranges = ranges or {}
        self._record = record
        self._context = Context()
        try:
            self._module = build(
                self._context,
                graph,
                convention,
                dtype="f64" if dtype == "f64" else "f32",
                input_types=input_types,
                record=[name for name in dict.fromkeys(record) if name not in graph.outputs],
                provenance=self._provenance(),
                ranges=self._ranges,
            )
            if self.is_quantized:
                quantize(self._module, self._context, dtype, scales, states)
                self.notes += self._quantization_notes()
        except MLIRError as error:
            raise CompileError(str(error)) from error
        # What cannot be lowered is refused here, not when something is written.
        self._loops = self._lower("snn-to-loops")
        self._taps = taps
        self._profile = profile
        self._recorders: dict[tuple[str, ...], Network] = {}

    def _provenance(self) -> dict[str, str]:
        facts = {
            "compiler": f"snn-mlir-compile {version('snn-mlir-compile')}",
            "model": self._file_name,
            "sha256": self.graph.sha256,
            "nir": self.graph.version,
            "type": self.dtype,
        }
        return {name: fact for name, fact in facts.items() if fact}

    @property
    def is_quantized(self) -> bool:
        """Whether the network computes with integers."""
        return self.dtype not in _FLOATS

    def _with(self, **changes: Any) -> Network:
        """The same network compiled with other arguments."""
        arguments: dict[str, Any] = {
            "graph": self.graph,
            "convention": self.convention,
            "dtype": self.dtype,
            "input_types": self._input_types,
            "name": self._name,
            "file_name": self._file_name,
            "record": (),
            "taps": (),
            "profile": False,
            "notes": (),
            "scales": self._scales,
            "states": self._states,
            "ranges": self._ranges,
        }
        return Network(**(arguments | changes))

    def calibrated(self, dtype: Dtype, samples: Iterable[Sample]) -> Network:
        """The network in integers, with scales for what its signals are for the given inputs.

        Args:
            dtype: "int8", "int16" or "int4".
            samples: [T, *input shape], or by input; each is a run of its own.
        """
        reference = self.as_float()
        recordings = []
        for x in samples:
            inputs = x if isinstance(x, Mapping) else {self.inputs[0].name: x}
            given = {name: np.asarray(inputs[name], np.float64) for name in inputs}
            recordings.append(reference.record(x) | given)
        if not any(array.size for recording in recordings for array in recording.values()):
            raise OptionError(
                "there is no data to calibrate with", help="give at least one step of input"
            )
        ranges = merge_ranges(recordings)
        for name, kind in self._input_types.items():
            if kind == "spikes":
                ranges.pop(name, None)
        return self._with(
            dtype=dtype,
            record=self._record,
            taps=self._taps,
            profile=self._profile,
            notes=self.notes,
            ranges=ranges,
        )

    def as_float(self) -> Network:
        """The same network in float32."""
        if self.dtype == "f32" and "int8" not in self._input_types.values():
            return self
        types = {
            name: "spikes" if kind == "spikes" else "float"
            for name, kind in self._input_types.items()
        }
        return self._with(dtype="f32", input_types=types, ranges=None)

    def _quantization_notes(self) -> tuple[str, ...]:
        """What was assumed about numbers that the weights do not bound."""
        notes = [
            f"input {quoted(name)} is 0 throughout in the data, which says nothing about its unit; "
            "--calibrate takes data that the network is for"
            for name in self.graph.inputs
            if self._ranges.get(name) == (0.0, 0.0)
        ]
        for port in self.inputs:
            if port.scales is not None and port.name not in self._ranges:
                most = float(port.scales) * np.iinfo(port.dtype).max
                notes.append(
                    f"input {quoted(port.name)} takes {port.dtype} in units of "
                    f"{float(port.scales):g}, so numbers up to {most:g}; --calibrate DATA fits "
                    "the unit to data, --input-type spikes takes 0 and 1"
                )
        for port in self.outputs:
            graph_output = port.name in self.graph.outputs
            if port.scales is not None and graph_output and port.name not in self._ranges:
                most = float(np.max(port.scales)) * np.iinfo(port.dtype).max
                notes.append(
                    f"output {quoted(port.name)} gives {port.dtype} in units of "
                    f"{float(np.max(port.scales)):g}, so numbers up to {most:g}; "
                    "no input gives more, or the output saturates there; --calibrate DATA gives "
                    "smaller units where data stay far below that"
                )
        return tuple(notes)

    @property
    def bounds(self) -> list[Bound]:
        """What the integers of a quantized network can be, and whether that is proved."""
        return bounds(self._module.network(constants=False)) if self.is_quantized else []

    def describe(self) -> dict[str, Any]:
        """The operations of the network in the snn dialect, as `Module.network` gives them."""
        network: dict[str, Any] = self._module.network()
        return network

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
        return self.prefix_for(Path(self._file_name or "model").stem)

    def prefix_for(self, stem: str) -> str:
        """The prefix in a file of this name: the network's name if it was given one."""
        return self._name or prefix_from(stem)

    @cached_property
    def inputs(self) -> tuple[Port, ...]:
        """The inputs, in the order of the C function's parameters."""
        network = self._module.network(constants=False)
        return tuple(_port(name, network["types"][value]) for value, name in network["inputs"])

    @cached_property
    def outputs(self) -> tuple[Port, ...]:
        """The outputs, likewise; recorded signals last."""
        network = self._module.network(constants=False)
        return tuple(_port(name, network["types"][value]) for value, name in network["outputs"])

    @property
    def memory_bytes(self) -> int:
        """Bytes of the C struct of one network on a 64-bit machine: state, and scratch memory."""
        size: int = self.interface["struct"]["bytes"]
        return size

    @property
    def state_bytes(self) -> int:
        """Those of them that are carried from step to step."""
        return sum(self.states.values())

    @cached_property
    def states(self) -> dict[str, int]:
        """The same by node, and by edge ("source_to_target") that carries its signal on."""
        states: Counter[str] = Counter()
        for member in self.interface["struct"]["members"]:
            if member["role"] == "state":
                states[member["owner"]] += member["bytes"]
        return dict(states)

    @cached_property
    def resources(self) -> Resources:
        """Constants, memory and arithmetic, layer by layer."""
        members = self.interface["struct"]["members"]
        arena = sum(member["bytes"] for member in members if member["role"] != "state")
        try:
            layers = self._loops.resources()
        except MLIRError as error:
            raise CompileError(str(error)) from error
        return add_up(layers, self.memory_bytes, arena)

    def emit_c(self, prefix: str, header: str) -> tuple[str, str]:
        """The C source and header, with names that begin with `prefix`."""
        try:
            source, text = emit_c11(self._loops, prefix, header, self.taps, self._profile)
        except MLIRError as error:
            raise CompileError(str(error)) from error
        return source, text

    def interface_for(self, prefix: str, header: str) -> dict[str, Any]:
        """The interface of what `emit_c` gives, as docs/interface.md describes it."""
        return cast("dict[str, Any]", json.loads(self._describe_c(prefix, header)))

    def _describe_c(self, prefix: str, header: str) -> str:
        try:
            return describe_c11(self._loops, prefix, header, self.taps, self._profile)
        except MLIRError as error:
            raise CompileError(str(error)) from error

    @cached_property
    def interface(self) -> dict[str, Any]:
        """The interface of `c` and `h`: the struct, the functions, and what all of it is called."""
        return self.interface_for(self.prefix, f"{self.prefix}.h")

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
        """The text of one stage: "c", its interface as "json", "snn", "linalg" or "loops"."""
        if stage == "c":
            return self.c
        if stage == "json":
            return self._describe_c(self.prefix, f"{self.prefix}.h")
        if stage not in ("snn", "linalg", "loops"):
            raise OptionError(
                f"unknown stage {quoted(stage)}", help="use c, json, snn, linalg or loops"
            )
        modules = {
            "snn": lambda: self._module,
            "linalg": lambda: self._lower("snn-to-linalg"),
            "loops": lambda: self._loops,
        }
        return modules[stage]().get_asm()

    def write(
        self,
        path: str | os.PathLike[str],
        emit: Stage | None = None,
        self_test: SelfTest | None = None,
    ) -> None:
        """Writes the C source to `path` and its header beside it, or MLIR or JSON to `path`.

        Files appear complete or not at all.

        Args:
            path: As for `files`.
            emit: As for `files`.
            self_test: As for `files`.

        Raises:
            OptionError: As `files` does.
            OSError: A file cannot be written.
        """
        write_files(self.files(path, emit, self_test))

    def files(
        self,
        path: str | os.PathLike[str],
        emit: Stage | None = None,
        self_test: SelfTest | None = None,
    ) -> dict[Path, bytes]:
        """What `write` writes, by file.

        Args:
            path: A .c, .mlir or .json file.
            emit: What to write; by default C for .c, the snn dialect for .mlir and the interface of
                the C for .json.
            self_test: With C, what `snnmlir.self_test` made; its source and header are written
                beside `path`, "_selftest" in their names.

        Raises:
            OptionError: The stage cannot be told from the suffix, or has no self-test, or the name
                cannot be included.
        """
        target = Path(path)
        stage = emit or _stage_of(target)
        if stage == "json" and self_test is None:
            header = header_for(target.with_suffix(".c"))
            return {target: self._describe_c(self.prefix_for(target.stem), header.name).encode()}
        if stage != "c" and self_test is not None:
            raise OptionError(
                f"a self-test is C, found the stage '{stage}'", help="write a .c file, or no test"
            )
        if stage != "c":
            if self.taps or self._profile:
                raise OptionError(
                    f"signals are tapped and layers profiled in C, not in {stage}",
                    help="write a .c file",
                )
            return {target: self.emit(stage).encode()}
        header = header_for(target)
        prefix = self.prefix_for(target.stem)
        source, text = self.emit_c(prefix, header.name)
        files = {target: source, header: text}
        if self_test is not None:
            names = (self_test_name(target), self_test_name(header))
            files |= zip(names, self_test.emit_c(self, prefix, header.name), strict=True)
        return {name: content.encode() for name, content in files.items()}

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
        results = self.executable.run(x)
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
        results = self.recorder(names).executable.run(x)
        return {name: results[name] for name in names}

    def recorder(self, nodes: Sequence[str] | None = None) -> Network:
        """The same network with the given signals as further outputs; all of them if None.

        Compiled and built once for each choice of signals.
        """
        names = self.signals if nodes is None else tuple(nodes)
        if names not in self._recorders:
            self._recorders[names] = self._with(record=names)
        return self._recorders[names]

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
    def tappable(self) -> tuple[str, ...]:
        """The names of the signals that are in memory after a layer, in the order of the layers.

        The others are folded into another layer, views of another signal, or not needed.
        """
        known = set(self.signals)
        return tuple(name for name in self._loops.signals() if name in known)

    @property
    def taps(self) -> tuple[str, ...]:
        """The signals that the C code shows to the macro `<PREFIX>_TAP`."""
        return self.tappable if self._taps == "all" else tuple(dict.fromkeys(self._taps))

    def check_taps(self) -> None:
        """Refuses signals to tap that are not in memory after a layer.

        Raises:
            OptionError: One is not.
        """
        for name in self.taps:
            if name in self.tappable:
                continue
            found = (
                "it is folded into another layer, a view of another signal, or not needed"
                if name in self.signals
                else "there is no such signal"
            )
            raise OptionError(
                f"signal {quoted(name)} cannot be tapped: {found}",
                help="these can: " + ", ".join(map(quoted, self.tappable)),
            )

    @cached_property
    def executable(self) -> Executable:
        """The C code, built for this machine."""
        source, header = self.emit_c("net", "net.h")
        return Executable(source, header, self.inputs, self.outputs)


def _port(name: str, kind: Mapping[str, Any]) -> Port:
    """The port for a value's description by `Module.network`."""
    shape = tuple(kind["shape"])
    if kind["element"] != "quant":
        return Port(name, shape, np.dtype(_FLOATS.get(kind["element"], np.uint8)))
    scales = np.asarray(kind["scales"])
    if kind["axis"] is None:
        scales = scales.reshape(())
    else:
        scales = scales.reshape([-1 if d == kind["axis"] else 1 for d in range(len(shape))])
    return Port(name, shape, np.dtype(f"int{kind['bits']}"), scales)


def _stage_of(path: Path) -> Stage:
    stages: dict[str, Stage] = {".c": "c", ".json": "json", ".mlir": "snn"}
    if path.suffix not in stages:
        raise OptionError(
            f"cannot tell from {quoted(path.name)} what to write",
            help="end the name in .c, .json or .mlir, or say --emit c, json, snn, linalg or loops",
        )
    return stages[path.suffix]

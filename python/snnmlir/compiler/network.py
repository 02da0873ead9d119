# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`Network`, what `compile` returns: data, and what can be asked of it."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol, cast

from snnmlir.common.files import Content, whole, write_files
from snnmlir.common.kinds import Dtype
from snnmlir.common.wording import option
from snnmlir.compiler.blobs import check_fits
from snnmlir.compiler.interface import positions_type, state_bytes, struct_bytes
from snnmlir.compiler.names import header_for, prefix_from
from snnmlir.compiler.options import Options, Taps
from snnmlir.compiler.output import c_files, check_no_c, stage_of
from snnmlir.compiler.quantize import Bound, Ranges, bounds, measured_ranges, unit_notes
from snnmlir.compiler.request import Request
from snnmlir.compiler.resources import Resources, resources_of
from snnmlir.compiler.signals import check_taps, recordable, tappable
from snnmlir.compiler.stages import (
    Placement,
    Stage,
    Stages,
    Writing,
    c_text,
    helper_files,
    interface_text,
    make_stages,
    mlir_text,
    placements,
    stages_from,
    storing_spikes,
    weights_blob,
    write_c,
)
from snnmlir.compiler.summary import summary
from snnmlir.conventions import Convention
from snnmlir.errors import CompileError, OptionError, quoted
from snnmlir.execution.batch import Batch, joined, run_batch
from snnmlir.execution.events import EventFormat
from snnmlir.execution.pool import Workers
from snnmlir.execution.ports import Port, Sample, Signal, Signals, alone, ports_of
from snnmlir.execution.runner import Executable
from snnmlir.execution.session import Session
from snnmlir.nir_import.graph import Graph

_TYPE_ERRORS = ("-Werror=incompatible-pointer-types", "-Werror=implicit-function-declaration")
"""Of a kernel whose header has other types than its layers, some compilers only warn."""


class WrittenTest(Protocol):
    """A self-test as `Network.write` needs it; see `snnmlir.SelfTest`."""

    def emit_c(self, network: Network, prefix: str, header: str) -> tuple[str, str]:
        """The C source and its header, for a network whose names have this prefix."""


class ShownReport(Protocol):
    """What `Network.report` gives; see `snnmlir.HtmlReport`."""

    title: str
    html: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the page to a file."""

    def _repr_html_(self) -> str:
        """The page in a notebook."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Network:
    """A compiled network, which never changes. Made by `snnmlir.compile`.

    Attributes:
        request: The graph and the options that it was compiled from.
        stages: The network in MLIR, up to the loops that become C.
        is_transformed: Whether `with_mlir` gave it, so that it is not what the graph says.
    """

    request: Request
    stages: Stages
    is_transformed: bool = False

    def __repr__(self) -> str:
        try:
            return summary(
                self.prefix,
                self.options,
                self.graph,
                self.inputs,
                self.outputs,
                self.state_bytes,
                self.resources.constant_bytes,
            )
        except Exception:  # a debugger that shows a network is not to end in another error
            return object.__repr__(self)

    # What it was compiled from

    @property
    def graph(self) -> Graph:
        """The NIR graph that was read."""
        return self.request.graph

    @property
    def options(self) -> Options:
        """The options of the compilation."""
        return self.request.options

    @property
    def convention(self) -> Convention:
        """The convention it is stepped by."""
        return self.options.convention

    @property
    def dtype(self) -> Dtype:
        """Its type: "f32", "f64", "int8", "int16", "int4", "int2" or "fixed"."""
        return self.options.dtype

    @property
    def type_name(self) -> str:
        """The same with the nodes whose weights have another: "int8 with fc1 in int4"."""
        return self.options.type_name

    @property
    def is_quantized(self) -> bool:
        """Whether the network computes with integers."""
        return self.options.is_quantized

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What was assumed, one sentence each."""
        if not self.is_quantized:
            return self.request.notes
        units = unit_notes(self.graph, self.inputs, self.outputs, self.request.ranges)
        return (*self.request.notes, *units)

    # What it is

    @cached_property
    def inputs(self) -> tuple[Port, ...]:
        """The inputs, in the order of the C function's parameters."""
        return ports_of(self.describe(constants=False), "inputs")

    @cached_property
    def outputs(self) -> tuple[Port, ...]:
        """The outputs, likewise; recorded signals last."""
        return ports_of(self.describe(constants=False), "outputs")

    @cached_property
    def signals(self) -> tuple[str, ...]:
        """The names of all signals that can be recorded."""
        return recordable(self.graph)

    @cached_property
    def tappable(self) -> tuple[str, ...]:
        """The names of the signals that can be tapped, in the order of the layers.

        They are in memory after a layer, if they are tapped. The others are folded into another
        layer, views of another signal, or not needed.
        """
        return tappable(storing_spikes(self.stages, stores_spikes=True).loops, self.graph)

    @property
    def taps(self) -> tuple[str, ...]:
        """The signals that the C code shows to the macro `<PREFIX>_TAP`."""
        return self.tappable if self.options.taps == "all" else self.options.taps

    def check_taps(self) -> None:
        """Refuses signals to tap that are not in memory after a layer.

        Raises:
            OptionError: One is not.
        """
        check_taps(self.taps, self.tappable, self.signals)

    def describe(self, *, constants: bool = True) -> dict[str, Any]:
        """The operations of the network in the snn dialect, as `Module.network` gives them."""
        network: dict[str, Any] = self.stages.snn.network(constants=constants)
        return network

    @property
    def bounds(self) -> list[Bound]:
        """What the integers of a quantized network can be, and whether that is proved."""
        return bounds(self.describe(constants=False)) if self.is_quantized else []

    # What it needs

    @property
    def memory_bytes(self) -> int:
        """Bytes of the C struct of one network on a 64-bit machine: state, and scratch memory."""
        return struct_bytes(self.interface)

    @property
    def state_bytes(self) -> int:
        """Those of them that are carried from step to step."""
        return sum(self.states.values())

    @cached_property
    def states(self) -> dict[str, int]:
        """The same by node, and by edge ("source_to_target") that carries its signal on."""
        return state_bytes(self.interface)

    @cached_property
    def resources(self) -> Resources:
        """Constants, memory and arithmetic, layer by layer."""
        return resources_of(self.stages.loops, self.interface)

    @cached_property
    def placements(self) -> tuple[Placement, ...]:
        """Who computes which layers, and why no kernel of the target computes the others.

        Empty where the target has no kernels.
        """
        return placements(self.stages) if self.stages.lowering.target.kernels else ()

    # As text

    @property
    def prefix(self) -> str:
        """The prefix of the names in `c` and `h`."""
        return self.prefix_for(Path(self.request.file_name or "model").stem)

    def prefix_for(self, stem: str) -> str:
        """The prefix in a file of this name: the network's name if it was given one."""
        return self.options.name or prefix_from(stem)

    def emit_c(self, prefix: str, header: str) -> tuple[str, str]:
        """The C source and header, with names that begin with `prefix`."""
        return c_text(self.stages, prefix, header, self._writing)

    def plain_c(self, prefix: str, header: str) -> tuple[str, str]:
        """The same without signals shown or layers called in macros, and with its own helpers."""
        plain = replace(self._writing, taps=(), profile=False, helpers=None)
        return c_text(self.stages, prefix, header, plain)

    @property
    def _writing(self) -> Writing:
        options = self.options
        return Writing(
            self.taps, options.profile, options.weights_apart, options.places, options.helpers
        )

    def helper_files(self, prefix: str, stem: str) -> dict[str, str]:
        """The files that the C includes and other networks share, by their names.

        Args:
            prefix: What the names in the C begin with.
            stem: What its own files are called, without suffix.

        Raises:
            OptionError: These are called like it.
        """
        name = self.options.helpers
        if name is None:
            return {}
        if name.lower() in (prefix.lower(), stem.lower()):
            raise OptionError(
                f"the helpers are called {quoted(name)} like the network itself",
                help=f"choose another name, as in {option('helpers', 'snn_helpers')}",
            )
        return helper_files(name)

    @cached_property
    def weights(self) -> bytes | None:
        """The constants, as docs/blobs.md describes them; None where they are in the C.

        Raises:
            CompileError: A kernel wants them in a memory of its own.
        """
        return weights_blob(self.stages, self.taps) if self.options.weights_apart else None

    def check_places(self) -> None:
        """Refuses sections for nodes without constants.

        Raises:
            OptionError: There is one.
        """
        if not self.options.places:
            return
        known = [layer.node for layer in self.resources.layers if layer.constant_bytes]
        for node, _ in self.options.places:
            if node not in known:
                raise OptionError(
                    f"node {quoted(node)} has no constants to lie in a section",
                    help="those with constants are " + ", ".join(map(quoted, known)),
                )

    def check_fits(self, path: str | os.PathLike[str]) -> None:
        """Refuses `weights` for C that was made of another network.

        Args:
            path: The .c file, made with `weights_apart` and otherwise the same options.

        Raises:
            OptionError: It takes no weights, or this network has none apart.
            CompileError: They do not fit.
            OSError: The file cannot be read.
        """
        if not self.options.weights_apart:
            raise OptionError("this network has its weights in the code")
        prefix = self.prefix_for(Path(path).stem)
        header = header_for(Path(path)).name
        new, _ = self.emit_c(prefix, header)
        check_fits(Path(path), new, self.interface_for(prefix, header))

    def interface_for(self, prefix: str, header: str) -> dict[str, Any]:
        """The interface of what `emit_c` gives, as docs/interface.md describes it."""
        return cast("dict[str, Any]", json.loads(self._interface_text(prefix, header)))

    def tapped_interface(self, prefix: str, header: str, taps: tuple[str, ...]) -> dict[str, Any]:
        """The same for C that shows other signals to the macro `<PREFIX>_TAP`."""
        tapped = replace(self._writing, taps=taps, profile=False, helpers=None)
        text = interface_text(self.stages, prefix, header, tapped)
        return cast("dict[str, Any]", json.loads(text))

    def _interface_text(self, prefix: str, header: str) -> str:
        return interface_text(self.stages, prefix, header, self._writing)

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

    @property
    def bytecode(self) -> bytes:
        """The same as MLIR's bytecode, for `mlir.ir.Module.parse`; see docs/mlir-python.md."""
        code: bytes = self.stages.snn.get_bytecode()
        return code

    def emit(self, stage: Stage) -> str:
        """The text of one stage.

        Args:
            stage: "c", its interface as "json", MLIR as "snn", "linalg" or "loops", or "generic":
                the snn dialect as viewers read it, operations in generic form, large weights left
                out.
        """
        if stage == "c":
            return self.c
        if stage == "json":
            return self._interface_text(self.prefix, f"{self.prefix}.h")
        return mlir_text(self.stages, stage)

    def write(
        self,
        path: str | os.PathLike[str],
        emit: Stage | None = None,
        self_test: WrittenTest | None = None,
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
        write_files(self.contents(path, emit, self_test))

    def files(
        self,
        path: str | os.PathLike[str],
        emit: Stage | None = None,
        self_test: WrittenTest | None = None,
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
        contents = self.contents(path, emit, self_test)
        return {file: whole(content) for file, content in contents.items()}

    def contents(
        self,
        path: str | os.PathLike[str],
        emit: Stage | None = None,
        self_test: WrittenTest | None = None,
    ) -> dict[Path, Content]:
        """The same, where large ones are not in memory: what writes them, in this order."""
        target = Path(path)
        stage = emit or stage_of(target)
        if stage == "json" and self_test is None:
            header = header_for(target.with_suffix(".c"))
            text = self._interface_text(self.prefix_for(target.stem), header.name)
            return {target: text.encode()}
        if stage != "c":
            hooks = bool(self.taps) or self.options.profile
            shares = self.options.helpers is not None
            check_no_c(stage, hooks=hooks, test=self_test is not None, helpers=shares)
            return {target: self.emit(stage).encode()}
        test = None if self_test is None else partial(self_test.emit_c, self)
        write = partial(write_c, self.stages, self._writing)
        prefix = self.prefix_for(target.stem)
        return c_files(target, prefix, write, test, self.helper_files(prefix, target.stem))

    # What it computes

    @cached_property
    def executable(self) -> Executable:
        """The C code, built for this machine."""
        source, header = self.with_own_helpers().emit_c("net", "net.h")
        positions = positions_type(self.interface)
        arguments = self.host_arguments()
        ports = (self.inputs, self.outputs)
        return Executable(source, header, *ports, positions, arguments, self.weights)

    def host_arguments(self) -> tuple[str, ...]:
        """What the C compiler of this machine needs beside the C: the model of the kernels.

        Raises:
            CompileError: There are kernels without one.
        """
        used = sorted({place.kernel for place in self.placements if place.kernel is not None})
        if not used:
            return ()
        host = self.options.target.host
        if host is None:
            raise CompileError(
                f"target {quoted(self.options.target.name)} computes layers with "
                f"{', '.join(map(quoted, used))} and has no model of that for this machine",
                help="add [host] to its description, with C that computes the same",
            )
        return (*_TYPE_ERRORS, *host.arguments)

    def run(self, x: Sample) -> Signals:
        """Builds the C for this machine and runs it from the initial state.

        Args:
            x: [T, *input shape], or such an array for each input by name.

        Returns:
            [T, *output shape]; a dictionary by name if there are several outputs.

        Raises:
            OptionError: `x` has the wrong shape, or holds other values than the network takes.
            CompileError: There is no C compiler, or it refuses the code.
        """
        return alone(self.executable.run(x))

    def run_batch(
        self,
        samples: Any,
        *,
        executor: Workers = None,
        events: EventFormat | None = None,
        time_first: bool = False,
    ) -> Batch:
        """Runs many samples, each from the initial state, in parallel.

        Args:
            samples: An array [N, T, *input shape], or one for each input by name; or samples of
                different length, [T, *input shape] each, one after the other: a list, a data set
                or a generator. Also arrays of events, see `EventFormat`.
            executor: Who computes: None for a thread on each core, a number of threads, or any
                `concurrent.futures.Executor`.
            events: How arrays of events are read.
            time_first: Whether arrays of several samples are [T, N, ...], in and out.

        Returns:
            [N, T, *output shape] for arrays, a list of [T, *output shape] for anything else; a
            dictionary of these by name if there are several outputs.

        Raises:
            OptionError: A sample is not what the network takes; the message has its number.
            CompileError: There is no C compiler, or it refuses the code.
            ExecutorError: A worker ended.
        """
        dt = self.convention.dt
        found = run_batch(
            self.executable,
            samples,
            dt,
            executor=executor,
            events=events,
            time_first=time_first,
        )
        return joined(found, samples, time_first)

    def start(self, record: Sequence[str] = ()) -> Session:
        """A session: the network with memory of its own, stepped by hand.

        Args:
            record: Signals to see beside the outputs: nodes, or neurons with ".v" or ".i". The
                steps then give dictionaries.

        Raises:
            OptionError: A signal is not there.
            CompileError: There is no C compiler, or it refuses the code.
        """
        network = self.recorder(record) if record else self
        return Session(network.executable)

    def record(self, x: Sample, nodes: Sequence[str] | None = None) -> dict[str, Signal]:
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

    def measured_ranges(self, samples: Iterable[Sample]) -> Ranges:
        """The least and greatest number of every signal and input, over several runs.

        Raises:
            OptionError: There is no step of input, or one does not fit.
        """
        return measured_ranges(self.record, self.inputs, samples)

    def report(
        self,
        samples: Any = None,
        *,
        recording: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
        verify: bool = False,
        compiler: str | None = None,
        other: Network | None = None,
    ) -> ShownReport:
        """A page with all that is known of the network, which notebooks show: `snnmlir.report`.

        Args:
            samples: As there.
            recording: As there.
            verify: As there.
            compiler: As there.
            other: As there.

        Raises:
            OptionError: As there.
            CompileError: As there.
        """
        # Reports are made in a room above this one; nothing else here knows of it.
        module = importlib.import_module("snnmlir.reports.page.make")
        page: ShownReport = module.report(
            self,
            samples,
            recording=recording,
            verify=verify,
            compiler=compiler,
            other=other,
        )
        return page

    # Variants of it

    def with_mlir(self, module: str | bytes) -> Network:
        """The network after something else has changed its module.

        It runs, is written and measured like another one. What is computed from the graph anew
        cannot be asked of it: `record`, `as_float`, `calibrated`, and what compares with the
        reference.

        Args:
            module: Text or bytecode: what became of `mlir` or `bytecode`.

        Raises:
            CompileError: It cannot be read, holds no network or several, or the passes refuse it.
        """
        return Network(
            request=self.request,
            stages=stages_from(module, self.stages.lowering),
            is_transformed=True,
        )

    def check_follows_graph(self) -> None:
        """Refuses a network that is not what its graph says.

        Raises:
            OptionError: `with_mlir` gave it.
        """
        if self.is_transformed:
            raise OptionError(
                "the network was changed in MLIR, its graph does not say what it computes",
                help="run it, or ask the network that it was made from",
            )

    def tapped(self, taps: Taps, *, profile: bool = False) -> Network:
        """The same network, whose C shows other signals and calls layers in a macro or not.

        Args:
            taps: As for `compile`.
            profile: As for `compile`.

        Raises:
            OptionError: A signal is not in memory after a layer.
        """
        options = replace(self.options, taps=taps, profile=profile)
        stages = storing_spikes(self.stages, stores_spikes=bool(taps))
        network = replace(self, request=replace(self.request, options=options), stages=stages)
        network.check_taps()
        return network

    def with_own_helpers(self) -> Network:
        """The same network, whose C has its helpers in it and compiles without other files."""
        options = replace(self.options, helpers=None)
        return replace(self, request=replace(self.request, options=options))

    def recorder(self, nodes: Sequence[str] | None = None) -> Network:
        """The same network with the given signals as further outputs; all of them if None.

        Compiled and built once for each choice of signals.
        """
        self.check_follows_graph()
        names = self.signals if nodes is None else tuple(nodes)
        if names not in self._recorders:
            self._recorders[names] = network_for(self.request.recording(names))
        return self._recorders[names]

    @cached_property
    def _recorders(self) -> dict[tuple[str, ...], Network]:
        return {}

    def as_float(self) -> Network:
        """The same network in float32."""
        self.check_follows_graph()
        if self.dtype == "fixed":
            raise OptionError(
                f"parameters '{self.convention.parameters}' has integers of its own and nothing in "
                "float32 to compare them with",
                help="compare with the network under another convention instead: "
                + option("compare", "CONVENTION"),
            )
        if self.dtype == "f32" and "int8" not in self.request.input_types.values():
            return self
        return network_for(self.request.as_float())

    def calibrated(self, dtype: Dtype, samples: Iterable[Sample]) -> Network:
        """The network in integers, with scales for what its signals are for the given inputs.

        Args:
            dtype: "int8", "int16", "int4" or "int2".
            samples: [T, *input shape], or by input; each is a run of its own.

        Raises:
            OptionError: There is no step of input, or one does not fit.
        """
        ranges = self.as_float().measured_ranges(samples)
        return network_for(self.request.as_integers(dtype, ranges))


def network_for(request: Request) -> Network:
    """Compiles what was requested.

    Raises:
        NirError: The network cannot be compiled faithfully.
        OptionError: A signal to record is not there.
        CompileError: The passes refuse the network.
    """
    return Network(request=request, stages=make_stages(request))

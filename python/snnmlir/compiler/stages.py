# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The stages between a graph and C, each a module of MLIR."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Literal, TypeAlias

from snnmlir._mlir import (
    Context,
    MLIRError,
    Module,
    PassManager,
    describe_c11,
    emit_c11,
    emit_helpers,
    emit_weights,
    write_c11,
)
from snnmlir.common.targets import TARGETS
from snnmlir.compiler.options import Optimize, Taps
from snnmlir.compiler.quantize import prove_sums, quantize
from snnmlir.compiler.request import Request
from snnmlir.errors import CompileError, OptionError, quoted
from snnmlir.nir_import.build import build
from snnmlir.targets.description import Target
from snnmlir.targets.ir import kernels_text

Stage: TypeAlias = Literal["c", "json", "snn", "generic", "linalg", "loops"]


@dataclass(frozen=True)
class Lowering:
    """How a network becomes loops.

    Attributes:
        target: What they are made for.
        optimize: What they save.
        shares_helpers: Whether several networks share their helpers.
        stores_spikes: Whether the spikes of each map are in memory, for who taps them.
    """

    target: Target
    optimize: Optimize
    shares_helpers: bool
    stores_spikes: bool

    @property
    def pipeline_options(self) -> str:
        """As the pipelines take them."""
        saves = ""
        if self.optimize == "ram":
            saves = "bit-delays=2 part-lists=1 direct-sums=1"
        elif self.optimize == "balanced":
            has_parts = TARGETS[self.target.processor].part_lists
            spikes = has_parts and not self.stores_spikes
            saves = f"bit-delays=1 part-lists={int(has_parts)} spike-parts={int(spikes)}"
        return f"{self.target.pipeline_options(self.shares_helpers)} {saves}"


@dataclass(frozen=True, eq=False)
class Stages:
    """A network in MLIR. Nobody changes the modules.

    Attributes:
        context: The modules' context.
        snn: The network in the snn dialect.
        loops: Its loops, of which C is made.
        lowering: How they were made.
    """

    context: Context
    snn: Module
    loops: Module
    lowering: Lowering


def make_stages(request: Request) -> Stages:
    """Builds the network, in integers if that was asked for, and lowers it to loops.

    Raises:
        NirError: A node cannot be compiled.
        OptionError: A signal to record, or a node with a dtype of its own, is not there.
        CompileError: The passes refuse the network.
    """
    graph, options, context = request.graph, request.options, Context()
    try:
        snn = build(
            context,
            graph,
            options.convention,
            dtype="f64" if options.dtype == "f64" else "f32",
            input_types=request.input_types,
            record=[name for name in dict.fromkeys(options.record) if name not in graph.outputs],
            provenance=_provenance(request),
            ranges=request.ranges,
            weight_bits=options.weight_bits_of(graph),
        )
        if options.dtype == "fixed":
            prove_sums(snn, context)
        elif options.is_quantized:
            quantize(snn, context, options.dtype, options.scales, options.states)
    except MLIRError as error:
        raise CompileError(str(error)) from error
    _add_kernels(snn, options.target)
    # What cannot be lowered is refused here, not when something is written.
    shares = options.helpers is not None
    lowering = Lowering(options.target, options.optimize, shares, stores_spikes=bool(options.taps))
    return _stages(context, snn, lowering)


def _add_kernels(snn: Module, target: Target) -> None:
    """Adds the kernels of the target, each an `snn.kernel`, to the network's module."""
    if not target.kernels:
        return
    try:
        snn.prepend(kernels_text(target))
    except MLIRError as error:
        raise CompileError(f"target {quoted(target.name)}: {_of_kernels(error)}") from error


def _of_kernels(error: MLIRError) -> str:
    """A message, where it is about a description in the description's words."""
    text = re.sub(r"node '([^']*)': 'snn\.kernel' op ", r"kernel '\1': ", str(error))
    return text.replace("'builtin.module' op processor-cost: ", "cost of the processor: ")


def _stages(context: Context, snn: Module, lowering: Lowering) -> Stages:
    target = lowering.target
    if passes := target.passes.get("network"):
        _run(passes, snn, context, f"passes of target {quoted(target.name)} at network")
    return _with_loops(context, snn, lowering)


def _with_loops(context: Context, snn: Module, lowering: Lowering) -> Stages:
    target = lowering.target
    loops = _lowered(snn, context, "snn-to-loops", lowering)
    if passes := target.passes.get("loops"):
        _run(passes, loops, context, f"passes of target {quoted(target.name)} at loops")
    _check_memories(loops, target)
    return Stages(context, snn, loops, lowering)


def storing_spikes(stages: Stages, stores_spikes: bool) -> Stages:
    """The same network where the spikes of each map are in memory, or only where it needs them."""
    lowering = replace(stages.lowering, stores_spikes=stores_spikes)
    if lowering.pipeline_options == stages.lowering.pipeline_options:
        return replace(stages, lowering=lowering)
    return _with_loops(stages.context, stages.snn, lowering)


def _run(pipeline: str, module: Module, context: Context, what: str) -> None:
    try:
        PassManager.parse(pipeline, context).run(module)
    except MLIRError as error:
        raise CompileError(f"{what}: {error}") from error


def _check_memories(loops: Module, target: Target) -> None:
    """Refuses tables that a memory has no room for."""
    used = loops.memories()
    for memory in target.memories:
        size = used.get(memory.name, 0)
        if memory.bytes is not None and size > memory.bytes:
            raise CompileError(
                f"memory {quoted(memory.name)} of target {quoted(target.name)} has {memory.bytes} "
                f"bytes, and the tables of its kernels take {size}",
                help="let fewer layers use it, or weights with fewer bits",
            )


def stages_from(module: str | bytes, lowering: Lowering) -> Stages:
    """The stages of a network that MLIR has changed.

    Args:
        module: Text or bytecode of a module with one network in the snn dialect.
        lowering: How it becomes loops.

    Raises:
        CompileError: It cannot be read, holds no network or several, or the passes refuse it.
    """
    context = Context()
    try:
        snn = Module.parse(module, context)
    except MLIRError as error:
        raise CompileError(str(error)) from error
    networks = snn.count_networks()
    if networks != 1:
        raise CompileError(
            f"the module has {networks} networks in the snn dialect, expected one",
            help="hand it over before it is lowered",
        )
    return _stages(context, snn, lowering)


def _provenance(request: Request) -> dict[str, str]:
    facts = {
        "compiler": f"snn-mlir-compile {version('snn-mlir-compile')}",
        "model": request.file_name,
        "sha256": request.graph.sha256,
        "nir": request.graph.version,
        "type": request.options.type_name,
    }
    return {name: fact for name, fact in facts.items() if fact}


def placements(stages: Stages) -> tuple[Placement, ...]:
    """Who computes which layers: the kernels of the target, or the processor, and why it does."""
    selected = _lowered_from(stages, "snn-to-kernels")
    return tuple(
        Placement(tuple(dict.fromkeys(nodes)), kernel, tuple(reasons))
        for nodes, kernel, reasons in selected.placements()
    )


@dataclass(frozen=True)
class Placement:
    """Who computes a layer.

    Attributes:
        nodes: The nodes of the graph that are computed together.
        kernel: The name of the kernel, or None for the processor.
        reasons: Where it is the processor, why no kernel can: "NAME: what does not hold".
    """

    nodes: tuple[str, ...]
    kernel: str | None
    reasons: tuple[str, ...]


def _lowered_from(stages: Stages, pipeline: str) -> Module:
    return _lowered(stages.snn, stages.context, pipeline, stages.lowering)


def _lowered(module: Module, context: Context, pipeline: str, lowering: Lowering) -> Module:
    """A copy of the module, after the passes."""
    copy = module.clone()
    try:
        PassManager.parse(f"{pipeline}{{{lowering.pipeline_options}}}", context).run(copy)
    except MLIRError as error:
        raise CompileError(_of_kernels(error)) from error
    return copy


def mlir_text(stages: Stages, stage: Stage) -> str:
    """The text of a stage that is MLIR: "snn", "generic", "linalg" or "loops".

    Raises:
        OptionError: There is no such stage.
    """
    if stage == "snn":
        return stages.snn.get_asm()
    if stage == "generic":
        return stages.snn.get_asm(large_elements_limit=64, generic_op_form=True)
    if stage == "linalg":
        return _lowered_from(stages, "snn-to-linalg").get_asm()
    if stage == "loops":
        return stages.loops.get_asm()
    raise OptionError(
        f"unknown stage {quoted(stage)}", help="use c, json, snn, generic, linalg or loops"
    )


@dataclass(frozen=True)
class Writing:
    """How the C of a network is written.

    Attributes:
        taps: Signals that are shown to a macro.
        profile: Whether calls are in a macro.
        weights_apart: Whether constants are in a blob, see `weights_blob`.
        places: The sections of constants by node.
        helpers: The files of `helper_files` that it includes; None where it has its helpers in it.
    """

    taps: Taps = ()
    profile: bool = False
    weights_apart: bool = False
    places: tuple[tuple[str, str], ...] = ()
    helpers: str | None = None

    @property
    def arguments(self) -> tuple[Taps, bool, bool, dict[str, str], str]:
        """As the extension takes them."""
        return self.taps, self.profile, self.weights_apart, dict(self.places), self.helpers or ""


def c_text(stages: Stages, prefix: str, header: str, writing: Writing) -> tuple[str, str]:
    """The C source and header.

    Args:
        stages: The network.
        prefix: What all names begin with.
        header: The header's file name.
        writing: How it is written.

    Raises:
        CompileError: The emitter refuses the loops.
    """
    try:
        source, text = emit_c11(stages.loops, prefix, header, *writing.arguments)
    except MLIRError as error:
        raise CompileError(str(error)) from error
    return source, text


def write_c(
    stages: Stages,
    writing: Writing,
    write: Callable[[bytes], object],
    prefix: str,
    header: str,
) -> str:
    """The C header; `write` gets the source part by part: it can have hundreds of megabytes.

    Args:
        stages: The network.
        writing: How it is written.
        write: Takes parts of the source, in UTF-8.
        prefix: What all names begin with.
        header: The header's file name.

    Raises:
        CompileError: The emitter refuses the loops; a part of the source may have been written.
    """
    try:
        return write_c11(stages.loops, write, prefix, header, *writing.arguments)
    except MLIRError as error:
        raise CompileError(str(error)) from error


def helper_files(name: str) -> dict[str, str]:
    """The files with the helpers that networks share, by their names.

    They depend on the version of the compiler alone.

    Args:
        name: What the files are called, without suffix, and what all names in them begin with.
    """
    source, header = emit_helpers(name)
    return {f"{name}.c": source, f"{name}.h": header}


def layer_functions(loops: Module) -> list[str | None]:
    """The node of each function that is printed as C, in their order; None where it serves all.

    Args:
        loops: The loops of a network.
    """
    nodes: list[str | None] = []
    for line in loops.get_asm(large_elements_limit=1).splitlines():
        if not line.startswith("  func.func private") or " {snn.helper" in line:
            continue
        # Quotes in names are printed as \22, and the function's own node comes last.
        found = re.findall(r'snn\.node = "([^"]*)"', line)
        nodes.append(_unescaped(found[-1]) if found else None)
    return nodes


def _unescaped(text: str) -> str:
    """A string as MLIR prints it: backslashes with themselves or two hexadecimal digits behind."""
    data = re.sub(
        rb"\\\\|\\([0-9A-Fa-f]{2})",
        lambda found: bytes.fromhex(found[1].decode()) if found[1] else b"\\",
        text.encode(),
    )
    return data.decode()


def weights_blob(stages: Stages, taps: Taps) -> bytes:
    """The constants that C with its weights apart takes.

    Args:
        stages: The network.
        taps: Signals that the C shows.

    Raises:
        CompileError: There is a kernel that wants them in a memory of its own.
    """
    try:
        blob: bytes = emit_weights(stages.loops, taps)
    except MLIRError as error:
        raise CompileError(str(error)) from error
    return blob


def interface_text(stages: Stages, prefix: str, header: str, writing: Writing) -> str:
    """The interface of what `c_text` gives, as JSON.

    Args:
        stages: As there.
        prefix: As there.
        header: As there.
        writing: As there.

    Raises:
        CompileError: As there.
    """
    try:
        return describe_c11(stages.loops, prefix, header, *writing.arguments)
    except MLIRError as error:
        raise CompileError(str(error)) from error

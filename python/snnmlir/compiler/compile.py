# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`compile`: from a NIR file or graph to a compiled network."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from snnmlir.compiler.network import Network, network_for
from snnmlir.compiler.options import Calibration, Optimize, Options, Scales, States, make_options
from snnmlir.compiler.request import Request
from snnmlir.conventions import Convention
from snnmlir.errors import ConventionWarning
from snnmlir.execution.ports import Sample
from snnmlir.nir_import import read_network
from snnmlir.nir_import.concerns import check_nodes
from snnmlir.nir_import.hints import hints
from snnmlir.targets import TargetLike

if TYPE_CHECKING:
    import nir

Source: TypeAlias = "str | os.PathLike[str] | nir.NIRGraph"


def compile(
    source: Source,
    *,
    dtype: str | None = None,
    dtypes: Mapping[str, str] | None = None,
    convention: str | os.PathLike[str] | Convention = "nir",
    dt: float | None = None,
    nodes: Mapping[str, Mapping[str, Any]] | None = None,
    edges: Mapping[str, str] | None = None,
    input_type: str | Iterable[str] = (),
    name: str | None = None,
    record: Sequence[str] = (),
    taps: Sequence[str] | Literal["all"] = (),
    profile: bool = False,
    calibrate: Calibration | None = None,
    scales: Scales = "real",
    states: States = "short",
    optimize: Optimize = "balanced",
    target: TargetLike = "generic",
    limits: bool = False,
    weights_apart: bool = False,
    places: Mapping[str, str] | None = None,
    helpers: str | None = None,
    **choices: Any,
) -> Network:
    """Compiles a NIR network.

    Args:
        source: Path of a .nir file, or a `nir.NIRGraph`.
        dtype: "f32" or "f64": the type of weights, voltages and analog signals; "int8", "int16",
            "int4" or "int2": integers throughout, with weights of that many bits, or of fewer where
            these hold them without rounding; "fixed": the integers of the convention's platform,
            where it has integers of its own. If not given "f32", or "fixed" with such a platform.
        dtypes: With integers, those of single nodes with weights by name: {"fc1": "int4"}.
        convention: How NIR's differential equations are stepped: the name of a preset, the path of
            a convention file (.toml), or a `Convention`, such as that of an `Inference`.
        dt: Seconds per step; the convention's if not given.
        nodes: Choices of single nodes by name: {"lif1": {"reset": "zero"}}.
        edges: Edges of the file to replace: {"a -> b": "a -> c"}.
        input_type: "float", "spikes", "counts" of up to 255 spikes or "int8" for all inputs, or
            several of "NAME=float" and the like; "float" if not given. With integers, a "float"
            input takes 16-bit integers and "int8" those of 8 bits, both times a scale.
        name: Prefix of all names in the C code; by default made from the output's file name.
        record: Further outputs: names of nodes, and of neurons with ".v" or ".i".
        taps: Such signals that the C code shows to the macro `<PREFIX>_TAP` where they are written,
            or "all" that can be, see `Network.tappable`.
        profile: Whether the C code calls layers through the macro `<PREFIX>_PROFILE`, and shows
            lists of events to `<PREFIX>_EVENTS`.
        calibrate: With integers, example input from which scales of analog signals are taken:
            [T, *input shape], such an array for each input, or several of these; or a function
            that gives them, called with the network in float32.
        scales: With integers, "real", or "pow2" for scales that are powers of two.
        states: With weights of up to 8 bits, "short": voltages and currents of leaky spiking
            neurons have 16 bits where these are fine enough, and saturate at 8 thresholds or
            further; or "proved": they saturate only where no range is known.
        optimize: What the C saves: "ram", where sums and spikes of integers have no memory of their
            own wherever that computes the same; "speed"; or "balanced", which saves memory that
            costs no time worth mentioning. All compute the same; see docs/memory.md.
        target: What the C is made for: "generic", a processor of docs/targets.md, on all of which
            it computes the same and compiles; or a target with kernels of its own, by the name of
            an installed package's, as a .toml file, or as a `Target`; see docs/kernels.md.
        limits: Whether a network is refused that the chip of the convention cannot hold.
        weights_apart: Whether the constants are in a blob, `Network.weights`, which the C is given
            at run time, see docs/blobs.md.
        places: The sections that constants of single nodes lie in: {"fc1": ".fast_data"}.
        helpers: What the files with functions that several networks share are called, without
            suffix, and what the names in them begin with: "snn_helpers"; by default each C file has
            its own, see docs/interface.md.
        **choices: Single choices of the convention by name, such as `reset="subtract"`.

    Raises:
        NirError: The network is malformed or cannot be compiled faithfully.
        OptionError: An option is unknown or contradicts another.
    """
    options = make_options(
        convention=convention,
        dt=dt,
        nodes=nodes,
        edges=edges,
        dtype=dtype,
        dtypes=dtypes,
        input_type=input_type,
        name=name,
        record=record,
        taps=taps,
        profile=profile,
        calibrate=calibrate,
        scales=scales,
        states=states,
        optimize=optimize,
        target=target,
        limits=limits,
        weights_apart=weights_apart,
        places=places,
        helpers=helpers,
        choices=choices,
    )
    request = read_request(source, options)
    for text in hints(request.graph, options.convention):
        warnings.warn(text, ConventionWarning, stacklevel=2)
        request = replace(request, notes=(*request.notes, text))
    network = _calibrated(request) if options.calibrate is not None else network_for(request)
    network.check_taps()
    network.check_places()
    return network


def read_request(source: Source, options: Options) -> Request:
    """A file or graph that was read, with what it and the options leave to be assumed.

    Raises:
        NirError: The network is malformed.
        OptionError: An option names what the network does not have.
    """
    graph = read_network(source, options.convention, limits=options.limits)
    check_nodes(options.convention, graph)
    return Request(
        graph=graph,
        options=options,
        input_types=options.input_types_of(graph),
        file_name=Path(source).name if isinstance(source, str | os.PathLike) else None,
        notes=(*graph.notes, *options.notes),
    )


def _calibrated(request: Request) -> Network:
    """The network with scales for the data that the options have, or give for it in float32."""
    given = request.options.calibrate
    real = network_for(replace(request.as_float(), notes=request.notes))
    samples: Iterable[Sample]
    if callable(given):
        samples = given(real)
    else:
        samples = [given] if isinstance(given, Mapping | np.ndarray) else given or ()
    ranges = real.measured_ranges(samples)
    return network_for(request.as_integers(request.options.dtype, ranges))

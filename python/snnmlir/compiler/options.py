# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What can be chosen of a compilation, as one object that is checked once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast, get_args

from snnmlir.common.kinds import DTYPES, Dtype
from snnmlir.common.tables import printable
from snnmlir.common.wording import option
from snnmlir.compiler.names import check_helpers, check_prefix
from snnmlir.conventions import DEFAULT_DT, PLATFORMS, PRESETS, Convention
from snnmlir.conventions import convention as make_convention
from snnmlir.errors import OptionError, quoted
from snnmlir.execution.ports import FLOATS, Sample
from snnmlir.nir_import.build import InputType
from snnmlir.nir_import.graph import Graph, weight_count
from snnmlir.targets import Target, TargetLike, load_target

Scales: TypeAlias = Literal["real", "pow2"]
States: TypeAlias = Literal["short", "proved"]
Optimize: TypeAlias = Literal["speed", "balanced", "ram"]
Taps: TypeAlias = "tuple[str, ...] | Literal['all']"
Calibration: TypeAlias = "Sample | Sequence[Sample] | Callable[[Any], Iterable[Sample]]"

WEIGHT_BITS: dict[Dtype, int] = {"int8": 8, "int16": 16, "int4": 4, "int2": 2}
"""Bits of the weights, by dtype."""

QUANTIZED = tuple(WEIGHT_BITS)
"""Those whose integers are made of the network's real numbers."""

GENERIC = Target(name="generic")
"""What is compiled for unless something else is named."""

_USE_INTEGERS = "choose dtype int8, int16, int4 or int2"


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of one compilation; `compile` says what they mean.

    Attributes:
        convention: The convention, with the choices beside it.
        dtype: "f32", "f64", "int8", "int16", "int4", "int2" or, for the convention of a platform
            that computes in integers of its own, "fixed".
        dtypes: Those of single nodes with weights, by name.
        input_types: Types by name of the input, or for all inputs if that is None; the last counts.
        name: Prefix of all names in C, or None.
        record: Further outputs.
        taps: Signals that the C shows to a macro, or "all".
        profile: Whether the C calls layers in a macro.
        scales: "real" or "pow2".
        states: "short" or "proved".
        optimize: "speed", "balanced" or "ram".
        target: What the C is made for.
        calibrate: Example input, or what gives it, or None.
        limits: Whether the network has to fit the platform's chip.
        weights_apart: Whether constants are in a blob and not in the C.
        places: Sections of the constants of single nodes, by name.
        helpers: What the files with the helpers are called that several networks share, without
            suffix, or None where the C has its helpers in it.
        notes: What was not said and is assumed, one sentence each.

    Raises:
        OptionError: One is unknown, or contradicts another.
    """

    convention: Convention
    dtype: Dtype = "f32"
    dtypes: tuple[tuple[str, Dtype], ...] = ()
    input_types: tuple[tuple[str | None, InputType], ...] = ()
    name: str | None = None
    record: tuple[str, ...] = ()
    taps: Taps = ()
    profile: bool = False
    scales: Scales = "real"
    states: States = "short"
    optimize: Optimize = "balanced"
    target: Target = GENERIC
    calibrate: Calibration | None = field(default=None, compare=False, repr=False)
    limits: bool = False
    weights_apart: bool = False
    places: tuple[tuple[str, str], ...] = ()
    helpers: str | None = None
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise OptionError(
                f"unknown dtype '{self.dtype}'", help="use one of " + ", ".join(DTYPES)
            )
        if self.scales not in get_args(Scales):
            raise OptionError(f"unknown scales '{self.scales}'", help="use real or pow2")
        if self.states not in get_args(States):
            raise OptionError(f"unknown states '{self.states}'", help="use short or proved")
        if self.optimize not in get_args(Optimize):
            raise OptionError(
                f"unknown optimize '{self.optimize}'", help="use speed, balanced or ram"
            )
        self._check_fixed()
        self._check_dtypes()
        if self.dtype not in QUANTIZED and self.calibrate is not None:
            raise OptionError(
                f"dtype '{self.dtype}' has no scales to calibrate",
                help=f"leave the data out, or {_USE_INTEGERS}",
            )
        if self.dtype not in QUANTIZED and (self.scales, self.states) != ("real", "short"):
            raise OptionError(
                f"dtype '{self.dtype}' has no integers to choose for scales '{self.scales}' and "
                f"states '{self.states}'",
                help=f"leave these out, or {_USE_INTEGERS}",
            )
        if self.dtype in QUANTIZED and self.convention.parameters != "nir":
            raise OptionError(
                f"dtype '{self.dtype}' makes integers of weights and voltages, and parameters "
                f"'{self.convention.parameters}' has the numbers that its platform computes with",
                help="use dtype f32 or f64, or the convention of a framework",
            )
        for _, kind in self.input_types:
            self._check_input_type(kind)
        self._check_places()
        if self.name is not None:
            check_prefix(self.name)
        if self.helpers is not None:
            check_helpers(self.helpers)

    def _check_fixed(self) -> None:
        """A platform that has integers of its own has nothing else, and nothing else has them."""
        if self.convention.is_fixed != (self.dtype == "fixed"):
            name = self.convention.parameters
            raise OptionError(
                f"dtype '{self.dtype}' does not go with parameters '{name}'",
                help=f"leave {option('dtype')} out: {name} computes in integers of its own"
                if self.convention.is_fixed
                else "dtype 'fixed' is that of platforms with integers of their own: "
                + ", ".join(p for p in PLATFORMS if PLATFORMS[p].is_fixed),
            )

    def _check_places(self) -> None:
        """Constants lie in the C, where a section is an attribute, or in a blob."""
        if self.weights_apart and self.target.name == "avr":
            raise OptionError(
                "weights apart from the code are not for AVR, whose flash is another address space",
                help="leave them in the code",
            )
        for node, section in self.places:
            if self.weights_apart:
                raise OptionError(
                    f"constants of node {quoted(node)} have a section in the C, and weights are "
                    "apart from it",
                    help="leave one of them out",
                )
            if not re.fullmatch(r"[A-Za-z_.][\w.]*", section, re.ASCII):
                raise OptionError(
                    f"section {quoted(section)} of node {quoted(node)} is none",
                    help="use letters, digits, dots and underscores, such as .fast_data",
                )

    def _check_dtypes(self) -> None:
        """Weights of single nodes are integers where those of all others are."""
        for node, dtype in self.dtypes:
            if dtype not in QUANTIZED:
                raise OptionError(
                    f"dtype {quoted(dtype)} of node {quoted(node)} is none that weights of single "
                    "nodes have",
                    help="use one of " + ", ".join(QUANTIZED),
                )
            if self.dtype not in QUANTIZED:
                raise OptionError(
                    f"dtype '{dtype}' of node {quoted(node)} does not go with '{self.dtype}' of "
                    "the network",
                    help=_USE_INTEGERS + " for the network, too",
                )

    def _check_input_type(self, kind: str) -> None:
        platform = self.convention.platform
        if platform is not None and platform.is_fixed and kind != platform.input_type:
            raise OptionError(
                f"input type '{kind}' does not go with parameters '{self.convention.parameters}'",
                help=f"leave it out: the inputs are {platform.input_type}",
            )
        if kind == "int8" and self.dtype not in QUANTIZED:
            raise OptionError(
                f"input type 'int8' needs a network of integers, found dtype '{self.dtype}'",
                help=f"use float or spikes, or {_USE_INTEGERS}",
            )
        if kind not in get_args(InputType):
            raise OptionError(
                f"unknown input type {quoted(kind)}",
                help="use " + ", ".join(get_args(InputType)),
            )

    @property
    def is_quantized(self) -> bool:
        """Whether the network is to compute with integers."""
        return self.dtype not in FLOATS

    @property
    def type_name(self) -> str:
        """The dtype, and those of single nodes: "int8 with fc1 in int4, fc2 in int2"."""
        if not self.dtypes:
            return self.dtype
        nodes = (f"{printable(node)} in {dtype}" for node, dtype in self.dtypes)
        return f"{self.dtype} with {', '.join(nodes)}"

    def weight_bits_of(self, graph: Graph) -> dict[str, int]:
        """Bits of the weights of single nodes, by name.

        Raises:
            OptionError: One is named that the graph does not have, or that has no weights.
        """
        synapses = [name for name, node in graph.nodes.items() if weight_count(node)]
        for name, dtype in self.dtypes:
            if name not in synapses:
                raise OptionError(
                    f"node {quoted(name)} has no weights to have in {dtype}"
                    if name in graph.nodes
                    else f"there is no node {quoted(name)} to have weights in {dtype}",
                    help="those with weights are " + ", ".join(map(quoted, synapses))
                    if synapses
                    else "no node has weights",
                )
        return {name: WEIGHT_BITS[dtype] for name, dtype in self.dtypes}

    def input_types_of(self, graph: Graph) -> dict[str, InputType]:
        """The type of every input.

        Raises:
            OptionError: One is named that the graph does not have.
        """
        platform = self.convention.platform
        default = "float" if platform is None else platform.input_type
        types = dict.fromkeys(graph.inputs, cast(InputType, default))
        for name, kind in self.input_types:
            if name is not None and name not in types:
                raise OptionError(
                    f"there is no input {quoted(name)}",
                    help="the inputs are " + ", ".join(map(quoted, types)),
                )
            for target in types if name is None else [name]:
                types[target] = kind
        return types


def make_options(
    *,
    convention: str | os.PathLike[str] | Convention = "nir",
    dt: float | None = None,
    nodes: Mapping[str, Mapping[str, Any]] | None = None,
    edges: Mapping[str, str] | None = None,
    dtype: str | None = None,
    dtypes: Mapping[str, str] | None = None,
    input_type: str | Iterable[str] = (),
    record: Sequence[str] = (),
    taps: Sequence[str] | Literal["all"] = (),
    scales: str = "real",
    states: str = "short",
    optimize: str = "balanced",
    target: TargetLike = "generic",
    name: str | None = None,
    profile: bool = False,
    calibrate: Calibration | None = None,
    limits: bool = False,
    weights_apart: bool = False,
    places: Mapping[str, str] | None = None,
    helpers: str | None = None,
    choices: Mapping[str, Any],
) -> Options:
    """The options that arguments of `compile` say.

    Raises:
        OptionError: One is unknown or contradicts another.
    """
    chosen = make_convention(convention, dt=dt, nodes=nodes, edges=edges, **choices)
    dtype = dtype or default_dtype(chosen)
    assumed = dt is None and convention in PRESETS and chosen.dt == DEFAULT_DT
    return Options(
        convention=chosen,
        dtype=cast(Dtype, dtype),
        dtypes=tuple(cast("Mapping[str, Dtype]", dtypes or {}).items()),
        input_types=_input_types(input_type),
        name=name,
        record=tuple(record),
        taps="all" if taps == "all" else tuple(dict.fromkeys(taps)),
        profile=profile,
        scales=cast(Scales, scales),
        states=cast(States, states),
        optimize=cast(Optimize, optimize),
        target=load_target(target),
        calibrate=calibrate,
        limits=limits,
        weights_apart=weights_apart,
        places=tuple((places or {}).items()),
        helpers=helpers,
        notes=(
            *((f"dt was not given, {DEFAULT_DT:g} s is used",) if assumed else ()),
            *_platform_notes(chosen, dtype),
        ),
    )


def default_dtype(convention: Convention) -> Dtype:
    """The type of a network for which none was chosen."""
    return "fixed" if convention.is_fixed else "f32"


def _platform_notes(convention: Convention, dtype: str) -> tuple[str, ...]:
    """Says where a platform's states have another type than those of the C."""
    platform = convention.platform
    if platform is None or platform.computes_in in (dtype, "integers") or dtype not in FLOATS:
        return ()
    return (
        f"{convention.parameters} computes in {platform.computes_in}, and the C in {dtype}: spikes "
        "can differ where a voltage is next to the threshold; "
        f"{option('dtype', platform.computes_in)} computes as the platform does",
    )


def _input_types(given: str | Iterable[str]) -> tuple[tuple[str | None, InputType], ...]:
    """What "float", or several of "NAME=float" and the like, say."""
    types = []
    for entry in (given,) if isinstance(given, str) else given:
        name, separator, kind = entry.rpartition("=")
        types.append((name if separator else None, cast(InputType, kind)))
    return tuple(types)

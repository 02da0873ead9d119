# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The shared reference traces: which model, input, convention and arrays make a case.

The one place that maps the convention names of ../shared/*/cases.json to presets and choices. Used
for the reference interpreter and for the generated C. The data lies beside the repository, or
where the environment variable SNN_TEST_DATA says (a folder with nir-paper and nir-exported in it);
`CASES` lists all cases whether or not it is there, `Case.missing` says why one cannot run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Signal: TypeAlias = npt.NDArray[Any]
Loaded: TypeAlias = "tuple[Signal, list[Expectation]]"

DATA = Path(os.environ.get("SNN_TEST_DATA", Path(__file__).resolve().parents[3] / "shared"))

VOLTAGE_TOLERANCE = 5e-5
"""Times max(1, largest magnitude); see "How sharp the references are" in the data's README."""


@dataclass(frozen=True)
class Expectation:
    """An array a recording must match.

    Attributes:
        key: Key of the recording: a node's name, or that with ".v" or ".i".
        values: [T, *shape], or [*shape] for `last_only`; spikes are integers.
        last_only: `values` is the state after the last step.
    """

    key: str
    values: Signal
    last_only: bool = False

    @property
    def exact(self) -> bool:
        """Spikes must be equal, voltages and currents within the tolerance."""
        return bool(np.issubdtype(self.values.dtype, np.integer))

    def mismatch(self, recorded: Mapping[str, Signal]) -> str | None:
        """What differs from the recording, None if nothing does."""
        found = recorded[self.key][-1] if self.last_only else recorded[self.key]
        if found.shape != self.values.shape:
            return f"{self.key}: shape {found.shape}, expected {self.values.shape}"
        distance = np.abs(found.astype(np.float64) - self.values.astype(np.float64))
        allowed = 0.0
        if not self.exact:
            allowed = VOLTAGE_TOLERANCE * max(1.0, float(np.abs(self.values).max()))
        if np.all(distance <= allowed):
            return None
        wrong = int(np.sum(~(distance <= allowed)))
        return f"{self.key}: {wrong} of {distance.size} differ, by up to {distance.max():g}"


@dataclass(frozen=True)
class Case:
    """A model, an input, a convention, and what comes out.

    Attributes:
        name: For test ids; unique.
        folder: "nir-paper" or "nir-exported".
        model: File name of the .nir file.
        reference: File name of the reference traces.
        convention: A preset.
        choices: Choices beside the preset, among them `dt`.
        load: From the reference's path, the input [T, *shape] and what is expected.
    """

    name: str
    folder: str
    model: str
    reference: str
    convention: str
    choices: Mapping[str, Any]
    load: Callable[[Path], Loaded]

    @property
    def model_path(self) -> Path:
        """The .nir file."""
        return DATA / self.folder / self.model

    @property
    def reference_path(self) -> Path:
        """The traces."""
        return DATA / self.folder / self.reference

    @property
    def missing(self) -> str | None:
        """Why the case cannot run here, None if it can."""
        absent = [str(p) for p in (self.model_path, self.reference_path) if not p.exists()]
        return f"no {' and no '.join(absent)} (set SNN_TEST_DATA)" if absent else None

    def input(self) -> Signal:
        """The input, [T, *shape]."""
        return self.load(self.reference_path)[0]

    def expected(self) -> list[Expectation]:
        """What a recording of all nodes must hold."""
        return self.load(self.reference_path)[1]


def _load_npz(path: Path, output: str = "output") -> Loaded:
    """All arrays of an .npz file; `output` is the name of the Output node."""
    expected = []
    with np.load(path) as arrays:
        for key in arrays.files:
            if key == "output":
                expected.append(Expectation(output, arrays[key]))
            elif key.endswith(".v_last"):
                name = key.removesuffix("_last")
                expected.append(Expectation(name, arrays[key], last_only=True))
            elif key != "input":
                expected.append(Expectation(key, arrays[key]))
        return arrays["input"], expected


def _load_two_lif(path: Path) -> Loaded:
    return _load_npz(path, output="out")


def _csv(neuron: str, volts_per_unit: float = 1.0) -> Callable[[Path], Loaded]:
    """Columns input, voltage, spike of one neuron; `volts_per_unit` scales the voltage column."""

    def load(path: Path) -> Loaded:
        table = np.loadtxt(path, delimiter=",")
        voltage, spikes = table[:, 1:2] * volts_per_unit, table[:, 2:3].astype(np.uint8)
        return table[:, 0:1], [
            Expectation(f"{neuron}.v", voltage),
            Expectation(neuron, spikes),
        ]

    return load


def _activity(platform: str) -> Callable[[Path], Loaded]:
    """The paper's recorded spikes of the recurrent layer for its Braille sample."""

    def load(path: Path) -> Loaded:
        with np.load(path) as arrays:
            spikes = arrays[platform]
        return np.load(path.parent / "braille_sample.npy"), [Expectation("lif1.lif", spikes)]

    return load


def _exported(reference: str, convention: str, **choices: Any) -> Case:
    return Case(
        name=reference,
        folder="nir-exported",
        model=f"{reference}.nir",
        reference=f"{reference}.npz",
        convention=convention,
        choices=choices,
        load=_load_npz,
    )


def _paper(
    reference: str,
    model: str,
    convention: str,
    load: Callable[[Path], Loaded] = _load_npz,
    *,
    name: str | None = None,
    **choices: Any,
) -> Case:
    return Case(
        name=name or Path(reference).stem,
        folder="nir-paper",
        model=model,
        reference=reference,
        convention=convention,
        choices=choices,
        load=load,
    )


_BRAILLE = "braille_noDelay_bias_zero.nir"
_ACTIVITY = "braille_zero_activity.npz"
# The gain r dt / tau of lif_norse.nir: snnTorch leaves it out and divides the threshold by it.
_LIF_GAIN = 1e-4 / 0.0025

CASES: tuple[Case, ...] = (
    _exported("norse_mlp_lifbox", "norse", dt=1e-6),
    _exported("rockpool_mlp_cuba", "rockpool", dt=1e-3),
    _exported("sinabs_cnn_iaf", "sinabs"),
    _exported("snntorch_mlp_leaky", "snntorch-default"),
    _exported("snntorch_rsynaptic", "snntorch-default"),
    _exported("spikingjelly_mlp", "spikingjelly"),
    _exported("spyx_mlp", "spyx", dt=1e-3),
    *(
        _paper(f"ref_braille_zero_{framework}_{sample}.npz", _BRAILLE, framework)
        for framework in ("snntorch", "norse", "spyx", "spikingjelly")
        for sample in ("r0d10", "paper")
    ),
    *(
        _paper(f"ref_cnn_{framework}_s0_{density}.npz", "cnn_sinabs.nir", framework)
        for framework in ("sinabs", "norse")
        for density in ("d02", "d10")
    ),
    _paper("ref_two_lif_norse_dt0.0001.npz", "two_lif_neurons.nir", "norse", _load_two_lif),
    _paper("lif_norse.csv", "lif_norse.nir", "norse", _csv("1")),
    _paper("lif_snntorch.csv", "lif_norse.nir", "snntorch", _csv("1", _LIF_GAIN)),
    # Spyx of 2023 multiplied the input by dt / tau, and kept the bias of recurrent weights.
    _paper("lif_spyx.csv", "lif_norse.nir", "spyx", _csv("1"), input_gain="nir"),
    _paper("lif_sinabs.csv", "lif_norse.nir", "sinabs", _csv("1"), dt=1e-4),
    _paper("lif_rockpool.csv", "lif_rockpool.nir", "rockpool", _csv("1_LIFNeuronTorch")),
    _paper(_ACTIVITY, _BRAILLE, "snntorch", _activity("snntorch"), name="activity_snntorch"),
    _paper(_ACTIVITY, _BRAILLE, "norse", _activity("norse"), name="activity_norse"),
    _paper(
        _ACTIVITY,
        _BRAILLE,
        "spyx",
        _activity("spyx"),
        name="activity_spyx",
        feedback_bias="keep",
    ),
)

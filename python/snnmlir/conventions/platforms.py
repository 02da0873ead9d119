# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The platforms whose arithmetic a convention can have, and the choices that it is made of.

What a platform's tools make of a file's numbers is in `snnmlir.nir_import.platforms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Platform:
    """What goes with a value of the choice `parameters`.

    Attributes:
        choices: The values that choices can have beside it, by attribute name; the preset's first.
            Choices that are not here concern none of its nodes, or are free.
        computes_in: What the platform's states are: "f32", "f64", "integers", which both hold, or
            "fixed": integers with the platform's own rounding, saturation and wrapping around.
        input_type: What its inputs are where states are "fixed": "spikes" or "counts".
    """

    choices: Mapping[str, tuple[Any, ...]]
    computes_in: str
    input_type: str = "float"

    @property
    def is_fixed(self) -> bool:
        """Whether it computes in integers of its own."""
        return self.computes_in == "fixed"

    def preset(self) -> dict[str, Any]:
        """The choices of its preset."""
        return {choice: values[0] for choice, values in self.choices.items()}


_SPIKES: dict[str, tuple[Any, ...]] = {
    "reset": ("zero",),
    "spike": ("gt",),
    "spike_timing": ("post",),
    "v_init": ("zero",),
    "v_floor": ("none",),
    "feedback": ("output",),
    "feedback_bias": ("keep",),
}
_LEAKY: dict[str, tuple[Any, ...]] = {
    "integrator": ("euler",),
    "decay": ("nir",),
    "input_gain": ("nir",),
    "leak": ("none",),
}
_CUBA: dict[str, tuple[Any, ...]] = {
    "current_gain": ("input-gain",),
    "current_leak": ("none",),
    "current_decay": ("before-input",),
}

_SPINNAKER2 = Platform(
    choices=_SPIKES
    | _LEAKY
    | _CUBA
    | {
        "input_gain": ("unit",),
        "if_gain": ("unit",),
        "leak": ("nir",),
        "reset": ("zero", "subtract"),
        "edge_steps": ("synapses", "none"),
    },
    computes_in="f32",
)

_LAVA_DL = Platform(
    choices=_SPIKES
    | {"edge_steps": ("none",), "feedback": ("spikes",), "feedback_bias": ("drop",)},
    computes_in="fixed",
    input_type="spikes",
)

PLATFORMS: dict[str, Platform] = {
    "lava": Platform(choices=_SPIKES | _LEAKY | {"edge_steps": ("synapses",)}, computes_in="f64"),
    "nengo": Platform(
        choices=_SPIKES
        | _LEAKY
        | _CUBA
        | {
            "integrator": ("exponential",),
            "if_gain": ("nir",),
            "v_floor": ("leaky-zero",),
            "edge_steps": ("currents",),
        },
        computes_in="f64",
    ),
    "speck": Platform(
        choices=_SPIKES
        | {
            "if_gain": ("unit",),
            "reset": ("subtract",),
            "spike": ("count-floor", "count-trunc"),
            "v_floor": ("-threshold",),
            "edge_steps": ("none",),
        },
        computes_in="integers",
    ),
    "spinnaker2": _SPINNAKER2,
    "spinnaker2-unscaled": _SPINNAKER2,
    "loihi": Platform(
        choices=_SPIKES | {"edge_steps": ("synapses",)},
        computes_in="fixed",
        input_type="spikes",
    ),
    "lava-dl": _LAVA_DL,
    "lava-dl-unquantized": _LAVA_DL,
    "xylo": Platform(
        choices=_SPIKES
        | {
            "reset": ("subtract",),
            "spike": ("count-floor",),
            "edge_steps": ("between-neurons",),
        },
        computes_in="fixed",
        input_type="counts",
    ),
}
"""By value of the choice `parameters`; each is the name of a preset, too."""

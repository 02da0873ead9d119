# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The conventions that have names, and what each was compared with."""

from __future__ import annotations

import dataclasses
from typing import cast

from snnmlir.conventions.choices import DEFAULT_DT, Convention, Parameters
from snnmlir.conventions.platforms import PLATFORMS

_SNNTORCH = Convention(
    name="snntorch",
    decay="clipped",
    if_gain="unit",
    leak="none",
    reset="zero",
    feedback="spikes",
)
_NORSE = Convention(
    name="norse",
    input_gain="ignore-r",
    if_gain="unit",
    current_leak="leak",
    reset="zero",
    v_init="leak",
)
_SINABS = Convention(
    name="sinabs",
    dt=1.0,
    integrator="exponential",
    input_gain="unit",
    if_gain="unit",
    leak="none",
    reset="subtract",
    spike="count-trunc",
    v_floor="-threshold",
    ports="time-first",
)
_SPIKINGJELLY = Convention(name="spikingjelly", leak="reset", spike="ge", v_init="reset")


def _of_platform(name: str, dt: float) -> Convention:
    return Convention(
        name=name, dt=dt, parameters=cast(Parameters, name), **PLATFORMS[name].preset()
    )


PRESETS: dict[str, Convention] = {
    preset.name: preset
    for preset in (
        Convention(name="nir"),
        _SNNTORCH,
        dataclasses.replace(_SNNTORCH, name="snntorch-default", reset="subtract-delayed"),
        dataclasses.replace(_SNNTORCH, name="snntorch-subtract", reset="subtract-carried"),
        dataclasses.replace(_SNNTORCH, name="snntorch-zero-delayed", reset="zero-delayed"),
        dataclasses.replace(_SNNTORCH, name="snntorch-none", reset="none"),
        _NORSE,
        dataclasses.replace(_NORSE, name="norse-subtract", reset="subtract"),
        dataclasses.replace(_NORSE, name="norse-cell", current_gain="unit", current_leak="none"),
        _SINABS,
        dataclasses.replace(_SINABS, name="sinabs-default", input_gain="nir", v_floor="none"),
        Convention(
            name="rockpool",
            integrator="exponential",
            input_gain="unit",
            if_gain="unit",
            leak="none",
            reset="subtract",
            spike="count-floor",
            current_decay="after-input",
        ),
        Convention(
            name="spyx",
            decay="clipped",
            input_gain="unit",
            if_gain="unit",
            leak="none",
            reset="subtract",
            spike_timing="pre",
            feedback="current",
            feedback_bias="drop",
            flatten="hwc",
            recurrent_input="neuron",
        ),
        _SPIKINGJELLY,
        dataclasses.replace(_SPIKINGJELLY, name="spikingjelly-soft", reset="subtract"),
        _of_platform("lava", DEFAULT_DT),
        _of_platform("lava-dl", DEFAULT_DT),
        _of_platform("lava-dl-unquantized", DEFAULT_DT),
        _of_platform("loihi", DEFAULT_DT),
        _of_platform("nengo", DEFAULT_DT),
        dataclasses.replace(_of_platform("speck", 1.0), ports="time-first"),
        _of_platform("spinnaker2", DEFAULT_DT),
        _of_platform("spinnaker2-unscaled", DEFAULT_DT),
        _of_platform("xylo", 1e-3),
    )
}

SOURCES: dict[str, str] = {
    "nir": "NIR's own text, Euler, reset to v_reset",
    "snntorch": "snnTorch 1.0.0: Leaky, Synaptic with reset_mechanism='zero', reset_delay=False",
    "snntorch-default": "snnTorch 1.0.0: Leaky, Synaptic, RLeaky, RSynaptic at their defaults "
    "(reset_mechanism='subtract', reset_delay=True)",
    "snntorch-subtract": "snnTorch 1.0.0: Leaky, Synaptic with reset_mechanism='subtract', "
    "reset_delay=False",
    "snntorch-zero-delayed": "snnTorch 1.0.0: Leaky, Synaptic, RLeaky, RSynaptic with "
    "reset_mechanism='zero', reset_delay=True",
    "snntorch-none": "snnTorch 1.0.0: Leaky with reset_mechanism='none'",
    "norse": "Norse 1.1.0: LIFBoxCell, LIBoxCell, IAFCell at their defaults, and what its importer "
    "makes of LIF, CubaLIF and IF",
    "norse-subtract": "Norse 1.1.0: LIFBoxCell with reset_method=reset_subtract",
    "norse-cell": "Norse 1.1.0: LIFCell, LIFBoxCell, LIBoxCell, IAFCell at their defaults",
    "sinabs": "Sinabs 3.1.3: what its importer makes of LIF and IF; LIF(norm_input=False), "
    "IAF(min_v_mem=-spike_threshold), ExpLeak",
    "sinabs-default": "Sinabs 3.1.3: LIF (norm_input=True) and IAF (min_v_mem=None) at their "
    "defaults; not ExpLeak, whose gain is 1",
    "rockpool": "Rockpool 3.1.0: LIFTorch, LIFNeuronTorch, ExpSynTorch at their defaults",
    "spyx": "Spyx 1.0.0: LIF, IF, CuBaLIF, PSU_LIF and Flatten at their defaults",
    "spikingjelly": "SpikingJelly 2.0.0: LIFNode, IFNode, CUBALIFNode at their defaults",
    "spikingjelly-soft": "SpikingJelly 2.0.0: LIFNode, IFNode with v_reset=None",
    "lava": "lava-nc 0.10.0, floating_pt: LIF and Dense, with the importer of the NIR paper",
    "lava-dl": "lava-dl 0.6.0 by itself: slayer's CUBA neurons, weights quantized to 8 bits",
    "lava-dl-unquantized": "the same with weights as they are: a recording of the NIR paper",
    "loihi": "Loihi 2 as lava-nc 0.10.0 computes it in fixed_pt, networks as lava-dl 0.6.0 exports "
    "them; a recording of the chip in the NIR paper",
    "nengo": "Nengo 4.1.0 with the importer of the NIR paper: LIF, CubaLIF, IF",
    "speck": "Sinabs 3.1.3: DynapcnnNetwork(discretize=True), stepped by a clock",
    "spinnaker2": "SpiNNaker2 as py-spinnaker2 drives it, connections with a delay of one step: "
    "recordings of the chip in the NIR paper",
    "spinnaker2-unscaled": "py-spinnaker2 on its Brian2 backend, weights not scaled: a recording "
    "of the NIR paper",
    "xylo": "Xylo 2 as xylosim 0.1.3 computes it, networks as rockpool 3.1.0 maps and quantizes "
    "them (from_nir, mapper, channel_quantize)",
}
"""What each preset was compared with: classes, arguments and versions."""

FRAMEWORKS = tuple(name for name, preset in PRESETS.items() if preset.parameters == "nir")
"""The presets that step the file's own numbers, whatever platform it was trained for."""

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sinabs: sinabs.nir.to_nir."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from snnmlir.deployment.protocol import Layout
from snnmlir.deployment.torch_modules import (
    Calls,
    Leading,
    Pool,
    Recorder,
    Sizes,
    TorchAdapter,
    layers_of,
    pool_like,
)
from snnmlir.errors import DeployError

if TYPE_CHECKING:
    import nir

_EXPORTED = ("IAF", "IAFSqueeze", "LIF", "LIFSqueeze", "ExpLeak", "ExpLeakSqueeze")

_RESETS = {"MembraneSubtract": "subtract", "MembraneReset": "zero"}
_SPIKES = {"MultiSpike": "count-trunc", "SingleSpike": "ge"}


class Adapter(TorchAdapter):
    """See `TorchAdapter`."""

    framework = "Sinabs"
    synapses = ("Linear", "Conv1d", "Conv2d", "SumPool2d", "Flatten")
    containers = ("Network",)

    def is_neuron(self, module: Any) -> bool:
        """See `TorchAdapter`."""
        from sinabs.layers import StatefulLayer

        return isinstance(module, StatefulLayer)

    def check(self, label: str, module: Any) -> None:
        """See `TorchAdapter`."""
        if hasattr(module, "rec_connect"):
            raise DeployError(
                "has recurrent synapses, which the exporter of Sinabs does not write",
                layer=label,
                help="use a framework whose exporter writes recurrent layers, such as snnTorch",
            )
        if type(module).__name__ not in _EXPORTED:
            raise DeployError(
                "is not written by the exporter of Sinabs",
                layer=label,
                help="use " + ", ".join(_EXPORTED),
            )
        tau = module.tau_syn_calculated
        if tau is not None:
            raise DeployError(
                f"has a synaptic current, tau_syn = {float(tau.detach().flatten()[0]):g}, which "
                "the exporter of Sinabs does not write",
                layer=label,
                help="train with tau_syn=None",
            )

    def state(self, module: Any, result: Any) -> Any:
        """See `TorchAdapter`. The voltages of all steps, as the output is laid out."""
        if not self.is_neuron(module):
            return None
        recorded = module.recordings["v_mem"]
        return recorded.reshape(result.shape)

    def reset(self, module: Any) -> None:
        """See `TorchAdapter`. States are made anew at the first call."""
        import torch

        for _, part in layers_of(module, self.is_layer):
            if self.is_neuron(part):
                for name in dict(part.named_buffers(recurse=False)):
                    part.register_buffer(name, torch.zeros(0))
                part.record_states = True
                if hasattr(part, "batch_size"):
                    part.batch_size, part.num_timesteps = 1, -1

    def run(self, module: Any, x: Any, layout: Layout, recorder: Recorder) -> tuple[Any, Leading]:
        """All steps in one call: [T, ...] for layers that end in Squeeze, else [1, T, ...]."""
        squeezed = _squeezed(self, module)
        given = x if squeezed else x.unsqueeze(0)
        recorder.begin(given)
        result = module(given)
        return (result, "T") if squeezed else (result[0], "BT")

    def placeholder(self, pool: Pool, module: Any, sizes: Sizes) -> Any:
        """The exporter knows SumPool2d only."""
        from sinabs.layers import SumPool2d

        return pool_like(SumPool2d, pool, sizes)

    def prepare(self, module: Any, calls: Mapping[str, Calls], notes: list[str]) -> None:
        """The exporter reads time constants, which layers that train decays have not."""
        for path in calls:
            part = module.get_submodule(path)
            if self.is_neuron(part) and getattr(part, "train_alphas", False):
                part.__dict__["tau_mem"] = part.tau_mem_calculated.detach()

    def known(self, module: Any) -> dict[str, Any]:
        """See `TorchAdapter`. Time constants count steps."""
        floor = module.min_v_mem
        choices: dict[str, Any] = {
            "dt": 1.0,
            "integrator": "exponential",
            "v_floor": "none" if floor is None else float(floor),
        }
        if type(module).__name__ in ("LIF", "LIFSqueeze"):
            choices["input_gain"] = "nir" if module.norm_input else "unit"
        reset = type(getattr(module, "reset_fn", None)).__name__
        if reset in _RESETS:
            choices["reset"] = _RESETS[reset]
        spike = getattr(module, "spike_fn", None)
        name = getattr(spike, "__name__", type(spike).__name__)
        if name in _SPIKES:
            choices["spike"] = _SPIKES[name]
        return choices

    def to_nir(self, module: Any, x: Any, layout: Layout) -> nir.NIRGraph:
        """See `TorchAdapter`."""
        from sinabs.nir import to_nir

        return to_nir(module, x if _squeezed(self, module) else x.unsqueeze(0))


def _squeezed(adapter: Adapter, module: Any) -> bool:
    names = [type(p).__name__ for _, p in layers_of(module, adapter.is_layer)]
    spatial = any(name in ("Conv1d", "Conv2d", "Flatten", "SumPool2d") for name in names)
    return spatial or any(name.endswith("Squeeze") for name in names)

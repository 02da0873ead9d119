# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rockpool with its Torch modules: rockpool.nn.modules.torch.nir.to_nir."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from snnmlir.conventions.choices import MAX_SPIKES
from snnmlir.deployment.protocol import Layout
from snnmlir.deployment.torch_modules import Leading, Recorder, TorchAdapter
from snnmlir.errors import DeployError

if TYPE_CHECKING:
    import nir

_EXPORTED = ("LIFTorch", "LIFNeuronTorch", "ExpSynTorch")


class Adapter(TorchAdapter):
    """See `TorchAdapter`."""

    framework = "Rockpool"
    synapses = ("LinearTorch",)
    containers = ("TorchSequential",)

    def is_neuron(self, module: Any) -> bool:
        """See `TorchAdapter`. Rockpool's neurons have states."""
        from rockpool.nn.modules.torch import TorchModule

        return isinstance(module, TorchModule) and any(
            hasattr(module, name) for name in ("vmem", "isyn")
        )

    def check(self, label: str, module: Any) -> None:
        """See `TorchAdapter`."""
        import torch

        if type(module).__name__ not in _EXPORTED:
            raise DeployError(
                "is not written by the exporter of Rockpool",
                layer=label,
                help="use " + ", ".join(_EXPORTED),
            )
        if bool(torch.any(torch.as_tensor(getattr(module, "bias", 0.0)) != 0)):
            raise DeployError(
                "has a bias, which the exporter of Rockpool does not write",
                layer=label,
                help="train with bias=Constant(0.0), or give the LinearTorch before it a bias",
            )
        if bool(getattr(module, "_has_rec", False)):
            raise DeployError(
                "has recurrent weights, which the exporter of Rockpool does not write",
                layer=label,
                help="train with has_rec=False",
            )
        if float(getattr(module, "noise_std", 0.0)) != 0:
            raise DeployError(
                "adds noise, which NIR does not",
                layer=label,
                help="set noise_std to 0 after training",
            )

    def state(self, module: Any, result: Any) -> Any:
        """See `TorchAdapter`."""
        record = getattr(module, "_record_dict", {})
        return record.get("vmem") if isinstance(record, dict) else None

    def reset(self, module: Any) -> None:
        """See `TorchAdapter`."""
        module.reset_state()

    def run(self, module: Any, x: Any, layout: Layout, recorder: Recorder) -> tuple[Any, Leading]:
        """See `TorchAdapter`. Modules take [1, T, channels]."""
        given = x.unsqueeze(0)
        recorder.begin(given)
        result = module.evolve(given, record=True)
        return result[0][0], "BT"

    def passed(self) -> Any:
        """Rockpool's modules return an output, a state and a record."""
        passed = super().passed()
        cls = type(passed)

        def call(self: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
            return x, {}, {}

        passed.__class__ = type(cls.__name__, (cls,), {"__call__": call})
        return passed

    def known(self, module: Any) -> dict[str, Any]:
        """See `TorchAdapter`. Time constants are in seconds; each layer has a step."""
        choices: dict[str, Any] = {"dt": float(module.dt), "integrator": "exponential"}
        choices["v_floor"] = "none"
        if hasattr(module, "max_spikes_per_dt"):
            most = min(MAX_SPIKES, int(module.max_spikes_per_dt))
            choices |= {"reset": "subtract", "spike": "count-floor", "max_spikes": most}
        return choices

    def to_nir(self, module: Any, x: Any, layout: Layout) -> nir.NIRGraph:
        """See `TorchAdapter`."""
        from rockpool.nn.modules.torch.nir import to_nir

        return to_nir(module, x[:1].unsqueeze(0))

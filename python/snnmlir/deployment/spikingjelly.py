# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SpikingJelly: spikingjelly.activation_based.nir_exchange.export_to_nir."""

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
)
from snnmlir.errors import DeployError

if TYPE_CHECKING:
    import nir

_EXPORTED = ("IFNode", "LIFNode", "ParametricLIFNode", "CUBALIFNode")


class Adapter(TorchAdapter):
    """See `TorchAdapter`."""

    framework = "SpikingJelly"
    additions = True

    def is_neuron(self, module: Any) -> bool:
        """See `TorchAdapter`."""
        from spikingjelly.activation_based.neuron import BaseNode

        return isinstance(module, BaseNode)

    def check(self, label: str, module: Any) -> None:
        """See `TorchAdapter`."""
        if type(module).__name__ not in _EXPORTED:
            raise DeployError(
                "is not written by the exporter of SpikingJelly",
                layer=label,
                help="use " + ", ".join(_EXPORTED),
            )

    def state(self, module: Any, result: Any) -> Any:
        """See `TorchAdapter`."""
        import torch

        if not self.is_neuron(module):
            return None
        states = module.v_seq if module.step_mode == "m" else module.v
        return states if isinstance(states, torch.Tensor) else None

    def reset(self, module: Any) -> None:
        """See `TorchAdapter`."""
        from spikingjelly.activation_based import functional

        functional.reset_net(module)
        for _, part in layers_of(module, self.is_layer):
            if self.is_neuron(part) and part.step_mode == "m":
                part.store_v_seq = True

    def layout(self, module: Any, x: Any) -> Layout:
        """Layers know whether they compute one step or several in a call."""
        modes = {
            part.step_mode for _, part in layers_of(module, self.is_layer) if self.is_neuron(part)
        }
        return "sequence" if modes == {"m"} else "step"

    def run(self, module: Any, x: Any, layout: Layout, recorder: Recorder) -> tuple[Any, Leading]:
        """See `TorchAdapter`."""
        import torch

        if layout == "sequence":
            given = x.unsqueeze(1)
            recorder.begin(given)
            return module(given)[:, 0], "TB"
        outputs = []
        for step in x:
            given = step.unsqueeze(0)
            recorder.begin(given)
            outputs.append(module(given))
        return torch.cat(outputs), "B"

    def placeholder(self, pool: Pool, module: Any, sizes: Sizes) -> Any:
        """See `TorchAdapter`."""
        from spikingjelly.activation_based import layer

        made = layer.AvgPool2d(pool.kernel, pool.stride, pool.padding)
        made.step_mode = getattr(module, "step_mode", "s")
        return made

    def prepare(self, module: Any, calls: Mapping[str, Calls], notes: list[str]) -> None:
        """The exporter refuses a reset by subtraction, which is no part of a file."""
        for path in calls:
            part = module.get_submodule(path)
            if self.is_neuron(part) and part.v_reset is None:
                part.v_reset = 0.0
                notes.append(
                    f"{path} ({type(part).__name__}): v_reset=None was exported as 0; that spikes "
                    "subtract the threshold is in the convention"
                )

    def known(self, module: Any) -> dict[str, Any]:
        """See `TorchAdapter`. The step is the exporter's; it does not write v_reset=None."""
        reset = "subtract" if module.v_reset is None else "value"
        return {"dt": 1e-4, "reset": reset, "spike": "ge", "v_floor": "none"}

    def to_nir(self, module: Any, x: Any, layout: Layout) -> nir.NIRGraph:
        """See `TorchAdapter`."""
        from spikingjelly.activation_based.nir_exchange import export_to_nir

        sample = x[:1].unsqueeze(1) if layout == "sequence" else x[:1]
        return export_to_nir(module, sample)

    def node_name(self, path: str, nodes: Mapping[str, Any]) -> str:
        """Names are those of torch.fx: identifiers."""
        name = path.replace(".", "_")
        return f"_{name}" if name[:1].isdigit() else name

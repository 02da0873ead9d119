# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Norse: norse.torch.utils.export_nir.to_nir."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from snnmlir.deployment.protocol import Layer, Layout
from snnmlir.deployment.torch_modules import (
    Leading,
    Recorder,
    TorchAdapter,
    layers_of,
    one_step,
    without_prefix,
)
from snnmlir.errors import DeployError

if TYPE_CHECKING:
    import nir

_EXPORTED = ("LIFCell", "LIFBoxCell", "LIBoxCell", "IAFCell")


class Adapter(TorchAdapter):
    """See `TorchAdapter`."""

    framework = "Norse"
    synapses = ("Linear", "Conv2d", "Flatten")
    containers = ("SequentialState",)

    def is_neuron(self, module: Any) -> bool:
        """See `TorchAdapter`. Norse's neurons have parameters p, or are cells with a time step."""
        return type(module).__module__.startswith("norse.torch.module.") and (
            hasattr(module, "p") or hasattr(module, "dt")
        )

    def check(self, label: str, module: Any) -> None:
        """See `TorchAdapter`."""
        import torch

        if type(module).__name__ not in _EXPORTED:
            raise DeployError(
                "is not written by the exporter of Norse",
                layer=label,
                help="use cells of one step without recurrence: " + ", ".join(_EXPORTED),
            )
        reset = getattr(module.p, "v_reset", None)
        method = getattr(getattr(module.p, "reset_method", None), "__name__", "reset_value")
        if (
            reset is not None
            and method != "reset_subtract"
            and bool(torch.any(torch.as_tensor(reset) != 0))
        ):
            raise DeployError(
                f"resets to v_reset = {float(torch.as_tensor(reset).flatten()[0]):g}, which the "
                "exporter of Norse does not write: the file says 0",
                layer=label,
                help="train with v_reset = 0",
            )

    def state(self, module: Any, result: Any) -> Any:
        """See `TorchAdapter`."""
        return getattr(result[1], "v", None) if self.is_neuron(module) else None

    def layout(self, module: Any, x: Any) -> Layout:
        """Modules of one step take a state."""
        takes_state = "state" in inspect.signature(module.forward).parameters
        return "step" if takes_state or len(list(module.children())) == 0 else "sequence"

    def run(self, module: Any, x: Any, layout: Layout, recorder: Recorder) -> tuple[Any, Leading]:
        """See `TorchAdapter`."""
        import torch

        if layout == "sequence":
            given = x.unsqueeze(1)
            recorder.begin(given)
            result = module(given)
            result = result[0] if isinstance(result, tuple) else result
            return result.reshape(len(x), *result.shape[2:]), "B"
        outputs, state = [], None
        for step in x:
            given = step.unsqueeze(0)
            recorder.begin(given)
            result = module(given, state)
            output, state = result if isinstance(result, tuple) else (result, None)
            outputs.append(output)
        return torch.cat(outputs), "B"

    def known(self, module: Any) -> dict[str, Any]:
        """See `TorchAdapter`. Time constants are in seconds; each layer has a step."""
        choices = {"spike": "gt", "v_floor": "none"}
        return choices | ({"dt": float(module.dt)} if hasattr(module, "dt") else {})

    def to_nir(self, module: Any, x: Any, layout: Layout) -> nir.NIRGraph:
        """See `TorchAdapter`. With dt=1, time constants are in seconds."""
        import torch
        from norse.torch.utils.export_nir import to_nir

        for _, part in layers_of(module, self.is_layer):
            if type(part).__name__ == "Conv2d" and part.bias is None:
                part.bias = torch.nn.Parameter(torch.zeros(part.out_channels))
        if layout == "sequence":
            return without_prefix(to_nir(one_step(module), x[:1], dt=1.0))
        return to_nir(module, x[:1], dt=1.0)

    def finish(self, nodes: dict[str, Any], layers: Mapping[str, Layer]) -> None:
        """Flatten, which the exporter leaves as a gap."""
        import nir

        for name, layer in layers.items():
            if nodes.get(name) is None and layer.type == "Flatten":
                nodes[name] = nir.Flatten({"input": layer.received.shape[1:]}, 0, -1)

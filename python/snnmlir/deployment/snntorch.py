# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snnTorch: snntorch.export_nir.export_to_nir."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from snnmlir.deployment.protocol import Layout
from snnmlir.deployment.torch_modules import (
    Calls,
    Leading,
    Recorder,
    TorchAdapter,
    grown,
    layers_of,
    one_step,
    without_prefix,
)
from snnmlir.errors import DeployError

if TYPE_CHECKING:
    import nir

_EXPORTED = ("Leaky", "Synaptic", "RLeaky", "RSynaptic")
_STATES = ("mem", "syn", "spk")


class Adapter(TorchAdapter):
    """See `TorchAdapter`."""

    framework = "snnTorch"
    synapses = ("Linear", "Conv2d", "Flatten")

    def is_neuron(self, module: Any) -> bool:
        """See `TorchAdapter`."""
        from snntorch import SpikingNeuron

        return isinstance(module, SpikingNeuron)

    def check(self, label: str, module: Any) -> None:
        """See `TorchAdapter`."""
        import torch

        if type(module).__name__ not in _EXPORTED:
            raise DeployError(
                "is a neuron that NIR has not, or that the exporter does not know",
                layer=label,
                help="use " + ", ".join(_EXPORTED),
            )
        if bool(torch.any(module.graded_spikes_factor != 1)):
            raise DeployError(
                f"has graded spikes ({module.graded_spikes_factor.flatten()[0]:g} each), which the "
                "exporter loses: spikes are 1 in NIR",
                layer=label,
                help="leave the factor out and multiply it into the weights of the next layer",
            )
        if module.inhibition:
            raise DeployError(
                "has inhibition, which the exporter loses: in NIR every neuron above its threshold "
                "spikes",
                layer=label,
                help="train without inhibition",
            )
        if module.state_quant:
            raise DeployError(
                "quantizes its state, which the exporter loses",
                layer=label,
                help="leave state_quant out and compile with dtype='int8' or 'int16'",
            )
        recurrent = getattr(module, "recurrent", None)
        if getattr(module, "all_to_all", False) and not isinstance(recurrent, torch.nn.Linear):
            raise DeployError(
                "has a recurrent convolution, whose shape the exporter writes wrongly",
                layer=label,
                help="use linear_features",
            )

    def state(self, module: Any, result: Any) -> Any:
        """See `TorchAdapter`."""
        return module.mem if self.is_neuron(module) else None

    def reset(self, module: Any) -> None:
        """See `TorchAdapter`. States are made anew where their shape is not that of the input."""
        import torch

        for _, part in layers_of(module, self.is_layer):
            if self.is_neuron(part):
                for name in _STATES:
                    if isinstance(getattr(part, name, None), torch.Tensor):
                        setattr(part, name, torch.zeros(0))

    def layout(self, module: Any, x: Any) -> Layout:
        """A module that loops over the steps itself calls its neurons once for each."""
        import torch

        two = torch.cat((x, x))[:2].unsqueeze(1)
        calls: list[tuple[int, ...]] = []
        neurons = [p for _, p in layers_of(module, self.is_layer) if self.is_neuron(p)]
        handles = (
            [neurons[0].register_forward_hook(lambda _, args, __: calls.append(args[0].shape))]
            if neurons
            else []
        )
        self.reset(module)
        try:
            module(two)
        except Exception:  # of whatever layer: this was a question
            calls = []
        finally:
            for handle in handles:
                handle.remove()
        return "sequence" if len(calls) == 2 and calls[0][0] == 1 else "step"

    def run(self, module: Any, x: Any, layout: Layout, recorder: Recorder) -> tuple[Any, Leading]:
        """See `TorchAdapter`."""
        import torch

        if layout == "sequence":
            given = x.unsqueeze(1)
            recorder.begin(given)
            result = _first(module(given))
            return result.reshape(len(x), *result.shape[2:]), "B"
        outputs = []
        for step in x:
            given = step.unsqueeze(0)
            recorder.begin(given)
            outputs.append(_first(module(given)))
        return torch.cat(outputs), "B"

    def prepare(self, module: Any, calls: Mapping[str, Calls], notes: list[str]) -> None:
        """Scalars get the layer's shape, which the exporter's type inference needs."""
        import torch

        for path, found in calls.items():
            part = module.get_submodule(path)
            if not self.is_neuron(part):
                continue
            shape = found.sent[0].shape[1:]
            changed = []
            for name in ("alpha", "beta", "threshold"):
                value = getattr(part, name, None)
                if value is None:
                    continue
                bounded = value.clamp(0, 1) if name != "threshold" else value
                if value.shape != shape:
                    changed.append(name)
                if bool(torch.any(bounded != value)):
                    notes.append(
                        f"{path} ({type(part).__name__}): {name} is held inside 0 and 1, as "
                        "snnTorch does when it runs"
                    )
                _assign(part, name, grown(bounded, shape))
            if changed:
                notes.append(
                    f"{path} ({type(part).__name__}): {' and '.join(changed)} got the layer's shape"
                )
            if getattr(part, "all_to_all", True) is False:
                _assign(part.recurrent, "V", grown(part.recurrent.V, shape))
                part.recurrent.V.requires_grad_(False)

    def known(self, module: Any) -> dict[str, Any]:
        """See `TorchAdapter`. The step is the exporter's."""
        reset = module.reset_mechanism
        if reset == "subtract":
            reset = "subtract-delayed" if module.reset_delay else "subtract-carried"
        elif reset == "zero" and module.reset_delay:
            reset = "zero-delayed"
        return {"dt": 1e-4, "reset": reset, "spike": "gt", "v_floor": "none"}

    def to_nir(self, module: Any, x: Any, layout: Layout) -> nir.NIRGraph:
        """See `TorchAdapter`."""
        from snntorch.export_nir import export_to_nir

        if layout == "sequence":
            return without_prefix(export_to_nir(one_step(module), x[:1], ignore_dims=[0]))
        return export_to_nir(module, x[:1], ignore_dims=[0])

    def node_name(self, path: str, nodes: Mapping[str, Any]) -> str:
        """Recurrent neurons are two nodes."""
        return f"{path}.lif" if f"{path}.lif" in nodes else path


def _first(result: Any) -> Any:
    return result[0] if isinstance(result, tuple | list) else result


def _assign(module: Any, name: str, value: Any) -> None:
    """Puts a tensor in the place of a parameter or buffer."""
    module._parameters.pop(name, None)
    module._buffers.pop(name, None)
    module.register_buffer(name, value)

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From a live network to C in one call: `snnmlir.deploy(module, sample)`.

A framework's exporter writes the NIR graph, and the network itself says how the graph is to be
stepped: its layers are recorded while it runs on a sample, and `snnmlir.infer` finds the convention
that gives every recorded spike. What an exporter loses is named, layer by layer; nothing passes
whose C does not compute what the network computed.

No framework is imported before a network of it is given.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from snnmlir.compiler import Network
from snnmlir.compiler import compile as compile_network
from snnmlir.deployment.graphs import check_layers, differing, first_step
from snnmlir.deployment.protocol import Adapter, Exported, Layer, Layout, Signal
from snnmlir.errors import DeployError, OptionError, quoted
from snnmlir.inference import Inference, infer

if TYPE_CHECKING:
    import nir


__all__ = ["Deployment", "deploy"]

FRAMEWORKS = ("snntorch", "norse", "sinabs", "spikingjelly", "rockpool", "spyx")


@dataclass(frozen=True)
class Deployment:
    """A network as C that computes what it computes.

    Attributes:
        network: The compiled network.
        inference: How its convention was found, and what the sample does not determine.
        graph: The NIR graph; `nir.write` writes it.
        recording: What the network computed: "input" and "output", [T, *shape], and the signals of
            its layers by node, with ".v" for voltages. `np.savez` writes it for `--like`.
        notes: What was changed so that the exporter could write the network, one sentence each.
    """

    network: Network
    inference: Inference
    graph: nir.NIRGraph
    recording: dict[str, Signal]
    notes: tuple[str, ...]


def deploy(
    module: Any,
    sample: Any,
    *,
    dtype: str = "f32",
    name: str | None = None,
    input_type: str = "float",
    layout: Layout = "auto",
    framework: str | None = None,
    **options: Any,
) -> Deployment:
    """Compiles a live network of snnTorch, Norse, Sinabs, SpikingJelly, Rockpool or Spyx.

    The network stays as it is: copies are changed and run, in evaluation mode, from the initial
    state.

    Args:
        module: The network.
        sample: Input on which it is run: [T, *shape of one step's input] without a batch, or with a
            batch of one, [T, 1, ...]; an array or a tensor, laid out as the framework has it. The
            sample has to make all layers spike; the more steps, the more it tells.
        dtype: As for `snnmlir.compile`. With integers the network is compared in float32, scales
            are taken from `sample` unless `calibrate` is given, and `snnmlir.fidelity` says how
            close the integers come.
        name: As for `snnmlir.compile`.
        input_type: As for `snnmlir.compile`.
        layout: Whether a call of the module computes one "step" or a "sequence" of all steps;
            "auto" finds out.
        framework: Its name, if it cannot be told from the classes.
        **options: Further arguments of `snnmlir.compile`, but for the convention.

    Raises:
        DeployError: A layer is lost or different; it is named.
        OptionError: An option is unknown, or the framework.
        ImportError: A package that the framework's exporter needs is missing.
    """
    if layout not in get_args(Layout):
        raise OptionError(
            f"unknown layout {quoted(layout)}", help="use " + ", ".join(get_args(Layout))
        )
    adapter = _adapter(framework or detect(module))
    exported = adapter.export(module, sample, layout)
    _check_exported(exported)
    check_layers(
        exported.graph,
        exported.layers,
        exported.x,
        exported.output,
        adapter.flatten,
        adapter.framework,
    )
    recording = _recording(exported)
    inference = _infer(exported, recording, adapter.framework)
    convention = inference.convention
    network = compile_network(exported.graph, convention=convention, input_type=input_type)
    _compare(network, exported)
    if dtype != "f32" or options or name is not None:
        if dtype.startswith("int"):
            options.setdefault("calibrate", exported.x)
        network = compile_network(
            exported.graph,
            convention=convention,
            input_type=input_type,
            dtype=dtype,
            name=name,
            **options,
        )
        if not network.is_quantized:
            _compare(network, exported)
    notes = (*exported.notes, *_silent(exported))
    return Deployment(network, inference, exported.graph, recording, notes)


def detect(module: Any) -> str:
    """The framework whose classes a network is made of.

    Raises:
        OptionError: None, or several.
    """
    found: set[str] = set()
    for part in _parts(module):
        for cls in type(part).__mro__:
            package = cls.__module__.partition(".")[0]
            if package in FRAMEWORKS:
                found.add(package)
    if len(found) == 1:
        return found.pop()
    names = ", ".join(FRAMEWORKS)
    if not found:
        raise OptionError(
            f"{type(module).__name__} has no layers of a framework that is known",
            help=f"these are: {names}; framework='...' names one",
        )
    raise OptionError(
        "the network has layers of " + " and ".join(sorted(found)),
        help="use layers of one framework, or say which exporter to use: framework='...'",
    )


def _parts(module: Any) -> list[Any]:
    """A module and what is inside, of PyTorch or of Flax's nnx."""
    found: list[Any] = []
    seen: set[int] = set()
    todo = [module]
    while todo:
        part = todo.pop()
        if id(part) in seen or len(seen) > 10000:
            continue
        seen.add(id(part))
        found.append(part)
        inside = vars(part).values() if hasattr(part, "__dict__") else ()
        modules = getattr(part, "_modules", None)
        if isinstance(modules, dict):
            todo += [child for child in modules.values() if child is not None]
            continue
        for value in inside:
            items = value if isinstance(value, list | tuple) else [value]
            if not isinstance(items, list | tuple) and not isinstance(value, Mapping):
                items = list(value)
            todo += [v for v in items if "flax" in _packages(v) or "spyx" in _packages(v)]
    return found


def _packages(value: Any) -> set[str]:
    return {cls.__module__.partition(".")[0] for cls in type(value).__mro__}


def _adapter(framework: str) -> Adapter:
    if framework not in FRAMEWORKS:
        raise OptionError(
            f"unknown framework {quoted(framework)}", help="use one of " + ", ".join(FRAMEWORKS)
        )
    adapter: Adapter = importlib.import_module(f"snnmlir.deployment.{framework}").Adapter()
    return adapter


def _check_exported(exported: Exported) -> None:
    for name, layer in exported.layers.items():
        if not np.all(np.isfinite(layer.sent)):
            raise DeployError("sends values that are not finite", layer=str(layer), node=name)


def _silent(exported: Exported) -> list[str]:
    """Sentences on neurons of which the sample tells little."""
    return [
        f"{layer} does not spike on the sample, which tells nothing of its reset"
        for layer in exported.layers.values()
        if layer.spiking and not np.any(layer.sent)
    ]


def _recording(exported: Exported) -> dict[str, Signal]:
    recording = {"input": _compact(exported.x), "output": _compact(exported.output)}
    for name, layer in exported.layers.items():
        recording[name] = _compact(layer.sent)
        if layer.voltage is not None:
            recording[f"{name}.v"] = layer.voltage.astype(np.float32)
    return recording


def _compact(signal: Signal) -> Signal:
    """Spikes and counts as uint8, other values as float32."""
    whole = np.all((signal >= 0) & (signal <= 255) & (signal == np.round(signal)))
    return signal.astype(np.uint8 if whole else np.float32)


def _infer(exported: Exported, recording: Mapping[str, Signal], framework: str) -> Inference:
    """The convention that gives the recorded spikes of all neurons."""
    given = {"input": recording["input"], "output": recording["output"]}
    spiking = [name for name, layer in exported.layers.items() if layer.spiking]
    given |= {name: recording[name] for name in spiking}
    voltages = {f"{name}.v": recording[f"{name}.v"] for name in spiking if f"{name}.v" in recording}
    # Voltages tell most: how neurons reset even from a single spike. Yet it is spikes that count,
    # and what the network says of itself is no more than a likely place to look.
    for signals, known in ((given | voltages, exported.known), (given, {})):
        inference = infer(exported.graph, signals, **known)
        if inference.exact:
            return inference
    first = inference.first
    node = None if first is None else first.node
    place = exported.layers.get(node or "")
    raise DeployError(
        "computes something else than its node, whatever the convention: the nearest one differs "
        f"in {inference.differing} entries of all layers"
        + ("" if first is None else f", first in step {first.step}")
        + f"; the exporter of {framework} loses something of this layer",
        layer=None if place is None else str(place),
        node=node,
        step=None if first is None else first.step,
        differing=inference.differing,
        help="set the layer's arguments to their defaults one by one, to see which one NIR has not",
    )


def _compare(network: Network, exported: Exported) -> None:
    """Runs the C on the sample.

    Raises:
        DeployError: A layer, or the output, differs from what was recorded.
    """
    found = network.run(exported.x)
    assert isinstance(found, np.ndarray)
    different = differing(found, exported.output)
    if not different.any():
        return
    names = [name for name in network.graph.nodes if name in exported.layers]
    signals = network.record(exported.x, names)
    first: tuple[int, str, Layer] | None = None
    for name in names:
        layer = exported.layers[name]
        wrong = differing(signals[name], layer.sent)
        if wrong.any() and (first is None or first_step(wrong) < first[0]):
            first = (first_step(wrong), name, layer)
    step, node, place = first or (first_step(different), None, None)
    raise DeployError(
        f"the C differs from the network in {int(different.sum())} of {different.size} entries of "
        f"the output, first in step {step}",
        layer=None if place is None else str(place),
        node=node,
        step=step,
        differing=int(different.sum()),
        help="if a voltage is so close to the threshold that rounding decides, other weights or "
        "another sample show it; otherwise please report it with the network",
    )

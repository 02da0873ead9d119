# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the frameworks made of PyTorch modules have in common.

A network is never changed: `detached` copies it. One copy is run, and each layer's input and output
recorded by hooks; another one is rewritten until the framework's exporter can write it.
"""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from snnmlir.deployment.graphs import completed
from snnmlir.deployment.protocol import Exported, Layer, Layout, Signal, agreed, as_array
from snnmlir.errors import DeployError

if TYPE_CHECKING:
    import nir

# Classes of torch.nn, by name and without importing them.
DROPOUTS = (
    *("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"),
    *("UnitDropout", "TimeStepDropout"),  # Rockpool's
)
NORMS = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")
SYNAPSES = ("Linear", "Conv1d", "Conv2d")


# --- copies ------------------------------------------------------------------------------------


def detached(module: Any) -> Any:
    """A deep copy in evaluation mode, on the CPU; states left from training are copied as values.

    Tensors that carry gradients cannot be copied by copy.deepcopy.
    """
    import torch

    memo: dict[int, Any] = {}

    def visit(value: Any, depth: int = 0) -> None:
        if isinstance(value, torch.Tensor):
            if not value.is_leaf:
                memo[id(value)] = value.detach().clone()
        elif isinstance(value, list | tuple) and depth < 3:
            for item in value:
                visit(item, depth + 1)
        elif isinstance(value, dict) and depth < 3:
            for item in value.values():
                visit(item, depth + 1)

    for part in torch.nn.Module.modules(module):
        visit(vars(part))
    copied = copy.deepcopy(module, memo)
    torch.nn.Module.train(copied, False)
    return torch.nn.Module.cpu(copied)


def replace_module(module: Any, path: str, new: Any) -> None:
    """Puts `new` where `path` is."""
    parent, _, name = path.rpartition(".")
    owner = module.get_submodule(parent)
    owner._modules[name] = new


def passed() -> Any:
    """A module that passes its input on and that no tracer sees, unlike nn.Identity.

    Tracers patch `nn.Module.__call__`, which this one does not use.
    """
    import torch

    class Passed(torch.nn.Module):  # type: ignore[misc]
        def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
            return x

    return Passed()


def make_transparent(module: Any) -> None:
    """Lets tracers see the layers inside of a module and not the module itself."""
    cls = type(module)

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    module.__class__ = type(cls.__name__, (cls,), {"__call__": call, "__module__": cls.__module__})


def one_step(module: Any) -> Any:
    """A module that computes a step of what computes sequences [T, 1, ...] in a call."""
    import torch

    class OneStep(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.steps = module

        def forward(self, x: Any) -> Any:
            return self.steps(x.unsqueeze(0))

    make_transparent(module)
    return OneStep()


def without_prefix(graph: nir.NIRGraph, prefix: str = "steps.") -> nir.NIRGraph:
    """The graph of a network in a `one_step`, with the names it has without."""
    import nir

    nodes = {name.removeprefix(prefix): node for name, node in graph.nodes.items()}
    edges = [(a.removeprefix(prefix), b.removeprefix(prefix)) for a, b in graph.edges]
    return nir.NIRGraph(nodes, edges, type_check=False)


def is_a(module: Any, names: tuple[str, ...]) -> bool:
    """Whether a module is of one of these classes of torch.nn, or of a class made from one."""
    return any(
        cls.__name__ in names and cls.__module__.startswith("torch.nn.")
        for cls in type(module).__mro__
    )


# --- recording ---------------------------------------------------------------------------------


@dataclass
class Calls:
    """The calls of one layer.

    Attributes:
        module: The layer.
        received: Its first argument in each call.
        sent: What it returned, the first of several.
        states: What the adapter keeps of it after each call.
        source: The layer whose output it received, "" for the network's input, None if it was
            something computed in between.
        function: The function that computed it in between, if it is known.
        targets: How many layers received its output.
    """

    module: Any
    received: list[Signal] = field(default_factory=list)
    sent: list[Signal] = field(default_factory=list)
    states: list[Signal | None] = field(default_factory=list)
    source: str | None = None
    function: str | None = None
    targets: int = 0


class Recorder:
    """Hooks on all layers of a module.

    Args:
        module: The network.
        is_layer: Whether a submodule is a layer, whatever it has inside.
        state: The voltage of a layer after a call, if it has one.
    """

    def __init__(
        self,
        module: Any,
        is_layer: Callable[[Any], bool],
        state: Callable[[Any, Any], Any],
    ) -> None:
        self.calls: dict[str, Calls] = {}
        self._origin: dict[int, str] = {}
        self._functions: dict[int, str] = {}
        self._alive: list[Any] = []  # so that no identity is used twice
        self._begun = 0
        self._state = state
        self._handles = [
            part.register_forward_hook(self._hook(path))
            for path, part in layers_of(module, is_layer)
        ]

    def begin(self, x: Any) -> None:
        """Called before the module is, with its input."""
        self._origin = {id(x): ""}
        self._functions = {}
        self._alive = [x]
        self._begun += 1

    def watched(self, run: Callable[[], Any]) -> Any:
        """Runs something, and remembers in its first step which function made which tensor."""
        import torch
        from torch.overrides import TorchFunctionMode

        recorder = self

        class Watch(TorchFunctionMode):  # type: ignore[misc]
            def __torch_function__(
                self, function: Any, types: Any, args: Any = (), kwargs: Any = None
            ) -> Any:
                result = function(*args, **(kwargs or {}))
                if recorder._begun == 1 and isinstance(result, torch.Tensor):
                    name = getattr(function, "__name__", "")
                    recorder._functions[id(result)] = name.strip("_")
                    recorder._alive.append(result)
                return result

        with Watch():
            return run()

    def _hook(self, path: str) -> Callable[[Any, Any, Any], None]:
        import torch

        def hook(module: Any, args: Any, result: Any) -> None:
            x = args[0]
            y = result[0] if isinstance(result, tuple | list) else result
            if not isinstance(x, torch.Tensor) or not isinstance(y, torch.Tensor):
                raise DeployError(
                    "does not map one tensor to another", layer=f"{path} ({type(module).__name__})"
                )
            first = path not in self.calls
            calls = self.calls.setdefault(path, Calls(module))
            if first:
                calls.source = self._origin.get(id(x))
                if calls.source is None:
                    calls.function = self._functions.get(id(x))
                if calls.source:
                    self.calls[calls.source].targets += 1
            calls.received.append(_numpy(x))
            calls.sent.append(_numpy(y))
            voltage = self._state(module, result)
            calls.states.append(None if voltage is None else _numpy(voltage))
            self._origin[id(y)] = path
            self._alive += [x, y]

        return hook

    def remove(self) -> None:
        """Takes the hooks off."""
        for handle in self._handles:
            handle.remove()


def layers_of(module: Any, is_layer: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    """The layers of a module by path: what has no modules inside, or is a layer as a whole."""
    import torch

    def visit(part: Any, path: str) -> Iterator[tuple[str, Any]]:
        children = [(name, child) for name, child in part._modules.items() if child is not None]
        if path and (is_layer(part) or not children):
            yield path, part
            return
        for name, child in children:
            if isinstance(child, torch.nn.Module):
                yield from visit(child, f"{path}.{name}" if path else name)

    yield from visit(module, "")


def _numpy(tensor: Any) -> Signal:
    return np.array(tensor.detach().cpu().numpy())


Leading = Literal["B", "TB", "BT", "T"]
"""The first dimensions of a call: T steps, a batch B of one. "B": it computes one step."""


def per_step(calls: list[Signal], steps: int, leading: Leading) -> Signal | None:
    """[T, *shape] from what one call for each step, or one for all, had; None if neither."""
    if leading == "B" or (len(calls) == steps and steps > 1):
        batches = all(call.shape[:1] == (1,) for call in calls)
        return (np.concatenate(calls) if batches else None) if len(calls) == steps else None
    if len(calls) != 1:
        return None
    (call,) = calls
    if leading == "TB":
        return call[:, 0] if call.shape[:2] == (steps, 1) else None
    if leading == "BT":
        return call[0] if call.shape[:2] == (1, steps) else None
    return call if len(call) == steps else None


# --- rewriting ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pool:
    """A pool whose node is made here, because exporters do not know it or write it wrongly.

    Attributes:
        spikes: Whether it is the maximum of spikes; else it is an average.
        kernel: Rows and columns.
        stride: Likewise.
        padding: Likewise.
    """

    spikes: bool
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]

    def nodes(self, name: str, shape: tuple[int, ...]) -> dict[str, nir.NIRNode]:
        """The nodes that stand for it, in the order of their edges.

        The maximum of values that are 0 or 1 is 1 if and only if their sum is above 0.5.
        """
        import nir

        sizes = [np.array(pair) for pair in (self.kernel, self.stride, self.padding)]
        if not self.spikes:
            return {name: nir.AvgPool2d(*sizes)}
        return {
            name: nir.SumPool2d(*sizes),
            f"{name}_spike": nir.Threshold(np.full(shape, 0.5, np.float32)),
        }


Sizes: TypeAlias = "tuple[tuple[int, ...], tuple[int, ...]]"


def pool_like(cls: Any, pool: Pool, sizes: Sizes) -> Any:
    """A pool of a class that exporters know, which runs like `pool`.

    Its window says nothing but how many rows and columns there are after it: without padding, since
    exporters leave that out, and then find that shapes do not fit.
    """
    import torch

    class Placeholder(cls):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return torch.nn.functional.avg_pool2d(x, pool.kernel, pool.stride, pool.padding)

    window = tuple(max(1, a - b + 1) for a, b in zip(*sizes, strict=True))
    return Placeholder(window, stride=1)


def pair(value: Any) -> tuple[int, int]:
    """Rows and columns, where one number stands for both."""
    first, *rest = value if isinstance(value, tuple | list) else (value,)
    return int(first), int(rest[0] if rest else first)


class Rewriter:
    """Rewrites a copy of a module so that its exporter can write it.

    Args:
        module: The copy, which is changed.
        calls: What was recorded of the network, by path.
        placeholder: What the exporter accepts in place of a 2-D pool, and runs like one.
        passed: What passes its input on, unseen by the exporter.
    """

    def __init__(
        self,
        module: Any,
        calls: Mapping[str, Calls],
        placeholder: Callable[[Pool, Any, Sizes], Any],
        passed: Callable[[], Any],
    ) -> None:
        self.module = module
        self.calls = calls
        self.placeholder = placeholder
        self.passed = passed
        self.notes: list[str] = []
        self.pools: dict[str, Pool] = {}
        self.folded: dict[str, str] = {}  # by the path of the synapse: that of its norm
        self.removed: set[str] = set()

    def rewrite(self) -> None:
        """Does it."""
        for path in self.calls:
            part = self.module.get_submodule(path)
            label = f"{path} ({type(part).__name__})"
            if is_a(part, DROPOUTS) or type(part).__name__ in DROPOUTS:
                self._remove(path)
                self.notes.append(f"{label} does nothing after training and was left out")
            elif is_a(part, ("Identity",)):
                self._remove(path)
            elif is_a(part, NORMS):
                self.fold(path, part, label)
            elif is_a(part, ("MaxPool2d",)):
                self.max_pool(path, part, label)
            elif is_a(part, ("AvgPool2d",)):
                self.average_pool(path, part, label)

    def _remove(self, path: str) -> None:
        replace_module(self.module, path, self.passed())
        self.removed.add(path)

    def before(self, path: str) -> str | None:
        """The layer whose output a layer receives, those left out skipped."""
        source = self.calls[path].source
        while source and (
            is_a(self.calls[source].module, (*DROPOUTS, "Identity"))
            or type(self.calls[source].module).__name__ in DROPOUTS
        ):
            source = self.calls[source].source
        return source

    def fold(self, path: str, norm: Any, label: str) -> None:
        """Multiplies a norm, as evaluation mode has it, into the synapses before it."""
        import torch

        source = self.before(path)
        synapse: Any = self.module.get_submodule(source) if source else None
        if not source or not is_a(synapse, SYNAPSES) or self.calls[source].targets != 1:
            raise DeployError(
                "is not in NIR, and does not follow a Linear or Conv of its own, into which it "
                "could be multiplied",
                layer=label,
                help="put it behind a Linear or Conv, before the neurons",
            )
        if norm.running_mean is None:
            raise DeployError(
                "keeps no running statistics, so that it depends on the batch, which NIR has not",
                layer=label,
                help="train it with track_running_stats=True",
            )
        with torch.no_grad():
            scale = (norm.running_var.double() + norm.eps).rsqrt()
            if norm.weight is not None:
                scale = scale * norm.weight.double()
            shift = -norm.running_mean.double() * scale
            if norm.bias is not None:
                shift = shift + norm.bias.double()
            weight = synapse.weight.double() * scale.reshape(-1, *[1] * (synapse.weight.ndim - 1))
            if synapse.bias is not None:
                shift = shift + synapse.bias.double() * scale
            synapse.weight = torch.nn.Parameter(weight.to(synapse.weight.dtype))
            synapse.bias = torch.nn.Parameter(shift.to(synapse.weight.dtype))
        self._remove(path)
        self.folded[source] = path
        self.notes.append(
            f"{label} was multiplied into {source} ({type(synapse).__name__}), with its running "
            "statistics"
        )

    def max_pool(self, path: str, pool: Any, label: str) -> None:
        """The maximum of spikes as a sum and a threshold."""
        values = self.calls[path].received
        if not all(np.all((call == 0) | (call == 1)) for call in values):
            raise DeployError(
                "takes the maximum of values other than 0 and 1, which NIR cannot",
                layer=label,
                help="put it behind spiking neurons, or use AvgPool2d",
            )
        if pair(pool.dilation) != (1, 1) or pool.ceil_mode or pool.return_indices:
            raise DeployError(
                "has dilation, ceil_mode or return_indices, which pools of NIR have not",
                layer=label,
                help="use the defaults of these arguments",
            )
        self._pool(path, pool, spikes=True)
        self.notes.append(
            f"{label} was written as SumPool2d and Threshold, which is the same for spikes"
        )

    def average_pool(self, path: str, pool: Any, label: str) -> None:
        """An average with its padding, which some exporters leave out."""
        padded = any(pair(pool.padding)) and not pool.count_include_pad
        if padded or pool.ceil_mode or pool.divisor_override is not None:
            raise DeployError(
                "has ceil_mode, divisor_override or count_include_pad=False, which AvgPool2d of "
                "NIR has not, and which the exporter may leave out without a word",
                layer=label,
                help="use the defaults of these arguments",
            )
        self._pool(path, pool, spikes=False)

    def _pool(self, path: str, pool: Any, spikes: bool) -> None:
        kernel = pair(pool.kernel_size)
        stride = kernel if pool.stride is None else pair(pool.stride)
        self.pools[path] = Pool(spikes, kernel, stride, pair(pool.padding))
        given, sent = (
            calls[0].shape[-2:] for calls in (self.calls[path].received, self.calls[path].sent)
        )
        replace_module(self.module, path, self.placeholder(self.pools[path], pool, (given, sent)))


# --- the adapter -------------------------------------------------------------------------------


class TorchAdapter(ABC):
    """A framework made of PyTorch modules.

    Attributes:
        framework: Its name.
        flatten: Channels come first.
        synapses: The classes besides neurons that its exporter writes, by name.
        additions: Whether its exporter writes additions between layers.
        containers: Its classes that hold layers and do nothing else, by name.
    """

    framework: str
    flatten: Literal["chw", "hwc"] = "chw"
    synapses: tuple[str, ...] = ("Linear", "Conv1d", "Conv2d", "Flatten")
    additions: bool = False
    containers: tuple[str, ...] = ()

    # What a framework says of itself

    @abstractmethod
    def is_neuron(self, module: Any) -> bool:
        """Whether a module is one of the framework's neurons, exportable or not."""

    @abstractmethod
    def check(self, label: str, module: Any) -> None:
        """Refuses a layer of which the exporter loses something, or which it does not know."""

    @abstractmethod
    def run(self, module: Any, x: Any, layout: Layout, recorder: Recorder) -> tuple[Any, Leading]:
        """The output [T, ...] from the initial state, and how calls for all steps begin."""

    @abstractmethod
    def to_nir(self, module: Any, x: Any, layout: Layout) -> nir.NIRGraph:
        """What the framework's exporter writes."""

    def prepare(self, module: Any, calls: Mapping[str, Calls], notes: list[str]) -> None:  # noqa: B027 (nothing by default)
        """Changes a copy so that the exporter accepts it."""

    def finish(self, nodes: dict[str, Any], layers: Mapping[str, Layer]) -> None:  # noqa: B027 (nothing by default)
        """Mends nodes that the exporter wrote."""

    def state(self, module: Any, result: Any) -> Any:
        """The voltage after a call, or None."""
        return None

    def placeholder(self, pool: Pool, module: Any, sizes: Sizes) -> Any:
        """What the exporter accepts in place of a pool, which it need not know.

        Args:
            pool: What it is.
            module: The layer.
            sizes: Rows and columns of its input and output.
        """
        import torch

        return pool_like(torch.nn.AvgPool2d, pool, sizes)

    def passed(self) -> Any:
        """What passes its input on, unseen by the exporter."""
        return passed()

    def node_name(self, path: str, nodes: Mapping[str, Any]) -> str:
        """The node that stands for a layer."""
        return path

    def layout(self, module: Any, x: Any) -> Layout:
        """Whether a call of the module computes one step or all of them."""
        return "step"

    def reset(self, module: Any) -> None:  # noqa: B027 (nothing by default)
        """Puts all neurons into their initial state."""

    def known(self, module: Any) -> dict[str, Any]:
        """What a neuron says of its convention, by attribute name."""
        return {}

    # What all have in common

    def export(self, module: Any, sample: Any, layout: Layout) -> Exported:
        """See `Adapter`."""
        import torch

        original = self._copied(module)
        self._check_classes(original)
        x = torch.as_tensor(_without_batch(as_array(sample), original, self.is_layer))
        dtype = next((p.dtype for p in torch.nn.Module.parameters(original)), x.dtype)
        x = x.to(dtype)
        with torch.no_grad():
            if layout == "auto":
                layout = self.layout(original, x)
            self.reset(original)
            recorder = Recorder(original, self.is_layer, self.state)
            x, output, leading = self._run(original, x, layout, recorder)
            recorder.remove()
            steps = len(x)
            self._check_calls(recorder.calls, steps)
            changed = detached(module)
            self.reset(changed)
            rewriter = Rewriter(changed, recorder.calls, self.placeholder, self.passed)
            rewriter.rewrite()
            self.prepare(changed, recorder.calls, rewriter.notes)
            self._hide_containers(changed)
            raw = self._to_nir(changed, x, layout)
        layers = self._layers(raw, recorder.calls, rewriter, steps, leading)
        nodes, edges = self._with_pools(raw, rewriter, layers)
        self.finish(nodes, layers)
        self._check_nodes(nodes, layers)
        graph = completed(nodes, edges, layers, _numpy(x), output)
        neurons = [found.module for found in recorder.calls.values()]
        known = agreed(self.known(module) for module in neurons if self.is_neuron(module))
        return Exported(graph, _numpy(x), output, layers, tuple(rewriter.notes), known)

    def _copied(self, module: Any) -> Any:
        """A copy; some neurons that exporters do not know cannot be copied either."""
        try:
            return detached(module)
        except Exception as error:
            for path, part in layers_of(module, self.is_layer):
                if self.is_neuron(part):
                    self.check(f"{path} ({type(part).__name__})", part)
            raise DeployError(
                f"the network cannot be copied: {type(error).__name__}: {error}",
                help="copy.deepcopy(module) shows where",
            ) from error

    def is_layer(self, module: Any) -> bool:
        """Whether a module is a layer as a whole, whatever it has inside."""
        return self.is_neuron(module)

    def _check_classes(self, module: Any) -> None:
        """Refuses modules without layers, and those that do more than hold layers."""
        import torch

        layers = {id(inner) for _, part in layers_of(module, self.is_layer) for inner in (part,)}
        for path, part in torch.nn.Module.named_modules(module):
            package = type(part).__module__.partition(".")[0]
            holds = type(part).__name__ in self.containers
            if id(part) in layers or package != self.framework.lower() or holds:
                continue
            if list(torch.nn.Module.children(part)) and not self._inside(module, path):
                raise DeployError(
                    f"does more than hold layers, which the exporter of {self.framework} loses",
                    layer=f"{path} ({type(part).__name__})",
                    help="use its layers in a Sequential, or in a module of your own",
                )
        if not list(layers_of(module, self.is_layer)):
            raise DeployError(
                f"{type(module).__name__} has no layers",
                help="give a network, such as a Sequential of a Linear and neurons",
            )

    def _inside(self, module: Any, path: str) -> bool:
        """Whether a module is inside of a layer."""
        return any(path.startswith(f"{layer}.") for layer, _ in layers_of(module, self.is_layer))

    def _run(
        self, module: Any, x: Any, layout: Layout, recorder: Recorder
    ) -> tuple[Any, Signal, Leading]:
        try:
            result, leading = recorder.watched(lambda: self.run(module, x, layout, recorder))
        except (DeployError, KeyboardInterrupt):
            raise
        except Exception as error:
            raise DeployError(
                f"the network cannot be run on the sample, {list(x.shape)}: "
                f"{type(error).__name__}: {error}",
                help="give [T, *shape of one step's input], time first and without a batch; or say "
                "layout='step' or layout='sequence' for a module that computes one step, or all "
                "steps, in a call",
            ) from error
        return x, _numpy(result), leading

    def _check_calls(self, calls: Mapping[str, Calls], steps: int) -> None:
        if not calls:
            raise DeployError(
                "no layer of the network was called",
                help="keep layers as attributes of the module, so that PyTorch knows them",
            )
        for index, (path, found) in enumerate(calls.items()):
            label = f"{path} ({type(found.module).__name__})"
            self._check_source(label, found, first=index == 0)
            if len(found.sent) not in (1, steps):
                raise DeployError(
                    f"is called {len(found.sent)} times in {steps} steps; a NIR node once a step",
                    layer=label,
                    help="give each place in the network a layer of its own",
                )
            if self.is_neuron(found.module):
                self.check(label, found.module)
            elif not is_a(found.module, (*DROPOUTS, *NORMS, "Identity", "MaxPool2d", "AvgPool2d")):
                self._check_stateless(label, found.module)

    def _check_source(self, label: str, found: Calls, *, first: bool) -> None:
        """Refuses what is computed between layers, where exporters that follow layers lose it."""
        added = found.function is not None and found.function.endswith("add")
        if found.source is not None or first or (self.additions and added):
            return
        made = f"the result of '{found.function}'" if found.function else "something"
        what = "addition (a residual, or skip connection)" if added else "function"
        raise DeployError(
            f"receives {made}, which is computed outside of the layers: the exporter of "
            f"{self.framework} loses this {what}, and the layer with it",
            layer=label,
            help="make it a layer that NIR has, such as nn.Flatten; of the frameworks' exporters "
            "only SpikingJelly's writes additions",
        )

    def _check_stateless(self, label: str, module: Any) -> None:
        """Refuses a layer that the exporter does not know."""
        names = {cls.__name__ for cls in type(module).__mro__}
        if type(module).__name__ in DROPOUTS:
            return
        if not names & set(self.synapses):
            raise DeployError(
                f"has no node in NIR; the exporter of {self.framework} would lose it",
                layer=label,
                help="the layers it writes are " + ", ".join(self.synapses) + " and neurons",
            )
        if getattr(module, "padding_mode", "zeros") != "zeros":
            raise DeployError(
                f"pads with '{module.padding_mode}', a convolution of NIR with zeros",
                layer=label,
                help="use padding_mode='zeros'",
            )

    def _hide_containers(self, module: Any) -> None:
        """Modules that only hold layers are not layers: tracers would write them as nodes."""
        import torch

        kept = {id(part) for _, part in layers_of(module, self.is_layer)}
        inside = {
            id(inner)
            for _, part in layers_of(module, self.is_layer)
            for inner in torch.nn.Module.modules(part)
        }
        for part in list(torch.nn.Module.modules(module)):
            sequential = isinstance(part, torch.nn.Sequential | torch.nn.ModuleList)
            if part is module or id(part) in kept | inside or sequential:
                continue
            make_transparent(part)

    def _to_nir(self, module: Any, x: Any, layout: Layout) -> nir.NIRGraph:
        import contextlib
        import io
        import warnings

        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                return self.to_nir(module, x, layout)
        except (DeployError, KeyboardInterrupt):
            raise
        except Exception as error:
            raise DeployError(
                f"the exporter of {self.framework} refuses the network: "
                f"{type(error).__name__}: {error}",
                help="use the layers that it knows, joined by nothing but additions",
            ) from error

    def _layers(
        self,
        raw: nir.NIRGraph,
        calls: Mapping[str, Calls],
        rewriter: Rewriter,
        steps: int,
        leading: Leading,
    ) -> dict[str, Layer]:
        """What was recorded, by node."""
        layers: dict[str, Layer] = {}
        for path, found in calls.items():
            name = self.node_name(path, raw.nodes)
            label = f"{path} ({type(found.module).__name__})"
            if name not in raw.nodes:
                if path in rewriter.removed:
                    continue
                raise DeployError(
                    f"is not in the graph that the exporter of {self.framework} wrote",
                    layer=label,
                    help="what is computed between layers may hide it: use layers only",
                )
            last = calls[rewriter.folded[path]] if path in rewriter.folded else found
            received = per_step(found.received, steps, leading)
            sent = per_step(last.sent, steps, leading)
            if received is None or sent is None:
                raise DeployError(
                    f"has other dimensions than {steps} steps of one sample", layer=label
                )
            voltage = None
            if all(state is not None for state in found.states):
                voltage = per_step([s for s in found.states if s is not None], steps, leading)
            spiking = self.is_neuron(found.module)
            if spiking and np.any(sent != np.round(sent)):
                spiking = False
            layers[name] = Layer(
                path, type(found.module).__name__, received, sent, voltage, spiking
            )
        return layers

    def _with_pools(
        self, raw: nir.NIRGraph, rewriter: Rewriter, layers: dict[str, Layer]
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Nodes and edges, with what the rewriter knows of pools."""
        nodes, edges = dict(raw.nodes), list(raw.edges)
        for path, pool in rewriter.pools.items():
            name = self.node_name(path, raw.nodes)
            if name not in layers:
                continue
            layer = layers.pop(name)
            made = pool.nodes(name, layer.sent.shape[1:])
            nodes |= made
            *_, last = made
            edges = [(last if source == name else source, target) for source, target in edges]
            edges += list(zip(made, list(made)[1:], strict=False))
            if len(made) == 1:
                layers[name] = layer
        return nodes, edges

    def _check_nodes(self, nodes: Mapping[str, Any], layers: Mapping[str, Layer]) -> None:
        for name, node in nodes.items():
            if node is None:
                layer = layers.get(name)
                raise DeployError(
                    f"is not written by the exporter of {self.framework}",
                    layer=None if layer is None else str(layer),
                    node=name,
                    help="use one of the layers that it knows",
                )


def _without_batch(x: Signal, module: Any, is_layer: Callable[[Any], bool]) -> Signal:
    """[T, *shape] from [T, 1, *shape], where the first layer tells how many dimensions that has."""
    ranks = {"Linear": 1, "Conv1d": 2, "Conv2d": 3, "AvgPool2d": 3, "MaxPool2d": 3}
    for _, part in layers_of(module, is_layer):
        rank = next((ranks[cls.__name__] for cls in type(part).__mro__ if cls.__name__ in ranks), 0)
        if rank:
            return x[:, 0] if x.ndim == rank + 2 and x.shape[1] == 1 else x
        if not is_a(part, DROPOUTS):
            return x
    return x


def grown(value: Any, shape: tuple[int, ...]) -> Any:
    """A tensor of this shape from a number or a tensor that broadcasts to it."""
    import torch

    tensor = torch.as_tensor(value).detach()
    return tensor.expand(shape).clone() if tensor.numel() != math.prod(shape) else tensor

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What fits a platform's chip: checked when it is asked for.

Only documented numbers are here. docs/conventions.md, section "Limits of the chips", lists them
with their sources, which each function below names, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from snnmlir.common.wording import option
from snnmlir.conventions import Convention
from snnmlir.errors import NirError, OptionError
from snnmlir.nir_import.discretize import delay_steps
from snnmlir.nir_import.graph import (
    SPIKING,
    Affine,
    Conv,
    Delay,
    Flatten,
    Graph,
    Node,
    Pool2d,
    weight_count,
)


def check_limits(graph: Graph, convention: Convention) -> None:
    """Refuses a network that the convention's chip cannot hold.

    Args:
        graph: The network with the platform's numbers, without the Delays of edges.
        convention: That of the platform.

    Raises:
        NirError: It does not fit, with the node that is too much.
        OptionError: No limits are known: the platform is no chip, or they are not documented.
    """
    check = _CHIPS.get(convention.parameters)
    if check is None:
        raise OptionError(
            f"limits were asked for, and none are known of parameters '{convention.parameters}'",
            help=f"leave {option('limits')} out; there are limits of {', '.join(_CHIPS)}",
        )
    check(graph, convention)


def _expect(found: int, most: int, node: str, what: str, unit: str, instead: str) -> None:
    """Refuses more than `most` of something."""
    if found > most:
        raise NirError(f"{what} {found} {unit}, expected at most {most}", node=node, help=instead)


def _size(shape: tuple[int, ...]) -> int:
    return math.prod(shape)


def _neurons(graph: Graph) -> list[Node]:
    return [node for node in graph.nodes.values() if isinstance(node, SPIKING)]


def _targets(graph: Graph, name: str) -> list[Node]:
    return [graph.nodes[target] for source, target in graph.edges if source == name]


_XYLO_INPUTS = 16
_XYLO_HIDDEN = 1000
_XYLO_OUTPUTS = 8


def _xylo(graph: Graph, convention: Convention) -> None:
    """Xylo 2 (SYNS61201): the design rules and the mapper of rockpool 3.1.0, xylo_mapper.py."""
    for name in graph.inputs:
        _expect(
            sum(_size(graph.nodes[each].output_shape) for each in graph.inputs),
            _XYLO_INPUTS,
            name,
            "the network has",
            "input channels",
            "put fewer channels in front of the network",
        )
    hidden: list[Node] = []
    outputs: list[Node] = []
    for node in _neurons(graph):
        targets = _targets(graph, node.name)
        is_output = any(target.name in graph.outputs for target in targets)
        if is_output and any(target.name not in graph.outputs for target in targets):
            raise NirError(
                "is an output and leads to a synapse, and xylo's output neurons lead nowhere",
                node=node.name,
                help="put a layer of neurons behind it for the output",
            )
        (outputs if is_output else hidden).append(node)
    if outputs and not hidden:
        raise NirError(
            "is the only layer, and xylo has hidden neurons and output neurons, expected both",
            node=outputs[0].name,
            help="put a layer of neurons in front of it",
        )
    _check_pool(hidden, _XYLO_HIDDEN, "hidden neurons, and xylo has one pool of them")
    _check_pool(outputs, _XYLO_OUTPUTS, "output neurons")


def _check_pool(layers: list[Node], most: int, what: str) -> None:
    total = sum(_size(node.output_shape) for node in layers)
    if total > most:
        largest = max(layers, key=lambda node: _size(node.output_shape))
        _expect(
            total,
            most,
            largest.name,
            f"is the largest of {len(layers)} layers with together",
            what,
            "train with fewer neurons",
        )


_LOIHI_DELAY = 63
_LOIHI_NEURONS = 1 << 20
_LOIHI_SYNAPSES = 120_000_000


def _loihi(graph: Graph, convention: Convention) -> None:
    """Loihi 2: delays as in brian2-loihi 0.5.2, sizes of a chip in Intel's Technology Brief."""
    for node in graph.nodes.values():
        if isinstance(node, Delay):
            steps = int(delay_steps(node, convention.at(node.name)).max())
            _expect(
                steps,
                _LOIHI_DELAY,
                node.name,
                "delays by",
                "steps beside that of the synapse",
                "train with shorter delays, or put two layers in its place",
            )
    _check_pool(_neurons(graph), _LOIHI_NEURONS, "neurons on one chip")
    synapses = [node for node in graph.nodes.values() if isinstance(node, Affine)]
    total = sum(weight_count(node) for node in synapses)
    if total > _LOIHI_SYNAPSES:
        largest = max(synapses, key=weight_count)
        _expect(
            total,
            _LOIHI_SYNAPSES,
            largest.name,
            f"is the largest of {len(synapses)} layers with together",
            "synapses on one chip",
            "train with fewer",
        )


_SPECK_KERNEL = 16
_SPECK_STRIDES = (1, 2, 4, 8)
_SPECK_PADDING = 7
_SPECK_POOLS = (1, 2, 4)
_SPECK_CHANNELS = 1024
_SPECK_INPUT = 128
_SPECK_MAP = 64
_SPECK_FANOUT = 2
_SPECK_BIASES = 1024
_KI = 1024
_SPECK_CORES = tuple(
    (kernels * _KI, neurons * _KI)
    for kernels, neurons in (
        *((16, 64),) * 3,
        *((32, 32),) * 2,
        *((64, 16),) * 2,
        *((16, 16),) * 2,
    )
)
"""Kernel memory and neuron memory of each core, in entries."""


@dataclass(frozen=True)
class _Core:
    """What a layer of Speck takes of a core: entries of its memories."""

    neuron: str
    kernels: int
    neurons: int
    biases: int


def _speck(graph: Graph, convention: Convention) -> None:
    """Speck and DYNAP-CNN: sinabs 3.1.3, docs/speck/overview.md and chips/dynapcnn.py.

    A layer is a synapse, an IF and perhaps a pool. A Linear is a convolution whose kernel is the
    whole map, for which sinabs' limit of kernels does not hold.
    """
    layers = list(_speck_layers(graph))
    if len(layers) > len(_SPECK_CORES):
        _expect(
            len(layers),
            len(_SPECK_CORES),
            layers[len(_SPECK_CORES)].neuron,
            "is the first that is too much of",
            "layers",
            "train with fewer layers",
        )
    _place(layers)


def _speck_layers(graph: Graph) -> Iterator[_Core]:
    for node in graph.nodes.values():
        if isinstance(node, Conv):
            _check_conv(node)
        if isinstance(node, Pool2d) and not set(node.kernel_size) <= {*_SPECK_POOLS}:
            raise NirError(
                f"the window is {node.kernel_size}, and those of speck are 1, 2 or 4 wide",
                node=node.name,
                help="train with such a pool, or use a stride of the convolution",
            )
        if isinstance(node, SPIKING):
            _expect(
                len(list(_destinations(graph, node.name))),
                _SPECK_FANOUT,
                node.name,
                "leads to",
                "layers",
                "send its spikes to fewer layers",
            )
            (source,) = graph.sources(node.name)
            synapse = graph.nodes[source]
            assert isinstance(synapse, Affine | Conv)
            yield _core(node, synapse, graph)


def _destinations(graph: Graph, name: str) -> Iterator[Node]:
    """Where spikes go, through pools and Flattens."""
    for target in _targets(graph, name):
        if isinstance(target, Pool2d | Flatten):
            yield from _destinations(graph, target.name)
        else:
            yield target


def _check_conv(node: Conv) -> None:
    height, width = node.weight.shape[2:]
    if height != width or height > _SPECK_KERNEL:
        raise NirError(
            f"the kernel is {height} x {width}, and those of speck are square, expected at most "
            f"{_SPECK_KERNEL} x {_SPECK_KERNEL}",
            node=node.name,
            help="train with a smaller or square kernel",
        )
    if not set(node.stride) <= {*_SPECK_STRIDES}:
        raise NirError(
            f"the stride is {node.stride}, and those of speck are 1, 2, 4 and 8",
            node=node.name,
            help="train with such a stride",
        )
    for size in (size for pair in node.padding for size in pair):
        _expect(size, _SPECK_PADDING, node.name, "the padding is", "pixels", "train with less")
    _expect(
        max(node.input_shape[0], node.output_shape[0]),
        _SPECK_CHANNELS,
        node.name,
        "it has",
        "channels",
        "train with fewer channels",
    )
    for shape, most, what in (
        (node.input_shape, _SPECK_INPUT, "the input map has"),
        (node.output_shape, _SPECK_MAP, "the output map has"),
    ):
        _expect(max(shape[1:]), most, node.name, what, "pixels in one direction", "use a stride")


def _core(neuron: Node, synapse: Affine | Conv, graph: Graph) -> _Core:
    """c 2^(ceil(log2 kx ky) + ceil(log2 f)) and f 2^(ceil(log2 fx) + ceil(log2 fy)) entries."""
    biases = 0 if synapse.bias is None else synapse.output_shape[0]
    if isinstance(synapse, Conv):
        filters, channels, *kernel = synapse.weight.shape
        size = synapse.output_shape[1:]
    else:
        filters, size = synapse.weight.shape[0], (1, 1)
        before = [graph.nodes[name] for name in graph.sources(synapse.name)]
        maps = [node.input_shape for node in before if isinstance(node, Flatten)]
        shape = maps[0] if maps and len(maps[0]) == 3 else (synapse.weight.shape[1], 1, 1)
        channels, *kernel = shape
    return _Core(
        neuron.name,
        kernels=channels * _up(_size(tuple(kernel))) * _up(filters),
        neurons=filters * math.prod(map(_up, size)),
        biases=biases,
    )


def _up(number: int) -> int:
    """The least power of two that is not less."""
    return 1 << (number - 1).bit_length()


def _place(layers: list[_Core]) -> None:
    """Finds a core for each layer, moving others where that makes room."""
    holds: dict[int, int] = {}

    def place(layer: int, tried: set[int]) -> bool:
        for core, (kernels, neurons) in enumerate(_SPECK_CORES):
            needs = layers[layer]
            if core in tried or needs.kernels > kernels or needs.neurons > neurons:
                continue
            tried.add(core)
            if core not in holds or place(holds[core], tried):
                holds[core] = layer
                return True
        return False

    for index, layer in enumerate(layers):
        _expect(
            layer.biases,
            _SPECK_BIASES,
            layer.neuron,
            "its synapse has",
            "biases",
            "train with fewer",
        )
        if not place(index, set()):
            kinds = ", ".join(
                f"{kernels // _KI} Ki and {neurons // _KI} Ki"
                for kernels, neurons in dict.fromkeys(_SPECK_CORES)
            )
            raise NirError(
                f"its layer takes {layer.kernels} entries of kernel memory and {layer.neurons} of "
                f"neuron memory, and no core of speck is left for it, expected at most {kinds}",
                node=layer.neuron,
                help="train with fewer channels or a smaller map",
            )


_CHIPS: dict[str, Callable[[Graph, Convention], None]] = {
    "loihi": _loihi,
    "speck": _speck,
    "xylo": _xylo,
}

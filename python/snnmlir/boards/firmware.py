# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The C that steps a network for another machine, and what its bytes on the line mean."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.common.rendering import render
from snnmlir.compiler import Network
from snnmlir.compiler.blobs import weights_name
from snnmlir.compiler.interface import c_ports
from snnmlir.execution.ports import Port, Signal
from snnmlir.execution.runner import C_TYPES

VERSION = 1
"""Of the protocol."""

_DIGEST_BYTES = 8


@dataclass(frozen=True)
class Part:
    """A signal as it lies in the memory of the C, and is sent.

    Attributes:
        port: Its name, type, scales, and shape as NIR has it.
        spikes: Whether it is sent as bits, eight in a byte.
        channels_last: Whether the C has the first dimension of the shape last.
    """

    port: Port
    spikes: bool
    channels_last: bool = False

    @property
    def bytes(self) -> int:
        """How many bytes of a step it is on the line."""
        size = math.prod(self.port.shape)
        return (size + 7) // 8 if self.spikes else size * self.port.dtype.itemsize

    def pack(self, steps: Signal) -> npt.NDArray[np.uint8]:
        """What is sent of [T, *shape]: [T, bytes]."""
        flat = steps.reshape(len(steps), math.prod(self.port.shape))
        if self.spikes:
            return np.packbits(flat, axis=1, bitorder="little")
        little = np.ascontiguousarray(flat, flat.dtype.newbyteorder("<"))
        return little.view(np.uint8).reshape(len(steps), self.bytes)

    def unpack(self, sent: npt.NDArray[np.uint8]) -> Signal:
        """The steps [T, *shape] that were sent as [T, bytes]."""
        shape = self.port.shape
        if self.spikes:
            flat = np.unpackbits(sent, axis=1, count=math.prod(shape), bitorder="little")
        else:
            little = self.port.dtype.newbyteorder("<")
            flat = np.ascontiguousarray(sent).view(little).astype(self.port.dtype)
        if self.channels_last:
            stored = flat.reshape(len(sent), *shape[1:], shape[0])
            return np.ascontiguousarray(np.moveaxis(stored, -1, 1))
        return flat.reshape(len(sent), *shape)


def input_parts(network: Network) -> tuple[Part, ...]:
    """What is sent for a step."""
    return tuple(_part(port) for port in network.inputs)


def output_parts(network: Network) -> tuple[Part, ...]:
    """What a step gives, without what it was measured to take."""
    return tuple(_part(port) for port in network.outputs)


def _part(port: Port) -> Part:
    return Part(port, spikes=port.dtype == np.uint8 and port.most == 1)


def tap_parts(network: Network) -> dict[str, Part]:
    """The signals that the C of a network can show, by their names in C."""
    tapped = network.tapped("all")
    interface = tapped.tapped_interface("net", "net.h", tapped.taps)
    return {str(tap["name"]): _tap_part(tap) for tap in interface["taps"]}


def _tap_part(tap: Mapping[str, Any]) -> Part:
    types = {c_type: name for name, c_type in C_TYPES.items()}
    shape = tuple(tap["shape"])
    scales = None
    if tap["scale"] is not None:
        scales = np.asarray(tap["scale"]["values"], np.float64)
        axis = tap["scale"]["axis"]
        scales = scales.reshape(
            () if axis is None else [-1 if d == axis else 1 for d in range(len(shape))]
        )
    if tap["channels_last"]:
        shape = (shape[-1], *shape[:-1])
        if scales is not None and scales.ndim:
            scales = np.moveaxis(scales, -1, 0)
    port = Port(tap["signal"], shape, np.dtype(types[tap["type"]]), scales)
    return Part(port, tap["content"] == "spikes", tap["channels_last"])


def digest(network: Network) -> bytes:
    """What tells a network from another one: of the C without comments and hooks."""
    source, header = network.plain_c("net", "net.h")
    sent = [(part.bytes, part.spikes) for part in (*input_parts(network), *output_parts(network))]
    code = re.sub(r"/\*.*?\*/", "", source + header, flags=re.DOTALL)
    text = f"{code}{sent}".encode() + (network.weights or b"")
    return hashlib.sha256(text).digest()[:_DIGEST_BYTES]


def board_name(path: Path) -> Path:
    """The file beside a C file that serves the network: model.c gives model_board.c."""
    return path.with_stem(f"{path.stem}_board")


def emit_board(network: Network, prefix: str, header: str) -> tuple[str, str, str]:
    """The C of a network with what serves it to another machine.

    Args:
        network: Its taps are the signals that are sent beside the outputs.
        prefix: What all names begin with.
        header: The file name of the network's header.

    Returns:
        The C of the network, and the source and the header of what serves it.
    """
    source, _ = network.emit_c(prefix, header)
    interface = network.interface_for(prefix, header)
    inputs, outputs = c_ports(interface, network.inputs, network.outputs)
    profile = interface["profile"] or {"calls": [], "lists": []}
    calls = {call["name"]: "step" in call["functions"] for call in profile["calls"]}
    layers = [name for name, measured in calls.items() if measured]
    lists = [item["name"] for item in profile["lists"]]
    known = tap_parts(network) if interface["taps"] else {}
    taps = [
        {
            "name": tap["name"],
            "type": tap["type"],
            "elements": math.prod(tap["shape"]),
            "spikes": known[tap["name"]].spikes,
        }
        for tap in interface["taps"]
    ]
    names = [
        *(f"tap {tap['name']}" for tap in taps),
        *(f"layer {layer}" for layer in layers),
        *(f"list {name}" for name in lists),
    ]
    parts = [*output_parts(network), *(known[str(tap["name"])] for tap in taps)]
    own_header = board_name(Path(header)).name
    values = {
        "name": prefix,
        "version": VERSION,
        "header": header,
        "own_header": own_header,
        "inputs": _with_spikes(inputs, input_parts(network)),
        "outputs": _with_spikes(outputs, output_parts(network)),
        "taps": taps,
        "layers": layers,
        "other_layers": [name for name, measured in calls.items() if not measured],
        "lists": lists,
        "names": [(name, list(f"{name}\n".encode())) for name in names],
        "weights_header": weights_name(Path(header)).name if network.weights else None,
        "digest": list(digest(network)),
        "input_bytes": sum(part.bytes for part in input_parts(network)),
        "result_bytes": 8 + 4 * len(layers + lists) + sum(part.bytes for part in parts),
    }
    if taps or layers:
        # Its macros show what the C sends.
        source = f'#include "{own_header}"\n\n{source}'
    return source, render("boards", "board.c", **values), render("boards", "board.h", **values)


def _with_spikes(ports: Sequence[Any], parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Ports as the template takes them."""
    return [
        {
            "variable": port.variable,
            "c_type": port.c_type,
            "size": port.size,
            "spikes": part.spikes,
        }
        for port, part in zip(ports, parts, strict=True)
    ]

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The compiled network itself in the page: the generated C as WebAssembly."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from snnmlir.compiler import Network
from snnmlir.compiler.stages import Writing, c_text
from snnmlir.execution.webassembly import Binary, build_binary

MOST_BYTES = 16_000_000
"""Of the module; a page with more is slow to load."""


def machine(network: Network) -> tuple[Binary, dict[str, Any]]:
    """The network's C, built for browsers, and what the page's script has to know of it.

    All signals that can be tapped are shown to the macro that copies them; this changes nothing
    that is computed.

    Raises:
        CompileError: There is no compiler for WebAssembly here, or it refuses the C.
    """
    network = network.tapped("all")
    names = network.taps
    source, header = c_text(network.stages, "net", "net.h", Writing(taps=names))
    interface = network.tapped_interface("net", "net.h", names)
    arrays = [*_arrays(interface)]
    files = {"net.c": source, "net.h": header, "driver.c": _driver(arrays)}
    exports = ["page_init", "page_step", *(array["symbol"] for array in arrays)]
    binary = build_binary(files, "driver.c", exports, network.host_arguments())
    about = {
        "code": base64.b64encode(binary.code).decode(),
        "compiler": binary.compiler,
        "arrays": arrays,
    }
    return binary, about


def _arrays(interface: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Inputs, outputs and taps: what they are called in the module, and what they hold."""
    for index, parameter in enumerate(interface["functions"]["step"]["parameters"]):
        yield _array(f"page_port{index}", parameter["role"], parameter["node"], parameter)
    for tap in interface["taps"]:
        yield _array(f"page_tap_{tap['name']}", "tap", tap["signal"], tap)


def _array(symbol: str, role: str, signal: str, described: Mapping[str, Any]) -> dict[str, Any]:
    scale = described["scale"]
    return {
        "symbol": symbol,
        "role": role,
        "signal": signal,
        "type": described["type"],
        "content": described["content"],
        "shape": described["shape"],
        "channels_last": described.get("channels_last", False),
        "scale": None if scale is None else {key: scale[key] for key in ("values", "axis")},
    }


def _driver(arrays: list[dict[str, Any]]) -> str:
    """C that has all arrays, and steps the network on them."""
    taps = [array for array in arrays if array["role"] == "tap"]
    ports = ", ".join(array["symbol"] for array in arrays if array["role"] != "tap")
    lines = [
        '#include "net.h"',
        "#include <string.h>",
        *(f"{array['type']} {array['symbol']}[{_size(array)}];" for array in arrays),
    ]
    if taps:
        copy = "memcpy(page_tap_##signal, data, sizeof page_tap_##signal)"
        lines.append(f"#define NET_TAP(signal, data, n) {copy}")
    lines += [
        '#include "net.c"',
        "static net_t net;",
        "void page_init(void) { net_init(&net); }",
        f"void page_step(void) {{ net_step(&net, {ports}); }}",
    ]
    return "\n".join(lines) + "\n"


def _size(array: Mapping[str, Any]) -> int:
    size = 1
    for length in array["shape"]:
        size *= length
    return size

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The step that takes events: whatever a caller gives, it computes what the step of spikes does."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import nir
import numpy as np
import pytest

import snnmlir
from emulation import HERE, TARGETS, console
from networks import GRAPHS
from snnmlir.compiler import Dtype
from test_generated_c import DIGITS, STRICT, c_type

DRIVER = """\
#include <stddef.h>
static size_t bad, expected;
#define NET_CHECK(condition) ((condition) ? (void)0 : (void)++bad)
#include "net.c"
#include <stdlib.h>

static struct {{ uint8_t before[64]; net_t net; uint8_t after[64]; }} a, b;
{arrays}
/* Fills x, and gives a list of positions that means it, of at most 2 * size: 0: in ascending order;
 * 1: in another order; 2: with positions that come again; 3: also with some that are not there. */
static size_t positions(uint8_t *x, uint16_t *e, size_t size, int kind)
{{
    const int share = 1 + rand() % 6;
    size_t n = 0;
    for (size_t k = 0; k < size; ++k)
        if ((x[k] = rand() % share == 0))
            e[n++] = (uint16_t)k;
    for (size_t k = n; kind > 0 && k > 1; --k) {{
        const size_t other = (size_t)rand() % k;
        const uint16_t event = e[k - 1];
        e[k - 1] = e[other];
        e[other] = event;
    }}
    for (; kind > 1 && n > 0 && n < 2 * size && rand() % 20 != 0; ++n) {{
        const size_t at = (size_t)rand() % n;
        const bool outside = kind > 2 && rand() % 2 == 0;
        e[n] = e[at];
        e[at] = outside ? (uint16_t)(size + (size_t)rand() % (65535u - size))
                        : e[(size_t)rand() % (n + 1)];
        ++expected;
    }}
    return n;
}}

static int run(void)
{{
    memset(&a, 0xa5, sizeof a);
    memset(&b, 0xa5, sizeof b);
    net_init(&a.net);
    net_init(&b.net);
    for (int t = 0; t < {steps}; ++t) {{
{fill}        net_step(&a.net, {dense});
        net_step_events(&b.net, {events});
{compare}    }}
    for (size_t k = 0; k < 64; ++k)
        if (b.before[k] != 0xa5 || b.after[k] != 0xa5)
            return 2;
    return bad == expected ? 0 : 3;
}}
"""


def wide() -> nir.NIRGraph:
    """An input that a convolution lists, and that is an output itself."""
    nodes = {
        "input": nir.Input({"input": np.array([4, 9, 7])}),
        "conv": nir.Conv2d(None, np.ones((3, 4, 2, 2)), 1, 0, 1, 1, np.zeros(3)),
        "map": nir.Output({"output": np.array([3, 8, 6])}),
        "spikes": nir.Output({"output": np.array([4, 9, 7])}),
    }
    edges = [("input", "conv"), ("conv", "map"), ("input", "spikes")]
    return nir.NIRGraph(nodes, edges, type_check=False)


def compiled(name: str, dtype: Dtype) -> snnmlir.Network:
    source = {"digits": DIGITS / "digits.nir", "wide": wide()}.get(name) or GRAPHS[name]
    return snnmlir.compile(source, dtype=dtype, convention="snntorch", dt=1e-4, input_type="spikes")


def driver(network: snnmlir.Network, steps: int) -> str:
    """`run`, which compares both step functions over random lists of every kind."""
    sizes = [int(np.prod(port.shape)) for port in (*network.inputs, *network.outputs)]
    inputs = len(network.inputs)
    names = [port.name for port in network.inputs]
    arrays = "".join(
        f"static uint8_t x{i}[{size}]; static uint16_t e{i}[{2 * size}]; static size_t n{i};\n"
        for i, size in enumerate(sizes[:inputs])
    ) + "".join(
        f"static {c_type(port)} a{i}[{size}], b{i}[{size}];\n"
        for i, (port, size) in enumerate(zip(network.outputs, sizes[inputs:], strict=True))
    )
    outputs = range(len(network.outputs))
    return DRIVER.format(
        arrays=arrays,
        steps=steps,
        fill="".join(
            # Nothing looks at an input that nothing reads.
            f"        n{i} = positions(x{i}, e{i}, {size}, t % {1 if name == 'unheard' else 4});\n"
            for i, (name, size) in enumerate(zip(names, sizes, strict=False))
        ),
        dense=", ".join([f"x{i}" for i in range(inputs)] + [f"a{i}" for i in outputs]),
        events=", ".join([f"e{i}, n{i}" for i in range(inputs)] + [f"b{i}" for i in outputs]),
        compare="".join(
            f"        if (memcmp(a{i}, b{i}, sizeof a{i}))\n            return 1;\n"
            for i in outputs
        ),
    )


def build(folder: Path, command: Sequence[str], network: snnmlir.Network, main: str) -> None:
    network.write(folder / "net.c")
    (folder / "main.c").write_text(driver(network, 60) + main)
    subprocess.run([*command, "main.c", "-o", "program"], cwd=folder, check=True)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *((name, "f32") for name in (*GRAPHS, "digits", "wide")),
        *((name, "int8") for name in ("digits", "wide", "recurrent-LIF", "branches")),
    ],
)
def test_any_list_of_positions(name: str, dtype: Dtype, tmp_path: Path) -> None:
    """Good lists, other orders, repetitions, positions that are not there: under sanitizers."""
    command = [
        "gcc", "-std=c11", "-O1", "-ffp-contract=off", "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all", *STRICT, "-Wno-conversion",
    ]  # fmt: skip
    build(tmp_path, command, compiled(name, dtype), "int main(void) { return run(); }\n")
    done = subprocess.run(["./program"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("name", ["layer-LIF", "recurrent-LIF", "convolutions", "feature-map"])
def test_any_list_of_positions_on_avr(name: str, tmp_path: Path) -> None:
    """The same where size_t and int have 16 bits."""
    target = TARGETS["atmega1284p"]
    command = [
        *target.compiler, f"-std={target.standard}", "-Os", f"-I{HERE}",
        *(str(HERE / source) for source in target.sources),
    ]  # fmt: skip
    main = '#include "platform.h"\nint main(void)\n{\n    put_char((char)("0123"[run()]));\n'
    main += "    put_char('\\n');\n    leave(0);\n}\n"
    build(tmp_path, command, compiled(name, "int8"), main)
    done = subprocess.run(
        [*target.emulator, "program"],
        cwd=tmp_path, capture_output=True, check=True, text=True, timeout=300,
    )  # fmt: skip
    assert "0" in console(done.stdout + done.stderr)


def test_positions_of_a_camera(tmp_path: Path) -> None:
    """Events of (x, y, polarity) in the header's order; those outside of the map are dropped."""
    network = compiled("wide", "f32")
    network.write(tmp_path / "net.c")
    (tmp_path / "main.c").write_text(
        '#include "net.h"\nint main(void)\n{\n    size_t next = 0;\n'
        "    for (size_t polarity = 0; polarity < 4; ++polarity)\n"
        "        for (size_t y = 0; y < 9; ++y)\n            for (size_t x = 0; x < 7; ++x)\n"
        "                if (net_position(x, y, polarity) != next++)\n"
        "                    return 1;\n"
        "    return next != NET_MAX_EVENTS || next != NET_INPUT_SIZE"
        " || net_position(7, 0, 0) < next || net_position(0, 9, 0) < next"
        " || net_position(0, 0, 4) < next || net_position((size_t)-1, 0, 0) < next;\n}\n"
    )
    subprocess.run(
        ["gcc", "-std=c11", *STRICT, "main.c", "-o", "program"], cwd=tmp_path, check=True
    )
    assert subprocess.run(["./program"], cwd=tmp_path, check=False).returncode == 0

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random lists of events for the C of random networks, under sanitizers.

Whatever positions a caller gives - in any order, more than once, of elements that are not there -
the step of events computes what the step of spikes does, and touches no memory but its own.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

import snnmlir
from random_networks import DTYPES, Example, examples, features
from snnmlir.errors import ConventionWarning
from test_generated_c import c_type

SANITIZED = (
    "gcc", "-std=c11", "-O1", "-ffp-contract=off", "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)  # fmt: skip
CHUNK = 20
SEEDS = 20
STEPS = 60
MAIN = """\
int main(int argc, char **argv)
{
    srand((unsigned)(argc > 1 ? atoi(argv[1]) : 1));
    return run();
}
"""
WRONG = {
    1: "outputs differ",
    2: "memory beside the network changed",
    3: "other bad positions were reported than there are",
}

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


def driver(network: snnmlir.Network, steps: int) -> str:
    """`run`, in C, which compares both step functions over random lists of every kind.

    It returns 0, or 1 where outputs differ, 2 where it wrote outside of the network, 3 where
    NET_CHECK did not hear of as many bad positions as there were. `srand` says which lists.
    """
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


def of_spikes(example: Example) -> Example:
    """The same network with spikes for every input."""
    nodes = {
        name: {**node, "type": "spikes"} if node["kind"] == "Input" else node
        for name, node in example.spec["nodes"].items()
    }
    return Example({**example.spec, "nodes": nodes})


def check(example: Example, seeds: range) -> bool:
    """Runs the C of a network on lists for each of `seeds`; False if it takes no events.

    Raises:
        AssertionError: What the step of events did wrong, with the seed.
    """
    example = of_spikes(example)
    network = snnmlir.compile(
        example.graph(),
        dtype=example.spec["dtype"], input_type="spikes", name="net", **example.options,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network.write(folder / "net.c")
        if "net_step_events(" not in (folder / "net.h").read_text():
            return False
        text = driver(network, STEPS)
        if features(example) & {"Input without use", "dead node"}:
            text = text.replace("bad == expected", "bad <= expected")  # nothing looks at it
        (folder / "main.c").write_text(text + MAIN)
        subprocess.run(
            [*SANITIZED, "main.c", "-o", "program"], cwd=folder, check=True, capture_output=True
        )
        for seed in seeds:
            done = subprocess.run(
                ["./program", str(seed)], cwd=folder, capture_output=True, text=True, check=False
            )
            said = WRONG.get(done.returncode, "") if not done.stderr else done.stderr[:2000]
            assert done.returncode == 0, f"seed {seed}: {said}"
    return True


def fuzz_one(
    number: int, found: list[tuple[str, Example]], networks: int = CHUNK
) -> tuple[int, int]:
    """Networks that follow from `number`: how many take events, and how many do not."""
    counts = [0, 0]
    failing: list[Example] = []

    @seeded(number)
    @settings(
        max_examples=networks,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(examples(DTYPES))
    def run(example: Example) -> None:
        try:
            counts[not check(example, range(1, SEEDS + 1))] += 1
        except Exception:
            failing.append(example)
            raise

    try:
        run()
    except Exception as error:  # any: whatever goes wrong is a finding
        if not failing:
            raise
        found.append((f"{type(error).__name__}: {error}", failing[-1]))
    return counts[0], counts[1]


def main(minutes: float, seed: int, folder: Path) -> int:
    """Runs for some time; prints counts, and writes networks that fail into `folder`."""
    start, number = time.monotonic(), seed
    warnings.simplefilter("ignore", ConventionWarning)  # networks here are of no framework
    takes = others = 0
    found: list[tuple[str, Example]] = []
    while time.monotonic() < start + 60 * minutes:
        before = len(found)
        with_events, without = fuzz_one(number, found)
        takes, others = takes + with_events, others + without
        for message, example in found[before:]:
            path = folder / f"events-{number}.json"
            path.write_text(json.dumps(example.spec, indent=1) + "\n")
            print(f"{path}\n{message[:2000]}\n", flush=True)
        number += 1
    steps = takes * SEEDS * STEPS
    print(f"{takes} networks, {steps} steps; {others} that take no lists; {len(found)} findings")
    print(f"{time.monotonic() - start:.0f} s; the next seed is {number}")
    return 1 if found else 0

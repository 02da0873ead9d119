# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tools, on networks of real sizes; `./dev test --sanitize` watches them there.

Random IR has few values in a function. Where there are many, tables of values grow.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import snnmlir
from fuzzing import ir
from test_generated_c import DIGITS
from test_identity import piped
from test_memory import DELAYED, SNNTORCH, compiled, maps
from test_spike_parts import GESTURES, convolutions

TARGETS = ["generic", "cortex-m4", "cortex-m55", "x86-64"]
NETWORKS: dict[str, tuple[Any, dict[str, str | float]]] = {
    "digits": (DIGITS / "digits.nir", SNNTORCH),
    "gestures": (GESTURES, DELAYED),
    "maps": (maps(4), DELAYED),
    **{f"convolutions {seed}": (convolutions(seed, (8, 24)), DELAYED) for seed in range(4)},
}


def network_of(name: str, dtype: str, target: str) -> snnmlir.Network:
    source, options = NETWORKS[name]
    return compiled(source, dtype=dtype, target=target, **options)


@pytest.mark.parametrize("dtype", ["f32", "int8"])
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_tools_write_the_same_c(name: str, target: str, dtype: str, tmp_path: Path) -> None:
    network = network_of(name, dtype, target)
    network.write(tmp_path / "net.c")
    written = piped(network.emit("loops"), ["snn-translate", "--snn-to-c11", "--c11-prefix=net"])
    assert written == (tmp_path / "net.c").read_text()


@pytest.mark.parametrize("dtype", ["f32", "int8"])
@pytest.mark.parametrize("name", NETWORKS)
def test_pipelines(name: str, dtype: str) -> None:
    """All are lowered or refused as random networks are, the same with and without threads."""
    counts: Counter[str] = Counter()
    text = network_of(name, dtype, "generic").emit("snn")
    assert list(ir.check_valid(text, counts)) == []
    assert counts["C: lowered"] == counts["loops of vectors: lowered"] == 1


def test_products_are_in_pairs() -> None:
    """Of 80 random networks none had a map for it."""
    text = network_of("maps", "int8", "generic").emit("snn")
    assert b"vector.deinterleave" in ir.run(ir.PIPELINES["integers in pairs"], text).out

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random and damaged IR of the dialect through every pipeline; `./dev fuzz ir` tries more."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from fuzzing import ir
from fuzzing.damage import damaged
from fuzzing.networks import COEFFICIENTS, random_module

OPERATIONS = {
    "snn.kernel", "snn.network", "snn.output", "snn.linear", "snn.conv1d", "snn.conv2d",
    "snn.sum_pool2d", "snn.avg_pool2d", "snn.transpose", "snn.events", "snn.scale", "snn.add",
    "snn.threshold", "snn.decay", "snn.truncate", "snn.rescale", "snn.delay",
    *(f"snn.{op}" for op in COEFFICIENTS),
}  # fmt: skip
FORMS = (
    "!snn.events<", "dense_resource<", "quant.dcast", "tensor.expand_shape", "channels_last",
    "groups", "short_current_decay", "decay = shift, sum = wrap", "decay = toward_zero, sum = each",
    "count_trunc", "reset_timing<pending>", "spike_timing<pre>", "current_order<carried>",
    "snn.record", "snn.bits", "f32:0, {", "tensor<f64>", "@n2(",
)  # fmt: skip


def run(seeds: range) -> ir.Summary:
    summary = ir.Summary()
    for seed in seeds:
        summary.findings += ir.fuzz_one(seed, summary)
    assert not summary.findings, "\n".join(map(str, summary.findings[:3]))
    return summary


def check(summary: ir.Summary) -> None:
    """Most valid modules reach loops, and damage leaves some modules valid."""
    counts = summary.counts
    assert counts["loops: lowered"] > 0.7 * summary.valid
    assert counts["integers: lowered"] > 0.6 * summary.valid
    assert counts["int8: lowered"] > 0.2 * summary.valid
    assert counts["C: lowered"] > 0.3 * summary.valid
    assert counts["damaged: refused"] / counts.total() > 0.05
    assert counts["damaged: accepted"] / counts.total() > 0.01


def test_random_ir() -> None:
    check(run(range(6)))


@pytest.mark.slow
def test_more_random_ir() -> None:
    check(run(range(100, 200)))


def test_everything_is_drawn() -> None:
    text = "".join(random_module(random.Random(seed)) for seed in range(300))
    assert set(re.findall(r"\bsnn\.[a-z_0-9]+(?= )", text)) >= OPERATIONS
    assert [form for form in FORMS if form not in text] == []


def test_same_seed_same_module() -> None:
    first, again = (random_module(random.Random(7)) for _ in range(2))
    assert first == again
    assert damaged(first, random.Random(3)) == damaged(first, random.Random(3))


def test_damage_breaks() -> None:
    text = random_module(random.Random(7))
    broken = [damaged(text, random.Random(seed)) for seed in range(60)]
    assert sum(other != text for other in broken) > 50


def test_a_crash_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that crashes at a conv2d, and one that refuses it, are found, and shrunk to it."""
    program = tmp_path / "snn-opt"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    text = "module {\na\nb\nc\n  %y = snn.conv2d %x\nd\n}\n"
    for does, kind in (
        ("kill -11 $$", "ended by signal 11"),
        ("echo '<stdin>:3:1: runtime error: no' >&2; exit 1", "stopped by a sanitizer"),
        ("echo error: no >&2; exit 1", "refused without an error that has a location"),
    ):  # fmt: skip
        program.write_text(f"#!/bin/sh\nif grep -q conv2d; then {does}; fi\n")
        program.chmod(0o755)
        (found,) = ir.check_damaged(text, ["verify"], Counter())
        assert found.kind == kind
        small = ir.shrunk(found)
        assert small.text == "  %y = snn.conv2d %x"
        assert "conv2d" in small.write(tmp_path, "found").read_text()


@pytest.mark.parametrize(
    "text",
    [
        "memref.global @g : memref<2xmemref<2xf32>> = dense<[1.0, 2.0]>",
        "func.func @f(%a: tensor<9xf32>) {\n  %b = tensor.expand_shape %a [[0, -1]] "
        "output_shape [3, 3] : tensor<9xf32> into tensor<3x3xf32>\n  return\n}",
        "func.func @f(%a: tensor<3x3xf32>) {\n  %b = tensor.collapse_shape %a [[0, -1]] "
        ": tensor<3x3xf32> into tensor<9xf32>\n  return\n}",
    ],
    ids=["global", "expand_shape", "collapse_shape"],
)
def test_a_crash_of_mlir_is_known(text: str) -> None:
    assert list(ir.check_damaged(text, ["verify"], Counter())) == []


def test_a_refusal_of_a_valid_module_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what the documents say may be refused."""
    program = tmp_path / "snn-opt"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "snn-translate").symlink_to(program)
    for said, kinds in (
        ("gain is too large for 32 bits", set()),
        ("surprise", {"a valid module is refused"}),
    ):  # fmt: skip
        refuse = f'echo "<stdin>:1:1: error: {said}" >&2; exit 1'
        program.write_text(f'#!/bin/sh\ncase "$*" in *linalg*) {refuse};; esac\n')
        program.chmod(0o755)
        assert {finding.kind for finding in ir.check_valid("module {}", Counter())} == kinds


SYMBOL = r'@([\w.$-]+|"[^"]*")'
NETWORK_PASSES = (
    "snn-channels-last", "snn-use-events{min-inputs=1}", "snn-insert-rescale", "snn-fuse-sums",
    "snn-insert-rescale,snn-infer-ranges", "snn-quantize{weight-bits=8}", "canonicalize", "cse",
)  # fmt: skip


def networks_of(text: str) -> list[str]:
    """The networks of a printed module, one by one, with the data that they share."""
    resources = text[text.index("{-#") :] if "{-#" in text else ""
    found = re.findall(r"^snn\.network .*?^}\n", text, re.MULTILINE | re.DOTALL)
    return [network + resources for network in found]


def printed(text: str, *options: str) -> str | None:
    result = ir.run(["snn-opt", *options, "--mlir-print-local-scope"], text)
    return result.out.decode() if result.code == 0 else None


def function_with_all(text: str, name: str) -> str:
    """A function and all that it refers to, named in the order in which that is."""
    # Blobs of one name are told apart by numbers.
    text = re.sub(r"dense_resource<[^>]*>", "dense_resource<>", text)
    pattern = r"^  ((?:func\.func|memref\.global) [^@]*@([\w.$-]+|\"[^\"]*\").*?\n)(?=  [a-z]|})"
    symbols = {match[2]: match[1] for match in re.finditer(pattern, text, re.M | re.S)}
    order = [name]
    for known in order:
        order += [s for s in re.findall(SYMBOL, symbols[known]) if s in symbols and s not in order]
    return re.sub(
        SYMBOL,
        lambda match: f"@{order.index(match[1])}" if match[1] in order else match[0],
        "".join(symbols[known] for known in order),
    )


def test_networks_of_a_module_are_apart() -> None:
    """Whatever runs on a module of several networks does to each what it does to it alone."""
    modules = (random_module(random.Random(seed)) for seed in range(25))
    several = [networks for networks in map(networks_of, modules) if len(networks) > 1]
    counts: Counter[str] = Counter()
    for networks in several:
        bodies = [network.split("{-#")[0] for network in networks]
        whole = "".join(bodies) + networks[0][len(bodies[0]) :]
        for passes in NETWORK_PASSES:
            option = f"--pass-pipeline=builtin.module(snn.network({passes}))"
            alone = [printed(network, option) for network in networks]
            together = printed(whole, option)
            if None in alone:
                assert together is None
                continue
            assert together is not None
            inner = [
                text.split("{-#")[0].strip()[len("module {") : -1].strip() for text in alone if text
            ]
            expected = [re.sub(r"\s+", " ", text) for text in inner]
            found = re.sub(r"\s+", " ", together.split("{-#")[0])
            assert all(text in found for text in expected), passes
            counts[passes] += 1
        for lowering in ("--snn-to-linalg", "--snn-to-loops"):
            alone = [printed(network, lowering) for network in networks]
            together = printed(whole, lowering)
            if None in alone:
                assert together is None
                continue
            assert together is not None
            for network, text in zip(networks, alone, strict=True):
                (name,) = re.findall(r"^snn\.network @(\w+)", network)
                for role in ("step", "init"):
                    assert text is not None
                    symbol = f"{name}_{role}"
                    assert function_with_all(together, symbol) == function_with_all(text, symbol)
            counts[lowering] += 1
    assert len(several) > 3
    assert all(
        counts[passes] > 0 for passes in (*NETWORK_PASSES, "--snn-to-linalg", "--snn-to-loops")
    )

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers in the C compiler's vectors: the same numbers in all forms, at every size."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

import snnmlir
from commands import call, emulate
from emulation import FLAGS, run
from snnmlir.boards.machines import MACHINES, PLATFORM
from snnmlir.boards.programs import build
from snnmlir.compiler import TARGETS
from snnmlir.reports.verify import verify
from test_blocks import layer, spikes
from test_words import SHAPES, conv
from test_words import compiled as compiled_map
from test_words import spikes as spikes_of_map

ROOT = Path(__file__).parents[2]
# More than 96 are in rows on a host.
SIZES = (3, 5, 8, 17, 40, 70, 110)
# Arrays, vectors of 16 bytes, those that this machine has, and sums as small cores have them.
FORMS = (
    "-DNET_INTEGER_VECTORS=0",
    "-DNET_INTEGER_VECTORS=16 -DNET_SHUFFLES=0",
    "-march=native",
    "-DNET_VECTOR_BLOCKS=1",
)
VECTORS = tuple(name for name in TARGETS if TARGETS[name].vector_sums)


def compiled(kind: str, outputs: int, dtype: str, target: str) -> snnmlir.Network:
    return snnmlir.compile(
        layer(24, outputs, kind),
        dtype=dtype,
        dt=1e-4,
        input_type="spikes",
        name="net",
        target=target,
    )


@pytest.mark.parametrize("flag", FORMS)
@pytest.mark.parametrize("dtype", ["int8", "int16", "int4", "f32"])
def test_vectors_compute_the_same_here(
    dtype: str, flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", f"{os.environ.get('CC', 'gcc')} {flag}")
    for outputs, target in itertools.product(SIZES, ("cortex-m55", "x86-64", "generic")):
        network = compiled("recurrent" if outputs % 2 else "bias", outputs, dtype, target)
        assert verify(network, spikes(24)).mismatches == (), (outputs, target)


@pytest.mark.usefixtures("no_undefined_behaviour")
@pytest.mark.parametrize("flag", FORMS)
@pytest.mark.parametrize("kind", ["plain", "bias", "counts", "deep"])
def test_convolutions_compute_the_same_here(
    kind: str, flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of which the last two vectors may have sums in common; each shape in both types."""
    monkeypatch.setenv("CC", f"{os.environ.get('CC', 'gcc')} {flag}")
    first = ("plain", "bias", "counts", "deep").index(kind)
    for index, shape in enumerate(SHAPES, first):
        dtype = ("int8", "int16")[index % 2]
        for target in ("cortex-m55", "generic", "x86-64"):
            network = compiled_map(conv(shape, kind), target=target, dtype=dtype)
            found = verify(network, spikes_of_map(network))
            assert found.mismatches == (), (shape, dtype, target)


@pytest.mark.parametrize("target", ["cortex-m55", "rv32imc-zve32x", "x86-64", "generic"])
def test_rows_of_convolutions_are_in_vectors_where_there_are_enough(target: str) -> None:
    for shape in SHAPES:
        network = compiled_map(conv(shape, "plain"), target=target)
        body = network.c.split("static SNN_LAYER void net_conv(")[1].split("\n}\n")[0]
        channels = shape[1] // shape[2]
        expected = channels >= 8
        if TARGETS[target].patches and "map[" in body:  # these are no rows
            expected = "all[" in body and channels % 8 == 0
        assert ("net_add_i" in body) == expected, shape


@pytest.mark.parametrize("machine", ["cortex-m55", "cortex-m55-clang", "rv32imc-zve32x"])
def test_bits_of_convolutions_on_machines(machine: str, tmp_path: Path) -> None:
    for shape, kind in ((SHAPES[1], "plain"), (SHAPES[7], "bias"), (SHAPES[8], "deep")):
        network = compiled_map(conv(shape, kind), target=MACHINES[machine].target)
        x = spikes_of_map(network)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x))


@pytest.mark.parametrize("target", VECTORS)
def test_sums_are_in_vectors_where_there_are_enough(target: str) -> None:
    """Those of floats only where the processor has vectors of them that round as IEEE 754 says."""
    for dtype, least in (("int8", 8), ("f32", 4)):
        for outputs in (least - 1, least):
            c = compiled("plain", outputs, dtype, target).c
            layer = c.split("static SNN_LAYER void net_fc(")[1].split("\n}\n")[0]
            expected = outputs >= least and (dtype == "int8" or TARGETS[target].vector_floats)
            assert ("net_add_" in layer) == expected, (dtype, outputs)


@pytest.mark.parametrize(
    ("machine", "target"),
    [
        ("cortex-m55", "cortex-m55"),
        ("cortex-m55-clang", "cortex-m55"),
        ("rv32imc-zve32x", "rv32imc-zve32x"),
        ("rv32imc-zve32x", "cortex-m55"),
        ("aarch64-linux", "aarch64"),
        ("armhf-linux", "cortex-m55"),
        ("cortex-m4f", "cortex-m55"),
        ("atmega1284p", "cortex-m55"),
        ("cortex-m55", "generic"),
        ("cortex-m55-clang", "generic"),
        ("rv32imc-zve32x", "generic"),
        ("aarch64-linux", "generic"),
        ("cortex-m4f", "generic"),
        ("cortex-m3", "generic"),
    ],
)
def test_bits_on_machines(machine: str, target: str, tmp_path: Path) -> None:
    for outputs, dtype in ((5, "int8"), (17, "int8"), (38, "int8"), (64, "int16"), (9, "f32")):
        network = compiled("recurrent", outputs, dtype, target)
        x = spikes(24)
        (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
        np.testing.assert_array_equal(found, network.run(x))


@pytest.mark.parametrize("machine", ["cortex-m55", "rv32imc-zve32x"])
def test_vectors_take_a_fraction_of_the_instructions(machine: str, tmp_path: Path) -> None:
    """A synapse: less than two thirds of an instruction; in rows GCC for a Cortex-M55 takes 2.5."""
    source = layer(64, 128, "plain")
    network = snnmlir.compile(
        source, dtype="int8", dt=1e-4, input_type="spikes", name="net", target=machine
    )
    x = np.repeat([[0], [1], [0], [1]], 64, axis=1)
    counts = run(build(MACHINES[machine], tmp_path, network), x).counts
    assert (counts[1] - counts[0]) / (64 * 128) < 0.67


@pytest.mark.parametrize("optimization", ["-O0", "-O2"])
def test_products_of_helium(optimization: str, tmp_path: Path) -> None:
    """All numbers of 16 bits times some: instructions that round are those of plain C."""
    machine = MACHINES["cortex-m55"]
    test = ROOT / "test/Target/C11"
    for kind, name in (("", "net.c"), ("-header", "net.h")):
        call(
            "snn-translate", f"--snn-to-c11{kind}", test / "vectors-products.mlir", "-o", name,
            cwd=tmp_path,
        )  # fmt: skip
    (tmp_path / "main.c").write_text(
        '#include "platform.h"\nint test(void);\nint main(void)\n{\n'
        "    put_char((char)('0' + test()));\n    put_char('\\n');\n    leave(0);\n}\n"
    )
    flags = [optimization, "-std=c11", f"-I{PLATFORM}", "-I."]
    main = test / "Inputs/vectors-products-main.c"
    call(*machine.compiler, *flags, "-Dmain=test", "-c", main, "-o", "test.o", cwd=tmp_path)
    call(
        *machine.compiler, *flags, "main.c", "net.c", "test.o",
        *(PLATFORM / source for source in machine.sources), *machine.link, "-o", "program.elf",
        cwd=tmp_path,
    )  # fmt: skip
    assert "vqrdmulhq_s16" in (tmp_path / "net.c").read_text()
    assert emulate(machine, tmp_path / "program.elf")[0] == "0"


@pytest.mark.parametrize("machine", ["cortex-m55", "cortex-m55-clang"])
def test_helium_multiplies_fractions(machine: str, tmp_path: Path) -> None:
    """Decays of 12 channels, rounded as one instruction rounds them."""
    source = ROOT / "examples/gestures/gestures.nir"
    network = snnmlir.compile(
        source, convention="snntorch-default", dt=1e-3, dtype="int8", input_type="spikes",
        name="net", target="cortex-m55",
    )  # fmt: skip
    body = network.c.split("static SNN_LAYER void net_lif1(")[1].split("\n}\n")[0]
    assert "net_rounded_fraction_i16x8(v_old" in body
    x = np.random.default_rng(0).random((12, *network.inputs[0].shape)) < 0.1
    program = build(MACHINES[machine], tmp_path, network, FLAGS)
    outputs = run(program, x).outputs
    expected = network.run(x)
    assert expected.any()
    np.testing.assert_array_equal(next(iter(outputs.values())), expected)


@pytest.mark.parametrize("machine", ["cortex-m55", "cortex-m55-clang"])
def test_helium_lists_spikes_and_counts(machine: str, tmp_path: Path) -> None:
    """Sixteen inputs at a time, and those that are left; and of neurons that feed back."""
    for inputs, outputs in ((15, 17), (16, 33), (40, 16), (70, 31)):
        for target in ("generic", "cortex-m55"):
            network = snnmlir.compile(
                layer(inputs, outputs, "recurrent"),
                dtype="int8",
                dt=1e-4,
                input_type="spikes",
                name="net",
                target=target,
            )
            x = spikes(inputs)
            (found,) = run(build(MACHINES[machine], tmp_path, network, FLAGS), x).outputs.values()
            np.testing.assert_array_equal(found, network.run(x))

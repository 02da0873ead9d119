# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where the generated C lies, and what it needs: sections, alignment, inlining, libraries."""

from __future__ import annotations

import itertools
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

import snnmlir
from emulation import FLAGS, run
from networks import GRAPHS, affine, graph, neuron, ports
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.programs import build
from snnmlir.compiler import Dtype
from test_generated_c import DIGITS, LANGUAGES, STRICT, networks

MAY_CALL = {"memcpy", "memmove", "memset", "_GLOBAL_OFFSET_TABLE_"}
"""What compilers call by themselves, and what says where position-independent code lies."""


def compile_digits(folder: Path, language: str, *flags: str) -> Path:
    """The object file of the digits in int8, built without a warning."""
    network = snnmlir.compile(
        DIGITS / "digits.nir", dtype="int8", convention="snntorch", input_type="spikes"
    )
    network.write(folder / "net.c")
    command = [*LANGUAGES[language], *STRICT, "-O2", *flags, "-c", "net.c", "-o", "net.o"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "net.o"


def symbols(program: Path) -> dict[str, tuple[int, int, str, int]]:
    """Address, size, kind (FUNC or OBJECT) and section of each symbol, by its name in C."""
    text = subprocess.run(
        ["readelf", "--wide", "--syms", program], check=True, capture_output=True, text=True
    ).stdout
    rows = re.findall(
        r"^ *\d+: ([0-9a-f]+) +(\w+) (FUNC|OBJECT) +\w+ +\w+ +(\d+) (\S+)$", text, re.M
    )
    return {
        in_c(name): (int(address, 16), int(size, 0), kind, int(section))
        for address, size, kind, section, name in rows
    }


def in_c(name: str) -> str:
    """What C++ made _ZL7net_fc1PKtPs of: net_fc1."""
    mangled = re.match(r"_ZL(\d+)", name)
    return name[mangled.end() :][: int(mangled[1])] if mangled else name


def sections(program: Path) -> dict[str, int]:
    """The size of each section, by name; only those with contents."""
    text = subprocess.run(
        ["readelf", "--wide", "--section-headers", program],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rows = re.findall(r"\] (\.\S+) +PROGBITS +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+)", text)
    return {name: int(size, 16) for name, size in rows if int(size, 16)}


def table_names(found: dict[str, tuple[int, int, str, int]]) -> set[str]:
    return {name for name, (_, _, kind, _) in found.items() if kind == "OBJECT"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_in_a_section(language: str, tmp_path: Path) -> None:
    usual = compile_digits(tmp_path, language)
    size = sum(size for _, size, kind, _ in symbols(usual).values() if kind == "OBJECT")
    assert size > 64 * 128
    assert ".weights" not in sections(usual)
    moved = compile_digits(tmp_path, language, '-DSNN_TABLE=__attribute__((section(".weights")))')
    found = symbols(moved)
    assert len({found[name][3] for name in table_names(found)}) == 1
    assert sections(moved)[".weights"] >= size


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_aligned(language: str, tmp_path: Path) -> None:
    found = symbols(
        compile_digits(tmp_path, language, "-DSNN_TABLE=__attribute__((aligned(1024)))")
    )
    assert table_names(found) >= {"net_fc1_weight", "net_fc2_weight"}
    assert all(found[name][0] % 1024 == 0 for name in table_names(found))
    found = symbols(compile_digits(tmp_path, language))
    assert any(found[name][0] % 1024 != 0 for name in table_names(found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_layers_in_line_or_not(language: str, tmp_path: Path) -> None:
    apart = symbols(compile_digits(tmp_path, language, "-DSNN_LAYER=__attribute__((noinline))"))
    assert {"net_fc1", "net_lif1", "net_fc2", "net_lif2", "net_step"} <= set(apart)
    always = "-DSNN_LAYER=inline __attribute__((always_inline))"
    found = symbols(compile_digits(tmp_path, language, always))
    functions = {name for name, (_, _, kind, _) in found.items() if kind == "FUNC"}
    helpers = {"net_mask8", "net_mask16", "net_mask", "net_count", "net_four", "net_list"}
    assert functions - helpers == {"net_init", "net_step", "net_step_events"}


@pytest.mark.parametrize("language", ["arm-gcc", "clang"])
def test_layers_in_a_section(language: str, tmp_path: Path) -> None:
    section = '-DSNN_LAYER=__attribute__((noinline, section(".fast")))'
    found = symbols(compile_digits(tmp_path, language, section))
    fast = {name for name, (_, _, _, index) in found.items() if index == found["net_fc1"][3]}
    assert fast >= {"net_fc1", "net_lif1", "net_fc2", "net_lif2"}
    assert not fast & {"net_init", "net_step"}
    assert ".fast" in sections(tmp_path / "net.o")


@pytest.mark.parametrize("dtype", ["f32", "f64", "int8", "int16", "int4"])
def test_no_header_and_no_library(dtype: Dtype, tmp_path: Path) -> None:
    """Four headers, but on cores with Helium, and no function of a library that a compiler does not
    call by itself."""
    for name, network in networks(dtype).items():
        network.write(tmp_path / "net.c")
        text = (tmp_path / "net.c").read_text() + (tmp_path / "net.h").read_text()
        text = text.replace("#if defined(__ARM_FEATURE_MVE)\n#include <arm_mve.h>\n", "")
        included = set(re.findall(r"# *include (.*)", text))
        allowed = {"<stddef.h>", "<stdint.h>", "<stdbool.h>", "<string.h>", '"net.h"'}
        assert included <= allowed, name
        subprocess.run(["gcc", "-std=c11", "-O1", "-c", "net.c"], cwd=tmp_path, check=True)
        undefined = subprocess.run(
            ["nm", "--undefined-only", "--just-symbols", "net.o"],
            cwd=tmp_path, check=True, capture_output=True, text=True,
        ).stdout.split()  # fmt: skip
        assert set(undefined) <= MAY_CALL, name


@pytest.mark.parametrize(
    ("compiler", "nm"),
    [
        (["gcc"], "nm"),
        (["clang-22"], "nm"),
        (["arm-none-eabi-gcc", "-mcpu=cortex-m0", "-mthumb"], "arm-none-eabi-nm"),
        (["avr-gcc", "-mmcu=atmega1284p"], "avr-nm"),
    ],
    ids=["gcc", "clang", "cortex-m0", "avr"],
)
def test_objects_call_what_the_page_lists(
    compiler: list[str], nm: str, tmp_path: Path, repo_root: Path
) -> None:
    """docs/targets.md; names that begin with __ are of the compiler's own library."""
    page = (repo_root / "docs/targets.md").read_text()
    table = page.partition("| function | who calls it |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert listed == {"bcmp", "memcmp", "memcpy", "memmove", "memset"}
    called = set()
    can_be_apart = compiler[0] != "avr-gcc"
    ways = [("-O0", can_be_apart), ("-Os", False), ("-O2", can_be_apart)]
    for name, dtype, (level, apart) in itertools.product(
        ("convolutions", "recurrent-CubaLIF"), ("f32", "int8"), ways
    ):
        network = snnmlir.compile(
            GRAPHS[name], dtype=dtype, dt=1e-4, input_type="spikes", weights_apart=apart
        )
        network.write(tmp_path / "net.c")
        command = [*compiler, "-std=gnu11", level, "-c", "net.c"]
        subprocess.run(command, cwd=tmp_path, check=True)
        undefined = subprocess.run(
            [nm, "--undefined-only", "net.o"],
            cwd=tmp_path, check=True, capture_output=True, text=True,
        ).stdout.splitlines()  # fmt: skip
        called |= {line.split()[-1] for line in undefined}
    named = {name for name in called if not name.startswith("_")}
    assert named <= listed
    if compiler == ["gcc"]:  # nothing is listed for nothing
        assert named == listed - {"bcmp"}


AVR = MACHINES["atmega1284p"]


@pytest.mark.parametrize(
    ("language", "section"),
    [
        (["-std=gnu11"], ".progmem.data"),
        (["-std=c11"], ".rodata"),
        (["-x", "c++", "-std=gnu++11"], ".rodata"),
    ],
    ids=" ".join,
)
def test_tables_on_avr(language: list[str], section: str, tmp_path: Path) -> None:
    """In flash where C has named address spaces; elsewhere in RAM, where start-up code puts it."""
    network = networks("int8")["digits"]
    network.write(tmp_path / "net.c")
    command = [*AVR.compiler, *language, *STRICT, "-Os", "-c", "net.c", "-o", "net.o"]
    subprocess.run(command, cwd=tmp_path, check=True)
    found = sections(tmp_path / "net.o")
    (other,) = {".progmem.data", ".rodata"} - {section}
    assert found[section] > 64 * 128
    assert not [name for name in found if name.startswith(other)]


def large() -> snnmlir.Network:
    """Tables of more than 64 KiB, each of less than 32."""
    rng = np.random.default_rng(0)
    nodes = ports(64, 8)
    sizes = [64, 250, 120, 250, 8]
    names = ["input"]
    for k, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        nodes |= {f"fc{k}": affine(outputs, inputs, rng), f"n{k}": neuron("LIF", outputs, rng)}
        names += [f"fc{k}", f"n{k}"]
    edges = itertools.pairwise([*names, "output"])
    return snnmlir.compile(graph(nodes, *edges), dtype="int8", dt=1e-4, input_type="spikes")


def test_tables_above_64_kib_on_avr(tmp_path: Path) -> None:
    network = large()
    x = (np.random.default_rng(1).random((6, 64)) < 0.3).astype(np.uint8)
    program = build(AVR, tmp_path, network, FLAGS)
    assert "#define SNN_TABLE __memx" in (tmp_path / "net.c").read_text()
    assert program.network_sections.text > 65536
    expected = network.executable.run_integers({"input": x})["output"]
    assert len(np.unique(expected)) > 1
    np.testing.assert_array_equal(run(program, x).outputs["output"], expected)

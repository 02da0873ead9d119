# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The loops are ordinary MLIR: lowered to LLVM by upstream, they compute what the C does."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snnmlir
from networks import GRAPHS
from snnmlir.compiler import Dtype
from test_generated_c import DIGITS

PACKAGES = Path(sysconfig.get_path("platlib"))
STEPS = 40
# What upstream has for each of the dialects that loops are made of.
PIPELINE = (
    "builtin.module(func.func(llvm-request-c-wrappers),convert-vector-to-scf,"
    "expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-vector-to-llvm,convert-to-llvm,"
    "reconcile-unrealized-casts)"
)
# The C emitter brings these along; here the conditions are whatever a test says.
HELPERS = """\
#include <stdbool.h>
#include <stdlib.h>
bool _mlir_ciface_blocks(void) { return BLOCKS; }
bool _mlir_ciface_unaligned_blocks(void) { return BLOCKS; }
bool _mlir_ciface_integer_vectors(void) { return !BLOCKS; }
bool _mlir_ciface_vector_blocks(void) { return !BLOCKS; }
bool _mlir_ciface_dsp(void) { return BLOCKS; }
void _mlir_ciface_take_events(void) { abort(); }
void _mlir_ciface_set_spikes(void) { abort(); }
"""
TYPES = {
    "i8": np.int8, "i16": np.int16, "i32": np.int32, "f32": np.float32, "f64": np.float64,
    "index": np.int64,
}  # fmt: skip


# Upstream's lowering of memref.store stops at an assertion for i1 (MLIR 22.1.8), and LLVM's vectors
# of i1 are packed: spikes become bytes first, as they are in C.
BYTES = [
    (
        r"memref\.store (%\S+), (.*memref<.*)xi1>",
        r"%byte_N = arith.extui \1 : i1 to i8\n memref.store %byte_N, \2xi8>",
    ),
    (
        r"(%\S+) = memref\.load (.*)xi1>",
        r"%byte_N = memref.load \2xi8>\n \1 = arith.trunci %byte_N : i8 to i1",
    ),
    (
        r"(%\S+) = vector\.maskedload (.*), %\S+ : (memref<\S*)xi1>, (vector<\d+)xi1>, .*",
        r"%none_N = arith.constant dense<0> : \4xi8>\n"
        r"%bytes_N = vector.maskedload \2, %none_N : \3xi8>, \4xi1>, \4xi8> into \4xi8>\n"
        r"\1 = arith.trunci %bytes_N : \4xi8> to \4xi1>",
    ),
    (
        r"vector\.store (%\S+), (.*memref<.*)xi1>, (vector<\d+)xi1>",
        r"%bytes_N = arith.extui \1 : \3xi1> to \3xi8>\n vector.store %bytes_N, \2xi8>, \3xi8>",
    ),
    (r"(memref<[^>]*)xi1>", r"\1xi8>"),
]  # fmt: skip


def with_bytes(loops: str) -> str:
    """The loops with spikes stored as bytes."""
    lines = loops.split("\n")
    for pattern, new in BYTES:
        lines = [re.sub(pattern, new.replace("_N", f"_{n}"), line) for n, line in enumerate(lines)]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def tools() -> dict[str, Path]:
    """mlir-opt and mlir-translate of the packages that MLIR comes in, else Debian's, and clang."""
    folders = [PACKAGES / "mlir/bin", PACKAGES / "llvm/bin", Path("/usr/lib/llvm-22/bin")]
    found = {
        name: next((folder / name for folder in folders if (folder / name).exists()), None)
        for name in ("mlir-opt", "mlir-translate", "clang")
    }
    if missing := [name for name, path in found.items() if path is None]:
        pytest.skip(f"there is no {' and no '.join(missing)} of LLVM 22")
    return {name: path for name, path in found.items() if path is not None}


class Function:
    """A function of the loops, with a memref's descriptor for each argument."""

    def __init__(self, library: ctypes.CDLL, loops: str, name: str) -> None:
        ((symbol, line),) = re.findall(
            rf'func\.func @(\w+)\((.*)\) attributes .*snn\.role = "{name}"', loops
        )
        self.call = library[f"_mlir_ciface_{symbol}"]
        self.arguments = [
            (dict(re.findall(r'snn\.(\w+) = "([^"]*)"', text)), *_type(shape))
            for shape, text in re.findall(r"%arg\d+: memref<([^>]*)> \{(.*?)\}(?:, (?=%)|$)", line)
        ]

    def __call__(self, memory: dict[str, np.ndarray]) -> None:
        descriptors = [
            _descriptor(memory[_key(names)].reshape(shape)) for names, shape, _ in self.arguments
        ]
        self.call(*map(ctypes.byref, descriptors))


def _key(names: dict[str, str]) -> str:
    return f"{names['kind']} {names['name']}"


def _type(text: str) -> tuple[tuple[int, ...], Any]:
    sizes, element = re.fullmatch(r"((?:\d+x)*)(\w+)", text).groups()  # type: ignore[union-attr]
    return tuple(int(size) for size in sizes.split("x")[:-1]), TYPES[element]


def _descriptor(array: np.ndarray) -> ctypes.Structure:
    """The struct that LLVM has for a memref: pointers, offset, sizes and strides, in elements."""
    numbers = ctypes.c_int64 * max(array.ndim, 1)

    class Descriptor(ctypes.Structure):
        _fields_ = [
            ("allocated", ctypes.c_void_p),
            ("aligned", ctypes.c_void_p),
            ("offset", ctypes.c_int64),
            ("sizes", numbers),
            ("strides", numbers),
        ]

    strides = [stride // array.itemsize for stride in array.strides]
    address = array.ctypes.data
    return Descriptor(address, address, 0, numbers(*array.shape), numbers(*strides))


def lowered(loops: str, folder: Path, tools: dict[str, Path], *, blocks: bool) -> ctypes.CDLL:
    """The loops as a library, by upstream's tools alone."""
    (folder / "loops.mlir").write_text(loops)
    (folder / "helpers.c").write_text(HELPERS)
    for command in (
        [tools["mlir-opt"], "loops.mlir", f"--pass-pipeline={PIPELINE}", "-o", "llvm.mlir"],
        [tools["mlir-translate"], "--mlir-to-llvmir", "llvm.mlir", "-o", "net.ll"],
        [tools["clang"], "-O2", "-Wno-override-module", f"-DBLOCKS={int(blocks)}", "-fPIC",
         "-shared", "net.ll", "helpers.c", "-o", "net.so", "-lm"],
    ):  # fmt: skip
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(folder / "net.so"))


def steps(
    library: ctypes.CDLL, loops: str, x: dict[str, np.ndarray]
) -> Iterator[dict[str, np.ndarray]]:
    """The outputs of each step."""
    init, step = (Function(library, loops, name) for name in ("init", "step"))
    memory = {
        _key(names): np.zeros(shape, dtype)
        for names, shape, dtype in (*init.arguments, *step.arguments)
    }
    init(memory)
    for t in range(STEPS):
        for name, values in x.items():
            place = memory[f"input {name}"]
            place[...] = values[t].reshape(place.shape)
        step(memory)
        yield {
            key.split(" ", 1)[1]: array.copy()
            for key, array in memory.items()
            if key.startswith("output ")
        }


@pytest.mark.parametrize(
    ("name", "dtype", "blocks"),
    [
        ("digits", "f32", True),
        ("digits", "int8", True),
        ("digits", "int8", False),
        pytest.param("digits", "int4", False, marks=pytest.mark.slow),
        pytest.param("recurrent-LIF", "f64", True, marks=pytest.mark.slow),
        pytest.param("convolutions", "int16", True, marks=pytest.mark.slow),
        pytest.param("branches", "f32", True, marks=pytest.mark.slow),
    ],
)
def test_same_bits(
    name: str, dtype: Dtype, blocks: bool, tools: dict[str, Path], tmp_path: Path
) -> None:
    network = snnmlir.compile(
        DIGITS / "digits.nir" if name == "digits" else GRAPHS[name],
        dtype=dtype, convention="snntorch", dt=1e-4, input_type="spikes", name="net",
    )  # fmt: skip
    chance = np.random.default_rng(1)
    x = {port.name: chance.random((STEPS, *port.shape)) < 0.3 for port in network.inputs}
    x = {key: values.astype(np.uint8) for key, values in x.items()}
    if network.is_quantized:
        expected = network.executable.run_integers(x)
    else:
        result = network.run(x)
        expected = result if isinstance(result, dict) else {network.outputs[0].name: result}
    loops = with_bytes(network.emit("loops"))
    library = lowered(loops, tmp_path, tools, blocks=blocks)
    assert any(np.any(values) for values in expected.values())
    for t, found in enumerate(steps(library, loops, x)):
        for key, values in expected.items():
            wanted = np.ascontiguousarray(values[t]).ravel()
            assert found[key].ravel().tobytes() == wanted.tobytes(), f"{key} in step {t}"

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Constants apart from the code: the bytes of a blob, the C that checks it, and updates."""

from __future__ import annotations

import pickle
import re
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest

import snnmlir
from networks import GRAPHS, random_input
from snnmlir.boards.machines import MACHINES
from snnmlir.boards.places import started
from snnmlir.boards.programs import build
from snnmlir.compiler.blobs import blob_as_c
from snnmlir.errors import CompileError, OptionError
from snnmlir.execution.runner import Executable
from test_cli import check_refused, compile_main, invoke
from test_generated_c import LANGUAGES, STRICT

DIGITS = Path(__file__).parents[2] / "examples/digits/digits.nir"
OPTIONS: dict[str, Any] = {"convention": "snntorch", "dt": 1e-4, "input_type": "spikes"}
FLAGS = ("--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes")

LOADER = """
#include "net.h"
#include <stdio.h>
#include <stdlib.h>

/* Loads blobs of which the number of bytes and the bytes come, and prints what is wrong. */
int main(void)
{
    uint32_t size;
    while (fread(&size, 4, 1, stdin) == 1) {
        unsigned char *blob = size ? malloc(size) : NULL;
        if (size && fread(blob, 1, size, stdin) != size)
            return 1;
        printf("%d\\n", net_load(blob, size).error);
        free(blob);
    }
    return 0;
}
"""

USER = """
#ifdef CHANGED
#define NET_NO_WEIGHTS() (void)0
#endif
#include "net.c"
static net_t net;
static float in[NET_INPUT_SIZE];
static uint8_t out[NET_OUTPUT_SIZE];
int main(void)
{
    static const uint8_t nothing[NET_WEIGHTS_BYTES + 8];
    (void)nothing;
    BEFORE;
    net_step(&net, in, out);
    return 0;
}
"""


def digits(dtype: str = "int8", source: Any = DIGITS, **more: Any) -> snnmlir.Network:
    return snnmlir.compile(source, dtype=dtype, weights_apart=True, **OPTIONS | more)


def trained(amount: float, seed: int = 1) -> nir.NIRGraph:
    """The digits with other weights."""
    rng = np.random.default_rng(seed)
    graph = nir.read(DIGITS)
    for name in ("fc1", "fc2"):
        weight = graph.nodes[name].weight
        noise = 1 + amount * rng.standard_normal(weight.shape)
        graph.nodes[name].weight = (weight * noise).astype(np.float32)
    return graph


def write(folder: Path, network: snnmlir.Network) -> bytes:
    """net.c, net.h and the blob."""
    source, header = network.emit_c("net", "net.h")
    (folder / "net.c").write_text(source)
    (folder / "net.h").write_text(header)
    assert network.weights is not None
    return network.weights


@pytest.mark.parametrize("dtype", ["f32", "f64", "int16", "int8", "int4", "int2"])
def test_bytes_are_as_documented(dtype: str) -> None:
    """docs/blobs.md has this layout; here it is read without the compiler."""
    network = digits(dtype)
    blob, about = network.weights, network.interface["weights"]
    assert blob is not None
    magic, version, length, digest, checksum = struct.unpack_from("<8sII32sI", blob)
    assert (magic, version, length) == (b"\x89SNNW\r\n\x1a", 1, len(blob))
    assert (digest.hex(), len(blob)) == (about["digest"], about["bytes"])
    assert checksum == zlib.crc32(blob[52:])
    assert blob[52:64] == bytes(12)
    plain, _ = snnmlir.compile(DIGITS, dtype=dtype, **OPTIONS).emit_c("net", "net.h")
    for table in about["tables"]:
        assert table["offset"] % about["alignment"] == 0
        kind = {"float": "f4", "double": "f8"}.get(table["type"], table["type"].removesuffix("_t"))
        stored = np.frombuffer(
            blob, np.dtype(kind).newbyteorder("<"), int(np.prod(table["shape"])), table["offset"]
        )
        found = re.search(rf" net_{table['name']}\[[^]]*\] = {{(.*?)}};", plain, re.DOTALL)
        assert found, table
        written = [float(number.strip().rstrip("f")) for number in found[1].split(",")]
        assert np.array_equal(stored, np.array(written, stored.dtype)), table


@pytest.mark.parametrize("dtype", ["f32", "int8"])
@pytest.mark.parametrize("name", GRAPHS)
def test_computes_the_same(name: str, dtype: str) -> None:
    x = random_input(GRAPHS[name], 12, scale=3.0)
    options: dict[str, Any] = {"dtype": dtype, "dt": 1e-4}
    plain = snnmlir.compile(GRAPHS[name], **options)
    apart = snnmlir.compile(GRAPHS[name], weights_apart=True, **options)
    expected, found = plain.executable.run(x), apart.executable.run(x)
    for port, signal in expected.items():
        assert np.array_equal(signal, found[port])


def test_pickled(tmp_path: Path) -> None:
    code = digits().executable
    x = np.random.default_rng(0).random((20, 64)) < 0.2
    again = pickle.loads(pickle.dumps(code))
    assert np.array_equal(code.run(x)["output"], again.run(x)["output"])


def test_damage_is_found(tmp_path: Path) -> None:
    """Under sanitizers, in memory of exactly so many bytes."""
    blob = write(tmp_path, digits())
    (tmp_path / "main.c").write_text(LOADER)
    sanitize = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    command = ["gcc", "-std=c11", *sanitize, "net.c", "main.c", "-o", "load"]
    subprocess.run(command, cwd=tmp_path, check=True)
    rng = np.random.default_rng(7)
    blobs = [blob, blob + b"more", b"", blob[:63], blob[:-1], bytes(64)]
    expected: list[set[int]] = [{0}, {0}, {1}, {2}, {2}, {3}]
    for at, code in ((0, 3), (8, 4), (12, 5), (20, 5), (48, 6), (60, 6), (len(blob) - 1, 6)):
        blobs.append(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :])
        expected.append({code})
    other = digits("int16").weights
    assert other is not None
    blobs.append(other)
    expected.append({5})
    for _ in range(400):
        damaged = bytearray(blob[: rng.integers(1, len(blob) + 1)])
        for _ in range(rng.integers(1, 5)):
            damaged[rng.integers(len(damaged))] ^= 1 << int(rng.integers(8))
        if bytes(damaged) != blob:
            blobs.append(bytes(damaged))
            expected.append({2, 3, 4, 5, 6})
    sent = b"".join(struct.pack("<I", len(each)) + each for each in blobs)
    done = subprocess.run([tmp_path / "load"], input=sent, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    found = [int(line) for line in done.stdout.split()]
    assert len(found) == len(blobs)
    assert all(code in codes for code, codes in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    "before",
    [
        "(void)0",
        "net_init(&net, net_load(nothing, sizeof nothing))",
        "net_init(&net, net_load(0, 0))",
    ],
)
def test_without_weights_nothing_is_computed(before: str, tmp_path: Path) -> None:
    """The program stops, unless its macro says otherwise; then step leaves its output alone."""
    network = snnmlir.compile(GRAPHS["recurrent-LIF"], dt=1e-4, weights_apart=True)
    write(tmp_path, network)
    (tmp_path / "main.c").write_text(USER.replace("BEFORE", before))
    for flag, stops in (("-DOTHERWISE", True), ("-DCHANGED", False)):
        command = ["gcc", "-std=c11", "-O2", flag, "main.c", "-o", "user"]
        subprocess.run(command, cwd=tmp_path, check=True)
        status = subprocess.run([tmp_path / "user"], check=False).returncode
        assert (status < 0) == stops, (flag, status)


def test_init_wants_weights(tmp_path: Path) -> None:
    """A program for C with its weights in it does not compile."""
    write(tmp_path, digits())
    (tmp_path / "main.c").write_text('#include "net.h"\nvoid f(net_t *n) { net_init(n); }\n')
    done = subprocess.run(
        ["gcc", "-c", "main.c"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "too few arguments" in done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_no_warning(language: str, dtype: str, tmp_path: Path) -> None:
    write(tmp_path, digits(dtype))
    command = [*LANGUAGES[language], *STRICT, "-O2", "-c", "net.c", "-o", "net.o"]
    subprocess.run(command, cwd=tmp_path, check=True)


@pytest.mark.parametrize("dtype", ["f32", "int16", "int8"])
def test_new_weights_for_old_code(dtype: str, tmp_path: Path) -> None:
    """The old C with the new blob computes what the new network does."""
    old, new = digits(dtype), digits(dtype, trained(0.05))
    write(tmp_path, old)
    new.check_fits(tmp_path / "net.c")
    assert new.weights != old.weights
    code = Executable(*old.emit_c("net", "net.h"), old.inputs, old.outputs, weights=new.weights)
    x = np.random.default_rng(0).random((60, 64)) < 0.3
    found = code.run(x)["output"]
    assert np.array_equal(found, new.run(x))
    assert not np.array_equal(new.record(x)["lif1"], old.record(x)["lif1"])


def _thresholds(graph: nir.NIRGraph) -> None:
    graph.nodes["lif1"].v_threshold = graph.nodes["lif1"].v_threshold * 1.5


def _neurons(graph: nir.NIRGraph) -> None:
    graph.nodes["fc2"].bias = graph.nodes["fc2"].bias * 0


def _larger(graph: nir.NIRGraph) -> None:
    graph.nodes["fc1"].weight = graph.nodes["fc1"].weight * 300


@pytest.mark.parametrize(
    ("dtype", "change", "message"),
    [
        ("f32", _thresholds, r"node 'lif1': found .*u > 1\.5f.*, expected .*u > 1\.0f.*'net\.c'"),
        ("f32", _neurons, r"fc2_bias of 'net\.c' is not in this network"),
        ("int8", _larger, r"node 'lif1'"),
    ],
)
def test_what_needs_new_code_is_refused(
    dtype: str, change: Any, message: str, tmp_path: Path
) -> None:
    write(tmp_path, digits(dtype))
    graph = nir.read(DIGITS)
    change(graph)
    with pytest.raises(CompileError, match=message):
        digits(dtype, graph).check_fits(tmp_path / "net.c")


def test_other_options_are_refused(tmp_path: Path) -> None:
    write(tmp_path, digits("int8"))
    with pytest.raises(CompileError, match=r"type is int4, expected int8 as in 'net\.c'"):
        digits("int4").check_fits(tmp_path / "net.c")
    with pytest.raises(CompileError, match=r"reset is subtract, expected zero as in 'net\.c'"):
        digits(reset="subtract").check_fits(tmp_path / "net.c")
    snnmlir.compile(DIGITS, name="net", **OPTIONS).write(tmp_path / "net.c")
    with pytest.raises(OptionError, match="has its weights in the code"):
        digits().check_fits(tmp_path / "net.c")


def test_scales_of_taps_belong_to_the_code(tmp_path: Path) -> None:
    """They are macros in the header, and follow the weights."""
    write(tmp_path, digits(taps=["lif1.v"]))
    digits(taps=["lif1.v"]).check_fits(tmp_path / "net.c")
    with pytest.raises(CompileError):
        digits("int8", trained(0.05), taps=["lif1.v"]).check_fits(tmp_path / "net.c")


def test_commands(tmp_path: Path) -> None:
    code, blob, new = tmp_path / "net.c", tmp_path / "net.bin", tmp_path / "new.nir"
    command = [DIGITS, "-o", code, "--weights", blob, *FLAGS, "--dtype", "int8"]
    result = invoke(compile_main, *command, "--verify", "--self-test")
    assert result.exit_code == 0, result.output
    assert blob.read_bytes() == digits().weights
    main = '#include "net_selftest.h"\n#include "net_weights.h"\nint main(void) { return '
    (tmp_path / "main.c").write_text(
        f"{main}net_selftest(net_load(net_blob, NET_WEIGHTS_BYTES)); }}\n"
    )
    for name, text in zip(
        ("net_weights.c", "net_weights.h"),
        blob_as_c(blob.read_bytes(), "net", "net.h"),
        strict=True,
    ):
        (tmp_path / name).write_text(text)
    sources = ["net.c", "net_selftest.c", "net_weights.c", "main.c"]
    subprocess.run(["gcc", *STRICT, *sources, "-o", "test"], cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "test"], check=False).returncode == 0
    before = code.read_bytes()
    nir.write(new, trained(0.05))
    update = [new, "--weights", tmp_path / "new.bin", "--weights-for", code, *FLAGS]
    check_refused(compile_main, "type is f32, expected int8 as in 'net.c'", tmp_path, *update)
    result = invoke(compile_main, *update, "--dtype", "int8")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new.bin").read_bytes() == digits("int8", trained(0.05)).weights
    assert code.read_bytes() == before


def test_wrong_commands(tmp_path: Path) -> None:
    for message, *arguments in (
        ("there is no --output",),
        ("there is no --output", "--weights", tmp_path / "w"),
        ("found no --weights", "--weights-for", tmp_path / "net.c"),
        ("about a .c file", "-o", tmp_path / "net.mlir", "--weights", tmp_path / "w"),
        ("not for AVR", "-o", tmp_path / "n.c", "--weights", tmp_path / "w", "--target", "avr"),
        ("not NODE=SECTION", "-o", tmp_path / "n.c", "--place", "fc1"),
        ("section 'a b' of node 'fc1'", "-o", tmp_path / "n.c", "--place", "fc1=a b"),
        ("'fc3' has no constants", "-o", tmp_path / "n.c", "--place", "fc3=.fast"),
    ):
        check_refused(compile_main, message, tmp_path, DIGITS, *FLAGS, *arguments)


def test_sections_of_nodes(tmp_path: Path) -> None:
    snnmlir.compile(DIGITS, places={"fc1": ".fast_data"}, **OPTIONS).write(tmp_path / "net.c")
    subprocess.run(["gcc", *STRICT, "-c", "net.c"], cwd=tmp_path, check=True)
    command = ["objdump", "-h", "net.o"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    (size,) = re.findall(r" \.fast_data +([0-9a-f]+) ", done.stdout)
    assert int(size, 16) == 64 * 128 * 4 + 128 * 4


def test_package(tmp_path: Path) -> None:
    folder, blob = tmp_path / "pack", tmp_path / "pack.bin"
    arguments = ("-o", folder, "--package", "cmake", "--weights", blob, *FLAGS)
    result = invoke(compile_main, DIGITS, *arguments)
    assert result.exit_code == 0, result.output
    subprocess.run(["cmake", "-S", ".", "-B", "b"], cwd=folder, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", "b"], cwd=folder, check=True, capture_output=True)
    done = subprocess.run([folder / "b/pack_example"], capture_output=True, text=True, check=True)
    assert "self-test: 0" in done.stdout


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_on_a_microcontroller(dtype: str, tmp_path: Path) -> None:
    """The blob lies in flash on an emulated Cortex-M4F, in a section that a macro names."""
    new = digits(dtype, trained(0.05))
    place = '-DNET_WEIGHTS_PLACE=__attribute__((section(".rodata.weights")))'
    program = build(MACHINES["cortex-m4f"], tmp_path, new, ("-O2", "-ffp-contract=off", place))
    x = np.random.default_rng(0).random((40, 64)) < 0.3
    with started(program) as board:
        result = board.run([{"input": x}])
    command = ["arm-none-eabi-nm", "-n", program.path]
    symbols = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert re.search(r" [rRtT] net_blob\n", symbols)  # not in RAM
    assert np.array_equal(result.integers[0]["output"], new.run(x))

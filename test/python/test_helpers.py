# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Several networks in one program, each with helpers of its own and with shared ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest

import snnmlir
from commands import call, emulate
from emulation import WARNINGS
from networks import GRAPHS
from snnmlir.boards.machines import FLAGS, MACHINES, PLATFORM
from snnmlir.boards.places import run_on
from snnmlir.common.targets import TARGETS
from snnmlir.compiler.stages import helper_files
from snnmlir.delivery.misra import deviations
from snnmlir.errors import OptionError
from test_cli import check_refused, compile_main, invoke
from test_generated_c import LANGUAGES, STRICT

EXAMPLES = Path(__file__).parents[2] / "examples"
NAME = "snn_helpers"
DIGITS: dict[str, Any] = {"convention": "snntorch", "dt": 1e-4, "input_type": "spikes"}

PROGRAM = """\
#include "digits.h"
#include "digits_selftest.h"
#include "gestures.h"
#include "gestures_selftest.h"
#include "recurrent_selftest.h"
#include "platform.h"

/* Prints the step in which each self-test differs, in how many steps with spikes the outputs are
 * not those of the same step with events, how many spikes these had, and what it all took. */
static void print(uint32_t x)
{
    if (x >= 10)
        print(x / 10);
    put_char((char)('0' + x % 10));
}

static void say(uint32_t x)
{
    print(x);
    put_char('\\n');
}

#define COUNT(net) \\
    do { \\
        net##_step(&net, frame, out); \\
        net##_step_events(&net##_2, events, n, out_2); \\
        differ += memcmp(out, out_2, 8) != 0; \\
        for (size_t i = 0; i < 8; ++i) \\
            spikes += out[i]; \\
    } while (0)

static digits_t digits, digits_2;
static gestures_t gestures, gestures_2;
static uint8_t frame[GESTURES_INPUT_SIZE], out[DIGITS_OUTPUT_SIZE], out_2[DIGITS_OUTPUT_SIZE];

int main(void)
{
    uint16_t events[32], n = 0;
    uint32_t differ = 0, spikes = 0;
    say((uint32_t)digits_selftest());
    say((uint32_t)gestures_selftest());
    say((uint32_t)recurrent_selftest());
    for (uint16_t i = 63; i > 6; i = (uint16_t)(i - 3)) {
        events[n++] = i;
        frame[i] = 1;
    }
    digits_init(&digits);
    digits_init(&digits_2);
    gestures_init(&gestures);
    gestures_init(&gestures_2);
#ifdef COUNTED
    start_counter();
    const uint32_t start = counter();
#endif
    for (int t = 0; t < 20; ++t) {
        COUNT(digits);
        COUNT(gestures);
    }
#ifdef COUNTED
    const uint32_t took = counter() - start;
#endif
    say(differ);
    say(spikes);
#ifdef COUNTED
    say(took);
#endif
    leave(0);
}
"""


def three(target: str, helpers: str | None) -> dict[str, snnmlir.Network]:
    """Two of integers, and a recurrent one of floats whose input is analog."""
    more: dict[str, Any] = {"target": target, "helpers": helpers}
    gestures = DIGITS | {"convention": "snntorch-default"}
    return {
        "digits": snnmlir.compile(EXAMPLES / "digits/digits.nir", dtype="int8", **DIGITS | more),
        "gestures": snnmlir.compile(
            EXAMPLES / "gestures/gestures.nir", dtype="int8", **gestures | more
        ),
        "recurrent": snnmlir.compile(GRAPHS["recurrent-CubaLIF"], dt=1e-4, **more),
    }


def program(folder: Path, target: str, helpers: str | None) -> list[str]:
    """The C sources of a program with all three."""
    rng = np.random.default_rng(0)
    for name, network in three(target, helpers).items():
        port = network.inputs[0]
        x = (rng.random((12, *port.shape)) < 0.2).astype(np.float32)
        network.write(folder / f"{name}.c", self_test=snnmlir.self_test(network, x))
    (folder / "main.c").write_text(PROGRAM)
    return sorted(path.name for path in folder.glob("*.c"))


def check_lines(lines: list[str]) -> None:
    """Self-tests pass, no step differs, and there were spikes."""
    assert lines[:4] == ["0"] * 4
    assert int(lines[4]) > 10


@pytest.mark.parametrize("target", ["generic", "x86-64", "cortex-m55"])
@pytest.mark.parametrize("helpers", [None, NAME])
@pytest.mark.parametrize("language", ["gcc", "clang", "g++"])
def test_three_networks_on_this_machine(
    language: str, helpers: str | None, target: str, tmp_path: Path
) -> None:
    sources = program(tmp_path, target, helpers)
    flags = [*STRICT, "-O2", "-ffp-contract=off", f"-I{PLATFORM}"]
    platform = PLATFORM / "linux/platform.c"
    for source in sources:
        call(*LANGUAGES[language], *flags, "-c", source, "-o", f"{source}.o", cwd=tmp_path)
    call("gcc", *flags, platform, *(f"{source}.o" for source in sources), cwd=tmp_path)
    check_lines(call("./a.out", cwd=tmp_path).splitlines())


def test_three_networks_on_a_cortex_m4(tmp_path: Path) -> None:
    """Shared helpers take less flash, and hardly more instructions."""
    machine = MACHINES["cortex-m4f"]
    flash, instructions = [], []
    for helpers in (None, NAME):
        folder = tmp_path / str(helpers)
        folder.mkdir()
        sources = program(folder, "cortex-m4", helpers)
        platform = [PLATFORM / name for name in machine.sources]
        flags = ["-std=c11", *FLAGS, *WARNINGS, "-DCOUNTED", f"-I{PLATFORM}"]
        call(
            *machine.compiler, *flags, *sources, *platform, *machine.link, "-Wl,--gc-sections",
            "-o", "program.elf", cwd=folder,
        )  # fmt: skip
        lines = emulate(machine, folder / "program.elf")
        check_lines(lines[:5])
        instructions.append(int(lines[5]))
        size = call(machine.size, "-B", "program.elf", cwd=folder)
        flash.append(int(size.splitlines()[1].split()[0]))
    assert flash[1] < flash[0]
    assert instructions[1] <= 1.03 * instructions[0]


MEASURED = """\
#include "digits.h"
#include "gestures.h"
#include "platform.h"

#ifdef COUNTED
static void print(uint32_t x)
{
    if (x >= 10)
        print(x / 10);
    put_char((char)('0' + x % 10));
}
#endif

static digits_t digits;
static gestures_t gestures;
static uint8_t frame[GESTURES_INPUT_SIZE], out[DIGITS_OUTPUT_SIZE];

int main(void)
{
    static uint16_t events[20];
    size_t n = 0;
    for (uint16_t i = 1; n < 20; i = (uint16_t)(i + 3)) {
        events[n++] = i;
        frame[i] = 1;
    }
    digits_init(&digits);
    gestures_init(&gestures);
#ifdef COUNTED
    start_counter();
    const uint32_t start = counter();
#endif
    for (int t = 0; t < 20; ++t) {
        (void)events;
#ifdef EVENTS
        digits_step_events(&digits, events, n, out);
        gestures_step_events(&gestures, events, n, out);
#else
        digits_step(&digits, frame, out);
        gestures_step(&gestures, frame, out);
#endif
    }
#ifdef COUNTED
    print(counter() - start);
    put_char('\\n');
#endif
    leave(0);
}
"""

BUILDS = (
    ("cortex-m4f", "cortex-m4", "-O2"), ("cortex-m4f", "cortex-m4", "-Os"),
    ("cortex-m0", "cortex-m0", "-Os"), ("rv32imac", "rv32imac", "-Os"),
    ("atmega1284p", "avr", "-Os"),
)  # fmt: skip
"""Machines, targets and levels of optimization."""


def measured(machine_name: str, level: str, folder: Path) -> list[tuple[int, int | None]]:
    """Bytes of flash, and on a Cortex-M4F the instructions of a step: of frames and of events."""
    machine = MACHINES[machine_name]
    (folder / "main.c").write_text(MEASURED)
    sources = [*sorted(path.name for path in folder.glob("*.c"))]
    flags = [f"-std={machine.standard}", level, *FLAGS[1:], *WARNINGS, f"-I{PLATFORM}"]
    flags += ["-DCOUNTED"] if machine_name == "cortex-m4f" else []
    found: list[tuple[int, int | None]] = []
    for use in ((), ("-DEVENTS",)):
        call(
            *machine.compiler, *flags, *use, *sources,
            *(PLATFORM / name for name in machine.sources), *machine.link, "-Wl,--gc-sections",
            "-o", "program.elf", cwd=folder,
        )  # fmt: skip
        size = call(machine.size, "-B", "program.elf", cwd=folder).splitlines()[1].split()
        steps = None
        if machine_name == "cortex-m4f":
            (line,) = emulate(machine, folder / "program.elf")
            steps = round(int(line) * machine.per_count / 20)
        found.append((int(size[0]), steps))
    return found


def test_table_of_flash_and_instructions(
    check_table: Callable[[str, str, list[str]], None], tmp_path: Path
) -> None:
    rows = []
    for machine, target, level in BUILDS:
        both = []
        for helpers in (None, NAME):
            folder = tmp_path / f"{machine}{level}{helpers}"
            folder.mkdir()
            networks = three(target, helpers)
            for name in ("digits", "gestures"):
                networks[name].write(folder / f"{name}.c")
            both.append(measured(machine, level, folder))
        cells = []
        for (own, own_steps), (shared, steps) in zip(*both, strict=True):
            assert shared <= 1.001 * own
            cells += [f"{own}", f"{shared}"]
            if steps is not None and own_steps is not None:
                assert steps <= 1.03 * own_steps
            cells += [f"{own_steps or ''}", f"{steps or ''}"]
        rows.append(f"| `{machine}`, `{level}` | " + " | ".join(cells) + " |")
    head = "| | frames: flash | `--helpers` | instructions | `--helpers` | events: flash |"
    head += " `--helpers` | instructions | `--helpers` |"
    check_table("docs/targets.md", "helpers", [head, "|---" * 9 + "|", *rows])


def test_one_function_lists_the_spikes_of_all() -> None:
    """Where memory is not so short that lists of bytes take the place of spikes."""
    for target, owns_bytes, shares_bytes in (("cortex-m4", True, False), ("avr", True, True)):
        for helpers, has_bytes in ((None, owns_bytes), (NAME, shares_bytes)):
            network = three(target, helpers)["digits"]
            # Its neurons list their spikes in place of them.
            assert ("uint8_t *RESTRICT events" in network.c) == has_bytes, (target, helpers)
            if target == "cortex-m4":
                assert network.resources.memory_bytes == (920 if has_bytes else 1052)


def test_the_page_counts_lines(repo_root: Path) -> None:
    lines = [three("cortex-m4", helpers)["digits"].c.count("\n") for helpers in (NAME, None)]
    text = " ".join((repo_root / "docs/targets.md").read_text().split())
    assert f"`digits.c` has {lines[0]} lines instead of {lines[1]} (`--target cortex-m4`)" in text


def test_the_version_alone_decides(tmp_path: Path) -> None:
    """Whatever the network and the target."""
    written = set()
    for target in TARGETS:
        for name, network in three(target, NAME).items():
            files = network.files(tmp_path / f"{name}.c")
            shared = {path.name: text for path, text in files.items() if path.stem == NAME}
            assert sorted(shared) == [f"{NAME}.c", f"{NAME}.h"]
            written.add(tuple(shared.items()))
    assert len(written) == 1
    text, other = (
        [re.sub(name, "x", text, flags=re.I) for text in helper_files(name).values()]
        for name in (NAME, "zebra")
    )
    assert text == other


@pytest.mark.parametrize("changed", ["digits.c", f"{NAME}.c"])
def test_another_version_does_not_compile(changed: str, tmp_path: Path) -> None:
    three("generic", NAME)["digits"].write(tmp_path / "digits.c")
    header = tmp_path / f"{NAME}.h"
    text = header.read_text()
    version = re.search(r"_VERSION (0x\w{8})u", text)
    assert version
    call("gcc", "-std=c11", "-c", changed, cwd=tmp_path)
    header.write_text(text.replace(version[0], "_VERSION 0x12345678u"))
    with pytest.raises(AssertionError, match=f"{NAME}.h is of another version"):
        call("gcc", "-std=c11", "-c", changed, cwd=tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_warnings(language: str, tmp_path: Path) -> None:
    for name, text in helper_files(NAME).items():
        (tmp_path / name).write_text(text)
    (tmp_path / "user.c").write_text(f'#include "{NAME}.h"\n')
    for source in (f"{NAME}.c", "user.c"):
        call(*LANGUAGES[language], *STRICT, "-O2", "-c", source, "-o", "x.o", cwd=tmp_path)


@pytest.mark.parametrize("machine", ["cortex-m0", "rv32imac", "atmega1284p", "aarch64-linux"])
def test_no_warnings_elsewhere(machine: str, tmp_path: Path) -> None:
    """The C of a target that has other forms, too."""
    compiler = MACHINES[machine].compiler
    target = {"atmega1284p": "avr", "aarch64-linux": "aarch64"}.get(machine, machine)
    three(target, NAME)["digits"].write(tmp_path / "digits.c")
    standard = f"-std={MACHINES[machine].standard}"
    for source in ("digits.c", f"{NAME}.c"):
        call(*compiler, standard, *FLAGS, *WARNINGS, "-c", source, cwd=tmp_path)


def test_a_check_macro_hears_of_positions(tmp_path: Path) -> None:
    """As in C that has its helpers in it; it is defined where these are compiled."""
    three("generic", NAME)["digits"].write(tmp_path / "digits.c")
    (tmp_path / "main.c").write_text(
        '#include "digits.h"\nint heard;\nstatic digits_t net;\nstatic uint8_t out[10];\n'
        "int main(void)\n{\n    const uint16_t events[] = {3, 3, 900};\n    digits_init(&net);\n"
        "    digits_step_events(&net, events, 3, out);\n    return heard == 2 ? 0 : 1;\n}\n"
    )
    (tmp_path / "check.h").write_text(
        "extern int heard;\n#define SNN_HELPERS_CHECK(condition) ((condition) ? 0 : ++heard)\n"
    )
    call("gcc", "-c", "-include", "check.h", f"{NAME}.c", cwd=tmp_path)
    call("gcc", "main.c", "digits.c", f"{NAME}.o", cwd=tmp_path)
    call("./a.out", cwd=tmp_path)
    assert "SNN_HELPERS_CHECK(condition) stands" in (tmp_path / "digits.h").read_text()


def test_packages_have_them(tmp_path: Path) -> None:
    """All sources of two packages in one program: where the file is twice, one is linked."""
    networks = three("generic", NAME)
    sources, includes = [], []
    for name in ("digits", "gestures"):
        snnmlir.write_package(networks[name], "cmake", tmp_path / name)
        sources += sorted((tmp_path / name / "src").glob("*.c"))
        includes.append(f"-I{tmp_path / name / 'include'}")
        assert f"src/{NAME}.c" in (tmp_path / name / "CMakeLists.txt").read_text()
    assert [path.name for path in sources].count(f"{NAME}.c") == 2
    (tmp_path / "main.c").write_text(
        '#include "digits_selftest.h"\n#include "gestures_selftest.h"\n'
        "int main(void)\n{\n    return digits_selftest() + gestures_selftest();\n}\n"
    )
    call("gcc", "-std=c11", *STRICT, *includes, "main.c", *sources, cwd=tmp_path)
    call("./a.out", cwd=tmp_path)


@pytest.mark.parametrize("kind", ["esp-idf", "zephyr"])
def test_packages_name_them(kind: str, tmp_path: Path) -> None:
    snnmlir.write_package(three("generic", NAME)["digits"], kind, tmp_path / "digits")
    lists = {"esp-idf": "CMakeLists.txt", "zephyr": "zephyr/CMakeLists.txt"}
    assert f"src/{NAME}.c" in (tmp_path / "digits" / lists[kind]).read_text()


def test_what_runs_a_network_needs_no_files() -> None:
    """Neither on this machine nor in an emulator; and the same is computed."""
    plain, shared = (three("cortex-m4", helpers)["digits"] for helpers in (None, NAME))
    x = (np.random.default_rng(0).random((9, 64)) < 0.3).astype(np.uint8)
    expected = plain.run(x)
    assert expected.any()
    np.testing.assert_array_equal(shared.run(x), expected)
    found = run_on("qemu:cortex-m4f", shared, [x]).samples[0]["output"]
    np.testing.assert_array_equal(found, expected)


def test_weights_apart_fit_either(tmp_path: Path) -> None:
    """A blob is one of the network, whoever has the helpers."""
    networks = [
        snnmlir.compile(
            EXAMPLES / "digits/digits.nir", dtype="int8", weights_apart=True, helpers=helpers,
            **DIGITS,
        )
        for helpers in (None, NAME)
    ]  # fmt: skip
    assert networks[0].weights == networks[1].weights
    networks[1].write(tmp_path / "digits.c")
    networks[1].check_fits(tmp_path / "digits.c")


def test_the_interface_names_them() -> None:
    plain, shared = (three("generic", helpers)["digits"] for helpers in (None, NAME))
    assert plain.interface["helpers"] is None
    about = shared.interface["helpers"]
    assert (about["name"], about["source"], about["header"]) == (NAME, f"{NAME}.c", f"{NAME}.h")
    assert f"_VERSION {about['version']:#010x}u" in helper_files(NAME)[f"{NAME}.h"]


def test_misra() -> None:
    """Required rules are kept, or have a reason."""
    files = three("cortex-m4", NAME)["digits"].files("digits.c")
    found = deviations({path.name: text.decode() for path, text in files.items()})
    assert found


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.nir"
    nir.write(path, GRAPHS["layer-LIF"])
    return path


def test_the_command(model: Path) -> None:
    output = model.with_name("net.c")
    result = invoke(compile_main, model, "-o", output, "--helpers", "shared")
    assert result.exit_code == 0, result.stderr
    assert '#include "shared.h"' in output.read_text()
    names = sorted(path.name for path in model.parent.iterdir())
    assert names == ["model.nir", "net.c", "net.h", "shared.c", "shared.h"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--helpers", "a-b"], "'a-b' cannot be used in C"),
        (["--helpers", "net"], "the helpers are called 'net' like the network itself"),
        (["--helpers", "Other", "--name", "other"], "called 'Other' like the network itself"),
        (["--helpers", "net_selftest", "--self-test"], "called like 'net_selftest.c'"),
        (["--helpers", "string"], "which C has itself"),
        (["--helpers", "String"], "which C has itself"),
        (["--helpers", "NET_selftest", "--self-test"], "called like 'NET_selftest.c'"),
        (["--helpers", "shared", "--emit", "snn"], "helpers that networks share are C, found"),
    ],
    ids=" ".join,
)
def test_bad_names(arguments: list[str], message: str, model: Path) -> None:
    output = model.with_name("net.c")
    check_refused(compile_main, message, model.parent, model, "-o", output, *arguments)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        *(("net_board", "net_board.c"), ("NET_Board", "NET_Board.c")),
        *(("net_weights", "net_weights.c"), ("Arduino", "Arduino.h")),
    ],
)
def test_a_name_that_a_package_has(name: str, file: str, tmp_path: Path) -> None:
    network = snnmlir.compile(
        GRAPHS["layer-LIF"], dt=1e-4, helpers=name, weights_apart=name == "net_weights"
    )
    with pytest.raises(OptionError, match=f"'{file}' would hide another one"):
        snnmlir.write_package(network, "cmake", tmp_path / "net")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Packages: built and run where the tool is here, else read as the tool would read them."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import kconfiglib
import nir
import numpy as np
import pytest
import yaml

import snnmlir
from commands import call, call_page, emulate
from networks import GRAPHS, affine, graph, neuron
from snnmlir.boards.machines import MACHINES, PLATFORM
from snnmlir.delivery.package import KINDS, PackageInfo, write_package
from snnmlir.errors import OptionError
from test_cli import NAMES, check_refused, invoke
from test_cli import compile_main as main
from test_generated_c import STRICT

C11 = ["-std=c11", *STRICT]
EXPECTED = ["self-test: 0", "decision: 0"]


@functools.cache
def net_and_test(name: str, dtype: str) -> tuple[snnmlir.Network, snnmlir.SelfTest]:
    network = snnmlir.compile(GRAPHS[name], dtype=dtype, dt=1e-4)
    return network, snnmlir.self_test(network)


def write(kind: str, folder: Path, name: str = "branches", dtype: str = "f32") -> Path:
    """A package called brain."""
    network, test = net_and_test(name, dtype)
    folder.mkdir(exist_ok=True)
    write_package(network, kind, folder / "brain", test)
    return folder / "brain"


def texts(package: Path) -> dict[str, str]:
    """All files of a package, by their paths in it."""
    files = sorted(path for path in package.rglob("*") if path.is_file())
    return {path.relative_to(package).as_posix(): path.read_text() for path in files}


@pytest.mark.parametrize("kind", KINDS)
def test_readme_names_all_files(kind: str, tmp_path: Path) -> None:
    package = write(kind, tmp_path)
    readme = (package / "README.md").read_text()
    assert re.findall(r"^- `(\S+)`$", readme, re.M) == list(texts(package))
    if kind == "micropython":
        return
    assert "| `input_left` | `float` | `BRAIN_LEFT_SIZE` | [2, 3] | numbers |" in readme
    assert "| `output_spikes` | `uint8_t` | `BRAIN_SPIKES_SIZE` | [6] | spikes |" in readme
    assert "-ffp-contract=off" in readme
    integers = (write(kind, tmp_path / "int8", dtype="int8") / "README.md").read_text()
    assert (
        "| `int16_t` | `BRAIN_SUM_SIZE` | [6] | integers in units of BRAIN_SUM_SCALE |" in integers
    )
    assert "-ffp-contract=off" not in integers


@pytest.mark.parametrize("kind", KINDS)
def test_same_input_same_bytes(kind: str, tmp_path: Path) -> None:
    contents = []
    for folder in ("a", "b"):
        package = tmp_path / folder / "brain"
        package.parent.mkdir()
        write_package(snnmlir.compile(GRAPHS["layer-LIF"], dt=1e-4), kind, package)
        contents.append(texts(package))
    assert contents[0] == contents[1]


# CMake


CONSUMER = """\
cmake_minimum_required(VERSION 3.21)
project(consumer LANGUAGES C)
{use}
add_executable(program main.c {sources})
target_link_libraries(program PRIVATE brain::brain)
target_compile_options(program PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
"""
USES = {
    "add_subdirectory": "add_subdirectory(brain)",
    "FetchContent": "include(FetchContent)\n"
    "FetchContent_Declare(brain SOURCE_DIR ${CMAKE_CURRENT_SOURCE_DIR}/brain)\n"
    "FetchContent_MakeAvailable(brain)",
}


def configure_and_build(folder: Path, *options: str) -> None:
    call("cmake", "-G", "Ninja", "-S", ".", "-B", "build", *options, cwd=folder)
    call("cmake", "--build", "build", cwd=folder)


@pytest.mark.parametrize("dtype", ["f32", "int8"])
@pytest.mark.parametrize("use", USES)
def test_cmake_in_a_project(use: str, dtype: str, tmp_path: Path) -> None:
    package = write("cmake", tmp_path, dtype=dtype)
    (tmp_path / "CMakeLists.txt").write_text(CONSUMER.format(use=USES[use], sources=""))
    (tmp_path / "main.c").write_text((package / "examples/main.c").read_text())
    configure_and_build(tmp_path, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
    assert call("build/program", cwd=tmp_path).splitlines() == EXPECTED
    commands = json.loads((tmp_path / "build/compile_commands.json").read_text())
    flags = {Path(entry["file"]).name: entry["command"] for entry in commands}
    assert ("-ffp-contract=off" in flags["brain.c"]) == (dtype == "f32")
    assert "-ffp-contract=off" not in flags["main.c"]


def test_cmake_on_its_own(tmp_path: Path) -> None:
    package = write("cmake", tmp_path)
    configure_and_build(package)
    report = call("ctest", "--test-dir", "build", "--verbose", cwd=package)
    assert "self-test: 0" in report
    assert "100% tests passed" in report


TOOLCHAIN = """\
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER {compiler})
set(CMAKE_C_FLAGS_INIT "{flags}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "{link}")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
"""
ON_TARGET = """\
#include "brain_selftest.h"
#include "platform.h"

int main(void)
{
    put_char(brain_selftest() == 0 ? 'y' : 'n');
    put_char('\\n');
    leave(0);
}
"""


def test_cmake_for_a_cortex_m4f(tmp_path: Path) -> None:
    write("cmake", tmp_path)
    target = MACHINES["cortex-m4f"]
    compiler, *flags = target.compiler
    (tmp_path / "toolchain.cmake").write_text(
        TOOLCHAIN.format(
            compiler=compiler, flags=" ".join([*flags, f"-I{PLATFORM}"]), link=" ".join(target.link)
        )
    )
    sources = " ".join(str(PLATFORM / source) for source in target.sources)
    use = USES["add_subdirectory"]
    (tmp_path / "CMakeLists.txt").write_text(CONSUMER.format(use=use, sources=sources))
    (tmp_path / "main.c").write_text(ON_TARGET)
    configure_and_build(tmp_path, "-DCMAKE_TOOLCHAIN_FILE=toolchain.cmake")
    assert emulate(target, tmp_path / "build/program") == ["y"]


# PlatformIO


SYSTEM_CALLS = """\
#include "platform.h"
#include <sys/stat.h>

int _write(int file, const char *text, int size);
int _write(int file, const char *text, int size)
{
    (void)file;
    for (int i = 0; i < size; ++i)
        put_char(text[i]);
    return size;
}

void *_sbrk(ptrdiff_t size);
void *_sbrk(ptrdiff_t size)
{
    static char memory[4096];
    static ptrdiff_t used;
    void *start = memory + used;
    used += size;
    return start;
}

int _fstat(int file, struct stat *status);
int _fstat(int file, struct stat *status)
{
    (void)file;
    status->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int file);
int _isatty(int file)
{
    (void)file;
    return 1;
}
"""
"""What newlib's printf needs."""


def run_on_cortex_m4f(sources: list[Path], flags: list[str], folder: Path) -> list[str]:
    """What the program of these sources prints."""
    target = MACHINES["cortex-m4f"]
    (folder / "calls.c").write_text(SYSTEM_CALLS)
    platform = [PLATFORM / source for source in target.sources]
    call(
        *target.compiler, *C11, "-O2", *flags, f"-I{PLATFORM}", *sources, "calls.c", *platform,
        *target.link, "--specs=nosys.specs", "-o", "program.elf", cwd=folder,
    )  # fmt: skip
    return emulate(target, folder / "program.elf")


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_platformio(dtype: str, tmp_path: Path) -> None:
    """Built as library.json says, for a Cortex-M4F."""
    package = write("platformio", tmp_path, dtype=dtype)
    library = json.loads((package / "library.json").read_text())
    assert library["name"] == "brain"
    build = library["build"]
    assert ("-ffp-contract=off" in build.get("flags", [])) == (dtype == "f32")
    sources = sorted((package / build["srcDir"]).iterdir())
    assert [source.name for source in sources] == ["brain.c", "brain_board.c", "brain_selftest.c"]
    (example,) = library["examples"]
    mains = [package / example["base"] / name for name in example["files"]]
    flags = [f"-I{package / build['includeDir']}", *build.get("flags", [])]
    assert run_on_cortex_m4f([*sources, *mains], flags, tmp_path) == EXPECTED


# CMSIS-Pack


def restricted(text: str | None) -> bool:
    """What may be a part of a file's name in PACK.xsd."""
    return bool(re.fullmatch(r"[-_A-Za-z0-9]+", text or ""))


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_cmsis_pack(dtype: str, tmp_path: Path) -> None:
    """The component's files, built with its headers and its template, for a Cortex-M4F."""
    package = write("cmsis-pack", tmp_path, dtype=dtype)
    root = ElementTree.parse(package / "snn-mlir-compile.brain.pdsc").getroot()
    assert root.tag == "package"
    assert re.fullmatch(r"\d+\.\d+\.\d+", root.attrib["schemaVersion"])
    assert [child.tag for child in root] == [
        "vendor", "name", "description", "url", "releases", "keywords", "components",
    ]  # fmt: skip
    vendor, name = root.findtext("vendor"), root.findtext("name")
    assert (vendor, name) == ("snn-mlir-compile", "brain")
    assert restricted(vendor)
    assert restricted(name)
    (component,) = root.iterfind("components/component")
    identity = [component.attrib[part] for part in ("Cclass", "Cgroup", "Csub", "Cversion")]
    assert identity == ["Machine Learning", "Spiking Network", "brain", "1.0.0"]
    assert all(len(part) <= 32 for part in identity)
    (release,) = root.iterfind("releases/release")
    assert release.attrib["version"] == identity[-1]
    files = [file.attrib for file in component.iterfind("files/file")]
    assert sorted(file["name"] for file in files) == sorted(
        set(texts(package)) - {"snn-mlir-compile.brain.pdsc"}
    )
    headers = {(package / file["name"]).parent for file in files if file["category"] == "header"}
    sources = [package / file["name"] for file in files if file["category"] == "source"]
    templates = [file["name"] for file in files if file.get("attr") == "template"]
    assert templates == ["examples/main.c"]
    flags = [f"-I{folder}" for folder in headers]
    assert run_on_cortex_m4f(sources, flags, tmp_path) == EXPECTED


def test_cmsis_pack_says_whose_it_is(tmp_path: Path) -> None:
    network, test = net_and_test("branches", "f32")
    about = PackageInfo(
        "2.1.0", "Zoë & O'Neil <z&o@example.org>", "MIT", "https://example.org/?a&b"
    )
    write_package(network, "cmsis-pack", tmp_path / "brain", test, about)
    root = ElementTree.parse(tmp_path / "brain/Zo_O_Neil.brain.pdsc").getroot()
    assert restricted(root.findtext("vendor"))
    assert root.findtext("vendor") == "Zo_O_Neil"
    assert root.findtext("supportContact") == "mailto:z&o@example.org"
    assert root.findtext("url") == "https://example.org/?a&b"
    (license_,) = root.iterfind("licenseSets/licenseSet/license")
    assert license_.attrib == {"name": "README.md", "title": "MIT", "spdx": "MIT"}
    assert "license MIT" in (tmp_path / "brain/README.md").read_text()


def test_names_that_a_component_cannot_have(tmp_path: Path) -> None:
    name = "a" * 33
    network, test = net_and_test("branches", "f32")
    with pytest.raises(OptionError, match="has up to 32 characters"):
        write_package(network, "cmsis-pack", tmp_path / name, test)
    write_package(network, "cmake", tmp_path / name, test)


# MicroPython; test_micropython.py builds it, and runs it.


def test_micropython_readme(tmp_path: Path) -> None:
    readme = (write("micropython", tmp_path) / "README.md").read_text()
    assert "output_spikes, output_sum = net.step(input_left, input_right)" in readme
    assert '| `input_left` | `"f"` | `LEFT_SIZE` | [2, 3] | numbers |' in readme
    assert "-ffp-contract=off" in readme
    integers = (write("micropython", tmp_path / "int8", dtype="int8") / "README.md").read_text()
    assert '| `"h"` | `SUM_SIZE` | [6] | integers in units of brain.SUM_SCALE |' in integers
    assert "-ffp-contract=off" not in integers
    assert "_board" not in readme


def test_micropython_of_events(tmp_path: Path) -> None:
    """Only where all that is taken is spikes."""
    network = snnmlir.compile(GRAPHS["layer-LIF"], dt=1e-4, input_type="spikes")
    write_package(network, "micropython", tmp_path / "brain")
    assert "step_events" in (tmp_path / "brain/README.md").read_text()
    assert "step_events" not in "".join(texts(write("micropython", tmp_path / "f32")).values())


@pytest.mark.parametrize(
    ("variables", "message"),
    [([], "where is MicroPython's source"), (["MPY_DIR=."], "for which machine")],
)
def test_micropython_makefile_asks(variables: list[str], message: str, tmp_path: Path) -> None:
    package = write("micropython", tmp_path)
    with pytest.raises(AssertionError, match=message):
        call("make", *variables, cwd=package)


@pytest.mark.parametrize("name", ["network", "array", "uos", "lambda"])
def test_names_that_micropython_has(name: str, tmp_path: Path) -> None:
    network, test = net_and_test("branches", "f32")
    with pytest.raises(OptionError, match=f"'import {name}' would find no module"):
        write_package(network, "micropython", tmp_path / name, test)


def test_micropython_has_no_sections(tmp_path: Path) -> None:
    network = snnmlir.compile(GRAPHS["layer-LIF"], dt=1e-4, places={"fc": ".fast_data"})
    with pytest.raises(OptionError, match="have no sections"):
        write_package(network, "micropython", tmp_path / "brain")


def test_micropython_shares_no_helpers(tmp_path: Path) -> None:
    network = snnmlir.compile(GRAPHS["layer-LIF"], dt=1e-4, helpers="shared")
    with pytest.raises(OptionError, match="shares no helpers"):
        write_package(network, "micropython", tmp_path / "brain")


# Arduino


ARDUINO_H = """\
#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
extern "C" void put_char(char c);

struct Printer {
    void begin(long) {}
    void print(const char *text) { while (*text != 0) put_char(*text++); }
    template <typename Number> void println(Number number)
    {
        char text[12];
        ltoa((long)number, text, 10);
        print(text);
        put_char('\\n');
    }
};
static Printer Serial;
"""
ARDUINO_MAIN = """\
int main()
{
    setup();
    loop();
    cli();
    sleep_mode();
}
"""


def properties(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_arduino(dtype: str, tmp_path: Path) -> None:
    """The library in C, the sketch in C++ as Arduino's builder makes it, for an AVR."""
    package = write("arduino", tmp_path, dtype=dtype)
    compiler = list(MACHINES["atmega1284p"].compiler)
    library = [*compiler, *C11, "-Os", "-I", package / "src"]
    call(*library, "-c", *sorted((package / "src").glob("*.c")), cwd=tmp_path)
    sketch = (package / "examples/brain/brain.ino").read_text()
    (tmp_path / "Arduino.h").write_text(ARDUINO_H)
    (tmp_path / "sketch.cpp").write_text(f"#include <Arduino.h>\n{sketch}\n{ARDUINO_MAIN}")
    call(
        "avr-g++", *compiler[1:], "-std=gnu++11", *STRICT, "-Os", "-I.", "-I", package / "src",
        "-c", "sketch.cpp", cwd=tmp_path,
    )  # fmt: skip
    platform = PLATFORM / "avr/platform.c"
    call(
        *compiler, f"-I{PLATFORM}", "-Os", "sketch.o", "brain.o", "brain_selftest.o", platform,
        *MACHINES["atmega1284p"].link, "-o", "program.elf", cwd=tmp_path,
    )  # fmt: skip
    lines = emulate(MACHINES["atmega1284p"], tmp_path / "program.elf")
    assert [line for line in lines if ": " in line][-2:] == EXPECTED


def test_arduino_library_properties(tmp_path: Path) -> None:
    """The fields that Arduino's library specification, revision 2.2, asks for."""
    package = write("arduino", tmp_path)
    fields = properties(package / "library.properties")
    required = {"name", "version", "author", "maintainer", "sentence", "paragraph", "category"}
    assert required | {"url", "architectures"} <= set(fields)
    assert all(fields.values())
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9 _.-]{0,62}", fields["name"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", fields["version"])
    assert fields["category"] == "Data Processing"
    assert (package / "src" / fields["includes"]).is_file()


# Zephyr and ESP-IDF


def recorded(lists: Path, commands: list[str], folder: Path, *before: str) -> dict[str, list[str]]:
    """The arguments of commands in a CMakeLists.txt, which CMake itself reads."""
    script = "".join(f"{line}\n" for line in before)
    for command in commands:
        script += f'function({command})\n  message(NOTICE "{command};${{ARGN}}")\nendfunction()\n'
    (folder / "read.cmake").write_text(f"{script}include({lists})\n")
    lines = call("cmake", "-P", "read.cmake", cwd=folder).splitlines()
    return {name: arguments for name, *arguments in (line.split(";") for line in lines)}


ZEPHYR_COMMANDS = [
    "zephyr_library_named",
    "zephyr_library_sources",
    "zephyr_library_compile_options",
    "zephyr_include_directories",
]


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_zephyr(dtype: str, tmp_path: Path) -> None:
    """Module, Kconfig and sample fit each other; what CMake is told compiles and runs."""
    package = write("zephyr", tmp_path, dtype=dtype)
    module = yaml.safe_load((package / "zephyr/module.yml").read_text())
    assert module["name"] == "brain"
    lists = package / module["build"]["cmake"] / "CMakeLists.txt"
    symbols = kconfiglib.Kconfig(package / module["build"]["kconfig"])
    assert recorded(lists, ZEPHYR_COMMANDS, tmp_path) == {}
    (samples,) = module["samples"]
    sample = package / samples / "brain"
    configuration = sample / "prj.conf"
    assert "CONFIG_SNN_BRAIN=y" in configuration.read_text().splitlines()
    symbols.load_config(configuration)
    assert symbols.syms["SNN_BRAIN"].str_value == "y"
    found = recorded(lists, ZEPHYR_COMMANDS, tmp_path, "set(CONFIG_SNN_BRAIN y)")
    assert found["zephyr_library_named"] == ["brain_network"]
    assert found.get("zephyr_library_compile_options") == (
        ["-ffp-contract=off"] if dtype == "f32" else None
    )
    assert {Path(name).name for name in found["zephyr_library_sources"]} == {
        "brain.c",
        "brain_selftest.c",
        "brain_board.c",
    }
    kernel = tmp_path / "zephyr/kernel.h"
    kernel.parent.mkdir()
    kernel.write_text("#include <stddef.h>\n#include <stdio.h>\n#define printk printf\n")
    include = f"-I{found['zephyr_include_directories'][0]}"
    sources = [*found["zephyr_library_sources"], sample / "src/main.c"]
    call("gcc", *C11, include, f"-I{tmp_path}", *sources, "-o", "program", cwd=tmp_path)
    assert call("./program", cwd=tmp_path).splitlines() == EXPECTED
    tests = yaml.safe_load((sample / "sample.yaml").read_text())["tests"]
    (regex,) = tests["sample.snn.brain"]["harness_config"]["regex"]
    assert re.search(regex, EXPECTED[0])


def test_zephyr_sample_names_the_module(tmp_path: Path) -> None:
    package = write("zephyr", tmp_path)
    commands = ["cmake_minimum_required", "find_package", "project", "target_sources"]
    lists = package / "samples/brain/CMakeLists.txt"
    here = f"set(CMAKE_CURRENT_SOURCE_DIR {lists.parent})"
    found = recorded(lists, commands, tmp_path, here)
    assert found["find_package"][0] == "Zephyr"
    assert (lists.parent / found["target_sources"][-1]).is_file()
    (module,) = re.findall(r"ZEPHYR_EXTRA_MODULES \S+?}(/\S+)\)", lists.read_text())
    assert (Path(f"{lists.parent}{module}") / "zephyr/module.yml").is_file()


@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_esp_idf(dtype: str, tmp_path: Path) -> None:
    """What the component registers compiles, and runs with the example."""
    package = write("esp-idf", tmp_path, dtype=dtype)
    manifest = yaml.safe_load((package / "idf_component.yml").read_text())
    assert manifest["version"] == "1.0.0"
    commands = ["idf_component_register", "target_compile_options"]
    before = "set(COMPONENT_LIB brain)"
    found = recorded(package / "CMakeLists.txt", commands, tmp_path, before)
    assert found["idf_component_register"] == [
        "SRCS", "src/brain.c", "src/brain_selftest.c", "src/brain_board.c",
        "INCLUDE_DIRS", "include",
    ]  # fmt: skip
    assert found.get("target_compile_options") == (
        ["brain", "PRIVATE", "-ffp-contract=off"] if dtype == "f32" else None
    )
    example = package / "examples/brain"
    component = recorded(example / "main/CMakeLists.txt", commands, tmp_path)
    assert component == {"idf_component_register": ["SRCS", "main.c"]}
    (extra,) = re.findall(
        r"EXTRA_COMPONENT_DIRS \S+?}(/\S+)\)", (example / "CMakeLists.txt").read_text()
    )
    assert (Path(f"{example}{extra}") / "idf_component.yml").is_file()
    start = "void app_main(void);\nint main(void) { app_main(); return 0; }\n"
    (tmp_path / "start.c").write_text(start)
    sources = [package / name for name in found["idf_component_register"][1:4]]
    call(
        "gcc", *C11, f"-I{package}/include", *sources, example / "main/main.c", "start.c",
        "-Wno-missing-prototypes", "-o", "program", cwd=tmp_path,
    )  # fmt: skip
    assert call("./program", cwd=tmp_path).splitlines() == EXPECTED


# Examples, names and errors


@pytest.mark.parametrize("name", ["layer-LI", "scalar", "convolutions", "layer-LIF"])
@pytest.mark.parametrize("dtype", ["f32", "f64", "int8"])
def test_example_for_all_kinds_of_ports(name: str, dtype: str, tmp_path: Path) -> None:
    package = write("cmake", tmp_path, name, dtype)
    sources = [*package.glob("src/*.c"), package / "examples/main.c"]
    for compiler in ("gcc", "clang-22"):
        command = (compiler, *C11, f"-I{package}/include", *sources, "-o", "program")
        call(*command, cwd=tmp_path)
        first, second = call("./program", cwd=tmp_path).splitlines()
        assert first == "self-test: 0"
        assert re.fullmatch(r"decision: \d+", second)


HOSTILE = [
    *NAMES,
    "{{ 7 * 7 }}",
    "{% raw %}",
    "#define main",
    "../../up",
    "$(touch x)",
    "${x}",
    "`x`",
]


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_node_names(kind: str, tmp_path: Path) -> None:
    """Nodes, inputs and outputs with names that mean something in C, CMake, YAML or templates."""
    rng = np.random.default_rng(0)
    nodes: dict[str, nir.NIRNode] = {}
    edges = []
    for name in HOSTILE:
        nodes[f"{name}<"] = nir.Input(input_type={"input": np.array([2])})
        nodes[f"{name}w"] = affine(2, 2, rng)
        nodes[name] = neuron("LIF", 2, rng)
        nodes[f"{name}>"] = nir.Output(output_type={"output": np.array([2])})
        edges += [(f"{name}<", f"{name}w"), (f"{name}w", name), (name, f"{name}>")]
    network = snnmlir.compile(graph(nodes, *edges), dt=1e-4)
    package = tmp_path / "brain"
    write_package(network, kind, package)
    found = texts(package)
    assert list(found) == list(texts(write(kind, tmp_path / "plain")))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["brain", "plain"]
    for path, text in found.items():
        assert text.isascii()
        if not path.endswith(("/brain.c", "/brain.h")):  # whose comments have escaped names
            assert not any(name in text for name in HOSTILE if len(name) > 3)
    includes = [f"-I{package}/{KINDS[kind].headers}", f"-I{tmp_path}"]
    # MicroPython's own header is elsewhere.
    sources = set(package.glob("src/*.c")) - set(package.glob("src/*_module.c"))
    call("gcc", *C11, *includes, "-fsyntax-only", *sources, cwd=tmp_path)


def test_command(tmp_path: Path) -> None:
    model, package = tmp_path / "model.nir", tmp_path / "my brain"
    nir.write(model, GRAPHS["layer-LIF"])
    result = invoke(main, model, "-o", package, "--package", "cmake", "--dt", "1e-4")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "self-test: 32 steps" in result.stderr
    assert {path for path in texts(package) if path.endswith((".c", ".h"))} == {
        "examples/main.c",
        "include/my_brain.h",
        "include/my_brain_board.h",
        "include/my_brain_selftest.h",
        "src/my_brain.c",
        "src/my_brain_board.c",
        "src/my_brain_selftest.c",
    }
    assert package.stat().st_mode == tmp_path.joinpath("my brain/src").stat().st_mode
    empty = tmp_path / "empty"
    empty.mkdir()
    data = tmp_path / "x.npy"
    np.save(data, np.ones((7, 5)))
    arguments = ("--package", "zephyr", "--name", "other", "--self-test", data)
    result = invoke(main, model, "-o", empty, *arguments)
    assert "self-test: 7 steps" in result.stderr
    assert (empty / "src/other_selftest.c").exists()


@pytest.mark.parametrize(
    ("output", "arguments", "message"),
    [
        (
            "full",
            ["--package", "cmake"],
            r"full' is not empty: it has 'a', 'b', 'c', \.\.\.\n",
        ),
        ("file", ["--package", "cmake"], "file' is a file, expected a folder"),
        ("new", ["--package", "npm"], "unknown package 'npm'\n  help: use one of cmake, arduino"),
        ("new.c", ["--package", "cmake"], "'new.c' is the name of a file"),
        ("none/new", ["--package", "cmake"], "No such file or directory"),
        (
            "math",
            ["--package", "cmake"],
            "header 'math.h' would hide another one\n  help: choose",
        ),
        ("new", ["--package", "cmake", "--emit", "snn"], "a package has C, found --emit snn"),
        ("new", ["--package", "cmake", "--self-test", "no.npy"], "'no.npy': No such file"),
    ],
)
def test_bad_options(output: str, arguments: list[str], message: str, tmp_path: Path) -> None:
    model = tmp_path / "model.nir"
    nir.write(model, GRAPHS["layer-LIF"])
    (tmp_path / "full").mkdir()
    for name in "abcd":
        (tmp_path / "full" / name).write_text("mine")
    (tmp_path / "file").write_text("mine")
    check_refused(main, message, tmp_path, model, "-o", tmp_path / output, *arguments)


def test_about(tmp_path: Path) -> None:
    """What the package says of itself, where its tool looks for it."""
    model = tmp_path / "model.nir"
    nir.write(model, GRAPHS["layer-LIF"])
    given = ("--package-version", "2.0.1", "--author", "Ann Lee <ann@example.org>",
             "--license", "MIT", "--url", "https://example.org/brain")  # fmt: skip
    for kind in KINDS:
        package = tmp_path / kind
        invoke(
            main, model, "-o", package, "--name", "brain", "--dt", "1e-4", "--package", kind, *given
        )
        readme = (package / "README.md").read_text()
        about = (
            "Version 2.0.1, by Ann Lee <ann@example.org>, license MIT, https://example.org/brain."
        )
        assert about in readme.splitlines()
    fields = properties(tmp_path / "arduino/library.properties")
    found = [fields[name] for name in ("version", "author", "maintainer", "url")]
    assert found == ["2.0.1", given[3], given[3], given[7]]
    library = json.loads((tmp_path / "platformio/library.json").read_text())
    assert library["authors"] == [{"name": "Ann Lee", "email": "ann@example.org"}]
    found = [library[name] for name in ("version", "license", "homepage")]
    assert found == ["2.0.1", "MIT", given[7]]
    manifest = yaml.safe_load((tmp_path / "esp-idf/idf_component.yml").read_text())
    found = [manifest[name] for name in ("version", "maintainers", "license", "url")]
    assert found == ["2.0.1", [given[3]], "MIT", given[7]]
    lists = (tmp_path / "cmake/CMakeLists.txt").read_text()
    assert "VERSION 2.0.1 HOMEPAGE_URL" in lists
    configure_and_build(tmp_path / "cmake")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("version", "1.0", "'1.0' is not the version of a package"),
        ("version", "1.0.01", "three numbers, such as 1.0.0"),
        ("author", "", "'' is not the author of a package"),
        ("author", "Ann <ann>", "such as 'Ann Lee <ann@example.org>'"),
        ("author", "Ann\nurl=x", "is not the author"),
        ("license", "mine", "'mine' is not a license as SPDX names them"),
        ("license", "MIT OR", "use an identifier such as MIT"),
        ("url", "example.org", "'example.org' is not the url of a package"),
        ("url", 'https://example.org/"${x}', "such as https://"),
    ],
)
def test_bad_about(field: str, value: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(OptionError) as error:
        PackageInfo(**{field: value})
    assert message in str(error.value)
    flag = {"version": "--package-version"}.get(field, f"--{field}")
    check_refused(
        main, re.escape(message), tmp_path, "model.nir", "-o", tmp_path / "new",
        "--package", "cmake", flag, value,
    )  # fmt: skip


def test_about_is_for_packages(tmp_path: Path) -> None:
    message = "--author is for a package, and there is none\n  help: add --package KIND"
    check_refused(
        main, message, tmp_path, "model.nir", "-o", tmp_path / "model.c", "--author", "Ann"
    )


def test_current_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be another folder afterwards, for the shell in it."""
    network, test = net_and_test("layer-LIF", "f32")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match=r"'\.' is the current folder"):
        write_package(network, "cmake", ".", test)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "README.md":
            raise OSError(28, "No space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write("cmake", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_commands_of_the_page(repo_root: Path, tmp_path: Path) -> None:
    """The shell commands of docs/packages.md, one after the other, print what the page says."""
    page = (repo_root / "docs/packages.md").read_text()
    blocks = re.findall(r"^```(sh|text)\n(.*?)^```", page, re.M | re.S)
    script = "set -e\n"
    expected = []
    for language, text in blocks:
        if language == "sh":
            script += f"{text}echo ==\n"
            expected.append("")
        else:
            expected[-1] = text
    printed = call_page(script, cwd=repo_root, folder=tmp_path).split("==\n")
    assert len(printed) == len(expected) + 1
    for found, text in zip(printed, expected, strict=False):
        assert text in found

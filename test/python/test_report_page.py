# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reports as pages, in headless Chromium: what they show, compute and let through."""

from __future__ import annotations

import base64
import functools
import itertools
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest

import snnmlir
from networks import GRAPHS, affine, graph, neuron, ports, random_input
from snnmlir.cli.check import main as check_main
from snnmlir.cli.run import main as run_main
from snnmlir.conventions import CHOICES, Convention
from snnmlir.errors import CompileError, OptionError
from snnmlir.execution.webassembly import build_binary
from snnmlir.reports import verify
from snnmlir.reports.check import check
from snnmlir.reports.page import words
from snnmlir.reports.page.activity import MOST_BYTES, MOST_ROWS, MOST_STEPS
from snnmlir.reports.page.packing import pack_spikes
from snnmlir.reports.page.page import graph_page
from test_cli import check_refused, compile_main, invoke

EXAMPLES = Path(__file__).parents[2] / "examples"
DIGITS = EXAMPLES / "digits"
OPTIONS = {"digits": "snntorch", "gestures": "snntorch-default"}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")


# --- Chromium -------------------------------------------------------------------------------------


class Opened:
    """A page in the browser, and all that it said and asked for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def ask(self, script: str, argument: object = None) -> Any:
        return self.page.evaluate(script, argument)


def wait_for(frame: Any, condition: str) -> None:
    """As `frame.wait_for_function`, which looks again by eval: that the page forbids."""
    for _ in range(600):
        if frame.evaluate(f"Boolean({condition})"):
            return
        frame.wait_for_timeout(50)
    raise AssertionError(f"{condition} did not come true")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


Open = Callable[..., Opened]


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page's text; it has to load without an error, and to ask for nothing but itself."""
    contexts = []

    def open_page(html: str, **options: Any) -> Opened:
        contexts.append(browser.new_context(**options))
        found = Opened(contexts[-1].new_page())
        path = tmp_path / f"page-{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        found.page.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            found.ask("window.snnReport && snnReport.ready")
        assert found.said == []
        assert found.asked == [path.as_uri()]
        return found

    yield open_page
    for context in contexts:
        context.close()


# --- Networks -------------------------------------------------------------------------------------


def example(name: str, dtype: str) -> snnmlir.Network:
    return snnmlir.compile(
        EXAMPLES / name / f"{name}.nir",
        dtype=dtype,
        convention=OPTIONS[name],
        dt=1e-4,
        input_type="spikes",
    )


@functools.cache
def example_input(name: str) -> np.ndarray:
    if name == "digits":
        with np.load(DIGITS / "recorded.npz") as recorded:
            return recorded["input"][:2]
    from gestures import gestures

    return gestures(2, seed=1)[0]


@functools.cache
def digits_page() -> snnmlir.HtmlReport:
    page = snnmlir.report(example("digits", "int8"), example_input("digits"), verify=True)
    assert isinstance(page, snnmlir.HtmlReport)
    return page


def outputs_of(page: Opened, run: int = 0) -> list[bytes]:
    """What the network in the page makes of one of its runs, as the bytes of the C's arrays."""
    texts = page.ask(
        """(index) => {
            const { machine, data } = snnReport;
            const run = data.runs[index];
            return machine.run(inputsOf(run, machine), run.steps).map(
                (array) => btoa(String.fromCharCode(...new Uint8Array(array.buffer))));
        }""",
        run,
    )
    return [base64.b64decode(text) for text in texts]


# --- What it shows --------------------------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"color_scheme": "dark"},
        {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
    ],
    ids=["light", "dark", "phone"],
)
def test_the_page_has_all_its_parts(options: dict[str, Any], opened: Open) -> None:
    shown = opened(digits_page().html, **options)
    ids = shown.ask("[...document.querySelectorAll('main > section')].map((each) => each.id)")
    assert ids == ["graph", "activity", "run", "cost", "fidelity", "convention", "layers"]
    names = ["input", "fc1", "lif1", "fc2", "lif2", "output"]
    assert shown.page.locator("#drawing a .name").all_text_contents() == [f"{n} " for n in names]
    assert shown.ask("document.querySelectorAll('#drawing .edge').length") == len(names) - 1
    assert [text.split()[0] for text in shown.page.locator("article h3").all_inner_texts()] == names
    # the input, and for each layer spikes and voltages
    assert shown.page.locator("#activity .plot canvas").count() == 5
    # nothing is wider than the window
    assert shown.ask("document.documentElement.scrollWidth <= innerWidth")


@needs_chromium
def test_without_scripts_there_are_tables_and_code(opened: Open) -> None:
    shown = opened(digits_page().html, java_script_enabled=False)
    text = shown.page.locator("#layers").inner_text()
    assert "u = decay[n] * v" in text
    assert "τ dv/dt = v_leak − v + r x" in text
    assert "static SNN_LAYER void digits_lif1(" in text
    assert shown.page.locator("#cost tr[data-node]").count() == 4


@needs_chromium
def test_numbers_are_those_of_the_json_report(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("data.npy", example_input("digits"))
    for name in ("report.json", "report.html"):
        result = invoke(
            compile_main, DIGITS / "digits.nir", "-o", "digits.c", "--report", name,
            "--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes",
            "--dtype", "int8", "--calibrate", "data.npy", "--verify", "data.npy",
            "--compare", "nir", "--cc", "gcc -Os",
        )  # fmt: skip
        assert result.exit_code == 0, result.output
    known = json.loads(Path("report.json").read_text())
    assert {key for key, value in known.items() if value is None} == {"search", "measured"}
    shown = opened(Path("report.html").read_text())
    assert shown.ask("snnReport.data.report") == known

    def number(text: str) -> int:
        return int(re.sub(r"\D", "", text) or 0)

    rows = shown.ask(
        """[...document.querySelectorAll("tr[data-node]")].map((row) =>
            [row.dataset.node, ...[...row.cells].slice(1).map((cell) => cell.textContent)])"""
    )
    layers = known["resources"]["layers"]
    assert [[row[0], *map(number, row[1:5]), number(row[6])] for row in rows] == [
        [
            layer["node"],
            *(layer[f"{part}_bytes"] for part in ("constant", "state", "scratch")),
            *(sum(layer[count].values()) for count in ("least", "most")),
        ]
        for layer in layers
    ]
    for row, layer in zip(rows, layers, strict=True):  # on the data: between the two
        least, seen, most = (number(text) for text in row[4:7])
        assert least <= seen <= most, layer
    resources, footprint = known["resources"], known["footprint"]
    memory = shown.ask(
        """[...document.querySelectorAll("#cost h3 + div table tbody tr")]
            .filter((row) => row.cells.length == 6)
            .map((row) => [row.cells[0].textContent, row.cells[2].textContent])"""
    )
    assert memory == [[use["name"], use["use"]] for use in resources["memory"]]
    figures = {
        "flash": resources["constant_bytes"] + footprint["code_bytes"],
        "ram": resources["memory_bytes"] + footprint["stack_bytes"],
    }
    for name, expected in figures.items():
        assert number(shown.page.locator(f"[data-figure={name}]").inner_text()) == expected
    text = shown.page.locator("#fidelity").inner_text()
    for part in (known["fidelity"], known["comparison"]):
        for layer in part["layers"]:
            for key in ("jaccard", "correlation", "rate_distance", "voltage_error"):
                assert key not in layer or f"{layer[key]:.4f}" in text
    for sentence in known["verification"]["outcome"]:
        assert sentence[1:] in text
    assert sum(known["verification"]["outcome"][0].count(word) for word in ("64 steps",)) == 1


def test_rates_are_counted(tmp_path: Path) -> None:
    network = example("digits", "f32")
    x = example_input("digits")
    page = snnmlir.report(network, x).html
    spikes = np.concatenate([network.record(each, ["lif1"])["lif1"] for each in x])
    row = next(line for line in page.splitlines() if ">lif1</a></th><td>LIF</td>" in line)
    assert f'<td class="n">{spikes.sum():,}</td><td class="n">{spikes.mean():.4f}</td>' in row


@needs_chromium
def test_a_recording_is_compared(opened: Open, tmp_path: Path) -> None:
    with np.load(DIGITS / "recorded.npz") as recorded:
        one = {"input": recorded["input"][0], "output": recorded["lif2"][0]}
    np.savez(tmp_path / "one.npz", **one)
    arguments = (
        DIGITS / "digits.nir", "-o", tmp_path / "d.c", "--report", tmp_path / "r.html",
        "--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes",
        "--verify", tmp_path / "one.npz",
    )  # fmt: skip
    assert invoke(compile_main, *arguments).exit_code == 0
    shown = opened((tmp_path / "r.html").read_text())
    assert "Verified: equal to the recording, 32 steps, 320 entries" in (
        shown.page.locator("#fidelity").inner_text()
    )
    assert shown.page.locator(".figures .good dd").inner_text() == "a recording"


def test_a_recording_in_python() -> None:
    with np.load(DIGITS / "recorded.npz") as recorded:
        runs = [{name: recorded[name][k] for name in ("input", "lif1", "lif2")} for k in (0, 1)]
    page = snnmlir.report(example("digits", "f32"), recording=runs)
    entries = 2 * 32 * (128 + 10)
    assert f"Verified: equal to the recording, 64 steps, {entries} entries" in page.html
    integers = snnmlir.report(example("digits", "int8"), recording=runs[0]).html
    assert re.search(r"Compared with the recording, int8 gives \d+ of 4416 other entries", integers)
    runs[1]["lif2"] = 1 - runs[1]["lif2"]
    with pytest.raises(CompileError, match="the C and the recording differ in 320 of"):
        snnmlir.report(example("digits", "f32"), recording=runs)


@needs_chromium
def test_zooming_one_plot_zooms_all(opened: Open) -> None:
    shown = opened(digits_page().html)
    ranges = "snnReport.linked[0].plots.map((plot) => [plot.scales.x.min, plot.scales.x.max])"
    whole = shown.ask(ranges)
    assert whole == [[-0.5, 31.5]] * 5
    shown.page.locator("#activity .plot").nth(1).focus()
    shown.page.keyboard.press("+")
    assert shown.ask(ranges) == [[7.5, 23.5]] * 5
    shown.page.keyboard.press("ArrowRight")
    assert shown.ask(ranges) == [[11.5, 27.5]] * 5
    shown.page.get_by_role("button", name="Zoom out").click()
    shown.page.get_by_role("button", name="All steps").click()
    assert shown.ask(ranges) == whole
    over = shown.page.locator("#activity .u-over").nth(2)
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    shown.page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 9)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 9)
    shown.page.mouse.up()
    dragged = shown.ask(ranges)
    assert dragged == [dragged[0]] * 5
    assert dragged[0] == pytest.approx([7.5, 15.5], abs=0.3)


@needs_chromium
def test_rasters_have_every_spike(opened: Open) -> None:
    network = example("digits", "int8")
    x = example_input("digits")
    shown = opened(digits_page().html)
    for run, each in enumerate(x):
        expected = network.record(each, ["lif1"])["lif1"]
        places = shown.ask(
            "(k) => placesOf(snnReport.data.runs[k].layers.find((l) => l.node === 'lif1').spikes)",
            run,
        )
        assert places == np.flatnonzero(expected).tolist()


def test_counts_are_packed_as_repeated_places() -> None:
    packed = pack_spikes(np.array([[0, 2, 0], [0, 0, 1]]))
    assert base64.b64decode(packed["data"]) == bytes([1, 0, 4])
    far = pack_spikes(np.array([[0] * 300 + [1]]))
    assert base64.b64decode(far["data"]) == bytes([300 & 127 | 128, 300 >> 7])


@needs_chromium
def test_much_data_is_cut_and_the_page_says_so(opened: Open) -> None:
    size = 3 * MOST_ROWS
    source = graph(
        {
            "input": nir.Input(input_type={"input": np.array([size])}),
            "lif": neuron("LIF", size, np.random.default_rng(0)),
            "output": nir.Output(output_type={"output": np.array([size])}),
        },
        ("input", "lif"),
        ("lif", "output"),
    )
    network = snnmlir.compile(source, dt=1e-4, input_type="spikes")
    x = np.random.default_rng(0).random((MOST_STEPS + 9, size)) < 0.01
    page = snnmlir.report(network, [x] * 9)
    assert len(page.html) < 9e6
    shown = opened(page.html)
    assert f"the first {MOST_STEPS} steps" in shown.page.locator("#activity > p").inner_text()
    assert shown.page.locator("#activity select option").count() < 9
    layer = shown.ask("snnReport.data.runs[0].layers[1]")
    assert (layer["every"], layer["shown"]) == (3, MOST_ROWS)
    assert shown.ask("snnReport.compared.differing") == 0


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(scheme: str, browser: Any, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "page.html"
    digits_page().save(path)
    page = browser.new_context(bypass_csp=True, color_scheme=scheme).new_page()
    page.goto(path.as_uri())
    page.evaluate("snnReport.ready")
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    found = Axe().run(page).response
    assert len(found["passes"]) > 30
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    page.context.close()


def test_large_outputs_are_cut() -> None:
    size = MOST_BYTES // 100
    shape = np.array([size])
    source = graph(
        {
            "input": nir.Input(input_type={"input": shape}),
            "scale": nir.Scale(np.full(size, 0.5)),
            "output": nir.Output(output_type={"output": shape}),
        },
        ("input", "scale"),
        ("scale", "output"),
    )
    network = snnmlir.compile(source, dt=1e-4)
    page = snnmlir.report(network, np.ones((20, size), np.float32)).html
    assert "the first 9 steps" in page
    assert len(page) < 2 * MOST_BYTES


# --- The network in it ----------------------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize("dtype", ["f32", "int8"])
@pytest.mark.parametrize("name", ["digits", "gestures"])
def test_the_page_computes_what_the_command_does(
    name: str, dtype: str, opened: Open, tmp_path: Path
) -> None:
    x = example_input(name)
    np.save(tmp_path / "x.npy", x)
    result = invoke(
        run_main, EXAMPLES / name / f"{name}.nir", tmp_path / "x.npy", "-o", tmp_path / "y.npz",
        "--convention", OPTIONS[name], "--dt", "1e-4", "--input-type", "spikes", "--dtype", dtype,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    with np.load(tmp_path / "y.npz") as found:
        expected = found["output"]
    assert expected.any()
    network = example(name, dtype)
    shown = opened(snnmlir.report(network, x).html)
    for run in range(len(x)):
        assert outputs_of(shown, run) == [expected[run].tobytes()]
    assert shown.ask("snnReport.compared") == {"entries": expected.size, "differing": 0}
    assert "gave the same outputs" in shown.page.locator("[data-play=compared]").inner_text()


@needs_chromium
@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("layer-LI", "f32"),
        ("layer-CubaLIF", "f64"),
        ("recurrent-CubaLIF", "int8"),
        ("branches", "int16"),
        ("convolutions", "int4"),
        ("convolutions", "f32"),
        ("delayed-loop", "f64"),
        ("scalar", "f32"),
    ],
)
def test_the_page_computes_values_bit_for_bit(name: str, dtype: str, opened: Open) -> None:
    network = snnmlir.compile(GRAPHS[name], dtype=dtype, dt=1e-4)
    x = random_input(GRAPHS[name], 25)
    shown = opened(snnmlir.report(network, x).html)
    expected = network.executable.run_integers(network.executable.quantized(x))
    assert outputs_of(shown) == [values.tobytes() for values in expected.values()]
    assert any(values.any() for values in expected.values())


@needs_chromium
@pytest.mark.parametrize("platform", ["xylo", "loihi"])
def test_the_page_computes_integers_of_platforms(platform: str, opened: Open) -> None:
    model = EXAMPLES.parent / f"test/data/nir-platforms/{platform}_mlp.nir"
    network = snnmlir.compile(model, convention=platform)
    shown = opened(snnmlir.report(network, verify=True).html)
    expected = network.executable.run_integers(
        network.executable.quantized(verify.random_input(network))
    )
    assert outputs_of(shown) == [values.tobytes() for values in expected.values()]
    assert any(values.any() for values in expected.values())


@needs_chromium
@pytest.mark.parametrize("target", ["cmsis-nn", "event-core", "matrix-engine"])
def test_the_page_computes_with_models_of_kernels(target: str, opened: Open) -> None:
    network = snnmlir.compile(
        EXAMPLES / "gestures/gestures.nir",
        dtype="int8",
        convention="snntorch-default",
        dt=1e-4,
        input_type="spikes",
        target=EXAMPLES / f"targets/{target}/target.toml",
    )
    kernels = {place.kernel for place in network.placements} - {None}
    assert kernels
    shown = opened(snnmlir.report(network, example_input("gestures")).html)
    assert shown.ask("snnReport.compared") == {"entries": 512, "differing": 0}
    text = shown.page.locator("#cost").inner_text()
    assert all(f"kernel {kernel}" in text for kernel in kernels)


@needs_chromium
def test_a_wrong_output_would_be_seen(opened: Open) -> None:
    shown = opened(digits_page().html)
    found = shown.ask(
        """() => {
            const run = structuredClone(snnReport.data.runs[0]);
            const bytes = bytesOf(run.outputs[0].data);
            bytes[7] ^= 1;
            run.outputs[0].data = btoa(String.fromCharCode(...bytes));
            return compared(snnReport.machine, run);
        }"""
    )
    assert found == {"entries": 320, "differing": 1}


@needs_chromium
@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_injected_spikes_do_what_a_session_does(dtype: str, opened: Open) -> None:
    """Channels are first in NIR and last in the C; the voltages are those of the same neurons."""
    network = example("gestures", dtype)
    record = ["lif1.v", "lif2.v", "lif2", "output"]
    session = network.start(record=record)
    shown = opened(snnmlir.report(network, example_input("gestures")).html)
    shown.page.locator("[data-play=source]").select_option("hand")
    for step, elements in enumerate([(0, 37, 500), (), (255, 256), (37,)]):
        x = np.zeros(network.inputs[0].shape, np.uint8)
        for element in elements:
            x.reshape(-1)[element] = 1
            shown.page.locator("[data-play=element]").fill(str(element))
            shown.page.get_by_role("button", name="Inject a spike").click()
        shown.page.get_by_role("button", name="Step", exact=True).click()
        assert shown.page.locator("[data-play=at]").inner_text() == str(step + 1)
        expected = session.step(x)
        assert isinstance(expected, dict)
        for name in record[:3]:
            found = shown.ask(
                """(name) => {
                    const { machine } = snnReport;
                    const tap = machine.taps.find((each) => each.signal === name);
                    return Array.from({ length: tap.size }, (_, n) => machine.real(tap, n));
                }""",
                name,
            )
            assert found == expected[name].reshape(-1).tolist(), name
        assert expected["lif1.v"].any()


@needs_chromium
def test_cells_take_clicks_and_keys(opened: Open) -> None:
    shown = opened(digits_page().html)
    shown.page.locator("[data-play=source]").select_option("hand")
    cells = shown.page.locator("canvas.cells")
    cells.click(position={"x": 20, "y": 20})  # cells of 18: the second of the second row
    pending = "[...snnReport.player.pending[0]]"
    assert shown.ask(pending) == [9]
    assert "element 9 of input" in shown.page.locator("[data-play=status]").inner_text()
    cells.press("ArrowDown")
    cells.press("ArrowRight")
    cells.press(" ")
    assert shown.ask(pending) == []
    cells.press("ArrowRight")
    cells.press(" ")
    assert shown.ask(pending) == [10]


@needs_chromium
def test_playing_ends_with_the_data(opened: Open) -> None:
    shown = opened(digits_page().html)
    shown.page.locator("[data-play=speed]").select_option("30")
    shown.page.get_by_role("button", name="Play").click()
    shown.page.get_by_text("The data has ended after 32 steps.").wait_for(timeout=20_000)
    counts = [int(text) for text in shown.page.locator(".bars .number").all_inner_texts()]
    expected = example("digits", "int8").run(example_input("digits")[0])
    assert counts == np.asarray(expected).sum(axis=0).tolist()
    shown.page.get_by_role("button", name="Reset").click()
    assert shown.page.locator("[data-play=at]").inner_text() == "0"


@needs_chromium
def test_without_a_compiler_for_the_page_it_says_so(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tool in ("cc", "as", "ld"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    page = example("digits", "f32").report(example_input("digits"))
    monkeypatch.undo()
    shown = opened(page.html)
    text = shown.page.locator("#run").inner_text()
    assert "The network does not run in this page: there is no C compiler for WebAssembly" in text
    assert "clang and lld" in text
    assert "snn-mlir-compile[cc]" in text
    assert shown.page.locator("#activity .plot canvas").count() == 5


def test_without_any_compiler_there_are_no_plots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    page = example("digits", "f32").report()
    assert "There are no rasters and voltages: there is no C compiler here" in page.html
    assert 'aria-label="C of digits_lif1"' in page.html


def test_a_clang_without_linker_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "clang").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "clang").chmod(0o755)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    files = {"main.c": "int answer(void) { return 42; }\n"}
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompileError, match="no C compiler for WebAssembly here"):
        build_binary(files, "main.c", ["answer"])
    monkeypatch.setenv("PATH", f"{tmp_path}:{path}")
    built = build_binary(files, "main.c", ["answer"])
    assert built.code.startswith(b"\0asm")
    assert re.fullmatch(r"clang \d+\.\d+\.\d+", built.compiler)


def test_c_that_is_refused_is_an_error() -> None:
    expected = r"^clang [\d.]+ refuses the C for WebAssembly: 'stdio.h' file not found$"
    with pytest.raises(CompileError, match=expected):
        build_binary({"main.c": "#include <stdio.h>\n"}, "main.c", [])


# --- What it lets through -------------------------------------------------------------------------

HOSTILE = (
    "</script><img src=x onerror=\"document.title='taken'\">",
    "<!--<script>",
    "{{ 7 * 7 }}{% x %}",
    "a' onmouseover='document.title=1' \"quotes\" & \\ \u2028 é",
)


def hostile_graph() -> nir.NIRGraph:
    rng = np.random.default_rng(0)
    first, second, third, fourth = HOSTILE
    nodes = ports(4, 3) | {
        first: affine(4, 4, rng),
        second: neuron("LIF", 4, rng),
        third: affine(3, 4, rng),
        fourth: neuron("CubaLIF", 3, rng),
    }
    return graph(nodes, *itertools.pairwise(["input", *HOSTILE, "output"]))


@needs_chromium
@pytest.mark.parametrize("kind", ["compiled", "checked"])
def test_names_are_never_markup(kind: str, opened: Open) -> None:
    if kind == "compiled":
        network = snnmlir.compile(hostile_graph(), dt=1e-4, dtype="int8")
        html = snnmlir.report(network, random_input(hostile_graph(), 20), verify=True).html
    else:
        html = graph_page(check(hostile_graph(), dt=1e-4)).html
    shown = opened(html)
    assert shown.ask("document.querySelectorAll('img, [onerror], [onmouseover]').length") == 0
    assert "taken" not in shown.page.title()
    titles = shown.ask(
        "[...document.querySelectorAll('article h3')].map((title) => title.firstChild.data)"
    )
    assert titles == [f"{name} " for name in ("input", *HOSTILE, "output")]
    drawn = shown.page.locator("#drawing a").all_text_contents()
    for name, text in zip(("input", *HOSTILE, "output"), drawn, strict=True):
        assert name in text
    if kind == "compiled":
        assert "digits" not in html
        codes = shown.page.locator("article").filter(has=shown.page.locator("pre code")).count()
        assert codes == len(HOSTILE)


@needs_chromium
def test_scripts_that_are_not_ours_do_not_run(opened: Open) -> None:
    """Were something let through, the browser still would not run it."""
    html = digits_page().html
    shown = opened(html)
    shown.ask(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'taken'";
            document.body.append(script);
            const image = document.createElement("img");
            image.setAttribute("onerror", "document.title = 'taken'");
            image.src = "data:text/plain,";
            document.body.append(image);
        }"""
    )
    shown.page.wait_for_timeout(200)
    assert "taken" not in shown.page.title()
    assert any("Content Security Policy" in text for text in shown.said)


def test_the_same_bytes_each_time(tmp_path: Path) -> None:
    texts = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        model = tmp_path / folder / "model.nir"
        shutil.copy(DIGITS / "digits.nir", model)
        data = tmp_path / folder / "data.npy"
        np.save(data, example_input("digits"))
        arguments = (
            "--convention", "snntorch", "--dt", "1e-4", "--input-type", "spikes",
            "--dtype", "int8", "--verify", data, "--calibrate", data, "--compare", "nir",
        )  # fmt: skip
        page = model.with_name("report.html")
        output = model.with_name("model.c")
        result = invoke(compile_main, model, "-o", output, "--report", page, *arguments)
        assert result.exit_code == 0, result.output
        texts.append(page.read_bytes())
    assert texts[0] == texts[1]
    assert str(tmp_path).encode() not in texts[0]


def test_the_page_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="there is no folder"):
        digits_page().save(tmp_path / "no" / "report.html")
    digits_page().save(tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == digits_page().html


def test_the_model_is_not_overwritten(tmp_path: Path) -> None:
    model = tmp_path / "model.html"
    shutil.copy(DIGITS / "digits.nir", model)
    message = "is the input, which would be lost"
    check_refused(check_main, message, tmp_path, model, "--html", model)
    check_refused(compile_main, message, tmp_path, model, "-o", tmp_path / "m.c", "--report", model)
    assert model.read_bytes() == (DIGITS / "digits.nir").read_bytes()


def test_a_changed_network_has_no_report() -> None:
    network = example("digits", "f32")
    with pytest.raises(OptionError, match="was changed in MLIR"):
        network.with_mlir(network.mlir).report()


# --- Elsewhere ------------------------------------------------------------------------------------


@needs_chromium
def test_a_notebook_shows_it(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><title>notebook</title>{digits_page()._repr_html_()}")
    page = Opened(browser.new_page())
    page.page.goto(path.as_uri())
    frame = page.page.frames[1]
    wait_for(frame, "window.snnReport && snnReport.compared")
    assert frame.evaluate("snnReport.compared.differing") == 0
    assert frame.locator("h1").inner_text().startswith("digits.nir")
    frame.locator("nav a", has_text="Convention").click()
    wait_for(frame, "document.activeElement.id === 'convention' || scrollY > 0")
    assert frame.locator("h1").inner_text().startswith("digits.nir")
    assert page.said == []
    page.page.close()


@needs_chromium
def test_check_draws_a_file_that_compiles(opened: Open, tmp_path: Path) -> None:
    html = tmp_path / "out.html"
    arguments = ("--convention", "snntorch", "--dt", "1e-4")
    result = invoke(check_main, DIGITS / "digits.nir", "--html", html, *arguments)
    assert result.exit_code == 0, result.output
    shown = opened(html.read_text())
    assert shown.page.locator("#drawing a").count() == 6
    assert shown.ask("[...document.querySelectorAll('main > section')].map((s) => s.id)") == [
        "graph", "convention", "layers",
    ]  # fmt: skip
    assert "uPlot" not in html.read_text()


@needs_chromium
def test_check_draws_a_file_that_is_refused(opened: Open, tmp_path: Path) -> None:
    lif = neuron("LIF", 3, np.random.default_rng(0))
    lif.tau = -lif.tau
    source = graph(ports(3, 3) | {"lif": lif}, ("input", "lif"), ("lif", "output"))
    nir.write(tmp_path / "model.nir", source)
    html = tmp_path / "out.html"
    result = invoke(check_main, tmp_path / "model.nir", "--html", html)
    assert result.exit_code == 1
    report = check(tmp_path / "model.nir")
    assert report.error is not None
    shown = opened(html.read_text())
    assert report.error.message in shown.page.locator("#refused").inner_text()
    assert shown.page.locator("#drawing a.refused .name").all_text_contents() == ["lif "]


def test_a_file_that_cannot_be_read_has_no_page(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    loop = graph(
        ports(3, 3) | {"a": affine(3, 3, rng), "b": affine(3, 3, rng)},
        ("input", "a"), ("a", "b"), ("b", "a"), ("b", "output"),
    )  # fmt: skip
    nir.write(tmp_path / "model.nir", loop)
    arguments = (tmp_path / "model.nir", "--html", tmp_path / "out.html")
    check_refused(check_main, "lies on a cycle without a neuron", tmp_path, *arguments)


# --- Words ----------------------------------------------------------------------------------------


def test_every_choice_has_words() -> None:
    sentences = [
        words.sentence(choice, value) for choice, values in CHOICES.items() for value in values
    ]
    assert len(set(sentences)) == len(sentences) == sum(map(len, CHOICES.values()))
    assert words.sentence("v_floor", -1.5) == "Voltages are never below -1.5."
    assert "at most 9 spikes" in words.sentence("max_spikes", 9)


def test_choices_of_nodes_and_edges_are_said() -> None:
    convention = Convention(
        nodes={"lif1": {"reset": "zero", "dt": 1e-3}}, edges={"a -> b": "a -> c"}
    )
    lines = {line.choice: (line.value, line.words) for line in words.said(convention)}
    assert lines["lif1.reset"] == ("zero", "A spike sets the voltage to 0.")
    assert lines["lif1.dt"] == ("0.001", "A step is 1 ms.")
    assert lines["edge a -> b"][0] == "a -> c"
    assert lines["dt"] == ("0.0001", "A step is 100 µs.")


def test_every_node_has_an_equation() -> None:
    types = {node.type for source in GRAPHS.values() for node in check(source, dt=1e-4).nodes}
    assert types <= set(words.EQUATIONS)
    assert len(types) >= 17

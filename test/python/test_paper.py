# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/paper.md: the three graphs of the NIR paper on its eleven platforms, through the C.

The paper's recordings are not in this repository: where they are missing the test is skipped, and
the page stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snnmlir
from shared_cases import CASES, DATA, Case, Expectation, Signal
from snnmlir.conventions import PLATFORMS
from snnmlir.execution.ports import Sample
from test_platforms import lif as scaled_lif

PAPER = DATA / "nir-paper"
PACKAGES = Path(__file__).parents[1] / "data/nir-platforms"

PAGE = """\
<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->
<!-- Made by test/python/test_paper.py: ./dev docs writes it, where the recordings are. -->

# The NIR paper, reproduced

The NIR paper (Pedersen et al., Nature Communications 2024) runs three graphs on seven
simulators and four chips. This page says, for each graph and platform, in how many entries (a
neuron in a step) the generated C differs from what was recorded: all spikes, counts and integers
have to be equal, real voltages and currents within 5e-5 max(1, largest magnitude). What is compared
with:

- *paper*: a recording that the paper's authors published. {paper} of {all} have one.
- *package*: for {package} more, what the platform's own package computed for us, from the paper's
  graph or from a small network of the same kind
  ([test/data/nir-platforms](../test/data/nir-platforms/README.md)).
- nothing, for the other {none}, with the reason.

The conventions are in [conventions.md](conventions.md); beside one stand its other choices. Real
numbers are computed in the type of the platform, with frameworks in f32. The paper's recordings are
not in this repository: where they are missing, the test that makes this page is skipped.

Where a platform's package installs, tests also run random networks in it, 0 spikes differing:
[conventions.md](conventions.md#what-was-compared). So they do with the N-MNIST network, on random
input, in Sinabs's simulation of Speck.
"""

GRAPHS = {
    "LIF": "One neuron: `lif_norse.nir`, 1000 steps",
    "CNN": "N-MNIST: `cnn_sinabs.nir`, a convolutional network",
    "RNN": "Braille letters: `braille_noDelay_bias_zero.nir`, a recurrent network",
}
PLATFORM_NAMES = (
    "Lava", "Nengo", "Norse", "Rockpool", "Sinabs", "snnTorch", "Spyx",
    "Loihi 2", "Speck", "SpiNNaker2", "Xylo",
)  # fmt: skip

SUMS = "the paper's recordings are sums of spikes, without the input that they are of"
NONE = "no recording of it is among the published ones that we have"


@dataclass(frozen=True)
class Row:
    """One comparison, or the reason why there is none.

    Attributes:
        graph: A key of `GRAPHS`.
        platform: One of `PLATFORM_NAMES`.
        source: "paper" or "package", or "" where there is nothing to compare with.
        what: The recording, or the reason.
        convention: The convention and its choices, for the reader.
        compile: Compiles the network.
        load: The input, and what is expected.
        remark: What is to be said of entries that differ.
    """

    graph: str
    platform: str
    source: str
    what: str
    convention: str = ""
    compile: Callable[[], snnmlir.Network] | None = None
    load: Callable[[], tuple[Sample, list[Expectation]]] | None = None
    remark: str = ""

    def line(self) -> str:
        """The row of the page's table."""
        if self.compile is None or self.load is None:
            return f"| {self.platform} | nothing: {self.what} | | | |\n"
        spikes, values = self.counts()
        cells = [f"{wrong} of {size}" if size else "" for wrong, size in (spikes, values)]
        if self.remark:
            cells[1] += f": {self.remark}"
        return (
            f"| {self.platform} | {self.source}: {self.what} | {self.convention} "
            f"| {cells[0]} | {cells[1]} |\n"
        )

    def counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Entries that differ, and all: of spikes, and of voltages and currents."""
        assert self.compile is not None
        assert self.load is not None
        x, expected = self.load()
        names = [each.key for each in expected]
        found = self.compile().record(x, names)
        spikes, values = [0, 0], [0, 0]
        for each in expected:
            ours = found[each.key][-1] if each.last_only else found[each.key]
            assert ours.shape == each.values.shape
            apart = np.abs(ours.astype(np.float64) - each.values.astype(np.float64))
            largest = float(np.max(np.abs(each.values)))
            allowed = 0.0 if each.exact else 5e-5 * max(1.0, largest)
            into = values if each.key.endswith((".v", ".i")) else spikes
            into[0] += int(np.sum(~(apart <= allowed)))
            into[1] += apart.size
        assert spikes[1] > 0
        assert any(np.any(each.values) for each in expected)
        return (spikes[0], spikes[1]), (values[0], values[1])


def shown(name: str, choices: Mapping[str, Any]) -> str:
    words = [f"`{key.replace('_', '-')}={value}`" for key, value in choices.items() if key != "dt"]
    return ", ".join([f"`{name}`", *words])


def of_case(graph: str, platform: str, name: str, source: str = "paper", remark: str = "") -> Row:
    """A case of shared_cases.py: a framework, in f32."""
    case: Case = next(case for case in CASES if case.name == name)
    choices = {"dt": 1e-4} | dict(case.choices)
    if case.convention == "sinabs":
        choices = dict(case.choices)
    return Row(
        graph,
        platform,
        source,
        f"`{case.reference}`",
        shown(case.convention, case.choices),
        lambda: snnmlir.compile(case.model_path, convention=case.convention, **choices),
        lambda: (case.input(), case.expected()),
        remark,
    )


def in_type_of(name: str) -> dict[str, str]:
    kind = PLATFORMS[name].computes_in
    return {"dtype": kind} if kind in ("f32", "f64") else {}


def of_csv(
    platform: str, csv: str, name: str, factor: float = 1.0, remark: str = "", **more: Any
) -> Row:
    """One neuron on a platform: columns input, voltage, spike."""

    def load() -> tuple[Signal, list[Expectation]]:
        table = np.loadtxt(PAPER / csv, delimiter=",")
        voltage = table[:, 1:2] * factor
        if PLATFORMS[name].is_fixed:
            assert np.all(voltage == np.rint(voltage))
            voltage = voltage.astype(np.int64)
        spikes = Expectation("1", table[:, 2:3].astype(np.uint8))
        return table[:, :1], [spikes, Expectation("1.v", voltage)]

    def compiled() -> snnmlir.Network:
        dtype = {"dtype": "f64"} if not PLATFORMS[name].is_fixed else {}
        source = scaled_lif(PAPER, factor)
        return snnmlir.compile(source, convention=name, dt=1e-4, **dtype, **more)

    return Row("LIF", platform, "paper", f"`{csv}`", shown(name, more), compiled, load, remark)


def of_activity(platform: str, key: str, name: str) -> Row:
    """The recurrent layer on the paper's Braille sample."""

    def load() -> tuple[Signal, list[Expectation]]:
        with np.load(PAPER / "braille_zero_activity.npz") as arrays:
            return np.load(PAPER / "braille_sample.npy"), [Expectation("lif1.lif", arrays[key])]

    model = PAPER / "braille_noDelay_bias_zero.nir"
    return Row(
        "RNN",
        platform,
        "paper",
        f"`braille_zero_activity.npz`, `{key}`",
        shown(name, {}),
        lambda: snnmlir.compile(model, convention=name, dt=1e-4, **in_type_of(name)),
        load,
    )


def of_package(graph: str, platform: str, nir_name: str) -> Row:
    """A network of test/data/nir-platforms."""
    cases = json.loads((PACKAGES / "cases.json").read_text())
    case = next(case for case in cases if case["nir"] == f"{nir_name}.nir")
    name, options = case["convention"], case["options"]

    def load() -> tuple[Signal, list[Expectation]]:
        with np.load(PACKAGES / case["ref"]) as arrays:
            signals = {key: arrays[key] for key in arrays.files}
        x = signals.pop("input")
        return x, [Expectation(key, values) for key, values in signals.items()]

    return Row(
        graph,
        platform,
        "package",
        f"`{nir_name}.npz`, {case['made_with']}",
        shown(name, {}),
        lambda: snnmlir.compile(
            PACKAGES / case["nir"], convention=name, **in_type_of(name), **options
        ),
        load,
    )


def nothing(graph: str, platform: str, reason: str) -> Row:
    return Row(graph, platform, "", reason)


ROWS = (
    of_csv("Lava", "lif_lava_cpu_float.csv", "lava"),
    of_csv("Lava", "lif_lava_cpu_fixed.csv", "loihi"),
    of_csv("Nengo", "lif_nengo.csv", "nengo"),
    of_case("LIF", "Norse", "lif_norse"),
    of_case("LIF", "Rockpool", "lif_rockpool"),
    of_case("LIF", "Sinabs", "lif_sinabs"),
    of_case("LIF", "snnTorch", "lif_snntorch"),
    of_case("LIF", "Spyx", "lif_spyx"),
    of_csv(
        "Loihi 2",
        "lif_lava_loihi_fixed.csv",
        "loihi",
        remark="in the steps of its spikes the chip's voltage reads 128, a code, and not 0",
    ),
    nothing("LIF", "Speck", "Speck has IF only, and no LIF"),
    of_csv("SpiNNaker2", "lif_spinnaker2.csv", "spinnaker2-unscaled", 102.02, edge_steps="none"),
    nothing("LIF", "Xylo", "Xylo has CubaLIF only, and no LIF"),
    nothing("CNN", "Lava", SUMS),
    nothing("CNN", "Nengo", NONE),
    of_case("CNN", "Norse", "ref_cnn_norse_s0_d02", "package"),
    of_case("CNN", "Norse", "ref_cnn_norse_s0_d10", "package"),
    nothing("CNN", "Rockpool", NONE),
    of_case("CNN", "Sinabs", "ref_cnn_sinabs_s0_d02", "package"),
    of_case("CNN", "Sinabs", "ref_cnn_sinabs_s0_d10", "package"),
    nothing("CNN", "snnTorch", NONE),
    nothing("CNN", "Spyx", NONE),
    nothing("CNN", "Loihi 2", "`loihi` has no convolutions"),
    of_package("CNN", "Speck", "speck_cnn"),
    nothing("CNN", "SpiNNaker2", SUMS),
    nothing("CNN", "Xylo", "Xylo has no convolutions"),
    of_activity("Lava", "lava", "lava-dl-unquantized"),
    of_activity("Nengo", "nengo", "nengo"),
    of_case("RNN", "Norse", "activity_norse"),
    nothing("RNN", "Rockpool", NONE),
    nothing("RNN", "Sinabs", NONE),
    of_case("RNN", "snnTorch", "activity_snntorch"),
    of_case("RNN", "Spyx", "activity_spyx"),
    of_package("RNN", "Loihi 2", "loihi_rec"),
    of_package("RNN", "Loihi 2", "loihi_rec3"),
    nothing("RNN", "Speck", "Speck has IF only, one synapse for each layer, and no recurrence"),
    of_activity("SpiNNaker2", "s2", "spinnaker2"),
    of_package("RNN", "Xylo", "xylo_rsnn"),
    of_package("RNN", "Xylo", "xylo_rsnn3"),
)  # fmt: skip


def kinds() -> Iterator[str]:
    """What each graph on each platform is compared with: "paper", "package" or ""."""
    for graph in GRAPHS:
        for platform in PLATFORM_NAMES:
            found = [row.source for row in ROWS if (row.graph, row.platform) == (graph, platform)]
            assert found, (graph, platform)
            yield "paper" if "paper" in found else found[0]


def test_each_graph_is_there_for_each_platform() -> None:
    assert len(list(kinds())) == 33
    assert {row.platform for row in ROWS} == set(PLATFORM_NAMES)


def test_table_of_the_paper(check_page: Callable[[str, str], None]) -> None:
    if not PAPER.is_dir():
        pytest.skip(f"no {PAPER}; set SNN_TEST_DATA")
    found = list(kinds())
    page = PAGE.format(
        all=len(found),
        paper=found.count("paper"),
        package=found.count("package"),
        none=found.count(""),
    )
    for graph, title in GRAPHS.items():
        page += f"\n## {title}\n\n"
        page += "| platform | compared with | convention | spikes | voltages, currents |\n"
        page += "|---|---|---|---|---|\n"
        page += "".join(row.line() for row in ROWS if row.graph == graph)
    check_page("paper.md", page)


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.source == "package"],
    ids=lambda row: f"{row.graph}-{row.platform}-{row.what.partition('`')[2].partition('.')[0]}",
)
def test_packages(row: Row) -> None:
    """What the page says of packages; also where the paper's recordings are missing."""
    if row.what.startswith("`ref_") and not PAPER.is_dir():
        pytest.skip(f"no {PAPER}; set SNN_TEST_DATA")
    spikes, values = row.counts()
    assert (spikes[0], values[0]) == (0, 0)

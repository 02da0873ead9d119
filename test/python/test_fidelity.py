# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reports on how close integers come to float32."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import Mock

import nir
import numpy as np
import pytest
from click.testing import CliRunner

import snnmlir
from networks import GRAPHS
from snnmlir.cli.compile import main
from snnmlir.errors import OptionError
from snnmlir.execution import runner, toolchain
from snnmlir.reports.comparison import rate_distance

DIGITS = Path(__file__).parents[2] / "examples/digits"
OPTIONS = {"convention": "snntorch", "dt": 1e-4, "input_type": "spikes"}


def samples() -> list[np.ndarray]:
    return list(np.load(DIGITS / "recorded.npz")["input"][:6])


def report(dtype: str) -> snnmlir.Fidelity:
    network = snnmlir.compile(DIGITS / "digits.nir", dtype=dtype, **OPTIONS)
    return snnmlir.fidelity(network, samples())


def test_more_bits_are_closer() -> None:
    found = {dtype: report(dtype) for dtype in ("int4", "int8", "int16")}
    hidden = {
        dtype: next(layer for layer in fidelity.layers if layer.node == "lif1")
        for dtype, fidelity in found.items()
    }
    assert hidden["int4"].jaccard < hidden["int8"].jaccard < hidden["int16"].jaccard
    assert hidden["int4"].voltage_error > hidden["int8"].voltage_error
    assert hidden["int8"].voltage_error > hidden["int16"].voltage_error
    assert hidden["int8"].jaccard > 0.93
    assert hidden["int8"].correlation > 0.99
    assert hidden["int4"].rate_distance > hidden["int8"].rate_distance > 0
    assert found["int8"].decisions == {"output": 1.0}


def test_rates_are_moved() -> None:
    """What a moved spike costs: its neuron's rate, but for neurons that change places."""
    ours, theirs = np.zeros((2, 10, 4), np.int64)
    ours[:5, 0] = ours[:2, 1] = 1  # rates 0.5, 0.2, 0, 0
    theirs[:5, 2] = theirs[:2, 0] = 1
    assert rate_distance(ours, theirs) == 0
    theirs[:4, 3] = 1  # 0.5, 0.4, 0.2, 0: 0.2 and 0.2 more
    assert rate_distance(ours, theirs) == pytest.approx((0.2 + 0.2) / 4)
    scipy = pytest.importorskip("scipy.stats")
    rates = np.random.default_rng(0).random((2, 50))
    spikes = np.round(rates[:, None] * np.ones((1, 1, 1)), 6)
    expected = scipy.wasserstein_distance(spikes[0, 0], spikes[1, 0])
    assert rate_distance(spikes[0], spikes[1]) == pytest.approx(expected)


def test_spikes_are_those_of_float32() -> None:
    recorded = np.load(DIGITS / "recorded.npz")
    layers = {layer.node: layer for layer in report("int8").layers}
    assert layers["lif1"].spikes == recorded["lif1"][:6].sum()
    assert layers["lif2"].spikes == recorded["lif2"][:6].sum()


def test_networks_without_spikes() -> None:
    network = snnmlir.compile(GRAPHS["layer-LI"], dtype="int16", dt=1e-4)
    x = np.zeros((5, *network.inputs[0].shape))
    found = snnmlir.fidelity(network, [x, x])
    assert found.layers == ()
    assert "the same decision in 2 of 2 samples (100.0 %)" in str(found)


def test_what_is_silent_decides_nothing() -> None:
    ones, zeros = np.ones(3), np.zeros(3)
    lif = nir.LIF(tau=ones, r=ones, v_leak=zeros, v_threshold=ones, v_reset=zeros)
    graph = nir.NIRGraph.from_list(nir.Linear(np.eye(3)), lif)
    network = snnmlir.compile(graph, dtype="int8", dt=1e-4)
    silent = snnmlir.fidelity(network, [np.zeros((5, 3))])
    assert [(layer.spikes, layer.jaccard) for layer in silent.layers] == [(0, None)]
    assert silent.decisions == {"output": None}
    assert "output output: decides nothing" in str(silent)
    single = snnmlir.compile(nir.NIRGraph.from_list(nir.Linear(np.ones((1, 2)))), dtype="int8")
    assert snnmlir.fidelity(single, [np.ones((5, 2))]).decisions == {"output": None}
    with pytest.raises(OptionError, match="there is no step of input"):
        snnmlir.fidelity(single, [np.ones((0, 2))])


def test_each_network_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    build = Mock(wraps=toolchain.build_library)
    monkeypatch.setattr(runner, "_libraries", {})  # what other tests have built
    monkeypatch.setattr(toolchain, "build_library", build)
    assert report("int8").samples == 6
    assert build.call_count == 2


def test_float_networks_have_none() -> None:
    network = snnmlir.compile(DIGITS / "digits.nir", **OPTIONS)
    with pytest.raises(OptionError, match="f32"):
        snnmlir.fidelity(network, samples())


@pytest.mark.parametrize("suffix", ["json", "txt"])
def test_command(suffix: str, tmp_path: Path) -> None:
    data = tmp_path / "data.npy"
    np.save(data, samples()[0])
    file = tmp_path / f"report.{suffix}"
    arguments = ["--dtype", "int8", "--convention", "snntorch", "--dt", "1e-4", "--input-type",
                 "spikes", "--calibrate", str(data), "--report", str(file)]  # fmt: skip
    result = CliRunner().invoke(
        main, [str(DIGITS / "digits.nir"), "-o", str(tmp_path / "d.c"), *arguments]
    )
    assert result.exit_code == 0, result.output
    text = file.read_text()
    if suffix == "json":
        layers = json.loads(text)["fidelity"]["layers"]
        assert [layer["node"] for layer in layers] == ["lif1", "lif2"]
    else:
        assert f"\nint8 against float32, on {data}\n\nnode" in text
        assert "lif1" in text


def test_data_that_says_nothing() -> None:
    graph = GRAPHS["layer-LIF"]
    silent = snnmlir.compile(graph, dtype="int8", dt=1e-4, calibrate=np.zeros((4, 5)))
    assert any("'input' is 0 throughout in the data" in note for note in silent.notes)
    heard = snnmlir.compile(graph, dtype="int8", dt=1e-4, calibrate=np.ones((4, 5)))
    assert not any("0 throughout" in note for note in heard.notes)
    with pytest.raises(OptionError, match="there is no data to calibrate with"):
        snnmlir.compile(graph, dtype="int8", dt=1e-4, calibrate=np.zeros((0, 5)))

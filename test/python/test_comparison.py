# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reports on how a network differs under another convention."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import nir
import numpy as np
import pytest
from click.testing import CliRunner

import snnmlir
from networks import GRAPHS, graph, ports
from snnmlir.cli.compile import main
from snnmlir.errors import OptionError
from snnmlir.reports.comparison import LayerDifference

DATA = Path(__file__).parents[1] / "data/nir-platforms"
DOCS = Path(__file__).parents[2] / "docs"


def lif(size: int, threshold: float = 1.0) -> nir.LIF:
    """The voltage is 4/5 of what it was, and the input."""
    full = [np.full(size, value) for value in (5e-4, 5.0, 0.0, threshold, 0.0)]
    return nir.LIF(*full)


def chain(size: int = 2) -> nir.NIRGraph:
    """Two layers, of which each neuron hears one neuron."""
    nodes = ports(size, size) | {"fc1": nir.Linear(2.0 * np.eye(size)), "n1": lif(size)}
    nodes |= {"fc2": nir.Linear(2.0 * np.eye(size)), "n2": lif(size)}
    way = ("input", "fc1", "n1", "fc2", "n2", "output")
    return graph(nodes, *itertools.pairwise(way))


def compiled(source: nir.NIRGraph, **options: Any) -> snnmlir.Network:
    return snnmlir.compile(source, dt=1e-4, **{"reset": "zero"} | options)


def spikes(*steps: int, size: int = 2, length: int = 12) -> np.ndarray:
    """The first neuron hears all of these steps, the second one every other."""
    x = np.zeros((length, size))
    x[list(steps), 0] = 1.0
    x[list(steps)[::2], 1] = 1.0
    return x


def test_a_network_is_like_itself() -> None:
    network = compiled(chain())
    found = snnmlir.compare(network, compiled(chain()), [spikes(1, 3, 4), spikes(2)])
    assert found.samples == 2
    for layer in found.layers:
        assert (layer.spikes, layer.other_spikes) == (7, 7)
        assert (layer.lag, layer.differing, layer.entries) == (0, 0, 48)
        assert (layer.jaccard, layer.correlation, layer.voltage_error) == (1.0, pytest.approx(1), 0)
    assert found.decisions == {"output": 1.0}


def test_layers_that_come_later_are_compared_later() -> None:
    """Each synapse takes a step more: the first layer comes one later, the second one two."""
    late = compiled(chain(), edge_steps="synapses")
    found = snnmlir.compare(compiled(chain()), late, [spikes(1, 4, 6)])
    assert [(layer.node, layer.lag) for layer in found.layers] == [("n1", 1), ("n2", 2)]
    assert [layer.differing for layer in found.layers] == [0, 0]
    assert [layer.entries for layer in found.layers] == [22, 20]
    assert [layer.voltage_error for layer in found.layers] == [0.0, 0.0]
    back = snnmlir.compare(late, compiled(chain()), [spikes(1, 4, 6)])
    assert [layer.lag for layer in back.layers] == [-1, -2]


def test_other_spikes_are_counted() -> None:
    """With a threshold of 2.5 it takes two inputs in a row; of the second layer nothing is left."""
    source, higher = chain(), chain()
    higher.nodes["n1"] = lif(2, 2.5)
    found = snnmlir.compare(compiled(source), compiled(higher), [spikes(1, 2, 8)])
    first, second = found.layers
    # Neuron 0 spikes in steps 1, 2 and 8, neuron 1 in 1 and 8; only neuron 0 in step 2 is left.
    expected = LayerDifference("n1", 5, 1, 0, 4, 24, 0.2, 1.0, first.voltage_error)
    assert dict(vars(first), correlation=1.0) == vars(expected)
    # Voltages of 2 are 0.8 thresholds, and so on, where the first network is at 0 after a spike.
    assert first.voltage_error is not None
    assert 0.1 < first.voltage_error < 0.8
    assert (second.spikes, second.other_spikes, second.differing) == (5, 1, 4)


def test_voltages_are_in_thresholds_of_their_network() -> None:
    """Loihi's voltages and thresholds are integers."""
    source = DATA / "loihi_mlp.nir"
    with np.load(DATA / "loihi_mlp.npz") as arrays:
        x = arrays["input"]
    ours = snnmlir.compile(source, convention="nir", reset="zero", dt=1e-4)
    theirs = snnmlir.compile(source, convention="loihi", dt=1e-4)
    found = snnmlir.compare(ours, theirs, [x])
    assert [layer.lag for layer in found.layers] == [1, 2]
    assert found.layers[0].jaccard is not None
    assert 0.7 < found.layers[0].jaccard < 1.0
    assert found.layers[0].voltage_error is not None
    assert found.layers[0].voltage_error < 1.0
    assert np.abs(theirs.record(x)["lif1.v"]).max() > 1000


def test_networks_of_other_files() -> None:
    with pytest.raises(OptionError, match=r"no layer 'n1' of shape \[2\]"):
        snnmlir.compare(compiled(chain()), compiled(chain(3)), [spikes(1)])
    with pytest.raises(OptionError, match=r"no layer 'n1'"):
        snnmlir.compare(compiled(chain()), compiled(GRAPHS["layer-LIF"]), [spikes(1)])
    with pytest.raises(OptionError, match="there is no step of input"):
        snnmlir.compare(compiled(chain()), compiled(chain()), [])


def test_what_is_silent() -> None:
    found = snnmlir.compare(compiled(chain()), compiled(chain()), [np.zeros((4, 2))])
    assert [(layer.lag, layer.jaccard, layer.correlation) for layer in found.layers] == [
        (0, None, None)
    ] * 2
    assert found.decisions == {"output": None}
    assert "output output: decides nothing" in str(found)


def test_types_are_told_apart() -> None:
    found = snnmlir.compare(compiled(chain()), compiled(chain(), dtype="f64"), [spikes(1)])
    assert (found.convention, found.other) == ("nir", "nir in f64")


@pytest.mark.parametrize("suffix", ["json", "txt"])
def test_in_a_report(suffix: str, tmp_path: Path) -> None:
    file, data = tmp_path / f"report.{suffix}", tmp_path / "data.npy"
    with np.load(DATA / "loihi_mlp.npz") as arrays:
        np.save(data, arrays["input"])
    arguments = [str(DATA / "loihi_mlp.nir"), "--convention", "loihi", "--dt", "1e-4"]
    arguments += ["-o", str(tmp_path / "m.c"), "--report", str(file), "--verify", str(data)]
    result = CliRunner().invoke(main, [*arguments, "--compare", "nengo"])
    assert result.exit_code == 0, result.output
    text = file.read_text()
    if suffix == "txt":
        assert f"nengo against loihi, on {data}\n\nnode" in text
        return
    report = json.loads(text)
    assert report["dtype"] == "fixed"
    assert report["fidelity"] is None
    comparison = report["comparison"]
    assert (comparison["convention"], comparison["other"]) == ("loihi", "nengo")
    assert [layer["node"] for layer in comparison["layers"]] == ["lif1", "lif2"]
    assert comparison["layers"][0]["entries"] > 0


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What docs/reports.md shows is what is printed."""
    page = (DOCS / "reports.md").read_text()
    (block,) = (text for text in page.split("```") if "--compare loihi" in text)
    command, shown = block.split("--compare loihi\n")
    arguments = command.replace("\\\n", " ").replace("mlp.c", str(tmp_path / "mlp.c")).split()[3:]
    monkeypatch.chdir(DOCS.parent)
    result = CliRunner().invoke(main, [*arguments, "--compare", "loihi"])
    assert result.exit_code == 0, result.output
    assert result.stdout == shown


def test_what_the_file_is_holds_for_both(tmp_path: Path) -> None:
    """Milliseconds of the file are those under the other convention, too."""
    source = chain()
    for name in ("n1", "n2"):
        source.nodes[name].tau *= 1e3
    nir.write(tmp_path / "m.nir", source)
    arguments = [str(tmp_path / "m.nir"), "-o", str(tmp_path / "m.c"), "--dt", "1e-4"]
    arguments += ["--time-unit", "ms", "--reset", "zero", "--compare", "nir"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    layers = [line.split() for line in result.stdout.splitlines() if re.match(r"n\d", line)]
    assert [layer[4] for layer in layers] == ["0", "0"]

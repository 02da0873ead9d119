# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks at their classes' defaults: choices that reproduce them, and a search that finds these.

Compared is the generated C with what the framework's own network computed.
"""

import functools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import snnmlir
from native_cases import CASES, HELD, LOST, NativeCase
from snnmlir.cli.check import main as check_main
from snnmlir.cli.compile import main as compile_main
from snnmlir.cli.flags import convention_arguments
from snnmlir.inference.recording import recording_for
from snnmlir.reports.verify import agreement

pytestmark = pytest.mark.filterwarnings("ignore::snnmlir.errors.ConventionWarning")


def ids(case: NativeCase) -> str:
    return case.name


@pytest.mark.parametrize("case", HELD, ids=ids)
@pytest.mark.parametrize("dtype", ["f32", "f64"])
def test_choices_reproduce_the_framework(case: NativeCase, dtype: str) -> None:
    network = snnmlir.compile(case.model, convention=case.convention(), dtype=dtype)
    found = agreement(network, recording_for(network.graph, case.recorded))
    assert not found.differences
    assert found.entries >= case.recorded["output"].size


@pytest.fixture(scope="session")
def found_on_the_first_steps() -> Callable[[NativeCase], tuple[snnmlir.Inference, int]]:
    """What 60 % of the steps say, and how many entries of all steps differ; once for each case."""
    known: dict[str, tuple[snnmlir.Inference, int]] = {}

    def find(case: NativeCase) -> tuple[snnmlir.Inference, int]:
        if case.name not in known:
            steps = int(0.6 * len(case.recorded["input"]))
            part = {key: case.recorded[key][:steps] for key in ("input", "output")}
            inference = snnmlir.infer(case.model, part)
            network = snnmlir.compile(case.model, convention=inference.convention)
            known[case.name] = inference, case.differing(network.run(case.recorded["input"]))
        return known[case.name]

    return find


def sampled(cases: Sequence[NativeCase], step: int) -> list[Any]:
    """Every `step`th case, and the others marked slow."""
    return [
        pytest.param(case, marks=[] if number % step == 0 else pytest.mark.slow)
        for number, case in enumerate(cases)
    ]


@pytest.mark.parametrize("case", sampled(HELD, 8), ids=ids)
def test_a_part_of_the_recording_finds_a_convention_for_all_of_it(
    case: NativeCase, found_on_the_first_steps: Callable[..., tuple[snnmlir.Inference, int]]
) -> None:
    inference, differing = found_on_the_first_steps(case)
    assert inference.exact
    assert (inference.differing, inference.first) == (0, None)
    assert differing == 0


@functools.cache
def inference_of(case: NativeCase) -> snnmlir.Inference:
    return snnmlir.infer(case.model, case.recorded)


@pytest.mark.parametrize("case", sampled(LOST, 5), ids=ids)
def test_what_a_file_has_lost_is_never_called_exact(case: NativeCase) -> None:
    inference = inference_of(case)
    assert not inference.exact
    assert inference.differing > 3
    assert inference.first is not None
    assert inference.nearest[0][1] == inference.first


LAYERS = {
    "snntorch_addition": "fc2",
    "snntorch_avgpool_padding": "2",
    "snntorch_graded": "3",
    "snntorch_inhibition": "1",
    "sinabs_lif_tau_syn": "1",
    "norse_lifbox_v_reset": "1",
    "spyx_lif_li": "layer_2",
    "spyx_sumpool_same": "layer_5",
    "rockpool_bias": "1_LIFTorch",
    "rockpool_recurrent": "1_LIFTorch",
}
"""The layer that is wrong, or the first behind a layer that was not recorded."""


@pytest.mark.parametrize("case", sampled(LOST, 5), ids=ids)
def test_the_layer_that_lost_something_is_named(case: NativeCase) -> None:
    inference = inference_of(case)
    assert inference.first is not None
    assert LAYERS[case.name] == (inference.lost or inference.first.node)


@pytest.mark.slow
@pytest.mark.parametrize("case", LOST, ids=ids)
def test_what_is_lost_is_not_exact_by_outputs_alone(case: NativeCase) -> None:
    part = {key: case.recorded[key] for key in ("input", "output")}
    assert not snnmlir.infer(case.model, part).exact


def flipped(case: NativeCase, signal: str, step: int, neuron: int) -> dict[str, Any]:
    arrays = {key: array.copy() for key, array in case.recorded.items()}
    arrays[signal][step, neuron] ^= 1
    return arrays


MIXED = next(case for case in CASES if case.name == "snntorch_mixed_resets")
PLAIN = next(case for case in CASES if case.name == "snntorch_mlp")


@pytest.mark.slow
def test_one_flipped_spike() -> None:
    arrays = {k: v for k, v in flipped(PLAIN, "output", 57, 3).items() if k in ("input", "output")}
    inference = snnmlir.infer(PLAIN.model, arrays)
    assert not inference.exact
    assert inference.differing == 1
    assert inference.first is not None
    assert (inference.first.node, inference.first.step, inference.first.entries) == ("3", 57, 1)
    assert inference.convention.reset == "subtract-delayed"


def test_one_flipped_spike_between_layers() -> None:
    arrays = {key: array for key, array in flipped(PLAIN, "1", 40, 2).items() if key != "3"}
    inference = snnmlir.infer(PLAIN.model, arrays)
    assert not inference.exact
    assert inference.differing == 1
    assert inference.first is not None
    assert (inference.first.node, inference.first.step, inference.first.entries) == ("1", 40, 1)


def test_a_recording_that_is_too_short_leaves_choices_open() -> None:
    part = {key: MIXED.recorded[key][:6] for key in ("input", "output")}
    inference = snnmlir.infer(MIXED.model, part, dt=1e-4)
    assert inference.exact
    open_choices = {choice.choice for choice in inference.undetermined}
    assert "reset" in open_choices
    assert all(choice.would_tell and choice.others for choice in inference.undetermined)


def test_known_choices_are_kept() -> None:
    part = {key: PLAIN.recorded[key] for key in ("input", "output")}
    inference = snnmlir.infer(PLAIN.model, part, dt=1e-4, integrator="euler", feedback="spikes")
    assert inference.exact
    assert inference.convention.dt == 1e-4


@pytest.mark.slow
def test_several_runs_have_to_be_reproduced() -> None:
    part = {key: PLAIN.recorded[key] for key in ("input", "output")}
    other = {"input": part["input"], "output": 1 - part["output"]}
    assert snnmlir.infer(PLAIN.model, [part, part]).steps == 2 * len(part["input"])
    assert not snnmlir.infer(PLAIN.model, [part, other]).exact


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        ({"output": np.zeros((4, 6))}, "the recording has no input 'input'"),
        ({"input": np.zeros((4, 12))}, "the recording has no output"),
        ({"input": np.zeros((4, 11)), "output": np.zeros((4, 6))}, r"'input' has shape \[4, 11\]"),
        ({"input": np.zeros((4, 12)), "output": np.zeros((5, 6))}, "steps, expected one number"),
        ({"input": np.full((4, 12), np.nan), "output": np.zeros((4, 6))}, "not finite"),
        ({"input": np.array(["a"]), "output": np.zeros((1, 6))}, "not numbers"),
        ([], "there is no recording"),
    ],
)
def test_recordings_that_do_not_fit(recording: Any, message: str) -> None:
    with pytest.raises(snnmlir.OptionError, match=message):
        snnmlir.infer(PLAIN.model, recording)


def run(command: Any, *arguments: object) -> Any:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


@pytest.fixture
def recording(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def write(arrays: dict[str, Any]) -> Path:
        np.savez(tmp_path / "recording.npz", **arrays)
        return tmp_path / "recording.npz"

    return write


def test_commands(tmp_path: Path, recording: Callable[[dict[str, Any]], Path]) -> None:
    data, saved = recording(MIXED.recorded), tmp_path / "found.toml"
    checked = run(check_main, MIXED.model, "--like", data, "--save-convention", saved)
    assert checked.exit_code == 0, checked.output
    assert "this convention reproduces every entry of the recording (120 steps" in checked.output
    chosen = snnmlir.convention(saved)
    assert chosen.at("1").reset != chosen.at("3").reset
    arguments = convention_arguments(chosen)
    assert arguments in checked.output

    output = tmp_path / "model.c"
    compiled = run(compile_main, MIXED.model, "-o", output, "--like", data, "--verify", data)
    assert compiled.exit_code == 0, compiled.output
    assert "verified: equal to the recording, 120 steps" in compiled.output
    by_file = tmp_path / "again" / "model.c"
    by_file.parent.mkdir()
    again = run(compile_main, MIXED.model, "-o", by_file, "--convention", saved)
    assert again.exit_code == 0, again.output
    assert by_file.read_text() == output.read_text()
    header = (tmp_path / "model.h").read_text()
    assert chosen.nodes
    for node, choices in chosen.nodes.items():
        for choice, value in choices.items():
            assert re.search(rf"{node}\.{choice.replace('_', '-')} +{value}\n", header)


@pytest.mark.slow
def test_commands_where_nothing_is_exact(
    tmp_path: Path, recording: Callable[[dict[str, Any]], Path]
) -> None:
    arrays = flipped(PLAIN, "output", 57, 3)
    data = recording({key: arrays[key] for key in ("input", "output")})
    checked = run(check_main, PLAIN.model, "--like", data)
    assert checked.exit_code == 1
    assert "no convention reproduces the recording" in checked.output
    assert "1 entry of node '3', first in step 57" in checked.output
    output = tmp_path / "model.c"
    compiled = run(compile_main, PLAIN.model, "-o", output, "--like", data)
    assert compiled.exit_code == 1
    assert "no convention reproduces" in compiled.output
    assert not output.exists()
    wrong = run(compile_main, PLAIN.model, "-o", output, "--convention", "norse", "--verify", data)
    assert wrong.exit_code == 1
    assert "the C and the recording differ in" in wrong.output
    assert not output.exists()


@pytest.mark.slow
def test_table_of_native_networks(
    check_page: Callable[[str, str], None],
    found_on_the_first_steps: Callable[[NativeCase], tuple[snnmlir.Inference, int]],
) -> None:
    """Also the place to see what every network takes."""
    rows = []
    for case in CASES:
        if case.choices is None:
            rows.append((case, "nothing: lost", str(case.facts["why"])))
            continue
        inference, differing = found_on_the_first_steps(case)
        size = case.recorded["output"].size
        found = f"`{convention_arguments(inference.convention)}`"
        rows.append((case, found, f"{differing} of {size} entries differ"))
    lines = [
        f"| {case.name} | {_cell(case.facts['built_with'])} | {_cell(found)} | {_cell(end)} |"
        for case, found, end in rows
    ]
    check_page("native.md", _PAGE + "\n".join(lines) + "\n")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


_PAGE = """<!-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception -->
# Networks at their classes' defaults

Made by `test/python/test_native.py` (`./dev docs`). The networks of `test/data/nir-native` were
built, run and exported in their frameworks. For each, `snnmlir.infer` saw the input and the output
of the first 60 % of the steps; the C was then compiled under the convention that it found, run on
all steps, and compared with what the framework computed. Where a file has lost what the framework
computes, no convention is exact, and the last column says what is lost.

| network | built with | found | result |
|---|---|---|---|
"""

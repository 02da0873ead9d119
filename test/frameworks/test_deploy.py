# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import subprocess
import sys

import norse.torch as norse
import numpy as np
import pytest
import snntorch as snn
from live import drawn, spikes
from torch import nn

import snnmlir
from snnmlir import OptionError
from snnmlir.deployment import graphs, snntorch
from snnmlir.deployment.protocol import Exported


def leaky(beta: float = 0.9) -> snn.Leaky:
    return snn.Leaky(beta=beta, init_hidden=True)


def network() -> nn.Module:
    return drawn(nn.Sequential(nn.Linear(12, 20), leaky(), nn.Linear(20, 6), leaky(0.8)), 2.5)


def test_no_framework_is_imported() -> None:
    code = (
        "import sys, snnmlir; snnmlir.deploy, snnmlir.Deployment\n"
        "names = 'torch jax flax snntorch norse sinabs spikingjelly rockpool spyx'.split()\n"
        "sys.exit(', '.join(name for name in names if name in sys.modules) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_classes() -> None:
    with pytest.raises(OptionError, match="Sequential has no layers of a framework"):
        snnmlir.deploy(nn.Sequential(nn.Linear(2, 3)), np.ones((3, 2)))


def test_two_frameworks() -> None:
    mixed = nn.Sequential(leaky(), norse.LIFBoxCell())
    with pytest.raises(OptionError, match="layers of norse and snntorch"):
        snnmlir.deploy(mixed, np.ones((3, 2)))


def test_unknown_names() -> None:
    with pytest.raises(OptionError, match="unknown framework 'brian'"):
        snnmlir.deploy(network(), spikes(12), framework="brian")
    with pytest.raises(OptionError, match="unknown layout 'batch'"):
        snnmlir.deploy(network(), spikes(12), layout="batch")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="unknown choice 'colour'"):
        snnmlir.deploy(network(), spikes(12), colour="red")


@pytest.mark.slow
def test_other_recordings_do_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """One spike of the module that the C does not have, whatever the reason."""
    export = snntorch.Adapter.export

    def flipped(*arguments: object) -> Exported:
        exported = export(*arguments)  # type: ignore[arg-type]
        layer = exported.layers["3"]
        layer.sent[30, 2] = 1 - layer.sent[30, 2]
        exported.output[30, 2] = layer.sent[30, 2]
        return exported

    monkeypatch.setattr(snntorch.Adapter, "export", flipped)
    with pytest.raises(snnmlir.DeployError, match=r"layer '3 \(Leaky\)'") as caught:
        snnmlir.deploy(network(), spikes(12))
    assert caught.value.node == "3"
    assert caught.value.step == 30


def test_differences() -> None:
    expected = np.array([[0.0, 100.0], [1.0, -3.0]])
    found = expected + np.array([[0.0, 0.004], [0.006, 0.0]])
    different = graphs.differing(found, expected)
    assert different.tolist() == [[False, False], [True, False]]
    assert graphs.first_step(different) == 1
    assert graphs.differing(np.array([np.nan]), np.array([0.0])).all()

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Evaluation on a cluster: Dask's, with processes of its own for workers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snnmlir
from test_batches import echo
from workers import KillAlways, KillOnce, Samples, WithProcesses, libraries_here

distributed = pytest.importorskip("distributed", reason="Dask is not installed")

pytestmark = [
    pytest.mark.slow,
    # Of Dask, not of what is tested: ports that are taken, and workers that leave.
    pytest.mark.filterwarnings("default"),
]

WORKERS = 3
COUNT = 40 * 64


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Any]:
    with (
        distributed.LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=str(tmp_path),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def network() -> snnmlir.Network:
    return snnmlir.compile(echo(3), dt=1e-3, input_type="spikes")


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.integers(0, 2, (COUNT, 6, 3), np.uint8), rng.integers(0, 3, COUNT)


def test_a_cluster_finds_what_this_process_does(
    client: Any, network: snnmlir.Network, data: tuple[np.ndarray, np.ndarray]
) -> None:
    x, labels = data
    here = snnmlir.evaluate(network, x, labels=labels, executor=1)
    there = snnmlir.evaluate(network, x, labels=labels, executor=client.get_executor())
    assert there.as_file("r.npz") == here.as_file("r.npz")
    np.testing.assert_array_equal(network.run_batch(x, executor=client.get_executor()), x)
    built = client.run(libraries_here)
    assert len(built) == WORKERS
    assert set(built.values()) == {1}, "each worker builds the C once"


def test_several_workers_take_part(
    client: Any, network: snnmlir.Network, data: tuple[np.ndarray, np.ndarray]
) -> None:
    metric = WithProcesses()
    found = snnmlir.evaluate(network, data[0], metrics=[metric], executor=client.get_executor())
    numbers, processes = found.metrics["processes"]
    assert numbers == list(range(COUNT))
    assert len(processes) > 1
    assert os.getpid() not in processes


def test_a_worker_that_is_killed_loses_nothing(
    client: Any, network: snnmlir.Network, data: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    """And nothing is counted twice: the bytes are those of a run in which nobody was killed."""
    x, labels = data
    mark = tmp_path / "killed"
    before = set(client.scheduler_info()["workers"])
    metrics = ["accuracy", "confusion", "recall", "rates", KillOnce(COUNT // 2, mark)]
    found = snnmlir.evaluate(
        network, x, labels=labels, metrics=metrics, executor=client.get_executor()
    )
    assert mark.exists()
    client.wait_for_workers(WORKERS, timeout=60)
    assert set(client.scheduler_info()["workers"]) != before, "a worker was replaced"
    expected = snnmlir.evaluate(
        network, x, labels=labels, metrics=[*metrics[:-1], Samples()], executor=1
    )
    assert found.as_file("r.json") == expected.as_file("r.json")
    assert found.as_file("r.npz") == expected.as_file("r.npz")
    assert int(found.metrics["confusion"].sum()) == COUNT


def test_results_are_taken_once(
    client: Any,
    network: snnmlir.Network,
    data: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker may be lost before `ClientExecutor` asks again whether there is a result."""

    def lose(future: Any, copy: Any) -> None:
        copy.set_exception(TypeError("cannot unpack non-iterable _Part object"))

    monkeypatch.setattr("distributed.cfexecutor._cascade_future", lose)
    x = data[0][:200]
    executor = client.get_executor(retries=1)
    np.testing.assert_array_equal(network.run_batch(x, executor=executor), x)


def test_a_sample_that_kills_every_worker_is_named(
    client: Any, network: snnmlir.Network, data: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    metric = KillAlways(70, tmp_path)
    with pytest.raises(snnmlir.ExecutorError, match="samples 64 to 127 could not be computed"):
        snnmlir.evaluate(network, data[0], metrics=[metric], executor=client.get_executor())


def test_errors_of_samples_come_back(client: Any, network: snnmlir.Network) -> None:
    x = np.zeros((200, 2, 3))
    x[150, 1, 2] = 5
    with pytest.raises(snnmlir.OptionError, match=r"sample 150: .* other values than 0 and 1"):
        snnmlir.evaluate(network, x, executor=client.get_executor())


def test_guide_names_what_works(
    network: snnmlir.Network, data: tuple[np.ndarray, np.ndarray], repo_root: Path
) -> None:
    """The block of docs/evaluation.md that its own test leaves out, as it starts processes."""
    page = (repo_root / "docs/evaluation.md").read_text()
    (block,) = re.findall(r"```py\n(.*?)```\n", page, re.DOTALL)
    names = {"net": network, "snnmlir": snnmlir, "x": data[0], "labels": data[1]}
    exec(compile(block, "guide", "exec"), names)
    expected = snnmlir.evaluate(network, data[0], labels=data[1], executor=1)
    assert names["found"].as_file("r.json") == expected.as_file("r.json")  # type: ignore[attr-defined]

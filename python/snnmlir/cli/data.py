# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The commands' data files."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import h5py
import numpy as np

from snnmlir.compiler import Network
from snnmlir.errors import OptionError, quoted
from snnmlir.execution.ports import Signal, Signals
from snnmlir.inference.recording import inputs_of
from snnmlir.nir_import import Graph
from snnmlir.nir_import.nirdata import read_data, recorded_signals, to_signals


def read_samples(path: Path, network: Network) -> list[Signals]:
    """The inputs of one or more runs: from a .npy or .npz file, or a NIRData file.

    Arrays are those of one sample, [T, ...], or of several, [N, T, ...].

    Raises:
        OptionError: The file is none of these, or does not fit the network.
        NirError: A NIRData file is damaged.
    """
    if h5py.is_hdf5(path):
        signals = to_signals(read_data(str(path)), network.inputs, network.convention.dt)
        samples = len(next(iter(signals.values()), ()))
        return [{name: signal[k] for name, signal in signals.items()} for k in range(samples)]
    arrays = _read_arrays(path)
    if isinstance(arrays, dict) and not set(arrays) <= set(network.graph.inputs):
        arrays = inputs_of(network.graph, arrays) or arrays  # a recording has more than inputs
    return _split(arrays, network) or [arrays]


def _split(arrays: Signals, network: Network) -> list[Signals]:
    """The samples of arrays [N, T, ...]; none if they are anything else.

    [T, 1, ...] is left to be refused: frameworks mean one sample by it.
    """
    by_port = arrays if isinstance(arrays, dict) else {network.inputs[0].name: arrays}
    shapes = {port.name: port.shape for port in network.inputs}
    if by_port.keys() != shapes.keys():
        return []
    counts = set()
    for name, array in by_port.items():
        if array.shape[2:] != shapes[name] or array.ndim != 2 + len(shapes[name]):
            return []
        if array.shape[1] == 1:
            return []
        counts.add(len(array))
    if len(counts) != 1:
        raise OptionError(f"the inputs have different numbers of samples: {sorted(counts)}")
    return [{name: array[k] for name, array in by_port.items()} for k in range(counts.pop())]


def read_runs(path: Path, graph: Graph, dt: float | None) -> list[dict[str, Signal]]:
    """What a file holds of a network's signals, inputs among them, for one or more runs.

    Raises:
        OptionError: It is no .npz or NIRData file, or holds no run.
        NirError: A NIRData file is damaged.
    """
    if h5py.is_hdf5(path):
        runs = recorded_signals(read_data(str(path)), graph, dt)
    else:
        arrays = _read_arrays(path)
        runs = [arrays if isinstance(arrays, dict) else {"input": arrays}]
    if not runs:
        raise OptionError(f"there is no run in {quoted(path)}")
    return runs


def _read_arrays(path: Path) -> Signals:
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return loaded
            return {name: loaded[name] for name in loaded.files}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise OptionError(
            f"{quoted(path)} is not a NumPy or NIRData file, or damaged: {error}",
            help="write it with numpy.save, with numpy.savez and an array for each input, or with "
            "nir.write_data",
        ) from error

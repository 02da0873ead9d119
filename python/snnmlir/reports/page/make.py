# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`report`: everything that is to be known of a network, as a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from snnmlir.compiler import Network
from snnmlir.compiler.options import QUANTIZED
from snnmlir.errors import OptionError
from snnmlir.execution.arrays import as_array
from snnmlir.execution.ports import Sample
from snnmlir.inference.recording import recording_for
from snnmlir.reports.comparison import compare
from snnmlir.reports.fidelity import fidelity
from snnmlir.reports.footprint import footprint
from snnmlir.reports.page.page import network_page
from snnmlir.reports.page.rendering import HtmlReport
from snnmlir.reports.report import NetworkReport
from snnmlir.reports.verify import random_input, verified_by_recordings, verified_by_reference


def report(
    network: Network,
    samples: Any = None,
    *,
    recording: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
    verify: bool = False,
    compiler: str | None = None,
    other: Network | None = None,
) -> HtmlReport:
    """A page with a network's graph, its activity, what it needs, how true it is, and its C.

    The network itself runs in the page where there is a C compiler for WebAssembly.

    Args:
        network: The network.
        samples: [T, *input shape], [N, T, *input shape], or such an array for each input by name;
            or several samples, one after the other. If None the inputs of `recording`, or else
            random spikes.
        recording: What a framework recorded, to compare the C with: [T, ...] for inputs and signals
            by name, as for `snnmlir.infer`; or several such runs.
        verify: Whether to compare the C with the reference interpreter on the samples.
        compiler: A GCC with flags, as for `snnmlir.footprint`: the page then has code and stack.
        other: The same graph under another convention, to compare with as `snnmlir.compare` does.

    Raises:
        OptionError: A sample does not fit, or MLIR has changed the network.
        CompileError: The C differs from the reference or, in floats, from the recording; or a C
            compiler refuses it.
    """
    network.check_follows_graph()
    recorded = [
        recording_for(network.graph, run)
        for run in ([recording] if isinstance(recording, Mapping) else recording)
    ]
    if samples is not None:
        runs, data = [*_runs(network, samples)], "the given samples"
    elif recorded:
        runs, data = [run.inputs for run in recorded], "what was recorded"
    else:
        runs, data = [random_input(network)], "random input"
    verified = None
    if recorded:
        verified = verified_by_recordings(network, recorded)
    elif verify:
        verified = verified_by_reference(network, runs)
    known = NetworkReport(
        network.type_name,
        network.resources,
        footprint(network, compiler) if compiler is not None else None,
        fidelity(network, runs, data) if network.dtype in QUANTIZED else None,
        compare(network, other, runs, data) if other is not None else None,
        verified,
        network.placements,
    )
    return network_page(network, known, runs, data)


def _runs(network: Network, samples: Any) -> Iterable[Sample]:
    """The samples one by one."""
    ranks = {port.name: 1 + len(port.shape) for port in network.inputs}
    if isinstance(samples, Mapping):
        arrays = {name: as_array(values, f"input '{name}'") for name, values in samples.items()}
        if all(array.ndim == 1 + ranks.get(name, math.inf) for name, array in arrays.items()):
            counts = {len(array) for array in arrays.values()}
            if len(counts) != 1:
                raise OptionError(f"the inputs have different numbers of samples: {sorted(counts)}")
            return [{name: arrays[name][k] for name in arrays} for k in range(counts.pop())]
        return [arrays]
    if hasattr(samples, "ndim"):
        array = as_array(samples, "the samples")
        several = array.ndim == 1 + next(iter(ranks.values()))
        return list(array) if several else [array]
    return samples if isinstance(samples, Iterable) else [samples]

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compile trained spiking neural networks in NIR to C11, through an MLIR dialect.

import snnmlir

net = snnmlir.compile("model.nir", convention="snntorch", dt=1e-4)
net.write("model.c")
y = net.run(x)            # x [T, *input shape] -> [T, *output shape]
r = net.record(x)         # {"lif1": ..., "lif1.v": ..., ...}
s = net.start()           # s.step(x), s.reset()
net.report(x)             # a page: in a notebook, or net.report(x).save("report.html")

e = snnmlir.evaluate(net, samples, labels=labels)  # a data set, in parallel
s = snnmlir.search(net, samples, labels=labels)  # the smallest that is as accurate: s.network

b = snnmlir.run_on("qemu:cortex-m4f", net, [x])    # on a board or in an emulator

d = snnmlir.deploy(module, x)  # a live network of snnTorch, Norse, ..., compared with the C
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snnmlir import reference
    from snnmlir.boards.places import BoardResult, run_on
    from snnmlir.compiler import Network, compile
    from snnmlir.compiler.resources import Resources
    from snnmlir.conventions import Convention, convention
    from snnmlir.delivery.package import PackageInfo, write_package
    from snnmlir.delivery.selftest import SelfTest, self_test
    from snnmlir.deployment import Deployment, deploy
    from snnmlir.errors import (
        BoardError,
        CompileError,
        DeployError,
        ExecutorError,
        NirError,
        OptionError,
        SnnError,
    )
    from snnmlir.evaluation.evaluate import evaluate
    from snnmlir.evaluation.metrics import Metric, Outcome
    from snnmlir.evaluation.result import Evaluation
    from snnmlir.evaluation.search import Search, search
    from snnmlir.execution.events import EventFormat
    from snnmlir.execution.session import Session
    from snnmlir.inference import Inference
    from snnmlir.inference.infer import infer
    from snnmlir.reports.check import Report, check
    from snnmlir.reports.comparison import Comparison, compare
    from snnmlir.reports.fidelity import Fidelity, fidelity
    from snnmlir.reports.footprint import Footprint, footprint
    from snnmlir.reports.page.make import report
    from snnmlir.reports.page.rendering import HtmlReport

    __version__: str

_HOMES = {
    "BoardError": "errors",
    "BoardResult": "boards.places",
    "Comparison": "reports.comparison",
    "CompileError": "errors",
    "Convention": "conventions",
    "DeployError": "errors",
    "Deployment": "deployment",
    "Evaluation": "evaluation.result",
    "EventFormat": "execution.events",
    "ExecutorError": "errors",
    "Fidelity": "reports.fidelity",
    "Footprint": "reports.footprint",
    "HtmlReport": "reports.page.rendering",
    "Inference": "inference",
    "Metric": "evaluation.metrics",
    "Network": "compiler",
    "NirError": "errors",
    "OptionError": "errors",
    "Outcome": "evaluation.metrics",
    "PackageInfo": "delivery.package",
    "Report": "reports.check",
    "Resources": "compiler.resources",
    "SelfTest": "delivery.selftest",
    "Search": "evaluation.search",
    "Session": "execution.session",
    "SnnError": "errors",
    "check": "reports.check",
    "compare": "reports.comparison",
    "compile": "compiler",
    "convention": "conventions",
    "conventions": "",
    "deploy": "deployment",
    "errors": "",
    "evaluate": "evaluation.evaluate",
    "fidelity": "reports.fidelity",
    "footprint": "reports.footprint",
    "infer": "inference",
    "reference": "",
    "report": "reports.page.make",
    "search": "evaluation.search",
    "run_on": "boards.places",
    "self_test": "delivery.selftest",
    "write_package": "delivery.package",
}
"""Where the public names are, which are imported when they are asked for; "" for modules."""

__all__ = [
    "BoardError",
    "BoardResult",
    "Comparison",
    "CompileError",
    "Convention",
    "DeployError",
    "Deployment",
    "Evaluation",
    "EventFormat",
    "ExecutorError",
    "Fidelity",
    "Footprint",
    "HtmlReport",
    "Inference",
    "Metric",
    "Network",
    "NirError",
    "OptionError",
    "Outcome",
    "PackageInfo",
    "Report",
    "Resources",
    "Search",
    "SelfTest",
    "Session",
    "SnnError",
    "check",
    "compare",
    "compile",
    "convention",
    "deploy",
    "evaluate",
    "fidelity",
    "footprint",
    "infer",
    "reference",
    "report",
    "run_on",
    "search",
    "self_test",
    "write_package",
]


def __getattr__(name: str) -> Any:
    """Imports a public name when it is asked for."""
    if name == "__version__":
        metadata = importlib.import_module("importlib.metadata")
        found = metadata.version("snn-mlir-compile")
    elif name in _HOMES:
        home = _HOMES[name]
        module = importlib.import_module(f"snnmlir.{home or name}")
        found = getattr(module, name) if home else module
    else:
        raise AttributeError(f"module 'snnmlir' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, "__version__"})

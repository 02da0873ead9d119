# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compile trained spiking neural networks in NIR to C11, through an MLIR dialect.

import snnmlir

net = snnmlir.compile("model.nir", convention="snntorch", dt=1e-4)
net.write("model.c")
y = net.run(x)            # x [T, *input shape] -> [T, *output shape]
r = net.record(x)         # {"lif1": ..., "lif1.v": ..., ...}

d = snnmlir.deploy(module, x)  # a live network of snnTorch, Norse, ..., compared with the C
"""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from snnmlir import reference
from snnmlir.compiler import Network, compile
from snnmlir.compiler.resources import Resources
from snnmlir.conventions import Convention, convention
from snnmlir.delivery.package import write_package
from snnmlir.delivery.selftest import SelfTest, self_test
from snnmlir.errors import CompileError, DeployError, NirError, OptionError, SnnError
from snnmlir.inference import Inference, infer
from snnmlir.reports.check import Report, check
from snnmlir.reports.comparison import Comparison, compare
from snnmlir.reports.fidelity import Fidelity, fidelity
from snnmlir.reports.footprint import Footprint, footprint

if TYPE_CHECKING:
    from snnmlir.deployment import Deployment, deploy

__version__ = version("snn-mlir-compile")

__all__ = [
    "Comparison",
    "CompileError",
    "Convention",
    "DeployError",
    "Deployment",
    "Fidelity",
    "Footprint",
    "Inference",
    "Network",
    "NirError",
    "OptionError",
    "Report",
    "Resources",
    "SelfTest",
    "SnnError",
    "check",
    "compare",
    "compile",
    "convention",
    "deploy",
    "fidelity",
    "footprint",
    "infer",
    "reference",
    "self_test",
    "write_package",
]


def __getattr__(name: str) -> Any:
    """Imports `deploy` when it is asked for."""
    if name in ("Deployment", "deploy"):
        from snnmlir import deployment

        return getattr(deployment, name)
    raise AttributeError(f"module 'snnmlir' has no attribute {name!r}")

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The snn dialect in MLIR's own Python: docs/mlir-python.md.

A context that is made after this import has the dialect, with its passes; `register_dialect` gives
it to an older one.
"""

from importlib.metadata import PackageNotFoundError as _PackageNotFoundError
from importlib.metadata import requires as _requires
from importlib.metadata import version as _version

_PACKAGE = "xtc-mlir-python-bindings"


def _check_bindings() -> None:
    """Refuses another `mlir` than the one that the compiler was built for: it would crash."""
    (built_for,) = (
        text.split(";")[0].split("==")[1].strip()
        for text in _requires("snn-mlir-compile") or ()
        if text.startswith(_PACKAGE)
    )
    try:
        found = f"version {_version(_PACKAGE)}"
    except _PackageNotFoundError:
        found = "none"
    if found != f"version {built_for}":
        raise ImportError(
            f"mlir.dialects.snn was made for {_PACKAGE} {built_for} and needs that very build, "
            f"found {found}\n  help: pip install 'snn-mlir-compile[mlir]'"
        )


_check_bindings()

# The first import loads the library of MLIR, which _snn_ext is linked to.
from mlir._mlir_libs import get_dialect_registry as _get_dialect_registry
from mlir.dialects._snn_enum_gen import *
from mlir.dialects._snn_ext import *
from mlir.dialects._snn_ext import register_dialects as _register_dialects
from mlir.dialects._snn_ops_gen import *
from mlir.dialects._snn_ops_gen import _Dialect

_register_dialects(_get_dialect_registry())

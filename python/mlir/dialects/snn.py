# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The snn dialect in MLIR's own Python: docs/mlir-python.md.

A context that is made after this import has the dialect, with its passes; `register_dialect` gives it to
an older one.
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
            f"mlir.dialects.snn needs {_PACKAGE} {built_for}, the build of MLIR that it was made for, "
            f"found {found}\n  help: pip install 'snn-mlir-compile[mlir]'"
        )


_check_bindings()

# The import loads the library of MLIR, which _snn_ext is linked to.
from mlir._mlir_libs import get_dialect_registry as _get_dialect_registry  # noqa: E402
from mlir.dialects._snn_enum_gen import *  # noqa: E402, F403
from mlir.dialects._snn_ext import (  # noqa: E402
    EventsType as EventsType,
    constant as constant,
    find_signals as find_signals,
    is_c11_prefix as is_c11_prefix,
    register_dialect as register_dialect,
    register_dialects as _register_dialects,
    translate_to_c11 as translate_to_c11,
)
from mlir.dialects._snn_ops_gen import *  # noqa: E402, F403
from mlir.dialects._snn_ops_gen import _Dialect as _Dialect  # noqa: E402

_register_dialects(_get_dialect_registry())

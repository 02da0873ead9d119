# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Arrays of other libraries as NumPy's, without importing these libraries."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir.errors import OptionError


def as_array(value: Any, where: str) -> npt.NDArray[Any]:
    """A NumPy array of what another library's array holds; its memory is shared where it can be.

    Tensors of PyTorch come without their gradients and from any device, arrays of JAX and others
    through DLPack or `__array__`, datasets of h5py are read.

    Args:
        value: An array, or nested lists of numbers.
        where: What messages call it, such as "input 'a'".

    Raises:
        OptionError: NumPy cannot make an array of it.
    """
    if isinstance(value, np.ndarray):
        return value
    try:
        for method in ("detach", "cpu"):  # PyTorch's
            value = getattr(value, method, lambda same=value: same)()
        if hasattr(value, "to_dense") and not hasattr(value, "todense"):
            value = value.to_dense()
        if hasattr(value, "__dlpack__"):
            try:
                return np.from_dlpack(value)
            except (BufferError, TypeError, RuntimeError, ValueError):
                pass  # a type or a device that DLPack does not tell NumPy of
        array = np.asarray(value)
        if array.dtype.kind == "O":
            raise TypeError("it holds Python objects")
        return array
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        raise OptionError(
            f"{where} is a {kind}, of which NumPy makes no array: {str(error).splitlines()[0]}",
            help="give numbers of a type that NumPy has, all rows equally long; of PyTorch, "
            "x.float().cpu() is one",
        ) from error

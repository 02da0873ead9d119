# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The registry of NIR node types: one module per family, one entry per type."""

from __future__ import annotations

from collections.abc import Callable

from snnmlir.errors import quoted
from snnmlir.nir_import.nodes import boundary, conv, flatten, linear, neuron, pool
from snnmlir.nir_import.nodes.pending import Pending
from snnmlir.nir_import.nodes.unknown import advice
from snnmlir.nir_import.params import Params

PARSERS: dict[str, Callable[[Params], Pending]] = {
    "Input": boundary.parse_input,
    "Output": boundary.parse_output,
    "Affine": linear.parse_affine,
    "Linear": linear.parse_linear,
    "Scale": linear.parse_scale,
    "Conv1d": conv.parse_conv1d,
    "Conv2d": conv.parse_conv2d,
    "SumPool2d": pool.parse_sum_pool,
    "AvgPool2d": pool.parse_avg_pool,
    "Flatten": flatten.parse_flatten,
    "Delay": neuron.parse_delay,
    "Threshold": neuron.parse_threshold,
    "I": neuron.parse_i,
    "IF": neuron.parse_if,
    "LI": neuron.parse_li,
    "LIF": neuron.parse_lif,
    "CubaLI": neuron.parse_cuba_li,
    "CubaLIF": neuron.parse_cuba_lif,
}


def parse(params: Params) -> Pending:
    """Checks the parameters of a node of any type.

    Raises:
        NirError: The type is unknown, or a parameter is missing, unknown or wrong.
    """
    parser = PARSERS.get(params.raw.type)
    if parser is not None:
        return parser(params)
    raise params.error(
        f"has the unknown type {quoted(params.raw.type)}, expected one of {', '.join(PARSERS)}",
        help=advice(params.raw.type, PARSERS),
    )

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""C to compare with: dense synapses as one writes them first, and as well as they can be."""

from __future__ import annotations

import numpy as np

from snnmlir.nir_import.graph import Affine, Conv, Graph

NAIVE = """\
#include "baseline.h"

void linear(const TYPE *w, const TYPE *x, TYPE *y, size_t outputs, size_t inputs)
{
    for (size_t o = 0; o < outputs; ++o) {
        TYPE sum = 0;
        for (size_t i = 0; i < inputs; ++i)
            sum += w[o * inputs + i] * x[i];
        y[o] = sum;
    }
}

void conv2d(const TYPE *w, const TYPE *x, TYPE *y, const size_t *s)
{
    const size_t outputs = s[0], channels = s[1], height = s[2], width = s[3];
    const size_t kernel_height = s[4], kernel_width = s[5], stride = s[6], padding = s[7];
    const size_t out_height = s[8], out_width = s[9];
    for (size_t o = 0; o < outputs; ++o)
        for (size_t p = 0; p < out_height; ++p)
            for (size_t q = 0; q < out_width; ++q) {
                TYPE sum = 0;
                for (size_t c = 0; c < channels; ++c)
                    for (size_t k = 0; k < kernel_height; ++k)
                        for (size_t l = 0; l < kernel_width; ++l) {
                            const size_t row = p * stride + k - padding;
                            const size_t col = q * stride + l - padding;
                            if (row < height && col < width)
                                sum += x[(c * height + row) * width + col]
                                       * w[((o * channels + c) * kernel_height + k) * kernel_width
                                           + l];
                        }
                y[(o * out_height + p) * out_width + q] = sum;
            }
}

/* Reads all weights once, for the bandwidth. */
TYPE read_all(const TYPE *w, size_t count)
{
    TYPE sums[64] = {0};
    for (size_t i = 0; i + 64 <= count; i += 64)
        for (size_t k = 0; k < 64; ++k)
            sums[k] += w[i + k];
    TYPE sum = 0;
    for (size_t k = 0; k < 64; ++k)
        sum += sums[k];
    return sum;
}
"""


def sources(graph: Graph, dtype: str) -> dict[str, str] | None:
    """C files: `naive_step` and `rows_step` do the dense synapses of one step, no neurons."""
    c_type = {"f32": "float", "f64": "double"}[dtype]
    calls, rows, buffers = [], [], []
    weights = 0
    for index, node in enumerate(graph.nodes.values()):
        if isinstance(node, Affine):
            outputs, inputs = node.weight.shape
            calls.append(
                f"linear(weights + {weights}, in{index}, out{index}, {outputs}, {inputs});"
            )
            rows.append(
                f"""\
    for (size_t o = 0; o < {outputs}; ++o)
        out{index}[o] = 0;
    for (size_t i = 0; i < {inputs}; ++i)
        for (size_t o = 0; o < {outputs}; ++o)
            out{index}[o] += weights[{weights} + i * {outputs} + o] * in{index}[i];"""
            )
        elif isinstance(node, Conv) and node.weight.ndim == 4 and node.groups == 1:
            inputs, outputs = int(np.prod(node.input_shape)), int(np.prod(node.output_shape))
            sizes = [
                *node.weight.shape[:1],
                *node.input_shape,
                *node.weight.shape[2:],
                node.stride[0],
                node.padding[0][0],
                *node.output_shape[1:],
            ]
            calls.append(
                f"{{ static const size_t s[] = {{{', '.join(map(str, sizes))}}}; "
                f"conv2d(weights + {weights}, in{index}, out{index}, s); }}"
            )
        else:
            continue
        weights += node.weight.size
        buffers.append(f"static TYPE in{index}[{inputs}], out{index}[{outputs}];")
    if not calls:
        return None
    linear_only = len(rows) == len(calls)
    header = f"#include <stddef.h>\n#include <string.h>\n#define TYPE {c_type}\n"
    step = "\n    ".join(calls)
    naive = f"""\
#include "baseline.h"
void linear(const TYPE *, const TYPE *, TYPE *, size_t, size_t);
void conv2d(const TYPE *, const TYPE *, TYPE *, const size_t *);
TYPE weights[{weights}];
const size_t weight_count = {weights};
{chr(10).join(buffers)}
void naive_step(void)
{{
    {step}
}}
"""
    shared = "\n".join(buffers).replace("static ", "")
    dense = f"""\
#include "baseline.h"
extern TYPE weights[{weights}];
/* Not static, or compilers could leave out what nobody reads. */
{shared}
void rows_step(void)
{{
{chr(10).join(rows) if linear_only else ""}
}}
const int has_rows = {int(linear_only)};
"""
    return {"baseline.h": header, "naive.c": NAIVE, "naive_step.c": naive, "rows.c": dense}

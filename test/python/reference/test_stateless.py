# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Nodes without state, against values computed by hand."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from reference.handmade import affine, alone, node
from snnmlir import reference
from snnmlir.nir_import import graph as g


def once(of: g.Node, x: Any, **options: Any) -> Any:
    """The node's output for one step, as nested lists."""
    return np.asarray(reference.run(alone(of), np.asarray(x)[np.newaxis], **options))[0].tolist()


def conv(
    weight: Any, input_shape: tuple[int, ...], output: tuple[int, ...], **given: Any
) -> g.Conv:
    dims = np.ndim(weight) - 2
    defaults: dict[str, Any] = {
        "bias": None,
        "stride": (1,) * dims,
        "padding": ((0, 0),) * dims,
        "dilation": (1,) * dims,
        "groups": 1,
    }
    return g.Conv(
        name="n",
        input_shape=input_shape,
        output_shape=output,
        weight=np.asarray(weight, np.float64),
        **(defaults | given),
    )


def test_affine() -> None:
    assert once(affine(weight=[[1, 2], [3, 4]], bias=[0.5, -1]), [1, -1]) == [-0.5, -2]


def test_linear() -> None:
    assert once(affine(weight=[[1, 2, 3]]), [1, 10, 100]) == [321]


def test_affine_applies_one_matrix_per_batch_entry() -> None:
    batched = g.Affine(
        name="n",
        input_shape=(2, 2),
        output_shape=(2, 1),
        weight=np.asarray([[[1.0, 2.0]], [[3.0, 4.0]]]),
        bias=np.asarray([[100.0]]),
    )
    assert once(batched, [[1, 10], [1, 10]]) == [[121], [143]]


def test_scale() -> None:
    assert once(node(g.Scale, shape=(2,), scale=[2, -3]), [1, 2]) == [2, -6]


def test_conv1d_correlates_and_does_not_flip() -> None:
    kernel = conv([[[1, 0, -1]]], (1, 4), (1, 2), bias=np.asarray([0.5]))
    assert once(kernel, [[1, 2, 3, 5]]) == [[-1.5, -2.5]]


def test_conv1d_with_stride_dilation_and_uneven_padding() -> None:
    # Padded to 0 1 2 3 4 0 0; windows (0, 2), (2, 4), (4, 0).
    kernel = conv([[[1, 10]]], (1, 4), (1, 3), stride=(2,), padding=((1, 2),), dilation=(2,))
    assert once(kernel, [[1, 2, 3, 4]]) == [[20, 42, 4]]


def test_conv2d_with_a_kernel_that_is_not_square() -> None:
    kernel = conv([[[[1, 10]]]], (1, 2, 3), (1, 2, 2))
    assert once(kernel, [[[1, 2, 3], [4, 5, 6]]]) == [[[21, 32], [54, 65]]]


def test_conv2d_groups_see_only_their_channels() -> None:
    kernel = conv([[[[2]]], [[[3]]], [[[5]]], [[[7]]]], (2, 1, 1), (4, 1, 1), groups=2)
    assert once(kernel, [[[1]], [[10]]]) == [[[2]], [[3]], [[50]], [[70]]]


def test_conv2d_equals_the_sum_written_out() -> None:
    rng = np.random.default_rng(7)
    weight, bias = rng.normal(size=(6, 2, 3, 2)), rng.normal(size=6)
    x = rng.normal(size=(4, 7, 8))
    stride, dilation, groups = (2, 1), (1, 3), 2
    padding = ((1, 2), (0, 2))
    shape = (6, (7 + 3 - 3) // 2 + 1, 8 + 2 - 4 + 1)
    expected = np.zeros(shape)
    for o, i, j, c, p, q in product(*map(range, (*shape, 2, 3, 2))):
        row = i * stride[0] + p * dilation[0] - padding[0][0]
        col = j * stride[1] + q * dilation[1] - padding[1][0]
        if 0 <= row < 7 and 0 <= col < 8:
            expected[o, i, j] += weight[o, c, p, q] * x[o // 3 * 2 + c, row, col]
    expected += bias[:, np.newaxis, np.newaxis]
    kernel = conv(
        weight, (4, 7, 8), shape, bias=bias, stride=stride, padding=padding, dilation=dilation,
        groups=groups,
    )  # fmt: skip
    np.testing.assert_allclose(once(kernel, x), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("average", "expected"), [(False, [[4, 8], [12, 16]]), (True, [[1, 2], [3, 4]])]
)
def test_padding_counts_in_the_average(average: bool, expected: Any) -> None:
    pool = g.Pool2d(
        name="n",
        input_shape=(1, 2, 2),
        output_shape=(1, 2, 2),
        average=average,
        kernel_size=(2, 2),
        stride=(2, 2),
        padding=(1, 1),
    )
    assert once(pool, [[[4, 8], [12, 16]]]) == [expected]


def test_pool_leaves_out_what_does_not_fill_a_window() -> None:
    pool = g.Pool2d(
        name="n",
        input_shape=(1, 1, 5),
        output_shape=(1, 1, 2),
        average=False,
        kernel_size=(1, 2),
        stride=(1, 2),
        padding=(0, 0),
    )
    assert once(pool, [[[1, 2, 4, 8, 16]]]) == [[[3, 12]]]


def test_padding_of_rows_only() -> None:
    pool = g.Pool2d(
        name="n",
        input_shape=(1, 1, 2),
        output_shape=(1, 2, 1),
        average=False,
        kernel_size=(2, 2),
        stride=(1, 1),
        padding=(1, 0),
    )
    assert once(pool, [[[1, 2]]]) == [[[3], [3]]]


MAP = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]


def flatten(start: int, end: int, output: tuple[int, ...]) -> g.Flatten:
    return g.Flatten(
        name="n", input_shape=(2, 2, 2), output_shape=output, start_dim=start, end_dim=end
    )


def test_flatten_reads_channels_first() -> None:
    assert once(flatten(0, 2, (8,)), MAP) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_flatten_hwc_reads_channels_last() -> None:
    assert once(flatten(0, 2, (8,)), MAP, flatten="hwc") == [1, 5, 2, 6, 3, 7, 4, 8]


def test_flatten_hwc_leaves_partial_flattening_alone() -> None:
    assert once(flatten(1, 2, (2, 4)), MAP, flatten="hwc") == [[1, 2, 3, 4], [5, 6, 7, 8]]


def test_threshold_is_strict_and_sends_spikes() -> None:
    gate = node(g.Threshold, shape=(3,), threshold=[1, 1, -1])
    y = reference.run(alone(gate), np.asarray([[1.0, 1.5, 0.0]]))
    assert isinstance(y, np.ndarray)
    assert y.dtype == np.uint8
    assert y.tolist() == [[0, 1, 1]]

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The interpreter of quantized networks, against integers worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from snnmlir.errors import OptionError
from snnmlir.reference.integer import Factor, IntegerInterpreter, round_half_up

Type = dict[str, Any]
Attributes = dict[str, Any]


def quant(
    shape: tuple[int, ...] | None,
    scale: float | list[float] = 1.0,
    *,
    axis: int | None = None,
    limits: tuple[int, int] = (-(2**31), 2**31 - 1),
) -> Type:
    return {
        "shape": None if shape is None else list(shape),
        "element": "quant",
        "scales": np.atleast_1d(np.asarray(scale, np.float64)),
        "axis": axis,
        "bits": 32,
        "min": limits[0],
        "max": limits[1],
    }


def spikes(*shape: int) -> Type:
    return {"shape": list(shape), "element": "i1"}


def counts(*shape: int) -> Type:
    return {"shape": list(shape), "element": "ui8"}


SMALL = (-128, 127)
WINDOW = {"stride": [1, 1], "padding": [0, 0, 0, 0], "channels_last": False}
CONV1D = {"stride": [1], "padding": [0, 0], "dilation": [1], "groups": 1, "channels_last": False}
ATTRIBUTES: dict[str, Attributes] = {
    "snn.conv1d": CONV1D,
    "snn.conv2d": WINDOW | {"dilation": [1, 1], "groups": 1},
    "snn.sum_pool2d": WINDOW,
    "snn.avg_pool2d": WINDOW,
    "snn.lif": {
        "spike": "gt",
        "spike_timing": "post",
        "reset": "value",
        "reset_timing": "immediate",
    },
    "snn.cuba_li": {"current_order": "updated"},
}
ATTRIBUTES["snn.cuba_lif"] = ATTRIBUTES["snn.lif"] | ATTRIBUTES["snn.cuba_li"]


class Network:
    """The dictionary of a network, written one value at a time."""

    def __init__(self) -> None:
        self.types: dict[int, Type] = {}
        self.given: dict[str, Any] = {
            "inputs": [],
            "outputs": [],
            "types": self.types,
            "constants": {},
            "ops": [],
        }

    def value(self, kind: Type) -> int:
        self.types[len(self.types)] = kind
        return len(self.types) - 1

    def input(self, kind: Type, name: str = "x") -> int:
        value = self.value(kind)
        self.given["inputs"].append((value, name))
        return value

    def output(self, value: int, name: str = "y") -> None:
        self.given["outputs"].append((value, name))

    def constant(self, kind: Type, content: npt.ArrayLike) -> int:
        value = self.value(kind)
        self.given["constants"][value] = np.asarray(content)
        return value

    def coefficient(self, q: npt.ArrayLike, scale: float = 1.0) -> int:
        """A constant with one scale, of the shape of `q`."""
        content = np.asarray(q, np.int64)
        return self.constant(quant(content.shape or None, scale), content)

    def add(
        self,
        op: str,
        operands: dict[str, Any],
        results: list[int],
        node: str = "n",
        **attributes: Any,
    ) -> None:
        self.given["ops"].append(
            {
                "op": op,
                "node": node,
                "operands": operands,
                "results": results,
                "attrs": ATTRIBUTES.get(op, {}) | attributes,
            }
        )

    def run(self, **x: npt.ArrayLike) -> dict[str, list[Any]]:
        y = IntegerInterpreter(self.given).run({name: np.asarray(x[name]) for name in x})
        assert all(array.dtype == np.int64 for array in y.values())
        return {name: array.tolist() for name, array in y.items()}


Coefficients = dict[str, tuple[npt.ArrayLike, float]]
"""By name of the operand: the integers and their scale."""


def stateless(
    op: str,
    source: Type,
    target: Type,
    x: npt.ArrayLike,
    coefficients: Coefficients | None = None,
    operand: str = "input",
    **attributes: Any,
) -> Any:
    """What one operation makes of one input."""
    net = Network()
    operands = {operand: net.input(source)}
    for name, (q, scale) in (coefficients or {}).items():
        operands[name] = net.coefficient(q, scale)
    y = net.value(target)
    net.output(y)
    net.add(op, operands, [y], **attributes)
    return net.run(x=np.asarray(x)[np.newaxis])["y"][0]


RESULTS = {
    "snn.lif": "sv",
    "snn.li": "v",
    "snn.cuba_lif": "svi",
    "snn.cuba_li": "vi",
}


def neuron(
    op: str,
    x: list[int],
    coefficients: Coefficients,
    *,
    source: Type | None = None,
    voltage: Type | None = None,
    current: Type | None = None,
    **attributes: Any,
) -> dict[str, list[int]]:
    """Spikes `s`, voltages `v` and currents `i` of one neuron; scales are 1 by default."""
    net = Network()
    operands = {"input": net.input(source or quant((1,)))}
    for name, (q, scale) in coefficients.items():
        operands[name] = net.coefficient(q, scale)
    counting = str(attributes.get("spike", "")).startswith("count")
    types = {
        "s": counts(1) if counting else spikes(1),
        "v": voltage or quant((1,)),
        "i": current or quant((1,)),
    }
    results = [net.value(types[name]) for name in RESULTS[op]]
    for name, value in zip(RESULTS[op], results, strict=True):
        net.output(value, name)
    net.add(op, operands, results, **attributes)
    y = net.run(x=[[element] for element in x])
    return {name: [row[0] for row in rows] for name, rows in y.items()}


def lif(x: list[int], coefficients: Coefficients, **options: Any) -> tuple[list[int], list[int]]:
    """Spikes and voltages."""
    y = neuron("snn.lif", x, coefficients, **options)
    return y["s"], y["v"]


HALF: tuple[int, float] = (1, 0.5)  # a decay by 1/2
TEN: tuple[int, float] = (10, 1.0)


class TestFactor:
    @pytest.mark.parametrize(
        ("real", "q", "expected"),
        [
            (1.0, [5, -5, 0], [5, -5, 0]),
            (0.5, [3, -3, 1, -1, 4, -4], [2, -1, 1, 0, 2, -2]),
            (-0.5, [3, -3, 1, -1], [-1, 2, 0, 1]),
            (0.25, [1, 2, 3, -1, -2, -3], [0, 1, 1, 0, 0, -1]),
            (2.0, [3, -3], [6, -6]),
            (2.0**15, [3, -3], [98304, -98304]),
            (2.0**16, [3, -3], [196608, -196608]),
            (2.0**20, [3, -3], [3145728, -3145728]),
            (-(2.0**20), [3, -3], [-3145728, 3145728]),
            (49153.0, [2], [98308]),  # 49154, as 15 bits
            (0.0, [7, -7], [0, 0]),
            # M = 21845, F = 16: 15 bits of a third are a bit too little.
            (1 / 3, [3, 200000], [1, 66666]),
            (-1 / 3, [3, 200000], [-1, -66666]),
            (1 + 2.0**-15, [32768], [32770]),
            # So close to a power of two that they are one.
            (1 + 2.0**-16, [2**30, -(2**30)], [2**30, -(2**30)]),
            (1 - 2.0**-16, [2**30, -(2**30)], [2**30, -(2**30)]),
            (1 - 2.0**-53, [2**30], [2**30]),
            # A half of the last bit.
            (2.0**-31, [2**30, 2**30 - 1, -(2**30), -(2**30) - 1], [1, 0, 0, -1]),
            (2.0**-46, [2**31 - 1, -(2**31)], [0, 0]),
            (1e-300, [2**31 - 1], [0]),
            (2.0**40, [1, -1, 0], [2**40, -(2**40), 0]),
            # Further than anything needs to go.
            (2.0**70, [1, -1, 0], [2**62, -(2**62), 0]),
            (1e300, [2**31 - 1, -(2**31), 0], [2**62, -(2**62), 0]),
        ],
    )
    def test_products(self, real: float, q: list[int], expected: list[int]) -> None:
        assert Factor.of(real).times(np.array(q)).tolist() == expected

    @pytest.mark.parametrize(
        ("real", "multiplier", "shift"),
        [
            (1.0, 16384, 14),
            (0.75, 24576, 15),
            (-0.75, -24576, 15),
            (1 / 3, 21845, 16),
            (16384.0, 16384, 0),
            (65536.0, 16384, -2),
            (2.0**-31, 16384, 45),
            (2.0**-32, 16384, 46),
            (3 * 2.0**-47, 2, 46),
            (-3 * 2.0**-47, -1, 46),
            (2.0**-48, 0, 46),
        ],
    )
    def test_fifteen_bits_are_kept(self, real: float, multiplier: int, shift: int) -> None:
        factor = Factor.of(real)
        assert (int(factor.multiplier), int(factor.shift)) == (multiplier, shift)

    def test_each_element_has_its_own(self) -> None:
        factor = Factor.of([[0.5], [2.0**17]])
        assert factor.times(np.array([[3, -3], [3, -3]])).tolist() == [[2, -1], [393216, -393216]]


def test_halves_are_rounded_up() -> None:
    x = [0.5, 1.5, 2.5, -0.5, -1.5, 0.4, -0.6, 0.49999999999999994, -0.5000000000000001]
    assert round_half_up(x).tolist() == [1, 2, 3, 0, -1, 0, -1, 0, -1]


class TestLinear:
    WEIGHT: Coefficients = {"weight": ([[1, -2], [3, 4]], 0.5)}  # noqa: RUF012

    def test_sum(self) -> None:
        assert stateless("snn.linear", quant((2,)), quant((2,)), [5, 7], self.WEIGHT) == [-9, 43]

    def test_bias(self) -> None:
        coefficients = self.WEIGHT | {"bias": ([10, -10], 0.5)}
        assert stateless("snn.linear", quant((2,)), quant((2,)), [5, 7], coefficients) == [1, 33]

    def test_spikes_and_counts(self) -> None:
        y = quant((2,))
        assert stateless("snn.linear", spikes(2), y, [False, True], self.WEIGHT) == [-2, 4]
        assert stateless("snn.linear", counts(2), y, [200, 1], self.WEIGHT) == [198, 604]

    def test_batches(self) -> None:
        weight: Coefficients = {"weight": ([[[1, 2]], [[3, 4]]], 1.0)}
        y = stateless("snn.linear", quant((2, 2)), quant((2, 1)), [[5, 6], [7, 8]], weight)
        assert y == [[17], [53]]

    def test_large_products_are_exact(self) -> None:
        weight: Coefficients = {"weight": ([[2**31 - 1, -(2**31 - 1)]], 1.0)}
        x = [2**31 - 1, 2**31 - 2]
        assert stateless("snn.linear", quant((2,)), quant((1,)), x, weight) == [2**31 - 1]


class TestConv:
    X = [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]  # noqa: RUF012
    WEIGHT: Coefficients = {"weight": ([[[[1, 2], [3, 4]]]], 1.0)}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("attributes", "expected"),
        [
            ({}, [[37, 47], [67, 77]]),
            ({"padding": [1, 0, 0, 1]}, [[11, 18, 9], [37, 47, 21], [67, 77, 33]]),
            ({"padding": [1, 0, 0, 1], "stride": [2, 2]}, [[11, 9], [67, 33]]),
            ({"padding": [1, 0, 0, 1], "stride": [2, 1]}, [[11, 18, 9], [67, 77, 33]]),
            ({"padding": [1, 0, 0, 1], "stride": [1, 2]}, [[11, 9], [37, 21], [67, 33]]),
            ({"stride": [2, 2]}, [[37]]),
            ({"dilation": [2, 2]}, [[64]]),
            ({"dilation": [2, 1]}, [[58, 68]]),
        ],
    )
    def test_windows(self, attributes: Attributes, expected: list[list[int]]) -> None:
        target = quant((1, len(expected), len(expected[0])))
        source = quant((1, 3, 3))
        y = stateless("snn.conv2d", source, target, self.X, self.WEIGHT, **attributes)
        assert y == [expected]

    def test_channels_and_bias(self) -> None:
        coefficients: Coefficients = {
            "weight": ([[[[1]], [[10]]], [[[100]], [[-1]]]], 1.0),
            "bias": ([1000, -1000], 1.0),
        }
        kind = quant((2, 1, 2))
        y = stateless("snn.conv2d", kind, kind, [[[5, 6]], [[7, 8]]], coefficients)
        assert y == [[[1075, 1086]], [[-507, -408]]]

    def test_channels_last(self) -> None:
        coefficients: Coefficients = {
            "weight": ([[[[1]], [[10]]], [[[100]], [[-1]]]], 1.0),
            "bias": ([1000, -1000], 1.0),
        }
        kind = quant((1, 2, 2))
        x = [[[5, 7], [6, 8]]]
        y = stateless("snn.conv2d", kind, kind, x, coefficients, channels_last=True)
        assert y == [[[1075, -507], [1086, -408]]]

    def test_groups(self) -> None:
        weight: Coefficients = {"weight": ([[[[1]]], [[[2]]], [[[3]]], [[[4]]]], 1.0)}
        x = [[[5, 6]], [[7, 8]]]
        y = stateless("snn.conv2d", quant((2, 1, 2)), quant((4, 1, 2)), x, weight, groups=2)
        assert y == [[[5, 6]], [[10, 12]], [[21, 24]], [[28, 32]]]
        weight = {"weight": ([[[1], [10]], [[100], [1000]]], 1.0)}
        line = [[1], [2], [3], [4]]
        y = stateless("snn.conv1d", quant((4, 1)), quant((2, 1)), line, weight, groups=2)
        assert y == [[21], [4300]]

    def test_one_dimension(self) -> None:
        weight: Coefficients = {"weight": ([[[1, -1, 2]]], 1.0)}
        x = [[1, 2, 3, 4, 5]]
        window: Attributes = {"stride": [2], "padding": [1, 1]}
        y = stateless("snn.conv1d", quant((1, 5)), quant((1, 3)), x, weight, **window)
        assert y == [[3, 7, -1]]

    def test_spikes_in_a_large_map(self) -> None:
        weight: Coefficients = {"weight": (np.ones((32, 16, 3, 3), np.int64), 1.0)}
        x = np.ones((16, 34, 34), bool)
        source, target = spikes(16, 34, 34), quant((32, 34, 34))
        y = np.array(stateless("snn.conv2d", source, target, x, weight, padding=[1, 1, 1, 1]))
        assert y.shape == (32, 34, 34)
        assert set(y[:, 1:-1, 1:-1].flat) == {144}
        assert set(y[:, 0, 1:-1].flat) == {96}
        assert set(y[:, [0, 0, -1, -1], [0, -1, 0, -1]].flat) == {64}


class TestPool:
    X = [[[1, 2], [3, 4], [5, 6]]]  # noqa: RUF012

    @pytest.mark.parametrize("op", ["snn.sum_pool2d", "snn.avg_pool2d"])
    def test_both_sum(self, op: str) -> None:
        window: Attributes = {"kernel": [2, 2], "stride": [2, 2], "padding": [1, 0, 0, 0]}
        assert stateless(op, quant((1, 3, 2)), quant((1, 2, 1)), self.X, **window) == [[[3], [18]]]

    def test_windows_overlap(self) -> None:
        source, target = quant((1, 3, 2)), quant((1, 2, 2))
        y = stateless("snn.sum_pool2d", source, target, self.X, kernel=[2, 1])
        assert y == [[[4, 6], [8, 10]]]

    def test_channels_last(self) -> None:
        x = [[[1, 10], [2, 20]], [[3, 30], [4, 40]]]
        source, target = quant((2, 2, 2)), quant((1, 1, 2))
        options: Attributes = {"kernel": [2, 2], "channels_last": True}
        assert stateless("snn.sum_pool2d", source, target, x, **options) == [[[10, 100]]]

    def test_spikes(self) -> None:
        x = [[[1, 0], [1, 1]]]
        source, target = spikes(1, 2, 2), quant((1, 1, 1), 0.25)
        assert stateless("snn.avg_pool2d", source, target, x, kernel=[2, 2]) == [[[3]]]


class TestElementwise:
    def test_scale(self) -> None:
        factor: Coefficients = {"factor": (3, 0.25)}
        kind = quant((4,), 0.5)
        assert stateless("snn.scale", kind, kind, [5, -5, 2, -2], factor) == [4, -4, 2, -1]
        finer = quant((4,), 0.25)
        assert stateless("snn.scale", kind, finer, [5, -5, 2, -2], factor) == [8, -7, 3, -3]

    def test_a_factor_for_each_element(self) -> None:
        factor: Coefficients = {"factor": ([2, -2, 0], 0.25)}
        kind = quant((3,))
        assert stateless("snn.scale", kind, kind, [3, 3, 3], factor) == [2, -1, 0]

    @pytest.mark.parametrize(("q", "expected"), [(3, [0, 2, 6]), (-3, [0, -1, -3])])
    def test_the_scale_of_a_spike_is_a_whole_number(self, q: int, expected: list[int]) -> None:
        # 0.75 / 0.5 = 1.5 is 2 for each spike, -1.5 is -1.
        factor: Coefficients = {"factor": (q, 0.25)}
        assert stateless("snn.scale", counts(3), quant((3,), 0.5), [0, 1, 3], factor) == expected

    def test_rescale(self) -> None:
        x = [2, -2, 6, -6, 7, -7]
        y = stateless("snn.rescale", quant((6,), 0.25), quant((6,)), x)
        assert y == [1, 0, 2, -1, 2, -2]

    def test_rescale_along_an_axis(self) -> None:
        source = quant((2, 2), [0.25, 4.0], axis=0)
        assert stateless("snn.rescale", source, quant((2, 2)), [[6, -6], [6, -6]]) == [
            [2, -1],
            [24, -24],
        ]
        target = quant((2, 2), [0.25, 4.0], axis=1)
        assert stateless("snn.rescale", quant((2, 2)), target, [[6, -6], [6, -6]]) == [
            [24, -1],
            [24, -1],
        ]

    @pytest.mark.parametrize("op", ["snn.rescale", "snn.scale"])
    def test_saturation(self, op: str) -> None:
        factor: Coefficients = {"factor": (1, 1.0)} if op == "snn.scale" else {}
        source, target = quant((4,), 16.0), quant((4,), limits=(-100, 127))
        y = stateless(op, source, target, [8, 7, -6, -7], factor, saturate=True)
        assert y == [127, 112, -96, -100]

    def test_saturation_far_away(self) -> None:
        source, target = quant((3,), 1e30), quant((3,), 1e-30, limits=SMALL)
        x = [2**31 - 1, -1, 0]
        assert stateless("snn.rescale", source, target, x, saturate=True) == [127, -128, 0]
        for q, expected in ((1, [0, 127, 127]), (-1, [0, -128, -128])):
            factor: Coefficients = {"factor": (q, 1e30)}
            y = stateless("snn.scale", counts(3), target, [0, 1, 255], factor, saturate=True)
            assert y == expected

    def test_threshold(self) -> None:
        threshold: Coefficients = {"threshold": (3, 0.5)}
        assert stateless("snn.threshold", quant((3,), 0.5), spikes(3), [2, 3, 4], threshold) == [
            0,
            0,
            1,
        ]
        threshold = {"threshold": ([0, 1], 1.0)}
        assert stateless("snn.threshold", counts(2), spikes(2), [1, 1], threshold) == [1, 0]

    def test_add(self) -> None:
        net = Network()
        kind = quant((2,), [0.4, 0.25], axis=0)
        x, s, n = net.input(kind, "x"), net.input(spikes(2), "s"), net.input(counts(2), "n")
        y = net.value(kind)
        net.output(y)
        net.add("snn.add", {"inputs": [x, s, n, x]}, [y])
        # A spike is 1 / 0.4 = 2.5, which is 3, and 1 / 0.25 = 4.
        assert net.run(x=[[10, -10]], s=[[1, 0]], n=[[2, 3]])["y"] == [[29, -8]]

    def test_a_constant_is_a_signal_too(self) -> None:
        net = Network()
        kind = quant((2,))
        y = net.value(kind)
        net.output(y)
        net.add("snn.add", {"inputs": [net.input(kind), net.constant(kind, [5, -5])]}, [y])
        assert net.run(x=[[1, 2]])["y"] == [[6, -3]]


class TestShapes:
    def test_transpose(self) -> None:
        x = [[[1, 2, 3], [4, 5, 6]]]
        source, target = quant((1, 2, 3)), quant((3, 1, 2))
        y = stateless("snn.transpose", source, target, x, permutation=[2, 0, 1])
        assert y == [[[1, 4]], [[2, 5]], [[3, 6]]]

    @pytest.mark.parametrize("op", ["tensor.collapse_shape", "tensor.expand_shape"])
    def test_reshape(self, op: str) -> None:
        x = [[1, 0, 1], [0, 0, 1]]
        assert stateless(op, spikes(2, 3), spikes(6), x, operand="src") == [1, 0, 1, 0, 0, 1]
        flat = [1, 0, 1, 0, 0, 1]
        assert stateless(op, spikes(6), spikes(2, 3), flat, operand="src") == x


class TestLIF:
    X = [15, 7, 3, 20]  # noqa: RUF012
    BASE: Coefficients = {"decay": HALF, "threshold": TEN}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("spike", "reset", "expected"),
        [
            ("gt", None, ([1, 0, 0, 1], [0, 7, 7, 0])),
            ("gt", 2, ([1, 0, 0, 1], [2, 8, 7, 2])),
            ("gt", -3, ([1, 0, 0, 1], [-3, 6, 6, -3])),
            ("gt", 6, ([1, 0, 0, 1], [6, 10, 8, 6])),
            ("ge", 6, ([1, 1, 0, 1], [6, 6, 6, 6])),
        ],
    )
    def test_immediate_value(
        self, spike: str, reset: int | None, expected: tuple[list[int], list[int]]
    ) -> None:
        coefficients = self.BASE | ({} if reset is None else {"reset_value": (reset, 1.0)})
        assert lif(self.X, coefficients, spike=spike) == expected

    @pytest.mark.parametrize(
        ("spike", "reset", "expected"),
        [
            ("gt", None, ([1, 0, 0, 1], [5, 10, 8, 14])),
            ("ge", None, ([1, 1, 0, 1], [5, 0, 3, 12])),
            ("gt", 4, ([1, 1, 0, 1], [11, 9, 8, 20])),
        ],
    )
    def test_immediate_subtract(
        self, spike: str, reset: int | None, expected: tuple[list[int], list[int]]
    ) -> None:
        coefficients = self.BASE | ({} if reset is None else {"reset_value": (reset, 1.0)})
        assert lif(self.X, coefficients, spike=spike, reset="subtract") == expected

    @pytest.mark.parametrize("reset_timing", ["delayed", "carried"])
    def test_late_spikes_are_those_of_the_stored_voltage(self, reset_timing: str) -> None:
        narrow: Attributes = {"voltage": quant((1,), limits=(-10, 10)), "saturate": True}
        assert lif([50], {"threshold": TEN}, reset_timing=reset_timing, **narrow) == ([0], [10])
        floor: Coefficients = {"threshold": (-5, 1.0), "floor": (0, 1.0)}
        assert lif([-20], floor, reset_timing=reset_timing) == ([1], [0])

    @pytest.mark.parametrize(
        ("spike_timing", "spikes"), [("post", [1, 0, 0, 1]), ("pre", [0, 1, 0, 0])]
    )
    @pytest.mark.parametrize(
        ("reset_timing", "reset", "voltages"),
        [
            ("delayed", "value", [15, 2, 4, 22]),
            ("delayed", "subtract", [15, 5, 6, 23]),
            ("carried", "value", [15, 8, 7, 24]),
            ("carried", "subtract", [15, 10, 8, 24]),
        ],
    )
    def test_late_resets(
        self,
        reset_timing: str,
        reset: str,
        voltages: list[int],
        spike_timing: str,
        spikes: list[int],
    ) -> None:
        coefficients = self.BASE | ({"reset_value": (2, 1.0)} if reset == "value" else {})
        options: Attributes = {
            "reset": reset,
            "reset_timing": reset_timing,
            "spike_timing": spike_timing,
        }
        assert lif(self.X, coefficients, **options) == (spikes, voltages)

    def test_equality_in_late_resets(self) -> None:
        options: Attributes = {"reset": "subtract", "reset_timing": "carried", "spike": "ge"}
        post = lif(self.X, self.BASE, **options)
        assert post == ([1, 1, 0, 1], [15, 10, 3, 22])
        pre = lif(self.X, self.BASE, **options, spike_timing="pre")
        assert pre == ([0, 1, 1, 0], [15, 10, 3, 22])

    def test_pending(self) -> None:
        options: Attributes = {"reset": "subtract", "reset_timing": "pending"}
        y = lif([35, 0, 3, 20], self.BASE, **options)
        assert y == ([1, 0, 0, 1], [25, 13, 10, 15])

    @pytest.mark.parametrize("spike", ["count_trunc", "count_floor"])
    def test_counts(self, spike: str) -> None:
        y = lif([37, -20, 23, 3000], {"threshold": TEN}, spike=spike, reset="subtract")
        assert y == ([3, 0, 1, 255], [7, -13, 0, 450])

    def test_counts_subtract_the_reset_value(self) -> None:
        coefficients: Coefficients = {"threshold": TEN, "reset_value": (4, 1.0)}
        y = lif([37, 0], coefficients, spike="count_floor", reset="subtract")
        assert y == ([3, 2], [25, 17])

    @pytest.mark.parametrize("spike", ["count_floor", "count_trunc"])
    def test_counts_reset_once(self, spike: str) -> None:
        coefficients: Coefficients = {"threshold": TEN, "reset_value": (4, 1.0)}
        y = lif([37, 5, 1], coefficients, spike=spike)
        assert y == ([3, 0, 1], [4, 9, 4])

    def test_counts_without_a_reset(self) -> None:
        y = lif([37, -20, 3000], {"threshold": TEN}, spike="count_floor", reset="none")
        assert y == ([3, 1, 255], [37, 17, 3017])

    @pytest.mark.parametrize(
        ("reset", "voltages"),
        [("subtract", [17, 7, 1]), ("value", [0, 0, 4]), ("none", [37, 37, 41])],
    )
    def test_most_spikes(self, reset: str, voltages: list[int]) -> None:
        options: Attributes = {"spike": "count_trunc", "reset": reset, "max_spikes": 2}
        spikes, v = lif([37, 0, 4], {"threshold": TEN}, **options)
        assert v == voltages
        assert spikes == {"subtract": [2, 1, 1], "value": [2, 0, 0], "none": [2, 2, 2]}[reset]

    @pytest.mark.parametrize("spike", ["gt", "ge"])
    def test_a_spike_changes_nothing(self, spike: str) -> None:
        coefficients: Coefficients = {"threshold": TEN, "floor": (-5, 1.0)}
        y = lif([10, 2, -20, 0], coefficients, spike=spike, reset="none")
        assert y == ([int(spike == "ge"), 1, 0, 0], [10, 12, -5, -5])

    def test_spikes_before_the_input_change_nothing(self) -> None:
        options: Attributes = {"spike_timing": "pre", "reset_timing": "delayed"}
        y = lif([12, 0, -5], {"threshold": TEN}, **options, reset="none")
        assert y == ([0, 1, 1], [12, 12, 7])

    def test_floor(self) -> None:
        coefficients: Coefficients = {"threshold": TEN, "floor": (-5, 1.0)}
        assert lif([-20, 3], coefficients) == ([0, 0], [-5, -2])
        coefficients["reset_value"] = (30, 1.0)
        assert lif([12, -1], coefficients, reset="subtract") == ([1, 0], [-5, -5])

    def test_init(self) -> None:
        coefficients: Coefficients = {"threshold": TEN, "init": (9, 1.0)}
        assert lif([1, 1], coefficients) == ([0, 1], [10, 0])

    def test_saturation_is_last(self) -> None:
        coefficients: Coefficients = {"threshold": TEN, "floor": (-50, 1.0)}
        options: Attributes = {"voltage": quant((1,), limits=(-20, 20)), "saturate": True}
        # 30 fires, and is 20 after the reset; the floor lets -30 through, the type does not.
        y = lif([30, -50, 100], coefficients, **options, reset="subtract")
        assert y == ([1, 0, 1], [20, -20, 20])

    def test_an_array_of_neurons(self) -> None:
        net = Network()
        voltage = quant((2, 2), [0.5, 0.25], axis=0)
        v, s = net.value(voltage), net.value(spikes(2, 2))
        operands = {
            "input": net.input(spikes(2, 2)),
            "threshold": net.constant(quant((2, 1), [0.5, 0.25], axis=0), [[3], [7]]),
            "leak": net.constant(quant((2, 2), [0.5, 0.25], axis=0), [[0, 1], [2, 3]]),
        }
        net.add("snn.lif", operands, [s, v])
        net.output(s, "s")
        net.output(v, "v")
        # A spike is 2 in the first row, 4 in the second.
        y = net.run(x=[[[1, 1], [0, 1]], [[0, 1], [1, 1]]])
        assert y["s"] == [[[0, 0], [0, 0]], [[0, 1], [1, 1]]]
        assert y["v"] == [[[2, 3], [2, 7]], [[2, 0], [0, 0]]]


class TestLI:
    def test_an_integrator(self) -> None:
        assert neuron("snn.li", [5, -7, 0], {})["v"] == [5, -2, -2]

    def test_products_are_rounded_one_by_one(self) -> None:
        coefficients: Coefficients = {"decay": HALF, "gain": (1, 0.5)}
        # 1/2 and 1/2 are 1 and 1.
        assert neuron("snn.li", [2, 1], coefficients)["v"] == [1, 2]

    def test_gain_and_leak(self) -> None:
        coefficients: Coefficients = {"decay": HALF, "gain": (3, 0.5), "leak": (4, 0.5)}
        options: Attributes = {"source": quant((1,), 0.25), "voltage": quant((1,), 0.5)}
        # The factor is 1.5 * 0.25 / 0.5 = 3/4.
        assert neuron("snn.li", [2, -2], coefficients, **options)["v"] == [6, 6]

    @pytest.mark.parametrize(
        ("gain", "expected"), [(None, [3, 603]), ((3, 0.5), [4, 804]), ((-3, 0.5), [-4, -804])]
    )
    def test_spikes_and_counts_are_whole_numbers(
        self, gain: tuple[int, float] | None, expected: list[int]
    ) -> None:
        # 2.5, 3.75 and -3.75 for each.
        coefficients: Coefficients = {} if gain is None else {"gain": gain}
        options: Attributes = {"source": counts(1), "voltage": quant((1,), 0.4)}
        assert neuron("snn.li", [1, 200], coefficients, **options)["v"] == expected

    @pytest.mark.parametrize(
        ("decay", "init", "expected"),
        [
            ((1, 0.5), 5, 3),
            ((1, 0.5), -5, -2),
            ((-1, 0.5), 5, -2),
            ((-1, 0.5), -5, 3),
            ((3, 0.5), 5, 8),
            ((3, 0.5), -5, -7),
            ((2, 1.0), -5, -10),
            ((-1, 1.0), 5, -5),
            ((0, 0.5), 5, 0),
            ((2**30 - 1, 2.0**-30), 2**31 - 1, 2147483645),
            ((-(2**30), 2.0**-30), 2**31 - 1, -2147483647),
        ],
    )
    def test_decay(self, decay: tuple[int, float], init: int, expected: int) -> None:
        coefficients: Coefficients = {"decay": decay, "init": (init, 1.0)}
        assert neuron("snn.li", [0], coefficients)["v"] == [expected]

    def test_saturation(self) -> None:
        options: Attributes = {"voltage": quant((1,), limits=(-10, 10)), "saturate": True}
        y = neuron("snn.li", [25, -3, -25, 4], {}, **options)
        assert y["v"] == [10, 7, -10, -6]

    def test_floor_of_what_is_carried(self) -> None:
        coefficients: Coefficients = {"decay": HALF, "floor": (-5, 1.0), "init": (-9, 1.0)}
        # From -5 in the first step, and again in the third.
        assert neuron("snn.li", [0, -20, 0], coefficients)["v"] == [-2, -21, -2]

    @pytest.mark.parametrize(("floor", "expected"), [(-50, [-20, -15]), (50, [-10, 15])])
    def test_a_floor_is_within_the_type(self, floor: int, expected: list[int]) -> None:
        options: Attributes = {"voltage": quant((1,), limits=(-20, 20)), "saturate": True}
        y = neuron("snn.li", [-30, -5 if floor > 0 else 5], {"floor": (floor, 1.0)}, **options)
        assert y["v"] == expected


class TestCuba:
    @pytest.mark.parametrize(
        ("current_order", "voltages"), [("updated", [8, 12, 14]), ("carried", [0, 8, 12])]
    )
    def test_order(self, current_order: str, voltages: list[int]) -> None:
        coefficients: Coefficients = {"current_decay": HALF}
        y = neuron("snn.cuba_li", [8, 0, 0], coefficients, current_order=current_order)
        assert y == {"i": [8, 4, 2], "v": voltages}

    def test_scales(self) -> None:
        coefficients: Coefficients = {"current_decay": HALF}
        options: Attributes = {"source": quant((1,), 0.5), "current": quant((1,), 0.5)}
        # The voltage sees half of the current's integers: 2.5, 1.5 and 1.
        y = neuron("snn.cuba_li", [5, 0, 0], coefficients, **options)
        assert y == {"i": [5, 3, 2], "v": [3, 5, 6]}

    def test_gains_and_leaks(self) -> None:
        coefficients: Coefficients = {
            "current_gain": (2, 1.0),
            "current_leak": (1, 1.0),
            "decay": HALF,
            "gain": (-3, 1.0),
            "leak": (100, 1.0),
        }
        y = neuron("snn.cuba_li", [4, -1], coefficients)
        assert y == {"i": [9, 8], "v": [73, 113]}

    def test_spikes_enter_the_current_as_whole_numbers(self) -> None:
        coefficients: Coefficients = {"current_gain": (3, 0.5)}
        options: Attributes = {"source": counts(1), "current": quant((1,), 0.4)}
        # 3.75 for each are 4; the voltage gets 0.4 of the current: 1.6 and 4.8.
        y = neuron("snn.cuba_li", [1, 2], coefficients, **options)
        assert y == {"i": [4, 12], "v": [2, 7]}

    def test_init(self) -> None:
        coefficients: Coefficients = {"init": (5, 1.0), "current_init": (4, 1.0)}
        y = neuron("snn.cuba_li", [1, 1], coefficients, current_order="carried")
        assert y == {"i": [5, 6], "v": [9, 14]}

    def test_the_current_saturates_before_the_voltage_sees_it(self) -> None:
        options: Attributes = {"current": quant((1,), limits=(-10, 10)), "saturate": True}
        y = neuron("snn.cuba_li", [50, -50, -50], {}, **options)
        assert y == {"i": [10, -10, -10], "v": [10, 0, -10]}

    def test_floor(self) -> None:
        coefficients: Coefficients = {"current_decay": HALF, "floor": (-3, 1.0)}
        y = neuron("snn.cuba_li", [-8, 0, 2], coefficients)
        assert y == {"i": [-8, -4, 0], "v": [-8, -7, -3]}

    def test_spikes(self) -> None:
        coefficients: Coefficients = {"current_decay": HALF, "decay": HALF, "threshold": TEN}
        y = neuron("snn.cuba_lif", [8, 8, 0, 0], coefficients)
        assert y == {"s": [0, 1, 0, 0], "v": [8, 0, 6, 6], "i": [8, 12, 6, 3]}

    def test_spikes_before_the_input(self) -> None:
        coefficients: Coefficients = {"current_decay": HALF, "threshold": TEN}
        options: Attributes = {
            "reset": "subtract",
            "reset_timing": "delayed",
            "spike_timing": "pre",
        }
        y = neuron("snn.cuba_lif", [16, 0, 0], coefficients, **options, current_order="carried")
        assert y == {"s": [0, 0, 1], "v": [0, 16, 14], "i": [16, 8, 4]}


class TestShortDecay:
    """Decays of 60000 / 2^16 and 20000 / 2^16; 16 bits of 100000 are without the last two."""

    SLOW: tuple[int, float] = (60000, 2.0**-16)
    FAST: tuple[int, float] = (20000, 2.0**-16)
    LARGE = quant((1,), limits=(-100000, 100000))

    @pytest.mark.parametrize(
        ("decay", "voltage", "v", "expected"),
        [
            # 250 * 5536 / 2^14 = 84.5 are forgotten, not 84.6.
            (SLOW, LARGE, 1001, 917),
            (SLOW, LARGE, -1001, -917),
            # 251 * 20000 / 2^14 = 306.4 are left, not 306.7.
            (FAST, LARGE, 1005, 306),
            # 16 bits are all that there are: (1166 + 6) * 5536 / 2^16 = 99.002 are forgotten.
            (SLOW, quant((1,), limits=(-32767, 32767)), 1166, 1067),
            (SLOW, quant((1,), limits=(-32767, 32767)), -1166, -1068),
            # But for 32768 it takes one more: 583 * 5536 / 2^15 = 98.495.
            (SLOW, quant((1,), limits=(-32768, 32767)), 1166, 1068),
            # The decay has no more than the two bits.
            (HALF, LARGE, 1001, 501),
            ((3, 0.25), LARGE, 1001, 751),
        ],
    )
    def test_voltage(self, decay: tuple[int, float], voltage: Type, v: int, expected: int) -> None:
        y = neuron("snn.li", [v, 0], {"decay": decay}, voltage=voltage, short_decay=True)
        assert y["v"] == [v, expected]

    def test_floor(self) -> None:
        coefficients: Coefficients = {"decay": self.SLOW, "floor": (-1001, 1.0)}
        y = neuron("snn.li", [-3000, 0], coefficients, voltage=self.LARGE, short_decay=True)
        assert y["v"] == [-3000, -917]

    def test_all_bits(self) -> None:
        coefficients: Coefficients = {"decay": self.SLOW}
        assert neuron("snn.li", [1001, 0], coefficients, voltage=self.LARGE)["v"] == [1001, 916]

    def test_current(self) -> None:
        coefficients: Coefficients = {"current_decay": self.SLOW, "decay": self.SLOW}
        y = neuron(
            "snn.cuba_li", [1001, 0], coefficients, current=self.LARGE, short_current_decay=True
        )
        assert y == {"i": [1001, 917], "v": [1001, 916 + 917]}

    def test_one_fast_decay_decides_for_all(self) -> None:
        net = Network()
        kind = quant((2,), limits=(-100000, 100000))
        x, v = net.input(kind), net.value(kind)
        net.output(v)
        decay = net.coefficient([60000, 20000], 2.0**-16)
        net.add("snn.li", {"input": x, "decay": decay}, [v], short_decay=True)
        # 251 * 60000 / 2^14 = 919.2 are left; 251 * 5536 / 2^14 = 84.8 would be forgotten.
        assert net.run(x=[[1005, 1005], [0, 0]])["y"] == [[1005, 1005], [919, 306]]


TOWARD_ZERO = {"decay": "toward_zero", "sum": "once"}
BY_SHIFT = {"decay": "shift", "sum": "once"}
EACH = {"decay": "shift", "sum": "each"}
WRAP = {"decay": "toward_zero", "sum": "wrap"}


class TestArithmetic:
    """States with rules of their own: dialect/spec.md, "Quantized arithmetic"."""

    @pytest.mark.parametrize(
        ("rule", "decay", "init", "expected"),
        [
            # 15/4 without the fraction; half up it is 4 and -4.
            (TOWARD_ZERO, (3, 0.25), 5, 3),
            (TOWARD_ZERO, (3, 0.25), -5, -3),
            (TOWARD_ZERO, (3, 0.25), -1, 0),
            (TOWARD_ZERO, (1, 1.0), -7, -7),
            (TOWARD_ZERO, (0, 1.0), -7, 0),
            # Loihi's 12 bits, from the end of its 24: 8388607 * 4000 / 4096 = 8191999.02...
            (TOWARD_ZERO, (4000, 2.0**-12), 2**23 - 1, 8191999),
            (TOWARD_ZERO, (4000, 2.0**-12), 1 - 2**23, -8191999),
            # A quarter is lost, rounded down, but at least 1 from above 0.
            (BY_SHIFT, (3, 0.25), 5, 4),
            (BY_SHIFT, (3, 0.25), 3, 2),
            (BY_SHIFT, (3, 0.25), 1, 0),
            (BY_SHIFT, (3, 0.25), 0, 0),
            (BY_SHIFT, (3, 0.25), -1, 0),
            (BY_SHIFT, (3, 0.25), -5, -3),
            (BY_SHIFT, (3, 0.25), -8, -6),
            (BY_SHIFT, (2**30 - 1, 2.0**-30), 5, 4),
            (BY_SHIFT, (0, 1.0), 77, 0),
        ],
    )
    def test_decay(
        self, rule: Attributes, decay: tuple[int, float], init: int, expected: int
    ) -> None:
        coefficients: Coefficients = {"decay": decay, "init": (init, 1.0)}
        assert neuron("snn.li", [0], coefficients, arithmetic=rule)["v"] == [expected]

    def test_a_signal_decays(self) -> None:
        kind = quant((4,))
        coefficients: Coefficients = {"decay": (3, 0.25)}
        found = [
            stateless("snn.decay", kind, kind, [5, 1, -1, -5], coefficients, **attributes)
            for attributes in ({}, {"arithmetic": TOWARD_ZERO}, {"arithmetic": BY_SHIFT})
        ]
        assert found == [[4, 1, -1, -4], [3, 0, 0, -3], [4, 0, 0, -3]]

    @pytest.mark.parametrize(
        ("init", "x", "leak", "expected"),
        [
            (100, 200, 0, 127),
            (-100, 200, 0, 27),  # 200 is 127 before the voltage is added
            (-100, 200, -50, -23),  # and 77 with the leak
            (-100, 20, -50, -128),
            (50, -300, 200, 122),  # -128, then 72
        ],
    )
    def test_sums_saturate_after_each_addend(
        self, init: int, x: int, leak: int, expected: int
    ) -> None:
        coefficients: Coefficients = {"init": (init, 1.0), "leak": (leak, 1.0)}
        options: Attributes = {"voltage": quant((1,), limits=SMALL), "arithmetic": EACH}
        assert neuron("snn.li", [x], coefficients, **options)["v"] == [expected]

    def test_what_decays_is_an_addend(self) -> None:
        coefficients: Coefficients = {"init": (100, 1.0), "decay": HALF}
        options: Attributes = {"voltage": quant((1,), limits=SMALL), "arithmetic": EACH}
        # -50 and -100 are -128 together, not -150.
        assert neuron("snn.li", [-100], coefficients, **options)["v"] == [-28]

    @pytest.mark.parametrize(
        ("limits", "init", "x", "expected"),
        [
            (SMALL, 100, 27, 127),
            (SMALL, 100, 28, -128),
            (SMALL, 100, 100, -56),
            (SMALL, -100, -28, -128),
            (SMALL, -100, -29, 127),
            (SMALL, -100, -100, 56),
            ((-127, 128), 100, 28, 128),
            ((-127, 128), 100, 29, -127),
        ],
    )
    def test_sums_wrap_around(
        self, limits: tuple[int, int], init: int, x: int, expected: int
    ) -> None:
        options: Attributes = {"voltage": quant((1,), limits=limits), "arithmetic": WRAP}
        assert neuron("snn.li", [x], {"init": (init, 1.0)}, **options)["v"] == [expected]

    def test_the_voltage_sees_the_current_that_wrapped(self) -> None:
        options: Attributes = {"current": quant((1,), limits=SMALL), "current_arithmetic": WRAP}
        y = neuron("snn.cuba_li", [100, 100, 0], {"current_decay": HALF}, **options)
        # 100, 50 + 100 - 256, and half of -106.
        assert y == {"i": [100, -106, -53], "v": [100, -6, -59]}

    def test_a_neuron_of_loihi(self) -> None:
        coefficients: Coefficients = {
            "current_decay": (3, 0.25),
            "current_gain": (64, 1.0),
            "decay": (3, 0.25),
            "threshold": (150, 1.0),
        }
        limits: Attributes = {"voltage": quant((1,), limits=(-200, 200)), "saturate": True}
        arithmetic: Attributes = {"arithmetic": TOWARD_ZERO, "current_arithmetic": TOWARD_ZERO}
        y = neuron("snn.cuba_lif", [1, 1, 0, -9, 0], coefficients, **limits, **arithmetic)
        # 48 + 64 and 48 + 112; 84 and 84, for the voltage was reset; 63 - 576, and 63 less that.
        assert y["i"] == [64, 112, 84, -513, -384]
        assert y["s"] == [0, 1, 0, 0, 0]
        assert y["v"] == [64, 0, 84, -200, -200]

    def test_a_neuron_of_xylo(self) -> None:
        coefficients: Coefficients = {"decay": (3, 0.25), "threshold": (20, 1.0)}
        options: Attributes = {"spike": "count_floor", "reset": "subtract", "max_spikes": 3}
        limits: Attributes = {"voltage": quant((1,), limits=SMALL), "arithmetic": EACH}
        found = lif([50, 100, 0, -127], coefficients, **options, **limits)
        # 50; 10 - 2 + 100, of which three are taken; 48 - 12; 16 - 4 - 127, where -131 is -128.
        assert found == ([2, 3, 1, 0], [10, 48, 16, -112])


class TestSumsThatSaturate:
    WEIGHT: Coefficients = {"weight": ([[100, -100, 50], [-100, 100, 1]], 1.0)}  # noqa: RUF012

    def add(self, x: list[int], coefficients: Coefficients | None = None) -> Any:
        kind = quant((2,), limits=SMALL)
        given = self.WEIGHT | (coefficients or {})
        return stateless("snn.linear", counts(3), kind, x, given, saturate=True)

    def test_the_order_counts(self) -> None:
        # 127, 27, 77 and -128, -28, -27; all at once they are 150 and -99.
        assert self.add([2, 1, 1]) == [77, -27]

    def test_the_bias_is_what_the_sum_begins_with(self) -> None:
        assert self.add([1, 1, 0], {"bias": ([100, -50], 1.0)}) == [27, -28]

    def test_inputs_of_zero_change_nothing(self) -> None:
        assert self.add([0, 0, 0], {"bias": ([127, -128], 1.0)}) == [127, -128]


class TestTruncation:
    @staticmethod
    def truncated(weight: list[float], x: list[int], scale: float, element: str = "f32") -> Any:
        net = Network()
        source = net.input(spikes(len(weight)))
        real: Type = {"shape": [1, len(weight)], "element": element}
        total = net.value({"shape": [1], "element": element})
        operands = {"input": source, "weight": net.constant(real, [weight])}
        net.add("snn.linear", operands, [total])
        y = net.value(quant((1,), scale, limits=SMALL))
        net.output(y)
        net.add("snn.truncate", {"input": total}, [y])
        return net.run(x=[x])["y"][0]

    @pytest.mark.parametrize(
        ("x", "expected"), [([1, 0], 5), ([0, 1], -10), ([1, 1], -5), ([0, 0], 0)]
    )
    @pytest.mark.parametrize("element", ["f32", "f64"])
    def test_toward_zero(self, element: str, x: list[int], expected: int) -> None:
        # 5, -10.4 and -5.4 quarters.
        assert self.truncated([1.25, -2.6], x, 0.25, element) == [expected]

    @pytest.mark.parametrize(
        ("value", "expected"), [(1e30, 127), (-1e30, -128), (127.9, 127), (float("nan"), 127)]
    )
    def test_what_the_type_holds(self, value: float, expected: int) -> None:
        assert self.truncated([value], [1], 1.0) == [expected]

    def test_sums_are_those_of_their_type(self) -> None:
        # In float32 1 is lost beside 2^24, whatever comes after it.
        weight, x = [2.0**24, 1.0, -(2.0**24)], [1, 1, 1]
        assert self.truncated(weight, x, 1.0) == [0]
        assert self.truncated(weight, x, 1.0, "f64") == [1]


class TestDelay:
    def delayed(
        self, kind: Type, steps: npt.ArrayLike, init: npt.ArrayLike | None, x: npt.ArrayLike
    ) -> list[Any]:
        net = Network()
        operands = {"input": net.input(kind)}
        if init is not None:
            shape = np.shape(init)
            operands["init"] = net.constant(kind | {"shape": list(shape) or None}, init)
        y = net.value(kind)
        net.output(y)
        net.add("snn.delay", operands, [y], steps=np.asarray(steps))
        return net.run(x=x)["y"]

    def test_all_elements(self) -> None:
        y = self.delayed(quant((1,)), 2, None, [[1], [2], [3], [4], [5]])
        assert y == [[0], [0], [1], [2], [3]]

    def test_no_delay(self) -> None:
        assert self.delayed(quant((1,)), 0, 7, [[1], [2]]) == [[1], [2]]

    def test_each_element(self) -> None:
        x = [[t, t, t] for t in range(1, 6)]
        y = self.delayed(quant((3,)), [0, 1, 3], [9, 8, 7], x)
        assert y == [[1, 8, 7], [2, 1, 7], [3, 2, 7], [4, 3, 1], [5, 4, 2]]

    def test_spikes(self) -> None:
        y = self.delayed(spikes(2), [1, 2], [True, False], [[0, 1], [1, 1], [0, 0], [0, 0]])
        assert y == [[1, 0], [0, 0], [1, 1], [0, 1]]
        assert self.delayed(spikes(1), 1, np.True_, [[0], [0]]) == [[1], [0]]

    def test_counts(self) -> None:
        init = np.array([3.0, 4.0], np.float32)
        assert self.delayed(counts(2), 1, init, [[255, 0], [0, 0]]) == [[3, 4], [255, 0]]

    def test_a_delay_of_a_delay(self) -> None:
        net = Network()
        x, between, y = net.input(spikes(1)), net.value(spikes(1)), net.value(spikes(1))
        net.output(y)
        net.add("snn.delay", {"input": between}, [y], steps=np.array(1))
        net.add("snn.delay", {"input": x}, [between], steps=np.array(2))
        assert net.run(x=[[1], [0], [0], [0], [0]])["y"] == [[0], [0], [0], [1], [0]]


class TestOrder:
    def accumulator(self, steps: npt.ArrayLike) -> Network:
        """y(t) = x(t) + y(t - steps), uses before definitions."""
        net = Network()
        kind = quant((2,))
        x, past, y = net.input(kind), net.value(kind), net.value(kind)
        net.output(y)
        net.add("snn.add", {"inputs": [x, past]}, [y], node="sum")
        net.add("snn.delay", {"input": y}, [past], node="past", steps=np.asarray(steps))
        return net

    def test_definitions_come_before_uses(self) -> None:
        net = Network()
        kind = quant((1,))
        x, a, b = net.input(kind), net.value(kind), net.value(kind)
        net.output(b)
        net.add("snn.scale", {"input": a, "factor": net.coefficient(3)}, [b])
        net.add("snn.scale", {"input": x, "factor": net.coefficient(2)}, [a])
        assert net.run(x=[[1], [2]])["y"] == [[6], [12]]

    def test_a_delay_closes_a_cycle(self) -> None:
        x = [[1, 1], [2, 2], [3, 3], [4, 4]]
        assert self.accumulator(1).run(x=x)["y"] == [[1, 1], [3, 3], [6, 6], [10, 10]]
        assert self.accumulator([1, 2]).run(x=x)["y"] == [[1, 1], [3, 2], [6, 4], [10, 6]]

    def test_a_delay_that_passes_an_element_on_does_not(self) -> None:
        message = r"cycle without a carried result .*'(sum|past)', '(sum|past)'"
        with pytest.raises(OptionError, match=message):
            IntegerInterpreter(self.accumulator([0, 1]).given)

    def test_spikes_of_the_carried_voltage_close_a_cycle(self) -> None:
        net = Network()
        kind = quant((1,))
        x, back, total = net.input(kind), net.value(kind), net.value(kind)
        s, v = net.value(spikes(1)), net.value(kind)
        net.output(s, "s")
        net.output(v, "v")
        net.output(total, "total")
        net.add("snn.linear", {"input": s, "weight": net.coefficient([[-4]])}, [back])
        net.add(
            "snn.lif",
            {"input": total, "threshold": net.coefficient(10)},
            [s, v],
            reset="subtract",
            reset_timing="carried",
            spike_timing="pre",
        )
        net.add("snn.add", {"inputs": [x, back]}, [total])
        y = net.run(x=[[15], [0], [10], [0]])
        assert y["s"] == [[0], [1], [0], [1]]
        assert y["total"] == [[15], [-4], [10], [-4]]
        assert y["v"] == [[15], [1], [11], [-3]]

    def test_the_voltage_is_not_carried(self) -> None:
        net = Network()
        kind = quant((1,))
        s, v = net.value(spikes(1)), net.value(kind)
        net.input(kind)
        timing: Attributes = {"reset_timing": "delayed", "spike_timing": "pre"}
        operands = {"input": v, "threshold": net.coefficient(10)}
        net.add("snn.lif", operands, [s, v], node="lif1", **timing)
        with pytest.raises(OptionError, match="'lif1'"):
            IntegerInterpreter(net.given)

    def test_events_change_nothing(self) -> None:
        net = Network()
        x, y = net.input(spikes(2)), net.value(quant((1,)))
        events = net.value({"shape": [2], "element": "events"})
        net.output(y)
        weight = net.coefficient([[3, 4]])
        net.add("snn.linear", {"input": x, "weight": weight, "events": events}, [y])
        net.add("snn.events", {"input": x}, [events])
        assert net.run(x=[[0, 1], [1, 1]])["y"] == [[4], [7]]


class TestSteps:
    def integrator(self) -> IntegerInterpreter:
        net = Network()
        kind = quant((2,), limits=SMALL)
        v, past = net.value(kind), net.value(kind)
        net.add("snn.li", {"input": net.input(kind), "init": net.coefficient(1)}, [v], "li1")
        net.add("snn.delay", {"input": v}, [past], steps=np.array(1))
        net.output(v, "v")
        net.output(past, "past")
        return IntegerInterpreter(net.given)

    def test_steps_follow_each_other(self) -> None:
        network = self.integrator()
        x = {"x": np.array([1, 2])}
        assert network.step(x)["v"].tolist() == [2, 3]
        y = network.step(x)
        assert (y["v"].tolist(), y["past"].tolist()) == ([3, 5], [2, 3])

    def test_reset(self) -> None:
        network = self.integrator()
        x = {"x": np.array([1, 2])}
        network.step(x)
        network.reset()
        y = network.step(x)
        assert (y["v"].tolist(), y["past"].tolist()) == ([2, 3], [0, 0])

    def test_a_run_starts_anew(self) -> None:
        network = self.integrator()
        x = {"x": np.array([[1, 2], [1, 2]], np.int8)}
        network.run(x)
        y = network.run(x)
        assert y["v"].tolist() == [[2, 3], [3, 5]]
        assert y["past"].tolist() == [[0, 0], [2, 3]]

    def test_outputs_are_the_callers(self) -> None:
        network = self.integrator()
        x = {"x": np.array([1, 2])}
        network.step(x)["v"][:] = 100
        assert network.step(x)["v"].tolist() == [3, 5]

    def test_an_input_can_be_an_output(self) -> None:
        net = Network()
        x = net.input(spikes(1))
        net.output(x, "y")
        net.output(x, "z")
        assert net.run(x=[[True], [False]]) == {"y": [[1], [0]], "z": [[1], [0]]}


class TestOverflow:
    TARGET = quant((1,), limits=SMALL)

    @pytest.mark.parametrize(
        ("op", "source", "target", "x", "coefficients", "attributes"),
        [
            ("snn.linear", quant((1,)), TARGET, [64], {"weight": ([[2]], 1.0)}, {}),
            ("snn.scale", quant((1,)), TARGET, [64], {"factor": (2, 1.0)}, {}),
            ("snn.scale", counts(1), TARGET, [64], {"factor": (2, 1.0)}, {}),
            ("snn.rescale", quant((1,), 2.0), TARGET, [64], {}, {}),
            ("snn.rescale", quant((1,), 1e300), TARGET, [-1], {}, {}),
            (
                "snn.conv1d",
                quant((1, 1)),
                quant((1, 1), limits=SMALL),
                [[64]],
                {"weight": ([[[2]]], 1.0)},
                {},
            ),
            (
                "snn.sum_pool2d",
                quant((1, 1, 2)),
                quant((1, 1, 1), limits=SMALL),
                [[[64, 64]]],
                {},
                {"kernel": [1, 2]},
            ),
        ],
    )
    def test_stateless(
        self,
        op: str,
        source: Type,
        target: Type,
        x: npt.ArrayLike,
        coefficients: Coefficients,
        attributes: Attributes,
    ) -> None:
        with pytest.raises(OverflowError, match=rf"node 'big': the result of {op} is .*\[0"):
            stateless(op, source, target, x, coefficients, node="big", **attributes)

    def test_the_limits_are_included(self) -> None:
        target = quant((2,), limits=SMALL)
        assert stateless("snn.rescale", quant((2,)), target, [127, -128]) == [127, -128]
        with pytest.raises(OverflowError, match=r"is -129 at \[1\], outside of -128 to 127"):
            stateless("snn.rescale", quant((2,)), target, [127, -129])

    def test_add(self) -> None:
        net = Network()
        x, y = net.input(self.TARGET), net.value(self.TARGET)
        net.output(y)
        net.add("snn.add", {"inputs": [x, x]}, [y], node="sum")
        with pytest.raises(OverflowError, match="'sum'"):
            net.run(x=[[64]])

    def test_voltage(self) -> None:
        with pytest.raises(OverflowError, match=r"node 'n': the voltage of snn.li is 128 at \[0\]"):
            neuron("snn.li", [100, 28], {}, voltage=self.TARGET)
        # A reset brings the voltage back in time.
        assert lif([128], {"threshold": TEN}, voltage=self.TARGET) == ([1], [0])
        with pytest.raises(OverflowError, match=r"the voltage of snn\.lif"):
            lif([200], {"threshold": TEN}, reset="subtract", voltage=self.TARGET)

    def test_current(self) -> None:
        with pytest.raises(OverflowError, match=r"the current of snn\.cuba_li is -129"):
            neuron("snn.cuba_li", [-129], {}, current=self.TARGET)


class TestErrors:
    def network(self) -> IntegerInterpreter:
        net = Network()
        a, s = net.input(quant((2,), limits=SMALL), "a"), net.input(spikes(2), "s")
        y = net.value(quant((2,)))
        net.output(y)
        net.add("snn.add", {"inputs": [a, s]}, [y])
        return IntegerInterpreter(net.given)

    GOOD = {"a": np.array([[1, 2]]), "s": np.array([[0, 1]])}  # noqa: RUF012

    @pytest.mark.parametrize(
        ("x", "message"),
        [
            ({"a": GOOD["a"]}, "given for 'a', expected 'a', 's'"),
            (GOOD | {"b": GOOD["a"]}, "given for 'a', 's', 'b', expected 'a', 's'"),
            (GOOD | {"a": np.array([[1, 2, 3]])}, r"'a' has shape \[1, 3\], expected \[1, 2\]"),
            (GOOD | {"a": np.array([1, 2])}, "have 2 for 'a', 1 for 's' steps"),
            (GOOD | {"a": np.array(1)}, r"'a' has shape \[\], expected \[1, 2\]"),
            (GOOD | {"a": np.zeros((3, 2), int)}, "have 3 for 'a', 1 for 's' steps"),
            ({"a": np.zeros((0, 2), int), "s": np.zeros((0, 2), int)}, "at least one"),
            (GOOD | {"a": np.array([[1.0, 2.0]])}, "'a' is float64, expected integers"),
            (GOOD | {"a": np.array([[1, 128]])}, "from 1 to 128, expected -128 to 127"),
            (GOOD | {"s": np.array([[0, 2]])}, "from 0 to 2, expected 0 to 1"),
        ],
    )
    def test_inputs_of_a_run(self, x: dict[str, npt.NDArray[Any]], message: str) -> None:
        with pytest.raises(OptionError, match=message):
            self.network().run(x)

    def test_inputs_of_a_step(self) -> None:
        network = self.network()
        with pytest.raises(OptionError, match="given for nothing, expected 'a', 's'"):
            network.step({})
        with pytest.raises(OptionError, match=r"'a' has shape \[1, 2\], expected \[2\]"):
            network.step(self.GOOD)

    @pytest.mark.parametrize("element", ["f32", "f64"])
    def test_networks_that_are_not_quantized(self, element: str) -> None:
        kind = {"shape": [1], "element": element}
        net = Network()
        net.input(kind)
        with pytest.raises(OptionError, match=f"input 'x' has elements of type {element}"):
            IntegerInterpreter(net.given)
        with pytest.raises(OptionError, match=f"output 'y' has elements of type {element}"):
            stateless("snn.linear", spikes(1), kind, [1], {"weight": ([[1]], 1.0)})

    def test_unknown_operations(self) -> None:
        with pytest.raises(OptionError, match=r"node 'n': snn.softmax: not an operation"):
            stateless("snn.softmax", spikes(1), quant((1,)), [1])

    def test_counts_with_a_threshold_of_zero(self) -> None:
        with pytest.raises(OptionError, match=r"node 'n': .* threshold of 0, expected above 0"):
            lif([1], {"threshold": (0, 1.0)}, spike="count_floor", reset="subtract")

    def test_decays_that_are_not_fractions_of_a_power_of_two(self) -> None:
        with pytest.raises(OptionError, match="scale of the decay"):
            neuron("snn.li", [1], {"decay": (1, 2.0**-31)})

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neurons that no reader of files makes: spikes without a reset, counts with every reset and limit,
integrators with a floor. The C computes the table in the description of snn.lif."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

from snnmlir._mlir import Context, MLIRError, Module, NetworkBuilder, PassManager, Value, emit_c11
from snnmlir.compiler import Port
from snnmlir.compiler.quantize import quantize
from snnmlir.execution.ports import ports_of
from snnmlir.execution.runner import Executable
from snnmlir.reference.integer import IntegerInterpreter

Signal: TypeAlias = npt.NDArray[Any]
Signals: TypeAlias = dict[str, Signal]

SIZE = 8
"""Neurons of one form."""


@dataclass(frozen=True)
class Form:
    """A kind of neuron.

    Attributes:
        op: lif, li, cuba_lif or cuba_li.
        decay: "fast", "slow" or "none": how the voltage decays.
        choices: The attributes that are not default.
        has_floor: Whether there is a floor.
        has_reset: Whether there is a reset value.
    """

    op: str
    decay: str
    choices: Mapping[str, Any]
    has_floor: bool = False
    has_reset: bool = False

    @property
    def name(self) -> str:
        """What the node is called."""
        words = [self.op, *map(str, self.choices.values())]
        words += ["floor"] * self.has_floor + ["value"] * self.has_reset
        return "_".join([*words, self.decay])

    @property
    def spikes(self) -> bool:
        return self.op.endswith("lif")

    @property
    def has_current(self) -> bool:
        return self.op.startswith("cuba")

    @property
    def reset(self) -> str:
        """What spikes do to the voltage; nothing where there are none."""
        return str(self.choices.get("reset", "value" if self.spikes else "none"))

    @property
    def most(self) -> int:
        """The most spikes of one neuron in one step."""
        if not self.choices.get("spike", "gt").startswith("count"):
            return 1
        return int(self.choices.get("max_spikes", 255))

    def coefficients(self, rng: np.random.Generator) -> Signals:
        """Random numbers for all operands, [SIZE] each."""

        def draw(low: float, high: float) -> Signal:
            return rng.uniform(low, high, SIZE)

        found = {"gain": draw(0.5, 1.5), "leak": draw(-0.1, 0.1), "init": draw(-0.5, 0.5)}
        if self.decay != "none":
            # The same for all: then it can be computed in 16 bits.
            low, high = (0.4, 0.8) if self.decay == "fast" else (0.998, 0.9995)
            found["decay"] = np.full(SIZE, rng.uniform(low, high))
        if self.has_current:
            found["current_decay"] = draw(0.5, 0.8)
            found["current_gain"] = draw(0.5, 1.5)
        if self.spikes:
            found["threshold"] = draw(0.5, 1.5)
        if self.has_reset:
            found["reset_value"] = draw(-0.3, 0.4)
        if self.has_floor:
            found["floor"] = draw(-1.0, 0.2)
        return found


def forms() -> Iterator[Form]:
    """Every new form, with every kind of decay."""
    for decay in ("fast", "slow", "none"):
        # Both rules count the same.
        for op, rule in (("lif", "count_trunc"), ("cuba_lif", "count_floor")):
            yield Form(op, decay, {"reset": "none"}, has_floor=True)
            yield Form(op, decay, {"reset": "none", "spike": "ge"})
            pre = {"spike_timing": "pre", "reset_timing": "delayed"}
            yield Form(op, decay, {"reset": "none"} | pre, has_floor=op == "lif")
            yield Form(op, decay, {"spike": rule, "reset": "none", "max_spikes": 7})
            yield Form(op, decay, {"spike": rule}, has_floor=True)
            yield Form(op, decay, {"spike": rule, "max_spikes": 2}, has_reset=True)
            count = {"spike": rule, "reset": "subtract"}
            yield Form(op, decay, count | {"max_spikes": 1})
            yield Form(op, decay, count | {"max_spikes": 3}, has_floor=True)
            yield Form(op, decay, count | {"max_spikes": 254}, has_reset=True)
        yield Form("li", decay, {}, has_floor=True)
        yield Form("cuba_li", decay, {}, has_floor=True)
        yield Form("cuba_li", decay, {"current_order": "carried"}, has_floor=True)


FORMS = {form.name: form for form in forms()}


@dataclass(frozen=True)
class Built:
    """A network with a node of every form, and what is in it.

    Attributes:
        context: What owns the module.
        module: The network.
        coefficients: Those of each node.
    """

    context: Context
    module: Module
    coefficients: dict[str, Signals]

    @classmethod
    def of(cls, element: str, kind: str, seed: int) -> Built:
        """All forms with coefficients of type `element`, driven by one input of type `kind`.

        Spikes drive them through synapses, values directly.
        """
        rng = np.random.default_rng(seed)
        context = Context()
        builder = NetworkBuilder(context, "net", [("x", [SIZE], kind)], 1e-3, {})
        x = builder.input(0)
        if kind != "i1":
            builder.set_range(x, -8.0, 8.0)
        dtype = np.float64 if element == "f64" else np.float32
        outputs: list[tuple[str, Value]] = []
        recorded: list[tuple[str, Value]] = []
        coefficients = {}
        for name, form in FORMS.items():
            drive = x
            if kind == "i1":
                weight = rng.normal(0.1, 0.6, (SIZE, SIZE)) * (rng.random((SIZE, SIZE)) < 0.4)
                weight = weight.astype(dtype)
                drive = builder.linear(x, builder.constant(weight), node=name + "_in")
            numbers = {key: q.astype(dtype) for key, q in form.coefficients(rng).items()}
            coefficients[name] = numbers
            choices = dict(form.choices)
            most = choices.pop("max_spikes", None)
            results = builder.neuron(
                form.op,
                drive,
                {key: builder.constant(number) for key, number in numbers.items()},
                choices,
                max_spikes=most,
                element_type=element,
                node=name,
            )
            values = list(results)
            if form.spikes:
                outputs.append((name, values.pop(0)))
            # The types of what is recorded are those of the states.
            recorded += zip((name + ".v", name + ".i"), values, strict=False)
        return cls(context, builder.finish(outputs, recorded), coefficients)

    def lowered(self, pipeline: str) -> Module:
        module = self.module.clone()
        PassManager.parse(pipeline, self.context).run(module)
        return module

    def run(self, x: Signal) -> Signals:
        """What the C computes."""
        source, header = emit_c11(self.lowered("snn-to-loops"), "net", "net.h")
        network = self.module.network(constants=False)
        ports: list[tuple[Port, ...]] = [ports_of(network, side) for side in ("inputs", "outputs")]
        return Executable(source, header, *ports).run_integers({"x": x})


# --- Floating point -------------------------------------------------------------------------------


def step(form: Form, c: Signals, v: Signal, i: Signal, x: Signal) -> tuple[Signal, Signal, Signal]:
    """Spikes, voltage and current of one step: the equations, an absent coefficient left out."""

    def integrate(prefix: str, state: Signal, drive: Signal) -> Signal:
        state = c[prefix + "decay"] * state if prefix + "decay" in c else state
        total = state + c[prefix + "gain"] * drive
        return total + c[prefix + "leak"] if prefix + "leak" in c else total

    if form.has_current:
        before, i = i, integrate("current_", i, x)
        x = before if form.choices.get("current_order") == "carried" else i
    if not form.spikes:
        return np.zeros(SIZE), integrate("", np.maximum(v, c["floor"]), x), i
    u = integrate("", v, x)
    theta = c["threshold"]
    compared = v if form.choices.get("spike_timing") == "pre" else u
    match form.choices.get("spike", "gt"):
        case "gt":
            spikes = (compared > theta).astype(v.dtype)
        case "ge":
            spikes = (compared >= theta).astype(v.dtype)
        case "count_trunc":
            spikes = np.where(u > 0, np.trunc(u / theta), 0)
        case _:
            spikes = np.where(u >= theta, np.floor(u / theta), 0)
    spikes = np.minimum(spikes, form.most).astype(v.dtype)
    match form.reset:
        case "value":
            reset = c.get("reset_value", np.zeros(SIZE, v.dtype))
            u = np.where(spikes > 0, reset, u)
        case "subtract":
            u = u - spikes * c.get("reset_value", theta)
    return spikes, np.maximum(u, c["floor"]) if form.has_floor else u, i


def simulate(form: Form, c: Signals, x: Signal) -> Signals:
    """Spikes, voltages and currents, [T, SIZE] each, and the voltages that were floored."""
    v, i = c["init"], np.zeros(SIZE, x.dtype)
    rows = []
    for now in x:
        floored = v < c["floor"] if form.has_floor else np.zeros(SIZE, bool)
        spikes, v, i = step(form, c, v, i, now)
        rows.append((spikes, v, i, floored))
    columns = zip(*rows, strict=True)
    return dict(zip(("", ".v", ".i", "floored"), map(np.stack, columns), strict=True))


@pytest.mark.parametrize("element", ["f32", "f64"])
@pytest.mark.parametrize("seed", range(3))
def test_floating_point(element: str, seed: int) -> None:
    built = Built.of(element, element, seed)
    dtype = np.float64 if element == "f64" else np.float32
    x = np.random.default_rng(seed).normal(0.2, 2.0, (200, SIZE)).astype(dtype)
    found = built.run(x)
    for name, form in FORMS.items():
        expected = simulate(form, built.coefficients[name], x)
        for suffix in ("", ".v", ".i"):
            if name + suffix in found:
                assert np.array_equal(found[name + suffix], expected[suffix]), name + suffix
        if form.spikes:
            assert expected[""].max() == form.most or form.most >= 254, name
        elif form.has_floor:
            assert 0.02 < expected["floored"].mean() < 0.98, name
        if form.spikes and form.has_floor:
            assert np.any(expected[".v"] == built.coefficients[name]["floor"]), name


def test_no_reset_is_no_code() -> None:
    built = Built.of("f32", "f32", 0)
    bodies = functions(built)
    for name in ("lif_none_ge_fast", "lif_none_pre_delayed_floor_fast"):
        body = bodies[name]
        selects = body.count("arith.select")
        assert selects == FORMS[name].has_floor
        assert "arith.subf" not in body
        # Spikes that are there already are not read.
        assert ('snn.name = "spikes"' in body) == ("pre" not in name)


# --- Integers -------------------------------------------------------------------------------------


def quantized(dtype: str, kind: str) -> Built:
    """All forms as snn-quantize makes them of random ones."""
    built = Built.of("f32", kind, 5)
    quantize(built.module, built.context, dtype, "real", "short")
    return built


def quant(bits: int, scale: float, most: int | None = None) -> str:
    limits = "" if most is None else f"<-{most}:{most}>"
    return f"tensor<{SIZE}x!quant.uniform<i{bits}{limits}:f32, {scale!r}>>"


def integers(form: Form, limit: int, rng: np.random.Generator) -> Signals:
    """Random coefficients for a voltage up to `limit` in size."""
    real = form.coefficients(rng)
    unit = limit / 30
    found = {name: np.rint(q * unit).astype(int) for name, q in real.items()}
    for name in {"decay", "current_decay"} & set(real):
        found[name] = np.rint(real[name] * 2**16).astype(int)
    for name in {"gain", "current_gain"} & set(real):
        del found[name]
    if "threshold" in found:
        found["threshold"] = np.maximum(found["threshold"], 3)
    if not form.spikes:
        # Beyond what the voltage can be.
        found["floor"][:2] = -3 * limit, 3 * limit
    return found


ORDER = ("current_decay", "decay", "leak", "threshold", "reset_value", "floor", "init")
"""How the operands of a neuron are written."""


def written(bits: int, seed: int) -> Built:
    """All forms with states that saturate in so many bits, at limits that are soon reached."""
    rng = np.random.default_rng(seed)
    largest = 20000 if bits == 16 else 200000
    source = quant(16, 0.25, largest // 66)
    lines: list[str] = []
    results: list[tuple[str, str, str]] = []
    numbers: dict[str, Signals] = {}
    for name, form in FORMS.items():
        limit = int(rng.integers(largest // 4, largest))
        numbers[name] = integers(form, limit, rng)
        operands, types = [], [source]
        for key in ORDER:
            if key not in numbers[name]:
                continue
            value = f"%{name}_{key}"
            types.append(quant(32, 2.0**-16 if key.endswith("decay") else 0.25))
            integer = f"tensor<{SIZE}xi32>"
            lines.append(
                f"{value}_i = arith.constant dense<{numbers[name][key].tolist()}> : {integer}\n"
                f"{value} = quant.scast {value}_i : {integer} to {types[-1]}"
            )
            operands.append(f"{key.removesuffix('_value')}({value})")
        attributes = [
            f"{key} = {value}" if isinstance(value, int) else f"{key} = #snn.{key}<{value}>"
            for key, value in form.choices.items()
        ]
        attributes += ["saturate"] + ["short_decay"] * ("decay" in numbers[name])
        attributes += ["short_current_decay"] * form.has_current
        states = [(name + ".v", quant(bits, 0.25, limit))]
        if form.has_current:
            states.append((name + ".i", quant(bits, 0.25, limit // 5)))
        if form.spikes:
            states.insert(0, (name, f"tensor<{SIZE}x{'i1' if form.most == 1 else 'ui8'}>"))
            if form.choices.get("spike", "").startswith("count"):
                states[0] = (name, f"tensor<{SIZE}xui8>")
        found = [(key, f"%{name}_{index}", kind) for index, (key, kind) in enumerate(states)]
        lines.append(
            f"{', '.join(value for _, value, _ in found)} = snn.{form.op} %x {' '.join(operands)} "
            f'{{{", ".join([*attributes, f"""snn.node = "{name}" """])}}} : '
            f"({', '.join(types)}) -> ({', '.join(kind for _, _, kind in found)})"
        )
        results += found
    signature = ", ".join(f'{kind} {{snn.name = "{key}"}}' for key, _, kind in results)
    context = Context()
    text = (
        f'snn.network @net(%x: {source} {{snn.name = "x"}}) -> ({signature}) '
        "attributes {dt = 1.0e-3 : f64} {\n" + "\n".join(lines) + "\nsnn.output "
        f"{', '.join(value for _, value, _ in results)} : "
        f"{', '.join(kind for _, _, kind in results)}\n}}"
    )
    return Built(context, Module.parse(text, context), numbers)


def proved(built: Built) -> Built:
    """The same, saturating only where that is not known to be needless."""
    PassManager.parse("snn.network(snn-infer-ranges)", built.context).run(built.module)
    return built


VARIANTS: dict[str, Callable[[], Built]] = {
    "int8-spikes": lambda: quantized("int8", "i1"),
    "int4-spikes": lambda: quantized("int4", "i1"),
    "int16-spikes": lambda: quantized("int16", "i1"),
    "int8-values": lambda: quantized("int8", "f32"),
    "16-bits-1": lambda: written(16, 1),
    "16-bits-proved": lambda: proved(written(16, 2)),
    "32-bits-1": lambda: written(32, 1),
    "32-bits-proved": lambda: proved(written(32, 2)),
}


@cache
def variant(name: str) -> tuple[Built, Signal, Signals]:
    """A network, its input and what the interpreter computes."""
    built = VARIANTS[name]()
    network = built.module.network()
    ((value, _),) = network["inputs"]
    kind = network["types"][value]
    low, high = (0, 1) if kind["element"] == "i1" else (kind["min"], kind["max"])
    rng = np.random.default_rng(1)
    if kind["element"] == "i1":
        usual = rng.integers(0, 2, (40, SIZE))
    else:
        usual = np.clip(np.rint(rng.normal(0.02, 0.2, (40, SIZE)) * high), low, high)
    # As usual, then the most and the least that there is for long, then as usual.
    held = [np.full((90, SIZE), end) for end in (high, low)]
    x = np.concatenate([usual, *held, usual]).astype(np.int64)
    return built, x, IntegerInterpreter(network).run({"x": x})


@pytest.mark.parametrize("name", VARIANTS)
def test_integers(
    name: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    flags = ("-std=c11", "-O0", "-fsanitize=undefined", "-fPIC", "-shared")
    monkeypatch.setattr("snnmlir.execution.toolchain.FLAGS", flags)
    built, x, expected = variant(name)
    found = built.run(x)
    for key, signal in expected.items():
        assert np.array_equal(found[key], signal), key
    said = capfd.readouterr().err
    assert "runtime error" not in said, said


def functions(built: Built) -> dict[str, str]:
    """The body of what each neuron became."""
    text = built.lowered("snn-to-linalg").get_asm()
    return {
        name: re.findall(rf"func.func private @{name}\(.*?\n  }}", text, flags=re.DOTALL)[0]
        for name in FORMS
    }


def is_short(function: str) -> bool:
    """Whether the voltage has 16 bits when it is compared and chosen from; products may have 32."""
    return not re.search(r"arith\.(cmpi|select) .* : i32", function)


def test_every_form_in_every_way() -> None:
    """In 16 and in 32 bits, saturating and known to fit; limits and floors are reached."""
    ways: dict[str, set[str]] = {name: set() for name in FORMS}
    for key in VARIANTS:
        built, _, y = variant(key)
        network = built.module.network()
        ops = {op["node"]: op for op in network["ops"]}
        bodies = functions(built)
        for name, form in FORMS.items():
            op, way = ops[name], ways[name]
            v, kind = y[name + ".v"], network["types"][op["results"][form.spikes]]
            saturates = op["attrs"].get("saturate", False)
            width = "16" if is_short(bodies[name]) else "32"
            way.add(f"{width} bits, {'saturating' if saturates else 'fitting'}")
            if saturates and np.any((v == kind["max"]) | (v == kind["min"])):
                way.add("saturated")
            if form.spikes and np.any(y[name] == form.most):
                way.add("most spikes")
            if form.has_floor:
                floor = network["constants"][op["operands"]["floor"]]
                if np.any(v == floor) if form.spikes else np.any((v < floor) & (floor < 0)):
                    way.add("floor")
    for name, form in FORMS.items():
        expected = {"32 bits, saturating"}
        # What several times a number of its own takes away is not known to fit 16 bits.
        own = form.has_reset and form.reset == "subtract"
        if not own:
            expected.add("16 bits, saturating")
        if form.decay == "fast":
            expected.add("32 bits, fitting" if own else "16 bits, fitting")
        if form.has_floor:
            expected.add("floor")
        if form.spikes and form.most < 254:
            expected.add("most spikes")
        # Nothing but the type bounds these.
        if form.decay == "none" and form.reset == "none":
            expected.add("saturated")
        assert expected - ways[name] == set(), (name, ways[name])


# --- What the bindings take -----------------------------------------------------------------------


def test_networks_tell_the_limit_and_the_floor() -> None:
    network = Built.of("f32", "f32", 0).module.network()
    ops = {op["node"]: op for op in network["ops"]}
    assert ops["lif_count_trunc_subtract_1_fast"]["attrs"]["max_spikes"] == 1
    assert ops["lif_none_ge_fast"]["attrs"]["max_spikes"] == 255
    assert ops["lif_none_ge_fast"]["attrs"]["reset"] == "none"
    assert "max_spikes" not in ops["li_floor_fast"]["attrs"]
    assert {"floor", "init"} <= set(ops["cuba_li_floor_none"]["operands"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_spikes": 0, "spike": "count_trunc"}, r"max_spikes is 0, expected 1 to 255 \[U7\]"),
        ({"max_spikes": 4}, r"max_spikes is 4 for spike rule 'gt', which gives one at most"),
        ({"reset": "none", "reset_timing": "delayed"}, r"needs reset timing 'immediate' .*\[U8\]"),
    ],
)
def test_what_is_refused(options: dict[str, Any], message: str) -> None:
    builder = NetworkBuilder(Context(), "net", [("x", [2], "f32")], 1e-3, {})
    threshold = builder.number(1.0, "f32")
    most = options.pop("max_spikes", None)
    spikes, _ = builder.neuron(
        "lif",
        builder.input(0),
        {"threshold": threshold},
        options,
        max_spikes=most,
        element_type="f32",
        node="n",
    )
    with pytest.raises(MLIRError, match=message):
        builder.finish([("y", spikes)])

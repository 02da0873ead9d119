# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The C of snn.fading_lif against its equations in NumPy: in f32, and in the integers of int8.

Run with the package that was built from the patched tree; test/python/test_new_neuron.py does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from snnmlir._mlir import Context, Module, NetworkBuilder, PassManager, emit_c11
from snnmlir.compiler.quantize import quantize
from snnmlir.execution.ports import ports_of
from snnmlir.execution.runner import Executable

Signal = npt.NDArray[Any]

INPUTS, NEURONS, STEPS = 12, 16, 500


def build(context: Context, weight: Signal, c: dict[str, Signal]) -> Module:
    """Spikes x [INPUTS], synapses, and neurons s [NEURONS]; NIR has no such node."""
    builder = NetworkBuilder(context, "net", [("x", [INPUTS], "i1")], 1e-3, {})
    drive = builder.linear(builder.input(0), builder.constant(weight), node="synapses")
    coefficients = {name: builder.constant(value) for name, value in c.items()}
    spikes, voltage = builder.neuron(
        "fading_lif", drive, coefficients, element_type="f32", node="neurons"
    )
    return builder.finish([("s", spikes)], [("s.v", voltage)])


def run(module: Module, context: Context, x: Signal) -> dict[str, Signal]:
    """What the C computes: spikes and voltages, [STEPS, NEURONS]."""
    lowered = module.clone()
    PassManager.parse("snn-to-loops", context).run(lowered)
    source, header = emit_c11(lowered, "net", "net.h")
    network = module.network(constants=False)
    inputs, outputs = ports_of(network, "inputs"), ports_of(network, "outputs")
    return Executable(source, header, inputs, outputs).run_integers({"x": x})


def in_floating_point(weight: Signal, c: dict[str, Signal], x: Signal) -> dict[str, Signal]:
    """u = decay v + W x + leak; a spike where u > threshold leaves reset_decay u."""
    v = np.zeros(NEURONS)
    rows = []
    for now in x:
        u = c["decay"] * v + weight.astype(float) @ now + c["leak"]
        s = u > c["threshold"]
        v = np.maximum(np.where(s, c["reset_decay"] * u, u), c["floor"])
        rows.append((s, v))
    spikes, voltages = zip(*rows, strict=True)
    return {"s": np.array(spikes), "s.v": np.array(voltages)}


def in_integers(network: dict[str, Any], x: Signal) -> dict[str, Signal]:
    """The same in the integers that quantization chose, rounded half up."""
    synapse, neuron = network["ops"]
    assert (synapse["op"], neuron["op"]) == ("snn.linear", "snn.fading_lif")
    types, constants = network["types"], network["constants"]

    def get(name: str, op: dict[str, Any] = neuron) -> Signal:
        return np.asarray(constants[op["operands"][name]]).astype(np.int64)

    def share(name: str, value: Signal) -> Signal:
        bits = -round(np.log2(types[neuron["operands"][name]]["scales"][0]))
        decay, half, one = get(name), 1 << (bits - 1), 1 << bits
        # A slow decay is what is lost, and that is rounded.
        is_slow = bool(np.all(2 * decay >= one))
        product: Signal = (value * (one - decay if is_slow else decay) + half) >> bits
        return np.asarray(value - product if is_slow else product)

    state = types[neuron["results"][1]]
    ratio = types[neuron["operands"]["input"]]["scales"] / state["scales"]
    gain = np.rint(ratio).astype(np.int64)
    assert np.array_equal(gain, ratio), "the drive is a whole number of the voltage's units"
    v = np.zeros(NEURONS, np.int64)
    rows = []
    for now in x:
        u = share("decay", v) + gain * (get("weight", synapse) @ now) + get("leak")
        s = u > get("threshold")
        v = np.maximum(np.where(s, share("reset_decay", u), u), get("floor"))
        if "saturate" in neuron["attrs"]:
            v = np.clip(v, state["min"], state["max"])
        rows.append((s, v))
    spikes, voltages = zip(*rows, strict=True)
    return {"s": np.array(spikes), "s.v": np.array(voltages)}


def main() -> None:
    """Compares both, and prints how far they agree; AssertionError where they do not."""
    rng = np.random.default_rng(1)
    weight = rng.normal(0.15, 0.6, (NEURONS, INPUTS)).astype(np.float32)
    c = {
        name: rng.uniform(low, high, NEURONS).astype(np.float32)
        for name, (low, high) in {
            "decay": (0.6, 0.9), "leak": (-0.05, 0.05), "threshold": (0.5, 1.5),
            "reset_decay": (0.1, 0.8), "floor": (-1.0, -0.5),
        }.items()
    }  # fmt: skip
    x = (rng.random((STEPS, INPUTS)) < 0.25).astype(np.int64)
    context = Context()
    module = build(context, weight, c)

    found, expected = run(module, context, x), in_floating_point(weight, c, x)
    print("f32 differs in", np.sum(found["s"] != expected["s"]), "of", found["s"].size, "spikes")
    assert np.array_equal(found["s"], expected["s"])
    assert np.allclose(found["s.v"], expected["s.v"], atol=1e-4)
    rate = float(expected["s"].mean())
    assert 0.05 < rate < 0.95, rate

    quantize(module, context, "int8", "real", "short")
    found, integers = run(module, context, x), in_integers(module.network(), x)
    for name in ("s", "s.v"):
        print("int8 differs in", np.sum(found[name] != integers[name]), "of", name)
        assert np.array_equal(found[name], integers[name])
    agreement = float(np.mean(integers["s"] == expected["s"]))
    print(f"int8 spikes as f32 in {agreement:.3f}, rate {rate:.2f}")
    assert agreement > 0.95


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The extension: networks built op by op, passes, errors as exceptions."""

from __future__ import annotations

import gc
from collections.abc import Callable

import numpy as np
import pytest

from snnmlir._mlir import (
    Context,
    MLIRError,
    Module,
    NetworkBuilder,
    PassManager,
    Value,
    emit_c11,
    is_c11_prefix,
    write_c11,
)


def new_builder(element: str = "f32") -> NetworkBuilder:
    return NetworkBuilder(Context(), "net", [("in", [3], element)], 1e-3, {"name": "nir"})


def recurrent() -> Module:
    """in -> fc -> lif, and lif -> w_rec -> one step -> lif."""
    b = new_builder("i1")
    rng = np.random.default_rng(0)
    feedback = b.backedge([100], "f32")
    x = b.linear(b.input(0), b.constant(rng.random((100, 3), np.float32), "fc"), node="fc")
    total = b.add([x, feedback], "f32", node="sum")
    spikes, voltage = b.neuron(
        "lif", total, {"threshold": b.number(1.0, "f32")}, element_type="f32", node="lif"
    )
    weight = b.constant(rng.random((100, 100), np.float32), "w_rec")
    back = b.linear(spikes, weight, node="w_rec")
    b.resolve(feedback, b.delay(back, [1], node="past"))
    return b.finish([("out", spikes), ("v", voltage)], attributes={"model": "test"})


def test_a_cycle() -> None:
    text = str(recurrent())
    assert "unrealized_conversion_cast" not in text
    assert 'snn.provenance = {model = "test"}' in text
    network = Module.parse(text, Context()).network(constants=False)
    kinds = [(name, network["types"][value]) for value, name in network["outputs"]]
    outputs = [(name, kind["shape"], kind["element"]) for name, kind in kinds]
    assert outputs == [("out", [100], "i1"), ("v", [100], "f32")]
    assert network["constants"] == {}


def test_same_network_same_text() -> None:
    assert str(recurrent()) == str(recurrent())


def test_names_are_attributes() -> None:
    assert '{snn.node = "w_rec"}' in str(recurrent())


def test_large_weights_are_blobs_and_come_back_exactly() -> None:
    b = new_builder()
    weight = np.random.default_rng(1).normal(size=(64, 3)).astype(np.float32)
    module = b.finish([("y", b.linear(b.input(0), b.constant(weight, "w"), node="fc"))])
    text = str(module)
    assert "dense_resource<w>" in text
    blob = bytes.fromhex(text.split('w: "0x')[1].split('"')[0])
    np.testing.assert_array_equal(np.frombuffer(blob[4:], np.float32), weight.ravel())


def test_passes_and_c() -> None:
    module = recurrent()
    copy = module.clone()
    PassManager.parse("snn-to-loops", Context())
    context = Context()
    lowered = Module.parse(str(module), context)
    PassManager.parse("snn-to-loops", context).run(lowered)
    source, header = emit_c11(lowered, "brain", "the brain.h")
    assert "void brain_step(brain_t *net, const uint8_t *in, uint8_t *out, float *v)" in source
    assert '#include "the brain.h"' in source
    assert "#define BRAIN_OUT_SIZE 100" in header
    assert str(module) == str(copy)


def test_errors_name_the_node() -> None:
    b = new_builder()
    threshold = b.constant(np.arange(1.0, 5.0, dtype=np.float32))
    spikes, _ = b.neuron(
        "lif", b.input(0), {"threshold": threshold}, element_type="f32", node="it's"
    )
    with pytest.raises(MLIRError, match=r"node 'it's': .*threshold has shape \[4\], expected one"):
        b.finish([("out", spikes)])


def test_a_cycle_without_delay_is_spelled_out() -> None:
    b = new_builder()
    feedback = b.backedge([3], "f32")
    total = b.add([b.input(0), feedback], "f32", node="sum")
    (voltage,) = b.neuron("li", total, element_type="f32", node="cell")
    b.resolve(feedback, voltage)
    with pytest.raises(MLIRError, match=r"snn.li 'cell' -> snn.add 'sum' -> snn.li 'cell'"):
        b.finish([("out", voltage)])


def test_parse_errors_have_a_position() -> None:
    with pytest.raises(MLIRError, match=r"line 2, column 3: .*'snn.nothing'"):
        Module.parse("module {\n  snn.nothing\n}", Context())


def test_unknown_pass() -> None:
    with pytest.raises(MLIRError, match="no-such-pass"):
        PassManager.parse("no-such-pass", Context())


def test_failing_pass() -> None:
    context = Context()
    module = Module.parse(
        "snn.network @n(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {"
        "%y = snn.li %x decay(%x) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>"
        "snn.output %y : tensor<2xf32> }",
        context,
    )
    with pytest.raises(MLIRError, match="decay is not a constant"):
        PassManager.parse("snn-to-loops", context).run(module)


def test_c_needs_loops() -> None:
    with pytest.raises(MLIRError, match=r"C11: is not in the emitter's subset"):
        emit_c11(recurrent(), "net")


def test_c_is_handed_on_in_parts() -> None:
    b = new_builder()
    weight = b.constant(np.random.default_rng(2).random((40_000, 3), np.float32), "w")
    built = str(b.finish([("y", b.linear(b.input(0), weight, node="fc"))]))
    context = Context()
    module = Module.parse(built, context)
    PassManager.parse("snn-to-loops", context).run(module)
    parts: list[bytes] = []
    header = write_c11(module, parts.append, "net", "net.h")
    assert len(parts) > 1
    assert max(map(len, parts)) <= 1 << 20
    assert (b"".join(parts).decode(), header) == emit_c11(module, "net", "net.h")

    def full(part: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_c11(module, full, "net", "net.h")


def test_values_keep_their_builder() -> None:
    """A value that outlives its builder's last name is still one."""

    def values() -> list[Value]:
        b = new_builder()
        x, one = b.input(0), b.number(1.0, "f32")
        return [
            *b.neuron("lif", x, {"threshold": one}, element_type="f32", node="lif"),
            *b.neuron("cuba_lif", x, {"threshold": one}, element_type="f32", node="cuba_lif"),
            *b.neuron("cuba_li", x, element_type="f32", node="cuba_li"),
            *b.neuron("li", x, element_type="f32", node="li"),
        ]

    kept = values()
    gc.collect()
    junk = [new_builder() for _ in range(20)]  # takes the memory that would be free
    types = ["i1", "f32", "i1", *["f32"] * 5]
    assert [(value.shape, value.element_type) for value in kept] == [([3], t) for t in types]
    assert junk


def unresolved(b: NetworkBuilder) -> None:
    b.finish([("out", b.backedge([3], "f32"))])


def resolved_with_another_type(b: NetworkBuilder) -> None:
    b.resolve(b.backedge([4], "f32"), b.input(0))


def resolved_with_itself(b: NetworkBuilder) -> None:
    edge = b.backedge([3], "f32")
    b.resolve(edge, edge)


def resolved_no_backedge(b: NetworkBuilder) -> None:
    b.resolve(b.input(0), b.input(0))


def finished_twice(b: NetworkBuilder) -> None:
    b.finish([("out", b.input(0))])
    b.finish([])


def used_after_the_end(b: NetworkBuilder) -> None:
    x = b.input(0)
    b.finish([("out", x)])
    b.neuron("li", x, element_type="f32", node="n")


def constant_after_the_end(b: NetworkBuilder) -> None:
    b.finish([("out", b.input(0))])
    b.number(1.0, "f32")


def foreign(b: NetworkBuilder) -> None:
    b.neuron("li", new_builder().input(0), element_type="f32", node="n")


def unknown_spike_rule(b: NetworkBuilder) -> None:
    one = b.number(1.0, "f32")
    b.neuron(
        "lif", b.input(0), {"threshold": one}, {"spike": "often"}, element_type="f32", node="n"
    )


def unknown_element_type(b: NetworkBuilder) -> None:
    b.zeros([3], "f16")


def negative_shape(b: NetworkBuilder) -> None:
    b.zeros([-3], "f32")


def flat_weight(b: NetworkBuilder) -> None:
    b.linear(b.input(0), b.constant(np.ones(3, np.float32)), node="fc")


def empty_sum(b: NetworkBuilder) -> None:
    b.add([], "f32", node="sum")


def wrong_delays(b: NetworkBuilder) -> None:
    b.delay(b.input(0), [1, 2], node="d")


def impossible_reshape(b: NetworkBuilder) -> None:
    b.reshape(b.input(0), [4], node="r")


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        (unresolved, "1 backedges are not resolved"),
        (resolved_with_another_type, "different types"),
        (resolved_with_itself, "cannot be itself"),
        (resolved_no_backedge, "no backedge"),
        (finished_twice, "the network is finished"),
        (used_after_the_end, "the network is finished"),
        (constant_after_the_end, "the network is finished"),
        (foreign, "belongs to another network"),
        (unknown_spike_rule, "spike cannot be 'often'"),
        (unknown_element_type, "element type 'f16', expected f32, f64, i1, ui8 or !quant"),
        (negative_shape, "negative dimension"),
        (flat_weight, "weight of node 'fc' is not"),
        (empty_sum, "node 'sum' adds nothing"),
        (wrong_delays, "node 'd' has 2 delays, expected one or one per element"),
        (impossible_reshape, "node 'r' neither merges nor splits dimensions"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_misuse(misuse: Callable[[NetworkBuilder], None], message: str) -> None:
    with pytest.raises((ValueError, IndexError), match=message):
        misuse(new_builder())


def test_arrays_of_other_types() -> None:
    with pytest.raises(TypeError, match="float32 or float64"):
        new_builder().constant(np.ones(3, np.int32))


def test_input_index() -> None:
    with pytest.raises(IndexError, match="no input 7"):
        new_builder().input(7)


def test_values_know_their_type() -> None:
    b = new_builder()
    number = b.constant(np.float64(0.5).reshape(()))
    assert isinstance(number, Value)
    assert (number.element_type, number.shape) == ("f64", None)
    assert (b.input(0).element_type, b.input(0).shape) == ("f32", [3])


def test_values_keep_their_network_alive() -> None:
    value = new_builder().input(0)
    assert value.shape == [3]


@pytest.mark.parametrize("name", ["net", "a1_b"])
def test_prefixes(name: str) -> None:
    assert is_c11_prefix(name)


@pytest.mark.parametrize("name", ["", "1a", "_a", "a-b", "int", "class", "ä", "a" * 49])
def test_no_prefixes(name: str) -> None:
    assert not is_c11_prefix(name)

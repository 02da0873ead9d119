// RUN: snn-opt %s --snn-to-loops | FileCheck %s

// Numbers of floating point have no least and greatest one: nothing is clamped.
// CHECK-LABEL: func.func private @lif(
// CHECK-NOT:     arith.max
// CHECK-NOT:     arith.min
// CHECK:         return
snn.network @n(%x: tensor<4xf32>) -> tensor<4xi1> attributes {dt = 1.0 : f64} {
  %t = arith.constant 1.0 : f32
  %s, %v = snn.lif %x threshold(%t) {saturate} : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

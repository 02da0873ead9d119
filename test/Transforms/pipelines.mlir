// RUN: snn-opt --help | FileCheck %s --check-prefix=HELP
// RUN: snn-opt %s --snn-to-linalg | FileCheck %s --check-prefix=LINALG
// RUN: snn-opt %s --snn-to-loops | FileCheck %s --check-prefix=LOOPS

// HELP-DAG: --convert-snn-to-linalg {{.*}} Lower networks to step and init functions on tensors
// HELP-DAG: --snn-to-linalg {{.*}} Simplify networks and lower them to functions on tensors
// HELP-DAG: --snn-to-loops {{.*}} Lower networks to loops over memrefs, state updated in place

// The network is simplified first: the scale is gone. Then tensors, or loops.
// LINALG-NOT: func.func private @scale
// LINALG:     linalg.generic
// LINALG-NOT: snn.network

// LOOPS-NOT:  func.func private @scale
// LOOPS-NOT:  tensor<
// LOOPS:      scf.for
// LOOPS-NOT:  linalg.
// LOOPS-NOT:  bufferization.
snn.network @net(%x: tensor<3xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %f = arith.constant 2.0 : f32
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %a = snn.scale %x, %f {snn.node = "scale"} : (tensor<3xi1>, f32) -> tensor<3xf32>
  %y = snn.linear %a, %w {snn.node = "fc1"} : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

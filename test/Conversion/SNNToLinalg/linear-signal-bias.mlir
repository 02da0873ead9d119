// RUN: snn-opt %s --convert-snn-to-linalg --split-input-file | FileCheck %s

// Rows are added to a sum in scratch memory where it is, if nothing else sees it.
// CHECK-LABEL: func.func @net_step(
// CHECK:         call @in(%arg0, %[[SUM:arg[0-9]+]])
// CHECK:         call @rec(%arg1, %[[SUM]])
// CHECK:         call @out(%[[SUM]],
// CHECK-LABEL: func.func private @rec(
// CHECK-SAME:    %{{[^:]*}}: memref<2xf32> {{[^,]*}}, %[[Y:.*]]: memref<3xf32>
// CHECK-SAME:    y = y + W x
// CHECK-NOT:     linalg.fill
// CHECK:         bufferization.to_tensor %[[Y]] restrict writable
snn.network @net(%a: tensor<2xf32>, %b: tensor<2xf32>) -> tensor<1xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<3x2xf32>
  %v = arith.constant dense<1.0> : tensor<1x3xf32>
  %0 = snn.linear %a, %w {snn.node = "in"} : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3xf32>
  %1 = snn.linear %b, %w bias %0 {snn.node = "rec"} : (tensor<2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<3xf32>
  %2 = snn.linear %1, %v {snn.node = "out"} : (tensor<3xf32>, tensor<1x3xf32>) -> tensor<1xf32>
  snn.output %2 : tensor<1xf32>
}

// -----

// An input of the network is copied, and so is what ends in an output.
// CHECK-LABEL: func.func private @first(
// CHECK:         linalg.copy
// CHECK-LABEL: func.func private @second(
// CHECK:         linalg.copy
snn.network @net(%a: tensor<2xf32>, %b: tensor<3xf32>) -> tensor<3xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<3x2xf32>
  %0 = snn.linear %a, %w bias %b {snn.node = "first"} : (tensor<2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = snn.linear %a, %w bias %0 {snn.node = "second"} : (tensor<2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.output %1 : tensor<3xf32>
}

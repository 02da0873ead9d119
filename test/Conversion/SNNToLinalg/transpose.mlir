// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// Another order in memory: a copy.

// Spikes.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2x3x4xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<3x4x2xi1> {snn.kind = "output", snn.name = "output0"}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @transpose(%[[ARG0]], %[[ARG1]]) : (memref<2x3x4xi1>, memref<3x4x2xi1>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @transpose(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2x3x4xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<3x4x2xi1> {snn.name = "y"}) attributes {snn.comment = "The elements of x with its dimensions in the order [1, 2, 0]."} {
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3x4x2xi1> to tensor<3x4x2xi1>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2x3x4xi1> to tensor<2x3x4xi1>
// CHECK-NEXT:    %[[TRANSPOSED:.*]] = linalg.transpose ins(%[[V1]] : tensor<2x3x4xi1>) outs(%[[V0]] : tensor<3x4x2xi1>) permutation = [1, 2, 0]
// CHECK-NEXT:    bufferization.materialize_in_destination %[[TRANSPOSED]] in restrict writable %[[ARG1]] : (tensor<3x4x2xi1>, memref<3x4x2xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<2x3x4xi1>) -> tensor<3x4x2xi1> attributes {dt = 1.0e-3 : f64} {
  %y = snn.transpose %x [1, 2, 0] : tensor<2x3x4xi1> -> tensor<3x4x2xi1>
  snn.output %y : tensor<3x4x2xi1>
}

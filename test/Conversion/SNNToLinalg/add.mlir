// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// Sums from left to right; spikes and counts become numbers first.

// Three kinds of signals.
// CHECK-LABEL: func.func private @add(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi1> {snn.name = "x0"}, %[[ARG1:.*]]: memref<4xf64> {snn.name = "x1"}, %[[ARG2:.*]]: memref<4xi8> {snn.name = "x2"}, %[[ARG3:.*]]: memref<4xf64> {snn.name = "x3"}, %[[ARG4:.*]]: memref<4xf64> {snn.name = "y"}) attributes {snn.comment = "Sum of the incoming edges.\0A  y = x0 + x1 + x2 + x3"} {
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict : memref<4xf64> to tensor<4xf64>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG2]] restrict : memref<4xi8> to tensor<4xi8>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG3]] restrict : memref<4xf64> to tensor<4xf64>
// CHECK-NEXT:    %[[V4:.*]] = bufferization.to_tensor %[[ARG4]] restrict writable : memref<4xf64> to tensor<4xf64>
// CHECK-NEXT:    %[[V5:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V0]], %[[V1]], %[[V2]], %[[V3]] : tensor<4xi1>, tensor<4xf64>, tensor<4xi8>, tensor<4xf64>) outs(%[[V4]] : tensor<4xf64>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: i1, %[[IN_0:.*]]: f64, %[[IN_1:.*]]: i8, %[[IN_2:.*]]: f64, %[[OUT:.*]]: f64):
// CHECK-NEXT:    %[[V6:.*]] = arith.uitofp %[[IN]] : i1 to f64
// CHECK-NEXT:    %[[V7:.*]] = arith.addf %[[V6]], %[[IN_0]] : f64
// CHECK-NEXT:    %[[V8:.*]] = arith.uitofp %[[IN_1]] : i8 to f64
// CHECK-NEXT:    %[[V9:.*]] = arith.addf %[[V7]], %[[V8]] : f64
// CHECK-NEXT:    %[[V10:.*]] = arith.addf %[[V9]], %[[IN_2]] : f64
// CHECK-NEXT:    linalg.yield %[[V10]] : f64
// CHECK-NEXT:    } -> tensor<4xf64>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG4]] : (tensor<4xf64>, memref<4xf64>) -> ()
// CHECK-NEXT:    return
snn.network @net(%a: tensor<4xf64>, %b: tensor<4xi1>, %c: tensor<4xui8>) -> (tensor<4xf64>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.add %b, %a, %c, %a : (tensor<4xi1>, tensor<4xf64>, tensor<4xui8>, tensor<4xf64>) -> tensor<4xf64>
  snn.output %y : tensor<4xf64>
}

// -----

// One signal.
// CHECK-LABEL: func.func private @add(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi1> {snn.name = "x0"}, %[[ARG1:.*]]: memref<4xf32> {snn.name = "y"}) attributes {snn.comment = "Sum of the incoming edges.\0A  y = x0"} {
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V0]] : tensor<4xi1>) outs(%[[V1]] : tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: i1, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V3:.*]] = arith.uitofp %[[IN]] : i1 to f32
// CHECK-NEXT:    linalg.yield %[[V3]] : f32
// CHECK-NEXT:    } -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%a: tensor<4xi1>) -> (tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.add %a : (tensor<4xi1>) -> tensor<4xf32>
  snn.output %y : tensor<4xf32>
}

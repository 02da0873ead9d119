// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// One-to-one synapses, over the elements in a row.

// A factor for all.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xf32> {snn.kind = "output", snn.name = "output0"}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @scale(%[[ARG0]], %[[ARG1]]) : (memref<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @scale(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xf32> {snn.name = "y"}) attributes {snn.comment = "One-to-one synapses.\0A  y = s * x"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK:         %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V0:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]] : tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V3:.*]] = arith.mulf %[[IN]], %[[CST]] : f32
// CHECK-NEXT:    linalg.yield %[[V3]] : f32
// CHECK-NEXT:    } -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %h = arith.constant 0.5 : f32
  %y = snn.scale %x, %h : (tensor<4xf32>, f32) -> tensor<4xf32>
  snn.output %y : tensor<4xf32>
}

// -----

// A factor for each, and spikes; several dimensions become one.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2x2xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2x2xf32> {snn.kind = "output", snn.name = "output0"}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         %[[COLLAPSE_SHAPE:.*]] = memref.collapse_shape %[[ARG0]] {{\[\[}}0, 1]] : memref<2x2xi1> into memref<4xi1>
// CHECK-NEXT:    %[[COLLAPSE_SHAPE_0:.*]] = memref.collapse_shape %[[ARG1]] {{\[\[}}0, 1]] : memref<2x2xf32> into memref<4xf32>
// CHECK-NEXT:    call @scale(%[[COLLAPSE_SHAPE]], %[[COLLAPSE_SHAPE_0]]) : (memref<4xi1>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @scale(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xf32> {snn.name = "y"}) attributes {snn.comment = "One-to-one synapses.\0A  y = s * x"} {
// CHECK:         %[[V0:.*]] = memref.get_global @scale_scale : memref<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[V0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V4:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V3]], %[[V1]] : tensor<4xi1>, tensor<4xf32>) outs(%[[V2]] : tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: i1, %[[IN_0:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V5:.*]] = arith.uitofp %[[IN]] : i1 to f32
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[IN_0]], %[[V5]] : f32
// CHECK-NEXT:    linalg.yield %[[V6]] : f32
// CHECK-NEXT:    } -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]] in restrict writable %[[ARG1]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @scale_scale : memref<4xf32> = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>
snn.network @net(%x: tensor<2x2xi1>) -> (tensor<2x2xf32>) attributes {dt = 1.0e-3 : f64} {
  %s = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = snn.scale %x, %s : (tensor<2x2xi1>, tensor<2x2xf32>) -> tensor<2x2xf32>
  snn.output %y : tensor<2x2xf32>
}

// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// Strictly greater, and never for NaN.

// A threshold for all.
// CHECK-LABEL: func.func private @threshold(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}) attributes {snn.comment = "Heaviside step.\0A  spike where x > threshold"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK:         %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V0:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V2:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]] : tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: i1):
// CHECK-NEXT:    %[[V3:.*]] = arith.cmpf ogt, %[[IN]], %[[CST]] : f32
// CHECK-NEXT:    linalg.yield %[[V3]] : i1
// CHECK-NEXT:    } -> tensor<4xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %h = arith.constant 0.5 : f32
  %y = snn.threshold %x, %h : (tensor<4xf32>, f32) -> tensor<4xi1>
  snn.output %y : tensor<4xi1>
}

// -----

// A threshold for each.
// CHECK-LABEL: func.func private @threshold(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}) attributes {snn.comment = "Heaviside step.\0A  spike where x > threshold"} {
// CHECK:         %[[V0:.*]] = memref.get_global @threshold_threshold : memref<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[V0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V4:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V3]], %[[V1]] : tensor<4xf32>, tensor<4xf32>) outs(%[[V2]] : tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_0:.*]]: f32, %[[OUT:.*]]: i1):
// CHECK-NEXT:    %[[V5:.*]] = arith.cmpf ogt, %[[IN]], %[[IN_0]] : f32
// CHECK-NEXT:    linalg.yield %[[V5]] : i1
// CHECK-NEXT:    } -> tensor<4xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]] in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @threshold_threshold : memref<4xf32> = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>
snn.network @net(%x: tensor<2x2xf32>) -> (tensor<2x2xi1>) attributes {dt = 1.0e-3 : f64} {
  %s = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = snn.threshold %x, %s : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xi1>
  snn.output %y : tensor<2x2xi1>
}

// -----

// No spike is above 1, each is above a number below 0: nothing is compared.
// CHECK-LABEL: func.func private @threshold(
// CHECK-NOT:     arith.cmp
// CHECK:         linalg.yield %false : i1
// CHECK-LABEL: func.func private @threshold_0(
// CHECK-NOT:     arith.cmp
// CHECK:         linalg.yield %true : i1
snn.network @net(%x: tensor<4xi1>) -> (tensor<4xi1>, tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %one = arith.constant 1.0 : f32
  %less = arith.constant -0.5 : f32
  %y = snn.threshold %x, %one : (tensor<4xi1>, f32) -> tensor<4xi1>
  %z = snn.threshold %x, %less : (tensor<4xi1>, f32) -> tensor<4xi1>
  snn.output %y, %z : tensor<4xi1>, tensor<4xi1>
}

// -----

// The same for what a count or an integer of 8 bits can be; the largest but one is compared.
// CHECK-LABEL: func.func private @threshold(
// CHECK-NOT:     arith.cmp
// CHECK:         linalg.yield %false : i1
// CHECK-LABEL: func.func private @threshold_0(
// CHECK:         arith.cmpi sgt
// CHECK-LABEL: func.func private @threshold_1(
// CHECK-NOT:     arith.cmp
// CHECK:         linalg.yield %false : i1
// CHECK-LABEL: func.func private @threshold_2(
// CHECK-NOT:     arith.cmp
// CHECK:         linalg.yield %true : i1
// CHECK-LABEL: func.func private @threshold_3(
// CHECK:         arith.cmpi sgt
!one = !quant.uniform<i32:f32, 1.0>
!half = !quant.uniform<i32:f32, 0.5>
!x = !quant.uniform<i8<-10:10>:f32, 0.5>
snn.network @net(%n: tensor<ui8>, %x: tensor<4x!x>) -> (tensor<i1>, tensor<i1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %i255 = arith.constant 255 : i32
  %i254 = arith.constant 254 : i32
  %i127 = arith.constant 127 : i32
  %m129 = arith.constant -129 : i32
  %m128 = arith.constant -128 : i32
  %n255 = quant.scast %i255 : i32 to !one
  %n254 = quant.scast %i254 : i32 to !one
  %x127 = quant.scast %i127 : i32 to !half
  %x129 = quant.scast %m129 : i32 to !half
  %x128 = quant.scast %m128 : i32 to !half
  %a = snn.threshold %n, %n255 : (tensor<ui8>, !one) -> tensor<i1>
  %b = snn.threshold %n, %n254 : (tensor<ui8>, !one) -> tensor<i1>
  %c = snn.threshold %x, %x127 : (tensor<4x!x>, !half) -> tensor<4xi1>
  %d = snn.threshold %x, %x129 : (tensor<4x!x>, !half) -> tensor<4xi1>
  %e = snn.threshold %x, %x128 : (tensor<4x!x>, !half) -> tensor<4xi1>
  snn.output %a, %b, %c, %d, %e : tensor<i1>, tensor<i1>, tensor<4xi1>, tensor<4xi1>, tensor<4xi1>
}

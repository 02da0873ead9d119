// RUN: snn-opt %s --convert-snn-to-linalg --split-input-file | FileCheck %s

// Weights are laid out input-major; rows of inactive inputs are skipped.

// CHECK-LABEL: func.func private @spikes
// CHECK-SAME:    %[[X:.*]]: memref<3xi1> {snn.name = "x"}, %[[Y:.*]]: memref<2xf32> {snn.name = "y"}
// CHECK:         %[[XT:.*]] = bufferization.to_tensor %[[X]] restrict :
// CHECK:         memref.get_global @spikes_weight : memref<3x2xf32>
// CHECK:         %[[YT:.*]] = bufferization.to_tensor %[[Y]] restrict writable :
// CHECK:         memref.get_global @spikes_bias
// CHECK:         %[[INIT:.*]] = linalg.copy {{.*}} outs(%[[YT]]
// CHECK:         %[[SUM:.*]] = scf.for %[[I:.*]] = %{{.*}} iter_args(%[[ACC:.*]] = %[[INIT]])
// CHECK:           %[[XI:.*]] = tensor.extract %[[XT]][%[[I]]] : tensor<3xi1>
// CHECK:           scf.if %[[XI]]
// CHECK:             tensor.extract_slice %{{.*}}[%[[I]], 0] [1, 2] [1, 1] : tensor<3x2xf32> to tensor<2xf32>
// CHECK-NOT:         arith.mulf
// CHECK:             arith.addf
// CHECK:           else
// CHECK:             scf.yield %[[ACC]]
// CHECK:         bufferization.materialize_in_destination %[[SUM]] in restrict writable %[[Y]]
// CHECK:       memref.global "private" constant @spikes_weight : memref<3x2xf32> = dense<{{\[\[}}1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]>
// CHECK:       memref.global "private" constant @spikes_bias : memref<2xf32> = dense<[5.000000e-01, 2.500000e-01]>
snn.network @n(%x: tensor<3xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %y = snn.linear %x, %w bias %b : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32> loc("spikes")
  snn.output %y : tensor<2xf32>
}

// -----

// Values multiply; a bias of equal elements is a number.
// CHECK-LABEL: func.func private @values
// CHECK:         %[[B:.*]] = arith.constant 5.000000e-01 : f64
// CHECK:         linalg.fill ins(%[[B]] : f64)
// CHECK:         %[[XI:.*]] = tensor.extract
// CHECK:         arith.cmpf une, %[[XI]], %{{.*}} : f64
// CHECK:         %[[TERM:.*]] = arith.mulf %{{.*}}, %[[XI]] : f64
// CHECK:         arith.addf %{{.*}}, %[[TERM]] : f64
snn.network @n(%x: tensor<3xf64>) -> tensor<2xf64> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf64>
  %b = arith.constant dense<0.5> : tensor<2xf64>
  %y = snn.linear %x, %w bias %b : (tensor<3xf64>, tensor<2x3xf64>, tensor<2xf64>) -> tensor<2xf64> loc("values")
  snn.output %y : tensor<2xf64>
}

// -----

// Counts are unsigned.
// CHECK-LABEL: func.func private @counts
// CHECK:         %[[XI:.*]] = tensor.extract %{{.*}} : tensor<3xi8>
// CHECK:         arith.cmpi ne, %[[XI]]
// CHECK:         %[[F:.*]] = arith.uitofp %[[XI]] : i8 to f32
// CHECK:         arith.mulf %{{.*}}, %[[F]]
snn.network @n(%x: tensor<3xui8>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %y = snn.linear %x, %w : (tensor<3xui8>, tensor<2x3xf32>) -> tensor<2xf32> loc("counts")
  snn.output %y : tensor<2xf32>
}

// RUN: snn-opt %s --convert-snn-to-linalg --split-input-file | FileCheck %s

// Rows are in the order of the list, which is that of the map before it was transposed.
// CHECK-LABEL: @linear_weight : memref<4x1xf32> = dense<{{\[\[}}1.000000e+00], [3.000000e+00], [2.000000e+00], [4.000000e+00]]>
snn.network @net(%x: tensor<2x2xi1>) -> tensor<1xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %e = snn.events %x : tensor<2x2xi1> -> <4>
  %t = snn.transpose %x [1, 0] : tensor<2x2xi1> -> tensor<2x2xi1>
  %f = tensor.collapse_shape %t [[0, 1]] : tensor<2x2xi1> into tensor<4xi1>
  %y = snn.linear %f, %w events %e : (tensor<4xi1>, tensor<1x4xf32>, !snn.events<4>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// -----

// A convolution takes events in the order of its input or with channels first; others it leaves
// alone and visits its input.
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    memref<2x3x4xi1> {snn.name = "x"}
// CHECK-NOT:     scf.while
snn.network @net(%x: tensor<3x2x4xi1>) -> tensor<2x3x1xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x4x1x1xf32>
  %e = snn.events %x : tensor<3x2x4xi1> -> <24>
  %t = snn.transpose %x [1, 0, 2] : tensor<3x2x4xi1> -> tensor<2x3x4xi1>
  %y = snn.conv2d %t, %w events %e channels_last : (tensor<2x3x4xi1>, tensor<1x4x1x1xf32>, !snn.events<24>) -> tensor<2x3x1xf32>
  snn.output %y : tensor<2x3x1xf32>
}

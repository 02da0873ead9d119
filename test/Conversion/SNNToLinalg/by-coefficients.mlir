// RUN: snn-opt %s --convert-snn-to-linalg='by-coefficients=true' --split-input-file | FileCheck %s

// Where neurons share a row of coefficients, the loop over that row is the outer one.

// CHECK-DAG: #[[ELEMENTS:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func.func private @lif(
// CHECK:         linalg.generic {indexing_maps = [#[[ELEMENTS]], #[[ROW]], #[[ELEMENTS]], #[[ELEMENTS]]], iterator_types = ["parallel", "parallel"]}
snn.network @net(%x: tensor<4x3xf32>) -> tensor<4x3xi1> attributes {dt = 1.0e-3 : f64} {
  %row = arith.constant dense<[[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]> : tensor<4x3xf32>
  %spikes, %v = snn.lif %x threshold(%row) : (tensor<4x3xf32>, tensor<4x3xf32>) -> (tensor<4x3xi1>, tensor<4x3xf32>)
  snn.output %spikes : tensor<4x3xi1>
}

// -----

// Where each has its own, elements are in the order they are stored in.

// CHECK:       #[[ALL:.*]] = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func.func private @lif(
// CHECK:         linalg.generic {indexing_maps = [#[[ALL]], #[[ALL]], #[[ALL]], #[[ALL]]], iterator_types = ["parallel"]}
snn.network @own(%x: tensor<2x3xf32>) -> tensor<2x3xi1> attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %spikes, %v = snn.lif %x threshold(%t) : (tensor<2x3xf32>, tensor<2x3xf32>) -> (tensor<2x3xi1>, tensor<2x3xf32>)
  snn.output %spikes : tensor<2x3xi1>
}

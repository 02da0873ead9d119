// RUN: snn-opt %s --convert-snn-to-linalg | FileCheck %s

// Scale, add and threshold: one loop over all elements, whatever their shape.

// CHECK-LABEL: func.func @n_step
// CHECK:         memref.collapse_shape %{{.*}} {{\[\[}}0, 1]] : memref<2x2xf32> into memref<4xf32>
// CHECK-LABEL: func.func private @scale(
// CHECK-SAME:    memref<4xf32> {snn.name = "x"}, %{{.*}}: memref<4xf32> {snn.name = "y"}
// CHECK:         memref.get_global @scale_scale : memref<4xf32>
// CHECK:         linalg.generic
// CHECK:         ^bb0(%[[X:.*]]: f32, %[[F:.*]]: f32, %{{.*}}: f32):
// CHECK:           arith.mulf %[[F]], %[[X]]
// CHECK-LABEL: func.func private @threshold(
// CHECK:         %[[T:.*]] = arith.constant 1.500000e+00 : f32
// CHECK:           arith.cmpf ogt, %{{.*}}, %[[T]] : f32
// CHECK-LABEL: func.func private @add(
// CHECK-SAME:    {snn.name = "x0"}, {{.*}} {snn.name = "x1"}, {{.*}} {snn.name = "x2"}, {{.*}} {snn.name = "y"}
// CHECK:         ^bb0(%[[A:.*]]: f32, %[[B:.*]]: i1, %[[C:.*]]: f32, %{{.*}}: f32):
// CHECK:           %[[BF:.*]] = arith.uitofp %[[B]]
// CHECK:           %[[AB:.*]] = arith.addf %[[A]], %[[BF]]
// CHECK:           arith.addf %[[AB]], %[[C]]
snn.network @n(%x: tensor<2x2xf32>) -> tensor<2x2xf32> attributes {dt = 1.0 : f64} {
  %f = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %t = arith.constant dense<1.5> : tensor<2x2xf32>
  %0 = snn.scale %x, %f : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32> loc("scale")
  %1 = snn.threshold %x, %t : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xi1> loc("threshold")
  %2 = snn.add %0, %1, %x : (tensor<2x2xf32>, tensor<2x2xi1>, tensor<2x2xf32>) -> tensor<2x2xf32> loc("add")
  snn.output %2 : tensor<2x2xf32>
}

// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse --split-input-file | FileCheck %s

!weight = !quant.uniform<i8:f32, 1.0>
!state = !quant.uniform<i16:f32, 1.0>

// A sum in scratch memory goes on where it is: no copy, and no second pointer to the same numbers.
// CHECK-LABEL: func.func @chain_step(
// CHECK:         call @first(%{{[a-z0-9]+}}, %[[SUM:arg[0-9]+]])
// CHECK:         call @second(%{{[a-z0-9]+}}, %[[SUM]])
// CHECK-LABEL: func.func private @second(
// CHECK-NOT:     linalg.copy
// CHECK:         return
snn.network @chain(%a: tensor<3xi1>, %b: tensor<3xi1>) -> tensor<2x!state> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[1, -3, 5], [2, 4, 127]]> : tensor<2x3xi8>
  %w = quant.scast %wi : tensor<2x3xi8> to tensor<2x3x!weight>
  %0 = snn.linear %a, %w {saturate, snn.node = "first"} : (tensor<3xi1>, tensor<2x3x!weight>) -> tensor<2x!state>
  %1 = snn.linear %b, %w bias %0 {saturate, snn.node = "second"} : (tensor<3xi1>, tensor<2x3x!weight>, tensor<2x!state>) -> tensor<2x!state>
  %di = arith.constant 3 : i32
  %d = quant.scast %di : i32 to !quant.uniform<i32:f32, 0.25>
  %2 = snn.decay %1 by(%d) {snn.node = "left"} : tensor<2x!state>, !quant.uniform<i32:f32, 0.25>
  snn.output %2 : tensor<2x!state>
}

// -----

!weight = !quant.uniform<i8:f32, 1.0>
!state = !quant.uniform<i16:f32, 1.0>

// The list of a transposed map is in another order than the input is, so it is of no use.
// CHECK-LABEL: func.func private @turned(
// CHECK-NOT:     scf.while
// CHECK:         scf.for %{{.*}} = %c0 to %c4 step %c1
snn.network @order(%m: tensor<2x2xi1>) -> tensor<1x!state> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[1, -3, 5, 7]]> : tensor<1x4xi8>
  %w = quant.scast %wi : tensor<1x4xi8> to tensor<1x4x!weight>
  %e = snn.events %m : tensor<2x2xi1> -> !snn.events<4>
  %t = snn.transpose %m [1, 0] : tensor<2x2xi1> -> tensor<2x2xi1>
  %x = tensor.collapse_shape %t [[0, 1]] : tensor<2x2xi1> into tensor<4xi1>
  %y = snn.linear %x, %w events %e {saturate, snn.node = "turned"} : (tensor<4xi1>, tensor<1x4x!weight>, !snn.events<4>) -> tensor<1x!state>
  snn.output %y : tensor<1x!state>
}

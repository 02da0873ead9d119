// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse | FileCheck %s

// Only what the integers hold is converted: what is beyond them, and NaN, is the nearest float within.

// CHECK-LABEL: func.func private @single(
// CHECK-SAME:    To integers, toward zero.\0A  y = trunc(4096 * x)
// CHECK-DAG:     %[[MOST:.*]] = arith.constant 2.14748352E+9 : f32
// CHECK-DAG:     %[[LEAST:.*]] = arith.constant -2.14748365E+9 : f32
// CHECK-DAG:     %[[UNITS:.*]] = arith.constant 4.096000e+03 : f32
// CHECK:         ^bb0(%[[X:.*]]: f32, %{{.*}}: i32):
// CHECK-NEXT:      %[[U:.*]] = arith.mulf %[[X]], %[[UNITS]] : f32
// CHECK-DAG:       %[[ABOVE:.*]] = arith.cmpf ogt, %[[U]], %[[LEAST]] : f32
// CHECK-DAG:       %[[BELOW:.*]] = arith.cmpf olt, %[[U]], %[[MOST]] : f32
// CHECK-DAG:       %[[RAISED:.*]] = arith.select %[[ABOVE]], %[[U]], %[[LEAST]] : f32
// CHECK:           %[[INSIDE:.*]] = arith.select %[[BELOW]], %[[RAISED]], %[[MOST]] : f32
// CHECK-NEXT:      arith.fptosi %[[INSIDE]] : f32 to i32
snn.network @f32(%x: tensor<3xf32>) -> tensor<3x!quant.uniform<i32:f32, 2.44140625e-4>> attributes {dt = 1.0e-3 : f64} {
  %y = snn.truncate %x {snn.node = "single"} : tensor<3xf32> -> tensor<3x!quant.uniform<i32:f32, 2.44140625e-4>>
  snn.output %y : tensor<3x!quant.uniform<i32:f32, 2.44140625e-4>>
}

// A unit of 1 needs no product; the limits are those of the type.
// CHECK-LABEL: func.func private @double(
// CHECK-DAG:     arith.constant 1.000000e+02 : f64
// CHECK-DAG:     arith.constant -1.000000e+02 : f64
// CHECK-NOT:       arith.mulf
// CHECK:           %[[I:.*]] = arith.fptosi %{{.*}} : f64 to i32
// CHECK-NEXT:      arith.trunci %[[I]] : i32 to i16
snn.network @f64(%x: tensor<3xf64>) -> tensor<3x!quant.uniform<i16<-100:100>:f32, 1.0>> attributes {dt = 1.0e-3 : f64} {
  %y = snn.truncate %x {snn.node = "double"} : tensor<3xf64> -> tensor<3x!quant.uniform<i16<-100:100>:f32, 1.0>>
  snn.output %y : tensor<3x!quant.uniform<i16<-100:100>:f32, 1.0>>
}

// RUN: snn-opt %s --snn-to-linalg | FileCheck %s

// A floor above what the type holds: what it lifts the voltage to is clamped again, although all that the
// step and the reset leave fits.
// CHECK-LABEL: func.func private @lif(
// CHECK-DAG:     %[[MOST:.*]] = arith.constant 100 : i16
// CHECK-DAG:     %[[FLOOR:.*]] = arith.constant 120 : i16
// CHECK:         %[[LOW:.*]] = arith.cmpi slt, %[[V:.*]], %[[FLOOR]] : i16
// CHECK:         %[[LIFTED:.*]] = arith.select %[[LOW]], %[[FLOOR]], %[[V]] : i16
// CHECK:         %[[HIGH:.*]] = arith.cmpi sgt, %[[LIFTED]], %[[MOST]] : i16
// CHECK:         arith.select %[[HIGH]], %[[MOST]], %[[LIFTED]] : i16
!sum = !quant.uniform<i16<-50:50>:f32, 0.25>
!voltage = !quant.uniform<i16<-100:100>:f32, 0.25>
!number = !quant.uniform<i32:f32, 0.25>
!decay = !quant.uniform<i32:f32, 0.5>
snn.network @floor(%x: tensor<4x!sum>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 1 : i32
  %d = quant.scast %di : i32 to !decay
  %ti = arith.constant 90 : i32
  %t = quant.scast %ti : i32 to !number
  %fi = arith.constant 120 : i32
  %f = quant.scast %fi : i32 to !number
  %s, %v = snn.lif %x decay(%d) threshold(%t) floor(%f) {saturate} : (tensor<4x!sum>, !decay, !number, !number) -> (tensor<4xi1>, tensor<4x!voltage>)
  snn.output %s : tensor<4xi1>
}

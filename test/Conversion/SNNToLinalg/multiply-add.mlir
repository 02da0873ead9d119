// RUN: snn-opt %s --convert-snn-to-linalg='pairs=true multiply-add=true' --canonicalize | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg=pairs=true --canonicalize | FileCheck %s --check-prefix=DEFAULT

// A decay of 0.95 loses the nearest integer to 0.05 times the voltage: (v + 10) * 3277 / 2^16. Where
// multiplying and adding are one instruction, that is (v * 3277 + 32770) / 2^16.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
!decay = !quant.uniform<i32:f32, 1.52587890625E-5>

// CHECK-LABEL: func.func private @lif(
// CHECK:         %[[V:.*]] = arith.extsi %[[OLD:.*]] : i16 to i32
// CHECK-NEXT:    %[[PRODUCT:.*]] = arith.muli %[[V]], %c3277_i32 : i32
// CHECK-NEXT:    %[[SUM:.*]] = arith.addi %[[PRODUCT]], %c32770_i32 : i32
// CHECK-NEXT:    %[[SHIFTED:.*]] = arith.shrui %[[SUM]], %c16_i32 : i32
// CHECK-NEXT:    %[[LOST:.*]] = arith.trunci %[[SHIFTED]] : i32 to i16
// CHECK-NEXT:    arith.subi %[[OLD]], %[[LOST]] : i16

// DEFAULT-LABEL: func.func private @lif(
// DEFAULT:         %[[NEAREST:.*]] = arith.addi %[[OLD:.*]], %c10_i16 : i16
// DEFAULT-NEXT:    %[[WIDE:.*]] = arith.extsi %[[NEAREST]] : i16 to i32
// DEFAULT-NEXT:    %[[PRODUCT:.*]] = arith.muli %[[WIDE]], %c3277_i32 : i32
// DEFAULT-NEXT:    %[[SHIFTED:.*]] = arith.shrui %[[PRODUCT]], %c16_i32 : i32
// DEFAULT-NEXT:    %[[LOST:.*]] = arith.trunci %[[SHIFTED]] : i32 to i16
// DEFAULT-NEXT:    arith.subi %[[OLD]], %[[LOST]] : i16
snn.network @constant(%x: tensor<4x!x>) -> tensor<4xi1> attributes {dt = 1.0e-4 : f64} {
  %ti = arith.constant 900 : i32
  %t = quant.scast %ti : i32 to !threshold
  %di = arith.constant 62259 : i32
  %d = quant.scast %di : i32 to !decay
  %s, %v = snn.lif %x decay(%d) threshold(%t) {saturate, short_decay} : (tensor<4x!x>, !decay, !threshold) -> (tensor<4xi1>, tensor<4x!v>)
  snn.output %s : tensor<4xi1>
}

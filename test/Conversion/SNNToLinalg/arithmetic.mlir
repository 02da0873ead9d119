// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse | FileCheck %s

// States with an arithmetic of their own: two networks in one module, each with its rules.

!sum = !quant.uniform<i32<-1000:1000>:f32, 1.0>
!voltage = !quant.uniform<i32<-8388607:8388607>:f32, 1.0>
!current = !quant.uniform<i32<-8388607:8388608>:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!decay = !quant.uniform<i32:f32, 2.44140625e-4>
!state = !quant.uniform<i16:f32, 1.0>
!shift = !quant.uniform<i32:f32, 9.3132257461547852E-10>

// The magnitude is multiplied by 4000 / 2^12 and rounded down, 12 bits at a time, and has its sign again. The
// current wraps around at 2^23, the voltage saturates there.
// CHECK-LABEL: func.func private @cuba_lif(
// CHECK-SAME:    i = wrap(trunc(0.9765625 * i) + 64 * x)\0A
// CHECK-SAME:    u = trunc(0.9765625 * v) + i\0A
// CHECK:         ^bb0(%[[X:.*]]: i32, %[[I:.*]]: i32, %[[V:.*]]: i32, %{{.*}}: i1):
// CHECK:           %[[BELOW:.*]] = arith.cmpi slt, %[[I]], %c0_i32
// CHECK-NEXT:      %[[MINUS:.*]] = arith.subi %c0_i32, %[[I]]
// CHECK-NEXT:      %[[SIZE:.*]] = arith.select %[[BELOW]], %[[MINUS]], %[[I]]
// CHECK:           arith.shrsi %[[SIZE]], %c12_i32
// CHECK:           %[[PRODUCT:.*]] = arith.addi
// CHECK-NEXT:      %[[NEGATED:.*]] = arith.subi %c0_i32, %[[PRODUCT]]
// CHECK-NEXT:      %[[LEFT:.*]] = arith.select %[[BELOW]], %[[NEGATED]], %[[PRODUCT]]
// CHECK:           %[[DRIVE:.*]] = arith.muli %[[X]], %c64_i32
// CHECK:           %[[SUM:.*]] = arith.addi %[[LEFT]], %[[DRIVE]]
// CHECK-DAG:       arith.subi %[[SUM]], %c16777216_i32
// CHECK-DAG:       arith.cmpi sgt, %[[SUM]], %c8388608_i32
// CHECK-DAG:       arith.addi %[[SUM]], %c16777216_i32
// CHECK-DAG:       arith.cmpi slt, %[[SUM]], %c-8388607_i32
// CHECK:           arith.cmpi slt, %[[V]], %c0_i32
// CHECK:           linalg.yield
snn.network @wraps(%x: tensor<4x!sum>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 4000 : i32
  %d = quant.scast %di : i32 to !decay
  %gi = arith.constant 64 : i32
  %g = quant.scast %gi : i32 to !number
  %ti = arith.constant 5000 : i32
  %t = quant.scast %ti : i32 to !number
  %s, %v, %i = snn.cuba_lif %x current_decay(%d) current_gain(%g) decay(%d) threshold(%t)
    {arithmetic = #snn.arithmetic<decay = toward_zero>, current_arithmetic = #snn.arithmetic<decay = toward_zero, sum = wrap>, saturate}
    : (tensor<4x!sum>, !decay, !number, !decay, !number) -> (tensor<4xi1>, tensor<4x!voltage>, tensor<4x!current>)
  snn.output %s : tensor<4xi1>
}

// Of decays 0, 1/2, 3/4 and 1 - 2^-15 there are the shifts. At least 1 is lost where the state is above 0; what is
// lost and the input are clamped, then the leak with them, then the state with both.
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    change = sat(sat(shift(decay[n] * v) - v + x) + 7)\0A  u = sat(v + change)\0A
// CHECK:         ^bb0(%{{.*}}: i16, %[[K:.*]]: i8, %[[CARRIED:.*]]: i16, %{{.*}}: i8):
// CHECK:           %[[V:.*]] = arith.extsi %[[CARRIED]] : i16 to i32
// CHECK:           %[[SHIFT:.*]] = arith.extsi %[[K]] : i8 to i32
// CHECK:           %[[FLOOR:.*]] = arith.shrsi %[[V]], %[[SHIFT]]
// CHECK-DAG:       %[[NONE:.*]] = arith.cmpi eq, %[[FLOOR]], %c0_i32
// CHECK-DAG:       %[[ABOVE:.*]] = arith.cmpi sgt, %[[V]], %c0_i32
// CHECK:           %[[ONE:.*]] = arith.extui %[[ABOVE]] : i1 to i32
// CHECK:           arith.select %[[NONE]], %[[ONE]], %[[FLOOR]]
// CHECK:           arith.cmpi slt, %{{.*}}, %c-32768_i32
// CHECK:           arith.cmpi sgt, %{{.*}}, %c32767_i32
// CHECK:           arith.addi %{{.*}}, %c7_i32
// CHECK:           arith.cmpi slt, %{{.*}}, %c-32768_i32
// CHECK:           arith.cmpi sgt, %{{.*}}, %c32767_i32
// CHECK:           arith.addi %[[V]],
// CHECK:           arith.cmpi slt, %{{.*}}, %c-32768_i32
// CHECK:           arith.cmpi sgt, %{{.*}}, %c32767_i32
// CHECK:           linalg.yield
// CHECK:         memref.global "private" constant @lif_decay : memref<4xi8> = dense<[0, 1, 2, 15]>
snn.network @each(%x: tensor<4x!state>) -> tensor<4xui8> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant dense<[0, 536870912, 805306368, 1073709056]> : tensor<4xi32>
  %d = quant.scast %di : tensor<4xi32> to tensor<4x!shift>
  %bi = arith.constant 7 : i32
  %b = quant.scast %bi : i32 to !number
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  %s, %v = snn.lif %x decay(%d) leak(%b) threshold(%t)
    {arithmetic = #snn.arithmetic<decay = shift, sum = each>, spike = #snn.spike<count_floor>, reset = #snn.reset<subtract>, max_spikes = 31}
    : (tensor<4x!state>, tensor<4x!shift>, !number, !number) -> (tensor<4xui8>, tensor<4x!state>)
  snn.output %s : tensor<4xui8>
}

// What a decay leaves of a signal, without a state.
// CHECK-LABEL: func.func private @i(
// CHECK-SAME:    y = 0.75 * x
// CHECK:         ^bb0(%[[X:.*]]: i16, %{{.*}}: i16):
// CHECK:           %[[X32:.*]] = arith.extsi %[[X]] : i16 to i32
// CHECK:           arith.shrsi %[[X32]], %c2_i32
// CHECK:           arith.subi %[[X32]],
snn.network @decays(%x: tensor<2x!state>) -> tensor<2x!state> attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 3 : i32
  %d = quant.scast %di : i32 to !quant.uniform<i32:f32, 0.25>
  %y = snn.decay %x by(%d) {arithmetic = #snn.arithmetic<decay = shift>, snn.node = "i"} : tensor<2x!state>, !quant.uniform<i32:f32, 0.25>
  snn.output %y : tensor<2x!state>
}

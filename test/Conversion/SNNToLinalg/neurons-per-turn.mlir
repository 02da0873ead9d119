// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true neurons-per-turn=2' --canonicalize | FileCheck %s
// RUN: not snn-opt %s --convert-snn-to-linalg='list-with-neurons=true neurons-per-turn=0' 2>&1 | FileCheck %s --check-prefix=NONE

// NONE: error: neurons-per-turn is 0, expected at least 1

// Five neurons whose spikes are listed: two in a turn, each behind what was listed before it, and
// then the last one.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
!y = !quant.uniform<i16<-20000:20000>:f32, 1.0>

// CHECK-LABEL: func.func private @lif(
// CHECK:         %[[LISTED:.*]] = scf.for %[[N:.*]] = %c0 to %c4 step %c2 iter_args(%[[COUNT:.*]] = %c0) -> (index) {
// CHECK:           memref.load %{{.*}}[%[[N]]] : memref<5xi16>
// CHECK:           %[[FIRST:.*]] = scf.if %{{.*}} -> (index) {
// CHECK:             memref.store %{{.*}}, %[[EVENTS:.*]][%[[COUNT]]] : memref<9xi16>
// CHECK:           %[[NEXT:.*]] = arith.addi %[[N]], %c1 : index
// CHECK:           memref.load %{{.*}}[%[[NEXT]]] : memref<5xi16>
// CHECK:           %[[SECOND:.*]] = scf.if %{{.*}} -> (index) {
// CHECK:             %[[EVENT:.*]] = arith.index_castui %[[NEXT]] : index to i16
// CHECK:             memref.store %[[EVENT]], %[[EVENTS]][%[[FIRST]]] : memref<9xi16>
// CHECK:           scf.yield %[[SECOND]] : index
// CHECK:         memref.load %{{.*}}[%c4] : memref<5xi16>
// CHECK:         %[[ALL:.*]] = scf.if %{{.*}} -> (index) {
// CHECK:           memref.store %c4_i16, %[[EVENTS]][%[[LISTED]]] : memref<9xi16>
// CHECK:         memref.store %c5_i16, %[[EVENTS]][%[[ALL]]] : memref<9xi16>
snn.network @net(%x: tensor<5x!x>) -> tensor<3x!y> attributes {dt = 1.0e-4 : f64} {
  %ti = arith.constant 900 : i32
  %t = quant.scast %ti : i32 to !threshold
  %w = arith.constant dense<3> : tensor<3x5xi8>
  %weight = quant.scast %w : tensor<3x5xi8> to tensor<3x5x!w>
  %spikes, %v = snn.lif %x threshold(%t) {saturate} : (tensor<5x!x>, !threshold) -> (tensor<5xi1>, tensor<5x!v>)
  %events = snn.events %spikes : tensor<5xi1> -> <5>
  %y = snn.linear %spikes, %weight events %events : (tensor<5xi1>, tensor<3x5x!w>, !snn.events<5>) -> tensor<3x!y>
  snn.output %y : tensor<3x!y>
}

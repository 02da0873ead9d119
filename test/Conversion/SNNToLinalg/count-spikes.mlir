// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true quiet-counts=true divides=true' --canonicalize --cse --canonicalize | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true quiet-counts=true' --canonicalize --cse --canonicalize | FileCheck %s --check-prefix=PRODUCT

// Layers of other sizes and with other thresholds count in the same function, which gets the threshold. What is
// left of a voltage that reached it is not below the floor, and within the type.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i32<-1000000:1000000>:f32, 1.0>
!t = !quant.uniform<i32:f32, 1.0>
// CHECK-LABEL: func.func private @lif(
// CHECK:         %[[T:.*]] = memref.load %{{.*}} : memref<64xi8>
// CHECK:         %[[THRESHOLD:.*]] = arith.extsi %[[T]] : i8 to i32
// CHECK:         scf.if
// CHECK:           func.call @count_spikes(%{{.*}}, %{{.*}}, %[[THRESHOLD]], %{{.*}}) : (memref<?xi32>, index, i32, memref<?xi8>) -> ()
// CHECK-LABEL: func.func private @count_spikes(
// CHECK-SAME:    %[[V:[^:]*]]: memref<?xi32> {snn.name = "v"}, %[[N:[^:]*]]: index {snn.name = "n"}, %[[TH:[^:]*]]: i32 {snn.name = "threshold"}, %[[S:[^:]*]]: memref<?xi8> {snn.name = "spikes"})
// CHECK-SAME:    snn.seldom
// CHECK-DAG:     %[[C255:.*]] = arith.constant 255 : i32
// CHECK:         %[[U:.*]] = memref.load %[[V]][%[[N]]]
// CHECK-NEXT:    %[[REACHES:.*]] = arith.cmpi sge, %[[U]], %[[TH]]
// CHECK-NEXT:    scf.if %[[REACHES]] {
// CHECK-NEXT:      %[[TIMES:.*]] = arith.divsi %[[U]], %[[TH]]
// CHECK-NEXT:      %[[MOST:.*]] = arith.cmpi sgt, %[[TIMES]], %[[C255]]
// CHECK-NEXT:      %[[BOUNDED:.*]] = arith.select %[[MOST]], %[[C255]], %[[TIMES]]
// CHECK-NEXT:      %[[COUNT:.*]] = arith.trunci %[[BOUNDED]] overflow<nuw> : i32 to i8
// CHECK-NEXT:      %[[NUMBER:.*]] = arith.extui %[[COUNT]] : i8 to i32
// CHECK-NEXT:      %[[LOWERED:.*]] = arith.muli %[[NUMBER]], %[[TH]]
// CHECK-NEXT:      %[[NEXT:.*]] = arith.subi %[[U]], %[[LOWERED]]
// CHECK-NEXT:      memref.store %[[NEXT]], %[[V]][%[[N]]]
// CHECK-NEXT:      memref.store %[[COUNT]], %[[S]][%[[N]]]
// CHECK-LABEL: func.func private @lif_0(
// CHECK:           func.call @count_spikes(
// CHECK-NOT:     func.func private @count_spikes

// Without an instruction that divides, the reciprocal is another argument.
// PRODUCT-LABEL: func.func private @count_spikes(
// PRODUCT-SAME:    i32 {snn.name = "threshold"}, %{{[^:]*}}: i32 {snn.name = "reciprocal"}
// PRODUCT-NOT:     arith.divsi
snn.network @net(%x: tensor<64x!x>, %y: tensor<96x!x>) -> (tensor<64xui8>, tensor<96xui8>) attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant dense<[40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40, 41, 42, 40]> : tensor<64xi32>
  %t = quant.scast %ti : tensor<64xi32> to tensor<64x!t>
  %f = arith.constant -5 : i32
  %floor = quant.scast %f : i32 to !t
  %ui = arith.constant dense<[60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62, 60, 61, 62]> : tensor<96xi32>
  %u = quant.scast %ui : tensor<96xi32> to tensor<96x!t>
  %s, %v = snn.lif %x threshold(%t) floor(%floor) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<64x!x>, tensor<64x!t>, !t) -> (tensor<64xui8>, tensor<64x!v>)
  %p, %q = snn.lif %y threshold(%u) floor(%floor) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<96x!x>, tensor<96x!t>, !t) -> (tensor<96xui8>, tensor<96x!v>)
  snn.output %s, %p : tensor<64xui8>, tensor<96xui8>
}

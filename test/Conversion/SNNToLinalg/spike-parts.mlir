// RUN: snn-opt %s --convert-snn-to-linalg='part-lists=true spike-parts=true' --canonicalize | FileCheck %s

// Some rows of a map spike into a list with room for them, and all that reads their spikes adds for
// these, before the next rows do. What adds to no state has begun its sums before.

// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[X:[a-z0-9]+]]: memref<9x10x2xi1>
// CHECK-SAME:    %[[V1:[a-z0-9]+]]: memref<9x10x5xi16> {snn.kind = "state"
// CHECK-NOT:     snn.name = "conv_out"
// CHECK-NOT:     snn.name = "n1_out"
// CHECK-SAME:    %[[EVENTS:[a-z0-9]+]]: memref<119xi16> {snn.kind = "scratch"
// CHECK:         call @n1_decay(
// CHECK:         call @conv(%{{.*}}, %{{.*}}) : (memref<184xi16>, memref<9x10x5xi16>) -> ()
// CHECK:         call @fc_begin(%[[SUMS:[a-z0-9]+]])
// CHECK:         scf.for %[[PART:[a-z0-9]+]] = %c0 to %c4 step %c1 {
// CHECK:           func.call @n1(%{{.*}}, %[[EVENTS]], %[[PART]])
// CHECK:           func.call @fc(%[[EVENTS]], %[[SUMS]])
// CHECK:         }
// CHECK:         call @n2(%[[SUMS]]

// CHECK:       func.func private @n1(
// CHECK-SAME:    %[[PART:[a-z0-9]+]]: index {snn.name = "part"}) attributes {snn.comment = "115 leaky
// CHECK-SAME:    snn.parts = 4 : index
// CHECK:         %[[BEGIN:.*]] = arith.muli %[[PART]], %c23
// CHECK:         %[[NEXT:.*]] = arith.addi %[[BEGIN]], %c23
// CHECK:         %[[END:.*]] = arith.minui %[[NEXT]], %c90
// CHECK:         scf.for %[[ROW:.*]] = %[[BEGIN]] to %[[END]] step %c1
// CHECK:           scf.for %[[N:.*]] = %c0 to %c5
// CHECK:             %[[FIRST:.*]] = arith.muli %[[ROW]], %c5
// CHECK:             %[[AT:.*]] = arith.addi %[[FIRST]], %[[N]]
// CHECK:             arith.index_castui %[[AT]] : index to i16

// CHECK:       func.func private @fc(
// CHECK-SAME:    memref<119xi16> {snn.name = "events", snn.size = 450 : index}

!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!decay = !quant.uniform<i16<0:32767>:f32, 3.0517578125e-05>
!v = !quant.uniform<i16<-9000:9000>:f32, 1.0>
snn.network @net(%x: tensor<9x10x2xi1>) -> tensor<8xi1> attributes {dt = 1.0e-3 : f64} {
  %c1 = arith.constant dense<3> : tensor<5x2x1x1xi8>
  %w1 = quant.scast %c1 : tensor<5x2x1x1xi8> to tensor<5x2x1x1x!w>
  %e1 = snn.events %x : tensor<9x10x2xi1> -> <180>
  %y1 = snn.conv2d %x, %w1 events %e1 {channels_last, snn.node = "conv"} : (tensor<9x10x2xi1>, tensor<5x2x1x1x!w>, !snn.events<180>) -> tensor<9x10x5x!sum>
  %cd = arith.constant 29491 : i16
  %d = quant.scast %cd : i16 to !decay
  %ct = arith.constant dense<[[[60, 61, 62, 63, 64]]]> : tensor<1x1x5xi16>
  %t = quant.scast %ct : tensor<1x1x5xi16> to tensor<1x1x5x!v>
  %s1, %v1 = snn.lif %y1 decay(%d) threshold(%t) {snn.node = "n1"} : (tensor<9x10x5x!sum>, !decay, tensor<1x1x5x!v>) -> (tensor<9x10x5xi1>, tensor<9x10x5x!v>)
  %flat = tensor.collapse_shape %s1 [[0, 1, 2]] : tensor<9x10x5xi1> into tensor<450xi1>
  %c2 = arith.constant dense<3> : tensor<8x450xi8>
  %w2 = quant.scast %c2 : tensor<8x450xi8> to tensor<8x450x!w>
  %e2 = snn.events %s1 : tensor<9x10x5xi1> -> <450>
  %y2 = snn.linear %flat, %w2 events %e2 {snn.node = "fc"} : (tensor<450xi1>, tensor<8x450x!w>, !snn.events<450>) -> tensor<8x!sum>
  %ct2 = arith.constant 60 : i16
  %t2 = quant.scast %ct2 : i16 to !v
  %s2, %v2 = snn.lif %y2 decay(%d) threshold(%t2) {snn.node = "n2"} : (tensor<8x!sum>, !decay, !v) -> (tensor<8xi1>, tensor<8x!v>)
  snn.output %s2 : tensor<8xi1>
}

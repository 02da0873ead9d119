// RUN: snn-opt %s --convert-snn-to-linalg='part-lists=true spike-parts=true vector-neurons=16' --canonicalize --split-input-file | FileCheck %s

// A part of a map spikes a vector at a time: 12 channels are 8, and 8 of which four are the same. All are loaded before
// one is stored. Where none of a vector spikes it is stored; else its neurons are updated one by one, which for the last vector are
// only those that the one before it has not.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!decay = !quant.uniform<i16<0:32767>:f32, 3.0517578125e-05>
!v = !quant.uniform<i16<-9000:9000>:f32, 1.0>
// CHECK-LABEL: func.func private @n1(
// CHECK-SAME:    %[[V:[^:]*]]: memref<90x12xi16>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C12:.*]] = arith.constant 12 : index
// CHECK:         scf.for %[[R:.*]] = %{{.*}} iter_args(%[[LISTED:.*]] =
// CHECK:           vector.load %[[V]][%[[R]], %[[C0]]] : memref<90x12xi16>, vector<8xi16>
// CHECK:           %[[FIRST:.*]] = arith.cmpi sgt
// CHECK:           vector.load %[[V]][%[[R]], %[[C4]]] : memref<90x12xi16>, vector<8xi16>
// CHECK:           %[[SECOND:.*]] = arith.cmpi sgt
// CHECK:           %[[ANY:.*]] = vector.reduction <or>, %[[FIRST]]
// CHECK:           %[[NEXT:.*]] = scf.if %[[ANY]]
// CHECK:             scf.for %{{.*}} = %[[C0]] to %[[C8]]
// CHECK:             scf.yield %[[LISTED]]
// CHECK:           %[[OTHER:.*]] = vector.reduction <or>, %[[SECOND]]
// CHECK:           scf.if %[[OTHER]]
// CHECK:             scf.for %{{.*}} = %[[C8]] to %[[C12]]
// CHECK:             scf.yield %[[NEXT]]
snn.network @net(%x: tensor<9x10x2xi1>) -> tensor<8xi1> attributes {dt = 1.0e-3 : f64} {
  %c1 = arith.constant dense<3> : tensor<12x2x1x1xi8>
  %w1 = quant.scast %c1 : tensor<12x2x1x1xi8> to tensor<12x2x1x1x!w>
  %e1 = snn.events %x : tensor<9x10x2xi1> -> <180>
  %y1 = snn.conv2d %x, %w1 events %e1 {channels_last, snn.node = "conv"} : (tensor<9x10x2xi1>, tensor<12x2x1x1x!w>, !snn.events<180>) -> tensor<9x10x12x!sum>
  %cd = arith.constant 29491 : i16
  %d = quant.scast %cd : i16 to !decay
  %ct = arith.constant dense<[[[60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71]]]> : tensor<1x1x12xi16>
  %t = quant.scast %ct : tensor<1x1x12xi16> to tensor<1x1x12x!v>
  %s1, %v1 = snn.lif %y1 decay(%d) threshold(%t) {snn.node = "n1"} : (tensor<9x10x12x!sum>, !decay, tensor<1x1x12x!v>) -> (tensor<9x10x12xi1>, tensor<9x10x12x!v>)
  %flat = tensor.collapse_shape %s1 [[0, 1, 2]] : tensor<9x10x12xi1> into tensor<1080xi1>
  %c2 = arith.constant dense<2> : tensor<8x1080xi8>
  %w2 = quant.scast %c2 : tensor<8x1080xi8> to tensor<8x1080x!w>
  %e2 = snn.events %s1 : tensor<9x10x12xi1> -> <1080>
  %y2 = snn.linear %flat, %w2 events %e2 {snn.node = "fc"} : (tensor<1080xi1>, tensor<8x1080x!w>, !snn.events<1080>) -> tensor<8x!sum>
  %t2i = arith.constant dense<60> : tensor<1xi16>
  %t2 = quant.scast %t2i : tensor<1xi16> to tensor<1x!v>
  %s2, %v2 = snn.lif %y2 threshold(%t2) {snn.node = "n2"} : (tensor<8x!sum>, tensor<1x!v>) -> (tensor<8xi1>, tensor<8x!v>)
  snn.output %s2 : tensor<8xi1>
}

// -----

// States of 32 bits have vectors where only spikes are left to find.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i32<-100000:100000>:f32, 1.0>
!decay = !quant.uniform<i16<0:32767>:f32, 3.0517578125e-05>
!v = !quant.uniform<i32<-900000:900000>:f32, 1.0>
// CHECK-LABEL: func.func private @n1(
// CHECK:         vector.load %{{.*}} : memref<90x12xi32>, vector<8xi32>
snn.network @net(%x: tensor<9x10x2xi1>) -> tensor<8xi1> attributes {dt = 1.0e-3 : f64} {
  %c1 = arith.constant dense<3> : tensor<12x2x1x1xi8>
  %w1 = quant.scast %c1 : tensor<12x2x1x1xi8> to tensor<12x2x1x1x!w>
  %e1 = snn.events %x : tensor<9x10x2xi1> -> <180>
  %y1 = snn.conv2d %x, %w1 events %e1 {channels_last, snn.node = "conv"} : (tensor<9x10x2xi1>, tensor<12x2x1x1x!w>, !snn.events<180>) -> tensor<9x10x12x!sum>
  %cd = arith.constant 29491 : i16
  %d = quant.scast %cd : i16 to !decay
  %ct = arith.constant dense<[[[60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71]]]> : tensor<1x1x12xi32>
  %t = quant.scast %ct : tensor<1x1x12xi32> to tensor<1x1x12x!v>
  %s1, %v1 = snn.lif %y1 decay(%d) threshold(%t) {snn.node = "n1"} : (tensor<9x10x12x!sum>, !decay, tensor<1x1x12x!v>) -> (tensor<9x10x12xi1>, tensor<9x10x12x!v>)
  %flat = tensor.collapse_shape %s1 [[0, 1, 2]] : tensor<9x10x12xi1> into tensor<1080xi1>
  %c2 = arith.constant dense<2> : tensor<8x1080xi8>
  %w2 = quant.scast %c2 : tensor<8x1080xi8> to tensor<8x1080x!w>
  %e2 = snn.events %s1 : tensor<9x10x12xi1> -> <1080>
  %y2 = snn.linear %flat, %w2 events %e2 {snn.node = "fc"} : (tensor<1080xi1>, tensor<8x1080x!w>, !snn.events<1080>) -> tensor<8x!sum>
  %t2i = arith.constant dense<60> : tensor<1xi32>
  %t2 = quant.scast %t2i : tensor<1xi32> to tensor<1x!v>
  %s2, %v2 = snn.lif %y2 threshold(%t2) {snn.node = "n2"} : (tensor<8x!sum>, tensor<1x!v>) -> (tensor<8xi1>, tensor<8x!v>)
  snn.output %s2 : tensor<8xi1>
}

// -----

// Where spikes change nothing in this step, those of a vector are listed as they are: eight, and the last four.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!decay = !quant.uniform<i16<0:32767>:f32, 3.0517578125e-05>
!v = !quant.uniform<i16<-9000:9000>:f32, 1.0>
// CHECK-LABEL: func.func private @n1(
// CHECK:         vector.reduction <or>
// CHECK-COUNT-8:   vector.extract
// CHECK-NOT:       vector.extract
// CHECK:         vector.reduction <or>
// CHECK:           vector.extract %{{.*}}[4]
// CHECK-COUNT-3:   vector.extract
// CHECK-NOT:     vector.extract
// CHECK:         return
snn.network @net(%x: tensor<9x10x2xi1>) -> tensor<8xi1> attributes {dt = 1.0e-3 : f64} {
  %c1 = arith.constant dense<3> : tensor<12x2x1x1xi8>
  %w1 = quant.scast %c1 : tensor<12x2x1x1xi8> to tensor<12x2x1x1x!w>
  %e1 = snn.events %x : tensor<9x10x2xi1> -> <180>
  %y1 = snn.conv2d %x, %w1 events %e1 {channels_last, snn.node = "conv"} : (tensor<9x10x2xi1>, tensor<12x2x1x1x!w>, !snn.events<180>) -> tensor<9x10x12x!sum>
  %cd = arith.constant 29491 : i16
  %d = quant.scast %cd : i16 to !decay
  %ct = arith.constant dense<[[[60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71]]]> : tensor<1x1x12xi16>
  %t = quant.scast %ct : tensor<1x1x12xi16> to tensor<1x1x12x!v>
  %s1, %v1 = snn.lif %y1 decay(%d) threshold(%t) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>, snn.node = "n1"} : (tensor<9x10x12x!sum>, !decay, tensor<1x1x12x!v>) -> (tensor<9x10x12xi1>, tensor<9x10x12x!v>)
  %flat = tensor.collapse_shape %s1 [[0, 1, 2]] : tensor<9x10x12xi1> into tensor<1080xi1>
  %c2 = arith.constant dense<2> : tensor<8x1080xi8>
  %w2 = quant.scast %c2 : tensor<8x1080xi8> to tensor<8x1080x!w>
  %e2 = snn.events %s1 : tensor<9x10x12xi1> -> <1080>
  %y2 = snn.linear %flat, %w2 events %e2 {snn.node = "fc"} : (tensor<1080xi1>, tensor<8x1080x!w>, !snn.events<1080>) -> tensor<8x!sum>
  %t2i = arith.constant dense<60> : tensor<1xi16>
  %t2 = quant.scast %t2i : tensor<1xi16> to tensor<1x!v>
  %s2, %v2 = snn.lif %y2 threshold(%t2) {snn.node = "n2"} : (tensor<8x!sum>, tensor<1x!v>) -> (tensor<8xi1>, tensor<8x!v>)
  snn.output %s2 : tensor<8xi1>
}

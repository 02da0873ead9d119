// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true quiet-counts=true words=true pairs=true' --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=WORDS
// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true words=true flipped-signs=true' --canonicalize --split-input-file | FileCheck %s --check-prefix=SUMS
// RUN: snn-opt %s --convert-snn-to-linalg='vector-sums=64 vector-rows=true' --canonicalize --split-input-file | FileCheck %s

// A voltage that nothing is taken from before its input is where a convolution adds up. In words, it has
// their alignment; sums that borrow from each other are no voltages.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-8000:8000>:f32, 1.0>
!v = !quant.uniform<i16<-20000:20000>:f32, 1.0>
!c = !quant.uniform<i16:f32, 1.0>

// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[V:[^:]*]]: memref<8x8x4xi16> {snn.kind = "state", snn.name = "lif_v"
// CHECK:         call @conv2d(%{{.*}}, %[[V]])
// CHECK:         %[[ROW:.*]] = memref.collapse_shape %[[V]]
// CHECK:         call @lif(%{{.*}}, %[[ROW]])
// CHECK:       func.func private @conv2d(
// CHECK-SAME:    y = y + W * x
// CHECK-NOT:     linalg.fill
// CHECK:       func.func private @lif(
// CHECK-SAME:    the first sum is there already.

// WORDS-LABEL: func.func @net_step(
// WORDS-SAME:    memref<8x8x4xi16> {snn.alignment = 4 : i64, snn.kind = "state", snn.name = "lif_v"
// WORDS:       func.func private @lif(
// WORDS:         scf.for
// WORDS-NEXT:      %[[U:.*]] = vector.load %[[V:.*]][%[[N:.*]]] : memref<256xi16>, vector<2xi16>
// WORDS:           arith.cmpi sge, %{{.*}}, %{{.*}} : vector<2xi16>
// WORDS:           vector.store %{{.*}}, %[[V]][%[[N]]] : memref<256xi16>, vector<2xi16>

// SUMS-LABEL: func.func @net_step(
// SUMS-SAME:    memref<8x8x4xi16> {snn.alignment = 4 : i64, snn.kind = "scratch"
snn.network @net(%x: tensor<8x8x2xi1>) -> tensor<8x8x4xui8> attributes {dt = 1.0e-4 : f64} {
  %wi = arith.constant dense<3> : tensor<4x2x1x1xi8>
  %w = quant.scast %wi : tensor<4x2x1x1xi8> to tensor<4x2x1x1x!w>
  %events = snn.events %x : tensor<8x8x2xi1> -> <128>
  %y = snn.conv2d %x, %w events %events {channels_last} : (tensor<8x8x2xi1>, tensor<4x2x1x1x!w>, !snn.events<128>) -> tensor<8x8x4x!y>
  %ti = arith.constant 500 : i16
  %t = quant.scast %ti : i16 to !c
  %s, %v = snn.lif %y threshold(%t) {saturate, reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<8x8x4x!y>, !c) -> (tensor<8x8x4xui8>, tensor<8x8x4x!v>)
  snn.output %s : tensor<8x8x4xui8>
}

// -----

// With a decay that would be an update of its own.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-8000:8000>:f32, 1.0>
!v = !quant.uniform<i16<-20000:20000>:f32, 1.0>
!c = !quant.uniform<i16:f32, 1.0>
!d = !quant.uniform<i16:f32, 3.0517578125E-5>
// CHECK-LABEL: func.func @net_step(
// CHECK:       func.func private @conv2d(
// CHECK-SAME:    y = W * x
snn.network @net(%x: tensor<8x8x2xi1>) -> tensor<8x8x4xui8> attributes {dt = 1.0e-4 : f64} {
  %wi = arith.constant dense<3> : tensor<4x2x1x1xi8>
  %w = quant.scast %wi : tensor<4x2x1x1xi8> to tensor<4x2x1x1x!w>
  %events = snn.events %x : tensor<8x8x2xi1> -> <128>
  %y = snn.conv2d %x, %w events %events {channels_last} : (tensor<8x8x2xi1>, tensor<4x2x1x1x!w>, !snn.events<128>) -> tensor<8x8x4x!y>
  %ti = arith.constant 500 : i16
  %t = quant.scast %ti : i16 to !c
  %di = arith.constant 30000 : i16
  %d = quant.scast %di : i16 to !d
  %s, %v = snn.lif %y decay(%d) threshold(%t) {saturate, reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<8x8x4x!y>, !d, !c) -> (tensor<8x8x4xui8>, tensor<8x8x4x!v>)
  snn.output %s : tensor<8x8x4xui8>
}

// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-sums=32 vector-rows=true' --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-sums=32' --canonicalize --split-input-file | FileCheck %s --check-prefix=ROWS
// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-sums=32 vector-rows=true words=true' --canonicalize --split-input-file | FileCheck %s --check-prefix=WORDS

// Rows of weights are added to sums in memory in vectors: 12 are 8, and 8 of which four are the same. All
// are loaded before one is stored.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    %[[Y:[^:]*]]: memref<4x5x12xi16>
// CHECK-SAME:    snn.vectors
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK:         %[[W:.*]] = memref.get_global @conv2d_weight
// CHECK:         scf.while
// CHECK:           scf.for %[[R:.*]] =
// CHECK:             scf.for %[[C:.*]] =
// CHECK:               %[[OLD:.*]] = vector.load %[[Y]][%[[R]], %[[C]], %[[C0]]] : {{.*}}, vector<8xi16>
// CHECK:               %[[ROW:.*]] = vector.load %[[W]][{{.*}}, %[[C0]]] : memref<2x1x1x12xi8>, vector<8xi8>
// CHECK:               %[[TERMS:.*]] = arith.extsi %[[ROW]] : vector<8xi8> to vector<8xi16>
// CHECK:               %[[FIRST:.*]] = arith.addi %[[OLD]], %[[TERMS]]
// CHECK:               vector.load %[[Y]][%[[R]], %[[C]], %[[C4]]] : {{.*}}, vector<8xi16>
// CHECK:               %[[SECOND:.*]] = arith.addi
// CHECK:               vector.store %[[FIRST]], %[[Y]][%[[R]], %[[C]], %[[C0]]]
// CHECK:               vector.store %[[SECOND]], %[[Y]][%[[R]], %[[C]], %[[C4]]]
// ROWS-LABEL: func.func private @conv2d(
// ROWS-NOT:     vector
// ROWS:         return
snn.network @net(%x: tensor<4x5x2xi1>) -> tensor<4x5x12x!y> attributes {dt = 1.0e-4 : f64} {
  %wi = arith.constant dense<3> : tensor<12x2x1x1xi8>
  %w = quant.scast %wi : tensor<12x2x1x1xi8> to tensor<12x2x1x1x!w>
  %events = snn.events %x : tensor<4x5x2xi1> -> <40>
  %y = snn.conv2d %x, %w events %events {channels_last} : (tensor<4x5x2xi1>, tensor<12x2x1x1x!w>, !snn.events<40>) -> tensor<4x5x12x!y>
  snn.output %y : tensor<4x5x12x!y>
}

// -----

// Counts multiply the row; 40 channels are two blocks of 16 and one of 8.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @conv2d(
// CHECK:         scf.for %[[K:.*]] = %{{.*}} to %c32 step %c16
// CHECK:           vector.load %{{.*}}[%{{.*}}, %[[K]]] : memref<4x5x40xi16>, vector<16xi16>
// CHECK:           %[[FACTOR:.*]] = vector.broadcast %{{.*}} : i16 to vector<16xi16>
// CHECK:           arith.muli %{{.*}}, %[[FACTOR]]
// CHECK:         vector.store %{{.*}}[%{{.*}}, %c32] : memref<4x5x40xi16>, vector<8xi16>
snn.network @counts(%x: tensor<4x5x2xui8>) -> tensor<4x5x40x!y> attributes {dt = 1.0e-4 : f64} {
  %wi = arith.constant dense<3> : tensor<40x2x1x1xi8>
  %w = quant.scast %wi : tensor<40x2x1x1xi8> to tensor<40x2x1x1x!w>
  %events = snn.events %x : tensor<4x5x2xui8> -> <40>
  %y = snn.conv2d %x, %w events %events {channels_last} : (tensor<4x5x2xui8>, tensor<40x2x1x1x!w>, !snn.events<40>) -> tensor<4x5x40x!y>
  snn.output %y : tensor<4x5x40x!y>
}

// -----

// Words go first: their weights have another order.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!v = !quant.uniform<i16<-20000:20000>:f32, 1.0>
!c = !quant.uniform<i32:f32, 1.0>
// WORDS-LABEL: snn.name = "words"
// WORDS:       func.func private @conv2d(
// WORDS:         vector.shuffle
// WORDS:         vector<8xi16>
// CHECK-LABEL: snn.name = "words"
// CHECK:       func.func private @conv2d({{.*}}snn.vectors
// CHECK-NOT:     vector.shuffle
snn.network @words(%x: tensor<4x5x2xi1>) -> tensor<4x5x8xi1> attributes {dt = 1.0e-4 : f64} {
  %wi = arith.constant dense<3> : tensor<8x2x1x1xi8>
  %w = quant.scast %wi : tensor<8x2x1x1xi8> to tensor<8x2x1x1x!w>
  %events = snn.events %x : tensor<4x5x2xi1> -> <40>
  %y = snn.conv2d %x, %w events %events {channels_last} : (tensor<4x5x2xi1>, tensor<8x2x1x1x!w>, !snn.events<40>) -> tensor<4x5x8x!y>
  %ti = arith.constant 900 : i32
  %t = quant.scast %ti : i32 to !c
  %s, %voltage = snn.lif %y threshold(%t) {saturate} : (tensor<4x5x8x!y>, !c) -> (tensor<4x5x8xi1>, tensor<4x5x8x!v>)
  snn.output %s : tensor<4x5x8xi1>
}

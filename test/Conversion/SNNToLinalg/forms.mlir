// RUN: snn-opt %s --convert-snn-to-linalg='vector-neurons=16 optional-vectors=true pairs=true quiet-counts=true vector-sums=64 vector-rows=true' --canonicalize --cse --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='vector-neurons=16 pairs=true vector-sums=64 vector-rows=true' --canonicalize --cse --split-input-file | FileCheck %s --check-prefix=ONLY

// Where vectors are optional, neurons have them and pairs: a helper says which are for the processor.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-4000:4000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
// CHECK-LABEL: func.func private @n(
// CHECK-NOT:     snn.vectors
// CHECK:         %[[VECTORS:.*]] = call @integer_vectors() : () -> i1
// CHECK:         scf.if %[[VECTORS]] {
// CHECK:           vector.store %{{.*}} : memref<64xi16>, vector<16xi16>
// CHECK:         } else {
// CHECK:           vector.store %{{.*}} : memref<64xi16>, vector<2xi16>
// CHECK:         } {snn.vectors}
// CHECK:       func.func private @integer_vectors() -> i1 attributes {snn.helper = "integer_vectors"}
// ONLY-LABEL:  func.func private @n(
// ONLY-SAME:     attributes {{.*}}snn.vectors
// ONLY-NOT:      scf.if
// ONLY:          vector.store %{{.*}} : memref<64xi16>, vector<16xi16>
// ONLY:          return
snn.network @neurons(%x: tensor<64x!x>) -> tensor<64xi1> attributes {dt = 1.0e-3} {
  %ti = arith.constant dense<900> : tensor<1xi32>
  %t = quant.scast %ti : tensor<1xi32> to tensor<1x!threshold>
  %s, %v = snn.lif %x threshold(%t) {snn.node = "n"} : (tensor<64x!x>, tensor<1x!threshold>) -> (tensor<64xi1>, tensor<64x!v>)
  snn.output %s : tensor<64xi1>
}

// -----

// Sums are in vectors on small processors that have these; else in blocks, or in rows.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @fc(
// CHECK:         %[[VECTORS:.*]] = call @vector_blocks() : () -> i1
// CHECK:         scf.if %[[VECTORS]] {
// CHECK:           arith.addi %{{.*}} : vector<32xi16>
// CHECK:         } else {
// CHECK:           %[[BLOCKS:.*]] = {{.*}}call @blocks() : () -> i1
// CHECK:           scf.if %[[BLOCKS]] {
// CHECK:           } else {
// CHECK:             linalg.generic
// CHECK:         } {snn.vectors}
// CHECK:       func.func private @vector_blocks() -> i1 attributes {snn.helper = "vector_blocks"}
snn.network @sums(%x: tensor<40xi1>) -> tensor<32x!y> attributes {dt = 1.0e-3} {
  %wi = arith.constant dense<3> : tensor<32x40xi8>
  %w = quant.scast %wi : tensor<32x40xi8> to tensor<32x40x!w>
  %events = snn.events %x : tensor<40xi1> -> <40>
  %y = snn.linear %x, %w events %events {snn.node = "fc"} : (tensor<40xi1>, tensor<32x40x!w>, !snn.events<40>) -> tensor<32x!y>
  snn.output %y : tensor<32x!y>
}

// -----

// Rows of counts are added in vectors, those of four events at a time.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i32<-100000:100000>:f32, 1.0>
// CHECK-LABEL: func.func private @fc(
// CHECK:         %[[VECTORS:.*]] = call @integer_vectors() : () -> i1
// CHECK:         scf.if %[[VECTORS]] {
// CHECK:           scf.while
// CHECK:             %[[FACTOR:.*]] = arith.extui %{{.*}} : i8 to i32
// CHECK:             vector.broadcast %[[FACTOR]] : i32 to vector<16xi32>
// CHECK-COUNT-4:     arith.muli %{{.*}} : vector<16xi32>
// CHECK:             vector.store
// CHECK:           scf.while
// CHECK-COUNT-1:     arith.muli %{{.*}} : vector<16xi32>
// CHECK-NOT:         arith.muli %{{.*}} : vector
// CHECK:         } else {
// CHECK-NOT:       vector
// CHECK:         } {snn.vectors}
snn.network @counts(%x: tensor<40xui8>) -> tensor<16x!y> attributes {dt = 1.0e-3} {
  %wi = arith.constant dense<3> : tensor<16x40xi8>
  %w = quant.scast %wi : tensor<16x40xi8> to tensor<16x40x!w>
  %events = snn.events %x : tensor<40xui8> -> <40>
  %y = snn.linear %x, %w events %events {snn.node = "fc"} : (tensor<40xui8>, tensor<16x40x!w>, !snn.events<40>) -> tensor<16x!y>
  snn.output %y : tensor<16x!y>
}

// -----

// Neurons that count are updated as if there was no spike only where they are in no vectors; those that 16 bits
// do not hold are in none, and are in a plain loop where a compiler may have some for it.
!x = !quant.uniform<i32<-100000:100000>:f32, 1.0>
!v = !quant.uniform<i32<-1000000:1000000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
// CHECK-LABEL: func.func private @n(
// CHECK:         scf.if %{{.*}} {
// CHECK-NOT:       func.call @count_spikes
// CHECK:           linalg.generic
// CHECK:         } else {
// CHECK:           func.call @count_spikes
// CHECK:         }
// CHECK-NOT:     snn.vectors
// CHECK:         return
snn.network @plain(%x: tensor<64x!x>) -> tensor<64xui8> attributes {dt = 1.0e-3} {
  %ti = arith.constant dense<9000> : tensor<1xi32>
  %t = quant.scast %ti : tensor<1xi32> to tensor<1x!threshold>
  %fi = arith.constant dense<-9000> : tensor<1xi32>
  %f = quant.scast %fi : tensor<1xi32> to tensor<1x!threshold>
  %s, %v = snn.lif %x threshold(%t) floor(%f) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>, snn.node = "n"} : (tensor<64x!x>, tensor<1x!threshold>, tensor<1x!threshold>) -> (tensor<64xui8>, tensor<64x!v>)
  snn.output %s : tensor<64xui8>
}

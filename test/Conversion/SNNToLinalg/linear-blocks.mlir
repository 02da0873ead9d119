// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='rows=false flipped-signs=true' --canonicalize --split-input-file | FileCheck %s --check-prefix=FLIPPED
// RUN: snn-opt %s --convert-snn-to-linalg=block-outputs=0 --canonicalize --split-input-file | FileCheck %s --check-prefix=ROWS
// RUN: not snn-opt %s --convert-snn-to-linalg=block-outputs=6 --split-input-file 2>&1 | FileCheck %s --check-prefix=INVALID

// Sums in registers while all events are visited. INVALID is about the option.
// INVALID: block-outputs is 6, expected a multiple of 4 or 0

// 28 outputs are two blocks of 16, of which the second one begins at 12. Rows are whole words.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[EVENTS:.*]]: memref<13xi16> {{.*}}, %[[Y:.*]]: memref<28xi16>
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant dense<0> : vector<16xi16>
// CHECK-DAG:     %[[C12:.*]] = arith.constant 12 : index
// CHECK-DAG:     %[[C9:.*]] = arith.constant 9 : index
// CHECK:         %[[W:.*]] = memref.get_global @linear_weight
// CHECK:         %[[IF:.*]] = call @blocks() : () -> i1
// CHECK:         scf.if %[[IF]] {
// CHECK:           scf.for %[[N:.*]] = %{{.*}} to %{{.*}} step %{{.*}} {
// CHECK:             %[[FIRST:.*]] = arith.minui %[[N]], %[[C12]] : index
// CHECK:             %[[L:.*]]:3 = scf.while (%[[E:.*]] = %{{.*}}, %[[S:.*]] = %[[ZERO]])
// CHECK:               %[[I16:.*]] = memref.load %[[EVENTS]][%[[E]]]
// CHECK:               %[[I:.*]] = arith.index_castui %[[I16]]
// CHECK:               %[[MORE:.*]] = arith.cmpi ne, %[[I]], %[[C9]]
// CHECK:               scf.condition(%[[MORE]]) %[[E]], %[[S]], %[[I]]
// CHECK:               ^bb0(%{{.*}}: index, %[[SUMS:.*]]: vector<16xi16>, %[[INPUT:.*]]: index):
// CHECK:               %[[ROW:.*]] = vector.load %[[W]][%[[INPUT]], %[[FIRST]]] {alignment = 4 : i64} : memref<9x28xi8>, vector<16xi8>
// CHECK:               %[[TERMS:.*]] = arith.extsi %[[ROW]] : vector<16xi8> to vector<16xi16>
// CHECK:               arith.addi %[[SUMS]], %[[TERMS]] overflow<nsw> : vector<16xi16>
// CHECK:             vector.store %[[L]]#1, %[[Y]][%[[FIRST]]] : memref<28xi16>, vector<16xi16>
// CHECK:         } else {
// CHECK:           linalg.generic
// CHECK:       memref.global "private" constant @linear_weight : memref<9x28xi8> = dense<3> {alignment = 4 : i64}
// CHECK:       func.func private @blocks() -> i1 attributes {snn.helper = "blocks"}
// Without rows there is one form, and 3 is stored as 3 - 128.
// FLIPPED-LABEL: func.func private @linear(
// FLIPPED:         %[[SIGNS:.*]] = arith.constant dense<-128> : vector<16xi8>
// FLIPPED-NOT:     scf.if
// FLIPPED:         arith.xori %{{.*}}, %[[SIGNS]] : vector<16xi8>
// FLIPPED:       memref.global "private" constant @linear_weight : memref<9x28xi8> = dense<-125>
// FLIPPED-NOT:   snn.helper
// ROWS-LABEL:    func.func private @linear(
// ROWS-NOT:        vector
// ROWS:            return
snn.network @net(%x: tensor<9xi1>) -> tensor<28x!y> attributes {dt = 1.0e-3} {
  %c = arith.constant dense<3> : tensor<28x9xi8>
  %w = quant.scast %c : tensor<28x9xi8> to tensor<28x9x!w>
  %e = snn.events %x : tensor<9xi1> -> <9>
  %y = snn.linear %x, %w events %e : (tensor<9xi1>, tensor<28x9x!w>, !snn.events<9>) -> tensor<28x!y>
  snn.output %y : tensor<28x!y>
}

// -----

// Eleven outputs are no whole words: both forms, whatever was asked for, and the signs stay.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @linear(
// CHECK:         %[[IF:.*]] = call @unaligned_blocks() : () -> i1
// CHECK:         scf.if %[[IF]]
// CHECK:           vector<8xi16>, i32, i32, i32
// FLIPPED-LABEL: func.func private @linear(
// FLIPPED:         call @unaligned_blocks
// FLIPPED:       constant @linear_weight : memref<9x11xi8> = dense<3>
snn.network @net(%x: tensor<9xi1>) -> tensor<11x!y> attributes {dt = 1.0e-3} {
  %c = arith.constant dense<3> : tensor<11x9xi8>
  %w = quant.scast %c : tensor<11x9xi8> to tensor<11x9x!w>
  %e = snn.events %x : tensor<9xi1> -> <9>
  %y = snn.linear %x, %w events %e : (tensor<9xi1>, tensor<11x9x!w>, !snn.events<9>) -> tensor<11x!y>
  snn.output %y : tensor<11x!y>
}

// -----

// Ten are some halves of words, which are what one form is for; the others are a number more without their signs.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @linear(
// CHECK:         call @unaligned_blocks() : () -> i1
// CHECK:         vector.load %{{.*}} {alignment = 2 : i64} : memref<9x10xi8>, vector<8xi8>
// FLIPPED-LABEL: func.func private @linear(
// FLIPPED-NOT:     call
// FLIPPED:         %[[SIGNS:.*]] = arith.constant dense<-128> : vector<8xi8>
// FLIPPED:         vector.load %{{.*}} {alignment = 2 : i64}
// FLIPPED:         arith.extui %{{.*}} : i8 to i32
// FLIPPED:       constant @linear_weight : memref<9x10xi8> = dense<-125>
snn.network @net(%x: tensor<9xi1>) -> tensor<10x!y> attributes {dt = 1.0e-3} {
  %c = arith.constant dense<3> : tensor<10x9xi8>
  %w = quant.scast %c : tensor<10x9xi8> to tensor<10x9x!w>
  %e = snn.events %x : tensor<9xi1> -> <9>
  %y = snn.linear %x, %w events %e : (tensor<9xi1>, tensor<10x9x!w>, !snn.events<9>) -> tensor<10x!y>
  snn.output %y : tensor<10x!y>
}

// -----

// 300 weights of 127 do not fit 16 bits: rows.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i32<-100000:100000>:f32, 1.0>
// CHECK-LABEL: func.func private @linear(
// CHECK-NOT:     vector
// CHECK:         return
snn.network @net(%x: tensor<300xi1>) -> tensor<16x!y> attributes {dt = 1.0e-3} {
  %c = arith.constant dense<127> : tensor<16x300xi8>
  %w = quant.scast %c : tensor<16x300xi8> to tensor<16x300x!w>
  %e = snn.events %x : tensor<300xi1> -> <300>
  %y = snn.linear %x, %w events %e : (tensor<300xi1>, tensor<16x300x!w>, !snn.events<300>) -> tensor<16x!y>
  snn.output %y : tensor<16x!y>
}

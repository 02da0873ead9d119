// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-sums=32' --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-sums=32 vector-blocks=false' --canonicalize --split-input-file | FileCheck %s --check-prefix=ROWS
// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-sums=32 vector-floats=false' --canonicalize --split-input-file | FileCheck %s --check-prefix=INTEGERS
// RUN: not snn-opt %s --convert-snn-to-linalg=vector-sums=24 --split-input-file 2>&1 | FileCheck %s --check-prefix=INVALID
// RUN: not snn-opt %s --convert-snn-to-linalg=vector-neurons=4 --split-input-file 2>&1 | FileCheck %s --check-prefix=NEURONS

// Sums in vectors while all events are visited. The last lines are about the options.
// INVALID: vector-sums is 24, expected a multiple of 16 or 0
// NEURONS: vector-neurons is 4, expected a multiple of 8 or 0

// 42 outputs are two blocks of 16, and 10 in two vectors of 8, which have 6 of them in common.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[EVENTS:.*]]: memref<13xi16> {{.*}}, %[[Y:.*]]: memref<42xi16> {{.*}}) attributes {{{.*}}snn.vectors}
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant dense<0> : vector<16xi16>
// CHECK-DAG:     %[[C9:.*]] = arith.constant 9 : index
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG:     %[[C34:.*]] = arith.constant 34 : index
// CHECK:         %[[W:.*]] = memref.get_global @linear_weight
// CHECK:         %[[TWO:.*]]:3 = scf.while (%[[E:.*]] = %{{.*}}, %[[S:.*]] = %[[ZERO]])
// CHECK:           scf.condition
// CHECK:           vector.load %[[W]][%{{.*}}, %{{.*}}] : memref<9x42xi8>, vector<16xi8>
// CHECK:           %[[FIRST:.*]] = arith.addi %{{.*}}, %{{.*}} : vector<16xi16>
// CHECK:           vector.load %[[W]][%{{.*}}, %{{.*}}] : memref<9x42xi8>, vector<16xi8>
// CHECK:           arith.addi %[[FIRST]], %{{.*}} : vector<16xi16>
// CHECK:         %[[ONE:.*]]:3 = scf.while (%{{.*}} = %[[TWO]]#0, %{{.*}} = %[[TWO]]#1)
// CHECK:           arith.cmpi ne, %{{.*}}, %[[C9]]
// CHECK:         vector.store %[[ONE]]#1, %[[Y]][%{{.*}}] : memref<42xi16>, vector<16xi16>
// CHECK:         vector.store %{{.*}}, %[[Y]][%[[C32]]] : memref<42xi16>, vector<8xi16>
// CHECK:         vector.store %{{.*}}, %[[Y]][%[[C34]]] : memref<42xi16>, vector<8xi16>
// ROWS-LABEL:  func.func private @linear(
// ROWS-NOT:      vector
// ROWS:          return
// INTEGERS-LABEL: func.func private @linear(
// INTEGERS:         vector.load
snn.network @net(%x: tensor<9xi1>) -> tensor<42x!y> attributes {dt = 1.0e-3} {
  %c = arith.constant dense<3> : tensor<42x9xi8>
  %w = quant.scast %c : tensor<42x9xi8> to tensor<42x9x!w>
  %e = snn.events %x : tensor<9xi1> -> <9>
  %y = snn.linear %x, %w events %e : (tensor<9xi1>, tensor<42x9x!w>, !snn.events<9>) -> tensor<42x!y>
  snn.output %y : tensor<42x!y>
}

// -----

// Sums of floating point begin with the table of the bias.
// CHECK-LABEL: func.func private @linear(
// CHECK:         %[[BIAS:.*]] = memref.get_global @linear_bias
// CHECK:         vector.load %[[BIAS]][%{{.*}}] : memref<5xf32>, vector<4xf32>
// CHECK:         vector.load %[[BIAS]][%{{.*}}] : memref<5xf32>, vector<4xf32>
// CHECK:         arith.addf
// CHECK:         vector.store
// CHECK:         vector.store
// INTEGERS-LABEL: func.func private @linear(
// INTEGERS-NOT:     vector
// INTEGERS:         return
snn.network @net(%x: tensor<9xi1>) -> tensor<5xf32> attributes {dt = 1.0e-3} {
  %w = arith.constant dense<0.5> : tensor<5x9xf32>
  %b = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0]> : tensor<5xf32>
  %e = snn.events %x : tensor<9xi1> -> <9>
  %y = snn.linear %x, %w bias %b events %e : (tensor<9xi1>, tensor<5x9xf32>, tensor<5xf32>, !snn.events<9>) -> tensor<5xf32>
  snn.output %y : tensor<5xf32>
}

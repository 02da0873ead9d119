// RUN: snn-opt %s --convert-snn-to-linalg=float-outputs=16 --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --split-input-file | FileCheck %s --check-prefix=ROWS
// RUN: not snn-opt %s --convert-snn-to-linalg=float-outputs=-1 --split-input-file 2>&1 | FileCheck %s --check-prefix=INVALID

// Sums of floats in registers while all events are visited: a block is one vector.
// INVALID: float-outputs is -1, expected at least 0

// 17 outputs are two blocks of 9, which have one of them in common.
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[EVENTS:.*]]: memref<13xi16> {{.*}}, %[[Y:.*]]: memref<17xf32> {{.*}}) attributes {{{.*}}snn.vectors}
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<9xf32>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C9:.*]] = arith.constant 9 : index
// CHECK-DAG:     %[[C18:.*]] = arith.constant 18 : index
// CHECK:         %[[W:.*]] = memref.get_global @linear_weight : memref<9x17xf32>
// CHECK:         scf.for %[[N:.*]] = %[[C0]] to %[[C18]] step %[[C9]]
// CHECK:           %[[FIRST:.*]] = arith.minui %[[N]], %[[C8]]
// CHECK:           %[[SUMS:.*]]:3 = scf.while (%[[E:.*]] = %[[C0]], %[[S:.*]] = %[[ZERO]])
// CHECK:             memref.load %[[EVENTS]][%[[E]]]
// CHECK:             scf.condition
// CHECK:           ^bb0(%{{.*}}: index, %[[S2:.*]]: vector<9xf32>, %[[I:.*]]: index):
// CHECK:             %[[ROW:.*]] = vector.load %[[W]][%[[I]], %[[FIRST]]] : memref<9x17xf32>, vector<9xf32>
// CHECK:             arith.addf %[[S2]], %[[ROW]] : vector<9xf32>
// CHECK:           vector.store %[[SUMS]]#1, %[[Y]][%[[FIRST]]] : memref<17xf32>, vector<9xf32>
// ROWS-LABEL:  func.func private @linear(
// ROWS-NOT:      vector
// ROWS:          return
snn.network @net(%x: tensor<9xi1>) -> tensor<17xf32> attributes {dt = 1.0e-3} {
  %w = arith.constant dense<0.5> : tensor<17x9xf32>
  %e = snn.events %x : tensor<9xi1> -> <9>
  %y = snn.linear %x, %w events %e : (tensor<9xi1>, tensor<17x9xf32>, !snn.events<9>) -> tensor<17xf32>
  snn.output %y : tensor<17xf32>
}

// -----

// One sum is a vector, too, and a bias that is one number is a constant.
// CHECK-LABEL: func.func private @linear(
// CHECK:         arith.constant dense<2.500000e-01> : vector<1xf32>
// CHECK-NOT:     scf.for
// CHECK:         vector.load {{.*}}, vector<1xf32>
snn.network @net(%x: tensor<9xi1>) -> tensor<1xf32> attributes {dt = 1.0e-3} {
  %w = arith.constant dense<0.5> : tensor<1x9xf32>
  %b = arith.constant dense<0.25> : tensor<1xf32>
  %e = snn.events %x : tensor<9xi1> -> <9>
  %y = snn.linear %x, %w bias %b events %e : (tensor<9xi1>, tensor<1x9xf32>, tensor<1xf32>, !snn.events<9>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// -----

// What is added to sums where they are is added once: 38 outputs are two blocks of 13 in a loop, and 12.
// CHECK-LABEL: func.func private @first(
// CHECK:         arith.minui
// CHECK-LABEL: func.func private @second(
// CHECK-SAME:    %[[Y:[^ ]*]]: memref<38xf32>
// CHECK-DAG:     %[[C13:.*]] = arith.constant 13 : index
// CHECK-DAG:     %[[C26:.*]] = arith.constant 26 : index
// CHECK-NOT:     arith.minui
// CHECK:         scf.for %[[N:.*]] = %{{.*}} to %[[C26]] step %[[C13]]
// CHECK:           vector.load %[[Y]][%[[N]]] : memref<38xf32>, vector<13xf32>
// CHECK:           vector.store %{{.*}}, %[[Y]][%[[N]]] : memref<38xf32>, vector<13xf32>
// CHECK:         vector.load %[[Y]][%[[C26]]] : memref<38xf32>, vector<12xf32>
// CHECK:         vector.store %{{.*}}, %[[Y]][%[[C26]]] : memref<38xf32>, vector<12xf32>
snn.network @net(%a: tensor<9xi1>, %b: tensor<9xi1>) -> tensor<38xf32> attributes {dt = 1.0e-3} {
  %w = arith.constant dense<0.5> : tensor<38x9xf32>
  %ea = snn.events %a : tensor<9xi1> -> <9>
  %eb = snn.events %b : tensor<9xi1> -> <9>
  %0 = snn.linear %a, %w events %ea {snn.node = "first"} : (tensor<9xi1>, tensor<38x9xf32>, !snn.events<9>) -> tensor<38xf32>
  %1 = snn.linear %b, %w bias %0 events %eb {snn.node = "second"} : (tensor<9xi1>, tensor<38x9xf32>, tensor<38xf32>, !snn.events<9>) -> tensor<38xf32>
  %2 = snn.li %1 : (tensor<38xf32>) -> tensor<38xf32>
  snn.output %2 : tensor<38xf32>
}

// -----

// Sums of integers are not these.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
// CHECK-LABEL: func.func private @linear(
// CHECK-NOT:     snn.vectors
// CHECK:         vector<16xi16>
snn.network @net(%x: tensor<9xi1>) -> tensor<16x!y> attributes {dt = 1.0e-3} {
  %c = arith.constant dense<3> : tensor<16x9xi8>
  %w = quant.scast %c : tensor<16x9xi8> to tensor<16x9x!w>
  %e = snn.events %x : tensor<9xi1> -> <9>
  %y = snn.linear %x, %w events %e : (tensor<9xi1>, tensor<16x9x!w>, !snn.events<9>) -> tensor<16x!y>
  snn.output %y : tensor<16x!y>
}

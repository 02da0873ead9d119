// RUN: snn-opt %s --convert-snn-to-linalg='rows=false words=true' --canonicalize | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='rows=false words=true flipped-signs=true' --canonicalize | FileCheck %s --check-prefix=PLAIN
// RUN: snn-opt %s --convert-snn-to-linalg='rows=false' --canonicalize | FileCheck %s --check-prefix=PLAIN

// Blocks that add to sums must not overlap, and 38 outputs are no blocks of 8 to 20: rows are added to the sums
// in words, and the two weights behind the last whole word one by one. The middle ones of each four are exchanged:
// 0, 1, 2, 3 are stored as 0, 2, 1, 3; the last two, 36 and 37, stay. A row of 38 begins at no multiple of 4.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!z = !quant.uniform<i16<-20000:20000>:f32, 1.0>
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    memref<38xi16> {snn.alignment = 4 : i64, snn.kind = "scratch"
// CHECK-LABEL: func.func private @second(
// CHECK-SAME:    %[[EVENTS:[^:]*]]: memref<9xi16> {{.*}}, %[[Y:[^:]*]]: memref<38xi16>
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK-DAG:     %[[C36:.*]] = arith.constant 36 : index
// CHECK-DAG:     %[[C37:.*]] = arith.constant 37 : index
// CHECK-DAG:     %[[W:.*]] = memref.get_global @second_weight
// CHECK:         scf.while
// CHECK:         ^bb0(%{{.*}}: index, %[[I:.*]]: index):
// CHECK:           scf.for %[[K:.*]] = %{{.*}} to %[[C32]] step %[[C8]] {
// CHECK:             %[[ROW:.*]] = vector.load %[[W]][%[[I]], %[[K]]] : memref<5x38xi8>, vector<8xi8>
// CHECK:             %[[TERMS:.*]] = vector.shuffle %[[ROW]], %[[ROW]] [0, 2, 1, 3, 4, 6, 5, 7]
// CHECK:             %[[LONG:.*]] = arith.extsi %[[TERMS]] : vector<8xi8> to vector<8xi16>
// CHECK:             %[[OLD:.*]] = vector.load %[[Y]][%[[K]]] {alignment = 4 : i64}
// CHECK:             %[[SUM:.*]] = arith.addi %[[OLD]], %[[LONG]]
// CHECK:             vector.store %[[SUM]], %[[Y]][%[[K]]] {alignment = 4 : i64}
// CHECK:           vector.load %[[W]][%[[I]], %[[C32]]] : memref<5x38xi8>, vector<4xi8>
// CHECK:           vector.store %{{.*}}, %[[Y]][%[[C32]]] {alignment = 4 : i64} : memref<38xi16>, vector<4xi16>
// CHECK:           memref.load %[[Y]][%[[C36]]]
// CHECK:           memref.load %[[W]][%[[I]], %[[C36]]]
// CHECK:           memref.store %{{.*}}, %[[Y]][%[[C36]]]
// CHECK:           memref.store %{{.*}}, %[[Y]][%[[C37]]]
// CHECK:       memref.global "private" constant @second_weight
// CHECK-SAME:    alignment = 4 : i64
// CHECK:       second_weight: "0x{{........}}0002010304060507{{.*}}202221232425262827
// Where one addition of words is that of both halves only of biased sums, all of these would be flipped in each step.
// PLAIN-LABEL: func.func private @second(
// PLAIN-NOT:     vector
// PLAIN:         return
snn.network @net(%a: tensor<9xi1>, %b: tensor<5xi1>) -> tensor<38xi1> attributes {dt = 1.0e-3} {
  %c = arith.constant dense<3> : tensor<38x9xi8>
  %w = quant.scast %c : tensor<38x9xi8> to tensor<38x9x!w>
  %d = arith.constant dense<"0x00264C722001274D732102284E742203294F7523042A507624052B517725062C520026072D530127082E540228092F5503290A3056042A0B3157052B0C3258062C0D3359072D0E345A082E0F355B092F10365C0A3011375D0B3112385E0C3213395F0D33143A600E34153B610F35163C621036173D631137183E641238193F6513391A4066143A1B4167153B1C4268163C1D4369173D1E446A183E1F456B193F20466C1A4021476D1B4122486E1C4223496F1D43244A701E44254B711F45"> : tensor<38x5xi8>
  %v = quant.scast %d : tensor<38x5xi8> to tensor<38x5x!w>
  %ea = snn.events %a : tensor<9xi1> -> <9>
  %eb = snn.events %b : tensor<5xi1> -> <5>
  %0 = snn.linear %a, %w events %ea {snn.node = "first"} : (tensor<9xi1>, tensor<38x9x!w>, !snn.events<9>) -> tensor<38x!y>
  %1 = snn.linear %b, %v bias %0 events %eb {snn.node = "second"} : (tensor<5xi1>, tensor<38x5x!w>, tensor<38x!y>, !snn.events<5>) -> tensor<38x!y>
  %t = arith.constant 900 : i32
  %threshold = quant.scast %t : i32 to !quant.uniform<i32:f32, 1.0>
  %s, %u = snn.lif %1 threshold(%threshold) {saturate} : (tensor<38x!y>, !quant.uniform<i32:f32, 1.0>) -> (tensor<38xi1>, tensor<38x!z>)
  snn.output %s : tensor<38xi1>
}

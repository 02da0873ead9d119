// RUN: snn-opt %s --convert-snn-to-linalg='rows=false list-with-neurons=true' --canonicalize --cse | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='rows=false list-with-neurons=true flipped-signs=true' --canonicalize | FileCheck %s --check-prefix=FLIPPED
// RUN: snn-opt %s --convert-snn-to-linalg='rows=false' --canonicalize | FileCheck %s --check-prefix=ALONE
// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize | FileCheck %s --check-prefix=ROWS

// What counts 6 at most is a list of events that is as long as they count, and is added in blocks; the rest
// is multiplied. 327 weights of 100 are as many as 16 bits hold, but 64 are room enough for 20 inputs.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!x = !quant.uniform<i16:f32, 1.0>
!y = !quant.uniform<i32:f32, 1.0>

// CHECK-LABEL: func.func private @list_int16(
// CHECK:         arith.ori
// CHECK-LABEL: func.func private @linear(
// CHECK-SAME:    %[[EVENTS:[^:]*]]: memref<24xi16> {snn.name = "events"}, %[[X:[^:]*]]: memref<20xi16>
// CHECK-SAME:    %[[Y:[^:]*]]: memref<16xi32> {snn.name = "y"}, %[[LIST:[^:]*]]: memref<65xi16> {snn.name = "repeated"}
// CHECK-DAG:     %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG:     %[[C6:.*]] = arith.constant 6 : index
// CHECK-DAG:     %[[C20:.*]] = arith.constant 20 : i16
// CHECK:         linalg.fill
// CHECK:         %[[EVENTS_END:.*]]:3 = scf.while
// CHECK:         ^bb0(%{{.*}}: index, %[[COUNT:.*]]: index, %[[I:.*]]: index):
// CHECK:           %[[XI:.*]] = tensor.extract %{{.*}}[%[[I]]] : tensor<20xi16>
// CHECK:           %[[TIMES:.*]] = arith.index_castui
// CHECK:           %[[ROOM:.*]] = arith.subi %[[C64]], %[[COUNT]]
// CHECK:           %[[MOST:.*]] = arith.minui %[[ROOM]], %[[C6]]
// CHECK:           %[[REPEATS:.*]] = arith.cmpi ult, %{{.*}}, %[[MOST]] : index
// CHECK:           scf.if %[[REPEATS]] {
// CHECK-NEXT:        scf.for %[[K:.*]] = %{{.*}} to %[[TIMES]] step
// CHECK-NEXT:          %[[PLACE:.*]] = arith.addi %[[COUNT]], %[[K]]
// CHECK-NEXT:          %[[EVENT:.*]] = arith.index_castui %[[I]] : index to i16
// CHECK-NEXT:          memref.store %[[EVENT]], %[[LIST]][%[[PLACE]]]
// CHECK:           } else {
// CHECK:             linalg.generic
// CHECK:               arith.muli
// CHECK:         memref.store %[[C20]], %[[LIST]][%[[EVENTS_END]]#1]
// CHECK:         scf.while
// CHECK:           memref.load %[[LIST]]
// CHECK:           vector.load %{{.*}} {alignment = 4 : i64} : memref<20x16xi8>, vector<16xi8>
// CHECK:         %[[OLD:.*]] = memref.load %[[Y]]
// CHECK:         arith.addi %[[OLD]]

// Without their signs flipped weights are 128 more.
// FLIPPED-LABEL: func.func private @linear(
// FLIPPED:         } else {
// FLIPPED:           %[[W:.*]] = arith.extui %{{.*}} : i8 to i32
// FLIPPED:           arith.subi %[[W]], %c128_i32

// Where neurons make lists, a branch for four numbers comes first.
// ALONE-LABEL:  func.func private @list_int16(
// ALONE-NOT:      arith.ori
// ROWS-LABEL:  func.func private @linear(
// ROWS-NOT:      "repeated"
snn.network @net(%x: tensor<20x!x>) -> tensor<16x!y> attributes {dt = 1.0e-4 : f64} {
  %wi = arith.constant dense<100> : tensor<16x20xi8>
  %w = quant.scast %wi : tensor<16x20xi8> to tensor<16x20x!w>
  %events = snn.events %x : tensor<20x!x> -> <20>
  %y = snn.linear %x, %w events %events : (tensor<20x!x>, tensor<16x20x!w>, !snn.events<20>) -> tensor<16x!y>
  snn.output %y : tensor<16x!y>
}

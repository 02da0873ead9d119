// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --cse | FileCheck %s

// Sums that saturate visit their inputs one at a time, in their order; the bias is what they begin with.

!weight = !quant.uniform<i8:f32, 1.0>
!state = !quant.uniform<i16:f32, 1.0>

// CHECK-LABEL: func.func private @fc(
// CHECK-SAME:    for each input in turn y = y + W x, saturated
// CHECK:         %[[START:.*]] = linalg.copy
// CHECK:         scf.for %[[N:.*]] = %c0 to %c3 step %c1 iter_args(%[[Y:.*]] = %[[START]]) -> (tensor<2xi16>) {
// CHECK:           tensor.extract %{{.*}}[%[[N]]] : tensor<3xi8>
// CHECK:           %[[ROW:.*]] = tensor.extract_slice %{{.*}}[%[[N]], 0] [1, 2] [1, 1] : tensor<3x2xi8> to tensor<2xi8>
// CHECK:           linalg.generic {{.*}} ins(%[[ROW]] : tensor<2xi8>) outs(%[[Y]] : tensor<2xi16>) {
// CHECK:             arith.muli
// CHECK:             %[[SUM:.*]] = arith.addi
// CHECK-NEXT:        arith.cmpi slt, %[[SUM]], %c-32768_i32
// CHECK:             arith.cmpi sgt, %{{.*}}, %c32767_i32
// CHECK:             arith.trunci %{{.*}} : i32 to i16
snn.network @counts(%x: tensor<3xui8>, %s: tensor<2x!state>) -> tensor<2x!state> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[1, -3, 5], [2, 4, 127]]> : tensor<2x3xi8>
  %w = quant.scast %wi : tensor<2x3xi8> to tensor<2x3x!weight>
  %y = snn.linear %x, %w bias %s {saturate, snn.node = "fc"} : (tensor<3xui8>, tensor<2x3x!weight>, tensor<2x!state>) -> tensor<2x!state>
  snn.output %y : tensor<2x!state>
}

// With a list of events those are visited, one row at a time: four at a time would saturate after four.
// CHECK-LABEL: func.func private @listed(
// CHECK:         linalg.fill
// CHECK:         scf.while
// CHECK:           arith.cmpi ne, %{{.*}}, %c3
// CHECK:         ^bb0(%{{.*}}: index, %[[Y:.*]]: tensor<2xi16>, %[[N:.*]]: index):
// CHECK:           %[[ROW:.*]] = tensor.extract_slice %{{.*}}[%[[N]], 0] [1, 2] [1, 1]
// CHECK:           linalg.generic {{.*}} ins(%[[ROW]] : tensor<2xi8>) outs(%[[Y]] : tensor<2xi16>) {
// CHECK-NOT:         arith.muli
// CHECK:             %[[SUM:.*]] = arith.addi
// CHECK-NEXT:        arith.cmpi slt, %[[SUM]], %c-32768_i32
// CHECK-NOT:     scf.while
// CHECK:         return
snn.network @events(%x: tensor<3xi1>) -> tensor<2x!state> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[1, -3, 5], [2, 4, 127]]> : tensor<2x3xi8>
  %w = quant.scast %wi : tensor<2x3xi8> to tensor<2x3x!weight>
  %e = snn.events %x : tensor<3xi1> -> !snn.events<3>
  %y = snn.linear %x, %w events %e {saturate, snn.node = "listed"} : (tensor<3xi1>, tensor<2x3x!weight>, !snn.events<3>) -> tensor<2x!state>
  snn.output %y : tensor<2x!state>
}

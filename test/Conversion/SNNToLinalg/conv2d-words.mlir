// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true words=true' --canonicalize --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='list-with-neurons=true words=true flipped-signs=true' --canonicalize --split-input-file | FileCheck %s --check-prefix=BIASED
// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --split-input-file | FileCheck %s --check-prefix=ROWS

// Rows of four weights and more are added to sums in memory in words. The middle ones of each four are
// exchanged: 1, 2, 3, 4 are stored as 1, 3, 2, 4.
!w = !quant.uniform<i8<-127:127>:f32, 1.0>
!y = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!wide = !quant.uniform<i32<-100000:100000>:f32, 1.0>
!v = !quant.uniform<i16<-20000:20000>:f32, 1.0>
!c = !quant.uniform<i32:f32, 1.0>
// The step function says so of the memory.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    memref<4x5x4xi16> {snn.alignment = 4 : i64, snn.kind = "scratch"
// CHECK-LABEL: func.func private @conv2d(
// CHECK-SAME:    %[[Y:[^:]*]]: memref<4x5x4xi16>
// CHECK:         %[[W:.*]] = memref.get_global @conv2d_weight
// CHECK:         scf.while
// CHECK:           scf.for %[[R:.*]] =
// CHECK:             scf.for %[[C:.*]] =
// CHECK:               %[[ROW:.*]] = vector.load %[[W]][{{.*}}] {alignment = 4 : i64} : memref<2x1x1x4xi8>, vector<4xi8>
// CHECK:               %[[TERMS:.*]] = vector.shuffle %[[ROW]], %[[ROW]] [0, 2, 1, 3]
// CHECK:               %[[LONG:.*]] = arith.extsi %[[TERMS]] : vector<4xi8> to vector<4xi16>
// CHECK:               %[[OLD:.*]] = vector.load %[[Y]][%[[R]], %[[C]], %{{.*}}] {alignment = 4 : i64}
// CHECK:               %[[SUM:.*]] = arith.addi %[[OLD]], %[[LONG]]
// CHECK:               vector.store %[[SUM]], %[[Y]][%[[R]], %[[C]], %{{.*}}] {alignment = 4 : i64}
// CHECK:       memref.global "private" constant @conv2d_weight
// CHECK-SAME:    dense<{{\[+}}1, 3, 2, 4]
// CHECK-SAME:    {alignment = 4 : i64}
// Sums have 2^15 more until all rows are added; weights are stored with their signs flipped.
// BIASED-LABEL: func.func private @conv2d(
// BIASED-DAG:     %[[BIAS:.*]] = arith.constant dense<-32768> : vector<4xi16>
// BIASED-DAG:     %[[SIGNS:.*]] = arith.constant dense<-128> : vector<4xi8>
// BIASED:         vector.store %[[BIAS]]
// BIASED:         scf.while
// BIASED:           arith.xori %{{.*}}, %[[SIGNS]] : vector<4xi8>
// BIASED:         %[[SUM:.*]] = arith.xori %{{.*}}, %[[BIAS]] : vector<4xi16>
// BIASED:         vector.store %[[SUM]]
// BIASED:         dense<{{\[+}}-127, -125, -126, -124]
// ROWS-NOT:     vector.load
snn.network @net(%x: tensor<4x5x2xi1>) -> tensor<4x5x4xi1> attributes {dt = 1.0e-4 : f64} {
  %wi = arith.constant dense<[[[[1]], [[1]]], [[[2]], [[2]]], [[[3]], [[3]]], [[[4]], [[4]]]]> : tensor<4x2x1x1xi8>
  %w = quant.scast %wi : tensor<4x2x1x1xi8> to tensor<4x2x1x1x!w>
  %events = snn.events %x : tensor<4x5x2xi1> -> <40>
  %y = snn.conv2d %x, %w events %events {channels_last} : (tensor<4x5x2xi1>, tensor<4x2x1x1x!w>, !snn.events<40>) -> tensor<4x5x4x!y>
  %ti = arith.constant 900 : i32
  %t = quant.scast %ti : i32 to !c
  %s, %v = snn.lif %y threshold(%t) {saturate} : (tensor<4x5x4x!y>, !c) -> (tensor<4x5x4xi1>, tensor<4x5x4x!v>)
  snn.output %s : tensor<4x5x4xi1>
}

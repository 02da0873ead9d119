// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-neurons=8 vector-rows=true' --canonicalize --cse --split-input-file | FileCheck %s
// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-neurons=16 vector-rows=true' --canonicalize --split-input-file | FileCheck %s --check-prefix=LONG

// 12 neurons are a vector of 8 and a rest of 4. First the last 8 of a row are updated, of which only the rest is
// stored; then the whole vectors are, from what was before. The spikes of the others are stored twice.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>

// CHECK-LABEL: func.func private @map(
// CHECK-SAME:    %[[X:[^:]*]]: memref<16x12xi16> {{[^%]*}}%[[SPIKES:[^:]*]]: memref<16x12xi1> {{[^%]*}}%[[V:[^:]*]]: memref<16x12xi16>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK:         %[[REST:.*]] = memref.get_global @map_rest : memref<8xi16>
// CHECK:         %[[NUMBERS:.*]] = vector.load %[[REST]][%[[C0]]]
// CHECK:         %[[IS_REST:.*]] = arith.cmpi ne, %[[NUMBERS]]
// CHECK:         scf.for %[[R:.*]] = %{{.*}} to %{{.*}} step
// CHECK:           %[[OLD:.*]] = vector.load %[[V]][%[[R]], %[[C4]]] : memref<16x12xi16>, vector<8xi16>
// CHECK:           %[[NEXT:.*]] = arith.select %[[IS_REST]], %{{.*}}, %[[OLD]] : vector<8xi1>, vector<8xi16>
// CHECK:           vector.store %[[NEXT]], %[[V]][%[[R]], %[[C4]]]
// CHECK:           vector.store %{{.*}}, %[[SPIKES]][%[[R]], %[[C4]]]
// CHECK:         scf.for %[[S:.*]] = %{{.*}} to %{{.*}} step
// CHECK:           vector.store %{{.*}}, %[[V]][%[[S]], %[[C0]]]
// CHECK-NOT:       arith.select %[[IS_REST]]
// CHECK:           vector.store %{{.*}}, %[[SPIKES]][%[[S]], %[[C0]]]
// CHECK-NOT:     memref.store
// CHECK:         return
// CHECK:       memref.global "private" constant @map_rest : memref<8xi16> = dense<[0, 0, 0, 0, 1, 1, 1, 1]>
// Where a row is shorter than a vector, vectors are.
// LONG-LABEL:  func.func private @map(
// LONG-NOT:      vector<16x
// LONG:          vector.load %{{.*}} : memref<16x12xi16>, vector<8xi16>
// LONG:          return
snn.network @net(%x: tensor<16x12x!x>) -> tensor<16x12xi1> attributes {dt = 1.0e-3} {
  %ti = arith.constant dense<[[900, 901, 902, 903, 904, 905, 906, 907, 908, 909, 910, 911]]> : tensor<1x12xi32>
  %t = quant.scast %ti : tensor<1x12xi32> to tensor<1x12x!threshold>
  %s, %v = snn.lif %x threshold(%t) {snn.node = "map"} : (tensor<16x12x!x>, tensor<1x12x!threshold>) -> (tensor<16x12xi1>, tensor<16x12x!v>)
  snn.output %s : tensor<16x12xi1>
}

// -----

!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-10000:10000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>

// Without rows the last 8 are loaded before the loop stores some of them, and their voltages are stored behind it;
// the spikes of the rest, which the loop stores over, before it.
// CHECK-LABEL: func.func private @row(
// CHECK-SAME:    %[[X:[^:]*]]: memref<18xi16> {{[^%]*}}%[[SPIKES:[^:]*]]: memref<18xi1> {{[^%]*}}%[[V:[^:]*]]: memref<18xi16>
// CHECK-DAG:     %[[C10:.*]] = arith.constant 10 : index
// CHECK-NOT:     memref.get_global @row_rest
// CHECK:         vector.load %[[V]][%[[C10]]] : memref<18xi16>, vector<8xi16>
// CHECK:         %[[LAST:.*]] = arith.select %{{.*}} : vector<8xi1>, vector<8xi16>
// CHECK-NOT:     vector.store %{{.*}}, %[[V]]
// CHECK:         vector.store %{{.*}}, %[[SPIKES]][%[[C10]]] : memref<18xi1>, vector<8xi1>
// CHECK:         scf.for %[[N:.*]] = %{{.*}} to %c16{{.*}} step %c8
// CHECK:           vector.store %{{.*}}, %[[V]][%[[N]]] : memref<18xi16>, vector<8xi16>
// CHECK:         vector.store %[[LAST]], %[[V]][%[[C10]]] : memref<18xi16>, vector<8xi16>
// CHECK-NOT:     memref.store
// CHECK:         return
// The rest is in a shorter vector than the others if it fits one.
// LONG-LABEL:  func.func private @row(
// LONG:          vector.load {{.*}}[%c10] : memref<18xi16>, vector<8xi16>
// LONG:          vector.store {{.*}}vector<16xi16>
// LONG:          vector.store {{.*}}[%c10] : memref<18xi16>, vector<8xi16>
snn.network @net(%x: tensor<18x!x>) -> tensor<18xi1> attributes {dt = 1.0e-3} {
  %ti = arith.constant 900 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s, %v = snn.lif %x threshold(%t) {snn.node = "row"} : (tensor<18x!x>, !threshold) -> (tensor<18xi1>, tensor<18x!v>)
  snn.output %s : tensor<18xi1>
}

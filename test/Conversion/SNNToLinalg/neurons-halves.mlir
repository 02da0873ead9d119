// RUN: snn-opt %s --convert-snn-to-linalg='block-outputs=0 vector-neurons=16' --canonicalize --cse --split-input-file | FileCheck %s

// Seven neurons are a vector of 8, in two halves that have the fourth neuron in common: both are loaded before one
// is stored.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-4000:4000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
// CHECK-LABEL: func.func private @n(
// CHECK-SAME:    %{{[^:]*}}: memref<7xi16> {{[^%]*}}%[[SPIKES:[^:]*]]: memref<7xi1> {{[^%]*}}%[[V:[^:]*]]: memref<7xi16>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK:         %[[LOW:.*]] = vector.load %[[V]][%[[C0]]] : memref<7xi16>, vector<4xi16>
// CHECK:         %[[HIGH:.*]] = vector.load %[[V]][%[[C3]]] : memref<7xi16>, vector<4xi16>
// CHECK:         %[[OLD:.*]] = vector.shuffle %[[LOW]], %[[HIGH]] [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xi16>, vector<4xi16>
// CHECK:         %[[U:.*]] = arith.addi %[[OLD]], %{{.*}} : vector<8xi16>
// CHECK:         %[[NEW:.*]] = arith.select %[[SPIKE:.*]], %{{.*}}, %[[U]] : vector<8xi1>, vector<8xi16>
// CHECK:         %[[NEW_LOW:.*]] = vector.extract_strided_slice %[[NEW]] {offsets = [0], sizes = [4], strides = [1]}
// CHECK:         vector.store %[[NEW_LOW]], %[[V]][%[[C0]]]
// CHECK:         %[[NEW_HIGH:.*]] = vector.extract_strided_slice %[[NEW]] {offsets = [4], sizes = [4], strides = [1]}
// CHECK:         vector.store %[[NEW_HIGH]], %[[V]][%[[C3]]]
// CHECK:         vector.store %{{.*}}, %[[SPIKES]][%[[C0]]] : memref<7xi1>, vector<4xi1>
// CHECK:         vector.store %{{.*}}, %[[SPIKES]][%[[C3]]] : memref<7xi1>, vector<4xi1>
// CHECK-NEXT:    return
snn.network @seven(%x: tensor<7x!x>) -> tensor<7xi1> attributes {dt = 1.0e-3} {
  %ti = arith.constant dense<900> : tensor<1xi32>
  %t = quant.scast %ti : tensor<1xi32> to tensor<1x!threshold>
  %s, %v = snn.lif %x threshold(%t) {snn.node = "n"} : (tensor<7x!x>, tensor<1x!threshold>) -> (tensor<7xi1>, tensor<7x!v>)
  snn.output %s : tensor<7xi1>
}

// -----

// Three are updated one by one.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-4000:4000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
// CHECK-LABEL: func.func private @n(
// CHECK-NOT:     vector
// CHECK:         return
snn.network @three(%x: tensor<3x!x>) -> tensor<3xi1> attributes {dt = 1.0e-3} {
  %ti = arith.constant dense<900> : tensor<1xi32>
  %t = quant.scast %ti : tensor<1xi32> to tensor<1x!threshold>
  %s, %v = snn.lif %x threshold(%t) {snn.node = "n"} : (tensor<3x!x>, tensor<1x!threshold>) -> (tensor<3xi1>, tensor<3x!v>)
  snn.output %s : tensor<3xi1>
}

// -----

// Fewer neurons than a vector has are in shorter ones.
!x = !quant.uniform<i16<-1000:1000>:f32, 1.0>
!v = !quant.uniform<i16<-4000:4000>:f32, 1.0>
!threshold = !quant.uniform<i32:f32, 1.0>
// CHECK-LABEL: func.func private @n(
// CHECK:         vector.load %{{.*}} : memref<12xi16>, vector<8xi16>
// CHECK-NOT:     vector<16xi16>
// CHECK:         return
snn.network @twelve(%x: tensor<12x!x>) -> tensor<12xi1> attributes {dt = 1.0e-3} {
  %ti = arith.constant dense<900> : tensor<1xi32>
  %t = quant.scast %ti : tensor<1xi32> to tensor<1x!threshold>
  %s, %v = snn.lif %x threshold(%t) {snn.node = "n"} : (tensor<12x!x>, tensor<1x!threshold>) -> (tensor<12xi1>, tensor<12x!v>)
  snn.output %s : tensor<12xi1>
}

// RUN: snn-opt %s --snn-select-kernels --split-input-file | FileCheck %s

// A function that the C itself declares has one list of types: that of the layer that saves most,
// also in another network and by another kernel.
// CHECK-LABEL: snn.network @types(
// CHECK:         snn.linear
// CHECK-SAME:      snn.stays = ["sums: input is const uint8_t * in C, expected const float * as where another layer calls f"]
// CHECK:         snn.offload @sums
// CHECK:         snn.offload @sums
// CHECK-LABEL: snn.network @again(
// CHECK:         snn.linear
// CHECK-SAME:      snn.stays = ["sums: input is const double * in C, expected const float * as where another layer calls f"]
// CHECK:         snn.threshold
// CHECK-SAME:      snn.stays = ["steps: has 2 arguments, expected 3 as where another layer calls f"]
snn.kernel @sums {function = "f", pattern = ["snn.linear"], arguments = ["input", "synapse.weight", "synapse.result"]}
snn.kernel @steps {function = "f", pattern = ["snn.threshold"], arguments = ["input", "threshold.result"], cost = "0 - 1"}
snn.network @types(%s: tensor<2xi1>, %x: tensor<8xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %u = arith.constant dense<1.0> : tensor<2x8xf32>
  %a = snn.linear %s, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %b = snn.linear %a, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %c = snn.linear %x, %u : (tensor<8xf32>, tensor<2x8xf32>) -> tensor<2xf32>
  snn.output %a, %b, %c : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
snn.network @again(%x: tensor<2xf64>) -> (tensor<2xf64>, tensor<2xi1>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x2xf64>
  %h = arith.constant 0.5 : f64
  %a = snn.linear %x, %w : (tensor<2xf64>, tensor<2x2xf64>) -> tensor<2xf64>
  %b = snn.threshold %x, %h : (tensor<2xf64>, f64) -> tensor<2xi1>
  snn.output %a, %b : tensor<2xf64>, tensor<2xi1>
}

// -----

// What is in an snn.offload already comes first; spikes and counts are the same in C.
// CHECK-LABEL: snn.network @given(
// CHECK:         snn.offload @sums
// CHECK:           snn.linear
// CHECK:         snn.linear
// CHECK-SAME:      snn.stays = ["sums: synapse.weight is const int16_t * in C, expected const int8_t * as where another layer calls f"]
// CHECK:         snn.offload @sums
!w8 = !quant.uniform<i8:f32, 0.5>
!w16 = !quant.uniform<i16:f32, 0.5>
!y = !quant.uniform<i32:f32, 0.5>
snn.kernel @sums {function = "f", pattern = ["snn.linear"], arguments = ["input", "synapse.weight", "synapse.result"]}
snn.network @given(%s: tensor<2xi1>, %n: tensor<2xui8>) -> (tensor<2x!y>, tensor<2x!y>, tensor<2x!y>) attributes {dt = 1.0e-3 : f64} {
  %c8 = arith.constant dense<1> : tensor<2x2xi8>
  %c16 = arith.constant dense<1> : tensor<2x2xi16>
  %v8 = quant.scast %c8 : tensor<2x2xi8> to tensor<2x2x!w8>
  %v16 = quant.scast %c16 : tensor<2x2xi16> to tensor<2x2x!w16>
  %a = snn.offload @sums(%s) : (tensor<2xi1>) -> tensor<2x!y> {
  ^bb0(%x: tensor<2xi1>):
    %d8 = arith.constant dense<1> : tensor<2x2xi8>
    %e8 = quant.scast %d8 : tensor<2x2xi8> to tensor<2x2x!w8>
    %0 = snn.linear %x, %e8 : (tensor<2xi1>, tensor<2x2x!w8>) -> tensor<2x!y>
    snn.yield %0 : tensor<2x!y>
  }
  %b = snn.linear %s, %v16 : (tensor<2xi1>, tensor<2x2x!w16>) -> tensor<2x!y>
  %c = snn.linear %n, %v8 : (tensor<2xui8>, tensor<2x2x!w8>) -> tensor<2x!y>
  snn.output %a, %b, %c : tensor<2x!y>, tensor<2x!y>, tensor<2x!y>
}

// -----

// What a header declares the header knows. A layer that another kernel computes a part of is told so.
// CHECK-LABEL: snn.network @header(
// CHECK:         snn.linear
// CHECK-SAME:      snn.stays = ["pair: another kernel that saves more computes a part of it"]
// CHECK:         snn.offload @neurons
// CHECK:         snn.offload @neurons
snn.kernel @pair {
  function = "f", pattern = ["snn.linear", "snn.li"], arguments = ["input", "neuron.v"], cost = "synapse.macs * 1.5"
}
snn.kernel @neurons {function = "g", headers = ["g.h"], pattern = ["snn.li"], arguments = ["input", "neuron.v"]}
snn.network @header(%x: tensor<2xf32>, %s: tensor<2xi1>) -> (tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %d = arith.constant 0.5 : f32
  %a = snn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %b = snn.li %a decay(%d) : (tensor<2xf32>, f32) -> tensor<2xf32>
  %c = snn.li %s decay(%d) : (tensor<2xi1>, f32) -> tensor<2xf32>
  snn.output %b, %c : tensor<2xf32>, tensor<2xf32>
}

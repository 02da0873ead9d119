// RUN: snn-opt %s --convert-snn-to-linalg='byte-lists=true frugal-lists=true list-with-neurons=true' --canonicalize --split-input-file | FileCheck %s

// Lists of fewer than 256 positions have bytes; the end mark has to fit, too.

// CHECK-LABEL: func.func @inputs_step(
// CHECK-SAME:    memref<255xi1>
// CHECK-SAME:    memref<256xi1>
// CHECK-SAME:    memref<259xi8> {snn.kind = "scratch"
// CHECK-SAME:    memref<260xi16> {snn.kind = "scratch"
// CHECK:         call @list_spikes_8({{.*}}) : (memref<?xi1>, index, memref<?xi8>) -> ()
// CHECK:         call @list_spikes({{.*}}) : (memref<?xi1>, index, memref<?xi16>) -> ()
// CHECK:       func.func private @list_spikes_8(
// CHECK:         vector.compressstore {{.*}} : memref<?xi8>, vector<64xi1>, vector<64xi8>
snn.network @inputs(%a: tensor<255xi1>, %b: tensor<256xi1>) -> (tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %v = arith.constant dense<1.0> : tensor<2x255xf32>
  %w = arith.constant dense<1.0> : tensor<2x256xf32>
  %few = snn.events %a : tensor<255xi1> -> <255>
  %many = snn.events %b : tensor<256xi1> -> <256>
  %y = snn.linear %a, %v events %few : (tensor<255xi1>, tensor<2x255xf32>, !snn.events<255>) -> tensor<2xf32>
  %z = snn.linear %b, %w events %many : (tensor<256xi1>, tensor<2x256xf32>, !snn.events<256>) -> tensor<2xf32>
  snn.output %y, %z : tensor<2xf32>, tensor<2xf32>
}

// -----

// Neurons list their own spikes where the list takes their place.

// CHECK-LABEL: func.func @alone_step(
// CHECK-NOT:     xi1>
// CHECK-SAME:    memref<44xi8> {snn.kind = "scratch"
// CHECK-NOT:     call @list_spikes
// CHECK:       func.func private @lif(
// CHECK:         %[[EVENT:.*]] = arith.index_castui %{{.*}} : index to i8
// CHECK:         memref.store %[[EVENT]], %{{.*}} : memref<44xi8>
snn.network @alone(%x: tensor<40xf32>) -> tensor<5xf32> attributes {dt = 1.0e-4 : f64} {
  %t = arith.constant 1.0 : f32
  %w = arith.constant dense<3.0> : tensor<5x40xf32>
  %spikes, %v = snn.lif %x threshold(%t) : (tensor<40xf32>, f32) -> (tensor<40xi1>, tensor<40xf32>)
  %events = snn.events %spikes : tensor<40xi1> -> <40>
  %y = snn.linear %spikes, %w events %events : (tensor<40xi1>, tensor<5x40xf32>, !snn.events<40>) -> tensor<5xf32>
  snn.output %y : tensor<5xf32>
}

// -----

// Not where the spikes are read, too, nor where the list is longer.

// CHECK-LABEL: func.func @read_step(
// CHECK:         call @list_spikes_8(
snn.network @read(%x: tensor<40xf32>) -> (tensor<5xf32>, tensor<40xi1>) attributes {dt = 1.0e-4 : f64} {
  %t = arith.constant 1.0 : f32
  %w = arith.constant dense<3.0> : tensor<5x40xf32>
  %spikes, %v = snn.lif %x threshold(%t) : (tensor<40xf32>, f32) -> (tensor<40xi1>, tensor<40xf32>)
  %events = snn.events %spikes : tensor<40xi1> -> <40>
  %y = snn.linear %spikes, %w events %events : (tensor<40xi1>, tensor<5x40xf32>, !snn.events<40>) -> tensor<5xf32>
  snn.output %y, %spikes : tensor<5xf32>, tensor<40xi1>
}

// -----

// CHECK-LABEL: func.func @long_step(
// CHECK:         call @list_spikes(
snn.network @long(%x: tensor<256xf32>) -> tensor<5xf32> attributes {dt = 1.0e-4 : f64} {
  %t = arith.constant 1.0 : f32
  %w = arith.constant dense<3.0> : tensor<5x256xf32>
  %spikes, %v = snn.lif %x threshold(%t) : (tensor<256xf32>, f32) -> (tensor<256xi1>, tensor<256xf32>)
  %events = snn.events %spikes : tensor<256xi1> -> <256>
  %y = snn.linear %spikes, %w events %events : (tensor<256xi1>, tensor<5x256xf32>, !snn.events<256>) -> tensor<5xf32>
  snn.output %y : tensor<5xf32>
}

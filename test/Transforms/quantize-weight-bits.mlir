// RUN: snn-opt %s --split-input-file --pass-pipeline='builtin.module(snn.network(snn-quantize{weight-bits=8}))' | FileCheck %s

// The weights of a synapse can have bits of their own.
// CHECK-DAG:   !quant.uniform<i8<-7:7>:f32:0, {2.500000e-01,5.000000e-01}>
// CHECK-DAG:   !quant.uniform<i8<-127:127>:f32:0, {1.562500e-02}>
// CHECK-LABEL: snn.network @own(
// CHECK:         arith.constant dense<{{\[}}[7, -4], [4, 7]]> : tensor<2x2xi8>
// CHECK:         snn.linear
// CHECK-NOT:     snn.weight_bits
// CHECK:         arith.constant dense<{{\[}}[127, -64]]> : tensor<1x2xi8>
snn.network @own(%x: tensor<2xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w1 = arith.constant dense<[[1.75, -1.0], [2.0, 3.5]]> : tensor<2x2xf32>
  %w2 = arith.constant dense<[[1.984375, -1.0]]> : tensor<1x2xf32>
  %d = arith.constant 0.75 : f32
  %t = arith.constant 1.0 : f32
  %y1 = snn.linear %x, %w1 {snn.weight_bits = 4 : i64} : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %s1, %v1 = snn.lif %y1 decay(%d) threshold(%t) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %y2 = snn.linear %s1, %w2 : (tensor<2xi1>, tensor<1x2xf32>) -> tensor<1xf32>
  %s2, %v2 = snn.lif %y2 decay(%d) threshold(%t) : (tensor<1xf32>, f32, f32) -> (tensor<1xi1>, tensor<1xf32>)
  snn.output %s2 : tensor<1xi1>
}

// -----

// Two bits: -1, 0 and 1, times the mean of the weights that are not 0 then, which is nearest.
// CHECK:       !quant.uniform<i8<-1:1>:f32:0, {1.500000e+00,2.500000e-01}>
// CHECK-LABEL: snn.network @ternary(
// CHECK:         arith.constant dense<{{\[}}[1, -1, 0, 0], [1, 1, 1, 1]]> : tensor<2x4xi8>
snn.network @ternary(%x: tensor<4xi1>) -> tensor<2xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, -2.0, 0.125, 0.25], [0.25, 0.25, 0.25, 0.25]]> : tensor<2x4xf32>
  %y = snn.linear %x, %w {snn.weight_bits = 2 : i64} : (tensor<4xi1>, tensor<2x4xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// Where synapses of different bits meet, each has scales of its own, and the sum the finest.
// CHECK-DAG:   ![[FINE:.*]] = !quant.uniform<i32:f32:0, {1.562500e-02}>
// CHECK-DAG:   ![[COARSE:.*]] = !quant.uniform<i32:f32:0, {2.500000e-01}>
// CHECK-LABEL: snn.network @meet(
// CHECK:         %[[A:.*]] = snn.linear {{.*}} -> tensor<1x![[FINE]]>
// CHECK:         %[[B:.*]] = snn.linear {{.*}} -> tensor<1x![[COARSE]]>
// CHECK-NEXT:    %[[R:.*]] = quant.dcast %[[B]]
// CHECK-NEXT:    %[[C:.*]] = quant.qcast %[[R]] : tensor<1xf32> to tensor<1x![[FINE]]>
// CHECK:         snn.add %[[A]], %[[C]]
snn.network @meet(%x: tensor<1xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w1 = arith.constant dense<1.984375> : tensor<1x1xf32>
  %w2 = arith.constant dense<1.75> : tensor<1x1xf32>
  %t = arith.constant 1.0 : f32
  %a = snn.linear %x, %w1 : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %b = snn.linear %x, %w2 {snn.weight_bits = 4 : i64} : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %y = snn.add %a, %b : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %s, %v = snn.lif %y threshold(%t) : (tensor<1xf32>, f32) -> (tensor<1xi1>, tensor<1xf32>)
  snn.output %s : tensor<1xi1>
}

// -----

// Weights that are multiples of one number in each output channel stay what they are, in as few
// bits as that takes, but for those that `snn.weight_bits` asks for.
// CHECK-DAG:   !quant.uniform<i8<-1:1>:f32:0, {0.3{{0*}}
// CHECK-DAG:   !quant.uniform<i8<-127:127>:f32:0, {0.3{{0*}}
// CHECK-DAG:   !quant.uniform<i8<-7:7>:f32:0, {6.250000e-02}>
// CHECK-LABEL: snn.network @grids(
// CHECK:         arith.constant dense<1> : tensor<1x64xi8>
// CHECK:         arith.constant dense<1> : tensor<1x64xi8>
// CHECK:         arith.constant dense<{{\[}}[4, -2, 1, 0
snn.network @grids(%x: tensor<64xi1>) -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<0.3> : tensor<1x64xf32>
  %p = arith.constant dense<[[0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0, 0.25, -0.125, 0.0625, 0.0]]> : tensor<1x64xf32>
  %a = snn.linear %x, %w : (tensor<64xi1>, tensor<1x64xf32>) -> tensor<1xf32>
  %b = snn.linear %x, %w {snn.weight_bits = 8 : i64} : (tensor<64xi1>, tensor<1x64xf32>) -> tensor<1xf32>
  %c = snn.linear %x, %p : (tensor<64xi1>, tensor<1x64xf32>) -> tensor<1xf32>
  snn.output %a, %b, %c : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

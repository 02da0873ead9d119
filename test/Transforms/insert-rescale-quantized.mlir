// RUN: snn-opt %s --split-input-file --pass-pipeline='builtin.module(snn.network(snn-quantize,snn-insert-rescale))' | FileCheck %s

// Between spikes nothing is rescaled, in however many layers.
// CHECK-LABEL: snn.network @chain(
// CHECK-NOT:     quant.dcast
// CHECK-NOT:     quant.qcast
// CHECK-NOT:     snn.rescale
// CHECK:         snn.output
snn.network @chain(%x: tensor<2xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w1 = arith.constant dense<[[1.0, -0.3], [0.7, 2.0]]> : tensor<2x2xf32>
  %w2 = arith.constant dense<[[0.4, 0.9]]> : tensor<1x2xf32>
  %r = arith.constant dense<[[-0.2]]> : tensor<1x1xf32>
  %b = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %d = arith.constant 0.9 : f32
  %t = arith.constant 1.0 : f32
  %y1 = snn.linear %x, %w1 bias %b : (tensor<2xi1>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %s1, %v1 = snn.lif %y1 decay(%d) threshold(%t) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %y2 = snn.linear %s1, %w2 : (tensor<2xi1>, tensor<1x2xf32>) -> tensor<1xf32>
  %back = snn.linear %past, %r : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %sum = snn.add %y2, %back : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %s2, %v2, %i2 = snn.cuba_lif %sum current_decay(%d) decay(%d) threshold(%t) : (tensor<1xf32>, f32, f32, f32) -> (tensor<1xi1>, tensor<1xf32>, tensor<1xf32>)
  %past = snn.delay %s2 by dense<1> : tensor<i64> : tensor<1xi1>
  snn.output %s2 : tensor<1xi1>
}

// -----

// A sum of what comes with different scales takes the finer one: the other is rescaled, once.
// CHECK-LABEL: snn.network @merge(
// CHECK:         %[[A:.*]] = snn.linear %{{.*}} -> tensor<1x![[FINE:.*]]>
// CHECK:         %[[B:.*]] = snn.linear %{{.*}} -> tensor<1x![[COARSE:.*]]>
// CHECK-NEXT:    %[[C:.*]] = snn.rescale %[[B]] {saturate} : tensor<1x![[COARSE]]> -> tensor<1x![[FINE]]>
// CHECK-NEXT:    snn.add %[[A]], %[[C]]
// CHECK-NOT:     snn.rescale
// CHECK-NOT:     quant.dcast
snn.network @merge(%x: tensor<1xf32> {snn.range = [-1.984375, 1.0], snn.bits = 8 : i64}, %z: tensor<1xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.984375> : tensor<1x1xf32>
  %t = arith.constant 1.0 : f32
  %a = snn.linear %x, %w : (tensor<1xf32>, tensor<1x1xf32>) -> tensor<1xf32>
  %b = snn.linear %z, %w : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %y = snn.add %a, %b : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %s, %v = snn.lif %y threshold(%t) : (tensor<1xf32>, f32) -> (tensor<1xi1>, tensor<1xf32>)
  snn.output %s : tensor<1xi1>
}

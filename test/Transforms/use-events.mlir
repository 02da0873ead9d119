// RUN: snn-opt %s --snn-use-events --split-input-file | FileCheck %s
// RUN: snn-opt %s --pass-pipeline="builtin.module(snn.network(snn-use-events{min-inputs=4}))" --split-input-file | FileCheck %s --check-prefix=FOUR

// Spikes and counts are listed, once for all synapses; so is an input of the network. Voltages are
// not, and neither are few inputs.
// CHECK-LABEL: snn.network @kinds(
// CHECK-SAME:    %[[X:.*]]: tensor<8xf32>, %[[F:.*]]: tensor<7xi1>)
// CHECK-DAG:     %[[XE:.*]] = snn.events %[[X]] : tensor<8xf32> -> <8>
// CHECK-DAG:     %[[SE:.*]] = snn.events %[[S:.*]] : tensor<8xi1> -> <8>
// CHECK-DAG:     %[[S]], %[[V:.*]] = snn.lif
// CHECK:         snn.linear %[[X]], %{{.*}} events %[[XE]] :
// CHECK:         snn.linear %[[S]], %{{.*}} events %[[SE]] :
// CHECK:         snn.linear %[[S]], %{{.*}} events %[[SE]] :
// CHECK:         snn.linear %[[V]], %{{[a-z0-9_]*}} :
// CHECK:         snn.linear %[[F]], %{{[a-z0-9_]*}} :
// FOUR-LABEL:  snn.network @kinds(
// FOUR:          snn.linear {{.*}} events {{.*}} : (tensor<7xi1>,
snn.network @kinds(%x: tensor<8xf32>, %few: tensor<7xi1>)
    -> (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x8xf32>
  %v = arith.constant dense<1.0> : tensor<1x7xf32>
  %t = arith.constant 1.0 : f32
  %s, %u = snn.lif %x threshold(%t) : (tensor<8xf32>, f32) -> (tensor<8xi1>, tensor<8xf32>)
  %0 = snn.linear %x, %w : (tensor<8xf32>, tensor<1x8xf32>) -> tensor<1xf32>
  %1 = snn.linear %s, %w : (tensor<8xi1>, tensor<1x8xf32>) -> tensor<1xf32>
  %2 = snn.linear %s, %w : (tensor<8xi1>, tensor<1x8xf32>) -> tensor<1xf32>
  %3 = snn.linear %u, %w : (tensor<8xf32>, tensor<1x8xf32>) -> tensor<1xf32>
  %4 = snn.linear %few, %v : (tensor<7xi1>, tensor<1x7xf32>) -> tensor<1xf32>
  snn.output %0, %1, %2, %3, %4 : tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
}

// -----

// Behind reshapes the list is that of the signal itself, behind the transpose of a convolution's
// input too. A pool of spikes is sparse.
// CHECK-LABEL: snn.network @views(
// CHECK-SAME:    %[[X:.*]]: tensor<2x4x4xi1>)
// CHECK:         %[[E:.*]] = snn.events %[[X]] : tensor<2x4x4xi1> -> <32>
// CHECK:         snn.conv2d {{.*}} events %[[E]] channels_last
// CHECK:         snn.linear {{.*}} events %[[E]]
// CHECK:         %[[P:.*]] = snn.sum_pool2d
// CHECK-NEXT:    %[[PE:.*]] = snn.events %[[P]] : tensor<2x2x2xf32> -> <8>
// CHECK:         snn.linear {{.*}} events %[[PE]]
snn.network @views(%x: tensor<2x4x4xi1>) -> (tensor<3x3x1xf32>, tensor<1xf32>, tensor<1xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x2x2x2xf32>
  %v = arith.constant dense<1.0> : tensor<1x32xf32>
  %q = arith.constant dense<1.0> : tensor<1x8xf32>
  %t = snn.transpose %x [1, 2, 0] : tensor<2x4x4xi1> -> tensor<4x4x2xi1>
  %0 = snn.conv2d %t, %w channels_last : (tensor<4x4x2xi1>, tensor<1x2x2x2xf32>) -> tensor<3x3x1xf32>
  %f = tensor.collapse_shape %x [[0, 1, 2]] : tensor<2x4x4xi1> into tensor<32xi1>
  %1 = snn.linear %f, %v : (tensor<32xi1>, tensor<1x32xf32>) -> tensor<1xf32>
  %p = snn.sum_pool2d %t kernel [2, 2] stride [2, 2] channels_last : (tensor<4x4x2xi1>) -> tensor<2x2x2xf32>
  %g = tensor.collapse_shape %p [[0, 1, 2]] : tensor<2x2x2xf32> into tensor<8xf32>
  %2 = snn.linear %g, %q : (tensor<8xf32>, tensor<1x8xf32>) -> tensor<1xf32>
  snn.output %0, %1, %2 : tensor<3x3x1xf32>, tensor<1xf32>, tensor<1xf32>
}

// -----

// A transpose that is not just the channels put last, right in front of the convolution, is not
// looked through.
// CHECK-LABEL: snn.network @flattened(
// CHECK:         %[[T:.*]] = snn.transpose
// CHECK-NEXT:    snn.events %[[T]]
snn.network @flattened(%x: tensor<4x2x3xi1>) -> tensor<1x1xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x24x1xf32>
  %t = snn.transpose %x [2, 0, 1] : tensor<4x2x3xi1> -> tensor<3x4x2xi1>
  %f = tensor.collapse_shape %t [[0, 1, 2]] : tensor<3x4x2xi1> into tensor<24xi1>
  %l = tensor.expand_shape %f [[0, 1]] output_shape [1, 24] : tensor<24xi1> into tensor<1x24xi1>
  %0 = snn.conv1d %l, %w channels_last : (tensor<1x24xi1>, tensor<1x24x1xf32>) -> tensor<1x1xf32>
  snn.output %0 : tensor<1x1xf32>
}

// RUN: snn-opt %s --canonicalize --split-input-file | FileCheck %s

// What canonicalization leaves alone, and the forms of constants it understands.

// Equal elements become one number; others stay a tensor. Delays have no such pattern.
// CHECK-LABEL: snn.network @uniform(
// CHECK-SAME:    %[[X:.*]]: tensor<2xf64>)
// CHECK-DAG:     %[[F:.*]] = arith.constant 3.000000e+00 : f64
// CHECK-DAG:     %[[T:.*]] = arith.constant dense<[4.000000e+00, 5.000000e+00]> : tensor<2xf64>
// CHECK-DAG:     %[[U:.*]] = arith.constant 4.000000e+00 : f64
// CHECK:         snn.scale %[[X]], %[[F]] : (tensor<2xf64>, f64)
// CHECK:         snn.threshold %[[X]], %[[T]] : (tensor<2xf64>, tensor<2xf64>)
// CHECK:         snn.threshold %[[X]], %[[U]] : (tensor<2xf64>, f64)
snn.network @uniform(%x: tensor<2xf64>) -> (tensor<2xf64>, tensor<2xi1>, tensor<2xi1>) attributes {dt = 1.0 : f64} {
  %f = arith.constant dense<3.0> : tensor<2xf64>
  %t = arith.constant dense<[4.0, 5.0]> : tensor<2xf64>
  %u = arith.constant dense<[4.0, 4.0]> : tensor<2xf64>
  %0 = snn.scale %x, %f : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xf64>
  %1 = snn.threshold %x, %t : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xi1>
  %2 = snn.threshold %x, %u : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xi1>
  snn.output %0, %1, %2 : tensor<2xf64>, tensor<2xi1>, tensor<2xi1>
}

// -----

// Every neuron: a gain that is not a constant stays, and so do weights that are none.
// CHECK-LABEL: snn.network @not_constant(
// CHECK-SAME:    %[[X:.*]]: tensor<2xf32>, %[[W:.*]]: tensor<2x2xf32>, %[[G:.*]]: tensor<2xf32>)
// CHECK-DAG:     %[[C:.*]] = arith.constant dense<{{.*}}> : tensor<2x2xf32>
// CHECK-DAG:     %[[TWO:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[A:.*]] = snn.linear %[[X]], %[[C]] :
// CHECK-NEXT:    snn.li %[[A]] gain(%[[G]])
// CHECK-NEXT:    %[[B:.*]] = snn.linear %[[X]], %[[W]] :
// CHECK-NEXT:    snn.li %[[B]] gain(%[[TWO]])
// CHECK-NEXT:    %[[D:.*]] = snn.linear %[[X]], %[[C]] bias %[[G]] :
// CHECK-NEXT:    snn.scale %[[D]], %[[TWO]]
// CHECK-NEXT:    %[[E:.*]] = snn.scale %[[X]], %[[G]]
// CHECK-NEXT:    snn.linear %[[E]], %[[C]] :
// CHECK-NEXT:    snn.scale %[[E]], %[[TWO]]
snn.network @not_constant(%x: tensor<2xf32>, %w: tensor<2x2xf32>, %g: tensor<2xf32>)
    -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %two = arith.constant 2.0 : f32
  %a = snn.linear %x, %c : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %0 = snn.li %a gain(%g) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %b = snn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %1 = snn.li %b gain(%two) : (tensor<2xf32>, f32) -> tensor<2xf32>
  %d = snn.linear %x, %c bias %g : (tensor<2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = snn.scale %d, %two : (tensor<2xf32>, f32) -> tensor<2xf32>
  %e = snn.scale %x, %g : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = snn.linear %e, %c : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %4 = snn.scale %e, %two : (tensor<2xf32>, f32) -> tensor<2xf32>
  snn.output %0, %1, %2, %3, %4 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// A synapse with two users keeps its weights, and the scale of one stays.
// CHECK-LABEL: snn.network @two_users(
// CHECK-DAG:     %[[F:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<3.000000e+00> : tensor<2x2xf32>
// CHECK:         %[[Y:.*]] = snn.linear %{{.*}}, %[[W]] :
// CHECK-NEXT:    %[[Z:.*]] = snn.scale %[[Y]], %[[F]]
// CHECK-NEXT:    snn.output %[[Y]], %[[Z]]
snn.network @two_users(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<3.0> : tensor<2x2xf32>
  %f = arith.constant 2.0 : f32
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  %z = snn.scale %y, %f : (tensor<2xf32>, f32) -> tensor<2xf32>
  snn.output %y, %z : tensor<2xf32>, tensor<2xf32>
}

// -----

// A scale with two users is still folded into the synapse: the other keeps it.
// CHECK-LABEL: snn.network @scale_two_users(
// CHECK-SAME:    %[[X:.*]]: tensor<2xi1>)
// CHECK-DAG:     %[[F:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<6.000000e+00> : tensor<3x2xf32>
// CHECK:         %[[Z:.*]] = snn.scale %[[X]], %[[F]]
// CHECK-NEXT:    %[[Y:.*]] = snn.linear %[[X]], %[[W]] : (tensor<2xi1>, tensor<3x2xf32>)
// CHECK-NEXT:    snn.output %[[Y]], %[[Z]]
snn.network @scale_two_users(%x: tensor<2xi1>) -> (tensor<3xf32>, tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<3.0> : tensor<3x2xf32>
  %f = arith.constant 2.0 : f32
  %z = snn.scale %x, %f : (tensor<2xi1>, f32) -> tensor<2xf32>
  %y = snn.linear %z, %w : (tensor<2xf32>, tensor<3x2xf32>) -> tensor<3xf32>
  snn.output %y, %z : tensor<3xf32>, tensor<2xf32>
}

// -----

// A factor that differs from matrix to matrix of a batch cannot enter the weights.
// CHECK-LABEL: snn.network @batch(
// CHECK-DAG:     %[[G:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [1.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<1.000000e+00> : tensor<2x2x2xf32>
// CHECK-DAG:     %[[V:.*]] = arith.constant dense<{{.*}}5.000000e+00, 5.000000e+00], [6.000000e+00, 6.000000e+00]{{.*}}5.000000e+00, 5.000000e+00], [6.000000e+00, 6.000000e+00]{{.*}}> : tensor<2x2x2xf32>
// CHECK-DAG:     %[[B:.*]] = arith.constant dense<{{\[\[}}5.000000e+00, 1.800000e+01], [1.000000e+01, 2.400000e+01]]> : tensor<2x2xf32>
// CHECK:         %[[Y:.*]] = snn.linear %{{.*}}, %[[W]] :
// CHECK-NEXT:    snn.li %[[Y]] gain(%[[G]])
// CHECK-NEXT:    %[[Z:.*]] = snn.linear %{{.*}}, %[[V]] bias %[[B]] :
// CHECK-NEXT:    snn.li %[[Z]] : (tensor<2x2xf32>) -> tensor<2x2xf32>
snn.network @batch(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x2x2xf32>
  %b = arith.constant dense<[[1.0, 3.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %g = arith.constant dense<[[1.0, 2.0], [1.0, 4.0]]> : tensor<2x2xf32>
  %h = arith.constant dense<[[5.0, 6.0], [5.0, 6.0]]> : tensor<2x2xf32>
  %y = snn.linear %x, %w : (tensor<2x2xf32>, tensor<2x2x2xf32>) -> tensor<2x2xf32>
  %0 = snn.li %y gain(%g) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %z = snn.linear %x, %w bias %b : (tensor<2x2xf32>, tensor<2x2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = snn.li %z gain(%h) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  snn.output %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// A factor per channel makes a uniform bias one per channel.
// CHECK-LABEL: snn.network @uniform_bias(
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 2.000000e+00], [3.000000e+00, 3.000000e+00]]> : tensor<2x2xf64>
// CHECK-DAG:     %[[B:.*]] = arith.constant dense<[8.000000e+00, 1.200000e+01]> : tensor<2xf64>
// CHECK:         %[[Y:.*]] = snn.linear %{{.*}}, %[[W]] bias %[[B]]
// CHECK-NEXT:    snn.cuba_lif %[[Y]] threshold(%{{.*}}) : (tensor<2xf64>, f64)
snn.network @uniform_bias(%x: tensor<2xi1>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x2xf64>
  %b = arith.constant dense<4.0> : tensor<2xf64>
  %g = arith.constant dense<[2.0, 3.0]> : tensor<2xf64>
  %th = arith.constant 1.0 : f64
  %y = snn.linear %x, %w bias %b : (tensor<2xi1>, tensor<2x2xf64>, tensor<2xf64>) -> tensor<2xf64>
  %s, %v, %i = snn.cuba_lif %y current_gain(%g) threshold(%th)
    : (tensor<2xf64>, tensor<2xf64>, f64) -> (tensor<2xi1>, tensor<2xf64>, tensor<2xf64>)
  snn.output %s : tensor<2xi1>
}

// -----

// An inner sum that somebody else sees stays, and one on the right, and one of one signal
// that makes values of spikes.
// CHECK-LABEL: snn.network @sums(
// CHECK-SAME:    %[[A:.*]]: tensor<2xf32>, %[[S:.*]]: tensor<2xi1>)
// CHECK-NEXT:    %[[I:.*]] = snn.add %[[A]], %[[S]] :
// CHECK-NEXT:    %[[O:.*]] = snn.add %[[I]], %[[A]] :
// CHECK-NEXT:    %[[V:.*]] = snn.add %[[S]] : (tensor<2xi1>) -> tensor<2xf32>
// CHECK-NEXT:    snn.output %[[I]], %[[O]], %[[V]]
snn.network @sums(%a: tensor<2xf32>, %s: tensor<2xi1>)
    -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %i = snn.add %a, %s : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %o = snn.add %i, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %v = snn.add %s : (tensor<2xi1>) -> tensor<2xf32>
  snn.output %i, %o, %v : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// Delays go only if no element waits; rescaling stays between different scales.
// CHECK-LABEL: snn.network @stays(
// CHECK-SAME:    %[[X:.*]]: tensor<2xi1>, %[[Q:.*]]: tensor<2x!quant
// CHECK-NEXT:    %[[D:.*]] = snn.delay %[[X]] by dense<[0, 1]> : tensor<2xi64>
// CHECK-NEXT:    %[[R:.*]] = snn.rescale %[[Q]]
// CHECK-NEXT:    snn.output %[[D]], %[[R]]
snn.network @stays(%x: tensor<2xi1>, %q: tensor<2x!quant.uniform<i8:f32, 0.5>>)
    -> (tensor<2xi1>, tensor<2x!quant.uniform<i8:f32, 0.25>>) attributes {dt = 1.0 : f64} {
  %d = snn.delay %x by dense<[0, 1]> : tensor<2xi64> : tensor<2xi1>
  %r = snn.rescale %q : tensor<2x!quant.uniform<i8:f32, 0.5>> -> tensor<2x!quant.uniform<i8:f32, 0.25>>
  snn.output %d, %r : tensor<2xi1>, tensor<2x!quant.uniform<i8:f32, 0.25>>
}

// -----

// Reset 0 is neutral for a reset to a value; a threshold that another reset equals is not.
// CHECK-LABEL: snn.network @resets(
// CHECK-DAG:     %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-DAG:     %[[TWO:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         snn.cuba_lif %{{.*}} threshold(%[[ONE]]) : (tensor<2xf32>, f32)
// CHECK:         snn.lif %{{.*}} threshold(%[[ONE]]) reset(%[[ONE]]) : (tensor<2xf32>, f32, f32)
// CHECK:         snn.lif %{{.*}} threshold(%[[ONE]]) reset(%[[TWO]]) {reset = #snn.reset<subtract>}
snn.network @resets(%x: tensor<2xf32>) -> (tensor<2xi1>, tensor<2xi1>, tensor<2xi1>) attributes {dt = 1.0 : f64} {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %a, %av, %ai = snn.cuba_lif %x threshold(%one) reset(%zero) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
  %b, %bv = snn.lif %x threshold(%one) reset(%one) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %c, %cv = snn.lif %x threshold(%one) reset(%two) {reset = #snn.reset<subtract>} : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %a, %b, %c : tensor<2xi1>, tensor<2xi1>, tensor<2xi1>
}

// -----

// A factor per input channel does not fit kernels in groups, and one that differs within a channel
// fits none.
// CHECK-LABEL: snn.network @conv_scale(
// CHECK-COUNT-2: snn.scale
// CHECK:         snn.li {{.*}} gain(
snn.network @conv_scale(%x: tensor<2x3xi1>) -> (tensor<2x3xf32>, tensor<2x3xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x1x1xf32>
  %v = arith.constant dense<1.0> : tensor<2x2x1xf32>
  %g = arith.constant dense<[[2.0, 2.0, 2.0], [3.0, 3.0, 4.0]]> : tensor<2x3xf32>
  %f = arith.constant dense<[[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]> : tensor<2x3xf32>
  %0 = snn.scale %x, %f : (tensor<2x3xi1>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = snn.conv1d %0, %w groups 2 : (tensor<2x3xf32>, tensor<2x1x1xf32>) -> tensor<2x3xf32>
  %2 = snn.scale %x, %g : (tensor<2x3xi1>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = snn.conv1d %2, %v : (tensor<2x3xf32>, tensor<2x2x1xf32>) -> tensor<2x3xf32>
  %4 = snn.li %3 gain(%g) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  snn.output %1, %4 : tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// A transpose that moves elements stays.
// CHECK-LABEL: snn.network @transpose(
// CHECK:         snn.transpose
snn.network @transpose(%x: tensor<2x1x4xi1>) -> tensor<1x4x2xi1> attributes {dt = 1.0 : f64} {
  %0 = snn.transpose %x [1, 2, 0] : tensor<2x1x4xi1> -> tensor<1x4x2xi1>
  snn.output %0 : tensor<1x4x2xi1>
}

// -----

// Events are those of the scaled signal: without the scale they would be another's.
// CHECK-LABEL: snn.network @scaled_events(
// CHECK:         %[[S:.*]] = snn.scale
// CHECK-NEXT:    %[[E:.*]] = snn.events %[[S]]
// CHECK-NEXT:    snn.linear %[[S]], %{{.*}} events %[[E]]
snn.network @scaled_events(%x: tensor<3xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %f = arith.constant dense<[2.0, 3.0, 4.0]> : tensor<3xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %s = snn.scale %x, %f : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %e = snn.events %s : tensor<3xf32> -> !snn.events<3>
  %y = snn.linear %s, %w events %e : (tensor<3xf32>, tensor<2x3xf32>, !snn.events<3>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

!weight = !quant.uniform<i8:f32, 1.0>
!sum = !quant.uniform<i8:f32, 1.0>

// The order of its inputs is the order in which a sum saturates.
// CHECK-LABEL: snn.network @saturating(
// CHECK:         snn.transpose
// CHECK:         snn.linear {{.*}} {saturate}
snn.network @saturating(%x: tensor<2x1x2xui8>) -> tensor<1x!sum> attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<[[100, 100, -100, 50]]> : tensor<1x4xi8>
  %w = quant.scast %c : tensor<1x4xi8> to tensor<1x4x!weight>
  %t = snn.transpose %x [1, 2, 0] : tensor<2x1x2xui8> -> tensor<1x2x2xui8>
  %f = tensor.collapse_shape %t [[0, 1, 2]] : tensor<1x2x2xui8> into tensor<4xui8>
  %y = snn.linear %f, %w {saturate} : (tensor<4xui8>, tensor<1x4x!weight>) -> tensor<1x!sum>
  snn.output %y : tensor<1x!sum>
}

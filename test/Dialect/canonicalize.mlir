// RUN: snn-opt %s --canonicalize --split-input-file | FileCheck %s

// A coefficient with equal elements is one number; neutral ones are absent.
// CHECK-LABEL: snn.network @neutral_lif
// CHECK:         %[[TH:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         snn.lif %{{[a-z0-9_]+}} threshold(%[[TH]]) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
snn.network @neutral_lif(%x: tensor<2xf32>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %th = arith.constant dense<2.0> : tensor<2xf32>
  %s, %v = snn.lif %x decay(%one) gain(%one) leak(%zero) threshold(%th) reset(%zero) init(%zero)
    : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
   -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// CHECK-LABEL: snn.network @neutral_cuba
// CHECK:         snn.cuba_li %{{[a-z0-9_]+}} : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
snn.network @neutral_cuba(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %v, %i = snn.cuba_li %x current_decay(%one) current_gain(%one) current_leak(%zero) decay(%one) gain(%one)
    leak(%zero) init(%zero) current_init(%zero)
    : (tensor<2xf32>, f32, f32, f32, f32, f32, f32, f32, f32) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output %v : tensor<2xf32>
}

// -----

// So are floors below everything.
// CHECK-LABEL: snn.network @no_floor
// CHECK:         %[[V:.*]] = snn.li %{{[a-z0-9_]+}} : (tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT:    snn.lif %[[V]] threshold(%{{[a-z0-9_]+}}) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
snn.network @no_floor(%x: tensor<2xf32>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  %th = arith.constant 2.0 : f32
  %f = arith.constant dense<0xFF800000> : tensor<2xf32>
  %v = snn.li %x floor(%f) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %s, %u = snn.lif %v threshold(%th) floor(%f) : (tensor<2xf32>, f32, tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// A floor of 0 stays, as one number.
// CHECK-LABEL: snn.network @carried_floor
// CHECK:         snn.cuba_li %{{[a-z0-9_]+}} floor(%{{[a-z0-9_]+}}) : (tensor<2xf32>, f32)
snn.network @carried_floor(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %v, %i = snn.cuba_li %x floor(%zero) : (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output %v : tensor<2xf32>
}

// -----

// What is not neutral stays: also a reset by subtraction of 0, and a floor of 0.
// CHECK-LABEL: snn.network @not_neutral
// CHECK:         snn.lif %{{[a-z0-9_]+}} decay(%{{[a-z0-9_]+}}) threshold(%{{[a-z0-9_]+}}) reset(%{{[a-z0-9_]+}}) floor(%{{[a-z0-9_]+}}) {reset = #snn.reset<subtract>}
snn.network @not_neutral(%x: tensor<2xf32>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %d = arith.constant dense<[1.0, 0.5]> : tensor<2xf32>
  %s, %v = snn.lif %x decay(%d) threshold(%one) reset(%zero) floor(%zero) {reset = #snn.reset<subtract>}
    : (tensor<2xf32>, tensor<2xf32>, f32, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// Subtraction subtracts the threshold by default.
// CHECK-LABEL: snn.network @subtract_threshold
// CHECK:         snn.lif %{{[a-z0-9_]+}} threshold(%{{[a-z0-9_]+}}) {reset = #snn.reset<subtract>} : (tensor<2xf32>, f32)
snn.network @subtract_threshold(%x: tensor<2xf32>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  %th = arith.constant 2.0 : f32
  %s, %v = snn.lif %x threshold(%th) reset(%th) {reset = #snn.reset<subtract>}
    : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// A gain goes into the weights and the bias of the only synapse, per neuron.
// CHECK-LABEL: snn.network @gain_into_weights
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, 4.000000e+00], [1.500000e+01, 2.000000e+01]]> : tensor<2x2xf32>
// CHECK-DAG:     %[[B:.*]] = arith.constant dense<[2.000000e+00, 1.000000e+01]> : tensor<2xf32>
// CHECK:         %[[X:.*]] = snn.linear %{{[a-z0-9_]+}}, %[[W]] bias %[[B]]
// CHECK:         snn.lif %[[X]] threshold(%{{[a-z0-9_]+}}) :
snn.network @gain_into_weights(%x: tensor<2xi1>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %g = arith.constant dense<[2.0, 5.0]> : tensor<2xf32>
  %th = arith.constant 1.0 : f32
  %y = snn.linear %x, %w bias %b : (tensor<2xi1>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %y gain(%g) threshold(%th) : (tensor<2xf32>, tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// For Cuba neurons the gain of the input is that of the current.
// CHECK-LABEL: snn.network @current_gain_into_weights
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<6.000000e+00> : tensor<2x2xf32>
// CHECK-DAG:     %[[G:.*]] = arith.constant 5.000000e-01 : f32
// CHECK:         %[[X:.*]] = snn.linear %{{[a-z0-9_]+}}, %[[W]] :
// CHECK:         snn.cuba_li %[[X]] gain(%[[G]])
snn.network @current_gain_into_weights(%x: tensor<2xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<3.0> : tensor<2x2xf32>
  %g = arith.constant 2.0 : f32
  %h = arith.constant 0.5 : f32
  %y = snn.linear %x, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %v, %i = snn.cuba_li %y current_gain(%g) gain(%h) : (tensor<2xf32>, f32, f32) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output %v : tensor<2xf32>
}

// -----

// Not if somebody else sees the synapse's result.
// CHECK-LABEL: snn.network @gain_stays
// CHECK:         snn.li %{{[a-z0-9_]+}} gain(%{{[a-z0-9_]+}})
snn.network @gain_stays(%x: tensor<2xi1>) -> (tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<3.0> : tensor<2x2xf32>
  %g = arith.constant 2.0 : f32
  %y = snn.linear %x, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %v = snn.li %y gain(%g) : (tensor<2xf32>, f32) -> tensor<2xf32>
  snn.output %v, %y : tensor<2xf32>, tensor<2xf32>
}

// -----

// Scales around a synapse go into its weights: columns before, rows after.
// CHECK-LABEL: snn.network @scale_into_weights
// CHECK-SAME:    %[[X:.*]]: tensor<2xi1>
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<{{\[\[}}2.000000e+01, 6.000000e+01], [6.000000e+01, 1.200000e+02]]> : tensor<2x2xf32>
// CHECK-DAG:     %[[B:.*]] = arith.constant dense<[1.000000e+01, 2.000000e+01]> : tensor<2xf32>
// CHECK:         %[[Y:.*]] = snn.linear %[[X]], %[[W]] bias %[[B]] : (tensor<2xi1>,
// CHECK-NEXT:    snn.output %[[Y]]
snn.network @scale_into_weights(%x: tensor<2xi1>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %before = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %after = arith.constant 10.0 : f32
  %0 = snn.scale %x, %before : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xf32>
  %1 = snn.linear %0, %w bias %b : (tensor<2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = snn.scale %1, %after : (tensor<2xf32>, f32) -> tensor<2xf32>
  snn.output %2 : tensor<2xf32>
}

// -----

// CHECK-LABEL: snn.network @scale_of_scale
// CHECK:         %[[F:.*]] = arith.constant dense<[2.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK:         %[[Y:.*]] = snn.scale %{{[a-z0-9_]+}}, %[[F]]
// CHECK-NEXT:    snn.output %[[Y]]
snn.network @scale_of_scale(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %a = arith.constant dense<[1.0, 3.0]> : tensor<2xf32>
  %b = arith.constant 2.0 : f32
  %0 = snn.scale %x, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = snn.scale %0, %b : (tensor<2xf32>, f32) -> tensor<2xf32>
  snn.output %1 : tensor<2xf32>
}

// -----

// A bias of zeros is none; a unit scale is nothing, but not if it makes values
// of spikes.
// CHECK-LABEL: snn.network @identities
// CHECK-SAME:    %[[X:.*]]: tensor<2xf32>, %[[S:.*]]: tensor<2xi1>
// CHECK:         %[[Y:.*]] = snn.linear %[[X]], %{{[a-z0-9_]+}} : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
// CHECK:         %[[Z:.*]] = snn.scale %[[S]]
// CHECK:         snn.output %[[Y]], %[[X]], %[[Z]], %[[X]], %[[X]]
snn.network @identities(%x: tensor<2xf32>, %s: tensor<2xi1>)
    -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<2.0> : tensor<2x2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %one = arith.constant 1.0 : f32
  %0 = snn.linear %x, %w bias %zero : (tensor<2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = snn.scale %x, %one : (tensor<2xf32>, f32) -> tensor<2xf32>
  %2 = snn.scale %s, %one : (tensor<2xi1>, f32) -> tensor<2xf32>
  %3 = snn.add %x : (tensor<2xf32>) -> tensor<2xf32>
  %4 = snn.delay %x by dense<0> : tensor<i64> : tensor<2xf32>
  snn.output %0, %1, %2, %3, %4 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// -----

// Sums are flattened on the left: the order of the additions stays.
// CHECK-LABEL: snn.network @flatten_add
// CHECK-SAME:    %[[A:.*]]: tensor<2xf32>, %[[B:.*]]: tensor<2xf32>, %[[C:.*]]: tensor<2xf32>
// CHECK:         snn.add %[[A]], %[[B]], %[[C]] :
// CHECK:         %[[R:.*]] = snn.add %[[B]], %[[C]]
// CHECK:         snn.add %[[A]], %[[R]] :
snn.network @flatten_add(%a: tensor<2xf32>, %b: tensor<2xf32>, %c: tensor<2xf32>)
    -> (tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %0 = snn.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = snn.add %0, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = snn.add %b, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = snn.add %a, %2 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %1, %3 : tensor<2xf32>, tensor<2xf32>
}

// -----

// CHECK-LABEL: snn.network @rescale_to_same
// CHECK-SAME:    %[[X:.*]]: tensor<2x
// CHECK-NEXT:    snn.output %[[X]]
snn.network @rescale_to_same(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x!quant.uniform<i8:f32, 0.5>>
    attributes {dt = 1.0 : f64} {
  %0 = snn.rescale %x : tensor<2x!quant.uniform<i8:f32, 0.5>> -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  snn.output %0 : tensor<2x!quant.uniform<i8:f32, 0.5>>
}

// -----

// Unused neurons go: they are pure functions of the history of their input.
// CHECK-LABEL: snn.network @unused
// CHECK-NOT:     snn.li
snn.network @unused(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %v = snn.li %x : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %x : tensor<2xf32>
}

// -----

// A gain that is one number per channel goes into the kernels, also where it is given per neuron;
// so does a scale before the convolution, if every output sees every input channel.
// CHECK-LABEL: snn.network @conv_gain(
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<{{\[\[\[}}2.000000e+00], [4.000000e+00{{\]\]}}, {{\[\[}}3.000000e+00], [6.000000e+00{{\]\]\]}}> : tensor<2x2x1xf32>
// CHECK-DAG:     %[[B:.*]] = arith.constant dense<[1.000000e+00, 3.000000e+00]> : tensor<2xf32>
// CHECK:         %[[Y:.*]] = snn.conv1d %{{.*}}, %[[W]] bias %[[B]] : (tensor<2x3xi1>,
// CHECK-NEXT:    snn.li %[[Y]] : (tensor<2x3xf32>) -> tensor<2x3xf32>
snn.network @conv_gain(%x: tensor<2x3xi1>) -> tensor<2x3xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x2x1xf32>
  %b = arith.constant dense<[0.5, 1.0]> : tensor<2xf32>
  %g = arith.constant dense<[[2.0, 2.0, 2.0], [3.0, 3.0, 3.0]]> : tensor<2x3xf32>
  %f = arith.constant dense<[[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]> : tensor<2x3xf32>
  %z = snn.scale %x, %f : (tensor<2x3xi1>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %y = snn.conv1d %z, %w bias %b : (tensor<2x3xf32>, tensor<2x2x1xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  %0 = snn.li %y gain(%g) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  snn.output %0 : tensor<2x3xf32>
}

// -----

// With channels last the channel is the last dimension of the gain.
// CHECK-LABEL: snn.network @conv_gain_channels_last(
// CHECK:         %[[W:.*]] = arith.constant dense<{{\[\[\[}}2.000000e+00{{\]\]}}, {{\[\[}}3.000000e+00{{\]\]\]}}> : tensor<2x1x1xf32>
// CHECK-NOT:     gain
snn.network @conv_gain_channels_last(%x: tensor<2x1xi1>) -> tensor<2x2xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x1x1xf32>
  %g = arith.constant dense<[[2.0, 3.0], [2.0, 3.0]]> : tensor<2x2xf32>
  %y = snn.conv1d %x, %w channels_last : (tensor<2x1xi1>, tensor<2x1x1xf32>) -> tensor<2x2xf32>
  %0 = snn.li %y gain(%g) : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  snn.output %0 : tensor<2x2xf32>
}

// -----

// Transposes that undo each other, or nothing, go away.
// CHECK-LABEL: snn.network @transposes(
// CHECK-SAME:    %[[X:.*]]: tensor<2x3x4xi1>
// CHECK-NEXT:    snn.output %[[X]], %[[X]]
snn.network @transposes(%x: tensor<2x3x4xi1>) -> (tensor<2x3x4xi1>, tensor<2x3x4xi1>) attributes {dt = 1.0 : f64} {
  %0 = snn.transpose %x [1, 2, 0] : tensor<2x3x4xi1> -> tensor<3x4x2xi1>
  %1 = snn.transpose %0 [2, 0, 1] : tensor<3x4x2xi1> -> tensor<2x3x4xi1>
  %2 = snn.transpose %x [0, 1, 2] : tensor<2x3x4xi1> -> tensor<2x3x4xi1>
  snn.output %1, %2 : tensor<2x3x4xi1>, tensor<2x3x4xi1>
}

// -----

// Delays of one signal by the same steps share their memory, whichever nodes they are.
// CHECK-LABEL: snn.network @equal_delays(
// CHECK-NEXT:    %[[D:.*]] = snn.delay %{{.*}} by dense<2> : tensor<i64> {snn.node = "a"} :
// CHECK-NEXT:    %[[E:.*]] = snn.delay %{{.*}} by dense<1> : tensor<i64> {snn.node = "c"} :
// CHECK-NEXT:    snn.output %[[D]], %[[D]], %[[E]]
snn.network @equal_delays(%x: tensor<3xi1>) -> (tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) attributes {dt = 1.0 : f64} {
  %a = snn.delay %x by dense<2> : tensor<i64> {snn.node = "a"} : tensor<3xi1>
  %b = snn.delay %x by dense<2> : tensor<i64> {snn.node = "b"} : tensor<3xi1>
  %c = snn.delay %x by dense<1> : tensor<i64> {snn.node = "c"} : tensor<3xi1>
  snn.output %a, %b, %c : tensor<3xi1>, tensor<3xi1>, tensor<3xi1>
}

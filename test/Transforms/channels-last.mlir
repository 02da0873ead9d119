// RUN: snn-opt %s --snn-channels-last --split-input-file | FileCheck %s
// RUN: snn-opt %s --snn-channels-last --canonicalize --split-input-file | FileCheck %s --check-prefix=FOLDED

// A convolution, and the neurons behind it, change their layout; coefficients with an element per
// neuron follow. Input and output of the network keep theirs.
// CHECK-LABEL: snn.network @conv(
// CHECK-SAME:    %[[X:.*]]: tensor<2x4x4xi1>) -> tensor<3x3x4xi1>
// CHECK:         %[[XL:.*]] = snn.transpose %[[X]] [1, 2, 0] : tensor<2x4x4xi1> -> tensor<4x4x2xi1>
// CHECK:         %[[D:.*]] = arith.constant dense<{{.*}}> : tensor<3x3x4xf32>
// CHECK-NEXT:    %[[DL:.*]] = snn.transpose %[[D]] [1, 2, 0] : tensor<3x3x4xf32> -> tensor<3x4x3xf32>
// CHECK:         %[[Y:.*]] = snn.conv2d %[[XL]], %{{.*}} channels_last : (tensor<4x4x2xi1>, tensor<3x2x2x1xf32>) -> tensor<3x4x3xf32>
// CHECK:         %[[S:.*]], %{{.*}} = snn.lif %[[Y]] decay(%[[DL]]) threshold(%{{.*}}) : (tensor<3x4x3xf32>, tensor<3x4x3xf32>, f32) -> (tensor<3x4x3xi1>, tensor<3x4x3xf32>)
// CHECK:         %[[SF:.*]] = snn.transpose %[[S]] [2, 0, 1] : tensor<3x4x3xi1> -> tensor<3x3x4xi1>
// CHECK:         snn.output %[[SF]] : tensor<3x3x4xi1>

// Constants are permuted when the transposes are folded: dimension 0 becomes the last.
// FOLDED-LABEL: snn.network @conv(
// FOLDED:         arith.constant dense<{{\[\[}}[0.000000e+00, 1.200000e+01, 2.400000e+01], [1.000000e+00, 1.300000e+01, 2.500000e+01]
snn.network @conv(%x: tensor<2x4x4xi1>) -> tensor<3x3x4xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<0.5> : tensor<3x2x2x1xf32>
  %d = arith.constant dense<[
    [[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0]],
    [[12.0, 13.0, 14.0, 15.0], [16.0, 17.0, 18.0, 19.0], [20.0, 21.0, 22.0, 23.0]],
    [[24.0, 25.0, 26.0, 27.0], [28.0, 29.0, 30.0, 31.0], [32.0, 33.0, 34.0, 35.0]]]> : tensor<3x3x4xf32>
  %t = arith.constant 1.0 : f32
  %y = snn.conv2d %x, %w : (tensor<2x4x4xi1>, tensor<3x2x2x1xf32>) -> tensor<3x3x4xf32>
  %s, %v = snn.lif %y decay(%d) threshold(%t) : (tensor<3x3x4xf32>, tensor<3x3x4xf32>, f32) -> (tensor<3x3x4xi1>, tensor<3x3x4xf32>)
  snn.output %s : tensor<3x3x4xi1>
}

// -----

// The layout goes round a loop and through sums; a signal from elsewhere joins in a copy, once.
// CHECK-LABEL: snn.network @loop(
// CHECK-SAME:    %[[X:.*]]: tensor<2x4xf32>
// CHECK-COUNT-1: snn.transpose %[[X]] [1, 0] : tensor<2x4xf32> -> tensor<4x2xf32>
// CHECK-NOT:     snn.transpose
// CHECK:         snn.conv1d {{.*}} channels_last
// CHECK-NOT:     snn.transpose
// CHECK:         snn.add {{.*}} : (tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x2xi1>) -> tensor<4x2xf32>
// CHECK:         snn.delay {{.*}} by dense<{{\[\[}}1, 5], [2, 6], [3, 7], [4, 8]]> : tensor<4x2xi64> : tensor<4x2xi1>
// CHECK:         snn.threshold {{.*}} : (tensor<4x2xf32>, f32) -> tensor<4x2xi1>
// CHECK-NEXT:    snn.output
snn.network @loop(%x: tensor<2x4xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<0.5> : tensor<2x2x3xf32>
  %t = arith.constant 1.0 : f32
  %y = snn.conv1d %x, %w padding [1, 1] : (tensor<2x4xf32>, tensor<2x2x3xf32>) -> tensor<2x4xf32>
  %a = snn.add %y, %x, %d : (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xi1>) -> tensor<2x4xf32>
  %d = snn.delay %s by dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> : tensor<2x4xi64> : tensor<2x4xi1>
  %s = snn.threshold %a, %t : (tensor<2x4xf32>, f32) -> tensor<2x4xi1>
  snn.output
}

// -----

// Behind a flattened map the order moves into the weights of a linear: [c, h, w] to [h, w, c].
// FOLDED-LABEL: snn.network @flatten(
// FOLDED:         %[[W:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 3.000000e+00, 2.000000e+00, 4.000000e+00]]> : tensor<1x4xf32>
// FOLDED:         %[[P:.*]] = snn.sum_pool2d %{{.*}} kernel [1, 1] channels_last
// FOLDED-NEXT:    %[[F:.*]] = tensor.collapse_shape %[[P]] {{\[\[}}0, 1, 2]] : tensor<1x2x2xf32> into tensor<4xf32>
// FOLDED-NEXT:    snn.linear %[[F]], %[[W]]
snn.network @flatten(%x: tensor<2x1x2xf32>) -> tensor<1xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %p = snn.sum_pool2d %x kernel [1, 1] : (tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  %f = tensor.collapse_shape %p [[0, 1, 2]] : tensor<2x1x2xf32> into tensor<4xf32>
  %y = snn.linear %f, %w : (tensor<4xf32>, tensor<1x4xf32>) -> tensor<1xf32>
  snn.output %y : tensor<1xf32>
}

// -----

// A map of one channel needs no copy: no element moves.
// FOLDED-LABEL: snn.network @one_channel(
// FOLDED-NOT:     snn.transpose
// FOLDED:         snn.avg_pool2d {{.*}} channels_last : (tensor<4x6x1xf32>) -> tensor<2x3x1xf32>
// FOLDED-NOT:     snn.transpose
snn.network @one_channel(%x: tensor<1x4x6xf32>) -> tensor<1x2x3xf32> attributes {dt = 1.0e-3 : f64} {
  %p = snn.avg_pool2d %x kernel [2, 2] stride [2, 2] : (tensor<1x4x6xf32>) -> tensor<1x2x3xf32>
  snn.output %p : tensor<1x2x3xf32>
}

// -----

// What has its channels last already stays as it is, and so does what has no feature maps.
// CHECK-LABEL: snn.network @nothing(
// CHECK-NOT:     snn.transpose
snn.network @nothing(%x: tensor<4x6x2xf32>, %z: tensor<3x2xf32>) -> (tensor<2x3x2xf32>, tensor<3x2xf32>) attributes {dt = 1.0e-3 : f64} {
  %p = snn.sum_pool2d %x kernel [2, 2] stride [2, 2] channels_last : (tensor<4x6x2xf32>) -> tensor<2x3x2xf32>
  %l = snn.li %z : (tensor<3x2xf32>) -> tensor<3x2xf32>
  snn.output %p, %l : tensor<2x3x2xf32>, tensor<3x2xf32>
}

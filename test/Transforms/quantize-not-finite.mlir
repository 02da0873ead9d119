// RUN: snn-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(snn.network(snn-quantize))'

// Integers stand for finite numbers only.

snn.network @n(%x: tensor<4xi1>) -> (tensor<3xi1>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[0.5, 0x7FC00000, 1.0, 2.0],[0.5,1.0,1.0,1.0],[1.0,1.0,1.0,1.0]]> : tensor<3x4xf32>
  %th = arith.constant 1.0 : f32
  %d = arith.constant 0.9 : f32
  // expected-error @+1 {{operand 1 holds NaN at index 1, expected finite numbers: others cannot be quantized}}
  %y = snn.linear %x, %w : (tensor<4xi1>, tensor<3x4xf32>) -> tensor<3xf32>
  %s, %v = snn.lif %y decay(%d) threshold(%th) : (tensor<3xf32>, f32, f32) -> (tensor<3xi1>, tensor<3xf32>)
  snn.output %s : tensor<3xi1>
}

// -----

snn.network @n(%x: tensor<4xi1>) -> (tensor<3xi1>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[0.5, 1.0, 1.0, 2.0],[0.5,1.0,1.0,1.0],[1.0,1.0,1.0,1.0]]> : tensor<3x4xf32>
  %th = arith.constant 1.0 : f32
  %d = arith.constant 0x7FC00000 : f32
  %y = snn.linear %x, %w : (tensor<4xi1>, tensor<3x4xf32>) -> tensor<3xf32>
  // expected-error @+1 {{operand 1 holds NaN at index 0, expected finite numbers}}
  %s, %v = snn.lif %y decay(%d) threshold(%th) : (tensor<3xf32>, f32, f32) -> (tensor<3xi1>, tensor<3xf32>)
  snn.output %s : tensor<3xi1>
}

// -----

snn.network @infinite(%x: tensor<2x3x3xi1>) -> tensor<1x3x3xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[[[0x7F800000]], [[1.0]]]]> : tensor<1x2x1x1xf32>
  // expected-error @+1 {{operand 1 holds infinity at index 0, expected finite numbers}}
  %y = snn.conv2d %x, %w : (tensor<2x3x3xi1>, tensor<1x2x1x1xf32>) -> tensor<1x3x3xf32>
  snn.output %y : tensor<1x3x3xf32>
}

// -----

snn.network @signal(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  // expected-error @+1 {{operand 1 holds NaN at index 1, expected finite numbers}}
  %y = snn.add %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

snn.network @delay(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 0x7FF8000000000000 : f64
  %i = arith.constant 0xFF800000 : f32
  // expected-error @+1 {{operand 1 holds infinity at index 0, expected finite numbers}}
  %y = snn.delay %x by dense<3> : tensor<i64> init(%i : f32) : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// What is multiplied into a constant may become too large for it: a bias becomes a part of the leak.
snn.network @product(%x: tensor<2xi1>) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %b = arith.constant dense<1.0e38> : tensor<2xf32>
  %g = arith.constant 1.0e3 : f32
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w bias %b : (tensor<2xi1>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
  // expected-error @+1 {{holds infinity at index 0, expected finite numbers}}
  %s, %v = snn.lif %y gain(%g) threshold(%t) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// A threshold that is never reached, and a floor that is none, are no error.
snn.network @limits(%x: tensor<2xi1>) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %t = arith.constant 0x7F800000 : f32
  %f = arith.constant 0xFF800000 : f32
  %y = snn.linear %x, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %y threshold(%t) floor(%f) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// Weights whose scale would be no number of f32.
snn.network @tiny(%x: tensor<3xi1>) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{has numbers so small or so large that their scale leaves f32, expected one between 2^-126 and 2^126}}
  %w = arith.constant dense<1.0e-40> : tensor<2x3xf32>
  %t = arith.constant 1.0e-40 : f32
  %y = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %y threshold(%t) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// RUN: snn-opt %s --convert-snn-to-linalg -split-input-file -verify-diagnostics

snn.network @weights(%x: tensor<2xf32>, %w: tensor<2x2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{weight is not a constant; only constants can be lowered}}
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// One number per channel, where a signal must have all.
snn.network @bias(%x: tensor<2x2x1xf32>, %b: tensor<1xf32>) -> tensor<2x2x1xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  // expected-error @+1 {{bias is neither a constant nor a signal with the storage of the result; only those can be lowered}}
  %y = snn.conv2d %x, %w bias %b channels_last : (tensor<2x2x1xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>) -> tensor<2x2x1xf32>
  snn.output %y : tensor<2x2x1xf32>
}

// -----

!wide = !quant.uniform<i32:f32, 0.5>
!narrow = !quant.uniform<i16:f32, 0.5>
!weight = !quant.uniform<i8<-127:127>:f32, 0.5>
snn.network @width(%x: tensor<3xi1>, %b: tensor<2x!narrow>) -> tensor<2x!wide> attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %w = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!weight>
  // expected-error @+1 {{bias is neither a constant nor a signal with the storage of the result; only those can be lowered}}
  %y = snn.linear %x, %w bias %b : (tensor<3xi1>, tensor<2x3x!weight>, tensor<2x!narrow>) -> tensor<2x!wide>
  snn.output %y : tensor<2x!wide>
}

// -----

snn.network @decay(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{decay is not a constant; only constants can be lowered}}
  %y = snn.li %x decay(%x) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

snn.network @init(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{initial v is not a constant; only constants can be lowered}}
  %y = snn.li %x init(%x) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

snn.network @channels_first(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  // expected-error @+1 {{has its channels first; run snn-channels-last before lowering}}
  %y = snn.conv2d %x, %w : (tensor<1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x2x2xf32>
  snn.output %y : tensor<1x2x2xf32>
}

// -----

snn.network @pool_channels_first(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{has its channels first; run snn-channels-last before lowering}}
  %y = snn.sum_pool2d %x kernel [1, 1] : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  snn.output %y : tensor<1x2x2xf32>
}

// -----

snn.network @zero(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{by 0 steps must be folded before lowering}}
  %y = snn.delay %x by dense<0> : tensor<i64> : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

snn.network @cast(%x: tensor<2xf32>) -> tensor<2xf64> attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{cannot be lowered to linalg yet}}
  %y = builtin.unrealized_conversion_cast %x : tensor<2xf32> to tensor<2xf64>
  snn.output %y : tensor<2xf64>
}

// -----

snn.network @past(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{initial past is not a constant; only constants can be lowered}}
  %y = snn.delay %x by dense<1> : tensor<i64> init(%x : tensor<2xf32>) : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

snn.network @threshold(%x: tensor<2xf32>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{threshold is not a constant; only constants can be lowered}}
  %y = snn.threshold %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
  snn.output %y : tensor<2xi1>
}

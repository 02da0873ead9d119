// RUN: snn-opt %s --convert-snn-to-linalg --split-input-file --verify-diagnostics

!sum = !quant.uniform<i32:f32, 1.0>
!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>

// A sum of 32 bits can be more than once around.
snn.network @twice(%x: tensor<2x!sum>) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  // expected-error @+1 {{adds more in one step than the 65535 by which its state can wrap around once; its input needs a known range: fewer or smaller weights, or snn-infer-ranges first}}
  %s, %v = snn.lif %x threshold(%t) {arithmetic = #snn.arithmetic<sum = wrap>}
    : (tensor<2x!sum>, !number) -> (tensor<2xi1>, tensor<2x!state>)
  snn.output %s : tensor<2xi1>
}

// -----

!weight = !quant.uniform<i8:f32, 1.0>
!state = !quant.uniform<i16:f32, 1.0>

snn.network @batch(%x: tensor<5x3xi1>, %w: tensor<5x2x3x!weight>) -> tensor<5x2x!state> attributes {dt = 1.0e-3 : f64} {
  %ci = arith.constant dense<1> : tensor<5x2x3xi8>
  %c = quant.scast %ci : tensor<5x2x3xi8> to tensor<5x2x3x!weight>
  // expected-error @+1 {{saturates and has a batch of 1 dimensions, expected none; only one matrix can be lowered}}
  %y = snn.linear %x, %c {saturate} : (tensor<5x3xi1>, tensor<5x2x3x!weight>) -> tensor<5x2x!state>
  snn.output %y : tensor<5x2x!state>
}

// -----

!weight = !quant.uniform<i32:f32, 1.0>
!state = !quant.uniform<i16:f32, 1.0>

snn.network @wide(%x: tensor<3xui8>) -> tensor<2x!state> attributes {dt = 1.0e-3 : f64} {
  %ci = arith.constant dense<1> : tensor<2x3xi32>
  %c = quant.scast %ci : tensor<2x3xi32> to tensor<2x3x!weight>
  // expected-error @+1 {{adds more at once than 32 bits hold, expected weights and inputs of fewer bits}}
  %y = snn.linear %x, %c {saturate} : (tensor<3xui8>, tensor<2x3x!weight>) -> tensor<2x!state>
  snn.output %y : tensor<2x!state>
}

// -----

!state = !quant.uniform<i16:f32, 1.0>

snn.network @computed(%x: tensor<2x!state>, %d: tensor<2x!quant.uniform<i32:f32, 0.25>>) -> tensor<2x!state> attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{decay is not a constant; only constants can be lowered}}
  %y = snn.decay %x by(%d) : tensor<2x!state>, tensor<2x!quant.uniform<i32:f32, 0.25>>
  snn.output %y : tensor<2x!state>
}

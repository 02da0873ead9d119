// RUN: snn-opt %s --split-input-file --verify-diagnostics

// Shapes whose number of elements does not fit, or is 0, and element types that nothing can lower.

// expected-error @+1 {{no dimension of which is 0 [T1], with fewer than 2^32 elements}}
snn.network @a(%x: tensor<9223372036854775807x9223372036854775807xi1>) -> (tensor<9223372036854775807x9223372036854775807xi1>) attributes {dt = 1.0e-3 : f64} {
  snn.output %x : tensor<9223372036854775807x9223372036854775807xi1>
}

// -----

// expected-error @+1 {{with fewer than 2^32 elements}}
snn.network @large(%x: tensor<65536x65536xi1>) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

snn.network @largest(%x: tensor<4294967295xi1>) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

// 2^32 * 2^32 is 0 in 64 bits.
snn.network @wrapped(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{operand #1 must be non-empty statically shaped tensor of 32-bit float or 64-bit float or quantized type values, with fewer than 2^32 elements}}
  %y = "snn.linear"(%x, %w) {operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<4xf32>, tensor<4294967296x4294967296xf32>) -> tensor<4xf32>
  %w = arith.constant dense<0.0> : tensor<4294967296x4294967296xf32>
  snn.output
}

// -----

snn.network @a(%x: tensor<1xf32>) -> (tensor<1xf32>) attributes {dt = 1.0e-3 : f64} {
  %z = arith.constant dense<> : tensor<0xi8>
  %q = quant.scast %z : tensor<0xi8> to tensor<0x!quant.uniform<i8:f32, 0.5>>
  // expected-error @+1 {{operand #0 must be non-empty statically shaped tensor of quantized type values, with fewer than 2^32 elements}}
  %r = snn.rescale %q : tensor<0x!quant.uniform<i8:f32, 0.5>> -> tensor<0x!quant.uniform<i8:f32, 0.25>>
  snn.output %x : tensor<1xf32>
}

// -----

// Whatever the operation.
snn.network @reshape(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{has a result of type 'tensor<0x4xf32>', expected a static shape, no dimension of which is 0, with fewer than 2^32 elements [T1]}}
  %z = arith.constant dense<> : tensor<0x4xf32>
  %c = tensor.collapse_shape %z [[0, 1]] : tensor<0x4xf32> into tensor<0xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<4xf32>) -> (tensor<4xui8>) attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{is a constant of type 'tensor<4xui8>', expected f32, f64, i1, i8, i16 or i32 [N8]}}
  %c = arith.constant dense<3> : tensor<4xui8>
  snn.output %c : tensor<4xui8>
}

// -----

snn.network @half(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{is a constant of type 'f16', expected f32, f64, i1, i8, i16 or i32 [N8]}}
  %c = arith.constant 3.0 : f16
  snn.output
}

// -----

snn.network @long(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{is a constant of type 'tensor<4xi64>', expected f32, f64, i1, i8, i16 or i32 [N8]}}
  %c = arith.constant dense<3> : tensor<4xi64>
  snn.output
}

// -----

// expected-error @+1 {{uses a quantized type that stands for 'f64', expected f32 [Q1]}}
snn.network @n(%x: tensor<4x!quant.uniform<i8:f64, 0.5>>) -> (tensor<4x!quant.uniform<i8:f16, 0.25>>) attributes {dt = 1.0e-3 : f64} {
  %r = snn.rescale %x : tensor<4x!quant.uniform<i8:f64, 0.5>> -> tensor<4x!quant.uniform<i8:f16, 0.25>>
  snn.output %r : tensor<4x!quant.uniform<i8:f16, 0.25>>
}

// -----

snn.network @within(%x: tensor<4x!quant.uniform<i8:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{uses a quantized type that stands for 'f16', expected f32 [Q1]}}
  %y = snn.rescale %x : tensor<4x!quant.uniform<i8:f32, 0.5>> -> tensor<4x!quant.uniform<i8:f16, 0.5>>
  snn.output
}

// -----

// expected-error @+1 {{uses a quantized type that stands for 'f64', expected f32 [Q1]}}
snn.network @channels(%x: tensor<2x!quant.uniform<i8:f64:0, {0.5, 0.25}>>) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

// expected-error @+1 {{uses a quantized type that is stored in 5 bits, expected 8, 16 or 32 [Q1]}}
snn.network @five(%x: tensor<2x!quant.uniform<i5:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

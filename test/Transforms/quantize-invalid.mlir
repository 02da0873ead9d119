// RUN: snn-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(snn.network(snn-quantize))'
// RUN: not snn-opt %S/quantize.mlir --split-input-file --pass-pipeline='builtin.module(snn.network(snn-quantize,snn-quantize))' 2>&1 | FileCheck %s

// Networks that went through the pass.
// CHECK: error: 'quant.scast' op has a quantized result, expected floating-point numbers or spikes; the network is quantized already, leave snn-quantize out
// CHECK-NOT: error: 'snn.linear'

// expected-error @+1 {{has quantized inputs, expected floating-point numbers or spikes; it is quantized already, leave snn-quantize out}}
snn.network @input(%x: tensor<2x!quant.uniform<i16:f32, 0.5>>) -> tensor<2x!quant.uniform<i16:f32, 0.5>> attributes {dt = 1.0e-3 : f64} {
  snn.output %x : tensor<2x!quant.uniform<i16:f32, 0.5>>
}

// -----

snn.network @cast(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{has a quantized result, expected floating-point numbers or spikes; the network is quantized already, leave snn-quantize out}}
  %q = quant.qcast %x : tensor<2xf32> to tensor<2x!quant.uniform<i16:f32, 0.5>>
  %y = quant.dcast %q : tensor<2x!quant.uniform<i16:f32, 0.5>> to tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

snn.network @weight(%x: tensor<2xf32>, %w: tensor<2x2xf32>) -> tensor<2xf32> attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{operand 1 is not a constant; only constants can be quantized}}
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// RUN: snn-opt %s --snn-to-int | FileCheck %s

// What is always 0 has a type of two numbers: quantized types have no fewer.
// CHECK: = !quant.uniform<i16<0:1>:f32:0,
snn.network @nothing(%x: tensor<3xi1>) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<0.0> : tensor<2x3xf32>
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %y threshold(%t) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

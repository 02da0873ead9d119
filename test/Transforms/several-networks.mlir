// RUN: snn-opt %s --mlir-disable-threading --pass-pipeline='builtin.module(snn.network(snn-channels-last,snn-insert-rescale,canonicalize,cse))' -o %t.one
// RUN: snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-channels-last,snn-insert-rescale,canonicalize,cse))' -o %t.many
// RUN: diff %t.one %t.many
// RUN: snn-opt %t.one | FileCheck %s

// A pass keeps nothing of one network for the next: each has rescales of its own.
// CHECK-LABEL: snn.network @n0
// CHECK:         snn.rescale
// CHECK-LABEL: snn.network @n1
// CHECK:         snn.rescale
// CHECK-LABEL: snn.network @n2
// CHECK:         snn.rescale
snn.network @n0(%x: tensor<2x4x4xi1>) -> (tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>, tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  %c0 = arith.constant dense<2> : tensor<3x2x1x1xi8>
  %w0 = quant.scast %c0 : tensor<3x2x1x1xi8> to tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>
  %y0 = snn.conv2d %x, %w0 : (tensor<2x4x4xi1>, tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>
  %r0 = quant.dcast %y0 : tensor<3x4x4x!quant.uniform<i16:f32, 0.5>> to tensor<3x4x4xf32>
  %z0 = quant.qcast %r0 : tensor<3x4x4xf32> to tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>
  %c1 = arith.constant dense<6> : tensor<3x2x1x1xi8>
  %w1 = quant.scast %c1 : tensor<3x2x1x1xi8> to tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>
  %y1 = snn.conv2d %x, %w1 : (tensor<2x4x4xi1>, tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>
  %r1 = quant.dcast %y1 : tensor<3x4x4x!quant.uniform<i16:f32, 0.5>> to tensor<3x4x4xf32>
  %z1 = quant.qcast %r1 : tensor<3x4x4xf32> to tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>
  snn.output %z0, %y1 : tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>, tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>
}
snn.network @n1(%x: tensor<2x4x4xi1>) -> (tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>, tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>) attributes {dt = 1.0e-3 : f64} {
  %c0 = arith.constant dense<2> : tensor<3x2x1x1xi8>
  %w0 = quant.scast %c0 : tensor<3x2x1x1xi8> to tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>
  %y0 = snn.conv2d %x, %w0 : (tensor<2x4x4xi1>, tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>
  %r0 = quant.dcast %y0 : tensor<3x4x4x!quant.uniform<i16:f32, 0.5>> to tensor<3x4x4xf32>
  %z0 = quant.qcast %r0 : tensor<3x4x4xf32> to tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>
  %c1 = arith.constant dense<2> : tensor<3x2x1x1xi8>
  %w1 = quant.scast %c1 : tensor<3x2x1x1xi8> to tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>
  %y1 = snn.conv2d %x, %w1 : (tensor<2x4x4xi1>, tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>
  %r1 = quant.dcast %y1 : tensor<3x4x4x!quant.uniform<i16:f32, 0.5>> to tensor<3x4x4xf32>
  %z1 = quant.qcast %r1 : tensor<3x4x4xf32> to tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>
  snn.output %z0, %z1 : tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>, tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>
}
snn.network @n2(%x: tensor<2x4x4xi1>) -> (tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>, tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  %c0 = arith.constant dense<8> : tensor<3x2x1x1xi8>
  %w0 = quant.scast %c0 : tensor<3x2x1x1xi8> to tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>
  %y0 = snn.conv2d %x, %w0 : (tensor<2x4x4xi1>, tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>
  %r0 = quant.dcast %y0 : tensor<3x4x4x!quant.uniform<i16:f32, 0.5>> to tensor<3x4x4xf32>
  %z0 = quant.qcast %r0 : tensor<3x4x4xf32> to tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>
  %c1 = arith.constant dense<7> : tensor<3x2x1x1xi8>
  %w1 = quant.scast %c1 : tensor<3x2x1x1xi8> to tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>
  %y1 = snn.conv2d %x, %w1 : (tensor<2x4x4xi1>, tensor<3x2x1x1x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>
  %r1 = quant.dcast %y1 : tensor<3x4x4x!quant.uniform<i16:f32, 0.5>> to tensor<3x4x4xf32>
  %z1 = quant.qcast %r1 : tensor<3x4x4xf32> to tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>
  snn.output %z0, %y1 : tensor<3x4x4x!quant.uniform<i16:f32, 0.25>>, tensor<3x4x4x!quant.uniform<i16:f32, 0.5>>
}

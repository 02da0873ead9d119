// RUN: snn-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(snn.network(snn-infer-ranges))' | FileCheck %s

!weight = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i32:f32, 1.0>
!state = !quant.uniform<i16:f32, 1.0>
!wide = !quant.uniform<i32<-8388607:8388608>:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!half = !quant.uniform<i32:f32, 0.5>

// A type in which a sum wraps around or saturates is its arithmetic and stays, however small what comes in is.
// CHECK-LABEL: snn.network @ends(
// CHECK:         snn.linear %{{.*}} -> tensor<1x!quant.uniform<i16<0:100>:f32, 1.000000e+00>>
// CHECK:         snn.cuba_lif {{.*}} -> (tensor<1xi1>, tensor<1x!quant.uniform<i{{16|32}}<{{.*}}>:f32, 1.000000e+00>>, tensor<1x!quant.uniform<i32<-8388607:8388608>:f32, 1.000000e+00>>)
// CHECK:         snn.lif {{.*}} -> (tensor<1xi1>, tensor<1x!quant.uniform<i16:f32, 1.000000e+00>>)
// CHECK:         snn.linear {{.*}} {saturate} : {{.*}} -> tensor<1x!quant.uniform<i16:f32, 1.000000e+00>>
// CHECK:         snn.decay {{.*}} : tensor<1x!quant.uniform<i16:f32, 1.000000e+00>>
snn.network @ends(%x: tensor<1xi1>) -> (tensor<1xi1>, tensor<1xi1>, tensor<1xi1>) attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<100> : tensor<1x1xi8>
  %w = quant.scast %wi : tensor<1x1xi8> to tensor<1x1x!weight>
  %di = arith.constant 1 : i32
  %d = quant.scast %di : i32 to !half
  %ti = arith.constant 150 : i32
  %t = quant.scast %ti : i32 to !number
  %y = snn.linear %x, %w : (tensor<1xi1>, tensor<1x1x!weight>) -> tensor<1x!sum>
  %s, %v, %i = snn.cuba_lif %y current_decay(%d) decay(%d) threshold(%t)
    {current_arithmetic = #snn.arithmetic<decay = toward_zero, sum = wrap>, saturate}
    : (tensor<1x!sum>, !half, !half, !number) -> (tensor<1xi1>, tensor<1x!sum>, tensor<1x!wide>)
  %s1, %v1 = snn.lif %y decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<decay = shift, sum = each>}
    : (tensor<1x!sum>, !half, !number) -> (tensor<1xi1>, tensor<1x!state>)
  %z = snn.linear %x, %w {saturate} : (tensor<1xi1>, tensor<1x1x!weight>) -> tensor<1x!state>
  %l = snn.decay %z by(%d) {arithmetic = #snn.arithmetic<decay = shift>} : tensor<1x!state>, !half
  %s2, %v2 = snn.lif %l threshold(%t) {saturate} : (tensor<1x!state>, !number) -> (tensor<1xi1>, tensor<1x!state>)
  snn.output %s, %s1, %s2 : tensor<1xi1>, tensor<1xi1>, tensor<1xi1>
}

// -----

!weight = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i32:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!half = !quant.uniform<i32:f32, 0.5>

// Where nothing wraps around or saturates, the range is proved: a half is left in each step, so it goes to twice -100
// and a little, which is for rounding.
// CHECK-LABEL: snn.network @proved(
// CHECK:         snn.lif {{.*}} -> (tensor<1xi1>, tensor<1x!quant.uniform<i16<-20{{[0-9]}}:150>:f32, 1.000000e+00>>)
snn.network @proved(%x: tensor<2xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[100, -100]]> : tensor<1x2xi8>
  %w = quant.scast %wi : tensor<1x2xi8> to tensor<1x2x!weight>
  %di = arith.constant 1 : i32
  %d = quant.scast %di : i32 to !half
  %ti = arith.constant 150 : i32
  %t = quant.scast %ti : i32 to !number
  %y = snn.linear %x, %w : (tensor<2xi1>, tensor<1x2x!weight>) -> tensor<1x!sum>
  %s, %v = snn.lif %y decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<decay = toward_zero>}
    : (tensor<1x!sum>, !half, !number) -> (tensor<1xi1>, tensor<1x!sum>)
  snn.output %s : tensor<1xi1>
}

// -----

!weight = !quant.uniform<i8<-127:127>:f32, 1.0>
!sum = !quant.uniform<i32:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>

snn.network @endless(%x: tensor<1xi1>) -> tensor<1x!sum> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<100> : tensor<1x1xi8>
  %w = quant.scast %wi : tensor<1x1xi8> to tensor<1x1x!weight>
  %y = snn.linear %x, %w : (tensor<1xi1>, tensor<1x1x!weight>) -> tensor<1x!sum>
  // expected-error @+1 {{has a state that may leave its type, and its arithmetic neither saturates nor wraps around; it needs a decay, or smaller weights}}
  %v = snn.li %y {arithmetic = #snn.arithmetic<decay = toward_zero>} : (tensor<1x!sum>) -> tensor<1x!sum>
  snn.output %v : tensor<1x!sum>
}

// -----

!fine = !quant.uniform<i32:f32, 2.44140625e-4>

// What becomes of floating-point numbers has any size that they allow; its type is that of the platform.
// CHECK-LABEL: snn.network @truncated(
// CHECK:         snn.truncate %{{.*}} : tensor<1xf32> -> tensor<1x!quant.uniform<i16<-100:100>:f32, 1.000000e+00>>
snn.network @truncated(%x: tensor<1xf32>) -> tensor<1x!quant.uniform<i16<-100:100>:f32, 1.0>> attributes {dt = 1.0e-3 : f64} {
  %y = snn.truncate %x : tensor<1xf32> -> tensor<1x!quant.uniform<i16<-100:100>:f32, 1.0>>
  snn.output %y : tensor<1x!quant.uniform<i16<-100:100>:f32, 1.0>>
}

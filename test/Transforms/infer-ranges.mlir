// RUN: snn-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(snn.network(snn-infer-ranges))' | FileCheck %s

!weight = !quant.uniform<i8<-127:127>:f32, 0.25>
!sum = !quant.uniform<i32:f32, 0.25>
!voltage = !quant.uniform<i16:f32, 0.0625>

// The sum is from -3 to 2 + 100, and a quarter is 4 units of the voltage. With half of the voltage left
// in each step, half a unit of rounding for each of two products and 15 bits of a factor, it falls to
// 2 * (-12 - 1) and a little, and
// above the threshold it is reset. It never saturates; the intervals become the types.
// CHECK-LABEL: snn.network @neurons(
// CHECK:         %[[Y:.*]] = snn.linear %{{.*}} -> tensor<1x!quant.uniform<i16<-3:102>:f32, 2.500000e-01>>
// CHECK:         snn.lif %[[Y]] decay(%{{.*}}) threshold(%{{.*}}) : ({{.*}}) -> (tensor<1xi1>, tensor<1x!quant.uniform<i16<-27:400>:f32, 6.250000e-02>>)
snn.network @neurons(%x: tensor<3xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[2, -3, 100]]> : tensor<1x3xi8>
  %w = quant.scast %wi : tensor<1x3xi8> to tensor<1x3x!weight>
  %di = arith.constant 1 : i32
  %d = quant.scast %di : i32 to !quant.uniform<i32:f32, 0.5>
  %ti = arith.constant 400 : i32
  %t = quant.scast %ti : i32 to !quant.uniform<i32:f32, 0.0625>
  %y = snn.linear %x, %w : (tensor<3xi1>, tensor<1x3x!weight>) -> tensor<1x!sum>
  %s, %v = snn.lif %y decay(%d) threshold(%t) {saturate} : (tensor<1x!sum>, !quant.uniform<i32:f32, 0.5>, !quant.uniform<i32:f32, 0.0625>) -> (tensor<1xi1>, tensor<1x!voltage>)
  snn.output %s : tensor<1xi1>
}

// -----

!weight = !quant.uniform<i8<-127:127>:f32, 0.25>
!sum = !quant.uniform<i32:f32, 0.25>
!voltage = !quant.uniform<i16:f32, 0.25>

// An integrator without leak grows without end: it saturates.
// CHECK-LABEL: snn.network @integrator(
// CHECK:         snn.li %{{.*}} {saturate} : (tensor<1x!quant.uniform<i16<0:100>:f32, 2.500000e-01>>) -> tensor<1x!quant.uniform<i16:f32, 2.500000e-01>>
snn.network @integrator(%x: tensor<1xi1>) -> tensor<1x!voltage> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<100> : tensor<1x1xi8>
  %w = quant.scast %wi : tensor<1x1xi8> to tensor<1x1x!weight>
  %y = snn.linear %x, %w : (tensor<1xi1>, tensor<1x1x!weight>) -> tensor<1x!sum>
  %v = snn.li %y {saturate} : (tensor<1x!sum>) -> tensor<1x!voltage>
  snn.output %v : tensor<1x!voltage>
}

// -----

!coarse = !quant.uniform<i8:f32, 0.5>
!fine = !quant.uniform<i16:f32, 0.25>
!finest = !quant.uniform<i16:f32, 0.001>

// 127 / 2 = 63.5 is at most 254 quarters, but 63500 thousandths.
// CHECK-LABEL: snn.network @rescale(
// CHECK-NEXT:    snn.rescale %{{.*}} : tensor<1x!quant.uniform<i8:f32, 5.000000e-01>> -> tensor<1x!quant.uniform<i16:f32, 2.500000e-01>>
// CHECK-NEXT:    snn.rescale %{{.*}} {saturate} : tensor<1x!quant.uniform<i8:f32, 5.000000e-01>> -> tensor<1x!quant.uniform<i16:f32, 1.000000e-03>>
snn.network @rescale(%x: tensor<1x!coarse>) -> (tensor<1x!fine>, tensor<1x!finest>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.rescale %x {saturate} : tensor<1x!coarse> -> tensor<1x!fine>
  %z = snn.rescale %x {saturate} : tensor<1x!coarse> -> tensor<1x!finest>
  snn.output %y, %z : tensor<1x!fine>, tensor<1x!finest>
}

// -----

!value = !quant.uniform<i16:f32, 0.5>
!sum = !quant.uniform<i32:f32, 0.25>

snn.network @overflow(%x: tensor<3x!value>) -> tensor<1x!sum> attributes {dt = 1.0e-3 : f64} {
  %wi = arith.constant dense<[[32767, -32767, 32767]]> : tensor<1x3xi16>
  %w = quant.scast %wi : tensor<1x3xi16> to tensor<1x3x!value>
  // expected-error @+1 {{sum can reach 3221094401, expected less than 2^31}}
  %y = snn.linear %x, %w : (tensor<3x!value>, tensor<1x3x!value>) -> tensor<1x!sum>
  snn.output %y : tensor<1x!sum>
}

// -----

!part = !quant.uniform<i16<-100:100>:f32, 0.5>
!sum = !quant.uniform<i32:f32, 0.5>
!weight = !quant.uniform<i8<-127:127>:f32, 0.5>

// A bias that is a signal has that signal's range.
// CHECK-LABEL: snn.network @computed_bias(
// CHECK:         snn.linear {{.*}} bias {{.*}} -> tensor<2x!quant.uniform<i16<-100:103>:
snn.network @computed_bias(%x: tensor<3xi1>, %p: tensor<2x!part>) -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1> : tensor<2x3xi8>
  %w = quant.scast %c : tensor<2x3xi8> to tensor<2x3x!weight>
  %i = arith.constant 20 : i16
  %t = quant.scast %i : i16 to !part
  %0 = snn.linear %x, %w bias %p : (tensor<3xi1>, tensor<2x3x!weight>, tensor<2x!part>) -> tensor<2x!sum>
  %1 = snn.threshold %0, %t : (tensor<2x!sum>, !part) -> tensor<2xi1>
  snn.output %1 : tensor<2xi1>
}

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

// -----

!sum = !quant.uniform<i16<-100:-1>:f32, 0.25>
!voltage = !quant.uniform<i32:f32, 0.25>

// An integrator that is only driven down goes on from -10 at least, so it never falls below -110 and a
// rounding. Where the floor is above what it reaches, the type has that, too: what decays is 20.
// CHECK-LABEL: snn.network @floor(
// CHECK:         snn.li %{{.*}} floor(%{{.*}}) : ({{.*}}) -> tensor<1x!quant.uniform<i16<-111:0>:f32, 2.500000e-01>>
// CHECK:         snn.li %{{.*}} decay(%{{.*}}) floor(%{{.*}}) : ({{.*}}) -> tensor<1x!quant.uniform<i16<-92:20>:f32, 2.500000e-01>>
snn.network @floor(%x: tensor<1x!sum>) -> (tensor<1x!voltage> {snn.record}, tensor<1x!voltage> {snn.record}) attributes {dt = 1.0e-3 : f64} {
  %fi = arith.constant -10 : i32
  %f = quant.scast %fi : i32 to !quant.uniform<i32:f32, 0.25>
  %gi = arith.constant 20 : i32
  %g = quant.scast %gi : i32 to !quant.uniform<i32:f32, 0.25>
  %di = arith.constant 1 : i32
  %d = quant.scast %di : i32 to !quant.uniform<i32:f32, 0.5>
  %v = snn.li %x floor(%f) {saturate} : (tensor<1x!sum>, !quant.uniform<i32:f32, 0.25>) -> tensor<1x!voltage>
  %w = snn.li %x decay(%d) floor(%g) {saturate} : (tensor<1x!sum>, !quant.uniform<i32:f32, 0.5>, !quant.uniform<i32:f32, 0.25>) -> tensor<1x!voltage>
  snn.output %v, %w : tensor<1x!voltage>, tensor<1x!voltage>
}

// -----

!sum = !quant.uniform<i16<1:100>:f32, 0.25>
!voltage = !quant.uniform<i32:f32, 0.25>
!threshold = !quant.uniform<i32:f32, 0.25>

// From at most 40, the threshold, a step leads to 140. From there it is reset to 0, or lowered by three
// times 40; but one spike takes away less than comes in, and without a reset nothing does.
// CHECK-LABEL: snn.network @counts(
// CHECK:         snn.lif %{{.*}} {spike = #snn.spike<count_floor>} : ({{.*}}) -> (tensor<1xui8>, tensor<1x!quant.uniform<i16<0:40>:
// CHECK:         snn.lif %{{.*}} {max_spikes = 3 : i64, reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : ({{.*}}) -> (tensor<1xui8>, tensor<1x!quant.uniform<i16<0:40>:
// CHECK:         snn.lif %{{.*}} {max_spikes = 1 : i64, reset = #snn.reset<subtract>, saturate, spike = #snn.spike<count_floor>}
// CHECK:         snn.lif %{{.*}} {reset = #snn.reset<none>, saturate, spike = #snn.spike<count_floor>}
snn.network @counts(%x: tensor<1x!sum>) -> (tensor<1xui8>, tensor<1xui8>, tensor<1xui8>, tensor<1xui8>) attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %s0, %v0 = snn.lif %x threshold(%t) {saturate, spike = #snn.spike<count_floor>} : (tensor<1x!sum>, !threshold) -> (tensor<1xui8>, tensor<1x!voltage>)
  %s1, %v1 = snn.lif %x threshold(%t) {saturate, spike = #snn.spike<count_floor>, max_spikes = 3, reset = #snn.reset<subtract>} : (tensor<1x!sum>, !threshold) -> (tensor<1xui8>, tensor<1x!voltage>)
  %s2, %v2 = snn.lif %x threshold(%t) {saturate, spike = #snn.spike<count_floor>, max_spikes = 1, reset = #snn.reset<subtract>} : (tensor<1x!sum>, !threshold) -> (tensor<1xui8>, tensor<1x!voltage>)
  %s3, %v3 = snn.lif %x threshold(%t) {saturate, spike = #snn.spike<count_floor>, reset = #snn.reset<none>} : (tensor<1x!sum>, !threshold) -> (tensor<1xui8>, tensor<1x!voltage>)
  snn.output %s0, %s1, %s2, %s3 : tensor<1xui8>, tensor<1xui8>, tensor<1xui8>, tensor<1xui8>
}

// -----

!sum = !quant.uniform<i16<1:100>:f32, 0.25>
!weight = !quant.uniform<i8<-127:127>:f32, 0.25>
!voltage = !quant.uniform<i32:f32, 0.25>
!threshold = !quant.uniform<i32:f32, 0.25>

// A spike for each 40 takes away 50. Of a voltage of up to 140 at most three spikes are made, and at
// least 140 * (1 - 50 / 40) are left.
// CHECK-LABEL: snn.network @other_number(
// CHECK:         snn.lif %{{.*}} reset(%{{.*}}) {max_spikes = 5 : i64, reset = #snn.reset<subtract>, spike = #snn.spike<count_trunc>} : ({{.*}}) -> (tensor<1xui8>, tensor<1x!quant.uniform<i16<-36:40>:
// CHECK:         snn.linear {{.*}} -> tensor<1x!quant.uniform<i16<0:9>:
snn.network @other_number(%x: tensor<1x!sum>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %ti = arith.constant 40 : i32
  %t = quant.scast %ti : i32 to !threshold
  %ri = arith.constant 50 : i32
  %r = quant.scast %ri : i32 to !threshold
  %wi = arith.constant dense<3> : tensor<1x1xi8>
  %w = quant.scast %wi : tensor<1x1xi8> to tensor<1x1x!weight>
  %s, %v = snn.lif %x threshold(%t) reset(%r) {saturate, spike = #snn.spike<count_trunc>, max_spikes = 5, reset = #snn.reset<subtract>} : (tensor<1x!sum>, !threshold, !threshold) -> (tensor<1xui8>, tensor<1x!voltage>)
  %y = snn.linear %s, %w : (tensor<1xui8>, tensor<1x1x!weight>) -> tensor<1x!voltage>
  %z = snn.threshold %y, %t : (tensor<1x!voltage>, !threshold) -> tensor<1xi1>
  snn.output %z : tensor<1xi1>
}

// -----

!sum = !quant.uniform<i16<0:127>:f32, 0.25>
!voltage = !quant.uniform<i16:f32, 0.0625>
!decay = !quant.uniform<i32:f32, 0.0078125>

// With 127/128 left in each step the voltage would reach 128 times 508 units: bounded, but not by the
// type that its update is made for.
// CHECK-LABEL: snn.network @beyond_the_type(
// CHECK:         snn.li %{{.*}} decay(%{{.*}}) {saturate} : ({{.*}}) -> tensor<1x!quant.uniform<i16:f32, 6.250000e-02>>
snn.network @beyond_the_type(%x: tensor<1x!sum>) -> (tensor<1x!voltage> {snn.record}) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 127 : i32
  %d = quant.scast %di : i32 to !decay
  %v = snn.li %x decay(%d) {saturate} : (tensor<1x!sum>, !decay) -> tensor<1x!voltage>
  snn.output %v : tensor<1x!voltage>
}

// -----

!coarse = !quant.uniform<i8<-127:127>:f32, 0.5>
!exact = !quant.uniform<i16<-254:254>:f32, 0.25>
!wider = !quant.uniform<i16<-255:255>:f32, 0.25>

// 127 halves are 254 quarters; rounding may make it one more.
// CHECK-LABEL: snn.network @slack(
// CHECK-NEXT:    snn.rescale %{{.*}} {saturate} : {{.*}} -> tensor<1x!quant.uniform<i16<-254:254>:f32, 2.500000e-01>>
// CHECK-NEXT:    snn.rescale %{{.*}} : {{.*}} -> tensor<1x!quant.uniform<i16<-255:255>:f32, 2.500000e-01>>
snn.network @slack(%x: tensor<1x!coarse>) -> (tensor<1x!exact>, tensor<1x!wider>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.rescale %x {saturate} : tensor<1x!coarse> -> tensor<1x!exact>
  %z = snn.rescale %x {saturate} : tensor<1x!coarse> -> tensor<1x!wider>
  snn.output %y, %z : tensor<1x!exact>, tensor<1x!wider>
}

// -----

!rows = !quant.uniform<i16:f32:0, {0.5, 0.5, 0.5, 4.0}>
!columns = !quant.uniform<i32<-131072:131072>:f32:1, {2.0, 2.0}>
!narrow = !quant.uniform<i32<-65535:65535>:f32:1, {2.0, 2.0}>

// Four ranges along the rows, two scales along the columns: for each of these all rows count. The last row
// reaches 32768 * 4, which is 65536 of 2.
// CHECK-LABEL: snn.network @across(
// CHECK-NEXT:    %[[Y:.*]] = snn.rescale %{{[a-z0-9]+}} :
// CHECK-NEXT:    %[[Z:.*]] = snn.rescale %{{[a-z0-9]+}} {saturate} :
// CHECK-NEXT:    snn.output %[[Y]], %[[Z]]
snn.network @across(%x: tensor<4x2x!rows>) -> (tensor<4x2x!columns>, tensor<4x2x!narrow>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.rescale %x {saturate} : tensor<4x2x!rows> -> tensor<4x2x!columns>
  %z = snn.rescale %x {saturate} : tensor<4x2x!rows> -> tensor<4x2x!narrow>
  snn.output %y, %z : tensor<4x2x!columns>, tensor<4x2x!narrow>
}

// -----

!value = !quant.uniform<i32:f32, 1.0>
!part = !quant.uniform<i32:f32, 0.25>

// What a decay leaves has the type of its input, which stays.
// CHECK-LABEL: snn.network @decay(
// CHECK:         %[[SUM:.*]] = snn.add {{.*}} -> tensor<2x!quant.uniform<i32:f32, 1.000000e+00>>
// CHECK-NEXT:    snn.decay %[[SUM]] by({{.*}}) : tensor<2x!quant.uniform<i32:f32, 1.000000e+00>>
snn.network @decay(%x: tensor<2xi1>) -> tensor<2x!value> attributes {dt = 1.0e-3 : f64} {
  %i = arith.constant 3 : i32
  %d = quant.scast %i : i32 to !part
  %y = snn.add %x, %x : (tensor<2xi1>, tensor<2xi1>) -> tensor<2x!value>
  %z = snn.decay %y by(%d) : tensor<2x!value>, !part
  snn.output %z : tensor<2x!value>
}

// -----

!one = !quant.uniform<i8<-1:1>:f32, 1.0>
!weight = !quant.uniform<i8:f32, 1.0>
!part = !quant.uniform<i32:f32, 1.52587890625e-05>
!sum = !quant.uniform<i32:f32, 1.0>
!current = !quant.uniform<i32<-1000:1000>:f32:0, {1.0, 2.0, 4.0}>
!voltage = !quant.uniform<i32<-5000:5000>:f32, 1.0>

// The voltage's channels are those of the synapse, along the second dimension. The current has scales along
// the first: of these the whole range counts. Neither leaves its type.
// CHECK-LABEL: snn.network @other_dimension(
// CHECK:         snn.cuba_li
// CHECK-NOT:     saturate
// CHECK:         snn.output
snn.network @other_dimension(%x: tensor<3x4x!one>) -> tensor<3x5x!voltage> attributes {dt = 1.0e-3 : f64} {
  %i = arith.constant dense<1> : tensor<3x5x4xi8>
  %w = quant.scast %i : tensor<3x5x4xi8> to tensor<3x5x4x!weight>
  %y = snn.linear %x, %w : (tensor<3x4x!one>, tensor<3x5x4x!weight>) -> tensor<3x5x!sum>
  %half = arith.constant 32768 : i32
  %d = quant.scast %half : i32 to !part
  %v, %current = snn.cuba_li %y current_decay(%d) decay(%d) {saturate} : (tensor<3x5x!sum>, !part, !part) -> (tensor<3x5x!voltage>, tensor<3x5x!current>)
  snn.output %v : tensor<3x5x!voltage>
}

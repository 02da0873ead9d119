// RUN: snn-opt %s --split-input-file --pass-pipeline='builtin.module(snn.network(snn-quantize{weight-bits=8}))' | FileCheck %s
// RUN: snn-opt %s --split-input-file --pass-pipeline='builtin.module(snn.network(snn-quantize{weight-bits=4}))' | FileCheck %s --check-prefix=INT4
// RUN: snn-opt %s --split-input-file --pass-pipeline='builtin.module(snn.network(snn-quantize{weight-bits=16}))' | FileCheck %s --check-prefix=INT16
// RUN: snn-opt %s --split-input-file --pass-pipeline='builtin.module(snn.network(snn-quantize{weight-bits=8 powers-of-two=true}))' | FileCheck %s --check-prefix=POW2

// RUN: snn-opt %s --split-input-file --pass-pipeline='builtin.module(snn.network(snn-quantize{weight-bits=8 short-states=false}))' | FileCheck %s --check-prefix=PROVED

// Weights have a scale for each output channel: the largest is 127. What spikes bring to a neuron
// comes in these units, and the voltage is stored in fractions of them, here of 1/128.
// CHECK-DAG:   ![[WEIGHT:.*]] = !quant.uniform<i8<-127:127>:f32:0, {1.562500e-02,4.687500e-02}>
// CHECK-DAG:   ![[SUM:.*]] = !quant.uniform<i32:f32:0, {1.562500e-02,4.687500e-02}>
// CHECK-DAG:   ![[VOLTAGE:.*]] = !quant.uniform<i16:f32:0, {1.220703125E-4,3.662109375E-4}>
// CHECK-LABEL: snn.network @neurons(
// CHECK:         %[[WI:.*]] = arith.constant dense<{{\[}}[127, -64, 1], [127, 0, 64]]> : tensor<2x3xi8>
// CHECK-NEXT:    %[[W:.*]] = quant.scast %[[WI]] : tensor<2x3xi8> to tensor<2x3x![[WEIGHT]]>
// CHECK-NEXT:    %[[Y:.*]] = snn.linear %{{.*}}, %[[W]] : (tensor<3xi1>, tensor<2x3x![[WEIGHT]]>) -> tensor<2x![[SUM]]>
// CHECK:         %[[D:.*]] = quant.scast %c49152_i32 : i32 to !quant.uniform<i32:f32, 1.52587890625E-5>
// A bias becomes a leak, with the voltage's fractions.
// CHECK:         arith.constant dense<[4096, -1365]> : tensor<2xi32>
// Integers above 2730 are above 1.0, which is 2730.67: the threshold is rounded down.
// CHECK:         arith.constant dense<[8192, 2730]> : tensor<2xi32>
// CHECK:         snn.lif %[[Y]] decay(%[[D]]) leak(%{{.*}}) threshold(%{{.*}}) {saturate, short_decay} : ({{.*}}) -> (tensor<2xi1>, tensor<2x![[VOLTAGE]]>)

// Four bits; the voltage has more fractions.
// INT4-DAG:    ![[WEIGHT:.*]] = !quant.uniform<i8<-7:7>:f32:0, {0.28348214285714285,0.8504464285714286}>
// INT4-LABEL:  snn.network @neurons(
// INT4:          arith.constant dense<{{\[}}[7, -4, 0], [7, 0, 4]]> : tensor<2x3xi8>

// Sixteen; the voltage has 32.
// INT16-DAG:   ![[WEIGHT:.*]] = !quant.uniform<i16<-32767:32767>:f32:0, {6.0560167241431928E-5,1.816805017242958E-4}>
// INT16-DAG:   !quant.uniform<i32<-1073741824:1073741823>:f32:0, {
// INT16-LABEL: snn.network @neurons(
// INT16:         arith.constant dense<{{\[}}[32767, -16513, 258], [32767, 0, 16513]]> : tensor<2x3xi16>

// Scales are rounded up to powers of two.
// POW2-DAG:    ![[WEIGHT:.*]] = !quant.uniform<i8<-127:127>:f32:0, {1.562500e-02,6.250000e-02}>
// POW2-LABEL:  snn.network @neurons(
// POW2:          arith.constant dense<{{\[}}[127, -64, 1], [95, 0, 48]]> : tensor<2x3xi8>
snn.network @neurons(%x: tensor<3xi1>) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.984375, -1.0, 0.015625], [5.953125, 0.0, 3.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[0.5, -0.5]> : tensor<2xf32>
  %d = arith.constant 0.75 : f32
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w bias %b : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %y decay(%d) threshold(%t) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// At least a threshold: rounded up.
// CHECK-LABEL: snn.network @at_least(
// CHECK:         arith.constant 2731 : i32
// CHECK:         snn.lif {{.*}} {saturate, short_decay, spike = #snn.spike<ge>}
snn.network @at_least(%x: tensor<1xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<5.953125> : tensor<1x1xf32>
  %d = arith.constant 0.75 : f32
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %s, %v = snn.lif %y decay(%d) threshold(%t) {spike = #snn.spike<ge>} : (tensor<1xf32>, f32, f32) -> (tensor<1xi1>, tensor<1xf32>)
  snn.output %s : tensor<1xi1>
}

// -----

// Synapses of spikes that meet share their scales: no number is converted.
// CHECK-DAG:   ![[WEIGHT:.*]] = !quant.uniform<i8<-127:127>:f32:0, {1.562500e-02}>
// CHECK-LABEL: snn.network @shared(
// CHECK:         arith.constant dense<{{\[}}[127, -64]]> : tensor<1x2xi8>
// CHECK:         arith.constant dense<{{\[}}[32, 16]]> : tensor<1x2xi8>
// CHECK-NEXT:    quant.scast {{.*}} to tensor<1x2x![[WEIGHT]]>
// CHECK-NOT:     quant.qcast
// CHECK:         snn.add %{{.*}}, %{{.*}} : (tensor<1x![[SUM:.*]]>, tensor<1x![[SUM]]>) -> tensor<1x![[SUM]]>
snn.network @shared(%x: tensor<2xi1>, %z: tensor<2xui8>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.984375, -1.0]]> : tensor<1x2xf32>
  %u = arith.constant dense<[[0.5, 0.25]]> : tensor<1x2xf32>
  %t = arith.constant 1.0 : f32
  %a = snn.linear %x, %w : (tensor<2xi1>, tensor<1x2xf32>) -> tensor<1xf32>
  %b = snn.linear %z, %u : (tensor<2xui8>, tensor<1x2xf32>) -> tensor<1xf32>
  %y = snn.add %a, %b : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %s, %v = snn.lif %y threshold(%t) : (tensor<1xf32>, f32) -> (tensor<1xi1>, tensor<1xf32>)
  snn.output %s : tensor<1xi1>
}

// -----

// An input has the scale of its range. Its products are finer than those of spikes, which are
// converted where they meet.
// CHECK-DAG:   ![[FINE:.*]] = !quant.uniform<i32:f32:0, {2.44140625E-4}>
// CHECK-DAG:   ![[COARSE:.*]] = !quant.uniform<i32:f32:0, {1.562500e-02}>
// CHECK-LABEL: snn.network @values(
// CHECK-SAME:    tensor<1x!quant.uniform<i8:f32, 1.562500e-02>>
// CHECK:         %[[A:.*]] = snn.linear %{{.*}} -> tensor<1x![[FINE]]>
// CHECK:         %[[B:.*]] = snn.linear %{{.*}} -> tensor<1x![[COARSE]]>
// CHECK-NEXT:    %[[R:.*]] = quant.dcast %[[B]] : tensor<1x![[COARSE]]> to tensor<1xf32>
// CHECK-NEXT:    %[[C:.*]] = quant.qcast %[[R]] : tensor<1xf32> to tensor<1x![[FINE]]>
// CHECK-NEXT:    snn.add %[[A]], %[[C]] : (tensor<1x![[FINE]]>, tensor<1x![[FINE]]>) -> tensor<1x![[FINE]]>
snn.network @values(%x: tensor<1xf32> {snn.range = [-1.984375, 1.0], snn.bits = 8 : i64}, %z: tensor<1xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.984375> : tensor<1x1xf32>
  %t = arith.constant 1.0 : f32
  %a = snn.linear %x, %w : (tensor<1xf32>, tensor<1x1xf32>) -> tensor<1xf32>
  %b = snn.linear %z, %w : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %y = snn.add %a, %b : (tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  %s, %v = snn.lif %y threshold(%t) : (tensor<1xf32>, f32) -> (tensor<1xi1>, tensor<1xf32>)
  snn.output %s : tensor<1xi1>
}

// -----

// Results of the network have 16 bits, or 32 for weights of 16; those with snn.record all bits that
// they are computed with. Of a state without a bound, numbers below 128 are expected.
// CHECK-LABEL: snn.network @outputs(
// CHECK-SAME:    -> (tensor<1x!quant.uniform<i16:f32, [[STEP:0.0039063.*]]>>, tensor<1x[[VOLTAGE:!quant.uniform<i32<-1073741824:1073741823>:f32, 2.384185791015625E-7>]]> {snn.record})
// CHECK:         %[[V:.*]] = snn.li {{.*}} -> tensor<1x[[VOLTAGE]]>
// CHECK-NEXT:    %[[R:.*]] = quant.dcast %[[V]]
// CHECK-NEXT:    %[[Q:.*]] = quant.qcast %[[R]] : tensor<1xf32> to tensor<1x!quant.uniform<i16:f32, [[STEP]]>>
// CHECK-NEXT:    snn.output %[[Q]], %[[V]]
// INT16-LABEL: snn.network @outputs(
// INT16-SAME:    -> (tensor<1x!quant.uniform<i32:f32, 1.1920928955078125E-7>>,
// POW2-LABEL:  snn.network @outputs(
// POW2-SAME:     -> (tensor<1x!quant.uniform<i16:f32, 7.812500e-03>>,
snn.network @outputs(%x: tensor<1xi1>) -> (tensor<1xf32>, tensor<1xf32> {snn.record}) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.984375> : tensor<1x1xf32>
  %y = snn.linear %x, %w : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %v = snn.li %y : (tensor<1xf32>) -> tensor<1xf32>
  snn.output %v, %v : tensor<1xf32>, tensor<1xf32>
}

// -----

// A voltage that 10 inputs can lower by 127 units each, and that keeps 19 / 20 of it, can reach -25400
// units, of which 16 bits hold no fractions. Where it saturates it is far below the threshold of 127
// units anyway: with 3 fractional bits a step can move it by 12574, rounding and a reset included, and
// 32767 - 12574 are 19.9 thresholds.
// CHECK-LABEL:  snn.network @far(
// CHECK:          arith.constant 1016 : i32
// CHECK:          snn.lif {{.*}} {saturate, short_decay} : ({{.*}}) -> (tensor<1xi1>, tensor<1x!quant.uniform<i16<-20193:20193>:f32, 9.8425196850393699E-4>>)
// INT16-LABEL:  snn.network @far(
// INT16:          snn.lif {{.*}} -> (tensor<1xi1>, tensor<1x!quant.uniform<i32<
// PROVED-LABEL: snn.network @far(
// PROVED:         snn.lif {{.*}} {saturate, short_decay} : ({{.*}}) -> (tensor<1xi1>, tensor<1x!quant.uniform<i32<
snn.network @far(%x: tensor<20xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]]> : tensor<1x20xf32>
  %d = arith.constant 0.95 : f32
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w : (tensor<20xi1>, tensor<1x20xf32>) -> tensor<1xf32>
  %s, %v = snn.lif %y decay(%d) threshold(%t) : (tensor<1xf32>, f32, f32) -> (tensor<1xi1>, tensor<1xf32>)
  snn.output %s : tensor<1xi1>
}

// -----

// The same current moves the voltage by 2 thresholds and more in one step wherever it saturates.
// CHECK-LABEL:  snn.network @current(
// CHECK:          snn.cuba_lif {{.*}} {saturate, short_current_decay, short_decay} : ({{.*}}) -> (tensor<1xi1>, tensor<1x!quant.uniform<i16<{{.*}}>, tensor<1x!quant.uniform<i16<
// PROVED-LABEL: snn.network @current(
// PROVED:         snn.cuba_lif {{.*}} -> (tensor<1xi1>, tensor<1x!quant.uniform<i32<{{.*}}>, tensor<1x!quant.uniform<i32<
snn.network @current(%x: tensor<20xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]]> : tensor<1x20xf32>
  %d = arith.constant 0.95 : f32
  %cd = arith.constant 0.9 : f32
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w : (tensor<20xi1>, tensor<1x20xf32>) -> tensor<1xf32>
  %s, %v, %i = snn.cuba_lif %y current_decay(%cd) decay(%d) threshold(%t) : (tensor<1xf32>, f32, f32, f32) -> (tensor<1xi1>, tensor<1xf32>, tensor<1xf32>)
  snn.output %s : tensor<1xi1>
}

// -----

// A count says how far the voltage is above the threshold, so it must not saturate.
// CHECK-LABEL:  snn.network @counts(
// CHECK:          snn.lif {{.*}} -> (tensor<1xui8>, tensor<1x!quant.uniform<i32<
snn.network @counts(%x: tensor<20xi1>) -> tensor<1xui8> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]]> : tensor<1x20xf32>
  %d = arith.constant 0.95 : f32
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w : (tensor<20xi1>, tensor<1x20xf32>) -> tensor<1xf32>
  %s, %v = snn.lif %y decay(%d) threshold(%t) {spike = #snn.spike<count_floor>, reset = #snn.reset<subtract>} : (tensor<1xf32>, f32, f32) -> (tensor<1xui8>, tensor<1xf32>)
  snn.output %s : tensor<1xui8>
}

// -----

// Nor a voltage that no spike resets: the larger it is, the longer it stays above the threshold.
// CHECK-LABEL:  snn.network @no_reset(
// CHECK:          snn.lif {{.*}} -> (tensor<1xi1>, tensor<1x!quant.uniform<i32<
snn.network @no_reset(%x: tensor<20xi1>) -> tensor<1xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0]]> : tensor<1x20xf32>
  %d = arith.constant 0.95 : f32
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w : (tensor<20xi1>, tensor<1x20xf32>) -> tensor<1xf32>
  %s, %v = snn.lif %y decay(%d) threshold(%t) {reset = #snn.reset<none>} : (tensor<1xf32>, f32, f32) -> (tensor<1xi1>, tensor<1xf32>)
  snn.output %s : tensor<1xi1>
}

// -----

// The floor of an integrator has the voltage's scale.
// CHECK-LABEL:  snn.network @floors(
// CHECK:          %[[F:.*]] = quant.scast %c-8128_i32 : i32 to !quant.uniform<i32:f32, [[SCALE:.*]]>
// CHECK:          snn.li %{{.*}} decay(%{{.*}}) floor(%[[F]]) {saturate, short_decay} : ({{.*}}) -> tensor<1x!quant.uniform<i16:f32, [[SCALE]]>>
snn.network @floors(%x: tensor<1xi1>) -> (tensor<1xf32> {snn.record}) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<-1.0> : tensor<1x1xf32>
  %d = arith.constant 0.75 : f32
  %f = arith.constant -0.5 : f32
  %y = snn.linear %x, %w : (tensor<1xi1>, tensor<1x1xf32>) -> tensor<1xf32>
  %v = snn.li %y decay(%d) floor(%f) : (tensor<1xf32>, f32, f32) -> tensor<1xf32>
  snn.output %v : tensor<1xf32>
}

// -----

// Neurons that drive each other: the search for what drives them ends.
// CHECK-LABEL: snn.network @ring(
// CHECK:         snn.lif
snn.network @ring() -> tensor<2xi1> attributes {dt = 1.0 : f64} {
  %t = arith.constant 1.5 : f32
  %l = arith.constant 0.5 : f32
  %s, %v = snn.lif %s2 leak(%l) threshold(%t) {spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<delayed>} : (tensor<2xi1>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %s2, %v2 = snn.lif %s leak(%l) threshold(%t) {spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<delayed>} : (tensor<2xi1>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// What is given and also used is copied, each operation once.
// CHECK-LABEL: snn.network @diamonds(
// CHECK-COUNT-4: snn.add
// CHECK-NOT:     snn.add
snn.network @diamonds(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xi1>) attributes {dt = 1.0 : f64} {
  %t = arith.constant 1.5 : f32
  %f = arith.constant 0.5 : f32
  %0 = snn.scale %x, %f : (tensor<2xf32>, f32) -> tensor<2xf32>
  %1 = snn.add %0, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = snn.add %1, %1 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %2 threshold(%t) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %2, %s : tensor<2xf32>, tensor<2xi1>
}

// -----

// What is forgotten is 32767.6 / 2^16: rounded it is 2^15, one bit more than factors have, so it is
// 2^14 of 2^15.
// CHECK-LABEL: snn.network @rounds_up_to_a_power(
// CHECK:         arith.constant 16384 : i32
// CHECK-NEXT:    quant.scast %{{.*}} : i32 to !quant.uniform<i32:f32, 3.0517578125E-5>
snn.network @rounds_up_to_a_power(%x: tensor<3xi1>) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x3xf32>
  %d = arith.constant 0.50000611 : f32
  %t = arith.constant 1.5 : f32
  %y = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %y decay(%d) threshold(%t) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// -----

// An input behind a conversion has events of its own: what is not 0 may be rounded to 0.
// CHECK-LABEL: snn.network @events(
// CHECK:         %[[CAST:.*]] = quant.qcast
// CHECK:         %[[EVENTS:.*]] = snn.events %[[CAST]] :
// CHECK-NEXT:    snn.linear %[[CAST]], %{{.*}} events %[[EVENTS]]
snn.network @events(%x: tensor<2xi1>) -> tensor<1xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[0.5, 0.25], [0.125, 1.0]]> : tensor<2x2xf32>
  %u = arith.constant dense<[[0.5, 0.25]]> : tensor<1x2xf32>
  %y = snn.linear %x, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %e = snn.events %y : tensor<2xf32> -> !snn.events<2>
  %z = snn.linear %y, %u events %e : (tensor<2xf32>, tensor<1x2xf32>, !snn.events<2>) -> tensor<1xf32>
  snn.output %z : tensor<1xf32>
}

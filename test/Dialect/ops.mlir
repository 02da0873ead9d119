// RUN: snn-opt %s | snn-opt | FileCheck %s
// RUN: snn-opt %s --mlir-print-op-generic | snn-opt | FileCheck %s

// Every operation with every optional part, printed as it is written.

!value = !quant.uniform<i8:f32, 2.5e-1>
!sum = !quant.uniform<i32:f32, 2.5e-1>
!weight = !quant.uniform<i8:f32:0, {5.0e-1, 2.5e-1}>
!channels = !quant.uniform<i32:f32:0, {5.0e-1, 2.5e-1}>
!channels_last = !quant.uniform<i32:f32:1, {5.0e-1, 2.5e-1}>

// Types with a scale for each channel are written once.
// CHECK:      ![[WEIGHT:.*]] = !quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>
// CHECK-NEXT: ![[CHANNELS:.*]] = !quant.uniform<i32:f32:0, {5.000000e-01,2.500000e-01}>
// CHECK-NEXT: ![[LAST:.*]] = !quant.uniform<i32:f32:1, {5.000000e-01,2.500000e-01}>

// Attributes of the network, of its arguments and of its results.
// CHECK-LABEL: snn.network @interface(
// CHECK-SAME:      %[[A:.*]]: tensor<4xf32> {snn.name = "a"}, %[[B:.*]]: tensor<4xi1>, %[[C:.*]]: tensor<f64>, %[[D:.*]]: tensor<2x3xui8>)
// CHECK-SAME:      -> (tensor<4xf32> {snn.name = "y"}, tensor<2x3xui8>)
// CHECK-SAME:      attributes {discretization = {convention = "nir", dt = 1.000000e-04 : f64}, dt = 1.000000e-04 : f64} {
// CHECK-NEXT:    snn.output %[[A]], %[[D]] : tensor<4xf32>, tensor<2x3xui8>
// CHECK-NEXT:  }
snn.network @interface(%a: tensor<4xf32> {snn.name = "a"}, %b: tensor<4xi1>,
                       %c: tensor<f64>, %d: tensor<2x3xui8>)
    -> (tensor<4xf32> {snn.name = "y"}, tensor<2x3xui8>)
    attributes {dt = 1.0e-4 : f64, discretization = {convention = "nir", dt = 1.0e-4 : f64}} {
  snn.output %a, %d : tensor<4xf32>, tensor<2x3xui8>
}

// CHECK-LABEL: snn.network private @nothing() attributes {dt = 1.000000e+00 : f64} {
// CHECK-NEXT:    snn.output
// CHECK-NEXT:  }
snn.network private @nothing() attributes {dt = 1.0 : f64} {
  snn.output
}

// CHECK-LABEL: snn.network @stateless(
// CHECK-SAME:    %[[X:.*]]: tensor<3xf32>, %[[S:.*]]: tensor<3xi1>, %[[N:.*]]: tensor<3xui8>, %[[Z:.*]]: tensor<3xf64>)
snn.network @stateless(%x: tensor<3xf32>, %s: tensor<3xi1>, %n: tensor<3xui8>, %z: tensor<3xf64>)
    attributes {dt = 1.0e-3 : f64} {
  // CHECK: %[[W:.*]] = arith.constant dense<{{.*}}> : tensor<2x3xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  // CHECK: %[[BIAS:.*]] = arith.constant
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: %[[F:.*]] = arith.constant 2.000000e+00 : f32
  %f = arith.constant 2.0 : f32
  // CHECK: %[[G:.*]] = arith.constant 3.000000e+00 : f64
  %g = arith.constant 3.0 : f64
  // CHECK: %[[T:.*]] = arith.constant dense<{{.*}}> : tensor<3xf32>
  %t = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  // CHECK: snn.linear %[[X]], %[[W]] : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  %0 = snn.linear %x, %w : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2xf32>
  // CHECK: snn.linear %[[S]], %[[W]] bias %[[BIAS]] : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = snn.linear %s, %w bias %b : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.linear %[[N]], %[[W]] {test} : (tensor<3xui8>, tensor<2x3xf32>) -> tensor<2xf32>
  %2 = snn.linear %n, %w {test} : (tensor<3xui8>, tensor<2x3xf32>) -> tensor<2xf32>
  // CHECK: snn.scale %[[X]], %[[F]] : (tensor<3xf32>, f32) -> tensor<3xf32>
  %3 = snn.scale %x, %f : (tensor<3xf32>, f32) -> tensor<3xf32>
  // CHECK: snn.scale %[[S]], %[[T]] : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xf32>
  %4 = snn.scale %s, %t : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xf32>
  // CHECK: snn.scale %[[N]], %[[G]] : (tensor<3xui8>, f64) -> tensor<3xf64>
  %5 = snn.scale %n, %g : (tensor<3xui8>, f64) -> tensor<3xf64>
  // CHECK: snn.add %[[S]] : (tensor<3xi1>) -> tensor<3xf32>
  %6 = snn.add %s : (tensor<3xi1>) -> tensor<3xf32>
  // CHECK: snn.add %[[Z]], %[[S]], %[[N]] : (tensor<3xf64>, tensor<3xi1>, tensor<3xui8>) -> tensor<3xf64>
  %7 = snn.add %z, %s, %n : (tensor<3xf64>, tensor<3xi1>, tensor<3xui8>) -> tensor<3xf64>
  // CHECK: snn.threshold %[[X]], %[[T]] : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %8 = snn.threshold %x, %t : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  // CHECK: snn.threshold %[[N]], %[[G]] : (tensor<3xui8>, f64) -> tensor<3xi1>
  %9 = snn.threshold %n, %g : (tensor<3xui8>, f64) -> tensor<3xi1>
  snn.output
}

// CHECK-LABEL: snn.network @batch(
snn.network @batch(%x: tensor<5x2x4xf32>, %w: tensor<5x2x3x4xf32>, %b: tensor<5x2x3xf32>)
    attributes {dt = 1.0e-3 : f64} {
  // CHECK: snn.linear %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} bias %{{[a-z0-9_]+}} : (tensor<5x2x4xf32>, tensor<5x2x3x4xf32>, tensor<5x2x3xf32>) -> tensor<5x2x3xf32>
  %0 = snn.linear %x, %w bias %b
    : (tensor<5x2x4xf32>, tensor<5x2x3x4xf32>, tensor<5x2x3xf32>) -> tensor<5x2x3xf32>
  snn.output
}

// CHECK-LABEL: snn.network @delays(
// CHECK-SAME:    %[[X:.*]]: tensor<2xf32>, %[[S:.*]]: tensor<2xi1>, %[[Q:.*]]: tensor<2x!quant
snn.network @delays(%x: tensor<2xf32>, %s: tensor<2xi1>, %q: tensor<2x!value>)
    attributes {dt = 1.0e-3 : f64} {
  // CHECK: %[[C:.*]] = arith.constant 5.000000e-01 : f32
  %c = arith.constant 0.5 : f32
  // CHECK: %[[T:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
  %t = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: snn.delay %[[S]] by dense<3> : tensor<i64> : tensor<2xi1>
  %0 = snn.delay %s by dense<3> : tensor<i64> : tensor<2xi1>
  // CHECK: snn.delay %[[X]] by dense<1> : tensor<i64> init(%[[C]] : f32) : tensor<2xf32>
  %1 = snn.delay %x by dense<1> : tensor<i64> init(%c : f32) : tensor<2xf32>
  // CHECK: snn.delay %[[X]] by dense<[0, 7]> : tensor<2xi64> init(%[[T]] : tensor<2xf32>) {test} : tensor<2xf32>
  %2 = snn.delay %x by dense<[0, 7]> : tensor<2xi64> init(%t : tensor<2xf32>) {test} : tensor<2xf32>
  // CHECK: snn.delay %[[Q]] by dense<2> : tensor<i64> : tensor<2x!quant.uniform<i8:f32, 2.500000e-01>>
  %3 = snn.delay %q by dense<2> : tensor<i64> : tensor<2x!value>
  snn.output
}

// CHECK-LABEL: snn.network @neurons(
// CHECK-SAME:    %[[X:.*]]: tensor<2xf32>, %[[S:.*]]: tensor<2xi1>, %[[N:.*]]: tensor<2xui8>)
snn.network @neurons(%x: tensor<2xf32>, %s: tensor<2xi1>, %n: tensor<2xui8>)
    attributes {dt = 1.0e-3 : f64} {
  // CHECK: %[[A:.*]] = arith.constant 1.000000e-01 : f32
  // CHECK: %[[B:.*]] = arith.constant dense<[2.000000e-01, 3.000000e-01]> : tensor<2xf32>
  // CHECK: %[[C:.*]] = arith.constant 4.000000e-01 : f32
  // CHECK: %[[D:.*]] = arith.constant 5.000000e-01 : f32
  // CHECK: %[[E:.*]] = arith.constant 6.000000e-01 : f32
  // CHECK: %[[F:.*]] = arith.constant 0.699999988 : f32
  // CHECK: %[[G:.*]] = arith.constant 8.000000e-01 : f32
  // CHECK: %[[H:.*]] = arith.constant 1.100000e+00 : f32
  // CHECK: %[[I:.*]] = arith.constant 1.200000e+00 : f32
  // CHECK: %[[J:.*]] = arith.constant 1.300000e+00 : f32
  // CHECK: %[[K:.*]] = arith.constant 1.400000e+00 : f32
  // CHECK: %[[L:.*]] = arith.constant 1.500000e+00 : f64
  %a = arith.constant 0.1 : f32
  %b = arith.constant dense<[0.2, 0.3]> : tensor<2xf32>
  %c = arith.constant 0.4 : f32
  %d = arith.constant 0.5 : f32
  %e = arith.constant 0.6 : f32
  %f = arith.constant 0.7 : f32
  %g = arith.constant 0.8 : f32
  %h = arith.constant 1.1 : f32
  %i = arith.constant 1.2 : f32
  %j = arith.constant 1.3 : f32
  %k = arith.constant 1.4 : f32
  %l = arith.constant 1.5 : f64

  // Defaults are not printed.
  // CHECK: snn.lif %[[X]] threshold(%[[D]]) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %0:2 = snn.lif %x threshold(%d)
    {spike = #snn.spike<gt>, spike_timing = #snn.spike_timing<post>,
     reset = #snn.reset<value>, reset_timing = #snn.reset_timing<immediate>, max_spikes = 255}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  // CHECK: snn.lif %[[S]] decay(%[[A]]) gain(%[[B]]) leak(%[[C]]) threshold(%[[D]]) reset(%[[E]]) floor(%[[F]]) init(%[[G]])
  // CHECK-SAME: {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>, spike = #snn.spike<ge>, spike_timing = #snn.spike_timing<pre>}
  // CHECK-SAME: : (tensor<2xi1>, f32, tensor<2xf32>, f32, f32, f32, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %1:2 = snn.lif %s decay(%a) gain(%b) leak(%c) threshold(%d) reset(%e) floor(%f) init(%g)
    {spike = #snn.spike<ge>, spike_timing = #snn.spike_timing<pre>,
     reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<2xi1>, f32, tensor<2xf32>, f32, f32, f32, f32, f32) -> (tensor<2xi1>, tensor<2xf32>)
  // CHECK: snn.lif %[[N]] threshold(%[[L]]) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<pending>}
  // CHECK-SAME: : (tensor<2xui8>, f64) -> (tensor<2xi1>, tensor<2xf64>)
  %2:2 = snn.lif %n threshold(%l) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<pending>}
    : (tensor<2xui8>, f64) -> (tensor<2xi1>, tensor<2xf64>)
  // CHECK: snn.lif %[[X]] threshold(%[[B]]) {reset = #snn.reset<subtract>, spike = #snn.spike<count_trunc>} : (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xui8>, tensor<2xf32>)
  %3:2 = snn.lif %x threshold(%b) {reset = #snn.reset<subtract>, spike = #snn.spike<count_trunc>}
    : (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xui8>, tensor<2xf32>)
  // CHECK: snn.lif %[[X]] threshold(%[[D]]) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>} : (tensor<2xf32>, f32) -> (tensor<2xui8>, tensor<2xf32>)
  %4:2 = snn.lif %x threshold(%d) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>}
    : (tensor<2xf32>, f32) -> (tensor<2xui8>, tensor<2xf32>)
  // CHECK: snn.lif %[[X]] threshold(%[[D]]) {reset_timing = #snn.reset_timing<carried>} :
  %5:2 = snn.lif %x threshold(%d) {reset_timing = #snn.reset_timing<carried>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)

  // CHECK: snn.li %[[X]] : (tensor<2xf32>) -> tensor<2xf32>
  %6 = snn.li %x : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: snn.li %[[S]] decay(%[[A]]) gain(%[[B]]) leak(%[[C]]) floor(%[[D]]) init(%[[E]]) : (tensor<2xi1>, f32, tensor<2xf32>, f32, f32, f32) -> tensor<2xf32>
  %7 = snn.li %s decay(%a) gain(%b) leak(%c) floor(%d) init(%e)
    : (tensor<2xi1>, f32, tensor<2xf32>, f32, f32, f32) -> tensor<2xf32>

  // CHECK: snn.cuba_lif %[[X]] threshold(%[[D]]) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
  %8:3 = snn.cuba_lif %x threshold(%d) {current_order = #snn.current_order<updated>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
  // CHECK: snn.cuba_lif %[[X]] current_decay(%[[A]]) current_gain(%[[B]]) current_leak(%[[C]]) decay(%[[D]]) gain(%[[E]]) leak(%[[F]])
  // CHECK-SAME: threshold(%[[G]]) reset(%[[H]]) floor(%[[I]]) init(%[[J]]) current_init(%[[K]])
  // CHECK-SAME: {current_order = #snn.current_order<carried>, reset_timing = #snn.reset_timing<carried>, spike = #snn.spike<ge>, spike_timing = #snn.spike_timing<pre>}
  // CHECK-SAME: : (tensor<2xf32>, f32, tensor<2xf32>, f32, f32, f32, f32, f32, f32, f32, f32, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
  %9:3 = snn.cuba_lif %x current_decay(%a) current_gain(%b) current_leak(%c) decay(%d) gain(%e) leak(%f)
    threshold(%g) reset(%h) floor(%i) init(%j) current_init(%k)
    {current_order = #snn.current_order<carried>, spike = #snn.spike<ge>,
     spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<carried>}
    : (tensor<2xf32>, f32, tensor<2xf32>, f32, f32, f32, f32, f32, f32, f32, f32, f32)
   -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)

  // CHECK: snn.cuba_li %[[X]] : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  %10:2 = snn.cuba_li %x : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  // CHECK: snn.cuba_li %[[X]] current_decay(%[[A]]) current_gain(%[[B]]) current_leak(%[[C]]) decay(%[[D]]) gain(%[[E]]) leak(%[[F]])
  // CHECK-SAME: floor(%[[I]]) init(%[[G]]) current_init(%[[H]]) {current_order = #snn.current_order<carried>}
  // CHECK-SAME: : (tensor<2xf32>, f32, tensor<2xf32>, f32, f32, f32, f32, f32, f32, f32) -> (tensor<2xf32>, tensor<2xf32>)
  %11:2 = snn.cuba_li %x current_decay(%a) current_gain(%b) current_leak(%c) decay(%d) gain(%e) leak(%f)
    floor(%i) init(%g) current_init(%h) {current_order = #snn.current_order<carried>}
    : (tensor<2xf32>, f32, tensor<2xf32>, f32, f32, f32, f32, f32, f32, f32) -> (tensor<2xf32>, tensor<2xf32>)

  // Counts have every kind of reset; no more spikes than max_spikes.
  // CHECK: snn.lif %[[X]] threshold(%[[D]]) reset(%[[E]]) {max_spikes = 3 : i64, spike = #snn.spike<count_trunc>} :
  %12:2 = snn.lif %x threshold(%d) reset(%e) {spike = #snn.spike<count_trunc>, max_spikes = 3}
    : (tensor<2xf32>, f32, f32) -> (tensor<2xui8>, tensor<2xf32>)
  // CHECK: snn.cuba_lif %[[X]] threshold(%[[D]]) {max_spikes = 1 : i64, reset = #snn.reset<none>, spike = #snn.spike<count_floor>} :
  %13:3 = snn.cuba_lif %x threshold(%d) {spike = #snn.spike<count_floor>, reset = #snn.reset<none>, max_spikes = 1}
    : (tensor<2xf32>, f32) -> (tensor<2xui8>, tensor<2xf32>, tensor<2xf32>)

  // A spike may leave the voltage alone.
  // CHECK: snn.lif %[[X]] threshold(%[[D]]) {reset = #snn.reset<none>} :
  %14:2 = snn.lif %x threshold(%d) {reset = #snn.reset<none>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  // CHECK: snn.cuba_lif %[[X]] threshold(%[[D]]) {reset = #snn.reset<none>, reset_timing = #snn.reset_timing<delayed>, spike_timing = #snn.spike_timing<pre>} :
  %15:3 = snn.cuba_lif %x threshold(%d)
    {reset = #snn.reset<none>, spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// Quantized values, with one scale and with one for each channel.
// CHECK-LABEL: snn.network @quantized(
snn.network @quantized(%s: tensor<3xi1>, %x: tensor<2x!value>) attributes {dt = 1.0e-3 : f64} {
  // CHECK: %[[I:.*]] = arith.constant 3 : i8
  // CHECK: %[[C:.*]] = quant.scast %[[I]] : i8 to !quant.uniform<i8:f32, 2.500000e-01>
  %i = arith.constant 3 : i8
  %c = quant.scast %i : i8 to !value
  // CHECK: %[[J:.*]] = arith.constant dense<{{.*}}> : tensor<2x3xi8>
  // CHECK: %[[W:.*]] = quant.scast %[[J]] : tensor<2x3xi8> to tensor<2x3x![[WEIGHT]]>
  %j = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>
  %w = quant.scast %j : tensor<2x3xi8> to tensor<2x3x!weight>
  // CHECK: %[[T:.*]] = quant.scast %{{.*}} : tensor<2xi32> to tensor<2x![[CHANNELS]]>
  %k = arith.constant dense<[7, 8]> : tensor<2xi32>
  %t = quant.scast %k : tensor<2xi32> to tensor<2x!channels>
  // CHECK: %[[Y:.*]] = snn.linear %{{.*}}, %[[W]] bias %[[T]] : (tensor<3xi1>, {{.*}}) -> tensor<2x![[CHANNELS]]>
  %y = snn.linear %s, %w bias %t : (tensor<3xi1>, tensor<2x3x!weight>, tensor<2x!channels>) -> tensor<2x!channels>
  // CHECK: snn.rescale %[[Y]] : tensor<2x![[CHANNELS]]> -> tensor<2x!quant.uniform<i8:f32, 2.500000e-01>>
  %r = snn.rescale %y : tensor<2x!channels> -> tensor<2x!value>
  // CHECK: snn.rescale %[[Y]] {saturate} :
  %q = snn.rescale %y {saturate} : tensor<2x!channels> -> tensor<2x!value>
  // CHECK: snn.add %{{.*}}, %{{.*}} : (tensor<2x!quant.uniform<i8:f32, 2.500000e-01>>, tensor<2x!quant.uniform<i8:f32, 2.500000e-01>>) -> tensor<2x!quant.uniform<i32:f32, 2.500000e-01>>
  %a = snn.add %r, %q : (tensor<2x!value>, tensor<2x!value>) -> tensor<2x!sum>
  // CHECK: snn.scale %{{.*}}, %[[C]] {saturate} : (tensor<2x!quant.uniform<i8:f32, 2.500000e-01>>, !quant.uniform<i8:f32, 2.500000e-01>) -> tensor<2x!quant.uniform<i32:f32, 2.500000e-01>>
  %m = snn.scale %x, %c {saturate} : (tensor<2x!value>, !value) -> tensor<2x!sum>
  // CHECK: snn.threshold %{{.*}}, %[[C]] : (tensor<2x!quant.uniform<i8:f32, 2.500000e-01>>, !quant.uniform<i8:f32, 2.500000e-01>) -> tensor<2xi1>
  %z = snn.threshold %x, %c : (tensor<2x!value>, !value) -> tensor<2xi1>
  // CHECK: snn.lif %[[Y]] decay(%[[C]]) threshold(%[[T]]) {saturate, short_decay} : ({{.*}}) -> (tensor<2xi1>, tensor<2x![[CHANNELS]]>)
  %l:2 = snn.lif %y decay(%c) threshold(%t) {short_decay, saturate}
    : (tensor<2x!channels>, !value, tensor<2x!channels>) -> (tensor<2xi1>, tensor<2x!channels>)
  // CHECK: snn.cuba_li %[[Y]] current_decay(%[[C]]) decay(%[[C]]) {saturate, short_current_decay, short_decay} :
  %n:2 = snn.cuba_li %y current_decay(%c) decay(%c) {short_decay, short_current_decay, saturate}
    : (tensor<2x!channels>, !value, !value) -> (tensor<2x!channels>, tensor<2x!channels>)
  snn.output
}

// Coefficients with one number for all along some dimensions.
// CHECK-LABEL: snn.network @coefficients(
snn.network @coefficients(%x: tensor<2x3x4xf32>) attributes {dt = 1.0e-3 : f64} {
  // CHECK: snn.li %{{.*}} decay(%{{.*}}) leak(%{{.*}}) : (tensor<2x3x4xf32>, tensor<2x1x1xf32>, tensor<1x3x4xf32>) -> tensor<2x3x4xf32>
  %c = arith.constant dense<0.5> : tensor<2x1x1xf32>
  %d = arith.constant dense<0.5> : tensor<1x3x4xf32>
  %y = snn.li %x decay(%c) leak(%d) : (tensor<2x3x4xf32>, tensor<2x1x1xf32>, tensor<1x3x4xf32>) -> tensor<2x3x4xf32>
  snn.output
}

// Scales along a dimension go with it.
// CHECK-LABEL: snn.network @transpose(
snn.network @transpose(%x: tensor<2x4x!channels>) attributes {dt = 1.0e-3 : f64} {
  // CHECK: snn.transpose %{{.*}} [1, 0] : tensor<2x4x![[CHANNELS]]> -> tensor<4x2x![[LAST]]>
  %y = snn.transpose %x [1, 0] : tensor<2x4x!channels> -> tensor<4x2x!channels_last>
  snn.output
}

// A graph region: users may stand before definitions, in the order as written.
// CHECK-LABEL: snn.network @order(
// CHECK-NEXT:    %[[Y:.*]] = snn.scale %[[Z:.*]], %[[C:.*]] : (tensor<4xi1>, f32)
// CHECK-NEXT:    %[[Z]] = snn.threshold %{{[a-z0-9_]+}}, %[[C]]
// CHECK-NEXT:    %[[C]] = arith.constant
// CHECK-NEXT:    snn.output %[[Y]]
snn.network @order(%x: tensor<4xf32>) -> tensor<4xf32> attributes {dt = 1.0e-3 : f64} {
  %y = snn.scale %z, %c : (tensor<4xi1>, f32) -> tensor<4xf32>
  %z = snn.threshold %x, %c : (tensor<4xf32>, f32) -> tensor<4xi1>
  %c = arith.constant 0.5 : f32
  snn.output %y : tensor<4xf32>
}

// Cycles through a delay, through a delay of itself, and through the spikes of
// a neuron with spike timing pre.
// CHECK-LABEL: snn.network @cycles(
// CHECK:         %[[A:.*]] = snn.add %{{[a-z0-9_]+}}, %[[D:.*]] :
// CHECK-NEXT:    %[[S:.*]], %{{[a-z0-9_]+}} = snn.lif %[[A]]
// CHECK-NEXT:    %[[D]] = snn.delay %[[S]] by
// CHECK-NEXT:    %[[E:.*]] = snn.delay %[[E]] by
// CHECK-NEXT:    %[[B:.*]] = snn.add %{{[a-z0-9_]+}}, %[[P:.*]] :
// CHECK-NEXT:    %[[P]], %{{[a-z0-9_]+}} = snn.lif %[[B]]
// CHECK-NEXT:    %[[G:.*]] = snn.add %{{[a-z0-9_]+}}, %[[R:.*]] :
// CHECK-NEXT:    %[[R]], %{{[a-z0-9_]+}}, %{{[a-z0-9_]+}} = snn.cuba_lif %[[G]]
snn.network @cycles(%x: tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 0.5 : f32
  %a = snn.add %x, %d : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %s, %v = snn.lif %a threshold(%c) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %d = snn.delay %s by dense<[1, 2]> : tensor<2xi64> : tensor<2xi1>
  %e = snn.delay %e by dense<1> : tensor<i64> : tensor<2xi1>
  %b = snn.add %x, %p : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %p, %u = snn.lif %b threshold(%c)
    {spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<carried>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %g = snn.add %x, %r : (tensor<2xf32>, tensor<2xi1>) -> tensor<2xf32>
  %r, %w, %i = snn.cuba_lif %g threshold(%c)
    {spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// Reshapes and casts may stand between the nodes.
// CHECK-LABEL: snn.network @reshapes(
// CHECK:         tensor.collapse_shape
// CHECK:         tensor.expand_shape
// CHECK:         builtin.unrealized_conversion_cast
snn.network @reshapes(%x: tensor<2x3xf32>) attributes {dt = 1.0e-3 : f64} {
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
  %1 = tensor.expand_shape %0 [[0, 1]] output_shape [3, 2] : tensor<6xf32> into tensor<3x2xf32>
  %2 = builtin.unrealized_conversion_cast %1 : tensor<3x2xf32> to tensor<3x2xf64>
  snn.output
}

// Windows: what is as by default is not printed.
// CHECK-LABEL: snn.network @windows(
snn.network @windows(%x: tensor<2x8x8xi1>, %y: tensor<8x8x2xui8>, %z: tensor<4x9xf64>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<0.5> : tensor<4x2x3x3xf32>
  %b = arith.constant dense<0.5> : tensor<4xf32>
  %g = arith.constant dense<0.5> : tensor<4x1x3x3xf32>
  %v = arith.constant dense<0.5> : tensor<6x2x3xf64>
  // CHECK: snn.conv2d %{{.*}}, %{{.*}} : (tensor<2x8x8xi1>, tensor<4x2x3x3xf32>) -> tensor<4x6x6xf32>
  %0 = snn.conv2d %x, %w stride [1, 1] padding [0, 0, 0, 0] dilation [1, 1] groups 1
    : (tensor<2x8x8xi1>, tensor<4x2x3x3xf32>) -> tensor<4x6x6xf32>
  // CHECK: snn.conv2d %{{.*}}, %{{.*}} bias %{{.*}} stride [2, 1] padding [1, 2, 0, 4] dilation [2, 3] : (tensor<2x8x8xi1>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<4x4x6xf32>
  %1 = snn.conv2d %x, %w bias %b stride [2, 1] padding [1, 2, 0, 4] dilation [2, 3]
    : (tensor<2x8x8xi1>, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<4x4x6xf32>
  // CHECK: snn.conv2d %{{.*}}, %{{.*}} groups 2 channels_last : (tensor<8x8x2xui8>, tensor<4x1x3x3xf32>) -> tensor<6x6x4xf32>
  %2 = snn.conv2d %y, %g groups 2 channels_last
    : (tensor<8x8x2xui8>, tensor<4x1x3x3xf32>) -> tensor<6x6x4xf32>
  // CHECK: snn.conv1d %{{.*}}, %{{.*}} stride [2] padding [1, 0] dilation [2] groups 2 : (tensor<4x9xf64>, tensor<6x2x3xf64>) -> tensor<6x3xf64>
  %3 = snn.conv1d %z, %v stride [2] padding [1, 0] dilation [2] groups 2
    : (tensor<4x9xf64>, tensor<6x2x3xf64>) -> tensor<6x3xf64>
  // CHECK: snn.sum_pool2d %{{.*}} kernel [2, 3] : (tensor<2x8x8xi1>) -> tensor<2x7x6xf32>
  %4 = snn.sum_pool2d %x kernel [2, 3] : (tensor<2x8x8xi1>) -> tensor<2x7x6xf32>
  // CHECK: snn.avg_pool2d %{{.*}} kernel [2, 3] stride [2, 2] padding [0, 0, 1, 1] channels_last : (tensor<8x8x2xui8>) -> tensor<4x4x2xf64>
  %5 = snn.avg_pool2d %y kernel [2, 3] stride [2, 2] padding [0, 0, 1, 1] channels_last
    : (tensor<8x8x2xui8>) -> tensor<4x4x2xf64>
  // CHECK: snn.transpose %{{.*}} [2, 0, 1] : tensor<8x8x2xui8> -> tensor<2x8x8xui8>
  %6 = snn.transpose %y [2, 0, 1] : tensor<8x8x2xui8> -> tensor<2x8x8xui8>
  snn.output
}

// Events, of a signal and of the same in another shape.
// CHECK-LABEL: snn.network @events(
snn.network @events(%x: tensor<2x4xi1>) attributes {dt = 1.0e-3 : f64} {
  // CHECK: %[[E:.*]] = snn.events %{{.*}} : tensor<2x4xi1> -> <8>
  %e = snn.events %x : tensor<2x4xi1> -> !snn.events<8>
  %w = arith.constant dense<1.0> : tensor<1x8xf32>
  %b = arith.constant dense<1.0> : tensor<1xf32>
  %k = arith.constant dense<1.0> : tensor<1x2x3xf32>
  %f = tensor.collapse_shape %x [[0, 1]] : tensor<2x4xi1> into tensor<8xi1>
  // CHECK: snn.linear %{{.*}}, %{{.*}} bias %{{.*}} events %[[E]] : (tensor<8xi1>, tensor<1x8xf32>, tensor<1xf32>, !snn.events<8>) -> tensor<1xf32>
  %0 = snn.linear %f, %w bias %b events %e : (tensor<8xi1>, tensor<1x8xf32>, tensor<1xf32>, !snn.events<8>) -> tensor<1xf32>
  // CHECK: snn.conv1d %{{.*}}, %{{.*}} events %[[E]] padding [1, 1] : (tensor<2x4xi1>, tensor<1x2x3xf32>, !snn.events<8>) -> tensor<1x4xf32>
  %1 = snn.conv1d %x, %k events %e padding [1, 1] : (tensor<2x4xi1>, tensor<1x2x3xf32>, !snn.events<8>) -> tensor<1x4xf32>
  snn.output
}

!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

// States with an arithmetic of their own, sums that saturate, and where floating-point numbers become integers.
// CHECK-LABEL: snn.network @arithmetic(
snn.network @arithmetic(%s: tensor<2xui8>, %x: tensor<2x!state>, %r: tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 3 : i32
  %d = quant.scast %di : i32 to !left
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  %wi = arith.constant dense<1> : tensor<2x2xi8>
  %w = quant.scast %wi : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8:f32, 1.0>>
  // CHECK: snn.linear %{{.*}}, %{{.*}} bias %{{.*}} {saturate} :
  %0 = snn.linear %s, %w bias %x {saturate} : (tensor<2xui8>, tensor<2x2x!quant.uniform<i8:f32, 1.0>>, tensor<2x!state>) -> tensor<2x!state>
  // CHECK: snn.decay %{{.*}} by(%[[D:.*]]) {arithmetic = #snn.arithmetic<decay = shift>} : tensor<2x!quant.uniform<i16:f32, 1.000000e+00>>, !quant.uniform<i32:f32, 2.500000e-01>
  %1 = snn.decay %0 by(%d) {arithmetic = #snn.arithmetic<decay = shift>} : tensor<2x!state>, !left
  // CHECK: snn.decay %{{.*}} by(%[[D]]) : tensor<2x!quant.uniform<i16:f32, 1.000000e+00>>,
  %2 = snn.decay %x by(%d) : tensor<2x!state>, !left
  // CHECK: snn.truncate %{{.*}} : tensor<2xf32> -> tensor<2x!quant.uniform<i32:f32, 2.500000e-01>>
  %3 = snn.truncate %r : tensor<2xf32> -> tensor<2x!left>
  // CHECK: snn.lif {{.*}} {arithmetic = #snn.arithmetic<decay = shift, sum = each>} :
  %4, %5 = snn.lif %x decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<decay = shift, sum = each>}
    : (tensor<2x!state>, !left, !number) -> (tensor<2xi1>, tensor<2x!state>)
  // What is as ever is not written.
  // CHECK: snn.li {{.*}} {arithmetic = #snn.arithmetic<sum = wrap>} :
  %6 = snn.li %x decay(%d) {arithmetic = #snn.arithmetic<decay = half_up, sum = wrap>} : (tensor<2x!state>, !left) -> tensor<2x!state>
  // CHECK: snn.cuba_lif {{.*}} {arithmetic = #snn.arithmetic<decay = toward_zero>, current_arithmetic = #snn.arithmetic<decay = toward_zero, sum = wrap>} :
  %7, %8, %9 = snn.cuba_lif %x current_decay(%d) decay(%d) threshold(%t)
    {arithmetic = #snn.arithmetic<decay = toward_zero, sum = once>, current_arithmetic = #snn.arithmetic<decay = toward_zero, sum = wrap>}
    : (tensor<2x!state>, !left, !left, !number) -> (tensor<2xi1>, tensor<2x!state>, tensor<2x!state>)
  // CHECK: snn.cuba_li {{.*}} {arithmetic = #snn.arithmetic<>, current_arithmetic = #snn.arithmetic<decay = shift>} :
  %10, %11 = snn.cuba_li %x current_decay(%d) decay(%d)
    {arithmetic = #snn.arithmetic<>, current_arithmetic = #snn.arithmetic<decay = shift>}
    : (tensor<2x!state>, !left, !left) -> (tensor<2x!state>, tensor<2x!state>)
  snn.output
}

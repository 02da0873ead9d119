// RUN: snn-opt %s --convert-snn-to-linalg | FileCheck %s

// One row of the table in the description of snn.lif after the other.

snn.network @n(%x: tensor<2xf32>) -> (
    tensor<2xi1>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>,
    tensor<2xi1>, tensor<2xi1>, tensor<2xui8>, tensor<2xui8>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
    attributes {dt = 1.0 : f64} {
  %d = arith.constant 0.9 : f32
  %g = arith.constant 3.0 : f32
  %l = arith.constant 0.1 : f32
  %th = arith.constant 1.5 : f32
  %r = arith.constant -0.5 : f32

  // All coefficients: u = decay * v + gain * x + leak, summed in this order.
  // CHECK-LABEL: func.func private @immediate_value(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %{{.*}}: i1):
  // CHECK:         %[[DV:.*]] = arith.mulf %[[D:.*]], %[[V]] : f32
  // CHECK:         %[[GX:.*]] = arith.mulf %[[G:.*]], %[[X]] : f32
  // CHECK:         %[[SUM:.*]] = arith.addf %[[DV]], %[[GX]] : f32
  // CHECK:         %[[U:.*]] = arith.addf %[[SUM]], %[[L:.*]] : f32
  // CHECK:         %[[S:.*]] = arith.cmpf ogt, %[[U]], %{{.*}} : f32
  // CHECK:         %[[NEXT:.*]] = arith.select %[[S]], %{{.*}}, %[[U]] : f32
  // CHECK:         linalg.yield %[[NEXT]], %[[S]] : f32, i1
  %s0, %v0 = snn.lif %x decay(%d) gain(%g) leak(%l) threshold(%th) reset(%r)
    : (tensor<2xf32>, f32, f32, f32, f32, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("immediate_value")

  // Absent coefficients cost nothing.
  // CHECK-LABEL: func.func private @immediate_subtract(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %{{.*}}: i1):
  // CHECK-NEXT:    %[[U:.*]] = arith.addf %[[V]], %[[X]] : f32
  // CHECK-NEXT:    %[[S:.*]] = arith.cmpf oge, %[[U]], %[[TH:.*]] : f32
  // CHECK-NEXT:    %[[LOW:.*]] = arith.subf %[[U]], %[[TH]] : f32
  // CHECK-NEXT:    %[[NEXT:.*]] = arith.select %[[S]], %[[LOW]], %[[U]] : f32
  // CHECK-NEXT:    linalg.yield %[[NEXT]], %[[S]] : f32, i1
  %s1, %v1 = snn.lif %x threshold(%th) {reset = #snn.reset<subtract>, spike = #snn.spike<ge>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("immediate_subtract")

  // CHECK-LABEL: func.func private @delayed_value(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %{{.*}}: i1):
  // CHECK-NEXT:    %[[P:.*]] = arith.cmpf ogt, %[[V]], %{{.*}} : f32
  // CHECK-NEXT:    %[[U:.*]] = arith.addf %[[V]], %[[X]] : f32
  // CHECK:         %[[NEXT:.*]] = arith.select %[[P]], %{{.*}}, %[[U]] : f32
  // CHECK:         %[[S:.*]] = arith.cmpf ogt, %[[NEXT]], %{{.*}} : f32
  // CHECK:         linalg.yield %[[NEXT]], %[[S]]
  %s2, %v2 = snn.lif %x threshold(%th) {reset_timing = #snn.reset_timing<delayed>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("delayed_value")

  // CHECK-LABEL: func.func private @delayed_subtract(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %{{.*}}: i1):
  // CHECK-NEXT:    %[[P:.*]] = arith.cmpf ogt, %[[V]], %{{.*}} : f32
  // CHECK-NEXT:    %[[U:.*]] = arith.addf %[[V]], %[[X]] : f32
  // CHECK-NEXT:    %[[LOW:.*]] = arith.subf %[[U]], %{{.*}} : f32
  // CHECK-NEXT:    %[[NEXT:.*]] = arith.select %[[P]], %[[LOW]], %[[U]] : f32
  // CHECK-NEXT:    %[[S:.*]] = arith.cmpf ogt, %[[NEXT]], %{{.*}} : f32
  %s3, %v3 = snn.lif %x threshold(%th) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("delayed_subtract")

  // The carried voltage is reset, then decays.
  // CHECK-LABEL: func.func private @carried_value(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %{{.*}}: i1):
  // CHECK:         %[[P:.*]] = arith.cmpf ogt, %[[V]], %{{.*}} : f32
  // CHECK:         %[[W:.*]] = arith.select %[[P]], %{{.*}}, %[[V]] : f32
  // CHECK:         %[[DW:.*]] = arith.mulf %{{.*}}, %[[W]] : f32
  // CHECK:         %[[NEXT:.*]] = arith.addf %[[DW]], %[[X]] : f32
  // CHECK:         arith.cmpf ogt, %[[NEXT]], %{{.*}} : f32
  %s4, %v4 = snn.lif %x decay(%d) threshold(%th) {reset_timing = #snn.reset_timing<carried>}
    : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("carried_value")

  // CHECK-LABEL: func.func private @carried_subtract(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %{{.*}}: i1):
  // CHECK:         %[[P:.*]] = arith.cmpf ogt, %[[V]], %{{.*}} : f32
  // CHECK:         %[[LOW:.*]] = arith.subf %[[V]], %{{.*}} : f32
  // CHECK:         %[[W:.*]] = arith.select %[[P]], %[[LOW]], %[[V]] : f32
  // CHECK:         arith.mulf %{{.*}}, %[[W]] : f32
  %s5, %v5 = snn.lif %x decay(%d) threshold(%th) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<carried>}
    : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("carried_subtract")

  // CHECK-LABEL: func.func private @pending_subtract(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32, %{{.*}}: i1):
  // CHECK-NEXT:    %[[U:.*]] = arith.addf %[[V]], %[[X]] : f32
  // CHECK-NEXT:    %[[P:.*]] = arith.cmpf ogt, %[[V]], %[[TH:.*]] : f32
  // CHECK-NEXT:    %[[LOW:.*]] = arith.subf %[[U]], %[[TH]] : f32
  // CHECK-NEXT:    %[[W:.*]] = arith.select %[[P]], %[[LOW]], %[[U]] : f32
  // CHECK-NEXT:    %[[S:.*]] = arith.cmpf ogt, %[[W]], %[[TH]] : f32
  // CHECK-NEXT:    %[[SF:.*]] = arith.uitofp %[[S]] : i1 to f32
  // CHECK-NEXT:    %[[PF:.*]] = arith.uitofp %[[P]] : i1 to f32
  // CHECK-NEXT:    %[[CHANGE:.*]] = arith.subf %[[SF]], %[[PF]] : f32
  // CHECK-NEXT:    %[[TERM:.*]] = arith.mulf %[[CHANGE]], %[[TH]] : f32
  // CHECK-NEXT:    %[[NEXT:.*]] = arith.subf %[[W]], %[[TERM]] : f32
  // CHECK-NEXT:    linalg.yield %[[NEXT]], %[[S]]
  %s6, %v6 = snn.lif %x threshold(%th) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<pending>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("pending_subtract")

  // Spike timing pre: the update takes the spikes, which were there before.
  // CHECK-LABEL: func.func private @pre_delayed(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[S:.*]]: i1, %[[V:.*]]: f32):
  // CHECK-NEXT:    %[[U:.*]] = arith.addf %[[V]], %[[X]] : f32
  // CHECK-NEXT:    %[[LOW:.*]] = arith.subf %[[U]], %{{.*}} : f32
  // CHECK-NEXT:    %[[NEXT:.*]] = arith.select %[[S]], %[[LOW]], %[[U]] : f32
  // CHECK-NEXT:    linalg.yield %[[NEXT]] : f32
  %s7, %v7 = snn.lif %x threshold(%th) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>, spike_timing = #snn.spike_timing<pre>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("pre_delayed")

  // CHECK-LABEL: func.func private @pre_carried(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[S:.*]]: i1, %[[V:.*]]: f32):
  // CHECK:         %[[W:.*]] = arith.select %[[S]], %{{.*}}, %[[V]] : f32
  // CHECK:         arith.mulf %{{.*}}, %[[W]] : f32
  %s8, %v8 = snn.lif %x decay(%d) threshold(%th) {reset_timing = #snn.reset_timing<carried>, spike_timing = #snn.spike_timing<pre>}
    : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("pre_carried")

  // Counts are bounded before they become integers; the floor comes last.
  // CHECK-LABEL: func.func private @count_trunc(
  // CHECK-SAME:    memref<2xi8> {snn.name = "spikes"}
  // CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK-DAG:     %[[MOST:.*]] = arith.constant 2.550000e+02 : f32
  // CHECK:         %[[FIRES:.*]] = arith.cmpf ogt, %[[U:.*]], %[[ZERO]]
  // CHECK:         %[[TIMES:.*]] = arith.divf %[[U]], %[[TH:.*]] : f32
  // CHECK:         %[[RATIO:.*]] = arith.select %[[FIRES]], %[[TIMES]], %[[ZERO]]
  // CHECK:         %[[MANY:.*]] = arith.cmpf ogt, %[[RATIO]], %[[MOST]]
  // CHECK:         %[[BOUNDED:.*]] = arith.select %[[MANY]], %[[MOST]], %[[RATIO]]
  // CHECK:         %[[COUNT:.*]] = arith.fptoui %[[BOUNDED]] : f32 to i8
  // CHECK:         %[[F:.*]] = arith.uitofp %[[COUNT]] : i8 to f32
  // CHECK:         %[[TERM:.*]] = arith.mulf %[[F]], %[[TH]]
  // CHECK:         %[[LOW:.*]] = arith.subf %[[U]], %[[TERM]]
  // CHECK:         %[[BELOW:.*]] = arith.cmpf olt, %[[LOW]], %[[FLOOR:.*]] : f32
  // CHECK:         arith.select %[[BELOW]], %[[FLOOR]], %[[LOW]]
  %s9, %v9 = snn.lif %x threshold(%th) floor(%r) {reset = #snn.reset<subtract>, spike = #snn.spike<count_trunc>}
    : (tensor<2xf32>, f32, f32) -> (tensor<2xui8>, tensor<2xf32>) loc("count_trunc")

  // CHECK-LABEL: func.func private @count_floor(
  // CHECK:         arith.cmpf oge, %{{.*}}, %{{.*}} : f32
  // CHECK:         arith.divf
  %s10, %v10 = snn.lif %x threshold(%th) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>}
    : (tensor<2xf32>, f32) -> (tensor<2xui8>, tensor<2xf32>) loc("count_floor")

  // CHECK-LABEL: func.func private @li(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[V:.*]]: f32):
  // CHECK-NEXT:    %[[DV:.*]] = arith.mulf %{{.*}}, %[[V]] : f32
  // CHECK-NEXT:    %[[NEXT:.*]] = arith.addf %[[DV]], %[[X]] : f32
  // CHECK-NEXT:    linalg.yield %[[NEXT]]
  %v11 = snn.li %x decay(%d) : (tensor<2xf32>, f32) -> tensor<2xf32> loc("li")

  // The voltage sees the new current, or the old one.
  // CHECK-LABEL: func.func private @updated(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[I:.*]]: f32, %[[V:.*]]: f32):
  // CHECK-NEXT:    %[[DI:.*]] = arith.mulf %{{.*}}, %[[I]] : f32
  // CHECK-NEXT:    %[[NEW:.*]] = arith.addf %[[DI]], %[[X]] : f32
  // CHECK-NEXT:    %[[NEXT:.*]] = arith.addf %[[V]], %[[NEW]] : f32
  // CHECK-NEXT:    linalg.yield %[[NEW]], %[[NEXT]]
  %v12, %i12 = snn.cuba_li %x current_decay(%d) : (tensor<2xf32>, f32) -> (tensor<2xf32>, tensor<2xf32>) loc("updated")

  // CHECK-LABEL: func.func private @carried(
  // CHECK:       ^bb0(%[[X:.*]]: f32, %[[I:.*]]: f32, %[[V:.*]]: f32, %{{.*}}: i1):
  // CHECK-NEXT:    %[[NEW:.*]] = arith.addf %[[I]], %[[X]] : f32
  // CHECK-NEXT:    %[[U:.*]] = arith.addf %[[V]], %[[I]] : f32
  // CHECK-NEXT:    %[[S:.*]] = arith.cmpf ogt, %[[U]], %{{.*}} : f32
  // CHECK:         linalg.yield %[[NEW]], %{{.*}}, %[[S]]
  %s13, %v13, %i13 = snn.cuba_lif %x threshold(%th) {current_order = #snn.current_order<carried>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf32>) loc("carried")

  snn.output %s0, %s1, %s2, %s3, %s4, %s5, %s6, %s7, %s8, %s9, %s10, %v11, %v12, %v13
    : tensor<2xi1>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>, tensor<2xi1>,
      tensor<2xi1>, tensor<2xi1>, tensor<2xui8>, tensor<2xui8>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

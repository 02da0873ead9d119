// RUN: snn-opt %s --convert-snn-to-linalg --canonicalize --split-input-file | FileCheck %s

// The list of this step's spikes is the list of past ones until it is made: a state, which begins without
// events, in place of the spikes of the step before.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[LIST:[^:]*]]: memref<8xi16> {snn.kind = "state", snn.name = "events_list"{{.*}}snn.use = "list of events"
// CHECK-NOT:     "past"
// CHECK:         call @linear(%[[LIST]],
// CHECK:         call @lif(
// CHECK:         %[[CAST:.*]] = memref.cast %[[LIST]]
// CHECK:         call @list_spikes(%{{.*}}, %{{.*}}, %[[CAST]])
// CHECK:         call @linear_0(%[[LIST]],
// CHECK-NOT:     call
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[STATE:[^:]*]]: memref<8xi16> {snn.kind = "state", snn.name = "events_list"}
// CHECK:         %[[NONE:.*]] = arith.constant 4 : i16
// CHECK:         linalg.fill ins(%[[NONE]] : i16) outs(%[[STATE]] : memref<8xi16>)

snn.network @net(%x: tensor<4xf32>) -> tensor<3xf32> attributes {dt = 1.0e-4 : f64} {
  %w = arith.constant dense<0.5> : tensor<4x4xf32>
  %o = arith.constant dense<0.5> : tensor<3x4xf32>
  %t = arith.constant 1.0 : f32
  %sum = snn.linear %past, %w bias %x events %list : (tensor<4xi1>, tensor<4x4xf32>, tensor<4xf32>, !snn.events<4>) -> tensor<4xf32>
  %s, %v = snn.lif %sum threshold(%t) : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  %events = snn.events %s : tensor<4xi1> -> <4>
  %y = snn.linear %s, %o events %events : (tensor<4xi1>, tensor<3x4xf32>, !snn.events<4>) -> tensor<3xf32>
  %past = snn.delay %s by dense<1> : tensor<i64> : tensor<4xi1>
  %list = snn.events %past : tensor<4xi1> -> <4>
  snn.output %y : tensor<3xf32>
}

// -----

// Where past spikes are read when there are new ones, both lists are needed; where they are read otherwise,
// so are the spikes.
// CHECK-LABEL: func.func @net_step(
// CHECK-NOT:     events_list
// CHECK-LABEL: func.func @net_init(
snn.network @net(%x: tensor<4xf32>) -> tensor<3xf32> attributes {dt = 1.0e-4 : f64} {
  %o = arith.constant dense<0.5> : tensor<3x4xf32>
  %t = arith.constant 1.0 : f32
  %s, %v = snn.lif %x threshold(%t) : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  %events = snn.events %s : tensor<4xi1> -> <4>
  %now = snn.linear %s, %o events %events : (tensor<4xi1>, tensor<3x4xf32>, !snn.events<4>) -> tensor<3xf32>
  %past = snn.delay %s by dense<1> : tensor<i64> : tensor<4xi1>
  %list = snn.events %past : tensor<4xi1> -> <4>
  %y = snn.linear %past, %o bias %now events %list : (tensor<4xi1>, tensor<3x4xf32>, tensor<3xf32>, !snn.events<4>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// -----

// CHECK-LABEL: func.func @net_step(
// CHECK-NOT:     events_list
// CHECK-LABEL: func.func @net_init(
snn.network @net(%x: tensor<4xf32>) -> (tensor<3xf32>, tensor<4xi1>) attributes {dt = 1.0e-4 : f64} {
  %w = arith.constant dense<0.5> : tensor<4x4xf32>
  %o = arith.constant dense<0.5> : tensor<3x4xf32>
  %t = arith.constant 1.0 : f32
  %sum = snn.linear %past, %w bias %x events %list : (tensor<4xi1>, tensor<4x4xf32>, tensor<4xf32>, !snn.events<4>) -> tensor<4xf32>
  %s, %v = snn.lif %sum threshold(%t) : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  %events = snn.events %s : tensor<4xi1> -> <4>
  %y = snn.linear %s, %o events %events : (tensor<4xi1>, tensor<3x4xf32>, !snn.events<4>) -> tensor<3xf32>
  %past = snn.delay %s by dense<1> : tensor<i64> : tensor<4xi1>
  %list = snn.events %past : tensor<4xi1> -> <4>
  snn.output %y, %past : tensor<3xf32>, tensor<4xi1>
}

// -----

// Neurons that spike before they are updated have their list before past spikes are read.
// CHECK-LABEL: func.func @net_step(
// CHECK-NOT:     events_list
// CHECK-LABEL: func.func @net_init(
snn.network @net(%x: tensor<4xf32>) -> tensor<3xf32> attributes {dt = 1.0e-4 : f64} {
  %w = arith.constant dense<0.5> : tensor<4x4xf32>
  %o = arith.constant dense<0.5> : tensor<3x4xf32>
  %t = arith.constant 1.0 : f32
  %events = snn.events %s : tensor<4xi1> -> <4>
  %now = snn.linear %s, %o events %events : (tensor<4xi1>, tensor<3x4xf32>, !snn.events<4>) -> tensor<3xf32>
  %sum = snn.linear %past, %w bias %x events %list : (tensor<4xi1>, tensor<4x4xf32>, tensor<4xf32>, !snn.events<4>) -> tensor<4xf32>
  %s, %v = snn.lif %sum threshold(%t) {reset_timing = #snn.reset_timing<carried>, spike_timing = #snn.spike_timing<pre>} : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  %past = snn.delay %s by dense<1> : tensor<i64> : tensor<4xi1>
  %list = snn.events %past : tensor<4xi1> -> <4>
  snn.output %now : tensor<3xf32>
}

// RUN: snn-opt %s --snn-select-kernels --split-input-file | FileCheck %s
// RUN: snn-opt %s --pass-pipeline="builtin.module(snn-select-kernels{processor-cost=synapse.macs/4 density=0.5})" --split-input-file | FileCheck %s --check-prefix=CHEAP

// A synapse and its neurons go to the kernel together, with their constants; what stays is told why.
// CHECK-LABEL: snn.kernel @dense {
// CHECK-LABEL: snn.network @chain(
// CHECK-SAME:    %[[X:.*]]: tensor<16xi1>
// CHECK:         %[[S:.*]] = snn.offload @dense(%[[X]]) {snn.node = "lif"} : (tensor<16xi1>) -> tensor<4xi1> {
// CHECK-NEXT:    ^bb0(%[[A:.*]]: tensor<16xi1>):
// CHECK:           %[[SUM:.*]] = snn.linear %[[A]], %{{.*}} {snn.node = "fc"}
// CHECK-NEXT:      %[[SPIKES:.*]], %{{.*}} = snn.lif %[[SUM]]
// CHECK-NEXT:      snn.yield %[[SPIKES]] : tensor<4xi1>
// CHECK:         snn.linear %[[S]], %{{.*}} {snn.node = "last", snn.stays = ["dense: is not followed by snn.lif"]}
// CHECK:         snn.add
// CHECK-NOT:       snn.stays
// CHECK:         snn.output %[[S]]
snn.kernel @dense {
  function = "f", pattern = ["snn.linear", "snn.lif"],
  arguments = ["input", "synapse.weight", "neuron.threshold.value", "neuron.v", "neuron.spikes"]
}
snn.network @chain(%x: tensor<16xi1>) -> (tensor<4xi1>, tensor<3xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x16xf32>
  %u = arith.constant dense<1.0> : tensor<3x4xf32>
  %t = arith.constant 2.0 : f32
  %a = snn.linear %x, %w {snn.node = "fc"} : (tensor<16xi1>, tensor<4x16xf32>) -> tensor<4xf32>
  %s, %v = snn.lif %a threshold(%t) {snn.node = "lif"} : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  %b = snn.linear %s, %u {snn.node = "last"} : (tensor<4xi1>, tensor<3x4xf32>) -> tensor<3xf32>
  %c = snn.add %b, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.output %s, %c : tensor<4xi1>, tensor<3xf32>
}

// A second network of the module: the same kernel.
// CHECK-LABEL: snn.network @other(
// CHECK:         snn.offload @dense
snn.network @other(%x: tensor<2xi1>) -> tensor<4xf32> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2xf32>
  %t = arith.constant 2.0 : f32
  %a = snn.linear %x, %w : (tensor<2xi1>, tensor<4x2xf32>) -> tensor<4xf32>
  %s, %v = snn.lif %a threshold(%t) : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %v : tensor<4xf32>
}

// -----

// What does not hold is said of each kernel.
// CHECK-LABEL: snn.network @reasons(
// CHECK:         snn.stays = ["eights: synapse.weight.o is 10, expected a multiple of 8",
// CHECK-SAME:      "eights: synapse.weight.type is f32, expected i8 or i4",
// CHECK-SAME:      "few: synapse.weight.i is 16, expected at most 4",
// CHECK-SAME:      "many: synapse.weight.i is 16, expected at least 17",
// CHECK-SAME:      "state: nothing.at.all is not known of the layer",
// CHECK-SAME:      "state: neuron.v: 'neuron.v' is no number that is known of the layer",
// CHECK-SAME:      "dear: costs 1600.0, the processor 160.0"]
// CHECK:         snn.lif
// CHECK-SAME:      snn.stays = ["no kernel has a pattern that begins with snn.lif"]
snn.kernel @eights {
  function = "f", pattern = ["snn.linear"], arguments = ["input", "synapse.result"],
  where = {"synapse.weight.o" = {multiple = 8 : i64}, "synapse.weight.type" = ["i8", "i4"]}
}
snn.kernel @few {
  function = "f", pattern = ["snn.linear"], arguments = [], where = {"synapse.weight.i" = {max = 4 : i64}}
}
snn.kernel @many {
  function = "f", pattern = ["snn.linear"], arguments = [], where = {"synapse.weight.i" = {min = 17 : i64}}
}
snn.kernel @state {
  function = "f", pattern = ["snn.linear"], arguments = ["neuron.v"], where = {"nothing.at.all" = true}
}
snn.kernel @dear {
  function = "f", pattern = ["snn.linear"], arguments = ["synapse.result"], cost = "10 * synapse.macs"
}
snn.network @reasons(%x: tensor<16xi1>) -> tensor<10xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<10x16xf32>
  %t = arith.constant 2.0 : f32
  %a = snn.linear %x, %w : (tensor<16xi1>, tensor<10x16xf32>) -> tensor<10xf32>
  %s, %v = snn.lif %a threshold(%t) : (tensor<10xf32>, f32) -> (tensor<10xi1>, tensor<10xf32>)
  snn.output %s : tensor<10xi1>
}

// -----

// Of several kernels that fit, that one computes the layer that saves most; a state that the kernel
// keeps can be read by nobody; one that others read enters the output through its memory.
// CHECK-LABEL: snn.network @costs(
// CHECK:         snn.offload @better
// CHECK-NOT:     snn.offload
// CHECK:         snn.stays = ["keeps: neuron.v is read by others, and the kernel keeps it"]
// CHEAP-LABEL: snn.network @costs(
// CHEAP:         snn.stays = ["good: costs 60.0, the processor 20.0", "better: costs 40.0, the processor 20.0"]
snn.kernel @good {
  function = "f", pattern = ["snn.linear"], arguments = ["synapse.result"], cost = "60"
}
snn.kernel @better {
  function = "f", pattern = ["snn.linear"], arguments = ["synapse.result"],
  cost = "20 + synapse.macs * (density + 0.5) / 4 + 10 - 10"
}
snn.kernel @keeps {
  function = "f", pattern = ["snn.lif"], arguments = ["input", "neuron.spikes"]
}
snn.network @costs(%x: tensor<8xi1>) -> (tensor<10xi1>, tensor<10xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<10x8xf32>
  %t = arith.constant 2.0 : f32
  %a = snn.linear %x, %w : (tensor<8xi1>, tensor<10x8xf32>) -> tensor<10xf32>
  %s, %v = snn.lif %a threshold(%t) : (tensor<10xf32>, f32) -> (tensor<10xi1>, tensor<10xf32>)
  snn.output %s, %v : tensor<10xi1>, tensor<10xf32>
}

// -----

// A sum that others read, and a bias that is a signal, are nothing for a kernel; an input can be a list.
// CHECK-LABEL: snn.network @shared(
// CHECK:         %[[E:.*]] = snn.events %{{.*}} : tensor<4xi1> -> <4>
// CHECK-NEXT:    snn.offload @events(%{{.*}}, %[[E]]) : (tensor<4xi1>, !snn.events<4>) -> tensor<2xf32> {
// CHECK:         snn.linear {{.*}} bias {{.*}} {snn.stays = ["pair: has an operand beside its input that is no constant",
// CHECK-SAME:      "events: has an operand beside its input that is no constant"]}
// CHECK:         snn.linear
// CHECK-SAME:      {snn.stays = ["pair: is read by others than the snn.lif behind it",
snn.kernel @pair {
  function = "f", pattern = ["snn.linear", "snn.lif"], arguments = ["neuron.spikes", "neuron.v"]
}
snn.kernel @events {
  function = "f", pattern = ["snn.linear"], arguments = ["input.events", "synapse.result"],
  where = {"synapse.weight.i" = 4 : i64}
}
snn.network @shared(%x: tensor<4xi1>, %y: tensor<8xi1>) -> (tensor<2xf32>, tensor<2xi1>, tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x4xf32>
  %u = arith.constant dense<1.0> : tensor<2x8xf32>
  %t = arith.constant 2.0 : f32
  %a = snn.linear %x, %w : (tensor<4xi1>, tensor<2x4xf32>) -> tensor<2xf32>
  %b = snn.linear %x, %w bias %a : (tensor<4xi1>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<2xf32>
  %c = snn.linear %y, %u : (tensor<8xi1>, tensor<2x8xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %c threshold(%t) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %b, %s, %c : tensor<2xf32>, tensor<2xi1>, tensor<2xf32>
}

// RUN: snn-opt %s --snn-select-kernels --convert-snn-to-linalg --canonicalize | FileCheck %s

// The function of a layer calls the kernel's, with tables in the order and the memory that it wants. No
// snn.kernel is left.
// CHECK-NOT:   snn.kernel
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[IN:[a-z0-9]*]]: memref<16xi1> {snn.kind = "input"
// CHECK-SAME:    %[[OUT:[a-z0-9]*]]: memref<4xi1> {snn.kind = "output"
// CHECK-SAME:    %[[V:[a-z0-9]*]]: memref<4xi16> {snn.kind = "state", snn.name = "lif_v", snn.node = "lif"{{[^}]*}}}
// CHECK-SAME:    %[[SCRATCH:[a-z0-9]*]]: memref<8xi32> {snn.kind = "scratch"
// CHECK:         call @lif(%[[IN]], %[[V]], %[[OUT]], %[[SCRATCH]])
// CHECK-LABEL: func.func @net_init(
// CHECK:         call @lif_setup()
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: memref<16xi1> {snn.name = "x"}
// CHECK-SAME:    snn.signals = ["lif.v"]
// CHECK-SAME:    snn.signals = ["lif"]
// CHECK-SAME:    snn.comment = "linear, lif: computed by engine_dense."
// CHECK-DAG:     %[[C15:.*]] = arith.constant 15 : i32
// CHECK-DAG:     %[[C30000:.*]] = arith.constant 30000 : i32
// CHECK-DAG:     %[[XS:.*]] = memref.cast %[[X]] : memref<16xi1> to memref<?xi1>
// CHECK:         %[[W:.*]] = memref.get_global @lif_weight : memref<1x16x8xi8>
// CHECK:         call @engine_dense(%[[XS]], %{{.*}}, %{{.*}}, %[[C30000]], %[[C15]],
// CHECK:       memref.global "private" constant @lif_weight : memref<1x16x8xi8> = {{.*}} {alignment = 16 : i64, snn.memory = "tcm", snn.node = "lif", snn.section = ".tcm"}
// CHECK:       func.func private @engine_dense(memref<?xi1> {snn.read_only, snn.unsigned}, memref<?xi8> {snn.read_only}, memref<?xi16> {snn.read_only}, i32, i32, i32, memref<?xi16>, memref<?xi1> {snn.unsigned}, memref<?xi32>, i32, i32, i32) attributes {snn.external = "engine_dense", snn.headers = ["engine.h"]}
// CHECK:       func.func private @lif_setup()
// CHECK:         call @engine_setup(
!w = !quant.uniform<i8<-127:127>:f32, 0.5>
!sum = !quant.uniform<i16<-2032:2032>:f32, 0.5>
!v = !quant.uniform<i16:f32, 0.03125>
!d = !quant.uniform<i32:f32, 3.0517578125E-5>
snn.kernel @dense {
  function = "engine_dense", headers = ["engine.h"],
  pattern = ["snn.linear", "snn.lif"],
  where = {"neuron.v.type" = "i16", "synapse.weight.o" = {multiple = 2 : i64}, "neuron.gain.shift" = {min = 0 : i64}},
  arguments = ["input", "synapse.weight", "neuron.threshold", "neuron.decay.value", "neuron.decay.fraction", "neuron.gain.shift", "neuron.v",
               "neuron.spikes", "scratch", "synapse.weight.i", "synapse.weight.o", "layer"],
  layout = "Oi8o", memory = "tcm", section = ".tcm", setup = "engine_setup", setup_arguments = ["layer", "neuron.leak"], alignment = 16, scratch = "synapse.weight.i * 2"
}
snn.kernel @other {
  function = "other_dense", pattern = ["snn.linear"], arguments = ["input.events", "synapse.weight", "synapse.bias", "synapse.result"], 
  where = {"synapse.weight.o" = 3 : i64}, cost = "10 * synapse.macs"
}
snn.network @net(%x: tensor<16xi1> {snn.name = "in"}) -> (tensor<4xi1> {snn.name = "out"}, tensor<3x!sum> {snn.name = "sum"}) attributes {dt = 1.0e-3 : f64} {
  %w8 = arith.constant dense<1> : tensor<4x16xi8>
  %w = quant.scast %w8 : tensor<4x16xi8> to tensor<4x16x!w>
  %q8 = arith.constant dense<1> : tensor<3x4xi8>
  %q = quant.scast %q8 : tensor<3x4xi8> to tensor<3x4x!w>
  %d32 = arith.constant 30000 : i32
  %d = quant.scast %d32 : i32 to !d
  %t16 = arith.constant 100 : i16
  %t = quant.scast %t16 : i16 to !v
  %a = snn.linear %x, %w {snn.node = "fc"} : (tensor<16xi1>, tensor<4x16x!w>) -> tensor<4x!sum>
  %s, %v = snn.lif %a decay(%d) threshold(%t) {saturate, snn.node = "lif"} : (tensor<4x!sum>, !d, !v) -> (tensor<4xi1>, tensor<4x!v>)
  %b = snn.linear %s, %q {snn.node = "last"} : (tensor<4xi1>, tensor<3x4x!w>) -> tensor<3x!sum>
  snn.output %s, %b : tensor<4xi1>, tensor<3x!sum>
}

// RUN: snn-translate --snn-to-c11 %s | FileCheck %s

// Headers are included, functions without a header are declared, tables lie where the kernel wants them.
// CHECK:      #include "engine.h"
// CHECK:      #define SNN_ALIGNED(bytes) _Alignas(bytes)
// CHECK:      #ifndef SNN_IN_TCM
// CHECK-NEXT: #if defined(__GNUC__) && defined(__ELF__)
// CHECK-NEXT: #define SNN_IN_TCM __attribute__((section(".tcm")))
// CHECK-NEXT: #else
// CHECK-NEXT: #define SNN_IN_TCM
// CHECK-NEXT: #endif
// CHECK-NEXT: #endif
// CHECK-NOT:  engine_dense(const
// CHECK:      static const SNN_ALIGNED(16) SNN_IN_TCM int8_t net_lif_weight[1 * 16 * 8] = {
// CHECK-NEXT:   1, 1, 1, 1, 0, 0, 0, 0,
// CHECK:      /* lif: linear, lif: computed by engine_dense. */
// CHECK-NEXT: static SNN_LAYER void net_lif(const uint8_t *RESTRICT x, int16_t *RESTRICT v, uint8_t *RESTRICT y, int32_t *RESTRICT scratch)
// CHECK:        engine_dense(x, net_lif_weight, net_lif_threshold, 30000, 15, 4, v, y, scratch, 16, 4, 0);
// CHECK:      void other_dense(const uint16_t *, const int8_t *, const int32_t *, int16_t *);
// CHECK:      static const int8_t net_last_weight[3 * 4] = {
// CHECK:        other_dense(events, net_last_weight, net_last_bias, y);
// CHECK:      void net_init(net_t *net)
// CHECK:        net_lif_setup();
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
  where = {"synapse.weight.o" = 3 : i64}, cost = "1"
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

// RUN: snn-translate --snn-to-c11 %s | FileCheck %s
// RUN: snn-translate --snn-to-c11-header %s | FileCheck %s --check-prefix=HEADER

// What is one of two counts is a count: without sign, or 128 of them would be -128.

snn.network @net(%x: tensor<2xf32> {snn.name = "x"}) -> (tensor<2xui8> {snn.name = "y"})
    attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant 1.0 : f32
  %s, %v = snn.lif %x threshold(%t) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>, snn.node = "lif"}
    : (tensor<2xf32>, f32) -> (tensor<2xui8>, tensor<2xf32>)
  %d = snn.delay %s by dense<[0, 2]> : tensor<2xi64> {snn.node = "delay"} : tensor<2xui8>
  snn.output %d : tensor<2xui8>
}

// CHECK: static SNN_LAYER void net_delay_read(const uint8_t *RESTRICT x, const uint8_t *RESTRICT past, {{.*}}, uint8_t *RESTRICT y)
// CHECK: void net_step(net_t *net, const float *x, uint8_t *y)

// HEADER: uint8_t delay_past[2];
// HEADER: void net_step(net_t *net, const float *x, uint8_t *y);

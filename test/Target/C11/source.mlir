// RUN: snn-translate --snn-to-c11 %s | FileCheck %s
// RUN: snn-translate --snn-to-c11 %s > %t.1 && snn-translate --snn-to-c11 %s > %t.2 && cmp %t.1 %t.2

// The C of a recurrent layer, whole: what an embedded engineer gets to read.

snn.network @relay(%in: tensor<3xi1> {snn.name = "in"})
    -> (tensor<2xi1> {snn.name = "out"}, tensor<2xf32> {snn.name = "v"})
    attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %wr = arith.constant dense<[[1.0, 0.1], [4.0, 5.0e-8]]> : tensor<2x2xf32>
  %b = arith.constant dense<[0.5, -0.25]> : tensor<2xf32>
  %decay = arith.constant 0.9 : f32
  %threshold = arith.constant dense<[1.5, 2.0]> : tensor<2xf32>
  %y = snn.linear %in, %w bias %b {snn.node = "fc1"} : (tensor<3xi1>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2xf32>
  %d = snn.delay %spikes by dense<1> : tensor<i64> {snn.node = "past"} : tensor<2xi1>
  %r = snn.linear %d, %wr {snn.node = "w_rec"} : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32>
  %x = snn.add %y, %r {snn.node = "sum"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %spikes, %voltage = snn.lif %x decay(%decay) threshold(%threshold)
    {snn.node = "lif1"} : (tensor<2xf32>, f32, tensor<2xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %spikes, %voltage : tensor<2xi1>, tensor<2xf32>
}

// CHECK:      #include "relay.h"
// CHECK-NOT:  stdio
// CHECK-NOT:  math.h

// CHECK:      static const SNN_TABLE float relay_fc1_weight[3 * 2] = {
// CHECK-NEXT:     1.0f, 4.0f, 2.0f, 5.0f, 3.0f, 6.0f
// CHECK-NEXT: };
// CHECK:      static const SNN_TABLE float relay_fc1_bias[2] = {
// CHECK-NEXT:     0.5f, -0.25f
// CHECK-NEXT: };

// CHECK:      /* fc1: All-to-all synapses, 3 to 2.
// CHECK-NEXT:  *   y = W x + b */
// CHECK-NEXT: static SNN_LAYER void relay_fc1(const uint8_t *RESTRICT x, float *RESTRICT y)
// CHECK-NEXT: {
// CHECK-NEXT:     for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:         y[n] = relay_fc1_bias[n];
// CHECK-NEXT:     }
// CHECK-NEXT:     const float x0 = (float)(x[0] != 0);
// CHECK-NEXT:     const float x1 = (float)(x[1] != 0);
// CHECK-NEXT:     const float x2 = (float)(x[2] != 0);
// CHECK-NEXT:     for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:         y[n] = y[n] + relay_fc1_weight[n] * x0 + relay_fc1_weight[n + 2] * x1 + relay_fc1_weight[n + 4] * x2;
// CHECK-NEXT:     }
// CHECK-NEXT: }

// CHECK:      static const SNN_TABLE float relay_w_rec_weight[2 * 2] = {
// CHECK-NEXT:     1.0f, 4.0f, 0.1f, 5e-08f
// CHECK-NEXT: };

// CHECK:      /* lif1: 2 leaky integrate-and-fire neurons.
// CHECK-NEXT:  *   u = 0.9 * v + x
// CHECK-NEXT:  *   spike = u > threshold[n]
// CHECK-NEXT:  *   v = spike ? 0 : u */
// CHECK-NEXT: static SNN_LAYER void relay_lif1(const float *RESTRICT x, uint8_t *RESTRICT spikes, float *RESTRICT v)
// CHECK-NEXT: {
// CHECK-NEXT:     for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:         const float u = v[n] * 0.9f + x[n];
// CHECK-NEXT:         const bool spike = u > relay_lif1_threshold[n];
// CHECK-NEXT:         v[n] = spike ? 0.0f : u;
// CHECK-NEXT:         spikes[n] = spike;
// CHECK-NEXT:     }
// CHECK-NEXT: }

// CHECK:      void relay_init(relay_t *net)
// CHECK-NEXT: {
// CHECK-NEXT:     for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:         net->lif1_v[n] = 0.0f;
// CHECK-NEXT:     }
// CHECK-NEXT:     for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:         net->past_past[n] = 0;
// CHECK-NEXT:     }
// CHECK-NEXT: }

// CHECK:      /* What both functions for a step do. */
// CHECK-NEXT: static SNN_LAYER void relay_step_layers(relay_t *net, uint8_t *out, float *v)
// CHECK-NEXT: {
// CHECK-NEXT:     float *const fc1_out = net->scratch.f32{{.*}};
// CHECK-NEXT:     float *const w_rec_out = net->scratch.f32{{.*}};
// CHECK-NEXT:     float *const sum_out = net->scratch.f32{{.*}};
// CHECK-NEXT:     relay_w_rec(net->past_past, w_rec_out);
// CHECK-NEXT:     relay_sum(fc1_out, w_rec_out, sum_out);
// CHECK-NEXT:     relay_lif1(sum_out, out, net->lif1_v);
// CHECK-NEXT:     memcpy(v, net->lif1_v, 2 * sizeof(float));
// CHECK-NEXT:     relay_past_write(out, net->past_past);
// CHECK-NEXT: }

// CHECK:      void relay_step(relay_t *net, const uint8_t *in, uint8_t *out, float *v)
// CHECK-NEXT: {
// CHECK-NEXT:     float *const fc1_out = net->scratch.f32{{.*}};
// CHECK-NEXT:     relay_fc1(in, fc1_out);
// CHECK-NEXT:     relay_step_layers(net, out, v);
// CHECK-NEXT: }

// The spikes are set for the layer that reads them, which is no part of what is shared.
// CHECK:      void relay_step_events(relay_t *net, const uint16_t *in, size_t in_count, uint8_t *out, float *v)
// CHECK-NEXT: {
// CHECK-NEXT:     float *const fc1_out = net->scratch.f32{{.*}};
// CHECK-NEXT:     uint8_t *const in_spikes = net->scratch.u8{{.*}};
// CHECK-NEXT:     relay_set_spikes(in, in_count, 3, in_spikes);
// CHECK-NEXT:     relay_fc1(in_spikes, fc1_out);
// CHECK-NEXT:     relay_step_layers(net, out, v);
// CHECK-NEXT: }

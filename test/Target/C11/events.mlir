// RUN: snn-translate --snn-to-c11 --split-input-file %s | FileCheck %s

// Loops that carry variables, and lists of events in C.

snn.network @net(%in: tensor<9xi1> {snn.name = "in"}, %map: tensor<2x4x4xf32> {snn.name = "map"})
    -> (tensor<2xf32> {snn.name = "out"}, tensor<1x3x3xf32> {snn.name = "conv"})
    attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x9xf32>
  %k = arith.constant dense<1.0> : tensor<1x2x2x2xf32>
  %y = snn.linear %in, %w {snn.node = "fc"} : (tensor<9xi1>, tensor<2x9xf32>) -> tensor<2xf32>
  %z = snn.conv2d %map, %k {snn.node = "conv"} : (tensor<2x4x4xf32>, tensor<1x2x2x2xf32>) -> tensor<1x3x3xf32>
  snn.output %y, %z : tensor<2xf32>, tensor<1x3x3xf32>
}

// One helper for lists, in two forms.
// CHECK:      #if UINTPTR_MAX > 0xffffffffu
// CHECK:      static inline size_t net_list(const uint8_t *x, size_t size, size_t first, uint16_t *events)
// CHECK:      #else
// CHECK:      static inline size_t net_list(const uint8_t *x, size_t size, size_t first, uint16_t *events)
// CHECK:      #endif
// CHECK-NOT:  net_list_32

// CHECK:      static SNN_LAYER void net_list_values(const float *RESTRICT x, size_t size, uint16_t *RESTRICT events)
// CHECK-NEXT: {
// CHECK-NEXT:     size_t n = 0;
// CHECK-NEXT:     for (size_t i = 0; i < size; ++i) {
// CHECK-NEXT:         events[n] = (uint16_t)i;
// CHECK-NEXT:         n += (size_t)(x[i] != 0.0f);
// CHECK-NEXT:     }

// CHECK:      static SNN_LAYER void net_list_spikes(const uint8_t *RESTRICT x, size_t size, uint16_t *RESTRICT events)
// CHECK-NEXT: {
// CHECK-NEXT:     size_t n = 0;
// CHECK-NEXT:     for (size_t i = 0; i < size; i += NET_LISTED) {
// CHECK-NEXT:         const size_t count = net_list(&x[i], size - i, i, &events[n]);
// CHECK-NEXT:         n += count;
// CHECK-NEXT:     }
// CHECK-NEXT:     const uint16_t value = (uint16_t)size;
// CHECK-NEXT:     events[n] = value;
// CHECK-NEXT:     events[n + 1] = value;
// CHECK-NEXT:     events[n + 2] = value;
// CHECK-NEXT:     events[n + 3] = value;
// CHECK-NEXT: }

// CHECK:      static SNN_LAYER void net_fc(const uint16_t *RESTRICT events, float *RESTRICT y)
// CHECK-NEXT: {
// CHECK-NEXT:     for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:         y[n] = 0.0f;
// CHECK-NEXT:     }
// CHECK-NEXT:     size_t e = 0;
// CHECK-NEXT:     for (;;) {
// CHECK-NEXT:         const size_t i3 = (size_t)events[e + 3];
// CHECK-NEXT:         if (i3 == 9)
// CHECK-NEXT:             break;
// CHECK-NEXT:         const size_t i = (size_t)events[e];
// CHECK-NEXT:         const size_t i1 = (size_t)events[e + 1];
// CHECK-NEXT:         const size_t i2 = (size_t)events[e + 2];
// CHECK-NEXT:         for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:             y[n] = y[n] + net_fc_weight[i * 2 + n] + net_fc_weight[i1 * 2 + n] + net_fc_weight[i2 * 2 + n] + net_fc_weight[i3 * 2 + n];
// CHECK-NEXT:         }
// CHECK-NEXT:         e += 4;
// CHECK-NEXT:     }
// CHECK-NEXT:     for (;;) {
// CHECK-NEXT:         const size_t i = (size_t)events[e];
// CHECK-NEXT:         if (i == 9)
// CHECK-NEXT:             break;
// CHECK-NEXT:         for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:             y[n] += net_fc_weight[i * 2 + n];
// CHECK-NEXT:         }
// CHECK-NEXT:         ++e;
// CHECK-NEXT:     }
// CHECK-NEXT: }

// CHECK:      static SNN_LAYER void net_conv(const uint16_t *RESTRICT events, const float *RESTRICT x, float *RESTRICT y)
// CHECK:          for (;;) {
// CHECK-NEXT:         const size_t i = (size_t)events[e];
// CHECK-NEXT:         if (i == 32)
// CHECK-NEXT:             break;
// CHECK-NEXT:         const size_t col = i % 4;
// CHECK:              const float xi = x[i];

// The list is made before it is used; the map's transpose is not needed. What both steps do is there once.
// CHECK:      static SNN_LAYER void net_step_layers(net_t *net, const float *map, float *out, float *conv)
// CHECK-NEXT: {
// CHECK:          uint16_t *const in_events = net->scratch.u16
// CHECK-NOT:      transpose_out
// CHECK-NOT:      net_list_
// CHECK-DAG:      net_fc(in_events, out);
// CHECK-DAG:      net_conv(map_events, map, {{.*}});
// CHECK:      void net_step(net_t *net, const uint8_t *in, const float *map, float *out, float *conv)
// CHECK-NEXT: {
// CHECK:          uint16_t *const in_events = net->scratch.u16
// CHECK-DAG:      net_list_spikes(in, 9, in_events);
// CHECK-DAG:      net_list_values(map, 32, map_events);
// CHECK:          net_step_layers(net, map, out, conv);
// CHECK-NEXT: }
// CHECK:      void net_step_events(net_t *net, const uint16_t *in, size_t in_count, const float *map, float *out, float *conv)
// CHECK:          net_take_events(in, in_count, 9, in_events);
// CHECK:          net_step_layers(net, map, out, conv);
// CHECK-NEXT: }

// -----

// Positions of 32 bits where 16 are too few, each with its helper.
// CHECK:      static inline uint64_t wide_mask(
// CHECK:      #if UINTPTR_MAX > 0xffffffffu
// CHECK:      static inline size_t wide_list(const uint8_t *x, size_t size, size_t first, uint16_t *events)
// CHECK:      #else
// CHECK:      static inline size_t wide_list(const uint8_t *x, size_t size, size_t first, uint16_t *events)
// CHECK:      #if UINTPTR_MAX > 0xffffffffu
// CHECK:      static inline size_t wide_list_32(const uint8_t *x, size_t size, size_t first, uint32_t *events)
// CHECK:                  events[k] = (uint32_t)(first + k);
// CHECK:      #else
// CHECK:      static inline size_t wide_list_32(const uint8_t *x, size_t size, size_t first, uint32_t *events)
// CHECK:      #endif
// CHECK:      wide_list_counts(
// CHECK:              const size_t count = wide_list(&x[i], size - i, i, &events[n]);
// CHECK:      wide_list_spikes_32(
// CHECK:              const size_t count = wide_list_32(&x[i], size - i, i, &events[n]);

snn.network @wide(%in: tensor<70000xi1>, %counts: tensor<9xui8>) -> (tensor<1xf32>, tensor<1xf32>)
    attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x70000xf32>
  %v = arith.constant dense<1.0> : tensor<1x9xf32>
  %y = snn.linear %in, %w : (tensor<70000xi1>, tensor<1x70000xf32>) -> tensor<1xf32>
  %z = snn.linear %counts, %v : (tensor<9xui8>, tensor<1x9xf32>) -> tensor<1xf32>
  snn.output %y, %z : tensor<1xf32>, tensor<1xf32>
}

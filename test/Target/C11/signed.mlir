// RUN: snn-translate --snn-to-c11 %s | FileCheck %s
// RUN: snn-translate --snn-to-c11-header %s | FileCheck %s --check-prefix=HEADER
// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 %s -o %t/net.c && snn-translate --snn-to-c11-header %s -o %t/net.h
// RUN: clang %strict -c %t/net.c -o %t/net.o

// Integers of MLIR have no sign; in C, those of quantized values do, spikes, counts and positions do
// not.

!weight = !quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25}>
!sum = !quant.uniform<i16<-300:300>:f32:0, {0.5, 0.25}>
!voltage = !quant.uniform<i16<-3000:3000>:f32:0, {0.5, 0.25}>
!threshold = !quant.uniform<i32:f32:0, {0.5, 0.25}>
!integral = !quant.uniform<i32<-1073741824:1073741823>:f32, 0.5>

snn.network @net(%x: tensor<8xi1> {snn.name = "x"})
    -> (tensor<2xui8> {snn.name = "counts"}, tensor<2x!integral> {snn.name = "v"}, tensor<2x!voltage> {snn.name = "each"})
    attributes {dt = 1.0e-3 : f64} {
  %weights = arith.constant dense<[[1, 2, 3, 4, 5, 6, 7, 8], [-3, 4, 5, 6, 7, 8, 9, 10]]> : tensor<2x8xi8>
  %w = quant.scast %weights : tensor<2x8xi8> to tensor<2x8x!weight>
  %thresholds = arith.constant dense<[40, 80]> : tensor<2xi32>
  %t = quant.scast %thresholds : tensor<2xi32> to tensor<2x!threshold>
  %e = snn.events %x : tensor<8xi1> -> !snn.events<8>
  %y = snn.linear %x, %w events %e {snn.node = "fc"} : (tensor<8xi1>, tensor<2x8x!weight>, !snn.events<8>) -> tensor<2x!sum>
  %s, %u = snn.lif %y threshold(%t) {reset = #snn.reset<subtract>, spike = #snn.spike<count_floor>, snn.node = "lif"}
    : (tensor<2x!sum>, tensor<2x!threshold>) -> (tensor<2xui8>, tensor<2x!voltage>)
  %r = snn.rescale %y {snn.node = "fc"} : tensor<2x!sum> -> tensor<2x!integral>
  %v = snn.li %r {saturate, snn.node = "li"} : (tensor<2x!integral>) -> tensor<2x!integral>
  snn.output %s, %v, %u : tensor<2xui8>, tensor<2x!integral>, tensor<2x!voltage>
}

// Rounding shifts integers that may be negative to the right.
// CHECK:      #if (-1 >> 1) != -1
// CHECK-NEXT: #error "right shifts of negative numbers must keep the sign"
// CHECK-NEXT: #endif

// What fits 16 bits is computed in these where that is fast.
// CHECK:      typedef int16_t net_short;
// CHECK-NEXT: #else
// CHECK-NEXT: typedef int net_short;

// CHECK:      static const SNN_TABLE int8_t net_fc_weight[8 * 2] = {
// CHECK-NEXT:     1, -3, 2, 4, 3, 5, 4, 6, 5, 7, 6, 8, 7, 9, 8, 10
// CHECK-NEXT: };

// CHECK:      static SNN_LAYER void net_fc(const uint16_t *RESTRICT events, int16_t *RESTRICT y)
// CHECK:              y[n] = (int16_t)((int32_t)y[n] + net_fc_weight[i * 2 + n]);

// Tables of integers have as few bits as they need.
// CHECK:      static const SNN_TABLE int8_t net_lif_threshold[2] = {
// CHECK-NEXT:     40, 80
// CHECK-NEXT: };

// CHECK:      static SNN_LAYER void net_lif(const int16_t *RESTRICT x, uint8_t *RESTRICT spikes, int16_t *RESTRICT v)
// CHECK:              const net_short u = (net_short)(v[n] + x[n]);
// CHECK:              const net_short times = (net_short)(((int32_t)positive * net_lif_reciprocal[n]) >> 16);
// CHECK:              v[n] = (int16_t)(left - last);
// CHECK-NEXT:         spikes[n] = (uint8_t)ratio;

// CHECK:      static SNN_LAYER void net_fc_rescale(const int16_t *RESTRICT x, int32_t *RESTRICT y)
// CHECK-NEXT: {
// CHECK-NEXT:     for (size_t n = 0; n < 2; ++n) {
// CHECK-NEXT:         y[n] = ((int32_t)x[n] * net_fc_rescale_factor[n] + 1) >> 1;

// CHECK:      static SNN_LAYER void net_li(const int32_t *RESTRICT x, int32_t *RESTRICT v)
// CHECK:              const int32_t [[LOW:.*]] = v_new < -1073741824 ? -1073741824 : v_new;
// CHECK-NEXT:         v[n] = [[LOW]] > 1073741823 ? 1073741823 : [[LOW]];

// CHECK:      void net_step(net_t *net, const uint8_t *x, uint8_t *counts, int32_t *v, int16_t *each)

// HEADER:      /* An integer i stands for i times the scale; lists have one for each channel. */
// HEADER-NEXT: #define NET_V_SCALE 0.5f
// HEADER-NEXT: #define NET_EACH_SCALE {0.5f, 0.25f}
// HEADER:      typedef struct {
// HEADER-NEXT:     int16_t lif_v[2];
// HEADER-NEXT:     int32_t li_v[2];
// HEADER:       *   counts: NET_COUNTS_SIZE spike counts, shape [2], node 'counts'
// HEADER-NEXT:  *   v: NET_V_SIZE integers, in units of NET_V_SCALE, shape [2], node 'v'
// HEADER:      void net_step(net_t *net, const uint8_t *x, uint8_t *counts, int32_t *v, int16_t *each);

// RUN: mkdir -p %t.dir
// RUN: snn-translate --snn-to-c11 --c11-weights-apart %s -o %t.dir/net.c
// RUN: FileCheck %s < %t.dir/net.c
// RUN: snn-translate --snn-to-c11-header --c11-weights-apart %s -o %t.dir/net.h
// RUN: FileCheck %s --check-prefix=HEADER < %t.dir/net.h
// RUN: gcc %strict -c %t.dir/net.c -o %t.o
// RUN: not avr-gcc -mmcu=atmega1284p %strict -std=gnu11 -c %t.dir/net.c -o %t.o 2>&1 | FileCheck %s --check-prefix=AVR
// RUN: snn-translate --snn-to-c11 %s | FileCheck %s --check-prefix=PLAIN

// Constants lie in a blob that init is given; without one nothing is computed.

snn.network @net(%in: tensor<3xf32> {snn.name = "in"})
    -> (tensor<3xf32> {snn.name = "out"}, tensor<3xf32> {snn.name = "n"})
    attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant {snn.node = "header"} dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %init = arith.constant dense<[0.5, 0.25, 0.0]> : tensor<3xf32>
  %x = snn.add %in, %c {snn.node = "sum"} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %v = snn.li %x init(%init) {snn.node = "li"} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.output %v, %c : tensor<3xf32>, tensor<3xf32>
}

// CHECK-NOT:  SNN_TABLE
// CHECK:      struct net_tables {
// CHECK-NEXT:     uint8_t header[64];
// CHECK-NEXT:     float li_v_init[3];
// CHECK-NEXT:     uint8_t padding_1[4];
// CHECK-NEXT:     float header_2[3];
// CHECK-NEXT:     uint8_t padding_2[4];
// CHECK-NEXT: };

// CHECK:      static SNN_LAYER void net_sum(const struct net_tables *tables, const float *RESTRICT x0, float *RESTRICT y)
// CHECK:          y[n] = x0[n] + tables->{{.*}}[n];

// CHECK:      static const uint8_t net_expected[48] = {
// CHECK-NEXT:     0x89, 0x53, 0x4e, 0x4e, 0x57, 0x0d, 0x0a, 0x1a, 0x01, 0x00, 0x00, 0x00, 0x60, 0x00, 0x00, 0x00,

// CHECK:      void net_init(net_t *net, net_weights_t weights)
// CHECK-NEXT: {
// CHECK-NEXT:     net->weights = weights.tables;
// CHECK-NEXT:     const struct net_tables *const tables = net->weights;
// CHECK-NEXT:     if (tables == NULL) {
// CHECK-NEXT:         NET_NO_WEIGHTS();
// CHECK-NEXT:         return;
// CHECK-NEXT:     }

// CHECK:      void net_step(net_t *net, const float *in, float *out, float *n)
// CHECK-NEXT: {
// CHECK-NEXT:     const struct net_tables *const tables = net->weights;
// CHECK-NEXT:     if (tables == NULL) {
// CHECK:          net_sum(tables, in, sum_out);

// HEADER:     #define NET_WEIGHTS_BYTES 96u
// HEADER:     #define NET_WEIGHTS_ALIGNMENT 8u
// HEADER:     net_weights_t net_load(const void *weights, size_t size);
// HEADER:     typedef struct {
// HEADER-NEXT:    const struct net_tables *weights;
// HEADER:     void net_init(net_t *net, net_weights_t weights);

// AVR: weights apart from the code are not for AVR

// PLAIN-NOT: net_load
// PLAIN: static const SNN_TABLE float net_

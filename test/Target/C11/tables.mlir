// RUN: mkdir -p %t.dir
// RUN: snn-translate --snn-to-c11 %s -o %t.dir/net.c
// RUN: FileCheck %s < %t.dir/net.c
// RUN: snn-translate --snn-to-c11-header %s -o %t.dir/net.h
// RUN: avr-gcc -mmcu=atmega1284p %strict -std=gnu11 -c %t.dir/net.c -o %t.o
// RUN: gcc %strict -c %t.dir/net.c -o %t.o

// Tables may lie in another address space: they are named where they are read,
// and neither handed on nor copied with memcpy.

snn.network @net(%in: tensor<4xf32> {snn.name = "in"})
    -> (tensor<4xf32> {snn.name = "out"}, tensor<4xf32> {snn.name = "n"})
    attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant {snn.node = "c"} dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %init = arith.constant dense<[0.5, 0.25, 0.0, 1.0]> : tensor<4xf32>
  %x = snn.add %in, %c {snn.node = "sum"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %v = snn.li %x init(%init) {snn.node = "li"} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  snn.output %v, %c : tensor<4xf32>, tensor<4xf32>
}

// CHECK:      #if defined(__AVR__) && defined(__GNUC__) && !defined(__clang__)
// CHECK:      #pragma GCC optimize("no-tree-pre")
// CHECK-NEXT: #endif
// CHECK:      /* For the tables of constants in all networks: a section, an alignment, an address space. */
// CHECK-NEXT: #ifndef SNN_TABLE
// CHECK-NEXT: #if defined(__FLASH) && !defined(__STRICT_ANSI__)
// CHECK-NEXT: #define SNN_TABLE __flash /* AVR: read where it is, not copied to RAM */
// CHECK-NEXT: /* avr-gcc 5 warns of tables that it has optimized away. */
// CHECK-NEXT: #pragma GCC diagnostic ignored "-Wuninitialized"
// CHECK-NEXT: #elif defined(__x86_64__) || defined(__aarch64__)
// CHECK-NEXT: #define SNN_TABLE __attribute__((aligned(64))) /* a line of the cache */
// CHECK-NEXT: #else
// CHECK-NEXT: #define SNN_TABLE
// CHECK-NEXT: #endif
// CHECK-NEXT: #endif

// CHECK:      /* For the functions of layers in all networks: inline, noinline, a section. */
// CHECK-NEXT: #ifndef SNN_LAYER
// CHECK-NEXT: #define SNN_LAYER
// CHECK-NEXT: #endif

// CHECK:      static const SNN_TABLE float net_c[4] = {
// CHECK:      static SNN_LAYER void net_sum(const float *RESTRICT x0, float *RESTRICT y)
// CHECK:          y[n] = x0[n] + net_c[n];

// CHECK:      void net_init(net_t *net)
// CHECK-NOT:  memcpy
// CHECK:      void net_step(net_t *net, const float *in, float *out, float *n)
// CHECK:          net_sum(in, sum_out);
// CHECK:          for (size_t n_2 = 0; n_2 < 4; ++n_2) {
// CHECK-NEXT:         n[n_2] = net_c[n_2];
// CHECK-NEXT:     }

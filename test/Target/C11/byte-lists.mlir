// RUN: mkdir -p %t.dir
// RUN: snn-opt %s --snn-to-loops=byte-lists=true -o %t.dir/net.mlir
// RUN: snn-translate --snn-to-c11 %t.dir/net.mlir -o %t.dir/net.c
// RUN: FileCheck %s < %t.dir/net.c
// RUN: snn-translate --snn-to-c11-header %t.dir/net.mlir -o %t.dir/net.h
// RUN: gcc %strict -c %t.dir/net.c -o %t.o
// RUN: avr-gcc -mmcu=atmega1284p %strict -std=gnu11 -c %t.dir/net.c -o %t.o

// Lists whose positions have 8 bits, beside one of 16. What callers hand over has 16 bits as ever.

// CHECK:      static inline size_t net_list_8(const uint8_t *x, size_t size, size_t first, uint8_t *events)
// CHECK:      static inline uint8_t *net_list_four_8(uint32_t bytes, size_t first, uint8_t *next)
// CHECK:              *next++ = (uint8_t)first;
// CHECK:      static inline size_t net_list(const uint8_t *x, size_t size, size_t first, uint16_t *events)
// CHECK:      static SNN_LAYER void net_list_spikes_8(const uint8_t *RESTRICT x, size_t size, uint8_t *RESTRICT events)
// CHECK:              const size_t count = net_list_8(&x[i], size - i, i, &events[n]);
// CHECK:          const uint8_t value = (uint8_t)size;
// CHECK:      static SNN_LAYER void net_few(const uint8_t *RESTRICT events,
// CHECK:              const size_t i3 = (size_t)events[e + 3];
// CHECK-NEXT:         if (i3 == 255)
// CHECK:      static SNN_LAYER void net_take_events(const uint16_t *RESTRICT x, size_t count, size_t size, uint16_t *RESTRICT events)
// CHECK:      static SNN_LAYER void net_take_events_8(const uint16_t *RESTRICT x, size_t count, size_t size, uint8_t *RESTRICT events)
// CHECK:              const uint16_t event = x[k];
// CHECK:              events[at] = (uint8_t)event;
// CHECK:      void net_step_events(net_t *net, const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count,
// CHECK:          uint8_t *const [[LIST:.*]] = net->scratch.u8
// CHECK:          net_take_events_8(a, a_count, 255, [[LIST]]);
snn.network @net(%a: tensor<255xi1> {snn.name = "a"}, %b: tensor<256xi1> {snn.name = "b"})
    -> (tensor<2xf32> {snn.name = "y"}, tensor<2xf32> {snn.name = "z"}) attributes {dt = 1.0e-3 : f64} {
  %v = arith.constant dense<1.0> : tensor<2x255xf32>
  %w = arith.constant dense<1.0> : tensor<2x256xf32>
  %y = snn.linear %a, %v {snn.node = "few"} : (tensor<255xi1>, tensor<2x255xf32>) -> tensor<2xf32>
  %z = snn.linear %b, %w {snn.node = "many"} : (tensor<256xi1>, tensor<2x256xf32>) -> tensor<2xf32>
  snn.output %y, %z : tensor<2xf32>, tensor<2xf32>
}

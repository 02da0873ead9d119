// RUN: mkdir -p %t.dir
// RUN: snn-opt %s --snn-to-loops=part-lists=true -o %t.dir/net.mlir
// RUN: snn-translate --snn-to-c11 %t.dir/net.mlir -o %t.dir/net.c
// RUN: FileCheck %s < %t.dir/net.c
// RUN: snn-translate --snn-to-c11-header %t.dir/net.mlir -o %t.dir/net.h
// RUN: gcc %strict -c %t.dir/net.c -o %t.o
// RUN: avr-gcc -mmcu=atmega1284p %strict -std=gnu11 -c %t.dir/net.c -o %t.o

// A list that holds a part of the events at a time: as many whole masks of the input as there is room for.

// CHECK:      static SNN_LAYER void net_list_spikes_part(const uint8_t *RESTRICT x, size_t size, size_t from, size_t capacity, uint16_t *RESTRICT events)
// CHECK:          size_t begin = from;
// CHECK:              if (end == begin)
// CHECK-NEXT:             break;
// CHECK:              for (size_t i = begin; i < end; i += NET_LISTED) {
// CHECK:          events[capacity + 4] = (uint16_t)begin;
// CHECK:      static SNN_LAYER void net_take_part(const uint16_t *RESTRICT x, size_t count, size_t size, size_t from, size_t capacity, uint16_t *RESTRICT events)
// CHECK:      void net_step(net_t *net, const uint8_t *a, float *y)
// CHECK:          net_fc_begin(y);
// CHECK-NEXT:     size_t from = 0;
// CHECK-NEXT:     for (;;) {
// CHECK-NEXT:         net_list_spikes_part(a, 300, from, 128, [[LIST:.*]]);
// CHECK-NEXT:         net_fc([[LIST]], y);
// CHECK-NEXT:         const size_t next = (size_t)[[LIST]][132];
// CHECK-NEXT:         if (next == 300)
// CHECK-NEXT:             break;
// CHECK-NEXT:         from = next;
// CHECK-NEXT:     }
// CHECK-NEXT: }
// CHECK:      void net_step_events(
// CHECK:              net_take_part(a, a_count, 300, from, 128, [[LIST2:.*]]);
// CHECK-NEXT:         net_fc([[LIST2]], y);
snn.network @net(%a: tensor<300xi1> {snn.name = "a"}) -> (tensor<8xf32> {snn.name = "y"}) attributes {dt = 1.0e-3 : f64} {
  %v = arith.constant dense<1.0> : tensor<8x300xf32>
  %y = snn.linear %a, %v {snn.node = "fc"} : (tensor<300xi1>, tensor<8x300xf32>) -> tensor<8xf32>
  snn.output %y : tensor<8xf32>
}

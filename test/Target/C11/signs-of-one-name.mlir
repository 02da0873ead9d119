// RUN: rm -rf %t && mkdir %t
// RUN: snn-opt %s --snn-to-loops -o %t/loops.mlir
// RUN: snn-translate --snn-to-c11 %t/loops.mlir -o %t/net.c && snn-translate --snn-to-c11-header %t/loops.mlir -o %t/net.h
// RUN: FileCheck %s < %t/net.h
// RUN: gcc %strict -c %t/net.c -o %t/net.o

// Nodes without a name have states that are called the same: that of counts has no sign where that of
// integers has one.

// CHECK:      int8_t delay_past[6];
// CHECK:      uint8_t delay_past_2[8];
// CHECK:      void net_step(net_t *net, const int8_t *a, const uint8_t *b, int8_t *y, uint8_t *z);
!integer = !quant.uniform<i8:f32, 0.5>
snn.network @net(%a: tensor<3x!integer> {snn.name = "a"}, %b: tensor<4xui8> {snn.name = "b"})
    -> (tensor<3x!integer> {snn.name = "y"}, tensor<4xui8> {snn.name = "z"}) attributes {dt = 1.0e-3 : f64} {
  %y = snn.delay %a by dense<2> : tensor<i64> : tensor<3x!integer>
  %z = snn.delay %b by dense<2> : tensor<i64> : tensor<4xui8>
  snn.output %y, %z : tensor<3x!integer>, tensor<4xui8>
}

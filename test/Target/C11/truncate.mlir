// RUN: snn-translate --snn-to-c11 %s | FileCheck %s
// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 %s -o %t/net.c && snn-translate --snn-to-c11-header %s -o %t/net.h
// RUN: clang %strict -c %t/net.c -o %t/net.o

// From floating point to integers: a cast, of what the integers hold.

!fixed = !quant.uniform<i32:f32, 2.44140625e-4>

// CHECK:      To integers, toward zero.
// CHECK-NEXT:    y = trunc(4096 * x)
// CHECK:      static SNN_LAYER void net_n_in(const float *RESTRICT x, int32_t *RESTRICT y)
// CHECK:          (int32_t)(
// CHECK-SAME:     2147483520.0f
snn.network @net(%x: tensor<3xf32> {snn.name = "x"}) -> (tensor<3x!fixed> {snn.name = "y"}) attributes {dt = 1.0e-3 : f64} {
  %y = snn.truncate %x {snn.node = "n_in"} : tensor<3xf32> -> tensor<3x!fixed>
  snn.output %y : tensor<3x!fixed>
}

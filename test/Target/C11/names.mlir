// RUN: snn-translate --snn-to-c11 %s -o %t.c
// RUN: FileCheck %s < %t.c
// RUN: mkdir -p %t.dir && cp %t.c %t.dir/int_2.c
// RUN: snn-translate --snn-to-c11-header %s -o %t.dir/int_2.h
// RUN: FileCheck %s --check-prefix=HEADER < %t.dir/int_2.h
// RUN: gcc %strict -c %t.dir/int_2.c -o %t.o
// RUN: clang-22 %strict -c %t.dir/int_2.c -o %t.o

// Names are data. Keywords, names that end a comment, names that collide once
// they are made identifiers, names that begin with a digit, empty ones: the C
// compiles without a warning and nothing escapes from a comment.

snn.network @int(%a: tensor<2xf32> {snn.name = "net"}, %b: tensor<2xf32> {snn.name = "*/ #error \0A"})
    -> (tensor<2xf32> {snn.name = "double"}, tensor<2xf32> {snn.name = "\C3\A4 \E2\80\AE??/"})
    attributes {dt = 1.0 : f64, discretization = {name = "/* */"}} {
  %two = arith.constant 2.0 : f32
  %x = snn.scale %a, %two {snn.node = "a b"} : (tensor<2xf32>, f32) -> tensor<2xf32>
  %y = snn.scale %b, %two {snn.node = "a.b"} : (tensor<2xf32>, f32) -> tensor<2xf32>
  %z = snn.add %x, %y {snn.node = "*/ int main(void) { /*"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %v = snn.li %z {snn.node = "0"} : (tensor<2xf32>) -> tensor<2xf32>
  %w = snn.li %v : (tensor<2xf32>) -> tensor<2xf32>
  snn.output %v, %w : tensor<2xf32>, tensor<2xf32>
}

// CHECK:      * name  / * * /
// CHECK:      /* a b: One-to-one synapses.
// CHECK:      static SNN_LAYER void int_2_a_b(
// CHECK:      /* a.b: One-to-one synapses.
// CHECK:      static SNN_LAYER void int_2_a_b_2(
// CHECK:      /* * / int main(void) { / *: Sum of the incoming edges.
// CHECK:      static SNN_LAYER void int_2_int_main_void(
// CHECK:      static SNN_LAYER void int_2_0(
// CHECK:      static SNN_LAYER void int_2_li(
// CHECK:      void int_2_step(int_2_t *net, const float *net_2, const float *error, float *double_2, float *node)

// HEADER:     #define INT_2_NET_SIZE 2
// HEADER-NEXT: #define INT_2_ERROR_SIZE 2
// HEADER-NEXT: #define INT_2_DOUBLE_SIZE 2
// HEADER-NEXT: #define INT_2_NODE_SIZE 2
// HEADER:     float n0_v[2];
// HEADER:     node '* / #error \x0A'
// HEADER:     node '\xC3\xA4 \xE2\x80\xAE? ?/'

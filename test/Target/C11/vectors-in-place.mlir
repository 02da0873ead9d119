// RUN: rm -rf %t && mkdir %t
// RUN: snn-opt %s --snn-to-loops | snn-translate --snn-to-c11 -o %t/net.c
// RUN: snn-opt %s --snn-to-loops | snn-translate --snn-to-c11-header -o %t/net.h
// RUN: gcc %strict -O1 %t/net.c %S/Inputs/in-place-main.c -I%t -o %t/main && %t/main > %t/rows.txt
// RUN: FileCheck %s --check-prefix=BITS < %t/rows.txt
// RUN: snn-opt %s --snn-to-loops=float-outputs=4 | snn-translate --snn-to-c11 -o %t/net.c
// RUN: FileCheck %s < %t/net.c
// RUN: gcc %strict -O2 %t/net.c %S/Inputs/in-place-main.c -I%t -o %t/main && %t/main | cmp - %t/rows.txt
// RUN: gcc %strict -O1 -DNET_VECTORS=0 -fsanitize=undefined -fno-sanitize-recover=all %t/net.c %S/Inputs/in-place-main.c -I%t -o %t/main && %t/main | cmp - %t/rows.txt
// RUN: arm-linux-gnueabihf-gcc %strict -O2 -static %t/net.c %S/Inputs/in-place-main.c -I%t -o %t/main && qemu-arm %t/main | cmp - %t/rows.txt

// Blocks of floats that add to what is there have the bits of rows: each sum is added to once, though 7 of them
// are no whole blocks of 4.
// CHECK-LABEL: static SNN_LAYER void net_second(
// CHECK:         net_f32x4 sum = net_load_f32x4(&y[0]);
// CHECK:         net_store_f32x4(&y[0], sum);
// CHECK:         net_f32x3 sum_2 = net_load_f32x3(&y[4]);
// CHECK:         net_store_f32x3(&y[4], sum_2);
// BITS:        0x
snn.network @net(%a: tensor<9xi1>, %b: tensor<9xi1>) -> tensor<7xf32> attributes {dt = 1.0e-3} {
  %w = arith.constant dense<[
    [-1.048, 0.177, -0.52, 0.416, 0.503, -1.738, -1.947, 1.35, -0.963],
    [-1.063, 1.983, -0.119, 1.346, -0.095, 0.556, -1.398, 0.539, 1.472],
    [0.093, 0.965, 0.686, -1.744, 1.033, 0.364, -0.795, -1.876, 1.462],
    [-0.109, 0.875, 1.515, 0.857, 1.684, -0.42, 1.204, -0.222, 1.742],
    [1.515, -1.61, -1.456, -1.132, 1.862, -0.255, 0.507, -0.796, 0.029],
    [-0.457, -0.596, 0.34, 0.337, 1.617, 0.728, 1.716, 1.426, 1.964],
    [0.685, -1.348, 1.443, 1.859, 1.619, 0.276, 0.855, -1.156, 1.326]]> : tensor<7x9xf32>
  %bias = arith.constant dense<[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]> : tensor<7xf32>
  %ea = snn.events %a : tensor<9xi1> -> <9>
  %eb = snn.events %b : tensor<9xi1> -> <9>
  %0 = snn.linear %a, %w bias %bias events %ea {snn.node = "first"} : (tensor<9xi1>, tensor<7x9xf32>, tensor<7xf32>, !snn.events<9>) -> tensor<7xf32>
  %1 = snn.linear %b, %w bias %0 events %eb {snn.node = "second"} : (tensor<9xi1>, tensor<7x9xf32>, tensor<7xf32>, !snn.events<9>) -> tensor<7xf32>
  %2 = snn.li %1 {snn.node = "n"} : (tensor<7xf32>) -> tensor<7xf32>
  snn.output %2 : tensor<7xf32>
}

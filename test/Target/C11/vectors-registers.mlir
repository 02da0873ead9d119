// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 %s -o %t/net.c && snn-translate --snn-to-c11-header %s -o %t/net.h
// RUN: FileCheck %s < %t/net.c
// RUN: FileCheck %s --check-prefix=OTHERS < %t/net.c

// Vectors of up to 16 floats stay in registers where there are no vectors, but 32 registers of an FPU. All forms
// give the same bits: those of x86-64, of arrays, and of 32-bit Arm with an FPU and without.

// RUN: gcc %strict -O1 -fsanitize=undefined -fno-sanitize-recover=all -DNET_VECTORS=0 %t/net.c %S/Inputs/registers-main.c -I%t -o %t/main && %t/main > %t/arrays.txt
// RUN: FileCheck %s --check-prefix=BITS < %t/arrays.txt
// RUN: gcc %strict -O2 -ffp-contract=off %t/net.c %S/Inputs/registers-main.c -I%t -o %t/main && %t/main | cmp - %t/arrays.txt
// RUN: clang-22 %strict -O2 -ffp-contract=off %t/net.c %S/Inputs/registers-main.c -I%t -o %t/main && %t/main | cmp - %t/arrays.txt
// RUN: arm-linux-gnueabihf-gcc %strict -O2 -ffp-contract=off -static %t/net.c %S/Inputs/registers-main.c -I%t -o %t/main && qemu-arm %t/main | cmp - %t/arrays.txt
// RUN: arm-linux-gnueabihf-gcc %strict -O0 -ffp-contract=off -static %t/net.c %S/Inputs/registers-main.c -I%t -o %t/main && qemu-arm %t/main | cmp - %t/arrays.txt
// RUN: arm-linux-gnueabihf-gcc %strict -marm -O3 -ffp-contract=off -static %t/net.c %S/Inputs/registers-main.c -I%t -o %t/main && qemu-arm %t/main | cmp - %t/arrays.txt
// RUN: arm-none-eabi-gcc %strict -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16 -O2 -S %t/net.c -o %t/net.s
// RUN: FileCheck %s --check-prefix=FPU < %t/net.s
// RUN: clang-22 %strict --target=thumbv7em-none-eabihf -mcpu=cortex-m4 -isystem /usr/lib/arm-none-eabi/include -O2 -S %t/net.c -o %t/net.s
// RUN: FileCheck %s --check-prefix=FPU < %t/net.s
// RUN: arm-none-eabi-gcc %strict -mcpu=cortex-m4 -mfloat-abi=soft -O2 -S %t/net.c -o %t/net.s
// RUN: FileCheck %s --check-prefix=SOFT < %t/net.s
// RUN: arm-none-eabi-gcc %strict -mcpu=cortex-m0 -O2 -c %t/net.c -o %t/net.o
// RUN: arm-none-eabi-gcc %strict -mcpu=cortex-m55 -mfloat-abi=hard -O2 -c %t/net.c -o %t/net.o
// RUN: avr-gcc -mmcu=atmega1284p %strict -std=gnu11 -c %t/net.c -o %t/net.o
// RUN: g++ -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -x c++ -std=c++17 -c %t/net.c -o %t/net.o
// RUN: arm-none-eabi-g++ -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16 -x c++ -std=c++17 -c %t/net.c -o %t/net.o

// FPU: vldmia
// FPU-NOT: vldr{{.*}}[r
// FPU: vstmia
// SOFT-NOT: vldmia
// BITS: 0x

// CHECK:      NET_HELPER net_f32x3 net_splat_f32x3(float x)
// CHECK:      #else
// CHECK-NEXT:     const net_f32x3 r = {{[{][{]}}x, x, x}};
// CHECK:      NET_HELPER net_f32x3 net_add_f32x3(net_f32x3 a, net_f32x3 b)
// CHECK:      #else
// CHECK-NEXT:     const net_f32x3 r = {{[{][{]}}
// CHECK-NEXT:         a.x[0] + b.x[0],
// CHECK-NEXT:         a.x[1] + b.x[1],
// CHECK-NEXT:         a.x[2] + b.x[2],
// CHECK-NEXT:     }};
// CHECK:      NET_HELPER net_f32x3 net_table_f32x3(const NET_SPACE float *p)
// CHECK:      #elif NET_FLOAT_REGISTERS
// CHECK-NEXT:     register float x0 __asm__("s3");
// CHECK-NEXT:     register float x1 __asm__("s4");
// CHECK-NEXT:     register float x2 __asm__("s5");
// CHECK-NEXT:     __asm__("vldmia %3, {s3-s5}" : "=t"(x0), "=t"(x1), "=t"(x2) : "r"(p), "m"(*(const net_f32x3 *)(const void *)p));
// CHECK:      NET_HELPER void net_store_f32x3(float *p, net_f32x3 a)
// CHECK:      #elif NET_FLOAT_REGISTERS
// CHECK-NEXT:     register float x0 __asm__("s0") = a.x[0];
// CHECK:          __asm__("vstmia %1, {s0-s2}" : "=m"(*(net_f32x3 *)(void *)p) : "r"(p), "t"(x0), "t"(x1), "t"(x2));
// CHECK-NEXT: #else
// CHECK-NEXT:     p[0] = a.x[0];

// One float is what any compiler has in a register, and more than 16 are in a loop.
// OTHERS:      NET_HELPER net_f32x1 net_table_f32x1(const NET_SPACE float *p)
// OTHERS-NOT:  FLOAT_REGISTERS
// OTHERS:      }
// OTHERS:      NET_HELPER net_f32x17 net_table_f32x17(const NET_SPACE float *p)
// OTHERS-NOT:  FLOAT_REGISTERS
// OTHERS:          for (size_t k = 0; k < 17; ++k)

module {
  memref.global "private" constant @w3_weight : memref<3x3xf32> = dense<[
    [1.4e-45, -0.0, -0.111],
    [-1.1602, 1.5733, 0.4298],
    [0.7833, 1.0e-38, -1.5911]]>
  memref.global "private" constant @w1_weight : memref<3x1xf32> = dense<[
    [-1.9107],
    [-1.9632],
    [0.7459]]>
  memref.global "private" constant @w16_weight : memref<3x16xf32> = dense<[
    [0.9034, 1.0548, 0.2114, 0.7074, 1.809, -0.3353, 1.6888, 1.0e-40, 3.4e38, 1.893, 1.8688, 1.6407, 1.0e-40, 1.5299, 0.0211, -1.8619],
    [0.3, -1.308, 0.8122, -0.5012, 0.0337, 0.0838, -0.0412, -0.0, 1.3932, 0.3127, -1.3256, -0.0, 0.1585, -1.0713, 1.8099, -0.1635],
    [0.1, 0.9176, 1.4278, 1.7538, -1.483, -1.1781, -0.0756, 0.2176, -0.3464, -0.3423, 0.1, 0.4498, -1.8881, -1.0e-39, -1.2769, 0.1]]>
  memref.global "private" constant @w17_weight : memref<3x17xf32> = dense<[
    [1.2657, 1.4e-45, -0.0, 1.0166, 1.0e-40, -0.3, 1.0e-40, -1.0e-39, -1.0e-39, 0.5928, 3.4e38, -1.5432, -0.6266, -0.9663, 0.1, 1.8623, 1.9022],
    [0.3, -1.0e-39, 0.0252, 1.329, 0.5231, -0.1966, -1.8772, 1.2135, -0.2948, -1.4973, -0.0, 1.4341, 1.7572, -0.3353, -0.0, 1.4021, -1.1296],
    [-0.1566, 1.4795, 0.4919, 1.0e-38, -1.177, -0.2682, 1.4e-45, -0.4398, -1.9312, -0.3907, -1.0e-39, 3.4e38, 0.2534, 0.3, 1.4e-45, 1.7287, 1.5296]]>

  func.func private @w3(%events: memref<8xi16> {snn.name = "events"}, %y: memref<3xf32> {snn.name = "y"})
      attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %zero = arith.constant dense<0.0> : vector<3xf32>
    %weight = memref.get_global @w3_weight : memref<3x3xf32>
    %found:3 = scf.while (%e = %c0, %sums = %zero) : (index, vector<3xf32>) -> (index, vector<3xf32>, index) {
      %event = memref.load %events[%e] : memref<8xi16>
      %i = arith.index_castui %event : i16 to index
      %there = arith.cmpi ne, %i, %c3 : index
      scf.condition(%there) %e, %sums, %i : index, vector<3xf32>, index
    } do {
    ^bb0(%e: index, %sums: vector<3xf32>, %i: index):
      %row = vector.load %weight[%i, %c0] : memref<3x3xf32>, vector<3xf32>
      %next = arith.addf %sums, %row : vector<3xf32>
      %after = arith.addi %e, %c1 : index
      scf.yield %after, %next : index, vector<3xf32>
    }
    %old = vector.load %y[%c0] : memref<3xf32>, vector<3xf32>
    %both = arith.addf %old, %found#1 : vector<3xf32>
    vector.store %both, %y[%c0] : memref<3xf32>, vector<3xf32>
    return
  }

  func.func private @w1(%events: memref<8xi16> {snn.name = "events"}, %y: memref<1xf32> {snn.name = "y"})
      attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %zero = arith.constant dense<0.0> : vector<1xf32>
    %weight = memref.get_global @w1_weight : memref<3x1xf32>
    %found:3 = scf.while (%e = %c0, %sums = %zero) : (index, vector<1xf32>) -> (index, vector<1xf32>, index) {
      %event = memref.load %events[%e] : memref<8xi16>
      %i = arith.index_castui %event : i16 to index
      %there = arith.cmpi ne, %i, %c3 : index
      scf.condition(%there) %e, %sums, %i : index, vector<1xf32>, index
    } do {
    ^bb0(%e: index, %sums: vector<1xf32>, %i: index):
      %row = vector.load %weight[%i, %c0] : memref<3x1xf32>, vector<1xf32>
      %next = arith.addf %sums, %row : vector<1xf32>
      %after = arith.addi %e, %c1 : index
      scf.yield %after, %next : index, vector<1xf32>
    }
    %old = vector.load %y[%c0] : memref<1xf32>, vector<1xf32>
    %both = arith.addf %old, %found#1 : vector<1xf32>
    vector.store %both, %y[%c0] : memref<1xf32>, vector<1xf32>
    return
  }

  func.func private @w16(%events: memref<8xi16> {snn.name = "events"}, %y: memref<16xf32> {snn.name = "y"})
      attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %zero = arith.constant dense<0.0> : vector<16xf32>
    %weight = memref.get_global @w16_weight : memref<3x16xf32>
    %found:3 = scf.while (%e = %c0, %sums = %zero) : (index, vector<16xf32>) -> (index, vector<16xf32>, index) {
      %event = memref.load %events[%e] : memref<8xi16>
      %i = arith.index_castui %event : i16 to index
      %there = arith.cmpi ne, %i, %c3 : index
      scf.condition(%there) %e, %sums, %i : index, vector<16xf32>, index
    } do {
    ^bb0(%e: index, %sums: vector<16xf32>, %i: index):
      %row = vector.load %weight[%i, %c0] : memref<3x16xf32>, vector<16xf32>
      %next = arith.addf %sums, %row : vector<16xf32>
      %after = arith.addi %e, %c1 : index
      scf.yield %after, %next : index, vector<16xf32>
    }
    %old = vector.load %y[%c0] : memref<16xf32>, vector<16xf32>
    %both = arith.addf %old, %found#1 : vector<16xf32>
    vector.store %both, %y[%c0] : memref<16xf32>, vector<16xf32>
    return
  }

  func.func private @w17(%events: memref<8xi16> {snn.name = "events"}, %y: memref<17xf32> {snn.name = "y"})
      attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %zero = arith.constant dense<0.0> : vector<17xf32>
    %weight = memref.get_global @w17_weight : memref<3x17xf32>
    %found:3 = scf.while (%e = %c0, %sums = %zero) : (index, vector<17xf32>) -> (index, vector<17xf32>, index) {
      %event = memref.load %events[%e] : memref<8xi16>
      %i = arith.index_castui %event : i16 to index
      %there = arith.cmpi ne, %i, %c3 : index
      scf.condition(%there) %e, %sums, %i : index, vector<17xf32>, index
    } do {
    ^bb0(%e: index, %sums: vector<17xf32>, %i: index):
      %row = vector.load %weight[%i, %c0] : memref<3x17xf32>, vector<17xf32>
      %next = arith.addf %sums, %row : vector<17xf32>
      %after = arith.addi %e, %c1 : index
      scf.yield %after, %next : index, vector<17xf32>
    }
    %old = vector.load %y[%c0] : memref<17xf32>, vector<17xf32>
    %both = arith.addf %old, %found#1 : vector<17xf32>
    vector.store %both, %y[%c0] : memref<17xf32>, vector<17xf32>
    return
  }

  func.func @net_step(%events: memref<8xi16> {snn.kind = "input", snn.name = "events"},
                      %y3: memref<3xf32> {snn.kind = "output", snn.name = "y3"},
                      %y1: memref<1xf32> {snn.kind = "output", snn.name = "y1"},
                      %y16: memref<16xf32> {snn.kind = "output", snn.name = "y16"},
                      %y17: memref<17xf32> {snn.kind = "output", snn.name = "y17"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @w3(%events, %y3) : (memref<8xi16>, memref<3xf32>) -> ()
    func.call @w1(%events, %y1) : (memref<8xi16>, memref<1xf32>) -> ()
    func.call @w16(%events, %y16) : (memref<8xi16>, memref<16xf32>) -> ()
    func.call @w17(%events, %y17) : (memref<8xi16>, memref<17xf32>) -> ()
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    return
  }
}

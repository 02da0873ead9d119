// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 %s -o %t/net.c && snn-translate --snn-to-c11-header %s -o %t/net.h
// RUN: FileCheck %s < %t/net.c

// Functions with `snn.vectors` compute with the C compiler's vectors. All forms give the same, whatever the
// processor has: arrays, vectors of 16 bytes, and of 32.

// RUN: gcc %strict -O1 -fsanitize=undefined -fno-sanitize-recover=all -DNET_INTEGER_VECTORS=0 %t/net.c %S/Inputs/vectors-main.c -I%t -o %t/main && %t/main > %t/arrays.txt
// RUN: gcc %strict -O2 -ffp-contract=off %t/net.c %S/Inputs/vectors-main.c -I%t -o %t/main && %t/main | cmp - %t/arrays.txt
// RUN: gcc %strict -O3 -march=native -ffp-contract=off %t/net.c %S/Inputs/vectors-main.c -I%t -o %t/main && %t/main | cmp - %t/arrays.txt
// RUN: clang-22 %strict -O1 -fsanitize=undefined -fno-sanitize-recover=all -ffp-contract=off %t/net.c %S/Inputs/vectors-main.c -I%t -o %t/main && %t/main | cmp - %t/arrays.txt
// RUN: clang-22 %strict -O2 -march=native -ffp-contract=off %t/net.c %S/Inputs/vectors-main.c -I%t -o %t/main && %t/main | cmp - %t/arrays.txt
// RUN: aarch64-linux-gnu-gcc %strict -O2 -ffp-contract=off -static %t/net.c %S/Inputs/vectors-main.c -I%t -o %t/main && qemu-aarch64 %t/main | cmp - %t/arrays.txt
// RUN: arm-linux-gnueabihf-gcc %strict -O2 -ffp-contract=off -static %t/net.c %S/Inputs/vectors-main.c -I%t -o %t/main && qemu-arm %t/main | cmp - %t/arrays.txt
// RUN: arm-none-eabi-gcc %strict -mcpu=cortex-m55 -mfloat-abi=hard -O2 -c %t/net.c -o %t/net.o
// RUN: arm-none-eabi-gcc %strict -mcpu=cortex-m55 -mfloat-abi=hard -O2 -DNET_VECTORS=16 -c %t/net.c -o %t/net.o
// RUN: arm-none-eabi-gcc %strict -mcpu=cortex-m0 -O2 -c %t/net.c -o %t/net.o
// RUN: avr-gcc -mmcu=atmega1284p %strict -std=gnu11 -c %t/net.c -o %t/net.o
// RUN: gcc -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -x c++ -std=c++17 -c %t/net.c -o %t/net.o

module {
  memref.global "private" constant @mix_weight : memref<3x24xi8> = dense<[
    [-128, -1, 0, 1, 127, 5, 6, -7, 8, 9, -10, 11, 12, -13, 14, 15, -16, 17, 18, 19, 20, 21, 22, 23],
    [3, 1, 4, 1, 5, 9, -2, 6, 5, -3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6, 2, 6, -4],
    [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0, 4, 5, 2, 3, 5, 3, 6, 0, 2, 8]]>
  memref.global "private" constant @real_weight : memref<7xf32> = dense<[0.5, -1.25, 3.0, 1.0e-40, 5.0, -6.0, 7.5]>

  // CHECK:      #define NET_VECTORS
  // CHECK:      #if NET_VECTORS
  // CHECK-NEXT: typedef int16_t net_i16x8 __attribute__((vector_size(16)));
  // CHECK-NEXT: typedef uint16_t net_u16x8 __attribute__((vector_size(16)));
  // CHECK-NEXT: #else
  // CHECK-NEXT: typedef struct {
  // CHECK-NEXT:     int16_t x[8];
  // CHECK-NEXT: } net_i16x8;
  // CHECK-NEXT: #endif
  // CHECK:      #if NET_VECTORS >= 32
  // CHECK-NEXT: typedef int16_t net_i16x16 __attribute__((vector_size(32)));
  // CHECK-NEXT: typedef uint16_t net_u16x16 __attribute__((vector_size(32)));
  // CHECK-NEXT: #elif NET_VECTORS
  // CHECK-NEXT: typedef struct {
  // CHECK-NEXT:     net_i16x8 low;
  // CHECK-NEXT:     net_i16x8 high;
  // CHECK-NEXT: } net_i16x16;
  // CHECK-NEXT: #else
  // CHECK:      net_i16x24 net_add_i16x24(net_i16x24 a, net_i16x24 b)

  // A loop carries vectors; what is loaded and extended is one call.
  // CHECK-LABEL: static SNN_LAYER void net_mix(
  func.func private @mix(%events: memref<8xi16> {snn.name = "events"}, %x: memref<24xi16> {snn.name = "x"},
                         %y: memref<24xi16> {snn.name = "y"}, %wide: memref<24xi32> {snn.name = "wide"},
                         %spikes: memref<24xi1> {snn.name = "spikes"}, %counts: memref<24xi8> {snn.name = "counts"})
      attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %zero = arith.constant dense<0> : vector<24xi16>
    %limit = arith.constant dense<100> : vector<24xi16>
    %three = arith.constant dense<3> : vector<24xi16>
    %ones = arith.constant dense<true> : vector<24xi1>
    %seven = arith.constant 7 : i32
    %weight = memref.get_global @mix_weight : memref<3x24xi8>
    // CHECK:      size_t n = 0;
    // CHECK-NEXT: net_i16x24 sum = net_splat_i16x24(0);
    // CHECK-NEXT: for (;;) {
    // CHECK-NEXT:     const size_t value = (size_t)events[n];
    // CHECK-NEXT:     if (value == 3)
    // CHECK-NEXT:         break;
    // CHECK-NEXT:     ++n;
    // CHECK-NEXT:     sum = net_add_i16x24(sum, net_table_i8x24_i16x24(&net_mix_weight[value * 24]));
    // CHECK-NEXT: }
    %found:3 = scf.while (%e = %c0, %sums = %zero) : (index, vector<24xi16>) -> (index, vector<24xi16>, index) {
      %event = memref.load %events[%e] : memref<8xi16>
      %i = arith.index_castui %event : i16 to index
      %there = arith.cmpi ne, %i, %c3 : index
      scf.condition(%there) %e, %sums, %i : index, vector<24xi16>, index
    } do {
    ^bb0(%e: index, %sums: vector<24xi16>, %i: index):
      %row = vector.load %weight[%i, %c0] : memref<3x24xi8>, vector<24xi8>
      %terms = arith.extsi %row : vector<24xi8> to vector<24xi16>
      %next = arith.addi %sums, %terms : vector<24xi16>
      %after = arith.addi %e, %c1 : index
      scf.yield %after, %next : index, vector<24xi16>
    }
    // CHECK:      const net_i16x24 x_old = net_load_i16x24(&x[0]);
    %old = vector.load %x[%c0] : memref<24xi16>, vector<24xi16>
    %u = arith.addi %found#1, %old : vector<24xi16>
    // CHECK:      = net_gt_i16x24({{.*}}, net_splat_i16x24(100));
    %fires = arith.cmpi sgt, %u, %limit : vector<24xi16>
    %small = arith.cmpi ult, %u, %three : vector<24xi16>
    %both = arith.ori %fires, %small : vector<24xi1>
    %other = arith.xori %both, %ones : vector<24xi1>
    // CHECK:      = net_select_i16x24({{.*}}, net_splat_i16x24(0), {{.*}});
    %kept = arith.select %fires, %zero, %u : vector<24xi1>, vector<24xi16>
    %shifted = arith.shrsi %kept, %three : vector<24xi16>
    %shifted_too = arith.shrui %kept, %three : vector<24xi16>
    %scaled = arith.muli %shifted, %old : vector<24xi16>
    %mixed = arith.subi %scaled, %shifted_too : vector<24xi16>
    // CHECK:      net_store_i16x24(&y[0], {{.*}});
    vector.store %mixed, %y[%c0] : memref<24xi16>, vector<24xi16>
    // CHECK:      net_store_mask_i16x24(&spikes[0], {{.*}});
    vector.store %other, %spikes[%c0] : memref<24xi1>, vector<24xi1>
    %long = arith.extsi %mixed : vector<24xi16> to vector<24xi32>
    %factor = vector.broadcast %seven : i32 to vector<24xi32>
    %product = arith.muli %long, %factor : vector<24xi32>
    %is = arith.extui %fires : vector<24xi1> to vector<24xi32>
    %longer = arith.addi %product, %is : vector<24xi32>
    vector.store %longer, %wide[%c0] : memref<24xi32>, vector<24xi32>
    // CHECK:      net_store_i16x24_i8x24((int8_t *)&counts[0], {{.*}});
    %count = arith.trunci %shifted_too overflow<nuw> : vector<24xi16> to vector<24xi8>
    vector.store %count, %counts[%c0] : memref<24xi8>, vector<24xi8>
    // CHECK:      if (net_any_i16x24({{.*}})) {
    %any = vector.reduction <or>, %fires : vector<24xi1> into i1
    scf.if %any {
      // CHECK:    y[0] = net_lane_i16x24(x_old, 9);
      %lane = vector.extract %old[9] : i16 from vector<24xi16>
      memref.store %lane, %y[%c0] : memref<24xi16>
    }
    return
  }

  // CHECK-LABEL: static SNN_LAYER void net_real(
  func.func private @real(%x: memref<7xf32> {snn.name = "x"}, %n: memref<7xi8> {snn.name = "n"},
                          %spikes: memref<7xi1> {snn.name = "spikes"}, %v: memref<7xf32> {snn.name = "v"})
      attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %decay = arith.constant dense<0.95> : vector<7xf32>
    %one = arith.constant dense<1.0> : vector<7xf32>
    %zero = arith.constant dense<0.0> : vector<7xf32>
    %weight = memref.get_global @real_weight : memref<7xf32>
    %old = vector.load %v[%c0] : memref<7xf32>, vector<7xf32>
    %input = vector.load %x[%c0] : memref<7xf32>, vector<7xf32>
    // CHECK: net_table_f32x7(&net_real_weight[0])
    %row = vector.load %weight[%c0] : memref<7xf32>, vector<7xf32>
    // CHECK: net_load_u8x7_f32x7((const int8_t *)&n[0])
    %bytes = vector.load %n[%c0] : memref<7xi8>, vector<7xi8>
    %times = arith.uitofp %bytes : vector<7xi8> to vector<7xf32>
    %term = arith.mulf %row, %times : vector<7xf32>
    %kept = arith.mulf %old, %decay : vector<7xf32>
    %half = arith.addf %kept, %term : vector<7xf32>
    %u = arith.subf %half, %input : vector<7xf32>
    %fires = arith.cmpf ogt, %u, %one : vector<7xf32>
    %is_low = arith.cmpf ult, %u, %zero : vector<7xf32>
    %raised = arith.select %is_low, %row, %u : vector<7xi1>, vector<7xf32>
    %next = arith.select %fires, %zero, %raised : vector<7xi1>, vector<7xf32>
    %before = vector.load %spikes[%c0] : memref<7xi1>, vector<7xi1>
    %late = arith.uitofp %before : vector<7xi1> to vector<7xf32>
    %last = arith.subf %next, %late : vector<7xf32>
    vector.store %last, %v[%c0] : memref<7xf32>, vector<7xf32>
    vector.store %fires, %spikes[%c0] : memref<7xi1>, vector<7xi1>
    return
  }

  func.func @net_step(%events: memref<8xi16> {snn.kind = "input", snn.name = "events"},
                      %x: memref<24xi16> {snn.kind = "input", snn.name = "x"},
                      %r: memref<7xf32> {snn.kind = "input", snn.name = "r"},
                      %n: memref<7xi8> {snn.kind = "input", snn.name = "n"},
                      %y: memref<24xi16> {snn.kind = "output", snn.name = "y"},
                      %wide: memref<24xi32> {snn.kind = "output", snn.name = "wide"},
                      %spikes: memref<24xi1> {snn.kind = "output", snn.name = "spikes"},
                      %counts: memref<24xi8> {snn.kind = "output", snn.name = "counts"},
                      %fires: memref<7xi1> {snn.kind = "state", snn.name = "fires"},
                      %v: memref<7xf32> {snn.kind = "state", snn.name = "v"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @mix(%events, %x, %y, %wide, %spikes, %counts) : (memref<8xi16>, memref<24xi16>, memref<24xi16>, memref<24xi32>, memref<24xi1>, memref<24xi8>) -> ()
    func.call @real(%r, %n, %fires, %v) : (memref<7xf32>, memref<7xi8>, memref<7xi1>, memref<7xf32>) -> ()
    return
  }
  func.func @net_init(%fires: memref<7xi1> {snn.kind = "state", snn.name = "fires"},
                      %v: memref<7xf32> {snn.kind = "state", snn.name = "v"})
      attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c7 = arith.constant 7 : index
    %zero = arith.constant 0.0 : f32
    %none = arith.constant false
    scf.for %n = %c0 to %c7 step %c1 {
      memref.store %none, %fires[%n] : memref<7xi1>
      memref.store %zero, %v[%n] : memref<7xf32>
    }
    return
  }
}

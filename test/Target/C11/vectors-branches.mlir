// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 %s -o %t/net.c && snn-translate --snn-to-c11-header %s -o %t/net.h
// RUN: FileCheck %s < %t/net.c
// RUN: gcc %strict -O1 -fsanitize=undefined -fno-sanitize-recover=all -DNET_INTEGER_VECTORS=0 %t/net.c %S/Inputs/vectors-branches-main.c -I%t -o %t/main && %t/main
// RUN: gcc %strict -O2 %t/net.c %S/Inputs/vectors-branches-main.c -I%t -o %t/main && %t/main
// RUN: gcc %strict -O2 -DNET_SHUFFLES=0 -mavx2 -c %t/net.c -I%t -o %t/net.o
// RUN: gcc %strict -O2 -march=native %t/net.c %S/Inputs/vectors-branches-main.c -I%t -o %t/main && %t/main
// RUN: clang-22 %strict -O2 -march=native %t/net.c %S/Inputs/vectors-branches-main.c -I%t -o %t/main && %t/main
// RUN: aarch64-linux-gnu-gcc %strict -O2 -static %t/net.c %S/Inputs/vectors-branches-main.c -I%t -o %t/main && qemu-aarch64 %t/main

// A branch can have vectors where its function has none, and another kind in its other half. Constants stand before
// both.

module {
  // Products of numbers that 16 bits hold.
  // CHECK: net_short_product_i32x8(net_i32x8 a, net_i32x8 b)
  // CHECK: __builtin_ia32_pmaddwd256((shorts)a, (shorts)(b & 0xffff));
  // Spikes of 16 neurons are stored at a time.
  // CHECK: void net_store_mask_i16x16(uint8_t *p, net_i16x16 holds)
  // CHECK: __builtin_ia32_packsswb128(
  // CHECK-LABEL: void net_layer(
  func.func private @layer(%x: memref<7xi16> {snn.name = "x"}, %f: memref<1xi16> {snn.name = "f"},
                           %y: memref<8xi32> {snn.name = "y"}, %z: memref<7xi16> {snn.name = "z"}) {
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %ones = arith.constant dense<1> : vector<8xi16>
    %pair = arith.constant dense<1> : vector<2xi16>
    // CHECK: if (NET_INTEGER_VECTORS) {
    %has = func.call @integer_vectors() : () -> i1
    scf.if %has {
      // CHECK: = net_join_i16x8(net_load_i16x4(&x[0]), net_load_i16x4(&x[3]));
      %low = vector.load %x[%c0] : memref<7xi16>, vector<4xi16>
      %high = vector.load %x[%c3] : memref<7xi16>, vector<4xi16>
      %all = vector.shuffle %low, %high [0, 1, 2, 3, 4, 5, 6, 7] : vector<4xi16>, vector<4xi16>
      %n = memref.load %f[%c0] : memref<1xi16>
      %wide = arith.extsi %n : i16 to i32
      %factors = vector.broadcast %wide : i32 to vector<8xi32>
      %a = arith.extsi %all : vector<8xi16> to vector<8xi32>
      // CHECK: net_store_i32x8(&y[0], net_short_product_i32x8(
      %p = arith.muli %a, %factors : vector<8xi32>
      vector.store %p, %y[%c0] : memref<8xi32>, vector<8xi32>
      // CHECK: net_add_i16x8(value, net_splat_i16x8(1))
      %next = arith.addi %all, %ones : vector<8xi16>
      // CHECK: net_store_i16x4(&z[0], net_low_i16x8(
      %first = vector.extract_strided_slice %next {offsets = [0], sizes = [4], strides = [1]} : vector<8xi16> to vector<4xi16>
      vector.store %first, %z[%c0] : memref<7xi16>, vector<4xi16>
      // CHECK: net_store_i16x4(&z[3], net_high_i16x8(
      %last = vector.extract_strided_slice %next {offsets = [4], sizes = [4], strides = [1]} : vector<8xi16> to vector<4xi16>
      vector.store %last, %z[%c3] : memref<7xi16>, vector<4xi16>
    // CHECK: } else {
    } else {
      %n = memref.load %f[%c0] : memref<1xi16>
      %wide = arith.extsi %n : i16 to i32
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c6 = arith.constant 6 : index
      %c7 = arith.constant 7 : index
      %c8 = arith.constant 8 : index
      scf.for %k = %c0 to %c8 step %c1 {
        %over = arith.cmpi ugt, %k, %c3 : index
        %before = arith.subi %k, %c1 : index
        %at = arith.select %over, %before, %k : index
        %one = memref.load %x[%at] : memref<7xi16>
        %a = arith.extsi %one : i16 to i32
        %p = arith.muli %a, %wide : i32
        memref.store %p, %y[%k] : memref<8xi32>
      }
      scf.for %k = %c0 to %c6 step %c2 {
        // CHECK: net_store2(&z[n], net_plus2(net_load2(&x[n]), net_both(1)));
        %two = vector.load %x[%k] : memref<7xi16>, vector<2xi16>
        %sum = arith.addi %two, %pair : vector<2xi16>
        vector.store %sum, %z[%k] : memref<7xi16>, vector<2xi16>
      }
      %one = memref.load %x[%c6] : memref<7xi16>
      %i1 = arith.constant 1 : i16
      %sum = arith.addi %one, %i1 : i16
      memref.store %sum, %z[%c6] : memref<7xi16>
    } {snn.vectors}
    return
  }
  // CHECK-LABEL: void net_fire(
  // CHECK:         net_store_mask_i16x16(&s[0], net_gt_i16x16(
  func.func private @fire(%x: memref<16xi16> {snn.name = "x"}, %s: memref<16xi1> {snn.name = "s"}) attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %zeros = arith.constant dense<0> : vector<16xi16>
    %a = vector.load %x[%c0] : memref<16xi16>, vector<16xi16>
    %fires = arith.cmpi sgt, %a, %zeros : vector<16xi16>
    vector.store %fires, %s[%c0] : memref<16xi1>, vector<16xi1>
    return
  }
  func.func private @integer_vectors() -> i1 attributes {snn.helper = "integer_vectors"}
  func.func @net_step(%x: memref<7xi16> {snn.kind = "input", snn.name = "x"},
                      %f: memref<1xi16> {snn.kind = "input", snn.name = "f"},
                      %v: memref<16xi16> {snn.kind = "input", snn.name = "v"},
                      %y: memref<8xi32> {snn.kind = "output", snn.name = "y"},
                      %z: memref<7xi16> {snn.kind = "output", snn.name = "z"},
                      %s: memref<16xi1> {snn.kind = "output", snn.name = "s"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @layer(%x, %f, %y, %z) : (memref<7xi16>, memref<1xi16>, memref<8xi32>, memref<7xi16>) -> ()
    func.call @fire(%v, %s) : (memref<16xi16>, memref<16xi1>) -> ()
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    return
  }
}

// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 %s -o %t/net.c && snn-translate --snn-to-c11-header %s -o %t/net.h
// RUN: FileCheck %s < %t/net.c
// RUN: gcc %strict -O1 -fsanitize=undefined -fno-sanitize-recover=all -DNET_INTEGER_VECTORS=0 %t/net.c %S/Inputs/vectors-dot2-main.c -I%t -o %t/main && %t/main
// RUN: gcc %strict -O2 %t/net.c %S/Inputs/vectors-dot2-main.c -I%t -o %t/main && %t/main
// RUN: clang-22 %strict -O2 -march=native %t/net.c %S/Inputs/vectors-dot2-main.c -I%t -o %t/main && %t/main
// RUN: aarch64-linux-gnu-gcc %strict -O2 -static %t/net.c %S/Inputs/vectors-dot2-main.c -I%t -o %t/main && qemu-aarch64 %t/main

// Neighbouring products that are added without overflow are one instruction on x86-64: of bytes, one of them without
// a sign, and of 16 bits. What is extended is not a vector of its own in C.

// CHECK:       net_i16x8 net_dot2_i8x16(net_i8x16 a, net_i8x16 b)
// CHECK:       #if defined(__SSSE3__)
// CHECK:       return (net_i16x8)__builtin_ia32_pmaddubsw128((numbers)b, (numbers)a);
// CHECK:       net_i32x8 net_dot2_i16x16(net_i16x16 a, net_i16x16 b)
// CHECK:       return (net_i32x8)__builtin_ia32_pmaddwd256((numbers)b, (numbers)a);
// CHECK-LABEL: void net_dot(
// CHECK:         const net_i8x16 [[W:.*]] = net_table_i8x16(&net_bytes[0]);
// CHECK-NEXT:    const net_i8x16 [[X:.*]] = net_load_i8x16((const int8_t *)&x[0]);
// CHECK-NEXT:    net_store_i16x8(&y[0], net_dot2_i8x16([[W]], [[X]]));
// CHECK:         net_store_i32x8(&z[0], net_dot2_i16x16(

module {
  memref.global "private" constant @bytes : memref<16xi8> =
    dense<[127, 1, -128, 0, -64, -64, 100, -28, 1, 1, -1, -127, 0, 0, 64, 64]>
  memref.global "private" constant @shorts : memref<16xi16> =
    dense<[32767, -32768, -32768, -32768, 1, 1, -1, 1, 0, 32767, 12345, -321, 2, 3, -5, 7]>
  func.func private @dot(%x: memref<16xi8> {snn.name = "x"}, %s: memref<16xi16> {snn.name = "s"},
                         %y: memref<8xi16> {snn.name = "y"}, %z: memref<8xi32> {snn.name = "z"}) attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %bytes = memref.get_global @bytes : memref<16xi8>
    %shorts = memref.get_global @shorts : memref<16xi16>
    %w = vector.load %bytes[%c0] : memref<16xi8>, vector<16xi8>
    %a = vector.load %x[%c0] : memref<16xi8>, vector<16xi8>
    %ww = arith.extsi %w : vector<16xi8> to vector<16xi16>
    %aw = arith.extui %a : vector<16xi8> to vector<16xi16>
    %p = arith.muli %aw, %ww : vector<16xi16>
    %even, %odd = vector.deinterleave %p : vector<16xi16> -> vector<8xi16>
    %sum = arith.addi %even, %odd overflow<nsw> : vector<8xi16>
    vector.store %sum, %y[%c0] : memref<8xi16>, vector<8xi16>
    %v = vector.load %shorts[%c0] : memref<16xi16>, vector<16xi16>
    %b = vector.load %s[%c0] : memref<16xi16>, vector<16xi16>
    %vw = arith.extsi %v : vector<16xi16> to vector<16xi32>
    %bw = arith.extsi %b : vector<16xi16> to vector<16xi32>
    %q = arith.muli %vw, %bw : vector<16xi32>
    %e, %o = vector.deinterleave %q : vector<16xi32> -> vector<8xi32>
    %r = arith.addi %o, %e overflow<nsw> : vector<8xi32>
    vector.store %r, %z[%c0] : memref<8xi32>, vector<8xi32>
    return
  }
  func.func @net_step(%x: memref<16xi8> {snn.kind = "input", snn.name = "x"},
                      %s: memref<16xi16> {snn.kind = "input", snn.name = "s"},
                      %y: memref<8xi16> {snn.kind = "output", snn.name = "y"},
                      %z: memref<8xi32> {snn.kind = "output", snn.name = "z"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @dot(%x, %s, %y, %z) : (memref<16xi8>, memref<16xi16>, memref<8xi16>, memref<8xi32>) -> ()
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    return
  }
}

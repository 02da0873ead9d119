// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 %s -o %t/net.c && snn-translate --snn-to-c11-header %s -o %t/net.h
// RUN: FileCheck %s < %t/net.c
// RUN: gcc %strict -O1 -fsanitize=undefined -fno-sanitize-recover=all -DNET_INTEGER_VECTORS=0 %t/net.c %S/Inputs/vectors-products-main.c -I%t -o %t/main && %t/main
// RUN: gcc %strict -O2 %t/net.c %S/Inputs/vectors-products-main.c -I%t -o %t/main && %t/main
// RUN: clang-22 %strict -O2 -march=native %t/net.c %S/Inputs/vectors-products-main.c -I%t -o %t/main && %t/main
// RUN: aarch64-linux-gnu-gcc %strict -O2 -static %t/net.c %S/Inputs/vectors-products-main.c -I%t -o %t/main && qemu-aarch64 %t/main

// The high part of products of 16 bits is an instruction on some processors: the upper half, rounded down or to
// the nearest, and what is left of a fraction of 15 bits, rounded to the nearest. The least number times itself does not
// fit the latter, and has no negative, so one factor has to be known.

module {
  memref.global "private" constant @scale_factor : memref<8xi16> = dense<[32767, -32767, 1, -1, 16384, 12345, -3, 29491]>
  memref.global "private" constant @scale_least : memref<8xi16> = dense<[-32768, 1, 2, 3, 4, 5, 6, 7]>

  // CHECK:       net_i16x8 net_rounded_fraction_i16x8(net_i16x8 a, net_i16x8 b)
  // CHECK:       return (net_i16x8)vqrdmulhq_s16(p, q);
  // CHECK:       net_i16x8 net_rounded_half_i16x8(net_i16x8 a, net_i16x8 b)
  // CHECK:       return (net_i16x8)vnegq_s16(vrmulhq_s16(p, vnegq_s16(q)));
  // CHECK-LABEL: void net_scale(
  func.func private @scale(%x: memref<8xi16> {snn.name = "x"}, %y: memref<8xi16> {snn.name = "y"},
                           %z: memref<8xi16> {snn.name = "z"}, %u: memref<8xi16> {snn.name = "u"}, %h: memref<8xi16> {snn.name = "h"})
      attributes {snn.vectors} {
    %c0 = arith.constant 0 : index
    %half = arith.constant dense<16384> : vector<8xi32>
    %fifteen = arith.constant dense<15> : vector<8xi32>
    %sixteen = arith.constant dense<16> : vector<8xi32>
    %table = memref.get_global @scale_factor : memref<8xi16>
    %others = memref.get_global @scale_least : memref<8xi16>
    %a = vector.load %x[%c0] : memref<8xi16>, vector<8xi16>
    %b = vector.load %table[%c0] : memref<8xi16>, vector<8xi16>
    %c = vector.load %others[%c0] : memref<8xi16>, vector<8xi16>
    %wa = arith.extsi %a : vector<8xi16> to vector<8xi32>
    %wb = arith.extsi %b : vector<8xi16> to vector<8xi32>
    %wc = arith.extsi %c : vector<8xi16> to vector<8xi32>
    // CHECK: net_store_i16x8(&y[0], net_rounded_fraction_i16x8(
    %p = arith.muli %wa, %wb : vector<8xi32>
    %pr = arith.addi %p, %half : vector<8xi32>
    %ps = arith.shrsi %pr, %fifteen : vector<8xi32>
    %pt = arith.trunci %ps : vector<8xi32> to vector<8xi16>
    vector.store %pt, %y[%c0] : memref<8xi16>, vector<8xi16>
    // CHECK: net_store_i16x8(&z[0], net_upper_half_i16x8(
    %wa2 = arith.extsi %a : vector<8xi16> to vector<8xi32>
    %wc2 = arith.extsi %c : vector<8xi16> to vector<8xi32>
    %q = arith.muli %wa2, %wc2 : vector<8xi32>
    %qs = arith.shrsi %q, %sixteen : vector<8xi32>
    %qt = arith.trunci %qs : vector<8xi32> to vector<8xi16>
    vector.store %qt, %z[%c0] : memref<8xi16>, vector<8xi16>
    // The known factor comes last.
    // CHECK: net_store_i16x8(&h[0], net_rounded_half_i16x8(x_old, factor));
    %down = arith.constant dense<32767> : vector<8xi32>
    %wa4 = arith.extsi %a : vector<8xi16> to vector<8xi32>
    %wb4 = arith.extsi %b : vector<8xi16> to vector<8xi32>
    %k = arith.muli %wb4, %wa4 : vector<8xi32>
    %kr = arith.addi %k, %down : vector<8xi32>
    %ks = arith.shrui %kr, %sixteen : vector<8xi32>
    %kt = arith.trunci %ks : vector<8xi32> to vector<8xi16>
    vector.store %kt, %h[%c0] : memref<8xi16>, vector<8xi16>
    // CHECK-NOT: net_rounded_fraction
    // CHECK: }
    %wa3 = arith.extsi %a : vector<8xi16> to vector<8xi32>
    %r = arith.muli %wa3, %wc : vector<8xi32>
    %rr = arith.addi %r, %half : vector<8xi32>
    %rs = arith.shrsi %rr, %fifteen : vector<8xi32>
    %rt = arith.trunci %rs : vector<8xi32> to vector<8xi16>
    vector.store %rt, %u[%c0] : memref<8xi16>, vector<8xi16>
    return
  }
  func.func @net_step(%x: memref<8xi16> {snn.kind = "input", snn.name = "x"},
                      %y: memref<8xi16> {snn.kind = "output", snn.name = "y"},
                      %z: memref<8xi16> {snn.kind = "output", snn.name = "z"},
                      %u: memref<8xi16> {snn.kind = "output", snn.name = "u"},
                      %h: memref<8xi16> {snn.kind = "output", snn.name = "h"})
      attributes {snn.role = "step", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    func.call @scale(%x, %y, %z, %u, %h) : (memref<8xi16>, memref<8xi16>, memref<8xi16>, memref<8xi16>, memref<8xi16>) -> ()
    return
  }
  func.func @net_init() attributes {snn.role = "init", snn.name = "net", snn.dt = 1.0e-3 : f64} {
    return
  }
}

// RUN: rm -rf %t && mkdir %t
// RUN: snn-translate --snn-to-c11 --c11-prefix=net %s -o %t/net.c
// RUN: snn-translate --snn-to-c11-header --c11-prefix=net %s -o %t/net.h
// RUN: FileCheck %s < %t/net.c
// RUN: cc %strict -c %t/net.c -o %t/net.o

// MLIR's operations have a sign, C's numbers do. Where the two differ, the C converts.

func.func private @layer(%x: memref<8xi32> {snn.name = "x"}, %y: memref<32xi32> {snn.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : i32
  %minus = arith.constant -4 : i32

  // CHECK: y[0] = (int32_t)((uint32_t)x[0] >> 4);
  %e0 = memref.load %x[%c0] : memref<8xi32>
  %r0 = arith.shrui %e0, %c4 : i32
  memref.store %r0, %y[%c0] : memref<32xi32>

  // CHECK-NEXT: y[1] = (int32_t)((uint32_t)x[0] / 4);
  %e1 = memref.load %x[%c0] : memref<8xi32>
  %r1 = arith.divui %e1, %c4 : i32
  memref.store %r1, %y[%c1] : memref<32xi32>

  // CHECK-NEXT: y[2] = (int32_t)(4294967292 % (uint32_t)x[0]);
  %e2 = memref.load %x[%c0] : memref<8xi32>
  %r2 = arith.remui %minus, %e2 : i32
  memref.store %r2, %y[%c2] : memref<32xi32>

  // CHECK-NEXT: const int32_t [[E:.*]] = x[0];
  // CHECK-NEXT: y[3] = (uint32_t)[[E]] < 4 ? [[E]] : 4;
  %e3 = memref.load %x[%c0] : memref<8xi32>
  %p3 = arith.cmpi ult, %e3, %c4 : i32
  %r3 = arith.select %p3, %e3, %c4 : i32
  memref.store %r3, %y[%c3] : memref<32xi32>

  // CHECK-NEXT: y[4] = (uint32_t)x[0] >= 4294967292 ? 4 : -4;
  %c4i = arith.constant 4 : index
  %e4 = memref.load %x[%c0] : memref<8xi32>
  %p4 = arith.cmpi uge, %e4, %minus : i32
  %r4 = arith.select %p4, %c4, %minus : i32
  memref.store %r4, %y[%c4i] : memref<32xi32>

  // CHECK-NEXT: y[5] = (int32_t)(uint8_t)(int8_t)x[0];
  %c5 = arith.constant 5 : index
  %e5 = memref.load %x[%c0] : memref<8xi32>
  %t5 = arith.trunci %e5 : i32 to i8
  %r5 = arith.extui %t5 : i8 to i32
  memref.store %r5, %y[%c5] : memref<32xi32>

  // What is cut off does not differ, so nothing is converted.
  // CHECK-NEXT: y[6] = (int32_t)(((int64_t)x[0] * (int64_t)x[1]) >> 32);
  %c6 = arith.constant 6 : index
  %e6 = memref.load %x[%c0] : memref<8xi32>
  %f6 = memref.load %x[%c1] : memref<8xi32>
  %a6 = arith.extsi %e6 : i32 to i64
  %b6 = arith.extsi %f6 : i32 to i64
  %m6 = arith.muli %a6, %b6 : i64
  %k6 = arith.constant 32 : i64
  %s6 = arith.shrui %m6, %k6 : i64
  %r6 = arith.trunci %s6 : i64 to i32
  memref.store %r6, %y[%c6] : memref<32xi32>

  // The least number has no literal.
  // CHECK-NEXT: y[7] = (int32_t)((int64_t)x[0] + INT64_MIN);
  %c7 = arith.constant 7 : index
  %e7 = memref.load %x[%c0] : memref<8xi32>
  %a7 = arith.extsi %e7 : i32 to i64
  %k7 = arith.constant -9223372036854775808 : i64
  %s7 = arith.addi %a7, %k7 : i64
  %r7 = arith.trunci %s7 : i64 to i32
  memref.store %r7, %y[%c7] : memref<32xi32>

  // CHECK-NEXT: for (size_t n = (size_t)-3; (ptrdiff_t)n < 1; ++n) {
  // CHECK-NEXT:     y[n + 11] = 4;
  // CHECK-NEXT: }
  %m3 = arith.constant -3 : index
  %c11 = arith.constant 11 : index
  scf.for %i = %m3 to %c1 step %c1 {
    %j = arith.addi %i, %c11 : index
    memref.store %c4, %y[%j] : memref<32xi32>
  }

  // CHECK-NEXT: const size_t [[END:.*]] = (size_t)(uint32_t)x[2] - 3;
  // CHECK-NEXT: for (size_t n = 0; (ptrdiff_t)n < (ptrdiff_t)[[END]]; ++n) {
  %q = memref.load %x[%c2] : memref<8xi32>
  %q64 = arith.index_castui %q : i32 to index
  %end = arith.subi %q64, %c3 : index
  scf.for %i = %c0 to %end step %c1 {
    memref.store %c4, %y[%i] : memref<32xi32>
  }

  // CHECK:      for (size_t n = 0; n < 4; ++n) {
  // CHECK-NEXT:     const size_t [[D:.*]] = n - 2;
  // CHECK-NEXT:     if ((ptrdiff_t)[[D]] < 0) {
  // CHECK-NEXT:         y[n + 20] = 4;
  %c20 = arith.constant 20 : index
  %four = arith.constant 4 : index
  scf.for %i = %c0 to %four step %c1 {
    %d = arith.subi %i, %c2 : index
    %p = arith.cmpi slt, %d, %c0 : index
    scf.if %p {
      %j = arith.addi %i, %c20 : index
      memref.store %c4, %y[%j] : memref<32xi32>
    }
    %is = arith.cmpi eq, %d, %c1 : index
    scf.if %is {
      memref.store %c4, %y[%i] : memref<32xi32>
    }
  }

  // Beside a number that may be negative, one that is not becomes one with a sign, too.
  // CHECK:      const size_t [[Q:.*]] = (size_t)(uint32_t)x[0];
  // CHECK-NEXT: const size_t [[B:.*]] = (size_t)(uint32_t)x[1] - [[Q]];
  // CHECK-NEXT: for (size_t n = [[B]]; (ptrdiff_t)n < (ptrdiff_t)[[Q]]; ++n) {
  // CHECK-NEXT:     if ((ptrdiff_t)[[B]] < (ptrdiff_t)[[Q]]) {
  %r = memref.load %x[%c0] : memref<8xi32>
  %r64 = arith.index_castui %r : i32 to index
  %s = memref.load %x[%c1] : memref<8xi32>
  %s64 = arith.index_castui %s : i32 to index
  %begin = arith.subi %s64, %r64 : index
  scf.for %i = %begin to %r64 step %c1 {
    %p = arith.cmpi slt, %begin, %r64 : index
    scf.if %p {
      memref.store %c4, %y[%i] : memref<32xi32>
    }
  }

  // What a condition hands on is as little negative as in the condition.
  // CHECK:      const size_t [[H:.*]] = (size_t)(uint32_t)x[
  // CHECK:      for (size_t [[N:.*]] = [[H]]; [[N]] < 4; ++[[N]]) {
  %listed = scf.while (%k = %c0) : (index) -> index {
    %h = memref.load %x[%k] : memref<8xi32>
    %h64 = arith.index_castui %h : i32 to index
    %is = arith.cmpi ne, %h64, %c1 : index
    scf.condition(%is) %h64 : index
  } do {
  ^bb0(%h64: index):
    scf.for %i = %h64 to %four step %c1 {
      memref.store %c4, %y[%i] : memref<32xi32>
    }
    scf.yield %h64 : index
  }
  return
}
func.func @n_step(%a: memref<8xi32> {snn.kind = "input", snn.name = "in"}, %b: memref<32xi32> {snn.kind = "output", snn.name = "out"}) attributes {snn.role = "step", snn.name = "n", snn.dt = 1.0 : f64} {
  call @layer(%a, %b) : (memref<8xi32>, memref<32xi32>) -> ()
  return
}
func.func @n_init() attributes {snn.role = "init", snn.name = "n", snn.dt = 1.0 : f64} { return }

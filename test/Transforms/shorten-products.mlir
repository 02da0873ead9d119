// RUN: snn-opt %s --snn-shorten-products --split-input-file | FileCheck %s
// RUN: snn-opt %s --snn-shorten-products=halves-only --split-input-file | FileCheck %s --check-prefix=HALVES

// The parts of 32 bits, and what is extended, constant or neither.

// CHECK-LABEL: func.func @decay
// CHECK-SAME: (%[[V:.*]]: i32, %[[SHORT:.*]]: i16, %[[X:.*]]: i32)
func.func @decay(%v: i32, %short: i16, %x: i32) -> (i32, i32, i32, i32, i32) {
  %c16 = arith.constant 16 : i32
  %mask = arith.constant 65535 : i32
  %c2048 = arith.constant 2048 : i32
  %c2047 = arith.constant 2047 : i32
  // CHECK: %[[D:.*]] = arith.extsi %[[SHORT]]
  %d = arith.extsi %short : i16 to i32
  // CHECK: %[[HIGH:.*]] = arith.shrsi %[[V]]
  %high = arith.shrsi %v, %c16 : i32
  // CHECK: call @product(%[[HIGH]], %[[D]]) : (i32, i32) -> i32
  %0 = arith.muli %high, %d : i32
  // CHECK: %[[LOW:.*]] = arith.andi %[[V]]
  %low = arith.andi %v, %mask : i32
  // CHECK: call @product_unsigned(%[[LOW]], %[[D]])
  %1 = arith.muli %d, %low : i32
  // CHECK: %[[UNITS:.*]] = arith.constant 8 : i32
  // CHECK: call @product_byte(%[[D]], %[[UNITS]])
  %2 = arith.muli %d, %c2048 : i32
  // CHECK: arith.muli %[[D]]
  %3 = arith.muli %d, %c2047 : i32
  // CHECK: arith.muli %[[X]], %[[D]]
  %4 = arith.muli %x, %d : i32
  return %0, %1, %2, %3, %4 : i32, i32, i32, i32, i32
}
// CHECK: func.func private @product(i32, i32) -> i32 attributes {snn.helper = "product"}
// CHECK: func.func private @product_unsigned(i32, i32) -> i32 attributes {snn.helper = "product_unsigned"}
// CHECK: func.func private @product_byte(i32, i32) -> i32 attributes {snn.helper = "product_byte"}

// -----

// Both factors need all of 16 bits without a sign: the product has 32.

// CHECK-LABEL: func.func @unsigned
func.func @unsigned(%v: i32, %w: i32) -> i32 {
  %mask = arith.constant 65535 : i32
  %a = arith.andi %v, %mask : i32
  %b = arith.andi %w, %mask : i32
  // CHECK: arith.muli
  // CHECK-NOT: call
  %0 = arith.muli %a, %b : i32
  return %0 : i32
}

// -----

// What a shift takes back is left to the C compiler; a product of 64 bits, and a name that is taken.

// CHECK-LABEL: func.func @product
func.func @product(%x: i16, %v: i64, %w: i32) -> (i32, i64, i32) {
  %c15 = arith.constant 15 : i32
  %c16 = arith.constant 16 : i32
  %c16384 = arith.constant 16384 : i32
  %c48 = arith.constant 48 : i64
  %long = arith.extsi %x : i16 to i32
  // CHECK: arith.muli
  %0 = arith.muli %long, %c16384 : i32
  %1 = arith.shrsi %0, %c15 : i32
  %high = arith.shrsi %v, %c48 : i64
  // CHECK: arith.muli {{.*}} : i64
  %2 = arith.muli %high, %high : i64
  // CHECK: call @product_0(
  %part = arith.shrsi %w, %c16 : i32
  %3 = arith.muli %part, %part : i32
  return %1, %2, %3 : i32, i64, i32
}

// -----

// Products that are rounded and shifted, of 16 bits and of the halves of 32, by what a table holds.

memref.global "private" constant @shares : memref<3xi16> = dense<[0, 32767, 5]>
memref.global "private" constant @signed : memref<3xi16> = dense<[-1, 32767, 5]>

// With halves-only nothing else is replaced.
// HALVES-NOT:   call @product
// HALVES-LABEL: func.func @shifted
// HALVES:         call @product_shifted(
// HALVES-NOT:     call @product

// CHECK-LABEL: func.func @shifted
// CHECK-SAME: (%[[V:.*]]: i32, %[[X:.*]]: i16, %[[I:.*]]: index)
func.func @shifted(%v: i32, %x: i16, %i: index) -> (i32, i32, i16, i32) {
  %c15 = arith.constant 15 : i32
  %c16 = arith.constant 16 : i32
  %c18 = arith.constant 18 : i32
  %mask = arith.constant 32767 : i32
  %half = arith.constant 16384 : i32
  %more = arith.constant 65537 : i32
  %factor = arith.constant 6554 : i32
  %shares = memref.get_global @shares : memref<3xi16>
  %signed = memref.get_global @signed : memref<3xi16>
  %share = memref.load %shares[%i] : memref<3xi16>
  %other = memref.load %signed[%i] : memref<3xi16>
  // CHECK: %[[D:.*]] = arith.extsi
  %d = arith.extsi %share : i16 to i32
  // CHECK: %[[S:.*]] = arith.extsi
  %s = arith.extsi %other : i16 to i32
  // CHECK: %[[N:.*]] = arith.extsi %[[X]]
  %n = arith.extsi %x : i16 to i32

  // CHECK: %[[ROUNDING:.*]] = arith.constant 16384 : i32
  // CHECK: %[[BY:.*]] = arith.constant 15 : i32
  // CHECK: %[[WIDE:.*]] = call @product_shifted(%[[V]], %[[D]], %[[ROUNDING]], %[[BY]])
  %high = arith.shrsi %v, %c15 : i32
  %upper = arith.muli %high, %d : i32
  %low = arith.andi %v, %mask : i32
  %lower = arith.muli %low, %d : i32
  %rounded = arith.addi %lower, %half : i32
  %carry = arith.shrsi %rounded, %c15 : i32
  %wide = arith.addi %upper, %carry : i32

  // What is above the shift is added behind it, and the rest of the shift comes last.
  // CHECK: %[[ONE:.*]] = arith.constant 1 : i32
  // CHECK: %[[BY:.*]] = arith.constant 16 : i32
  // CHECK: %[[PRODUCT:.*]] = call @product_shifted_short(%[[N]], %{{.*}}, %[[ONE]], %[[BY]])
  // CHECK: %[[SUM:.*]] = arith.addi %[[PRODUCT]], %{{.*}}
  // CHECK: %[[SHORT:.*]] = arith.shrsi %[[SUM]], %{{.*}}
  %scaled = arith.muli %n, %factor : i32
  %sum = arith.addi %scaled, %more : i32
  %short = arith.shrsi %sum, %c18 : i32

  // Only the lower half of what is shifted without sign is read.
  // CHECK: call @product_shifted_short(%[[N]], %[[D]],
  // CHECK: %[[PART:.*]] = arith.trunci
  %third = arith.muli %d, %n : i32
  %without = arith.shrui %third, %c16 : i32
  %part = arith.trunci %without : i32 to i16

  // Factors with a sign stay as they are.
  // CHECK: %[[FOURTH:.*]] = arith.muli %[[N]], %[[S]]
  // CHECK: %[[LAST:.*]] = arith.shrsi %[[FOURTH]]
  %fourth = arith.muli %n, %s : i32
  %last = arith.shrsi %fourth, %c16 : i32
  // CHECK: return %[[WIDE]], %[[SHORT]], %[[PART]], %[[LAST]]
  return %wide, %short, %part, %last : i32, i32, i16, i32
}
// CHECK: func.func private @product_shifted(i32, i32, i32, i32) -> i32 attributes {snn.helper = "product_shifted"}
// CHECK: func.func private @product_shifted_short(i32, i32, i32, i32) -> i32 attributes {snn.helper = "product_shifted_short"}

// -----

// A factor of 2^15 and more, or a sum of more than 31 bits, is none for a shift by 15; and what reads the
// bits that a shift without sign brings in needs them.

// CHECK-LABEL: func.func @not_shifted
// CHECK-NOT: product_shifted
func.func @not_shifted(%x: i16, %w: i32) -> (i32, i32, i32) {
  %c15 = arith.constant 15 : i32
  %c16 = arith.constant 16 : i32
  %factor = arith.constant 32769 : i32
  %large = arith.constant 65535 : i32
  %much = arith.constant 131071 : i32
  %n = arith.extsi %x : i16 to i32
  %0 = arith.muli %n, %factor : i32
  %1 = arith.shrsi %0, %c15 : i32
  %2 = arith.muli %n, %large : i32
  %3 = arith.addi %2, %much : i32
  %4 = arith.shrsi %3, %c16 : i32
  %small = arith.constant 6554 : i32
  %5 = arith.muli %n, %small : i32
  %6 = arith.shrui %5, %c16 : i32
  return %1, %4, %6 : i32, i32, i32
}

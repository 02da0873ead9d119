// RUN: snn-opt %s --snn-shorten-products --split-input-file | FileCheck %s

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
  // CHECK: call @product(%[[D]], %{{.*}})
  %2 = arith.muli %d, %c2048 : i32
  // CHECK: arith.muli %[[D]]
  %3 = arith.muli %d, %c2047 : i32
  // CHECK: arith.muli %[[X]], %[[D]]
  %4 = arith.muli %x, %d : i32
  return %0, %1, %2, %3, %4 : i32, i32, i32, i32, i32
}
// CHECK: func.func private @product(i32, i32) -> i32 attributes {snn.helper = "product"}
// CHECK: func.func private @product_unsigned(i32, i32) -> i32 attributes {snn.helper = "product_unsigned"}

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

// RUN: snn-opt %s --snn-plan-scratch --split-input-file | FileCheck %s

// %b is needed while %a is; %c only afterwards, so it takes the place of %a. Types do not matter, but
// offsets are multiples of the largest element.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[IN:.*]]: memref<8xi1> {snn.kind = "input"}, %[[V:.*]]: memref<4xf32> {snn.kind = "state"}, %[[ARENA:.*]]: memref<28xi8> {snn.alignment = 4 : i64, snn.kind = "arena", snn.name = "scratch"})
// CHECK-DAG:     %[[A:.*]] = memref.view %[[ARENA]][%c0{{.*}}][] {snn.buffer = 1 : index} : memref<28xi8> to memref<4xf32>
// CHECK-DAG:     %[[B:.*]] = memref.view %[[ARENA]][%c16{{.*}}][] {snn.buffer = 3 : index} : memref<28xi8> to memref<12xi8>
// CHECK-DAG:     %[[C:.*]] = memref.view %[[ARENA]][%c0{{.*}}][] {snn.buffer = 4 : index} : memref<28xi8> to memref<5xi16>
// CHECK:         call @first(%[[IN]], %[[A]])
// CHECK:         %[[R:.*]] = memref.expand_shape %[[A]]
// CHECK:         call @second(%[[R]], %[[B]])
// CHECK:         call @third(%[[B]], %[[C]], %[[V]])
func.func private @first(memref<8xi1>, memref<4xf32>)
func.func private @second(memref<2x2xf32>, memref<12xi8>)
func.func private @third(memref<12xi8>, memref<5xi16>, memref<4xf32>)
func.func @net_step(%in: memref<8xi1> {snn.kind = "input"},
                    %a: memref<4xf32> {snn.kind = "scratch", snn.name = "a"},
                    %v: memref<4xf32> {snn.kind = "state"},
                    %b: memref<12xi8> {snn.kind = "scratch", snn.name = "b"},
                    %c: memref<5xi16> {snn.kind = "scratch", snn.name = "c"})
    attributes {snn.role = "step"} {
  call @first(%in, %a) : (memref<8xi1>, memref<4xf32>) -> ()
  %r = memref.expand_shape %a [[0, 1]] output_shape [2, 2] : memref<4xf32> into memref<2x2xf32>
  call @second(%r, %b) : (memref<2x2xf32>, memref<12xi8>) -> ()
  call @third(%b, %c, %v) : (memref<12xi8>, memref<5xi16>, memref<4xf32>) -> ()
  return
}

// -----

// Where the shorter one of two ends that share a place, the longer one still has a byte.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    memref<20xi8> {snn.alignment = 1 : i64
// CHECK-DAG:     memref.view %{{.*}}[%c0{{.*}}][] {snn.buffer = 0 : index} : memref<20xi8> to memref<10xi8>
// CHECK-DAG:     memref.view %{{.*}}[%c0{{.*}}][] {snn.buffer = 1 : index} : memref<20xi8> to memref<11xi8>
// CHECK-DAG:     memref.view %{{.*}}[%c11{{.*}}][] {snn.buffer = 2 : index} : memref<20xi8> to memref<9xi8>
func.func private @first(memref<10xi8>, memref<9xi8>)
func.func private @second(memref<11xi8>, memref<9xi8>)
func.func @net_step(%a: memref<10xi8> {snn.kind = "scratch", snn.name = "a"},
                    %b: memref<11xi8> {snn.kind = "scratch", snn.name = "b"},
                    %c: memref<9xi8> {snn.kind = "scratch", snn.name = "c"})
    attributes {snn.role = "step"} {
  call @first(%a, %c) : (memref<10xi8>, memref<9xi8>) -> ()
  call @second(%b, %c) : (memref<11xi8>, memref<9xi8>) -> ()
  return
}

// -----

// Between %c, which takes the place of %a, and %b there are 9 bytes: too few for %d.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    memref<55xi8> {snn.alignment = 1 : i64
// CHECK-DAG:     memref.view %{{.*}}[%c0{{.*}}][] {snn.buffer = 0 : index} : memref<55xi8> to memref<25xi8>
// CHECK-DAG:     memref.view %{{.*}}[%c25{{.*}}][] {snn.buffer = 1 : index} : memref<55xi8> to memref<20xi8>
// CHECK-DAG:     memref.view %{{.*}}[%c0{{.*}}][] {snn.buffer = 2 : index} : memref<55xi8> to memref<16xi8>
// CHECK-DAG:     memref.view %{{.*}}[%c45{{.*}}][] {snn.buffer = 3 : index} : memref<55xi8> to memref<10xi8>
func.func private @first(memref<25xi8>, memref<20xi8>)
func.func private @second(memref<20xi8>, memref<16xi8>, memref<10xi8>)
func.func @net_step(%a: memref<25xi8> {snn.kind = "scratch", snn.name = "a"},
                    %b: memref<20xi8> {snn.kind = "scratch", snn.name = "b"},
                    %c: memref<16xi8> {snn.kind = "scratch", snn.name = "c"},
                    %d: memref<10xi8> {snn.kind = "scratch", snn.name = "d"})
    attributes {snn.role = "step"} {
  call @first(%a, %b) : (memref<25xi8>, memref<20xi8>) -> ()
  call @second(%b, %c, %d) : (memref<20xi8>, memref<16xi8>, memref<10xi8>) -> ()
  return
}

// -----

// Without scratch there is no arena.
// CHECK-LABEL: func.func @net_step(
// CHECK-NOT:     arena
func.func @net_step(%in: memref<8xi1> {snn.kind = "input"}) attributes {snn.role = "step"} {
  return
}

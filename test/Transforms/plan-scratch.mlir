// RUN: snn-opt %s --snn-plan-scratch --split-input-file | FileCheck %s

// %b is needed while %a is; %c only afterwards, so it takes the place of %a. Types do not matter, but
// offsets are multiples of the largest element.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[IN:.*]]: memref<8xi1> {snn.kind = "input"}, %[[V:.*]]: memref<4xf32> {snn.kind = "state"}, %[[ARENA:.*]]: memref<28xi8> {snn.alignment = 4 : i64, snn.kind = "arena", snn.name = "scratch"})
// CHECK-DAG:     %[[A:.*]] = memref.view %[[ARENA]][%c0{{.*}}][] : memref<28xi8> to memref<4xf32>
// CHECK-DAG:     %[[B:.*]] = memref.view %[[ARENA]][%c16{{.*}}][] : memref<28xi8> to memref<12xi8>
// CHECK-DAG:     %[[C:.*]] = memref.view %[[ARENA]][%c0{{.*}}][] : memref<28xi8> to memref<5xi16>
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

// Without scratch there is no arena.
// CHECK-LABEL: func.func @net_step(
// CHECK-NOT:     arena
func.func @net_step(%in: memref<8xi1> {snn.kind = "input"}) attributes {snn.role = "step"} {
  return
}

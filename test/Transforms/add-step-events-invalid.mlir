// RUN: snn-opt %s --snn-add-step-events --split-input-file --verify-diagnostics | FileCheck %s

// expected-error @+1 {{argument 0 of "n_step" is an input of spikes without snn.name, expected one: its events are named after it}}
func.func @n_step(%a: memref<4xi1> {snn.kind = "input"}) attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"} { 
 %c = arith.constant 0 : index
 %v = memref.load %a[%c] : memref<4xi1>
 return }

// -----

// expected-error @+1 {{argument 0 of "n_step" is an input of spikes of type 'memref<?xi1>', expected a static shape}}
func.func @n_step(%a: memref<?xi1> {snn.kind = "input", snn.name = "a"}) attributes {snn.role = "step"} {
  return
}

// -----

func.func private @list(memref<4xi1>) attributes {snn.lists}
func.func @n_step(%a: memref<4xi1> {snn.kind = "input", snn.name = "a"}) attributes {snn.role = "step"} {
  // expected-error @+1 {{lists events as '(memref<4xi1>) -> ()', expected the spikes, their number and the list; or, before the list, also where a part of it begins, and how many it has room for}}
  call @list(%a) : (memref<4xi1>) -> ()
  return
}

// -----

func.func private @list(memref<4xi1>, index, i32) attributes {snn.lists}
func.func @n_step(%a: memref<4xi1> {snn.kind = "input", snn.name = "a"}, %e: i32) attributes {snn.role = "step"} {
  %n = arith.constant 4 : index
  // expected-error @+1 {{lists events as '(memref<4xi1>, index, i32) -> ()', expected the spikes}}
  call @list(%a, %n, %e) : (memref<4xi1>, index, i32) -> ()
  return
}

// -----

// A declaration stays what it is.
// CHECK:      func.func private @n_step(memref<4xi1> {snn.kind = "input", snn.name = "a"})
// CHECK-NOT:  n_step_events
func.func private @n_step(memref<4xi1> {snn.kind = "input", snn.name="a"}) attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"}

// -----

// The list of a part is not the list of the whole.
// CHECK-LABEL: func.func @part_step_events(
// CHECK:         call @list(
func.func private @list(memref<2xi1, strided<[1], offset: 1>>, index, memref<6xi16>) attributes {snn.lists}
func.func @part_step(%a: memref<4xi1> {snn.kind = "input", snn.name = "a"}, %e: memref<6xi16>) attributes {snn.role = "step"} {
  %n = arith.constant 2 : index
  %p = memref.subview %a[1] [2] [1] : memref<4xi1> to memref<2xi1, strided<[1], offset: 1>>
  call @list(%p, %n, %e) : (memref<2xi1, strided<[1], offset: 1>>, index, memref<6xi16>) -> ()
  return
}

// RUN: snn-opt %s --snn-plan-scratch --split-input-file --verify-diagnostics -allow-unregistered-dialect | FileCheck %s

// Two buffers that are needed at the same time, one of them inside a loop.
// CHECK-LABEL: func.func @n_step(
// CHECK-DAG:   memref.view %{{.*}}[%c0{{.*}}][] {snn.buffer = 1 : index}
// CHECK-DAG:   memref.view %{{.*}}[%c16{{.*}}][] {snn.buffer = 2 : index}
func.func private @w(%y: memref<4xf32> {snn.name = "y"}, %v: f32) 
func.func private @put(%y: memref<4xf32>)
func.func private @use(%x: memref<4xf32>, %o: memref<4xf32>)
func.func @n_step(%out: memref<4xf32> {snn.kind = "output", snn.name = "out"}, %a: memref<4xf32> {snn.kind = "scratch", snn.name = "a"}, %b: memref<4xf32> {snn.kind = "scratch", snn.name = "b"}) attributes {snn.role = "step", snn.name = "n", snn.dt = 1.0 : f64} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  call @put(%a) : (memref<4xf32>) -> ()
  %x = arith.constant 0.0 : f32
  call @put(%b) : (memref<4xf32>) -> ()
  call @use(%b, %out) : (memref<4xf32>, memref<4xf32>) -> ()
  scf.for %i = %c0 to %c1 step %c1 {
    func.call @use(%a, %out) : (memref<4xf32>, memref<4xf32>) -> ()
  }
  return
}

// -----

// A declaration stays what it is.
// CHECK:      func.func private @n_step(memref<4xi1> {snn.kind = "input", snn.name = "a"})
// CHECK-NOT:  memref.view
func.func private @n_step(memref<4xi1> {snn.kind = "input", snn.name="a"}) attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"}

// -----

// %m is %a or %c.
// CHECK-LABEL: func.func @select_step(
// CHECK-DAG:   memref.view %{{.*}}[%c0{{.*}}][] {snn.buffer = 0 : index}
// CHECK-DAG:   memref.view %{{.*}}[%c16{{.*}}][] {snn.buffer = 1 : index}
func.func private @put(memref<4xf32>)
func.func @select_step(%a: memref<4xf32> {snn.kind = "scratch", snn.name = "a"},
                       %b: memref<4xf32> {snn.kind = "scratch", snn.name = "b"},
                       %c: memref<4xf32>, %is: i1) attributes {snn.role = "step"} {
  call @put(%a) : (memref<4xf32>) -> ()
  %m = arith.select %is, %a, %c : memref<4xf32>
  call @put(%b) : (memref<4xf32>) -> ()
  call @put(%m) : (memref<4xf32>) -> ()
  return
}

// -----

// What a branch hands on is a buffer, too.
// CHECK-LABEL: func.func @if_step(
// CHECK-DAG:   memref.view %{{.*}}[%c0{{.*}}][] {snn.buffer = 0 : index}
// CHECK-DAG:   memref.view %{{.*}}[%c16{{.*}}][] {snn.buffer = 1 : index}
func.func private @put(memref<4xf32>)
func.func @if_step(%a: memref<4xf32> {snn.kind = "scratch", snn.name = "a"},
                   %b: memref<4xf32> {snn.kind = "scratch", snn.name = "b"},
                   %c: memref<4xf32>, %is: i1) attributes {snn.role = "step"} {
  %m = scf.if %is -> memref<4xf32> {
    func.call @put(%a) : (memref<4xf32>) -> ()
    scf.yield %a : memref<4xf32>
  } else {
    scf.yield %c : memref<4xf32>
  }
  call @put(%b) : (memref<4xf32>) -> ()
  call @put(%m) : (memref<4xf32>) -> ()
  return
}

// -----

// And what a loop carries.
// CHECK-LABEL: func.func @carried_step_events(
// CHECK-DAG:   memref.view %{{.*}}[%c0{{.*}}][] {snn.buffer = 0 : index}
// CHECK-DAG:   memref.view %{{.*}}[%c16{{.*}}][] {snn.buffer = 1 : index}
func.func private @put(memref<4xf32>)
func.func @carried_step_events(%a: memref<4xf32> {snn.kind = "scratch", snn.name = "a"},
                               %b: memref<4xf32> {snn.kind = "scratch", snn.name = "b"},
                               %n: index) attributes {snn.role = "step_events"} {
  call @put(%a) : (memref<4xf32>) -> ()
  %r = scf.for %i = %n to %n step %n iter_args(%m = %a) -> memref<4xf32> {
    scf.yield %m : memref<4xf32>
  }
  call @put(%b) : (memref<4xf32>) -> ()
  call @put(%r) : (memref<4xf32>) -> ()
  return
}

// -----

// expected-error @+1 {{has several blocks, expected one}}
func.func @blocks_step(%a: memref<4xf32> {snn.kind = "scratch", snn.name = "a"}) attributes {snn.role = "step"} {
  "any.branch"()[^next] : () -> ()
^next:
  return
}

// RUN: snn-translate --snn-to-c11 %s | FileCheck %s

// Called functions come first, whatever the order in the module; others stay in order.

// CHECK: static SNN_LAYER void n_l2(
// CHECK: static SNN_LAYER void n_l1(
// CHECK: n_l2(a);
func.func private @l1(%a: memref<4xf32> {snn.name = "a"}) { 
 call @l2(%a) : (memref<4xf32>) -> ()
 return }
func.func private @l2(%a: memref<4xf32> {snn.name = "a"}) { 
 return }
func.func @n_step(%a: memref<4xf32> {snn.kind = "input", snn.name="a"}) attributes {snn.role = "step", snn.dt = 1.0 : f64, snn.name = "n"} {
 call @l1(%a) : (memref<4xf32>) -> ()
 return }
func.func @n_init() attributes {snn.role = "init", snn.dt = 1.0 : f64} { return }

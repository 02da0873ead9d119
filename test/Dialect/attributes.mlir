// RUN: snn-opt %s --split-input-file --verify-diagnostics

// What the dialect's attributes hold is verified where they stand [N7].

// expected-error @+1 {{snn.bits of argument 0 is 77 : i64, expected 8, 16 or 32, an i64 [N7]}}
snn.network @a(%x: tensor<4xf32> {snn.bits = 77 : i64, snn.range = ["a", 2]}) -> (tensor<4xf32>) attributes {dt = 1.0 : f64} { snn.output %x : tensor<4xf32> }

// -----

// The argument is pointed at, not the network.
snn.network @bits(%x: tensor<4xf32>,
                  // expected-error @+1 {{snn.bits of argument 1 is 8 : i32, expected 8, 16 or 32, an i64 [N7]}}
                  %y: tensor<4xf32> {snn.bits = 8 : i32}) attributes {dt = 1.0 : f64} {
  snn.output
}

// -----

snn.network @weight_bits(%x: tensor<4xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<2x4xf32>
  // expected-error @+1 {{snn.weight_bits of 'snn.linear' is 3 : i64, expected 2, 4, 8 or 16, an i64 [N7]}}
  %y = snn.linear %x, %w {snn.weight_bits = 3 : i64} : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2xf32>
  snn.output
}

// -----

// expected-error @+1 {{snn.range of argument 0 is ["a", 2], expected two floating-point numbers, the least first [N7]}}
snn.network @range(%x: tensor<4xf32> {snn.range = ["a", 2]}) attributes {dt = 1.0 : f64} {
  snn.output
}

// -----

// expected-error @+1 {{snn.range of argument 0 is [2.000000e+00, -1.000000e+00], expected two floating-point numbers, the least first [N7]}}
snn.network @turned(%x: tensor<4xf32> {snn.range = [2.0, -1.0]}) attributes {dt = 1.0 : f64} {
  snn.output
}

// -----

snn.network @on_operation(%x: tensor<4xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{snn.range of 'snn.li' is [0x7FC00000 : f32, 1.000000e+00], expected two floating-point numbers, the least first [N7]}}
  %v = snn.li %x {snn.range = [0x7FC00000 : f32, 1.0]} : (tensor<4xf32>) -> tensor<4xf32>
  snn.output
}

// -----

// expected-error @+1 {{snn.record of result 0 is 1 : i64, expected no value [N7]}}
snn.network @record(%x: tensor<4xf32>) -> (tensor<4xf32> {snn.record = 1}) attributes {dt = 1.0 : f64} {
  snn.output %x : tensor<4xf32>
}

// -----

// expected-error @+1 {{snn.kind of argument 0 is "inptu", expected 'input', 'output', 'state', 'scratch', 'arena', 'events' or 'count' [N7]}}
func.func @kind(%x: memref<4xf32> {snn.kind = "inptu"}) {
  return
}

// -----

// A declaration has no argument to point at.
// expected-error @+1 {{snn.kind of argument 1 is 3 : i64, expected 'input',}}
func.func private @declared(memref<4xf32>, memref<4xf32> {snn.kind = 3})

// -----

// expected-error @+1 {{snn.role of 'func.func' is "stop", expected 'step', 'step_events' or 'init' [N7]}}
func.func @role() attributes {snn.role = "stop"} {
  return
}

// -----

// expected-error @+1 {{snn.dt of 'func.func' is 0.000000e+00 : f64, expected a positive number of seconds, an f64 [N7]}}
func.func @dt() attributes {snn.role = "step", snn.dt = 0.0 : f64} {
  return
}

// -----

// expected-error @+1 {{snn.scales of argument 0 is array<f64: 1.000000e+00, -2.000000e+00>, expected an array<f64> of positive numbers [N7]}}
func.func @scales(%x: memref<4xi8> {snn.scales = array<f64: 1.0, -2.0>}) {
  return
}

// -----

// expected-error @+1 {{snn.signals of argument 0 is [1], expected an array of strings [N7]}}
func.func @signals(%x: memref<4xi8> {snn.signals = [1]}) {
  return
}

// -----

// expected-error @+1 {{snn.provenance of 'builtin.module' is "me", expected a dictionary [N7]}}
module attributes {snn.provenance = "me"} {
}

// -----

// A word that is misspelled is no comment.
// expected-error @+1 {{snn.knd of argument 0 is no attribute of the snn dialect [N7]}}
func.func @unknown(%x: memref<4xi8> {snn.knd = "input"}) {
  return
}

// -----

// expected-error @+1 {{snn.node of 'func.func' is "", expected a string that is not empty [N7]}}
func.func @node() attributes {snn.node = ""} {
  return
}

// -----

// expected-error @+1 {{snn.scale_axis of argument 0 is -1 : index, expected an index of at least 0 [N7]}}
func.func @axis(%x: memref<4xi8> {snn.scale_axis = -1 : index}) {
  return
}

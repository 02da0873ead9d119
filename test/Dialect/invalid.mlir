// RUN: snn-opt %s -allow-unregistered-dialect -verify-diagnostics -split-input-file

// Every message of the verifiers in lib/IR/SNNOps.cpp and lib/IR/Scales.cpp, and one for each number of
// dialect/spec.md. More of [N7] is in attributes.mlir, of [N9] in state-in-networks.mlir, and of [T1],
// [N8] and [Q1] in sizes-and-types.mlir.

// expected-error@+1 {{dt is 0.000000e+00, expected a positive number of seconds [N4]}}
snn.network @net() attributes {dt = 0.0 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{dt is -1.000000e-03, expected a positive number of seconds [N4]}}
snn.network @net() attributes {dt = -1.0e-3 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{dt is INF, expected a positive number of seconds [N4]}}
snn.network @net() attributes {dt = 0x7FF0000000000000 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{expected a positive number of seconds [N4]}}
snn.network @net() attributes {dt = 0x7FF8000000000000 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{has an input or output of type 'tensor<?xf32>', expected a statically shaped tensor of f32, f64, i1, ui8 or a quantized type, no dimension of which is 0 [T1]}}
snn.network @net(%x: tensor<?xf32>) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{has an input or output of type 'tensor<4xf16>', expected a statically shaped tensor of f32, f64, i1, ui8 or a quantized type, no dimension of which is 0 [T1]}}
snn.network @net(%x: tensor<4xf16>) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{has an input or output of type 'tensor<4xi8>', expected a statically shaped tensor of f32, f64, i1, ui8 or a quantized type, no dimension of which is 0 [T1]}}
snn.network @net(%x: tensor<4xi8>) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{has an input or output of type 'f32', expected a statically shaped tensor of f32, f64, i1, ui8 or a quantized type, no dimension of which is 0 [T1]}}
snn.network @net(%x: f32) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{has an input or output of type 'tensor<4xi32>', expected a statically shaped tensor}}
snn.network @net() -> tensor<4xi32> attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant dense<0> : tensor<4xi32>
  "test.end"(%c) : (tensor<4xi32>) -> ()
}

// -----

// expected-error@+1 {{snn.name of argument 0 is 3 : i64, expected a string [N7]}}
snn.network @net(%x: tensor<4xi1> {snn.name = 3}) attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{two inputs are named 'x' [N5]}}
snn.network @net(%x: tensor<4xi1> {snn.name = "x"}, %y: tensor<4xi1> {snn.name = "x"})
    attributes {dt = 1.0e-3 : f64} {
  snn.output
}

// -----

// expected-error@+1 {{snn.name of result 0 is unit, expected a string [N7]}}
snn.network @net(%x: tensor<4xi1>) -> (tensor<4xi1> {snn.name})
    attributes {dt = 1.0e-3 : f64} {
  snn.output %x : tensor<4xi1>
}

// -----

// expected-error@+1 {{two outputs are named 'y' [N5]}}
snn.network @net(%x: tensor<4xi1>)
    -> (tensor<4xi1> {snn.name = "y"}, tensor<4xi1> {snn.name = "y"})
    attributes {dt = 1.0e-3 : f64} {
  snn.output %x, %x : tensor<4xi1>, tensor<4xi1>
}

// -----

// expected-error@+1 {{body ends in 'test.end', expected snn.output [N1]}}
snn.network @net(%x: tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  "test.end"() : () -> ()
}

// -----

snn.network @net(%x: tensor<4xi1>) -> tensor<3xi1> attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{gives ('tensor<4xi1>'), the network declares ('tensor<3xi1>') [N2]}}
  snn.output %x : tensor<4xi1>
}

// -----

snn.network @net(%x: tensor<4xi1>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{gives (), the network declares ('tensor<4xi1>') [N2]}}
  snn.output
}

// -----

func.func @f() {
  // expected-error@+1 {{expects parent op 'snn.network'}}
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{cannot stand in an snn.network: only snn operations, constants, quantization casts and reshapes can [N6]}}
  %y = arith.addf %x, %x : tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{cannot stand in an snn.network}}
  %y = tensor.empty() : tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{cannot stand in an snn.network}}
  %y = "test.unknown"() : () -> tensor<4xf32>
  snn.output
}

// -----

// expected-error@+1 {{has a cycle without a delay or a neuron with spike timing 'pre': snn.scale -> snn.add -> snn.scale [N3]}}
snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 0.5 : f32
  %a = snn.add %x, %b : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %b = snn.scale %a, %c : (tensor<4xf32>, f32) -> tensor<4xf32>
  snn.output
}

// -----

// The names of the nodes are in the message.
// expected-error@+1 {{'pre': snn.lif 'neuron' -> snn.add 'sum' -> snn.lif 'neuron' [N3]}}
snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 0.5 : f32
  %a = snn.add %x, %s {snn.node = "sum"} : (tensor<4xf32>, tensor<4xi1>) -> tensor<4xf32>
  %s, %v = snn.lif %a threshold(%c) {reset_timing = #snn.reset_timing<delayed>, snn.node = "neuron"}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

// Only the spikes of a neuron with spike timing 'pre' are carried, not its voltage.
// expected-error@+1 {{snn.lif -> snn.add -> snn.lif [N3]}}
snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 0.5 : f32
  %a = snn.add %x, %v : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %s, %v = snn.lif %a threshold(%c)
    {spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

// A delay breaks a cycle if no element is by 0 steps.
// expected-error@+1 {{snn.delay -> snn.delay [N3]}}
snn.network @net() attributes {dt = 1.0e-3 : f64} {
  %d = snn.delay %d by dense<[1, 0]> : tensor<2xi64> : tensor<2xi1>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{weight has shape [3], expected [batch..., out, in] [L1]}}
  %y = snn.linear %x, %t : (tensor<4xf32>, tensor<3xf32>) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<5xf32>, %w: tensor<3x4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has shape [5], expected [4] for a weight of shape [3, 4] [L2]}}
  %y = snn.linear %x, %w : (tensor<5xf32>, tensor<3x4xf32>) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>, %w: tensor<2x3x4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has shape [4], expected [2, 4] for a weight of shape [2, 3, 4] [L2]}}
  %y = snn.linear %x, %w : (tensor<4xf32>, tensor<2x3x4xf32>) -> tensor<2x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>, %w: tensor<3x4xf32>, %b: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has shape [4], expected [3] for a weight of shape [3, 4] [L3]}}
  %y = snn.linear %x, %w : (tensor<4xf32>, tensor<3x4xf32>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf64>, %w: tensor<3x4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has element type 'f64', expected i1, ui8 or that of the result, 'f32' [T3]}}
  %y = snn.linear %x, %w : (tensor<4xf64>, tensor<3x4xf32>) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>, %w: tensor<3x4xf64>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{weight has element type 'f64', the result 'f32' [L4]}}
  %y = snn.linear %x, %w : (tensor<4xf32>, tensor<3x4xf64>) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>, %w: tensor<3x4xf32>, %b: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{bias has shape [4], expected that of the result, [3] [L5]}}
  %y = snn.linear %x, %w bias %b : (tensor<4xf32>, tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf64>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{bias has element type 'f64', the result 'f32' [L4]}}
  %y = snn.linear %x, %w bias %b : (tensor<4xf32>, tensor<3x4xf32>, tensor<3xf64>) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{result has shape [3], expected that of the input, [4] [C1]}}
  %y = snn.scale %x, %c : (tensor<4xf32>, f32) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{input has element type 'f32', expected i1, ui8 or that of the result, 'f64' [T3]}}
  %y = snn.scale %x, %d : (tensor<4xf32>, f64) -> tensor<4xf64>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{factor has element type 'f64', expected 'f32' [T2]}}
  %y = snn.scale %x, %d : (tensor<4xf32>, f64) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{factor has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %y = snn.scale %x, %t : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{has no inputs [A1]}}
  %y = snn.add : () -> tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{input has shape [3], expected that of the result, [4] [A2]}}
  %y = snn.add %x, %t : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>, %z: tensor<4xf64>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has element type 'f64', expected i1, ui8 or that of the result, 'f32' [T3]}}
  %y = snn.add %x, %z : (tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{result has shape [3], expected that of the input, [4] [H1]}}
  %y = snn.threshold %x, %c : (tensor<4xf32>, f32) -> tensor<3xi1>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{input has element type 'f32', expected i1, ui8 or that of the result, 'f64' [T3]}}
  %y = snn.threshold %x, %d : (tensor<4xf32>, f64) -> tensor<4xi1>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{threshold has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %y = snn.threshold %x, %t : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xi1>
  snn.output
}

// -----

snn.network @net(%x: tensor<4x!quant.uniform<i8:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has shape [3], expected that of the input, [4] [R1]}}
  %y = snn.rescale %x : tensor<4x!quant.uniform<i8:f32, 0.5>> -> tensor<3x!quant.uniform<i8:f32, 0.5>>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>, %q: tensor<4x!quant.uniform<i8:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has element type 'f32', expected i1, ui8 or a quantized type as '!quant.uniform<i8:f32, 5.000000e-01>' [T3]}}
  %y = snn.add %x, %q : (tensor<4xf32>, tensor<4x!quant.uniform<i8:f32, 0.5>>) -> tensor<4x!quant.uniform<i8:f32, 0.5>>
  snn.output
}

// -----

snn.network @net(%q: tensor<4x!quant.uniform<i8:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{factor has element type 'f32', expected a quantized type as '!quant.uniform<i8:f32, 5.000000e-01>' [T2]}}
  %y = snn.scale %q, %c : (tensor<4x!quant.uniform<i8:f32, 0.5>>, f32) -> tensor<4x!quant.uniform<i8:f32, 0.5>>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{steps have shape [3], expected one number or shape [4] [D1]}}
  %y = snn.delay %x by dense<1> : tensor<3xi64> : tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{is by -1 steps, expected 0 to 2^31 - 1 [D2]}}
  %y = snn.delay %x by dense<-1> : tensor<i64> : tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{is by -2 steps, expected 0 to 2^31 - 1 [D2]}}
  %y = snn.delay %x by dense<[1, -2, 0, 3]> : tensor<4xi64> : tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{invalid kind of attribute specified}}
  %y = snn.delay %x by sparse<0, 1> : tensor<4xi64> : tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{init has element type 'f64', expected 'f32' [T2]}}
  %y = snn.delay %x by dense<1> : tensor<i64> init(%d : f64) : tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{init has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %y = snn.delay %x by dense<1> : tensor<i64> init(%t : tensor<3xf32>) : tensor<4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{voltage has shape [3], expected that of the input, [4] [U1]}}
  %p, %q = snn.lif %x threshold(%c)
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<3xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf64>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{input has element type 'f64', expected i1, ui8 or that of the result, 'f32' [T3]}}
  %p, %q = snn.lif %x threshold(%c)
    : (tensor<4xf64>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{decay has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.lif %x decay(%d) threshold(%c)
    : (tensor<4xf32>, f64, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{gain has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q = snn.lif %x gain(%t) threshold(%c)
    : (tensor<4xf32>, tensor<3xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{leak has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.lif %x leak(%d) threshold(%c)
    : (tensor<4xf32>, f64, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{init has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q = snn.lif %x threshold(%c) init(%t)
    : (tensor<4xf32>, f32, tensor<3xf32>) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{threshold has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.lif %x threshold(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{reset has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q = snn.lif %x threshold(%c) reset(%t)
    : (tensor<4xf32>, f32, tensor<3xf32>) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{floor has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.lif %x threshold(%c) floor(%d)
    : (tensor<4xf32>, f32, f64) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spikes has shape [3], expected that of the input, [4] [U1]}}
  %p, %q = snn.lif %x threshold(%c)
    : (tensor<4xf32>, f32) -> (tensor<3xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spikes have element type 'ui8', expected 'i1' for spike rule 'gt' [U3]}}
  %p, %q = snn.lif %x threshold(%c)
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spikes have element type 'ui8', expected 'i1' for spike rule 'ge' [U3]}}
  %p, %q = snn.lif %x threshold(%c) {spike = #snn.spike<ge>}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spikes have element type 'i1', expected 'ui8' for spike rule 'count_floor' [U3]}}
  %p, %q = snn.lif %x threshold(%c) {spike = #snn.spike<count_floor>, reset = #snn.reset<subtract>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spike rule 'count_floor' needs reset timing 'immediate' and spike timing 'post', found 'delayed' and 'post' [U4]}}
  %p, %q = snn.lif %x threshold(%c) {spike = #snn.spike<count_floor>,
     reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spike rule 'count_trunc' needs reset timing 'immediate' and spike timing 'post', found 'immediate' and 'pre' [U4]}}
  %p, %q = snn.lif %x threshold(%c) {spike = #snn.spike<count_trunc>,
     reset = #snn.reset<subtract>, spike_timing = #snn.spike_timing<pre>}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spike timing 'pre' needs reset timing 'delayed' or 'carried', found 'immediate' [U5]}}
  %p, %q = snn.lif %x threshold(%c) {reset = #snn.reset<subtract>,
     spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<immediate>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spike timing 'pre' needs reset timing 'delayed' or 'carried', found 'pending' [U5]}}
  %p, %q = snn.lif %x threshold(%c) {reset = #snn.reset<subtract>,
     spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<pending>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{reset timing 'pending' needs a reset by subtraction [U6]}}
  %p, %q = snn.lif %x threshold(%c) {reset_timing = #snn.reset_timing<pending>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{max_spikes is 0, expected 1 to 255 [U7]}}
  %p, %q = snn.lif %x threshold(%c) {spike = #snn.spike<count_floor>, max_spikes = 0}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{max_spikes is 256, expected 1 to 255 [U7]}}
  %p, %q = snn.lif %x threshold(%c) {spike = #snn.spike<count_trunc>, max_spikes = 256}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{max_spikes is 3 for spike rule 'ge', which gives one at most; expected spike rule 'count_trunc' or 'count_floor' [U7]}}
  %p, %q = snn.lif %x threshold(%c) {spike = #snn.spike<ge>, max_spikes = 3}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{has a reset value, expected none for reset 'none' [U8]}}
  %p, %q = snn.lif %x threshold(%c) reset(%c) {reset = #snn.reset<none>}
    : (tensor<4xf32>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{reset 'none' needs reset timing 'immediate' for spike timing 'post', found 'delayed' [U8]}}
  %p, %q = snn.lif %x threshold(%c) {reset = #snn.reset<none>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{reset 'none' needs reset timing 'immediate' for spike timing 'post', found 'pending' [U8]}}
  %p, %q = snn.lif %x threshold(%c) {reset = #snn.reset<none>, reset_timing = #snn.reset_timing<pending>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{reset 'none' needs reset timing 'delayed' for spike timing 'pre', found 'carried' [U8]}}
  %p, %q = snn.lif %x threshold(%c) {reset = #snn.reset<none>, reset_timing = #snn.reset_timing<carried>,
     spike_timing = #snn.spike_timing<pre>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{voltage has shape [3], expected that of the input, [4] [U1]}}
  %p = snn.li %x 
    : (tensor<4xf32>) -> (tensor<3xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf64>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has element type 'f64', expected i1, ui8 or that of the result, 'f32' [T3]}}
  %p = snn.li %x 
    : (tensor<4xf64>) -> (tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{decay has element type 'f64', expected 'f32' [T2]}}
  %p = snn.li %x decay(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{gain has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p = snn.li %x gain(%t)
    : (tensor<4xf32>, tensor<3xf32>) -> (tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{leak has element type 'f64', expected 'f32' [T2]}}
  %p = snn.li %x leak(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{floor has element type 'f64', expected 'f32' [T2]}}
  %p = snn.li %x floor(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{init has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p = snn.li %x init(%t)
    : (tensor<4xf32>, tensor<3xf32>) -> (tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{voltage has shape [3], expected that of the input, [4] [U1]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c)
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<3xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf64>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{input has element type 'f64', expected i1, ui8 or that of the result, 'f32' [T3]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c)
    : (tensor<4xf64>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{decay has element type 'f64', expected 'f32' [T2]}}
  %p, %q, %r = snn.cuba_lif %x decay(%d) threshold(%c)
    : (tensor<4xf32>, f64, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{gain has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q, %r = snn.cuba_lif %x gain(%t) threshold(%c)
    : (tensor<4xf32>, tensor<3xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{leak has element type 'f64', expected 'f32' [T2]}}
  %p, %q, %r = snn.cuba_lif %x leak(%d) threshold(%c)
    : (tensor<4xf32>, f64, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{init has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) init(%t)
    : (tensor<4xf32>, f32, tensor<3xf32>) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{current_decay has element type 'f64', expected 'f32' [T2]}}
  %p, %q, %r = snn.cuba_lif %x current_decay(%d) threshold(%c)
    : (tensor<4xf32>, f64, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{current_gain has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q, %r = snn.cuba_lif %x current_gain(%t) threshold(%c)
    : (tensor<4xf32>, tensor<3xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{current_leak has element type 'f64', expected 'f32' [T2]}}
  %p, %q, %r = snn.cuba_lif %x current_leak(%d) threshold(%c)
    : (tensor<4xf32>, f64, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{current_init has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) current_init(%t)
    : (tensor<4xf32>, f32, tensor<3xf32>) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{threshold has element type 'f64', expected 'f32' [T2]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{reset has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) reset(%t)
    : (tensor<4xf32>, f32, tensor<3xf32>) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{floor has element type 'f64', expected 'f32' [T2]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) floor(%d)
    : (tensor<4xf32>, f32, f64) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{current has shape [3], expected that of the input, [4] [U1]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c)
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<3xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{current has element type 'f64', the voltage 'f32' [U2]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c)
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf64>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spikes has shape [3], expected that of the input, [4] [U1]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c)
    : (tensor<4xf32>, f32) -> (tensor<3xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spikes have element type 'ui8', expected 'i1' for spike rule 'gt' [U3]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c)
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spikes have element type 'ui8', expected 'i1' for spike rule 'ge' [U3]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {spike = #snn.spike<ge>}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spikes have element type 'i1', expected 'ui8' for spike rule 'count_floor' [U3]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {spike = #snn.spike<count_floor>, reset = #snn.reset<subtract>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spike rule 'count_floor' needs reset timing 'immediate' and spike timing 'post', found 'delayed' and 'post' [U4]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {spike = #snn.spike<count_floor>,
     reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spike rule 'count_trunc' needs reset timing 'immediate' and spike timing 'post', found 'immediate' and 'pre' [U4]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {spike = #snn.spike<count_trunc>,
     reset = #snn.reset<subtract>, spike_timing = #snn.spike_timing<pre>}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spike timing 'pre' needs reset timing 'delayed' or 'carried', found 'immediate' [U5]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {reset = #snn.reset<subtract>,
     spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<immediate>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{spike timing 'pre' needs reset timing 'delayed' or 'carried', found 'pending' [U5]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {reset = #snn.reset<subtract>,
     spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<pending>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{reset timing 'pending' needs a reset by subtraction [U6]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {reset_timing = #snn.reset_timing<pending>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{max_spikes is 0, expected 1 to 255 [U7]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {spike = #snn.spike<count_floor>, max_spikes = 0}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{max_spikes is 256, expected 1 to 255 [U7]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {spike = #snn.spike<count_trunc>, max_spikes = 256}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{max_spikes is 3 for spike rule 'ge', which gives one at most; expected spike rule 'count_trunc' or 'count_floor' [U7]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {spike = #snn.spike<ge>, max_spikes = 3}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{has a reset value, expected none for reset 'none' [U8]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) reset(%c) {reset = #snn.reset<none>}
    : (tensor<4xf32>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{reset 'none' needs reset timing 'immediate' for spike timing 'post', found 'delayed' [U8]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {reset = #snn.reset<none>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{reset 'none' needs reset timing 'immediate' for spike timing 'post', found 'pending' [U8]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {reset = #snn.reset<none>, reset_timing = #snn.reset_timing<pending>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{reset 'none' needs reset timing 'delayed' for spike timing 'pre', found 'carried' [U8]}}
  %p, %q, %r = snn.cuba_lif %x threshold(%c) {reset = #snn.reset<none>, reset_timing = #snn.reset_timing<carried>,
     spike_timing = #snn.spike_timing<pre>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{voltage has shape [3], expected that of the input, [4] [U1]}}
  %p, %q = snn.cuba_li %x 
    : (tensor<4xf32>) -> (tensor<3xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf64>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has element type 'f64', expected i1, ui8 or that of the result, 'f32' [T3]}}
  %p, %q = snn.cuba_li %x 
    : (tensor<4xf64>) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{decay has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.cuba_li %x decay(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{gain has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q = snn.cuba_li %x gain(%t)
    : (tensor<4xf32>, tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{leak has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.cuba_li %x leak(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{floor has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.cuba_li %x floor(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{init has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q = snn.cuba_li %x init(%t)
    : (tensor<4xf32>, tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{current_decay has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.cuba_li %x current_decay(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{current_gain has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q = snn.cuba_li %x current_gain(%t)
    : (tensor<4xf32>, tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 1.0 : f64
  // expected-error@+1 {{current_leak has element type 'f64', expected 'f32' [T2]}}
  %p, %q = snn.cuba_li %x current_leak(%d)
    : (tensor<4xf32>, f64) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{current_init has shape [3], expected one number or shape [4], or 1 for some dimensions [T2]}}
  %p, %q = snn.cuba_li %x current_init(%t)
    : (tensor<4xf32>, tensor<3xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{current has shape [3], expected that of the input, [4] [U1]}}
  %p, %q = snn.cuba_li %x 
    : (tensor<4xf32>) -> (tensor<4xf32>, tensor<3xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{current has element type 'f64', the voltage 'f32' [U2]}}
  %p, %q = snn.cuba_li %x 
    : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf64>)
  snn.output
}

// -----

snn.network @net(%x: tensor<5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{input has shape [5, 5] and weight [4, 2, 3, 3], expected 3 and 4 dimensions [V1]}}
  %y = snn.conv2d %x, %w  : (tensor<5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{input has shape [2, 5] and weight [4, 2, 3, 3], expected 2 and 3 dimensions [V1]}}
  %y = snn.conv1d %x, %w : (tensor<2x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x0x3xf32>
  // expected-error@+1 {{operand #1 must be non-empty statically shaped tensor}}
  %y = snn.conv2d %x, %w  : (tensor<2x5x5xf32>, tensor<4x2x0x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

// expected-error@+1 {{no dimension of which is 0 [T1]}}
snn.network @net(%x: tensor<2x0x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  %y = snn.conv2d %x, %w  : (tensor<2x0x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{stride is [0, 1], expected 2 numbers from 1 to 2147483647 [V2]}}
  %y = snn.conv2d %x, %w stride [0, 1] : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{stride is [1], expected 2 numbers from 1 to 2147483647 [V2]}}
  %y = snn.conv2d %x, %w stride [1] : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{padding is [1, 1], expected 4 numbers from 0 to 2147483647 [V2]}}
  %y = snn.conv2d %x, %w padding [1, 1] : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{padding is [-1, 0, 0, 0], expected 4 numbers from 0 to 2147483647 [V2]}}
  %y = snn.conv2d %x, %w padding [-1, 0, 0, 0] : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{dilation is [1, 4294967296], expected 2 numbers from 1 to 2147483647 [V2]}}
  %y = snn.conv2d %x, %w dilation [1, 4294967296] : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<3x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{input has 3 channels and weight shape [4, 2, 3, 3] with 1 groups, expected channels / groups = 2 and whole groups of output channels [V3]}}
  %y = snn.conv2d %x, %w  : (tensor<3x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<6x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{input has 6 channels and weight shape [4, 2, 3, 3] with 3 groups, expected channels / groups = 2 and whole groups of output channels [V3]}}
  %y = snn.conv2d %x, %w groups 3 : (tensor<6x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{with 0 groups, expected channels / groups = 2 and whole groups of output channels [V3]}}
  %y = snn.conv2d %x, %w groups 0 : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{result has shape [4, 3, 4], expected [4, 3, 3] [V4]}}
  %y = snn.conv2d %x, %w  : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<5x5x2xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{result has shape [4, 3, 3], expected [3, 3, 4] [V4]}}
  %y = snn.conv2d %x, %w channels_last : (tensor<5x5x2xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{window extends over 7 positions, the padded input has 6 [V4]}}
  %y = snn.conv2d %x, %w padding [1, 0, 0, 0] dilation [3, 1] : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  %b = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error@+1 {{bias has shape [3], expected one number per output channel, [4] [V5]}}
  %y = snn.conv2d %x, %w bias %b : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>, tensor<3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf64>
  // expected-error@+1 {{weight has element type 'f64', the result 'f32' [V6]}}
  %y = snn.conv2d %x, %w  : (tensor<2x5x5xf32>, tensor<4x2x3x3xf64>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  %b = arith.constant dense<1.0> : tensor<4xf64>
  // expected-error@+1 {{bias has element type 'f64', the result 'f32' [V6]}}
  %y = snn.conv2d %x, %w bias %b : (tensor<2x5x5xf32>, tensor<4x2x3x3xf32>, tensor<4xf64>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf64>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2x3x3xf32>
  // expected-error@+1 {{input has element type 'f64', expected i1, ui8 or that of the result, 'f32' [T3]}}
  %y = snn.conv2d %x, %w  : (tensor<2x5x5xf64>, tensor<4x2x3x3xf32>) -> tensor<4x3x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input's shape is [5, 5], expected 3 numbers from 1 to 2147483647 [P1]}}
  %y = snn.sum_pool2d %x kernel [2, 2] : (tensor<5x5xf32>) -> tensor<4x4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{kernel is [2], expected 2 numbers from 1 to 2147483647 [P2]}}
  %y = snn.sum_pool2d %x kernel [2] : (tensor<2x5x5xf32>) -> tensor<2x4x4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{stride is [1, 0], expected 2 numbers from 1 to 2147483647 [P2]}}
  %y = snn.avg_pool2d %x kernel [2, 2] stride [1, 0] : (tensor<2x5x5xf32>) -> tensor<2x4x4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{padding is [1, 1, 1], expected 4 numbers from 0 to 2147483647 [P2]}}
  %y = snn.avg_pool2d %x kernel [2, 2] padding [1, 1, 1] : (tensor<2x5x5xf32>) -> tensor<2x4x4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has shape [2, 4, 4], expected [2, 4, 3] [P3]}}
  %y = snn.avg_pool2d %x kernel [2, 3] : (tensor<2x5x5xf32>) -> tensor<2x4x4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{window extends over 6 positions, the padded input has 5 [P3]}}
  %y = snn.sum_pool2d %x kernel [2, 6] : (tensor<2x5x5xf32>) -> tensor<2x4x4xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{permutation is [0, 2, 2], expected every number below 3 once [X1]}}
  %y = snn.transpose %x [0, 2, 2] : tensor<2x5x5xf32> -> tensor<2x5x5xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{permutation is [1, 0], expected every number below 3 once [X1]}}
  %y = snn.transpose %x [1, 0] : tensor<2x5x5xf32> -> tensor<5x2x5xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result is 'tensor<2x5x5xf32>', expected 'tensor<5x5x2xf32>' [X2]}}
  %y = snn.transpose %x [1, 2, 0] : tensor<2x5x5xf32> -> tensor<2x5x5xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x5x5xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result is 'tensor<5x5x2xf64>', expected 'tensor<5x5x2xf32>' [X2]}}
  %y = snn.transpose %x [1, 2, 0] : tensor<2x5x5xf32> -> tensor<5x5x2xf64>
  snn.output
}

// -----

snn.network @net(%x: tensor<8xi1>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{lists '!snn.events<7>' of a signal of 8 elements [E1]}}
  %e = snn.events %x : tensor<8xi1> -> !snn.events<7>
  snn.output
}

// -----

snn.network @net(%x: tensor<8xi1>, %z: tensor<8xi1>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x8xf32>
  %e = snn.events %z : tensor<8xi1> -> !snn.events<8>
  // expected-error@+1 {{events are not those of the input: expected an snn.events of the same signal [E2]}}
  %y = snn.linear %x, %w events %e : (tensor<8xi1>, tensor<1x8xf32>, !snn.events<8>) -> tensor<1xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<1x8xi1>, %z: tensor<8xi1>) attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x1x8xf32>
  %e = snn.events %z : tensor<8xi1> -> !snn.events<8>
  // expected-error@+1 {{events are not those of the input: expected an snn.events of the same signal [E2]}}
  %y = snn.conv1d %x, %w events %e : (tensor<1x8xi1>, tensor<1x1x8xf32>, !snn.events<8>) -> tensor<1x1xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<8xi1>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{events of -1 elements, expected 0 or more}}
  %e = snn.events %x : tensor<8xi1> -> !snn.events<-1>
  snn.output
}

// -----

// expected-error@+1 {{uses a quantized type that is not signed and symmetric with positive scales [Q1]}}
snn.network @net(%x: tensor<4x!quant.uniform<i8:f32, 0.5:3>>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.rescale %x : tensor<4x!quant.uniform<i8:f32, 0.5:3>> -> tensor<4x!quant.uniform<i8:f32, 0.5>>
  snn.output
}

// -----

// expected-error@+1 {{uses a quantized type that is not signed and symmetric with positive scales [Q1]}}
snn.network @net(%x: tensor<4x!quant.uniform<u8:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.rescale %x : tensor<4x!quant.uniform<u8:f32, 0.5>> -> tensor<4x!quant.uniform<i8:f32, 0.5>>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x!quant.uniform<i32:f32, 0.5>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{uses a quantized type that is not signed and symmetric with positive scales [Q1]}}
  %y = snn.rescale %x : tensor<2x!quant.uniform<i32:f32, 0.5>> -> tensor<2x!quant.uniform<i8:f32:0, {0.5, 0.25:1}>>
  snn.output
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!y = !quant.uniform<i32:f32:0, {0.25, 0.125}>
snn.network @net(%x: tensor<3x!quant.uniform<i8:f32:0, {0.5, 0.5, 0.25}>>, %w: tensor<2x3x!w>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has a scale for each index along a dimension, expected one for all [Q2]}}
  %y = snn.linear %x, %w : (tensor<3x!quant.uniform<i8:f32:0, {0.5, 0.5, 0.25}>>, tensor<2x3x!w>) -> tensor<2x!y>
  snn.output
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!y = !quant.uniform<i32:f32:0, {0.25, 0.125}>
snn.network @net(%x: tensor<3x!x>, %w: tensor<2x3x!x>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has scale 5.000000e-01, expected 2.500000e-01, that of the weight times that of the input [Q2]}}
  %y = snn.linear %x, %w : (tensor<3x!x>, tensor<2x3x!x>) -> tensor<2x!x>
  snn.output
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!y = !quant.uniform<i32:f32:0, {0.25, 0.125}>
snn.network @net(%x: tensor<3xi1>, %w: tensor<2x3x!w>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has scale 2.500000e-01 at index 0, expected 5.000000e-01, that of the weight times that of the input [Q2]}}
  %y = snn.linear %x, %w : (tensor<3xi1>, tensor<2x3x!w>) -> tensor<2x!y>
  snn.output
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!y = !quant.uniform<i32:f32:0, {0.25, 0.125}>
snn.network @net(%x: tensor<2x!x>, %w: tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{weight has its scales along dimension 1, expected 0, that of the outputs [Q2]}}
  %y = snn.linear %x, %w : (tensor<2x!x>, tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>>) -> tensor<2x!y>
  snn.output
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!y = !quant.uniform<i32:f32:0, {0.25, 0.125}>
snn.network @net(%x: tensor<1x2x!x>, %w: tensor<2x1x1x!w>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has its scales along dimension 1, expected 0 [Q2]}}
  %y = snn.conv1d %x, %w : (tensor<1x2x!x>, tensor<2x1x1x!w>) -> tensor<2x2x!quant.uniform<i32:f32:1, {0.25, 0.125}>>
  snn.output
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!y = !quant.uniform<i32:f32:0, {0.25, 0.125}>
snn.network @net(%x: tensor<1x2x2x!x>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has scale 2.500000e-01, expected 5.000000e-01, that of the input [Q2]}}
  %y = snn.sum_pool2d %x kernel [2, 2] : (tensor<1x2x2x!x>) -> tensor<1x1x1x!quant.uniform<i32:f32, 0.25>>
  snn.output
}

// -----

!x = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!y = !quant.uniform<i32:f32:0, {0.25, 0.125}>
snn.network @net(%x: tensor<1x2x2x!x>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has scale 5.000000e-01, expected 1.250000e-01, that of the input by the window's size [Q2]}}
  %y = snn.avg_pool2d %x kernel [2, 2] : (tensor<1x2x2x!x>) -> tensor<1x1x1x!x>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x!z>, %w: tensor<2x2x!x>, %b: tensor<2x!x>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{bias has scale 5.000000e-01, expected 1.250000e-01, that of the result [Q3]}}
  %y = snn.linear %x, %w bias %b : (tensor<2x!z>, tensor<2x2x!x>, tensor<2x!x>) -> tensor<2x!quant.uniform<i32:f32, 0.125>>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x!x>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has scale 2.500000e-01, expected 5.000000e-01, that of the result [Q3]}}
  %y = snn.add %x, %z : (tensor<2x!x>, tensor<2x!z>) -> tensor<2x!x>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x!x>, %t: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{threshold has scale 2.500000e-01, expected 5.000000e-01, that of the input [Q3]}}
  %y = snn.threshold %x, %t : (tensor<2x!x>, tensor<2x!z>) -> tensor<2xi1>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2xi1>, %t: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{threshold has scale 2.500000e-01, expected 1.000000e+00, that of the input [Q3]}}
  %y = snn.threshold %x, %t : (tensor<2xi1>, tensor<2x!z>) -> tensor<2xi1>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x!x>, %p: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{init has scale 2.500000e-01, expected 5.000000e-01, that of the signal [Q3]}}
  %y = snn.delay %x by dense<1> : tensor<i64> init(%p : tensor<2x!z>) : tensor<2x!x>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %x: tensor<2x!x>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{leak has scale 2.500000e-01, expected 5.000000e-01, that of the voltage [Q3]}}
  %y, %v = snn.lif %s leak(%z) threshold(%x) : (tensor<2xi1>, tensor<2x!z>, tensor<2x!x>) -> (tensor<2xi1>, tensor<2x!x>)
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %x: tensor<2x!x>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{threshold has scale 2.500000e-01, expected 5.000000e-01, that of the voltage [Q3]}}
  %y, %v = snn.lif %s threshold(%z) : (tensor<2xi1>, tensor<2x!z>) -> (tensor<2xi1>, tensor<2x!x>)
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %x: tensor<2x!x>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{reset has scale 2.500000e-01, expected 5.000000e-01, that of the voltage [Q3]}}
  %y, %v = snn.lif %s threshold(%x) reset(%z) : (tensor<2xi1>, tensor<2x!x>, tensor<2x!z>) -> (tensor<2xi1>, tensor<2x!x>)
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %x: tensor<2x!x>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{floor has scale 2.500000e-01, expected 5.000000e-01, that of the voltage [Q3]}}
  %y, %v = snn.lif %s threshold(%x) floor(%z) : (tensor<2xi1>, tensor<2x!x>, tensor<2x!z>) -> (tensor<2xi1>, tensor<2x!x>)
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %x: tensor<2x!x>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{init has scale 2.500000e-01, expected 5.000000e-01, that of the voltage [Q3]}}
  %y, %v = snn.lif %s threshold(%x) init(%z) : (tensor<2xi1>, tensor<2x!x>, tensor<2x!z>) -> (tensor<2xi1>, tensor<2x!x>)
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{current_leak has scale 2.500000e-01, expected 5.000000e-01, that of the current [Q3]}}
  %v, %i = snn.cuba_li %s current_leak(%z) : (tensor<2xi1>, tensor<2x!z>) -> (tensor<2x!z>, tensor<2x!x>)
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{current_init has scale 2.500000e-01, expected 5.000000e-01, that of the current [Q3]}}
  %v, %i = snn.cuba_li %s current_init(%z) : (tensor<2xi1>, tensor<2x!z>) -> (tensor<2x!z>, tensor<2x!x>)
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %z: tensor<2x!z>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{floor has scale 2.500000e-01, expected 5.000000e-01, that of the voltage [Q3]}}
  %v = snn.li %s floor(%z) : (tensor<2xi1>, tensor<2x!z>) -> tensor<2x!x>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%s: tensor<2xi1>, %z: tensor<2x!quant.uniform<i32:f32:0, {0.5, 0.25}>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{leak has scale 2.500000e-01 at index 1, expected 5.000000e-01, that of the voltage [Q3]}}
  %v = snn.li %s leak(%z) : (tensor<2xi1>, tensor<2x!quant.uniform<i32:f32:0, {0.5, 0.25}>>) -> tensor<2x!x>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x3x!quant.uniform<i32:f32:0, {0.5, 0.25}>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{input has 2 scales, expected 3 as the result [Q3]}}
  %y = snn.add %x : (tensor<2x3x!quant.uniform<i32:f32:0, {0.5, 0.25}>>) -> tensor<2x3x!quant.uniform<i32:f32:1, {0.5, 0.25, 0.5}>>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x!x>, %d: tensor<2x!quant.uniform<i32:f32, 0.3>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{decay has scale 3.000000e-01, expected 2^-F with F from 0 to 30 [Q4]}}
  %v = snn.li %x decay(%d) : (tensor<2x!x>, tensor<2x!quant.uniform<i32:f32, 0.3>>) -> tensor<2x!x>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x!x>, %d: tensor<2x!quant.uniform<i32:f32, 2.0>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{decay has scale 2.000000e+00, expected 2^-F with F from 0 to 30 [Q4]}}
  %v = snn.li %x decay(%d) : (tensor<2x!x>, tensor<2x!quant.uniform<i32:f32, 2.0>>) -> tensor<2x!x>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x!x>, %d: tensor<2x!quant.uniform<i32:f32, 4.656612873077393e-10>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{decay has scale 4.656613e-10, expected 2^-F with F from 0 to 30 [Q4]}}
  %v = snn.li %x decay(%d) : (tensor<2x!x>, tensor<2x!quant.uniform<i32:f32, 4.656612873077393e-10>>) -> tensor<2x!x>
  snn.output
}

// -----

!x = !quant.uniform<i32:f32, 0.5>
!z = !quant.uniform<i32:f32, 0.25>
snn.network @net(%x: tensor<2x!x>, %d: tensor<2x!quant.uniform<i32:f32:0, {0.5, 0.25}>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{current_decay has scale 5.000000e-01, expected 2^-F with F from 0 to 30 [Q4]}}
  %v, %i = snn.cuba_li %x current_decay(%d) : (tensor<2x!x>, tensor<2x!quant.uniform<i32:f32:0, {0.5, 0.25}>>) -> (tensor<2x!x>, tensor<2x!x>)
  snn.output
}

// -----

snn.network @net(%x: tensor<2x3xf32>, %c: tensor<3xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{factor has shape [3], expected one number or shape [2, 3], or 1 for some dimensions [T2]}}
  %y = snn.scale %x, %c : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x3x!quant.uniform<i32:f32:0, {0.5, 0.25}>>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result is 'tensor<3x2x!quant.uniform<i32:f32:0, {5.000000e-01,2.500000e-01}>>', expected 'tensor<3x2x!quant.uniform<i32:f32:1, {5.000000e-01,2.500000e-01}>>' [X2]}}
  %y = snn.transpose %x [1, 0] : tensor<2x3x!quant.uniform<i32:f32:0, {0.5, 0.25}>> -> tensor<3x2x!quant.uniform<i32:f32:0, {0.5, 0.25}>>
  snn.output
}

// -----

snn.network @net(%x: tensor<2x!quant.uniform<i32:f32, 0.5>>, %w: tensor<2x2xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{weight has element type 'f32', the result '!quant.uniform<i32:f32, 5.000000e-01>' [L4]}}
  %y = snn.linear %x, %w : (tensor<2x!quant.uniform<i32:f32, 0.5>>, tensor<2x2xf32>) -> tensor<2x!quant.uniform<i32:f32, 0.5>>
  snn.output
}

// -----

snn.network @net(%x: tensor<1x2x!quant.uniform<i32:f32, 0.5>>, %w: tensor<1x1x1xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{weight has element type 'f32', the result '!quant.uniform<i32:f32, 5.000000e-01>' [V6]}}
  %y = snn.conv1d %x, %w : (tensor<1x2x!quant.uniform<i32:f32, 0.5>>, tensor<1x1x1xf32>) -> tensor<1x2x!quant.uniform<i32:f32, 0.5>>
  snn.output
}

// -----

snn.network @long_delay(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  // expected-error@+1 {{is by 2147483648 steps, expected 0 to 2^31 - 1 [D2]}}
  %y = snn.delay %x by dense<2147483648> : tensor<i64> : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// expected-error@+1 {{has an input or output of type 'tensor<0xf32>', expected a statically shaped tensor of f32, f64, i1, ui8 or a quantized type, no dimension of which is 0 [T1]}}
snn.network @empty(%x: tensor<0xf32>) -> tensor<0xf32> attributes {dt = 1.0 : f64} {
  snn.output %x : tensor<0xf32>
}

// -----

snn.network @empty_weight(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<0x2xf32>
  // expected-error@+1 {{operand #1 must be non-empty statically shaped tensor}}
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<0x2xf32>) -> tensor<0xf32>
  snn.output %x : tensor<2xf32>
}

// -----

!unsigned = !quant.uniform<u8:f32, 0.5:128>
// expected-error@+1 {{uses a quantized type that is not signed and symmetric with positive scales [Q1]}}
snn.network @moved(%x: tensor<2x!unsigned>) -> tensor<2x!unsigned> attributes {dt = 1.0 : f64} {
  snn.output %x : tensor<2x!unsigned>
}

// -----

!axis = !quant.uniform<i8:f32:1, {0.5, 0.25}>
!one = !quant.uniform<i8:f32, 0.5>
snn.network @no_dimension(%x: tensor<2x!one>) -> tensor<2x!one> attributes {dt = 1.0 : f64} {
  // expected-error@+1 {{which has 2 scales for dimension 1, expected one for each index of a dimension that is there [Q1]}}
  %y = snn.rescale %x : tensor<2x!one> -> tensor<2x!axis>
  snn.output %x : tensor<2x!one>
}

// -----

!axis = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!one = !quant.uniform<i8:f32, 0.5>
snn.network @too_few_scales(%x: tensor<4x!one>) -> tensor<4x!one> attributes {dt = 1.0 : f64} {
  // expected-error@+1 {{which has 2 scales for dimension 0, expected one for each index of a dimension that is there [Q1]}}
  %y = snn.rescale %x : tensor<4x!one> -> tensor<4x!axis>
  snn.output %x : tensor<4x!one>
}

// -----

!rows = !quant.uniform<i16:f32:0, {0.5, 0.25}>
!columns = !quant.uniform<i16:f32:1, {0.5, 0.25}>
snn.network @across(%x: tensor<2x2x!rows>, %y: tensor<2x2x!columns>) -> tensor<2x2x!rows> attributes {dt = 1.0 : f64} {
  // expected-error@+1 {{input has its scales along dimension 1, expected 0, that of the result [Q3]}}
  %z = snn.add %x, %y : (tensor<2x2x!rows>, tensor<2x2x!columns>) -> tensor<2x2x!rows>
  snn.output %z : tensor<2x2x!rows>
}

// -----

// What is verified may have a cycle anywhere.
// expected-error@+1 {{has a cycle without a delay or a neuron with spike timing 'pre'}}
snn.network @events_of_a_cycle(%x: tensor<2x2xf32>) -> tensor<2x2xf32> attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<1x4xf32>
  %e = snn.events %a : tensor<2x2xf32> -> <4>
  %f = tensor.collapse_shape %a [[0, 1]] : tensor<2x2xf32> into tensor<4xf32>
  %y = snn.linear %f, %w events %e : (tensor<4xf32>, tensor<1x4xf32>, !snn.events<4>) -> tensor<1xf32>
  %a = snn.transpose %b [1, 0] : tensor<2x2xf32> -> tensor<2x2xf32>
  %b = snn.transpose %a [1, 0] : tensor<2x2xf32> -> tensor<2x2xf32>
  snn.output %a : tensor<2x2xf32>
}

// -----

snn.network @long_kernel(%x: tensor<1x1x1xf32>, %w: tensor<1x1x2147483648x1xf32>) -> tensor<1x1x1xf32> attributes {dt = 1.0 : f64} {
  // expected-error@+1 {{weight's shape is [1, 1, 2147483648, 1], expected 4 numbers from 1 to 2147483647 [V1]}}
  %y = snn.conv2d %x, %w : (tensor<1x1x1xf32>, tensor<1x1x2147483648x1xf32>) -> tensor<1x1x1xf32>
  snn.output %x : tensor<1x1x1xf32>
}

// -----

snn.network @net() attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{is a constant of type 'tensor<4xui8>', expected f32, f64, i1, i8, i16 or i32 [N8]}}
  %c = arith.constant dense<3> : tensor<4xui8>
  snn.output
}

// -----

func.func @f(%x: tensor<4xi1>) {
  // expected-error@+1 {{carries state from step to step, so it must stand in the body of an snn.network [N9]}}
  %y = snn.delay %x by dense<3> : tensor<i64> : tensor<4xi1>
  return
}

// -----

snn.network @net(%x: tensor<4xf32>, %w: tensor<3x4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{saturates sums of 'f32', expected a quantized type [L6]}}
  %p = snn.linear %x, %w {saturate} : (tensor<4xf32>, tensor<3x4xf32>) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{arithmetic is that of integers, found a state of 'f32', expected a quantized type [U9]}}
  %p, %q = snn.lif %x threshold(%c) {arithmetic = #snn.arithmetic<decay = shift>}
    : (tensor<4xf32>, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 1.0 : f32
  // expected-error@+1 {{current_arithmetic is that of integers, found a state of 'f32', expected a quantized type [U9]}}
  %p, %q = snn.cuba_li %x {current_arithmetic = #snn.arithmetic<sum = wrap>}
    : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 3 : i32
  %d = quant.scast %di : i32 to !left
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  // expected-error@+1 {{arithmetic does not go with 16 bits of the state, expected no short decay [U9]}}
  %p, %q = snn.lif %x decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<decay = toward_zero>, short_decay}
    : (tensor<2x!state>, !left, !number) -> (tensor<2xi1>, tensor<2x!state>)
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 3 : i32
  %d = quant.scast %di : i32 to !left
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  // expected-error@+1 {{arithmetic wraps around, and the state's type holds 201 integers, expected a power of two [U9]}}
  %p, %q = snn.lif %x decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<sum = wrap>}
    : (tensor<2x!state>, !left, !number) -> (tensor<2xi1>, tensor<2x!quant.uniform<i16<-100:100>:f32, 1.0>>)
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 5 : i32
  %d = quant.scast %di : i32 to !left
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  // expected-error@+1 {{arithmetic is for decays from 0 to 1, found 1.250000e+00 [U9]}}
  %p, %q = snn.lif %x decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<decay = toward_zero>}
    : (tensor<2x!state>, !left, !number) -> (tensor<2xi1>, tensor<2x!state>)
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant -1 : i32
  %d = quant.scast %di : i32 to !left
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  // expected-error@+1 {{arithmetic is for decays from 0 to 1, found -2.500000e-01 [U9]}}
  %p, %q = snn.lif %x decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<decay = shift>}
    : (tensor<2x!state>, !left, !number) -> (tensor<2xi1>, tensor<2x!state>)
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 1 : i32
  %d = quant.scast %di : i32 to !left
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  // expected-error@+1 {{arithmetic shifts, expected decays of 1 - 2^-k [U9]}}
  %p, %q = snn.lif %x decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<decay = shift>}
    : (tensor<2x!state>, !left, !number) -> (tensor<2xi1>, tensor<2x!state>)
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 4 : i32
  %d = quant.scast %di : i32 to !left
  %ti = arith.constant 50 : i32
  %t = quant.scast %ti : i32 to !number
  // expected-error@+1 {{arithmetic shifts, expected decays of 1 - 2^-k [U9]}}
  %p, %q = snn.lif %x decay(%d) threshold(%t) {arithmetic = #snn.arithmetic<decay = shift>}
    : (tensor<2x!state>, !left, !number) -> (tensor<2xi1>, tensor<2x!state>)
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 3 : i32
  %d = quant.scast %di : i32 to !left
  // expected-error@+1 {{sums nothing, expected an arithmetic with sum once [U9]}}
  %p = snn.decay %x by(%d) {arithmetic = #snn.arithmetic<sum = each>} : tensor<2x!state>, !left
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 1 : i32
  %d = quant.scast %di : i32 to !left
  // expected-error@+1 {{arithmetic shifts, expected decays of 1 - 2^-k [U9]}}
  %p = snn.decay %x by(%d) {arithmetic = #snn.arithmetic<decay = shift>} : tensor<2x!state>, !left
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>) attributes {dt = 1.0e-3 : f64} {
  %di = arith.constant 3 : i32
  %d = quant.scast %di : i32 to !quant.uniform<i32:f32, 0.3>
  // expected-error@+1 {{decay has scale 3.000000e-01, expected 2^-F with F from 0 to 30 [Q4]}}
  %p = snn.decay %x by(%d) : tensor<2x!state>, !quant.uniform<i32:f32, 0.3>
  snn.output
}

// -----

!state = !quant.uniform<i16:f32, 1.0>
!number = !quant.uniform<i32:f32, 1.0>
!left = !quant.uniform<i32:f32, 2.5e-1>

snn.network @net(%x: tensor<2x!state>, %d: tensor<3x!left>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{decay has shape [3], expected one number or shape [2], or 1 for some dimensions [T2]}}
  %p = snn.decay %x by(%d) : tensor<2x!state>, tensor<3x!left>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has shape [3], expected that of the input, [4] [R1]}}
  %p = snn.truncate %x : tensor<4xf32> -> tensor<3x!quant.uniform<i16:f32, 1.0>>
  snn.output
}

// -----

snn.network @net(%x: tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has a scale that is no power of two, expected one power of two [R2]}}
  %p = snn.truncate %x : tensor<4xf32> -> tensor<4x!quant.uniform<i16:f32, 0.3>>
  snn.output
}

// -----

snn.network @net(%x: tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error@+1 {{result has several scales, expected one power of two [R2]}}
  %p = snn.truncate %x : tensor<2xf32> -> tensor<2x!quant.uniform<i16:f32:0, {0.5, 0.25}>>
  snn.output
}

// -----

!signal = !quant.uniform<i16:f32, 1.0>
!decay = !quant.uniform<i32:f32, 0.25>

snn.network @decay_that_grows(%x: tensor<2x!signal>) -> tensor<2x!signal> attributes {dt = 1.0 : f64} {
  %c = arith.constant 5 : i32
  %d = quant.scast %c : i32 to !decay
  // expected-error@+1 {{decay is 1.250000e+00, expected one from 0 to 1 [U9]}}
  %y = snn.decay %x by(%d) : tensor<2x!signal>, !decay
  snn.output %y : tensor<2x!signal>
}

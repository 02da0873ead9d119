// RUN: snn-opt %s -split-input-file -verify-diagnostics

// Every message of the verifiers, in the order of dialect/spec.md.

// expected-error @+1 {{dt is 0.000000e+00, expected a positive number of seconds [N4]}}
snn.network @n(%x: tensor<2xf32>) attributes {dt = 0.0 : f64} {
  %c = arith.constant 1.0 : f32
  snn.output
}

// -----

// expected-error @+1 {{dt is INF, expected a positive number of seconds [N4]}}
snn.network @n(%x: tensor<2xf32>) attributes {dt = 0x7FF0000000000000 : f64} {
  snn.output
}

// -----

// expected-error @+1 {{has an input or output of type 'f32', expected a statically shaped tensor of f32, f64, i1, ui8 or a quantized type [T1]}}
snn.network @n(%x: f32) attributes {dt = 1.0 : f64} {
  snn.output
}

// -----

// expected-error @+1 {{has an input or output of type 'tensor<?xf32>'}}
snn.network @n(%x: tensor<?xf32>) attributes {dt = 1.0 : f64} {
  snn.output
}

// -----

// expected-error @+1 {{has an input or output of type 'tensor<2xi32>'}}
snn.network @n(%x: tensor<2xi32>) attributes {dt = 1.0 : f64} {
  snn.output
}

// -----

// expected-error @+1 {{two inputs are named 'a' [N5]}}
snn.network @n(%x: tensor<2xf32> {snn.name = "a"}, %y: tensor<2xf32> {snn.name = "a"}) attributes {dt = 1.0 : f64} {
  snn.output
}

// -----

// expected-error @+1 {{snn.name of input is 1 : i32, expected a string [N5]}}
snn.network @n(%x: tensor<2xf32> {snn.name = 1 : i32}) attributes {dt = 1.0 : f64} {
  snn.output
}

// -----

// expected-error @+1 {{two outputs are named 'a' [N5]}}
snn.network @n(%x: tensor<2xf32>) -> (tensor<2xf32> {snn.name = "a"}, tensor<2xf32> {snn.name = "a"}) attributes {dt = 1.0 : f64} {
  snn.output %x, %x : tensor<2xf32>, tensor<2xf32>
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{block with no terminator}}
  %c = arith.constant 1.0 : f32
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{gives ('tensor<2xf32>'), the network declares () [N2]}}
  snn.output %x : tensor<2xf32>
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{cannot stand in an snn.network: only snn operations, constants, quantization casts and reshapes can [N6]}}
  %y = arith.addf %x, %x : tensor<2xf32>
  snn.output
}

// -----

// expected-error @+1 {{has a cycle without a delay or a neuron with spike timing 'pre': snn.li 'li1' -> snn.lif 'lif1' -> snn.li 'li1' [N3]}}
snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  %s, %v = snn.lif %y threshold(%th) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("lif1")
  %y = snn.li %v : (tensor<2xf32>) -> tensor<2xf32> loc("li1")
  snn.output
}

// -----

// expected-error @+1 {{has a cycle without a delay or a neuron with spike timing 'pre': snn.lif -> snn.lif [N3]}}
snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  %s, %v = snn.lif %v threshold(%th) {spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<delayed>} : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

// expected-error @+1 {{has a cycle without a delay}}
snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %y = snn.delay %z by dense<[0, 1]> : tensor<2xi64> : tensor<2xf32>
  %z = snn.add %x, %y : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<2xf32>
  // expected-error @+1 {{weight has shape [2], expected [batch..., out, in] [L1]}}
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x3xf32>
  // expected-error @+1 {{input has shape [2], expected [3] for a weight of shape [4, 3] [L2]}}
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<4x3xf32>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2xf32>
  // expected-error @+1 {{result has shape [2], expected [4] for a weight of shape [4, 2] [L3]}}
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<4x2xf32>) -> tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2xf64>
  // expected-error @+1 {{weight has element type 'f64', the result 'f32' [L4]}}
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<4x2xf64>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2xf64>
  // expected-error @+1 {{input has element type 'f32', expected i1, ui8 or that of the result, 'f64' [T3]}}
  %y = snn.linear %x, %w : (tensor<2xf32>, tensor<4x2xf64>) -> tensor<4xf64>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2xf32>
  %b = arith.constant dense<1.0> : tensor<2xf32>
  // expected-error @+1 {{bias has shape [2], expected that of the result, [4] [L5]}}
  %y = snn.linear %x, %w bias %b : (tensor<2xf32>, tensor<4x2xf32>, tensor<2xf32>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2xf32>
  %b = arith.constant dense<1.0> : tensor<4xf64>
  // expected-error @+1 {{bias has element type 'f64', the result 'f32' [L4]}}
  %y = snn.linear %x, %w bias %b : (tensor<2xf32>, tensor<4x2xf32>, tensor<4xf64>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) attributes {dt = 1.0 : f64} {
  %w = arith.constant dense<1.0> : tensor<4x2xf32>
  // expected-error @+1 {{expected i1, ui8 or that of the result}}
  %y = snn.linear %x, %w : (tensor<2x!quant.uniform<i8:f32, 0.5>>, tensor<4x2xf32>) -> tensor<4xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %f = arith.constant 1.0 : f32
  // expected-error @+1 {{result has shape [3], expected that of the input, [2] [C1]}}
  %y = snn.scale %x, %f : (tensor<2xf32>, f32) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %f = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{factor has shape [3], expected one number or shape [2] [T2]}}
  %y = snn.scale %x, %f : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %f = arith.constant 1.0 : f64
  // expected-error @+1 {{factor has element type 'f64', expected 'f32' [T2]}}
  %y = snn.scale %x, %f : (tensor<2xf32>, f64) -> tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{has no inputs [A1]}}
  %y = snn.add : () -> tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{input has shape [2], expected that of the result, [3] [A2]}}
  %y = snn.add %x : (tensor<2xf32>) -> tensor<3xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{input has element type 'f32', expected i1, ui8 or that of the result, 'f64' [T3]}}
  %y = snn.add %x : (tensor<2xf32>) -> tensor<2xf64>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %t = arith.constant 1.0 : f32
  // expected-error @+1 {{result has shape [3], expected that of the input, [2] [H1]}}
  %y = snn.threshold %x, %t : (tensor<2xf32>, f32) -> tensor<3xi1>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %t = arith.constant 1.0 : f64
  // expected-error @+1 {{input has element type 'f32', expected i1, ui8 or that of the result, 'f64' [T3]}}
  %y = snn.threshold %x, %t : (tensor<2xf32>, f64) -> tensor<2xi1>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %t = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{threshold has shape [3], expected one number or shape [2] [T2]}}
  %y = snn.threshold %x, %t : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xi1>
  snn.output
}

// -----

snn.network @n(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{result has shape [3], expected that of the input, [2] [R1]}}
  %y = snn.rescale %x : tensor<2x!quant.uniform<i8:f32, 0.5>> -> tensor<3x!quant.uniform<i8:f32, 0.25>>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{steps have shape [3], expected one number or shape [2] [D1]}}
  %y = snn.delay %x by dense<1> : tensor<3xi64> : tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{is by -1 steps, expected 0 or more [D2]}}
  %y = snn.delay %x by dense<-1> : tensor<i64> : tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %i = arith.constant 1.0 : f64
  // expected-error @+1 {{init has element type 'f64', expected 'f32' [T2]}}
  %y = snn.delay %x by dense<1> : tensor<i64> init(%i : f64) : tensor<2xf32>
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{voltage has shape [3], expected that of the input, [2] [U1]}}
  %s, %v = snn.lif %x threshold(%th) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<3xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{spikes has shape [3], expected that of the input, [2] [U1]}}
  %s, %v = snn.lif %x threshold(%th) : (tensor<2xf32>, f32) -> (tensor<3xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f64
  // expected-error @+1 {{input has element type 'f32', expected i1, ui8 or that of the result, 'f64' [T3]}}
  %s, %v = snn.lif %x threshold(%th) : (tensor<2xf32>, f64) -> (tensor<2xi1>, tensor<2xf64>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f64
  // expected-error @+1 {{threshold has element type 'f64', expected 'f32' [T2]}}
  %s, %v = snn.lif %x threshold(%th) : (tensor<2xf32>, f64) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{decay has shape [3], expected one number or shape [2] [T2]}}
  %s, %v = snn.lif %x decay(%c) threshold(%th) : (tensor<2xf32>, tensor<3xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{gain has shape [3], expected one number or shape [2] [T2]}}
  %s, %v = snn.lif %x gain(%c) threshold(%th) : (tensor<2xf32>, tensor<3xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{leak has shape [3], expected one number or shape [2] [T2]}}
  %s, %v = snn.lif %x leak(%c) threshold(%th) : (tensor<2xf32>, tensor<3xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{init has shape [3], expected one number or shape [2] [T2]}}
  %s, %v = snn.lif %x threshold(%th) init(%c) : (tensor<2xf32>, f32, tensor<3xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{reset has shape [3], expected one number or shape [2] [T2]}}
  %s, %v = snn.lif %x threshold(%th) reset(%c) : (tensor<2xf32>, f32, tensor<3xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{floor has shape [3], expected one number or shape [2] [T2]}}
  %s, %v = snn.lif %x threshold(%th) floor(%c) : (tensor<2xf32>, f32, tensor<3xf32>) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{spikes have element type 'ui8', expected 'i1' for spike rule 'gt' [U3]}}
  %s, %v = snn.lif %x threshold(%th) : (tensor<2xf32>, f32) -> (tensor<2xui8>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{spikes have element type 'i1', expected 'ui8' for spike rule 'count_trunc' [U3]}}
  %s, %v = snn.lif %x threshold(%th) {spike = #snn.spike<count_trunc>, reset = #snn.reset<subtract>} : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{spike rule 'count_floor' needs an immediate reset by subtraction and spike timing 'post' [U4]}}
  %s, %v = snn.lif %x threshold(%th) {spike = #snn.spike<count_floor>} : (tensor<2xf32>, f32) -> (tensor<2xui8>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{spike rule 'count_trunc' needs an immediate reset by subtraction and spike timing 'post' [U4]}}
  %s, %v = snn.lif %x threshold(%th) {spike = #snn.spike<count_trunc>, reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>} : (tensor<2xf32>, f32) -> (tensor<2xui8>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{spike timing 'pre' needs reset timing 'delayed' or 'carried', found 'immediate' [U5]}}
  %s, %v = snn.lif %x threshold(%th) {spike_timing = #snn.spike_timing<pre>} : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{spike timing 'pre' needs reset timing 'delayed' or 'carried', found 'pending' [U5]}}
  %s, %v = snn.lif %x threshold(%th) {spike_timing = #snn.spike_timing<pre>, reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<pending>} : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{reset timing 'pending' needs a reset by subtraction [U6]}}
  %s, %v = snn.lif %x threshold(%th) {reset_timing = #snn.reset_timing<pending>} : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{current has shape [3], expected that of the input, [2] [U1]}}
  %s, %v, %i = snn.cuba_lif %x threshold(%th) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<3xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %th = arith.constant 1.0 : f32
  // expected-error @+1 {{current has element type 'f64', the voltage 'f32' [U2]}}
  %s, %v, %i = snn.cuba_lif %x threshold(%th) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>, tensor<2xf64>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{current_decay has shape [3], expected one number or shape [2] [T2]}}
  %v, %i = snn.cuba_li %x current_decay(%c) : (tensor<2xf32>, tensor<3xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{current_gain has shape [3], expected one number or shape [2] [T2]}}
  %v, %i = snn.cuba_li %x current_gain(%c) : (tensor<2xf32>, tensor<3xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{current_leak has shape [3], expected one number or shape [2] [T2]}}
  %v, %i = snn.cuba_li %x current_leak(%c) : (tensor<2xf32>, tensor<3xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  %c = arith.constant dense<1.0> : tensor<3xf32>
  // expected-error @+1 {{current_init has shape [3], expected one number or shape [2] [T2]}}
  %v, %i = snn.cuba_li %x current_init(%c) : (tensor<2xf32>, tensor<3xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output
}

// -----

snn.network @n(%x: tensor<2xf32>) attributes {dt = 1.0 : f64} {
  // expected-error @+1 {{voltage has shape [3], expected that of the input, [2] [U1]}}
  %v = snn.li %x : (tensor<2xf32>) -> tensor<3xf32>
  snn.output
}

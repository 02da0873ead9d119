// RUN: snn-opt %s --split-input-file --verify-diagnostics

// What carries state from step to step stands in networks only: elsewhere it would be a pure
// operation, which may be moved out of a loop [N9].

func.func @f(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %d = arith.constant 0.5 : f32
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> tensor<4xf32> {
    // expected-error @+1 {{carries state from step to step, so it must stand in the body of an snn.network [N9]}}
    %v = snn.li %a decay(%d) : (tensor<4xf32>, f32) -> tensor<4xf32>
    scf.yield %v : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// -----

func.func @f(%x: tensor<4xf32>, %n: index, %m: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %d = arith.constant 0.5 : f32
  scf.for %i = %c0 to %n step %c1 {
    // expected-error @+1 {{carries state from step to step, so it must stand in the body of an snn.network [N9]}}
    %v = snn.li %x decay(%d) : (tensor<4xf32>, f32) -> tensor<4xf32>
    bufferization.materialize_in_destination %v in restrict writable %m : (tensor<4xf32>, memref<4xf32>) -> ()
  }
  return
}

// -----

func.func @delay(%x: tensor<4xi1>) -> tensor<4xi1> {
  // expected-error @+1 {{carries state}}
  %y = snn.delay %x by dense<3> : tensor<i64> : tensor<4xi1>
  return %y : tensor<4xi1>
}

// -----

func.func @lif(%x: tensor<4xf32>, %d: f32) -> tensor<4xi1> {
  // expected-error @+1 {{carries state}}
  %s, %v = snn.lif %x decay(%d) threshold(%d) : (tensor<4xf32>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  return %s : tensor<4xi1>
}

// -----

module {
  %x = arith.constant dense<1.0> : tensor<4xf32>
  // expected-error @+1 {{carries state}}
  %v, %i = snn.cuba_li %x : (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
}

// -----

// What has no state may stand anywhere.
func.func @stateless(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = snn.add %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

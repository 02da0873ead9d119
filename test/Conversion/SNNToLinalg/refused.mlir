// RUN: snn-opt %s --snn-to-loops --split-input-file --verify-diagnostics

module {
  module @inner {
// expected-error @+1 {{is not in the module that is lowered, but in one within}}
snn.network @n(%x: tensor<4xi1>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  snn.output %x : tensor<4xi1>
}
  }
}

// -----

// The network outside is not lowered alone.
snn.network @outer(%x: tensor<4xi1>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  snn.output %x : tensor<4xi1>
}
module {
  module {
    // expected-error @+1 {{is not in the module that is lowered, but in one within}}
    snn.network @inner(%x: tensor<4xi1>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
      snn.output %x : tensor<4xi1>
    }
  }
}

// -----

snn.network @n(%x: tensor<100xf32>) -> (tensor<3xf32>) attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{holds the resource "nothere", which has no data, expected 1200 bytes}}
  %w = arith.constant dense_resource<nothere> : tensor<3x100xf32>
  %y = snn.linear %x, %w : (tensor<100xf32>, tensor<3x100xf32>) -> tensor<3xf32>
  snn.output %y : tensor<3xf32>
}

// -----

snn.network @signal(%x: tensor<100xf32>) -> tensor<100xf32> attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{holds the resource "nothere", which has no data, expected 400 bytes}}
  %c = arith.constant dense_resource<nothere> : tensor<100xf32>
  snn.output %c : tensor<100xf32>
}

// -----

snn.network @decay(%x: tensor<100xf32>) -> tensor<100xf32> attributes {dt = 1.0e-3 : f64} {
  // expected-error @+1 {{holds the resource "few", which has 4 bytes of data, expected 400 bytes}}
  %d = arith.constant dense_resource<few> : tensor<100xf32>
  %v = snn.li %x decay(%d) : (tensor<100xf32>, tensor<100xf32>) -> tensor<100xf32>
  snn.output %v : tensor<100xf32>
}
{-#
  dialect_resources: {
    builtin: {
      few: "0x040000000000803F"
    }
  }
#-}

// -----

snn.network @n(%x: tensor<2xf32>) -> (tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %i = arith.constant dense<[1.0,2.0]> : tensor<2xf32>
  // expected-error @+1 {{begins with 2147483648 numbers that are not all the same, expected at most 16777216: there is a table of them}}
  %y = snn.delay %x by dense<[2147483647, 1]> : tensor<2xi64> init(%i : tensor<2xf32>) : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// The same number of steps for all.
snn.network @same_steps(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0e-3 : f64} {
  %i = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // expected-error @+1 {{begins with 200000000 numbers that are not all the same}}
  %y = snn.delay %x by dense<100000000> : tensor<i64> init(%i : tensor<2xf32>) : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// One number needs no table.
snn.network @same_number(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dt = 1.0e-3 : f64} {
  %i = arith.constant 2.0 : f32
  %y = snn.delay %x by dense<[100000000, 1]> : tensor<2xi64> init(%i : f32) : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// RUN: not snn-opt %s --pass-pipeline='builtin.module(snn.network(snn-quantize{weight-bits=7}))' 2>&1 | FileCheck %s

// A number, not the character that has it.
// CHECK: error: 'snn.network' op is to have weights of 7 bits, expected 2, 4, 8 or 16
snn.network @net() attributes {dt = 1.0e-3 : f64} {
  snn.output
}

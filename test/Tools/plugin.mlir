// REQUIRES: plugin
// RUN: %debian-mlir-opt --load-dialect-plugin=%plugin --load-pass-plugin=%plugin --pass-pipeline="builtin.module(snn-to-loops)" %s | FileCheck %s
// RUN: %debian-mlir-opt --load-dialect-plugin=%plugin --canonicalize %s | FileCheck %s --check-prefix=CANONICAL

// mlir-opt reads the dialect, runs our passes, and its own on our operations.
// CHECK: func.func @net_step(%{{.*}}: memref<4xi1> {snn.kind = "input"
// CHECK: scf.for
// CANONICAL:     snn.network @net(
// CANONICAL-NOT:   snn.transpose
// CANONICAL:       snn.lif
snn.network @net(%x: tensor<4xi1>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %t = arith.constant 2.0 : f32
  %d = arith.constant 0.9 : f32
  %y = snn.transpose %x [0] : tensor<4xi1> -> tensor<4xi1>
  %s, %v = snn.lif %y decay(%d) threshold(%t) : (tensor<4xi1>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

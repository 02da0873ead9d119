// Bytecode has the version of the dialect. What the compiler wrote in version 1, this one reads; a later
// version is refused.
// RUN: snn-opt %s --emit-bytecode -o %t.mlirbc
// RUN: snn-opt %t.mlirbc | FileCheck %s
// RUN: snn-opt %S/Inputs/version-1.mlirbc | FileCheck %s
// RUN: python -c "import sys; a, b = sys.argv[1:]; d = open(a, 'rb').read(); assert d.count(b'\7\3\3') == 1; open(b, 'wb').write(d.replace(b'\7\3\3', b'\7\3\5'))" %t.mlirbc %t.later
// RUN: not snn-opt %t.later 2>&1 | FileCheck %s --check-prefix=LATER
// LATER: version 2 of the snn dialect, expected at most 1: the file was written by a newer compiler
// CHECK:      snn.network @net(%{{.*}}: tensor<3xi1> {snn.name = "in"}) -> tensor<2xi1>
// CHECK:        snn.linear {{.*}} {snn.node = "fc"}
// CHECK:        snn.lif {{.*}} {reset = #snn.reset<subtract>, snn.node = "lif"}
snn.network @net(%x: tensor<3xi1> {snn.name = "in"}) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %t = arith.constant 1.0 : f32
  %y = snn.linear %x, %w {snn.node = "fc"} : (tensor<3xi1>, tensor<2x3xf32>) -> tensor<2xf32>
  %s, %v = snn.lif %y threshold(%t) {reset = #snn.reset<subtract>, snn.node = "lif"} : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  snn.output %s : tensor<2xi1>
}

// RUN: snn-opt %s --convert-snn-to-linalg | FileCheck %s

// The signature tells what the arguments are; the calls follow the data, not
// the text; voltages that are outputs are copied from the state.

// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[IN:[a-z0-9]+]]: memref<2xi1> {snn.kind = "input", snn.name = "in"}
// CHECK-SAME:    %[[OUT:[a-z0-9]+]]: memref<2xi1> {snn.kind = "output", snn.name = "out"}
// CHECK-SAME:    %[[V:[a-z0-9]+]]: memref<2xf32> {snn.kind = "output", snn.name = "v"}
// CHECK-SAME:    %[[STATE:[a-z0-9]+]]: memref<2xf32> {snn.kind = "state", snn.name = "lif1_v"}
// CHECK-SAME:    %[[SUM:[a-z0-9]+]]: memref<2xf32> {snn.kind = "scratch", snn.name = "fc1_out"}
// CHECK-SAME:    attributes {snn.discretization = {name = "nir"}, snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"}
// CHECK-NEXT:    call @fc1(%[[IN]], %[[SUM]])
// CHECK-NEXT:    call @lif1(%[[SUM]], %[[OUT]], %[[STATE]])
// CHECK-NEXT:    memref.copy %[[STATE]], %[[V]]
// CHECK-NEXT:    return

// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[STATE:[a-z0-9]+]]: memref<2xf32> {snn.kind = "state", snn.name = "lif1_v"})
// CHECK-SAME:    snn.role = "init"
// CHECK:         %[[INIT:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         linalg.fill ins(%[[INIT]] : f32)
snn.network @net(%x: tensor<2xi1> {snn.name = "in"}) -> (tensor<2xi1> {snn.name = "out"}, tensor<2xf32> {snn.name = "v"})
    attributes {dt = 1.0e-3 : f64, discretization = {name = "nir"}} {
  %s, %v = snn.lif %y threshold(%th) init(%i) : (tensor<2xf32>, f32, f32) -> (tensor<2xi1>, tensor<2xf32>) loc("lif1")
  %y = snn.linear %x, %w : (tensor<2xi1>, tensor<2x2xf32>) -> tensor<2xf32> loc("fc1")
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  %th = arith.constant 1.0 : f32
  %i = arith.constant 0.25 : f32
  snn.output %s, %v : tensor<2xi1>, tensor<2xf32>
}

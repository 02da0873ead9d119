// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// Leaky integrators: the voltage is the output and the state.

// An integrator.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xf32> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "li_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @li(%[[ARG0]], %[[ARG2]]) : (memref<4xi1>, memref<4xf32>) -> ()
// CHECK-NEXT:    memref.copy %[[ARG2]], %[[ARG1]] : memref<4xf32> to memref<4xf32>
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @li(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrators.\0A  v = v + x"} {
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V2:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xi1>) outs(%[[V0]] : tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: i1, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V3:.*]] = arith.uitofp %[[IN]] : i1 to f32
// CHECK-NEXT:    %[[V4:.*]] = arith.addf %[[OUT]], %[[V3]] : f32
// CHECK-NEXT:    linalg.yield %[[V4]] : f32
// CHECK-NEXT:    } -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xi1>) -> (tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %v = snn.li %x : (tensor<4xi1>) -> tensor<4xf32>
  snn.output %v : tensor<4xf32>
}

// -----

// Every coefficient, one per neuron.
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf64> {snn.kind = "state", snn.name = "li_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 7.500000e-01 : f64
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST]] : f64) outs(%[[V0]] : tensor<2xf64>) -> tensor<2xf64>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<2xf64>, memref<2xf64>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @li(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf64> {snn.name = "x"}, %[[ARG1:.*]]: memref<2xf64> {snn.name = "v"}) attributes {snn.comment = "2 leaky integrators.\0A  v = 0.5 * v + gain[n] * x + -0.5"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant -5.000000e-01 : f64
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 5.000000e-01 : f64
// CHECK:         %[[V0:.*]] = memref.get_global @li_gain : memref<2xf64>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[V0]] restrict : memref<2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2xf64> to tensor<2xf64>
// CHECK-NEXT:    %[[V4:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V3]], %[[V1]] : tensor<2xf64>, tensor<2xf64>) outs(%[[V2]] : tensor<2xf64>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f64, %[[IN_1:.*]]: f64, %[[OUT:.*]]: f64):
// CHECK-NEXT:    %[[V5:.*]] = arith.mulf %[[OUT]], %[[CST_0]] : f64
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[IN_1]], %[[IN]] : f64
// CHECK-NEXT:    %[[V7:.*]] = arith.addf %[[V5]], %[[V6]] : f64
// CHECK-NEXT:    %[[V8:.*]] = arith.addf %[[V7]], %[[CST]] : f64
// CHECK-NEXT:    linalg.yield %[[V8]] : f64
// CHECK-NEXT:    } -> tensor<2xf64>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]] in restrict writable %[[ARG1]] : (tensor<2xf64>, memref<2xf64>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @li_gain : memref<2xf64> = dense<[3.000000e+00, 4.000000e+00]>
snn.network @net(%x: tensor<2xf64>) -> (tensor<2xf64>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f64
  %g = arith.constant dense<[3.0, 4.0]> : tensor<2xf64>
  %l = arith.constant -0.5 : f64
  %i = arith.constant 0.75 : f64
  %v = snn.li %x decay(%d) gain(%g) leak(%l) init(%i) : (tensor<2xf64>, f64, tensor<2xf64>, f64, f64) -> tensor<2xf64>
  snn.output %v : tensor<2xf64>
}

// -----

// A floor is about what the update starts from, not about what is stored and sent.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[X:.*]]: memref<4xf32> {{{.*}}}, %[[Y:.*]]: memref<4xf32> {{{.*}}}, %[[V:.*]]: memref<4xf32> {{{.*}}})
// CHECK:         call @li(%[[X]], %[[V]]) : (memref<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    memref.copy %[[V]], %[[Y]] : memref<4xf32> to memref<4xf32>
// CHECK-LABEL: func.func private @li(
// CHECK-SAME:    snn.comment = "4 leaky integrators.\0A  v = 0.5 * max(v, -1) + x"
// CHECK-DAG:     %[[FLOOR:.*]] = arith.constant -1.000000e+00 : f32
// CHECK-DAG:     %[[DECAY:.*]] = arith.constant 5.000000e-01 : f32
// CHECK:         ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V0:.*]] = arith.cmpf olt, %[[OUT]], %[[FLOOR]] : f32
// CHECK-NEXT:    %[[V1:.*]] = arith.select %[[V0]], %[[FLOOR]], %[[OUT]] : f32
// CHECK-NEXT:    %[[V2:.*]] = arith.mulf %[[V1]], %[[DECAY]] : f32
// CHECK-NEXT:    %[[V3:.*]] = arith.addf %[[V2]], %[[IN]] : f32
// CHECK-NEXT:    linalg.yield %[[V3]] : f32
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %f = arith.constant -1.0 : f32
  %v = snn.li %x decay(%d) floor(%f) : (tensor<4xf32>, f32, f32) -> tensor<4xf32>
  snn.output %v : tensor<4xf32>
}

// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// Current and voltage without spikes.

// updated
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2xf32> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<2xf32> {snn.kind = "output", snn.name = "output1"}, %[[ARG3:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "cuba_li_i"{{[^}]*}}}, %[[ARG4:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "cuba_li_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @cuba_li(%[[ARG0]], %[[ARG3]], %[[ARG4]]) : (memref<2xf32>, memref<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    memref.copy %[[ARG4]], %[[ARG1]] : memref<2xf32> to memref<2xf32>
// CHECK-NEXT:    memref.copy %[[ARG3]], %[[ARG2]] : memref<2xf32> to memref<2xf32>
// CHECK-NEXT:    return
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "cuba_li_i"{{[^}]*}}}, %[[ARG1:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "cuba_li_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 7.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST_0]] : f32) outs(%[[V0]] : tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V3:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V2]] : tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG1]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @cuba_li(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<2xf32> {snn.name = "i"}, %[[ARG2:.*]]: memref<2xf32> {snn.name = "v"}) attributes {snn.comment = "2 leaky integrators.\0A  i = 0.875 * i + x\0A  v = 0.5 * v + 3 * i"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 8.750000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V2]] : tensor<2xf32>) outs(%[[V0]], %[[V1]] : tensor<2xf32>, tensor<2xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: f32):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[OUT_2]], %[[CST]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.mulf %[[V5]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.addf %[[V6]], %[[V7]] : f32
// CHECK-NEXT:    linalg.yield %[[V5]], %[[V8]] : f32, f32
// CHECK-NEXT:    } -> (tensor<2xf32>, tensor<2xf32>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG1]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG2]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %a = arith.constant 0.875 : f32
  %d = arith.constant 0.5 : f32
  %g = arith.constant 3.0 : f32
  %i = arith.constant 0.75 : f32
  %v, %k = snn.cuba_li %x current_decay(%a) decay(%d) gain(%g) current_init(%i) {current_order = #snn.current_order<updated>}
    : (tensor<2xf32>, f32, f32, f32, f32) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output %v, %k : tensor<2xf32>, tensor<2xf32>
}

// -----

// carried
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2xf32> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<2xf32> {snn.kind = "output", snn.name = "output1"}, %[[ARG3:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "cuba_li_i"{{[^}]*}}}, %[[ARG4:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "cuba_li_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @cuba_li(%[[ARG0]], %[[ARG3]], %[[ARG4]]) : (memref<2xf32>, memref<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    memref.copy %[[ARG4]], %[[ARG1]] : memref<2xf32> to memref<2xf32>
// CHECK-NEXT:    memref.copy %[[ARG3]], %[[ARG2]] : memref<2xf32> to memref<2xf32>
// CHECK-NEXT:    return
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "cuba_li_i"{{[^}]*}}}, %[[ARG1:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "cuba_li_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 7.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST_0]] : f32) outs(%[[V0]] : tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V3:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V2]] : tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG1]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @cuba_li(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<2xf32> {snn.name = "i"}, %[[ARG2:.*]]: memref<2xf32> {snn.name = "v"}) attributes {snn.comment = "2 leaky integrators.\0A  i_old = i\0A  i = 0.875 * i + x\0A  v = 0.5 * v + 3 * i_old"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 8.750000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V2]] : tensor<2xf32>) outs(%[[V0]], %[[V1]] : tensor<2xf32>, tensor<2xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: f32):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[OUT_2]], %[[CST]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.mulf %[[OUT]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.addf %[[V6]], %[[V7]] : f32
// CHECK-NEXT:    linalg.yield %[[V5]], %[[V8]] : f32, f32
// CHECK-NEXT:    } -> (tensor<2xf32>, tensor<2xf32>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG1]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG2]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %a = arith.constant 0.875 : f32
  %d = arith.constant 0.5 : f32
  %g = arith.constant 3.0 : f32
  %i = arith.constant 0.75 : f32
  %v, %k = snn.cuba_li %x current_decay(%a) decay(%d) gain(%g) current_init(%i) {current_order = #snn.current_order<carried>}
    : (tensor<2xf32>, f32, f32, f32, f32) -> (tensor<2xf32>, tensor<2xf32>)
  snn.output %v, %k : tensor<2xf32>, tensor<2xf32>
}

// -----

// The floor is the voltage's; the current has none.
// CHECK-LABEL: func.func private @cuba_li(
// CHECK-SAME:    snn.comment = "4 leaky integrators.\0A  i = 0.5 * i + x\0A  v = max(v, floor[n]) + i"
// CHECK:         ^bb0(%[[IN:.*]]: f32, %[[FLOOR:.*]]: f32, %[[I:.*]]: f32, %[[V:.*]]: f32):
// CHECK-NEXT:    %[[V0:.*]] = arith.mulf %[[I]], %{{.*}} : f32
// CHECK-NEXT:    %[[V1:.*]] = arith.addf %[[V0]], %[[IN]] : f32
// CHECK-NEXT:    %[[V2:.*]] = arith.cmpf olt, %[[V]], %[[FLOOR]] : f32
// CHECK-NEXT:    %[[V3:.*]] = arith.select %[[V2]], %[[FLOOR]], %[[V]] : f32
// CHECK-NEXT:    %[[V4:.*]] = arith.addf %[[V3]], %[[V1]] : f32
// CHECK-NEXT:    linalg.yield %[[V1]], %[[V4]] : f32, f32
// CHECK:         memref.global "private" constant @cuba_li_floor : memref<4xf32> = dense<[-1.000000e+00, 0.000000e+00, 1.000000e+00, 2.000000e+00]>
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %f = arith.constant dense<[-1.0, 0.0, 1.0, 2.0]> : tensor<4xf32>
  %v, %i = snn.cuba_li %x current_decay(%d) floor(%f) : (tensor<4xf32>, f32, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  snn.output %v : tensor<4xf32>
}

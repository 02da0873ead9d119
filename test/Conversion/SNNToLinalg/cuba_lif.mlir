// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// The current is updated first; the voltage sees the new one or the carried one.

// updated
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "cuba_lif_i"{{[^}]*}}}, %[[ARG3:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "cuba_lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @cuba_lif(%[[ARG0]], %[[ARG1]], %[[ARG2]], %[[ARG3]]) : (memref<4xf32>, memref<4xi1>, memref<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "cuba_lif_i"{{[^}]*}}}, %[[ARG1:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "cuba_lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 1.100000e+01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST_0]] : f32) outs(%[[V0]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V2]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG1]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @cuba_lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "i"}, %[[ARG3:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  i = 0.875 * i + 7 * x + 9\0A  u = 0.5 * v + i\0A  spike = u > 2\0A  v = spike ? 0.25 : u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG:     %[[CST_2:.*]] = arith.constant 8.750000e-01 : f32
// CHECK-DAG:     %[[CST_3:.*]] = arith.constant 7.000000e+00 : f32
// CHECK-DAG:     %[[CST_4:.*]] = arith.constant 9.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG3]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V4:.*]]:3 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V2]] : tensor<4xf32>) outs(%[[V0]], %[[V1]], %[[V3]] : tensor<4xf32>, tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_5:.*]]: f32, %[[OUT_6:.*]]: i1):
// CHECK-NEXT:    %[[V5:.*]] = arith.mulf %[[OUT]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[IN]], %[[CST_3]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.addf %[[V5]], %[[V6]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.addf %[[V7]], %[[CST_4]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.mulf %[[OUT_5]], %[[CST]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.addf %[[V9]], %[[V8]] : f32
// CHECK-NEXT:    %[[V11:.*]] = arith.cmpf ogt, %[[V10]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V12:.*]] = arith.select %[[V11]], %[[CST_1]], %[[V10]] : f32
// CHECK-NEXT:    linalg.yield %[[V8]], %[[V12]], %[[V11]] : f32, f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]]#1 in restrict writable %[[ARG3]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]]#2 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %a = arith.constant 0.875 : f32
  %c = arith.constant 7.0 : f32
  %e = arith.constant 9.0 : f32
  %j = arith.constant 11.0 : f32
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v, %k = snn.cuba_lif %x current_decay(%a) current_gain(%c) current_leak(%e) decay(%d) threshold(%th) reset(%r) current_init(%j) {current_order = #snn.current_order<updated>}
    : (tensor<4xf32>, f32, f32, f32, f32, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// carried
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "cuba_lif_i"{{[^}]*}}}, %[[ARG3:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "cuba_lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @cuba_lif(%[[ARG0]], %[[ARG1]], %[[ARG2]], %[[ARG3]]) : (memref<4xf32>, memref<4xi1>, memref<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "cuba_lif_i"{{[^}]*}}}, %[[ARG1:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "cuba_lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 1.100000e+01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST_0]] : f32) outs(%[[V0]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V2]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG1]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @cuba_lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "i"}, %[[ARG3:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  i_old = i\0A  i = 0.875 * i + 7 * x + 9\0A  u = 0.5 * v + i_old\0A  spike = u > 2\0A  v = spike ? 0.25 : u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG:     %[[CST_2:.*]] = arith.constant 8.750000e-01 : f32
// CHECK-DAG:     %[[CST_3:.*]] = arith.constant 7.000000e+00 : f32
// CHECK-DAG:     %[[CST_4:.*]] = arith.constant 9.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG3]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V4:.*]]:3 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V2]] : tensor<4xf32>) outs(%[[V0]], %[[V1]], %[[V3]] : tensor<4xf32>, tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_5:.*]]: f32, %[[OUT_6:.*]]: i1):
// CHECK-NEXT:    %[[V5:.*]] = arith.mulf %[[OUT]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[IN]], %[[CST_3]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.addf %[[V5]], %[[V6]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.addf %[[V7]], %[[CST_4]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.mulf %[[OUT_5]], %[[CST]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.addf %[[V9]], %[[OUT]] : f32
// CHECK-NEXT:    %[[V11:.*]] = arith.cmpf ogt, %[[V10]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V12:.*]] = arith.select %[[V11]], %[[CST_1]], %[[V10]] : f32
// CHECK-NEXT:    linalg.yield %[[V8]], %[[V12]], %[[V11]] : f32, f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]]#1 in restrict writable %[[ARG3]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]]#2 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %a = arith.constant 0.875 : f32
  %c = arith.constant 7.0 : f32
  %e = arith.constant 9.0 : f32
  %j = arith.constant 11.0 : f32
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v, %k = snn.cuba_lif %x current_decay(%a) current_gain(%c) current_leak(%e) decay(%d) threshold(%th) reset(%r) current_init(%j) {current_order = #snn.current_order<carried>}
    : (tensor<4xf32>, f32, f32, f32, f32, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// With spike timing pre only the voltage is needed for the spikes.
// CHECK-LABEL: func.func private @cuba_lif_fire(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "v"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}) attributes {snn.comment = "Spikes of cuba_lif, from the voltage before the update.\0A  spike = v > 2"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V2:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V0]] : tensor<4xf32>) outs(%[[V1]] : tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: i1):
// CHECK-NEXT:    %[[V3:.*]] = arith.cmpf ogt, %[[IN]], %[[CST]] : f32
// CHECK-NEXT:    linalg.yield %[[V3]] : i1
// CHECK-NEXT:    } -> tensor<4xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @cuba_lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "i"}, %[[ARG3:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  i = 0.875 * i + 7 * x + 9\0A  held = spike ? v - 0.25 : v\0A  u = 0.5 * held + i\0A  v = u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 8.750000e-01 : f32
// CHECK-DAG:     %[[CST_2:.*]] = arith.constant 7.000000e+00 : f32
// CHECK-DAG:     %[[CST_3:.*]] = arith.constant 9.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG3]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[ARG1]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V4:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V2]], %[[V3]] : tensor<4xf32>, tensor<4xi1>) outs(%[[V0]], %[[V1]] : tensor<4xf32>, tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_4:.*]]: i1, %[[OUT:.*]]: f32, %[[OUT_5:.*]]: f32):
// CHECK-NEXT:    %[[V5:.*]] = arith.mulf %[[OUT]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[IN]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.addf %[[V5]], %[[V6]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.addf %[[V7]], %[[CST_3]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.subf %[[OUT_5]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.select %[[IN_4]], %[[V9]], %[[OUT_5]] : f32
// CHECK-NEXT:    %[[V11:.*]] = arith.mulf %[[V10]], %[[CST]] : f32
// CHECK-NEXT:    %[[V12:.*]] = arith.addf %[[V11]], %[[V8]] : f32
// CHECK-NEXT:    linalg.yield %[[V8]], %[[V12]] : f32, f32
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xf32>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V4]]#1 in restrict writable %[[ARG3]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %a = arith.constant 0.875 : f32
  %c = arith.constant 7.0 : f32
  %e = arith.constant 9.0 : f32
  %j = arith.constant 11.0 : f32
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v, %k = snn.cuba_lif %x current_decay(%a) current_gain(%c) current_leak(%e) decay(%d) threshold(%th) reset(%r) current_init(%j) {spike_timing = #snn.spike_timing<pre>, reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<carried>}
    : (tensor<4xf32>, f32, f32, f32, f32, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// The updates of the table in the description of snn.lif, spike timing post.

// No reset value: reset to 0. The state and the spikes are updated in one loop.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @lif(%[[ARG0]], %[[ARG1]], %[[ARG2]]) : (memref<4xf32>, memref<4xi1>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V0]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  spike = u > 2\0A  v = spike ? 0 : u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf ogt, %[[V5]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.select %[[V6]], %[[CST]], %[[V5]] : f32
// CHECK-NEXT:    linalg.yield %[[V7]], %[[V6]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th)
    : (tensor<4xf32>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// Subtraction without a reset subtracts the threshold.
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  spike = u > 2\0A  v = spike ? u - 2 : u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_1:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf ogt, %[[V5]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.subf %[[V5]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.select %[[V6]], %[[V7]], %[[V5]] : f32
// CHECK-NEXT:    linalg.yield %[[V8]], %[[V6]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) {reset = #snn.reset<subtract>}
    : (tensor<4xf32>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// immediate, value
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  spike = u > 2\0A  v = spike ? 0.25 : u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf ogt, %[[V5]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.select %[[V6]], %[[CST_1]], %[[V5]] : f32
// CHECK-NEXT:    linalg.yield %[[V7]], %[[V6]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r)
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// immediate, subtract
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  spike = u > 2\0A  v = spike ? u - 0.25 : u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf ogt, %[[V5]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.subf %[[V5]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.select %[[V6]], %[[V7]], %[[V5]] : f32
// CHECK-NEXT:    linalg.yield %[[V8]], %[[V6]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {reset = #snn.reset<subtract>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// delayed, value
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  previous = v > 2\0A  u = 0.5 * v + x\0A  after = previous ? 0.25 : u\0A  spike = after > 2\0A  v = after"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.cmpf ogt, %[[OUT]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.mulf %[[OUT]], %[[CST]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.addf %[[V5]], %[[IN]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.select %[[V4]], %[[CST_1]], %[[V6]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.cmpf ogt, %[[V7]], %[[CST_0]] : f32
// CHECK-NEXT:    linalg.yield %[[V7]], %[[V8]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// delayed, subtract
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  previous = v > 2\0A  u = 0.5 * v + x\0A  after = previous ? u - 0.25 : u\0A  spike = after > 2\0A  v = after"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.cmpf ogt, %[[OUT]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.mulf %[[OUT]], %[[CST]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.addf %[[V5]], %[[IN]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.subf %[[V6]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.select %[[V4]], %[[V7]], %[[V6]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.cmpf ogt, %[[V8]], %[[CST_0]] : f32
// CHECK-NEXT:    linalg.yield %[[V8]], %[[V9]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// carried, value
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  previous = v > 2\0A  held = previous ? 0.25 : v\0A  u = 0.5 * held + x\0A  spike = u > 2\0A  v = u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.cmpf ogt, %[[OUT]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.select %[[V4]], %[[CST_1]], %[[OUT]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[V5]], %[[CST]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.addf %[[V6]], %[[IN]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.cmpf ogt, %[[V7]], %[[CST_0]] : f32
// CHECK-NEXT:    linalg.yield %[[V7]], %[[V8]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {reset_timing = #snn.reset_timing<carried>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// carried, subtract
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  previous = v > 2\0A  held = previous ? v - 0.25 : v\0A  u = 0.5 * held + x\0A  spike = u > 2\0A  v = u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.cmpf ogt, %[[OUT]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.subf %[[OUT]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.select %[[V4]], %[[V5]], %[[OUT]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.mulf %[[V6]], %[[CST]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.addf %[[V7]], %[[IN]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.cmpf ogt, %[[V8]], %[[CST_0]] : f32
// CHECK-NEXT:    linalg.yield %[[V8]], %[[V9]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<carried>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// pending, subtract
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  previous = v > 2\0A  u = 0.5 * v + x\0A  w = previous ? u - 0.25 : u\0A  spike = w > 2\0A  change = spike - previous\0A  v = w - change * 0.25"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_2:.*]]: i1):
// CHECK-NEXT:    %[[V4:.*]] = arith.cmpf ogt, %[[OUT]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.mulf %[[OUT]], %[[CST]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.addf %[[V5]], %[[IN]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.subf %[[V6]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.select %[[V4]], %[[V7]], %[[V6]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.cmpf ogt, %[[V8]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.uitofp %[[V9]] : i1 to f32
// CHECK-NEXT:    %[[V11:.*]] = arith.uitofp %[[V4]] : i1 to f32
// CHECK-NEXT:    %[[V12:.*]] = arith.subf %[[V10]], %[[V11]] : f32
// CHECK-NEXT:    %[[V13:.*]] = arith.mulf %[[V12]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V14:.*]] = arith.subf %[[V8]], %[[V13]] : f32
// CHECK-NEXT:    linalg.yield %[[V14]], %[[V9]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<pending>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// The rules that make spikes of a voltage.

// Greater or equal.
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  spike = u >= 2\0A  v = spike ? 0.25 : u"} {
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
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf oge, %[[V5]], %[[CST_0]] : f32
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
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {spike = #snn.spike<ge>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// Counts, at most 255; the rest stays in the voltage.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi8> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @lif(%[[ARG0]], %[[ARG1]], %[[ARG2]]) : (memref<4xf32>, memref<4xi8>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi8> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  spikes = u > 0 ? trunc(u / 2) : 0\0A  v = u - spikes * 2"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 2.550000e+02 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_2:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi8> to tensor<4xi8>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi8>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_3:.*]]: i8):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf oge, %[[V5]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.divf %[[V5]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.select %[[V6]], %[[V7]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.cmpf ogt, %[[V8]], %[[CST]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.select %[[V9]], %[[CST]], %[[V8]] : f32
// CHECK-NEXT:    %[[V11:.*]] = arith.fptoui %[[V10]] : f32 to i8
// CHECK-NEXT:    %[[V12:.*]] = arith.uitofp %[[V11]] : i8 to f32
// CHECK-NEXT:    %[[V13:.*]] = arith.mulf %[[V12]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V14:.*]] = arith.subf %[[V5]], %[[V13]] : f32
// CHECK-NEXT:    linalg.yield %[[V14]], %[[V11]] : f32, i8
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi8>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xui8>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) {spike = #snn.spike<count_trunc>, reset = #snn.reset<subtract>}
    : (tensor<4xf32>, f32, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output %s : tensor<4xui8>
}

// -----

// The same, from the threshold on; with a reset of its own.
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi8> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  spikes = u >= 2 ? floor(u / 2) : 0\0A  v = u - spikes * 0.25"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 2.550000e+02 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_2:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[CST_3:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi8> to tensor<4xi8>
// CHECK-NEXT:    %[[V3:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]] : tensor<4xf32>) outs(%[[V0]], %[[V2]] : tensor<4xf32>, tensor<4xi8>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_4:.*]]: i8):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.cmpf oge, %[[V5]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.divf %[[V5]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V8:.*]] = arith.select %[[V6]], %[[V7]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V9:.*]] = arith.cmpf ogt, %[[V8]], %[[CST]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.select %[[V9]], %[[CST]], %[[V8]] : f32
// CHECK-NEXT:    %[[V11:.*]] = arith.fptoui %[[V10]] : f32 to i8
// CHECK-NEXT:    %[[V12:.*]] = arith.uitofp %[[V11]] : i8 to f32
// CHECK-NEXT:    %[[V13:.*]] = arith.mulf %[[V12]], %[[CST_3]] : f32
// CHECK-NEXT:    %[[V14:.*]] = arith.subf %[[V5]], %[[V13]] : f32
// CHECK-NEXT:    linalg.yield %[[V14]], %[[V11]] : f32, i8
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi8>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]]#1 in restrict writable %[[ARG1]] : (tensor<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xui8>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {spike = #snn.spike<count_floor>, reset = #snn.reset<subtract>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output %s : tensor<4xui8>
}

// -----

// Every coefficient, some per neuron; the floor comes last. Counts come in unsigned.
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 7.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V0]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi8> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = decay[n] * v + 3 * x + -0.5\0A  spike = u > threshold[n]\0A  v = max(spike ? 0.25 : u, -1)"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant -1.000000e+00 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.500000e-01 : f32
// CHECK-DAG:     %[[CST_1:.*]] = arith.constant -5.000000e-01 : f32
// CHECK-DAG:     %[[CST_2:.*]] = arith.constant 3.000000e+00 : f32
// CHECK:         %[[V0:.*]] = memref.get_global @lif_decay : memref<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[V0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = memref.get_global @lif_threshold : memref<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = bufferization.to_tensor %[[V2]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V4:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V5:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xi8> to tensor<4xi8>
// CHECK-NEXT:    %[[V6:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V7:.*]]:2 = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V5]], %[[V1]], %[[V3]] : tensor<4xi8>, tensor<4xf32>, tensor<4xf32>) outs(%[[V4]], %[[V6]] : tensor<4xf32>, tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: i8, %[[IN_3:.*]]: f32, %[[IN_4:.*]]: f32, %[[OUT:.*]]: f32, %[[OUT_5:.*]]: i1):
// CHECK-NEXT:    %[[V8:.*]] = arith.uitofp %[[IN]] : i8 to f32
// CHECK-NEXT:    %[[V9:.*]] = arith.mulf %[[IN_3]], %[[OUT]] : f32
// CHECK-NEXT:    %[[V10:.*]] = arith.mulf %[[V8]], %[[CST_2]] : f32
// CHECK-NEXT:    %[[V11:.*]] = arith.addf %[[V9]], %[[V10]] : f32
// CHECK-NEXT:    %[[V12:.*]] = arith.addf %[[V11]], %[[CST_1]] : f32
// CHECK-NEXT:    %[[V13:.*]] = arith.cmpf ogt, %[[V12]], %[[IN_4]] : f32
// CHECK-NEXT:    %[[V14:.*]] = arith.select %[[V13]], %[[CST_0]], %[[V12]] : f32
// CHECK-NEXT:    %[[V15:.*]] = arith.cmpf olt, %[[V14]], %[[CST]] : f32
// CHECK-NEXT:    %[[V16:.*]] = arith.select %[[V15]], %[[CST]], %[[V14]] : f32
// CHECK-NEXT:    linalg.yield %[[V16]], %[[V13]] : f32, i1
// CHECK-NEXT:    } -> (tensor<4xf32>, tensor<4xi1>)
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V7]]#0 in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V7]]#1 in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @lif_decay : memref<4xf32> = dense<[5.000000e-01, 2.500000e-01, 1.250000e-01, 1.000000e+00]>
// CHECK:         memref.global "private" constant @lif_threshold : memref<4xf32> = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>
snn.network @net(%x: tensor<4xui8>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant dense<[0.5, 0.25, 0.125, 1.0]> : tensor<4xf32>
  %g = arith.constant 3.0 : f32
  %l = arith.constant -0.5 : f32
  %th = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %r = arith.constant 0.25 : f32
  %f = arith.constant -1.0 : f32
  %i = arith.constant 0.75 : f32
  %s, %v = snn.lif %x decay(%d) gain(%g) leak(%l) threshold(%th) reset(%r) floor(%f) init(%i)
    : (tensor<4xui8>, tensor<4xf32>, f32, f32, tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// Without a reset the voltage goes on as it is.
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  spike = u > 2\0A  v = u"
// CHECK:         ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %{{.*}}: i1):
// CHECK-NEXT:    %[[V0:.*]] = arith.mulf %[[OUT]], %{{.*}} : f32
// CHECK-NEXT:    %[[V1:.*]] = arith.addf %[[V0]], %[[IN]] : f32
// CHECK-NEXT:    %[[V2:.*]] = arith.cmpf ogt, %[[V1]], %{{.*}} : f32
// CHECK-NEXT:    linalg.yield %[[V1]], %[[V2]] : f32, i1
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) {reset = #snn.reset<none>}
    : (tensor<4xf32>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// One spike or several, at most 3, reset the voltage once.
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = v + x\0A  spikes = u >= 2 ? floor(u / 2) : 0, at most 3\0A  v = spikes > 0 ? 0.25 : u"
// CHECK-DAG:     %[[MOST:.*]] = arith.constant 3.000000e+00 : f32
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[TH:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG:     %[[RESET:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %{{.*}}: i8):
// CHECK-NEXT:    %[[V0:.*]] = arith.addf %[[OUT]], %[[IN]] : f32
// CHECK-NEXT:    %[[V1:.*]] = arith.cmpf oge, %[[V0]], %[[TH]] : f32
// CHECK-NEXT:    %[[V2:.*]] = arith.divf %[[V0]], %[[TH]] : f32
// CHECK-NEXT:    %[[V3:.*]] = arith.select %[[V1]], %[[V2]], %[[ZERO]] : f32
// CHECK-NEXT:    %[[V4:.*]] = arith.cmpf ogt, %[[V3]], %[[MOST]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.select %[[V4]], %[[MOST]], %[[V3]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.fptoui %[[V5]] : f32 to i8
// CHECK-NEXT:    %[[V7:.*]] = arith.select %[[V1]], %[[RESET]], %[[V0]] : f32
// CHECK-NEXT:    linalg.yield %[[V7]], %[[V6]] : f32, i8
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xui8>) attributes {dt = 1.0e-3 : f64} {
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x threshold(%th) reset(%r) {spike = #snn.spike<count_floor>, max_spikes = 3}
    : (tensor<4xf32>, f32, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output %s : tensor<4xui8>
}

// -----

// A count that nothing follows from.
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = v + x\0A  spikes = u > 0 ? trunc(u / 2) : 0\0A  v = u"
// CHECK:         ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32, %{{.*}}: i8):
// CHECK-NEXT:    %[[V0:.*]] = arith.addf %[[OUT]], %[[IN]] : f32
// CHECK:         %[[V1:.*]] = arith.fptoui %{{.*}} : f32 to i8
// CHECK-NEXT:    linalg.yield %[[V0]], %[[V1]] : f32, i8
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xui8>) attributes {dt = 1.0e-3 : f64} {
  %th = arith.constant 2.0 : f32
  %s, %v = snn.lif %x threshold(%th) {spike = #snn.spike<count_trunc>, reset = #snn.reset<none>}
    : (tensor<4xf32>, f32) -> (tensor<4xui8>, tensor<4xf32>)
  snn.output %s : tensor<4xui8>
}

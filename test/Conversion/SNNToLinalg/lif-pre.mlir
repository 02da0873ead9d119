// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// Spike timing pre: a function for the spikes, called before everything else, and one for
// the update, which reads them.

// delayed, value
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @lif_fire(%[[ARG2]], %[[ARG1]]) : (memref<4xf32>, memref<4xi1>) -> ()
// CHECK-NEXT:    call @lif(%[[ARG0]], %[[ARG1]], %[[ARG2]]) : (memref<4xf32>, memref<4xi1>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif_fire(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "v"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}) attributes {snn.comment = "Spikes of lif, from the voltage before the update.\0A  spike = v >= 2"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V2:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V0]] : tensor<4xf32>) outs(%[[V1]] : tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: i1):
// CHECK-NEXT:    %[[V3:.*]] = arith.cmpf oge, %[[IN]], %[[CST]] : f32
// CHECK-NEXT:    linalg.yield %[[V3]] : i1
// CHECK-NEXT:    } -> tensor<4xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  after = spike ? 0.25 : u\0A  v = after"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) outs(%[[V0]] : tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_1:.*]]: i1, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.select %[[IN_1]], %[[CST_0]], %[[V5]] : f32
// CHECK-NEXT:    linalg.yield %[[V6]] : f32
// CHECK-NEXT:    } -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {spike = #snn.spike<ge>, spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// delayed, subtract
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @lif_fire(%[[ARG2]], %[[ARG1]]) : (memref<4xf32>, memref<4xi1>) -> ()
// CHECK-NEXT:    call @lif(%[[ARG0]], %[[ARG1]], %[[ARG2]]) : (memref<4xf32>, memref<4xi1>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif_fire(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "v"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}) attributes {snn.comment = "Spikes of lif, from the voltage before the update.\0A  spike = v >= 2"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 2.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V2:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V0]] : tensor<4xf32>) outs(%[[V1]] : tensor<4xi1>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: i1):
// CHECK-NEXT:    %[[V3:.*]] = arith.cmpf oge, %[[IN]], %[[CST]] : f32
// CHECK-NEXT:    linalg.yield %[[V3]] : i1
// CHECK-NEXT:    } -> tensor<4xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  after = spike ? u - 0.25 : u\0A  v = after"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) outs(%[[V0]] : tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_1:.*]]: i1, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V4:.*]] = arith.mulf %[[OUT]], %[[CST]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.addf %[[V4]], %[[IN]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.subf %[[V5]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.select %[[IN_1]], %[[V6]], %[[V5]] : f32
// CHECK-NEXT:    linalg.yield %[[V7]] : f32
// CHECK-NEXT:    } -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {spike = #snn.spike<ge>, spike_timing = #snn.spike_timing<pre>, reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// carried, value
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @lif_fire(%[[ARG2]], %[[ARG1]]) : (memref<4xf32>, memref<4xi1>) -> ()
// CHECK-NEXT:    call @lif(%[[ARG0]], %[[ARG1]], %[[ARG2]]) : (memref<4xf32>, memref<4xi1>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif_fire(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "v"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}) attributes {snn.comment = "Spikes of lif, from the voltage before the update.\0A  spike = v > 2"} {
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
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  held = spike ? 0.25 : v\0A  u = 0.5 * held + x\0A  v = u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) outs(%[[V0]] : tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_1:.*]]: i1, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V4:.*]] = arith.select %[[IN_1]], %[[CST_0]], %[[OUT]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.mulf %[[V4]], %[[CST]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.addf %[[V5]], %[[IN]] : f32
// CHECK-NEXT:    linalg.yield %[[V6]] : f32
// CHECK-NEXT:    } -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<carried>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// carried, subtract
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @lif_fire(%[[ARG2]], %[[ARG1]]) : (memref<4xf32>, memref<4xi1>) -> ()
// CHECK-NEXT:    call @lif(%[[ARG0]], %[[ARG1]], %[[ARG2]]) : (memref<4xf32>, memref<4xi1>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @lif_fire(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "v"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}) attributes {snn.comment = "Spikes of lif, from the voltage before the update.\0A  spike = v > 2"} {
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
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "spikes"}, %[[ARG2:.*]]: memref<4xf32> {snn.name = "v"}) attributes {snn.comment = "4 leaky integrate-and-fire neurons.\0A  held = spike ? v - 0.25 : v\0A  u = 0.5 * held + x\0A  v = u"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK-DAG:     %[[CST_0:.*]] = arith.constant 2.500000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V3:.*]] = linalg.generic {indexing_maps = [{{.*}}], iterator_types = ["parallel"]} ins(%[[V1]], %[[V2]] : tensor<4xf32>, tensor<4xi1>) outs(%[[V0]] : tensor<4xf32>) {
// CHECK-NEXT:    ^bb0(%[[IN:.*]]: f32, %[[IN_1:.*]]: i1, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V4:.*]] = arith.subf %[[OUT]], %[[CST_0]] : f32
// CHECK-NEXT:    %[[V5:.*]] = arith.select %[[IN_1]], %[[V4]], %[[OUT]] : f32
// CHECK-NEXT:    %[[V6:.*]] = arith.mulf %[[V5]], %[[CST]] : f32
// CHECK-NEXT:    %[[V7:.*]] = arith.addf %[[V6]], %[[IN]] : f32
// CHECK-NEXT:    linalg.yield %[[V7]] : f32
// CHECK-NEXT:    } -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG2]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %r = arith.constant 0.25 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) reset(%r) {spike_timing = #snn.spike_timing<pre>, reset = #snn.reset<subtract>, reset_timing = #snn.reset_timing<carried>}
    : (tensor<4xf32>, f32, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// delayed, none: the update does not need the spikes.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[X:.*]]: memref<4xf32> {{{.*}}}, %[[S:.*]]: memref<4xi1> {{{.*}}}, %[[V:.*]]: memref<4xf32> {{{.*}}})
// CHECK:         call @lif_fire(%[[V]], %[[S]]) : (memref<4xf32>, memref<4xi1>) -> ()
// CHECK-NEXT:    call @lif(%[[X]], %[[V]]) : (memref<4xf32>, memref<4xf32>) -> ()
// CHECK-LABEL: func.func private @lif(
// CHECK-SAME:    snn.comment = "4 leaky integrate-and-fire neurons.\0A  u = 0.5 * v + x\0A  v = u"
// CHECK:         ^bb0(%[[IN:.*]]: f32, %[[OUT:.*]]: f32):
// CHECK-NEXT:    %[[V0:.*]] = arith.mulf %[[OUT]], %{{.*}} : f32
// CHECK-NEXT:    %[[V1:.*]] = arith.addf %[[V0]], %[[IN]] : f32
// CHECK-NEXT:    linalg.yield %[[V1]] : f32
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %d = arith.constant 0.5 : f32
  %th = arith.constant 2.0 : f32
  %s, %v = snn.lif %x decay(%d) threshold(%th) {spike_timing = #snn.spike_timing<pre>, reset = #snn.reset<none>, reset_timing = #snn.reset_timing<delayed>}
    : (tensor<4xf32>, f32, f32) -> (tensor<4xi1>, tensor<4xf32>)
  snn.output %s : tensor<4xi1>
}

// -----

// No voltage that is stored in 16 bits is above this threshold: nothing is compared.
// CHECK-LABEL: func.func private @lif_fire(
// CHECK-NOT:     arith.cmpi
// CHECK:         linalg.yield %false : i1
!v = !quant.uniform<i16:f32, 0.5>
!t = !quant.uniform<i32:f32, 0.5>
snn.network @net(%x: tensor<4x!v>) -> tensor<4xi1> attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant 40000 : i32
  %h = quant.scast %c : i32 to !t
  %s, %v = snn.lif %x threshold(%h) {saturate, reset_timing = #snn.reset_timing<delayed>, spike_timing = #snn.spike_timing<pre>} : (tensor<4x!v>, !t) -> (tensor<4xi1>, tensor<4x!v>)
  snn.output %s : tensor<4xi1>
}

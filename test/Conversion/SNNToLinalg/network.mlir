// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// The functions of a network.

// Inputs, outputs, state and scratch memory, in this order, with their names; calls in the
// order of the data, whatever the order of the operations; the second place of an output
// and a voltage are copied; states and scratch memory say which node they are of.
// CHECK-LABEL: func.func @two_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xi1> {snn.kind = "input", snn.name = "in", snn.node = "in"}, %[[ARG1:.*]]: memref<2xi8> {snn.kind = "input", snn.name = "input1"}, %[[ARG2:.*]]: memref<2xi1> {snn.kind = "output", snn.name = "out"}, %[[ARG3:.*]]: memref<2xi1> {snn.kind = "output", snn.name = "output1"}, %[[ARG4:.*]]: memref<2xf32> {snn.kind = "output", snn.name = "output2"}, %[[ARG5:.*]]: memref<2xi1> {snn.kind = "output", snn.name = "output3"}, %[[ARG6:.*]]: memref<2x2xi8> {snn.kind = "state", snn.name = "wait_past", snn.node = "wait"{{[^}]*}}}, %[[ARG7:.*]]: memref<1xindex> {snn.kind = "state", snn.name = "wait_position", snn.node = "wait"{{[^}]*}}}, %[[ARG8:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "neuron_v", snn.node = "neuron"{{[^}]*}}}, %[[ARG9:.*]]: memref<2xf32> {snn.kind = "scratch", snn.name = "synapse_out", snn.node = "synapse"{{[^}]*}}}, %[[ARG10:.*]]: memref<2xi8> {snn.kind = "scratch", snn.name = "wait_out", snn.node = "wait"{{[^}]*}}}, %[[ARG11:.*]]: memref<2xf32> {snn.kind = "scratch", snn.name = "sum_out", snn.node = "sum"{{[^}]*}}}) attributes {snn.discretization = {convention = "nir"}, snn.dt = 1.000000e-04 : f64, snn.name = "two", snn.role = "step"} {
// CHECK:         call @wait_read(%[[ARG6]], %[[ARG7]], %[[ARG10]]) : (memref<2x2xi8>, memref<1xindex>, memref<2xi8>) -> ()
// CHECK-NEXT:    call @synapse(%[[ARG10]], %[[ARG9]]) : (memref<2xi8>, memref<2xf32>) -> ()
// CHECK-NEXT:    call @sum(%[[ARG0]], %[[ARG9]], %[[ARG11]]) : (memref<2xi1>, memref<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    call @neuron(%[[ARG11]], %[[ARG3]], %[[ARG8]]) : (memref<2xf32>, memref<2xi1>, memref<2xf32>) -> ()
// CHECK-NEXT:    memref.copy %[[ARG3]], %[[ARG2]] : memref<2xi1> to memref<2xi1>
// CHECK-NEXT:    memref.copy %[[ARG8]], %[[ARG4]] : memref<2xf32> to memref<2xf32>
// CHECK-NEXT:    memref.copy %[[ARG0]], %[[ARG5]] : memref<2xi1> to memref<2xi1>
// CHECK-NEXT:    call @wait_write(%[[ARG1]], %[[ARG6]], %[[ARG7]]) : (memref<2xi8>, memref<2x2xi8>, memref<1xindex>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func @two_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi8> {snn.kind = "state", snn.name = "wait_past", snn.node = "wait"{{[^}]*}}}, %[[ARG1:.*]]: memref<1xindex> {snn.kind = "state", snn.name = "wait_position", snn.node = "wait"{{[^}]*}}}, %[[ARG2:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "neuron_v", snn.node = "neuron"{{[^}]*}}}) attributes {snn.discretization = {convention = "nir"}, snn.dt = 1.000000e-04 : f64, snn.name = "two", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C0_I8:.*]] = arith.constant 0 : i8
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<4xi8> to tensor<4xi8>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[C0_I8]] : i8) outs(%[[V0]] : tensor<4xi8>) -> tensor<4xi8>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<4xi8>, memref<4xi8>) -> ()
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<1xindex> to tensor<1xindex>
// CHECK-NEXT:    %[[V3:.*]] = linalg.fill ins(%[[C0]] : index) outs(%[[V2]] : tensor<1xindex>) -> tensor<1xindex>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG1]] : (tensor<1xindex>, memref<1xindex>) -> ()
// CHECK-NEXT:    %[[V4:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<2xf32> to tensor<2xf32>
// CHECK-NEXT:    %[[V5:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V4]] : tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG2]] : (tensor<2xf32>, memref<2xf32>) -> ()
// CHECK-NEXT:    return
snn.network @two(%a: tensor<2xi1> {snn.name = "in"}, %b: tensor<2xui8>)
    -> (tensor<2xi1> {snn.name = "out"}, tensor<2xi1>, tensor<2xf32>, tensor<2xi1>)
    attributes {dt = 1.0e-4 : f64, discretization = {convention = "nir"}} {
  %s, %v = snn.lif %y threshold(%th) {snn.node = "neuron"} : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %y = snn.add %a, %z {snn.node = "sum"} : (tensor<2xi1>, tensor<2xf32>) -> tensor<2xf32>
  %z = snn.linear %d, %w {snn.node = "synapse"} : (tensor<2xui8>, tensor<2x2xf32>) -> tensor<2xf32>
  %d = snn.delay %b by dense<2> : tensor<i64> {snn.node = "wait"} : tensor<2xui8>
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %th = arith.constant 1.0 : f32
  snn.output %s, %s, %v, %a : tensor<2xi1>, tensor<2xi1>, tensor<2xf32>, tensor<2xi1>
}

// -----

// A cycle: the spikes of timing pre and the delayed signal are there before the rest.
// CHECK-LABEL: func.func @cycle_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}, %[[ARG3:.*]]: memref<2xf32> {snn.kind = "state", snn.name = "lif_v"{{[^}]*}}}, %[[ARG4:.*]]: memref<1x2xi1> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG5:.*]]: memref<2xf32> {snn.kind = "scratch", snn.name = "add_out"{{[^}]*}}}, %[[ARG6:.*]]: memref<2xi1> {snn.kind = "scratch", snn.name = "lif_out"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "cycle", snn.role = "step"} {
// CHECK:         %[[COLLAPSE_SHAPE:.*]] = memref.collapse_shape %[[ARG4]] {{\[\[}}0, 1]] : memref<1x2xi1> into memref<2xi1>
// CHECK-NEXT:    call @lif_fire(%[[ARG2]], %[[ARG6]]) : (memref<2xf32>, memref<2xi1>) -> ()
// CHECK-NEXT:    call @add(%[[ARG0]], %[[ARG6]], %[[COLLAPSE_SHAPE]], %[[ARG5]]) : (memref<2xf32>, memref<2xi1>, memref<2xi1>, memref<2xf32>) -> ()
// CHECK-NEXT:    call @lif(%[[ARG5]], %[[ARG6]], %[[ARG2]]) : (memref<2xf32>, memref<2xi1>, memref<2xf32>) -> ()
// CHECK-NEXT:    call @lif_0(%[[ARG5]], %[[ARG1]], %[[ARG3]]) : (memref<2xf32>, memref<2xi1>, memref<2xf32>) -> ()
// CHECK-NEXT:    call @delay_write(%[[ARG1]], %[[ARG4]]) : (memref<2xi1>, memref<1x2xi1>) -> ()
// CHECK-NEXT:    return
snn.network @cycle(%x: tensor<2xf32>) -> tensor<2xi1> attributes {dt = 1.0e-3 : f64} {
  %th = arith.constant 1.0 : f32
  %y = snn.add %x, %s, %d : (tensor<2xf32>, tensor<2xi1>, tensor<2xi1>) -> tensor<2xf32>
  %s, %v = snn.lif %y threshold(%th)
    {spike_timing = #snn.spike_timing<pre>, reset_timing = #snn.reset_timing<carried>}
    : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %t, %u = snn.lif %y threshold(%th) : (tensor<2xf32>, f32) -> (tensor<2xi1>, tensor<2xf32>)
  %d = snn.delay %t by dense<1> : tensor<i64> : tensor<2xi1>
  snn.output %t : tensor<2xi1>
}

// -----

// A constant signal is a global; a reshape is a view.
// CHECK-LABEL: func.func @constant_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2x2xf32> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<2xf32> {snn.kind = "output", snn.name = "output1"}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "constant", snn.role = "step"} {
// CHECK:         %[[V0:.*]] = memref.get_global @constant_0 : memref<2xf32>
// CHECK-NEXT:    %[[EXPAND_SHAPE:.*]] = memref.expand_shape %[[ARG0]] {{\[\[}}0, 1]] output_shape [2, 2] : memref<4xf32> into memref<2x2xf32>
// CHECK-NEXT:    memref.copy %[[EXPAND_SHAPE]], %[[ARG1]] : memref<2x2xf32> to memref<2x2xf32>
// CHECK-NEXT:    memref.copy %[[V0]], %[[ARG2]] : memref<2xf32> to memref<2xf32>
// CHECK-NEXT:    return
snn.network @constant(%x: tensor<4xf32>) -> (tensor<2x2xf32>, tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %r = tensor.expand_shape %x [[0, 1]] output_shape [2, 2] : tensor<4xf32> into tensor<2x2xf32>
  snn.output %r, %c : tensor<2x2xf32>, tensor<2xf32>
}

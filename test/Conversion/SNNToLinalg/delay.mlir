// RUN: snn-opt %s --snn-to-linalg --split-input-file | FileCheck %s

// A ring of past signals, read at the start of a step and written at its end.

// One step: no position, and the slot is read where it is.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xf32> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<1x4xf32> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         %[[COLLAPSE_SHAPE:.*]] = memref.collapse_shape %[[ARG2]] {{\[\[}}0, 1]] : memref<1x4xf32> into memref<4xf32>
// CHECK-NEXT:    memref.copy %[[COLLAPSE_SHAPE]], %[[ARG1]] : memref<4xf32> to memref<4xf32>
// CHECK-NEXT:    call @delay_write(%[[ARG0]], %[[ARG2]]) : (memref<4xf32>, memref<1x4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[CST:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V0]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @delay_write(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.name = "x"}, %[[ARG1:.*]]: memref<1x4xf32> {snn.name = "past"}) attributes {snn.comment = "Remembers this step's signal for the delay of 1 steps."} {
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<1x4xf32> to tensor<1x4xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V1]][0, 0] [1, 4] [1, 1] : tensor<1x4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = linalg.copy ins(%[[V0]] : tensor<4xf32>) outs(%[[EXTRACTED_SLICE]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    %[[INSERTED_SLICE:.*]] = tensor.insert_slice %[[V2]] into %[[V1]][0, 0] [1, 4] [1, 1] : tensor<4xf32> into tensor<1x4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[INSERTED_SLICE]] in restrict writable %[[ARG1]] : (tensor<1x4xf32>, memref<1x4xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.delay %x by dense<1> : tensor<i64> : tensor<4xf32>
  snn.output %y : tensor<4xf32>
}

// -----

// More steps: a position, read before and moved after the step.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2x2xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2x2xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<3x2x2xi1> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG3:.*]]: memref<1xindex> {snn.kind = "state", snn.name = "delay_position"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @delay_read(%[[ARG2]], %[[ARG3]], %[[ARG1]]) : (memref<3x2x2xi1>, memref<1xindex>, memref<2x2xi1>) -> ()
// CHECK-NEXT:    call @delay_write(%[[ARG0]], %[[ARG2]], %[[ARG3]]) : (memref<2x2xi1>, memref<3x2x2xi1>, memref<1xindex>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<12xi1> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG1:.*]]: memref<1xindex> {snn.kind = "state", snn.name = "delay_position"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[FALSE:.*]] = arith.constant false
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<12xi1> to tensor<12xi1>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[FALSE]] : i1) outs(%[[V0]] : tensor<12xi1>) -> tensor<12xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<12xi1>, memref<12xi1>) -> ()
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<1xindex> to tensor<1xindex>
// CHECK-NEXT:    %[[V3:.*]] = linalg.fill ins(%[[C0]] : index) outs(%[[V2]] : tensor<1xindex>) -> tensor<1xindex>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG1]] : (tensor<1xindex>, memref<1xindex>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @delay_read(
// CHECK-SAME:    %[[ARG0:.*]]: memref<3x2x2xi1> {snn.name = "past"}, %[[ARG1:.*]]: memref<1xindex> {snn.name = "position"}, %[[ARG2:.*]]: memref<2x2xi1> {snn.name = "y"}) attributes {snn.comment = "Delay of 3 steps.\0A  y(t) = x(t - 3)"} {
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG1]] restrict : memref<1xindex> to tensor<1xindex>
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V0]][%[[C0]]] : tensor<1xindex>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<3x2x2xi1> to tensor<3x2x2xi1>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V1]][%[[EXTRACTED]], 0, 0] [1, 2, 2] [1, 1, 1] : tensor<3x2x2xi1> to tensor<2x2xi1>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<2x2xi1> to tensor<2x2xi1>
// CHECK-NEXT:    %[[V3:.*]] = linalg.copy ins(%[[EXTRACTED_SLICE]] : tensor<2x2xi1>) outs(%[[V2]] : tensor<2x2xi1>) -> tensor<2x2xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG2]] : (tensor<2x2xi1>, memref<2x2xi1>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @delay_write(
// CHECK-SAME:    %[[ARG0:.*]]: memref<2x2xi1> {snn.name = "x"}, %[[ARG1:.*]]: memref<3x2x2xi1> {snn.name = "past"}, %[[ARG2:.*]]: memref<1xindex> {snn.name = "position"}) attributes {snn.comment = "Remembers this step's signal for the delay of 3 steps."} {
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<2x2xi1> to tensor<2x2xi1>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<3x2x2xi1> to tensor<3x2x2xi1>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG2]] restrict writable : memref<1xindex> to tensor<1xindex>
// CHECK-NEXT:    %[[EXTRACTED:.*]] = tensor.extract %[[V2]][%[[C0]]] : tensor<1xindex>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V1]][%[[EXTRACTED]], 0, 0] [1, 2, 2] [1, 1, 1] : tensor<3x2x2xi1> to tensor<2x2xi1>
// CHECK-NEXT:    %[[V3:.*]] = linalg.copy ins(%[[V0]] : tensor<2x2xi1>) outs(%[[EXTRACTED_SLICE]] : tensor<2x2xi1>) -> tensor<2x2xi1>
// CHECK-NEXT:    %[[INSERTED_SLICE:.*]] = tensor.insert_slice %[[V3]] into %[[V1]][%[[EXTRACTED]], 0, 0] [1, 2, 2] [1, 1, 1] : tensor<2x2xi1> into tensor<3x2x2xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[INSERTED_SLICE]] in restrict writable %[[ARG1]] : (tensor<3x2x2xi1>, memref<3x2x2xi1>) -> ()
// CHECK-NEXT:    %[[V4:.*]] = arith.addi %[[EXTRACTED]], %[[C1]] : index
// CHECK-NEXT:    %[[V5:.*]] = arith.cmpi eq, %[[V4]], %[[C3]] : index
// CHECK-NEXT:    %[[V6:.*]] = arith.select %[[V5]], %[[C0]], %[[V4]] : index
// CHECK-NEXT:    %[[INSERTED:.*]] = tensor.insert %[[V6]] into %[[V2]][%[[C0]]] : tensor<1xindex>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[INSERTED]] in restrict writable %[[ARG2]] : (tensor<1xindex>, memref<1xindex>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<2x2xi1>) -> (tensor<2x2xi1>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.delay %x by dense<3> : tensor<i64> : tensor<2x2xi1>
  snn.output %y : tensor<2x2xi1>
}

// -----

// Every slot starts with init.
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xf32> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG1:.*]]: memref<1xindex> {snn.kind = "state", snn.name = "delay_position"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V1:.*]] = memref.get_global @delay_past_init : memref<4xf32>
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[V1]] restrict : memref<4xf32> to tensor<4xf32>
// CHECK-NEXT:    %[[V3:.*]] = linalg.copy ins(%[[V2]] : tensor<4xf32>) outs(%[[V0]] : tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG0]] : (tensor<4xf32>, memref<4xf32>) -> ()
// CHECK-NEXT:    %[[V4:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<1xindex> to tensor<1xindex>
// CHECK-NEXT:    %[[V5:.*]] = linalg.fill ins(%[[C0]] : index) outs(%[[V4]] : tensor<1xindex>) -> tensor<1xindex>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V5]] in restrict writable %[[ARG1]] : (tensor<1xindex>, memref<1xindex>) -> ()
// CHECK-NEXT:    return
// CHECK:         memref.global "private" constant @delay_past_init : memref<4xf32> = dense<[1.000000e+00, 2.000000e+00, 1.000000e+00, 2.000000e+00]>
snn.network @net(%x: tensor<2xf32>) -> (tensor<2xf32>) attributes {dt = 1.0e-3 : f64} {
  %i = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = snn.delay %x by dense<2> : tensor<i64> init(%i : tensor<2xf32>) : tensor<2xf32>
  snn.output %y : tensor<2xf32>
}

// -----

// One init for all.
// CHECK-LABEL: func.func @net_init(
// CHECK-SAME:    %[[ARG0:.*]]: memref<8xf32> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG1:.*]]: memref<1xindex> {snn.kind = "state", snn.name = "delay_position"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "init"} {
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[CST:.*]] = arith.constant 5.000000e-01 : f32
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict writable : memref<8xf32> to tensor<8xf32>
// CHECK-NEXT:    %[[V1:.*]] = linalg.fill ins(%[[CST]] : f32) outs(%[[V0]] : tensor<8xf32>) -> tensor<8xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V1]] in restrict writable %[[ARG0]] : (tensor<8xf32>, memref<8xf32>) -> ()
// CHECK-NEXT:    %[[V2:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<1xindex> to tensor<1xindex>
// CHECK-NEXT:    %[[V3:.*]] = linalg.fill ins(%[[C0]] : index) outs(%[[V2]] : tensor<1xindex>) -> tensor<1xindex>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V3]] in restrict writable %[[ARG1]] : (tensor<1xindex>, memref<1xindex>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xf32>) -> (tensor<4xf32>) attributes {dt = 1.0e-3 : f64} {
  %h = arith.constant 0.5 : f32
  %y = snn.delay %x by dense<2> : tensor<i64> init(%h : f32) : tensor<4xf32>
  snn.output %y : tensor<4xf32>
}

// -----

// A delay that feeds a delay is copied first: the order of the writes does not matter.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<4xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<1x4xi1> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG3:.*]]: memref<1x4xi1> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG4:.*]]: memref<4xi1> {snn.kind = "scratch", snn.name = "delay_out"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         %[[COLLAPSE_SHAPE:.*]] = memref.collapse_shape %[[ARG3]] {{\[\[}}0, 1]] : memref<1x4xi1> into memref<4xi1>
// CHECK-NEXT:    call @delay_read(%[[ARG2]], %[[ARG4]]) : (memref<1x4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    memref.copy %[[COLLAPSE_SHAPE]], %[[ARG1]] : memref<4xi1> to memref<4xi1>
// CHECK-NEXT:    call @delay_write(%[[ARG0]], %[[ARG2]]) : (memref<4xi1>, memref<1x4xi1>) -> ()
// CHECK-NEXT:    call @delay_write_0(%[[ARG4]], %[[ARG3]]) : (memref<4xi1>, memref<1x4xi1>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @delay_read(
// CHECK-SAME:    %[[ARG0:.*]]: memref<1x4xi1> {snn.name = "past"}, %[[ARG1:.*]]: memref<4xi1> {snn.name = "y"}) attributes {snn.comment = "Delay of 1 steps.\0A  y(t) = x(t - 1)"} {
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<1x4xi1> to tensor<1x4xi1>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V0]][0, 0] [1, 4] [1, 1] : tensor<1x4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<4xi1> to tensor<4xi1>
// CHECK-NEXT:    %[[V2:.*]] = linalg.copy ins(%[[EXTRACTED_SLICE]] : tensor<4xi1>) outs(%[[V1]] : tensor<4xi1>) -> tensor<4xi1>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xi1>) -> (tensor<4xi1>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.delay %x by dense<1> : tensor<i64> : tensor<4xi1>
  %z = snn.delay %y by dense<1> : tensor<i64> : tensor<4xi1>
  snn.output %z : tensor<4xi1>
}

// -----

// Also if there is a reshape between them.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<4xi1> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<2x2xi1> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<1x4xi1> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG3:.*]]: memref<1x2x2xi1> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}, %[[ARG4:.*]]: memref<4xi1> {snn.kind = "scratch", snn.name = "delay_out"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         %[[COLLAPSE_SHAPE:.*]] = memref.collapse_shape %[[ARG3]] {{\[\[}}0, 1], [2]] : memref<1x2x2xi1> into memref<2x2xi1>
// CHECK-NEXT:    call @delay_read(%[[ARG2]], %[[ARG4]]) : (memref<1x4xi1>, memref<4xi1>) -> ()
// CHECK-NEXT:    %[[EXPAND_SHAPE:.*]] = memref.expand_shape %[[ARG4]] {{\[\[}}0, 1]] output_shape [2, 2] : memref<4xi1> into memref<2x2xi1>
// CHECK-NEXT:    memref.copy %[[COLLAPSE_SHAPE]], %[[ARG1]] : memref<2x2xi1> to memref<2x2xi1>
// CHECK-NEXT:    call @delay_write(%[[ARG0]], %[[ARG2]]) : (memref<4xi1>, memref<1x4xi1>) -> ()
// CHECK-NEXT:    call @delay_write_0(%[[EXPAND_SHAPE]], %[[ARG3]]) : (memref<2x2xi1>, memref<1x2x2xi1>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<4xi1>) -> (tensor<2x2xi1>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.delay %x by dense<1> : tensor<i64> : tensor<4xi1>
  %r = tensor.expand_shape %y [[0, 1]] output_shape [2, 2] : tensor<4xi1> into tensor<2x2xi1>
  %z = snn.delay %r by dense<1> : tensor<i64> : tensor<2x2xi1>
  snn.output %z : tensor<2x2xi1>
}

// -----

// A tensor of rank 0 is copied: no slot of a ring has that shape.
// CHECK-LABEL: func.func @net_step(
// CHECK-SAME:    %[[ARG0:.*]]: memref<f32> {snn.kind = "input", snn.name = "input0"}, %[[ARG1:.*]]: memref<f32> {snn.kind = "output", snn.name = "output0"}, %[[ARG2:.*]]: memref<1xf32> {snn.kind = "state", snn.name = "delay_past"{{[^}]*}}}) attributes {snn.dt = 1.000000e-03 : f64, snn.name = "net", snn.role = "step"} {
// CHECK:         call @delay_read(%[[ARG2]], %[[ARG1]]) : (memref<1xf32>, memref<f32>) -> ()
// CHECK-NEXT:    call @delay_write(%[[ARG0]], %[[ARG2]]) : (memref<f32>, memref<1xf32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @delay_read(
// CHECK-SAME:    %[[ARG0:.*]]: memref<1xf32> {snn.name = "past"}, %[[ARG1:.*]]: memref<f32> {snn.name = "y"}) attributes {snn.comment = "Delay of 1 steps.\0A  y(t) = x(t - 1)"} {
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<1xf32> to tensor<1xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V0]][0] [1] [1] : tensor<1xf32> to tensor<f32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<f32> to tensor<f32>
// CHECK-NEXT:    %[[V2:.*]] = linalg.copy ins(%[[EXTRACTED_SLICE]] : tensor<f32>) outs(%[[V1]] : tensor<f32>) -> tensor<f32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[V2]] in restrict writable %[[ARG1]] : (tensor<f32>, memref<f32>) -> ()
// CHECK-NEXT:    return
// CHECK-LABEL: func.func private @delay_write(
// CHECK-SAME:    %[[ARG0:.*]]: memref<f32> {snn.name = "x"}, %[[ARG1:.*]]: memref<1xf32> {snn.name = "past"}) attributes {snn.comment = "Remembers this step's signal for the delay of 1 steps."} {
// CHECK:         %[[V0:.*]] = bufferization.to_tensor %[[ARG0]] restrict : memref<f32> to tensor<f32>
// CHECK-NEXT:    %[[V1:.*]] = bufferization.to_tensor %[[ARG1]] restrict writable : memref<1xf32> to tensor<1xf32>
// CHECK-NEXT:    %[[EXTRACTED_SLICE:.*]] = tensor.extract_slice %[[V1]][0] [1] [1] : tensor<1xf32> to tensor<f32>
// CHECK-NEXT:    %[[V2:.*]] = linalg.copy ins(%[[V0]] : tensor<f32>) outs(%[[EXTRACTED_SLICE]] : tensor<f32>) -> tensor<f32>
// CHECK-NEXT:    %[[INSERTED_SLICE:.*]] = tensor.insert_slice %[[V2]] into %[[V1]][0] [1] [1] : tensor<f32> into tensor<1xf32>
// CHECK-NEXT:    bufferization.materialize_in_destination %[[INSERTED_SLICE]] in restrict writable %[[ARG1]] : (tensor<1xf32>, memref<1xf32>) -> ()
// CHECK-NEXT:    return
snn.network @net(%x: tensor<f32>) -> (tensor<f32>) attributes {dt = 1.0e-3 : f64} {
  %y = snn.delay %x by dense<1> : tensor<i64> : tensor<f32>
  snn.output %y : tensor<f32>
}

// -----

// A delay per element: a ring for each in one buffer, a position for each
// length. Elements that are not delayed come from the input, so the delay is
// read when the input is there.
// CHECK-LABEL: func.func @each_step(
// CHECK-SAME:    %[[PAST:[a-z0-9]+]]: memref<5xf32> {snn.kind = "state", snn.name = "d_past", snn.node = "d"{{[^}]*}}}
// CHECK-SAME:    %[[POSITION:[a-z0-9]+]]: memref<2xindex> {snn.kind = "state", snn.name = "d_position", snn.node = "d"{{[^}]*}}}
// CHECK:         call @li
// CHECK-NEXT:    call @d_read(%[[V:[a-z0-9]+]], %[[PAST]], %[[POSITION]], %{{[a-z0-9]+}})
// CHECK-NEXT:    call @d_write(%[[V]], %[[PAST]], %[[POSITION]])
// CHECK:       memref.global "private" constant @d_read_is_delayed : memref<4xindex> = dense<[0, 1, 1, 1]>
// CHECK:       memref.global "private" constant @d_read_start : memref<4xindex> = dense<[0, 0, 1, 4]>
// CHECK:       memref.global "private" constant @d_read_group : memref<4xindex> = dense<[0, 0, 1, 0]>
// CHECK:       memref.global "private" constant @d_write_length : memref<2xindex> = dense<[1, 3]>
snn.network @each(%x: tensor<4xf32>) -> tensor<4xf32> attributes {dt = 1.0 : f64} {
  %v = snn.li %x {snn.node = "li"} : (tensor<4xf32>) -> tensor<4xf32>
  %d = snn.delay %v by dense<[0, 1, 3, 1]> : tensor<4xi64> {snn.node = "d"} : tensor<4xf32>
  snn.output %d : tensor<4xf32>
}
